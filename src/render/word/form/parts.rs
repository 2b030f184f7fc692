//! The parts of an office's package around its text: what the file says about itself.
//!
//! Our properties are added beside the office's own; content types and relations get an entry only
//! where there is none yet.

use crate::docx::Limits;
use crate::error::{Error, Result};
use crate::render::word::markup::{self, Element, Node};

const CUSTOM_PART: &str = "docProps/custom.xml";
const CUSTOM: &str = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties";
const VARIANT: &str = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes";
const CONTENT: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const CUSTOM_TYPE: &str = "application/vnd.openxmlformats-officedocument.custom-properties+xml";
const CUSTOM_RELATION: &str =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties";
const USER_PROPERTIES: &str = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}";

type Parts = Vec<(String, Vec<u8>)>;

/// Adds properties that a program may read back.
///
/// # Errors
/// A part of the package is not well formed.
pub fn add_properties(parts: &mut Parts, custom: &[(String, String)]) -> Result<()> {
    if !parts.iter().any(|(name, _)| name == CUSTOM_PART) {
        let root = format!("<Properties xmlns=\"{CUSTOM}\"></Properties>");
        parts.push((CUSTOM_PART.to_owned(), root.into_bytes()));
    }
    change(parts, CUSTOM_PART, |root| {
        root.children.retain(|node| !node.element().is_some_and(is_ours));
        let used = root.elements().filter_map(|e| e.attribute("pid")?.parse::<u32>().ok()).max();
        let first = used.unwrap_or(1).max(1).saturating_add(1);
        for (pid, (name, value)) in (first..).zip(custom) {
            root.children.push(property(pid, name, value));
        }
    })?;
    change(parts, "[Content_Types].xml", |root| {
        let known = root.elements().any(|e| e.attribute("PartName") == Some("/docProps/custom.xml"));
        if !known {
            let attributes =
                format!(" xmlns=\"{CONTENT}\" PartName=\"/{CUSTOM_PART}\" ContentType=\"{CUSTOM_TYPE}\"");
            root.children.push(Element::leaf("Override", attributes));
        }
    })?;
    change(parts, "_rels/.rels", |root| {
        let known =
            root.elements().any(|e| e.attribute("Type").is_some_and(|t| t.ends_with("/custom-properties")));
        if !known {
            let attributes = format!(
                " xmlns=\"{RELATIONS}\" Id=\"rIdZhitiCustom\" Type=\"{CUSTOM_RELATION}\" Target=\"{CUSTOM_PART}\""
            );
            root.children.push(Element::leaf("Relationship", attributes));
        }
    })
}

/// A property of ours that the form brought along, being one of our own files.
fn is_ours(element: &Element) -> bool {
    element.attribute("name").is_some_and(|name| name.starts_with("zhiti."))
}

/// Puts the title among the properties every file manager shows.
///
/// # Errors
/// The part is not well formed.
pub fn set_title(parts: &mut Parts, title: &str) -> Result<()> {
    const CORE: &str = "docProps/core.xml";
    if !parts.iter().any(|(name, _)| name == CORE) {
        return Ok(());
    }
    change(parts, CORE, |root| {
        root.children.retain(|node| node.element().is_none_or(|e| e.local() != "title"));
        let words = Node::Words(crate::render::word::xml::clean(title).into_owned());
        root.children.push(Node::Element(Element {
            attributes: " xmlns:dc=\"http://purl.org/dc/elements/1.1/\"".to_owned(),
            ..Element::new("dc:title".to_owned(), vec![words])
        }));
    })
}

fn property(pid: u32, name: &str, value: &str) -> Node {
    let name = quick_xml::escape::escape(name);
    let value = crate::render::word::xml::clean(value).into_owned();
    let text = Element {
        attributes: format!(" xmlns:vt=\"{VARIANT}\""),
        ..Element::new("vt:lpwstr".to_owned(), vec![Node::Words(value)])
    };
    Node::Element(Element {
        attributes: format!(" xmlns=\"{CUSTOM}\" fmtid=\"{USER_PROPERTIES}\" pid=\"{pid}\" name=\"{name}\""),
        ..Element::new("property".to_owned(), vec![Node::Element(text)])
    })
}

fn change(parts: &mut Parts, name: &str, with: impl FnOnce(&mut Element)) -> Result<()> {
    let broken = |reason: &str| Error::internal(format!("Word 表样的 {name} 无法改写（{reason}）"));
    let Some((_, bytes)) = parts.iter_mut().find(|(known, _)| known == name) else {
        return Err(broken("没有这个部分"));
    };
    let mut nodes = markup::parse(bytes, &Limits::default()).map_err(|reason| broken(&reason))?;
    for node in &mut nodes {
        if let Node::Element(root) = node {
            with(root);
            break;
        }
    }
    *bytes = markup::write(&nodes);
    Ok(())
}

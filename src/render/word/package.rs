//! The zip around a Word document: parts, content types, relations, metadata.
//!
//! Order, times and ids are fixed, so that the same document gives the same
//! bytes. It knows nothing of what the parts say.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::xml::Xml;
use crate::error::{Error, Result};

const CONTENT: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const CORE_RELATION: &str =
    "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties";
const WORD_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.";
const CORE_TYPE: &str = "application/vnd.openxmlformats-package.core-properties+xml";
const APP_TYPE: &str = "application/vnd.openxmlformats-officedocument.extended-properties+xml";
const CUSTOM_TYPE: &str = "application/vnd.openxmlformats-officedocument.custom-properties+xml";
const CUSTOM: &str = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties";
const VARIANT: &str = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes";
/// Identifier every application uses for properties a user defines.
const USER_PROPERTIES: &str = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}";

/// A part of the document, in the folder `word/`.
#[derive(Clone, Debug)]
pub struct Part {
    /// Name below `word/`, e.g. `styles.xml` or `media/image1.png`.
    pub name: String,
    /// Last word of its relation and of its content type, e.g. `styles`; `image` for pictures; empty
    /// for what only another part calls.
    pub kind: &'static str,
    /// Relation id by which the document calls it.
    pub id: String,
    pub bytes: Vec<u8>,
    /// Its content type, where that does not follow from its kind.
    pub content: Option<String>,
}

/// What a file says about itself.
pub struct Properties {
    pub title: String,
    /// Stable identifier of the file.
    pub ident: String,
    pub subject: String,
    /// Year, month, day; left out where it is no date.
    pub date: (i32, u8, u8),
    /// Names and values a program may read back.
    pub custom: Vec<(String, String)>,
}

/// Packs the main part and the others into a `.docx`.
///
/// # Errors
/// A fault of ours only: nothing here depends on what was sent in.
pub fn pack(document: Vec<u8>, parts: &[Part], properties: &Properties) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    add(&mut zip, "[Content_Types].xml", &content_types(parts)?)?;
    add(&mut zip, "_rels/.rels", &package_relations()?)?;
    add(&mut zip, "docProps/core.xml", &core(properties)?)?;
    add(&mut zip, "docProps/app.xml", &app()?)?;
    add(&mut zip, "docProps/custom.xml", &custom(&properties.custom)?)?;
    add(&mut zip, "word/document.xml", &document)?;
    add(&mut zip, "word/_rels/document.xml.rels", &document_relations(parts)?)?;
    for part in parts {
        add(&mut zip, &format!("word/{}", part.name), &part.bytes)?;
    }
    Ok(zip.finish().map_err(zip_fault)?.into_inner())
}

/// Packs parts that are all there, under their full names, `[Content_Types].xml` first.
///
/// # Errors
/// A fault of ours only.
pub fn zip(parts: &[(String, Vec<u8>)]) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let (first, rest): (Vec<_>, Vec<_>) = parts.iter().partition(|(name, _)| name == "[Content_Types].xml");
    for (name, bytes) in first.into_iter().chain(rest) {
        add(&mut zip, name, bytes)?;
    }
    Ok(zip.finish().map_err(zip_fault)?.into_inner())
}

fn add(zip: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, bytes: &[u8]) -> Result<()> {
    let epoch = DateTime::from_date_and_time(1980, 1, 1, 0, 0, 0)
        .map_err(|_| Error::internal("Word 文件写出失败（压缩包日期）"))?;
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(epoch)
        .unix_permissions(0o644);
    zip.start_file(name, options).map_err(zip_fault)?;
    zip.write_all(bytes).map_err(|fault| Error::internal(format!("Word 文件写出失败（{fault}）")))
}

fn zip_fault(fault: zip::result::ZipError) -> Error {
    Error::internal(format!("Word 文件压缩失败（{fault}）"))
}

fn content_types(parts: &[Part]) -> Result<Vec<u8>> {
    let mut xml = Xml::part();
    xml.within("Types", &[("xmlns", CONTENT)], |xml| {
        let default = |xml: &mut Xml, extension, kind| {
            xml.leaf("Default", &[("Extension", extension), ("ContentType", kind)]);
        };
        default(xml, "rels", "application/vnd.openxmlformats-package.relationships+xml");
        default(xml, "xml", "application/xml");
        default(xml, "png", "image/png");
        default(xml, "svg", "image/svg+xml");
        let over = |xml: &mut Xml, name: &str, kind: &str| {
            xml.leaf("Override", &[("PartName", name), ("ContentType", kind)]);
        };
        over(xml, "/docProps/core.xml", CORE_TYPE);
        over(xml, "/docProps/app.xml", APP_TYPE);
        over(xml, "/docProps/custom.xml", CUSTOM_TYPE);
        over(xml, "/word/document.xml", &format!("{WORD_TYPE}document.main+xml"));
        for part in parts {
            let name = format!("/word/{}", part.name);
            match &part.content {
                Some(content) => over(xml, &name, content),
                None if part.kind.is_empty() || part.kind == "image" => {}
                None => over(xml, &name, &format!("{WORD_TYPE}{}+xml", part.kind)),
            }
        }
    });
    xml.finish()
}

fn relation(xml: &mut Xml, id: &str, kind: &str, target: &str) {
    xml.leaf("Relationship", &[("Id", id), ("Type", kind), ("Target", target)]);
}

fn package_relations() -> Result<Vec<u8>> {
    let mut xml = Xml::part();
    xml.within("Relationships", &[("xmlns", RELATIONS)], |xml| {
        relation(xml, "rId1", &format!("{OFFICE}/officeDocument"), "word/document.xml");
        relation(xml, "rId2", CORE_RELATION, "docProps/core.xml");
        relation(xml, "rId3", &format!("{OFFICE}/extended-properties"), "docProps/app.xml");
        relation(xml, "rId4", &format!("{OFFICE}/custom-properties"), "docProps/custom.xml");
    });
    xml.finish()
}

fn document_relations(parts: &[Part]) -> Result<Vec<u8>> {
    let mut xml = Xml::part();
    xml.within("Relationships", &[("xmlns", RELATIONS)], |xml| {
        for part in parts.iter().filter(|part| !part.kind.is_empty()) {
            relation(xml, &part.id, &format!("{OFFICE}/{}", part.kind), &part.name);
        }
    });
    xml.finish()
}

fn core(properties: &Properties) -> Result<Vec<u8>> {
    let mut xml = Xml::part();
    let spaces = [
        ("xmlns:cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ("xmlns:dcterms", "http://purl.org/dc/terms/"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    ];
    xml.within("cp:coreProperties", &spaces, |xml| {
        xml.text("dc:title", &[], &properties.title);
        xml.text("dc:subject", &[], &properties.subject);
        xml.text("dc:identifier", &[], &properties.ident);
        xml.text("dc:language", &[], "zh-CN");
        if let Some(moment) = moment(properties.date) {
            let kind = [("xsi:type", "dcterms:W3CDTF")];
            xml.text("dcterms:created", &kind, &moment);
            xml.text("dcterms:modified", &kind, &moment);
        }
    });
    xml.finish()
}

/// Midnight of a day as W3CDTF; none where the numbers are no day.
fn moment((year, month, day): (i32, u8, u8)) -> Option<String> {
    let valid = (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    valid.then(|| format!("{year:04}-{month:02}-{day:02}T00:00:00Z"))
}

fn app() -> Result<Vec<u8>> {
    let mut xml = Xml::part();
    let space = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties";
    xml.within("Properties", &[("xmlns", space)], |xml| xml.text("Application", &[], "zhiti"));
    xml.finish()
}

fn custom(properties: &[(String, String)]) -> Result<Vec<u8>> {
    let mut xml = Xml::part();
    xml.within("Properties", &[("xmlns", CUSTOM), ("xmlns:vt", VARIANT)], |xml| {
        for (at, (name, value)) in properties.iter().enumerate() {
            let pid = (at + 2).to_string();
            let attrs = [("fmtid", USER_PROPERTIES), ("pid", pid.as_str()), ("name", name.as_str())];
            xml.within("property", &attrs, |xml| xml.text("vt:lpwstr", &[], value));
        }
    });
    xml.finish()
}

//! Puts a document of ours into an office's look: styles by their names, sections with its page,
//! lists beside its own.

use std::collections::BTreeMap;

use super::{Part, Reference, numbers, root, set_val, val};
use crate::render::word::markup::{self, Element, Node};

/// Settings of a reference document that belong to its text or to other files.
const NOT_OURS: [&str; 5] =
    ["attachedTemplate", "mailMerge", "footnotePr", "endnotePr", "documentProtection"];

/// Our main part and all parts of the package.
pub fn dress(office: &Reference, main: &[u8], ours: Vec<Part>) -> Result<(Vec<u8>, Vec<Part>), String> {
    let mut parts = office.parts.clone();
    let mut ids = BTreeMap::new();
    for mut part in ours {
        match part.kind {
            "styles" => {
                let joined = office.styles.join(&root(&part.bytes)?);
                ids = joined.ids;
                part.bytes = write(joined.root);
                parts.push(part);
            }
            "numbering" => {
                if let Some(theirs) = &office.numbering {
                    part.bytes = write(numbers::join(theirs, &root(&part.bytes)?));
                    parts.push(part);
                } else {
                    part.bytes = write(numbers::join(&empty(&root(&part.bytes)?), &root(&part.bytes)?));
                    parts.push(part);
                }
            }
            "header" if office.has_headers() => {}
            "footer" if office.has_footers() => {}
            "image" => {
                part.name = part.name.replacen("media/", "media/zhiti_", 1);
                parts.push(part);
            }
            kind => {
                if !parts.iter().any(|known| known.kind == kind && !matches!(kind, "header" | "footer")) {
                    parts.push(part);
                }
            }
        }
    }
    restyle_parts(&mut parts, office, &ids)?;
    let mut document = root(main)?;
    restyle(&mut document, office, &ids);
    Ok((write(document), parts))
}

/// Headers of ours carry our styles; settings of theirs lose what belongs to their text.
fn restyle_parts(
    parts: &mut [Part],
    office: &Reference,
    ids: &BTreeMap<(String, String), String>,
) -> Result<(), String> {
    let theirs = |part: &Part| office.parts.iter().any(|known| known.name == part.name);
    for part in parts {
        if matches!(part.kind, "header" | "footer") && !theirs(part) {
            let mut element = root(&part.bytes)?;
            restyle(&mut element, office, ids);
            part.bytes = write(element);
        } else if part.kind == "settings" {
            let mut element = root(&part.bytes)?;
            element.children.retain(|n| !n.element().is_some_and(|e| NOT_OURS.contains(&e.local())));
            part.bytes = write(element);
        }
    }
    Ok(())
}

fn restyle(element: &mut Element, office: &Reference, ids: &BTreeMap<(String, String), String>) {
    for node in &mut element.children {
        let Node::Element(child) = node else { continue };
        let kind = match child.local() {
            "pStyle" => "paragraph",
            "rStyle" => "character",
            "tblStyle" => "table",
            "numId" => {
                let new = numbers::shifted(val(child).unwrap_or_default());
                set_val(child, &new);
                continue;
            }
            "sectPr" => {
                *child = office.section.dress(child);
                continue;
            }
            _ => {
                restyle(child, office, ids);
                continue;
            }
        };
        if let Some(new) = val(child).and_then(|v| ids.get(&(kind.to_owned(), v.to_owned()))) {
            let new = new.clone();
            set_val(child, &new);
        }
    }
}

fn empty(root: &Element) -> Element {
    root.around(Vec::new())
}

fn write(root: Element) -> Vec<u8> {
    markup::write(&[Node::Element(root)])
}

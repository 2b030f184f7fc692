//! The styles of a reference document, and ours beside them where it has none of that name.

use std::collections::BTreeMap;

use super::{set_val, val};
use crate::render::word::markup::{Element, Node};

/// Styles that look like the office's text or title, when it has none of that name.
const LIKE_BASE: [&str; 5] = ["Body Text", "Quote", "List Paragraph", "封面标题", "封面落款"];

/// Styles as read.
#[derive(Debug)]
pub struct Styles {
    root: Element,
    /// Ids by type and name in small letters.
    ids: BTreeMap<(String, String), String>,
    /// Id of the paragraph style nothing is based on.
    normal: String,
}

/// Our styles under an office's ids.
pub struct Joined {
    pub root: Element,
    /// Our id → the id to write, by type.
    pub ids: BTreeMap<(String, String), String>,
}

impl Styles {
    pub fn of(root: Element) -> Self {
        let mut ids = BTreeMap::new();
        let mut normal = "Normal".to_owned();
        for style in root.elements().filter(|e| e.local() == "style") {
            let (kind, id) = (kind(style), id(style));
            if style.attribute("w:default").is_some_and(|d| d == "1" || d == "true") && kind == "paragraph" {
                normal.clone_from(&id);
            }
            ids.entry((kind, name(style))).or_insert(id);
        }
        Self { root, ids, normal }
    }

    /// Theirs, and ours that are missing.
    pub fn join(&self, ours: &Element) -> Joined {
        let mut map: BTreeMap<(String, String), String> = BTreeMap::new();
        let mut missing = Vec::new();
        for style in ours.elements().filter(|e| e.local() == "style") {
            let known = match name(style).as_str() {
                "normal" => Some(&self.normal),
                name => self.ids.get(&(kind(style), name.to_owned())),
            };
            match known {
                Some(theirs) => drop(map.insert((kind(style), id(style)), theirs.clone())),
                None => {
                    map.insert((kind(style), id(style)), self.free(&id(style)));
                    missing.push(style);
                }
            }
        }
        let mut root = self.root.clone();
        for style in missing {
            root.children.push(Node::Element(renamed(style, &map)));
        }
        Joined { root, ids: map }
    }

    /// An id that no style of theirs has.
    fn free(&self, id: &str) -> String {
        let taken = self.ids.values().any(|known| known == id);
        if taken { format!("Zhiti{id}") } else { id.to_owned() }
    }
}

/// A style of ours with the ids it now goes by.
fn renamed(style: &Element, map: &BTreeMap<(String, String), String>) -> Element {
    let kind = kind(style);
    let like_base = style.child("name").and_then(val).is_some_and(|n| LIKE_BASE.contains(&n));
    let mut style = style.clone();
    let old = id(&style);
    if let Some(new) = map.get(&(kind.clone(), old.clone())) {
        let (from, to) = (format!("w:styleId=\"{old}\""), format!("w:styleId=\"{new}\""));
        style.attributes = style.attributes.replace(&from, &to).replace(" w:default=\"1\"", "");
    }
    style.children.retain(|node| !(like_base && node.element().is_some_and(|e| e.local() == "rPr")));
    for node in &mut style.children {
        let Node::Element(child) = node else { continue };
        if matches!(child.local(), "basedOn" | "next" | "link")
            && let Some(new) = val(child).and_then(|v| map.get(&(kind.clone(), v.to_owned())))
        {
            let new = new.clone();
            set_val(child, &new);
        }
        if like_base && child.local() == "pPr" {
            child.children.retain(|node| node.element().is_none_or(|e| e.local() != "spacing"));
        }
    }
    style
}

fn kind(style: &Element) -> String {
    style.attribute("w:type").unwrap_or("paragraph").to_owned()
}

fn id(style: &Element) -> String {
    style.attribute("w:styleId").unwrap_or_default().to_owned()
}

fn name(style: &Element) -> String {
    style.child("name").and_then(val).unwrap_or_default().to_lowercase()
}

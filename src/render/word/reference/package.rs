//! The parts of a reference document that make its look, found by their relations.

use super::section::Section;
use super::{Part, root};
use crate::render::word::markup::Element;

/// Kinds of parts that are taken; anything else belongs to the text.
const KINDS: [&str; 4] = ["theme", "fontTable", "webSettings", "settings"];

/// An opened reference document.
pub struct Source<'a> {
    all: &'a [(String, Vec<u8>)],
    relations: Element,
    types: Element,
}

impl<'a> Source<'a> {
    pub fn new(all: &'a [(String, Vec<u8>)], main: &str) -> Result<Self, String> {
        let Some(file) = main.strip_prefix("word/").filter(|file| !file.contains('/')) else {
            return Err("不是 Word 保存的文件".to_owned());
        };
        let find =
            |name: &str| all.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.as_slice());
        let relations = find(&format!("word/_rels/{file}.rels")).ok_or("没有样式")?;
        let types = find("[Content_Types].xml").ok_or("缺少 [Content_Types].xml")?;
        Ok(Self { all, relations: root(relations)?, types: root(types)? })
    }

    pub fn bytes(&self, name: &str) -> Option<&'a [u8]> {
        self.all.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.as_slice())
    }

    /// The part of that kind which the text is related to.
    pub fn related(&self, kind: &'static str) -> Option<Part> {
        let relation = self.relations.elements().find(|e| is_kind(e, kind))?;
        self.part(relation, kind)
    }

    /// Theme, fonts, settings, and the headers and footers that the section calls.
    pub fn look(&self, section: &Section) -> Result<Vec<Part>, String> {
        let mut parts: Vec<Part> = KINDS.iter().filter_map(|kind| self.related(kind)).collect();
        for (kind, references) in [("header", &section.headers), ("footer", &section.footers)] {
            for reference in references {
                let id = reference.attribute("r:id").unwrap_or_default();
                let relation = self.relations.elements().find(|e| e.attribute("Id") == Some(id));
                let part = relation.and_then(|relation| self.part(relation, kind));
                let part = part.ok_or_else(|| format!("页眉页脚 {id} 不在文件中"))?;
                if !parts.iter().any(|known| known.name == part.name) {
                    parts.push(part);
                }
            }
        }
        let mut beside = Vec::new();
        for part in parts.iter().filter(|part| part.kind != "settings") {
            self.beside(&part.name, &mut beside)?;
        }
        parts.extend(beside);
        Ok(parts)
    }

    /// The relations of a part, and what they lead to (pictures of a header).
    fn beside(&self, name: &str, out: &mut Vec<Part>) -> Result<(), String> {
        let relations = format!("_rels/{name}.rels");
        let Some(bytes) = self.bytes(&format!("word/{relations}")) else { return Ok(()) };
        out.push(unrelated(relations, bytes, None));
        for relation in root(bytes)?.elements() {
            let Some(target) = target(relation) else { continue };
            let Some(bytes) = self.bytes(&format!("word/{target}")) else { continue };
            if !out.iter().any(|known| known.name == target) {
                let content = self.content_type(&target);
                out.push(unrelated(target, bytes, content));
            }
        }
        Ok(())
    }

    fn part(&self, relation: &Element, kind: &'static str) -> Option<Part> {
        let name = target(relation)?;
        let bytes = self.bytes(&format!("word/{name}"))?.to_vec();
        let content = self.content_type(&name);
        Some(Part { id: relation.attribute("Id")?.to_owned(), name, kind, bytes, content })
    }

    fn content_type(&self, name: &str) -> Option<String> {
        let full = format!("/word/{name}");
        let extension = name.rsplit('.').next().unwrap_or_default().to_lowercase();
        let own = self.types.elements().find(|e| e.attribute("PartName") == Some(&full));
        let by_extension = || {
            let fits = |e: &&Element| e.attribute("Extension").is_some_and(|x| x.to_lowercase() == extension);
            self.types.elements().find(fits)
        };
        own.or_else(by_extension)?.attribute("ContentType").map(str::to_owned)
    }
}

/// A part that nothing but another part of the look calls.
fn unrelated(name: String, bytes: &[u8], content: Option<String>) -> Part {
    Part { name, kind: "", id: String::new(), bytes: bytes.to_vec(), content }
}

fn is_kind(relation: &Element, kind: &str) -> bool {
    relation.attribute("Type").is_some_and(|t| t.rsplit('/').next() == Some(kind))
}

/// Name of a part within `word/`; none for what lies outside the file or the folder.
fn target(relation: &Element) -> Option<String> {
    if relation.attribute("TargetMode") == Some("External") {
        return None;
    }
    let target = relation.attribute("Target")?;
    let inside = target.strip_prefix("/word/").unwrap_or(target);
    let plain = !inside.starts_with('/') && !inside.contains("..");
    plain.then(|| inside.trim_start_matches("./").to_owned())
}

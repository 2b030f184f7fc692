//! An office's own look for Word: `templates/word/参考样式.docx`.
//!
//! From it come styles, theme, fonts, page set-up, header and footer; its text is never taken, nor
//! anything only its text uses. Our paragraphs then carry the office's styles where it has one of the
//! same name (`heading 1`, `Title`, `caption` …); the others are added beside them.

mod dress;
mod numbers;
mod package;
mod section;
mod styles;
#[cfg(test)]
mod tests;

use std::path::Path;

use self::section::Section;
use self::styles::Styles;
use super::markup::{self, Element, Node};
use super::package::Part;
use crate::docx::{self, Limits};
use crate::error::{Error, Result};

/// Where the file stands below `templates/`.
pub const PATH: &str = "word/参考样式.docx";
/// Narrower text than this (in twips, 80 mm) cannot hold our tables.
const NARROWEST: u32 = 4536;

/// A reference document that was read.
#[derive(Debug)]
pub struct Reference {
    styles: Styles,
    section: Section,
    /// Root of its numbering, where it has one.
    numbering: Option<Element>,
    /// All other parts a look consists of.
    parts: Vec<Part>,
}

impl Reference {
    /// Reads a reference document; `path` is named in messages.
    ///
    /// # Errors
    /// [`Error::Config`] saying what is wrong with the file.
    pub fn open(path: &Path, bytes: &[u8]) -> Result<Self> {
        Self::read(bytes).map_err(|reason| {
            let message = format!("参考样式文件无法使用：{reason}");
            Error::config(path, None, message, "请用 Word 或 WPS 打开，另存为 .docx 文件后再放回")
        })
    }

    fn read(bytes: &[u8]) -> std::result::Result<Self, String> {
        let limits = Limits::default();
        let all = docx::parts(bytes, &limits).map_err(|fault| fault.to_string())?;
        let main_name = docx::main_part_name(bytes, &limits).map_err(|fault| fault.to_string())?;
        let source = package::Source::new(&all, &main_name)?;
        let main = root(source.bytes(&main_name).unwrap_or_default())?;
        let section = Section::of(&main);
        if section.width() < NARROWEST {
            return Err("版心宽度不足80毫米".to_owned());
        }
        let styles = source.related("styles").ok_or("没有样式")?;
        let numbering = source.related("numbering").map(|part| root(&part.bytes)).transpose()?;
        let parts = source.look(&section)?;
        Ok(Self { styles: Styles::of(root(&styles.bytes)?), section, numbering, parts })
    }

    /// Width of the text on a portrait page, in twips.
    pub fn width(&self) -> u32 {
        self.section.width()
    }

    /// Width of the text on a turned page, in twips.
    pub fn turned_width(&self) -> u32 {
        self.section.height()
    }

    /// Whether it brings headers of its own, so that ours have no place.
    pub const fn has_headers(&self) -> bool {
        !self.section.headers.is_empty()
    }

    /// Whether it brings footers of its own.
    pub const fn has_footers(&self) -> bool {
        !self.section.footers.is_empty()
    }

    /// Our main part and parts in the office's look.
    ///
    /// # Errors
    /// A fault of the program only.
    pub fn dress(&self, main: &[u8], parts: Vec<Part>) -> Result<(Vec<u8>, Vec<Part>)> {
        dress::dress(self, main, parts)
            .map_err(|reason| Error::internal(format!("Word 文件无法套用参考样式（{reason}）")))
    }
}

/// Root element of a part.
fn root(bytes: &[u8]) -> std::result::Result<Element, String> {
    let nodes = markup::parse(bytes, &Limits::default())?;
    let root = nodes.into_iter().find_map(|node| match node {
        Node::Element(element) => Some(element),
        Node::Words(_) => None,
    });
    root.ok_or_else(|| "内容为空".to_owned())
}

/// Value of an element's `val`.
fn val(element: &Element) -> Option<&str> {
    element.attribute(&element.beside("val"))
}

/// Changes the `val` of an element.
fn set_val(element: &mut Element, value: &str) {
    let name = element.beside("val");
    element.attributes = format!(" {name}=\"{value}\"");
}

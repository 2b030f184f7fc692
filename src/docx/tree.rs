//! The markup of a part as a small tree of elements and words.
//!
//! Names are kept without prefix, so that the transitional and the strict
//! edition of the format read alike. Entities other than the five of XML are
//! refused; depth and number of elements are limited.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{Limits, WordFault};

/// One element.
#[derive(Debug, Default)]
pub struct Element {
    /// Name without its prefix.
    pub name: String,
    attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

/// What stands in an element.
#[derive(Debug)]
pub enum Node {
    Element(Element),
    Words(String),
}

impl Element {
    /// Value of an attribute, by its name without prefix.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Elements directly within this one.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Words(_) => None,
        })
    }

    /// First element of that name directly within this one.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|element| element.name == name)
    }

    /// All character data within, markup of Word or not.
    pub fn all_words(&self) -> String {
        let mut words = String::new();
        self.collect_words(&mut words);
        words
    }

    fn collect_words(&self, words: &mut String) {
        for node in &self.children {
            match node {
                Node::Element(element) => element.collect_words(words),
                Node::Words(text) => words.push_str(text),
            }
        }
    }

    /// Tag of a content control.
    pub fn tag(&self) -> Option<&str> {
        self.child("sdtPr")?.child("tag")?.attribute("val")
    }

    /// Whether a content control shows its placeholder, so that nobody filled it in.
    pub fn shows_placeholder(&self) -> bool {
        let shows = self.child("sdtPr").and_then(|properties| properties.child("showingPlcHdr"));
        shows.is_some_and(|shows| !matches!(shows.attribute("val"), Some("0" | "false" | "off")))
    }

    /// Makes placeholders text like any other, as a program without content
    /// controls saves them.
    pub fn reveal_placeholders(&mut self) {
        let marks_placeholder = |node: &Node| matches!(node, Node::Element(e) if e.name == "showingPlcHdr");
        self.children.retain(|node| !marks_placeholder(node));
        for node in &mut self.children {
            if let Node::Element(element) = node {
                element.reveal_placeholders();
            }
        }
    }

    /// Tagged content controls within, in reading order.
    pub fn controls(&self) -> Vec<(&str, &Self)> {
        let mut found = Vec::new();
        self.collect_controls(&mut found);
        found
    }

    fn collect_controls<'a>(&'a self, found: &mut Vec<(&'a str, &'a Self)>) {
        if let Some(tag) = self.tag().filter(|_| self.name == "sdt") {
            found.push((tag, self));
        }
        for element in self.elements().filter(|element| !element.is_out_of_text()) {
            element.collect_controls(found);
        }
    }

    /// The text a reader of the page sees: paragraphs and rows end a line,
    /// cells of a row are parted by a tab.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.collect_text(&mut text);
        text.trim_end_matches('\n').to_owned()
    }

    fn collect_text(&self, text: &mut String) {
        if matches!(self.name.as_str(), "drawing" | "pict") {
            return self.collect_boxes(text);
        }
        if self.is_out_of_text() || (self.name == "sdt" && self.shows_placeholder()) {
            return;
        }
        match self.name.as_str() {
            "t" => text.push_str(&self.all_words()),
            "tab" => text.push('\t'),
            "br" if matches!(self.attribute("type"), Some("page" | "column")) => {}
            "br" | "cr" => text.push('\n'),
            "noBreakHyphen" => text.push('-'),
            "tr" => self.collect_row(text),
            _ => {
                self.elements().for_each(|element| element.collect_text(text));
                if self.name == "p" {
                    text.push('\n');
                }
            }
        }
    }

    /// The words in text boxes of a drawing, each box on lines of its own.
    fn collect_boxes(&self, text: &mut String) {
        for element in self.elements().filter(|e| e.name != "Fallback") {
            if element.name != "txbxContent" {
                element.collect_boxes(text);
                continue;
            }
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            element.elements().for_each(|e| e.collect_text(text));
        }
    }

    fn collect_row(&self, text: &mut String) {
        let cells: Vec<String> = self.elements().filter(|e| e.holds_cells()).map(|e| e.text()).collect();
        text.push_str(&cells.join("\t"));
        text.push('\n');
    }

    /// A cell, or a content control or revision around cells.
    fn holds_cells(&self) -> bool {
        self.name == "tc" || (self.name != "p" && self.elements().any(Self::holds_cells))
    }

    /// What is not part of the text: properties, deleted words, drawings, the
    /// older copy of something newer.
    pub fn is_out_of_text(&self) -> bool {
        matches!(
            self.name.as_str(),
            "pPr"
                | "rPr"
                | "sdtPr"
                | "sdtEndPr"
                | "tcPr"
                | "trPr"
                | "tblPr"
                | "tblGrid"
                | "sectPr"
                | "del"
                | "moveFrom"
                | "drawing"
                | "pict"
                | "object"
                | "Fallback"
                | "instrText"
                | "delText"
        )
    }
}

/// Reads a part.
///
/// # Errors
/// It is not well formed, uses entities, or goes beyond the limits.
pub fn parse(bytes: &[u8], part: &str, limits: &Limits) -> Result<Element, WordFault> {
    let damaged =
        |reason: &dyn ToString| WordFault::Damaged { part: part.to_owned(), reason: reason.to_string() };
    let text = std::str::from_utf8(bytes).map_err(|fault| damaged(&fault))?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{FEFF}'));
    let mut open = vec![Element::default()];
    let mut count = 0usize;
    loop {
        match reader.read_event().map_err(|fault| damaged(&fault))? {
            Event::Start(start) => {
                count += 1;
                open.push(element(&start).map_err(|fault| damaged(&fault))?);
            }
            Event::Empty(start) => {
                count += 1;
                let element = element(&start).map_err(|fault| damaged(&fault))?;
                add(&mut open, Node::Element(element));
            }
            Event::End(_) => close(&mut open),
            Event::Text(words) => add_words(&mut open, &words.xml10_content()),
            Event::CData(words) => add_words(&mut open, &words.xml10_content()),
            Event::GeneralRef(entity) => {
                let words = resolve(&entity).ok_or_else(|| damaged(&"含有不允许的实体"))?;
                add_words(&mut open, &words);
            }
            Event::DocType(_) => return Err(damaged(&"含有不允许的文档类型声明")),
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
        }
        if open.len() > limits.depth || count > limits.elements {
            return Err(WordFault::TooLarge { what: "内容层次或元素过多" });
        }
    }
    if open.len() != 1 {
        return Err(damaged(&"内容不完整"));
    }
    let root = open.pop().and_then(|mut top| top.children.pop());
    match root {
        Some(Node::Element(root)) => Ok(root),
        _ => Err(damaged(&"内容为空")),
    }
}

fn element(start: &BytesStart) -> Result<Element, quick_xml::Error> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute?;
        let value = attribute.normalized_value(XmlVersion::Explicit1_0)?.into_owned();
        attributes.push((attribute.key.local_name().into_inner().to_owned(), value));
    }
    Ok(Element { name: start.local_name().into_inner().to_owned(), attributes, children: Vec::new() })
}

fn add(open: &mut [Element], node: Node) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(node);
    }
}

/// Adds words; those outside the root element are blank space only.
fn add_words(open: &mut [Element], words: &str) {
    if open.len() > 1 {
        add(open, Node::Words(words.to_owned()));
    }
}

fn close(open: &mut Vec<Element>) {
    if open.len() > 1
        && let Some(element) = open.pop()
    {
        add(open, Node::Element(element));
    }
}

fn resolve(entity: &BytesRef) -> Option<String> {
    if let Some(c) = entity.resolve_char_ref().ok()? {
        return Some(c.to_string());
    }
    resolve_xml_entity(&entity.xml10_content()).map(str::to_owned)
}

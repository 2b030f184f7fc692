//! The markup of somebody else's Word part, kept as it was written.
//!
//! Unlike the tree we read answers from, nothing is dropped here: prefixes and attributes
//! come out again, so that an office's form looks after filling as it looked before.

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_xml_entity};
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::form::tag::Tag;
use crate::docx::Limits;

/// An element with its attributes as written.
#[derive(Clone, Debug, Default)]
pub struct Element {
    /// Name with its prefix, e.g. `w:p`.
    pub name: String,
    /// What stands in the start tag behind the name.
    pub attributes: String,
    pub children: Vec<Node>,
    /// Number of a paragraph within its part, from 1; 0 for other elements.
    pub paragraph: usize,
    /// Set where the element is a run that holds a field and nothing else.
    pub tag: Option<Tag>,
}

/// What stands in an element.
#[derive(Clone, Debug)]
pub enum Node {
    Element(Element),
    Words(String),
}

impl Element {
    pub fn new(name: String, children: Vec<Node>) -> Self {
        Self { name, children, ..Self::default() }
    }

    /// Name without prefix.
    pub fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or(&self.name)
    }

    /// The value of an attribute as written, by its full name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let start = self.attributes.find(&format!(" {name}="))? + name.len() + 2;
        let rest = self.attributes.get(start..)?;
        let quote = rest.chars().next()?;
        rest.get(1..)?.split(quote).next()
    }

    /// An element without content; attributes as written, with a blank before each.
    pub fn leaf(name: &str, attributes: String) -> Node {
        Node::Element(Self { attributes, ..Self::new(name.to_owned(), Vec::new()) })
    }

    /// A name of the same prefix as this element's.
    pub fn beside(&self, local: &str) -> String {
        match self.name.split_once(':') {
            Some((prefix, _)) => format!("{prefix}:{local}"),
            None => local.to_owned(),
        }
    }

    /// The same start tag around other children.
    pub fn around(&self, children: Vec<Node>) -> Self {
        Self { children, tag: None, ..self.shell() }
    }

    fn shell(&self) -> Self {
        Self {
            name: self.name.clone(),
            attributes: self.attributes.clone(),
            paragraph: self.paragraph,
            ..Self::default()
        }
    }

    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(Node::element)
    }

    pub fn child(&self, local: &str) -> Option<&Self> {
        self.elements().find(|e| e.local() == local)
    }

    /// Character data directly within.
    pub fn words(&self) -> String {
        let words = self.children.iter().filter_map(|node| match node {
            Node::Words(words) => Some(words.as_str()),
            Node::Element(_) => None,
        });
        words.collect()
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        out.push_str(&self.attributes);
        if self.children.is_empty() {
            return out.push_str("/>");
        }
        out.push('>');
        write_nodes(&self.children, out);
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}

impl Node {
    pub const fn element(&self) -> Option<&Element> {
        match self {
            Self::Element(element) => Some(element),
            Self::Words(_) => None,
        }
    }
}

/// A part as XML.
pub fn write(nodes: &[Node]) -> Vec<u8> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
    write_nodes(nodes, &mut out);
    out.into_bytes()
}

fn write_nodes(nodes: &[Node], out: &mut String) {
    for node in nodes {
        match node {
            Node::Element(element) => element.write(out),
            Node::Words(words) => out.push_str(&escape(words.as_str())),
        }
    }
}

/// Reads a part; the nodes are those beside and including its root.
///
/// # Errors
/// Says why the part is not well formed, or that it goes beyond the limits.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Vec<Node>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "不是 UTF-8 编码".to_owned())?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{FEFF}'));
    let mut open = vec![Element::default()];
    let (mut count, mut paragraphs) = (0usize, 0usize);
    loop {
        match reader.read_event().map_err(|fault| fault.to_string())? {
            Event::Start(start) => open.push(element(&start, &mut paragraphs)),
            Event::Empty(start) => {
                let element = element(&start, &mut paragraphs);
                add(&mut open, Node::Element(element));
            }
            Event::End(_) => close(&mut open),
            Event::Text(words) => add_words(&mut open, &words.xml10_content()),
            Event::CData(words) => add_words(&mut open, &words.xml10_content()),
            Event::GeneralRef(entity) => {
                let words = resolve(&entity).ok_or("含有不允许的实体")?;
                add_words(&mut open, &words);
            }
            Event::DocType(_) => return Err("含有不允许的文档类型声明".to_owned()),
            Event::Eof => break,
            // Word itself writes neither comments nor instructions.
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
        }
        count += 1;
        if open.len() > limits.depth || count > 4 * limits.elements {
            return Err("内容层次或元素过多".to_owned());
        }
    }
    match open.pop() {
        Some(top) if open.is_empty() && top.elements().count() == 1 => Ok(top.children),
        _ => Err("内容不完整".to_owned()),
    }
}

fn element(start: &BytesStart, paragraphs: &mut usize) -> Element {
    let name = start.name().into_inner().to_owned();
    let attributes = start.attributes_raw().trim_end();
    let attributes =
        if attributes.is_empty() { String::new() } else { format!(" {}", attributes.trim_start()) };
    let mut element = Element { attributes, ..Element::new(name, Vec::new()) };
    if element.local() == "p" && element.name != "a:p" {
        *paragraphs += 1;
        element.paragraph = *paragraphs;
    }
    element
}

fn add(open: &mut [Element], node: Node) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(node);
    }
}

/// Adds words; pieces around an entity become one.
fn add_words(open: &mut [Element], words: &str) {
    if open.len() == 1 || words.is_empty() {
        return;
    }
    let Some(parent) = open.last_mut() else { return };
    match parent.children.last_mut() {
        Some(Node::Words(before)) => before.push_str(words),
        _ => parent.children.push(Node::Words(words.to_owned())),
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

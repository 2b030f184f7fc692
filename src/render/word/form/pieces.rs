//! Puts each field of a form into a run of its own.
//!
//! Word cuts what was typed into runs where it pleases (spelling, input method, revisions), so that
//! `{{ ent` and `erprise }}` may stand apart. A field is gathered into the run it begins in, whose look it keeps.

use std::ops::Range;

use super::{Fault, tag};
use crate::render::word::markup::{Element, Node};

/// Gathers the fields of every paragraph.
///
/// # Errors
/// The first field that is not closed or cannot be read, with its paragraph.
pub fn gather(nodes: &mut [Node], texts: &mut Vec<(usize, String)>) -> Result<(), Fault> {
    for node in nodes {
        let Node::Element(element) = node else { continue };
        if element.paragraph > 0 {
            paragraph(element, texts)?;
        }
        gather(&mut element.children, texts)?;
    }
    Ok(())
}

fn paragraph(element: &mut Element, texts: &mut Vec<(usize, String)>) -> Result<(), Fault> {
    let mut pieces = Vec::new();
    collect(&element.children, &mut pieces);
    let words = pieces.concat();
    texts.push((element.paragraph, words.clone()));
    let fault = |message: String| Fault { paragraph: element.paragraph, message, hint: String::new() };
    let fields = tag::find(&words).map_err(fault)?;
    if fields.is_empty() {
        return Ok(());
    }
    for field in &fields {
        tag::read(&words[field.clone()]).map_err(fault)?;
    }
    let mut moved = gathered(&pieces, &fields).into_iter();
    put_back(&mut element.children, &mut moved);
    split_runs(&mut element.children);
    Ok(())
}

/// Whether an element holds paragraphs of its own (a text box), whose words are not this paragraph's.
fn is_apart(element: &Element) -> bool {
    matches!(element.local(), "drawing" | "pict" | "object" | "AlternateContent") || element.paragraph > 0
}

/// Words of all `w:t`, in reading order.
fn collect(nodes: &[Node], pieces: &mut Vec<String>) {
    for element in nodes.iter().filter_map(Node::element).filter(|e| !is_apart(e)) {
        if element.local() == "t" {
            pieces.push(element.words());
        } else {
            collect(&element.children, pieces);
        }
    }
}

/// The same words in the same number of pieces, each field whole in the piece it begins in.
fn gathered(pieces: &[String], fields: &[Range<usize>]) -> Vec<String> {
    let mut out = Vec::with_capacity(pieces.len());
    let mut start = 0;
    for piece in pieces {
        let end = start + piece.len();
        let mut words = String::new();
        let mut at = start;
        while at < end {
            let field = fields.iter().find(|f| f.contains(&at));
            let next = fields.iter().map(|f| f.start).filter(|s| *s > at).min().unwrap_or(usize::MAX);
            let until = field.map_or(next.min(end), |f| f.end.min(end));
            match field {
                Some(f) if f.start == at => words.push_str(&whole(pieces, f)),
                Some(_) => {}
                None => words.push_str(piece.get(at - start..until - start).unwrap_or("")),
            }
            at = until;
        }
        out.push(words);
        start = end;
    }
    out
}

fn whole(pieces: &[String], field: &Range<usize>) -> String {
    pieces.concat().get(field.clone()).unwrap_or("").to_owned()
}

fn put_back(nodes: &mut [Node], words: &mut impl Iterator<Item = String>) {
    for node in nodes {
        let Node::Element(element) = node else { continue };
        if is_apart(element) {
            continue;
        }
        if element.local() == "t" {
            *element = text(element, words.next().unwrap_or_default());
        } else {
            put_back(&mut element.children, words);
        }
    }
}

/// A `w:t` of the same prefix.
fn text(beside: &Element, words: String) -> Element {
    let children = if words.is_empty() { Vec::new() } else { vec![Node::Words(words)] };
    Element { attributes: " xml:space=\"preserve\"".to_owned(), ..Element::new(beside.beside("t"), children) }
}

/// Runs that hold a field are cut before and behind it.
fn split_runs(nodes: &mut Vec<Node>) {
    let mut out = Vec::with_capacity(nodes.len());
    for node in nodes.drain(..) {
        match node {
            Node::Element(run) if run.local() == "r" => out.extend(split(run)),
            Node::Element(mut element) => {
                if !is_apart(&element) {
                    split_runs(&mut element.children);
                }
                out.push(Node::Element(element));
            }
            other => out.push(other),
        }
    }
    *nodes = out;
}

fn split(run: Element) -> Vec<Node> {
    let holds = |e: &Element| e.local() == "t" && tag::find(&e.words()).is_ok_and(|f| !f.is_empty());
    if !run.elements().any(holds) {
        return vec![Node::Element(run)];
    }
    let look = run.child("rPr").cloned();
    let with_look = |content: Vec<Node>, tag| {
        let look = look.clone().map(Node::Element);
        Node::Element(Element { tag, ..run.around(look.into_iter().chain(content).collect()) })
    };
    let mut out = Vec::new();
    let mut plain: Vec<Node> = Vec::new();
    for node in &run.children {
        match node.element() {
            Some(e) if e.local() == "rPr" => {}
            Some(e) if holds(e) => {
                for (words, tag) in cut(&e.words()) {
                    if tag.is_some() {
                        if !plain.is_empty() {
                            out.push(with_look(std::mem::take(&mut plain), None));
                        }
                        out.push(with_look(Vec::new(), tag));
                    } else {
                        plain.push(Node::Element(text(e, words)));
                    }
                }
            }
            _ => plain.push(node.clone()),
        }
    }
    if !plain.is_empty() {
        out.push(with_look(plain, None));
    }
    out
}

/// Words before, between and behind fields, and the fields.
fn cut(words: &str) -> Vec<(String, Option<tag::Tag>)> {
    let mut out = Vec::new();
    let mut at = 0;
    for field in tag::find(words).unwrap_or_default() {
        if field.start > at {
            out.push((words[at..field.start].to_owned(), None));
        }
        out.push((String::new(), tag::read(&words[field.clone()]).ok()));
        at = field.end;
    }
    if at < words.len() {
        out.push((words[at..].to_owned(), None));
    }
    out
}

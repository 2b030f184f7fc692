//! Fills the fields of one part: prints names, repeats what a loop encloses, drops what an `if` does not keep.
//!
//! A loop may stand within a paragraph, over whole paragraphs (its two ends each alone in one), or over a
//! row of a table (its two ends in cells of one row, or each alone in a row). In all three the ends are
//! siblings in the markup, so one walk over siblings does for all.

use super::Fault;
use super::names::Value;
use super::tag::Tag;
use crate::compose::narrative::suggestion;
use crate::docx::{Field, PLACEHOLDER};
use crate::render::word::markup::{Element, Node};

/// Ids of content controls count from here, far from those an office's own have.
const FIRST_ID: u32 = 1_900_000_000;

/// One filling.
pub struct Filler<'a> {
    root: &'a Value,
    /// Names that loops gave, innermost last.
    loops: Vec<(String, &'a Value)>,
    /// How often each of them has come round.
    counts: Vec<usize>,
    /// Both branches of every `if` are walked; the outcome is thrown away.
    checking: bool,
    /// Whether printed answers get content controls, by which they are found again.
    controls: bool,
    here: usize,
    /// Whether the field being printed is all its paragraph says.
    alone: bool,
    next_id: u32,
}

type Filled = Result<Vec<Node>, Fault>;

impl<'a> Filler<'a> {
    pub const fn new(root: &'a Value, checking: bool, controls: bool) -> Self {
        let (here, alone) = (1, false);
        Self {
            root,
            loops: Vec::new(),
            counts: Vec::new(),
            checking,
            controls,
            here,
            alone,
            next_id: FIRST_ID,
        }
    }

    /// Fills siblings.
    ///
    /// # Errors
    /// An unknown name, or a loop or condition without its other end.
    pub fn fill(&mut self, nodes: &[Node]) -> Filled {
        let mut out = Vec::with_capacity(nodes.len());
        let mut at = 0;
        while let Some(node) = nodes.get(at) {
            let Node::Element(element) = node else {
                out.push(node.clone());
                at += 1;
                continue;
            };
            self.here = first_paragraph(element).unwrap_or(self.here);
            if is_balanced(element) {
                out.extend(self.element(element)?);
                at += 1;
                continue;
            }
            let Some(tag) = lone(element) else { return Err(self.unbalanced(element)) };
            let end = self.end_of(nodes, at, tag)?;
            out.extend(self.enclosed(tag, &nodes[at + 1..end])?);
            at = end + 1;
        }
        Ok(out)
    }

    fn element(&mut self, element: &Element) -> Filled {
        if let Some(Tag::Print(name)) = &element.tag {
            return Ok(self.print(element, name)?.into_iter().collect());
        }
        if element.local() == "tr" && !element.elements().all(is_balanced) {
            return self.row(element);
        }
        let outer = (self.controls, self.alone);
        if element.local() == "sdt" {
            self.controls = false;
        }
        if element.paragraph > 0 {
            self.here = element.paragraph;
            self.alone = says_one_field(element);
        }
        let children = self.fill(&element.children)?;
        (self.controls, self.alone) = outer;
        if element.local() == "tbl" && !children.iter().filter_map(Node::element).any(|e| holds(e, "tr")) {
            // Word refuses a table without rows.
            return Ok(Vec::new());
        }
        Ok(vec![Node::Element(element.around(with_paragraph(element, children)))])
    }

    /// A row whose cells hold the two ends of a loop: the row is what is repeated.
    fn row(&mut self, row: &Element) -> Filled {
        let steering = steering(row);
        let (Some(first), Some(last)) = (steering.first(), steering.last()) else { return Ok(Vec::new()) };
        let closed = matches!((first, last), (Tag::For { .. }, Tag::EndFor) | (Tag::If { .. }, Tag::EndIf));
        if !closed || !encloses_all(&steering) {
            return Err(self.misplaced(row));
        }
        let mut bare = row.clone();
        drop_steering(&mut bare, &mut 0, steering.len());
        self.enclosed(first, &[Node::Element(bare)])
    }

    /// What stands between the two ends of a loop or condition.
    fn enclosed(&mut self, tag: &Tag, nodes: &[Node]) -> Filled {
        match tag {
            Tag::For { each, list } => self.repeat(each, list, nodes),
            Tag::If { name, not } => {
                let speaks = self.find(name)?.speaks();
                let (then, other) = branches(nodes);
                if self.checking {
                    self.fill(then)?;
                    return self.fill(other);
                }
                self.fill(if speaks == *not { other } else { then })
            }
            _ => Ok(Vec::new()),
        }
    }

    fn repeat(&mut self, each: &str, list: &[String], nodes: &[Node]) -> Filled {
        let value = self.find(list)?;
        let Some(entries) = &value.entries else {
            let hint = match value.members.first() {
                Some((inner, ..)) => format!("是否应为 `{}.{inner}`？", list.join(".")),
                None => "可以循环的有 notes、marks、indicators 和各项的 paragraphs".to_owned(),
            };
            return Err(self.fault(format!("{} 不是可以循环的列表", list.join(".")), hint));
        };
        let mut out = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            self.loops.push((each.to_owned(), entry));
            self.counts.push(at + 1);
            let filled = self.fill(nodes);
            self.counts.pop();
            self.loops.pop();
            out.extend(filled?);
        }
        Ok(out)
    }

    /// Place of the other end among the siblings.
    fn end_of(&self, nodes: &[Node], start: usize, tag: &Tag) -> Result<usize, Fault> {
        if !tag.opens() {
            return Err(self.fault(format!("{tag} 没有对应的开头"), String::new()));
        }
        let mut depth = 0usize;
        for (at, node) in nodes.iter().enumerate().skip(start) {
            let Some(element) = node.element().filter(|e| !is_balanced(e)) else { continue };
            match lone(element) {
                Some(tag) if tag.opens() => depth += 1,
                Some(Tag::Else) => {}
                Some(other) => {
                    depth -= 1;
                    if depth == 0 {
                        let fits = matches!(
                            (tag, other),
                            (Tag::For { .. }, Tag::EndFor) | (Tag::If { .. }, Tag::EndIf)
                        );
                        return if fits { Ok(at) } else { Err(self.unclosed(tag)) };
                    }
                }
                None => return Err(self.misplaced(element)),
            }
        }
        Err(self.unclosed(tag))
    }

    fn unclosed(&self, tag: &Tag) -> Fault {
        let end = if matches!(tag, Tag::If { .. }) { "{% endif %}" } else { "{% endfor %}" };
        self.fault(
            format!("{tag} 没有结束，缺少 {end}"),
            "开头和结尾应在同一段内，或各占一段，或在表格的同一行内，或各占一行".to_owned(),
        )
    }

    /// The fault of the innermost end that stands alone.
    fn unbalanced(&mut self, element: &Element) -> Fault {
        let within = self.fill(&element.children);
        within.err().unwrap_or_else(|| self.misplaced(element))
    }

    fn misplaced(&self, element: &Element) -> Fault {
        let tags = steering(element);
        let tag = tags.first().map(ToString::to_string).unwrap_or_default();
        let here = first_paragraph(element).unwrap_or(self.here);
        Fault {
            paragraph: here,
            message: format!("{tag} 的位置不对，或没有对应的另一端"),
            hint: "开头和结尾应在同一段内，或各占一段，或在表格的同一行内，或各占一行".to_owned(),
        }
    }

    /// What a name stands for.
    fn find(&self, path: &[String]) -> Result<&'a Value, Fault> {
        let mut parts = path.iter();
        let first = parts.next().map(String::as_str).unwrap_or_default();
        let looped = self.loops.iter().rev().find(|(name, _)| name == first).map(|(_, value)| *value);
        let Some(mut value) = looped.or_else(|| self.root.member(first)) else {
            let loops = self.loops.iter().map(|(name, _)| name.clone());
            let known: Vec<String> = loops.chain(self.root.names().map(str::to_owned)).collect();
            return Err(self.unknown(&path.join("."), first, "", &known));
        };
        let mut before = first.to_owned();
        for part in parts {
            let Some(member) = value.member(part) else {
                let known: Vec<String> = value.names().map(str::to_owned).collect();
                return Err(self.unknown(&path.join("."), part, &before, &known));
            };
            value = member;
            before = format!("{before}.{part}");
        }
        Ok(value)
    }

    fn unknown(&self, path: &str, part: &str, before: &str, known: &[String]) -> Fault {
        let dot = if before.is_empty() { "" } else { "." };
        let hint = match suggestion(part, known) {
            Some(near) => format!("是否应为 `{before}{dot}{near}`？可用的名称见 templates/word/说明.md"),
            None => "可用的名称见 templates/word/说明.md".to_owned(),
        };
        self.fault(format!("没有名为 `{path}` 的字段"), hint)
    }

    const fn fault(&self, message: String, hint: String) -> Fault {
        Fault { paragraph: self.here, message, hint }
    }

    /// The words of a name in the look of the run its field stood in.
    fn print(&mut self, run: &Element, name: &[String]) -> Result<Vec<Node>, Fault> {
        if let (["loop", "index"], Some(count)) = (names(name).as_slice(), self.counts.last()) {
            let words = lines(run, &count.to_string());
            return Ok(vec![in_look(run, words)]);
        }
        let value = self.find(name)?;
        let Some(text) = &value.text else {
            let list = name.join(".");
            let hint = format!("请用 {{% for x in {list} %}}…{{{{ x }}}}…{{% endfor %}}");
            return Err(self.fault(format!("`{list}` 是列表，不能直接印出"), hint));
        };
        let empty = text.trim().is_empty();
        let words = lines(run, if empty { PLACEHOLDER } else { text });
        let filled = in_look(run, words);
        let Some(field) = value.field.filter(|f| self.controls && (self.alone || !Field::ITEMS.contains(f)))
        else {
            return Ok(vec![filled]);
        };
        self.next_id += 1;
        Ok(vec![control(run, field, self.next_id, empty, filled)])
    }
}

fn names(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

/// A run of the same look around other words.
fn in_look(run: &Element, words: Vec<Node>) -> Node {
    let look = run.child("rPr").cloned().map(Node::Element);
    Node::Element(run.around(look.into_iter().chain(words).collect()))
}

/// Words of a run: line ends and tabs become Word's own.
fn lines(run: &Element, text: &str) -> Vec<Node> {
    let mut out = Vec::new();
    let leaf = |name: &str| Node::Element(Element::new(run.beside(name), Vec::new()));
    for (at, line) in crate::render::word::xml::clean(text).split('\n').enumerate() {
        if at > 0 {
            out.push(leaf("br"));
        }
        for (at, piece) in line.split('\t').enumerate() {
            if at > 0 {
                out.push(leaf("tab"));
            }
            let attributes = " xml:space=\"preserve\"".to_owned();
            let words = Element::new(run.beside("t"), vec![Node::Words(piece.to_owned())]);
            out.push(Node::Element(Element { attributes, ..words }));
        }
    }
    out
}

/// A content control by which the answer is found when the form comes back.
fn control(run: &Element, field: Field, id: u32, placeholder: bool, inner: Node) -> Node {
    let name = |local: &str| run.beside(local);
    let prefix = run.name.strip_suffix("r").unwrap_or_default();
    let valued = |local: &str, value: &str| {
        let attributes = format!(" {prefix}val=\"{value}\"");
        Node::Element(Element { attributes, ..Element::new(name(local), Vec::new()) })
    };
    let mut properties =
        vec![valued("alias", field.label()), valued("tag", &field.tag()), valued("id", &id.to_string())];
    if placeholder {
        properties.push(Node::Element(Element::new(name("showingPlcHdr"), Vec::new())));
    }
    let properties = Element::new(name("sdtPr"), properties);
    let content = Element::new(name("sdtContent"), vec![inner]);
    Node::Element(Element::new(name("sdt"), vec![Node::Element(properties), Node::Element(content)]))
}

/// A cell, header or text box ends with a paragraph, as Word asks.
fn with_paragraph(parent: &Element, mut children: Vec<Node>) -> Vec<Node> {
    if !matches!(parent.local(), "tc" | "txbxContent" | "hdr" | "ftr") {
        return children;
    }
    if children.iter().rev().find_map(Node::element).is_none_or(|last| last.local() != "p") {
        children.push(Node::Element(Element::new(parent.beside("p"), Vec::new())));
    }
    children
}

fn holds(element: &Element, local: &str) -> bool {
    element.local() == local || (element.local() != "tbl" && element.elements().any(|e| holds(e, local)))
}

/// Whether a paragraph says one name and nothing else.
fn says_one_field(paragraph: &Element) -> bool {
    let mut tags = Vec::new();
    all_tags(paragraph, &mut tags);
    matches!(tags.as_slice(), [Tag::Print(_)]) && is_silent(paragraph)
}

fn first_paragraph(element: &Element) -> Option<usize> {
    if element.paragraph > 0 {
        return Some(element.paragraph);
    }
    element.elements().find_map(first_paragraph)
}

fn all_tags<'e>(element: &'e Element, out: &mut Vec<&'e Tag>) {
    out.extend(element.tag.as_ref());
    element.elements().for_each(|e| all_tags(e, out));
}

fn steering(element: &Element) -> Vec<&Tag> {
    let mut tags = Vec::new();
    all_tags(element, &mut tags);
    tags.retain(|tag| tag.steers());
    tags
}

/// Whether every loop and condition within an element also ends in it.
fn is_balanced(element: &Element) -> bool {
    let mut depth = 0i32;
    for tag in steering(element) {
        depth += i32::from(tag.opens()) - i32::from(tag.closes());
        if depth < 0 || (depth == 0 && *tag == Tag::Else) {
            return false;
        }
    }
    depth == 0
}

/// Whether the first tag's end is the last one.
fn encloses_all(tags: &[&Tag]) -> bool {
    let mut depth = 0i32;
    let ends = tags.iter().position(|tag| {
        depth += i32::from(tag.opens()) - i32::from(tag.closes());
        depth == 0
    });
    ends == Some(tags.len() - 1)
}

/// The one steering field that is all an element says.
fn lone(element: &Element) -> Option<&Tag> {
    let mut tags = Vec::new();
    all_tags(element, &mut tags);
    match tags.as_slice() {
        [tag] if tag.steers() && is_silent(element) => Some(tag),
        _ => None,
    }
}

/// Whether an element shows nothing but its fields.
fn is_silent(element: &Element) -> bool {
    match element.local() {
        "t" => element.words().trim().is_empty(),
        "drawing" | "pict" | "object" => false,
        _ => element.elements().all(is_silent),
    }
}

/// Takes the first and the last steering field out of a row.
fn drop_steering(element: &mut Element, met: &mut usize, count: usize) {
    element.children.retain(|node| {
        let steers = node.element().is_some_and(|e| e.tag.as_ref().is_some_and(Tag::steers));
        *met += usize::from(steers);
        !(steers && (*met == 1 || *met == count))
    });
    for node in &mut element.children {
        if let Node::Element(inner) = node {
            drop_steering(inner, met, count);
        }
    }
}

/// What an `if` keeps, and what its `else` keeps.
fn branches(nodes: &[Node]) -> (&[Node], &[Node]) {
    let mut depth = 0usize;
    for (at, node) in nodes.iter().enumerate() {
        let Some(tag) = node.element().filter(|e| !is_balanced(e)).and_then(lone) else { continue };
        match tag {
            Tag::Else if depth == 0 => return (&nodes[..at], &nodes[at + 1..]),
            tag if tag.opens() => depth += 1,
            tag if tag.closes() => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (nodes, &[])
}

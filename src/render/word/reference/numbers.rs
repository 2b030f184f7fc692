//! Lists of ours beside those of a reference document: our numbers begin far above theirs.

use super::{set_val, val};
use crate::render::word::markup::{Element, Node};

/// Added to every number of ours.
const SHIFT: u32 = 9000;

/// A list number of ours as it is written beside theirs.
pub fn shifted(number: &str) -> String {
    number.parse::<u32>().map_or_else(|_| number.to_owned(), |n| (n + SHIFT).to_string())
}

/// Both numberings in one root; definitions stand before the lists that use them.
pub fn join(theirs: &Element, ours: &Element) -> Element {
    let of = |root: &Element, kind: &str| -> Vec<Element> {
        root.elements().filter(|e| e.local() == kind).cloned().collect()
    };
    let mut root = theirs.clone();
    let rest: Vec<Node> = root.children.iter().filter(|n| is_after(n)).cloned().collect();
    root.children.retain(|n| !is_after(n) && n.element().is_none_or(|e| e.local() != "num"));
    let definitions = of(ours, "abstractNum").into_iter().map(|e| move_id(e, "w:abstractNumId"));
    root.children.extend(definitions.map(Node::Element));
    root.children.extend(of(theirs, "num").into_iter().map(Node::Element));
    let lists = of(ours, "num").into_iter().map(|list| {
        let mut list = move_id(list, "w:numId");
        for node in &mut list.children {
            if let Node::Element(e) = node
                && e.local() == "abstractNumId"
            {
                let new = shifted(val(e).unwrap_or_default());
                set_val(e, &new);
            }
        }
        list
    });
    root.children.extend(lists.map(Node::Element));
    root.children.extend(rest);
    root
}

fn is_after(node: &Node) -> bool {
    node.element().is_some_and(|e| e.local() == "numIdMacAtCleanup")
}

fn move_id(mut element: Element, name: &str) -> Element {
    let old = element.attribute(name).unwrap_or_default().to_owned();
    let (from, to) = (format!("{name}=\"{old}\""), format!("{name}=\"{}\"", shifted(&old)));
    element.attributes = element.attributes.replacen(&from, &to, 1);
    element
}

//! Text that is struck out: runs of a cell's text, or whole cells by their style. A person who strikes an
//! option out does not answer with it, so it is left out; the cells are told.
//!
//! The library gives the text without its looks. Nothing here touches a package without the word `strike`.

use std::collections::BTreeSet;

use crate::workbook::looks::attribute;

/// What is struck out in a package.
#[derive(Debug, Default)]
pub(super) struct Strikes {
    /// Shared strings with a struck run.
    pub strings: BTreeSet<usize>,
    /// Cell styles whose font is struck.
    pub styles: BTreeSet<usize>,
}

/// Whether a part may strike anything out.
pub(super) fn may_strike(xml: &[u8]) -> bool {
    memchr::memmem::find(xml, b"<strike").is_some()
}

/// Whether properties strike out: `<strike/>`, not `<strike val="0"/>`.
fn strikes(properties: &str) -> bool {
    properties.match_indices("<strike").any(|(at, _)| {
        let tag = &properties[at + 1..];
        let tag = &tag[..tag.find('>').unwrap_or(tag.len())];
        !matches!(attribute(tag.trim_end_matches('/'), "val"), Some("0" | "false"))
    })
}

/// Pieces of `xml` from each start of an element to its end: (from, to).
fn elements(xml: &str, name: &str) -> Vec<(usize, usize)> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(found) = xml[at..].find(&open) {
        let start = at + found;
        let rest = &xml[start + open.len()..];
        at = start + open.len();
        if !rest.starts_with(['>', ' ', '/', '\n', '\r', '\t']) {
            continue;
        }
        let Some(end_of_tag) = rest.find('>') else { break };
        let end = if rest[..end_of_tag].ends_with('/') {
            at + end_of_tag + 1
        } else {
            let Some(end) = xml[at..].find(&close) else { break };
            at + end + close.len()
        };
        out.push((start, end));
        at = end;
    }
    out
}

/// The text without its struck runs; `None` where none is struck.
pub(super) fn without_runs(xml: &str) -> Option<String> {
    let struck: Vec<_> =
        elements(xml, "r").into_iter().filter(|(from, to)| strikes(&xml[*from..*to])).collect();
    if struck.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(xml.len());
    let mut at = 0;
    for (from, to) in struck {
        out.push_str(&xml[at..from]);
        at = to;
    }
    out.push_str(&xml[at..]);
    Some(out)
}

/// The shared strings without struck runs, and the numbers of those that had one.
pub(super) fn without_strings(xml: &str) -> Option<(String, BTreeSet<usize>)> {
    let mut out = String::with_capacity(xml.len());
    let (mut at, mut found) = (0, BTreeSet::new());
    for (index, (from, to)) in elements(xml, "si").into_iter().enumerate() {
        let Some(mut clean) = without_runs(&xml[from..to]) else { continue };
        if !clean.contains("<t>") && !clean.contains("<t ") {
            // A string of no piece at all would shift the numbers of those behind it.
            clean = "<si><t xml:space=\"preserve\"> </t></si>".into();
        }
        out.push_str(&xml[at..from]);
        out.push_str(&clean);
        at = to;
        found.insert(index);
    }
    out.push_str(&xml[at..]);
    (!found.is_empty()).then_some((out, found))
}

/// Cell styles whose font is struck.
pub(super) fn struck_styles(xml: &str) -> BTreeSet<usize> {
    let part = |name: &str| elements(xml, name).first().map_or("", |(from, to)| &xml[*from..*to]);
    let (fonts, formats) = (part("fonts"), part("cellXfs"));
    let fonts: Vec<bool> =
        elements(fonts, "font").into_iter().map(|(from, to)| strikes(&fonts[from..to])).collect();
    let font =
        |format: &str| attribute(&format[..format.find('>').unwrap_or(format.len())], "fontId")?.parse().ok();
    let formats = elements(formats, "xf").into_iter().map(|(from, to)| font(&formats[from..to]));
    let struck = |id: Option<usize>| id.and_then(|id| fonts.get(id).copied()).unwrap_or(false);
    formats.enumerate().filter(|(_, id)| struck(*id)).map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn struck_runs_go_and_others_stay() {
        let xml = "<sst><si><t>甲</t></si><si><r><rPr><b/></rPr><t>非常</t></r><r><rPr><strike/></rPr><t>不</t></r>\
                   <r><rPr><strike val=\"0\"/></rPr><t>满意</t></r></si><si><r><rPr><strike val=\"1\"/></rPr><t>乙</t></r></si></sst>";
        let (clean, found) = without_strings(xml).unwrap();
        assert_eq!(found, BTreeSet::from([1, 2]));
        assert!(
            clean.contains("非常")
                && !clean.contains('不')
                && clean.contains("满意")
                && !clean.contains('乙')
        );
        assert_eq!(clean.matches("<si>").count(), 3);
        assert_eq!(without_strings("<sst><si><r><t>甲</t></r></si></sst>"), None);
    }

    #[test]
    fn styles_of_struck_fonts_are_found() {
        let xml = "<styleSheet><fonts count=\"3\"><font><sz val=\"11\"/></font><font/><font><strike/></font></fonts>\
                   <cellStyleXfs><xf fontId=\"2\"/></cellStyleXfs>\
                   <cellXfs><xf fontId=\"0\"/><xf numFmtId=\"0\" fontId=\"2\"><alignment/></xf><xf fontId=\"1\"/></cellXfs></styleSheet>";
        assert_eq!(struck_styles(xml), BTreeSet::from([1]));
    }
}

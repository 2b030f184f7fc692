//! Cells in a font of symbols (Wingdings): what they hold are letters, what they show are ticks and boxes. What is shown
//! is read.
//!
//! Only .xlsx whose styles name such a font are looked at; the library does not tell fonts.

use std::collections::BTreeMap;

use memchr::memmem::find;

use super::looks::attribute;
use super::package::Package;
use super::percents::{styled, tags};
use super::{Sheet, Value, lead};

/// A font of symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Font {
    Wingdings,
    Wingdings2,
    Webdings,
}

impl Font {
    fn of(name: &str) -> Option<Self> {
        match name.trim() {
            "Wingdings" => Some(Self::Wingdings),
            "Wingdings 2" => Some(Self::Wingdings2),
            "Webdings" => Some(Self::Webdings),
            _ => None,
        }
    }

    /// The mark that a letter shows; others show no mark.
    fn mark(self, letter: char) -> Option<char> {
        match (self, letter) {
            (Self::Wingdings, 'þ') | (Self::Wingdings2, 'R') => Some('☑'),
            (Self::Wingdings, 'ý' | 'x') | (Self::Wingdings2, 'S' | 'T') => Some('☒'),
            (Self::Wingdings, 'ü') | (Self::Wingdings2, 'P') | (Self::Webdings, 'a') => Some('✓'),
            (Self::Wingdings, 'û') | (Self::Wingdings2, 'O') | (Self::Webdings, 'r') => Some('✗'),
            (Self::Wingdings, 'n') | (Self::Webdings, 'g') => Some('■'),
            (Self::Wingdings, '¨' | 'o' | 'q') | (Self::Wingdings2, '£') | (Self::Webdings, 'c') => {
                Some('□')
            }
            _ => None,
        }
    }
}

/// Whether cells may use a font of symbols, by the XML of the styles.
pub(super) fn may_show(styles: &[u8]) -> bool {
    find(styles, b"dings").is_some()
}

/// Puts in each sheet what such cells show in place of what they hold.
pub(super) fn show(package: &mut Package<'_>, sheets: &mut [Sheet]) {
    let styles = package.ending("styles.xml").and_then(|at| package.part(at));
    let formats = styles.map(|xml| formats(&String::from_utf8_lossy(&xml))).unwrap_or_default();
    if formats.is_empty() {
        return;
    }
    for (name, path) in lead::sheet_paths(package) {
        let Some(sheet) = sheets.iter_mut().find(|sheet| *sheet.name == *name) else { continue };
        let Some(xml) = package.text(&path) else { continue };
        for (cell, format) in styled(&xml) {
            let Some(font) = formats.get(&format) else { continue };
            let Some(Value::Text(words)) = sheet.get(cell) else { continue };
            let shown: String = words.chars().map(|c| font.mark(c).unwrap_or(c)).collect();
            if shown != *words {
                sheet.put(cell, Value::Text(shown));
            }
        }
    }
}

/// Formats of cells in such a font, by their index.
fn formats(styles: &str) -> BTreeMap<usize, Font> {
    let between = |open: &str, close: &str| {
        styles.split_once(open).map_or("", |(_, rest)| rest.split(close).next().unwrap_or_default())
    };
    let name = |font: &str| tags(font, "<name ").next().and_then(|tag| Font::of(attribute(tag, "val")?));
    let fonts: Vec<Option<Font>> = between("<fonts", "</fonts>").split("</font>").map(name).collect();
    let font = |tag: &str| *fonts.get(attribute(tag, "fontId")?.parse::<usize>().ok()?)?;
    let cells = tags(between("<cellXfs", "</cellXfs>"), "<xf ");
    cells.enumerate().filter_map(|(at, tag)| Some((at, font(tag)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLES: &str = "<styleSheet><fonts count=\"3\"><font><name val=\"宋体\"/></font><font><sz val=\"11\"/>\
        <name val=\"Wingdings 2\"/></font><font><name val=\"Wingdings\"/></font></fonts><cellXfs><xf fontId=\"0\"/>\
        <xf fontId=\"1\"><alignment/></xf><xf numFmtId=\"0\" fontId=\"2\"/></cellXfs></styleSheet>";

    #[test]
    fn formats_are_known_by_their_fonts() {
        let want = BTreeMap::from([(1, Font::Wingdings2), (2, Font::Wingdings)]);
        assert_eq!(formats(STYLES), want);
        assert!(may_show(STYLES.as_bytes()));
        assert!(formats("<fonts><font/></fonts>").is_empty());
    }

    #[test]
    fn each_font_has_its_own_letters() {
        let shown = |font: Font, words: &str| -> String {
            words.chars().map(|c| font.mark(c).unwrap_or(c)).collect()
        };
        assert_eq!(shown(Font::Wingdings2, "R满意 £基本满意"), "☑满意 □基本满意");
        assert_eq!(shown(Font::Wingdings, "ü ¨ R"), "✓ □ R");
        assert_eq!(shown(Font::Webdings, "a c r"), "✓ □ ✗");
    }
}

//! Numbers shown as percents: a cell that shows `90%` holds 0.9, which nobody typed. Where that
//! matters, what is shown is read.
//!
//! Only .xlsx whose cells use such a format are looked at; the library does not tell formats.

use std::collections::BTreeSet;

use memchr::memmem::find;

use super::looks::attribute;
use super::package::Package;
use super::{Sheet, Value, lead};
use crate::cell::Cell;

/// The two built-in formats of percents (ECMA-376-1, 18.8.30).
const BUILT_IN: [&str; 2] = ["9", "10"];

/// Whether cells may use a format of percents, by the XML of the styles.
pub(super) fn may_show(styles: &[u8]) -> bool {
    let Some(at) = find(styles, b"<cellXfs") else { return false };
    let cells = &styles[at..];
    let end = find(cells, b"</cellXfs>").unwrap_or(cells.len());
    let holds = |sign: &[u8]| find(&cells[..end], sign).is_some();
    holds(b"numFmtId=\"9\"") || holds(b"numFmtId=\"10\"") || memchr::memchr(b'%', &styles[..at]).is_some()
}

/// Notes in each sheet the numbers that are shown so; what they hold stays.
pub(super) fn note(package: &mut Package<'_>, sheets: &mut [Sheet]) {
    let styles = package.ending("styles.xml").and_then(|at| package.part(at));
    let formats = styles.map(|xml| percents(&String::from_utf8_lossy(&xml))).unwrap_or_default();
    if formats.is_empty() {
        return;
    }
    for (name, path) in lead::sheet_paths(package) {
        let Some(sheet) = sheets.iter_mut().find(|sheet| *sheet.name == *name) else { continue };
        let Some(xml) = package.text(&path) else { continue };
        let numbers = cells(&xml, &formats);
        sheet.looks.percents =
            numbers.into_iter().filter(|cell| matches!(sheet.get(*cell), Some(Value::Number(_)))).collect();
    }
}

impl Sheet {
    /// A value as it is shown where that is a percent, else as it is.
    pub fn shown(&self, cell: Cell) -> Option<Value> {
        match self.get(cell)? {
            Value::Number(n) if self.looks.percents.contains(&cell) => Some(Value::Text(shown(*n))),
            value => Some(value.clone()),
        }
    }
}

/// `0.896` as `89.6%`.
fn shown(number: f64) -> String {
    let digits = format!("{:.6}", number * 100.0);
    format!("{}%", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// Formats of cells that are percents, by their index.
fn percents(styles: &str) -> BTreeSet<usize> {
    let (before, cells) = styles.split_once("<cellXfs").unwrap_or((styles, ""));
    let cells = cells.split("</cellXfs>").next().unwrap_or_default();
    let own = tags(before, "<numFmt ").filter(|tag| attribute(tag, "formatCode").is_some_and(is_percent));
    let own: Vec<&str> = own.filter_map(|tag| attribute(tag, "numFmtId")).collect();
    let is_meant =
        |tag: &str| attribute(tag, "numFmtId").is_some_and(|id| BUILT_IN.contains(&id) || own.contains(&id));
    let formats = cells.match_indices("<xf").map(|(at, _)| until_close(&cells[at..]));
    formats.enumerate().filter(|(_, tag)| is_meant(tag)).map(|(at, _)| at).collect()
}

/// A format that multiplies by a hundred: a percent sign outside of quotes.
fn is_percent(code: &str) -> bool {
    code.split("&quot;").step_by(2).any(|words| words.contains('%') && !words.contains("\\%"))
}

/// The cells of a sheet that use one of the formats.
fn cells(xml: &str, formats: &BTreeSet<usize>) -> Vec<Cell> {
    styled(xml).filter(|(_, format)| formats.contains(format)).map(|(cell, _)| cell).collect()
}

/// The cells of a sheet that have a format, with its index.
pub(super) fn styled(xml: &str) -> impl Iterator<Item = (Cell, usize)> {
    let one = |tag: &str| Some((attribute(tag, "r")?.parse().ok()?, attribute(tag, "s")?.parse().ok()?));
    tags(xml, "<c ").filter_map(one)
}

/// The tags that open so, each up to its end.
pub(super) fn tags<'a>(xml: &'a str, open: &'a str) -> impl Iterator<Item = &'a str> {
    xml.match_indices(open).map(move |(at, _)| until_close(&xml[at..]))
}

fn until_close(tag: &str) -> &str {
    &tag[..tag.find('>').unwrap_or(tag.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLES: &str = "<styleSheet><numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"0.00%\"/>\
        <numFmt numFmtId=\"165\" formatCode=\"0&quot;%&quot;\"/></numFmts><cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs>\
        <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"9\" xfId=\"0\"/><xf numFmtId=\"164\"><alignment/></xf>\
        <xf numFmtId=\"165\"/></cellXfs></styleSheet>";

    #[test]
    fn formats_of_percents_are_told_from_signs_in_quotes() {
        assert_eq!(percents(STYLES), BTreeSet::from([1, 2]));
        assert!(may_show(STYLES.as_bytes()));
        let plain =
            "<cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/></cellXfs>";
        assert!(!may_show(plain.as_bytes()));
        assert_eq!(percents(plain), BTreeSet::new());
    }

    #[test]
    fn what_is_shown_is_read() {
        for (number, text) in
            [(0.9, "90%"), (0.896, "89.6%"), (1.2, "120%"), (0.0, "0%"), (0.00005, "0.005%")]
        {
            assert_eq!(shown(number), text);
        }
        let xml =
            "<row r=\"1\"><c r=\"A1\" s=\"1\"><v>0.9</v></c><c r=\"B1\" s=\"3\"/><c s=\"2\" r=\"C1\"/></row>";
        let found: Vec<String> = cells(xml, &percents(STYLES)).iter().map(Cell::to_string).collect();
        assert_eq!(found, ["A1", "C1"]);
    }
}

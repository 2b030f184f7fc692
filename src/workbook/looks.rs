//! What the looks of a sheet say about its cells, which the library does not tell: rows and columns
//! that are hidden. Hidden cells are read like all others; that they are hidden is said.
//!
//! Only .xlsx and .ods are looked at (the records of .xls are the library's own). A first look for the bare
//! word costs next to nothing; only sheets that have it are read for the rest.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde::{Deserialize, Serialize};

use super::package::Package;
use super::{Sheet, lead};
use crate::cell::Cell;

/// What is hidden or struck out in a sheet, as far as it holds anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looks {
    /// First filled cell in a hidden row or column.
    pub hidden: Option<Cell>,
    pub hidden_rows: usize,
    pub hidden_columns: usize,
    /// Cells with text that is struck out, which was left out, in reading order.
    pub struck: Vec<Cell>,
    /// Numbers shown as percents.
    pub percents: BTreeSet<Cell>,
    /// Text boxes over it, with the cell under their upper left corner and their words on one line.
    pub boxes: Vec<(Cell, String)>,
    /// Notes on its cells, with their words on one line.
    pub notes: Vec<(Cell, String)>,
}

/// Hidden rows and columns (first and last) of one sheet, counted from 0.
#[derive(Debug, Default, PartialEq)]
struct Hidden {
    rows: BTreeSet<u32>,
    /// Rows that repeat, first and last, ascending.
    row_runs: Vec<(u32, u32)>,
    columns: Vec<(u32, u32)>,
}

/// Whether a sheet's XML may hide anything.
pub(super) fn may_hide(xml: &[u8]) -> bool {
    memchr::memmem::find(xml, b" hidden=").is_some()
}

/// The mark of synthetic data, in a cell or printed at the head or foot of a sheet.
pub const SYNTHETIC: &str = "示例数据";

/// Whether a sheet prints that mark: what is printed beside the cells stands at the end of its XML.
pub(super) fn prints_synthetic(xml: &[u8]) -> bool {
    const TAIL: usize = 2048;
    memchr::memmem::find(&xml[xml.len().saturating_sub(TAIL)..], SYNTHETIC.as_bytes()).is_some()
}

/// Says in each sheet what is hidden there.
pub(super) fn note_hidden(package: &mut Package<'_>, sheets: &mut [Sheet]) {
    let paths: BTreeMap<String, String> = lead::sheet_paths(package).into_iter().collect();
    for sheet in sheets {
        let Some(xml) = paths.get(&*sheet.name).and_then(|path| package.text(path)) else { continue };
        hidden(&xml).note(sheet);
    }
}

/// Says in each sheet of an .ods what is hidden there.
pub(super) fn note_hidden_ods(xml: &str, sheets: &mut [Sheet]) {
    if !xml.contains("table:visibility=") {
        return;
    }
    let mut hidden = hidden_ods(xml);
    for sheet in sheets {
        if let Some(hidden) = hidden.remove(&*sheet.name) {
            hidden.note(sheet);
        }
    }
}

/// Hidden rows and columns by the name of their sheet, as far as the text can be read.
fn hidden_ods(xml: &str) -> BTreeMap<String, Hidden> {
    let mut out = BTreeMap::new();
    let mut reader = Reader::from_str(xml);
    let (mut name, mut hidden, mut row, mut column) = (String::new(), Hidden::default(), 0u32, 0u32);
    while let Ok(event) = reader.read_event() {
        let tag = match event {
            Event::Start(tag) | Event::Empty(tag) => tag,
            Event::Eof => break,
            _ => continue,
        };
        match tag.name().as_ref() {
            "table:table" => {
                out.insert(std::mem::take(&mut name), std::mem::take(&mut hidden));
                (name, row, column) = (ods_attribute(&tag, "table:name").unwrap_or_default(), 0, 0);
            }
            "table:table-row" => {
                let next = row.saturating_add(repeated(&tag, "table:number-rows-repeated"));
                if is_hidden_ods(&tag) {
                    hidden.row_runs.push((row, next - 1));
                }
                row = next;
            }
            "table:table-column" => {
                let next = column.saturating_add(repeated(&tag, "table:number-columns-repeated"));
                if is_hidden_ods(&tag) {
                    hidden.columns.push((column, next - 1));
                }
                column = next;
            }
            _ => {}
        }
    }
    out.insert(name, hidden);
    out
}

pub(super) fn ods_attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|a| a.key.as_ref() == name)?;
    Some(quick_xml::escape::unescape(&found.value).ok()?.into_owned())
}

pub(super) fn repeated(tag: &BytesStart<'_>, name: &str) -> u32 {
    ods_attribute(tag, name).and_then(|n| n.parse().ok()).filter(|n| *n > 0).unwrap_or(1)
}

/// Hidden by hand, or by a filter.
fn is_hidden_ods(tag: &BytesStart<'_>) -> bool {
    ods_attribute(tag, "table:visibility").is_some_and(|v| v == "collapse" || v == "filter")
}

fn hidden(xml: &str) -> Hidden {
    let mut out = Hidden::default();
    for (at, _) in xml.match_indices(" hidden=") {
        let Some(open) = xml[..at].rfind('<') else { continue };
        let tag = &xml[open + 1..];
        let tag = &tag[..tag.find('>').unwrap_or(tag.len())];
        let number = |name| attribute(tag, name).and_then(|n| n.parse::<u32>().ok()).filter(|n| *n > 0);
        if !matches!(attribute(tag, "hidden"), Some("1" | "true")) {
            continue;
        }
        match tag.split([' ', '\n', '\t', '\r']).next() {
            Some("row") => out.rows.extend(number("r").map(|n| n - 1)),
            Some("col") => {
                out.columns.extend(number("min").zip(number("max")).map(|(from, to)| (from - 1, to - 1)));
            }
            _ => {}
        }
    }
    out
}

/// The value of an attribute in a tag's text.
pub(super) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.match_indices(name).find_map(|(at, _)| {
        let before = tag[..at].chars().next_back()?;
        let rest = tag[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        before.is_whitespace().then(|| rest[1..].split(quote).next()).flatten()
    })
}

impl Hidden {
    /// Runs come in order and apart from each other.
    fn is_in_run(&self, row: u32) -> bool {
        let behind = self.row_runs.partition_point(|(from, _)| *from <= row);
        behind > 0 && self.row_runs[behind - 1].1 >= row
    }

    fn note(&self, sheet: &mut Sheet) {
        let in_column = |col: u32| self.columns.iter().any(|(from, to)| (*from..=*to).contains(&col));
        let (mut first, mut rows, mut columns) = (None, BTreeSet::new(), BTreeSet::new());
        for (cell, _) in sheet.cells() {
            let row = self.rows.contains(&cell.row) || self.is_in_run(cell.row);
            let column = in_column(cell.col);
            if row {
                rows.insert(cell.row);
            }
            if column {
                columns.insert(cell.col);
            }
            if row || column {
                first = first.or(Some(cell));
            }
        }
        sheet.looks.hidden = first;
        (sheet.looks.hidden_rows, sheet.looks.hidden_columns) = (rows.len(), columns.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbook::Value;

    #[test]
    fn hidden_rows_and_columns_that_hold_something_are_told() {
        let xml = r#"<worksheet><cols><col min="1" max="2" width="9"/><col min="5" max="6" hidden="1" width="0"/></cols>
            <sheetData><row r="1"/><row r="3" spans="1:6" hidden="true"/><row r="4" hidden="0"/></sheetData></worksheet>"#;
        let found = hidden(xml);
        assert_eq!(
            (found.rows.iter().copied().collect::<Vec<_>>(), found.columns.clone()),
            (vec![2], vec![(4, 5)])
        );
        let words = |row, col| (Cell::new(row, col), Value::Text("x".into()));
        let mut sheet = Sheet::from_cells("表", [words(0, 0), words(2, 0), words(2, 1), words(3, 5)]);
        found.note(&mut sheet);
        assert_eq!(sheet.looks.hidden, Some(Cell::new(2, 0)));
        assert_eq!((sheet.looks.hidden_rows, sheet.looks.hidden_columns), (1, 1));
    }

    #[test]
    fn hidden_parts_of_an_ods_are_found_by_sheet() {
        let xml = r#"<o xmlns:table="t"><table:table table:name="一&amp;二"><table:table-column/><table:table-column
            table:number-columns-repeated="2" table:visibility="collapse"/><table:table-row table:number-rows-repeated="3"/>
            <table:table-row table:visibility="filter" table:number-rows-repeated="2"><table:table-cell/></table:table-row>
            </table:table><table:table table:name="三"><table:table-row table:visibility="visible"/></table:table></o>"#;
        let found = hidden_ods(xml);
        assert_eq!((&found["一&二"].row_runs, &found["一&二"].columns), (&vec![(3, 4)], &vec![(1, 2)]));
        assert_eq!(found["三"], Hidden::default());
        assert!(hidden_ods("<table:table table:name='x'><table:table-row").len() <= 2);
    }
}

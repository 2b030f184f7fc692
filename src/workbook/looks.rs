//! What the looks of a sheet say about its cells, which the library does not tell: rows and columns
//! that are hidden. Hidden cells are read like all others; that they are hidden is said.
//!
//! Only .xlsx is looked at. A first look for the bare word costs next to nothing; only sheets that have
//! it are read for the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use super::{Sheet, controls};
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
}

/// Hidden rows and columns (first and last) of one sheet, counted from 0.
#[derive(Debug, Default, PartialEq)]
struct Hidden {
    rows: BTreeSet<u32>,
    columns: Vec<(u32, u32)>,
}

/// Whether a sheet's XML may hide anything.
pub(super) fn may_hide(xml: &[u8]) -> bool {
    memchr::memmem::find(xml, b" hidden=").is_some()
}

/// Says in each sheet what is hidden there.
pub(super) fn note_hidden(bytes: &[u8], sheets: &mut [Sheet]) {
    let Some(mut archive) = ZipArchive::new(Cursor::new(bytes)).ok() else { return };
    let paths: BTreeMap<String, String> = controls::sheet_paths(&mut archive).into_iter().collect();
    for sheet in sheets {
        let Some(xml) = paths.get(&*sheet.name).and_then(|path| controls::part(&mut archive, path)) else {
            continue;
        };
        hidden(&xml).note(sheet);
    }
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
    fn note(&self, sheet: &mut Sheet) {
        let in_column = |col: u32| self.columns.iter().any(|(from, to)| (*from..=*to).contains(&col));
        let (mut first, mut rows, mut columns) = (None, BTreeSet::new(), BTreeSet::new());
        for (cell, _) in sheet.cells() {
            let (row, column) = (self.rows.contains(&cell.row), in_column(cell.col));
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
}

//! Merged areas of the sheets of an .ods, which the library does not tell: cells that span columns or rows.
//!
//! A first look for the bare word costs next to nothing; only a file that has it is read for the rest.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::looks::{ods_attribute, repeated};
use super::merges::Area;
use super::{Limits, Sheet};

/// Adds the merged areas to the sheets of an .ods, and drops what lies under them.
pub(super) fn merge_ods(xml: &str, sheets: &mut [Sheet], limits: &Limits) {
    if !xml.contains("-spanned=") {
        return;
    }
    let mut areas = areas_ods(xml, limits.merges);
    for sheet in sheets {
        let Some(areas) = areas.remove(&*sheet.name) else { continue };
        for (first, last) in areas {
            sheet.merge(first, last);
        }
        sheet.uncover();
    }
}

/// Areas by the name of their sheet, at most so many of each, as far as the text can be read.
fn areas_ods(xml: &str, most: usize) -> BTreeMap<String, Vec<Area>> {
    let mut out: BTreeMap<String, Vec<Area>> = BTreeMap::new();
    let mut reader = Reader::from_str(xml);
    let (mut name, mut row, mut next, mut col) = (String::new(), 0u32, 0u32, 0u32);
    while let Ok(event) = reader.read_event() {
        let tag = match event {
            Event::Start(tag) | Event::Empty(tag) => tag,
            Event::Eof => break,
            _ => continue,
        };
        match tag.name().as_ref() {
            "table:table" => {
                (name, next) = (ods_attribute(&tag, "table:name").unwrap_or_default(), 0);
            }
            "table:table-row" => {
                (row, col) = (next, 0);
                next = row.saturating_add(repeated(&tag, "table:number-rows-repeated"));
            }
            "table:table-cell" | "table:covered-table-cell" => {
                let areas = out.entry(name.clone()).or_default();
                areas.extend(area(&tag, (row, col)).filter(|_| areas.len() < most));
                col = col.saturating_add(repeated(&tag, "table:number-columns-repeated"));
            }
            _ => {}
        }
    }
    out
}

/// The area that a cell spans, where it is within the grid and more than the cell.
fn area(tag: &BytesStart<'_>, (row, col): (u32, u32)) -> Option<Area> {
    let end = |first: u32, name: &str| first.checked_add(repeated(tag, name) - 1);
    let bottom = end(row, "table:number-rows-spanned").filter(|row| *row < 1 << 20)?;
    let right = end(col, "table:number-columns-spanned").filter(|col| *col < 1 << 14)?;
    ((bottom, right) != (row, col)).then_some(((row, col), (bottom, right)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Cell;
    use crate::workbook::Value;

    const XML: &str = r#"<o xmlns:table="t"><table:table table:name="一"><table:table-row table:number-rows-repeated="2">
        <table:table-cell/></table:table-row><table:table-row><table:table-cell table:number-columns-repeated="2"/>
        <table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="3"/><table:covered-table-cell/>
        <table:table-cell table:number-columns-spanned="1" table:number-rows-spanned="1"/></table:table-row>
        </table:table><table:table table:name="二"><table:table-row>
        <table:table-cell table:number-columns-spanned="99999999999"/>
        <table:table-cell table:number-columns-spanned="4"/></table:table-row></table:table></o>"#;

    #[test]
    fn cells_that_span_others_are_areas() {
        let found = areas_ods(XML, 10);
        assert_eq!(found["一"], [((2, 2), (4, 3))]);
        assert_eq!(found["二"], [((0, 1), (0, 4))]);
        assert!(areas_ods(XML, 0).values().all(Vec::is_empty));
        assert!(areas_ods("<table:table table:name='x'><table:table-row", 1).len() <= 1);
    }

    #[test]
    fn what_an_area_covers_is_not_seen() {
        let words = |row, col| (Cell::new(row, col), Value::Text("x".into()));
        let mut sheets = [Sheet::from_cells("一", [words(2, 2), words(3, 3), words(5, 2)])];
        merge_ods(XML, &mut sheets, &Limits::default());
        assert_eq!(sheets[0].extent(Cell::new(2, 2)), Cell::new(4, 3));
        assert_eq!(sheets[0].cells().map(|(cell, _)| cell.row).collect::<Vec<_>>(), [2, 5]);
    }
}

//! The two tables of the supplement S: six dimensions and up to ten indicators.

use super::{Content, IndicatorRow, Slot};
use crate::cell::Cell;
use crate::spec::Field;
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// Columns of a table under a header row, by the words of the header.
fn column(sheet: &Sheet, header: Cell, words: &[&str]) -> Option<u32> {
    let row = sheet.rows.binary_search_by_key(&header.row, |r| r.at).ok()?;
    let matches = |value: &Value| matches!(value, Value::Text(t) if words.contains(&text::label(t).as_str()));
    sheet.rows[row].cells.iter().find(|(_, v)| matches(v)).map(|(col, _)| *col)
}

/// A line of a page break in the middle of a table.
fn is_between(row: &Row) -> bool {
    matches!(row.cells.as_slice(), [(_, Value::Text(words))] if super::label::is_page_line(&text::label(words)))
}

const BEFORE: &[&str] = &["服务前", "服务前得分", "前", "现状"];
const GOAL: &[&str] = &["目标", "目标值", "目标得分"];
const AFTER: &[&str] = &["服务后", "服务后得分", "后"];

/// The six dimensions below their header; a dimension that is not listed stays empty.
pub(super) fn dimensions(sheet: &Sheet, field: &Field, header: Cell, last: u32) -> Slot {
    let columns = [BEFORE, GOAL, AFTER].map(|words| column(sheet, header, words));
    let names: Vec<String> = field.options.iter().map(|o| text::label(o)).collect();
    let mut rows: Vec<[Option<Value>; 3]> = vec![[None, None, None]; names.len()];
    let mut first = None;
    for row in
        sheet.rows.iter().filter(|r| r.at > header.row && r.at <= last.min(header.row.saturating_add(40)))
    {
        let Some((_, Value::Text(words))) = row.cells.iter().find(|(col, _)| *col >= header.col) else {
            continue;
        };
        if is_between(row) {
            continue;
        }
        let label = text::label(words);
        let Some(index) = names.iter().position(|n| *n == label) else {
            if first.is_some() { break } else { continue }
        };
        let cell = |col: Option<u32>| col.and_then(|c| sheet.get(Cell::new(row.at, c)).cloned());
        rows[index] = columns.map(cell);
        first = first.or(columns[0].map(|col| Cell::new(row.at, col)));
    }
    Slot { cell: first.unwrap_or(header), content: Content::Dimensions(rows) }
}

/// The indicators below their header, down to the first row without a name.
pub(super) fn indicators(sheet: &Sheet, header: Cell, last: u32) -> Slot {
    let find = |words: &[&str]| column(sheet, header, words);
    let (unit, direction) = (find(&["单位", "计量单位"]), find(&["方向", "指标方向"]));
    let columns = [find(BEFORE), find(GOAL), find(AFTER)];
    let mut rows = Vec::new();
    for row in
        sheet.rows.iter().filter(|r| r.at > header.row && r.at <= last.min(header.row.saturating_add(200)))
    {
        if is_between(row) {
            continue;
        }
        let name = sheet.text(Cell::new(row.at, header.col));
        let numbers = columns.map(|c| c.and_then(|c| sheet.get(Cell::new(row.at, c)).cloned()));
        if name.trim().is_empty() || super::label::is_note(&text::label(&name)) {
            if numbers.iter().all(Option::is_none) { break } else { continue }
        }
        if numbers.iter().all(Option::is_none) {
            continue;
        }
        let words = |col: Option<u32>| {
            col.map(|c| text::words(&sheet.text(Cell::new(row.at, c)))).unwrap_or_default()
        };
        let [before, goal, after] = numbers;
        rows.push(IndicatorRow {
            cell: Cell::new(row.at, header.col),
            name: text::words(&name),
            unit: words(unit),
            direction: words(direction),
            before,
            goal,
            after,
        });
    }
    let cell = rows.first().map_or(Cell::new(header.row + 1, header.col), |r: &IndicatorRow| r.cell);
    Slot { cell, content: Content::Indicators(rows) }
}

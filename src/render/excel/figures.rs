//! Figure ids beside the numbers they belong to, and how they are read back.
//!
//! Right of a table, one hidden column for each visible one holds
//! `id=printed text`. Reading back, the id and the shape (decimals, percent)
//! come from there, the number from the visible cell: a digit that somebody
//! changed on the sheet reads differently from what the other formats say.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::number::Shape;
use super::sheet::{FIRST, HEADER};
use super::words::line;
use super::{look, page};
use crate::cell::Cell;
use crate::document::Table;
use crate::error::{Error, Result};
use crate::workbook::{Limits, Sheet, Value, read};

/// Head of a hidden column, before the label of the visible one.
const MARK: &str = "figure_id:";

/// Writes the hidden columns of a table; returns the first free column.
pub(super) fn write(
    sheet: &mut Worksheet,
    table: &Table,
    labels: &[String],
) -> std::result::Result<u16, XlsxError> {
    let columns = labels.len() as u16;
    let mut cells = table.rows.iter().flat_map(|r| &r.cells);
    if cells.all(|c| c.figure.is_none()) {
        return Ok(columns);
    }
    let format = look::remark();
    for (col, label) in labels.iter().enumerate() {
        let hidden = columns + col as u16;
        page::put(sheet, (HEADER, hidden), format!("{MARK}{label}"), &format)?;
        for (at, row) in table.rows.iter().enumerate() {
            let Some((cell, id)) = row.cells.get(col).and_then(|c| Some((c, c.figure.as_ref()?))) else {
                continue;
            };
            let text = format!("{}={}", line(id), line(&cell.text));
            page::put(sheet, (FIRST + at as u32, hidden), &text, &format)?;
        }
    }
    Ok(columns * 2)
}

/// All figures of a workbook made by [`super::tables`], as (id, text that the
/// visible cell shows), in reading order.
///
/// # Errors
/// The bytes are no workbook that can be read.
pub fn read_figures(bytes: &[u8]) -> Result<Vec<(String, String)>> {
    let book = read(bytes, &Limits::default()).map_err(|_| {
        Error::config("数据表.xlsx", None, "文件无法读取，可能已损坏", "请重新运行 zhiti run 生成")
    })?;
    Ok(book.sheets.iter().flat_map(figures).collect())
}

/// Figures of one sheet.
fn figures(sheet: &Sheet) -> Vec<(String, String)> {
    let is_mark = |value: &Value| matches!(value, Value::Text(text) if text.starts_with(MARK));
    let Some((first, _)) = sheet.cells().find(|(_, value)| is_mark(value)) else { return Vec::new() };
    let hidden = |cell: &Cell| cell.row > first.row && (first.col..first.col * 2).contains(&cell.col);
    sheet
        .cells()
        .filter(|(cell, _)| hidden(cell))
        .filter_map(|(cell, value)| {
            let text = value.text();
            let (id, printed) = text.rsplit_once('=')?;
            let visible = sheet.get(Cell::new(cell.row, cell.col - first.col));
            Some((id.to_owned(), visible_text(visible, printed)))
        })
        .collect()
}

/// What a cell shows, with the shape of the figure printed in it.
fn visible_text(value: Option<&Value>, printed: &str) -> String {
    match value {
        Some(Value::Number(number)) => {
            let shown = Shape::of(printed).and_then(|shape| shape.show(*number));
            shown.unwrap_or_else(|| Value::Number(*number).text())
        }
        Some(value) => value.text(),
        None => String::new(),
    }
}

//! One table on one sheet: title, unit, labels, rows, notes, chart.
//!
//! Rows 1 to 3 are always title, period with unit, and column labels; rows of
//! data follow without a gap and without merged cells, so that people and
//! programs can go on working with them. Hidden columns to the right carry the
//! figure ids (inside the filter, so that sorting moves them too).

use rust_xlsxwriter::{Format, FormatAlign, IgnoreError, Url, Worksheet, XlsxError};

use super::look::{self, CellLook};
use super::names::reference;
use super::number::{Shown, printed, shown};
use super::words::{cut, line, looks_like_formula, width, wrap};
use super::{DataBook, DataSheet, chart, figures, index, page};
use crate::document::{Align, CellText, Table};

/// Row of the column labels.
pub(super) const HEADER: u32 = 2;
/// Row of the first data.
pub(super) const FIRST: u32 = 3;

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    name: &str,
    book: &DataBook,
    data: &DataSheet,
) -> Result<(), XlsxError> {
    let table = &data.table;
    let labels = labels(table);
    let widths = widths(table, &labels);
    let total: f64 = widths.iter().sum();
    sheet.set_name(name)?;
    for (col, width) in widths.iter().enumerate() {
        sheet.set_column_width(col as u16, *width)?;
    }
    write_top(sheet, book, table, total, widths.len())?;
    write_labels(sheet, &labels, &widths)?;
    let height = write_rows(sheet, table, &widths)?;
    let end = FIRST + table.rows.len() as u32;
    let helper = figures::write(sheet, table, &labels)?;
    let notes = write_notes(sheet, table, end, total)?;
    let mut last = notes;
    let after = match &data.chart {
        Some(chart) => {
            let (after, next) =
                chart::insert(sheet, name, chart, table, &labels, (notes + 1, total, helper))?;
            last = after;
            next
        }
        None => helper,
    };
    let height = height + 100.0 + f64::from(last - end) * chart::ROW_POINTS;
    let pages = page::pages(height, total);
    // A chart that the end of a page would cut is for the screen only.
    finish(sheet, table, book, (if pages == 1 { last } else { notes }, total, after), pages)
}

/// Column labels with their group heads in front.
pub(super) fn labels(table: &Table) -> Vec<String> {
    let groups = table.groups.iter().flat_map(|(label, span)| std::iter::repeat_n(label.as_str(), *span));
    let mut groups = groups.chain(std::iter::repeat(""));
    let columns = columns(table);
    let label = |at: usize| table.columns.get(at).map_or("", |c| c.label.as_str());
    (0..columns)
        .map(|at| match (line(groups.next().unwrap_or("")), line(label(at))) {
            (group, label) if group.is_empty() || group == label => label,
            (group, label) if label.is_empty() => group,
            (group, label) => format!("{group}：{label}"),
        })
        .map(|label| cut(label, 500))
        .collect()
}

/// Columns of the widest row, at least one.
fn columns(table: &Table) -> usize {
    let cells = table.rows.iter().map(|r| r.cells.len()).max().unwrap_or(0);
    cells.max(table.columns.len()).max(1)
}

fn align(table: &Table, col: usize) -> Align {
    table.columns.get(col).map_or(Align::Left, |c| c.align)
}

/// Widths that hold the cells, with labels wrapped; wide enough in all for title and notes.
fn widths(table: &Table, labels: &[String]) -> Vec<f64> {
    let mut widths: Vec<f64> = (0..labels.len())
        .map(|col| {
            let cells = table.rows.iter().filter_map(|r| r.cells.get(col)).map(|c| width(&c.text));
            let cap = if align(table, col) == Align::Left { 44.0 } else { 26.0 };
            // A long label takes two lines.
            let label = width(&labels[col]);
            let label = label.min(12.0).max(label / 2.0 + 2.0) + 2.0;
            page::column(cells.fold(label, f64::max), cap)
        })
        .collect();
    let least = (width(&line(&table.title)) * 1.15).clamp(64.0, 110.0);
    let total: f64 = widths.iter().sum();
    if total < least {
        widths.iter_mut().for_each(|w| *w = (*w * least / total).ceil());
    }
    widths
}

/// Title in A1, period and unit under it, and the way back to the index.
fn write_top(
    sheet: &mut Worksheet,
    book: &DataBook,
    table: &Table,
    total: f64,
    columns: usize,
) -> Result<(), XlsxError> {
    let number = if table.number.is_empty() { String::new() } else { format!("{} ", table.number) };
    let title = line(&format!("{number}{}", table.title));
    let size =
        [16u8, 14, 12].into_iter().find(|s| width(&title) * f64::from(*s) / 11.0 <= total).unwrap_or(11);
    page::put(sheet, (0, 0), title, &look::title(size))?;
    sheet.set_row_height(0, 30)?;
    let unit = line(&table.unit);
    let last = columns.saturating_sub(1) as u16;
    if last == 0 || unit.is_empty() {
        page::put(sheet, (1, 0), [line(&book.subtitle), unit].join("　").trim(), &look::remark())?;
    } else {
        page::put(sheet, (1, 0), line(&book.subtitle), &look::remark())?;
        page::put(sheet, (1, last), unit, &look::remark().set_align(FormatAlign::Right))?;
    }
    sheet.set_row_height(1, 18)?;
    Ok(())
}

fn write_labels(sheet: &mut Worksheet, labels: &[String], widths: &[f64]) -> Result<(), XlsxError> {
    let header = look::header();
    let mut lines = 1;
    for (col, (label, width)) in labels.iter().zip(widths).enumerate() {
        page::put(sheet, (HEADER, col as u16), label, &header)?;
        lines = lines.max(page::lines_in(label, *width + 2.0, 11.0));
    }
    // Room for the arrows of the filter under the words.
    sheet.set_row_height(HEADER, page::row_height(lines, 11.0) + 6.0)?;
    Ok(())
}

/// Writes the rows; returns their height in points.
fn write_rows(sheet: &mut Worksheet, table: &Table, widths: &[f64]) -> Result<f64, XlsxError> {
    let empty = CellText::default();
    let coarse: Vec<bool> = (0..widths.len()).map(|col| is_coarse(table, col)).collect();
    let mut height = 0.0;
    for (at, row) in table.rows.iter().enumerate() {
        let at = FIRST + at as u32;
        let mut lines = 1;
        for (col, width) in widths.iter().enumerate() {
            let cell = row.cells.get(col).unwrap_or(&empty);
            let look = CellLook { align: align(table, col), strong: row.strong, muted: cell.muted };
            write_cell(sheet, (at, col as u16), cell, coarse[col], look.format())?;
            lines = lines.max(page::lines_in(&cell.text, *width, 11.0));
        }
        let own = page::row_height(lines, 11.0);
        sheet.set_row_height(at, own)?;
        height += own;
    }
    Ok(height)
}

/// Whether a number of a column can only be written as printed: then all of them are, so that there is one
/// precision in a column.
pub(super) fn is_coarse(table: &Table, col: usize) -> bool {
    let cells = table.rows.iter().filter_map(|r| r.cells.get(col));
    cells.filter_map(|cell| shown(&cell.text, cell.number?)).any(|s| !s.exact)
}

/// The number of a cell as it is written; `None` where words stand.
pub(super) fn number(cell: &CellText, coarse: bool) -> Option<Shown> {
    let exact = cell.number?;
    if coarse { printed(&cell.text) } else { shown(&cell.text, exact) }
}

/// A number where Excel shows it as printed, else the words.
fn write_cell(
    sheet: &mut Worksheet,
    (row, col): (u32, u16),
    cell: &CellText,
    coarse: bool,
    format: Format,
) -> Result<(), XlsxError> {
    match number(cell, coarse) {
        Some(Shown { value, format: shape, .. }) => {
            sheet.write_number_with_format(row, col, value, &format.set_num_format(shape))?;
        }
        None => write_words(sheet, (row, col), &cell.text, format)?,
    }
    Ok(())
}

/// Words as words, also when somebody edits the cell later.
pub(super) fn write_words(
    sheet: &mut Worksheet,
    (row, col): (u32, u16),
    text: &str,
    format: Format,
) -> Result<(), XlsxError> {
    let format = if looks_like_formula(text) { format.set_quote_prefix() } else { format };
    page::put(sheet, (row, col), text, &format.set_text_wrap())
}

/// Notes under the table; returns the row after the last.
fn write_notes(sheet: &mut Worksheet, table: &Table, end: u32, total: f64) -> Result<u32, XlsxError> {
    let several = table.notes.len() > 1;
    let notes: Vec<String> = table
        .notes
        .iter()
        .enumerate()
        .flat_map(|(at, note)| {
            let mark = if several { format!("{}. ", at + 1) } else { String::new() };
            let start = if at == 0 { "注：" } else { "　　" };
            let room = total * 1.04 - 6.0;
            let lines = wrap(&format!("{mark}{note}"), room);
            lines
                .into_iter()
                .enumerate()
                .map(move |(n, l)| format!("{}{l}", if n == 0 { start } else { "　　" }))
        })
        .collect();
    if notes.is_empty() { Ok(end) } else { page::lines(sheet, end, &notes, &look::note()) }
}

/// Filter, frozen header, paper, and the way back to the index.
fn finish(
    sheet: &mut Worksheet,
    table: &Table,
    book: &DataBook,
    (last, total, helper): (u32, f64, u16),
    pages: u16,
) -> Result<(), XlsxError> {
    let columns = columns(table) as u16;
    let end = FIRST + table.rows.len() as u32;
    if !table.rows.is_empty() {
        sheet.autofilter(HEADER, 0, end - 1, helper - 1)?;
        sheet.ignore_error_range(FIRST, 0, end - 1, columns - 1, IgnoreError::NumberStoredAsText)?;
    }
    if helper > columns {
        sheet.set_column_range_hidden(columns, helper - 1)?;
    }
    sheet.set_freeze_panes(FIRST, u16::from(columns > 3))?;
    sheet.set_repeat_rows(0, HEADER)?;
    sheet.set_print_area(0, 0, last.max(FIRST), columns - 1)?;
    page::set_up(sheet, total, pages, &book.marks, &book.fingerprint);
    // Outside the printed area: a help on the screen only.
    let back = Url::new(format!("internal:{}", reference(index::NAME, "A1"))).set_text("返回目录");
    sheet.write_url_with_format(0, helper, back, &look::link(look::words()))?;
    sheet.set_column_width(helper, 12)?;
    Ok(())
}

//! The first sheet: title block, list of tables with links, 编制说明.

use rust_xlsxwriter::{FormatAlign, Url, Worksheet, XlsxError};

use super::look::{self, CellLook};
use super::names::reference;
use super::sheet::write_words;
use super::words::{line, wrap};
use super::{DataBook, DataSheet, page};
use crate::document::Align;

/// Name of the index sheet.
pub(super) const NAME: &str = "目录";

/// Label, width and alignment of the columns.
const COLUMNS: [(&str, f64, Align); 5] = [
    ("序号", 7.0, Align::Center),
    ("表", 56.0, Align::Left),
    ("单位", 14.0, Align::Left),
    ("行数", 8.0, Align::Right),
    ("统计图", 9.0, Align::Center),
];

/// Said once, for whoever wonders what the hidden columns are.
const HIDDEN: &str =
    "各表右侧隐藏列为数据编号（figure_id），用于逐项核对和追溯，取消隐藏即可查看；请勿删改。";
const ROUNDED: &str =
    "单元格中的数值可能多于显示位数，以显示的文字为准；“—”表示不适用或没有数据，“*”表示按规定隐去。";

/// Writes the index.
pub(super) fn write(
    sheet: &mut Worksheet,
    name: &str,
    book: &DataBook,
    sheets: &[(String, &DataSheet)],
) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    for (col, (_, width, _)) in COLUMNS.iter().enumerate() {
        sheet.set_column_width(col as u16, *width)?;
    }
    let total: f64 = COLUMNS.iter().map(|(_, width, _)| width).sum();
    let head = write_title(sheet, book)?;
    for (col, (label, ..)) in COLUMNS.iter().enumerate() {
        page::put(sheet, (head, col as u16), *label, &look::header())?;
    }
    sheet.set_row_height(head, 24)?;
    for (at, (name, data)) in sheets.iter().enumerate() {
        write_entry(sheet, head + 1 + at as u32, at + 1, name, data)?;
    }
    let notes = head + 2 + sheets.len() as u32;
    let end = write_notes(sheet, notes, book, total)?;
    sheet.set_freeze_panes(head + 1, 0)?;
    sheet.set_print_area(0, 0, end.max(head + 1), COLUMNS.len() as u16 - 1)?;
    sheet.set_screen_gridlines(false);
    page::set_up(sheet, total.min(90.0), 0, &book.marks, &book.fingerprint);
    Ok(())
}

/// Title, period and marks; returns the row of the column labels.
fn write_title(sheet: &mut Worksheet, book: &DataBook) -> Result<u32, XlsxError> {
    page::put(sheet, (0, 0), line(&book.title), &look::title(18))?;
    sheet.set_row_height(0, 34)?;
    let mut parts = vec![line(&book.subtitle)];
    parts.extend(book.marks.iter().map(|m| line(m)));
    if !book.fingerprint.is_empty() {
        parts.push(format!("数据指纹 {}", line(&book.fingerprint)));
    }
    parts.retain(|p| !p.is_empty());
    page::put(sheet, (1, 0), parts.join("　　"), &look::remark().set_font_size(11))?;
    sheet.set_row_height(1, 22)?;
    Ok(2)
}

fn write_entry(
    sheet: &mut Worksheet,
    row: u32,
    number: usize,
    name: &str,
    data: &DataSheet,
) -> Result<(), XlsxError> {
    let look = |col: usize| CellLook { align: COLUMNS[col].2, ..CellLook::default() }.format();
    let table = &data.table;
    let title = line(&format!("{} {}", table.number, table.title));
    let title = if title.trim().is_empty() { name } else { title.trim() };
    let unit = table.unit.trim_start_matches("单位").trim_start_matches(['：', ':']);
    let chart = if data.chart.is_some() { "有" } else { "—" };
    let link = Url::new(format!("internal:{}", reference(name, "A1"))).set_text(title);
    sheet.write_number_with_format(row, 0, number as f64, &look(0))?;
    sheet.write_url_with_format(row, 1, link, &look::link(look(1)).set_text_wrap())?;
    write_words(sheet, (row, 2), if unit.is_empty() { "—" } else { unit }, look(2))?;
    sheet.write_number_with_format(row, 3, table.rows.len() as f64, &look(3))?;
    page::put(sheet, (row, 4), chart, &look(4).set_align(FormatAlign::Center))?;
    let lines = page::lines_in(title, COLUMNS[1].1, 11.0);
    sheet.set_row_height(row, page::row_height(lines, 11.0))?;
    Ok(())
}

fn write_notes(sheet: &mut Worksheet, row: u32, book: &DataBook, total: f64) -> Result<u32, XlsxError> {
    page::put(sheet, (row, 0), "编制说明", &look::title(12))?;
    let notes = book.notes.iter().map(String::as_str).chain([ROUNDED, HIDDEN]);
    let lines: Vec<String> = notes
        .enumerate()
        .flat_map(|(at, note)| {
            let mark = format!("{}. ", at + 1);
            let blank = " ".repeat(mark.len());
            let lines = wrap(note, total * 1.04 - 6.0);
            lines
                .into_iter()
                .enumerate()
                .map(move |(n, l)| format!("{}{l}", if n == 0 { &mark } else { &blank }))
        })
        .collect();
    page::lines(sheet, row + 1, &lines, &look::note())
}

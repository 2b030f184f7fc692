//! Excel workbooks: the data tables of the city and the list of problems.
//!
//! This is where rust_xlsxwriter makes workbooks of finished tables. No number
//! is made here: the printed string of a figure is the truth, and a cell holds a
//! number only where Excel shows it as that string. Strings are written as
//! strings, never as formulas; the same input gives the same bytes.

mod chart;
mod figures;
mod index;
mod link;
mod look;
mod names;
mod number;
mod page;
mod problems;
mod sheet;
mod summary;
mod words;

#[cfg(test)]
mod tests;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use serde::Serialize;

pub use chart::{ChartKind, NativeChart};
pub use figures::read_figures;
pub use problems::{Listed, ProblemList, problem_list};

use crate::document::Table;
use crate::error::{Error, Result};
use names::Names;

/// All tables of a report, for `city/数据表.xlsx`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DataBook {
    pub title: String,
    /// The period in words, e.g. `2025年第一季度`.
    pub subtitle: String,
    /// Date of the file's metadata, from the period.
    pub date_ymd: (i32, u8, u8),
    /// Marks such as `内部资料` or `示例数据`.
    pub marks: Vec<String>,
    /// Lines of 编制说明.
    pub notes: Vec<String>,
    /// First digits of the SHA-256 of the data; empty for none.
    pub fingerprint: String,
    pub sheets: Vec<DataSheet>,
}

/// One table on its own sheet.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DataSheet {
    /// Name of the sheet; signs that Excel forbids are replaced.
    pub name: String,
    pub table: Table,
    pub chart: Option<NativeChart>,
}

/// The workbook of all tables: an index, then one table a sheet.
///
/// Figure ids stand in hidden columns right of each table, as
/// `id=printed text` under the header `figure_id:<label>`.
///
/// # Errors
/// A fault of the program only; no text of a table can cause one.
pub fn tables(book: &DataBook) -> Result<Vec<u8>> {
    let mut names = Names::default();
    let index = names.give(index::NAME);
    let sheets: Vec<(String, &DataSheet)> = book.sheets.iter().map(|s| (names.give(&s.name), s)).collect();
    let mut workbook = new_workbook(&book.title, &book.subtitle, book.date_ymd)?;
    index::write(workbook.add_worksheet(), &index, book, &sheets).map_err(fault)?;
    for (name, sheet) in &sheets {
        sheet::write(workbook.add_worksheet(), name, book, sheet).map_err(fault)?;
    }
    workbook.save_to_buffer().map_err(fault)
}

/// A workbook whose metadata carry the date of the period, not of the clock.
fn new_workbook(title: &str, subject: &str, (year, month, day): (i32, u8, u8)) -> Result<Workbook> {
    let year = u16::try_from(year).unwrap_or(1900);
    let date = ExcelDateTime::from_ymd(year, month, day).map_err(fault)?;
    let short = |text: &str| words::cut(words::line(text), 255);
    let properties =
        DocProperties::new().set_title(short(title)).set_subject(short(subject)).set_creation_datetime(&date);
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties);
    Ok(workbook)
}

fn fault(error: XlsxError) -> Error {
    Error::internal(format!("写电子表格：{error}"))
}

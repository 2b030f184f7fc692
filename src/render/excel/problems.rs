//! The list of problems for people: what to mend, where, and how.
//!
//! One sheet of all problems, grouped by district and file, filterable, with a
//! link that opens the cell; before it a summary. Every text comes from a return
//! or from the catalogue and is written as words.

use rust_xlsxwriter::{Color, Format, FormatAlign, Worksheet, XlsxError};

use super::look::{self, CellLook};
use super::names::Names;
use super::sheet::write_words;
use super::words::{clean, line};
use super::{fault, link, new_workbook, page, summary};
use crate::document::Align;
use crate::error::Result;
use crate::problem::{Problem, Severity, Standing};
use crate::reference::district::DISTRICTS;

/// Problems of one period, for `problems/问题清单.xlsx`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProblemList {
    /// Title, e.g. `填报问题清单`.
    pub title: String,
    /// The period in words.
    pub subtitle: String,
    /// Date of the file's metadata, from the period.
    pub date_ymd: (i32, u8, u8),
    pub marks: Vec<String>,
    /// Remarks under the summary, each one sentence; our own where there are none.
    pub notes: Vec<String>,
    /// Way from the list's folder to that of the returns, e.g.
    /// `../../../inputs/2025Q1`; empty for no links.
    pub inputs: String,
    /// In any order.
    pub problems: Vec<Listed>,
}

/// One problem with what the list says beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub problem: Problem,
    /// Name of the district.
    pub district: String,
    /// The form's own words for the field, e.g. `从业人员数量`; empty for none.
    pub label: String,
    /// Where it stands since the last run; `None` where nothing is remembered.
    pub standing: Option<Standing>,
}

impl Listed {
    /// Whether somebody still has to do something about it.
    pub(super) fn stands(&self) -> bool {
        !matches!(self.standing, Some(Standing::Mended | Standing::Waived))
    }
}

/// Name of the sheet with all problems.
pub(super) const NAME: &str = "问题清单";
/// Row of the column labels, and of the first problem.
pub(super) const HEADER: u32 = 2;
pub(super) const FIRST: u32 = 3;
/// Excel opens no sheet with more links than 65,530.
const MOST_LINKS: usize = 65_000;
/// Rows of a sheet, less the title and a remark.
const MOST_ROWS: usize = 1_048_000;

/// Label, width and alignment of the columns.
const COLUMNS: [(&str, f64, Align); 17] = [
    ("序号", 6.0, Align::Center),
    ("区（市）县", 10.0, Align::Left),
    ("文件", 22.0, Align::Left),
    ("工作表", 9.0, Align::Left),
    ("单元格", 8.0, Align::Center),
    ("表", 5.0, Align::Center),
    ("栏目", 13.0, Align::Left),
    ("企业名称", 25.0, Align::Left),
    ("项目名称", 16.0, Align::Left),
    ("严重程度", 9.0, Align::Center),
    ("问题", 26.0, Align::Left),
    ("填写内容", 14.0, Align::Left),
    ("怎么改", 26.0, Align::Left),
    ("依据", 12.0, Align::Left),
    ("编码", 20.0, Align::Left),
    ("状态", 9.0, Align::Center),
    ("编号", 13.0, Align::Left),
];
const CELL: usize = 4;
const SEVERITY: usize = 9;
/// Last column on paper; code, standing and id are for the screen.
const PRINTED: usize = 13;

/// The workbook of all problems.
///
/// # Errors
/// A fault of the program only; no text of a return can cause one.
pub fn problem_list(list: &ProblemList) -> Result<Vec<u8>> {
    let sorted = sorted(list);
    let mut workbook = new_workbook(&list.title, &list.subtitle, list.date_ymd)?;
    let mut names = Names::default();
    let (overview, all) = (names.give(summary::NAME), names.give(NAME));
    let first = workbook.add_worksheet();
    first.set_name(&overview).map_err(fault)?;
    summary::write(first, list, &sorted).map_err(fault)?;
    let second = workbook.add_worksheet();
    second.set_name(&all).map_err(fault)?;
    write(second, list, &sorted).map_err(fault)?;
    workbook.save_to_buffer().map_err(fault)
}

/// By district in official order, then by place.
fn sorted(list: &ProblemList) -> Vec<&Listed> {
    let mut sorted: Vec<&Listed> = list.problems.iter().collect();
    sorted.sort_by(|a, b| {
        let key = |l: &Listed| (rank(&l.district), l.district.clone());
        (key(a), a.problem.order()).cmp(&(key(b), b.problem.order()))
    });
    sorted
}

/// Place of a district in the city's own order; others come last.
fn rank(district: &str) -> usize {
    DISTRICTS.iter().position(|d| d.name == district).unwrap_or(DISTRICTS.len())
}

fn write(
    sheet: &mut Worksheet,
    list: &ProblemList,
    sorted: &[&Listed],
) -> std::result::Result<(), XlsxError> {
    let last = COLUMNS.len() as u16 - 1;
    write_head(sheet, list)?;
    let shown = &sorted[..sorted.len().min(MOST_ROWS)];
    for (at, listed) in shown.iter().enumerate() {
        let linked = if at < MOST_LINKS { list.inputs.as_str() } else { "" };
        write_row(sheet, at, listed, linked)?;
    }
    let end = FIRST + shown.len() as u32;
    if shown.is_empty() {
        page::put(sheet, (FIRST, 0), "没有发现问题。", &look::words())?;
    } else {
        sheet.autofilter(HEADER, 0, end - 1, last)?;
    }
    if shown.len() < sorted.len() {
        let rest = format!("另有{}条未列出，见 problems.json。", sorted.len() - shown.len());
        page::put(sheet, (end, 0), rest, &look::note())?;
    }
    sheet.set_freeze_panes(FIRST, 0)?;
    sheet.set_repeat_rows(HEADER, HEADER)?;
    sheet.set_print_area(0, 0, end.max(FIRST), PRINTED as u16)?;
    page::set_up(sheet, COLUMNS[..=PRINTED].iter().map(|(_, w, _)| w).sum(), 0, &list.marks, "");
    Ok(())
}

fn write_head(sheet: &mut Worksheet, list: &ProblemList) -> std::result::Result<(), XlsxError> {
    page::put(sheet, (0, 0), line(&list.title), &look::title(16))?;
    sheet.set_row_height(0, 30)?;
    let hint = "点击“单元格”一列可打开填报文件并转到该处；请按“怎么改”改正后重新报送。";
    let subtitle = line(&list.subtitle);
    let remark = if subtitle.is_empty() { hint.to_owned() } else { format!("{subtitle}　　{hint}") };
    page::put(sheet, (1, 0), remark, &look::remark())?;
    for (col, (label, width, _)) in COLUMNS.iter().enumerate() {
        sheet.set_column_width(col as u16, *width)?;
        page::put(sheet, (HEADER, col as u16), *label, &look::header())?;
    }
    sheet.set_row_height(HEADER, 28)?;
    Ok(())
}

fn write_row(
    sheet: &mut Worksheet,
    at: usize,
    listed: &Listed,
    inputs: &str,
) -> std::result::Result<(), XlsxError> {
    let row = FIRST + at as u32;
    let muted = !listed.stands();
    let look = |col: usize| {
        CellLook { align: COLUMNS[col].2, strong: false, muted }
            .format()
            .set_align(FormatAlign::Top)
            .set_font_size(10)
    };
    sheet.write_number_with_format(row, 0, (at + 1) as f64, &look(0))?;
    let texts = texts(listed);
    for (col, text) in texts.iter().enumerate().skip(1) {
        let format =
            if col == SEVERITY && !muted { severity(look(col), listed.problem.severity) } else { look(col) };
        if col == CELL {
            write_place(sheet, (row, col as u16), (text, format), (inputs, listed))?;
        } else {
            write_words(sheet, (row, col as u16), text, format)?;
        }
    }
    // Not every program makes a row as high as its words.
    let lines =
        texts.iter().zip(COLUMNS).map(|(text, (_, width, _))| page::lines_in(text, width, 10.0)).max();
    sheet.set_row_height(row, page::row_height(lines.unwrap_or(1), 10.0))?;
    Ok(())
}

/// The cell as a link that opens it; plain words where it cannot be linked.
fn write_place(
    sheet: &mut Worksheet,
    (row, col): (u32, u16),
    (text, format): (&str, Format),
    (inputs, listed): (&str, &Listed),
) -> std::result::Result<(), XlsxError> {
    let place = &listed.problem.place;
    match link::open(inputs, place) {
        Some(url) => {
            sheet.write_url_with_format(row, col, url.set_text(clean(text)), &look::link(format))?;
            Ok(())
        }
        None if place.cell.is_none() => write_words(sheet, (row, col), "—", format),
        None => write_words(sheet, (row, col), text, format),
    }
}

/// The words of a row; the first column is a number.
fn texts(listed: &Listed) -> [String; 17] {
    let Listed { problem, district, label, standing } = listed;
    let place = &problem.place;
    let dash = |text: &str| if text.is_empty() { "—".to_owned() } else { text.to_owned() };
    [
        String::new(),
        dash(district),
        place.file.to_string(),
        dash(&place.sheet),
        place.cell.map_or_else(|| "打开".to_owned(), |cell| cell.to_string()),
        dash(problem.form.map_or("", |f| f.letter())),
        dash(label),
        dash(&problem.enterprise),
        dash(&problem.project),
        problem.severity.label().to_owned(),
        problem.message().into_owned(),
        dash(&problem.found),
        problem.hint().into_owned(),
        dash(problem.clause()),
        problem.code.id().to_owned(),
        dash(standing.map_or("", Standing::label)),
        problem.id(),
    ]
}

/// Colour beside the word, dark enough to be read in black and white.
pub(super) fn severity(format: Format, severity: Severity) -> Format {
    let (ground, ink) = match severity {
        Severity::Error => (0xFB_E0D8, 0x8A_2B0B),
        Severity::Warning => (0xFF_F0CC, 0x6B_4300),
        Severity::Info => (0xE3_EAF4, 0x16_386B),
    };
    format.set_background_color(Color::RGB(ground)).set_font_color(Color::RGB(ink)).set_font_name(look::HEI)
}

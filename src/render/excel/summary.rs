//! The summary before the list of problems: who still owes what, and which
//! mistakes are made most.
//!
//! Counts of errors, warnings and hints are of what still stands; what was
//! mended or waived has its own columns, where a run remembers the last one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rust_xlsxwriter::{Format, Url, Worksheet, XlsxError};

use super::look::{self, CellLook};
use super::names::reference;
use super::page;
use super::problems::{self, FIRST, Listed, ProblemList};
use super::sheet::write_words;
use super::words::{line, width, wrap};
use crate::document::Align;
use crate::problem::Standing;
use crate::problem::{Code, Severity};

/// Name of the sheet.
pub(super) const NAME: &str = "汇总";
const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Info];
/// Widths of the first columns; numbers follow.
const WIDTHS: [f64; 2] = [24.0, 46.0];
const COUNT_WIDTH: f64 = 9.0;

/// Counts of one district, one code, or all.
#[derive(Clone, Copy, Default)]
struct Counts {
    severity: [u32; 3],
    standing: [u32; 4],
}

impl Counts {
    fn add(&mut self, listed: &Listed) {
        if listed.stands() {
            self.severity[listed.problem.severity as usize] += 1;
        }
        if let Some(standing) = listed.standing {
            self.standing[standing as usize] += 1;
        }
    }

    fn of<'a>(listed: impl IntoIterator<Item = &'a &'a Listed>) -> Self {
        let mut counts = Self::default();
        listed.into_iter().for_each(|l| counts.add(l));
        counts
    }

    /// Errors and warnings that stand; a hint asks for nothing.
    fn owed(self) -> u32 {
        self.severity[Severity::Error as usize] + self.severity[Severity::Warning as usize]
    }

    /// What is to be mended, all by severity, and by standing where it is remembered.
    fn numbers(&self, remembered: bool) -> Vec<u32> {
        let mut numbers = vec![self.owed()];
        numbers.extend(self.severity);
        if remembered {
            numbers.extend(self.standing);
        }
        numbers
    }
}

/// Writes the summary.
pub(super) fn write(sheet: &mut Worksheet, list: &ProblemList, sorted: &[&Listed]) -> Result<(), XlsxError> {
    let remembered = sorted.iter().any(|l| l.standing.is_some());
    let counts = if remembered { 8 } else { 4 };
    let total = WIDTHS.iter().sum::<f64>() + COUNT_WIDTH * f64::from(counts);
    for col in 0..2 + counts {
        sheet.set_column_width(col, WIDTHS.get(usize::from(col)).copied().unwrap_or(COUNT_WIDTH))?;
    }
    page::put(sheet, (0, 0), format!("{}：汇总", line(&list.title)), &look::title(16))?;
    sheet.set_row_height(0, 30)?;
    page::put(sheet, (1, 0), line(&list.subtitle), &look::remark())?;
    let row = write_districts(sheet, 3, sorted, remembered)?;
    let row = write_codes(sheet, row + 1, sorted, remembered)?;
    let end = write_notes(sheet, row, list, total)?;
    sheet.set_print_area(0, 0, end, 1 + counts)?;
    sheet.set_screen_gridlines(false);
    page::set_up(sheet, total, 0, &list.marks, "");
    Ok(())
}

/// A heading and the column labels; returns the row of the first entry.
fn write_head(
    sheet: &mut Worksheet,
    row: u32,
    heading: &str,
    labels: [&str; 2],
    remembered: bool,
) -> Result<u32, XlsxError> {
    page::put(sheet, (row, 0), heading, &look::title(12))?;
    let counts = ["待处理"].into_iter().chain(SEVERITIES.map(Severity::label));
    let standings = Standing::ALL.map(Standing::label).into_iter().filter(|_| remembered);
    for (col, label) in labels.into_iter().chain(counts).chain(standings).enumerate() {
        page::put(sheet, (row + 1, col as u16), label, &look::header())?;
    }
    sheet.set_row_height(row + 1, 24)?;
    Ok(row + 2)
}

/// By district, with a link to its first problem; returns the row after.
fn write_districts(
    sheet: &mut Worksheet,
    row: u32,
    sorted: &[&Listed],
    remembered: bool,
) -> Result<u32, XlsxError> {
    let mut row = write_head(sheet, row, "一、按区（市）县", ["区（市）县", "涉及的文件"], remembered)?;
    let mut at = 0;
    for group in sorted.chunk_by(|a, b| a.district == b.district) {
        let target = reference(problems::NAME, &format!("A{}", FIRST + 1 + at as u32));
        let name = Some(line(&group[0].district)).filter(|n| !n.is_empty()).unwrap_or_else(|| "—".to_owned());
        let url = Url::new(format!("internal:{target}")).set_text(name);
        sheet.write_url_with_format(row, 0, url, &look::link(left(false)))?;
        let mut files: Vec<&str> = group.iter().map(|l| &*l.problem.place.file).collect();
        files.dedup();
        write_words(sheet, (row, 1), &format!("{}个文件", files.len()), left(false))?;
        write_counts(sheet, row, &Counts::of(group), remembered, false)?;
        sheet.set_row_height(row, page::row_height(1, 11.0))?;
        (row, at) = (row + 1, at + group.len());
    }
    sheet.set_row_height(row, page::row_height(1, 11.0))?;
    write_words(sheet, (row, 0), "合计", left(true))?;
    write_words(sheet, (row, 1), "", left(true))?;
    write_counts(sheet, row, &Counts::of(sorted), remembered, true)?;
    Ok(row + 1)
}

/// By code, those with most to mend first; returns the row after.
fn write_codes(
    sheet: &mut Worksheet,
    row: u32,
    sorted: &[&Listed],
    remembered: bool,
) -> Result<u32, XlsxError> {
    let mut row = write_head(sheet, row, "二、按问题种类", ["编码", "问题"], remembered)?;
    let mut by_code: BTreeMap<Code, Counts> = BTreeMap::new();
    sorted.iter().for_each(|l| by_code.entry(l.problem.code).or_default().add(l));
    let mut codes: Vec<(Code, Counts)> = by_code.into_iter().collect();
    let all = |counts: &Counts| counts.severity.iter().sum::<u32>();
    codes.sort_by_key(|(code, counts)| (Reverse(counts.owed()), Reverse(all(counts)), *code));
    for (code, counts) in codes {
        let headline = code.in_general();
        write_words(sheet, (row, 0), code.id(), left(false))?;
        write_words(sheet, (row, 1), &headline, left(false))?;
        let lines = page::lines_in(&headline, WIDTHS[1], 11.0);
        sheet.set_row_height(row, page::row_height(lines, 11.0))?;
        write_counts(sheet, row, &counts, remembered, false)?;
        row += 1;
    }
    Ok(row)
}

/// The counts of a row; what is above zero and an error or warning is coloured.
fn write_counts(
    sheet: &mut Worksheet,
    row: u32,
    counts: &Counts,
    remembered: bool,
    strong: bool,
) -> Result<(), XlsxError> {
    for (at, number) in counts.numbers(remembered).into_iter().enumerate() {
        let mut format = CellLook { align: Align::Right, strong, muted: number == 0 }.format();
        if let (1..=3, true) = (at, number > 0 && !strong) {
            format = problems::severity(format, SEVERITIES[at - 1]);
        }
        sheet.write_number_with_format(row, 2 + at as u16, f64::from(number), &format)?;
    }
    Ok(())
}

fn left(strong: bool) -> Format {
    CellLook { align: Align::Left, strong, muted: false }.format()
}

fn write_notes(sheet: &mut Worksheet, row: u32, list: &ProblemList, total: f64) -> Result<u32, XlsxError> {
    let own = "“错误”未改正前，该表（或文件）不计入统计；“警告”只影响所指的一项；“提示”供参考。";
    let notes =
        Some(own).filter(|_| list.notes.is_empty()).into_iter().chain(list.notes.iter().map(String::as_str));
    let lines: Vec<String> = notes
        .enumerate()
        .flat_map(|(at, note)| {
            let start = if at == 0 { "注：" } else { "　　" };
            let lines = wrap(note, total * 1.04 - width(start) - 2.0).into_iter().enumerate();
            lines.map(move |(n, l)| format!("{}{l}", if n == 0 { start } else { "　　" }))
        })
        .collect();
    page::lines(sheet, row + 1, &lines, &look::note())
}

//! Finds forms and tables in sheets by their labels, and binds answers to fields.
//!
//! Nothing here goes by address, file name or sheet name: a form is known by its
//! title and labels, a table by its header row. What comes out still is what was
//! typed; [`crate::answer`] judges it.

mod above;
mod answers;
mod aside;
mod boxes;
mod candidate;
mod columns;
mod combined;
mod continued;
mod cross;
mod doubles;
mod example;
mod form;
mod grid;
mod header;
mod joined;
mod key;
#[cfg(test)]
mod kinds;
mod label;
mod labels;
mod left;
mod lettered;
mod merged;
mod named;
mod narrated;
pub(crate) mod numbered;
mod over;
mod overwritten;
mod platform;
mod region;
mod rows;
mod several;
mod signed;
mod slots;
mod small;
mod spread;
mod stacked;
mod strange;
mod supplement;
mod table;
#[cfg(test)]
pub(crate) mod testing;
mod ticks;
mod turned;
mod unread;
#[cfg(test)]
mod variants;
mod wide;
mod words;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::words::{Scan, Words};
use crate::cell::Cell;
use crate::problem::Code;
use crate::spec::{Form, Specs, own_sheet};
use crate::text;
use crate::workbook::{Book, SYNTHETIC, Sheet, Value};

/// What was typed for one field, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    pub cell: Cell,
    pub content: Content,
}

/// The content of an answer before it is judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Content {
    Blank,
    Typed(Value),
    /// The words of several cells whose ticks belong to none of the options.
    Unpaired(String),
    /// Ticked options of a question that has one column per option.
    Ticks(Vec<usize>),
    Dimensions(Vec<[Option<Level>; 3]>),
    Indicators(Vec<IndicatorRow>),
}

/// One row of the indicators of the supplement, as typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndicatorRow {
    pub cell: Cell,
    pub name: String,
    pub unit: String,
    pub direction: String,
    pub direction_cell: Cell,
    pub before: Option<Level>,
    pub goal: Option<Level>,
    pub after: Option<Level>,
}

/// A number in a table of the supplement, as typed, and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    pub cell: Cell,
    pub value: Value,
}

/// One return as found in a sheet: a slot per field of its form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    pub form: Form,
    pub sheet: Arc<str>,
    /// Where the return starts: its title, or the first cell of its row.
    pub anchor: Cell,
    /// Whether it is a row of a table.
    pub tabular: bool,
    /// By field index of the form's specification.
    pub slots: Vec<Option<Slot>>,
    pub envelope: Envelope,
    /// Further sheets on which a form goes on.
    pub continued: Vec<Continuation>,
}

/// A sheet on which a form goes on, and the fields that stand there (indices of its specification).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Continuation {
    pub sheet: Arc<str>,
    pub fields: Vec<usize>,
}

/// What stands around a return: who sends it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    pub period: Option<Box<Said>>,
    pub district: Option<Box<Said>>,
    pub agency: Option<Box<Said>>,
    pub consent: Option<Box<Said>>,
    /// Seconds an online answer took.
    pub seconds: Option<u32>,
    /// What the hidden key sheet of a workbook of ours says.
    pub key: Option<Arc<ReadKey>>,
    /// Whether it came as a Word document (表D only).
    pub document: bool,
}

impl Envelope {
    /// Of a return around which nothing stands.
    pub(crate) const EMPTY: Self = Self {
        period: None,
        district: None,
        agency: None,
        consent: None,
        seconds: None,
        key: None,
        document: false,
    };
}

/// The key of a pre-filled or correction workbook, read back; empty where it does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadKey {
    /// Names in normal form; empty where they are to be mended.
    pub project_key: String,
    pub enterprise_key: String,
    pub form_version: String,
    pub district: String,
    pub agency: String,
    /// `是`, `否` or empty.
    pub consent: String,
    /// Token of the return that this workbook corrects (see [`crate::link::token`]).
    pub supersedes: Option<String>,
}

/// Words of an envelope and where they stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub text: Arc<str>,
    pub sheet: Arc<str>,
    pub cell: Cell,
}

/// One row of a roster, as typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RosterRow {
    pub sheet: Arc<str>,
    pub row: u32,
    pub slots: Vec<Option<Slot>>,
}

/// A finding of the binder, without the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub code: String,
    pub sheet: Arc<str>,
    pub cell: Option<Cell>,
    pub about: String,
    pub found: String,
    pub form: Option<Form>,
    /// Where it is about one answer: id of its field, and the names of the return.
    pub field: String,
    pub enterprise: String,
    pub project: String,
}

impl Finding {
    fn new(code: Code, about: impl Into<String>) -> Self {
        Self {
            code: code.id().into(),
            sheet: "".into(),
            cell: None,
            about: about.into(),
            found: String::new(),
            form: None,
            field: String::new(),
            enterprise: String::new(),
            project: String::new(),
        }
    }
}

/// Everything found in one file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bindings {
    pub returns: Vec<Bound>,
    /// Rows of tables that were refused as a whole: received and excluded.
    pub refused: Vec<Bound>,
    pub roster: Vec<RosterRow>,
    pub findings: Vec<Finding>,
    /// Official forms nobody filled in.
    pub blank_forms: usize,
    /// Sheets of instructions, option lists and the like.
    pub other_sheets: usize,
}

/// Binds everything in a book.
pub fn bind(book: &Book, specs: &Specs) -> Bindings {
    let mut out = Bindings::default();
    let mut covers: Vec<(usize, Envelope)> = Vec::new();
    let (mut unrecognised, mut examples) = (Vec::new(), Vec::new());
    let (mut key, mut previous) = (None, None);
    for (at, sheet) in book.sheets.iter().enumerate() {
        if sheet.is_empty() || is_own_list(sheet) {
            continue;
        }
        if let Some(read) = key::read(sheet) {
            key = Some(Arc::new(read));
            continue;
        }
        let scan = Scan::of(sheet, specs);
        if let Some(found) = form::cover(sheet, &scan, specs) {
            covers.push((at, found.envelope));
            if found.below.is_some_and(|from| take_below(sheet, from, specs, &mut out)) {
                previous = Some(sheet);
            }
            continue;
        }
        if continued::take((sheet, &scan), previous.replace(sheet), specs, &mut out) {
            note_looks(sheet, true, &mut out);
            continue;
        }
        if example::is_named(sheet) {
            examples.push(sheet);
            continue;
        }
        unrecognised.extend(Some(sheet).filter(|_| !take(sheet, &scan, specs, &mut out)));
    }
    for sheet in examples {
        let scan = Scan::of(sheet, specs);
        let is_example = example::take(sheet, &scan, specs, &mut out);
        unrecognised.extend(Some(sheet).filter(|_| !is_example && !take(sheet, &scan, specs, &mut out)));
    }
    for bound in out.returns.iter_mut().chain(&mut out.refused) {
        if let Some(cover) = cover_of(&covers, book, &bound.sheet) {
            bound.envelope.fill_from(cover);
        }
        bound.envelope.key = key.clone();
    }
    note_unrecognised(&unrecognised, specs, &mut out);
    out
}

/// The cover of a sheet: the last one in front of it, else the first of the book.
fn cover_of<'c>(covers: &'c [(usize, Envelope)], book: &Book, sheet: &str) -> Option<&'c Envelope> {
    let (first, others) = covers.split_first()?;
    if others.is_empty() {
        return Some(&first.1);
    }
    let at = book.sheets.iter().position(|s| &*s.name == sheet)?;
    covers.iter().rfind(|(cover, _)| *cover <= at).or(Some(first)).map(|(_, cover)| cover)
}

impl Envelope {
    fn fill_from(&mut self, cover: &Self) {
        // The cover comes first for the district (interface.md 2), the row for everything else.
        self.district = cover.district.clone().or(self.district.take());
        self.period = self.period.take().or(cover.period.clone());
        self.agency = self.agency.take().or(cover.agency.clone());
        self.consent = self.consent.take().or(cover.consent.clone());
    }
}

/// Takes the forms or the table below a cover in the same sheet; `false` where there are none.
fn take_below(sheet: &Sheet, from: u32, specs: &Specs, out: &mut Bindings) -> bool {
    let rest = Sheet { looks: sheet.looks.clone(), ..stacked::rows(sheet, from, u32::MAX) };
    let scan = Scan::of(&rest, specs);
    let has_rows = |cells: usize| rest.rows.iter().filter(|row| row.cells.len() >= cells).nth(1).is_some();
    if region::regions(&rest, &scan, specs).is_empty() && !has_rows(2) {
        return false;
    }
    let is_taken = take(&rest, &scan, specs, out);
    if !is_taken && has_rows(3) {
        note_part(&rest, out);
    }
    is_taken
}

/// Takes what a sheet holds, with what its looks say; `false` where it holds nothing of ours.
fn take(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs, out: &mut Bindings) -> bool {
    let before = (out.returns.len(), out.refused.len(), out.roster.len(), out.blank_forms);
    let is_table = bind_sheet(sheet, scan, specs, out);
    let after = (out.returns.len(), out.refused.len(), out.roster.len(), out.blank_forms);
    note_looks(sheet, before != after, out);
    if sheet.hidden && after.0 > before.0 {
        let finding = Finding { sheet: sheet.name.clone(), ..Finding::new(Code::HiddenRead, &*sheet.name) };
        out.findings.push(finding);
    }
    before != after || is_table
}

/// Binds a sheet; whether it is a table or a roster (of which no row may be filled in).
fn bind_sheet(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs, out: &mut Bindings) -> bool {
    if let Some(bands) = region::bands(sheet, scan, specs) {
        bands.iter().for_each(|band| form::bind(band, &Scan::of(band, specs), specs, out));
        return false;
    }
    if let Some(parts) = stacked::parts(sheet, scan, specs) {
        parts.iter().for_each(|part| bind_part(part, specs, out));
        return true;
    }
    let is_table = table::bind(sheet, scan, specs, out) || turned::bind(sheet, scan, specs, out);
    if !is_table {
        form::bind(sheet, scan, specs, out);
    }
    is_table
}

/// Binds one of the tables and forms that stand under each other; what is none of them is told.
fn bind_part(part: &Sheet, specs: &Specs, out: &mut Bindings) {
    let scan = Scan::of(part, specs);
    let before = (out.returns.len(), out.refused.len(), out.blank_forms);
    if table::bind(part, &scan, specs, out) {
        return;
    }
    form::bind(part, &scan, specs, out);
    if before == (out.returns.len(), out.refused.len(), out.blank_forms) {
        note_part(part, out);
    }
}

/// Says that a part of a sheet is not read.
fn note_part(part: &Sheet, out: &mut Bindings) {
    let cell = part.cells().next().map(|(cell, _)| cell);
    let finding = Finding::new(Code::SheetUnrecognised, format!("{}（部分）", part.name));
    out.findings.push(Finding { sheet: part.name.clone(), cell, ..finding });
}

/// Says what is hidden in a sheet with returns, and what was struck out in any sheet.
fn note_looks(sheet: &Sheet, holds_returns: bool, out: &mut Bindings) {
    let looks = &sheet.looks;
    let at = |cell, code, about: String| Finding {
        sheet: sheet.name.clone(),
        cell: Some(cell),
        ..Finding::new(code, about)
    };
    if let Some(cell) = looks.hidden.filter(|_| holds_returns) {
        let parts = [(looks.hidden_rows, "行"), (looks.hidden_columns, "列")];
        let said = parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n}{what}"));
        let about = format!("隐藏的{}", said.collect::<Vec<_>>().join("、"));
        out.findings.push(at(cell, Code::HiddenCells, about));
    }
    if let Some(cell) = looks.struck.first() {
        out.findings.push(at(*cell, Code::StruckOut, looks.struck.len().to_string()));
    }
}

/// The list of cells to mend and the guidance that come with our own workbooks: they quote
/// labels and answers, but are no return.
fn is_own_list(sheet: &Sheet) -> bool {
    let name = &*sheet.name;
    (name == own_sheet::LIST || name == own_sheet::GUIDANCE) && sheet.text(Cell::new(0, 0)) == name
}

/// Sheets that are no form: option lists and instructions are passed over, others are named.
fn note_unrecognised(sheets: &[&Sheet], specs: &Specs, out: &mut Bindings) {
    for sheet in sheets {
        out.other_sheets += 1;
        if sheet.hidden || is_helper(sheet, specs) {
            continue;
        }
        let code = if continued::is_marked(sheet) { Code::SheetContinued } else { Code::SheetUnrecognised };
        out.findings.push(Finding { sheet: sheet.name.clone(), ..Finding::new(code, &*sheet.name) });
    }
}

/// Whether a sheet only helps to fill in others (填表说明, 下拉选项): by its name, where it names no enterprise or project.
fn is_helper(sheet: &Sheet, specs: &Specs) -> bool {
    const WORDS: [&str; 7] = ["说明", "须知", "选项", "下拉", "字典", "参数", "zhiti"];
    const WHAT: [&str; 11] =
        ["填表", "填报", "填写", "报送", "使用", "操作", "指标", "表格", "数据", "下拉", "参数"];
    let name = text::label(&sheet.name);
    let mut rest = name.as_str();
    while let Some(shorter) = WHAT.iter().chain(&WORDS).find_map(|word| rest.strip_prefix(word)) {
        rest = shorter;
    }
    let is_named = WORDS.iter().any(|word| name.contains(word));
    is_named && !rest.chars().any(text::is_han) && !names_a_return(sheet, specs)
}

/// Whether a label of a key (企业名称) stands among the first cells of a sheet.
fn names_a_return(sheet: &Sheet, specs: &Specs) -> bool {
    let scan = Scan::of(sheet, specs);
    let is_key = |words: &Words| {
        let label = words.label();
        specs.all().any(|(_, spec)| spec.by_label(label).is_some_and(|field| spec.key.contains(&field)))
    };
    scan.cells().iter().take(200).any(|(_, words)| is_key(words))
}

/// Whether a sheet says that its data are synthetic (示例数据), in its first or last rows.
pub fn says_synthetic(sheet: &Sheet) -> bool {
    let ends = sheet.rows.iter().take(3).chain(sheet.rows.iter().rev().take(3));
    ends.flat_map(|r| &r.cells).any(|(_, v)| matches!(v, Value::Text(t) if t.contains(SYNTHETIC)))
}

#[cfg(test)]
mod tests {
    use super::testing::{book, specs};
    use super::{bind, is_helper};

    #[test]
    fn a_sheet_of_guidance_is_passed_over_and_an_account_is_told() {
        let helps = |name: &str, rows: &[&[&str]]| {
            let mut sheet = book(rows).sheets.remove(0);
            sheet.name = name.into();
            is_helper(&sheet, specs())
        };
        let rows: [&[&str]; 2] = [&["情况", "数据"], &["成都某公司", "已整改"]];
        for name in [
            "填表说明",
            "说明",
            "填报须知",
            "下拉选项",
            "选项",
            "数据字典",
            "参数",
            "填表说明2",
            "使用说明（1）",
        ] {
            assert!(helps(name, &rows), "{name}");
        }
        for name in ["整改情况说明", "技术参数", "项目说明"] {
            assert!(!helps(name, &rows), "{name}");
        }
        assert!(!helps("说明", &[&["企业名称", "情况"], &["成都某公司", "已整改"]]));
    }

    #[test]
    fn many_forms_under_one_title_are_read_in_one_go() {
        let mut rows: Vec<Vec<String>> = vec![vec!["中小企业质量提升服务满意度调查表".into()]];
        for n in 0..300 {
            let pairs = [
                ("质量提升服务项目名称", format!("拟{n}项目")),
                ("企业名称", format!("成都拟{n}公司")),
                ("质量服务机构名称", "四川拟信咨询有限公司".into()),
                ("服务人员", "李拟".into()),
                ("服务时间", "2025年1月13日".into()),
                ("主要的质量提升服务内容", "诊断".into()),
                ("对服务人员的服务态度", "满意".into()),
            ];
            rows.extend(pairs.map(|(label, words)| vec![label.to_owned(), words]));
        }
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let bound = bind(&book(&rows), specs());
        assert_eq!((bound.returns.len(), bound.findings.len()), (300, 0));
    }
}

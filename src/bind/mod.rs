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
mod lettered;
mod merged;
mod named;
mod narrated;
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

use self::words::Scan;
use crate::cell::Cell;
use crate::problem::Code;
use crate::spec::{Form, Specs, own_sheet};
use crate::workbook::{Book, Sheet, Value};

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
    let mut cover = Envelope::default();
    let (mut unrecognised, mut examples) = (Vec::new(), Vec::new());
    let (mut key, mut previous) = (None, None);
    for sheet in &book.sheets {
        if sheet.is_empty() || is_own_list(sheet) {
            continue;
        }
        if let Some(read) = key::read(sheet) {
            key = Some(Arc::new(read));
            continue;
        }
        let scan = Scan::of(sheet, specs);
        if let Some(found) = form::cover(sheet, &scan, specs) {
            cover = found.envelope;
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
        bound.envelope.fill_from(&cover);
        bound.envelope.key = key.clone();
    }
    note_unrecognised(&unrecognised, &mut out);
    out
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

/// Takes the forms below a cover in the same sheet; `false` where there are none.
fn take_below(sheet: &Sheet, from: u32, specs: &Specs, out: &mut Bindings) -> bool {
    let rest = Sheet { looks: sheet.looks.clone(), ..stacked::rows(sheet, from, u32::MAX) };
    let scan = Scan::of(&rest, specs);
    !region::regions(&rest, &scan, specs).is_empty() && take(&rest, &scan, specs, out)
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
        let cell = part.cells().next().map(|(cell, _)| cell);
        let finding = Finding::new(Code::SheetUnrecognised, format!("{}（部分）", part.name));
        out.findings.push(Finding { sheet: part.name.clone(), cell, ..finding });
    }
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
fn note_unrecognised(sheets: &[&Sheet], out: &mut Bindings) {
    for sheet in sheets {
        out.other_sheets += 1;
        if sheet.hidden || is_helper(sheet) {
            continue;
        }
        let code = if continued::is_marked(sheet) { Code::SheetContinued } else { Code::SheetUnrecognised };
        out.findings.push(Finding { sheet: sheet.name.clone(), ..Finding::new(code, &*sheet.name) });
    }
}

fn is_helper(sheet: &Sheet) -> bool {
    let name = crate::text::label(&sheet.name);
    ["填表说明", "说明", "填报说明", "选项", "下拉", "字典", "参数", "填写须知", "需修改清单", "zhiti"]
        .iter()
        .any(|w| name.contains(w))
}

/// Whether a sheet says that its data are synthetic (示例数据), in its first or last rows.
pub fn says_synthetic(sheet: &Sheet) -> bool {
    let ends = sheet.rows.iter().take(3).chain(sheet.rows.iter().rev().take(3));
    ends.flat_map(|r| &r.cells).any(|(_, v)| matches!(v, Value::Text(t) if t.contains("示例数据")))
}

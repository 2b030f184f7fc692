//! Workbooks of the forms: blank, pre-filled with a key, and filled with marks
//! for correction. One specification draws them all.
//!
//! What is handed out must come back readable: labels are locked, guidance
//! reads as blank, and a correction workbook is itself a valid return. The
//! sheets besides the forms carry no bare label, so that no reader takes them
//! for a return.

pub mod answers;
mod correction;
mod extra;
pub mod grid;
mod sets;
mod sheet;
mod validate;

use std::collections::BTreeMap;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::problem::Severity;
use crate::spec::FormSpec;

pub use answers::{boxes, drop_down, empty_text, ticks_many, ticks_one, ticks_with_count};
pub use correction::{correction, correction_plan, submitted};
pub use sets::{FileBytes, Project, blank_set, project_set};

pub use crate::spec::own_sheet::FORM_VERSION;

/// A cell to mend: the field (id, or key in a table), what is wrong and how to mend it. The gravest mark colours the cell.
#[derive(Clone, Debug, Serialize)]
pub struct Mark {
    pub field: String,
    pub severity: Severity,
    pub note: String,
    pub hint: String,
}

/// What a pre-filled or correction workbook carries, so that its return links exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FormKey {
    pub project_key: String,
    pub enterprise_key: String,
    pub form_version: String,
    pub district: String,
    pub agency: String,
    /// `是`, `否` or empty.
    pub consent: String,
    /// Token of the return that a correction workbook stands for.
    pub supersedes: Option<String>,
}

/// One form of a workbook: what is filled in, what is to be mended.
///
/// `values` holds the text each cell shows, by field id; in the tables of the
/// supplement by `dimensions.质量文化.before` (`goal`, `after`) and
/// `indicators.1.name` (`unit`, `direction`, `before`, `goal`, `after`); in
/// a list (the roster) by `project.1`. Missing or empty: the cell of the blank form.
#[derive(Clone, Debug)]
pub struct SheetPlan<'a> {
    pub spec: &'a FormSpec,
    pub values: BTreeMap<String, String>,
    pub marks: Vec<Mark>,
    pub key: Option<FormKey>,
    /// Name of the sheet; `表B` where there is none.
    pub sheet_name: Option<String>,
}

impl<'a> SheetPlan<'a> {
    /// The blank form.
    pub fn blank(spec: &'a FormSpec) -> Self {
        Self { spec, values: BTreeMap::new(), marks: Vec::new(), key: None, sheet_name: None }
    }

    fn name(&self) -> String {
        self.sheet_name.clone().unwrap_or_else(|| sheet_name(self.spec))
    }
}

/// What a workbook has besides the filled cells.
#[derive(Clone, Copy, Debug)]
pub struct Extras {
    /// Guidance sheet, drop-downs and hints.
    pub guidance: bool,
    /// Labels locked (without password).
    pub protection: bool,
}

impl Extras {
    /// Everything that helps to fill the form.
    pub const FULL: Self = Self { guidance: true, protection: true };
    /// The bare form, as offices pass it on.
    pub const PLAIN: Self = Self { guidance: false, protection: false };
}

/// The name of a form's sheet and file: `表B`, `封面`, `名册`.
pub fn sheet_name(spec: &FormSpec) -> String {
    if spec.caption.is_empty() { spec.annex.clone() } else { spec.caption.clone() }
}

/// Draws a workbook with one sheet per plan. Same plans, same bytes.
///
/// # Errors
/// A sheet name that Excel refuses or used twice.
pub fn workbook(plans: &[SheetPlan], extras: Extras) -> Result<Vec<u8>> {
    workbook_with(plans, extras, |_, _| Ok(()))
}

/// The same, with a last touch on each drawn sheet (samples put formulas and headers there).
///
/// # Errors
/// As [`workbook`].
pub(crate) fn workbook_with(
    plans: &[SheetPlan],
    extras: Extras,
    touch: impl Fn(usize, &mut Worksheet) -> std::result::Result<(), XlsxError>,
) -> Result<Vec<u8>> {
    build(plans, extras, touch).map_err(|e| Error::internal(format!("写表格工作簿失败：{e}")))
}

fn build(
    plans: &[SheetPlan],
    extras: Extras,
    touch: impl Fn(usize, &mut Worksheet) -> std::result::Result<(), XlsxError>,
) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = new_book()?;
    let mut lists = validate::Lists::default();
    for (index, plan) in plans.iter().enumerate() {
        let sheet = book.add_worksheet();
        sheet.set_name(plan.name())?;
        sheet::draw(sheet, plan, &mut lists, &extras)?;
        touch(index, sheet)?;
    }
    extra::list_sheet(&mut book, plans)?;
    if extras.guidance {
        extra::guidance_sheet(&mut book, plans)?;
    }
    lists.write(&mut book)?;
    if let Some(key) = plans.iter().find_map(|p| p.key.as_ref()) {
        extra::key_sheet(&mut book, key)?;
    }
    book.save_to_buffer()
}

/// A workbook whose properties do not depend on the clock.
fn new_book() -> std::result::Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_ymd(2025, 1, 22)?;
    book.set_properties(&DocProperties::new().set_author("质提").set_creation_datetime(&created));
    Ok(book)
}

#[cfg(test)]
mod roundtrip;
#[cfg(test)]
mod tests;

//! A completed 表D in Word as a return like any other.
//!
//! Only what the agency changed is its answer: an item still as we wrote it is no
//! answer at all, so that the words of the other forms keep standing there.

use super::{Answer, Field, SummaryAnswers};
use crate::bind::{Bound, Content, Envelope, Slot};
use crate::cell::Cell;
use crate::spec::{Form, FormSpec};
use crate::workbook::Value;

/// Name of the sheet in the places of a Word document; the row is the number of the field.
pub const SHEET: &str = "Word";

/// The return, or `None` where nobody wrote anything into the document.
pub fn bound(answers: &SummaryAnswers, spec: &FormSpec) -> Option<Bound> {
    if !Field::ALL.into_iter().filter_map(|f| answers.get(f)).any(is_written) {
        return None;
    }
    let mut slots = vec![None; spec.fields.len()];
    for (row, field) in (0u32..).zip(Field::ALL) {
        let names = matches!(field, Field::Project | Field::Enterprise);
        let said = answers.get(field).filter(|a| names || a.edited != Some(false));
        if let (Some(answer), Some(index)) = (said, spec.index(field.id())) {
            slots[index] = Some(Slot { cell: Cell::new(row, 0), content: content(answer) });
        }
    }
    Some(Bound {
        form: Form::D,
        sheet: SHEET.into(),
        anchor: Cell::new(0, 0),
        tabular: false,
        slots,
        envelope: Envelope { document: true, ..Envelope::default() },
        continued: Vec::new(),
    })
}

/// Whether a person wrote this answer (or removed ours).
fn is_written(answer: &Answer) -> bool {
    answer.edited.unwrap_or(!answer.text.is_empty())
}

fn content(answer: &Answer) -> Content {
    if answer.text.is_empty() { Content::Blank } else { Content::Typed(Value::Text(answer.text.clone())) }
}

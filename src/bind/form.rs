//! Forms drawn as tables of labels and answers, and the cover sheet: which returns a sheet holds.

use super::label::Scan;
use super::region::is_title;
use super::slots::{Slots, bind_region, is_empty_boxes};
use super::{Bindings, Bound, Content, Envelope, Finding, Said, Slot, overwritten, several, supplement};
use crate::problem::Code;
use crate::spec::{Field, FormSpec, Specs};
use crate::text;
use crate::workbook::{Sheet, Value};

/// Binds every form of a sheet.
pub(super) fn bind(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs, out: &mut Bindings) {
    for (region, found) in several::forms(sheet, scan, specs) {
        let left = several::left_over(&found);
        let Slots { slots, labels, .. } = found;
        let spec = specs.of(region.form);
        if slots.iter().zip(&spec.fields).all(|(s, f)| s.as_ref().is_none_or(|s| is_unanswered(s, f))) {
            out.blank_forms += 1;
            continue;
        }
        if left.is_some() {
            let finding = Finding::new(Code::SheetUnrecognised, format!("{}（部分）", sheet.name));
            out.findings.push(Finding { sheet: sheet.name.clone(), cell: left, ..finding });
        }
        for (field, cell, found) in overwritten::find(sheet, spec, &labels) {
            let (sheet, form) = (sheet.name.clone(), Some(region.form));
            let finding = Finding::new(Code::LabelOverwritten, &*spec.fields[field].label);
            out.findings.push(Finding { sheet, cell: Some(cell), found, form, ..finding });
        }
        for (name, cell, found) in supplement::overwritten(sheet, spec, &labels, region.last) {
            let (sheet, form) = (sheet.name.clone(), Some(region.form));
            let finding = Finding::new(Code::LabelOverwritten, &*name);
            out.findings.push(Finding { sheet, cell: Some(cell), found, form, ..finding });
        }
        out.returns.push(Bound {
            form: region.form,
            sheet: sheet.name.clone(),
            anchor: region.anchor,
            tabular: false,
            slots,
            envelope: Envelope::default(),
            continued: Vec::new(),
        });
    }
}

/// Whether a slot of an official form holds nothing a filer wrote: blank, or boxes without a tick.
fn is_unanswered(slot: &Slot, field: &Field) -> bool {
    match &slot.content {
        Content::Blank => true,
        Content::Ticks(ticks) => ticks.is_empty(),
        Content::Dimensions(rows) => rows.iter().flatten().all(Option::is_none),
        Content::Indicators(rows) => rows.is_empty(),
        Content::Typed(Value::Text(words)) => is_empty_boxes(field, words) || text::is_blank_mark(words),
        Content::Typed(_) => false,
    }
}

/// Reads a cover sheet, or `None` where the sheet is none.
pub(super) fn cover(sheet: &Sheet, scan: &Scan<'_>, spec: &FormSpec) -> Option<Envelope> {
    if sheet.rows.len() > 60 || sheet.rows.iter().any(|r| r.cells.len() > 8) {
        return None;
    }
    let first = sheet.cells().take(12).last().map(|(cell, _)| cell)?;
    let mut head = scan.cells().iter().take_while(|(cell, _)| *cell <= first);
    let titled = head.any(|(_, words)| is_title(words, spec));
    let sheet_name = text::label(&sheet.name);
    let named = spec.names.iter().any(|n| sheet_name.contains(n.as_str()));
    let called = sheet_name == "封面";
    if !(titled || named || called) {
        return None;
    }
    let slots = bind_region(sheet, scan, spec, 0, u32::MAX).slots;
    let bound = slots.iter().flatten().count();
    if !(titled && bound >= 1 || named && bound >= 3 || called && bound >= 2) {
        return None;
    }
    let said = |id: &str| {
        let slot = slots.get(spec.index(id)?)?.as_ref()?;
        let Content::Typed(value) = &slot.content else { return None };
        let words = text::words(&value.text());
        let said = || Said { text: words.as_str().into(), sheet: sheet.name.clone(), cell: slot.cell };
        (!words.is_empty()).then(|| Box::new(said()))
    };
    Some(Envelope {
        period: said("period"),
        district: said("district"),
        agency: said("agency"),
        consent: said("consent"),
        ..Envelope::default()
    })
}

//! Where forms stand in a sheet: titles cut it into stretches of rows; without a title, the labels tell the form.

use super::continued;
use super::label::may_be_title;
use super::words::{Scan, Words};
use crate::cell::Cell;
use crate::spec::{Form, FormSpec, Specs};
use crate::workbook::Sheet;

/// A stretch of rows that holds one form.
pub(super) struct Region {
    pub form: Form,
    pub first: u32,
    pub last: u32,
    pub anchor: Cell,
    /// Whether a title told the form, not the labels.
    pub titled: bool,
}

/// The form most of whose labels stand somewhere: how many, and what share of all, in percent.
pub(super) struct Best {
    pub form: Form,
    pub found: usize,
    pub share: usize,
}

/// Titles cut a sheet into regions; without one, the labels tell the form.
pub(super) fn regions(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs) -> Vec<Region> {
    let mut titles: Vec<(Cell, Form)> = Vec::new();
    for (cell, form) in scan.titles() {
        let repeated =
            titles.last().is_some_and(|(at, last)| last == form && cell.row.saturating_sub(at.row) <= 1);
        if !repeated {
            titles.push((*cell, *form));
        }
    }
    let last = sheet.rows.last().map_or(0, |r| r.at);
    if titles.is_empty() {
        return by_labels(sheet, scan, specs, last).into_iter().collect();
    }
    let mut regions: Vec<Region> = Vec::new();
    for (i, (anchor, form)) in titles.iter().enumerate() {
        let end = titles.get(i + 1).map_or(last, |(next, _)| next.row.saturating_sub(1));
        let first = if i == 0 { 0 } else { anchor.row };
        if let Some(page) = regions.last_mut().filter(|r| r.form == *form && r.last + 1 == first)
            && continued::is_second_page(scan, specs.of(*form), (first, end))
        {
            page.last = end;
            continue;
        }
        if has_labels(scan, specs.of(*form), (first, end), 2) {
            regions.push(Region { form: *form, first, last: end, anchor: *anchor, titled: true });
        }
    }
    if regions.is_empty() { by_labels(sheet, scan, specs, last).into_iter().collect() } else { regions }
}

/// Rows of the longest sheet in which forms may stand side by side.
pub(super) const LONGEST: usize = 400;

/// The sheet cut into columns where forms stand side by side: two titles in one row, each with labels of its
/// own below. `None` where they do not, or in a sheet too long for it. Cells keep their places.
pub(super) fn bands(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs) -> Option<Vec<Sheet>> {
    if sheet.rows.len() > LONGEST {
        return None;
    }
    let mut titles: Vec<(Cell, Form, u32)> = Vec::new();
    for (cell, form) in scan.titles() {
        match titles.last_mut() {
            // The same title in every cell of an area that was merged.
            Some((at, last, end)) if at.row == cell.row && last == form && cell.col <= *end + 1 => {
                *end = cell.col
            }
            _ => titles.push((*cell, *form, sheet.extent(*cell).col)),
        }
    }
    let at = titles.windows(2).position(|two| two[0].0.row == two[1].0.row)?;
    let row = titles[at].0.row;
    let side: Vec<&(Cell, Form, u32)> = titles.iter().filter(|(cell, ..)| cell.row == row).collect();
    let mut out = Vec::new();
    for (i, (cell, form, _)) in side.iter().enumerate() {
        let from = if i == 0 { 0 } else { cell.col };
        let to = side.get(i + 1).map_or(u32::MAX, |(next, ..)| next.col);
        let band = columns(sheet, from, to);
        if !has_labels(&Scan::of(&band, specs), specs.of(*form), (row, u32::MAX), 3) {
            return None;
        }
        out.push(band);
    }
    Some(out)
}

/// The cells of a sheet from one column up to another.
pub(super) fn columns(sheet: &Sheet, from: u32, to: u32) -> Sheet {
    let inside = |col: u32| (from..to).contains(&col);
    let cells = sheet.cells().filter(|(cell, _)| inside(cell.col)).map(|(cell, value)| (cell, value.clone()));
    let merges =
        sheet.merges.iter().filter(|(key, _)| inside(**key as u32)).map(|(k, end)| (*k, *end)).collect();
    Sheet { hidden: sheet.hidden, merges, ..Sheet::from_cells(&sheet.name, cells) }
}

/// The form whose title a cell is.
pub(super) fn title(words: &Words, specs: &Specs) -> Option<Form> {
    let label = words.short_label().filter(|label| specs.names_a_form(label) && may_be_title(label))?;
    if is_reference(label, specs) {
        return None;
    }
    let mut best: Option<(usize, Form)> = None;
    for (form, spec) in specs.all() {
        if let Some(len) = title_match(label, spec)
            && best.is_none_or(|(longest, _)| len > longest)
        {
            best = Some((len, form));
        }
    }
    best.map(|(_, form)| form)
}

/// Whether words that name a form only tell of it: with which other one it goes (与…配套使用), or several in a list.
fn is_reference(label: &str, specs: &Specs) -> bool {
    let names = |part: &str| specs.all().any(|(_, spec)| spec.name_in(part).is_some());
    ["配套", "一并", "一同", "随附", "另附"].iter().any(|word| label.contains(word))
        || label.split(['、', '和', '及', '与']).filter(|part| names(part)).count() > 1
}

/// Whether a cell is the title of this form.
pub(super) fn is_title(words: &Words, spec: &FormSpec) -> bool {
    words.short_label().is_some_and(|label| title_match(label, spec).is_some() && may_be_title(label))
}

/// Length of the name by which the words are the title of a form.
fn title_match(label: &str, spec: &FormSpec) -> Option<usize> {
    let name = spec.name_in(label)?;
    let extra = label.chars().count() - name.chars().count();
    (extra <= 20).then_some(name.len())
}

/// Number of a form's fields whose labels stand between two rows, counted up to `most`.
fn labels_in(scan: &Scan<'_>, spec: &FormSpec, (first, last): (u32, u32), most: usize) -> usize {
    let mut seen = vec![false; spec.fields.len()];
    let mut found = 0;
    for (_, words) in scan.between(first, last) {
        for field in words.hits(spec).iter().flat_map(|h| &h.fields) {
            found += usize::from(!std::mem::replace(&mut seen[*field], true));
        }
        if found >= most {
            return most;
        }
    }
    found
}

/// Whether the labels of at least `least` fields stand between two rows.
pub(super) fn has_labels(scan: &Scan<'_>, spec: &FormSpec, rows: (u32, u32), least: usize) -> bool {
    labels_in(scan, spec, rows, least) == least
}

/// Whether a sheet says that it explains the forms (填报须知), in one column: its labels stand before what to write.
fn is_guidance(sheet: &Sheet, scan: &Scan<'_>) -> bool {
    let is_heading = |words: &Words| {
        let label = words.short_label().filter(|label| label.chars().count() <= 12);
        label.is_some_and(|l| ["说明", "须知", "指南", "指引", "要求"].iter().any(|word| l.ends_with(word)))
    };
    scan.cells().first().is_some_and(|(_, words)| is_heading(words))
        && sheet.rows.iter().all(|r| r.cells.len() == 1)
}

/// Without a title: the form most of whose labels are there, if clearly enough.
fn by_labels(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs, last: u32) -> Option<Region> {
    if sheet.rows.len() > 400 || is_guidance(sheet, scan) {
        return None;
    }
    let Best { form, .. } = best(scan, specs, (0, last))?;
    let first = sheet.rows.first().map_or(0, |r| r.at);
    let anchor = Cell::new(first, sheet.rows.first()?.cells.first()?.0);
    Some(Region { form, first: 0, last, anchor, titled: false })
}

/// The form most of whose labels stand between two rows, if clearly enough.
pub(super) fn best(scan: &Scan<'_>, specs: &Specs, rows: (u32, u32)) -> Option<Best> {
    let score = |form: Form| {
        let spec = specs.of(form);
        let found = labels_in(scan, spec, rows, usize::MAX);
        Best { form, found, share: found * 100 / spec.fields.len().max(1) }
    };
    let best = Form::ALL.into_iter().map(score).max_by_key(|b| (b.share, b.found))?;
    (best.found >= 4 && best.share >= 45).then_some(best)
}

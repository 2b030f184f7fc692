//! The labels of a form in its sheet: which fields they name, which of several is meant, and which are none.

use super::label::Hit;
use super::narrated;
use super::slots::row_at;
use super::words::{Scan, Words};
use crate::cell::Cell;
use crate::spec::{Field, FormSpec, Kind, rating};
use crate::text;
use crate::workbook::{Sheet, Value};

/// A label of the region, with its place and what else stands in its cell.
pub(super) struct Label {
    pub field: usize,
    pub cell: Cell,
    /// Last row and column of its (merged) cell.
    pub extent: Cell,
    pub tail: String,
    /// Whether a colon stands before the tail.
    pub colon: bool,
    /// Cells that say the same once more, as unmerging with "fill" leaves them.
    pub repeats: Vec<Cell>,
}

/// The labels between two rows, in reading order.
pub(super) fn labels(sheet: &Sheet, scan: &Scan<'_>, spec: &FormSpec, first: u32, last: u32) -> Vec<Label> {
    let mut out: Vec<Label> = Vec::new();
    for (cell, words) in scan.between(first, last) {
        let hits = words.hits(spec);
        if hits.is_empty() {
            let field = bare_inner(spec, words).or_else(|| nested(sheet, spec, *cell, words));
            out.extend(field.map(|field| Label::bare(field, *cell, sheet)));
            continue;
        }
        let region = narrated::Region { sheet, scan, spec, rows: (first, last) };
        if words.is_title(spec) || region.is_answer(&out, *cell, words) {
            continue;
        }
        if let Some(twin) = twin(&mut out, sheet, *cell, &words.source) {
            twin.repeats.push(*cell);
            let extent = sheet.extent(*cell);
            twin.extent = Cell::new(twin.extent.row.max(extent.row), twin.extent.col.max(extent.col));
            continue;
        }
        for Hit { fields, tail, colon } in hits {
            if let Some(field) = resolve(spec, fields, &out, *cell) {
                out.push(Label {
                    field,
                    cell: *cell,
                    extent: sheet.extent(*cell),
                    tail: tail.clone(),
                    colon: *colon,
                    repeats: Vec::new(),
                });
            }
        }
    }
    out
}

impl Label {
    /// A label that is the whole of its cell.
    fn bare(field: usize, cell: Cell, sheet: &Sheet) -> Self {
        let extent = sheet.extent(cell);
        Self { field, cell, extent, tail: String::new(), colon: false, repeats: Vec::new() }
    }
}

/// No label that is only a part of one is longer, in bytes.
const SHORT: usize = 36;

/// A count inside another answer (公开数量) with a cell of its own for its label.
fn bare_inner(spec: &FormSpec, words: &Words) -> Option<usize> {
    let is_short = words.source.len() <= SHORT;
    let inner = |f: &Field| {
        f.within.is_some() && f.kind == Kind::Count && f.labels.iter().any(|l| l == words.label())
    };
    spec.fields.iter().position(|f| is_short && inner(f))
}

/// `服务人员 | 服务态度`: a question whose label is cut in two, the group in front of it.
fn nested(sheet: &Sheet, spec: &FormSpec, cell: Cell, words: &Words) -> Option<usize> {
    let rates = |f: &Field| f.kind == Kind::One;
    let ends = |f: &Field| {
        f.rates && rating::SUFFIXES.contains(&words.label())
            || f.labels.iter().any(|l| l.len() > words.label().len() && l.ends_with(words.label()))
    };
    if words.source.len() > SHORT
        || words.label().len() < 6
        || !spec.fields.iter().any(|f| rates(f) && ends(f))
    {
        return None;
    }
    let group = |up: u32| {
        let row = row_at(sheet, cell.row.checked_sub(up)?)?;
        let (col, value) = row.cells.iter().rev().find(|(col, _)| *col < cell.col)?;
        (up == 0 || sheet.extent(Cell::new(row.at, *col)).row >= cell.row).then(|| text::label(&value.text()))
    };
    let whole = |up: u32| spec.by_label(&format!("{}{}", group(up)?, words.label()));
    (0..=3).find_map(whole).filter(|field| rates(&spec.fields[*field]))
}

/// The label of which a cell is the same words once more, in its merged area or right beside it.
fn twin<'a>(labels: &'a mut [Label], sheet: &Sheet, cell: Cell, words: &str) -> Option<&'a mut Label> {
    let touches = |l: &Label| cell.row <= l.extent.row && (l.cell.col..=l.extent.col + 1).contains(&cell.col);
    let same = |l: &Label| matches!(sheet.get(l.cell), Some(Value::Text(t)) if t == words);
    labels.iter_mut().rev().take(40).find(|l| touches(l) && same(l))
}

/// Which of the fields that carry a label is meant: 日期 belongs to the signature before it.
fn resolve(spec: &FormSpec, fields: &[usize], before: &[Label], cell: Cell) -> Option<usize> {
    let beside: Vec<usize> = fields.iter().copied().filter(|f| spec.fields[*f].beside.is_some()).collect();
    if beside.is_empty() || fields.len() == 1 {
        return fields.first().copied();
    }
    let of = |l: &Label| beside.iter().copied().find(|f| spec.fields[*f].beside == Some(l.field));
    // Signatures side by side, with their dates in a row below.
    if !before.iter().any(|l| l.cell.row == cell.row && of(l).is_some())
        && let Some(above) = before.iter().rev().filter(|l| l.cell.col == cell.col).find_map(of)
    {
        return Some(above);
    }
    let nearest =
        before.iter().rev().find_map(|l| beside.iter().find(|f| spec.fields[**f].beside == Some(l.field)));
    // A date in front of all signatures is none of theirs.
    nearest.copied().or_else(|| fields.iter().copied().find(|f| !beside.contains(f)))
}

/// Where a label occurs several times, the one with an answer counts, else the last
/// (a group heading of the same words stands before it). Behind the chosen ones: those passed over.
pub(super) fn choose(sheet: &Sheet, spec: &FormSpec, labels: Vec<Label>) -> (Vec<Label>, Vec<Label>) {
    let (mut chosen, mut passed): (Vec<Label>, Vec<Label>) = (Vec::new(), Vec::new());
    for label in labels {
        let twin = chosen.iter().position(|l| l.field == label.field);
        let Some(at) = twin else {
            chosen.push(label);
            continue;
        };
        let heading = text::label(&sheet.text(chosen[at].cell));
        let earlier_is_heading = spec.headings.contains(&heading) && chosen[at].tail.is_empty();
        // The label once more in front of its answer (`服务机构 | 服务机构：甲公司`) is no answer.
        let beside = right_value(sheet, &chosen[at]).filter(|cell| *cell != label.cell);
        let has_answer = !chosen[at].tail.is_empty() || beside.is_some();
        let is_signed_later = narrated::is_plainer(sheet, spec, &label, &chosen[at]);
        if earlier_is_heading || !has_answer || is_signed_later {
            chosen.remove(at);
            chosen.push(label);
        } else {
            passed.push(label);
        }
    }
    chosen.sort_by_key(|l| l.cell);
    (chosen, passed)
}

/// Without the telephone of the office that sends the form: one far from the contact of the form is not its number.
pub(super) fn without_strays(sheet: &Sheet, spec: &FormSpec, labels: Vec<Label>) -> Vec<Label> {
    let is_phone = |label: &Label| {
        let words = text::label(&sheet.text(label.cell));
        ["联系电话", "手机号码"].iter().any(|phone| words.starts_with(phone))
    };
    let of_contact = |l: &&Label| spec.fields[l.field].kind == Kind::Contact;
    let contacts = labels.iter().filter(of_contact).count();
    if contacts < 2 {
        return labels;
    }
    let named: Vec<u32> =
        labels.iter().filter(of_contact).filter(|l| !is_phone(l)).map(|l| l.cell.row).collect();
    let is_near =
        |label: &Label| named.is_empty() || named.iter().any(|row| row.abs_diff(label.cell.row) <= 1);
    labels.into_iter().filter(|l| !of_contact(&l) || !is_phone(l) || is_near(l)).collect()
}

/// The filled cell right of a label.
pub(super) fn right_value(sheet: &Sheet, label: &Label) -> Option<Cell> {
    let next = row_at(sheet, label.cell.row)?.cells.iter().find(|(col, _)| *col > label.extent.col)?;
    Some(Cell::new(label.cell.row, next.0))
}

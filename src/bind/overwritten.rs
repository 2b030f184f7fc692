//! Labels of an official form that were typed over or deleted: where the labels around stand as the form
//! draws them, the place of the missing one is known.
//!
//! Only told, never repaired: what stands beside may answer another question.

use std::collections::BTreeMap;

use crate::cell::Cell;
use crate::spec::{FormSpec, LayoutCell, LayoutRow};
use crate::text;
use crate::workbook::{Sheet, Value};

/// How far a label's place is from where the form draws it: rows and columns.
type Shift = (i64, i64);

/// Fields whose label is gone, with the cell where it should stand and what stands there.
pub(super) fn find(sheet: &Sheet, spec: &FormSpec, found: &[(usize, Cell)]) -> Vec<(usize, Cell, String)> {
    let is_found = |field: usize| found.iter().any(|(f, _)| *f == field);
    if labels(spec).all(is_found) {
        return Vec::new();
    }
    let drawn = drawn(spec);
    let shifts: Vec<(u32, Shift)> =
        found.iter().filter_map(|(field, cell)| shift(&drawn, *field, *cell)).collect();
    let mut out = Vec::new();
    for (field, place) in &drawn {
        if is_found(*field) {
            continue;
        }
        let Some(at) = agreed(&shifts, *place) else { continue };
        let value = sheet.get(at);
        let is_other = !found.iter().any(|(_, cell)| *cell == at)
            && !matches!(value, Some(Value::Text(t)) if super::label::is_heading(&text::label(t), spec));
        if is_other {
            out.push((*field, at, value.map(|v| text::words(&v.text())).unwrap_or_default()));
        }
    }
    out
}

fn shift(drawn: &[(usize, Cell)], field: usize, cell: Cell) -> Option<(u32, Shift)> {
    let (_, place) = drawn.iter().find(|(f, _)| *f == field)?;
    let by = (i64::from(cell.row) - i64::from(place.row), i64::from(cell.col) - i64::from(place.col));
    Some((place.row, by))
}

/// The cell where a label drawn at `place` should stand: at least four labels, and four of five of those
/// near it, must be shifted alike.
fn agreed(shifts: &[(u32, Shift)], place: Cell) -> Option<Cell> {
    let near: Vec<Shift> =
        shifts.iter().filter(|(row, _)| row.abs_diff(place.row) <= 4).map(|(_, s)| *s).collect();
    let mut counts: BTreeMap<Shift, usize> = BTreeMap::new();
    near.iter().for_each(|s| *counts.entry(*s).or_default() += 1);
    let ((rows, columns), count) = counts.into_iter().max_by_key(|(_, n)| *n)?;
    if count < 4 || count * 5 < near.len() * 4 {
        return None;
    }
    let row = u32::try_from(i64::from(place.row) + rows).ok()?;
    Some(Cell::new(row, u32::try_from(i64::from(place.col) + columns).ok()?))
}

/// Rows of the blank form whose place is the same in every return.
fn fixed_rows(spec: &FormSpec) -> impl Iterator<Item = &LayoutRow> {
    spec.layout.rows.iter().take_while(|row| row.table.is_none() && row.repeat == 1)
}

/// Fields whose labels the blank form draws there.
fn labels(spec: &FormSpec) -> impl Iterator<Item = usize> {
    let cells = fixed_rows(spec).flat_map(|row| &row.cells);
    cells.filter_map(|cell| spec.index(printed(cell)?))
}

/// Where the blank form draws its labels, counted from the row below the title.
fn drawn(spec: &FormSpec) -> Vec<(usize, Cell)> {
    let mut out = Vec::new();
    // Rows still covered by a cell of several rows, by column.
    let mut covered: BTreeMap<u32, u32> = BTreeMap::new();
    for (at, row) in (0u32..).zip(fixed_rows(spec)) {
        let mut col = 0;
        for cell in &row.cells {
            while covered.get(&col).is_some_and(|until| *until > at) {
                col += 1;
            }
            if let Some(field) = printed(cell).and_then(|id| spec.index(id)) {
                out.push((field, Cell::new(at, col)));
            }
            for _ in 0..cell.span {
                covered.insert(col, at + cell.rows);
                col += 1;
            }
        }
    }
    out
}

fn printed(cell: &LayoutCell) -> Option<&str> {
    cell.label.as_deref().or(cell.both.as_deref())
}

#[cfg(test)]
mod tests {
    use crate::bind::testing::specs;
    use crate::cell::Cell;
    use crate::problem::Code;
    use crate::render::forms::{Extras, SheetPlan, workbook};
    use crate::spec::Form;
    use crate::workbook::{self, Limits, Value};

    fn told(form: Form, label: &str, over: &str) -> Vec<(String, Option<Cell>, String)> {
        let spec = specs().of(form);
        let values = [("enterprise", "成都拟禾食品有限公司"), ("address", "成都市新都区拟川路1号")];
        let values = values.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let bytes = workbook(&[SheetPlan { values, ..SheetPlan::blank(spec) }], Extras::PLAIN).unwrap();
        let mut book = workbook::read(bytes, &Limits::default()).unwrap();
        for (_, value) in book.sheets[0].rows.iter_mut().flat_map(|r| &mut r.cells) {
            if crate::text::label(&value.text()) == label {
                *value = Value::Text(over.into());
            }
        }
        let findings = crate::bind::bind(&book, specs()).findings;
        let ours = findings.into_iter().filter(|f| f.code == Code::LabelOverwritten.id());
        ours.map(|f| (f.about, f.cell, f.found)).collect()
    }

    #[test]
    fn a_label_typed_over_is_told_at_its_cell() {
        let found = told(Form::B, "从业人员数量", "年营业收入");
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].0.as_str(), found[0].2.as_str()), ("从业人员数量", "年营业收入"));
        for form in [Form::B, Form::C, Form::D, Form::E, Form::F] {
            assert_eq!(told(form, "没有这个栏目", "x"), [], "{form}");
        }
    }
}

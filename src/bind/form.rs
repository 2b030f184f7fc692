//! Forms drawn as tables of labels and answers: title, labels found by content,
//! answers to the right, below, or in the label's own cell.

use std::collections::BTreeMap;

use super::boxes::{self, tick_text};
use super::label::{self, Hit};
use super::{Bindings, Bound, Content, Envelope, Said, Slot, supplement};
use crate::cell::Cell;
use crate::spec::{Field, Form, FormSpec, Kind, Specs};
use crate::text;
use crate::workbook::{Sheet, Value};

/// A stretch of rows that holds one form.
struct Region {
    form: Form,
    first: u32,
    last: u32,
    anchor: Cell,
}

/// Binds every form of a sheet.
pub(super) fn bind(sheet: &Sheet, specs: &Specs, out: &mut Bindings) {
    for region in regions(sheet, specs) {
        let spec = specs.of(region.form);
        let slots = bind_region(sheet, spec, region.first, region.last);
        if slots.iter().zip(&spec.fields).all(|(s, f)| s.as_ref().is_none_or(|s| is_unanswered(s, f))) {
            out.blank_forms += 1;
            continue;
        }
        out.returns.push(Bound {
            form: region.form,
            sheet: sheet.name.clone(),
            anchor: region.anchor,
            tabular: false,
            slots,
            envelope: Envelope::default(),
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
pub(super) fn cover(sheet: &Sheet, spec: &FormSpec) -> Option<Envelope> {
    if sheet.rows.len() > 60 || sheet.rows.iter().any(|r| r.cells.len() > 8) {
        return None;
    }
    let titled = sheet.cells().take(12).any(|(_, v)| matches!(v, Value::Text(t) if is_title(t, spec)));
    let slots = bind_region(sheet, spec, 0, u32::MAX);
    let bound = slots.iter().flatten().count();
    let sheet_name = text::label(&sheet.name);
    let named = bound >= 3 && spec.names.iter().any(|n| sheet_name.contains(n.as_str()));
    let is_cover = (titled && bound >= 1) || named || (sheet_name == "封面" && bound >= 2);
    if !is_cover {
        return None;
    }
    let said = |id: &str| {
        let slot = slots.get(spec.index(id)?)?.as_ref()?;
        let Content::Typed(value) = &slot.content else { return None };
        let words = text::words(&value.text());
        (!words.is_empty()).then(|| Said { text: words, sheet: sheet.name.clone(), cell: slot.cell })
    };
    Some(Envelope {
        period: said("period"),
        district: said("district"),
        agency: said("agency"),
        consent: said("consent"),
        ..Envelope::default()
    })
}

/// Titles cut a sheet into regions; without one, the labels tell the form.
fn regions(sheet: &Sheet, specs: &Specs) -> Vec<Region> {
    let mut titles: Vec<(Cell, Form)> = Vec::new();
    for (cell, value) in sheet.cells() {
        let Value::Text(words) = value else { continue };
        if let Some(form) = titled(words, specs) {
            let repeated =
                titles.last().is_some_and(|(at, last)| *last == form && cell.row.saturating_sub(at.row) <= 1);
            if !repeated {
                titles.push((cell, form));
            }
        }
    }
    let last = sheet.rows.last().map_or(0, |r| r.at);
    if titles.is_empty() {
        return by_labels(sheet, specs, last).into_iter().collect();
    }
    let mut regions = Vec::new();
    for (i, (anchor, form)) in titles.iter().enumerate() {
        let end = titles.get(i + 1).map_or(last, |(next, _)| next.row.saturating_sub(1));
        let first = if i == 0 { 0 } else { anchor.row };
        if labels_in(sheet, specs.of(*form), first, end) >= 2 {
            regions.push(Region { form: *form, first, last: end, anchor: *anchor });
        }
    }
    if regions.is_empty() { by_labels(sheet, specs, last).into_iter().collect() } else { regions }
}

/// The form whose title a cell is.
fn titled(words: &str, specs: &Specs) -> Option<Form> {
    let mut best: Option<(usize, Form)> = None;
    for (form, spec) in specs.all() {
        if let Some(len) = title_match(words, spec)
            && best.is_none_or(|(longest, _)| len > longest)
        {
            best = Some((len, form));
        }
    }
    best.map(|(_, form)| form)
}

fn is_title(words: &str, spec: &FormSpec) -> bool {
    title_match(words, spec).is_some()
}

/// Length of the name by which a cell is the title of a form. Continuations, references
/// (见表B) and sentences are none.
fn title_match(words: &str, spec: &FormSpec) -> Option<usize> {
    if words.len() > 240 {
        return None;
    }
    let label = text::label(words);
    if label.contains("(续")
        || label.contains("续表")
        || label.contains("见表")
        || label.contains(['。', '.', ',']) && !label.contains("表")
    {
        return None;
    }
    let name = spec
        .names
        .iter()
        .filter(|n| n.chars().count() >= 4 && label.contains(n.as_str()))
        .max_by_key(|n| n.len())?;
    let extra = label.chars().count() - name.chars().count();
    let clean = extra <= 20 && !label.contains("项目名称") && !label.contains(':');
    clean.then_some(name.len())
}

fn labels_in(sheet: &Sheet, spec: &FormSpec, first: u32, last: u32) -> usize {
    let mut seen = vec![false; spec.fields.len()];
    for row in sheet.rows.iter().filter(|r| r.at >= first && r.at <= last) {
        for (_, value) in &row.cells {
            let Value::Text(words) = value else { continue };
            for field in label::hits(words, spec).into_iter().flat_map(|h| h.fields) {
                seen[field] = true;
            }
        }
    }
    seen.into_iter().filter(|s| *s).count()
}

/// Without a title: the form most of whose labels are there, if clearly enough.
fn by_labels(sheet: &Sheet, specs: &Specs, last: u32) -> Option<Region> {
    if sheet.rows.len() > 400 {
        return None;
    }
    let score = |form: Form| {
        let spec = specs.of(form);
        let found = labels_in(sheet, spec, 0, last);
        (found * 100 / spec.fields.len().max(1), found)
    };
    let (form, (share, found)) = Form::ALL.into_iter().map(|f| (f, score(f))).max_by_key(|(_, s)| *s)?;
    let first = sheet.rows.first().map_or(0, |r| r.at);
    let anchor = Cell::new(first, sheet.rows.first()?.cells.first()?.0);
    (found >= 4 && share >= 45).then_some(Region { form, first: 0, last, anchor })
}

/// A label of the region, with its place and what else stands in its cell.
struct Label {
    field: usize,
    cell: Cell,
    /// Last row and column of its (merged) cell.
    extent: Cell,
    tail: String,
}

/// Slots of all fields found between two rows.
pub(super) fn bind_region(sheet: &Sheet, spec: &FormSpec, first: u32, last: u32) -> Vec<Option<Slot>> {
    let labels = choose(sheet, spec, labels(sheet, spec, first, last));
    let occupied: BTreeMap<Cell, ()> = labels.iter().map(|l| (l.cell, ())).collect();
    let mut slots: Vec<Option<Slot>> = vec![None; spec.fields.len()];
    for label in &labels {
        let field = &spec.fields[label.field];
        let slot = match field.kind {
            Kind::Dimensions => supplement::dimensions(sheet, field, label.cell, last),
            Kind::Indicators => supplement::indicators(sheet, label.cell, last),
            _ => answer(sheet, spec, field, label, &occupied, last),
        };
        slots[label.field] = Some(slot);
    }
    share_containers(spec, &mut slots);
    slots
}

/// An answer inside another one's cell has that cell for its place.
fn share_containers(spec: &FormSpec, slots: &mut [Option<Slot>]) {
    for (index, field) in spec.fields.iter().enumerate() {
        if let Some(container) = field.within
            && slots[index].is_none()
        {
            slots[index] = slots[container].as_ref().map(|s| Slot { cell: s.cell, content: Content::Blank });
        }
    }
}

fn labels(sheet: &Sheet, spec: &FormSpec, first: u32, last: u32) -> Vec<Label> {
    let mut out: Vec<Label> = Vec::new();
    for (cell, value) in sheet.cells().filter(|(c, _)| c.row >= first && c.row <= last) {
        let Value::Text(words) = value else { continue };
        if is_title(words, spec) {
            continue;
        }
        for Hit { fields, tail } in label::hits(words, spec) {
            if let Some(field) = resolve(spec, &fields, &out) {
                out.push(Label { field, cell, extent: sheet.extent(cell), tail });
            }
        }
    }
    out
}

/// Which of the fields that carry a label is meant: 日期 belongs to the signature before it.
fn resolve(spec: &FormSpec, fields: &[usize], before: &[Label]) -> Option<usize> {
    let beside: Vec<usize> = fields.iter().copied().filter(|f| spec.fields[*f].beside.is_some()).collect();
    if beside.is_empty() || fields.len() == 1 {
        return fields.first().copied();
    }
    let nearest =
        before.iter().rev().find_map(|l| beside.iter().find(|f| spec.fields[**f].beside == Some(l.field)));
    nearest.or_else(|| beside.first()).copied().or_else(|| fields.first().copied())
}

/// Where a label occurs several times, the one with an answer counts, else the last
/// (a group heading of the same words stands before it).
fn choose(sheet: &Sheet, spec: &FormSpec, labels: Vec<Label>) -> Vec<Label> {
    let mut chosen: Vec<Label> = Vec::new();
    for label in labels {
        let twin = chosen.iter().position(|l| l.field == label.field);
        let Some(at) = twin else {
            chosen.push(label);
            continue;
        };
        let heading = text::label(&sheet.text(chosen[at].cell));
        let earlier_is_heading = spec.headings.contains(&heading) && chosen[at].tail.is_empty();
        let has_answer = !chosen[at].tail.is_empty() || right_value(sheet, &chosen[at]).is_some();
        if earlier_is_heading || !has_answer {
            chosen.remove(at);
            chosen.push(label);
        }
    }
    chosen.sort_by_key(|l| l.cell);
    chosen
}

fn right_value(sheet: &Sheet, label: &Label) -> Option<Cell> {
    let row = sheet.rows.binary_search_by_key(&label.cell.row, |r| r.at).ok()?;
    let next = sheet.rows[row].cells.iter().find(|(col, _)| *col > label.extent.col)?;
    Some(Cell::new(label.cell.row, next.0))
}

/// The answer that belongs to a label.
fn answer(
    sheet: &Sheet,
    spec: &FormSpec,
    field: &Field,
    label: &Label,
    occupied: &BTreeMap<Cell, ()>,
    last: u32,
) -> Slot {
    if let Some(words) = own_words(field, &label.tail) {
        let beside = to_the_right(sheet, spec, label, occupied);
        // A tail that only holds empty boxes gives way to an answer beside it.
        if !is_empty_boxes(field, &words) || beside.cells.is_empty() {
            return Slot { cell: label.cell, content: Content::Typed(Value::Text(words)) };
        }
    }
    let right = to_the_right(sheet, spec, label, occupied);
    if let Some(slot) = boxes::beside(sheet, field, label.cell.row, label.extent.col, &right.cells) {
        return slot;
    }
    if let Some(content) = joined(sheet, field, &right.cells) {
        return Slot { cell: content.0, content: content.1 };
    }
    if let Some(slot) = below(sheet, spec, field, label, occupied, last, right.first.is_some()) {
        return slot;
    }
    Slot { cell: right.first.unwrap_or(label.cell), content: Content::Blank }
}

fn is_empty_boxes(field: &Field, words: &str) -> bool {
    matches!(field.kind, Kind::One | Kind::Many)
        && crate::parse::marks::ticks(words, &field.choices).is_ok_and(|t| t.ticked.is_empty())
}

/// What stands behind a label in its own cell, unless it is guidance or a line to write on.
fn own_words(field: &Field, tail: &str) -> Option<String> {
    let words = without_hint(field, tail);
    let bare = text::label(&words);
    let blank = bare.is_empty()
        || bare == text::label(&field.unit) && !field.unit.is_empty()
        || bare.chars().all(|c| c == '_');
    (!blank).then_some(words)
}

/// Strips the printed guidance of a field off its answer.
fn without_hint(field: &Field, words: &str) -> String {
    let trimmed = text::words(words);
    let rest = field.hints.iter().find_map(|hint| label::after(&trimmed, hint).map(str::to_owned));
    rest.unwrap_or(trimmed)
}

struct Right {
    /// The cell right of the label, even when empty; `None` where another label or the edge is there.
    first: Option<Cell>,
    /// Filled cells up to the next label.
    cells: Vec<Cell>,
}

fn to_the_right(sheet: &Sheet, spec: &FormSpec, label: &Label, occupied: &BTreeMap<Cell, ()>) -> Right {
    let start = Cell::new(label.cell.row, label.extent.col.saturating_add(1));
    let mut right = Right { first: None, cells: Vec::new() };
    if !occupied.contains_key(&start) && start.col <= edge(sheet, label.cell.row) {
        right.first = Some(start);
    }
    let bottom = label.extent.row.min(label.cell.row + 40);
    for row in sheet.rows.iter().filter(|r| r.at >= label.cell.row && r.at <= bottom) {
        for (col, value) in row.cells.iter().filter(|(col, _)| *col >= start.col) {
            let cell = Cell::new(row.at, *col);
            if occupied.contains_key(&cell) || matches!(value, Value::Text(t) if label::is_heading(t, spec)) {
                break;
            }
            right.cells.push(cell);
        }
    }
    right
}

/// The last column of the form around a row: merged areas and filled cells of the sheet.
fn edge(sheet: &Sheet, row: u32) -> u32 {
    let merged = sheet.merges.iter().filter(|(_, end)| end.1 < 64).map(|(_, end)| end.1).max().unwrap_or(0);
    let near = sheet.rows.iter().filter(|r| r.at.abs_diff(row) <= 60);
    let filled =
        near.filter_map(|r| r.cells.last()).map(|(col, _)| *col).filter(|c| *c < 64).max().unwrap_or(0);
    merged.max(filled)
}

/// Content of the filled cells beside a label, as one answer.
fn joined(sheet: &Sheet, field: &Field, cells: &[Cell]) -> Option<(Cell, Content)> {
    let filled: Vec<(Cell, &Value)> = cells.iter().filter_map(|c| Some((*c, sheet.get(*c)?))).collect();
    let mut worth = filled.iter().filter(|(_, v)| !is_filler(field, v));
    let (first, value) = worth.next()?;
    let joins = matches!(field.kind, Kind::One | Kind::Many | Kind::Contact);
    let rest: Vec<&Value> = worth.map(|(_, v)| *v).collect();
    if joins && !rest.is_empty() {
        let mut words = tick_text(value);
        for value in rest {
            words.push(' ');
            words.push_str(&tick_text(value));
        }
        return Some((*first, Content::Typed(Value::Text(words))));
    }
    let content = match value {
        Value::Text(words) => Value::Text(without_hint(field, words)),
        other => (*other).clone(),
    };
    Some((*first, Content::Typed(content)))
}

/// Guidance, units and lines to write on are no answers.
fn is_filler(field: &Field, value: &Value) -> bool {
    let Value::Text(words) = value else { return false };
    let words = without_hint(field, words);
    let bare = text::label(&words);
    bare.is_empty() || (!field.unit.is_empty() && bare == field.unit)
}

/// Whether labels stand side by side with their answers below: a row of labels only, and under it a row
/// without any, whose cells stand under them.
fn is_stacked(sheet: &Sheet, label: &Label, occupied: &BTreeMap<Cell, ()>) -> bool {
    let row = |at: u32| sheet.rows.binary_search_by_key(&at, |r| r.at).ok().map(|i| &sheet.rows[i]);
    let (Some(labels), Some(below)) = (row(label.cell.row), row(label.extent.row + 1)) else { return false };
    let is_label = |row: u32, col: u32| occupied.contains_key(&Cell::new(row, col));
    labels.cells.len() >= 2
        && below.cells.len() >= 2
        && labels.cells.iter().all(|(col, _)| is_label(labels.at, *col))
        && below.cells.iter().all(|(col, _)| !is_label(below.at, *col) && is_label(labels.at, *col))
}

/// The answer under a label, where nothing stands beside it.
fn below(
    sheet: &Sheet,
    spec: &FormSpec,
    field: &Field,
    label: &Label,
    occupied: &BTreeMap<Cell, ()>,
    last: u32,
    has_right: bool,
) -> Option<Slot> {
    if has_right && field.kind != Kind::Block && !is_stacked(sheet, label, occupied) {
        return None;
    }
    let cell = Cell::new(label.extent.row + 1, label.cell.col);
    if cell.row > last || occupied.contains_key(&cell) {
        return None;
    }
    let row = sheet.rows.binary_search_by_key(&cell.row, |r| r.at).ok()?;
    // A row with a label in it belongs to that label.
    if sheet.rows[row]
        .cells
        .iter()
        .any(|(col, _)| occupied.contains_key(&Cell::new(cell.row, *col)) && *col <= cell.col)
    {
        return None;
    }
    let value = sheet.get(cell)?;
    if let Value::Text(words) = value
        && (label::is_heading(words, spec) || label::is_note(words) || is_title(words, spec))
    {
        return None;
    }
    let (cell, content) = joined(sheet, field, &[cell])?;
    Some(Slot { cell, content })
}

//! The answers of one form: labels found by content, answers to the right, below, or in the label's own cell.
//!
//! Nothing is judged here, and nothing goes by address. What stands beside an answer but belongs to no label
//! of the form (a field of the office's own, a remark) is left where it is.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::joined::{is_filler, joined, without_hint};
use super::label;
use super::labels::{Label, choose, labels, right_value, without_strays};
use super::spread::{closes, may_close};
use super::words::{Scan, Words};
use super::{Content, Slot, aside, boxes, cross, supplement};
use crate::cell::Cell;
use crate::parse::contact::{self, Contact};
use crate::parse::{date, marks};
use crate::spec::{Field, FormSpec, Kind};
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// One form in its sheet.
pub(super) struct Ground<'a, 's> {
    pub sheet: &'a Sheet,
    pub scan: &'a Scan<'s>,
    pub spec: &'a FormSpec,
    /// Cells with labels.
    pub occupied: BTreeSet<Cell>,
    pub last: u32,
    /// Last column of all merged areas of the sheet.
    merged: u32,
    /// Column of remarks beside the answers.
    pub aside: Option<u32>,
    /// Cells that stand in the place of an answer.
    taken: RefCell<BTreeSet<Cell>>,
}

/// What a form holds: a slot per field, and where the labels stand.
pub(super) struct Slots {
    pub slots: Vec<Option<Slot>>,
    pub labels: Vec<(usize, Cell)>,
    /// Labels of the key; those that come again; and then every label, all in reading order.
    pub names: Vec<Name>,
    pub again: Vec<Again>,
    pub every: Vec<(usize, Cell)>,
    /// The first cell among the answers that belongs to no label.
    pub left: Option<Cell>,
    /// Answers that are not read: of a second label of a field, of a question in other words than a label.
    pub unread: Vec<Unread>,
}

/// A second label of a field, or a question in other words, with what it says.
pub(super) struct Unread {
    pub field: usize,
    pub cell: Cell,
    pub found: String,
}

/// A label of the key (企业名称) that stands there once more.
pub(super) struct Again {
    pub first: Cell,
    pub cell: Cell,
    /// Whether both are answered, and not alike.
    pub differs: bool,
}

/// A label of the key with its answer in the form in which names are compared.
pub(super) struct Name {
    pub field: usize,
    pub cell: Cell,
    answer: String,
}

impl Name {
    pub fn differs(&self, other: &Self) -> bool {
        !(self.answer.contains(&other.answer) || other.answer.contains(&self.answer))
    }
}

/// Slots of all fields found between two rows.
pub(super) fn bind_region(sheet: &Sheet, scan: &Scan<'_>, spec: &FormSpec, first: u32, last: u32) -> Slots {
    let found = labels(sheet, scan, spec, first, last);
    // A label that gives way to another one is no answer either; headings are known as such.
    let heads = |l: &&Label| scan.at(l.cell).is_some_and(|words| label::is_heading(words.label(), spec));
    let given: Vec<Cell> = found.iter().filter(|l| !heads(l)).map(|l| l.cell).collect();
    let mut all = without_strays(sheet, spec, found);
    let cross = cross::find(sheet, spec, &all, first, last);
    // Whom a table of questions rates is no label of a name.
    let in_cross = |row: u32| cross.as_ref().is_some_and(|c| (c.rows.0..=c.rows.1).contains(&row));
    all.retain(|label| !in_cross(label.cell.row));
    let parts = parts(sheet, spec, &all);
    let names = names(sheet, spec, &all);
    let again = again(&names);
    let every = all.iter().filter(|_| !again.is_empty()).map(|l| (l.field, l.cell)).collect();
    let (labels, passed) = choose(sheet, spec, all);
    let taken = labels.iter().chain(&parts).flat_map(|l| l.repeats.iter().copied().chain([l.cell]));
    let tables = cross.iter().flat_map(|c| rows_between(sheet, c.rows.0, c.rows.1));
    let tables = tables.flat_map(|row| row.cells.iter().map(|(col, _)| Cell::new(row.at, *col)));
    let occupied = taken.chain(given).chain(tables).collect();
    let aside = aside::column(sheet, &labels);
    let ground = Ground {
        sheet,
        scan,
        spec,
        occupied,
        last,
        merged: merged_edge(sheet),
        aside,
        taken: RefCell::default(),
    };
    let rights: Vec<Right> = labels.iter().map(|label| ground.to_the_right(label)).collect();
    let stacked = ground.is_stacked_form(&labels, &rights);
    let mut slots: Vec<Option<Slot>> = vec![None; spec.fields.len()];
    for (label, right) in labels.iter().zip(&rights) {
        let field = &spec.fields[label.field];
        let slot = match field.kind {
            Kind::Dimensions => supplement::dimensions(sheet, field, label.cell, last),
            Kind::Indicators => supplement::indicators(sheet, label.cell, last),
            _ => ground.answer(field, label, right, stacked),
        };
        slots[label.field] = Some(slot);
    }
    for part in &parts {
        let slot = ground.answer(&spec.fields[part.field], part, &ground.to_the_right(part), stacked);
        add_part(spec, &mut slots, part.field, slot);
    }
    let answers = cross.map(|cross| cross.answers).unwrap_or_default();
    put(sheet, &answers, &mut slots);
    let dates = dates_beside(sheet, spec, &labels, &rights, &mut slots);
    share_containers(spec, &mut slots);
    let left = ground.left(&labels, &rights, &slots);
    // Below the last label stands guidance (`1. 从业人员数量：填写上年末人数`).
    let bottom = labels.last().map_or(first, |label| label.cell.row);
    let is_part = |label: &Label| parts.iter().any(|part| part.cell == label.cell);
    let twice = passed.iter().filter(|label| label.cell.row <= bottom && !is_part(label));
    let twice = twice.filter_map(|label| ground.twice(label, &slots));
    let unread = twice.chain(ground.unread((first, last), &slots)).collect();
    let labels = labels.iter().map(|l| (l.field, l.cell)).chain(dates).chain(answers).collect();
    Slots { slots, labels, names, again, every, left, unread }
}

/// Puts answers whose cells are known into their slots.
fn put(sheet: &Sheet, answers: &[(usize, Cell)], slots: &mut [Option<Slot>]) {
    for (field, cell) in answers {
        let content = sheet.get(*cell).map_or(Content::Blank, |value| Content::Typed(value.clone()));
        slots[*field] = Some(Slot { cell: *cell, content });
    }
}

/// Labels of the key, in reading order.
fn names(sheet: &Sheet, spec: &FormSpec, labels: &[Label]) -> Vec<Name> {
    let answer = |label: &Label| {
        let right = || right_value(sheet, label).map(|cell| sheet.text(cell)).unwrap_or_default();
        text::key(&if label.tail.is_empty() { right() } else { label.tail.clone() })
    };
    let name = |label: &Label| Name { field: label.field, cell: label.cell, answer: answer(label) };
    labels.iter().filter(|label| spec.key.contains(&label.field)).map(name).collect()
}

/// Those of them that come again.
fn again(names: &[Name]) -> Vec<Again> {
    let mut out = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let Some(first) = names[..at].iter().find(|first| first.field == name.field) else { continue };
        out.push(Again { first: first.cell, cell: name.cell, differs: first.differs(name) });
    }
    out
}

/// Second labels of answers in two parts: the number behind the name of a contact, the end behind the start of a service.
fn parts(sheet: &Sheet, spec: &FormSpec, labels: &[Label]) -> Vec<Label> {
    let mut out = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        let in_parts = matches!(spec.fields[label.field].kind, Kind::Contact | Kind::Range);
        let mut near = labels[..at].iter().rev().take_while(|l| label.cell.row.abs_diff(l.cell.row) <= 1);
        let first = in_parts.then(|| near.find(|l| l.field == label.field)).flatten();
        let Some(first) = first else { continue };
        if text::label(&sheet.text(first.cell)) != text::label(&sheet.text(label.cell)) {
            out.push(Label { tail: label.tail.clone(), repeats: label.repeats.clone(), ..*label });
        }
    }
    out
}

/// Adds the second part of an answer to the first, where each says what the other does not.
fn add_part(spec: &FormSpec, slots: &mut [Option<Slot>], field: usize, part: Slot) {
    let Content::Typed(more) = part.content else { return };
    let Some(slot) = &mut slots[field] else { return };
    let Content::Typed(first) = &slot.content else { return };
    let (first, more) = (first.text(), more.text());
    let has_phone = |words: &str| contact::contact(words) != Contact::NoPhone;
    let joined = match spec.fields[field].kind {
        Kind::Contact if has_phone(&first) == has_phone(&more) => return,
        Kind::Contact => format!("{first} {more}"),
        _ if date::date(&first).is_err() || date::date(&more).is_err() => return,
        _ => format!("{first}至{more}"),
    };
    slot.content = Content::Typed(Value::Text(joined));
}

/// Dates beside signatures that have no label of their own, with the cells in which they stand.
fn dates_beside(
    sheet: &Sheet,
    spec: &FormSpec,
    labels: &[Label],
    rights: &[Right],
    slots: &mut [Option<Slot>],
) -> Vec<(usize, Cell)> {
    let mut found = Vec::new();
    for (index, field) in spec.fields.iter().enumerate() {
        let Some(owner) = field.beside.filter(|_| slots[index].is_none()) else { continue };
        let Some(at) = labels.iter().position(|label| label.field == owner) else { continue };
        let signature = slots[owner].as_ref().map(|slot| slot.cell);
        let is_date = |cell: &&Cell| {
            Some(**cell) != signature && matches!(date::date(&sheet.text(**cell)), Ok(Some(_)))
        };
        if let Some(cell) = rights[at].cells.iter().find(is_date) {
            slots[index] = sheet.get(*cell).map(|v| Slot { cell: *cell, content: Content::Typed(v.clone()) });
            found.push((index, *cell));
        }
    }
    found
}

/// An answer inside another one's cell has that cell for its place.
pub(super) fn share_containers(spec: &FormSpec, slots: &mut [Option<Slot>]) {
    for (index, field) in spec.fields.iter().enumerate() {
        if let Some(container) = field.within
            && slots[index].is_none()
        {
            slots[index] = slots[container].as_ref().map(|s| Slot { cell: s.cell, content: Content::Blank });
        }
    }
}

pub(super) fn row_at(sheet: &Sheet, at: u32) -> Option<&Row> {
    sheet.rows.binary_search_by_key(&at, |r| r.at).ok().map(|i| &sheet.rows[i])
}

/// The rows from one to another, both included.
pub(super) fn rows_between(sheet: &Sheet, first: u32, last: u32) -> impl Iterator<Item = &Row> {
    let from = sheet.rows.partition_point(|row| row.at < first);
    sheet.rows[from..].iter().take_while(move |row| row.at <= last)
}

/// Rows that one answer may take.
pub(super) const MOST_ROWS: u32 = 40;

pub(super) fn is_empty_boxes(field: &Field, words: &str) -> bool {
    matches!(field.kind, Kind::One | Kind::Many)
        && marks::ticks(words, &field.choices).is_ok_and(|t| t.ticked.is_empty())
}

/// What stands behind a label in its own cell, unless it is guidance or a line to write on.
fn own_words(field: &Field, tail: &str) -> Option<String> {
    if tail.is_empty() {
        return None;
    }
    let words = without_hint(field, tail);
    let bare = text::label(&words);
    let blank = bare.is_empty()
        || bare == text::label(&field.unit) && !field.unit.is_empty()
        || bare.chars().all(|c| c == '_');
    (!blank).then_some(words)
}

/// A remark in brackets behind a label: an answer only where there is no cell for one.
fn is_bracketed(field: &Field, words: &str) -> bool {
    let key = text::key(words);
    let whole = key.starts_with('(') && key.find(')') == Some(key.len() - 1);
    whole && !matches!(field.kind, Kind::One | Kind::Many | Kind::Signature)
}

pub(super) struct Right {
    /// The cell right of the label, even when empty; `None` where another label or the edge is there.
    pub first: Option<Cell>,
    /// Filled cells up to the next label.
    pub cells: Vec<Cell>,
}

impl Ground<'_, '_> {
    /// The answer that belongs to a label.
    fn answer(&self, field: &Field, label: &Label, right: &Right, stacked: bool) -> Slot {
        if let Some(words) = own_words(field, &label.tail) {
            // A tail that only holds empty boxes or a remark gives way to an answer beside it.
            let yields = !right.cells.is_empty() && is_empty_boxes(field, &words)
                || right.first.is_some() && !label.colon && is_bracketed(field, &words);
            if !yields {
                let words = self.with_lines(field, label, words);
                return Slot { cell: label.cell, content: Content::Typed(Value::Text(words)) };
            }
        }
        if field.kind.has_options()
            && let Some(slot) = self
                .chosen(field, Some(label.extent.col), &right.cells)
                .or_else(|| boxes::under_question(self.sheet, field, label.cell, label.extent.row))
        {
            return slot;
        }
        if let Some((cell, content)) = joined(self.sheet, field, &right.cells) {
            return Slot { cell, content };
        }
        if let Some(slot) = self.below(field, label, right.first.is_some(), stacked) {
            return slot;
        }
        if let Some(slot) = right.first.and_then(|first| self.under(field, label, first)) {
            return slot;
        }
        Slot { cell: right.first.unwrap_or(label.cell), content: Content::Blank }
    }

    /// What a label says that was passed over, where the answer of its field is another one. Names are told otherwise
    /// ([`super::several`]), and people may sign twice.
    fn twice(&self, label: &Label, slots: &[Option<Slot>]) -> Option<Unread> {
        let field = &self.spec.fields[label.field];
        let is_told = self.spec.key.contains(&label.field) || field.beside.is_some();
        if is_told || field.kind == Kind::Signature {
            return None;
        }
        let Content::Typed(value) = &slots[label.field].as_ref()?.content else { return None };
        let beside = || {
            let cell = right_value(self.sheet, label).filter(|cell| !self.occupied.contains(cell))?;
            Some(self.sheet.text(cell))
        };
        let said = own_words(field, &label.tail).or_else(beside)?;
        let (one, other) = (text::key(&value.text()), text::key(&said));
        let day = |words: &str| match field.kind {
            Kind::Date | Kind::Range => date::range(words).ok().flatten(),
            _ => None,
        };
        let is_day = day(&said).is_some_and(|said| day(&value.text()) == Some(said));
        let alike = is_day || one.contains(&other) || other.contains(&one) || text::is_blank_mark(&said);
        let said = (!alike && !is_empty_boxes(field, &said)).then_some(said)?;
        Some(Unread { field: label.field, cell: label.cell, found: text::words(&said) })
    }

    fn to_the_right(&self, label: &Label) -> Right {
        let start = Cell::new(label.cell.row, label.extent.col.saturating_add(1));
        let mut right = Right { first: None, cells: Vec::new() };
        if !self.occupied.contains(&start) && self.reaches(start) {
            right.first = Some(start);
        }
        // An empty merged area is the answer's; what stands beyond it is not.
        let area = self.sheet.extent(start);
        let free = || self.sheet.get(start).is_none_or(|v| is_filler(&self.spec.fields[label.field], v));
        let end = if area != start && free() { area.col } else { u32::MAX };
        let end = self.aside.filter(|col| *col > start.col).map_or(end, |col| end.min(col - 1));
        let bottom = label.extent.row;
        for row in rows_between(self.sheet, label.cell.row, bottom) {
            for (col, _) in row.cells.iter().filter(|(col, _)| (start.col..=end).contains(col)) {
                let cell = Cell::new(row.at, *col);
                if self.occupied.contains(&cell) || self.heads(cell) {
                    break;
                }
                right.cells.push(cell);
            }
        }
        let below = bottom.saturating_add(1);
        right.cells.extend(self.further(label, below, (start.col, end), right.cells.first().copied()));
        self.take(&right.cells);
        right
    }

    /// Notes that cells stand in the place of an answer.
    pub(super) fn take(&self, cells: &[Cell]) {
        self.taken.borrow_mut().extend(cells);
    }

    pub(super) fn is_taken(&self, cell: Cell) -> bool {
        self.taken.borrow().contains(&cell)
    }

    /// Whether labels stand side by side with their answers below them: a row of labels only, and under it
    /// a row without any, whose cells stand under them. One label alone tells it only where the whole form
    /// is drawn so.
    fn is_stacked(&self, label: &Label, stacked: bool) -> bool {
        let rows = (row_at(self.sheet, label.cell.row), row_at(self.sheet, label.extent.row + 1));
        let (Some(labels), Some(below)) = rows else { return false };
        let is_label = |row: u32, col: u32| self.occupied.contains(&Cell::new(row, col));
        let heads_both = |col: u32| self.sheet.extent(Cell::new(labels.at, col)).row > labels.at;
        (stacked || labels.cells.len() >= 2 && below.cells.len() >= 2)
            && labels.cells.iter().all(|(col, _)| {
                is_label(labels.at, *col) || heads_both(*col) || self.heads(Cell::new(labels.at, *col))
            })
            && below.cells.iter().all(|(col, _)| !is_label(below.at, *col) && is_label(labels.at, *col))
    }

    /// Whether most labels of the form have nothing beside them and something below.
    fn is_stacked_form(&self, labels: &[Label], rights: &[Right]) -> bool {
        let (mut beside, mut below) = (0, 0);
        for (label, right) in labels.iter().zip(rights).filter(|(l, _)| l.tail.is_empty()) {
            let under = Cell::new(label.extent.row + 1, label.cell.col);
            if !right.cells.is_empty() {
                beside += 1;
            } else if !self.occupied.contains(&under) && self.sheet.get(under).is_some() {
                below += 1;
            }
        }
        below >= 3 && below > beside
    }

    /// The answer under a label, where nothing stands beside it.
    fn below(&self, field: &Field, label: &Label, has_right: bool, stacked: bool) -> Option<Slot> {
        let cell = Cell::new(label.extent.row + 1, label.cell.col);
        if cell.row > self.last || self.occupied.contains(&cell) {
            return None;
        }
        if let Some(slot) = self.chosen_below(field, label, cell) {
            return Some(slot);
        }
        if has_right && field.kind != Kind::Block && !self.is_stacked(label, stacked) {
            return None;
        }
        if field.kind == Kind::Block {
            return self.together(field, &self.lines(field, cell, false));
        }
        if !self.goes_below(row_at(self.sheet, cell.row)?, cell) {
            return None;
        }
        self.alone(field, cell)
    }

    /// The answer under the empty cell of an answer, where nothing else stands in the row.
    fn under(&self, field: &Field, label: &Label, first: Cell) -> Option<Slot> {
        let cell = Cell::new(label.extent.row.saturating_add(1), first.col);
        let is_alone = |row: &Row| row.cells.len() == 1 && self.goes_below(row, cell);
        let is_ours =
            cell.row <= self.last && !self.occupied.contains(&cell) && self.has_label_below(cell.row);
        let closes = || may_close(&self.sheet.text(cell), false) || closes(&self.sheet.text(cell));
        if !is_ours || !row_at(self.sheet, cell.row).is_some_and(is_alone) || closes() {
            return None;
        }
        match field.kind {
            Kind::Block => self.together(field, &self.lines(field, cell, true)),
            Kind::Signature | Kind::Dimensions | Kind::Indicators => None,
            _ => self.alone(field, cell),
        }
    }

    /// The answer that one cell holds.
    fn alone(&self, field: &Field, cell: Cell) -> Option<Slot> {
        let is_filler = is_filler(field, self.sheet.get(cell)?);
        self.take(&[cell]);
        if is_filler { None } else { self.together(field, &[cell]) }
    }

    fn together(&self, field: &Field, cells: &[Cell]) -> Option<Slot> {
        joined(self.sheet, field, cells).map(|(cell, content)| Slot { cell, content })
    }

    /// Whether a cell under a label may be its answer: it belongs to no label in its row, and is no heading or note.
    pub(super) fn goes_below(&self, row: &Row, cell: Cell) -> bool {
        let is_label = |col: u32| self.occupied.contains(&Cell::new(cell.row, col));
        let ends = |words: &Words| {
            label::is_heading(words.label(), self.spec)
                || label::is_note(words.label())
                || label::is_page_line(words.label())
                || words.is_title(self.spec)
        };
        !row.cells.iter().any(|(col, _)| *col <= cell.col && is_label(*col))
            && !self.scan.at(cell).is_some_and(ends)
    }

    /// Whether a cell is a group heading.
    fn heads(&self, cell: Cell) -> bool {
        self.scan.at(cell).is_some_and(|words| label::is_heading(words.label(), self.spec))
    }

    /// Whether a cell stands within the columns of the form around its row: merged areas and filled cells of the sheet.
    fn reaches(&self, cell: Cell) -> bool {
        let near = || rows_between(self.sheet, cell.row.saturating_sub(60), cell.row.saturating_add(60));
        let ends = |row: &Row| row.cells.last().is_some_and(|(col, _)| (cell.col..64).contains(col));
        cell.col <= self.merged || near().any(ends)
    }
}

fn merged_edge(sheet: &Sheet) -> u32 {
    sheet.merges.values().map(|(_, col)| *col).filter(|col| *col < 64).max().unwrap_or(0)
}

//! Tables that stand on their side: labels down one column, and one return in each column beside it.
//!
//! They are turned, read as tables, and their places turned back. A form has one column of answers; a second
//! one is another return only where it names an enterprise and answers as a return does.

use super::words::{Scan, Words};
use super::{Bindings, Bound, Said, table};
use crate::cell::Cell;
use crate::parse::contact::{self, Contact};
use crate::parse::{date, marks, number};
use crate::spec::{Field, Form, FormSpec, Kind, Specs};
use crate::text;
use crate::workbook::Sheet;

/// Labels that make such a table.
const LEAST: usize = 5;

/// Cells among which the name of the enterprise must be.
const FIRST: usize = 120;

/// Where a table on its side stands.
struct Side {
    labels: u32,
    answers: Vec<u32>,
    rows: (u32, u32),
    /// Labels of the form it is held for.
    fields: usize,
}

/// Binds a sheet that is a table on its side; `false` where it is none.
pub(super) fn bind(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs, out: &mut Bindings) -> bool {
    let is_label = |words: &Words| words.short_label().is_some_and(|label| specs.names_something(label));
    // Beside the name of an ordinary form stand one answer or further labels.
    let heads_answers = |cell: &Cell| {
        right_of(sheet, *cell).nth(1).is_some()
            && right_of(sheet, *cell).all(|col| !scan.at(Cell::new(cell.row, col)).is_some_and(is_label))
    };
    let near_top = scan.cells().iter().take(FIRST);
    let first = near_top.filter(|(cell, words)| is_label(words) && heads_answers(cell));
    let first: Vec<(Cell, &str)> = first.map(|(cell, words)| (*cell, words.label())).collect();
    let sides = Form::ALL.into_iter().filter_map(|form| side(sheet, scan, &first, specs.of(form)));
    let Some(side) = sides.max_by_key(|side| side.fields) else { return false };
    let inside = |cell: &Cell| {
        (side.rows.0..=side.rows.1).contains(&cell.row)
            && (cell.col == side.labels || side.answers.contains(&cell.col))
    };
    let cells = sheet.cells().filter(|(cell, _)| inside(cell)).map(|(cell, v)| (turned(cell), v.clone()));
    let on_its_feet = Sheet { hidden: sheet.hidden, ..Sheet::from_cells(&sheet.name, cells) };
    let mut found = Bindings::default();
    let is_table = table::bind(&on_its_feet, &Scan::of(&on_its_feet, specs), specs, &mut found);
    // What is refused names columns of the turned table.
    if !is_table || found.returns.len() < 2 || !found.refused.is_empty() || !found.roster.is_empty() {
        return false;
    }
    found.returns.iter_mut().for_each(turn_back);
    for finding in &mut found.findings {
        finding.cell = finding.cell.map(turned);
    }
    out.returns.append(&mut found.returns);
    out.findings.append(&mut found.findings);
    true
}

fn turned(cell: Cell) -> Cell {
    Cell::new(cell.col, cell.row)
}

fn turn_back(bound: &mut Bound) {
    bound.anchor = turned(bound.anchor);
    bound.slots.iter_mut().flatten().for_each(|slot| slot.cell = turned(slot.cell));
    let envelope = &mut bound.envelope;
    let said: [&mut Option<Box<Said>>; 4] =
        [&mut envelope.period, &mut envelope.district, &mut envelope.agency, &mut envelope.consent];
    said.into_iter().flatten().for_each(|said| said.cell = turned(said.cell));
}

/// Columns of the filled cells to the right of one.
fn right_of(sheet: &Sheet, cell: Cell) -> impl Iterator<Item = u32> {
    let at = sheet.rows.binary_search_by_key(&cell.row, |r| r.at);
    let cells = at.map_or(&[][..], |at| &sheet.rows[at].cells);
    cells.iter().filter(move |(col, _)| *col > cell.col).map(|(col, _)| *col)
}

/// The table on its side in which a form's returns stand; `first` are labels near the top with answers beside them.
fn side(sheet: &Sheet, scan: &Scan<'_>, first: &[(Cell, &str)], spec: &FormSpec) -> Option<Side> {
    let enterprise = spec.index("enterprise")?;
    let names_one = |label: &str| spec.by_label(label) == Some(enterprise);
    let (name, _) = first.iter().find(|(_, label)| names_one(label))?;
    let labels: Vec<(u32, usize)> = scan
        .cells()
        .iter()
        .filter(|(cell, _)| cell.col == name.col)
        .filter_map(|(cell, words)| Some((cell.row, field_of(words.short_label()?, spec)?)))
        .collect();
    let answers: Vec<u32> =
        right_of(sheet, *name).filter(|col| is_return(sheet, scan, spec, &labels, *col)).collect();
    let rows = (labels.first()?.0, labels.last()?.0);
    let whole = right_of(sheet, *name).count() == answers.len()
        && name_different_keys(sheet, spec, &labels, &answers);
    let fields = labels.len();
    (fields >= LEAST && answers.len() >= 2 && whole).then_some(Side {
        labels: name.col,
        answers,
        rows,
        fields,
    })
}

/// Whether no two columns name the same project and enterprise, as a merged cell filled in every cell does.
fn name_different_keys(sheet: &Sheet, spec: &FormSpec, labels: &[(u32, usize)], answers: &[u32]) -> bool {
    let keys = labels.iter().filter(|(_, field)| spec.key.contains(field));
    let keys: Vec<u32> = keys.map(|(row, _)| *row).collect();
    let key = |col: &u32| -> Vec<String> {
        keys.iter().map(|row| text::key(&sheet.text(Cell::new(*row, *col)))).collect()
    };
    let mut named: Vec<Vec<String>> = answers.iter().map(key).collect();
    named.sort_unstable();
    named.windows(2).all(|two| two[0] != two[1])
}

/// The field of a label, also behind its number.
fn field_of(label: &str, spec: &FormSpec) -> Option<usize> {
    let bare = || super::header::without_lead(label).iter().find_map(|bare| spec.by_label(bare));
    spec.by_label(label).or_else(bare)
}

/// Whether a column answers most of the labels, as a return does and a column of remarks does not.
fn is_return(sheet: &Sheet, scan: &Scan<'_>, spec: &FormSpec, labels: &[(u32, usize)], col: u32) -> bool {
    let at = |row: &u32| Cell::new(*row, col);
    let filled = labels.iter().filter(|(row, _)| sheet.get(at(row)).is_some()).count();
    let speaks = labels.iter().any(|(row, field)| is_answer(&spec.fields[*field], &sheet.text(at(row))));
    filled * 5 >= labels.len() * 3 && speaks && !labels.iter().any(|(row, _)| is_label(scan, spec, at(row)))
}

fn is_label(scan: &Scan<'_>, spec: &FormSpec, cell: Cell) -> bool {
    scan.at(cell).and_then(|words| words.short_label()).is_some_and(|label| spec.by_label(label).is_some())
}

/// Whether words answer a question of a kind that remarks do not.
fn is_answer(field: &Field, words: &str) -> bool {
    if text::is_blank_mark(words) {
        return false;
    }
    match field.kind {
        Kind::Date => matches!(date::date(words), Ok(Some(_))),
        Kind::Range => matches!(date::range(words), Ok(Some(_))),
        Kind::Contact => matches!(contact::contact(words), Contact::Phones(_)),
        Kind::Count => matches!(number::count(words), Ok(Some(_))),
        Kind::One | Kind::Many => marks::ticks(words, &field.choices).is_ok_and(|t| !t.ticked.is_empty()),
        _ => false,
    }
}

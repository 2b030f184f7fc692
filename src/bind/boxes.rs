//! Options and their boxes in cells of their own: `满意 | √ | 基本满意 | | 不满意 |`.
//!
//! Which option a lone tick belongs to is told by the grid: where each option is followed (or preceded) by
//! a cell for its box. Where the grid does not tell, the words are joined and judged as one text.

use std::iter::once;

use super::{Content, Slot};
use crate::cell::Cell;
use crate::parse::marks;
use crate::spec::{Field, Kind};
use crate::workbook::{Sheet, Value};

/// A check box cell of Excel 365 holds TRUE or FALSE; a CSV the words.
pub(super) fn tick_text(value: &Value) -> String {
    match value {
        Value::Bool(true) => "☑".into(),
        Value::Bool(false) => "□".into(),
        Value::Text(words) if words.trim().eq_ignore_ascii_case("true") => "☑".into(),
        Value::Text(words) if words.trim().eq_ignore_ascii_case("false") => "□".into(),
        other => other.text(),
    }
}

/// The answer of a row of options with a cell for the box of each, right of a label that ends in column `label`.
pub(super) fn beside(sheet: &Sheet, field: &Field, row: u32, label: u32, cells: &[Cell]) -> Option<Slot> {
    if !matches!(field.kind, Kind::One | Kind::Many) || cells.len() < 3 {
        return None;
    }
    let mut options: Vec<(usize, Cell)> = Vec::new();
    let mut signs: Vec<Cell> = Vec::new();
    for cell in cells.iter().filter(|c| c.row == row) {
        match sheet.get(*cell).map(tick_text).and_then(|words| option(field, &words)) {
            Some(at) => options.push((at, *cell)),
            None => signs.push(*cell),
        }
    }
    if options.len() != field.choices.len() || signs.is_empty() || cells.iter().any(|c| c.row != row) {
        return None;
    }
    let behind = is_grid(sheet, &options, label)?;
    let words: Vec<String> =
        options.iter().map(|(at, cell)| boxed(sheet, field, *at, *cell, behind)).collect::<Option<_>>()?;
    let used = |sign: &Cell| options.iter().any(|(_, cell)| box_of(sheet, *cell, behind) == Some(sign.col));
    if !signs.iter().all(used) {
        return None;
    }
    Some(Slot { cell: options.first()?.1, content: Content::Typed(Value::Text(words.join(" "))) })
}

/// The answer of a row of ticks under options that stand above as heads of columns (a matrix of questions).
pub(super) fn under_heads(sheet: &Sheet, field: &Field, row: u32, cells: &[Cell]) -> Option<Slot> {
    if !matches!(field.kind, Kind::One | Kind::Many) || cells.is_empty() || cells.iter().any(|c| c.row != row)
    {
        return None;
    }
    let ticks: Vec<(u32, bool)> =
        cells.iter().map(|c| Some((c.col, lone_tick(sheet, *c)?))).collect::<Option<_>>()?;
    let ticks = match ticks[..] {
        // One circle in a row without boxes is drawn for a tick.
        [(col, false)] if matches!(&*sheet.text(cells[0]), "○" | "〇" | "◯") => vec![(col, true)],
        _ => ticks,
    };
    let under = |head: &Cell, col: u32| (head.col..=sheet.extent(*head).col).contains(&col);
    let Some(heads) = (1..=HEADS_ABOVE).find_map(|up| heads(sheet, field, row.checked_sub(up)?)) else {
        return (1..=HEADS_ABOVE)
            .find_map(|up| under_some(sheet, field, (row, row.checked_sub(up)?), &ticks));
    };
    if !ticks.iter().all(|(col, _)| heads.iter().any(|head| under(head, *col))) {
        return None;
    }
    let ticked = |head: &Cell| ticks.iter().any(|(col, on)| *on && under(head, *col));
    let sign = |head: &Cell| if ticked(head) { '☑' } else { '□' };
    let words = heads.iter().zip(&field.options).map(|(head, option)| format!("{}{option}", sign(head)));
    let content = Content::Typed(Value::Text(words.collect::<Vec<_>>().join(" ")));
    let place = ticks.iter().find(|(_, on)| *on).or(ticks.first())?.0;
    Some(Slot { cell: Cell::new(row, place), content })
}

/// The same under heads of which not all are options of the question: the words of those that are ticked.
fn under_some(sheet: &Sheet, field: &Field, (row, heads): (u32, u32), ticks: &[(u32, bool)]) -> Option<Slot> {
    let at = sheet.rows.binary_search_by_key(&heads, |r| r.at).ok()?;
    let cells = &sheet.rows[at].cells;
    let words = |col: u32| {
        let under = |(c, _): &&(u32, Value)| (*c..=sheet.extent(Cell::new(heads, *c)).col).contains(&col);
        match cells.iter().find(under) {
            Some((_, Value::Text(words))) if words.len() <= LONGEST_HEAD => Some(words.as_str()),
            _ => None,
        }
    };
    let known =
        cells.iter().filter_map(|(_, v)| if let Value::Text(t) = v { option(field, t) } else { None });
    let known: std::collections::BTreeSet<usize> = known.collect();
    if known.len() < 2 || known.len() == field.choices.len() {
        return None;
    }
    let ticked: Vec<&str> =
        ticks.iter().filter(|(_, on)| *on).map(|(col, _)| words(*col)).collect::<Option<_>>()?;
    let place = Cell::new(row, ticks.iter().find(|(_, on)| *on)?.0);
    Some(Slot { cell: place, content: Content::Typed(Value::Text(ticked.join("、"))) })
}

/// The answer of a column of ticks under a question whose options stand in front of the rows below it.
pub(super) fn under_question(sheet: &Sheet, field: &Field, question: Cell, last: u32) -> Option<Slot> {
    let mut words: Vec<Option<String>> = vec![None; field.choices.len()];
    let mut place = None;
    for (row, _) in (last.checked_add(1)?..).zip(field.choices.iter()) {
        let at = sheet.rows.binary_search_by_key(&row, |r| r.at).ok()?;
        let (col, Value::Text(head)) = sheet.rows[at].cells.first()? else { return None };
        if *col >= question.col || head.len() > LONGEST_HEAD {
            return None;
        }
        let cell = Cell::new(row, question.col);
        let index = option(field, head)?;
        let on = if sheet.get(cell).is_some() { lone_tick(sheet, cell)? } else { false };
        place = place.or(on.then_some(cell));
        words[index] = Some(format!("{}{}", if on { '☑' } else { '□' }, field.options[index]));
    }
    let words: Vec<String> = words.into_iter().collect::<Option<_>>()?;
    let cell = place.unwrap_or(Cell::new(last + 1, question.col));
    Some(Slot { cell, content: Content::Typed(Value::Text(words.join(" "))) })
}

/// Bytes of the longest option in front of a row of ticks.
const LONGEST_HEAD: usize = 60;

/// Rows of a matrix, and a few more for headings between them.
const HEADS_ABOVE: u32 = 12;

/// Characters of a cell that holds no more than a tick (`未选择`, `FALSE`, `（√）`), with some to spare.
const LONGEST_TICK: usize = 8;

/// Whether a cell that holds a sign alone ticks; `None` where it holds anything else.
pub(super) fn lone_tick(sheet: &Sheet, cell: Cell) -> Option<bool> {
    let words = sheet.get(cell).map(tick_text)?;
    if words.chars().count() > LONGEST_TICK {
        return None;
    }
    super::ticks::is_tick(&crate::text::key(&words)).or_else(|| {
        let told = marks::ticks(
            &format!("{words}是"),
            &once(marks::Choice { spellings: vec!["是".into()] }).collect(),
        )
        .ok()?;
        (told.marked && told.rest.is_empty()).then_some(!told.ticked.is_empty())
    })
}

/// The cells of a row that are the options of a question, each once, in the order of the options.
fn heads(sheet: &Sheet, field: &Field, row: u32) -> Option<Vec<Cell>> {
    let at = sheet.rows.binary_search_by_key(&row, |r| r.at).ok()?;
    let mut found: Vec<Option<Cell>> = vec![None; field.choices.len()];
    for (col, value) in &sheet.rows[at].cells {
        let Value::Text(words) = value else { continue };
        if let Some(index) = option(field, words)
            && found[index].replace(Cell::new(row, *col)).is_some()
        {
            return None;
        }
    }
    found.into_iter().collect()
}

fn option(field: &Field, words: &str) -> Option<usize> {
    let label = crate::text::label(words);
    field.choices.iter().position(|c| c.spellings.contains(&label))
}

/// Whether the boxes stand behind their options (or before), where every option has a free cell for its own.
fn is_grid(sheet: &Sheet, options: &[(usize, Cell)], label: u32) -> Option<bool> {
    let pitch = |pair: &[(usize, Cell)]| pair[1].1.col.checked_sub(sheet.extent(pair[0].1).col) == Some(2);
    if !options.windows(2).all(pitch) {
        return None;
    }
    match options.first()?.1.col.checked_sub(label)? {
        1 => Some(true),
        2 => Some(false),
        _ => None,
    }
}

fn box_of(sheet: &Sheet, option: Cell, behind: bool) -> Option<u32> {
    if behind { sheet.extent(option).col.checked_add(1) } else { option.col.checked_sub(1) }
}

/// The option with a box that is ticked or not; `None` where the box holds anything else.
fn boxed(sheet: &Sheet, field: &Field, at: usize, cell: Cell, behind: bool) -> Option<String> {
    let sign =
        sheet.get(Cell::new(cell.row, box_of(sheet, cell, behind)?)).map(tick_text).unwrap_or_default();
    // The sign beside one option alone says whether it is a tick.
    let alone =
        marks::ticks(&format!("{sign}{}", field.options[at]), &once(field.choices[at].clone()).collect())
            .ok()?;
    let empty = crate::text::is_blank_mark(&sign);
    if !empty && (!alone.marked || !alone.rest.is_empty()) {
        return None;
    }
    let ticked = !empty && !alone.ticked.is_empty();
    Some(format!("{}{}", if ticked { '☑' } else { '□' }, field.options[at]))
}

//! Rosters with one column per form, headed with its letter, in which the forms that are due are ticked.
//!
//! Looked for only in the header of a roster, so that other tables cost no more than that look; a cell that neither
//! ticks nor denies is handed on with its words, for the roster to tell.

use super::above::Cells;
use super::candidate::{Candidate, best_header};
use super::table::{Column, Header, ROSTER_LEAST};
use super::{Content, Slot, ticks};
use crate::cell::Cell;
use crate::parse::due;
use crate::spec::Specs;
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// Columns with the letters of the forms that they ask for.
pub(super) type Letters = Vec<(u32, char)>;

/// The header of a roster: it alone asks for the forms that are due, in one column or in one per form.
pub(super) fn roster(
    sheet: &Sheet,
    candidates: &[Candidate],
    specs: &Specs,
) -> Option<(Header<'static>, Letters)> {
    let mut header = best_header(candidates, &specs.roster, &specs.cover, ROSTER_LEAST)?;
    let [project, enterprise, expected] =
        ["project", "enterprise", "expected"].map(|id| specs.roster.index(id).map(Column::Field));
    let has =
        |header: &Header<'_>, wanted: Option<Column>| header.columns.iter().any(|(_, c)| Some(*c) == wanted);
    let letters = if has(&header, project) && has(&header, enterprise) {
        columns(sheet, &mut header, expected)
    } else {
        Letters::new()
    };
    (has(&header, expected) || !letters.is_empty()).then_some((header, letters))
}

/// The lettered columns, in the rows of the header or right below; answers begin below them.
fn columns(sheet: &Sheet, header: &mut Header<'_>, expected: Option<Column>) -> Letters {
    let claims = |col: u32| header.column(col).is_some_and(|column| Some(column) != expected);
    let rows = header.row..=header.data_from;
    for row in sheet.rows.iter().filter(|row| rows.contains(&row.at)) {
        // A row that names projects is no header.
        if row.at >= header.data_from && row.cells.iter().any(|(col, _)| claims(*col)) {
            continue;
        }
        let free = row.cells.iter().filter(|(col, _)| !claims(*col));
        let found: Letters = free.filter_map(|(col, value)| Some((*col, letter(value)?))).collect();
        let mut distinct: Vec<char> = found.iter().map(|(_, letter)| *letter).collect();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() >= 2 && distinct.len() == found.len() {
            header.data_from = header.data_from.max(row.at + 1);
            header.columns.retain(|(_, column)| Some(*column) != expected);
            return found;
        }
    }
    Letters::new()
}

/// The one letter that a head names.
fn letter(head: &Value) -> Option<char> {
    let Value::Text(words) = head else { return None };
    match due::letters(words).filter(|_| words.len() <= 60)?.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// What the lettered columns of a row say, in the words of one column.
pub(super) fn due(cells: &Cells<'_>, row: &Row, letters: &Letters) -> Option<Slot> {
    let said: Vec<(Cell, char, Option<&Value>)> = letters
        .iter()
        .map(|(col, letter)| {
            let (cell, value) = cells.get(Cell::new(row.at, *col));
            (cell, *letter, value)
        })
        .collect();
    let ticked = |(_, letter, value): &(Cell, char, Option<&Value>)| is_on(*value, *letter);
    let checked = said.iter().any(|one| ticked(one) == Some(true));
    let mut due = String::new();
    for one @ (cell, letter, value) in &said {
        match ticked(one) {
            Some(true) => due.extend([*letter, '、']),
            Some(false) => {}
            // Beside checks a cross says no.
            None if checked && value.is_some_and(|v| ticks::is_cross(&text::key(&v.text()))) => {}
            None => {
                let words = format!("{letter}？{}", value.map(Value::text).unwrap_or_default());
                return Some(Slot { cell: *cell, content: Content::Typed(Value::Text(words)) });
            }
        }
    }
    let content = if due.is_empty() { Content::Blank } else { Content::Typed(Value::Text(due)) };
    said.first().map(|(cell, ..)| Slot { cell: *cell, content })
}

/// Whether a cell asks for the form of its column; `None` where it says something else.
fn is_on(value: Option<&Value>, letter: char) -> Option<bool> {
    match value {
        None => Some(false),
        Some(Value::Bool(on)) => Some(*on),
        Some(value) => {
            let words = text::key(&value.text());
            // A letter asks for its own form; under another one it is in doubt, though F elsewhere says no.
            match due::letters(&words).as_deref() {
                Some([only]) => (*only == letter).then_some(true),
                _ => ticks::is_tick(&words),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{book, specs};
    use crate::link::Roster;
    use crate::workbook::Book;

    /// The forms that are due of each project; `?` where that is told instead.
    fn due(table: &Book) -> Vec<String> {
        let rows = bind(table, specs()).roster;
        let (roster, faults) = Roster::from_rows(&rows, specs());
        let letters = |forms: &[crate::spec::Form]| forms.iter().map(|f| f.letter()).collect::<String>();
        let read = roster.projects.iter().map(|p| letters(&p.forms));
        read.chain(faults.into_iter().map(|missing| format!("缺{missing}"))).collect()
    }

    const HEAD: [&str; 5] = ["序号", "项目名称", "企业名称", "区(市)县", "质量服务机构"];
    const ROW: [&str; 5] = ["1", "拟甲项目", "成都拟乙公司", "新都区", "成都拟丙机构"];

    #[test]
    fn forms_ticked_in_columns_of_their_own() {
        for heads in
            [["B", "C", "E", "F"], ["表B", "表C", "表E", "表F"], ["B需求调查表", "附录C", "Ｅ", "F表"]]
        {
            for (ticks, want) in [
                (["√", "√", "", "√"], "BCF"),
                (["√", "√", "√", "√"], "BCEF"),
                (["√", "√", "×", "否"], "BC"),
                (["B", "", "E", ""], "BE"),
                (["1", "0", "1", "1"], "BEF"),
                (["√", "待定", "√", "√"], ""),
                (["√", "F", "", ""], ""),
                (["×", "×", "", ""], ""),
                (["", "", "", ""], "缺应报表"),
            ] {
                let table = book(&[&[&HEAD[..], &heads].concat(), &[&ROW[..], &ticks].concat()]);
                assert_eq!(due(&table), [want], "{heads:?} {ticks:?}");
            }
        }
    }

    #[test]
    fn letters_below_the_name_of_their_group() {
        let top = [&HEAD[..], &["应报表", "", "", ""]].concat();
        let below = ["", "", "", "", "", "B", "C", "E", "F"];
        let rows = [[&ROW[..], &["√", "√", "", "√"]].concat(), [&ROW[..], &["", "√", "√", "√"]].concat()];
        let mut table = book(&[&top, &below, &rows[0], &rows[1]]);
        (0..5).for_each(|col| table.sheets[0].merge((0, col), (1, col)));
        table.sheets[0].merge((0, 5), (0, 8));
        assert_eq!(due(&table), ["BCF", "CEF"]);
    }

    #[test]
    fn letters_in_the_rows_of_an_ordinary_roster_are_answers() {
        let head = [&HEAD[..], &["应报表", "备注"]].concat();
        let row = [&ROW[..], &["B", "C"]].concat();
        assert_eq!(due(&book(&[&head, &row, &row])), ["B", "B"]);
    }
}

//! Columns whose header nothing reads though they answer a question of the form, or name a district.
//!
//! Told once at the header: else ratings under other words would count as not answered, and nobody would know. Only
//! the first rows are looked at, and only under headers that no field claimed.

use std::sync::Arc;

use super::named::question_before;
use super::table::{Column, Header};
use super::{Finding, ticks};
use crate::cell::Cell;
use crate::parse::marks;
use crate::problem::Code;
use crate::reference::district;
use crate::spec::{Field, Form, FormSpec, Kind};
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// Rows that are looked at.
const ROWS: usize = 30;
/// No option or district is longer, and no header that is one.
const LONGEST: usize = 120;

/// Headers that none of the tables of a sheet's rows reads; `spec` is the form of the first.
pub(super) fn note(sheet: &Sheet, tables: &[(Header<'_>, Form)], spec: &FormSpec) -> Vec<Finding> {
    let Some((header, form)) = tables.first() else { return Vec::new() };
    let is_read = |col: u32| tables.iter().any(|(header, _)| header.column(col).is_some());
    let is_own = |words: &str| header.source.is_some_and(|(source, _)| source.is_own(words));
    let rows = header.rows(sheet);
    let rows = &rows[..rows.len().min(ROWS)];
    let mut out: Vec<Finding> = Vec::new();
    let heads = sheet.rows.iter().filter(|row| (header.row..header.data_from).contains(&row.at)).rev();
    for (head, (col, value)) in heads.flat_map(|head| head.cells.iter().map(move |cell| (head.at, cell))) {
        let Value::Text(words) = value else { continue };
        let told = out.iter().any(|finding| finding.cell.is_some_and(|cell| cell.col == *col));
        if words.len() > LONGEST || told || is_read(*col) || is_own(words) || is_harmless(&text::label(words))
        {
            continue;
        }
        let unknown_option = || unknown_option(rows, *col, (header, words), spec);
        if let Some((field, said)) = answers(rows, *col, header, spec).or_else(unknown_option) {
            out.push(Finding {
                sheet: Arc::clone(&sheet.name),
                cell: Some(Cell::new(head, *col)),
                found: said,
                form: Some(*form),
                field: field.map_or_else(String::new, |field| field.id.to_string()),
                ..Finding::new(Code::ColumnUnread, text::words(words))
            });
        }
    }
    out
}

/// Whether a label, in normal form, heads a column of the office's own.
pub(super) fn is_harmless(label: &str) -> bool {
    ["序号", "编号", "备注", "说明"].iter().any(|word| label.starts_with(word))
}

/// The question that a column answers in every row that says anything, and what it says first; no question where it
/// names districts.
pub(super) fn answers<'a>(
    rows: &[Row],
    col: u32,
    header: &Header<'_>,
    spec: &'a FormSpec,
) -> Option<(Option<&'a Field>, String)> {
    let mut said: Vec<&str> = Vec::new();
    for row in rows {
        let Ok(at) = row.cells.binary_search_by_key(&col, |(c, _)| *c) else { continue };
        match &row.cells[at].1 {
            Value::Text(words) if words.len() <= LONGEST => said.push(words),
            _ => return None,
        }
    }
    said.retain(|words| !text::is_blank_mark(words));
    let first = text::words(said.first()?);
    let asked = spec.fields.iter().enumerate().filter(|(at, field)| has_words(field) && !header.reads(*at));
    let mut meant = asked.map(|(_, field)| field).filter(|f| said.iter().all(|words| is_answer(words, f)));
    if let Some(field) = meant.next() {
        // Which of four ratings nobody can tell.
        return Some((Some(field).filter(|_| meant.next().is_none()), first));
    }
    let unplaced = !header.columns.iter().any(|(_, c)| *c == Column::District);
    let is_district = |words: &&str| district::by_name(words).is_some();
    (unplaced && said.iter().all(is_district)).then_some((None, first))
}

/// The question of which an export has a column for an option that the form does not have, where any row chooses it.
fn unknown_option<'a>(
    rows: &[Row],
    col: u32,
    (header, words): (&Header<'_>, &str),
    spec: &'a FormSpec,
) -> Option<(Option<&'a Field>, String)> {
    let field = question_before(words, spec).filter(|_| header.source.is_some())?;
    let is_split = header.columns.iter().any(|(_, c)| matches!(c, Column::Option(f, _) if *f == field));
    let said = |row: &Row| {
        let at = row.cells.binary_search_by_key(&col, |(c, _)| *c).ok()?;
        let said = row.cells[at].1.text();
        (ticks::is_tick(&text::key(&said)) == Some(true)).then_some(said)
    };
    let said = rows.iter().find_map(said).filter(|_| is_split)?;
    Some((Some(&spec.fields[field]), text::words(&said)))
}

/// Whether a question has options that no other question of an office would have, as 是 and 否 are.
fn has_words(field: &Field) -> bool {
    let is_word = |option: &String| option.chars().count() > 1;
    field.kind.has_options() && field.options.iter().all(is_word)
}

fn is_answer(words: &str, field: &Field) -> bool {
    let label = text::label(words);
    let is_option = || field.choices.iter().any(|choice| choice.spellings.contains(&label));
    label.chars().count() > 1
        && match field.kind {
            Kind::Many => marks::ticks(words, &field.choices).is_ok_and(|ticks| !ticks.ticked.is_empty()),
            _ => is_option(),
        }
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{book, specs};

    #[test]
    fn columns_that_answer_under_other_words_are_told_once_at_their_header() {
        let head: &[&str] = &[
            "序号",
            "项目名称",
            "企业名称",
            "质量服务机构名称",
            "服务时间",
            "总体印象",
            "片区",
            "是否规上",
            "备注",
        ];
        let row: &[&str] =
            &["1", "拟甲项目", "成都拟乙公司", "成都拟丙机构", "2025.1.5", "满意", "新都区", "是", "满意"];
        let bound = bind(&book(&[head, row, row]), specs());
        let told: Vec<String> = bound
            .findings
            .iter()
            .map(|f| format!("{} {} {} {}", f.code, f.cell.unwrap(), f.about, f.found))
            .collect();
        assert_eq!(told, ["column_unread F1 总体印象 满意", "column_unread G1 片区 新都区"]);
    }
}

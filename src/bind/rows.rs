//! Which rows under a header are returns: no totals, notes, repeated headers, column numbers or examples.

use super::table::{Column, Header};
use crate::cell::Cell;
use crate::spec::FormSpec;
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// Rows with answers: no blank rows, totals, repeated headers or notes.
pub(super) fn data_rows<'a>(
    sheet: &'a Sheet,
    header: &'a Header<'_>,
    spec: &'a FormSpec,
) -> impl Iterator<Item = &'a Row> {
    sheet.rows.iter().filter(move |row| {
        let known = |col: u32| {
            header
                .columns
                .iter()
                .any(|(c, kind)| *c == col && matches!(kind, Column::Field(_) | Column::Option(..)))
        };
        row.at >= header.data_from
            && row.cells.iter().any(|(col, v)| known(*col) && !text::is_blank_mark(&v.text()))
            && !is_total(row)
            && !is_under_header(header, row)
            && !is_note_row(sheet, row, spec)
            && !is_header_again(sheet, header, row)
    })
}

fn is_total(row: &Row) -> bool {
    const TOTALS: [&str; 6] = ["合计", "总计", "小计", "共计", "累计", "平均"];
    let begins = |(_, v): &(u32, Value)| {
        let key = text::key(&v.text());
        let begins = TOTALS.iter().any(|w| key.starts_with(w));
        key.chars().count() <= 8 && (begins || TOTALS[..3].iter().any(|w| key.ends_with(w)))
    };
    // The first columns may hold it in other words; further on it must stand alone in its cell.
    let alone = |(_, v): &(u32, Value)| TOTALS[..4].contains(&text::key(&v.text()).as_str());
    row.cells.iter().take(3).any(begins) || row.cells.iter().any(alone)
}

/// A row right below the header that speaks of the columns: their numbers (`1 2 3`, `甲 乙 (1) (2)`), what to
/// write (`（必填）`), or an example (`示例`).
fn is_under_header(header: &Header<'_>, row: &Row) -> bool {
    let first = row.cells.first().map(|(_, v)| text::label(&v.text())).unwrap_or_default();
    let named = ["示例", "样例", "填写示例", "例如", "栏次", "填写说明", "填写要求", "填报说明"];
    if row.at > header.data_from + 2 {
        return false;
    }
    if named.iter().any(|w| first.starts_with(w)) || first == "例" {
        return true;
    }
    row.cells.len() >= 2 && (is_numbering(row) || row.cells.iter().all(|(_, v)| is_guidance(v)))
}

/// Whether the cells count up by one, a few letters (甲, 乙, A) in front.
fn is_numbering(row: &Row) -> bool {
    let number = |v: &Value| match v {
        Value::Number(n) => Some(*n),
        Value::Text(t) => text::key(t).trim_matches(['(', ')', '[', ']']).parse().ok(),
        _ => None,
    };
    let is_letter = |v: &Value| {
        matches!(text::key(&v.text()).as_str(), "甲" | "乙" | "丙" | "丁" | "戊" | "A" | "B" | "C")
    };
    let body: Vec<f64> =
        row.cells.iter().skip_while(|(_, v)| is_letter(v)).map_while(|(_, v)| number(v)).collect();
    let letters = row.cells.iter().take_while(|(_, v)| is_letter(v)).count();
    let whole = body.len() + letters == row.cells.len();
    whole && body.len() >= 3 && body[0] <= 2.0 && body.windows(2).all(|w| w[1] == w[0] + 1.0)
}

/// `（必填）`, `[文本]`, `必填`: what a column asks for, not an answer.
fn is_guidance(value: &Value) -> bool {
    let Value::Text(words) = value else { return false };
    let key = text::key(words);
    let bracketed = key.starts_with(['(', '[', '<']) && key.ends_with([')', ']', '>']);
    bracketed || matches!(key.as_str(), "必填" | "选填" | "文本" | "数字" | "日期" | "单选" | "多选" | "整数")
}

/// Notes, signatures of the office, units and titles between or under the rows.
fn is_note_row(sheet: &Sheet, row: &Row, spec: &FormSpec) -> bool {
    let Some((col, Value::Text(words))) = row.cells.first() else { return false };
    let label = text::label(words);
    let alone = row.cells.len() == 1;
    let wide = sheet.extent(Cell::new(row.at, *col)).col > *col + 1;
    let titled = alone && spec.names.iter().any(|n| n.chars().count() >= 4 && label.contains(n.as_str()));
    let office = [
        "填表人",
        "制表",
        "审核",
        "单位负责人",
        "填报单位",
        "报送单位",
        "填报人",
        "制表人",
        "填报日期:",
        "单位:",
        "计量单位:",
    ];
    let note = super::label::is_note(&label) || office.iter().any(|w| label.starts_with(w));
    (row.cells.len() <= 3 && note) || titled || (alone && wide)
}

/// A row that repeats one of the header's rows, as after a page break.
fn is_header_again(sheet: &Sheet, header: &Header<'_>, row: &Row) -> bool {
    (header.row..header.data_from).any(|above| {
        let same = row.cells.iter().filter(|(col, v)| {
            let above = sheet.get(Cell::new(above, *col));
            above.is_some_and(|a| text::label(&a.text()) == text::label(&v.text()))
        });
        same.count() * 2 > row.cells.len()
    })
}

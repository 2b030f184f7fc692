//! Columns among those of a question's options that bear none of its options: a tick there is told at its cell.
//!
//! Looked for only in tables with a column per option, between these columns or under the question's own heading, so
//! that an ordinary table costs no more than that look.

use super::named::question_before;
use super::table::{Column, Header};
use super::ticks;
use crate::cell::Cell;
use crate::spec::FormSpec;
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// A column of an option that the question does not have.
pub(super) struct Strange {
    pub col: u32,
    pub field: usize,
    /// Its heading.
    pub option: String,
}

/// Leaves what their headings would claim to nobody: under `质量提升需求类型` and in `质量提升需求类型：体系认证服务`,
/// the question itself is named. Where it is, it has words in its column, and not only ticks.
pub(super) fn set_aside(sheet: &Sheet, header: &mut Header<'_>) {
    let is_split = |field: usize| {
        let options = header.columns.iter().filter(|(_, c)| matches!(c, Column::Option(f, _) if *f == field));
        options.count() >= 2
    };
    let is_sign = |value: &Value| ticks::is_tick(&text::key(&value.text())).is_some();
    let rows = header.rows(sheet);
    let only_signs = |col: u32| rows.iter().filter_map(|row| sheet.get(Cell::new(row.at, col))).all(is_sign);
    let is_strange =
        |(col, c): &(u32, Column)| matches!(c, Column::Field(f) if is_split(*f)) && only_signs(*col);
    let strange: Vec<u32> = header.columns.iter().filter(|c| is_strange(c)).map(|(col, _)| *col).collect();
    header.columns.retain(|(col, _)| !strange.contains(col));
}

/// Such columns of a header.
pub(super) fn find(sheet: &Sheet, header: &Header<'_>, spec: &FormSpec) -> Vec<Strange> {
    let mut options: Vec<(u32, usize)> = Vec::new();
    for (col, column) in &header.columns {
        if let Column::Option(field, _) = column {
            options.push((*col, *field));
        }
    }
    if options.len() < 2 || header.source.is_some() {
        return Vec::new();
    }
    let last = header.data_from.saturating_sub(1);
    let heads = sheet.rows.iter().rev().find(|row| row.at == last);
    let cells = heads.map(|row| row.cells.as_slice()).unwrap_or_default();
    let strange = cells.iter().filter(|(col, _)| header.column(*col).is_none()).filter_map(|(col, value)| {
        let Value::Text(words) = value else { return None };
        let named = || question_before(words, spec).filter(|field| options.iter().any(|(_, f)| f == field));
        let field = among(sheet, header, &options, *col).or_else(named)?;
        Some(Strange { col: *col, field, option: text::words(words) })
    });
    strange.collect()
}

/// The question among whose options a column stands.
fn among(sheet: &Sheet, header: &Header<'_>, options: &[(u32, usize)], col: u32) -> Option<usize> {
    let at = options.partition_point(|(other, _)| *other < col);
    let (before, behind) = (at.checked_sub(1).map(|at| options[at]), options.get(at));
    let is_between = |field: usize| behind.is_some_and(|(_, other)| *other == field);
    let (near, field) = before?;
    let is_under = || {
        let mut rows = header.row..header.data_from;
        rows.any(|row| {
            (0..=near).rev().take(40).any(|left| sheet.extent(Cell::new(row, left)).col >= col && left < col)
        })
    };
    (is_between(field) || is_under()).then_some(field)
}

/// The cells of a row that tick such an option, with what is told of each.
pub(super) fn ticked(row: &Row, strange: &[Strange]) -> Vec<(usize, Cell, String)> {
    let is_on = |value: &Value| match value {
        Value::Bool(on) => *on,
        other => ticks::is_tick(&text::key(&other.text())) == Some(true),
    };
    let found = strange.iter().filter_map(|one| {
        let at = row.cells.binary_search_by_key(&one.col, |(col, _)| *col).ok()?;
        is_on(&row.cells[at].1).then(|| (one.field, Cell::new(row.at, one.col), one.option.clone()))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use crate::bind::testing::{book, judged, merged_book, said, specs};
    use crate::bind::{Bindings, bind};

    fn told(bound: &Bindings) -> Vec<String> {
        let one = |f: &crate::bind::Finding| format!("{} {} {}", f.code, f.cell.unwrap(), f.found);
        bound.findings.iter().map(one).collect()
    }

    #[test]
    fn an_unknown_option_is_told_where_it_is_ticked_and_spoils_no_other() {
        let top: &[&str] = &["企业名称", "所属行业", "从业人员数量", "质量提升需求类型", "", "", ""];
        let below: &[&str] = &["", "", "", "标准化服务", "计量服务", "体系认证服务", "检验检测服务"];
        let row: &[&str] = &["成都拟乙公司", "化工", "50", "√", "", "√", ""];
        let other: &[&str] = &["成都拟丙公司", "化工", "50", "", "√", "", ""];
        let mut merges = vec![((0, 3), (0, 6))];
        merges.extend([0, 1, 2].map(|col| ((0, col), (1, col))));
        let bound = bind(&merged_book(&[top, below, row, other], &merges), specs());
        let types: Vec<String> = bound.returns.iter().map(|b| said(&judged(b), "need_types")).collect();
        assert_eq!(types, ["标准化服务", "计量服务"], "{:?}", bound.findings);
        assert_eq!(told(&bound), ["option_unrecognised F3 体系认证服务"]);
    }

    #[test]
    fn other_columns_beside_options_are_none_of_them() {
        let head: &[&str] =
            &["企业名称", "所属行业", "从业人员数量", "标准化服务", "计量服务", "检验检测服务", "是否规上"];
        let row: &[&str] = &["成都拟乙公司", "化工", "50", "√", "", "", "√"];
        assert_eq!(told(&bind(&book(&[head, row]), specs())), [""; 0]);
        let named =
            ["质量提升需求类型：标准化服务", "质量提升需求类型：计量服务", "质量提升需求类型：体系认证"];
        let head = [&head[..3], &named].concat();
        let row = ["成都拟乙公司", "化工", "50", "√", "", "√"];
        let want = ["option_unrecognised F2 质量提升需求类型：体系认证"];
        assert_eq!(told(&bind(&book(&[&head, &row]), specs())), want);
    }
}

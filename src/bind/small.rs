//! Tables of so few labelled columns that their header alone tells no form: read where every column is one of the
//! form's, nothing that it requires is missing, and the rows below answer.
//!
//! Looked for only where neither a table nor a platform's export was found, and only at rows all of whose cells are
//! names of columns, so that an ordinary form costs no more than that look. A form with its answers below its labels
//! holds further labels, which no table does.

use super::candidate::{best_header, candidates_from};
use super::table::{Column, Header, missing};
use super::words::{Scan, words};
use super::{columns, unread};
use crate::spec::{Form, FormSpec, Specs};
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// Labels of the smallest, rows that are looked at, and cells of the widest header.
const LABELS: usize = 2;
const ROWS: usize = 30;
const WIDEST: usize = 8;
/// Longest name of a column, and of one of the office's own, in bytes.
const LONGEST_NAME: usize = 120;
const SHORT: usize = 30;
/// Rows of the longest form, as far as further labels are looked for.
const LONGEST: u32 = 400;

/// The header of such a table and its form.
pub(super) fn ledger(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs) -> Option<(Header<'static>, Form)> {
    let rows = sheet.rows.iter().enumerate().take(ROWS);
    rows.filter(|(_, row)| may_be_header(row, specs)).find_map(|(at, row)| {
        let title = scan.titles().iter().rev().find(|(cell, _)| cell.row <= row.at).map(|(_, form)| *form);
        let candidates = candidates_from(sheet, specs, (at, 1), LABELS);
        let header = |form: Form| {
            let spec = specs.of(form);
            let mut header = best_header(&candidates, spec, &specs.cover, LABELS)?;
            columns::complete(sheet, &mut header, spec);
            let asks = title.is_some() || asks_of_its_own(&header, spec, specs);
            let is_it = header.row == row.at && asks && is_whole(sheet, row, &header, spec);
            (is_it && is_table(sheet, scan, &header, spec, title.is_some())).then_some((header, form))
        };
        let is_meant = |form: &Form| title.is_none_or(|title| title == *form) && *form != Form::S;
        let mut found = Form::ALL.into_iter().filter(is_meant).filter_map(header);
        found.next().filter(|_| found.next().is_none())
    })
}

/// Whether all cells of a row are words, and names of columns but for one.
fn may_be_header(row: &Row, specs: &Specs) -> bool {
    if !(LABELS..=WIDEST).contains(&row.cells.len()) {
        return false;
    }
    let (mut named, mut others) = (0, 0);
    for (_, value) in &row.cells {
        let Value::Text(source) = value else { return false };
        let words = words(source, specs);
        if source.len() <= SHORT && unread::is_harmless(words.label()) {
            continue;
        }
        let is_name = source.len() <= LONGEST_NAME && words.name(specs).is_some();
        (named, others) = (named + usize::from(is_name), others + usize::from(!is_name));
        if others > 1 || source.len() > LONGEST_NAME {
            return false;
        }
    }
    named >= LABELS
}

/// A column of the office's own.
fn is_harmless(value: &Value) -> bool {
    matches!(value, Value::Text(words) if words.len() <= SHORT && unread::is_harmless(&text::label(words)))
}

/// Whether every column of a header is the form's, and all that it requires is asked: under its label, or under other
/// words whose answers only this question has, for the table to be refused.
fn is_whole(sheet: &Sheet, row: &Row, header: &Header<'_>, spec: &FormSpec) -> bool {
    let rows = header.rows(sheet);
    let free = row.cells.iter().filter(|(col, value)| header.column(*col).is_none() && !is_harmless(value));
    let answered =
        free.map(|(col, _)| unread::answers(rows, *col, header, spec).and_then(|(field, _)| field));
    let Some(answered) = answered.collect::<Option<Vec<_>>>() else { return false };
    let is_answered = |at: usize| answered.iter().any(|field| field.id == spec.fields[at].id);
    missing(header, spec).into_iter().all(is_answered) && spec.key.iter().all(|key| header.reads(*key))
}

/// Whether it asks what only its form does, or a question with options: names and a date make no return.
fn asks_of_its_own(header: &Header<'_>, spec: &FormSpec, specs: &Specs) -> bool {
    let is_own = |at: usize| {
        let field = &spec.fields[at];
        let mut others = specs.all().filter(|(_, other)| other.at != spec.at);
        field.kind.has_options()
            || !field.required && !others.any(|(_, other)| other.index(&field.id).is_some())
    };
    let asked = header.columns.iter().filter_map(|(_, column)| column.field());
    asked.chain(missing(header, spec)).any(is_own)
}

/// Whether the rows below are answers: under a title two or more, since one is a form with its answers below its
/// labels as well; and no further labels stand there.
fn is_table(sheet: &Sheet, scan: &Scan<'_>, header: &Header<'_>, spec: &FormSpec, titled: bool) -> bool {
    let says = |row: &Row, col: u32| {
        let at = row.cells.binary_search_by_key(&col, |(c, _)| *c).ok();
        at.is_some_and(|at| !text::is_blank_mark(&row.cells[at].1.text()))
    };
    let is_key = |column: &Column| matches!(column, Column::Field(f) if spec.key.contains(f));
    let (mut whole, mut others) = (0, 0);
    for row in header.rows(sheet) {
        let said = header.columns.iter().filter(|(col, _)| says(row, *col)).count();
        let named = header.columns.iter().filter(|(_, c)| is_key(c)).all(|(col, _)| says(row, *col));
        whole += usize::from(named && said >= LABELS && said > spec.key.len());
        others += usize::from(said == 1);
    }
    let mut labelled: Vec<usize> = Vec::new();
    for (_, words) in scan.between(header.data_from, header.data_from.saturating_add(LONGEST)) {
        labelled.extend(words.hits(spec).iter().flat_map(|hit| &hit.fields));
    }
    labelled.sort_unstable();
    labelled.dedup();
    match whole {
        0 => false,
        1 => !titled && others == 0 && labelled.is_empty(),
        _ => others < whole && labelled.len() < 3,
    }
}

#[cfg(test)]
mod tests {
    use crate::bind::testing::{book, judged, said, specs};
    use crate::bind::{Bindings, bind};

    fn read(rows: &[&[&str]]) -> Bindings {
        bind(&book(rows), specs())
    }

    fn said_by(bound: &Bindings, id: &str) -> Vec<String> {
        assert!(bound.refused.is_empty(), "{:?}", bound.findings);
        bound.returns.iter().map(|b| format!("{} {}", b.form.letter(), said(&judged(b), id))).collect()
    }

    /// Title, header, two rows and the letter of the form.
    type Titled = (&'static str, &'static [&'static str], [&'static [&'static str]; 2], &'static str);

    #[test]
    fn every_row_under_a_title_is_read() {
        let tables: [Titled; 5] = [
            (
                "中小企业质量提升服务需求调查记录表",
                &["企业名称", "质量提升需求类型", "日期"],
                [
                    &["成都拟乙公司", "计量服务", "2025年1月25日"],
                    &["成都拟丙公司", "标准化服务", "2025年2月3日"],
                ],
                "B",
            ),
            (
                "中小企业质量提升服务需求调查记录表",
                &["企业名称", "质量提升需求类型"],
                [&["成都拟乙公司", "计量服务"], &["成都拟丙公司", "标准化服务"]],
                "B",
            ),
            (
                "中小企业质量提升服务实施记录表",
                &["项目名称", "企业名称", "需求类型"],
                [&["拟甲项目", "成都拟乙公司", "计量服务"], &["拟丁项目", "成都拟丙公司", "标准化服务"]],
                "C",
            ),
            (
                "中小企业质量提升情况反馈表",
                &["企业名称", "企业质量提升情况", "下阶段质量提升需求"],
                [&["成都拟乙公司", "好", "无"], &["成都拟丙公司", "很好", "无"]],
                "E",
            ),
            (
                "中小企业质量提升服务满意度调查表",
                &["项目名称", "企业名称", "质量服务机构名称"],
                [
                    &["拟甲项目", "成都拟乙公司", "成都拟戊机构"],
                    &["拟丁项目", "成都拟丙公司", "成都拟戊机构"],
                ],
                "F",
            ),
        ];
        for (title, head, [a, b], form) in tables {
            let bound = read(&[&[title], head, a, b]);
            let want = ["成都拟乙公司", "成都拟丙公司"].map(|name| format!("{form} {name}"));
            assert_eq!(said_by(&bound, "enterprise"), want, "{title} {:?}", bound.findings);
        }
    }

    #[test]
    fn a_small_ledger_without_a_title_is_read_by_the_labels_of_its_form() {
        let row: &[&str] = &["成都拟乙公司", "化工", "计量服务"];
        let bound = read(&[&["企业名称", "所属行业", "质量提升需求类型"], row]);
        assert_eq!(said_by(&bound, "need_types"), ["B 计量服务"]);
        let row: &[&str] = &["1", "成都拟乙公司", "好", "无"];
        let bound = read(&[&["序号", "企业名称", "企业质量提升情况", "下阶段质量提升需求"], row]);
        assert_eq!(said_by(&bound, "improvement"), ["E 好"]);
        let head: &[&str] = &["区(市)县", "企业名称", "需求类型", "需求具体描述", "日期"];
        let row: &[&str] = &["新都区", "成都拟乙公司", "计量服务", "描述", "2025年2月3日"];
        assert_eq!(said_by(&read(&[head, row]), "need_types"), ["B 计量服务"]);
        for list in [
            ["企业名称", "联系人", "日期"],
            ["企业名称", "所属行业", "法定代表人"],
            ["项目名称", "企业名称", "质量服务机构名称"],
        ] {
            let row: &[&str] = &["成都拟乙公司", "张拟三", "成都拟丙公司"];
            let bound = read(&[&list, row, row]);
            assert_eq!((bound.returns.len(), bound.refused.len()), (0, 0), "{list:?}");
        }
    }

    #[test]
    fn a_small_ledger_that_asks_under_other_words_is_refused_at_its_header() {
        let row: &[&str] = &["成都拟乙公司", "化工", "50", "计量服务"];
        let bound = read(&[&["企业名称", "所属行业", "从业人员数量", "需求类别"], row, row]);
        let told: Vec<String> =
            bound.findings.iter().map(|f| format!("{} {} {}", f.code, f.cell.unwrap(), f.about)).collect();
        assert_eq!((bound.refused.len(), told), (2, vec!["table_required A1 质量提升需求类型".into()]));
    }

    #[test]
    fn a_form_with_its_answers_below_its_labels_stays_a_form() {
        let rows: [&[&str]; 7] = [
            &["中小企业质量提升情况反馈表"],
            &["企业名称", "日期"],
            &["成都拟乙公司", "2025年2月3日"],
            &["一、企业质量提升情况"],
            &["好"],
            &["二、下阶段质量提升需求"],
            &["无"],
        ];
        let bound = read(&rows);
        assert_eq!((bound.returns.len(), bound.returns[0].tabular), (1, false));
        assert_eq!(said_by(&bound, "improvement"), ["E 好"]);
    }
}

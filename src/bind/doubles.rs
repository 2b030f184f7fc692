//! Several columns for one question: the exact label before another name of it, and parts in their order.
//!
//! An optional answer in doubt is left out and told; what is required, and the same words twice, stay in doubt, for the
//! table to be refused (metrics.md 1). Only tables of people: an export that asks twice is a mistake of the survey.

use std::sync::Arc;

use super::Finding;
use super::columns::{Edge, edge, is_exact, words};
use super::table::{Column, Header, are_parts};
use super::wide::doubtful;
use crate::cell::Cell;
use crate::parse::marks;
use crate::problem::Code;
use crate::spec::{Field, Form, FormSpec, Kind};
use crate::text;
use crate::workbook::Sheet;

/// Rows that are looked at for what a column answers.
const LOOKED_AT: usize = 200;

/// Settles which column of several answers a question.
pub(super) fn settle(
    sheet: &Sheet,
    header: &mut Header<'_>,
    (form, spec): (Form, &FormSpec),
) -> Vec<Finding> {
    let mut told = Vec::new();
    for (index, field) in spec.fields.iter().enumerate() {
        let same: Vec<u32> = header.columns_of(index).collect();
        if same.len() < 2 || are_parts(sheet, header, &same, field) {
            continue;
        }
        match chosen(sheet, header, &same, field) {
            Chosen::Alike(col) => drop_others(header, index, Some(col)),
            Chosen::Exact(col) => {
                drop_others(header, index, Some(col));
                let others = same.iter().filter(|other| **other != col);
                told.extend(others.map(|other| passed_over(sheet, header, *other, (form, field))));
            }
            Chosen::None => {
                drop_others(header, index, None);
                told.push(doubtful(
                    sheet,
                    Cell::new(header.row, same[0]),
                    Column::Field(index),
                    (form, spec),
                ));
            }
            Chosen::Refused => {}
        }
    }
    told
}

/// Start and end of a period in that order, wherever they stand.
pub(super) fn order(sheet: &Sheet, header: &mut Header<'_>, spec: &FormSpec) {
    for index in (0..spec.fields.len()).filter(|at| spec.fields[*at].kind == Kind::Range) {
        let at: Vec<usize> =
            (0..header.columns.len()).filter(|at| header.columns[*at].1 == Column::Field(index)).collect();
        let [first, last] = at[..] else { continue };
        let end = |at: usize| edge(&words(sheet, header, header.columns[at].0));
        if end(first) == Some(Edge::End) && end(last) == Some(Edge::Start) {
            header.columns.swap(first, last);
        }
    }
}

fn drop_others(header: &mut Header<'_>, field: usize, kept: Option<u32>) {
    header.columns.retain(|(col, column)| *column != Column::Field(field) || Some(*col) == kept);
}

/// A column under another name than the one that is read.
fn passed_over(sheet: &Sheet, header: &Header<'_>, col: u32, (form, field): (Form, &Field)) -> Finding {
    let at = Cell::new(header.row, col);
    Finding {
        sheet: Arc::clone(&sheet.name),
        cell: Some(at),
        found: "另有一列的表头是规定的栏目名称，按那一列读取".into(),
        form: Some(form),
        field: field.id.to_string(),
        ..Finding::new(Code::ColumnUnread, words(sheet, header, col))
    }
}

/// Which of several columns answers.
enum Chosen {
    /// This one: the others say the same, or nothing about the question.
    Alike(u32),
    /// This one, which bears the label itself; the others say something else.
    Exact(u32),
    None,
    Refused,
}

fn chosen(sheet: &Sheet, header: &Header<'_>, same: &[u32], field: &Field) -> Chosen {
    let heads: Vec<String> = same.iter().map(|col| words(sheet, header, *col)).collect();
    if (1..heads.len()).any(|at| heads[..at].contains(&heads[at])) {
        return Chosen::Refused;
    }
    let mut exact = same.iter().filter(|col| is_exact(sheet, header, **col, field));
    let exact = exact.next().filter(|_| exact.next().is_none());
    let says_one = |col: &&u32| answers_with_options(sheet, header, **col, field);
    if agree(sheet, header, same) {
        return Chosen::Alike(exact.copied().unwrap_or(same[0]));
    }
    if field.kind.has_options() {
        // 企业类型 beside 企业规模 says something else.
        let answering: Vec<&u32> = same.iter().filter(says_one).collect();
        return match answering[..] {
            [only] => Chosen::Alike(*only),
            _ => Chosen::Refused,
        };
    }
    match exact {
        _ if field.required => Chosen::Refused,
        // 服务人员 beside 服务人员签字 are usual, and names only.
        Some(col) if matches!(field.kind, Kind::Person | Kind::Signature) => Chosen::Alike(*col),
        Some(col) => Chosen::Exact(*col),
        None => Chosen::None,
    }
}

/// Whether the columns say the same in every row.
fn agree(sheet: &Sheet, header: &Header<'_>, same: &[u32]) -> bool {
    header.rows(sheet).iter().all(|row| {
        let says = |col: &u32| text::key(&sheet.text(Cell::new(row.at, *col)));
        let first = says(&same[0]);
        same[1..].iter().all(|col| says(col) == first)
    })
}

/// Whether a column answers with an option of the question.
fn answers_with_options(sheet: &Sheet, header: &Header<'_>, col: u32, field: &Field) -> bool {
    header.rows(sheet).iter().take(LOOKED_AT).any(|row| {
        let said = sheet.text(Cell::new(row.at, col));
        marks::ticks(&said, &field.choices).is_ok_and(|ticks| !ticks.ticked.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use crate::bind::testing::{book, judged, said, specs};
    use crate::bind::{Bindings, bind};

    fn read(more: &[&str], answers: &[&str]) -> Bindings {
        let head = [&["企业名称", "从业人员数量", "质量提升需求类型", "法定代表人"][..], more].concat();
        let row = [&["成都拟乙公司", "50", "计量服务", "王拟强"][..], answers].concat();
        bind(&book(&[&head, &row]), specs())
    }

    fn value(bound: &Bindings, id: &str) -> String {
        assert_eq!(bound.returns.len(), 1, "{:?}", bound.findings);
        said(&judged(&bound.returns[0]), id)
    }

    #[test]
    fn the_exact_label_goes_before_another_name() {
        let bound = read(&["企业类型", "企业规模"], &["有限责任公司", "小型"]);
        assert_eq!((value(&bound, "size"), bound.findings.len()), ("小型".into(), 0));
        let twice = read(&["企业类型", "企业规模"], &["中型", "小型"]);
        assert_eq!((twice.returns.len(), &*twice.findings[0].code), (0, "table_columns"));
    }

    #[test]
    fn an_optional_answer_in_doubt_is_left_out_and_told() {
        let bound = read(&["注册地址", "经营地址"], &["成都市新都区甲路1号", "成都市新都区乙路2号"]);
        assert_eq!((value(&bound, "address"), &*bound.findings[0].code), (String::new(), "column_doubtful"));
        let exact = read(&["地址/营业场所", "注册地址"], &["成都市新都区甲路1号", "成都市新都区乙路2号"]);
        let told =
            exact.findings.iter().map(|f| format!("{} {}", f.code, f.cell.unwrap())).collect::<Vec<_>>();
        assert_eq!(
            (value(&exact, "address"), told),
            ("成都市新都区甲路1号".into(), vec!["column_unread F1".into()])
        );
        let same = read(&["注册地址", "经营地址"], &["成都市新都区甲路1号", "成都市新都区甲路1号"]);
        assert_eq!((value(&same, "address"), same.findings.len()), ("成都市新都区甲路1号".into(), 0));
    }

    #[test]
    fn three_parts_of_a_contact_are_one() {
        let bound = read(&["联系人", "联系电话", "手机号码"], &["张拟", "028-85551234", "13800000001"]);
        assert_eq!(value(&bound, "contact"), "张拟 028-85551234 13800000001");
    }

    #[test]
    fn an_end_before_its_start_is_a_period() {
        for [from, to, period] in [
            ["2025-01-05", "2025-02-03", "2025-01-05~2025-02-03"],
            // No start is no period of one day.
            ["", "2025-02-03", ""],
            ["2025-01-05", "", "2025-01-05~2025-01-05"],
        ] {
            for heads in [["结束日期", "开始日期"], ["服务结束时间", "服务开始时间"]] {
                let head = ["项目名称", "企业名称", heads[0], heads[1], "需求类型", "企业签字"];
                let row = ["拟反", "成都拟乙公司", to, from, "计量服务", "张拟"];
                let bound = bind(&book(&[&head, &row]), specs());
                assert_eq!(value(&bound, "service_time"), period, "{heads:?}");
            }
        }
    }
}

//! Ledgers that hold the columns of several forms in each row: one return of each.
//!
//! A further form counts only where all that it requires has a column, and where columns of its own stand in the
//! header: a few words about the enterprise beside its services are no needs survey. What a form that does not count
//! would have had is told once.

use std::sync::Arc;

use super::Finding;
use super::columns::{complete, is_exact};
use super::table::{Column, Header, missing};
use crate::cell::Cell;
use crate::problem::Code;
use crate::spec::{Form, FormSpec, Kind, Specs};
use crate::text;
use crate::workbook::Sheet;

/// Fields of its own that make a further form, where none of them is required.
const LEAST: usize = 3;
/// The same of a form with questions to choose from: industry, size and number of employees stand beside services for
/// reference, and are no survey of needs.
const LEAST_OF_A_SURVEY: usize = 5;

/// The further forms of a header whose first form is `main`, each with its columns.
pub(super) fn others(
    sheet: &Sheet,
    found: Vec<(Header<'static>, Form)>,
    (main, form): (&mut Header<'_>, Form),
    specs: &Specs,
    told: &mut Vec<Finding>,
) -> Vec<(Header<'static>, Form)> {
    let mut out = Vec::new();
    let mut unread: Option<(Form, Vec<u32>)> = None;
    let row = main.row;
    let beside = found.into_iter().filter(|(header, f)| *f != form && *f != Form::S && header.row == row);
    // What the richer form reads is no longer the other's own.
    let mut beside: Vec<_> = beside.collect();
    beside.sort_by_key(|(header, _)| std::cmp::Reverse(header.fields()));
    for (mut header, other) in beside {
        let spec = specs.of(other);
        complete(sheet, &mut header, spec);
        let own = own_columns(&header, main, &out);
        if own.is_empty() || header.data_from != main.data_from {
            continue;
        }
        if missing(&header, spec).is_empty() && is_form(&header, &own, spec) {
            keep_exact(sheet, (main, specs.of(form)), (&mut header, spec));
            out.push((header, other));
        } else if unread.as_ref().is_none_or(|(_, columns)| columns.len() < own.len()) {
            unread = Some((other, own));
        }
    }
    let is_read = |col: &u32| out.iter().any(|(header, _)| header.column(*col).is_some());
    let unread =
        unread.map(|(other, own)| (other, own.into_iter().filter(|col| !is_read(col)).collect::<Vec<_>>()));
    told.extend(
        unread
            .filter(|(_, own)| !own.is_empty())
            .map(|(other, own)| finding(sheet, main, (form, other), &own)),
    );
    out
}

/// Columns that only the further form reads.
fn own_columns(header: &Header<'_>, main: &Header<'_>, others: &[(Header<'_>, Form)]) -> Vec<u32> {
    let is_read =
        |col: u32| main.column(col).is_some() || others.iter().any(|(other, _)| other.column(col).is_some());
    header.columns.iter().map(|(col, _)| *col).filter(|col| !is_read(*col)).collect()
}

/// Whether columns of its own make it a return: an answer that it requires, or several, one of them to a question with
/// options where it asks any. A project's name beside needs is no services, and no ratings are no satisfaction.
fn is_form(header: &Header<'_>, own: &[u32], spec: &FormSpec) -> bool {
    let field = |col: &u32| header.column(*col)?.field();
    let mut fields: Vec<usize> = own.iter().filter_map(field).filter(|at| !spec.key.contains(at)).collect();
    fields.sort_unstable();
    fields.dedup();
    let may_ask = spec.fields.iter().any(|field| field.kind == Kind::One);
    let enough = match may_ask {
        true => {
            fields.len() >= LEAST_OF_A_SURVEY && fields.iter().any(|at| spec.fields[*at].kind.has_options())
        }
        false => fields.len() >= LEAST,
    };
    enough || fields.iter().any(|at| spec.fields[*at].required)
}

/// A column that one form names exactly is none of the other that only has its words for another question: 服务人员
/// who are rated have not signed.
fn keep_exact(
    sheet: &Sheet,
    (main, main_spec): (&mut Header<'_>, &FormSpec),
    (other, spec): (&mut Header<'_>, &FormSpec),
) {
    let field = |header: &Header<'_>, col: u32| match header.column(col)? {
        Column::Field(field) => Some(field),
        _ => None,
    };
    let columns: Vec<u32> = other.columns.iter().map(|(col, _)| *col).collect();
    for col in columns {
        let (Some(a), Some(b)) = (field(main, col), field(other, col)) else { continue };
        let (a, b) = (&main_spec.fields[a], &spec.fields[b]);
        if a.id == b.id || a.required || b.required {
            continue;
        }
        match (is_exact(sheet, main, col, a), is_exact(sheet, other, col, b)) {
            (true, false) => other.columns.retain(|(c, _)| *c != col),
            (false, true) => main.columns.retain(|(c, _)| *c != col),
            _ => {}
        }
    }
}

fn finding(sheet: &Sheet, main: &Header<'_>, (form, other): (Form, Form), own: &[u32]) -> Finding {
    let words = |col: &u32| {
        let rows = (main.row..main.data_from).rev().map(|row| sheet.text(Cell::new(row, *col)));
        text::words(&rows.into_iter().find(|words| !words.is_empty()).unwrap_or_default())
    };
    let names: Vec<String> = own.iter().map(words).collect();
    Finding {
        sheet: Arc::clone(&sheet.name),
        cell: own.first().map(|col| Cell::new(main.row, *col)),
        found: format!("是表{other}的栏目，本表按表{form}读取"),
        form: Some(form),
        ..Finding::new(Code::ColumnOtherForm, names.join("、"))
    }
}

#[cfg(test)]
mod tests {
    use crate::bind::testing::{book, judged, said, specs};
    use crate::bind::{Bindings, bind};

    fn forms(bound: &Bindings) -> String {
        bound.returns.iter().map(|b| b.form.letter()).collect()
    }

    #[test]
    fn services_and_ratings_in_one_row_are_two_returns() {
        let head: &[&str] = &[
            "项目名称",
            "企业名称",
            "质量服务机构名称",
            "服务时间",
            "需求类型",
            "服务人员",
            "对服务人员的服务态度",
            "对服务人员的专业能力",
        ];
        let row: &[&str] = &[
            "拟合项目",
            "成都拟乙公司",
            "成都拟丙机构",
            "2025.1.5-2025.2.3",
            "计量服务",
            "李拟",
            "满意",
            "基本满意",
        ];
        let bound = bind(&book(&[head, row]), specs());
        assert_eq!((forms(&bound), bound.findings.len()), ("FC".into(), 0), "{:?}", bound.findings);
        let (f, c) = (judged(&bound.returns[0]), judged(&bound.returns[1]));
        assert_eq!((said(&f, "staff_skill"), said(&f, "staff")), ("基本满意".into(), "李拟".into()));
        assert_eq!((said(&c, "need_types"), said(&c, "staff_signature")), ("计量服务".into(), String::new()));
    }

    #[test]
    fn needs_and_services_in_one_row_are_two_returns() {
        let head: &[&str] = &[
            "企业名称",
            "所属行业",
            "从业人员数量",
            "企业规模",
            "生产/服务执行的标准水平",
            "参与制定国家标准",
            "质量提升需求类型",
            "项目名称",
            "服务时间",
            "服务人员签字",
            "企业签字",
        ];
        let row: &[&str] = &[
            "成都拟乙公司",
            "化工",
            "50",
            "小型",
            "行业平均水平",
            "2",
            "计量服务",
            "拟合项目",
            "2025.1.5-2025.2.3",
            "李拟",
            "张拟",
        ];
        assert_eq!(forms(&bind(&book(&[head, row]), specs())), "BC");
    }

    #[test]
    fn a_project_beside_needs_and_words_beside_services_are_no_further_returns() {
        let head: &[&str] = &["企业名称", "所属行业", "企业规模", "联系人", "质量提升需求类型", "项目名称"];
        let row: &[&str] = &["成都拟乙公司", "化工", "小型", "张拟", "计量服务", "拟合项目"];
        assert_eq!(forms(&bind(&book(&[head, row]), specs())), "B");
        let head: &[&str] = &[
            "企业名称",
            "项目名称",
            "联系人",
            "服务时间",
            "质量提升需求类型",
            "需求描述",
            "实施过程",
            "企业签字",
            "服务内容",
            "服务成效",
            "服务人员姓名",
        ];
        let row: &[&str] = &[
            "成都拟乙公司",
            "拟合项目",
            "张拟",
            "2025.1.5",
            "计量服务",
            "描述",
            "过程",
            "张拟",
            "内容",
            "成效",
            "李拟",
        ];
        assert_eq!(forms(&bind(&book(&[head, row]), specs())), "C");
    }

    #[test]
    fn what_is_known_of_an_enterprise_beside_its_services_is_no_survey() {
        let services =
            ["企业名称", "项目名称", "服务时间", "质量提升需求类型", "实施过程", "服务人员签字", "企业签字"];
        let known = ["所属行业", "从业人员数量", "企业规模"];
        let head: Vec<&str> = services.into_iter().chain(known).collect();
        let row: &[&str] = &[
            "成都拟乙公司",
            "拟合项目",
            "2025.1.5",
            "计量服务",
            "过程",
            "李拟",
            "张拟",
            "化工",
            "50",
            "小型",
        ];
        assert_eq!(forms(&bind(&book(&[&head, row]), specs())), "C");
    }

    #[test]
    fn words_about_the_enterprise_beside_its_services_are_told_once() {
        let head: &[&str] =
            &["企业名称", "项目名称", "服务时间", "质量提升需求类型", "所属行业", "企业规模", "备注"];
        let row: &[&str] = &["成都拟乙公司", "拟合项目", "2025.1.5", "计量服务", "化工", "小型", ""];
        let bound = bind(&book(&[head, row]), specs());
        let told: Vec<String> =
            bound.findings.iter().map(|f| format!("{} {} {}", f.code, f.cell.unwrap(), f.about)).collect();
        assert_eq!(
            (forms(&bound), told),
            ("C".into(), vec!["column_other_form E1 所属行业、企业规模".into()])
        );
    }
}

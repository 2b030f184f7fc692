//! Tables and forms under each other in one sheet: cut into stretches of rows that are read one by one.
//!
//! A stretch begins at the title of a form or at a header row that is whole by itself (all that its form requires), so
//! that a row of labels inside a form cuts nothing. Nearly no sheet has two: a look at the first words of each row
//! tells that.

use super::candidate::candidates_from;
use super::region::{self, LONGEST};
use super::table::{Column, FORM_LEAST, Header, ROSTER_LEAST, missing, of_form, of_roster};
use super::words::Scan;
use super::{columns, platform};
use crate::cell::Cell;
use crate::spec::{Form, Specs};
use crate::workbook::{Row, Sheet, Value};

/// Labels among the first words of a row that may be a header, and how many of these are looked at.
const NAMES: usize = 3;
const LOOKED_AT: usize = 6;

/// A header row in a sheet; that of a roster is of no form.
struct Found {
    header: Header<'static>,
    form: Option<Form>,
    /// Whether it repeats the header before it, as after a page break.
    again: bool,
}

/// The sheet cut where another table or form begins; `None` where it holds only one. Cells keep their places.
pub(super) fn parts(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs) -> Option<Vec<Sheet>> {
    let may_be: Vec<usize> =
        (0..sheet.rows.len()).filter(|at| may_be_header(&sheet.rows[*at], specs)).collect();
    let titles = if sheet.rows.len() <= LONGEST { scan.titles() } else { &[] };
    if may_be.is_empty() || may_be.len() + titles.len() < 2 || platform::find(sheet, specs).is_some() {
        return None;
    }
    let found = headers(sheet, specs, &may_be);
    let starts = starts(sheet, scan, specs, &found, titles);
    if starts.len() < 2 {
        return None;
    }
    let mut out = Vec::with_capacity(starts.len());
    for (at, start) in starts.iter().enumerate() {
        let from = if at == 0 { 0 } else { *start };
        let to = starts.get(at + 1).copied().unwrap_or(u32::MAX);
        out.push(rows(sheet, from, to));
    }
    Some(out)
}

/// Whether labels are among the first words of a row: nearly no answers hold any.
fn may_be_header(row: &Row, specs: &Specs) -> bool {
    if row.cells.len() < ROSTER_LEAST {
        return false;
    }
    let words =
        row.cells.iter().filter_map(|(_, v)| if let Value::Text(t) = v { Some(t.as_str()) } else { None });
    let names = words.take(LOOKED_AT).filter(|words| words.len() <= 120 && specs.holds_a_name(words));
    names.take(NAMES).count() == NAMES
}

/// The header rows among some rows: whole by themselves, or beside one that is, naming an enterprise.
fn headers(sheet: &Sheet, specs: &Specs, may_be: &[usize]) -> Vec<Found> {
    let mut out: Vec<Found> = Vec::new();
    let mut below = 0;
    for at in may_be {
        if sheet.rows[*at].at < below {
            continue;
        }
        let Some((header, form, whole)) = header_at(sheet, specs, *at) else { continue };
        let before = out.iter().rev().find(|found| !found.again);
        let again = before.is_some_and(|found| found.form == form && repeats(&header, &found.header));
        let other = before.is_none_or(|found| found.form != form || whole);
        if again || other {
            below = header.data_from;
            out.push(Found { header, form, again });
        }
    }
    let has_whole = out.iter().any(|found| found.is_whole(specs));
    out.retain(|_| has_whole);
    out
}

impl Found {
    fn is_whole(&self, specs: &Specs) -> bool {
        self.form.is_none_or(|form| missing(&self.header, specs.of(form)).is_empty())
    }
}

/// The header that a row is, of which form, and whether it lacks nothing.
fn header_at(sheet: &Sheet, specs: &Specs, at: usize) -> Option<(Header<'static>, Option<Form>, bool)> {
    let candidates = candidates_from(sheet, specs, (at, 1), ROSTER_LEAST);
    if let Some(header) = of_roster(&candidates, specs) {
        return Some((header, None, true));
    }
    let (mut header, form) = of_form(&candidates, specs)?;
    let spec = specs.of(form);
    columns::complete(sheet, &mut header, spec);
    let whole = missing(&header, spec).is_empty();
    let named = spec.key.iter().any(|key| header.columns.iter().any(|(_, c)| *c == Column::Field(*key)));
    (whole || named && header.fields() > FORM_LEAST).then_some((header, Some(form), whole))
}

/// Whether a header says nothing that the one before it does not say in the same columns.
fn repeats(header: &Header<'_>, before: &Header<'_>) -> bool {
    header.columns.iter().all(|column| before.columns.contains(column))
}

/// The first rows of the tables and forms of a sheet, ascending.
fn starts(
    sheet: &Sheet,
    scan: &Scan<'_>,
    specs: &Specs,
    found: &[Found],
    titles: &[(Cell, Form)],
) -> Vec<u32> {
    let mut out: Vec<u32> = Vec::new();
    if found.is_empty() {
        return out;
    }
    let mut titled: Vec<u32> = Vec::new();
    for (cell, form) in titles {
        let next = found.iter().find(|found| found.header.data_from > cell.row);
        let end = next.map_or(u32::MAX, |found| found.header.row.saturating_sub(1));
        let inside = next.is_some_and(|found| found.header.row <= cell.row);
        if !inside && end >= cell.row && region::has_labels(scan, specs.of(*form), (cell.row, end), 3) {
            out.push(cell.row);
        } else if !inside {
            titled.push(cell.row);
        }
    }
    for found in found.iter().filter(|found| !found.again) {
        out.push(caption(sheet, found.header.row, &titled));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// The first row of what stands over a header: its title, or a line alone below a gap.
fn caption(sheet: &Sheet, header: u32, titled: &[u32]) -> u32 {
    let near = |row: &&u32| **row < header && header - **row <= 4;
    if let Some(title) = titled.iter().filter(near).min() {
        return *title;
    }
    let mut first = header;
    let above = sheet.rows.partition_point(|row| row.at < header);
    for row in sheet.rows[..above].iter().rev().take(3) {
        if row.at + 1 != first || row.cells.len() != 1 {
            break;
        }
        first = row.at;
    }
    let is_behind_gap =
        sheet.rows[..above].iter().rev().find(|row| row.at < first).is_none_or(|row| row.at + 1 < first);
    if is_behind_gap { first } else { header }
}

/// The rows of a sheet from one up to another.
pub(super) fn rows(sheet: &Sheet, from: u32, to: u32) -> Sheet {
    let inside = |row: u32| (from..to).contains(&row);
    let rows = sheet.rows.iter().filter(|row| inside(row.at)).cloned().collect();
    let merges = sheet
        .merges
        .iter()
        .filter(|(key, _)| inside((**key >> 32) as u32))
        .map(|(k, end)| (*k, *end))
        .collect();
    Sheet { name: sheet.name.clone(), hidden: sheet.hidden, rows, merges, ..Sheet::default() }
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{book, judged, said, specs};

    const C: [&[&str]; 3] = [
        &["序号", "质量提升服务项目名称", "服务时间", "企业名称", "质量提升需求类型", "质量提升需求具体描述"],
        &["1", "拟甲项目", "2025年3月", "成都拟乙公司", "计量服务", "描述"],
        &["2", "拟丁项目", "2025年2月", "成都拟戊公司", "标准化服务", "描述"],
    ];
    const F: [&[&str]; 3] = [
        &[
            "序号",
            "质量提升服务项目名称",
            "企业名称",
            "质量服务机构名称",
            "对服务人员的服务态度",
            "对服务人员的专业能力",
        ],
        &["1", "拟甲项目", "成都拟乙公司", "成都拟丙机构", "满意", "不满意"],
        &["2", "拟丁项目", "成都拟戊公司", "成都拟丙机构", "基本满意", "满意"],
    ];
    const OTHER: [&[&str]; 2] = [
        &[
            "企业名称",
            "质量提升服务项目名称",
            "质量服务机构名称",
            "对服务人员的专业能力",
            "对服务人员的服务态度",
        ],
        &["成都拟己公司", "拟庚项目", "成都拟丙机构", "满意", "基本满意"],
    ];
    const B: [&[&str]; 5] = [
        &["中小企业质量提升服务需求调查记录表"],
        &["企业名称", "成都拟辛公司", "法定代表人", "王拟强"],
        &["所属行业", "食品制造业", "从业人员数量", "50"],
        &["质量提升需求类型", "☑计量服务 □标准化服务"],
        &["质量提升需求具体描述", "描述"],
    ];
    const GAP: [&[&str]; 1] = [&[]];

    /// Form, enterprise and a rating or a need of every return, with the row it starts in.
    fn read(rows: &[&[&str]]) -> Vec<String> {
        let bound = bind(&book(rows), specs());
        assert!(bound.findings.is_empty() && bound.refused.is_empty(), "{:?}", bound.findings);
        let one = |b: &crate::bind::Bound| {
            let (ret, asked) =
                (judged(b), if b.form.letter() == "F" { "staff_attitude" } else { "need_types" });
            format!("{}{} {} {}", b.form, b.anchor.row + 1, said(&ret, "enterprise"), said(&ret, asked))
        };
        bound.returns.iter().map(one).collect()
    }

    #[test]
    fn two_tables_of_different_forms_are_both_read() {
        let want_c = |row: usize| {
            [format!("C{row} 成都拟乙公司 计量服务"), format!("C{} 成都拟戊公司 标准化服务", row + 1)]
        };
        let want_f =
            |row: usize| [format!("F{row} 成都拟乙公司 满意"), format!("F{} 成都拟戊公司 基本满意", row + 1)];
        for gap in [&GAP[..], &[&["服务满意度调查表"]], &[&[], &["二、情况"]], &[]] {
            let below = 4 + gap.len() + 1;
            assert_eq!(read(&[&C, gap, &F].concat()), [want_c(2), want_f(below)].concat(), "{gap:?}");
            assert_eq!(read(&[&F, gap, &C].concat()), [want_f(2), want_c(below)].concat(), "{gap:?}");
        }
    }

    #[test]
    fn the_same_form_again_in_another_order_and_a_page_break_are_told_apart() {
        let want = ["F2 成都拟乙公司 满意", "F3 成都拟戊公司 基本满意", "F6 成都拟己公司 基本满意"];
        assert_eq!(read(&[&F[..], &GAP, &OTHER].concat()), want);
        let again =
            [&F[..], &[F[0], &["3", "拟壬项目", "成都拟癸公司", "成都拟丙机构", "满意", "满意"]]].concat();
        assert_eq!(read(&again)[2], "F5 成都拟癸公司 满意");
    }

    #[test]
    fn a_form_over_or_under_a_table_is_read_beside_it() {
        let form = "成都拟辛公司 计量服务";
        let title: [&[&str]; 1] = [&["服务满意度调查表汇总"]];
        let over = read(&[&B[..], &title, &F].concat());
        assert_eq!(
            over,
            [format!("B1 {form}"), "F8 成都拟乙公司 满意".into(), "F9 成都拟戊公司 基本满意".into()]
        );
        let under = read(&[&F[..], &GAP, &B].concat());
        assert_eq!(
            under,
            ["F2 成都拟乙公司 满意".into(), "F3 成都拟戊公司 基本满意".into(), format!("B5 {form}")]
        );
    }

    #[test]
    fn a_second_table_that_lacks_a_column_is_refused_and_told() {
        let lacks: [&[&str]; 2] = [
            &[
                "质量提升服务项目名称",
                "服务时间",
                "企业名称",
                "质量提升服务实施过程及意见建议",
                "质量提升需求具体描述",
            ],
            &["拟甲项目", "2025年3月", "成都拟乙公司", "过程", "描述"],
        ];
        let bound = bind(&book(&[&F[..], &GAP, &lacks].concat()), specs());
        assert_eq!((bound.returns.len(), bound.refused.len()), (2, 1));
        assert_eq!(bound.findings[0].about, "质量提升需求类型");
    }
}

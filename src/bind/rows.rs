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
            && !is_header_again(sheet, header, spec, row)
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
    (row.cells.len() <= 3 && note) || titled || (alone && wide) || ends_table(row, &label)
}

/// Who filled it in, checked it and can be called, each word with its name; or that nothing follows.
fn ends_table(row: &Row, first: &str) -> bool {
    const OFFICE: [&str; 20] = [
        "填表人",
        "填报人",
        "制表人",
        "制表",
        "审核人",
        "审核",
        "复核人",
        "校对",
        "经办人",
        "负责人",
        "单位负责人",
        "部门负责人",
        "分管领导",
        "主管",
        "报送单位",
        "填报单位",
        "填报日期",
        "填表日期",
        "制表日期",
        "联系电话",
    ];
    let is_office = |label: &str| {
        OFFICE
            .iter()
            .filter_map(|word| label.strip_prefix(word))
            .any(|rest| rest.is_empty() || rest.starts_with([':', '(']))
    };
    let below =
        |label: &str| ["以下空白", "以下无正文", "本行以下空白"].contains(&label.trim_matches(['(', ')']));
    if row.cells.len() == 1 && below(first) {
        return true;
    }
    if !is_office(first) {
        return false;
    }
    let texts = row
        .cells
        .iter()
        .filter_map(|(_, v)| if let Value::Text(t) = v { Some(text::label(t)) } else { None });
    let named = texts.filter(|label| is_office(label)).count();
    // Each has at most one cell of words behind it.
    named >= 2 && row.cells.len() <= 2 * named
}

/// A row that repeats one of the header's rows, as after a page break. An option's column may repeat its own name as
/// an answer, and no return is named as the header is.
fn is_header_again(sheet: &Sheet, header: &Header<'_>, spec: &FormSpec, row: &Row) -> bool {
    let is_option =
        |col: u32| header.columns.iter().any(|(c, kind)| *c == col && matches!(kind, Column::Option(..)));
    let said = |row: u32, col: u32| sheet.get(Cell::new(row, col)).map(|v| text::label(&v.text()));
    let is_key = |kind: &Column| matches!(kind, Column::Field(f) if spec.key.contains(f));
    (header.row..header.data_from).any(|above| {
        let mut keys = header.columns.iter().filter(|(_, kind)| is_key(kind)).map(|(col, _)| *col);
        let same = |col: &u32| said(above, *col) == said(row.at, *col);
        let others = || row.cells.iter().map(|(col, _)| *col).filter(|col| !is_option(*col));
        keys.all(|col| same(&col)) && others().filter(same).count() * 2 > others().count()
    })
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{book, specs};

    #[test]
    fn what_stands_below_a_table_is_no_return() {
        let head: &[&str] =
            &["质量提升服务项目名称", "企业名称", "质量服务机构名称", "联系电话", "对服务人员的服务态度"];
        let row: &[&str] = &["拟甲项目", "成都拟乙公司", "成都拟丙机构", "13800000001", "满意"];
        let feet: [&[&str]; 9] = [
            &["合计", "2家"],
            &["填表人：张拟", "", "审核人：李拟"],
            &["负责人：王拟", "联系电话：028-85551234"],
            &["报送单位（盖章）：拟和局", "填报人：", "李拟", "联系电话：", "028-85551234"],
            &["经办人：张拟", "主管：李拟", "分管领导："],
            &["制表人", "张拟", "审核人", "李拟"],
            &["注：本表一式两份"],
            &["", "（以下空白）"],
            &["单位负责人：王拟", "填表人：张拟", "填表日期：2025年3月31日"],
        ];
        for foot in feet {
            let bound = bind(&book(&[head, row, foot]), specs());
            assert_eq!((bound.returns.len(), bound.refused.len()), (1, 0), "{foot:?}");
        }
        let again: &[&str] = &["质量提升服务项目名称", "企业名称"];
        assert_eq!(bind(&book(&[head, row, again, head, row]), specs()).returns.len(), 2);
        let company: &[&str] = &["负责人培训", "成都拟戊公司", "成都拟丙机构", "13800000002", "满意"];
        assert_eq!(bind(&book(&[head, row, company]), specs()).returns.len(), 2);
    }

    #[test]
    fn options_answered_with_their_own_names_repeat_no_header() {
        let head: &[&str] =
            &["企业名称", "所属行业", "从业人员数量", "企业规模", "标准化服务", "计量服务", "品牌培育服务"];
        let row: &[&str] = &["成都拟乙公司", "化工", "50", "小型", "标准化服务", "计量服务", "品牌培育服务"];
        let few: &[&str] = &["成都拟戊公司", "", "", "", "标准化服务", "", ""];
        assert_eq!(bind(&book(&[head, row, few, head, row]), specs()).returns.len(), 3);
    }
}

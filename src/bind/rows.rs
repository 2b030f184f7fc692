//! Which rows under a header are returns: no totals, notes, repeated headers, column numbers or examples.

use super::above::Cells;
use super::table::{Column, Header};
use super::ticks;
use crate::cell::Cell;
use crate::parse::{marks, number};
use crate::spec::{FormSpec, Kind};
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// The rows of a table.
pub(super) struct Rows<'a> {
    pub returns: Vec<&'a Row>,
    /// The first row that is passed over though it names whose it is.
    pub passed_over: Option<Cell>,
}

/// Rows with answers: no blank rows, totals, repeated headers or notes. A row that says whose it is and answers is a
/// return whatever words it begins with: projects are called 审核能力提升, enterprises 累计商贸.
pub(super) fn data_rows<'a>(
    sheet: &'a Sheet,
    header: &Header<'_>,
    spec: &FormSpec,
    cells: &Cells<'a>,
) -> Rows<'a> {
    let known = |col: u32| header.column(col).is_some_and(|column| column.field().is_some());
    let mut out = Rows { returns: Vec::new(), passed_over: None };
    for row in header.rows(sheet) {
        let says = |(col, v): &(u32, Value)| known(*col) && !text::is_blank_mark(&v.text());
        if !row.cells.iter().any(says) || is_header_again(sheet, header, spec, row) {
            continue;
        }
        let is_sum = is_total(row);
        if !is_sum && !is_under_header(header, row) && !is_note_row(sheet, row, spec) {
            out.returns.push(row);
            continue;
        }
        let asked = Asked { header, spec, cells, row };
        match asked.is_named() {
            true if asked.answers(is_sum) => out.returns.push(row),
            true => out.passed_over = out.passed_over.or(asked.name().filter(|_| !is_sum)),
            false => {}
        }
    }
    out
}

/// A row that begins like one that is no return, and what its columns ask.
struct Asked<'a, 'c> {
    header: &'a Header<'a>,
    spec: &'a FormSpec,
    cells: &'a Cells<'c>,
    row: &'a Row,
}

impl<'c> Asked<'_, 'c> {
    fn value(&self, col: u32) -> Option<&'c Value> {
        self.cells.get(Cell::new(self.row.at, col)).1
    }

    fn column(&self, field: usize) -> Option<u32> {
        self.header.columns_of(field).next()
    }

    /// The cell of its first name.
    fn name(&self) -> Option<Cell> {
        let columns = self.spec.key.iter().filter_map(|key| self.column(*key));
        columns.min().map(|col| Cell::new(self.row.at, col))
    }

    /// Whether all its names are there, and none of them is a word for a total, an office or an example.
    fn is_named(&self) -> bool {
        let is_name = |key: &usize| self.column(*key).and_then(|col| self.value(col)).is_some_and(is_name);
        !self.spec.key.is_empty() && self.spec.key.iter().all(is_name) && !self.is_example()
    }

    fn is_example(&self) -> bool {
        let Some((col, first)) = self.row.cells.first() else { return false };
        let label = text::label(&first.text());
        let Some(rest) = EXAMPLE.iter().find_map(|word| label.strip_prefix(word)) else { return false };
        let is_key = self.spec.key.iter().any(|key| self.column(*key) == Some(*col));
        let generic = ["项目", "企业", "公司", "单位", "机构", "数据", "行", "某"];
        !is_key
            || !rest.starts_with(|c: char| text::is_letter(c) && !c.is_ascii_digit())
            || generic.iter().any(|word| rest.starts_with(word))
    }

    /// Whether an option of a question is chosen or, besides a row that may be a sum, half of the rest is words.
    fn answers(&self, is_sum: bool) -> bool {
        let chosen = self.header.columns.iter().any(|(col, column)| {
            let Some(words) = self.value(*col).map(Value::text) else { return false };
            match column {
                Column::Field(f) if self.spec.fields[*f].kind.has_options() => {
                    marks::ticks(&words, &self.spec.fields[*f].choices).is_ok_and(|t| !t.ticked.is_empty())
                }
                Column::Option(f, option) => {
                    let says = ticks::says(&words, &self.spec.fields[*f].choices, *option);
                    says == Some(true) && number::count(&words).is_err()
                }
                _ => false,
            }
        });
        chosen || !is_sum && (self.is_half_words() || self.names_a_third())
    }

    /// Whether it names all three that a form asks for: no footer does.
    fn names_a_third(&self) -> bool {
        let fields = &self.spec.fields;
        let required =
            || (0..fields.len()).filter(|at| fields[*at].required && fields[*at].kind == Kind::Name);
        let is_named = |at: usize| self.column(at).and_then(|col| self.value(col)).is_some_and(is_name);
        required().count() >= 3 && required().all(is_named)
    }

    fn is_half_words(&self) -> bool {
        let is_other = |column: &Column| matches!(column, Column::Field(f) if !self.spec.key.contains(f));
        let others = || self.header.columns.iter().filter(|(_, column)| is_other(column));
        let words = others().filter(|(col, _)| self.value(*col).is_some_and(is_name)).count();
        words > 0 && words * 2 >= others().count()
    }
}

/// Whether a cell may name somebody: no count, no bare word for a total, no office of a footer, no note.
fn is_name(value: &Value) -> bool {
    let Value::Text(words) = value else { return false };
    let label = text::label(words);
    let is_note = super::label::is_note(&label) && label.contains(':');
    let is_none = text::is_blank_mark(words) || is_sum(&label) || is_office(&label) || is_note;
    !is_none && !is_guidance(value) && !matches!(number::count(words), Ok(Some(_)))
}

const TOTALS: [&str; 6] = ["合计", "总计", "小计", "共计", "累计", "平均"];

/// `合计`, `共计2家`, `平均值`: a word for a total and nothing that names anybody.
fn is_sum(label: &str) -> bool {
    let is_more = |rest: &str| {
        ["", "值", "数", "分", "率", "数量", "家数", "户数"].contains(&rest)
            || !rest.starts_with(text::is_letter)
            || matches!(number::count(rest), Ok(Some(_)))
    };
    TOTALS.iter().filter_map(|word| label.strip_prefix(word)).any(is_more)
}

fn is_total(row: &Row) -> bool {
    // Longer ones are no word for a total, and need not be folded to know that.
    let key = |value: &Value| match value {
        Value::Text(words) if words.len() <= 60 => Some(text::key(words)),
        _ => None,
    };
    let begins = |(_, v): &(u32, Value)| {
        let Some(key) = key(v) else { return false };
        let begins = TOTALS.iter().any(|w| key.starts_with(w));
        key.chars().count() <= 8 && (begins || TOTALS[..3].iter().any(|w| key.ends_with(w)))
    };
    // The first columns may hold it in other words; further on it must stand alone in its cell.
    let alone = |(_, v): &(u32, Value)| key(v).is_some_and(|key| TOTALS[..4].contains(&key.as_str()));
    row.cells.iter().take(3).any(begins) || row.cells.iter().skip(3).any(alone)
}

/// Words with which a row right below the header tells how to fill in the others.
const EXAMPLE: [&str; 8] = ["示例", "样例", "填写示例", "例如", "栏次", "填写说明", "填写要求", "填报说明"];

/// A row right below the header that speaks of the columns: their numbers (`1 2 3`, `甲 乙 (1) (2)`), what to
/// write (`（必填）`), or an example (`示例`).
fn is_under_header(header: &Header<'_>, row: &Row) -> bool {
    let first = row.cells.first().map(|(_, v)| text::label(&v.text())).unwrap_or_default();
    if row.at > header.data_from + 2 {
        return false;
    }
    if EXAMPLE.iter().any(|w| first.starts_with(w)) || first == "例" {
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

/// Who signs under a table.
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

/// Whether a label is such a word, with or without a name behind its colon.
fn is_office(label: &str) -> bool {
    OFFICE
        .iter()
        .filter_map(|word| label.strip_prefix(word))
        .any(|rest| rest.is_empty() || rest.starts_with([':', '(']))
}

/// Who filled it in, checked it and can be called, each word with its name; or that nothing follows.
fn ends_table(row: &Row, first: &str) -> bool {
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
    let is_option = |col: u32| matches!(header.column(col), Some(Column::Option(..)));
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
    fn a_full_row_is_a_return_whatever_its_names_begin_with() {
        let head: &[&str] = &["质量提升服务项目名称", "企业名称", "质量提升需求类型", "质量提升需求具体描述"];
        let row: &[&str] = &["拟甲项目", "成都拟乙公司", "计量服务", "描述"];
        let words = super::TOTALS.iter().chain(&super::OFFICE).chain(&super::EXAMPLE).chain(&["感谢您"]);
        for word in words {
            for name in [format!("{word}能力提升"), format!("{word}算法")] {
                for last in ["", "描述"] {
                    let named: &[&str] = &[&name, "成都拟丙公司", "计量服务", last];
                    let bound = bind(&book(&[head, named, row]), specs());
                    assert_eq!((bound.returns.len(), bound.findings.len()), (2, 0), "{name}");
                }
            }
        }
    }

    #[test]
    fn three_names_are_a_return_without_an_answer() {
        let head: &[&str] =
            &["质量提升服务项目名称", "企业名称", "质量服务机构名称", "联系电话", "对服务人员的服务态度"];
        let row: &[&str] = &["填报单位能力提升", "成都拟乙公司", "成都拟丙机构", "", ""];
        let bound = bind(&book(&[head, row]), specs());
        assert_eq!((bound.returns.len(), bound.findings.len()), (1, 0));
    }

    #[test]
    fn an_enterprise_named_like_a_total_is_counted_and_a_total_is_not() {
        let head: &[&str] = &["企业名称", "标准水平", "企业规模", "从业人员数量", "质量提升需求类型"];
        let read = |name: &str, level: &str, size: &str, types: &str| {
            let row: &[&str] = &["成都拟乙公司", "行业平均水平", "小型", "50", "计量服务"];
            let bound = bind(&book(&[head, row, &[name, level, size, "50", types]]), specs());
            (bound.returns.len(), bound.findings.len())
        };
        for name in ["平均律乐器厂", "累计商贸", "总计科技", "成都合计", "成都拟丙公司"]
        {
            assert_eq!(read(name, "平均水平", "小型", "计量服务"), (2, 0), "{name}");
        }
        for name in ["合计", "共计2家", "新都区小计", "平均值", "累计（家）"] {
            assert_eq!(read(name, "", "", "3"), (1, 0), "{name}");
        }
    }

    #[test]
    fn what_is_passed_over_under_a_name_is_told() {
        let head: &[&str] =
            &["质量提升服务项目名称", "企业名称", "质量提升需求类型", "质量提升需求具体描述", "服务时间"];
        let row: &[&str] = &["拟甲项目", "成都拟乙公司", "计量服务", "描述", ""];
        let bound = bind(&book(&[head, row, &["审核能力提升", "成都拟丙公司"]]), specs());
        let told: Vec<String> =
            bound.findings.iter().map(|f| format!("{} {} {}", f.code, f.cell.unwrap(), f.found)).collect();
        assert_eq!((bound.returns.len(), told), (1, vec!["sheet_unrecognised A3 审核能力提升".into()]));
        for shown in ["示例", "示例项目", "例如：某某项目", "示例1"] {
            let example: &[&str] = &[shown, "某某公司", "计量服务", "描述", ""];
            let bound = bind(&book(&[head, example, row]), specs());
            assert_eq!((bound.returns.len(), bound.findings.len()), (1, 0), "{shown}");
        }
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

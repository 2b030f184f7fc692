//! Columns of a table that only their neighbours explain: options by their bare names, start and end of a period.
//!
//! Asked only where the header lacks the question and holds words that nothing else claims, so that an ordinary table
//! costs no more than that look.

use super::header::without_lead;
use super::table::{Column, Header};
use crate::cell::Cell;
use crate::spec::{Field, FormSpec, Kind};
use crate::text;
use crate::workbook::{Sheet, Value};

/// A column of the header that may be claimed, with the words it shows from above to below, in normal form.
struct Head {
    col: u32,
    label: String,
}

/// Adds the columns that the labels of the form do not name themselves.
pub(super) fn complete(sheet: &Sheet, header: &mut Header<'_>, spec: &FormSpec) {
    below_merged(sheet, header);
    let wanted: Vec<usize> =
        (0..spec.fields.len()).filter(|at| spec.fields[*at].within.is_none() && !header.reads(*at)).collect();
    let once = |field: usize| header.columns_of(field).count() == 1;
    let ranges: Vec<usize> = (0..spec.fields.len())
        .filter(|at| spec.fields[*at].kind == Kind::Range && (wanted.contains(at) || once(*at)))
        .collect();
    if wanted.is_empty() && ranges.is_empty() {
        return;
    }
    let unclaimed = unclaimed(sheet, header);
    if unclaimed.is_empty() {
        return;
    }
    wanted.iter().for_each(|field| options(sheet, header, spec, *field, &unclaimed));
    ranges.iter().for_each(|field| period(sheet, header, *field, &unclaimed));
    header.columns.sort_by_key(|(col, _)| *col);
}

/// Answers begin below the deepest merged cell of the header.
fn below_merged(sheet: &Sheet, header: &mut Header<'_>) {
    if sheet.merges.is_empty() {
        return;
    }
    let depth = header.columns.iter().map(|(col, _)| sheet.extent(Cell::new(header.row, *col)).row + 1);
    let depth = depth.filter(|row| *row <= header.row + 4).max().unwrap_or(0);
    header.data_from = header.data_from.max(depth);
}

/// Words of the header that no field claimed.
fn unclaimed(sheet: &Sheet, header: &Header<'_>) -> Vec<Head> {
    let mut out: Vec<Head> = Vec::new();
    for row in sheet.rows.iter().filter(|r| (header.row..header.data_from).contains(&r.at)) {
        for (col, value) in &row.cells {
            let Value::Text(words) = value else { continue };
            if words.len() > 120 || header.column(*col).is_some() {
                continue;
            }
            match out.iter_mut().find(|head| head.col == *col) {
                Some(head) => head.label = text::label(words),
                None => out.push(Head { col: *col, label: text::label(words) }),
            }
        }
    }
    out
}

/// One column per option, headed with its name, where the names are options of this question alone.
fn options(sheet: &Sheet, header: &mut Header<'_>, spec: &FormSpec, field: usize, unclaimed: &[Head]) {
    let asked = &spec.fields[field];
    if !asked.kind.has_options() {
        return;
    }
    let has = |at: usize, label: &str| {
        spec.fields[at].choices.iter().position(|c| c.spellings.iter().any(|s| s == label))
    };
    let known = |label: &str| {
        let bare = without_lead(label).into_iter().chain([label.to_owned()]);
        let trimmed = bare.map(|l| l.trim_start_matches(['□', '☐', '-']).to_owned());
        trimmed.into_iter().find_map(|l| {
            has(field, &l).filter(|_| (0..spec.fields.len()).all(|f| f == field || has(f, &l).is_none()))
        })
    };
    let mut found: Vec<(u32, usize)> =
        unclaimed.iter().filter_map(|h| Some((h.col, known(&h.label)?))).collect();
    found.sort_by_key(|(_, option)| *option);
    if found.len() < 2 || found.windows(2).any(|two| two[0].1 == two[1].1) {
        return;
    }
    reclaim(sheet, header, spec, field, &mut found, known);
    header.columns.extend(found.into_iter().map(|(col, option)| (col, Column::Option(field, option))));
}

/// Takes back for a question what other fields claimed among the columns of its options: 其他服务 is the label of the
/// words to it as well, 认证认可 and 其他 those of other questions.
fn reclaim(
    sheet: &Sheet,
    header: &mut Header<'_>,
    spec: &FormSpec,
    field: usize,
    found: &mut Vec<(u32, usize)>,
    known: impl Fn(&str) -> Option<usize>,
) {
    let may_give = |column: &Column| match column {
        Column::Field(other) => Some(*other).filter(|other| !spec.fields[*other].required),
        _ => None,
    };
    loop {
        let next = header.columns.iter().enumerate().find_map(|(at, (col, column))| {
            let other = may_give(column)?;
            let is_beside = found.iter().any(|(near, _)| near.abs_diff(*col) == 1);
            let may_be = spec.fields[other].within == Some(field) || is_beside;
            let option = may_be.then(|| known(&words(sheet, header, *col))).flatten()?;
            found.iter().all(|(_, taken)| *taken != option).then_some((at, *col, option))
        });
        let Some((at, col, option)) = next else { return };
        header.columns.remove(at);
        found.push((col, option));
    }
}

/// The words of a header's column, in normal form; in two rows, those of the lower one.
pub(super) fn words(sheet: &Sheet, header: &Header<'_>, col: u32) -> String {
    let rows = (header.row..header.data_from).rev();
    let found = rows.map(|row| sheet.text(Cell::new(row, col))).find(|words| !words.is_empty());
    text::label(&found.unwrap_or_default())
}

/// Whether a header is the label of a field as the form prints it, besides its number.
pub(super) fn is_exact(sheet: &Sheet, header: &Header<'_>, col: u32, field: &Field) -> bool {
    let label = words(sheet, header, col);
    label == field.labels[0] || without_lead(&label).contains(&field.labels[0])
}

/// Which end of a period a header names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Start,
    End,
}

/// `开始日期`, `服务时间(起)`, `项目终止时间`: which end of the service a header names.
pub(super) fn edge(label: &str) -> Option<Edge> {
    let mut rest: String =
        label.chars().filter(|c| !matches!(c, '(' | ')' | '[' | ']' | '-' | ':' | '_' | '/' | ' ')).collect();
    const BEFORE: [&str; 11] =
        ["质量提升", "服务", "项目", "实施", "起止", "时间", "日期", "期间", "期限", "周期", "的"];
    while let Some(shorter) = BEFORE.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = shorter.to_owned();
    }
    let bare = ["时间", "日期", "年月日", "年月", "日"]
        .iter()
        .find_map(|word| rest.strip_suffix(word))
        .unwrap_or(&rest);
    match bare {
        "起" | "始" | "自" | "从" | "开始" | "起始" => Some(Edge::Start),
        "止" | "终" | "至" | "到" | "结束" | "终止" | "截止" => Some(Edge::End),
        _ => None,
    }
}

/// Start and end of the service in two columns, where exactly one column names either.
fn period(sheet: &Sheet, header: &mut Header<'_>, field: usize, unclaimed: &[Head]) {
    // Survey platforms have times of their own.
    if header.columns.iter().any(|(_, c)| *c == Column::Seconds) {
        return;
    }
    let last = |col: u32| text::label(&sheet.text(Cell::new(header.data_from - 1, col)));
    let claimed: Vec<(u32, Option<Edge>)> =
        header.columns_of(field).map(|col| (col, edge(&last(col)))).collect();
    if claimed.iter().any(|(_, edge)| edge.is_none()) {
        return;
    }
    let more = unclaimed.iter().map(|head| (head.col, edge(&head.label))).filter(|(_, edge)| edge.is_some());
    let all: Vec<(u32, Option<Edge>)> = claimed.iter().copied().chain(more).collect();
    let of = |wanted: Edge| {
        let mut cols = all.iter().filter(|(_, edge)| *edge == Some(wanted)).map(|(col, _)| *col);
        cols.next().filter(|_| cols.next().is_none())
    };
    let (Some(start), Some(end)) = (of(Edge::Start), of(Edge::End)) else { return };
    header.columns.retain(|(_, c)| *c != Column::Field(field));
    header.columns.extend([(start, Column::Field(field)), (end, Column::Field(field))]);
}

#[cfg(test)]
mod tests {
    use crate::answer;
    use crate::bind::testing::{book, judged, said, specs};
    use crate::bind::{Bindings, bind};
    use crate::problem::Code;

    fn values(bound: &Bindings, id: &str) -> Vec<String> {
        assert!(bound.refused.is_empty(), "{:?}", bound.findings);
        bound.returns.iter().map(|b| said(&judged(b), id)).collect()
    }

    const NEEDS: [&str; 4] = ["企业名称", "法定代表人", "从业人员数量", "企业规模"];
    const SAID: [&str; 4] = ["成都拟乙公司", "王拟强", "50", "小型"];

    fn needs(heads: [&str; 3], rows: &[[&str; 3]]) -> Bindings {
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| [&SAID[..], row].concat()).collect();
        let head = [&NEEDS[..], &heads].concat();
        let all: Vec<&[&str]> = std::iter::once(&head).chain(&rows).map(Vec::as_slice).collect();
        bind(&book(&all), specs())
    }

    #[test]
    fn options_headed_by_their_names_are_one_question() {
        let heads = ["标准化服务", "2.计量服务", "其他服务"];
        for (on, off) in
            [("√", "×"), ("✓", "✘"), ("需要", "不需要"), ("1", "0"), ("是", "无"), ("√", "（空）"), ("×", "")]
        {
            let bound = needs(heads, &[[on, off, off], [off, on, off]]);
            assert_eq!(values(&bound, "need_types"), ["标准化服务", "计量服务"], "{on} {off}");
        }
        let typed = needs(heads, &[["√", "", "碳足迹"], ["", "√", "不需要"]]);
        assert_eq!(values(&typed, "need_types"), ["标准化服务、其他服务", "计量服务"]);
        assert_eq!(values(&typed, "need_other"), ["碳足迹", ""]);
    }

    #[test]
    fn short_names_of_options_are_taken_back_from_other_questions() {
        let head = [&NEEDS[..], &["标准化", "计量", "认证认可", "检验检测", "其他"]].concat();
        let row = |last: [&'static str; 5]| [&SAID[..], &last].concat();
        let bound =
            bind(&book(&[&head, &row(["√", "", "√", "", "√"]), &row(["", "", "√", "", ""])]), specs());
        assert_eq!(values(&bound, "need_types"), ["标准化服务、认证认可服务、其他服务", "认证认可服务"]);
        // Apart from them it stays a question of its own.
        let head = [&["认证认可"], &NEEDS[..], &["标准化", "计量", "其他服务", "其他"]].concat();
        let row = [&["质量管理体系认证"], &SAID[..], &["√", "", "", "无"]].concat();
        let bound = bind(&book(&[&head, &row]), specs());
        assert_eq!(values(&bound, "need_types"), ["标准化服务"]);
        assert_eq!(values(&bound, "certifications"), ["质量管理体系认证"]);
    }

    #[test]
    fn crosses_alone_tick_and_crosses_everywhere_say_nothing() {
        let heads = ["标准化服务", "计量服务", "品牌培育服务"];
        assert_eq!(values(&needs(heads, &[["×", "", ""]]), "need_types"), ["标准化服务"]);
        assert_eq!(values(&needs(heads, &[["×", "×", "×"]]), "need_types"), [""]);
        // Checks in another row tell what crosses mean in this one.
        assert_eq!(values(&needs(heads, &[["×", "", ""], ["√", "×", ""]]), "need_types"), ["", "标准化服务"]);
    }

    #[test]
    fn one_name_of_an_option_is_no_question() {
        let bound = needs(["标准化服务", "备注", "附件"], &[["√", "", ""]]);
        assert_eq!((bound.returns.len(), &*bound.findings[0].code), (0, Code::TableRequired.id()));
    }

    #[test]
    fn start_and_end_in_two_columns_are_one_period() {
        let head = ["项目名称", "企业名称", "质量服务机构名称"];
        let row = ["拟甲项目", "成都拟乙公司", "成都拟丙机构", "2025-01-05", "2025-02-03", "满意"];
        for (from, to, period) in [
            ("开始日期", "结束日期", "2025-01-05~2025-02-03"),
            ("开始时间", "结束时间", "2025-01-05~2025-02-03"),
            ("服务时间-开始", "服务时间-结束", "2025-01-05~2025-02-03"),
            ("服务起始日期", "服务终止日期", "2025-01-05~2025-02-03"),
            ("服务时间起", "服务时间止", "2025-01-05~2025-02-03"),
            ("起", "止", "2025-01-05~2025-02-03"),
            ("开始时间", "备注", ""),
        ] {
            let heads = [&head[..], &[from, to, "对服务人员的服务态度"]].concat();
            assert_eq!(
                values(&bind(&book(&[&heads, &row]), specs()), "service_time"),
                [period],
                "{from} {to}"
            );
        }
    }

    #[test]
    fn an_end_alone_is_not_read_as_both() {
        let told = |from: &str, to: &str| {
            let heads = ["项目名称", "企业名称", "服务开始时间", "服务结束时间", "质量提升需求类型"];
            let row = ["拟甲项目", "成都拟乙公司", from, to, "计量服务"];
            let bound = bind(&book(&[&heads, &row]), specs()).returns.remove(0);
            let spec = specs().of(bound.form);
            let (_, problems) = answer::judge(bound.clone(), &"x".into(), "2025Q1".parse().unwrap(), spec);
            let problem = problems.into_iter().find(|p| &*p.field == "service_time");
            let problem = problem.map(|p| format!("{} {} {}", p.code.id(), p.place.cell.unwrap(), p.found));
            (said(&judged(&bound), "service_time"), problem.unwrap_or_default())
        };
        assert_eq!(told("", "2025-02-03"), (String::new(), "date_unreadable D2 至2025-02-03".into()));
        assert_eq!(
            told("2025-01-05", ""),
            ("2025-01-05~2025-01-05".into(), String::new()),
            "as in one column"
        );
        let (period, nothing) = ("2025-01-05~2025-02-03".to_owned(), String::new());
        assert_eq!(told("", "2025.1.5-2025.2.3"), (period.clone(), nothing.clone()));
        assert_eq!(told("2025.1.5-2025.2.3", ""), (period, nothing.clone()));
        assert_eq!(told("", "/"), (nothing.clone(), nothing));
    }

    #[test]
    fn parts_of_an_answer_under_its_name_in_two_rows() {
        let top = [
            "项目名称",
            "企业名称",
            "服务时间",
            "",
            "质量提升需求类型",
            "服务人员签字",
            "",
            "企业签字",
            "",
            "联系人",
        ];
        let row = [
            "拟甲项目",
            "成都拟乙公司",
            "2025-01-05",
            "2025-02-03",
            "计量服务",
            "李拟",
            "2025-02-04",
            "王拟",
            "2025-02-05",
            "张拟涛",
            "13800000001",
        ];
        for below in [
            ["", "", "起", "止", "", "姓名", "日期", "盖章", "日期", "姓名", "电话"],
            ["", "", "开始", "结束", "", "签字", "签字日期", "签字", "签字日期", "姓名", "联系电话"],
        ] {
            let mut table = book(&[&top, &below, &row]);
            for col in [0, 1, 4] {
                table.sheets[0].merge((0, col), (1, col));
            }
            for col in [2, 5, 7, 9] {
                table.sheets[0].merge((0, col), (0, col + 1));
            }
            let bound = bind(&table, specs());
            for (id, want) in [
                ("service_time", "2025-01-05~2025-02-03"),
                ("staff_signed_on", "2025-02-04"),
                ("enterprise_signed", "王拟"),
                ("enterprise_signed_on", "2025-02-05"),
                ("contact", "张拟涛 13800000001"),
            ] {
                assert_eq!(values(&bound, id), [want], "{id} {below:?}");
            }
        }
    }
}

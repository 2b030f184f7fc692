//! The two tables of the supplement S: six dimensions and up to ten indicators.

use super::{Content, IndicatorRow, Level, Slot};
use crate::cell::Cell;
use crate::parse::number;
use crate::spec::{Field, FormSpec, Kind};
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// The head of one of the two tables: its columns up to the next table beside it, and its last row.
struct Head {
    at: Cell,
    /// First column that is not its own any more.
    end: u32,
    last: u32,
}

impl Head {
    /// The head that begins in a cell. Where the three times stand in the row below, under a heading of all of them
    /// (评分), that row is a part of it.
    fn of(sheet: &Sheet, at: Cell) -> Self {
        let own = text::label(&sheet.text(at));
        // The same heading again is its own merged cell, filled in every cell.
        let is_other =
            |label: &str| TABLES.contains(&bare_heading(label)) && bare_heading(label) != bare_heading(&own);
        let next = header_cells(sheet, at.row).find(|(col, label)| *col > at.col && is_other(label));
        let mut head = Self { at, end: next.map_or(u32::MAX, |(col, _)| col), last: at.row };
        let times = |row: u32| {
            let in_row = |words: &&[&str]| head.find(sheet, row, words).is_some();
            TIMES.iter().map(|(_, words)| *words).filter(in_row).count()
        };
        if times(at.row) == 0 && times(at.row.saturating_add(1)) >= 2 {
            head.last = at.row.saturating_add(1);
        }
        head
    }

    /// The column of one heading.
    fn column(&self, sheet: &Sheet, words: &[&str]) -> Option<u32> {
        (self.at.row..=self.last).find_map(|row| self.find(sheet, row, words))
    }

    fn find(&self, sheet: &Sheet, row: u32, words: &[&str]) -> Option<u32> {
        self.cells(sheet, row).find(|(_, label)| words.contains(&bare_heading(label))).map(|(col, _)| col)
    }

    /// The cells of one of its rows as labels.
    fn cells(&self, sheet: &Sheet, row: u32) -> impl Iterator<Item = (u32, String)> {
        header_cells(sheet, row).filter(|(col, _)| (self.at.col..self.end).contains(col))
    }

    fn times(&self, sheet: &Sheet) -> [Option<u32>; 3] {
        TIMES.map(|(_, words)| self.column(sheet, words))
    }
}

/// First headings of the two tables.
const TABLES: [&str; 6] = ["方面", "维度", "质量管理方面", "指标名称", "质量指标名称", "指标"];

/// The cells of a row as labels.
fn header_cells(sheet: &Sheet, row: u32) -> impl Iterator<Item = (u32, String)> {
    let row = sheet.rows.binary_search_by_key(&row, |r| r.at).ok();
    let cells = row.map(|at| sheet.rows[at].cells.as_slice()).unwrap_or_default();
    cells.iter().filter_map(|(col, value)| match value {
        Value::Text(words) => Some((*col, text::label(words))),
        _ => None,
    })
}

/// A heading without what is added to it: `服务前评分`, `目标值(1-5分)`.
fn bare_heading(label: &str) -> &str {
    let mut bare = label.split('(').next().unwrap_or(label);
    while let Some(rest) =
        ["评分", "得分", "分值", "分数", "数值", "水平", "值"].iter().find_map(|w| bare.strip_suffix(w))
    {
        bare = rest;
    }
    bare
}

/// The name in a row without its number: `1. 质量文化`, `（二）质量文化`, `③质量文化`.
fn bare_name(label: &str) -> &str {
    label.trim_start_matches(|c: char| {
        c.is_ascii_digit()
            || matches!(c, '①'..='⑩' | '.' | '、' | ',' | ':' | '(' | ')')
            || super::label::NUMERALS.contains(&c)
    })
}

/// Whether a row sums up those above it or closes the table: no row of its own.
fn closes(label: &str) -> bool {
    const SUMS: [&str; 9] = ["合计", "总计", "小计", "总分", "平均", "平均分", "平均值", "均值", "综合得分"];
    const SIGNED: [&str; 6] = ["填表人", "填报人", "审核人", "制表人", "填表日期", "填报日期"];
    let bare = bare_name(label);
    SUMS.contains(&bare)
        || SIGNED.iter().any(|w| bare.strip_prefix(w).is_some_and(|r| r.is_empty() || r.starts_with(':')))
}

/// A line of a page break in the middle of a table.
fn is_between(row: &Row) -> bool {
    matches!(row.cells.as_slice(), [(_, Value::Text(words))] if super::label::is_page_line(&text::label(words)))
}

const BEFORE: &[&str] = &["服务前", "提升前", "实施前", "前", "现状"];
const GOAL: &[&str] = &["目标", "服务目标", "提升目标", "预期目标"];
const AFTER: &[&str] = &["服务后", "提升后", "实施后", "后"];
/// The three times of both tables as the form prints them, and their words.
const TIMES: [(&str, &[&str]); 3] = [("服务前", BEFORE), ("目标", GOAL), ("服务后", AFTER)];

/// The six dimensions below their header; a dimension that is not listed stays empty.
pub(super) fn dimensions(sheet: &Sheet, field: &Field, header: Cell, last: u32) -> Slot {
    let head = Head::of(sheet, header);
    let columns = head.times(sheet);
    let mut rows: Vec<[Option<Level>; 3]> = vec![[None, None, None]; field.options.len()];
    let mut first = None;
    for (name, row) in dimension_rows(sheet, field, &head, last) {
        let Some(index) = name else { continue };
        let level = |col: Option<u32>| {
            let cell = Cell::new(row.at, col?);
            Some(Level { cell, value: sheet.shown(cell)? })
        };
        let levels = columns.map(level);
        // Which of two rows that differ is meant cannot be told ([`twice`]).
        rows[index] = match rows[index].iter().all(Option::is_none) || says_same(&rows[index], &levels) {
            true => levels,
            false => [None, None, None],
        };
        first = first.or(columns[0].map(|col| Cell::new(row.at, col)));
    }
    Slot { cell: first.unwrap_or(header), content: Content::Dimensions(rows) }
}

fn says_same(a: &[Option<Level>; 3], b: &[Option<Level>; 3]) -> bool {
    let said = |level: &Option<Level>| level.as_ref().map(|level| text::key(&level.value.text()));
    a.iter().zip(b).all(|(a, b)| said(a) == said(b))
}

/// Dimensions that are listed twice with different levels: the name, the second cell and what stands there.
pub(super) fn twice(
    sheet: &Sheet,
    spec: &FormSpec,
    labels: &[(usize, Cell)],
    last: u32,
) -> Vec<(String, Cell, String)> {
    let tables = labels.iter().filter(|(index, _)| spec.fields[*index].kind == Kind::Dimensions);
    let mut out = Vec::new();
    for (index, header) in tables {
        let field = &spec.fields[*index];
        let head = Head::of(sheet, *header);
        let columns = head.times(sheet);
        let says = |row: &Row| columns.map(|col| text::key(&sheet.text(Cell::new(row.at, col?))).into());
        let mut known: Vec<(usize, [Option<String>; 3])> = Vec::new();
        for (name, row) in dimension_rows(sheet, field, &head, last) {
            let Some(name) = name else { continue };
            let levels = says(row);
            if known.iter().any(|(other, before)| *other == name && *before != levels) {
                let cell = Cell::new(row.at, header.col);
                out.push((field.options[name].clone(), cell, text::words(&sheet.text(cell))));
            }
            known.push((name, levels));
        }
    }
    out
}

/// The rows of the table of dimensions, each with the index of its dimension; rows that hold levels of
/// something else have none.
fn dimension_rows<'a>(
    sheet: &'a Sheet,
    field: &Field,
    head: &Head,
    last: u32,
) -> Vec<(Option<usize>, &'a Row)> {
    let columns = head.times(sheet);
    let names: Vec<String> = field.options.iter().map(|o| text::label(o)).collect();
    let holds_levels = |row: &Row| {
        let level = |col: u32| sheet.get(Cell::new(row.at, col)).map(Value::text);
        columns
            .into_iter()
            .flatten()
            .filter_map(level)
            .any(|text| matches!(number::count(&text), Ok(Some(_))))
    };
    let mut out: Vec<(Option<usize>, &Row)> = Vec::new();
    let until = last.min(head.last.saturating_add(40));
    for row in sheet.rows.iter().filter(|r| r.at > head.last && r.at <= until) {
        let name = row.cells.iter().find(|(col, _)| (head.at.col..head.end).contains(col));
        let Some((_, Value::Text(words))) = name else { continue };
        let label = text::label(words);
        if is_between(row) || closes(&label) {
            continue;
        }
        match names.iter().position(|n| *n == bare_name(&label)) {
            Some(index) => out.push((Some(index), row)),
            None if holds_levels(row) => out.push((None, row)),
            None if out.is_empty() => {}
            None => break,
        }
    }
    out
}

/// What of both tables cannot be read because its name is not the form's: headings of columns and names
/// of dimensions, each with the name that is missed, the cell and what stands there.
pub(super) fn overwritten(
    sheet: &Sheet,
    spec: &FormSpec,
    labels: &[(usize, Cell)],
    last: u32,
) -> Vec<(String, Cell, String)> {
    let mut out = Vec::new();
    for (index, header) in labels {
        let field = &spec.fields[*index];
        if !matches!(field.kind, Kind::Dimensions | Kind::Indicators) {
            continue;
        }
        let head = Head::of(sheet, *header);
        let columns = head.times(sheet);
        let missed = TIMES.iter().zip(columns).filter(|(_, col)| col.is_none()).map(|((name, _), _)| *name);
        let mut strange = head.cells(sheet, head.last).filter(|(col, label)| {
            let known = TIMES.iter().any(|(_, words)| words.contains(&bare_heading(label)));
            *col > header.col && !known && !BESIDE.contains(&bare_heading(label))
        });
        for name in missed {
            let (cell, found) = match strange.next() {
                Some((col, _)) => (Cell::new(head.last, col), sheet.text(Cell::new(head.last, col))),
                None => (*header, String::new()),
            };
            out.push((name.to_owned(), cell, text::words(&found)));
        }
        if field.kind == Kind::Dimensions {
            out.extend(unknown_dimensions(sheet, field, &head, last));
        }
    }
    out
}

/// Columns of the two tables that are none of the three times.
const BESIDE: [&str; 8] = ["方面", "指标名称", "序号", "单位", "计量单位", "方向", "指标方向", "备注"];

/// Rows that hold levels of something that is no dimension.
fn unknown_dimensions(sheet: &Sheet, field: &Field, head: &Head, last: u32) -> Vec<(String, Cell, String)> {
    let rows = dimension_rows(sheet, field, head, last);
    let is_read = |index: usize| rows.iter().any(|(name, _)| *name == Some(index));
    let mut missed = (0..field.options.len()).filter(|index| !is_read(*index));
    let strange = rows.iter().filter(|(name, _)| name.is_none());
    let told = strange.filter_map(|(_, row)| {
        let (col, value) = row.cells.iter().find(|(col, _)| *col >= head.at.col)?;
        let name = field.options.get(missed.next()?)?;
        Some((name.clone(), Cell::new(row.at, *col), text::words(&value.text())))
    });
    told.collect()
}

/// The indicators below their header, down to the first row without a name.
pub(super) fn indicators(sheet: &Sheet, header: Cell, last: u32) -> Slot {
    let head = Head::of(sheet, header);
    let find = |words: &[&str]| head.column(sheet, words);
    let (unit, direction) = (find(&["单位", "计量单位"]), find(&["方向", "指标方向"]));
    let columns = head.times(sheet);
    let mut rows = Vec::new();
    for row in
        sheet.rows.iter().filter(|r| r.at > head.last && r.at <= last.min(head.last.saturating_add(200)))
    {
        if is_between(row) {
            continue;
        }
        let name = sheet.text(Cell::new(row.at, header.col));
        let numbers = columns.map(|col| {
            let cell = Cell::new(row.at, col?);
            Some(Level { cell, value: sheet.shown(cell)? })
        });
        if name.trim().is_empty() || super::label::is_note(&text::label(&name)) {
            if numbers.iter().all(Option::is_none) { break } else { continue }
        }
        let words = |col: Option<u32>| {
            col.map(|c| text::words(&sheet.text(Cell::new(row.at, c)))).unwrap_or_default()
        };
        // 平均值 with a unit or a direction of its own is an indicator.
        let sums = words(unit).is_empty() && words(direction).is_empty() && closes(&text::label(&name));
        if numbers.iter().all(Option::is_none) || sums {
            continue;
        }
        let [before, goal, after] = numbers;
        rows.push(IndicatorRow {
            cell: Cell::new(row.at, header.col),
            name: text::words(&name),
            unit: words(unit),
            direction: words(direction),
            direction_cell: Cell::new(row.at, direction.unwrap_or(header.col)),
            before,
            goal,
            after,
        });
    }
    let cell = rows.first().map_or(Cell::new(header.row + 1, header.col), |r: &IndicatorRow| r.cell);
    Slot { cell, content: Content::Indicators(rows) }
}

#[cfg(test)]
mod tests {
    use crate::answer::{Return, Val, judge};
    use crate::bind::testing::{book, judged, specs};
    use crate::problem::{Code, Problem};
    use crate::spec::Form;
    use crate::workbook::{Limits, read};

    /// A form S typed by somebody: names of the dimensions, the headings of both tables, one level and one indicator.
    fn form(names: [&str; 6], times: [&str; 3], level: &str, indicator: [&str; 3]) -> (Return, Vec<Problem>) {
        let mut csv =
            String::from("质量提升服务补充表（S）\n质量提升服务项目名称,一次交验\n企业名称,甲有限公司\n");
        csv += "一、质量管理六个方面\n";
        let [before, goal, after] = times;
        csv += &format!("方面,{before},{goal},{after}\n");
        names.iter().for_each(|name| csv += &format!("{name},{level},4,3\n"));
        let [direction, goal_value, unit] = indicator;
        csv += &format!("二、质量指标\n指标名称,单位,方向,{before},{goal},{after}\n");
        csv += &format!("一次合格率,{unit},{direction},90,{goal_value},96\n");
        let book = read(csv.into_bytes(), &Limits::default()).unwrap();
        let mut bound = crate::bind::bind(&book, specs());
        let period = "2025Q1".parse().unwrap();
        assert_eq!(bound.returns.len(), 1, "{:?}", bound.findings);
        let (ret, mut problems) =
            judge(bound.returns.remove(0), &"a.csv".into(), period, specs().of(Form::S));
        for finding in bound.findings {
            let place = ret.place.at(finding.cell.unwrap());
            problems.push(Problem::new(Code::LabelOverwritten, place).found(finding.found));
        }
        (ret, problems)
    }

    const NAMES: [&str; 6] =
        ["质量战略与目标", "质量文化", "质量管理体系", "质量人才与培训", "质量成本管控", "质量考核评定"];
    const TIMES: [&str; 3] = ["服务前", "目标", "服务后"];

    fn levels(ret: &Return) -> Vec<[Option<i64>; 3]> {
        let Some(Val::Dimensions(rows)) = ret.value("dimensions") else { panic!("{ret:?}") };
        rows.to_vec()
    }

    #[test]
    fn names_with_numbers_and_headings_with_words_are_read() {
        let numbered: [String; 6] = std::array::from_fn(|n| format!("{}. {}", n + 1, NAMES[n]));
        let lettered: [String; 6] =
            std::array::from_fn(|n| format!("（{}）{}", ["一", "二", "三", "四", "五", "六"][n], NAMES[n]));
        for names in [&numbered, &lettered] {
            let (ret, problems) = form(
                names.each_ref().map(String::as_str),
                ["服务前评分", "目标值", "服务后得分（1-5分）"],
                "2分",
                ["↑", "95", "%"],
            );
            assert_eq!(levels(&ret), vec![[Some(2), Some(4), Some(3)]; 6]);
            let Some(Val::Indicators(rows)) = ret.value("indicators") else { panic!("{ret:?}") };
            assert_eq!(
                (rows[0].before, rows[0].goal, rows[0].more_is_better),
                (Some((90, 0)), Some((95, 0)), Some(true))
            );
            assert_eq!(problems, []);
        }
    }

    #[test]
    fn a_fault_stands_at_its_own_cell() {
        let (ret, problems) = form(NAMES, TIMES, "7", ["说不清", "九十五左右", "%"]);
        let told: Vec<_> = problems
            .iter()
            .map(|p| (p.code, p.place.cell.unwrap().to_string(), p.message().into_owned()))
            .collect();
        assert_eq!(told.len(), 8, "{told:?}");
        let level = |row: usize, name: &str| {
            (Code::OptionUnrecognised, format!("B{row}"), format!("“{name}（服务前）”的回答不在选项之内"))
        };
        for (row, name) in (6..).zip(NAMES) {
            assert!(told.contains(&level(row, name)), "{told:?}");
        }
        let cells: Vec<_> = told.iter().map(|(code, cell, _)| (*code, cell.as_str())).collect();
        assert!(cells.contains(&(Code::OptionUnrecognised, "C14")), "{cells:?}");
        assert!(cells.contains(&(Code::CountText, "E14")), "{cells:?}");
        assert!(problems.iter().all(|p| ret.stands_at(&p.place)));
    }

    /// What a form S of rows says: levels of the first dimension, and names and numbers of the indicators.
    fn tables(tables: &[&[&str]]) -> (Vec<Option<i64>>, Vec<String>) {
        let head: [&[&str]; 3] =
            [&["质量提升服务补充表（S）"], &["质量提升服务项目名称", "拟甲"], &["企业名称", "甲有限公司"]];
        let bound = crate::bind::bind(&book(&[&head[..], tables].concat()), specs());
        assert_eq!((bound.returns.len(), bound.findings.len()), (1, 0), "{:?}", bound.findings);
        let ret = judged(&bound.returns[0]);
        let Some(Val::Indicators(rows)) = ret.value("indicators") else {
            return (levels(&ret)[0].into(), vec![]);
        };
        let said =
            |i: &crate::answer::Indicator| format!("{} {:?} {:?} {:?}", i.name, i.before, i.goal, i.after);
        (levels(&ret)[0].into(), rows.iter().map(said).collect())
    }

    const PASS: &str = "一次合格率 Some((90, 0)) Some((95, 0)) Some((96, 0))";

    #[test]
    fn tables_side_by_side_keep_to_their_own_columns() {
        let own = ["1", "3", "2", ""];
        let row = |name: &'static str, more: &[&'static str]| [&[name], &own[..], more].concat();
        let heads =
            ["方面", "服务前", "目标", "服务后", "", "指标名称", "单位", "方向", "服务前", "目标", "服务后"];
        let mut rows: Vec<Vec<&str>> = vec![heads.into()];
        rows.push(row(NAMES[0], &["一次合格率", "%", "越高越好", "90", "95", "96"]));
        rows.extend(NAMES[1..].iter().map(|name| row(name, &[])));
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        assert_eq!(tables(&rows), (vec![Some(1), Some(3), Some(2)], vec![PASS.to_owned()]));
    }

    #[test]
    fn a_head_of_two_rows_is_one() {
        let mut rows: Vec<Vec<&str>> =
            vec![vec!["方面", "评分（1—5分）"], vec!["", "服务前", "目标", "服务后"]];
        rows.extend(NAMES.iter().map(|name| vec![*name, "1", "3", "2"]));
        rows.push(vec!["指标名称", "单位", "方向", "数值"]);
        rows.push(vec!["指标名称", "单位", "方向", "服务前", "目标", "服务后"]);
        rows.push(vec!["一次合格率", "%", "越高越好", "90", "95", "96"]);
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        assert_eq!(tables(&rows), (vec![Some(1), Some(3), Some(2)], vec![PASS.to_owned()]));
    }

    #[test]
    fn rows_that_sum_up_or_close_a_table_are_no_indicators() {
        let mut rows: Vec<Vec<&str>> = vec![vec!["方面", "服务前", "目标", "服务后"]];
        rows.extend(NAMES.iter().map(|name| vec![*name, "1", "3", "2"]));
        rows.push(vec!["平均分", "1", "3", "2"]);
        rows.push(vec!["指标名称", "单位", "方向", "服务前", "目标", "服务后"]);
        rows.push(vec!["一次合格率", "%", "越高越好", "90", "95", "96"]);
        rows.push(vec!["平均", "", "", "90", "95", "96"]);
        rows.push(vec!["填表人：张拟三", "", "", "日期", "2025-02-03", ""]);
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        assert_eq!(tables(&rows), (vec![Some(1), Some(3), Some(2)], vec![PASS.to_owned()]));
    }

    #[test]
    fn an_indicator_named_like_a_sum_has_a_unit() {
        let mut rows: Vec<Vec<&str>> = vec![vec!["方面", "服务前", "目标", "服务后"]];
        rows.extend(NAMES.iter().map(|name| vec![*name, "1", "3", "2"]));
        rows.push(vec!["指标名称", "单位", "方向", "服务前", "目标", "服务后"]);
        rows.push(vec!["平均值", "%", "越高越好", "90", "95", "96"]);
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        assert_eq!(tables(&rows).1, [PASS.replace("一次合格率", "平均值")]);
    }

    #[test]
    fn a_dimension_listed_twice_is_told_where_its_levels_differ() {
        let head: [&[&str]; 3] =
            [&["质量提升服务补充表（S）"], &["质量提升服务项目名称", "拟甲"], &["企业名称", "甲有限公司"]];
        for (again, told) in [("2", 0), ("5", 1)] {
            let mut rows = vec![vec!["方面", "服务前", "目标", "服务后"]];
            rows.extend(NAMES.iter().map(|name| vec![*name, "1", "3", "2"]));
            rows.push(vec![NAMES[0], "1", "3", again]);
            let rows: Vec<&[&str]> = head.into_iter().chain(rows.iter().map(Vec::as_slice)).collect();
            let bound = crate::bind::bind(&book(&rows), specs());
            let first = if told == 0 { [Some(1), Some(3), Some(2)] } else { [None; 3] };
            assert_eq!((levels(&judged(&bound.returns[0]))[0], bound.findings.len()), (first, told));
            assert!(bound.findings.iter().all(|f| f.code == "rows_differ" && f.about == NAMES[0]));
        }
    }

    #[test]
    fn what_has_another_name_is_told() {
        let mut names = NAMES;
        names[1] = "企业文化建设";
        let (ret, problems) = form(names, ["服务前", "期望", "服务后"], "2", ["↓", "95", "%"]);
        assert_eq!(levels(&ret)[1], [None; 3]);
        assert_eq!(levels(&ret)[2], [Some(2), None, Some(3)]);
        let told: Vec<_> = problems
            .iter()
            .map(|p| (p.code, p.place.cell.unwrap().to_string(), p.found.to_string()))
            .collect();
        let lost = |cell: &str, found: &str| (Code::LabelOverwritten, cell.to_owned(), found.to_owned());
        for expected in [lost("C5", "期望"), lost("A7", "企业文化建设"), lost("E13", "期望")] {
            assert!(told.contains(&expected), "{told:?}");
        }
    }
}

//! The disturbances: each takes a sheet and gives it back changed in its looks, not in what it says.
//! `None` where a sheet offers nothing to change.

use std::collections::BTreeMap;

use zhiti::cell::Cell;
use zhiti::spec::{FormSpec, Kind};
use zhiti::text;
use zhiti::workbook::{Sheet, Value};

pub struct Shape {
    pub name: &'static str,
    pub make: fn(&Sheet, &FormSpec) -> Option<Sheet>,
}

macro_rules! shapes {
    ($($name:literal => $make:expr),* $(,)?) => { &[$(Shape { name: $name, make: $make }),*] };
}

pub const FORMS: &[Shape] = shapes![
    "moved down and right" => |s, _| Some(remap(s, |r| r + 5, |c| c + 2)),
    "a blank row above every second row" => |s, _| Some(remap(s, |r| r + r / 2, |c| c)),
    "blank columns between" => |s, _| Some(remap(s, |r| r, |c| c + u32::from(c > 0) + u32::from(c > 2))),
    "nothing merged" => |s, _| (!s.merges.is_empty()).then(|| Sheet { merges: BTreeMap::new(), ..s.clone() }),
    "merged cells filled in every cell" => |s, _| Some(filled(s, false)),
    "unmerged, every cell filled" => |s, _| Some(filled(s, true)),
    "labels with colons" => |s, f| relabel(s, f, |l, _| format!("{l}：")),
    "labels with half-width colons and blanks" => |s, f| relabel(s, f, |l, _| format!(" {l} : ")),
    "labels with a star in front" => |s, f| relabel(s, f, |l, _| format!("*{l}")),
    "labels with a star behind" => |s, f| relabel(s, f, |l, _| format!("{l}*")),
    "labels with （必填）" => |s, f| relabel(s, f, |l, _| format!("{l}（必填）")),
    "labels with （必填项）：" => |s, f| relabel(s, f, |l, _| format!("{l}（必填项）：")),
    "labels with ideographic blanks" => |s, f| relabel(s, f, |l, _| joined(l, "\u{3000}")),
    "labels with blanks between letters" => |s, f| relabel(s, f, |l, _| joined(l, " ")),
    "labels broken over two lines" => |s, f| relabel(s, f, |l, _| broken(l, "\n")),
    "labels broken by Windows" => |s, f| relabel(s, f, |l, _| broken(l, "\r\n")),
    "labels in full width" => |s, f| relabel(s, f, |l, _| full_width(l)),
    "labels numbered 1." => |s, f| relabel(s, f, |l, n| format!("{}.{l}", n + 1)),
    "labels numbered (1)" => |s, f| relabel(s, f, |l, n| format!("（{}）{l}", n + 1)),
    "labels numbered ①" => |s, f| relabel(s, f, |l, n| format!("{}{l}", circled(n))),
    "labels with a dot and a non-breaking blank" => |s, f| relabel(s, f, |l, n| format!("{}.\u{a0}{l}", n + 1)),
    "answers in the label's cell" => |s, f| inside(s, f, "："),
    "answers in the label's cell after a line break" => |s, f| inside(s, f, "：\n"),
    "answers below their labels" => below,
    "a continued title in the middle" => |s, f| continued(s, format!("{}（续）", f.printed_title())),
    "续表 in the middle" => |s, _| continued(s, "（续表）".into()),
    "a continued title without brackets" => |s, f| continued(s, format!("续{}", f.caption)),
    "a page number in the middle" => |s, _| continued(s, "第1页 共2页".into()),
    "a column of numbers in front" => |s, _| numbered(s),
    "a column of remarks behind" => |s, _| remarked(s),
    "the same form blank below it" => |s, f| Some(with_blank(s, f)),
    "another form blank beside it" => beside,
    "letterhead above" => |s, _| Some(letterhead(s)),
    "signatures below" => |s, _| Some(signed(s)),
    "an unknown field beside every answer" => unknown_beside,
];

pub const TABLES: &[Shape] = shapes![
    "moved down and right" => |s, _| Some(remap(s, |r| r + 3, |c| c + 1)),
    "blank rows between the rows" => |s, _| Some(remap(s, |r| r * 2, |c| c)),
    "blank columns between" => |s, _| Some(remap(s, |r| r, |c| c + c / 4)),
    "columns in reverse order" => |s, _| Some(reversed(s)),
    "nothing merged" => |s, _| Some(Sheet { merges: BTreeMap::new(), ..s.clone() }),
    "headers with stars" => |s, f| relabel(s, f, |l, _| format!("*{l}")),
    "headers with （必填）" => |s, f| relabel(s, f, |l, _| format!("{l}（必填）")),
    "headers broken over two lines" => |s, f| relabel(s, f, |l, _| broken(l, "\n")),
    "headers with blanks" => |s, f| relabel(s, f, |l, _| joined(l, " ")),
    "headers numbered" => |s, f| relabel(s, f, |l, n| format!("{}、{l}", n + 1)),
    "headers with a colon" => |s, f| relabel(s, f, |l, _| format!("{l}：")),
    "headers in full width" => |s, f| relabel(s, f, |l, _| full_width(l)),
    "title rows above" => |s, _| Some(letterhead(s)),
    "a group row above the header" => |s, f| grouped(s, f, false),
    "a group row above the header, merged" => |s, f| grouped(s, f, true),
    "a group row, headers not merged down" => grouped_flat,
    "a row of column numbers under the header" => |s, f| column_numbers(s, f),
    "a row of guidance under the header" => |s, f| guidance(s, f),
    "a total below" => |s, _| Some(total(s)),
    "a note below" => |s, _| Some(signed(s)),
    "a column of numbers in front" => |s, _| numbered(s),
    "headings between the rows" => |s, f| headed(s, f),
    "the header once more" => header_again,
];

/// The sheet with its rows and columns moved, merged areas with them.
fn remap(sheet: &Sheet, row: impl Fn(u32) -> u32, col: impl Fn(u32) -> u32) -> Sheet {
    let cells = sheet.cells().map(|(at, v)| (Cell::new(row(at.row), col(at.col)), v.clone()));
    let mut out = Sheet::from_cells(&sheet.name, cells);
    for (start, end) in areas(sheet) {
        merge(&mut out, Cell::new(row(start.row), col(start.col)), Cell::new(row(end.row), col(end.col)));
    }
    out
}

fn areas(sheet: &Sheet) -> Vec<(Cell, Cell)> {
    let corner = |(key, end): (&u64, &(u32, u32))| {
        (Cell::new((key >> 32) as u32, *key as u32), Cell::new(end.0, end.1))
    };
    sheet.merges.iter().map(corner).collect()
}

fn merge(sheet: &mut Sheet, start: Cell, end: Cell) {
    sheet.merges.insert((u64::from(start.row) << 32) | u64::from(start.col), (end.row, end.col));
}

fn cells(sheet: &Sheet) -> Vec<(Cell, Value)> {
    sheet.cells().map(|(at, v)| (at, v.clone())).collect()
}

fn with(sheet: &Sheet, more: impl IntoIterator<Item = (Cell, Value)>) -> Sheet {
    let all = cells(sheet).into_iter().chain(more);
    Sheet { merges: sheet.merges.clone(), ..Sheet::from_cells(&sheet.name, all) }
}

fn words(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn last_row(sheet: &Sheet) -> u32 {
    sheet.rows.last().map_or(0, |r| r.at)
}

fn last_col(sheet: &Sheet) -> u32 {
    let filled = sheet.cells().map(|(at, _)| at.col).max().unwrap_or(0);
    areas(sheet).iter().map(|(_, end)| end.col).max().unwrap_or(0).max(filled)
}

/// Merged areas with their text in every cell, as some exports and "unmerge and fill" leave them.
fn filled(sheet: &Sheet, unmerged: bool) -> Sheet {
    let mut more = Vec::new();
    for (start, end) in areas(sheet) {
        let Some(value) = sheet.get(start) else { continue };
        for row in start.row..=end.row {
            more.extend((start.col..=end.col).map(|col| (Cell::new(row, col), value.clone())));
        }
    }
    let mut out = with(sheet, more);
    if unmerged {
        out.merges.clear();
    }
    out
}

/// The field that a cell is the plain label of.
fn label_of(spec: &FormSpec, value: &Value) -> Option<usize> {
    let Value::Text(words) = value else { return None };
    if words.chars().count() > 40 {
        return None;
    }
    let label = text::label(words);
    let bare = label.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四、.".contains(c));
    spec.fields.iter().position(|f| f.within.is_none() && f.labels.iter().any(|l| *l == label || l == bare))
}

/// Each plain label said in another way.
fn relabel(sheet: &Sheet, spec: &FormSpec, say: impl Fn(&str, usize) -> String) -> Option<Sheet> {
    let mut count = 0;
    let mut changed = cells(sheet);
    for (_, value) in &mut changed {
        if label_of(spec, value).is_some() {
            let plain = value.text().trim_matches(['：', ':', '*', ' ']).to_owned();
            *value = words(say(&plain, count));
            count += 1;
        }
    }
    (count > 0).then(|| Sheet { merges: sheet.merges.clone(), ..Sheet::from_cells(&sheet.name, changed) })
}

fn joined(label: &str, blank: &str) -> String {
    label.chars().map(String::from).collect::<Vec<_>>().join(blank)
}

fn broken(label: &str, sign: &str) -> String {
    let half = label.chars().count() / 2;
    let (a, b): (String, String) = (label.chars().take(half).collect(), label.chars().skip(half).collect());
    format!("{a}{sign}{b}")
}

fn full_width(label: &str) -> String {
    let wide =
        |c: char| if ('!'..='~').contains(&c) { char::from_u32(c as u32 + 0xFEE0).unwrap_or(c) } else { c };
    label.chars().map(wide).collect()
}

fn circled(n: usize) -> char {
    char::from_u32(0x2460 + (n as u32 % 20)).unwrap_or('①')
}

/// The one answer that stands right of a plain label, as (label, field, answer).
fn pairs(sheet: &Sheet, spec: &FormSpec) -> Vec<(Cell, usize, Cell)> {
    let mut out = Vec::new();
    for (at, value) in sheet.cells() {
        let Some(field) = label_of(spec, value) else { continue };
        let after = beside_of(sheet, at);
        let Some(answer) = sheet.get(after) else { continue };
        let single = !matches!(spec.fields[field].kind, Kind::Dimensions | Kind::Indicators);
        if single && label_of(spec, answer).is_none() {
            out.push((at, field, after));
        }
    }
    out
}

/// The cell beside a label. Where merged areas are not known (.ods), the next filled one.
fn beside_of(sheet: &Sheet, label: Cell) -> Cell {
    let next = Cell::new(label.row, sheet.extent(label).col + 1);
    let filled = || sheet.cells().map(|(at, _)| at).find(|at| at.row == label.row && at.col > label.col);
    if sheet.merges.is_empty() { filled().unwrap_or(next) } else { next }
}

fn inside(sheet: &Sheet, spec: &FormSpec, sign: &str) -> Option<Sheet> {
    let pairs = pairs(sheet, spec);
    let plain = |at: &Cell| matches!(sheet.get(*at), Some(Value::Text(_) | Value::Number(_)));
    let pairs: Vec<_> = pairs.into_iter().filter(|(_, _, answer)| plain(answer)).collect();
    let mut changed: BTreeMap<Cell, Value> = cells(sheet).into_iter().collect();
    for (label, _, answer) in &pairs {
        let said = changed.remove(answer)?.text();
        let title = changed.get(label)?.text();
        changed.insert(*label, words(format!("{}{sign}{said}", title.trim_end_matches(['：', ':']))));
    }
    (!pairs.is_empty())
        .then(|| Sheet { merges: sheet.merges.clone(), ..Sheet::from_cells(&sheet.name, changed) })
}

/// Every row of labels with its answers in a row below.
fn below(sheet: &Sheet, spec: &FormSpec) -> Option<Sheet> {
    let pairs = pairs(sheet, spec);
    if pairs.is_empty() || spec.fields.iter().any(|f| f.kind == Kind::Dimensions || f.beside.is_some()) {
        return None;
    }
    let mut out: BTreeMap<Cell, Value> = BTreeMap::new();
    for (at, value) in sheet.cells() {
        let below = pairs.iter().find(|(_, _, answer)| *answer == at);
        let place =
            below.map_or(Cell::new(at.row * 2, at.col), |(label, ..)| Cell::new(at.row * 2 + 1, label.col));
        out.insert(place, value.clone());
    }
    Some(Sheet::from_cells(&sheet.name, out))
}

/// A line in the middle of a form, above a row that starts with a label.
fn continued(sheet: &Sheet, line: String) -> Option<Sheet> {
    let middle = sheet.rows.iter().map(|r| r.at).find(|at| at * 2 > last_row(sheet))?;
    let inside = areas(sheet).iter().any(|(start, end)| start.row < middle && end.row >= middle);
    if inside {
        return None;
    }
    let moved = remap(sheet, |r| r + u32::from(r >= middle), |c| c);
    let first = sheet.rows.first()?.cells.first()?.0;
    Some(with(&moved, [(Cell::new(middle, first), words(line))]))
}

/// 1, 2, 3 … in a new first column, under 序号.
fn numbered(sheet: &Sheet) -> Option<Sheet> {
    let moved = remap(sheet, |r| r, |c| c + 1);
    let rows: Vec<u32> = sheet.rows.iter().filter(|r| r.cells.len() > 1).map(|r| r.at).collect();
    let (head, body) = rows.split_first()?;
    let numbers = body.iter().enumerate().map(|(i, at)| (Cell::new(*at, 0), Value::Number(i as f64 + 1.0)));
    Some(with(&moved, numbers.chain([(Cell::new(*head, 0), words("序号"))])))
}

fn remarked(sheet: &Sheet) -> Option<Sheet> {
    if sheet.merges.is_empty() {
        return None;
    }
    let col = last_col(sheet) + 1;
    let rows: Vec<u32> = sheet.rows.iter().filter(|r| r.cells.len() > 1).map(|r| r.at).collect();
    let (head, body) = rows.split_first()?;
    let notes = body.iter().step_by(3).map(|at| (Cell::new(*at, col), words("请如实填写")));
    Some(with(sheet, notes.chain([(Cell::new(*head, col), words("备注"))])))
}

fn with_blank(sheet: &Sheet, spec: &FormSpec) -> Sheet {
    let below = last_row(sheet) + 3;
    let labels = spec.fields.iter().filter(|f| f.within.is_none() && f.beside.is_none());
    let labels = labels.enumerate().map(|(i, f)| (Cell::new(below + 1 + i as u32, 0), words(&*f.label)));
    with(sheet, labels.chain([(Cell::new(below, 0), words(spec.printed_title()))]))
}

/// The same form once more to the right, nobody filled it in.
fn beside(sheet: &Sheet, spec: &FormSpec) -> Option<Sheet> {
    let is_title = |(_, v): &(Cell, &Value)| v.text().contains(&spec.title);
    let (title, _) = sheet.cells().find(is_title)?;
    let col = last_col(sheet) + 2;
    let labels = spec.fields.iter().filter(|f| f.within.is_none() && f.beside.is_none());
    let labels = labels.zip(1..).map(|(f, i)| (Cell::new(title.row + i, col), words(&*f.label)));
    Some(with(sheet, labels.chain([(Cell::new(title.row, col), words(spec.title.clone()))])))
}

fn letterhead(sheet: &Sheet) -> Sheet {
    let moved = remap(sheet, |r| r + 4, |c| c);
    let mut out = with(
        &moved,
        [
            (Cell::new(0, 0), words("成都市质量提升服务工作材料")),
            (Cell::new(1, 0), words("报送单位：拟和县市场监督管理局（盖章）")),
            (Cell::new(2, 0), words("2025年第一季度")),
            (Cell::new(2, 3), words("单位：个、家、人")),
        ],
    );
    merge(&mut out, Cell::new(0, 0), Cell::new(0, 3));
    out
}

fn signed(sheet: &Sheet) -> Sheet {
    let below = last_row(sheet) + 2;
    with(
        sheet,
        [
            (Cell::new(below, 0), words("填表人：张拟涛")),
            (Cell::new(below, 2), words("审核人：李拟娟")),
            (Cell::new(below + 1, 0), words("注：本表由质量服务机构填写，一式三份。")),
        ],
    )
}

/// Behind every answer a field of the office's own.
fn unknown_beside(sheet: &Sheet, spec: &FormSpec) -> Option<Sheet> {
    if sheet.merges.is_empty() {
        // Without merged areas nothing tells where an empty answer ends.
        return None;
    }
    let pairs = pairs(sheet, spec);
    let ends = |label: &Cell| {
        sheet.rows.iter().find(|r| r.at == label.row).and_then(|r| r.cells.last()).map(|c| c.0)
    };
    let more = pairs.iter().filter(|(_, f, answer)| {
        spec.fields[*f].beside.is_none()
            && ends(answer) == Some(answer.col)
            && sheet.extent(*answer).col == answer.col
    });
    let more: Vec<_> = more
        .flat_map(|(_, _, answer)| {
            [
                (Cell::new(answer.row, answer.col + 1), words("统一社会信用代码")),
                (Cell::new(answer.row, answer.col + 2), words("91510114MA6ABCDE7K")),
            ]
        })
        .collect();
    (!more.is_empty()).then(|| with(sheet, more))
}

/// The header row of a table: the first with several labels.
fn header_row(sheet: &Sheet, spec: &FormSpec) -> Option<u32> {
    let labels =
        |r: &&zhiti::workbook::Row| r.cells.iter().filter(|(_, v)| label_of(spec, v).is_some()).count() >= 3;
    sheet.rows.iter().find(labels).map(|r| r.at)
}

fn reversed(sheet: &Sheet) -> Sheet {
    let last = last_col(sheet);
    let cells = sheet.cells().map(|(at, v)| (Cell::new(at.row, last - at.col), v.clone()));
    Sheet::from_cells(&sheet.name, cells)
}

/// A row of groups above the header, each over four columns.
fn grouped(sheet: &Sheet, spec: &FormSpec, merged: bool) -> Option<Sheet> {
    let head = header_row(sheet, spec)?;
    let mut out = remap(sheet, |r| r + u32::from(r >= head), |c| c);
    let groups = ["企业基本情况", "质量基础", "服务情况", "其他信息"];
    for (i, from) in (0..=last_col(sheet)).step_by(4).enumerate() {
        out = with(&out, [(Cell::new(head, from), words(groups[i % 4]))]);
        if merged {
            merge(&mut out, Cell::new(head, from), Cell::new(head, (from + 3).min(last_col(sheet))));
        }
    }
    Some(out)
}

/// Two header rows: the first columns in the upper row (merged down), the rest below a group.
fn grouped_flat(sheet: &Sheet, spec: &FormSpec) -> Option<Sheet> {
    let head = header_row(sheet, spec)?;
    let moved = remap(sheet, |r| r + u32::from(r > head), |c| c);
    let last = last_col(sheet);
    let mut all: BTreeMap<Cell, Value> = cells(&moved).into_iter().collect();
    for col in last / 2..=last {
        if let Some(value) = all.remove(&Cell::new(head, col)) {
            all.insert(Cell::new(head + 1, col), value);
        }
    }
    all.insert(Cell::new(head, last / 2), words("质量提升情况"));
    let mut out = Sheet { merges: moved.merges.clone(), ..Sheet::from_cells(&sheet.name, all) };
    for col in 0..last / 2 {
        merge(&mut out, Cell::new(head, col), Cell::new(head + 1, col));
    }
    merge(&mut out, Cell::new(head, last / 2), Cell::new(head, last));
    Some(out)
}

fn under_header(sheet: &Sheet, spec: &FormSpec, say: impl Fn(u32, &Value) -> Option<Value>) -> Option<Sheet> {
    let head = header_row(sheet, spec)?;
    let moved = remap(sheet, |r| r + u32::from(r > head), |c| c);
    let row = moved.rows.iter().find(|r| r.at == head)?;
    let more: Vec<_> =
        row.cells.iter().filter_map(|(col, v)| Some((Cell::new(head + 1, *col), say(*col, v)?))).collect();
    Some(with(&moved, more))
}

fn column_numbers(sheet: &Sheet, spec: &FormSpec) -> Option<Sheet> {
    under_header(sheet, spec, |col, _| Some(Value::Number(f64::from(col) + 1.0)))
}

fn guidance(sheet: &Sheet, spec: &FormSpec) -> Option<Sheet> {
    under_header(sheet, spec, |col, _| {
        Some(words(if col % 2 == 0 { "（必填）" } else { "（文本）" }))
    })
}

fn total(sheet: &Sheet) -> Sheet {
    let row = last_row(sheet) + 1;
    with(
        sheet,
        [
            (Cell::new(row, 0), words("合 计")),
            (Cell::new(row, 2), words("2份")),
            (Cell::new(row, 3), Value::Number(12.0)),
        ],
    )
}

/// A merged heading above every row of answers.
fn headed(sheet: &Sheet, spec: &FormSpec) -> Option<Sheet> {
    let head = header_row(sheet, spec)?;
    let moved = remap(sheet, |r| if r > head { head + (r - head) * 2 } else { r }, |c| c);
    let rows = sheet.rows.iter().filter(|r| r.at > head).map(|r| head + (r.at - head) * 2 - 1);
    let mut out = with(&moved, rows.clone().map(|at| (Cell::new(at, 0), words("（一）拟和街道"))));
    rows.for_each(|at| merge(&mut out, Cell::new(at, 0), Cell::new(at, last_col(sheet))));
    Some(out)
}

fn header_again(sheet: &Sheet, spec: &FormSpec) -> Option<Sheet> {
    let head = header_row(sheet, spec)?;
    let row = last_row(sheet) + 1;
    let again: Vec<_> = sheet.rows.iter().find(|r| r.at == head)?.cells.clone();
    Some(with(sheet, again.into_iter().map(|(col, v)| (Cell::new(row, col), v))))
}

//! Rows that may be the header of a table: what their cells may name, read once and held against every form.
//!
//! Nearly every row of a form is none, so that what tells this soonest is asked first.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

use super::header::{Name, Readings};
use super::label::Scan;
use super::named::column_of;
use super::table::{Column, Header};
use crate::cell::Cell;
use crate::spec::{FormSpec, Specs};
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// One row, or two, that may be a header: what its cells may name, the same for every form.
pub(super) struct Candidate<'a> {
    row: u32,
    data_from: u32,
    /// First and last column of the row (of the upper one).
    span: (u32, u32),
    columns: Vec<Words<'a>>,
    /// Cells of the lower row, and those of its columns that name nothing in any form.
    below: usize,
    nameless: usize,
}

/// A column of a candidate that may name something: what it may be, first choice first.
struct Words<'a> {
    col: u32,
    tries: Vec<Rc<Name<'a>>>,
    /// Whether the lower row has a cell here.
    sub: bool,
}

/// A row and what each of its cells may name, which is read when first asked for.
struct Line<'a, 's> {
    row: &'a Row,
    names: Vec<OnceCell<Option<Rc<Name<'a>>>>>,
    scan: &'a Scan<'s>,
    specs: &'a Specs,
}

impl<'a, 's> Line<'a, 's> {
    fn of(row: &'a Row, scan: &'a Scan<'s>, specs: &'a Specs) -> Self {
        Self { row, names: vec![OnceCell::new(); row.cells.len()], scan, specs }
    }

    /// The words of the cell in a column, with what they may name.
    fn words(&self, col: u32) -> Option<Text<'_, 'a, 's>> {
        let at = self.row.cells.binary_search_by_key(&col, |(c, _)| *c).ok()?;
        self.words_at(at)
    }

    fn words_at(&self, at: usize) -> Option<Text<'_, 'a, 's>> {
        let (col, Value::Text(words)) = &self.row.cells[at] else { return None };
        Some(Text { words, cell: Cell::new(self.row.at, *col), name: &self.names[at], line: self })
    }
}

/// Columns under a group that hold one answer in parts, and the day beside a signature.
const PARTS: [&str; 31] = [
    "姓名",
    "名字",
    "签字",
    "签名",
    "盖章",
    "签章",
    "签字人",
    "电话",
    "手机",
    "手机号",
    "手机号码",
    "联系电话",
    "联系方式",
    "起",
    "止",
    "始",
    "终",
    "自",
    "至",
    "开始",
    "结束",
    "起始",
    "终止",
    "截止",
    "开始时间",
    "结束时间",
    "开始日期",
    "结束日期",
    "起始时间",
    "截止时间",
    "终止时间",
];
const DAYS: [&str; 6] = ["签字日期", "签名日期", "盖章日期", "签章日期", "签字时间", "签名时间"];

/// The words of one cell.
#[derive(Clone, Copy)]
struct Text<'l, 'a, 's> {
    words: &'a str,
    cell: Cell,
    name: &'l OnceCell<Option<Rc<Name<'a>>>>,
    line: &'l Line<'a, 's>,
}

impl<'a> Text<'_, 'a, '_> {
    /// What they may name alone.
    fn alone(&self) -> Option<Rc<Name<'a>>> {
        let label = |words: &str| self.line.scan.label(self.cell, words);
        let name = || Name::of(Cow::Borrowed(self.words), label, self.line.specs).map(Rc::new);
        self.name.get_or_init(name).clone()
    }

    /// Whether they may go on with a name that their group began.
    fn may_go_on(&self) -> bool {
        self.line.specs.may_go_on(&self.line.scan.label(self.cell, self.words))
    }

    /// Whether they name a question with options.
    fn asks(&self) -> bool {
        let with_options = |name: Rc<Name<'a>>| {
            let Readings { plain, shortened, .. } = name.readings();
            plain.iter().chain(shortened).any(|label| self.line.specs.has_options(label))
        };
        self.alone().is_some_and(with_options)
    }

    /// What they may name as a part of the answer that their group names: its name and date, its start and end.
    fn as_part(&self, group: Text<'_, 'a, '_>) -> Option<Rc<Name<'a>>> {
        let label = self.line.scan.label(self.cell, self.words);
        if PARTS.contains(&&*label) {
            return group.alone();
        }
        let day = || Name::of(Cow::Borrowed("日期"), |words| Cow::Owned(words.to_owned()), self.line.specs);
        DAYS.contains(&&*label).then(day).flatten().map(Rc::new)
    }

    /// What they may name within the words of their group: 国际 under 参与制定标准数量（个）, 服务态度 under 对服务人员满意度.
    fn woven_into(&self, group: Text<'_, 'a, '_>) -> Option<Rc<Name<'a>>> {
        const ASKS: [&str; 3] = ["满意", "评价", "评分"];
        if self.alone().is_some() || self.words.len() > 40 {
            return None;
        }
        if ASKS.iter().any(|word| group.words.contains(word)) {
            return self.in_group(group.words, "-");
        }
        // Looked for among all labels: only where a group of counts may stand.
        if self.words.len() > 12 || !group.words.contains("数量") {
            return None;
        }
        let label = self.line.specs.woven(&text::label(group.words), &text::label(self.words))?;
        Name::of(Cow::Owned(label.to_owned()), |words| Cow::Owned(words.to_owned()), self.line.specs)
            .map(Rc::new)
    }

    /// What they may name behind the words of their group, with a sign between the two or none.
    fn in_group(&self, group: &str, sign: &str) -> Option<Rc<Name<'a>>> {
        let words = Cow::Owned(format!("{group}{sign}{}", self.words));
        Name::of(words, |words| Cow::Owned(text::label(words)), self.line.specs).map(Rc::new)
    }
}

/// Everything in the first rows of a sheet that may be a header of at least `least` columns.
pub(super) fn candidates<'a>(
    sheet: &'a Sheet,
    scan: &'a Scan<'_>,
    specs: &'a Specs,
    least: usize,
) -> Vec<Candidate<'a>> {
    candidates_from(sheet, scan, specs, (0, 30), least)
}

/// The same from one row (by its index), for so many rows.
pub(super) fn candidates_from<'a>(
    sheet: &'a Sheet,
    scan: &'a Scan<'_>,
    specs: &'a Specs,
    (first, count): (usize, usize),
    least: usize,
) -> Vec<Candidate<'a>> {
    let rows = sheet.rows.iter().skip(first).take(count + 1);
    let lines: Vec<Line<'a, '_>> = rows.map(|row| Line::of(row, scan, specs)).collect();
    let mut out = Vec::new();
    for (i, line) in lines.iter().enumerate().take(count) {
        let below = lines.get(i + 1).filter(|below| below.row.at == line.row.at + 1);
        out.extend(one_row(line, least));
        out.extend(below.and_then(|below| two_rows(sheet, line, below, least)));
    }
    out.retain(|candidate| candidate.columns.len() >= least);
    out
}

/// The candidate that names most fields of a form, at least `least`.
pub(super) fn best_header(
    candidates: &[Candidate<'_>],
    spec: &FormSpec,
    cover: &FormSpec,
    least: usize,
) -> Option<Header<'static>> {
    let mut best: Option<Header<'static>> = None;
    for candidate in candidates {
        let Some(header) = candidate.header(spec, cover, least) else { continue };
        let rank = |header: &Header<'_>| (header.fields(), header.options());
        let better = best.as_ref().is_none_or(|b| rank(&header) > rank(b));
        if header.fields() >= least && candidate.is_row_of_labels(&header) && better {
            best = Some(header);
        }
    }
    best
}

impl Candidate<'_> {
    /// The header of a form that it is; `None` where it names fewer than `least` of its columns.
    fn header(&self, spec: &FormSpec, cover: &FormSpec, least: usize) -> Option<Header<'static>> {
        let mut columns: Vec<(u32, Column)> = Vec::with_capacity(self.columns.len());
        let mut unmatched = self.nameless;
        for (at, words) in self.columns.iter().enumerate() {
            match words.tries.iter().find_map(|name| column_of(name.readings(), spec, cover, &columns)) {
                Some(column) => columns.push((words.col, column)),
                None => unmatched += usize::from(words.sub),
            }
            if columns.len() + self.columns.len() - at - 1 < least {
                return None;
            }
        }
        // A row of data is no second header row.
        let is_header = unmatched * 3 <= self.below;
        is_header.then_some(Header { row: self.row, data_from: self.data_from, columns, source: None })
    }

    /// In a header, labels stand side by side; in a form, answers stand between them.
    fn is_row_of_labels(&self, header: &Header<'_>) -> bool {
        let (from, to) = self.span;
        let matched = header.columns.len() as u32;
        matched * 3 >= (to - from + 1).min(60) || matched >= 5
    }
}

fn span(row: &Row) -> Option<(u32, u32)> {
    Some((row.cells.first()?.0, row.cells.last()?.0))
}

fn one_row<'a>(line: &Line<'a, '_>, least: usize) -> Option<Candidate<'a>> {
    let row = line.row;
    if row.cells.len() < least {
        return None;
    }
    let mut columns = Vec::new();
    for (at, (col, _)) in row.cells.iter().enumerate() {
        match line.words_at(at).and_then(|words| words.alone()) {
            Some(name) => columns.push(Words { col: *col, tries: vec![name], sub: false }),
            // With all that follow they would be too few.
            None if columns.len() + row.cells.len() - at - 1 < least => return None,
            None => {}
        }
    }
    Some(Candidate { row: row.at, data_from: row.at + 1, span: span(row)?, columns, below: 0, nameless: 0 })
}

/// A header in two rows: a group above (服务人员签字) and its columns below (签字, 日期).
fn two_rows<'a, 's>(
    sheet: &Sheet,
    top: &Line<'a, 's>,
    below: &Line<'a, 's>,
    least: usize,
) -> Option<Candidate<'a>> {
    // Answers that are numbers, dates or ticks stand in no header.
    let is_words = |(_, value): &(u32, Value)| matches!(value, Value::Text(t) if !text::is_blank_mark(t));
    if !top.row.cells.iter().chain(&below.row.cells).all(is_words) {
        return None;
    }
    if is_entry_line(top.row) {
        return None;
    }
    let stacked = stacked(sheet, top, below).filter(|columns| columns.len() >= least)?;
    // With more nameless ones than that, it is no second header row ([`Candidate::header`]).
    let most = below.row.cells.len() / 3;
    let (mut columns, mut nameless) = (Vec::new(), 0);
    // Answers come first: a few of them tell that it is none.
    let (named, others): (Vec<_>, Vec<_>) = stacked.into_iter().partition(|s| s.cell.alone().is_some());
    for column in others.into_iter().chain(named) {
        let tries = column.tries();
        match tries.is_empty() {
            false => columns.push(Words { col: column.col, tries, sub: column.sub }),
            true => nameless += usize::from(column.sub),
        }
        if nameless > most {
            return None;
        }
    }
    columns.sort_by_key(|words| words.col);
    let (row, below) = (top.row, below.row);
    let (span, data_from) = (span(row)?, below.at + 1);
    Some(Candidate { row: row.at, data_from, span, columns, below: below.cells.len(), nameless })
}

/// `质量服务机构名称：` and its answer over a table are no groups of its columns.
fn is_entry_line(row: &Row) -> bool {
    let asks =
        |(_, value): &(u32, Value)| matches!(value, Value::Text(t) if t.trim_end().ends_with([':', '：']));
    row.cells.len() <= 3 && row.cells.iter().any(asks)
}

/// A column of a header in two rows.
struct Stacked<'l, 'a, 's> {
    col: u32,
    cell: Text<'l, 'a, 's>,
    /// The words of its group, where its own stand in the lower row under one.
    group: Option<&'a str>,
    /// The group where it stands over more columns than this one, as a question over its options.
    question: Option<Text<'l, 'a, 's>>,
    /// Whether the lower row has a cell here.
    sub: bool,
}

impl<'a> Stacked<'_, 'a, '_> {
    /// What it may name, first choice first.
    fn tries(&self) -> Vec<Rc<Name<'a>>> {
        let in_group = self.group.filter(|_| self.cell.may_go_on());
        let in_group = in_group.and_then(|group| self.cell.in_group(group, ""));
        // An option under its question; an answer under a header of its own column is none.
        let asks = self.question.is_some_and(|question| question.asks());
        let option = self.group.filter(|_| asks).and_then(|group| self.cell.in_group(group, ":"));
        let under = self.question.filter(|_| self.group.is_some());
        let part = under.and_then(|group| self.cell.as_part(group));
        let woven = under.and_then(|group| self.cell.woven_into(group));
        // 日期 alone is the day beside a signature, 开始日期 under 服务时间 a part of it.
        option.into_iter().chain(in_group).chain(part).chain(self.cell.alone()).chain(woven).collect()
    }
}

/// The columns of two rows of words; `None` where they reach too far.
fn stacked<'l, 'a, 's>(
    sheet: &Sheet,
    top: &'l Line<'a, 's>,
    below: &'l Line<'a, 's>,
) -> Option<Vec<Stacked<'l, 'a, 's>>> {
    let ((from, to), (sub_from, sub_to)) = (span(top.row)?, span(below.row)?);
    let last = to.max(sub_to);
    if last > 400 {
        return None;
    }
    let mut out = Vec::new();
    let (mut group, mut group_end, mut question) = ("", 0, None);
    for col in from.min(sub_from)..=last {
        let (above, sub) = (top.words(col), below.words(col));
        if let Some(above) = above {
            let extent = sheet.extent(Cell::new(top.row.at, col));
            group = above.words;
            group_end = if extent.row > top.row.at { col } else { extent.col.max(col) };
            let wide = extent.col > col || top.words(col + 1).is_none() && below.words(col + 1).is_some();
            question = wide.then_some(above);
        }
        let in_group = sub.is_some() && (col <= group_end || above.is_none());
        let Some(cell) = sub.or(above) else { continue };
        out.push(Stacked {
            col,
            cell,
            group: in_group.then_some(group).filter(|g| !g.is_empty()),
            question,
            sub: sub.is_some(),
        });
    }
    Some(out)
}

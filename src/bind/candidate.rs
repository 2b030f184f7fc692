//! Rows that may be the header of a table: what their cells may name, read once and held against every form.
//!
//! Nearly every row of a form is none, so that what tells this soonest is asked first.

use std::cell::OnceCell;
use std::rc::Rc;

use super::header::{Name, Readings};
use super::table::{Column, Header};
use super::words::{self, Words};
use crate::cell::Cell;
use crate::spec::{FormSpec, Specs};
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// One row, or two, that may be a header: what its cells may name, the same for every form.
pub(super) struct Candidate {
    row: u32,
    data_from: u32,
    /// First and last column of the row (of the upper one).
    span: (u32, u32),
    columns: Vec<Headed>,
    /// Cells of the lower row, and those of its columns that name nothing in any form.
    below: usize,
    nameless: usize,
}

/// A column of a candidate that may name something: what it may be, first choice first.
struct Headed {
    col: u32,
    tries: Vec<Rc<Name>>,
    /// Whether the lower row has a cell here.
    sub: bool,
}

/// A row and the texts of its cells, taken up when first asked for.
struct Line<'a> {
    row: &'a Row,
    texts: Vec<OnceCell<Rc<Words>>>,
    specs: &'a Specs,
}

impl<'a> Line<'a> {
    fn of(row: &'a Row, specs: &'a Specs) -> Self {
        Self { row, texts: vec![OnceCell::new(); row.cells.len()], specs }
    }

    /// The text of the cell in a column.
    fn text(&self, col: u32) -> Option<Text<'_>> {
        let at = self.row.cells.binary_search_by_key(&col, |(c, _)| *c).ok()?;
        self.text_at(at)
    }

    fn text_at(&self, at: usize) -> Option<Text<'_>> {
        let Value::Text(source) = &self.row.cells[at].1 else { return None };
        let words = self.texts[at].get_or_init(|| words::words(source, self.specs));
        Some(Text { words, specs: self.specs })
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

/// The text of one cell.
#[derive(Clone, Copy)]
struct Text<'l> {
    words: &'l Words,
    specs: &'l Specs,
}

impl<'l> Text<'l> {
    fn source(&self) -> &'l str {
        &self.words.source
    }

    /// What it may name alone.
    fn alone(&self) -> Option<Rc<Name>> {
        self.words.name(self.specs)
    }

    /// Whether it may go on with a name that its group began.
    fn may_go_on(&self) -> bool {
        self.specs.may_go_on(self.words.label())
    }

    /// Whether it names a question with options.
    fn asks(&self) -> bool {
        let with_options = |name: Rc<Name>| {
            let Readings { plain, shortened, .. } = name.readings();
            plain.iter().chain(shortened).any(|label| self.specs.has_options(label))
        };
        self.alone().is_some_and(with_options)
    }

    /// What it may name as a part of the answer that its group names: its name and date, its start and end.
    fn as_part(&self, group: Text<'_>) -> Option<Rc<Name>> {
        let label = self.words.label();
        if PARTS.contains(&label) {
            return group.alone();
        }
        DAYS.contains(&label).then(|| self.name("日期")).flatten()
    }

    /// What it may name within the words of its group: 国际 under 参与制定标准数量（个）, 服务态度 under 对服务人员满意度.
    fn woven_into(&self, group: Text<'_>) -> Option<Rc<Name>> {
        const ASKS: [&str; 3] = ["满意", "评价", "评分"];
        let (words, above) = (self.source(), group.source());
        if self.alone().is_some() || words.len() > 40 {
            return None;
        }
        if ASKS.iter().any(|word| above.contains(word)) {
            return self.in_group(above, "-");
        }
        // Looked for among all labels: only where a group of counts may stand.
        if words.len() > 12 || !above.contains("数量") {
            return None;
        }
        self.specs.woven(group.words.label(), self.words.label()).and_then(|label| self.name(label))
    }

    /// What it may name behind the words of its group, with a sign between the two or none.
    fn in_group(&self, group: &str, sign: &str) -> Option<Rc<Name>> {
        self.name(&format!("{group}{sign}{}", self.words.source))
    }

    /// What other words may name.
    fn name(&self, words: &str) -> Option<Rc<Name>> {
        words::words(words, self.specs).name(self.specs)
    }
}

/// Filled rows among which the header of a table must be.
const FIRST_ROWS: usize = 30;

/// Everything in the first rows of a sheet that may be a header of at least `least` columns.
pub(super) fn candidates(sheet: &Sheet, specs: &Specs, least: usize) -> Vec<Candidate> {
    candidates_from(sheet, specs, (0, FIRST_ROWS), least)
}

/// The same from one row (by its index), for so many rows.
pub(super) fn candidates_from(
    sheet: &Sheet,
    specs: &Specs,
    (first, count): (usize, usize),
    least: usize,
) -> Vec<Candidate> {
    let rows = sheet.rows.iter().skip(first).take(count + 2);
    let lines: Vec<Line<'_>> = rows.map(|row| Line::of(row, specs)).collect();
    let mut out = Vec::new();
    for (i, line) in lines.iter().enumerate().take(count) {
        let below = lines.get(i + 1).filter(|below| below.row.at == line.row.at + 1);
        out.extend(one_row(line, least));
        out.extend(below.and_then(|below| two_rows(sheet, line, below, least)));
        let third = below.and_then(|_| lines.get(i + 2));
        out.extend(third.and_then(|third| three_rows(sheet, [line, &lines[i + 1], third], least)));
    }
    out.retain(|candidate| candidate.columns.len() >= least);
    out
}

/// The candidate that names most fields of a form, at least `least`.
pub(super) fn best_header(
    candidates: &[Candidate],
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

impl Candidate {
    /// The header of a form that it is; `None` where it names fewer than `least` of its columns.
    fn header(&self, spec: &FormSpec, cover: &FormSpec, least: usize) -> Option<Header<'static>> {
        let mut columns: Vec<(u32, Column)> = Vec::with_capacity(self.columns.len());
        let mut unmatched = self.nameless;
        for (at, named) in self.columns.iter().enumerate() {
            match named.tries.iter().find_map(|name| name.column(spec, cover)) {
                Some(found) => columns.push((named.col, found.behind(&columns, spec))),
                None => unmatched += usize::from(named.sub),
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

fn one_row(line: &Line<'_>, least: usize) -> Option<Candidate> {
    let row = line.row;
    if row.cells.len() < least {
        return None;
    }
    let mut columns = Vec::new();
    for (at, (col, _)) in row.cells.iter().enumerate() {
        match line.text_at(at).and_then(|text| text.alone()) {
            Some(name) => columns.push(Headed { col: *col, tries: vec![name], sub: false }),
            // With all that follow they would be too few.
            None if columns.len() + row.cells.len() - at - 1 < least => return None,
            None => {}
        }
    }
    Some(Candidate { row: row.at, data_from: row.at + 1, span: span(row)?, columns, below: 0, nameless: 0 })
}

/// A header in two rows: a group above (服务人员签字) and its columns below (签字, 日期).
fn two_rows(sheet: &Sheet, top: &Line<'_>, below: &Line<'_>, least: usize) -> Option<Candidate> {
    if top.row.cells.len() + below.row.cells.len() < least {
        return None;
    }
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
    let (named, others): (Vec<_>, Vec<_>) = stacked.into_iter().partition(|s| s.text.alone().is_some());
    for column in others.into_iter().chain(named) {
        let tries = column.tries();
        match tries.is_empty() {
            false => columns.push(Headed { col: column.col, tries, sub: column.sub }),
            true => nameless += usize::from(column.sub),
        }
        if nameless > most {
            return None;
        }
    }
    columns.sort_by_key(|named| named.col);
    let (row, below) = (top.row, below.row);
    let (span, data_from) = (span(row)?, below.at + 1);
    Some(Candidate { row: row.at, data_from, span, columns, below: below.cells.len(), nameless })
}

/// A header in three rows, told by a cell that is merged over all of them: the groups of the middle row stand for
/// those above them.
fn three_rows(sheet: &Sheet, [top, middle, below]: [&Line<'_>; 3], least: usize) -> Option<Candidate> {
    let at = top.row.at;
    let end = |col: u32| sheet.extent(Cell::new(at, col));
    let is_tall = |(col, _): &(u32, Value)| end(*col).row == at.saturating_add(2);
    let follow = middle.row.at == at + 1 && below.row.at == at + 2;
    if sheet.merges.is_empty() || !follow || !top.row.cells.iter().any(is_tall) {
        return None;
    }
    let heads_groups = |col: u32| middle.row.cells.iter().any(|(c, _)| (col..=end(col).col).contains(c));
    let own = top.row.cells.iter().filter(|(col, _)| !heads_groups(*col));
    let mut cells: Vec<(u32, Value)> = own.chain(&middle.row.cells).cloned().collect();
    cells.sort_by_key(|(col, _)| *col);
    let groups = Row { at, cells };
    two_rows(sheet, &Line::of(&groups, top.specs), below, least)
}

/// `质量服务机构名称：` and its answer over a table are no groups of its columns.
fn is_entry_line(row: &Row) -> bool {
    let asks =
        |(_, value): &(u32, Value)| matches!(value, Value::Text(t) if t.trim_end().ends_with([':', '：']));
    row.cells.len() <= 3 && row.cells.iter().any(asks)
}

/// A column of a header in two rows.
struct Stacked<'l> {
    col: u32,
    text: Text<'l>,
    /// The words of its group, where its own stand in the lower row under one.
    group: Option<&'l str>,
    /// The group where it stands over more columns than this one, as a question over its options.
    question: Option<Text<'l>>,
    /// Whether the lower row has a cell here.
    sub: bool,
}

impl Stacked<'_> {
    /// What it may name, first choice first.
    fn tries(&self) -> Vec<Rc<Name>> {
        let in_group = self.group.filter(|_| self.text.may_go_on());
        let in_group = in_group.and_then(|group| self.text.in_group(group, ""));
        // An option under its question; an answer under a header of its own column is none.
        let asks = self.question.is_some_and(|question| question.asks());
        let option = self.group.filter(|_| asks).and_then(|group| self.text.in_group(group, ":"));
        let under = self.question.filter(|_| self.group.is_some());
        let part = under.and_then(|group| self.text.as_part(group));
        let woven = under.and_then(|group| self.text.woven_into(group));
        // 日期 alone is the day beside a signature, 开始日期 under 服务时间 a part of it.
        option.into_iter().chain(in_group).chain(part).chain(self.text.alone()).chain(woven).collect()
    }
}

/// The columns of two rows of words; `None` where they reach too far.
fn stacked<'l>(sheet: &Sheet, top: &'l Line<'_>, below: &'l Line<'_>) -> Option<Vec<Stacked<'l>>> {
    let ((from, to), (sub_from, sub_to)) = (span(top.row)?, span(below.row)?);
    let last = to.max(sub_to);
    if last > 400 {
        return None;
    }
    let mut out = Vec::new();
    let (mut group, mut group_end, mut question) = ("", 0, None);
    for col in from.min(sub_from)..=last {
        let (above, sub) = (top.text(col), below.text(col));
        if let Some(above) = above {
            let extent = sheet.extent(Cell::new(top.row.at, col));
            group = above.source();
            group_end = if extent.row > top.row.at { col } else { extent.col.max(col) };
            let wide = extent.col > col || top.text(col + 1).is_none() && below.text(col + 1).is_some();
            question = wide.then_some(above);
        }
        let in_group = sub.is_some() && (col <= group_end || above.is_none());
        let Some(text) = sub.or(above) else { continue };
        out.push(Stacked {
            col,
            text,
            group: in_group.then_some(group).filter(|g| !g.is_empty()),
            question,
            sub: sub.is_some(),
        });
    }
    Some(out)
}

//! Answers that spread over several rows: which cells below a label still belong to its answer.
//!
//! Only rows in which nothing stands under the label go on with it, and only where what stands there can be nothing
//! else: options and ticks of a question, paragraphs of a text, the second day of a range.

use super::Slot;
use super::boxes;
use super::grid;
use super::joined::{joined, opens_with_hint, without_hint};
use super::label::NUMERALS;
use super::labels::Label;
use super::slots::{Ground, MOST_ROWS, row_at, rows_between};
use crate::cell::Cell;
use crate::parse::date;
use crate::spec::{Field, Kind};
use crate::text;
use crate::workbook::Value;

impl Ground<'_, '_> {
    /// The answer of a question with options in cells of their own, right of column `left`.
    pub(super) fn chosen(&self, field: &Field, left: Option<u32>, cells: &[Cell]) -> Option<Slot> {
        let row = cells.first()?.row;
        grid::answer(self.sheet, field, left, cells)
            .or_else(|| left.and_then(|left| boxes::beside(self.sheet, field, row, left, cells)))
            .or_else(|| boxes::under_heads(self.sheet, field, row, cells))
    }

    /// Cells below those right of a label that go on with its answer, from a row on.
    pub(super) fn further(
        &self,
        label: &Label,
        row: u32,
        columns: (u32, u32),
        first: Option<Cell>,
    ) -> Vec<Cell> {
        let field = &self.spec.fields[label.field];
        match (field.kind, first) {
            (Kind::One | Kind::Many, _) => self.going_on(field, row, columns),
            (Kind::Block, Some(first)) => self.lines(field, Cell::new(row, first.col), true),
            (Kind::Text, Some(first)) if self.has_label_below(row) => {
                self.lines(field, Cell::new(row, first.col), true)
            }
            (Kind::Range, Some(first)) => self.end_below(Cell::new(row, first.col)),
            _ => Vec::new(),
        }
    }

    /// The cells of a row that holds the end of a service and nothing else.
    fn end_below(&self, first: Cell) -> Vec<Cell> {
        let Some(row) = row_at(self.sheet, first.row).filter(|_| ends_a_service(&self.sheet.text(first)))
        else {
            return Vec::new();
        };
        let cells: Vec<Cell> = row.cells.iter().map(|(col, _)| Cell::new(row.at, *col)).collect();
        let is_ours = |cell: &Cell| cell.col >= first.col && !self.occupied.contains(cell);
        if cells.iter().all(is_ours) { cells } else { Vec::new() }
    }

    /// The paragraphs from a cell on: rows that hold no more than this cell, down to the next label, heading or note,
    /// to who signs, or to what looks like the label of a field that is not ours. A row is left free only where labels
    /// follow. In the first row, further cells may stand beside it unless it is `strict`.
    pub(super) fn lines(&self, field: &Field, from: Cell, strict: bool) -> Vec<Cell> {
        let mut out: Vec<Cell> = Vec::new();
        let mut next = from.row;
        for row in rows_between(self.sheet, from.row, self.last) {
            let cell = Cell::new(row.at, from.col);
            let follows = row.at <= next || row.at == next + 1 && self.has_label_below(row.at);
            let may_share = !strict && row.at == from.row;
            let Some(value) = self.sheet.get(cell).filter(|_| may_share || row.cells.len() == 1) else {
                break;
            };
            let is_words = || may_share || matches!(value, Value::Text(words) if !closes(words));
            // The printed guidance stands in front of the answer, in its cell or in one of its own.
            let is_guided =
                out.is_empty() && matches!(value, Value::Text(words) if opens_with_hint(field, words));
            if !follows
                || !(is_guided || self.goes_below(row, cell))
                || !is_words()
                || self.asks(from, &out, cell)
            {
                break;
            }
            out.push(cell);
            next = self.sheet.extent(cell).row.saturating_add(1);
        }
        while out.len() > usize::from(!strict) && self.is_end(&out) {
            out.pop();
        }
        self.take(&out);
        out
    }

    pub(super) fn has_label_below(&self, row: u32) -> bool {
        let mut labels = self.occupied.range(Cell::new(row.saturating_add(1), 0)..);
        labels.next().is_some_and(|cell| cell.row <= self.last)
    }

    /// Whether the last of some lines is none of them: it closes the form, asks something else or leads on.
    fn is_end(&self, lines: &[Cell]) -> bool {
        let Some((last, others)) = lines.split_last() else { return false };
        let words = self.sheet.text(*last);
        may_close(&words, self.has_label_below(last.row))
            || !others.is_empty() && (names_a_field(&words) && !self.is_told(*last) || self.leads_on(lines))
    }

    /// Whether a line that begins with a label was found to be an answer ([`super::narrated`]).
    fn is_told(&self, cell: Cell) -> bool {
        self.scan.at(cell).is_some_and(|words| !words.hits(self.spec).is_empty())
    }

    /// Whether a line looks like the label of another field: it goes on with the numbers of the labels, not with those
    /// of the paragraphs; or it is a noun that forms ask for, in front of a colon at its end, or a label of any form.
    fn asks(&self, from: Cell, lines: &[Cell], cell: Cell) -> bool {
        let words = self.sheet.text(cell);
        if words.chars().count() > 40 || self.is_told(cell) {
            return false;
        }
        let number = |cell: &Cell| leading_number(&self.sheet.text(*cell));
        let label = from.row.checked_sub(1).map(|row| Cell::new(row, from.col));
        let follows = |cell: &Cell| matches!((number(cell), leading_number(&words)), (Some((a, x)), Some((b, y))) if a == b && x + 1 == y);
        let ends_open = words.trim_end().ends_with(['：', ':']);
        let goes_on = label.is_some_and(|label| follows(&label)) && !lines.iter().any(follows);
        let is_known = || {
            let asked = text::label(&words);
            asked.split_once(':').is_some_and(|(head, _)| self.scan.specs().names_something(head))
        };
        // The first line is the answer unless it plainly asks.
        match lines {
            [] => goes_on && ends_open,
            _ => goes_on || ends_open && ends_with(&words, &ASKED) || names_a_field(&words) && is_known(),
        }
    }

    /// Whether the last of some paragraphs leads to what comes below: `二、服务评价`, `请在选项上打勾：`.
    fn leads_on(&self, lines: &[Cell]) -> bool {
        let Some((last, others)) = lines.split_last() else { return false };
        let words = self.sheet.text(*last);
        let is_short = words.chars().count() <= 24;
        // `（二）再做培训` may be a paragraph, `二、服务评价` and `（二）服务评价` head what comes below.
        let heads = || !words.trim_start().starts_with(['(', '（']) || ends_with(&words, &ASKED);
        is_short
            && (words.trim_end().ends_with(['：', ':'])
                || is_numbered(&words)
                    && heads()
                    && !others.iter().any(|cell| is_numbered(&self.sheet.text(*cell))))
    }

    /// The words behind a label in its own cell, with the paragraphs in the rows below.
    pub(super) fn with_lines(&self, field: &Field, label: &Label, words: String) -> String {
        if field.kind != Kind::Block {
            return words;
        }
        let below = self.lines(field, Cell::new(label.extent.row + 1, label.cell.col), true);
        let lines = below.iter().map(|cell| without_hint(field, &self.sheet.text(*cell)));
        [words].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
    }

    /// Cells of the rows from one on that go on with the options of a question: nothing stands left of them, under
    /// the label, no label stands among them, and one at least speaks of the options.
    pub(super) fn going_on(&self, field: &Field, from: u32, (left, right): (u32, u32)) -> Vec<Cell> {
        let mut out = Vec::new();
        let rows = rows_between(self.sheet, from, self.last.min(from + MOST_ROWS));
        for (row, at) in rows.zip(from..) {
            let cell = |(col, _): &(u32, Value)| Cell::new(row.at, *col);
            let is_ours =
                |at: &(u32, Value)| (left..=right).contains(&at.0) && !self.occupied.contains(&cell(at));
            let speaks = |at: &(u32, Value)| grid::speaks(self.sheet, field, cell(at));
            if row.at != at || !row.cells.iter().all(is_ours) || !row.cells.iter().any(speaks) {
                break;
            }
            out.extend(row.cells.iter().map(|(col, _)| Cell::new(row.at, *col)));
        }
        out
    }

    /// The answer of a question with its options in the rows under the label, which stands alone in its row.
    pub(super) fn chosen_below(&self, field: &Field, label: &Label, first: Cell) -> Option<Slot> {
        let is_alone = || row_at(self.sheet, label.cell.row).is_some_and(|row| row.cells.len() == 1);
        if !field.kind.has_options() || !is_alone() {
            return None;
        }
        let cells = self.going_on(field, first.row, (first.col, u32::MAX));
        self.take(&cells);
        let joined = || joined(self.sheet, field, &cells).map(|(cell, content)| Slot { cell, content });
        self.chosen(field, first.col.checked_sub(1), &cells).or_else(joined)
    }
}

/// Whether words open with what the end of a service opens with.
fn ends_a_service(words: &str) -> bool {
    words.trim_start().starts_with(['止', '至', '到', '终', '截', '结', '~', '—', '-'])
}

/// `二、…`, `（二）…`.
pub(super) fn is_numbered(words: &str) -> bool {
    let mut chars = words.trim_start().trim_start_matches(['(', '（']).chars();
    chars.next().is_some_and(|c| NUMERALS.contains(&c))
        && matches!(chars.next(), Some('、' | ')' | '）' | '.'))
}

/// The style of the number in front of words, and the number: `1.`, `一、`, `（1）`.
fn leading_number(words: &str) -> Option<(char, usize)> {
    let trimmed = words.trim_start();
    let inner = trimmed.trim_start_matches(['(', '（']);
    let bracket = inner.len() < trimmed.len();
    let mut chars = inner.chars();
    let (first, second) = (chars.next()?, chars.next()?);
    let numeral = NUMERALS.iter().position(|c| *c == first).map(|at| at + 1);
    let number = first.to_digit(10).map(|n| n as usize).or(numeral)?;
    let style = if numeral.is_some() { '一' } else { '1' };
    let style = if bracket { '(' } else { style };
    matches!(second, '.' | '．' | '、' | ')' | '）').then_some((style, number))
}

/// What forms ask for in lines of their own, and what they ask for in front of an answer.
const ASKED: [&str; 16] = [
    "情况", "需求", "成效", "效果", "内容", "建议", "意见", "评价", "经验", "做法", "效益", "不足", "方向",
    "目标", "时间", "名称",
];
const NAMED: [&str; 9] = ["类型", "名称", "日期", "单位", "电话", "地址", "编号", "机构", "规模"];

/// Whether the head of a line, or all of it, ends with one of some nouns.
fn ends_with(words: &str, nouns: &[&str]) -> bool {
    let label = text::label(words);
    let head = label.split_once(':').map_or(&*label, |(head, _)| head);
    head.chars().count() <= 16 && nouns.iter().any(|noun| head.ends_with(noun))
}

/// Whether words say something to a noun that forms ask for: `培训地址：新都区政务中心`.
fn names_a_field(words: &str) -> bool {
    text::label(words).contains(':') && ends_with(words, &NAMED)
}

/// Who fills in, signs or is asked, in front of a colon; and words that open what stands below the last answer.
const SIGNERS: [&str; 14] = [
    "填报人",
    "填表人",
    "填写人",
    "审核",
    "审核人",
    "负责人",
    "经办人",
    "制表",
    "制表人",
    "联系人",
    "联系电话",
    "电话",
    "填报单位",
    "填表单位",
];
/// The same, but words that an account may begin a line with.
const WHO: [&str; 2] = ["企业", "单位"];
const CLOSING: [&str; 9] =
    ["(盖章", "盖章", "企业盖章", "企业(盖章", "单位盖章", "单位(盖章", "谢谢", "感谢", "附件"];
/// Longest line that closes a form, in characters.
const LONGEST: usize = 40;

/// Whether a line closes a form whatever stands below it: who filled it in, thanks.
pub(super) fn closes(words: &str) -> bool {
    if words.chars().count() > LONGEST {
        return false;
    }
    let label = text::label(words);
    SIGNERS.contains(&head_of(&label)) || CLOSING.iter().any(|word| label.starts_with(word))
}

fn head_of(label: &str) -> &str {
    label.split_once(':').map_or(label, |(head, _)| head).trim_end_matches("签字")
}

/// Whether a line closes a form where nothing goes on below it: a date alone, a remark in brackets, for whom it is
/// signed. Above a further label, a date and what an enterprise did belong to the account.
pub(super) fn may_close(words: &str, has_label_below: bool) -> bool {
    if words.chars().count() > LONGEST {
        return false;
    }
    let label = text::label(words);
    let is_remark = label.starts_with('(') && label.find(')') == Some(label.len() - 1);
    let signs = WHO.contains(&head_of(&label));
    let is_day = || matches!(date::date(words), Ok(Some(_)));
    is_remark
        || signs && (!has_label_below || label.contains(['签', '章']) || !label.contains(':'))
        || !has_label_below && is_day()
}

#[cfg(test)]
mod tests {
    use crate::bind::testing::{SURVEY_HEAD, book, said_in, specs};

    fn texts(rows: &[&[&str]]) -> Vec<String> {
        said_in(&book(&[&SURVEY_HEAD[..], rows].concat()), &["service_content", "outcomes", "staff_attitude"])
    }

    #[test]
    fn paragraphs_in_rows_of_their_own_are_one_answer() {
        let rating: &[&str] = &["3. 对服务人员的服务态度：", "满意"];
        let below: [&[&str]; 7] = [
            &["1. 主要的质量提升服务内容："],
            &["（1）计量培训"],
            &["（2）现场诊断"],
            &["2. 取得的质量提升服务成效：校准率上升"],
            &["返工率下降"],
            &["二、服务评价"],
            rating,
        ];
        assert_eq!(texts(&below), ["（1）计量培训\n（2）现场诊断", "校准率上升\n返工率下降", "满意"]);
        let beside: [&[&str]; 4] =
            [&["主要的质量提升服务内容", "计量培训"], &["", "现场诊断"], &["", "（可另附页）"], rating];
        assert_eq!(texts(&beside), ["计量培训\n现场诊断", "", "满意"]);
    }

    #[test]
    fn a_label_in_other_words_ends_the_answer_above_it() {
        for (label, other) in [
            ("1. 主要的质量提升服务内容：", "2. 成效怎样"),
            ("服务内容", "质量提升后的成效："),
            ("服务内容", "需求类型：无"),
        ] {
            let rows: [&[&str]; 4] = [&[label], &["计量培训"], &[other], &["校准率上升"]];
            assert_eq!(texts(&rows)[0], "计量培训", "{other}");
        }
        let rows: [&[&str]; 3] = [&["1. 主要的质量提升服务内容："], &["1. 计量培训"], &["2. 现场诊断"]];
        assert_eq!(texts(&rows)[0], "1. 计量培训\n2. 现场诊断");
    }

    #[test]
    fn what_closes_a_form_is_no_paragraph() {
        for closing in ["填表人：张拟涛", "2025年3月4日", "（盖章）", "注：本表一式两份。", "感谢您的配合！"]
        {
            let rows: [&[&str]; 3] = [&["2. 取得的质量提升服务成效："], &["校准率上升"], &[closing]];
            assert_eq!(texts(&rows)[1], "校准率上升", "{closing}");
        }
    }

    #[test]
    fn an_account_goes_on_behind_dates_places_and_whom_it_tells_of() {
        let diary: [&[&str]; 10] = [
            &["1. 主要的质量提升服务内容："],
            &["2025年1月13日"],
            &["现场诊断"],
            &["培训地址：新都区政务中心"],
            &["（二）再做培训"],
            &["2. 取得的质量提升服务成效："],
            &["合格率提高"],
            &["企业：建立了计量管理体系"],
            &["3. 对服务人员的服务态度：", "满意"],
            &["填表人：张拟涛"],
        ];
        let content = "2025年1月13日\n现场诊断\n培训地址：新都区政务中心\n（二）再做培训";
        assert_eq!(texts(&diary), [content, "合格率提高\n企业：建立了计量管理体系", "满意"]);
    }

    #[test]
    fn a_long_account_is_read_to_its_end() {
        let lines: Vec<String> = (1..=95).map(|n| format!("第{n}步校准器具")).collect();
        let mut rows: Vec<Vec<&str>> = vec![vec!["1. 主要的质量提升服务内容："]];
        rows.extend(lines.iter().map(|line| vec![line.as_str()]));
        rows.push(vec!["2. 取得的质量提升服务成效：好"]);
        let below: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        assert_eq!(texts(&below)[0].lines().count(), 95);
        let mut rows: Vec<Vec<&str>> = lines.iter().map(|line| vec!["", line.as_str()]).collect();
        rows[0][0] = "服务内容";
        rows.push(vec!["对服务人员的服务态度", "满意"]);
        let beside: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let mut book = book(&[&SURVEY_HEAD[..], &beside].concat());
        book.sheets[0].merge((4, 0), (98, 0));
        assert_eq!(said_in(&book, &["service_content"])[0].lines().count(), 95);
    }

    #[test]
    fn a_word_of_page_breaks_opens_words_as_well_as_pages() {
        let rows: [&[&str]; 3] = [&["主要的质量提升服务内容"], &["续签检定合同3份"], &["成效", "好"]];
        assert_eq!(texts(&rows)[0], "续签检定合同3份");
    }

    #[test]
    fn an_answer_may_stand_below_the_printed_guidance() {
        let hint = &specs().of(crate::spec::Form::E).field("improvement").unwrap().hint;
        let rows: [&[&str]; 5] = [
            &["中小企业质量提升情况反馈表"],
            &["企业名称", "成都拟禾食品有限公司"],
            &["一、企业质量提升情况"],
            &[hint],
            &["返工率下降"],
        ];
        assert_eq!(said_in(&book(&rows), &["improvement"]), ["返工率下降"]);
    }

    #[test]
    fn the_days_of_a_range_may_stand_under_each_other() {
        let rows: [&[&str]; 3] = [
            &["服务时间", "起：2025年1月13日"],
            &["", "止：2025年2月4日"],
            &["对服务人员的服务态度", "满意"],
        ];
        let mut book = book(&[&SURVEY_HEAD[..], &rows].concat());
        let want = ["2025-01-13~2025-02-04", "满意"];
        assert_eq!(said_in(&book, &["service_time", "staff_attitude"]), want);
        book.sheets[0].merge((4, 0), (5, 0));
        assert_eq!(said_in(&book, &["service_time", "staff_attitude"]), want);
    }
}

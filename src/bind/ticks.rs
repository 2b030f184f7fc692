//! What a cell says in the column of one option: chosen, not chosen, or words of its own.
//!
//! Offices write a cross beside checks for no, and a cross alone for yes: which of the two is told by the other
//! cells of the question, never by the sign.

use super::answers::is_skip_mark;
use super::table::{Column, Header};
use crate::cell::Cell;
use crate::parse::marks::{self, Choice, Choices};
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// Whether the words in an option's column tick it; `None` where they are other words.
pub(super) fn is_tick(key: &str) -> Option<bool> {
    if text::is_blank_mark(key) || is_skip_mark(key) {
        return Some(false);
    }
    match key.to_ascii_uppercase().as_str() {
        "0" | "0.0" | "否" | "未选" | "未选中" | "未选择" | "FALSE" | "NO" | "N" | "F" | "N/A" | "NA"
        | "错" | "假" | "□" | "☐" | "○" => Some(false),
        "1" | "1.0" | "是" | "已选" | "选中" | "TRUE" | "YES" | "Y" | "T" | "OK" | "√" | "✓" | "✔" | "✅"
        | "☑" | "☒" | "■" | "●" | "★" | "∨" | "V" | "有" | "要" | "需" | "需要" | "有需要" | "有需求"
        | "选" | "勾选" | "选择" | "对" | "真" | "开展" | "已开展" | "涉及" => Some(true),
        _ if says_no(key) => Some(false),
        _ => None,
    }
}

/// `无`, `不需要`, `未勾选`, `暂无`: a few words that say no and nothing else.
fn says_no(key: &str) -> bool {
    const NO: [&str; 10] = ["不", "无", "没有", "没", "未", "暂无", "暂不", "暂未", "尚未", "暂时不"];
    const WHAT: [&str; 18] = [
        "", "需要", "需求", "选", "选择", "勾选", "涉及", "选中", "需", "要", "考虑", "开展", "适用", "参加",
        "参与", "包含", "提供", "项",
    ];
    NO.iter()
        .filter_map(|no| key.strip_prefix(no))
        .any(|what| WHAT.contains(&what.trim_start_matches(['此', '该'])))
}

/// Words that leave open whether an option is chosen.
pub(super) fn is_undecided(key: &str) -> bool {
    const OPEN: [&str; 13] = [
        "待定",
        "未定",
        "待确定",
        "待确认",
        "待商定",
        "待明确",
        "再议",
        "不清楚",
        "不知道",
        "不确定",
        "不详",
        "未知",
        "看情况",
    ];
    OPEN.contains(&key.trim_matches(['(', ')', '?', '.', '。']))
}

/// What the words in an option's column say of the option: chosen, not chosen, or nothing that can be told. A cross
/// is told by its neighbours ([`crosses_tick`]).
pub(super) fn says(words: &str, choices: &Choices, option: usize) -> Option<bool> {
    let key = text::key(words);
    let is_own = |key: &str| choices[option].spellings.iter().any(|own| own == key);
    if is_own(&key) {
        return Some(true);
    }
    is_tick(&key).or_else(|| number(&key)).or_else(|| remarked(&key)).or_else(|| {
        let unticked = key.strip_prefix(['□', '☐', '○']).is_some_and(is_own);
        let ticked = || marks::ticks(words, choices).is_ok_and(|ticks| ticks.ticked.contains(&option));
        if unticked { Some(false) } else { ticked().then_some(true) }
    })
}

/// `2`, `3项`: how often an option was chosen; `0项` is not at all.
fn number(key: &str) -> Option<bool> {
    let number: f64 = key.trim_end_matches(['项', '个', '次', '家', '份', '件']).parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number > 0.0)
}

/// `(√)`, `√√`, `是(2次)`, `无,已有`: a tick or a no in brackets, twice, or with a remark behind it.
fn remarked(key: &str) -> Option<bool> {
    let front = front(key);
    let first = front.chars().next()?;
    let same = front.chars().all(|c| c == first);
    is_tick(if same { &front[..first.len_utf8()] } else { front })
}

/// What stands in front of a remark, without a bracket around it.
pub(super) fn front(key: &str) -> &str {
    let bare = key.trim_start_matches(['(', '[']);
    let end = bare.find(['(', '[', ')', ']', ',', ':', ';', '，', '：', '；', '。']).unwrap_or(bare.len());
    &bare[..end]
}

/// Words typed for an option that asks for them (其他服务：碳足迹): no tick, no number and nothing left open.
pub(super) fn typed_words<'a>(words: &'a str, choice: &Choice) -> Option<&'a str> {
    let key = text::label(words);
    let is_own = choice.spellings.contains(&key);
    let says_no = is_tick(front(&key)) == Some(false) || is_cross(front(&key));
    let long = key.chars().count() > 2 || key.chars().filter(|c| text::is_han(*c)).count() == 2;
    if is_own || says_no || !long || is_undecided(&key) || is_tick(&key).or_else(|| number(&key)).is_some() {
        return None;
    }
    let behind = choice.spellings.iter().filter_map(|own| super::label::after(words, own));
    let spelt = behind.min_by_key(|rest| rest.len()).unwrap_or(words);
    let signs = ['〖', '〗', ':', '：', ' ', '(', ')', '（', '）', '√', '✓', '✔', '☑', '■'];
    Some(spelt.trim_matches(signs)).filter(|more| !more.is_empty())
}

/// `×` and its like.
pub(super) fn is_cross(key: &str) -> bool {
    matches!(key, "×" | "✗" | "✘" | "✕" | "✖" | "╳" | "❌" | "X" | "x" | "☓")
}

/// The cells of a row in the columns of a question's options.
fn of_question<'a>(
    sheet: &'a Sheet,
    header: &'a Header<'_>,
    field: usize,
    row: u32,
) -> impl Iterator<Item = Option<&'a Value>> {
    let columns =
        header.columns.iter().filter(move |(_, c)| matches!(c, Column::Option(f, _) if *f == field));
    columns.map(move |(col, _)| sheet.get(Cell::new(row, *col)))
}

fn checks<'a>(mut cells: impl Iterator<Item = Option<&'a Value>>) -> bool {
    cells.any(|value| value.is_some_and(|v| is_tick(&text::key(&v.text())) == Some(true)))
}

/// Whether a cross in a column of a question may tick: its row leaves others blank and checks none. Beside checks, and
/// in every column, it says no.
pub(super) fn crosses_tick(sheet: &Sheet, header: &Header<'_>, row: &Row, field: usize) -> bool {
    let mut cells = of_question(sheet, header, field, row.at);
    cells.any(|value| value.is_none_or(|v| text::is_blank_mark(&v.text())))
        && !checks(of_question(sheet, header, field, row.at))
}

/// Whether anything in the first rows of a table checks an option of a question; crosses say no there.
pub(super) fn is_checked(sheet: &Sheet, header: &Header<'_>, field: usize) -> bool {
    header.rows(sheet).iter().take(200).any(|row| checks(of_question(sheet, header, field, row.at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_no_are_no_ticks() {
        for no in [
            "不需要",
            "无",
            "没有",
            "不选",
            "未勾选",
            "暂无",
            "无需求",
            "否",
            "0",
            "(空)",
            "不涉及",
            "暂不需要",
        ] {
            assert_eq!(is_tick(no), Some(false), "{no}");
        }
        for other in ["不锈钢检测", "无损检测", "碳足迹", "未来工厂"] {
            assert_eq!(is_tick(other), None, "{other}");
        }
        assert_eq!(is_tick("需要"), Some(true));
    }

    #[test]
    fn only_known_words_choose_an_option() {
        let choices =
            &crate::bind::testing::specs().of(crate::spec::Form::B).field("need_types").unwrap().choices;
        for yes in
            ["√", "对", "T", "2", "3项", "计量", "计量服务", "☑计量服务", "（√）", "√√", "是（2次）", "OK"]
        {
            assert_eq!(says(yes, choices, 1), Some(true), "{yes}");
        }
        for no in [
            "错",
            "F",
            "N/A",
            "不适用",
            "未开展",
            "不考虑",
            "0项",
            "无此项",
            "假",
            "□计量服务",
            "无，已有",
            "-",
        ] {
            assert_eq!(says(no, choices, 1), Some(false), "{no}");
        }
        for other in ["待定", "?", "标准化服务", "碳足迹", "-1", "2025-03-01", "计量服务提升"]
        {
            assert_eq!(says(other, choices, 1), None, "{other}");
        }
    }

    #[test]
    fn words_for_an_option_that_asks_for_them_are_typed() {
        let other =
            &crate::bind::testing::specs().of(crate::spec::Form::B).field("need_types").unwrap().choices[7];
        for (words, typed) in
            [("碳足迹", Some("碳足迹")), ("其他：碳汇", Some("碳汇")), ("碳汇", Some("碳汇"))]
        {
            assert_eq!(typed_words(words, other), typed, "{words}");
        }
        for none in ["√", "其他", "待定", "不清楚", "?", "无", "不需要，已有", "12", "×"] {
            assert_eq!(typed_words(none, other), None, "{none}");
        }
    }
}

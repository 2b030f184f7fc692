//! What a cell says in the column of one option: chosen, not chosen, or words of its own.
//!
//! Offices write a cross beside checks for no, and a cross alone for yes: which of the two is told by the other
//! cells of the question, never by the sign.

use super::table::{Column, Header, is_skip_mark};
use crate::cell::Cell;
use crate::text;
use crate::workbook::{Row, Sheet};

/// Whether the words in an option's column tick it; `None` where they are other words.
pub(super) fn is_tick(key: &str) -> Option<bool> {
    if text::is_blank_mark(key) || is_skip_mark(key) {
        return Some(false);
    }
    match key.to_ascii_uppercase().as_str() {
        "0" | "0.0" | "否" | "未选" | "未选中" | "未选择" | "FALSE" | "NO" | "N" | "□" | "☐" | "○" => {
            Some(false)
        }
        "1" | "1.0" | "是" | "已选" | "选中" | "TRUE" | "YES" | "Y" | "√" | "✓" | "✔" | "☑" | "☒" | "■"
        | "●" | "V" | "有" | "需要" | "选" | "勾选" | "选择" | "对" => Some(true),
        _ if says_no(key) => Some(false),
        _ => None,
    }
}

/// `无`, `不需要`, `未勾选`, `暂无`: a few words that say no and nothing else.
fn says_no(key: &str) -> bool {
    const BARE: [&str; 6] = ["不", "无", "没有", "未", "暂无", "暂不"];
    const NO: [&str; 6] = ["不", "无", "没有", "未", "暂无", "暂不"];
    const WHAT: [&str; 9] = ["需要", "需求", "选", "选择", "勾选", "涉及", "选中", "需", "要"];
    BARE.contains(&key)
        || NO
            .iter()
            .filter_map(|no| key.strip_prefix(no))
            .any(|what| WHAT.contains(&what.trim_start_matches('此')))
}

/// `×` and its like.
pub(super) fn is_cross(key: &str) -> bool {
    matches!(key, "×" | "✗" | "✘" | "✕" | "✖" | "╳" | "❌" | "X" | "x" | "☓")
}

/// Whether a cross in a column of a question ticks: nothing else in the table ticks there, and the row leaves others
/// blank. Beside checks, and in every column, it says no.
pub(super) fn crosses_tick(sheet: &Sheet, header: &Header<'_>, row: &Row, field: usize) -> bool {
    let columns = || header.columns.iter().filter(|(_, c)| matches!(c, Column::Option(f, _) if *f == field));
    let at = |row: u32| columns().map(move |(col, _)| sheet.get(Cell::new(row, *col)));
    let leaves_blank = at(row.at).any(|value| value.is_none_or(|v| text::is_blank_mark(&v.text())));
    let checks = |row: &Row| at(row.at).flatten().any(|v| is_tick(&text::key(&v.text())) == Some(true));
    leaves_blank
        && !checks(row)
        && !sheet.rows.iter().filter(|r| r.at >= header.data_from).take(200).any(checks)
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
}

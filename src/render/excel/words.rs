//! Text on its way into a cell: cleaned, cut to Excel's limit, measured, wrapped.
//!
//! An answer of a return is data: nothing invisible, and never more than a cell may hold (one unit too many and the whole
//! file cannot be saved). Widths are ours, because the library's own measure
//! makes Chinese columns half as wide as they must be.

use std::borrow::Cow;

use crate::text::is_invisible;

/// UTF-16 units of one cell.
const LIMIT: usize = 32_767;
/// Stands where a text was cut.
pub(super) const CUT: &str = "…（后文过长，已截去）";

/// What may stand in a cell: line ends as `\n`, no control and no direction
/// marks, at most [`LIMIT`] UTF-16 units.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c == '\n' || !(c.is_control() || is_invisible(c) || is_noncharacter(c));
    let short = text.len() <= LIMIT;
    if short && text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let unified = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ");
    let kept: String = unified.chars().filter(|c| plain(*c)).collect();
    Cow::Owned(cut(kept, LIMIT))
}

/// The same on one line.
pub(super) fn line(text: &str) -> String {
    clean(text).replace('\n', " ")
}

/// `U+FFFE`, `U+FFFF` and their kin are no XML characters.
fn is_noncharacter(c: char) -> bool {
    (c as u32 & 0xfffe) == 0xfffe
}

/// At most `limit` UTF-16 units, ending with [`CUT`] where something was lost.
pub(super) fn cut(text: String, limit: usize) -> String {
    if text.len() <= limit || text.encode_utf16().count() <= limit {
        return text;
    }
    let room = limit.saturating_sub(CUT.encode_utf16().count());
    let mut used = 0;
    let kept = text.chars().take_while(|c| {
        used += c.len_utf16();
        used <= room
    });
    kept.chain(CUT.chars()).collect()
}

/// Whether Excel would take the text for a formula when somebody edits the cell.
pub(super) fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@'])
}

/// Width of a character in units of a digit: everything from the CJK blocks on is two.
fn units(c: char) -> f64 {
    match c {
        '\u{300}'..='\u{36f}' => 0.0,
        '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' => 2.0,
        c if (c as u32) < 0x2e80 => 1.0,
        _ => 2.0,
    }
}

/// Width of the widest line of a text.
pub(super) fn width(text: &str) -> f64 {
    text.split('\n').map(|line| line.chars().map(units).sum()).fold(0.0, f64::max)
}

/// Lines of at most `room` units; a closing mark never starts one.
pub(super) fn wrap(text: &str, room: f64) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in clean(text).split('\n') {
        let mut current = String::new();
        let mut used = 0.0;
        for c in paragraph.chars() {
            if used + units(c) > room && !hangs(c) && !current.is_empty() {
                let carried = carry(&mut current);
                lines.push(std::mem::replace(&mut current, carried));
                used = width(&current);
            }
            current.push(c);
            used += units(c);
        }
        lines.push(current);
    }
    lines
}

/// Marks that stay with the text before them.
fn hangs(c: char) -> bool {
    matches!(
        c,
        '，' | '。'
            | '、'
            | '；'
            | '：'
            | '？'
            | '！'
            | '）'
            | '》'
            | '」'
            | '”'
            | '％'
            | '%'
            | ')'
            | ','
            | '.'
    )
}

/// Takes back the letters of a word, or an opening mark, that the line would break.
fn carry(line: &mut String) -> String {
    let moves = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '（' | '《' | '「' | '“' | '(');
    let at = line.char_indices().rev().take_while(|(_, c)| moves(*c)).last().map_or(line.len(), |(at, _)| at);
    // A word longer than a third of the line is broken after all.
    if at == 0 || line.len() - at > 24 { String::new() } else { line.split_off(at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans_what_nobody_sees_and_cuts_what_does_not_fit() {
        assert_eq!(clean("甲\u{202e}乙\u{0}\r\n丙\t丁\u{feff}\u{ffff}"), "甲乙\n丙 丁");
        let long = clean(&"𬭩".repeat(20_000)).into_owned();
        assert!(long.encode_utf16().count() <= LIMIT && long.ends_with(CUT));
        assert_eq!(clean(&"a".repeat(LIMIT)).len(), LIMIT);
    }

    #[test]
    fn counts_chinese_as_two() {
        assert_eq!(width("质量ab\n提"), 6.0);
        assert_eq!(width("57.2%～95.3%"), 12.0);
    }

    #[test]
    fn wraps_without_a_closing_mark_at_the_start() {
        let lines = wrap("成都市中小企业，质量提升。", 14.0);
        assert_eq!(lines, ["成都市中小企业，", "质量提升。"]);
        assert_eq!(wrap("按DB5101办理", 8.0), ["按", "DB5101办", "理"]);
        assert!(wrap(&"x".repeat(100), 20.0).iter().all(|l| l.len() <= 20));
    }
}

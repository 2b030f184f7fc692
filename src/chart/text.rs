//! Measures, wraps and shortens text without a font at hand.
//!
//! A Chinese character is one em wide; Latin widths are those of the Noto Sans
//! CJK face, rounded up. The estimate only has to be safe: a little too wide is
//! a wider gap, too narrow is an overlap.

/// Removes what must not or cannot be drawn: control characters, direction
/// overrides, variation selectors (typst mis-measures them) and non-characters.
/// Line breaks and tabs become spaces.
pub(super) fn clean(words: &str) -> String {
    words.chars().filter_map(drawable).collect()
}

fn drawable(c: char) -> Option<char> {
    match c {
        '\n' | '\r' | '\t' => Some(' '),
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => None,
        '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => None,
        c if c.is_control() || (c as u32 & 0xfffe) == 0xfffe => None,
        c => Some(c),
    }
}

/// Width of a character in em.
fn em(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '!' | '|' | '\'' => 0.32,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' => 0.4,
        '%' | 'm' | 'w' | 'M' | 'W' | '@' => 0.93,
        'A'..='Z' | '&' => 0.68,
        '\u{300}'..='\u{36f}' => 0.0,
        '\u{20}'..='\u{7e}' => 0.57,
        '\u{a0}'..='\u{2ff}' | '\u{370}'..='\u{52f}' => 0.68,
        '\u{1f000}'..='\u{1faff}' => 1.3,
        _ => 1.0,
    }
}

/// Width in pixels of one line at font size `size`.
pub(super) fn width_of(words: &str, size: f64) -> f64 {
    words.chars().filter_map(drawable).map(em).sum::<f64>() * size
}

/// Width of the widest of several lines.
pub(super) fn widest<S: AsRef<str>>(lines: &[S], size: f64) -> f64 {
    lines.iter().map(|line| width_of(line.as_ref(), size)).fold(0.0, f64::max)
}

/// The text, shortened with `…` where it is wider than `room`.
pub(super) fn ellipsis(words: &str, room: f64, size: f64) -> String {
    let words = clean(words);
    if width_of(&words, size) <= room {
        return words;
    }
    let mut out = String::new();
    let mut used = size;
    for c in words.chars() {
        used += em(c) * size;
        if used > room {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// The text on one line, its middle replaced by `…` where it is too wide: names
/// of one city begin alike, and often only their ends tell them apart.
pub(super) fn middle_ellipsis(words: &str, room: f64, size: f64) -> String {
    let words = clean(words).trim().to_owned();
    if width_of(&words, size) <= room {
        return words;
    }
    let share = (room - size).max(0.0);
    let head = prefix(words.chars(), share * 0.6, size);
    let tail = prefix(words.chars().rev(), share - width_of(&head, size), size);
    format!("{}…{}", head.trim_end(), tail.chars().rev().collect::<String>().trim_start())
}

fn prefix(chars: impl Iterator<Item = char>, room: f64, size: f64) -> String {
    let mut used = 0.0;
    chars
        .take_while(|c| {
            used += em(*c) * size;
            used <= room
        })
        .collect()
}

/// At most `max_lines` lines no wider than `room`, of about equal width; the
/// last one ends in `…` where text is left over.
pub(super) fn wrap(words: &str, room: f64, size: f64, max_lines: usize) -> Vec<String> {
    let full = fill(words, room, size, max_lines);
    let cut = full.last().is_some_and(|line| line.ends_with('…'));
    if full.len() < 2 || cut {
        return full;
    }
    let least = width_of(words, size) / full.len() as f64;
    let tries = (0..8).map(|i| least + size * f64::from(i) * 0.5).take_while(|narrow| *narrow < room);
    for narrow in tries {
        let lines = fill(words, narrow, size, full.len());
        if !lines.last().is_some_and(|line| line.ends_with('…')) && widest(&lines, size) <= narrow {
            return lines;
        }
    }
    full
}

/// Lines filled one after the other.
fn fill(words: &str, room: f64, size: f64, max_lines: usize) -> Vec<String> {
    let words = clean(words);
    let mut rest: &str = words.trim();
    let mut lines = Vec::new();
    while !rest.is_empty() {
        if lines.len() + 1 >= max_lines || width_of(rest, size) <= room {
            lines.push(ellipsis(rest, room, size));
            break;
        }
        let cut = break_point(rest, room, size);
        lines.push(rest[..cut].trim_end().to_owned());
        rest = rest[cut..].trim_start();
    }
    lines
}

/// Byte offset of the best place to end a line: not inside a Latin word or
/// number, not before closing punctuation, not after an opening bracket.
fn break_point(words: &str, room: f64, size: f64) -> usize {
    let mut used = 0.0;
    let (mut best, mut hard, mut previous) = (0, 0, ' ');
    for (at, c) in words.char_indices() {
        if at > 0 && may_break(previous, c) {
            best = at;
        }
        used += em(c) * size;
        if used > room {
            break;
        }
        hard = at + c.len_utf8();
        previous = c;
    }
    let first = words.chars().next().map_or(0, char::len_utf8);
    if best > 0 { best } else { hard.max(first) }
}

fn may_break(before: char, after: char) -> bool {
    let latin = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '%');
    let closing = "，。、；：！？）》”’」』】…·,.;:!?)]%".contains(after);
    let opening = "（《“‘「『【([".contains(before);
    let inside_word = latin(before) && latin(after);
    !inside_word && !closing && !opening && em(after) > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_text_stays_whole() {
        assert_eq!(wrap("服务人员态度", 120.0, 12.0, 2), ["服务人员态度"]);
        assert_eq!(ellipsis("86.3%", 60.0, 12.0), "86.3%");
    }

    #[test]
    fn long_names_wrap_then_shorten() {
        let lines = wrap(&"成都精密仪器制造有限公司".repeat(5), 120.0, 12.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'));
        assert!(lines.iter().all(|l| width_of(l, 12.0) <= 120.0));
    }

    #[test]
    fn no_line_begins_with_closing_punctuation() {
        assert_eq!(fill("一二三四（五六）七", 48.0, 12.0, 4), ["一二三四", "（五六）", "七"]);
        assert_eq!(fill("一二三四，五", 48.0, 12.0, 4), ["一二三", "四，五"]);
    }

    #[test]
    fn the_end_of_a_name_survives() {
        let short = middle_ellipsis("成都高新区质量服务有限公司第12分部", 130.0, 12.0);
        assert_eq!(short, "成都高新区…第12分部");
        assert!(width_of(&short, 12.0) <= 130.0);
    }

    #[test]
    fn lines_are_balanced() {
        assert_eq!(wrap("品牌培育与知识产权服务", 120.0, 12.0, 2), ["品牌培育与知", "识产权服务"]);
    }

    #[test]
    fn direction_overrides_and_selectors_go() {
        assert_eq!(clean("a\u{202e}b\u{fe0f}c\u{0}d\n\u{ffff}"), "abcd ");
    }

    #[test]
    fn one_wide_character_is_not_an_endless_loop() {
        assert_eq!(wrap("😀😀", 1.0, 12.0, 3).len(), 2);
    }
}

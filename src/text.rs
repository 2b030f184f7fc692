//! Normal forms of text, for comparing only; what was typed is kept elsewhere.
//!
//! Labels, names and options arrive with full-width letters, blanks inside
//! words, zero-width characters and line breaks. Everything that compares two
//! texts compares their normal forms, made here and nowhere else.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Characters that show nothing: zero-width, bidi controls, soft hyphen, BOM.
#[inline]
pub fn is_invisible(c: char) -> bool {
    if matches!(c, ' '..='~' | '\u{4E00}'..='\u{9FFF}') {
        return false;
    }
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}')
        || (c.is_control() && !c.is_whitespace())
}

/// A text in NFKC. Nearly all of ours is Chinese characters, ASCII and full-width signs, which need no
/// tables; anything else sends the whole text through them.
fn nfkc(text: &str) -> Cow<'_, str> {
    let Some(at) = text.find(|c| simple(c) != Some(c)) else { return Cow::Borrowed(text) };
    let mut folded = String::with_capacity(text.len());
    folded.push_str(&text[..at]);
    for c in text[at..].chars() {
        match simple(c) {
            Some(c) => folded.push(c),
            None => return Cow::Owned(text.nfkc().collect()),
        }
    }
    Cow::Owned(folded)
}

/// The visible, solid part of a text in NFKC, each character passed through `sign`.
fn solid(text: &str, sign: fn(char) -> char) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        // Nearly all of a text are Chinese characters, which stay as they are.
        let han = rest.find(|c| !is_han(c)).unwrap_or(rest.len());
        out.push_str(&rest[..han]);
        let mut behind = rest[han..].chars();
        let Some(c) = behind.next() else { return out };
        match simple(c) {
            Some(c) if is_solid(c) => out.push(sign(c)),
            Some(_) => {}
            None => return text.nfkc().filter(|c| is_solid(*c)).map(sign).collect(),
        }
        rest = behind.as_str();
    }
}

/// On one line, without control characters and without those that turn the direction of writing: a name
/// must not be able to draw on the terminal.
pub fn flat(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control()
                || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
            {
                ' '
            } else {
                c
            }
        })
        .collect()
}

/// Whether a character is a Chinese one that every normal form keeps.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}')
}

/// Whether a character is a letter or a digit; for a Chinese one without a look into the tables.
pub fn is_letter(c: char) -> bool {
    is_han(c) || c.is_alphanumeric()
}

/// The first visible character of a text in NFKC, where that is told without making it.
pub fn first_shown(text: &str) -> Option<char> {
    text.chars().map(simple).find(|c| c.is_none_or(is_solid)).flatten()
}

/// The same where nothing behind it changes it, so that the normal forms begin with it as well: a Chinese one, a digit
/// or a box.
pub fn first_kept(text: &str) -> Option<char> {
    first_shown(text).filter(|c| is_han(*c) || c.is_ascii_digit() || matches!(c, '□' | '☐'..='☒'))
}

fn is_solid(c: char) -> bool {
    !c.is_whitespace() && !is_invisible(c)
}

/// What NFKC makes of a character that stands alone whatever is beside it; `None` for all others.
#[inline]
pub fn simple(c: char) -> Option<char> {
    match c {
        '\0'..='\u{7F}'
        | '\u{4E00}'..='\u{9FFF}'
        | '、'
        | '。'
        | '《'
        | '》'
        | '「'
        | '」'
        | '【'
        | '】'
        | '—'
        | '“'
        | '”'
        | '□'
        | '■'
        | '○'
        | '●'
        | '☐'..='☒'
        | '√'
        | '✓'
        | '✔'
        | '×'
        | '·'
        | '–'
        | '‘'
        | '’' => Some(c),
        '\u{3000}' => Some(' '),
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        _ => None,
    }
}

/// The key form of a name (metrics.md 1): NFKC, brackets half-width, no white
/// space and nothing invisible. 有限公司 and 有限责任公司 stay different.
pub fn key(text: &str) -> String {
    solid(text, fold_bracket)
}

/// The form in which labels and options are compared: [`key`] without the
/// decoration people add (`*`, `：`, `（必填）`, numbering, dashes of all kinds made one).
pub fn label(text: &str) -> String {
    let mut folded = solid(text, label_char);
    if memchr::memchr2(b'(', b'[', folded.as_bytes()).is_some() {
        for noise in NOISE {
            if folded.contains(noise) {
                folded = folded.replace(noise, "");
            }
        }
    }
    let is_decoration = |c| matches!(c, '*' | ':' | ';' | '_' | '.' | ',' | '、');
    folded.truncate(folded.trim_end_matches(is_decoration).len());
    let bare = folded.trim_start_matches(is_decoration).len();
    folded.drain(..folded.len() - bare);
    folded
}

/// What forms and platforms add to a label.
const NOISE: [&str; 11] = [
    "(必填)",
    "(选填)",
    "(自动)",
    "(可多选)",
    "(多选)",
    "(单选)",
    "(必填项)",
    "[单选题]",
    "[多选题]",
    "[填空题]",
    "[矩阵单选题]",
];

/// One character of a normal form: brackets and signs folded.
#[inline]
pub fn label_char(c: char) -> char {
    match fold_bracket(c) {
        bracket @ ('(' | ')') => bracket,
        c => fold_sign(c),
    }
}

fn fold_bracket(c: char) -> char {
    match c {
        '〔' | '【' | '［' => '(',
        '〕' | '】' | '］' => ')',
        c => c,
    }
}

/// One sign for the many ways to type it: dashes, quotes, commas, tildes.
fn fold_sign(c: char) -> char {
    match c {
        '—' | '–' | '−' | '‐' | '‑' | '―' | '﹣' => '-',
        '“' | '”' | '„' | '「' | '」' | '『' | '』' => '"',
        '‘' | '’' => '\'',
        '，' => ',',
        '。' => '.',
        '；' => ';',
        '～' | '∼' | '〜' => '~',
        '／' => '/',
        '∶' | '︰' => ':',
        c => c,
    }
}

/// NFKC with visible characters only; white space runs become one blank.
/// What the parsers of dates, numbers and marks look at.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in nfkc(text).chars().filter(|c| !is_invisible(*c)) {
        if !c.is_whitespace() {
            out.push(fold_sign(c));
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// What is kept as a person's words: visible characters, line breaks kept, ends trimmed.
pub fn words(text: &str) -> String {
    if !text.chars().any(|c| c == '\r' || is_invisible(c)) {
        return text.trim().to_owned();
    }
    let mut kept = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                kept.push('\n');
            }
            c if is_invisible(c) => {}
            c => kept.push(c),
        }
    }
    kept.truncate(kept.trim_end().len());
    let bare = kept.trim_start().len();
    kept.drain(..kept.len() - bare);
    kept
}

/// Whether a cell says in so many words that there is nothing: blank, `/`, dashes, underscores, `nan`.
pub fn is_blank_mark(text: &str) -> bool {
    if is_null_word(text) {
        return true;
    }
    let is_word = |c: char| matches!(c, '\u{4E00}'..='\u{9FFF}') || c.is_ascii_alphanumeric();
    !text.chars().any(is_word)
        && key(text).chars().all(|c| matches!(c, '/' | '\\' | '-' | '—' | '–' | '_' | '―' | '.' | '…'))
}

/// Whether a text is what programs write into a cell that holds nothing.
pub fn is_null_word(text: &str) -> bool {
    const NULLS: [&str; 5] = ["nan", "none", "null", "nat", "#n/a"];
    let bare = text.trim();
    (3..=4).contains(&bare.len()) && NULLS.iter().any(|null| bare.eq_ignore_ascii_case(null))
}

/// Whether a text answers 无 in one of its usual spellings.
pub fn is_none_word(text: &str) -> bool {
    let key = key(text);
    let bare = key.trim_end_matches(['。', '.', ',', ';', '!', '、', '，', '；', '！']);
    matches!(bare, "无" | "暂无" | "没有" | "无需求" | "暂无需求" | "没有需求" | "无。")
}

/// A text that no spreadsheet takes for a formula where it opens a CSV: an apostrophe in front where it begins like one.
pub fn no_formula(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// What [`no_formula`] was given.
pub fn formula_words(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| no_formula(rest) == text).unwrap_or(text)
}

/// The number of a Chinese numeral (`二〇二五`, `一百五十`, `十二`, `一千二` for 1200), or `None`. Figures side by side
/// among units are no number but about one: 三四十 may be any between.
pub fn chinese_number(text: &str) -> Option<i64> {
    if text.is_empty() {
        return None;
    }
    let digit = |c: char| chinese_digit(c).or((c == '元').then_some(1));
    if text.chars().all(|c| digit(c).is_some()) {
        return (text.chars().count() <= 8)
            .then(|| text.chars().filter_map(digit).fold(0i64, |sum, d| sum * 10 + d));
    }
    with_units(text)
}

fn chinese_digit(c: char) -> Option<i64> {
    match c {
        '零' => Some(0),
        '两' => Some(2),
        c => "〇一二三四五六七八九".chars().zip(0..).find_map(|(d, n)| (d == c).then_some(n)),
    }
}

/// The number of figures each with its unit, units descending.
fn with_units(text: &str) -> Option<i64> {
    const MYRIAD: i64 = 10_000;
    let (mut total, mut figure, mut last, mut nought) = (0i64, None, MYRIAD, false);
    for c in text.chars() {
        let unit = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            '万' => {
                total = total.checked_add(figure.take().unwrap_or(0))?.checked_mul(MYRIAD)?;
                (last, nought) = (MYRIAD, false);
                if total == 0 {
                    return None;
                }
                continue;
            }
            c => {
                let digit = chinese_digit(c).filter(|_| figure.is_none())?;
                nought |= digit == 0;
                figure = Some(digit).filter(|digit| *digit > 0);
                continue;
            }
        };
        // 十二 begins with no figure; 百十 and 千人 say about how many.
        let times = figure.take().or((unit == 10).then_some(1)).filter(|_| unit < last)?;
        total = total.checked_add(times * unit)?;
        (last, nought) = (unit, false);
    }
    // 一千二 is 1200, 一千零二 is 1002.
    let step = if nought { 1 } else { last / 10 };
    match figure {
        Some(figure) => total.checked_add(figure * step),
        None => Some(total).filter(|_| !nought),
    }
}

/// Undoes percent encoding; `None` where it is broken or gives no text.
pub fn percent_decoded(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

/// Width of words in characters of their size, as near as it can be told without a font.
pub fn ems(words: &str) -> f32 {
    words.chars().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_looks_like_a_formula_is_words_and_comes_back() {
        for name in ["=HYPERLINK(\"x\")", "+1", "-1", "@SUM(A1)", "'甲", "甲", ""] {
            let shown = no_formula(name);
            assert!(!shown.starts_with(['=', '+', '-', '@']), "{shown}");
            assert_eq!(formula_words(&shown), name);
        }
    }

    #[test]
    fn the_short_way_is_nfkc() {
        for code in 0..=0x2FFFFu32 {
            let Some(c) = char::from_u32(code) else { continue };
            // Beside a mark that could join it, and by itself.
            for text in [format!("{c}"), format!("企{c}a"), format!("a{c}\u{301}")] {
                assert_eq!(nfkc(&text), text.nfkc().collect::<String>(), "U+{code:04X}");
            }
        }
    }

    #[test]
    fn letters_are_those_of_the_tables() {
        assert!((0..=0x2FFFFu32).filter_map(char::from_u32).all(|c| is_letter(c) == c.is_alphanumeric()));
    }

    #[test]
    fn keys_and_labels_are_those_of_the_long_way() {
        let long = |text: &str, sign: fn(char) -> char| {
            text.nfkc().filter(|c| !c.is_whitespace() && !is_invisible(*c)).map(sign).collect::<String>()
        };
        for c in (0..=0x2FFFFu32).filter_map(char::from_u32) {
            // In the middle, where nothing is taken off as decoration.
            let text = format!("企{c}业");
            assert_eq!(key(&text), long(&text, fold_bracket), "U+{:04X}", u32::from(c));
            assert_eq!(label(&text), long(&text, label_char), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn a_first_that_is_kept_begins_key_and_label() {
        for c in (0..=0x2FFFFu32).filter_map(char::from_u32) {
            for text in [format!(" {c}业"), format!(" {c}\u{301}\u{338}")] {
                if let Some(first) = first_kept(&text) {
                    assert!(key(&text).starts_with(first) && label(&text).starts_with(first), "{c}");
                }
            }
        }
        assert_eq!(
            (first_kept("\u{3000}企业"), first_kept("（企业"), first_kept("")),
            (Some('企'), None, None)
        );
    }

    #[test]
    fn keys_join_what_is_the_same_and_nothing_else() {
        assert_eq!(key("成都 拟翔信息技术有限公司\u{200B}"), "成都拟翔信息技术有限公司");
        assert_eq!(key("拟裕（成都）家具有限公司"), key("拟裕(成都)家具有限公司"));
        assert_ne!(key("拟裕有限公司"), key("拟裕有限责任公司"));
    }

    #[test]
    fn labels_lose_their_decoration() {
        for text in
            ["企业名称：", "*企业名称", "企业名称（必填）", "企业 名称 *:", "企业\n名称", "＊企业名称︰"]
        {
            assert_eq!(label(text), "企业名称", "{text}");
        }
    }

    #[test]
    fn reads_chinese_numerals() {
        for (text, n) in [
            ("二〇二五", 2025),
            ("一百五十", 150),
            ("十二", 12),
            ("三十一", 31),
            ("两千零五", 2005),
            ("一万二千", 12000),
            ("一千二", 1200),
            ("三百五", 350),
            ("一万二", 12000),
            ("一百零五", 105),
            ("一百一十", 110),
            ("一百十二", 112),
            ("二十万零三", 200_003),
        ] {
            assert_eq!(chinese_number(text), Some(n), "{text}");
        }
        for about in ["三四十", "一百二三十", "十七八", "百十", "千", "万", "一十百", "一百零", "一百元"]
        {
            assert_eq!(chinese_number(about), None, "{about}");
        }
        assert_eq!(chinese_number("三月"), None);
        assert_eq!(chinese_number(""), None);
    }

    #[test]
    fn what_programs_write_for_nothing_is_blank() {
        for nothing in ["nan", "NaN", "None", "NULL", " null ", "#N/A", "NaT"] {
            assert!(is_blank_mark(nothing), "{nothing}");
        }
        for word in ["nano", "Nan Co", "N/A", "no"] {
            assert!(!is_blank_mark(word), "{word}");
        }
    }

    proptest::proptest! {
        /// A number written out reads back, also with the last unit left out.
        #[test]
        fn numbers_written_out_read_back(n in 1i64..100_000) {
            let written = written(n);
            proptest::prop_assert_eq!(chinese_number(&written), Some(n), "{}", written);
            if let Some(short) = written.strip_suffix(['十', '百', '千']).filter(|_| n % 100 != 10 || n > 100) {
                let last_zero = short.trim_end_matches(|c: char| chinese_digit(c).is_some_and(|d| d > 0)).ends_with('零');
                let plain = short.chars().count() > 1 && !last_zero;
                let same_step = matches!((n / 10 % 10, n / 100 % 10, n / 1000 % 10), (1.., 1.., _) | (0, 1.., 1..) | (0, 0, 1..));
                if plain && same_step && short.contains(['百', '千', '万']) {
                    proptest::prop_assert_eq!(chinese_number(short), Some(n), "{}", short);
                }
            }
        }
    }

    /// 10203 as 一万零二百零三.
    fn written(n: i64) -> String {
        let (mut out, mut nought) = (String::new(), false);
        for (step, unit) in [(10_000, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, "")] {
            match usize::try_from(n / step % 10).unwrap() {
                0 => nought = !out.is_empty(),
                digit => {
                    out.push_str(if nought { "零" } else { "" });
                    out.extend("〇一二三四五六七八九".chars().nth(digit));
                    out.push_str(unit);
                    nought = false;
                }
            }
        }
        out
    }

    #[test]
    fn none_words_drop_closing_punctuation() {
        assert!(is_none_word("无。") && is_none_word(" 暂无 ") && is_none_word("无需求！"));
        assert!(!is_none_word("无锡分公司"));
        assert!(is_blank_mark("——") && is_blank_mark("/") && !is_blank_mark("无"));
    }
}

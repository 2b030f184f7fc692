//! Counts as offices type them: `59`, `５９人`, `约150人`, `150余人`, `一百五十`, `1,200`, `无`.

use std::borrow::Cow;

use crate::text;

/// A count that could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub value: i64,
    /// The text says 约, 余, 左右 or the like.
    pub approximate: bool,
}

/// Why a text is no count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotACount {
    /// Below zero.
    Negative,
    /// Not whole.
    Fraction,
    /// No number in it, or more than a number.
    Text,
    /// Beyond what any office counts.
    TooLarge,
}

const UNITS: [&str; 22] = [
    "人",
    "个",
    "项",
    "件",
    "名",
    "家",
    "次",
    "条",
    "份",
    "枚",
    "位",
    "员工",
    "职工",
    "余人",
    "多人",
    "余",
    "多",
    "左右",
    "人左右",
    "人次",
    "多个",
    "余个",
];
const LEADS: [&str; 10] = ["大约", "约", "近", "共计", "共", "合计", "现有", "有", "超过", "数量:"];

/// Reads a count. `None` means blank (`/`, `—`, `____个`); 无 is 0.
///
/// # Errors
/// [`NotACount`] says what the text holds instead.
pub fn count(raw: &str) -> Result<Option<Count>, NotACount> {
    let text = joined(raw);
    let text = without_remark(text.trim_matches('_').trim_end_matches([';', '、', ',', ' ']));
    if text::is_blank_mark(text) || UNITS.contains(&text) {
        return Ok(None);
    }
    if text::is_none_word(text) {
        return Ok(Some(Count { value: 0, approximate: false }));
    }
    let (body, approximate) = strip_words(text);
    // `/个`: a line struck through before the printed unit.
    if body != text && !approximate && !body.is_empty() && text::is_blank_mark(body) {
        return Ok(None);
    }
    let value = whole(in_brackets(text, body))?;
    Ok(Some(Count { value, approximate }))
}

/// `（ 3 ）个`: brackets to write in before the printed unit. Without a unit a number in brackets may be another's.
fn in_brackets<'a>(text: &str, body: &'a str) -> &'a str {
    let inside = body.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inside.filter(|_| text.len() > body.len() && text.starts_with('(')).unwrap_or(body)
}

/// Reads a number from a spreadsheet's number cell.
///
/// # Errors
/// As [`count`].
pub fn whole_of(number: f64) -> Result<i64, NotACount> {
    if !number.is_finite() || number.abs() > 1e12 {
        return Err(NotACount::TooLarge);
    }
    if number < 0.0 {
        return Err(NotACount::Negative);
    }
    if number.fract() != 0.0 {
        return Err(NotACount::Fraction);
    }
    Ok(number as i64)
}

/// `3个（其中主导1个）`: the count before a remark in words; 约 and the like are no remark.
fn without_remark(text: &str) -> &str {
    let Some((before, remark)) = text.strip_suffix(')').and_then(|rest| rest.split_once('(')) else {
        return text;
    };
    let in_words =
        remark.chars().any(char::is_alphabetic) && !remark.contains(['约', '余', '多', '左', '近', '(']);
    if in_words && !before.is_empty() { before } else { text }
}

fn strip_words(text: &str) -> (&str, bool) {
    let (mut body, mut approximate) = (text, false);
    while let Some((rest, lead)) = LEADS.iter().find_map(|w| Some((body.strip_prefix(w)?, *w))) {
        approximate |= matches!(lead, "大约" | "约" | "近" | "超过");
        body = rest;
    }
    while let Some((rest, unit)) = UNITS.iter().find_map(|w| Some((body.strip_suffix(w)?, *w))) {
        approximate |= unit.contains(['余', '多', '左']);
        body = rest;
    }
    (body.trim_matches(['_', ':']), approximate)
}

/// The text on one line without blanks, save those between two digits, and a line break there as `\n`: two
/// numbers one after the other must never become one.
fn joined(raw: &str) -> String {
    let text = text::plain(raw);
    let broken = raw.contains(is_break) && breaks_a_number(raw);
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != ' ' {
            out.push(c);
        } else if is_figure(out.chars().next_back()) && is_figure(chars.peek().copied()) {
            out.push(if broken { '\n' } else { c });
        }
    }
    out
}

fn is_figure(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_digit() || CHINESE.contains(c))
}

const CHINESE: &str = "〇零一二三四五六七八九十百千万两";

fn is_break(c: char) -> bool {
    matches!(c, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a line of the text ends with a figure and the next begins with one.
fn breaks_a_number(raw: &str) -> bool {
    let lines: Vec<String> = raw.split(is_break).map(text::key).filter(|line| !line.is_empty()).collect();
    let ends = |line: &String| is_figure(line.chars().next_back());
    lines.windows(2).any(|two| ends(&two[0]) && is_figure(two[1].chars().next()))
}

/// The number without the signs that group its digits by threes (`1,200`, `1 200`); `None` where a sign
/// stands otherwise: `1,2` and `12 15` are two numbers.
fn ungrouped(body: &str) -> Option<Cow<'_, str>> {
    let Some(sign) = body.chars().find(|c| matches!(c, ',' | ' ' | '\n')) else {
        return Some(Cow::Borrowed(body));
    };
    let (int, fraction) = body.split_once('.').unwrap_or((body, ""));
    let mut groups = int.trim_start_matches(['-', '负', '+']).split(sign);
    let first = groups.next().is_some_and(|g| (1..=3).contains(&g.len()) && !g.starts_with('0'));
    let by_threes = first && groups.all(|g| g.len() == 3 && g.bytes().all(|b| b.is_ascii_digit()));
    let grouped = by_threes && sign != '\n' && !fraction.contains([',', ' ', '\n']);
    grouped.then(|| Cow::Owned(body.replace(sign, "")))
}

/// No count has more than twelve digits.
const MOST: i64 = 1_000_000_000_000;

fn whole(body: &str) -> Result<i64, NotACount> {
    let digits = ungrouped(body).ok_or(NotACount::Text)?;
    if is_about(&digits) {
        return Err(NotACount::Text);
    }
    if let Some(value) = text::chinese_number(&digits) {
        return if value < MOST { Ok(value) } else { Err(NotACount::TooLarge) };
    }
    let (sign, digits) = match digits.strip_prefix(['-', '负']) {
        Some(rest) => (true, rest),
        None => (false, digits.strip_prefix('+').unwrap_or(&digits)),
    };
    let (int, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if int.is_empty() || !all_digits(int) || !all_digits(fraction) {
        return Err(NotACount::Text);
    }
    if sign && digits.bytes().any(|b| matches!(b, b'1'..=b'9')) {
        return Err(NotACount::Negative);
    }
    if fraction.bytes().any(|b| b != b'0') {
        return Err(NotACount::Fraction);
    }
    if int.trim_start_matches('0').len() > 12 {
        return Err(NotACount::TooLarge);
    }
    int.parse().map_err(|_| NotACount::TooLarge)
}

/// `五六`, `两三`: Chinese figures side by side say about how many, unless they are many or have a nought (`二〇`).
fn is_about(digits: &str) -> bool {
    let figures = digits.chars().count();
    digits.contains('元')
        || (2..4).contains(&figures)
            && !digits.contains(['〇', '零'])
            && digits.chars().all(|c| "一二三四五六七八九两".contains(c))
}

/// Reads a decimal number as (mantissa, number of decimals), exact: `89.6%` is (896, 1).
/// Used for the indicators of the supplement, whose unit stands in its own column.
pub fn decimal(raw: &str) -> Option<(i64, u32)> {
    let text = joined(raw);
    let text = ungrouped(text.trim_end_matches(['%', '‰', '分', '天', '件', '次', '人', '个', '元']))?;
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (int, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let joined = format!("{int}{fraction}");
    if int.is_empty() || joined.len() > 15 || !joined.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mantissa: i64 = joined.parse().ok()?;
    Some((sign * mantissa, fraction.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<i64> {
        count(text).unwrap().map(|c| c.value)
    }

    #[test]
    fn reads_what_offices_type() {
        for (text, n) in [
            ("59", 59),
            ("５９人", 59),
            ("560 人", 560),
            ("约150人", 150),
            ("150余人", 150),
            ("1,200", 1200),
            ("１，２００人", 1200),
            ("一百五十", 150),
            ("十二人", 12),
            ("无", 0),
            ("0个", 0),
            ("3.0", 3),
            ("共12项", 12),
            ("150人左右", 150),
            ("__5__个", 5),
        ] {
            assert_eq!(read(text), Some(n), "{text}");
        }
        assert!(count("约150人").unwrap().unwrap().approximate);
        assert!(!count("150人").unwrap().unwrap().approximate);
    }

    #[test]
    fn tells_blank_from_wrong() {
        for text in ["", " ", "/", "—", "____个", "个", "＿＿＿个"] {
            assert_eq!(count(text), Ok(None), "{text}");
        }
        assert_eq!(count("-2"), Err(NotACount::Negative));
        assert_eq!(count("2.5个"), Err(NotACount::Fraction));
        assert_eq!(count("若干"), Err(NotACount::Text));
        assert_eq!(count("10-20"), Err(NotACount::Text));
        assert_eq!(count("99999999999999999999"), Err(NotACount::TooLarge));
        assert_eq!(count("九百万万万万"), Err(NotACount::TooLarge));
        assert_eq!(count("一万万"), Ok(Some(Count { value: 100_000_000, approximate: false })));
        let past_64_bits = "九百二十二万三千三百七十二万零三百六十八万五千四百七十七万五千八百九万";
        assert_eq!(count(past_64_bits), Err(NotACount::Text));
        assert_eq!(whole_of(f64::NAN), Err(NotACount::TooLarge));
    }

    #[test]
    fn about_how_many_is_no_count() {
        for text in
            ["两三个", "五六个", "三四十", "一百二三十人", "十七八个", "三五人", "七八十人", "百十个", "元"]
        {
            assert_eq!(count(text), Err(NotACount::Text), "{text}");
        }
        for (text, n) in
            [("三百五", 350), ("一千二", 1200), ("二百八十人", 280), ("二〇个", 20), ("一五〇人", 150)]
        {
            assert_eq!(read(text), Some(n), "{text}");
        }
    }

    #[test]
    fn what_is_printed_around_a_count_says_nothing() {
        for text in ["/个", "/人", "—个", "/ 个"] {
            assert_eq!(count(text), Ok(None), "{text}");
        }
        for (text, n) in [("（ 3 ）个", 3), ("（12）人", 12), ("（ 3 ） 项", 3)] {
            assert_eq!(read(text), Some(n), "{text}");
        }
        for text in ["（3）", "共（3）", "（3）（5）个", "约/个"] {
            assert!(count(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_remark_in_words_is_no_part_of_a_count() {
        for text in ["3；", "3、", "3个（其中主导1个）", "3（国家标准）"] {
            assert_eq!(count(text), Ok(Some(Count { value: 3, approximate: false })), "{text}");
        }
        for text in ["3（约）", "3（5）", "（3）"] {
            assert_eq!(count(text), Err(NotACount::Text), "{text}");
        }
    }

    #[test]
    fn two_numbers_never_become_one() {
        for text in [
            "12 15",
            "12\n15",
            "1,2",
            "3，5",
            "10、20",
            "12\n150",
            "1 2",
            "12 1500",
            "1,200,30",
            "0,123",
            "1,200 300",
            "1，200\n300",
            "一十\n二",
            "一百 五十",
            "12\t150",
            "1,,200",
            "1 200.5 5",
            "１２　１５",
        ] {
            assert_eq!(count(text), Err(NotACount::Text), "{text:?}");
            assert_eq!(decimal(text), None, "{text:?}");
        }
        for (text, n) in [
            ("1 200", 1200),
            ("1,200,000", 1_200_000),
            ("1 200人", 1200),
            ("约 1,200 人", 1200),
            ("59\n人", 59),
            ("3 个\n（其中主导1个）", 3),
            ("1,200.0", 1200),
            ("1,200,", 1200),
        ] {
            assert_eq!(read(text), Some(n), "{text:?}");
        }
        assert_eq!(count("-1,200"), Err(NotACount::Negative));
        assert_eq!(decimal("1,200.5"), Some((12_005, 1)));
        assert_eq!(decimal("89,6"), None);
    }

    #[test]
    fn reads_decimals_exactly() {
        assert_eq!(decimal("89.6%"), Some((896, 1)));
        assert_eq!(decimal("-3.50"), Some((-35, 1)));
        assert_eq!(decimal("100"), Some((100, 0)));
        assert_eq!(decimal("高"), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}") {
            let _ = count(&text);
            let _ = decimal(&text);
        }

        /// Whatever signs stand among digits: what is read has all of them, in threes behind the first group.
        #[test]
        fn no_digits_are_run_together(text in "[0-9０-５]{1,4}([ ,，、;.\n\t\u{3000}]{1,2}[0-9]{1,4}){1,3}[人个]?") {
            let plain: Vec<String> = text::plain(&text).split(|c: char| !c.is_ascii_digit())
                .filter(|group| !group.is_empty()).map(str::to_owned).collect();
            let Ok(Some(read)) = count(&text) else { return Ok(()) };
            // Only zeros may stand behind a point.
            let point = text::plain(&text).contains('.');
            let groups = if point { &plain[..plain.len() - 1] } else { &plain[..] };
            prop_assert_eq!(groups.concat().parse::<i64>().unwrap(), read.value, "{:?}", text);
            prop_assert!(groups[1..].iter().all(|group| group.len() == 3), "{:?}", text);
        }

        #[test]
        fn reads_back_every_grouping(n in 0i64..999_999_999_999, sign in prop::sample::select(vec![',', '，', ' ', '\u{A0}'])) {
            let mut printed = n.to_string();
            let mut at = printed.len();
            while at > 3 {
                at -= 3;
                printed.insert(at, sign);
            }
            prop_assert_eq!(read(&printed), Some(n));
            prop_assert_eq!(decimal(&printed).map(|(mantissa, _)| mantissa), Some(n));
        }

        #[test]
        fn reads_back_every_decimal(mantissa in -99_999_999i64..99_999_999, places in 0u32..4) {
            let scale = 10i64.pow(places);
            let sign = if mantissa < 0 { "-" } else { "" };
            let (int, fraction) = (mantissa.abs() / scale, mantissa.abs() % scale);
            let printed = match places {
                0 => mantissa.to_string(),
                _ => format!("{sign}{int}.{fraction:0width$}", width = places as usize),
            };
            let (read, decimals) = decimal(&printed).unwrap();
            prop_assert_eq!(read * 10i64.pow(places - decimals), mantissa);
        }

        /// Words that are no unit change no number: it is told, or it is the one that stands there.
        #[test]
        fn unknown_words_make_no_number(n in 0i64..100_000, m in 0i64..100, word in "[甲乙东西南北无不没半翻倍]{1,3}", front in any::<bool>()) {
            let texts = [format!("{n}{word}{m}"), if front { format!("{word}{n}") } else { format!("{n}{word}") }];
            for text in texts {
                prop_assert!(matches!(count(&text), Err(_) | Ok(None)), "{}", text);
            }
        }

        #[test]
        fn reads_back_every_count(n in 0i64..1_000_000, unit in prop::sample::select(vec!["", "人", "个", " 人"])) {
            prop_assert_eq!(read(&format!("{n}{unit}")), Some(n));
        }
    }
}

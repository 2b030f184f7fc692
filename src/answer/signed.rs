//! A date behind a signature in the same cell: `赵拟五 2025年2月5日` is a name and a day.

use super::Answer;
use crate::parse::{date, signature};
use crate::spec::FormSpec;

/// The words of a signature and the date behind them, in pieces of one text.
pub(super) struct Signed<'a> {
    pub name: Option<&'a str>,
    pub date: &'a str,
}

/// The signature beside which a date that nobody gave stands, if its cell holds the date as well.
pub(super) fn with_date<'a>(
    spec: &FormSpec,
    index: usize,
    answers: &'a [Option<Answer<'static>>],
) -> Option<(usize, Signed<'a>)> {
    let owner = spec.fields[index].beside?;
    // A date of its own that cannot be read is still its own.
    if answers[index].as_ref().is_some_and(|answer| !matches!(date::date(&answer.raw), Ok(None))) {
        return None;
    }
    Some((owner, split(&answers[owner].as_ref()?.raw)?))
}

/// Cuts a signature in front of its date, which goes to the end; what is written like a date and is none is cut off as
/// well, so that it is told.
fn split(raw: &str) -> Option<Signed<'_>> {
    // Figures of one kind: 钱拟六2025年 is a name and a year.
    let kind = |c: char| match c {
        c if c.is_ascii_digit() => Some(true),
        c if c.is_numeric() || "一二三四五六七八九十".contains(c) => Some(false),
        _ => None,
    };
    let begins =
        |at: usize, c: char| kind(c).is_some() && raw[..at].chars().next_back().and_then(kind) != kind(c);
    let starts: Vec<usize> = raw.char_indices().filter(|(at, c)| begins(*at, *c)).map(|(at, _)| at).collect();
    let is_date = |at: &&usize| matches!(date::date(date_at(raw, **at)), Ok(Some(_)));
    let is_alike = |at: &&usize| looks_dated(date_at(raw, **at));
    let whole = starts.iter().find(is_date).filter(|at| !raw[..**at].contains('年'));
    let at = *whole.or_else(|| starts.iter().find(is_alike))?;
    Some(Signed { name: name(&raw[..at]), date: date_at(raw, at) })
}

fn date_at(raw: &str, at: usize) -> &str {
    raw[at..].trim_end_matches([')', '）', '。'])
}

/// `2025年2月6日 孙拟2025年2月7日`: a year at the front and what belongs to it.
fn looks_dated(words: &str) -> bool {
    let year = words.split_once('年').filter(|(year, _)| year.chars().count() == 4);
    year.is_some_and(|(_, rest)| rest.contains('月') && rest.contains(['日', '号']))
}

/// The words in front of a date, without signs and 日期.
fn name(front: &str) -> Option<&str> {
    let is_sign = |c: char| {
        c.is_whitespace() || matches!(c, '(' | '（' | ',' | '，' | ';' | '；' | ':' | '：' | '/' | '、')
    };
    let name = front.trim_end_matches(is_sign);
    let bare = name.strip_suffix("日期").or(name.strip_suffix("时间")).unwrap_or(name);
    Some(bare.trim_end_matches(is_sign)).filter(|name| !signature::is_unsigned(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_cut_in_front_of_its_date() {
        let cut = |raw| split(raw).map(|s| (s.name, s.date));
        assert_eq!(cut("赵拟五 2025年2月5日"), Some((Some("赵拟五"), "2025年2月5日")));
        assert_eq!(cut("孙拟七（2025.2.7）"), Some((Some("孙拟七"), "2025.2.7")));
        assert_eq!(cut("孙拟七\n日期：2025-02-07"), Some((Some("孙拟七"), "2025-02-07")));
        assert_eq!(cut("（盖章） 2025年2月7日"), Some((None, "2025年2月7日")));
        assert_eq!(cut("赵拟五 二〇二五年二月五日"), Some((Some("赵拟五"), "二〇二五年二月五日")));
        assert_eq!(cut("成都拟寅2号厂 2025年2月8日"), Some((Some("成都拟寅2号厂"), "2025年2月8日")));
        let both = "2025年2月6日 孙拟2025年2月7日";
        assert_eq!(cut("钱拟六2025年2月6日 孙拟2025年2月7日"), Some((Some("钱拟六"), both)));
        assert_eq!(cut("张三、李四"), None);
        assert_eq!(cut("成都拟禾2号厂"), None);
    }
}

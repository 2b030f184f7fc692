//! A date behind a signature in the same cell: `赵拟五 2025年2月5日` is a name and a day.

use super::Answer;
use crate::parse::{date, signature};
use crate::spec::FormSpec;
use crate::text;

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
    if answers[index]
        .as_ref()
        .is_some_and(|answer| !text::is_blank_mark(&answer.raw) && answer.value.is_some())
    {
        return None;
    }
    Some((owner, split(&answers[owner].as_ref()?.raw)?))
}

/// Cuts a signature in front of its date.
fn split(raw: &str) -> Option<Signed<'_>> {
    let at = raw.find(char::is_numeric)?;
    let (front, date) = raw.split_at(at);
    let date = date.trim_end_matches([')', '）', '。']);
    let is_sign = |c: char| {
        c.is_whitespace() || matches!(c, '(' | '（' | ',' | '，' | ';' | '；' | ':' | '：' | '/' | '、')
    };
    let name = front.trim_end_matches(is_sign);
    let name =
        name.strip_suffix("日期").or(name.strip_suffix("时间")).unwrap_or(name).trim_end_matches(is_sign);
    let is_date = matches!(date::date(date), Ok(Some(_)));
    is_date.then(|| Signed { name: Some(name).filter(|name| !signature::is_unsigned(name)), date })
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
        assert_eq!(cut("张三、李四"), None);
        assert_eq!(cut("成都拟禾2号厂"), None);
    }
}

//! Telephone numbers inside a contact field (domain.md 1.4): `胡拟倩 138-0000-0024`, `028-8666 1234转8`.
//!
//! Only whether a valid number is there, and its digits, leave this file; the
//! contact itself is personal data and never enters the analysis.

use crate::text;

/// What a contact field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contact {
    /// Valid numbers, digits only.
    Phones(Vec<String>),
    /// There are digits, but they are no telephone number.
    BadPhone(String),
    /// A name, but no digits at all.
    NoPhone,
}

/// Digits that somebody may have meant as a number: the shortest real one has 7. Fewer belong to
/// a name (`王3600`) or to a room.
const MEANT: usize = 5;

/// What is left of a mobile number that a spreadsheet shows rounded: `1.38E+10`.
fn is_rounded(text: &str, run: &str) -> bool {
    let behind = text.split_once(run).map_or("", |(_, behind)| behind);
    run.contains('.') && ["E+", "e+"].iter().any(|mark| behind.starts_with(mark))
}

/// Looks for telephone numbers in a contact field.
pub fn contact(raw: &str) -> Contact {
    let text = text::plain(raw);
    match numbers(&text) {
        Contact::BadPhone(run) => match numbers(&without_accounts(&text)) {
            phones @ Contact::Phones(_) => phones,
            _ => Contact::BadPhone(run),
        },
        found => found,
    }
}

/// Without e-mail addresses and QQ accounts, whose digits are no telephone number.
fn without_accounts(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let in_mail = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    let mut out = String::with_capacity(text.len());
    for word in chars.chunk_by(|a, b| in_mail(*a) == in_mail(*b)) {
        let account = out.trim_end_matches(['号', ':', ' ']).to_ascii_uppercase().ends_with("QQ");
        let is_account = account && word.iter().all(char::is_ascii_digit);
        if !is_account && !word.contains(&'@') {
            out.extend(word);
        }
    }
    out
}

fn numbers(text: &str) -> Contact {
    let is_meant =
        |run: &str| run.chars().filter(char::is_ascii_digit).count() >= MEANT || is_rounded(text, run);
    let (mut valid, mut bad) = (Vec::new(), None);
    for run in digit_runs(text) {
        match phone(&run) {
            Some(number) => valid.push(number),
            None if is_meant(&run) => bad = bad.or(Some(run)),
            None => {}
        }
    }
    match (valid.is_empty(), bad) {
        (_, Some(run)) => Contact::BadPhone(run),
        (false, None) => Contact::Phones(valid),
        (true, None) => Contact::NoPhone,
    }
}

/// Stretches of digits joined by the signs people put inside a number.
fn digit_runs(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut runs = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let opens = chars[at].is_ascii_digit()
            || (matches!(chars[at], '+' | '(') && chars.get(at + 1).is_some_and(char::is_ascii_digit));
        if !opens {
            at += 1;
            continue;
        }
        let start = at;
        while at < chars.len() && continues(&chars, at) {
            at += 1;
        }
        let run: String = chars[start..at].iter().collect();
        runs.extend(split_joined(run.trim_end_matches(['-', ' ', '(', '.', '转'])));
    }
    runs
}

fn continues(chars: &[char], at: usize) -> bool {
    let next_digit = |at: usize| chars.get(at + 1).is_some_and(char::is_ascii_digit);
    match chars[at] {
        c if c.is_ascii_digit() => true,
        '+' | '(' | '-' | '转' | '.' => next_digit(at) || matches!(chars.get(at + 1), Some('(' | '-')),
        ')' => chars.get(at + 1).is_some_and(|c| c.is_ascii_digit() || *c == '-' || *c == ' '),
        ' ' => next_digit(at),
        _ => false,
    }
}

/// Two mobile numbers separated by a blank only are two numbers; digits of the name before a whole
/// number are none.
fn split_joined(run: &str) -> Vec<String> {
    if let Some((name, number)) = run.split_once(' ')
        && name.len() < MEANT
        && phone(run).is_none()
        && phone(number).is_some_and(|digits| is_mobile(&digits))
    {
        return vec![name.to_owned(), number.to_owned()];
    }
    let parts: Vec<&str> = run.split(' ').collect();
    if parts.len() > 1 && parts.iter().all(|p| phone(p).is_some()) {
        return parts.into_iter().map(str::to_owned).collect();
    }
    vec![run.to_owned()]
}

/// The digits of a valid mobile, fixed or service number.
fn phone(run: &str) -> Option<String> {
    let trimmed = run.strip_suffix(".0").unwrap_or(run);
    let (main, extension) = trimmed.split_once('转').unwrap_or((trimmed, ""));
    if extension.len() > 6 {
        return None;
    }
    let mut digits: String = main.chars().filter(char::is_ascii_digit).collect();
    for prefix in ["0086", "86"] {
        if digits.len() > 11 && digits.starts_with(prefix) {
            digits = digits[prefix.len()..].to_owned();
        }
    }
    let ok = is_mobile(&digits) || is_service(&digits) || is_fixed(main, &digits);
    ok.then_some(digits)
}

fn is_mobile(d: &str) -> bool {
    d.len() == 11 && d.starts_with('1') && matches!(d.as_bytes()[1], b'3'..=b'9')
}

fn is_service(d: &str) -> bool {
    d.len() == 10 && (d.starts_with("400") || d.starts_with("800"))
}

fn is_fixed(main: &str, d: &str) -> bool {
    let local = |s: &str, lens: &[usize]| lens.contains(&s.len()) && matches!(s.as_bytes()[0], b'2'..=b'9');
    if let Some(rest) = d.strip_prefix("028") {
        let rest = extension_free(main, rest, 8);
        return local(rest, &[8]);
    }
    if d.starts_with('0') {
        return [3, 4].iter().any(|area| d.len() > *area && local(&d[*area..], &[7, 8]));
    }
    local(d, &[8])
}

/// Drops an extension written as `-8` behind a complete local number.
fn extension_free<'a>(main: &str, rest: &'a str, len: usize) -> &'a str {
    let tail = main.rsplit('-').next().unwrap_or("");
    let is_extension = rest.len() > len && rest.len() - len == tail.len() && tail.len() <= 6;
    if is_extension { &rest[..len] } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accounts_beside_a_number_are_no_numbers() {
        let phone = Contact::Phones(vec!["13800001234".into()]);
        assert_eq!(contact("李拟华，电话：13800001234，邮箱：a123456789@b.com"), phone);
        assert_eq!(contact("李拟华 13800001234 QQ:123456789"), phone);
        assert!(matches!(contact("李拟华 QQ 123456789"), Contact::BadPhone(_)));
        assert!(matches!(contact("李拟华 1380000123 QQ 123456789"), Contact::BadPhone(_)));
    }

    #[test]
    fn finds_numbers() {
        for (text, number) in [
            ("胡拟倩 13800000024", "13800000024"),
            ("贾拟洋 138-0000-0013", "13800000013"),
            ("吕（１３８００００００１３）", "13800000013"),
            ("+86 138 0000 0013", "13800000013"),
            ("张/028-86661234", "02886661234"),
            ("(028)86661234转8", "02886661234"),
            ("028-86661234-801", "02886661234801"),
            ("400-800-1234", "4008001234"),
            ("13800000000.0", "13800000000"),
        ] {
            assert_eq!(contact(text), Contact::Phones(vec![number.to_owned()]), "{text}");
        }
        assert_eq!(
            contact("甲13800000001、乙13800000002").clone(),
            Contact::Phones(vec!["13800000001".into(), "13800000002".into()])
        );
    }

    #[test]
    fn tells_bad_numbers() {
        assert!(matches!(contact("唐拟辉 1380000"), Contact::BadPhone(_)));
        assert!(matches!(contact("唐拟辉 138000000181"), Contact::BadPhone(_)));
        assert!(matches!(contact("1.38E+10"), Contact::BadPhone(_)));
        assert!(matches!(contact("1.4E+10"), Contact::BadPhone(_)));
        assert!(matches!(contact("唐拟辉 86612"), Contact::BadPhone(_)));
        assert_eq!(contact("唐拟辉"), Contact::NoPhone);
    }

    #[test]
    fn digits_of_a_name_or_a_room_are_no_bad_number() {
        for text in ["拟460", "王3600", "王 3.5", "5楼1203室 唐拟辉"] {
            assert_eq!(contact(text), Contact::NoPhone, "{text}");
        }
        for text in ["拟460 13800000024", "王3600，13800000024"] {
            assert_eq!(contact(text), Contact::Phones(vec!["13800000024".into()]), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,60}") {
            contact(&text);
        }
    }
}

//! Personal data of the inputs: which strings they are, and how they are masked in free text.
//!
//! Names come from contact, person and signature fields of every return, also of
//! those that do not count. A signature that is the stamp of an organisation is
//! no person. Telephone numbers in free text are masked by their form, known or not.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::link::Links;
use crate::parse::contact::{Contact, contact};
use crate::text;

/// What stands in place of a masked name.
const NAME: &str = "（姓名略）";
/// What stands in place of a masked telephone number.
const PHONE: &str = "（电话略）";

/// Words of contact and signature fields that are nobody's name.
const NO_NAMES: [&str; 34] = [
    "联系人",
    "联系电话",
    "电话",
    "手机",
    "手机号",
    "座机",
    "法定代表人",
    "法人",
    "姓名",
    "先生",
    "女士",
    "经理",
    "总经理",
    "主任",
    "厂长",
    "签字",
    "签名",
    "已签字",
    "已签",
    "盖章",
    "公章",
    "已盖章",
    "日期",
    "暂无",
    "没有",
    "不详",
    "未知",
    "同上",
    "详见",
    "保密",
    "个人信息",
    "服务人员",
    "服务专家",
    "企业负责人",
];
/// Titles that stand behind a name.
const TITLES: [&str; 10] = ["总经理", "经理", "先生", "女士", "主任", "厂长", "老师", "同志", "博士", "教授"];
/// Ends of the names of organisations.
const BODIES: [&str; 12] =
    ["公司", "中心", "协会", "学院", "研究院", "研究所", "事务所", "合作社", "厂", "局", "店", "集团"];

/// The personal data of the inputs.
#[derive(Clone, Debug, Default)]
pub struct Personal {
    names: Vec<String>,
    phones: BTreeSet<String>,
    finder: Option<AhoCorasick>,
}

impl Personal {
    /// Collects them from every return.
    ///
    /// # Errors
    /// An internal fault only.
    pub fn of(links: &Links) -> Result<Self> {
        let all = links.returns.par_iter().flat_map_iter(|linked| {
            let personal = linked.ret.answered().filter(|(field, _)| field.is_personal() || field.flag);
            personal.map(|(_, answer)| answer)
        });
        let names = all.clone().flat_map_iter(|answer| names_in(&answer.raw)).collect();
        let phones = all.flat_map_iter(|answer| phones_in(&answer.raw)).collect();
        Self::new(names, phones)
    }

    /// From names and telephone numbers (digits only).
    ///
    /// # Errors
    /// An internal fault only.
    pub fn new(names: BTreeSet<String>, phones: BTreeSet<String>) -> Result<Self> {
        let names: Vec<String> = names.into_iter().filter(|n| n.chars().count() >= 2).collect();
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&names);
        let finder = finder.map_err(|e| Error::internal(format!("姓名检索：{e}")))?;
        Ok(Self { names, phones, finder: Some(finder) })
    }

    /// Names in a text, each with its place in bytes.
    pub fn names_at<'a>(&'a self, words: &'a str) -> impl Iterator<Item = (Range<usize>, &'a str)> {
        let matches = self.finder.iter().flat_map(move |f| f.find_iter(words));
        matches.map(|m| (m.range(), self.names[m.pattern().as_usize()].as_str()))
    }

    /// Telephone numbers in a text: those of the inputs, and whatever has the form of one.
    pub fn phones_at(&self, words: &str) -> Vec<(Range<usize>, String)> {
        let bare = |digits: &str| digits.strip_prefix("86").is_some_and(|d| self.phones.contains(d));
        let known = |digits: &str| self.phones.contains(digits) || bare(digits);
        digit_runs(words).into_iter().filter(|(_, d)| known(d) || is_phone(d)).collect()
    }

    /// Telephone numbers of the inputs only.
    pub fn known_phones_at(&self, words: &str) -> Vec<(Range<usize>, String)> {
        digit_runs(words).into_iter().filter(|(_, d)| self.phones.contains(d)).collect()
    }

    /// Whether a text has any of them.
    #[must_use]
    pub fn is_in(&self, words: &str) -> bool {
        self.names_at(words).next().is_some() || !self.phones_at(words).is_empty()
    }

    /// The text with names and telephone numbers masked, and how many were.
    pub fn mask(&self, words: &str) -> (String, usize) {
        let mut cuts: Vec<(Range<usize>, &str)> = self.names_at(words).map(|(r, _)| (r, NAME)).collect();
        cuts.extend(self.phones_at(words).into_iter().map(|(r, _)| (r, PHONE)));
        cuts.sort_by_key(|(r, _)| r.start);
        let (mut out, mut from) = (String::with_capacity(words.len()), 0);
        for (range, with) in &cuts {
            if range.start >= from {
                out.push_str(&words[from..range.start]);
                out.push_str(with);
                from = range.end;
            }
        }
        out.push_str(&words[from..]);
        (out, cuts.len())
    }
}

/// Names in a contact, person or signature field.
fn names_in(raw: &str) -> BTreeSet<String> {
    let plain = text::plain(raw);
    let split = |c: char| !(c.is_alphabetic() || c == '·' || c == ' ');
    let mut out = BTreeSet::new();
    for part in plain.split(split) {
        // A blank joins the parts of a name written wide (张 三) and of a foreign one; else it separates.
        let short = part.split(' ').all(|p| p.chars().count() <= 1);
        let pieces: Vec<String> = if short || part.is_ascii() {
            vec![if part.is_ascii() { part.trim().to_owned() } else { text::key(part) }]
        } else {
            part.split(' ').map(str::to_owned).collect()
        };
        out.extend(pieces.iter().filter_map(|p| name_of(p)));
    }
    out
}

fn name_of(piece: &str) -> Option<String> {
    let bare = TITLES.iter().find_map(|t| piece.strip_suffix(t)).unwrap_or(piece);
    let length = bare.chars().count();
    let is_body = length > 4 && BODIES.iter().any(|b| bare.ends_with(b)) || bare.ends_with("公司");
    let is_long = length > 4 && !bare.contains('·') && !bare.is_ascii();
    let is_word = NO_NAMES.contains(&bare) || text::is_none_word(bare) || text::is_blank_mark(bare);
    let latin = bare.is_ascii() && length < 4;
    (length >= 2 && !is_body && !is_long && !is_word && !latin).then(|| bare.to_owned())
}

fn phones_in(raw: &str) -> Vec<String> {
    match contact(raw) {
        Contact::Phones(all) => all,
        Contact::BadPhone(run) => {
            let digits: String = run.chars().filter(char::is_ascii_digit).collect();
            if digits.len() >= 7 { vec![digits] } else { Vec::new() }
        }
        Contact::NoPhone => Vec::new(),
    }
}

/// The first byte of a digit of full width.
const WIDE: u8 = 0xEF;

/// The digit that a character is, half or full width.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32),
        _ => None,
    }
}

/// Stretches of digits, with single signs between them left out; never part of a longer word of letters.
fn digit_runs(words: &str) -> Vec<(Range<usize>, String)> {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(start) = next_digit(words, at) {
        let Run { digits, pieces, end } = run(words, start);
        at = end;
        let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
        if is_letter(words[..start].chars().next_back()) || is_letter(words[end..].chars().next()) {
            continue;
        }
        let parts = !is_phone(&digits) && pieces.len() > 1 && digits.len() >= 7;
        out.push((start..end, digits));
        if parts {
            out.extend(pieces.into_iter().map(|p| (p.clone(), words[p].chars().filter_map(digit).collect())));
        }
    }
    out
}

/// The place of the first digit from a place on.
fn next_digit(words: &str, from: usize) -> Option<usize> {
    let bytes = words.as_bytes();
    let first = |at: &usize| words.get(*at..).and_then(|w| w.chars().next());
    let may = |at: &usize| bytes[*at].is_ascii_digit() || bytes[*at] == WIDE;
    (from..bytes.len()).filter(may).find(|at| first(at).and_then(digit).is_some())
}

/// A stretch of digits with single signs between them.
struct Run {
    digits: String,
    /// The digits between two signs.
    pieces: Vec<Range<usize>>,
    end: usize,
}

/// The stretch that begins at a digit.
fn run(words: &str, start: usize) -> Run {
    let mut out = Run { digits: String::new(), pieces: Vec::new(), end: start };
    let mut piece = start;
    let mut chars = words[start..].char_indices().map(|(i, c)| (start + i, c)).peekable();
    while let Some((at, c)) = chars.next() {
        if let Some(d) = digit(c) {
            out.digits.push(d);
            out.end = at + c.len_utf8();
        } else if let Some((next, _)) = chars.peek().filter(|(_, n)| joins(c) && digit(*n).is_some()) {
            out.pieces.push(piece..at);
            piece = *next;
        } else {
            break;
        }
    }
    out.pieces.push(piece..out.end);
    out
}

fn joins(c: char) -> bool {
    matches!(c, '-' | ' ' | '－' | '—' | '‐' | '‑' | '–' | '.' | '\u{3000}' | '(' | ')' | '（' | '）')
}

/// Whether digits have the form of a telephone number; eight digits alone may be a date and do not count.
fn is_phone(digits: &str) -> bool {
    let bare = ["0086", "86"].iter().find_map(|p| digits.strip_prefix(p)).filter(|d| d.len() == 11);
    let bare = bare.unwrap_or(digits);
    let bytes = bare.as_bytes();
    match bytes.len() {
        11 if bytes[0] == b'1' => (b'3'..=b'9').contains(&bytes[1]),
        10 if bare.starts_with("400") || bare.starts_with("800") => true,
        10..=12 if bytes[0] == b'0' => (b'1'..=b'9').contains(&bytes[1]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Personal {
        let names = ["胡拟倩", "John Smith"].map(String::from).into();
        Personal::new(names, ["13800000024".to_owned(), "86661234".to_owned()].into()).unwrap()
    }

    #[test]
    fn takes_names_and_numbers_apart() {
        let names = |raw| names_in(raw).into_iter().collect::<Vec<_>>();
        assert_eq!(names("胡拟倩 138-0000-0024"), ["胡拟倩"]);
        assert_eq!(names("联系人：张 三，电话：028-86661234"), ["张三"]);
        assert_eq!(names("李四经理、王五"), ["李四", "王五"]);
        assert_eq!(names("成都拟衡质量技术服务有限公司（盖章）"), Vec::<String>::new());
        assert_eq!(names("买买提·艾力"), ["买买提·艾力"]);
        assert_eq!(names("无"), Vec::<String>::new());
    }

    #[test]
    fn masks_names_and_numbers_and_leaves_dates() {
        let (masked, n) = known()
            .mask("胡拟倩（１３８ ００００ ００２４）于2025-03-31到场，另致电139-1234-5678、028-87654321。");
        assert_eq!(masked, "（姓名略）（（电话略））于2025-03-31到场，另致电（电话略）、（电话略）。");
        assert_eq!(n, 4);
        for harmless in ["2025年3月31日至20250401", "共 12 345 件", "GB/T 19001-2016", "91510114MA6ABCDE7K"]
        {
            assert_eq!(known().mask(harmless).1, 0, "{harmless}");
        }
        assert_eq!(known().mask("拨打86661234。").1, 1, "known though short");
    }
}

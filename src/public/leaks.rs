//! The last look: every finished file is searched for what must not be public.
//!
//! It knows nothing of how the files were made. Personal data of the inputs
//! anywhere, also in file names and attributes, and any text under the id of a
//! hidden figure but `*`, stop the publication, with the place. A name that is
//! also an ordinary word stops it too: a person decides.

use std::collections::BTreeSet;
use std::fmt;

use super::personal::Personal;
use super::suppress::{Plan, Shown};
use crate::text;

/// Something that must not be public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// Path below `site/`.
    pub path: String,
    /// Line, from 1; 0 for the file name or a place that only shows when the text is folded.
    pub line: usize,
    pub what: String,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}：{}", self.path, self.what),
            line => write!(f, "{} 第{line}行：{}", self.path, self.what),
        }
    }
}

/// Searches all files of an edition.
pub fn scan(files: &[(String, Vec<u8>)], personal: &Personal, plan: &Plan) -> Vec<Leak> {
    let mut out = Vec::new();
    for (path, bytes) in files {
        if personal.is_in(path) {
            out.push(Leak { path: path.clone(), line: 0, what: "文件名含个人信息".into() });
        }
        let Ok(words) = std::str::from_utf8(bytes) else { continue };
        persons(path, words, personal, &mut out);
        if path.ends_with(".csv") {
            rows(path, words, plan, &mut out);
        } else {
            elements(path, words, plan, &mut out);
        }
    }
    out
}

fn line_of(words: &str, at: usize) -> usize {
    1 + words.as_bytes()[..at].iter().filter(|b| **b == b'\n').count()
}

/// Personal data, as written and with full-width signs and blanks folded.
fn persons(path: &str, words: &str, personal: &Personal, out: &mut Vec<Leak>) {
    let before = out.len();
    let mut hit = |line: usize, what: String| out.push(Leak { path: path.to_owned(), line, what });
    for (range, name) in personal.names_at(words) {
        hit(line_of(words, range.start), format!("含报送材料中的姓名「{}」", veil(name)));
    }
    for (range, digits) in personal.phones_at(words) {
        hit(line_of(words, range.start), format!("含电话号码「{}」", crate::answer::mask(&digits)));
    }
    if out.len() == before {
        let folded = text::key(words);
        if let Some((_, name)) = personal.names_at(&folded).next() {
            let what = format!("去除空白后含报送材料中的姓名「{}」", veil(name));
            out.push(Leak { path: path.to_owned(), line: 0, what });
        }
    }
}

/// The message itself must not spread the name.
fn veil(name: &str) -> String {
    name.chars().take(1).chain(name.chars().skip(1).map(|_| '某')).collect()
}

/// An element of HTML or SVG that carries the id of a figure.
pub(crate) struct Marked<'a> {
    /// Byte at which its mark begins.
    pub at: usize,
    pub id: String,
    /// Its first words, as written.
    pub printed: &'a str,
}

/// All elements that carry the id of a figure.
pub(crate) fn marked(words: &str) -> impl Iterator<Item = Marked<'_>> {
    const MARK: &str = "data-figure=\"";
    words.match_indices(MARK).filter_map(|(at, _)| {
        let (id, rest) = words[at + MARK.len()..].split_once('"')?;
        let printed = rest.split_once('>').map_or("", |(_, after)| after.split('<').next().unwrap_or(""));
        Some(Marked { at, id: unescape(id), printed })
    })
}

fn elements(path: &str, words: &str, plan: &Plan, out: &mut Vec<Leak>) {
    for Marked { at, id, printed } in marked(words) {
        let what = match plan.of(&id) {
            Shown::Hidden(_) if printed.trim() != "*" => format!("不公开的数 {id} 被印出"),
            Shown::Unpublished => format!("{id} 不在公开范围内"),
            _ => continue,
        };
        out.push(Leak { path: path.to_owned(), line: line_of(words, at), what });
    }
}

pub(crate) fn unescape(id: &str) -> String {
    id.replace("&#x2F;", "/")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// Rows of the open data: under a hidden id no column may hold a value.
fn rows(path: &str, words: &str, plan: &Plan, out: &mut Vec<Leak>) {
    let words = words.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(words.as_bytes());
    let Ok(header) = reader.headers().cloned() else { return };
    let column = |name: &str| header.iter().position(|h| h == name);
    let Some(id) = column("figure") else { return };
    let silent: BTreeSet<usize> =
        ["numerator", "value", "lower", "upper"].iter().filter_map(|n| column(n)).collect();
    let status = column("status");
    for (at, record) in reader.records().enumerate() {
        let Ok(record) = record else { continue };
        let figure = record.get(id).unwrap_or("");
        let told = silent.iter().any(|c| record.get(*c).is_some_and(|v| !v.is_empty()));
        let marked = status.and_then(|s| record.get(s)) == Some("suppressed");
        let what = match plan.of(figure) {
            Shown::Hidden(_) if told || !marked => format!("不公开的数 {figure} 被写出"),
            Shown::Unpublished => format!("{figure} 不在公开范围内"),
            _ => continue,
        };
        out.push(Leak { path: path.to_owned(), line: at + 2, what });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_planted() {
        let personal =
            Personal::new(["胡拟倩".to_owned()].into(), ["13800000024".to_owned()].into()).unwrap();
        let file = |path: &str, words: &str| vec![(path.to_owned(), words.as_bytes().to_vec())];
        let found = |path: &str, words: &str| {
            scan(&file(path, words), &personal, &Plan::default())
                .into_iter()
                .map(|l| l.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(found("a.html", "<p>\n胡拟倩</p>"), ["a.html 第2行：含报送材料中的姓名「胡某某」"]);
        assert_eq!(
            found("a.html", "<img alt=\"138 0000 0024\">"),
            ["a.html 第1行：含电话号码「138****0024」"]
        );
        assert_eq!(found("a.html", "胡 拟 倩").len(), 1);
        assert_eq!(found("胡拟倩.html", "").len(), 1);
        assert_eq!(found("a.html", "2025-03-31 12 345 0.863").len(), 0);
    }
}

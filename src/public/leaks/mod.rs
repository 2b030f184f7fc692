//! The last look: every finished file is searched for what must not be public.
//!
//! It knows nothing of how the files were made. Personal data of the inputs
//! anywhere, also in file names and attributes, stop the publication, with the
//! place. So does a hidden figure: its id may stand on an element that says `*`
//! and in the first column of the table of figures, nowhere else (a drawing, a
//! JSON key, an alternative text, a file name), and no number may stand with it.
//! A name that is also an ordinary word stops it too: a person decides.

use std::collections::BTreeSet;
use std::fmt;

use ids::Ids;

use super::personal::Personal;
use super::suppress::{Plan, Shown};
use crate::text;

mod ids;

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

/// Searches the files of an edition, one by one.
pub struct Scanner<'a> {
    personal: &'a Personal,
    plan: &'a Plan,
    ids: Ids,
}

impl<'a> Scanner<'a> {
    pub fn new(personal: &'a Personal, plan: &'a Plan) -> Self {
        Self { personal, plan, ids: Ids::new(plan) }
    }

    /// All leaks of a finished file.
    pub fn file(&self, path: &str, bytes: &[u8]) -> Vec<Leak> {
        let mut out = Vec::new();
        let mut named = |what: String| out.push(Leak { path: path.to_owned(), line: 0, what });
        if let Some(id) = self.ids.in_name(path) {
            named(format!("文件名含不公开的数的编号 {id}"));
        }
        if self.personal.is_in(path) {
            named("文件名含个人信息".into());
        }
        let Ok(words) = std::str::from_utf8(bytes) else { return out };
        persons(path, words, self.personal, &mut out);
        for (at, id) in self.ids.astray(path, words) {
            let what = format!("不公开的数 {id} 在不应出现的位置");
            out.push(Leak { path: path.to_owned(), line: line_of(words, at), what });
        }
        if path.ends_with(".csv") {
            rows(path, words, self.plan, &mut out);
        } else {
            elements(path, words, self.plan, &mut out);
        }
        out
    }
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
    /// Its other attributes, as written, of those after the id.
    attributes: &'a str,
    /// All that stands in it, elements included.
    inside: &'a str,
}

impl Marked<'_> {
    /// Whether it says no more than that there is a number.
    fn is_mute(&self) -> bool {
        self.printed.trim() == "*" && !has_digit(self.inside) && !has_digit(&spoken(self.attributes))
    }
}

/// Attributes that are read out or kept as data, not those that place and paint.
fn spoken(attributes: &str) -> String {
    const SAID: [&str; 6] = ["title=", "alt=", "aria-", "data-", "value=", "content="];
    let parts = attributes.split("\" ");
    parts.filter(|p| SAID.iter().any(|s| p.trim_start().starts_with(s))).collect()
}

fn has_digit(words: &str) -> bool {
    words.chars().any(char::is_numeric)
}

/// All elements that carry the id of a figure.
pub(crate) fn marked(words: &str) -> impl Iterator<Item = Marked<'_>> {
    const MARK: &str = "data-figure=\"";
    words.match_indices(MARK).filter_map(|(at, _)| {
        let (id, rest) = words[at + MARK.len()..].split_once('"')?;
        let (attributes, after) = rest.split_once('>').unwrap_or((rest, ""));
        let inside = after.split_once(&closing(&words[..at])).map_or(after, |(inside, _)| inside);
        let inside = if attributes.ends_with('/') { "" } else { inside };
        let printed = inside.split('<').next().unwrap_or("");
        Some(Marked { at, id: unescape(id), printed, attributes, inside })
    })
}

/// The tag that closes the element whose beginning is the last thing in a text.
fn closing(before: &str) -> String {
    let open = before.rsplit('<').next().unwrap_or("");
    format!("</{}>", open.split_whitespace().next().unwrap_or(""))
}

fn elements(path: &str, words: &str, plan: &Plan, out: &mut Vec<Leak>) {
    for mark in marked(words) {
        let id = &mark.id;
        let what = match plan.of(id) {
            Shown::Hidden(_) if !mark.is_mute() => format!("不公开的数 {id} 被印出"),
            Shown::Implied => format!("不单列的数 {id} 被印出"),
            Shown::Unpublished => format!("{id} 不在公开范围内"),
            _ => continue,
        };
        out.push(Leak { path: path.to_owned(), line: line_of(words, mark.at), what });
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
            Shown::Implied if told => format!("不单列的数 {figure} 被写出"),
            Shown::Unpublished => format!("{figure} 不在公开范围内"),
            _ => continue,
        };
        out.push(Leak { path: path.to_owned(), line: at + 2, what });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HIDDEN: &str = "2025Q2/510112/satisfied_rate.staff_attitude";

    /// A plan that hides one figure and shows one whose id begins alike.
    fn plan() -> Plan {
        Plan::of_figures([
            (HIDDEN, Some(super::super::Reason::Small)),
            ("2025Q2/510112/satisfied_rate.staff_attitude_2", None),
        ])
    }

    fn scanned(path: &str, words: &str) -> Vec<String> {
        let personal = Personal::new(BTreeSet::new(), BTreeSet::new()).unwrap();
        told(&Scanner::new(&personal, &plan()), path, words)
    }

    fn told(scanner: &Scanner, path: &str, words: &str) -> Vec<String> {
        scanner.file(path, words.as_bytes()).into_iter().map(|l| l.to_string()).collect()
    }

    #[test]
    fn a_hidden_value_is_found_wherever_it_is_planted() {
        let escaped = HIDDEN.replace('/', "&#x2F;");
        let planted = [
            ("a.html", format!("<td data-figure=\"{escaped}\">75.0%</td>")),
            ("a.html", format!("<td data-figure=\"{escaped}\" title=\"75.0%\">*</td>")),
            ("a.html", format!("<td data-figure=\"{escaped}\" data-value=\"0.75\">*</td>")),
            ("a.html", format!("<td data-figure=\"{escaped}\">*<span>（75.0%）</span></td>")),
            ("a.html", format!("<img src=\"a.svg\" alt=\"{escaped}：75.0%\">")),
            ("a.html", format!("<p aria-label=\"{HIDDEN}=75.0%\">高</p>")),
            ("a.svg", format!("<rect data-figure=\"{HIDDEN}\" width=\"75\"/>")),
            ("a.svg", format!("<text data-figure=\"{HIDDEN}\" x=\"3\">0.75</text>")),
            ("a.svg", format!("<g><title>{HIDDEN} 75.0%</title></g>")),
            ("a.json", format!("{{\"{HIDDEN}\": 0.75}}")),
            ("a.json", format!("{{\"figure\": \"{HIDDEN}\", \"value\": 0.75}}")),
            ("a.json", format!("{{\"figure\": \"{}\", \"value\": 0.75}}", HIDDEN.replace('/', "\\/"))),
            ("figures.csv", format!("figure,value,status\n{HIDDEN},0.750,suppressed\n")),
            ("other.csv", format!("name,value\n{HIDDEN},0.750\n")),
            ("notes.csv", format!("figure,value,status\n\"甲，{HIDDEN}：75.0%\",,ok\n")),
            ("charts/2025Q2-510112-satisfied_rate.staff_attitude-75.0.svg", String::new()),
        ];
        for (path, words) in planted {
            let found = scanned(path, &words);
            assert!(!found.is_empty(), "{path}: {words}");
            assert!(found.iter().all(|f| f.contains("2025Q2/510112")), "{found:?}");
        }
    }

    #[test]
    fn what_says_nothing_is_let_through() {
        let escaped = HIDDEN.replace('/', "&#x2F;");
        let fine = [
            (
                "a.html",
                format!(
                    "<td data-figure=\"{escaped}\" data-status=\"suppressed\" title=\"不公开\">*</td><td>75.0%</td>"
                ),
            ),
            ("a.svg", format!("<text data-figure=\"{HIDDEN}\" x=\"310\" y=\"12\" font-size=\"11\">*</text>")),
            (
                "a.html",
                "<td data-figure=\"2025Q2/510112/satisfied_rate.staff_attitude_2\">75.0%</td>".to_owned(),
            ),
            ("figures.csv", format!("\u{feff}figure,value,status\r\n{HIDDEN},,suppressed\r\n")),
            ("districts/510112.html", "<p>2025Q2</p>".to_owned()),
        ];
        for (path, words) in fine {
            assert_eq!(scanned(path, &words), Vec::<String>::new(), "{path}: {words}");
        }
    }

    #[test]
    fn finds_what_was_planted() {
        let personal =
            Personal::new(["胡拟倩".to_owned()].into(), ["13800000024".to_owned()].into()).unwrap();
        let plan = Plan::default();
        let scanner = Scanner::new(&personal, &plan);
        let found = |path: &str, words: &str| told(&scanner, path, words);
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

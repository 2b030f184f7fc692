//! Where the ids of hidden figures stand in finished files.
//!
//! An id is looked for as written, with its slashes escaped as in HTML and JSON, and in
//! file names with anything in place of its signs. Whether what stands beside it tells a
//! number is not asked: out of its place the id itself is a hit.

use aho_corasick::{AhoCorasick, MatchKind};

use crate::public::suppress::Plan;

/// Slashes of an id: as written, in HTML, in HTML numbers, in JSON.
const SLASHES: [&str; 4] = ["/", "&#x2F;", "&#47;", "\\/"];

/// Finds the ids of all hidden figures.
pub(super) struct Ids {
    ids: Vec<String>,
    /// `None` where nothing is hidden. Every id has one pattern for each way to write its slashes.
    finder: Option<AhoCorasick>,
    /// The same for file names, one pattern for each.
    names: Option<AhoCorasick>,
}

impl Ids {
    pub fn new(plan: &Plan) -> Self {
        let ids: Vec<String> = plan.hidden().map(str::to_owned).collect();
        let written = ids.iter().flat_map(|id| SLASHES.map(|slash| id.replace('/', slash)));
        let names = finder(ids.iter().map(|id| bare(id))).filter(|_| !ids.is_empty());
        let finder = finder(written).filter(|_| !ids.is_empty());
        Self { finder, names, ids }
    }

    /// The hidden figure that a file is named after.
    pub fn in_name(&self, path: &str) -> Option<&str> {
        // Names of the site say a period and a unit, but never a metric.
        let name = bare(path);
        let mut found = self.names.iter().flat_map(|f| f.find_iter(&name));
        let hit = found.find(|m| name[m.end()..].chars().next().is_none_or(|c| c == '-'))?;
        self.ids.get(hit.pattern().as_usize()).map(String::as_str)
    }

    /// Hidden ids out of their place, with the byte they stand at.
    pub fn astray<'a>(&'a self, path: &str, words: &'a str) -> Vec<(usize, &'a str)> {
        let is_table = path.ends_with(".csv") && has_figures(words);
        let matches = self.finder.iter().flat_map(|f| f.find_iter(words));
        let whole = matches.filter(|m| !goes_on(&words[m.end()..]));
        let astray = whole.filter(|m| {
            let before = &words[..m.start()];
            let is_key = is_table && (before.ends_with('\n') || before.ends_with("\n\""));
            !before.ends_with("data-figure=\"") && !is_key
        });
        astray.map(|m| (m.start(), self.ids[m.pattern().as_usize() / SLASHES.len()].as_str())).collect()
    }
}

fn finder(patterns: impl Iterator<Item = String>) -> Option<AhoCorasick> {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns).ok()
}

/// Whether a table begins with the column of ids, so that its rows are looked at one by one.
fn has_figures(words: &str) -> bool {
    words.trim_start_matches('\u{feff}').starts_with("figure,")
}

/// Whether the id is only the beginning of a longer one.
fn goes_on(after: &str) -> bool {
    let mut next = after.chars();
    match next.next() {
        Some('.') => next.next().is_some_and(char::is_alphanumeric),
        Some(c) => c == '_' || c.is_alphanumeric(),
        None => false,
    }
}

/// Letters and digits only, with `-` for everything else.
fn bare(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out
}

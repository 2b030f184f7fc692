//! What differs between two editions: each figure that moved, old and new, and the returns that moved it.
//!
//! A return is named for a figure where the figure's metric looks at its form and at something of it that
//! changed, and where it belongs (or belonged) to the figure's unit. A figure that moved with no such
//! return and under the same settings is told as unexplained, never passed over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::matching::Matching;
use super::snapshot::{Known, Mark, Snapshot};

/// Difference of an edition from the one before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Changes {
    /// Fingerprint of the edition before.
    pub from: String,
    /// In the order of printing.
    pub figures: Vec<Moved>,
    /// Figures that are the same, printed and exactly, in both editions.
    pub unchanged: usize,
    /// Returns that differ, by period, file and place.
    pub returns: Vec<Turned>,
    pub settings_changed: bool,
    pub program_changed: bool,
}

/// A figure that moved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    pub id: String,
    /// Of the edition that has it last; `at` orders.
    pub known: Known,
    /// As printed before; `None` where it was not there.
    pub old: Option<String>,
    pub old_n: Option<i64>,
    pub new: Option<String>,
    pub new_n: Option<i64>,
    /// Indices of [`Changes::returns`].
    pub by: Vec<usize>,
}

/// A return that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turned {
    pub id: String,
    pub turn: Turn,
    pub old: Option<Arc<Mark>>,
    pub new: Option<Arc<Mark>>,
}

/// What became of a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    Added,
    Removed,
    /// Excluded before, counted now; or sent anew in the place of one that was.
    Mended,
    /// Counted in both, with other answers.
    Altered,
    /// Another district or agency.
    Moved,
    /// Counted before, excluded or superseded now.
    Dropped,
    /// Superseded before, counted now.
    Restored,
    /// Counted in neither, for another reason.
    Uncounted,
}

impl Turn {
    /// In words for a report.
    pub fn words(self) -> &'static str {
        match self {
            Self::Added => "新增",
            Self::Removed => "撤回",
            Self::Mended => "改正后计入",
            Self::Altered => "内容有改动",
            Self::Moved => "归属有变动",
            Self::Dropped => "不再计入",
            Self::Restored => "转为计入",
            Self::Uncounted => "未计入原因有变动",
        }
    }

    pub fn id(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Mended => "mended",
            Self::Altered => "altered",
            Self::Moved => "moved",
            Self::Dropped => "dropped",
            Self::Restored => "restored",
            Self::Uncounted => "uncounted",
        }
    }
}

impl Turned {
    /// The return as it is now, or as it last was.
    pub fn mark(&self) -> Option<&Mark> {
        self.new.as_deref().or(self.old.as_deref())
    }
}

impl Changes {
    /// Whether every figure names returns that are there: what was read from a file may be damaged.
    pub fn is_whole(&self) -> bool {
        self.figures.iter().flat_map(|f| &f.by).all(|at| *at < self.returns.len())
    }

    /// Compares two editions; `from` is the fingerprint of the older.
    pub fn between(old: &Snapshot, new: &Snapshot, from: &str) -> Self {
        let returns = turned(old, new);
        let matching = Matching::new(old, new, &returns);
        let ids: BTreeSet<&String> = old.figures.keys().chain(new.figures.keys()).collect();
        let mut figures: Vec<Moved> = ids
            .iter()
            .filter_map(|id| moved(id, old.figures.get(*id), new.figures.get(*id)))
            .map(|figure| Moved { by: matching.behind(&figure), ..figure })
            .collect();
        figures.sort_by(|a, b| (a.known.at, &a.id).cmp(&(b.known.at, &b.id)));
        Self {
            from: from.to_owned(),
            unchanged: ids.len() - figures.len(),
            figures,
            returns,
            settings_changed: old.settings != new.settings,
            program_changed: old.version != new.version,
        }
    }

    /// Moved figures with no return behind them although settings and program are the same.
    pub fn unexplained(&self) -> usize {
        if self.settings_changed || self.program_changed {
            return 0;
        }
        self.figures.iter().filter(|f| f.by.is_empty()).count()
    }
}

fn moved(id: &str, old: Option<&Known>, new: Option<&Known>) -> Option<Moved> {
    let same = |a: &Known, b: &Known| a.printed == b.printed && a.n == b.n && a.x == b.x;
    if old.zip(new).is_some_and(|(a, b)| same(a, b)) {
        return None;
    }
    Some(Moved {
        id: id.to_owned(),
        known: new.or(old)?.clone(),
        old: old.map(|k| k.printed.clone()),
        old_n: old.and_then(|k| k.n),
        new: new.map(|k| k.printed.clone()),
        new_n: new.and_then(|k| k.n),
        by: Vec::new(),
    })
}

/// Returns that differ; a file that was only renamed is none.
fn turned(old: &Snapshot, new: &Snapshot) -> Vec<Turned> {
    let mut gone: BTreeMap<Content, Vec<&String>> = BTreeMap::new();
    for (id, mark) in old.returns.iter().filter(|(id, _)| !new.returns.contains_key(*id)) {
        gone.entry(content(mark)).or_default().push(id);
    }
    let mut out = Vec::new();
    for (id, mark) in &new.returns {
        let before = old.returns.get(id);
        let renamed = before.is_none() && gone.get_mut(&content(mark)).and_then(Vec::pop).is_some();
        if !renamed && before.is_none_or(|b| !is_same(b, mark)) {
            let turn = before.map_or_else(|| arrival(mark, old), |b| turn(b, mark));
            out.push(Turned { id: id.clone(), turn, old: before.cloned(), new: Some(Arc::clone(mark)) });
        }
    }
    for id in gone.into_values().flatten() {
        let before = old.returns.get(id).cloned();
        out.push(Turned { id: id.clone(), turn: Turn::Removed, old: before, new: None });
    }
    let order = |t: &Turned| t.mark().map(|m| (m.period.clone(), m.file.clone(), m.sheet.clone()));
    out.sort_by(|a, b| (order(a), &a.id).cmp(&(order(b), &b.id)));
    out
}

/// A mark without its place.
type Content = (Vec<String>, Vec<(String, String)>);

fn content(mark: &Mark) -> Content {
    let parts = [&mark.form, &mark.period, &mark.key, &mark.district, &mark.agency, &mark.status, &mark.rest];
    let answers = mark.answers.iter().map(|(name, digest)| (name.clone(), digest.clone())).collect();
    (parts.into_iter().cloned().collect(), answers)
}

/// Whether a return stands as it did, wherever it lies.
fn is_same(old: &Mark, new: &Mark) -> bool {
    fn parts(mark: &Mark) -> [&str; 5] {
        [&mark.form, &mark.period, &mark.district, &mark.agency, &mark.status]
    }
    parts(old) == parts(new) && old.says_the_same(new)
}

/// A new return mends where all of its key had errors before.
fn arrival(mark: &Mark, old: &Snapshot) -> Turn {
    let same = |m: &&Arc<Mark>| m.form == mark.form && m.period == mark.period && m.key == mark.key;
    let mut before = old.returns.values().filter(same).peekable();
    let mends = mark.is_counted() && before.peek().is_some() && before.all(|m| m.is_excluded());
    if mends { Turn::Mended } else { Turn::Added }
}

fn turn(old: &Mark, new: &Mark) -> Turn {
    match (old.is_counted(), new.is_counted()) {
        (true, false) => Turn::Dropped,
        (false, true) if old.is_excluded() => Turn::Mended,
        (false, true) => Turn::Restored,
        (false, false) => Turn::Uncounted,
        (true, true) if old.says_the_same(new) => Turn::Moved,
        (true, true) => Turn::Altered,
    }
}

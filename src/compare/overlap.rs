//! Which enterprises are in both quarters.
//!
//! The tests take two quarters as independent samples. Where many enterprises answered in
//! both that is not so, and the reader is told.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::answer::Id;
use crate::link::Links;
use crate::metrics::{Definition, Figure, Frame, Level, Measured, Rule, frame_at};

/// More than this share (in percent) of the enterprises of the smaller quarter are in the other one too.
const OVERLAPPING_PERCENT: usize = 30;

/// Enterprise of every return.
pub(super) struct Overlaps<'a> {
    enterprises: HashMap<Id, &'a str>,
}

/// Units (by frame, level and group) whose two quarters overlap.
#[derive(Default)]
pub(super) struct Shared(HashSet<(Frame, Level, String)>);

impl Shared {
    /// Whether a figure of a metric is one of them.
    pub fn contains(&self, definition: &Definition, figure: &Figure) -> bool {
        let Rule::Ratio { frame, .. } = definition.rule else { return false };
        self.0.contains(&(frame_at(frame, figure.level), figure.level, figure.unit_code.clone()))
    }
}

type Members<'a> = HashMap<(Frame, Level, String), BTreeSet<&'a str>>;

impl<'a> Overlaps<'a> {
    pub fn new(links: &'a Links) -> Self {
        Self { enterprises: links.returns.iter().map(|l| (l.ret.id, &*l.key.enterprise)).collect() }
    }

    /// Frames and units of `now` most of whose enterprises are in `then` as well.
    pub fn between(&self, now: &Measured, then: &Measured) -> Shared {
        let (now, then) = (self.members(now), self.members(then));
        let overlaps = |(key, ours): (_, &BTreeSet<&str>)| {
            let theirs = then.get(key)?;
            let both = ours.intersection(theirs).count();
            (both * 100 > ours.len().min(theirs.len()) * OVERLAPPING_PERCENT).then(|| key.clone())
        };
        Shared(now.iter().filter_map(overlaps).collect())
    }

    /// Enterprises of every unit in every frame. The first return of a fact says whose it is.
    fn members(&self, measured: &Measured) -> Members<'a> {
        let codes: HashMap<(Level, &str), &str> =
            measured.units.iter().map(|u| ((u.level, &*u.group), &*u.code)).collect();
        let mut out = Members::new();
        for (frame, facts) in &measured.facts {
            for fact in &facts.rows {
                let Some(name) = self.enterprises.get(&fact.of) else {
                    continue;
                };
                for level in Level::ALL {
                    if let Some(code) = codes.get(&(level, fact.group(level).as_str())) {
                        out.entry((*frame, level, (*code).to_owned())).or_default().insert(name);
                    }
                }
            }
        }
        out
    }
}

//! What became of the problems since the last run: new, still open, mended or waived.
//!
//! An edition remembers what it was compared with (`problems/base.json`), so that
//! a second run over the same inputs compares with the same and writes the same
//! bytes. Nothing here looks at a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::waivers::Waivers;
use crate::digest::Joint;
use crate::error::{Error, Result};
use crate::link::{Links, district_name};
use crate::period::Period;
use crate::problem::{Problem, Severity, Standing};
use crate::read::FileRecord;
use crate::reference::district;
use crate::spec::Form;

const BASE: &str = "problems/base.json";
const PROGRESS: &str = "problems/进展.json";

/// What is remembered of a problem.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Known {
    district: String,
    severity: Severity,
}

type Ids = BTreeMap<String, Known>;

/// `problems/base.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Base {
    /// Digest of the inputs of this edition.
    inputs: String,
    /// The problems of this edition.
    now: Ids,
    /// Those of the last edition that was made of other inputs; `null` where there was none.
    before: Option<Ids>,
}

/// What a run knows of its problems beside themselves.
pub struct Memory {
    base: Base,
    mended: Ids,
    /// Reasons of the waived problems by id.
    waived: BTreeMap<String, String>,
}

/// What one district owes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Debt {
    district: String,
    /// To mend: errors and warnings that are not waived.
    errors: usize,
    warnings: usize,
    /// Of these: found for the first time, and told before.
    new: usize,
    open: usize,
    waived: usize,
    mended: usize,
    /// Returns of the roster that were not received, by form.
    missing: BTreeMap<&'static str, usize>,
}

/// `problems/进展.json`.
#[derive(Serialize)]
struct Progress<'a> {
    period: String,
    /// Whether there was an edition of other inputs to compare with.
    compared: bool,
    note: &'static str,
    city: Debt,
    districts: Vec<Debt>,
    /// Ids of errors and warnings that are gone.
    mended: Vec<&'a str>,
    /// Reasons by id.
    waived: &'a BTreeMap<String, String>,
}

impl Memory {
    /// Compares the problems of a period with the last edition and says on each where it stands.
    pub fn recall(
        outputs: &Path,
        period: Period,
        records: &[FileRecord],
        links: &mut Links,
        waivers: &Waivers,
    ) -> Self {
        let mut problems = std::mem::take(links.problems.entry(period).or_default());
        let districts = links.answerable(period);
        let inputs = inputs_digest(records);
        let last = last_edition(&outputs.join(period.to_string()).join(BASE));
        let before = match last {
            Some(last) if last.inputs == inputs => last.before,
            Some(last) => Some(last.now),
            None => None,
        };
        let mut waived = BTreeMap::new();
        let mut now = Ids::new();
        for problem in &mut problems {
            let id = problem.id();
            let reason = waivers.reason(&id);
            problem.standing = Some(standing(&id, reason, before.as_ref()));
            if let Some(reason) = reason {
                waived.insert(id.clone(), reason.to_owned());
            }
            let district = district_name(districts.of(problem)).to_owned();
            let known = Known { district, severity: problem.severity };
            let kept = now.entry(id).or_insert_with(|| known.clone());
            kept.severity = kept.severity.min(known.severity);
        }
        links.problems.insert(period, problems);
        let gone =
            |(id, known): &(&String, &Known)| !now.contains_key(*id) && known.severity != Severity::Info;
        let mended =
            before.iter().flatten().filter(gone).map(|(id, known)| (id.clone(), known.clone())).collect();
        Self { base: Base { inputs, now, before }, mended, waived }
    }

    /// The files of the memory, as (path below the edition, bytes).
    ///
    /// # Errors
    /// Never; kept for the writer's type.
    pub fn files(&self, period: Period, links: &Links) -> Result<Vec<(&'static str, Vec<u8>)>> {
        let debts = self.debts(period, links);
        let city =
            debts.values().fold(Debt { district: "全市".into(), ..Debt::default() }, |mut sum, debt| {
                sum.add(debt);
                sum
            });
        let progress = Progress {
            period: period.to_string(),
            compared: self.base.before.is_some(),
            note: "已豁免的错误不再催改，但该份（该文件）仍不计入统计。",
            city,
            districts: debts.into_values().collect(),
            mended: self.mended.keys().map(String::as_str).collect(),
            waived: &self.waived,
        };
        Ok(vec![(BASE, pretty(BASE, &self.base)?), (PROGRESS, pretty(PROGRESS, &progress)?)])
    }

    /// By place in the list of districts; a file of no known district comes last.
    fn debts(&self, period: Period, links: &Links) -> BTreeMap<(usize, String), Debt> {
        let mut out: BTreeMap<(usize, String), Debt> = BTreeMap::new();
        let mut of = |name: &str, count: &dyn Fn(&mut Debt)| {
            let key = (district::by_name(name).unwrap_or(usize::MAX), name.to_owned());
            let new = || Debt { district: name.to_owned(), ..Debt::default() };
            count(out.entry(key).or_insert_with(new));
        };
        let districts = links.answerable(period);
        for problem in links.problems.get(&period).into_iter().flatten() {
            of(district_name(districts.of(problem)), &|debt| debt.count(problem));
        }
        for known in self.mended.values() {
            of(&known.district, &|debt| debt.mended += 1);
        }
        for (form, at, _) in links.accounting.get(&period).into_iter().flat_map(|a| &a.missing) {
            of(district_name(*at), &|debt| *debt.missing.entry(Form::letter(*form)).or_default() += 1);
        }
        out
    }
}

impl Debt {
    fn count(&mut self, problem: &Problem) {
        if problem.severity == Severity::Info {
            return;
        }
        match problem.standing {
            Some(Standing::Waived) => {
                self.waived += 1;
                return;
            }
            Some(Standing::Open) => self.open += 1,
            _ => self.new += 1,
        }
        match problem.severity {
            Severity::Error => self.errors += 1,
            _ => self.warnings += 1,
        }
    }

    fn add(&mut self, other: &Self) {
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.new += other.new;
        self.open += other.open;
        self.waived += other.waived;
        self.mended += other.mended;
        for (form, n) in &other.missing {
            *self.missing.entry(form).or_default() += n;
        }
    }
}

fn standing(id: &str, waived: Option<&str>, before: Option<&Ids>) -> Standing {
    if waived.is_some() {
        Standing::Waived
    } else if before.is_some_and(|ids| ids.contains_key(id)) {
        Standing::Open
    } else {
        Standing::New
    }
}

/// Names and digests of all inputs, of every period: earlier quarters matter too.
fn inputs_digest(records: &[FileRecord]) -> String {
    let all: BTreeSet<(String, String)> =
        records.iter().map(|r| (format!("{}/{}", r.period, r.name), r.sha256())).collect();
    let mut joint = Joint::default();
    for (name, sha256) in &all {
        joint.add(name.as_bytes());
        joint.add(sha256.as_bytes());
    }
    joint.finish()
}

/// What the last edition remembers; nothing where it cannot be read.
fn last_edition(path: &Path) -> Option<Base> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn pretty(name: &str, value: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| Error::internal(format!("{name}：{e}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}

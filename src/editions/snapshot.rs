//! What an edition remembers of itself: every figure as printed, and of every return what a metric
//! can look at and all the rest of it, as short digests. No answer is kept, and of personal data only
//! whether there was any.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::answer::{Id, Val};
use crate::digest;
use crate::link::{Linked, Status, district_code};
use crate::metrics::{CATALOGUE, Figure, Level, fields};
use crate::settings::Settings;
use crate::spec::Form;
use crate::tally::{Desk, Tally, Whom};

/// Everything two editions are compared by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Snapshot {
    /// Version of the program.
    pub version: String,
    /// Digest of the settings that figures depend on.
    pub settings: String,
    /// Figures by id.
    pub figures: BTreeMap<String, Known>,
    /// Returns by id.
    pub returns: BTreeMap<String, Arc<Mark>>,
}

/// A figure as it was printed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Place in the order of printing.
    pub at: usize,
    pub level: String,
    pub code: String,
    /// Code as `data/` carries it.
    pub data_code: String,
    pub unit: String,
    /// `<metric>[.<item>]`, or the name of an account.
    pub metric: String,
    pub printed: String,
    pub n: Option<i64>,
    /// Numerator, exactly; a change that rounding hides is a change.
    pub x: String,
}

/// A return as the metrics saw it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub form: String,
    pub period: String,
    pub file: String,
    pub sheet: String,
    pub cell: String,
    pub enterprise: String,
    pub project: String,
    /// Digest of the key of enterprise and project, and of the enterprise alone.
    pub key: String,
    pub owner: String,
    pub district: String,
    pub agency: String,
    pub status: String,
    /// Size class of form B, categories of forms B and C.
    pub size: Option<usize>,
    pub categories: Vec<usize>,
    /// Digests of the answers that a metric looks at.
    pub answers: BTreeMap<String, String>,
    /// Digest of all other answers that are not personal: they are printed, though no metric looks at them.
    /// Empty where the edition did not remember it.
    pub rest: String,
}

impl Mark {
    /// Whether both give the same answers, as far as both are remembered.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let rest = self.rest == other.rest || self.rest.is_empty() || other.rest.is_empty();
        rest && self.key == other.key && self.answers == other.answers
    }

    pub fn is_counted(&self) -> bool {
        self.status == COUNTED
    }

    pub fn is_excluded(&self) -> bool {
        self.status == EXCLUDED
    }
}

const COUNTED: &str = "counted";
const EXCLUDED: &str = "excluded";
/// Digits of a digest: changes are told, not proven, by it.
const DIGITS: usize = 10;

/// What this run knows: the same as a [`Snapshot`], but that each return is looked at when its turn comes
/// to be compared or written. There are as many as a run has returns.
#[derive(Serialize)]
pub struct Now<'a> {
    version: &'static str,
    settings: String,
    figures: BTreeMap<String, Known>,
    returns: Marks<'a>,
}

impl<'a> Now<'a> {
    pub fn of(desk: &Desk<'a>, settings: &Settings) -> Self {
        let figures = desk.measured.get(&desk.period).map(|m| m.figures.as_slice()).unwrap_or_default();
        let accounts = desk.accounts();
        let of_figures = figures.iter().enumerate().map(|(at, f)| (f.id(), figure(at, f)));
        let of_accounts = accounts.into_iter().enumerate();
        let of_accounts = of_accounts
            .map(|(at, (whom, tally))| (tally.id.clone(), account(figures.len() + at, &whom, &tally)));
        Self {
            version: env!("CARGO_PKG_VERSION"),
            settings: settings_digest(settings),
            figures: of_figures.chain(of_accounts).collect(),
            returns: Marks::of(&desk.links.returns),
        }
    }

    /// Whether nothing has moved since.
    pub fn is(&self, last: &Snapshot) -> bool {
        let same =
            |(id, mark): (Id, Mark)| last.returns.get(&id.to_string()).is_some_and(|was| **was == mark);
        (self.version, &self.settings, &self.figures) == (&*last.version, &last.settings, &last.figures)
            && self.returns.all.len() == last.returns.len()
            && self.returns.iter().all(same)
    }

    /// All of it at once. What has not moved since `last` is shared with it: that is most of very many returns.
    pub fn snapshot(&self, last: &Snapshot) -> Snapshot {
        let shared = |(id, mark): (Id, Mark)| {
            let id = id.to_string();
            let was = last.returns.get(&id).filter(|was| ***was == mark).cloned();
            (id, was.unwrap_or_else(|| mark.into()))
        };
        Snapshot {
            version: self.version.into(),
            settings: self.settings.clone(),
            figures: self.figures.clone(),
            returns: self.returns.iter().map(shared).collect(),
        }
    }
}

/// Returns by id, each marked when it is asked for.
struct Marks<'a> {
    all: Vec<&'a Linked>,
    looked: Looked,
}

impl<'a> Marks<'a> {
    fn of(returns: &'a [Linked]) -> Self {
        let mut all: Vec<&Linked> = returns.iter().collect();
        all.sort_by_key(|linked| linked.ret.id);
        all.dedup_by_key(|linked| linked.ret.id);
        Self { all, looked: looked_at() }
    }

    fn iter(&self) -> impl Iterator<Item = (Id, Mark)> {
        self.all.iter().map(|linked| (linked.ret.id, mark(linked, &self.looked)))
    }
}

impl Serialize for Marks<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// Metrics, severities and aliases; fonts and marks change no figure.
fn settings_digest(settings: &Settings) -> String {
    let parts = serde_json::json!([settings.metrics, settings.severity, settings.aliases, settings.read]);
    digest::short(parts.to_string().as_bytes(), DIGITS)
}

fn figure(at: usize, f: &Figure) -> Known {
    Known {
        at,
        level: f.level.id().into(),
        code: f.unit_code.clone(),
        data_code: f.data_code().into(),
        unit: f.unit_name.clone(),
        metric: f.name(),
        printed: f.printed(),
        n: f.denominator,
        x: f.fraction.map(|(n, d)| format!("{n}/{d}")).unwrap_or_default(),
    }
}

fn account(at: usize, whom: &Whom, tally: &Tally) -> Known {
    let (_, metric) = tally.id.rsplit_once('/').unwrap_or_default();
    Known {
        at,
        level: whom.level.id().into(),
        code: whom.code.clone(),
        data_code: whom.code.clone(),
        unit: whom.name.clone(),
        metric: metric.into(),
        printed: tally.printed.clone(),
        n: None,
        x: tally.printed.clone(),
    }
}

type Looked = BTreeMap<Form, BTreeSet<&'static str>>;

/// The fields of each form that any metric looks at, and those that place a return.
fn looked_at() -> Looked {
    let mut out = Looked::new();
    for definition in CATALOGUE {
        for item in definition.items {
            for (form, names) in fields(definition.id, item, Level::City) {
                out.entry(form).or_default().extend(names);
            }
        }
    }
    out.entry(Form::B).or_default().insert("size");
    out
}

fn mark(linked: &Linked, looked: &Looked) -> Mark {
    let ret = &linked.ret;
    let place = &ret.place;
    let joint = |parts: &[&str]| digest::short(parts.join("\u{1f}").as_bytes(), DIGITS);
    let status = match &linked.status {
        Status::Counted => COUNTED,
        Status::Superseded { identical: true, .. } => "identical",
        Status::Superseded { .. } => "superseded",
        Status::Excluded => EXCLUDED,
    };
    let empty = BTreeSet::new();
    let names = looked.get(&ret.form).unwrap_or(&empty);
    Mark {
        form: ret.form.letter().into(),
        period: ret.period.to_string(),
        file: place.file.to_string(),
        sheet: place.sheet.to_string(),
        cell: place.cell.map(|c| c.to_string()).unwrap_or_default(),
        enterprise: ret.enterprise().to_owned(),
        project: if matches!(ret.form, Form::B | Form::E) { String::new() } else { ret.project().to_owned() },
        key: joint(&[&linked.key.enterprise, &linked.key.project]),
        owner: joint(&[&linked.key.enterprise]),
        district: district_code(linked.district).into(),
        agency: linked.agency.to_string(),
        status: status.into(),
        size: if ret.form == Form::B { ret.one("size") } else { None },
        categories: ret.many("need_types").to_vec(),
        answers: names.iter().filter_map(|name| Some(((*name).to_owned(), answer(linked, name)?))).collect(),
        rest: rest(linked, names),
    }
}

/// Digest of the answers as they were written that no metric looks at, or could not read.
fn rest(linked: &Linked, names: &BTreeSet<&str>) -> String {
    let mut joint = digest::Joint::default();
    let is_seen = |name: &str| names.contains(name) && linked.ret.value(name).is_some();
    for (field, answer) in linked.ret.answered().filter(|(f, _)| !f.is_personal() && !is_seen(&f.id)) {
        joint.add(field.id.as_bytes());
        joint.add(answer.raw.as_bytes());
    }
    let mut text = joint.finish();
    text.truncate(DIGITS);
    text
}

/// Digest of an answer that could be read; of personal data only that there is one.
fn answer(linked: &Linked, name: &str) -> Option<String> {
    let ret = &linked.ret;
    let value = ret.value(name)?;
    if ret.spec.field(name).is_some_and(crate::spec::Field::is_personal) {
        let none = crate::text::is_none_word(ret.words(name));
        return Some(if none { "none" } else { "given" }.into());
    }
    // A text as it is: there are many, and to write it as `Debug` does takes long.
    let said = match value {
        Val::Text(words) => words,
        value => format!("{value:?}").into(),
    };
    Some(digest::short(said.as_bytes(), DIGITS))
}

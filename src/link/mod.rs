//! Links returns to enterprises, projects, districts and agencies, decides which
//! count, and proves that none was lost.
//!
//! Rules are those of metrics.md 1. Nothing is joined by likeness: near misses are
//! suggested, a confirmed alias stands in the settings.

mod accounting;
mod alike;
mod answerable;
mod duplicates;
mod falls;
mod keys;
mod names;
mod orphans;
mod periods;
mod place;
mod roster;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

pub(crate) use accounting::outside;
pub use accounting::{Account, Accounting};
pub use answerable::Answerable;
pub(crate) use duplicates::age;
pub use keys::token;
pub use names::{agency_variants, said_consent};
use rayon::prelude::*;
pub use roster::{Expected, Roster};

use crate::answer::{Id, Return};
use crate::period::Period;
use crate::problem::{Code, Problem};
use crate::read::FileRead;
use crate::reference::district::{DISTRICTS, NOWHERE};
use crate::settings::Settings;
use crate::spec::{Form, Specs};
use crate::text;

/// Name of the agency of returns that name none.
pub const NO_AGENCY: &str = "未注明";

/// Key of a project: enterprise and project, both in normal form; the project is empty for B and E.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub enterprise: Arc<str>,
    pub project: Arc<str>,
}

/// Whether a return counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    Counted,
    /// Another return of the same form and key counts instead (its id).
    Superseded {
        by: Id,
        identical: bool,
    },
    /// An error leaves it out.
    Excluded,
}

/// A return with everything that linking found out.
#[derive(Clone, Debug)]
pub struct Linked {
    pub ret: Box<Return>,
    pub key: Key,
    pub status: Status,
    /// Index in [`DISTRICTS`]; `None` is 未归属.
    pub district: Option<usize>,
    /// Normal form is the identity; this is the name as first typed.
    pub agency: Arc<str>,
    pub consent: bool,
    /// District by cover, column, key sheet or folder (the folder's until the others are looked at);
    /// `None` where only the address tells.
    pub stated: Option<usize>,
    /// Whether a valid correction workbook stands for it: it is mended, and told no more.
    pub replaced: bool,
}

impl Linked {
    pub fn counted(&self) -> bool {
        self.status == Status::Counted
    }

    /// Whether a problem stands at the return or at one of its answers.
    pub fn holds(&self, problem: &Problem) -> bool {
        problem.form == Some(self.ret.form) && self.ret.stands_at(&problem.place)
    }

    /// Name of the district.
    pub fn district_name(&self) -> &'static str {
        district_name(self.district)
    }
}

/// Name of a district by index.
pub fn district_name(district: Option<usize>) -> &'static str {
    district.map_or(NOWHERE, |i| DISTRICTS[i].name)
}

/// Code of a district by index; 未归属 has its name for a code.
pub fn district_code(district: Option<usize>) -> &'static str {
    district.map_or(NOWHERE, |i| DISTRICTS[i].code)
}

/// All returns of all periods, linked.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// In listing order.
    pub returns: Vec<Linked>,
    pub rosters: BTreeMap<Period, Roster>,
    /// Problems of every stage so far, by period, in listing order.
    pub problems: BTreeMap<Period, Vec<Problem>>,
    pub accounting: BTreeMap<Period, Accounting>,
    /// Files that could not be read, in listing order.
    pub unreadable: BTreeMap<Period, Vec<Unread>>,
    /// Whether any return is marked as synthetic (示例数据).
    pub synthetic: bool,
    answerable: answerable::Known,
}

/// A file that could not be read, and the district its folder names.
pub type Unread = (Arc<str>, Option<usize>);

impl Links {
    /// Which district answers for each problem of a period; made when first asked for, by the returns of then.
    pub fn answerable(&self, period: Period) -> Answerable<'_> {
        Answerable::new(self, period)
    }

    /// Counted returns of a form in a period.
    pub fn counted(&self, period: Period, form: Form) -> impl Iterator<Item = &Linked> {
        self.returns.iter().filter(move |l| l.counted() && l.ret.form == form && l.ret.period == period)
    }
}

/// Links everything that was read.
pub fn link(files: Vec<FileRead>, specs: &Specs, settings: &Settings) -> Links {
    let count = files.iter().map(|f| f.returns.len()).sum();
    let mut links = Links { returns: Vec::with_capacity(count), ..Links::default() };
    let aliases = alias_keys(settings);
    let mut names = Names { aliases: Some(&aliases), ..Names::default() };
    let no_agency: Arc<str> = NO_AGENCY.into();
    for file in files {
        roster::take(&mut links, &file, specs, settings, &mut names);
        for (period, problem) in file.problems {
            links.problems.entry(period).or_default().push(problem);
        }
        links.synthetic |= file.synthetic;
        if !file.record.read {
            let of_period = links.unreadable.entry(file.record.period).or_default();
            of_period.push((Arc::clone(&file.record.name), file.folder));
        }
        for ret in file.returns {
            let key = key_of(&ret, &mut names);
            links.returns.push(Linked {
                key,
                status: if ret.excluded { Status::Excluded } else { Status::Counted },
                district: None,
                agency: Arc::clone(&no_agency),
                consent: false,
                stated: file.folder,
                replaced: false,
                ret,
            });
        }
    }
    drop(names);
    links.rosters.values_mut().for_each(|roster| roster.projects.shrink_to_fit());
    let mut found = Found { settings, problems: std::mem::take(&mut links.problems) };
    names::agencies(&mut links, &mut found);
    keys::replace(&mut links, &mut found);
    keys::note(&links, &aliases, &mut found);
    duplicates::supersede(&mut links, &mut found);
    place::districts(&mut links, &mut found);
    names::agency_of_services(&mut links);
    names::consent(&mut links);
    found.side_by_side(
        &links,
        &[orphans::find, names::variants, names::phones, alike::find, falls::find, periods::find],
    );
    keys::drop_mended(&links, &mut found);
    links.problems = found.settled();
    accounting::account(&mut links);
    links
}

/// Aliases of the settings, both sides in normal form.
fn alias_keys(settings: &Settings) -> HashMap<String, String> {
    settings.aliases.iter().map(|(from, to)| (text::key(from), text::key(to))).collect()
}

fn alias(name: &str, aliases: &HashMap<String, String>) -> Arc<str> {
    let key = text::key(name);
    aliases.get(&key).cloned().unwrap_or(key).into()
}

/// Normal forms of names, and names as typed, each kept once.
#[derive(Default)]
struct Names<'a> {
    aliases: Option<&'a HashMap<String, String>>,
    known: HashSet<Arc<str>>,
}

impl Names<'_> {
    /// The normal form of a name, or of what it stands for.
    fn key(&mut self, words: &str) -> Arc<str> {
        let key = text::key(words);
        let key = self.aliases.and_then(|all| all.get(&key)).cloned().unwrap_or(key);
        self.share(key)
    }

    fn share(&mut self, name: String) -> Arc<str> {
        if let Some(known) = self.known.get(name.as_str()) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = name.into();
        self.known.insert(Arc::clone(&fresh));
        fresh
    }
}

fn key_of(ret: &Return, names: &mut Names) -> Key {
    let project = if matches!(ret.form, Form::B | Form::E) { "" } else { ret.project() };
    Key { enterprise: names.key(ret.enterprise()), project: names.key(project) }
}

/// The problems of every stage so far, to which linking adds what it finds.
struct Found<'a> {
    settings: &'a Settings,
    problems: BTreeMap<Period, Vec<Problem>>,
}

impl Found<'_> {
    /// What several look for in the same returns, in their order.
    fn side_by_side(&mut self, links: &Links, lookers: &[fn(&Links, &mut Found)]) {
        let look = |looker: &fn(&Links, &mut Found)| {
            let mut found = Found { settings: self.settings, problems: BTreeMap::new() };
            looker(links, &mut found);
            found.problems
        };
        let found: Vec<_> = lookers.par_iter().map(look).collect();
        for (period, problems) in found.into_iter().flatten() {
            self.problems.entry(period).or_default().extend(problems);
        }
    }

    /// Adds a problem, with the severity the settings want.
    fn note(&mut self, period: Period, mut problem: Problem) {
        problem.severity = self.settings.severity_of(problem.code, problem.severity);
        self.problems.entry(period).or_default().push(problem);
    }

    /// The problems by place.
    fn settled(mut self) -> BTreeMap<Period, Vec<Problem>> {
        for problems in self.problems.values_mut() {
            problems.sort_by(|a, b| a.order().cmp(&b.order()));
        }
        self.problems
    }
}

/// A problem about one answer of a linked return.
fn problem(linked: &Linked, code: Code, field: &str) -> Problem {
    linked.ret.problem(code, field)
}

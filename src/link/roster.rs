//! The roster: which projects are expected in a quarter, and which forms of each.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Key, Links, alias};
use crate::bind::{Content, RosterRow};
use crate::cell::{Cell, Place};
use crate::period::Period;
use crate::problem::{Code, Problem};
use crate::read::FileRead;
use crate::reference::district;
use crate::spec::{Form, Specs};
use crate::text;

/// One expected project.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    pub key: Key,
    /// Names as typed.
    pub project: Box<str>,
    pub enterprise: Box<str>,
    pub district: Option<usize>,
    pub agency: Box<str>,
    pub forms: Box<[Form]>,
    pub consent: Option<bool>,
}

/// The roster of a period.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    pub projects: Vec<Expected>,
    by_key: HashMap<Key, usize>,
    by_enterprise: HashMap<Arc<str>, usize>,
}

impl Roster {
    fn find(&self, key: &Key) -> Option<&Expected> {
        let at = self.by_key.get(key).or_else(|| {
            if key.project.is_empty() { self.by_enterprise.get(&key.enterprise) } else { None }
        })?;
        self.projects.get(*at)
    }

    /// Agency of a project.
    pub fn agency(&self, key: &Key) -> Option<String> {
        self.find(key).map(|e| e.agency.to_string()).filter(|a| !a.is_empty())
    }

    /// Consent of a project.
    pub fn consent(&self, key: &Key) -> Option<bool> {
        self.find(key)?.consent
    }

    /// Keys expected for a form, each with its district.
    pub fn keys(&self, form: Form) -> BTreeMap<Key, Option<usize>> {
        let mut out = BTreeMap::new();
        for project in self.projects.iter().filter(|p| p.forms.contains(&form)) {
            let key = match form {
                Form::B | Form::E => Key { project: "".into(), ..project.key.clone() },
                _ => project.key.clone(),
            };
            out.entry(key).or_insert(project.district);
        }
        out
    }

    fn push(&mut self, expected: Expected) {
        let at = self.projects.len();
        self.by_key.entry(expected.key.clone()).or_insert(at);
        self.by_enterprise.entry(Arc::clone(&expected.key.enterprise)).or_insert(at);
        self.projects.push(expected);
    }
}

pub(super) fn take(
    links: &mut Links,
    period: Period,
    file: &FileRead,
    specs: &Specs,
    aliases: &HashMap<String, String>,
) {
    for row in &file.roster {
        match expected(row, specs, aliases) {
            Ok(project) => links.rosters.entry(period).or_default().push(project),
            Err(missing) => {
                let place = Place {
                    file: Arc::clone(&file.record.name),
                    sheet: Arc::clone(&row.sheet),
                    cell: Some(Cell::new(row.row, 0)),
                };
                links
                    .problems
                    .entry(period)
                    .or_default()
                    .push(Problem::new(Code::RosterUnreadable, place).about(missing));
            }
        }
    }
}

fn expected(row: &RosterRow, specs: &Specs, aliases: &HashMap<String, String>) -> Result<Expected, String> {
    let words = |id: &str| {
        let slot = specs.roster.index(id).and_then(|i| row.slots[i].as_ref());
        match slot.map(|s| &s.content) {
            Some(Content::Typed(value)) => text::words(&value.text()),
            _ => String::new(),
        }
    };
    let (project, enterprise, forms) = (words("project"), words("enterprise"), words("expected"));
    for (label, value) in [("项目名称", &project), ("企业名称", &enterprise), ("应报表", &forms)] {
        if value.is_empty() {
            return Err(label.to_owned());
        }
    }
    let letters = text::key(&forms).to_uppercase();
    let consent = words("consent");
    Ok(Expected {
        key: Key { enterprise: alias(&enterprise, aliases), project: alias(&project, aliases) },
        project: project.into(),
        enterprise: enterprise.into(),
        district: district::by_name(&words("district")),
        agency: words("agency").into(),
        forms: Form::ALL.into_iter().filter(|f| letters.contains(f.letter())).collect(),
        consent: (!consent.is_empty()).then(|| consent.contains('是') || consent == "同意"),
    })
}

impl Roster {
    /// A roster from its rows alone; the second part says what is missing in rows that could not be used.
    pub fn from_rows(rows: &[RosterRow], specs: &Specs) -> (Self, Vec<String>) {
        let (mut out, mut faults) = (Self::default(), Vec::new());
        for row in rows {
            match expected(row, specs, &HashMap::new()) {
                Ok(project) => out.push(project),
                Err(missing) => faults.push(missing),
            }
        }
        (out, faults)
    }
}

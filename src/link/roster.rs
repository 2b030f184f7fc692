//! The roster: which projects are expected in a quarter, and which forms of each.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::names::is_yes;
use super::{Key, Links, Names};
use crate::bind::{Content, RosterRow, Slot};
use crate::cell::{Cell, Place};
use crate::parse::{due, marks};
use crate::problem::{Code, Problem};
use crate::read::FileRead;
use crate::reference::district;
use crate::settings::Settings;
use crate::spec::{Form, FormSpec, Specs};
use crate::text;

/// One expected project.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    pub key: Key,
    /// Names as typed.
    pub project: Arc<str>,
    pub enterprise: Arc<str>,
    pub district: Option<usize>,
    pub agency: Arc<str>,
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

    /// Takes a row; an earlier one of the same project whose words count instead comes back.
    fn push(&mut self, expected: Expected) -> Option<&Expected> {
        let at = self.projects.len();
        let first = *self.by_key.entry(expected.key.clone()).or_insert(at);
        self.by_enterprise.entry(Arc::clone(&expected.key.enterprise)).or_insert(at);
        self.projects.push(expected);
        (first < at && !self.projects[first].says_the_same(&self.projects[at])).then(|| &self.projects[first])
    }
}

impl Expected {
    /// Forms may be spread over rows; of the rest, the first row counts.
    fn says_the_same(&self, other: &Self) -> bool {
        (self.district, &self.agency, self.consent) == (other.district, &other.agency, other.consent)
    }
}

pub(super) fn take(
    links: &mut Links,
    file: &FileRead,
    specs: &Specs,
    settings: &Settings,
    names: &mut Names,
) {
    let period = file.record.period;
    for row in &file.roster {
        let mut problems = Vec::new();
        let at = |cell| Place {
            file: Arc::clone(&file.record.name),
            sheet: Arc::clone(&row.sheet),
            cell: Some(cell),
        };
        match expected(row, specs, names) {
            Ok((project, doubts)) => {
                let (enterprise, name) = (Arc::clone(&project.enterprise), Arc::clone(&project.project));
                let repeated = links.rosters.entry(period).or_default().push(project).map(|_| repeated(row));
                problems.extend(doubts.into_iter().chain(repeated).map(|doubt| {
                    let mut problem = Problem::new(doubt.code, at(doubt.cell)).about(doubt.about);
                    problem.field = doubt.field.into();
                    problem.found(doubt.found).named(Arc::clone(&enterprise), Arc::clone(&name))
                }));
            }
            Err(missing) => {
                let place = at(Cell::new(row.row, 0));
                problems.push(Problem::new(Code::RosterUnreadable, place).about(missing));
            }
        }
        for mut problem in problems {
            problem.severity = settings.severity_of(problem.code, problem.severity);
            links.problems.entry(period).or_default().push(problem);
        }
    }
}

/// Something in a usable row that is not taken.
struct Doubt {
    code: Code,
    field: &'static str,
    cell: Cell,
    about: String,
    found: String,
}

fn repeated(row: &RosterRow) -> Doubt {
    let about = "与前面一行是同一项目，区（市）县、质量服务机构或公开意见不同，以前一行为准";
    let cell = Cell::new(row.row, 0);
    Doubt { code: Code::RosterDoubtful, field: "project", cell, about: about.into(), found: String::new() }
}

/// The answers of a row.
struct Typed<'a> {
    row: &'a RosterRow,
    spec: &'a FormSpec,
}

impl Typed<'_> {
    fn slot(&self, id: &str) -> Option<&Slot> {
        self.row.slots.get(self.spec.index(id)?)?.as_ref()
    }

    fn words(&self, id: &str) -> String {
        match self.slot(id).map(|s| &s.content) {
            Some(Content::Typed(value)) => text::words(&value.text()),
            _ => String::new(),
        }
    }

    fn doubt(&self, code: Code, field: &'static str, about: String) -> Doubt {
        let cell = self.slot(field).map_or(Cell::new(self.row.row, 0), |s| s.cell);
        Doubt { code, field, cell, about, found: self.words(field) }
    }
}

fn expected(row: &RosterRow, specs: &Specs, names: &mut Names) -> Result<(Expected, Vec<Doubt>), String> {
    let typed = Typed { row, spec: &specs.roster };
    let (project, enterprise, forms) =
        (typed.words("project"), typed.words("enterprise"), typed.words("expected"));
    for (label, value) in [("项目名称", &project), ("企业名称", &enterprise), ("应报表", &forms)] {
        if value.is_empty() {
            return Err(label.to_owned());
        }
    }
    let mut doubts = Vec::new();
    let expected = Expected {
        key: Key { enterprise: names.key(&enterprise), project: names.key(&project) },
        project: names.share(project),
        enterprise: names.share(enterprise),
        district: district_of(&typed, &mut doubts),
        agency: names.share(typed.words("agency")),
        forms: forms_of(&typed, &forms, &mut doubts),
        consent: consent_of(&typed, &mut doubts),
    };
    Ok((expected, doubts))
}

fn district_of(typed: &Typed, doubts: &mut Vec<Doubt>) -> Option<usize> {
    let words = typed.words("district");
    let known = district::by_name(&words);
    if known.is_none() && !words.is_empty() {
        doubts.push(typed.doubt(Code::DistrictUnknown, "district", words));
    }
    known
}

fn forms_of(typed: &Typed, words: &str, doubts: &mut Vec<Doubt>) -> Box<[Form]> {
    let letters = due::letters(words).unwrap_or_default();
    let forms: Box<[Form]> =
        Form::ALL.into_iter().filter(|f| letters.iter().any(|l| f.letter().starts_with(*l))).collect();
    if forms.is_empty() {
        let about = "应报表应只写表的字母，如“B、C、F”";
        doubts.push(typed.doubt(Code::RosterDoubtful, "expected", about.into()));
    }
    forms
}

/// What cannot be told is no consent.
fn consent_of(typed: &Typed, doubts: &mut Vec<Doubt>) -> Option<bool> {
    let words = typed.words("consent");
    if words.is_empty() {
        return None;
    }
    let field = typed.spec.field("consent")?;
    let read = marks::ticks(&words, &field.choices).ok().filter(|t| text::is_blank_mark(&t.rest));
    match read.as_ref().map(|t| &*t.ticked) {
        Some([only]) => return Some(*only == 0),
        // Boxes with none ticked say nothing.
        Some([]) if words.contains(['□', '☐', '○']) => return None,
        _ => {}
    }
    let agreed = is_yes(&words);
    if !agreed {
        doubts.push(typed.doubt(Code::OptionUnrecognised, "consent", field.label.to_string()));
    }
    Some(agreed)
}

impl Roster {
    /// A roster from its rows alone; the second part says what is missing in rows that could not be used.
    pub fn from_rows(rows: &[RosterRow], specs: &Specs) -> (Self, Vec<String>) {
        let (mut out, mut faults) = (Self::default(), Vec::new());
        for row in rows {
            match expected(row, specs, &mut Names::default()) {
                Ok((project, _)) => drop(out.push(project)),
                Err(missing) => faults.push(missing),
            }
        }
        (out, faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbook::Value;

    /// A row of the roster: project, enterprise, district, agency, forms, consent.
    fn row(at: u32, words: [&str; 6]) -> RosterRow {
        let slot = |(col, words): (usize, &str)| {
            let content = Content::Typed(Value::Text(words.into()));
            (!words.is_empty()).then(|| Slot { cell: Cell::new(at, col as u32), content })
        };
        RosterRow {
            sheet: "名册".into(), row: at, slots: words.into_iter().enumerate().map(slot).collect()
        }
    }

    fn told(words: [&str; 6]) -> (Expected, Vec<&'static str>) {
        let specs = Specs::built_in().unwrap();
        let (expected, doubts) = expected(&row(1, words), &specs, &mut Names::default()).unwrap();
        (expected, doubts.iter().map(|d| d.field).collect())
    }

    fn consent(words: &str) -> (Option<bool>, bool) {
        let (expected, doubts) = told(["甲", "乙", "新都区", "", "B", words]);
        (expected.consent, !doubts.is_empty())
    }

    #[test]
    fn consent_is_read_by_its_ticks_and_never_guessed() {
        for yes in ["是", "同意", "☑是 □否", "是√ 否□", "√"] {
            assert_eq!(consent(yes), (Some(true), false), "{yes}");
        }
        for no in ["否", "不同意", "□是 ☑否", "是□ 否√", "不同意公开"] {
            assert_eq!(consent(no), (Some(false), false), "{no}");
        }
        for unclear in ["不是", "不同意，是保密项目", "☑是 ☑否", "是否", "待定"] {
            assert_eq!(consent(unclear), (Some(false), true), "{unclear}");
        }
        assert_eq!(consent("□是 □否"), (None, false));
    }

    #[test]
    fn what_is_not_taken_of_a_row_is_told() {
        assert!(told(["甲", "乙", "新都区", "丙", "B、C", "是"]).1.is_empty());
        assert_eq!(told(["甲", "乙", "月球区", "丙", "待定", "是"]).1, ["district", "expected"]);
        assert_eq!(told(["甲", "乙", "", "丙", "表A", ""]).1, ["expected"]);
    }

    #[test]
    fn forms_are_due_by_their_letters_and_never_by_letters_of_other_words() {
        let due = |words: &str| {
            let (expected, doubts) = told(["甲", "乙", "", "丙", words, ""]);
            let letters = expected.forms.iter().map(|form| form.letter()).collect::<String>();
            (letters, doubts)
        };
        assert_eq!(due("B-F"), ("BCEF".into(), vec![]));
        assert_eq!(due("全部"), ("BCEF".into(), vec![]));
        for unclear in ["BCF（E不报）", "除E外均报", "表B（PDF）", "Excel表B"] {
            assert_eq!(due(unclear), (String::new(), vec!["expected"]), "{unclear}");
        }
    }

    #[test]
    fn a_second_row_of_a_project_is_told_where_its_words_do_not_count() {
        let mut roster = Roster::default();
        let mut push = |words| roster.push(told(words).0).is_some();
        assert!(!push(["甲", "乙", "新都区", "丙", "B", "是"]));
        assert!(!push(["甲", "乙", "新都区", "丙", "C", "是"]));
        assert!(push(["甲", "乙", "新都区", "丁", "F", "是"]));
    }

    #[test]
    fn a_row_with_fewer_answers_than_fields_is_no_panic() {
        let short = RosterRow { sheet: "名册".into(), row: 0, slots: Vec::new() };
        let missing = expected(&short, &Specs::built_in().unwrap(), &mut Names::default());
        assert_eq!(missing.err().as_deref(), Some("项目名称"));
    }
}

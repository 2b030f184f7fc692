//! Problems: located findings about the input, for the person who has to mend them.
//!
//! A [`Problem`] keeps its parts apart (code, severity, place, what was found, how
//! to mend it); it becomes a sentence only at the edge. The catalogue in
//! [`code`] is the one definition of every code.

pub mod code;
mod wording;

use serde::{Deserialize, Serialize};

pub use code::{CATALOGUE, Code, Entry};
pub use wording::Wording;

use crate::cell::Place;
use crate::spec::Form;

/// How much a problem weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The return (or file) is left out of every count until it is mended.
    Error,
    /// One answer was left out, or looks wrong; the return counts.
    Warning,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// `错误`, `警告`, `提示`.
    pub fn label(self) -> &'static str {
        ["错误", "警告", "提示"][self as usize]
    }
}

/// One finding about the input.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub code: Code,
    pub severity: Severity,
    pub place: Place,
    pub form: Option<Form>,
    /// Id of the field; empty where the finding is about a whole return or file.
    pub field: String,
    /// What stands in the cell.
    pub found: String,
    /// What is wrong, as one sentence.
    pub message: String,
    /// How to mend it.
    pub hint: String,
    pub enterprise: String,
    pub project: String,
    pub clause: String,
    /// Where it stands since the last run; `None` where nothing is remembered.
    pub standing: Option<Standing>,
    /// What stands for `{}` in the sentence.
    about: String,
}

/// Where a problem stands since the last run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    New,
    Open,
    Mended,
    /// Let stand for a reason (`waivers.csv`); a waived error still leaves its return out.
    Waived,
}

impl Standing {
    pub const ALL: [Self; 4] = [Self::New, Self::Open, Self::Mended, Self::Waived];

    /// `新发现`, `仍未改`, `已改正`, `已豁免`.
    pub fn label(self) -> &'static str {
        ["新发现", "仍未改", "已改正", "已豁免"][self as usize]
    }
}

impl Problem {
    /// A problem of a code at a place, with the catalogue's severity, sentence and hint.
    pub fn new(code: Code, place: Place) -> Self {
        let entry = code.entry();
        Self {
            code,
            severity: entry.severity,
            place,
            form: None,
            field: String::new(),
            found: String::new(),
            message: entry.headline.to_owned(),
            hint: entry.mend.to_owned(),
            enterprise: String::new(),
            project: String::new(),
            clause: entry.clause.to_owned(),
            standing: None,
            about: String::new(),
        }
    }

    /// Puts what is known in place of `{}` in the sentence; the last word on it counts.
    pub fn about(mut self, what: &str) -> Self {
        what.clone_into(&mut self.about);
        let entry = self.code.entry();
        self.word(entry.headline, entry.mend);
        self
    }

    /// Says the problem in other words: a sentence and a hint, `{}` being what it is about.
    pub fn word(&mut self, headline: &str, mend: &str) {
        self.message = headline.replace("{}", &self.about);
        self.hint = mend.replace("{}", &self.about);
    }

    /// Says which form and field it is about.
    pub fn of(mut self, form: Form, field: &str) -> Self {
        self.form = Some(form);
        field.clone_into(&mut self.field);
        self
    }

    /// Quotes what was found, shortened.
    pub fn found(mut self, text: &str) -> Self {
        self.found = shorten(text, 60);
        self
    }

    /// Sets another severity than the catalogue's.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Names the enterprise and project it concerns.
    pub fn named(mut self, enterprise: &str, project: &str) -> Self {
        enterprise.clone_into(&mut self.enterprise);
        project.clone_into(&mut self.project);
        self
    }

    /// Stable id over runs: form, key, field and code; the place where there is no key.
    pub fn id(&self) -> String {
        use crate::text::key;
        let who = if self.enterprise.is_empty() { self.place.to_string() } else { key(&self.enterprise) };
        let form = self.form.map_or("-", Form::letter);
        let whole = [form, &who, &key(&self.project), &self.field, self.code.id()].join("\u{1f}");
        crate::digest::short(whole.as_bytes(), 10)
    }

    /// What the listing is sorted by: place first.
    pub fn order(&self) -> impl Ord + '_ {
        let place = (self.place.file.as_bytes(), &*self.place.sheet, self.place.cell);
        (place, self.severity, self.code.id(), &self.field)
    }
}

/// The first `limit` characters, with an ellipsis where more follows; line breaks become blanks.
pub fn shorten(text: &str, limit: usize) -> String {
    let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if flat.chars().count() <= limit {
        return flat;
    }
    flat.chars().take(limit).chain(std::iter::once('…')).collect()
}

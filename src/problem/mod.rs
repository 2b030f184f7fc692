//! Problems: located findings about the input, for the person who has to mend them.
//!
//! A [`Problem`] keeps its parts apart (code, severity, place, what was found, how
//! to mend it); it becomes a sentence only at the edge. The catalogue in
//! [`code`] is the one definition of every code.

pub mod code;
mod wording;

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

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

/// One finding about the input. There may be millions: each keeps its parts in one place, so that
/// gathering and sorting them moves pointers only.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem(Box<Parts>);

/// The parts of a problem; texts are shared with the return or the specification they come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    pub code: Code,
    pub severity: Severity,
    pub place: Place,
    pub form: Option<Form>,
    /// Id of the field; empty where the finding is about a whole return or file.
    pub field: Arc<str>,
    /// What stands in the cell.
    pub found: Arc<str>,
    pub enterprise: Arc<str>,
    pub project: Arc<str>,
    /// Where it stands since the last run; `None` where nothing is remembered.
    pub standing: Option<Standing>,
    told: Told,
}

/// What the sentence and the hint are made of.
#[derive(Clone, Debug, PartialEq)]
enum Told {
    /// The words of the catalogue, with this for `{}`.
    Catalogue(Arc<str>),
    /// Other words; as they stand where nothing is put into them.
    Other(Box<(Arc<Words>, Option<Arc<str>>)>),
}

/// The words of a code, `{}` standing for what a problem is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    pub headline: String,
    pub mend: String,
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

impl Deref for Problem {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Parts {
        &mut self.0
    }
}

impl Problem {
    /// A problem of a code at a place, with the catalogue's severity, sentence and hint.
    pub fn new(code: Code, place: Place) -> Self {
        let entry = code.entry();
        Self(Box::new(Parts {
            code,
            severity: entry.severity,
            place,
            form: None,
            field: Arc::default(),
            found: Arc::default(),
            enterprise: Arc::default(),
            project: Arc::default(),
            standing: None,
            told: Told::Catalogue(Arc::default()),
        }))
    }

    /// Puts what is known in place of `{}` in the sentence; the last word on it counts.
    pub fn about(mut self, what: impl Into<Arc<str>>) -> Self {
        self.told = Told::Catalogue(what.into());
        self
    }

    /// Says the problem in other words.
    pub fn word(&mut self, words: &Arc<Words>) {
        let about = match &self.told {
            Told::Catalogue(about) => Some(Arc::clone(about)),
            Told::Other(other) => other.1.clone(),
        };
        self.told = Told::Other(Box::new((Arc::clone(words), about)));
    }

    /// Says the problem in words that need nothing put into them.
    pub(crate) fn word_finished(&mut self, headline: String, mend: String) {
        self.told = Told::Other(Box::new((Arc::new(Words { headline, mend }), None)));
    }

    /// What is wrong, as one sentence.
    pub fn message(&self) -> Cow<'_, str> {
        self.tell(|entry| entry.headline, |words| &words.headline)
    }

    /// How to mend it.
    pub fn hint(&self) -> Cow<'_, str> {
        self.tell(|entry| entry.mend, |words| &words.mend)
    }

    /// Words of the catalogue or others, with what they are about put into them.
    fn tell(&self, catalogue: fn(&Entry) -> &str, other: fn(&Words) -> &str) -> Cow<'_, str> {
        let (words, about) = match &self.told {
            Told::Catalogue(about) => (catalogue(self.code.entry()), Some(about)),
            Told::Other(told) => (other(&told.0), told.1.as_ref()),
        };
        match about {
            Some(about) if words.contains("{}") => words.replace("{}", about).into(),
            _ => words.into(),
        }
    }

    /// Clause of the standard, or the rule's source; empty where there is none.
    pub fn clause(&self) -> &'static str {
        self.code.entry().clause
    }

    /// Says which form and field it is about.
    pub fn of(mut self, form: Form, field: impl Into<Arc<str>>) -> Self {
        self.form = Some(form);
        self.field = field.into();
        self
    }

    /// Quotes what was found, shortened.
    pub fn found(mut self, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        self.found = if fits(&text, FOUND) { text } else { shorten(&text, FOUND).into() };
        self
    }

    /// Sets another severity than the catalogue's.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Names the enterprise and project it concerns.
    pub fn named(mut self, enterprise: impl Into<Arc<str>>, project: impl Into<Arc<str>>) -> Self {
        self.enterprise = enterprise.into();
        self.project = project.into();
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

/// Characters of what was found that are quoted.
const FOUND: usize = 60;

/// Whether [`shorten`] would leave a text as it is.
fn fits(text: &str, limit: usize) -> bool {
    text.chars().count() <= limit && !text.contains(char::is_control)
}

/// The first `limit` characters, with an ellipsis where more follows; line breaks become blanks.
pub fn shorten(text: &str, limit: usize) -> String {
    let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if flat.chars().count() <= limit {
        return flat;
    }
    flat.chars().take(limit).chain(std::iter::once('…')).collect()
}

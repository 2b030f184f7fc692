//! The forms as data: one specification per form drives blank forms, reader,
//! checks, schema and documentation.
//!
//! `raw` is what a TOML file says; [`FormSpec`] is the same, resolved: labels in
//! normal form, references turned into indices, impossible ones refused with
//! file and line. Nothing here reads a workbook.

pub(crate) mod rating;
mod raw;
pub mod source;
mod toml_words;

pub(crate) use toml_words::toml_error;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use memchr::memmem::Finder;
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::parse::marks::{Choice, Choices};
use crate::text;

pub use source::{SourceFile, Sources};

pub use raw::{BUILT_IN, Layout, LayoutCell, LayoutRow, Open};

/// Sheets that come with our own workbooks beside the forms; no reader takes them for a return.
pub mod own_sheet {
    /// The cells to mend.
    pub const LIST: &str = "需修改清单";
    /// How to fill the forms.
    pub const GUIDANCE: &str = "填表说明";
    /// Option lists (hidden).
    pub const OPTIONS: &str = "选项";
    /// The key of a pre-filled form (very hidden).
    pub const KEY: &str = "zhiti";
    /// Cell A1 of the key sheet.
    pub const KEY_MARK: &str = "zhiti-form";
    /// Version of the forms as drawn here; our workbooks carry it back.
    pub const FORM_VERSION: &str = "2025.1";
}

/// The forms of Annexes B to F and the project's own supplement S.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Form {
    B,
    C,
    D,
    E,
    F,
    S,
}

impl Form {
    pub const ALL: [Self; 6] = [Self::B, Self::C, Self::D, Self::E, Self::F, Self::S];

    /// The letter of the annex.
    pub fn letter(self) -> &'static str {
        ["B", "C", "D", "E", "F", "S"][self as usize]
    }

    /// The form of a letter.
    pub fn from_letter(letter: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.letter() == letter)
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.letter())
    }
}

/// What kind of answer a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A name that may be a key: enterprise, project, agency.
    Name,
    /// One line of words.
    Text,
    /// Several lines of words.
    Block,
    /// A person's name (personal data).
    Person,
    /// Name and telephone (personal data).
    Contact,
    /// A signature (personal data; only whether it is there is analysed).
    Signature,
    Date,
    /// First and last day.
    Range,
    /// A whole number >= 0.
    Count,
    /// One of the options.
    One,
    /// Any number of the options.
    Many,
    /// The table of the six dimensions of the supplement.
    Dimensions,
    /// The table of indicators of the supplement.
    Indicators,
}

impl Kind {
    /// Whether answers of this kind are personal data and stay out of `data/` and the public edition.
    pub fn is_personal(self) -> bool {
        matches!(self, Self::Person | Self::Contact | Self::Signature)
    }

    /// Whether it is answered by choosing among options.
    pub fn has_options(self) -> bool {
        matches!(self, Self::One | Self::Many)
    }
}

/// One field of a form, resolved.
#[derive(Clone, Debug)]
pub struct Field {
    /// ASCII id: column of the Parquet file and `field` of a problem.
    pub id: Arc<str>,
    /// Label as the standard prints it.
    pub label: Arc<str>,
    /// Number in front of the label (`1.`, `一、`); may be empty.
    pub number: String,
    /// Normal forms of the label and its variants, the label first.
    pub labels: Vec<String>,
    pub kind: Kind,
    pub required: bool,
    pub unit: String,
    /// Guidance printed inside the empty answer cell; reads as blank.
    pub hint: String,
    /// The hint and other guidance that forms of the field carry; all of it reads as blank.
    pub hints: Vec<String>,
    /// Labels of the options.
    pub options: Vec<String>,
    /// The same with their other spellings, in normal form.
    pub choices: Choices,
    /// Ids of the options in metrics; the labels where the specification gives none.
    pub item_ids: Vec<String>,
    /// Index of the field whose cell this answer shares.
    pub within: Option<usize>,
    /// Index of the field beside which this one's label stands (日期 beside a signature).
    pub beside: Option<usize>,
    /// Largest plausible count; more is kept and warned.
    pub limit: Option<i64>,
    /// The date should fall into the quarter.
    pub quarter: bool,
    /// In `data/` only whether there is an answer (its text is a name).
    pub flag: bool,
    /// Whether its label asks to rate something (`对X的Y`), in whatever words.
    pub rates: bool,
}

impl Field {
    /// Whether the field is personal data.
    pub fn is_personal(&self) -> bool {
        self.kind.is_personal()
    }
}

/// A form, resolved.
#[derive(Clone, Debug)]
pub struct FormSpec {
    /// `B` … `S`, `cover`, `roster`.
    pub id: String,
    /// Its place among all specifications of a run.
    pub(crate) at: usize,
    /// Name of its table in `data/`.
    pub table: String,
    pub title: String,
    /// Normal forms of the title and shorter names by which a sheet is known.
    pub names: Vec<String>,
    /// Finds each of the names.
    finders: Vec<Finder<'static>>,
    /// Caption such as `表B`.
    pub caption: String,
    pub annex: String,
    pub clause: String,
    /// Indices of the fields that make the key.
    pub key: Vec<usize>,
    /// Normal forms of group headings that are neither label nor answer.
    pub headings: Vec<String>,
    pub fields: Vec<Field>,
    /// Whether any of them rates.
    pub(crate) rates: bool,
    /// Field by label; fields inside or beside others give way.
    by_label: BTreeMap<String, usize>,
    /// Labels and their fields by first character; fields inside others have none.
    by_start: BTreeMap<char, Vec<(String, usize)>>,
    /// How the blank workbook is laid out.
    pub layout: Layout,
}

impl FormSpec {
    /// Index of a field by id.
    pub fn index(&self, id: &str) -> Option<usize> {
        self.fields.iter().position(|f| *f.id == *id)
    }

    /// The title as the standard prints it above the table: `表B 中小企业…记录表`; without caption where it has its own.
    pub fn printed_title(&self) -> String {
        if self.clause.is_empty() || !self.annex.starts_with("附录") {
            return self.title.clone();
        }
        format!("{} {}", self.caption, self.title)
    }

    /// A field by id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|f| *f.id == *id)
    }

    /// The index of the field whose label, in normal form, is `label`, a question that rates in whatever words; fields
    /// inside or beside others come last.
    pub fn by_label(&self, label: &str) -> Option<usize> {
        self.by_label.get(label).copied().or_else(|| self.rating(label))
    }

    /// The question that rates what a label in normal form asks to rate.
    fn rating(&self, label: &str) -> Option<usize> {
        let rates = |field: &usize| self.fields[*field].rates;
        let bare = self.rates.then(|| rating::bare(label)).filter(|bare| bare.len() < label.len())?;
        self.by_label.get(bare).copied().filter(rates)
    }

    /// The longest name in a text in normal form; the shortest are words of other titles as well.
    pub fn name_in(&self, text: &str) -> Option<&str> {
        let named = self.names.iter().zip(&self.finders);
        let is_in = |finder: &Finder<'_>| finder.find(text.as_bytes()).is_some();
        let found = named.filter(|(name, finder)| name.len() <= text.len() && is_in(finder));
        let found = found.map(|(name, _)| name.as_str()).filter(|name| name.chars().count() >= 4);
        found.max_by_key(|name| name.len())
    }

    /// The labels that start with a character, with their fields, in the order of the fields.
    pub fn labels_from(&self, first: char) -> &[(String, usize)] {
        self.by_start.get(&first).map_or(&[], Vec::as_slice)
    }
}

fn index_starts(fields: &[Field]) -> BTreeMap<char, Vec<(String, usize)>> {
    let mut out: BTreeMap<char, Vec<(String, usize)>> = BTreeMap::new();
    for (at, field) in fields.iter().enumerate().filter(|(_, f)| f.within.is_none()) {
        for label in &field.labels {
            let Some(first) = label.chars().next() else { continue };
            out.entry(first).or_default().push((label.clone(), at));
        }
    }
    out
}

fn index_labels(fields: &[Field]) -> BTreeMap<String, usize> {
    let plain = |f: &Field| f.within.is_none() && f.beside.is_none();
    let mut out = BTreeMap::new();
    for first in [true, false] {
        for (at, field) in fields.iter().enumerate().filter(|(_, f)| plain(f) == first) {
            for label in &field.labels {
                out.entry(label.clone()).or_insert(at);
            }
        }
    }
    out
}

/// All specifications of a run.
#[derive(Clone, Debug)]
pub struct Specs {
    forms: Vec<Arc<FormSpec>>,
    pub cover: Arc<FormSpec>,
    pub roster: Arc<FormSpec>,
    /// How exports of survey platforms are written.
    pub sources: Arc<Sources>,
    words: Arc<Vocabulary>,
}

/// All words that name a column of some form.
#[derive(Debug, Default)]
struct Vocabulary {
    labels: FxHashSet<String>,
    units: BTreeSet<String>,
    /// Characters that stand side by side in a label or a unit.
    pairs: FxHashSet<(char, char)>,
    /// Finds any label within a text, and any name of a form; `None` where it could not be built (then every
    /// text may hold one).
    finder: Option<AhoCorasick>,
    titles: Option<AhoCorasick>,
}

impl Vocabulary {
    fn of(specs: &[&Arc<FormSpec>]) -> Self {
        let mut out = Self::default();
        for field in specs.iter().flat_map(|spec| &spec.fields) {
            out.labels.extend(field.labels.iter().cloned());
            out.units.extend(Some(field.unit.clone()).filter(|unit| !unit.is_empty()));
        }
        out.labels.extend(ANSWER_TIME.map(String::from));
        let words = out.labels.iter().chain(&out.units);
        out.pairs = words.flat_map(|word| word.chars().zip(word.chars().skip(1))).collect();
        // Nearly every character of ours may begin a name: looking for one that does not would only take longer.
        let mut finder = AhoCorasick::builder();
        finder.prefilter(false);
        out.finder = finder.build(&out.labels).ok();
        out.titles = finder.build(specs.iter().flat_map(|spec| &spec.names)).ok();
        out
    }
}

/// Columns of survey platforms that say how long the answering took.
pub const ANSWER_TIME: [&str; 2] = ["所用时间", "答题时长"];

impl Specs {
    /// Whether a label, in normal form, is one of any form, the cover or the roster.
    pub fn names_something(&self, label: &str) -> bool {
        self.words.labels.contains(label) || self.forms.iter().any(|spec| spec.rating(label).is_some())
    }

    /// Whether a text in normal form may go on with a label that other words began: nearly no answer can.
    pub fn may_go_on(&self, text: &str) -> bool {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(a), Some(b)) if a.is_alphanumeric() && b.is_alphanumeric() => {
                self.words.pairs.contains(&(a, b))
            }
            _ => true,
        }
    }

    /// The label that words make within those of their group (国际 in 参与制定标准数量), both in normal form.
    pub fn woven(&self, group: &str, part: &str) -> Option<&str> {
        let bare = group.split(['(', '[']).next().unwrap_or(group);
        let groups = [bare, bare.trim_end_matches("数量"), bare.trim_end_matches("情况")];
        let fits = |label: &&String| {
            let at = label.find(part).filter(|_| !part.is_empty() && !bare.is_empty());
            at.is_some_and(|at| {
                let ends = (&label[..at], &label[at + part.len()..]);
                groups.iter().any(|g| {
                    g.len() == ends.0.len() + ends.1.len() && g.starts_with(ends.0) && g.ends_with(ends.1)
                })
            })
        };
        self.words.labels.iter().filter(fits).min().map(String::as_str)
    }

    /// Whether a label, in normal form, is that of a question with options in any form.
    pub fn has_options(&self, label: &str) -> bool {
        Form::ALL.into_iter().map(|form| self.of(form)).any(|spec| {
            let field = spec.by_label(label).map(|at| &spec.fields[at]);
            field.is_some_and(|field| matches!(field.kind, Kind::One | Kind::Many))
        })
    }

    /// Whether a text in normal form holds a label of any form, the cover or the roster.
    pub fn holds_a_name(&self, text: &str) -> bool {
        self.words.finder.as_ref().is_none_or(|finder| finder.is_match(text))
    }

    /// Whether a text in normal form holds the name of any form, the cover or the roster.
    pub fn names_a_form(&self, text: &str) -> bool {
        self.words.titles.as_ref().is_none_or(|finder| finder.is_match(text))
    }

    /// Whether labels and forms are those of `other`, loaded once for both.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.words, &other.words)
    }

    /// The units of all fields.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        self.words.units.iter().map(String::as_str)
    }

    /// Resolves the built-in specifications, each replaced by what `replacement`
    /// returns for its file name (`B.toml` …), as (path for messages, text).
    ///
    /// # Errors
    /// A specification that cannot be right, with file and line.
    pub fn load(replacement: impl Fn(&str) -> Option<(String, String)>) -> Result<Self> {
        let mut forms = Vec::new();
        for (at, (name, built_in)) in BUILT_IN.iter().enumerate() {
            let (path, text) = replacement(name)
                .unwrap_or_else(|| (format!("templates/forms/{name}"), (*built_in).to_owned()));
            let form = FormSpec { at, ..raw::resolve(&path, &text)? };
            if text != *built_in {
                raw::check_kept(&path, &text, &form, &raw::resolve(name, built_in)?)?;
            }
            forms.push(Arc::new(form));
        }
        let find = |id: &str| {
            forms.iter().find(|f| f.id == id).cloned().ok_or_else(|| {
                crate::error::Error::config(
                    format!("templates/forms/{id}.toml"),
                    None,
                    format!("表式定义中没有 id = \"{id}\""),
                    "请不要更改表式的 id",
                )
            })
        };
        let (cover, roster) = (find("cover")?, find("roster")?);
        for form in Form::ALL {
            find(form.letter())?;
        }
        forms.retain(|f| Form::from_letter(&f.id).is_some());
        forms.sort_by(|a, b| a.id.cmp(&b.id));
        let words = Arc::new(Vocabulary::of(&forms.iter().chain([&cover, &roster]).collect::<Vec<_>>()));
        let specs = Self { forms, cover, roster, sources: Arc::default(), words };
        specs.with_sources(source::BUILT_IN.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect())
    }

    /// The same forms with other mapping files for survey platforms, as (path for messages, text).
    ///
    /// # Errors
    /// A mapping that cannot be right, with file and line.
    pub fn with_sources(self, files: Vec<SourceFile>) -> Result<Self> {
        let forms: Vec<&FormSpec> = self.forms.iter().map(|f| &**f).collect();
        let sources = Arc::new(Sources::load(files, &forms)?);
        Ok(Self { sources, ..self })
    }

    /// The built-in specifications.
    ///
    /// # Errors
    /// Never with the specifications as released; a test proves it.
    pub fn built_in() -> Result<Self> {
        Self::load(|_| None)
    }

    /// The specification of a form.
    pub fn of(&self, form: Form) -> &Arc<FormSpec> {
        &self.forms[form as usize]
    }

    /// All forms with their specifications, B to S.
    pub fn all(&self) -> impl Iterator<Item = (Form, &Arc<FormSpec>)> {
        Form::ALL.into_iter().map(|f| (f, self.of(f)))
    }
}

/// The options of a field with all spellings in normal form.
fn choices(options: &[String], spellings: impl Fn(&str) -> Vec<String>) -> Choices {
    let one = |option: &String| {
        let mut all = vec![text::label(option)];
        all.extend(spellings(option).iter().map(|s| text::label(s)));
        Choice { spellings: all }
    };
    Choices::of_question(options.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_forms_resolve() {
        let specs = Specs::built_in().unwrap();
        let b = specs.of(Form::B);
        assert_eq!(b.table, "needs");
        assert_eq!(b.fields[b.index("need_other").unwrap()].within, b.index("need_types"));
        let c = specs.of(Form::C);
        assert_eq!(c.fields[c.index("expert_signed_on").unwrap()].beside, c.index("expert_signature"));
        assert_eq!(c.by_label("服务专家签字日期"), c.index("expert_signed_on"));
    }

    #[test]
    fn no_two_fields_of_a_form_share_a_label() {
        let specs = Specs::built_in().unwrap();
        for (form, spec) in specs.all() {
            for (i, field) in spec.fields.iter().enumerate() {
                for label in field.labels.iter().filter(|_| field.beside.is_none() && field.within.is_none())
                {
                    assert_eq!(spec.by_label(label), Some(i), "{form}: {label}");
                }
            }
        }
    }

    #[test]
    fn a_wrong_specification_names_file_and_line() {
        let broken = |name: &str| {
            (name == "B.toml")
                .then(|| ("templates/forms/B.toml".into(), "id = \"B\"\ntabel = \"needs\"\n".into()))
        };
        let message = Specs::load(broken).unwrap_err().to_string();
        assert!(message.contains("templates/forms/B.toml 第2行"), "{message}");
    }

    #[test]
    fn a_form_of_a_workspace_keeps_kinds_and_options() {
        let text = BUILT_IN.iter().find(|(name, _)| *name == "F.toml").unwrap().1;
        let message = |from: &str, to: &str| {
            assert!(text.contains(from), "{from}");
            let changed = text.replacen(from, to, 1);
            let load = |name: &str| (name == "F.toml").then(|| ("F.toml".to_owned(), changed.clone()));
            Specs::load(load).map(|_| String::new()).unwrap_or_else(|e| e.to_string())
        };
        let field = text.lines().skip_while(|l| !l.starts_with("id = \"staff_attitude\""));
        let options = field.clone().find(|l| l.starts_with("options =")).unwrap();
        let more = options.replace(']', ", \"不知道\"]");
        let told = message(options, &more);
        assert!(told.contains("4个选项") && told.contains("3个"), "{told}");
        assert_eq!(message("label = \"企业名称\"", "label = \"单位全称\""), "");
        let told = message("id = \"contact\"", "id = \"enterprise\"");
        assert!(told.contains("用了两次") && told.contains("F.toml 第"), "{told}");
    }

    #[test]
    fn two_questions_that_may_be_asked_alike_are_refused() {
        let text = BUILT_IN.iter().find(|(name, _)| *name == "F.toml").unwrap().1;
        let changed = text.replacen("\"服务人员姓名\"", "\"服务人员服务态度\"", 1);
        let load = |name: &str| (name == "F.toml").then(|| ("F.toml".to_owned(), changed.clone()));
        let message = Specs::load(load).unwrap_err().to_string();
        assert!(message.contains("服务人员服务态度") && message.contains("F.toml 第"), "{message}");
    }

    #[test]
    fn a_form_that_no_sheet_can_hold_is_refused() {
        let text = BUILT_IN.iter().find(|(name, _)| *name == "S.toml").unwrap().1;
        let columns = text.lines().find(|l| l.starts_with("columns =")).unwrap();
        let at = text.lines().position(|l| l == columns).unwrap() + 1;
        for wrong in [
            "columns = []",
            "columns = [10, 10, 10]",
            "columns = [nan, 1, 1, 1, 1, 1]",
            "columns = [-1.0, 1, 1, 1, 1, 1]",
        ] {
            let changed = text.replace(columns, wrong);
            let load = |name: &str| {
                (name == "S.toml").then(|| ("templates/forms/S.toml".to_owned(), changed.clone()))
            };
            let message = Specs::load(load).unwrap_err().to_string();
            assert!(message.contains(&format!("S.toml 第{at}行")), "{wrong}: {message}");
        }
    }
}

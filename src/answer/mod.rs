//! Returns with their answers judged: where each stands, what was typed, what it means.
//!
//! One return at a time and one answer at a time ([`judge`]); rules that need several answers
//! are in [`crate::check`], rules that need several returns in [`crate::link`].

mod id;
mod judge;
mod packed;
mod signed;

use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::sync::Arc;

pub use id::Id;
pub use judge::{Pool, judge, judge_with};
pub use packed::Answers;
use time::Date;

use crate::bind::{Continuation, Envelope};
use crate::cell::{Cell, Place};
use crate::period::Period;
use crate::problem::{Code, Problem};
use crate::spec::{Field, Form, FormSpec, Kind};

/// A value that could be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Val<'a> {
    Text(Cow<'a, str>),
    Count(i64),
    Date(Date),
    Range(Date, Date),
    /// Index of the option.
    One(usize),
    /// Indices of the options, ascending.
    Many(Box<[usize]>),
    /// Before, goal, after of each of the six dimensions, 1–5.
    Dimensions(Box<[[Option<i64>; 3]]>),
    Indicators(Box<[Indicator]>),
}

/// One indicator of the supplement; numbers are (mantissa, decimals).
#[derive(Clone, Debug, PartialEq)]
pub struct Indicator {
    pub name: String,
    pub unit: String,
    /// Whether more is better; `None` where the direction is not told.
    pub more_is_better: Option<bool>,
    pub before: Option<(i64, u32)>,
    pub goal: Option<(i64, u32)>,
    pub after: Option<(i64, u32)>,
}

/// An answer: where it stands, what was typed, what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<'a> {
    pub cell: Cell,
    /// The original text; empty where nothing was typed.
    pub raw: Cow<'a, str>,
    /// `None` where blank, or where it could not be read.
    pub value: Option<Val<'a>>,
}

/// One return, its answers judged.
#[derive(Clone, Debug)]
pub struct Return {
    pub id: Id,
    pub form: Form,
    pub period: Period,
    /// File, sheet and first cell.
    pub place: Place,
    /// Order in the sorted listing of all returns of the period.
    pub position: usize,
    pub tabular: bool,
    pub spec: Arc<FormSpec>,
    pub answers: Answers,
    beside: Option<Box<Beside>>,
    /// Whether an error leaves it out.
    pub excluded: bool,
}

/// What stands beside a return; most have nothing of it.
#[derive(Clone, Debug, PartialEq)]
struct Beside {
    envelope: Envelope,
    continued: Vec<Continuation>,
}

impl Beside {
    const NOTHING: &Self = &Self { envelope: Envelope::EMPTY, continued: Vec::new() };

    fn of(envelope: Envelope, continued: Vec<Continuation>) -> Option<Box<Self>> {
        let own = Self { envelope, continued };
        (own != *Self::NOTHING).then(|| Box::new(own))
    }
}

impl Return {
    /// Who sends it.
    pub fn envelope(&self) -> &Envelope {
        &self.beside().envelope
    }

    /// Further sheets on which it goes on.
    fn continued(&self) -> &[Continuation] {
        &self.beside().continued
    }

    fn beside(&self) -> &Beside {
        self.beside.as_deref().unwrap_or(Beside::NOTHING)
    }

    /// An answer by field id.
    pub fn answer(&self, id: &str) -> Option<Answer<'_>> {
        self.answers.get(self.spec.index(id)?)
    }

    /// A value by field id.
    pub fn value(&self, id: &str) -> Option<Val<'_>> {
        self.answers.value(self.spec.index(id)?)
    }

    /// Each field with its answer, where there is one.
    pub fn answered(&self) -> impl Iterator<Item = (&Field, Answer<'_>)> + Clone {
        self.spec.fields.iter().zip(self.answers.iter()).filter_map(|(field, answer)| Some((field, answer?)))
    }

    /// Words of a text answer; empty where blank.
    pub fn words(&self, id: &str) -> &str {
        self.spec.index(id).and_then(|index| self.answers.words(index)).unwrap_or_default()
    }

    pub fn count(&self, id: &str) -> Option<i64> {
        if let Some(Val::Count(n)) = self.value(id) { Some(n) } else { None }
    }

    pub fn date(&self, id: &str) -> Option<Date> {
        if let Some(Val::Date(d)) = self.value(id) { Some(d) } else { None }
    }

    pub fn range(&self, id: &str) -> Option<(Date, Date)> {
        if let Some(Val::Range(a, b)) = self.value(id) { Some((a, b)) } else { None }
    }

    pub fn one(&self, id: &str) -> Option<usize> {
        if let Some(Val::One(i)) = self.value(id) { Some(i) } else { None }
    }

    pub fn many(&self, id: &str) -> Box<[usize]> {
        if let Some(Val::Many(all)) = self.value(id) { all } else { Box::default() }
    }

    /// Name of the enterprise as typed.
    pub fn enterprise(&self) -> &str {
        self.words("enterprise")
    }

    /// Name of the project as typed; empty for B and E.
    pub fn project(&self) -> &str {
        self.words("project")
    }

    /// Place of an answer; the return's own place where it has none.
    pub fn place_of(&self, id: &str) -> Place {
        let at = |index: usize| Some(self.place_at(index, self.answers.get(index)?.cell));
        self.spec.index(id).and_then(at).unwrap_or_else(|| self.place.clone())
    }

    /// Sheet on which a field stands, by its index.
    fn sheet_of(&self, index: usize) -> &Arc<str> {
        let on = self.continued().iter().find(|c| c.fields.contains(&index));
        on.map_or(&self.place.sheet, |c| &c.sheet)
    }

    fn place_at(&self, index: usize, cell: Cell) -> Place {
        Place { sheet: Arc::clone(self.sheet_of(index)), ..self.place.at(cell) }
    }

    /// The sheets it stands on, its first one first.
    pub fn sheets(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.place.sheet).chain(self.continued().iter().map(|c| &*c.sheet))
    }

    /// The rows between which its places stand; all where that is more than the rows of its answers.
    pub fn rows(&self) -> RangeInclusive<u32> {
        if !self.tabular || self.form == Form::S {
            return 0..=u32::MAX;
        }
        let own = self.place.cell.into_iter().chain(self.answers.iter().flatten().map(|answer| answer.cell));
        own.map(|cell| (cell.row, cell.row))
            .reduce(|(first, last), (row, _)| (first.min(row), last.max(row)))
            .map_or(0..=u32::MAX, |(first, last)| first..=last)
    }

    /// Whether a place is its own or that of one of its answers.
    pub fn stands_at(&self, place: &Place) -> bool {
        let is_answer = |(index, answer): (usize, Option<Answer>)| {
            let kind = self.spec.fields[index].kind;
            let is_there = |a: Answer| Some(a.cell) == place.cell || is_in_table(kind, &a, place.cell);
            answer.is_some_and(is_there) && *self.sheet_of(index) == place.sheet
        };
        place.file == self.place.file
            && (*place == self.place
                || self.is_in_row(place)
                || self.answers.iter().enumerate().any(is_answer))
    }

    /// Whether a place is in the row of a table that it is, as the columns of options are. In a table on its side the
    /// answers stand under each other.
    fn is_in_row(&self, place: &Place) -> bool {
        let row = |place: &Place| place.cell.map(|cell| cell.row);
        let beside =
            || self.answers.iter().flatten().filter(|a| Some(a.cell.row) == row(&self.place)).count();
        self.tabular && place.sheet == self.place.sheet && row(place) == row(&self.place) && beside() > 1
    }

    /// A problem about a part of one of its answers, which stands in a cell of its own.
    pub fn problem_in(&self, code: Code, id: &str, cell: Cell) -> Problem {
        let mut problem = self.problem(code, id);
        problem.place.cell = Some(cell);
        problem
    }

    /// A problem about one of the return's answers.
    pub fn problem(&self, code: Code, id: &str) -> Problem {
        let raw = self.answer(id).map(|a| a.raw).unwrap_or_default();
        let field = self.spec.field(id);
        let personal = field.is_some_and(Field::is_personal);
        let (id, label) =
            field.map_or_else(|| (id.into(), Arc::default()), |f| (Arc::clone(&f.id), Arc::clone(&f.label)));
        Problem::new(code, self.place_of(&id))
            .about(label)
            .of(self.form, id)
            .found(if personal { mask(&raw) } else { raw.into_owned() })
            .named(self.words("enterprise"), self.words("project"))
    }
}

/// Whether a cell is in the table that an answer of the supplement is read from. Between the tables of two returns
/// there are a title and the names, more rows than a table has beside those that are read.
fn is_in_table(kind: Kind, answer: &Answer, cell: Option<Cell>) -> bool {
    let rows = match (kind, &answer.value) {
        (Kind::Dimensions, _) => 6,
        (Kind::Indicators, Some(Val::Indicators(rows))) => rows.len(),
        _ => return false,
    };
    let below = cell.and_then(|cell| cell.row.checked_sub(answer.cell.row));
    below.is_some_and(|below| (below as usize) < rows + 3)
}

/// Hides the digits of a telephone number and a person's name in what a problem quotes.
pub fn mask(raw: &str) -> String {
    let digits = raw.chars().filter(char::is_ascii_digit).count();
    if digits == 0 {
        return if raw.is_empty() { String::new() } else { "（个人信息，略）".into() };
    }
    let mut seen = 0;
    raw.chars()
        .filter(|c| c.is_ascii_digit() || matches!(c, '-' | '+'))
        .map(|c| {
            seen += usize::from(c.is_ascii_digit());
            if c.is_ascii_digit() && seen > 3 && seen + 4 <= digits { '*' } else { c }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::mask;
    use crate::bind::bind;
    use crate::bind::testing::{book, judged, specs};

    #[test]
    fn all_places_of_a_return_of_a_table_are_in_its_rows() {
        let rows: [&[&str]; 2] =
            [&["企业名称", "质量提升需求类型", "日期"], &["成都拟禾公司", "计量服务", "2025-01-03"]];
        let ret = judged(&bind(&book(&rows), specs()).returns[0]);
        assert_eq!(ret.rows(), 1..=1);
        assert!(ret.answers.iter().flatten().all(|answer| ret.rows().contains(&answer.cell.row)));
    }

    #[test]
    fn quotes_of_personal_data_are_masked() {
        assert_eq!(mask("唐拟辉 13800000018"), "138****0018");
        assert_eq!(mask("唐拟辉"), "（个人信息，略）");
    }
}

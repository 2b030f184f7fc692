//! One return as `explain` shows it: who, where, and the answers the metric looked at.

use serde::Serialize;

use super::Ground;
use crate::answer::{Answer, Indicator, Return, Val};
use crate::cell::Cell;
use crate::link::Linked;
use crate::metrics::DIMENSIONS;
use crate::spec::Form;
use crate::text;

/// A return behind a figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Source {
    pub return_id: String,
    pub form: Form,
    pub period: String,
    pub enterprise: String,
    /// Empty for forms B and E.
    pub project: String,
    pub district: &'static str,
    /// Path below `inputs/<period>`.
    pub file: String,
    pub sheet: String,
    /// Where the return starts.
    pub cell: Option<Cell>,
    pub answers: Vec<Told>,
}

/// One answer the metric looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    pub field: String,
    pub label: String,
    /// The sheet, where it is not the source's own: a form goes on there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Where it stands; `None` where a table has no such column.
    pub cell: Option<Cell>,
    /// The original text; empty where blank. Of personal data only whether there is any.
    pub answer: String,
    /// Something stood there, but nothing that counts as an answer: not among the options, not a number …
    pub unread: bool,
}

/// Stands for an answer that is personal data.
const PERSONAL: &str = "（已填，个人信息从略）";

impl Ground<'_> {
    /// A return with the answers of the metric's fields; of several indicators only the one at `indicator`.
    pub(super) fn source(&self, linked: &Linked, indicator: Option<usize>) -> Source {
        Asked { fields: &self.fields, item: self.figure.item }.source(linked, indicator)
    }
}

/// Which answers are shown of a return.
pub(super) struct Asked<'a> {
    pub fields: &'a [(Form, &'static [&'static str])],
    pub item: &'a str,
}

impl Asked<'_> {
    pub(super) fn source(&self, linked: &Linked, indicator: Option<usize>) -> Source {
        let ret = &linked.ret;
        let names = self.fields.iter().filter(|(form, _)| *form == ret.form).flat_map(|(_, names)| *names);
        let mut answers: Vec<Told> = Vec::new();
        for name in names {
            if answers.iter().all(|told| told.field != *name) {
                answers.extend(self.told(ret, name, indicator));
            }
        }
        let project = if matches!(ret.form, Form::B | Form::E) { "" } else { ret.project() };
        Source {
            return_id: ret.id.to_string(),
            form: ret.form,
            period: ret.period.to_string(),
            enterprise: ret.enterprise().to_owned(),
            project: project.to_owned(),
            district: linked.district_name(),
            file: ret.place.file.to_string(),
            sheet: ret.place.sheet.to_string(),
            cell: ret.place.cell,
            answers,
        }
    }

    fn told(&self, ret: &Return, name: &str, indicator: Option<usize>) -> Option<Told> {
        let field = ret.spec.field(name)?;
        let answer = ret.answer(name);
        let words = match &answer {
            None => String::new(),
            Some(a) if field.is_personal() => presence(a),
            Some(a) => match &a.value {
                Some(Val::Dimensions(levels)) => dimensions(levels, self.item),
                Some(Val::Indicators(all)) => several(all, indicator),
                _ => a.raw.to_string(),
            },
        };
        Some(Told {
            field: name.to_owned(),
            label: field.label.to_string(),
            sheet: Some(ret.place_of(name).sheet).filter(|s| *s != ret.place.sheet).map(|s| s.to_string()),
            cell: answer.as_ref().map(|a| a.cell),
            unread: answer.as_ref().is_some_and(|a| a.value.is_none() && !text::is_blank_mark(&a.raw)),
            answer: words,
        })
    }
}

/// Of personal data only whether there is any; 无 names nobody and stays.
fn presence(answer: &Answer) -> String {
    match &answer.value {
        None => String::new(),
        Some(_) if text::is_none_word(&answer.raw) => answer.raw.to_string(),
        Some(_) => PERSONAL.to_owned(),
    }
}

/// Indicators of a supplement; none for other forms.
pub(super) fn indicators(ret: &Return) -> Box<[Indicator]> {
    match ret.value("indicators") {
        Some(Val::Indicators(all)) => all,
        _ => Box::default(),
    }
}

/// Levels of the six dimensions of a supplement.
pub(super) fn levels(ret: &Return) -> Box<[[Option<i64>; 3]]> {
    match ret.value("dimensions") {
        Some(Val::Dimensions(levels)) => levels,
        _ => Box::default(),
    }
}

fn dimensions(levels: &[[Option<i64>; 3]], item: &str) -> String {
    let number = |n: Option<i64>| n.map_or("—".to_owned(), |n| n.to_string());
    let wanted = |name: &str| item == "all" || item == name;
    let told = DIMENSIONS.iter().zip(levels).filter(|(name, _)| wanted(name)).map(|(name, [b, g, a])| {
        format!("{name}：服务前{}、目标{}、服务后{}", number(*b), number(*g), number(*a))
    });
    told.collect::<Vec<_>>().join("；")
}

fn several(all: &[Indicator], only: Option<usize>) -> String {
    let wanted = all.iter().enumerate().filter(|(at, _)| only.is_none_or(|only| only == *at));
    wanted.map(|(_, one)| indicator_words(one)).collect::<Vec<_>>().join("；")
}

fn indicator_words(one: &Indicator) -> String {
    let number = |n: Option<(i64, u32)>| {
        n.map_or("—".to_owned(), |(mantissa, decimals)| {
            super::decimal(mantissa, 10i64.pow(decimals.min(18)))
        })
    };
    let (before, goal, after) = (number(one.before), number(one.goal), number(one.after));
    format!("{}：服务前{before}、目标{goal}、服务后{after}", one.name)
}

//! What a column of a table holds by the words of its header: a field, an option of a question, or what the cover says.
//!
//! A header counts only where it equals a label of the form in one of its readings ([`super::header`]); what only its
//! neighbours explain is told in [`super::columns`].

use super::header::{self, Readings};
use super::table::Column;
use crate::spec::{ANSWER_TIME, FormSpec, Kind};
use crate::text;

/// What a column is by the readings of its header.
pub(super) fn column_of(
    Readings { plain, shortened, asked }: &Readings,
    spec: &FormSpec,
    cover: &FormSpec,
) -> Option<Named> {
    let read = |label: &String| {
        let field = spec
            .by_label(label)
            .map(|field| Named { column: Column::Field(field), is_day: is_day(spec, field, label) });
        field.or_else(|| envelope_column(label, cover).map(Named::from))
    };
    plain
        .iter()
        .find_map(read)
        .or_else(|| option_column(plain, spec).map(Named::from))
        .or_else(|| rated(asked, spec).map(Named::from))
        .or_else(|| shortened.iter().find_map(read))
        .or_else(|| with_unit(plain, spec).map(Named::from))
}

/// What a header names by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Named {
    column: Column,
    /// Whether it is 日期 alone, which belongs to what stands before it.
    is_day: bool,
}

impl From<Column> for Named {
    fn from(column: Column) -> Self {
        Self { column, is_day: false }
    }
}

impl Named {
    /// The column behind those before it.
    pub fn behind(self, before: &[(u32, Column)], spec: &FormSpec) -> Column {
        match self.column {
            Column::Field(day) if self.is_day => Column::Field(owner(spec, before).unwrap_or(day)),
            column => column,
        }
    }
}

/// A question with options that one of the labels asks.
pub(super) fn rated(asked: &[String], spec: &FormSpec) -> Option<Column> {
    let with_options = |field: &usize| spec.fields[*field].kind == Kind::One;
    asked.iter().find_map(|label| spec.by_label(label).filter(with_options)).map(Column::Field)
}

/// `从业人员数量人`, `从业人员数量/人`: the label with its unit.
fn with_unit(plain: &[String], spec: &FormSpec) -> Option<Column> {
    plain.iter().find_map(|label| {
        let field = spec.fields.iter().position(|f| {
            let bare = || Some(label.strip_suffix(f.unit.as_str())?.trim_end_matches(header::UNIT_SIGNS));
            !f.unit.is_empty() && bare().is_some_and(|b| f.labels.iter().any(|l| l == b))
        })?;
        Some(Column::Field(field))
    })
}

/// The field that a label carries behind the columns before it: 日期 alone belongs to the signature there.
pub(super) fn beside(spec: &FormSpec, field: usize, label: &str, before: &[(u32, Column)]) -> usize {
    if is_day(spec, field, label) { owner(spec, before).unwrap_or(field) } else { field }
}

fn is_day(spec: &FormSpec, field: usize, label: &str) -> bool {
    spec.fields[field].beside.is_some() && spec.fields[field].labels[0] == label
}

/// The day beside the last field.
fn owner(spec: &FormSpec, before: &[(u32, Column)]) -> Option<usize> {
    let last =
        before.iter().rev().find_map(|(_, c)| if let Column::Field(f) = c { Some(*f) } else { None })?;
    spec.fields.iter().position(|f| f.beside == Some(last))
}

pub(super) fn envelope_column(label: &str, cover: &FormSpec) -> Option<Column> {
    if ANSWER_TIME.contains(&label) {
        return Some(Column::Seconds);
    }
    match &*cover.fields[cover.by_label(label)?].id {
        "district" => Some(Column::District),
        "agency" => Some(Column::Agency),
        "consent" => Some(Column::Consent),
        "period" => Some(Column::Period),
        _ => None,
    }
}

/// `质量提升需求类型:标准化服务`, `4.质量提升需求类型(标准化服务)`: one column per option.
fn option_column(plain: &[String], spec: &FormSpec) -> Option<Column> {
    let known = |field: usize, option: &str| {
        let bare = option.split_once('(').map_or("", |(bare, _)| bare);
        [option, bare]
            .into_iter()
            .map(text::label)
            .find_map(|option| spec.fields[field].choices.iter().position(|c| c.spellings.contains(&option)))
    };
    plain.iter().find_map(|whole| {
        if let Some(column) = option_behind(whole, spec, known) {
            return Some(column);
        }
        let cuts = whole.match_indices(header::OPTION_SIGNS);
        cuts.take(header::OPTION_CUTS).find_map(|(at, sign)| {
            let question = &whole[..at];
            let option = whole[at + sign.len()..].trim_start_matches(header::OPTION_SIGNS);
            let field = spec.by_label(&text::label(question))?;
            let index = spec.fields[field]
                .kind
                .has_options()
                .then(|| known(field, option.trim_end_matches([')', ']'])))
                .flatten()?;
            Some(Column::Option(field, index))
        })
    })
}

/// The question with options in front of an option that it does not have: `4、质量提升需求类型(体系认证服务)`.
pub(super) fn question_before(words: &str, spec: &FormSpec) -> Option<usize> {
    let label = text::label(words);
    let bare = header::without_lead(&label);
    bare.iter().chain([&label]).find_map(|whole| {
        let mut cuts = whole.match_indices(header::OPTION_SIGNS).take(header::OPTION_CUTS);
        cuts.find_map(|(at, _)| spec.by_label(&text::label(&whole[..at])))
            .filter(|field| spec.fields[*field].kind.has_options())
    })
}

/// `质量提升需求类型 标准化服务`: only a blank or a line break between the question and its option.
fn option_behind(
    whole: &str,
    spec: &FormSpec,
    known: impl Fn(usize, &str) -> Option<usize>,
) -> Option<Column> {
    let asks = spec.fields.iter().enumerate().filter(|(_, f)| f.kind.has_options());
    asks.flat_map(|(at, field)| field.labels.iter().map(move |label| (at, label))).find_map(|(at, label)| {
        let option = whole.strip_prefix(label.as_str()).filter(|option| !option.is_empty())?;
        known(at, option).map(|option| Column::Option(at, option))
    })
}

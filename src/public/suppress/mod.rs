//! One plan over all that is published: which figures are hidden, and why.
//!
//! Rules (domain.md 3): counts of 1 to t−1 are hidden; rates and scores need n ≥ the
//! floor; a margin with one hidden cell hides its smallest remaining one; what an
//! earlier edition hid stays hidden, and a revision that moves a figure by fewer
//! than t enterprises is not shown; then a linear program must leave every
//! hidden cell at least t wide, else more is hidden, a total if need be.
//! Why a cell is hidden is for the office, never for the page: that a cell is
//! hidden for being small would say what it is.

mod audit;
mod earlier;
mod model;
mod protect;
mod remedy;
mod swap;
mod tables;
mod words;

use std::collections::{BTreeMap, BTreeSet};

pub use audit::bounds;
pub use model::{Cell, Limit, Model, Rules, Sum};
pub use tables::{COUNTED, counted_id, is_count, published_levels};
pub use words::Quantities;

use self::tables::{Tables, Without};
use crate::error::Result;
use crate::link::Links;
use crate::metrics::{Measured, SIZES};
use crate::period::Period;
use crate::public::released::Said;
use crate::settings::Settings;

/// Why a cell is hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// 1 to t−1 enterprises or projects.
    Small,
    /// Fewer answers than rates need.
    FewAnswers,
    /// Its denominator is hidden.
    Denominator,
    /// Else the cell named could be computed from a published sum.
    Margin { of: String },
    /// Else the cell named could be narrowed down below the threshold.
    Audit { of: String },
    /// Hidden in an earlier edition of the same period.
    EarlierEdition,
    /// Differs from an earlier edition by fewer than t.
    Revision,
    /// Hidden for being small in the period before, and changed by fewer than t since.
    EarlierPeriod,
    /// Its denominator says what an earlier quarter kept to itself (the period and the cell named).
    EarlierCount { of: String },
    /// A part of what the figure is computed from is hidden (the cell named).
    Part { of: String },
}

/// What becomes of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Open,
    Hidden(Reason),
    /// Too small to be told by itself, and no secret: the city, at 0 or 100%, says it of all its parts.
    Implied,
    /// Not part of the public edition at this level.
    Unpublished,
}

/// The plan of a publication.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The quantities of each period, with what is hidden.
    pub models: BTreeMap<Period, Model>,
    figures: BTreeMap<String, Option<Reason>>,
    /// Figures that the city tells.
    implied: BTreeSet<String>,
    /// Figures whose denominator may be told.
    bases: BTreeSet<String>,
    /// Hidden cells that could not be shown to be safe, by period and label; there is no publication with one
    /// of them.
    pub narrow: Vec<(Period, String)>,
}

impl Plan {
    /// What becomes of a figure (`<period>/<unit>/<metric>[.<item>]`).
    pub fn of(&self, figure: &str) -> Shown {
        match self.figures.get(figure) {
            Some(None) => Shown::Open,
            Some(Some(reason)) => Shown::Hidden(reason.clone()),
            None if self.implied.contains(figure) => Shown::Implied,
            None => Shown::Unpublished,
        }
    }

    pub fn is_open(&self, figure: &str) -> bool {
        matches!(self.figures.get(figure), Some(None))
    }

    pub fn is_hidden(&self, figure: &str) -> bool {
        matches!(self.figures.get(figure), Some(Some(_)))
    }

    /// Whether the denominator of a figure may be told.
    pub fn tells_base(&self, figure: &str) -> bool {
        self.bases.contains(figure)
    }

    /// Why a figure is hidden.
    pub fn why(&self, figure: &str) -> Option<&Reason> {
        self.figures.get(figure)?.as_ref()
    }

    /// A plan of given figures, for tests of what reads plans.
    #[cfg(test)]
    pub(crate) fn of_figures<'a>(figures: impl IntoIterator<Item = (&'a str, Option<Reason>)>) -> Self {
        let figures = figures.into_iter().map(|(id, why)| (id.to_owned(), why)).collect();
        Self { figures, ..Self::default() }
    }

    /// Ids of all hidden figures.
    pub fn hidden(&self) -> impl Iterator<Item = &str> {
        self.figures.iter().filter(|(_, r)| r.is_some()).map(|(id, _)| id.as_str())
    }

    /// Number of figures in all, of those hidden, and of those that the city tells.
    pub fn size(&self) -> (usize, usize, usize) {
        (self.figures.len() + self.implied.len(), self.hidden().count(), self.implied.len())
    }
}

/// What the plan is made from.
pub struct Ground<'a> {
    pub links: &'a Links,
    /// All periods; those after `until`, the period of the edition, are passed over.
    pub measured: &'a BTreeMap<Period, Measured>,
    pub until: Period,
    pub settings: &'a Settings,
    /// Case pages by period and unit code: that many projects of the unit are known by name.
    pub cases: &'a BTreeMap<(Period, String), usize>,
    /// What earlier editions said.
    pub earlier: &'a Said,
}

/// Makes the plan, period by period in order.
///
/// # Errors
/// An internal fault only.
pub fn plan(ground: &Ground) -> Result<Plan> {
    let rules = Rules {
        threshold: ground.settings.privacy.threshold as f64,
        rate_floor: ground.settings.privacy.rate_floor as f64,
    };
    let mut out = Plan::default();
    let mut before: Option<Model> = None;
    for (period, measured) in ground.measured.range(..=ground.until) {
        let attempt = |without: Without| {
            let tables = Tables::new(ground, (*period, measured), &out.models, rules, without);
            protect(ground, tables, before.as_ref(), rules)
        };
        let (mut tables, mut narrow) = attempt(Without::default());
        // A city too small for all is told without the share of reports back by district, without sizes, or
        // without both; what was told once cannot be left out.
        let label = narrow.first().map(|c| tables.model.label(*c)).unwrap_or_default();
        let why = Reason::Audit { of: label };
        let feedback = Some(&why).filter(|_| !earlier::was_told(ground.earlier, *period));
        let sizes = !sizes_were_told(ground.earlier, *period);
        let less = [(feedback, false), (None, sizes), (feedback, sizes)];
        for (feedback, sizes) in less.into_iter().filter(|(f, s)| f.is_some() || *s) {
            if narrow.is_empty() {
                break;
            }
            (tables, narrow) = attempt(Without { sizes, feedback });
        }
        out.narrow.extend(narrow.into_iter().map(|c| (*period, tables.model.label(c))));
        tables.judge(&mut out, ground.earlier, rules);
        before = Some(tables.model.clone());
        out.models.insert(*period, tables.model);
    }
    Ok(out)
}

/// Hides what has to be hidden in a period; the cells that stay too narrow.
fn protect<'a>(
    ground: &Ground,
    mut tables: Tables<'a>,
    before: Option<&Model>,
    rules: Rules,
) -> (Tables<'a>, Vec<usize>) {
    tables.carry(before, rules);
    let mut narrow = tables.model.protect(rules);
    if tables.revise(ground.earlier, rules) {
        narrow = tables.model.protect(rules);
    }
    (tables, narrow)
}

/// Whether an earlier edition told a number of a size class of the period.
fn sizes_were_told(earlier: &Said, period: Period) -> bool {
    SIZES.iter().any(|size| {
        let own = format!("{period}/{size}/");
        earlier
            .range(own.clone()..)
            .take_while(|(id, _)| id.starts_with(&own))
            .any(|(_, r)| !r.told.is_empty())
    })
}

#[cfg(test)]
mod tests;

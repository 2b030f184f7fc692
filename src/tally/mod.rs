//! Printed numbers that are no metric of the catalogue: accounts of returns, units reached, problems,
//! answers of a kind, and the parts of a figure that are printed beside it (its n, its interval,
//! its change).
//!
//! Each has an id of the same form as a figure's, `<period>/<unit_code>/<name>`, so that `explain` can answer
//! for it. `data/metrics.csv` does not carry them. No document may print a counted number by another way.

mod kind;
mod number;
mod part;
mod sources;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

pub(crate) use kind::figure_title;
pub use kind::{Account, Kind, Part, Reach, Side};

use crate::answer::Id;
use crate::compare::Comparisons;
use crate::link::{Links, district_code};
use crate::metrics::{Level, Measured, UnitOf};
use crate::period::Period;
use crate::reference::district::{CITY, DISTRICTS, NOWHERE};
use crate::settings;

/// What a number is taken from.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub links: &'a Links,
    pub measured: &'a BTreeMap<Period, Measured>,
    pub comparisons: &'a Comparisons,
    pub period: Period,
    pub settings: &'a settings::Metrics,
}

/// One printed number.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// `<period>/<unit_code>/<name>`.
    pub id: String,
    pub kind: Kind,
    /// The string that every document prints.
    pub printed: String,
    pub number: Option<f64>,
    /// Under the floor of its figure.
    pub muted: bool,
}

/// Whom a number is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whom {
    pub level: Level,
    pub code: String,
    pub name: String,
    /// Index of a district, `Some(None)` for 未归属; `None` where it is no district.
    pub district: Option<Option<usize>>,
}

/// A line of what is behind a number and is no return: an expected project, a problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    pub words: String,
    /// File, sheet and cell, where it has a place.
    pub place: String,
}

impl<'a> Desk<'a> {
    /// A number by unit code and name; `None` where there is none of that name for such a unit.
    pub fn find(&self, unit_code: &str, name: &str) -> Option<Tally> {
        let (whom, kind) = (self.whom(unit_code)?, Kind::parse(name)?);
        let found = number::number(self, &whom, &kind)?;
        Some(Tally {
            id: format!("{}/{unit_code}/{name}", self.period),
            kind,
            printed: found.printed,
            number: found.number,
            muted: found.muted,
        })
    }

    /// The unit of a code.
    pub fn whom(&self, code: &str) -> Option<Whom> {
        let whom =
            |level, name: &str, district| Whom { level, code: code.into(), name: name.into(), district };
        if code == CITY.0 {
            return Some(whom(Level::City, CITY.1, None));
        }
        if code == NOWHERE {
            return Some(whom(Level::District, NOWHERE, Some(None)));
        }
        if let Some(at) = DISTRICTS.iter().position(|d| d.code == code) {
            return Some(whom(Level::District, DISTRICTS[at].name, Some(Some(at))));
        }
        let unit = self.now()?.units.iter().find(|u| u.code == code)?;
        Some(whom(unit.level, &unit.name, None))
    }

    /// Ids of the returns that are counted in a number, in listing order.
    pub fn returns(&self, whom: &Whom, kind: &Kind) -> Vec<Id> {
        sources::returns(self, whom, kind)
    }

    /// What is counted and is no return.
    pub fn lines(&self, whom: &Whom, kind: &Kind) -> Vec<Line> {
        sources::lines(self, whom, kind)
    }

    /// All accounts of the period, of the city and of every district that sent or owes anything.
    pub fn accounts(&self) -> Vec<(Whom, Tally)> {
        let districts = self.links.accounting.get(&self.period).map(|a| a.by_district.keys());
        let mut codes: Vec<&str> = districts.into_iter().flatten().map(|(_, d)| district_code(*d)).collect();
        codes.sort_unstable();
        codes.dedup();
        codes.insert(0, CITY.0);
        let of = |code: &str| -> Vec<(Whom, Tally)> {
            let Some(whom) = self.whom(code) else { return Vec::new() };
            let names = Account::ALL.iter().flat_map(|a| a.names());
            names.filter_map(|name| Some((whom.clone(), self.find(code, &name)?))).collect()
        };
        codes.into_iter().flat_map(of).collect()
    }

    pub(crate) fn now(&self) -> Option<&'a Measured> {
        self.measured.get(&self.period)
    }

    fn unit(&self, whom: &Whom) -> Option<&'a UnitOf> {
        self.now()?.units.iter().find(|u| u.level == whom.level && u.code == whom.code)
    }
}

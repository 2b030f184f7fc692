//! Quantities, and everything a reader of the publication knows about them.
//!
//! A cell is one number (enterprises of a district that ask for 计量服务). Sums and
//! limits are what ties cells together. Cells are only ever hidden, never shown
//! again, so that the loop of [`Model::protect`] ends.

use super::Reason;
use crate::reference::district::CITY;

/// Rules of hiding, from the settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// Counts from 1 to this less one are hidden, and every hidden cell must stay at least this uncertain.
    pub threshold: f64,
    /// Rates need this many answers.
    pub rate_floor: f64,
}

/// One quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Unit code.
    pub unit: String,
    /// Name of the quantity, the same in all units.
    pub name: String,
    pub value: f64,
    /// How many stand behind it: the smallest is hidden first when another must be protected.
    pub weight: f64,
    /// What is known to be in it from elsewhere (case pages published by name).
    pub least: f64,
    /// Why it is hidden.
    pub hidden: Option<Reason>,
    /// Whether it is a count of enterprises, projects or answers, which from 1 to the threshold is hidden.
    pub is_count: bool,
    /// Its denominator, for a numerator.
    pub base: Option<usize>,
    /// The same quantity of the whole city, for a part of it.
    pub whole: Option<usize>,
}

impl Cell {
    /// Whether a reader knows that it is a whole number.
    pub fn must_be_whole(&self) -> bool {
        self.is_count && is_whole(self.value)
    }
}

pub(super) fn is_whole(value: f64) -> bool {
    value == value.round()
}

/// `whole + rest = Σ parts`; `rest` is taken as known, which is more than a reader knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Sum {
    pub whole: usize,
    pub parts: Vec<usize>,
    pub rest: f64,
}

/// `Σ coefficient × cell ≤ at_most`.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    pub terms: Vec<(usize, f64)>,
    pub at_most: f64,
}

/// All quantities of a period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    pub cells: Vec<Cell>,
    pub sums: Vec<Sum>,
    pub limits: Vec<Limit>,
    /// (denominator, numerator): without the first, the second is not published either.
    pub shares: Vec<(usize, usize)>,
}

impl Model {
    /// Adds a cell and returns its index.
    pub fn push(&mut self, unit: &str, name: &str, value: f64, weight: f64, is_count: bool) -> usize {
        self.cells.push(Cell {
            unit: unit.to_owned(),
            name: name.to_owned(),
            value,
            weight,
            least: 0.0,
            hidden: None,
            is_count,
            base: None,
            whole: None,
        });
        self.cells.len() - 1
    }

    /// Ties a numerator to its denominator.
    pub fn share(&mut self, denominator: usize, numerator: usize) {
        self.shares.push((denominator, numerator));
        self.cells[numerator].base = Some(denominator);
        self.limits.push(Limit { terms: vec![(numerator, 1.0), (denominator, -1.0)], at_most: 0.0 });
    }

    /// `whole`, of the city, is the sum of `parts`, each of another unit.
    pub fn over_units(&mut self, whole: usize, parts: Vec<usize>) {
        for part in &parts {
            self.cells[*part].whole = Some(whole);
        }
        self.sum(whole, parts);
    }

    /// `whole` is the sum of `parts`, as far as it is (what is missing is taken as known).
    pub fn sum(&mut self, whole: usize, parts: Vec<usize>) {
        let total: f64 = parts.iter().map(|p| self.cells[*p].value).sum();
        self.sums.push(Sum { whole, parts, rest: total - self.cells[whole].value });
    }

    pub fn is_hidden(&self, cell: usize) -> bool {
        self.cells[cell].hidden.is_some()
    }

    /// Whether everybody knows a hidden cell because the city is all or nothing: where nobody in the city
    /// asks for something, nobody in a district does. Such a cell is not published, and no secret either.
    pub fn is_told(&self, cell: usize) -> bool {
        self.is_hidden(cell) && self.city_tells(cell)
    }

    /// Whether the city is all or nothing in what a cell is a part of.
    pub fn city_tells(&self, cell: usize) -> bool {
        let own = &self.cells[cell];
        let (true, Some(whole)) = (own.base.is_some(), own.whole) else { return false };
        let Some(base) = self.cells[whole].base else { return false };
        let (part, all) = (self.cells[whole].value, self.cells[base].value);
        !self.is_hidden(whole) && !self.is_hidden(base) && (part == 0.0 || part == all)
    }

    /// Whether a cell belongs to the city as a whole: the last to be hidden.
    pub fn is_city(&self, cell: usize) -> bool {
        self.cells[cell].unit == CITY.0
    }

    /// Hides a cell; the first reason stays.
    pub fn hide(&mut self, cell: usize, reason: Reason) -> bool {
        let fresh = !self.is_hidden(cell);
        if fresh {
            self.cells[cell].hidden = Some(reason);
        }
        fresh
    }

    /// `510114/need_计量服务`, for explanations.
    pub fn label(&self, cell: usize) -> String {
        format!("{}/{}", self.cells[cell].unit, self.cells[cell].name)
    }
}

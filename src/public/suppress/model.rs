//! Quantities, and everything a reader of the publication knows about them.
//!
//! A cell is one number (enterprises of a district that ask for 计量服务). Sums and
//! limits are what ties cells together. Cells are only ever hidden, never shown
//! again, so that the loop of [`Model::protect`] ends.

use super::Reason;
use super::audit;

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
    /// Whether it is a count of enterprises or projects, which from 1 to the threshold is hidden.
    pub is_count: bool,
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
        });
        self.cells.len() - 1
    }

    /// Ties a numerator to its denominator.
    pub fn share(&mut self, denominator: usize, numerator: usize) {
        self.shares.push((denominator, numerator));
        self.limits.push(Limit { terms: vec![(numerator, 1.0), (denominator, -1.0)], at_most: 0.0 });
    }

    /// `whole` is the sum of `parts`, as far as it is (what is missing is taken as known).
    pub fn sum(&mut self, whole: usize, parts: Vec<usize>) {
        let total: f64 = parts.iter().map(|p| self.cells[*p].value).sum();
        self.sums.push(Sum { whole, parts, rest: total - self.cells[whole].value });
    }

    pub fn is_hidden(&self, cell: usize) -> bool {
        self.cells[cell].hidden.is_some()
    }

    /// Hides a cell; the first reason stays.
    pub fn hide(&mut self, cell: usize, reason: Reason) -> bool {
        let fresh = !self.is_hidden(cell);
        if fresh {
            self.cells[cell].hidden = Some(reason);
        }
        fresh
    }

    /// Hides what must be hidden, then as much more as it takes that no hidden cell can be
    /// computed, nor bounded more narrowly than the threshold.
    pub fn protect(&mut self, rules: Rules) {
        self.hide_small(rules);
        let mut ranges = audit::Ranges::new();
        loop {
            if self.follow() | self.complement() {
                continue;
            }
            let narrow = audit::narrow(self, rules.threshold, &mut ranges);
            if narrow.is_empty() || !self.widen(&narrow) {
                return;
            }
        }
    }

    /// Small counts, and everything that rests on too few answers.
    fn hide_small(&mut self, rules: Rules) {
        for cell in 0..self.cells.len() {
            let (value, is_count) = (self.cells[cell].value, self.cells[cell].is_count);
            if is_count && value > 0.0 && value < rules.threshold {
                self.hide(cell, Reason::Small);
            }
        }
        for (denominator, numerator) in self.shares.clone() {
            let n = self.cells[denominator].value;
            if n > 0.0 && n < rules.rate_floor {
                self.hide(numerator, Reason::FewAnswers);
            }
        }
    }

    /// Without a denominator there is no numerator.
    fn follow(&mut self) -> bool {
        let shares = self.shares.clone();
        shares.into_iter().fold(false, |any, (denominator, numerator)| {
            let hide = self.is_hidden(denominator) && self.cells[denominator].value > 0.0;
            (hide && self.hide(numerator, Reason::Denominator)) | any
        })
    }

    /// A sum with exactly one hidden member gives it away: its smallest remaining part is hidden too.
    fn complement(&mut self) -> bool {
        let mut any = false;
        for at in 0..self.sums.len() {
            let sum = &self.sums[at];
            let mut members = sum.parts.iter().copied().chain([sum.whole]);
            let lone = members.by_ref().find(|m| self.is_hidden(*m));
            let Some(lone) = lone.filter(|_| !members.any(|m| self.is_hidden(m))) else { continue };
            if let Some(next) = self.smallest_part(at).or_else(|| self.open(self.sums[at].whole)) {
                any |= self.hide(next, Reason::Margin { of: self.label(lone) });
            }
        }
        any
    }

    fn open(&self, cell: usize) -> Option<usize> {
        (!self.is_hidden(cell)).then_some(cell)
    }

    /// The smallest part of a sum that is shown and not zero; ties go by position.
    fn smallest_part(&self, sum: usize) -> Option<usize> {
        let open = self.sums[sum]
            .parts
            .iter()
            .copied()
            .filter(|p| !self.is_hidden(*p) && self.cells[*p].value > 0.0);
        open.min_by(|a, b| {
            let (a, b) = (&self.cells[*a], &self.cells[*b]);
            a.weight.total_cmp(&b.weight).then(a.value.total_cmp(&b.value))
        })
    }

    /// Hides one more cell near each narrow one; false where there is nothing left to hide.
    fn widen(&mut self, narrow: &[usize]) -> bool {
        let mut touched: Vec<usize> = Vec::new();
        let mut any = false;
        for cell in narrow {
            let Some((ground, victim)) = self.victim(*cell) else { continue };
            if ground.is_none_or(|g| !touched.contains(&g)) {
                touched.extend(ground);
                any |= self.hide(victim, Reason::Audit { of: self.label(*cell) });
            }
        }
        any
    }

    /// What to hide for a narrow cell: a part beside it, else a total, else whatever limits it.
    fn victim(&self, cell: usize) -> Option<(Option<usize>, usize)> {
        let holds = |s: &Sum| s.whole == cell || s.parts.contains(&cell);
        let sums: Vec<usize> = (0..self.sums.len()).filter(|at| holds(&self.sums[*at])).collect();
        let beside = sums.iter().find_map(|at| Some((Some(*at), self.smallest_part(*at)?)));
        let total = || sums.iter().find_map(|at| Some((Some(*at), self.open(self.sums[*at].whole)?)));
        let zero = || {
            let parts = sums.iter().flat_map(|at| &self.sums[*at].parts);
            parts.copied().find(|p| !self.is_hidden(*p)).map(|p| (None, p))
        };
        let limit = || {
            let limits = self.limits.iter().filter(|l| l.terms.iter().any(|(c, _)| *c == cell));
            let open = limits.flat_map(|l| &l.terms).map(|(c, _)| *c).find(|c| !self.is_hidden(*c));
            open.map(|c| (None, c))
        };
        beside.or_else(total).or_else(zero).or_else(limit).or_else(|| self.farther(cell))
    }

    /// Where all that ties a narrow cell directly is hidden already: the smallest cell tied to its group.
    fn farther(&self, cell: usize) -> Option<(Option<usize>, usize)> {
        let groups = audit::groups(self);
        let group = groups.iter().find(|g| g.contains(&cell))?;
        let sums = self.sums.iter().map(|s| s.parts.iter().copied().chain([s.whole]).collect::<Vec<_>>());
        let limits = self.limits.iter().map(|l| l.terms.iter().map(|(c, _)| *c).collect::<Vec<_>>());
        let near = sums.chain(limits).filter(|tie| tie.iter().any(|c| group.binary_search(c).is_ok()));
        let open = near.flatten().filter(|c| !self.is_hidden(*c));
        let weigh = |c: &usize| (self.cells[*c].value == 0.0, self.cells[*c].weight);
        open.min_by(|a, b| {
            let (a, b) = (weigh(a), weigh(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        })
        .map(|c| (None, c))
    }

    /// `510114/need_计量服务`, for explanations.
    pub fn label(&self, cell: usize) -> String {
        format!("{}/{}", self.cells[cell].unit, self.cells[cell].name)
    }
}

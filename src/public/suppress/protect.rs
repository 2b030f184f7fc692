//! Which cells are hidden: first what must be, then as much more as it takes.
//!
//! The order in which more is hidden is the policy of the publication: figures
//! of small units first, then of larger ones, the city's last. Everything here
//! is a choice of taste; that the result is safe is for the audit alone to say.

use super::Reason;
use super::audit::Audit;
use super::model::{Model, Rules, Sum};
use super::remedy::spares_city;

/// How much more a figure of the city is worth than one of a part.
const CITY_COST: f64 = 1000.0;

impl Model {
    /// Hides what must be hidden, then as much more as it takes that no hidden cell can be computed, nor
    /// bounded more narrowly than the threshold. Returns the cells for which that could not be shown.
    pub fn protect(&mut self, rules: Rules) -> Vec<usize> {
        self.hide_small(rules);
        let mut audit = Audit::new(self, rules.threshold);
        loop {
            if self.follow() | self.complement(rules) {
                continue;
            }
            let narrow = audit.narrow(self);
            if narrow.is_empty() || !self.widen(&narrow, &mut audit) {
                return audit.look_far(self, narrow);
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

    /// A sum with exactly one hidden member gives it away, and one whose hidden members rest on fewer
    /// answers than rates need gives away the rate of these together: the smallest other is hidden too.
    fn complement(&mut self, rules: Rules) -> bool {
        let mut any = false;
        for at in 0..self.sums.len() {
            let sum = &self.sums[at];
            let members = || sum.parts.iter().copied().chain([sum.whole]);
            let hidden: Vec<usize> = members().filter(|m| self.is_hidden(*m)).collect();
            let Some(first) = hidden.iter().copied().find(|m| !self.is_told(*m)) else { continue };
            if hidden.len() > 1 && !self.is_poor_rest(sum, &hidden, rules) {
                continue;
            }
            let next = self.smallest_part(at).or_else(|| self.zero_part(at));
            if let Some(next) = next.or_else(|| self.open(self.sums[at].whole)) {
                any |= self.hide(next, Reason::Margin { of: self.label(first) });
            }
        }
        any
    }

    /// Whether the hidden units of a shown total together have fewer answers than rates need.
    fn is_poor_rest(&self, sum: &Sum, hidden: &[usize], rules: Rules) -> bool {
        let is_numerator = self.cells[sum.whole].base.is_some();
        let across = |m: &usize| self.cells[*m].whole == Some(sum.whole);
        let answers = |m: &usize| self.cells[*m].base.map_or(0.0, |b| self.cells[b].value);
        is_numerator
            && !self.is_hidden(sum.whole)
            && hidden.iter().all(across)
            && hidden.iter().map(answers).sum::<f64>() < rules.rate_floor
    }

    fn open(&self, cell: usize) -> Option<usize> {
        (!self.is_hidden(cell)).then_some(cell)
    }

    /// The smallest part of a sum that is shown and not zero; ties go by position.
    fn smallest_part(&self, sum: usize) -> Option<usize> {
        let open = |p: &usize| !self.is_hidden(*p) && self.cells[*p].value > 0.0;
        self.sums[sum].parts.iter().copied().filter(open).min_by(|a, b| {
            let (a, b) = (&self.cells[*a], &self.cells[*b]);
            a.weight.total_cmp(&b.weight).then(a.value.total_cmp(&b.value))
        })
    }

    fn zero_part(&self, sum: usize) -> Option<usize> {
        let zero = |p: &usize| !self.is_hidden(*p) && self.cells[*p].value == 0.0;
        self.sums[sum].parts.iter().copied().find(zero)
    }

    /// Hides the cheapest cells that give every narrow one room, the city's own first; false where nothing
    /// more can be done.
    fn widen(&mut self, narrow: &[usize], audit: &mut Audit) -> bool {
        let (city, parts): (Vec<usize>, Vec<usize>) = narrow.iter().partition(|c| self.is_city(**c));
        let mut any = false;
        for cell in city.into_iter().chain(parts) {
            if audit.is_wide(self, cell) {
                continue;
            }
            let costs = self.costs();
            let Some(found) = audit.remedy(self, cell, &costs) else { continue };
            if !spares_city(self, &found) && self.waive() {
                return true;
            }
            for victim in found.keys().filter(|c| !self.is_hidden(**c)).copied().collect::<Vec<_>>() {
                any |= self.hide(victim, Reason::Audit { of: self.label(cell) });
            }
            audit.note(self, found);
        }
        any || narrow.first().is_some_and(|cell| self.clear(*cell, audit))
    }

    /// Where no remedy is found: hides the cheapest shown cell tied to those a narrow one is tied to. It
    /// may help little, but each time there is one cell less to know.
    fn clear(&mut self, cell: usize, audit: &Audit) -> bool {
        let costs = self.costs();
        let group = audit.group(self, cell);
        let near = group.iter().flat_map(|c| audit.tied(*c)).filter(|c| !self.is_hidden(*c));
        let next = near.min_by(|a, b| costs[*a].total_cmp(&costs[*b]).then(a.cmp(b)));
        next.is_some_and(|c| self.hide(c, Reason::Audit { of: self.label(cell) }))
    }

    /// Before a figure of the city is hidden: that a project is known because its enterprise agreed to a case
    /// page is nothing that hiding could undo, and counts as room. Whether there was any such project.
    fn waive(&mut self) -> bool {
        let known = self.cells.iter_mut().filter(|c| c.least > 0.0);
        known.map(|c| c.least = 0.0).count() > 0
    }

    /// What it costs to hide each cell: more for many answers, for what a denominator takes with it, and
    /// above all for the city.
    fn costs(&self) -> Vec<f64> {
        let own = |cell: usize| {
            let scale = if self.is_city(cell) { CITY_COST } else { 1.0 };
            let open = f64::from(!self.is_hidden(cell));
            open * scale * (1.0 + self.cells[cell].weight.min(100.0) / 10.0)
        };
        let mut out: Vec<f64> = (0..self.cells.len()).map(own).collect();
        for (denominator, numerator) in &self.shares {
            if !self.is_hidden(*denominator) {
                out[*denominator] += own(*numerator);
            }
        }
        out
    }
}

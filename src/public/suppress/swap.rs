//! Witnesses without a program: what one cell gains, others lose.
//!
//! Most hidden cells have a hidden neighbour in every sum they are in, and what
//! is moved between four of them in a rectangle changes no sum. Such a witness is
//! found by mending one broken tie after the other, always by the cell that leaves
//! the fewest broken; where that leads nowhere, the linear programs are asked.

use std::collections::BTreeMap;

use super::audit::{Audit, TOLERANCE};
use super::model::Model;
use super::remedy::Witness;

/// Moves made before the search is given up.
const MOST: usize = 48;

impl Audit {
    /// A table in which a cell lies `by` off, or nothing where the first way that offers itself leads to none.
    /// It keeps every tie that it touches; whether it fits is for [`Audit::note`] to say.
    pub(super) fn swap(&self, model: &Model, cell: usize, by: f64) -> Option<Witness> {
        [false, true].into_iter().find_map(|limits_first| self.swap_by(model, cell, by, limits_first))
    }

    fn swap_by(&self, model: &Model, cell: usize, by: f64, limits_first: bool) -> Option<Witness> {
        let (moves, changes) = (BTreeMap::new(), BTreeMap::new());
        let mut search = Search { audit: self, model, limits_first, moves, changes };
        if search.room(cell, by) != by {
            return None;
        }
        search.go(cell, by);
        for _ in 0..MOST {
            let Some((tie, miss)) = search.broken() else { return Some(search.witness()) };
            let (next, by) = search.mend(tie, miss)?;
            search.go(next, by);
        }
        None
    }
}

/// A table on the way to fit.
struct Search<'a> {
    audit: &'a Audit,
    model: &'a Model,
    /// Whether limits, which stay within a unit, are mended before sums.
    limits_first: bool,
    /// By how much cells were moved.
    moves: BTreeMap<usize, f64>,
    /// What that changed in the ties.
    changes: BTreeMap<usize, f64>,
}

impl Search<'_> {
    fn go(&mut self, cell: usize, by: f64) {
        *self.moves.entry(cell).or_insert(0.0) += by;
        self.audit.shift(&mut self.changes, cell, by);
    }

    /// The first tie that is not kept, and how far it is missed.
    fn broken(&self) -> Option<(usize, f64)> {
        let missed = self.changes.iter().map(|(tie, by)| (*tie, self.audit.miss(*tie, *by)));
        let broken = missed.filter(|(_, miss)| miss.abs() >= TOLERANCE);
        broken.min_by_key(|(tie, _)| self.limits_first && self.audit.ties[*tie].equal)
    }

    /// The move that mends a tie, or a part of it, and leaves the fewest others broken; the farthest of
    /// these, the first of equals.
    fn mend(&self, tie: usize, miss: f64) -> Option<(usize, f64)> {
        let terms = self.audit.ties[tie].terms.iter();
        let moves = terms.flat_map(|(cell, k)| {
            let most = self.room(*cell, -miss / k);
            [self.unharmed(*cell, most), most].map(|by| (*cell, by))
        });
        let ranked = moves.filter(|(_, by)| by.abs() >= TOLERANCE).map(|(c, by)| (self.harm(c, by), c, by));
        let best = ranked.min_by(|a, b| a.0.cmp(&b.0).then(b.2.abs().total_cmp(&a.2.abs())));
        best.map(|(_, cell, by)| (cell, by))
    }

    /// As much of a move as a cell can make: hidden ones only, never back, and never below what is known of it.
    fn room(&self, cell: usize, by: f64) -> f64 {
        let own = &self.model.cells[cell];
        let moved = self.moves.get(&cell).copied().unwrap_or(0.0);
        if !self.model.is_hidden(cell) || moved * by < 0.0 {
            return 0.0;
        }
        self.landing(cell, by.max(own.least.min(own.value) - own.value - moved))
    }

    /// As much of a move as breaks no limit that is kept now.
    fn unharmed(&self, cell: usize, by: f64) -> f64 {
        let ties = self.audit.of[cell].iter().filter(|(tie, k)| !self.audit.ties[*tie].equal && k * by > 0.0);
        let most = ties.fold(by.abs(), |most, (tie, k)| {
            let left = self.audit.spare[*tie] - self.changes.get(tie).copied().unwrap_or(0.0);
            most.min((left / k.abs()).max(0.0))
        });
        self.landing(cell, most * by.signum())
    }

    /// A move, made shorter where it would end between whole numbers and must not.
    fn landing(&self, cell: usize, by: f64) -> f64 {
        if self.model.cells[cell].must_be_whole() { by.trunc() } else { by }
    }

    /// How many more ties are broken after a move than before.
    fn harm(&self, cell: usize, by: f64) -> i32 {
        let is_broken = |tie: usize, change: f64| i32::from(self.audit.miss(tie, change).abs() >= TOLERANCE);
        let ties = self.audit.of[cell].iter().map(|(tie, k)| {
            let before = self.changes.get(tie).copied().unwrap_or(0.0);
            is_broken(*tie, before + k * by) - is_broken(*tie, before)
        });
        ties.sum()
    }

    fn witness(self) -> Witness {
        self.moves.into_iter().map(|(cell, by)| (cell, self.model.cells[cell].value + by)).collect()
    }
}

//! The cheapest cells to hide so that a narrow one gets room.
//!
//! The classical way of secondary suppression: ask a linear program for another
//! table in which the narrow cell lies a threshold off, and let every shown cell
//! pay for being moved. What is moved must be hidden. Proofs are none of its
//! business: the audit looks again.

use std::collections::{BTreeMap, BTreeSet};

use microlp::{ComparisonOp, LinearExpr, OptimizationDirection, Problem, Variable};

use super::audit::Audit;
use super::model::Model;

/// Numbers of units of each level that may be moved along, one after the other.
const NEIGHBOURS: [usize; 4] = [1, 3, 8, 64];
/// Larger blocks are only tried where nothing is found in smaller ones.
const MOST: usize = 700;
/// Moves smaller than this are none.
const NOTHING: f64 = 1e-4;

/// Values of the cells that are moved, hidden or not.
pub(super) type Witness = BTreeMap<usize, f64>;

impl Audit {
    /// The cheapest other table that gives a narrow cell room; the cells in it that are shown must be hidden.
    pub fn remedy(&self, model: &Model, cell: usize, costs: &[f64]) -> Option<Witness> {
        let (low, high) = self.range(model, cell);
        let goals = [low + self.threshold, high - self.threshold];
        let goals: Vec<f64> = goals.into_iter().filter(|g| *g >= model.cells[cell].least).collect();
        let mut best: Option<(f64, Witness)> = None;
        let mut last = 0;
        for count in NEIGHBOURS {
            let block = self.neighbourhood(model, cell, count);
            if block.len() == last || (best.is_some() && block.len() > MOST) {
                break;
            }
            last = block.len();
            for goal in &goals {
                let Some((cost, witness)) = self.cheapest(model, &block, (cell, *goal), costs) else {
                    continue;
                };
                if best.as_ref().is_none_or(|(c, _)| cost < *c - NOTHING) {
                    best = Some((cost, witness));
                }
            }
            if best.as_ref().is_some_and(|(_, w)| spares_city(model, w)) {
                break;
            }
        }
        best.map(|(_, witness)| witness)
    }

    /// All cells of the city, of the cell's own unit, and of `count` units of each level that are hidden most.
    fn neighbourhood(&self, model: &Model, cell: usize, count: usize) -> Vec<usize> {
        let own = &model.cells[cell].unit;
        let names: BTreeSet<&str> = model
            .cells
            .iter()
            .enumerate()
            .filter(|(at, c)| c.unit == *own && model.is_hidden(*at))
            .map(|(_, c)| c.name.as_str())
            .collect();
        let mut units: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
        for (at, other) in model.cells.iter().enumerate().filter(|(_, c)| c.whole.is_some()) {
            let entry = units.entry(&other.unit).or_insert((0, true));
            entry.0 += usize::from(model.is_hidden(at) && names.contains(other.name.as_str()));
            entry.1 &= !other.name.starts_with("counted.");
        }
        let mut order: Vec<(&str, (usize, bool))> = units.into_iter().filter(|(u, _)| u != own).collect();
        order.sort_by_key(|(u, (hidden, _))| (std::cmp::Reverse(*hidden), *u));
        let mut taken: BTreeSet<&str> = BTreeSet::from([own.as_str()]);
        for is_agency in [false, true] {
            let level = order.iter().filter(|(_, (_, agency))| *agency == is_agency);
            taken.extend(level.take(count).map(|(u, _)| *u));
        }
        let near = |c: &usize| model.is_city(*c) || taken.contains(model.cells[*c].unit.as_str());
        self.reached(cell, &(0..model.cells.len()).filter(near).collect())
    }

    /// What a cell is tied to within a block, directly or by others; ascending.
    fn reached(&self, cell: usize, block: &BTreeSet<usize>) -> Vec<usize> {
        let mut seen = BTreeSet::from([cell]);
        let mut rest = vec![cell];
        while let Some(next) = rest.pop() {
            rest.extend(self.tied(next).filter(|c| block.contains(c)).filter(|c| seen.insert(*c)));
        }
        seen.into_iter().collect()
    }

    /// The cheapest table in which a cell has a given value, all outside the block kept.
    fn cheapest(
        &self,
        model: &Model,
        block: &[usize],
        (cell, goal): (usize, f64),
        costs: &[f64],
    ) -> Option<(f64, Witness)> {
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let moves: BTreeMap<usize, (Variable, Variable)> = block
            .iter()
            .map(|c| {
                let own = &model.cells[*c];
                let least = if model.is_hidden(*c) { own.least.min(own.value) } else { 0.0 };
                let down = (own.value - least).clamp(0.0, self.reach);
                // A little for every move, so that no two directions are taken at once.
                let cost = costs[*c] + 1e-3;
                (*c, (problem.add_var(cost, (0.0, self.reach)), problem.add_var(cost, (0.0, down))))
            })
            .collect();
        let ties: BTreeSet<usize> = block.iter().flat_map(|c| &self.of[*c]).map(|(t, _)| *t).collect();
        for at in ties {
            let tie = &self.ties[at];
            let mut sum = LinearExpr::empty();
            for (c, k) in &tie.terms {
                if let Some((up, down)) = moves.get(c) {
                    sum.add(*up, *k);
                    sum.add(*down, -*k);
                }
            }
            let op = if tie.equal { ComparisonOp::Eq } else { ComparisonOp::Le };
            problem.add_constraint(sum, op, if tie.equal { 0.0 } else { self.spare[at].max(0.0) });
        }
        let (up, down) = moves[&cell];
        problem.add_constraint([(up, 1.0), (down, -1.0)], ComparisonOp::Eq, goal - model.cells[cell].value);
        let solution = problem.solve().ok()?.into_solution().ok()?;
        let moved =
            moves.into_iter().map(|(c, (up, down))| (c, solution.var_value(up) - solution.var_value(down)));
        let witness: Witness = moved
            .filter(|(_, by)| by.abs() > NOTHING)
            .map(|(c, by)| (c, nearly_whole(model.cells[c].value + by)))
            .collect();
        let cost = witness.keys().map(|c| costs[*c]).sum();
        Some((cost, witness))
    }
}

/// Whether no figure of the city would have to be hidden for it.
pub(super) fn spares_city(model: &Model, witness: &Witness) -> bool {
    witness.keys().all(|c| model.is_hidden(*c) || !model.is_city(*c))
}

fn nearly_whole(value: f64) -> f64 {
    if (value - value.round()).abs() < NOTHING { value.round() } else { value }
}

//! The audit: how far can a reader of the whole publication narrow down each hidden cell?
//!
//! A small linear program per group of hidden cells that are tied together. The
//! true table is one solution; every solution found adds to the range in which
//! each cell is known to be able to lie, and a cell is safe once that range is
//! as wide as the threshold. Only a cell whose largest and smallest values have
//! both been computed is called narrow, so the answer is exact either way.

use std::collections::BTreeMap;

use microlp::{ComparisonOp, OptimizationDirection, Problem};

use super::model::Model;

/// Nobody looks further than this many thresholds beyond the truth; keeps every program bounded.
const REACH: f64 = 200.0;
const TOLERANCE: f64 = 1e-6;

/// Hidden cells whose possible values span less than `threshold`, ascending.
pub(super) fn narrow(model: &Model, threshold: f64) -> Vec<usize> {
    let mut out: Vec<usize> =
        groups(model).iter().flat_map(|g| Group::new(model, g).narrow(threshold)).collect();
    out.sort_unstable();
    out
}

/// Lower and upper bound of a hidden cell, as far as the audit looks.
pub fn bounds(model: &Model, cell: usize, threshold: f64) -> (f64, f64) {
    let groups = groups(model);
    let Some(group) = groups.iter().find(|g| g.contains(&cell)) else {
        return (model.cells[cell].value, model.cells[cell].value);
    };
    let mut group = Group::new(model, group);
    group.reach = REACH * threshold;
    for direction in [OptimizationDirection::Maximize, OptimizationDirection::Minimize] {
        group.push_to(cell, direction);
    }
    group.range(cell)
}

/// Hidden cells tied together by a sum or a limit.
pub(super) fn groups(model: &Model) -> Vec<Vec<usize>> {
    let mut parent: Vec<usize> = (0..model.cells.len()).collect();
    let ties = model.sums.iter().map(|s| s.parts.iter().copied().chain([s.whole]).collect::<Vec<_>>());
    let limits = model.limits.iter().map(|l| l.terms.iter().map(|(c, _)| *c).collect::<Vec<_>>());
    for tie in ties.chain(limits) {
        let mut hidden = tie.into_iter().filter(|c| model.is_hidden(*c));
        let Some(first) = hidden.next() else { continue };
        for other in hidden {
            let (a, b) = (root(&mut parent, first), root(&mut parent, other));
            parent[a.max(b)] = a.min(b);
        }
    }
    let mut out: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for cell in (0..model.cells.len()).filter(|c| model.is_hidden(*c)) {
        let root = root(&mut parent, cell);
        out.entry(root).or_default().push(cell);
    }
    out.into_values().collect()
}

fn root(parent: &mut [usize], mut cell: usize) -> usize {
    while parent[cell] != cell {
        parent[cell] = parent[parent[cell]];
        cell = parent[cell];
    }
    cell
}

/// One equation or inequality over hidden cells only; what is shown has moved to the right.
struct Row {
    terms: Vec<(usize, f64)>,
    equal: bool,
    right: f64,
}

/// One group of tied cells.
struct Group<'a> {
    model: &'a Model,
    cells: &'a [usize],
    rows: Vec<Row>,
    /// Smallest and largest value seen of each cell.
    seen: BTreeMap<usize, (f64, f64)>,
    reach: f64,
}

impl<'a> Group<'a> {
    fn new(model: &'a Model, cells: &'a [usize]) -> Self {
        let value = |c: &usize| model.cells[*c].value;
        let seen = cells.iter().map(|c| (*c, (value(c), value(c)))).collect();
        let mut group = Self { model, cells, rows: Vec::new(), seen, reach: REACH };
        for sum in &model.sums {
            let terms = sum.parts.iter().map(|p| (*p, 1.0)).chain([(sum.whole, -1.0)]);
            group.row(terms.collect(), true, sum.rest);
        }
        for limit in &model.limits {
            group.row(limit.terms.clone(), false, limit.at_most);
        }
        group
    }

    /// Keeps a tie where it says something about a cell of the group.
    fn row(&mut self, terms: Vec<(usize, f64)>, equal: bool, right: f64) {
        let (hidden, shown): (Vec<_>, Vec<_>) =
            terms.into_iter().partition(|(c, _)| self.seen.contains_key(c));
        if !hidden.is_empty() {
            let known: f64 = shown.iter().map(|(c, k)| k * self.model.cells[*c].value).sum();
            self.rows.push(Row { terms: hidden, equal, right: right - known });
        }
    }

    fn narrow(&mut self, threshold: f64) -> Vec<usize> {
        self.reach = REACH * threshold;
        let safe = |g: &Self, c: usize| g.range(c).1 - g.range(c).0 >= threshold - TOLERANCE;
        let mut out = Vec::new();
        for cell in self.cells {
            for direction in [OptimizationDirection::Maximize, OptimizationDirection::Minimize] {
                if !safe(self, *cell) {
                    self.push_to(*cell, direction);
                }
            }
            if !safe(self, *cell) {
                out.push(*cell);
            }
        }
        out
    }

    fn range(&self, cell: usize) -> (f64, f64) {
        self.seen.get(&cell).copied().unwrap_or_default()
    }

    /// Solves for the largest or smallest value of a cell and notes the values of all cells. A program
    /// that cannot be solved adds nothing, which leaves the cell narrow: the safe side.
    fn push_to(&mut self, cell: usize, direction: OptimizationDirection) {
        let mut problem = Problem::new(direction);
        let variables: BTreeMap<usize, microlp::Variable> = self
            .cells
            .iter()
            .map(|c| {
                let known = &self.model.cells[*c];
                let aim = if *c == cell { 1.0 } else { 0.0 };
                (*c, problem.add_var(aim, (known.least.min(known.value), known.value + self.reach)))
            })
            .collect();
        for row in &self.rows {
            let terms: Vec<_> = row.terms.iter().map(|(c, k)| (variables[c], *k)).collect();
            let op = if row.equal { ComparisonOp::Eq } else { ComparisonOp::Le };
            problem.add_constraint(&terms, op, row.right);
        }
        let Some(solution) = problem.solve().ok().and_then(|s| s.into_solution().ok()) else { return };
        for (cell, variable) in variables {
            let value = solution.var_value(variable);
            if let Some((low, high)) = self.seen.get_mut(&cell) {
                *low = low.min(value);
                *high = high.max(value);
            }
        }
    }
}

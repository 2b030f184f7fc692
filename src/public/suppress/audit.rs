//! The audit: how far can a reader of the whole publication narrow down each hidden cell?
//!
//! A small linear program per group of hidden cells that are tied together. The
//! true table is one solution; every solution found adds to the range in which
//! each cell is known to be able to lie, and a cell is safe once that range is
//! as wide as the threshold. Every range is made of tables that fit everything
//! published, so that no cell is ever called safe that is not.

use std::collections::{BTreeMap, BTreeSet};

use microlp::{ComparisonOp, OptimizationDirection, Problem};

use super::model::Model;

/// Nobody looks further than this many thresholds beyond the truth; keeps every program bounded.
const REACH: f64 = 200.0;
const TOLERANCE: f64 = 1e-6;

/// Smallest and largest value that each hidden cell has been shown to be able to take. Hiding more only
/// adds to what is possible, so that ranges once found stay true.
pub(super) type Ranges = BTreeMap<usize, (f64, f64)>;

/// Programs that move all open cells of a group at once before any is looked at alone.
const SWEEPS: u32 = 4;

/// Groups of tied cells up to this size are solved whole; larger ones table by table.
const WHOLE: usize = 120;

/// Hidden cells whose possible values span less than `threshold`, ascending. In groups too large to be
/// solved whole, inequalities between hidden cells of different tables (answers ≤ returns) are left
/// out; all sums, and all inequalities within a table or against what is shown, are kept.
pub(super) fn narrow(model: &Model, threshold: f64, ranges: &mut Ranges) -> Vec<usize> {
    let mut out = Vec::new();
    for group in groups(model) {
        let open = unproved(model, group.clone(), threshold, ranges);
        if !open.is_empty() && group.len() <= WHOLE {
            let mut whole = Group::new(model, &group, ranges);
            whole.narrow(threshold, &|_| true);
            ranges.append(&mut whole.seen);
        } else if !open.is_empty() {
            by_table(model, &open, threshold, ranges);
        }
        out.extend(unproved(model, open, threshold, ranges));
    }
    out.sort_unstable();
    out
}

fn by_table(model: &Model, open: &[usize], threshold: f64, ranges: &mut Ranges) {
    let names: BTreeSet<&str> = open.iter().map(|c| model.cells[*c].name.as_str()).collect();
    for name in names {
        let family = family(model, name);
        let hidden = |c: &usize| model.is_hidden(*c) && family.contains(model.cells[*c].name.as_str());
        let cells: Vec<usize> = (0..model.cells.len()).filter(hidden).collect();
        let mut group = Group::new(model, &cells, ranges);
        group.narrow(threshold, &|c: &usize| model.cells[*c].name == name);
        ranges.append(&mut group.seen);
    }
}

fn unproved(model: &Model, cells: Vec<usize>, threshold: f64, ranges: &Ranges) -> Vec<usize> {
    let wide = |c: &usize| ranges.get(c).is_some_and(|r| is_wide(*r, threshold));
    cells.into_iter().filter(|c| model.is_hidden(*c) && !wide(c)).collect()
}

/// Names of the quantities that must move along with one: its denominator, what adds up with
/// either, and for a denominator its numerators.
fn family<'a>(model: &'a Model, name: &'a str) -> BTreeSet<&'a str> {
    let name_of = |c: &usize| model.cells[*c].name.as_str();
    let mut out = BTreeSet::from([name]);
    let denominators = model.shares.iter().filter(|(_, n)| name_of(n) == name).map(|(d, _)| name_of(d));
    out.extend(denominators.collect::<Vec<_>>());
    let is_numerator = out.len() > 1;
    for sum in &model.sums {
        let members = || sum.parts.iter().chain([&sum.whole]).map(name_of);
        if members().any(|m| out.contains(m)) {
            out.extend(members().collect::<Vec<_>>());
        }
    }
    if !is_numerator {
        let numerators =
            model.shares.iter().filter(|(d, _)| out.contains(name_of(d))).map(|(_, n)| name_of(n));
        out.extend(numerators.collect::<Vec<_>>());
    }
    out
}

fn is_wide((low, high): (f64, f64), threshold: f64) -> bool {
    high - low >= threshold - TOLERANCE
}

/// Lower and upper bound of a hidden cell, as far as the audit looks.
pub fn bounds(model: &Model, cell: usize, threshold: f64) -> (f64, f64) {
    let groups = groups(model);
    let Some(group) = groups.iter().find(|g| g.contains(&cell)) else {
        return (model.cells[cell].value, model.cells[cell].value);
    };
    let mut group = Group::new(model, group, &Ranges::new());
    group.reach = REACH * threshold;
    group.push_to(&[(cell, 1.0)]);
    group.push_to(&[(cell, -1.0)]);
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
    seen: Ranges,
    reach: f64,
}

impl<'a> Group<'a> {
    fn new(model: &'a Model, cells: &'a [usize], ranges: &Ranges) -> Self {
        let value = |c: &usize| model.cells[*c].value;
        let known = |c: &usize| ranges.get(c).copied().unwrap_or((value(c), value(c)));
        let seen = cells.iter().map(|c| (*c, known(c))).collect();
        let mut group = Self { model, cells, rows: Vec::new(), seen, reach: REACH };
        for sum in &model.sums {
            let terms = sum.parts.iter().map(|p| (*p, 1.0)).chain([(sum.whole, -1.0)]);
            group.row(terms.collect(), true, sum.rest);
        }
        for limit in &model.limits {
            let foreign = |c: usize| model.is_hidden(c) && !group.seen.contains_key(&c);
            if !limit.terms.iter().any(|(c, _)| foreign(*c)) {
                group.row(limit.terms.clone(), false, limit.at_most);
            }
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

    /// Widens the ranges of the cells that `own` picks as far as needed.
    fn narrow(&mut self, threshold: f64, own: &dyn Fn(&usize) -> bool) {
        self.reach = REACH * threshold;
        for sweep in 0..SWEEPS {
            let open = self.open(threshold, own);
            if open.len() < 4 {
                break;
            }
            let aim = |by: f64| open.iter().map(|c| (*c, by * side(*c, sweep))).collect::<Vec<_>>();
            self.push_to(&aim(1.0));
            self.push_to(&aim(-1.0));
        }
        for cell in self.open(threshold, own) {
            for aim in [1.0, -1.0] {
                if !is_wide(self.range(cell), threshold) {
                    self.push_to(&[(cell, aim)]);
                }
            }
        }
    }

    /// Cells not yet known to be wide.
    fn open(&self, threshold: f64, own: &dyn Fn(&usize) -> bool) -> Vec<usize> {
        let open = |c: &usize| own(c) && !is_wide(self.range(*c), threshold);
        self.cells.iter().copied().filter(open).collect()
    }

    fn range(&self, cell: usize) -> (f64, f64) {
        self.seen.get(&cell).copied().unwrap_or_default()
    }

    /// Moves the cells of `aim` as far as they go and notes the values of all cells. A program that
    /// cannot be solved adds nothing, which leaves the cells narrow: the safe side.
    fn push_to(&mut self, aim: &[(usize, f64)]) {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let aim: BTreeMap<usize, f64> = aim.iter().copied().collect();
        let variables: BTreeMap<usize, microlp::Variable> = self
            .cells
            .iter()
            .map(|c| {
                let known = &self.model.cells[*c];
                let range = (known.least.min(known.value), known.value + self.reach);
                (*c, problem.add_var(aim.get(c).copied().unwrap_or(0.0), range))
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

/// Up or down: a fixed, well mixed choice for each cell and sweep.
fn side(cell: usize, sweep: u32) -> f64 {
    let mixed = (cell as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (20 + 7 * sweep);
    if mixed & 1 == 0 { 1.0 } else { -1.0 }
}

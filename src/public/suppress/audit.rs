//! The audit: how far can a reader of the whole publication narrow down each hidden cell?
//!
//! A proof by witnesses. The true table is one that fits everything published;
//! moving a cell against its neighbours (`swap`) gives another, and where that
//! does not, a small linear program over the hidden cells of a few units, all
//! others kept as they are. Every witness is checked against all ties, in
//! whole numbers, before it counts; a cell is safe once two witnesses differ in
//! it by the threshold. What no witness is found for is called narrow: the safe
//! side. Nothing here decides what is hidden.

use std::collections::BTreeMap;

use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOptions, Variable};

use super::model::{Model, is_whole};

/// Witnesses are looked for within this many thresholds of the truth.
const REACH: f64 = 3.0;
/// As far as [`bounds`] looks.
const FAR: f64 = 200.0;
pub(super) const TOLERANCE: f64 = 1e-6;

/// Programs that move all open cells of a unit at once before any is looked at alone.
const SWEEPS: u32 = 3;

/// Numbers of neighbouring units that are moved along, one after the other: what few of them cannot prove,
/// many mostly can.
const NEIGHBOURS: [usize; 2] = [7, 15];
/// The same where so many have too many cells.
const FEWER: [usize; 3] = [0, 1, 3];

/// The largest number of cells moved at once.
const MOST: usize = 400;

/// Steps after which a search for whole numbers is given up: nearly all end within a few, some never would.
const MOST_NODES: u64 = 200;

/// `Σ coefficient × cell` equals `right`, or is at most that.
pub(super) struct Tie {
    pub terms: Vec<(usize, f64)>,
    pub equal: bool,
    pub right: f64,
}

impl Tie {
    /// What is left of it at the true values.
    fn spare(&self, model: &Model) -> f64 {
        let left: f64 = self.terms.iter().map(|(c, k)| k * model.cells[*c].value).sum();
        self.right - left
    }
}

/// What is known about the cells of a model.
pub(super) struct Audit {
    pub(super) ties: Vec<Tie>,
    /// What is left of each tie at the true values.
    pub(super) spare: Vec<f64>,
    /// The ties that each cell is in, with its coefficient there.
    pub(super) of: Vec<Vec<(usize, f64)>>,
    /// Smallest and largest value that each hidden cell has been shown to be able to take. Hiding more
    /// only adds to what is possible, so that ranges once found stay true.
    ranges: BTreeMap<usize, (f64, f64)>,
    pub(super) threshold: f64,
    pub(super) reach: f64,
}

impl Audit {
    pub fn new(model: &Model, threshold: f64) -> Self {
        let sums = model.sums.iter().map(|s| Tie {
            terms: s.parts.iter().map(|p| (*p, 1.0)).chain([(s.whole, -1.0)]).collect(),
            equal: true,
            right: s.rest,
        });
        let limits =
            model.limits.iter().map(|l| Tie { terms: l.terms.clone(), equal: false, right: l.at_most });
        let ties: Vec<Tie> = sums.chain(limits).collect();
        let mut of = vec![Vec::new(); model.cells.len()];
        for (at, tie) in ties.iter().enumerate() {
            tie.terms.iter().for_each(|(c, k)| of[*c].push((at, *k)));
        }
        let spare = ties.iter().map(|t| t.spare(model)).collect();
        Self { ties, spare, of, ranges: BTreeMap::new(), threshold, reach: REACH * threshold }
    }

    /// Cells that share any tie with one.
    pub(super) fn tied(&self, cell: usize) -> impl Iterator<Item = usize> {
        self.of[cell].iter().flat_map(|(at, _)| self.ties[*at].terms.iter().map(|(c, _)| *c))
    }

    /// The hidden cells that one is tied to, directly or by others; ascending.
    pub fn group(&self, model: &Model, cell: usize) -> Vec<usize> {
        let mut seen = std::collections::BTreeSet::from([cell]);
        let mut rest = vec![cell];
        while let Some(next) = rest.pop() {
            rest.extend(self.tied(next).filter(|c| model.is_hidden(*c)).filter(|c| seen.insert(*c)));
        }
        seen.into_iter().collect()
    }

    /// Hidden cells for which no two witnesses differ by the threshold, ascending.
    pub fn narrow(&mut self, model: &Model) -> Vec<usize> {
        let mut units: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for cell in self.swap_all(model) {
            units.entry(&model.cells[cell].unit).or_default().push(cell);
        }
        let mut out = Vec::new();
        for (_, cells) in units {
            out.extend(self.prove(model, cells));
        }
        out.sort_unstable();
        out
    }

    /// Moves every open cell against its neighbours; those that stay open.
    fn swap_all(&mut self, model: &Model) -> Vec<usize> {
        let open = self.open(model, 0..model.cells.len());
        for cell in &open {
            for side in [1.0, -1.0] {
                self.swap_far(model, *cell, side);
            }
        }
        self.open(model, open)
    }

    /// Moves a cell up or down by the threshold, or else as far below it as it goes.
    fn swap_far(&mut self, model: &Model, cell: usize, side: f64) {
        let mut by = self.threshold;
        while by > 0.0 && !self.is_wide(model, cell) {
            if let Some(found) = self.swap(model, cell, side * by) {
                return self.note(model, found);
            }
            by -= 1.0;
        }
    }

    /// Looks at what is left with everything it is tied to moved as far as it goes: dear, and therefore last.
    pub fn look_far(&mut self, model: &Model, cells: Vec<usize>) -> Vec<usize> {
        let reach = std::mem::replace(&mut self.reach, FAR * self.threshold);
        for cell in &cells {
            self.stretch(model, *cell);
        }
        self.reach = reach;
        self.open(model, cells)
    }

    fn stretch(&mut self, model: &Model, cell: usize) {
        let group = self.group(model, cell);
        for aim in [1.0, -1.0] {
            self.push(model, &group, &BTreeMap::from([(cell, aim)]));
        }
    }

    /// Hidden cells not yet known to be wide; what everybody is told need not be.
    fn open(&self, model: &Model, cells: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let open = |c: &usize| model.is_hidden(*c) && !model.is_told(*c) && !self.is_wide(model, *c);
        cells.into_iter().filter(open).collect()
    }

    pub(super) fn range(&self, model: &Model, cell: usize) -> (f64, f64) {
        let value = model.cells[cell].value;
        self.ranges.get(&cell).copied().unwrap_or((value, value))
    }

    pub fn is_wide(&self, model: &Model, cell: usize) -> bool {
        let (low, high) = self.range(model, cell);
        high - low >= self.threshold - TOLERANCE
    }

    /// Looks for witnesses for cells of one unit, moving more and more units along; returns what is left.
    pub(super) fn prove(&mut self, model: &Model, cells: Vec<usize>) -> Vec<usize> {
        let mut open = self.open(model, cells);
        let mut last = 0;
        for count in self.neighbours(model, &open) {
            let Some(first) = open.first() else { break };
            let block = self.block(model, &model.cells[*first].unit, &open, count);
            if block.len() > MOST || block.len() == last {
                break;
            }
            last = block.len();
            self.push_all(model, &block, &open);
            open = self.open(model, open);
        }
        open
    }

    /// How many units are moved along with open cells of one.
    fn neighbours(&self, model: &Model, open: &[usize]) -> impl Iterator<Item = usize> + use<> {
        let block = |first: &usize| self.block(model, &model.cells[*first].unit, open, NEIGHBOURS[0]);
        let is_crowded = open.first().is_some_and(|first| block(first).len() > MOST);
        let counts: &'static [usize] = if is_crowded { &FEWER } else { &NEIGHBOURS };
        counts.iter().copied()
    }

    /// The hidden cells of a unit and of the `count` units most closely tied to the open cells.
    fn block(&self, model: &Model, unit: &str, open: &[usize], count: usize) -> Vec<usize> {
        let mut near: BTreeMap<&str, usize> = BTreeMap::new();
        let mut group = Vec::new();
        for cell in open {
            if !group.contains(cell) {
                group.extend(self.group(model, *cell));
            }
            for other in self.tied(*cell).filter(|c| model.is_hidden(*c)) {
                *near.entry(&model.cells[other].unit).or_insert(0) += 1;
            }
        }
        let mut all: BTreeMap<&str, usize> = BTreeMap::new();
        group.iter().for_each(|c| *all.entry(&model.cells[*c].unit).or_insert(0) += 1);
        let mut order: Vec<(&str, usize)> = all.into_iter().filter(|(u, _)| *u != unit).collect();
        order.sort_by_key(|(u, size)| (std::cmp::Reverse(near.get(u).copied().unwrap_or(0)), *size, *u));
        let mut units: Vec<&str> = order.into_iter().take(count).map(|(u, _)| u).collect();
        units.push(unit);
        group.retain(|c| units.contains(&model.cells[*c].unit.as_str()));
        group
    }

    /// Moves all open cells at once, up and down in fixed well mixed ways, then each alone.
    fn push_all(&mut self, model: &Model, block: &[usize], open: &[usize]) {
        for sweep in 0..SWEEPS {
            let open = self.open(model, open.iter().copied());
            if open.len() < 3 {
                break;
            }
            let aim = |by: f64| open.iter().map(|c| (*c, by * side(*c, sweep))).collect();
            self.push(model, block, &aim(1.0));
            self.push(model, block, &aim(-1.0));
        }
        for cell in self.open(model, open.iter().copied()) {
            for aim in [1.0, -1.0] {
                if !self.is_wide(model, cell) {
                    self.push(model, block, &BTreeMap::from([(cell, aim)]));
                }
            }
        }
    }

    /// Looks for a witness that moves the cells of `aim` as far as they go, all outside `block` kept.
    fn push(&mut self, model: &Model, block: &[usize], aim: &BTreeMap<usize, f64>) {
        let found = self.solve(model, block, aim, false).filter(|w| self.fits(model, w));
        let found = found.or_else(|| self.solve(model, block, aim, true).filter(|w| self.fits(model, w)));
        self.note(model, found.unwrap_or_default());
    }

    /// Keeps a witness: a table that fits everything published.
    pub fn note(&mut self, model: &Model, witness: BTreeMap<usize, f64>) {
        if self.fits(model, &witness) && witness.keys().all(|c| model.is_hidden(*c)) {
            for (cell, value) in witness {
                let (low, high) = self.range(model, cell);
                self.ranges.insert(cell, (low.min(value), high.max(value)));
            }
        }
    }

    /// Solves the program; whole numbers where `whole` is asked for, rounded to such where they nearly are.
    fn solve(
        &self,
        model: &Model,
        block: &[usize],
        aim: &BTreeMap<usize, f64>,
        whole: bool,
    ) -> Option<BTreeMap<usize, f64>> {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let variables: BTreeMap<usize, Variable> = block
            .iter()
            .map(|c| {
                let cell = &model.cells[*c];
                let weight = aim.get(c).copied().unwrap_or(0.0);
                let low = cell.least.min(cell.value).max(cell.value - self.reach);
                let high = cell.value + self.reach;
                let variable = if whole && cell.must_be_whole() {
                    problem.add_integer_var(weight, (low.ceil() as i32, high.floor() as i32))
                } else {
                    problem.add_var(weight, (low, high))
                };
                (*c, variable)
            })
            .collect();
        let mut ties: Vec<usize> = block.iter().flat_map(|c| &self.of[*c]).map(|(t, _)| *t).collect();
        ties.sort_unstable();
        ties.dedup();
        for tie in ties.into_iter().map(|at| &self.ties[at]) {
            let (own, others): (Vec<_>, Vec<_>) =
                tie.terms.iter().copied().partition(|(c, _)| variables.contains_key(c));
            let known: f64 = others.iter().map(|(c, k)| *k * model.cells[*c].value).sum();
            let terms: Vec<_> = own.into_iter().map(|(c, k)| (variables[&c], k)).collect();
            let op = if tie.equal { ComparisonOp::Eq } else { ComparisonOp::Le };
            problem.add_constraint(&terms, op, tie.right - known);
        }
        let solution = problem.solve_with(options()).ok()?.into_solution().ok()?;
        let value = |v: Variable| {
            let value = solution.var_value(v);
            if (value - value.round()).abs() < TOLERANCE { value.round() } else { value }
        };
        Some(variables.into_iter().map(|(c, v)| (c, value(v))).collect())
    }

    /// Whether a witness fits: whole numbers where they must be, nothing below what is known, every tie kept.
    fn fits(&self, model: &Model, witness: &BTreeMap<usize, f64>) -> bool {
        let sound = |(c, v): (&usize, &f64)| {
            let cell = &model.cells[*c];
            (!cell.must_be_whole() || is_whole(*v)) && *v >= cell.least.min(cell.value) - TOLERANCE
        };
        let mut changes = BTreeMap::new();
        for (cell, value) in witness {
            self.shift(&mut changes, *cell, value - model.cells[*cell].value);
        }
        witness.iter().all(sound) && changes.iter().all(|(tie, by)| self.miss(*tie, *by).abs() < TOLERANCE)
    }

    /// Adds to the ties of a cell what its move changes in them.
    pub(super) fn shift(&self, changes: &mut BTreeMap<usize, f64>, cell: usize, by: f64) {
        for (tie, coefficient) in &self.of[cell] {
            *changes.entry(*tie).or_insert(0.0) += coefficient * by;
        }
    }

    /// How far a tie is missed once its left side has changed; 0 where it is kept.
    pub(super) fn miss(&self, tie: usize, by: f64) -> f64 {
        let over = by - self.spare[tie];
        if self.ties[tie].equal { over } else { over.max(0.0) }
    }
}

/// A search that ends, after a number of steps and not of seconds, so that it comes to the same everywhere.
fn options() -> SolveOptions {
    let mut options = SolveOptions::default();
    options.node_limit = Some(MOST_NODES);
    options
}

/// Lower and upper bound of a hidden cell, as far as the audit looks.
pub fn bounds(model: &Model, cell: usize, threshold: f64) -> (f64, f64) {
    let mut audit = Audit::new(model, threshold);
    audit.reach = FAR * threshold;
    audit.stretch(model, cell);
    audit.range(model, cell)
}

/// Up or down: a fixed, well mixed choice for each cell and sweep.
fn side(cell: usize, sweep: u32) -> f64 {
    let mixed = (cell as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (20 + 7 * sweep);
    if mixed & 1 == 0 { 1.0 } else { -1.0 }
}

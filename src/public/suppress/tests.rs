//! Random small tables are protected, then attacked by a bound computation that shares no code with the audit.

use super::*;

/// A small generator of numbers; the tests need many tables, not good randomness.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

const RULES: Rules = Rules { threshold: 5.0, rate_floor: 10.0 };

/// A table of units × items with all margins and the grand total, as one knows it from a census page.
struct Census {
    model: Model,
    rows: usize,
    columns: usize,
}

impl Census {
    fn at(&self, row: usize, column: usize) -> usize {
        row * (self.columns + 1) + column
    }

    /// Row `rows` holds the totals of the columns, column `columns` those of the rows.
    fn new(values: &[Vec<u64>]) -> Self {
        let (rows, columns) = (values.len(), values[0].len());
        let mut out = Self { model: Model::default(), rows, columns };
        for row in 0..=rows {
            for column in 0..=columns {
                let inner = values
                    .iter()
                    .enumerate()
                    .filter(|(r, _)| row == rows || *r == row)
                    .flat_map(|(_, v)| v.iter().enumerate())
                    .filter(|(c, _)| column == columns || *c == column);
                let value = inner.map(|(_, v)| *v).sum::<u64>() as f64;
                out.model.push(&format!("r{row}"), &format!("c{column}"), value, value, true);
            }
        }
        for row in 0..=rows {
            let parts = (0..columns).map(|c| out.at(row, c)).collect();
            out.model.sum(out.at(row, columns), parts);
        }
        for column in 0..=columns {
            let parts = (0..rows).map(|r| out.at(r, column)).collect();
            out.model.sum(out.at(rows, column), parts);
        }
        out
    }

    /// The attacker's view: what is printed in every cell.
    fn printed(&self) -> Vec<Option<i64>> {
        self.model.cells.iter().map(|c| c.hidden.is_none().then_some(c.value as i64)).collect()
    }
}

/// Largest number the attacker thinks of.
const MOST: i64 = 60;

/// Integer bounds by walking alternating changes of ±1: the table is a transport problem, so a value
/// can be raised exactly as long as a cycle of hidden cells can take the change.
fn attack(census: &Census, target: usize) -> (i64, i64) {
    let truth: Vec<i64> = census.model.cells.iter().map(|c| c.value as i64).collect();
    let printed = census.printed();
    let reach = |sign: i64| {
        let mut table = truth.clone();
        while (table[target] - truth[target]).abs() < MOST
            && shift(census, &printed, &mut table, target, sign)
        {}
        check_sums(census, &table);
        table[target]
    };
    (reach(-1), reach(1))
}

/// Changes the target by `sign`, all sums kept, by a breadth-first walk over rows and columns.
fn shift(census: &Census, printed: &[Option<i64>], table: &mut [i64], target: usize, sign: i64) -> bool {
    // Nodes: the rows 0..=rows, then the columns. Cell (r, c) is an edge; a total cell counts with the
    // opposite sign in its row or column, which makes the whole table one circulation.
    let (width, rows) = (census.columns + 1, census.rows + 1);
    let step = |cell: usize, from_row: bool| {
        let (row, column) = (cell / width, cell % width);
        let corner = (row == census.rows) != (column == census.columns);
        let mut direction = if from_row { 1 } else { -1 };
        if corner {
            direction = -direction;
        }
        direction
    };
    let (start_row, start_column) = (target / width, target % width);
    let forward = step(target, true) == sign;
    let (from, to) =
        if forward { (rows + start_column, start_row) } else { (start_row, rows + start_column) };
    let mut before: Vec<Option<(usize, usize)>> = vec![None; rows + width];
    let mut queue = std::collections::VecDeque::from([from]);
    let mut seen = vec![false; rows + width];
    seen[from] = true;
    while let Some(node) = queue.pop_front() {
        for other in 0..rows + width {
            let from_row = node < rows;
            if seen[other] || (other < rows) == from_row {
                continue;
            }
            let cell = if from_row { node * width + other - rows } else { other * width + node - rows };
            let change = step(cell, from_row);
            if cell != target && printed[cell].is_none() && table[cell] + change >= 0 {
                (seen[other], before[other]) = (true, Some((node, cell)));
                queue.push_back(other);
            }
        }
    }
    if !seen[to] || table[target] + sign < 0 || printed[target].is_some() {
        return false;
    }
    let mut node = to;
    while let Some((previous, cell)) = before[node] {
        table[cell] += step(cell, previous < rows);
        node = previous;
    }
    table[target] += sign;
    true
}

fn check_sums(census: &Census, table: &[i64]) {
    for sum in &census.model.sums {
        assert_eq!(table[sum.whole], sum.parts.iter().map(|p| table[*p]).sum::<i64>());
    }
}

fn random(dice: &mut Dice) -> Vec<Vec<u64>> {
    let (rows, columns) = (2 + dice.roll(5) as usize, 2 + dice.roll(4) as usize);
    let most = [3, 8, 20][dice.roll(3) as usize];
    (0..rows)
        .map(|_| (0..columns).map(|_| if dice.roll(4) == 0 { 0 } else { dice.roll(most) }).collect())
        .collect()
}

#[test]
fn no_hidden_cell_of_a_random_table_is_narrower_than_the_threshold() {
    let mut hidden = 0;
    for seed in 0..1000 {
        let mut census = Census::new(&random(&mut Dice(seed)));
        check_sums(&census, &census.model.cells.iter().map(|c| c.value as i64).collect::<Vec<_>>());
        census.model.protect(RULES);
        for cell in 0..census.model.cells.len() {
            let value = census.model.cells[cell].value;
            if !census.model.is_hidden(cell) {
                assert!(value == 0.0 || value >= 5.0, "seed {seed}: {value} is shown");
                continue;
            }
            hidden += 1;
            let (low, high) = attack(&census, cell);
            assert!(high - low >= 5, "seed {seed}, cell {}: {low}..{high}", census.model.label(cell));
        }
    }
    assert!(hidden > 5_000, "{hidden}");
}

#[test]
fn the_attack_finds_what_is_left_open() {
    let mut census = Census::new(&[vec![3, 20], vec![12, 30]]);
    census.model.hide(0, Reason::Small);
    assert_eq!(attack(&census, 0), (3, 3));
    let (row, column) = (census.at(0, 1), census.at(1, 0));
    census.model.hide(row, Reason::Small);
    census.model.hide(column, Reason::Small);
    assert_eq!(attack(&census, 0), (3, 3), "three corners of a rectangle are no cycle");
    census.model.hide(census.at(1, 1), Reason::Small);
    assert_eq!(attack(&census, 0), (0, 15));
    let (low, high) = bounds(&census.model, 0, 5.0);
    assert!((low - 0.0).abs() < 1e-6 && (high - 15.0).abs() < 1e-6, "{low}..{high}");
}

#[test]
fn one_hidden_cell_takes_the_smallest_other_with_it() {
    let mut model = Model::default();
    let whole = model.push("510100", "x", 50.0, 50.0, true);
    let parts: Vec<usize> =
        [3.0, 17.0, 8.0, 0.0, 22.0].iter().map(|v| model.push("u", "x", *v, *v, true)).collect();
    model.sum(whole, parts.clone());
    model.protect(RULES);
    let hidden: Vec<f64> = model.cells.iter().filter(|c| c.hidden.is_some()).map(|c| c.value).collect();
    assert_eq!(hidden, [3.0, 8.0]);
    assert_eq!(model.cells[parts[2]].hidden, Some(Reason::Margin { of: "u/x".into() }));
}

#[test]
fn a_total_that_gives_its_parts_away_is_dropped() {
    let mut model = Model::default();
    let whole = model.push("510100", "x", 3.0, 3.0, false);
    let parts = vec![model.push("a", "x", 2.0, 2.0, true), model.push("b", "x", 1.0, 1.0, true)];
    model.sum(whole, parts);
    model.protect(RULES);
    assert!(model.is_hidden(whole));
}

#[test]
fn a_rate_of_few_answers_is_hidden_with_a_second_one() {
    let mut model = Model::default();
    let (mut tops, mut bottoms) = (Vec::new(), Vec::new());
    for (n, x) in [(60.0, 50.0), (7.0, 7.0), (20.0, 15.0), (33.0, 28.0)] {
        let unit = format!("u{n}");
        let bottom = model.push(&unit, "n", n, n, true);
        let top = model.push(&unit, "x", x, n, false);
        model.share(bottom, top);
        tops.push(top);
        bottoms.push(bottom);
    }
    model.sum(tops[0], tops[1..].to_vec());
    model.sum(bottoms[0], bottoms[1..].to_vec());
    model.protect(RULES);
    let hidden: Vec<usize> = (0..model.cells.len()).filter(|c| model.is_hidden(*c)).collect();
    assert_eq!(hidden, [tops[1], tops[2]]);
}

/// A census whose inner cells are all hidden.
fn all_hidden(values: &[Vec<u64>]) -> Census {
    let mut census = Census::new(values);
    for row in 0..census.rows {
        for column in 0..census.columns {
            census.model.hide(census.at(row, column), Reason::Small);
        }
    }
    census
}

#[test]
fn a_swap_is_found_where_cells_make_a_rectangle() {
    let census = all_hidden(&[vec![3, 20], vec![12, 30]]);
    let audit = audit::Audit::new(&census.model, 5.0);
    let at = |row, column| census.at(row, column);
    let witness = [(at(0, 0), 8.0), (at(0, 1), 15.0), (at(1, 0), 7.0), (at(1, 1), 35.0)];
    assert_eq!(audit.swap(&census.model, 0, 5.0), Some(witness.into()));
    assert_eq!(audit.swap(&census.model, 0, -4.0), None, "below nothing");
    assert_eq!(audit.swap(&census.model, at(2, 0), 5.0), None, "a total that is shown");
}

#[test]
fn a_swap_is_spread_over_cells_each_too_small_for_it() {
    let census = all_hidden(&[vec![3, 9], vec![2, 2], vec![3, 3], vec![2, 2]]);
    let audit = audit::Audit::new(&census.model, 5.0);
    let found = audit.swap(&census.model, 0, 5.0).unwrap();
    let value = |cell: usize| found.get(&cell).copied().unwrap_or(census.model.cells[cell].value);
    let table: Vec<i64> = (0..census.model.cells.len()).map(|c| value(c) as i64).collect();
    check_sums(&census, &table);
    assert_eq!((table[0], table.iter().min()), (8, Some(&0)));
}

#[test]
fn units_of_very_many_cells_are_proven_with_fewer_neighbours() {
    let values: Vec<Vec<u64>> = (0..9).map(|row| (0..60).map(|c| 2 + (row * c) % 7).collect()).collect();
    let census = all_hidden(&values);
    let first: Vec<usize> = (0..60).collect();
    assert_eq!(audit::Audit::new(&census.model, 5.0).prove(&census.model, first), Vec::<usize>::new());
}

#[test]
fn sizes_once_told_cannot_be_left_out_again() {
    use crate::public::released::Released;
    let period: Period = "2025Q1".parse().unwrap();
    let told = Released { told: [(12, "12".to_owned())].into(), ..Released::default() };
    let hidden = Released { hidden: true, ..Released::default() };
    let said = |id: &str, what: &Released| Said::from([(id.to_owned(), what.clone())]);
    assert!(sizes_were_told(&said("2025Q1/微型/counted_c", &told), period));
    assert!(!sizes_were_told(&said("2025Q1/微型/counted_c", &hidden), period), "hidden tells nothing");
    assert!(!sizes_were_told(&said("2024Q4/微型/counted_c", &told), period), "another period");
    assert!(!sizes_were_told(&said("2025Q1/510104/counted_c", &told), period), "no size class");
}

#[test]
fn a_search_for_whole_numbers_that_would_not_end_is_given_up() {
    // Few tables keep several sums of large odd weights: searching all of them takes longer than anyone waits.
    let (mut model, mut dice) = (Model::default(), Dice(7));
    for n in 0..40 {
        let value = (5 + dice.roll(9)) as f64;
        let cell = model.push("510114", &format!("c{n}"), value, value, true);
        model.hide(cell, Reason::Small);
    }
    for _ in 0..5 {
        let terms: Vec<(usize, f64)> = (0..40).map(|c| (c, (1 + dice.roll(997)) as f64)).collect();
        let at_most = terms.iter().map(|(c, k)| k * model.cells[*c].value).sum();
        let opposite = terms.iter().map(|(c, k)| (*c, -k)).collect();
        model.limits.push(Limit { terms, at_most });
        model.limits.push(Limit { terms: opposite, at_most: -at_most });
    }
    let (low, high) = bounds(&model, 0, RULES.threshold);
    let value = model.cells[0].value;
    assert!(low <= value && value <= high, "{low} {value} {high}");
}

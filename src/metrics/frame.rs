//! Facts as a lazy Polars frame, and the one way they are summed.

use std::collections::HashMap;
use std::sync::Arc;

use polars::prelude::*;

use super::catalogue::Level;
use super::facts::Facts;

/// Column of the groups of a level.
fn group(level: Level) -> Expr {
    match level {
        Level::City => lit("").alias("unit"),
        Level::District => col("district").alias("unit"),
        Level::Agency => col("agency").alias("unit"),
        Level::Category => col("category").alias("unit"),
        Level::Size => col("size").alias("unit"),
    }
}

/// A number of the facts, wide enough to be computed with.
pub(super) fn whole(name: impl Into<PlSmallStr>) -> Expr {
    col(name).cast(DataType::Int64)
}

/// Facts as a frame, in which an agency is a number: its place among the names.
pub(super) struct Table {
    frame: DataFrame,
    agencies: Vec<Arc<str>>,
}

impl Table {
    /// The units of an outcome, as [`super::UnitOf::group`] has them.
    fn units(&self, out: &DataFrame, level: Level) -> PolarsResult<Vec<String>> {
        let units = out.column("unit")?.cast(&DataType::String)?;
        let name = |unit: &str| match level {
            Level::Agency => unit.parse().ok().and_then(|at: usize| self.agencies.get(at)).map(|a| &**a),
            _ => None,
        };
        Ok(units.str()?.iter().flatten().map(|unit| name(unit).unwrap_or(unit).to_owned()).collect())
    }

    /// Whether a fact belongs to a unit.
    fn is_of(&self, level: Level, unit: &str) -> Expr {
        let place = || self.agencies.iter().position(|a| **a == *unit).map(|at| at.to_string());
        let unit = if level == Level::Agency { place().unwrap_or_default() } else { unit.to_owned() };
        group(level).cast(DataType::String).eq(lit(unit))
    }
}

/// Every name once, and the place of each row's among them.
fn agencies(facts: &Facts) -> (Vec<Arc<str>>, Vec<i32>) {
    let (mut names, mut known) = (Vec::new(), HashMap::new());
    let mut place = |name: &Arc<str>| {
        *known.entry(Arc::clone(name)).or_insert_with(|| {
            names.push(Arc::clone(name));
            names.len() as i32 - 1
        })
    };
    let places = facts.rows.iter().map(|r| place(&r.agency)).collect();
    (names, places)
}

/// The facts as a frame; column order is that of the facts.
pub(super) fn table(facts: &Facts) -> PolarsResult<Table> {
    let rows = &facts.rows;
    let (agencies, places) = agencies(facts);
    let whole =
        |index: &dyn Fn(&super::Fact) -> i8| rows.iter().map(|row| i32::from(index(row))).collect::<Vec<_>>();
    let mut all: Vec<Column> = vec![
        Column::new("district".into(), whole(&|r| r.district)),
        Column::new("agency".into(), places),
        Column::new("size".into(), whole(&|r| r.size)),
        Column::new("category".into(), whole(&|r| r.category)),
        Column::new("city".into(), rows.iter().map(|r| r.city).collect::<Vec<_>>()),
        Column::new("fact".into(), (0..rows.len() as u32).collect::<Vec<_>>()),
    ];
    all.extend(facts.numbers().map(|(name, numbers)| numbers.column(name)));
    Ok(Table { frame: DataFrame::new(rows.len(), all)?, agencies })
}

/// Sums of `terms` for every unit of a level, as (unit, sums in the order of the terms).
pub(super) fn sums(table: &Table, level: Level, terms: &[Expr]) -> PolarsResult<Vec<(String, Vec<i64>)>> {
    let named: Vec<Expr> = terms
        .iter()
        .enumerate()
        .map(|(i, t)| t.clone().cast(DataType::Int64).sum().alias(format!("t{i}")))
        .collect();
    let mut lazy = table.frame.clone().lazy();
    if level == Level::City {
        lazy = lazy.filter(col("city"));
    }
    let out = lazy.group_by_stable([group(level)]).agg(named).collect()?;
    let mut rows: Vec<(String, Vec<i64>)> =
        table.units(&out, level)?.into_iter().map(|u| (u, Vec::with_capacity(terms.len()))).collect();
    for i in 0..terms.len() {
        let column = out.column(&format!("t{i}"))?.i64()?;
        for (row, value) in rows.iter_mut().zip(column.iter()) {
            row.1.push(value.unwrap_or(0));
        }
    }
    Ok(rows)
}

/// Values of `terms` for every fact of one unit, as (index of the fact, values).
pub(super) fn each(
    table: &Table,
    level: Level,
    unit: &str,
    terms: &[Expr],
) -> PolarsResult<Vec<(u32, Vec<i64>)>> {
    let mut picked: Vec<Expr> = vec![col("fact")];
    picked.extend(
        terms.iter().enumerate().map(|(i, t)| t.clone().cast(DataType::Int64).alias(format!("t{i}"))),
    );
    let mut lazy = table.frame.clone().lazy();
    lazy = match level {
        Level::City => lazy.filter(col("city")),
        _ => lazy.filter(table.is_of(level, unit)),
    };
    let out = lazy.select(picked).collect()?;
    let facts = out.column("fact")?.u32()?.iter().map(|f| f.unwrap_or(0)).collect::<Vec<_>>();
    let mut rows: Vec<(u32, Vec<i64>)> = facts.into_iter().map(|f| (f, Vec::new())).collect();
    for i in 0..terms.len() {
        let column = out.column(&format!("t{i}"))?.i64()?;
        for (row, value) in rows.iter_mut().zip(column.iter()) {
            row.1.push(value.unwrap_or(0));
        }
    }
    Ok(rows)
}

/// Twice the median of the days of matched pairs, and their number, for every unit.
pub(super) fn median_days(table: &Table, level: Level) -> PolarsResult<Vec<(String, i64, i64)>> {
    let out = table
        .frame
        .clone()
        .lazy()
        .filter(whole("matched").eq(lit(1i64)))
        .group_by_stable([group(level)])
        .agg([
            (col("days").median() * lit(2.0)).alias("twice"),
            col("days").count().cast(DataType::Int64).alias("n"),
        ])
        .collect()?;
    let units = table.units(&out, level)?;
    let (twice, n) = (out.column("twice")?.f64()?, out.column("n")?.i64()?);
    let rows = units.into_iter().zip(twice.iter()).zip(n.iter());
    Ok(rows.map(|((u, t), n)| (u, t.unwrap_or(0.0).round() as i64, n.unwrap_or(0))).collect())
}

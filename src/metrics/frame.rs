//! Facts as a lazy Polars frame, and the one way they are summed.

use polars::prelude::*;

use super::catalogue::Level;
use super::facts::Facts;

/// Column of the groups of a level.
fn group(level: Level) -> Expr {
    match level {
        Level::City => lit("").alias("unit"),
        Level::District => col("district").cast(DataType::String).alias("unit"),
        Level::Agency => col("agency").alias("unit"),
        Level::Category => col("category").cast(DataType::String).alias("unit"),
        Level::Size => col("size").cast(DataType::String).alias("unit"),
    }
}

/// The facts as a frame; column order is that of the facts.
pub(super) fn frame(facts: &Facts) -> PolarsResult<DataFrame> {
    let rows = &facts.rows;
    let mut all: Vec<Column> = vec![
        Column::new("district".into(), rows.iter().map(|r| r.district).collect::<Vec<_>>()),
        Column::new("agency".into(), rows.iter().map(|r| &*r.agency).collect::<Vec<_>>()),
        Column::new("size".into(), rows.iter().map(|r| r.size).collect::<Vec<_>>()),
        Column::new("category".into(), rows.iter().map(|r| r.category).collect::<Vec<_>>()),
        Column::new("city".into(), rows.iter().map(|r| r.city).collect::<Vec<_>>()),
        Column::new("fact".into(), (0..rows.len() as u32).collect::<Vec<_>>()),
    ];
    for (at, name) in facts.columns.iter().enumerate() {
        all.push(Column::new(name.as_str().into(), rows.iter().map(|r| r.numbers[at]).collect::<Vec<_>>()));
    }
    DataFrame::new(rows.len(), all)
}

/// Sums of `terms` for every unit of a level, as (unit, sums in the order of the terms).
pub(super) fn sums(frame: &DataFrame, level: Level, terms: &[Expr]) -> PolarsResult<Vec<(String, Vec<i64>)>> {
    let named: Vec<Expr> = terms
        .iter()
        .enumerate()
        .map(|(i, t)| t.clone().cast(DataType::Int64).sum().alias(format!("t{i}")))
        .collect();
    let mut lazy = frame.clone().lazy();
    if level == Level::City {
        lazy = lazy.filter(col("city"));
    }
    let out = lazy.group_by_stable([group(level)]).agg(named).collect()?;
    let units = out.column("unit")?.str()?.iter().map(|u| u.unwrap_or("").to_owned()).collect::<Vec<_>>();
    let mut rows: Vec<(String, Vec<i64>)> =
        units.into_iter().map(|u| (u, Vec::with_capacity(terms.len()))).collect();
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
    frame: &DataFrame,
    level: Level,
    unit: &str,
    terms: &[Expr],
) -> PolarsResult<Vec<(u32, Vec<i64>)>> {
    let mut picked: Vec<Expr> = vec![col("fact")];
    picked.extend(
        terms.iter().enumerate().map(|(i, t)| t.clone().cast(DataType::Int64).alias(format!("t{i}"))),
    );
    let mut lazy = frame.clone().lazy();
    lazy = match level {
        Level::City => lazy.filter(col("city")),
        _ => lazy.filter(group(level).eq(lit(unit.to_owned()))),
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
pub(super) fn median_days(frame: &DataFrame, level: Level) -> PolarsResult<Vec<(String, i64, i64)>> {
    let out = frame
        .clone()
        .lazy()
        .filter(col("matched").eq(lit(1i64)))
        .group_by_stable([group(level)])
        .agg([
            (col("days").median() * lit(2.0)).alias("twice"),
            col("days").count().cast(DataType::Int64).alias("n"),
        ])
        .collect()?;
    let units = out.column("unit")?.str()?;
    let (twice, n) = (out.column("twice")?.f64()?, out.column("n")?.i64()?);
    let rows = units.iter().zip(twice.iter()).zip(n.iter());
    Ok(rows
        .map(|((u, t), n)| (u.unwrap_or("").to_owned(), t.unwrap_or(0.0).round() as i64, n.unwrap_or(0)))
        .collect())
}

//! How much the composite depends on what 基本满意 is worth: the same returns, scored anew.
//!
//! The score of 基本满意 is this project's choice and not the standard's, so a report shows what
//! other choices would give. Whole numbers throughout, as in the metric itself.

use crate::metrics::catalogue::{COMPOSITE_SCALE, SCORE_SCALE};
use crate::metrics::{Frame, Level, Measured, RATINGS, composite_of, fixed};

/// Scores of 基本满意 that a report tries besides its own.
pub const ALTERNATIVES: [f64; 4] = [50.0, 60.0, 80.0, 90.0];

/// The composite under one score of 基本满意.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    pub middle: f64,
    /// Exact value, 0 to 100.
    pub fraction: (i128, i128),
    /// As printed, two decimals.
    pub printed: String,
}

/// The composite of a unit under each of `middles` (0 to 100); empty where nobody answered.
pub fn sensitivity(measured: &Measured, level: Level, unit_code: &str, middles: &[f64]) -> Vec<Alternative> {
    let Some(unit) = measured.units.iter().find(|u| u.level == level && u.code == unit_code) else {
        return Vec::new();
    };
    let levels = ratings(measured, level, &unit.group);
    middles.iter().filter_map(|middle| alternative(&levels, *middle)).collect()
}

fn alternative(levels: &[[Option<usize>; 4]], middle: f64) -> Option<Alternative> {
    let scaled = (middle * SCORE_SCALE as f64).round() as i64;
    let scores: Vec<i64> = levels.iter().filter_map(|l| composite_of(*l, scaled)).collect();
    let sum: i128 = scores.iter().map(|s| i128::from(*s)).sum();
    let fraction = (sum, i128::from(COMPOSITE_SCALE) * scores.len() as i128);
    (!scores.is_empty()).then(|| Alternative { middle, fraction, printed: fixed(fraction.0, fraction.1, 2) })
}

/// Levels (0 for 满意 to 2) of the four ratings of every return of a unit.
fn ratings(measured: &Measured, level: Level, group: &str) -> Vec<[Option<usize>; 4]> {
    let frame = if level == Level::Category { Frame::SatisfactionByCategory } else { Frame::Satisfaction };
    let Some(facts) = measured.facts.get(&frame) else { return Vec::new() };
    let places = RATINGS.map(|item| ["a", "b", "c"].map(|what| facts.column(&format!("{item}_{what}"))));
    let marked = |row: usize, at: Option<usize>| at.and_then(|at| facts.number(row, at)) == Some(1);
    let rows = facts.rows.iter().enumerate();
    rows.filter(|(_, fact)| fact.falls_into(level, group) && (level != Level::City || fact.city))
        .map(|(row, _)| places.map(|item| item.iter().position(|at| marked(row, *at))))
        .collect()
}

//! Intervals for sentences about this quarter's projects as they are.
//!
//! The projects of a quarter are finite: their number is that of the counted C. When all
//! have answered, nothing is left to guess. `metrics.csv` carries the uncorrected interval.

use std::collections::HashSet;

use crate::metrics::{Definition, Fact, Figure, Frame, Level, Measured, Method};
use crate::stats::{Interval, wilson_finite};

/// Number of projects of the unit: its counted C.
pub fn projects(measured: &Measured, figure: &Figure) -> u64 {
    of_unit(measured, figure, Frame::Services).count() as u64
}

/// Whether every survey of the unit is of one of its projects: only then are the answers a part of
/// that whole. As many surveys as projects prove nothing, since some may have no C.
pub fn is_sample_of_projects(measured: &Measured, figure: &Figure) -> bool {
    let surveyed: HashSet<_> =
        of_unit(measured, figure, Frame::Services).filter_map(|service| service.with).collect();
    of_unit(measured, figure, Frame::Satisfaction).all(|survey| surveyed.contains(&survey.of))
}

/// The facts of a frame which fall into the unit of the figure.
fn of_unit<'a>(measured: &'a Measured, figure: &Figure, frame: Frame) -> impl Iterator<Item = &'a Fact> {
    let unit = measured.units.iter().find(|u| u.level == figure.level && u.code == figure.unit_code);
    let rows = measured.facts.get(&frame).map(|facts| facts.rows.as_slice()).unwrap_or_default();
    unit.into_iter().flat_map(move |unit| rows.iter().filter(|fact| fact.falls_into(unit.level, &unit.group)))
}

/// Wilson's interval with the correction for the finite number of projects, in the figure's unit.
///
/// Only for satisfaction by project, i.e. the rates and the composite of the city, a district or an agency: needs are those of enterprises, whose
/// number nobody knows, and a return stands in several categories. More answers than projects (satisfaction without a C)
/// leave the interval uncorrected. `None` where it does not apply.
pub fn interval(measured: &Measured, figure: &Figure) -> Option<Interval> {
    let definition = Definition::of(figure.metric)?;
    if !definition.all_levels || matches!(figure.level, Level::Category | Level::Size) {
        return None;
    }
    let (x, n) = (figure.numerator?.as_f64(), figure.denominator? as f64);
    let population = projects(measured, figure) as f64;
    if n == 0.0 {
        return None;
    }
    match definition.method {
        Method::Wilson => Some(wilson_finite(x, n, population)),
        Method::WilsonOnMean => Some(wilson_finite(x / 100.0, n, population).scaled(100.0)),
        Method::Mover | Method::None => None,
    }
}

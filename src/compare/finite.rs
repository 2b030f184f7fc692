//! Intervals for sentences about this quarter's projects as they are.
//!
//! The projects of a quarter are finite: their number is that of the counted C. When all
//! have answered, nothing is left to guess. `metrics.csv` carries the uncorrected interval.

use crate::metrics::{Definition, Figure, Frame, Level, Measured, Method};
use crate::stats::{Interval, wilson_finite};

/// Number of projects of the unit: its counted C.
pub fn projects(measured: &Measured, figure: &Figure) -> u64 {
    let unit = measured.units.iter().find(|u| u.level == figure.level && u.code == figure.unit_code);
    let (Some(unit), Some(services)) = (unit, measured.facts.get(&Frame::Services)) else { return 0 };
    services.rows.iter().filter(|fact| fact.group(unit.level) == unit.group).count() as u64
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

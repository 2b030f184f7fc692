//! Axes: what a number means, which stretch is shown, where the ticks are.
//!
//! Ticks are whole multiples of a round step, counted in integers, so that no
//! rounding error reaches a label.

use super::svg::{SMALL, num};
use super::text::width_of;

/// Meaning of the numbers on an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// 0 to 1, printed as a percentage.
    #[default]
    Rate,
    /// 0 to 100.
    Score,
    /// 1 to 5.
    Level,
    /// Whole numbers from 0.
    Count,
}

/// The stretch of an axis that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// All values the unit can take.
    #[default]
    Full,
    /// From zero to the largest value.
    FromZero,
    /// Only the neighbourhood of the values; never for bars.
    Fit,
}

/// An axis as the caller asks for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// Printed beside the axis, e.g. `满意率`; may be empty.
    pub title: String,
    pub unit: Unit,
    pub span: Span,
}

impl Axis {
    pub fn new(title: impl Into<String>, unit: Unit, span: Span) -> Self {
        Self { title: title.into(), unit, span }
    }
}

/// An axis with its stretch settled, from value to pixel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    unit: Unit,
    /// First and last tick, in steps.
    first: i64,
    last: i64,
    step: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// Settles the stretch for `values` over the pixels `from` to `to`
    /// (which may run downwards), with about `ticks` intervals.
    pub(super) fn new(axis: &Axis, values: &[f64], (from, to): (f64, f64), ticks: f64) -> Self {
        let (lo, hi) = stretch(axis, values);
        let step = round_step((hi - lo) / ticks.max(1.0), axis.unit);
        let first = (lo / step + 1e-9).floor() as i64;
        let last = ((hi / step - 1e-9).ceil() as i64).max(first + 1);
        Self { unit: axis.unit, first, last, step, from, to }
    }

    /// Pixel of a value; values off the axis sit at its end.
    pub(super) fn at(&self, value: f64) -> f64 {
        self.beyond(value).clamp(self.from.min(self.to), self.from.max(self.to))
    }

    /// Pixel of a value even where that is off the axis.
    pub(super) fn beyond(&self, value: f64) -> f64 {
        let (first, last) = (self.first as f64, self.last as f64);
        self.from + (value / self.step - first) / (last - first) * (self.to - self.from)
    }

    /// First and last pixel, in ascending order.
    pub(super) fn pixels(&self) -> (f64, f64) {
        (self.from.min(self.to), self.from.max(self.to))
    }

    /// Ticks as pixel and label.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        (self.first..=self.last)
            .map(|k| {
                let value = k as f64 * self.step;
                (self.at(value), self.label(value))
            })
            .collect()
    }

    /// Width of the widest tick label.
    pub(super) fn label_width(&self) -> f64 {
        self.ticks().iter().map(|(_, label)| width_of(label, SMALL)).fold(0.0, f64::max)
    }

    fn label(&self, value: f64) -> String {
        let (value, step) =
            if self.unit == Unit::Rate { (value * 100.0, self.step * 100.0) } else { (value, self.step) };
        let whole = (step - step.round()).abs() < 1e-9;
        let number = if whole { format!("{value:.0}") } else { num(value).trim_end_matches('0').to_owned() };
        let number = number.trim_end_matches('.');
        if self.unit == Unit::Rate { format!("{number}%") } else { number.to_owned() }
    }
}

/// Lowest and highest value to be shown.
fn stretch(axis: &Axis, values: &[f64]) -> (f64, f64) {
    let (floor, ceiling, narrowest) = match axis.unit {
        Unit::Rate => (0.0, 1.0, 0.1),
        Unit::Score => (0.0, 100.0, 10.0),
        Unit::Level => return (1.0, 5.0),
        Unit::Count => (0.0, f64::INFINITY, 5.0),
    };
    let lo = values.iter().copied().fold(f64::INFINITY, f64::min).clamp(floor, ceiling);
    let hi = values.iter().copied().fold(f64::NEG_INFINITY, f64::max).clamp(floor, ceiling);
    if values.is_empty() || (axis.span == Span::Full && ceiling.is_finite()) {
        return (floor, if ceiling.is_finite() { ceiling } else { narrowest });
    }
    if axis.span != Span::Fit {
        return (floor, (hi * 1.04).max(narrowest).min(ceiling));
    }
    let pad = ((hi - lo) * 0.06).max((narrowest - (hi - lo)) / 2.0);
    let (lo, hi) = ((lo - pad).max(floor), (hi + pad).min(ceiling));
    (lo.min(hi - narrowest / 2.0).max(floor), hi.max(lo + narrowest / 2.0))
}

/// The smallest step of 1, 2 or 5 (or 25 for shares) times a power of ten that is not below `wanted`.
fn round_step(wanted: f64, unit: Unit) -> f64 {
    let least = match unit {
        Unit::Rate => 0.01,
        Unit::Score | Unit::Level | Unit::Count => 1.0,
    };
    if unit == Unit::Level {
        return 1.0;
    }
    let power = 10f64.powf(wanted.max(least).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|s| s * power);
    steps.into_iter().find(|s| *s >= wanted * 0.999).unwrap_or(10.0 * power).max(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(unit: Unit, span: Span, values: &[f64]) -> Vec<String> {
        let scale = Scale::new(&Axis::new("", unit, span), values, (0.0, 100.0), 5.0);
        scale.ticks().into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn a_full_rate_has_six_ticks() {
        assert_eq!(labels(Unit::Rate, Span::Full, &[0.3]), ["0%", "20%", "40%", "60%", "80%", "100%"]);
    }

    #[test]
    fn a_fitted_rate_stays_inside_nought_and_one() {
        assert_eq!(labels(Unit::Rate, Span::Fit, &[0.93, 1.0]), ["90%", "92%", "94%", "96%", "98%", "100%"]);
        assert_eq!(labels(Unit::Rate, Span::Fit, &[0.0, 0.0]).first().map(String::as_str), Some("0%"));
    }

    #[test]
    fn levels_and_counts() {
        assert_eq!(labels(Unit::Level, Span::Fit, &[2.0]), ["1", "2", "3", "4", "5"]);
        assert_eq!(labels(Unit::Count, Span::Full, &[83.0]), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(labels(Unit::Count, Span::Full, &[]), ["0", "1", "2", "3", "4", "5"]);
    }

    #[test]
    fn equal_values_still_make_an_axis() {
        assert!(labels(Unit::Score, Span::Fit, &[86.25; 4]).len() >= 3);
        assert!(labels(Unit::Score, Span::Fit, &[100.0; 4]).len() >= 3);
    }
}

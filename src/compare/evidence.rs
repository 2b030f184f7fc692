//! What a figure rests on, as counts, and how two of them are tested.
//!
//! Rates: Newcombe's interval, Fisher's exact test or pooled z. Scores of one item: MOVER limits and
//! the z test of a three-level score. The composite has only a mean per return; it is tested as its interval
//! is made, with the variance of a two-point answer at that mean, which no set of scores between 0 and 100 exceeds.
//! So interval and test err on the same, the silent side.

use crate::metrics::{Definition, Figure, Level, Measured, Method};
use crate::settings;
use crate::stats::{self, Interval};

/// Counts behind a figure, or behind a group that has no figure of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Evidence {
    /// Numerator over `scale`, and denominator.
    mantissa: i64,
    scale: i64,
    pub n: i64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Rate,
    /// 满意, 基本满意, 不满意; score of 基本满意.
    Score([i64; 3], f64),
    /// Scores between 0 and 100.
    Mean,
}

impl Evidence {
    /// The evidence of a figure that has an interval.
    pub fn of(measured: &Measured, figure: &Figure, settings: &settings::Metrics) -> Option<Self> {
        let numerator = figure.numerator?;
        let kind = match Definition::of(figure.metric)?.method {
            Method::None => return None,
            Method::Wilson => Kind::Rate,
            Method::Mover => Kind::Score(levels(measured, figure)?, settings.middle_score),
            Method::WilsonOnMean => Kind::Mean,
        };
        Some(Self { mantissa: numerator.mantissa, scale: numerator.scale, n: figure.denominator?, kind })
    }

    /// A rate of `x` in `n`.
    pub fn rate(x: i64, n: i64) -> Self {
        Self { mantissa: x, scale: 1, n, kind: Kind::Rate }
    }

    /// A three-level score.
    #[cfg(test)]
    pub fn score(levels: [i64; 3], middle: f64) -> Self {
        let mantissa = 100 * levels[0] + middle as i64 * levels[1];
        Self { mantissa, scale: 1, n: levels.iter().sum(), kind: Kind::Score(levels, middle) }
    }

    /// A mean of `n` scores whose sum is `mantissa / scale`.
    #[cfg(test)]
    pub fn mean(mantissa: i64, scale: i64, n: i64) -> Self {
        Self { mantissa, scale, n, kind: Kind::Mean }
    }

    /// This group without a part of it; `None` where the part does not lie within or nothing is left.
    pub fn without(&self, part: &Self) -> Option<Self> {
        let kind = match (self.kind, part.kind) {
            (Kind::Score(all, middle), Kind::Score(some, _)) => {
                let left = [0, 1, 2].map(|i| all[i] - some[i]);
                if left.iter().any(|n| *n < 0) {
                    return None;
                }
                Kind::Score(left, middle)
            }
            (kind, _) => kind,
        };
        let left = Self { mantissa: self.mantissa - part.mantissa, n: self.n - part.n, kind, ..*self };
        (left.n > 0 && left.mantissa >= 0).then_some(left)
    }

    /// The value as an exact fraction; the denominator is above 0 wherever a figure has one.
    pub fn fraction(&self) -> (i128, i128) {
        (i128::from(self.mantissa), i128::from(self.scale) * i128::from(self.n.max(1)))
    }

    /// This value less another, exactly.
    pub fn less(&self, other: &Self) -> (i128, i128) {
        let ((a, b), (c, d)) = (self.fraction(), other.fraction());
        // Both have the same scale: taking it once keeps the product small.
        let (b, d, scale) = if self.scale == other.scale {
            (b / i128::from(self.scale), d / i128::from(self.scale), i128::from(self.scale))
        } else {
            (b, d, 1)
        };
        (a * d - c * b, b * d * scale)
    }

    /// 95 % interval of the difference and two-sided p.
    pub fn test(&self, base: &Self) -> (Interval, f64) {
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        match (self.kind, base.kind) {
            (Kind::Score(ours, middle), Kind::Score(theirs, _)) => {
                let (ours, theirs) = (ours.map(count), theirs.map(count));
                let limits = mover(self, stats::mover(ours, middle), base, stats::mover(theirs, middle));
                (limits, stats::score_difference_p(ours, theirs, middle))
            }
            (Kind::Mean, _) => {
                let limits = mover(self, self.of_mean(), base, base.of_mean());
                let ((x1, n1), (x2, n2)) = (self.hundredths(), base.hundredths());
                (limits, stats::pooled_z(x1, n1, x2, n2).1)
            }
            _ => {
                let (x1, n1) = (count(self.mantissa), count(self.n));
                let (x2, n2) = (count(base.mantissa), count(base.n));
                let limits = stats::newcombe_difference(x1 as f64, n1 as f64, x2 as f64, n2 as f64);
                (limits, stats::difference_p(x1, n1, x2, n2))
            }
        }
    }

    fn value(&self) -> f64 {
        let (numerator, denominator) = self.fraction();
        numerator as f64 / denominator as f64
    }

    /// Sum of scores over 100, and their number.
    fn hundredths(&self) -> (f64, f64) {
        (self.mantissa as f64 / self.scale as f64 / 100.0, self.n as f64)
    }

    fn of_mean(&self) -> Interval {
        let (x, n) = self.hundredths();
        stats::wilson(x, n).scaled(100.0)
    }
}

fn mover(ours: &Evidence, our_limits: Interval, base: &Evidence, base_limits: Interval) -> Interval {
    let limits = stats::mover_difference(ours.value(), our_limits, base.value(), base_limits);
    Interval { lower: limits.lower.max(-100.0), upper: limits.upper.min(100.0) }
}

/// Counts of the three levels, from the figures beside the score.
fn levels(measured: &Measured, figure: &Figure) -> Option<[i64; 3]> {
    let beside = |metric: &str| {
        let found = measured.figure(&figure.unit_code, &crate::metrics::name(metric, figure.item))?;
        (found.level == figure.level).then(|| found.numerator.map(|n| n.mantissa)).flatten()
    };
    let (a, ab) = (beside("satisfied_rate")?, beside("acceptable_rate")?);
    Some([a, ab - a, figure.denominator? - ab])
}

/// The figure of the city that a unit's figure is part of.
pub(super) fn of_city<'a>(measured: &'a Measured, figure: &Figure) -> Option<&'a Figure> {
    let city = measured.units_at(Level::City).next()?;
    measured.figure(&city.code, &figure.name()).filter(|f| f.level == Level::City)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_exact() {
        assert_eq!(Evidence::rate(2, 3).less(&Evidence::rate(1, 2)), (1, 6));
        let (a, b) = (Evidence::mean(1_735, 4, 5), Evidence::mean(300, 4, 1));
        assert_eq!(a.less(&b), (1_735 - 5 * 300, 5 * 4));
    }

    #[test]
    fn the_rest_is_the_whole_less_the_part() {
        let rest = Evidence::rate(20, 30).without(&Evidence::rate(5, 10)).unwrap();
        assert_eq!(rest, Evidence::rate(15, 20));
        assert_eq!(Evidence::rate(5, 10).without(&Evidence::rate(5, 10)), None);
        let rest = Evidence::score([9, 2, 1], 60.0).without(&Evidence::score([4, 2, 0], 60.0)).unwrap();
        assert_eq!(rest, Evidence::score([5, 0, 1], 60.0));
        assert_eq!(Evidence::score([3, 0, 9], 60.0).without(&Evidence::score([4, 0, 0], 60.0)), None);
    }

    #[test]
    fn tests_are_those_of_metrics_md() {
        let (limits, p) = Evidence::rate(56, 70).test(&Evidence::rate(48, 80));
        assert!((limits.lower - 0.0524).abs() < 5e-5 && (limits.upper - 0.3339).abs() < 5e-5);
        assert!((p - 0.008_045).abs() < 5e-7);
        let (_, p) = Evidence::rate(8, 10).test(&Evidence::rate(1, 6));
        assert!((p - 5.0 / 143.0).abs() < 1e-12, "few expected: Fisher");
        // With nobody in the middle a score is a rate.
        let (score, p_score) = Evidence::score([56, 0, 14], 60.0).test(&Evidence::score([48, 0, 32], 60.0));
        let (mean, p_mean) = Evidence::mean(5600, 1, 70).test(&Evidence::mean(4800, 1, 80));
        assert!((score.lower - limits.lower * 100.0).abs() < 1e-9 && (mean.upper - score.upper).abs() < 1e-9);
        assert!((p_score - 0.008_045).abs() < 5e-7 && (p_mean - p_score).abs() < 1e-12);
    }
}

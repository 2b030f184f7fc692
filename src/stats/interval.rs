//! Intervals for one rate or one score, all at 95 % unless a level is given.
//!
//! Wilson is the interval of every rate; MOVER carries it over to the three-level
//! score. The t interval must not be used: when all answers are equal its width is
//! 0, although ten contented people do not prove that everybody is.

use super::discrete::Discrete;

/// The normal quantile of 97.5 %, for two-sided 95 %.
pub const Z: f64 = 1.959963984540054;

/// Lower and upper limit, in the unit of the estimate they belong to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub lower: f64,
    pub upper: f64,
}

impl Interval {
    /// All that a rate can be: what is known of it when nobody answered.
    pub const RATE: Self = Self { lower: 0.0, upper: 1.0 };
    /// All that a score can be.
    pub const SCORE: Self = Self { lower: 0.0, upper: 100.0 };

    /// Whether `value` lies within, limits included.
    pub fn contains(self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }

    /// The same interval in another unit (100 turns a rate into a score).
    pub fn scaled(self, factor: f64) -> Self {
        Self { lower: self.lower * factor, upper: self.upper * factor }
    }
}

/// Wilson's 95 % score interval of the rate x/n (Wilson 1927; Newcombe 1998, method 3).
///
/// `x` need not be whole: for a mean score m of n people use x = m·n/100, which
/// is cautious, since no distribution on 0–100 varies more than the two-point one.
/// Exactly 0 at x = 0 and exactly 1 at x = n. n = 0 gives the whole range 0–1.
pub fn wilson(x: f64, n: f64) -> Interval {
    if !(n > 0.0 && n.is_finite() && x.is_finite()) {
        return Interval::RATE;
    }
    let x = x.clamp(0.0, n);
    let p = x / n;
    let centre = x + Z * Z / 2.0;
    let half = Z * (x * (n - x) / n + Z * Z / 4.0).sqrt();
    let whole = n + Z * Z;
    // Rounding must not push a limit past the estimate or out of the range.
    let lower = if x == 0.0 { 0.0 } else { ((centre - half) / whole).clamp(0.0, p) };
    let upper = if x == n { 1.0 } else { ((centre + half) / whole).clamp(p, 1.0) };
    Interval { lower, upper }
}

/// Wilson's interval for a finite population: n* = n(N−1)/(N−n) takes the place of n, p is unchanged.
///
/// For what is said of this quarter's projects as they are. n = N collapses to p.
/// A population smaller than its sample is a wrong roster: the uncorrected interval is given.
pub fn wilson_finite(x: f64, n: f64, population: f64) -> Interval {
    if n > 0.0 && n == population {
        let p = (x / n).clamp(0.0, 1.0);
        return Interval { lower: p, upper: p };
    }
    if !(n > 0.0 && population > n) {
        return wilson(x, n);
    }
    // x = n must stay exactly n* so that the upper limit stays exactly 1.
    let effective = n * (population - 1.0) / (population - n);
    let x_effective = if x >= n { effective } else { x / n * effective };
    wilson(x_effective, effective)
}

/// The exact interval of Clopper and Pearson (1934) for x of n at `level` (0.95).
///
/// Exactly 0 at x = 0 and 1 at x = n; n = 0 gives 0–1. An x above n counts as n.
pub fn clopper_pearson(x: u64, n: u64, level: f64) -> Interval {
    if n == 0 || level.is_nan() {
        return Interval::RATE;
    }
    let x = x.min(n);
    let tail = ((1.0 - level) / 2.0).clamp(0.0, 0.5);
    Interval { lower: exact_lower(x, n, tail), upper: exact_upper(x, n, tail) }
}

fn exact_upper(x: u64, n: u64, tail: f64) -> f64 {
    if x == 0 && n > 0 {
        // Closed form of 1 − tail^(1/n); the subtraction would cost digits for large n.
        return -(tail.ln() / n as f64).exp_m1();
    }
    1.0 - exact_lower(n - x, n, tail)
}

/// The p with P(X ≥ x) = tail: Newton's steps, kept inside a bracket that every step narrows.
///
/// `statrs` has an inverse of the incomplete beta function, but it stops at a loose
/// tolerance and its continued fraction is cut off for large n.
fn exact_lower(x: u64, n: u64, tail: f64) -> f64 {
    if x == 0 || tail <= 0.0 {
        return 0.0;
    }
    if x == n {
        return (tail.ln() / n as f64).exp();
    }
    let (mut low, mut high) = (0.0, x as f64 / n as f64);
    let mut p = wilson(x as f64, n as f64).lower;
    for _ in 0..200 {
        let dist = Discrete::binomial(n, p);
        let excess = dist.at_least(x) - tail;
        if excess > 0.0 {
            high = p
        } else {
            low = p
        }
        // d P(X ≥ x) / dp = x P(X = x) / p
        let mut next = p - excess * p / (x as f64 * dist.at(x));
        if !(next > low && next < high) {
            next = f64::midpoint(low, high);
        }
        let done = (next - p).abs() <= 2.0 * f64::EPSILON * p;
        p = next;
        if done {
            break;
        }
    }
    p
}

/// The three-level score 0–100 of `[满意, 基本满意, 不满意]`: 100 for the first, `mid` for the second.
/// `None` when nobody answered.
pub fn three_level_score(levels: [u64; 3], mid: f64) -> Option<f64> {
    let [a, b, c] = levels.map(|count| count as f64);
    let n = a + b + c;
    (n > 0.0).then(|| (100.0 * a + mid * b) / n)
}

/// 95 % interval, in points 0–100, of the three-level score of `[满意, 基本满意, 不满意]`.
///
/// MOVER (Zou and Donner 2008): the score is (100−mid)·p1 + mid·p2 with p1 the
/// share of 满意 and p2 that of at least 基本满意; their Wilson limits are joined with the
/// correlation of two nested shares. Equals 100 × Wilson when nobody chose the middle.
/// Nobody answering gives 0–100.
pub fn mover(levels: [u64; 3], mid: f64) -> Interval {
    let Some(score) = three_level_score(levels, mid) else {
        return Interval::SCORE;
    };
    let [a, b, c] = levels.map(|count| count as f64);
    let n = a + b + c;
    let (p1, p2) = (a / n, (a + b) / n);
    let (first, second) = (wilson(a, n), wilson(a + b, n));
    let correlation = nested_correlation(p1, p2);
    let reach = |d1: f64, d2: f64| {
        let (d1, d2) = ((100.0 - mid) * d1, mid * d2);
        (d1 * d1 + d2 * d2 + 2.0 * correlation * d1 * d2).max(0.0).sqrt()
    };
    let lower = score - reach(p1 - first.lower, p2 - second.lower);
    let upper = score + reach(first.upper - p1, second.upper - p2);
    Interval { lower: lower.max(0.0), upper: upper.min(100.0) }
}

/// Correlation of the estimates of p1 ≤ p2 where the first group lies within the second; 1 where it is 0/0.
fn nested_correlation(p1: f64, p2: f64) -> f64 {
    let root = (p1 * (1.0 - p1) * p2 * (1.0 - p2)).sqrt();
    if root > 0.0 { p1 * (1.0 - p2) / root } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(interval: Interval, lower: f64, upper: f64, within: f64) {
        let off = (interval.lower - lower).abs().max((interval.upper - upper).abs());
        assert!(off <= within, "{interval:?} is not {lower}–{upper}");
    }

    /// Newcombe 1998, tables I and II, and textbook values.
    #[test]
    fn wilson_gives_the_published_limits() {
        for (x, n, lower, upper) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
            (29, 29, 0.8830, 1.0),
            (5, 10, 0.2366, 0.7634),
            (8, 10, 0.4902, 0.9433),
            (10, 10, 0.7225, 1.0),
            (3, 3, 0.4385, 1.0),
        ] {
            near(wilson(f64::from(x), f64::from(n)), lower, upper, 0.5e-4);
        }
        assert_eq!(wilson(0.0, 20.0).lower, 0.0);
        assert_eq!(wilson(29.0, 29.0).upper, 1.0);
        assert_eq!(wilson(0.0, 0.0), Interval::RATE);
        assert_eq!(wilson(f64::NAN, 5.0), Interval::RATE);
    }

    #[test]
    fn wilson_on_a_mean_gives_the_reference_limits() {
        near(wilson(96.0 * 10.0 / 100.0, 10.0).scaled(100.0), 66.82, 99.65, 0.5e-2);
        near(wilson(90.0 * 30.0 / 100.0, 30.0).scaled(100.0), 74.38, 96.54, 0.5e-2);
    }

    #[test]
    fn a_finite_population_narrows_the_interval() {
        near(wilson_finite(27.0, 30.0, 40.0), 0.8323, 0.9423, 0.5e-4);
        near(wilson_finite(9.0, 10.0, 12.0), 0.7929, 0.9549, 0.5e-4);
        near(wilson_finite(12.0, 100.0, 400.0), 0.0752, 0.1861, 0.5e-4);
        assert_eq!(wilson_finite(27.0, 30.0, 30.0), Interval { lower: 0.9, upper: 0.9 });
        assert_eq!(wilson_finite(27.0, 30.0, 29.0), wilson(27.0, 30.0));
        assert_eq!(wilson_finite(0.0, 0.0, 0.0), Interval::RATE);
        assert_eq!(wilson_finite(7.0, 7.0, 30.0).upper, 1.0);
    }

    #[test]
    fn clopper_pearson_gives_the_published_limits() {
        near(clopper_pearson(81, 263, 0.95), 0.2527, 0.3676, 0.5e-4);
        near(clopper_pearson(15, 148, 0.95), 0.0578, 0.1617, 0.5e-4);
        near(clopper_pearson(0, 20, 0.95), 0.0, 0.1684, 0.5e-4);
        let exact = clopper_pearson(7, 50, 0.95);
        // Solved with 40 decimal digits. The widely quoted lower limit …033997342 is right to 7e-12 only.
        assert!((exact.lower / 0.058_191_700_340_372_085 - 1.0).abs() < 1e-14, "{exact:?}");
        assert!((exact.upper / 0.267_396_002_497_008_44 - 1.0).abs() < 1e-14, "{exact:?}");
        near(exact, 0.058_191_700_339_973_42, 0.267_396_002_497_008_46, 1e-12);
        assert_eq!(clopper_pearson(0, 0, 0.95), Interval::RATE);
        assert_eq!(clopper_pearson(4, 9, 1.0), Interval::RATE);
    }

    #[test]
    fn mover_gives_the_reference_limits() {
        for (levels, score, lower, upper) in [
            ([10, 0, 0], 100.0, 72.25, 100.0),
            ([9, 1, 0], 96.0, 67.18, 99.28),
            ([8, 1, 1], 86.0, 57.93, 95.74),
            ([27, 2, 1], 94.0, 81.40, 97.79),
            ([24, 5, 1], 90.0, 77.63, 95.05),
            ([0, 5, 0], 60.0, 33.93, 77.38),
        ] {
            assert_eq!(three_level_score(levels, 60.0), Some(score));
            near(mover(levels, 60.0), lower, upper, 0.5e-2);
        }
        assert_eq!(mover([0, 0, 0], 60.0), Interval::SCORE);
    }

    proptest! {
        #[test]
        fn wilson_holds_the_estimate_and_mirrors(n in 1u64..=1_000_000, share in 0.0f64..=1.0, whole: bool) {
            let n = n as f64;
            let x = if whole { (n * share).round() } else { n * share };
            let (here, mirrored) = (wilson(x, n), wilson(n - x, n));
            prop_assert!(here.contains(x / n) && here.lower >= 0.0 && here.upper <= 1.0);
            prop_assert!((here.lower - (1.0 - mirrored.upper)).abs() < 1e-12);
        }

        #[test]
        fn a_larger_population_never_narrows(n in 1u64..5000, share in 0.0f64..=1.0, more in 0u64..5000) {
            let x = (n as f64 * share).round();
            let smaller = wilson_finite(x, n as f64, (n + more) as f64);
            let larger = wilson_finite(x, n as f64, (n + more + 1) as f64);
            prop_assert!(smaller.contains(x / n as f64) || (smaller.lower - x / n as f64).abs() < 1e-12);
            prop_assert!(larger.upper - larger.lower >= smaller.upper - smaller.lower - 1e-12);
        }

        #[test]
        fn mover_is_wilson_without_a_middle(a in 0u64..100_000, c in 0u64..100_000, mid in 0.0f64..=100.0) {
            prop_assume!(a + c > 0);
            let rate = wilson(a as f64, (a + c) as f64).scaled(100.0);
            let score = mover([a, 0, c], mid);
            prop_assert!((rate.lower - score.lower).abs() < 1e-9 && (rate.upper - score.upper).abs() < 1e-9);
        }

        #[test]
        fn mover_holds_the_score(levels: [u16; 3], mid in 0.0f64..=100.0) {
            let levels = levels.map(u64::from);
            let interval = mover(levels, mid);
            let score = three_level_score(levels, mid).unwrap_or(50.0);
            prop_assert!(interval.lower <= score + 1e-9 && score - 1e-9 <= interval.upper);
            prop_assert!(interval.lower >= 0.0 && interval.upper <= 100.0);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn clopper_pearson_solves_its_own_equations(n in 1u64..=1_000_000, share in 0.0f64..=1.0) {
            let x = (n as f64 * share) as u64;
            let exact = clopper_pearson(x, n, 0.95);
            prop_assert!(exact.contains(x as f64 / n as f64) && exact.lower >= 0.0 && exact.upper <= 1.0);
            if x > 0 {
                prop_assert!((Discrete::binomial(n, exact.lower).at_least(x) - 0.025).abs() < 1e-7);
            }
            if x < n {
                prop_assert!((Discrete::binomial(n, exact.upper).at_most(x) - 0.025).abs() < 1e-7);
            }
        }
    }
}

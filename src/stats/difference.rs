//! Two rates, two scores, many p-values: has something changed?
//!
//! A difference is shown with its interval and tested apart from it; only where
//! both agree after adjustment may a report say 上升 or 下降 ([`significant`]).
//! Groups are taken as independent; overlap between quarters is the caller's to say.

use statrs::function::erf::erfc;

use super::discrete::Discrete;
use super::interval::{Interval, wilson};

/// Tables whose probability differs by less than this share count as equally probable.
const SAME_PROBABILITY: f64 = 1e-7;
/// Under this expected count the normal approximation is not trusted (Cochran 1954).
const SMALLEST_EXPECTED: f64 = 5.0;
const SIGNIFICANCE: f64 = 0.05;

/// Interval of `first − second` from each estimate and its interval, in their unit
/// (MOVER for independent estimates, Zou and Donner 2008).
pub fn mover_difference(first: f64, first_in: Interval, second: f64, second_in: Interval) -> Interval {
    let difference = first - second;
    let below = (first - first_in.lower).hypot(second_in.upper - second);
    let above = (first_in.upper - first).hypot(second - second_in.lower);
    Interval { lower: difference - below, upper: difference + above }
}

/// 95 % interval of x1/n1 − x2/n2 from Wilson limits (Newcombe 1998, method 10), within −1 to 1.
/// With no answers on one side nothing is known: −1 to 1.
pub fn newcombe_difference(x1: f64, n1: f64, x2: f64, n2: f64) -> Interval {
    if !(n1 > 0.0 && n2 > 0.0) {
        return Interval { lower: -1.0, upper: 1.0 };
    }
    let (first, second) = ((x1 / n1).clamp(0.0, 1.0), (x2 / n2).clamp(0.0, 1.0));
    let limits = mover_difference(first, wilson(x1, n1), second, wilson(x2, n2));
    Interval { lower: limits.lower.max(-1.0), upper: limits.upper.min(1.0) }
}

/// z and its two-sided p of the pooled two-sample test of x1/n1 against x2/n2.
///
/// `x` need not be whole (x = mean·n/100 of a composite score): then the test is cautious, as with
/// [`wilson`]. Equal certainty on both sides, or no answers on one, gives (0, 1).
pub fn pooled_z(x1: f64, n1: f64, x2: f64, n2: f64) -> (f64, f64) {
    let rate = (x1 + x2) / (n1 + n2);
    z_test(x1 / n1 - x2 / n2, rate * (1.0 - rate), n1, n2)
}

/// Two-sided p of a difference of two three-level scores `[满意, 基本满意, 不满意]` (0 to 100 points).
///
/// A two-sample z test whose variance is that of one answer over both groups together, as no
/// difference would have it; with nobody in the middle it is [`pooled_z`]. All answers equal, or none
/// on one side, gives 1.
pub fn score_difference_p(first: [u64; 3], second: [u64; 3], mid: f64) -> f64 {
    let sums = |levels: [u64; 3]| {
        let [a, b, c] = levels.map(|count| count as f64);
        (a + b + c, 100.0 * a + mid * b, 100.0 * 100.0 * a + mid * mid * b)
    };
    let ((n1, points1, squares1), (n2, points2, squares2)) = (sums(first), sums(second));
    let mean = (points1 + points2) / (n1 + n2);
    let variance = (squares1 + squares2) / (n1 + n2) - mean * mean;
    z_test(points1 / n1 - points2 / n2, variance, n1, n2).1
}

/// `variance` is that of one answer; anything degenerate (nobody, no variance) gives (0, 1).
fn z_test(difference: f64, variance: f64, n1: f64, n2: f64) -> (f64, f64) {
    let error = (variance * (1.0 / n1 + 1.0 / n2)).sqrt();
    let z = difference / error;
    // Equal answers leave rounding dust as variance: then the difference is dust as well.
    if !z.is_finite() || difference.abs() < 1e-12 {
        return (0.0, 1.0);
    }
    (z, erfc(z.abs() / std::f64::consts::SQRT_2))
}

/// Two-sided p of Fisher's exact test: all tables with the same margins that are not more probable.
/// A table with an empty margin gives 1.
pub fn fisher_exact(table: [[u64; 2]; 2]) -> f64 {
    let [[a, b], [c, d]] = table;
    Discrete::hypergeometric(a + b, a + c, a + b + c + d).no_more_probable_than(a, SAME_PROBABILITY)
}

/// Two-sided p of x1/n1 against x2/n2: Fisher's exact test where an expected count is under 5, else the
/// pooled z. 1 where there is nothing to compare (nobody on one side, all or none on both). x above n counts as n.
pub fn difference_p(x1: u64, n1: u64, x2: u64, n2: u64) -> f64 {
    let (x1, x2) = (x1.min(n1), x2.min(n2));
    let total = (n1 + n2) as f64;
    let fewest = (x1 + x2).min(n1 - x1 + n2 - x2) as f64;
    let expected = n1.min(n2) as f64 * fewest / total;
    if expected >= SMALLEST_EXPECTED {
        pooled_z(x1 as f64, n1 as f64, x2 as f64, n2 as f64).1
    } else {
        fisher_exact([[x1, n1 - x1], [x2, n2 - x2]])
    }
}

/// p-values of one family adjusted for the false discovery rate (Benjamini and Hochberg 1995), in input order.
/// A p that is not a number counts as 1.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let p: Vec<f64> = p_values.iter().map(|p| if p.is_nan() { 1.0 } else { *p }).collect();
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&i, &j| p[i].total_cmp(&p[j]));
    let mut adjusted = vec![1.0; p.len()];
    let mut smallest: f64 = 1.0;
    for (rank, &i) in order.iter().enumerate().rev() {
        smallest = smallest.min(p[i] * p.len() as f64 / (rank + 1) as f64);
        // p·m/m may round below p.
        adjusted[i] = smallest.max(p[i]);
    }
    adjusted
}

/// Whether words of change or rank may be printed: the interval of the difference
/// leaves out 0 and the adjusted p is under 0.05.
pub fn significant(difference: Interval, adjusted_p: f64) -> bool {
    (difference.lower > 0.0 || difference.upper < 0.0) && adjusted_p < SIGNIFICANCE
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Newcombe 1998 (interval estimation for the difference), table II, method 10.
    #[test]
    fn newcombe_gives_the_published_limits() {
        for (x1, n1, x2, n2, lower, upper) in [
            (56, 70, 48, 80, 0.0524, 0.3339),
            (9, 10, 3, 10, 0.1705, 0.8090),
            (6, 7, 2, 7, 0.0582, 0.8062),
            (5, 56, 0, 29, -0.0381, 0.1926),
            (0, 10, 0, 20, -0.1611, 0.2775),
            (10, 10, 0, 20, 0.6791, 1.0),
        ] {
            let limits = newcombe_difference(x1.into(), n1.into(), x2.into(), n2.into());
            assert!((limits.lower - lower).abs() <= 0.5e-4, "{limits:?}");
            assert!((limits.upper - upper).abs() <= 0.5e-4, "{limits:?}");
        }
        assert_eq!(newcombe_difference(0.0, 0.0, 3.0, 5.0), Interval { lower: -1.0, upper: 1.0 });
    }

    #[test]
    fn pooled_z_gives_the_reference_value() {
        let (z, p) = pooled_z(56.0, 70.0, 48.0, 80.0);
        assert!((z - 2.65017).abs() < 0.5e-5 && (p - 0.008045).abs() < 0.5e-6, "{z} {p}");
        assert_eq!(pooled_z(5.0, 5.0, 7.0, 7.0), (0.0, 1.0));
        assert_eq!(pooled_z(0.0, 0.0, 7.0, 9.0), (0.0, 1.0));
    }

    #[test]
    fn fisher_gives_the_exact_fractions() {
        assert!((fisher_exact([[8, 2], [1, 5]]) - 5.0 / 143.0).abs() < 1e-15);
        assert!((fisher_exact([[3, 1], [1, 3]]) - 17.0 / 35.0).abs() < 1e-15);
        assert!((fisher_exact([[56, 14], [48, 32]]) - 0.012_521_129_749_209_154).abs() < 1e-15);
        assert_eq!(fisher_exact([[0, 0], [3, 4]]), 1.0);
        assert_eq!(fisher_exact([[5, 0], [7, 0]]), 1.0);
        assert_eq!(fisher_exact([[0, 0], [0, 0]]), 1.0);
    }

    /// Expected values from exact integer arithmetic.
    #[test]
    fn fisher_stays_exact_on_large_tables() {
        for (table, p) in [
            ([[1200, 300], [1100, 400]], 1.878_719_478_525_098_6e-5),
            ([[3000, 2], [2990, 12]], 0.012_839_710_719_031_816),
            ([[9000, 1000], [8900, 1100]], 0.022_378_874_800_480_158),
            ([[90_000, 10_000], [89_700, 10_300]], 0.026_831_536_907_140_174),
        ] {
            assert!((fisher_exact(table) / p - 1.0).abs() < 1e-11);
        }
        assert_eq!(fisher_exact([[100_000, 100_000], [100_000, 100_000]]), 1.0);
    }

    #[test]
    fn small_expected_counts_go_to_fisher() {
        assert_eq!(difference_p(8, 10, 1, 6), fisher_exact([[8, 2], [1, 5]]));
        assert_eq!(difference_p(56, 70, 48, 80), pooled_z(56.0, 70.0, 48.0, 80.0).1);
        assert_eq!(difference_p(0, 0, 0, 0), 1.0);
        assert_eq!(difference_p(30, 30, 40, 40), 1.0);
        assert_eq!(difference_p(0, 0, 7, 40), 1.0);
    }

    #[test]
    fn equal_scores_are_no_news() {
        assert_eq!(score_difference_p([24, 5, 1], [48, 10, 2], 60.0), 1.0);
        assert_eq!(score_difference_p([0, 5, 0], [0, 9, 0], 33.3), 1.0);
        assert_eq!(score_difference_p([0, 0, 0], [9, 1, 0], 60.0), 1.0);
        assert!(score_difference_p([95, 5, 0], [60, 20, 20], 60.0) < 1e-6);
    }

    #[test]
    fn benjamini_hochberg_repeats_its_paper() {
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
            0.6528, 0.7590, 1.0,
        ];
        let q = benjamini_hochberg(&p);
        assert_eq!(q.iter().filter(|q| **q < 0.05).count(), 4);
        assert!((q[3] - 0.035625).abs() < 1e-12 && (q[4] - 0.0603).abs() < 1e-12, "{q:?}");
        let backwards: Vec<f64> = p.iter().rev().copied().collect();
        let turned: Vec<f64> = benjamini_hochberg(&backwards).into_iter().rev().collect();
        assert_eq!(q, turned);
        assert!(benjamini_hochberg(&[]).is_empty());
        assert_eq!(benjamini_hochberg(&[f64::NAN, 0.01]), [1.0, 0.02]);
    }

    #[test]
    fn words_of_change_need_both_the_interval_and_the_test() {
        let clear = Interval { lower: 0.01, upper: 0.2 };
        assert!(significant(clear, 0.049) && !significant(clear, 0.05));
        assert!(!significant(Interval { lower: 0.0, upper: 0.2 }, 0.01));
        assert!(significant(Interval { lower: -0.3, upper: -0.01 }, 0.01));
        assert!(!significant(clear, f64::NAN));
    }

    proptest! {
        #[test]
        fn fisher_does_not_care_for_order(a in 0u64..3000, b in 0u64..3000, c in 0u64..3000, d in 0u64..3000) {
            let p = fisher_exact([[a, b], [c, d]]);
            prop_assert!((0.0..=1.0).contains(&p));
            for other in [[[c, d], [a, b]], [[b, a], [d, c]], [[a, c], [b, d]]] {
                let q = fisher_exact(other);
                prop_assert!((p - q).abs() <= 1e-9 * p.max(1e-12), "{p} {q}");
            }
        }

        #[test]
        fn differences_are_always_numbers(n1 in 0u64..1_000_000, n2 in 0u64..1_000_000, s1 in 0.0f64..=1.0, s2 in 0.0f64..=1.0) {
            let (x1, x2) = ((n1 as f64 * s1).round() as u64, (n2 as f64 * s2).round() as u64);
            prop_assert!((0.0..=1.0).contains(&difference_p(x1, n1, x2, n2)));
            let (x1, n1, x2, n2) = (x1 as f64, n1 as f64, x2 as f64, n2 as f64);
            let limits = newcombe_difference(x1, n1, x2, n2);
            prop_assert!(limits.lower >= -1.0 && limits.upper <= 1.0 && limits.lower <= limits.upper);
            if n1 > 0.0 && n2 > 0.0 {
                prop_assert!(limits.contains(x1 / n1 - x2 / n2));
                let turned = newcombe_difference(x2, n2, x1, n1);
                prop_assert!((turned.upper + limits.lower).abs() < 1e-12);
            }
        }

        #[test]
        fn the_score_test_is_pooled_z_without_a_middle(a in 1u64..999, c in 1u64..999, e in 1u64..999, g in 1u64..999) {
            let score = score_difference_p([a, 0, c], [e, 0, g], 60.0);
            let rate = pooled_z(a as f64, (a + c) as f64, e as f64, (e + g) as f64).1;
            prop_assert!((score - rate).abs() < 1e-9, "{score} {rate}");
        }

        #[test]
        fn adjusted_values_keep_their_order(p in prop::collection::vec(0.0f64..=1.0, 0..60)) {
            let q = benjamini_hochberg(&p);
            for i in 0..p.len() {
                prop_assert!(q[i] >= p[i] && q[i] <= 1.0);
                for j in 0..p.len() {
                    prop_assert!(p[i] > p[j] || q[i] <= q[j]);
                }
            }
        }
    }
}

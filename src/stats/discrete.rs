//! Exact binomial and hypergeometric probabilities.
//!
//! Weights are built outward from the mode by the ratio of neighbours and divided
//! by their own sum. That needs no gamma function, whose differences lose about
//! nine digits at n = 1e6, and no continued fraction, which `statrs` stops after
//! 140 terms. The walk ends where weights no longer matter, so cost is O(√n).

/// Below this share of the mode a weight cannot change any figure we print.
const NEGLIGIBLE: f64 = 1e-100;

/// Probabilities of a run of whole numbers; everything outside the run is 0.
#[derive(Debug)]
pub(super) struct Discrete {
    first: u64,
    weights: Vec<f64>,
    total: f64,
}

impl Discrete {
    /// Successes among `n` trials with probability `p` (0 and 1 give a single point).
    pub(super) fn binomial(n: u64, p: f64) -> Self {
        if p <= 0.0 {
            return Self::around(0, 0, 0, |_| 0.0);
        }
        if p >= 1.0 {
            return Self::around(n, n, n, |_| 0.0);
        }
        let odds = p / (1.0 - p);
        let mode = (((n as f64) + 1.0) * p) as u64;
        Self::around(0, mode.min(n), n, |k| (n - k) as f64 / (k as f64 + 1.0) * odds)
    }

    /// First cell of a two-by-two table with these margins, the rows being independent of the columns.
    pub(super) fn hypergeometric(row: u64, column: u64, total: u64) -> Self {
        let first = (row + column).saturating_sub(total);
        let last = row.min(column);
        let mode = (row as f64 + 1.0) * (column as f64 + 1.0) / (total as f64 + 2.0);
        Self::around(first, (mode as u64).clamp(first, last), last, |k| {
            let up = (row - k) as f64 * (column - k) as f64;
            // total + k + 1 ≥ row + column on the support: the last cell after one more in the first.
            up / ((k + 1) as f64 * (total + k + 1 - row - column) as f64)
        })
    }

    /// Walks from `mode` down to `first` and up to `last`; `ratio(k)` is weight(k+1)/weight(k).
    fn around(first: u64, mode: u64, last: u64, ratio: impl Fn(u64) -> f64) -> Self {
        let mut weights = Vec::new();
        let (mut k, mut weight) = (mode, 1.0);
        while k > first && weight > NEGLIGIBLE {
            k -= 1;
            weight /= ratio(k);
            weights.push(weight);
        }
        let start = k;
        weights.reverse();
        let below: f64 = weights.iter().sum();
        let mode_at = weights.len();
        weights.push(1.0);
        (k, weight) = (mode, 1.0);
        while k < last && weight > NEGLIGIBLE {
            weight *= ratio(k);
            k += 1;
            weights.push(weight);
        }
        // Small weights are added first, from both ends, to keep the sum accurate.
        let from_mode: f64 = weights[mode_at..].iter().rev().sum();
        Self { first: start, weights, total: below + from_mode }
    }

    /// P(X = k).
    pub(super) fn at(&self, k: u64) -> f64 {
        self.weight(k) / self.total
    }

    /// P(X ≤ k).
    pub(super) fn at_most(&self, k: u64) -> f64 {
        let until = self.split(k.saturating_add(1));
        (self.weights[..until].iter().sum::<f64>() / self.total).min(1.0)
    }

    /// P(X ≥ k).
    pub(super) fn at_least(&self, k: u64) -> f64 {
        (self.weights[self.split(k)..].iter().rev().sum::<f64>() / self.total).min(1.0)
    }

    /// Probability of all values no more probable than `k`, ties within `tolerance` (relative) included.
    pub(super) fn no_more_probable_than(&self, k: u64, tolerance: f64) -> f64 {
        let limit = self.weight(k) * (1.0 + tolerance);
        if self.weights.iter().all(|weight| *weight <= limit) {
            return 1.0;
        }
        let sum: f64 = self.weights.iter().filter(|weight| **weight <= limit).sum();
        (sum / self.total).min(1.0)
    }

    /// The smallest r with P(X ≤ r) > q, with P(X ≤ r) and P(X = r).
    pub(super) fn quantile(&self, q: f64) -> (u64, f64, f64) {
        let (mut r, mut sum, mut last) = (self.first, 0.0, 0.0);
        for (k, weight) in (self.first..).zip(&self.weights) {
            sum += weight;
            (r, last) = (k, *weight);
            if sum > q * self.total {
                break;
            }
        }
        (r, sum / self.total, last / self.total)
    }

    fn weight(&self, k: u64) -> f64 {
        let index = k.checked_sub(self.first).and_then(|i| usize::try_from(i).ok());
        index.and_then(|i| self.weights.get(i)).copied().unwrap_or(0.0)
    }

    /// Index of the first weight at or above `k`.
    fn split(&self, k: u64) -> usize {
        let index = usize::try_from(k.saturating_sub(self.first)).unwrap_or(usize::MAX);
        index.min(self.weights.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Discrete;
    use proptest::prelude::*;
    use statrs::function::beta::beta_reg;

    #[test]
    fn small_binomials_are_the_textbook_ones() {
        let four = Discrete::binomial(4, 0.5);
        for (k, times_16) in [1.0, 4.0, 6.0, 4.0, 1.0].into_iter().enumerate() {
            assert!((four.at(k as u64) - times_16 / 16.0).abs() < 1e-15);
        }
        assert!((four.at_most(1) - 5.0 / 16.0).abs() < 1e-15);
        assert!((four.at_least(3) - 5.0 / 16.0).abs() < 1e-15);
        assert_eq!(four.at_least(5), 0.0);
        assert_eq!(four.at_least(0), 1.0);
        assert_eq!(Discrete::binomial(9, 0.0).at(0), 1.0);
        assert_eq!(Discrete::binomial(9, 1.0).at(9), 1.0);
        assert_eq!(Discrete::binomial(0, 0.3).at(0), 1.0);
    }

    #[test]
    fn the_hypergeometric_walk_covers_its_whole_support() {
        // Drawing 3 of 5 with 4 marked: 2 or 3 marked, in the ratio 6 : 4.
        let draw = Discrete::hypergeometric(3, 4, 5);
        assert!((draw.at(2) - 0.6).abs() < 1e-15 && (draw.at(3) - 0.4).abs() < 1e-15);
        assert_eq!(draw.at(1), 0.0);
    }

    proptest! {
        /// Two independent ways: our sums, and the incomplete beta function where it converges.
        #[test]
        fn tails_agree_with_the_incomplete_beta(n in 1u64..2000, share in 0.0f64..=1.0, p in 0.001f64..0.999) {
            let k = 1 + ((n - 1) as f64 * share) as u64;
            let ours = Discrete::binomial(n, p).at_least(k);
            let beta = beta_reg(k as f64, (n - k + 1) as f64, p);
            prop_assert!((ours - beta).abs() < 1e-10, "{ours} {beta}");
        }

        #[test]
        fn tails_meet(n in 0u64..1_000_000, p in 0.0f64..=1.0) {
            let dist = Discrete::binomial(n, p);
            let k = (n as f64 * p) as u64;
            let sum = dist.at_most(k) + dist.at_least(k + 1);
            prop_assert!((sum - 1.0).abs() < 1e-12);
        }
    }
}

//! Intervals and tests: pure functions from counts to numbers.
//!
//! Nothing here reads settings, rounds or chooses words. Every formula names its
//! paper, and its tests reproduce published figures, because an official signs
//! what is concluded from them. No function panics or gives NaN on counts: where
//! there is nothing to know (n = 0) an interval is the whole range and p is 1.

mod difference;
mod discrete;
mod funnel;
mod interval;
mod structure;

pub use difference::{
    benjamini_hochberg, difference_p, fisher_exact, mover_difference, newcombe_difference, pooled_z,
    score_difference_p, significant,
};
pub use funnel::{
    FunnelLimits, FunnelSignal, funnel_limits, funnel_limits_overdispersed, funnel_signal, overdispersion,
};
pub use interval::{Interval, Z, clopper_pearson, mover, three_level_score, wilson, wilson_finite};
pub use structure::{structure_gaps, structure_mismatch};

/// Twice the median of whole numbers (days), so that a half stays exact; `None` for no numbers.
/// Sorts `values` in place.
pub fn median_twice(values: &mut [i64]) -> Option<i64> {
    values.sort_unstable();
    let upper = *values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some(lower.saturating_add(upper))
}

#[cfg(test)]
mod tests {
    use super::median_twice;

    #[test]
    fn the_median_keeps_halves_and_does_not_need_order() {
        assert_eq!(median_twice(&mut []), None);
        assert_eq!(median_twice(&mut [7]), Some(14));
        assert_eq!(median_twice(&mut [9, 1, 4]), Some(8));
        assert_eq!(median_twice(&mut [12, 3, 8, 5]), Some(13));
        assert_eq!(median_twice(&mut [-3, -4]), Some(-7));
        assert_eq!(median_twice(&mut [i64::MAX, i64::MAX]), Some(i64::MAX));
    }
}

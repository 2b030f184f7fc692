//! Demand against service: how the ticks of two forms are spread over the same categories.
//!
//! Shares of ticks, not of enterprises, so that both sides sum to 1. It says how
//! the two structures differ and nothing of who was served.

/// Per category, its share of all `demand` ticks less its share of all `service` ticks (clause 4.2), as fractions.
/// `None` where one side has no tick, or the two do not list the same categories.
pub fn structure_gaps(demand: &[u64], service: &[u64]) -> Option<Vec<f64>> {
    let asked: u64 = demand.iter().sum();
    let given: u64 = service.iter().sum();
    if asked == 0 || given == 0 || demand.len() != service.len() {
        return None;
    }
    let share = |ticks: u64, all: u64| ticks as f64 / all as f64;
    Some(demand.iter().zip(service).map(|(&d, &s)| share(d, asked) - share(s, given)).collect())
}

/// Half the sum of the absolute gaps: 0 for equal structures, 1 for nothing in common.
pub fn structure_mismatch(gaps: &[f64]) -> f64 {
    gaps.iter().map(|gap| gap.abs()).sum::<f64>() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gaps_are_the_reference_ones() {
        let gaps = structure_gaps(&[30, 12, 18, 22, 25, 10, 16, 2], &[20, 15, 18, 30, 20, 4, 8, 0]);
        let gaps = gaps.unwrap_or_default();
        let reference = [0.0483, -0.0415, -0.0232, -0.0979, 0.0113, 0.0393, 0.0490, 0.0148];
        assert_eq!(gaps.len(), reference.len());
        for (gap, reference) in gaps.iter().zip(reference) {
            assert!((gap - reference).abs() <= 0.5e-4, "{gaps:?}");
        }
        assert!((structure_mismatch(&gaps) - 0.16264).abs() <= 0.5e-5);
        assert_eq!(structure_gaps(&[0, 0], &[1, 2]), None);
        assert_eq!(structure_gaps(&[1], &[1, 2]), None);
        assert_eq!(structure_mismatch(&[1.0, -1.0]), 1.0);
    }

    proptest! {
        #[test]
        fn gaps_cancel_out(ticks in prop::collection::vec((0u64..500, 0u64..500), 1..9)) {
            let (demand, service): (Vec<u64>, Vec<u64>) = ticks.into_iter().unzip();
            if let Some(gaps) = structure_gaps(&demand, &service) {
                prop_assert!(gaps.iter().sum::<f64>().abs() < 1e-12);
                prop_assert!((0.0..=1.0 + 1e-12).contains(&structure_mismatch(&gaps)));
            }
        }
    }
}

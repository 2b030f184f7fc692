//! Funnel limits: how far a unit of n answers may lie from the city by chance.
//!
//! After Spiegelhalter, "Funnel plots for comparing institutional performance",
//! Statistics in Medicine 24 (2005). It replaces a league table, so nothing here
//! ranks. Limits are for drawing; [`funnel_signal`] decides, because interpolation
//! puts the upper limit below 100 % even where 100 % is an everyday result.

use super::discrete::Discrete;

/// Fewer units than this say nothing of how far units differ among themselves.
const UNITS_FOR_OVERDISPERSION: usize = 10;
/// One unit in this many, at each end, is winsorised (10 %).
const WINSORISED_ONE_IN: usize = 10;

/// Limits of a rate around the city's, as fractions, in rising order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FunnelLimits {
    pub low998: f64,
    pub low95: f64,
    pub high95: f64,
    pub high998: f64,
}

/// Where a unit lies against the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FunnelSignal {
    Below998,
    Below95,
    Within,
    Above95,
    Above998,
}

/// Exact binomial limits for `n` answers around the city rate `theta`, interpolated between counts:
/// r = min{r: P(R≤r)>q}, limit = (r−α)/n with α = (P(R≤r)−q)/P(R=r).
///
/// Cut to 0–1, and never on the wrong side of `theta` (interpolation does that for one or two answers).
/// A city rate of 0 or 1 leaves no room: all four are `theta`. n = 0 gives 0, 0, 1, 1.
pub fn funnel_limits(theta: f64, n: u64) -> FunnelLimits {
    if n == 0 || theta.is_nan() {
        return FunnelLimits { low998: 0.0, low95: 0.0, high95: 1.0, high998: 1.0 };
    }
    let theta = theta.clamp(0.0, 1.0);
    if theta == 0.0 || theta == 1.0 {
        return FunnelLimits { low998: theta, low95: theta, high95: theta, high998: theta };
    }
    let chance = Discrete::binomial(n, theta);
    let limit = |q: f64| {
        let (r, at_most, at) = chance.quantile(q);
        (r as f64 - (at_most - q) / at) / n as f64
    };
    FunnelLimits {
        low998: limit(0.001).clamp(0.0, theta),
        low95: limit(0.025).clamp(0.0, theta),
        high95: limit(0.975).clamp(theta, 1.0),
        high998: limit(0.999).clamp(theta, 1.0),
    }
}

/// How much more units `(x, n)` differ than chance would have it: Spiegelhalter's φ, the mean of the
/// squared z against `theta`, the outermost 10 % at each end drawn in to the next (winsorised).
///
/// 1 for fewer than ten units with answers, where a rate of 0 or 1 gives no z, and never below 1:
/// units that differ less than chance do not make a narrower funnel.
pub fn overdispersion(units: &[(u64, u64)], theta: f64) -> f64 {
    let spread = theta * (1.0 - theta);
    let answered = units.iter().filter(|(_, n)| *n > 0);
    let mut z: Vec<f64> =
        answered.map(|&(x, n)| (x as f64 / n as f64 - theta) / (spread / n as f64).sqrt()).collect();
    if z.len() < UNITS_FOR_OVERDISPERSION || spread.is_nan() || spread <= 0.0 {
        return 1.0;
    }
    z.sort_by(f64::total_cmp);
    let drawn_in = z.len() / WINSORISED_ONE_IN;
    let (low, high) = (z[drawn_in], z[z.len() - 1 - drawn_in]);
    let squares: f64 = z.iter().map(|z| z.clamp(low, high).powi(2)).sum();
    (squares / z.len() as f64).max(1.0)
}

/// [`funnel_limits`] with each distance from `theta` multiplied by √φ, cut to 0–1.
///
/// The multiplicative model of the paper's appendix. It also has an additive one (τ²), which
/// does not narrow for large units; we take the simpler, which one sentence in a report can explain,
/// and widen the exact limits instead of normal ones, so that φ = 1 changes nothing. φ below 1 counts as 1.
pub fn funnel_limits_overdispersed(theta: f64, n: u64, phi: f64) -> FunnelLimits {
    let exact = funnel_limits(theta, n);
    if n == 0 || !(phi > 1.0 && phi.is_finite()) {
        return exact;
    }
    let widen = |limit: f64| (theta + (limit - theta) * phi.sqrt()).clamp(0.0, 1.0);
    FunnelLimits {
        low998: widen(exact.low998),
        low95: widen(exact.low95),
        high95: widen(exact.high95),
        high998: widen(exact.high998),
    }
}

/// Whether a unit with `x` of `n` lies outside the limits widened by `phi` (1 for none).
///
/// Besides passing the drawn limit, the exact chance of a result at least so far out must not
/// exceed 2.5 % (0.1 %). Without that, 10 of 10 against a city at 90 % would pass for remarkable, though one
/// unit in three reaches it. n = 0 is within.
pub fn funnel_signal(x: u64, n: u64, theta: f64, phi: f64) -> FunnelSignal {
    if n == 0 || theta.is_nan() {
        return FunnelSignal::Within;
    }
    let x = x.min(n);
    let rate = x as f64 / n as f64;
    let limits = funnel_limits_overdispersed(theta, n, phi);
    let chance = Discrete::binomial(n, theta);
    let (at_most, at_least) = (chance.at_most(x), chance.at_least(x));
    if rate < limits.low998 && at_most <= 0.001 {
        FunnelSignal::Below998
    } else if rate < limits.low95 && at_most <= 0.025 {
        FunnelSignal::Below95
    } else if rate > limits.high998 && at_least <= 0.001 {
        FunnelSignal::Above998
    } else if rate > limits.high95 && at_least <= 0.025 {
        FunnelSignal::Above95
    } else {
        FunnelSignal::Within
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn limits_are_the_reference_ones() {
        let limits = funnel_limits(0.9, 10);
        let all = [limits.low998, limits.low95, limits.high95, limits.high998];
        for (limit, reference) in all.into_iter().zip([0.4573, 0.6213, 0.9928, 0.9997]) {
            assert!((limit - reference).abs() <= 0.5e-4, "{limits:?}");
        }
    }

    #[test]
    fn limits_without_room_or_answers_say_so() {
        let none = funnel_limits(0.9, 0);
        assert_eq!((none.low998, none.high998), (0.0, 1.0));
        assert_eq!(funnel_limits(1.0, 8).low998, 1.0);
        assert_eq!(funnel_limits(0.0, 8).high998, 0.0);
        assert!(funnel_limits(0.99, 1).high95 >= 0.99);
    }

    #[test]
    fn ten_of_ten_is_no_signal_in_a_contented_city() {
        assert!(1.0 > funnel_limits(0.9, 10).high998);
        assert_eq!(funnel_signal(10, 10, 0.9, 1.0), FunnelSignal::Within);
        assert_eq!(funnel_signal(6, 10, 0.9, 1.0), FunnelSignal::Below95);
        assert_eq!(funnel_signal(4, 10, 0.9, 1.0), FunnelSignal::Below998);
        assert_eq!(funnel_signal(7, 10, 0.9, 1.0), FunnelSignal::Within);
        assert_eq!(funnel_signal(99, 100, 0.9, 1.0), FunnelSignal::Above998);
        assert_eq!(funnel_signal(96, 100, 0.9, 1.0), FunnelSignal::Above95);
        assert_eq!(funnel_signal(6, 10, 0.9, 4.0), FunnelSignal::Within);
        assert_eq!(funnel_signal(0, 0, 0.9, 1.0), FunnelSignal::Within);
    }

    #[test]
    fn phi_draws_in_the_outermost_units() {
        // z of x/100 against one half is (x − 50)/5: here −2, −1 … and one wild 8, drawn in to 2.
        let mut units: Vec<(u64, u64)> = [40, 40, 45, 45, 50, 50, 55, 55, 60].map(|x| (x, 100)).to_vec();
        assert_eq!(overdispersion(&units, 0.5), 1.0, "nine units are too few");
        units.push((90, 100));
        let expected = (4.0 * 2.0 + 1.0 * 4.0 + 4.0 * 2.0) / 10.0;
        assert!((overdispersion(&units, 0.5) - expected).abs() < 1e-12);
        units.push((0, 0));
        assert!((overdispersion(&units, 0.5) - expected).abs() < 1e-12, "an empty unit has no say");
        assert_eq!(overdispersion(&units, 1.0), 1.0);
        assert_eq!(overdispersion(&[(50, 100); 20], 0.5), 1.0, "never a narrower funnel");
    }

    proptest! {
        #[test]
        fn limits_rise_and_widen(theta in 0.0f64..=1.0, n in 0u64..=1_000_000, phi in 0.0f64..9.0) {
            let narrow = funnel_limits(theta, n);
            let wide = funnel_limits_overdispersed(theta, n, phi);
            for limits in [narrow, wide] {
                prop_assert!(0.0 <= limits.low998 && limits.low998 <= limits.low95 && limits.low95 <= theta);
                prop_assert!(theta <= limits.high95 && limits.high95 <= limits.high998 && limits.high998 <= 1.0);
            }
            prop_assert!(wide.low95 <= narrow.low95 + 1e-12 && wide.high95 >= narrow.high95 - 1e-12);
        }

        #[test]
        fn a_unit_at_the_city_rate_is_within(n in 1u64..20_000, share in 0.0f64..=1.0) {
            let x = (n as f64 * share).round() as u64;
            prop_assert_eq!(funnel_signal(x, n, x as f64 / n as f64, 1.0), FunnelSignal::Within);
        }
    }
}

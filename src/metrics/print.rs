//! The one place where a number becomes text: half up on the exact decimal of the
//! exact fraction (metrics.md). Every format prints these strings.

use super::catalogue::Unit;
use super::figure::Figure;

/// What stands where there is no number.
pub const NONE: &str = "—";

/// A figure as printed: rates as percent with one decimal, their differences in percentage points without a sign
/// of measure, scores with two decimals.
pub fn printed(figure: &Figure) -> String {
    let Some((numerator, denominator)) = figure.fraction else { return NONE.into() };
    match figure.unit {
        Unit::Rate => format!("{}%", fixed(numerator * 100, denominator, 1)),
        Unit::PercentPoint => fixed(numerator * 100, denominator, 1),
        Unit::Score | Unit::Point => fixed(numerator, denominator, 2),
        Unit::Day => fixed(numerator, denominator, 1),
    }
}

/// A value that is only known as a float (read back from a table) as [`printed`] prints it:
/// the float nearest to a fraction rounds as the fraction does.
pub fn printed_value(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Rate => percent(value),
        Unit::PercentPoint => float(value * 100.0, 1),
        Unit::Score | Unit::Point => float(value, 2),
        Unit::Day => float(value, 1),
    }
}

/// The interval of a figure as printed; its bounds are rounded the same way.
pub fn interval(figure: &Figure) -> Option<String> {
    let interval = figure.interval?;
    figure.fraction?;
    Some(match figure.unit {
        Unit::Rate => format!("{}～{}", percent(interval.lower), percent(interval.upper)),
        Unit::PercentPoint => {
            format!("{}～{}", float(interval.lower * 100.0, 1), float(interval.upper * 100.0, 1))
        }
        Unit::Score | Unit::Point | Unit::Day => {
            format!("{}～{}", float(interval.lower, 2), float(interval.upper, 2))
        }
    })
}

/// A rate that is no exact fraction (a bound of an interval) as percent with one decimal.
pub fn percent(rate: f64) -> String {
    format!("{}%", float(rate * 100.0, 1))
}

/// A float with `decimals` decimals, half up.
pub fn float(value: f64, decimals: u32) -> String {
    if !value.is_finite() {
        return NONE.into();
    }
    const FINE: i128 = 1_000_000_000;
    fixed((value * FINE as f64).round() as i128, FINE, decimals)
}

/// `numerator / denominator` with `decimals` decimals, half away from zero, exactly.
pub fn fixed(numerator: i128, denominator: i128, decimals: u32) -> String {
    let negative = (numerator < 0) != (denominator < 0);
    let (n, d) = (numerator.unsigned_abs(), denominator.unsigned_abs().max(1));
    let scale = 10u128.pow(decimals);
    let rounded = (2 * n * scale + d) / (2 * d);
    let (whole, part) = (rounded / scale, rounded % scale);
    let sign = if negative && rounded > 0 { "-" } else { "" };
    if decimals == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part:0width$}", width = decimals as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_up_on_the_exact_fraction() {
        assert_eq!(fixed(1, 8, 2), "0.13");
        assert_eq!(fixed(-1, 8, 2), "-0.13");
        assert_eq!(fixed(1005, 1000, 2), "1.01");
        assert_eq!(fixed(2, 3, 1), "0.7");
        assert_eq!(fixed(-1, 1000, 2), "0.00");
        assert_eq!(fixed(19 * 100, 22, 1), "86.4");
        assert_eq!(percent(0.25), "25.0%");
    }

    #[test]
    fn a_difference_of_rates_prints_percentage_points() {
        assert_eq!(printed_value(Unit::PercentPoint, 0.0217), "2.2");
        assert_eq!(printed_value(Unit::PercentPoint, -0.0415), "-4.2");
        assert_eq!(Unit::of(Unit::PercentPoint.id()), Some(Unit::Rate), "a fraction in data");
    }

    #[test]
    fn a_float_read_back_prints_as_its_fraction() {
        for denominator in 1..=400i128 {
            for numerator in 0..=denominator {
                let value = numerator as f64 / denominator as f64;
                let rate = format!("{}%", fixed(numerator * 100, denominator, 1));
                assert_eq!(printed_value(Unit::Rate, value), rate, "{numerator}/{denominator}");
                let score = fixed(numerator * 100, denominator, 2);
                assert_eq!(printed_value(Unit::Score, value * 100.0), score, "{numerator}/{denominator}");
            }
        }
    }
}

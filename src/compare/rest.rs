//! A district or an agency against the city without it: two groups with no return in common,
//! so that the tests of independent samples hold. Against the city itself they would not.

use super::evidence::{Evidence, of_city};
use super::{Against, Base, Comparison, Reason, Verdict, blank, test, tested};
use crate::metrics::{Figure, Level, Measured, Status, Unit, fixed, floor};
use crate::settings;

pub(super) fn with_rest<'a>(
    now: &'a Measured,
    settings: &'a settings::Metrics,
) -> impl Iterator<Item = Comparison> + 'a {
    tested(now)
        .filter(|(figure, _)| matches!(figure.level, Level::District | Level::Agency))
        .map(move |(figure, _)| one(now, figure, settings))
}

fn one(now: &Measured, figure: &Figure, settings: &settings::Metrics) -> Comparison {
    let mut out = blank(figure, Against::Rest);
    let ours = Evidence::of(now, figure, settings);
    let city = of_city(now, figure);
    let rest =
        city.and_then(|city| Evidence::of(now, city, settings)).zip(ours).and_then(|(c, o)| c.without(&o));
    out.base = rest.map(|rest| Base {
        period: now.period,
        figure: None,
        printed: as_printed(figure.unit, rest.fraction()),
        denominator: rest.n,
    });
    let enough = |n: i64| u64::try_from(n).unwrap_or(0) >= floor(figure.level, settings);
    let city_ok = city.is_some_and(|c| c.status == Status::Ok);
    match (figure.status, rest) {
        (Status::Ok, Some(rest)) if enough(rest.n) && city_ok => test(&mut out, ours.zip(Some(rest))),
        (Status::Ok, _) => out.verdict = Verdict::NotComparable(Reason::FewElsewhere),
        _ => out.verdict = Verdict::NotComparable(Reason::FewNow),
    }
    out
}

fn as_printed(unit: Unit, (numerator, denominator): (i128, i128)) -> String {
    match unit {
        Unit::Rate => format!("{}%", fixed(numerator * 100, denominator, 1)),
        _ => fixed(numerator, denominator, 2),
    }
}

//! Which categories weigh more among the needs than among the services, by a test: advice on supply rests on
//! this alone. The ticks of one kind of service among all ticks of form B are held against those of form C.

use super::evidence::Evidence;
use super::{Reason, Verdict};
use crate::metrics::{CATEGORIES, Measured, Status};
use crate::stats;

/// A category and what may be said of its share among needs less that among services.
pub type Weighed = (&'static str, Verdict);

/// Every category that names a service; 其他服务 names none. One family for the adjustment.
pub fn weigh(measured: &Measured, unit: &str) -> Vec<Weighed> {
    let named = &CATEGORIES[..CATEGORIES.len() - 1];
    let tested: Vec<_> = named.iter().map(|c| test(measured, unit, c)).collect();
    let p: Vec<f64> = tested.iter().flatten().map(|(_, p)| *p).collect();
    let mut adjusted = stats::benjamini_hochberg(&p).into_iter();
    let verdict = |test: Option<(stats::Interval, f64)>| {
        let pair = test.and_then(|(interval, _)| Some((interval, adjusted.next()?)));
        pair.map_or(Verdict::NotComparable(Reason::FewNow), |(i, p)| Verdict::given(i, p))
    };
    named.iter().copied().zip(tested.into_iter().map(verdict)).collect()
}

/// `None` where a share or the number of ticks is small, or one side has none.
fn test(measured: &Measured, unit: &str, category: &str) -> Option<(stats::Interval, f64)> {
    let solid = ["demand_share", "service_share", "structure_gap"]
        .iter()
        .all(|m| measured.figure(unit, &format!("{m}.{category}")).is_some_and(|f| f.status == Status::Ok));
    let side = |metric: &str| {
        let ticks = |c: &str| {
            let figure = measured.figure(unit, &format!("{metric}.{c}"))?;
            figure.numerator.filter(|n| n.scale == 1).map(|n| n.mantissa)
        };
        Some(Evidence::rate(ticks(category)?, CATEGORIES.iter().filter_map(|c| ticks(c)).sum()))
    };
    solid.then(|| Some(side("demand_share")?.test(&side("service_share")?))).flatten()
}

//! Agencies (or districts) around the city's rate: the funnel plot's data.
//!
//! It takes the place of a league table. A point needs counts of independent yes-or-no
//! trials. The four ratings of one return are anything but independent, so that
//! "satisfied answers of all answers" would make the funnel too narrow; over all four items the trial
//! is therefore the return: all its answered items 满意, or not. [`Trial::Item`] takes one item, whose
//! points are figures of the catalogue.

use std::collections::BTreeMap;

use crate::metrics::{Figure, Frame, Level, Measured, RATINGS, Status, fixed, floor};
use crate::settings;
use crate::stats::{FunnelLimits, FunnelSignal, funnel_limits_overdispersed, funnel_signal, overdispersion};

/// At most this many steps of n are drawn.
const STEPS: u64 = 120;

/// What counts as a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trial {
    /// 满意 on one item: `satisfied_rate.<item>`.
    Item(&'static str),
    /// 满意 on every item answered in the return.
    AllSatisfied,
}

/// One unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    pub code: String,
    pub name: String,
    pub x: u64,
    pub n: u64,
    /// `x / n` as printed.
    pub printed: String,
    /// Id of the figure; only [`Trial::Item`] has one.
    pub figure: Option<String>,
    /// Where it lies; `None` under the floor, about which nothing may be said.
    pub signal: Option<FunnelSignal>,
}

/// A funnel: the city's rate, its limits by n, and the units.
#[derive(Clone, Debug, PartialEq)]
pub struct Funnel {
    pub x: u64,
    pub n: u64,
    /// The city's rate, 0 to 1.
    pub theta: f64,
    pub printed: String,
    pub figure: Option<String>,
    /// How much more units differ than chance; 1 where there are fewer than ten.
    pub phi: f64,
    /// By code of the unit.
    pub points: Vec<Point>,
    /// Limits by number of answers, rising from 1.
    pub limits: Vec<(u64, FunnelLimits)>,
}

/// The funnel of a level (agencies or districts); `None` where nobody answered.
pub fn funnel(
    measured: &Measured,
    level: Level,
    trial: Trial,
    settings: &settings::Metrics,
) -> Option<Funnel> {
    let counts = match trial {
        Trial::Item(item) => by_item(measured, level, item),
        Trial::AllSatisfied => by_return(measured, level),
    };
    let (x, n, figure) = counts.city?;
    if n == 0 {
        return None;
    }
    let theta = x as f64 / n as f64;
    let pairs: Vec<(u64, u64)> = counts.units.values().map(|(x, n, _)| (*x, *n)).collect();
    let phi = overdispersion(&pairs, theta);
    let point = |(code, (x, n, figure)): (String, Count)| {
        let name = measured.units_at(level).find(|u| u.code == code)?.name.clone();
        let printed = format!("{}%", fixed(i128::from(x) * 100, i128::from(n), 1));
        let signal = (n >= floor(level, settings)).then(|| funnel_signal(x, n, theta, phi));
        Some(Point { code, name, x, n, printed, figure, signal })
    };
    let largest = pairs.iter().map(|(_, n)| *n).max().unwrap_or(1);
    Some(Funnel {
        x,
        n,
        theta,
        printed: format!("{}%", fixed(i128::from(x) * 100, i128::from(n), 1)),
        figure,
        phi,
        points: counts.units.into_iter().filter(|(_, (_, n, _))| *n > 0).filter_map(point).collect(),
        limits: steps(largest).map(|n| (n, funnel_limits_overdispersed(theta, n, phi))).collect(),
    })
}

/// Numbers of answers from 1 to a little beyond the largest unit.
fn steps(largest: u64) -> impl Iterator<Item = u64> {
    let last = largest + largest.div_ceil(10).max(2);
    let step = last.div_ceil(STEPS).max(1);
    (1..=last).step_by(usize::try_from(step).unwrap_or(1))
}

/// Successes, trials, id of the figure.
type Count = (u64, u64, Option<String>);

#[derive(Default)]
struct Counts {
    city: Option<Count>,
    units: BTreeMap<String, Count>,
}

fn by_item(measured: &Measured, level: Level, item: &str) -> Counts {
    let mut out = Counts::default();
    let count = |f: &Figure| -> Option<Count> {
        let x = u64::try_from(f.numerator?.mantissa).ok()?;
        Some((x, u64::try_from(f.denominator?).ok()?, (f.status != Status::NoData).then(|| f.id())))
    };
    for f in measured.figures.iter().filter(|f| f.metric == "satisfied_rate" && f.item == item) {
        if f.level == Level::City {
            out.city = count(f);
        } else if f.level == level
            && let Some(count) = count(f)
        {
            out.units.insert(f.unit_code.clone(), count);
        }
    }
    out
}

fn by_return(measured: &Measured, level: Level) -> Counts {
    let mut out = Counts::default();
    let Some(facts) = measured.facts.get(&Frame::Satisfaction) else { return out };
    let at = RATINGS.map(|item| ["a", "b", "c"].map(|what| facts.column(&format!("{item}_{what}"))));
    let (mut all, mut units) = ((0, 0), BTreeMap::<String, (u64, u64)>::new());
    for (row, fact) in facts.rows.iter().enumerate() {
        let sum =
            |which: usize| -> i64 { at.iter().filter_map(|item| facts.number(row, item[which]?)).sum() };
        let (satisfied, less) = (sum(0), sum(1) + sum(2));
        if satisfied + less == 0 {
            continue;
        }
        let unit = units.entry(fact.group(level)).or_default();
        for count in [&mut all, unit] {
            count.0 += u64::from(less == 0);
            count.1 += 1;
        }
    }
    out.city = Some((all.0, all.1, None));
    for unit in measured.units_at(level) {
        if let Some((x, n)) = units.get(&unit.group) {
            out.units.insert(unit.code.clone(), (*x, *n, None));
        }
    }
    out
}

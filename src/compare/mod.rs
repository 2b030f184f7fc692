//! Did it change, does it differ: figures against the quarter before, the year before
//! and the rest of the city, each with an interval and a test (metrics.md 3).
//!
//! A word of direction comes from a [`Verdict`] and from nowhere else, and a verdict needs
//! both the interval of the difference and the adjusted p. Figures under their floor
//! are never compared. Nothing here ranks units; for many small ones see [`funnel`].

mod evidence;
pub mod finite;
pub mod funnel;
mod overlap;
mod rest;
pub mod sensitivity;
pub mod supply;
mod verdict;
pub mod window;

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

pub use verdict::{Against, Reason, Verdict};

use crate::link::Links;
use crate::metrics::{Definition, Figure, Level, Measured, Method, Status, Unit, fixed, printed};
use crate::period::Period;
use crate::settings;
use crate::stats::{self, Interval};
use evidence::Evidence;

/// What a figure is held against.
#[derive(Clone, Debug, PartialEq)]
pub struct Base {
    pub period: Period,
    /// Id of the earlier figure; the rest of the city has none.
    pub figure: Option<String>,
    /// As printed, `86.4%`.
    pub printed: String,
    pub denominator: i64,
}

/// One figure against one base.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Id of the figure.
    pub id: String,
    pub level: Level,
    pub against: Against,
    /// `None` where there is nothing to hold it against.
    pub base: Option<Base>,
    /// Figure less base as an exact fraction, in the figure's unit.
    pub difference: Option<(i128, i128)>,
    pub unit: Unit,
    /// 95 % interval of the difference, in the figure's unit (rates −1 to 1, scores −100 to 100).
    pub interval: Option<Interval>,
    /// Two-sided p of no difference.
    pub p: Option<f64>,
    /// The same, adjusted for its family (Benjamini and Hochberg).
    pub adjusted: Option<f64>,
    pub verdict: Verdict,
    /// Whether over 30 % of the enterprises are in both quarters, so that the two are not independent.
    pub overlap: bool,
    family: String,
}

/// What is printed beside a change when many enterprises are in both quarters.
pub const OVERLAP: &str = "样本重叠，仅供参考";

impl Comparison {
    /// The difference with its sign, `+3.2个百分点`, `-1.25分`; rounded once, half away from zero.
    pub fn printed(&self) -> Option<String> {
        let text = self.fixed()?;
        let positive = !text.starts_with('-') && text.chars().any(|c| c.is_ascii_digit() && c != '0');
        Some(format!("{}{text}{}", if positive { "+" } else { "" }, self.measure()))
    }

    /// The size of the difference without a sign, `3.2个百分点`, to follow a word of direction.
    pub fn magnitude(&self) -> Option<String> {
        Some(format!("{}{}", self.fixed()?.trim_start_matches('-'), self.measure()))
    }

    /// What is printed of a change as one number: `上升3.2个百分点` where the test gives a direction, else the size.
    /// Against the rest of the city the word stands apart, and this is the size alone.
    pub fn told(&self) -> Option<String> {
        let size = self.magnitude()?;
        let is_word = self.verdict.is_direction() && self.against != Against::Rest;
        Some(if is_word { format!("{}{size}", self.word()) } else { size })
    }

    /// The interval of the difference, `-1.2～7.6个百分点`.
    pub fn printed_interval(&self) -> Option<String> {
        let Interval { lower, upper } = self.interval?;
        let text = |bound: f64| match self.unit {
            Unit::Rate => crate::metrics::float(bound * 100.0, 1),
            _ => crate::metrics::float(bound, 2),
        };
        Some(format!("{}～{}{}", text(lower), text(upper), self.measure()))
    }

    /// The only words of change or rank: `环比上升3.2个百分点`, `与上季度相比无显著变化`, or why
    /// there is no comparison. Overlapping samples are said so.
    pub fn words(&self) -> String {
        let (lead, size) = self.sentence();
        let Some(size) = size else { return lead };
        let overlap = if self.overlap { format!("（{OVERLAP}）") } else { String::new() };
        format!("{lead}{size}{overlap}")
    }

    /// The same with the base it is held against, as (text, id of the number it prints):
    /// `环比` `上升3.2个百分点` `（上季度` `83.2%` `）`.
    pub fn parts(&self) -> Vec<(String, Option<String>)> {
        let (lead, size) = self.sentence();
        let mut out = vec![(lead, None)];
        out.extend(size.map(|size| (size, Some(format!("{}:{}", self.id, self.against.id())))));
        if let Some(base) = self.base.as_ref().filter(|_| self.p.is_some()) {
            let (name, id) = match self.against {
                Against::Rest => ("其余", Some(format!("{}:others", self.id))),
                _ => (self.against.reference(self.level), base.figure.clone()),
            };
            let end = if self.overlap { format!("，{OVERLAP}）") } else { "）".into() };
            out.extend([(format!("（{name}"), None), (base.printed.clone(), id), (end, None)]);
        }
        out
    }

    /// What comes before the size of a change, and the size; without a direction the words alone.
    fn sentence(&self) -> (String, Option<String>) {
        let reference = self.against.reference(self.level);
        match (self.verdict, self.magnitude(), self.against) {
            (Verdict::Up | Verdict::Down, Some(size), Against::Rest) => {
                (format!("{}{reference}", self.word()), Some(size))
            }
            (Verdict::Up | Verdict::Down, Some(_), _) => (self.against.change().to_owned(), self.told()),
            _ => (self.word().to_owned(), None),
        }
    }

    /// `上升`, `低于`, `与上季度相比无显著变化` …
    pub fn word(&self) -> &'static str {
        self.verdict.word(self.against, self.level)
    }

    fn fixed(&self) -> Option<String> {
        let (numerator, denominator) = self.difference?;
        Some(match self.unit {
            Unit::Rate => fixed(numerator * 100, denominator, 1),
            _ => fixed(numerator, denominator, 2),
        })
    }

    fn measure(&self) -> &'static str {
        if self.unit == Unit::Rate { "个百分点" } else { "分" }
    }
}

/// All comparisons of a period, in the order of its figures.
#[derive(Clone, Debug, Default)]
pub struct Comparisons {
    pub all: Vec<Comparison>,
    by_id: HashMap<(String, Against), usize>,
}

impl Comparisons {
    /// The comparison of a figure, if its metric is compared at its level.
    pub fn of(&self, id: &str, against: Against) -> Option<&Comparison> {
        self.by_id.get(&(id.to_owned(), against)).map(|at| &self.all[*at])
    }

    /// The verdict of a figure; a figure that is never tested gives [`Reason::NoTest`].
    pub fn verdict(&self, id: &str, against: Against) -> Verdict {
        self.of(id, against).map_or(Verdict::NotComparable(Reason::NoTest), |c| c.verdict)
    }
}

/// Compares every figure of a period that has an interval: with the quarter before and the same quarter
/// of the year before at every level, with the rest of the city for districts and agencies.
///
/// Families for the adjustment: one metric (and item) over the units of a level; for the city, the items of a metric.
pub fn compare(
    measured: &BTreeMap<Period, Measured>,
    period: Period,
    links: &Links,
    settings: &settings::Metrics,
) -> Comparisons {
    let Some(now) = measured.get(&period) else { return Comparisons::default() };
    let mut all = Vec::new();
    let overlaps = overlap::Overlaps::new(links);
    for (against, then) in [(Against::Quarter, period.previous()), (Against::Year, period.year_before())] {
        let then = measured.get(&then);
        let overlap = then.map(|then| overlaps.between(now, then)).unwrap_or_default();
        all.extend(with_earlier(against, now, then, &overlap, links, settings));
    }
    all.extend(rest::with_rest(now, settings));
    settle(&mut all);
    let by_id = all.iter().enumerate().map(|(at, c)| ((c.id.clone(), c.against), at)).collect();
    Comparisons { all, by_id }
}

fn with_earlier<'a>(
    against: Against,
    now: &'a Measured,
    then: Option<&'a Measured>,
    overlap: &'a overlap::Shared,
    links: &'a Links,
    settings: &'a settings::Metrics,
) -> impl Iterator<Item = Comparison> + 'a {
    let earlier: HashMap<_, &Figure> =
        then.into_iter().flat_map(|m| &m.figures).map(|f| (place(f), f)).collect();
    let is_open = move |metric: &str| {
        [Some(now), then].into_iter().flatten().any(|m| window::is_open(links, m.period, metric))
    };
    tested(now).map(move |(figure, definition)| {
        let mut out = blank(figure, against);
        let before = earlier.get(&place(figure)).copied();
        out.base = before.map(|b| Base {
            period: b.period,
            figure: Some(b.id()),
            printed: printed(b),
            denominator: b.denominator.unwrap_or(0),
        });
        out.overlap = overlap.contains(definition, figure);
        let reason = match (then, before) {
            (None, _) => Some(Reason::NoEarlierPeriod),
            (_, None) => Some(Reason::NotInEarlierPeriod),
            (_, Some(before)) => {
                few(figure, before).or_else(|| is_open(figure.metric).then_some(Reason::StillOpen))
            }
        };
        if let (None, Some(then), Some(before)) = (reason, then, before) {
            let sides = Evidence::of(now, figure, settings).zip(Evidence::of(then, before, settings));
            test(&mut out, sides);
        } else {
            out.verdict = Verdict::NotComparable(reason.unwrap_or(Reason::NoTest));
        }
        out
    })
}

/// What makes two figures of different quarters the same.
fn place(f: &Figure) -> (Level, &str, &'static str, &'static str) {
    (f.level, &f.unit_code, f.metric, f.item)
}

fn few(now: &Figure, then: &Figure) -> Option<Reason> {
    match (now.status, then.status) {
        (Status::Ok, Status::Ok) => None,
        (Status::Ok, _) => Some(Reason::FewThen),
        _ => Some(Reason::FewNow),
    }
}

/// Figures whose metric has an interval, hence a test.
fn tested(measured: &Measured) -> impl Iterator<Item = (&Figure, &'static Definition)> {
    measured
        .figures
        .iter()
        .filter_map(|f| Some((f, Definition::of(f.metric)?)))
        .filter(|(_, d)| d.method != Method::None)
}

fn blank(figure: &Figure, against: Against) -> Comparison {
    // For the city the items of a metric are one family, elsewhere the units of a level.
    let item = if figure.level == Level::City { "" } else { figure.item };
    Comparison {
        id: figure.id(),
        level: figure.level,
        against,
        base: None,
        difference: None,
        unit: figure.unit,
        interval: None,
        p: None,
        adjusted: None,
        verdict: Verdict::NotComparable(Reason::NoTest),
        overlap: false,
        family: format!("{}/{}/{}/{item}", against.id(), figure.level.id(), figure.metric),
    }
}

/// Difference, interval and p; the verdict waits for the family.
fn test(out: &mut Comparison, sides: Option<(Evidence, Evidence)>) {
    let Some((ours, base)) = sides else { return };
    out.difference = Some(ours.less(&base));
    let (interval, p) = ours.test(&base);
    out.interval = Some(interval);
    out.p = Some(p);
}

/// Adjusts each family and gives the verdicts of all that were tested.
fn settle(all: &mut [Comparison]) {
    let mut families: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, comparison) in all.iter().enumerate().filter(|(_, c)| c.p.is_some()) {
        families.entry(comparison.family.clone()).or_default().push(at);
    }
    for members in families.values() {
        let p: Vec<f64> = members.iter().map(|at| all[*at].p.unwrap_or(1.0)).collect();
        for (at, adjusted) in members.iter().zip(stats::benjamini_hochberg(&p)) {
            let comparison = &mut all[*at];
            comparison.adjusted = Some(adjusted);
            if let Some(interval) = comparison.interval {
                comparison.verdict = Verdict::given(interval, adjusted);
            }
        }
    }
}

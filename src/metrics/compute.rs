//! Runs the definitions over the facts: one lazy query per frame and level, plain figures out.

use std::collections::{BTreeMap, HashMap};

use polars::prelude::{Expr, PolarsResult};

use super::catalogue::{CATALOGUE, Definition, Level, Method, Rule};
use super::facts::{Facts, Frame, gather};
use super::figure::{Exact, Figure, Status};
use super::frame::{Table, whole};
use super::units::{UnitOf, units};
use super::{CATEGORIES, frame};
use crate::answer::Id;
use crate::error::{Error, Result};
use crate::link::Links;
use crate::period::Period;
use crate::settings;
use crate::stats::{self, Interval};

/// All figures of a period, and what they were computed from.
pub struct Measured {
    pub period: Period,
    pub units: Vec<UnitOf>,
    /// By level, unit, and order of the catalogue.
    pub figures: Vec<Figure>,
    pub facts: BTreeMap<Frame, Facts>,
    by_id: HashMap<(String, String), usize>,
}

/// What one fact put into a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// Ids of the returns behind the fact.
    pub returns: Vec<Id>,
    /// Index of the category the fact is about, where it is about one.
    pub category: Option<usize>,
    /// Index of the indicator in its supplement, where it is about one.
    pub indicator: Option<usize>,
    /// Part in the numerator, over the scale of the figure's numerator (days for the median).
    pub numerator: i64,
    pub denominator: i64,
}

impl Measured {
    /// A figure by unit code and name (`<metric>[.<item>]`).
    pub fn figure(&self, unit_code: &str, name: &str) -> Option<&Figure> {
        self.by_id.get(&(unit_code.to_owned(), name.to_owned())).map(|at| &self.figures[*at])
    }

    /// Units of a level.
    pub fn units_at(&self, level: Level) -> impl Iterator<Item = &UnitOf> {
        self.units.iter().filter(move |u| u.level == level)
    }

    /// The facts behind a figure, with what each put into it; facts that put nothing into the
    /// denominator are given too, with zeros.
    ///
    /// # Errors
    /// An internal fault of the computation.
    pub fn contributions(&self, figure: &Figure) -> Result<Vec<Contribution>> {
        let Some(definition) = Definition::of(figure.metric) else { return Ok(Vec::new()) };
        let Some(unit) = self.units.iter().find(|u| u.level == figure.level && u.code == figure.unit_code)
        else {
            return Ok(Vec::new());
        };
        let (frames, terms): (Vec<Frame>, Vec<Expr>) = match definition.rule {
            Rule::Ratio { frame, terms, .. } => {
                let terms = terms(figure.item);
                (vec![frame_at(frame, figure.level)], vec![terms.numerator, terms.denominator])
            }
            Rule::MedianDays => (vec![Frame::Pairs], vec![whole("days"), whole("matched")]),
            Rule::StructureGap | Rule::StructureMismatch => {
                return self.structure_contributions(figure, unit);
            }
        };
        let mut out = Vec::new();
        for which in frames {
            out.extend(self.rows(which, unit, &terms)?);
        }
        Ok(out)
    }

    fn structure_contributions(&self, figure: &Figure, unit: &UnitOf) -> Result<Vec<Contribution>> {
        let mut out = Vec::new();
        for (which, prefix) in [(Frame::Needs, "need"), (Frame::Services, "service")] {
            let all = CATEGORIES.iter().map(|c| whole(format!("{prefix}_{c}"))).reduce(|a, b| a + b);
            let Some(all) = all else { continue };
            let own =
                if figure.item.is_empty() { all.clone() } else { whole(format!("{prefix}_{}", figure.item)) };
            out.extend(self.rows(which, unit, &[own, all])?);
        }
        Ok(out)
    }

    fn rows(&self, which: Frame, unit: &UnitOf, terms: &[Expr]) -> Result<Vec<Contribution>> {
        let Some(facts) = self.facts.get(&which) else { return Ok(Vec::new()) };
        // Made anew for whoever asks: a run does not, and would hold it beside the facts.
        let table = frame::table(facts).map_err(internal)?;
        let rows = frame::each(&table, unit.level, &unit.group, terms).map_err(internal)?;
        let one = |(fact, values): (u32, Vec<i64>)| {
            let fact = &facts.rows[fact as usize];
            Contribution {
                returns: fact.returns().collect(),
                category: usize::try_from(fact.category).ok(),
                indicator: usize::try_from(fact.indicator).ok(),
                numerator: values[0],
                denominator: values[1],
            }
        };
        Ok(rows.into_iter().map(one).collect())
    }
}

fn internal(error: polars::prelude::PolarsError) -> Error {
    Error::internal(format!("计算指标：{error}"))
}

/// At category level the facts are those of form F joined to the categories of form C.
pub(crate) fn frame_at(frame: Frame, level: Level) -> Frame {
    if frame == Frame::Satisfaction && level == Level::Category {
        Frame::SatisfactionByCategory
    } else {
        frame
    }
}

/// Computes every figure of a period.
///
/// # Errors
/// An internal fault of the computation.
pub fn measure(links: &Links, period: Period, settings: &settings::Metrics) -> Result<Measured> {
    let facts = gather(links, period, settings.middle_score);
    let frames = facts
        .iter()
        .map(|(f, facts)| Ok((*f, frame::table(facts)?)))
        .collect::<PolarsResult<BTreeMap<_, _>>>();
    let frames = frames.map_err(internal)?;
    let units = units(links, period);
    let mut sums = Sums::default();
    for level in Level::ALL {
        sums.collect(&frames, level).map_err(internal)?;
    }
    let mut figures = Vec::new();
    for unit in &units {
        for definition in CATALOGUE.iter().filter(|d| d.levels().contains(&unit.level)) {
            for item in definition.items {
                figures.push(sums.figure(definition, item, unit, period, settings));
            }
        }
    }
    let by_id = figures.iter().enumerate().map(|(at, f)| ((f.unit_code.clone(), f.name()), at)).collect();
    Ok(Measured { period, units, figures, facts, by_id })
}

/// Metric, item and the three terms summed for them.
type Wanted = (&'static str, &'static str, [Expr; 3]);

/// Sums of numerator, denominator and floor by (level, unit, metric, item).
type Key = (Level, String, &'static str, &'static str);

#[derive(Default)]
struct Sums {
    ratios: HashMap<Key, [i64; 3]>,
    medians: HashMap<(Level, String), (i64, i64)>,
    /// Ticks of needs and services.
    ticks: HashMap<(Level, String), [Vec<i64>; 2]>,
    /// Levels of the three-level ratings, for their intervals.
    levels: HashMap<Key, [i64; 3]>,
}

impl Sums {
    fn collect(&mut self, frames: &BTreeMap<Frame, Table>, level: Level) -> PolarsResult<()> {
        let mut wanted: BTreeMap<Frame, Vec<Wanted>> = BTreeMap::new();
        for definition in CATALOGUE.iter().filter(|d| d.levels().contains(&level)) {
            let Rule::Ratio { frame, terms, .. } = definition.rule else { continue };
            for item in definition.items {
                let t = terms(item);
                let floor = t.floor.unwrap_or_else(|| t.denominator.clone());
                wanted.entry(frame_at(frame, level)).or_default().push((
                    definition.id,
                    item,
                    [t.numerator, t.denominator, floor],
                ));
            }
        }
        for (which, wanted) in wanted {
            let Some(frame) = frames.get(&which) else { continue };
            let terms: Vec<Expr> = wanted.iter().flat_map(|(_, _, t)| t.clone()).collect();
            for (unit, sums) in frame::sums(frame, level, &terms)? {
                for ((metric, item, _), three) in wanted.iter().zip(sums.chunks_exact(3)) {
                    self.ratios.insert((level, unit.clone(), metric, item), [three[0], three[1], three[2]]);
                }
            }
            if matches!(which, Frame::Satisfaction | Frame::SatisfactionByCategory) {
                self.collect_levels(frame, level)?;
            }
        }
        if level <= Level::District {
            self.collect_structure(frames, level)?;
        }
        Ok(())
    }

    fn collect_levels(&mut self, frame: &Table, level: Level) -> PolarsResult<()> {
        let terms: Vec<Expr> =
            super::RATINGS.iter().flat_map(|i| ["a", "b", "c"].map(|w| whole(format!("{i}_{w}")))).collect();
        for (unit, sums) in frame::sums(frame, level, &terms)? {
            for (item, three) in super::RATINGS.iter().zip(sums.chunks_exact(3)) {
                self.levels.insert((level, unit.clone(), "item_score", item), [three[0], three[1], three[2]]);
            }
        }
        Ok(())
    }

    fn collect_structure(&mut self, frames: &BTreeMap<Frame, Table>, level: Level) -> PolarsResult<()> {
        for (side, (which, prefix)) in
            [(Frame::Needs, "need"), (Frame::Services, "service")].into_iter().enumerate()
        {
            let terms: Vec<Expr> = CATEGORIES.iter().map(|c| whole(format!("{prefix}_{c}"))).collect();
            if let Some(frame) = frames.get(&which) {
                for (unit, sums) in frame::sums(frame, level, &terms)? {
                    self.ticks.entry((level, unit)).or_default()[side] = sums;
                }
            }
        }
        if let Some(pairs) = frames.get(&Frame::Pairs) {
            for (unit, twice, n) in frame::median_days(pairs, level)? {
                self.medians.insert((level, unit), (twice, n));
            }
        }
        Ok(())
    }

    fn figure(
        &self,
        d: &'static Definition,
        item: &'static str,
        unit: &UnitOf,
        period: Period,
        settings: &settings::Metrics,
    ) -> Figure {
        let mut figure = Figure {
            period,
            level: unit.level,
            unit_code: unit.code.clone(),
            unit_name: unit.name.clone(),
            metric: d.id,
            item,
            numerator: None,
            denominator: None,
            fraction: None,
            value: None,
            interval: None,
            unit: d.unit,
            status: Status::NoData,
        };
        match d.rule {
            Rule::Ratio { scale, .. } => self.ratio(&mut figure, d, unit, scale, settings),
            Rule::MedianDays => self.median(&mut figure, unit, settings),
            Rule::StructureGap | Rule::StructureMismatch => self.structure(&mut figure, unit),
        }
        figure.value = figure.fraction.map(|(n, d)| n as f64 / d as f64);
        figure
    }

    fn ratio(
        &self,
        figure: &mut Figure,
        d: &'static Definition,
        unit: &UnitOf,
        scale: i64,
        settings: &settings::Metrics,
    ) {
        let key = (unit.level, unit.group.clone(), d.id, figure.item);
        let [numerator, denominator, floor] = self.ratios.get(&key).copied().unwrap_or_default();
        figure.numerator = Some(Exact { mantissa: numerator, scale });
        figure.denominator = Some(denominator);
        if denominator == 0 {
            return;
        }
        figure.fraction = Some((i128::from(numerator), i128::from(scale) * i128::from(denominator)));
        figure.status = status(unit.level, floor, settings);
        let levels = self.levels.get(&key).copied().unwrap_or_default();
        figure.interval = interval(
            d.method,
            numerator as f64 / scale as f64,
            denominator as f64,
            levels,
            settings.middle_score,
        );
    }

    fn median(&self, figure: &mut Figure, unit: &UnitOf, settings: &settings::Metrics) {
        let (twice, n) = self.medians.get(&(unit.level, unit.group.clone())).copied().unwrap_or_default();
        figure.denominator = Some(n);
        if n > 0 {
            figure.fraction = Some((i128::from(twice), 2));
            figure.status = status(unit.level, n, settings);
        }
    }

    fn structure(&self, figure: &mut Figure, unit: &UnitOf) {
        let Some([needs, services]) = self.ticks.get(&(unit.level, unit.group.clone())) else { return };
        let (all_needs, all_services): (i64, i64) = (needs.iter().sum(), services.iter().sum());
        if all_needs == 0 || all_services == 0 {
            return;
        }
        // Both shares over one denominator, so that the difference is exact.
        let gap = |i: usize| {
            i128::from(needs[i]) * i128::from(all_services) - i128::from(services[i]) * i128::from(all_needs)
        };
        let whole = i128::from(all_needs) * i128::from(all_services);
        figure.fraction = Some(match CATEGORIES.iter().position(|c| *c == figure.item) {
            Some(i) => (gap(i), whole),
            None => ((0..CATEGORIES.len()).map(|i| gap(i).abs()).sum(), 2 * whole),
        });
        let enough = all_needs.min(all_services) >= 20;
        figure.status = if enough { Status::Ok } else { Status::SmallN };
    }
}

/// Least denominator of a level; below it a figure is `small_n`.
pub fn floor(level: Level, settings: &settings::Metrics) -> u64 {
    match level {
        Level::City => settings.floor_city,
        Level::District => settings.floor_district,
        Level::Agency => settings.floor_agency,
        Level::Category => settings.floor_category,
        Level::Size => settings.floor_size,
    }
}

fn status(level: Level, n: i64, settings: &settings::Metrics) -> Status {
    if u64::try_from(n).unwrap_or(0) < floor(level, settings) { Status::SmallN } else { Status::Ok }
}

fn interval(method: Method, x: f64, n: f64, levels: [i64; 3], middle: f64) -> Option<Interval> {
    match method {
        Method::None => None,
        Method::Wilson => Some(stats::wilson(x, n)),
        Method::Mover => Some(stats::mover(levels.map(|l| u64::try_from(l).unwrap_or(0)), middle)),
        Method::WilsonOnMean => Some(stats::wilson(x / 100.0, n).scaled(100.0)),
    }
}

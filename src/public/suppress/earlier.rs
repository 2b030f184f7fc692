//! What a quarter tells of the quarters before it.
//!
//! The share of enterprises that report back has the enterprises served in the four
//! quarters before as its denominator: beside it, a hidden count of projects of one
//! of these quarters is no longer hidden. Where a unit has such a count, its share
//! and denominator are withheld, and all such districts are one part of the city:
//! their sum can be computed, and follows the rules of published numbers.
//! Whatever table an earlier quarter may have had still fits then: served enterprises
//! can be spread over these districts as its projects are.

use std::collections::BTreeMap;

use super::model::{Limit, Model, Rules};
use super::tables::{Tables, counted_id};
use super::{Reason, Said};
use crate::metrics::{Figure, Level};
use crate::period::Period;
use crate::reference::district::CITY;
use crate::spec::Form;

/// The metric that looks back.
const FEEDBACK: &str = "feedback_rate";
/// Quarters that it looks back over.
const QUARTERS: i32 = 4;
/// Stands for the withheld districts together; no unit of the publication.
pub(super) const TOGETHER: &str = "together";

/// City totals that cannot be more than what earlier quarters had of the cells named.
const FLOORS: [(&str, &[&str]); 3] = [
    ("comparable", &["level_answered"]),
    ("change.improved", &["level.below", "level.average", "level.above"]),
    ("change.worse", &["level.average", "level.above", "level.leading"]),
];

/// Projects of the quarters before, by unit.
#[derive(Default)]
pub(super) struct Projects {
    total: BTreeMap<String, f64>,
    /// Units with a hidden count, and its name for explanations.
    hidden: BTreeMap<String, String>,
}

impl Projects {
    pub fn before(period: Period, models: &BTreeMap<Period, Model>) -> Self {
        let mut out = Self::default();
        let name = counted_id(Form::C);
        let near = models.iter().filter(|(p, _)| is_looked_at(period, **p));
        for (then, model) in near {
            for (at, cell) in model.cells.iter().enumerate().filter(|(_, c)| c.name == name) {
                *out.total.entry(cell.unit.clone()).or_default() += cell.value;
                if model.is_hidden(at) {
                    out.hidden.entry(cell.unit.clone()).or_insert(format!("{then}/{}", model.label(at)));
                }
            }
        }
        out
    }

    fn of(&self, unit: &str) -> f64 {
        self.total.get(unit).copied().unwrap_or(0.0)
    }

    /// Why the share of a unit is withheld.
    fn withholds(&self, figure: &Figure, rules: Rules) -> Option<Reason> {
        if let Some(of) = self.hidden.get(&figure.unit_code) {
            return Some(Reason::EarlierCount { of: of.clone() });
        }
        // From the open counts alone more is known than a hidden number may leave.
        let served = figure.denominator? as f64;
        let is_small = 0.0 < served && served < rules.threshold;
        let is_known = self.of(&figure.unit_code) - 1.0 < rules.threshold;
        (is_small && is_known).then_some(Reason::Small)
    }
}

fn is_looked_at(period: Period, then: Period) -> bool {
    (1..=QUARTERS).contains(&(period.ordinal() - then.ordinal()))
}

fn looks_back(figure: &Figure) -> bool {
    figure.metric == FEEDBACK
}

impl Tables<'_> {
    /// Units whose share of reports back is withheld; with `all`, every district's, for that reason.
    pub(super) fn withhold(&mut self, rules: Rules, all: Option<&Reason>) {
        let figures: Vec<&Figure> = self.published().filter(|f| looks_back(f)).collect();
        for figure in figures {
            let own = self.projects.withholds(figure, rules);
            let all = all.filter(|_| figure.level == Level::District).cloned();
            if let Some(why) = own.or(all) {
                self.withheld.insert(figure.unit_code.clone(), why);
            }
        }
    }

    /// Why a figure is withheld for what quarters before it hid.
    pub(super) fn withheld(&self, figure: &Figure) -> Option<&Reason> {
        self.withheld.get(&figure.unit_code).filter(|_| looks_back(figure))
    }

    /// What the projects of the quarters before say of the enterprises served in them: at least one where
    /// there was a project, at most one a project.
    pub(super) fn served_limits(&mut self) {
        for at in 0..self.model.cells.len() {
            let cell = &self.model.cells[at];
            if cell.name != "served" {
                continue;
            }
            let most = match cell.unit.as_str() {
                TOGETHER => self.withheld.keys().map(|unit| self.projects.of(unit)).sum(),
                unit => self.projects.of(unit),
            };
            let most = f64::max(most, cell.value);
            self.model.limits.push(Limit { terms: vec![(at, 1.0)], at_most: most });
            if self.model.cells[at].value > 0.0 {
                self.model.limits.push(Limit { terms: vec![(at, -1.0)], at_most: -1.0 });
            }
        }
    }

    /// Hides city totals that would say that a hidden number of an earlier quarter cannot be small.
    pub(super) fn floors(&mut self, models: &BTreeMap<Period, Model>) {
        for (name, parts) in FLOORS {
            let Some(cell) = self.cell(CITY.0, name) else { continue };
            let mut open = 0.0;
            let mut hidden = None;
            for (then, model) in models.range(..self.period) {
                let city = |at: &usize| model.is_city(*at) && parts.contains(&&*model.cells[*at].name);
                for at in (0..model.cells.len()).filter(city) {
                    match model.is_hidden(at) {
                        true => hidden = hidden.or(Some(format!("{then}/{}", model.label(at)))),
                        false => open += model.cells[at].value,
                    }
                }
            }
            if let Some(of) = hidden.filter(|_| self.model.cells[cell].value > open) {
                self.model.hide(cell, Reason::EarlierCount { of });
            }
        }
    }

    /// Small counts of the period before that have hardly moved.
    pub fn carry(&mut self, before: Option<&Model>, rules: Rules) {
        let Some(before) = before else { return };
        for old in before.cells.iter().filter(|c| c.hidden == Some(Reason::Small)) {
            let Some(now) = self.cell(&old.unit, &old.name) else { continue };
            let value = self.model.cells[now].value;
            if value >= rules.threshold && value - old.value < rules.threshold {
                self.model.hide(now, Reason::EarlierPeriod);
            }
        }
    }
}

/// Whether an earlier edition told the share of a district, so that it cannot be left out any more.
pub(super) fn was_told(said: &Said, period: Period) -> bool {
    let own = format!("{period}/");
    let of_period = said.range(own.clone()..).take_while(|(id, _)| id.starts_with(&own));
    let city = format!("{own}{}/", CITY.0);
    let of_district = |id: &str| id.ends_with(FEEDBACK) && !id.starts_with(&city);
    of_period.into_iter().any(|(id, r)| of_district(id) && !(r.told.is_empty() && r.bases.is_empty()))
}

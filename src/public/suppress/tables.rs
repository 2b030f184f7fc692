//! What is published, at which level, and which quantities stand behind each figure.
//!
//! Levels with many small units publish few metrics: a figure that is not
//! published needs no star, and everything published is one more equation for
//! whoever wants to know too much.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::earlier::{Projects, TOGETHER};
use super::model::{Limit, Model, Rules};
use super::{Ground, Plan, Reason};
use crate::link::{Links, district_code};
use crate::metrics::{CATEGORIES, Figure, Level, Measured, RATINGS};
use crate::period::Period;
use crate::public::released::{Released, Said};
use crate::public::site::view::decimal;
use crate::reference::district::CITY;
use crate::spec::Form;

/// Forms whose counted returns are published, with what is counted.
pub const COUNTED: [(Form, &str); 4] = [
    (Form::B, "需求调查企业数"),
    (Form::C, "服务项目数"),
    (Form::F, "满意度调查表份数"),
    (Form::E, "情况反馈企业数"),
];

/// Name of the count of a form: `counted.B`.
pub fn counted_id(form: Form) -> String {
    format!("counted.{form}")
}

const ALL: &[Level] = &Level::ALL;
const CITY_AND_DISTRICTS: &[Level] = &[Level::City, Level::District];
const CITY_ONLY: &[Level] = &[Level::City];

/// Levels at which a metric is published.
pub fn published_levels(metric: &str) -> &'static [Level] {
    match metric {
        "satisfied_rate" | "composite_score" => ALL,
        "response_rate"
        | "closed_loop_rate"
        | "demand_response_rate"
        | "median_response_days"
        | "feedback_rate"
        | "next_need_rate"
        | "below_industry_share"
        | "standard_level_share"
        | "quality_base_coverage"
        | "demand_share"
        | "service_share" => CITY_AND_DISTRICTS,
        _ => CITY_ONLY,
    }
}

/// Denominator and numerator of a figure that has its own cells.
struct Names {
    denominator: String,
    numerator: String,
    /// Whether the numerator is a count of enterprises or projects with a property of their own, printed
    /// beside the share.
    is_printed: bool,
}

fn names(metric: &str, item: &str) -> Option<Names> {
    let (denominator, numerator, is_printed) = match metric {
        "satisfied_rate" => (format!("answered.{item}"), format!("satisfied.{item}"), false),
        "composite_score" => ("respondents".into(), "composite".into(), false),
        "response_rate" => (counted_id(Form::C), "surveyed".into(), false),
        "closed_loop_rate" => (counted_id(Form::C), "closed".into(), false),
        "demand_response_rate" => ("pairs".into(), "matched".into(), false),
        "feedback_rate" => ("served".into(), "fed_back".into(), false),
        "next_need_rate" => (counted_id(Form::E), "next_need".into(), false),
        "below_industry_share" => ("level_answered".into(), "level.below".into(), true),
        "standard_level_share" => ("level_answered".into(), format!("level.{item}"), true),
        "quality_base_coverage" => (format!("base_answered.{item}"), format!("base.{item}"), true),
        "demand_share" => ("need_any".into(), format!("need.{item}"), true),
        "service_share" => ("service_any".into(), format!("service.{item}"), true),
        "level_change" => ("comparable".into(), format!("change.{item}"), true),
        _ => return None,
    };
    Some(Names { denominator, numerator, is_printed })
}

/// Whether the numerator of a metric is a count of enterprises or projects, printed where it is shown.
pub fn is_count(metric: &str) -> bool {
    names(metric, "").is_some_and(|n| n.is_printed)
}

/// The quantities of one period.
pub(super) struct Tables<'a> {
    pub model: Model,
    pub(super) period: Period,
    measured: &'a Measured,
    at: HashMap<(String, String), usize>,
    /// Whether size classes are published.
    has_sizes: bool,
    /// Of the quarters before.
    pub(super) projects: Projects,
    /// Units whose share of reports back is not told, with the reason.
    pub(super) withheld: BTreeMap<String, Reason>,
}

/// What a period is told without, where it is too small for all.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Without<'r> {
    pub sizes: bool,
    /// The share of reports back by district, and why.
    pub feedback: Option<&'r Reason>,
}

impl<'a> Tables<'a> {
    pub fn new(
        ground: &Ground,
        (period, measured): (Period, &'a Measured),
        before: &BTreeMap<Period, Model>,
        rules: Rules,
        without: Without,
    ) -> Self {
        let mut out = Self {
            model: Model::default(),
            period,
            measured,
            at: HashMap::new(),
            has_sizes: !without.sizes,
            projects: Projects::before(period, before),
            withheld: BTreeMap::new(),
        };
        out.withhold(rules, without.feedback);
        out.counts(ground.links);
        for figure in out.published() {
            out.figure(figure);
        }
        out.sums();
        out.limits(ground.settings.metrics.middle_score / 100.0);
        out.served_limits();
        out.floors(before);
        for ((_, unit), cases) in ground.cases.iter().filter(|((p, _), _)| *p == period) {
            if let Some(cell) = out.cell(unit, &counted_id(Form::C)) {
                out.model.cells[cell].least = *cases as f64;
            }
        }
        out
    }

    /// Figures of the public edition, hidden ones included.
    pub(super) fn published(&self) -> impl Iterator<Item = &'a Figure> + use<'a> {
        let has_sizes = self.has_sizes;
        let figures = self.measured.figures.iter();
        figures.filter(move |f| is_published(f) && (has_sizes || f.level != Level::Size))
    }

    pub(super) fn cell(&self, unit: &str, name: &str) -> Option<usize> {
        self.at.get(&(unit.to_owned(), name.to_owned())).copied()
    }

    fn add(&mut self, unit: &str, name: &str, value: f64, weight: f64, is_count: bool) -> usize {
        let key = (unit.to_owned(), name.to_owned());
        if let Some(cell) = self.at.get(&key) {
            return *cell;
        }
        let cell = self.model.push(unit, name, value, weight, is_count);
        self.at.insert(key, cell);
        cell
    }

    fn counts(&mut self, links: &Links) {
        let Some(accounting) = links.accounting.get(&self.period) else { return };
        for (form, _) in COUNTED {
            let name = counted_id(form);
            let total = accounting.city(form).counted as f64;
            self.add(CITY.0, &name, total, total, true);
            for district in accounting.received_districts() {
                let n = accounting.of(form, district).counted as f64;
                self.add(district_code(district), &name, n, n, true);
            }
        }
    }

    /// The cells of a figure, tied together.
    fn figure(&mut self, figure: &Figure) {
        let Some(names) = names(figure.metric, figure.item) else { return };
        let (Some(numerator), Some(n)) = (figure.numerator, figure.denominator) else { return };
        let n = n as f64;
        match (self.withheld(figure).is_some(), figure.level) {
            (false, _) => {}
            // Nothing of the city is told, so that nothing of districts adds up to it.
            (true, Level::City) => return,
            (true, _) => return self.together(&names, numerator.as_f64(), n),
        }
        // A score is counted in full marks, so that it weighs like a number of answers. All other
        // numerators can be told from the rate and its n, and follow the rule of counts.
        let is_score = figure.metric == "composite_score";
        let scale = if is_score { 100.0 } else { 1.0 };
        let denominator = self.add(&figure.unit_code, &names.denominator, n, n, true);
        if self.cell(&figure.unit_code, &names.numerator).is_none() {
            let value = numerator.as_f64() / scale;
            let weight = if names.is_printed { value } else { n };
            let numerator = self.add(&figure.unit_code, &names.numerator, value, weight, !is_score);
            self.model.share(denominator, numerator);
        }
    }

    /// Adds a withheld district to the part that all of them are.
    fn together(&mut self, names: &Names, numerator: f64, n: f64) {
        let denominator = self.add(TOGETHER, &names.denominator, 0.0, 0.0, true);
        let top = self.add(TOGETHER, &names.numerator, 0.0, 0.0, true);
        if self.model.cells[top].base.is_none() {
            self.model.share(denominator, top);
        }
        for (cell, more) in [(denominator, n), (top, numerator)] {
            self.model.cells[cell].value += more;
            self.model.cells[cell].weight += n;
        }
    }

    fn units(&self, level: Level) -> Vec<String> {
        self.measured.units_at(level).map(|u| u.code.clone()).collect()
    }

    /// City = districts, city = agencies, city = size classes, and what makes up a whole within a unit.
    fn sums(&mut self) {
        let cells = 0..self.model.cells.len();
        let totals: Vec<usize> = cells.filter(|c| self.model.cells[*c].unit == CITY.0).collect();
        for level in [Level::District, Level::Agency, Level::Size] {
            let mut units = self.units(level);
            if level == Level::District {
                units.push(TOGETHER.to_owned());
            }
            for total in &totals {
                let name = self.model.cells[*total].name.clone();
                let parts: Vec<usize> = units.iter().filter_map(|u| self.cell(u, &name)).collect();
                if !parts.is_empty() {
                    self.model.over_units(*total, parts);
                }
            }
        }
        for unit in self.units(Level::City).into_iter().chain(self.units(Level::District)) {
            self.whole(&unit, "level_answered", "level.");
            self.whole(&unit, "comparable", "change.");
            self.asked(&unit);
            // Nobody counts who ticks nothing, so these two are one and the same.
            for (any, form) in [("need_any", Form::B), ("service_any", Form::C)] {
                if let (Some(any), Some(all)) = (self.cell(&unit, any), self.cell(&unit, &counted_id(form))) {
                    self.model.sum(all, vec![any]);
                }
            }
        }
    }

    fn whole(&mut self, unit: &str, whole: &str, prefix: &str) {
        let parts = self.with_prefix(unit, prefix);
        if let (Some(whole), false) = (self.cell(unit, whole), parts.is_empty()) {
            self.model.sum(whole, parts);
        }
    }

    /// Enterprises and what they ask for: the same ticks, counted once by category and once together. Those
    /// without a date, missing in one, are taken as known.
    fn asked(&mut self, unit: &str) {
        let ticks = self.answerable(unit, "need.");
        if let (Some(pairs), false) = (self.cell(unit, "pairs"), ticks.is_empty()) {
            self.model.sum(pairs, ticks);
        }
    }

    /// The cells of the categories that a service can answer.
    fn answerable(&self, unit: &str, prefix: &str) -> Vec<usize> {
        let named = &CATEGORIES[..CATEGORIES.len() - 1];
        named.iter().filter_map(|category| self.cell(unit, &format!("{prefix}{category}"))).collect()
    }

    fn with_prefix(&self, unit: &str, prefix: &str) -> Vec<usize> {
        let cells = self.model.cells.iter().enumerate();
        cells.filter(|(_, c)| c.unit == unit && c.name.starts_with(prefix)).map(|(i, _)| i).collect()
    }

    /// What a reader knows from the definitions.
    fn limits(&mut self, middle: f64) {
        let units: Vec<String> = self.measured.units.iter().map(|u| u.code.clone()).collect();
        let (b, c, f) = (counted_id(Form::B), counted_id(Form::C), counted_id(Form::F));
        for unit in units {
            self.at_most(&unit, "level_answered", &b);
            self.at_most(&unit, "comparable", &b);
            self.at_most(&unit, "respondents", &f);
            self.at_most(&unit, "surveyed", &f);
            self.at_most(&unit, "closed", "surveyed");
            for item in ["self_declared", "standards", "patents"] {
                self.at_most(&unit, &format!("base_answered.{item}"), &b);
            }
            for item in RATINGS {
                self.at_most(&unit, &format!("answered.{item}"), "respondents");
            }
            for (any, prefix) in [(&b, "need."), (&c, "service.")] {
                self.at_most_sum(&unit, any, prefix);
            }
            self.at_most(&unit, "fed_back", &counted_id(Form::E));
            self.composite(&unit, middle);
        }
        for category in self.units(Level::Category) {
            self.within_city(&category);
        }
        self.of_city();
    }

    /// What only the city has, or only there is of the same enterprises.
    fn of_city(&mut self) {
        self.at_most(CITY.0, "comparable", "level_answered");
        let (below, average) = ("level.below", "level.average");
        let (above, leading) = ("level.above", "level.leading");
        let now = [("change.improved", [average, above, leading]), ("change.worse", [below, average, above])];
        for (change, levels) in now {
            let levels = levels.iter().filter_map(|l| self.cell(CITY.0, l)).collect();
            self.at_most_of(self.cell(CITY.0, change), levels);
        }
        self.at_most_of(self.cell(CITY.0, "matched"), self.answerable(CITY.0, "service."));
    }

    fn at_most_of(&mut self, less: Option<usize>, more: Vec<usize>) {
        if let (Some(less), false) = (less, more.is_empty()) {
            self.limit(more.into_iter().map(|m| (m, -1.0)).chain([(less, 1.0)]).collect());
        }
    }

    /// A category is a part of the city, though the categories do not add up: one project may be in two.
    fn within_city(&mut self, category: &str) {
        let service = format!("service.{category}");
        let pair = |s: &Self, name: &str| Some((s.cell(category, name)?, s.cell(CITY.0, name)?));
        if let (Some(part), Some(all)) = (self.cell(category, "respondents"), self.cell(CITY.0, &service)) {
            self.limit(vec![(part, 1.0), (all, -1.0)]);
        }
        let shares = RATINGS.iter().map(|i| (format!("answered.{i}"), format!("satisfied.{i}")));
        for (base, top) in shares.chain([("respondents".to_owned(), "composite".to_owned())]) {
            let (Some((n, all_n)), Some((a, all_a))) = (pair(self, &base), pair(self, &top)) else {
                continue;
            };
            self.limit(vec![(n, 1.0), (all_n, -1.0)]);
            self.limit(vec![(a, 1.0), (all_a, -1.0)]);
            self.limit(vec![(n, 1.0), (a, -1.0), (all_n, -1.0), (all_a, 1.0)]);
            self.model.cells[a].whole = Some(all_a);
        }
    }

    fn at_most(&mut self, unit: &str, less: &str, more: &str) {
        if let (Some(less), Some(more)) = (self.cell(unit, less), self.cell(unit, more)) {
            self.limit(vec![(less, 1.0), (more, -1.0)]);
        }
    }

    /// Everybody ticks at least one.
    fn at_most_sum(&mut self, unit: &str, any: &str, prefix: &str) {
        let ticks = self.with_prefix(unit, prefix);
        if let (Some(any), false) = (self.cell(unit, any), ticks.is_empty()) {
            let terms = ticks.into_iter().map(|t| (t, -1.0)).chain([(any, 1.0)]).collect();
            self.limit(terms);
        }
    }

    /// Every answer short of 满意 takes between a quarter of (1 − middle) and 1 off the composite.
    fn composite(&mut self, unit: &str, middle: f64) {
        let items: Option<Vec<(usize, usize)>> = RATINGS
            .iter()
            .map(|i| {
                Some((
                    self.cell(unit, &format!("answered.{i}"))?,
                    self.cell(unit, &format!("satisfied.{i}"))?,
                ))
            })
            .collect();
        let (Some(items), Some(all), Some(score)) =
            (items, self.cell(unit, "respondents"), self.cell(unit, "composite"))
        else {
            return;
        };
        let short = |by: f64| {
            items.iter().flat_map(move |(n, a)| [(*n, by), (*a, -by)]).collect::<Vec<(usize, f64)>>()
        };
        let least = (1.0 - middle) / 4.0;
        let mut lower = short(-1.0);
        lower.extend([(all, 1.0), (score, -1.0)]);
        self.limit(lower);
        if least > 1e-3 {
            let mut upper = short(least);
            upper.extend([(all, -1.0), (score, 1.0)]);
            self.limit(upper);
        }
    }

    /// Keeps a limit that is true here (a data fault elsewhere must not make the audit blind).
    fn limit(&mut self, terms: Vec<(usize, f64)>) {
        let left: f64 = terms.iter().map(|(c, k)| k * self.model.cells[*c].value).sum();
        self.model.limits.push(Limit { terms, at_most: left.max(0.0) });
    }

    /// Keeps hidden what an earlier edition hid, and what would be told by the difference to one. What was
    /// told once may be told again. Returns whether that hides more.
    pub fn revise(&mut self, earlier: &Said, rules: Rules) -> bool {
        let own = self.own_cells(rules).into_iter();
        let own: Vec<(Own, &Released)> =
            own.filter_map(|own| earlier.get(&own.id).map(|old| (own, old))).collect();
        // One denominator stands beside many figures: what it was is known from any of them.
        let mut bases: BTreeMap<usize, (bool, BTreeSet<i64>)> = BTreeMap::new();
        for (own, old) in &own {
            let base = bases.entry(own.base).or_default();
            base.0 |= old.base_hidden;
            base.1.extend(&old.bases);
        }
        let mut any = false;
        // What is hidden anyway, for a part of it, needs no cell hidden for it.
        for (own, old) in own.iter().filter(|(own, _)| own.shown) {
            any |= revised(old, &own.told, rules).is_some_and(|why| self.model.hide(own.top, why));
        }
        for (cell, (hidden, told)) in bases {
            let n = self.model.cells[cell].value as i64;
            any |= rebased(hidden, &told, n, rules).is_some_and(|why| self.model.hide(cell, why));
        }
        any
    }

    /// Figures with cells of their own, with what an edition would tell.
    fn own_cells(&self, rules: Rules) -> Vec<Own> {
        let mut out = Vec::new();
        for figure in self.published() {
            let Some(names) = names(figure.metric, figure.item) else { continue };
            let cell = |name: &str| self.cell(&figure.unit_code, name);
            if let (Some(top), Some(base)) = (cell(&names.numerator), cell(&names.denominator)) {
                let shown = self.verdict(figure, rules).is_none();
                out.push(Own { id: figure.id(), top, base, shown, told: told(figure) });
            }
        }
        for (id, cell) in self.counted() {
            let n = self.model.cells[cell].value as i64;
            let shown = !self.model.is_hidden(cell);
            out.push(Own { id, top: cell, base: cell, shown, told: (n, n.to_string()) });
        }
        out
    }

    /// The published counts of returns.
    fn counted(&self) -> Vec<(String, usize)> {
        let counts = self.model.cells.iter().enumerate().filter(|(_, c)| c.name.starts_with("counted."));
        counts.map(|(at, c)| (format!("{}/{}/{}", self.period, c.unit, c.name), at)).collect()
    }

    /// Writes what becomes of every published figure.
    pub fn judge(&self, out: &mut Plan, earlier: &Said, rules: Rules) {
        for (id, cell) in self.counted() {
            out.figures.insert(id, self.model.cells[cell].hidden.clone());
        }
        for figure in self.published() {
            let id = figure.id();
            if self.is_told(figure, rules) {
                out.implied.insert(id);
                continue;
            }
            // A figure without cells of its own is in no sum: it is only held against what was told before.
            let has_cells = names(figure.metric, figure.item).is_some();
            let old = earlier.get(&id).filter(|_| !has_cells);
            let now = told(figure);
            if self.base_is_open(figure, rules)
                && old.is_none_or(|o| rebased(o.base_hidden, &o.bases, now.0, rules).is_none())
            {
                out.bases.insert(id.clone());
            }
            let verdict = self.verdict(figure, rules);
            out.figures.insert(id, verdict.or_else(|| revised(old?, &now, rules)));
        }
    }

    /// Whether the city, all or nothing, says what is hidden here for itself or for its denominator: such a
    /// figure is not published by itself.
    fn is_told(&self, figure: &Figure, rules: Rules) -> bool {
        let names = names(figure.metric, figure.item);
        let cell = names.and_then(|n| self.cell(&figure.unit_code, &n.numerator));
        cell.is_some_and(|c| self.model.city_tells(c)) && self.verdict(figure, rules).is_some()
    }

    fn base_is_open(&self, figure: &Figure, rules: Rules) -> bool {
        if self.withheld(figure).is_some() {
            return false;
        }
        let own = match (names(figure.metric, figure.item), figure.metric) {
            (Some(names), _) => Some(names.denominator),
            (None, "acceptable_rate" | "item_score" | "unanswered_rate") => {
                Some(format!("answered.{}", figure.item))
            }
            (None, _) => None,
        };
        match own {
            Some(name) => self.part(&figure.unit_code, &name).is_none(),
            None if self.verdict(figure, rules).is_some() => false,
            None => figure.denominator.is_some_and(|n| n == 0 || n as f64 >= rules.rate_floor),
        }
    }

    fn verdict(&self, figure: &Figure, rules: Rules) -> Option<Reason> {
        let unit = &figure.unit_code;
        let item = figure.item;
        if let Some(why) = self.withheld(figure) {
            return Some(why.clone());
        }
        if let Some(names) = names(figure.metric, item) {
            let own = self.cell(unit, &names.numerator).and_then(|c| self.model.cells[c].hidden.clone());
            return own.or_else(|| self.part(unit, &names.denominator));
        }
        if figure.denominator.is_some_and(|n| n > 0 && (n as f64) < rules.rate_floor) {
            return Some(Reason::FewAnswers);
        }
        match figure.metric {
            "acceptable_rate" | "item_score" => [format!("answered.{item}"), format!("satisfied.{item}")]
                .iter()
                .find_map(|n| self.part(unit, n)),
            // Beside the rate of the unanswered, its n would tell the answered.
            "unanswered_rate" => self.part(unit, &format!("answered.{item}")),
            "median_response_days" => self.part(unit, "matched"),
            "structure_gap" | "structure_mismatch" => {
                let mut ticks = self.with_prefix(unit, "need.");
                ticks.extend(self.with_prefix(unit, "service."));
                let hidden = ticks.into_iter().find(|c| self.model.is_hidden(*c));
                hidden.map(|c| Reason::Part { of: self.model.label(c) })
            }
            _ => None,
        }
    }

    fn part(&self, unit: &str, name: &str) -> Option<Reason> {
        let cell = self.cell(unit, name).filter(|c| self.model.is_hidden(*c))?;
        Some(Reason::Part { of: self.model.label(cell) })
    }
}

/// A figure with cells of its own.
struct Own {
    id: String,
    top: usize,
    base: usize,
    /// Whether it would be told as things are.
    shown: bool,
    told: Told,
}

/// Denominator (of a count, the count) and value as printed.
type Told = (i64, String);

/// What an edition would tell of a figure.
fn told(figure: &Figure) -> Told {
    (figure.denominator.unwrap_or(0), decimal(&figure.printed(), figure.unit))
}

/// Why a value must not be told after what earlier editions told.
fn revised(old: &Released, now: &Told, rules: Rules) -> Option<Reason> {
    if old.told.contains(now) {
        return None;
    }
    let near = |told: &Told| (told.0.abs_diff(now.0) as f64) < rules.threshold;
    match () {
        () if old.hidden => Some(Reason::EarlierEdition),
        () if old.told.iter().any(near) => Some(Reason::Revision),
        () => None,
    }
}

/// Why a denominator must not be told after what earlier editions told, or kept to themselves everywhere.
fn rebased(hidden: bool, told: &BTreeSet<i64>, n: i64, rules: Rules) -> Option<Reason> {
    match () {
        () if told.contains(&n) => None,
        () if told.iter().any(|b| (b.abs_diff(n) as f64) < rules.threshold) => Some(Reason::Revision),
        () if told.is_empty() && hidden => Some(Reason::EarlierEdition),
        () => None,
    }
}

fn is_published(figure: &Figure) -> bool {
    published_levels(figure.metric).contains(&figure.level)
}

//! Which of the returns that differ a figure looks at: by form, by what differs in them, by unit and by period.
//!
//! The same scopes as in [`crate::explain`], asked of both editions: a return that left a district moved
//! its figures as much as one that came.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::{Moved, Turned};
use super::snapshot::{Mark, Snapshot};
use crate::metrics::{CATEGORIES, Definition, Level, SIZES, fields};
use crate::period::Period;
use crate::spec::Form;

pub(super) struct Matching<'a> {
    returns: &'a [Turned],
    /// Districts, categories and sizes of an enterprise or project in either edition.
    districts: BTreeMap<&'a str, BTreeSet<&'a str>>,
    categories: BTreeMap<&'a str, BTreeSet<usize>>,
    sizes: BTreeMap<&'a str, BTreeSet<usize>>,
}

impl<'a> Matching<'a> {
    pub fn new(old: &'a Snapshot, new: &'a Snapshot, returns: &'a [Turned]) -> Self {
        let mut out =
            Self { returns, districts: BTreeMap::new(), categories: BTreeMap::new(), sizes: BTreeMap::new() };
        for mark in old.returns.values().chain(new.returns.values()) {
            out.districts.entry(&mark.owner).or_default().insert(&mark.district);
            if mark.form == "C" {
                out.categories.entry(&mark.key).or_default().extend(&mark.categories);
            }
            if mark.form == "B" {
                out.sizes.entry(&mark.owner).or_default().extend(mark.size);
            }
        }
        out
    }

    /// Indices of the returns that moved a figure.
    pub fn behind(&self, figure: &Moved) -> Vec<usize> {
        let asked = Asked::of(figure);
        let Some(asked) = asked else { return Vec::new() };
        let all = self.returns.iter().enumerate();
        all.filter(|(_, t)| asked.looks_at(t) && self.in_unit(t, figure, &asked)).map(|(at, _)| at).collect()
    }

    fn in_unit(&self, turned: &Turned, figure: &Moved, asked: &Asked) -> bool {
        let code = figure.known.code.as_str();
        let both = || turned.old.iter().chain(&turned.new);
        match asked.level {
            Level::City => true,
            Level::District if asked.is_joined => {
                both().any(|m| self.districts.get(m.owner.as_str()).is_some_and(|all| all.contains(code)))
            }
            Level::District => both().any(|m| m.district == code),
            Level::Agency => both().any(|m| m.agency == figure.known.unit),
            Level::Category => {
                let at = CATEGORIES.iter().position(|c| *c == code);
                let of_key = |m: &Mark| self.categories.get(m.key.as_str());
                both().any(|m| at.is_some_and(|at| of_key(m).is_some_and(|all| all.contains(&at))))
            }
            Level::Size => {
                let at = SIZES.iter().position(|s| *s == code);
                let of_owner = |m: &Mark| self.sizes.get(m.owner.as_str());
                both().any(|m| at.is_some_and(|at| of_owner(m).is_some_and(|all| all.contains(&at))))
            }
        }
    }
}

/// What a figure asks of a return.
struct Asked {
    level: Level,
    period: Period,
    metric: String,
    /// Forms with the fields that count; no field means that the return itself does.
    forms: Vec<(Form, &'static [&'static str])>,
    is_account: bool,
    /// Whether returns of other districts may stand behind a district's figure.
    is_joined: bool,
}

impl Asked {
    fn of(figure: &Moved) -> Option<Self> {
        let level = Level::ALL.into_iter().find(|l| l.id() == figure.known.level)?;
        let period: Period = figure.id.split('/').next()?.parse().ok()?;
        let (metric, item) = figure.known.metric.split_once('.').unwrap_or((&figure.known.metric, ""));
        let Some(definition) = Definition::of(metric) else { return Self::account(level, period, item) };
        let item = definition.items.iter().find(|i| **i == item)?;
        let mut forms = fields(metric, item, level);
        if level == Level::Size {
            forms.push((Form::B, &["size"]));
        }
        let joined = ["response_rate", "closed_loop_rate", "feedback_rate", "demand_response_rate"];
        let is_joined = joined.contains(&metric) || matches!(metric, "median_response_days" | "level_change");
        Some(Self { level, period, metric: metric.into(), forms, is_account: false, is_joined })
    }

    fn account(level: Level, period: Period, item: &str) -> Option<Self> {
        let (what, form) = item.split_once('.').unwrap_or((item, ""));
        let forms = Form::ALL.into_iter().filter(|f| form.is_empty() || f.letter() == form);
        let forms = forms.map(|f| (f, &[][..])).collect();
        (!what.is_empty()).then(|| Self {
            level,
            period,
            metric: "account".into(),
            forms,
            is_account: true,
            is_joined: false,
        })
    }

    fn looks_at(&self, turned: &Turned) -> bool {
        let Some(mark) = turned.mark() else { return false };
        let Some(form) = Form::from_letter(&mark.form) else { return false };
        let asked = self.forms.iter().filter(|(f, _)| *f == form);
        let names: Vec<&str> = asked.clone().flat_map(|(_, names)| *names).copied().collect();
        asked.count() > 0 && self.in_period(form, &mark.period) && self.matters(turned, &names)
    }

    /// Counted in one edition and not in the other, placed elsewhere, or another answer.
    fn matters(&self, turned: &Turned, names: &[&str]) -> bool {
        let (Some(old), Some(new)) = (&turned.old, &turned.new) else {
            return self.is_account || turned.mark().is_some_and(Mark::is_counted);
        };
        if self.is_account {
            return old.status != new.status || old.district != new.district || old.key != new.key;
        }
        if !old.is_counted() && !new.is_counted() {
            return false;
        }
        old.is_counted() != new.is_counted()
            || old.key != new.key
            || old.district != new.district
            || old.agency != new.agency
            || names.iter().any(|name| old.answers.get(*name) != new.answers.get(*name))
    }

    fn in_period(&self, form: Form, period: &str) -> bool {
        let Ok(then) = period.parse::<Period>() else { return false };
        let (now, then) = (self.period.ordinal(), then.ordinal());
        match (self.metric.as_str(), form) {
            ("feedback_rate", Form::C) => (now - 4..now).contains(&then),
            ("demand_response_rate" | "median_response_days", Form::C) => then >= now,
            ("level_change", Form::B) => then <= now,
            _ if self.level == Level::Size && form == Form::B => then <= now,
            _ => now == then,
        }
    }
}

//! What every composer looks things up in: returns, figures, settings of a run.

use std::collections::BTreeMap;

use crate::compare::{Comparisons, window};
use crate::link::{Account, Accounting, Linked, Links};
use crate::metrics::{Figure, Level, Measured, Status, UnitOf};
use crate::period::Period;
use crate::problem::{Problem, Severity};
use crate::settings::Settings;
use crate::spec::{Form, Specs};
use crate::tally::{Desk, Tally};

/// The ground of a run's documents.
pub struct Scene<'a> {
    pub links: &'a Links,
    /// Figures of every period that was measured.
    pub measured: &'a BTreeMap<Period, Measured>,
    /// Tested comparisons of the period's figures.
    pub comparisons: &'a Comparisons,
    pub period: Period,
    pub settings: &'a Settings,
    pub specs: &'a Specs,
    /// First digits of the SHA-256 of the data the documents are made from.
    pub fingerprint: String,
    /// Whether any input is marked as synthetic.
    pub synthetic: bool,
}

impl<'a> Scene<'a> {
    /// Figures of the period.
    pub fn now(&self) -> Option<&'a Measured> {
        self.measured.get(&self.period)
    }

    /// A figure of the period.
    pub fn figure(&self, unit: &str, name: &str) -> Option<&'a Figure> {
        self.now()?.figure(unit, name)
    }

    /// Whether a paper about a unit may tell one of its figures. A scorecard goes to the agency that is
    /// rated: what a few of its clients answered would be told client by client.
    pub fn tells(&self, level: Level, figure: &Figure) -> bool {
        let few = |n: i64| n > 0 && n < self.settings.privacy.threshold as i64;
        level != Level::Agency || !figure.denominator.is_some_and(few)
    }

    /// A figure of another period.
    pub fn figure_in(&self, period: Period, unit: &str, name: &str) -> Option<&'a Figure> {
        self.measured.get(&period)?.figure(unit, name)
    }

    /// Whether services may still come in that change a metric of the period.
    pub fn is_open(&self, metric: &str) -> bool {
        window::is_open(self.links, self.period, metric)
    }

    /// Units of a level in the period.
    pub fn units(&self, level: Level) -> Vec<&'a UnitOf> {
        self.now().map(|m| m.units_at(level).collect()).unwrap_or_default()
    }

    pub fn accounting(&self) -> Option<&'a Accounting> {
        self.links.accounting.get(&self.period)
    }

    /// Account of a form: the city where `district` is `None`.
    pub fn account(&self, form: Form, district: Option<Option<usize>>) -> Account {
        match (self.accounting(), district) {
            (Some(a), None) => a.city(form),
            (Some(a), Some(d)) => a.of(form, d),
            (None, _) => Account::default(),
        }
    }

    /// Problems of the period.
    pub fn problems(&self) -> &'a [Problem] {
        self.links.problems.get(&self.period).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns of the period.
    pub fn returns(&self) -> impl Iterator<Item = &'a Linked> {
        self.returns_of(self.period)
    }

    /// Returns of another period.
    pub fn returns_of(&self, period: Period) -> impl Iterator<Item = &'a Linked> {
        self.links.returns.iter().filter(move |l| l.ret.period == period)
    }

    /// Marks printed on internal documents.
    pub fn marks(&self) -> Vec<String> {
        let mut marks = self.settings.report.marks.clone();
        if self.synthetic {
            marks.push("示例数据".into());
        }
        marks
    }

    /// What printed counts are taken from.
    pub fn desk(&self) -> Desk<'a> {
        Desk {
            links: self.links,
            measured: self.measured,
            comparisons: self.comparisons,
            period: self.period,
            settings: &self.settings.metrics,
        }
    }

    /// A printed number that is no metric of the catalogue.
    pub fn tally(&self, unit: &str, name: &str) -> Option<Tally> {
        self.desk().find(unit, name)
    }

    /// Date of the documents: last day of the period.
    pub fn date(&self) -> time::Date {
        self.period.last_day()
    }

    /// Number of problems of a severity.
    pub fn count_problems(&self, severity: Severity) -> usize {
        self.problems().iter().filter(|p| p.severity == severity).count()
    }
}

/// Whether a figure is greyed.
pub fn is_muted(figure: &Figure) -> bool {
    figure.status == Status::SmallN
}

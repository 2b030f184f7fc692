//! A figure: one number of a report with everything that defends it.

use serde::Serialize;

use super::catalogue::{Level, Unit};
use crate::period::Period;
use crate::stats::Interval;

/// A number kept as a whole number over a scale: exact, and the same on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Exact {
    pub mantissa: i64,
    pub scale: i64,
}

impl Exact {
    pub const fn whole(n: i64) -> Self {
        Self { mantissa: n, scale: 1 }
    }

    pub fn as_f64(self) -> f64 {
        self.mantissa as f64 / self.scale as f64
    }
}

/// Whether a figure may be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Ok,
    /// The denominator is under the floor of its level: shown greyed with its n, never compared.
    SmallN,
    /// The denominator is 0: prints "—".
    NoData,
}

impl Status {
    pub fn id(self) -> &'static str {
        ["ok", "small_n", "no_data"][self as usize]
    }
}

/// One figure of one unit in one period.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub period: Period,
    pub level: Level,
    /// GB/T 2260 code, or the name itself; of an agency called like another unit, told apart (`agency_code`).
    pub unit_code: String,
    pub unit_name: String,
    pub metric: &'static str,
    /// Item id; empty where the metric has none.
    pub item: &'static str,
    pub numerator: Option<Exact>,
    pub denominator: Option<i64>,
    /// Exact value as a fraction, where there is one.
    pub fraction: Option<(i128, i128)>,
    /// The same as a float: rates 0–1, scores 0–100, days, points.
    pub value: Option<f64>,
    pub interval: Option<Interval>,
    pub unit: Unit,
    pub status: Status,
}

impl Figure {
    /// `<period>/<unit_code>/<metric>[.<item>]`.
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.period, self.unit_code, self.name())
    }

    /// The unit's code as `data/` carries it (interface.md 6): the code of a city or district, else the name.
    pub fn data_code(&self) -> &str {
        if self.level <= Level::District { &self.unit_code } else { &self.unit_name }
    }

    /// `<metric>[.<item>]`.
    pub fn name(&self) -> String {
        name(self.metric, self.item)
    }

    /// The string that every format prints.
    pub fn printed(&self) -> String {
        super::print::printed(self)
    }

    /// The interval as printed, `57.2%～95.3%`; `None` where there is none.
    pub fn printed_interval(&self) -> Option<String> {
        super::print::interval(self)
    }
}

/// `<metric>[.<item>]`.
pub fn name(metric: &str, item: &str) -> String {
    if item.is_empty() { metric.to_owned() } else { format!("{metric}.{item}") }
}

//! Figures whose window of observation is still open: a need of the quarter may yet be answered, so that the
//! figure looks worse (or, of what was answered, quicker) than it will be. No problem is made of such a figure.

use crate::link::Links;
use crate::period::Period;

/// What is said of such a figure, in a cell of a table.
pub const OPEN: &str = "观察期未满";

/// The same in a sentence or a note.
pub const SO_FAR: &str = "截至本期末，观察期未满";

/// Metrics that wait for services after the quarter.
pub const WAITING: [&str; 2] = ["demand_response_rate", "median_response_days"];

/// Days a service may take to answer a need reach into the second quarter after it.
const OPEN_QUARTERS: i32 = 2;

/// Whether a metric of the period may still change by services that answer its needs.
pub fn is_open(links: &Links, period: Period, metric: &str) -> bool {
    let newest = || links.returns.iter().map(|l| l.ret.period.ordinal()).max();
    WAITING.contains(&metric) && newest().is_none_or(|newest| newest < period.ordinal() + OPEN_QUARTERS)
}

//! `data/metrics.csv`, the long form of interface.md 6.

use super::figure::{Exact, Figure};
use crate::error::{Error, Result};
use crate::text;

const HEADER: [&str; 13] = [
    "period",
    "level",
    "unit_code",
    "unit_name",
    "metric",
    "item",
    "numerator",
    "denominator",
    "value",
    "lower",
    "upper",
    "unit",
    "status",
];

/// The figures as CSV (UTF-8, `\n`, one header row).
///
/// # Errors
/// Never in memory; kept for the writer's type.
pub fn csv(figures: &[Figure]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fault = |e: csv::Error| Error::internal(format!("写 metrics.csv：{e}"));
    writer.write_record(HEADER).map_err(fault)?;
    for f in figures {
        let period = f.period.to_string();
        let numerator = f.numerator.map(number).unwrap_or_default();
        let denominator = f.denominator.map(|d| d.to_string()).unwrap_or_default();
        let float = |v: Option<f64>| v.map(|v| format!("{v}")).unwrap_or_default();
        let (code, name) = (text::no_formula(f.data_code()), text::no_formula(&f.unit_name));
        let (lower, upper) = (float(f.interval.map(|i| i.lower)), float(f.interval.map(|i| i.upper)));
        let record = [
            period.as_str(),
            f.level.id(),
            &code,
            &name,
            f.metric,
            f.item,
            &numerator,
            &denominator,
            &float(f.value),
            &lower,
            &upper,
            f.unit.id(),
            f.status.id(),
        ];
        writer.write_record(record).map_err(fault)?;
    }
    writer.into_inner().map_err(|e| Error::internal(format!("写 metrics.csv：{e}")))
}

fn number(exact: Exact) -> String {
    if exact.mantissa % exact.scale == 0 {
        (exact.mantissa / exact.scale).to_string()
    } else {
        format!("{}", exact.as_f64())
    }
}

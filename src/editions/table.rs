//! `data/changes.csv` and `data/changed_returns.csv`. Names that people typed are kept from becoming
//! formulas where a spreadsheet opens the file.

use super::changes::{Changes, Moved, Turned};
use crate::error::{Error, Result};
use crate::tally;
use crate::text::no_formula;

const FIGURES: [&str; 11] = [
    "figure",
    "name",
    "level",
    "unit_code",
    "unit_name",
    "old",
    "new",
    "old_n",
    "new_n",
    "returns",
    "return_ids",
];

const RETURNS: [&str; 11] = [
    "return_id",
    "change",
    "words",
    "form",
    "period",
    "file",
    "sheet",
    "cell",
    "enterprise",
    "project",
    "district",
];

/// One row per figure that moved; `return_ids` parted by blanks.
pub(super) fn figures(changes: &Changes) -> Result<Vec<u8>> {
    let row = |f: &Moved| {
        let ids: Vec<&str> = f.by.iter().map(|at| changes.returns[*at].id.as_str()).collect();
        let count = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
        vec![
            no_formula(&f.id),
            no_formula(&name(&f.known.metric)),
            f.known.level.clone(),
            no_formula(&f.known.data_code),
            no_formula(&f.known.unit),
            f.old.clone().unwrap_or_default(),
            f.new.clone().unwrap_or_default(),
            count(f.old_n),
            count(f.new_n),
            ids.len().to_string(),
            ids.join(" "),
        ]
    };
    csv(&FIGURES, changes.figures.iter().map(row))
}

/// One row per return that differs.
pub(super) fn returns(changes: &Changes) -> Result<Vec<u8>> {
    let row = |t: &Turned| {
        let mark = t.mark().cloned().unwrap_or_default();
        vec![
            t.id.clone(),
            t.turn.id().into(),
            t.turn.words().into(),
            mark.form,
            mark.period,
            no_formula(&mark.file),
            no_formula(&mark.sheet),
            mark.cell,
            no_formula(&mark.enterprise),
            no_formula(&mark.project),
            mark.district,
        ]
    };
    csv(&RETURNS, changes.returns.iter().map(row))
}

/// Name of a figure or an account in words.
pub fn name(metric: &str) -> String {
    tally::Kind::parse(metric).map_or_else(|| tally::figure_title(metric), |kind| kind.title())
}

fn csv(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fault = |e: csv::Error| Error::internal(format!("写版本变动：{e}"));
    writer.write_record(header).map_err(fault)?;
    for row in rows {
        writer.write_record(&row).map_err(fault)?;
    }
    writer.into_inner().map_err(|e| Error::internal(format!("写版本变动：{e}")))
}

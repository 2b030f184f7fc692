//! The account of a public edition, for the office: what becomes of every figure and every case, and why.
//!
//! It stands beside the site and never in it: that a count is hidden for being small would say what it is.

use std::path::Path;

use super::PublicInput;
use super::released::FOLDER;
use super::site::cases::Case;
use super::suppress::{COUNTED, Plan, Quantities, Shown, counted_id};
use crate::error::{Error, Result};
use crate::link::Key;
use crate::metrics::Definition;
use crate::text::no_formula;

/// Every figure of the public edition: `figure,name,unit,status,reason`.
pub const PLAN: &str = "plan.csv";
/// Every project whose enterprise agreed: `enterprise,project,status,file,masked,reason`.
pub const CASES: &str = "cases.csv";

/// What became of a project that agreed to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseTold {
    pub key: Key,
    /// Page below `cases/`; `None` where it is withheld.
    pub file: Option<String>,
    /// How many names and numbers were masked in it.
    pub masked: usize,
    /// Why it is withheld.
    pub why: &'static str,
}

impl CaseTold {
    pub(super) fn published(key: &Key, case: &Case) -> Self {
        Self { key: key.clone(), file: Some(case.file.clone()), masked: case.masked, why: "" }
    }

    pub(super) fn withheld(key: &Key, why: &'static str) -> Self {
        Self { key: key.clone(), file: None, masked: 0, why }
    }
}

/// What a public edition is told by.
#[derive(Debug)]
pub struct Account {
    pub plan: Plan,
    /// What became of every project that agreed.
    pub cases: Vec<CaseTold>,
}

impl Account {
    /// The account as files below the edition.
    ///
    /// # Errors
    /// An internal fault only.
    pub fn files(&self, input: &PublicInput) -> Result<Vec<(String, Vec<u8>)>> {
        Ok(vec![
            (format!("{FOLDER}/{PLAN}"), plan(input, &self.plan)?),
            (format!("{FOLDER}/{CASES}"), cases(&self.cases)?),
        ])
    }
}

fn plan(input: &PublicInput, plan: &Plan) -> Result<Vec<u8>> {
    let quantities = Quantities::new(input.measured);
    let mut rows = vec![["figure", "name", "unit", "status", "reason"].map(str::to_owned)];
    for (period, measured) in input.measured.range(..=input.period) {
        let units = measured.units.iter().map(|u| (u.code.as_str(), u.name.as_str()));
        for (code, unit) in units {
            for (form, name) in COUNTED {
                let id = format!("{period}/{code}/{}", counted_id(form));
                rows.extend(row(plan, &quantities, &id, name, unit));
            }
        }
        for figure in &measured.figures {
            let name = Definition::of(figure.metric).map(|d| d.name_of(figure.item)).unwrap_or_default();
            rows.extend(row(plan, &quantities, &figure.id(), &name, &figure.unit_name));
        }
    }
    csv(&rows)
}

/// `None` for figures that are not part of the public edition at their level.
fn row(plan: &Plan, quantities: &Quantities, id: &str, name: &str, unit: &str) -> Option<[String; 5]> {
    let (status, reason) = match plan.of(id) {
        Shown::Open => ("open", String::new()),
        Shown::Hidden(reason) => ("suppressed", reason.words(quantities)),
        Shown::Implied => ("implied", "不单列：由全市的0或100%可知".to_owned()),
        Shown::Unpublished => return None,
    };
    Some([id, name, unit, status, &reason].map(no_formula))
}

fn cases(told: &[CaseTold]) -> Result<Vec<u8>> {
    let mut rows = vec![["enterprise", "project", "status", "file", "masked", "reason"].map(str::to_owned)];
    for case in told {
        let status = if case.file.is_some() { "published" } else { "withheld" };
        let file = case.file.as_ref().map_or_else(String::new, |f| format!("site/cases/{f}"));
        let masked = case.masked.to_string();
        rows.push(
            [&*case.key.enterprise, &*case.key.project, status, &file, &masked, case.why].map(no_formula),
        );
    }
    csv(&rows)
}

fn csv<const N: usize>(rows: &[[String; N]]) -> Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let fault = |e: &dyn std::fmt::Display| Error::internal(format!("写公开版说明：{e}"));
    for row in rows {
        out.write_record(row).map_err(|e| fault(&e))?;
    }
    out.into_inner().map_err(|e| fault(&e))
}

/// What the account of a standing edition says of a figure, in Chinese; `None` where it has no public edition.
pub fn verdict(edition: &Path, figure: &str) -> Option<String> {
    let text = std::fs::read_to_string(edition.join(FOLDER).join(PLAN)).ok()?;
    let mut rows = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    // The open data carry these parts beside the value.
    let whole = figure.rsplit_once(':').filter(|(_, part)| matches!(*part, "n" | "x" | "interval"));
    let figure = whole.map_or(figure, |(figure, _)| figure);
    let row = rows.records().flatten().find(|row| row.get(0) == Some(figure));
    let Some(row) = row else { return Some("不属于公开版的内容".to_owned()) };
    let reason = row.get(4).unwrap_or_default();
    Some(match row.get(3) {
        Some("open") => "公布".to_owned(),
        Some("suppressed") => format!("不公布：{reason}"),
        _ => reason.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Measured;
    use crate::public::suppress::Reason;
    use std::collections::BTreeMap;

    #[test]
    fn a_reason_names_the_number_it_protects() {
        let quantities = Quantities::new(&BTreeMap::<_, Measured>::new());
        let plan = Plan::of_figures([
            ("2025Q1/510104/counted.B", Some(Reason::Margin { of: "510105/answered.staff_skill".into() })),
            ("2025Q1/510100/counted.B", None),
        ]);
        let row = |id| row(&plan, &quantities, id, "需求调查企业数", "全市");
        let hidden = row("2025Q1/510104/counted.B").unwrap();
        assert_eq!(hidden[3], "suppressed");
        assert!(hidden[4].contains("“服务人员的专业能力”"), "{hidden:?}");
        assert_eq!(row("2025Q1/510100/counted.B").unwrap()[3], "open");
        assert_eq!(row("2025Q1/510106/counted.B"), None);
    }

    #[test]
    fn the_account_is_read_back() {
        let edition = tempfile::tempdir().unwrap();
        assert_eq!(verdict(edition.path(), "a/b/c"), None);
        std::fs::create_dir(edition.path().join(FOLDER)).unwrap();
        let rows =
            [["figure", "name", "unit", "status", "reason"], ["a/b/c", "", "", "suppressed", "数值过小"]];
        let rows = rows.map(|row| row.map(str::to_owned));
        std::fs::write(edition.path().join(FOLDER).join(PLAN), csv(&rows).unwrap()).unwrap();
        assert_eq!(verdict(edition.path(), "a/b/c").unwrap(), "不公布：数值过小");
        assert_eq!(verdict(edition.path(), "a/b/d").unwrap(), "不属于公开版的内容");
    }
}

//! Whether all files say the same of a figure; where not, which says what.
//!
//! `data/metrics.csv` is what the reports are held to; a figure that is not in it (of
//! another quarter, in a trend) is held to its other places.

use std::collections::{BTreeMap, BTreeSet};

use super::reading::Reading;
use crate::tally::Kind;

const BASE: &str = "data/metrics.csv";

/// What the files say of one figure: files by printed text.
type Said<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// A sentence for each figure that does not read the same everywhere, or that a report
/// prints of the edition's own quarter and the data do not know.
pub(super) fn disagreements(period: &str, readings: &[(&str, Reading)]) -> Vec<String> {
    let mut by_id: BTreeMap<&str, Said> = BTreeMap::new();
    for (path, reading) in readings {
        let said = by_id.entry(&reading.id).or_default();
        said.entry(&reading.text).or_default().insert(path);
    }
    let mut out: Vec<String> = by_id.iter().filter_map(|(id, said)| disagreement(id, said)).collect();
    let own = |id: &str| id.strip_prefix(period).is_some_and(|rest| rest.starts_with('/'));
    let unknown = by_id.iter().filter(|(id, said)| own(id) && !is_tally(id) && !said.values().any(is_based));
    out.extend(unknown.filter_map(|(id, said)| {
        let reports: BTreeSet<&str> =
            said.values().flatten().copied().filter(|f| !f.starts_with("site/")).collect();
        (!reports.is_empty()).then(|| format!("数值 {id} 不在 {BASE} 中，见于 {}", some(&reports)))
    }));
    out
}

/// Whether an id is that of a printed number that is no metric: such a number is held to its other places.
fn is_tally(id: &str) -> bool {
    id.rsplit_once('/').is_some_and(|(_, name)| Kind::parse(name).is_some())
}

/// Whether the data say so too. (Pages of the site also print counts, which are no metrics.)
fn is_based(files: &BTreeSet<&str>) -> bool {
    files.contains(BASE)
}

fn disagreement(id: &str, said: &Said) -> Option<String> {
    // Two units of the same name share an id: each of their values is right.
    let based = said.values().any(is_based);
    let wrong = said.values().filter(|files| !is_based(files)).count();
    if said.len() < 2 || (based && wrong == 0) {
        return None;
    }
    let told: Vec<String> = said.iter().map(|(text, files)| format!("“{text}”（{}）", some(files))).collect();
    Some(format!("数值 {id} 各处不一致：{}", told.join("、")))
}

/// The first files of a list, and how many there are.
fn some(files: &BTreeSet<&str>) -> String {
    const SHOWN: usize = 3;
    let names: Vec<&str> = files.iter().take(SHOWN).copied().collect();
    let names = names.join("、");
    if files.len() > SHOWN { format!("{names}等{}个文件", files.len()) } else { names }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(readings: &[(&str, &str)]) -> Vec<String> {
        let readings: Vec<(&str, Reading)> =
            readings.iter().map(|(path, text)| (*path, Reading::new("2025Q1/a/b", text))).collect();
        disagreements("2025Q2", &readings)
    }

    #[test]
    fn a_figure_that_the_data_do_not_know_is_named() {
        let reading = |path| [(path, Reading::new("2025Q2/510100/x", "1"))];
        let told = disagreements("2025Q2", &reading("city/a.pdf"));
        assert_eq!(told, ["数值 2025Q2/510100/x 不在 data/metrics.csv 中，见于 city/a.pdf"]);
        let count = [("city/a.pdf", Reading::new("2025Q2/510100/account.received.B", "1"))];
        assert!(disagreements("2025Q2", &count).is_empty(), "a count is no metric");
        assert!(disagreements("2025Q2", &reading("site/index.html")).is_empty());
        assert!(disagreements("2025Q3", &reading("city/a.pdf")).is_empty(), "of an earlier quarter");
    }

    #[test]
    fn the_odd_one_is_named() {
        assert!(told(&[(BASE, "1.0%"), ("city/a.pdf", "1.0%"), ("city/a.docx", "1.0 %")]).is_empty());
        assert_eq!(
            told(&[(BASE, "1.0%"), ("city/a.pdf", "7.0%"), ("city/a.docx", "1.0%")]),
            ["数值 2025Q1/a/b 各处不一致：“1.0%”（city/a.docx、data/metrics.csv）、“7.0%”（city/a.pdf）"]
        );
        assert_eq!(told(&[("a.html", "1"), ("b.html", "2")]).len(), 1, "also without a base");
        assert!(told(&[(BASE, "1"), (BASE, "2"), ("a.pdf", "2")]).is_empty(), "two units of one name");
    }
}

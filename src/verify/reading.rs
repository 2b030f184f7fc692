//! What a finished file says of each figure, whatever its format.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{html, pdf, tables};
use crate::docx;
use crate::render::excel;

/// One printed figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// `<period>/<unit_code>/<metric>[.<item>]`.
    pub id: String,
    /// The printed string, without blank space.
    pub text: String,
}

impl Reading {
    /// A reading; blank space within does not count, since lines break.
    pub(super) fn new(id: impl Into<String>, text: &str) -> Self {
        Self { id: id.into(), text: text.chars().filter(|c| !c.is_whitespace()).collect() }
    }
}

pub(super) type Readings = std::result::Result<Vec<Reading>, String>;

/// Format of a file by its name.
pub(super) fn format(path: &str) -> String {
    path.rsplit_once('.').map(|(_, end)| end.to_owned()).unwrap_or_default()
}

/// All figures printed in a file; none where its kind prints none. What was changed by
/// somebody may be anything, so a library that gives up on it is a fault of the file.
pub(super) fn readings(path: &str, bytes: &[u8]) -> Readings {
    catch_unwind(AssertUnwindSafe(|| read(path, bytes))).unwrap_or_else(|_| Err("内容已损坏".to_owned()))
}

/// What a file says that cannot be, each with the figure it is about.
pub(super) fn faults(path: &str, bytes: &[u8]) -> Vec<String> {
    if is_table(path) { tables::faults(bytes) } else { Vec::new() }
}

/// Whether a file is a table of figures, ours or the public's.
fn is_table(path: &str) -> bool {
    path == "data/metrics.csv" || (path.starts_with("site/") && path.ends_with("figures.csv"))
}

fn read(path: &str, bytes: &[u8]) -> Readings {
    let pairs =
        |pairs: Vec<(String, String)>| pairs.into_iter().map(|(id, text)| Reading::new(id, &text)).collect();
    match format(path).as_str() {
        "pdf" => pdf::readings(bytes),
        "html" | "svg" => html::readings(bytes),
        "docx" if !path.starts_with("summaries/") => {
            docx::read_figures(bytes, &docx::Limits::default()).map(pairs).map_err(|e| e.to_string())
        }
        "xlsx" if path.starts_with("city/") => {
            excel::read_figures(bytes).map(pairs).map_err(|e| e.to_string())
        }
        "csv" if is_table(path) => tables::csv(bytes),
        _ => Ok(Vec::new()),
    }
}

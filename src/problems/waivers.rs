//! `waivers.csv` of a workspace: problems that somebody decided to let stand,
//! each with a reason and, if wanted, the last quarter for which that holds.
//!
//! A waiver changes who owes what, never what counts: a waived error still
//! leaves its return out.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cell::Cell;
use crate::error::{AtPath, Error, Result};
use crate::parse::date;
use crate::period::Period;
use crate::text;
use crate::workbook::{self, Limits, Sheet};

/// Name of the file in a workspace.
pub const FILE: &str = "waivers.csv";
/// The file without any waiver: what `zhiti init` writes.
pub const EMPTY: &str = "id,reason,until\n";
const HINT: &str = "列为 id,reason,until：问题编号、理由、最后一个季度（可空，如 2025Q4 或 2025-12-31）";

/// Reasons by the id of the problem.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waivers(BTreeMap<String, String>);

impl Waivers {
    /// Reads the waivers that hold for a period; none where there is no file.
    ///
    /// # Errors
    /// A file that cannot be read, or a line without id or reason: with its line.
    pub fn load(workspace: &Path, period: Period, limits: &Limits) -> Result<Self> {
        let path = workspace.join(FILE);
        if !path.exists() {
            return Ok(Self::default());
        }
        let bytes = std::fs::read(&path).at("读取豁免表", &path)?;
        if bytes.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let book = workbook::read(bytes, limits)
            .map_err(|_| Error::config(&path, None, "豁免表无法读取，应为 CSV 文件", HINT))?;
        book.sheets.first().map_or_else(|| Ok(Self::default()), |sheet| Self::parse(&path, sheet, period))
    }

    fn parse(path: &Path, sheet: &Sheet, period: Period) -> Result<Self> {
        let wrong =
            |row: u32, message: String| Err(Error::config(path, Some(row as usize + 1), message, HINT));
        let head: Vec<String> = (0..3).map(|col| text::key(&sheet.text(Cell::new(0, col)))).collect();
        let known = ["id", "reason", "until"].iter().zip(&head).all(|(want, head)| head == want);
        let short = head[2].is_empty() && head[0] == "id" && head[1] == "reason";
        if !known && !short {
            return wrong(0, format!("第一行应是列名，现为「{}」", head.join(",")));
        }
        let mut out = BTreeMap::new();
        for row in sheet.rows.iter().map(|r| r.at).filter(|at| *at > 0) {
            let word = |col| text::words(&sheet.text(Cell::new(row, col)));
            let (id, reason, until) = (text::key(&word(0)), word(1), word(2));
            if id.is_empty() || reason.is_empty() {
                return wrong(row, "缺少问题编号或理由".to_owned());
            }
            let Some(last) = last_quarter(&until) else {
                return wrong(row, format!("「{until}」不是季度或日期"));
            };
            if last.is_none_or(|last| period <= last) {
                out.insert(id, reason);
            }
        }
        Ok(Self(out))
    }

    /// Ids of problems, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Why a problem is waived, if it is.
    pub fn reason(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}

/// The last quarter a waiver holds for; `Some(None)` for ever, `None` where the words say neither.
fn last_quarter(words: &str) -> Option<Option<Period>> {
    if words.is_empty() {
        return Some(None);
    }
    if let Ok(period) = words.parse() {
        return Some(Some(period));
    }
    let day = date::date(words).ok().flatten()?.last;
    format!("{}Q{}", day.year(), (u8::from(day.month()) - 1) / 3 + 1).parse().ok().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Waivers> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), text).unwrap();
        Waivers::load(folder.path(), "2025Q2".parse().unwrap(), &Limits::default())
    }

    #[test]
    fn a_waiver_holds_until_its_quarter() {
        let text = "id,reason,until\n0a1b2c3d4e,\"已核实，确为1500人\",\nffffffffff,已电话核实,2025Q1\neeeeeeeeee,已核实,2025-06-30\n";
        let waivers = load(text).unwrap();
        assert_eq!(waivers.reason("0a1b2c3d4e"), Some("已核实，确为1500人"));
        assert_eq!(waivers.reason("ffffffffff"), None);
        assert_eq!(waivers.reason("eeeeeeeeee"), Some("已核实"));
        assert_eq!(load("").unwrap(), Waivers::default());
        assert_eq!(load(EMPTY).unwrap(), Waivers::default());
    }

    #[test]
    fn mistakes_name_their_line() {
        assert!(load("id,reason\n0a1b2c3d4e,\n").unwrap_err().to_string().contains("第2行"));
        assert!(load("id,reason,until\na,b,\nc,d,不久\n").unwrap_err().to_string().contains("第3行"));
        assert!(load("编号,理由\n1,2\n").unwrap_err().to_string().contains("第1行"));
    }
}

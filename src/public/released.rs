//! What earlier editions told, so that two editions laid side by side tell no more than each.
//!
//! An edition keeps, outside the site, what stood in public before it
//! (`released/record.json`), and for which data it was made. A second run over the
//! same data reads the same record and writes the same bytes; a run over other
//! data adds what the standing edition told. Nothing here looks at a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::data;
use crate::digest::Joint;
use crate::error::{AtPath, Error, Result};
use crate::link::Links;
use crate::metrics::{self, Measured};
use crate::period::Period;

/// Where the office keeps what it needs to know of the public edition, below the edition.
pub const FOLDER: &str = "released";
/// Where the record is kept, below the edition.
pub const RECORD: &str = "released/record.json";

/// What earlier editions said of a figure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// Whether one of them hid it.
    pub hidden: bool,
    /// What the others told: the denominator (of a count, the count) and the value as printed.
    pub told: BTreeSet<(i64, String)>,
    /// Denominators told, also beside a hidden value (of a count, the count).
    #[serde(default)]
    pub bases: BTreeSet<i64>,
    /// Whether one of them kept the denominator to itself.
    #[serde(default)]
    pub base_hidden: bool,
}

/// What editions said, by figure id.
pub type Said = BTreeMap<String, Released>;

/// What stood in public before an edition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Digest of the figures the edition was made from; empty where none was made.
    data: String,
    pub before: Said,
    /// Periods with a public edition in the outputs.
    #[serde(skip)]
    pub editions: Vec<Period>,
}

impl Record {
    /// Reads what the standing edition of the period, and those of earlier periods, said.
    ///
    /// # Errors
    /// An internal fault only; what cannot be read was not published by this program.
    pub fn recall(
        outputs: &Path,
        period: Period,
        links: &Links,
        measured: &BTreeMap<Period, Measured>,
    ) -> Result<Self> {
        let folder = outputs.join(period.to_string());
        let data = digest(period, links, measured)?;
        let last = read_back(&folder.join(RECORD), |text| serde_json::from_str::<Self>(text).ok())?;
        let mut before = last.as_ref().map(|l| l.before.clone()).unwrap_or_default();
        if last.is_none_or(|l| l.data != data) {
            merge(&mut before, said(&folder)?);
        }
        for past in measured.keys().filter(|p| **p < period) {
            merge(&mut before, said(&outputs.join(past.to_string()))?);
        }
        Ok(Self { data, before, editions: editions(outputs) })
    }

    /// The record of a run that made no public edition.
    ///
    /// # Errors
    /// What the standing edition said cannot be read.
    pub fn without_edition(self, outputs: &Path, period: Period) -> Result<Self> {
        let mut before = self.before;
        merge(&mut before, said(&outputs.join(period.to_string()))?);
        Ok(Self { before, ..Self::default() })
    }

    /// As written below the edition.
    ///
    /// # Errors
    /// An internal fault only.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec_pretty(self).map_err(|e| Error::internal(format!("公开记录：{e}")))
    }
}

/// Periods whose folder holds a public edition, in order.
fn editions(outputs: &Path) -> Vec<Period> {
    let entries = fs::read_dir(outputs).into_iter().flatten().flatten();
    let period = |e: fs::DirEntry| e.file_name().to_str().and_then(|name| name.parse().ok());
    let mut out: Vec<Period> = entries.filter_map(period).collect();
    out.retain(|p: &Period| outputs.join(p.to_string()).join("site/index.html").is_file());
    out.sort_unstable();
    out.dedup();
    out
}

/// What the site of an edition says; nothing where there is none.
fn said(edition: &Path) -> Result<Said> {
    let path = edition.join("site/data/figures.csv");
    Ok(read_back(&path, |text| data::released(text).ok())?.unwrap_or_default())
}

/// A file that tells what was published; `None` where there is none. One that is there and cannot be read
/// ends the run: to take it for nothing said would let the next edition give away what this one hid.
fn read_back<T>(path: &Path, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>> {
    let bytes = match fs::read(path) {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        other => other.at("读取公开记录", path)?,
    };
    let parsed = std::str::from_utf8(&bytes).ok().and_then(parse);
    parsed.map(Some).ok_or_else(|| {
        let message = "公开记录已损坏，无法判断哪些数此前公开过";
        let hint = "请从备份恢复这个文件；没有备份的，将该季度的输出文件夹移走后重新运行（此前公开过的数将不再考虑）";
        Error::config(path, None, message, hint)
    })
}

fn merge(into: &mut Said, more: Said) {
    for (id, released) in more {
        let own = into.entry(id).or_default();
        own.hidden |= released.hidden;
        own.told.extend(released.told);
        own.bases.extend(released.bases);
        own.base_hidden |= released.base_hidden;
    }
}

/// Digest of every figure and count that a public edition may be made from.
fn digest(period: Period, links: &Links, measured: &BTreeMap<Period, Measured>) -> Result<String> {
    let mut joint = Joint::default();
    for (past, measured) in measured.range(..=period) {
        joint.add(&metrics::csv(&measured.figures)?);
        let counts = links.accounting.get(past).into_iter().flat_map(|a| &a.by_district);
        for ((form, district), account) in counts {
            joint.add(format!("{form} {district:?} {}", account.counted).as_bytes());
        }
    }
    Ok(joint.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_written() {
        let mut record = Record { data: "d".into(), ..Record::default() };
        let told = [(24, "0.917".to_owned())].into();
        record
            .before
            .insert("2025Q1/510114/closed_loop_rate".into(), Released { told, ..Released::default() });
        let text = record.bytes().unwrap();
        assert_eq!(serde_json::from_slice::<Record>(&text).unwrap(), record);
    }

    #[test]
    fn the_same_data_read_the_same_record_and_other_data_what_stood_there() {
        let outputs = tempfile::tempdir().unwrap();
        let folder = outputs.path().join("2025Q1");
        fs::create_dir_all(folder.join("site/data")).unwrap();
        fs::create_dir_all(folder.join("released")).unwrap();
        let site = |n: u32| {
            let table =
                format!("figure,metric,denominator,value,status\n2025Q1/510100/counted.B,counted,,{n},ok\n");
            fs::write(folder.join("site/data/figures.csv"), table).unwrap();
        };
        let period = "2025Q1".parse().unwrap();
        let (links, measured) = (Links::default(), BTreeMap::new());
        let recall = || Record::recall(outputs.path(), period, &links, &measured).unwrap();
        assert!(recall().before.is_empty(), "nothing was published");
        site(24);
        let first = Record { before: Said::new(), ..recall() };
        fs::write(folder.join(RECORD), first.bytes().unwrap()).unwrap();
        assert_eq!(recall(), first, "the standing edition is of the same data: itself");
        fs::write(folder.join(RECORD), Record { data: "other".into(), ..first }.bytes().unwrap()).unwrap();
        let told = &recall().before["2025Q1/510100/counted.B"].told;
        assert_eq!(told.first(), Some(&(24, "24".to_owned())));
    }

    #[test]
    fn a_record_that_cannot_be_read_is_told_and_not_taken_for_nothing_said() {
        let outputs = tempfile::tempdir().unwrap();
        let folder = outputs.path().join("2025Q1");
        let period = "2025Q1".parse().unwrap();
        let recall = || Record::recall(outputs.path(), period, &Links::default(), &BTreeMap::new());
        for name in [RECORD, "site/data/figures.csv"] {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, [0xff, 0x00]).unwrap();
            let message = recall().unwrap_err().to_string();
            assert!(
                message.contains(name.rsplit('/').next().unwrap()) && message.contains("已损坏"),
                "{message}"
            );
            fs::remove_file(&path).unwrap();
        }
        assert!(recall().unwrap().before.is_empty());
    }

    #[test]
    fn editions_are_folders_named_after_a_quarter_that_hold_a_site() {
        let outputs = tempfile::tempdir().unwrap();
        for name in ["2025Q1/site", "2024Q4/site", "2024Q3", "old/site"] {
            fs::create_dir_all(outputs.path().join(name)).unwrap();
        }
        for name in ["2025Q1", "2024Q4", "old"] {
            fs::write(outputs.path().join(name).join("site/index.html"), "").unwrap();
        }
        let found: Vec<String> = editions(outputs.path()).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["2024Q4", "2025Q1"]);
        assert_eq!(editions(Path::new("nowhere")), []);
    }

    #[test]
    fn what_two_editions_said_adds_up() {
        let said = |hidden, n: i64| {
            let told = [(n, n.to_string())].into();
            let one = Released { hidden, told, bases: [n].into(), base_hidden: hidden };
            Said::from([("x".to_owned(), one)])
        };
        let mut all = said(false, 12);
        merge(&mut all, said(true, 13));
        let all = &all["x"];
        assert!(all.hidden && all.base_hidden && all.told.len() == 2 && all.bases.len() == 2);
    }
}

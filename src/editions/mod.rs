//! Editions of a period: what moved since the last one, and the manifests of all before.
//!
//! Like [`crate::problems::Memory`], an edition remembers what it was compared with (`editions/base.json`), so
//! that a second run over the same inputs carries the same difference forward and writes the same
//! bytes. Nothing here looks at a clock. The manifest of every earlier edition is kept as
//! `editions/<number>-<fingerprint>.manifest.json`; none is ever thrown away.

mod changes;
mod matching;
mod snapshot;
mod table;
#[cfg(test)]
mod tests;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use changes::{Changes, Moved, Turn, Turned};
pub use snapshot::{Known, Mark, Snapshot};
pub use table::name;

use crate::error::{Error, Result};
use crate::output::{MANIFEST, Manifest};
use crate::period::Period;
use crate::settings::Settings;
use crate::tally::Desk;

/// The changed figures, one a row, and the changed returns; both only tell of the past of the data, so that
/// the fingerprint passes them over.
pub const CHANGES: [&str; 2] = ["data/changes.csv", "data/changed_returns.csv"];

const BASE: &str = "editions/base.json";
const KEPT: &str = ".manifest.json";

/// `editions/base.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Base {
    /// 1 for the first edition of the period.
    number: usize,
    fingerprint: String,
    now: Snapshot,
    /// Since the edition before; `null` for the first, and after one that remembered nothing.
    changes: Option<Changes>,
}

/// What a run knows of the editions of its period.
pub struct Editions {
    base: Base,
    /// Kept manifests: path below the edition, and bytes.
    kept: Vec<(String, Vec<u8>)>,
}

impl Editions {
    /// Compares this run with the edition that stands; equal ones share its history.
    ///
    /// # Errors
    /// Never for what the folder holds: an edition that cannot be read is none.
    pub fn recall(
        outputs: &Path,
        period: Period,
        fingerprint: &str,
        desk: &Desk,
        settings: &Settings,
    ) -> Result<Self> {
        let folder = outputs.join(period.to_string());
        let now = Snapshot::take(desk, settings);
        let mut kept = kept(&folder);
        let last: Option<Base> = read(&folder.join(BASE));
        if let Some(last) = last.as_ref().filter(|last| last.now == now && last.fingerprint == fingerprint) {
            return Ok(Self { base: last.clone(), kept });
        }
        let changes = last.as_ref().map(|last| Changes::between(&last.now, &now, &last.fingerprint));
        let before = std::fs::read(folder.join(MANIFEST)).ok();
        let before = before.and_then(|bytes| {
            let manifest: Manifest = serde_json::from_slice(&bytes).ok()?;
            Some((manifest.fingerprint, bytes))
        });
        if let Some((of, bytes)) = before {
            let of = crate::output::file_name(&of);
            kept.push((format!("editions/{:03}-{of}{KEPT}", kept.len() + 1), bytes));
        }
        let number = kept.len() + 1;
        let base = Base { number, fingerprint: fingerprint.to_owned(), now, changes };
        Ok(Self { base, kept })
    }

    /// 1 for the first edition.
    pub fn number(&self) -> usize {
        self.base.number
    }

    /// What moved since the edition before; `None` where there is nothing to compare with.
    pub fn changes(&self) -> Option<&Changes> {
        self.base.changes.as_ref()
    }

    /// The files of the memory and the tables of changes, as (path below the edition, bytes).
    ///
    /// # Errors
    /// An internal fault of a writer.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let mut base = serde_json::to_vec(&self.base).map_err(|e| Error::internal(format!("{BASE}：{e}")))?;
        base.push(b'\n');
        let nothing = Changes::default();
        let changes = self.changes().unwrap_or(&nothing);
        let mut out = self.kept.clone();
        out.push((BASE.into(), base));
        out.push((CHANGES[0].into(), table::figures(changes)?));
        out.push((CHANGES[1].into(), table::returns(changes)?));
        Ok(out)
    }
}

fn read(path: &Path) -> Option<Base> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// The manifests an edition keeps of those before it, by name.
fn kept(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = std::fs::read_dir(folder.join("editions")) else { return Vec::new() };
    let names = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|n| n.ends_with(KEPT)).collect();
    names.sort();
    let read = |name: String| {
        let bytes = std::fs::read(folder.join("editions").join(&name)).ok()?;
        Some((format!("editions/{name}"), bytes))
    };
    names.into_iter().filter_map(read).collect()
}

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
use snapshot::Now;
pub use snapshot::{Known, Mark, Snapshot};
pub use table::name;

use crate::error::Result;
use crate::output::{Fill, MANIFEST};
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
struct Base<S> {
    /// 1 for the first edition of the period.
    number: usize,
    fingerprint: String,
    now: S,
    /// Since the edition before; `null` for the first, and after one that remembered nothing.
    changes: Option<Changes>,
}

/// What a run tells of the editions of its period.
pub struct Editions {
    number: usize,
    changes: Option<Changes>,
}

impl Editions {
    /// Compares this run with the edition that stands; equal ones share its history. The memory knows
    /// every return of every quarter and is large: its files go to `keep` (path below the edition, what
    /// fills it), and only what the documents tell stays.
    ///
    /// # Errors
    /// What `keep` says, or an internal fault of a writer; an edition that cannot be read is none.
    pub fn recall(
        outputs: &Path,
        fingerprint: &str,
        desk: &Desk,
        settings: &Settings,
        keep: impl Fn(&str, Fill) -> Result<()>,
    ) -> Result<Self> {
        let folder = outputs.join(desk.period.to_string());
        let mut kept = 0;
        for (path, bytes) in manifests(&folder) {
            kept += 1;
            keep(&path, &|to| to.write_all(&bytes))?;
        }
        let now = Now::of(desk, settings);
        let last: Option<Base<Snapshot>> = read(&folder.join(BASE));
        let (number, changes) = match last {
            Some(last) if last.fingerprint == fingerprint && now.is(&last.now) => (last.number, last.changes),
            last => {
                let changes =
                    last.map(|last| Changes::between(&last.now, &now.snapshot(&last.now), &last.fingerprint));
                if let Some((of, bytes)) = standing(&folder) {
                    kept += 1;
                    let of = crate::output::file_name(&of);
                    keep(&format!("editions/{kept:03}-{of}{KEPT}"), &|to| to.write_all(&bytes))?;
                }
                (kept + 1, changes)
            }
        };
        let base = Base { number, fingerprint: fingerprint.to_owned(), now, changes };
        base.keep(keep)?;
        Ok(Self { number, changes: base.changes })
    }

    /// 1 for the first edition.
    pub fn number(&self) -> usize {
        self.number
    }

    /// What moved since the edition before; `None` where there is nothing to compare with.
    pub fn changes(&self) -> Option<&Changes> {
        self.changes.as_ref()
    }
}

impl Base<Now<'_>> {
    /// Writes the memory and the tables of changes.
    fn keep(&self, keep: impl Fn(&str, Fill) -> Result<()>) -> Result<()> {
        keep(BASE, &|to| {
            serde_json::to_writer(&mut *to, self)?;
            to.write_all(b"\n")
        })?;
        let nothing = Changes::default();
        let changes = self.changes.as_ref().unwrap_or(&nothing);
        let tables = [table::figures(changes)?, table::returns(changes)?];
        CHANGES.iter().zip(tables).try_for_each(|(path, bytes)| keep(path, &|to| to.write_all(&bytes)))
    }
}

/// Fingerprint and bytes of the manifest that stands.
fn standing(folder: &Path) -> Option<(String, Vec<u8>)> {
    /// Without the files, of which there may be very many.
    #[derive(Deserialize)]
    struct Head {
        fingerprint: String,
    }
    let bytes = std::fs::read(folder.join(MANIFEST)).ok()?;
    let head: Head = serde_json::from_slice(&bytes).ok()?;
    Some((head.fingerprint, bytes))
}

fn read(path: &Path) -> Option<Base<Snapshot>> {
    let base: Base<Snapshot> = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    base.changes.as_ref().is_none_or(Changes::is_whole).then_some(base)
}

/// The manifests an edition keeps of those before it, by name; each is read when its turn comes.
fn manifests(folder: &Path) -> impl Iterator<Item = (String, Vec<u8>)> {
    let folder = folder.join("editions");
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let names = entries.map(|e| e.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|n| n.ends_with(KEPT)).collect();
    names.sort();
    names.into_iter().filter_map(move |name| {
        let bytes = std::fs::read(folder.join(&name)).ok()?;
        Some((format!("editions/{name}"), bytes))
    })
}

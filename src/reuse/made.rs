//! What the files of the standing edition were made from.
//!
//! A file whose recipe is the same, and which still is what was written, is carried
//! into the next edition as it is. Its bytes are looked at each time: a file that
//! somebody changed is made anew.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::BUILD;
use super::recipe::{Recipe, Why};
use crate::digest::{self, Key};
use crate::output::{MANIFEST, Manifest};

/// How a file was made and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    pub recipe: Recipe,
    pub sha256: Key,
}

/// What is remembered of an edition.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// Where the edition is.
    pub edition: PathBuf,
    /// The program that made it ([`BUILD`]).
    pub program: String,
    /// Everything the run depended on.
    pub run: Key,
    /// Digest of the manifest it wrote.
    pub manifest: Key,
    /// Why it has no public edition, where it has none.
    pub refused: Option<String>,
    /// By path below the edition.
    pub files: BTreeMap<Arc<str>, Made>,
}

/// The edition that stands, with what is remembered of it.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    edition: PathBuf,
    memory: PathBuf,
    record: Record,
}

impl Standing {
    /// The edition of a period, with what `memory` (a folder) knows of it.
    pub fn open(memory: &Path, outputs: &Path, period: &str) -> Self {
        let edition = outputs.join(period);
        let whole = std::path::absolute(&edition).unwrap_or_else(|_| edition.clone());
        let name = digest::short(whole.as_os_str().as_encoded_bytes(), 16);
        let memory = memory.join(format!("{name}{MADE}"));
        let record = read(&memory).unwrap_or_default();
        Self { edition: whole, memory, record }
    }

    /// The file at `path`, if it was made by this recipe and still is what was written.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn same(&self, path: &str, recipe: &Recipe) -> Result<(PathBuf, Made), Why> {
        let made = self.record.files.get(path).ok_or(Why::Missing)?;
        if self.record.program != BUILD {
            return Err(Why::Program);
        }
        if let Some(why) = recipe.differs(&made.recipe) {
            return Err(why);
        }
        let file = self.edition.join(path);
        if !is_still(&file, &made.sha256) {
            return Err(Why::Missing);
        }
        Ok((file, made.clone()))
    }

    /// The manifest of the edition, if the same run made it and every file still is what was
    /// written; with the reason why it has no public edition.
    pub fn whole(&self, run: &Key) -> Option<(Manifest, Option<String>)> {
        use rayon::prelude::*;
        if self.record.run != *run {
            return None;
        }
        let bytes = fs::read(self.edition.join(MANIFEST)).ok()?;
        if digest::key(&bytes) != self.record.manifest {
            return None;
        }
        let manifest: Manifest = serde_json::from_slice(&bytes).ok()?;
        let still = |(path, sha256): (&String, &String)| {
            digest::from_hex(sha256).is_some_and(|sha256| is_still(&self.edition.join(path), &sha256))
        };
        let whole = manifest.outputs.par_iter().all(still);
        whole.then(|| (manifest, self.record.refused.clone()))
    }

    /// Where the edition is.
    pub fn edition(&self) -> &Path {
        &self.edition
    }

    /// Remembers a new edition, and forgets editions that are gone. That it cannot be written is
    /// no fault.
    pub fn remember(&self, record: Record) {
        let record = Record { edition: self.edition.clone(), program: BUILD.to_owned(), ..record };
        let fresh = self.memory.with_extension("new");
        let folder = self.memory.parent().unwrap_or(Path::new("."));
        forget_the_gone(folder);
        let _ = fs::create_dir_all(folder)
            .and_then(|()| write(&fresh, &record))
            .and_then(|()| fs::rename(&fresh, &self.memory));
    }
}

const MADE: &str = ".made";

fn write(memory: &Path, record: &Record) -> io::Result<()> {
    let mut to = BufWriter::new(fs::File::create(memory)?);
    rmp_serde::encode::write(&mut to, record).map_err(io::Error::other)?;
    to.flush()
}

fn read(memory: &Path) -> Option<Record> {
    rmp_serde::from_slice(&fs::read(memory).ok()?).ok()
}

fn forget_the_gone(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_record = entry.file_name().to_string_lossy().ends_with(MADE);
        if is_record && read(&entry.path()).is_none_or(|record| !record.edition.is_dir()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_still(file: &Path, sha256: &Key) -> bool {
    fs::read(file).is_ok_and(|bytes| digest::key(&bytes) == *sha256)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reuse::Content;

    #[test]
    fn a_file_is_used_again_only_if_it_is_the_same() {
        let outputs = tempfile::tempdir().unwrap();
        let recipe = Recipe::new(&Content::default(), &Content::default().bytes("a"));
        let other = Recipe::new(&Content::default(), &Content::default().bytes("b"));
        let memory = tempfile::tempdir().unwrap();
        let open = || Standing::open(memory.path(), outputs.path(), "2025Q1");
        fs::create_dir_all(outputs.path().join("2025Q1")).unwrap();
        let standing = open();
        assert_eq!(standing.same("a.pdf", &recipe).unwrap_err(), Why::Missing);
        let made = Made { recipe, sha256: digest::key(b"bytes") };
        standing.remember(Record { files: [("a.pdf".into(), made)].into(), ..Record::default() });
        let standing = open();
        assert_eq!(standing.same("a.pdf", &recipe).unwrap_err(), Why::Missing);
        fs::write(outputs.path().join("2025Q1/a.pdf"), b"bytes").unwrap();
        assert!(standing.same("a.pdf", &recipe).is_ok());
        assert_eq!(standing.same("a.pdf", &other).unwrap_err(), Why::Content);
        fs::write(outputs.path().join("2025Q1/a.pdf"), b"bytEs").unwrap();
        assert_eq!(standing.same("a.pdf", &recipe).unwrap_err(), Why::Missing);
    }

    #[test]
    fn editions_that_are_gone_are_forgotten() {
        let (memory, outputs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for period in ["2025Q1", "2025Q2"] {
            fs::create_dir_all(outputs.path().join(period)).unwrap();
            Standing::open(memory.path(), outputs.path(), period).remember(Record::default());
        }
        assert_eq!(fs::read_dir(memory.path()).unwrap().count(), 2);
        fs::remove_dir_all(outputs.path().join("2025Q1")).unwrap();
        Standing::open(memory.path(), outputs.path(), "2025Q2").remember(Record::default());
        assert_eq!(fs::read_dir(memory.path()).unwrap().count(), 1);
    }
}

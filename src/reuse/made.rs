//! What the files of the standing edition were made from.
//!
//! A file whose recipe is the same, and which still is what was written, is carried
//! into the next edition as it is. Its bytes are looked at each time: a file that
//! somebody changed is made anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::recipe::{Recipe, Why};
use crate::digest::{self, Key};
use crate::output::{MANIFEST, Manifest};

/// How a file was made and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    pub recipe: Recipe,
    pub sha256: String,
}

/// What is remembered of an edition.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// Everything the run depended on.
    pub run: Key,
    /// Digest of the manifest it wrote.
    pub manifest: Key,
    /// Why it has no public edition, where it has none.
    pub refused: Option<String>,
    /// By path below the edition.
    pub files: BTreeMap<String, Made>,
}

/// The edition that stands, with what is remembered of it.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    edition: PathBuf,
    memory: PathBuf,
    record: Record,
}

impl Standing {
    /// The edition of a period; without a memory where there is none.
    pub fn open(outputs: &Path, period: &str) -> Self {
        let memory = super::folder(outputs).join(format!("{period}.made"));
        let record = fs::read(&memory).ok().and_then(|bytes| rmp_serde::from_slice(&bytes).ok());
        Self { edition: outputs.join(period), memory, record: record.unwrap_or_default() }
    }

    /// The file at `path`, if it was made by this recipe and still is what was written.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn same(&self, path: &str, recipe: &Recipe) -> Result<(PathBuf, Made), Why> {
        let made = self.record.files.get(path).ok_or(Why::Missing)?;
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
        let still = |(path, sha256): (&String, &String)| is_still(&self.edition.join(path), sha256);
        let whole = manifest.outputs.par_iter().all(still);
        whole.then(|| (manifest, self.record.refused.clone()))
    }

    /// Where the edition is.
    pub fn edition(&self) -> &Path {
        &self.edition
    }

    /// Remembers a new edition. That it cannot be written is no fault.
    pub fn remember(&self, record: &Record) {
        let Ok(bytes) = rmp_serde::to_vec(record) else { return };
        let fresh = self.memory.with_extension("new");
        let folder = self.memory.parent().unwrap_or(Path::new("."));
        let _ = fs::create_dir_all(folder)
            .and_then(|()| fs::write(&fresh, bytes))
            .and_then(|()| fs::rename(&fresh, &self.memory));
    }
}

fn is_still(file: &Path, sha256: &str) -> bool {
    fs::read(file).is_ok_and(|bytes| digest::full(&bytes) == sha256)
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
        let standing = Standing::open(outputs.path(), "2025Q1");
        assert_eq!(standing.same("a.pdf", &recipe).unwrap_err(), Why::Missing);
        let made = Made { recipe, sha256: digest::full(b"bytes") };
        standing.remember(&Record { files: [("a.pdf".to_owned(), made)].into(), ..Record::default() });
        let standing = Standing::open(outputs.path(), "2025Q1");
        assert_eq!(standing.same("a.pdf", &recipe).unwrap_err(), Why::Missing);
        fs::create_dir_all(outputs.path().join("2025Q1")).unwrap();
        fs::write(outputs.path().join("2025Q1/a.pdf"), b"bytes").unwrap();
        assert!(standing.same("a.pdf", &recipe).is_ok());
        assert_eq!(standing.same("a.pdf", &other).unwrap_err(), Why::Content);
        fs::write(outputs.path().join("2025Q1/a.pdf"), b"bytEs").unwrap();
        assert_eq!(standing.same("a.pdf", &recipe).unwrap_err(), Why::Missing);
    }
}

//! Where a run puts its files: made anew, or carried over from the standing edition
//! where nothing they are made from has changed.
//!
//! The same seam serves `--plan`: then nothing is made or written, and what would be
//! is told with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::made::{Made, Record, Standing};
use super::recipe::{Recipe, Why};
use crate::error::Result;
use crate::output::{self, Edition, Fill};

/// Puts files into an edition.
pub struct Maker<'a> {
    /// `None` where only a plan is wanted.
    edition: Option<&'a Edition>,
    standing: &'a Standing,
    done: Mutex<Done>,
}

/// What a run made.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// With their paths, which the edition shares: there may be very many.
    pub made: Vec<(Arc<str>, Made)>,
    /// Files that would be made anew, and why; of a plan only.
    pub anew: BTreeMap<String, Why>,
    /// Files carried over.
    pub kept: usize,
    /// Files that are written each time, being cheaper than asking; of a plan only.
    pub always: BTreeSet<String>,
    /// Paths and fingerprints of documents made of a part of the data.
    pub documents: Vec<(Arc<str>, Box<str>)>,
}

impl<'a> Maker<'a> {
    /// Into an edition, with the standing one to take from.
    pub fn new(edition: &'a Edition, standing: &'a Standing) -> Self {
        Self { edition: Some(edition), standing, done: Mutex::default() }
    }

    /// Nowhere: only tells what would be made.
    pub fn planning(standing: &'a Standing) -> Self {
        Self { edition: None, standing, done: Mutex::default() }
    }

    /// Writes a file that is not worth asking about.
    ///
    /// # Errors
    /// As [`Edition::write`].
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        match self.edition {
            Some(edition) => edition.write(path, bytes).map(|_| ()),
            None => self.plan_always(path),
        }
    }

    /// The same for a large file, piece by piece.
    ///
    /// # Errors
    /// As [`Edition::fill`].
    pub fn fill(&self, path: &str, fill: Fill) -> Result<()> {
        match self.edition {
            Some(edition) => edition.fill(path, fill),
            None => self.plan_always(path),
        }
    }

    fn plan_always(&self, path: &str) -> Result<()> {
        self.done().always.insert(path.to_owned());
        Ok(())
    }

    /// Takes back whatever was [written](Self::write) below a folder of the edition.
    ///
    /// # Errors
    /// As [`Edition::withdraw`].
    pub fn withdraw(&self, folder: &str) -> Result<()> {
        self.done().always.retain(|path| !output::is_below(path, &[folder]));
        self.edition.map_or(Ok(()), |edition| edition.withdraw(folder))
    }

    /// Carries a file over where its recipe is that of the standing one, else makes it.
    ///
    /// # Errors
    /// What `make` or the file system says.
    pub fn make(
        &self,
        path: impl Into<Arc<str>>,
        recipe: Recipe,
        make: impl FnOnce() -> Result<Vec<u8>>,
    ) -> Result<()> {
        let path = path.into();
        let why = match self.standing.same(&path, &recipe) {
            Ok((file, made)) => {
                let shared = || Arc::clone(&path);
                if self.edition.is_none_or(|e| e.carry(shared(), &file, made.sha256).is_ok()) {
                    let mut done = self.done();
                    done.kept += 1;
                    done.made.push((path, made));
                    return Ok(());
                }
                Why::Missing
            }
            Err(why) => why,
        };
        let Some(edition) = self.edition else {
            self.done().anew.insert(path.to_string(), why);
            return Ok(());
        };
        let bytes = make()?;
        let sha256 = edition.write(Arc::clone(&path), &bytes)?;
        self.done().made.push((path, Made { recipe, sha256 }));
        Ok(())
    }

    /// Notes the fingerprint that a document prints of its own part of the data.
    pub fn vouch(&self, path: Arc<str>, fingerprint: &str) {
        self.done().documents.push((path, fingerprint.into()));
    }

    /// What was made so far.
    pub fn finish(self) -> Done {
        self.done.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn done(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Done {
    /// What to remember of the edition that these files made.
    pub fn record(self, run: [u8; 32], manifest: [u8; 32], refused: Option<String>) -> Record {
        Record { run, manifest, refused, files: self.made.into_iter().collect(), ..Record::default() }
    }
}

//! The gate that every finished file goes through: searched for leaks the moment it is made,
//! then handed on and let go, so that no more than a few files are in memory at once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::digest;
use crate::document::Summary;
use crate::error::Result;
use crate::public::leaks::{Leak, Scanner};
use crate::public::{PublicCase, data};

/// Where the files of an edition go, and where the cases of it come from.
pub trait Press: Sync {
    /// The whole summary of a case, asked for when its page is made.
    ///
    /// # Errors
    /// An internal fault only.
    fn summary<'c>(&self, case: &'c PublicCase) -> Result<Cow<'c, Summary>>;

    /// Takes over a file in which no leak was found. It must not be published before the whole
    /// edition is made: a later file may stop it.
    ///
    /// # Errors
    /// What the file system says.
    fn take(&self, path: &str, bytes: Vec<u8>) -> Result<()>;
}

/// Searches files and hands them on.
pub(super) struct Gate<'a> {
    scanner: Scanner<'a>,
    press: &'a dyn Press,
    seen: Mutex<BTreeMap<String, Seen>>,
}

/// What is remembered of a file.
struct Seen {
    sha256: String,
    leaks: Vec<Leak>,
}

impl<'a> Gate<'a> {
    pub fn new(scanner: Scanner<'a>, press: &'a dyn Press) -> Self {
        Self { scanner, press, seen: Mutex::default() }
    }

    /// The whole summary of a case.
    pub fn summary<'c>(&self, case: &'c PublicCase) -> Result<Cow<'c, Summary>> {
        self.press.summary(case)
    }

    /// Lets a file through; one with a leak goes no further.
    pub fn pass(&self, path: impl Into<String>, bytes: Vec<u8>) -> Result<()> {
        let path = path.into();
        let seen = Seen { sha256: digest::full(&bytes), leaks: self.scanner.file(&path, &bytes) };
        if seen.leaks.is_empty() {
            self.press.take(&path, bytes)?;
        }
        self.seen().insert(path, seen);
        Ok(())
    }

    /// The list of all files so far with their digests.
    pub fn checksums(&self) -> String {
        data::checksums(self.seen().iter().map(|(path, seen)| (path.as_str(), seen.sha256.as_str())))
    }

    /// All leaks, in the order of the files.
    pub fn leaks(self) -> Vec<Leak> {
        let seen = self.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        seen.into_values().flat_map(|seen| seen.leaks).collect()
    }

    fn seen(&self) -> MutexGuard<'_, BTreeMap<String, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the files in memory; the cases are whole in the input.
#[derive(Default)]
pub(super) struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl Memory {
    /// All files, sorted by path.
    pub fn files(self) -> Vec<(String, Vec<u8>)> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect()
    }
}

impl Press for Memory {
    fn summary<'c>(&self, case: &'c PublicCase) -> Result<Cow<'c, Summary>> {
        Ok(Cow::Borrowed(&case.summary))
    }

    fn take(&self, path: &str, bytes: Vec<u8>) -> Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), bytes);
        Ok(())
    }
}

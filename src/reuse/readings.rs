//! What input files came to when they were read, by the digest of their bytes. Faults that may
//! not come again (a file that vanished, a worker that was stopped) are never remembered.

use std::path::Path;

use super::store::Store;
use crate::digest::Key;
use crate::read::{Outcome, Part};
use crate::workbook::FileFault;

/// Readings of earlier runs, and those of this one.
#[derive(Debug, Default)]
pub struct Readings(Store);

impl Readings {
    /// No memory: everything is read.
    pub fn none() -> Self {
        Self::default()
    }

    /// Opens the memory in a folder; `ground` is what reading depends on besides the file.
    pub fn open(folder: &Path, ground: Key) -> Self {
        Self(Store::open(folder.join("readings"), &ground))
    }

    /// Number of readings remembered from earlier runs.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a file of these bytes has been read before.
    pub fn knows(&self, key: &Key) -> bool {
        self.0.knows(key)
    }

    /// What a file of these bytes came to.
    pub fn get(&self, key: &Key) -> Option<Vec<Part>> {
        rmp_serde::from_slice(&self.0.get(key)?).ok()
    }

    /// Remembers what a file of these bytes came to. That it cannot be written is no fault.
    pub fn put(&self, key: &Key, parts: &[Part]) {
        if !parts.iter().all(lasting) || !self.0.wants(key) {
            return;
        }
        let Ok(bytes) = rmp_serde::to_vec(parts) else { return };
        self.0.put(key, &bytes);
    }

    /// Forgets what this run had no use for.
    pub fn tidy(self) {
        self.0.tidy();
    }
}

/// Whether the same bytes come to the same again.
fn lasting(part: &Part) -> bool {
    let passing =
        |f: &FileFault| matches!(f, FileFault::Io(_) | FileFault::Stopped(_) | FileFault::Panicked(_));
    !matches!(&part.outcome, Outcome::Fault(fault) if passing(fault))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::digest;
    use crate::read::Head;

    fn parts(text: &str) -> Vec<Part> {
        let head = Head { entry: None, bytes: 1, sha256: text.into() };
        vec![Part { head, outcome: Outcome::Fault(FileFault::Corrupt(text.into())) }]
    }

    #[test]
    fn remembers_between_runs_and_only_of_its_ground() {
        let folder = tempfile::tempdir().unwrap();
        let (ground, a) = (digest::key(b"ground"), digest::key(b"a"));
        let first = Readings::open(folder.path(), ground);
        assert!(first.get(&a).is_none());
        first.put(&a, &parts("a"));
        first.tidy();
        let second = Readings::open(folder.path(), ground);
        assert_eq!(second.get(&a).unwrap(), parts("a"));
        drop(second);
        assert!(Readings::open(folder.path(), digest::key(b"other")).get(&a).is_none());
        assert!(Readings::open(folder.path(), ground).is_empty());
    }

    #[test]
    fn what_may_not_come_again_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let ground = digest::key(b"ground");
        let readings = Readings::open(folder.path(), ground);
        for fault in [FileFault::Io("x".into()), FileFault::Stopped("x".into())] {
            let part = Part { head: Head::default(), outcome: Outcome::Fault(fault) };
            readings.put(&digest::key(b"x"), &[part]);
        }
        assert!(Readings::open(folder.path(), ground).is_empty());
    }

    #[test]
    fn a_damaged_memory_is_no_memory() {
        let folder = tempfile::tempdir().unwrap();
        let ground = digest::key(b"ground");
        let (a, b) = (digest::key(b"a"), digest::key(b"b"));
        let first = Readings::open(folder.path(), ground);
        first.put(&a, &parts("a"));
        first.put(&b, &parts("b"));
        drop(first);
        let path = folder.path().join("readings");
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let readings = Readings::open(folder.path(), ground);
            assert!(readings.get(&a).is_none_or(|p| p == parts("a")), "cut at {cut}");
            assert!(readings.get(&b).is_none(), "cut at {cut}");
            readings.put(&b, &parts("b"));
            drop(readings);
            assert_eq!(Readings::open(folder.path(), ground).get(&b).unwrap(), parts("b"), "cut at {cut}");
        }
        for flipped in 40..whole.len() {
            let mut bytes = whole.clone();
            bytes[flipped] ^= 0x55;
            fs::write(&path, &bytes).unwrap();
            let readings = Readings::open(folder.path(), ground);
            assert!(readings.get(&a).is_none_or(|p| p == parts("a")), "flipped at {flipped}");
        }
    }

    #[test]
    fn what_nobody_uses_goes() {
        let folder = tempfile::tempdir().unwrap();
        let ground = digest::key(b"ground");
        let key = |n: usize| digest::key(&n.to_le_bytes());
        let first = Readings::open(folder.path(), ground);
        (0..40).for_each(|n| first.put(&key(n), &parts(&"长".repeat(20_000))));
        first.tidy();
        let second = Readings::open(folder.path(), ground);
        assert_eq!(second.len(), 40);
        assert!(second.get(&key(3)).is_some());
        second.put(&key(50), &parts("new"));
        second.tidy();
        let third = Readings::open(folder.path(), ground);
        assert_eq!(third.len(), 2);
        assert!(third.get(&key(3)).is_some() && third.get(&key(50)).is_some());
    }
}

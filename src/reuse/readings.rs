//! What input files came to when they were read, by the digest of their bytes.
//!
//! One file that only grows during a run: each reading is appended as it comes, so
//! that a killed run is not read again, and a torn end is passed over. When more than
//! half of it is no longer used it is written anew. Faults that may not come again
//! (a file that vanished, a worker that was stopped) are never remembered.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::digest::{self, Key};
use crate::read::{Outcome, Part};
use crate::workbook::FileFault;

const MAGIC: &[u8; 8] = b"zhiti-r1";
/// Magic and ground.
const HEAD: u64 = 40;
/// Key, length, check.
const ENTRY: u64 = 44;
/// Below this the file is never written anew.
const SMALL: u64 = 1 << 20;

/// Readings of earlier runs, and those of this one.
#[derive(Debug, Default)]
pub struct Readings {
    path: PathBuf,
    index: HashMap<Key, Slice>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// `None` where there can be no memory.
    file: Option<File>,
    used: HashSet<Key>,
}

#[derive(Clone, Copy, Debug)]
struct Slice {
    at: u64,
    length: u32,
    check: [u8; 8],
}

impl Readings {
    /// No memory: everything is read.
    pub fn none() -> Self {
        Self::default()
    }

    /// Opens the memory in a folder; `ground` is what reading depends on besides the file. Where it
    /// cannot be opened, or is of another ground, it starts empty.
    pub fn open(folder: &Path, ground: Key) -> Self {
        let path = folder.join("readings");
        let file = fs::create_dir_all(folder)
            .and_then(|()| OpenOptions::new().read(true).append(true).create(true).open(&path));
        let Ok(mut file) = file else { return Self::none() };
        let index = match index(&file, &ground) {
            Ok(index) => index,
            Err(_) => {
                if start(&mut file, &ground).is_err() {
                    return Self::none();
                }
                HashMap::new()
            }
        };
        Self { path, index, inner: Mutex::new(Inner { file: Some(file), ..Inner::default() }) }
    }

    /// Number of readings remembered from earlier runs.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Whether a file of these bytes has been read before.
    pub fn knows(&self, key: &Key) -> bool {
        self.index.contains_key(key)
    }

    /// What a file of these bytes came to.
    pub fn get(&self, key: &Key) -> Option<Vec<Part>> {
        let slice = self.index.get(key)?;
        let mut bytes = vec![0; slice.length as usize];
        {
            let mut inner = self.inner();
            let file = inner.file.as_mut()?;
            file.seek(SeekFrom::Start(slice.at)).ok()?;
            file.read_exact(&mut bytes).ok()?;
        }
        if check(&bytes) != slice.check {
            return None;
        }
        let parts = rmp_serde::from_slice(&bytes).ok()?;
        self.inner().used.insert(*key);
        Some(parts)
    }

    /// Remembers what a file of these bytes came to. That it cannot be written is no fault.
    pub fn put(&self, key: &Key, parts: &[Part]) {
        if !parts.iter().all(lasting) || self.index.contains_key(key) || !self.is_kept() {
            return;
        }
        let Ok(entry) = entry(key, parts) else { return };
        let mut inner = self.inner();
        let inner = &mut *inner;
        if inner.used.insert(*key) && inner.file.as_mut().is_some_and(|f| f.write_all(&entry).is_err()) {
            inner.file = None;
        }
    }

    /// Forgets what this run had no use for, where that is more than half.
    pub fn tidy(self) {
        let inner = self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Some(mut file) = inner.file else { return };
        let size = |used: &dyn Fn(&Key) -> bool| -> u64 {
            self.index.iter().filter(|(k, _)| used(k)).map(|(_, s)| ENTRY + u64::from(s.length)).sum()
        };
        let unused = size(&|k| !inner.used.contains(k));
        let whole = file.metadata().map(|m| m.len()).unwrap_or(0);
        if unused > SMALL && unused * 2 > whole {
            // A memory that cannot be written anew stays as it is.
            let _ = rewrite(&self.path, &mut file, &inner.used);
        }
    }

    /// Whether there is a memory to write to.
    fn is_kept(&self) -> bool {
        self.inner().file.is_some()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the same bytes come to the same again.
fn lasting(part: &Part) -> bool {
    let passing =
        |f: &FileFault| matches!(f, FileFault::Io(_) | FileFault::Stopped(_) | FileFault::Panicked(_));
    !matches!(&part.outcome, Outcome::Fault(fault) if passing(fault))
}

fn entry(key: &Key, parts: &[Part]) -> io::Result<Vec<u8>> {
    let bytes = rmp_serde::to_vec(parts).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    let mut out = Vec::with_capacity(bytes.len() + ENTRY as usize);
    out.extend_from_slice(key);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&check(&bytes));
    out.extend_from_slice(&bytes);
    Ok(out)
}

fn check(bytes: &[u8]) -> [u8; 8] {
    let mut out = [0; 8];
    out.copy_from_slice(&digest::key(bytes)[..8]);
    out
}

fn start(file: &mut File, ground: &Key) -> io::Result<()> {
    file.set_len(0)?;
    file.write_all(&[MAGIC.as_slice(), ground].concat())
}

/// Where each reading stands; an error where the file is none of ours or of another ground.
fn index(file: &File, ground: &Key) -> io::Result<HashMap<Key, Slice>> {
    let whole = file.metadata()?.len();
    let mut from = BufReader::with_capacity(1 << 16, file);
    from.seek(SeekFrom::Start(0))?;
    let mut head = [0; HEAD as usize];
    from.read_exact(&mut head)?;
    if head[..8] != *MAGIC || head[8..] != *ground {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut out = HashMap::new();
    let mut at = HEAD;
    while let Some((key, slice)) = next(&mut from, at, whole)? {
        at = slice.at + u64::from(slice.length);
        out.insert(key, slice);
    }
    // What a killed run left half written would hide all that comes after it.
    if at < whole {
        file.set_len(at)?;
    }
    Ok(out)
}

/// The entry at `at`, passed over; `None` at the end or where it is cut off.
fn next(from: &mut BufReader<&File>, at: u64, whole: u64) -> io::Result<Option<(Key, Slice)>> {
    let mut head = [0; ENTRY as usize];
    if whole < at + ENTRY {
        return Ok(None);
    }
    from.read_exact(&mut head)?;
    let (mut key, mut length, mut check) = ([0; 32], [0; 4], [0; 8]);
    key.copy_from_slice(&head[..32]);
    length.copy_from_slice(&head[32..36]);
    check.copy_from_slice(&head[36..]);
    let slice = Slice { at: at + ENTRY, length: u32::from_le_bytes(length), check };
    if whole < slice.at + u64::from(slice.length) {
        return Ok(None);
    }
    from.seek_relative(i64::from(slice.length))?;
    Ok(Some((key, slice)))
}

/// Writes the used readings into a new file, which takes the place of the old one.
fn rewrite(path: &Path, file: &mut File, used: &HashSet<Key>) -> io::Result<()> {
    let mut head = [0; HEAD as usize];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut head)?;
    let mut ground = [0; 32];
    ground.copy_from_slice(&head[8..]);
    let mut kept: Vec<(Key, Slice)> =
        index(file, &ground)?.into_iter().filter(|(k, _)| used.contains(k)).collect();
    kept.sort_by_key(|(_, slice)| slice.at);
    let fresh = path.with_extension("new");
    let mut to = BufWriter::new(File::create(&fresh)?);
    to.write_all(&head)?;
    for (_, slice) in kept {
        file.seek(SeekFrom::Start(slice.at - ENTRY))?;
        io::copy(&mut Read::by_ref(file).take(ENTRY + u64::from(slice.length)), &mut to)?;
    }
    to.into_inner().map_err(io::IntoInnerError::into_error)?;
    fs::rename(fresh, path)
}

#[cfg(test)]
mod tests {
    use super::*;
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
        for flipped in HEAD as usize..whole.len() {
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

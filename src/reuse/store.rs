//! Whatever is dear to make, as bytes, by the digest of what it is made from.
//!
//! One file that only grows during a run: each entry is appended as it comes, so
//! that the work of a killed run is not lost, and a torn end is passed over. When more
//! than half of it is no longer used it is written anew.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::digest::{self, Key};

const MAGIC: &[u8; 8] = b"zhiti-r1";
/// Magic and ground.
const HEAD: u64 = 40;
/// Key, length, check.
const ENTRY: u64 = 44;
/// Below this the file is never written anew.
const SMALL: u64 = 1 << 20;

/// Entries of earlier runs, and those of this one.
#[derive(Debug, Default)]
pub(super) struct Store {
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

impl Store {
    /// Opens a file; `ground` is what its entries depend on besides their keys. Where it cannot be
    /// opened, or is of another ground, it starts empty.
    pub fn open(path: PathBuf, ground: &Key) -> Self {
        let folder = path.parent().unwrap_or(Path::new("."));
        let file = fs::create_dir_all(folder)
            .and_then(|()| OpenOptions::new().read(true).append(true).create(true).open(&path));
        let Ok(mut file) = file else { return Self::default() };
        let index = match index(&file, ground) {
            Ok(index) => index,
            Err(_) => {
                if start(&mut file, ground).is_err() {
                    return Self::default();
                }
                HashMap::new()
            }
        };
        Self { path, index, inner: Mutex::new(Inner { file: Some(file), ..Inner::default() }) }
    }

    /// Number of entries of earlier runs.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether an earlier run put something under a key.
    pub fn knows(&self, key: &Key) -> bool {
        self.index.contains_key(key)
    }

    /// What was put under a key, as it was put.
    pub fn get(&self, key: &Key) -> Option<Vec<u8>> {
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
        self.inner().used.insert(*key);
        Some(bytes)
    }

    /// Whether something put under a key would be kept.
    pub fn wants(&self, key: &Key) -> bool {
        !self.knows(key) && self.inner().file.is_some()
    }

    /// Keeps bytes under a key. That they cannot be written is no fault.
    pub fn put(&self, key: &Key, bytes: &[u8]) {
        let Some(entry) = entry(key, bytes).filter(|_| self.wants(key)) else { return };
        let mut inner = self.inner();
        let inner = &mut *inner;
        if inner.used.insert(*key) && inner.file.as_mut().is_some_and(|f| f.write_all(&entry).is_err()) {
            inner.file = None;
        }
    }

    /// Forgets what this run had no use for, where that is more than half; nothing can be put or got
    /// after it.
    pub fn tidy(&self) {
        let inner = std::mem::take(&mut *self.inner());
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

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entry(key: &Key, bytes: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(bytes.len()).ok()?;
    let mut out = Vec::with_capacity(bytes.len() + ENTRY as usize);
    out.extend_from_slice(key);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&check(bytes));
    out.extend_from_slice(bytes);
    Some(out)
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

/// Where each entry stands; an error where the file is none of ours or of another ground.
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

/// Writes the used entries into a new file, which takes the place of the old one.
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

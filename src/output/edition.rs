//! An edition being written: a folder beside the editions that nobody sees until it is
//! whole, then takes the place of the last one in one step.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::lock::{self, Lock};
use super::{Fill, MANIFEST, Manifest, RUN_LOG, STAGING, is_below, swap};
use crate::digest::{self, Key};
use crate::error::{AtPath, Error, Result};

/// An edition, or one folder of it, being written.
pub struct Edition {
    outputs: PathBuf,
    // In this order: what is left of it must be gone before the next run comes in.
    staging: tempfile::TempDir,
    _made: Made,
    _lock: Lock,
    /// Sorted when it is published: there may be very many.
    written: Mutex<Vec<(Arc<str>, Key)>>,
}

impl Edition {
    /// Opens an edition in an outputs folder, before any other work: whoever cannot write
    /// there is told at once. Nothing is visible until it is published.
    ///
    /// # Errors
    /// The outputs folder cannot be written, or another run is writing there.
    pub fn open(outputs: &Path) -> Result<Self> {
        let made = Made(outputs.symlink_metadata().is_err().then(|| outputs.to_owned()));
        fs::create_dir_all(outputs).at("建立输出文件夹", outputs)?;
        let lock = lock::take(outputs)?;
        swap::recover(outputs);
        let staging =
            tempfile::Builder::new().prefix(STAGING).tempdir_in(outputs).at("写入输出文件夹", outputs)?;
        Ok(Self { outputs: outputs.to_owned(), staging, _made: made, _lock: lock, written: Mutex::default() })
    }

    /// Writes one file of the edition piece by piece, so that a large one never is in memory as a whole.
    ///
    /// # Errors
    /// As [`Edition::write`].
    pub fn fill(&self, path: &str, fill: Fill) -> Result<()> {
        let full = self.room_for(path)?;
        let sha256 = write_through(&full, fill).at("写入文件", &full)?;
        self.note(path, sha256);
        Ok(())
    }

    /// Writes one file of the edition; `path` is relative, with `/`. Returns its SHA-256.
    ///
    /// # Errors
    /// The path leaves the edition, or the file system refuses.
    pub fn write(&self, path: impl Into<Arc<str>>, bytes: &[u8]) -> Result<Key> {
        let path = path.into();
        let full = self.room_for(&path)?;
        fs::write(&full, bytes).at("写入文件", &full)?;
        let digest = digest::key(bytes);
        self.note(path, digest);
        Ok(digest)
    }

    /// Takes over a finished file whose SHA-256 is known: both editions then share its bytes on disk.
    ///
    /// # Errors
    /// As [`Edition::write`].
    pub fn carry(&self, path: impl Into<Arc<str>>, from: &Path, sha256: Key) -> Result<()> {
        let path = path.into();
        let full = self.room_for(&path)?;
        fs::hard_link(from, &full).or_else(|_| fs::copy(from, &full).map(drop)).at("写入文件", &full)?;
        self.note(path, sha256);
        Ok(())
    }

    /// Takes back whatever was written below a folder of the edition.
    ///
    /// # Errors
    /// The file system refuses; the edition must not be published then.
    pub fn withdraw(&self, folder: &str) -> Result<()> {
        self.written().retain(|(path, _)| !is_below(path, &[folder]));
        let full = self.staging.path().join(folder);
        if full.symlink_metadata().is_err() {
            return Ok(());
        }
        fs::remove_dir_all(&full).at("清除文件夹", &full)
    }

    fn note(&self, path: impl Into<Arc<str>>, digest: Key) {
        self.written().push((path.into(), digest));
    }

    fn written(&self) -> MutexGuard<'_, Vec<(Arc<str>, Key)>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a file of the edition is written, its folder made.
    fn room_for(&self, path: &str) -> Result<PathBuf> {
        let inside = Path::new(path).components().all(|c| matches!(c, Component::Normal(_)));
        if !inside || path.is_empty() {
            return Err(Error::internal(format!("输出路径不合规：{path}")));
        }
        let full = self.staging.path().join(path);
        if let Some(folder) = full.parent() {
            fs::create_dir_all(folder).at("建立文件夹", folder)?;
        }
        Ok(full)
    }

    /// Puts the edition in the place of the last one of its period, with its manifest, and
    /// the log of the run that is in no manifest. Returns where it is, and the digest of the manifest.
    ///
    /// # Errors
    /// The file system refuses; the last edition then still stands.
    pub fn publish(self, mut manifest: Manifest, log: &[u8]) -> Result<(PathBuf, Key)> {
        let period = manifest.period.clone();
        manifest.outputs = self.take_written();
        let full = self.staging.path().join(MANIFEST);
        let sha256 = write_through(&full, &|to| manifest.write(to)).at("写入文件", &full)?;
        self.place(RUN_LOG, log)?;
        Ok((self.exchange(&period)?, sha256))
    }

    /// Lets the standing edition of a period stand; only the log is of this run.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn keep_standing(self, period: &str, log: &[u8]) -> Result<PathBuf> {
        self.place(RUN_LOG, log)?;
        let target = self.outputs.join(period);
        fs::rename(self.staging.path().join(RUN_LOG), target.join(RUN_LOG)).at("写入文件", &target)?;
        Ok(target)
    }

    /// Puts some folders (`problems`) in their place: an edition of the same files with those
    /// folders replaced and the manifest brought up to date, so that at no moment the two differ.
    /// Returns where the first of them is.
    ///
    /// # Errors
    /// As [`Edition::publish`].
    pub fn publish_parts(self, period: &str, parts: &[&str]) -> Result<PathBuf> {
        let last = self.outputs.join(period);
        for part in parts {
            fs::create_dir_all(self.staging.path().join(part)).at("建立文件夹", &last)?;
        }
        let updated = self.updated_manifest(&last.join(MANIFEST), parts)?;
        if last.is_dir() {
            let replaced = |name: &str| parts.contains(&name) || (name == MANIFEST && updated.is_some());
            carry_over(&last, self.staging.path(), &replaced).at("保留上一版输出", &last)?;
        }
        if let Some(manifest) = updated {
            self.place(MANIFEST, &manifest)?;
        }
        let edition = self.exchange(period)?;
        Ok(parts.first().map_or(edition.clone(), |part| edition.join(part)))
    }

    /// The manifest of the last edition with the entries of some folders replaced, if it has one.
    fn updated_manifest(&self, path: &Path, parts: &[&str]) -> Result<Option<Vec<u8>>> {
        let Some(text) = fs::read(path).ok() else { return Ok(None) };
        let Ok(mut manifest) = serde_json::from_slice::<Manifest>(&text) else { return Ok(None) };
        manifest.outputs.retain(|name, _| !is_below(name, parts));
        manifest.outputs.extend(self.take_written());
        manifest.to_bytes().map(Some)
    }

    fn take_written(&self) -> BTreeMap<String, String> {
        let written = std::mem::take(&mut *self.written());
        written.into_iter().map(|(path, digest)| (path.to_string(), digest::hex(&digest))).collect()
    }

    fn place(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.staging.path().join(name);
        fs::write(&path, bytes).at("写入文件", &path)
    }

    fn exchange(self, period: &str) -> Result<PathBuf> {
        let target = self.outputs.join(period);
        if target.symlink_metadata().is_ok() && !target.is_dir() {
            let message = format!("{} 不是文件夹，无法放置输出", target.display());
            return Err(Error::usage(message, "请移走或改名后再运行"));
        }
        open_to_all(self.staging.path());
        swap::replace(self.staging.path(), &target)?;
        // The name is now another folder's or nobody's.
        let _ = self.staging.keep();
        Ok(target)
    }
}

/// Fills a file piece by piece; returns its SHA-256.
fn write_through(path: &Path, fill: Fill) -> io::Result<Key> {
    let file = fs::File::create(path)?;
    let mut to = BufWriter::new(Digesting { file, digest: digest::Running::default() });
    fill(&mut to)?;
    let done = to.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(done.digest.key())
}

/// A file and the digest of what was written into it.
struct Digesting {
    file: fs::File,
    digest: digest::Running,
}

impl Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.add(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// An outputs folder that was not there before: a run that fails does not leave it empty.
struct Made(Option<PathBuf>);

impl Drop for Made {
    fn drop(&mut self) {
        // Refused, as it should be, where the folder holds anything.
        let _ = self.0.as_ref().map(fs::remove_dir);
    }
}

/// Takes the files of one folder into another without copying them, where the file system can.
fn carry_over(from: &Path, to: &Path, passed_over: &dyn Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if passed_over(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let (old, new) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&new)?;
            carry_over(&old, &new, &|_| false)?;
        } else if fs::hard_link(&old, &new).is_err() {
            fs::copy(&old, &new)?;
        }
    }
    Ok(())
}

/// A temporary folder is private; an edition is for everybody who may read the outputs.
fn open_to_all(folder: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o755));
    }
    #[cfg(not(unix))]
    let _ = folder;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(outputs: &Path, files: &[(&str, &str)]) -> PathBuf {
        let edition = Edition::open(outputs).unwrap();
        for (path, text) in files {
            edition.write(*path, text.as_bytes()).unwrap();
        }
        edition.publish(Manifest { period: "2025Q1".into(), ..Manifest::default() }, b"{}").unwrap().0
    }

    #[test]
    fn the_last_edition_stands_until_the_next_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let edition = whole(folder.path(), &[("data/a.txt", "one"), ("city/b.txt", "gone")]);
        let second = Edition::open(folder.path()).unwrap();
        second.write("data/a.txt", b"two").unwrap();
        let text = || fs::read_to_string(edition.join("data/a.txt")).unwrap();
        assert_eq!(text(), "one");
        assert!(second.write("../x", b"").is_err());
        assert!(Edition::open(folder.path()).is_err(), "one run at a time");
        drop(second);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left of it");
        whole(folder.path(), &[("data/a.txt", "two")]);
        assert_eq!(text(), "two");
        assert!(!edition.join("city").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(super::super::manifest(folder.path(), "2025Q1").unwrap().outputs.len(), 1);
    }

    #[test]
    fn a_file_filled_piece_by_piece_has_the_digest_of_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        let edition = Edition::open(folder.path()).unwrap();
        let piece = b"0123456789".repeat(2_000);
        edition.fill("data/a.txt", &|to| (0..3).try_for_each(|_| to.write_all(&piece))).unwrap();
        let refused = edition.fill("data/b.txt", &|_| Err(io::Error::other("refused")));
        assert!(refused.unwrap_err().to_string().contains("b.txt"));
        let manifest = Manifest { period: "2025Q1".into(), ..Manifest::default() };
        let (edition, _) = edition.publish(manifest, b"{}").unwrap();
        let bytes = fs::read(edition.join("data/a.txt")).unwrap();
        let manifest = super::super::manifest(folder.path(), "2025Q1").unwrap();
        assert_eq!(bytes, piece.repeat(3));
        assert_eq!(manifest.outputs["data/a.txt"], digest::full(&bytes));
    }

    #[test]
    fn what_is_withdrawn_is_in_no_edition() {
        let folder = tempfile::tempdir().unwrap();
        let edition = Edition::open(folder.path()).unwrap();
        edition.withdraw("site").unwrap();
        for path in ["site/cases/a.html", "site/index.html", "sites.txt"] {
            edition.write(path, b"x").unwrap();
        }
        edition.withdraw("site").unwrap();
        let manifest = Manifest { period: "2025Q1".into(), ..Manifest::default() };
        let (edition, _) = edition.publish(manifest, b"{}").unwrap();
        assert!(!edition.join("site").exists());
        let manifest = super::super::manifest(folder.path(), "2025Q1").unwrap();
        assert_eq!(manifest.outputs.keys().collect::<Vec<_>>(), ["sites.txt"]);
    }

    #[test]
    fn a_part_is_replaced_with_its_entries_in_the_manifest() {
        let folder = tempfile::tempdir().unwrap();
        let part = |name: &str| {
            let edition = Edition::open(folder.path()).unwrap();
            edition.write(format!("problems/{name}"), b"x").unwrap();
            edition.publish_parts("2025Q1", &["problems"]).unwrap()
        };
        let first = part("early.txt");
        assert!(first.join("early.txt").is_file(), "a part may come before its edition");
        assert!(super::super::manifest(folder.path(), "2025Q1").is_err());
        let edition = whole(folder.path(), &[("data/a.txt", "one"), ("problems/old.txt", "o")]);
        part("new.txt");
        let manifest = super::super::manifest(folder.path(), "2025Q1").unwrap();
        assert_eq!(manifest.outputs.keys().collect::<Vec<_>>(), ["data/a.txt", "problems/new.txt"]);
        assert!(edition.join("data/a.txt").is_file() && edition.join(RUN_LOG).is_file());
        assert!(!edition.join("problems/old.txt").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_in_the_place_of_the_edition_is_told_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("2025Q1"), "mine").unwrap();
        let edition = Edition::open(folder.path()).unwrap();
        let told =
            edition.publish(Manifest { period: "2025Q1".into(), ..Manifest::default() }, b"").unwrap_err();
        assert!(told.to_string().contains("不是文件夹"), "{told}");
        assert_eq!(fs::read_to_string(folder.path().join("2025Q1")).unwrap(), "mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

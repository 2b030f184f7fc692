//! One folder takes the place of another in a single step.
//!
//! Linux exchanges two names at once, so that a reader finds the last edition or the
//! next, never none. Where a file system cannot, two renames do; a run that dies
//! between them leaves a folder named `….old`, which [`recover`] puts back.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::STAGING;
use crate::error::{AtPath, Result};

/// Puts `staged` in the place of `target`, and removes what stood there.
///
/// # Errors
/// The file system refuses; what stood there then still stands.
pub(super) fn replace(staged: &Path, target: &Path) -> Result<()> {
    flush(staged).at("把输出写入磁盘", staged)?;
    if target.symlink_metadata().is_err() {
        fs::rename(staged, target).at("放置输出", target)?;
    } else {
        let retired = match exchange(staged, target) {
            Ok(()) => staged.to_owned(),
            Err(error) if is_unsupported(&error) => by_two_renames(staged, target)?,
            Err(error) => return Err(error).at("替换输出", target),
        };
        let _ = fs::remove_dir_all(retired);
    }
    // The names themselves; the files were flushed before.
    if let Some(folder) = target.parent() {
        let _ = fs::File::open(folder).and_then(|f| f.sync_all());
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether the system or the file system knows no exchange (an old kernel says "invalid").
fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

/// The way without an exchange; returns where the retired folder is.
fn by_two_renames(staged: &Path, target: &Path) -> Result<PathBuf> {
    let name = target.file_name().unwrap_or(OsStr::new("")).to_string_lossy();
    let retired = target.with_file_name(format!("{STAGING}{name}{OLD}"));
    fs::rename(target, &retired).at("替换上一版输出", target)?;
    if let Err(error) = fs::rename(staged, target) {
        let _ = fs::rename(&retired, target);
        return Err(error).at("替换输出", target);
    }
    Ok(retired)
}

/// End of the name of a retired edition, after [`STAGING`] and the period.
const OLD: &str = ".old";

/// Whether a killed run left a retired edition; a look that needs no lock.
pub(super) fn has_retired(outputs: &Path) -> bool {
    let retired = |name: &str| name.starts_with(STAGING) && name.ends_with(OLD);
    fs::read_dir(outputs)
        .is_ok_and(|entries| entries.flatten().any(|entry| retired(&entry.file_name().to_string_lossy())))
}

/// Clears what killed runs left; a retired edition whose successor never came is put back.
/// Only for who holds the lock of the folder.
pub(super) fn recover(outputs: &Path) {
    let Ok(entries) = fs::read_dir(outputs) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(rest) = name.strip_prefix(STAGING) else { continue };
        let target = rest.strip_suffix(OLD).map(|period| outputs.join(period));
        match target.filter(|t| t.symlink_metadata().is_err()) {
            Some(target) => drop(fs::rename(entry.path(), target)),
            None => drop(fs::remove_dir_all(entry.path())),
        }
    }
}

/// Has the system write everything of a folder to the disk, so that a power cut after the
/// exchange finds whole files. One call for the file system: a call for each of ten
/// thousand files would take as long as the run.
#[cfg(target_os = "linux")]
fn flush(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(fs::File::open(folder)?)?)
}

#[cfg(not(target_os = "linux"))]
fn flush(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: PathBuf, word: &str) -> PathBuf {
        fs::create_dir(&path).unwrap();
        fs::write(path.join("a"), word).unwrap();
        path
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn either_way_the_new_stands_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let target = folder(root.path().join("2025Q1"), "one");
        replace(&folder(root.path().join(".zhiti-new-a"), "two"), &target).unwrap();
        assert_eq!(fs::read_to_string(target.join("a")).unwrap(), "two");
        assert_eq!(names(root.path()), ["2025Q1"]);
        let retired = by_two_renames(&folder(root.path().join(".zhiti-new-b"), "three"), &target).unwrap();
        assert_eq!(fs::read_to_string(target.join("a")).unwrap(), "three");
        assert_eq!(fs::read_to_string(retired.join("a")).unwrap(), "two");
        recover(root.path());
        assert_eq!(names(root.path()), ["2025Q1"]);
    }

    #[test]
    fn an_edition_retired_by_a_killed_run_comes_back() {
        let root = tempfile::tempdir().unwrap();
        folder(root.path().join(".zhiti-new-2025Q1.old"), "last");
        folder(root.path().join(".zhiti-new-XyZ"), "half");
        folder(root.path().join("别人的文件夹"), "kept");
        recover(root.path());
        assert_eq!(names(root.path()), ["2025Q1", "别人的文件夹"]);
        assert_eq!(fs::read_to_string(root.path().join("2025Q1/a")).unwrap(), "last");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_exchange_leaves_no_moment_without() {
        let root = tempfile::tempdir().unwrap();
        let target = folder(root.path().join("2025Q1"), "one");
        let seen = target.clone();
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            let watch = scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    assert!(seen.symlink_metadata().is_ok(), "there was no edition");
                }
            });
            for n in 0..200 {
                let staged = folder(root.path().join(format!(".zhiti-new-{n}")), "next");
                exchange(&staged, &target).unwrap();
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            watch.join().unwrap();
        });
    }
}

//! One run at a time on an outputs folder: the second says so and ends.
//!
//! The lock is the system's, on the open folder itself: it leaves no file behind, and
//! ends with the process, also when that is killed. A file system without locks
//! (some network shares) leaves the runs to their owner.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use crate::error::{AtPath, Error, Result};

/// Held as long as this lives.
#[derive(Debug)]
pub(super) struct Lock(#[allow(dead_code)] File);

/// Takes the lock of an outputs folder.
///
/// # Errors
/// Another run holds it, or the folder cannot be opened.
pub(super) fn take(outputs: &Path) -> Result<Lock> {
    let file = open(outputs).at("打开输出文件夹", outputs)?;
    match file.try_lock() {
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(Error::usage(
            format!("另一个 zhiti 正在写入 {}，本次没有改动任何文件", outputs.display()),
            "请等它结束后再运行；确需同时运行的，请用 --outputs 另指定一个文件夹",
        )),
    }
}

#[cfg(unix)]
fn open(outputs: &Path) -> io::Result<File> {
    File::open(outputs)
}

/// A folder cannot be locked here; a file in it can.
#[cfg(not(unix))]
fn open(outputs: &Path) -> io::Result<File> {
    File::create(outputs.join(".zhiti-lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_and_the_third_comes_in() {
        let folder = tempfile::tempdir().unwrap();
        let first = take(folder.path()).unwrap();
        let told = take(folder.path()).unwrap_err().to_string();
        assert!(told.contains("另一个 zhiti") && told.contains("--outputs"), "{told}");
        drop(first);
        take(folder.path()).unwrap();
    }
}

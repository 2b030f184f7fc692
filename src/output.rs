//! Writing: everything of a run goes into a folder beside the edition, which then
//! takes its place in one rename. A run that is killed leaves the last complete
//! edition readable.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::digest::Key;
use crate::error::{AtPath, Error, Result};
use crate::period::Period;

/// `manifest.json`: what a run read and wrote.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub program: String,
    pub version: String,
    pub period: String,
    pub settings: String,
    pub templates: String,
    /// First digits of the digest of the data, printed in every report.
    pub fingerprint: String,
    pub counts: BTreeMap<String, usize>,
    /// SHA-256 by path below `inputs/`.
    pub inputs: BTreeMap<String, String>,
    /// Fingerprints of the documents that are made of a part of the data only, by path.
    #[serde(default)]
    pub documents: BTreeMap<String, String>,
    /// SHA-256 by path below the edition.
    pub outputs: BTreeMap<String, String>,
}

/// Name of the manifest.
pub const MANIFEST: &str = "manifest.json";

/// An edition being written.
pub struct Edition {
    target: PathBuf,
    staging: tempfile::TempDir,
    written: Mutex<BTreeMap<String, String>>,
}

impl Edition {
    /// Opens the edition of a period; nothing is visible until [`Edition::publish`].
    ///
    /// # Errors
    /// The outputs folder cannot be written.
    pub fn open(outputs: &Path, period: &str) -> Result<Self> {
        fs::create_dir_all(outputs).at("建立输出文件夹", outputs)?;
        clear_leftovers(outputs);
        let staging =
            tempfile::Builder::new().prefix(STAGING).tempdir_in(outputs).at("写入输出文件夹", outputs)?;
        Ok(Self { target: outputs.join(period), staging, written: Mutex::default() })
    }

    /// Opens one folder of an edition (`problems`), to be replaced alone.
    ///
    /// # Errors
    /// The outputs folder cannot be written.
    pub fn open_part(edition: &Path, part: &str) -> Result<Self> {
        fs::create_dir_all(edition).at("建立输出文件夹", edition)?;
        let staging =
            tempfile::Builder::new().prefix(STAGING).tempdir_in(edition).at("写入输出文件夹", edition)?;
        Ok(Self { target: edition.join(part), staging, written: Mutex::default() })
    }

    /// Puts the one folder in its place and brings the manifest of the edition up to date.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn publish_part(self) -> Result<PathBuf> {
        let part = self.target.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let staged = self.staging.keep();
        let inner = staged.join(&part);
        open_to_all(&staged);
        let retired = staged.with_extension("old");
        if self.target.exists() {
            fs::rename(&self.target, &retired).at("替换上一版输出", &self.target)?;
        }
        fs::create_dir_all(&inner).at("建立文件夹", &inner)?;
        fs::rename(&inner, &self.target).at("替换输出", &self.target)?;
        let _ = fs::remove_dir_all(&retired);
        let _ = fs::remove_dir_all(&staged);
        let written = self.written.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(edition) = self.target.parent() {
            update_manifest(edition, &part, written)?;
        }
        Ok(self.target)
    }

    /// Writes one file of the edition; `path` is relative, with `/`. Returns its SHA-256.
    ///
    /// # Errors
    /// The path leaves the edition, or the file system refuses.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<String> {
        let full = self.place(path)?;
        fs::write(&full, bytes).at("写入文件", &full)?;
        let digest = crate::digest::full(bytes);
        self.note(path, digest.clone());
        Ok(digest)
    }

    /// Takes over a finished file whose SHA-256 is known: both editions then share its bytes on disk.
    ///
    /// # Errors
    /// As [`Edition::write`].
    pub fn carry(&self, path: &str, from: &Path, sha256: &str) -> Result<()> {
        let full = self.place(path)?;
        fs::hard_link(from, &full).or_else(|_| fs::copy(from, &full).map(|_| ())).at("写入文件", &full)?;
        self.note(path, sha256.to_owned());
        Ok(())
    }

    fn note(&self, path: &str, digest: String) {
        let mut written = self.written.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        written.insert(path.to_owned(), digest);
    }

    /// Where a file of the edition is written.
    fn place(&self, path: &str) -> Result<PathBuf> {
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

    /// Writes the manifest and puts the edition in the place of the last one. Returns where it
    /// is, and the digest of the manifest.
    ///
    /// # Errors
    /// The file system refuses; the last edition then still stands.
    pub fn publish(self, mut manifest: Manifest) -> Result<(PathBuf, Key)> {
        manifest.outputs = self.written.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let text =
            serde_json::to_vec_pretty(&manifest).map_err(|e| Error::internal(format!("manifest：{e}")))?;
        let path = self.staging.path().join(MANIFEST);
        let digest = crate::digest::key(&text);
        fs::write(&path, text).at("写入文件", &path)?;
        let staged = self.staging.keep();
        open_to_all(&staged);
        let retired = staged.with_extension("old");
        if self.target.exists() {
            fs::rename(&self.target, &retired).at("替换上一版输出", &self.target)?;
        }
        if let Err(source) = fs::rename(&staged, &self.target) {
            // Put the last edition back before giving up.
            let _ = fs::rename(&retired, &self.target);
            return Err(Error::Io { doing: "替换输出", path: self.target, source });
        }
        let _ = fs::remove_dir_all(&retired);
        Ok((self.target, digest))
    }
}

/// Replaces the entries of one folder in the manifest of an edition, if it has one.
fn update_manifest(edition: &Path, part: &str, written: BTreeMap<String, String>) -> Result<()> {
    let path = edition.join(MANIFEST);
    let Ok(text) = fs::read_to_string(&path) else { return Ok(()) };
    let Ok(mut manifest) = serde_json::from_str::<Manifest>(&text) else { return Ok(()) };
    manifest.outputs.retain(|name, _| !name.starts_with(&format!("{part}/")));
    manifest.outputs.extend(written);
    let text = serde_json::to_vec_pretty(&manifest).map_err(|e| Error::internal(format!("manifest：{e}")))?;
    let staged = edition.join(format!("{STAGING}manifest"));
    fs::write(&staged, text).at("写入文件", &staged)?;
    fs::rename(&staged, &path).at("写入清单", &path)
}

const STAGING: &str = ".zhiti-";

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

/// Removes what killed runs left; a retired edition whose successor never came is put back.
fn clear_leftovers(outputs: &Path) {
    let Ok(entries) = fs::read_dir(outputs) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with(STAGING) {
            continue;
        }
        if let Some(period) = retired_period(&entry.path())
            && !outputs.join(&period).exists()
        {
            let _ = fs::rename(entry.path(), outputs.join(period));
            continue;
        }
        let _ = fs::remove_dir_all(entry.path());
    }
}

/// The period of a retired edition, from its manifest.
fn retired_period(folder: &Path) -> Option<String> {
    if folder.extension()? != "old" {
        return None;
    }
    let text = fs::read_to_string(folder.join(MANIFEST)).ok()?;
    serde_json::from_str::<Manifest>(&text).ok().map(|m| m.period)
}

/// Reads the manifest of an edition.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn manifest(outputs: &Path, period: &str) -> Result<Manifest> {
    let path = outputs.join(period).join(MANIFEST);
    let text = fs::read_to_string(&path).at("读取清单", &path)?;
    serde_json::from_str(&text).map_err(|e| {
        Error::config(path, Some(e.line()), format!("清单不完整：{e}"), "请重新运行 `zhiti run`")
    })
}

/// The editions of an outputs folder, with the digest of each manifest, ascending.
pub fn manifests(outputs: &Path) -> BTreeMap<Period, Key> {
    let entries = fs::read_dir(outputs).into_iter().flatten().flatten();
    let manifest = |entry: fs::DirEntry| {
        let period = entry.file_name().to_str()?.parse().ok()?;
        Some((period, crate::digest::key(&fs::read(entry.path().join(MANIFEST)).ok()?)))
    };
    entries.filter_map(manifest).collect()
}

/// A file name out of a name in a return: no separators, no control characters, of bounded length.
pub fn file_name(words: &str) -> String {
    let clean: String = crate::text::words(words)
        .chars()
        .map(|c| if c.is_control() || "/\\:*?\"<>|\n\r\t".contains(c) { '_' } else { c })
        .collect();
    let mut short: String = String::new();
    for c in clean.trim_matches([' ', '.']).chars() {
        if short.len() + c.len_utf8() > 110 {
            break;
        }
        short.push(c);
    }
    if short.is_empty() { "_".into() } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_names() {
        assert_eq!(file_name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(file_name(""), "_");
        assert!(file_name(&"长".repeat(300)).len() <= 110);
    }

    #[test]
    fn the_last_edition_stands_until_the_next_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Edition::open(folder.path(), "2025Q1").unwrap();
        let first = open();
        first.write("data/a.txt", b"one").unwrap();
        first.publish(Manifest { period: "2025Q1".into(), ..Manifest::default() }).unwrap();
        let second = open();
        second.write("data/a.txt", b"two").unwrap();
        let text = || fs::read_to_string(folder.path().join("2025Q1/data/a.txt")).unwrap();
        assert_eq!(text(), "one");
        assert!(second.write("../x", b"").is_err());
        second.publish(Manifest { period: "2025Q1".into(), ..Manifest::default() }).unwrap();
        assert_eq!(text(), "two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(manifest(folder.path(), "2025Q1").unwrap().outputs.len(), 1);
    }
}

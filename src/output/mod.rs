//! Writing: everything of a run goes into a folder beside the edition, which then takes
//! its place in one step (`swap`), one run at a time (`lock`). A run that is killed
//! at any moment leaves the last complete edition readable.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::digest::Key;
use crate::error::{AtPath, Error, Result};
use crate::period::Period;

mod edition;
mod lock;
mod swap;

pub use edition::Edition;

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
    pub documents: BTreeMap<Arc<str>, Box<str>>,
    /// SHA-256 by path below the edition.
    pub outputs: BTreeMap<String, String>,
}

/// What fills a file.
pub type Fill<'a> = &'a dyn Fn(&mut dyn Write) -> io::Result<()>;

/// Name of the manifest.
pub const MANIFEST: &str = "manifest.json";

/// Name of the log of the run: its times and its memory. They differ from run to run, so that
/// it stands in no manifest and is not compared.
pub const RUN_LOG: &str = "run.json";

/// Beginning of the names of folders that are being written; nobody else's are touched.
const STAGING: &str = ".zhiti-new-";

impl Manifest {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(to, self).map_err(io::Error::from)
    }

    fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec_pretty(self).map_err(|e| Error::internal(format!("manifest：{e}")))
    }
}

/// Puts back an edition that a killed run had retired, unless a run is writing now.
pub fn recover(outputs: &Path) {
    if swap::has_retired(outputs)
        && let Ok(_lock) = lock::take(outputs)
    {
        swap::recover(outputs);
    }
}

/// Folders that `zhiti check` and `zhiti publish` write also where there is no edition.
const PARTS: &[&str] = &["problems", "site", "released"];

/// Whether a folder holds what only a whole run writes, also where its manifest is gone.
pub fn is_edition(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.any(|name| !PARTS.contains(&&*name) && !name.starts_with('.'))
}

/// Reads the manifest of an edition.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn manifest(outputs: &Path, period: &str) -> Result<Manifest> {
    recover(outputs);
    let folder = outputs.join(period);
    let path = folder.join(MANIFEST);
    if path.symlink_metadata().is_err() {
        let message = match is_edition(&folder) {
            true => format!("{period} 的 {MANIFEST} 不存在，可能被删除"),
            false => format!("{} 中没有 {period} 的成文结果", outputs.display()),
        };
        return Err(Error::usage(message, format!("请运行 `zhiti run --period {period}`")));
    }
    let text = fs::read(&path).at("读取清单", &path)?;
    serde_json::from_slice(&text).map_err(|e| {
        let hint = format!("请运行 `zhiti run --period {period}` 重新生成");
        Error::config(path, Some(e.line()), "清单不完整或被改动，无法读取", hint)
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

/// Whether a path of an edition is below one of some folders of it.
pub fn is_below(path: &str, folders: &[&str]) -> bool {
    path.split_once('/').is_some_and(|(folder, _)| folders.contains(&folder))
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
}

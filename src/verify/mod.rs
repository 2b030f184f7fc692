//! `zhiti verify`: the files of an edition are those of its manifest, the fingerprint is
//! that of its data, and a figure reads the same in every file that prints it.
//!
//! What is read is what stands in the finished files (`reading`), never what the
//! program would write now: a digit that somebody changed is found and named, also
//! where the manifest was made to fit.

mod agree;
mod html;
mod pdf;
mod reading;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use crate::error::{AtPath, Error, Result};
use crate::output::{self, MANIFEST, Manifest, RUN_LOG};
use crate::period::Period;
use crate::pipeline;
use reading::Reading;

/// What was looked at and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub period: String,
    /// Files whose hash was compared.
    pub files: usize,
    /// Printed figures that were read back.
    pub figures: usize,
    /// The same by kind of file: `pdf`, `docx`, `xlsx`, `html`, `csv`, `parquet`.
    pub by_format: BTreeMap<String, usize>,
    /// What differs, each a sentence that names the file.
    pub differences: Vec<String>,
}

/// Verifies the edition of a period.
///
/// # Errors
/// There is no such edition, or it cannot be read.
pub fn verify(outputs: &Path, period: &str) -> Result<Verdict> {
    let manifest = output::manifest(outputs, period)?;
    let edition = outputs.join(period);
    let mut verdict =
        Verdict { period: period.to_owned(), files: manifest.outputs.len(), ..Verdict::default() };
    let listed: Vec<(&String, &String)> = manifest.outputs.iter().collect();
    let looks: Vec<Look> = listed.par_iter().map(|(path, digest)| look(&edition, path, digest)).collect();
    let mut readings = Vec::new();
    for ((path, _), look) in listed.iter().zip(looks) {
        verdict.differences.extend(look.differences);
        verdict.figures += look.readings.len();
        if !look.readings.is_empty() {
            *verdict.by_format.entry(reading::format(path)).or_default() += look.readings.len();
        }
        readings.extend(look.readings.into_iter().map(|reading| (path.as_str(), reading)));
    }
    foreign_files(&edition, &manifest, &mut verdict.differences)?;
    check_fingerprint(&manifest, &mut verdict.differences);
    verdict.differences.extend(agree::disagreements(period, &readings));
    Ok(verdict)
}

/// What one file says.
#[derive(Default)]
struct Look {
    readings: Vec<Reading>,
    differences: Vec<String>,
}

fn look(edition: &Path, path: &str, digest: &str) -> Look {
    let mut look = Look::default();
    let bytes = match fs::read(edition.join(path)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            look.differences.push(format!("缺少文件 {path}"));
            return look;
        }
        Err(error) => {
            let error = Error::Io { doing: "读取文件", path: path.into(), source: error };
            look.differences.push(error.to_string());
            return look;
        }
    };
    if crate::digest::full(&bytes) != *digest {
        look.differences.push(format!("文件 {path} 与清单不符，成文之后有改动"));
    }
    look.differences
        .extend(reading::faults(path, &bytes).into_iter().map(|fault| format!("文件 {path} {fault}")));
    match reading::readings(path, &bytes) {
        Ok(readings) => look.readings = readings,
        Err(what) => look.differences.push(format!("文件 {path} 无法读回：{what}")),
    }
    look
}

/// The newest period that has an edition, also one whose manifest is gone.
///
/// # Errors
/// The outputs folder cannot be read, or holds no edition.
pub fn newest(outputs: &Path) -> Result<String> {
    newest_of(outputs, &output::is_edition)
}

/// The newest period that has an edition or at least a public one (`zhiti publish`), to be previewed.
///
/// # Errors
/// As [`newest`].
pub fn newest_public(outputs: &Path) -> Result<String> {
    newest_of(outputs, &|folder| folder.join("site").is_dir() || output::is_edition(folder))
}

fn newest_of(outputs: &Path, is_wanted: &dyn Fn(&Path) -> bool) -> Result<String> {
    output::recover(outputs);
    let mut periods: Vec<Period> = Vec::new();
    for entry in fs::read_dir(outputs).at("打开输出文件夹", outputs)? {
        let entry = entry.at("打开输出文件夹", outputs)?;
        if let Ok(period) = entry.file_name().to_string_lossy().parse()
            && is_wanted(&entry.path())
        {
            periods.push(period);
        }
    }
    let none = || Error::usage(format!("{} 中没有成文的结果", outputs.display()), "请先运行 `zhiti run`");
    periods.iter().max().map(Period::to_string).ok_or_else(none)
}

/// Files that stand in the edition and in no manifest.
fn foreign_files(edition: &Path, manifest: &Manifest, differences: &mut Vec<String>) -> Result<()> {
    let mut found = BTreeSet::new();
    walk(edition, "", &mut found)?;
    let ours = |path: &String| path == MANIFEST || path == RUN_LOG || manifest.outputs.contains_key(path);
    for path in found.iter().filter(|path| !ours(path)) {
        differences.push(format!("文件 {path} 不在清单中"));
    }
    Ok(())
}

fn walk(folder: &Path, below: &str, found: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(folder).at("打开文件夹", folder)? {
        let entry = entry.at("打开文件夹", folder)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.file_type().at("打开文件夹", folder)?.is_dir() {
            walk(&entry.path(), &path, found)?;
        } else {
            found.insert(path);
        }
    }
    Ok(())
}

fn check_fingerprint(manifest: &Manifest, differences: &mut Vec<String>) {
    let data = manifest.outputs.iter().filter(|(path, _)| pipeline::is_fingerprinted(path));
    let ours = pipeline::fingerprint(data.map(|(path, digest)| (path.as_str(), digest.clone())));
    if ours != manifest.fingerprint {
        differences.push(format!("数据指纹不符：清单为{}，按数据文件为{ours}", manifest.fingerprint));
    }
}

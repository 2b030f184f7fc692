//! `zhiti verify`: the files of an edition are those of its manifest, the fingerprint is
//! that of its data, and a figure reads the same in every file that prints it.
//!
//! Word and Excel files and the pages of the site are read back. PDF files are
//! checked by their hash only.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::docx;
use crate::error::{AtPath, Result};
use crate::output::{self, MANIFEST, Manifest};
use crate::pipeline;
use crate::render::excel;

/// What was looked at and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub period: String,
    /// Files whose hash was compared.
    pub files: usize,
    /// Printed figures that were read back.
    pub figures: usize,
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
    let mut verdict = Verdict { period: period.to_owned(), ..Verdict::default() };
    let mut readings: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for (path, digest) in &manifest.outputs {
        verdict.files += 1;
        let Ok(bytes) = fs::read(edition.join(path)) else {
            verdict.differences.push(format!("缺少文件 {path}"));
            continue;
        };
        if crate::digest::full(&bytes) != *digest {
            verdict.differences.push(format!("文件 {path} 与清单不符，成文之后有改动"));
        }
        for (id, text) in figures_of(path, &bytes, &mut verdict.differences) {
            verdict.figures += 1;
            readings.entry(id).or_default().entry(text).or_default().push(path.clone());
        }
    }
    foreign_files(&edition, &manifest, &mut verdict.differences)?;
    check_fingerprint(&manifest, &mut verdict.differences);
    disagreements(&readings, &mut verdict.differences);
    Ok(verdict)
}

/// The newest period that has an edition.
///
/// # Errors
/// The outputs folder cannot be read, or holds no edition.
pub fn newest(outputs: &Path) -> Result<String> {
    let mut periods: Vec<String> = Vec::new();
    for entry in fs::read_dir(outputs).at("打开输出文件夹", outputs)? {
        let entry = entry.at("打开输出文件夹", outputs)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.parse::<crate::period::Period>().is_ok() && entry.path().join(MANIFEST).exists() {
            periods.push(name);
        }
    }
    periods.sort();
    periods.pop().ok_or_else(|| {
        crate::error::Error::usage(format!("{} 中没有成文的结果", outputs.display()), "请先运行 `zhiti run`")
    })
}

/// Printed figures of a file, as (id, text).
fn figures_of(path: &str, bytes: &[u8], differences: &mut Vec<String>) -> Vec<(String, String)> {
    let mut fault = |what: String| {
        differences.push(format!("文件 {path} 无法读回：{what}"));
        Vec::new()
    };
    if path.ends_with(".docx") && !path.starts_with("summaries/") {
        return docx::read_figures(bytes, &docx::Limits::default()).unwrap_or_else(|e| fault(e.to_string()));
    }
    if path == "city/数据表.xlsx" {
        return excel::read_figures(bytes).unwrap_or_else(|e| fault(e.to_string()));
    }
    Vec::new()
}

/// Files that stand in the edition and in no manifest.
fn foreign_files(edition: &Path, manifest: &Manifest, differences: &mut Vec<String>) -> Result<()> {
    let mut found = BTreeSet::new();
    walk(edition, "", &mut found)?;
    for path in found.iter().filter(|p| *p != MANIFEST && !manifest.outputs.contains_key(*p)) {
        differences.push(format!("文件 {path} 不在清单中"));
    }
    Ok(())
}

fn walk(folder: &Path, below: &str, found: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(folder).at("打开文件夹", folder)? {
        let entry = entry.at("打开文件夹", folder)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.path().is_dir() {
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

fn disagreements(readings: &BTreeMap<String, BTreeMap<String, Vec<String>>>, differences: &mut Vec<String>) {
    for (id, texts) in readings.iter().filter(|(_, texts)| texts.len() > 1) {
        let told: Vec<String> =
            texts.iter().map(|(text, files)| format!("“{text}”（{}）", files[0])).collect();
        differences.push(format!("数值 {id} 各处不一致：{}", told.join("、")));
    }
}

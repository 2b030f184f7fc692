//! What lies in the inputs folder: the quarters, and the files of each in a fixed order.
//!
//! Regular files only; links, office lock files and system files are passed over.
//! The order of the listing is that of the UTF-8 bytes of the path, so that it is
//! the same on every machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{AtPath, Error, Result};
use crate::period::Period;
use crate::reference::district;

/// One file of a quarter.
#[derive(Clone, Debug)]
pub struct InputFile {
    pub period: Period,
    /// Path below `inputs/<period>`, with `/`.
    pub name: Arc<str>,
    pub path: PathBuf,
    /// District of the innermost folder that is named like one.
    pub district: Option<usize>,
}

/// The quarters present and their files.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Ascending.
    pub periods: Vec<Period>,
    pub files: Vec<InputFile>,
    /// Links and devices that were not followed, as (period, name).
    pub skipped: Vec<(Period, Arc<str>)>,
}

/// Lists an inputs folder.
///
/// # Errors
/// The folder is missing or cannot be read, or holds no quarter.
pub fn list(inputs: &Path) -> Result<Listing> {
    let mut out = Listing::default();
    for entry in fs::read_dir(inputs).at("打开报送文件夹", inputs)? {
        let entry = entry.at("打开报送文件夹", inputs)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(period) = name.parse::<Period>() else { continue };
        if entry.path().is_dir() {
            out.periods.push(period);
            walk(&entry.path(), "", None, period, &mut out, 0)?;
        }
    }
    if out.periods.is_empty() {
        let hint = "请把各季度的材料放入以季度命名的文件夹，如 inputs/2025Q1/";
        return Err(Error::usage(format!("{} 中没有任何季度的文件夹", inputs.display()), hint));
    }
    out.periods.sort_unstable();
    out.files.sort_by(|a, b| (a.period, a.name.as_bytes()).cmp(&(b.period, b.name.as_bytes())));
    out.skipped.sort();
    Ok(out)
}

fn walk(
    folder: &Path,
    below: &str,
    district: Option<usize>,
    period: Period,
    out: &mut Listing,
    depth: usize,
) -> Result<()> {
    if depth > 16 {
        return Ok(());
    }
    for entry in fs::read_dir(folder).at("打开文件夹", folder)? {
        let entry = entry.at("打开文件夹", folder)?;
        let file_name = entry.file_name().to_string_lossy().into_owned();
        if is_noise(&file_name) {
            continue;
        }
        let name = if below.is_empty() { file_name.clone() } else { format!("{below}/{file_name}") };
        let kind = entry.file_type().at("查看文件", &entry.path())?;
        if kind.is_dir() {
            let here = district::by_name(&file_name).or(district);
            walk(&entry.path(), &name, here, period, out, depth + 1)?;
        } else if kind.is_file() {
            out.files.push(InputFile { period, name: name.into(), path: entry.path(), district });
        } else {
            out.skipped.push((period, name.into()));
        }
    }
    Ok(())
}

/// Files that offices and systems leave behind.
fn is_noise(name: &str) -> bool {
    name.starts_with("~$")
        || name.starts_with('.')
        || matches!(name.to_lowercase().as_str(), "thumbs.db" | "desktop.ini" | "__macosx")
}

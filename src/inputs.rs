//! What lies in the inputs folder: the quarters, and the files of each in a fixed order.
//!
//! Regular files only: links and devices are listed apart, never opened; office lock
//! files and system files are passed over and counted.
//! The order of the listing is that of the UTF-8 bytes of the path, so that it is
//! the same on every machine.

use std::borrow::Cow;
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
    /// Where it lies, if not at its name below the quarter: there may be very many files, and most do.
    elsewhere: Option<Box<Path>>,
    /// District of the innermost folder that is named like one.
    pub district: Option<usize>,
}

impl InputFile {
    /// Something of a quarter that is told by a name and is no file by itself: an entry of an archive.
    pub fn named(period: Period, name: Arc<str>, district: Option<usize>) -> Self {
        Self { period, name, elsewhere: None, district }
    }
}

/// The quarters present and their files.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The inputs folder.
    root: PathBuf,
    /// Ascending.
    pub periods: Vec<Period>,
    pub files: Vec<InputFile>,
    /// What was not opened because it is no file to be read.
    pub skipped: Vec<Skipped>,
    /// Lock files and system files, as (period, name).
    pub passed_over: Vec<(Period, Arc<str>)>,
}

impl Listing {
    /// Where a file lies.
    pub fn path<'a>(&self, file: &'a InputFile) -> Cow<'a, Path> {
        let own = || self.root.join(file.period.to_string()).join(&*file.name);
        file.elsewhere.as_deref().map_or_else(|| Cow::Owned(own()), Cow::Borrowed)
    }
}

/// Something in the inputs that was not opened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    pub period: Period,
    /// Path below `inputs/<period>`, with `/`.
    pub name: Arc<str>,
    /// What it is, in Chinese.
    pub what: &'static str,
}

/// Lists an inputs folder.
///
/// # Errors
/// The folder is missing or cannot be read, or holds no quarter.
pub fn list(inputs: &Path) -> Result<Listing> {
    let mut out = Listing { root: inputs.to_owned(), ..Listing::default() };
    for entry in open(inputs)? {
        let entry = entry.at("打开报送文件夹", inputs)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(period) = name.parse::<Period>() else { continue };
        if entry.path().is_dir() {
            out.periods.push(period);
            let folder = fs::read_dir(entry.path()).at("打开文件夹", &entry.path())?;
            walk(folder, "", None, period, &mut out, 0);
        }
    }
    if out.periods.is_empty() {
        let hint = "请把各季度的材料放入以季度命名的文件夹，如 inputs/2025Q1/";
        return Err(Error::usage(format!("{} 中没有任何季度的文件夹", inputs.display()), hint));
    }
    out.periods.sort_unstable();
    out.files.sort_by(|a, b| (a.period, &*a.name, &a.elsewhere).cmp(&(b.period, &*b.name, &b.elsewhere)));
    out.skipped.sort();
    out.passed_over.sort();
    Ok(out)
}

/// Opens the inputs folder; a newcomer in the wrong folder is told where to go.
fn open(inputs: &Path) -> Result<fs::ReadDir> {
    if inputs.symlink_metadata().is_err() {
        let message = format!("打开报送文件夹失败：{}（不存在）", inputs.display());
        let hint = "请在工作目录中运行，或用 --inputs 指明报送文件夹；还没有工作目录的，先运行 `zhiti init`";
        return Err(Error::usage(message, hint));
    }
    fs::read_dir(inputs).at("打开报送文件夹", inputs)
}

/// Folders below a quarter that are looked into at most.
const DEPTH: usize = 16;

/// Lists a folder and those below it. What cannot be looked at, also because it was moved
/// away just now, is listed as skipped: it never stops the run.
fn walk(
    folder: fs::ReadDir,
    below: &str,
    district: Option<usize>,
    period: Period,
    out: &mut Listing,
    depth: usize,
) {
    for entry in folder {
        let Ok(entry) = entry else {
            out.skipped.push(Skipped { period, name: below.into(), what: "文件夹无法打开" });
            return;
        };
        let file_name = text_of(&entry.file_name());
        let name = if below.is_empty() { file_name.clone() } else { format!("{below}/{file_name}") };
        if is_noise(&file_name) {
            out.passed_over.push((period, name.into()));
            continue;
        }
        let mut skip = |what| out.skipped.push(Skipped { period, name: name.as_str().into(), what });
        match entry.file_type() {
            Err(_) => skip("无法查看"),
            Ok(kind) if kind.is_dir() => match fs::read_dir(entry.path()) {
                _ if depth == DEPTH => skip("文件夹层数过多"),
                Err(_) => skip("文件夹无法打开"),
                Ok(inner) => {
                    let here = district::of_folder(&file_name).or(district);
                    walk(inner, &name, here, period, out, depth + 1);
                }
            },
            Ok(kind) if kind.is_file() => {
                let path = entry.path();
                // A name that is no UTF-8 does not lead back to its file.
                let usual = out.root.join(period.to_string()).join(&name);
                let elsewhere = (path != usual).then(|| path.into_boxed_path());
                out.files.push(InputFile { period, name: name.into(), elsewhere, district });
            }
            Ok(kind) => skip(if kind.is_symlink() { "链接" } else { "不是普通文件" }),
        }
    }
}

/// A file name as text; names that are no UTF-8 were mostly written by Chinese Windows.
#[cfg(unix)]
fn text_of(name: &std::ffi::OsStr) -> String {
    use std::os::unix::ffi::OsStrExt;
    name_from_bytes(name.as_bytes()).unwrap_or_else(|| name.to_string_lossy().into_owned())
}

#[cfg(not(unix))]
fn text_of(name: &std::ffi::OsStr) -> String {
    name.to_string_lossy().into_owned()
}

/// Text of a file name that came as bytes: UTF-8, else GBK; `None` where it is neither.
pub(crate) fn name_from_bytes(bytes: &[u8]) -> Option<String> {
    [encoding_rs::UTF_8, encoding_rs::GB18030].into_iter().find_map(|encoding| {
        encoding.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
    })
}

/// Files that offices and systems leave behind.
pub(crate) fn is_noise(name: &str) -> bool {
    name.starts_with("~$")
        || name.starts_with('.')
        || matches!(name.to_lowercase().as_str(), "thumbs.db" | "desktop.ini" | "__macosx")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_utf8_or_gbk() {
        let gbk = encoding_rs::GB18030.encode("表B 某某公司.xlsx").0;
        assert_eq!(name_from_bytes(&gbk).as_deref(), Some("表B 某某公司.xlsx"));
        assert_eq!(name_from_bytes("表B.xlsx".as_bytes()).as_deref(), Some("表B.xlsx"));
        assert_eq!(name_from_bytes(b"\xff\xfe\xfd.xlsx"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_is_found_whatever_its_name_is_written_in() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        let quarter = folder.path().join("2025Q1");
        fs::create_dir_all(&quarter).unwrap();
        let gbk = encoding_rs::GB18030.encode("表B.xlsx").0;
        fs::write(quarter.join(std::ffi::OsStr::from_bytes(&gbk)), b"gbk").unwrap();
        fs::write(quarter.join("表C.xlsx"), b"utf-8").unwrap();
        let listing = list(folder.path()).unwrap();
        let read = |file: &InputFile| (file.name.to_string(), fs::read(listing.path(file)).unwrap());
        let read: Vec<_> = listing.files.iter().map(read).collect();
        assert_eq!(read, [("表B.xlsx".into(), b"gbk".to_vec()), ("表C.xlsx".into(), b"utf-8".to_vec())]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_listed_and_lock_files_counted() {
        let folder = tempfile::tempdir().unwrap();
        let quarter = folder.path().join("2025Q1");
        fs::create_dir_all(quarter.join("新都")).unwrap();
        fs::write(quarter.join("新都/表B.xlsx"), b"x").unwrap();
        fs::write(quarter.join("新都/~$表B.xlsx"), b"x").unwrap();
        std::os::unix::fs::symlink("..", quarter.join("up")).unwrap();
        let listing = list(folder.path()).unwrap();
        assert_eq!(listing.files.iter().map(|f| &*f.name).collect::<Vec<_>>(), ["新都/表B.xlsx"]);
        assert!(listing.files[0].district.is_some());
        assert_eq!(listing.path(&listing.files[0]), quarter.join("新都/表B.xlsx"));
        assert_eq!(listing.skipped.iter().map(|s| (&*s.name, s.what)).collect::<Vec<_>>(), [("up", "链接")]);
        assert_eq!(listing.passed_over.len(), 1);
    }
}

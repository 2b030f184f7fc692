//! What lies in the inputs folder: the quarters, and the files of each in a fixed order.
//!
//! A quarter is a folder named like one in any of the ways people write it (`2025Q1`, `2025q1`, `2025年第一季度`); what
//! lies beside the quarters is told, since it was meant for one of them.
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
    pub what: Cow<'static, str>,
    /// Whether it lies beside the quarters; it is then told in each of them.
    pub outside: bool,
}

/// Lists an inputs folder.
///
/// # Errors
/// The folder is missing or cannot be read, or holds no quarter.
pub fn list(inputs: &Path) -> Result<Listing> {
    let mut out = Listing { root: inputs.to_owned(), ..Listing::default() };
    let (quarters, outside) = top(inputs)?;
    for (period, name, path) in quarters {
        let folder = fs::read_dir(&path).at("打开文件夹", &path)?;
        // Of several folders of one quarter, the files of the others are told apart by their folder.
        let below = if out.periods.last() == Some(&period) { name.as_str() } else { "" };
        walk(folder, below, None, period, &mut out, 0);
        out.periods.push(period);
    }
    out.periods.dedup();
    for (period, (name, path)) in out.periods.iter().flat_map(|p| outside.iter().map(move |o| (*p, o))) {
        out.skipped.push(beside(period, name, path));
    }
    if out.periods.is_empty() {
        let there: Vec<&str> = outside.iter().take(5).map(|(name, _)| name.as_str()).collect();
        let there =
            if there.is_empty() { String::new() } else { format!("（现有：{}）", there.join("、")) };
        let hint = "请把各季度的材料放入以季度命名的文件夹，如 inputs/2025Q1/";
        return Err(Error::usage(format!("{} 中没有任何季度的文件夹{there}", inputs.display()), hint));
    }
    out.files.sort_by(|a, b| (a.period, &*a.name, &a.elsewhere).cmp(&(b.period, &*b.name, &b.elsewhere)));
    out.skipped.sort();
    out.passed_over.sort();
    Ok(out)
}

/// A folder of the inputs that is a quarter; and all else there, by name.
type Quarters = Vec<(Period, String, PathBuf)>;
type Outside = Vec<(String, PathBuf)>;

/// What lies right in the inputs folder: the quarters in their order, of one quarter the folder named as we name it
/// first, and what is none.
fn top(inputs: &Path) -> Result<(Quarters, Outside)> {
    let (mut quarters, mut outside) = (Quarters::new(), Outside::new());
    for entry in open(inputs)? {
        let entry = entry.at("打开报送文件夹", inputs)?;
        let name = text_of(&entry.file_name());
        if is_noise(&name) || is_memo(&name) {
            continue;
        }
        match Period::from_words(&name).filter(|_| entry.path().is_dir()) {
            Some(period) => quarters.push((period, name, entry.path())),
            None => outside.push((name, entry.path())),
        }
    }
    outside.sort();
    quarters.sort_by_cached_key(|(period, name, _)| (*period, *name != period.to_string(), name.clone()));
    Ok((quarters, outside))
}

/// A text that an office keeps beside its quarters is no return.
fn is_memo(name: &str) -> bool {
    let extension = Path::new(name).extension().unwrap_or_default();
    extension.eq_ignore_ascii_case("md") || extension.eq_ignore_ascii_case("txt")
}

/// Something beside the quarters: a folder once, however many files it holds.
fn beside(period: Period, name: &str, path: &Path) -> Skipped {
    let what = match fs::read_dir(path) {
        Ok(folder) => format!("文件夹，内有{}项", folder.count()).into(),
        Err(_) => Cow::Borrowed("文件"),
    };
    Skipped { period, name: format!("../{name}").into(), what, outside: true }
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
            let what = "文件夹无法打开".into();
            out.skipped.push(Skipped { period, name: below.into(), what, outside: false });
            return;
        };
        let file_name = text_of(&entry.file_name());
        let name = if below.is_empty() { file_name.clone() } else { format!("{below}/{file_name}") };
        if is_noise(&file_name) {
            out.passed_over.push((period, name.into()));
            continue;
        }
        let mut skip = |what: &'static str| {
            let name = name.as_str().into();
            out.skipped.push(Skipped { period, name, what: what.into(), outside: false });
        };
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

    #[test]
    fn quarters_are_known_however_they_are_written_and_the_rest_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["2025q2/表B.xlsx", "2025年第一季度/新都/表B.xlsx", "2025-Q1/表B.xlsx", "2025Q1/表B.xlsx"]
        {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
        fs::create_dir_all(folder.path().join("备份/2025Q1")).unwrap();
        fs::write(folder.path().join("名册.xlsx"), b"x").unwrap();
        fs::write(folder.path().join(".DS_Store"), b"x").unwrap();
        fs::write(folder.path().join("README.md"), b"x").unwrap();
        fs::write(folder.path().join("2025Q3"), b"no folder").unwrap();
        let listing = list(folder.path()).unwrap();
        assert_eq!(listing.periods.iter().map(Period::to_string).collect::<Vec<_>>(), ["2025Q1", "2025Q2"]);
        let files: Vec<_> = listing.files.iter().map(|f| (f.period.to_string(), &*f.name)).collect();
        let first = ["2025-Q1/表B.xlsx", "2025年第一季度/新都/表B.xlsx", "表B.xlsx"];
        let expected = first.map(|name| ("2025Q1".to_owned(), name)).into_iter();
        assert_eq!(files, expected.chain([("2025Q2".to_owned(), "表B.xlsx")]).collect::<Vec<_>>());
        assert!(listing.files.iter().all(|file| fs::read(listing.path(file)).is_ok()));
        assert!(listing.files[1].district.is_some());
        let told: Vec<_> = listing.skipped.iter().map(|s| (s.period.to_string(), &*s.name)).collect();
        let outside =
            |period: &str| ["../2025Q3", "../名册.xlsx", "../备份"].map(|name| (period.to_owned(), name));
        assert_eq!(told, ["2025Q1", "2025Q2"].map(outside).concat());
        assert!(listing.skipped.iter().all(|s| s.outside));
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
        assert_eq!(
            listing.skipped.iter().map(|s| (&*s.name, &*s.what)).collect::<Vec<_>>(),
            [("up", "链接")]
        );
        assert_eq!(listing.passed_over.len(), 1);
    }
}

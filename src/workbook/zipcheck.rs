//! A cheap look at a zip container before any library opens it (hazards: bombs,
//! lying counts, overlaps), and a list of what it holds that nobody can read by content.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::container::Kind;
use super::package::Package;
use super::{FileFault, Limits};

/// Refuses containers beyond the limits; returns remarks on unread parts, in Chinese.
pub(super) fn check(
    kind: Kind,
    package: &mut Package<'_>,
    limits: &Limits,
) -> Result<Vec<String>, FileFault> {
    let archive = package.archive();
    if archive.len() > limits.zip_entries {
        return Err(FileFault::TooLarge(format!("文件内含{}个部件", archive.len())));
    }
    if archive.has_overlapping_files().unwrap_or(true) {
        return Err(FileFault::Corrupt("压缩结构中的部件互相重叠".into()));
    }
    check_names(package)?;
    check_sizes(package.archive(), limits)?;
    check_counts(package)?;
    if kind == Kind::Ods {
        check_ods(package.archive(), limits)?;
    }
    Ok(remarks(package))
}

/// Of two parts of one name, or of names that differ in case only, nobody can tell which is meant.
fn check_names(package: &mut Package<'_>) -> Result<(), FileFault> {
    let mut seen = BTreeSet::new();
    for ((_, name), (_, lower)) in package.names().zip(package.lower_names()) {
        // Nearly all names need no look at other letters than ours.
        let is_plain = lower.is_ascii() && !lower.contains('\\');
        let folded = || Cow::Owned(name.replace('\\', "/").to_lowercase());
        if !seen.insert(if is_plain { Cow::Borrowed(lower) } else { folded() }) {
            return Err(FileFault::Corrupt(format!(
                "文件内有两个同名的部件（{name}），无法判断以哪一个为准"
            )));
        }
    }
    // The archive keeps the last of two parts of the same name; its directory still counts both.
    let kept = package.archive().len();
    let counted = directory_count(package.bytes).unwrap_or(kept);
    if counted != kept && counted < 0xFFFF {
        return Err(FileFault::Corrupt("文件内有同名的部件，无法判断以哪一个为准".into()));
    }
    Ok(())
}

/// Number of entries that the end of the directory tells.
fn directory_count(bytes: &[u8]) -> Option<usize> {
    let tail = &bytes[bytes.len().saturating_sub(66_000)..];
    let at = memchr::memmem::rfind(tail, b"PK\x05\x06")?;
    let count = tail.get(at + 10..at + 12)?;
    Some(usize::from(u16::from_le_bytes([count[0], count[1]])))
}

fn check_sizes(archive: &mut ZipArchive<Cursor<&[u8]>>, limits: &Limits) -> Result<(), FileFault> {
    let mut sum = 0u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|e| FileFault::Corrupt(e.to_string()))?;
        if entry.encrypted() {
            return Err(FileFault::Encrypted);
        }
        let name = entry.name().map(|n| n.to_lowercase()).unwrap_or_default();
        sum = sum.saturating_add(entry.size());
        let limit = if name.ends_with("sharedstrings.xml") {
            limits.strings_bytes
        } else if name.ends_with("styles.xml") {
            limits.styles_bytes
        } else {
            limits.inflated_bytes
        };
        if entry.size() > limit || sum > limits.inflated_bytes {
            return Err(FileFault::TooLarge(format!(
                "展开后大于{}MB",
                limit.min(limits.inflated_bytes) >> 20
            )));
        }
    }
    Ok(())
}

/// A shared-strings part that claims more strings than its bytes can hold makes the library reserve memory blindly.
fn check_counts(package: &mut Package<'_>) -> Result<(), FileFault> {
    let strings = package.lower_names().filter(|(_, name)| name.ends_with("sharedstrings.xml"));
    for at in strings.map(|(at, _)| at).collect::<Vec<_>>() {
        let Some(head) = package.head(at, 2048) else { continue };
        let size = package.size(at);
        let Some(claimed) = claimed_count(&head) else { continue };
        if claimed.trim().parse::<u64>().map_or(true, |n| n > size / 4 + 16) {
            return Err(FileFault::Corrupt(format!("共享字符串个数（{claimed}）与文件大小不符")));
        }
    }
    Ok(())
}

/// What the head of a part says behind the first `uniqueCount`, in quotes.
fn claimed_count(head: &[u8]) -> Option<Cow<'_, str>> {
    const NAME: &[u8] = b"uniqueCount";
    let rest = &head[memchr::memmem::find(head, NAME)? + NAME.len()..];
    let rest = &rest[..memchr::memmem::find(rest, NAME).unwrap_or(rest.len())];
    rest.split(|b| matches!(b, b'"' | b'\'')).nth(1).map(String::from_utf8_lossy)
}

/// Content that is cut off makes the library run for ever, and repeated cells are copied one by one.
fn check_ods(archive: &mut ZipArchive<Cursor<&[u8]>>, limits: &Limits) -> Result<(), FileFault> {
    let Ok(mut entry) = archive.by_name("content.xml") else { return Ok(()) };
    let mut content = Vec::new();
    if entry.read_to_end(&mut content).is_err() || !content.trim_ascii_start().starts_with(b"<") {
        // Damaged or encrypted: the library says which.
        return Ok(());
    }
    if !content.trim_ascii_end().ends_with(b"document-content>") {
        return Err(FileFault::Corrupt("内容不完整，可能传输中断".into()));
    }
    if repeated_cells(&content) > limits.cells as u64 {
        return Err(FileFault::TooLarge("重复的单元格过多".into()));
    }
    Ok(())
}

/// Sum of the repetitions of cells that hold something.
fn repeated_cells(content: &[u8]) -> u64 {
    const NAME: &[u8] = b"number-columns-repeated=\"";
    memchr::memmem::find_iter(content, NAME).fold(0u64, |sum, at| {
        let rest = &content[at + NAME.len()..];
        let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
        let digits = rest.split(|b| *b == b'"').next().unwrap_or_default();
        let times = std::str::from_utf8(digits).ok().and_then(|d| d.parse().ok()).unwrap_or(u64::MAX);
        let empty = end > 0 && rest[end - 1] == b'/';
        sum.saturating_add(if empty { 0 } else { times })
    })
}

fn remarks(package: &Package<'_>) -> Vec<String> {
    // No part of a name that is looked for goes beyond one of them.
    let names = package.lower_names().map(|(_, name)| name).collect::<Vec<_>>().join("\n");
    let has = |part: &str| names.contains(part);
    let mut remarks = Vec::new();
    if has("activex") || has("xl/ctrlprops/") && !has(".vml") {
        remarks.push("含控件（复选框等），其勾选状态无法读取，请改在单元格内打“√”".into());
    }
    if has("vbaproject.bin") {
        remarks.push("含宏，宏未被执行".into());
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_cells_that_hold_something_are_counted() {
        let content =
            b"<c number-columns-repeated=\"16000\"/><c number-columns-repeated=\"30\" s=\"a\"><p>x</p></c>\
                        <c number-columns-repeated=\"4\"><p>y</p></c>";
        assert_eq!(repeated_cells(content), 34);
        assert_eq!(repeated_cells(b"<c number-columns-repeated=\"99999999999999999999999\"><p>"), u64::MAX);
    }

    /// A small workbook with a further part of `name`.
    fn with_part(name: &str) -> Vec<u8> {
        use crate::render::forms::{Extras, SheetPlan, workbook};
        use std::io::Write;
        let spec = crate::bind::testing::specs().of(crate::spec::Form::F);
        let bytes = workbook(&[SheetPlan::blank(spec)], Extras::PLAIN).unwrap();
        let mut zip = zip::ZipWriter::new_append(Cursor::new(bytes)).unwrap();
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(b"<worksheet/>").unwrap();
        zip.finish().unwrap().into_inner()
    }

    fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let mut out = bytes.to_vec();
        let places: Vec<usize> = memchr::memmem::find_iter(bytes, from).collect();
        assert_eq!(places.len(), 2, "in the part's own head and in the directory");
        places.into_iter().for_each(|at| out[at..at + to.len()].copy_from_slice(to));
        out
    }

    #[test]
    fn parts_of_one_name_or_of_names_alike_are_refused() {
        let read = |bytes: Vec<u8>| crate::workbook::read(bytes, &Limits::default());
        assert!(read(with_part("xl/worksheets/sheet9.xml")).is_ok());
        let same = replaced(
            &with_part("xl/worksheets/sheet9.xml"),
            b"xl/worksheets/sheet9.xml",
            b"xl/worksheets/sheet1.xml",
        );
        for bytes in [same, with_part("xl/worksheets/Sheet1.xml"), with_part("xl\\worksheets\\sheet1.xml")] {
            let fault = read(bytes);
            assert!(matches!(&fault, Err(FileFault::Corrupt(why)) if why.contains("同名")), "{fault:?}");
        }
    }
}

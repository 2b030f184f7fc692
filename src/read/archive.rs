//! Archives of returns: a .zip that somebody filled with workbooks, one level deep.
//!
//! Entries are read into memory under the limits and never written anywhere; their
//! names are shown to people and are never used as paths.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::inputs;
use crate::workbook::{FileFault, Limits};

/// An entry to be read as a file.
#[derive(Debug)]
pub(super) struct Entry {
    index: usize,
    /// Name as shown: `/` between folders, harmless and unique.
    pub name: String,
}

pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Opens an archive and lists its entries that are files, by name; lock files and
/// system files are left out.
///
/// # Errors
/// [`FileFault`] where the archive is damaged, empty or beyond the limits.
pub(super) fn entries<'a>(bytes: &'a [u8], limits: &Limits) -> Result<(Archive<'a>, Vec<Entry>), FileFault> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > limits.zip_entries {
        return Err(FileFault::TooLarge(format!("压缩包内有{}个文件", archive.len())));
    }
    let mut entries = Vec::new();
    let mut sum = 0u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        sum = sum.saturating_add(entry.size());
        let name = shown(&decoded(entry.name_raw(), || entry.name().map(|n| n.into_owned()).ok()));
        let wanted = !entry.is_dir() && !name.is_empty() && !name.split('/').any(inputs::is_noise);
        if wanted {
            entries.push(Entry { index, name });
        }
    }
    if sum > limits.inflated_bytes {
        return Err(FileFault::TooLarge(format!("压缩包展开后大于{}MB", limits.inflated_bytes >> 20)));
    }
    if entries.is_empty() {
        return Err(FileFault::Foreign("空的压缩包".into()));
    }
    if archive.has_overlapping_files().unwrap_or(true) {
        return Err(FileFault::Corrupt("压缩包中的文件互相重叠".into()));
    }
    entries.sort_by(|a, b| (a.name.as_bytes(), a.index).cmp(&(b.name.as_bytes(), b.index)));
    number_twins(&mut entries);
    Ok((archive, entries))
}

/// The bytes of an entry.
///
/// # Errors
/// [`FileFault`] where it is encrypted, damaged or larger than a file may be.
pub(super) fn inflate(
    archive: &mut Archive<'_>,
    entry: &Entry,
    limits: &Limits,
) -> Result<Vec<u8>, FileFault> {
    let mut file = archive.by_index(entry.index).map_err(damaged)?;
    if file.size() > limits.file_bytes {
        return Err(FileFault::too_many_bytes(limits));
    }
    let mut out = Vec::new();
    file.by_ref()
        .take(limits.file_bytes.saturating_add(1))
        .read_to_end(&mut out)
        .map_err(|e| FileFault::Corrupt(e.to_string()))?;
    Ok(out)
}

fn damaged(error: ZipError) -> FileFault {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => FileFault::Encrypted,
        other => FileFault::Corrupt(format!("压缩包损坏或压缩方式不支持（{other}）")),
    }
}

/// Names without the UTF-8 mark were mostly written by Chinese Windows.
fn decoded(raw: &[u8], as_marked: impl FnOnce() -> Option<String>) -> String {
    inputs::name_from_bytes(raw)
        .or_else(as_marked)
        .unwrap_or_else(|| String::from_utf8_lossy(raw).into_owned())
}

/// A name that can do no harm wherever it is printed or used to name something else.
fn shown(name: &str) -> String {
    let clean = |part: &str| -> String {
        part.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
    };
    let parts = name.split(['/', '\\']).filter(|p| !matches!(*p, "" | "."));
    parts.map(|p| if p == ".." { "__".into() } else { clean(p) }).collect::<Vec<_>>().join("/")
}

/// Entries of one and the same name are told apart by a number that makes no other entry's name.
fn number_twins(sorted: &mut [Entry]) {
    let mut taken: BTreeSet<String> = sorted.iter().map(|e| e.name.clone()).collect();
    for at in (1..sorted.len()).rev() {
        if sorted[at].name != sorted[at - 1].name {
            continue;
        }
        let first = sorted.iter().position(|e| e.name == sorted[at].name).unwrap_or(at);
        let mut number = at - first + 1;
        while !taken.insert(format!("{}（{number}）", sorted[at].name)) {
            number += 1;
        }
        sorted[at].name.push_str(&format!("（{number}）"));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A zip of stored entries with names as raw bytes, flags as Windows writes them.
    pub(crate) fn zip_of(files: &[(&[u8], &[u8])]) -> Vec<u8> {
        let (mut out, mut directory) = (Vec::new(), Vec::new());
        for (name, data) in files {
            let mut crc = !0u32;
            for byte in *data {
                crc ^= u32::from(*byte);
                (0..8).for_each(|_| crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()));
            }
            let mut fields = Vec::new();
            for short in [20u16, 0, 0, 0, 0x21] {
                fields.extend(short.to_le_bytes());
            }
            fields.extend((!crc).to_le_bytes());
            fields.extend((data.len() as u32).to_le_bytes());
            fields.extend((data.len() as u32).to_le_bytes());
            fields.extend((name.len() as u16).to_le_bytes());
            fields.extend(0u16.to_le_bytes());
            let offset = out.len() as u32;
            directory.extend(b"PK\x01\x02\x14\x00");
            directory.extend(&fields);
            directory.extend([0; 10]);
            directory.extend(offset.to_le_bytes());
            directory.extend(*name);
            out.extend(b"PK\x03\x04");
            out.extend(&fields);
            out.extend(*name);
            out.extend(*data);
        }
        let (start, count) = (out.len() as u32, files.len() as u16);
        out.extend(&directory);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend(count.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend((directory.len() as u32).to_le_bytes());
        out.extend(start.to_le_bytes());
        out.extend([0, 0]);
        out
    }

    fn names(files: &[(&[u8], &[u8])]) -> Vec<String> {
        let bytes = zip_of(files);
        let (_, listed) = entries(&bytes, &Limits::default()).unwrap();
        listed.into_iter().map(|e| e.name).collect()
    }

    #[test]
    fn names_of_chinese_windows_are_read() {
        let gbk = encoding_rs::GB18030.encode("新都区/表B.xlsx").0;
        assert_eq!(names(&[(&gbk, b"x"), ("表C.xlsx".as_bytes(), b"y")]), ["新都区/表B.xlsx", "表C.xlsx"]);
    }

    #[test]
    fn tricks_in_names_are_only_names() {
        let tricks: &[(&[u8], &[u8])] = &[
            (b"../../a.xlsx", b"1"),
            (b"/etc/passwd", b"2"),
            (b"..\\b.xlsx", b"3"),
            (b"a\n.xlsx", b"4"),
            (b"__MACOSX/._a.xlsx", b"5"),
            (b"d/~$a.xlsx", b"6"),
        ];
        assert_eq!(names(tricks), ["__/__/a.xlsx", "__/b.xlsx", "a\u{fffd}.xlsx", "etc/passwd"]);
    }

    #[test]
    fn twins_are_told_apart() {
        assert_eq!(names(&[(b"/a", b"1"), (b"a", b"2"), (b"./a", b"3")]), ["a", "a（2）", "a（3）"]);
        let taken = "a（2）".as_bytes();
        assert_eq!(names(&[(b"a", b"1"), (b"/a", b"2"), (taken, b"3")]), ["a", "a（3）", "a（2）"]);
    }

    #[test]
    fn too_many_and_too_large_are_refused() {
        let bytes = zip_of(&[(b"a", b"12345"), (b"b", b"6789")]);
        let few = Limits { zip_entries: 1, ..Limits::default() };
        assert!(matches!(entries(&bytes, &few), Err(FileFault::TooLarge(_))));
        let small = Limits { inflated_bytes: 8, ..Limits::default() };
        assert!(matches!(entries(&bytes, &small), Err(FileFault::TooLarge(_))));
        assert!(matches!(entries(&zip_of(&[]), &Limits::default()), Err(FileFault::Foreign(_))));
    }
}

//! A zip container in memory: its directory is read once, and each part inflated at most once.
//!
//! Only small packages keep what was inflated; parts of others are inflated whenever they are asked for, so
//! that memory does not depend on what a file claims. Sizes are in bytes. Nothing here knows what a part says.

use std::cell::RefCell;
use std::io::{Cursor, Read, Write};
use std::rc::Rc;

use flate2::{Crc, Decompress, FlushDecompress, Status};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::store::{self, Method, Store};
use super::{blanks, merges, styles};

/// Sum of the inflated parts of a package that keeps them.
const SMALL: u64 = 4 << 20;

/// Room behind a part that is inflated at once, in bytes: up to it the inflater goes on without looking for an end at
/// every byte. Of the packed bytes it wants to see as many again.
const BEHIND: usize = 320;

thread_local! {
    /// Its tables are large, so that making one costs as much as inflating a small part.
    static INFLATER: RefCell<Decompress> = RefCell::new(Decompress::new(false));
}

/// No part is looked at beyond this.
pub(super) const LARGEST: u64 = 48 << 20;

/// A package as its directory tells it.
pub(super) struct Package<'a> {
    /// The whole container.
    pub bytes: &'a [u8],
    archive: ZipArchive<Cursor<&'a [u8]>>,
    entries: Vec<Entry>,
    is_small: bool,
}

/// An entry of the directory, in its order.
struct Entry {
    /// `None` where it cannot be read.
    name: Option<String>,
    /// In small letters; empty where it cannot be read.
    lower: String,
    size: u64,
    /// CRC-32 as the directory claims it.
    sum: u32,
    inflated: Option<Rc<Vec<u8>>>,
}

impl<'a> Package<'a> {
    /// Reads the directory of a container.
    ///
    /// # Errors
    /// The bytes are no zip container, or one without its end.
    pub fn open(bytes: &'a [u8]) -> ZipResult<Self> {
        let archive = ZipArchive::new(Cursor::new(bytes))?;
        let entry = |at| {
            let entry = archive.by_index_data(at)?;
            let name = entry.name().ok().map(|name| name.into_owned());
            let lower = name.as_ref().map(|name| name.to_ascii_lowercase()).unwrap_or_default();
            Ok(Entry { name, lower, size: entry.size(), sum: entry.crc32(), inflated: None })
        };
        let entries = (0..archive.len()).map(entry).collect::<ZipResult<Vec<_>>>()?;
        let sum = entries.iter().fold(0u64, |sum, entry| sum.saturating_add(entry.size));
        Ok(Self { bytes, archive, entries, is_small: sum <= SMALL })
    }

    /// The container itself, to check it.
    pub fn archive(&mut self) -> &mut ZipArchive<Cursor<&'a [u8]>> {
        &mut self.archive
    }

    /// Names of all parts that have a readable name, with their index.
    pub fn names(&self) -> impl Iterator<Item = (usize, &str)> {
        self.entries.iter().enumerate().filter_map(|(at, entry)| Some((at, entry.name.as_deref()?)))
    }

    /// The same in small letters.
    pub fn lower_names(&self) -> impl Iterator<Item = (usize, &str)> {
        self.entries
            .iter()
            .enumerate()
            .filter(|(_, e)| e.name.is_some())
            .map(|(at, e)| (at, e.lower.as_str()))
    }

    /// The first part whose name in small letters ends so.
    pub fn ending(&self, end: &str) -> Option<usize> {
        self.lower_names().find(|(_, name)| name.ends_with(end)).map(|(at, _)| at)
    }

    /// Size of a part as the directory claims it.
    pub fn size(&self, at: usize) -> u64 {
        self.entries.get(at).map_or(0, |entry| entry.size)
    }

    /// A part, as far as it is looked at; `None` where it cannot be inflated.
    pub fn part(&mut self, at: usize) -> Option<Rc<Vec<u8>>> {
        if let Some(kept) = &self.entries.get(at)?.inflated {
            return Some(Rc::clone(kept));
        }
        let out = Rc::new(self.at_once(at).or_else(|| self.piece_by_piece(at))?);
        if self.is_small {
            self.entries[at].inflated = Some(Rc::clone(&out));
        }
        Some(out)
    }

    /// A part of a small package, inflated in one go; `None` where it is not in every respect as the directory says.
    fn at_once(&mut self, at: usize) -> Option<Vec<u8>> {
        if !self.is_small {
            return None;
        }
        let part = self.archive.by_index_raw(at).ok()?;
        if part.encrypted() || part.compression() != CompressionMethod::Deflated {
            return None;
        }
        let (size, packed) = (part.size() as usize, part.compressed_size());
        let from = self.bytes.get(usize::try_from(part.data_start()?).ok()?..)?;
        let seen = from.len().min(usize::try_from(packed).ok()?.saturating_add(BEHIND));
        let (out, is_whole) = INFLATER.with_borrow_mut(|inflater| {
            inflater.reset(false);
            let mut out = Vec::with_capacity(size + BEHIND);
            let status = inflater.decompress_vec(&from[..seen], &mut out, FlushDecompress::Finish).ok()?;
            Some((out, status == Status::StreamEnd && inflater.total_in() <= packed))
        })?;
        (is_whole && out.len() == size && sum_of(&out) == self.entries[at].sum).then_some(out)
    }

    /// A part as the archive reads it, which tells what is wrong with it.
    fn piece_by_piece(&mut self, at: usize) -> Option<Vec<u8>> {
        let part = self.archive.by_index(at).ok()?;
        let mut out = Vec::with_capacity(part.size().min(SMALL) as usize);
        part.take(LARGEST).read_to_end(&mut out).ok()?;
        Some(out)
    }

    /// The first `most` bytes of a part, or as many as it has; `None` where not even they can be inflated.
    pub fn head(&mut self, at: usize, most: usize) -> Option<Vec<u8>> {
        if self.is_small
            && let Some(part) = self.part(at)
        {
            return Some(part[..part.len().min(most)].to_vec());
        }
        let mut head = Vec::new();
        self.archive.by_index(at).ok()?.take(most as u64).read_to_end(&mut head).ok()?;
        Some(head)
    }

    /// The text of the part of a name.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let at = self.archive.index_for_name(name)?;
        String::from_utf8(self.part(at)?.to_vec()).ok()
    }

    /// The container as the library reads it soonest: its parts stored, so that they need not be inflated once
    /// more, merged areas in front of the cells, and neither blank cells nor the theme nor what else says looks
    /// only. `None` where the package is not small, or not written plainly.
    pub fn stored(&mut self) -> Option<Vec<u8>> {
        if !self.is_small {
            return None;
        }
        let room = self.bytes.len() + self.entries.iter().map(|e| e.size as usize).sum::<usize>();
        let mut out = Store::with_room(room);
        for at in 0..self.entries.len() {
            let lower = self.entries[at].lower.as_str();
            if lower == "xl/theme/theme1.xml" {
                continue;
            }
            let part = if is_read(lower) { self.part(at) } else { None };
            match part {
                Some(part) => self.put_stored(&mut out, at, &part)?,
                None => self.put_packed(&mut out, at)?,
            }
        }
        out.finish()
    }

    /// Stores a part, or what the library reads sooner and alike.
    fn put_stored(&self, out: &mut Store, at: usize, part: &[u8]) -> Option<()> {
        let Entry { name, lower, sum, .. } = &self.entries[at];
        let quicker = match lower {
            lower if is_sheet(lower) => quick_sheet(part),
            lower if lower.ends_with("styles.xml") => styles::without_looks(part),
            _ => None,
        };
        let (bytes, sum) = quicker.as_deref().map_or((part, *sum), |quicker| (quicker, sum_of(quicker)));
        out.put(&store::Part {
            name: name.as_deref()?,
            method: Method::Stored,
            sum,
            size: bytes.len(),
            bytes,
        })
    }

    /// Copies a part as it is.
    fn put_packed(&mut self, out: &mut Store, at: usize) -> Option<()> {
        let Entry { name, sum, size, .. } = &self.entries[at];
        let part = self.archive.by_index_raw(at).ok()?;
        let method = match part.compression() {
            CompressionMethod::Stored => Method::Stored,
            CompressionMethod::Deflated => Method::Deflated,
            _ => return None,
        };
        let from = self.bytes.get(usize::try_from(part.data_start()?).ok()?..)?;
        let bytes = from.get(..usize::try_from(part.compressed_size()).ok()?)?;
        out.put(&store::Part { name: name.as_deref()?, method, sum: *sum, size: *size as usize, bytes })
    }

    /// Writes an entry with another content, or as it is.
    pub fn put(
        &mut self,
        out: &mut ZipWriter<Cursor<Vec<u8>>>,
        at: usize,
        content: Option<&[u8]>,
    ) -> ZipResult<()> {
        let name = self.entries.get(at).and_then(|entry| entry.name.as_deref());
        let (Some(name), Some(content)) = (name, content) else {
            return out.raw_copy_file(self.archive.by_index_raw(at)?);
        };
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        out.start_file(name, stored)?;
        Ok(out.write_all(content)?)
    }
}

/// The CRC-32 of a part.
fn sum_of(part: &[u8]) -> u32 {
    let mut sum = Crc::new();
    sum.update(part);
    sum.sum()
}

/// A sheet as the library reads it soonest, where that is another text.
fn quick_sheet(xml: &[u8]) -> Option<Vec<u8>> {
    let moved = merges::in_front(xml);
    blanks::left_out(moved.as_deref().unwrap_or(xml)).or(moved)
}

/// Whether the library reads the part of a name in small letters.
fn is_read(name: &str) -> bool {
    const ENDS: [&str; 5] =
        ["sharedstrings.xml", "styles.xml", "workbook.xml", "workbook.xml.rels", "_rels/.rels"];
    is_sheet(name) || ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether the part of a name in small letters is a sheet.
pub(super) fn is_sheet(name: &str) -> bool {
    name.contains("worksheets/") && name.ends_with(".xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = "xl/worksheets/sheet1.xml";
    const STYLES: &str = "xl/styles.xml";
    const THEME: &str = "xl/theme/theme1.xml";

    fn form() -> Vec<u8> {
        use crate::render::forms::{Extras, SheetPlan, workbook};
        let spec = crate::bind::testing::specs().of(crate::spec::Form::F);
        workbook(&[SheetPlan::blank(spec)], Extras::PLAIN).unwrap()
    }

    #[test]
    fn a_stored_package_holds_the_same_parts_and_what_is_read_sooner() {
        let bytes = form();
        let mut packed = Package::open(&bytes).unwrap();
        let stored = packed.stored().unwrap();
        let mut stored = Package::open(&stored).unwrap();
        let names: Vec<String> = packed.names().map(|(_, name)| name.to_owned()).collect();
        assert!(names.iter().any(|name| name == THEME));
        for name in names {
            let want = packed.text(&name).filter(|_| name != THEME);
            let quicker = |xml: &str| match name.as_str() {
                SHEET => quick_sheet(xml.as_bytes()),
                STYLES => styles::without_looks(xml.as_bytes()),
                _ => Some(xml.as_bytes().to_vec()),
            };
            let want = want.map(|xml| String::from_utf8(quicker(&xml).unwrap()).unwrap());
            assert_eq!(stored.text(&name), want, "{name}");
        }
    }

    #[test]
    fn a_damaged_part_stays_damaged() {
        let mut bytes = form();
        let at = {
            let mut archive = ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
            archive.by_name(SHEET).unwrap().data_start().unwrap() as usize
        };
        bytes[at..at + 8].fill(0xFF);
        let mut package = Package::open(&bytes).unwrap();
        assert_eq!(package.text(SHEET), None);
        let stored = package.stored().unwrap();
        let mut stored = Package::open(&stored).unwrap();
        assert!(stored.text("xl/workbook.xml").is_some());
        assert_eq!(stored.text(SHEET), None);
    }
}

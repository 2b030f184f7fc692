//! A zip container in memory: its directory is read once, and each part inflated at most once.
//!
//! Only small packages keep what was inflated; parts of others are inflated whenever they are asked for, so
//! that memory does not depend on what a file claims. Sizes are in bytes. Nothing here knows what a part says.

use std::cell::RefCell;
use std::io::{Cursor, Read, Write};
use std::rc::Rc;

use flate2::{Decompress, FlushDecompress, Status};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::lead;
use super::merges::Area;
use super::part::{Kind, Part, familiar, sum_of};
use super::store::{self, Method, Store};

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
    kind: Kind,
    size: u64,
    /// CRC-32 as the directory claims it.
    sum: u32,
    inflated: Option<Rc<Part>>,
}

/// A container as the library reads it soonest.
pub(super) struct Stored {
    pub bytes: Vec<u8>,
    /// All sheets by name, with the merged areas of those that stand without them in the container.
    pub sheets: Vec<(String, Option<Vec<Area>>)>,
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
            let kind = Kind::of(&lower);
            Ok(Entry { name, lower, kind, size: entry.size(), sum: entry.crc32(), inflated: None })
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
    pub fn part(&mut self, at: usize) -> Option<Rc<Part>> {
        if let Some(kept) = &self.entries.get(at)?.inflated {
            return Some(Rc::clone(kept));
        }
        let out = self.at_once(at).or_else(|| self.piece_by_piece(at))?;
        if self.is_small {
            self.entries[at].inflated = Some(Rc::clone(&out));
        }
        Some(out)
    }

    /// A part of a small package, inflated in one go; `None` where it is not in every respect as the directory says.
    fn at_once(&mut self, at: usize) -> Option<Rc<Part>> {
        if !self.is_small {
            return None;
        }
        let part = self.archive.by_index_raw(at).ok()?;
        if part.encrypted() || part.compression() != CompressionMethod::Deflated {
            return None;
        }
        let (size, packed) = (part.size() as usize, usize::try_from(part.compressed_size()).ok()?);
        let from = self.bytes.get(usize::try_from(part.data_start()?).ok()?..)?;
        let entry = &self.entries[at];
        let inflate = || {
            let out = inflated(from, packed, size)?;
            (sum_of(&out) == entry.sum).then_some(out)
        };
        let part = familiar(entry.kind, entry.sum, &from[..packed.min(from.len())], inflate)?;
        (part.len() == size).then_some(part)
    }

    /// A part as the archive reads it, which tells what is wrong with it.
    fn piece_by_piece(&mut self, at: usize) -> Option<Rc<Part>> {
        let part = self.archive.by_index(at).ok()?;
        let mut out = Vec::with_capacity(part.size().min(SMALL) as usize);
        part.take(LARGEST).read_to_end(&mut out).ok()?;
        let entry = &self.entries[at];
        Some(Rc::new(Part::new(entry.kind, out, entry.sum)))
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

    /// The part of a name.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.archive.index_for_name(name)
    }

    /// The same, inflated.
    pub fn named(&mut self, name: &str) -> Option<Rc<Part>> {
        self.part(self.index(name)?)
    }

    /// The text of the part of a name.
    pub fn text(&mut self, name: &str) -> Option<String> {
        String::from_utf8(self.named(name)?.to_vec()).ok()
    }

    /// The container as the library reads it soonest: its parts stored, so that they need not be inflated once
    /// more, merged areas told beside it, and neither blank cells nor what says looks only nor parts that it does
    /// not look at. `None` where the package is not small, or not written plainly.
    pub fn stored(&mut self) -> Option<Stored> {
        if !self.is_small {
            return None;
        }
        let sheets = lead::plain_sheets(self)?;
        let room = self.bytes.len() + self.entries.iter().map(|e| e.size as usize).sum::<usize>();
        let mut out = Store::with_room(room);
        for at in 0..self.entries.len() {
            let entry = &self.entries[at];
            let is_listed = sheets.iter().any(|(_, part)| *part == at);
            // A name that cannot be read is for the library to judge.
            if entry.kind == Kind::Unread && !is_listed && entry.name.is_some() {
                continue;
            }
            match self.part(at) {
                Some(part) if part.kind() == Kind::Sheet && !is_listed => {
                    self.put_stored(&mut out, at, part.whole())?
                }
                Some(part) => self.put_stored(&mut out, at, part.quickest())?,
                None => self.put_packed(&mut out, at)?,
            }
        }
        let mut areas = |at: usize| Some(self.part(at)?.areas()?.to_vec());
        let sheets = sheets.into_iter().map(|(name, at)| (name, areas(at))).collect();
        Some(Stored { bytes: out.finish()?, sheets })
    }

    /// Stores a part in the place of one.
    fn put_stored(&self, out: &mut Store, at: usize, (bytes, sum): (&[u8], u32)) -> Option<()> {
        let name = self.entries[at].name.as_deref()?;
        out.put(&store::Part { name, method: Method::Stored, sum, size: bytes.len(), bytes })
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

/// The part that begins with `from`, of these sizes; `None` where the packed bytes are not just that.
fn inflated(from: &[u8], packed: usize, size: usize) -> Option<Vec<u8>> {
    let seen = from.len().min(packed.saturating_add(BEHIND));
    INFLATER.with_borrow_mut(|inflater| {
        inflater.reset(false);
        let mut out = Vec::with_capacity(size + BEHIND);
        let status = inflater.decompress_vec(&from[..seen], &mut out, FlushDecompress::Finish).ok()?;
        let is_whole = status == Status::StreamEnd && inflater.total_in() <= packed as u64;
        (is_whole && out.len() == size).then_some(out)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = "xl/worksheets/sheet1.xml";
    const STYLES: &str = "xl/styles.xml";
    const QUICKER: [&str; 5] =
        [SHEET, STYLES, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"];
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
        let areas = stored.sheets.iter().map(|(_, areas)| areas.as_ref().unwrap().len());
        assert!(areas.sum::<usize>() > 0);
        let mut stored = Package::open(&stored.bytes).unwrap();
        let names: Vec<String> = packed.names().map(|(_, name)| name.to_owned()).collect();
        assert!(names.iter().any(|name| name == THEME));
        let is_read = |name: &str| Kind::of(&name.to_lowercase()) != Kind::Unread;
        for name in names {
            let part = packed.named(&name).unwrap();
            let is_quicker = part.quickest() != part.whole();
            assert_eq!(is_quicker, QUICKER.contains(&name.as_str()), "{name}");
            let want = Some(part.quickest().0).filter(|_| is_read(&name));
            assert_eq!(stored.named(&name).as_ref().map(|part| part.whole().0), want, "{name}");
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
        let mut stored = Package::open(&stored.bytes).unwrap();
        assert!(stored.text("xl/workbook.xml").is_some());
        assert_eq!(stored.text(SHEET), None);
    }
}

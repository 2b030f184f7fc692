//! Sheets written in ways the library misreads: legal XML it takes for nothing, and
//! illegal cells for which it refuses the whole sheet.
//!
//! A quick look at the bytes tells sheets in doubt; only those, and sheets the library
//! refused, are rewritten plainly and read again. A cell that cannot be made out becomes
//! an error value at its place; nothing is guessed and nothing is left out silently.

mod cells;
mod strikes;

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use cells::Plain;
use strikes::Strikes;

use super::{Limits, controls};
use crate::cell::Cell;

/// Parts larger than this are left as they are.
const PART: u64 = 48 << 20;

/// A package written again.
#[derive(Debug)]
pub(super) struct Tidied {
    pub bytes: Vec<u8>,
    /// Cells with addresses outside the grid, which were left out.
    pub dropped: usize,
    /// Cells with struck text, by the name of their sheet.
    pub struck: BTreeMap<String, Vec<Cell>>,
}

/// What a first look at the parts of a package tells.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Look {
    /// A sheet holds what the library would read wrongly without a word.
    pub doubtful: bool,
    /// Text may be struck out.
    pub struck: bool,
    /// Rows or columns may be hidden.
    pub hidden: bool,
}

/// Looks at the sheets, strings and styles of a package.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> Look {
    let mut look = Look::default();
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return look };
    let mut budget = limits.inflated_bytes.min(PART);
    let mut xml = Vec::new();
    for index in 0..archive.len() {
        let Ok(mut part) = archive.by_index(index) else { continue };
        let Ok(name) = part.name().map(|n| n.to_ascii_lowercase()) else { continue };
        let looks = name.ends_with("sharedstrings.xml") || name.ends_with("styles.xml");
        if !(is_sheet(&name) || looks) || part.size() > budget {
            continue;
        }
        budget -= part.size();
        xml.clear();
        if part.read_to_end(&mut xml).is_err() {
            continue;
        }
        look.struck |= strikes::may_strike(&xml);
        if !looks {
            look.hidden |= super::looks::may_hide(&xml);
            look.doubtful |= cells::are_doubtful(&xml);
        }
    }
    look
}

fn is_sheet(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("worksheets/") && name.ends_with(".xml")
}

fn is_xml(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".xml") || name.ends_with(".rels")
}

/// Writes the package again with its sheets in plain form; `None` where that changes nothing.
pub(super) fn tidy(bytes: &[u8]) -> Option<Tidied> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let strings = count_strings(&mut archive);
    let (texts, strikes) = strikes_of(&mut archive);
    let names: BTreeMap<String, String> =
        controls::sheet_paths(&mut archive).into_iter().map(|(name, path)| (path, name)).collect();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let (mut changed, mut dropped, mut struck) = (false, 0, BTreeMap::new());
    for index in 0..archive.len() {
        let name = archive.by_index_raw(index).ok()?.name().ok()?.into_owned();
        let clean = texts.as_ref().filter(|_| name.to_ascii_lowercase().ends_with("sharedstrings.xml"));
        let part = match clean {
            Some(xml) => Some(Plain { xml: xml.clone().into_bytes(), ..Plain::default() }),
            None => plain_part(&mut archive, index, &name, strings, &strikes),
        };
        match part {
            Some(part) => {
                changed = true;
                dropped += part.dropped;
                if let Some(sheet) = names.get(&name) {
                    struck.insert(sheet.clone(), part.struck);
                }
                out.start_file(name, stored).ok()?;
                out.write_all(&part.xml).ok()?;
            }
            None => out.raw_copy_file(archive.by_index_raw(index).ok()?).ok()?,
        }
    }
    let bytes = out.finish().ok()?.into_inner();
    changed.then_some(Tidied { bytes, dropped, struck })
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The shared strings without what is struck out, where anything is; and what is struck out.
fn strikes_of(archive: &mut Archive<'_>) -> (Option<String>, Strikes) {
    let names = super::zipcheck::part_names(archive);
    let mut text = |end: &str| {
        let name = names.iter().find(|n| n.to_ascii_lowercase().ends_with(end))?;
        let mut raw = Vec::new();
        archive.by_name(name).ok()?.take(PART).read_to_end(&mut raw).ok()?;
        strikes::may_strike(&raw).then(|| String::from_utf8(recode(&raw).unwrap_or(raw)).ok()).flatten()
    };
    let styles = text("styles.xml").map(|xml| strikes::struck_styles(&xml)).unwrap_or_default();
    match text("sharedstrings.xml").and_then(|xml| strikes::without_strings(&xml)) {
        Some((clean, strings)) => (Some(clean), Strikes { strings, styles }),
        None => (None, Strikes { styles, ..Strikes::default() }),
    }
}

/// A part in plain form, where it differs.
fn plain_part(
    archive: &mut Archive<'_>,
    index: usize,
    name: &str,
    strings: usize,
    strikes: &Strikes,
) -> Option<Plain> {
    if !is_xml(name) {
        return None;
    }
    let mut part = archive.by_index(index).ok()?;
    if part.size() > PART {
        return None;
    }
    let mut raw = Vec::new();
    part.read_to_end(&mut raw).ok()?;
    let recoded = recode(&raw);
    if is_sheet(name)
        && let Some(plain) = cells::plain(recoded.as_deref().unwrap_or(&raw), strings, strikes)
    {
        return Some(plain);
    }
    recoded.map(|xml| Plain { xml, ..Plain::default() })
}

/// XML of another encoding as UTF-8, without its declaration.
fn recode(raw: &[u8]) -> Option<Vec<u8>> {
    let encoding = match encoding_rs::Encoding::for_bom(raw) {
        Some((encoding, _)) => encoding,
        None => declared(raw)?,
    };
    if encoding == encoding_rs::UTF_8 {
        return None;
    }
    let (text, _, wrong) = encoding.decode(raw);
    let body = text.strip_prefix("<?xml").and_then(|t| Some(t.split_once("?>")?.1)).unwrap_or(&text);
    (!wrong).then(|| body.as_bytes().to_vec())
}

fn declared(raw: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = String::from_utf8_lossy(&raw[..raw.len().min(200)]);
    let declaration = head.strip_prefix("<?xml")?.split("?>").next()?;
    let label = declaration.split("encoding").nth(1)?.split(['"', '\'']).nth(1)?;
    encoding_rs::Encoding::for_label(label.as_bytes())
}

/// Number of shared strings that are there, whatever the part claims.
fn count_strings(archive: &mut Archive<'_>) -> usize {
    let names = super::zipcheck::part_names(archive);
    let Some(name) = names.iter().find(|n| n.to_lowercase().ends_with("sharedstrings.xml")) else { return 0 };
    let mut raw = Vec::new();
    let read = archive.by_name(name).map(|part| part.take(PART).read_to_end(&mut raw));
    if !matches!(read, Ok(Ok(_))) {
        return 0;
    }
    let raw = recode(&raw).unwrap_or(raw);
    raw.windows(3).filter(|w| *w == b"<si").count() + raw.windows(4).filter(|w| *w == b":si>").count() / 2
}

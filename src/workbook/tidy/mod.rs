//! Sheets written in ways the library misreads: legal XML it takes for nothing, and
//! illegal cells for which it refuses the whole sheet.
//!
//! A quick look at the bytes tells sheets in doubt; only those, and sheets the library
//! refused, are rewritten plainly and read again. A cell that cannot be made out becomes
//! an error value at its place; nothing is guessed and nothing is left out silently.

mod cells;
mod strikes;

use std::collections::BTreeMap;
use std::io::Cursor;

use zip::ZipWriter;

use cells::Plain;
use strikes::Strikes;

use super::package::{LARGEST, Package};
use super::part::Kind;
use super::{Limits, lead};
use crate::cell::Cell;

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
    /// Numbers may be shown as percents.
    pub percents: bool,
    /// Cells may show symbols in place of letters.
    pub symbols: bool,
    /// Whether a sheet prints that its data are synthetic.
    pub prints_synthetic: bool,
}

/// Looks at the sheets, strings and styles of a package.
pub(super) fn look(package: &mut Package<'_>, limits: &Limits) -> Look {
    let mut look = Look::default();
    let mut budget = limits.inflated_bytes.min(LARGEST);
    let parts = package.lower_names().map(|(at, name)| (at, Kind::of(name)));
    let is_looked_at = |kind| matches!(kind, Kind::Sheet | Kind::Strings | Kind::Styles);
    for (at, kind) in parts.filter(|(_, kind)| is_looked_at(*kind)).collect::<Vec<_>>() {
        if package.size(at) > budget {
            continue;
        }
        budget -= package.size(at);
        let Some(xml) = package.part(at) else { continue };
        look.struck |= strikes::may_strike(&xml);
        look.percents |= kind == Kind::Styles && super::percents::may_show(&xml);
        look.symbols |= kind == Kind::Styles && super::symbols::may_show(&xml);
        if kind == Kind::Sheet {
            look.hidden |= super::looks::may_hide(&xml);
            look.doubtful |= cells::are_doubtful(&xml);
            look.prints_synthetic |= super::looks::prints_synthetic(&xml);
        }
    }
    look
}

/// Writes the package again with its sheets in plain form; `None` where that changes nothing.
pub(super) fn tidy(package: &mut Package<'_>) -> Option<Tidied> {
    let strings = count_strings(package);
    let (texts, strikes) = strikes_of(package);
    let sheets: BTreeMap<String, String> =
        lead::sheet_paths(package).into_iter().map(|(name, path)| (path, name)).collect();
    let parts: Vec<(usize, String)> = package.names().map(|(at, name)| (at, name.to_owned())).collect();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let (mut changed, mut dropped, mut struck) = (false, 0, BTreeMap::new());
    for (at, name) in parts {
        let lower = name.to_ascii_lowercase();
        let clean = texts.as_ref().filter(|_| lower.ends_with("sharedstrings.xml"));
        let part = match clean {
            Some(xml) => Some(Plain { xml: xml.clone().into_bytes(), ..Plain::default() }),
            None => plain_part(package, (at, &lower), strings, &strikes),
        };
        package.put(&mut out, at, part.as_ref().map(|part| part.xml.as_slice())).ok()?;
        if let Some(part) = part {
            changed = true;
            dropped += part.dropped;
            if let Some(sheet) = sheets.get(&name) {
                struck.insert(sheet.clone(), part.struck);
            }
        }
    }
    let bytes = out.finish().ok()?.into_inner();
    changed.then_some(Tidied { bytes, dropped, struck })
}

/// The shared strings without what is struck out, where anything is; and what is struck out.
fn strikes_of(package: &mut Package<'_>) -> (Option<String>, Strikes) {
    let mut text = |end: &str| {
        let raw = package.ending(end).and_then(|at| package.part(at))?;
        strikes::may_strike(&raw)
            .then(|| String::from_utf8(recode(&raw).unwrap_or(raw.to_vec())).ok())
            .flatten()
    };
    let styles = text("styles.xml").map(|xml| strikes::struck_styles(&xml)).unwrap_or_default();
    match text("sharedstrings.xml").and_then(|xml| strikes::without_strings(&xml)) {
        Some((clean, strings)) => (Some(clean), Strikes { strings, styles }),
        None => (None, Strikes { styles, ..Strikes::default() }),
    }
}

/// A part in plain form, where it differs.
fn plain_part(
    package: &mut Package<'_>,
    (at, name): (usize, &str),
    strings: usize,
    strikes: &Strikes,
) -> Option<Plain> {
    let is_xml = name.ends_with(".xml") || name.ends_with(".rels");
    if !is_xml || package.size(at) > LARGEST {
        return None;
    }
    let raw = package.part(at)?;
    let recoded = recode(&raw);
    if Kind::of(name) == Kind::Sheet
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
fn count_strings(package: &mut Package<'_>) -> usize {
    let Some(raw) = package.ending("sharedstrings.xml").and_then(|at| package.part(at)) else { return 0 };
    let recoded = recode(&raw);
    let raw = recoded.as_deref().unwrap_or(&raw);
    raw.windows(3).filter(|w| *w == b"<si").count() + raw.windows(4).filter(|w| *w == b":si>").count() / 2
}

//! The cells of a sheet's XML: telling those in doubt, and writing them plainly.

use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

use super::strikes::{self, Strikes};
use crate::cell::Cell;

/// The grid's size.
const ROWS: u64 = 1_048_576;
const COLUMNS: u64 = 16_384;

/// Whether any `<v>` holds more than one plain text, blanks around it, or a shared-string
/// number that is none: the library reads the first piece only, or the wrong string.
pub(super) fn are_doubtful(xml: &[u8]) -> bool {
    let values = memchr::memmem::Finder::new(b"<v");
    let mut at = 0;
    while let Some(found) = values.find(&xml[at..]) {
        let tag = at + found;
        at = tag + 1;
        if !matches!(xml.get(at + 1), Some(b'>' | b' ')) {
            continue;
        }
        let Some(open) = memchr::memchr(b'>', &xml[at..]) else { return false };
        let start = at + open + 1;
        let Some(length) = memchr::memchr(b'<', &xml[start..]) else { return false };
        let (value, after) = (&xml[start..start + length], &xml[start + length + 1..]);
        at = start + length;
        if after.first() != Some(&b'/') && xml[start - 2] != b'/' {
            return true;
        }
        let plain = value.iter().all(u8::is_ascii_digit);
        if !plain && is_doubtful(value, kind_before(&xml[..tag])) {
            return true;
        }
    }
    false
}

fn is_doubtful(value: &[u8], kind: &[u8]) -> bool {
    match kind {
        b"str" | b"inlineStr" | b"d" => false,
        b"s" => true,
        _ => value.contains(&b'&') || value.trim_ascii() != value,
    }
}

/// The `t` of the cell that was opened last.
fn kind_before(xml: &[u8]) -> &[u8] {
    let window = &xml[xml.len().saturating_sub(4096)..];
    let Some(cell) = window.windows(3).rposition(|w| w == b"<c ") else { return b"" };
    let tag = &window[cell..];
    let tag = &tag[..memchr::memchr(b'>', tag).unwrap_or(tag.len())];
    let Some(kind) = tag.windows(4).position(|w| w == b" t=\"") else { return b"" };
    let rest = &tag[kind + 4..];
    &rest[..memchr::memchr(b'"', rest).unwrap_or(rest.len())]
}

/// A part in plain form.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plain {
    pub xml: Vec<u8>,
    /// Cells outside the grid that were left out.
    pub dropped: usize,
    /// Cells with text that is struck out and was left out.
    pub struck: Vec<Cell>,
}

/// The sheet with each cell in plain form; `None` where the XML is no whole sheet.
pub(super) fn plain(xml: &[u8], strings: usize, strikes: &Strikes) -> Option<Plain> {
    let text = std::str::from_utf8(xml).ok()?;
    let known = Known { strings, strikes };
    let mut struck = Vec::new();
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().expand_empty_elements = true;
    let mut out = Writer::new(Vec::with_capacity(xml.len()));
    let (mut depth, mut dropped, mut whole) = (0usize, 0, false);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "c" => dropped += usize::from(!cell(&mut reader, &tag, &known, &mut struck, &mut out)?),
                "dimension" => skip(&mut reader, &tag)?,
                "mergeCell" if !is_area(&attribute(&tag, "ref")) => skip(&mut reader, &tag)?,
                "row" if !is_row(&attribute(&tag, "r")) => {
                    depth += 1;
                    out.write_event(Event::Start(BytesStart::new(tag.name().as_ref()))).ok()?;
                }
                name => {
                    if depth == 0 && name != "worksheet" {
                        return None;
                    }
                    depth += 1;
                    out.write_event(Event::Start(tag)).ok()?;
                }
            },
            Event::End(tag) => {
                depth = depth.checked_sub(1)?;
                whole |= depth == 0;
                out.write_event(Event::End(tag)).ok()?;
            }
            Event::Eof => return whole.then(|| Plain { xml: out.into_inner(), dropped, struck }),
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {}
            event => out.write_event(event).ok()?,
        }
    }
}

fn skip(reader: &mut Reader<&[u8]>, tag: &BytesStart<'_>) -> Option<()> {
    reader.read_to_end(tag.to_end().name()).ok().map(|_| ())
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|a| a.key.as_ref() == name);
    found.map(|a| a.value.to_string())
}

fn is_row(number: &Option<String>) -> bool {
    number.as_ref().is_none_or(|n| n.parse::<u64>().is_ok_and(|n| (1..=ROWS).contains(&n)))
}

/// Column and row of an address, where it lies in the grid.
fn address(text: &str) -> Option<(u64, u64)> {
    let text = text.replace('$', "");
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = text.split_at(digits);
    let letters = letters.as_bytes();
    if letters.is_empty() || letters.len() > 3 || !letters.iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    let column = letters.iter().fold(0, |n, c| n * 26 + u64::from(c.to_ascii_uppercase() - b'A' + 1));
    let row = number.parse().ok()?;
    ((1..=ROWS).contains(&row) && column <= COLUMNS).then_some((column, row))
}

fn is_area(text: &Option<String>) -> bool {
    let Some((from, to)) = text.as_deref().map(|t| t.split_once(':').unwrap_or((t, t))) else { return false };
    matches!((address(from), address(to)), (Some(a), Some(b)) if a.0 <= b.0 && a.1 <= b.1)
}

/// What is known of the package around a sheet.
struct Known<'a> {
    /// Number of shared strings.
    strings: usize,
    strikes: &'a Strikes,
}

impl Known<'_> {
    fn has_struck(&self, value: Option<&str>) -> bool {
        let index = value.and_then(|v| v.trim().parse().ok());
        index.is_some_and(|i: usize| self.strikes.strings.contains(&i))
    }
}

/// Writes a cell plainly; false where its address is outside the grid and it was left out.
fn cell(
    reader: &mut Reader<&[u8]>,
    tag: &BytesStart<'_>,
    known: &Known<'_>,
    struck: &mut Vec<Cell>,
    out: &mut Writer<Vec<u8>>,
) -> Option<bool> {
    if attribute(tag, "r").is_some_and(|r| address(&r).is_none()) {
        skip(reader, tag)?;
        return Some(false);
    }
    let mut body = Writer::new(Vec::new());
    let mut value = None;
    loop {
        match reader.read_event().ok()? {
            Event::Start(inner) => match inner.local_name().as_ref() {
                "v" => value = Some(value_of(reader)?),
                "f" | "is" => copy(reader, inner, &mut body)?,
                _ => skip(reader, &inner)?,
            },
            Event::End(_) => break,
            Event::Eof => return None,
            _ => {}
        }
    }
    let given = attribute(tag, "t");
    let whole =
        attribute(tag, "s").and_then(|s| s.parse().ok()).is_some_and(|s| known.strikes.styles.contains(&s));
    let inline = String::from_utf8(body.get_ref().clone()).ok().filter(|b| strikes::may_strike(b.as_bytes()));
    let inline = inline.and_then(|text| strikes::without_runs(&text));
    let filled = value.is_some() || !body.get_ref().is_empty();
    if whole && filled
        || given.as_deref() == Some("s") && known.has_struck(value.as_deref())
        || inline.is_some()
    {
        let place = attribute(tag, "r").and_then(|r| address(&r));
        struck.extend(place.map(|(col, row)| Cell::new(row as u32 - 1, col as u32 - 1)));
    }
    if let Some(text) = inline {
        body = Writer::new(text.into_bytes());
    }
    if whole {
        (body, value) = (Writer::new(Vec::new()), None);
    }
    let (kind, value) = settled(given.as_deref(), value, known.strings);
    let mut start = BytesStart::new("c");
    for name in ["r", "s"] {
        if let Some(text) = attribute(tag, name) {
            start.push_attribute((name, text.as_str()));
        }
    }
    if let Some(kind) = kind {
        start.push_attribute(("t", kind));
    }
    out.write_event(Event::Start(start)).ok()?;
    out.get_mut().extend(body.into_inner());
    if let Some(value) = value {
        out.write_event(Event::Start(BytesStart::new("v"))).ok()?;
        out.write_event(Event::Text(BytesText::new(&value))).ok()?;
        out.write_event(Event::End(BytesEnd::new("v"))).ok()?;
    }
    out.write_event(Event::End(BytesEnd::new("c"))).ok()?;
    Some(true)
}

/// All text of an element, whatever pieces it comes in; an entity of the file's own is no text.
fn value_of(reader: &mut Reader<&[u8]>) -> Option<String> {
    let mut text = String::new();
    let mut depth = 0;
    loop {
        match reader.read_event().ok()? {
            Event::Text(piece) => text.push_str(piece.as_ref()),
            Event::CData(piece) => text.push_str(piece.as_ref()),
            Event::GeneralRef(name) => match name.resolve_char_ref().ok()? {
                Some(c) => text.push(c),
                None => text.push_str(quick_xml::escape::resolve_predefined_entity(name.as_ref())?),
            },
            Event::Start(_) => depth += 1,
            Event::End(_) if depth == 0 => return Some(text),
            Event::End(_) => depth -= 1,
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// Copies an element as it is.
fn copy(reader: &mut Reader<&[u8]>, tag: BytesStart<'_>, out: &mut Writer<Vec<u8>>) -> Option<()> {
    out.write_event(Event::Start(tag)).ok()?;
    let mut depth = 1;
    while depth > 0 {
        let event = reader.read_event().ok()?;
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Eof => return None,
            _ => {}
        }
        out.write_event(event).ok()?;
    }
    Some(())
}

const ERRORS: [&str; 7] = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];

/// Kind and value of a cell that the library reads as they are meant.
fn settled(kind: Option<&str>, value: Option<String>, strings: usize) -> (Option<&str>, Option<String>) {
    let Some(value) = value else { return (kind, None) };
    let bare = value.trim();
    let fits = match kind {
        Some("s") => bare.parse::<usize>().is_ok_and(|n| n < strings),
        Some("b") => matches!(bare, "0" | "1" | "true" | "false"),
        Some("e") => ERRORS.contains(&bare),
        Some("n") => bare.is_empty() || bare.parse::<f64>().is_ok(),
        None if bare.is_empty() => return (None, None),
        None => true,
        Some("str" | "inlineStr" | "is" | "d") => return (kind, Some(value)),
        Some(_) => return (Some("str"), Some(value)),
    };
    if fits { (kind, Some(bare.to_owned())) } else { (Some("e"), Some("#VALUE!".to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(cells: &str) -> String {
        format!("<worksheet><sheetData><row r=\"1\">{cells}</row></sheetData></worksheet>")
    }

    fn mended(cells: &str) -> Option<String> {
        let plain = plain(sheet(cells).as_bytes(), 2, &Strikes::default())?;
        let text = String::from_utf8(plain.xml).ok()?;
        Some(text.split("<row r=\"1\">").nth(1)?.split("</row>").next()?.to_owned())
    }

    #[test]
    fn values_in_pieces_are_put_together() {
        for cell in ["<v>12<!-- c -->34</v>", "<v><![CDATA[1234]]></v>", "<v>&#49;234</v>", "<v> 1234\n</v>"]
        {
            let cell = format!("<c r=\"A1\">{cell}</c>");
            assert!(are_doubtful(sheet(&cell).as_bytes()), "{cell}");
            assert_eq!(mended(&cell).as_deref(), Some("<c r=\"A1\"><v>1234</v></c>"));
        }
    }

    #[test]
    fn a_string_number_that_is_none_is_an_error_in_its_cell() {
        for (index, want) in [(" 1 ", "t=\"s\"><v>1<"), ("abc", "t=\"e\"><v>#VALUE!<"), ("2", "t=\"e\"")] {
            let cell = format!("<c r=\"B1\" t=\"s\"><v>{index}</v></c>");
            assert!(mended(&cell).unwrap().contains(want), "{index}");
        }
        assert!(are_doubtful(sheet("<c r=\"A1\" t=\"s\"><v>1.0</v></c>").as_bytes()));
    }

    #[test]
    fn sound_sheets_are_left_alone() {
        let cells = "<c r=\"A1\" s=\"1\"><v>-1.5E-3</v></c><c r=\"B1\" t=\"str\"><f>A1&amp;\"\"</f><v> a&amp;b </v></c>\
                     <c r=\"C1\" t=\"s\"><v>0</v></c><c r=\"D1\"/><c r=\"E1\" t=\"b\"><v>1</v></c><c><v/></c>";
        assert!(!are_doubtful(sheet(cells).as_bytes()));
    }

    #[test]
    fn a_sheet_that_is_cut_off_is_not_made_whole() {
        let whole = sheet("<c r=\"A1\"><v>1</v></c>");
        for cut in 1..whole.len() {
            assert_eq!(plain(&whole.as_bytes()[..cut], 0, &Strikes::default()), None, "{}", &whole[..cut]);
        }
    }

    #[test]
    fn cells_outside_the_grid_are_left_out_and_counted() {
        let cells = "<c r=\"A4294967297\"><v>999</v></c><c r=\"XFE1\"><v>1</v></c><c r=\"XFD1\"><v>2</v></c>";
        let plain = plain(sheet(cells).as_bytes(), 0, &Strikes::default()).unwrap();
        assert_eq!(plain.dropped, 2);
        assert!(!String::from_utf8(plain.xml).unwrap().contains("999"));
    }
}

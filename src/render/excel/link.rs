//! Links from the problem list to the cell of a return.
//!
//! The path is relative, so that the folder can be moved as a whole. File and
//! sheet names are an office's own (blanks, `#`, `%`, apostrophes); what cannot
//! be linked safely stays plain text.

use rust_xlsxwriter::Url;

use super::names::reference;
use super::words::line;
use crate::cell::Place;

/// Longest link that Excel takes, with room for escapes.
const LONGEST: usize = 2_000;

/// A link that opens the place; `None` where it would not work.
///
/// `inputs` is the way from the list's folder to the folder of the returns,
/// e.g. `../../../inputs/2025Q1`.
pub(super) fn open(inputs: &str, place: &Place) -> Option<Url> {
    if inputs.is_empty() || place.file.is_empty() || place.file.chars().any(char::is_control) {
        return None;
    }
    let (file, inside) = outer_file(&place.file);
    let path = kept_escaped(escaped(&format!("{}/{file}", inputs.trim_end_matches('/'))));
    let anchor = if inside { None } else { anchor(place) };
    let whole = anchor.map_or_else(|| path.clone(), |anchor| format!("{path}#{anchor}"));
    let fits = whole.encode_utf16().count() <= LONGEST;
    fits.then(|| Url::new(format!("file:///{whole}")).set_tip("打开填报文件，转到该单元格"))
}

/// The file on disk: a return inside a zip folder has no address of its own.
fn outer_file(file: &str) -> (&str, bool) {
    let lower = file.to_ascii_lowercase();
    lower.find(".zip/").map_or((file, false), |at| (&file[..at + 4], true))
}

/// `'工作表'!B7`; nothing for a text file, whose only sheet has no name.
fn anchor(place: &Place) -> Option<String> {
    let cell = place.cell?;
    let usable = !place.sheet.is_empty() && line(&place.sheet) == *place.sheet;
    usable.then(|| reference(&place.sheet, &cell.to_string()))
}

/// Percent-escapes of what a URL or the library would take for a sign.
fn escaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        match c {
            '%' | ' ' | '"' | '#' | '?' | '<' | '>' | '[' | ']' | '^' | '`' | '{' | '}' | '\\' | '|' => {
                out.push_str(&format!("%{:02x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out
}

/// The library escapes a path again unless it finds one of *its* escapes in it,
/// and would make `%23` into `%2523`. A step aside and back holds one.
fn kept_escaped(path: String) -> String {
    const ITS_OWN: [&str; 10] = ["%20", "%25", "%22", "%60", "%3c", "%3e", "%5b", "%5d", "%5e", "%7b"];
    let needs = path.contains('%') && !ITS_OWN.iter().any(|e| path.contains(e)) && !path.contains("%7d");
    if needs { format!("%20/../{path}") } else { path }
}

//! The XML of a sheet without cells that hold nothing but a style.
//!
//! They are more than half of the cells of a form (each merged area has them), and the library reads them like all
//! others to say that nothing is there. Left out are only those written as plainly as can be, and only where each
//! cell tells its own place, so that none of the others moves.

use memchr::memmem::find_iter;

use super::plain::is_tags_and_words;

/// The XML without blank cells; `None` where none can be left out without a doubt.
pub(super) fn left_out(xml: &[u8]) -> Option<Vec<u8>> {
    // Cells of a prefix may tell no place.
    let is_cell = |at: usize| matches!(xml.get(at + 2), Some(b' ' | b'>'));
    if !is_tags_and_words(xml) || find_iter(xml, b":c").any(is_cell) {
        return None;
    }
    let mut out = Vec::with_capacity(xml.len());
    let mut rest = 0;
    for at in find_iter(xml, b"<c") {
        let tag = &xml[at + 2..];
        if tag.first().is_some_and(u8::is_ascii_alphanumeric) {
            continue;
        }
        let cell = tag.strip_prefix(b" r=\"")?;
        if let Some(behind) = behind_blank(cell) {
            out.extend_from_slice(&xml[rest..at]);
            rest = xml.len() - behind.len();
        }
    }
    out.extend_from_slice(&xml[rest..]);
    (rest > 0).then_some(out)
}

/// What stands behind a cell, from its address on: an address well within the grid, a style, and its end.
fn behind_blank(cell: &[u8]) -> Option<&[u8]> {
    let number = behind(cell, 2, u8::is_ascii_uppercase)?;
    let mut rest =
        behind(number, 6, u8::is_ascii_digit).filter(|_| number[0] != b'0')?.strip_prefix(b"\"")?;
    if let Some(style) = rest.strip_prefix(b" s=\"") {
        rest = behind(style, 5, u8::is_ascii_digit)?.strip_prefix(b"\"")?;
    }
    rest.strip_prefix(b"/>")
}

/// What stands behind the bytes of a kind with which a text opens: at least one, and at most so many.
fn behind(xml: &[u8], most: usize, is_one: impl Fn(&u8) -> bool) -> Option<&[u8]> {
    let count = xml.iter().take_while(|b| is_one(b)).count();
    (1..=most).contains(&count).then(|| &xml[count..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(cells: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><worksheet><cols><col min=\"1\"/></cols><sheetData><row>{cells}</row></sheetData></worksheet>"
        )
    }

    fn left(cells: &str) -> Option<String> {
        left_out(sheet(cells).as_bytes()).map(|xml| String::from_utf8(xml).unwrap())
    }

    #[test]
    fn blank_cells_go_and_others_stay() {
        let (first, last) = ("<c r=\"A1\" s=\"1\" t=\"s\"><v>0</v></c>", "<c r=\"D1\"><f>A1</f></c>");
        let blanks = "<c r=\"B1\" s=\"12\"/><c r=\"AB999999\"/>";
        let whole = format!("{first}{blanks}{last}{blanks}");
        assert_eq!(left(&whole), Some(sheet(&format!("{first}{last}"))));
        assert_eq!(left(&format!("{first}{last}")), None);
    }

    #[test]
    fn anything_in_doubt_stays() {
        for cell in ["<c/>", "<c s=\"1\"/>", "<x:c ><v>1</v></x:c>", "<!-- -->", "<?x?>", "<c\nr=\"A1\"/>"] {
            assert_eq!(left(&format!("<c r=\"B1\" s=\"12\"/>{cell}")), None, "{cell}");
        }
        for cell in
            ["r=\"XFE1\"", "r=\"A0\"", "r=\"A1048577\"", "r=\"a1\"", "r=\"1\"", "r=\"A\"", "r=\"A1\" t=\"s\""]
        {
            assert_eq!(left(&format!("<c {cell}/>")), None, "{cell}");
        }
    }
}

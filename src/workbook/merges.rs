//! Merged areas of a sheet, taken out of its XML.
//!
//! They stand behind the cells, so that the library reads a sheet a second time, from its beginning, to come to them
//! (and to its end where there are none). Taken out are only areas written as plainly as can be, in a sheet that says
//! nothing else of them.

use memchr::memmem::find;

use super::{Corner, plain};

/// First and last cell of a merged area.
pub(super) type Area = (Corner, Corner);

/// Where the cells of a sheet end, and where its areas begin.
const END: &[u8] = b"</sheetData>";
const OPEN: &[u8] = b"<mergeCells";

/// The merged areas of a sheet, and its XML without them where it has any; `None` where they cannot be told without a
/// doubt.
pub(super) fn taken_out(xml: &[u8]) -> Option<(Vec<Area>, Option<Vec<u8>>)> {
    if !plain::is_tags_and_words(xml) {
        return None;
    }
    let Some(first) = find(xml, b"mergeCell") else { return Some((Vec::new(), None)) };
    let mut from = find(xml, END).filter(|at| *at < first)? + END.len();
    while !xml[from..].starts_with(OPEN) {
        from += plain::element(&xml[from..], &[])?;
    }
    if first != from + 1 {
        return None;
    }
    let (areas, behind) = plain_areas(&xml[from..])?;
    Some((areas, Some([&xml[..from], behind].concat())))
}

/// The areas with which a text opens, where each is a plain tag with nothing between, and what stands behind.
fn plain_areas(xml: &[u8]) -> Option<(Vec<Area>, &[u8])> {
    let mut rest = plain::attributes(xml.strip_prefix(OPEN)?)?.strip_prefix(b">")?;
    let mut areas = Vec::new();
    while let Some(area) = rest.strip_prefix(b"<mergeCell ref=\"") {
        let (first, behind) = address(area)?;
        let (last, behind) = address(behind.strip_prefix(b":")?)?;
        // The library subtracts one from the other.
        if first.0 > last.0 || first.1 > last.1 {
            return None;
        }
        areas.push((first, last));
        rest = behind.strip_prefix(b"\"/>")?;
    }
    Some((areas, rest.strip_prefix(b"</mergeCells>")?))
}

/// Row and column of the address with which a text opens, well within the grid, and what stands behind.
fn address(xml: &[u8]) -> Option<(Corner, &[u8])> {
    let letters = xml.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let digits = xml[letters..].iter().take_while(|b| b.is_ascii_digit()).count();
    let (column, rest) = xml.split_at(letters);
    let (row, behind) = rest.split_at(digits);
    if !(1..=2).contains(&letters) || !(1..=6).contains(&digits) || row[0] == b'0' {
        return None;
    }
    let column = column.iter().fold(0, |n, b| n * 26 + u32::from(b - b'A') + 1);
    let row = row.iter().fold(0, |n, b| n * 10 + u32::from(b - b'0'));
    Some(((row - 1, column - 1), behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(behind: &str) -> String {
        format!(
            "<worksheet><dimension ref=\"A1\"/><sheetData><row/></sheetData>{behind}<pageSetup/></worksheet>"
        )
    }

    #[test]
    fn plain_areas_are_told_and_nothing_else_changes() {
        let areas = "<mergeCells count=\"2\"><mergeCell ref=\"A1:B2\"/><mergeCell ref=\"AC10:AC999999\"/></mergeCells>";
        let (told, rest) = taken_out(sheet(areas).as_bytes()).unwrap();
        assert_eq!(told, [((0, 0), (1, 1)), ((9, 28), (999_998, 28))]);
        assert_eq!(rest, Some(sheet("").into_bytes()));
        assert_eq!(taken_out(sheet("").as_bytes()), Some((vec![], None)));
        let protected =
            "<sheetProtection sheet=\"1\"/><autoFilter ref=\"A1:B2\"><filterColumn/></autoFilter>";
        let (again, rest) = taken_out(sheet(&format!("{protected}{areas}")).as_bytes()).unwrap();
        assert_eq!((again, rest), (told, Some(sheet(protected).into_bytes())));
    }

    #[test]
    fn anything_else_stays() {
        for behind in [
            "<mergeCells/>",
            "<mergeCells><mergeCell ref='A1:B2'/></mergeCells>",
            "<mergeCells><mergeCell ref=\"A1:B2\"></mergeCell></mergeCells>",
            "<mergeCells><mergeCell ref=\"A1:B2\"/>",
            "<mergeCells count=\"1><mergeCell ref=\"A1:B2\"/></mergeCells>",
            "<autoFilter ref='A1:B2'/><mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>",
            "<x><mergeCell ref=\"A1:B2\"/></x><mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>",
            "x<mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>",
            "<mergeCells><mergeCell ref=\"A1:B2\"/><!-- --></mergeCells>",
            "<!-- -->",
        ] {
            assert_eq!(taken_out(sheet(behind).as_bytes()), None, "{behind}");
        }
        for area in [
            "A1",
            "A1:B2:C3",
            "B2:A1",
            "A2:A1",
            "B1:A1",
            "A0:B1",
            "A01:B1",
            "a1:b2",
            "AAA1:AAB1",
            "A1:B1000000",
            "1:2",
            "A:B",
        ] {
            let areas = format!("<mergeCells><mergeCell ref=\"{area}\"/></mergeCells>");
            assert_eq!(taken_out(sheet(&areas).as_bytes()), None, "{area}");
        }
        let twice = sheet("<mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>")
            .replace("<dimension", "<mergeCells/><dimension");
        assert_eq!(taken_out(twice.as_bytes()), None);
    }
}

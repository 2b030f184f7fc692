//! Merged areas of a sheet, moved in front of its cells.
//!
//! They stand behind the cells, so that the library reads a sheet a second time, from its beginning, to come
//! to them; where they stand in front, it need not go further. Moved are only areas written as plainly as can
//! be, in a sheet that says nothing else of them; all others stay where they are.

use memchr::memmem::find;

/// Where the cells of a sheet begin and end.
const CELLS: &[u8] = b"<sheetData";
const END: &[u8] = b"</sheetData>";

/// The XML of a sheet with its merged areas in front; `None` where they cannot be moved without a doubt.
pub(super) fn in_front(xml: &[u8]) -> Option<Vec<u8>> {
    let to = find(xml, CELLS)?;
    let from = find(xml, END).filter(|at| *at > to)? + END.len();
    let end = from + plain_areas(&xml[from..])?;
    // A comment or an instruction may hold anything, and the first areas count.
    let is_doubtful = find(xml, b"<!").is_some() || find(&xml[1..], b"<?").is_some();
    if is_doubtful || find(&xml[..from], b"mergeCell").is_some() {
        return None;
    }
    Some([&xml[..to], &xml[from..end], &xml[to..from], &xml[end..]].concat())
}

/// Length of the areas with which a text opens, where each is a plain tag with nothing between.
fn plain_areas(xml: &[u8]) -> Option<usize> {
    let mut rest = xml.strip_prefix(b"<mergeCells")?;
    if let Some(count) = rest.strip_prefix(b" count=\"") {
        rest = behind(count, u8::is_ascii_digit).strip_prefix(b"\"")?;
    }
    rest = rest.strip_prefix(b">")?;
    while let Some(area) = rest.strip_prefix(b"<mergeCell ref=\"") {
        rest = behind(area, |b| b.is_ascii_alphanumeric() || *b == b':').strip_prefix(b"\"/>")?;
    }
    Some(xml.len() - rest.strip_prefix(b"</mergeCells>")?.len())
}

/// What stands behind the bytes that are `inside`.
fn behind(xml: &[u8], inside: impl Fn(&u8) -> bool) -> &[u8] {
    &xml[xml.iter().take_while(|b| inside(b)).count()..]
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
    fn plain_areas_are_moved_and_nothing_else_changes() {
        let areas =
            "<mergeCells count=\"2\"><mergeCell ref=\"A1:B2\"/><mergeCell ref=\"C1:C9\"/></mergeCells>";
        let moved = in_front(sheet(areas).as_bytes()).map(|xml| String::from_utf8(xml).unwrap());
        let want = sheet("").replace("<sheetData>", &format!("{areas}<sheetData>"));
        assert_eq!(moved.as_deref(), Some(want.as_str()));
    }

    #[test]
    fn anything_else_stays() {
        for behind in [
            "",
            "<mergeCells/>",
            "<mergeCells><mergeCell ref='A1:B2'/></mergeCells>",
            "<mergeCells><mergeCell ref=\"A1:B2\"></mergeCell></mergeCells>",
            "<mergeCells><mergeCell ref=\"A1:B2\"/>",
            "<mergeCells count=\"1><mergeCell ref=\"A1:B2\"/></mergeCells>",
            "<autoFilter/><mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>",
            "<mergeCells><mergeCell ref=\"A1:B2\"/><!-- --></mergeCells>",
        ] {
            assert_eq!(in_front(sheet(behind).as_bytes()), None, "{behind}");
        }
        let twice = sheet("<mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>")
            .replace("<dimension", "<mergeCells/><dimension");
        assert_eq!(in_front(twice.as_bytes()), None);
    }
}

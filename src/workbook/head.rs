//! What stands before the cells of a sheet, and around the list of sheets of a workbook: views, widths of columns and
//! the like, and the declaration of the XML.
//!
//! None of it says what a cell holds, but the library looks at each tag. Left out are only elements written as plainly
//! as can be; all others stay.

use memchr::memmem::find;

use super::plain::{behind_declaration, is_tags_and_words, without};

/// Elements before the cells that the library passes over, in the order in which they stand; what it does look at.
const BEFORE_CELLS: [&[u8]; 4] = [b"sheetPr", b"sheetViews", b"sheetFormatPr", b"cols"];
const OF_SHEET: [&[u8]; 2] = [b"dimension", b"sheetData"];

/// The same of a workbook.
const AROUND_SHEETS: [&[u8]; 4] = [b"fileVersion", b"workbookProtection", b"bookViews", b"calcPr"];
const OF_BOOK: [&[u8]; 4] = [b"workbook", b"workbookPr", b"sheet", b"definedName"];

/// The XML of a sheet without them; `None` where none can be left out without a doubt.
pub(super) fn of_sheet(xml: &[u8]) -> Option<Vec<u8>> {
    let (head, cells) = xml.split_at(find(xml, b"<sheetData")?);
    if !is_tags_and_words(head) {
        return None;
    }
    let mut out = without(behind_declaration(head)?, &BEFORE_CELLS, &OF_SHEET);
    out.extend_from_slice(cells);
    (out.len() < xml.len()).then_some(out)
}

/// The same of a workbook.
pub(super) fn of_book(xml: &[u8]) -> Option<Vec<u8>> {
    if !is_tags_and_words(xml) {
        return None;
    }
    let out = without(behind_declaration(xml)?, &AROUND_SHEETS, &OF_BOOK);
    (out.len() < xml.len()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n";

    fn text(xml: Option<Vec<u8>>) -> Option<String> {
        xml.map(|xml| String::from_utf8(xml).unwrap())
    }

    fn sheet(declared: &str, head: &str) -> String {
        format!("{declared}<worksheet xmlns:a=\"b\">{head}<sheetData><row/></sheetData><cols/></worksheet>")
    }

    fn left(declared: &str, head: &str) -> Option<String> {
        text(of_sheet(sheet(declared, head).as_bytes()))
    }

    #[test]
    fn what_stands_before_the_cells_goes_but_for_their_extent() {
        let extent = "<dimension ref=\"A1:B2\"/>";
        let views = "<sheetViews><sheetView workbookViewId=\"0\"/></sheetViews><sheetFormatPr/>";
        let head = format!("<sheetPr/>{extent}{views}<cols><col min=\"1\" max=\"2\"/></cols>");
        assert_eq!(left(DECLARED, &head), Some(sheet("", extent)));
        assert_eq!(left("", &head), Some(sheet("", extent)));
        assert_eq!(left("", extent), None);
    }

    #[test]
    fn around_the_list_of_sheets_everything_goes_that_says_nothing_of_them() {
        let book = |before: &str, behind: &str| {
            let sheets = "<workbookPr date1904=\"1\"/><sheets><sheet name=\"a\"/></sheets>";
            format!("<workbook>{before}{sheets}{behind}</workbook>")
        };
        let names = "<definedNames><definedName name=\"x\">a!$A$1</definedName></definedNames>";
        let whole = book("<fileVersion appName=\"xl\"/>", &format!("{names}<calcPr calcId=\"1\"/>"));
        assert_eq!(text(of_book(format!("{DECLARED}{whole}").as_bytes())), Some(book("", names)));
        assert_eq!(text(of_book(book("", names).as_bytes())), None);
        assert_eq!(text(of_book(book("<bookViews><x:sheet/></bookViews>", "").as_bytes())), None);
    }

    #[test]
    fn anything_in_doubt_stays() {
        for head in [
            "<cols><col min='1'/></cols>",
            "<cols>x</cols>",
            "<cols><a:dimension ref=\"?\"/></cols>",
            "<sheetPr><sheetData/></sheetPr>",
            "<sheetPr/><!-- -->",
            "<sheetPr/><?x?>",
        ] {
            assert_eq!(left("", head), None, "{head}");
        }
        for declared in
            ["<?xml version=\"1.0\" encoding=\"GBK\"?>", "<?xml version='1.0'?>", "\u{feff}<?xml?>"]
        {
            assert_eq!(left(declared, "<cols/>"), None, "{declared}");
        }
        assert_eq!(text(of_sheet(b"<worksheet><cols/></worksheet>")), None);
    }
}

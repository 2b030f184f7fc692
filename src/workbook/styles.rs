//! The styles of a workbook without those of looks.
//!
//! What a cell holds depends on the formats of numbers alone (a date is a number that looks like one), but the
//! library reads fonts, fills and borders as well, which takes longer than the cells of a small form. Left out
//! are only elements written as plainly as can be; all others stay.

use std::ops::Range;

use memchr::memmem::find;

use super::plain::{attribute, attributes, element, is_tags_and_words, without};

/// Elements that say looks only, in the order in which they stand.
const LOOKS: [&[u8]; 7] =
    [b"fonts", b"fills", b"borders", b"cellStyleXfs", b"cellStyles", b"dxfs", b"tableStyles"];

/// Elements that say more, wherever they stand.
const KEPT: [&[u8]; 3] = [b"numFmts", b"cellXfs", b"styleSheet"];

/// The XML of styles without the elements of looks; `None` where none can be left out without a doubt.
pub(super) fn without_looks(xml: &[u8]) -> Option<Vec<u8>> {
    if !is_tags_and_words(xml) {
        return None;
    }
    let mut out = without(xml, &LOOKS, &KEPT);
    if let Some((place, numbers)) = numbers_of_formats(&out) {
        out.splice(place, numbers);
    }
    (out.len() < xml.len()).then_some(out)
}

/// Where the formats of cells stand, and what remains of them where each tells but the number of its format.
fn numbers_of_formats(xml: &[u8]) -> Option<(Range<usize>, Vec<u8>)> {
    const OPEN: &[u8] = b"<cellXfs";
    let at = find(xml, OPEN)?;
    // The general format is that of cells without a number, unless the number has another meaning here.
    let is_general = |number: &[u8]| number == b"0" && find(&xml[..at], b"numFmtId=\"0\"").is_none();
    let mut rest = attributes(&xml[at + OPEN.len()..])?.strip_prefix(b">")?.trim_ascii_start();
    let mut out = b"<cellXfs>".to_vec();
    while let Some(format) = rest.strip_prefix(b"<xf") {
        out.extend_from_slice(b"<xf");
        if let Some(number) = number(format)?.filter(|number| !is_general(number)) {
            out.extend([b" numFmtId=\"", number, b"\""].concat());
        }
        out.extend_from_slice(b"/>");
        rest = rest[element(rest, &KEPT)?..].trim_ascii_start();
    }
    out.extend_from_slice(b"</cellXfs>");
    let behind = rest.strip_prefix(b"</cellXfs>")?;
    Some((at..xml.len() - behind.len(), out))
}

/// The number of a format, from behind its name on; `None` where that is no plain tag.
fn number(mut format: &[u8]) -> Option<Option<&[u8]>> {
    let mut number = None;
    while format.starts_with(b" ") {
        let (name, value, behind) = attribute(format)?;
        number = number.or((name == b"numFmtId").then_some(value));
        format = behind;
    }
    matches!(format.first(), Some(b'>' | b'/')).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMATS: &str =
        "<numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"yyyy&quot;年&quot;\"/></numFmts>";
    const CELLS: &str = "<cellXfs><xf numFmtId=\"164\"/></cellXfs>";

    fn styles(fonts: &str, behind: &str) -> String {
        format!("<?xml version=\"1.0\"?><styleSheet xmlns=\"x\">{FORMATS}{fonts}{CELLS}{behind}</styleSheet>")
    }

    fn left(fonts: &str, behind: &str) -> Option<String> {
        without_looks(styles(fonts, behind).as_bytes()).map(|xml| String::from_utf8(xml).unwrap())
    }

    #[test]
    fn looks_go_and_formats_stay() {
        let fonts = "<fonts count=\"1\"><font><b/>\n <name val=\"宋体\"/></font></fonts><fills/><borders><border><left/></border></borders>";
        let behind = "<cellStyles count=\"0\"></cellStyles><dxfs count=\"0\"/><colors/>";
        assert_eq!(left(fonts, behind), Some(styles("", "<colors/>")));
        assert_eq!(left(fonts, ""), Some(styles("", "")));
        assert_eq!(left("", ""), None);
    }

    #[test]
    fn formats_keep_their_numbers_and_order() {
        let formats = "<xf fontId=\"1\" numFmtId=\"14\" xfId=\"0\">\n<alignment wrapText=\"1\"/></xf> <xf/>\
                       <xf applyFont=\"1\"></xf><xf numFmtId=\"1\" numFmtId=\"2\"/>";
        let whole = |cells: &str| format!("<cellXfs count=\"4\">{cells}</cellXfs>");
        let first = |xml: &str| styles("", "").replacen(CELLS, xml, 1);
        let bare =
            |xml: &str| without_looks(first(xml).as_bytes()).map(|xml| String::from_utf8(xml).unwrap());
        let want = "<cellXfs><xf numFmtId=\"14\"/><xf/><xf/><xf numFmtId=\"1\"/></cellXfs>";
        assert_eq!(bare(&whole(formats)), Some(first(want)));
        let general = "<xf numFmtId=\"0\" fontId=\"0\"/>";
        assert_eq!(bare(&whole(general)), Some(first("<cellXfs><xf/></cellXfs>")));
        let renamed = whole(general).replace("<cellXfs", "<x numFmtId=\"0\"/><cellXfs");
        let want = "<x numFmtId=\"0\"/><cellXfs><xf numFmtId=\"0\"/></cellXfs>";
        assert_eq!(bare(&renamed), Some(first(want)));
        for doubtful in
            ["<xfs/>", "<xf>x</xf>", "<xf numFmtId='14' fontId=\"1\"/>", "<y/><xf fontId=\"1\"/>", "<xf"]
        {
            assert_eq!(bare(&whole(doubtful)), None, "{doubtful}");
        }
    }

    #[test]
    fn anything_in_doubt_stays() {
        for fonts in [
            "<fonts><font></fonts></font>",
            "<fonts><font>x</font></fonts>",
            "<fonts><font><name val=\"a&amp;b\"/></font></fonts>",
            "<fonts><font><name val='a'/></font></fonts>",
            "<fonts><font><name val/></font></fonts>",
            "<fonts><numFmts/></fonts>",
            "<fonts><font/>",
            "<fontsize/>",
            "<!-- <fonts/> --><fonts/>",
        ] {
            assert_eq!(left(fonts, ""), None, "{fonts}");
        }
        let mut bytes = styles("<fonts><font val=\"#\"/></fonts>", "").into_bytes();
        let at = bytes.iter().position(|b| *b == b'#').unwrap();
        bytes[at] = 0xFF;
        assert_eq!(without_looks(&bytes), None);
    }
}

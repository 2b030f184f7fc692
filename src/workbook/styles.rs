//! The styles of a workbook without those of looks.
//!
//! What a cell holds depends on the formats of numbers alone (a date is a number that looks like one), but the
//! library reads fonts, fills and borders as well, which takes longer than the cells of a small form. Left out
//! are only elements written as plainly as can be; all others stay.

use memchr::memmem::find;

/// Elements that say looks only, in the order in which they stand.
const LOOKS: [&[u8]; 7] =
    [b"<fonts", b"<fills", b"<borders", b"<cellStyleXfs", b"<cellStyles", b"<dxfs", b"<tableStyles"];

/// Elements that say more, wherever they stand.
const KEPT: [&[u8]; 3] = [b"numFmts", b"cellXfs", b"styleSheet"];

/// The XML of styles without the elements of looks; `None` where none can be left out without a doubt.
pub(super) fn without_looks(xml: &[u8]) -> Option<Vec<u8>> {
    // A comment or an instruction may hold anything.
    if find(xml, b"<!").is_some() || find(xml.get(1..)?, b"<?").is_some() {
        return None;
    }
    let mut out = Vec::with_capacity(xml.len());
    let mut rest = xml;
    for look in LOOKS {
        let Some(at) = find(rest, look) else { continue };
        let is_it = name(&rest[at + 1..]).is_some_and(|(name, _)| *name == look[1..]);
        let Some(length) = plain_element(&rest[at..]).filter(|_| is_it) else { continue };
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + length..];
    }
    out.extend_from_slice(rest);
    (out.len() < xml.len()).then_some(out)
}

/// Length of the element with which a text opens, where it is made of plain tags that close each other and of nothing
/// else.
fn plain_element(xml: &[u8]) -> Option<usize> {
    let mut open: Vec<&[u8]> = Vec::new();
    let mut rest = xml;
    loop {
        let tag = rest.trim_ascii_start().strip_prefix(b"<")?;
        if let Some(closed) = tag.strip_prefix(b"/") {
            rest = closed.strip_prefix(open.pop()?)?.strip_prefix(b">")?;
        } else {
            let (name, behind) = name(tag).filter(|(name, _)| !KEPT.contains(name))?;
            rest = attributes(behind)?;
            match rest.strip_prefix(b"/") {
                Some(empty) => rest = empty,
                None => open.push(name),
            }
            rest = rest.strip_prefix(b">")?;
        }
        if open.is_empty() {
            let length = xml.len() - rest.len();
            return std::str::from_utf8(&xml[..length]).ok().map(|_| length);
        }
    }
}

/// A name and what stands behind it.
fn name(xml: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_');
    let length = xml.iter().take_while(|b| is_part(b)).count();
    (length > 0).then(|| xml.split_at(length))
}

/// What stands behind the attributes with which a text opens, each ` name="value"` without references.
fn attributes(mut xml: &[u8]) -> Option<&[u8]> {
    while let Some(attribute) = xml.strip_prefix(b" ") {
        let value = name(attribute)?.1.strip_prefix(b"=\"")?;
        let end = value.iter().position(|b| matches!(b, b'"' | b'<' | b'&'))?;
        xml = value[end..].strip_prefix(b"\"")?;
    }
    Some(xml)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMATS: &str =
        "<numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"yyyy&quot;年&quot;\"/></numFmts>";
    const CELLS: &str = "<cellXfs count=\"1\"><xf numFmtId=\"164\" fontId=\"1\"/></cellXfs>";

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

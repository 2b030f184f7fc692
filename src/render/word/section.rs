//! Pages: size, margins, marks at the head of the first one, page numbers and
//! fingerprint at the foot.
//!
//! Page numbers stand outside: right on odd pages, left on even ones, one
//! character in, between dashes (GB/T 9704-2012, 7.5). The cover has none.

use super::body::{Body, Setting, TEXT_WIDTH, field, part};
use super::front::mark_lines;
use super::package::Part;
use super::styles::value;
use super::xml::Xml;
use crate::document::Run;
use crate::error::Result;

/// Header and footer parts by relation id: what they are for.
const MARKS: &str = "rIdMarks";
const ODD: &str = "rIdOdd";
const EVEN: &str = "rIdEven";
const BLANK: &str = "rIdBlank";

/// One character of the page number (4号, 14 pt), in twips.
const ONE_CHAR: &str = "280";

#[derive(Clone, Copy, PartialEq)]
enum Pages {
    /// One page with marks and no number.
    Cover,
    /// Pages of the table of contents, counted I, II, …
    Contents,
    /// The report after front matter, counted from one.
    Body,
    /// A document without front matter: marks and number on its first page.
    Whole,
}

/// Headers and footers of every document.
///
/// # Errors
/// A fault of the program only.
pub fn parts(marks: &[String], fingerprint: &str) -> Result<Vec<Part>> {
    let mut head = Body::new(Setting::Report, TEXT_WIDTH, None);
    mark_lines(&mut head, marks);
    let blank = |xml: &mut Xml| xml.within("w:p", &[], |_| {});
    let made =
        |name: &str, kind, id: &str, bytes| Part { name: name.to_owned(), kind, id: id.to_owned(), bytes, content: None };
    let mut empty = Xml::fragment();
    blank(&mut empty);
    Ok(vec![
        made("header1.xml", "header", MARKS, part("w:hdr", head.xml)?),
        made("footer1.xml", "footer", ODD, part("w:ftr", foot("right", fingerprint))?),
        made("footer2.xml", "footer", EVEN, part("w:ftr", foot("left", fingerprint))?),
        made("footer3.xml", "footer", BLANK, part("w:ftr", empty)?),
    ])
}

fn foot(side: &str, fingerprint: &str) -> Xml {
    let mut body = Body::new(Setting::Report, TEXT_WIDTH, None);
    body.xml.within("w:p", &[], |xml| {
        xml.within("w:pPr", &[], |xml| {
            value(xml, "w:pStyle", "Footer");
            let chars = format!("w:{side}Chars");
            let width = format!("w:{side}");
            xml.leaf("w:ind", &[(&chars, "100"), (&width, ONE_CHAR)]);
            value(xml, "w:jc", side);
        });
        super::body::write_run(xml, &Run::plain("— "));
        field(xml, " PAGE ", "1");
        super::body::write_run(xml, &Run::plain(" —"));
    });
    if !fingerprint.is_empty() {
        let other = if side == "right" { "left" } else { "right" };
        let look = super::body::Paragraph { style: "Fingerprint", align: Some(other), ..Default::default() };
        body.paragraph(look, &[Run { muted: true, ..Run::plain(format!("数据指纹 {fingerprint}")) }]);
    }
    body.xml
}

/// Ends the section of the cover.
pub fn end_of_cover(xml: &mut Xml) {
    in_paragraph(xml, Pages::Cover);
}

/// Ends the section of the table of contents.
pub fn end_of_contents(xml: &mut Xml) {
    in_paragraph(xml, Pages::Contents);
}

/// Ends the document.
pub fn last(xml: &mut Xml, after_front_matter: bool) {
    properties(xml, if after_front_matter { Pages::Body } else { Pages::Whole });
}

fn in_paragraph(xml: &mut Xml, pages: Pages) {
    xml.within("w:p", &[], |xml| {
        xml.within("w:pPr", &[], |xml| {
            xml.leaf("w:spacing", &[("w:line", "20"), ("w:lineRule", "exact")]);
            properties(xml, pages);
        });
    });
}

fn properties(xml: &mut Xml, pages: Pages) {
    let first = matches!(pages, Pages::Cover | Pages::Whole);
    let call = |xml: &mut Xml, name, kind, id| xml.leaf(name, &[("w:type", kind), ("r:id", id)]);
    xml.within("w:sectPr", &[], |xml| {
        if first {
            call(xml, "w:headerReference", "first", MARKS);
        }
        call(xml, "w:footerReference", "default", ODD);
        call(xml, "w:footerReference", "even", EVEN);
        if first {
            call(xml, "w:footerReference", "first", if pages == Pages::Cover { BLANK } else { ODD });
        }
        value(xml, "w:type", "nextPage");
        xml.leaf("w:pgSz", &[("w:w", "11906"), ("w:h", "16838")]);
        xml.leaf(
            "w:pgMar",
            &[
                ("w:top", "2098"),
                ("w:right", "1474"),
                ("w:bottom", "1985"),
                ("w:left", "1588"),
                ("w:header", "1134"),
                ("w:footer", "1145"),
                ("w:gutter", "0"),
            ],
        );
        match pages {
            Pages::Contents => xml.leaf("w:pgNumType", &[("w:fmt", "upperRoman"), ("w:start", "1")]),
            Pages::Body => xml.leaf("w:pgNumType", &[("w:start", "1")]),
            Pages::Cover | Pages::Whole => {}
        }
        xml.leaf("w:cols", &[("w:space", "425")]);
        if first {
            xml.leaf("w:titlePg", &[]);
        }
    });
}

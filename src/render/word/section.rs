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
const TURNED_ODD: &str = "rIdTurnedOdd";
const TURNED_EVEN: &str = "rIdTurnedEven";

/// One character of the page number (4号, 14 pt), in twips.
const ONE_CHAR: &str = "280";

/// What the pages of a section are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pages {
    /// One page with marks and no number.
    Cover,
    /// Pages of the table of contents, without a number.
    Contents,
    /// The report after front matter, counted from one.
    Body,
    /// A document without front matter: marks and number on its first page.
    Whole,
    /// The same, with the margins of the form 表D.
    Form,
    /// Upright pages that follow others of the same report.
    Further,
    /// Turned pages for a wide table.
    Turned,
}

/// Room for a table on a turned page: the height of the text block of GB/T 9704, 225 mm, in twips.
pub const TURNED_WIDTH: u32 = 12755;

/// Headers and footers of every document.
///
/// # Errors
/// A fault of the program only.
pub fn parts(marks: &[String], fingerprint: &str) -> Result<Vec<Part>> {
    let mut head = Body::new(Setting::Report, TEXT_WIDTH, None);
    mark_lines(&mut head, marks);
    let blank = |xml: &mut Xml| xml.within("w:p", &[], |_| {});
    let made = |name: &str, kind, id: &str, bytes| Part {
        name: name.to_owned(),
        kind,
        id: id.to_owned(),
        bytes,
        content: None,
    };
    let mut empty = Xml::fragment();
    blank(&mut empty);
    Ok(vec![
        made("header1.xml", "header", MARKS, part("w:hdr", head.xml)?),
        made("footer1.xml", "footer", ODD, part("w:ftr", foot("right", fingerprint))?),
        made("footer2.xml", "footer", EVEN, part("w:ftr", foot("left", fingerprint))?),
        made("footer3.xml", "footer", BLANK, part("w:ftr", empty)?),
        made("footer4.xml", "footer", TURNED_ODD, part("w:ftr", turned_foot("right", fingerprint))?),
        made("footer5.xml", "footer", TURNED_EVEN, part("w:ftr", turned_foot("left", fingerprint))?),
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

/// The foot of a turned page: a cell along its left edge with the words turned, so that in the binder
/// the number stands where that of the other pages stands.
fn turned_foot(side: &str, fingerprint: &str) -> Xml {
    let mut xml = Xml::fragment();
    xml.within("w:tbl", &[], |xml| {
        xml.within("w:tblPr", &[], |xml| {
            let place = [
                ("w:vertAnchor", "page"),
                ("w:horzAnchor", "page"),
                ("w:tblpX", "1021"),
                ("w:tblpY", "1588"),
            ];
            xml.leaf("w:tblpPr", &place);
            xml.leaf("w:tblW", &[("w:w", "850"), ("w:type", "dxa")]);
            value(xml, "w:tblLayout", "fixed");
        });
        xml.within("w:tblGrid", &[], |xml| xml.leaf("w:gridCol", &[("w:w", "850")]));
        xml.within("w:tr", &[], |xml| {
            xml.within("w:trPr", &[], |xml| {
                xml.leaf("w:trHeight", &[("w:val", &TEXT_WIDTH.to_string()), ("w:hRule", "exact")]);
            });
            xml.within("w:tc", &[], |xml| {
                xml.within("w:tcPr", &[], |xml| {
                    xml.leaf("w:tcW", &[("w:w", "850"), ("w:type", "dxa")]);
                    value(xml, "w:textDirection", "tbRl");
                });
                // A fault in the fragment is told when the part is finished.
                let _ = xml.splice(foot(side, fingerprint));
            });
        });
    });
    xml.within("w:p", &[], |_| {});
    xml
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
pub fn last(xml: &mut Xml, pages: Pages) {
    properties(xml, pages);
}

/// Ends a section in the middle of the text.
pub fn end(xml: &mut Xml, pages: Pages) {
    in_paragraph(xml, pages);
}

fn in_paragraph(xml: &mut Xml, pages: Pages) {
    xml.within("w:p", &[], |xml| {
        xml.within("w:pPr", &[], |xml| {
            xml.leaf("w:spacing", &[("w:line", "20"), ("w:lineRule", "exact")]);
            properties(xml, pages);
        });
    });
}

/// A4 and the margins of GB/T 9704 (top, right, bottom, left), upright and turned to the left.
const UPRIGHT: &[(&str, &str)] = &[("w:w", "11906"), ("w:h", "16838")];
const UPRIGHT_MARGINS: [&str; 4] = ["2098", "1474", "1985", "1588"];
const TURNED: &[(&str, &str)] = &[("w:w", "16838"), ("w:h", "11906"), ("w:orient", "landscape")];
const TURNED_MARGINS: [&str; 4] = ["1588", "2098", "1474", "1985"];
/// Margins of the form, as its PDF has them, and what header and footer keep from the edge of its page and others.
const FORM_MARGINS: [&str; 4] = ["1701", "1474", "1588", "1588"];
const FORM_EDGES: [&str; 2] = ["1134", "907"];
const EDGES: [&str; 2] = ["1134", "1145"];
/// Height of the text of the form in twips.
pub const FORM_HEIGHT: u32 = 16838 - 1701 - 1588;

fn properties(xml: &mut Xml, pages: Pages) {
    let first = matches!(pages, Pages::Cover | Pages::Whole | Pages::Form);
    let call = |xml: &mut Xml, name, kind, id| xml.leaf(name, &[("w:type", kind), ("r:id", id)]);
    xml.within("w:sectPr", &[], |xml| {
        if first {
            call(xml, "w:headerReference", "first", MARKS);
        }
        // As in the PDF, cover and table of contents carry no page number.
        let (odd, even) = match pages {
            Pages::Turned => (TURNED_ODD, TURNED_EVEN),
            Pages::Contents => (BLANK, BLANK),
            _ => (ODD, EVEN),
        };
        call(xml, "w:footerReference", "default", odd);
        call(xml, "w:footerReference", "even", even);
        if first {
            call(xml, "w:footerReference", "first", if pages == Pages::Cover { BLANK } else { ODD });
        }
        value(xml, "w:type", "nextPage");
        let (size, margins) = match pages {
            Pages::Turned => (TURNED, TURNED_MARGINS),
            Pages::Form => (UPRIGHT, FORM_MARGINS),
            _ => (UPRIGHT, UPRIGHT_MARGINS),
        };
        let [header, footer] = if pages == Pages::Form { FORM_EDGES } else { EDGES };
        xml.leaf("w:pgSz", size);
        let sides = ["w:top", "w:right", "w:bottom", "w:left"].into_iter().zip(margins);
        let rest = [("w:header", header), ("w:footer", footer), ("w:gutter", "0")];
        xml.leaf("w:pgMar", &sides.chain(rest).collect::<Vec<_>>());
        match pages {
            Pages::Body => xml.leaf("w:pgNumType", &[("w:start", "1")]),
            Pages::Cover | Pages::Contents | Pages::Whole | Pages::Form | Pages::Further | Pages::Turned => {}
        }
        xml.leaf("w:cols", &[("w:space", "425")]);
        if first {
            xml.leaf("w:titlePg", &[]);
        }
    });
}

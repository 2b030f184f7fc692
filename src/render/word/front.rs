//! What comes before the first heading of a report: its title, or a cover and
//! a table of contents.
//!
//! The contents are a real field whose entries are written out, each with a field
//! for its page. The pages shown are those of the PDF; the field is marked as out
//! of date, so that Word counts its own when it opens the file.

use super::body::{Body, Paragraph, field, mark};
use super::section;
use super::styles::value;
use crate::document::{Document, Run};

/// Level, bookmark and text of a heading.
type Heading = (u8, String, String);

/// Levels that the table of contents shows.
const CONTENTS_LEVELS: u8 = 2;

/// Writes the opening of a report.
pub fn opening(body: &mut Body, document: &Document, headings: &[Heading], pages: &[usize]) {
    if document.front_matter {
        cover(body, document);
        contents(body, headings, pages);
    } else {
        title(body, document);
    }
}

fn title(body: &mut Body, document: &Document) {
    body.line("Title", &document.title);
    if !document.subtitle.is_empty() {
        body.line("Subtitle", &document.subtitle);
    }
    let from: Vec<&str> = [&document.issuer, &document.date].into_iter().map(String::as_str).collect();
    let from = from.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("\u{3000}");
    if !from.is_empty() {
        body.line("Subtitle", &from);
    }
    body.line("BodyText", "");
}

fn cover(body: &mut Body, document: &Document) {
    empty_lines(body, 5);
    body.line("CoverTitle", &document.title);
    if !document.subtitle.is_empty() {
        body.line("Subtitle", &document.subtitle);
    }
    // Nine lines below the title there is room for a title of three lines.
    empty_lines(body, 9);
    for words in [&document.issuer, &document.date].into_iter().filter(|words| !words.is_empty()) {
        body.line("CoverLine", words);
    }
    section::end_of_cover(&mut body.xml);
}

fn empty_lines(body: &mut Body, count: usize) {
    for _ in 0..count {
        body.line("CoverLine", "");
    }
}

fn contents(body: &mut Body, headings: &[Heading], pages: &[usize]) {
    body.line("TOCHeading", "目\u{3000}录");
    let paged = headings.iter().enumerate().map(|(at, heading)| (heading, pages.get(at)));
    let shown: Vec<_> = paged.filter(|(heading, _)| heading.0 <= CONTENTS_LEVELS).collect();
    for (at, ((level, bookmark, words), page)) in shown.iter().enumerate() {
        let style = if *level <= 1 { "TOC1" } else { "TOC2" };
        body.open_paragraph(Paragraph { style, leader: Some(body.width), ..Default::default() });
        if at == 0 {
            begin_field(body);
        }
        body.xml.open("w:hyperlink", &[("w:anchor", bookmark), ("w:history", "1")]);
        body.runs(&[Run::plain(words.replace('\n', " "))]);
        if let Some(page) = page {
            body.runs(&[Run::plain("\t")]);
            field(&mut body.xml, &format!(" PAGEREF {bookmark} \\h "), &page.to_string());
        }
        body.xml.close("w:hyperlink");
        if at + 1 == shown.len() {
            mark(&mut body.xml, "end");
        }
        body.xml.close("w:p");
    }
    section::end_of_contents(&mut body.xml);
}

fn begin_field(body: &mut Body) {
    let begin = [("w:fldCharType", "begin"), ("w:dirty", "true")];
    body.xml.within("w:r", &[], |xml| xml.leaf("w:fldChar", &begin));
    let code = format!(" TOC \\o \"1-{CONTENTS_LEVELS}\" \\h \\z \\u ");
    body.xml.within("w:r", &[], |xml| xml.text("w:instrText", &[("xml:space", "preserve")], &code));
    mark(&mut body.xml, "separate");
}

/// The marks of a first page, on one line as in the PDF.
pub fn mark_lines(body: &mut Body, marks: &[String]) {
    if !marks.is_empty() {
        let look = Paragraph { style: "Header", align: Some("right"), ..Default::default() };
        body.paragraph(look, &[Run::plain(marks.join("\u{3000}"))]);
    }
    if marks.is_empty() {
        body.xml.within("w:p", &[], |xml| xml.within("w:pPr", &[], |xml| value(xml, "w:pStyle", "Header")));
    }
}

//! Word files (.docx): reports on the page of GB/T 9704, and the form 表D.
//!
//! We write the markup ourselves, with real styles, captions, repeated table
//! headers and merged cells, so that an office can go on working in the file.
//! No number and no sentence is made here; the same document gives the same
//! bytes.

use std::fmt;
use std::sync::Arc;

use crate::document::{Document, Summary};
use crate::error::Result;
use crate::templates::Templates;

mod body;
mod figure;
pub mod form;
mod front;
mod markup;
mod package;
pub mod reference;
mod section;
mod styles;
mod summary;
mod table;
#[cfg(test)]
mod tests;
mod xml;

use body::{Body, Setting, TEXT_WIDTH};
use form::OfficeForm;
use package::{Part, Properties};
use reference::Reference;
use xml::Xml;

/// Turns an SVG into a PNG of the width given in pixels; `None` where it cannot.
pub type Raster = dyn Fn(&str, f32) -> Option<Vec<u8>> + Send + Sync;

/// Fonts of a Word file by their role, and who draws pictures for programs
/// without SVG. The names are those of an office; Word, WPS and LibreOffice put
/// a near font where one is missing.
#[derive(Clone)]
pub struct WordLook {
    /// Body text.
    pub song: String,
    /// Headings of level 1, captions, table headers.
    pub hei: String,
    /// Headings of level 2, subtitles, quotations.
    pub kai: String,
    /// Title of a report.
    pub title: String,
    /// Latin letters and digits.
    pub latin: String,
    /// Without it a program that cannot draw SVG shows an empty picture.
    pub raster: Option<Arc<Raster>>,
    /// The office's own form 表D; without it, ours.
    pub form: Option<Arc<OfficeForm>>,
    /// The office's own styles, page, header and footer.
    pub reference: Option<Arc<Reference>>,
}

impl Default for WordLook {
    fn default() -> Self {
        Self {
            song: "仿宋_GB2312".to_owned(),
            hei: "黑体".to_owned(),
            kai: "楷体_GB2312".to_owned(),
            title: "方正小标宋简体".to_owned(),
            latin: "Times New Roman".to_owned(),
            raster: None,
            form: None,
            reference: None,
        }
    }
}

impl WordLook {
    /// With the Word files of a workspace's `templates/word/`.
    ///
    /// # Errors
    /// A file that cannot be read or used, with its paragraph.
    pub fn with_templates(self, templates: &Templates) -> Result<Self> {
        let form =
            templates.word(form::PATH).map(|(path, bytes)| OfficeForm::open(path, bytes)).transpose()?;
        let reference = templates.word(reference::PATH);
        let reference = reference.map(|(path, bytes)| Reference::open(path, bytes)).transpose()?;
        Ok(Self { form: form.map(Arc::new), reference: reference.map(Arc::new), ..self })
    }

    /// Width of the text in twips.
    fn width(&self) -> u32 {
        self.reference.as_ref().map_or(TEXT_WIDTH, |reference| reference.width())
    }
}

impl fmt::Debug for WordLook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fonts = [&self.song, &self.hei, &self.kai, &self.title, &self.latin];
        f.debug_struct("WordLook").field("fonts", &fonts).field("raster", &self.raster.is_some()).finish()
    }
}

/// A report as the bytes of a `.docx`.
///
/// # Errors
/// A fault of the program only; no text of a document can cause one.
pub fn report(document: &Document, look: &WordLook) -> Result<Vec<u8>> {
    report_with_pages(document, &[], look)
}

/// The same with the page of each heading, in order, as the PDF has them: the table of contents shows
/// them until Word counts its own, which it does when the file is opened.
///
/// # Errors
/// As [`report`].
pub fn report_with_pages(document: &Document, pages: &[usize], look: &WordLook) -> Result<Vec<u8>> {
    let mut body = Body::new(Setting::Report, look.width(), look.raster.as_deref());
    if let Some(reference) = &look.reference {
        body.turned_width = reference.turned_width();
    }
    if document.front_matter {
        body.pages = section::Pages::Body;
    }
    body.blocks(&document.blocks);
    let headings = std::mem::take(&mut body.headings);
    let blocks = std::mem::replace(&mut body.xml, Xml::fragment());
    marks_in_text(&mut body, look, &document.marks);
    front::opening(&mut body, document, &headings, pages);
    body.xml.splice(blocks)?;
    fingerprint_in_text(&mut body, look, &document.fingerprint);
    let pages = body.pages;
    section::last(&mut body.xml, pages);
    let properties = Properties {
        title: document.title.clone(),
        subject: document.subtitle.clone(),
        ident: document.ident.clone(),
        date: document.date_ymd,
        custom: custom(&document.ident, &document.fingerprint, &body),
    };
    let parts = parts(&mut body, look, summary::TYPES[0], (&document.marks, &document.fingerprint))?;
    let (main, parts) = dressed(main_part(body)?, parts, look)?;
    package::pack(main, &parts, &properties)
}

/// An Annex D summary as the bytes of a `.docx` that stays editable and can be
/// read back by [`crate::docx::read_summary`].
///
/// # Errors
/// A fault of the program only; no text of a summary can cause one.
pub fn summary(summary: &Summary, look: &WordLook) -> Result<Vec<u8>> {
    if let Some(form) = &look.form {
        return form.fill(summary);
    }
    let mut body = Body::new(Setting::Form, look.width(), look.raster.as_deref());
    marks_in_text(&mut body, look, &summary.marks);
    summary::write(&mut body, summary);
    fingerprint_in_text(&mut body, look, &summary.fingerprint);
    section::last(&mut body.xml, section::Pages::Form);
    let custom = custom(&summary.ident, &summary.fingerprint, &body);
    let mut properties = Properties {
        title: summary_title(summary),
        subject: summary::TITLE.to_owned(),
        ident: summary.ident.clone(),
        date: summary.date_ymd,
        custom,
    };
    // An office's own page and styles are not ours to fit.
    let form = match look.reference {
        None => summary::fitting(summary, body.width),
        Some(_) => summary::TYPES[0],
    };
    let parts = parts(&mut body, look, form, (&summary.marks, &summary.fingerprint))?;
    let (main, parts) = dressed(main_part(body)?, parts, look)?;
    properties.custom.extend(crate::docx::originals(&main)?);
    package::pack(main, &parts, &properties)
}

/// The look of the office, where it has one.
fn dressed(main: Vec<u8>, parts: Vec<Part>, look: &WordLook) -> Result<(Vec<u8>, Vec<Part>)> {
    match &look.reference {
        Some(reference) => reference.dress(&main, parts),
        None => Ok((main, parts)),
    }
}

/// Where the office's header takes the place of ours, the marks stand above the title.
fn marks_in_text(body: &mut Body, look: &WordLook, marks: &[String]) {
    if look.reference.as_ref().is_some_and(|reference| reference.has_headers()) {
        front::mark_lines(body, marks);
    }
}

/// Where the office's footer takes the place of ours, the fingerprint stands at the end.
fn fingerprint_in_text(body: &mut Body, look: &WordLook, fingerprint: &str) {
    if look.reference.as_ref().is_some_and(|reference| reference.has_footers()) && !fingerprint.is_empty() {
        body.line("Fingerprint", &format!("数据指纹 {fingerprint}"));
    }
}

/// Title of an Annex D file: the form, whose and of which project.
fn summary_title(summary: &Summary) -> String {
    format!("{}（{}，{}）", summary::TITLE, summary.enterprise, summary.project)
}

/// What a program reads back: which file this is, from which data, and the
/// figure ids that do not fit a tag.
fn custom(ident: &str, fingerprint: &str, body: &Body) -> Vec<(String, String)> {
    let own = [(crate::docx::IDENT, ident), (crate::docx::FINGERPRINT, fingerprint)];
    let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
    own.into_iter().chain(body.long_ids.iter().cloned()).collect()
}

/// All parts but the main one.
fn parts(
    body: &mut Body,
    look: &WordLook,
    form: styles::FormType,
    (marks, fingerprint): (&[String], &str),
) -> Result<Vec<Part>> {
    let mut parts = section::parts(marks, fingerprint)?;
    let mut own = |name: &str, kind, bytes| {
        parts.push(Part {
            name: format!("{name}.xml"),
            kind,
            id: format!("rId_{name}"),
            bytes,
            content: None,
        });
    };
    own("styles", "styles", styles::styles(look, form)?);
    own("settings", "settings", styles::settings()?);
    own("fontTable", "fontTable", styles::font_table(look)?);
    own("numbering", "numbering", styles::numbering(body.ordered_lists)?);
    parts.append(&mut body.media);
    Ok(parts)
}

fn main_part(body: Body) -> Result<Vec<u8>> {
    let mut content = Xml::fragment();
    content.open("w:body", &[]);
    content.splice(body.xml)?;
    content.close("w:body");
    body::part("w:document", content)
}

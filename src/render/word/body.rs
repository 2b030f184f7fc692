//! Blocks of a document as Word paragraphs, with ids that never depend on
//! anything but the order of writing.
//!
//! A printed figure sits in a content control tagged `fig:<id>`, so that the
//! file can be read back and compared with the other formats.

use super::Raster;
use super::package::Part;
use super::section::{Pages, TURNED_WIDTH};
use super::styles::{W, value};
use super::xml::Xml;
use super::{figure, section, table};
use crate::document::{Block, Run, Table};
use crate::docx::{FIGURE_TAG, Field, LONGEST_TAG, PLACEHOLDER};
use crate::error::Result;

/// Namespaces of the main part and of headers and footers.
pub const SPACES: &[(&str, &str)] = &[
    ("xmlns:w", W),
    ("xmlns:r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    ("xmlns:wp", "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"),
    ("xmlns:a", "http://schemas.openxmlformats.org/drawingml/2006/main"),
    ("xmlns:pic", "http://schemas.openxmlformats.org/drawingml/2006/picture"),
    ("xmlns:mc", "http://schemas.openxmlformats.org/markup-compatibility/2006"),
    ("xmlns:w15", "http://schemas.microsoft.com/office/word/2012/wordml"),
    ("mc:Ignorable", "w15"),
];

/// Width of the text block of GB/T 9704, 156 mm, in twips.
pub const TEXT_WIDTH: u32 = 8844;

/// Which paragraph styles the running text takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// The page of a report.
    Report,
    /// A cell of the form 表D.
    Form,
}

/// An item of the form 表D being written.
#[derive(Clone, Copy)]
pub struct Item {
    pub field: Field,
    /// Nothing but a remark stands there yet; what is typed replaces it.
    pub empty: bool,
}

/// The main part in the making.
pub struct Body<'a> {
    pub xml: Xml,
    /// Pictures met so far.
    pub media: Vec<Part>,
    /// Ordered lists met so far; each counts from one.
    pub ordered_lists: u32,
    /// Figure ids too long for a tag of Word, as (stand-in tag, id).
    pub long_ids: Vec<(String, String)>,
    /// Headings met so far, as (level, bookmark, text).
    pub headings: Vec<(u8, String, String)>,
    pub setting: Setting,
    pub raster: Option<&'a Raster>,
    /// The item of the form that the paragraphs belong to.
    pub item: Option<Item>,
    /// Width available to tables and figures, in twips.
    pub width: u32,
    /// The same on a turned page.
    pub turned_width: u32,
    /// What the pages are that the text is on.
    pub pages: Pages,
    next_id: u32,
}

/// How a paragraph departs from its style.
#[derive(Clone, Copy, Default)]
pub struct Paragraph<'a> {
    pub style: &'a str,
    /// Overrides the alignment of the style.
    pub align: Option<&'a str>,
    pub keep_next: bool,
    /// Not broken over pages.
    pub keep_lines: bool,
    pub page_break_before: bool,
    /// Number of the list it belongs to.
    pub list: Option<u32>,
    /// Dots up to this place, in twips: a line of the table of contents.
    pub leader: Option<u32>,
}

impl<'a> Body<'a> {
    pub fn new(setting: Setting, width: u32, raster: Option<&'a Raster>) -> Self {
        Self {
            xml: Xml::fragment(),
            media: Vec::new(),
            ordered_lists: 0,
            long_ids: Vec::new(),
            headings: Vec::new(),
            setting,
            raster,
            item: None,
            width,
            turned_width: TURNED_WIDTH,
            pages: Pages::Whole,
            next_id: 1,
        }
    }

    /// A number not yet used for a control, bookmark or drawing.
    pub fn fresh_id(&mut self) -> String {
        let id = self.next_id;
        self.next_id += 1;
        id.to_string()
    }

    /// Writes blocks in their order.
    pub fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        let text = if self.setting == Setting::Report { "BodyText" } else { "FormText" };
        match block {
            Block::Heading { level, runs } => self.heading(*level, runs),
            Block::Paragraph { runs } => self.text(Paragraph { style: text, ..Default::default() }, runs),
            Block::Quote { runs } => {
                let style = if self.setting == Setting::Report { "Quote" } else { text };
                self.text(Paragraph { style, ..Default::default() }, runs);
            }
            Block::List { ordered, items } => self.list(*ordered, items),
            Block::Table(table) if table.wide && self.setting == Setting::Report => self.turned(table),
            Block::Table(table) => table::write(self, table),
            Block::Figure(drawing) => figure::write(self, drawing),
        }
    }

    /// A wide table on pages of its own, turned.
    fn turned(&mut self, wide: &Table) {
        section::end(&mut self.xml, self.pages);
        let width = std::mem::replace(&mut self.width, self.turned_width);
        table::write(self, wide);
        self.width = width;
        section::end(&mut self.xml, Pages::Turned);
        self.pages = Pages::Further;
    }

    fn heading(&mut self, level: u8, runs: &[Run]) {
        if self.setting == Setting::Form {
            return self.text(Paragraph { style: "FormHeading", ..Default::default() }, runs);
        }
        let style = format!("Heading{}", level.clamp(1, 3));
        let bookmark = format!("_Toc{:08}", self.headings.len() + 1);
        let words: String = runs.iter().map(|run| run.text.as_str()).collect();
        let id = self.fresh_id();
        self.open_paragraph(Paragraph { style: &style, ..Default::default() });
        self.xml.leaf("w:bookmarkStart", &[("w:id", &id), ("w:name", &bookmark)]);
        self.runs(runs);
        self.xml.leaf("w:bookmarkEnd", &[("w:id", &id)]);
        self.xml.close("w:p");
        self.headings.push((level, bookmark, words));
    }

    fn list(&mut self, ordered: bool, items: &[Vec<Run>]) {
        let number = if ordered {
            self.ordered_lists += 1;
            self.ordered_lists + 1
        } else {
            1
        };
        let style = if self.setting == Setting::Report { "ListParagraph" } else { "FormText" };
        for runs in items {
            self.text(Paragraph { style, list: Some(number), ..Default::default() }, runs);
        }
    }

    /// One paragraph of the running text. In the form its words sit in a
    /// control of the item: one a paragraph, because LibreOffice 7.4 multiplies
    /// the words of a control around paragraphs when it saves.
    fn text(&mut self, look: Paragraph, runs: &[Run]) {
        let Some(item) = self.item else { return self.paragraph(look, runs) };
        self.open_paragraph(look);
        self.control(&item.field.tag(), item.field.label(), item.empty, |body| body.runs(runs));
        self.xml.close("w:p");
    }

    /// One paragraph of runs.
    pub fn paragraph(&mut self, look: Paragraph, runs: &[Run]) {
        self.open_paragraph(look);
        self.runs(runs);
        self.xml.close("w:p");
    }

    /// One paragraph of plain words.
    pub fn line(&mut self, style: &str, words: &str) {
        self.paragraph(Paragraph { style, ..Default::default() }, &[Run::plain(words)]);
    }

    /// Opens a paragraph; the caller closes `w:p`.
    pub fn open_paragraph(&mut self, look: Paragraph) {
        let setting = self.setting;
        self.xml.open("w:p", &[]);
        self.xml.within("w:pPr", &[], |xml| {
            value(xml, "w:pStyle", look.style);
            if look.keep_next {
                xml.leaf("w:keepNext", &[]);
            }
            if look.keep_lines {
                xml.leaf("w:keepLines", &[]);
            }
            if look.page_break_before {
                xml.leaf("w:pageBreakBefore", &[]);
            }
            if let Some(number) = look.list {
                xml.within("w:numPr", &[], |xml| {
                    value(xml, "w:ilvl", "0");
                    value(xml, "w:numId", &number.to_string());
                });
            }
            if let Some(place) = look.leader {
                xml.within("w:tabs", &[], |xml| {
                    let place = place.to_string();
                    xml.leaf("w:tab", &[("w:val", "right"), ("w:leader", "dot"), ("w:pos", &place)]);
                });
            }
            if look.list.is_some() {
                // Numbering takes away the indent of the style; say it again.
                let width = if setting == Setting::Report { "640" } else { "480" };
                xml.leaf("w:ind", &[("w:left", "0"), ("w:firstLineChars", "200"), ("w:firstLine", width)]);
            }
            if let Some(align) = look.align {
                value(xml, "w:jc", align);
            }
        });
    }

    /// Runs of the paragraph that is open.
    pub fn runs(&mut self, runs: &[Run]) {
        for run in runs {
            match &run.figure {
                Some(id) => self.tagged_run(id, run),
                None => write_run(&mut self.xml, run),
            }
        }
    }

    fn tagged_run(&mut self, figure: &str, run: &Run) {
        let tag = self.figure_tag(figure);
        self.control(&tag, "", false, |body| write_run(&mut body.xml, run));
    }

    /// Tag of a figure; ids longer than Word's limit get a numbered stand-in.
    fn figure_tag(&mut self, figure: &str) -> String {
        let tag = format!("{FIGURE_TAG}{figure}");
        if tag.encode_utf16().count() <= LONGEST_TAG {
            return tag;
        }
        if let Some((known, _)) = self.long_ids.iter().find(|(_, id)| id == figure) {
            return known.clone();
        }
        let tag = format!("{FIGURE_TAG}#{}", self.long_ids.len() + 1);
        self.long_ids.push((tag.clone(), figure.to_owned()));
        tag
    }

    /// A content control around what `inner` writes; invisible unless it is a
    /// place to fill in, which then has a name.
    pub fn control(&mut self, tag: &str, name: &str, placeholder: bool, inner: impl FnOnce(&mut Self)) {
        let id = self.fresh_id();
        self.xml.open("w:sdt", &[]);
        self.xml.within("w:sdtPr", &[], |xml| {
            if !name.is_empty() {
                value(xml, "w:alias", name);
            }
            value(xml, "w:tag", tag);
            value(xml, "w:id", &id);
            if placeholder {
                xml.leaf("w:showingPlcHdr", &[]);
            }
            if name.is_empty() {
                value(xml, "w15:appearance", "hidden");
            }
            xml.leaf("w:richText", &[]);
        });
        self.xml.open("w:sdtContent", &[]);
        inner(self);
        self.xml.close("w:sdtContent");
        self.xml.close("w:sdt");
    }

    /// The words that stand where something is to be filled in.
    pub fn placeholder(&mut self) {
        self.xml.within("w:r", &[], |xml| {
            xml.within("w:rPr", &[], |xml| value(xml, "w:rStyle", "PlaceholderText"));
            xml.text("w:t", &[], PLACEHOLDER);
        });
    }
}

/// One run; line ends and tabs of the text become Word's own.
pub fn write_run(xml: &mut Xml, run: &Run) {
    if run.text.is_empty() {
        return;
    }
    xml.within("w:r", &[], |xml| {
        if run.bold || run.muted {
            xml.within("w:rPr", &[], |xml| {
                if run.muted {
                    value(xml, "w:rStyle", "Muted");
                }
                if run.bold {
                    xml.leaf("w:b", &[]);
                    xml.leaf("w:bCs", &[]);
                }
            });
        }
        write_words(xml, &run.text);
    });
}

fn write_words(xml: &mut Xml, text: &str) {
    let text = super::xml::clean(text);
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            xml.leaf("w:br", &[]);
        }
        for (at, piece) in line.split('\t').enumerate() {
            if at > 0 {
                xml.leaf("w:tab", &[]);
            }
            if !piece.is_empty() {
                xml.text("w:t", &[("xml:space", "preserve")], piece);
            }
        }
    }
}

/// A field with the result it shows until somebody updates it.
pub fn field(xml: &mut Xml, code: &str, result: &str) {
    mark(xml, "begin");
    xml.within("w:r", &[], |xml| xml.text("w:instrText", &[("xml:space", "preserve")], code));
    mark(xml, "separate");
    xml.within("w:r", &[], |xml| xml.text("w:t", &[], result));
    mark(xml, "end");
}

/// Beginning, middle or end of a field.
pub fn mark(xml: &mut Xml, kind: &str) {
    xml.within("w:r", &[], |xml| xml.leaf("w:fldChar", &[("w:fldCharType", kind)]));
}

/// A caption: the number counts as a field, so that Word can list tables and figures.
/// Above a table it stays with what follows.
pub fn caption(body: &mut Body, above: bool, number: &str, title: &str) {
    let digits = number.find(|c: char| c.is_ascii_digit()).unwrap_or(number.len());
    let (word, count) = number.split_at(digits);
    body.open_paragraph(Paragraph { style: "Caption", keep_next: above, ..Default::default() });
    let countable = !word.trim().is_empty() && !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit());
    if countable && word.chars().all(char::is_alphabetic) {
        body.runs(&[Run::plain(word)]);
        field(&mut body.xml, &format!(" SEQ {word} \\* ARABIC "), count);
    } else {
        body.runs(&[Run::plain(number)]);
    }
    let gap = if number.is_empty() { "" } else { "\u{3000}" };
    body.runs(&[Run::plain(format!("{gap}{title}"))]);
    body.xml.close("w:p");
}

/// Notes below a table or figure, numbered where there are several as in the other formats; they stay together.
pub fn notes(body: &mut Body, notes: &[String]) {
    for (at, note) in notes.iter().enumerate() {
        let label = match (notes.len(), at) {
            (1, _) => "注：".to_owned(),
            (_, 0) => "注：1. ".to_owned(),
            _ => format!("{}. ", at + 1),
        };
        let bare = note.strip_prefix('注').and_then(|n| n.strip_prefix(['：', ':'])).unwrap_or(note);
        let keep_next = at + 1 < notes.len();
        let look = Paragraph { style: "Note", keep_next, keep_lines: true, ..Default::default() };
        body.paragraph(look, &[Run::plain(format!("{label}{bare}"))]);
    }
}

/// A fragment as a complete part: root element, namespaces, content.
///
/// # Errors
/// A fault met while the fragment was written.
pub fn part(root: &str, content: Xml) -> Result<Vec<u8>> {
    let mut xml = Xml::part();
    xml.open(root, SPACES);
    xml.splice(content)?;
    xml.close(root);
    xml.finish()
}

//! Figures of a PDF file, as its pages draw them.
//!
//! A printed figure is a link with its id as the address. The structure tree says
//! which marked pieces of which page make up the link; the words are those of the glyphs
//! drawn there, so that a changed glyph is seen whatever else the file says.

use std::collections::{BTreeMap, BTreeSet};

use hayro_interpret::font::Glyph;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache, InterpreterSettings, Paint,
    PathDrawMode, SoftMask, interpret_page,
};
use hayro_syntax::Pdf;
use hayro_syntax::object::{Dict, Name, Object, ObjectIdentifier, String as Bytes};
use kurbo::{Affine, BezPath, Rect};

use super::reading::{Reading, Readings};
use crate::text;

/// Beginning of the address of a figure (`templates/layout/common.typ`).
const SCHEME: &str = "zhiti:fig/";

/// A marked piece of a page.
type Piece = (ObjectIdentifier, i32);

/// Figures of a file in the order of its structure tree.
pub(super) fn readings(bytes: &[u8]) -> Readings {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|e| format!("{e:?}"))?;
    let links = Tree::links(&pdf);
    if links.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: BTreeSet<Piece> = links.iter().flat_map(|link| link.pieces.iter().copied()).collect();
    let words = words(&pdf, &wanted);
    let text = |link: &Link| -> String {
        link.pieces.iter().filter_map(|piece| words.get(piece)).map(String::as_str).collect()
    };
    Ok(links.iter().map(|link| Reading::new(&*link.id, &text(link))).collect())
}

/// A link that carries a figure.
struct Link {
    id: String,
    pieces: Vec<Piece>,
}

/// A walk through the structure tree.
struct Tree {
    links: Vec<Link>,
    /// Elements that were looked at: a tree that bites its tail must not hold us.
    seen: BTreeSet<ObjectIdentifier>,
}

/// Elements within elements that are looked at.
const DEPTH: usize = 64;

impl Tree {
    fn links(pdf: &Pdf) -> Vec<Link> {
        let mut tree = Self { links: Vec::new(), seen: BTreeSet::new() };
        let root = pdf.xref().get::<Dict>(pdf.xref().root_id());
        if let Some(root) = root.and_then(|catalog| catalog.get::<Dict>("StructTreeRoot")) {
            tree.children(&root, None, 0);
        }
        tree.links
    }

    /// Finds the links below an element.
    fn children(&mut self, element: &Dict, page: Option<ObjectIdentifier>, depth: usize) {
        for child in kids(element) {
            let Some(child) = self.fresh(child, depth) else { continue };
            let page = page_of(&child).or(page);
            if child.get::<Name>("S").is_some_and(|name| name.as_str() == "Link") {
                self.link(&child, page, depth);
            } else {
                self.children(&child, page, depth + 1);
            }
        }
    }

    /// An element not seen before.
    fn fresh<'a>(&mut self, child: Object<'a>, depth: usize) -> Option<Dict<'a>> {
        let child = child.into_dict().filter(|_| depth < DEPTH)?;
        let new = child.obj_id().is_none_or(|id| self.seen.insert(id));
        new.then_some(child)
    }

    fn link(&mut self, element: &Dict, page: Option<ObjectIdentifier>, depth: usize) {
        let mut link = Link { id: String::new(), pieces: Vec::new() };
        self.parts(element, page, &mut link, depth);
        if !link.id.is_empty() {
            self.links.push(link);
        }
    }

    /// The address of a link and the pieces of its words.
    fn parts(&mut self, element: &Dict, page: Option<ObjectIdentifier>, link: &mut Link, depth: usize) {
        for child in kids(element) {
            if let Object::Number(number) = &child {
                link.pieces.extend(page.zip(i32::try_from(number.as_i64()).ok()));
                continue;
            }
            let Some(child) = child.into_dict().filter(|_| depth < DEPTH) else { continue };
            let page = page_of(&child).or(page);
            if let Some(annotation) = child.get::<Dict>("Obj") {
                link.id = figure(&annotation).unwrap_or_default();
            } else if let Some(mcid) = child.get::<i32>("MCID") {
                link.pieces.extend(page.map(|page| (page, mcid)));
            } else {
                self.parts(&child, page, link, depth + 1);
            }
        }
    }
}

/// What stands below an element: one thing or several.
fn kids<'a>(element: &Dict<'a>) -> Vec<Object<'a>> {
    match element.get::<Object>("K") {
        Some(Object::Array(several)) => several.iter::<Object>().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

fn page_of(element: &Dict) -> Option<ObjectIdentifier> {
    element.get_ref("Pg").map(Into::into)
}

/// The id in the address of an annotation.
fn figure(annotation: &Dict) -> Option<String> {
    let address = annotation.get::<Dict>("A")?.get::<Bytes>("URI")?;
    let id = std::str::from_utf8(address.as_bytes()).ok()?.strip_prefix(SCHEME)?;
    Some(text::percent_decoded(id).unwrap_or_else(|| id.to_owned()))
}

/// The words of the wanted pieces.
fn words(pdf: &Pdf, wanted: &BTreeSet<Piece>) -> BTreeMap<Piece, String> {
    let mut out = BTreeMap::new();
    let cache = InterpreterCache::new();
    for page in pdf.pages().iter() {
        let Some(id) = page.raw().obj_id().filter(|id| wanted.iter().any(|(page, _)| page == id)) else {
            continue;
        };
        let settings = InterpreterSettings { render_annotations: false, ..InterpreterSettings::default() };
        let (width, height) = page.render_dimensions();
        let frame = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let mut context = Context::new(Affine::IDENTITY, frame, &cache, pdf.xref(), settings);
        let mut listener = Listener::default();
        interpret_page(page, &mut context, &mut listener);
        let pieces = listener.words.into_iter().map(|(mcid, text)| ((id, mcid), text));
        out.extend(pieces.filter(|(piece, _)| wanted.contains(piece)));
    }
    out
}

/// Hears the glyphs of a page by the piece they are drawn in.
#[derive(Default)]
struct Listener {
    open: Vec<Option<i32>>,
    words: BTreeMap<i32, String>,
}

impl<'a> Device<'a> for Listener {
    fn draw_glyph(&mut self, glyph: &Glyph<'a>, _: Affine, _: Affine, _: &Paint<'a>, _: &GlyphDrawMode) {
        let Some(mcid) = self.open.iter().rev().find_map(|mcid| *mcid) else { return };
        let words = self.words.entry(mcid).or_default();
        match glyph.as_unicode() {
            Some(BfString::Char(c)) => words.push(c),
            Some(BfString::String(text)) => words.push_str(&text),
            None => words.push(char::REPLACEMENT_CHARACTER),
        }
    }

    fn begin_marked_content(&mut self, _: &[u8], mcid: Option<i32>) {
        self.open.push(mcid);
    }

    fn end_marked_content(&mut self) {
        self.open.pop();
    }

    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'a>, _: &PathDrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: Affine) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::super::reading;
    use super::*;
    use crate::document::{Block, CellText, Column, Document, Row, Run, Table};
    use crate::fonts::Fonts;
    use crate::render::pdf::{Layouts, PdfEngine};
    use crate::settings::Settings;

    static ENGINE: LazyLock<PdfEngine> = LazyLock::new(|| {
        let fonts = Fonts::load(&Settings::default().fonts.families, &[]).unwrap();
        PdfEngine::with_threads(fonts, Layouts::default(), 1).unwrap()
    });

    fn figure(n: usize) -> Run {
        let text = format!("{}.{}%～{}.{:02}个百分点", n, n % 10, n + 7, n % 100);
        Run { figure: Some(format!("2025Q1/成都拟机构{n}/satisfied_rate.x")), ..Run::plain(text) }
    }

    /// Figures that break over lines and pages, in paragraphs, lists and a table that runs on.
    fn document() -> Document {
        let words =
            |n: usize| vec![Run::plain("本季度全市质量服务".repeat(n % 5)), figure(n), Run::plain("。")];
        let cell = |n: usize| CellText { figure: figure(n).figure, ..CellText::words(figure(n).text) };
        let row = |n: usize| Row { cells: vec![CellText::words("甲"), cell(n)], ..Row::default() };
        let column = || Column { label: "列".into(), weight: 1.0, ..Column::default() };
        Document {
            title: "报告".into(),
            ident: "test".into(),
            date_ymd: (2025, 3, 31),
            blocks: vec![
                Block::Paragraph { runs: (0..120).flat_map(words).collect() },
                Block::List { ordered: true, items: (120..140).map(words).collect() },
                Block::Table(Table {
                    title: "表".into(),
                    columns: vec![column(), column()],
                    rows: (140..220).map(row).collect(),
                    ..Table::default()
                }),
            ],
            ..Document::default()
        }
    }

    static PDF: LazyLock<Vec<u8>> = LazyLock::new(|| ENGINE.report(&document()).unwrap());

    #[test]
    fn every_figure_reads_as_it_was_printed() {
        let document = document();
        let wanted: Vec<Reading> =
            document.figures().into_iter().map(|(id, text)| Reading::new(id, text)).collect();
        assert_eq!(wanted.len(), 220);
        assert_eq!(readings(&PDF).unwrap(), wanted);
    }

    #[test]
    fn a_document_without_figures_has_none() {
        let document = Document { blocks: Vec::new(), ..document() };
        assert_eq!(readings(&ENGINE.report(&document).unwrap()).unwrap(), []);
        assert!(readings(b"no pdf at all").is_err());
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig {
            failure_persistence: None,
            ..proptest::prelude::ProptestConfig::with_cases(24)
        })]

        /// A file that somebody broke is read or refused; it never ends or holds the program.
        #[test]
        fn a_broken_file_is_read_or_refused(at: proptest::sample::Index, bit in 0u8..8, cut: bool) {
            let mut bytes = PDF.clone();
            let at = at.index(bytes.len());
            if cut { bytes.truncate(at) } else { bytes[at] ^= 1 << bit }
            let _ = reading::readings("city/全市报告.pdf", &bytes);
        }
    }
}

//! What typst may see: the layouts, one document's data and its drawings.
//!
//! Nothing of the file system, no packages, no clock. File names are constants
//! or small numbers, because typst keeps every name it ever met.

use std::collections::BTreeMap;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{DiagSpan, DiagSpanKind, FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World, WorldExt};

use crate::error::{Error, Result};
use crate::fonts::Fonts;

/// What all documents share.
pub(super) struct Shop {
    pub fonts: Fonts,
    library: LazyHash<Library>,
    layouts: Vec<(FileId, Source)>,
    data: FileId,
}

impl Shop {
    pub fn new(fonts: Fonts, layouts: BTreeMap<String, String>) -> Result<Self> {
        // Row headers of the Annex D form need `pdf.header-cell`.
        let features = [Feature::A11yExtras].into_iter().collect();
        let library = LazyHash::new(Library::builder().with_features(features).build());
        let layouts = layouts.into_iter().map(|(name, text)| {
            let id = file_id(&name)?;
            Ok((id, Source::new(id, text)))
        });
        Ok(Self { fonts, library, layouts: layouts.collect::<Result<_>>()?, data: file_id("data.json")? })
    }
}

/// One document on the desk.
pub(super) struct Desk<'a> {
    shop: &'a Shop,
    main: FileId,
    data: Bytes,
    figures: Vec<(FileId, Bytes)>,
}

impl<'a> Desk<'a> {
    pub fn new(shop: &'a Shop, layout: &str, data: Vec<u8>, figures: Vec<Bytes>) -> Result<Self> {
        let numbered = figures.into_iter().enumerate();
        let figures = numbered.map(|(n, svg)| Ok((file_id(&figure_name(n))?, svg)));
        Ok(Self {
            shop,
            main: file_id(layout)?,
            data: Bytes::new(data),
            figures: figures.collect::<Result<_>>()?,
        })
    }

    /// File name and 1-based line of a span, if it lies in a layout.
    pub fn place(&self, span: DiagSpan) -> Option<(String, usize)> {
        let source = self.source(file_of(&span)?).ok()?;
        let line = source.lines().byte_to_line(self.range(span)?.start)?;
        Some((source.id().get().vpath().get_without_slash().to_owned(), line + 1))
    }

    /// Whether a span lies in the data or a drawing, which no layout can help.
    pub fn is_ours(&self, span: DiagSpan) -> bool {
        file_of(&span).is_some_and(|id| self.source(id).is_err())
    }
}

/// Name under which a layout finds the `n`-th drawing of a document.
pub(super) fn figure_name(n: usize) -> String {
    format!("/fig-{n}.svg")
}

fn file_of(span: &DiagSpan) -> Option<FileId> {
    match span.get() {
        DiagSpanKind::Detached => None,
        DiagSpanKind::Number { id, .. } | DiagSpanKind::Range { id, .. } => Some(id),
    }
}

fn file_id(name: &str) -> Result<FileId> {
    let path = VirtualPath::new(name).map_err(|e| {
        Error::config(name, None, format!("版式模板的文件名不能用：{e}"), "请只用英文字母、数字和连字符。")
    })?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.shop.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.shop.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = self.shop.layouts.iter().find(|(layout, _)| *layout == id);
        found.map(|(_, source)| source.clone()).ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.shop.data {
            return Ok(self.data.clone());
        }
        if let Some((_, svg)) = self.figures.iter().find(|(figure, _)| *figure == id) {
            return Ok(svg.clone());
        }
        Ok(Bytes::from_string(self.source(id)?.text().to_owned()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.shop.fonts.face(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}

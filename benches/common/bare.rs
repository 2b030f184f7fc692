//! The libraries alone, as short as they can be called: what no program around them can undercut.

use std::fs;
use std::hint::black_box;
use std::io::{Cursor, Write};
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use rust_xlsxwriter::Workbook;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};
use zhiti::fonts::Fonts;
use zhiti::render::pdf::Layouts;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Reads every cell of a workbook with calamine; tells how many are not empty.
pub fn read(path: &Path) -> usize {
    // Some of the sample are broken on purpose.
    let Ok(mut book) = Xlsx::new(Cursor::new(fs::read(path).expect("file"))) else { return 0 };
    let ranges = book.sheet_names().into_iter().filter_map(|name| book.worksheet_range(&name).ok());
    let filled = |range: calamine::Range<Data>| range.used_cells().map(black_box).count();
    ranges.map(filled).sum()
}

/// The words of a workbook by sheet, row and column.
pub type Cells = Vec<Vec<(u32, u16, String)>>;

/// The words of a workbook, to be written again.
pub fn cells(bytes: &[u8]) -> Cells {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let names = book.sheet_names();
    let sheets = names.iter().map(|name| {
        let range = book.worksheet_range(name).expect("a sheet");
        let (row, col) = range.start().unwrap_or_default();
        let cell =
            |(r, c, data): (usize, usize, &Data)| (row + r as u32, col as u16 + c as u16, data.to_string());
        range.used_cells().map(cell).collect()
    });
    sheets.collect()
}

/// A workbook of those words without any look.
pub fn workbook(cells: &Cells) -> Vec<u8> {
    let mut book = Workbook::new();
    for sheet in cells {
        let to = book.add_worksheet();
        for (row, col, words) in sheet {
            to.write_string(*row, *col, words.as_str()).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

/// The parts of a ZIP file (a Word document is one), to be packed again.
pub fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a ZIP file");
    let all = (0..archive.len()).map(|at| {
        let mut part = archive.by_index(at).expect("a part");
        let mut bytes = Vec::new();
        std::io::copy(&mut part, &mut bytes).expect("bytes");
        (part.name().expect("a name").into_owned(), bytes)
    });
    all.collect()
}

/// Packs parts.
pub fn pack(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("a part");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

/// What typst needs for any document: our layouts, the faces, and nothing more.
pub struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    faces: Vec<Font>,
    sources: Vec<Source>,
    main: FileId,
    data: FileId,
    standards: PdfStandards,
}

impl Press {
    /// A press for Annex D summaries, with every face already read.
    pub fn new(fonts: &Fonts) -> Self {
        let features = [Feature::A11yExtras].into_iter().collect();
        let layouts = Layouts::default();
        Self {
            library: LazyHash::new(Library::builder().with_features(features).build()),
            book: fonts.book().clone(),
            faces: (0..).map_while(|index| fonts.face(index)).collect(),
            sources: layouts.files().map(|(name, text)| Source::new(file(name), text.to_owned())).collect(),
            main: file("summary.typ"),
            data: file("data.json"),
            standards: PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]).expect("standards"),
        }
    }

    /// Sets one document from its data; every fourth sweeps typst's memory, as ours does.
    pub fn set(&self, at: usize, json: &Bytes) -> Vec<u8> {
        let sheet = Sheet { press: self, json };
        let document = typst::compile::<PagedDocument>(&sheet).output.expect("a document");
        let options = PdfOptions {
            ident: Smart::Custom(at.to_string()),
            standards: self.standards.clone(),
            ..PdfOptions::default()
        };
        let bytes = typst_pdf::pdf(&document, &options).expect("a PDF");
        if at % 4 == 3 {
            comemo::evict(3);
        }
        bytes
    }
}

fn file(name: &str) -> FileId {
    RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).expect("a name")).intern()
}

/// One document of the press.
struct Sheet<'a> {
    press: &'a Press,
    json: &'a Bytes,
}

impl World for Sheet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.press.book
    }

    fn main(&self) -> FileId {
        self.press.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = self.press.sources.iter().find(|source| source.id() == id);
        found.cloned().ok_or_else(|| FileError::NotFound("source".into()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.press.data { Ok(self.json.clone()) } else { Err(FileError::NotFound("file".into())) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.faces.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

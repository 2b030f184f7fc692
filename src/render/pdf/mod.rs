//! Finished documents → PDF/A-2a and PDF/UA-1, set by typst.
//!
//! The layouts in `templates/layout/` are code; a document reaches them only as
//! the virtual file `/data.json`, so no word of a return can ever become markup.
//! No clock and no random id: the same document gives the same bytes. Everything
//! typst remembers is dropped again every few documents, also after a failure.

mod clean;
mod words;
mod world;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use typst::World;
use typst::diag::{Severity, SourceDiagnostic, SourceResult, Warned};
use typst::foundations::{Bytes, Datetime, NativeElement, Smart};
use typst::introspection::Introspector;
use typst::model::HeadingElem;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::document::{Document, Summary};
use crate::error::{Error, Result};
use crate::fonts::{Families, Fonts};

use self::world::{Desk, Shop};

/// Typst recurses deeply, most of all in debug builds and on nested tables.
const STACK: usize = 64 << 20;
/// Bytes of data and drawings set between two sweeps of typst's memory: a few summaries, or one report.
/// The tables of that memory never shrink, so that they grow with what ever lay between two sweeps;
/// at half of this the sweeps themselves take time.
const SWEEP_EVERY: usize = 16 << 10;
/// Sweeps an entry of that memory survives without being used.
const KEEP: usize = 2;

/// The page layouts by file name; a workspace may replace any of them.
#[derive(Clone, Debug)]
pub struct Layouts(std::collections::BTreeMap<String, String>);

impl Default for Layouts {
    /// The layouts of the program itself.
    fn default() -> Self {
        let built_in = [
            ("common.typ", include_str!("../../../templates/layout/common.typ")),
            ("report.typ", include_str!("../../../templates/layout/report.typ")),
            ("summary.typ", include_str!("../../../templates/layout/summary.typ")),
        ];
        Self(built_in.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect())
    }
}

impl Layouts {
    /// Puts `text` in the place of the layout `name` (`report.typ`), or adds a file that layouts may import.
    pub fn replace(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.0.insert(name.into(), text.into());
    }

    /// Names and texts, sorted by name: what `zhiti init` writes out.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

/// Sets documents as PDF; built once, used from any number of threads.
///
/// Many documents are set on lanes: threads that each set one document after another. Typst works
/// in parallel inside a document too; on one common pool a thread that waits for a part of its
/// document would take up the next one meanwhile, and hundreds would be held half done.
pub struct PdfEngine {
    shop: Shop,
    pool: rayon::ThreadPool,
    lanes: Vec<rayon::ThreadPool>,
    standards: PdfStandards,
    /// Bytes set so far.
    done: AtomicUsize,
    warnings: Mutex<BTreeSet<String>>,
}

impl PdfEngine {
    /// An engine that works on all cores.
    ///
    /// # Errors
    /// When a layout's file name is not usable or no threads can be had.
    pub fn new(fonts: Fonts, layouts: Layouts) -> Result<Self> {
        Self::with_threads(fonts, layouts, 0)
    }

    /// An engine of `threads` threads (0 for one per core).
    ///
    /// # Errors
    /// As [`PdfEngine::new`].
    pub fn with_threads(fonts: Fonts, layouts: Layouts, threads: usize) -> Result<Self> {
        let pool = threads_of(threads, "work")?;
        let lanes = (0..pool.current_num_threads()).map(|_| threads_of(1, "lane"));
        let lanes = lanes.collect::<Result<_>>()?;
        let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
            .map_err(|e| Error::internal(format!("PDF 标准不相容：{}", e.message())))?;
        let shop = Shop::new(fonts, layouts.0)?;
        Ok(Self { shop, pool, lanes, standards, done: AtomicUsize::new(0), warnings: Mutex::default() })
    }

    /// Does `work` for every job, each lane one after another. Of several errors the one of the first
    /// job counts.
    ///
    /// # Errors
    /// What `work` says; jobs that were not begun are then left.
    pub fn each<T: Sync>(&self, jobs: &[T], work: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
        let next = AtomicUsize::new(0);
        let failed: Mutex<Option<(usize, Error)>> = Mutex::default();
        let lane = || {
            while failed.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(job) = jobs.get(at) else { return };
                if let Err(error) = work(job) {
                    let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                    if failed.as_ref().is_none_or(|(first, _)| at < *first) {
                        *failed = Some((at, error));
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            for pool in &self.lanes {
                scope.spawn(|| pool.install(lane));
            }
        });
        failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), |(_, error)| Err(error))
    }

    /// Runs `work` on the engine's threads, whose stacks are large enough for typst.
    pub fn install<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.pool.install(work)
    }

    /// Sets a report.
    ///
    /// # Errors
    /// A fault of a layout is [`Error::Config`] with its file and line; anything
    /// else is [`Error::Internal`] with the document's ident.
    pub fn report(&self, document: &Document) -> Result<Vec<u8>> {
        self.report_with_pages(document).map(|(bytes, _)| bytes)
    }

    /// Sets a report; tells the printed page of each heading, in order, for formats without pages.
    ///
    /// # Errors
    /// As [`PdfEngine::report`].
    pub fn report_with_pages(&self, document: &Document) -> Result<(Vec<u8>, Vec<usize>)> {
        let (document, figures) = clean::report(document, &self.shop.fonts);
        self.set(Job {
            layout: "report.typ",
            ident: &document.ident,
            date: document.date_ymd,
            data: self.data(&document)?,
            figures,
        })
    }

    /// Sets an Annex D summary.
    ///
    /// # Errors
    /// As [`PdfEngine::report`].
    pub fn summary(&self, summary: &Summary) -> Result<Vec<u8>> {
        let (summary, figures) = clean::summary(summary, &self.shop.fonts);
        let (bytes, _) = self.set(Job {
            layout: "summary.typ",
            ident: &summary.ident,
            date: summary.date_ymd,
            data: self.data(&summary)?,
            figures,
        })?;
        Ok(bytes)
    }

    /// What typst had to remark since the last call, sorted, each once. Tests accept none.
    pub fn take_warnings(&self) -> Vec<String> {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *warnings).into_iter().collect()
    }

    fn data<T: Serialize>(&self, doc: &T) -> Result<Vec<u8>> {
        #[derive(Serialize)]
        struct Data<'a, T> {
            doc: &'a T,
            fonts: &'a Families,
        }
        serde_json::to_vec(&Data { doc, fonts: self.shop.fonts.families() })
            .map_err(|e| Error::internal(format!("无法写出排版数据：{e}")))
    }

    fn set(&self, job: Job) -> Result<(Vec<u8>, Vec<usize>)> {
        let _sweep = Sweep { done: &self.done, weight: job.weight() };
        let (year, month, day) = job.date;
        if Datetime::from_ymd(year, month, day).is_none() {
            return Err(Error::internal(format!("文件“{}”没有日期", job.ident)));
        }
        let ident = job.ident.to_owned();
        let desk = Desk::new(&self.shop, job.layout, job.data, job.figures)?;
        let work = || catch_unwind(AssertUnwindSafe(|| self.compile(&desk, &ident)));
        let outcome = if ROOMY.get() { work() } else { self.install(work) };
        outcome.unwrap_or_else(|_| Err(Error::internal(format!("文件“{ident}”排版时出错"))))
    }

    fn compile(&self, desk: &Desk, ident: &str) -> Result<(Vec<u8>, Vec<usize>)> {
        let Warned { output, warnings } = typst::compile::<PagedDocument>(desk);
        self.keep_warnings(desk, &warnings);
        let options = PdfOptions {
            ident: Smart::Custom(ident.to_owned()),
            creator: Smart::Custom(Some("zhiti".to_owned())),
            standards: self.standards.clone(),
            ..PdfOptions::default()
        };
        let exported: SourceResult<_> =
            output.and_then(|document| Ok((typst_pdf::pdf(&document, &options)?, heading_pages(&document))));
        exported.map_err(|errors| blame(desk, ident, &errors))
    }

    fn keep_warnings(&self, desk: &Desk, found: &[SourceDiagnostic]) {
        if !found.is_empty() {
            let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
            warnings.extend(found.iter().map(|w| blame_one(desk, w).to_string()));
        }
    }
}

thread_local! {
    /// Whether this thread's stack is large enough for typst.
    static ROOMY: Cell<bool> = const { Cell::new(false) };
}

/// A pool whose stacks are large enough for typst; 0 threads for one per core.
fn threads_of(threads: usize, name: &'static str) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK)
        .start_handler(|_| ROOMY.set(true))
        .thread_name(move |n| format!("{name}-{n}"))
        .build()
        .map_err(|e| Error::internal(format!("无法建立排版线程：{e}")))
}

/// The page of each heading, counted from the first one's: front matter has no numbers.
fn heading_pages(document: &PagedDocument) -> Vec<usize> {
    let introspector = document.introspector();
    let headings = introspector.query(&HeadingElem::ELEM.select());
    let pages = headings.iter().filter_map(|heading| introspector.page(heading.location()?));
    let pages: Vec<usize> = pages.map(std::num::NonZeroUsize::get).collect();
    let first = pages.first().copied().unwrap_or(1);
    pages.iter().map(|page| page - first + 1).collect()
}

/// What is to be set.
struct Job<'a> {
    layout: &'static str,
    ident: &'a str,
    date: (i32, u8, u8),
    data: Vec<u8>,
    figures: Vec<Bytes>,
}

impl Job<'_> {
    fn weight(&self) -> usize {
        self.data.len() + self.figures.iter().map(Bytes::len).sum::<usize>()
    }
}

/// Counts a document as done however it ended, and drops what typst remembers now and then.
struct Sweep<'a> {
    done: &'a AtomicUsize,
    weight: usize,
}

impl Drop for Sweep<'_> {
    fn drop(&mut self) {
        let before = self.done.fetch_add(self.weight, Ordering::Relaxed);
        if before / SWEEP_EVERY != before.wrapping_add(self.weight) / SWEEP_EVERY {
            typst::comemo::evict(KEEP);
        }
    }
}

/// The first error of a compilation: a fault of a layout, or of what we handed to it.
fn blame(desk: &Desk, ident: &str, errors: &[SourceDiagnostic]) -> Error {
    let first = errors.iter().find(|d| d.severity == Severity::Error).or(errors.first());
    match first {
        Some(diagnostic) if desk.is_ours(diagnostic.span) => {
            Error::internal(format!("文件“{ident}”的图或数据无法排版：{}", diagnostic.message))
        }
        Some(diagnostic) => blame_one(desk, diagnostic),
        None => Error::internal(format!("文件“{ident}”排版失败")),
    }
}

/// Names the layout file and the line; calls inside typst's own code are traced back to the layout.
fn blame_one(desk: &Desk, diagnostic: &SourceDiagnostic) -> Error {
    let spans = std::iter::once(diagnostic.span).chain(diagnostic.trace.iter().map(|t| t.span.into()));
    let place = spans.into_iter().find_map(|span| desk.place(span));
    let (file, line) = match place {
        Some((file, line)) => (file, Some(line)),
        None => (desk.main().get().vpath().get_without_slash().to_owned(), None),
    };
    let message = format!("版式模板无法排版：{}", words::of(&diagnostic.message));
    Error::config(format!("templates/layout/{file}"), line, message, crate::compose::MEND)
}

#[cfg(test)]
mod tests;

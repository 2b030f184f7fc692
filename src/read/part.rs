//! What one file comes to before it is judged: bytes to bindings or a fault.
//!
//! This is the work that can hang or abort inside a library, so it is the part
//! that a worker process does. Nothing here looks at settings other than the
//! limits, and nothing here knows the quarter or the district.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::bind::{self, Bindings, Bound, Said};
use crate::cell::Cell;
use crate::docx::{self, WordFault};
use crate::spec::{Form, Specs};
use crate::workbook::{self, Book, FileFault, Limits, Opened, Sheet, guarded};

/// A file of the listing, or an entry of an archive, as read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub head: Head,
    pub outcome: Outcome,
}

/// What is known of a part before it is opened.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Name inside the archive; `None` for the file itself.
    pub entry: Option<String>,
    pub bytes: u64,
    /// Hexadecimal; empty where the bytes could not be read.
    pub sha256: String,
}

/// What became of a part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    Read(Box<Contents>),
    /// An archive; its entries are parts of their own.
    Archive,
    Fault(FileFault),
}

/// What was found in a workbook or a Word document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contents {
    pub bindings: Bindings,
    /// Sheets that could not be read, as (name, reason in Chinese).
    pub unreadable: Vec<(String, String)>,
    /// What stands in the file but not in its cells, in Chinese.
    pub remarks: Vec<String>,
    /// Words in text boxes.
    pub boxes: Vec<Said>,
    /// Notes on cells that hold answers.
    pub notes: Vec<Said>,
    /// Whether a sheet says that its data are synthetic.
    pub synthetic: bool,
    /// Why a Word document is no 表D, in Chinese.
    pub no_summary: Option<String>,
}

/// Who hears of the parts of a file as they are read.
pub trait Sink {
    /// A part is about to be read.
    fn begin(&mut self, head: Head);
    /// The part begun last has been read.
    fn end(&mut self, outcome: Outcome);
}

/// Parts gathered in memory.
#[derive(Debug, Default)]
pub struct Gathered {
    head: Option<Head>,
    pub parts: Vec<Part>,
}

impl Sink for Gathered {
    fn begin(&mut self, head: Head) {
        self.head = Some(head);
    }

    fn end(&mut self, outcome: Outcome) {
        self.parts.push(Part { head: self.head.take().unwrap_or_default(), outcome });
    }
}

/// What reading needs besides the file.
#[derive(Debug)]
pub struct Reader<'a> {
    pub specs: &'a Specs,
    pub limits: &'a Limits,
}

impl Reader<'_> {
    /// Reads the file at `path`: itself, then the entries where it is an archive.
    /// The first `skip` parts were told before and are passed over.
    pub fn take_in(&self, path: &Path, skip: usize, sink: &mut dyn Sink) {
        let bytes = match load(path, self.limits) {
            Ok(bytes) => bytes,
            Err((bytes, fault)) if skip == 0 => {
                sink.begin(Head { bytes, ..Head::default() });
                return sink.end(Outcome::Fault(fault));
            }
            Err(_) => return,
        };
        if skip == 0 {
            sink.begin(head(None, &bytes));
        }
        match self.open(&bytes) {
            Ok(Look::Contents(contents)) if skip == 0 => sink.end(Outcome::Read(contents)),
            Ok(Look::Contents(_)) => {}
            Ok(Look::Archive) => self.take_entries(&bytes, skip, sink),
            Err(fault) if skip == 0 => sink.end(Outcome::Fault(fault)),
            Err(_) => {}
        }
    }

    fn take_entries(&self, bytes: &[u8], skip: usize, sink: &mut dyn Sink) {
        let listed = guarded(|| super::archive::entries(bytes, self.limits));
        let (mut archive, entries) = match listed {
            Ok(entries) => entries,
            Err(fault) if skip == 0 => return sink.end(Outcome::Fault(fault)),
            Err(_) => return,
        };
        if skip == 0 {
            sink.end(Outcome::Archive);
        }
        for entry in entries.iter().skip(skip.saturating_sub(1)) {
            match guarded(|| super::archive::inflate(&mut archive, entry, self.limits)) {
                Ok(bytes) => {
                    sink.begin(head(Some(entry.name.clone()), &bytes));
                    sink.end(self.open_entry(&bytes));
                }
                Err(fault) => {
                    sink.begin(Head { entry: Some(entry.name.clone()), ..Head::default() });
                    sink.end(Outcome::Fault(fault));
                }
            }
        }
    }

    fn open_entry(&self, bytes: &[u8]) -> Outcome {
        match self.open(bytes) {
            Ok(Look::Contents(contents)) => Outcome::Read(contents),
            Ok(Look::Archive) => Outcome::Fault(FileFault::Foreign("压缩包中的压缩包".into())),
            Err(fault) => Outcome::Fault(fault),
        }
    }

    fn open(&self, bytes: &[u8]) -> Result<Look, FileFault> {
        guarded(|| match workbook::open(bytes, self.limits) {
            Ok(Opened::Archive) => Ok(Look::Archive),
            Ok(Opened::Book(book)) => {
                let bindings = bind::bind(&book, self.specs);
                Ok(Look::Contents(Box::new(Contents {
                    synthetic: book.prints_synthetic || book.sheets.iter().any(bind::says_synthetic),
                    boxes: boxes(&book),
                    notes: notes(&book, &bindings.returns),
                    unreadable: book.unreadable,
                    remarks: book.remarks,
                    no_summary: None,
                    bindings,
                })))
            }
            Err(FileFault::Foreign(kind)) if kind == workbook::WORD => {
                let contents = self.word(bytes).ok_or(FileFault::Foreign(kind))?;
                Ok(Look::Contents(Box::new(contents)))
            }
            Err(fault) => Err(fault),
        })
    }

    /// What a Word document says as 表D; `None` where it does not open as one.
    fn word(&self, bytes: &[u8]) -> Option<Contents> {
        let answers = match docx::read_summary(bytes, &docx::Limits::default()) {
            Err(WordFault::NotWord | WordFault::OldOrLocked) => return None,
            Err(fault) => {
                return Some(Contents { no_summary: Some(fault.to_string()), ..Contents::default() });
            }
            Ok(answers) => answers,
        };
        let returns: Vec<Bound> = docx::bound(&answers, self.specs.of(Form::D)).into_iter().collect();
        let blank_forms = usize::from(returns.is_empty());
        Some(Contents {
            bindings: Bindings { returns, blank_forms, ..Bindings::default() },
            remarks: answers.unassigned.map(|words| words.text).into_iter().collect(),
            ..Contents::default()
        })
    }
}

/// Words in text boxes over the sheets, where they lie.
fn boxes(book: &Book) -> Vec<Said> {
    let of = |sheet: &Sheet| {
        let said = |(cell, words): &(Cell, String)| {
            let text = format!("文本框中的文字“{words}”");
            Said { text: text.into(), sheet: Arc::clone(&sheet.name), cell: *cell }
        };
        sheet.looks.boxes.iter().map(said).collect::<Vec<_>>()
    };
    book.sheets.iter().flat_map(of).collect()
}

/// Notes on the cells of answers. What is written on other cells explains the form.
fn notes(book: &Book, returns: &[Bound]) -> Vec<Said> {
    let of = |sheet: &Sheet| {
        let is_answer = |cell: &Cell| {
            let slots = returns.iter().filter(|bound| bound.sheet == sheet.name).flat_map(|b| &b.slots);
            slots.flatten().any(|slot| slot.cell == *cell)
        };
        let own = sheet.looks.notes.iter().filter(|(cell, _)| is_answer(cell));
        let said = |(cell, words): &(Cell, String)| {
            let text = format!("批注“{words}”");
            Said { text: text.into(), sheet: Arc::clone(&sheet.name), cell: *cell }
        };
        own.map(said).collect::<Vec<_>>()
    };
    book.sheets.iter().filter(|sheet| !sheet.looks.notes.is_empty()).flat_map(of).collect()
}

enum Look {
    Contents(Box<Contents>),
    Archive,
}

fn head(entry: Option<String>, bytes: &[u8]) -> Head {
    Head { entry, bytes: bytes.len() as u64, sha256: crate::digest::full(bytes) }
}

/// The bytes of a regular file within the limits; else its size and what is wrong.
pub(crate) fn load(path: &Path, limits: &Limits) -> Result<Vec<u8>, (u64, FileFault)> {
    let refused = |e: std::io::Error| (0, FileFault::Io(crate::error::io_words(&e)));
    let file = File::open(path).map_err(refused)?;
    let meta = file.metadata().map_err(refused)?;
    if !meta.is_file() {
        return Err((0, FileFault::Io("不是普通文件".into())));
    }
    if meta.len() > limits.file_bytes {
        return Err((meta.len(), FileFault::too_many_bytes(limits)));
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize + 1);
    // One byte more than allowed tells a file that grew since.
    file.take(limits.file_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(refused)?;
    Ok(bytes)
}

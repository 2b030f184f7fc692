//! From files to judged returns: read, bind, judge, check; every file ends in
//! returns or in a located problem, and the tally says so.

use std::sync::Arc;

use rayon::prelude::*;

use crate::answer::{self, Return};
use crate::bind::{self, Bindings, Finding, RosterRow};
use crate::cell::Place;
use crate::check;
use crate::docx;
use crate::inputs::{InputFile, Listing};
use crate::period::Period;
use crate::problem::{Code, Problem, Severity};
use crate::settings::Settings;
use crate::spec::{Form, Specs};
use crate::workbook::{self, FileFault};

/// What became of one file.
#[derive(Clone, Debug)]
pub struct FileRecord {
    pub period: Period,
    pub name: Arc<str>,
    pub sha256: String,
    pub bytes: u64,
    /// Whether anything in it could be read.
    pub read: bool,
    pub returns: usize,
    pub blank_forms: usize,
}

/// Everything read from one file.
#[derive(Clone, Debug)]
pub struct FileRead {
    pub record: FileRecord,
    pub returns: Vec<Return>,
    pub roster: Vec<RosterRow>,
    pub problems: Vec<(Period, Problem)>,
    /// District that the folder names.
    pub folder: Option<usize>,
    /// Whether a sheet says that its data are synthetic.
    pub synthetic: bool,
}

/// Reads every file of a listing, in its order.
pub fn read_all(
    listing: &Listing,
    specs: &Specs,
    settings: &Settings,
    tick: &(dyn Fn() + Sync),
) -> Vec<FileRead> {
    let mut files: Vec<FileRead> = listing
        .files
        .par_iter()
        .map(|file| {
            let read = read_file(file, specs, settings);
            tick();
            read
        })
        .collect();
    number(&mut files);
    files
}

/// Positions in the listing: file, then sheet order, then row (metrics.md 1).
fn number(files: &mut [FileRead]) {
    for (position, ret) in files.iter_mut().flat_map(|f| &mut f.returns).enumerate() {
        ret.position = position;
    }
}

fn read_file(file: &InputFile, specs: &Specs, settings: &Settings) -> FileRead {
    let mut out = FileRead {
        record: FileRecord {
            period: file.period,
            name: Arc::clone(&file.name),
            sha256: String::new(),
            bytes: 0,
            read: false,
            returns: 0,
            blank_forms: 0,
        },
        returns: Vec::new(),
        roster: Vec::new(),
        problems: Vec::new(),
        folder: file.district,
        synthetic: false,
    };
    let bytes = match std::fs::read(&file.path) {
        Ok(bytes) => bytes,
        Err(e) => {
            out.note(fault_problem(file, &FileFault::Io(e.to_string())), settings);
            return out;
        }
    };
    out.record.bytes = bytes.len() as u64;
    out.record.sha256 = crate::digest::full(&bytes);
    if let Some(answers) = word_summary(&bytes) {
        out.take_word(file, answers, specs, settings);
        return out;
    }
    match workbook::read(bytes, &settings.read) {
        Ok(book) => out.take(file, &book, specs, settings),
        Err(fault) => out.note(fault_problem(file, &fault), settings),
    }
    out
}

impl FileRead {
    fn note(&mut self, mut problem: Problem, settings: &Settings) {
        problem.severity = settings.severity_of(problem.code, problem.severity);
        self.problems.push((self.record.period, problem));
    }

    fn take(&mut self, file: &InputFile, book: &workbook::Book, specs: &Specs, settings: &Settings) {
        for (sheet, reason) in &book.unreadable {
            let place = Place { sheet: sheet.as_str().into(), ..Place::file(Arc::clone(&file.name)) };
            self.note(Problem::new(Code::SheetUnreadable, place).about(sheet).found(reason), settings);
        }
        for remark in &book.remarks {
            let problem = Problem::new(Code::FileRemark, Place::file(Arc::clone(&file.name)));
            self.note(problem.about(&file.name).found(remark), settings);
        }
        self.synthetic = book.sheets.iter().any(bind::says_synthetic);
        let bindings = bind::bind(book, specs);
        self.record.read = is_anything(&bindings);
        self.record.blank_forms = bindings.blank_forms;
        if !self.record.read && book.unreadable.is_empty() {
            let problem = Problem::new(Code::FileUnrecognised, Place::file(Arc::clone(&file.name)));
            self.note(problem.about(&file.name), settings);
            return;
        }
        self.take_bindings(file, bindings, specs, settings);
    }

    /// Takes a Word document: 表D as completed by an agency.
    fn take_word(
        &mut self,
        file: &InputFile,
        answers: Result<docx::SummaryAnswers, docx::WordFault>,
        specs: &Specs,
        settings: &Settings,
    ) {
        let told = |code, found: &str| {
            Problem::new(code, Place::file(Arc::clone(&file.name))).about(&file.name).found(found)
        };
        let answers = match answers {
            Ok(answers) => answers,
            Err(fault) => return self.note(told(Code::DocumentUnreadable, &fault.to_string()), settings),
        };
        self.record.read = true;
        if let Some(words) = &answers.unassigned {
            self.note(told(Code::FileRemark, &words.text), settings);
        }
        match docx::bound(&answers, specs.of(Form::D)) {
            Some(bound) => {
                let bindings = Bindings { returns: vec![bound], ..Bindings::default() };
                self.take_bindings(file, bindings, specs, settings);
            }
            None => self.record.blank_forms = 1,
        }
    }

    fn take_bindings(&mut self, file: &InputFile, bindings: Bindings, specs: &Specs, settings: &Settings) {
        for finding in bindings.findings {
            if let Some(problem) = finding_problem(file, finding) {
                self.note(problem, settings);
            }
        }
        let refused = bindings.refused.into_iter().map(|b| (b, true));
        for (bound, refused) in bindings.returns.into_iter().map(|b| (b, false)).chain(refused) {
            let spec = specs.of(bound.form);
            let (mut ret, mut problems) = answer::judge(bound, &file.name, file.period, spec);
            if refused {
                problems.clear();
            } else {
                problems.extend(check::check(&ret));
                check::leave_out(&mut ret);
            }
            let severity = |p: &Problem| settings.severity_of(p.code, p.severity);
            ret.excluded = refused || problems.iter().any(|p| severity(p) == Severity::Error);
            for problem in problems {
                self.note(problem, settings);
            }
            self.returns.push(ret);
        }
        self.roster = bindings.roster;
        self.record.returns = self.returns.len();
    }
}

/// What a Word document says as 表D, or why it says nothing; `None` where the file is no Word document
/// that can be opened.
fn word_summary(bytes: &[u8]) -> Option<Result<docx::SummaryAnswers, docx::WordFault>> {
    // Told from the bytes first: most files are spreadsheets.
    if !matches!(workbook::sniff(bytes), Err(FileFault::Foreign(_))) || !bytes.starts_with(b"PK") {
        return None;
    }
    let read = std::panic::catch_unwind(|| docx::read_summary(bytes, &docx::Limits::default())).ok()?;
    match read {
        Err(docx::WordFault::NotWord | docx::WordFault::OldOrLocked) => None,
        told => Some(told),
    }
}

fn is_anything(b: &Bindings) -> bool {
    !b.returns.is_empty() || !b.refused.is_empty() || !b.roster.is_empty() || b.blank_forms > 0
}

fn finding_problem(file: &InputFile, finding: Finding) -> Option<Problem> {
    let code = Code::from_id(&finding.code)?;
    let place = Place { file: Arc::clone(&file.name), sheet: finding.sheet, cell: finding.cell };
    let mut problem = Problem::new(code, place).about(&finding.about).found(&finding.found);
    problem.form = finding.form;
    Some(problem)
}

fn fault_problem(file: &InputFile, fault: &FileFault) -> Problem {
    let (code, found) = match fault {
        FileFault::Empty => (Code::FileEmpty, ""),
        FileFault::Encrypted => (Code::FileEncrypted, ""),
        FileFault::Foreign(what) => (Code::FileForeign, what.as_str()),
        FileFault::Corrupt(why) | FileFault::Io(why) => (Code::FileCorrupt, why.as_str()),
        FileFault::TooLarge(what) => (Code::FileTooLarge, what.as_str()),
        FileFault::Stopped(why) => (Code::FileStopped, why.as_str()),
        FileFault::Panicked(why) => (Code::FileInternal, why.as_str()),
    };
    Problem::new(code, Place::file(Arc::clone(&file.name))).about(&file.name).found(found)
}

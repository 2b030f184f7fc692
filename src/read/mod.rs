//! From files to judged returns: read, bind, judge, check; every file ends in
//! returns or in a located problem, and the tally says so.

mod archive;
mod part;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::answer::{self, Return};
use crate::bind::{Bindings, Finding, RosterRow, Said};
use crate::cell::Place;
use crate::check;
use crate::digest::{self, Key};
use crate::error::Result;
use crate::guard::{Guard, Pool};
use crate::inputs::{InputFile, Listing, Skipped};
use crate::period::Period;
use crate::problem::{Code, Problem, Severity};
use crate::reference::district;
use crate::reuse::Readings;
use crate::settings::Settings;
use crate::spec::Specs;
use crate::workbook::{self, FileFault};

pub(crate) use part::load;
pub use part::{Contents, Gathered, Head, Outcome, Part, Reader, Sink};

/// Where files are read.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// In this process: quick, but some hostile files can end the process or hang it.
    Here,
    /// In worker processes under limits of memory and time.
    Guarded(&'a Guard),
}

/// What became of one file.
#[derive(Clone, Debug)]
pub struct FileRecord {
    pub period: Period,
    pub name: Arc<str>,
    /// `None` where it was not opened.
    pub sha256: Option<Key>,
    pub bytes: u64,
    /// Whether anything in it could be read.
    pub read: bool,
    pub returns: usize,
    pub blank_forms: usize,
    /// Whether it is an archive, whose entries have records of their own.
    pub archive: bool,
}

impl FileRecord {
    /// SHA-256 in hexadecimal; empty where it was not opened.
    pub fn sha256(&self) -> String {
        self.sha256.as_ref().map(|key| digest::hex(key)).unwrap_or_default()
    }
}

/// Everything read from one file.
#[derive(Clone, Debug)]
pub struct FileRead {
    pub record: FileRecord,
    /// Each in its own place, so that millions are linked without being moved.
    pub returns: Vec<Box<Return>>,
    pub roster: Vec<RosterRow>,
    pub problems: Vec<(Period, Problem)>,
    /// District that the folder names.
    pub folder: Option<usize>,
    /// Whether a sheet says that its data are synthetic.
    pub synthetic: bool,
}

/// Reads every file of a listing in this process, in its order.
pub fn read_all(
    listing: &Listing,
    specs: &Specs,
    settings: &Settings,
    tick: &(dyn Fn() + Sync),
) -> Vec<FileRead> {
    let all: Vec<usize> = (0..listing.files.len()).collect();
    let rules = Rules { specs, settings, pool: answer::Pool::default() };
    let judge = |index: usize, parts: Vec<Part>| {
        let read = judge_parts(&listing.files[index], parts, &rules);
        tick();
        read
    };
    // Reading here starts no process, so that it cannot fail.
    let files = take_in(Source::Here, listing, &all, (specs, settings), &judge).unwrap_or_default();
    gather(files, listing, settings)
}

/// The digest of every file's bytes, in the order of the listing, by which `readings` may know it; `None` where
/// the file cannot be read or is beyond the limits, and for all files where nothing at all is remembered: each is
/// digested when it is read.
pub fn digests(listing: &Listing, settings: &Settings, readings: &Readings) -> Vec<Option<Key>> {
    if readings.is_empty() {
        return vec![None; listing.files.len()];
    }
    let files = listing.files.par_iter();
    files
        .map(|file| part::load(&listing.path(file), &settings.read).ok().map(|bytes| digest::key(&bytes)))
        .collect()
}

/// Reads every file of a listing, in its order: one record for each file, and one for
/// each entry of an archive and for whatever was not opened. Files that an earlier run
/// has read (their `digests` are known to `readings`) are not opened again.
///
/// # Errors
/// Worker processes cannot be started.
pub fn read_from(
    source: Source<'_>,
    listing: &Listing,
    (digests, readings): (&[Option<Key>], &Readings),
    (specs, settings): (&Specs, &Settings),
    tick: &(dyn Fn() + Sync),
) -> Result<Vec<FileRead>> {
    let rules = Rules { specs, settings, pool: answer::Pool::default() };
    let judge = |index: usize, parts: Vec<Part>| {
        let read = judge_parts(&listing.files[index], parts, &rules);
        tick();
        read
    };
    let known = |index: usize| {
        let parts = readings.get(digests.get(index)?.as_ref()?)?;
        Some(judge(index, parts))
    };
    let mut files: Vec<_> = (0..listing.files.len()).into_par_iter().map(known).collect();
    let unread: Vec<usize> = (0..files.len()).filter(|i| files[*i].is_none()).collect();
    let fresh = |at: usize, parts: Vec<Part>| {
        remember(readings, &parts);
        judge(unread[at], parts)
    };
    for (index, read) in unread.iter().zip(take_in(source, listing, &unread, (specs, settings), &fresh)?) {
        files[*index] = Some(read);
    }
    Ok(gather(files.into_iter().flatten().collect(), listing, settings))
}

/// Reads some files of a listing here or in worker processes; `each` is told the position among `wanted`.
fn take_in<T: Send>(
    source: Source<'_>,
    listing: &Listing,
    wanted: &[usize],
    (specs, settings): (&Specs, &Settings),
    each: &(impl Fn(usize, Vec<Part>) -> T + Sync),
) -> Result<Vec<T>> {
    let paths: Vec<Cow<Path>> = wanted.iter().map(|i| listing.path(&listing.files[*i])).collect();
    let paths: Vec<&Path> = paths.iter().map(|path| &**path).collect();
    match source {
        Source::Guarded(_) if paths.is_empty() => Ok(Vec::new()),
        Source::Guarded(guard) => Pool::new(guard, &settings.read).map(&paths, each),
        Source::Here => {
            let reader = Reader { specs, limits: &settings.read };
            let one = |(at, path): (usize, &&Path)| {
                let mut gathered = Gathered::default();
                reader.take_in(path, 0, &mut gathered);
                each(at, gathered.parts)
            };
            Ok(paths.par_iter().enumerate().map(one).collect())
        }
    }
}

/// Remembers a file by the digest its reader saw: the file may have changed since it was listed.
fn remember(readings: &Readings, parts: &[Part]) {
    let key = parts.first().and_then(|first| digest::from_hex(&first.head.sha256));
    if let Some(key) = key {
        readings.put(&key, parts);
    }
}

fn gather(files: Vec<Vec<FileRead>>, listing: &Listing, settings: &Settings) -> Vec<FileRead> {
    let skipped = listing.skipped.iter().map(|s| not_opened(s, settings));
    let mut files: Vec<FileRead> = files.into_iter().flatten().chain(skipped).collect();
    number(&mut files);
    files
}

/// Positions in the listing: file, then sheet order, then row (metrics.md 1).
fn number(files: &mut [FileRead]) {
    for (position, ret) in files.iter_mut().flat_map(|f| &mut f.returns).enumerate() {
        ret.position = position;
    }
}

/// What files are judged by, and the texts that their returns have in common.
struct Rules<'a> {
    specs: &'a Specs,
    settings: &'a Settings,
    pool: answer::Pool,
}

/// The records of a file: its own, then those of its entries.
fn judge_parts(file: &InputFile, parts: Vec<Part>, rules: &Rules) -> Vec<FileRead> {
    parts.into_iter().map(|part| judge_part(&named(file, &part.head), part, rules)).collect()
}

/// The file a part is: the listed one, or an entry named below its archive.
fn named(file: &InputFile, head: &Head) -> InputFile {
    let Some(entry) = &head.entry else { return file.clone() };
    let name = format!("{}/{entry}", file.name);
    let own = file.name.rsplit('/').next().unwrap_or_default();
    let stem = own.rsplit_once('.').map_or(own, |(stem, _)| stem);
    let mut folders = entry.rsplit('/').skip(1).chain([stem]);
    let district = folders.find_map(district::by_name).or(file.district);
    InputFile::named(file.period, name.into(), district)
}

fn judge_part(file: &InputFile, part: Part, rules: &Rules) -> FileRead {
    let Part { head, outcome } = part;
    settled(file, &head, rules.settings, |out| out.take_outcome(file, outcome, rules))
}

/// What is made of a file; a fault of ours costs the file, not the run.
fn settled(file: &InputFile, head: &Head, settings: &Settings, make: impl FnOnce(&mut FileRead)) -> FileRead {
    let made = workbook::guarded(|| {
        let mut out = headed(file, head);
        make(&mut out);
        Ok(out)
    });
    made.unwrap_or_else(|fault| {
        let mut out = headed(file, head);
        out.note(fault_problem(file, &fault), settings);
        out
    })
}

fn headed(file: &InputFile, head: &Head) -> FileRead {
    let mut out = FileRead::new(file);
    out.record.bytes = head.bytes;
    out.record.sha256 = digest::from_hex(&head.sha256);
    out
}

fn not_opened(skipped: &Skipped, settings: &Settings) -> FileRead {
    let name = Arc::clone(&skipped.name);
    let file = InputFile::named(skipped.period, name, None);
    let mut out = FileRead::new(&file);
    let code = if skipped.outside { Code::FileOutsideQuarter } else { Code::FileNotRegular };
    let problem = Problem::new(code, Place::file(Arc::clone(&file.name)));
    out.note(problem.about(Arc::clone(&file.name)).found(&*skipped.what), settings);
    out
}

impl FileRead {
    fn new(file: &InputFile) -> Self {
        Self {
            record: FileRecord {
                period: file.period,
                name: Arc::clone(&file.name),
                sha256: None,
                bytes: 0,
                read: false,
                returns: 0,
                blank_forms: 0,
                archive: false,
            },
            returns: Vec::new(),
            roster: Vec::new(),
            problems: Vec::new(),
            folder: file.district,
            synthetic: false,
        }
    }

    fn note(&mut self, mut problem: Problem, settings: &Settings) {
        problem.severity = settings.severity_of(problem.code, problem.severity);
        self.problems.push((self.record.period, problem));
    }

    fn take_outcome(&mut self, file: &InputFile, outcome: Outcome, rules: &Rules) {
        match outcome {
            Outcome::Read(contents) => self.take(file, *contents, rules),
            Outcome::Archive => {
                self.record.read = true;
                self.record.archive = true;
            }
            Outcome::Fault(fault) => self.note(fault_problem(file, &fault), rules.settings),
        }
    }

    fn take(&mut self, file: &InputFile, contents: Contents, rules: &Rules) {
        let Contents { bindings, unreadable, remarks, boxes, notes, synthetic, no_summary } = contents;
        self.synthetic = synthetic;
        if let Some(reason) = no_summary {
            let problem = Problem::new(Code::DocumentUnreadable, Place::file(Arc::clone(&file.name)));
            return self.note(problem.about(Arc::clone(&file.name)).found(reason), rules.settings);
        }
        for (sheet, reason) in &unreadable {
            let place = Place { sheet: sheet.as_str().into(), ..Place::file(Arc::clone(&file.name)) };
            self.note(
                Problem::new(Code::SheetUnreadable, place).about(sheet.as_str()).found(reason.as_str()),
                rules.settings,
            );
        }
        for remark in &remarks {
            let problem = Problem::new(Code::FileRemark, Place::file(Arc::clone(&file.name)));
            self.note(problem.about(Arc::clone(&file.name)).found(remark.as_str()), rules.settings);
        }
        let boxes = boxes.into_iter().map(|said| (said, Code::FileRemark.entry().severity));
        // Answers are read without their notes, which seldom change them.
        let notes = notes.into_iter().map(|said| (said, Severity::Info));
        for (Said { text, sheet, cell }, severity) in boxes.chain(notes) {
            let place = Place { sheet, cell: Some(cell), file: Arc::clone(&file.name) };
            let problem = Problem::new(Code::FileRemark, place).severity(severity);
            self.note(problem.about(Arc::clone(&file.name)).found(text), rules.settings);
        }
        self.record.read = is_anything(&bindings);
        self.record.blank_forms = bindings.blank_forms;
        if !self.record.read && unreadable.is_empty() {
            let problem = Problem::new(Code::FileUnrecognised, Place::file(Arc::clone(&file.name)));
            self.note(problem.about(Arc::clone(&file.name)), rules.settings);
            return;
        }
        self.take_bindings(file, bindings, rules);
    }

    fn take_bindings(&mut self, file: &InputFile, bindings: Bindings, rules: &Rules) {
        for finding in bindings.findings {
            if let Some(problem) = finding_problem(file, finding) {
                self.note(problem, rules.settings);
            }
        }
        self.returns.reserve_exact(bindings.returns.len() + bindings.refused.len());
        let refused = bindings.refused.into_iter().map(|b| (b, true));
        for (bound, refused) in bindings.returns.into_iter().map(|b| (b, false)).chain(refused) {
            let spec = rules.specs.of(bound.form);
            let (mut ret, mut problems) =
                answer::judge_with(bound, &file.name, file.period, spec, &rules.pool);
            if refused {
                problems.clear();
            } else {
                problems.extend(check::check(&ret));
                check::leave_out(&mut ret);
            }
            let severity = |p: &Problem| rules.settings.severity_of(p.code, p.severity);
            ret.excluded = refused || problems.iter().any(|p| severity(p) == Severity::Error);
            for problem in problems {
                self.note(problem, rules.settings);
            }
            self.returns.push(Box::new(ret));
        }
        self.roster = bindings.roster;
        self.record.returns = self.returns.len();
    }
}

fn is_anything(b: &Bindings) -> bool {
    !b.returns.is_empty() || !b.refused.is_empty() || !b.roster.is_empty() || b.blank_forms > 0
}

fn finding_problem(file: &InputFile, finding: Finding) -> Option<Problem> {
    let code = Code::from_id(&finding.code)?;
    let place = Place { file: Arc::clone(&file.name), sheet: finding.sheet, cell: finding.cell };
    let mut problem = Problem::new(code, place).about(finding.about).found(finding.found);
    problem = problem.named(finding.enterprise, finding.project);
    problem.form = finding.form;
    problem.field = finding.field.into();
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
    Problem::new(code, Place::file(Arc::clone(&file.name))).about(Arc::clone(&file.name)).found(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_judging_costs_the_file_and_not_the_run() {
        let period = "2025Q2".parse().unwrap();
        let file = InputFile::named(period, "甲.xlsx".into(), None);
        let head = Head { bytes: 7, ..Head::default() };
        let read = settled(&file, &head, &Settings::default(), |_| panic!("on purpose"));
        assert_eq!((read.record.bytes, read.record.read), (7, false));
        let codes: Vec<Code> = read.problems.iter().map(|(_, p)| p.code).collect();
        assert_eq!(codes, [Code::FileInternal]);
    }
}

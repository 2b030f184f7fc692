//! The whole job: a first run, one with nothing changed and one with 1 % of the files changed,
//! against the sum of what the libraries alone need for the same inputs and outputs.
//!
//! `ZHITI_BENCH_PROJECTS`: numbers of projects, 250,2500. The bare parts are calamine over all
//! workbooks, typst and zip over as many Annex D summaries as the edition has, and writing as
//! many files of the same sizes; reports, site and data have no bare part. A changed file is the
//! same return sent again, mended or with another mistake. Changes all over the city change every report,
//! so that a run after them cannot be shorter than typst alone over the reports, which is timed beside it.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use common::bare::{self, Press};
use common::documents::Desk;
use common::{Timing, on_lanes, seconds};
use serde_json::Value;
use typst::foundations::Bytes;
use zhiti::document::Document;
use zhiti::render::pdf::{Layouts, PdfEngine};
use zhiti::render::word::{self, WordLook};
use zhiti::sample::{self, SampleOptions};
use zhiti::spec::Specs;

fn main() {
    for projects in common::numbers("ZHITI_BENCH_PROJECTS", &[250, 2_500]) {
        let workspace = common::folder();
        let inputs = workspace.path().join("inputs");
        common::write_sample(&inputs, projects);
        let files = common::files(&inputs);
        let mut changes = changes(&inputs, projects);
        common::run(workspace.path());
        let parts = Parts::new(workspace.path(), &files);
        let mut times = Times::default();
        let share = (files.len() / 100).max(1);
        for round in 0..common::rounds() {
            times.bare(&parts);
            times.first(workspace.path());
            times.again("nothing changed", workspace.path());
            change(&mut changes, round * share, share);
            times.again("1 % of the files changed", workspace.path());
            times.reports(&parts);
        }
        times.print(projects, files.len());
    }
}

/// A file, and what else it could hold.
struct Change {
    path: PathBuf,
    other: Vec<u8>,
}

/// The files of the sample that would be others, had nobody made a mistake.
fn changes(inputs: &Path, projects: usize) -> Vec<Change> {
    let specs = Specs::built_in().expect("built-in forms");
    let flawless = SampleOptions { mess: 0.0, ..common::options(projects) };
    let sample = sample::generate(&flawless, &specs).expect("a sample");
    let others = sample.files().map(|file| file.expect("a file"));
    let others = others.map(|file| Change { path: inputs.join(file.path), other: file.bytes });
    others.filter(|c| fs::read(&c.path).is_ok_and(|now| now != c.other)).collect()
}

/// Changes `share` of the files, from all over the inputs; whoever comes round again changes back.
fn change(changes: &mut [Change], begin: usize, share: usize) {
    assert!(share <= changes.len(), "only {} files can be changed", changes.len());
    // A stride without a common divisor comes to every file once before it comes to one again.
    let stride = (changes.len() / share..).find(|s| is_coprime(*s, changes.len())).unwrap_or(1);
    for n in begin..begin + share {
        let change = &mut changes[n * stride % changes.len()];
        let now = fs::read(&change.path).expect("file");
        fs::write(&change.path, &change.other).expect("file");
        change.other = now;
    }
}

fn is_coprime(a: usize, b: usize) -> bool {
    if b == 0 { a == 1 } else { is_coprime(b, a % b) }
}

/// What the libraries alone get to do.
struct Parts {
    files: Vec<PathBuf>,
    press: Press,
    summaries: Vec<Bytes>,
    engine: PdfEngine,
    reports: Vec<Document>,
    /// The parts of one Word summary, which are alike for all.
    word: Vec<(String, Vec<u8>)>,
    /// Size of every file of the edition.
    sizes: Vec<usize>,
}

impl Parts {
    /// The same work as the edition standing in `workspace`.
    fn new(workspace: &Path, files: &[PathBuf]) -> Self {
        let memory = common::folder();
        let desk = Desk::open(&workspace.join("inputs"), memory.path());
        let summaries = desk.summaries(usize::MAX);
        let middle = summaries.get(summaries.len() / 2).expect("a summary");
        let docx = word::summary(middle, &WordLook::default()).expect("Word");
        let edition = workspace.join("outputs").join(common::PERIOD);
        let size = |path: &PathBuf| fs::metadata(path).map_or(0, |meta| meta.len() as usize);
        Self {
            files: files.to_vec(),
            press: Press::new(&desk.fonts),
            summaries: desk.data(&summaries),
            engine: PdfEngine::new(desk.fonts.clone(), Layouts::default()).expect("an engine"),
            reports: desk.reports(),
            word: bare::parts(&docx),
            sizes: common::files(&edition).iter().map(size).collect(),
        }
    }
}

/// Writes a file of each size.
fn write(sizes: &[usize], jobs: usize) -> f64 {
    let folder = common::folder();
    let bytes = vec![b'z'; sizes.iter().copied().max().unwrap_or(0)];
    seconds(|| {
        on_lanes(jobs, sizes.len(), |at| {
            let path = folder.path().join(at.to_string());
            fs::write(path, &bytes[..sizes[at]]).expect("file")
        });
    })
}

const FIRST: &str = "first run";
const REPORTS: &str = "typst alone over the reports";
const SUM: &str = "sum of the bare parts";

/// Everything timed, in the order of its first time.
#[derive(Default)]
struct Times {
    rows: Vec<Timing>,
    stages: Vec<Timing>,
    peaks: Vec<u64>,
}

fn add(to: &mut Vec<Timing>, name: &str, took: f64) {
    let at = to.iter().position(|t| t.name == name).unwrap_or_else(|| {
        to.push(Timing::new(name));
        to.len() - 1
    });
    to[at].rounds.push(took);
}

impl Times {
    /// The bare parts on all cores, one after another.
    fn bare(&mut self, parts: &Parts) {
        let jobs = common::jobs().last().copied().unwrap_or(1);
        let (files, summaries) = (&parts.files, &parts.summaries);
        let read = |at: usize| bare::read(&files[at]);
        let set = |at: usize| parts.press.set(at, &summaries[at]);
        let pack = |_| bare::pack(&parts.word);
        let took = [
            ("  calamine", seconds(|| on_lanes(jobs, files.len(), read))),
            ("  typst", seconds(|| on_lanes(jobs, summaries.len(), set))),
            ("  zip of Word summaries", seconds(|| on_lanes(jobs, summaries.len(), pack))),
            ("  writing", write(&parts.sizes, jobs)),
        ];
        took.iter().for_each(|(name, took)| add(&mut self.rows, name, *took));
        add(&mut self.rows, SUM, took.iter().map(|(_, took)| took).sum());
    }

    /// Typst over the reports, with nothing in its memory as at the begin of a run.
    fn reports(&mut self, parts: &Parts) {
        comemo::evict(0);
        let set = |report: &Document| parts.engine.report(report).map(|pdf| drop(black_box(pdf)));
        let took = seconds(|| parts.engine.each(&parts.reports, set).expect("PDF"));
        add(&mut self.rows, REPORTS, took);
    }

    /// A run without any memory.
    fn first(&mut self, workspace: &Path) {
        for folder in ["outputs", ".zhiti"] {
            let _ = fs::remove_dir_all(workspace.join(folder));
        }
        let (took, log) = common::run(workspace);
        add(&mut self.rows, FIRST, took);
        self.peaks.push(log["peak_memory_kib"].as_u64().unwrap_or(0));
        for stage in log["stages"].as_array().into_iter().flatten() {
            let name = stage["stage"].as_str().unwrap_or_default();
            add(&mut self.stages, &format!("  {name}"), stage["seconds"].as_f64().unwrap_or(0.0));
        }
    }

    /// A run with the memory of the last.
    fn again(&mut self, name: &str, workspace: &Path) {
        let (took, _log): (f64, Value) = common::run(workspace);
        add(&mut self.rows, name, took);
    }

    fn print(&self, projects: usize, files: usize) {
        let of = |name: &str| self.rows.iter().find(|t| t.name == name).map_or(f64::NAN, Timing::median);
        let targets = BTreeMap::from([
            (SUM, (SUM, "")),
            (FIRST, (SUM, "≤ 1.5, < 60 s")),
            ("nothing changed", (FIRST, "≤ 0.02 of the first run")),
            ("1 % of the files changed", (FIRST, "≤ 0.06 of the first run")),
            (REPORTS, (FIRST, "")),
        ]);
        let mut rows = vec![["", "ms", "min–max", "ratio", "target"].map(str::to_owned).to_vec()];
        for timing in self.rows.iter().chain(&self.stages) {
            let mut row = vec![timing.name.clone()];
            row.extend(timing.cells());
            if let Some((base, target)) = targets.get(timing.name.as_str()) {
                row.push(format!("{:.3}", timing.median() / of(base)));
                row.push((*target).to_owned());
            }
            rows.push(row);
        }
        let peak = self.peaks.iter().max().map_or(0, |kib| kib >> 10);
        let heading = format!("Whole job, {projects} projects, {files} files, {} rounds", common::rounds());
        common::table(&format!("{heading}; peak memory {peak} MiB; stages of the first run last"), &rows);
    }
}

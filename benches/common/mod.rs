//! What the benches share: rounds in which all sides take turns, tables that show the noise,
//! and inputs to measure on.
//!
//! A ratio is only worth something when both sides ran in the same minutes on the same
//! machine, so sides alternate round by round, each in turn the first, after one round
//! that does not count. Printed are medians, with the fastest and the slowest round.
#![allow(dead_code)]

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::Value;
use zhiti::sample::{self, SampleOptions};
use zhiti::spec::Specs;

pub mod bare;
pub mod documents;

/// That of the program, for both sides.
#[cfg(all(unix, not(target_os = "openbsd")))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The program as it is released.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_zhiti");
/// The quarter of all inputs made here.
pub const PERIOD: &str = "2025Q1";
/// Typst recurses deeply.
const STACK: usize = 64 << 20;

/// A whole number from the environment.
pub fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Whole numbers with commas between them from the environment.
pub fn numbers(name: &str, default: &[usize]) -> Vec<usize> {
    let given = std::env::var(name).unwrap_or_default();
    let given: Vec<usize> = given.split(',').filter_map(|text| text.trim().parse().ok()).collect();
    if given.is_empty() { default.to_vec() } else { given }
}

/// Rounds that count, five unless `ZHITI_BENCH_ROUNDS` says otherwise.
pub fn rounds() -> usize {
    number("ZHITI_BENCH_ROUNDS", 5).max(1)
}

/// Numbers of threads to measure with: one, and all cores.
pub fn jobs() -> Vec<usize> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if cores == 1 { vec![1] } else { vec![1, cores] }
}

/// Seconds of every round of one thing.
#[derive(Clone, Debug)]
pub struct Timing {
    pub name: String,
    pub rounds: Vec<f64>,
}

impl Timing {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), rounds: Vec::new() }
    }

    pub fn median(&self) -> f64 {
        let mut sorted = self.rounds.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
    }

    /// Median, and the fastest and slowest round, in milliseconds.
    pub fn cells(&self) -> [String; 2] {
        let least = self.rounds.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self.rounds.iter().copied().fold(0.0, f64::max);
        [ms(self.median()), format!("{}–{}", ms(least), ms(most))]
    }
}

/// Milliseconds with as many digits as mean something.
fn ms(seconds: f64) -> String {
    let ms = seconds * 1e3;
    if ms < 10.0 { format!("{ms:.2}") } else { format!("{ms:.0}") }
}

/// Seconds that some work takes.
pub fn seconds(work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64()
}

/// One of several ways to do the same work.
pub type Side<'a> = (&'a str, Box<dyn FnMut() + 'a>);

/// Times all sides in turn, round by round, each round beginning with another side.
pub fn alternate(mut sides: Vec<Side<'_>>) -> Vec<Timing> {
    let mut timings: Vec<Timing> = sides.iter().map(|(name, _)| Timing::new(name)).collect();
    for round in 0..=rounds() {
        for turn in 0..sides.len() {
            let at = (round + turn) % sides.len();
            let took = seconds(&mut sides[at].1);
            if round > 0 {
                timings[at].rounds.push(took);
            }
        }
    }
    timings
}

/// Prints the sides under a heading: each per unit of the work, and as a ratio to the first.
pub fn compare(heading: &str, (count, unit): (usize, &str), timings: &[Timing], target: f64) {
    let bare = timings.first().map_or(f64::NAN, Timing::median);
    let per = format!("µs a {unit}");
    let mut rows = vec![["", "ms", "min–max", &per, "ratio"].map(str::to_owned).to_vec()];
    for (at, timing) in timings.iter().enumerate() {
        let [median, span] = timing.cells();
        let each = format!("{:.0}", timing.median() * 1e6 / count.max(1) as f64);
        let ratio = if at == 0 { "1".to_owned() } else { format!("{:.2}", timing.median() / bare) };
        rows.push(vec![timing.name.clone(), median, span, each, ratio]);
    }
    table(&format!("{heading} ({count} × {unit}, {} rounds, target ≤ {target})", rounds()), &rows);
}

/// Prints rows below a heading: the first column to the left, numbers to the right.
pub fn table(heading: &str, rows: &[Vec<String>]) {
    println!("\n{heading}");
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell: &String| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(at, (cell, width))| match at {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        println!("  {}", cells.collect::<Vec<_>>().join("  "));
    }
}

/// Does `work` for each of `count` pieces on as many threads as `jobs` and drops what comes. Each thread is a pool of
/// its own, so that a library that works in parallel inside stays on it.
pub fn on_lanes<T>(jobs: usize, count: usize, work: impl Fn(usize) -> T + Sync) {
    let next = AtomicUsize::new(0);
    let lane = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return;
            }
            drop(black_box(work(at)));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| pool(1).install(lane));
        }
    });
}

/// Threads with stacks large enough for typst.
pub fn pool(threads: usize) -> rayon::ThreadPool {
    let builder = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK);
    builder.build().expect("threads")
}

/// Options of the sample that is measured on: one quarter, all units, the usual defects.
pub fn options(projects: usize) -> SampleOptions {
    SampleOptions { periods: vec![PERIOD.into()], projects, ..SampleOptions::example() }
}

/// Writes a sample below `inputs`.
pub fn write_sample(inputs: &Path, projects: usize) {
    let specs = Specs::built_in().expect("built-in forms");
    let sample = sample::generate(&options(projects), &specs).expect("a sample");
    sample.write(inputs, || {}).expect("inputs");
}

/// An empty folder below the one for temporary files, which goes when it is dropped.
pub fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("zhiti-bench-").tempdir().expect("folder")
}

/// Files below a folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { out.extend(files(&entry.path())) } else { out.push(entry.path()) }
    }
    out.sort();
    out
}

/// `zhiti run` in a workspace to its end; tells the seconds and what the log of the run says.
pub fn run(workspace: &Path) -> (f64, Value) {
    let mut command = Command::new(PROGRAM);
    command.args(["run", "--quiet"]).current_dir(workspace).stdout(Stdio::null());
    let began = Instant::now();
    let status = command.status().expect("the program starts");
    let took = began.elapsed().as_secs_f64();
    assert!(matches!(status.code(), Some(0 | 1)), "zhiti run: {status}");
    let log = workspace.join("outputs").join(PERIOD).join(zhiti::output::RUN_LOG);
    let log = serde_json::from_slice(&fs::read(log).expect("run.json")).expect("JSON");
    (took, log)
}

/// Largest resident memory of this process so far, in MiB.
pub fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) >> 10
}

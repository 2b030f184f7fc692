//! Peak memory of the whole job, and how it grows with the returns; metrics of very many rows.
//!
//! `ZHITI_BENCH_PROJECTS` (numbers of projects, 250,1000; the long way is 2500,10000,40000) and
//! `ZHITI_BENCH_ROUNDS` (1). With `ZHITI_BENCH_ROWS=1000000` as many satisfaction returns are
//! read from CSV tables and measured. Each measurement is a process of its own, because a peak
//! never goes down again; reading workers are others, each under its own limit.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use zhiti::guard::Guard;
use zhiti::metrics;
use zhiti::read::{self, Source};
use zhiti::reuse::Readings;
use zhiti::sample::{self, SampleTruth, Value as Said};
use zhiti::settings::Settings;
use zhiti::spec::{Form, Specs};
use zhiti::{inputs, link};

/// First argument of the process that measures rows.
const ROWS: &str = "rows";
/// Rows of one table.
const TABLE: usize = 20_000;

fn main() {
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some(ROWS) {
        let folder = args.next().expect("a folder");
        return println!("{}", measure_rows(Path::new(&folder)));
    }
    whole_jobs(&common::numbers("ZHITI_BENCH_PROJECTS", &[250, 1_000]));
    let rows = common::number("ZHITI_BENCH_ROWS", 0);
    if rows > 0 {
        many_rows(rows);
    }
}

/// Returns received, and the peak memory of each round in KiB.
fn peaks(projects: usize) -> (u64, Vec<u64>) {
    let workspace = common::folder();
    common::write_sample(&workspace.path().join("inputs"), projects);
    let rounds = common::number("ZHITI_BENCH_ROUNDS", 1).max(1);
    let mut peaks = Vec::new();
    let mut returns = 0;
    for _ in 0..rounds {
        for folder in ["outputs", ".zhiti"] {
            let _ = fs::remove_dir_all(workspace.path().join(folder));
        }
        let (_, log) = common::run(workspace.path());
        returns = log["counts"]["returns_received"].as_u64().unwrap_or(0);
        peaks.push(log["peak_memory_kib"].as_u64().unwrap_or(0));
    }
    peaks.sort_unstable();
    (returns, peaks)
}

fn whole_jobs(all: &[usize]) {
    let mut rows =
        vec![["projects", "returns", "peak MiB", "min–max", "KiB a return more"].map(str::to_owned).to_vec()];
    let mut last: Option<(u64, u64)> = None;
    for projects in all {
        let (returns, peaks) = peaks(*projects);
        let median = peaks[peaks.len() / 2];
        let slope = last.map_or_else(String::new, |(fewer, less)| {
            format!("{:.2}", (median as f64 - less as f64) / (returns as f64 - fewer as f64))
        });
        let span = format!("{}–{}", peaks[0] >> 10, peaks[peaks.len() - 1] >> 10);
        rows.push(vec![projects.to_string(), returns.to_string(), (median >> 10).to_string(), span, slope]);
        last = Some((returns, median));
    }
    common::table("Memory of the whole job (target ≤ 600 MiB at 2500, < 2 KiB a return from there)", &rows);
}

fn many_rows(rows: usize) {
    let folder = common::folder();
    write_tables(&folder.path().join(common::PERIOD), rows);
    let this = std::env::current_exe().expect("this program");
    let output = Command::new(this).arg(ROWS).arg(folder.path()).output().expect("this program starts");
    let told = String::from_utf8_lossy(&output.stdout);
    let told: Value = serde_json::from_str(told.trim()).expect("what it measured");
    let table: Vec<Vec<String>> =
        told.as_object().into_iter().flatten().map(|(name, n)| vec![name.clone(), n.to_string()]).collect();
    common::table(&format!("{rows} satisfaction returns (target: metrics < 30 s, < 2048 MiB)"), &table);
}

/// Tables of satisfaction returns: those of a sample over and over, each of another enterprise with its own
/// telephone and its own words.
fn write_tables(folder: &Path, rows: usize) {
    fs::create_dir_all(folder).expect("folder");
    let specs = Specs::built_in().expect("built-in forms");
    let spec = specs.of(Form::F);
    let sample = sample::generate(&common::options(300), &specs).expect("a sample");
    let whole = |truth: &&SampleTruth| truth.form == Form::F && truth.defect.is_none();
    let truths: Vec<&SampleTruth> = sample.truths.iter().filter(whole).collect();
    let header = ["序号", "区(市)县"].into_iter().chain(spec.fields.iter().map(|f| &*f.label));
    let header: Vec<&str> = header.collect();
    for first in (0..rows).step_by(TABLE) {
        let path = folder.join(format!("{:04}.csv", first / TABLE));
        let mut table = csv::Writer::from_path(path).expect("file");
        table.write_record(&header).expect("file");
        for number in first..rows.min(first + TABLE) {
            let truth = truths[number % truths.len()];
            let mut row = vec![number.to_string(), truth.district.to_owned()];
            row.extend(spec.fields.iter().map(|field| match truth.answers.get(&*field.id) {
                _ if &*field.id == "enterprise" => format!("{}{number}", truth.enterprise),
                _ if &*field.id == "contact" => format!("拟{} 139{number:08}", number % 977),
                Some(said) if &*field.id == "outcomes" => format!("{}（{number}）", said.text),
                None => String::new(),
                Some(said) => match &said.value {
                    Said::Blank => String::new(),
                    Said::Ticks(chosen) => chosen.iter().map(|i| field.options[*i].as_str()).collect(),
                    _ => said.text.clone(),
                },
            }));
            table.write_record(&row).expect("file");
        }
        table.flush().expect("file");
    }
}

/// Reads, links and measures the tables of a folder; tells seconds, counts and peak memory.
fn measure_rows(folder: &Path) -> Value {
    let (specs, settings) = (Specs::built_in().expect("built-in forms"), Settings::default());
    let listing = inputs::list(folder).expect("inputs");
    let guard = Guard::of(common::PROGRAM);
    let (mut files, mut links, mut figures) = (Vec::new(), link::Links::default(), 0);
    let read = common::seconds(|| {
        let memory = (&[][..], &Readings::none());
        let read = read::read_from(Source::Guarded(&guard), &listing, memory, (&specs, &settings), &|| {});
        files = read.expect("workers");
    });
    let linked = common::seconds(|| links = link::link(std::mem::take(&mut files), &specs, &settings));
    let before = common::peak_mib();
    let measured = common::seconds(|| {
        let period = listing.periods[0];
        figures = metrics::measure(&links, period, &settings.metrics).expect("figures").figures.len();
    });
    json!({
        "seconds of reading": read,
        "seconds of linking": linked,
        "seconds of metrics": measured,
        "returns counted": links.returns.iter().filter(|l| l.counted()).count(),
        "problems": links.problems.values().map(Vec::len).sum::<usize>(),
        "figures": figures,
        "peak MiB before metrics": before,
        "peak MiB": common::peak_mib(),
    })
}

//! The guarded reader: the same as in one process on sound files, and alive after hostile ones.

mod common;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use common::{is_alone, shared};
use zhiti::guard::{Guard, Pool};
use zhiti::inputs::{self, Listing};
use zhiti::problem::Code;
use zhiti::read::{self, FileRead, Outcome, Part, Source};
use zhiti::reuse::Readings;
use zhiti::settings::Settings;
use zhiti::spec::Specs;
use zhiti::workbook::{FileFault, Limits};

fn guard() -> Guard {
    Guard::of(env!("CARGO_BIN_EXE_zhiti"))
}

fn hostile(name: &str) -> PathBuf {
    shared("corpus/hostile").join(name)
}

/// What became of each part, with `workers` workers.
fn parts(files: &[&Path], limits: &Limits, workers: usize) -> Vec<Vec<Part>> {
    Pool::new(&guard(), limits).workers(workers).map(files, |_, parts| parts).expect("workers")
}

fn is_stopped(parts: &[Part], words: &str) -> bool {
    matches!(parts, [Part { outcome: Outcome::Fault(FileFault::Stopped(why)), .. }] if why.contains(words))
}

fn is_read(parts: &[Part]) -> bool {
    matches!(parts, [Part { outcome: Outcome::Read(_), .. }])
}

fn from(source: Source<'_>, listing: &Listing) -> Vec<FileRead> {
    let (specs, settings) = (Specs::built_in().expect("forms"), Settings::default());
    read::read_from(source, listing, (&[], &Readings::none()), (&specs, &settings), &|| {}).expect("read")
}

#[test]
fn the_fixtures_read_the_same_in_workers() {
    if is_alone() {
        return;
    }
    let listing = inputs::list(&shared("fixtures/inputs")).expect("inputs");
    let (here, there) = (from(Source::Here, &listing), from(Source::Guarded(&guard()), &listing));
    assert_eq!(here.len(), there.len());
    for (a, b) in here.iter().zip(&there) {
        assert_eq!(format!("{a:?}"), format!("{b:?}"));
    }
}

#[test]
fn a_file_that_kills_its_worker_is_named_and_the_others_are_read() {
    if is_alone() {
        return;
    }
    let good = hostile("b05_method_stored.xlsx");
    let (reserve, cycle) =
        (hostile("o21_xls_dimensions_4e9_rows.xls"), hostile("o10_cfb_dir_chain_cycle.xls"));
    let files = [&good, &reserve, &good, &good, &cycle, &good, &reserve].map(PathBuf::as_path);
    let limits = Limits { memory_bytes: 200 << 20, ..Limits::default() };
    for workers in [1, 3] {
        let read = parts(&files, &limits, workers);
        let good: Vec<bool> = read.iter().map(|p| is_read(p)).collect();
        assert_eq!(good, [true, false, true, true, false, true, false], "{read:?}");
        for killed in [1, 4, 6] {
            assert!(is_stopped(&read[killed], "内存超过200MB"), "{:?}", read[killed]);
        }
        for (file, parts) in files.iter().zip(&read) {
            let [part] = parts.as_slice() else { panic!("{} parts", parts.len()) };
            assert_eq!(part.head.sha256, zhiti::digest::full(&std::fs::read(file).expect("file")));
        }
    }
}

#[test]
fn a_file_that_takes_too_long_is_stopped_and_named() {
    if is_alone() {
        return;
    }
    let (good, slow) = (hostile("b05_method_stored.xlsx"), hostile("a24_legit_300k_rows.xlsx"));
    let files = [&good, &slow, &good].map(PathBuf::as_path);
    let start = Instant::now();
    let read = parts(&files, &Limits { seconds: 1, ..Limits::default() }, 1);
    // A quick machine may read it in time.
    assert!(is_stopped(&read[1], "超过1秒") || is_read(&read[1]), "{:?}", read[1]);
    assert!(is_read(&read[0]) && is_read(&read[2]));
    assert!(start.elapsed().as_secs() < 9);
}

#[test]
fn another_program_is_no_worker() {
    if is_alone() {
        return;
    }
    let limits = Limits::default();
    let good = hostile("b05_method_stored.xlsx");
    let guard = Guard::of("/bin/true");
    assert!(Pool::new(&guard, &limits).map(&[good.as_path()], |_, _| ()).is_err());
}

fn zip_of(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("entry");
        zip.write_all(bytes).expect("entry");
    }
    zip.finish().expect("zip").into_inner()
}

#[test]
fn an_archive_is_read_entry_by_entry_past_one_that_kills() {
    if is_alone() {
        return;
    }
    let folder = tempfile::tempdir().expect("folder");
    let quarter = folder.path().join("2025Q1");
    std::fs::create_dir(&quarter).expect("quarter");
    let bytes = |name: &str| std::fs::read(hostile(name)).expect("file");
    let good = bytes("b05_method_stored.xlsx");
    let entries = [
        ("a.xlsx", good.clone()),
        ("b.xls", bytes("o10_cfb_dir_chain_cycle.xls")),
        ("新都区/c.xlsx", good.clone()),
        ("d.zip", zip_of(&[("x.xlsx", good.clone())])),
        ("~$a.xlsx", good.clone()),
    ];
    std::fs::write(quarter.join("z.zip"), zip_of(&entries)).expect("zip");
    std::fs::write(quarter.join("zz.xlsx"), &good).expect("file");
    let listing = inputs::list(folder.path()).expect("listing");
    let read = from(Source::Guarded(&guard()), &listing);
    let seen: Vec<(&str, bool, Option<Code>)> = read
        .iter()
        .map(|f| (&*f.record.name, f.record.archive, f.problems.first().map(|(_, p)| p.code)))
        .collect();
    let unknown = Some(Code::FileUnrecognised);
    let want = [
        ("z.zip", true, None),
        ("z.zip/a.xlsx", false, unknown),
        ("z.zip/b.xls", false, Some(Code::FileStopped)),
        ("z.zip/d.zip", false, Some(Code::FileForeign)),
        ("z.zip/新都区/c.xlsx", false, unknown),
        ("zz.xlsx", false, unknown),
    ];
    assert_eq!(seen, want);
    assert!(read[4].folder.is_some() && read[1].folder.is_none());
}

/// Time of reading the fixtures many times over, in this process and in workers:
/// `cargo test --release --test guard -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn what_workers_cost() {
    if is_alone() {
        return;
    }
    let mut listing = inputs::list(&shared("fixtures/inputs")).expect("inputs");
    let once = listing.files.clone();
    let many = if cfg!(debug_assertions) { 300 } else { 2000 };
    while listing.files.len() < many {
        listing.files.extend(once.iter().cloned());
    }
    let guard = guard();
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..5 {
        for (which, source) in [Source::Here, Source::Guarded(&guard)].into_iter().enumerate() {
            let start = Instant::now();
            let read = from(source, &listing);
            times[which].push(start.elapsed().as_secs_f64());
            assert!(read.len() >= listing.files.len());
        }
    }
    times.iter_mut().for_each(|t| t.sort_by(f64::total_cmp));
    let [here, there] = [times[0][2], times[1][2]];
    println!(
        "{} files: {here:.2} s here, {there:.2} s guarded ({:+.1} %)",
        listing.files.len(),
        (there / here - 1.0) * 100.0
    );
}

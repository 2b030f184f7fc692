//! The guarded reader: the same as in one process on sound files, and alive after hostile ones.

mod common;

use std::path::{Path, PathBuf};

use common::shared;
use zhiti::guard::{Guard, Pool};
use zhiti::inputs::{self, InputFile, Listing};
use zhiti::problem::Code;
use zhiti::read::{self, FileRead, Outcome, Part, Source};
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
    read::read_from(source, listing, &specs, &settings, &|| {}).expect("read")
}

#[test]
fn the_fixtures_read_the_same_in_workers() {
    let listing = inputs::list(&shared("fixtures/inputs")).expect("inputs");
    let (here, there) = (from(Source::Here, &listing), from(Source::Guarded(&guard()), &listing));
    assert_eq!(here.len(), there.len());
    for (a, b) in here.iter().zip(&there) {
        assert_eq!(format!("{a:?}"), format!("{b:?}"));
    }
}

#[test]
fn a_file_that_kills_its_worker_is_named_and_the_others_are_read() {
    let good = hostile("b05_method_stored.xlsx");
    let (memory, hang) = (hostile("o03_ods_repeat_cols_bomb.ods"), hostile("o10_cfb_dir_chain_cycle.xls"));
    let files = [&good, &memory, &good, &good, &hang, &good, &memory].map(PathBuf::as_path);
    for workers in [1, 3] {
        let read = parts(&files, &Limits { seconds: 5, ..Limits::default() }, workers);
        let good: Vec<bool> = read.iter().map(|p| is_read(p)).collect();
        assert_eq!(good, [true, false, true, true, false, true, false], "{read:?}");
        for (file, parts) in files.iter().zip(&read) {
            let [part] = parts.as_slice() else { panic!("{} parts", parts.len()) };
            assert_eq!(part.head.sha256, zhiti::digest::full(&std::fs::read(file).expect("file")));
        }
    }
}

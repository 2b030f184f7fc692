//! Reading workbooks: ours, with binding, checking and linking, against calamine alone.
//!
//! `ZHITI_BENCH_FILES` (about how many files, 2,000) or `ZHITI_BENCH_INPUTS` (a folder of
//! quarters); only .xlsx files are read, since the bare side reads nothing else.

mod common;

use std::hint::black_box;
use std::path::{Path, PathBuf};

use common::{Side, bare};
use rayon::prelude::*;
use zhiti::guard::Guard;
use zhiti::inputs::{self, Listing};
use zhiti::link;
use zhiti::read::{self, Source};
use zhiti::reuse::Readings;
use zhiti::settings::Settings;
use zhiti::spec::Specs;

/// What reading needs besides the files.
struct Ground {
    listing: Listing,
    specs: Specs,
    settings: Settings,
}

impl Ground {
    /// Reads and links everything, as a run does; digested first is what an earlier one may have read.
    fn read(&self, source: Source, readings: &Readings) {
        let digests = read::digests(&self.listing, &self.settings, readings);
        let (specs, settings) = (&self.specs, &self.settings);
        let memory = (digests.as_slice(), readings);
        let files = read::read_from(source, &self.listing, memory, (specs, settings), &|| {});
        black_box(link::link(files.expect("workers"), specs, settings));
    }
}

fn main() {
    let folder = common::folder();
    let inputs = std::env::var_os("ZHITI_BENCH_INPUTS").map(PathBuf::from).unwrap_or_else(|| {
        common::write_sample(folder.path(), common::number("ZHITI_BENCH_FILES", 2_000) / 4);
        folder.path().to_owned()
    });
    let mut listing = inputs::list(&inputs).expect("inputs");
    listing.files.retain(|file| file.name.ends_with(".xlsx"));
    let ground =
        Ground { listing, specs: Specs::built_in().expect("built-in forms"), settings: Settings::default() };
    for jobs in common::jobs() {
        common::pool(jobs).install(|| measure(&ground, jobs));
    }
}

/// All sides on the threads of this pool.
fn measure(ground: &Ground, jobs: usize) {
    let (old, new) = (common::folder(), common::folder());
    let memory = |folder: &Path| Readings::open(folder, [0; 32]);
    let guard = Guard::of(common::PROGRAM);
    ground.read(Source::Here, &memory(old.path()));
    let sides: Vec<Side> = vec![
        (
            "calamine",
            Box::new(|| {
                let files = ground.listing.files.par_iter();
                let cells = files.map(|file| bare::read(&ground.listing.path(file)));
                black_box(cells.sum::<usize>());
            }),
        ),
        ("ours, in process", Box::new(|| ground.read(Source::Here, &Readings::none()))),
        ("ours, guarded", Box::new(|| ground.read(Source::Guarded(&guard), &Readings::none()))),
        (
            "ours, guarded, remembering",
            Box::new(|| {
                // What an earlier round remembered would be found again.
                let _ = std::fs::remove_file(new.path().join("readings"));
                ground.read(Source::Guarded(&guard), &memory(new.path()));
            }),
        ),
        ("ours, from memory", Box::new(|| ground.read(Source::Guarded(&guard), &memory(old.path())))),
    ];
    let timings = common::alternate(sides);
    common::compare(&format!("Reading, {jobs} threads"), (ground.listing.files.len(), "file"), &timings, 1.5);
}

//! What the test programs share: where the fixtures are, and reading a whole inputs folder.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64, Ordering};

use zhiti::link::{self, Links};
use zhiti::settings::Settings;
use zhiti::spec::Specs;
use zhiti::{inputs, read};

pub mod office;
pub mod program;
pub mod random;
pub mod score;

/// The shared folder: beside the repository, or where `ZHITI_SHARED` says.
pub fn shared(below: &str) -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    std::env::var_os("ZHITI_SHARED").map_or_else(beside, PathBuf::from).join(below)
}

/// Does `work` for every seed on all cores, a seed after the other on each. (On rayon's threads a seed that waits
/// for a part of its own would take up the next one meanwhile, and so on until the stack is full.)
pub fn on_lanes<T: Send>(seeds: Range<u64>, work: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let next = AtomicU64::new(seeds.start);
    let lane = || {
        let mut done = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return done;
            }
            done.push((seed, work(seed)));
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut all: Vec<(u64, T)> = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..cores).map(|_| scope.spawn(lane)).collect();
        lanes.into_iter().flat_map(|lane| lane.join().expect("a lane")).collect()
    });
    all.sort_by_key(|(seed, _)| *seed);
    all.into_iter().map(|(_, done)| done).collect()
}

/// Whether the shared folder is not there (a clone by itself): the test says so and has nothing to compare with.
pub fn is_alone() -> bool {
    let alone = !shared("fixtures").is_dir();
    if alone {
        eprintln!("no ../shared beside the repository: nothing to compare with, passed over");
    }
    alone
}

/// Reads and links everything below an inputs folder.
pub fn links_of(folder: &Path) -> Links {
    let specs = Specs::built_in().expect("built-in forms");
    let settings = Settings::default();
    let listing = inputs::list(folder).expect("inputs");
    let files = read::read_all(&listing, &specs, &settings, &|| {});
    link::link(files, &specs, &settings)
}

/// The program in a folder, to its end.
pub fn zhiti(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zhiti"))
        .current_dir(folder)
        .args(args)
        .output()
        .expect("the program starts")
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("folder");
    for entry in std::fs::read_dir(from).expect("folder").flatten() {
        let new = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &new);
        } else {
            std::fs::copy(entry.path(), new).expect("copy");
        }
    }
}

/// All files below a folder but the log of the run, which differs every time.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, below: &str, out: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).expect("folder").flatten() {
            let name = format!("{below}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &name, out);
            } else if entry.file_name() != zhiti::output::RUN_LOG {
                out.insert(name, std::fs::read(entry.path()).expect("file"));
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(folder, "", &mut out);
    out
}

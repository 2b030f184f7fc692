//! What the test programs share: where the fixtures are, and reading a whole inputs folder.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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

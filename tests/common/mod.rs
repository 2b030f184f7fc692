//! What the test programs share: where the fixtures are, and reading a whole inputs folder.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use zhiti::link::{self, Links};
use zhiti::settings::Settings;
use zhiti::spec::Specs;
use zhiti::{inputs, read};

pub mod program;
pub mod random;
pub mod score;

#[allow(unused_imports)]
pub use program::{files, zhiti};

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

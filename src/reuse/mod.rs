//! What an earlier run has done already and need not be done again.
//!
//! Three memories below `.zhiti` in the workspace: what the input files came to when they were
//! read ([`Readings`]), what the files of the standing edition were made from ([`Standing`]),
//! and the pictures of its drawings ([`Pictures`]). All are found by content only, never by date
//! or name, all may be deleted at any time, and a damaged memory is no memory. Nothing here
//! decides what is written: a run with memory writes the same bytes as one without.

mod made;
mod maker;
mod pictures;
mod readings;
mod recipe;
mod store;

use std::path::{Path, PathBuf};

pub use made::{Made, Record, Standing};
pub use maker::{Done, Maker};
pub use pictures::Pictures;
pub use readings::Readings;
pub use recipe::{Content, Recipe, Why};

/// The sources this program was built from; another build trusts nothing of ours.
pub const BUILD: &str = env!("ZHITI_BUILD");

/// Where the memories of a workspace are: not in the outputs, which hold nothing but results.
pub fn folder(workspace: &Path) -> PathBuf {
    workspace.join(".zhiti")
}

//! The reader in guarded worker processes of the same binary.
//!
//! An allocation abort or an endless loop inside a library ends or hangs the process
//! it happens in, so files are read in workers: the system limits their memory, the
//! parent their time. A worker that dies names the file it was reading and is
//! replaced; everything else goes on. Workers answer with bindings only, in the
//! order of the listing; judging stays with the parent.

mod confine;
mod pool;
mod wire;
mod worker;

use std::io;
use std::path::PathBuf;

use crate::error::Result;
use crate::spec::{SourceFile, Specs};
use crate::templates::Templates;

pub(crate) use confine::peak_kib;
pub use pool::{Pool, Taken};
pub use wire::Cost;
pub use worker::worker_main;

/// First argument that makes the program a worker.
pub const ARGUMENT: &str = "__read";

/// How workers are started.
#[derive(Clone, Debug)]
pub struct Guard {
    program: PathBuf,
    forms: Vec<FormText>,
    sources: Vec<SourceFile>,
    measure: bool,
}

/// A form specification that stands in for the built-in one of the same file name.
pub(crate) type FormText = (String, (String, String));

impl Guard {
    /// Workers of `program` with the built-in forms.
    pub fn of(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), forms: Vec::new(), sources: Vec::new(), measure: false }
    }

    /// Workers of this very binary, with the forms and mapping files of `templates`.
    ///
    /// # Errors
    /// The system does not tell where the binary is.
    pub fn of_this_program(templates: &Templates) -> io::Result<Self> {
        let texts = templates.below("forms/").filter_map(|path| {
            let name = path.strip_prefix("forms/")?.to_owned();
            Some((name, (templates.origin(path).display().to_string(), templates.get(path)?.to_owned())))
        });
        let (forms, sources) = (texts.collect(), templates.sources());
        Ok(Self { forms, sources, ..Self::of(std::env::current_exe()?) })
    }

    /// Has workers tell the time and the memory of each file.
    pub fn measuring(mut self) -> Self {
        self.measure = true;
        self
    }
}

/// The specifications of the texts a worker was given; the built-in mappings where it was given none.
fn specs_of(forms: &[FormText], sources: Vec<SourceFile>) -> Result<Specs> {
    let specs = Specs::load(|name| forms.iter().find(|(n, _)| n == name).map(|(_, text)| text.clone()))?;
    if sources.is_empty() { Ok(specs) } else { specs.with_sources(sources) }
}

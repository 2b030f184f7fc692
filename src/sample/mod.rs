//! `zhiti sample`: synthetic returns of Chengdu's units, deterministic by seed.
//!
//! Every name is invented and carries 拟, every sheet is marked 示例数据. The
//! truth behind each return is kept beside it, so that tests know what should
//! be read. First all is planned (`plan`), then files are drawn one by one
//! (`draw`), so that ten thousand workbooks need no memory for their bytes.

mod defect;
mod draw;
mod plan;
mod project;
mod rng;
mod say;
mod world;

use std::fs;
use std::path::Path;

use rayon::prelude::*;

use crate::error::{AtPath, Result};
use crate::spec::Specs;

pub use defect::{Defect, Effect};
pub use plan::SampleTruth;
pub use say::{Answers, Said, Value};

/// What to make.
#[derive(Clone, Debug)]
pub struct SampleOptions {
    /// Quarters in order, as `2025Q1`; the later ones go a little better.
    pub periods: Vec<String>,
    /// Projects per quarter, about 4.5 returns each. From 92 on all 23 units have some, below at least five.
    pub projects: usize,
    pub seed: u64,
    /// Share of returns with a defect, 0 to 1.
    pub mess: f64,
}

impl SampleOptions {
    /// The example that stands in the repository: two quarters, six units, a few defects.
    pub fn example() -> Self {
        Self { periods: vec!["2025Q1".into(), "2025Q2".into()], projects: 24, seed: 190, mess: 0.06 }
    }
}

/// A file as sent in; the path is below `inputs/`, with `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleFile {
    pub path: String,
    pub bytes: Vec<u8>,
}

/// A planned sample.
pub struct Sample<'a> {
    specs: &'a Specs,
    plans: Vec<plan::FilePlan>,
    /// What each return really says, in the order of districts and projects.
    pub truths: Vec<SampleTruth>,
}

/// Plans a sample. Same options, same sample.
///
/// # Errors
/// A period that is no quarter.
pub fn generate<'a>(options: &SampleOptions, specs: &'a Specs) -> Result<Sample<'a>> {
    let mut dealer = plan::Dealer::new(options, specs);
    dealer.deal()?;
    let (plans, truths) = (dealer.files, dealer.truths);
    Ok(Sample { specs, plans, truths })
}

impl Sample<'_> {
    /// Number of files.
    pub fn len(&self) -> usize {
        self.plans.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.plans.is_empty()
    }

    /// Draws the files one after another, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = Result<SampleFile>> {
        self.plans.iter().map(|plan| self.draw(plan))
    }

    /// Writes all files below `inputs`, on all cores, and calls `done` after each.
    ///
    /// # Errors
    /// The first file that cannot be written.
    pub fn write(&self, inputs: &Path, done: impl Fn() + Sync) -> Result<()> {
        self.plans.par_iter().try_for_each(|plan| {
            let file = self.draw(plan)?;
            let path = inputs.join(&file.path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).at("建立文件夹", folder)?;
            }
            fs::write(&path, &file.bytes).at("写文件", &path)?;
            done();
            Ok(())
        })
    }

    fn draw(&self, plan: &plan::FilePlan) -> Result<SampleFile> {
        let bytes = draw::draw(plan, &self.truths, self.specs)?;
        Ok(SampleFile { path: plan.path.clone(), bytes })
    }
}

#[cfg(test)]
mod tests;

//! How a run goes: bars on a terminal, silence in a pipe, and the log of its stages.
//!
//! Every stage is told here once; the bar and the log are two views of it.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::runlog::RunLog;

/// A stage of the program's work, in the order of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Read,
    Link,
    Measure,
    Data,
    Compare,
    Problems,
    Documents,
    Site,
    Sample,
}

impl Step {
    /// Name in the log.
    pub fn id(self) -> &'static str {
        ["read", "link", "measure", "data", "compare", "problems", "documents", "site", "sample"]
            [self as usize]
    }

    /// Name before a bar.
    pub fn label(self) -> &'static str {
        ["读取", "关联", "统计", "数据", "比较", "核对", "生成", "公开版", "写出"][self as usize]
    }
}

/// Where progress goes.
#[derive(Clone, Debug)]
pub struct Progress {
    shown: bool,
    log: Arc<RunLog>,
}

impl Progress {
    /// Shown on standard error, only on a terminal and unless quiet.
    pub fn new(quiet: bool) -> Self {
        Self { shown: !quiet && std::io::stderr().is_terminal(), ..Self::silent() }
    }

    /// Never shown.
    pub fn silent() -> Self {
        Self { shown: false, log: Arc::new(RunLog::new(None)) }
    }

    /// The same, kept in a log of one's own.
    pub fn logged(self, log: RunLog) -> Self {
        Self { log: Arc::new(log), ..self }
    }

    pub fn log(&self) -> &RunLog {
        &self.log
    }

    /// Opens a stage of `length` steps.
    pub fn stage(&self, step: Step, length: usize) -> Stage {
        let target = if self.shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(length as u64), target);
        if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:32} {pos}/{len} 剩余约{eta}") {
            bar.set_style(style);
        }
        bar.set_prefix(step.label());
        self.log.begun(step, length);
        Stage { bar, step, log: Arc::clone(&self.log), began: Instant::now() }
    }

    /// A stage that is one piece of work.
    pub fn timed<T>(&self, step: Step, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        self.log.begun(step, 1);
        let made = work();
        self.log.ended(step, 1, began.elapsed());
        made
    }
}

/// One stage of a run.
pub struct Stage {
    bar: ProgressBar,
    step: Step,
    log: Arc<RunLog>,
    began: Instant,
}

impl Stage {
    pub fn tick(&self) {
        self.bar.inc(1);
    }

    pub fn finish(&self) {
        let steps = usize::try_from(self.bar.position()).unwrap_or(usize::MAX);
        self.bar.finish_and_clear();
        self.log.ended(self.step, steps, self.began.elapsed());
    }
}

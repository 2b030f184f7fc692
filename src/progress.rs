//! Progress bars on a terminal, silence in a pipe.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where progress goes.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    shown: bool,
}

impl Progress {
    /// Shown on standard error, only on a terminal and unless quiet.
    pub fn new(quiet: bool) -> Self {
        Self { shown: !quiet && std::io::stderr().is_terminal() }
    }

    /// Never shown.
    pub fn silent() -> Self {
        Self { shown: false }
    }

    /// Opens a stage of `length` steps.
    pub fn stage(&self, name: &'static str, length: usize) -> Stage {
        let target = if self.shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(length as u64), target);
        if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:32} {pos}/{len} 剩余约{eta}") {
            bar.set_style(style);
        }
        bar.set_prefix(name);
        Stage(bar)
    }
}

/// One stage of a run.
pub struct Stage(ProgressBar);

impl Stage {
    pub fn tick(&self) {
        self.0.inc(1);
    }

    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

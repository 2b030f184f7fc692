//! The log of a run for machines: `run.json` in the edition, and `--log` as it happens.
//!
//! It holds what differs from run to run (seconds, memory), so that it stands in no
//! manifest, no comparison of bytes looks at it, and no document prints from it.
//! Durations only: no time of day, which may jump.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::guard;
use crate::problem::Problem;
use crate::progress::Step;

/// Where the lines of `--log` go.
pub type Lines = Box<dyn Write + Send>;

/// What a run has done so far.
pub struct RunLog {
    began: Instant,
    lines: Option<Mutex<Lines>>,
    stages: Mutex<Vec<(Step, Stage)>>,
}

/// One stage that has ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stage {
    pub stage: &'static str,
    /// Files read, documents made …; 1 for a stage that is one piece of work.
    pub steps: usize,
    pub seconds: f64,
}

impl fmt::Debug for RunLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunLog").field("stages", &self.stages()).finish_non_exhaustive()
    }
}

impl RunLog {
    /// A log that begins now; its lines go to `lines` as things happen.
    pub fn new(lines: Option<Lines>) -> Self {
        Self { began: Instant::now(), lines: lines.map(Mutex::new), stages: Mutex::default() }
    }

    /// The stages that have ended, in the order of the story: some go beside one another.
    pub fn stages(&self) -> Vec<Stage> {
        let mut stages = held(&self.stages).clone();
        stages.sort_by_key(|(step, _)| *step);
        stages.into_iter().map(|(_, stage)| stage).collect()
    }

    pub(crate) fn begun(&self, step: Step, steps: usize) {
        self.line("begin", &json!({"stage": step.id(), "steps": steps}));
    }

    pub(crate) fn ended(&self, step: Step, steps: usize, took: Duration) {
        let stage = Stage { stage: step.id(), steps, seconds: seconds(took) };
        self.line("end", &json!(stage));
        held(&self.stages).push((step, stage));
    }

    /// Tells how the program ends: its exit code, and why it could not do the job.
    pub fn close(&self, code: u8, error: Option<&Error>) {
        let error = error.map(Error::to_string);
        self.line("exit", &json!({"code": code, "error": error, "peak_memory_kib": guard::peak_kib()}));
    }

    /// One line of JSON. A log that cannot be written stops no run.
    fn line(&self, event: &str, what: &Value) {
        let Some(lines) = &self.lines else { return };
        let mut line = json!({"at": seconds(self.began.elapsed()), "event": event});
        if let (Some(line), Some(what)) = (line.as_object_mut(), what.as_object()) {
            line.extend(what.clone());
        }
        let mut lines = held(lines);
        let _ = writeln!(lines, "{line}").and_then(|()| lines.flush());
    }

    /// `run.json`: the whole run up to now.
    ///
    /// # Errors
    /// Never in memory; kept for the writer's type.
    pub fn to_json(
        &self,
        period: &str,
        counts: &BTreeMap<String, usize>,
        problems: &[Problem],
    ) -> Result<Vec<u8>> {
        let mut by_code: BTreeMap<&str, usize> = BTreeMap::new();
        for problem in problems {
            *by_code.entry(problem.code.id()).or_default() += 1;
        }
        let value = json!({
            "note": "本次运行的记录：用时和内存每次不同，所以不在 manifest.json 中，也不参与核对",
            "program": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "period": period,
            "threads": rayon::current_num_threads(),
            "counts": counts,
            "problems": by_code,
            "stages": self.stages(),
            "seconds": seconds(self.began.elapsed()),
            "peak_memory_kib": guard::peak_kib(),
        });
        self.line("written", &json!({"period": period, "counts": counts, "problems": by_code}));
        serde_json::to_vec_pretty(&value).map_err(|e| Error::internal(format!("run.json：{e}")))
    }
}

/// Seconds to the millisecond.
fn seconds(duration: Duration) -> f64 {
    duration.as_millis() as f64 / 1000.0
}

fn held<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::progress::Progress;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            held(&self.0).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn stages_are_told_as_they_happen_and_kept() {
        let kept = Kept::default();
        let progress = Progress::silent().logged(RunLog::new(Some(Box::new(kept.clone()))));
        let bar = progress.stage(Step::Read, 2);
        bar.tick();
        bar.tick();
        bar.finish();
        assert_eq!(progress.timed(Step::Measure, || 7), 7);
        let counts = BTreeMap::from([("files_found".to_owned(), 2)]);
        let json: Value =
            serde_json::from_slice(&progress.log().to_json("2025Q1", &counts, &[]).unwrap()).unwrap();
        progress.log().close(2, Some(&Error::usage("甲", "")));
        assert_eq!((&json["stages"][0]["stage"], &json["stages"][0]["steps"]), (&json!("read"), &json!(2)));
        assert_eq!(json["counts"]["files_found"], 2);
        let text = String::from_utf8(held(&kept.0).clone()).unwrap();
        let lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        let events: Vec<&str> = lines.iter().map(|l| l["event"].as_str().unwrap()).collect();
        assert_eq!(events, ["begin", "end", "begin", "end", "written", "exit"]);
        assert_eq!(lines[5]["error"], "甲");
    }
}

//! The parent's side: starts workers, hands out files, watches the clock, and
//! replaces a worker that dies.
//!
//! Each worker has a thread here that feeds it and takes its answers, so that the
//! worker reads the next file while the last one is judged. A file is blamed only
//! for the death of a worker that had read nothing before it: what becomes of a file
//! must not depend on the files before it.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::wire::{Cost, Hello, Job, Report, frame, receive};
use super::{ARGUMENT, Guard};
use crate::error::{Error, Result};
use crate::read::{self, Head, Outcome, Part};
use crate::workbook::{FileFault, Limits};

/// Files and bytes of jobs a worker has before it: far less than a pipe holds, so that
/// neither side ever waits for the other to read, and little to hand on when others are done.
const FILES_AHEAD: usize = 8;
const BYTES_AHEAD: usize = 2000;

/// How often the clock is looked at.
const TICK: Duration = Duration::from_millis(20);

/// What came of one file.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    pub parts: Vec<Part>,
    /// Where the guard measures, and the worker lived.
    pub cost: Option<Cost>,
}

/// A set of workers that reads files.
#[derive(Debug)]
pub struct Pool<'a> {
    guard: &'a Guard,
    limits: &'a Limits,
    workers: usize,
}

impl<'a> Pool<'a> {
    /// As many workers as the program uses threads.
    pub fn new(guard: &'a Guard, limits: &'a Limits) -> Self {
        Self { guard, limits, workers: rayon::current_num_threads() }
    }

    /// Another number of workers.
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    /// Reads the files and passes the parts of each, with its index, to `each`; the
    /// answers come in the order of the files.
    ///
    /// # Errors
    /// A worker cannot be started.
    pub fn map<T: Send>(
        &self,
        files: &[&Path],
        each: impl Fn(usize, Vec<Part>) -> T + Sync,
    ) -> Result<Vec<T>> {
        self.map_taken(files, |index, taken| each(index, taken.parts))
    }

    /// As [`Pool::map`], with what each file cost.
    ///
    /// # Errors
    /// As [`Pool::map`].
    pub fn map_taken<T: Send>(
        &self,
        files: &[&Path],
        each: impl Fn(usize, Taken) -> T + Sync,
    ) -> Result<Vec<T>> {
        let queue = Queue { files, next: AtomicUsize::new(0) };
        let slots: Vec<Slot> =
            (0..self.workers.clamp(1, files.len().max(1))).map(|_| Slot::default()).collect();
        let mut done = std::thread::scope(|scope| {
            let clock = scope.spawn(|| watch(&slots));
            let start = |slot| {
                let line = Line { pool: self, slot, queue: &queue, ahead: VecDeque::new() };
                scope.spawn(|| line.run(&each))
            };
            let lines: Vec<_> = slots.iter().map(start).collect();
            let done: Vec<_> = lines.into_iter().map(|line| line.join()).collect();
            slots.iter().for_each(Slot::close);
            clock.thread().unpark();
            done.into_iter().map(|d| d.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).try_fold(
                Vec::with_capacity(files.len()),
                |mut all: Vec<(usize, T)>, one| {
                    all.extend(one?);
                    Ok::<_, Error>(all)
                },
            )
        })?;
        done.sort_by_key(|(index, _)| *index);
        Ok(done.into_iter().map(|(_, value)| value).collect())
    }
}

/// The files, and the next one nobody has taken.
struct Queue<'a> {
    files: &'a [&'a Path],
    next: AtomicUsize,
}

impl Queue<'_> {
    fn take(&self) -> Option<usize> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        (index < self.files.len()).then_some(index)
    }
}

/// What the clock sees of a worker.
#[derive(Default)]
struct Slot(Mutex<Watched>);

#[derive(Default)]
struct Watched {
    child: Option<Child>,
    deadline: Option<Instant>,
    closed: bool,
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arm(&self, deadline: Option<Instant>) {
        self.lock().deadline = deadline;
    }

    fn close(&self) {
        self.lock().closed = true;
    }

    /// Ends the worker, if it has not ended by itself.
    fn end(&self) {
        let mut watched = self.lock();
        if let Some(mut child) = watched.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Kills workers that are past their deadline, until all slots are closed.
fn watch(slots: &[Slot]) {
    loop {
        let mut open = false;
        for slot in slots {
            let mut watched = slot.lock();
            open |= !watched.closed;
            if watched.deadline.is_some_and(|d| Instant::now() >= d) {
                watched.deadline = None;
                if let Some(child) = &mut watched.child {
                    let _ = child.kill();
                }
            }
        }
        if !open {
            return;
        }
        std::thread::park_timeout(TICK);
    }
}

/// A file that a worker has before it.
struct Ahead {
    index: usize,
    /// Bytes of its job in the pipe.
    bytes: usize,
    taken: Taken,
    /// The part being read.
    head: Option<Head>,
    /// Whether it was given to a fresh worker after a death.
    retried: bool,
}

impl Ahead {
    fn of(index: usize) -> Self {
        Self { index, bytes: 0, taken: Taken::default(), head: None, retried: false }
    }
}

/// The pipes of a worker.
struct Pipes {
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    errors: ChildStderr,
    /// Whether it has read anything yet.
    fresh: bool,
}

/// One worker's feeder.
struct Line<'a> {
    pool: &'a Pool<'a>,
    slot: &'a Slot,
    queue: &'a Queue<'a>,
    ahead: VecDeque<Ahead>,
}

impl Line<'_> {
    fn run<T>(mut self, each: &impl Fn(usize, Taken) -> T) -> Result<Vec<(usize, T)>> {
        let mut out = Vec::new();
        let mut pipes = None;
        loop {
            let mut live = match pipes.take() {
                Some(live) => live,
                None if self.has_work() => self.start()?,
                None => break,
            };
            self.feed(&mut live);
            if self.ahead.is_empty() {
                drop(live);
                break;
            }
            let waiting = Instant::now();
            match self.hear(&mut live) {
                Ok(report) => {
                    if let Some(file) = self.note(report, &mut live) {
                        out.push((file.index, each(file.index, file.taken)));
                    }
                    pipes = Some(live);
                }
                Err(_) => {
                    self.slot.end();
                    if let Some(file) = self.blame(live, waiting.elapsed()) {
                        out.push((file.index, each(file.index, file.taken)));
                    }
                }
            }
        }
        self.slot.end();
        Ok(out)
    }

    /// Whether there is anything to do, so that a worker is worth starting.
    fn has_work(&mut self) -> bool {
        if self.ahead.is_empty()
            && let Some(index) = self.queue.take()
        {
            self.ahead.push_back(Ahead::of(index));
        }
        !self.ahead.is_empty()
    }

    /// Starts a worker and gives it what an earlier one left.
    fn start(&mut self) -> Result<Pipes> {
        let mut live = self.spawn().map_err(|e| Error::internal(format!("读取进程无法启动（{e}）")))?;
        let mut backlog = std::mem::take(&mut self.ahead);
        for file in &mut backlog {
            file.head = None;
            file.bytes = self.give(&mut live, file.index, file.taken.parts.len());
        }
        self.ahead = backlog;
        Ok(live)
    }

    fn spawn(&self) -> io::Result<Pipes> {
        let guard = self.pool.guard;
        let mut child = Command::new(&guard.program)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        self.slot.lock().child = Some(child);
        let (Some(to), Some(from), Some(errors)) = pipes else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let mut live = Pipes { to, from: BufReader::with_capacity(64 << 10, from), errors, fresh: true };
        let hello = Hello {
            limits: self.pool.limits.clone(),
            forms: guard.forms.clone(),
            sources: guard.sources.clone(),
            measure: guard.measure,
        };
        let _ = live.to.write_all(&frame(&hello)?);
        match self.hear(&mut live) {
            Ok(Report::Ready) => Ok(live),
            _ => {
                self.slot.end();
                Err(io::Error::other(last_words(live.errors)))
            }
        }
    }

    /// Gives the worker files until enough lie before it.
    fn feed(&mut self, live: &mut Pipes) {
        while self.ahead.len() < FILES_AHEAD
            && self.ahead.iter().map(|a| a.bytes).sum::<usize>() < BYTES_AHEAD
            && let Some(index) = self.queue.take()
        {
            let bytes = self.give(live, index, 0);
            self.ahead.push_back(Ahead { bytes, ..Ahead::of(index) });
        }
    }

    /// Sends a job; a broken pipe shows when the worker is next listened to.
    fn give(&self, live: &mut Pipes, index: usize, skip: usize) -> usize {
        let path: OsString = self.queue.files[index].as_os_str().to_owned();
        let job = frame(&Job { path, skip }).unwrap_or_default();
        let _ = live.to.write_all(&job);
        job.len()
    }

    /// Waits for the worker's next word; the clock runs only meanwhile.
    fn hear(&self, live: &mut Pipes) -> io::Result<Report> {
        let seconds = Duration::from_secs(self.pool.limits.seconds);
        self.slot.arm(Some(Instant::now() + seconds));
        let report = receive(&mut live.from);
        self.slot.arm(None);
        report
    }

    /// Takes down what the worker said of the file before it; a file that is done comes back.
    fn note(&mut self, report: Report, live: &mut Pipes) -> Option<Ahead> {
        let file = self.ahead.front_mut()?;
        match report {
            Report::Ready => None,
            Report::Begin(head) => {
                file.head = Some(head);
                None
            }
            Report::End(outcome) => {
                live.fresh = false;
                let head = file.head.take().unwrap_or_default();
                file.taken.parts.push(Part { head, outcome });
                None
            }
            Report::Done(cost) => {
                live.fresh = false;
                file.taken.cost = cost;
                self.ahead.pop_front()
            }
        }
    }

    /// Names the file a worker died of. It comes back where nothing more can be in it.
    fn blame(&mut self, live: Pipes, waited: Duration) -> Option<Ahead> {
        let limits = self.pool.limits;
        let timed_out = waited.as_secs() >= limits.seconds;
        let words = last_words(live.errors);
        let file = self.ahead.front_mut()?;
        if !timed_out && !live.fresh && !file.retried {
            file.retried = true;
            return None;
        }
        file.retried = false;
        let why = reason(timed_out, &words, limits);
        let whole = file.taken.parts.is_empty();
        let head = match file.head.take() {
            Some(head) => head,
            None if whole => head_of(self.queue.files[file.index], limits),
            None => Head { entry: Some(format!("第{}项", file.taken.parts.len())), ..Head::default() },
        };
        file.taken.parts.push(Part { head, outcome: Outcome::Fault(FileFault::Stopped(why)) });
        if whole { self.ahead.pop_front() } else { None }
    }
}

/// What a dead worker wrote last: the runtime's word on why it aborted.
fn last_words(errors: ChildStderr) -> String {
    let mut text = Vec::new();
    let _ = errors.take(64 << 10).read_to_end(&mut text);
    String::from_utf8_lossy(&text).trim().to_owned()
}

fn reason(timed_out: bool, words: &str, limits: &Limits) -> String {
    if timed_out {
        format!("超过{}秒", limits.seconds)
    } else if words.contains("memory allocation") {
        format!("内存超过{}MB", limits.memory_bytes >> 20)
    } else if words.contains("overflowed its stack") {
        "结构嵌套过深".into()
    } else {
        "读取进程异常退出".into()
    }
}

/// Size and digest of a file whose worker died before it could tell.
fn head_of(path: &Path, limits: &Limits) -> Head {
    match read::load(path, limits) {
        Ok(bytes) => Head { entry: None, bytes: bytes.len() as u64, sha256: crate::digest::full(&bytes) },
        Err((bytes, _)) => Head { bytes, ..Head::default() },
    }
}

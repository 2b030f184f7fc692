//! The worker: reads the files it is told to, one after another, and says what it found.
//!
//! It says which part it is about to open before it opens it, so that the parent can
//! name the file that kills it. It ends when its parent closes the pipe.

use std::io::{self, BufReader, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use super::wire::{Cost, Hello, Job, Report, frame, receive, send};
use super::{confine, specs_of};
use crate::read::{Head, Outcome, Reader, Sink};

/// Body of a worker process, on standard input and output.
pub fn worker_main() -> ExitCode {
    // Panics are reported as faults of the file; their text has no reader here.
    std::panic::set_hook(Box::new(|_| {}));
    match serve(&mut BufReader::new(io::stdin().lock()), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(from: &mut impl io::Read, to: &mut impl Write) -> io::Result<()> {
    let hello: Hello = receive(from)?;
    let specs = specs_of(&hello.forms, hello.sources.clone()).map_err(io::Error::other)?;
    let reader = Reader { specs: &specs, limits: &hello.limits };
    confine::confine(&hello.limits);
    send(to, &Report::Ready)?;
    loop {
        let job: Job = match receive(from) {
            Ok(job) => job,
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(e) => return Err(e),
        };
        if hello.measure {
            confine::forget_peak();
        }
        let start = Instant::now();
        let mut teller = Teller { to: &mut *to, waiting: Vec::new(), failed: Ok(()) };
        reader.take_in(Path::new(&job.path), job.skip, &mut teller);
        let cost = || Cost { micros: start.elapsed().as_micros() as u64, peak_kib: confine::peak_kib() };
        teller.hold(&Report::Done(hello.measure.then(cost)));
        teller.speak();
        teller.failed?;
    }
}

/// Tells the parent what is about to be read at once, and what was read with the next word.
struct Teller<'a, W> {
    to: &'a mut W,
    waiting: Vec<u8>,
    failed: io::Result<()>,
}

impl<W: Write> Teller<'_, W> {
    fn hold(&mut self, report: &Report) {
        match frame(report) {
            Ok(bytes) => self.waiting.extend(bytes),
            Err(error) => self.failed = Err(error),
        }
    }

    fn speak(&mut self) {
        if self.failed.is_ok() {
            self.failed = self.to.write_all(&self.waiting).and_then(|()| self.to.flush());
        }
        self.waiting.clear();
    }
}

impl<W: Write> Sink for Teller<'_, W> {
    fn begin(&mut self, head: Head) {
        self.hold(&Report::Begin(head));
        self.speak();
    }

    fn end(&mut self, outcome: Outcome) {
        self.hold(&Report::End(outcome));
    }
}

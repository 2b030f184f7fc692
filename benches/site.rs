//! The public edition: made, searched for leaks and written, against writing its finished files alone,
//! both into a new folder that is flushed to the disk, as every edition is.
//!
//! `ZHITI_BENCH_PROJECTS`: number of projects, 2500 (of which those are cases that agreed).

mod common;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use common::documents::Desk;
use common::{alternate, compare, on_lanes};
use zhiti::compose::{Case, Scene, cases, summary};
use zhiti::document::Summary;
use zhiti::error::Result;
use zhiti::link::Key;
use zhiti::public::site::Press;
use zhiti::public::{self, PublicCase, PublicInput};

fn main() {
    let workspace = common::folder();
    let inputs = workspace.path().join("inputs");
    common::write_sample(&inputs, common::number("ZHITI_BENCH_PROJECTS", 2_500));
    let desk = Desk::open(&inputs, workspace.path());
    let figures = desk.measured();
    let scene = desk.scene(&figures);
    let agreed: Vec<Case> = cases(&scene).into_iter().filter(|case| case.consent).collect();
    let heads: Vec<PublicCase> = agreed.iter().map(PublicCase::head).collect();
    let input = PublicInput::of(&scene, &desk.ground.templates, &heads);
    let of_key: HashMap<&Key, &Case> = agreed.iter().map(|case| (&case.key, case)).collect();
    let make = |take: &Taker| {
        let made = public::site::print(&input, &BenchPress { scene: &scene, cases: &of_key, take });
        made.expect("an edition");
    };

    let finished: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::default();
    make(&|path, bytes| _ = finished.lock().expect("files").insert(path.to_owned(), bytes));
    let finished: Vec<(String, Vec<u8>)> = finished.into_inner().expect("files").into_iter().collect();
    let bytes: usize = finished.iter().map(|(_, bytes)| bytes.len()).sum();
    println!("{} cases, {} files, {} KiB", heads.len(), finished.len(), bytes >> 10);

    for jobs in common::jobs() {
        let pool = common::pool(jobs);
        let alone = || {
            in_a_folder(|folder| {
                on_lanes(jobs, finished.len(), |at| write(folder, &finished[at].0, &finished[at].1));
            });
        };
        let ours = || {
            in_a_folder(|folder| pool.install(|| make(&|path, bytes| write(folder, path, &bytes))));
        };
        let unwritten = || pool.install(|| make(&|_, _| ()));
        let timings = alternate(vec![
            ("writing its files", Box::new(alone)),
            ("ours, made and written", Box::new(ours)),
            ("ours, made and not written", Box::new(unwritten)),
        ]);
        compare(&format!("Public edition, {jobs} threads"), (finished.len(), "file"), &timings, 1.0);
    }
}

/// What is done with a finished file.
type Taker<'a> = dyn Fn(&str, Vec<u8>) + Sync + 'a;

/// Composes each case when its page is made.
struct BenchPress<'a> {
    scene: &'a Scene<'a>,
    cases: &'a HashMap<&'a Key, &'a Case<'a>>,
    take: &'a Taker<'a>,
}

impl Press for BenchPress<'_> {
    fn summary<'c>(&self, case: &'c PublicCase) -> Result<Cow<'c, Summary>> {
        Ok(Cow::Owned(summary::summary(self.scene, &self.cases[&case.key].released())))
    }

    fn take(&self, path: &str, bytes: Vec<u8>) -> Result<()> {
        (self.take)(path, bytes);
        Ok(())
    }
}

/// Does something in a new folder, and flushes what is there then to the disk.
fn in_a_folder(work: impl FnOnce(&Path)) {
    let folder = common::folder();
    for below in ["cases", "districts", "data/excel", "archive", "charts"] {
        fs::create_dir_all(folder.path().join(below)).expect("folder");
    }
    work(folder.path());
    let flushed = Command::new("sync").arg("-f").arg(folder.path()).status().expect("sync");
    assert!(flushed.success(), "not flushed");
}

fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
    fs::write(path, bytes).expect("file");
}

//! Whatever happens on a Friday evening: killed at any moment, a full disk, outputs that
//! cannot be written, inputs that change while they are read, two runs at once. After each the
//! last complete edition verifies, the next run completes, and nothing half-written is left.
//!
//! A jump of the clock has no test, because there is no clock to jump: `clippy.toml` refuses
//! the time of day everywhere, and deadlines are counted on the clock that only goes forward.
//! (`tests/determinism.rs` gives the inputs ages from 1970 to 2100.)
//!
//! Short by default; `ZHITI_LONG=1` kills at 200 moments.
#![cfg(unix)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use zhiti::inputs;
use zhiti::read::{self, Source};
use zhiti::reuse::Readings;
use zhiti::settings::Settings;
use zhiti::spec::Specs;

const PERIOD: &str = "2025Q1";

/// Synthetic inputs, and the editions they give whole and with one file less.
struct Known {
    folder: tempfile::TempDir,
    whole: BTreeMap<String, Vec<u8>>,
    less: BTreeMap<String, Vec<u8>>,
    /// How long a run takes here.
    took: Duration,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("folder");
    let sample =
        ["sample", "--period", PERIOD, "--projects", "2", "--mess", "0.3", "--seed", "11", "--quiet"];
    assert!(common::zhiti(folder.path(), &sample).status.success());
    // An edition tells what is new since the last one: each is made after the other.
    completes(folder.path());
    let less = edition_of(folder.path(), true);
    let began = Instant::now();
    let whole = edition_of(folder.path(), false);
    Known { whole, less, took: began.elapsed(), folder }
});

fn edition_of(folder: &Path, less: bool) -> BTreeMap<String, Vec<u8>> {
    put_aside(folder, less);
    completes(folder);
    common::files(&folder.join("outputs"))
}

/// Takes the first file of the inputs away, or puts it back.
fn put_aside(folder: &Path, aside: bool) {
    let place = folder.join("aside.xlsx");
    let file = inputs_of(folder).into_iter().next().expect("a file");
    let name = folder.join("aside.name");
    if aside && !place.exists() {
        fs::write(&name, file.to_str().expect("utf-8")).expect("write");
        fs::rename(&file, &place).expect("aside");
    } else if !aside && place.exists() {
        fs::rename(&place, fs::read_to_string(&name).expect("name")).expect("back");
    }
}

fn inputs_of(folder: &Path) -> Vec<PathBuf> {
    fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("folder").flatten() {
            if entry.path().is_dir() { walk(&entry.path(), out) } else { out.push(entry.path()) }
        }
    }
    let mut out = Vec::new();
    walk(&folder.join("inputs"), &mut out);
    out.sort();
    out
}

/// A workspace of one's own with those inputs, and the whole edition.
fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    for name in ["inputs", "outputs"] {
        common::copy(&KNOWN.folder.path().join(name), &folder.path().join(name));
    }
    folder
}

fn start(folder: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_zhiti"))
        .current_dir(folder)
        .args(["run", "--quiet"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn completes(folder: &Path) {
    let output = common::zhiti(folder, &["run", "--quiet"]);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{:?} {}", output.status, told(&output));
    assert_eq!(names(&folder.join("outputs")), [PERIOD], "nothing is left over");
}

fn verifies(outputs: &Path) {
    let verdict = zhiti::verify::verify(outputs, PERIOD).expect("an edition");
    assert_eq!(verdict.differences, [""; 0]);
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The edition that is being written, once it is there.
fn staged(outputs: &Path) -> Option<PathBuf> {
    names(outputs).into_iter().find(|n| n.starts_with(".zhiti-new-")).map(|n| outputs.join(n))
}

/// Numbers that differ from run to run of the tests; the first is printed.
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        let seed = std::env::var("ZHITI_SEED").ok().and_then(|s| s.parse().ok());
        let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
        eprintln!("ZHITI_SEED={seed}");
        Self(seed)
    }

    /// From 0 to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1u32 << 31)
    }
}

/// Waits until a moment of a run: a share of its length, or just after its manifest was written.
fn wait_for(moment: f64, at_the_end: bool, outputs: &Path, child: &mut Child) {
    let began = Instant::now();
    if at_the_end {
        let written = || staged(outputs).is_some_and(|folder| folder.join("manifest.json").exists());
        while !written() && child.try_wait().expect("child").is_none() {
            assert!(began.elapsed() < Duration::from_secs(300), "the run never ends");
            std::thread::sleep(Duration::from_micros(200));
        }
        std::thread::sleep(Duration::from_secs_f64(moment * 0.02));
    } else {
        std::thread::sleep(KNOWN.took.mul_f64(moment));
    }
}

#[test]
fn killed_at_any_moment_an_edition_stands_and_the_next_run_completes() {
    let long = std::env::var_os("ZHITI_LONG").is_some();
    let (moments, whole_run_every) = if long { (200, 20) } else { (4, 4) };
    let mut chance = Chance::new();
    let folder = workspace();
    let outputs = folder.path().join("outputs");
    for n in 0..moments {
        // Every other time with one file less, so that the next edition is another.
        put_aside(folder.path(), n % 2 == 0);
        let mut child = start(folder.path());
        wait_for(chance.next(), n % 4 >= 2, &outputs, &mut child);
        let _ = child.kill();
        let _ = child.wait();
        verifies(&outputs);
        let stands: BTreeMap<String, Vec<u8>> = common::files(&outputs.join(PERIOD))
            .into_iter()
            .map(|(name, bytes)| (format!("/{PERIOD}{name}"), bytes))
            .collect();
        let other = |known: &BTreeMap<String, Vec<u8>>| -> Vec<String> {
            let names = known.keys().chain(stands.keys());
            let differs = |name: &&String| !is_history(name) && known.get(*name) != stands.get(*name);
            names.filter(differs).cloned().collect()
        };
        let (whole, less) = (other(&KNOWN.whole), other(&KNOWN.less));
        assert!(whole.is_empty() || less.is_empty(), "moment {n}: neither {whole:?} nor {less:?}");
        if n % whole_run_every == whole_run_every - 1 {
            completes(folder.path());
            let now = common::files(&outputs);
            let names = now.keys().chain(KNOWN.whole.keys()).filter(|name| !is_history(name));
            let differing: Vec<&String> = names.filter(|n| now.get(*n) != KNOWN.whole.get(*n)).collect();
            assert!(
                differing.is_empty(),
                "moment {n}: the next run is as if nothing had been: {differing:?}"
            );
        }
    }
}

/// What tells of the editions before: how many came through depends on the moments.
fn is_history(name: &str) -> bool {
    let papers = ["/city/版本说明.pdf", "/city/发布前核对.pdf", "/city/数据表.xlsx", "/manifest.json"];
    let records =
        ["/data/changes.csv", "/data/changed_returns.csv", "/problems/base.json", "/problems/进展.json"];
    name.contains("/editions/") || papers.iter().chain(&records).any(|end| name.ends_with(end))
}

#[test]
fn two_runs_at_once_do_not_mix() {
    let folder = workspace();
    let outputs = folder.path().join("outputs");
    let mut first = start(folder.path());
    while staged(&outputs).is_none() {
        assert!(first.try_wait().expect("child").is_none(), "the first run has ended");
        std::thread::sleep(Duration::from_millis(1));
    }
    for command in ["run", "check", "publish"] {
        let second = common::zhiti(folder.path(), &[command]);
        assert_eq!(second.status.code(), Some(2), "{command}");
        assert!(told(&second).contains("另一个 zhiti 正在写入"), "{}", told(&second));
    }
    verifies(&outputs);
    let first = first.wait_with_output().expect("the first run");
    assert!(matches!(first.status.code(), Some(0 | 1)), "{}", told(&first));
    assert!(common::files(&outputs) == KNOWN.whole);
}

#[test]
fn a_disk_that_is_full_is_told_and_the_last_edition_stands() {
    let folder = workspace();
    let outputs = folder.path().join("outputs");
    // No file larger than 16 KiB: what a quota does in the middle of a run.
    let script = format!("trap '' XFSZ; ulimit -f 32; exec '{}' run --quiet", env!("CARGO_BIN_EXE_zhiti"));
    let cut = Command::new("sh").current_dir(folder.path()).args(["-c", &script]).output().expect("sh");
    assert_eq!(cut.status.code(), Some(2), "{}", told(&cut));
    assert!(told(&cut).contains("超过了系统允许的文件大小"), "{}", told(&cut));
    assert_eq!(names(&outputs), [PERIOD], "nothing is left over");
    verifies(&outputs);

    let size: usize = KNOWN.whole.values().map(|bytes| bytes.len().next_multiple_of(4096)).sum();
    let Some(_disk) = Disk::mounted(&outputs, &format!("size={}", size * 3 / 2)) else { return };
    completes(folder.path());
    // Without its memory it makes everything anew.
    fs::remove_dir_all(folder.path().join(".zhiti")).expect("memory");
    let full = common::zhiti(folder.path(), &["run", "--quiet"]);
    assert_eq!(full.status.code(), Some(2), "{}", told(&full));
    assert!(told(&full).contains("磁盘空间不足"), "{}", told(&full));
    assert_eq!(names(&outputs), [PERIOD], "nothing is left over");
    verifies(&outputs);
}

/// A small disk of its own in the place of a folder.
struct Disk(PathBuf);

impl Disk {
    /// `None`, with a notice, where mounting is not permitted.
    fn mounted(place: &Path, options: &str) -> Option<Self> {
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", options, "zhiti-test"]).arg(place).output();
        if mount.is_ok_and(|m| m.status.success()) {
            return Some(Self(place.to_owned()));
        }
        eprintln!("mounting is not permitted here: a full and a read-only disk are passed over");
        None
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
    }
}

#[test]
fn outputs_that_cannot_be_written_are_told_before_the_work() {
    let folder = workspace();
    fs::write(folder.path().join("a-file"), "mine").expect("write");
    for place in ["a-file", "a-file/outputs", "/proc/zhiti-outputs"] {
        for command in ["run", "check"] {
            let output = common::zhiti(folder.path(), &[command, "--outputs", place, "--quiet"]);
            assert_eq!(output.status.code(), Some(2), "{place}");
            assert!(
                told(&output).starts_with("错误：") && told(&output).contains("输出文件夹失败"),
                "{}",
                told(&output)
            );
        }
    }
    assert_eq!(fs::read_to_string(folder.path().join("a-file")).expect("kept"), "mine");
    let outputs = folder.path().join("只读");
    common::copy(&folder.path().join("outputs"), &outputs);
    let Some(_disk) = Disk::mounted(&outputs, "ro") else { return };
    let output = common::zhiti(folder.path(), &["run", "--outputs", "只读", "--quiet"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("只读"), "{}", told(&output));
}

/// Everything somebody may do on the first day: said in Chinese, exit code 2, nothing left behind.
#[test]
fn a_newcomer_is_told_what_is_missing() {
    let folder = tempfile::tempdir().expect("folder");
    fs::create_dir(folder.path().join("empty")).expect("folder");
    fs::write(folder.path().join("a-file"), "x").expect("write");
    let cases: [(&[&str], &str); 14] = [
        (&["run"], "先运行 `zhiti init`"),
        (&["check", "--inputs", "a-file"], "不是文件夹"),
        (&["run", "--inputs", "empty"], "如 inputs/2025Q1/"),
        (&["run", "--workspace", "nowhere"], "没有工作目录 nowhere"),
        (&["run", "--log", "nowhere/log"], "写入运行记录失败"),
        (&["verify"], "打开输出文件夹失败"),
        (&["verify", "--outputs", "empty"], "请先运行 `zhiti run`"),
        (&["verify", "--outputs", "empty", "--period", "2025Q1"], "没有 2025Q1 的成文结果"),
        (&["serve", "--outputs", "empty", "--period", "2025Q1"], "没有公开版"),
        (&["explain", "2025Q1/510100/composite_score"], "打开报送文件夹失败"),
        (&["forms", "--roster", "nowhere.xlsx"], "读取名册失败"),
        (&["forms", "--out", "a-file/x"], "建立文件夹失败"),
        (&["init", "a-file"], "已有同名的文件"),
        (&["sample", "--out", "a-file/x"], "不是文件夹"),
    ];
    for (args, wanted) in cases {
        let output = common::zhiti(folder.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            told(&output).starts_with("错误：") && told(&output).contains(wanted),
            "{args:?}: {}",
            told(&output)
        );
        assert!(
            !told(&output).contains("os error") && output.stdout.is_empty(),
            "{args:?}: {}",
            told(&output)
        );
        assert_eq!(names(folder.path()), ["a-file", "empty"], "{args:?} left something");
    }
}

/// Nobody listening is no fault; results that could not be written are.
#[test]
fn a_closed_pipe_is_no_fault_and_a_full_disk_is() {
    let folder = tempfile::tempdir().expect("folder");
    let sh = |line: &str| {
        let line = line.replace("zhiti", &format!("'{}'", env!("CARGO_BIN_EXE_zhiti")));
        Command::new("bash").current_dir(folder.path()).args(["-c", &line]).output().expect("bash")
    };
    for line in
        ["zhiti codes | head -c 9; exit ${PIPESTATUS[0]}", "zhiti run 2>&1 | true; exit ${PIPESTATUS[0]}"]
    {
        let output = sh(line);
        assert!(matches!(output.status.code(), Some(0 | 2)), "{line}");
        assert!(!told(&output).contains("panicked"), "{}", told(&output));
    }
    if Path::new("/dev/full").exists() {
        let output = sh("zhiti codes > /dev/full");
        assert_eq!(output.status.code(), Some(2));
        assert!(told(&output).contains("写出结果失败"), "{}", told(&output));
        assert_eq!(sh("zhiti run 2> /dev/full").status.code(), Some(2), "and no panic");
    }
}

#[test]
fn files_that_change_between_listing_and_reading_are_problems() {
    let folder = workspace();
    let root = folder.path().join("inputs");
    let listing = inputs::list(&root).expect("inputs");
    let change = |at: usize| {
        let path = &*listing.path(&listing.files[at]);
        let bytes = fs::read(path).expect("file");
        match at % 5 {
            0 => fs::remove_file(path).expect("gone"),
            1 => fs::write(path, &bytes[..bytes.len() / 2]).expect("cut"),
            2 => fs::write(path, [&bytes[..], &[0; 70_000]].concat()).expect("grown"),
            3 => fs::write(path, b"").expect("emptied"),
            _ => {
                fs::remove_file(path).expect("gone");
                fs::create_dir(path).expect("a folder in its place");
            }
        }
    };
    assert!(listing.files.len() >= 5, "{}", listing.files.len());
    (0..listing.files.len()).for_each(change);
    let (specs, settings) = (Specs::built_in().expect("forms"), Settings::default());
    let files =
        read::read_from(Source::Here, &listing, (&[], &Readings::none()), (&specs, &settings), &|| {})
            .expect("read");
    assert_eq!(files.len(), listing.files.len(), "none is lost");
    for (at, file) in files.iter().enumerate() {
        if at % 5 != 2 {
            assert!(!file.record.read && file.problems.len() == 1, "{at}: {:?}", file.record);
        }
        let english = |p: &zhiti::problem::Problem| p.found.contains("os error");
        assert!(!file.problems.iter().any(|(_, p)| english(p)), "{:?}", file.problems);
    }
}

#[test]
fn inputs_that_change_during_a_run_never_stop_it() {
    let folder = workspace();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let files = inputs_of(folder.path());
        let (stop, root) = (&stop, folder.path());
        scope.spawn(move || {
            let originals: Vec<Vec<u8>> = files.iter().map(|f| fs::read(f).expect("file")).collect();
            // Not the quarter's own folder: without it there is nothing to run.
            let folders = files.iter().filter_map(|file| file.parent());
            let district =
                folders.max_by_key(|folder| folder.components().count()).expect("folder").to_owned();
            let away = root.join("away");
            for n in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let at = n % files.len();
                let bytes = &originals[at];
                let _ = match n % 4 {
                    0 => fs::remove_file(&files[at]),
                    1 => fs::write(&files[at], &bytes[..bytes.len() / 3]),
                    2 => fs::rename(&district, &away).and_then(|()| fs::rename(&away, &district)),
                    _ => fs::write(&files[at], bytes),
                };
            }
        });
        // Told when all has stopped: a fault here would leave the other thread at its work.
        let outputs = [(); 2].map(|()| common::zhiti(folder.path(), &["run", "--quiet"]));
        stop.store(true, Ordering::Relaxed);
        for output in outputs {
            assert!(matches!(output.status.code(), Some(0 | 1)), "{:?} {}", output.status, told(&output));
        }
    });
    verifies(&folder.path().join("outputs"));
    assert_eq!(names(&folder.path().join("outputs")), [PERIOD]);
}

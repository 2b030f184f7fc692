//! Same input, same bytes: whatever the number of threads, the order in which the folder gives its files,
//! the time zone, the language, the folder, the user, the age of the files and the time of day.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).expect("folder").flatten() {
        match entry.path().is_dir() {
            true => out.extend(files_below(&entry.path())),
            false => out.push(entry.path()),
        }
    }
    out.sort();
    out
}

/// Copies the inputs file by file in another order, with other ages.
fn in_other_order(from: &Path, to: &Path, turn: usize, age: Duration) {
    let mut files = files_below(from);
    files.reverse();
    let middle = turn % files.len().max(1);
    files.rotate_left(middle);
    for file in files {
        let new = to.join(file.strip_prefix(from).expect("below"));
        fs::create_dir_all(new.parent().expect("folder")).expect("folder");
        fs::copy(&file, &new).expect("copy");
        let opened = fs::File::options().write(true).open(&new).expect("open");
        opened.set_modified(SystemTime::UNIX_EPOCH + age).expect("age");
    }
}

fn run(folder: &Path, jobs: &str, surroundings: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    let output = Command::new(env!("CARGO_BIN_EXE_zhiti"))
        .current_dir(folder)
        .args(["run", "--quiet", "--jobs", jobs])
        .envs(surroundings.iter().copied())
        .output()
        .expect("the program starts");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{told}");
    common::files(&folder.join("outputs"))
}

fn assert_same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>, what: &str) {
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{what}");
    let differing: Vec<&String> =
        one.iter().filter(|(name, bytes)| other[*name] != **bytes).map(|(name, _)| name).collect();
    assert!(differing.is_empty(), "{what}: {differing:?}");
}

#[test]
fn the_same_inputs_give_the_same_bytes_everywhere() {
    let root = tempfile::tempdir().expect("folder");
    let first = root.path().join("a");
    fs::create_dir(&first).expect("folder");
    let sample =
        ["sample", "--period", "2025Q1", "--projects", "4", "--mess", "0.2", "--seed", "5", "--quiet"];
    assert!(common::zhiti(&first, &sample).status.success());
    let wanted = run(&first, "1", &[("TZ", "Asia/Shanghai"), ("LC_ALL", "C.UTF-8")]);
    assert!(wanted.len() > 30);
    assert_same(&wanted, &run(&first, "2", &[]), "a second run over the first");
    fs::remove_dir_all(first.join(".zhiti")).expect("memory");
    assert_same(&wanted, &run(&first, "8", &[]), "a second run that makes everything anew");

    let nobody = root.path().join("nobody");
    let home = nobody.to_str().expect("utf-8");
    type Elsewhere<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);
    let elsewhere: [Elsewhere; 2] = [
        (
            "8",
            "别的 文件夹/深/b",
            &[
                ("TZ", "America/St_Johns"),
                ("LC_ALL", "tr_TR.UTF-8"),
                ("LANG", "de_DE"),
                ("USER", "nobody"),
                ("LOGNAME", "nobody"),
                ("HOME", home),
            ],
        ),
        (
            "2",
            "c",
            &[
                ("TZ", "Pacific/Kiritimati"),
                ("LC_ALL", "C"),
                ("RAYON_NUM_THREADS", "3"),
                ("SOURCE_DATE_EPOCH", "1"),
            ],
        ),
    ];
    for (turn, (jobs, below, surroundings)) in elsewhere.into_iter().enumerate() {
        let folder = root.path().join(below);
        let age = Duration::from_secs([0, 4_102_444_800][turn]);
        in_other_order(&first.join("inputs"), &folder.join("inputs"), turn * 7, age);
        assert_same(&wanted, &run(&folder, jobs, surroundings), below);
    }
}

//! A run that remembers writes the same bytes as one that does not, whatever changed in between.

use std::fs;
use std::path::Path;

mod common;
use common::program::{code, text};
use common::random::Dice;
use common::{files, zhiti};

/// Random changes of the inputs, the settings and the outputs; each is run with and without memory.
#[test]
fn a_run_with_memory_writes_what_a_cold_run_writes() {
    let rounds = if std::env::var_os("ZHITI_LONG").is_some() { 12 } else { 3 };
    let (warm, cold) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    let args =
        ["sample", "--period", "2025Q1", "--projects", "3", "--mess", "0.3", "--seed", "11", "--quiet"];
    assert_eq!(code(&zhiti(warm.path(), &args)), 0);
    let first = zhiti(warm.path(), &["run", "--quiet"]);
    assert!(matches!(code(&first), 0 | 1), "{}", text(&first.stderr));
    let mut dice = Dice::new(7);
    for round in 0..rounds {
        change(warm.path(), &mut dice, round);
        // The cold run starts from the same standing edition: what is told of the last one must agree.
        copy_without_memory(warm.path(), cold.path());
        for folder in [warm.path(), cold.path()] {
            let run = zhiti(folder, &["run", "--quiet"]);
            assert!(matches!(code(&run), 0 | 1), "{}", text(&run.stderr));
        }
        let (a, b) = (files(&warm.path().join("outputs")), files(&cold.path().join("outputs")));
        assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "round {round}");
        let volatile = |name: &str| name.ends_with("/run.json");
        let differing: Vec<&String> =
            a.iter().filter(|(n, bytes)| !volatile(n) && b[*n] != **bytes).map(|(n, _)| n).collect();
        assert!(differing.is_empty(), "round {round}: {differing:?}");
    }
    nothing_is_done_twice(warm.path());
    a_changed_output_is_made_anew(warm.path());
}

/// A correction workbook is drawn from its form: another label there is another workbook, though no return changed.
#[test]
fn a_changed_form_makes_its_correction_workbooks_anew() {
    let (warm, cold) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    let args = ["sample", "--period", "2025Q1", "--projects", "2", "--mess", "1", "--seed", "3", "--quiet"];
    assert_eq!(code(&zhiti(warm.path(), &args)), 0);
    let form = warm.path().join("templates/forms/B.toml");
    fs::create_dir_all(form.parent().expect("folder")).expect("folder");
    let built_in = include_str!("../templates/forms/B.toml");
    // The third run is the first whose problems stand as they stood before.
    for label in ["法定代表人", "法人代表", "负责人"] {
        let words = built_in.replace("label = \"法定代表人\"", &format!("label = \"{label}\""));
        fs::write(&form, words).expect("form");
        copy_without_memory(warm.path(), cold.path());
        for folder in [warm.path(), cold.path()] {
            let run = zhiti(folder, &["run", "--quiet"]);
            assert!(matches!(code(&run), 0 | 1), "{}", text(&run.stderr));
        }
        let made = |folder: &Path| files(&folder.join("outputs/2025Q1/problems/退回"));
        let (a, b) = (made(warm.path()), made(cold.path()));
        assert!(a.keys().any(|name| name.contains("表B")), "{:?}", a.keys());
        assert!(a == b, "{label}");
    }
}

fn nothing_is_done_twice(folder: &Path) {
    let plan = zhiti(folder, &["run", "--plan"]);
    assert_eq!(code(&plan), 0, "{}", text(&plan.stderr));
    assert!(text(&plan.stdout).contains("无须重新生成"), "{}", text(&plan.stdout));
    let before = files(&folder.join("outputs"));
    let again = zhiti(folder, &["run", "--format", "json"]);
    let said: serde_json::Value = serde_json::from_slice(&again.stdout).expect("JSON");
    let told: serde_json::Value =
        serde_json::from_slice(&before["/2025Q1/problems/problems.json"]).expect("JSON");
    assert_eq!(said["problems"], told, "a run that had nothing to do still tells the problems");
    assert_eq!(files(&folder.join("outputs")), before);
}

fn a_changed_output_is_made_anew(folder: &Path) {
    let path = folder.join("outputs/2025Q1/city/全市报告.pdf");
    let sound = fs::read(&path).expect("report");
    fs::write(&path, b"changed").expect("write");
    let plan = zhiti(folder, &["run", "--plan"]);
    assert!(text(&plan.stdout).contains("全市报告.pdf（尚无此文件或已被改动）"), "{}", text(&plan.stdout));
    zhiti(folder, &["run", "--quiet"]);
    assert_eq!(fs::read(&path).expect("report"), sound);
}

/// One random change.
fn change(folder: &Path, dice: &mut Dice, round: usize) {
    let inputs = folder.join("inputs/2025Q1");
    let names: Vec<String> = files(&inputs).into_keys().filter(|n| n.ends_with(".xlsx")).collect();
    let file = |dice: &mut Dice| inputs.join(&names[dice.below(names.len())][1..]);
    match round % 6 {
        0 => fs::remove_file(file(dice)).expect("remove"),
        1 => fs::copy(file(dice), inputs.join(format!("新都-{round}.xlsx"))).map(|_| ()).expect("copy"),
        2 => fs::write(folder.join("zhiti.toml"), "[metrics]\nmiddle_score = 80\n").expect("settings"),
        3 => fs::write(file(dice), b"broken").expect("write"),
        4 => fs::copy(file(dice), file(dice)).map(|_| ()).unwrap_or_default(),
        _ => {
            let page = folder.join("templates/layout/summary.typ");
            fs::create_dir_all(page.parent().expect("folder")).expect("folder");
            let built_in = include_str!("../templates/layout/summary.typ");
            fs::write(page, format!("{built_in}\n// {round}\n")).expect("template")
        }
    }
}

fn copy_without_memory(from: &Path, to: &Path) {
    for entry in fs::read_dir(to).expect("folder").flatten() {
        let path = entry.path();
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.expect("clear");
    }
    for (name, bytes) in files(from).into_iter().filter(|(n, _)| !n.starts_with("/.zhiti")) {
        let path = to.join(&name[1..]);
        fs::create_dir_all(path.parent().expect("folder")).expect("folder");
        fs::write(path, bytes).expect("write");
    }
}

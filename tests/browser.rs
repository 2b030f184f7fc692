//! The public edition in a real browser: every link, keyboard, phone width, and what axe-core finds.
//!
//! Needs chromium, node and axe-core (`scripts/setup.sh test` brings them); without
//! one of them the test says so and is passed over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use zhiti::pipeline::{self, Options};
use zhiti::progress::Progress;

fn program(names: &[&str]) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let found = |n: &&str| std::env::split_paths(&folders).map(|f| f.join(n)).find(|p| p.is_file());
    names.iter().find_map(found)
}

/// Makes the public edition of the example in the repository.
fn publish(outputs: &Path) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let options = Options {
        workspace: outputs.to_owned(),
        inputs: root.join("inputs"),
        outputs: outputs.to_owned(),
        period: None,
        jobs: None,
        font_paths: Vec::new(),
        guarded: false,
    };
    let outcome = pipeline::publish(&options, &Progress::silent()).unwrap();
    assert_eq!(outcome.refused, None);
    outcome.edition
}

#[test]
fn the_site_can_be_walked() {
    let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/npm/node_modules/axe-core/axe.min.js");
    let (Some(chromium), Some(node)) = (program(&["chromium", "google-chrome"]), program(&["node"])) else {
        eprintln!("no chromium or no node here: the browser test is passed over (scripts/setup.sh test)");
        return;
    };
    assert!(axe.is_file(), "no {}: run scripts/setup.sh test", axe.display());
    let outputs = tempfile::tempdir().unwrap();
    let site = publish(outputs.path());
    let table = std::fs::read_to_string(site.join("data/figures.csv")).unwrap();
    let implied: Vec<&str> = table.lines().filter(|l| l.ends_with(",implied")).collect();
    assert!(!implied.is_empty() && implied.iter().all(|l| l.ends_with(",,,,,,rate,implied")), "{implied:?}");
    let pictures = std::env::var_os("ZHITI_PICTURES").map_or(outputs.path().join("pictures"), PathBuf::from);
    let walked = Command::new(node)
        .arg("--experimental-websocket")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/walk.mjs"))
        .args([chromium.as_path(), &axe, &site, &pictures])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&walked.stdout);
    let said: Value = serde_json::from_str(&said)
        .unwrap_or_else(|e| panic!("{e}: {said}\n{}", String::from_utf8_lossy(&walked.stderr)));
    let faults: Vec<&str> = said["faults"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let pages = said["pages"].as_array().unwrap().len();
    let html = files(&site).into_iter().filter(|p| p.extension().is_some_and(|e| e == "html")).count();
    assert_eq!(pages, html, "every page can be reached by links");
    let met: BTreeMap<String, u64> = serde_json::from_value(said["met"].clone()).unwrap();
    assert!(met["skip"] == 1 && met["nav"] >= 7 && met["region"] >= 1 && met["details"] >= 4, "{met:?}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries.flat_map(|p| if p.is_dir() { files(&p) } else { vec![p] }).collect()
}

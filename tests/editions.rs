//! A period run again: what moved is told figure by figure with the returns behind it, what did not is counted,
//! earlier manifests are kept, and a run that changes nothing leaves every byte as it was.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn zhiti(folder: &Path, args: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_zhiti");
    Command::new(program).current_dir(folder).args(args).output().expect("the program starts")
}

fn run(folder: &Path) {
    let made = zhiti(folder, &["run", "--quiet"]);
    assert!(matches!(made.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&made.stderr));
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, below: &str, out: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("folder").flatten() {
            let name = format!("{below}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{name}/"), out)
            } else {
                drop(out.insert(name, fs::read(entry.path()).expect("file")))
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(folder, "", &mut out);
    out
}

type Rows = Vec<BTreeMap<String, String>>;

fn rows(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Rows {
    let mut reader = csv::Reader::from_reader(files[name].as_slice());
    reader.deserialize().map(|r| r.expect("row")).collect()
}

/// Value, numerator and denominator of every figure of `metrics.csv`, by id.
fn figures(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, [String; 3]> {
    let id = |r: &BTreeMap<String, String>| {
        let item = if r["item"].is_empty() { String::new() } else { format!(".{}", r["item"]) };
        format!("{}/{}/{}{item}", r["period"], r["unit_code"], r["metric"])
    };
    let parts = |r: &BTreeMap<String, String>| ["value", "numerator", "denominator"].map(|c| r[c].clone());
    rows(files, "data/metrics.csv").iter().map(|r| (id(r), parts(r))).collect()
}

/// A form F of the folder, sent in a file of its own.
fn survey(inputs: &Path) -> PathBuf {
    let all = files(inputs);
    let own = all.keys().find(|n| n.contains("满意度调查表/") && n.ends_with(".xlsx") && !n.contains("汇总"));
    inputs.join(own.expect("a survey in a file of its own"))
}

#[test]
fn a_second_edition_tells_what_moved_and_why() {
    let folder = tempfile::tempdir().expect("folder");
    let args = ["sample", "--period", "2025Q1", "--projects", "3", "--mess", "0", "--seed", "7", "--quiet"];
    assert!(zhiti(folder.path(), &args).status.success());
    let outputs = folder.path().join("outputs/2025Q1");
    run(folder.path());
    let first = files(&outputs);
    assert!(first.contains_key("city/版本说明.pdf") && first.contains_key("city/发布前核对.pdf"));
    assert!(rows(&first, "data/changes.csv").is_empty());

    let gone = survey(&folder.path().join("inputs/2025Q1"));
    fs::remove_file(&gone).expect("removable");
    run(folder.path());
    let second = files(&outputs);
    told_as_they_moved(&first, &second);
    let returns = rows(&second, "data/changed_returns.csv");
    assert_eq!(returns.len(), 1, "{returns:?}");
    assert_eq!(returns[0]["change"], "removed");
    assert!(gone.ends_with(&returns[0]["file"]));

    let kept: Vec<&String> = second.keys().filter(|n| n.ends_with(".manifest.json")).collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(second[kept[0]], first["manifest.json"]);
    let verdict = zhiti(folder.path(), &["verify"]);
    assert!(verdict.status.success(), "{}", String::from_utf8_lossy(&verdict.stdout));

    run(folder.path());
    let third = files(&outputs);
    let differing: Vec<&String> =
        third.keys().filter(|n| *n != "run.json" && second.get(*n) != third.get(*n)).collect();
    assert!(differing.is_empty() && second.len() == third.len(), "{differing:?}");
}

/// The table lists exactly the figures whose value, numerator or denominator moved, each with the survey.
fn told_as_they_moved(first: &BTreeMap<String, Vec<u8>>, second: &BTreeMap<String, Vec<u8>>) {
    let (old, new) = (figures(first), figures(second));
    let told = rows(second, "data/changes.csv");
    let is_metric = |id: &str| !id.rsplit('/').next().unwrap_or("").starts_with("account.");
    let ids: std::collections::BTreeSet<&str> =
        told.iter().map(|r| r["figure"].as_str()).filter(|id| is_metric(id)).collect();
    let moved: std::collections::BTreeSet<&str> =
        old.keys().chain(new.keys()).filter(|id| old.get(*id) != new.get(*id)).map(String::as_str).collect();
    assert_eq!(ids, moved);
    assert!(moved.contains("2025Q1/510100/composite_score") && moved.len() < old.len() / 2);
    for row in &told {
        assert_eq!(row["returns"], "1", "{row:?}");
        assert!(row["return_ids"].starts_with("2025Q1-F-"), "{row:?}");
    }
    let accounts: Vec<&str> = told
        .iter()
        .map(|r| r["figure"].as_str())
        .filter(|id| id.contains("/510100/account.received"))
        .collect();
    assert_eq!(accounts, ["2025Q1/510100/account.received", "2025Q1/510100/account.received.F"]);
}

/// Form D moves no figure, and Annex D is printed from it: an edition made for it says so.
#[test]
fn a_changed_summary_is_told_as_changed_material() {
    let folder = tempfile::tempdir().expect("folder");
    let args = ["sample", "--period", "2025Q1", "--projects", "2", "--mess", "0", "--seed", "7", "--quiet"];
    assert!(zhiti(folder.path(), &args).status.success());
    let table = folder.path().join("inputs/2025Q1/新都区/服务总结.csv");
    fs::create_dir_all(table.parent().expect("folder")).expect("made");
    let write = |words: &str| {
        let heads = "质量提升服务项目名称,企业名称,服务时间,质量提升服务目标达成情况,主要的服务经验与做法";
        let row = format!("检验服务,成都拟甲有限公司,2025年2月1日—2025年3月1日,{words},逐项核对。");
        fs::write(&table, format!("{heads}\n{row}\n")).expect("written");
    };
    write("合格率提高。");
    run(folder.path());
    let first = files(&folder.path().join("outputs/2025Q1"));
    write("合格率没有提高。");
    run(folder.path());
    let second = files(&folder.path().join("outputs/2025Q1"));
    let returns = rows(&second, "data/changed_returns.csv");
    assert_eq!(returns.len(), 1, "{returns:?}");
    assert_eq!((&*returns[0]["form"], &*returns[0]["change"]), ("D", "altered"));
    assert!(rows(&second, "data/changes.csv").is_empty());
    let base = String::from_utf8_lossy(&second["editions/base.json"]).into_owned();
    assert!(!base.contains("合格率"), "digests only");
    assert!(first["editions/base.json"] != second["editions/base.json"]);
}

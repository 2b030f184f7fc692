//! The whole reader against returns that other programs made, whose answers, defects and accounts are known.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{is_alone, links_of, score, shared};
use serde_json::Value as Json;
use zhiti::bind;
use zhiti::spec::{Form, Specs};
use zhiti::workbook::{self, Book, Limits, Sheet};

#[test]
fn every_answer_is_read_and_every_defect_told() {
    if is_alone() {
        return;
    }
    let links = links_of(&shared("fixtures/inputs"));
    let expected = shared("fixtures/expected");
    let answers = score::answers(&links, &score::returns(&expected));
    score::print("answers", &answers);
    let defects = score::defects(&links, &expected);
    score::print("defects", &defects);
    for (kind, score) in &answers {
        assert!(score.share() >= 0.995, "{kind}: {:?}", score.misses);
    }
    let (hits, all) = defects.values().fold((0, 0), |(h, a), s| (h + s.hits, a + s.hits + s.misses.len()));
    assert!(hits * 100 >= all * 98, "{hits} of {all} defects told");
}

#[test]
fn the_accounts_are_those_of_the_fixtures() {
    if is_alone() {
        return;
    }
    let links = links_of(&shared("fixtures/inputs"));
    let text = std::fs::read_to_string(shared("fixtures/expected/accounting.json")).expect("accounting.json");
    let wanted: Json = serde_json::from_str(&text).expect("json");
    let mut wrong = Vec::new();
    for (period, forms) in wanted.as_object().expect("periods") {
        let accounting = &links.accounting[&period.parse().expect("period")];
        for (letter, districts) in forms.as_object().expect("forms") {
            let form = Form::from_letter(letter).expect("form");
            for (district, want) in districts.as_object().expect("districts") {
                let ours = match district.as_str() {
                    "*" => accounting.city(form),
                    name => accounting.of(form, zhiti::reference::district::by_name(name)),
                };
                let ours = serde_json::to_value(ours).expect("json");
                for (what, number) in want.as_object().expect("account") {
                    if ours[what] != *number {
                        wrong.push(format!(
                            "{period} {letter} {district} {what}: {}, want {number}",
                            ours[what]
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Relative tolerance of values, and of bounds (issue of record: 1e-9 and 1e-6).
const VALUE: f64 = 1e-9;
const BOUND: f64 = 1e-6;

#[test]
fn the_metrics_are_those_of_the_fixtures() {
    if is_alone() {
        return;
    }
    let links = links_of(&shared("fixtures/inputs"));
    let settings = zhiti::settings::Settings::default();
    let mut reader = csv::Reader::from_path(shared("fixtures/expected/metrics.csv")).expect("metrics.csv");
    let wanted: Vec<std::collections::HashMap<String, String>> =
        reader.deserialize().map(|r| r.expect("row")).collect();
    let mut wrong = Vec::new();
    for period in ["2025Q1", "2025Q2"] {
        let measured = zhiti::metrics::measure(&links, period.parse().expect("period"), &settings.metrics)
            .expect("metrics");
        let table = zhiti::metrics::csv(&measured.figures).expect("csv");
        let mut reader = csv::Reader::from_reader(table.as_slice());
        let ours: Vec<std::collections::HashMap<String, String>> =
            reader.deserialize().map(|r| r.expect("row")).collect();
        for want in wanted.iter().filter(|w| w["period"] == period) {
            let same = |o: &&std::collections::HashMap<String, String>| {
                ["level", "unit_code", "metric", "item"].iter().all(|k| o[*k] == want[*k])
            };
            let name = format!("{period} {} {} {}", want["unit_code"], want["metric"], want["item"]);
            match ours.iter().find(same) {
                None if want["status"] == "no_data" => {}
                None => wrong.push(format!("{name}: no row")),
                Some(row) => wrong.extend(differences(row, want).into_iter().map(|d| format!("{name}: {d}"))),
            }
        }
        let extra = ours.iter().filter(|o| {
            o["status"] != "no_data"
                && !wanted.iter().any(|w| {
                    w["period"] == period
                        && ["level", "unit_code", "metric", "item"].iter().all(|k| o[*k] == w[*k])
                })
        });
        wrong.extend(
            extra.map(|o| format!("{period} {} {} {}: not expected", o["unit_code"], o["metric"], o["item"])),
        );
    }
    assert!(wrong.is_empty(), "{} differences: {:#?}", wrong.len(), &wrong[..wrong.len().min(40)]);
}

fn differences(
    row: &std::collections::HashMap<String, String>,
    want: &std::collections::HashMap<String, String>,
) -> Vec<String> {
    let mut out = Vec::new();
    for (column, tolerance) in
        [("numerator", VALUE), ("denominator", VALUE), ("value", VALUE), ("lower", BOUND), ("upper", BOUND)]
    {
        let close = match (row[column].parse::<f64>(), want[column].parse::<f64>()) {
            (Ok(a), Ok(b)) => (a - b).abs() <= tolerance * b.abs().max(1.0),
            _ => row[column] == want[column] || want["status"] == "no_data",
        };
        if !close {
            out.push(format!("{column} {} want {}", row[column], want[column]));
        }
    }
    if row["status"] != want["status"] || row["unit"] != want["unit"] || row["unit_name"] != want["unit_name"]
    {
        out.push(format!("{} {} want {} {}", row["status"], row["unit"], want["status"], want["unit"]));
    }
    out
}

/// Returns of each shape, as the makers of the fixtures saved them.
const TO_CONVERT: [&str; 7] = [
    "2025Q1/龙泉驿区/附件1 中小企业质量提升需求调查记录表（四川拟川精密机械有限公司）.xlsx",
    "2025Q1/龙泉驿区/成都拟汐食品有限公司服务实施记录表.xlsx",
    "2025Q1/龙泉驿区/表F 满意度调查表-成都拟柏食品有限公司.xlsx",
    "2025Q1/龙泉驿区/表F 满意度调查表-四川拟川精密机械有限公司.ods",
    "2025Q1/龙泉驿区/服务实施记录表/四川拟川精密机械有限公司服务实施记录表.xls",
    "2025Q1/金堂县/表S 补充表-成都拟岩包装有限公司.xlsx",
    "2025Q1/金堂县/金堂县2025年第一季度需求调查记录表汇总.xlsx",
];

/// What a file says, by form and field, sheet by sheet; `None` where it is no workbook.
fn said(path: &Path) -> Option<Vec<Vec<String>>> {
    let specs = Specs::built_in().expect("built-in forms");
    let book = workbook::read(std::fs::read(path).ok()?, &Limits::default()).ok()?;
    let period = "2025Q1".parse().expect("period");
    let of_sheet = |sheet: &Sheet| {
        let book = Book { sheets: vec![sheet.clone()], ..Book::default() };
        let mut out = Vec::new();
        for bound in bind::bind(&book, &specs).returns {
            let spec = specs.of(bound.form);
            let (ret, _) = zhiti::answer::judge(bound, &"x".into(), period, spec);
            for (field, answer) in ret.answered() {
                out.extend(answer.value.map(|v| format!("{} {} {v:?}", ret.form, field.id)));
            }
        }
        out
    };
    Some(book.sheets.iter().map(of_sheet).collect())
}

/// Saves files anew in a format by LibreOffice, all in one call.
fn converted(files: &[PathBuf], format: &str, to: &Path) {
    let profile = format!("-env:UserInstallation=file://{}/office", to.display());
    let done = Command::new("libreoffice")
        .args([&profile, "--headless", "--convert-to", format, "--outdir"])
        .arg(to)
        .args(files)
        .output()
        .expect("libreoffice");
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn what_another_program_saves_anew_says_the_same() {
    if is_alone() || Command::new("libreoffice").arg("--version").output().is_err() {
        eprintln!("no LibreOffice: passed over");
        return;
    }
    let all = std::env::var_os("ZHITI_LONG").is_some();
    let sources = if all {
        files_below(&shared("fixtures/inputs"))
    } else {
        TO_CONVERT.map(|f| shared("fixtures/inputs").join(f)).into()
    };
    let folder = tempfile::tempdir().expect("folder");
    let mut files: Vec<(PathBuf, Vec<Vec<String>>)> = Vec::new();
    for source in sources {
        // LibreOffice takes a text file for one of its own language.
        if source.extension().is_some_and(|e| e == "csv") {
            continue;
        }
        let Some(said) = said(&source).filter(|s| s.iter().any(|answers| !answers.is_empty())) else {
            continue;
        };
        let extension = source.extension().unwrap_or_default().to_string_lossy().into_owned();
        let copy = folder.path().join(format!("{:03}.{extension}", files.len()));
        std::fs::copy(&source, &copy).expect("copy");
        files.push((copy, said));
    }
    assert!(files.len() >= TO_CONVERT.len());
    let paths: Vec<PathBuf> = files.iter().map(|(path, _)| path.clone()).collect();
    let mut wrong = Vec::new();
    for format in ["xlsx", "xls", "ods", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"] {
        let extension = format.split(':').next().unwrap_or_default();
        let to = folder.path().join(extension);
        converted(&paths, format, &to);
        let mut answers = 0;
        for (path, before) in &files {
            let new = to.join(path.file_name().expect("name")).with_extension(extension);
            let now = said(&new).unwrap_or_default();
            // A text file holds the first sheet only, and dates as the program's language shows them.
            let before = if extension == "csv" { &before[..1] } else { before };
            let [mut lost, gained] = difference(&before.concat(), &now.concat());
            lost.retain(|answer| !(all && is_lost_by_libreoffice(extension, answer)));
            answers += before.iter().map(Vec::len).sum::<usize>();
            if !lost.is_empty() || !gained.is_empty() {
                wrong.push(format!("{} as {extension}: lost {lost:?}, gained {gained:?}", path.display()));
            }
        }
        println!("{extension:<5} {:>3} files, {answers} answers", files.len());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Dates in a text file stand in American order; an .xls keeps 0 for a name that is a formula.
fn is_lost_by_libreoffice(extension: &str, answer: &str) -> bool {
    extension == "csv" && answer.contains(" Date(")
        || extension == "xls" && answer.ends_with(" enterprise Text(\"成都拟宁精密机械有限公司\")")
}

/// Answers that are lost and gained.
fn difference(before: &[String], now: &[String]) -> [Vec<String>; 2] {
    let without = |a: &[String], b: &[String]| a.iter().filter(|x| !b.contains(x)).cloned().collect();
    [without(before, now), without(now, before)]
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    let mut files: Vec<PathBuf> =
        entries.flat_map(|p| if p.is_dir() { files_below(&p) } else { vec![p] }).collect();
    files.sort();
    files
}

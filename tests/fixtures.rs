//! The whole reader against returns that other programs made, whose answers, defects and accounts are known.

mod common;

use common::{is_alone, links_of, score, shared};
use serde_json::Value as Json;
use zhiti::spec::Form;

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

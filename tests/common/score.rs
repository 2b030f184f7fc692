//! Scores of the reader against returns whose truth is known (`returns.jsonl`, `problems.json`).

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde_json::Value as Json;
use zhiti::answer::{Return, Val};
use zhiti::link::{Links, Status};
use zhiti::parse::{contact, date};
use zhiti::text;

/// Hits and misses of one kind.
#[derive(Default, Debug)]
pub struct Score {
    pub hits: usize,
    pub misses: Vec<String>,
}

impl Score {
    pub fn share(&self) -> f64 {
        let all = self.hits + self.misses.len();
        if all == 0 { 1.0 } else { self.hits as f64 / all as f64 }
    }

    fn note(&mut self, hit: bool, miss: impl FnOnce() -> String) {
        if hit { self.hits += 1 } else { self.misses.push(miss()) }
    }
}

pub type Scores = BTreeMap<String, Score>;

pub fn returns(expected: &Path) -> Vec<Json> {
    let text = std::fs::read_to_string(expected.join("returns.jsonl")).expect("returns.jsonl");
    text.lines().map(|l| serde_json::from_str(l).expect("json")).collect()
}

/// Compares every answer, status and district; keys are `answers B`, `status`, `district`.
pub fn answers(links: &Links, truth: &[Json]) -> Scores {
    let mut scores = Scores::new();
    let mut by_place: HashMap<(String, String, String, String), Vec<usize>> = HashMap::new();
    for (at, linked) in links.returns.iter().enumerate() {
        let r = &linked.ret;
        by_place
            .entry((
                r.period.to_string(),
                r.place.file.to_string(),
                r.place.sheet.to_string(),
                r.form.to_string(),
            ))
            .or_default()
            .push(at);
    }
    for want in truth {
        let word = |k: &str| want[k].as_str().unwrap_or("").to_owned();
        let place = (word("period"), word("file"), word("sheet"), word("form"));
        let row = want["row"].as_u64();
        let same_row = |at: &&usize| {
            row.is_none_or(|r| links.returns[**at].ret.place.cell.map(|c| u64::from(c.row) + 1) == Some(r))
        };
        let found = by_place.get(&place).and_then(|all| all.iter().find(same_row));
        let name = format!("{} {} {} {:?}", place.0, place.1, place.2, row);
        let form = place.3.clone();
        scores.entry(format!("found {form}")).or_default().note(found.is_some(), || name.clone());
        let Some(at) = found else { continue };
        let linked = &links.returns[*at];
        let status = match linked.status {
            Status::Counted => "counted",
            Status::Superseded { .. } => "superseded",
            Status::Excluded => "excluded",
        };
        scores
            .entry("status".into())
            .or_default()
            .note(status == want["status"], || format!("{name}: {status}, want {}", want["status"]));
        let district = linked.district_name();
        scores
            .entry("district".into())
            .or_default()
            .note(district == want["district"], || format!("{name}: {district}, want {}", want["district"]));
        for (field, answer) in want["answers"].as_object().expect("answers") {
            if answer["state"] == "lenient" {
                continue;
            }
            let (value, cell) = ours(&linked.ret, field);
            let same = same_value(field, &value, &answer["value"]);
            scores.entry(format!("answers {form}")).or_default().note(same, || {
                format!("{name} {field}: {value}, want {} ({})", answer["value"], answer["state"])
            });
            if answer["state"] == "ok" {
                let right = cell.as_deref() == answer["cell"].as_str();
                scores
                    .entry(format!("places {form}"))
                    .or_default()
                    .note(right, || format!("{name} {field}: {cell:?}, want {}", answer["cell"]));
            }
        }
    }
    let extra = links.returns.len() as i64 - truth.len() as i64;
    scores
        .entry("no more, no fewer".into())
        .or_default()
        .note(extra == 0, || format!("{extra} returns too many"));
    scores
}

fn ours(ret: &Return, field: &str) -> (Json, Option<String>) {
    let (id, side) = match field {
        "service_start" => ("service_time", 0),
        "service_end" => ("service_time", 1),
        other => (other, 0),
    };
    let Some(answer) = ret.answer(id) else { return (Json::Null, None) };
    let spec = ret.spec.field(id).expect("field");
    let value = match &answer.value {
        None => Json::Null,
        Some(Val::Text(words)) => Json::from(&**words),
        Some(Val::Count(n)) => Json::from(*n),
        Some(Val::Date(d)) => Json::from(date::iso(*d)),
        Some(Val::Range(a, b)) => Json::from(date::iso(if side == 0 { *a } else { *b })),
        Some(Val::One(i)) => Json::from(spec.options[*i].as_str()),
        Some(Val::Many(all)) => all.iter().map(|i| spec.options[*i].as_str()).collect(),
        Some(Val::Dimensions(rows)) => {
            spec.options.iter().zip(rows).map(|(o, r)| (o.clone(), Json::from(r.to_vec()))).collect()
        }
        Some(Val::Indicators(rows)) => rows
            .iter()
            .map(|r| {
                let number = |n: Option<(i64, u32)>| n.map(|(m, d)| m as f64 / 10f64.powi(d as i32));
                let direction = r.more_is_better.map(|more| if more { "越高越好" } else { "越低越好" });
                serde_json::json!([
                    r.name,
                    r.unit,
                    direction,
                    number(r.before),
                    number(r.goal),
                    number(r.after)
                ])
            })
            .collect(),
    };
    (value, Some(answer.cell.to_string()))
}

fn same_value(field: &str, ours: &Json, want: &Json) -> bool {
    match (ours, want) {
        (Json::String(a), Json::String(b)) if field == "contact" => same_contact(a, b),
        (Json::String(a), Json::String(b)) => text::key(a) == text::key(b),
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(field, a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same_value(field, v, w)))
        }
        (a, b) => a == b,
    }
}

/// A contact is the same where name and number are, however they are joined.
fn same_contact(a: &str, b: &str) -> bool {
    let letters = |t: &str| t.chars().filter(|c| c.is_alphabetic()).collect::<String>();
    let digits = |t: &str| t.chars().filter(char::is_ascii_digit).collect::<String>();
    letters(&text::key(a)) == letters(&text::key(b))
        && (digits(&text::key(a)) == digits(&text::key(b)) || contact::contact(a) == contact::contact(b))
}

/// Whether each injected defect is told at its place with its severity; keys are the kinds.
pub fn defects(links: &Links, expected: &Path) -> Scores {
    let text = std::fs::read_to_string(expected.join("problems.json")).expect("problems.json");
    let wanted: Vec<Json> = serde_json::from_str(&text).expect("json");
    let mut scores = Scores::new();
    for want in &wanted {
        let period = want["period"].as_str().unwrap_or("").parse().expect("period");
        let problems = links.problems.get(&period).map(Vec::as_slice).unwrap_or_default();
        let accepts = want["accept"].as_array().expect("accept");
        let hit = problems.iter().any(|p| {
            let severity = format!("{:?}", p.severity).to_lowercase();
            let cell = p.place.cell.map(|c| c.to_string()).unwrap_or_default();
            severity == want["severity"].as_str().unwrap_or("")
                && accepts.iter().any(|a| {
                    let cells = a["cells"].as_array().expect("cells");
                    let anywhere = cells.iter().any(|c| c == "*");
                    *p.place.file == *a["file"].as_str().unwrap_or("")
                        && (anywhere
                            || (*p.place.sheet == *a["sheet"].as_str().unwrap_or("")
                                && cells.iter().any(|c| *c == *cell)))
                })
        });
        let kind = want["kind"].as_str().unwrap_or("").to_owned();
        scores
            .entry(kind)
            .or_default()
            .note(hit, || format!("{} {} {}", want["file"], want["sheet"], want["cell"]));
    }
    scores
}

/// Prints a table of scores, with the misses.
pub fn print(title: &str, scores: &Scores) {
    println!("{title}");
    for (kind, score) in scores {
        println!(
            "  {kind:<32} {:>5} of {:>5}  {:6.2} %",
            score.hits,
            score.hits + score.misses.len(),
            100.0 * score.share()
        );
        for miss in score.misses.iter().take(25) {
            println!("      miss: {miss}");
        }
    }
}

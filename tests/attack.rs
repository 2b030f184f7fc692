//! An independent attack on the public edition: random small workspaces are published, then a reader who has
//! only the files tries to compute what was hidden. Shares no code with the audit; knows the forms, the
//! definitions and that counts are whole numbers, nothing else. Every other workspace has two quarters, each
//! published in its turn, and the reader keeps both editions.
//!
//! A dozen workspaces always; a thousand with `ZHITI_LONG=1` (then in release), in parts with `ZHITI_SEEDS=200..400`.

mod common;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use common::{links_of, on_lanes, shared};
use zhiti::answer::Id;
use zhiti::cell::Place;
use zhiti::link::Links;
use zhiti::metrics::{Measured, SIZES, measure};
use zhiti::period::Period;
use zhiti::public::{Edition, PublicInput, Refusal, Said, data, edition};
use zhiti::settings::Settings;
use zhiti::spec::Form;
use zhiti::templates::Templates;

const THRESHOLD: i64 = 5;
/// As far as the attacker counts.
const MOST: i64 = 10_000_000;
const CITY: &str = "510100";
/// Marks of an answer that is content with everything.
const FULL: i64 = 100;

/// A small generator of numbers.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

fn base() -> Links {
    let elsewhere = std::env::var_os("ZHITI_SHARED").map(|s| Path::new(&s).join("fixtures/inputs"));
    links_of(&elsewhere.unwrap_or_else(|| shared("fixtures/inputs")))
}

fn period() -> Period {
    "2025Q2".parse().unwrap()
}

fn first_period() -> Period {
    "2025Q1".parse().unwrap()
}

/// A city of a few districts: enterprises of the fixtures drawn at random, renamed, with all their returns.
fn workspace(base: &Links, seed: u64) -> Links {
    let mut dice = Dice(seed.wrapping_mul(7919) + 11);
    let mut owners: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
    let periods = periods(seed);
    for (at, l) in base.returns.iter().enumerate().filter(|(_, l)| periods.contains(&l.ret.period)) {
        owners.entry(Arc::clone(&l.key.enterprise)).or_default().push(at);
    }
    let owners: Vec<Vec<usize>> = owners.into_values().collect();
    let districts = 2 + dice.roll(6);
    let size = [12, 30, 60, 120][dice.roll(4)] + dice.roll(10);
    let mut out = base.clone();
    out.rosters.clear();
    out.returns.clear();
    for copy in 0..size {
        let home = dice.roll(districts).min(dice.roll(districts));
        for at in &owners[dice.roll(owners.len())] {
            let mut l = base.returns[*at].clone();
            l.district = Some(home);
            l.key.enterprise = format!("{}{copy}", l.key.enterprise).into();
            l.ret.id = Id::of(l.ret.period, l.ret.form, &Place::file(format!("{}-{copy}", l.ret.id)));
            l.ret.position += copy * base.returns.len();
            l.consent = false;
            out.returns.push(l);
        }
    }
    out.accounting.values_mut().for_each(|a| a.by_district.clear());
    for l in &out.returns {
        let account = out.accounting.entry(l.ret.period).or_default();
        let account = account.by_district.entry((l.ret.form, l.district)).or_default();
        account.received += 1;
        account.counted += usize::from(l.counted());
        account.excluded += usize::from(!l.counted());
    }
    out
}

/// Quarters of a workspace, in the order of their publication.
fn periods(seed: u64) -> Vec<Period> {
    if seed.is_multiple_of(2) { vec![period()] } else { vec![first_period(), period()] }
}

/// The first so many, or those of `ZHITI_SEEDS=200..400`.
fn seeds(many: u64) -> Range<u64> {
    let wanted = std::env::var("ZHITI_SEEDS").ok();
    let wanted = wanted.as_deref().and_then(|range| range.split_once(".."));
    wanted.map_or(0..many, |(from, to)| from.parse().expect("a seed")..to.parse().expect("a seed"))
}

/// A few returns are withdrawn after publication.
fn correct(links: &Links, seed: u64) -> Links {
    let mut dice = Dice(seed.wrapping_mul(104_729) + 5);
    let mut out = links.clone();
    for _ in 0..1 + dice.roll(3) {
        let own: Vec<usize> = (0..out.returns.len())
            .filter(|at| out.returns[*at].counted() && out.returns[*at].ret.period == period())
            .collect();
        let gone = out.returns.remove(own[dice.roll(own.len())]);
        let account = out.accounting.get_mut(&period()).unwrap();
        let account = account.by_district.get_mut(&(gone.ret.form, gone.district)).unwrap();
        account.received -= 1;
        account.counted -= 1;
    }
    out
}

/// Whether the size classes make up the city: every enterprise with an answer told its own.
fn is_sized(measured: &Measured) -> bool {
    let n = |unit: &str| measured.figure(unit, "composite_score").and_then(|f| f.denominator).unwrap_or(0);
    SIZES.iter().map(|s| n(s)).sum::<i64>() == n(CITY)
}

/// The editions of a workspace, one after the other, each knowing what the one before it told.
fn publish_all(links: &Links, periods: &[Period]) -> (Vec<Edition>, bool) {
    let settings = Settings::default();
    let mut measured = BTreeMap::new();
    let (mut editions, mut said) = (Vec::new(), Said::new());
    for period in periods {
        measured.insert(*period, measure(links, *period, &settings.metrics).unwrap());
        // What is refused is as safe as can be; the city of one quarter may be too small to be published.
        let Some(edition) = publish(links, &measured, *period, &said) else { continue };
        let (_, table) = edition.files.iter().find(|(p, _)| p == "data/figures.csv").unwrap();
        said.extend(data::released(std::str::from_utf8(table).unwrap()).unwrap());
        editions.push(edition);
    }
    let sized = measured.values().all(is_sized);
    (editions, sized)
}

fn publish(
    links: &Links,
    measured: &BTreeMap<Period, Measured>,
    period: Period,
    said: &Said,
) -> Option<Edition> {
    let (settings, templates) = (Settings::default(), Templates::built_in());
    let input = PublicInput {
        links,
        measured,
        period,
        settings: &settings,
        templates: &templates,
        cases: &[],
        earlier: said,
        editions: &[],
        fingerprint: "0123456789ab",
    };
    match edition(&input) {
        Ok(edition) => Some(edition),
        Err(Refusal::Narrow(cells)) => {
            let n = links.counted(period, Form::F).count();
            eprintln!("{period} with {n} surveys is refused: {}", cells.join(" "));
            None
        }
        Err(refusal) => panic!("{refusal}"),
    }
}

type Row = BTreeMap<String, String>;

fn rows(edition: &Edition) -> Vec<Row> {
    let (_, bytes) = edition.files.iter().find(|(p, _)| p == "data/figures.csv").unwrap();
    csv::Reader::from_reader(bytes.as_slice()).deserialize().map(|r| r.unwrap()).collect()
}

/// What the attacker calls a quantity: period and unit, and name.
type Name = (String, String);

/// How many of a numerator stand for one of its denominator.
fn scale(name: &str) -> i64 {
    if name == "marks" { FULL } else { 1 }
}

/// Denominator and numerator of a published share, from the definitions in the method page.
fn names(metric: &str, item: &str) -> Option<(String, String)> {
    let pair = |n: &str, a: &str| Some((n.to_owned(), a.to_owned()));
    match metric {
        "satisfied_rate" => Some((format!("answered {item}"), format!("satisfied {item}"))),
        "composite_score" => pair("respondents", "marks"),
        "response_rate" => pair("counted C", "surveyed"),
        "closed_loop_rate" => pair("counted C", "closed"),
        "demand_response_rate" => pair("pairs", "matched"),
        "feedback_rate" => pair("served", "fed back"),
        "next_need_rate" => pair("counted E", "next need"),
        "below_industry_share" => pair("levels", "level below"),
        "standard_level_share" => Some(("levels".into(), format!("level {item}"))),
        "quality_base_coverage" => Some((format!("base {item} answered"), format!("base {item}"))),
        "demand_share" => Some(("counted B".into(), format!("need {item}"))),
        "service_share" => Some(("counted C".into(), format!("service {item}"))),
        _ => None,
    }
}

/// Whole-number bounds of every quantity, and how they are tied.
#[derive(Default)]
struct Attack {
    bounds: BTreeMap<Name, (i64, i64)>,
    /// Quantities with a row that says `suppressed`.
    hidden: Vec<Name>,
    sums: Vec<(Name, Vec<Name>)>,
    /// The first is at most as many times the second.
    limits: Vec<(Name, Name, i64)>,
    level: BTreeMap<String, String>,
    /// Levels whose units make up the city.
    whole: Vec<&'static str>,
}

impl Attack {
    fn new(rows: &[Row], sized: bool) -> Self {
        let mut out = Self { whole: vec!["district", "agency"], ..Self::default() };
        out.whole.extend(sized.then_some("size"));
        for row in rows {
            out.level.insert(own_unit(row), row["level"].clone());
            out.row(row);
        }
        out.tie();
        out
    }

    fn know(&mut self, unit: &str, name: &str, low: i64, high: i64) {
        let slot = self.bounds.entry((unit.to_owned(), name.to_owned())).or_insert((0, MOST));
        *slot = (slot.0.max(low), slot.1.min(high));
    }

    fn row(&mut self, row: &Row) {
        let unit = &own_unit(row);
        let number = |k: &str| row[k].parse::<f64>().ok();
        if row["metric"] == "counted" {
            let name = format!("counted {}", row["item"]);
            let n = number("value").map(|v| v as i64);
            self.know(unit, &name, n.unwrap_or(0), n.unwrap_or(MOST));
            if row["status"] == "suppressed" {
                self.hidden.push((unit.to_owned(), name));
            }
            return;
        }
        let Some((base, top)) = names(&row["metric"], &row["item"]) else { return };
        let n = number("denominator").map(|v| v as i64);
        self.know(unit, &base, n.unwrap_or(0), n.unwrap_or(MOST));
        self.know(unit, &top, 0, MOST);
        let scale = scale(&top);
        self.limits.push(((unit.to_owned(), top.clone()), (unit.to_owned(), base), scale));
        if row["status"] == "suppressed" {
            self.hidden.push((unit.to_owned(), top));
        } else if let (Some(n), Some(value)) = (n, number("value")) {
            // A rate has three decimals, a score two; the numerator is a whole number.
            let half = if scale == 1 { 0.0005 } else { 0.005 };
            let ends = ((value - half) * n as f64, (value + half) * n as f64);
            self.know(unit, &top, (ends.0 - 1e-9).ceil() as i64, (ends.1 + 1e-9).floor() as i64);
        }
    }

    fn tie(&mut self) {
        let units: Vec<String> = self.level.keys().cloned().collect();
        let cities: Vec<String> = units.iter().filter(|u| is_city(u)).cloned().collect();
        let levels = self.whole.clone();
        for (city, level) in cities.iter().flat_map(|c| levels.iter().map(move |l| (c, *l))) {
            for name in self.of(city) {
                let parts: Vec<Name> = units
                    .iter()
                    .filter(|u| self.level[*u] == level && u[..6] == city[..6])
                    .map(|u| (u.clone(), name.clone()))
                    .collect();
                // A table with a row missing (not published at all) adds up all the same.
                if parts.iter().any(|p| self.bounds.contains_key(p)) {
                    parts.iter().for_each(|p| self.know(&p.0, &p.1, 0, MOST));
                    self.sums.push(((city.clone(), name), parts));
                }
            }
        }
        for unit in &units {
            let own = |name: &str| (unit.clone(), name.to_owned());
            let levels: Vec<Name> = ["below", "average", "above", "leading"]
                .iter()
                .map(|l| own(&format!("level {l}")))
                .filter(|n| self.bounds.contains_key(n))
                .collect();
            if levels.len() == 4 {
                self.sums.push((own("levels"), levels));
            }
            let chain = [("levels", "counted B"), ("closed", "surveyed"), ("surveyed", "counted F")];
            for (less, more) in chain {
                if self.bounds.contains_key(&own(less)) && self.bounds.contains_key(&own(more)) {
                    self.limits.push((own(less), own(more), 1));
                }
            }
        }
    }

    fn of(&self, unit: &str) -> Vec<String> {
        self.bounds.keys().filter(|(u, _)| u == unit).map(|(_, n)| n.clone()).collect()
    }

    /// Narrows all bounds until nothing moves.
    fn run(&mut self) {
        for _ in 0..200 {
            let before = self.bounds.clone();
            for (whole, parts) in self.sums.clone() {
                self.sum(&whole, &parts);
            }
            for (less, more, times) in self.limits.clone() {
                let (a, b) = (self.bounds[&less], self.bounds[&more]);
                self.know(&less.0, &less.1, 0, b.1.saturating_mul(times));
                self.know(&more.0, &more.1, (a.0 + times - 1) / times, MOST);
            }
            self.joint();
            if self.bounds == before {
                return;
            }
        }
    }

    fn sum(&mut self, whole: &Name, parts: &[Name]) {
        let total = self.bounds[whole];
        let all: Vec<(i64, i64)> = parts.iter().map(|p| self.bounds[p]).collect();
        let (low, high) = all.iter().fold((0, 0), |s, b| (s.0 + b.0, s.1 + b.1));
        self.know(&whole.0, &whole.1, low, high.min(MOST));
        for (part, own) in parts.iter().zip(all) {
            self.know(&part.0, &part.1, total.0 - (high - own.1), total.1 - (low - own.0));
        }
    }

    /// What is left of a denominator beside its numerator adds up over the units as well.
    fn joint(&mut self) {
        for ((city, top), (_, base), times) in
            self.limits.clone().into_iter().filter(|(l, _, _)| is_city(&l.0))
        {
            let sums: Vec<Vec<Name>> =
                self.sums.iter().filter(|(w, _)| w.1 == top && w.0 == city).map(|(_, p)| p.clone()).collect();
            for parts in sums {
                let all = |name: &str| self.bounds.get(&(city.clone(), name.to_owned())).copied();
                let (Some(a), Some(n)) = (all(&top), all(&base)) else { continue };
                // At most this many in the whole city are in the base and not in the top.
                let left = n.1.saturating_mul(times) - a.0;
                for (unit, _) in parts {
                    let of = |name: &str| self.bounds.get(&(unit.clone(), name.to_owned())).copied();
                    let (Some(own_n), Some(own_a)) = (of(&base), of(&top)) else { continue };
                    self.know(&unit, &top, own_n.0 * times - left, MOST);
                    self.know(&unit, &base, 0, (own_a.1 + left) / times);
                }
            }
        }
    }

    /// Hidden counts that lie within less than the threshold, with their bounds.
    fn found(&self) -> Vec<String> {
        let narrow = |n: &&Name| {
            let (low, high) = self.bounds[*n];
            assert!(low <= high, "{n:?}: the published files contradict each other: {low}..{high}");
            high - low < THRESHOLD * scale(&n.1)
        };
        self.hidden.iter().filter(narrow).map(|n| format!("{n:?} in {:?}", self.bounds[n])).collect()
    }
}

/// Period and unit of a row.
fn own_unit(row: &Row) -> String {
    format!("{}/{}", row["period"], row["unit_code"])
}

fn is_city(unit: &str) -> bool {
    unit.ends_with(&format!("/{CITY}"))
}

/// Counts that must not be readable: 1 to 4 of anything, rates of fewer than ten.
fn check_rules(rows: &[Row], seed: u64) {
    for row in rows.iter().filter(|r| r["status"] != "suppressed") {
        let number = |k: &str| row[k].parse::<f64>().ok();
        let small = |n: f64| (1.0..THRESHOLD as f64).contains(&n.round());
        let id = &row["figure"];
        assert!(!number("numerator").is_some_and(small), "seed {seed}: {id}");
        assert!(row["metric"] != "counted" || !number("value").is_some_and(small), "seed {seed}: {id}");
        if let (Some(_), Some(n), Some(value)) =
            (names(&row["metric"], &row["item"]), number("denominator"), number("value"))
        {
            assert!(n == 0.0 || n >= 10.0, "seed {seed}: {id} of {n}");
            let is_share = row["unit"] == "rate";
            assert!(!is_share || !small(n * value), "seed {seed}: {id}: {value} of {n}");
        }
    }
}

/// No page says a number under the id of a hidden figure, and nowhere stands a person of the inputs.
fn check_files(edition: &Edition, rows: &[Row], people: &[String], seed: u64) {
    for (path, bytes) in &edition.files {
        let words = std::str::from_utf8(bytes).unwrap();
        for person in people {
            assert!(
                !words.contains(person.as_str()) && !path.contains(person.as_str()),
                "seed {seed}: {path}"
            );
        }
    }
    let hidden = rows.iter().filter(|r| r["status"] == "suppressed").map(|r| r["figure"].as_str());
    let pages: Vec<&str> = edition
        .files
        .iter()
        .filter(|(p, _)| p.ends_with(".html"))
        .map(|(_, b)| std::str::from_utf8(b).unwrap())
        .collect();
    for id in hidden {
        for mark in
            [format!("data-figure=\"{id}\""), format!("data-figure=\"{}\"", id.replace('/', "&#x2F;"))]
        {
            for rest in pages.iter().flat_map(|p| p.split(&mark).skip(1)) {
                let text = rest.split('>').nth(1).unwrap().split('<').next().unwrap();
                assert_eq!(text.trim(), "*", "seed {seed}: {id}");
            }
        }
    }
}

/// Names and numbers in the contact fields, taken apart by hand.
fn people(links: &Links) -> Vec<String> {
    let mut out = Vec::new();
    for l in &links.returns {
        for field in ["contact", "legal_representative", "staff", "expert"] {
            let Some(answer) = l.ret.answer(field) else { continue };
            let name: String =
                answer.raw.chars().take_while(|c| ('\u{4e00}'..'\u{9fff}').contains(c)).collect();
            let digits: String = answer.raw.chars().filter(char::is_ascii_digit).collect();
            out.extend(Some(name).filter(|n| (2..=3).contains(&n.chars().count()) && n != "暂无"));
            out.extend(Some(digits).filter(|d| d.len() == 11));
        }
    }
    out.sort();
    out.dedup();
    out
}

#[test]
fn nothing_hidden_can_be_computed_from_the_published_files() {
    let base = base();
    let people = people(&base);
    assert!(people.len() > 20, "{people:?}");
    let long = std::env::var_os("ZHITI_LONG").is_some();
    let seeds = seeds(if long { 1000 } else { 10 });
    let attacked = on_lanes(seeds, |seed| {
        let links = workspace(&base, seed);
        let projects = links.counted(period(), Form::C).count();
        let (editions, sized) = publish_all(&links, &periods(seed));
        let refused = periods(seed).len() - editions.len();
        let mut known = Vec::new();
        for edition in &editions {
            let rows = rows(edition);
            check_rules(&rows, seed);
            check_files(edition, &rows, &people, seed);
            known.extend(rows);
        }
        let rows = known;
        let mut attack = Attack::new(&rows, sized);
        attack.run();
        let found = attack.found();
        assert!(found.is_empty(), "seed {seed} ({projects} projects): {found:#?}");
        let open = rows.iter().filter(|r| ["ok", "small_n"].contains(&r["status"].as_str())).count();
        if long && seed.is_multiple_of(50) {
            eprintln!("{seed}: {} hidden and attacked, {open} open", attack.hidden.len());
        }
        [attack.hidden.len(), open, refused, editions.len()]
    });
    let add = |a: [usize; 4], b: [usize; 4]| std::array::from_fn(|i| a[i] + b[i]);
    let [hidden, open, refused, editions] = attacked.into_iter().fold([0; 4], add);
    println!("{editions} editions, {refused} refused; {hidden} hidden figures attacked, {open} open");
    assert!(refused * 5 < editions, "{refused} refused, {editions} made");
    assert!(hidden > 1000 && open > 1000, "{hidden} hidden, {open} open");
}

/// What two editions of one quarter tell, laid side by side.
fn compare(first: &[Row], second: &[Row], seed: u64) {
    let before: BTreeMap<&str, &Row> = first.iter().map(|r| (r["figure"].as_str(), r)).collect();
    for row in second {
        let (id, is_shown) = (row["figure"].as_str(), row["status"] != "suppressed");
        let old = before[id];
        let was_hidden = is_shown && old["status"] == "suppressed";
        assert!(!was_hidden, "seed {seed}: {id} was hidden and is shown after a correction");
        let key = if row["metric"] == "counted" { "value" } else { "denominator" };
        let n = |r: &Row| r[key].parse::<f64>().ok();
        let Some(is) = n(row) else { continue };
        // What the city told was not told by itself; there is no number to hold another one against.
        if old["status"] == "implied" {
            continue;
        }
        let Some(was) = n(old) else {
            panic!("seed {seed}: {id} of {is} was of nobody knows how many before a correction");
        };
        let moved = (was - is).abs();
        assert!(moved == 0.0 || moved >= THRESHOLD as f64, "seed {seed}: {id}: {was} became {is}");
        assert!(!is_shown || moved > 0.0 || old["value"] == row["value"], "seed {seed}: {id} of {is}");
    }
}

#[test]
fn a_correction_tells_nobody_and_is_published_all_the_same() {
    let base = base();
    let seeds = seeds(if std::env::var_os("ZHITI_LONG").is_some() { 300 } else { 6 });
    let settings = Settings::default();
    let results = on_lanes(seeds, |seed| {
        let links = workspace(&base, 2 * seed);
        let publish = |links: &Links, said: &Said| {
            let measured = BTreeMap::from([(period(), measure(links, period(), &settings.metrics).unwrap())]);
            publish(links, &measured, period(), said).map(|e| (is_sized(&measured[&period()]), e))
        };
        let (_, first) = publish(&links, &Said::new())?;
        let (_, table) = first.files.iter().find(|(p, _)| p == "data/figures.csv").unwrap();
        let said = data::released(std::str::from_utf8(table).unwrap()).unwrap();
        let Some((sized, second)) = publish(&correct(&links, seed), &said) else { return Some(false) };
        let rows_of_second = rows(&second);
        check_rules(&rows_of_second, seed);
        compare(&rows(&first), &rows_of_second, seed);
        let mut attack = Attack::new(&rows_of_second, sized);
        attack.run();
        let found = attack.found();
        assert!(found.is_empty(), "seed {seed}: {found:#?}");
        Some(true)
    });
    let results: Vec<bool> = results.into_iter().flatten().collect();
    let refused = results.iter().filter(|made| !**made).count();
    println!("{} corrections, {refused} refused", results.len());
    assert!(results.len() > 3 && refused * 5 < results.len(), "{refused} of {} refused", results.len());
}

#[test]
fn the_attack_finds_a_gap() {
    let row = |unit: &str, level: &str, value: &str| -> Row {
        let status = if value.is_empty() { "suppressed" } else { "ok" };
        [
            ("period", "2025Q2"),
            ("unit_code", unit),
            ("level", level),
            ("metric", "counted"),
            ("item", "C"),
            ("value", value),
            ("status", status),
        ]
        .into_iter()
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .collect()
    };
    let mut attack = Attack::new(
        &[
            row("510100", "city", "30"),
            row("510104", "district", "20"),
            row("510105", "district", ""),
            row("510106", "district", "6"),
        ],
        false,
    );
    attack.run();
    assert_eq!(attack.found().len(), 1);
}

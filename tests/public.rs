//! The public edition as a whole: made from the fixtures, and from many copies of them, then read back,
//! attacked and walked.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use common::{links_of, shared};
use zhiti::answer::Id;
use zhiti::cell::Place;
use zhiti::document::{Block, Run, Summary, SummaryItem};
use zhiti::link::{Key, Links};
use zhiti::metrics::{Measured, measure};
use zhiti::period::Period;
use zhiti::public::{Edition, PublicCase, PublicInput, Refusal, Said, data, edition};
use zhiti::settings::Settings;
use zhiti::spec::Form;
use zhiti::templates::Templates;

/// A small generator of numbers.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

fn fixtures() -> Links {
    let elsewhere = std::env::var_os("ZHITI_SHARED").map(|s| Path::new(&s).join("fixtures/inputs"));
    links_of(&elsewhere.unwrap_or_else(|| shared("fixtures/inputs")))
}

/// The fixtures many times over, each copy's enterprises renamed and spread over the districts unevenly.
fn many(base: &Links, copies: usize, seed: u64) -> Links {
    let mut out = base.clone();
    out.rosters.clear();
    let mut dice = Dice(seed);
    out.returns.clear();
    for copy in 0..copies {
        let mut homes: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for linked in &base.returns {
            let mut linked = linked.clone();
            let home = *homes.entry(Arc::clone(&linked.key.enterprise)).or_insert_with(|| {
                let (a, b) = (dice.roll(23), dice.roll(23));
                a.min(b)
            });
            linked.district = Some(home);
            linked.key.enterprise = format!("{}{copy}", linked.key.enterprise).into();
            let place = Place::file(format!("{}-{copy}", linked.ret.id));
            linked.ret.id = Id::of(linked.ret.period, linked.ret.form, &place);
            linked.ret.position += copy * base.returns.len();
            linked.consent = copy % 3 == 0;
            out.returns.push(linked);
        }
    }
    recount(&mut out);
    out
}

/// The accounts of returns that were changed by hand.
fn recount(links: &mut Links) {
    links.accounting.values_mut().for_each(|a| a.by_district.clear());
    for l in &links.returns {
        let account = links.accounting.entry(l.ret.period).or_default();
        let account = account.by_district.entry((l.ret.form, l.district)).or_default();
        account.received += 1;
        account.counted += usize::from(l.counted());
        account.excluded += usize::from(!l.counted());
    }
}

fn period() -> Period {
    "2025Q2".parse().unwrap()
}

fn all_measured(links: &Links) -> BTreeMap<Period, Measured> {
    let settings = Settings::default();
    ["2025Q1", "2025Q2"]
        .into_iter()
        .map(|p| p.parse().unwrap())
        .map(|p| (p, measure(links, p, &settings.metrics).unwrap()))
        .collect()
}

fn summary(links: &Links, key: &Key, words: &str) -> PublicCase {
    let linked = links.returns.iter().find(|l| l.key == *key && l.ret.form == Form::C).unwrap();
    let headings = [
        "1. 质量提升服务目标达成情况",
        "2. 质量提升服务的主要做法",
        "3. 质量提升服务的成效",
        "4. 存在的不足和改进措施",
    ];
    let items = headings.iter().map(|h| SummaryItem {
        heading: (*h).into(),
        blocks: vec![Block::Paragraph { runs: vec![Run::plain(words)] }],
    });
    PublicCase {
        key: key.clone(),
        district: linked.district,
        summary: Summary {
            project: linked.ret.project().to_owned(),
            enterprise: linked.ret.enterprise().to_owned(),
            service_time: "2025年4月2日至2025年6月20日".into(),
            items: items.collect(),
            date: "2025年6月30日".into(),
            ..Summary::default()
        },
    }
}

fn cases(links: &Links, words: &str) -> Vec<PublicCase> {
    let keys: BTreeSet<&Key> =
        links.counted(period(), Form::C).map(|l| &l.key).filter(|k| !k.project.is_empty()).collect();
    keys.into_iter().map(|k| summary(links, k, words)).collect()
}

fn make_with(links: &Links, cases: &[PublicCase], earlier: &Said) -> Result<Edition, Refusal> {
    let (settings, templates) = (Settings::default(), Templates::built_in());
    edition(&PublicInput {
        links,
        measured: &all_measured(links),
        period: period(),
        settings: &settings,
        templates: &templates,
        cases,
        earlier,
        editions: &[],
        fingerprint: "0123456789ab",
    })
}

fn make(links: &Links, cases: &[PublicCase]) -> Edition {
    make_with(links, cases, &BTreeMap::new()).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn text<'a>(edition: &'a Edition, path: &str) -> &'a str {
    let (_, bytes) = edition.files.iter().find(|(p, _)| p == path).unwrap_or_else(|| panic!("no {path}"));
    std::str::from_utf8(bytes).unwrap()
}

/// Rows of the published table, by figure id.
fn rows(edition: &Edition) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text(edition, "data/figures.csv").as_bytes());
    reader
        .deserialize::<BTreeMap<String, String>>()
        .map(|r| r.unwrap())
        .map(|r| (r["figure"].clone(), r))
        .collect()
}

/// Every link of every page leads to a file of the site, and its fragment to an element.
fn check_links(edition: &Edition) {
    let paths: BTreeSet<&str> = edition.files.iter().map(|(p, _)| p.as_str()).collect();
    for (path, _) in edition.files.iter().filter(|(p, _)| p.ends_with(".html")) {
        for (_, rest) in ["href=\"", "src=\""].iter().flat_map(|a| split_at_each(text(edition, path), a)) {
            let target = rest.split('"').next().unwrap();
            let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
            assert!(!file.contains(':') && !file.starts_with('/'), "{path}: {target}");
            let file = if file.is_empty() { path.clone() } else { join(path, file) };
            assert!(paths.contains(file.as_str()), "{path} → {target}");
            let anchor = format!("id=\"{fragment}\"");
            assert!(fragment.is_empty() || text(edition, &file).contains(&anchor), "{path} → {target}");
        }
    }
}

fn split_at_each<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    text.match_indices(mark).map(move |(at, _)| (at, &text[at + mark.len()..]))
}

fn join(from: &str, to: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in to.split('/') {
        if part == ".." { parts.pop().map_or((), |_| ()) } else { parts.push(part) }
    }
    parts.join("/")
}

/// Elements nest and close; ids are unique; tables and drawings say what they are.
fn check_markup(edition: &Edition) {
    const VOID: [&str; 3] = ["meta", "link", "br"];
    for (path, bytes) in edition.files.iter().filter(|(p, _)| p.ends_with(".html")) {
        let page = std::str::from_utf8(bytes).unwrap();
        let mut reader = quick_xml::Reader::from_str(page);
        reader.config_mut().check_end_names = false;
        let mut open: Vec<String> = Vec::new();
        let mut ids = BTreeSet::new();
        loop {
            use quick_xml::events::Event;
            match reader.read_event().unwrap_or_else(|e| panic!("{path}: {e}")) {
                Event::Start(e) => {
                    let name = e.name().as_ref().to_owned();
                    if let Some(id) = e.html_attributes().flatten().find(|a| a.key.as_ref() == "id") {
                        assert!(ids.insert(id.value.to_string()), "{path}: id twice: {:?}", id.value);
                    }
                    if !VOID.contains(&name.as_str()) {
                        open.push(name);
                    }
                }
                Event::End(e) => {
                    let name = e.name().as_ref().to_owned();
                    assert_eq!(open.pop(), Some(name), "{path}");
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert!(open.is_empty(), "{path}: {open:?}");
        assert_eq!(page.matches("<table").count(), page.matches("<caption").count(), "{path}");
        assert_eq!(page.matches("<svg").count(), page.matches("role=\"img\"").count(), "{path}");
        assert!(page.contains("lang=\"zh-CN\"") && page.contains("class=\"skip\""), "{path}");
        assert_eq!(page.matches("<script").count(), page.matches("application/ld+json").count(), "{path}");
    }
    let css = text(edition, "style.css");
    assert!(!css.contains("url(") && !css.contains("@import"));
}

/// Bounds of each hidden count from the published table alone, by narrowing intervals over the sums that
/// anybody can see: city = districts, answered = levels, part ≤ whole.
fn attack(edition: &Edition, links: &Links) -> usize {
    let rows = rows(edition);
    let mut bounds: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (id, row) in &rows {
        let n: Option<f64> = row["denominator"].parse().ok();
        let counts = row["metric"] == "counted" || !row["numerator"].is_empty();
        if ["suppressed", "implied"].contains(&row["status"].as_str()) {
            bounds.insert(id, (0.0, n.unwrap_or(1e6)));
        } else if counts {
            let number = if row["metric"] == "counted" { &row["value"] } else { &row["numerator"] };
            let number = number.parse().unwrap();
            bounds.insert(id, (number, number));
        } else if let (Some(n), Ok(value)) = (n, row["value"].parse::<f64>()) {
            let scale = if row["unit"] == "score" { 100.0 } else { 1.0 };
            // What is printed is rounded; a rate stands for a whole number of answers.
            let exact = row["unit"] == "rate";
            let half = if exact { 0.0005 } else { 0.005 };
            let ends = ((value - half) * n / scale, (value + half) * n / scale);
            bounds.insert(id, if exact { (ends.0.ceil(), ends.1.floor()) } else { ends });
        }
    }
    let sums = sums(&rows);
    let relations = relations(&rows);
    let undated = undated(links);
    let ids: Vec<&str> = relations.iter().flat_map(|r| r.iter().map(|(id, _)| id.as_str())).collect();
    for id in ids.iter().filter(|id| id.ends_with(UNDATED)) {
        let n = undated.get(*id).copied().unwrap_or(0.0);
        bounds.insert(id, (n, n));
    }
    for (id, row) in ids.iter().filter_map(|id| Some((*id, rows.get(id.strip_suffix(":n")?)?))) {
        let n: Option<f64> = row["denominator"].parse().ok();
        bounds.insert(id, n.map_or((0.0, 1e6), |n| (n, n)));
    }
    for _ in 0..50 {
        for (whole, parts) in &sums {
            narrow(&mut bounds, whole, parts);
        }
        relations.iter().for_each(|terms| settle(&mut bounds, terms));
    }
    let hidden = rows.iter().filter(|(_, r)| r["status"] == "suppressed");
    let with_sums = hidden.filter(|(_, r)| ["city", "district", "agency"].contains(&r["level"].as_str()));
    let mut count = 0;
    for (id, _) in with_sums {
        let (low, high) = bounds[id.as_str()];
        assert!(high - low >= 4.99, "{id} lies within {low}..{high}");
        count += 1;
    }
    count
}

type Rows = BTreeMap<String, BTreeMap<String, String>>;

/// A sum of numbers, each with its factor, that is not above 0.
type Relation = Vec<(String, f64)>;

/// What ties numbers of different quarters and forms, by their definitions alone: enterprises served are at
/// most the projects of the four quarters before, in a district as in the city; where in all districts
/// together they are that many less, they are no more than that less in one. Answerable needs are the pairs.
fn relations(rows: &Rows) -> Vec<Relation> {
    let mut out: Vec<Relation> = Vec::new();
    let of = |metric: &'static str| rows.values().filter(move |r| r["metric"] == metric);
    let before = |now: &str| {
        let now: Period = now.parse().unwrap();
        let then = std::iter::successors(Some(now.previous()), |p| Some(p.previous())).take(4);
        then.map(|p| p.to_string()).collect::<Vec<_>>()
    };
    for row in of("feedback_rate") {
        let counts = |unit: &str, sign: f64| -> Relation {
            let ids = before(&row["period"]).into_iter().map(|p| format!("{p}/{unit}/counted.C"));
            ids.filter(|id| rows.contains_key(id)).map(|id| (id, sign)).collect()
        };
        let (own, unit) = (format!("{}:n", row["figure"]), row["unit_code"].as_str());
        let city = format!("{}/510100/feedback_rate", row["period"]);
        let mut least = counts(unit, -1.0);
        least.push((own.clone(), 1.0));
        let mut most = counts(unit, 1.0);
        most.extend([(own, -1.0), (format!("{city}:n"), 1.0)]);
        most.extend(counts("510100", -1.0));
        out.extend([least, most]);
    }
    for row in of("demand_response_rate").filter(|r| ["city", "district"].contains(&r["level"].as_str())) {
        let own = |m: &&BTreeMap<String, String>| {
            m["period"] == row["period"] && m["unit_code"] == row["unit_code"] && m["item"] != "其他服务"
        };
        let needs: Vec<String> = of("demand_share").filter(own).map(|r| r["figure"].clone()).collect();
        for sign in [1.0, -1.0] {
            let mut terms: Relation = needs.iter().map(|id| (id.clone(), sign)).collect();
            terms.push((format!("{}:n", row["figure"]), -sign));
            terms.push((format!("{}/{}/{UNDATED}", row["period"], row["unit_code"]), -sign));
            out.push(terms);
        }
    }
    out
}

/// Answerable needs of enterprises that gave no date: in no pair, and taken as known.
const UNDATED: &str = "undated";

fn undated(links: &Links) -> BTreeMap<String, f64> {
    let mut out = BTreeMap::new();
    for l in links.returns.iter().filter(|l| l.counted() && l.ret.form == Form::B) {
        let own = l.ret.many("need_types").iter().filter(|c| **c < 7).count() as f64;
        let home = zhiti::link::district_code(l.district);
        for unit in ["510100", home].into_iter().filter(|_| l.ret.date("dated").is_none()) {
            *out.entry(format!("{}/{unit}/{UNDATED}", l.ret.period)).or_default() += own;
        }
    }
    out
}

/// Narrows every number of a relation by what the others may be at the least.
fn settle<'a>(bounds: &mut BTreeMap<&'a str, (f64, f64)>, terms: &'a Relation) {
    let known = |id: &str| bounds.get(id).copied().unwrap_or((0.0, 1e6));
    let least = |id: &str, k: f64| if k > 0.0 { k * known(id).0 } else { k * known(id).1 };
    let sum: f64 = terms.iter().map(|(id, k)| least(id, *k)).sum();
    let mut narrowed = Vec::new();
    for (id, k) in terms {
        let (low, high) = known(id);
        let most = (least(id, *k) - sum) / k;
        narrowed.push((id, if *k > 0.0 { (low, high.min(most)) } else { (low.max(most), high) }));
    }
    for (id, new) in narrowed.into_iter().filter(|(_, new)| new.0 <= new.1) {
        bounds.insert(id, new);
    }
}

fn sums(rows: &Rows) -> Vec<(String, Vec<String>)> {
    let mut out = Vec::new();
    let additive = [
        "counted",
        "satisfied_rate",
        "composite_score",
        "response_rate",
        "closed_loop_rate",
        "demand_response_rate",
        "next_need_rate",
        "standard_level_share",
        "quality_base_coverage",
        "demand_share",
        "service_share",
    ];
    for (id, city) in
        rows.iter().filter(|(_, r)| r["level"] == "city" && additive.contains(&r["metric"].as_str()))
    {
        for level in ["district", "agency"] {
            let same = |r: &BTreeMap<String, String>| {
                r["level"] == level && ["period", "metric", "item"].iter().all(|k| r[*k] == city[*k])
            };
            let parts: Vec<String> = rows.iter().filter(|(_, r)| same(r)).map(|(id, _)| id.clone()).collect();
            if !parts.is_empty() {
                out.push((id.clone(), parts));
            }
        }
    }
    out
}

fn narrow(bounds: &mut BTreeMap<&str, (f64, f64)>, whole: &String, parts: &[String]) {
    let get = |b: &BTreeMap<&str, (f64, f64)>, id: &String| b.get(id.as_str()).copied();
    let all: Vec<(f64, f64)> = parts.iter().filter_map(|p| get(bounds, p)).collect();
    let Some(total) = get(bounds, whole).filter(|_| all.len() == parts.len()) else { return };
    let (low, high) = all.iter().fold((0.0, 0.0), |s, b| (s.0 + b.0, s.1 + b.1));
    for (part, own) in parts.iter().zip(&all) {
        let new = (own.0.max(total.0 - (high - own.1)), own.1.min(total.1 - (low - own.0)));
        if let Some(slot) = bounds.get_mut(part.as_str()).filter(|_| new.0 <= new.1 + 0.6) {
            *slot = new;
        }
    }
    if let Some(slot) = bounds.get_mut(whole.as_str()) {
        *slot = (total.0.max(low), total.1.min(high));
    }
}

#[test]
fn a_small_city_gives_nobody_away() {
    let links = fixtures();
    let edition = make(&links, &[]);
    check_links(&edition);
    check_markup(&edition);
    assert!(attack(&edition, &links) > 50);
    let again = make(&links, &[]);
    assert_eq!(edition.files, again.files, "same input, same bytes");
}

#[test]
fn a_large_city_can_be_walked_and_attacked() {
    let base = fixtures();
    for seed in 0..3 {
        let links = many(&base, 12 + 9 * seed as usize, seed);
        let start = std::time::Instant::now();
        let cases = if seed == 2 {
            cases(&links, "企业对照标准完善了检验规程，一次交验合格率提高。")
        } else {
            Vec::new()
        };
        let edition = make(&links, &cases);
        let (all, hidden, _) = edition.plan.size();
        let hidden_here = attack(&edition, &links);
        println!(
            "seed {seed}: {all} figures, {hidden} hidden ({hidden_here} attacked), {} files, {:?}",
            edition.files.len(),
            start.elapsed()
        );
        check_links(&edition);
        check_markup(&edition);
        if let (2, Ok(folder)) = (seed, std::env::var("ZHITI_SITE_OUT")) {
            write(&edition, Path::new(&folder));
        }
    }
}

/// For looking at.
fn write(edition: &Edition, folder: &Path) {
    for (path, bytes) in &edition.files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// A key whose project may be published, with consent given in all its returns.
fn consenting(links: &mut Links) -> Key {
    let key =
        links.counted(period(), Form::C).map(|l| l.key.clone()).find(|k| !k.project.is_empty()).unwrap();
    links.returns.iter_mut().filter(|l| l.key == key).for_each(|l| l.consent = true);
    key
}

#[test]
fn a_planted_number_and_name_are_masked_in_a_case() {
    let mut links = fixtures();
    let key = consenting(&mut links);
    let contact = links.returns.iter().find_map(|l| {
        let raw = &l.ret.answer("contact")?.raw;
        let name: String = raw.chars().take_while(|c| !c.is_ascii_digit() && !c.is_whitespace()).collect();
        (name.chars().count() == 3).then_some(name)
    });
    let name = contact.expect("a contact");
    let words = format!("由{name}负责，如有需要请致电 139-1234-5678。");
    let edition = make(&links, &[summary(&links, &key, &words)]);
    let (path, page) = edition.files.iter().find(|(p, _)| p.starts_with("cases/2025")).unwrap();
    let page = std::str::from_utf8(page).unwrap();
    assert!(page.contains("由（姓名略）负责，如有需要请致电 （电话略）。"), "{path}");
    assert!(!page.contains(&name) && !page.contains("139-1234"));
}

#[test]
fn without_consent_there_is_no_case() {
    let mut links = fixtures();
    let key = consenting(&mut links);
    let last = links.returns.iter_mut().rfind(|l| l.key == key && l.ret.period == period()).unwrap();
    last.consent = false;
    let edition = make(&links, &[summary(&links, &key, "完善了检验规程。")]);
    assert!(!edition.files.iter().any(|(p, _)| p.starts_with("cases/2025")));
}

#[test]
fn a_person_in_a_place_that_cannot_be_masked_stops_the_publication() {
    let links = fixtures();
    let mut settings = Settings::default();
    settings.report.issuer = "成都市市场监督管理局 13912345678".into();
    let templates = Templates::built_in();
    let measured = all_measured(&links);
    let refused = edition(&PublicInput {
        links: &links,
        measured: &measured,
        period: period(),
        settings: &settings,
        templates: &templates,
        cases: &[],
        earlier: &BTreeMap::new(),
        editions: &[],
        fingerprint: "0123456789ab",
    });
    let message = refused.map(|_| ()).unwrap_err().to_string();
    assert!(
        message.contains("agencies.html 第") && message.contains("含电话号码「139****5678」"),
        "{message}"
    );
}

#[test]
fn a_revision_shows_neither_what_was_hidden_nor_a_small_difference() {
    let links = many(&fixtures(), 12, 7);
    let first = make(&links, &[]);
    let earlier = data::released(text(&first, "data/figures.csv")).unwrap();
    let mut revised = links.clone();
    let gone =
        revised.returns.iter().position(|l| l.ret.period == period() && l.ret.form == Form::F && l.counted());
    revised.returns.remove(gone.unwrap());
    recount(&mut revised);
    let second = make_with(&revised, &[], &earlier).unwrap();
    let (before, after) = (rows(&first), rows(&second));
    for (id, old) in &before {
        let Some(new) = after.get(id) else { continue };
        assert!(old["status"] != "suppressed" || new["status"] == "suppressed", "{id} was hidden");
        let moved = |k: &str| {
            old[k].parse::<f64>().ok().zip(new[k].parse::<f64>().ok()).map_or(0.0, |(a, b)| f64::abs(a - b))
        };
        let told = new["status"] != "suppressed" && new["metric"] != "counted";
        let counts = ["satisfied_rate", "composite_score"].contains(&new["metric"].as_str());
        assert!(!told || !counts || moved("denominator") == 0.0, "{id} moved by one answer");
    }
}

/// City rates of thirty answers and more are what the publication is for: only counts of 1 to 4, and what
/// they would be computed from, may be missing.
#[test]
fn surveys_withdrawn_from_the_example_hide_more_and_stop_nothing() {
    let links = links_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs"));
    let first = make_with(&links, &[], &Said::new()).unwrap();
    let said = data::released(text(&first, "data/figures.csv")).unwrap();
    let surveys: Vec<Id> = links.counted(period(), Form::F).map(|l| l.ret.id).collect();
    assert!(surveys.len() > 20, "{}", surveys.len());
    for gone in surveys.iter().step_by(8) {
        let mut links = links.clone();
        links.returns.retain(|l| l.ret.id != *gone);
        recount(&mut links);
        let second = make_with(&links, &[], &said).unwrap_or_else(|why| panic!("without {gone}: {why}"));
        let hidden = |edition: &Edition| edition.plan.hidden().count();
        assert!(hidden(&second) > hidden(&first), "without {gone}");
    }
}

#[test]
fn a_headline_of_the_city_is_published() {
    let links = many(&fixtures(), 3, 5);
    let rows = rows(&make(&links, &[]));
    let headlines = [
        "composite_score",
        "satisfied_rate",
        "demand_response_rate",
        "closed_loop_rate",
        "response_rate",
        "counted",
    ];
    let mut n = 0;
    for row in rows.values().filter(|r| r["level"] == "city" && headlines.contains(&r["metric"].as_str())) {
        assert_ne!(row["status"], "suppressed", "{}", row["figure"]);
        n += 1;
    }
    assert!(n >= 20, "{n}");
}

/// The three tables fit each other, and a cell that is not told holds no number.
fn check_tables(edition: &Edition) {
    let read = |name: &str| -> Vec<BTreeMap<String, String>> {
        let table = text(edition, &format!("data/{name}.csv"));
        csv::Reader::from_reader(table.as_bytes()).deserialize().map(|r| r.unwrap()).collect()
    };
    let key = |r: &BTreeMap<String, String>| (r["metric"].clone(), r["item"].clone(), r["unit"].clone());
    let known: BTreeSet<_> = read("indicators").iter().map(key).collect();
    let districts: BTreeSet<String> = read("districts").iter().map(|r| r["unit_code"].clone()).collect();
    let mut met = BTreeSet::new();
    for row in read("figures") {
        assert!(known.contains(&key(&row)), "{row:?}");
        assert!(!["city", "district"].contains(&&*row["level"]) || districts.contains(&row["unit_code"]));
        let numbers = ["numerator", "value", "lower", "upper"].map(|k| row[k].is_empty());
        match row["status"].as_str() {
            "ok" | "small_n" => assert!(!row["value"].is_empty(), "{row:?}"),
            "suppressed" | "no_data" => assert!(numbers[1..].iter().all(|empty| *empty), "{row:?}"),
            "implied" => assert!(numbers.iter().all(|n| *n) && row["denominator"].is_empty(), "{row:?}"),
            other => panic!("{other}"),
        }
        met.insert((row["level"].clone(), row["status"].clone()));
    }
    for level in ["city", "district", "agency", "category", "size"] {
        assert!(met.iter().any(|(l, _)| l == level), "{level}");
    }
}

/// Earlier quarters: those of the data have a page here, those that stand apart a link that needs no server.
#[test]
fn the_archive_leads_to_earlier_quarters_or_says_there_is_none() {
    let links = fixtures();
    let (settings, templates) = (Settings::default(), Templates::built_in());
    let archive = |periods: &[&str], editions: &[Period]| {
        let measured = periods
            .iter()
            .map(|p| p.parse().unwrap())
            .map(|p: Period| (p, measure(&links, p, &settings.metrics).unwrap()))
            .collect();
        let input = PublicInput {
            links: &links,
            measured: &measured,
            period: period(),
            settings: &settings,
            templates: &templates,
            cases: &[],
            earlier: &BTreeMap::new(),
            editions,
            fingerprint: "0123456789ab",
        };
        text(&edition(&input).unwrap(), "archive/index.html").to_owned()
    };
    let apart: Vec<Period> = ["2024Q4", "2025Q1", "2025Q2"].iter().map(|p| p.parse().unwrap()).collect();
    let both = archive(&["2025Q1", "2025Q2"], &apart);
    assert!(
        both.contains("href=\"2025Q1.html\"") && both.contains("href=\"../../../2024Q4/site/index.html\"")
    );
    assert!(!both.contains("2025Q1/site") && !both.contains("2025Q2/site"), "neither twice nor itself");
    assert!(archive(&["2025Q2"], &[]).contains("没有更早季度的数据"));
}

/// A chart of few answers is grey like the cells of its table, and says why.
#[test]
fn charts_of_few_answers_are_grey() {
    let links = links_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs"));
    let edition = make(&links, &[]);
    let page = text(&edition, "index.html");
    for id in ["satisfaction", "structure", "levels", "trend"] {
        let (_, rest) = page.split_once(&format!("aria-labelledby=\"{id}\"")).expect(id);
        let chart = rest.split("</section>").next().unwrap();
        assert!(chart.contains("data-status=\"small_n\""), "{id}: the example is small");
        assert_eq!(chart.matches("：样本量不足，仅供参考").count().min(2), 2, "{id}, wide and narrow");
    }
}

/// Returns that are made up are marked wherever the public meets them; true ones are not.
#[test]
fn made_up_returns_are_marked_on_every_page_and_in_the_data() {
    let mut links = fixtures();
    for synthetic in [true, false] {
        links.synthetic = synthetic;
        let edition = make(&links, &[]);
        for (path, _) in edition.files.iter().filter(|(p, _)| p.ends_with(".html")) {
            let marked = text(&edition, path).contains("<p class=\"sample\">示例数据（虚构）</p>");
            assert_eq!(marked, synthetic, "{path}");
        }
        let package: serde_json::Value =
            serde_json::from_str(text(&edition, "data/datapackage.json")).unwrap();
        let described = package["description"].as_str().unwrap_or_default();
        assert_eq!(described.contains("示例数据（虚构）"), synthetic, "{described}");
        let lead = text(&edition, "downloads.html").contains("<p class=\"lead\">示例数据（虚构）");
        assert_eq!(lead, synthetic);
    }
}

#[test]
fn the_open_data_describe_themselves() {
    let edition = make(&fixtures(), &[]);
    let package: serde_json::Value = serde_json::from_str(text(&edition, "data/datapackage.json")).unwrap();
    for resource in package["resources"].as_array().unwrap() {
        let path = format!("data/{}", resource["path"].as_str().unwrap());
        let mut reader = csv::Reader::from_reader(text(&edition, &path).as_bytes());
        let header: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
        let fields = resource["schema"]["fields"].as_array().unwrap();
        assert_eq!(header, fields.iter().map(|f| f["name"].as_str().unwrap()).collect::<Vec<_>>());
        let key: Vec<usize> = resource["schema"]["primaryKey"]
            .as_array()
            .unwrap()
            .iter()
            .map(|k| header.iter().position(|h| h == k.as_str().unwrap()).unwrap())
            .collect();
        let mut seen = BTreeSet::new();
        for record in reader.records() {
            let record = record.unwrap();
            assert!(seen.insert(key.iter().map(|k| record[*k].to_owned()).collect::<Vec<_>>()), "{record:?}");
        }
        assert!(
            text(&edition, &format!("data/excel/{}", resource["path"].as_str().unwrap()))
                .starts_with('\u{feff}')
        );
    }
    check_tables(&edition);
    let page = text(&edition, "downloads.html");
    let start = page.find("application/ld+json\">").unwrap() + "application/ld+json\">".len();
    let block = page[start..].split("</script>").next().unwrap();
    let set: serde_json::Value = serde_json::from_str(block).unwrap();
    assert_eq!(set["@type"], "Dataset");
    assert_eq!(package["licenses"][0]["name"], "CC-BY-4.0");
    assert_eq!(set["license"], "https://creativecommons.org/licenses/by/4.0/");
    let about = set["description"].as_str().unwrap().chars().count();
    assert!((50..=5000).contains(&about), "{about}");
    for line in text(&edition, "SHA256SUMS").lines() {
        let (sum, path) = line.split_once("  ").unwrap();
        assert_eq!(zhiti::digest::full(text(&edition, path).as_bytes()), sum);
    }
}

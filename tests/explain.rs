//! Every figure of both fixture quarters is explained, and the explanation adds up to the figure.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{is_alone, links_of, shared};
use zhiti::explain::{Explanation, Rule, explain};
use zhiti::link::{Links, Status as Counts};
use zhiti::metrics::{
    Definition, Figure, Level, Measured, Method, Rule as How, Status, Unit, measure, printed,
};
use zhiti::period::Period;
use zhiti::settings::Settings;
use zhiti::spec::Form;

struct World {
    links: Links,
    measured: BTreeMap<Period, Measured>,
    settings: Settings,
}

fn world() -> World {
    let (links, settings) = (links_of(&shared("fixtures/inputs")), Settings::default());
    let measured = links
        .accounting
        .keys()
        .map(|p| (*p, measure(&links, *p, &settings.metrics).expect("metrics")))
        .collect();
    World { links, measured, settings }
}

impl World {
    fn explain(&self, id: &str) -> Explanation {
        explain(id, &self.links, &self.measured, &self.settings).expect(id)
    }
}

#[test]
fn every_figure_adds_up_and_leaves_nobody_out() {
    if is_alone() {
        return;
    }
    let world = world();
    let personal = personal_words(&world.links);
    assert!(personal.len() > 50);
    let mut figures = 0;
    for (period, measured) in &world.measured {
        assert!(["2025Q1", "2025Q2"].contains(&period.to_string().as_str()));
        for figure in &measured.figures {
            let told = world.explain(&figure.id());
            assert_eq!(told.printed, printed(figure));
            adds_up(figure, &told);
            places_are_told(&told);
            rules_are_whole(&told);
            nobody_is_missing(&world.links, figure, &told);
            if figure.level == Level::City {
                nothing_personal(&told, &personal);
            }
            figures += 1;
        }
    }
    assert!(figures > 1_000, "{figures}");
}

fn adds_up(figure: &Figure, told: &Explanation) {
    let id = &told.id;
    let numerator: i64 = told.counted.iter().map(|e| e.mantissa).sum();
    let denominator: i64 = told.counted.iter().map(|e| e.denominator).sum();
    let definition = Definition::of(figure.metric).expect("definition");
    match definition.rule {
        How::Ratio { .. } => {
            assert_eq!(Some(numerator), figure.numerator.map(|n| n.mantissa), "{id}");
            assert_eq!(Some(denominator), figure.denominator, "{id}");
        }
        How::MedianDays => {
            assert_eq!(Some(denominator), figure.denominator, "{id}");
            let mut days: Vec<i64> = told.counted.iter().map(|e| e.mantissa).collect();
            let twice = zhiti::stats::median_twice(&mut days).map(|t| (i128::from(t), 2));
            assert_eq!(twice, figure.fraction, "{id}");
        }
        How::StructureGap => {
            let side = |form: Form, part: fn(&zhiti::explain::Entry) -> i64| -> i64 {
                told.counted.iter().filter(|e| e.sources[0].form == form).map(part).sum()
            };
            let share = |form| side(form, |e| e.mantissa) as f64 / side(form, |e| e.denominator) as f64;
            if let Some(value) = figure.value {
                assert!((share(Form::B) - share(Form::C) - value).abs() < 1e-12, "{id}");
            }
        }
        How::StructureMismatch => assert_eq!(numerator, denominator, "{id}"),
    }
    assert_eq!(told.interval.is_some(), definition.method != Method::None && figure.status != Status::NoData);
}

fn places_are_told(told: &Explanation) {
    let sources = told.counted.iter().flat_map(|e| &e.sources);
    for source in sources.chain(told.left_out.iter().map(|l| &l.source)) {
        assert!(!source.file.is_empty() && source.cell.is_some(), "{}", told.id);
        assert!(!source.answers.is_empty(), "{} {}", told.id, source.return_id);
    }
    for entry in &told.counted {
        assert!(!entry.sources.is_empty());
        let told_answer = entry.sources.iter().flat_map(|s| &s.answers).any(|a| !a.answer.is_empty());
        assert!(
            told_answer
                || told.metric == "next_need_rate"
                || entry.numerator == "0"
                || told.metric == "unanswered_rate",
            "{} {entry:?}",
            told.id
        );
    }
}

fn rules_are_whole(told: &Explanation) {
    for left in &told.left_out {
        let id = format!("{} {}", told.id, left.source.return_id);
        assert_eq!(left.rule == Rule::Excluded, !left.problems.is_empty(), "{id}");
        assert_eq!(matches!(left.rule, Rule::Superseded | Rule::Identical), left.by.is_some(), "{id}");
        assert_eq!(left.by.is_some(), left.by_place.is_some(), "{id}");
    }
}

/// Of the forms the denominator counts, every return of the unit is either in or left out with a rule.
fn nobody_is_missing(links: &Links, figure: &Figure, told: &Explanation) {
    let form = match figure.metric {
        "satisfied_rate" | "acceptable_rate" | "item_score" | "composite_score" | "unanswered_rate" => {
            Form::F
        }
        "response_rate" | "closed_loop_rate" | "service_share" => Form::C,
        "next_need_rate" => Form::E,
        "dimension_gap" | "gap_closure" | "goal_attainment" => Form::S,
        "feedback_rate" => return,
        _ => Form::B,
    };
    let listed: BTreeSet<&str> = told
        .counted
        .iter()
        .flat_map(|e| &e.sources)
        .chain(told.left_out.iter().map(|l| &l.source))
        .map(|s| s.return_id.as_str())
        .collect();
    let unit = |l: &zhiti::link::Linked| match figure.level {
        Level::City => true,
        Level::District => zhiti::link::district_code(l.district) == figure.unit_code,
        Level::Agency => *l.agency == *figure.unit_code,
        Level::Category | Level::Size => false,
    };
    for l in links.returns.iter().filter(|l| l.ret.period == figure.period && l.ret.form == form && unit(l)) {
        assert!(listed.contains(&*l.ret.id.to_string()), "{}: {} {:?}", told.id, l.ret.id, l.status);
        let rule = told.left_out.iter().find(|o| o.source.return_id == l.ret.id.to_string()).map(|o| o.rule);
        match l.status {
            Counts::Excluded => assert_eq!(rule, Some(Rule::Excluded)),
            Counts::Superseded { .. } => assert!(matches!(rule, Some(Rule::Superseded | Rule::Identical))),
            Counts::Counted => {
                assert!(!matches!(rule, Some(Rule::Excluded | Rule::Superseded | Rule::Identical)))
            }
        }
    }
}

/// Everything typed into fields of a personal kind.
fn personal_words(links: &Links) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for l in &links.returns {
        for (_, answer) in l.ret.answered().filter(|(field, _)| field.is_personal()) {
            if answer.raw.chars().count() >= 3 && !answer.raw.contains(l.ret.enterprise()) {
                out.insert(answer.raw.to_string());
            }
        }
    }
    out
}

fn nothing_personal(told: &Explanation, personal: &BTreeSet<String>) {
    let json = serde_json::to_string(told).expect("json");
    let csv = String::from_utf8(told.to_csv().expect("csv")).expect("UTF-8");
    let text = told.to_text();
    for word in personal {
        assert!(!json.contains(word) && !csv.contains(word) && !text.contains(word), "{}: {word}", told.id);
    }
}

#[test]
fn the_csv_adds_up_like_the_figure() {
    if is_alone() {
        return;
    }
    let world = world();
    let told = world.explain("2025Q2/510100/composite_score");
    let bytes = told.to_csv().expect("csv");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(|r| r.expect("row")).collect();
    let sum = |column: &str| -> f64 { rows.iter().filter_map(|r| r[column].parse::<f64>().ok()).sum() };
    assert_eq!(sum("numerator"), told.numerator.as_ref().expect("numerator").parse::<f64>().expect("number"));
    assert_eq!(Some(sum("denominator") as i64), told.denominator);
    let ids: BTreeSet<&str> = rows.iter().map(|r| r["return_id"].as_str()).collect();
    let sources = told.counted.iter().flat_map(|e| &e.sources).chain(told.left_out.iter().map(|l| &l.source));
    assert_eq!(ids, sources.map(|s| s.return_id.as_str()).collect());
}

#[test]
fn the_text_reads_like_an_account() {
    if is_alone() {
        return;
    }
    let world = world();
    let told = world.explain("2025Q2/510100/satisfied_rate.expert_skill");
    let text = told.to_text();
    println!("{text}");
    let must = [
        "满意率（服务专家的专业能力）",
        "条款",
        "Wilson 95%区间",
        "上季度",
        "2025Q1/510100/satisfied_rate.expert_skill",
    ];
    assert!(must.iter().all(|m| text.contains(m)));
    assert!(text.contains(&format!("计入 {} 条", told.counted.len())));
    let json = serde_json::to_value(&told).expect("json");
    assert_eq!(json["counted"].as_array().expect("list").len() as i64, told.denominator.expect("n"));
    println!("{}", world.explain("2025Q2/510100/demand_response_rate").to_text());
    println!("{}", world.explain("2025Q2/510100/goal_attainment").to_text());
    println!("{}", world.explain("2025Q2/510100/closed_loop_rate").to_text());
    assert_eq!(Definition::of("composite_score").map(|d| d.unit), Some(Unit::Score));
}

#[test]
fn a_part_has_the_same_part_of_the_quarter_before_beside_it() {
    if is_alone() {
        return;
    }
    let world = world();
    let whole = world.explain("2025Q1/510100/composite_score");
    for (part, wanted) in
        [("interval", whole.interval.clone()), ("n", whole.denominator.map(|n| n.to_string()))]
    {
        let told = world.explain(&format!("2025Q2/510100/composite_score:{part}"));
        let before = told.previous.as_ref().expect("a quarter before");
        assert_eq!(before.id, format!("2025Q1/510100/composite_score:{part}"));
        assert_eq!(Some(before.printed.clone()), wanted);
        assert_ne!(before.printed, whole.printed);
        assert!(
            told.to_text().contains(&format!("上季度  {}　{}\n", before.printed, before.id)),
            "{}",
            told.to_text()
        );
    }
}

#[test]
fn an_unknown_id_names_its_neighbours() {
    if is_alone() {
        return;
    }
    let world = world();
    let error = explain("2025Q2/510100/composit_score", &world.links, &world.measured, &world.settings);
    let message = error.expect_err("unknown").to_string();
    assert!(message.contains("2025Q2/510100/composite_score"), "{message}");
    for id in ["", "x", "2099Q1/510100/composite_score", "2025Q2//composite_score"] {
        assert!(explain(id, &world.links, &world.measured, &world.settings).is_err());
    }
}

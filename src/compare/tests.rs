//! Comparisons of whole samples: who is compared with whom, and what is said.

use std::collections::BTreeMap;

use super::*;
use crate::spec::Specs;

/// Reads, links and measures a synthetic workspace.
fn workspace(projects: usize, seed: u64) -> (Links, BTreeMap<Period, Measured>) {
    let specs = Specs::built_in().unwrap();
    let settings = crate::settings::Settings::default();
    let folder = tempfile::tempdir().unwrap();
    let periods = vec!["2024Q4".into(), "2025Q1".into(), "2025Q2".into()];
    let options = crate::sample::SampleOptions { periods, projects, seed, mess: 0.05 };
    crate::sample::generate(&options, &specs).unwrap().write(folder.path(), || {}).unwrap();
    let listing = crate::inputs::list(folder.path()).unwrap();
    let links =
        crate::link::link(crate::read::read_all(&listing, &specs, &settings, &|| {}), &specs, &settings);
    let measured = listing
        .periods
        .iter()
        .map(|p| (*p, crate::metrics::measure(&links, *p, &settings.metrics).unwrap()))
        .collect();
    (links, measured)
}

#[test]
fn a_workspace_is_compared_as_its_rules_say() {
    let settings =
        settings::Metrics { floor_city: 12, floor_district: 4, floor_agency: 4, ..Default::default() };
    let (links, measured) = workspace(24, 3);
    let measured: BTreeMap<Period, Measured> =
        measured.keys().map(|p| (*p, crate::metrics::measure(&links, *p, &settings).unwrap())).collect();
    let q2: Period = "2025Q2".parse().unwrap();
    let now = &measured[&q2];
    let all = compare(&measured, q2, &links, &settings);
    every_test_is_whole(&all, now);
    nothing_small_is_compared(&all, now);
    needs_still_open_are_not_compared(&all, now);
    rests_add_up(&all, now);
    assert!(all.all.iter().filter(|c| c.p.is_some()).count() > 100, "something was tested");
    let year = all.of("2025Q2/510100/composite_score", Against::Year).unwrap();
    assert_eq!(year.verdict, Verdict::NotComparable(Reason::NoEarlierPeriod));
    assert_eq!(
        all.verdict("2025Q2/510100/structure_mismatch", Against::Quarter),
        Verdict::NotComparable(Reason::NoTest)
    );
}

fn every_test_is_whole(all: &Comparisons, now: &Measured) {
    for c in &all.all {
        assert_eq!(c.p.is_some(), c.adjusted.is_some());
        assert_eq!(c.p.is_some(), !matches!(c.verdict, Verdict::NotComparable(_)), "{}", c.id);
        let Some(((p, q), interval)) = c.p.zip(c.adjusted).zip(c.interval) else { continue };
        assert!((0.0..=1.0).contains(&p) && q >= p && q <= 1.0);
        let (a, b) = c.difference.unwrap();
        let factor = a as f64 / b as f64;
        assert!(interval.lower <= factor + 1e-9 && factor <= interval.upper + 1e-9, "{}: {interval:?}", c.id);
        let (_, name) = c.id.split_once('/').unwrap();
        let (unit, name) = name.rsplit_once('/').unwrap();
        assert!(now.figure(unit, name).is_some());
        assert_eq!(c.words().contains("无显著"), c.verdict == Verdict::NoChange, "{}", c.words());
    }
}

fn nothing_small_is_compared(all: &Comparisons, now: &Measured) {
    let mut small = 0;
    for figure in now.figures.iter().filter(|f| f.status != Status::Ok) {
        for against in [Against::Quarter, Against::Year, Against::Rest] {
            if let Some(c) = all.of(&figure.id(), against) {
                assert!(matches!(c.verdict, Verdict::NotComparable(_)) && c.p.is_none(), "{}", c.id);
                small += 1;
            }
        }
    }
    assert!(small > 0);
}

fn needs_still_open_are_not_compared(all: &Comparisons, now: &Measured) {
    for figure in now.figures.iter().filter(|f| f.metric == "demand_response_rate") {
        let verdict = all.verdict(&figure.id(), Against::Quarter);
        assert!(!verdict.is_direction() && verdict != Verdict::NoChange, "{verdict:?}");
    }
}

/// A district and the rest make the city.
fn rests_add_up(all: &Comparisons, now: &Measured) {
    for c in all.all.iter().filter(|c| c.against == Against::Rest) {
        let name = c.id.rsplit('/').next().unwrap();
        let unit = c.id.split_once('/').unwrap().1.rsplit_once('/').unwrap().0;
        let (ours, city) = (now.figure(unit, name).unwrap(), now.figure("510100", name).unwrap());
        if let Some(base) = &c.base {
            assert_eq!(ours.denominator.unwrap() + base.denominator, city.denominator.unwrap(), "{}", c.id);
        }
    }
}

#[test]
fn a_difference_reads_as_an_office_writes_it() {
    let mut c = Comparison {
        id: "2025Q2/510100/acceptable_rate.staff_skill".into(),
        level: Level::City,
        against: Against::Quarter,
        base: None,
        difference: Some((-1, 8)),
        unit: Unit::Rate,
        interval: Some(Interval { lower: -0.2, upper: -0.05 }),
        p: Some(0.001),
        adjusted: Some(0.002),
        verdict: Verdict::Down,
        overlap: true,
        family: String::new(),
    };
    assert_eq!(c.printed().as_deref(), Some("-12.5个百分点"));
    assert_eq!(c.printed_interval().as_deref(), Some("-20.0～-5.0个百分点"));
    assert_eq!(c.words(), "环比下降12.5个百分点（样本重叠，仅供参考）");
    (c.against, c.level, c.overlap) = (Against::Rest, Level::District, false);
    assert_eq!(c.words(), "低于全市其他区（市）县12.5个百分点");
    (c.unit, c.difference, c.verdict) = (Unit::Score, Some((1005, 1000)), Verdict::Up);
    assert_eq!(c.words(), "高于全市其他区（市）县1.01分");
    assert_eq!(c.printed().as_deref(), Some("+1.01分"));
    c.verdict = Verdict::NoChange;
    assert_eq!(c.words(), "与全市其他区（市）县相比无显著差异");
    c.difference = Some((0, 7));
    assert_eq!(c.printed().as_deref(), Some("0.00分"));
}

#[test]
fn the_same_returns_give_other_composites_under_other_scores() {
    let (_, measured) = workspace(8, 5);
    let settings = settings::Metrics::default();
    for measured in measured.values() {
        let city = measured.figure("510100", "composite_score").unwrap();
        let all = sensitivity::sensitivity(measured, Level::City, "510100", &sensitivity::ALTERNATIVES);
        assert_eq!(all[1].printed, crate::metrics::printed(city), "the setting's own score");
        let own = city.fraction.unwrap();
        assert_eq!(all[1].fraction.0 * own.1, own.0 * all[1].fraction.1);
        let value = |i: usize| all[i].fraction.0 as f64 / all[i].fraction.1 as f64;
        assert!(value(0) <= value(1) && value(1) <= value(2) && value(2) <= value(3));
        funnels(measured, &settings);
        finite_intervals(measured);
    }
}

fn funnels(measured: &Measured, settings: &settings::Metrics) {
    for trial in [funnel::Trial::Item("staff_attitude"), funnel::Trial::AllSatisfied] {
        let funnel = funnel::funnel(measured, Level::Agency, trial, settings).unwrap();
        let sum = |what: fn(&funnel::Point) -> u64| funnel.points.iter().map(what).sum::<u64>();
        assert_eq!((sum(|p| p.x), sum(|p| p.n)), (funnel.x, funnel.n), "agencies make the city");
        assert!(funnel.points.iter().all(|p| p.signal.is_some() == (p.n >= settings.floor_agency)));
        let largest = funnel.points.iter().map(|p| p.n).max().unwrap();
        assert!(funnel.limits.last().unwrap().0 > largest && funnel.limits.len() <= 121);
        assert_eq!(funnel.figure.is_some(), trial != funnel::Trial::AllSatisfied);
    }
}

fn finite_intervals(measured: &Measured) {
    let city = measured.figure("510100", "composite_score").unwrap();
    let (wide, narrow) = (city.interval.unwrap(), finite::interval(measured, city).unwrap());
    assert!(narrow.lower >= wide.lower && narrow.upper <= wide.upper);
    let fits = finite::projects(measured, city) >= city.denominator.unwrap() as u64;
    assert!(fits || narrow == wide, "satisfaction without services: uncorrected");
    let needs = measured.figure("510100", "below_industry_share").unwrap();
    assert_eq!(finite::interval(measured, needs), None);
    let city = |frame| measured.facts[&frame].rows.iter().filter(|fact| fact.city);
    let surveyed = city(crate::metrics::Frame::Services).filter(|service| service.with.is_some()).count();
    let whole = surveyed == city(crate::metrics::Frame::Satisfaction).count();
    let composite = measured.figure("510100", "composite_score").unwrap();
    assert_eq!(finite::is_sample_of_projects(measured, composite), whole, "surveys without a C");
}

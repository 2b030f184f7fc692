//! Two editions in miniature: who is named for what.

use super::*;
use std::collections::BTreeMap;
use std::sync::Arc;

fn known(id: &str, printed: &str, n: i64) -> (String, Known) {
    let (rest, metric) = id.rsplit_once('/').unwrap();
    let code = rest.rsplit_once('/').unwrap().1;
    let level = if code == "510100" { "city" } else { "district" };
    let known = Known {
        level: level.into(),
        code: code.into(),
        metric: metric.into(),
        printed: printed.into(),
        n: Some(n),
        x: format!("{printed}/{n}"),
        ..Known::default()
    };
    (id.to_owned(), known)
}

fn mark(form: &str, file: &str, district: &str, status: &str, answer: &str) -> Mark {
    Mark {
        form: form.into(),
        period: "2025Q2".into(),
        file: file.into(),
        key: format!("{form} {district}"),
        owner: district.into(),
        district: district.into(),
        status: status.into(),
        answers: BTreeMap::from([("staff_skill".to_owned(), answer.to_owned())]),
        ..Mark::default()
    }
}

fn snapshot(figures: &[(&str, &str, i64)], returns: &[(&str, Mark)]) -> Snapshot {
    Snapshot {
        figures: figures.iter().map(|(id, printed, n)| known(id, printed, *n)).collect(),
        returns: returns.iter().map(|(id, mark)| ((*id).to_owned(), Arc::new(mark.clone()))).collect(),
        ..Snapshot::default()
    }
}

const CITY: &str = "2025Q2/510100/satisfied_rate.staff_skill";
const DISTRICT: &str = "2025Q2/510114/satisfied_rate.staff_skill";
const OTHER: &str = "2025Q2/510104/satisfied_rate.staff_skill";
const ELSE: &str = "2025Q2/510100/next_need_rate";

#[test]
fn a_figure_names_the_returns_of_its_form_field_and_unit() {
    let old = snapshot(
        &[(CITY, "90.0%", 10), (DISTRICT, "80.0%", 5), (OTHER, "100.0%", 5), (ELSE, "50.0%", 4)],
        &[
            ("a", mark("F", "甲.xlsx", "510114", "counted", "1")),
            ("b", mark("F", "乙.xlsx", "510104", "counted", "1")),
            ("e", mark("E", "丙.xlsx", "510114", "counted", "1")),
        ],
    );
    let new = snapshot(
        &[(CITY, "80.0%", 10), (DISTRICT, "60.0%", 5), (OTHER, "100.0%", 5), (ELSE, "50.0%", 4)],
        &[
            ("a", mark("F", "甲.xlsx", "510114", "counted", "2")),
            ("b", mark("F", "乙.xlsx", "510104", "counted", "1")),
            ("e", mark("E", "丙.xlsx", "510114", "excluded", "1")),
        ],
    );
    let changes = Changes::between(&old, &new, "f");
    assert_eq!((changes.figures.len(), changes.unchanged, changes.unexplained()), (2, 2, 0));
    let turns: Vec<(&str, Turn)> = changes.returns.iter().map(|t| (t.id.as_str(), t.turn)).collect();
    assert_eq!(turns, [("e", Turn::Dropped), ("a", Turn::Altered)]);
    assert!(changes.figures.iter().all(|f| f.by == [1]), "{:?}", changes.figures);
    assert_eq!(Changes::between(&new, &new, "f").figures, []);
}

#[test]
fn a_renamed_file_moves_nothing_and_a_mended_return_is_called_so() {
    let old = snapshot(
        &[(CITY, "90.0%", 10)],
        &[
            ("a", mark("F", "甲.xlsx", "510114", "counted", "1")),
            ("b", mark("F", "乙.xlsx", "510104", "excluded", "1")),
        ],
    );
    let renamed = snapshot(
        &[(CITY, "90.0%", 10)],
        &[
            ("c", mark("F", "甲（新）.xlsx", "510114", "counted", "1")),
            ("b", mark("F", "乙.xlsx", "510104", "excluded", "1")),
        ],
    );
    assert_eq!(Changes::between(&old, &renamed, "f").returns, []);
    let mut mended = old.clone();
    mended.returns.insert("d".into(), mark("F", "乙改正.xlsx", "510104", "counted", "1").into());
    mended.figures.extend([known(CITY, "90.9%", 11)]);
    let changes = Changes::between(&old, &mended, "f");
    assert_eq!(changes.returns[0].turn, Turn::Mended);
    assert_eq!(changes.figures[0].by, [0]);
}

#[test]
fn what_nobody_moved_is_told_unless_the_rules_changed() {
    let old = snapshot(&[(CITY, "90.0%", 10), (ELSE, "1", 1)], &[]);
    let mut new = snapshot(&[(CITY, "80.0%", 10)], &[]);
    let changes = Changes::between(&old, &new, "f");
    assert_eq!((changes.figures.len(), changes.unexplained()), (2, 2));
    assert!(changes.figures.iter().any(|f| f.new.is_none() && f.old.as_deref() == Some("1")));
    new.settings = "other".into();
    let changes = Changes::between(&old, &new, "f");
    assert!(changes.settings_changed && changes.unexplained() == 0);
}

#[test]
fn an_answer_that_moves_no_figure_is_told_unless_it_was_not_remembered() {
    let with = |rest: &str| Mark { rest: rest.into(), ..mark("D", "丁.xlsx", "510114", "counted", "1") };
    let edition = |rest| snapshot(&[(CITY, "90.0%", 10)], &[("d", with(rest))]);
    let turns = |old, new| {
        let changes = Changes::between(&edition(old), &edition(new), "f");
        assert!(changes.figures.is_empty());
        changes.returns.iter().map(|t| t.turn).collect::<Vec<_>>()
    };
    assert_eq!(turns("1", "2"), [Turn::Altered]);
    assert_eq!(turns("1", "1"), []);
    assert_eq!(turns("", "1"), [], "an edition made before answers were remembered");
}

#[test]
fn the_tables_hold_no_formula() {
    let mut new = snapshot(&[(CITY, "90.0%", 10)], &[("a", mark("F", "=1+1", "510114", "counted", "1"))]);
    Arc::make_mut(new.returns.get_mut("a").unwrap()).enterprise = "@企业".into();
    let changes = Changes::between(&Snapshot::default(), &new, "f");
    let text = String::from_utf8(table::returns(&changes).unwrap()).unwrap();
    assert!(text.contains(",'=1+1,") && text.contains(",'@企业,"), "{text}");
}

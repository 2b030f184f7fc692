//! Names are read back as what they are; whole numbers are held against `explain` in `tests/printed.rs`.

use super::*;
use crate::compare::Against;
use crate::problem::{Code, Severity};
use crate::spec::Form;

#[test]
fn names_are_read() {
    let cases = [
        ("account.received", Kind::Account(Account::Received, None)),
        ("account.missing.F", Kind::Account(Account::Missing, Some(Form::F))),
        ("counted.B", Kind::Account(Account::Counted, Some(Form::B))),
        ("files.unreadable", Kind::Unreadable),
        ("reach.projects", Kind::Reach(Reach::Projects)),
        ("problems.error", Kind::Severity(Severity::Error)),
        ("dissatisfied.staff_skill", Kind::Dissatisfied("staff_skill")),
        ("rating_share.poor.staff_skill", Kind::RatingShare(2, "staff_skill")),
        ("sensitivity.80", Kind::Sensitivity(80.0)),
        ("all_satisfied_rate", Kind::AllSatisfied),
        ("dimension_level.after.质量文化", Kind::Level(Side::After, 1)),
        ("composite_score:year", Kind::Part("composite_score".into(), Part::Change(Against::Year))),
    ];
    for (name, kind) in cases {
        assert_eq!(Kind::parse(name), Some(kind.clone()), "{name}");
        assert!(!kind.title().is_empty() && !kind.rule().is_empty());
    }
    for name in [
        "",
        "account",
        "account.x",
        "account.received.Z",
        "sensitivity.101",
        "problems.x",
        "files",
        "files.read",
        "a:b",
        "reach.",
    ] {
        assert_eq!(Kind::parse(name), None, "{name}");
    }
}

#[test]
fn every_account_has_a_name_that_is_read() {
    for account in Account::ALL {
        assert_eq!(account.names().count(), 7);
        assert!(
            account
                .names()
                .all(|name| matches!(Kind::parse(&name), Some(Kind::Account(a, _)) if a == account))
        );
    }
}

#[test]
fn files_that_could_not_be_read_are_counted_where_their_folder_is() {
    let period: Period = "2025Q1".parse().unwrap();
    let jinjiang = crate::reference::district::by_name("锦江区");
    let mut links = Links::default();
    let files = [("锦江区/坏.xlsx", jinjiang), ("扫描.pdf", None)];
    links.unreadable.insert(period, files.map(|(name, folder)| (name.into(), folder)).to_vec());
    let problem = crate::problem::Problem::new(Code::FileCorrupt, crate::cell::Place::file("锦江区/坏.xlsx"));
    links.problems.insert(period, vec![problem.about("坏.xlsx")]);
    let (measured, comparisons, settings) =
        (BTreeMap::new(), Comparisons::default(), settings::Metrics::default());
    let desk =
        Desk { links: &links, measured: &measured, comparisons: &comparisons, period, settings: &settings };
    let counted = |unit: &str| desk.find(unit, "files.unreadable").map(|t| t.printed);
    assert_eq!(counted(CITY.0).as_deref(), Some("2"));
    assert_eq!(counted(district_code(jinjiang)).as_deref(), Some("1"));
    assert_eq!(counted(NOWHERE).as_deref(), Some("1"));
    let whom = desk.whom(CITY.0).unwrap();
    let lines = desk.lines(&whom, &Kind::Unreadable);
    assert_eq!(lines[0].words, "文件「坏.xlsx」已损坏，无法打开");
    assert_eq!((&*lines[1].words, &*lines[1].place), ("未读取", "扫描.pdf"));
}

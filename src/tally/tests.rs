//! Names are read back as what they are; whole numbers are held against `explain` in `tests/printed.rs`.

use super::*;
use crate::compare::Against;
use crate::problem::Severity;
use crate::spec::Form;

#[test]
fn names_are_read() {
    let cases = [
        ("account.received", Kind::Account(Account::Received, None)),
        ("account.missing.F", Kind::Account(Account::Missing, Some(Form::F))),
        ("counted.B", Kind::Account(Account::Counted, Some(Form::B))),
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
    for name in
        ["", "account", "account.x", "account.received.Z", "sensitivity.101", "problems.x", "a:b", "reach."]
    {
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

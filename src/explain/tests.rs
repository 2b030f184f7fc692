//! Small parts; whole explanations are tested against the fixtures in `tests/explain.rs`.

use super::*;
use crate::error::Error;

#[test]
fn parts_are_exact_decimals() {
    assert_eq!(decimal(0, 40_000), "0");
    assert_eq!(decimal(3_300_000, 40_000), "82.5");
    assert_eq!(decimal(-1, 4), "-0.25");
    assert_eq!(decimal(333_333_333_333, 1_000_000_000_000), "0.333333333333");
    assert_eq!(decimal(7, 1), "7");
}

#[test]
fn an_unknown_id_is_refused_even_without_figures() {
    let nothing = BTreeMap::new();
    for id in ["", "/", "2025Q1", "2025Q1/510100", "2025Q1/510100/x", "//", "９/x/y"] {
        let error = explain(id, &Links::default(), &nothing, &Settings::default()).unwrap_err();
        assert!(matches!(error, Error::Usage { .. }));
    }
}

#[test]
fn the_structure_floor_is_that_of_its_ticks() {
    assert!(is_structure("structure_gap") && !is_structure("demand_share"));
    for definition in crate::metrics::CATALOGUE.iter().filter(|d| d.method == Method::None) {
        assert!(no_interval(definition.id).starts_with("不给出区间"));
    }
}

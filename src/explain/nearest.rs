//! What somebody meant by an id that is none: the district's code instead of its name, the items of
//! a metric, a slip of the pen. Where nothing is near, how an id is written.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::metrics::Measured;
use crate::period::Period;
use crate::reference::district::{self, CITY, DISTRICTS};

/// Ids printed beside an unknown one.
const NEAREST: usize = 5;

/// How an id is written.
const PATTERN: &str = "编号的写法为 <季度>/<单位代码>/<指标>[.<分项>]，如 2025Q1/510100/composite_score；指标见 `zhiti metrics`";

/// The refusal of an id that is none.
pub(super) fn unknown(id: &str, measured: &BTreeMap<Period, Measured>) -> Error {
    let id = id.trim();
    let figures = measured.values().flat_map(|m| &m.figures);
    let known: Vec<Parts> = figures.map(|f| (f.period.to_string(), f.unit_code.clone(), f.name())).collect();
    let near = nearest(id, &known);
    let periods: Vec<String> = measured.keys().map(ToString::to_string).collect();
    let computed = match periods.is_empty() {
        true => String::new(),
        false => format!("已计算的季度：{}。", periods.join("、")),
    };
    let hint = match near.is_empty() {
        true => format!("{computed}{PATTERN}"),
        false => format!("{computed}相近的编号：\n    {}", near.join("\n    ")),
    };
    Error::usage(format!("没有编号为「{id}」的指标"), hint)
}

/// Period, code of the unit and name of a figure.
type Parts = (String, String, String);

fn nearest(id: &str, known: &[Parts]) -> Vec<String> {
    let wanted = match id.split_once('/').and_then(|(period, rest)| Some((period, rest.rsplit_once('/')?))) {
        Some((period, (unit, name))) => (period.to_owned(), code_of(unit), name.to_owned()),
        // The name of a metric by itself: that of the city, of the newest quarter.
        None => {
            let newest = known.iter().map(|(period, ..)| period.clone()).max().unwrap_or_default();
            (newest, CITY.0.to_owned(), id.to_owned())
        }
    };
    let mut near: Vec<(usize, usize, String)> = known
        .iter()
        .filter_map(|figure| distance(&wanted, figure).map(|(far, slips)| (far, slips, id_of(figure))))
        .collect();
    near.sort();
    // What is exactly meant needs no others beside it.
    let exact = near.iter().take_while(|(far, ..)| *far == 0).count();
    near.into_iter().take(if exact > 0 { exact } else { NEAREST }).map(|(.., id)| id).collect()
}

fn id_of((period, unit, name): &Parts) -> String {
    format!("{period}/{unit}/{name}")
}

/// The code of a unit that is written by its name.
fn code_of(unit: &str) -> String {
    if matches!(unit.trim(), "成都" | "成都市" | "全市") {
        return CITY.0.to_owned();
    }
    district::by_name(unit).map_or_else(|| unit.trim().to_owned(), |at| DISTRICTS[at].code.to_owned())
}

/// How far a figure is from what was wanted, and by how many slips; `None` where it is not near: more
/// than half of a part would have to be another. 0 is what was meant, or an item of it.
fn distance(wanted: &Parts, known: &Parts) -> Option<(usize, usize)> {
    let slips = |wanted: &str, known: &str| {
        let slips = strsim::levenshtein(wanted, known);
        (slips * 2 <= wanted.chars().count()).then_some(slips)
    };
    let (period, unit) = (slips(&wanted.0, &known.0)?, slips(&wanted.1, &known.1)?);
    let is_item = known.2.split_once('.').is_some_and(|(metric, _)| metric == wanted.2);
    let name = if is_item { 0 } else { slips(&wanted.2, &known.2)? };
    // Another unit is farther away than another figure of the same unit.
    let far = usize::from(name > 0) + 2 * usize::from(unit > 0) + 2 * usize::from(period > 0);
    Some((far, period + unit + name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(id: &str) -> Vec<String> {
        let mut known = Vec::new();
        for code in ["510100", "510114", "510115", "中型", "小型", "微型"] {
            for name in ["composite_score", "next_need_rate", "response_rate", "satisfied_rate.staff_skill"] {
                known.push(("2025Q2".to_owned(), code.to_owned(), name.to_owned()));
            }
            let more =
                ["staff_attitude", "expert_skill", "expert_attitude"].map(|i| format!("satisfied_rate.{i}"));
            known.extend(more.map(|name| ("2025Q2".to_owned(), code.to_owned(), name)));
        }
        nearest(id, &known)
    }

    #[test]
    fn what_was_meant_is_suggested_and_nothing_that_is_not_near() {
        for (id, wanted) in [
            ("2025Q2/新都区/composite_score", &["2025Q2/510114/composite_score"][..]),
            ("2025Q2/新都/composite_score", &["2025Q2/510114/composite_score"]),
            ("2025Q2/全市/composite_score", &["2025Q2/510100/composite_score"]),
            ("composite_score", &["2025Q2/510100/composite_score"]),
            (
                "2025Q2/510114/satisfied_rate",
                &[
                    "2025Q2/510114/satisfied_rate.expert_attitude",
                    "2025Q2/510114/satisfied_rate.expert_skill",
                    "2025Q2/510114/satisfied_rate.staff_attitude",
                    "2025Q2/510114/satisfied_rate.staff_skill",
                ],
            ),
            ("foo", &[]),
            ("", &[]),
            ("//", &[]),
            ("2025Q2/510114/foo", &[]),
            ("2025Q2/510114/", &[]),
            ("全市满意度", &[]),
        ] {
            assert_eq!(near(id), wanted, "{id}");
        }
        for (id, first) in [
            ("2025Q2/510114/composit_score", "2025Q2/510114/composite_score"),
            ("2025Q2/新都区/composit_score", "2025Q2/510114/composite_score"),
            ("2025Q1/510115/composite_score", "2025Q2/510115/composite_score"),
            ("2025Q2/51011/next_need_rate", "2025Q2/510114/next_need_rate"),
        ] {
            assert_eq!(near(id).first().map(String::as_str), Some(first), "{id}: {:?}", near(id));
        }
    }

    #[test]
    fn where_nothing_is_near_the_hint_says_how_an_id_is_written() {
        for id in ["", "foo"] {
            assert!(unknown(id, &BTreeMap::new()).to_string().contains("<季度>/<单位代码>/<指标>"));
        }
    }
}

//! Explains printed numbers that are no metric: accounts, problems, and the parts of a figure.
//!
//! A part is explained as its figure is; of an account every return is listed, with its place.

use std::collections::{BTreeMap, HashMap};

use super::left_out::{Fault, faults};
use super::source::Asked;
use super::{Entry, Explanation, Previous, parts, unknown};
use crate::answer::Id;
use crate::compare::{self, Comparison, Comparisons};
use crate::error::Result;
use crate::link::{self, Linked, Links};
use crate::metrics::{DIMENSIONS, Measured, RATINGS, Status};
use crate::period::Period;
use crate::settings::Settings;
use crate::spec::Form;
use crate::tally::{Desk, Kind, Line, Part, Tally, Whom};

pub(super) fn explain(
    id: &str,
    links: &Links,
    measured: &BTreeMap<Period, Measured>,
    settings: &Settings,
) -> Result<Explanation> {
    let Some((period, unit, name)) = parts(id).filter(|(p, ..)| measured.contains_key(p)) else {
        return Err(unknown(id, measured));
    };
    let comparisons = match Kind::parse(name) {
        Some(Kind::Part(_, Part::Change(_) | Part::Others)) => {
            compare::compare(measured, period, links, &settings.metrics)
        }
        _ => Comparisons::default(),
    };
    let desk = Desk { links, measured, comparisons: &comparisons, period, settings: &settings.metrics };
    let Some((tally, whom)) = desk.find(unit, name).zip(desk.whom(unit)) else {
        return Err(unknown(id, measured));
    };
    match &tally.kind {
        Kind::Part(figure, part) => {
            let whole = super::explain(&format!("{period}/{unit}/{figure}"), links, measured, settings)?;
            let previous = previous(&desk, &whom, name);
            Ok(Explanation { previous, ..of_part(whole, &tally, *part, &desk) })
        }
        _ => Ok(of_count(&desk, &whom, name, &tally)),
    }
}

/// The explanation of the figure, said of its part.
fn of_part(whole: Explanation, tally: &Tally, part: Part, desk: &Desk) -> Explanation {
    let formula = format!("{}。所属指标：{}", tally.kind.rule(), whole.formula);
    let lines = match part {
        Part::Change(against) => desk.comparisons.of(&whole.id, against).map(compared).unwrap_or_default(),
        Part::Others => {
            desk.comparisons.of(&whole.id, compare::Against::Rest).map(compared).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    Explanation {
        id: tally.id.clone(),
        name: tally.kind.title(),
        printed: tally.printed.clone(),
        formula: formula.into(),
        unit: "",
        lines,
        ..whole
    }
}

/// What a word of change rests on.
fn compared(c: &Comparison) -> Vec<Line> {
    let line = |words: String| Line { words, place: String::new() };
    let mut out = Vec::new();
    if let Some(base) = &c.base {
        let of = base.figure.as_deref().unwrap_or("—");
        out.push(line(format!("所比数值 {}（分母{}，{of}）", base.printed, base.denominator)));
    }
    out.extend(c.printed().map(|d| line(format!("相差 {d}"))));
    out.extend(c.printed_interval().map(|i| line(format!("差的95%区间 {i}"))));
    let p = |value: f64| crate::metrics::float(value, 4);
    out.extend(c.p.map(|value| line(format!("p={}", p(value)))));
    out.extend(c.adjusted.map(|value| line(format!("校正后p={}（Benjamini–Hochberg）", p(value)))));
    out.push(line(c.words()));
    out
}

fn of_count(desk: &Desk, whom: &Whom, name: &str, tally: &Tally) -> Explanation {
    let by_id: HashMap<Id, &Linked> = desk.links.returns.iter().map(|l| (l.ret.id, l)).collect();
    let (fields, item) = asked(&tally.kind);
    let asked = Asked { fields: &fields, item };
    let entry = |linked: &&Linked| Entry {
        numerator: "1".into(),
        denominator: 1,
        about: why_not(&by_id, desk.links, linked),
        sources: vec![asked.source(linked, None)],
        mantissa: 1,
        indicator: None,
    };
    let returns = desk.returns(whom, &tally.kind);
    Explanation {
        id: tally.id.clone(),
        period: desk.period.to_string(),
        level: whom.level,
        unit_code: whom.code.clone(),
        unit_name: whom.name.clone(),
        metric: name.to_owned().into(),
        item: "",
        name: tally.kind.title(),
        clause: "—",
        formula: tally.kind.rule().into(),
        numerator: None,
        denominator: None,
        printed: tally.printed.clone(),
        unit: "",
        interval: None,
        interval_why: match tally.kind {
            Kind::Sensitivity(_) => "不给出区间：换一个“基本满意”分值的测算，区间见所测算的指标",
            _ => "不给出区间：对收到材料的清点或描述，不是抽样推断",
        },
        lines: desk.lines(whom, &tally.kind),
        status: status(tally),
        floor: 0,
        previous: previous(desk, whom, name),
        public: None,
        counted: returns.iter().filter_map(|id| by_id.get(id)).map(entry).collect(),
        left_out: Vec::new(),
    }
}

/// Of a return that does not count, what leaves it out: the account of what was excluded must be as plain as
/// that of what was counted.
fn why_not(by_id: &HashMap<Id, &Linked>, links: &Links, linked: &Linked) -> String {
    match &linked.status {
        link::Status::Counted => String::new(),
        link::Status::Superseded { by, .. } => {
            let place = by_id.get(by).map(|l| l.ret.place.to_string()).unwrap_or_default();
            format!("被替代，计入的是 {place}")
        }
        link::Status::Excluded => {
            let told = |fault: Fault| {
                let cell = fault.cell.map(|c| format!("{c} ")).unwrap_or_default();
                format!("{cell}{}（{}）", fault.message, fault.code)
            };
            let faults: Vec<String> = faults(links, linked).into_iter().map(told).collect();
            format!("未计入：{}", faults.join("；"))
        }
    }
}

fn status(tally: &Tally) -> Status {
    if tally.muted { Status::SmallN } else { Status::Ok }
}

/// The same number of the quarter before; a change is not tested anew.
fn previous(desk: &Desk, whom: &Whom, name: &str) -> Option<Previous> {
    let period = desk.period.previous();
    desk.measured.get(&period)?;
    let before = Desk { period, ..*desk }.find(&whom.code, name)?;
    let status = status(&before);
    Some(Previous { id: before.id, printed: before.printed, numerator: None, denominator: None, status })
}

/// Fields shown of each return.
fn asked(kind: &Kind) -> (Vec<(Form, &'static [&'static str])>, &'static str) {
    match kind {
        Kind::Dissatisfied(item) | Kind::RatingShare(_, item) => {
            let at = RATINGS.iter().position(|r| r == item).unwrap_or(0);
            (vec![(Form::F, &RATINGS[at..=at])], "")
        }
        Kind::Sensitivity(_) | Kind::AllSatisfied => (vec![(Form::F, &RATINGS)], ""),
        Kind::Level(_, dimension) => (vec![(Form::S, &["dimensions"])], DIMENSIONS[*dimension]),
        _ => (Vec::new(), ""),
    }
}

//! Where a figure comes from: its formula and counts, every return that went in, with file, sheet and
//! cell, and every one that did not, with the rule that left it out.
//!
//! It recomputes nothing: the parts come from the same facts that were summed, so that they add up to
//! the figure or a test fails. Personal data never leave this room: of an answer of a personal kind
//! only its presence is told.

mod left_out;
mod nearest;
mod other;
mod output;
mod source;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use nearest::unknown;

pub use left_out::{LeftOut, Rule};
pub use source::{Source, Told};

use crate::answer::Id;
use crate::error::Result;
use crate::link::{Linked, Links};
use crate::metrics::{
    CATEGORIES, Contribution, Definition, Figure, Level, Measured, Method, Status, fields, floor,
};
use crate::period::Period;
use crate::settings::Settings;
use crate::spec::Form;
use crate::tally::Line;

/// Everything that defends one figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    pub id: String,
    pub period: String,
    pub level: Level,
    pub unit_code: String,
    pub unit_name: String,
    /// Id of the metric, or the name of a number that is none.
    pub metric: Cow<'static, str>,
    pub item: &'static str,
    /// `满意率（服务人员的服务态度）`.
    pub name: String,
    /// Clauses of DB5101/T 190—2024.
    pub clause: &'static str,
    pub formula: Cow<'static, str>,
    /// Exact decimal; `None` where the metric has no numerator of its own.
    pub numerator: Option<String>,
    pub denominator: Option<i64>,
    /// The string that every document prints.
    pub printed: String,
    /// `%`, `分`, `天`.
    pub unit: &'static str,
    /// The interval as printed.
    pub interval: Option<String>,
    /// Which interval, and why this one, or why none.
    pub interval_why: &'static str,
    /// What is behind the number and is no return: expected projects, problems, the parts of a comparison.
    pub lines: Vec<Line>,
    pub status: Status,
    /// The least number for which a figure may be relied on (of ticks for the structure metrics).
    pub floor: u64,
    /// The same figure of the quarter before.
    pub previous: Option<Previous>,
    /// What the public edition that stands makes of it, and why; `None` where there is none.
    pub public: Option<String>,
    pub counted: Vec<Entry>,
    pub left_out: Vec<LeftOut>,
}

/// A figure of the quarter before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Previous {
    pub id: String,
    pub printed: String,
    pub numerator: Option<String>,
    pub denominator: Option<i64>,
    pub status: Status,
}

/// One fact that went in: a return, or several that belong together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Its part in the numerator, an exact decimal (days for the median).
    pub numerator: String,
    /// Its part in the denominator.
    pub denominator: i64,
    /// The category or indicator it is about, where a return has several.
    pub about: String,
    pub sources: Vec<Source>,
    /// The numerator over the scale of the figure's.
    #[serde(skip)]
    pub mantissa: i64,
    /// Index of the indicator in its supplement.
    #[serde(skip)]
    pub indicator: Option<usize>,
}

/// Explains a figure by its id, `<period>/<unit_code>/<metric>[.<item>]`, or another printed number by its own
/// (see [`crate::tally`]).
///
/// # Errors
/// An id that is none of the figures measured (with the nearest ones), an internal fault.
pub fn explain(
    id: &str,
    links: &Links,
    measured: &BTreeMap<Period, Measured>,
    settings: &Settings,
) -> Result<Explanation> {
    let found = find(id, measured);
    let Some((now, figure)) = found else { return other::explain(id, links, measured, settings) };
    let Some(definition) = Definition::of(figure.metric) else { return Err(unknown(id, measured)) };
    let before = measured.get(&figure.period.previous());
    let mut out = head(figure, definition, before, settings);
    let ground = Ground::new(links, figure);
    for part in now.contributions(figure)? {
        if part.denominator == 0 {
            out.left_out.extend(left_out::unused(&ground, &part));
        } else {
            out.counted.push(ground.entry(&part));
        }
    }
    let used = out.counted.iter().flat_map(|e| &e.sources);
    let mut seen: BTreeSet<String> = used.map(|s| s.return_id.clone()).collect();
    seen.extend(out.left_out.iter().map(|l| l.source.return_id.clone()));
    out.left_out.extend(left_out::others(&ground, &seen, &out.counted));
    Ok(out)
}

fn head(
    figure: &Figure,
    definition: &'static Definition,
    before: Option<&Measured>,
    settings: &Settings,
) -> Explanation {
    let previous = before
        .and_then(|m| m.figure(&figure.unit_code, &figure.name()))
        .filter(|f| f.level == figure.level)
        .map(|f| Previous {
            id: f.id(),
            printed: f.printed(),
            numerator: f.numerator.map(|n| decimal(n.mantissa, n.scale)),
            denominator: f.denominator,
            status: f.status,
        });
    Explanation {
        id: figure.id(),
        period: figure.period.to_string(),
        level: figure.level,
        unit_code: figure.unit_code.clone(),
        unit_name: figure.unit_name.clone(),
        metric: figure.metric.into(),
        item: figure.item,
        name: definition.name_of(figure.item),
        clause: definition.clause,
        formula: definition.formula.into(),
        numerator: figure.numerator.map(|n| decimal(n.mantissa, n.scale)),
        denominator: figure.denominator,
        printed: figure.printed(),
        unit: figure.unit.label(),
        interval: figure.printed_interval(),
        interval_why: why(definition, figure),
        lines: Vec::new(),
        status: figure.status,
        floor: if is_structure(figure.metric) { TICKS } else { floor(figure.level, &settings.metrics) },
        previous,
        public: None,
        counted: Vec::new(),
        left_out: Vec::new(),
    }
}

/// Least number of ticks on each side of the structure metrics (metrics.md 2).
const TICKS: u64 = 20;

fn is_structure(metric: &str) -> bool {
    matches!(metric, "structure_gap" | "structure_mismatch")
}

/// Why this interval and not another.
fn why(definition: &Definition, figure: &Figure) -> &'static str {
    if figure.status == Status::NoData {
        return "没有数据，不给出区间";
    }
    match definition.method {
        Method::Wilson => "Wilson 95%区间：样本小或比率接近0、100%时仍然可靠，不会超出0～100%",
        Method::Mover => {
            "MOVER 95%区间：得分由“满意”和“基本满意及以上”两个比率合成，各取 Wilson 限；回答全部相同时区间也不为零宽（t 区间此时宽度为零，故不采用）"
        }
        Method::WilsonOnMean => {
            "均值÷100 的 Wilson 95%区间：0～100分的任何分布，方差都不大于同均值的两点分布，因此偏于谨慎"
        }
        Method::None => no_interval(definition.id),
    }
}

fn no_interval(metric: &str) -> &'static str {
    match metric {
        "unanswered_rate" | "response_rate" | "feedback_rate" => {
            "不给出区间：说明收到材料的完整程度，是对全部材料的清点，不是抽样"
        }
        "structure_gap" | "structure_mismatch" => {
            "不给出区间：一家企业可勾选多类，各勾选之间不独立，没有适用的公式"
        }
        "median_response_days" => "不给出区间：只有已响应的才有天数，不能代表全部需求",
        _ => "不给出区间：可比企业由能否前后配对决定，或由企业自愿填报，不是随机样本",
    }
}

/// Finds a figure by id; the unit's code may itself hold a slash.
fn find<'a>(id: &str, measured: &'a BTreeMap<Period, Measured>) -> Option<(&'a Measured, &'a Figure)> {
    let (period, unit, name) = parts(id)?;
    let now = measured.get(&period)?;
    Some((now, now.figure(unit, name)?))
}

/// Period, code of the unit and name out of an id.
fn parts(id: &str) -> Option<(Period, &str, &str)> {
    let (period, rest) = id.trim().split_once('/')?;
    let (unit, name) = rest.rsplit_once('/')?;
    Some((period.parse().ok()?, unit, name))
}

/// What one explanation looks things up in.
pub(crate) struct Ground<'a> {
    links: &'a Links,
    figure: &'a Figure,
    by_id: HashMap<Id, &'a Linked>,
    fields: Vec<(Form, &'static [&'static str])>,
}

impl<'a> Ground<'a> {
    fn new(links: &'a Links, figure: &'a Figure) -> Self {
        Self {
            links,
            figure,
            by_id: links.returns.iter().map(|l| (l.ret.id, l)).collect(),
            fields: fields(figure.metric, figure.item, figure.level),
        }
    }

    fn entry(&self, part: &Contribution) -> Entry {
        let scale = self.figure.numerator.map_or(1, |n| n.scale);
        // A fact may carry returns for the sake of other metrics of its table.
        let asked = |l: &&&Linked| self.fields.iter().any(|(form, _)| *form == l.ret.form);
        let sources = part.returns.iter().filter_map(|id| self.by_id.get(id)).filter(asked);
        Entry {
            numerator: decimal(part.numerator, scale),
            denominator: part.denominator,
            about: self.about(part),
            sources: sources.map(|l| self.source(l, part.indicator)).collect(),
            mantissa: part.numerator,
            indicator: part.indicator,
        }
    }

    /// Category or indicator of a part.
    fn about(&self, part: &Contribution) -> String {
        if self.figure.level == Level::Category {
            return String::new();
        }
        let category = part.category.and_then(|c| CATEGORIES.get(c)).map(|c| (*c).to_owned());
        category.or_else(|| self.indicator_name(part)).unwrap_or_default()
    }

    fn indicator_name(&self, part: &Contribution) -> Option<String> {
        let linked = self.by_id.get(part.returns.first()?)?;
        source::indicators(&linked.ret).get(part.indicator?).map(|i| i.name.clone())
    }
}

/// A whole number over a scale (a product of twos and fives) as an exact decimal without trailing zeros.
fn decimal(mantissa: i64, scale: i64) -> String {
    let (sign, size) = (if mantissa < 0 { "-" } else { "" }, mantissa.unsigned_abs());
    let scale = scale.unsigned_abs().max(1);
    let (whole, mut rest) = (size / scale, u128::from(size % scale));
    let mut digits = String::new();
    while rest > 0 && digits.len() < 20 {
        rest *= 10;
        digits.push(char::from(b'0' + (rest / u128::from(scale)) as u8));
        rest %= u128::from(scale);
    }
    if digits.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{digits}") }
}

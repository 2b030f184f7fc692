//! Returns that did not go into a figure, each with the rule of metrics.md that left it out.
//!
//! Asked is every return of the forms and periods a metric looks at, in the figure's unit. Returns of
//! another unit are not listed.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;

use super::source::{Source, indicators, levels};
use super::{Entry, Ground};
use crate::answer::{Id, Return};
use crate::cell::Cell;
use crate::check::names_expert;
use crate::link::{Key, Linked, Links, Status, district_code};
use crate::metrics::{CATEGORIES, Contribution, DIMENSIONS, Level, SIZES, sizes};
use crate::problem::{Problem, Severity};
use crate::spec::Form;

/// Why a return, or one of its answers, did not go in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    Excluded,
    Superseded,
    Identical,
    NotApplicable,
    NoExpertNamed,
    Unanswered,
    Unreadable,
    NoDate,
    OtherNeed,
    NotServedInTime,
    NoService,
    NoSize,
    NotServedBefore,
    SameEnterprise,
    NoEarlier,
    NoGap,
}

impl Rule {
    /// The rule in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Excluded => "有错误，整份未计入",
            Self::Superseded => "同一企业、同一项目有更新的一份，本份不计",
            Self::Identical => "与另一份内容完全相同，只计一份",
            Self::NotApplicable => "没有服务专家，专家两项不在应答之列",
            Self::NoExpertNamed => "未填服务专家，对专家的评价不采用",
            Self::Unanswered => "未作答",
            Self::Unreadable => "回答无法辨认，不采用",
            Self::NoDate => "没有可用的填表日期",
            Self::OtherNeed => "“其他服务”不与服务实施记录配对",
            Self::NotServedInTime => "填表后180天内没有同类服务",
            Self::NoService => "没有计入的同一项目服务实施记录（表C）",
            Self::NoSize => "不知企业规模（没有计入的表B，或未填）",
            Self::NotServedBefore => "企业在前四个季度没有计入的服务实施记录",
            Self::SameEnterprise => "同一企业只计一次",
            Self::NoEarlier => "没有至少180天前填报、写明标准水平的需求调查",
            Self::NoGap => "目标与服务前没有差距",
        }
    }
}

/// A return, or a part of one, that did not go in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftOut {
    pub rule: Rule,
    /// The rule in words.
    pub words: &'static str,
    /// Id of the return that counts instead.
    pub by: Option<String>,
    /// Place of that return.
    pub by_place: Option<String>,
    /// Codes of the problems that exclude it, with cell and message.
    pub problems: Vec<Fault>,
    /// The category or indicator, where only a part is left out.
    pub about: String,
    pub source: Source,
}

/// A problem that excludes a return.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fault {
    pub code: &'static str,
    pub cell: Option<Cell>,
    pub message: String,
}

fn left_out(
    ground: &Ground,
    linked: &Linked,
    rule: Rule,
    about: String,
    indicator: Option<usize>,
) -> LeftOut {
    LeftOut {
        rule,
        words: rule.words(),
        by: None,
        by_place: None,
        problems: Vec::new(),
        about,
        source: ground.source(linked, indicator),
    }
}

/// A fact that put nothing into the denominator.
pub(super) fn unused(ground: &Ground, part: &Contribution) -> Option<LeftOut> {
    let linked = ground.by_id.get(part.returns.first()?)?;
    let rule = if ground.figure.metric == "median_response_days" {
        Rule::NotServedInTime
    } else {
        reason(ground, linked)
    };
    Some(left_out(ground, linked, rule, ground.about(part), None))
}

/// Everything else in the unit that did not go in.
pub(super) fn others(ground: &Ground, seen: &BTreeSet<String>, counted: &[Entry]) -> Vec<LeftOut> {
    let scope = Scope::new(ground);
    let mut out = Vec::new();
    for linked in scope.asked(seen) {
        match &linked.status {
            Status::Excluded => out.push(excluded(ground, linked)),
            Status::Superseded { by, identical } => out.push(superseded(ground, linked, *by, *identical)),
            Status::Counted => out.extend(
                scope.counted_reason(linked).map(|rule| left_out(ground, linked, rule, String::new(), None)),
            ),
        }
    }
    out.extend(parts(ground, &scope, counted));
    out
}

fn excluded(ground: &Ground, linked: &Linked) -> LeftOut {
    let faults = faults(ground.links, linked);
    LeftOut { problems: faults, ..left_out(ground, linked, Rule::Excluded, String::new(), None) }
}

fn superseded(ground: &Ground, linked: &Linked, by: Id, identical: bool) -> LeftOut {
    let rule = if identical { Rule::Identical } else { Rule::Superseded };
    LeftOut {
        by: Some(by.to_string()),
        by_place: ground.by_id.get(&by).map(|l| l.ret.place.to_string()),
        ..left_out(ground, linked, rule, String::new(), None)
    }
}

/// Errors at the return's cells; where there are none, those of its table or file as a whole.
pub(super) fn faults(links: &Links, linked: &Linked) -> Vec<Fault> {
    let ret = &linked.ret;
    let here = |p: &&Problem| {
        p.severity == Severity::Error
            && p.place.file == ret.place.file
            && (p.place.sheet == ret.place.sheet || p.place.sheet.is_empty())
    };
    let all = links.problems.get(&ret.period).map(Vec::as_slice).unwrap_or_default();
    let own = |p: &&Problem| p.severity == Severity::Error && linked.holds(p);
    let mut found: Vec<&Problem> = all.iter().filter(own).collect();
    if found.is_empty() {
        found = all.iter().filter(here).filter(|p| p.field.is_empty()).collect();
    }
    let fault =
        |p: &Problem| Fault { code: p.code.id(), cell: p.place.cell, message: p.message().into_owned() };
    found.into_iter().map(fault).collect()
}

/// Parts of returns that are left out though the return may be in: other needs, indicators.
fn parts(ground: &Ground, scope: &Scope, counted: &[Entry]) -> Vec<LeftOut> {
    let here = |form| scope.of(form).filter(|l| l.counted()).collect::<Vec<_>>();
    match ground.figure.metric {
        "demand_response_rate" | "median_response_days" => here(Form::B)
            .into_iter()
            .filter(|l| l.ret.date("dated").is_some())
            .filter(|l| l.ret.many("need_types").contains(&(CATEGORIES.len() - 1)))
            .map(|l| left_out(ground, l, Rule::OtherNeed, CATEGORIES[CATEGORIES.len() - 1].to_owned(), None))
            .collect(),
        "goal_attainment" => {
            let used: BTreeSet<(String, Option<usize>)> = counted
                .iter()
                .flat_map(|e| e.sources.iter().map(|s| (s.return_id.clone(), e.indicator)))
                .collect();
            here(Form::S)
                .into_iter()
                .flat_map(|l| (0..).zip(indicators(&l.ret)).map(move |(at, one)| (l, at, one)))
                .filter(|(l, at, _)| !used.contains(&(l.ret.id.to_string(), Some(*at))))
                .map(|(l, at, one)| {
                    let whole = one.before.is_some() && one.goal.is_some() && one.after.is_some();
                    let rule = if whole { Rule::NoGap } else { Rule::Unanswered };
                    left_out(ground, l, rule, one.name, Some(at))
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Why a counted return of the metric's own form put nothing in.
fn reason(ground: &Ground, linked: &Linked) -> Rule {
    let (ret, item) = (&linked.ret, ground.figure.item);
    match ground.figure.metric {
        "satisfied_rate" | "acceptable_rate" | "item_score" | "unanswered_rate" => rating(ret, item),
        "demand_response_rate" | "median_response_days" => {
            if ret.date("dated").is_none() {
                Rule::NoDate
            } else {
                Rule::OtherNeed
            }
        }
        "level_change" if ret.date("dated").is_none() => Rule::NoDate,
        "level_change" if ret.one("standard_level").is_some() => Rule::NoEarlier,
        "gap_closure" if has_levels(ret, item) => Rule::NoGap,
        _ => blank_or_unreadable(ground, ret),
    }
}

fn rating(ret: &Return, item: &str) -> Rule {
    let typed = ret.answer(item).is_some_and(|a| !a.raw.is_empty());
    match (item.starts_with("expert") && !names_expert(ret), typed) {
        (true, true) => Rule::NoExpertNamed,
        (true, false) => Rule::NotApplicable,
        (false, true) => Rule::Unreadable,
        (false, false) => Rule::Unanswered,
    }
}

fn blank_or_unreadable(ground: &Ground, ret: &Return) -> Rule {
    let mut names = ground.fields.iter().filter(|(form, _)| *form == ret.form).flat_map(|(_, names)| *names);
    let lost = |name: &&str| ret.answer(name).is_some_and(|a| a.value.is_none() && !a.raw.is_empty());
    if names.any(lost) { Rule::Unreadable } else { Rule::Unanswered }
}

/// Whether before, goal and after are all there for a dimension (for any, where the item is `all`).
fn has_levels(ret: &Return, item: &str) -> bool {
    let wanted = |name: &str| item == "all" || item == name;
    DIMENSIONS.iter().zip(levels(ret)).any(|(name, three)| wanted(name) && three.iter().all(Option::is_some))
}

/// Which returns are asked: forms, periods and unit of the figure.
struct Scope<'a> {
    ground: &'a Ground<'a>,
    sizes: HashMap<&'a Arc<str>, i8>,
    /// Counted C of the period, by key.
    services: HashMap<&'a Key, &'a Linked>,
    /// Enterprises with a counted C in the four periods before.
    served: BTreeSet<&'a Arc<str>>,
    /// Enterprises with a B in the unit.
    in_need: BTreeSet<&'a Arc<str>>,
}

impl<'a> Scope<'a> {
    fn new(ground: &'a Ground<'a>) -> Self {
        let (links, period) = (ground.links, ground.figure.period);
        let services = links.counted(period, Form::C).map(|l| (&l.key, l)).collect();
        let now = period.ordinal();
        let before = |l: &&Linked| {
            l.counted() && l.ret.form == Form::C && (now - 4..now).contains(&l.ret.period.ordinal())
        };
        let mut scope = Self {
            ground,
            sizes: if ground.figure.level == Level::Size { sizes(links, period) } else { HashMap::new() },
            services,
            served: links.returns.iter().filter(before).map(|l| &l.key.enterprise).collect(),
            in_need: BTreeSet::new(),
        };
        scope.in_need = scope.of(Form::B).map(|l| &l.key.enterprise).collect();
        scope
    }

    /// Returns of a form in the unit, in the periods the metric looks at.
    fn of(&self, form: Form) -> impl Iterator<Item = &'a Linked> {
        let inside = move |l: &&Linked| l.ret.form == form && self.in_period(l) && self.in_unit(l);
        self.ground.links.returns.iter().filter(inside)
    }

    /// Every return to be asked that has not been listed yet.
    fn asked(&self, seen: &BTreeSet<String>) -> Vec<&'a Linked> {
        let mut forms: Vec<Form> = self.ground.fields.iter().map(|(form, _)| *form).collect();
        forms.sort_unstable();
        forms.dedup();
        let mut out: Vec<&Linked> = forms.into_iter().flat_map(|form| self.of(form)).collect();
        out.retain(|l| !seen.contains(&l.ret.id.to_string()));
        out.sort_by_key(|l| l.ret.position);
        out
    }

    fn in_period(&self, linked: &Linked) -> bool {
        let (now, then) = (self.ground.figure.period.ordinal(), linked.ret.period.ordinal());
        match (self.ground.figure.metric, linked.ret.form) {
            ("feedback_rate", Form::C) => (now - 4..now).contains(&then),
            ("demand_response_rate" | "median_response_days", Form::C) => then >= now,
            _ => now == then,
        }
    }

    fn in_unit(&self, linked: &Linked) -> bool {
        let figure = self.ground.figure;
        let answers_needs = matches!(figure.metric, "demand_response_rate" | "median_response_days");
        if answers_needs && linked.ret.form == Form::C {
            return self.in_need.contains(&linked.key.enterprise);
        }
        match figure.level {
            Level::City => true,
            Level::District => district_code(linked.district) == figure.unit_code,
            Level::Agency => *linked.agency == *figure.unit_name,
            Level::Category => self.in_category(linked),
            Level::Size => self.in_size(linked),
        }
    }

    /// By the ticks of the C of the same key; a satisfaction survey without one belongs to no category and is
    /// listed in each.
    fn in_category(&self, linked: &Linked) -> bool {
        let at = CATEGORIES.iter().position(|c| *c == self.ground.figure.unit_code);
        let ticks = |l: &Linked| at.is_some_and(|at| l.ret.many("need_types").contains(&at));
        match linked.ret.form {
            Form::C => ticks(linked),
            _ => self.services.get(&linked.key).is_none_or(|c| ticks(c)),
        }
    }

    fn in_size(&self, linked: &Linked) -> bool {
        let at = SIZES.iter().position(|s| *s == self.ground.figure.unit_code);
        let size = self.sizes.get(&linked.key.enterprise).and_then(|s| usize::try_from(*s).ok());
        size.is_none() || size == at
    }

    /// Why a counted return that is in no fact did not go in; `None` where it went into another unit
    /// or only helps to count others.
    fn counted_reason(&self, linked: &Linked) -> Option<Rule> {
        let figure = self.ground.figure;
        let lone = !self.services.contains_key(&linked.key);
        match (figure.metric, linked.ret.form, figure.level) {
            ("response_rate" | "closed_loop_rate", Form::F, _) => lone.then_some(Rule::NoService),
            ("response_rate" | "closed_loop_rate", ..) => None,
            ("demand_response_rate" | "median_response_days", Form::C, _) => None,
            ("feedback_rate", Form::E, _) => {
                (!self.served.contains(&linked.key.enterprise)).then_some(Rule::NotServedBefore)
            }
            ("feedback_rate", ..) => Some(Rule::SameEnterprise),
            (_, Form::F, Level::Category) => lone.then_some(Rule::NoService),
            (_, Form::C, Level::Category) => None,
            (_, Form::F, Level::Size) => Some(Rule::NoSize),
            // Other needs and indicators are told part by part.
            ("demand_response_rate" | "median_response_days", Form::B, _)
                if linked.ret.date("dated").is_some() =>
            {
                None
            }
            ("goal_attainment", ..) if !indicators(&linked.ret).is_empty() => None,
            _ => Some(reason(self.ground, linked)),
        }
    }
}

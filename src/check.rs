//! Rules that need several answers of one return (domain.md 1.5). Each is a small
//! function; all are run, so that a person mends a form once.

use time::Date;

use crate::answer::{Answer, Return, Val};
use crate::parse::date;
use crate::problem::{Code, Problem};
use crate::reference::industry::{Industry, SizeClass, industry};
use crate::spec::Form;

/// A rule: what is wrong with this return, if anything.
type Rule = fn(&Return, &mut Vec<Problem>);

const RULES: &[(&[Form], Rule)] = &[
    (&[Form::B], size),
    (&[Form::B], established),
    (&[Form::B], declared),
    (&[Form::B], patents),
    (&[Form::B, Form::C], other_service),
    (&[Form::C], signatures),
    (&[Form::F], expert),
    (&[Form::F], all_satisfied),
    (&[Form::F], fast),
];

/// Runs every rule of the return's form.
pub fn check(ret: &Return) -> Vec<Problem> {
    let mut out = Vec::new();
    for (_, rule) in RULES.iter().filter(|(forms, _)| forms.contains(&ret.form)) {
        rule(ret, &mut out);
    }
    out
}

/// Employees give an upper bound of the size class (clause 3.1).
fn size(ret: &Return, out: &mut Vec<Problem>) {
    let words = ret.words("industry");
    let known = industry(words, ret.words("main_products"));
    if known.is_none() && !words.is_empty() {
        out.push(ret.problem(Code::IndustryUnclassified, "industry"));
    }
    let (Some(employees), Some(Industry::Bounded(rule))) = (ret.count("employees"), known) else { return };
    let highest = rule.highest(employees);
    if highest == SizeClass::Large {
        out.push(ret.problem(Code::SizeLarge, "size"));
        return;
    }
    let declared = ret.one("size").map(|i| [SizeClass::Medium, SizeClass::Small, SizeClass::Micro][i.min(2)]);
    if declared.is_some_and(|d| d > highest) {
        out.push(ret.problem(Code::SizeAboveClass, "size"));
    }
}

fn established(ret: &Return, out: &mut Vec<Problem>) {
    let Some(day) = ret.date("established_on") else { return };
    let latest = ret.date("dated").unwrap_or_else(|| ret.period.last_day());
    if day > latest {
        out.push(ret.problem(Code::EstablishedFuture, "established_on"));
    } else if date::ymd(1949, 1, 1).is_some_and(|first| day < first) {
        out.push(ret.problem(Code::EstablishedEarly, "established_on"));
    }
}

fn declared(ret: &Return, out: &mut Vec<Problem>) {
    let count = ret.count("self_declared_count");
    let silent = ret.answer("self_declared_count").is_none_or(|a| a.raw.is_empty());
    match ret.one("self_declared") {
        Some(0) if count == Some(0) || (count.is_none() && silent) => {
            out.push(ret.problem(Code::DeclaredWithoutCount, "self_declared_count"));
        }
        Some(1) if count.is_some_and(|n| n > 0) => {
            out.push(ret.problem(Code::CountWithoutDeclared, "self_declared_count"));
        }
        _ => {}
    }
}

fn patents(ret: &Return, out: &mut Vec<Problem>) {
    let pair = (ret.count("overseas_patents"), ret.count("invention_patents"));
    if let (Some(overseas), Some(valid)) = pair
        && overseas > valid
    {
        out.push(ret.problem(Code::OverseasAboveInvention, "overseas_patents"));
    }
}

/// 其他服务 is the last option.
fn other_service(ret: &Return, out: &mut Vec<Problem>) {
    let Some(field) = ret.spec.field("need_types") else { return };
    let ticked = ret.many("need_types").contains(&(field.options.len() - 1));
    let named = !ret.words("need_other").is_empty();
    if ticked && !named {
        out.push(ret.problem(Code::OtherWithoutText, "need_other"));
    } else if named && !ticked && !crate::text::is_none_word(ret.words("need_other")) {
        out.push(ret.problem(Code::OtherWithoutTick, "need_other"));
    }
}

fn signatures(ret: &Return, out: &mut Vec<Problem>) {
    let start: Option<Date> = ret.range("service_time").map(|(start, _)| start);
    for id in ["staff_signed_on", "expert_signed_on", "enterprise_signed_on"] {
        if let (Some(start), Some(signed)) = (start, ret.date(id))
            && signed < start
        {
            out.push(ret.problem(Code::SignedBeforeStart, id));
        }
    }
    if ret.value("enterprise_signed").is_none() {
        out.push(ret.problem(Code::SignatureMissing, "enterprise_signed"));
    }
}

/// Whether form F names an expert: not blank and not 无.
pub fn names_expert(ret: &Return) -> bool {
    let words = ret.words("expert");
    !words.is_empty() && !crate::text::is_none_word(words) && !crate::text::is_blank_mark(words)
}

fn expert(ret: &Return, out: &mut Vec<Problem>) {
    let rated = ["expert_attitude", "expert_skill"].iter().any(|id| ret.value(id).is_some());
    if rated && !names_expert(ret) {
        out.push(ret.problem(Code::ExpertWithoutName, "expert"));
    }
}

/// Ratings of an expert whom the form does not name are left out (metrics.md 1); their text is kept.
pub fn leave_out(ret: &mut Return) {
    if ret.form != Form::F || names_expert(ret) {
        return;
    }
    for id in ["expert_attitude", "expert_skill"] {
        let Some(index) = ret.spec.index(id) else { continue };
        if let Some(answer) = ret.answers.get(index).filter(|a| a.value.is_some()) {
            let left_out = Answer { cell: answer.cell, raw: answer.raw.into_owned().into(), value: None };
            ret.answers.set(index, Some(left_out));
        }
    }
}

fn all_satisfied(ret: &Return, out: &mut Vec<Problem>) {
    let items = ["staff_attitude", "staff_skill", "expert_attitude", "expert_skill"];
    let all = items.iter().all(|id| ret.value(id) == Some(Val::One(0)));
    if all && ret.words("service_content").is_empty() && ret.words("outcomes").is_empty() {
        out.push(ret.problem(Code::AllSatisfiedNoText, "service_content"));
    }
}

fn fast(ret: &Return, out: &mut Vec<Problem>) {
    if ret.envelope().seconds.is_some_and(|s| s < 10) {
        out.push(ret.problem(Code::FastAnswer, ""));
    }
}

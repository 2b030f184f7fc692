//! What was typed becomes a value, or its text is kept and a fault says why not.

mod supplement;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::bind::{Bound, Content, Envelope, Slot};
use crate::cell::{Cell, Place};
use crate::parse::contact::{self, Contact};
use crate::parse::date::{self, NotADate};
use crate::parse::marks::{self, Choice, Choices, Unclear};
use crate::parse::name;
use crate::parse::number::{self, NotACount};
use crate::parse::signature;
use crate::period::Period;
use crate::problem::{Code, Problem, Severity, Words};
use crate::spec::{Field, FormSpec, Kind};
use crate::text;
use crate::workbook::Value;

use super::{Answer, Answers, Beside, Id, Return, Val, signed};

/// Texts that many returns of a run have in common (sheet, names, boxes of options), kept once. They are parted by their
/// lengths, so that threads seldom wait for each other.
#[derive(Debug, Default)]
pub struct Pool([Mutex<HashSet<Arc<str>>>; 32]);

/// A text that is no longer than what stands for it is not worth sharing.
const SHORT: usize = size_of::<Arc<str>>();

impl Pool {
    fn share(&self, text: &str) -> Arc<str> {
        let mut known = self.0[text.len() % self.0.len()].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(text) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = text.into();
        known.insert(Arc::clone(&fresh));
        fresh
    }

    /// An answer's original text, where other returns are likely to have it too.
    fn share_answer(&self, field: &Field, raw: &str) -> Option<Arc<str>> {
        let is_common = matches!(field.kind, Kind::Name | Kind::One | Kind::Many) && raw.len() > SHORT;
        is_common.then(|| self.share(raw))
    }

    /// What stands around a return, its words kept once.
    fn share_envelope(&self, mut envelope: Envelope) -> Envelope {
        let Envelope { period, district, agency, consent, .. } = &mut envelope;
        for said in [period, district, agency, consent].into_iter().flatten() {
            said.text = self.share(&said.text);
            said.sheet = self.share(&said.sheet);
        }
        envelope
    }
}

/// Judges a bound return. Problems carry the names of enterprise and project where they are known.
pub fn judge(bound: Bound, file: &Arc<str>, period: Period, spec: &Arc<FormSpec>) -> (Return, Vec<Problem>) {
    judge_with(bound, file, period, spec, &Pool::default())
}

/// The same for one of many returns, which share a pool.
pub fn judge_with(
    bound: Bound,
    file: &Arc<str>,
    period: Period,
    spec: &Arc<FormSpec>,
    pool: &Pool,
) -> (Return, Vec<Problem>) {
    let place = Place { file: Arc::clone(file), sheet: pool.share(&bound.sheet), cell: Some(bound.anchor) };
    let mut judged: Vec<(usize, Vec<Fault>)> = Vec::new();
    let mut one = |(index, slot): (usize, Option<Slot>)| {
        let (answer, faults) = read(&spec.fields[index], slot?, period);
        judged.push((index, faults));
        Some(answer)
    };
    let mut answers: Vec<_> = bound.slots.into_iter().enumerate().map(&mut one).collect();
    fill_inner(spec, &mut answers, &mut judged);
    fill_signed(spec, &mut answers, &mut judged, period);
    let mut out = Return {
        id: Id::of(period, bound.form, &place),
        form: bound.form,
        period,
        place,
        position: 0,
        tabular: bound.tabular,
        spec: Arc::clone(spec),
        answers: Answers::new(answers, |index, raw| pool.share_answer(&spec.fields[index], raw)),
        beside: Beside::of(pool.share_envelope(bound.envelope), bound.continued),
        excluded: false,
    };
    let problems = problems(&mut out, judged);
    (out, problems)
}

/// What is wrong with one answer, before it has a place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    code: Code,
    found: String,
    /// Where it is not the whole answer: what it is about, and how to mend it.
    part: Option<Part>,
}

/// A part of an answer that has a cell of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    cell: Cell,
    name: String,
    mend: &'static str,
}

fn fault(code: Code, raw: &str) -> Vec<Fault> {
    vec![Fault { code, found: raw.to_owned(), part: None }]
}

fn problems(out: &mut Return, judged: Vec<(usize, Vec<Fault>)>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, field) in out.spec.fields.iter().enumerate() {
        let id = &field.id;
        let faults = judged.iter().find(|(i, _)| *i == index).map(|(_, f)| f.as_slice()).unwrap_or_default();
        let empty = out.answers.value(index).is_none();
        // Who the agency is may still come from the cover or the roster.
        let may_wait = &*field.id == "agency";
        if field.required && empty && faults.is_empty() && !may_wait {
            problems.push(missing(out, field));
        }
        for fault in faults {
            let loses = field.required && empty;
            let code = if loses && fault.code == Code::OptionUnrecognised {
                Code::RequiredUnreadable
            } else {
                fault.code
            };
            let mut problem = match &fault.part {
                Some(part) => about_part(out, code, id, part),
                None => out.problem(code, id),
            };
            if !field.is_personal() {
                problem = problem.found(fault.found.as_str());
            }
            if loses {
                problem = problem.severity(Severity::Error);
            }
            problems.push(problem);
        }
    }
    out.excluded = problems.iter().any(|p| p.severity == Severity::Error);
    problems
}

/// A problem at a part of an answer.
fn about_part(out: &Return, code: Code, id: &str, part: &Part) -> Problem {
    let mut problem = out.problem_in(code, id, part.cell).about(part.name.as_str());
    let headline = code.entry().headline.to_owned();
    problem.word(&Arc::new(Words { headline, mend: part.mend.to_owned() }));
    problem
}

/// A required answer that is not there. Where the options are printed and none is ticked, what
/// stands in the cell is the form's own words, nothing that somebody filled in.
fn missing(out: &Return, field: &Field) -> Problem {
    let problem = out.problem(Code::RequiredMissing, &field.id);
    let is_choice = matches!(field.kind, Kind::One | Kind::Many);
    let raw = out.answer(&field.id).map(|a| a.raw).unwrap_or_default();
    if !is_choice || !field.options.iter().any(|option| raw.contains(option.as_str())) {
        return problem;
    }
    let mut problem = problem.found("");
    problem.word(&UNTICKED);
    problem
}

/// The words for options none of which is ticked.
static UNTICKED: LazyLock<Arc<Words>> = LazyLock::new(|| {
    let headline = Code::RequiredMissing.entry().headline.to_owned();
    Arc::new(Words { headline, mend: "请在所选项前打“√”".to_owned() })
});

/// Reads one answer.
fn read(field: &Field, slot: Slot, period: Period) -> (Answer<'static>, Vec<Fault>) {
    let cell = slot.cell;
    let (raw, value, faults) = match slot.content {
        Content::Blank => (String::new(), None, Vec::new()),
        Content::Typed(Value::Error(text)) => (text.clone(), None, fault(Code::FormulaError, &text)),
        Content::Typed(Value::Uncalculated) => (String::new(), None, fault(Code::FormulaUncalculated, "")),
        Content::Typed(value) => {
            let raw = text::words(&value.text());
            let (read, faults) = typed(field, &value, &raw, period);
            (raw, read, faults)
        }
        Content::Unpaired(words) => {
            let faults = fault(Code::OptionUnrecognised, &words);
            (words, None, faults)
        }
        Content::Ticks(ticks) => ticked(field, &ticks),
        Content::Dimensions(rows) => supplement::dimensions(field, &rows),
        Content::Indicators(rows) => supplement::indicators(field, rows),
    };
    (Answer { cell, raw: raw.into(), value }, faults)
}

fn typed(field: &Field, value: &Value, raw: &str, period: Period) -> (Option<Val<'static>>, Vec<Fault>) {
    let nothing = (None, Vec::new());
    if text::is_null_word(raw) {
        return nothing;
    }
    // A reference to an empty cell shows 0; nobody is called so.
    let named = matches!(field.kind, Kind::Name | Kind::Person | Kind::Signature | Kind::Contact);
    if named && matches!(value, Value::Number(n) if *n == 0.0) {
        return nothing;
    }
    match field.kind {
        Kind::Name => {
            let words = raw.replace('\n', "");
            (name::name(&words, &field.labels).map(|name| Val::Text(name.to_owned().into())), Vec::new())
        }
        Kind::Text | Kind::Block | Kind::Person => {
            if text::is_blank_mark(raw) {
                nothing
            } else {
                (Some(Val::Text(raw.to_owned().into())), Vec::new())
            }
        }
        Kind::Signature => {
            // A day alone is nobody's name.
            if signature::is_unsigned(raw) || matches!(date::date(raw), Ok(Some(_))) {
                nothing
            } else {
                (Some(Val::Text(raw.to_owned().into())), Vec::new())
            }
        }
        Kind::Contact => contact_value(raw),
        Kind::Date => date_value(field, value, raw, period),
        Kind::Range => range_value(value, raw),
        Kind::Count => count_value(field, value, raw),
        Kind::One => one_value(field, &yes_or_no(field, raw)),
        Kind::Many => many_value(field, raw),
        Kind::Dimensions | Kind::Indicators => nothing,
    }
}

fn contact_value(raw: &str) -> (Option<Val<'static>>, Vec<Fault>) {
    if text::is_blank_mark(raw) {
        return (None, Vec::new());
    }
    let faults = match contact::contact(raw) {
        Contact::BadPhone(run) => fault(Code::PhoneBad, &run),
        Contact::Phones(_) | Contact::NoPhone => Vec::new(),
    };
    (Some(Val::Text(raw.to_owned().into())), faults)
}

fn date_value(field: &Field, value: &Value, raw: &str, period: Period) -> (Option<Val<'static>>, Vec<Fault>) {
    let read = match value {
        Value::Serial(serial, epoch) => {
            date::from_serial(*serial, *epoch).map(Some).ok_or(NotADate::NoSuchDay)
        }
        Value::Number(n) if (20_000.0..80_000.0).contains(n) => {
            date::from_serial(*n, false).map(Some).ok_or(NotADate::NoSuchDay)
        }
        _ => date::date(raw).map(|d| d.map(|d| d.last)),
    };
    match read {
        Ok(None) => (None, Vec::new()),
        Ok(Some(day)) => {
            let far = field.quarter && !period.is_near(day, 30);
            (Some(Val::Date(day)), if far { fault(Code::DateOutsideQuarter, raw) } else { Vec::new() })
        }
        Err(why) => (None, fault(date_code(why), raw)),
    }
}

fn date_code(why: NotADate) -> Code {
    match why {
        NotADate::Unreadable => Code::DateUnreadable,
        NotADate::NoSuchDay => Code::DateImpossible,
        NotADate::ShortYear => Code::DateShortYear,
        NotADate::Reversed => Code::RangeReversed,
    }
}

fn range_value(value: &Value, raw: &str) -> (Option<Val<'static>>, Vec<Fault>) {
    if let Value::Serial(serial, epoch) = value
        && let Some(day) = date::from_serial(*serial, *epoch)
    {
        return (Some(Val::Range(day, day)), Vec::new());
    }
    // A date in a format the library takes for a number (`e"年"m"月"`).
    if let Value::Number(n) = value
        && (20_000.0..80_000.0).contains(n)
        && let Some(day) = date::from_serial(*n, false)
    {
        return (Some(Val::Range(day, day)), Vec::new());
    }
    match date::range(raw) {
        Ok(None) => (None, Vec::new()),
        Ok(Some((start, end))) => (Some(Val::Range(start, end)), Vec::new()),
        Err(why) => (None, fault(date_code(why), raw)),
    }
}

fn count_value(field: &Field, value: &Value, raw: &str) -> (Option<Val<'static>>, Vec<Fault>) {
    let read = match value {
        Value::Number(n) => {
            number::whole_of(*n).map(|value| Some(number::Count { value, approximate: false }))
        }
        Value::Serial(n, _) => {
            number::whole_of(*n).map(|value| Some(number::Count { value, approximate: false }))
        }
        _ => number::count(raw),
    };
    match read {
        Ok(None) => (None, Vec::new()),
        Ok(Some(count)) => {
            let mut faults = Vec::new();
            if count.approximate {
                faults.extend(fault(Code::CountApproximate, raw));
            }
            if field.limit.is_some_and(|limit| count.value > limit) {
                faults.extend(fault(Code::CountLarge, raw));
            }
            (Some(Val::Count(count.value)), faults)
        }
        Err(NotACount::Negative) => (None, fault(Code::CountNegative, raw)),
        Err(NotACount::Fraction) => (None, fault(Code::CountFraction, raw)),
        Err(NotACount::Text) => (None, fault(Code::CountText, raw)),
        Err(NotACount::TooLarge) => (None, fault(Code::CountLarge, raw)),
    }
}

fn one_value(field: &Field, raw: &str) -> (Option<Val<'static>>, Vec<Fault>) {
    match marks::one(raw, &field.choices) {
        Ok(ticks) if ticks.ticked.len() == 1 => (Some(Val::One(ticks.ticked[0])), Vec::new()),
        Ok(ticks) if ticks.ticked.is_empty() => (None, Vec::new()),
        Ok(_) => (None, fault(Code::OptionSeveral, raw)),
        Err(Unclear::NoOption | Unclear::Ambiguous) => (None, fault(Code::OptionUnrecognised, raw)),
    }
}

/// TRUE and FALSE, the words of a check box cell, as 是 and 否 where these are asked for.
fn yes_or_no<'a>(field: &'a Field, raw: &'a str) -> Cow<'a, str> {
    let at = ["TRUE", "FALSE"].iter().position(|word| raw.eq_ignore_ascii_case(word));
    let asked = marks::is_yes_no(&field.choices);
    Cow::Borrowed(at.filter(|_| asked).map_or(raw, |at| field.options[at].as_str()))
}

fn many_value(field: &Field, raw: &str) -> (Option<Val<'static>>, Vec<Fault>) {
    match marks::ticks(raw, &field.choices) {
        Ok(ticks) if ticks.ticked.is_empty() => (None, Vec::new()),
        Ok(ticks) => (Some(Val::Many(ticks.ticked.into())), Vec::new()),
        // Those that are options count, the others are told (metrics.md 1).
        Err(Unclear::NoOption) => match marks::pieces(raw, &field.choices) {
            Some((ticked, true)) => (Some(Val::Many(ticked.into())), Vec::new()),
            Some((ticked, false)) => (Some(Val::Many(ticked.into())), fault(Code::OptionUnrecognised, raw)),
            None => (None, fault(Code::OptionUnrecognised, raw)),
        },
        Err(Unclear::Ambiguous) => (None, fault(Code::OptionUnrecognised, raw)),
    }
}

fn ticked(field: &Field, ticks: &[usize]) -> (String, Option<Val<'static>>, Vec<Fault>) {
    let raw = ticks.iter().map(|i| field.options[*i].as_str()).collect::<Vec<_>>().join("、");
    match (field.kind, ticks) {
        (_, []) => (raw, None, Vec::new()),
        (Kind::One, [only]) => (raw, Some(Val::One(*only)), Vec::new()),
        (Kind::One, _) => (raw.clone(), None, fault(Code::OptionSeveral, &raw)),
        _ => (raw, Some(Val::Many(ticks.into())), Vec::new()),
    }
}

/// Answers that share the cell of another one: the count behind 是, the words behind 其他服务.
fn fill_inner(
    spec: &FormSpec,
    answers: &mut [Option<Answer<'static>>],
    judged: &mut Vec<(usize, Vec<Fault>)>,
) {
    for (index, field) in spec.fields.iter().enumerate() {
        let Some(container) = field.within else { continue };
        let Some(outer) = answers[container].clone() else { continue };
        let shares = answers[index].as_ref().is_some_and(|a| a.cell == outer.cell);
        if !shares || outer.raw.is_empty() {
            continue;
        }
        let rest = words_inside(field, &outer.raw, &spec.fields[container].choices);
        let (value, faults, raw) = match typed_behind(field, &outer.raw, &rest) {
            Some(words) => (Some(Val::Text(words.clone().into())), Vec::new(), words),
            None => inner(field, &rest),
        };
        judged.retain(|(i, _)| *i != index);
        judged.push((index, faults));
        answers[index] = Some(Answer { cell: outer.cell, raw: raw.into(), value });
    }
}

/// Dates that stand in the cell of the signature beside which they belong.
fn fill_signed(
    spec: &FormSpec,
    answers: &mut [Option<Answer<'static>>],
    judged: &mut Vec<(usize, Vec<Fault>)>,
    period: Period,
) {
    for (index, field) in spec.fields.iter().enumerate().filter(|(_, f)| f.beside.is_some()) {
        let Some((owner, signed)) = signed::with_date(spec, index, answers) else { continue };
        let raw = signed.date.to_owned();
        let name = signed.name.map(|name| Val::Text(name.to_owned().into()));
        let (value, faults) = date_value(field, &Value::Text(raw.clone()), &raw, period);
        let Some(signature) = &mut answers[owner] else { continue };
        signature.value = name;
        let cell = signature.cell;
        judged.retain(|(i, _)| *i != index);
        judged.push((index, faults));
        answers[index] = Some(Answer { cell, raw: raw.into(), value });
    }
}

/// The words of an answer inside another: for the words behind 其他服务, without remarks behind other options.
fn words_inside(field: &Field, raw: &str, choices: &Choices) -> String {
    let is_own = |choice: &Choice| choice.spellings.iter().any(|s| field.labels.contains(s));
    let open = choices.iter().position(is_own).filter(|_| field.kind == Kind::Text);
    match (marks::ticks(raw, choices), open) {
        (Ok(ticks), Some(open)) if !is_line(&ticks.rest) => marks::words_of(open, raw, choices),
        (Ok(ticks), _) => ticks.rest,
        (Err(_), open) => {
            open.and_then(|open| marks::words_beside_others(open, raw, choices)).unwrap_or_default()
        }
    }
}

/// Whether nothing stands there but a line to write on.
fn is_line(rest: &str) -> bool {
    rest.chars().all(|c| matches!(c, ':' | '_' | ' '))
}

/// The words behind 其他服务 as they were typed: signs and blanks kept, where they say the same
/// as the normal form does.
fn typed_behind(field: &Field, raw: &str, rest: &str) -> Option<String> {
    if field.kind == Kind::Count || rest.is_empty() {
        return None;
    }
    let tail = marks::without_marks(raw.rsplit_once(&*field.label)?.1);
    let tail = tail.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, ':' | '：' | '_' | '＿' | '-' | '—' | '–' | '/' | '、')
    });
    let words = tail.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '_' | '＿'));
    let solid = |text: &str| text::key(text).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let whole = words.starts_with(['（', '(', '〖', '[', '{', '｛'])
        && words.ends_with(['）', ')', '〗', ']', '}', '｝']);
    let same = !solid(words).is_empty() && solid(words) == solid(rest);
    // A bracket that the normal form has lost was a box, no words.
    let box_first =
        words.starts_with(['（', '(', '[']) && !rest.trim_start_matches(':').starts_with(['(', '[']);
    (same && !whole && !box_first).then(|| words.to_owned())
}

fn inner(field: &Field, rest: &str) -> (Option<Val<'static>>, Vec<Fault>, String) {
    if field.kind == Kind::Count {
        let tail = field
            .labels
            .iter()
            .find_map(|l| rest.split_once(l.as_str()).map(|(_, tail)| tail))
            .unwrap_or(rest);
        let digits = tail.trim_start_matches([':', '(', ' ']).trim_end_matches([')', '.', ',']);
        let digits = digits.split(['(', ')']).next().unwrap_or("");
        if digits.is_empty() {
            return (None, Vec::new(), String::new());
        }
        let value = Value::Text(digits.to_owned());
        let (value, faults) = count_value(field, &value, digits);
        // An untouched line to write on (`____个`) is nothing typed.
        let untouched = value.is_none() && faults.is_empty();
        return (value, faults, if untouched { String::new() } else { digits.to_owned() });
    }
    let words = rest.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ':' | '_' | '(' | ')' | '〖' | '〗' | '.' | ',' | '[' | ']' | '{' | '}' | '-' | '—' | '/'
            )
    });
    let words = words.strip_prefix("请注明").unwrap_or(words).trim_matches([':', '_', ')', '(']);
    if words.is_empty() {
        (None, Vec::new(), String::new())
    } else {
        (Some(Val::Text(words.to_owned().into())), Vec::new(), words.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Form;

    #[test]
    fn true_and_false_answer_yes_or_no_only() {
        let specs = crate::spec::Specs::built_in().unwrap();
        let read = |form, id: &str, raw: &str| {
            let value = Value::Text(raw.into());
            let (value, faults) =
                typed(specs.of(form).field(id).unwrap(), &value, raw, "2025Q1".parse().unwrap());
            (value, faults.len())
        };
        assert_eq!(read(Form::B, "self_declared", "TRUE"), (Some(Val::One(0)), 0));
        assert_eq!(read(Form::B, "self_declared", "false"), (Some(Val::One(1)), 0));
        assert_eq!(read(Form::F, "staff_skill", "TRUE"), (None, 1));
        assert_eq!(read(Form::C, "enterprise_signed", "2025年2月8日"), (None, 0));
        for nothing in ["nan", "None"] {
            assert_eq!(read(Form::B, "awards", nothing), (None, 0));
            assert_eq!(read(Form::B, "need_types", nothing), (None, 0));
            assert_eq!(read(Form::B, "dated", nothing), (None, 0));
        }
    }

    #[test]
    fn nobody_is_called_0() {
        let specs = crate::spec::Specs::built_in().unwrap();
        let spec = specs.of(Form::F);
        let read = |id: &str, value| typed(spec.field(id).unwrap(), &value, "0", "2025Q1".parse().unwrap()).0;
        for id in ["enterprise", "agency", "staff", "contact"] {
            assert_eq!(read(id, Value::Number(0.0)), None, "{id}");
        }
        assert_eq!(read("outcomes", Value::Number(0.0)), Some(Val::Text("0".into())));
    }

    #[test]
    fn options_without_a_tick_are_told_as_such() {
        let specs = crate::spec::Specs::built_in().unwrap();
        let spec = specs.of(Form::B);
        let told = |text: &str| {
            let cell: crate::cell::Cell = "B9".parse().unwrap();
            let content = Content::Typed(Value::Text(text.into()));
            let of = |f: &Field| (&*f.id == "need_types").then(|| Slot { cell, content: content.clone() });
            let bound = Bound {
                form: Form::B,
                sheet: "表B".into(),
                anchor: cell,
                tabular: false,
                slots: spec.fields.iter().map(of).collect(),
                envelope: Envelope::default(),
                continued: Vec::new(),
            };
            let (_, problems) = judge(bound, &"a.xlsx".into(), "2025Q1".parse().unwrap(), spec);
            let problem = problems.into_iter().find(|p| &*p.field == "need_types").unwrap();
            assert_eq!((problem.code, problem.severity), (Code::RequiredMissing, Severity::Error));
            (problem.message().into_owned(), problem.found.to_string(), problem.hint().into_owned())
        };
        let label = &spec.field("need_types").unwrap().label;
        let unticked = (format!("未填写“{label}”"), String::new(), "请在所选项前打“√”".to_owned());
        assert_eq!(told("☐标准化服务 ☐计量服务 ☐其他服务："), unticked);
        assert_eq!(told("").2, "请补填");
    }

    #[test]
    fn words_behind_other_services_stay_as_typed() {
        let specs = crate::spec::Specs::built_in().unwrap();
        let other = specs.of(Form::B).field("need_other").unwrap();
        let behind = |raw, rest| typed_behind(other, raw, rest);
        assert_eq!(behind("☑其他服务：碳足迹、“双碳”", ":碳足迹\"双碳\"").as_deref(), Some("碳足迹、“双碳”"));
        assert_eq!(behind("☑其他服务：______", ""), None);
        for raw in ["其他服务（√）：甲", "其他服务☑：甲", "其他服务：甲（√）", "其他服务：甲 ☑"]
        {
            assert_eq!(behind(raw, ":甲").as_deref(), Some("甲"), "{raw}");
        }
        assert_eq!(behind("其他服务：_____□", ":_____"), None);
        assert_eq!(behind("其他服务（甲）", "(甲)"), None);
        for raw in ["☑其他服务—设备改造", "☑其他服务/设备改造", "☑其他服务 - 设备改造"]
        {
            assert_eq!(behind(raw, "设备改造").as_deref(), Some("设备改造"), "{raw}");
        }
        assert_eq!(behind("☑其他服务{设备改造}", "{设备改造}"), None);
        assert_eq!(inner(other, "{设备改造}").2, "设备改造");
    }
}

//! The correction workbook of one return: the official form with what was
//! submitted, and a mark where something is to be mended.
//!
//! What was typed is shown as it was typed; only an answer that came from a
//! table, without boxes, gets the boxes of the form.

use std::collections::BTreeMap;

use super::{Extras, FormKey, Mark, SheetPlan, boxes, workbook};
use crate::answer::{Answer, Indicator, Return, Val};
use crate::error::Result;
use crate::problem::Problem;
use crate::render::forms::grid::TIMES;
use crate::spec::{FormSpec, Kind};

/// What is told at a cell. Words that were typed over the boxes stand where the options stood: the hint names them.
fn mark(spec: &FormSpec, problem: &Problem) -> Mark {
    let chosen = spec.field(&problem.field).filter(|f| matches!(f.kind, Kind::One | Kind::Many));
    let options = chosen.map(|f| format!("可选：{}。", f.options.join("、"))).unwrap_or_default();
    let hint = problem.hint();
    let stop = if options.is_empty() || hint.ends_with(['。', '；', '：']) { "" } else { "。" };
    Mark {
        field: problem.field.to_string(),
        severity: problem.severity,
        note: problem.message().into_owned(),
        hint: format!("{hint}{stop}{options}"),
    }
}

/// What the correction workbook of a return shows: all that it is drawn from.
pub fn correction_plan<'a>(ret: &'a Return, problems: &[&Problem], key: Option<FormKey>) -> SheetPlan<'a> {
    SheetPlan {
        values: submitted(ret),
        marks: problems.iter().map(|p| mark(&ret.spec, p)).collect(),
        key,
        ..SheetPlan::blank(&ret.spec)
    }
}

/// Draws the correction workbook of a return with its problems.
///
/// # Errors
/// As [`workbook`].
pub fn correction(plan: SheetPlan) -> Result<Vec<u8>> {
    workbook(&[plan], Extras::FULL)
}

/// What a return said, as its form shows it, by field id or key in a table.
pub fn submitted(ret: &Return) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for (index, field) in ret.spec.fields.iter().enumerate() {
        let Some(answer) = ret.answers.get(index) else { continue };
        match &answer.value {
            Some(Val::Dimensions(rows)) => dimensions(&field.id, &field.options, rows, &mut values),
            Some(Val::Indicators(rows)) => indicators(&field.id, &field.options, rows, &mut values),
            _ if field.within.is_some() => {}
            _ => {
                values.insert(field.id.to_string(), shown(ret, index, &answer));
            }
        }
    }
    values
}

/// The text of an answer's cell. Words from a table become ticked boxes with what belongs inside.
fn shown(ret: &Return, index: usize, answer: &Answer) -> String {
    let chosen: &[usize] = match &answer.value {
        Some(Val::One(option)) => std::slice::from_ref(option),
        Some(Val::Many(options)) => options,
        // As words `#N/A` would pass for an answer; the mark says what stood there.
        None if answer.raw.starts_with('#') => return String::new(),
        _ => return answer.raw.to_string(),
    };
    if answer.raw.contains(['□', '☐', '☑', '☒', '■', '√', '✓', '○', '●']) {
        return answer.raw.to_string();
    }
    let inside = ret.spec.fields.iter().position(|f| f.within == Some(index));
    let inside = inside.and_then(|i| ret.answers.get(i)).map(|a| a.raw).unwrap_or_default();
    boxes(&ret.spec, index, chosen, &inside)
}

fn dimensions(id: &str, names: &[String], rows: &[[Option<i64>; 3]], values: &mut BTreeMap<String, String>) {
    for (name, scores) in names.iter().zip(rows) {
        for ((time, _), score) in TIMES.iter().zip(scores) {
            if let Some(score) = score {
                values.insert(format!("{id}.{name}.{time}"), score.to_string());
            }
        }
    }
}

fn indicators(id: &str, options: &[String], rows: &[Indicator], values: &mut BTreeMap<String, String>) {
    for (number, row) in (1..).zip(rows) {
        let direction = row.more_is_better.and_then(|more| options.get(usize::from(!more)));
        let numbers = [row.before, row.goal, row.after].map(|n| n.map(decimal).unwrap_or_default());
        let [before, goal, after] = numbers;
        let parts = [
            ("name", row.name.clone()),
            ("unit", row.unit.clone()),
            ("direction", direction.cloned().unwrap_or_default()),
            ("before", before),
            ("goal", goal),
            ("after", after),
        ];
        for (part, text) in parts.into_iter().filter(|(_, text)| !text.is_empty()) {
            values.insert(format!("{id}.{number}.{part}"), text);
        }
    }
}

/// A number from mantissa and decimals: (896, 1) is `89.6`.
fn decimal((mantissa, decimals): (i64, u32)) -> String {
    let sign = if mantissa < 0 { "-" } else { "" };
    let width = decimals as usize + 1;
    let digits = format!("{:0width$}", mantissa.unsigned_abs());
    let (whole, fraction) = digits.split_at(digits.len() - decimals as usize);
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Code;
    use crate::sample::{Effect, SampleOptions, SampleTruth, generate};
    use crate::spec::{Form, Kind, Specs};

    /// Reads one return of a workbook: its judged answers and the problems of its own.
    fn read(bytes: Vec<u8>, row: Option<u32>, specs: &Specs) -> (Return, Vec<Problem>) {
        let book = crate::workbook::read(bytes, &crate::workbook::Limits::default()).unwrap();
        let mut bound = crate::bind::bind(&book, specs);
        assert!(bound.findings.is_empty(), "{:?}", bound.findings);
        bound.returns.retain(|b| row.is_none_or(|row| b.anchor.row + 1 == row));
        assert_eq!(bound.returns.len(), 1);
        let bound = bound.returns.remove(0);
        let spec = specs.of(bound.form);
        let period = "2025Q1".parse().unwrap();
        let (ret, mut problems) = crate::answer::judge(bound, &"退回.xlsx".into(), period, spec);
        problems.extend(crate::check::check(&ret));
        (ret, problems)
    }

    fn defective(truth: &SampleTruth) -> bool {
        matches!(truth.effect, Some(Effect::Error | Effect::Warning))
            && truth.field.is_some()
            && !truth.superseded
    }

    #[test]
    fn options_are_told_in_a_sentence_of_their_own() {
        let specs = Specs::built_in().unwrap();
        let spec = specs.of(Form::F);
        for code in [Code::OptionSeveral, Code::OptionUnrecognised, Code::RequiredMissing] {
            let mut problem = Problem::new(code, crate::cell::Place::file("甲.xlsx"));
            problem.field = "staff_skill".into();
            let hint = mark(spec, &problem).hint;
            let (before, options) = hint.split_once("可选：").unwrap();
            assert!(before.ends_with('。') && options == "满意、基本满意、不满意。", "{hint}");
        }
    }

    #[test]
    fn a_correction_workbook_holds_every_indicator_and_a_note_of_any_length() {
        let specs = Specs::built_in().unwrap();
        let spec = specs.of(Form::S);
        let mut values = BTreeMap::from([("enterprise".to_owned(), "甲有限公司".to_owned())]);
        values.insert("project".into(), "一次交验".into());
        for n in 1..=13 {
            for (part, text) in
                [("name", format!("指标{n}")), ("direction", "越大越好".into()), ("before", n.to_string())]
            {
                values.insert(format!("indicators.{n}.{part}"), text);
            }
        }
        let note = "问题很长，".repeat(20_000);
        let mark = Mark {
            field: "indicators.13.name".into(),
            severity: crate::problem::Severity::Info,
            note,
            hint: "改".into(),
        };
        let plan = SheetPlan { values, marks: vec![mark], ..SheetPlan::blank(spec) };
        let (ret, _) = read(workbook(&[plan], Extras::FULL).unwrap(), None, &specs);
        let Some(Val::Indicators(rows)) = ret.value("indicators") else { panic!("{ret:?}") };
        assert_eq!(
            rows.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(),
            (1..=13).map(|n| format!("指标{n}")).collect::<Vec<_>>()
        );
    }

    /// Every correction workbook says what was submitted, and mended it reads clean.
    #[test]
    fn corrected_it_reads_clean() {
        let specs = Specs::built_in().unwrap();
        let options = SampleOptions {
            periods: vec!["2025Q1".into()],
            projects: 24,
            mess: 0.6,
            ..SampleOptions::example()
        };
        let messy = generate(&options, &specs).unwrap();
        let clean = generate(&SampleOptions { mess: 0.0, ..options.clone() }, &specs).unwrap();
        let files: BTreeMap<_, _> = messy.files().map(|f| f.unwrap()).map(|f| (f.path, f.bytes)).collect();
        let (mut seen, mut marked) = (0, 0);
        for truth in messy.truths.iter().filter(|t| defective(t)) {
            let path = format!("{}/{}", truth.period, truth.file);
            let (first, problems) = read(files[&path].clone(), truth.row, &specs);
            let listed: Vec<&Problem> = problems.iter().collect();
            let (again, same) =
                read(correction(correction_plan(&first, &listed, None)).unwrap(), None, &specs);
            let codes = |all: &[Problem]| all.iter().map(|p| (p.code, p.field.clone())).collect::<Vec<_>>();
            let told = |all: &[Problem]| {
                let mut codes = codes(all);
                // The cell of a formula error is blank now.
                codes.retain(|(code, _)| *code != Code::FormulaError);
                codes
            };
            assert_eq!(told(&same), told(&problems), "{:?} {path}", truth.defect);
            for field in &first.spec.fields {
                if field.kind != Kind::Block || !again.words(&field.id).is_empty() {
                    assert_eq!(again.value(&field.id), first.value(&field.id), "{path} {}", field.id);
                }
            }
            seen += 1;
            marked += usize::from(!problems.is_empty());
            let meant = clean.truths.iter().find(|t| {
                t.form == truth.form && t.enterprise == truth.enterprise && t.project == truth.project
            });
            let meant = meant.unwrap();
            let values = meant.answers.iter().map(|(id, said)| (id.clone(), said.text.clone())).collect();
            let mended = SheetPlan {
                values,
                marks: problems.iter().map(|p| mark(&first.spec, p)).collect(),
                ..SheetPlan::blank(&first.spec)
            };
            let (_, left) = read(workbook(&[mended], Extras::FULL).unwrap(), None, &specs);
            assert!(left.is_empty(), "{path}: {left:?}");
        }
        assert!(seen > 20 && marked * 10 > seen * 8, "{marked} of {seen}");
    }

    #[test]
    fn decimals_are_exact() {
        let texts = [(896, 1), (-5, 2), (7, 0), (100, 2)].map(decimal);
        assert_eq!(texts, ["89.6", "-0.05", "7", "1.00"]);
    }
}

//! Writes what has to be mended: `problems.json`, the list for people, and a
//! correction workbook per defective return.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use crate::compose::Scene;
use crate::error::{Error, Result};
use crate::fonts::Fonts;
use crate::link::{Linked, Links};
use crate::output::{self, Edition};
use crate::period::Period;
use crate::pipeline::Options;
use crate::problem::{Code, Problem, Severity};
use crate::render::excel::{self, Listed, ProblemList};
use crate::render::forms;
use crate::settings::Settings;

/// A problem as `problems.json` carries it (interface.md 4).
#[derive(Clone, Debug, Serialize)]
pub struct Record<'a> {
    pub id: String,
    pub code: &'static str,
    pub severity: Severity,
    pub file: &'a str,
    pub sheet: &'a str,
    pub cell: String,
    pub form: &'static str,
    pub field: &'a str,
    pub found: &'a str,
    pub message: &'a str,
    pub hint: &'a str,
    pub enterprise: &'a str,
    pub project: &'a str,
    pub clause: &'a str,
}

impl<'a> From<&'a Problem> for Record<'a> {
    fn from(p: &'a Problem) -> Self {
        Self {
            id: p.id(),
            code: p.code.id(),
            severity: p.severity,
            file: &p.place.file,
            sheet: &p.place.sheet,
            cell: p.place.cell.map(|c| c.to_string()).unwrap_or_default(),
            form: p.form.map_or("", crate::spec::Form::letter),
            field: &p.field,
            found: &p.found,
            message: &p.message,
            hint: &p.hint,
            enterprise: &p.enterprise,
            project: &p.project,
            clause: &p.clause,
        }
    }
}

/// The problems as JSON.
///
/// # Errors
/// Never; kept for the writer's type.
pub fn json(problems: &[Problem]) -> Result<Vec<u8>> {
    let records: Vec<Record> = problems.iter().map(Record::from).collect();
    let mut bytes =
        serde_json::to_vec_pretty(&records).map_err(|e| Error::internal(format!("problems.json：{e}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Writes everything below `problems/`.
///
/// # Errors
/// The file system refuses.
pub fn write(edition: &Edition, scene: &Scene, options: &Options) -> Result<()> {
    edition.write("problems/problems.json", &json(scene.problems())?)?;
    edition.write("problems/问题清单.xlsx", &excel::problem_list(&list(scene, options))?)?;
    write_corrections(edition, scene)
}

/// The same for people, by district and file.
fn list(scene: &Scene, options: &Options) -> ProblemList {
    let mut districts: BTreeMap<&str, &'static str> = BTreeMap::new();
    for linked in scene.returns() {
        districts.entry(&linked.ret.place.file).or_insert_with(|| linked.district_name());
    }
    let listed = |p: &Problem| {
        let first = p.place.file.split('/').next().unwrap_or("");
        let folder = crate::reference::district::by_name(first).map(|d| crate::link::district_name(Some(d)));
        let label = p.form.and_then(|f| scene.specs.of(f).field(&p.field)).map(|f| f.label.clone());
        Listed {
            problem: p.clone(),
            district: districts.get(&*p.place.file).copied().or(folder).unwrap_or("—").to_owned(),
            label: label.unwrap_or_default(),
            standing: None,
        }
    };
    let day = scene.date();
    ProblemList {
        title: "填报问题清单".into(),
        subtitle: scene.period.chinese(),
        date_ymd: (day.year(), u8::from(day.month()), day.day()),
        marks: scene.marks(),
        notes: vec!["错误：该份（该文件）未计入统计；警告：该项答案未采用或需核实；提示：供了解。每份有问题的表另有退回修改表，在“退回”文件夹中。".into()],
        inputs: way(&options.outputs.join(scene.period.to_string()).join("problems"), &options.inputs.join(scene.period.to_string())),
        problems: scene.problems().iter().map(listed).collect(),
    }
}

/// Relative way from one folder to another, with `/`; empty where there is none.
fn way(from: &Path, to: &Path) -> String {
    let whole = |p: &Path| std::path::absolute(p).ok();
    let (Some(from), Some(to)) = (whole(from), whole(to)) else { return String::new() };
    let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - common);
    let down = to[common..].iter().map(|c| c.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// One correction workbook per return with an error or a warning in one of its cells.
fn write_corrections(edition: &Edition, scene: &Scene) -> Result<()> {
    let by_return = by_return(scene);
    let mut taken = std::collections::BTreeSet::new();
    let jobs: Vec<(String, &Linked, Vec<&Problem>)> = by_return
        .into_iter()
        .map(|(linked, problems)| {
            let stem = correction_name(scene, linked);
            let path = format!("problems/退回/{}/{stem}", linked.district_name());
            let mut unique = path.clone();
            let mut n = 2;
            while !taken.insert(unique.to_lowercase()) {
                unique = format!("{path}（{n}）");
                n += 1;
            }
            (format!("{unique}.xlsx"), linked, problems)
        })
        .collect();
    jobs.par_iter().try_for_each(|(path, linked, problems)| {
        edition.write(path, &forms::correction(&linked.ret, problems, None)?)
    })
}

fn correction_name(scene: &Scene, linked: &Linked) -> String {
    let caption = &scene.specs.of(linked.ret.form).caption;
    let who = if linked.ret.enterprise().is_empty() {
        format!(
            "{}—{}",
            linked.ret.place.file.rsplit('/').next().unwrap_or(""),
            linked.ret.place.cell.map(|c| c.to_string()).unwrap_or_default()
        )
    } else {
        linked.ret.enterprise().to_owned()
    };
    output::file_name(&format!("{caption}-{who}"))
}

/// Problems to mend by return, in listing order.
fn by_return<'a>(scene: &Scene<'a>) -> Vec<(&'a Linked, Vec<&'a Problem>)> {
    let mut by_place: BTreeMap<(&str, &str), Vec<&'a Problem>> = BTreeMap::new();
    for problem in scene.problems().iter().filter(|p| p.severity != Severity::Info && p.place.cell.is_some())
    {
        by_place.entry((&problem.place.file, &problem.place.sheet)).or_default().push(problem);
    }
    let mut out = Vec::new();
    for linked in scene.returns() {
        let here = by_place.get(&(&*linked.ret.place.file, &*linked.ret.place.sheet));
        let own: Vec<&Problem> =
            here.into_iter().flatten().filter(|p| concerns(linked, p)).copied().collect();
        if !own.is_empty() {
            out.push((linked, own));
        }
    }
    out
}

/// Whether a problem's cell is one of the return's answers.
fn concerns(linked: &Linked, problem: &Problem) -> bool {
    problem.form == Some(linked.ret.form)
        && (problem.place.cell == linked.ret.place.cell
            || linked.ret.answers.iter().flatten().any(|a| Some(a.cell) == problem.place.cell))
}

/// A character that no font has is a problem with the place it came from.
pub fn missing_glyphs(links: &mut Links, period: Period, fonts: &Fonts, settings: &Settings) {
    let mut found: Vec<Problem> = Vec::new();
    for linked in links.returns.iter().filter(|l| l.ret.period == period) {
        for (field, answer) in linked.ret.spec.fields.iter().zip(&linked.ret.answers) {
            let Some(answer) = answer.as_ref().filter(|a| !a.raw.is_ascii()) else { continue };
            let missing = fonts.uncovered(&answer.raw);
            if missing.is_empty() || field.is_personal() {
                continue;
            }
            let shown: Vec<String> = missing.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
            let mut problem = linked.ret.problem(Code::GlyphMissing, &field.id);
            problem.message = Code::GlyphMissing.entry().headline.replace("{}", &shown.join("、"));
            problem.severity = settings.severity_of(problem.code, problem.severity);
            found.push(problem);
        }
    }
    let all = links.problems.entry(period).or_default();
    all.extend(found);
    all.sort_by(|a, b| a.order().cmp(&b.order()));
}

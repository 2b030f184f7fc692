//! Writes what has to be mended: `problems.json`, the list for people, and a
//! correction workbook per defective return.

mod memory;
pub mod waivers;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cell::Place;
use crate::compose::Scene;
use crate::error::{Error, Result};
use crate::fonts::Fonts;
use crate::link::{self, Linked, Links, Status};
use crate::output;
use crate::period::Period;
use crate::pipeline::Options;
use crate::problem::{Code, Problem, Severity, Standing};
use crate::render::excel::{self, Listed, ProblemList};
use crate::render::forms::{self, FormKey};
use crate::reuse::{Content, Maker, Recipe};
use crate::settings::Settings;
use crate::spec::Form;
use crate::text;

pub use memory::Memory;
pub use waivers::Waivers;

/// A problem as `problems.json` carries it (interface.md 4).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record<'a> {
    pub id: String,
    pub code: Cow<'a, str>,
    pub severity: Severity,
    pub file: Cow<'a, str>,
    pub sheet: Cow<'a, str>,
    pub cell: String,
    pub form: Cow<'a, str>,
    pub field: Cow<'a, str>,
    pub found: Cow<'a, str>,
    pub message: Cow<'a, str>,
    pub hint: Cow<'a, str>,
    pub enterprise: Cow<'a, str>,
    pub project: Cow<'a, str>,
    pub clause: Cow<'a, str>,
    /// Since the last edition of other inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Standing>,
}

impl<'a> From<&'a Problem> for Record<'a> {
    fn from(p: &'a Problem) -> Self {
        Self {
            id: p.id(),
            code: p.code.id().into(),
            severity: p.severity,
            file: Cow::Borrowed(&p.place.file),
            sheet: Cow::Borrowed(&p.place.sheet),
            cell: p.place.cell.map(|c| c.to_string()).unwrap_or_default(),
            form: p.form.map_or("", Form::letter).into(),
            field: Cow::Borrowed(&p.field),
            found: Cow::Borrowed(&p.found),
            message: p.message(),
            hint: p.hint(),
            enterprise: Cow::Borrowed(&p.enterprise),
            project: Cow::Borrowed(&p.project),
            clause: p.clause().into(),
            status: p.standing,
        }
    }
}

impl Record<'_> {
    /// The problem it tells of.
    fn problem(self) -> Option<Problem> {
        let cell = if self.cell.is_empty() { None } else { Some(self.cell.parse().ok()?) };
        let place = Place { file: self.file.into(), sheet: self.sheet.into(), cell };
        let mut problem = Problem::new(Code::from_id(&self.code)?, place);
        problem.severity = self.severity;
        problem.form = Form::from_letter(&self.form);
        problem.field = self.field.into();
        problem.found = self.found.into();
        problem.enterprise = self.enterprise.into();
        problem.project = self.project.into();
        problem.word_finished(self.message.into_owned(), self.hint.into_owned());
        problem.standing = self.status;
        Some(problem)
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

/// The problems of a [`json`]; `None` where it is none of ours.
pub fn from_json(bytes: &[u8]) -> Option<Vec<Problem>> {
    let records: Vec<Record> = serde_json::from_slice(bytes).ok()?;
    records.into_iter().map(Record::problem).collect()
}

/// Where the problems are, below the edition.
pub const JSON: &str = "problems/problems.json";

/// Writes everything below `problems/`; `look` is that of the forms.
///
/// # Errors
/// The file system refuses.
pub fn write(maker: &Maker, scene: &Scene, memory: &Memory, options: &Options, look: &Content) -> Result<()> {
    maker.write(JSON, &json(scene.problems())?)?;
    let listed = list(scene, options);
    let recipe = Recipe::new(&Content::default(), &Content::default().debug(&listed));
    maker.make("problems/问题清单.xlsx", recipe, || excel::problem_list(&listed))?;
    for (path, bytes) in memory.files(scene.period, scene.links)? {
        maker.write(path, &bytes)?;
    }
    write_corrections(maker, scene, look)
}

/// The same for people, by district and file.
fn list(scene: &Scene, options: &Options) -> ProblemList {
    let districts = scene.links.answerable(scene.period);
    let listed = |p: &Problem| {
        let label = p.form.and_then(|f| scene.specs.of(f).field(&p.field)).map(|f| f.label.to_string());
        Listed {
            problem: p.clone(),
            district: link::district_name(districts.of(p)).to_owned(),
            label: label.unwrap_or_default(),
            standing: p.standing,
        }
    };
    let day = scene.date();
    ProblemList {
        title: "填报问题清单".into(),
        subtitle: scene.period.chinese(),
        date_ymd: (day.year(), u8::from(day.month()), day.day()),
        marks: scene.marks(),
        notes: vec!["错误：该份（该文件）未计入统计；警告：该项答案未采用或需核实；提示：供了解。每份有问题的表另有退回修改表，在“退回”文件夹中。".into(), "已豁免的错误不再催改，但该份（该文件）仍不计入统计。".into()],
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
fn write_corrections(maker: &Maker, scene: &Scene, look: &Content) -> Result<()> {
    let by_return = by_return(scene, |_| true);
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
        let plan = forms::correction_plan(&linked.ret, problems, Some(key_of(linked, problems)));
        // Not the problems themselves: where one stands since the last run is not in the workbook.
        let shown = (linked.ret.form, &plan.values, &plan.marks, &plan.key);
        let recipe = Recipe::new(look, &Content::default().value(&shown)?);
        maker.make(path.as_str(), recipe, || forms::correction(plan))
    })
}

/// What a correction workbook carries besides the form: which return it stands for, and what the
/// cover and the folder of that return said. A name that is to be mended is no key.
fn key_of(linked: &Linked, problems: &[&Problem]) -> FormKey {
    let ret = &linked.ret;
    let sure = |id: &str| {
        let marked = problems.iter().any(|p| &*p.field == id);
        if marked { String::new() } else { text::key(ret.words(id)) }
    };
    let consent = link::said_consent(linked).map(|yes| if yes { "是" } else { "否" });
    let agency = ret.envelope().agency.as_ref().map(|said| said.text.to_string());
    FormKey {
        project_key: sure("project"),
        enterprise_key: sure("enterprise"),
        form_version: forms::FORM_VERSION.to_owned(),
        district: linked.stated.map_or_else(String::new, |at| link::district_name(Some(at)).to_owned()),
        agency: agency.or_else(|| Some(ret.envelope().key.as_ref()?.agency.clone())).unwrap_or_default(),
        consent: consent.unwrap_or_default().to_owned(),
        supersedes: Some(link::token(linked)),
    }
}

fn correction_name(scene: &Scene, linked: &Linked) -> String {
    let caption = &scene.specs.of(linked.ret.form).caption;
    if !linked.ret.enterprise().is_empty() {
        return output::file_name(&format!("{caption}-{}", linked.ret.enterprise()));
    }
    output::file_name(&named_by_file(caption, &linked.ret.place))
}

/// A name by file and cell, for a return that does not say whose it is; most files are named after their form already.
fn named_by_file(caption: &str, place: &Place) -> String {
    let file = place.file.rsplit('/').next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let cell = place.cell.map(|c| c.to_string()).unwrap_or_default();
    let lead = if stem.starts_with(caption) { String::new() } else { format!("{caption}-") };
    format!("{lead}{stem}—{cell}")
}

/// Problems to mend by return, in listing order: each of these returns, as far as they are asked for, has a
/// correction workbook.
pub(crate) fn by_return<'a>(
    scene: &Scene<'a>,
    is_asked: impl Fn(&Linked) -> bool,
) -> Vec<(&'a Linked, Vec<&'a Problem>)> {
    // Of each sheet by row, with their order: a table may have as many returns as problems.
    type Rows<'a> = BTreeMap<u32, Vec<(usize, &'a Problem)>>;
    let mut by_place: BTreeMap<(&str, &str), Rows<'a>> = BTreeMap::new();
    let to_mend = |p: &&Problem| {
        p.severity != Severity::Info && p.standing != Some(Standing::Waived) && p.place.cell.is_some()
    };
    for (at, problem) in scene.problems().iter().enumerate().filter(|(_, p)| to_mend(p)) {
        let rows = by_place.entry((&problem.place.file, &problem.place.sheet)).or_default();
        rows.entry(problem.place.cell.map_or(0, |cell| cell.row)).or_default().push((at, problem));
    }
    let mut out = Vec::new();
    let waiting = |l: &&Linked| !matches!(l.status, Status::Superseded { .. }) && is_asked(l);
    for linked in scene.returns().filter(waiting) {
        let here = linked.ret.sheets().filter_map(|sheet| by_place.get(&(&*linked.ret.place.file, sheet)));
        let rows = linked.ret.rows();
        let mut own: Vec<(usize, &Problem)> =
            here.flat_map(|all| all.range(rows.clone())).flat_map(|(_, all)| all).copied().collect();
        own.retain(|(_, problem)| linked.holds(problem));
        own.sort_unstable_by_key(|(at, _)| *at);
        if !own.is_empty() {
            out.push((linked, own.into_iter().map(|(_, problem)| problem).collect()));
        }
    }
    out
}

/// A character that no font has is a problem with the place it came from.
pub fn missing_glyphs(links: &mut Links, period: Period, fonts: &Fonts, settings: &Settings) {
    let mut found: Vec<Problem> = Vec::new();
    for linked in links.returns.iter().filter(|l| l.ret.period == period) {
        for (field, answer) in linked.ret.answered().filter(|(_, answer)| !answer.raw.is_ascii()) {
            let missing = fonts.uncovered(&answer.raw);
            if missing.is_empty() || field.is_personal() {
                continue;
            }
            let shown: Vec<String> = missing.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
            let mut problem = linked.ret.problem(Code::GlyphMissing, &field.id);
            problem = problem.about(shown.join("、"));
            problem.severity = settings.severity_of(problem.code, problem.severity);
            found.push(problem);
        }
    }
    let all = links.problems.entry(period).or_default();
    all.extend(found);
    all.sort_by(|a, b| a.order().cmp(&b.order()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_without_a_name_is_named_after_its_file_once() {
        let named = |file: &str| {
            let place = Place { cell: Some("A7".parse().unwrap()), ..Place::file(file) };
            named_by_file("表E", &place)
        };
        assert_eq!(named("锦江区/表E 情况反馈表-甲.xlsx"), "表E 情况反馈表-甲—A7");
        assert_eq!(named("锦江区/汇总表.v2.csv"), "表E-汇总表.v2—A7");
        assert_eq!(named("无后缀"), "表E-无后缀—A7");
    }
}

//! Who sends what in which file: returns are dealt to workbooks and tables,
//! defects are sown, and the truth is written down. Nothing is drawn yet.

use std::collections::BTreeSet;

use serde::Serialize;
use time::Duration;

use super::SampleOptions;
use super::defect::{Defect, Effect};
use super::project::{Project, projects};
use super::rng::Rng;
use super::say::{Answers, Style, Writer, say};
use crate::error::{Error, Result};
use crate::period::Period;
use crate::spec::{Form, Specs};

/// What one return really says, where it stands and what is wrong with it.
#[derive(Clone, Debug, Serialize)]
pub struct SampleTruth {
    pub period: String,
    pub form: Form,
    pub district: &'static str,
    /// Key as meant, also where the return leaves it out.
    pub enterprise: String,
    pub project: String,
    pub agency: &'static str,
    /// Path below `inputs/<period>`; empty where nothing was sent.
    pub file: String,
    pub sheet: String,
    /// Row of a table, counted from 1; `None` for a form.
    pub row: Option<u32>,
    pub defect: Option<Defect>,
    pub effect: Option<Effect>,
    /// Field that holds the defect.
    pub field: Option<&'static str>,
    /// A later return of the same key counts instead.
    pub superseded: bool,
    pub answers: Answers,
}

/// What a file holds; returns are indices into the truths.
pub(super) enum Body {
    Form { truth: usize, cover: Option<Answers> },
    Table { form: Form, returns: Vec<usize> },
    Roster { rows: Vec<Vec<String>> },
    SignIn,
}

/// A file to draw, by its path below `inputs/`.
pub(super) struct FilePlan {
    pub path: String,
    pub body: Body,
}

/// How a district sends its returns in a quarter.
struct Habit {
    folder: String,
    style: Style,
    naming: usize,
    /// Forms sent as a table.
    tables: Vec<Form>,
    cover: bool,
}

/// Everything that is sent in one run of `zhiti sample`.
pub(super) struct Dealer<'a> {
    options: &'a SampleOptions,
    specs: &'a Specs,
    /// Defects in the order of their turn.
    waiting: Vec<Defect>,
    pub files: Vec<FilePlan>,
    pub truths: Vec<SampleTruth>,
}

impl<'a> Dealer<'a> {
    pub fn new(options: &'a SampleOptions, specs: &'a Specs) -> Self {
        Self { options, specs, waiting: Defect::ALL.to_vec(), files: Vec::new(), truths: Vec::new() }
    }

    /// Deals all periods.
    pub fn deal(&mut self) -> Result<()> {
        let mut names = BTreeSet::new();
        let mut before: Vec<Project> = Vec::new();
        for (turn, period) in self.options.periods.iter().enumerate() {
            let quarter = period
                .parse::<Period>()
                .map_err(|_| Error::usage(format!("报告期「{period}」写法不对"), "请写成2025Q1的样子"))?;
            let now = projects(self.options.seed, turn, quarter, self.options.projects, &before, &mut names);
            self.deal_quarter(turn, period, quarter, &now);
            before = now;
        }
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(())
    }

    fn deal_quarter(&mut self, turn: usize, period: &str, quarter: Period, all: &[Project]) {
        let mut rows = Vec::new();
        let districts: BTreeSet<usize> = all.iter().map(|p| p.enterprise.district).collect();
        for district in districts {
            let habit = habit(self.options.seed, turn, district);
            let mut tables: Vec<(Form, Vec<usize>)> = habit.tables.iter().map(|f| (*f, Vec::new())).collect();
            for project in all.iter().filter(|p| p.enterprise.district == district) {
                let mut rng = Rng::of(self.options.seed, &[turn as u64, project.number as u64, 99]);
                let forms = forms_of(&mut rng);
                rows.push((project.number, roster_row(project, &forms)));
                for form in forms {
                    match tables.iter_mut().find(|(f, _)| *f == form) {
                        Some((_, returns)) => {
                            let truth = self.truth(period, form, project, &habit, &mut rng, true);
                            returns.push(truth);
                        }
                        None => self.deal_form(period, quarter, form, project, &habit, &mut rng),
                    }
                }
            }
            for (form, returns) in tables.into_iter().filter(|(_, r)| !r.is_empty()) {
                self.deal_table(period, quarter, form, &habit, returns);
            }
        }
        rows.sort_by_key(|(number, _)| *number);
        let rows = rows.into_iter().map(|(_, row)| row).collect();
        self.files.push(FilePlan { path: format!("{period}/名册.xlsx"), body: Body::Roster { rows } });
    }

    fn deal_form(
        &mut self,
        period: &str,
        quarter: Period,
        form: Form,
        project: &Project,
        habit: &Habit,
        rng: &mut Rng,
    ) {
        let truth = self.truth(period, form, project, habit, rng, false);
        let defect = self.truths[truth].defect;
        if defect == Some(Defect::NotSent) {
            return;
        }
        let short = short_title(self.specs, form);
        let enterprise = &project.enterprise.name;
        let stem = match habit.naming {
            0 => format!("{}/表{form} {short}-{enterprise}", habit.folder),
            1 => format!("{}/{enterprise}/表{form} {short}", habit.folder),
            _ => format!("{}/{short}/{enterprise}", habit.folder),
        };
        let cover = (habit.cover && form == Form::B).then(|| cover(self.specs, quarter, project, habit));
        self.send(truth, period, &format!("{stem}.xlsx"), form, cover.clone());
        if defect == Some(Defect::Duplicate) {
            let again = self.second_copy(truth, project, habit);
            self.send(again, period, &format!("{stem}（补报）.xlsx"), form, cover);
        }
    }

    fn send(&mut self, truth: usize, period: &str, file: &str, form: Form, cover: Option<Answers>) {
        let sent = &mut self.truths[truth];
        file.clone_into(&mut sent.file);
        if sent.defect == Some(Defect::NoForm) {
            self.files.push(FilePlan { path: format!("{period}/{file}"), body: Body::SignIn });
            return;
        }
        sent.sheet = format!("表{form}");
        self.files.push(FilePlan { path: format!("{period}/{file}"), body: Body::Form { truth, cover } });
    }

    /// The return once more, mended in one place and a day later: it supersedes the first.
    fn second_copy(&mut self, first: usize, project: &Project, habit: &Habit) -> usize {
        let mut copy = self.truths[first].clone();
        let form = copy.form;
        let mut writer = Writer { spec: self.specs.of(form), style: habit.style, answers: copy.answers };
        match form {
            Form::B => writer.date("dated", project.surveyed + Duration::days(1)),
            Form::E => writer.date("dated", project.signed + Duration::days(1)),
            Form::F => writer.text("outcomes", format!("{}（已核实）", project.topic().result)),
            _ => writer.text("process", format!("{}（已核实）", project.topic().measures)),
        }
        copy.answers = writer.answers;
        self.truths[first].superseded = true;
        self.truths[first].defect = None;
        self.truths[first].effect = None;
        self.truths.push(copy);
        self.truths.len() - 1
    }

    fn deal_table(&mut self, period: &str, quarter: Period, form: Form, habit: &Habit, returns: Vec<usize>) {
        let name = format!("{}{}汇总表", quarter.chinese(), short_title(self.specs, form));
        let file = format!("{}/{name}.xlsx", habit.folder);
        for (row, truth) in (3..).zip(&returns) {
            let truth = &mut self.truths[*truth];
            file.clone_into(&mut truth.file);
            truth.sheet = "汇总表".to_owned();
            truth.row = Some(row);
        }
        self.files.push(FilePlan { path: format!("{period}/{file}"), body: Body::Table { form, returns } });
    }

    /// Writes down what a return says, with a defect where its turn has come.
    fn truth(
        &mut self,
        period: &str,
        form: Form,
        project: &Project,
        habit: &Habit,
        rng: &mut Rng,
        in_table: bool,
    ) -> usize {
        let answers = say(self.specs, form, project, rng, habit.style);
        let mut writer = Writer { spec: self.specs.of(form), style: habit.style, answers };
        let defect =
            rng.chance(self.options.mess).then(|| self.draw_defect(form, project, in_table)).flatten();
        let field = defect.and_then(|d| d.apply(form, &mut writer, project));
        self.truths.push(SampleTruth {
            period: period.to_owned(),
            form,
            district: project.enterprise.district().name,
            enterprise: project.enterprise.name.clone(),
            project: project.name.clone(),
            agency: project.agency_name(),
            file: String::new(),
            sheet: String::new(),
            row: None,
            defect,
            effect: defect.map(Defect::effect),
            field,
            superseded: false,
            answers: writer.answers,
        });
        self.truths.len() - 1
    }

    /// The defect that waits longest of those this return can have, so that each comes up.
    fn draw_defect(&mut self, form: Form, project: &Project, in_table: bool) -> Option<Defect> {
        let fits = |d: &Defect| d.fits(form, project) && !(in_table && d.of_file());
        let at = self.waiting.iter().position(fits)?;
        let defect = self.waiting.remove(at);
        self.waiting.push(defect);
        Some(defect)
    }
}

fn habit(seed: u64, turn: usize, district: usize) -> Habit {
    let mut rng = Rng::of(seed, &[district as u64, 7]);
    let name = super::world::DISTRICTS[district].name;
    let short = name.trim_end_matches(['区', '县']);
    let folder = if rng.chance(0.25) && short.chars().count() == 2 { short } else { name };
    let style = Style(rng.index(12));
    let naming = rng.index(3);
    let cover = rng.chance(0.3);
    let mut rng = Rng::of(seed, &[district as u64, 8, turn as u64]);
    let tables = [(Form::E, 0.25), (Form::F, 0.3)];
    let tables = tables.into_iter().filter(|(_, odds)| rng.chance(*odds)).map(|(form, _)| form).collect();
    Habit { folder: folder.to_owned(), style, naming, tables, cover }
}

/// B, C and F always; most send E, some D and S.
fn forms_of(rng: &mut Rng) -> Vec<Form> {
    let optional = [(Form::D, 0.4), (Form::E, 0.75), (Form::S, 0.4)];
    let extra: Vec<Form> =
        optional.into_iter().filter(|(_, odds)| rng.chance(*odds)).map(|(form, _)| form).collect();
    Form::ALL.into_iter().filter(|f| matches!(f, Form::B | Form::C | Form::F) || extra.contains(f)).collect()
}

fn short_title(specs: &Specs, form: Form) -> String {
    specs.of(form).title.replace("中小企业质量提升", "").replace("（S）", "")
}

fn roster_row(project: &Project, forms: &[Form]) -> Vec<String> {
    let expected: Vec<_> = forms
        .iter()
        .filter(|f| matches!(f, Form::B | Form::C | Form::E | Form::F))
        .map(|f| f.letter())
        .collect();
    let e = &project.enterprise;
    vec![
        project.name.clone(),
        e.name.clone(),
        e.district().name.to_owned(),
        project.agency_name().to_owned(),
        expected.join("、"),
        if e.consents { "是" } else { "否" }.to_owned(),
    ]
}

fn cover(specs: &Specs, quarter: Period, project: &Project, habit: &Habit) -> Answers {
    let mut w = Writer { spec: &specs.cover, style: habit.style, answers: Answers::new() };
    w.text("period", quarter.chinese());
    w.text("district", project.enterprise.district().name);
    w.text("agency", project.agency_name());
    w.text("reporter", format!("{}（示例数据）", project.staff));
    w.tick("consent", &[usize::from(!project.enterprise.consents)], "");
    w.answers
}

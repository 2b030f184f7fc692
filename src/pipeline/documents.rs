//! What a run writes once all is counted: the documents, each made once, and the problems, the memory
//! of editions and the public edition, which are one thread's work each and go beside them.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use super::edition::write_site;
use super::pictures::Painter;
use super::{Ground, Options};
use crate::compose::narrative::Narrator;
use crate::compose::{
    Case, Scene, agency_report, cases, city_report, databook, district_report, edition_report, release_check,
    summary,
};
use crate::digest::{self, Joint, Key};
use crate::document::Document;
use crate::editions::Editions;
use crate::error::Result;
use crate::fonts::Fonts;
use crate::metrics::{self, Level};
use crate::output::{self, Fill};
use crate::problems::{self, Memory};
use crate::progress::{Progress, Step};
use crate::public::released::Record;
use crate::render::excel;
use crate::render::pdf::{Layouts, PdfEngine};
use crate::render::word::{self, WordLook};
use crate::reuse::{self, BUILD, Content, Maker, Recipe};
use crate::templates::Templates;

/// One thing to make.
enum Job<'a> {
    /// With the number that tells its file from those named alike.
    Summary(Box<Case<'a>>, usize),
    District(&'a metrics::UnitOf),
    Agency(&'a metrics::UnitOf, usize),
    City,
    /// What moved since the edition before, and the documents that tell it.
    Editions,
    Problems,
    Site,
}

/// The longest first, so that the lanes end together.
fn plan<'a>(scene: &Scene<'a>) -> Vec<Job<'a>> {
    let mut jobs = vec![Job::Site, Job::Editions, Job::City, Job::Problems];
    jobs.extend(scene.units(Level::District).into_iter().map(Job::District));
    let mut taken = HashSet::new();
    for unit in scene.units(Level::Agency) {
        let number = number(&mut taken, &agency_path(unit));
        jobs.push(Job::Agency(unit, number));
    }
    for case in cases(scene) {
        let number = number(&mut taken, &summary_path(&case));
        jobs.push(Job::Summary(Box::new(case), number));
    }
    jobs
}

fn agency_path(unit: &metrics::UnitOf) -> String {
    format!("agencies/{}", output::file_name(&unit.name))
}

fn summary_path(case: &Case) -> String {
    let [enterprise, project] = [&case.enterprise, &case.project].map(|name| output::file_name(name));
    format!("summaries/{}/{enterprise}—{project}", case.district_name())
}

/// The least number by which nobody has a path yet: two names may look the same as files. Taken paths are
/// known by their digests, since there may be very many.
fn number(taken: &mut HashSet<Key>, path: &str) -> usize {
    let is_free = |n: &usize| taken.insert(digest::key(numbered(path, *n).to_lowercase().as_bytes()));
    (1..).find(is_free).unwrap_or_default()
}

/// A path with its number, where it is not the first of its name.
fn numbered(path: &str, number: usize) -> String {
    if number == 1 { path.to_owned() } else { format!("{path}（{number}）") }
}

/// What documents are made with, ready before work begins.
pub(super) struct Tools {
    pub fonts: Fonts,
    pub engine: PdfEngine,
    narrator: Narrator,
    word: WordLook,
    painter: Arc<Painter>,
    /// Page layouts, reference documents and fonts, for the recipes.
    look: Content,
}

impl Tools {
    /// Finds the fonts, parses the templates, starts the threads.
    pub fn ready(ground: &Ground, options: &Options) -> Result<Self> {
        let mut paths = ground.settings.fonts.paths.clone();
        paths.extend(options.font_paths.iter().cloned());
        let fonts = Fonts::load(&ground.settings.fonts.families, &paths)?;
        let narrator = Narrator::new(Arc::clone(&ground.templates))?;
        let layouts = layouts(&ground.templates)?;
        let engine = PdfEngine::with_threads(fonts.clone(), layouts, options.jobs.unwrap_or(0))?;
        let look = ground.templates.digest_of(&["layout/", "word/"]);
        let look = Content::default().bytes(look).bytes(fonts.identity());
        let painter = Arc::new(painter(&fonts, options));
        Ok(Self { word: word_look(&painter, &ground.templates)?, fonts, engine, narrator, painter, look })
    }
}

fn layouts(templates: &Templates) -> Result<Layouts> {
    let mut layouts = Layouts::default();
    for path in templates.below("layout/").filter(|p| p.ends_with(".typ")) {
        layouts.replace(path.trim_start_matches("layout/"), templates.text(path)?);
    }
    Ok(layouts)
}

fn painter(fonts: &Fonts, options: &Options) -> Painter {
    let mut ground = Joint::default();
    ground.add(BUILD.as_bytes());
    ground.add(fonts.identity().as_bytes());
    Painter::new(fonts.clone(), reuse::folder(&options.workspace), ground.key())
}

fn word_look(painter: &Arc<Painter>, templates: &Templates) -> Result<WordLook> {
    let painter = Arc::clone(painter);
    let draw = move |svg: &str, width: f32| painter.png(svg, width);
    let raster = Some(Arc::new(draw) as Arc<word::Raster>);
    WordLook { raster, ..WordLook::default() }.with_templates(templates)
}

/// What there is to write, and where.
pub(super) struct Desk<'a> {
    pub maker: &'a Maker<'a>,
    pub scene: &'a Scene<'a>,
    pub memory: &'a Memory,
    pub record: &'a Record,
    pub ground: &'a Ground,
    pub options: &'a Options,
    pub tools: &'a Tools,
    pub progress: &'a Progress,
}

impl Desk<'_> {
    /// Writes everything, documents only where they are not already there; tells why there is no
    /// public edition, where there is none.
    pub fn write(&self) -> Result<Option<String>> {
        let jobs = plan(self.scene);
        let bar = self.progress.stage(Step::Documents, jobs.len());
        let refused = OnceLock::new();
        self.tools.engine.each(&jobs, |job| {
            let done = self.write_job(job, &refused);
            bar.tick();
            done
        })?;
        self.tools.painter.tidy();
        bar.finish();
        Ok(refused.into_inner().flatten())
    }

    fn write_job(&self, job: &Job, refused: &OnceLock<Option<String>>) -> Result<()> {
        let Self { maker, scene, tools, .. } = self;
        match job {
            Job::Summary(case, number) => self.summary(case, &numbered(&summary_path(case), *number)),
            Job::Agency(unit, number) => {
                let document = agency_report(scene, &tools.narrator, unit)?;
                pdf(maker, tools, &document, &numbered(&agency_path(unit), *number))
            }
            Job::District(unit) => {
                let document = district_report(scene, &tools.narrator, unit)?;
                report(maker, tools, &document, &format!("districts/{}", unit.name))
            }
            Job::City => report(maker, tools, &city_report(scene, &tools.narrator)?, "city/全市报告"),
            Job::Editions => self.editions(),
            Job::Problems => {
                let look = self.ground.look_of_forms();
                let write = || problems::write(maker, scene, self.memory, self.options, &look);
                self.progress.timed(Step::Problems, write)
            }
            Job::Site => self.progress.timed(Step::Site, || {
                let why = write_site(maker, scene, &self.ground.templates, self.record)?;
                refused.get_or_init(|| why);
                Ok(())
            }),
        }
    }

    fn summary(&self, case: &Case, path: &str) -> Result<()> {
        let Self { maker, tools, .. } = self;
        let summary = summary::summary(self.scene, case);
        let recipe = Recipe::new(&tools.look, &Content::default().value(&summary)?);
        let [pdf, docx] = ["pdf", "docx"].map(|kind| Arc::<str>::from(format!("{path}.{kind}")));
        maker.make(Arc::clone(&pdf), recipe, || tools.engine.summary(&summary))?;
        maker.make(Arc::clone(&docx), recipe, || word::summary(&summary, &tools.word))?;
        [pdf, docx].into_iter().for_each(|path| maker.vouch(path, &summary.fingerprint));
        Ok(())
    }

    fn editions(&self) -> Result<()> {
        let Self { maker, scene, tools, .. } = self;
        let keep = |path: &str, fill: Fill| maker.fill(path, fill);
        let desk = scene.desk();
        let (outputs, print) = (&self.options.outputs, &scene.fingerprint);
        let editions = Editions::recall(outputs, print, &desk, &self.ground.settings, keep)?;
        let book = databook::data_book(scene, editions.changes());
        let recipe = Recipe::new(&Content::default(), &Content::default().value(&book)?);
        maker.make("city/数据表.xlsx", recipe, || excel::tables(&book))?;
        pdf(maker, tools, &edition_report(scene, &tools.narrator, &editions)?, "city/版本说明")?;
        pdf(maker, tools, &release_check(scene, &tools.narrator, &editions)?, "city/发布前核对")
    }
}

/// A report as PDF only.
fn pdf(maker: &Maker, tools: &Tools, document: &Document, path: &str) -> Result<()> {
    let recipe = Recipe::new(&tools.look, &Content::default().value(document)?);
    maker.make(format!("{path}.pdf"), recipe, || tools.engine.report(document))
}

/// A report as PDF and Word, whose table of contents has the pages of the PDF.
fn report(maker: &Maker, tools: &Tools, document: &Document, path: &str) -> Result<()> {
    let recipe = Recipe::new(&tools.look, &Content::default().value(document)?);
    let pages = OnceCell::new();
    let set = || {
        let (pdf, found) = tools.engine.report_with_pages(document)?;
        // The first time only: both are of the same document.
        let _ = pages.set(found);
        Ok(pdf)
    };
    maker.make(format!("{path}.pdf"), recipe, set)?;
    maker.make(format!("{path}.docx"), recipe, || {
        if pages.get().is_none() {
            set()?;
        }
        word::report_with_pages(document, pages.get().map_or(&[], Vec::as_slice), &tools.word)
    })
}

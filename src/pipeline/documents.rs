//! The documents of a run: which there are, where each goes, and making each once.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Ground, Options};
use crate::compose::narrative::Narrator;
use crate::compose::{Scene, agency_report, cases, city_report, databook, district_report, summary};
use crate::document::Document;
use crate::error::Result;
use crate::fonts::Fonts;
use crate::metrics::{self, Level};
use crate::output;
use crate::progress::{Progress, Step};
use crate::render::excel;
use crate::render::pdf::{Layouts, PdfEngine};
use crate::render::raster::Rasterizer;
use crate::render::word::{self, WordLook};
use crate::reuse::{Content, Maker, Recipe};
use crate::templates::Templates;

/// One document to make.
enum Job<'a> {
    Summary(Box<crate::compose::Case<'a>>, String),
    District(&'a metrics::UnitOf),
    Agency(&'a metrics::UnitOf, String),
    City,
    DataBook,
}

fn plan<'a>(scene: &Scene<'a>) -> Vec<Job<'a>> {
    let mut jobs = vec![Job::City, Job::DataBook];
    jobs.extend(scene.units(Level::District).into_iter().map(Job::District));
    let mut taken = BTreeSet::new();
    for unit in scene.units(Level::Agency) {
        let path = unique(&mut taken, format!("agencies/{}", output::file_name(&unit.name)));
        jobs.push(Job::Agency(unit, path));
    }
    for case in cases(scene) {
        let name = format!("{}—{}", output::file_name(&case.enterprise), output::file_name(&case.project));
        let path = unique(&mut taken, format!("summaries/{}/{name}", case.district_name()));
        jobs.push(Job::Summary(Box::new(case), path));
    }
    jobs
}

/// A path nobody has yet: two names that look the same as files get a number.
fn unique(taken: &mut BTreeSet<String>, path: String) -> String {
    let mut tried = path.clone();
    let mut n = 2;
    while !taken.insert(tried.to_lowercase()) {
        tried = format!("{path}（{n}）");
        n += 1;
    }
    tried
}

/// What documents are made with, ready before work begins.
pub(super) struct Tools {
    pub fonts: Fonts,
    pub engine: PdfEngine,
    narrator: Narrator,
    word: WordLook,
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
        Ok(Self { word: word_look(&paths), fonts, engine, narrator, look })
    }
}

fn layouts(templates: &Templates) -> Result<Layouts> {
    let mut layouts = Layouts::default();
    for path in templates.below("layout/").filter(|p| p.ends_with(".typ")) {
        layouts.replace(path.trim_start_matches("layout/"), templates.text(path)?);
    }
    Ok(layouts)
}

fn word_look(font_paths: &[PathBuf]) -> WordLook {
    let rasterizer = Rasterizer::new(font_paths);
    WordLook {
        raster: Some(Arc::new(move |svg: &str, width: f32| rasterizer.png(svg, width))),
        ..WordLook::default()
    }
}

/// Makes every document that is not already there.
pub(super) fn write_documents(
    maker: &Maker,
    scene: &Scene,
    tools: &Tools,
    progress: &Progress,
) -> Result<()> {
    let jobs = plan(scene);
    let bar = progress.stage(Step::Documents, jobs.len());
    tools.engine.each(&jobs, |job| {
        let done = write_job(maker, scene, tools, job);
        bar.tick();
        done
    })?;
    bar.finish();
    Ok(())
}

fn write_job(maker: &Maker, scene: &Scene, tools: &Tools, job: &Job) -> Result<()> {
    match job {
        Job::Summary(case, path) => {
            let summary = summary::summary(scene, case);
            let recipe = Recipe::new(&tools.look, &Content::default().debug(&summary));
            maker.make(&format!("{path}.pdf"), recipe, || tools.engine.summary(&summary))?;
            maker.make(&format!("{path}.docx"), recipe, || word::summary(&summary, &tools.word))?;
            maker.vouch(format!("{path}.pdf"), &summary.fingerprint);
            maker.vouch(format!("{path}.docx"), &summary.fingerprint);
            Ok(())
        }
        Job::Agency(unit, path) => {
            let document = agency_report(scene, &tools.narrator, unit)?;
            let recipe = Recipe::new(&tools.look, &Content::default().debug(&document));
            maker.make(&format!("{path}.pdf"), recipe, || tools.engine.report(&document))
        }
        Job::DataBook => {
            let book = databook::data_book(scene);
            let recipe = Recipe::new(&Content::default(), &Content::default().debug(&book));
            maker.make("city/数据表.xlsx", recipe, || excel::tables(&book))
        }
        Job::District(unit) => {
            let document = district_report(scene, &tools.narrator, unit)?;
            report(maker, tools, &document, &format!("districts/{}", unit.name))
        }
        Job::City => report(maker, tools, &city_report(scene, &tools.narrator)?, "city/全市报告"),
    }
}

/// A report as PDF and Word.
fn report(maker: &Maker, tools: &Tools, document: &Document, path: &str) -> Result<()> {
    let recipe = Recipe::new(&tools.look, &Content::default().debug(document));
    maker.make(&format!("{path}.pdf"), recipe, || tools.engine.report(document))?;
    maker.make(&format!("{path}.docx"), recipe, || word::report(document, &tools.word))
}

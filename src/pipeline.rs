//! The story of a run: read → link → measure → compose → render → write.
//!
//! One call per stage; each heavy library is behind the stage that needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::compose::narrative::Narrator;
use crate::compose::{Scene, agency_report, cases, city_report, databook, district_report, summary};
use crate::error::{AtPath, Error, Result};
use crate::fonts::Fonts;
use crate::guard::Guard;
use crate::inputs::{self, Listing};
use crate::link::{self, Links};
use crate::metrics::{self, Level, Measured};
use crate::output::{self, Edition, Manifest};
use crate::period::Period;
use crate::problem::{Problem, Severity, Wording};
use crate::problems::{Memory, Waivers};
use crate::progress::Progress;
use crate::public::released::{RECORD, Record};
use crate::public::{self, PublicCase, PublicInput, Refusal};
use crate::read::{self, FileRecord, Source};
use crate::render::excel;
use crate::render::pdf::{Layouts, PdfEngine};
use crate::render::raster::Rasterizer;
use crate::render::word::{self, WordLook};
use crate::settings::Settings;
use crate::spec::Specs;
use crate::templates::Templates;
use crate::{compare, data, digest, explain, problems};

/// What a run is asked to do.
#[derive(Clone, Debug)]
pub struct Options {
    pub workspace: PathBuf,
    pub inputs: PathBuf,
    pub outputs: PathBuf,
    /// The newest quarter where `None`.
    pub period: Option<Period>,
    /// Threads; all cores where `None`.
    pub jobs: Option<usize>,
    pub font_paths: Vec<PathBuf>,
    /// Whether files are read in worker processes; only the program itself can be its own worker.
    pub guarded: bool,
}

/// Settings, specifications and templates, settled before work begins.
pub struct Ground {
    pub settings: Settings,
    pub specs: Specs,
    pub templates: Arc<Templates>,
    /// Words of the problems, where the workspace changes them.
    pub wording: Wording,
}

impl Ground {
    /// Settles a workspace.
    ///
    /// # Errors
    /// Wrong settings, specifications or templates, with file and line.
    pub fn settle(workspace: &Path) -> Result<Self> {
        let settings = Settings::load(workspace)?;
        let templates = Arc::new(Templates::load(workspace)?);
        let specs = Specs::load(|name| {
            let path = format!("forms/{name}");
            Some((templates.origin(&path).display().to_string(), templates.get(&path)?.to_owned()))
        })?
        .with_sources(templates.sources())?;
        let wording = Wording::load(&templates)?;
        Ok(Self { settings, specs, templates, wording })
    }
}

/// Everything read and linked.
pub struct Gathered {
    pub period: Period,
    pub listing: Listing,
    pub records: Vec<FileRecord>,
    pub links: Links,
}

/// What a run did.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub period: Period,
    pub edition: PathBuf,
    pub counts: BTreeMap<String, usize>,
    pub problems: Vec<Problem>,
    /// Why there is no public edition, where there is none.
    pub refused: Option<String>,
}

impl Outcome {
    /// Whether the input has anything of severity error.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|p| p.severity == Severity::Error)
    }
}

/// Lists, reads and links every quarter of the inputs.
///
/// # Errors
/// An unreadable inputs folder, or no such quarter in it.
pub fn gather(options: &Options, ground: &Ground, progress: &Progress) -> Result<Gathered> {
    let listing = inputs::list(&options.inputs)?;
    let period = choose(&listing, options.period)?;
    let bar = progress.stage("读取", listing.files.len());
    let guard = match options.guarded {
        true => Some(Guard::of_this_program(&ground.templates).at("查找程序自身", Path::new("zhiti"))?),
        false => None,
    };
    let source = guard.as_ref().map_or(Source::Here, Source::Guarded);
    let files = read::read_from(source, &listing, &ground.specs, &ground.settings, &|| bar.tick())?;
    bar.finish();
    let records = files.iter().map(|f| f.record.clone()).collect();
    let links = link::link(files, &ground.specs, &ground.settings);
    Ok(Gathered { period, listing, records, links })
}

/// Says every problem in the workspace's words, and where it stands since the last edition.
fn remember(gathered: &mut Gathered, options: &Options, ground: &Ground) -> Result<Memory> {
    for problem in gathered.links.problems.values_mut().flatten() {
        ground.wording.apply(problem);
    }
    let waivers = Waivers::load(&options.workspace, gathered.period, &ground.settings.read)?;
    let (period, links) = (gathered.period, &mut gathered.links);
    Ok(Memory::recall(&options.outputs, period, &gathered.records, links, &waivers))
}

fn choose(listing: &Listing, wanted: Option<Period>) -> Result<Period> {
    let newest = listing.periods.last().copied();
    match wanted.or(newest) {
        Some(period) if listing.periods.contains(&period) => Ok(period),
        Some(period) => {
            let present: Vec<String> = listing.periods.iter().map(Period::to_string).collect();
            Err(Error::usage(format!("报送文件夹中没有 {period}"), format!("现有：{}", present.join("、"))))
        }
        None => Err(Error::usage("报送文件夹中没有任何季度", "请建立 inputs/2025Q1/ 这样的文件夹")),
    }
}

/// Reads and validates only; writes `problems/` into the edition's place beside the last edition.
///
/// # Errors
/// As [`run`].
pub fn check(options: &Options, progress: &Progress) -> Result<Outcome> {
    let ground = Ground::settle(&options.workspace)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.jobs.unwrap_or(0))
        .build()
        .map_err(|e| Error::internal(format!("线程：{e}")))?;
    pool.install(|| {
        let mut gathered = gather(options, &ground, progress)?;
        let memory = remember(&mut gathered, options, &ground)?;
        let counts = counts(&gathered);
        let measured = BTreeMap::new();
        let comparisons = compare::Comparisons::default();
        let scene = scene(&gathered, &ground, &measured, &comparisons, String::new());
        let folder = options.outputs.join(gathered.period.to_string());
        let edition = Edition::open_part(&folder, "problems")?;
        problems::write(&edition, &scene, &memory, options)?;
        let path = edition.publish_part()?;
        let problems = gathered.links.problems.get(&gathered.period).cloned().unwrap_or_default();
        Ok(Outcome { period: gathered.period, edition: path, counts, problems, refused: None })
    })
}

/// Does the whole job.
///
/// # Errors
/// What makes it impossible; problems of the input are in the outcome.
pub fn run(options: &Options, progress: &Progress) -> Result<Outcome> {
    let ground = Ground::settle(&options.workspace)?;
    let mut font_paths = ground.settings.fonts.paths.clone();
    font_paths.extend(options.font_paths.iter().cloned());
    let fonts = Fonts::load(&ground.settings.fonts.families, &font_paths)?;
    let narrator = Narrator::new(Arc::clone(&ground.templates))?;
    let engine =
        PdfEngine::with_threads(fonts.clone(), layouts(&ground.templates)?, options.jobs.unwrap_or(0))?;
    let edition_of = |period: Period| Edition::open(&options.outputs, &period.to_string());

    engine.install(|| {
        let mut gathered = gather(options, &ground, progress)?;
        let edition = edition_of(gathered.period)?;
        problems::missing_glyphs(&mut gathered.links, gathered.period, &fonts, &ground.settings);
        let memory = remember(&mut gathered, options, &ground)?;
        let measured = measure(&gathered, &ground)?;
        let fingerprint = write_data(&edition, &gathered, &measured, &ground)?;
        let comparisons =
            compare::compare(&measured, gathered.period, &gathered.links, &ground.settings.metrics);
        let scene = scene(&gathered, &ground, &measured, &comparisons, fingerprint.clone());
        problems::write(&edition, &scene, &memory, options)?;
        let look = word_look(&font_paths);
        write_documents(&edition, &scene, &narrator, &engine, &look, progress)?;
        let record = Record::recall(&options.outputs, gathered.period, &gathered.links, &measured)?;
        let refused = write_site(&edition, &scene, &ground.templates, &record)?;
        let record = match refused {
            Some(_) => record.without_edition(&options.outputs, gathered.period),
            None => record,
        };
        edition.write(RECORD, &record.bytes()?)?;
        let outcome = finish(edition, &gathered, &ground, fingerprint)?;
        Ok(Outcome { refused, ..outcome })
    })
}

/// Explains one figure of an edition: reads the inputs it was made from again.
///
/// # Errors
/// No such figure, no edition, or inputs that are not those of the edition.
pub fn explain(options: &Options, figure: &str, progress: &Progress) -> Result<explain::Explanation> {
    let ground = Ground::settle(&options.workspace)?;
    let wanted = figure.split('/').next().and_then(|p| p.parse().ok());
    let options = Options { period: wanted.or(options.period), ..options.clone() };
    let gathered = gather(&options, &ground, progress)?;
    if let Ok(manifest) = output::manifest(&options.outputs, &gathered.period.to_string()) {
        same_inputs(&manifest, &gathered)?;
    }
    let measured = measure(&gathered, &ground)?;
    explain::explain(figure, &gathered.links, &measured, &ground.settings)
}

/// The inputs must be those the edition was made from, else its figures are not theirs.
fn same_inputs(manifest: &Manifest, gathered: &Gathered) -> Result<()> {
    let ours: BTreeMap<String, String> = input_digests(gathered);
    let changed = ours.iter().find(|(name, digest)| manifest.inputs.get(*name) != Some(digest));
    let gone = manifest.inputs.keys().find(|name| !ours.contains_key(*name));
    match changed.map(|(name, _)| name).or(gone) {
        None => Ok(()),
        Some(name) => {
            Err(Error::usage(format!("报送材料在成文之后有变动：{name}"), "请重新运行 `zhiti run` 后再查询"))
        }
    }
}

/// SHA-256 of every input by `<period>/<path>`.
fn input_digests(gathered: &Gathered) -> BTreeMap<String, String> {
    gathered.records.iter().map(|r| (format!("{}/{}", r.period, r.name), r.sha256.clone())).collect()
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

/// The ground of a run's documents.
fn scene<'a>(
    gathered: &'a Gathered,
    ground: &'a Ground,
    measured: &'a BTreeMap<Period, Measured>,
    comparisons: &'a compare::Comparisons,
    fingerprint: String,
) -> Scene<'a> {
    Scene {
        links: &gathered.links,
        measured,
        comparisons,
        period: gathered.period,
        settings: &ground.settings,
        specs: &ground.specs,
        fingerprint,
        synthetic: gathered.links.synthetic,
    }
}

/// Figures of the period and of every earlier one, for comparisons and trends.
fn measure(gathered: &Gathered, ground: &Ground) -> Result<BTreeMap<Period, Measured>> {
    let wanted = gathered.listing.periods.iter().filter(|p| **p <= gathered.period);
    wanted.map(|p| Ok((*p, metrics::measure(&gathered.links, *p, &ground.settings.metrics)?))).collect()
}

/// Writes `data/`; returns the fingerprint of it, printed in every document.
fn write_data(
    edition: &Edition,
    gathered: &Gathered,
    measured: &BTreeMap<Period, Measured>,
    ground: &Ground,
) -> Result<String> {
    let figures = measured.get(&gathered.period).map(|m| m.figures.as_slice()).unwrap_or_default();
    let files = data_files(gathered, figures, ground)?;
    for (path, bytes) in &files {
        edition.write(path, bytes)?;
    }
    Ok(fingerprint_of(&files))
}

/// Everything below `data/`, sorted by path.
fn data_files(
    gathered: &Gathered,
    figures: &[metrics::Figure],
    ground: &Ground,
) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = data::parquet_files(&gathered.links, gathered.period, &ground.specs, figures)?;
    files.push(("data/metrics.csv".into(), metrics::csv(figures)?));
    files.sort();
    Ok(files)
}

fn fingerprint_of(files: &[(String, Vec<u8>)]) -> String {
    fingerprint(files.iter().map(|(path, bytes)| (path.as_str(), digest::full(bytes))))
}

/// First digits of the digest over the names and digests of `data/`, sorted by name.
pub fn fingerprint<'a>(files: impl Iterator<Item = (&'a str, String)>) -> String {
    let mut joint = digest::Joint::default();
    for (path, sha256) in files {
        joint.add(path.as_bytes());
        joint.add(sha256.as_bytes());
    }
    let mut text = joint.finish();
    text.truncate(16);
    text
}

/// Writes the public edition below `site/`, or says why there is none.
fn write_site(
    edition: &Edition,
    scene: &Scene,
    templates: &Templates,
    record: &Record,
) -> Result<Option<String>> {
    match public_edition(scene, templates, record) {
        Ok(made) => {
            made.files
                .par_iter()
                .try_for_each(|(path, bytes)| edition.write(&format!("site/{path}"), bytes))?;
            Ok(None)
        }
        Err(Refusal::Fault(error)) => Err(error),
        Err(refusal) => Ok(Some(refusal.to_string())),
    }
}

fn public_edition(
    scene: &Scene,
    templates: &Templates,
    record: &Record,
) -> std::result::Result<public::Edition, Refusal> {
    let agreed: Vec<_> = cases(scene).into_iter().filter(|c| c.consent).collect();
    let published: Vec<PublicCase> = agreed
        .par_iter()
        .map(|case| PublicCase {
            key: case.key.clone(),
            district: case.district,
            summary: summary::summary(scene, case),
        })
        .collect();
    public::site::edition(&PublicInput {
        links: scene.links,
        measured: scene.measured,
        period: scene.period,
        settings: scene.settings,
        templates,
        cases: &published,
        earlier: &record.before,
        fingerprint: &scene.fingerprint,
    })
}

/// Makes the public edition alone and puts it in its place, or refuses with the reasons.
///
/// # Errors
/// As [`run`].
pub fn publish(options: &Options, progress: &Progress) -> Result<Outcome> {
    let ground = Ground::settle(&options.workspace)?;
    let gathered = gather(options, &ground, progress)?;
    let measured = measure(&gathered, &ground)?;
    let comparisons = compare::Comparisons::default();
    let figures = measured.get(&gathered.period).map(|m| m.figures.as_slice()).unwrap_or_default();
    let files = data_files(&gathered, figures, &ground)?;
    let scene = scene(&gathered, &ground, &measured, &comparisons, fingerprint_of(&files));
    let folder = options.outputs.join(gathered.period.to_string());
    let edition = Edition::open_part(&folder, "site")?;
    let record = Record::recall(&options.outputs, gathered.period, &gathered.links, &measured)?;
    let refused = write_site(&edition, &scene, &ground.templates, &record)?;
    let path = if refused.is_none() { edition.publish_part()? } else { options.outputs.clone() };
    if refused.is_none() {
        let part = Edition::open_part(&folder, "released")?;
        part.write(RECORD, &record.bytes()?)?;
        part.publish_part()?;
    }
    Ok(Outcome {
        period: gathered.period,
        edition: path,
        counts: counts(&gathered),
        problems: Vec::new(),
        refused,
    })
}

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

fn write_documents(
    edition: &Edition,
    scene: &Scene,
    narrator: &Narrator,
    engine: &PdfEngine,
    look: &WordLook,
    progress: &Progress,
) -> Result<()> {
    let jobs = plan(scene);
    let bar = progress.stage("生成", jobs.len());
    jobs.par_iter().try_for_each(|job| {
        let done = write_job(edition, scene, narrator, engine, look, job);
        bar.tick();
        done
    })?;
    bar.finish();
    Ok(())
}

fn write_job(
    edition: &Edition,
    scene: &Scene,
    narrator: &Narrator,
    engine: &PdfEngine,
    look: &WordLook,
    job: &Job,
) -> Result<()> {
    let document = match job {
        Job::Summary(case, path) => {
            let summary = summary::summary(scene, case);
            edition.write(&format!("{path}.pdf"), &engine.summary(&summary)?)?;
            return edition.write(&format!("{path}.docx"), &word::summary(&summary, look)?);
        }
        Job::Agency(unit, path) => {
            let document = agency_report(scene, narrator, unit)?;
            return edition.write(&format!("{path}.pdf"), &engine.report(&document)?);
        }
        Job::DataBook => {
            let book = excel::tables(&databook::data_book(scene))?;
            return edition.write("city/数据表.xlsx", &book);
        }
        Job::District(unit) => (district_report(scene, narrator, unit)?, format!("districts/{}", unit.name)),
        Job::City => (city_report(scene, narrator)?, "city/全市报告".to_owned()),
    };
    let (document, path) = document;
    edition.write(&format!("{path}.pdf"), &engine.report(&document)?)?;
    edition.write(&format!("{path}.docx"), &word::report(&document, look)?)
}

fn finish(edition: Edition, gathered: &Gathered, ground: &Ground, fingerprint: String) -> Result<Outcome> {
    let counts = counts(gathered);
    let inputs =
        gathered.records.iter().map(|r| (format!("{}/{}", r.period, r.name), r.sha256.clone())).collect();
    let manifest = Manifest {
        program: env!("CARGO_PKG_NAME").into(),
        version: env!("CARGO_PKG_VERSION").into(),
        period: gathered.period.to_string(),
        settings: ground.settings.digest(),
        templates: ground.templates.digest(),
        fingerprint,
        counts: counts.clone(),
        inputs,
        outputs: BTreeMap::new(),
    };
    let problems = gathered.links.problems.get(&gathered.period).cloned().unwrap_or_default();
    let path = edition.publish(manifest)?;
    Ok(Outcome { period: gathered.period, edition: path, counts, problems, refused: None })
}

/// Counts of the period; found = read + rejected, received = counted + superseded + excluded.
pub fn counts(gathered: &Gathered) -> BTreeMap<String, usize> {
    let own: Vec<&FileRecord> = gathered.records.iter().filter(|r| r.period == gathered.period).collect();
    let returns: Vec<_> = gathered.links.returns.iter().filter(|l| l.ret.period == gathered.period).collect();
    let status =
        |wanted: &dyn Fn(&link::Status) -> bool| returns.iter().filter(|l| wanted(&l.status)).count();
    let problems = gathered.links.problems.get(&gathered.period).map(Vec::as_slice).unwrap_or_default();
    let severity = |s: Severity| problems.iter().filter(|p| p.severity == s).count();
    [
        ("files_found", own.len()),
        ("files_read", own.iter().filter(|r| r.read).count()),
        ("files_rejected", own.iter().filter(|r| !r.read).count()),
        ("forms_left_blank", own.iter().map(|r| r.blank_forms).sum()),
        ("returns_received", returns.len()),
        ("returns_counted", status(&|s| *s == link::Status::Counted)),
        ("returns_superseded", status(&|s| matches!(s, link::Status::Superseded { .. }))),
        ("returns_excluded", status(&|s| *s == link::Status::Excluded)),
        ("problems_error", severity(Severity::Error)),
        ("problems_warning", severity(Severity::Warning)),
        ("problems_info", severity(Severity::Info)),
    ]
    .into_iter()
    .map(|(name, n)| (name.to_owned(), n))
    .collect()
}

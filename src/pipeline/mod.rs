//! The story of a run: read → link → measure → compose → render → write.
//!
//! One call per stage; each heavy library is behind the stage that needs it.

mod documents;
mod edition;
mod gather;
mod pictures;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use self::documents::{Desk, Tools};
use self::edition::{SITE, data_files, fingerprint_of, manifest, write_data, write_site};
use self::gather::{Listed, inputs_key, list, read_listed, remember, run_key, same_inputs, surroundings};
use crate::compose::Scene;
use crate::digest::Key;
use crate::error::{Error, Result};
use crate::metrics::{self, Measured};
use crate::output::{self, Edition, Manifest};
use crate::period::Period;
use crate::problem::{Problem, Severity, Wording};
use crate::progress::{Progress, Step};
use crate::public::account;
use crate::public::released::{RECORD, Record};
use crate::reuse::{Content, Maker, Standing, Why};
use crate::settings::Settings;
use crate::spec::Specs;
use crate::templates::Templates;
use crate::{compare, explain, problems, reuse};

pub use self::edition::{fingerprint, is_fingerprinted};
pub use self::gather::{Gathered, counts, gather};

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
        if !workspace.is_dir() {
            let hint = "请用 --workspace 指明 zhiti.toml 所在的文件夹";
            return Err(Error::usage(format!("没有工作目录 {}", workspace.display()), hint));
        }
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

    /// How forms are drawn, for the recipes of workbooks made of them.
    fn look_of_forms(&self) -> Content {
        Content::default().bytes(self.templates.digest_of(&["forms/"]))
    }
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

    /// The log of the run that came to it.
    fn log(&self, progress: &Progress) -> Result<Vec<u8>> {
        progress.log().to_json(&self.period.to_string(), &self.counts, &self.problems)
    }
}

/// Reads and validates only; writes `problems/` into the edition's place beside the last edition.
///
/// # Errors
/// As [`run`].
pub fn check(options: &Options, progress: &Progress) -> Result<Outcome> {
    let ground = Ground::settle(&options.workspace)?;
    let edition = Edition::open(&options.outputs)?;
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
        let standing = Standing::default();
        let maker = Maker::new(&edition, &standing);
        progress.timed(Step::Problems, || {
            problems::write(&maker, &scene, &memory, options, &ground.look_of_forms())
        })?;
        let path = edition.publish_parts(&gathered.period.to_string(), &["problems"])?;
        let problems = gathered.links.problems.get(&gathered.period).cloned().unwrap_or_default();
        Ok(Outcome { period: gathered.period, edition: path, counts, problems, refused: None })
    })
}

/// What a workspace holds without effect: template files under names nobody asks for, and waivers of
/// problems that there are not (any more).
///
/// # Errors
/// The templates or the waivers cannot be read.
pub fn without_effect(options: &Options, outcome: &Outcome) -> Result<Vec<String>> {
    let settings = Settings::load(&options.workspace)?;
    let waivers = problems::waivers::Waivers::load(&options.workspace, outcome.period, &settings.read)?;
    // There may be a million problems; mostly nobody waives one.
    let has_any = waivers.ids().next().is_some();
    let ids: HashSet<String> = outcome.problems.iter().filter(|_| has_any).map(Problem::id).collect();
    let mut out = Vec::new();
    for (path, meant) in Templates::load(&options.workspace)?.unused() {
        let meant = meant.map(|name| format!("，是否应为 {name}")).unwrap_or_default();
        out.push(format!("提示：{} 没有用到，文件名不是内置模板的名称{meant}", path.display()));
    }
    for id in waivers.ids().filter(|id| !ids.contains(*id)) {
        let file = problems::waivers::FILE;
        let period = outcome.period;
        out.push(format!("提示：{file} 中的编号 {id} 在 {period} 没有对应的问题，可能已改正，或编号有误"));
    }
    Ok(out)
}

/// Does the whole job; what an earlier run made of the same is taken over as it is.
///
/// # Errors
/// What makes it impossible; problems of the input are in the outcome.
pub fn run(options: &Options, progress: &Progress) -> Result<Outcome> {
    let ground = Ground::settle(&options.workspace)?;
    let tools = Tools::ready(&ground, options)?;
    let edition = Edition::open(&options.outputs)?;
    tools.engine.install(|| {
        let listed = list(options, &ground)?;
        let surroundings = surroundings(&listed, options, &ground, &tools.fonts);
        let key = run_key(surroundings.clone(), inputs_key(listed.digests.iter().copied()));
        let standing = standing(options, listed.period);
        if let Some(outcome) = key.and_then(|key| unchanged(&standing, &key, listed.period)) {
            let log = outcome.log(progress)?;
            return Ok(Outcome {
                edition: edition.keep_standing(&listed.period.to_string(), &log)?,
                ..outcome
            });
        }
        let maker = Maker::new(&edition, &standing);
        let made = make(listed, &maker, options, &ground, &tools, progress)?;
        let mut done = maker.finish();
        let documents = std::mem::take(&mut done.documents).into_iter().collect();
        let key = run_key(surroundings, made.inputs);
        let log = made.outcome.log(progress)?;
        let (path, manifest) = edition.publish(Manifest { documents, ..made.manifest }, &log)?;
        if let Some(key) = key {
            standing.remember(done.record(key, manifest, made.outcome.refused.clone()));
        }
        Ok(Outcome { edition: path, ..made.outcome })
    })
}

/// Says what a run would read and make anew, and why; writes nothing but what it has read.
///
/// # Errors
/// As [`run`].
pub fn plan(options: &Options, progress: &Progress) -> Result<Plan> {
    let ground = Ground::settle(&options.workspace)?;
    let tools = Tools::ready(&ground, options)?;
    tools.engine.install(|| {
        let listed = list(options, &ground)?;
        let surroundings = surroundings(&listed, options, &ground, &tools.fonts);
        let key = run_key(surroundings, inputs_key(listed.digests.iter().copied()));
        let standing = standing(options, listed.period);
        let mut plan =
            Plan { period: listed.period.to_string(), files: listed.digests.len(), ..Plan::default() };
        plan.read = listed.unread();
        if key.is_some_and(|key| standing.whole(&key).is_some()) {
            plan.nothing_to_do = true;
            return Ok(plan);
        }
        let maker = Maker::planning(&standing);
        make(listed, &maker, options, &ground, &tools, progress)?;
        let done = maker.finish();
        plan.make = done.anew;
        plan.keep = done.kept;
        plan.always = done.always.len();
        Ok(plan)
    })
}

/// What a run would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    pub period: String,
    /// Whether the standing edition is what a run would make.
    pub nothing_to_do: bool,
    /// Number of input files.
    pub files: usize,
    /// Those that would be opened: no earlier run has read their bytes.
    pub read: Vec<String>,
    /// Documents that would be made, and why.
    pub make: BTreeMap<String, Why>,
    /// Documents that would be carried over.
    pub keep: usize,
    /// Files that are written each time.
    pub always: usize,
}

fn standing(options: &Options, period: Period) -> Standing {
    Standing::open(&reuse::folder(&options.workspace), &options.outputs, &period.to_string())
}

/// The outcome of the standing edition (without its place), if this very run made it and it still
/// is as it was.
fn unchanged(standing: &Standing, key: &Key, period: Period) -> Option<Outcome> {
    let (manifest, refused) = standing.whole(key)?;
    let problems = problems::from_json(&std::fs::read(standing.edition().join(problems::JSON)).ok()?)?;
    Some(Outcome { period, edition: PathBuf::new(), counts: manifest.counts, problems, refused })
}

/// What a run has made, before it takes the place of the last.
struct Product {
    manifest: Manifest,
    /// As in [`Gathered`].
    inputs: Option<Key>,
    /// Without the place of the edition.
    outcome: Outcome,
}

/// The story itself.
fn make(
    listed: Listed,
    maker: &Maker,
    options: &Options,
    ground: &Ground,
    tools: &Tools,
    progress: &Progress,
) -> Result<Product> {
    let mut gathered = read_listed(listed, options, ground, progress)?;
    problems::missing_glyphs(&mut gathered.links, gathered.period, &tools.fonts, &ground.settings);
    let memory = remember(&mut gathered, options, ground)?;
    let measured = progress.timed(Step::Measure, || measure(&gathered, ground))?;
    let fingerprint = progress.timed(Step::Data, || write_data(maker, &gathered, &measured, ground))?;
    let comparisons = progress.timed(Step::Compare, || {
        compare::compare(&measured, gathered.period, &gathered.links, &ground.settings.metrics)
    });
    let scene = scene(&gathered, ground, &measured, &comparisons, fingerprint.clone());
    let record = Record::recall(&options.outputs, gathered.period, &gathered.links, &measured)?;
    let desk =
        Desk { maker, scene: &scene, memory: &memory, record: &record, ground, options, tools, progress };
    let refused = desk.write()?;
    let record = match refused {
        Some(_) => record.without_edition(&options.outputs, gathered.period)?,
        None => record,
    };
    maker.write(RECORD, &record.bytes()?)?;
    let counts = counts(&gathered);
    let Gathered { period, inputs, records, mut links, .. } = gathered;
    let problems = links.problems.remove(&period).unwrap_or_default();
    // The manifest names every file, of which there may be very many: what was read from them goes first.
    drop(links);
    let manifest = manifest(period, counts.clone(), &records, ground, fingerprint);
    let outcome = Outcome { period, edition: PathBuf::new(), counts, problems, refused };
    Ok(Product { manifest, inputs, outcome })
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
    let explained = explain::explain(figure, &gathered.links, &measured, &ground.settings)?;
    let edition = options.outputs.join(gathered.period.to_string());
    Ok(explain::Explanation { public: account::verdict(&edition, &explained.id), ..explained })
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
    let wanted = gathered.periods.iter().filter(|p| **p <= gathered.period);
    wanted.map(|p| Ok((*p, metrics::measure(&gathered.links, *p, &ground.settings.metrics)?))).collect()
}

/// Makes the public edition alone and puts it in its place, or refuses with the reasons.
///
/// # Errors
/// As [`run`].
pub fn publish(options: &Options, progress: &Progress) -> Result<Outcome> {
    let ground = Ground::settle(&options.workspace)?;
    let edition = Edition::open(&options.outputs)?;
    let gathered = gather(options, &ground, progress)?;
    let measured = measure(&gathered, &ground)?;
    let comparisons = compare::Comparisons::default();
    let figures = measured.get(&gathered.period).map(|m| m.figures.as_slice()).unwrap_or_default();
    let files = data_files(&gathered, figures, &ground)?;
    let scene = scene(&gathered, &ground, &measured, &comparisons, fingerprint_of(&files));
    let standing = Standing::default();
    let maker = Maker::new(&edition, &standing);
    let record = Record::recall(&options.outputs, gathered.period, &gathered.links, &measured)?;
    let refused = write_site(&maker, &scene, &ground.templates, &record)?;
    let path = match refused {
        None => {
            maker.write(RECORD, &record.bytes()?)?;
            drop(maker);
            edition.publish_parts(&gathered.period.to_string(), &[SITE, "released"])?
        }
        Some(_) => options.outputs.clone(),
    };
    Ok(Outcome {
        period: gathered.period,
        edition: path,
        counts: counts(&gathered),
        problems: Vec::new(),
        refused,
    })
}

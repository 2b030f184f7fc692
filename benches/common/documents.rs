//! Annex D summaries and returns to be mended, composed once and rendered by the benches.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use typst::foundations::Bytes;
use zhiti::compare::Comparisons;
use zhiti::compose::narrative::Narrator;
use zhiti::compose::{Scene, cases, city_report, district_report, summary};
use zhiti::document::{Document, Summary};
use zhiti::fonts::Fonts;
use zhiti::metrics::{self, Level, Measured};
use zhiti::period::Period;
use zhiti::pipeline::{self, Gathered, Ground, Options};
use zhiti::problem::{Problem, Severity};
use zhiti::progress::Progress;

/// An inputs folder, read and linked in this process.
pub struct Desk {
    pub ground: Ground,
    pub gathered: Gathered,
    pub fonts: Fonts,
}

/// What a scene is made from besides the returns.
pub struct Figures {
    measured: BTreeMap<Period, Measured>,
    comparisons: Comparisons,
}

impl Desk {
    /// Reads the newest quarter of `inputs`; `workspace` is a folder for what is remembered.
    pub fn open(inputs: &Path, workspace: &Path) -> Self {
        let options = Options {
            workspace: workspace.to_owned(),
            inputs: inputs.to_owned(),
            outputs: workspace.join("outputs"),
            period: None,
            jobs: None,
            font_paths: Vec::new(),
            guarded: false,
        };
        let ground = Ground::settle(workspace).expect("a workspace");
        let gathered = pipeline::gather(&options, &ground, &Progress::silent()).expect("inputs");
        let fonts = Fonts::load(&ground.settings.fonts.families, &[]).expect("fonts");
        Self { ground, gathered, fonts }
    }

    /// The figures of the quarter.
    pub fn measured(&self) -> Figures {
        let (links, period) = (&self.gathered.links, self.gathered.period);
        let measured = metrics::measure(links, period, &self.ground.settings.metrics).expect("figures");
        Figures { measured: [(period, measured)].into(), comparisons: Comparisons::default() }
    }

    /// What documents are composed from.
    pub fn scene<'a>(&'a self, figures: &'a Figures) -> Scene<'a> {
        Scene {
            links: &self.gathered.links,
            measured: &figures.measured,
            comparisons: &figures.comparisons,
            period: self.gathered.period,
            settings: &self.ground.settings,
            specs: &self.ground.specs,
            fingerprint: "0".repeat(12),
            synthetic: self.gathered.links.synthetic,
        }
    }

    /// The first `count` summaries.
    pub fn summaries(&self, count: usize) -> Vec<Summary> {
        let figures = self.measured();
        let scene = self.scene(&figures);
        cases(&scene).iter().take(count).map(|case| summary::summary(&scene, case)).collect()
    }

    /// The reports of the city and of its districts, which every change of a few returns makes anew.
    pub fn reports(&self) -> Vec<Document> {
        let figures = self.measured();
        let scene = self.scene(&figures);
        let narrator = Narrator::new(Arc::clone(&self.ground.templates)).expect("templates");
        let districts = scene.units(Level::District).into_iter();
        let districts = districts.map(|unit| district_report(&scene, &narrator, unit));
        let all = std::iter::once(city_report(&scene, &narrator)).chain(districts);
        all.collect::<Result<_, _>>().expect("reports")
    }

    /// What the layout reads of each summary.
    pub fn data(&self, summaries: &[Summary]) -> Vec<Bytes> {
        let fonts = self.fonts.families();
        let data = |doc| serde_json::to_vec(&json!({"doc": doc, "fonts": fonts})).expect("JSON");
        summaries.iter().map(|doc| Bytes::new(data(doc))).collect()
    }

    /// The first `count` returns with an error or a warning, and what is wrong with each.
    pub fn to_mend(&self, count: usize) -> Vec<(&zhiti::answer::Return, Vec<&Problem>)> {
        let links = &self.gathered.links;
        let problems = links.problems.values().flatten().filter(|p| p.severity != Severity::Info);
        let problems: Vec<&Problem> = problems.filter(|p| p.place.cell.is_some()).collect();
        let own = |linked: &zhiti::link::Linked| {
            problems.iter().copied().filter(|p| linked.holds(p)).collect::<Vec<_>>()
        };
        let all = links.returns.iter().map(|linked| (&*linked.ret, own(linked)));
        all.filter(|(_, problems)| !problems.is_empty()).take(count).collect()
    }
}

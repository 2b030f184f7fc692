//! The reports: city, district, agency. Which template, which unit, which marks;
//! the words themselves are in `templates/text/`.

use crate::compare::{Against, Comparison, Reason};
use crate::document::{Block, Document, Table};
use crate::error::Result;
use crate::metrics::{Definition, Figure, Level, UnitOf};
use crate::parse::date;
use crate::reference::district::CITY;

use super::narrative::{Narrator, Printed, Stage};
use super::prose::SAMPLE;
use super::scene::{Scene, is_muted};
use super::tables::{self, About};
use super::{charts, view};

/// Reports longer than this many blocks get a cover and a table of contents.
const LONG: usize = 40;

pub(super) struct ReportStage<'a> {
    pub scene: &'a Scene<'a>,
    pub about: &'a About,
}

impl Stage for ReportStage<'_> {
    fn figure(&self, unit: &str, name: &str) -> Option<Printed> {
        let unit = if unit.is_empty() { &self.about.unit.code } else { unit };
        let Some(figure) = self.scene.figure(unit, name) else {
            let tally = self.scene.tally(unit, name)?;
            return Some(Printed { id: tally.id, text: tally.printed, muted: tally.muted, sample: None });
        };
        Some(Printed {
            id: figure.id(),
            text: figure.printed(),
            muted: is_muted(figure),
            sample: is_muted(figure).then(|| sample(figure)),
        })
    }

    fn change(&self, unit: &str, name: &str, against: &str) -> Option<Vec<(String, Option<String>)>> {
        let unit = if unit.is_empty() { &self.about.unit.code } else { unit };
        let against =
            [Against::Quarter, Against::Year, Against::Rest].into_iter().find(|a| a.id() == against)?;
        let figure = self.scene.figure(unit, name)?;
        let comparison = self.scene.comparisons.of(&figure.id(), against);
        let untested = || Reason::NoTest.words(against, self.about.unit.level).to_owned();
        Some(comparison.map_or_else(|| vec![(untested(), None)], Comparison::parts))
    }

    fn table(&self, name: &str) -> Option<Table> {
        tables::table(self.scene, self.about, name)
    }

    fn chart(&self, name: &str) -> Option<Block> {
        charts::chart(self.scene, self.about, name)
    }

    fn names(&self) -> Vec<String> {
        let figures = self.scene.now().map(|m| m.figures.as_slice()).unwrap_or_default();
        let own = figures.iter().filter(|f| f.unit_code == self.about.unit.code).map(|f| f.name());
        own.chain(tables::NAMES.iter().chain(charts::NAMES).map(|n| (*n).to_owned())).collect()
    }
}

/// What a small figure rests on, in words: `样本9份`.
fn sample(figure: &Figure) -> String {
    let counter = Definition::of(figure.metric).and_then(Definition::counter);
    let counted = figure.denominator.zip(counter);
    counted.map_or_else(|| format!("{SAMPLE}量不足"), |(n, counter)| format!("{SAMPLE}{n}{counter}"))
}

/// The report to the bureau.
///
/// # Errors
/// A template error.
pub fn city_report(scene: &Scene, narrator: &Narrator) -> Result<Document> {
    let about = city(scene);
    let title = format!("{}中小企业质量提升服务情况报告", scene.settings.report.city);
    report(scene, narrator, &about, "text/city.md", title, "city")
}

/// What the city's report is about.
pub fn city(scene: &Scene) -> About {
    let name = scene.settings.report.city.clone();
    About {
        unit: UnitOf { level: Level::City, code: CITY.0.into(), name, group: String::new() },
        district: None,
    }
}

/// The report of one district.
///
/// # Errors
/// A template error.
pub fn district_report(scene: &Scene, narrator: &Narrator, unit: &UnitOf) -> Result<Document> {
    let district = crate::reference::district::by_name(&unit.name);
    let about = About { unit: unit.clone(), district: Some(district) };
    let title = match district {
        Some(_) => format!("{}中小企业质量提升服务情况报告", unit.name),
        None => format!("{}材料情况", unit.name),
    };
    report(scene, narrator, &about, "text/district.md", title, &format!("districts/{}", unit.code))
}

/// The scorecard of one agency.
///
/// # Errors
/// A template error.
pub fn agency_report(scene: &Scene, narrator: &Narrator, unit: &UnitOf) -> Result<Document> {
    let about = About { unit: unit.clone(), district: None };
    let title = format!("{}服务评价单", unit.name);
    report(scene, narrator, &about, "text/agency.md", title, &format!("agencies/{}", unit.code))
}

fn report(
    scene: &Scene,
    narrator: &Narrator,
    about: &About,
    template: &str,
    title: String,
    ident: &str,
) -> Result<Document> {
    let blocks = narrator.tell(template, &view::view(scene, about), &ReportStage { scene, about })?;
    let issued = about.unit.level == Level::City;
    let document = document(scene, title, ident, blocks);
    Ok(Document {
        issuer: if issued { scene.settings.report.issuer.clone() } else { String::new() },
        front_matter: issued && document.blocks.len() > LONG,
        ..document
    })
}

/// A document of the period out of its blocks: date, marks and fingerprint are those of the run.
pub(super) fn document(scene: &Scene, title: String, ident: &str, blocks: Vec<Block>) -> Document {
    let day = scene.date();
    Document {
        title,
        subtitle: format!("（{}）", scene.period.chinese()),
        issuer: String::new(),
        date: date::chinese(day),
        date_ymd: (day.year(), u8::from(day.month()), day.day()),
        marks: scene.marks(),
        fingerprint: scene.fingerprint.clone(),
        ident: format!("{}/{ident}", scene.period),
        front_matter: false,
        compact: false,
        blocks,
    }
}

/// A document about the city's report: its own title, and the report's under it.
pub(super) fn beside_report(scene: &Scene, title: &str, ident: &str, blocks: Vec<Block>) -> Document {
    let report =
        format!("（{}中小企业质量提升服务情况报告，{}）", scene.settings.report.city, scene.period.chinese());
    Document { subtitle: report, ..document(scene, title.to_owned(), ident, blocks) }
}

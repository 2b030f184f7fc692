//! `city/发布前核对.pdf`: the page or two an analyst reads before a report leaves the house.
//!
//! What changed most and whether a test supports it, who fell silent, what rests on few answers, what was
//! wrong with the returns, what moved between editions. It judges nothing: it shows where to look.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::compare::{Against, Comparison};
use crate::document::{Align, CellText, Document, Figure as Drawing, Row, Table};
use crate::editions::Editions;
use crate::error::Result;
use crate::link::{district_code, district_name};
use crate::metrics::{Definition, Figure, Level, Status};
use crate::period::Period;
use crate::spec::Form;

use super::edition::{EditionView, edition_view, moved_figures, or_none};
use super::narrative::{Narrator, Printed, Stage};
use super::report::{ReportStage, city, document};
use super::scene::{Scene, is_muted};
use super::tables::{About, column};
use super::view::PeriodView;

/// Rows of each table: two pages in all.
const CHANGES: usize = 12;
const UNITS: usize = 15;
const MOVED: usize = 12;
/// Quarters looked back for units that fell silent.
const BACK: usize = 4;

/// The city's stage with tables of its own.
pub(super) struct CheckStage<'a> {
    inner: ReportStage<'a>,
    tables: BTreeMap<&'static str, Table>,
}

impl<'a> CheckStage<'a> {
    pub fn new(
        scene: &'a Scene<'a>,
        about: &'a About,
        tables: impl IntoIterator<Item = (&'static str, Table)>,
    ) -> Self {
        Self { inner: ReportStage { scene, about }, tables: tables.into_iter().collect() }
    }
}

impl Stage for CheckStage<'_> {
    fn figure(&self, unit: &str, name: &str) -> Option<Printed> {
        self.inner.figure(unit, name)
    }

    fn change(&self, unit: &str, name: &str, against: &str) -> Option<Vec<(String, Option<String>)>> {
        self.inner.change(unit, name, against)
    }

    fn table(&self, name: &str) -> Option<Table> {
        self.tables.get(name).cloned().or_else(|| self.inner.table(name))
    }

    fn chart(&self, name: &str) -> Option<Drawing> {
        self.inner.chart(name)
    }

    fn names(&self) -> Vec<String> {
        self.tables.keys().map(|n| (*n).to_owned()).chain(self.inner.names()).collect()
    }
}

#[derive(Serialize)]
struct View {
    period: PeriodView,
    edition: EditionView,
    silent: usize,
    small: usize,
    small_solid: usize,
}

/// The page before release.
///
/// # Errors
/// A template error.
pub fn release_check(scene: &Scene, narrator: &Narrator, editions: &Editions) -> Result<Document> {
    let about = city(scene);
    let (silent, (small, units)) = (silent(scene), small(scene));
    let view = View {
        period: super::view::period(scene),
        edition: edition_view(scene, editions),
        silent: silent.len(),
        small: small.len(),
        small_solid: units - small.len(),
    };
    let mut tables = vec![
        ("largest_changes", largest_changes(scene)),
        ("silent_units", silent_table(silent)),
        ("small_units", small_table(small)),
    ];
    tables.extend(editions.changes().map(|c| ("moved_figures", moved_figures(c, MOVED))));
    let stage = CheckStage::new(scene, &about, tables);
    let blocks = narrator.tell("text/check.md", &view, &stage)?;
    let title = format!("{}中小企业质量提升服务情况报告发布前核对", scene.settings.report.city);
    Ok(document(scene, title, "city/check", blocks))
}

/// The largest changes since the quarter before, in the city and its districts, each with its test.
fn largest_changes(scene: &Scene) -> Table {
    let wide = |c: &&Comparison| matches!(c.level, Level::City | Level::District) && c.p.is_some();
    let all = scene.comparisons.all.iter().filter(|c| c.against == Against::Quarter).filter(wide);
    let mut all: Vec<(f64, &Comparison)> = all.filter_map(|c| Some((size(c)?, c))).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    let rows = all.into_iter().take(CHANGES).filter_map(|(_, c)| change_row(scene, c)).collect();
    Table {
        title: "与上季度相比变化最大的数值".into(),
        columns: vec![
            column("单位", Align::Left, 1.3),
            column("指标", Align::Left, 2.7),
            column("上季度", Align::Right, 0.9),
            column("本季度", Align::Right, 0.9),
            column("相差", Align::Right, 1.4),
            column("差的95%区间", Align::Right, 1.9),
            column("检验", Align::Left, 1.7),
        ],
        rows: or_none(rows, 7),
        notes: vec!["全市和各区（市）县中样本量均达到下限的数值，按相差大小排列；检验不支持的，不得写作上升或下降。".into()],
        ..Table::default()
    }
}

/// Size of a change on one scale: rates in hundredths, scores in points.
fn size(c: &Comparison) -> Option<f64> {
    let (numerator, denominator) = c.difference?;
    let size = (numerator as f64 / denominator as f64).abs();
    Some(if c.unit == crate::metrics::Unit::Rate { size * 100.0 } else { size })
}

fn change_row(scene: &Scene, c: &Comparison) -> Option<Row> {
    let now = scene.now()?.figures.iter().find(|f| f.id() == c.id)?;
    let base = c.base.as_ref()?;
    let with_id = |text: &str, id: Option<String>| CellText { figure: id, ..CellText::words(text) };
    let test = match (c.verdict.is_direction(), c.overlap) {
        (true, false) => "支持",
        (true, true) => "支持，样本重叠",
        (false, _) => "不支持",
    };
    let p = crate::metrics::float(c.adjusted.unwrap_or(1.0), 3);
    let cells = vec![
        CellText::words(&*now.unit_name),
        CellText::words(title(now)),
        with_id(&base.printed, base.figure.clone()),
        with_id(&now.printed(), Some(c.id.clone())),
        CellText::words(c.printed().unwrap_or_default()),
        CellText::words(c.printed_interval().unwrap_or_else(|| "—".into())),
        CellText::words(format!("{test}（p={p}）")),
    ];
    Some(Row { cells, strong: c.verdict.is_direction() })
}

fn title(f: &Figure) -> String {
    Definition::of(f.metric).map_or_else(|| f.name(), |d| d.name_of(f.item))
}

/// A unit that sent before and not now.
struct Silent {
    level: Level,
    name: String,
    last: Period,
    count: String,
    id: Option<String>,
}

/// Districts without a return and agencies without a survey that had some in the four quarters before.
fn silent(scene: &Scene) -> Vec<Silent> {
    let mut periods = vec![scene.period];
    (0..BACK).for_each(|_| periods.push(periods[periods.len() - 1].previous()));
    let mut out = Vec::new();
    let mut seen: BTreeSet<(Level, String)> = BTreeSet::new();
    for period in periods {
        for (level, name, code) in heard(scene, period) {
            if !seen.insert((level, name.clone())) || period == scene.period {
                continue;
            }
            let wanted = if level == Level::District { "account.received" } else { "composite_score:n" };
            let tally = crate::tally::Desk { period, ..scene.desk() }.find(&code, wanted);
            let count = tally.as_ref().map_or_else(|| "—".into(), |t| t.printed.clone());
            out.push(Silent { level, name, last: period, count, id: tally.map(|t| t.id) });
        }
    }
    out
}

/// Districts and agencies of a quarter as (level, name, code).
fn heard(scene: &Scene, period: Period) -> Vec<(Level, String, String)> {
    let districts = scene.links.accounting.get(&period).map(|a| a.received_districts()).unwrap_or_default();
    let districts = districts.into_iter().flatten();
    let mut out: Vec<(Level, String, String)> = districts
        .map(|d| (Level::District, district_name(Some(d)).into(), district_code(Some(d)).into()))
        .collect();
    let agencies: BTreeSet<&str> = scene.links.counted(period, Form::F).map(|l| &*l.agency).collect();
    out.extend(agencies.into_iter().map(|a| (Level::Agency, a.to_owned(), crate::metrics::agency_code(a))));
    out
}

fn silent_table(all: Vec<Silent>) -> Table {
    let notes = vec![left_out("按最近有报送的季度排列；区（市）县按收到份数，机构按满意度调查有效份数。", all.len(), UNITS)];
    let row = |s: Silent| {
        let count = CellText { figure: s.id, ..CellText::words(s.count) };
        let cells =
            vec![CellText::words(s.level.label()), CellText::words(s.name), CellText::words(s.last.chinese()), count];
        Row { cells, strong: false }
    };
    Table {
        title: "前四个季度有报送、本季度没有的单位".into(),
        columns: vec![
            column("层次", Align::Left, 1.2),
            column("单位", Align::Left, 2.6),
            column("最近有报送的季度", Align::Left, 1.8),
            column("当时份数", Align::Right, 0.9),
        ],
        rows: or_none(all.into_iter().take(UNITS).map(row).collect(), 4),
        notes,
        ..Table::default()
    }
}

/// Units whose composite is under its floor, and the number of all units with one.
fn small<'a>(scene: &Scene<'a>) -> (Vec<&'a Figure>, usize) {
    let figures = scene.now().map(|m| m.figures.as_slice()).unwrap_or_default();
    let all = figures.iter().filter(|f| f.metric == "composite_score" && f.status != Status::NoData);
    let all: Vec<&Figure> = all.collect();
    let units = all.len();
    (all.into_iter().filter(|f| is_muted(f)).collect(), units)
}

fn small_table(all: Vec<&Figure>) -> Table {
    let notes = vec![left_out("这些单位的满意度数值以灰色列出，不得用于比较、排名或写入升降。", all.len(), UNITS)];
    let row = |f: &Figure| {
        let n = CellText {
            figure: Some(format!("{}:n", f.id())),
            ..CellText::count(f.denominator.unwrap_or(0))
        };
        let value = CellText { text: f.printed(), number: f.value, figure: Some(f.id()), muted: true };
        Row { cells: vec![CellText::words(f.level.label()), CellText::words(&*f.unit_name), n, value], strong: false }
    };
    Table {
        title: "满意度样本量低于下限的单位".into(),
        columns: vec![
            column("层次", Align::Left, 1.2),
            column("单位", Align::Left, 2.6),
            column("有效份数", Align::Right, 0.9),
            column("综合满意度", Align::Right, 1.0),
        ],
        rows: or_none(all.iter().take(UNITS).map(|f| row(f)).collect(), 4),
        notes,
        ..Table::default()
    }
}

/// A note that says how many rows a table leaves out.
fn left_out(note: &str, all: usize, shown: usize) -> String {
    if all > shown { format!("{note}共{all}个，列出前{shown}个。") } else { note.to_owned() }
}

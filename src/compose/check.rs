//! `city/发布前核对.pdf`: the page or two an analyst reads before a report leaves the house.
//!
//! What changed most and whether a test supports it, who fell silent, what rests on few answers, what was
//! wrong with the returns, what moved between editions. It judges nothing: it shows where to look.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::compare::{Against, Comparison};
use crate::document::{Align, Block, CellText, Document, Row, Table};
use crate::editions::Editions;
use crate::error::Result;
use crate::link::{district_code, district_name};
use crate::metrics::{Definition, Figure, Level, Status, floor};
use crate::period::Period;
use crate::problem::Code;
use crate::reference::district::CITY;
use crate::spec::Form;

use super::edition::{EditionView, edition_view, moved_figures, or_none};
use super::narrative::{Narrator, Printed, Stage};
use super::report::{ReportStage, beside_report, city};
use super::scene::{Scene, is_muted};
use super::tables::{About, column};
use super::view::PeriodView;

/// Rows of each table: two pages in all.
const CHANGES: usize = 6;
const SILENT: usize = 6;
const PROBLEMS: usize = 6;
const MOVED: usize = 5;
/// Names of units in one cell.
const NAMES: usize = 8;
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

    fn chart(&self, name: &str) -> Option<Block> {
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
    /// Rows of the table of changes.
    changes: usize,
    /// Whether any of the four quarters before has returns.
    has_earlier: bool,
    silent: usize,
    small: usize,
    solid: usize,
}

/// The page before release.
///
/// # Errors
/// A template error.
pub fn release_check(scene: &Scene, narrator: &Narrator, editions: &Editions) -> Result<Document> {
    let about = city(scene);
    let (silent, composites) = (silent(scene), composites(scene));
    let small = composites.iter().filter(|f| is_muted(f)).count();
    let changes = largest_changes(scene);
    let earlier = before(scene.period).any(|p| scene.returns_of(p).next().is_some());
    let view = View {
        period: super::view::period(scene),
        edition: edition_view(scene, editions),
        changes: changes.rows.len(),
        has_earlier: earlier,
        silent: silent.len(),
        small,
        solid: composites.len() - small,
    };
    let mut tables = vec![
        ("largest_changes", changes),
        ("silent_units", silent_table(scene, silent)),
        ("small_units", small_table(scene, &composites)),
        ("problems", problems_table(scene)),
    ];
    tables.extend(editions.changes().map(|c| ("moved_figures", moved_figures(c, MOVED))));
    let stage = CheckStage::new(scene, &about, tables);
    let blocks = narrator.tell("text/check.md", &view, &stage)?;
    Ok(Document { compact: true, ..beside_report(scene, "发布前核对", "city/check", blocks) })
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
            column("单位", Align::Left, 1.1),
            column("指标", Align::Left, 2.6),
            column("上季度", Align::Right, 0.9),
            column("本季度", Align::Right, 0.9),
            column("相差", Align::Right, 0.8),
            column("差的95%区间", Align::Right, 1.5),
            column("检验", Align::Left, 2.2),
        ],
        rows,
        notes: vec!["全市和各区（市）县中样本量均达到下限的数值，按相差大小排列；比率之差以百分点计，得分之差以分计。检验不支持的，不得写作上升或下降。".into()],
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
        CellText::words(bare(c.printed())),
        CellText::words(bare(c.printed_interval())),
        CellText::words(format!("{test}（p={p}）")),
    ];
    Some(Row { cells, strong: c.verdict.is_direction() })
}

/// Without the unit of measurement, which the note tells.
fn bare(text: Option<String>) -> String {
    let text = text.unwrap_or_else(|| "—".into());
    text.trim_end_matches("个百分点").trim_end_matches('分').to_owned()
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

/// The quarters looked back at, newest first.
fn before(period: Period) -> impl Iterator<Item = Period> {
    std::iter::successors(Some(period.previous()), |p| Some(p.previous())).take(BACK)
}

/// Districts without a return and agencies without a survey that had some in the four quarters before.
fn silent(scene: &Scene) -> Vec<Silent> {
    let periods = std::iter::once(scene.period).chain(before(scene.period));
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

fn silent_table(scene: &Scene, all: Vec<Silent>) -> Table {
    let notes = vec![left_out(
        "按最近有报送的季度排列；区（市）县按收到份数，机构按满意度调查有效份数。",
        all.len(),
        SILENT,
    )];
    let row = |s: Silent| {
        let count = CellText { figure: s.id, ..CellText::words(s.count) };
        let cells = vec![
            CellText::words(s.level.label()),
            CellText::words(s.name),
            CellText::words(s.last.chinese()),
            count,
        ];
        Row { cells, strong: false }
    };
    Table {
        title: format!("{}有报送、本季度没有的单位", super::view::earlier(scene.measured, scene.period)),
        columns: vec![
            column("层次", Align::Left, 1.2),
            column("单位", Align::Left, 2.6),
            column("最近有报送的季度", Align::Left, 1.8),
            column("当时份数", Align::Right, 0.9),
        ],
        rows: or_none(all.into_iter().take(SILENT).map(row).collect(), 4),
        notes,
        ..Table::default()
    }
}

/// Composites of the units that have one.
fn composites<'a>(scene: &Scene<'a>) -> Vec<&'a Figure> {
    let figures = scene.now().map(|m| m.figures.as_slice()).unwrap_or_default();
    let all = figures.iter().filter(|f| f.metric == "composite_score" && f.status != Status::NoData);
    all.collect()
}

/// Per level how many units reach its floor, and which do not.
fn small_table(scene: &Scene, all: &[&Figure]) -> Table {
    let row = |level: &Level| {
        let own: Vec<&&Figure> = all.iter().filter(|f| f.level == *level).collect();
        let small: Vec<&str> = own.iter().filter(|f| is_muted(f)).map(|f| f.unit_name.as_str()).collect();
        let count = |n: usize| CellText::count(i64::try_from(n).unwrap_or(i64::MAX));
        let limit = floor(*level, &scene.settings.metrics);
        let cells = vec![
            CellText::words(level.label()),
            CellText::count(i64::try_from(limit).unwrap_or(i64::MAX)),
            count(own.len() - small.len()),
            count(small.len()),
            CellText::words(if small.is_empty() { "—".into() } else { some(&small) }),
        ];
        Row { cells, strong: false }
    };
    Table {
        title: "满意度样本量是否达到下限".into(),
        unit: "单位：个".into(),
        columns: vec![
            column("层次", Align::Left, 1.4),
            column("下限（份）", Align::Right, 1.1),
            column("达到", Align::Right, 0.7),
            column("低于", Align::Right, 0.7),
            column("低于下限的单位", Align::Left, 5.0),
        ],
        rows: Level::ALL.iter().map(row).collect(),
        notes: vec!["低于下限的单位，数值以灰色列出，不得用于比较、排名或写入升降。".into()],
        ..Table::default()
    }
}

/// Names in a row, the first few of many.
fn some(names: &[&str]) -> String {
    let shown = &names[..names.len().min(NAMES)];
    format!("{}{}", shown.join("、"), if names.len() > NAMES { "等" } else { "" })
}

/// The commonest problems, errors first.
fn problems_table(scene: &Scene) -> Table {
    let mut counts: BTreeMap<Code, i64> = BTreeMap::new();
    scene.problems().iter().for_each(|p| *counts.entry(p.code).or_default() += 1);
    let mut all: Vec<(Code, i64)> = counts.into_iter().collect();
    all.sort_by_key(|(code, n)| (code.entry().severity, -n, *code));
    let codes = all.len();
    let row = |(code, n): (Code, i64)| {
        let id = format!("{}/{}/problems.{}", scene.period, CITY.0, code.id());
        let count = CellText { figure: Some(id), ..CellText::count(n) };
        let words = CellText::words(code.in_general());
        Row { cells: vec![words, CellText::words(code.entry().severity.label()), count], strong: false }
    };
    Table {
        title: "报送材料中的问题".into(),
        unit: "单位：处".into(),
        columns: vec![
            column("问题", Align::Left, 5.0),
            column("程度", Align::Center, 0.9),
            column("数量", Align::Right, 0.9),
        ],
        rows: or_none(all.into_iter().take(PROBLEMS).map(row).collect(), 3),
        notes: vec![left_out(
            "先列错误，同一程度按数量排列；逐条见problems/问题清单.xlsx。",
            codes,
            PROBLEMS,
        )],
        ..Table::default()
    }
}

/// A note that says how many rows a table leaves out.
fn left_out(note: &str, all: usize, shown: usize) -> String {
    if all > shown { format!("{note}共{all}个，列出前{shown}个。") } else { note.to_owned() }
}

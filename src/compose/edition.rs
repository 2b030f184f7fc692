//! `city/版本说明.pdf`: what moved since the edition before, figure by figure, and the returns behind it.
//! `data/changes.csv` and the two sheets of the data book tell the same without a limit of length.

use serde::Serialize;

use crate::document::{Align, CellText, Document, Row, Table};
use crate::editions::{Changes, Editions, Moved, Turned};
use crate::error::Result;
use crate::metrics::Level;
use crate::reference::district;

use super::check::CheckStage;
use super::narrative::Narrator;
use super::report::{beside_report, city};
use super::scene::Scene;
use super::tables::column;

/// Rows of a table of the PDF; the rest is in the data.
const LONGEST: usize = 200;
/// Numbers of returns written beside one figure.
const BEHIND: usize = 12;

/// What the template of the edition may see.
#[derive(Clone, Debug, Default, Serialize)]
pub struct EditionView {
    pub number: usize,
    pub before: usize,
    /// Whether there is an edition to compare with.
    pub compared: bool,
    pub fingerprint: String,
    pub from: String,
    pub changed: usize,
    pub unchanged: usize,
    pub returns: usize,
    pub unexplained: usize,
    pub settings_changed: bool,
    pub program_changed: bool,
    /// Whether the tables of the PDF leave out rows.
    pub shortened: bool,
}

/// The view of an edition.
pub fn edition_view(scene: &Scene, editions: &Editions) -> EditionView {
    let number = editions.number();
    let first = EditionView {
        number,
        before: number.saturating_sub(1),
        fingerprint: scene.fingerprint.clone(),
        ..EditionView::default()
    };
    let Some(changes) = editions.changes() else { return first };
    EditionView {
        compared: true,
        from: changes.from.clone(),
        changed: changes.figures.len(),
        unchanged: changes.unchanged,
        returns: changes.returns.len(),
        unexplained: changes.unexplained(),
        settings_changed: changes.settings_changed,
        program_changed: changes.program_changed,
        shortened: changes.figures.len().max(changes.returns.len()) > LONGEST,
        ..first
    }
}

#[derive(Serialize)]
struct View {
    period: super::view::PeriodView,
    edition: EditionView,
}

/// The note of the edition.
///
/// # Errors
/// A template error.
pub fn edition_report(scene: &Scene, narrator: &Narrator, editions: &Editions) -> Result<Document> {
    let view = View { period: super::view::period(scene), edition: edition_view(scene, editions) };
    let about = city(scene);
    let nothing = Changes::default();
    let changes = editions.changes().unwrap_or(&nothing);
    let tables = [
        ("moved_figures", moved_figures(changes, LONGEST)),
        ("moved_returns", moved_returns(changes, LONGEST)),
    ];
    let stage = CheckStage::new(scene, &about, tables);
    let blocks = narrator.tell("text/edition.md", &view, &stage)?;
    Ok(beside_report(scene, "版本说明", "city/edition", blocks))
}

/// Figures that moved, at most `limit`.
pub fn moved_figures(changes: &Changes, limit: usize) -> Table {
    let rows = changes.figures.iter().take(limit).map(|f| figure_row(changes, f)).collect();
    Table {
        name: "moved_figures".into(),
        title: "与上一版不同的数值".into(),
        columns: vec![
            column("层次", Align::Left, 1.2),
            column("单位", Align::Left, 1.5),
            column("指标", Align::Left, 2.6),
            column("上一版", Align::Right, 0.9),
            column("分母", Align::Right, 0.6),
            column("本版", Align::Right, 0.9),
            column("分母", Align::Right, 0.6),
            column("涉及材料", Align::Center, 1.3),
        ],
        rows: or_none(rows, 8),
        notes: vec!["涉及材料为“有变动的材料”一表中的序号；印出的写法相同的，是分子或分母有变动。".into()],
        ..Table::default()
    }
}

fn figure_row(changes: &Changes, moved: &Moved) -> Row {
    let count = |n: Option<i64>| n.map_or_else(|| CellText::words("—"), CellText::count);
    let printed = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or("无");
        // Only the printed decimal of an earlier edition is remembered.
        let (digits, parts) = text.strip_suffix('%').map_or((text, 1.0), |digits| (digits, 100.0));
        let number = digits.replace(',', "").parse().ok().map(|n: f64| n / parts);
        CellText { number, ..CellText::words(text) }
    };
    let level = Level::ALL.into_iter().find(|l| l.id() == moved.known.level);
    let new = CellText { figure: moved.new.as_ref().map(|_| moved.id.clone()), ..printed(&moved.new) };
    let cells = vec![
        CellText::words(level.map_or("—", Level::label)),
        CellText::words(&*moved.known.unit),
        CellText::words(crate::editions::name(&moved.known.metric)),
        printed(&moved.old),
        count(moved.old_n),
        new,
        count(moved.new_n),
        CellText::words(behind(changes, moved)),
    ];
    Row { cells, strong: moved.known.level == Level::City.id() }
}

/// `1、2、5等37份`, or what else moved it.
fn behind(changes: &Changes, moved: &Moved) -> String {
    if moved.by.is_empty() {
        let known = changes.settings_changed || changes.program_changed;
        return if known { "口径有变动" } else { "待查" }.into();
    }
    let some: Vec<String> = moved.by.iter().take(BEHIND).map(|at| (at + 1).to_string()).collect();
    let rest = if moved.by.len() > BEHIND { format!("等{}份", moved.by.len()) } else { String::new() };
    format!("{}{rest}", some.join("、"))
}

/// Returns that differ, at most `limit`, numbered as the other table names them.
pub fn moved_returns(changes: &Changes, limit: usize) -> Table {
    let rows = changes.returns.iter().enumerate().take(limit).map(|(at, t)| return_row(at, t)).collect();
    Table {
        name: "moved_returns".into(),
        title: "有变动的材料".into(),
        columns: vec![
            column("序号", Align::Right, 0.75),
            column("变动", Align::Left, 1.15),
            column("表", Align::Center, 0.5),
            column("企业名称", Align::Left, 2.1),
            column("项目名称", Align::Left, 1.9),
            column("区（市）县", Align::Left, 1.55),
            column("文件和位置", Align::Left, 2.4),
        ],
        rows: or_none(rows, 7),
        ..Table::default()
    }
}

fn return_row(at: usize, turned: &Turned) -> Row {
    let mark = turned.mark().cloned().unwrap_or_default();
    let district = district::by_name(&mark.district).map(Some).unwrap_or_default();
    let or_dash = |text: String| if text.is_empty() { "—".to_owned() } else { text };
    let place = [&mark.sheet, &mark.cell].into_iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>();
    let place = if place.is_empty() { String::new() } else { format!(" {}", place.join("!")) };
    let cells = [
        turned.turn.words().to_owned(),
        mark.form.clone(),
        or_dash(mark.enterprise),
        or_dash(mark.project),
        crate::link::district_name(district).to_owned(),
        format!("{}/{}{place}", mark.period, mark.file),
    ];
    let cells = std::iter::once(CellText::count(at as i64 + 1)).chain(cells.into_iter().map(CellText::words));
    Row { cells: cells.collect(), strong: false }
}

/// A table without rows says so.
pub(super) fn or_none(rows: Vec<Row>, columns: usize) -> Vec<Row> {
    if !rows.is_empty() {
        return rows;
    }
    let cells = (0..columns).map(|at| CellText::words(if at == 0 { "无" } else { "—" })).collect();
    vec![Row { cells, strong: false }]
}

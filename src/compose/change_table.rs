//! Quarter on quarter and year on year in one table, each with its base. What a cell says of a change is what
//! the test allows; nothing here compares two numbers by itself.

use crate::compare::{Against, Comparison, Reason, Verdict, window};
use crate::document::{Align, CellText, Row, Table};
use crate::metrics::{Definition, Figure};

use super::scene::{Scene, is_muted};
use super::tables::{About, as_printed, cell, column};

/// Figures that are followed over time: those that have a test.
const FOLLOWED: &[&str] = &[
    "composite_score",
    "satisfied_rate.staff_attitude",
    "satisfied_rate.staff_skill",
    "satisfied_rate.expert_attitude",
    "satisfied_rate.expert_skill",
    "demand_response_rate",
    "closed_loop_rate",
    "next_need_rate",
    "below_industry_share",
];

/// Of two quarters most of whose enterprises are the same.
const OVERLAPS: &str = "（重叠）";

/// The table `changes` of a unit.
pub(super) fn changes(scene: &Scene, about: &About) -> Table {
    // A year nobody reported has no columns; the quarter before has them, and says that there is none.
    let year = scene.measured.contains_key(&scene.period.year_before());
    let against: &[Against] = if year { &[Against::Quarter, Against::Year] } else { &[Against::Quarter] };
    let figures = FOLLOWED.iter().filter_map(|name| scene.figure(&about.unit.code, name));
    let rows: Vec<Row> = figures.map(|f| row(scene, f, against)).collect();
    let mut notes =
        vec!["升降以统计检验为准，未通过检验的为“无显著变化”；“—”为没有可比的往期数据。".to_owned()];
    let says = |words: &str| rows.iter().flat_map(|r| &r.cells).any(|c| c.text.contains(words));
    if says(OVERLAPS) {
        notes.push("“重叠”指两期有三成以上企业相同，样本重叠，仅供参考。".into());
    }
    if says(window::OPEN) {
        notes.push(format!("“{}”指需求提出后180天内的服务仍可能计入，不作比较。", window::OPEN));
    }
    let mut columns = vec![
        column("指标", Align::Left, if year { 2.0 } else { 3.0 }),
        column("本季度", Align::Right, 0.95),
        column("上季度", Align::Right, 0.95),
        column("环比", Align::Left, 2.25),
    ];
    if year {
        columns.extend([column("上年\n同期", Align::Right, 0.95), column("同比", Align::Left, 2.25)]);
    }
    Table {
        title: format!("{}主要指标的{}", about.unit.name, if year { "环比和同比" } else { "环比" }),
        columns,
        rows,
        notes,
        ..Table::default()
    }
}

fn row(scene: &Scene, figure: &Figure, against: &[Against]) -> Row {
    let name = Definition::of(figure.metric).map_or_else(|| figure.name(), |d| d.name_of(figure.item));
    let mut cells = vec![CellText::words(name), cell(Some(figure))];
    for against in against.iter().copied() {
        let comparison = scene.comparisons.of(&figure.id(), against);
        let base = comparison.and_then(|c| c.base.as_ref());
        let base = base.map(|b| {
            let then = scene.figure_in(b.period, &figure.unit_code, &figure.name());
            CellText {
                figure: b.figure.clone(),
                number: then.and_then(as_printed),
                muted: then.is_some_and(is_muted),
                ..CellText::words(&*b.printed)
            }
        });
        cells.push(base.unwrap_or_else(|| CellText::words("—")));
        cells.push(comparison.map_or_else(|| CellText::words("—"), said));
    }
    Row { cells, strong: false }
}

/// What the test allows to be said, in the breadth of a cell.
fn said(c: &Comparison) -> CellText {
    let overlap = if c.overlap { OVERLAPS } else { "" };
    match c.verdict {
        Verdict::Up | Verdict::Down => {
            let id = Some(format!("{}:{}", c.id, c.against.id()));
            CellText { figure: id, ..CellText::words(c.told().unwrap_or_default()) }
        }
        Verdict::NoChange => CellText::words(format!("无显著变化{overlap}")),
        Verdict::NotComparable(Reason::NoEarlierPeriod | Reason::NotInEarlierPeriod) => CellText::words("—"),
        Verdict::NotComparable(Reason::StillOpen) => CellText::words(window::OPEN),
        Verdict::NotComparable(Reason::NoTest) => CellText::words("不作检验"),
        Verdict::NotComparable(_) => CellText::words("样本量不足"),
    }
}

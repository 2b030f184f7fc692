//! `city/数据表.xlsx`: every table of the city's report, every figure in long form, with native charts.

use crate::document::{Align, CellText, Row, Table};
use crate::editions::Changes;
use crate::metrics::{Definition, Level};
use crate::parse::date;
use crate::render::excel::{ChartKind, DataBook, DataSheet, NativeChart};

use super::edition::{moved_figures, moved_returns};
use super::report::city;
use super::scene::Scene;
use super::tables::{self, column};

/// Kind and value columns of a native chart.
type Drawn = (ChartKind, &'static [usize]);

/// The chart of a table of many numbers is called after the one it shows.
const TITLED: &[(&str, &str)] = &[("quality_by_district", "各区（市）县低于行业平均水平的占比")];

/// The tables as (name, sheet, and its native chart).
const SHEETS: &[(&str, &str, Option<Drawn>)] = &[
    ("accounts", "报送情况", Some((ChartKind::Column, &[2, 3, 5]))),
    ("district_accounts", "区县份数", Some((ChartKind::Column, &[1, 2, 5]))),
    ("satisfaction_by_item", "满意度分项", Some((ChartKind::Bar, &[2]))),
    ("changes", "环比同比", None),
    ("satisfaction_by_district", "区县满意度", Some((ChartKind::Column, &[2]))),
    ("satisfaction_by_agency", "机构满意度", Some((ChartKind::Bar, &[2]))),
    ("satisfaction_by_category", "类别满意度", Some((ChartKind::Bar, &[2]))),
    ("satisfaction_by_size", "规模满意度", Some((ChartKind::Column, &[2]))),
    ("supply_demand", "需求与服务", Some((ChartKind::Bar, &[2, 4]))),
    ("service_by_district", "区县服务", Some((ChartKind::Column, &[2, 5]))),
    ("standard_level", "标准水平", Some((ChartKind::Bar, &[2]))),
    ("quality_base", "质量基础", Some((ChartKind::Bar, &[3]))),
    ("quality_by_district", "区县质量", Some((ChartKind::Column, &[2]))),
    ("dimensions", "六个方面", Some((ChartKind::Bar, &[2, 3, 4]))),
    ("problems_by_code", "问题", None),
    ("missing", "缺报", None),
    ("formulas", "指标定义", None),
];

/// Rows of a sheet; beyond it `data/` alone has all.
const MOST: usize = 20_000;

/// The workbook of a run; where it can be compared with the edition before, with what moved.
pub fn data_book(scene: &Scene, changes: Option<&Changes>) -> DataBook {
    let about = city(scene);
    let day = scene.date();
    let mut sheets: Vec<DataSheet> = SHEETS
        .iter()
        .filter_map(|(name, sheet, chart)| {
            let table = tables::table(scene, &about, name)?;
            let chart = chart.map(|(kind, series)| native(kind, series, &table));
            Some(DataSheet { name: (*sheet).to_owned(), table, chart })
        })
        .collect();
    sheets.push(DataSheet { name: "全部指标".into(), table: all_figures(scene), chart: None });
    if let Some(changes) = changes {
        let sheet = |name: &str, table| DataSheet { name: name.into(), table, chart: None };
        sheets.push(sheet("版本变动", moved_figures(changes, MOST)));
        sheets.push(sheet("变动材料", moved_returns(changes, MOST)));
    }
    for (at, sheet) in sheets.iter_mut().enumerate() {
        sheet.table.number = format!("数据表{}", at + 1);
    }
    DataBook {
        title: format!("{}中小企业质量提升服务数据表", scene.settings.report.city),
        subtitle: format!("{}（数据截至{}）", scene.period.chinese(), date::chinese(day)),
        date_ymd: (day.year(), u8::from(day.month()), day.day()),
        marks: scene.marks(),
        notes: vec![
            "数据依据DB 5101/T 190—2024附录B、C、D、E、F和本项目自设的补充表（S）。".into(),
            format!(
                "“满意”100分，“基本满意”{}分，“不满意”0分；灰色数值的样本量低于下限，仅供参考。",
                scene.settings.metrics.middle_score
            ),
            "按确切分数四舍五入；由于四舍五入，分项合计可能不等于总计。".into(),
        ],
        fingerprint: scene.fingerprint.clone(),
        sheets,
    }
}

fn native(kind: ChartKind, series: &[usize], table: &Table) -> NativeChart {
    let names: Vec<String> =
        series.iter().filter_map(|c| table.columns.get(*c)).map(|c| c.label.replace('\n', "")).collect();
    let title = TITLED.iter().find(|(name, _)| *name == table.name).map_or(&*table.title, |(_, title)| title);
    NativeChart {
        kind,
        title: title.to_owned(),
        alt: format!("{title}：{}。数据见本表。", names.join("、")),
        categories: 0,
        series: series.to_vec(),
        axis: if names.len() == 1 { names[0].clone() } else { String::new() },
    }
}

/// Every figure, one a row.
fn all_figures(scene: &Scene) -> Table {
    let figures = scene.now().map(|m| m.figures.as_slice()).unwrap_or_default();
    let rows = figures.iter().map(|f| {
        let name = Definition::of(f.metric).map_or_else(|| f.name(), |d| d.name_of(f.item));
        let words = |text: &str| CellText::words(text);
        let part = |name: &str| Some(format!("{}:{name}", f.id()));
        let n = f.denominator.map(|n| CellText { figure: part("n"), ..CellText::count(n) });
        let interval = f.printed_interval().map(|i| CellText { figure: part("interval"), ..words(&i) });
        Row {
            cells: vec![
                words(f.level.label()),
                words(&f.unit_name),
                words(&name),
                n.unwrap_or_else(|| words("—")),
                tables::cell(Some(f)),
                interval.unwrap_or_else(|| words("—")),
                words(match f.status.id() {
                    "ok" => "正常",
                    "small_n" => "样本量不足",
                    _ => "无数据",
                }),
            ],
            strong: f.level == Level::City,
        }
    });
    let mut notes = vec!["每个数值的编号在右侧隐藏列中，可用 `zhiti explain 编号` 查询来源。".to_owned()];
    notes.extend(tables::so_far(scene));
    Table {
        name: "figures".into(),
        title: "全部指标".into(),
        columns: vec![
            column("层次", Align::Left, 1.2),
            column("单位", Align::Left, 2.4),
            column("指标", Align::Left, 3.2),
            column("分母", Align::Right, 0.8),
            column("数值", Align::Right, 1.0),
            column("95%置信区间", Align::Right, 1.8),
            column("状态", Align::Center, 1.0),
        ],
        rows: rows.collect(),
        notes,
        ..Table::default()
    }
}

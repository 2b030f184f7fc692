//! The tables of the reports, by name: strings out of figures and accounts.

mod accounts;

use crate::compare::window;
use crate::document::{Align, CellText, Column, Row, Table};
use crate::link::agency_variants;
use crate::metrics::catalogue::item_label;
use crate::metrics::{CATALOGUE, CATEGORIES, DIMENSIONS, Figure, Level, RATINGS, Unit, UnitOf};
use crate::reference::district::CITY;
use crate::tally::Side;

use super::scene::{Scene, is_muted};
use super::view::earlier;

/// Whom a report is about.
#[derive(Clone, Debug)]
pub struct About {
    pub unit: UnitOf,
    /// District of a district's report.
    pub district: Option<Option<usize>>,
}

/// Names of all tables.
pub const NAMES: &[&str] = &[
    "accounts",
    "district_accounts",
    "satisfaction_by_item",
    "changes",
    "satisfaction_by_district",
    "satisfaction_by_agency",
    "satisfaction_by_category",
    "satisfaction_by_size",
    "supply_demand",
    "service_by_district",
    "standard_level",
    "quality_base",
    "quality_by_district",
    "dimensions",
    "problems_by_code",
    "missing",
    "missing_by_district",
    "formulas",
];

/// Builds a table by name.
pub fn table(scene: &Scene, about: &About, name: &str) -> Option<Table> {
    let mut table = match name {
        "accounts" => accounts::accounts(scene, about),
        "district_accounts" => accounts::district_accounts(scene),
        "satisfaction_by_item" => satisfaction_by_item(scene, about),
        "changes" => super::change_table::changes(scene, about),
        "satisfaction_by_district" => by_unit(scene, Level::District, "各区（市）县服务满意度", "区（市）县"),
        "satisfaction_by_agency" => by_unit(scene, Level::Agency, "各质量服务机构服务满意度", "质量服务机构"),
        "satisfaction_by_category" => by_unit(scene, Level::Category, "各服务类别的满意度", "服务类别"),
        "satisfaction_by_size" => by_unit(scene, Level::Size, "不同规模企业的满意度", "企业规模"),
        "supply_demand" => supply_demand(scene, about),
        "service_by_district" => service_by_district(scene),
        "standard_level" => standard_level(scene, about),
        "quality_base" => quality_base(scene, about),
        "quality_by_district" => quality_by_district(scene),
        "dimensions" => dimensions(scene, about),
        "problems_by_code" => accounts::problems_by_code(scene, about),
        "missing" => accounts::missing(scene, about),
        "missing_by_district" => accounts::missing_by_district(scene),
        "formulas" => formulas(),
        _ => return None,
    };
    name.clone_into(&mut table.name);
    keep_notes(&mut table);
    Some(table)
}

/// Drops the notes on what the table does not show.
fn keep_notes(table: &mut Table) {
    let cells = || table.rows.iter().flat_map(|r| &r.cells);
    let has_grey = cells().any(|c| c.muted);
    let has_interval = cells().any(|c| c.figure.as_ref().is_some_and(|id| id.ends_with(":interval")));
    let is_called_for = |note: &String| match note.as_str() {
        SMALL => has_grey,
        note if note.starts_with(INTERVALS) => has_interval,
        _ => true,
    };
    let notes = std::mem::take(&mut table.notes);
    table.notes = notes.into_iter().filter(is_called_for).collect();
}

/// A column.
pub fn column(label: &str, align: Align, weight: f32) -> Column {
    Column { label: label.to_owned(), align, weight }
}

fn words(label: &str, weight: f32) -> Column {
    column(label, Align::Left, weight)
}

fn number(label: &str) -> Column {
    column(label, Align::Right, 1.0)
}

/// A figure as a cell: its printed string, number, id, and grey under the floor.
pub fn cell(figure: Option<&Figure>) -> CellText {
    match figure {
        Some(f) => {
            CellText { text: f.printed(), number: as_printed(f), figure: Some(f.id()), muted: is_muted(f) }
        }
        None => CellText::words("—"),
    }
}

/// The value in the unit it is printed in: a difference of shares in percentage points.
pub(super) fn as_printed(figure: &Figure) -> Option<f64> {
    let scale = if figure.unit == Unit::PercentPoint { 100.0 } else { 1.0 };
    figure.value.map(|v| v * scale)
}

/// A part of a figure as a cell, with the part's own id.
fn part(figure: Option<&Figure>, name: &str, cell: impl Fn(&Figure) -> Option<CellText>) -> CellText {
    let found = figure.and_then(|f| {
        let id = Some(format!("{}:{name}", f.id()));
        Some(CellText { figure: id, muted: is_muted(f), ..cell(f)? })
    });
    found.unwrap_or_else(|| CellText { muted: figure.is_some_and(is_muted), ..CellText::words("—") })
}

fn interval_cell(figure: Option<&Figure>) -> CellText {
    part(figure, "interval", |f| Some(CellText::words(f.printed_interval()?)))
}

fn denominator(figure: Option<&Figure>) -> CellText {
    let cell = part(figure, "n", |f| Some(CellText::count(f.denominator?)));
    CellText { muted: false, ..cell }
}

/// A number that is no metric as a cell.
pub fn tallied(scene: &Scene, unit: &str, name: &str) -> CellText {
    match scene.tally(unit, name) {
        Some(t) => CellText { text: t.printed, number: t.number, figure: Some(t.id), muted: t.muted },
        None => CellText::words("—"),
    }
}

fn row(cells: Vec<CellText>) -> Row {
    Row { cells, strong: false }
}

/// `city` and its districts (or other units), the city first and set apart.
fn unit_rows(scene: &Scene, level: Level, cells: impl Fn(&str) -> Vec<CellText>) -> Vec<Row> {
    let mut rows = vec![Row { cells: named("全市", cells(CITY.0)), strong: true }];
    rows.extend(scene.units(level).into_iter().map(|u| row(named(&u.name, cells(&u.code)))));
    rows
}

fn named(name: &str, mut cells: Vec<CellText>) -> Vec<CellText> {
    cells.insert(0, CellText::words(name));
    cells
}

const SMALL: &str = "灰色数值的样本量低于规定下限，仅供参考，不作比较。";

const INTERVALS: &str = "区间为95%置信区间";

/// The note on intervals; the city's report alone has the table of methods.
fn confidence(level: Level) -> String {
    let place = if level == Level::City { "编制说明" } else { "全市报告的编制说明" };
    format!("{INTERVALS}，计算方法见{place}。")
}

/// What is said of the response to needs while it is still open.
pub(super) fn so_far(scene: &Scene) -> Option<String> {
    let open = scene.is_open("demand_response_rate");
    open.then(|| format!("需求响应率、响应时长中位数{}。", window::SO_FAR))
}

fn satisfaction_by_item(scene: &Scene, about: &About) -> Table {
    let code = about.unit.code.as_str();
    let is_told = |item: &str| is_told(scene, about, item);
    let rows = RATINGS.iter().map(|item| {
        let f = |metric: &str| scene.figure(code, &format!("{metric}.{item}"));
        let mut cells = vec![denominator(f("satisfied_rate"))];
        match is_told(item) {
            true => cells.extend([
                cell(f("satisfied_rate")),
                interval_cell(f("satisfied_rate")),
                cell(f("acceptable_rate")),
                cell(f("item_score")),
                cell(f("unanswered_rate")),
            ]),
            false => cells.extend((0..5).map(|_| CellText::words("*"))),
        }
        row(named(item_label(item), cells))
    });
    let mut notes = vec![confidence(about.unit.level), SMALL.into()];
    if !RATINGS.iter().all(|item| is_told(item)) {
        let least = scene.settings.privacy.threshold;
        notes.push(format!("* 有效回答不足{least}份，不列出结果，以免看出单个企业的评价。"));
    }
    Table {
        title: format!("{}满意度调查分项结果", about.unit.name),
        columns: vec![
            words("项目", 2.15),
            column("有效回答", Align::Right, 1.05),
            column("满意率", Align::Right, 0.85),
            column("满意率区间", Align::Right, 1.8),
            column("基本满意\n及以上率", Align::Right, 1.1),
            column("得分", Align::Right, 0.85),
            column("未作答率", Align::Right, 1.05),
        ],
        rows: rows.collect(),
        notes,
        ..Table::default()
    }
}

/// Whether the answers to a question may be told in a paper about a unit.
pub(super) fn is_told(scene: &Scene, about: &About, item: &str) -> bool {
    let figure = scene.figure(&about.unit.code, &format!("satisfied_rate.{item}"));
    figure.is_none_or(|f| scene.tells(about.unit.level, f))
}

fn by_unit(scene: &Scene, level: Level, title: &str, head: &str) -> Table {
    let rows = unit_rows(scene, level, |code| {
        let f = |name: &str| scene.figure(code, name);
        let mut cells = vec![
            denominator(f("composite_score")),
            cell(f("composite_score")),
            interval_cell(f("composite_score")),
        ];
        cells.extend(RATINGS.iter().map(|item| cell(f(&format!("satisfied_rate.{item}")))));
        cells
    });
    let mut columns = vec![
        words(head, if level == Level::Agency { 3.6 } else { 1.7 }),
        column("份数", Align::Right, 0.7),
        column("综合\n满意度", Align::Right, 1.25),
        column("区间", Align::Right, 1.7),
    ];
    columns.extend(["人员\n态度", "人员\n能力", "专家\n态度", "专家\n能力"].map(number));
    let mut notes =
        vec!["右侧四列为满意率；综合满意度满分100分。".to_owned(), confidence(Level::City), SMALL.into()];
    if level == Level::Category {
        notes.push("一个项目勾选多类服务的，在每一类中各计一次。".into());
    }
    if level == Level::Agency {
        notes.push("按名称排列，不作排名。".into());
        notes.extend(variants(scene));
    }
    Table { title: title.into(), columns, rows, notes, ..Table::default() }
}

/// Names in the table that may be of one agency.
fn variants(scene: &Scene) -> Option<String> {
    let pairs = agency_variants(scene.links, scene.period);
    let told: Vec<String> = pairs.iter().map(|(rare, main)| format!("{rare}与{main}")).collect();
    (!told.is_empty())
        .then(|| format!("下列名称相近，疑似同一机构的不同写法，待核实，暂分别列出：{}。", told.join("；")))
}

fn supply_demand(scene: &Scene, about: &About) -> Table {
    let code = about.unit.code.as_str();
    let rows = CATEGORIES.iter().map(|c| {
        let f = |metric: &str| scene.figure(code, &format!("{metric}.{c}"));
        row(named(
            c,
            vec![
                numerator(f("demand_share")),
                cell(f("demand_share")),
                numerator(f("service_share")),
                cell(f("service_share")),
                cell(f("structure_gap")),
            ],
        ))
    });
    Table {
        title: format!("{}质量提升需求与服务的类别构成", about.unit.name),
        columns: vec![
            words("服务类别", 1.8), number("需求企业\n（家）"), number("需求占比"), number("服务项目\n（个）"), number("服务占比"), number("供需结构差\n（百分点）"),
        ],
        rows: rows.collect(),
        notes: vec![
            "需求按表B、服务按表C统计，一家企业（一个项目）可勾选多类。".into(),
            "表C的栏目名为“质量提升需求类型”，此处以其近似反映服务供给。供需结构差为该类占需求勾选数的比重减占服务勾选数的比重。".into(),
            SMALL.into(),
        ],
        ..Table::default()
    }
}

fn numerator(figure: Option<&Figure>) -> CellText {
    let cell = part(figure, "x", |f| Some(CellText::count(f.numerator.filter(|n| n.scale == 1)?.mantissa)));
    CellText { muted: false, ..cell }
}

fn service_by_district(scene: &Scene) -> Table {
    let rows = unit_rows(scene, Level::District, |code| {
        let f = |name: &str| scene.figure(code, name);
        vec![
            denominator(f("response_rate")),
            cell(f("demand_response_rate")),
            cell(f("median_response_days")),
            cell(f("response_rate")),
            cell(f("closed_loop_rate")),
            cell(f("feedback_rate")),
        ]
    });
    let mut notes = vec!["需求响应率按表B所在区（市）县，其余按表C所在区（市）县统计。".to_owned()];
    notes.extend(so_far(scene));
    notes.push(format!("情况反馈率的分母为{}接受过服务的企业。", earlier(scene.measured, scene.period)));
    notes.push(SMALL.into());
    Table {
        title: "各区（市）县服务实施情况".into(),
        columns: vec![
            words("区（市）县", 1.3),
            column("服务项目\n（个）", Align::Right, 0.95),
            column("需求响应率", Align::Right, 1.1),
            column("响应时长\n中位数（天）", Align::Right, 1.25),
            column("回收率", Align::Right, 0.8),
            column("服务闭环率", Align::Right, 1.1),
            column("情况反馈率", Align::Right, 1.1),
        ],
        rows,
        notes,
        ..Table::default()
    }
}

fn standard_level(scene: &Scene, about: &About) -> Table {
    let code = about.unit.code.as_str();
    let rows = ["below", "average", "above", "leading"].iter().map(|item| {
        let f = scene.figure(code, &format!("standard_level_share.{item}"));
        row(named(item_label(item), vec![numerator(f), cell(f), interval_cell(f)]))
    });
    Table {
        title: format!("{}企业执行的标准水平", about.unit.name),
        columns: vec![
            words("标准水平", 2.0),
            number("企业数（家）"),
            number("占比"),
            column("区间", Align::Right, 1.6),
        ],
        rows: rows.collect(),
        notes: vec![
            confidence(about.unit.level),
            SMALL.into(),
            "由于四舍五入，分项合计可能不等于总计。".into(),
        ],
        ..Table::default()
    }
}

fn quality_base(scene: &Scene, about: &About) -> Table {
    let items = ["self_declared", "standards", "patents"];
    let beside_city = about.unit.level != Level::City;
    let rows = items.iter().map(|item| {
        let name = format!("quality_base_coverage.{item}");
        let f = scene.figure(&about.unit.code, &name);
        let mut cells = vec![numerator(f), denominator(f), cell(f), interval_cell(f)];
        cells.extend(beside_city.then(|| cell(scene.figure(CITY.0, &name))));
        row(named(item_label(item), cells))
    });
    let rows = rows.collect();
    let mut columns = vec![
        words("质量基础", 2.0),
        number("具备（家）"),
        number("已答（家）"),
        number("覆盖率"),
        column("区间", Align::Right, 1.6),
    ];
    columns.extend(beside_city.then(|| number("全市")));
    Table {
        title: format!("{}企业质量基础", about.unit.name),
        columns,
        rows,
        notes: vec![SMALL.into()],
        ..Table::default()
    }
}

fn dimensions(scene: &Scene, about: &About) -> Table {
    let code = about.unit.code.as_str();
    let level = |side: Side, d: &str| tallied(scene, code, &format!("dimension_level.{}.{d}", side.id()));
    let mut rows: Vec<Row> = DIMENSIONS
        .iter()
        .map(|d| {
            let gap = scene.figure(code, &format!("dimension_gap.{d}"));
            let mut cells = vec![denominator(gap)];
            // Three means beside the gap between them: of as few answers, grey like it.
            let muted = gap.is_some_and(is_muted);
            cells.extend(Side::ALL.map(|side| CellText { muted, ..level(side, d) }));
            cells.extend([cell(gap), cell(scene.figure(code, &format!("gap_closure.{d}")))]);
            row(named(d, cells))
        })
        .collect();
    let mut cells = vec![CellText::words("—"); 5];
    cells.push(cell(scene.figure(code, "gap_closure.all")));
    rows.push(Row { cells: named("合计", cells), strong: true });
    let mut columns = vec![words("方面", 2.0), number("有效份数")];
    columns.extend(Side::ALL.map(|side| number(side.label())));
    columns.extend([number("质量差距"), number("差距\n弥合率")]);
    Table {
        title: format!("{}质量管理六个方面的差距与弥合", about.unit.name),
        unit: "单位：分（1～5分）".into(),
        columns,
        rows,
        notes: vec![
            "来自质量提升服务补充表（S）。该表为本项目自设，不属于DB 5101/T 190—2024的附录。".into(),
            "有效份数为服务前和目标均已填写的份数；服务前、目标、服务后为各自已填份数的平均。".into(),
            SMALL.into(),
        ],
        ..Table::default()
    }
}

/// Standard level and quality base of every district beside the city's.
fn quality_by_district(scene: &Scene) -> Table {
    let names = [
        "below_industry_share",
        "quality_base_coverage.self_declared",
        "quality_base_coverage.standards",
        "quality_base_coverage.patents",
        "gap_closure.all",
        "goal_attainment",
    ];
    let rows = unit_rows(scene, Level::District, |code| {
        let answered = denominator(scene.figure(code, "below_industry_share"));
        std::iter::once(answered).chain(names.iter().map(|n| cell(scene.figure(code, n)))).collect()
    });
    let mut columns = vec![words("区（市）县", 1.6), number("已答企业\n（家）")];
    columns.extend(
        [
            "低于行业\n平均",
            "自我声明\n公开",
            "参与制定\n标准",
            "有效发明\n专利",
            "差距\n弥合率",
            "目标\n达成率",
        ]
        .map(number),
    );
    Table {
        title: "各区（市）县的标准水平和质量基础".into(),
        columns,
        rows,
        notes: vec![
            "已答企业为填报标准水平的企业；差距弥合率、目标达成率来自补充表（S），未报送的为“—”。".into(),
            SMALL.into(),
        ],
        ..Table::default()
    }
}

fn formulas() -> Table {
    let rows = CATALOGUE.iter().map(|d| {
        row([d.name, d.formula, d.method.label(), d.clause].into_iter().map(CellText::words).collect())
    });
    Table {
        title: "指标的定义和计算方法".into(),
        columns: vec![words("指标", 1.3), words("计算方法", 3.9), words("区间", 1.3), words("对应条款", 1.3)],
        rows: rows.collect(),
        notes: vec!["标准未规定分值、权重和公式，以上均为本报告采用的口径。".into()],
        ..Table::default()
    }
}

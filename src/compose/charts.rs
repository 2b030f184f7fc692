//! The charts of the reports, by name. A chart without data is none: a sentence takes its place.

use crate::chart::{
    AgencyPoint, Axis, Band, Chart, DimensionLevels, DimensionRow, DotRows, Dumbbell, Estimate, Funnel,
    IntervalBars, Limit, Measure, PairRow, Quadrant, QuadrantPoint, Reference, Series, ShareRow, Span,
    StackedShares, Trend, TrendPoint, Unit,
};
use crate::compare;
use crate::document::{Block, Figure as Drawing, Run};
use crate::metrics::catalogue::item_label;
use crate::metrics::{CATEGORIES, DIMENSIONS, Figure, Level, RATINGS, Status};
use crate::period::Period;
use crate::reference::district::CITY;
use crate::stats::{FunnelLimits, FunnelSignal};
use crate::tally::Side;

use super::scene::{Scene, is_muted};
use super::tables::{About, is_told, table};

/// Names of all charts.
pub const NAMES: &[&str] = &[
    "satisfaction_by_item",
    "satisfaction_levels",
    "composite_by_district",
    "supply_demand",
    "closed_loop_by_district",
    "standard_level",
    "dimensions",
    "composite_trend",
    "agency_funnel",
    "quadrant",
];

const CONFIDENCE: &str = "95%置信区间";

/// What stands where a report calls a chart: the chart, or where it has no data a sentence that says so.
pub fn chart(scene: &Scene, about: &About, name: &str) -> Option<Block> {
    let title = title(about, name)?;
    let chart = plan(scene, about, name)?;
    if !chart.has_data() {
        let told = format!("{}，不绘制“{}”图。", lacking(name), title.trim_end_matches('图'));
        return Some(Block::Paragraph { runs: vec![Run::plain(told)] });
    }
    Some(Block::Figure(Drawing {
        notes: note(scene, name).into_iter().map(str::to_owned).collect(),
        data: data(name).and_then(|name| table(scene, about, name)).map(Box::new),
        ..chart.figure(name, &title)
    }))
}

/// The caption of a chart.
pub fn title(about: &About, name: &str) -> Option<String> {
    let unit = &about.unit.name;
    Some(match name {
        "satisfaction_by_item" => format!("{unit}各项满意率"),
        "satisfaction_levels" => format!("{unit}各项评价的构成"),
        "composite_by_district" => "各区（市）县综合满意度".into(),
        "supply_demand" => format!("{unit}需求占比与服务占比"),
        "closed_loop_by_district" => "各区（市）县服务闭环率".into(),
        "standard_level" => "企业执行的标准水平构成".into(),
        "dimensions" => format!("{unit}质量管理六个方面的服务前、目标与服务后"),
        "composite_trend" => format!("{unit}综合满意度的变化"),
        "agency_funnel" => "各质量服务机构的满意率与抽样波动范围".into(),
        "quadrant" => "各服务类别的需求—满意度象限图".into(),
        _ => return None,
    })
}

fn plan(scene: &Scene, about: &About, name: &str) -> Option<Box<dyn Chart>> {
    Some(match name {
        "satisfaction_by_item" => Box::new(satisfaction_by_item(scene, about)),
        "satisfaction_levels" => Box::new(satisfaction_levels(scene, about)),
        "composite_by_district" => Box::new(by_district(scene, "composite_score", "综合满意度", Unit::Score)),
        "supply_demand" => Box::new(supply_demand(scene, about)),
        "closed_loop_by_district" => {
            Box::new(by_district(scene, "closed_loop_rate", "服务闭环率", Unit::Rate))
        }
        "standard_level" => Box::new(standard_level(scene, about)),
        "dimensions" => Box::new(dimensions(scene, about)),
        "composite_trend" => Box::new(trend(scene, about)),
        "agency_funnel" => Box::new(agency_funnel(scene)),
        "quadrant" => Box::new(quadrant(scene)),
        _ => return None,
    })
}

/// What is not there where a chart has no data.
fn lacking(name: &str) -> &'static str {
    match name {
        "composite_by_district" => "没有可计分的满意度调查表",
        "supply_demand" => "需求和服务都没有勾选类别",
        "closed_loop_by_district" => "没有服务实施记录",
        "standard_level" => "没有填报执行标准水平的需求调查表",
        "dimensions" => "没有可供计算的质量提升服务补充表",
        "composite_trend" => "有综合满意度的季度不足两个",
        "agency_funnel" => "有满意度评价的质量服务机构不足两个",
        "quadrant" => "没有既有需求占比又有综合满意度的服务类别",
        _ => "没有有效的满意度评价",
    }
}

fn note(scene: &Scene, name: &str) -> Option<&'static str> {
    match name {
        "agency_funnel" => Some(
            "虚线为抽样波动的95%和99.8%范围；只标出范围之外的机构。样本量低于下限的机构为灰色，不作判断；不作排名。",
        ),
        "quadrant" if quadrant(scene).is_settled() => {
            Some("竖线为各类别需求占比的平均。需求占比不是重要程度，四个区域只作描述。")
        }
        "quadrant" => Some(
            "竖线为各类别需求占比的平均，需求占比不是重要程度。有类别的样本量不足，或其区间包含全市的数值，各类别不作高低之分。",
        ),
        _ => None,
    }
}

/// The table that holds the numbers of a chart.
fn data(name: &str) -> Option<&str> {
    match name {
        "satisfaction_by_item" | "satisfaction_levels" => Some("satisfaction_by_item"),
        "supply_demand" | "standard_level" | "dimensions" => Some(name),
        "composite_by_district" => Some("satisfaction_by_district"),
        "agency_funnel" => Some("satisfaction_by_agency"),
        "quadrant" => Some("satisfaction_by_category"),
        "closed_loop_by_district" => Some("service_by_district"),
        _ => None,
    }
}

fn measure(figure: Option<&Figure>) -> Measure {
    match figure.and_then(|f| Some((f, f.value?))) {
        Some((f, value)) => Measure::new(value, f.printed()).with_figure(f.id()),
        None => Measure::missing("—"),
    }
}

/// A number that is no metric, as a mark.
fn tallied(scene: &Scene, unit: &str, name: &str) -> Measure {
    match scene.tally(unit, name).and_then(|t| Some((t.number?, t))) {
        Some((value, tally)) => Measure::new(value, tally.printed).with_figure(tally.id),
        None => Measure::missing("—"),
    }
}

fn estimate(name: &str, figure: Option<&Figure>) -> Estimate {
    Estimate {
        name: name.to_owned(),
        measure: measure(figure),
        interval: figure.and_then(|f| f.interval).map(|i| (i.lower, i.upper)),
        n: figure.and_then(|f| f.denominator).unwrap_or(0).to_string(),
        muted: figure.is_some_and(is_muted),
    }
}

fn city_reference(scene: &Scene, name: &str) -> Option<Reference> {
    let figure = scene.figure(CITY.0, name)?;
    let reference = Reference::new(figure.value?, format!("全市 {}", figure.printed()));
    Some(Reference { figure: Some(figure.id()), ..reference })
}

/// The questions whose answers may be told.
fn told<'a>(scene: &'a Scene, about: &'a About) -> impl Iterator<Item = &'static &'static str> + 'a {
    RATINGS.iter().filter(|item| is_told(scene, about, item))
}

fn satisfaction_by_item(scene: &Scene, about: &About) -> IntervalBars {
    let row = |item: &&str| {
        estimate(item_label(item), scene.figure(&about.unit.code, &format!("satisfied_rate.{item}")))
    };
    IntervalBars {
        title: format!("{}各项满意率", about.unit.name),
        axis: Axis::new("满意率", Unit::Rate, Span::Full),
        rows: told(scene, about).map(row).collect(),
        interval_name: CONFIDENCE.into(),
        ..IntervalBars::default()
    }
}

fn satisfaction_levels(scene: &Scene, about: &About) -> StackedShares {
    let row = |item: &&str| {
        let get = |metric: &str| scene.figure(&about.unit.code, &format!("{metric}.{item}"));
        let satisfied = get("satisfied_rate");
        let less = |level: &str| tallied(scene, &about.unit.code, &format!("rating_share.{level}.{item}"));
        let shares = vec![measure(satisfied), less("basic"), less("poor")];
        ShareRow {
            name: item_label(item).to_owned(),
            shares,
            n: satisfied.and_then(|f| f.denominator).unwrap_or(0).to_string(),
            muted: satisfied.is_some_and(is_muted),
        }
    };
    StackedShares {
        title: format!("{}各项评价的构成", about.unit.name),
        axis_title: "占有效回答的比重".into(),
        levels: ["满意", "基本满意", "不满意"].map(String::from).to_vec(),
        rows: told(scene, about).map(row).collect(),
        ..StackedShares::default()
    }
}

fn by_district(scene: &Scene, name: &str, title: &str, unit: Unit) -> DotRows {
    let rows =
        scene.units(Level::District).into_iter().map(|u| estimate(&u.name, scene.figure(&u.code, name)));
    DotRows {
        title: format!("各区（市）县{title}"),
        axis: Axis::new(title, unit, Span::Full),
        rows: rows.collect(),
        reference: city_reference(scene, name),
        interval_name: CONFIDENCE.into(),
        ..DotRows::default()
    }
}

fn supply_demand(scene: &Scene, about: &About) -> Dumbbell {
    let row = |category: &&str| {
        let get = |metric: &str| scene.figure(&about.unit.code, &format!("{metric}.{category}"));
        let (demand, supply) = (get("demand_share"), get("service_share"));
        PairRow {
            name: (*category).to_owned(),
            demand: measure(demand),
            supply: measure(supply),
            muted: demand.is_some_and(is_muted) || supply.is_some_and(is_muted),
        }
    };
    Dumbbell {
        title: format!("{}需求占比与服务占比", about.unit.name),
        axis: Axis::new("占比", Unit::Rate, Span::FromZero),
        demand_name: "需求占比".into(),
        supply_name: "服务占比".into(),
        rows: CATEGORIES.iter().map(row).collect(),
        ..Dumbbell::default()
    }
}

/// The city and, in a district's report, the district beside it; in the city's, every district.
/// The city alone is no chart of a district.
fn standard_level(scene: &Scene, about: &About) -> StackedShares {
    let answered = scene.figure(&about.unit.code, "below_industry_share").and_then(|f| f.denominator);
    if answered.unwrap_or(0) == 0 {
        return StackedShares::default();
    }
    let items = ["below", "average", "above", "leading"];
    let row = |name: &str, code: &str| {
        let get = |item: &str| scene.figure(code, &format!("standard_level_share.{item}"));
        ShareRow {
            name: name.to_owned(),
            shares: items.iter().map(|i| measure(get(i))).collect(),
            n: get("below").and_then(|f| f.denominator).unwrap_or(0).to_string(),
            muted: get("below").is_some_and(is_muted),
        }
    };
    let mut rows = vec![row("全市", CITY.0)];
    if about.unit.level == Level::City {
        rows.extend(scene.units(Level::District).into_iter().map(|u| row(&u.name, &u.code)));
    } else {
        rows.insert(0, row(&about.unit.name, &about.unit.code));
    }
    StackedShares {
        title: "企业执行的标准水平构成".into(),
        axis_title: "占已答企业的比重".into(),
        levels: ["低于行业平均", "行业平均", "高于行业平均", "领先、先进"].map(String::from).to_vec(),
        rows,
        ..StackedShares::default()
    }
}

fn dimensions(scene: &Scene, about: &About) -> DimensionLevels {
    let mean = |side: Side, name: &str| {
        tallied(scene, &about.unit.code, &format!("dimension_level.{}.{name}", side.id()))
    };
    let row = |name: &&str| DimensionRow {
        name: (*name).to_owned(),
        before: mean(Side::Before, name),
        target: mean(Side::Goal, name),
        after: mean(Side::After, name),
        muted: scene.figure(&about.unit.code, &format!("dimension_gap.{name}")).is_some_and(is_muted),
    };
    DimensionLevels {
        title: format!("{}质量管理六个方面的平均得分", about.unit.name),
        axis_title: "平均得分（1～5分）".into(),
        names: ["服务前", "目标", "服务后"].map(String::from),
        rows: DIMENSIONS.iter().map(row).collect(),
        ..DimensionLevels::default()
    }
}

/// Share of questionnaires whose every answered item is 满意, by agency, against the city's.
fn agency_funnel(scene: &Scene) -> Funnel {
    let found = scene.now().and_then(|m| {
        compare::funnel::funnel(
            m,
            Level::Agency,
            compare::funnel::Trial::AllSatisfied,
            &scene.settings.metrics,
        )
    });
    // One agency alone is the whole it would be compared with.
    let Some(found) = found.filter(|f| f.points.len() > 1) else { return Funnel::default() };
    let id = |code: &str| format!("{}/{code}/all_satisfied_rate", scene.period);
    let point = |p: &compare::funnel::Point| AgencyPoint {
        name: p.name.clone(),
        n: p.n as f64,
        rate: Measure::new(p.x as f64 / (p.n.max(1)) as f64, p.printed.clone()).with_figure(id(&p.code)),
        band: match p.signal {
            Some(FunnelSignal::Below998 | FunnelSignal::Above998) => Band::Beyond998,
            Some(FunnelSignal::Below95 | FunnelSignal::Above95) => Band::Beyond95,
            _ => Band::Within,
        },
        muted: p.signal.is_none(),
    };
    let curve =
        |bound: fn(&FunnelLimits) -> f64| found.limits.iter().map(|(n, l)| (*n as f64, bound(l))).collect();
    Funnel {
        title: "各质量服务机构的满意率".into(),
        n_axis: Axis::new("问卷份数", Unit::Count, Span::FromZero),
        rate_axis: Axis::new("各项均满意的问卷所占比重", Unit::Rate, Span::Full),
        points: found.points.iter().map(point).collect(),
        city: Some(Reference {
            figure: Some(id(CITY.0)),
            ..Reference::new(found.theta, format!("全市 {}", found.printed))
        }),
        limits: vec![
            Limit { name: "95%".into(), lower: curve(|l| l.low95), upper: curve(|l| l.high95) },
            Limit { name: "99.8%".into(), lower: curve(|l| l.low998), upper: curve(|l| l.high998) },
        ],
        ..Funnel::default()
    }
}

/// Demand against satisfaction by category; no analysis of importance and performance, and it says so.
fn quadrant(scene: &Scene) -> Quadrant {
    let city = scene.figure(CITY.0, "composite_score").and_then(|f| f.value);
    let point = |category: &&str| {
        let demand = scene.figure(CITY.0, &format!("demand_share.{category}"));
        let score = scene.figure(category, "composite_score");
        QuadrantPoint {
            name: (*category).to_owned(),
            demand: measure(demand),
            score: measure(score),
            muted: demand.is_some_and(is_muted) || score.is_some_and(is_muted),
            clear: score.and_then(|f| f.interval).zip(city).is_some_and(|(i, c)| c < i.lower || i.upper < c),
        }
    };
    let score_line = city_reference(scene, "composite_score");
    let shares: Vec<f64> =
        CATEGORIES.iter().filter_map(|c| scene.figure(CITY.0, &format!("demand_share.{c}"))?.value).collect();
    let mean = shares.iter().sum::<f64>() / shares.len().max(1) as f64;
    Quadrant {
        title: "各服务类别的需求占比与综合满意度".into(),
        demand_axis: Axis::new("需求占比", Unit::Rate, Span::FromZero),
        score_axis: Axis::new("综合满意度", Unit::Score, Span::Fit),
        points: CATEGORIES.iter().map(point).collect(),
        demand_line: (!shares.is_empty()).then(|| Reference::new(mean, "各类平均")),
        score_line,
        corners: ["需求较少、满意较高", "需求较多、满意较高", "需求较少、满意较低", "需求较多、满意较低"]
            .map(String::from),
        ..Quadrant::default()
    }
}

fn trend(scene: &Scene, about: &About) -> Trend {
    let first = scene.measured.keys().next().copied().unwrap_or(scene.period);
    let mut periods: Vec<Period> = vec![scene.period];
    while periods.len() < 8 && periods[0] > first {
        periods.insert(0, periods[0].previous());
    }
    let point = |period: &Period| {
        let figure = scene
            .figure_in(*period, &about.unit.code, "composite_score")
            .filter(|f| f.status != Status::NoData);
        TrendPoint {
            measure: measure(figure),
            interval: figure.and_then(|f| f.interval).map(|i| (i.lower, i.upper)),
            muted: figure.is_some_and(is_muted),
        }
    };
    Trend {
        title: format!("{}综合满意度", about.unit.name),
        axis: Axis::new("综合满意度", Unit::Score, Span::Fit),
        periods: periods.iter().map(Period::to_string).collect(),
        series: vec![Series { name: about.unit.name.clone(), points: periods.iter().map(point).collect() }],
        interval_name: CONFIDENCE.into(),
        ..Trend::default()
    }
}

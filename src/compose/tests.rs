//! Whole reports of synthetic returns: what they say, and what they must not say.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::narrative::Narrator;
use super::report::city;
use super::{Scene, agency_report, charts, city_report, district_report, tables, view};
use crate::answer::Return;
use crate::compare::supply::weigh;
use crate::compare::{self, Comparisons, Reason, Verdict, window};
use crate::document::{Block, Document, Run};
use crate::link::{Links, agency_variants, link};
use crate::metrics::{self, CATEGORIES, Exact, Level, Measured, Status};
use crate::period::Period;
use crate::public::{self, PublicInput};
use crate::sample::{self, SampleOptions};
use crate::settings::Settings;
use crate::spec::{Form, Specs};
use crate::templates::Templates;

/// A synthetic workspace, read, linked and measured.
struct World {
    specs: Specs,
    settings: Settings,
    links: Links,
    measured: BTreeMap<Period, Measured>,
    comparisons: Comparisons,
    period: Period,
}

/// Returns of these quarters that are kept, reported on for `period`.
fn world(quarters: &[&str], period: &str, mess: f64, keep: impl Fn(&Return) -> bool) -> World {
    let (specs, settings) = (Specs::built_in().unwrap(), Settings::default());
    let folder = tempfile::tempdir().unwrap();
    let periods = quarters.iter().map(|p| (*p).to_owned()).collect();
    let options = SampleOptions { periods, projects: 30, seed: 7, mess };
    sample::generate(&options, &specs).unwrap().write(folder.path(), || {}).unwrap();
    let listing = crate::inputs::list(folder.path()).unwrap();
    let mut files = crate::read::read_all(&listing, &specs, &settings, &|| {});
    files.iter_mut().for_each(|file| file.returns.retain(|ret| keep(ret)));
    let links = link(files, &specs, &settings);
    let measure = |p: &Period| (*p, metrics::measure(&links, *p, &settings.metrics).unwrap());
    let measured: BTreeMap<_, _> = listing.periods.iter().map(measure).collect();
    let period: Period = period.parse().unwrap();
    let comparisons = compare::compare(&measured, period, &links, &settings.metrics);
    World { specs, settings, links, measured, comparisons, period }
}

fn all(_: &Return) -> bool {
    true
}

impl World {
    fn scene(&self) -> Scene<'_> {
        Scene {
            links: &self.links,
            measured: &self.measured,
            comparisons: &self.comparisons,
            period: self.period,
            settings: &self.settings,
            specs: &self.specs,
            fingerprint: String::new(),
            synthetic: true,
        }
    }

    fn city(&self) -> String {
        words(&city_report(&self.scene(), &narrator()).unwrap())
    }

    /// The reports of all districts, by name.
    fn districts(&self) -> Vec<(String, String)> {
        let scene = self.scene();
        let report = |u: &metrics::UnitOf| words(&district_report(&scene, &narrator(), u).unwrap());
        scene.units(Level::District).into_iter().map(|u| (u.name.clone(), report(u))).collect()
    }
}

fn narrator() -> Narrator {
    Narrator::new(Arc::new(Templates::built_in())).unwrap()
}

/// Sentences, lists and notes of a document.
fn words(document: &Document) -> String {
    let runs = |runs: &[Run]| runs.iter().map(|r| r.text.as_str()).collect::<String>();
    let block = |block: &Block| match block {
        Block::Heading { runs: r, .. } | Block::Paragraph { runs: r } | Block::Quote { runs: r } => runs(r),
        Block::List { items, .. } => items.iter().map(|r| runs(r)).collect::<Vec<_>>().join("\n"),
        Block::Table(table) => table.notes.join("\n"),
        Block::Figure(_) => String::new(),
    };
    document.blocks.iter().map(block).collect::<Vec<_>>().join("\n")
}

/// Problems and advice of a city's report.
fn judged(said: &str) -> &str {
    let from = said.find("存在的问题").unwrap();
    &said[from..said.find("编制说明\n").unwrap()]
}

#[test]
fn a_rate_that_is_still_open_says_so_and_condemns_nobody() {
    let mut world = world(&["2025Q1", "2025Q2"], "2025Q2", 0.05, all);
    world.settings.judgement.demand_response_rate = 1.0;
    let said = world.city();
    assert!(said.matches(window::SO_FAR).count() >= 3, "abstract, chapter and table: {said}");
    assert!(!judged(&said).contains("需求响应"), "{said}");
    for (name, said) in world.districts() {
        let told = said.contains("需求响应率") && !said.contains("不计算需求响应率");
        assert!(!told || said.contains(window::SO_FAR), "{name}: {said}");
    }
    let figures = view::view(&world.scene(), &city(&world.scene())).figures;
    assert!(!figures["demand_response_rate"].solid && !figures["demand_response_rate"].beyond);
}

#[test]
fn a_rate_whose_window_is_over_is_judged() {
    // Some enterprises were served, as far as anything was sent.
    let served = |ret: &Return| ret.form != Form::C || ret.enterprise().chars().count().is_multiple_of(2);
    let mut world = world(&["2025Q1", "2025Q2", "2025Q3"], "2025Q1", 0.05, served);
    world.settings.judgement.demand_response_rate = 1.0;
    let said = world.city();
    assert!(!said.contains("观察期未满）") && !said.contains(window::SO_FAR), "{said}");
    assert!(
        judged(&said).contains("需求响应不够及时") && judged(&said).contains("完善需求对接机制"),
        "{said}"
    );
}

#[test]
fn the_limits_of_the_settings_are_those_that_judge_and_are_printed() {
    let mut world = world(&["2025Q1"], "2025Q1", 0.0, all);
    let limits = &mut world.settings.judgement;
    (limits.closed_loop_rate, limits.response_rate, limits.orphan_share) = (0.0, 0.0, 1.0);
    let said = world.city();
    assert!(!judged(&said).contains("服务闭环不够") && said.contains("服务闭环率低于0%"), "{said}");
    world.settings.judgement.closed_loop_rate = 0.995;
    let said = world.city();
    assert!(said.contains("服务闭环率低于99.5%"), "{said}");
    let closed = world.scene().figure("510100", "closed_loop_rate").unwrap().value.unwrap();
    assert_eq!(judged(&said).contains("服务闭环不够"), closed < 0.995);
}

#[test]
fn what_is_missing_altogether_is_a_problem() {
    let surveys = world(&["2025Q1"], "2025Q1", 0.0, |ret| matches!(ret.form, Form::E | Form::F));
    let said = surveys.city();
    for wanted in [
        "没有收到需求调查表（表B）",
        "没有收到服务实施记录（表C）",
        "没有对应的服务实施记录",
        "组织企业填报需求调查表",
        "督促服务机构报送服务实施记录",
        "补报相应的服务实施记录",
    ] {
        assert!(judged(&said).contains(wanted), "{wanted}: {said}");
    }
    let silent = view::view(&surveys.scene(), &city(&surveys.scene())).districts.silent;
    assert_eq!(judged(&said).contains("报送面不全"), !silent.is_empty());
    assert_eq!(judged(&said).contains("督促未报送的区（市）县"), !silent.is_empty());
    let nothing = world(&["2025Q1"], "2025Q1", 0.0, |_| false);
    let said = nothing.city();
    assert!(judged(&said).contains("没有区（市）县报送材料"), "{said}");
    assert!(judged(&said).contains("督促未报送的区（市）县报送材料"), "{said}");
    assert!(!said.contains("退回修改") && !judged(&said).contains("没有收到"), "{said}");
}

#[test]
fn a_district_that_lacks_a_form_is_told() {
    let world = world(&["2025Q1"], "2025Q1", 0.0, |ret| ret.form != Form::C);
    for (name, said) in world.districts().iter().filter(|(name, _)| name != "未归属") {
        assert!(said.contains("没有收到服务实施记录（表C），请督促服务机构报送"), "{name}: {said}");
    }
}

#[test]
fn advice_on_supply_needs_solid_shares_and_a_test() {
    let mut world = world(&["2025Q1"], "2025Q1", 0.0, all);
    let now = world.measured.get_mut(&world.period).unwrap();
    assert!(weigh(now, "510100").iter().all(|(c, _)| *c != "其他服务"), "it names no service");
    // Ticks of each category: needs, services.
    let mut set = |ticks: [(i64, i64); 8], status: Status| {
        for figure in now.figures.iter_mut().filter(|f| f.level == Level::City) {
            let Some(at) = CATEGORIES.iter().position(|c| *c == figure.item) else { continue };
            let (need, service) = ticks[at];
            let sums = ticks.iter().fold((0, 0), |s, t| (s.0 + t.0, s.1 + t.1));
            match figure.metric {
                "demand_share" => figure.numerator = Some(Exact { mantissa: need, scale: 1 }),
                "service_share" => figure.numerator = Some(Exact { mantissa: service, scale: 1 }),
                "structure_gap" => {
                    figure.value = Some(need as f64 / sums.0 as f64 - service as f64 / sums.1 as f64);
                }
                _ => continue,
            }
            figure.status = status;
        }
        weigh(now, "510100")
    };
    let even = [(20, 20); 8];
    let mut wide = even;
    (wide[1], wide[7]) = ((90, 10), (90, 10));
    assert!(set(wide, Status::SmallN).iter().all(|(_, v)| *v == Verdict::NotComparable(Reason::FewNow)));
    let mut little = even;
    little[1] = (24, 20);
    assert!(set(little, Status::Ok).iter().all(|(_, v)| *v == Verdict::NoChange));
    let found = set(wide, Status::Ok);
    let up: Vec<&str> = found.iter().filter(|(_, v)| *v == Verdict::Up).map(|(c, _)| *c).collect();
    assert_eq!(up, [CATEGORIES[1]]);
    let said = world.city();
    assert!(judged(&said).contains(&format!("引导机构增加{}的供给", CATEGORIES[1])), "{said}");
}

#[test]
fn only_quarters_that_are_there_are_named() {
    let named = |quarters: &[&str]| {
        let measure = |p: &&str| {
            let period: Period = p.parse().unwrap();
            let metrics = Settings::default().metrics;
            (period, metrics::measure(&Links::default(), period, &metrics).unwrap())
        };
        view::earlier(&quarters.iter().map(measure).collect(), "2025Q2".parse().unwrap())
    };
    assert_eq!(named(&["2025Q2"]), "前四个季度");
    assert_eq!(named(&["2025Q1", "2025Q2"]), "2025年第一季度");
    assert_eq!(named(&["2024Q3", "2025Q1", "2025Q2"]), "2024年第三季度和2025年第一季度");
    assert_eq!(named(&["2024Q2", "2024Q3", "2024Q4", "2025Q1", "2025Q2"]), "前四个季度");
    let world = world(&["2025Q1", "2025Q2"], "2025Q2", 0.0, all);
    let said = world.city();
    assert!(
        said.contains("2025年第一季度接受过服务的企业，本季度报送") && !said.contains("前四个季度接"),
        "{said}"
    );
}

#[test]
fn a_caution_stands_with_the_figure_that_is_small() {
    let mut world = world(&["2025Q1"], "2025Q1", 0.0, all);
    world.settings.metrics.floor_city = 1000;
    world.settings.metrics.floor_district = 1000;
    let measured = metrics::measure(&world.links, world.period, &world.settings.metrics).unwrap();
    world.measured.insert(world.period, measured);
    let said = world.city();
    assert!(said.contains("样本量低于下限（1000份），仅供参考，不作比较"), "{said}");
    assert!(said.contains("以上括号内注明样本的数值") && !said.contains("n="), "{said}");
    assert!(!said.contains("没有发现突出问题"), "{said}");
    for (name, said) in world.districts() {
        assert!(!said.contains("以上数值仅供参考") && !said.contains("（全市"), "{name}: {said}");
        let rated = !said.contains("没有可计分的满意度调查表");
        assert_eq!(said.contains("综合满意度仅供参考，不与全市"), rated, "{name}: {said}");
    }
}

#[test]
fn variants_of_an_agency_are_told_wherever_it_is_counted() {
    let world = world(&["2025Q1"], "2025Q1", 0.5, all);
    let scene = world.scene();
    let pairs = agency_variants(&world.links, world.period);
    let (rare, main) = pairs[0];
    let said = world.city();
    assert!(said.contains("疑似同一机构的不同写法，待核实，暂分别计数"), "{said}");
    assert!(said.contains(&format!("{rare}与{main}")), "{said}");
    let unit = scene.units(Level::Agency).into_iter().find(|u| u.name == main).unwrap();
    let card = words(&agency_report(&scene, &narrator(), unit).unwrap());
    assert!(card.contains(rare) && card.contains("疑似同一机构"), "{card}");
}

#[test]
fn notes_stand_under_tables_that_they_apply_to() {
    let world = world(&["2025Q1", "2025Q2"], "2025Q2", 0.1, all);
    let scene = world.scene();
    let mut bare = 0;
    for name in tables::NAMES {
        let table = tables::table(&scene, &city(&scene), name).unwrap();
        let grey = table.rows.iter().flat_map(|r| &r.cells).any(|c| c.muted);
        let said = table.notes.join("");
        assert!(grey || !said.contains("灰色数值"), "{name}: {said}");
        let rows = table.rows.iter().map(|r| r.cells[0].text.as_str());
        let listed = rows.filter(|n| !["全市", "未归属"].contains(n)).count();
        assert!(listed < 23 || !said.contains("未列出的"), "{name}: {said}");
        bare += usize::from(!grey);
    }
    assert!(bare > 0);
}

#[test]
fn the_report_explains_the_interval_that_it_prints() {
    for mess in [0.0, 0.3] {
        let world = world(&["2025Q1"], "2025Q1", mess, all);
        let said = world.city();
        let printed = said.contains("按有限总体修正的95%区间为");
        assert_eq!(said.contains("修正后全部作答时没有宽度"), printed, "{said}");
    }
}

#[test]
fn categories_are_called_high_or_low_only_where_their_intervals_say_so() {
    let world = world(&["2025Q1"], "2025Q1", 0.1, all);
    let scene = world.scene();
    let Some(Block::Figure(drawing)) = charts::chart(&scene, &city(&scene), "quadrant") else { panic!() };
    assert!(
        !drawing.svg.contains("满意较低") && drawing.notes[0].contains("不作高低之分"),
        "{:?}",
        drawing.notes
    );
}

#[test]
fn the_public_pages_say_what_is_open_and_on_what_a_rate_rests() {
    let world = world(&["2025Q1", "2025Q2"], "2025Q2", 0.3, all);
    let (scene, templates) = (world.scene(), Templates::built_in());
    let made = public::edition(&PublicInput::of(&scene, &templates, &[])).unwrap();
    let page = |path: &str| {
        let (_, bytes) = made.files.iter().find(|(p, _)| p == path).unwrap();
        String::from_utf8_lossy(bytes).into_owned()
    };
    let home = page("index.html");
    let tile = home.split("<dt>").find(|t| t.starts_with("需求响应率")).unwrap();
    assert!(tile.contains(window::SO_FAR), "{tile}");
    assert!(home.contains(&format!("需求响应率：{}。", window::SO_FAR)), "under the table of districts");
    let description = home.split("<meta name=\"description\"").nth(1).unwrap().split('>').next().unwrap();
    assert_eq!(description.matches("中小企业质量提升服务统计").count(), 1, "{description}");
    let told = page("agencies.html").contains("可能是同一机构的不同写法");
    assert_eq!(told, !agency_variants(&world.links, world.period).is_empty());
    for (path, bytes) in
        made.files.iter().filter(|(p, _)| p.starts_with("districts/") && p.ends_with(".html"))
    {
        let text = String::from_utf8_lossy(bytes);
        let rates = text.contains("/feedback_rate\" data-status=\"ok\"");
        assert!(!rates || text.contains("分母为2025年第一季度接受过服务的企业"), "{path}");
    }
}

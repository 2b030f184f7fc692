//! Every number that a document, a chart, the data book or the site prints has an id, and `explain` gives the same
//! string for it.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use zhiti::compare::{self, Comparisons};
use zhiti::compose::narrative::Narrator;
use zhiti::compose::{
    Scene, agency_report, cases, city_report, databook, district_report, edition_report, release_check,
    summary,
};
use zhiti::document::{Block, Document, Run};
use zhiti::editions::Editions;
use zhiti::explain::explain;
use zhiti::link::Links;
use zhiti::metrics::{self, Level, Measured};
use zhiti::period::Period;
use zhiti::public::{self, PublicInput};
use zhiti::sample::{self, SampleOptions};
use zhiti::settings::Settings;
use zhiti::spec::{Form, Specs};
use zhiti::templates::Templates;

struct World {
    specs: Specs,
    settings: Settings,
    links: Links,
    measured: BTreeMap<Period, Measured>,
    comparisons: Comparisons,
    period: Period,
}

fn world() -> World {
    let specs = Specs::built_in().expect("forms");
    let mut settings = Settings::default();
    // So low that this small sample is spoken of: words of change, finite intervals, the funnel.
    let floors = &mut settings.metrics;
    (floors.floor_city, floors.floor_district, floors.floor_agency) = (5, 2, 2);
    let folder = tempfile::tempdir().expect("folder");
    let periods = ["2024Q2", "2025Q1", "2025Q2"].map(String::from).to_vec();
    let options = SampleOptions { periods, projects: 16, seed: 3, mess: 0.2 };
    sample::generate(&options, &specs).expect("sample").write(folder.path(), || {}).expect("written");
    let mut links = common::links_of(folder.path());
    call_an_agency_like_a_category(&mut links);
    let period: Period = "2025Q2".parse().expect("period");
    let measured: BTreeMap<Period, Measured> = links
        .accounting
        .keys()
        .map(|p| (*p, metrics::measure(&links, *p, &settings.metrics).expect("metrics")))
        .collect();
    let comparisons = compare::compare(&measured, period, &links, &settings.metrics);
    World { specs, settings, links, measured, comparisons, period }
}

/// One agency takes the name of a service category: ids must still tell the two apart.
fn call_an_agency_like_a_category(links: &mut Links) {
    let rated = links
        .returns
        .iter()
        .find(|l| l.counted() && l.ret.form == Form::F && l.ret.period.to_string() == "2025Q2");
    let name = Arc::clone(&rated.expect("a survey").agency);
    for linked in links.returns.iter_mut().filter(|l| l.agency == name) {
        linked.agency = CATEGORY.into();
    }
}

const CATEGORY: &str = "标准化服务";

impl World {
    fn scene(&self) -> Scene<'_> {
        Scene {
            links: &self.links,
            measured: &self.measured,
            comparisons: &self.comparisons,
            period: self.period,
            settings: &self.settings,
            specs: &self.specs,
            fingerprint: "0123456789abcdef".into(),
            synthetic: true,
        }
    }
}

fn documents(scene: &Scene) -> Vec<Document> {
    let narrator = Narrator::new(Arc::new(Templates::built_in())).expect("templates");
    let nowhere = tempfile::tempdir().expect("folder");
    let editions =
        Editions::recall(nowhere.path(), "f", &scene.desk(), scene.settings, |_, _| Ok(())).expect("first");
    let mut out = vec![
        city_report(scene, &narrator).expect("city"),
        release_check(scene, &narrator, &editions).expect("check"),
        edition_report(scene, &narrator, &editions).expect("edition"),
    ];
    let districts = scene.units(Level::District).into_iter();
    out.extend(districts.map(|u| district_report(scene, &narrator, u).expect("district")));
    let agencies = scene.units(Level::Agency).into_iter();
    out.extend(agencies.map(|u| agency_report(scene, &narrator, u).expect("agency")));
    out
}

/// Ids of the marks of a drawing.
fn marks(svg: &str) -> Vec<String> {
    let ids = svg.split("data-figure=\"").skip(1).filter_map(|rest| rest.split('"').next());
    ids.filter(|id| !id.is_empty()).map(|id| id.replace("&amp;", "&")).collect()
}

/// Texts by id, of everything; a mark of a drawing has an id only.
fn printed(world: &World, documents: &[Document]) -> BTreeMap<String, BTreeSet<String>> {
    let scene = world.scene();
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for document in documents {
        for (id, text) in document.figures() {
            out.entry(id.to_owned()).or_default().insert(text.to_owned());
        }
        for block in &document.blocks {
            if let Block::Figure(drawing) = block {
                marks(&drawing.svg).into_iter().for_each(|id| _ = out.entry(id).or_default());
            }
        }
    }
    for sheet in databook::data_book(&scene, None).sheets {
        for cell in sheet.table.rows.into_iter().flat_map(|r| r.cells) {
            if let Some(id) = cell.figure {
                out.entry(id).or_default().insert(cell.text);
            }
        }
    }
    for id in site_ids(world) {
        out.entry(id).or_default();
    }
    // Sizes of change are printed with a direction only, which a small sample seldom has.
    for c in world.comparisons.all.iter().filter(|c| c.level == Level::City) {
        if let Some(size) = c.told() {
            out.entry(format!("{}:{}", c.id, c.against.id())).or_default().insert(size);
        }
    }
    out
}

fn site_ids(world: &World) -> Vec<String> {
    let templates = Templates::built_in();
    let made = public::site::edition(&PublicInput {
        links: &world.links,
        measured: &world.measured,
        period: world.period,
        settings: &world.settings,
        templates: &templates,
        cases: &[],
        earlier: &BTreeMap::new(),
        editions: &[],
        fingerprint: "0123456789abcdef",
    });
    let Ok(made) = made else { panic!("the sample can be published") };
    let pages = made.files.iter().filter(|(path, _)| path.ends_with(".html") || path.ends_with(".svg"));
    pages.flat_map(|(_, bytes)| marks(&String::from_utf8_lossy(bytes))).collect()
}

/// All words of a document, tables and lists too.
fn words(document: &Document) -> String {
    let runs = |runs: &[Run]| runs.iter().map(|r| r.text.as_str()).collect::<String>();
    let block = |block: &Block| match block {
        Block::Heading { runs: r, .. } | Block::Paragraph { runs: r } | Block::Quote { runs: r } => runs(r),
        Block::List { items, .. } => items.iter().map(|r| runs(r)).collect::<Vec<_>>().join("\n"),
        Block::Table(table) => {
            let heads = table.columns.iter().map(|c| c.label.as_str());
            let cells = table.rows.iter().flat_map(|r| &r.cells).map(|c| c.text.as_str());
            let notes = table.notes.iter().map(String::as_str);
            heads.chain(cells).chain(notes).collect::<Vec<_>>().join(" ")
        }
        Block::Figure(drawing) => drawing.title.clone(),
    };
    document.blocks.iter().map(block).collect::<Vec<_>>().join("\n")
}

/// With the floors of a real run: what a report compares, suggests or reports as a problem rests on enough.
#[test]
fn nothing_is_compared_on_too_few_answers() {
    let mut world = world();
    world.settings = Settings::default();
    let measured = world.links.accounting.keys();
    world.measured = measured
        .map(|p| (*p, metrics::measure(&world.links, *p, &world.settings.metrics).unwrap()))
        .collect();
    world.comparisons =
        compare::compare(&world.measured, world.period, &world.links, &world.settings.metrics);
    let scene = world.scene();
    let mut small = 0;
    for document in documents(&scene) {
        let (_, unit) = document.ident.split_once('/').unwrap();
        let code = unit.strip_prefix("districts/").unwrap_or("510100");
        let said = words(&document);
        if unit != "city" && !unit.starts_with("districts/") {
            continue;
        }
        let solid = scene.figure(code, "structure_mismatch").is_some_and(|f| f.status.id() == "ok");
        // The limits are told whatever was found.
        let found: String = said.split("列为").next().unwrap_or_default().to_owned();
        let compares = found.contains("需求比重高于服务比重");
        assert!(solid || !compares, "{unit}: {said}");
        small += usize::from(!solid);
        if unit == "city" {
            let advice = said.split("下一步建议").nth(1).unwrap();
            let advice = advice.split("附表").next().unwrap();
            assert!(!said.contains("n="), "{said}");
            let few = advice.split("样本").skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            assert!(!few, "{advice}");
            assert!(said.contains("部分区（市）县和机构样本量较小"), "{said}");
        }
    }
    assert!(small > 0, "no district of this sample is small");
}

#[test]
fn the_projects_of_the_abstract_are_those_of_the_tables() {
    let world = world();
    let scene = world.scene();
    for document in documents(&scene).iter().filter(|d| d.title.ends_with("服务情况报告")) {
        let first = document.blocks.iter().find_map(|block| match block {
            Block::Paragraph { runs } => Some(runs),
            _ => None,
        });
        let tells = |name: &str| {
            first.into_iter().flatten().any(|r| r.figure.as_deref().is_some_and(|id| id.ends_with(name)))
        };
        assert!(tells("/account.counted.C") && !tells("/reach.projects"), "{}", document.ident);
        let said = words(document);
        assert!(!said.contains("退回0份") && !said.contains("被替代 退回"), "{said}");
        let city = document.ident.ends_with("/city");
        assert_eq!(said.contains("计算方法见编制说明"), city);
        assert_eq!(said.contains("计算方法见全市报告的编制说明"), !city);
    }
}

/// Literal words of the built-in templates: `change()` alone says which way a number went, or who is ahead.
#[test]
fn the_built_in_templates_hold_no_word_of_change_or_rank() {
    let templates = Templates::built_in();
    for path in templates.below("text/").filter(|p| p.ends_with(".md") && !p.ends_with("NAMES.md")) {
        let text = templates.text(path).unwrap();
        let parts = text.split("{{").flat_map(|part| part.split("{%"));
        let after =
            |part| str::split_once(part, "%}").or_else(|| part.split_once("}}")).map_or(part, |p| p.1);
        let literal: String = parts.map(after).collect();
        assert!(literal.contains('。') && !literal.contains("fig("), "{literal}");
        for word in ["上升", "下降", "增长", "提高了", "降低了", "第一名", "排名第", "高于全市", "低于全市"]
        {
            assert!(!literal.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn every_printed_number_is_explained_as_printed() {
    let world = world();
    let documents = documents(&world.scene());
    let all = printed(&world, &documents);
    let metrics: Vec<String> =
        world.measured[&world.period].figures.iter().map(zhiti::metrics::Figure::id).collect();
    assert!(metrics.iter().all(|id| all.contains_key(id)), "the data book holds every figure");
    assert!(all.len() > metrics.len() + 500, "{} {}", all.len(), metrics.len());
    for wanted in [
        ":n",
        ":x",
        ":interval",
        ":finite",
        ":quarter",
        "/account.received",
        "/account.missing.B",
        "/reach.projects",
        "/problems.error",
        "/sensitivity.80",
        "/all_satisfied_rate",
        "/dimension_level.goal.",
        "/rating_share.basic.",
    ] {
        assert!(all.keys().any(|id| id.contains(wanted)), "{wanted}");
    }
    for (id, texts) in &all {
        let told = explain(id, &world.links, &world.measured, &world.settings);
        let told = told.unwrap_or_else(|e| panic!("{id}: {e}"));
        assert_eq!(&told.id, id);
        assert!(
            texts.iter().all(|text| *text == told.printed),
            "{id}: {texts:?}, explained {}",
            told.printed
        );
    }
    let told =
        |id: &str| explain(id, &world.links, &world.measured, &world.settings).expect("explained").level;
    assert_eq!(told("2025Q2/标准化服务/composite_score"), Level::Category);
    assert_eq!(told("2025Q2/agency:标准化服务/composite_score"), Level::Agency);
    let table = metrics::csv(&world.measured[&world.period].figures).expect("csv");
    let row = format!("2025Q2,agency,{CATEGORY},{CATEGORY},composite_score,");
    assert!(String::from_utf8_lossy(&table).contains(&row), "data keep the name");
    counts_add_up(&world, &all);
    nothing_is_printed_without_an_id(&documents);
}

/// An account lists as many returns (or expected projects) as it prints.
fn counts_add_up(world: &World, all: &BTreeMap<String, BTreeSet<String>>) {
    let mut seen = 0;
    for id in
        all.keys().filter(|id| ["/account.", "/dissatisfied.", "/problems."].iter().any(|k| id.contains(k)))
    {
        let told = explain(id, &world.links, &world.measured, &world.settings).expect(id);
        let listed = if told.lines.is_empty() { told.counted.len() } else { told.lines.len() };
        // The roster says nothing of a form that it does not list, and of all others it does.
        let is_unlisted = |form: Form| world.links.accounting[&world.period].city(form).expected == 0;
        let is_of_roster =
            ["expected.", "missing.", "outside."].iter().any(|a| id.contains(&format!("/account.{a}")));
        let form = Form::ALL.into_iter().find(|form| id.ends_with(&format!(".{form}")));
        let is_open = is_of_roster && form.is_some_and(is_unlisted);
        assert_eq!(if is_open { "—".to_owned() } else { listed.to_string() }, told.printed, "{id}");
        assert!(!is_open || listed == 0, "{id}");
        assert!(told.to_text().contains(&told.printed) && told.to_csv().is_ok());
        seen += 1;
    }
    assert!(seen > 100, "{seen}");
}

/// What may stand in a sentence without an id: dates, clauses, choices of the run and of the method.
fn is_allowed(text: &str) -> bool {
    const WORDS: [&str; 23] = [
        "高于服务比重2个百分点以上",
        "2025年",
        "2024年",
        "6月30日",
        "DB 5101/T 190—2024",
        "0表示",
        "180天",
        "95%置信区间",
        "95%区间",
        "7.5.2",
        "5.2",
        "7.2.2",
        "7.4.5",
        "7.6.3",
        "8.1",
        "8.2",
        "4.2",
        "7.1",
        "D第3项",
        "第1版",
        "0123456789abcdef",
        "不以0计",
        "",
    ];
    let mut rest = text.to_owned();
    for word in WORDS.iter().filter(|w| !w.is_empty()) {
        rest = rest.replace(word, "");
    }
    !rest.contains(|c: char| c.is_ascii_digit())
}

fn nothing_is_printed_without_an_id(documents: &[Document]) {
    // The scores and floors in these sentences are choices of the run, told as such.
    let choices = [
        "“满意”100分",
        "计分：",
        "敏感性：",
        "样本量下限：",
        "低于下限",
        "样本量低于",
        "界限：",
        "列为需要改进",
    ];
    let sentence = |runs: &[Run]| runs.iter().map(|r| r.text.as_str()).collect::<String>();
    let check = |runs: &[Run]| {
        let whole = sentence(runs);
        if choices.iter().any(|c| whole.contains(c)) {
            return;
        }
        // Escaped signs part a text into runs: what stands between two numbers is read as one.
        let is_own = |r: &Run| r.figure.is_none() && !r.text.starts_with("（样本");
        let bare: String = runs.iter().map(|r| if is_own(r) { r.text.as_str() } else { "□" }).collect();
        assert!(is_allowed(&bare), "“{bare}” of “{whole}”");
    };
    for document in documents {
        for block in &document.blocks {
            match block {
                Block::Paragraph { runs } => check(runs),
                Block::List { items, .. } => items.iter().for_each(|runs| check(runs)),
                _ => {}
            }
        }
    }
}

/// A scorecard goes to the agency that is rated: answers of a few clients are not in it, one by one or in sum.
#[test]
fn a_scorecard_of_few_answers_tells_their_number_and_no_answer() {
    let world = world();
    let (scene, least) = (world.scene(), world.settings.privacy.threshold as i64);
    let narrator = Narrator::new(Arc::new(Templates::built_in())).expect("templates");
    let (mut few, mut starred) = (0, 0);
    for unit in scene.units(Level::Agency) {
        let document = agency_report(&scene, &narrator, unit).expect("agency");
        let n = |name: &str| scene.figure(&unit.code, name).and_then(|f| f.denominator).unwrap_or(0);
        let is_few = |n: i64| 0 < n && n < least;
        if is_few(n("composite_score")) {
            few += 1;
            let ids: Vec<&str> = document.figures().into_iter().map(|(id, _)| id).collect();
            assert!(ids.iter().all(|id| id.ends_with("/composite_score:n")), "{ids:?}");
            let drawn = |b: &Block| matches!(b, Block::Table(_) | Block::Figure(_));
            assert!(!document.blocks.iter().any(drawn), "{}", unit.name);
            assert!(words(&document).contains("不提供给被评价的机构"), "{}", words(&document));
            continue;
        }
        for item in metrics::RATINGS.iter().filter(|i| is_few(n(&format!("satisfied_rate.{i}")))) {
            starred += 1;
            let told = document.figures().into_iter().map(|(id, _)| id);
            let told: Vec<&str> = told.filter(|id| id.contains(*item)).collect();
            assert!(told.iter().all(|id| id.ends_with(":n")), "{told:?}");
        }
    }
    assert!(few > 0, "{few} {starred}");
}

/// Annex D is signed: it says only what a form says, names that form, and never how persons were rated.
#[test]
fn a_summary_names_the_forms_it_is_from_and_rates_nobody() {
    let world = world();
    let scene = world.scene();
    let mut told = BTreeSet::new();
    for case in cases(&scene) {
        let summary = summary::summary(&scene, &case);
        let text = format!("{:?}", summary.items);
        assert!(!text.contains("企业评价未达到") && !text.contains("（不满意）"), "{text}");
        let Some(sources) = summary.notes.iter().find_map(|n| n.strip_prefix("汇总来源：")) else {
            continue;
        };
        for name in sources.trim_end_matches('。').split('、') {
            let form = match name {
                "服务实施记录（表C）" => case.services,
                "情况反馈表（表E）" => case.feedback,
                "满意度调查表（表F）" => case.satisfaction,
                "补充表（S）" => case.supplement,
                other => panic!("{other}: {sources}"),
            };
            assert!(form.is_some(), "{}: {name} was not sent", case.project);
            told.insert(name.to_owned());
        }
    }
    assert!(told.len() > 2, "{told:?}");
}

/// What stands for a number in the data book is one, also of the quarter before.
#[test]
fn the_data_book_holds_numbers_as_numbers() {
    let world = world();
    let scene = world.scene();
    let mut before = 0;
    for sheet in databook::data_book(&scene, None).sheets {
        let columns: Vec<String> = sheet.table.columns.iter().map(|c| c.label.replace('\n', "")).collect();
        for row in &sheet.table.rows {
            for (cell, column) in row.cells.iter().zip(&columns) {
                let is_number = cell.text.trim_end_matches('%').parse::<f64>().is_ok();
                let wanted = is_number && cell.figure.is_some();
                assert!(!wanted || cell.number.is_some(), "{} {column}: {}", sheet.name, cell.text);
                before += i32::from(wanted && column == "上季度");
            }
        }
    }
    assert!(before > 0);
}

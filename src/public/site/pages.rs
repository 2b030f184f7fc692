//! One function per page: which strings go into which template.

use rayon::prelude::*;
use tera::Context;

use super::cases::{Judged, Listed};
use super::view::{Book, CITY_CODE, Cell, Drawing, Link, Row, Table, Tile, item, label, legend};
use super::{Site, cases, charts};
use crate::compare::window;
use crate::compose::view::earlier;
use crate::document::Summary;
use crate::error::Error;
use crate::link::{agency_variants, district_code, district_name};
use crate::metrics::{CATALOGUE, Level, RATINGS, SIZES, Unit};
use crate::period::Period;
use crate::public::account::CaseTold;
use crate::public::suppress::{COUNTED, published_levels};
use crate::public::{Shown, data};
use crate::reference::district::NOWHERE;
use crate::spec::Form;

/// Title of the data set.
pub fn title(book: &Book) -> String {
    let city = &book.input.settings.report.city;
    format!("{city}中小企业质量提升服务统计（{}）", book.input.period.chinese())
}

/// Makes every page; returns what became of every project that agreed.
pub fn all(site: &Site) -> Result<Vec<CaseTold>, Error> {
    home(site)?;
    let period = site.book.input.period;
    let mut districts = site.book.districts(period);
    districts.retain(|d| d.2 && d.0 != NOWHERE);
    districts.par_iter().try_for_each(|(code, name, _)| district(site, code, name))?;
    agencies(site)?;
    case_index(site)?;
    let told = site.cases.par_iter().map(|case| case_page(site, case)).collect::<Result<_, _>>()?;
    archive(site)?;
    method(site)?;
    downloads(site)?;
    Ok(told)
}

/// What every page has.
fn context(site: &Site, title: &str, nav: &str, root: &str) -> Context {
    let input = site.book.input;
    let mut out = Context::new();
    out.insert("title", title);
    out.insert("nav", nav);
    out.insert("root", root);
    out.insert("city", &input.settings.report.city);
    out.insert("issuer", &input.settings.report.issuer);
    out.insert("period", &input.period.chinese());
    out.insert("period_code", &input.period.to_string());
    out.insert("fingerprint", input.fingerprint);
    out.insert("until", &chinese_day(input.period.last_day()));
    out.insert("threshold", &input.settings.privacy.threshold);
    out.insert("rate_floor", &input.settings.privacy.rate_floor);
    out.insert("synthetic", &input.is_synthetic());
    out.insert("has_archive", &(site.book.periods().len() > 1));
    out
}

fn chinese_day(day: time::Date) -> String {
    format!("{}年{}月{}日", day.year(), u8::from(day.month()), day.day())
}

/// What stands under a headline number: its base and the quarter before, or why there is none.
fn tile_notes(book: &Book, period: Period, unit: &str, name: &str) -> Vec<String> {
    let status = book.cell(period, unit, name).status;
    if status == "suppressed" {
        return vec!["不公开".to_owned()];
    } else if status == "implied" {
        return vec!["不单列，见全市的数".to_owned()];
    }
    let mut out = Vec::new();
    let base = book.base(period, unit, name);
    if base.text != "—" && base.text != "*" {
        out.push(format!("n={}", base.text));
    }
    if shown_open(book, period, unit, name) {
        out.push(window::SO_FAR.to_owned());
    }
    let before = book.cell(period.previous(), unit, name);
    if before.status == "ok" {
        out.push(format!("上季度 {}", before.text));
    }
    if status == "small_n" {
        out.push("样本量不足".to_owned());
    }
    out
}

/// Whether a number is shown whose window of observation is still open.
fn shown_open(book: &Book, period: Period, unit: &str, name: &str) -> bool {
    let shown = matches!(book.cell(period, unit, name).status, "ok" | "small_n");
    shown && window::is_open(book.input.links, period, name)
}

/// What stands under a table with numbers that may still change, or that look back on fewer quarters than they should.
fn cautions(book: &Book, period: Period, rows: &[Row]) -> Vec<String> {
    let shown = |metric: &str| {
        let ids = rows.iter().flat_map(|r| &r.cells).filter(|c| matches!(c.status, "ok" | "small_n"));
        ids.filter_map(|c| c.figure.rsplit('/').next()).any(|name| name == metric)
    };
    let open = window::WAITING.iter().filter(|m| shown(m) && window::is_open(book.input.links, period, m));
    let open: Vec<String> = open.map(|m| label(m, "")).collect();
    let mut out = Vec::new();
    if !open.is_empty() {
        out.push(format!("{}：{}。", open.join("、"), window::SO_FAR));
    }
    if shown("feedback_rate") {
        let before = earlier(book.input.measured, period);
        out.push(format!("情况反馈率的分母为{before}接受过服务的企业。"));
    }
    out
}

/// Headline numbers of a unit; each with the quarter before.
fn tiles(book: &Book, period: Period, unit: &str) -> Vec<Tile> {
    let shown = |cell: &Cell| !matches!(cell.status, "suppressed" | "no_data" | "implied" | "");
    let tile = |name: &str, unit_word: &str| {
        let value = book.cell(period, unit, name);
        let word = if shown(&value) { unit_word } else { "" };
        let notes = tile_notes(book, period, unit, name);
        Tile { label: label(name, ""), value, unit: word.to_owned(), notes }
    };
    let count = |form: Form, unit_word: &str| {
        let value = book.counted(period, unit, form);
        let word = if shown(&value) { unit_word } else { "" };
        let notes = if value.status == "suppressed" { vec!["不公开".to_owned()] } else { Vec::new() };
        let label = super::view::counted_label(form).to_owned();
        Tile { label, value, unit: word.to_owned(), notes }
    };
    vec![
        tile("composite_score", "分"),
        tile("demand_response_rate", ""),
        tile("closed_loop_rate", ""),
        tile("response_rate", ""),
        count(Form::B, "家"),
        count(Form::C, "个"),
    ]
}

/// The table of all districts; those without returns are named, never 0.
fn district_table(book: &Book, period: Period, root: &str) -> Table {
    const METRICS: [&str; 4] =
        ["composite_score", "demand_response_rate", "closed_loop_rate", "response_rate"];
    let cells = |code: &str| {
        let mut cells: Vec<Cell> =
            COUNTED.iter().take(3).map(|(form, _)| book.counted(period, code, *form)).collect();
        cells.extend(METRICS.iter().map(|m| book.cell(period, code, m)));
        cells
    };
    let mut rows = vec![Row {
        head: book.input.settings.report.city.clone(),
        cells: cells(CITY_CODE),
        strong: true,
        ..Row::default()
    }];
    for (code, name, reported) in book.districts(period) {
        let linked = reported && code != NOWHERE && period == book.input.period;
        rows.push(Row {
            head: name.to_owned(),
            href: if linked { format!("{root}districts/{code}.html") } else { String::new() },
            cells: if reported { cells(code) } else { vec![Cell::across("未报送", 7)] },
            ..Row::default()
        });
    }
    let mut columns = vec!["区（市）县".to_owned()];
    columns.extend(["企业（家）", "项目（个）", "问卷（份）"].map(String::from));
    columns.extend(METRICS.iter().map(|m| label(m, "")));
    Table {
        id: "district-table".into(),
        caption: format!("各区（市）县主要指标，{}", period.chinese()),
        columns,
        notes: [notes(book, &rows), cautions(book, period, &rows)].concat(),
        rows,
        ..Table::default()
    }
}

/// What stands under a table: the signs that occur in it.
fn notes(book: &Book, rows: &[Row]) -> Vec<String> {
    let p = &book.input.settings.privacy;
    legend(rows, p.threshold, p.rate_floor)
}

/// The charts that have something to show, and the names of the others.
fn drawn(drawings: Vec<Drawing>) -> (Vec<Drawing>, String) {
    let (empty, drawn): (Vec<_>, Vec<_>) = drawings.into_iter().partition(|d| d.id.is_empty());
    (drawn, empty.into_iter().map(|d| d.title).collect::<Vec<_>>().join("、"))
}

fn insert_drawings(c: &mut Context, drawings: Vec<Drawing>) {
    let (drawn, absent) = drawn(drawings);
    c.insert("drawings", &drawn);
    c.insert("absent", &absent);
}

fn home(site: &Site) -> Result<(), Error> {
    let (book, period) = (site.book, site.book.input.period);
    let mut c = context(site, &title(book), "home", "");
    c.insert("tiles", &tiles(book, period, CITY_CODE));
    let mut drawings: Vec<Drawing> = vec![
        charts::satisfaction(book, period, CITY_CODE),
        charts::structure(book, period, CITY_CODE),
        charts::levels(book, period, &[(CITY_CODE, "全市")]),
    ];
    drawings.extend(charts::trend(book, CITY_CODE));
    insert_drawings(&mut c, drawings);
    c.insert("districts_drawing", &charts::districts(book, period));
    c.insert("district_table", &district_table(book, period, ""));
    c.insert("case_count", &site.listed().count());
    site.page("index.html", "home.html", &c)
}

fn district(site: &Site, code: &str, name: &str) -> Result<(), Error> {
    let (book, period) = (site.book, site.book.input.period);
    let mut c = context(site, name, "districts", "../");
    c.insert("name", name);
    c.insert("tiles", &tiles(book, period, code));
    let mut drawings = vec![
        charts::satisfaction(book, period, code),
        charts::structure(book, period, code),
        charts::levels(book, period, &[(code, name), (CITY_CODE, "全市")]),
    ];
    drawings.extend(charts::trend(book, code));
    insert_drawings(&mut c, drawings);
    let all = all_metrics(book, period, code, name);
    let own = || all.rows.iter().filter_map(|r| r.cells.first());
    c.insert("figures", &own().count());
    c.insert("hidden", &own().filter(|v| v.status == "suppressed").count());
    c.insert("all", &all);
    let own = site.listed().filter(|k| district_code(k.case.district) == code);
    let links: Vec<Link> = own.map(|k| link(k, "../cases/")).collect();
    c.insert("cases", &links);
    site.page(format!("districts/{code}.html"), "district.html", &c)
}

/// Every published metric of a district beside the city.
fn all_metrics(book: &Book, period: Period, code: &str, name: &str) -> Table {
    let group = |head: &str| Row { head: head.to_owned(), group: 5, ..Row::default() };
    let counted = COUNTED.iter().map(|(form, head)| Row {
        head: (*head).to_owned(),
        cells: vec![
            book.counted(period, code, *form),
            Cell::words("—"),
            Cell::words("—"),
            book.counted(period, CITY_CODE, *form),
        ],
        ..Row::default()
    });
    let mut rows: Vec<Row> = std::iter::once(group("报送情况")).chain(counted).collect();
    let mut theme = "";
    for d in CATALOGUE.iter().filter(|d| published_levels(d.id).contains(&Level::District)) {
        let own = theme_of(d.id);
        if own != std::mem::replace(&mut theme, own) {
            rows.push(group(own));
        }
        for i in d.items {
            let id = if i.is_empty() { d.id.to_owned() } else { format!("{}.{i}", d.id) };
            let unit = if d.unit == Unit::Rate { String::new() } else { format!("（{}）", d.unit.label()) };
            rows.push(Row {
                head: format!("{}{unit}", d.name_of(i)),
                cells: vec![
                    book.cell(period, code, &id),
                    book.interval(period, code, &id),
                    book.base(period, code, &id),
                    book.cell(period, CITY_CODE, &id),
                ],
                ..Row::default()
            });
        }
    }
    Table {
        id: "all".into(),
        caption: format!("{name}全部公开指标，{}", period.chinese()),
        columns: ["指标", name, "95%置信区间", "分母", "全市"].map(String::from).to_vec(),
        notes: [notes(book, &rows), cautions(book, period, &rows)].concat(),
        rows,
        ..Table::default()
    }
}

/// The heading that a metric stands under.
fn theme_of(metric: &str) -> &'static str {
    match metric {
        "satisfied_rate" | "composite_score" | "response_rate" => "满意度",
        "below_industry_share" | "standard_level_share" | "quality_base_coverage" => "质量水平",
        "demand_share" | "service_share" => "需求和服务",
        _ => "服务过程",
    }
}

fn agencies(site: &Site) -> Result<(), Error> {
    let (book, period) = (site.book, site.book.input.period);
    let table = |level: Level, id: &str, caption: &str, head: &str| {
        let units = book.measured(period).into_iter().flat_map(|m| m.units_at(level));
        let rows = units.map(|u| {
            let mut cells = vec![
                book.cell(period, &u.code, "composite_score"),
                book.interval(period, &u.code, "composite_score"),
                book.base(period, &u.code, "composite_score"),
            ];
            cells.extend(RATINGS.iter().map(|i| book.cell(period, &u.code, &format!("satisfied_rate.{i}"))));
            Row { head: u.name.clone(), cells, ..Row::default() }
        });
        let rows: Vec<Row> = rows.collect();
        let mut columns = [head, "综合满意度（分）", "95%置信区间", "问卷（份）"].map(String::from).to_vec();
        columns.extend(["人员态度", "人员能力", "专家态度", "专家能力"].map(String::from));
        let rated = RATINGS.iter().map(|i| item(i)).collect::<Vec<_>>().join("、");
        let mut under = vec![format!("后四列依次为{rated}的满意率。")];
        under.extend(notes(book, &rows));
        Table {
            id: id.into(),
            caption: format!("{caption}，{}", period.chinese()),
            columns,
            notes: under,
            rows,
            ..Table::default()
        }
    };
    let mut c = context(site, "服务类别、企业规模和机构", "agencies", "");
    let told = |code: &str| book.plan.of(&format!("{period}/{code}/composite_score")) != Shown::Unpublished;
    c.insert("has_sizes", &SIZES.iter().any(|size| told(size)));
    c.insert("sizes", &table(Level::Size, "sizes", "各规模企业满意度", "企业规模"));
    c.insert("categories", &table(Level::Category, "categories", "各服务类别满意度", "服务类别"));
    let mut all = table(Level::Agency, "agencies", "各质量服务机构满意度", "质量服务机构");
    if !agency_variants(book.input.links, period).is_empty() {
        all.notes.push("表中有名称相近的机构，可能是同一机构的不同写法，尚待核实，暂分别列出。".into());
    }
    c.insert("agencies", &all);
    site.page("agencies.html", "agencies.html", &c)
}

/// The link to a case, from a page to which its folder is `root`.
fn link(case: &Listed, root: &str) -> Link {
    let Summary { project, enterprise, .. } = &case.case.summary;
    Link { href: format!("{root}{}", case.file), label: project.clone(), note: enterprise.clone() }
}

fn case_index(site: &Site) -> Result<(), Error> {
    let mut c = context(site, "服务案例", "cases", "../");
    let mut groups: Vec<(&str, Vec<Link>)> = Vec::new();
    for case in site.listed() {
        let (district, link) = (district_name(case.case.district), link(case, ""));
        match groups.last_mut().filter(|(name, _)| *name == district) {
            Some((_, links)) => links.push(link),
            None => groups.push((district, vec![link])),
        }
    }
    c.insert("groups", &groups);
    site.page("cases/index.html", "cases.html", &c)
}

/// Makes the page of a case that is published; only then is the case whole.
fn case_page(site: &Site, judged: &Judged) -> Result<CaseTold, Error> {
    let listed = match judged {
        Ok(listed) => listed,
        Err(withheld) => return Ok(withheld.clone()),
    };
    let case = cases::view(listed, &*site.gate.summary(listed.case)?, site.personal);
    let mut c = context(site, &case.project, "cases", "../");
    c.insert("case", &case);
    site.page(format!("cases/{}", case.file), "case.html", &c)?;
    Ok(CaseTold::published(&listed.case.key, &case))
}

fn archive(site: &Site) -> Result<(), Error> {
    let book = site.book;
    let earlier: Vec<Period> = book.periods().into_iter().filter(|p| *p < book.input.period).collect();
    let mut c = context(site, "往期数据", "archive", "../");
    let link = |p: &Period| Link { href: format!("{p}.html"), label: p.chinese(), note: String::new() };
    c.insert("links", &earlier.iter().map(link).collect::<Vec<_>>());
    // Editions whose data are no longer among the inputs, beside this one in the outputs.
    let apart = book.input.editions.iter().filter(|p| **p < book.input.period && !earlier.contains(p));
    let apart = apart.map(|p| Link {
        href: format!("../../../{p}/site/index.html"),
        label: p.chinese(),
        note: String::new(),
    });
    c.insert("apart", &apart.collect::<Vec<_>>());
    site.page("archive/index.html", "archive.html", &c)?;
    for period in earlier {
        let mut c = context(site, &format!("往期数据：{}", period.chinese()), "archive", "../");
        c.insert("past", &period.chinese());
        c.insert("tiles", &tiles(book, period, CITY_CODE));
        let drawings =
            vec![charts::satisfaction(book, period, CITY_CODE), charts::structure(book, period, CITY_CODE)];
        insert_drawings(&mut c, drawings);
        c.insert("district_table", &district_table(book, period, "../"));
        site.page(format!("archive/{period}.html"), "period.html", &c)?;
    }
    Ok(())
}

fn method(site: &Site) -> Result<(), Error> {
    let book = site.book;
    let mut c = context(site, "方法说明", "method", "");
    let settings = book.input.settings;
    c.insert("middle_score", &settings.metrics.middle_score.to_string());
    let m = &settings.metrics;
    c.insert("floors", &[m.floor_city, m.floor_district, m.floor_agency, m.floor_category, m.floor_size]);
    let words = |text: &str| Cell::words(text);
    let rows = CATALOGUE.iter().map(|d| {
        let levels: Vec<&str> = published_levels(d.id).iter().map(|l| l.label()).collect();
        Row {
            head: d.name.to_owned(),
            cells: vec![
                words(d.formula),
                words(d.method.label()),
                words(&levels.join("、")),
                words(d.clause),
            ],
            ..Row::default()
        }
    });
    let table = Table {
        id: "metrics".into(),
        caption: "公开指标的口径和公式".into(),
        columns: ["指标", "公式", "区间", "公开层级", "标准条款"].map(String::from).to_vec(),
        rows: rows.collect(),
        is_words: true,
        ..Table::default()
    };
    c.insert("metrics", &table);
    let (all, hidden, implied) = book.plan.size();
    c.insert("all", &all);
    c.insert("hidden", &hidden);
    c.insert("implied", &implied);
    site.page("method.html", "method.html", &c)
}

/// A type of the dictionary, in words.
fn kind_word(kind: &str) -> &'static str {
    match kind {
        "number" => "数值",
        "integer" => "整数",
        _ => "文字",
    }
}

fn downloads(site: &Site) -> Result<(), Error> {
    let book = site.book;
    let mut c = context(site, "数据下载", "downloads", "");
    let sample = data::sample_mark(book);
    let about = format!(
        "{sample}{}：{}发布的中小企业质量提升服务供需、满意度和质量水平指标，依据 DB5101/T 190—2024 的表B至表F汇总，已作脱敏处理。\
         每行一个数，含分母、95%置信区间和状态；截至{}。",
        title(book),
        book.input.settings.report.issuer,
        chinese_day(book.input.period.last_day())
    );
    c.insert("about", &about);
    c.insert("licence", &book.input.settings.public.licence);
    c.insert("licence_url", &book.input.settings.public.licence_url());
    c.insert("linked_data", &data::linked_data(book, &title(book), &about, site.resources));
    let size = |n: usize| if n < 10_240 { format!("{n} 字节") } else { format!("{} KB", n.div_ceil(1024)) };
    let links: Vec<Link> = site
        .resources
        .iter()
        .map(|r| Link { href: r.name.into(), label: r.title.into(), note: size(r.bytes.len()) })
        .collect();
    c.insert("files", &links);
    let dictionary = site.resources.iter().map(|r| Table {
        id: format!("fields-{}", r.name.trim_end_matches(".csv")),
        caption: format!("{} 各列的含义", r.name),
        columns: ["列名", "类型", "含义"].map(String::from).to_vec(),
        rows: r
            .fields
            .iter()
            .map(|(name, kind, about)| Row {
                head: (*name).to_owned(),
                cells: vec![Cell::words(kind_word(kind)), Cell::words(*about)],
                ..Row::default()
            })
            .collect(),
        is_words: true,
        is_dictionary: true,
        ..Table::default()
    });
    c.insert("dictionary", &dictionary.collect::<Vec<_>>());
    site.page("downloads.html", "downloads.html", &c)
}

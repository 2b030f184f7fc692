//! Sets whole documents and reads them back with poppler and qpdf.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use rayon::prelude::*;

use super::*;
use crate::document::{Align, Block, CellText, Column, Figure, Row, Run, SummaryItem, Table};
use crate::fonts::FontStack;

static ENGINE: LazyLock<PdfEngine> = LazyLock::new(|| engine(Layouts::default()));

fn engine(layouts: Layouts) -> PdfEngine {
    PdfEngine::with_threads(Fonts::load(&FontStack::default(), &[]).unwrap(), layouts, 2).unwrap()
}

fn figure(text: &str, id: &str) -> Run {
    Run { figure: Some(format!("2025Q1/{id}")), ..Run::plain(text) }
}

fn heading(level: u8, text: &str) -> Block {
    Block::Heading { level, runs: vec![Run::plain(text)] }
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph { runs: vec![Run::plain(text)] }
}

const DISTRICTS: &str = "四川天府新区 成都东部新区 成都高新区 锦江区 青羊区 金牛区 武侯区 成华区 龙泉驿区 青白江区 新都区 \
    温江区 双流区 郫都区 新津区 简阳市 都江堰市 彭州市 邛崃市 崇州市 金堂县 大邑县 蒲江县";

fn district_table() -> Table {
    let label = |label: &str, align, weight| Column { label: label.to_owned(), align, weight };
    let mut columns = vec![label("区（市）县", Align::Left, 2.0)];
    for name in ["需求企业", "服务企业", "服务项目", "机构数", "满意度", "95%区间", "综合指数"]
    {
        columns.push(label(name, Align::Right, if name == "95%区间" { 1.7 } else { 1.0 }));
    }
    let row = |(n, name): (usize, &str)| {
        let mut cells = vec![CellText::words(name)];
        cells.extend([120 + n, 80 + 3 * n, 40 + n, 5 + n % 7].map(|v| CellText::count(v as i64)));
        cells.push(CellText::words(format!("{:.1}%", 85.0 + n as f64 / 3.0)));
        cells.push(CellText { text: "82.1%～93.4%".to_owned(), muted: n % 6 == 5, ..CellText::default() });
        let id = Some(format!("2025Q1/5101{n:02}/composite_score"));
        cells.push(CellText { text: format!("{}.25", 70 + n), figure: id, ..CellText::default() });
        Row { cells, strong: name == "全市" }
    };
    Table {
        name: "districts".to_owned(),
        number: "表1".to_owned(),
        title: "各区（市）县质量提升服务开展情况".to_owned(),
        unit: "单位：家、项".to_owned(),
        columns,
        groups: vec![(String::new(), 1), ("规模".to_owned(), 4), ("评价".to_owned(), 3)],
        rows: std::iter::once("全市").chain(DISTRICTS.split_whitespace()).enumerate().map(row).collect(),
        notes: vec![
            "满意度为基本满意及以上的比例，区间按威尔逊法计算。".to_owned(),
            "灰色数字的有效样本不足30份，仅供参考；“—”表示不适用。".to_owned(),
        ],
        wide: false,
        whole: false,
    }
}

fn small_table() -> Table {
    let columns = ["服务类型", "企业数", "占比"].iter().enumerate().map(|(n, name)| Column {
        label: (*name).to_owned(),
        align: if n == 0 { Align::Left } else { Align::Right },
        weight: if n == 0 { 3.0 } else { 1.0 },
    });
    let row = |name: &str, count: i64, share: &str, strong| Row {
        cells: vec![CellText::words(name), CellText::count(count), CellText::words(share)],
        strong,
    };
    Table {
        name: "kinds".to_owned(),
        number: "表2".to_owned(),
        title: "服务类型分布".to_owned(),
        unit: "单位：家".to_owned(),
        columns: columns.collect(),
        rows: vec![
            row("标准化", 128, "41.0%", false),
            row("计量、检验检测与认证认可", 101, "32.4%", false),
            row("品牌培育和知识产权", 83, "26.6%", false),
            row("合计", 312, "100.0%", true),
        ],
        notes: vec!["由于四舍五入，分项合计可能不等于总计。".to_owned()],
        ..Table::default()
    }
}

fn chart() -> Figure {
    let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 300" font-family="Noto Sans CJK SC" font-size="16">
        <rect x="120" y="30" width="420" height="40" fill="#1f4e79"/><text x="550" y="56">91.2%</text><text x="20" y="56">服务态度</text>
        <rect x="120" y="110" width="380" height="40" fill="#5b84ad"/><text x="510" y="136">84.6%</text><text x="20" y="136">服务成效</text>
        <rect x="120" y="190" width="340" height="40" fill="#9db8d2"/><text x="470" y="216">79.9%</text><text x="20" y="216">服务及时</text>
        <line x1="120" y1="20" x2="120" y2="260" stroke="#333"/></svg>"##;
    Figure {
        name: "satisfaction".to_owned(),
        number: "图1".to_owned(),
        title: "分项满意度".to_owned(),
        svg: svg.to_owned(),
        alt: "横条图：服务态度91.2%，服务成效84.6%，服务及时79.9%。".to_owned(),
        aspect: 640.0 / 300.0,
        notes: vec!["线段为95%置信区间。".to_owned()],
        data: None,
    }
}

const LONG: &str = "本季度，全市各级市场监督管理部门认真落实《中小企业质量提升服务指南》（DB5101/T 190—2024），\
    组织质量服务机构深入企业开展“一站式”服务，围绕标准化、计量、认证认可、检验检测、质量管理、品牌培育和知识产权等方面，\
    帮助企业查找短板、解决难题、提高效益，服务覆盖面进一步扩大，企业获得感明显增强。";

fn report() -> Document {
    let lead = Block::Paragraph {
        runs: vec![
            Run::plain("全市共服务企业"),
            figure("312", "510100/enterprises_served"),
            Run::plain("家，满意度为"),
            figure("86.25%", "510100/satisfaction"),
            Run::plain("（95%置信区间为82.1%～89.6%），比上季度"),
            Run { bold: true, ..Run::plain("上升1.2个百分点") },
            Run::plain("；"),
            Run { muted: true, ..Run::plain("第三项样本不足30份，仅供参考") },
            Run::plain("。"),
        ],
    };
    let quote = Block::Quote {
        runs: vec![Run::plain(
            "专家到厂里住了三天，把来料检验的规程一条一条改过来，返工率从百分之六降到了百分之二，希望今后多来。",
        )],
    };
    let item = |text: &str| vec![Run::plain(text)];
    let list = |ordered| Block::List {
        ordered,
        items: vec![item(LONG), item("建立机构能力档案。"), item("对连续两季未报送的区（市）县予以提醒。")],
    };
    Document {
        title: "成都市中小企业质量提升服务情况报告".to_owned(),
        subtitle: "（2025年第一季度）".to_owned(),
        issuer: "成都市市场监督管理局".to_owned(),
        date: "2025年3月31日".to_owned(),
        date_ymd: (2025, 3, 31),
        marks: vec!["内部资料".to_owned(), "示例数据".to_owned()],
        fingerprint: "9f86d081884c".to_owned(),
        ident: "2025Q1/city".to_owned(),
        front_matter: false,
        compact: false,
        blocks: vec![
            heading(1, "一、总体情况"),
            paragraph(LONG),
            lead,
            heading(2, "（一）报送情况"),
            paragraph(LONG),
            Block::Table(small_table()),
            heading(3, "1. 数据质量"),
            quote,
            Block::Table(district_table()),
            heading(1, "二、服务满意度"),
            paragraph(LONG),
            Block::Figure(chart()),
            heading(2, "（二）下一步建议"),
            list(true),
            paragraph(LONG),
            list(false),
        ],
    }
}

fn summary(repeat: usize) -> Summary {
    let item = |heading: &str| SummaryItem {
        heading: heading.to_owned(),
        blocks: vec![
            paragraph(&LONG.repeat(repeat)),
            paragraph("企业反馈：返工率由6.0%降至2.1%，年节约成本约38万元。"),
        ],
    };
    Summary {
        ident: "2025Q1/summaries/a".to_owned(),
        project: "新都区家具行业质量管理体系提升服务项目".to_owned(),
        enterprise: "成都市新都区𬭩晟木业有限责任公司".to_owned(),
        service_time: "2025年1月6日至2025年3月21日".to_owned(),
        items: vec![
            item("1. 质量提升服务目标达成情况"),
            item("2. 主要的服务经验与做法"),
            item("3. 产生的经济社会效益"),
            item("4. 服务存在的不足及改进方向"),
        ],
        date: "2025年3月31日".to_owned(),
        date_ymd: (2025, 3, 31),
        marks: vec!["示例数据".to_owned()],
        notes: vec![
            "第1项取自机构报送的总结（表D），其余各项由表C、表E、表F汇总而成。".to_owned(),
            "未收到企业的质量提升情况反馈表（表E）。".to_owned(),
        ],
        fingerprint: "9f86d081884c".to_owned(),
        ..Summary::default()
    }
}

/// Checks the structure of a PDF and returns its words, and the file as long as it is needed.
fn read_back(pdf: &[u8]) -> (String, tempfile::TempPath) {
    let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    std::fs::write(&path, pdf).unwrap();
    let check = Command::new("qpdf").arg("--check").arg(&path).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
    let text = Command::new("pdftotext").args(["-layout"]).arg(&path).arg("-").output().unwrap();
    (String::from_utf8(text.stdout).unwrap(), path)
}

/// Each printed figure with its id, in the order of the structure tree: the tree gives a link's
/// words and object, the object its address.
fn linked_figures(path: &Path) -> Vec<(String, String)> {
    let plain = ["--qdf", "--object-streams=disable"];
    let out = Command::new("qpdf").args(plain).arg(path).arg("-").output().unwrap();
    let file = String::from_utf8_lossy(&out.stdout).into_owned();
    let out = Command::new("pdfinfo").arg("-struct-text").arg(path).output().unwrap();
    let tree = String::from_utf8_lossy(&out.stdout).into_owned();
    let links = tree.split("Link (inline)").skip(1).map(|link| {
        let (words, rest) = link.split_once("Object ").unwrap();
        let words: String = words.lines().map(|line| line.trim().trim_matches('"')).collect();
        let object = rest.lines().next().unwrap();
        let entry = file.split(&format!("%% Original object ID: {object}\n")).nth(1).unwrap();
        let id = entry.split("/URI (zhiti:fig/").nth(1).unwrap().split(')').next().unwrap();
        (id.to_owned(), words)
    });
    links.collect()
}

#[test]
fn a_report_reads_back_with_its_figures() {
    let document = report();
    let pdf = ENGINE.report(&document).unwrap();
    assert_eq!(pdf, ENGINE.report(&document).unwrap(), "the same document gives the same bytes");
    assert!(pdf.len() < 250_000, "{} bytes", pdf.len());
    let (text, path) = read_back(&pdf);
    for words in
        ["成都市中小企业质量提升服务情况报告", "示例数据", "（一）报送情况", "（续）", "9f86d081884c"]
    {
        assert!(text.contains(words), "{words} is missing in {text}");
    }
    let tags = Command::new("pdfinfo").arg("-struct").arg(&path).output().unwrap();
    let tags = String::from_utf8_lossy(&tags.stdout).into_owned();
    for tag in ["  H1 ", "  H3 ", "  Table ", "  TH ", "  TD", "BlockQuote", "Figure", "Caption", "  L "] {
        assert!(tags.contains(tag), "no {tag} in {tags}");
    }
    let own = |(id, text): &(&str, &str)| ((*id).to_owned(), (*text).to_owned());
    assert_eq!(linked_figures(&path), document.figures().iter().map(own).collect::<Vec<_>>());
}

#[test]
fn a_summary_fits_one_page_or_runs_on() {
    let (one, _) = read_back(&ENGINE.summary(&summary(1)).unwrap());
    assert_eq!(one.matches('\u{c}').count(), 1, "one page");
    assert!(one.contains("成都市新都区𬭩晟木业有限责任公司") && one.contains("日期：2025"), "{one}");
    assert!(!one.contains("（续）"));
    let (long, _) = read_back(&ENGINE.summary(&summary(5)).unwrap());
    assert!(long.contains("表D") || long.contains("表 D"), "{long}");
    assert!(long.contains("（续）") && long.matches("日期：").count() == 1, "{long}");
    assert_eq!(ENGINE.take_warnings(), [""; 0]);
}

#[test]
fn an_office_with_a_kai_face_and_latin_letters_gets_them() {
    let sans = || vec!["Noto Sans CJK SC".to_owned()];
    let stack = FontStack { kai: sans(), latin: sans(), ..FontStack::default() };
    let office = PdfEngine::with_threads(Fonts::load(&stack, &[]).unwrap(), Layouts::default(), 1).unwrap();
    assert_ne!(office.report(&report()).unwrap(), ENGINE.report(&report()).unwrap());
    assert_eq!(office.take_warnings(), [""; 0]);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let forms: Vec<_> =
        (0..6).map(|n| Summary { enterprise: format!("第{n}家企业"), ..summary(1) }).collect();
    let one: Vec<_> = forms.iter().map(|form| ENGINE.summary(form).unwrap()).collect();
    let all: Vec<_> = ENGINE.install(|| forms.par_iter().map(|form| ENGINE.summary(form).unwrap()).collect());
    assert!(one == all);
}

#[test]
fn hostile_words_stay_words() {
    let words = "#panic(\"x\") $x^2$ *a* _b_ `c` @d <e> // f /* \\ = 1 😀 \u{E000} \u{202E}逆\u{202C} \
        ᠆;؛ Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
    let mut document = report();
    document.title = String::new();
    document.subtitle = words.to_owned();
    document.marks = vec![words.to_owned()];
    document.blocks = vec![
        heading(3, words),
        heading(1, ""),
        heading(6, words),
        paragraph(words),
        Block::Paragraph { runs: vec![] },
        Block::Quote { runs: vec![figure(words, "成 都)\\(x")] },
        Block::List { ordered: true, items: vec![vec![], vec![Run::plain(words)]] },
    ];
    let mut table = district_table();
    table.rows[3].cells[0] = CellText::words(words);
    table.rows[4].cells.truncate(2);
    table.columns[1].weight = f32::NAN;
    table.groups.push((words.to_owned(), 9));
    table.notes.push(words.to_owned());
    let figure = Figure { alt: String::new(), title: words.to_owned(), aspect: 0.0, ..chart() };
    document.blocks.extend([Block::Table(table), Block::Table(Table::default()), Block::Figure(figure)]);
    let (text, path) = read_back(&ENGINE.report(&document).unwrap());
    assert!(text.contains("#panic(\"x\") $x^2$ *a* _b_ `c` @d <e> // f"), "{text}");
    assert!(text.contains("□(U+1F600) □(U+E000) 逆"), "{text}");
    assert_eq!(linked_figures(&path).len(), 24, "the quote and all rows but the one cut short");
}

#[test]
fn a_faulty_layout_is_named_with_its_line() {
    let mut layouts = Layouts::default();
    layouts.replace("summary.typ", "#import \"common.typ\": *\n\n#nothing-like-this\n");
    match engine(layouts).summary(&summary(1)) {
        Err(Error::Config { file, line, message, .. }) => {
            assert_eq!((file.to_str(), line), (Some("templates/layout/summary.typ"), Some(3)));
            assert!(message.contains("nothing-like-this"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_drawing_that_is_none_is_our_fault() {
    let figure = Block::Figure(Figure { svg: "<svg".to_owned(), ..chart() });
    let outcome = ENGINE.report(&Document { blocks: vec![figure], ..report() });
    assert!(
        matches!(&outcome, Err(Error::Internal { message }) if message.contains("2025Q1/city")),
        "{outcome:?}"
    );
}

#[test]
fn a_document_without_a_date_is_our_fault() {
    let document = Document { date_ymd: (0, 0, 0), ..report() };
    assert!(
        matches!(ENGINE.report(&document), Err(Error::Internal { message }) if message.contains("2025Q1/city"))
    );
}

#[test]
#[ignore = "writes pages to look at and prints timings"]
fn gallery() {
    let folder = std::env::temp_dir().join("zhiti-pages");
    std::fs::create_dir_all(&folder).unwrap();
    let with_front = Document { front_matter: true, ..report() };
    for (name, pdf) in [
        ("report", ENGINE.report(&report())),
        ("front", ENGINE.report(&with_front)),
        ("summary", ENGINE.summary(&summary(1))),
        (
            "summary-short",
            ENGINE.summary(&Summary { date: String::new(), items: summary(0).items, ..summary(1) }),
        ),
        ("summary-long", ENGINE.summary(&summary(5))),
    ] {
        let pdf = pdf.unwrap_or_else(|e| panic!("{name}: {e}"));
        let path = folder.join(format!("{name}.pdf"));
        std::fs::write(&path, pdf).unwrap();
        let png = folder.join(name);
        Command::new("pdftoppm").args(["-r", "70", "-png"]).args([&path, &png]).status().unwrap();
    }
    let start = std::time::Instant::now();
    let fonts = Fonts::load(&FontStack::default(), &[]).unwrap();
    println!("fonts {:?}", start.elapsed());
    let engine = PdfEngine::with_threads(fonts, Layouts::default(), 1).unwrap();
    for n in 0..6 {
        let start = std::time::Instant::now();
        engine.summary(&Summary { enterprise: format!("第{n}家企业"), ..summary(n % 2) }).unwrap();
        println!("summary {:?}", start.elapsed());
    }
    let start = std::time::Instant::now();
    engine.report(&Document { title: "另一报告".to_owned(), ..report() }).unwrap();
    println!("report {:?}", start.elapsed());
    println!("{:#?}", ENGINE.take_warnings());
}

/// The words of each page in reading order, without blanks and places to break.
fn pages(pdf: &[u8]) -> Vec<String> {
    let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    std::fs::write(&path, pdf).unwrap();
    let text = Command::new("pdftotext").args(["-raw"]).arg(&path).arg("-").output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    let plain = |page: &str| page.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect();
    text.split('\u{c}').map(plain).collect()
}

#[test]
fn a_report_that_says_how_it_was_made_names_its_faces() {
    let named = |title: &str| {
        let report = Document { blocks: vec![heading(1, title), paragraph("正文。")], ..report() };
        let text = pages(&ENGINE.report(&report).unwrap()).concat();
        let sans = ENGINE.shop.fonts.families().hei[0].replace(' ', "");
        text.contains("排版所用字体") && text.contains(&format!("{sans}（"))
    };
    assert!(named("编制说明"));
    assert!(!named("主要结果"));
}

#[test]
fn a_row_stays_on_one_page_unless_it_is_as_long_as_one() {
    let filler = "请核对填报内容并按单元格逐项修改后重新报送。";
    let row = |(n, times): (usize, usize)| Row {
        cells: vec![
            CellText::words(format!("始{n}甲{}终{n}甲", filler.repeat(times))),
            CellText::count(n as i64),
        ],
        strong: false,
    };
    let column = |weight| Column { weight, ..Column::default() };
    let long = 40;
    let sizes = (0..80).map(|n| if n == long { 300 } else { n % 7 });
    let mut table = Table {
        number: "表1".into(),
        title: "问题".into(),
        columns: vec![column(3.0), column(1.0)],
        rows: sizes.enumerate().map(row).collect(),
        ..Table::default()
    };
    table.settle();
    let document = Document { blocks: vec![heading(1, "数据质量"), Block::Table(table)], ..report() };
    let pages = pages(&ENGINE.report(&document).unwrap());
    let page_of = |mark: &str| pages.iter().position(|page| page.contains(mark));
    for n in 0..80 {
        let (from, to) = (page_of(&format!("始{n}甲")), page_of(&format!("终{n}甲")));
        assert!(from.is_some() && to.is_some(), "row {n} is lost");
        assert_eq!(from == to, n != long, "row {n} begins on page {from:?} and ends on {to:?}");
    }
    assert_eq!(ENGINE.take_warnings(), [""; 0]);
}

#[test]
fn what_leads_to_a_wide_table_stands_on_its_page() {
    let wide = Table { wide: true, ..district_table() };
    let lead = [heading(1, "附表"), paragraph("以下列出各区（市）县的数值。")];
    let blocks = [heading(1, "总体情况"), paragraph("正文。")].into_iter().chain(lead);
    let document = Document {
        front_matter: false,
        blocks: blocks.chain([Block::Table(wide), paragraph("以后的正文。")]).collect(),
        ..report()
    };
    let pages = pages(&ENGINE.report(&document).unwrap());
    let page = pages.iter().find(|page| page.contains("以下列出")).unwrap();
    assert!(page.contains("附表") && page.contains("各区（市）县质量提升服务开展情况"), "{pages:?}");
    assert!(!page.contains("以后的正文") && pages[0].contains("正文。"), "{pages:?}");
    assert_eq!(ENGINE.take_warnings(), [""; 0]);
}

#[test]
fn a_wide_table_leaves_no_row_alone_where_it_nearly_fits() {
    let pages_of = |rows: usize| {
        let row = |n: usize| Row {
            cells: vec![CellText::words(format!("第{n}行")), CellText::count(1)],
            ..Row::default()
        };
        let column = |weight| Column { weight, ..Column::default() };
        let table = Table {
            number: "表1".into(),
            title: "各机构".into(),
            columns: vec![column(3.0), column(1.0)],
            rows: (1..=rows).map(row).collect(),
            notes: vec!["按名称排列。".into()],
            wide: true,
            ..Table::default()
        };
        let document = Document { front_matter: false, blocks: vec![Block::Table(table)], ..report() };
        let pages = pages(&ENGINE.report(&document).unwrap());
        let rows_on = |page: &String| page.matches('行').count();
        pages.iter().map(rows_on).filter(|n| *n > 0).collect::<Vec<_>>()
    };
    let whole = (1..40).take_while(|rows| pages_of(*rows).len() == 1).count();
    // Rows at the usual distance fill a page before that.
    assert!(whole > 17, "{whole}");
    let next = pages_of(whole + 1);
    assert!(next.len() == 2 && next[1] > 1, "{next:?}");
    assert_eq!(next.iter().sum::<usize>(), whole + 1);
    assert_eq!(ENGINE.take_warnings(), [""; 0]);
}

#[test]
fn a_line_may_break_before_the_n_of_a_small_sample() {
    let runs = vec![figure("86.4%", "510100/x"), Run::plain("（n=24）"), Run::plain("，（以下同）")];
    let document = Document { blocks: vec![Block::Paragraph { runs }], ..report() };
    let (clean, _) = clean::report(&document, &ENGINE.shop.fonts);
    let Block::Paragraph { runs } = &clean.blocks[0] else { panic!("{clean:?}") };
    let texts: Vec<&str> = runs.iter().map(|run| run.text.as_str()).collect();
    assert_eq!(texts, ["86.4%", "\u{200b}（n=24）", "，（以下同）"]);
}

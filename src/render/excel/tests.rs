//! Tests of the workbooks: read back with our own reader, and as packages.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use super::*;
use crate::cell::{Cell, Place};
use crate::document::{Align, CellText, Column, Row};
use crate::problem::Standing;
use crate::problem::{Code, Problem, Severity};
use crate::reference::district::{CITY, DISTRICTS};
use crate::spec::Form;
use crate::workbook::{Book, Limits, Value, read};

fn number(text: &str, number: f64, figure: &str) -> CellText {
    CellText { text: text.into(), number: Some(number), figure: Some(figure.into()), muted: false }
}

/// Satisfaction of 23 districts and the city, two of them without a figure.
fn districts() -> DataSheet {
    let column = |label: &str, align| Column { label: label.into(), align, weight: 1.0 };
    let mut table = Table {
        name: "districts".into(),
        number: "表3".into(),
        title: "各区（市）县服务满意度情况".into(),
        unit: "单位：份、%、分".into(),
        columns: vec![
            column("区（市）县", Align::Left),
            column("有效问卷", Align::Right),
            column("满意率", Align::Right),
            column("95%置信区间", Align::Center),
            column("综合得分", Align::Right),
        ],
        groups: vec![(String::new(), 2), ("服务满意度".into(), 3)],
        notes: vec![
            "满意率＝回答“满意”的份数÷有效回答份数，区间按Wilson方法计算；样本量低于10的数据以灰色斜体列示，不参与比较。".into(),
            "由于四舍五入，分项合计可能不等于总计。".into(),
        ],
        ..Table::default()
    };
    let names = DISTRICTS.iter().map(|d| (d.code, d.name)).chain([CITY]);
    for (at, (code, name)) in names.enumerate() {
        table.rows.push(district_row(at as i128, code, name));
    }
    let chart = NativeChart {
        kind: ChartKind::Bar,
        title: "各区（市）县服务满意率".into(),
        alt: "条形图：23个区（市）县的服务满意率，最高为四川天府新区。".into(),
        categories: 0,
        series: vec![2],
        axis: String::new(),
    };
    DataSheet { name: "各区满意度".into(), table, chart: Some(chart) }
}

fn district_row(at: i128, code: &str, name: &str) -> Row {
    let (n, d) = (22 + at * 3 - (at % 5), 24 + at * 3);
    let rate = crate::metrics::percent(n as f64 / d as f64);
    let id = |metric: &str| format!("2025Q1/{code}/{metric}");
    let value = n as f64 / d as f64;
    let score = format!("{:.2}", 70.0 + at as f64 * 0.75);
    let missing = at == 6 || at == 17;
    let mut cells = vec![
        CellText::words(name),
        number(&d.to_string(), d as f64, &id("valid")),
        number(&rate, value, &id("satisfied_rate")),
        CellText { text: "57.2%～95.3%".into(), ..CellText::default() },
        number(&score, 70.0 + at as f64 * 0.75, &id("composite_score")),
    ];
    if missing {
        for cell in &mut cells[2..] {
            *cell = CellText { figure: cell.figure.clone(), muted: true, ..CellText::words("—") };
        }
    }
    Row { cells, strong: code == CITY.0 }
}

fn trend() -> DataSheet {
    let mut table = Table {
        title: "近四个季度综合得分".into(), unit: "单位：分".into(), ..Table::default()
    };
    for label in ["季度", "综合得分", "项目覆盖率"] {
        table.columns.push(Column { label: label.into(), align: Align::Right, weight: 1.0 });
    }
    for (quarter, score, rate) in [
        ("2024Q2", "81.20", "61.0%"),
        ("2024Q3", "—", "—"),
        ("2024Q4", "84.05", "70.5%"),
        ("2025Q1", "86.25", "74.0%"),
    ] {
        let cell = |text: &str| CellText {
            text: text.into(),
            number: text.trim_end_matches('%').parse::<f64>().ok(),
            figure: Some(format!(
                "{quarter}/510100/{}",
                if text.ends_with('%') { "coverage" } else { "composite_score" }
            )),
            muted: false,
        };
        table
            .rows
            .push(Row { cells: vec![CellText::words(quarter), cell(score), cell(rate)], strong: false });
    }
    let chart = NativeChart {
        kind: ChartKind::Line,
        title: "项目覆盖率走势".into(),
        alt: "折线图：项目覆盖率由61.0%升至74.0%，2024年第三季度没有数据。".into(),
        series: vec![2],
        ..NativeChart::default()
    };
    DataSheet { name: "走势".into(), table, chart: Some(chart) }
}

fn book() -> DataBook {
    DataBook {
        title: "成都市中小企业质量提升服务数据表".into(),
        subtitle: "2025年第一季度".into(),
        date_ymd: (2025, 3, 31),
        marks: vec!["内部资料".into(), "示例数据".into()],
        notes: vec![
            "数据来自各区（市）县报送的附录B、C、E、F，同一企业同一项目只统计最新的一份；口径与公式见指标目录，取整采用四舍五入（按分数精确值）。".into(),
            "“未归属”指无法确定所属区（市）县的表。".into(),
        ],
        fingerprint: "3f9a2c71b0de".into(),
        sheets: vec![districts(), trend()],
    }
}

fn list() -> ProblemList {
    let place = |file: &str, sheet: &str, cell: &str| Place {
        file: file.into(),
        sheet: sheet.into(),
        cell: cell.parse().ok(),
    };
    let listed = |district: &str, label: &str, problem: Problem, standing| Listed {
        problem,
        district: district.into(),
        label: label.into(),
        standing: Some(standing),
    };
    let mut problems = vec![
        listed(
            "未归属",
            "",
            Problem::new(Code::FileCorrupt, Place::file("企业直报/坏文件.xlsx")).about("坏文件.xlsx"),
            Standing::New,
        ),
        listed(
            "新都区",
            "从业人员数量",
            Problem::new(Code::CountText, place("新都区/拟翔 #2.xlsx", "表B's", "C12"))
                .about("从业人员数量")
                .of(Form::B, "employees")
                .found("=cmd|'/C calc'!A0")
                .named("成都拟翔信息技术有限公司", ""),
            Standing::Open,
        ),
        listed(
            "新都区",
            "企业名称",
            Problem::new(Code::RequiredMissing, place("新都区/拟翔.xlsx", "表F", "B4"))
                .about("企业名称")
                .of(Form::F, "enterprise"),
            Standing::Mended,
        ),
    ];
    for at in 0..40u32 {
        let cell = Cell::new(4 + at, 2).to_string();
        let problem =
            Problem::new(Code::OptionUnrecognised, place("高新/汇总表（高新区）.xlsx", "Sheet1", &cell))
                .about("服务人员态度")
                .of(Form::F, "staff_attitude")
                .found("还可以")
                .named("拟裕（成都）家具有限公司", "标准化良好行为创建");
        problems.push(listed("高新区", "服务人员态度", problem, Standing::New));
    }
    ProblemList {
        title: "填报问题清单".into(),
        subtitle: "2025年第一季度".into(),
        date_ymd: (2025, 3, 31),
        marks: vec!["内部资料".into()],
        notes: Vec::new(),
        inputs: "../../../inputs/2025Q1".into(),
        problems,
    }
}

fn opened(bytes: &[u8]) -> Book {
    read(bytes, &Limits::default()).unwrap()
}

/// Parts of the package, by name.
fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|at| {
            let mut file = zip.by_index(at).unwrap();
            let stamp = file.last_modified().map(|t| t.year());
            let name = file.name().unwrap().into_owned();
            assert_eq!(stamp, Some(1980), "{name}");
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (name, text)
        })
        .collect()
}

/// Writes the samples where `ZHITI_SAMPLES` says, to be looked at.
#[test]
fn samples_can_be_looked_at() {
    let Ok(folder) = std::env::var("ZHITI_SAMPLES") else { return };
    std::fs::write(format!("{folder}/tables.xlsx"), tables(&book()).unwrap()).unwrap();
    std::fs::write(format!("{folder}/problems.xlsx"), problem_list(&list()).unwrap()).unwrap();
}

#[test]
fn tables_read_back_with_title_numbers_and_ids() {
    let bytes = tables(&book()).unwrap();
    let book = opened(&bytes);
    let names: Vec<&str> = book.sheets.iter().map(|s| &*s.name).collect();
    assert_eq!(names, ["目录", "各区满意度", "走势"]);
    let sheet = &book.sheets[1];
    let text = |a1: &str| sheet.text(a1.parse().unwrap());
    assert_eq!(text("A1"), "表3 各区（市）县服务满意度情况");
    assert_eq!(text("E2"), "单位：份、%、分");
    assert_eq!(text("C3"), "服务满意度：满意率");
    assert_eq!(text("H3"), "figure_id:服务满意度：满意率");
    assert_eq!(sheet.get("C4".parse().unwrap()), Some(&Value::Number(22.0 / 24.0)));
    assert_eq!(text("C10"), "—");
    assert_eq!(text("H4"), "2025Q1/510172/satisfied_rate=91.7%");
    assert!(book.sheets.iter().all(|s| s.merges.is_empty()));
}

#[test]
fn every_figure_reads_back_as_printed() {
    let book = book();
    let printed: Vec<(String, String)> = book
        .sheets
        .iter()
        .flat_map(|s| s.table.rows.iter().flat_map(|r| &r.cells))
        .filter_map(|c| Some((c.figure.clone()?, c.text.clone())))
        .collect();
    assert_eq!(read_figures(&tables(&book).unwrap()).unwrap(), printed);
    assert!(read_figures(b"PK\x03\x04 no workbook").is_err());
}

#[test]
fn a_digit_changed_on_the_sheet_is_noticed() {
    let mut changed = book();
    let bytes = tables(&changed).unwrap();
    changed.sheets[0].table.rows[0].cells[4].number = Some(90.0);
    // What is printed wins over a number that contradicts it.
    assert_eq!(tables(&changed).unwrap(), bytes);

    let parts = parts(&bytes);
    let xml = &parts["xl/worksheets/sheet2.xml"];
    assert!(xml.contains("<v>70.75</v>"));
    let altered =
        repacked(&bytes, "xl/worksheets/sheet2.xml", &xml.replacen("<v>70.75</v>", "<v>71.75</v>", 1));
    let figures = read_figures(&altered).unwrap();
    assert!(figures.contains(&("2025Q1/510173/composite_score".into(), "71.75".into())));
}

fn repacked(bytes: &[u8], name: &str, content: &str) -> Vec<u8> {
    use std::io::Write;
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (part, text) in parts(bytes) {
        out.start_file(&*part, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(if part == name { content } else { &text }.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn the_package_has_links_chart_filter_and_paper() {
    let parts = parts(&tables(&book()).unwrap());
    assert!(
        parts["xl/worksheets/sheet1.xml"].contains("location=\"&apos;各区满意度&apos;!A1\"")
            || parts["xl/worksheets/sheet1.xml"].contains("location=\"'各区满意度'!A1\"")
    );
    let sheet = &parts["xl/worksheets/sheet2.xml"];
    for wanted in ["<autoFilter ref=\"A3:K27\"", "hidden=\"1\"", "paperSize=\"9\"", "state=\"frozen\""] {
        assert!(sheet.contains(wanted), "{wanted}");
    }
    assert!(!sheet.contains("<f>") && !sheet.contains("mergeCell"));
    assert!(
        parts["xl/workbook.xml"].contains("'各区满意度'!$1:$3")
            || parts["xl/workbook.xml"].contains("各区满意度!$1:$3")
    );
    assert!(
        parts["xl/drawings/drawing1.xml"]
            .contains("descr=\"条形图：23个区（市）县的服务满意率，最高为四川天府新区。\"")
    );
    let chart = &parts["xl/charts/chart1.xml"];
    assert!(chart.contains("<c:barChart>") && chart.contains("各区（市）县服务满意率"));
    // The city is no bar; the missing districts are gaps of a hidden copy.
    assert!(chart.contains("$A$4:$A$26") && chart.contains("$K$4:$K$26"), "{chart}");
    for (name, xml) in &parts {
        let doc = name == "docProps/core.xml";
        assert!(!doc || xml.matches("2025-03-31T00:00:00Z").count() == 2, "{xml}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(tables(&book()).unwrap(), tables(&book()).unwrap());
    let mut turned = list();
    turned.problems.reverse();
    assert_eq!(problem_list(&list()).unwrap(), problem_list(&turned).unwrap());
}

#[test]
fn problems_are_sorted_linked_and_counted() {
    let bytes = problem_list(&list()).unwrap();
    let book = opened(&bytes);
    let all = &book.sheets[1];
    let text = |a1: &str| all.text(a1.parse().unwrap());
    assert_eq!(
        (text("A1").as_str(), text("B4").as_str(), text("B44").as_str()),
        ("填报问题清单", "高新区", "新都区")
    );
    assert_eq!(text("B46"), "未归属");
    assert_eq!((text("E44").as_str(), text("L44").as_str()), ("C12", "=cmd|'/C calc'!A0"));
    assert_eq!(text("G44"), "从业人员数量");
    assert_eq!(text("P45"), "已改正");
    let parts = parts(&bytes);
    let links = &parts["xl/worksheets/_rels/sheet2.xml.rels"];
    assert!(links.contains("../../../inputs/2025Q1/新都区/拟翔%20%232.xlsx"), "{links}");
    assert!(links.contains("../../../inputs/2025Q1/高新/汇总表（高新区）.xlsx"));
    let sheet = &parts["xl/worksheets/sheet2.xml"];
    assert!(sheet.contains("表B''s'!C12\"") || sheet.contains("表B&apos;&apos;s&apos;!C12\""), "location");
    assert!(!sheet.contains("<f>"));
    let summary = &book.sheets[0];
    let row: Vec<String> = (0..10).map(|col| summary.text(Cell::new(5, col))).collect();
    assert_eq!(row, ["高新区", "1个文件", "40", "0", "40", "0", "40", "0", "0", "0"]);
    let row: Vec<String> = (0..10).map(|col| summary.text(Cell::new(8, col))).collect();
    assert_eq!(row, ["合计", "", "42", "1", "41", "0", "41", "1", "1", "0"]);
}

#[test]
fn a_hint_is_nothing_to_mend() {
    let mut list = list();
    let warning = |l: &&mut Listed| l.stands() && l.problem.severity == Severity::Warning;
    list.problems.iter_mut().find(warning).unwrap().problem.severity = Severity::Info;
    let book = opened(&problem_list(&list).unwrap());
    let row: Vec<String> = (2..6).map(|col| book.sheets[0].text(Cell::new(8, col))).collect();
    assert_eq!(row, ["41", "1", "40", "1"]);
}

#[test]
fn odd_file_names_are_escaped_once() {
    for (file, target) in [
        ("a#3.xlsx", "%20/../../in/a%233.xlsx"),
        ("50%.xlsx", "../in/50%25.xlsx"),
        ("a%20b.xlsx", "../in/a%2520b.xlsx"),
        ("[1] 甲.xlsx", "../in/%5b1%5d%20甲.xlsx"),
        ("包.zip/甲.xlsx", "../in/包.zip"),
        ("甲&乙.xlsx", "../in/甲&amp;乙.xlsx"),
    ] {
        let place = Place { file: file.into(), sheet: "S#1".into(), cell: Some(Cell::new(0, 0)) };
        let url = link::open("../in", &place).unwrap();
        let mut workbook = Workbook::new();
        workbook.add_worksheet().write_url(0, 0, url).unwrap();
        let parts = parts(&workbook.save_to_buffer().unwrap());
        let rels = &parts["xl/worksheets/_rels/sheet1.xml.rels"];
        assert!(rels.contains(&format!("Target=\"{target}\"")), "{file}: {rels}");
        assert_eq!(parts["xl/worksheets/sheet1.xml"].contains("S#1"), !file.contains(".zip"));
    }
    assert!(link::open("", &Place::file("a.xlsx")).is_none());
    assert!(link::open("..", &Place::file("a\n.xlsx")).is_none());
}

#[test]
fn nothing_hostile_stops_or_steers_a_workbook() {
    let hostile = [
        "=cmd|'/C calc'!A0",
        "\u{0}\u{202e}\u{ffff}",
        "[]:*?/\\",
        "_x0041_",
        "<c:x>&amp;",
        "=A!B1",
        "甲!A1:B2",
    ];
    let mut book = book();
    for text in hostile.iter().map(|t| (*t).to_owned()).chain(["长".repeat(40_000)]) {
        let cell =
            CellText { text: text.clone(), number: Some(f64::NAN), figure: Some(text.clone()), muted: false };
        let table = Table {
            title: text.clone(),
            number: text.clone(),
            unit: text.clone(),
            columns: vec![Column { label: text.clone(), ..Column::default() }],
            groups: vec![(text.clone(), 9)],
            rows: vec![Row { cells: vec![cell.clone(), cell], strong: false }, Row::default()],
            notes: vec![text.clone()],
            ..Table::default()
        };
        let chart = NativeChart {
            title: text.clone(),
            alt: text.clone(),
            axis: text.clone(),
            series: vec![0, 1, 99],
            categories: 7,
            ..NativeChart::default()
        };
        book.sheets.push(DataSheet { name: text.clone(), table, chart: Some(chart) });
        book.marks.push(text.clone());
        book.notes.push(text.clone());
        book.title = text;
    }
    book.sheets.push(DataSheet::default());
    let bytes = tables(&book).unwrap();
    assert!(
        !parts(&bytes).iter().any(|(name, xml)| name.starts_with("xl/worksheets/") && xml.contains("<f>"))
    );
    let read = opened(&bytes);
    assert_eq!(read.sheets[3].text("A4".parse().unwrap()), hostile[0]);
    assert_eq!(read.sheets[6].text("A4".parse().unwrap()), "_x0041_");
    let long = read.sheets[10].text("A4".parse().unwrap());
    assert!(long.encode_utf16().count() <= 32_767 && long.ends_with(words::CUT));
    assert!(read_figures(&bytes).is_ok());

    let mut list = list();
    for text in hostile.iter().map(|t| (*t).to_owned()).chain(["长".repeat(40_000)]) {
        let place = Place {
            file: text.as_str().into(),
            sheet: text.as_str().into(),
            cell: Some(Cell::new(u32::MAX, 0)),
        };
        let mut problem = Problem::new(Code::CountText, place).named(text.as_str(), text.as_str());
        problem.word_finished(text.clone(), Code::CountText.entry().mend.to_owned());
        list.problems.push(Listed { problem, district: text.clone(), label: text, standing: None });
    }
    assert!(opened(&problem_list(&list).unwrap()).unreadable.is_empty());
    assert!(problem_list(&ProblemList { date_ymd: (2025, 1, 1), ..ProblemList::default() }).is_ok());
}

#[test]
fn a_column_has_one_precision() {
    let column = |label: &str| Column { label: label.into(), align: Align::Right, weight: 1.0 };
    let row = |texts: [(&str, f64); 3]| Row {
        cells: texts.iter().map(|(text, n)| number(text, *n, "2025Q1/510100/x")).collect(),
        strong: false,
    };
    // An exact half cannot be written as it is; its neighbours follow it.
    let table = Table {
        title: "表".into(),
        columns: ["弥合率", "差", "满意率"].map(column).to_vec(),
        rows: vec![
            row([("91.3%", 0.9125), ("0.8", 0.76), ("89.2%", 33.0 / 37.0)]),
            row([("89.2%", 33.0 / 37.0), ("-1.2", -1.2345), ("50.0%", 0.5)]),
        ],
        ..Table::default()
    };
    let sheets = vec![DataSheet { name: "表".into(), table, chart: None }];
    let bytes = tables(&DataBook { sheets, ..book() }).unwrap();
    let book = read(&bytes, &Limits::default()).unwrap();
    let sheet = book.sheets.iter().find(|s| *s.name == *"表").unwrap();
    let value = |row, col| match sheet.get(Cell::new(row, col)) {
        Some(Value::Number(n)) => *n,
        other => panic!("{other:?}"),
    };
    assert_eq!((value(3, 0), value(4, 0)), (0.913, 0.892), "as printed");
    assert_eq!((value(3, 1), value(4, 1)), (0.76, -1.2345), "exactly");
    assert_eq!((value(3, 2), value(4, 2)), (33.0 / 37.0, 0.5), "exactly");
}

//! Every document with full, with scarcely any, and with hostile data, read back: no field lost, no
//! cell left blank where something is missing, no word of a return become code. And a faulty template
//! of each kind, named with its place.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use zhiti::docx;
use zhiti::metrics::DIMENSIONS;
use zhiti::render::forms::{Extras, SheetPlan, answers, workbook};
use zhiti::render::word::form;
use zhiti::spec::{Form, FormSpec, Kind, Specs};
use zhiti::workbook::{self as book, Value};

/// Markup and code of every language our words pass through, both directions, rare characters, emoji.
const HOSTILE: &str =
    "=1+1{{ period }}{% raw %}#panic(1)$x$*b*_i_`c`<b>&amp;</w:t>]]>![](table:x)\u{202E}反\u{202C}𬭩㛃龘😀";

struct Run {
    folder: tempfile::TempDir,
    /// What the program told.
    said: String,
}

impl Run {
    fn edition(&self) -> PathBuf {
        self.folder.path().join("outputs/2025Q1")
    }

    /// All files of an ending, by their path below the edition.
    fn files(&self, ending: &str) -> BTreeMap<String, PathBuf> {
        let root = self.edition();
        let mut out = BTreeMap::new();
        let mut open = vec![root.clone()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    open.push(path);
                } else if path.to_string_lossy().ends_with(ending) {
                    let name = path.strip_prefix(&root).expect("below").to_string_lossy().into_owned();
                    out.insert(name, path);
                }
            }
        }
        out
    }
}

fn zhiti(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zhiti")).current_dir(folder).args(args).output().expect("starts")
}

fn run_of(fill: impl FnOnce(&Path)) -> Run {
    let folder = tempfile::tempdir().expect("folder");
    fill(folder.path());
    let output = zhiti(folder.path(), &["run"]);
    let (code, said) = (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(matches!(code, Some(0 | 1)), "{code:?} {said}");
    Run { folder, said }
}

fn full() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        run_of(|folder| {
            let args = [
                "sample",
                "--period",
                "2025Q1",
                "--projects",
                "4",
                "--mess",
                "0.3",
                "--seed",
                "7",
                "--quiet",
            ];
            assert!(zhiti(folder, &args).status.success());
        })
    })
}

/// One return that says next to nothing.
fn scarce() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        run_of(|folder| {
            let specs = Specs::built_in().expect("forms");
            let spec = specs.of(Form::F);
            let names = [("project", "甲项目"), ("enterprise", "甲公司"), ("agency", "甲机构")];
            let values = names.map(|(id, words)| (id.to_owned(), words.to_owned())).into();
            write(folder, "inputs/2025Q1/新都区/表F.xlsx", &[SheetPlan { values, ..SheetPlan::blank(spec) }]);
        })
    })
}

/// Every field that takes words holds hostile ones, the practices ten thousand characters of them.
fn hostile() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        run_of(|folder| {
            let specs = Specs::built_in().expect("forms");
            let cover = &specs.cover;
            for n in 0..2 {
                let head = [("period", "2025Q1"), ("district", "新都区"), ("consent", "是")];
                let values = head.map(|(id, words)| (id.to_owned(), words.to_owned())).into();
                let mut plans = vec![SheetPlan { values, ..SheetPlan::blank(cover) }];
                for form in [Form::B, Form::C, Form::D, Form::E, Form::F, Form::S] {
                    let spec = specs.of(form);
                    plans.push(SheetPlan { values: values_of(spec, form, n), ..SheetPlan::blank(spec) });
                }
                write(folder, &format!("inputs/2025Q1/新都区/{n}.xlsx"), &plans);
            }
        })
    })
}

fn write(folder: &Path, path: &str, plans: &[SheetPlan]) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().expect("folder")).expect("folder");
    std::fs::write(path, workbook(plans, Extras::PLAIN).expect("workbook")).expect("written");
}

/// The words of a field: hostile, and marked so that they can be found again.
fn words_of(form: Form, id: &str, n: usize) -> String {
    match id {
        "enterprise" | "project" | "agency" => format!("{HOSTILE}{id}{n}"),
        "practices" => format!("首{}尾【{form}.{id}】", HOSTILE.repeat(10_000 / HOSTILE.chars().count())),
        _ => format!("{HOSTILE}【{form}.{id}】"),
    }
}

fn values_of(spec: &FormSpec, form: Form, n: usize) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for field in &spec.fields {
        let words = match field.kind {
            Kind::Count => "3".to_owned(),
            Kind::Date => "2025年2月3日".to_owned(),
            Kind::Range => "2025年2月3日—2025年3月4日".to_owned(),
            Kind::One => answers::ticks_one(field, Some(0)),
            Kind::Many => answers::ticks_many(field, &[0], ""),
            Kind::Contact => "拟甲 13800000001".to_owned(),
            Kind::Person | Kind::Signature => "拟丙丁".to_owned(),
            Kind::Dimensions => {
                for (name, side) in DIMENSIONS.iter().zip(["before", "goal", "after"].iter().cycle()) {
                    values.insert(format!("dimensions.{name}.{side}"), "3".to_owned());
                }
                continue;
            }
            Kind::Indicators => {
                for (key, words) in
                    [("name", HOSTILE), ("unit", "%"), ("before", "1"), ("goal", "2"), ("after", "3")]
                {
                    values.insert(format!("indicators.1.{key}"), words.to_owned());
                }
                continue;
            }
            _ if field.within.is_some() => continue,
            _ => words_of(form, &field.id, n),
        };
        values.insert(field.id.to_string(), words);
    }
    values
}

/// The main part of a Word file.
fn main_part(path: &Path) -> String {
    let bytes = std::fs::read(path).expect("read");
    let all = docx::parts(&bytes, &docx::Limits::default()).expect("a Word file");
    let main = all.into_iter().find(|(name, _)| name == "word/document.xml").expect("main part");
    String::from_utf8(main.1).expect("UTF-8")
}

/// Words between the marks of XML, unescaped.
fn words(xml: &str) -> String {
    let mut out = String::new();
    let mut rest = xml;
    while let Some(start) = rest.find("<w:t") {
        rest = &rest[start..];
        let open = rest.find('>').map_or(rest.len(), |at| at + 1);
        let is_text = rest.starts_with("<w:t>") || rest.starts_with("<w:t ");
        rest = &rest[open..];
        if is_text {
            let end = rest.find("</w:t>").unwrap_or(rest.len());
            out.push_str(&rest[..end]);
        }
    }
    let out = out.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    out.replace("&amp;", "&")
}

/// The words of a PDF without blank space, where there is a program that reads them.
fn pdf_words(path: &Path) -> Option<String> {
    let out = Command::new("pdftotext").arg(path).arg("-").output().ok()?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    Some(text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200B}').collect())
}

/// No table of a Word file has a cell without words, except where it continues a merged one.
fn assert_no_blank_cells(name: &str, xml: &str) {
    for cell in xml.split("<w:tc>").skip(1) {
        let cell = cell.split("</w:tc>").next().unwrap_or_default();
        let merged = cell.contains("<w:vMerge w:val=\"continue\"/>");
        assert!(merged || !words(cell).trim().is_empty(), "{name}: a blank cell {cell}");
    }
}

const SECTIONS: [&str; 5] = ["报告摘要", "总体情况", "服务供需情况", "服务满意度", "编制说明"];
const ITEMS: [&str; 4] =
    ["质量提升服务目标达成情况", "主要的服务经验与做法", "产生的经济社会效益", "服务存在的不足及改进方向"];

fn assert_whole(run: &Run) {
    let docx = run.files(".docx");
    assert!(docx.contains_key("city/全市报告.docx"), "{:?}", docx.keys());
    for (name, path) in &docx {
        let xml = main_part(path);
        assert_no_blank_cells(name, &xml);
        let shown = words(&xml);
        let wanted: &[&str] = if name.starts_with("summaries/") { &ITEMS } else { &SECTIONS };
        assert!(wanted.iter().all(|w| shown.contains(w)), "{name}: {shown}");
    }
    for (name, path) in &run.files(".pdf") {
        let Some(shown) = pdf_words(path) else { return };
        let wanted: &[&str] = if name.starts_with("summaries/") {
            &ITEMS
        } else if name.starts_with("agencies/") {
            // Those of few answers tell no results, and say why.
            if shown.contains("本单只列份数") {
                &["基本情况", "说明"]
            } else {
                &["基本情况", "分项结果", "说明"]
            }
        } else if name.ends_with("发布前核对.pdf") {
            &["变化最大的数值", "报送材料中的问题"]
        } else if name.ends_with("版本说明.pdf") {
            &["版本说明", "数值的变动"]
        } else {
            &SECTIONS
        };
        assert!(wanted.iter().all(|w| shown.contains(w)), "{name}: {shown}");
        assert!(shown.contains("数据指纹"), "{name}");
    }
    for (name, path) in &run.files(".xlsx") {
        assert_sheets(name, path);
    }
}

/// Each sheet has its title in A1, and no cell is a formula.
fn assert_sheets(name: &str, path: &Path) {
    let bytes = std::fs::read(path).expect("read");
    for (part, xml) in docx::parts(&bytes, &docx::Limits::default()).expect("a zip") {
        let is_sheet = part.starts_with("xl/worksheets/sheet");
        assert!(!is_sheet || !String::from_utf8_lossy(&xml).contains("<f>"), "{name}: a formula in {part}");
    }
    let book = book::read(bytes, &book::Limits::default()).unwrap_or_else(|f| panic!("{name}: {f:?}"));
    for sheet in &book.sheets {
        assert!(
            sheet.cells().all(|(_, value)| !matches!(value, Value::Uncalculated)),
            "{name} {}",
            sheet.name
        );
    }
    if name.ends_with("数据表.xlsx") {
        for sheet in &book.sheets {
            let title = sheet.get(zhiti::cell::Cell::new(0, 0)).map(Value::text).unwrap_or_default();
            assert!(!title.trim().is_empty(), "{}", sheet.name);
        }
    }
}

#[test]
fn full_data_make_whole_documents() {
    let run = full();
    assert_whole(run);
    for (name, path) in &run.files(".pdf") {
        if name.starts_with("summaries/") {
            let docx = main_part(&path.with_extension("docx"));
            let shown = words(&docx);
            let enterprise = name.rsplit('/').next().and_then(|f| f.split('—').next()).expect("name");
            assert!(shown.contains(enterprise), "{name}");
        }
    }
}

#[test]
fn scarce_data_say_what_is_missing() {
    let run = scarce();
    assert_whole(run);
    let summary =
        run.files(".docx").into_iter().find(|(name, _)| name.starts_with("summaries/")).expect("one");
    let shown = words(&main_part(&summary.1));
    assert_eq!(shown.matches("未报送服务总结（表D）").count(), 5, "four items and the note: {shown}");
    assert!(shown.contains("（请填写）"), "the date: {shown}");
    let city = words(&main_part(&run.edition().join("city/全市报告.docx")));
    assert!(city.contains("无数据") || city.contains("—"), "{city}");
    let district = words(&main_part(&run.edition().join("districts/新都区.docx")));
    for (name, shown) in [("city", city), ("district", district)] {
        for dash in ["为—", "占—", "率—"] {
            for end in ["。", "，", "；", "（"] {
                let sentence = format!("{dash}{end}");
                assert!(!shown.contains(&sentence), "{name}: {sentence} is no statement: {shown}");
            }
        }
        assert!(shown.contains("没有服务实施记录，不计算回收率和闭环率"), "{name}: {shown}");
        assert!(!shown.contains("按分计时") && !shown.contains("没有发现突出问题"), "{name}: {shown}");
        assert!(!shown.contains("名册内缺报的材料"), "{name}: nothing is missing without a roster");
        assert!(!shown.contains("没有评价为“不满意”的"), "{name}: nobody rated");
    }
}

#[test]
fn services_without_surveys_and_a_file_that_cannot_be_read_are_told() {
    let run = run_of(|folder| {
        let specs = Specs::built_in().expect("forms");
        let spec = specs.of(Form::C);
        let plan = SheetPlan { values: values_of(spec, Form::C, 0), ..SheetPlan::blank(spec) };
        write(folder, "inputs/2025Q1/新都区/表C.xlsx", std::slice::from_ref(&plan));
        let other = [("project", "乙项目"), ("enterprise", "乙公司")];
        let other = other.into_iter().map(|(id, words)| (id.to_owned(), words.to_owned()));
        let values = plan.values.clone().into_iter().chain(other).collect();
        write(folder, "inputs/2025Q1/表C.xlsx", &[SheetPlan { values, ..plan }]);
        std::fs::write(folder.join("inputs/2025Q1/新都区/坏.xlsx"), "PK").expect("written");
    });
    let told = |name: &str| words(&main_part(&run.edition().join(name)));
    let city = told("city/全市报告.docx");
    assert!(city.contains("没有收到满意度调查表（表F），不能评价服务满意度。"), "{city}");
    assert!(city.contains("发放并收回满意度调查表（8.2）"), "{city}");
    assert!(!city.contains("没有发现突出问题"), "{city}");
    assert!(city.contains("收到的表格中，1份无法确定所属区（市）县"), "{city}");
    for shown in [city, told("districts/新都区.docx")] {
        assert!(shown.contains("另有1个文件无法读取，已列入问题清单。"), "{shown}");
    }
    let nowhere = told("districts/未归属.docx");
    assert!(nowhere.contains("未归属材料情况") && nowhere.contains("未能确定所属区（市）县的材料共1份"));
    assert!(!nowhere.contains("本区（市）县") && !nowhere.contains("无法读取"), "{nowhere}");
}

#[test]
fn hostile_words_stay_words_in_every_document() {
    let run = hostile();
    assert_whole(run);
    let files = run.files(".docx");
    let summaries = files.iter().filter(|(name, _)| name.starts_with("summaries/"));
    let summaries: Vec<PathBuf> = summaries.map(|(_, path)| path.clone()).collect();
    assert_eq!(summaries.len(), 2, "{:?}", files.keys());
    for path in &summaries {
        let shown = words(&main_part(path));
        for id in ["goals", "practices", "benefits", "shortcomings"] {
            assert!(shown.contains(&format!("【D.{id}】")), "{id} is missing");
        }
        // Direction marks are taken off when a return is read.
        assert!(shown.contains(&HOSTILE.replace(['\u{202E}', '\u{202C}'], "")), "{shown}");
        // PDF: what no face has is named by its number, and the tail of the long answer is there.
        if let Some(pdf) = pdf_words(&path.with_extension("pdf")) {
            for wanted in
                ["尾【D.practices】", "【D.goals】", "{{period}}", "#panic(1)", "𬭩㛃龘", "□(U+1F600)"]
            {
                assert!(pdf.contains(wanted), "{wanted} is missing");
            }
        }
    }
    let quoted = words(&main_part(&run.edition().join("districts/新都区.docx")));
    assert!(quoted.contains("【E.next_needs】") && quoted.contains("{{ period }}"), "{quoted}");
    assert_site(run);
}

/// The public edition tells the cases agreed to, and holds no markup of a return.
fn assert_site(run: &Run) {
    let pages = run.files(".html");
    let said = |words: &str| {
        pages.values().any(|path| std::fs::read_to_string(path).is_ok_and(|html| html.contains(words)))
    };
    assert!(said("【D.goals】") && said("{{ period }}"), "{:?}\n{}", pages.keys(), run.said);
    for (name, path) in pages.iter() {
        let html = std::fs::read_to_string(path).expect("read");
        assert!(!html.contains("<b>&amp;amp;") && !html.contains("</w:t>"), "{name}");
        assert!(!html.contains("=1+1{{ period }}{% raw %}#panic(1)$x$*b*_i_`c`<b>"), "{name}");
    }
}

/// Captions of the charts of a Word file, as printed.
fn captions(shown: &str) -> Vec<usize> {
    let after = shown.split('图').skip(1);
    let number = |rest: &str| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        rest[digits.len()..].starts_with(['\u{3000}', ' ']).then(|| digits.parse().ok())?
    };
    after.filter_map(number).collect()
}

#[test]
fn a_chart_without_data_is_a_sentence_and_no_box() {
    for (run, sections) in [(scarce(), ["city/全市报告", "districts/新都区"]), (full(), ["city/全市报告"; 2])]
    {
        for name in sections {
            let xml = main_part(&run.edition().join(format!("{name}.docx")));
            let (shown, drawings) = (words(&xml), xml.matches("<w:drawing>").count());
            assert!(!xml.contains("无可用数据"), "{name}: an empty chart");
            assert_eq!(captions(&shown), (1..=drawings).collect::<Vec<_>>(), "{name}: {shown}");
            assert!(name.starts_with("districts") || shown.contains("有综合满意度的季度不足两个，不绘制"));
        }
    }
    assert!(captions(&words(&main_part(&full().edition().join("city/全市报告.docx")))).len() > 5);
    let district = words(&main_part(&scarce().edition().join("districts/新都区.docx")));
    for wanted in ["需求和服务都没有勾选类别，不绘制", "没有可供计算的质量提升服务补充表，不绘制"]
    {
        assert!(district.contains(wanted), "{wanted}: {district}");
    }
}

/// No heading is followed by a table or chart without a word between, except where the next is a heading.
#[test]
fn every_heading_is_followed_by_words() {
    for run in [scarce(), full()] {
        for (name, path) in run.files(".docx").iter().filter(|(name, _)| !name.starts_with("summaries/")) {
            let xml = main_part(path);
            for after in xml.split("<w:pStyle w:val=\"Heading").skip(1) {
                let next = after.split_once("</w:p>").map_or("", |(_, rest)| rest);
                let next = next.split("</w:p>").next().unwrap_or_default();
                let is_caption = ["Caption", "Figure"].iter().any(|s| next.contains(&format!("w:val=\"{s}")));
                assert!(!is_caption && !next.contains("<w:tbl>"), "{name}: {}", words(after));
            }
        }
    }
}

/// Runs the scarce inputs with one template replaced; what is said on standard error.
fn fault_of(path: &str, bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("folder");
    let inputs = scarce().folder.path().join("inputs/2025Q1/新都区/表F.xlsx");
    let copy = folder.path().join("inputs/2025Q1/新都区/表F.xlsx");
    std::fs::create_dir_all(copy.parent().expect("folder")).expect("folder");
    std::fs::copy(inputs, copy).expect("copied");
    let template = folder.path().join("templates").join(path);
    std::fs::create_dir_all(template.parent().expect("folder")).expect("folder");
    std::fs::write(template, bytes).expect("written");
    let output = zhiti(folder.path(), &["run", "--quiet"]);
    assert_eq!(output.status.code(), Some(2), "{path}");
    assert!(!folder.path().join("outputs/2025Q1").exists(), "{path}: nothing half made");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_faulty_template_is_named_with_its_place_and_the_nearest_name() {
    let sample = form::sample().expect("sample");
    let mut parts = docx::parts(&sample, &docx::Limits::default()).expect("parts");
    for (name, bytes) in &mut parts {
        if name == "word/document.xml" {
            *bytes = String::from_utf8_lossy(bytes).replace("{{ 企业名称 }}", "{{ 企业名 }}").into_bytes();
        }
    }
    for (path, bytes, wanted) in [
        (
            "text/city.md",
            "# 摘要\n\n{{ fig(name=\"composit_score\") }}\n".as_bytes().to_vec(),
            vec!["city.md 第3行", "composit_score", "`composite_score`"],
        ),
        (
            "text/district.md",
            "# 摘要\n{{ total.recieved }}\n".as_bytes().to_vec(),
            vec!["district.md 第2行", "recieved", "`received`"],
        ),
        (
            "text/agency.md",
            "![](table:satisfaction_by_itm)\n".as_bytes().to_vec(),
            vec!["agency.md 第1行", "satisfaction_by_itm", "`satisfaction_by_item`"],
        ),
        ("layout/report.typ", b"\n#no-such-name\n".to_vec(), vec!["report.typ 第2行", "no-such-name"]),
        ("word/参考样式.docx", b"PK cut".to_vec(), vec!["参考样式.docx", "无法使用"]),
        ("word/附录D.docx", zipped(&parts), vec!["附录D.docx", "段“{{ 企业名 }}”", "是否应为 `企业名称`"]),
    ] {
        let said = fault_of(path, &bytes);
        assert!(wanted.iter().all(|w| said.contains(w)), "{path}: {said}\n{wanted:?}");
    }
}

fn zipped(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("part");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("zip").into_inner()
}

//! Whole runs of the program as its users see them: files, exit codes, bytes.

use std::fs;
use std::path::Path;

mod common;
use common::program::{code, text};
use common::{files, zhiti};

fn sample(folder: &Path, projects: &str) {
    let made = zhiti(
        folder,
        &["sample", "--period", "2025Q1", "--projects", projects, "--mess", "0.2", "--seed", "5", "--quiet"],
    );
    assert_eq!(code(&made), 0, "{}", text(&made.stderr));
}

#[test]
fn the_whole_job_runs_and_verifies() {
    let folder = tempfile::tempdir().expect("folder");
    sample(folder.path(), "4");
    let run = zhiti(folder.path(), &["run", "--log", "log.jsonl"]);
    assert!(matches!(code(&run), 0 | 1), "{}", text(&run.stderr));
    assert!(text(&run.stderr).contains("收到"), "the run says what it counted");
    let made = files(&folder.path().join("outputs"));
    for wanted in [
        "/2025Q1/city/全市报告.pdf",
        "/2025Q1/city/数据表.xlsx",
        "/2025Q1/problems/问题清单.xlsx",
        "/2025Q1/data/metrics.csv",
        "/2025Q1/manifest.json",
    ] {
        assert!(made.contains_key(wanted), "{wanted}");
    }
    the_run_is_logged(folder.path(), code(&run));
    the_public_edition_is_accounted_for(folder.path());
    verify_finds_a_changed_file(folder.path());
}

/// Of every figure of the public edition `released/plan.csv` says whether it is shown, and `explain` the same.
fn the_public_edition_is_accounted_for(folder: &Path) {
    let edition = folder.join("outputs/2025Q1");
    let read = |path: &str| fs::read_to_string(edition.join(path)).expect(path);
    let (plan, data) = (read("released/plan.csv"), read("site/data/figures.csv"));
    let rows = |text: &str, columns: [usize; 2]| -> Vec<[String; 2]> {
        let mut rows = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let cell = |row: &csv::StringRecord, at| row.get(at).expect("column").to_owned();
        rows.records().map(|row| columns.map(|at| cell(row.as_ref().expect("row"), at))).collect()
    };
    let status = rows(&data, [0, 14]);
    let mut told = rows(&plan, [0, 3]);
    told.retain(|[figure, _]| status.iter().any(|[id, _]| id == figure));
    assert_eq!(told.len(), status.len(), "every published figure has its line");
    for [id, status] in &status {
        let told = &told.iter().find(|[figure, _]| figure == id).expect("a line")[1];
        let is_hidden = ["suppressed", "implied"].contains(&status.as_str());
        assert_eq!(told == "open", !is_hidden, "{id}: {told}, {status}");
    }
    let published = zhiti(folder, &["publish", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_slice(&published.stdout).expect("json");
    assert_eq!((&told["refused"], &told["site"]), (&serde_json::Value::Null, &"outputs/2025Q1/site".into()));
    let [hidden, reason] =
        rows(&plan, [0, 4]).into_iter().find(|[_, why]| !why.is_empty()).expect("a hidden one");
    let explained = zhiti(folder, &["explain", &hidden]);
    assert!(text(&explained.stdout).contains(&format!("不公布：{reason}")), "{}", text(&explained.stdout));
}

/// `run.json` and `--log`: stages with their seconds, the counts, problems by code, the exit code.
fn the_run_is_logged(folder: &Path, exit: i32) {
    let json = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).expect("json");
    let run = json(&fs::read(folder.join("outputs/2025Q1/run.json")).expect("run.json"));
    let manifest = json(&fs::read(folder.join("outputs/2025Q1/manifest.json")).expect("manifest"));
    assert_eq!(run["counts"], manifest["counts"]);
    assert!(manifest["outputs"].get("run.json").is_none(), "it differs every time");
    let problems = json(&fs::read(folder.join("outputs/2025Q1/problems/problems.json")).expect("problems"));
    let by_code: u64 =
        run["problems"].as_object().expect("by code").values().filter_map(|n| n.as_u64()).sum();
    assert_eq!(Some(by_code as usize), problems.as_array().map(Vec::len));
    let stages: Vec<&str> =
        run["stages"].as_array().expect("stages").iter().filter_map(|s| s["stage"].as_str()).collect();
    assert_eq!(stages, ["read", "link", "measure", "data", "compare", "problems", "documents", "site"]);
    assert_eq!(run["stages"][0]["steps"], manifest["counts"]["files_found"]);
    assert!(run["seconds"].as_f64() > Some(0.0));
    if cfg!(target_os = "linux") {
        assert!(run["peak_memory_kib"].as_u64() > Some(10_000), "{run}");
    }
    let log = fs::read_to_string(folder.join("log.jsonl")).expect("log");
    let last = json(log.lines().last().expect("lines").as_bytes());
    assert_eq!((last["event"].as_str(), last["code"].as_i64()), (Some("exit"), Some(i64::from(exit))));
}

fn verify_finds_a_changed_file(folder: &Path) {
    let sound = zhiti(folder, &["verify"]);
    assert_eq!(code(&sound), 0, "{}", text(&sound.stdout));
    let path = folder.join("outputs/2025Q1/data/metrics.csv");
    let mut bytes = fs::read(&path).expect("metrics.csv");
    let last = bytes.len() - 2;
    bytes[last] ^= 1;
    fs::write(&path, bytes).expect("writable");
    let broken = zhiti(folder, &["verify"]);
    assert_eq!(code(&broken), 1);
    assert!(text(&broken.stdout).contains("data/metrics.csv"), "{}", text(&broken.stdout));
}

#[test]
fn every_figure_of_the_reports_is_explained_as_printed() {
    let folder = tempfile::tempdir().expect("folder");
    sample(folder.path(), "3");
    let told = zhiti(folder.path(), &["explain", "2025Q1/510100/composite_score", "--format", "json"]);
    assert_eq!(code(&told), 0, "{}", text(&told.stderr));
    let json: serde_json::Value = serde_json::from_slice(&told.stdout).expect("json");
    assert!(json.to_string().contains("综合满意度"));
    let unknown = zhiti(folder.path(), &["explain", "2025Q1/510100/composit_score"]);
    assert_eq!(code(&unknown), 2);
    assert!(text(&unknown.stderr).contains("composite_score"), "{}", text(&unknown.stderr));
}

#[test]
fn a_broken_file_never_stops_a_check() {
    let folder = tempfile::tempdir().expect("folder");
    let inputs = folder.path().join("inputs/2025Q1/新都");
    fs::create_dir_all(&inputs).expect("folder");
    for (name, bytes) in [
        ("空.xlsx", &b""[..]),
        ("坏.xlsx", b"PK\x03\x04 cut"),
        ("扫描件.pdf", b"%PDF-1.7"),
        ("=cmd|'!A0.csv", b"a,b\n1,2\n"),
    ] {
        fs::write(inputs.join(name), bytes).expect("writable");
    }
    let check = zhiti(folder.path(), &["check", "--format", "json"]);
    assert_eq!(code(&check), 1, "{}", text(&check.stderr));
    let json: serde_json::Value = serde_json::from_slice(&check.stdout).expect("json");
    assert_eq!(json["counts"]["files_found"], 4);
    assert_eq!(json["counts"]["files_rejected"], 4);
    assert_eq!(json["problems"].as_array().map(Vec::len), Some(4));
    assert!(
        !json["problems"].to_string().contains("archive"),
        "the zip library's words: {}",
        json["problems"]
    );
}

#[test]
fn a_quarter_without_files_is_refused_and_one_without_returns_runs() {
    let folder = tempfile::tempdir().expect("folder");
    sample(folder.path(), "2");
    let empty = folder.path().join("inputs/2025Q2");
    fs::create_dir(&empty).expect("folder");
    fs::write(empty.join(".DS_Store"), "x").expect("writable");
    for args in [&["run"][..], &["check"], &["publish"], &["run", "--plan"], &["run", "--period", "2025Q2"]] {
        let refused = zhiti(folder.path(), args);
        assert_eq!(code(&refused), 2, "{args:?}");
        let told = text(&refused.stderr);
        assert!(
            told.contains("2025Q2 的文件夹中没有任何文件") && told.contains("--period"),
            "{args:?}: {told}"
        );
    }
    assert!(!folder.path().join("outputs").exists(), "nothing is left behind");
    // A file that is no return: told, counted, and the public edition shows nothing it does not plan.
    fs::write(empty.join("说明.txt"), "见附件").expect("writable");
    let run = zhiti(folder.path(), &["run"]);
    let told = text(&run.stderr);
    assert_eq!(code(&run), 1, "{told}");
    assert!(told.contains("文件1个，读取0个") && !told.contains("公开版未生成"), "{told}");
    let data = fs::read_to_string(folder.path().join("outputs/2025Q2/site/data/figures.csv")).expect("data");
    assert!(data.contains("2025Q1/510100/counted.B") && !data.contains("2025Q2/510100/counted.B"), "{data}");
}

#[test]
fn what_has_no_effect_is_told() {
    let folder = tempfile::tempdir().expect("folder");
    sample(folder.path(), "2");
    let told = |args: &[&str]| {
        let output = zhiti(folder.path(), args);
        assert!(matches!(code(&output), 0 | 1), "{}", text(&output.stderr));
        text(&output.stderr).to_owned()
    };
    assert_eq!(code(&zhiti(folder.path(), &["init", "--quiet"])), 0);
    assert!(!told(&["check"]).contains("没有用到"), "what init writes is used");
    let put = |path: &str, words: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("folder")).expect("folder");
        fs::write(path, words).expect("writable");
    };
    put("templates/text/ctiy.md", "# 甲\n");
    put("templates/text/foo.md", "# 乙\n");
    put("templates/text/own.md", "# 丙\n");
    put("templates/text/edition.md", "{% include \"text/own.md\" %}\n");
    put("templates/sources/own.toml", "name = \"自有\"\nextends = \"wjx\"\n");
    put("waivers.csv", "id,reason,until\nffffffffff,已核实,\n");
    let words = told(&["check"]);
    assert!(
        words.contains("templates/text/ctiy.md 没有用到") && words.contains("是否应为 text/city.md"),
        "{words}"
    );
    assert!(words.contains("templates/text/foo.md 没有用到"), "{words}");
    assert!(!words.contains("own"), "{words}");
    assert!(words.contains("waivers.csv 中的编号 ffffffffff 在 2025Q1 没有对应的问题"), "{words}");
    assert!(!told(&["check", "--quiet"]).contains("没有用到"));
}

#[test]
fn what_cannot_be_done_says_why_with_exit_code_2() {
    let folder = tempfile::tempdir().expect("folder");
    let cases: [(&[&str], &str, &str); 4] = [
        (&["run"], "", "打开报送文件夹"),
        (&["run", "--period", "2025"], "", "2025Q1"),
        (&["frobnicate"], "", "frobnicate"),
        (&["run"], "[metrics]\nmidle = 1\n", "zhiti.toml 第2行"),
    ];
    for (args, settings, wanted) in cases {
        fs::write(folder.path().join("zhiti.toml"), settings).expect("writable");
        let output = zhiti(folder.path(), args);
        assert_eq!(code(&output), 2, "{args:?}");
        assert!(text(&output.stderr).contains(wanted), "{args:?}: {}", text(&output.stderr));
    }
}

#[test]
fn a_template_error_names_file_line_and_the_nearest_name() {
    let folder = tempfile::tempdir().expect("folder");
    sample(folder.path(), "2");
    let text_folder = folder.path().join("templates/text");
    fs::create_dir_all(&text_folder).expect("folder");
    fs::write(text_folder.join("city.md"), "# 甲\n\n{{ totl.received }}\n").expect("writable");
    let output = zhiti(folder.path(), &["run"]);
    assert_eq!(code(&output), 2);
    let message = text(&output.stderr);
    assert!(message.contains("city.md 第3行") && message.contains("total"), "{message}");
}

#[test]
fn a_cover_of_another_quarter_is_told_once_and_the_folder_counts() {
    let folder = tempfile::tempdir().expect("folder");
    let inputs = folder.path().join("inputs/2025Q2/新都");
    fs::create_dir_all(&inputs).expect("folder");
    let row = [
        "拟甲项目",
        "成都拟乙公司",
        "成都拟丙机构",
        "13800000001",
        "满意",
        "满意",
        "满意",
        "满意",
        "2025-05-20",
    ];
    let head = [
        "质量提升服务项目名称",
        "企业名称",
        "质量服务机构名称",
        "联系电话",
        "对服务人员的服务态度",
        "对服务人员的专业能力",
        "对服务专家的服务态度",
        "对服务专家的专业能力",
        "填写日期",
    ];
    for (name, period) in [("甲.xlsx", "2025年第一季度"), ("乙.xlsx", "2025年4—6月"), ("丙.xlsx", "不详")]
    {
        let mut book = rust_xlsxwriter::Workbook::new();
        let cover = book.add_worksheet().set_name("封面").expect("name");
        cover.write(0, 0, "中小企业质量提升服务资料报送封面").expect("cell");
        for (at, (label, said)) in [("报送期", period), ("区（市）县", "新都区")].iter().enumerate()
        {
            cover.write(at as u32 + 1, 0, *label).expect("cell");
            cover.write(at as u32 + 1, 1, *said).expect("cell");
        }
        let table = book.add_worksheet();
        table.write_row(0, 0, head).expect("row");
        table.write_row(1, 0, row).expect("row");
        table.write_row(2, 0, row.map(|cell| cell.replace('乙', "丁"))).expect("row");
        book.save(inputs.join(name)).expect("saved");
    }
    let check = zhiti(folder.path(), &["check", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&check.stdout).expect("json");
    let all = json["problems"].as_array().expect("list");
    let told: Vec<_> = all.iter().filter(|p| p["code"] == "period_mismatch").collect();
    assert_eq!(told.len(), 1, "{all:#?}");
    assert!(told[0]["file"].as_str().is_some_and(|f| f.ends_with("甲.xlsx")), "{}", told[0]);
    assert_eq!((&told[0]["sheet"], &told[0]["cell"]), (&"封面".into(), &"B2".into()), "{}", told[0]);
}

/// Ticks are what a font of symbols makes of letters; words over the cells are told, since they are in none.
#[test]
fn what_a_cell_shows_is_read_and_what_lies_over_it_told() {
    let folder = tempfile::tempdir().expect("folder");
    let inputs = folder.path().join("inputs/2025Q1/新都区（第一批）");
    fs::create_dir_all(&inputs).expect("folder");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("满意度").expect("name");
    let rows = [
        ["中小企业质量提升服务满意度调查表", ""],
        ["质量提升服务项目名称", "拟禾标准化提升"],
        ["企业名称", "成都拟禾食品有限公司"],
        ["质量服务机构名称", "四川拟信咨询有限公司"],
        ["主要的质量提升服务内容", ""],
        ["取得的质量提升服务成效", "好"],
        ["对服务人员的服务态度", "R满意 £基本满意 £不满意"],
    ];
    for (at, row) in rows.into_iter().enumerate() {
        sheet.write_row(at as u32, 0, row).expect("row");
    }
    let symbols = rust_xlsxwriter::Format::new().set_font_name("Wingdings 2");
    sheet.write_with_format(6, 1, rows[6][1], &symbols).expect("cell");
    let words = rust_xlsxwriter::Shape::textbox().set_text("建立台账");
    sheet.insert_shape(4, 1, &words).expect("text box");
    // What explains a label is the form's own.
    for (row, col, words) in [(5, 1, "为试用阶段的成效"), (1, 0, "按合同填写")] {
        sheet.insert_note(row, col, &rust_xlsxwriter::Note::new(words)).expect("note");
    }
    book.save(inputs.join("甲.xlsx")).expect("saved");
    let check = zhiti(folder.path(), &["check", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&check.stdout).expect("json");
    let all = json["problems"].as_array().expect("list");
    assert!(
        !all.iter().any(|p| p["code"] == "option_unrecognised" || p["code"] == "unattributed"),
        "{all:#?}"
    );
    let told: Vec<_> = all.iter().filter(|p| p["code"] == "file_remark").collect();
    let told: Vec<_> = told.iter().map(|p| [&p["sheet"], &p["cell"], &p["severity"], &p["found"]]).collect();
    let of = |cell: &str, severity: &str, found: &str| {
        ["满意度", cell, severity, found].map(serde_json::Value::from)
    };
    let expected =
        [of("B5", "warning", "文本框中的文字“建立台账”"), of("B6", "info", "批注“为试用阶段的成效”")];
    assert_eq!(told, expected.each_ref().map(|line| line.each_ref()));
}

/// Form E is of the enterprise: that the returns of its project agree is no consent of its own. And whoever
/// served is one of few: what a project's survey says of them is not for everybody.
#[test]
fn a_case_for_the_public_tells_neither_what_did_not_agree_nor_how_persons_are_rated() {
    let folder = tempfile::tempdir().expect("folder");
    let quarter = folder.path().join("inputs/2025Q1");
    fs::create_dir_all(&quarter).expect("folder");
    let table = |name: &str, header: &str, row: &dyn Fn(usize) -> String| {
        let rows: Vec<String> = (0..12).map(row).collect();
        fs::write(quarter.join(name), format!("{header}\n{}\n", rows.join("\n"))).expect("table");
    };
    let agrees = |n: usize| if n.is_multiple_of(2) { "是" } else { "否" };
    table(
        "C.csv",
        "区(市)县,质量提升服务项目名称,企业名称,服务时间,质量提升需求类型,是否同意公开",
        &|n| format!("锦江区,项目{n},企业{n}有限公司,2025年2月10日—2025年2月20日,计量服务,是"),
    );
    table(
        "E.csv",
        "区(市)县,企业名称,企业主要品牌,一、企业质量提升情况,二、下阶段质量提升需求,日期,是否同意公开",
        &|n| format!("锦江区,企业{n}有限公司,拟牌,利润翻番{n},盼望{n},2025年3月1日,{}", agrees(n)),
    );
    let survey = "区(市)县,质量提升服务项目名称,企业名称,质量服务机构名称,服务人员,服务专家,\
                  对服务人员的服务态度,对服务人员的专业能力,对服务专家的服务态度,对服务专家的专业能力,是否同意公开";
    table("F.csv", survey, &|n| {
        format!(
            "锦江区,项目{n},企业{n}有限公司,四川拟信咨询有限公司,张拟三,李拟四,满意,不满意,基本满意,满意,是"
        )
    });
    let run = zhiti(folder.path(), &["run", "--quiet"]);
    assert!(matches!(code(&run), 0 | 1), "{}", text(&run.stderr));
    let made = files(&folder.path().join("outputs/2025Q1/site/cases"));
    let pages: Vec<_> = made.values().map(|bytes| String::from_utf8_lossy(bytes)).collect();
    let told = |words: &str| pages.iter().filter(|page| page.contains(words)).count();
    assert_eq!((told("利润翻番"), told("盼望")), (6, 6), "of those that agree");
    assert_eq!((told("利润翻番1<"), told("盼望1<")), (0, 0), "of those that do not");
    assert_eq!(told("不满意"), 0, "a rating of persons");
}

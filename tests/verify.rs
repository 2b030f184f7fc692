//! `zhiti verify` against somebody who changes a finished edition: a flipped byte is found in
//! any file, and a changed digit in each format is found and named by its figure, also
//! when the manifest was made to fit.

mod common;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use common::office::edited;
use zhiti::document::{Block, Document, Run};
use zhiti::fonts::Fonts;
use zhiti::output::Manifest;
use zhiti::render::pdf::{Layouts, PdfEngine};
use zhiti::verify::{Verdict, newest, newest_public, verify};
use zhiti::{digest, pipeline};

const PERIOD: &str = "2025Q1";
const CITY_SCORE: &str = "2025Q1/510100/composite_score";

/// One run for all tests of this file; each works on its copy.
static EDITION: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("folder");
    let zhiti = |args: &[&str]| common::zhiti(folder.path(), args);
    let made = zhiti(&["sample", "--period", PERIOD, "--projects", "12", "--mess", "0", "--seed", "7"]);
    assert_eq!(made.status.code(), Some(0));
    let run = zhiti(&["run", "--quiet"]);
    assert!(matches!(run.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&run.stderr));
    folder
});

struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        common::copy(&EDITION.path().join("outputs"), folder.path());
        Self(folder)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(PERIOD).join(file)
    }

    fn read(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.path(file)).expect(file)
    }

    fn verdict(&self) -> Verdict {
        verify(self.0.path(), PERIOD).expect("verify")
    }

    fn manifest(&self) -> Manifest {
        serde_json::from_slice(&self.read("manifest.json")).expect("manifest")
    }

    /// Changes a file and makes manifest and fingerprint fit it.
    fn forge(&self, file: &str, bytes: &[u8]) {
        std::fs::write(self.path(file), bytes).expect(file);
        let mut manifest = self.manifest();
        assert!(manifest.outputs.insert(file.to_owned(), digest::full(bytes)).is_some(), "{file}");
        let data = manifest.outputs.iter().filter(|(path, _)| path.starts_with("data/"));
        manifest.fingerprint = pipeline::fingerprint(data.map(|(p, d)| (p.as_str(), d.clone())));
        std::fs::write(self.path("manifest.json"), serde_json::to_vec(&manifest).expect("json"))
            .expect("write");
    }

    /// The only difference, which names the file and the figure.
    fn named(&self, file: &str, id: &str) {
        let told = self.verdict().differences;
        let hit = told.iter().find(|d| d.contains(file) && d.contains(id));
        assert!(hit.is_some(), "{file} {id}: {told:#?}");
    }
}

/// The first digit after a mark becomes another one.
fn other_digit(text: &str, mark: &str, before: &str) -> String {
    let at = text.find(mark).unwrap_or_else(|| panic!("no {mark}")) + mark.len();
    let at =
        at + text[at..].find(before).unwrap_or_else(|| panic!("no {before} after {mark}")) + before.len();
    let at = at + text[at..].find(|c: char| c.is_ascii_digit()).expect("a digit");
    let digit = if &text[at..=at] == "7" { "3" } else { "7" };
    format!("{}{digit}{}", &text[..at], &text[at + 1..])
}

#[test]
fn a_sound_edition_reads_the_same_in_every_format() {
    let verdict = Copy::new().verdict();
    assert_eq!(verdict.differences, [""; 0]);
    for format in ["pdf", "docx", "xlsx", "html", "csv"] {
        assert!(verdict.by_format[format] > 20, "{format}: {:?}", verdict.by_format);
    }
}

#[test]
fn a_flipped_byte_is_found_in_any_file() {
    let copy = Copy::new();
    let files: Vec<String> = copy.manifest().outputs.into_keys().collect();
    let mut by_end: BTreeMap<String, String> = BTreeMap::new();
    for file in &files {
        by_end.insert(file.rsplit('.').next().unwrap_or("").to_owned(), file.clone());
    }
    assert!(by_end.len() >= 7, "{by_end:?}");
    for (n, file) in by_end.values().enumerate() {
        let whole = copy.read(file);
        let mut bytes = whole.clone();
        let at = (whole.len() - 1) * (n * 37 % 100) / 100;
        bytes[at] ^= 1 << (n % 8);
        std::fs::write(copy.path(file), &bytes).expect("write");
        let told = copy.verdict().differences;
        assert!(told.iter().any(|d| d.contains(file.as_str())), "{file} byte {at}: {told:?}");
        std::fs::write(copy.path(file), &whole).expect("write");
    }
    std::fs::remove_file(copy.path(&files[0])).expect("remove");
    std::fs::write(copy.path("city/附件.txt"), "mine").expect("write");
    let told = copy.verdict().differences.join("\n");
    assert!(
        told.contains(&format!("缺少文件 {}", files[0])) && told.contains("city/附件.txt 不在清单中"),
        "{told}"
    );
}

#[test]
fn a_changed_digit_in_a_word_report_is_named() {
    let copy = Copy::new();
    let file = "city/全市报告.docx";
    let changed =
        edited(&copy.read(file), "word/document.xml", |xml| other_digit(&xml, "fig:2025Q1/510100/", "<w:t"));
    copy.forge(file, &changed);
    copy.named(file, "2025Q1/510100/");
}

#[test]
fn a_changed_digit_in_the_data_book_is_named() {
    let copy = Copy::new();
    let file = "city/数据表.xlsx";
    let sheet = figure_sheet(&copy.read(file));
    let changed = edited(&copy.read(file), &sheet, |xml| other_digit(&xml, "<row r=\"4\"", "<v>0."));
    copy.forge(file, &changed);
    copy.named(file, "2025Q1/");
}

/// A sheet whose fourth row holds a rate as a number.
fn figure_sheet(bytes: &[u8]) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("zip");
    let names: Vec<String> = zip.file_names().flatten().map(|n| n.into_owned()).collect();
    let holds = |name: &String| -> bool {
        let mut xml = String::new();
        name.starts_with("xl/worksheets/sheet")
            && zip.by_name(name).expect("part").read_to_string(&mut xml).is_ok()
            && xml
                .split("<row r=\"4\"")
                .nth(1)
                .is_some_and(|r| r.split("</row>").next().is_some_and(|r| r.contains("<v>0.")))
    };
    names
        .into_iter()
        .find({
            let mut holds = holds;
            move |n| holds(n)
        })
        .expect("a sheet with rates")
}

#[test]
fn a_changed_digit_on_a_page_of_the_site_is_named() {
    let copy = Copy::new();
    let files = copy.manifest().outputs;
    let shown = |page: &str| {
        page.split("data-figure=\"")
            .skip(1)
            .any(|m| m.split('>').nth(1).is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit())))
    };
    let file = files
        .keys()
        .filter(|f| f.ends_with(".html"))
        .find(|f| shown(&String::from_utf8_lossy(&copy.read(f))));
    let file = file.expect("a page with a figure");
    let page = String::from_utf8(copy.read(file)).expect("utf-8");
    let digit = |m: &&str| m.split('>').nth(1).is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit()));
    let mark = page.split("data-figure=\"").skip(1).find(digit).expect("a figure");
    let mark = &mark[..=mark.find('>').expect("end")];
    copy.forge(file, other_digit(&page, mark, "").as_bytes());
    copy.named(file, "2025Q1/");
}

#[test]
fn a_changed_digit_in_the_tables_is_named() {
    for (column, wanted) in [("value", "各处不一致"), ("numerator", "分子除以分母"), ("lower", "区间")]
    {
        let copy = Copy::new();
        let file = "data/metrics.csv";
        let text = String::from_utf8(copy.read(file)).expect("utf-8");
        let header: Vec<&str> = text.lines().next().expect("header").split(',').collect();
        let at = header.iter().position(|h| *h == column).expect(column);
        let line =
            text.lines().find(|l| l.contains(",510100,") && l.contains(",satisfied_rate,")).expect("row");
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        cells[at] =
            if column == "lower" { "0.9999".into() } else { format!("0.1{}", &cells[at].replace('.', "")) };
        copy.forge(file, text.replace(line, &cells.join(",")).as_bytes());
        let told = copy.verdict().differences.join("\n");
        assert!(
            told.contains(wanted) && told.contains("metrics.csv") && told.contains("/510100/satisfied_rate"),
            "{told}"
        );
    }
}

#[test]
fn a_changed_digit_on_a_page_of_a_pdf_is_named() {
    let copy = Copy::new();
    let file = "city/全市报告.pdf";
    let run = Run { figure: Some(CITY_SCORE.into()), ..Run::plain("12.34") };
    let document = Document {
        title: "甲".into(),
        ident: "x".into(),
        date_ymd: (2025, 3, 31),
        blocks: vec![Block::Paragraph { runs: vec![Run::plain("综合满意度"), run] }],
        ..Document::default()
    };
    let fonts = Fonts::load(&zhiti::settings::Settings::default().fonts.families, &[]).expect("fonts");
    let engine = PdfEngine::with_threads(fonts, Layouts::default(), 1).expect("engine");
    copy.forge(file, &engine.report(&document).expect("pdf"));
    copy.named(file, CITY_SCORE);
    assert!(copy.verdict().differences.join("").contains("“12.34”（city/全市报告.pdf）"));
}

#[test]
fn a_manifest_that_is_cut_says_so() {
    let copy = Copy::new();
    let whole = copy.read("manifest.json");
    std::fs::write(copy.path("manifest.json"), &whole[..whole.len() / 2]).expect("write");
    let told = verify(copy.0.path(), PERIOD).expect_err("cut").to_string();
    assert!(told.contains("manifest.json 第") && told.contains("清单不完整"), "{told}");
    for broken in [&b"{"[..], b"[]", b"{\"program\": 1}", b"\xff\xfe"] {
        std::fs::write(copy.path("manifest.json"), broken).expect("write");
        let told = verify(copy.0.path(), PERIOD).expect_err("broken").to_string();
        let words = told.replace(&copy.path("manifest.json").display().to_string(), "");
        assert!(words.contains("无法读取") && !words.contains("at line"), "{told}");
        assert!(!words.replace("zhiti run --period", "").contains("expected"), "{told}");
    }
    assert!(verify(Path::new("/nonexistent"), PERIOD).is_err());
}

#[test]
fn the_newest_edition_is_not_passed_over_because_its_manifest_is_gone() {
    let copy = Copy::new();
    let outputs = copy.0.path();
    common::copy(&outputs.join(PERIOD), &outputs.join("2025Q2"));
    std::fs::remove_file(outputs.join("2025Q2/manifest.json")).expect("remove");
    assert_eq!(newest(outputs).expect("newest"), "2025Q2");
    let told = verify(outputs, "2025Q2").expect_err("no manifest").to_string();
    assert!(told.contains("2025Q2 的 manifest.json 不存在，可能被删除"), "{told}");
    let output = common::zhiti(outputs, &["verify", "--outputs", "."]);
    assert_eq!(output.status.code(), Some(2));
    // What `zhiti check` and `zhiti publish` write alone is no edition; the latter can be previewed.
    for part in ["problems", "site"] {
        std::fs::create_dir_all(outputs.join("2025Q3").join(part)).expect("folder");
        assert_eq!(newest(outputs).expect("newest"), "2025Q2");
    }
    assert_eq!(newest_public(outputs).expect("newest"), "2025Q3");
}

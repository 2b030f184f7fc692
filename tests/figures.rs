//! One example run, read back whole: each printed figure is the same string in every format that has
//! it, PDF files hold what PDF/A-2a and PDF/UA-1 ask for, and other programs open what we wrote.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use polars::prelude::{ParquetReader, SerReader};
use zhiti::docx;
use zhiti::render::excel;
use zhiti::tally::Kind;

type Readings = BTreeMap<String, BTreeSet<String>>;

/// The example of the repository, run once.
fn edition() -> &'static Path {
    static RUN: OnceLock<tempfile::TempDir> = OnceLock::new();
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    let folder = RUN.get_or_init(|| {
        let folder = tempfile::tempdir().expect("folder");
        let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs");
        let run = Command::new(env!("CARGO_BIN_EXE_zhiti"))
            .current_dir(folder.path())
            .args(["run", "--quiet", "--period", "2025Q2", "--inputs"])
            .arg(inputs)
            .output()
            .expect("starts");
        assert!(matches!(run.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&run.stderr));
        folder
    });
    PATH.get_or_init(|| folder.path().join("outputs/2025Q2"))
}

fn files(ending: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut open = vec![edition().to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

fn note(readings: &mut Readings, found: Vec<(String, String)>) {
    for (id, text) in found {
        readings.entry(id).or_default().insert(text);
    }
}

/// Figures of the pages of the site, as (id, text); `*` for one that is not published.
fn html_figures(html: &str) -> Vec<(String, String)> {
    let marked = html.match_indices("data-figure=\"");
    let read = marked.filter_map(|(at, mark)| {
        // In a chart the mark stands on a group of shapes; its words are read from the table beside it.
        let element = html[..at].rsplit('<').next()?.split_whitespace().next()?;
        let rest = matches!(element, "td" | "span").then(|| &html[at + mark.len()..])?;
        let (id, rest) = rest.split_once('"')?;
        let (_, rest) = rest.split_once('>')?;
        let (text, _) = rest.split_once('<')?;
        Some((id.to_owned(), text.trim().to_owned()))
    });
    read.collect()
}

/// The string each figure is printed as, out of the data.
fn printed() -> BTreeMap<String, String> {
    let file = std::fs::File::open(edition().join("data/metrics.parquet")).expect("parquet");
    let frame = ParquetReader::new(file).finish().expect("read");
    let column = |name: &str| {
        let column = frame.column(name).expect("column").str().expect("strings").clone();
        column.iter().map(|v| v.unwrap_or_default().to_owned()).collect::<Vec<String>>()
    };
    let (unit, metric, item, text) =
        (column("unit_code"), column("metric"), column("item"), column("printed"));
    let rows = unit.iter().zip(&metric).zip(&item).zip(&text);
    let named = rows.map(|(((unit, metric), item), text)| {
        let dot = if item.is_empty() { "" } else { "." };
        (format!("2025Q2/{unit}/{metric}{dot}{item}"), text.clone())
    });
    named.collect()
}

#[test]
fn each_figure_is_the_same_string_in_every_format() {
    let printed = printed();
    let mut word = Readings::new();
    for path in files(".docx") {
        let bytes = std::fs::read(&path).expect("read");
        note(&mut word, docx::read_figures(&bytes, &docx::Limits::default()).expect("figures"));
    }
    let mut sheets = Readings::new();
    let book = std::fs::read(edition().join("city/数据表.xlsx")).expect("read");
    note(&mut sheets, excel::read_figures(&book).expect("figures"));
    let mut site = Readings::new();
    for path in files(".html") {
        note(&mut site, html_figures(&std::fs::read_to_string(path).expect("read")));
    }
    assert!(word.len() > 300 && sheets.len() > 500, "{} {}", word.len(), sheets.len());
    for (format, readings) in [("Word", &word), ("Excel", &sheets)] {
        for (id, texts) in readings {
            // Counts, parts of figures and bases of earlier quarters are not in this quarter's metrics:
            // `tests/printed.rs` holds them against `explain`.
            let is_tally = id.rsplit_once('/').is_some_and(|(_, name)| Kind::parse(name).is_some());
            if is_tally || !id.starts_with("2025Q2/") {
                assert_eq!(texts.len(), 1, "{format}: {id} {texts:?}");
                continue;
            }
            let wanted = printed.get(id).unwrap_or_else(|| panic!("{format}: no figure {id} in the data"));
            assert_eq!(texts.iter().collect::<Vec<_>>(), [wanted], "{format}: {id}");
        }
    }
    let mut published = 0;
    for (id, texts) in &site {
        let Some(wanted) = printed.get(id) else { continue };
        let own: Vec<&String> = texts.iter().filter(|text| *text != "*").collect();
        published += own.len();
        assert!(
            own.iter().all(|text| text.as_str() == number_of(wanted) || *text == wanted),
            "site: {id} {own:?} {wanted}"
        );
    }
    eprintln!("figures: Word {}, Excel {}, site {published}", word.len(), sheets.len());
    csv_agrees(&printed);
}

/// The number of a printed figure, without its sign.
fn number_of(printed: &str) -> &str {
    printed.trim_end_matches('%')
}

/// `metrics.csv` has the value of each figure to more digits; rounded, it is what is printed.
fn csv_agrees(printed: &BTreeMap<String, String>) {
    let text = std::fs::read_to_string(edition().join("data/metrics.csv")).expect("csv");
    let mut lines = text.trim_start_matches('\u{FEFF}').lines();
    let head: Vec<&str> = lines.next().expect("head").split(',').collect();
    let at = |name: &str| head.iter().position(|h| *h == name).expect("column");
    let (unit, metric, item, value) = (at("unit_code"), at("metric"), at("item"), at("value"));
    let mut compared = 0;
    for line in lines.filter(|line| !line.contains('"')) {
        let cells: Vec<&str> = line.split(',').collect();
        let dot = if cells[item].is_empty() { "" } else { "." };
        let id = format!("2025Q2/{}/{}{dot}{}", cells[unit], cells[metric], cells[item]);
        let shown = &printed[&id];
        let (Ok(exact), Ok(near)) = (cells[value].parse::<f64>(), number_of(shown).parse::<f64>()) else {
            continue;
        };
        let exact = if shown.ends_with('%') { exact * 100.0 } else { exact };
        let decimals = number_of(shown).split_once('.').map_or(0, |(_, rest)| rest.len());
        assert!((exact - near).abs() <= 0.5 / 10f64.powi(decimals as i32) + 1e-6, "{id}: {exact} {shown}");
        compared += 1;
    }
    assert!(compared > 300, "{compared}");
}

/// A Python that has pikepdf: the machine's own or another in the path.
fn python() -> Option<&'static str> {
    let has = |name: &&&str| {
        let tried = Command::new(name).args(["-c", "import pikepdf"]).output();
        tried.is_ok_and(|out| out.status.success())
    };
    ["python3", "/usr/bin/python3"].iter().find(has).copied()
}

#[test]
fn an_independent_reader_finds_tags_titles_and_alternative_text() {
    let pdf = files(".pdf");
    assert!(pdf.len() > 20, "{}", pdf.len());
    let Some(python) = python() else {
        return eprintln!("no python3-pikepdf here (scripts/setup.sh test): passed over");
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pdf_check.py");
    let out = Command::new(python).arg(script).args(&pdf).output().expect("starts");
    let faults = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success() && faults.is_empty(), "{faults}{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn qpdf_finds_no_fault_in_the_structure_of_any_pdf() {
    for path in files(".pdf") {
        let Ok(out) = Command::new("qpdf").arg("--check").arg(&path).output() else {
            return eprintln!("no qpdf here (scripts/setup.sh test): passed over");
        };
        assert!(out.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&out.stdout));
    }
}

/// The words of a file as LibreOffice lays it out, cell by cell and without the breaks of their lines (which
/// hang on the fonts of the machine), or nothing where that is not there.
fn laid_out(path: &Path) -> Option<String> {
    let folder = tempfile::tempdir().expect("folder");
    let profile = format!("-env:UserInstallation=file://{}/office", folder.path().display());
    let done = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "pdf", "--outdir"])
        .arg(folder.path())
        .arg(path)
        .output()
        .ok()?;
    let pdf = folder.path().join(path.with_extension("pdf").file_name()?);
    assert!(pdf.exists(), "{}: {}", path.display(), String::from_utf8_lossy(&done.stderr));
    let out = Command::new("pdftotext").arg("-raw").arg(pdf).arg("-").output().ok()?;
    Some(String::from_utf8_lossy(&out.stdout).split_whitespace().collect())
}

#[test]
fn libreoffice_shows_the_same_figures() {
    let path = edition().join("districts/新都区.docx");
    let Some(shown) = laid_out(&path) else {
        return eprintln!("no LibreOffice here (scripts/setup.sh test): passed over");
    };
    let bytes = std::fs::read(&path).expect("read");
    for (id, text) in docx::read_figures(&bytes, &docx::Limits::default()).expect("figures") {
        let words: String = text.split_whitespace().collect();
        assert!(shown.contains(&words), "{id}: {text} is not on the pages");
    }
    let table = laid_out(&edition().join("city/数据表.xlsx")).expect("laid out");
    for (id, text) in printed().iter().filter(|(id, _)| id.contains("/510100/satisfied_rate")) {
        let words: String = text.split_whitespace().collect();
        assert!(table.contains(&words), "{id}: {text} is not on the sheets");
    }
}

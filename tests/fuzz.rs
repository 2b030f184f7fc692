//! Every parser of ours under wrong texts: near misses of the real files (lines lost, doubled and moved,
//! values swapped for hostile ones, letters changed), and noise. Never a panic; what is
//! refused says which file and, where it has lines, which line.
//!
//! `ZHITI_LONG=1` tries fifty times as many. Workbooks have their own corpus (`tests/corpus.rs`).

mod common;

use std::collections::BTreeMap;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use common::office::edited;
use proptest::prelude::*;
use zhiti::bind;
use zhiti::compose::TemplateFault;
use zhiti::compose::narrative::Narrator;
use zhiti::docx;
use zhiti::error::{Error, Result};
use zhiti::metrics::{self, Measured};
use zhiti::period::Period;
use zhiti::problem::Wording;
use zhiti::problems::Waivers;
use zhiti::render::forms;
use zhiti::render::word::{self, WordLook};
use zhiti::settings::Settings;
use zhiti::spec::{Form, Specs};
use zhiti::templates::Templates;
use zhiti::workbook::{self, Limits};
use zhiti::{answer, check, explain, spec};

/// How often, by default `cases` times.
fn often(cases: u32) -> ProptestConfig {
    let times = if std::env::var_os("ZHITI_LONG").is_some() { 50 } else { 1 };
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases * times) }
}

/// Values that no author of a form writes.
const HOSTILE: &[&str] = &[
    "0",
    "-1",
    "1e309",
    "nan",
    "inf",
    "99999999999999999999",
    "4294967295",
    "65535",
    "\"\"",
    "\"\\u0000\"",
    "[]",
    "{}",
    "true",
    "\"💥\"",
    "\"Á\"",
    "[[]]",
    "\"=cmd|'!A0\"",
    "'''",
    "\"",
    "[",
    "]",
    "=",
    "#",
    "{{",
    "}}",
    "{%",
    "%}",
    "{{ x }}",
    "{% for %}",
    "[x](fig:y)",
    "![](table:z)",
    "\t",
    "\r",
    "　",
    "\u{202e}",
    "\u{feff}",
    "𬭩",
    "é",
];

/// Some changes of a text, in a way that only the numbers decide.
fn mutated(text: &str, numbers: &[u32]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for four in numbers.chunks_exact(4) {
        if lines.is_empty() {
            break;
        }
        let (at, other) = (four[1] as usize % lines.len(), four[2] as usize % lines.len());
        let hostile = HOSTILE[four[3] as usize % HOSTILE.len()];
        match four[0] % 7 {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[other].clone()),
            2 => lines.swap(at, other),
            3 => {
                if let Some((key, _)) = lines[at].clone().split_once('=') {
                    lines[at] = format!("{key}= {hostile}");
                }
            }
            4 => {
                let mut letters: Vec<char> = lines[at].chars().collect();
                let to = four[2] as usize % (letters.len() + 1);
                letters.splice(to..to, hostile.chars());
                lines[at] = letters.into_iter().collect();
            }
            5 => {
                let letters: Vec<char> = lines[at].chars().collect();
                let to = four[2] as usize % (letters.len() + 1);
                lines[at] = letters[..to].iter().collect();
            }
            _ => lines.insert(at, hostile.to_owned()),
        }
    }
    lines.join("\n")
}

fn changes() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(any::<u32>(), 4..24)
}

/// What is refused names the file, and a line that there is.
fn located<T>(done: Result<T>, file: &str, text: &str) -> Option<T> {
    match done {
        Ok(made) => Some(made),
        Err(Error::Config { file: named, line, message, .. }) => {
            assert!(named.ends_with(file), "{} is not {file}: {message}", named.display());
            let lines = text.lines().count().max(1) + 1;
            assert!(
                line.is_none_or(|line| (1..=lines).contains(&line)),
                "{file} has no line {line:?}: {message}"
            );
            None
        }
        Err(other) => panic!("{file}: not located: {other}"),
    }
}

proptest! {
    #![proptest_config(often(300))]

    #[test]
    fn settings(numbers in changes()) {
        let text = mutated(zhiti::settings::DEFAULT_TEXT, &numbers);
        if let Some(settings) = located(Settings::parse(Path::new("zhiti.toml"), &text), "zhiti.toml", &text) {
            let _ = settings.digest();
        }
    }

    #[test]
    fn settings_with_everything_said(numbers in changes()) {
        // The defaults stand behind comment signs: said, they can be wrong.
        let said: String = zhiti::settings::DEFAULT_TEXT.lines().map(|l| format!("{}\n", l.trim_start_matches("# "))).collect();
        let text = mutated(&said, &numbers);
        located(Settings::parse(Path::new("zhiti.toml"), &text), "zhiti.toml", &text);
    }

    #[test]
    fn form_specifications(form in 0usize..8, numbers in changes()) {
        let (name, built_in) = spec::BUILT_IN[form];
        let text = mutated(built_in, &numbers);
        located(specs_with(name, &text), name, &text);
    }

    #[test]
    fn platform_mappings(which in 0usize..5, numbers in changes()) {
        let mut files = Templates::built_in().sources();
        let which = which % files.len();
        files[which].1 = mutated(&files[which].1.clone(), &numbers);
        let file = files[which].0.rsplit('/').next().expect("name").to_owned();
        let text = files[which].1.clone();
        let done = Specs::built_in().expect("forms").with_sources(files);
        // One that builds on the broken one may be told in its place.
        if !matches!(&done, Err(Error::Config { file: named, .. }) if !named.ends_with(&file)) {
            located(done, &file, &text);
        }
    }

    #[test]
    fn quarters(text in "\\PC{0,12}", year in "[0-9]{0,5}", tail in "[Q年第一二三四季度1-9０-９ -]{0,8}") {
        for words in [text, format!("{year}{tail}")] {
            if let Ok(period) = words.parse::<Period>() {
                prop_assert_eq!(period.to_string(), words.as_str());
                let _ = (period.chinese(), period.previous().ordinal(), period.year_before().first_day(), period.last_day());
            }
            let _ = Period::from_words(&words);
        }
    }

    #[test]
    fn marks_dates_and_numbers(text in "(?s)[\\PC\n☑□√×（）()：:、/.年月日至0-9]{0,60}") {
        let specs = &*SPECS;
        for (_, spec) in specs.all() {
            let _ = spec.by_label(&text);
            for field in spec.fields.iter().filter(|f| !f.choices.is_empty()) {
                let _ = zhiti::parse::marks::ticks(&text, &field.choices);
            }
        }
        let _ = (zhiti::parse::date::date(&text), zhiti::parse::date::range(&text));
        let _ = (zhiti::parse::number::count(&text), zhiti::parse::number::decimal(&text));
    }
}

static SPECS: LazyLock<Specs> = LazyLock::new(|| Specs::built_in().expect("forms"));

fn specs_with(name: &str, text: &str) -> Result<Specs> {
    Specs::load(|wanted| (wanted == name).then(|| (format!("templates/forms/{name}"), text.to_owned())))
}

proptest! {
    #![proptest_config(often(24))]

    /// A specification that was accepted makes its blank workbook, or says why not.
    #[test]
    fn accepted_specifications_are_drawn(form in 0usize..8, numbers in changes()) {
        let (name, built_in) = spec::BUILT_IN[form];
        if let Ok(specs) = specs_with(name, &mutated(built_in, &numbers[..numbers.len().min(8)])) {
            let _ = forms::blank_set(&specs);
        }
    }

    #[test]
    fn narratives(which in 0usize..3, numbers in changes()) {
        let folder = tempfile::tempdir().expect("folder");
        let name = ["agency.md", "city.md", "district.md"][which];
        let built_in = Templates::built_in();
        let text = mutated(built_in.get(&format!("text/{name}")).expect("template"), &numbers);
        put(&folder.path().join("templates/text").join(name), text.as_bytes());
        let templates = located(Templates::load(folder.path()), name, &text).expect("readable");
        located(Narrator::new(Arc::new(templates)), name, &text);
    }

    /// A page of the site alone: what it needs of the others is theirs.
    #[test]
    fn pages_of_the_site(which in any::<prop::sample::Index>(), numbers in changes()) {
        let templates = Templates::built_in();
        let pages: Vec<&str> = templates.below("site/").filter(|p| p.ends_with(".html")).collect();
        let page = pages[which.index(pages.len())];
        let text = mutated(templates.get(page).expect("template"), &numbers);
        let all = pages.iter().map(|p| (*p, if *p == page { &*text } else { templates.get(p).expect("template") }));
        if let Err(error) = tera::Tera::default().add_raw_templates(all.collect::<Vec<_>>()) {
            let fault = TemplateFault::of(&error, "site");
            // Without a block or a component of this page another one may be wrong.
            prop_assert!(pages.contains(&&*fault.template), "{}: {}", fault.template, fault.message);
        }
    }

    #[test]
    fn words_of_problems(numbers in changes()) {
        let folder = tempfile::tempdir().expect("folder");
        let text = "[near_name]\nheadline = \"和「{}」是不是一家？\"\nmend = \"请核对\"\n[file_empty]\nmend = \"重发\"\n";
        let text = mutated(text, &numbers);
        put(&folder.path().join("templates/problems.toml"), text.as_bytes());
        let templates = Templates::load(folder.path()).expect("readable");
        located(Wording::load(&templates), "problems.toml", &text);
    }

    #[test]
    fn waivers(numbers in changes(), noise in prop::collection::vec(any::<u8>(), 0..60), whole: bool) {
        let folder = tempfile::tempdir().expect("folder");
        let text = mutated("id,reason,until\nabc123,确为两家,2025Q4\ndef456,\"两行\n理由\",2025-12-31\nghi,x,\n", &numbers);
        let bytes = if whole { text.clone().into_bytes() } else { noise };
        put(&folder.path().join("waivers.csv"), &bytes);
        let text = if whole { text } else { String::from_utf8_lossy(&bytes).into_owned() };
        let period = "2025Q2".parse().expect("period");
        // A record may have several lines: its number is no larger than theirs.
        located(Waivers::load(folder.path(), period, &Limits::default()), "waivers.csv", &text);
    }

    /// Headers and rows of tables, from file to judged returns.
    #[test]
    fn tables_of_returns(form in 0usize..6, numbers in changes(), cells in prop::collection::vec("[\\PC☑□0-9年月日]{0,12}", 1..30)) {
        let spec = SPECS.of(Form::ALL[form]);
        let header: Vec<String> = spec.fields.iter().map(|f| f.label.to_string()).collect();
        let row = |from: usize| (0..header.len()).map(|at| cells[(at * 7 + from) % cells.len()].replace(['"', ','], "")).collect::<Vec<_>>().join(",");
        let text = mutated(&format!("{}\n{}\n{}\n{}\n", header.join(","), row(0), row(1), row(2)), &numbers);
        let Ok(book) = workbook::read(text.into_bytes(), &Limits::default()) else { return Ok(()) };
        let bound = bind::bind(&book, &SPECS);
        for one in bound.returns.into_iter().chain(bound.refused) {
            let spec = SPECS.of(one.form);
            let (mut ret, _) = answer::judge(one, &"表.csv".into(), "2025Q1".parse().expect("period"), spec);
            let _ = check::check(&ret);
            check::leave_out(&mut ret);
        }
    }

    #[test]
    fn word_files_with_a_broken_package(at in any::<prop::sample::Index>(), bit in 0u8..8, cut: bool) {
        let mut bytes = WORD.clone();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] ^= 1 << bit }
        let _ = docx::read_summary(&bytes, &docx::Limits::default());
        let _ = docx::read_figures(&bytes, &docx::Limits::default());
    }

    #[test]
    fn word_files_with_broken_parts(numbers in prop::collection::vec(any::<u32>(), 4..16), part in 0usize..3) {
        let part = ["word/document.xml", "docProps/custom.xml", "[Content_Types].xml"][part];
        let bytes = edited(&WORD, part, |xml| tags_mutated(&xml, &numbers));
        let _ = docx::read_summary(&bytes, &docx::Limits::default());
        let _ = docx::read_figures(&bytes, &docx::Limits::default());
    }

    #[test]
    fn ids_of_figures(numbers in changes(), noise in "\\PC{0,20}", which in any::<prop::sample::Index>()) {
        let (links, measured) = &*MEASURED;
        let figures: Vec<String> = measured.values().flat_map(|m| &m.figures).map(|f| f.id()).collect();
        let real = &figures[which.index(figures.len())];
        for id in [mutated(real, &numbers), noise.clone(), format!("{real}{noise}"), real.replace('/', &noise)] {
            if let Err(error) = explain::explain(&id, links, measured, &Settings::default()) {
                prop_assert!(matches!(error, Error::Usage { .. }), "{}", error);
            }
        }
        prop_assert!(explain::explain(real, links, measured, &Settings::default()).is_ok());
    }
}

fn put(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("folder")).expect("folder");
    std::fs::write(path, bytes).expect("write");
}

/// A 表D of ours.
static WORD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let summary = zhiti::document::Summary {
        ident: "2025Q1/summaries/a".into(),
        project: "体系提升项目".into(),
        enterprise: "成都拟禾食品有限公司".into(),
        service_time: "2025年1月6日至2025年3月21日".into(),
        date: "2025年3月31日".into(),
        date_ymd: (2025, 3, 31),
        ..Default::default()
    };
    word::summary(&summary, &WordLook::default()).expect("表D")
});

static MEASURED: LazyLock<(zhiti::link::Links, BTreeMap<Period, Measured>)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("folder");
    let options =
        zhiti::sample::SampleOptions { periods: vec!["2025Q1".into()], projects: 3, seed: 3, mess: 0.2 };
    zhiti::sample::generate(&options, &SPECS).expect("sample").write(folder.path(), || ()).expect("write");
    let links = common::links_of(folder.path());
    let period: Period = "2025Q1".parse().expect("period");
    let measured = metrics::measure(&links, period, &Settings::default().metrics).expect("measure");
    (links, BTreeMap::from([(period, measured)]))
});

/// Elements and attributes lost, doubled and swapped.
fn tags_mutated(xml: &str, numbers: &[u32]) -> String {
    mutated(&xml.replace('<', "\n<"), numbers)
}

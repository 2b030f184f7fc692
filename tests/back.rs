//! The way back: what was sent back corrected reads clean and stands for the first; what was told
//! before is remembered; a confirmed alias joins; a 表D edited in Word wins.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use common::office::edited;
use serde_json::Value as Json;
use zhiti::compare::Comparisons;
use zhiti::compose::{Scene, cases, summary};
use zhiti::link::{Linked, Links, Status};
use zhiti::pipeline::{self, Options, Outcome};
use zhiti::problem::{Code, Severity, Standing};
use zhiti::progress::Progress;
use zhiti::render::forms::grid::{Content, Grid};
use zhiti::render::forms::{Extras, SheetPlan, workbook};
use zhiti::render::word::{self, WordLook};
use zhiti::sample::{SampleOptions, generate};
use zhiti::settings::Settings;
use zhiti::spec::{Form, FormSpec, Specs};

const PERIOD: &str = "2025Q1";

fn options(workspace: &Path) -> Options {
    Options {
        workspace: workspace.to_owned(),
        inputs: workspace.join("inputs"),
        outputs: workspace.join("outputs"),
        period: None,
        jobs: Some(1),
        font_paths: Vec::new(),
        guarded: false,
    }
}

fn check(workspace: &Path) -> Outcome {
    pipeline::check(&options(workspace), &Progress::new(true)).expect("check")
}

fn links_of(workspace: &Path) -> Links {
    common::links_of(&workspace.join("inputs"))
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { out.extend(files_below(&path)) } else { out.push(path) }
    }
    out.sort();
    out
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("folder")).expect("folder");
    std::fs::write(path, bytes).expect("write");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Types words into a cell of the first sheet.
fn typed(xml: &str, cell: &str, words: &str) -> String {
    let start = xml.find(&format!("<c r=\"{cell}\"")).unwrap_or_else(|| panic!("no cell {cell}"));
    let head_end = start + xml[start..].find('>').expect("end");
    let empty = xml[..head_end].ends_with('/');
    let end = if empty { head_end + 1 } else { start + xml[start..].find("</c>").expect("end") + 4 };
    let style = xml[start..head_end].split("s=\"").nth(1).and_then(|s| s.split('"').next()).unwrap_or("0");
    let cell = format!(
        "<c r=\"{cell}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
        escaped(words)
    );
    format!("{}{cell}{}", &xml[..start], &xml[end..])
}

/// Mends the marked cells of a correction workbook with what was meant.
fn mended(
    bytes: &[u8],
    spec: &FormSpec,
    fields: &BTreeSet<String>,
    meant: &BTreeMap<String, String>,
) -> Vec<u8> {
    let grid = Grid::of(spec);
    edited(bytes, "xl/worksheets/sheet1.xml", |mut xml| {
        for field in fields {
            let Some(cell) = grid.find(spec, field) else { continue };
            let placed = grid.cells.iter().find(|p| p.first == cell).expect("placed");
            let Content::Answer { key, label, .. } = &placed.content else { continue };
            let words = meant.get(key).map(String::as_str).unwrap_or_default();
            xml = typed(&xml, &cell.to_string(), &format!("{label}{words}"));
        }
        xml
    })
}

/// What each return was meant to say, by form and key.
fn truths(
    options: &SampleOptions,
    specs: &Specs,
) -> BTreeMap<(Form, String, String), BTreeMap<String, String>> {
    let clean = SampleOptions { mess: 0.0, ..options.clone() };
    let sample = generate(&clean, specs).expect("sample");
    let said = |answers: &zhiti::sample::Answers| {
        answers.iter().map(|(id, said)| (id.clone(), said.text.clone())).collect()
    };
    sample
        .truths
        .iter()
        .map(|t| ((t.form, t.enterprise.clone(), t.project.clone()), said(&t.answers)))
        .collect()
}

fn balances(links: &Links) {
    for account in links.accounting.values().flat_map(|a| a.by_district.values()) {
        assert!(account.balances(), "{account:?}");
    }
    for (all, form) in links.accounting.values().flat_map(|all| Form::ALL.map(|form| (all, form))) {
        let city = all.city(form);
        let listed = city.expected > 0;
        assert!(!listed || city.counted == city.expected_counted + city.outside, "{form} {city:?}");
    }
}

#[test]
fn every_correction_mended_reads_clean_and_stands_for_the_first() {
    let specs = Specs::built_in().expect("forms");
    let folder = tempfile::tempdir().expect("folder");
    let root = folder.path();
    let sample_options =
        SampleOptions { periods: vec![PERIOD.into()], projects: 16, mess: 0.6, ..SampleOptions::example() };
    let sample = generate(&sample_options, &specs).expect("sample");
    sample.write(&root.join("inputs"), || ()).expect("write");
    let meant = truths(&sample_options, &specs);
    let first = check(root);
    assert!(first.has_errors());
    let before = links_of(root);
    let by_token: BTreeMap<String, &Linked> =
        before.returns.iter().map(|l| (zhiti::link::token(l), l)).collect();

    let mut sent: BTreeMap<String, (String, Option<usize>)> = BTreeMap::new();
    for (number, path) in files_below(&root.join("outputs/2025Q1/problems/退回")).into_iter().enumerate() {
        let bytes = std::fs::read(&path).expect("correction");
        let token = token_in(&bytes, &specs);
        let linked = by_token[&token];
        let truth = sample.truths.iter().find(|t| {
            let row = linked.ret.tabular.then(|| linked.ret.place.cell.map_or(0, |c| c.row + 1));
            t.file == *linked.ret.place.file && t.form == linked.ret.form && t.row == row
        });
        let truth = truth.unwrap_or_else(|| panic!("{}", linked.ret.place));
        let own = &before.problems[&linked.ret.period];
        let marked = own.iter().filter(|p| p.severity != Severity::Info && linked.holds(p));
        let mut fields: BTreeSet<String> = marked.map(|p| p.field.to_string()).collect();
        if fields.contains("overseas_patents") {
            // The hint names both numbers.
            fields.insert("invention_patents".into());
        }
        let meant = &meant[&(truth.form, truth.enterprise.clone(), truth.project.clone())];
        // Anywhere: the key sheet knows the district.
        let name = format!("改/{number:03}.xlsx");
        write(&root.join("inputs/2025Q1").join(&name), &mended(&bytes, &linked.ret.spec, &fields, meant));
        sent.insert(name, (token, linked.stated));
    }
    assert!(sent.len() > 20, "{}", sent.len());

    let outcome = check(root);
    let after = links_of(root);
    balances(&after);
    let mut clean = 0;
    for linked in &after.returns {
        let Some((token, district)) = sent.get(&*linked.ret.place.file) else { continue };
        let place = &linked.ret.place;
        assert_eq!(linked.status, Status::Counted, "{place}");
        assert_eq!(linked.stated, *district, "{place}");
        let old = after.returns.iter().find(|l| zhiti::link::token(l) == *token).expect("the first");
        assert!(old.replaced, "{}", old.ret.place);
        assert!(
            matches!(&old.status, Status::Superseded { by, .. } if *by == linked.ret.id),
            "{:?}",
            old.status
        );
        clean += 1;
    }
    assert_eq!(clean, sent.len(), "each is read once");
    let lone = [Code::ServicesWithoutNeeds, Code::SatisfactionOrphan, Code::FeedbackWithoutServices];
    let told: Vec<String> = outcome
        .problems
        .iter()
        .filter(|p| {
            p.severity != Severity::Info && !lone.contains(&p.code) && sent.contains_key(&*p.place.file)
        })
        .map(|p| format!("{} {} {} {}", p.code.id(), p.place, p.field, p.found))
        .collect();
    assert!(told.is_empty(), "{told:#?}");
    let status =
        |p: &zhiti::problem::Problem| p.standing == Some(Standing::New) && p.severity == Severity::Error;
    assert!(!outcome.problems.iter().any(status), "nothing new is wrong");
}

/// The token that a correction workbook carries.
fn token_in(bytes: &[u8], specs: &Specs) -> String {
    let book = zhiti::workbook::read(bytes, &zhiti::workbook::Limits::default()).expect("book");
    let bound = zhiti::bind::bind(&book, specs);
    let key = bound.returns.first().and_then(|b| b.envelope.key.clone()).expect("key sheet");
    key.supersedes.clone().expect("token")
}

fn filled(spec: &FormSpec, answers: &[(&str, &str)]) -> Vec<u8> {
    let values = answers.iter().map(|(id, words)| ((*id).to_owned(), (*words).to_owned())).collect();
    workbook(&[SheetPlan { values, ..SheetPlan::blank(spec) }], Extras::PLAIN).expect("workbook")
}

const NAMES: [&str; 2] = ["成都拟禾食品公司", "成都拟禾食品有限公司"];

/// B, C and F of one enterprise, written in two ways.
fn two_spellings(root: &Path, specs: &Specs) {
    let put = |name: &str, form: Form, answers: &[(&str, &str)]| {
        write(&root.join("inputs/2025Q1/新都区").join(name), &filled(specs.of(form), answers));
    };
    let b = [("enterprise", NAMES[1]), ("need_types", "☑标准化服务"), ("dated", "2025年1月6日")];
    let c = [
        ("project", "标准化提升"),
        ("enterprise", NAMES[0]),
        ("need_types", "☑标准化服务"),
        ("service_time", "2025年1月8日—2025年3月20日"),
        ("enterprise_signed", "拟某"),
    ];
    let f = [
        ("project", "标准化提升"),
        ("enterprise", NAMES[1]),
        ("agency", "成都拟衡质量技术服务有限公司"),
        ("staff_attitude", "☑满意"),
    ];
    put("B.xlsx", Form::B, &b);
    put("C.xlsx", Form::C, &c);
    put("F.xlsx", Form::F, &f);
}

#[test]
fn a_confirmed_alias_joins_both_spellings() {
    let specs = Specs::built_in().expect("forms");
    let folder = tempfile::tempdir().expect("folder");
    two_spellings(folder.path(), &specs);
    let codes = |outcome: &Outcome| outcome.problems.iter().map(|p| p.code).collect::<BTreeSet<_>>();
    let apart = codes(&check(folder.path()));
    for code in [Code::NearName, Code::ServicesWithoutNeeds, Code::SatisfactionOrphan] {
        assert!(apart.contains(&code), "{code:?} {apart:?}");
    }
    let alias = format!("[aliases]\n\"{}\" = \"{}\"\n", NAMES[0], NAMES[1]);
    write(&folder.path().join("zhiti.toml"), alias.as_bytes());
    let joined = codes(&check(folder.path()));
    for code in [Code::NearName, Code::ServicesWithoutNeeds, Code::SatisfactionOrphan] {
        assert!(!joined.contains(&code), "{code:?}");
    }
    let settings = Settings::load(folder.path()).expect("settings");
    let listing = zhiti::inputs::list(&folder.path().join("inputs")).expect("inputs");
    let files = zhiti::read::read_all(&listing, &specs, &settings, &|| {});
    let links = zhiti::link::link(files, &specs, &settings);
    let keys: BTreeSet<_> = links.returns.iter().map(|l| l.key.enterprise.to_string()).collect();
    assert_eq!(keys, [NAMES[1].to_owned()].into());
}

fn scene<'a>(
    links: &'a Links,
    settings: &'a Settings,
    specs: &'a Specs,
    measured: &'a BTreeMap<zhiti::period::Period, zhiti::metrics::Measured>,
    comparisons: &'a Comparisons,
) -> Scene<'a> {
    Scene {
        links,
        measured,
        comparisons,
        period: PERIOD.parse().expect("period"),
        settings,
        specs,
        fingerprint: "0123456789abcdef".into(),
        synthetic: false,
    }
}

/// Words of the items of the only summary, and the Word document it makes.
fn only_summary(root: &Path, specs: &Specs) -> (Vec<String>, Vec<u8>) {
    let links = links_of(root);
    balances(&links);
    let (settings, measured) = (Settings::default(), BTreeMap::new());
    let comparisons = Comparisons::default();
    let scene = scene(&links, &settings, specs, &measured, &comparisons);
    let cases = cases(&scene);
    assert_eq!(cases.len(), 1);
    let made = summary::summary(&scene, &cases[0]);
    let items = made.items.iter().map(|item| format!("{:?}", item.blocks)).collect();
    (items, word::summary(&made, &WordLook::default()).expect("word"))
}

#[test]
fn a_summary_edited_in_word_wins_where_it_was_edited() {
    let specs = Specs::built_in().expect("forms");
    let folder = tempfile::tempdir().expect("folder");
    let inputs = folder.path().join("inputs/2025Q1");
    let d = [
        ("project", "标准化提升"),
        ("enterprise", NAMES[1]),
        ("goals", "目标全部达成"),
        ("practices", "驻厂辅导"),
        ("dated", "2025年3月30日"),
    ];
    write(&inputs.join("新都区/D.xlsx"), &filled(specs.of(Form::D), &d));
    let (items, document) = only_summary(folder.path(), &specs);
    assert!(items[0].contains("目标全部达成"), "{items:?}");

    // Sent back as it was: nobody wrote anything, and nothing changes.
    write(&inputs.join("总结.docx"), &document);
    let links = links_of(folder.path());
    assert_eq!(links.returns.len(), 1);
    assert!(links.problems.values().flatten().next().is_none(), "{:?}", links.problems);

    let mended = edited(&document, "word/document.xml", |xml| xml.replace("目标全部达成", "九成目标达成"));
    write(&inputs.join("总结.docx"), &mended);
    let links = links_of(folder.path());
    let counted: Vec<&Linked> = links.returns.iter().filter(|l| l.counted()).collect();
    assert_eq!((links.returns.len(), counted.len()), (2, 1));
    let (ret, district) = (&counted[0].ret, counted[0].district_name());
    assert_eq!((&*ret.place.file, &*ret.place.sheet, district), ("总结.docx", "Word", "新都区"));
    assert_eq!((ret.words("goals"), ret.words("practices")), ("九成目标达成", ""));
    let (items, _) = only_summary(folder.path(), &specs);
    assert!(items[0].contains("九成目标达成") && items[1].contains("驻厂辅导"), "{items:?}");

    write(
        &inputs.join("通知.docx"),
        &edited(&document, "word/document.xml", |_| {
            "<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>通知</w:t></w:r></w:p></w:body></w:document>"
                .into()
        }),
    );
    let codes: Vec<Code> = links_of(folder.path())
        .problems
        .values()
        .flatten()
        .filter(|p| p.severity != Severity::Info)
        .map(|p| p.code)
        .collect();
    assert_eq!(codes, [Code::DocumentUnreadable]);
}

fn json(root: &Path, name: &str) -> Json {
    let text = std::fs::read(root.join("outputs/2025Q1/problems").join(name)).expect(name);
    serde_json::from_slice(&text).expect("json")
}

fn everything(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    files_below(&root.join("outputs"))
        .into_iter()
        .map(|p| (p.clone(), std::fs::read(&p).expect("read")))
        .collect()
}

#[test]
fn problems_are_remembered_waived_and_mended() {
    let specs = Specs::built_in().expect("forms");
    let folder = tempfile::tempdir().expect("folder");
    let root = folder.path();
    two_spellings(root, &specs);
    check(root);
    let status = |code: &str| {
        let all = json(root, "problems.json");
        let all = all.as_array().expect("array");
        all.iter()
            .filter(|p| p["code"] == code)
            .map(|p| p["status"].as_str().expect("status").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(status("near_name"), ["new"]);
    let first = everything(root);
    check(root);
    assert_eq!(first, everything(root), "same inputs, same bytes");

    // Another file comes in: what was told before is open; so it stays on a second run.
    let e = [("enterprise", NAMES[1]), ("improvement", "有提升"), ("dated", "2025年3月28日")];
    write(&root.join("inputs/2025Q1/新都区/E.xlsx"), &filled(specs.of(Form::E), &e));
    for _ in 0..2 {
        check(root);
        assert_eq!(
            (status("near_name"), status("feedback_without_services")),
            (vec!["open".into()], vec!["new".into()])
        );
    }

    // One is waived with a reason, the other mended: the C is written right.
    let all = json(root, "problems.json");
    let near = all.as_array().expect("array").iter().find(|p| p["code"] == "near_name").expect("near");
    let id = near["id"].as_str().expect("id").to_owned();
    write(&root.join("waivers.csv"), format!("id,reason\n{id},确为两家\n").as_bytes());
    check(root);
    assert_eq!(status("near_name"), ["waived"]);
    let progress = json(root, "进展.json");
    assert_eq!(progress["waived"][&id], "确为两家");
    assert_eq!(progress["city"]["waived"], 1);
    assert_eq!(progress["districts"][0]["district"], "新都区");
    std::fs::remove_file(root.join("waivers.csv")).expect("remove");

    let c = std::fs::read(root.join("inputs/2025Q1/新都区/C.xlsx")).expect("C");
    let c = edited(&c, "xl/sharedStrings.xml", |xml| xml.replace(NAMES[0], NAMES[1]));
    write(&root.join("inputs/2025Q1/新都区/C.xlsx"), &c);
    check(root);
    assert!(status("near_name").is_empty());
    let progress = json(root, "进展.json");
    assert!(progress["mended"].as_array().expect("mended").iter().any(|m| *m == *id), "{progress}");
    assert_eq!(progress["compared"], true);
    assert!(progress["districts"][0]["mended"].as_u64() >= Some(2), "{progress}");
}

#[test]
fn the_words_of_a_code_are_the_workspaces() {
    let specs = Specs::built_in().expect("forms");
    let folder = tempfile::tempdir().expect("folder");
    two_spellings(folder.path(), &specs);
    let words = "[near_name]\nheadline = \"和「{}」是不是一家？\"\n";
    write(&folder.path().join("templates/problems.toml"), words.as_bytes());
    let outcome = check(folder.path());
    let near = outcome.problems.iter().find(|p| p.code == Code::NearName).expect("near");
    assert!(near.message().starts_with("和「成都拟禾食品") && near.message().ends_with("」是不是一家？"));
    write(&folder.path().join("templates/problems.toml"), b"[near_nam]\nmend = \"x\"\n");
    let error = pipeline::check(&options(folder.path()), &Progress::new(true)).unwrap_err().to_string();
    assert!(error.contains("problems.toml 第1行"), "{error}");
}

#[test]
fn a_key_of_another_project_and_an_old_form_are_told() {
    use zhiti::render::forms::FormKey;
    let specs = Specs::built_in().expect("forms");
    let folder = tempfile::tempdir().expect("folder");
    let key = |enterprise: &str, version: &str| FormKey {
        enterprise_key: enterprise.into(),
        project_key: "标准化提升".into(),
        form_version: version.into(),
        district: "新都区".into(),
        ..FormKey::default()
    };
    let put = |name: &str, key: FormKey| {
        let values = [("enterprise", NAMES[1]), ("need_types", "☑标准化服务"), ("dated", "2025年1月6日")];
        let plan = SheetPlan {
            values: values.iter().map(|(id, words)| ((*id).to_owned(), (*words).to_owned())).collect(),
            key: Some(key),
            ..SheetPlan::blank(specs.of(Form::B))
        };
        let bytes = workbook(&[plan], Extras::FULL).expect("workbook");
        write(&folder.path().join("inputs/2025Q1/高新区").join(name), &bytes);
    };
    let codes = || check(folder.path()).problems.iter().map(|p| p.code).collect::<Vec<_>>();
    put("B.xlsx", key(NAMES[1], "2025.1"));
    assert_eq!(codes(), []);
    let links = links_of(folder.path());
    assert_eq!(links.returns[0].district_name(), "新都区", "the key comes before the folder");
    put("B.xlsx", key("成都拟裕家具有限公司", "2024.2"));
    let told: BTreeSet<Code> = codes().into_iter().collect();
    assert_eq!(told, [Code::ForeignKey, Code::OldFormVersion].into());
}

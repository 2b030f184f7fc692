//! The sample is what it says: deterministic, marked, true, and cheap.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::parse::date;
use crate::problem::{Problem, Severity};
use crate::spec::{Form, Kind};

fn options(projects: usize, mess: f64) -> SampleOptions {
    SampleOptions { projects, mess, ..SampleOptions::example() }
}

#[test]
fn the_same_seed_gives_the_same_files() {
    let specs = Specs::built_in().unwrap();
    let options = options(8, 0.3);
    let all = |o: &SampleOptions| generate(o, &specs).unwrap().files().collect::<Result<Vec<_>>>().unwrap();
    assert_eq!(all(&options), all(&options));
    assert_ne!(all(&options), all(&SampleOptions { seed: 8, ..options.clone() }));
}

#[test]
fn the_example_has_what_the_first_command_should_show() {
    let specs = Specs::built_in().unwrap();
    let sample = generate(&SampleOptions::example(), &specs).unwrap();
    for period in ["2025Q1", "2025Q2"] {
        let here: Vec<_> = sample.truths.iter().filter(|t| t.period == period).collect();
        let districts: BTreeSet<_> = here.iter().map(|t| t.district).collect();
        assert!(districts.len() >= 5, "{districts:?}");
        for form in Form::ALL {
            assert!(here.iter().filter(|t| t.form == form).count() >= 5, "{form}");
        }
        assert!(here.iter().any(|t| t.effect == Some(Effect::Error)));
        assert!(here.iter().filter(|t| t.defect.is_some()).count() * 8 < here.len());
    }
    assert!(sample.truths.iter().any(|t| t.row.is_some()), "some tables");
    let paths: BTreeSet<_> = sample.files().map(|f| f.unwrap().path).collect();
    assert_eq!(paths.len(), sample.len(), "no path twice");
    assert!(paths.contains("2025Q1/名册.xlsx"));
}

#[test]
fn every_defect_comes_up_and_names_its_field() {
    let specs = Specs::built_in().unwrap();
    let sample = generate(&options(60, 0.5), &specs).unwrap();
    let seen: BTreeSet<_> = sample.truths.iter().filter_map(|t| t.defect).collect();
    assert_eq!(seen.len(), Defect::ALL.len());
    for truth in sample.truths.iter().filter(|t| t.defect.is_some()) {
        let of_file = truth.defect.is_some_and(|d| d.of_file() && d != Defect::FormulaError);
        assert_eq!(truth.field.is_none(), of_file, "{:?}", truth.defect);
        if let Some(field) = truth.field {
            assert!(specs.of(truth.form).field(field).is_some(), "{:?} {field}", truth.defect);
        }
    }
    let clean = generate(&options(60, 0.0), &specs).unwrap();
    assert!(clean.truths.iter().all(|t| t.defect.is_none() && !t.superseded));
}

/// A report made from one of them alone must still say what its data are.
#[test]
fn the_reader_knows_every_file_of_the_sample_as_synthetic() {
    let specs = Specs::built_in().unwrap();
    let mut known = 0;
    for file in generate(&options(12, 0.3), &specs).unwrap().files() {
        let SampleFile { path, bytes } = file.unwrap();
        let Ok(book) = crate::workbook::read(bytes, &crate::workbook::Limits::default()) else { continue };
        let says = book.prints_synthetic || book.sheets.iter().any(crate::bind::says_synthetic);
        assert!(says, "{path}");
        known += 1;
    }
    assert!(known > 30, "{known}");
}

/// The reader of the program finds every return and reads every answer as it was meant.
#[test]
fn the_reader_recovers_the_truth() {
    let specs = Specs::built_in().unwrap();
    let sample = generate(&options(12, 0.0), &specs).unwrap();
    let mut read = BTreeMap::new();
    for file in sample.files() {
        let file = file.unwrap();
        let (period, path) = file.path.split_once('/').unwrap();
        for (found, problems) in returns(file.bytes, path, period.parse().unwrap(), &specs) {
            assert!(problems.is_empty(), "{path}: {problems:?}");
            let row = found.tabular.then(|| found.place.cell.map_or(0, |c| c.row + 1));
            read.insert((period.to_owned(), path.to_owned(), found.form, row), found);
        }
    }
    assert_eq!(read.len(), sample.truths.len());
    for truth in &sample.truths {
        let found = &read[&(truth.period.clone(), truth.file.clone(), truth.form, truth.row)];
        for (key, said) in truth.answers.iter().filter(|(key, _)| !key.contains('.')) {
            let want = value(&said.value, specs.of(truth.form).field(key).unwrap().kind);
            assert_eq!(found.value(key), want, "{} {key}", truth.file);
        }
    }
}

fn returns(
    bytes: Vec<u8>,
    path: &str,
    period: crate::period::Period,
    specs: &Specs,
) -> Vec<(crate::answer::Return, Vec<crate::problem::Problem>)> {
    let book = crate::workbook::read(bytes, &crate::workbook::Limits::default()).unwrap();
    let bound = crate::bind::bind(&book, specs);
    assert!(bound.findings.is_empty(), "{path}: {:?}", bound.findings);
    let judge = |b: crate::bind::Bound| {
        let spec = specs.of(b.form);
        crate::answer::judge(b, &path.into(), period, spec)
    };
    bound.returns.into_iter().map(judge).collect()
}

fn value(meant: &Value, kind: Kind) -> Option<crate::answer::Val<'_>> {
    use crate::answer::Val;
    let day = |text: &str| date::date(text).unwrap().unwrap().first;
    match meant {
        Value::Blank | Value::Faulty | Value::Number(_) => None,
        Value::Text(text) => Some(Val::Text(text.as_str().into())),
        Value::Count(n) => Some(Val::Count(*n)),
        Value::Date(text) => Some(Val::Date(day(text))),
        Value::Range(from, to) => Some(Val::Range(day(from), day(to))),
        Value::Ticks(chosen) if kind == Kind::One => Some(Val::One(chosen[0])),
        Value::Ticks(chosen) => Some(Val::Many(chosen.as_slice().into())),
    }
}

/// The problems that the whole chain of reading finds in a sample.
fn problems(options: &SampleOptions, specs: &Specs) -> (Vec<SampleTruth>, Vec<(String, Problem)>) {
    let dir = tempfile::tempdir().unwrap();
    let sample = generate(options, specs).unwrap();
    sample.write(dir.path(), || ()).unwrap();
    let listing = crate::inputs::list(dir.path()).unwrap();
    let settings = crate::settings::Settings::default();
    let files = crate::read::read_all(&listing, specs, &settings, &|| ());
    let links = crate::link::link(files, specs, &settings);
    let found = links.problems.into_iter();
    let found = found.flat_map(|(period, all)| all.into_iter().map(move |p| (period.to_string(), p)));
    (sample.truths, found.collect())
}

#[test]
fn a_clean_sample_has_nothing_to_mend() {
    let specs = Specs::built_in().unwrap();
    let (_, found) = problems(&options(24, 0.0), &specs);
    let told: Vec<_> = found
        .iter()
        .map(|(period, p)| format!("{period} {} {} {} {}", p.code.id(), p.place, p.message(), p.found))
        .collect();
    assert!(told.is_empty(), "{}\n{}", told.len(), told[..told.len().min(40)].join("\n"));
}

#[test]
fn every_sown_defect_is_found_in_its_file_and_field() {
    let specs = Specs::built_in().unwrap();
    let (truths, found) = problems(&options(32, 0.5), &specs);
    let mut missed = Vec::new();
    for truth in truths.iter().filter(|t| t.defect.is_some_and(|d| d != Defect::NotSent)) {
        let effect = match truth.effect {
            Some(Effect::Error) => Severity::Error,
            Some(Effect::Warning) => Severity::Warning,
            _ => Severity::Info,
        };
        let hit = found.iter().any(|(period, p)| {
            *period == truth.period
                && *p.place.file == *truth.file
                && p.severity == effect
                && truth.field.is_none_or(|field| *p.field == *field || p.field.is_empty())
        });
        // The agency's variant is told once for all returns that write it so.
        if !hit && truth.defect != Some(Defect::AgencyVariant) && truth.defect != Some(Defect::Duplicate) {
            missed.push(format!("{:?} {} {:?}", truth.defect, truth.file, truth.field));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    for code in ["agency_variant", "superseded"] {
        assert!(found.iter().any(|(_, p)| p.code.id() == code), "{code}");
    }
}

#[test]
fn satisfaction_is_about_80_15_5_and_follows_the_gap() {
    let specs = Specs::built_in().unwrap();
    let sample = generate(&options(600, 0.0), &specs).unwrap();
    let mut counts = [0f64; 3];
    let mut met: BTreeMap<bool, (f64, f64)> = BTreeMap::new();
    let scored: BTreeMap<_, _> = sample
        .truths
        .iter()
        .filter(|t| t.form == Form::S)
        .map(|t| ((&t.period, &t.enterprise), mean_gap(t) < 0.6))
        .collect();
    for truth in sample.truths.iter().filter(|t| t.form == Form::F) {
        for (_, said) in
            truth.answers.iter().filter(|(id, _)| id.ends_with("attitude") || id.ends_with("skill"))
        {
            if let Value::Ticks(chosen) = &said.value {
                counts[chosen[0]] += 1.0;
                if let Some(small) = scored.get(&(&truth.period, &truth.enterprise)) {
                    let sums = met.entry(*small).or_default();
                    sums.0 += f64::from(u8::from(chosen[0] == 0));
                    sums.1 += 1.0;
                }
            }
        }
    }
    let total: f64 = counts.iter().sum();
    let shares = counts.map(|c| c / total);
    assert!((0.76..0.86).contains(&shares[0]) && (0.02..0.07).contains(&shares[2]), "{shares:?}");
    let share = |small| met[&small].0 / met[&small].1;
    assert!(share(true) > share(false) + 0.03, "{} {}", share(true), share(false));
}

/// Mean of target minus after over the six dimensions.
fn mean_gap(truth: &SampleTruth) -> f64 {
    let sum = |time: &str| -> f64 {
        truth
            .answers
            .iter()
            .filter(|(key, _)| key.starts_with("dimensions.") && key.ends_with(time))
            .map(|(_, said)| if let Value::Count(n) = said.value { n as f64 } else { 0.0 })
            .sum()
    };
    (sum("goal") - sum("after")) / 6.0
}

/// Not a check: `ZHITI_LOOK=/tmp/look cargo test sample::tests::look -- --ignored`.
#[test]
#[ignore = "writes files to look at"]
fn look() {
    let dir = std::path::PathBuf::from(std::env::var("ZHITI_LOOK").unwrap());
    let specs = Specs::built_in().unwrap();
    generate(&SampleOptions::example(), &specs).unwrap().write(&dir, || ()).unwrap();
}

//! A blank form filled and read back gives exactly what was filled in: every field of
//! every form, through a real workbook.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Extras, SheetPlan, answers, workbook};
use crate::answer::{Return, Val};
use crate::bind::testing::{judged, said, specs};
use crate::parse::date;
use crate::spec::{Field, Form, FormSpec, Kind};
use crate::workbook::{Limits, read};

/// A small deterministic source of choices (splitmix64).
struct Choices(u64);

impl Choices {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn words(&mut self) -> String {
        const PARTS: [&str; 12] =
            ["拟安", "质量", "（一期）", "A-3", "100%", "“标杆”", "<b>", "=1+1", "#2线", "与", "℃", "提升"];
        (0..=self.below(4)).map(|_| PARTS[self.below(PARTS.len())]).collect::<String>() + "项"
    }

    fn day(&mut self) -> time::Date {
        time::Date::from_julian_day(2_460_600 + self.below(200) as i32).unwrap()
    }
}

/// What one field is filled with, and how it is told by [`said`].
fn fill(field: &Field, inner: &str, choices: &mut Choices) -> (String, String) {
    match field.kind {
        Kind::Count => {
            let n = choices.below(900).to_string();
            (n.clone(), n)
        }
        Kind::Date => {
            let day = choices.day();
            (date::chinese(day), date::iso(day))
        }
        Kind::Range => {
            let (from, days) = (choices.day(), choices.below(60) as i64);
            let to = from + time::Duration::days(days);
            (
                format!("{}—{}", date::chinese(from), date::chinese(to)),
                format!("{}~{}", date::iso(from), date::iso(to)),
            )
        }
        Kind::One => {
            let at = choices.below(field.options.len());
            (answers::ticks_one(field, Some(at)), field.options[at].clone())
        }
        Kind::Many => {
            let all: Vec<usize> = (0..field.options.len()).filter(|_| choices.below(2) == 0).collect();
            let told = all.iter().map(|i| field.options[*i].as_str()).collect::<Vec<_>>().join("、");
            (answers::ticks_many(field, &all, inner), told)
        }
        Kind::Contact => ("拟甲 13800000001".into(), "拟甲 13800000001".into()),
        _ => {
            let words = choices.words();
            (words.clone(), words)
        }
    }
}

/// Fills a form at random; returns what is to be shown, and what is to be read.
fn filled(spec: &FormSpec, seed: u64) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let mut choices = Choices(seed);
    let (mut shown, mut wanted) = (BTreeMap::new(), BTreeMap::new());
    for (index, field) in spec.fields.iter().enumerate() {
        if matches!(field.kind, Kind::Dimensions | Kind::Indicators) || field.within.is_some() {
            continue;
        }
        let blank = !field.required && choices.below(4) == 0;
        let inside = spec.fields.iter().find(|f| f.within == Some(index));
        if blank {
            wanted.insert(field.id.to_string(), String::new());
            inside.map(|f| wanted.insert(f.id.to_string(), String::new()));
            continue;
        }
        let inner = inside.map(|f| fill(f, "", &mut choices).0).unwrap_or_default();
        let (text, told) = match inside {
            Some(count) if count.kind == Kind::Count => {
                let yes = choices.below(2) == 0;
                let number = if yes { inner.clone() } else { String::new() };
                wanted.insert(count.id.to_string(), number.clone());
                let at = usize::from(!yes);
                (answers::ticks_with_count(field, count, Some(at), &number), field.options[at].clone())
            }
            Some(other) => {
                wanted.insert(other.id.to_string(), inner.clone());
                fill(field, &inner, &mut choices)
            }
            None => fill(field, "", &mut choices),
        };
        shown.insert(field.id.to_string(), text);
        wanted.insert(field.id.to_string(), told);
    }
    (shown, wanted)
}

/// Levels and numbers of the supplement, by the keys of its cells.
fn supplement(shown: &mut BTreeMap<String, String>, seed: u64) -> [[Option<i64>; 3]; 6] {
    let mut choices = Choices(seed ^ 0x5555);
    let mut levels = [[None; 3]; 6];
    for (row, name) in levels.iter_mut().zip(crate::metrics::DIMENSIONS) {
        for (level, side) in row.iter_mut().zip(["before", "goal", "after"]) {
            *level = (choices.below(5) > 0).then(|| 1 + choices.below(5) as i64);
            if let Some(n) = level {
                shown.insert(format!("dimensions.{name}.{side}"), n.to_string());
            }
        }
    }
    levels
}

fn back(spec: &FormSpec, form: Form, shown: BTreeMap<String, String>) -> Return {
    let plan = SheetPlan { values: shown, ..SheetPlan::blank(spec) };
    let bytes = workbook(&[plan], Extras::FULL).unwrap();
    let bound = crate::bind::bind(&read(bytes, &Limits::default()).unwrap(), specs());
    assert_eq!(bound.returns.len(), 1, "{form}: {:?}", bound.findings);
    assert_eq!(bound.returns[0].form, form);
    judged(&bound.returns[0])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn a_filled_form_reads_back_exactly(seed in any::<u64>()) {
        for (form, spec) in specs().all() {
            let (mut shown, wanted) = filled(spec, seed);
            let levels = (form == Form::S).then(|| supplement(&mut shown, seed));
            let ret = back(spec, form, shown.clone());
            for (id, told) in &wanted {
                prop_assert_eq!(&said(&ret, id), told, "{} {} shown {:?}", form, id, shown.get(id));
            }
            if let Some(levels) = levels.filter(|l| l.iter().flatten().any(Option::is_some)) {
                prop_assert_eq!(ret.value("dimensions"), Some(Val::Dimensions(levels.to_vec().into())));
            }
        }
    }
}

//! The whole reader against returns that other programs made, whose answers, defects and accounts are known.

mod common;

use common::{links_of, score, shared};
use serde_json::Value as Json;
use zhiti::spec::Form;

#[test]
fn every_answer_is_read_and_every_defect_told() {
    let links = links_of(&shared("fixtures/inputs"));
    let expected = shared("fixtures/expected");
    let answers = score::answers(&links, &score::returns(&expected));
    score::print("answers", &answers);
    let defects = score::defects(&links, &expected);
    score::print("defects", &defects);
    for (kind, score) in &answers {
        assert!(score.share() >= 0.995, "{kind}: {:?}", score.misses);
    }
    let (hits, all) = defects.values().fold((0, 0), |(h, a), s| (h + s.hits, a + s.hits + s.misses.len()));
    assert!(hits * 100 >= all * 98, "{hits} of {all} defects told");
}

#[test]
fn the_accounts_are_those_of_the_fixtures() {
    let links = links_of(&shared("fixtures/inputs"));
    let text = std::fs::read_to_string(shared("fixtures/expected/accounting.json")).expect("accounting.json");
    let wanted: Json = serde_json::from_str(&text).expect("json");
    let mut wrong = Vec::new();
    for (period, forms) in wanted.as_object().expect("periods") {
        let accounting = &links.accounting[&period.parse().expect("period")];
        for (letter, districts) in forms.as_object().expect("forms") {
            let form = Form::from_letter(letter).expect("form");
            for (district, want) in districts.as_object().expect("districts") {
                let ours = match district.as_str() {
                    "*" => accounting.city(form),
                    name => accounting.of(form, zhiti::reference::district::by_name(name)),
                };
                let ours = serde_json::to_value(ours).expect("json");
                for (what, number) in want.as_object().expect("account") {
                    if ours[what] != *number {
                        wrong.push(format!(
                            "{period} {letter} {district} {what}: {}, want {number}",
                            ours[what]
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

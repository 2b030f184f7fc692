//! Forms of different enterprises that say the same in every answer: worth knowing, no accusation.
//!
//! Names, persons, telephones and dates differ anyway and are left out. Ticks alone prove nothing (satisfied
//! customers look alike), so free text must be among the answers and weighs most.

use std::collections::BTreeMap;

use super::{Linked, Links, Status, problem};
use crate::answer::Val;
use crate::period::Period;
use crate::problem::{Code, Problem};
use crate::spec::{Form, Kind};
use crate::text;

/// Least weight of the common answers: two paragraphs and a count, say.
const LEAST: usize = 7;
/// Shortest text that two people hardly write alike.
const PARAGRAPH: usize = 10;

/// Tells returns whose answers are those of another enterprise.
pub(super) fn find(links: &Links, found: &mut Vec<(Period, Problem)>) {
    let mut groups: BTreeMap<(Period, Form, String), Vec<&Linked>> = BTreeMap::new();
    let told = |l: &&Linked| l.status == Status::Counted && !l.key.enterprise.is_empty();
    for linked in links.returns.iter().filter(told) {
        if let Some(answers) = answers(linked) {
            groups.entry((linked.ret.period, linked.ret.form, answers)).or_default().push(linked);
        }
    }
    for ((period, ..), group) in groups {
        for linked in &group {
            let other = group.iter().find(|o| o.key.enterprise != linked.key.enterprise);
            if let Some(other) = other {
                found.push((period, problem(linked, Code::AnswersAlike, "").about(other.ret.enterprise())));
            }
        }
    }
}

/// The answers in normal form, where they weigh enough to be compared.
fn answers(linked: &Linked) -> Option<String> {
    let (mut out, mut weight, mut paragraphs) = (String::new(), 0, 0);
    for (field, answer) in linked.ret.spec.fields.iter().zip(&linked.ret.answers) {
        let Some(value) = answer.as_ref().and_then(|a| a.value.as_ref()) else { continue };
        let said = match (field.kind, value) {
            (Kind::Text | Kind::Block, Val::Text(words)) => {
                let key = text::key(words);
                let long = key.chars().count() >= PARAGRAPH;
                paragraphs += usize::from(long);
                weight += if long { 3 } else { 1 };
                key
            }
            (Kind::Count | Kind::Many, value) => {
                weight += usize::from(*value != Val::Count(0));
                format!("{value:?}")
            }
            (Kind::One, value) => format!("{value:?}"),
            (Kind::Dimensions | Kind::Indicators, value) => {
                weight += 3;
                format!("{value:?}")
            }
            _ => continue,
        };
        out.push_str(&field.id);
        out.push('\u{1f}');
        out.push_str(&said);
        out.push('\u{1e}');
    }
    (weight >= LEAST && paragraphs >= 1).then_some(out)
}

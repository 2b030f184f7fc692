//! Of several valid returns with the same form and key in a period, the latest counts.

use std::collections::BTreeMap;

use super::{Key, Linked, Links, Status, problem};
use crate::period::Period;
use crate::problem::{Code, Problem};
use crate::spec::Form;

pub(super) fn supersede(links: &mut Links, found: &mut Vec<(Period, Problem)>) {
    let mut groups: BTreeMap<(Period, Form, Key), Vec<usize>> = BTreeMap::new();
    for (at, linked) in
        links.returns.iter().enumerate().filter(|(_, l)| l.counted() && !l.key.enterprise.is_empty())
    {
        groups.entry((linked.ret.period, linked.ret.form, linked.key.clone())).or_default().push(at);
    }
    for group in groups.into_values().filter(|g| g.len() > 1) {
        let latest = group.iter().copied().max_by_key(|at| age(&links.returns[*at])).unwrap_or(group[0]);
        for at in group.into_iter().filter(|at| *at != latest) {
            let identical = same_answers(&links.returns[at], &links.returns[latest]);
            let code = if identical { Code::Identical } else { Code::Superseded };
            let note = problem(&links.returns[at], code, "enterprise")
                .found(&links.returns[latest].ret.place.to_string());
            found.push((links.returns[at].ret.period, note));
            links.returns[at].status =
                Status::Superseded { by: links.returns[latest].ret.id.clone(), identical };
        }
    }
}

/// A missing date is older than any; equal dates go by position. A document that an agency
/// edited by hand is its last word on a summary.
pub(crate) fn age(linked: &Linked) -> (bool, Option<i32>, usize) {
    let date = linked.ret.date("dated").map(time::Date::to_julian_day);
    (linked.ret.envelope.document, date, linked.ret.position)
}

pub(super) fn same_answers(a: &Linked, b: &Linked) -> bool {
    let value =
        |l: &Linked, i: usize| l.ret.answers.get(i).and_then(|x| x.as_ref()).and_then(|x| x.value.clone());
    let names = |id: &str| a.ret.spec.index(id);
    let keys = [names("enterprise"), names("project")];
    (0..a.ret.spec.fields.len()).all(|i| keys.contains(&Some(i)) || value(a, i) == value(b, i))
}

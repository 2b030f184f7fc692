//! Of several valid returns with the same form and key in a period, the latest counts.

use super::{Found, Linked, Links, Status, problem};
use crate::problem::Code;

pub(super) fn supersede(links: &mut Links, found: &mut Found) {
    for group in groups(&links.returns) {
        let latest = group.iter().copied().max_by_key(|at| age(&links.returns[*at])).unwrap_or(group[0]);
        for at in group.into_iter().filter(|at| *at != latest) {
            let identical = same_answers(&links.returns[at], &links.returns[latest]);
            let code = if identical { Code::Identical } else { Code::Superseded };
            let note = problem(&links.returns[at], code, "enterprise")
                .found(links.returns[latest].ret.place.to_string());
            found.note(links.returns[at].ret.period, note);
            links.returns[at].status = Status::Superseded { by: links.returns[latest].ret.id, identical };
        }
    }
}

/// Positions of the counted returns that have form and key in common with another of their period.
fn groups(returns: &[Linked]) -> Vec<Vec<usize>> {
    let key = |at: usize| (returns[at].ret.period, returns[at].ret.form, &returns[at].key);
    let counts = |at: &usize| returns[*at].counted() && !returns[*at].key.enterprise.is_empty();
    let mut all: Vec<usize> = (0..returns.len()).filter(counts).collect();
    all.sort_by(|a, b| key(*a).cmp(&key(*b)));
    let same = all.chunk_by(|a, b| key(*a) == key(*b));
    same.filter(|group| group.len() > 1).map(<[usize]>::to_vec).collect()
}

/// A missing date is older than any; equal dates go by position. A document that an agency
/// edited by hand is its last word on a summary.
pub(crate) fn age(linked: &Linked) -> (bool, Option<i32>, usize) {
    let date = linked.ret.date("dated").map(time::Date::to_julian_day);
    (linked.ret.envelope().document, date, linked.ret.position)
}

pub(super) fn same_answers(a: &Linked, b: &Linked) -> bool {
    let names = |id: &str| a.ret.spec.index(id);
    let keys = [names("enterprise"), names("project")];
    (0..a.ret.spec.fields.len())
        .all(|i| keys.contains(&Some(i)) || a.ret.answers.value(i) == b.ret.answers.value(i))
}

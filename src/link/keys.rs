//! The key sheets of our own workbooks: a correction stands for the return it
//! corrects, a key that belongs to another project is told, and so is an old
//! version of the forms.
//!
//! A correction names its return by a token (id and names as first typed), so
//! that a file that changed in the meantime is not mistaken for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Found, Linked, Links, Status, alias, duplicates, problem};
use crate::bind::ReadKey;
use crate::period::Period;
use crate::problem::{Code, Problem};
use crate::spec::{Form, own_sheet};
use crate::text;

/// By what a correction workbook names the return it stands for: its id, and a digest of the
/// names it gave.
pub fn token(linked: &Linked) -> String {
    let names = [linked.ret.enterprise(), linked.ret.project()].map(text::key).join("\u{1f}");
    format!("{}-{}", linked.ret.id, crate::digest::short(names.as_bytes(), 8))
}

fn key_of(linked: &Linked) -> Option<&ReadKey> {
    linked.ret.envelope().key.as_deref()
}

/// A return that a valid correction of the same form and period names, directly or through an
/// earlier correction, never counts: neither its date nor its place in the listing nor its errors
/// matter any more.
pub(super) fn replace(links: &mut Links, found: &mut Found) {
    let corrects = corrected(links);
    let mut replaced: BTreeMap<usize, usize> = BTreeMap::new();
    for winner in corrects.keys().copied().filter(|at| links.returns[*at].counted()) {
        for loser in chain(&corrects, winner) {
            replaced.insert(loser, winner);
        }
    }
    for (loser, winner) in replaced {
        let by = links.returns[winner].ret.id;
        let place = links.returns[winner].ret.place.to_string();
        let identical = duplicates::same_answers(&links.returns[loser], &links.returns[winner]);
        let linked = &mut links.returns[loser];
        linked.status = Status::Superseded { by, identical };
        linked.replaced = true;
        let field = if linked.ret.answer("enterprise").is_some() { "enterprise" } else { "" };
        found.note(linked.ret.period, problem(linked, Code::Superseded, field).found(place.as_str()));
    }
}

/// Which return each correction corrects, as indices; a file saved over its own original corrects none.
fn corrected(links: &Links) -> BTreeMap<usize, usize> {
    let named: BTreeSet<&str> =
        links.returns.iter().filter_map(|l| key_of(l)?.supersedes.as_deref()).collect();
    if named.is_empty() {
        return BTreeMap::new();
    }
    let by_token: HashMap<String, usize> =
        links.returns.iter().enumerate().map(|(at, l)| (token(l), at)).collect();
    let target = |(at, linked): (usize, &Linked)| {
        let first = *by_token.get(key_of(linked)?.supersedes.as_deref()?)?;
        let ret = &links.returns[first].ret;
        let same = first != at && ret.form == linked.ret.form && ret.period == linked.ret.period;
        same.then_some((at, first))
    };
    links.returns.iter().enumerate().filter_map(target).collect()
}

/// Everything that a correction corrects, step by step; nothing where files name each other in a circle.
fn chain(corrects: &BTreeMap<usize, usize>, start: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut at = start;
    while let Some(next) = corrects.get(&at).copied() {
        if next == start {
            return BTreeSet::new();
        }
        if !seen.insert(next) {
            break;
        }
        at = next;
    }
    seen
}

/// Tells keys of another project and forms of an older version.
pub(super) fn note(links: &Links, aliases: &HashMap<String, String>, found: &mut Found) {
    for linked in links.returns.iter().filter(|l| !l.replaced) {
        let Some(key) = key_of(linked) else { continue };
        if let Some(field) = foreign(linked, key, aliases) {
            found.note(linked.ret.period, problem(linked, Code::ForeignKey, field));
        }
        if older(&key.form_version, own_sheet::FORM_VERSION) {
            found.note(
                linked.ret.period,
                problem(linked, Code::OldFormVersion, "").found(key.form_version.as_str()),
            );
        }
    }
}

/// The name that is not the one the form was made for.
fn foreign(linked: &Linked, key: &ReadKey, aliases: &HashMap<String, String>) -> Option<&'static str> {
    let differs = |typed: &str, known: &str| {
        !typed.is_empty() && !known.is_empty() && alias(typed, aliases) != alias(known, aliases)
    };
    if differs(linked.ret.enterprise(), &key.enterprise_key) {
        return Some("enterprise");
    }
    let has_project = !matches!(linked.ret.form, Form::B | Form::E);
    (has_project && differs(linked.ret.project(), &key.project_key)).then_some("project")
}

/// Whether a version (`2025.1`) is older than another; one that cannot be read is not.
fn older(version: &str, than: &str) -> bool {
    let parts = |v: &str| v.split('.').map(|p| p.parse::<u32>().ok()).collect::<Option<Vec<_>>>();
    matches!((parts(version), parts(than)), (Some(a), Some(b)) if a < b)
}

/// What was wrong with a return that has been corrected is mended: only that it is superseded is told.
pub(super) fn drop_mended(links: &Links, found: &mut Found) {
    let mut by_sheet: HashMap<_, Vec<&Linked>> = HashMap::new();
    for linked in links.returns.iter().filter(|l| l.replaced) {
        for sheet in linked.ret.sheets() {
            by_sheet.entry((linked.ret.period, &*linked.ret.place.file, sheet)).or_default().push(linked);
        }
    }
    if by_sheet.is_empty() {
        return;
    }
    let stays = |period: Period, p: &Problem| {
        let here = by_sheet.get(&(period, &*p.place.file, &*p.place.sheet));
        p.code == Code::Superseded || !here.is_some_and(|all| all.iter().any(|l| l.holds(p)))
    };
    for (period, problems) in &mut found.problems {
        problems.retain(|p| stays(*period, p));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(older("2024.9", "2025.1") && older("2025.2", "2025.10"));
        assert!(!older("2025.1", "2025.1") && !older("", "2025.1") && !older("旧版", "2025.1"));
    }

    #[test]
    fn a_chain_ends_and_a_circle_corrects_nothing() {
        let chain_of = |pairs: &[(usize, usize)], start| {
            chain(&pairs.iter().copied().collect(), start).into_iter().collect::<Vec<_>>()
        };
        assert_eq!(chain_of(&[(3, 2), (2, 1)], 3), [1, 2]);
        assert_eq!(chain_of(&[(3, 2), (2, 3)], 3), [0usize; 0]);
        assert_eq!(chain_of(&[(4, 3), (3, 2), (2, 3)], 4), [2, 3]);
    }
}

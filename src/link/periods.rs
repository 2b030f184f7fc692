//! Covers and rows that name another quarter than the folder they lie in.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Found, Linked, Links};
use crate::bind::Said;
use crate::cell::Place;
use crate::period::Period;
use crate::problem::{Code, Problem};

/// Told once a cell: a cover speaks for every return of its workbook.
pub(super) fn find(links: &Links, found: &mut Found) {
    let mut told = HashSet::new();
    for linked in links.returns.iter().filter(|l| !l.replaced) {
        let Some(said) = linked.ret.envelope().period.as_deref().filter(|s| is_other(s, linked)) else {
            continue;
        };
        let file = &linked.ret.place.file;
        if !told.insert((linked.ret.period, Arc::clone(file), Arc::clone(&said.sheet), said.cell)) {
            continue;
        }
        let place = Place { file: Arc::clone(file), sheet: Arc::clone(&said.sheet), cell: Some(said.cell) };
        let mut problem = Problem::new(Code::PeriodMismatch, place).found(Arc::clone(&said.text));
        problem.field = "period".into();
        found.note(linked.ret.period, problem.about(linked.ret.period.chinese()));
    }
}

/// What cannot be read as a quarter is not another one.
fn is_other(said: &Said, linked: &Linked) -> bool {
    Period::from_words(&said.text).is_some_and(|period| period != linked.ret.period)
}

//! What the tests of the binder share: sheets from words, and judged answers as words.

use std::sync::LazyLock;

use crate::answer::{self, Return, Val};
use crate::bind::Bound;
use crate::cell::Cell;
use crate::parse::date;
use crate::spec::Specs;
use crate::workbook::{Book, Sheet, Value};

/// The built-in forms, resolved once.
pub fn specs() -> &'static Specs {
    static SPECS: LazyLock<Specs> = LazyLock::new(|| Specs::built_in().unwrap());
    &SPECS
}

/// A book of one sheet, a cell per word; empty words are empty cells.
pub fn book(rows: &[&[&str]]) -> Book {
    let cells = rows.iter().enumerate().flat_map(|(r, row)| {
        let cell = move |(c, words): (usize, &&str)| {
            (!words.is_empty()).then(|| (Cell::new(r as u32, c as u32), Value::Text((*words).to_owned())))
        };
        row.iter().enumerate().filter_map(cell)
    });
    Book { sheets: vec![Sheet::from_cells("Sheet1", cells)], ..Book::default() }
}

/// Judges a return as one of the first quarter of 2025.
pub fn judged(bound: &Bound) -> Return {
    let spec = specs().of(bound.form);
    answer::judge(bound.clone(), &"x.xlsx".into(), "2025Q1".parse().unwrap(), spec).0
}

/// A value in words; empty where there is none.
pub fn said(ret: &Return, id: &str) -> String {
    let Some(index) = ret.spec.index(id) else { panic!("no field {id}") };
    let options = &ret.spec.fields[index].options;
    match ret.value(id) {
        None => String::new(),
        Some(Val::Text(words)) => words.to_string(),
        Some(Val::Count(n)) => n.to_string(),
        Some(Val::Date(day)) => date::iso(day),
        Some(Val::Range(from, to)) => format!("{}~{}", date::iso(from), date::iso(to)),
        Some(Val::One(at)) => options[at].clone(),
        Some(Val::Many(all)) => all.iter().map(|at| options[*at].as_str()).collect::<Vec<_>>().join("、"),
        Some(other) => format!("{other:?}"),
    }
}

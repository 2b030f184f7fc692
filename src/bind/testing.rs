//! What the tests of the binder share: sheets from words, and judged answers as words.

use std::sync::LazyLock;

use crate::answer::{self, Return, Val};
use crate::bind::{Bound, bind};
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

/// First and last cell of a merged area, by row and column.
pub type Merge = ((u32, u32), (u32, u32));

/// The same with merged areas.
pub fn merged_book(rows: &[&[&str]], merges: &[Merge]) -> Book {
    let mut book = book(rows);
    merges.iter().for_each(|(from, to)| book.sheets[0].merge(*from, *to));
    book
}

/// What a satisfaction survey opens with.
pub const SURVEY_HEAD: [&[&str]; 4] = [
    &["中小企业质量提升服务满意度调查表"],
    &["质量提升服务项目名称", "拟禾标准化提升"],
    &["企业名称", "成都拟禾食品有限公司"],
    &["质量服务机构名称", "四川拟信咨询有限公司"],
];

/// Values of the only return of a book, in words.
pub fn said_in(book: &Book, ids: &[&str]) -> Vec<String> {
    let bound = bind(book, specs());
    assert_eq!(bound.returns.len(), 1);
    let ret = judged(&bound.returns[0]);
    ids.iter().map(|id| said(&ret, id)).collect()
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

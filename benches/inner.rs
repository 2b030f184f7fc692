//! The inner loops of reading, one at a time: check marks, dates, numbers, and binding a form.

use std::hint::black_box;

use divan::Bencher;
use zhiti::parse::{date, marks, number};
use zhiti::sample::{self, SampleOptions};
use zhiti::spec::Specs;
use zhiti::workbook::{self, Limits};
use zhiti::{bind, spec};

fn main() {
    divan::main();
}

#[divan::bench]
fn check_marks(bencher: Bencher) {
    let specs = Specs::built_in().expect("built-in forms");
    let field = specs.of(spec::Form::F).field("staff_attitude").expect("a field");
    bencher.bench(|| marks::ticks(black_box("☑满意 □基本满意 □不满意"), &field.choices));
}

#[divan::bench(args = ["2025年3月31日", "2025-03-31", "2025.3.31"])]
fn dates(text: &str) -> bool {
    date::date(black_box(text)).is_ok()
}

#[divan::bench(args = ["12", "约12人次", "十二"])]
fn counts(text: &str) -> bool {
    number::count(black_box(text)).is_ok()
}

/// The first workbook of the sample that is a form.
fn form(specs: &Specs) -> Vec<u8> {
    let options = SampleOptions { mess: 0.0, ..SampleOptions::example() };
    let sample = sample::generate(&options, specs).expect("a sample");
    let mut files = sample.files().map(|file| file.expect("a file"));
    files.find(|file| file.path.contains("表B")).expect("a form").bytes
}

#[divan::bench]
fn open_a_workbook(bencher: Bencher) {
    let bytes = form(&Specs::built_in().expect("built-in forms"));
    let limits = Limits::default();
    bencher.bench(|| workbook::read(black_box(bytes.clone()), &limits).is_ok());
}

#[divan::bench]
fn bind_a_form(bencher: Bencher) {
    let specs = Specs::built_in().expect("built-in forms");
    let book = workbook::read(form(&specs), &Limits::default()).expect("a workbook");
    bencher.bench(|| bind::bind(black_box(&book), &specs));
}

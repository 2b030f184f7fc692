//! Annex D summaries: ours as PDF against typst alone on the same layouts and data, and as Word;
//! correction workbooks against rust_xlsxwriter alone on the same words.
//!
//! `ZHITI_BENCH_DOCUMENTS`: how many of each, 400.

mod common;

use std::hint::black_box;

use common::bare::{self, Cells, Press};
use common::documents::Desk;
use common::{alternate, compare, on_lanes};
use typst::foundations::Bytes;
use zhiti::document::Summary;
use zhiti::render::forms;
use zhiti::render::pdf::{Layouts, PdfEngine};
use zhiti::render::word::{self, WordLook};

fn main() {
    let count = common::number("ZHITI_BENCH_DOCUMENTS", 400);
    let (inputs, workspace) = (common::folder(), common::folder());
    common::write_sample(inputs.path(), count.max(92));
    let desk = Desk::open(inputs.path(), workspace.path());
    let summaries = desk.summaries(count);
    let data = desk.data(&summaries);
    for jobs in common::jobs() {
        summaries_as_pdf(&desk, &summaries, &data, jobs);
        summaries_as_word(&summaries, jobs);
    }
    corrections(&desk, count);
}

fn summaries_as_pdf(desk: &Desk, summaries: &[Summary], data: &[Bytes], jobs: usize) {
    let press = Press::new(&desk.fonts);
    let engine = PdfEngine::with_threads(desk.fonts.clone(), Layouts::default(), jobs).expect("an engine");
    let ours = |summary: &Summary| engine.summary(summary).map(|bytes| drop(black_box(bytes)));
    let timings = alternate(vec![
        ("typst", Box::new(|| on_lanes(jobs, data.len(), |at| press.set(at, &data[at])))),
        ("ours", Box::new(|| engine.each(summaries, ours).expect("PDF"))),
    ]);
    compare(&format!("Annex D as PDF, {jobs} threads"), (summaries.len(), "document"), &timings, 1.3);
}

fn summaries_as_word(summaries: &[Summary], jobs: usize) {
    let look = WordLook::default();
    let draw = |at: usize| word::summary(&summaries[at], &look).expect("Word");
    let parts: Vec<_> = (0..summaries.len()).map(|at| bare::parts(&draw(at))).collect();
    let timings = alternate(vec![
        ("zip of the same parts", Box::new(|| on_lanes(jobs, parts.len(), |at| bare::pack(&parts[at])))),
        ("ours", Box::new(|| on_lanes(jobs, summaries.len(), draw))),
    ]);
    compare(&format!("Annex D as Word, {jobs} threads"), (summaries.len(), "document"), &timings, 1.3);
}

fn corrections(desk: &Desk, count: usize) {
    let returns = desk.to_mend(count);
    let plan = |at: usize| forms::correction_plan(returns[at].0, &returns[at].1, None);
    let draw = |at: usize| forms::correction(plan(at)).expect("a workbook");
    let cells: Vec<Cells> = (0..returns.len()).map(|at| bare::cells(&draw(at))).collect();
    let timings = alternate(vec![
        (
            "rust_xlsxwriter, words only",
            Box::new(|| on_lanes(1, cells.len(), |at| bare::workbook(&cells[at]))),
        ),
        ("ours", Box::new(|| on_lanes(1, returns.len(), draw))),
    ]);
    compare("Correction workbooks, 1 thread", (returns.len(), "workbook"), &timings, 1.3);
}

//! Answers that spread over several rows: which cells below a label still belong to its answer.
//!
//! Only rows in which nothing stands under the label go on with it, and only where what stands there can be nothing
//! else: options and ticks of a question.

use super::Slot;
use super::boxes;
use super::grid;
use super::joined::joined;
use super::slots::{Ground, Label, MOST_ROWS, has_options, row_at, rows_between};
use crate::cell::Cell;
use crate::spec::Field;
use crate::workbook::Value;

impl Ground<'_, '_> {
    /// The answer of a question with options in cells of their own, right of column `left`.
    pub(super) fn chosen(&self, field: &Field, left: Option<u32>, cells: &[Cell]) -> Option<Slot> {
        let row = cells.first()?.row;
        grid::answer(self.sheet, field, left, cells)
            .or_else(|| left.and_then(|left| boxes::beside(self.sheet, field, row, left, cells)))
            .or_else(|| boxes::under_heads(self.sheet, field, row, cells))
    }

    /// Cells of the rows from one on that go on with the options of a question: nothing stands left of them, under
    /// the label, and all of them speak of the options.
    pub(super) fn going_on(&self, field: &Field, from: u32, (left, right): (u32, u32)) -> Vec<Cell> {
        let mut out = Vec::new();
        let rows = rows_between(self.sheet, from, self.last.min(from + MOST_ROWS));
        for (row, at) in rows.zip(from..) {
            let is_ours = |(col, _): &(u32, Value)| {
                let cell = Cell::new(row.at, *col);
                (left..=right).contains(col)
                    && !self.occupied.contains(&cell)
                    && grid::speaks(self.sheet, field, cell)
            };
            if row.at != at || !row.cells.iter().all(is_ours) {
                break;
            }
            out.extend(row.cells.iter().map(|(col, _)| Cell::new(row.at, *col)));
        }
        out
    }

    /// The answer of a question with its options in the rows under the label, which stands alone in its row.
    pub(super) fn chosen_below(&self, field: &Field, label: &Label, first: Cell) -> Option<Slot> {
        let is_alone = || row_at(self.sheet, label.cell.row).is_some_and(|row| row.cells.len() == 1);
        if !has_options(field) || !is_alone() {
            return None;
        }
        let cells = self.going_on(field, first.row, (first.col, u32::MAX));
        let joined = || joined(self.sheet, field, &cells).map(|(cell, content)| Slot { cell, content });
        self.chosen(field, first.col.checked_sub(1), &cells).or_else(joined)
    }
}

//! Cells that say what another cell says: merged over several rows or columns, or 同上 in words.
//!
//! A merged area is one answer for all its rows and keeps its own place, the top left; 同上 keeps the place where it
//! stands. Where nothing stands in the return above it, it stays what it is. Whether an area is one answer for all its
//! columns as well depends on what they ask ([`super::answers`]).

use std::collections::HashMap;

use super::table::Header;
use crate::cell::Cell;
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// The cells of a table, each with what it stands for.
pub(super) struct Cells<'a> {
    sheet: &'a Sheet,
    /// What each 同上 stands for, of the return before its own.
    same: HashMap<Cell, &'a Value>,
    /// Areas merged over several rows below the header, as (column, first row, last row), ascending.
    areas: Vec<(u32, u32, u32)>,
    /// Areas merged over several columns there, as (first row, last row, first column, last column), ascending.
    wide: Vec<(u32, u32, u32, u32)>,
    /// Rows of the tallest of them.
    tallest: u32,
    /// An answer to a survey repeats no other.
    alone: bool,
}

impl<'a> Cells<'a> {
    pub fn of(sheet: &'a Sheet, header: &Header<'_>) -> Self {
        let area = |(key, (bottom, _)): (&u64, &(u32, u32))| (*key as u32, (key >> 32) as u32, *bottom);
        let below = |(_, top, bottom): &(u32, u32, u32)| *top >= header.data_from && bottom > top;
        let mut areas: Vec<_> = sheet.merges.iter().map(area).filter(below).collect();
        areas.sort_unstable();
        let mut wide: Vec<_> = sheet
            .merges
            .iter()
            .map(|(key, (bottom, right))| ((key >> 32) as u32, *bottom, *key as u32, *right))
            .filter(|(top, _, left, right)| *top >= header.data_from && right > left)
            .collect();
        wide.sort_unstable();
        let tallest = wide.iter().map(|(top, bottom, ..)| bottom - top).max().unwrap_or(0);
        Self { wide, tallest, sheet, same: HashMap::new(), areas, alone: header.source.is_some() }
    }

    /// What a cell says, and where that stands.
    pub fn get(&self, cell: Cell) -> (Cell, Option<&'a Value>) {
        match self.sheet.get(cell) {
            None if !self.areas.is_empty() => self.merged(cell),
            Some(value) if !self.same.is_empty() && is_same(value) => {
                (cell, self.same.get(&cell).copied().or(Some(value)))
            }
            value => (cell, value),
        }
    }

    /// The first cell of the area that reaches a cell from a column to the left.
    pub fn across(&self, cell: Cell) -> Option<Cell> {
        let end = self.wide.partition_point(|(top, ..)| *top <= cell.row);
        let near = self.wide[..end].iter().rev().take_while(|(top, ..)| top + self.tallest >= cell.row);
        let mut over = near
            .filter(|(_, bottom, left, right)| cell.row <= *bottom && *left < cell.col && cell.col <= *right);
        over.next().map(|(top, _, left, _)| Cell::new(*top, *left))
    }

    /// Whether a cell of one row and that of another in the same column are one merged area.
    pub fn are_one(&self, col: u32, rows: (u32, u32)) -> bool {
        let inside = |(c, top, bottom): &&(u32, u32, u32)| *c == col && *top <= rows.0 && rows.1 <= *bottom;
        let end = self.areas.partition_point(|(c, top, _)| (*c, *top) <= (col, rows.0));
        self.areas[..end].last().as_ref().is_some_and(inside)
    }

    /// Whether any area below the header is merged over several rows.
    pub fn has_tall(&self) -> bool {
        !self.areas.is_empty()
    }

    fn merged(&self, cell: Cell) -> (Cell, Option<&'a Value>) {
        let behind = self.areas.partition_point(|(col, top, _)| (*col, *top) <= (cell.col, cell.row));
        match behind.checked_sub(1).map(|at| self.areas[at]) {
            Some((col, top, bottom)) if col == cell.col && top < cell.row && cell.row <= bottom => {
                let first = Cell::new(top, col);
                (first, self.get(first).1)
            }
            _ => (cell, None),
        }
    }

    /// Follows every 同上 to the return before its own; a header that comes again and a total are none.
    pub fn follow(&mut self, rows: &[&'a Row]) {
        if self.alone {
            return;
        }
        for two in rows.windows(2) {
            let [before, row] = two else { continue };
            for (col, _) in row.cells.iter().filter(|(_, value)| is_same(value)) {
                let said = self.get(Cell::new(before.at, *col)).1.filter(|value| !is_same(value));
                said.map(|value| self.same.insert(Cell::new(row.at, *col), value));
            }
        }
    }
}

/// `同上`, `〃`: the value above.
pub(super) fn is_same(value: &Value) -> bool {
    let Value::Text(words) = value else { return false };
    if words.len() > 20
        || !words.trim_start().starts_with(['同', '(', '（', '〃', '″', '"', '＂', '”', '“', '〞', '\''])
    {
        return false;
    }
    let key = text::key(words);
    let bare = key.trim_matches(['(', ')', '。', '.']);
    matches!(bare, "同上" | "同上行" | "同上一行" | "〃" | "″" | "\"" | "”" | "“" | "〞" | "''" | "′′")
}

#[cfg(test)]
mod tests {
    use crate::bind::testing::{book, judged, said, specs};
    use crate::bind::{Bindings, bind};
    use crate::workbook::Book;

    const HEAD: &[&str] = &["质量提升服务项目名称", "企业名称", "质量服务机构名称", "对服务人员的服务态度"];

    fn rows(agencies: [&str; 3]) -> Book {
        let [a, b, c] = agencies;
        book(&[
            HEAD,
            &["拟甲项目", "成都拟乙公司", a, "满意"],
            &["拟丁项目", "成都拟戊公司", b, "不满意"],
            &["拟己项目", "成都拟庚公司", c, "满意"],
        ])
    }

    fn agencies(bound: &Bindings) -> Vec<String> {
        let one = |b| {
            let ret = judged(b);
            format!("{}@{}", said(&ret, "agency"), ret.place_of("agency").cell.unwrap())
        };
        bound.returns.iter().map(one).collect()
    }

    #[test]
    fn a_cell_merged_over_rows_is_the_answer_of_each() {
        let mut merged = rows(["成都拟丙机构", "", ""]);
        merged.sheets[0].merge((1, 2), (3, 2));
        assert_eq!(agencies(&bind(&merged, specs())), ["成都拟丙机构@C2"; 3]);
        assert_eq!(agencies(&bind(&rows(["成都拟丙机构", "", ""]), specs()))[1..], ["@C3", "@C4"]);
    }

    #[test]
    fn the_same_as_above_is_that_at_its_own_place() {
        for same in ["同上", "同 上", "〃", "″", "\"", "（同上）"] {
            let said = agencies(&bind(&rows(["成都拟丙机构", same, same]), specs()));
            assert_eq!(said, ["成都拟丙机构@C2", "成都拟丙机构@C3", "成都拟丙机构@C4"], "{same}");
        }
    }

    #[test]
    fn the_same_as_above_is_that_of_the_return_before() {
        let row = |same| ["拟辛项目", "成都拟壬公司", same, "满意"];
        for between in [HEAD, &["小计", "2家", "1家", ""]] {
            let rows = [HEAD, &row("成都拟丙机构"), between, &row("同上"), &row("〃")];
            let said = agencies(&bind(&book(&rows), specs()));
            assert_eq!(said, ["成都拟丙机构@C2", "成都拟丙机构@C4", "成都拟丙机构@C5"], "{between:?}");
        }
    }

    #[test]
    fn the_same_as_nothing_is_no_name() {
        assert_eq!(agencies(&bind(&rows(["同上", "成都拟丙机构", ""]), specs()))[0], "@C2");
        assert_eq!(agencies(&bind(&rows(["成都拟丙机构", "", "同上"]), specs()))[2], "@C4");
    }
}

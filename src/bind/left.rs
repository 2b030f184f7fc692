//! What stands among the answers of a form and belongs to no label: told, so that no words of an answer are lost unseen.
//!
//! Told are lines with nothing beside them between two labels, and one more cell beside an answer in words. Headings,
//! guidance, remarks and fields of the office's own are left where they are.

use super::label;
use super::labels::Label;
use super::slots::{Ground, Right, Unread, rows_between};
use super::spread::{closes, is_numbered, may_close};
use super::{Slot, aside};
use crate::cell::Cell;
use crate::parse::marks;
use crate::spec::{FormSpec, Kind};
use crate::text;
use crate::workbook::{Row, Value};

/// Words that tell how to fill in a form.
const GUIDES: [&str; 12] =
    ["请", "填写", "填报", "打√", "勾选", "选择", "以下", "以上", "下列", "注", "说明", "说明:"];

/// The only cell of a row, where it holds words.
fn only(row: &Row) -> Option<(Cell, &String)> {
    match &row.cells[..] {
        [(col, Value::Text(words))] => Some((Cell::new(row.at, *col), words)),
        _ => None,
    }
}

/// No question and no option is longer, in bytes.
const LONGEST: usize = 120;

fn speaks(spec: &FormSpec, field: usize, words: &str) -> bool {
    marks::speaks_of(words, &spec.fields[field].choices)
}

impl Ground<'_, '_> {
    /// The first cell that belongs to no label.
    pub(super) fn left(&self, labels: &[Label], rights: &[Right], slots: &[Option<Slot>]) -> Option<Cell> {
        let line = self.line_between(labels, slots);
        let cell = self.cell_beside(labels, rights, slots);
        line.into_iter().chain(cell).min()
    }

    /// A line with nothing beside it between two labels.
    fn line_between(&self, labels: &[Label], slots: &[Option<Slot>]) -> Option<Cell> {
        // The rows of a table have no labels of their own.
        let is_table = |label: &&Label| {
            matches!(self.spec.fields[label.field].kind, Kind::Dimensions | Kind::Indicators)
        };
        let (first, last) = (labels.first()?, labels.iter().find(is_table).or(labels.last())?);
        let is_answer = |cell: Cell| slots.iter().flatten().any(|slot| slot.cell == cell);
        let is_left = |(cell, words): &(Cell, &String)| {
            !self.occupied.contains(cell)
                && !self.is_taken(*cell)
                && !is_answer(*cell)
                && !self.is_printed(*cell, words)
                && self.aside != Some(cell.col)
        };
        let mut rows = rows_between(self.sheet, first.cell.row, last.cell.row).filter_map(only);
        rows.find(is_left).map(|(cell, _)| cell)
    }

    /// Questions in words that no label has, beside an option of a question whose label is missing: told, not guessed.
    pub(super) fn unread(&self, rows: (u32, u32), slots: &[Option<Slot>]) -> Vec<Unread> {
        let is_missing = |at: &usize| {
            let field = &self.spec.fields[*at];
            // 是 and 否 answer any question.
            let tells = field.options.iter().all(|option| option.chars().count() > 1);
            field.kind == Kind::One && slots[*at].is_none() && tells
        };
        let missing: Vec<usize> = (0..slots.len()).filter(is_missing).collect();
        if missing.is_empty() {
            return Vec::new();
        }
        let asks = |(row, pair): (u32, &[(u32, Value)])| {
            let [(col, Value::Text(words)), (next, Value::Text(said))] = pair else { return None };
            let (cell, answer) = (Cell::new(row, *col), Cell::new(row, *next));
            let is_free = |cell| !self.occupied.contains(&cell) && !self.is_taken(cell);
            if said.len() > LONGEST || words.len() > LONGEST || !is_free(cell) || !is_free(answer) {
                return None;
            }
            let chooses = |words: &str, field: &usize| {
                let told = marks::ticks(words, &self.spec.fields[*field].choices);
                told.is_ok_and(|told| told.ticked.len() == 1 && told.rest.is_empty())
            };
            let field =
                missing.iter().find(|field| chooses(said, field) && !speaks(self.spec, **field, words))?;
            let is_question = text::label(words).chars().count() > 3;
            is_question.then(|| Unread { field: *field, cell, found: text::words(said) })
        };
        let rows = rows_between(self.sheet, rows.0, rows.1);
        rows.flat_map(|row| row.cells.windows(2).map(|pair| (row.at, pair))).filter_map(asks).collect()
    }

    /// Whether words are no answer wherever they stand: headings, guidance, who signs.
    fn is_printed(&self, cell: Cell, words: &str) -> bool {
        let Some(known) = self.scan.at(cell) else { return true };
        let label = known.label();
        let short = label.chars().count() <= 24;
        let drawn = || self.spec.layout.rows.iter().flat_map(|row| &row.cells);
        let is_drawn = || drawn().filter_map(|cell| cell.words.as_ref()).any(|w| text::label(w) == label);
        label.chars().count() < 2
            || text::is_blank_mark(words)
            || known.is_title(self.spec)
            || label::is_heading(label, self.spec)
            || label::is_note(label)
            || label::is_page_line(label)
            || closes(words)
            || may_close(words, false)
            || short && (words.trim_end().ends_with(['：', ':']) || is_numbered(words))
            || GUIDES.iter().any(|word| label.contains(word))
            || self.spec.fields.iter().any(|f| f.hints.iter().any(|hint| label::after(words, hint).is_some()))
            || is_drawn()
    }

    /// One more cell beside an answer in words, in a column in which no other answer has one.
    fn cell_beside(&self, labels: &[Label], rights: &[Right], slots: &[Option<Slot>]) -> Option<Cell> {
        let mut found: Vec<Cell> = Vec::new();
        for (label, right) in labels.iter().zip(rights) {
            let beside: Vec<Cell> =
                right.cells.iter().copied().filter(|cell| cell.row == label.cell.row).collect();
            let field = &self.spec.fields[label.field];
            let answer = slots[label.field].as_ref().map(|slot| slot.cell);
            match beside[..] {
                [first, more] if Some(first) == answer && more.col > label.extent.col => {
                    let is_words = matches!(field.kind, Kind::Text | Kind::Block);
                    found.push(more);
                    if !is_words || self.is_read_with(first, more, slots[label.field].as_ref()) {
                        found.push(more);
                    }
                }
                _ => {}
            }
        }
        let is_alone = |cell: &&Cell| found.iter().filter(|other| other.col == cell.col).count() == 1;
        let is_remark = |cell: Cell| match self.scan.at(cell) {
            Some(words) => aside::is_head(words.label()) || self.is_printed(cell, &words.source),
            None => true,
        };
        found.iter().filter(is_alone).copied().find(|cell| !is_remark(*cell))
    }

    /// Whether the words of a second cell are in the answer, or say what the first says.
    fn is_read_with(&self, first: Cell, more: Cell, slot: Option<&Slot>) -> bool {
        let words = self.sheet.text(more);
        let said = slot.map(|slot| match &slot.content {
            super::Content::Typed(value) => value.text(),
            _ => String::new(),
        });
        self.sheet.text(first) == words || said.is_some_and(|said| said.contains(&*words))
    }
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{SURVEY_HEAD, book, judged, said, specs};

    /// What a survey with more rows says for its content, and the cell that is told.
    fn read(rows: &[&[&str]]) -> (String, Vec<String>) {
        let bound = bind(&book(&[&SURVEY_HEAD[..], rows].concat()), specs());
        let told = bound.findings.iter().filter(|f| f.code == "sheet_unrecognised");
        let told = told.map(|f| f.cell.unwrap().to_string()).collect();
        (said(&judged(&bound.returns[0]), "service_content"), told)
    }

    const RATING: &[&str] = &["对服务人员的服务态度", "满意"];

    #[test]
    fn a_line_that_another_question_cuts_off_is_told() {
        let rows: [&[&str]; 5] =
            [&["1. 主要的质量提升服务内容："], &["计量培训"], &["2. 成效怎样"], &["校准率上升"], RATING];
        assert_eq!(read(&rows), ("计量培训".into(), vec!["A7".into()]));
    }

    #[test]
    fn a_second_cell_beside_an_answer_is_told_and_an_office_s_own_field_is_not() {
        let content = |more: &[&'static str]| [&["服务内容", "计量培训"], more].concat();
        let (more, own) = (content(&["现场诊断"]), content(&["合同编号", "拟0001"]));
        assert_eq!(read(&[&more, RATING]), ("计量培训".into(), vec!["C5".into()]));
        assert_eq!(read(&[&own, RATING]).1, [""; 0]);
        let remarks = content(&["200字以内"]);
        let rating: &[&str] = &["对服务人员的服务态度", "满意", "选一项"];
        assert_eq!(read(&[&remarks, rating]).1, [""; 0]);
    }

    #[test]
    fn an_answer_under_its_empty_cell_is_read() {
        let rows: [&[&str]; 3] = [&["服务内容"], &["", "计量培训"], RATING];
        assert_eq!(read(&rows), ("计量培训".into(), vec![]));
    }

    #[test]
    fn a_rating_under_words_that_no_label_has_is_told() {
        let rows: [&[&str]; 3] =
            [RATING, &["服务专家水平怎样", "基本满意"], &["是否愿意再次参加", "☑是 □否"]];
        let bound = bind(&book(&[&SURVEY_HEAD[..], &rows].concat()), specs());
        let told: Vec<String> =
            bound.findings.iter().map(|f| format!("{} {} {}", f.code, f.cell.unwrap(), f.found)).collect();
        assert_eq!(told, ["answer_unread A6 基本满意"]);
    }

    #[test]
    fn headings_guidance_and_who_signs_are_not_told() {
        for line in ["二、服务评价", "请在选项上打勾", "（可另附页）", "填表人：张拟涛", "表F（续）"]
        {
            let rows: [&[&str]; 3] = [&["服务内容", "计量培训"], &[line], RATING];
            assert_eq!(read(&rows).1, [""; 0], "{line}");
        }
    }
}

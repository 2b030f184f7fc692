//! Finds the answers of 表D in the text of a Word file.
//!
//! One walk in reading order. A content control of ours names its field; without
//! one, the label in the cell before does, and for the four items the heading.
//! What follows an item, up to the next label, belongs to it, also when it was
//! typed beside the control instead of into it.

use super::tree::Element;
use super::{Answer, Field, PLACEHOLDER, SummaryAnswers, folded};
use crate::bind::numbered;

/// Headings of the items, the standard's own first.
const ITEM_LABELS: &[(Field, &[&str])] = &[
    (
        Field::Goals,
        &[
            "质量提升服务目标达成情况",
            "服务目标达成情况",
            "目标达成情况",
            "服务目标完成情况",
            "目标完成情况",
            "质量提升目标达成情况",
        ],
    ),
    (
        Field::Practices,
        &[
            "主要的服务经验与做法",
            "主要服务经验与做法",
            "服务经验与做法",
            "主要经验与做法",
            "主要的服务经验和做法",
            "服务经验和做法",
            "主要经验和做法",
            "经验与做法",
            "经验和做法",
            "主要经验做法",
            "经验做法",
        ],
    ),
    (
        Field::Benefits,
        &["产生的经济社会效益", "经济社会效益", "经济效益和社会效益", "产生的社会经济效益", "社会经济效益"],
    ),
    (
        Field::Shortcomings,
        &[
            "服务存在的不足及改进方向",
            "存在的不足及改进方向",
            "不足及改进方向",
            "服务存在的不足和改进方向",
            "存在的不足和改进方向",
            "不足和改进方向",
            "存在的不足与改进方向",
            "不足与改进方向",
            "存在不足及改进方向",
            "存在的问题及改进方向",
        ],
    ),
];
const HEAD_LABELS: &[(Field, &[&str])] = &[
    (Field::Project, &["质量提升服务项目名称", "服务项目名称", "项目名称"]),
    (Field::Enterprise, &["企业名称"]),
    (Field::ServiceTime, &["服务时间"]),
];
const DATE_LABELS: &[&str] = &["日期"];
const DATE_LABEL: &[(Field, &[&str])] = &[(Field::Dated, DATE_LABELS)];
/// Title of the form; tells it from forms C and F, which share its first rows.
const TITLE: &str = "质量提升服务总结";
/// What the form itself prints in the cell of the items, and beside its first rows.
const PRINTED: &[&str] = &["服务完成后", "基本情况", "注：", "注:"];
/// What may stand between a label and its answer.
const DELIMITERS: &[char] = &['：', ':', '；', ';', '。', '.', '．', '，', ','];

/// Reads the form; `None` where the file has none.
pub fn read(document: &Element) -> Option<SummaryAnswers> {
    let body = document.child("body")?;
    let mut walk = Walk::default();
    walk.blocks(body);
    walk.finish()
}

#[derive(Default)]
struct Walk {
    answers: SummaryAnswers,
    /// The item whose words come next.
    current: Option<Field>,
    /// Items met so far by heading alone, since the last words.
    bare_headings: usize,
    titled: bool,
    controls: usize,
    item_headings: usize,
    /// Paragraphs of the table under no heading, with the place of the first.
    loose: Option<Answer>,
    paragraphs: usize,
    tables: usize,
    rows: usize,
    in_table: bool,
}

impl Walk {
    fn blocks(&mut self, parent: &Element) {
        for element in parent.elements() {
            match element.name.as_str() {
                "p" => self.paragraph(element),
                "tbl" if self.in_table => self.append(&element.text()),
                "tbl" => self.table(element),
                "sdt" => self.control(element),
                _ if element.is_out_of_text() => {}
                _ => self.blocks(element),
            }
        }
    }

    fn table(&mut self, table: &Element) {
        self.tables += 1;
        self.rows = 0;
        self.in_table = true;
        self.rows(table);
        self.in_table = false;
        self.current = None;
    }

    fn rows(&mut self, parent: &Element) {
        for element in parent.elements() {
            if element.name == "tr" {
                self.rows += 1;
                self.row(element);
            } else if !element.is_out_of_text() {
                self.rows(element);
            }
        }
    }

    fn row(&mut self, row: &Element) {
        let mut cells = Vec::new();
        collect_cells(row, &mut cells);
        let mut waiting = None;
        for (at, cell) in cells.iter().enumerate() {
            let last = at + 1 == cells.len();
            let controls = own_controls(cell);
            let head = controls.iter().find(|(field, _)| HEAD_LABELS.iter().any(|(known, _)| known == field));
            let text = answer_text(cell);
            if let Some((field, _)) = head {
                self.controls += 1;
                self.current = None;
                self.set(*field, &text);
                waiting = None;
            } else if let Some(field) = waiting.take() {
                self.set(field, &text);
            } else if let Some((field, rest)) = label(&text, HEAD_LABELS).filter(|_| controls.is_empty()) {
                self.current = None;
                if rest.is_empty() { waiting = Some(field) } else { self.set(field, rest) }
            } else if label(&text, DATE_LABEL)
                .is_some_and(|(_, rest)| rest.is_empty() && !last && controls.is_empty())
            {
                self.current = None;
                waiting = Some(Field::Dated);
            } else {
                self.blocks(cell);
            }
        }
    }

    /// A block control: ours names its field, others are only a wrapping.
    fn control(&mut self, control: &Element) {
        let field = control.tag().and_then(Field::from_tag);
        let Some(field) = field else {
            if !control.shows_placeholder() {
                control
                    .elements()
                    .filter(|e| e.name == "sdtContent")
                    .for_each(|content| self.blocks(content));
            }
            return;
        };
        self.controls += 1;
        self.item_words(field, &control.text());
    }

    /// Words in a control of an item: nothing in them is a label.
    fn item_words(&mut self, field: Field, words: &str) {
        self.bare_headings = 0;
        self.current = Some(field);
        self.touch(field);
        self.append(words);
    }

    fn paragraph(&mut self, paragraph: &Element) {
        self.paragraphs += 1;
        let text = paragraph.text();
        let controls = own_controls(paragraph);
        self.controls += controls.len();
        if let Some((field, _)) = controls.iter().find(|(field, _)| Field::ITEMS.contains(field)) {
            return self.item_words(*field, &text);
        }
        let dated = controls.iter().any(|(field, _)| *field == Field::Dated);
        if let Some(rest) = strip_label(&text, DATE_LABELS).filter(|_| dated || self.in_table) {
            self.current = None;
            self.set(Field::Dated, rest);
        } else if dated {
            self.current = None;
            self.set(Field::Dated, &text);
        } else if let Some((field, rest)) = label(strip_number(&text), ITEM_LABELS) {
            self.heading(field, rest);
        } else if self.current.is_some() {
            self.append(&text);
        } else {
            let folded: String = text.chars().flat_map(folded).collect();
            self.titled |= folded.contains(TITLE);
            self.keep(&text);
        }
    }

    /// Keeps a paragraph of the table that stands under no heading: the items may be told by their numbers alone.
    fn keep(&mut self, words: &str) {
        let words = words.replace(PLACEHOLDER, "");
        let is_printed = PRINTED.iter().any(|printed| words.trim_start().starts_with(printed));
        let has_heads = self.answers.project.is_some() || self.answers.enterprise.is_some();
        if !self.in_table || !has_heads || is_printed || words.trim().chars().count() < 4 {
            return;
        }
        let place = self.place();
        let loose = self.loose.get_or_insert_with(|| Answer { place, ..Answer::default() });
        loose.text.push_str(words.trim());
        loose.text.push('\n');
    }

    /// Gives what stands under no heading to the items that its numbers tell, else to none.
    fn settle(&mut self) {
        let empty = |field: Field| self.answers.get(field).is_none_or(|known| known.text.trim().is_empty());
        let all_empty = Field::ITEMS.into_iter().all(empty);
        let loose = self.loose.take();
        let Some(words) = self.answers.unassigned.take().or(loose) else { return };
        let parts = numbered::split(words.text.trim(), Field::ITEMS.len()).filter(|_| all_empty);
        let Some(parts) = parts else {
            self.answers.unassigned = Some(words);
            return;
        };
        for (field, (_, part)) in Field::ITEMS.into_iter().zip(parts) {
            let place = words.place.clone();
            *self.answers.slot(field) = Some(Answer { text: part.to_owned(), place, edited: None });
        }
    }

    fn heading(&mut self, field: Field, rest: &str) {
        self.item_headings += 1;
        self.current = Some(field);
        self.touch(field);
        if rest.is_empty() {
            self.bare_headings += 1;
        } else {
            self.append(rest);
        }
    }

    /// Adds a line to the item that is current.
    fn append(&mut self, words: &str) {
        let Some(field) = self.current else { return };
        let words = words.replace(PLACEHOLDER, "");
        let place = self.place();
        // The four headings in a row are the form's own list of what to write;
        // words after it belong to all of them.
        let after_list = field == Field::Shortcomings && self.bare_headings >= Field::ITEMS.len();
        let slot = if after_list { &mut self.answers.unassigned } else { self.answers.slot(field) };
        let answer = slot.get_or_insert_with(Answer::default);
        if answer.text.trim().is_empty() && !words.trim().is_empty() {
            answer.place = place;
        }
        if !answer.text.is_empty() {
            answer.text.push('\n');
        }
        answer.text.push_str(&words);
        if !words.trim().is_empty() && !after_list {
            self.bare_headings = 0;
        }
    }

    /// Notes that the form has this place, even when nothing is written there.
    fn touch(&mut self, field: Field) {
        let place = self.place();
        self.answers.slot(field).get_or_insert_with(|| Answer { place, ..Answer::default() });
    }

    fn set(&mut self, field: Field, words: &str) {
        let words = words.replace(PLACEHOLDER, "");
        let place = self.place();
        let slot = self.answers.slot(field);
        if slot.as_ref().is_none_or(|known| known.text.trim().is_empty()) {
            *slot = Some(Answer { text: words, place, edited: None });
        }
    }

    fn place(&self) -> String {
        if self.in_table {
            format!("表格{} 第{}行", self.tables, self.rows)
        } else {
            format!("第{}段", self.paragraphs.max(1))
        }
    }

    fn finish(mut self) -> Option<SummaryAnswers> {
        let heads = HEAD_LABELS.iter().filter(|(field, _)| self.answers.get(*field).is_some()).count();
        let by_labels = heads >= 2 && (self.titled || self.item_headings >= 2);
        if self.controls == 0 && !by_labels {
            return None;
        }
        self.settle();
        for field in Field::ALL {
            if let Some(answer) = self.answers.slot(field) {
                answer.text = answer.text.trim().to_owned();
            }
        }
        self.answers.unassigned =
            self.answers.unassigned.take().filter(|answer| !answer.text.trim().is_empty());
        if let Some(answer) = &mut self.answers.unassigned {
            answer.text = answer.text.trim().to_owned();
        }
        Some(self.answers)
    }
}

fn collect_cells<'a>(parent: &'a Element, cells: &mut Vec<&'a Element>) {
    for element in parent.elements() {
        if element.name == "tc" {
            cells.push(element);
        } else if !element.is_out_of_text() {
            collect_cells(element, cells);
        }
    }
}

/// Controls of ours within an element.
fn own_controls(element: &Element) -> Vec<(Field, &Element)> {
    let controls = element.controls().into_iter();
    controls.filter_map(|(tag, control)| Some((Field::from_tag(tag)?, control))).collect()
}

fn answer_text(cell: &Element) -> String {
    cell.text().trim().to_owned()
}

/// The field a text is the label of, and what stands after the label.
fn label<'a>(text: &'a str, labels: &[(Field, &[&str])]) -> Option<(Field, &'a str)> {
    labels.iter().find_map(|(field, words)| Some((*field, strip_label(text, words)?)))
}

/// The text after one of the labels; blank space and width of characters do not
/// count. A label is followed by nothing or by a delimiter.
fn strip_label<'a>(text: &'a str, labels: &[&str]) -> Option<&'a str> {
    labels.iter().find_map(|label| {
        let rest = strip_folded(text, label)?.trim_start();
        if rest.is_empty() {
            return Some(rest);
        }
        rest.strip_prefix(DELIMITERS).map(str::trim_start)
    })
}

fn strip_folded<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let mut wanted = label.chars();
    let mut next = wanted.next();
    for (at, c) in text.char_indices() {
        if next.is_none() {
            return text.get(at..);
        }
        for c in folded(c) {
            if next != Some(c) {
                return None;
            }
            next = wanted.next();
        }
    }
    next.is_none().then_some("")
}

/// The text without a leading number such as `1.`, `（一）` or `2、`.
fn strip_number(text: &str) -> &str {
    let rest = text.trim_start().trim_start_matches(['（', '(']).trim_start();
    let digits =
        |c: char| c.is_ascii_digit() || matches!(c, '一' | '二' | '三' | '四' | '１' | '２' | '３' | '４');
    let after = rest.trim_start_matches(digits);
    if after.len() == rest.len() {
        return text.trim_start();
    }
    after.trim_start().trim_start_matches(['）', ')', '.', '．', '、']).trim_start()
}

//! What the filled cells beside a label say together, as one answer.
//!
//! Offices spread one answer over several cells: a box each for the options, name and number of a contact,
//! year, month and day of a date, a paragraph per row. Cells that add nothing to the answer (a remark, a
//! field of the office's own) stay outside.

use super::Content;
use super::boxes::{lone_tick, tick_text};
use super::{grid, label};
use crate::cell::Cell;
use crate::parse::contact::{self, Contact};
use crate::parse::{date, marks};
use crate::spec::{Field, Kind};
use crate::text;
use crate::workbook::{Sheet, Value};

/// Content of the filled cells beside a label, with the cell of the first.
pub(super) fn joined(sheet: &Sheet, field: &Field, cells: &[Cell]) -> Option<(Cell, Content)> {
    let filled = cells.iter().filter_map(|c| Some((*c, sheet.get(*c)?)));
    let worth: Vec<(Cell, &Value)> = filled.filter(|(_, v)| !is_filler(field, v)).collect();
    let (cell, first) = *worth.first()?;
    let beside = match field.kind {
        _ if worth.len() < 2 => None,
        Kind::One | Kind::Many => match options(sheet, field, &worth) {
            Some(Content::Typed(Value::Text(words))) => Some(words),
            Some(content) => return Some((cell, content)),
            None => None,
        },
        Kind::Contact => contact(&worth),
        Kind::Date | Kind::Range => day(field, &worth),
        Kind::Text | Kind::Block => paragraphs(field, &worth),
        _ => None,
    };
    if let Some(words) = beside {
        return Some((cell, Content::Typed(Value::Text(words))));
    }
    let value = match first {
        Value::Text(words) => Value::Text(without_hint(field, words)),
        other => other.clone(),
    };
    Some((cell, Content::Typed(value)))
}

/// Strips the printed guidance of a field off its answer.
pub(super) fn without_hint(field: &Field, words: &str) -> String {
    let trimmed = text::words(words);
    behind_hint(field, &trimmed).map(str::to_owned).unwrap_or(trimmed)
}

/// Whether words begin with the printed guidance of a field.
pub(super) fn opens_with_hint(field: &Field, words: &str) -> bool {
    behind_hint(field, words).is_some()
}

/// What stands behind the printed guidance of a field, where the words begin with it.
fn behind_hint<'a>(field: &Field, words: &'a str) -> Option<&'a str> {
    field.hints.iter().find_map(|hint| label::after(words, hint))
}

/// Guidance, units and lines to write on are no answers.
pub(super) fn is_filler(field: &Field, value: &Value) -> bool {
    let Value::Text(words) = value else { return false };
    let rest = behind_hint(field, words);
    // Nearly every answer begins with another character than the unit.
    if rest.is_none() && text::first_kept(words).is_some_and(|first| !field.unit.starts_with(first)) {
        return false;
    }
    let bare = text::label(rest.unwrap_or(words));
    bare.is_empty() || (!field.unit.is_empty() && bare == field.unit)
}

/// Options and boxes in cells of their own; `None` where only one cell speaks of them.
fn options(sheet: &Sheet, field: &Field, worth: &[(Cell, &Value)]) -> Option<Content> {
    let mut words = tick_text(worth.first()?.1);
    let mut last = words.clone();
    let mut several = false;
    // A merged cell with the whole list is the whole answer.
    let (first, _) = *worth.first()?;
    let whole = sheet.extent(first) != first && field.options.iter().all(|o| words.contains(o.as_str()));
    let reads = |words: &str| marks::ticks(words, &field.choices).ok().filter(|t| t.rest.is_empty());
    let settled = field.kind == Kind::One && reads(&words).is_some_and(|t| t.ticked.len() == 1 && !t.marked);
    for (at, (_, value)) in worth.iter().enumerate().skip(1) {
        let more = tick_text(value);
        let short = text::key(&more).chars().count() <= 2;
        let open = !whole && asks_words(field, &last);
        if more == last {
            continue;
        }
        // Words that explain one option are no further one.
        let explains = settled && reads(&more).is_none();
        if explains || !(short || open || marks::speaks_of(&more, &field.choices)) {
            let unticked = |t: marks::Ticks| t.ticked.is_empty() || several && !t.marked;
            if marks::ticks(&words, &field.choices).is_ok_and(unticked) && is_ticked_word(sheet, &worth[at..])
            {
                let cells: Vec<Cell> = worth[..at + 2].iter().map(|(cell, _)| *cell).collect();
                return Some(grid::unpaired(sheet, &cells));
            }
            break;
        }
        words.push(' ');
        words.push_str(&more);
        last = more;
        several = true;
    }
    several.then_some(Content::Typed(Value::Text(words)))
}

/// Whether a cell ends with 其他服务, whose words may stand in the cell behind it.
fn asks_words(field: &Field, words: &str) -> bool {
    field.options.last().is_some_and(|option| {
        let key = text::label(words);
        option.starts_with("其他") && key.trim_end_matches("(请注明)").ends_with(option.as_str())
    })
}

/// `不清楚 | √`: a word that is no option, with its tick in the cell behind it.
fn is_ticked_word(sheet: &Sheet, cells: &[(Cell, &Value)]) -> bool {
    let [(word, value), (tick, _), ..] = cells else { return false };
    (word.row, sheet.extent(*word).col + 1) == (tick.row, tick.col)
        && value.text().chars().count() <= LONGEST_WORD
        && lone_tick(sheet, *tick) == Some(true)
}

/// Characters of the longest word that may be an option of an office's own.
const LONGEST_WORD: usize = 16;

/// Name and number in two cells; the answer ends where both are there.
fn contact(worth: &[(Cell, &Value)]) -> Option<String> {
    let mut words = worth.first()?.1.text();
    let mut several = false;
    for (_, value) in &worth[1..] {
        let has_name = words.chars().any(char::is_alphabetic);
        let has_number = contact::contact(&words) != Contact::NoPhone;
        let more = value.text();
        if has_name && has_number || words == more {
            break;
        }
        words.push(' ');
        words.push_str(&more);
        several = true;
    }
    several.then_some(words)
}

/// `2025 | 年 | 3 | 月 | 5 | 日`, `2025-01-13 | 至 | 2025-02-04`: the most cells that read as a date.
fn day(field: &Field, worth: &[(Cell, &Value)]) -> Option<String> {
    let row = worth.first()?.0.row;
    let beside: Vec<&(Cell, &Value)> =
        worth.iter().take_while(|(cell, _)| cell.row == row).take(14).collect();
    let reads = |words: &str| match field.kind {
        Kind::Range => matches!(date::range(words), Ok(Some(_))),
        _ => matches!(date::date(words), Ok(Some(_))),
    };
    let under = in_rows(worth).filter(|_| field.kind == Kind::Range);
    if let Some(words) = under.into_iter().flatten().find(|words| reads(words)) {
        return Some(words);
    }
    (2..=beside.len()).rev().find_map(|count| {
        let parts: Vec<String> = beside[..count].iter().map(|(_, v)| v.text()).collect();
        [parts.concat(), parts.join("至")].into_iter().find(|words| reads(words))
    })
}

/// Start and end in two rows (`起：…`, `止：…`), put together in both ways.
fn in_rows(worth: &[(Cell, &Value)]) -> Option<[String; 2]> {
    let (first, _) = worth.first()?;
    let (last, _) = worth.iter().find(|(cell, _)| cell.row > first.row)?;
    let day = |row: u32| {
        let cells = worth.iter().filter(|(cell, _)| cell.row == row);
        let words = cells.map(|(_, value)| value.text()).collect::<String>();
        let bare = words
            .trim_start()
            .trim_start_matches(['自', '从', '起', '至', '到', '止', ':', '：', ' '])
            .to_owned();
        [words, bare].into_iter().find(|words| matches!(date::date(words), Ok(Some(_))))
    };
    let (start, end) = (day(first.row)?, day(last.row)?);
    Some([format!("{start}至{end}"), format!("{start} {end}")])
}

/// Paragraphs of one answer in rows of their own, beside a label merged over all of them.
fn paragraphs(field: &Field, worth: &[(Cell, &Value)]) -> Option<String> {
    let (first, _) = worth.first()?;
    let rows: Vec<&[(Cell, &Value)]> = worth.chunk_by(|a, b| a.0.row == b.0.row).collect();
    // A small table is told row by row; what stands beside one paragraph only is a remark.
    let is_table = rows.len() > 1 && rows.iter().filter(|row| row.len() > 1).count() > 1;
    let mut lines: Vec<String> = Vec::new();
    for row in rows {
        let cells = row.iter().filter(|(cell, _)| is_table || cell.col == first.col);
        let mut words: Vec<String> = Vec::new();
        for (_, value) in cells {
            match value {
                Value::Text(text) => words.push(without_hint(field, text)),
                other if is_table => words.push(other.text()),
                _ => return None,
            }
        }
        words.dedup();
        let line = words.join(" ");
        if !line.is_empty() && lines.last() != Some(&line) {
            lines.push(line);
        }
    }
    (lines.len() > 1).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{book, judged, said, specs};

    /// A satisfaction form with one more row; what it says for a field.
    fn read(row: &[&str], id: &str) -> String {
        let head: [&[&str]; 5] = [
            &["中小企业质量提升服务满意度调查表"],
            &["质量提升服务项目名称", "拟禾标准化提升"],
            &["企业名称", "成都拟禾食品有限公司"],
            &["质量服务机构名称", "四川拟信咨询有限公司"],
            row,
        ];
        let bound = bind(&book(&head), specs());
        assert_eq!(bound.returns.len(), 1);
        said(&judged(&bound.returns[0]), id)
    }

    #[test]
    fn an_answer_in_several_cells_is_one() {
        let date =
            ["服务时间", "2025", "年", "1", "月", "12", "日", "至", "2025", "年", "2", "月", "5", "日"];
        assert_eq!(read(&date, "service_time"), "2025-01-12~2025-02-05");
        assert_eq!(read(&["服务时间", "2025-01-12", "2025-02-05"], "service_time"), "2025-01-12~2025-02-05");
        assert_eq!(read(&["企业联系人及联系方式", "李拟梅", "13800000001"], "contact"), "李拟梅 13800000001");
        assert_eq!(
            read(&["对服务人员的服务态度", "满意", "√基本满意", "不满意"], "staff_attitude"),
            "基本满意"
        );
    }

    #[test]
    fn a_small_table_beside_a_label_is_told_row_by_row() {
        let head: [&[&str]; 4] = [
            &["中小企业质量提升服务满意度调查表"],
            &["质量提升服务项目名称", "拟禾标准化提升"],
            &["企业名称", "成都拟禾食品有限公司"],
            &["质量服务机构名称", "四川拟信咨询有限公司"],
        ];
        let rows: [&[&str]; 2] = [&["服务内容", "1月13日", "诊断"], &["", "2月4日", "培训"]];
        let mut book = book(&[&head[..], &rows].concat());
        book.sheets[0].merge((4, 0), (5, 0));
        let bound = bind(&book, specs());
        assert_eq!(said(&judged(&bound.returns[0]), "service_content"), "1月13日 诊断\n2月4日 培训");
    }

    #[test]
    fn what_belongs_to_no_label_stays_outside() {
        let contact =
            ["企业联系人及联系方式", "李拟梅 13800000001", "统一社会信用代码", "91510114MA6ABCDE7K"];
        assert_eq!(read(&contact, "contact"), "李拟梅 13800000001");
        let rating = ["对服务人员的服务态度", "☑满意 □基本满意 □不满意", "备注", "请如实填写"];
        assert_eq!(read(&rating, "staff_attitude"), "满意");
        assert_eq!(read(&["企业联系人及联系方式（与执照一致）", "李拟梅"], "contact"), "李拟梅");
    }
}

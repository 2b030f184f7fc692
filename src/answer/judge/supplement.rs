//! Levels and indicators of the supplement: each number by itself, its fault at its own cell.

use super::{Fault, Part};
use crate::answer::{Indicator, Val};
use crate::bind::{IndicatorRow, Level};
use crate::parse::{marks, number};
use crate::problem::Code;
use crate::spec::Field;
use crate::text;
use crate::workbook::Value;

/// The words of a cell that should hold a number: one shown as a date (`0 days`) is still a number.
fn number_words(value: &Value) -> String {
    match value {
        Value::Serial(n, _) => Value::Number(*n).text(),
        value => text::words(&value.text()),
    }
}

/// The three times of both tables of the supplement.
const TIMES: [&str; 3] = ["服务前", "目标", "服务后"];

pub(super) fn dimensions(
    field: &Field,
    rows: &[[Option<Level>; 3]],
) -> (String, Option<Val<'static>>, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut level = |name: &str, time: &str, level: &Level| {
        let text = number_words(&level.value);
        match number::count(text.trim_end_matches(['分', '级', '星'])) {
            Ok(None) => None,
            Ok(Some(count)) if (1..=5).contains(&count.value) => Some(count.value),
            _ => {
                let name = format!("{name}（{time}）");
                let part = Part { cell: level.cell, name, mend: "请填写1～5的整数" };
                faults.push(Fault { code: Code::OptionUnrecognised, found: text, part: Some(part) });
                None
            }
        }
    };
    let mut read = Vec::with_capacity(rows.len());
    for (name, row) in field.options.iter().zip(rows) {
        let mut levels = [None; 3];
        for ((out, time), typed) in levels.iter_mut().zip(TIMES).zip(row) {
            *out = typed.as_ref().and_then(|typed| level(name, time, typed));
        }
        read.push(levels);
    }
    let any = read.iter().flatten().any(Option::is_some);
    (String::new(), any.then_some(Val::Dimensions(read.into())), faults)
}

pub(super) fn indicators(
    field: &Field,
    rows: Vec<IndicatorRow>,
) -> (String, Option<Val<'static>>, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        let mut decimal = |typed: &Option<Level>, time: &str| {
            let Level { cell, value } = typed.as_ref()?;
            let text = number_words(value);
            if text::is_blank_mark(&text) {
                return None;
            }
            let read = number::decimal(&text);
            if read.is_none() {
                let part =
                    Part { cell: *cell, name: format!("{}（{time}）", row.name), mend: "请填写数字" };
                faults.push(Fault { code: Code::CountText, found: text, part: Some(part) });
            }
            read
        };
        let [before, goal, after] = [(&row.before, 0), (&row.goal, 1), (&row.after, 2)]
            .map(|(typed, time)| decimal(typed, TIMES[time]));
        let more_is_better = direction(field, &row.direction);
        if more_is_better.is_none() && !text::is_blank_mark(&row.direction) {
            let name = format!("{}（方向）", row.name);
            let part = Part {
                cell: row.direction_cell, name, mend: "请填写“越高越好”或“越低越好”"
            };
            faults.push(Fault {
                code: Code::OptionUnrecognised,
                found: row.direction.clone(),
                part: Some(part),
            });
        }
        read.push(Indicator { more_is_better, before, goal, after, name: row.name, unit: row.unit });
    }
    (String::new(), (!read.is_empty()).then_some(Val::Indicators(read.into())), faults)
}

/// Whether more is better: by the options of the form, else by words and arrows that say only one of the two.
fn direction(field: &Field, words: &str) -> Option<bool> {
    if let Ok(ticks) = marks::ticks(words, &field.choices)
        && let [only] = ticks.ticked.as_slice()
    {
        return Some(*only == 0);
    }
    let says = |signs: &[char]| words.contains(signs);
    let up = says(&['高', '大', '多', '增', '升', '↑', '⬆', '▲']);
    let down = says(&['低', '小', '少', '减', '降', '↓', '⬇', '▼']);
    (up != down).then_some(up)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Form;

    #[test]
    fn a_direction_is_told_by_options_words_and_arrows() {
        let specs = crate::spec::Specs::built_in().unwrap();
        let field = specs.of(Form::S).field("indicators").unwrap();
        let told = |words| direction(field, words);
        for up in ["越高越好", "↑", "越大越好", "望大", "☑越高越好 □越低越好", "上升"]
        {
            assert_eq!(told(up), Some(true), "{up}");
        }
        for down in ["越低越好", "↓", "越小越好", "□越高越好 ☑越低越好", "下降"] {
            assert_eq!(told(down), Some(false), "{down}");
        }
        for neither in ["", "说不清", "先升后降", "/"] {
            assert_eq!(told(neither), None, "{neither}");
        }
    }
}

//! The items of a form told by their numbers alone: the form numbers them itself, and their headings were left out.
//!
//! Read only where each item is there once and in its order; any other text under no heading is told where it stands.

use super::label;
use super::slots::rows_between;
use super::spread::{closes, may_close};
use super::words::Scan;
use super::{Content, Slot};
use crate::cell::Cell;
use crate::spec::{Field, FormSpec, Kind};
use crate::workbook::{Row, Sheet, Value};

/// Signs behind a number.
const SIGNS: [char; 5] = ['.', '．', '、', ')', '）'];
/// Signs behind which an item may begin on a line.
const ENDS: [char; 5] = ['。', '；', ';', '！', '\n'];

/// Fills the items whose headings are all missing from the text that stands under none; gives the cell of a text that
/// has no such items.
pub(super) fn fill(
    sheet: &Sheet,
    scan: &Scan<'_>,
    spec: &FormSpec,
    last: u32,
    labels: &mut Vec<(usize, Cell)>,
    slots: &mut [Option<Slot>],
) -> Option<Cell> {
    let items = items(spec)?;
    if items.iter().any(|item| slots[*item].is_some()) {
        return None;
    }
    let above =
        labels.iter().filter(|(field, _)| spec.key.contains(field)).map(|(_, cell)| cell.row).max()?;
    let loose: Vec<(Cell, &str)> = rows_between(sheet, above + 1, last)
        .filter_map(|row| loose(row, scan, spec))
        .filter(|(cell, _)| !slots.iter().flatten().any(|slot| slot.cell == *cell))
        .collect();
    let (first, _) = *loose.first()?;
    let whole = loose.iter().map(|(_, words)| *words).collect::<Vec<_>>().join("\n");
    let Some(parts) = split(&whole, items.len()) else { return Some(first) };
    for (item, (at, words)) in items.into_iter().zip(parts) {
        let mut end = 0;
        let holds = |(_, words): &&(Cell, &str)| {
            end += words.len() + 1;
            at < end
        };
        let cell = loose.iter().find(holds).map_or(first, |(cell, _)| *cell);
        slots[item] = Some(Slot { cell, content: Content::Typed(Value::Text(words.to_owned())) });
        labels.push((item, cell));
    }
    None
}

/// The numbered fields of a form, where they are all narratives.
fn items(spec: &FormSpec) -> Option<Vec<usize>> {
    let is_item = |field: &Field| !field.number.is_empty();
    let items: Vec<usize> = (0..spec.fields.len()).filter(|at| is_item(&spec.fields[*at])).collect();
    (items.len() > 1 && items.iter().all(|at| spec.fields[*at].kind == Kind::Block)).then_some(items)
}

/// The words of a row that hold no label and are neither heading nor closing line.
fn loose<'s>(row: &'s Row, scan: &Scan<'_>, spec: &FormSpec) -> Option<(Cell, &'s str)> {
    let [(col, Value::Text(words))] = &row.cells[..] else { return None };
    let cell = Cell::new(row.at, *col);
    let known = scan.at(cell)?;
    let label = known.label();
    let is_printed = known.is_title(spec)
        || label::is_heading(label, spec)
        || label::is_note(label)
        || label::is_page_line(label)
        || closes(words)
        || may_close(words, false);
    (!is_printed && label.chars().count() > 3 && known.hits(spec).is_empty()).then_some((cell, words))
}

/// A text cut into so many numbered items, each with where it begins; `None` where it does not hold them all in order.
pub(crate) fn split(text: &str, count: usize) -> Option<Vec<(usize, &str)>> {
    ["1", "(1", "一", "(一", "①"].iter().find_map(|style| in_style(text, style, count))
}

fn in_style<'t>(text: &'t str, style: &str, count: usize) -> Option<Vec<(usize, &'t str)>> {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    for number in 1..=count {
        let from = starts.last().map_or(0, |(_, end)| *end);
        starts.push(marker(text, from, style, number)?);
    }
    let last = starts.last()?.1;
    let first = text.get(..starts.first()?.0)?;
    if !first.trim().is_empty() || marker(text, last, style, count + 1).is_some() {
        return None;
    }
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    starts.iter().zip(ends).map(|((at, from), to)| Some((*at, text.get(*from..to)?.trim()))).collect()
}

/// Where a number with its signs begins and ends, at the start of the text or of a line, or behind a full stop.
fn marker(text: &str, from: usize, style: &str, number: usize) -> Option<(usize, usize)> {
    const NUMERALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    const CIRCLED: [&str; 10] = ["①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧", "⑨", "⑩"];
    let digits = match style {
        "①" => (*CIRCLED.get(number - 1)?).to_owned(),
        "一" | "(一" => (*NUMERALS.get(number - 1)?).to_owned(),
        _ => number.to_string(),
    };
    let bracket = style.starts_with('(');
    text.get(from..)?.match_indices(digits.as_str()).find_map(|(at, _)| {
        let (at, end) = (from + at, from + at + digits.len());
        let before = text[..at].trim_end_matches([' ', '\u{3000}', '\t']);
        let open = before.strip_suffix(['(', '（']);
        let before = if bracket { open?.trim_end_matches([' ', '\u{3000}']) } else { before };
        let begins = before.is_empty() || before.ends_with(ENDS);
        let behind = &text[end..];
        let sign =
            behind.chars().next().filter(|c| SIGNS.contains(c) && (!bracket || matches!(c, ')' | '）')));
        let end = if style == "①" { end } else { end + sign?.len_utf8() };
        let is_decimal = text[end..].starts_with(|c: char| c.is_ascii_digit()) && style == "1";
        (begins && !is_decimal).then_some((if bracket { before.len() } else { at }, end))
    })
}

#[cfg(test)]
mod tests {
    use super::split;
    use crate::bind::bind;
    use crate::bind::testing::{book, judged, said, specs};

    const ITEMS: [&str; 4] = ["goals", "practices", "benefits", "shortcomings"];
    const WANT: [&str; 4] = ["目标全部达成。", "先易后难。", "新增客户3家。", "现场次数偏少。"];

    fn read(body: &[&str]) -> ([String; 4], Vec<String>) {
        let mut rows: Vec<Vec<&str>> = vec![
            vec!["表D 中小企业质量提升服务总结"],
            vec!["基本情况", "质量提升服务项目名称", "拟甲项目"],
            vec!["", "企业名称", "成都拟乙公司"],
            vec!["", "服务时间", "2025年1月10日—2025年3月5日"],
        ];
        rows.extend(body.iter().map(|line| vec![*line]));
        rows.push(vec!["日期：2025年3月20日"]);
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let bound = bind(&book(&rows), specs());
        assert_eq!(bound.returns.len(), 1);
        let ret = judged(&bound.returns[0]);
        let told = bound.findings.iter().map(|f| format!("{} {}", f.code, f.cell.unwrap()));
        (ITEMS.map(|id| said(&ret, id)), told.collect())
    }

    #[test]
    fn items_without_headings_are_told_by_their_numbers() {
        for style in ["1. 2. 3. 4. ", "1、2、3、4、", "（1）（2）（3）（4）", "一、二、三、四、", "①②③④"]
        {
            let signs: Vec<char> = style.chars().collect();
            let each: Vec<String> = signs.chunks(signs.len() / 4).map(String::from_iter).collect();
            let lines: Vec<String> = each.iter().zip(WANT).map(|(n, words)| format!("{n}{words}")).collect();
            for body in [lines.join("\n"), lines.concat()] {
                assert_eq!(read(&[&body]), (WANT.map(String::from), vec![]), "{body}");
            }
            let rows: Vec<&str> = lines.iter().map(String::as_str).collect();
            assert_eq!(read(&rows), (WANT.map(String::from), vec![]), "{style}");
        }
    }

    #[test]
    fn a_text_without_items_is_told() {
        for body in ["本项目自1月启动，完成企业标准3项，培训2场。", "1. 达成。\n2. 先易后难。\n3. 增收。"]
        {
            let (said, told) = read(&[body]);
            assert_eq!((said, told), ([""; 4].map(String::from), vec!["label_overwritten A5".to_owned()]));
        }
    }

    #[test]
    fn headings_in_fewer_words_are_headings() {
        let body = "1. 目标达成情况：目标全部达成。\n2. 经验与做法：先易后难。\n3. 经济社会效益：新增客户3家。\n4. 不足及改进方向：现场次数偏少。";
        assert_eq!(read(&[body]).0, WANT);
        let list = "1. 质量提升服务目标达成情况；目标全部达成。\n2. 主要的服务经验与做法；先易后难。\n3. 产生的经济社会效益；新增客户3家。\n4. 服务存在的不足及改进方向。现场次数偏少。";
        assert_eq!(read(&[list]).0, WANT);
    }

    #[test]
    fn numbers_inside_a_text_cut_nothing() {
        assert_eq!(split("1. 提高2.5%。2. 好", 2).unwrap(), [(0, "提高2.5%。"), (16, "好")]);
        assert_eq!(split("前言\n1. 甲\n2. 乙", 2), None);
        assert_eq!(split("1. 甲\n2. 乙\n3. 丙", 2), None);
        assert_eq!(split("", 4), None);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(?s)[1-5一二三四五①②（）().、。\n 甲2]{0,40}", count in 1usize..6) {
            let _ = split(&text, count);
        }
    }
}

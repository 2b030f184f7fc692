//! Answers as a form shows them: which boxes are ticked, what an empty cell says.
//!
//! The reader must understand every text made here; nothing else writes boxes.

use crate::spec::{Field, FormSpec, Kind};

const ON: char = '☑';
const OFF: char = '□';
const BLANK: &str = "______";

fn tick(on: bool) -> char {
    if on { ON } else { OFF }
}

/// `□满意  ☑基本满意  □不满意`.
pub fn ticks_one(field: &Field, chosen: Option<usize>) -> String {
    let one = |(i, option): (usize, &String)| format!("{}{option}", tick(chosen == Some(i)));
    field.options.iter().enumerate().map(one).collect::<Vec<_>>().join("  ")
}

/// `☑标准化服务  □计量服务  …  ☑其他服务：碳足迹核算`; `other` is what stands behind 其他.
pub fn ticks_many(field: &Field, chosen: &[usize], other: &str) -> String {
    let one = |(i, option): (usize, &String)| {
        let words = if other.is_empty() { BLANK } else { other };
        let tail = if option.starts_with("其他") { format!("：{words}") } else { String::new() };
        format!("{}{option}{tail}", tick(chosen.contains(&i)))
    };
    field.options.iter().enumerate().map(one).collect::<Vec<_>>().join("  ")
}

/// `☑是，公开数量：3个    □否`; `count` is the field inside the first option, `number` what it says.
pub fn ticks_with_count(field: &Field, count: &Field, chosen: Option<usize>, number: &str) -> String {
    let one = |(i, option): (usize, &String)| {
        let number = if number.is_empty() { "____" } else { number };
        let tail =
            if i == 0 { format!("，{}：{number}{}", count.label, count.unit) } else { String::new() };
        format!("{}{option}{tail}", tick(chosen == Some(i)))
    };
    field.options.iter().enumerate().map(one).collect::<Vec<_>>().join("    ")
}

/// The field whose answer stands inside the cell of field `index` (公开数量 inside 是否公开).
pub fn inner(spec: &FormSpec, index: usize) -> Option<&Field> {
    spec.fields.iter().find(|f| f.within == Some(index))
}

/// Boxes of field `index` with the given options ticked; `inside` is the text or number within.
pub fn boxes(spec: &FormSpec, index: usize, chosen: &[usize], inside: &str) -> String {
    let field = &spec.fields[index];
    match (field.kind, inner(spec, index)) {
        (Kind::Many, _) => ticks_many(field, chosen, inside),
        (_, Some(count)) => ticks_with_count(field, count, chosen.first().copied(), inside),
        _ => ticks_one(field, chosen.first().copied()),
    }
}

/// What the empty answer cell of field `index` shows: boxes, a line to write on, guidance or nothing.
pub fn empty_text(spec: &FormSpec, index: usize) -> String {
    let field = &spec.fields[index];
    match field.kind {
        Kind::One | Kind::Many => boxes(spec, index, &[], ""),
        Kind::Count if !field.unit.is_empty() => format!("_____{}", field.unit),
        _ => field.hint.clone(),
    }
}

/// The texts a drop-down offers for field `index`: one per option.
pub fn drop_down(spec: &FormSpec, index: usize) -> Vec<String> {
    (0..spec.fields[index].options.len()).map(|i| boxes(spec, index, &[i], "")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::marks;
    use crate::parse::number;
    use crate::spec::{Form, Specs};

    #[test]
    fn what_is_ticked_reads_back() {
        let specs = Specs::built_in().unwrap();
        for (form, spec) in specs.all() {
            for (index, field) in spec.fields.iter().enumerate() {
                if !matches!(field.kind, Kind::One | Kind::Many) {
                    continue;
                }
                for i in 0..field.options.len() {
                    let text = boxes(spec, index, &[i], "");
                    let read = marks::ticks(&text, &field.choices).unwrap();
                    assert_eq!(read.ticked, [i], "{form} {}: {text}", field.id);
                }
                let all: Vec<usize> = (0..field.options.len()).collect();
                if field.kind == Kind::Many {
                    let text = boxes(spec, index, &all, "碳足迹核算");
                    assert_eq!(marks::ticks(&text, &field.choices).unwrap().ticked, all);
                }
            }
        }
    }

    #[test]
    fn what_is_empty_reads_as_blank() {
        let specs = Specs::built_in().unwrap();
        for (form, spec) in specs.all() {
            for (index, field) in spec.fields.iter().enumerate() {
                let text = empty_text(spec, index);
                match field.kind {
                    Kind::One | Kind::Many => {
                        let read = marks::ticks(&text, &field.choices).unwrap();
                        assert!(read.ticked.is_empty(), "{form} {}: {text}", field.id);
                    }
                    Kind::Count => assert_eq!(number::count(&text), Ok(None), "{form} {}", field.id),
                    _ => assert_eq!(text, field.hint),
                }
            }
        }
    }

    #[test]
    fn a_count_stands_inside_its_option() {
        let specs = Specs::built_in().unwrap();
        let b = specs.of(Form::B);
        let index = b.index("self_declared").unwrap();
        assert_eq!(boxes(b, index, &[0], "3"), "☑是，公开数量：3个    □否");
        assert_eq!(empty_text(b, index), "□是，公开数量：____个    □否");
    }
}

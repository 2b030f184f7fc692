//! Rows whose names are one merged area: one return over several rows, as where each row holds one need type.
//!
//! Need types and words of several rows are joined; an answer that allows one value and has two is left out and told.

use super::above::Cells;
use super::table::Header;
use super::{Bound, Content, Slot};
use crate::cell::Cell;
use crate::spec::{Field, FormSpec, Kind};
use crate::text;
use crate::workbook::Value;

/// Whether a row goes on with the return of another above it: all its names are one area with those there.
pub(super) fn goes_on(cells: &Cells<'_>, header: &Header<'_>, spec: &FormSpec, rows: (u32, u32)) -> bool {
    let is_one = |key: &usize| header.columns_of(*key).next().is_some_and(|col| cells.are_one(col, rows));
    cells.has_tall() && !spec.key.is_empty() && spec.key.iter().all(is_one)
}

/// An answer of which two rows say different things: its field, where the second one stands, and what it says.
pub(super) type Difference = (usize, Cell, String);

/// Joins a row to the return that it goes on with.
pub(super) fn join(whole: &mut Bound, more: Bound, spec: &FormSpec, differing: &mut Vec<Difference>) {
    for (index, (slot, more)) in whole.slots.iter_mut().zip(more.slots).enumerate() {
        let Some(more) = more else { continue };
        if differing.iter().any(|(field, ..)| *field == index) {
            continue;
        }
        let field = &spec.fields[index];
        let Some(before) = slot.take_if(|before| !is_blank(before)) else {
            *slot = Some(more);
            continue;
        };
        *slot = Some(match joined(field, &before, &more) {
            Some(content) => Slot { cell: before.cell, content },
            None => {
                differing.push((index, more.cell, said(&more, field)));
                Slot { cell: before.cell, content: Content::Blank }
            }
        });
    }
    let (envelope, more) = (&mut whole.envelope, more.envelope);
    envelope.district = envelope.district.take().or(more.district);
    envelope.agency = envelope.agency.take().or(more.agency);
    envelope.consent = envelope.consent.take().or(more.consent);
    envelope.period = envelope.period.take().or(more.period);
}

/// What two rows say together; `None` where they contradict each other.
fn joined(field: &Field, before: &Slot, more: &Slot) -> Option<Content> {
    if is_blank(more) || before.cell == more.cell {
        return Some(before.content.clone());
    }
    match (&before.content, &more.content) {
        (Content::Ticks(a), Content::Ticks(b)) => {
            let mut all = [a.as_slice(), b].concat();
            all.sort_unstable();
            all.dedup();
            Some(Content::Ticks(all))
        }
        (Content::Typed(a), Content::Typed(b)) => {
            let (a_words, b_words) = (a.text(), b.text());
            if text::key(&a_words) == text::key(&b_words) {
                return Some(before.content.clone());
            }
            let sign = match field.kind {
                Kind::Many | Kind::Person | Kind::Signature => "、",
                Kind::Text | Kind::Block => "\n",
                Kind::Contact => " ",
                _ => return None,
            };
            Some(Content::Typed(Value::Text(format!("{a_words}{sign}{b_words}"))))
        }
        _ => None,
    }
}

fn is_blank(slot: &Slot) -> bool {
    match &slot.content {
        Content::Blank => true,
        Content::Typed(value) => text::is_blank_mark(&value.text()),
        Content::Ticks(ticks) => ticks.is_empty(),
        _ => false,
    }
}

fn said(slot: &Slot, field: &Field) -> String {
    match &slot.content {
        Content::Typed(value) if !field.is_personal() => text::words(&value.text()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::bind::testing::{Merge, judged, merged_book, said, specs};
    use crate::bind::{Bindings, bind};

    fn read(rows: &[&[&str]], merges: &[Merge]) -> Bindings {
        bind(&merged_book(rows, merges), specs())
    }

    #[test]
    fn rows_under_one_merged_name_are_one_return() {
        let rows: [&[&str]; 5] = [
            &["项目名称", "企业名称", "服务时间", "需求类型", "企业签字"],
            &["拟多项目", "成都拟乙公司", "2025.1.5-2025.2.3", "标准化服务", "张拟"],
            &["", "", "", "计量服务"],
            &["", "", "2025.3.1", "认证认可服务"],
            &["拟丁项目", "成都拟乙公司", "2025.1.5", "计量服务", "张拟"],
        ];
        let names = [((1, 0), (3, 0)), ((1, 1), (3, 1)), ((1, 4), (3, 4))];
        let bound = read(&rows, &names);
        assert_eq!(bound.returns.len(), 2);
        let ret = judged(&bound.returns[0]);
        assert_eq!(said(&ret, "need_types"), "标准化服务、计量服务、认证认可服务");
        assert_eq!(
            (said(&ret, "service_time"), said(&ret, "enterprise_signed")),
            (String::new(), "张拟".into())
        );
        let told: Vec<String> =
            bound.findings.iter().map(|f| format!("{} {} {}", f.code, f.field, f.cell.unwrap())).collect();
        assert_eq!(told, ["rows_differ service_time C4"]);
        // One project after another of the same enterprise are returns of their own.
        assert_eq!(read(&rows, &names[1..]).returns.len(), 4);
    }

    #[test]
    fn a_rating_merged_over_two_questions_answers_both() {
        let head: &[&str] = &[
            "项目名称",
            "企业名称",
            "质量服务机构名称",
            "服务时间",
            "服务专家",
            "对服务人员的服务态度",
            "对服务人员的专业能力",
        ];
        let row: &[&str] = &["拟甲项目", "成都拟乙公司", "成都拟丙机构", "2025.1.5", "", "满意", ""];
        let bound = read(&[head, row], &[((1, 5), (1, 6)), ((1, 3), (1, 4))]);
        let ret = judged(&bound.returns[0]);
        assert_eq!((said(&ret, "staff_attitude"), said(&ret, "staff_skill")), ("满意".into(), "满意".into()));
        // Whose answer it is cannot be told of a date over two other questions.
        let told: Vec<String> =
            bound.findings.iter().map(|f| format!("{} {} {}", f.code, f.field, f.cell.unwrap())).collect();
        assert_eq!((told, said(&ret, "expert")), (vec!["merged_across expert D2".to_owned()], String::new()));
    }
}

//! Forms that go on on the next sheet (续表): read as one return where the second sheet plainly continues
//! the first.
//!
//! Plainly means: no title of another form, no label that the first sheet has but for whose form it is, and labels that begin where the
//! first sheet ends. What only calls itself a continuation is told, never guessed at. Every answer keeps the
//! sheet it stands on.

use std::sync::Arc;

use super::slots::{Slots, bind_region};
use super::words::Scan;
use super::{Bindings, Bound, Content, Continuation, Slot};
use crate::problem::Code;
use crate::spec::{FormSpec, Specs};
use crate::text;
use crate::workbook::{Sheet, Value};

/// Rows of the longest sheet that may continue a form.
const LONGEST: usize = 400;

/// Adds a sheet to the form at the end of the sheet before it, where it continues that form.
pub(super) fn take(
    (sheet, scan): (&Sheet, &Scan<'_>),
    before: Option<&Sheet>,
    specs: &Specs,
    out: &mut Bindings,
) -> bool {
    let Some(bound) = out.returns.last_mut().filter(|b| before.is_some_and(|s| ends_on(b, s))) else {
        return false;
    };
    let is_whole = bound.slots.iter().all(Option::is_some);
    if is_whole || sheet.hidden || sheet.rows.len() > LONGEST {
        return false;
    }
    let spec = specs.of(bound.form);
    // The title may be printed again on every page.
    if scan.titles().iter().any(|(_, form)| *form != bound.form) {
        return false;
    }
    let Slots { mut slots, labels, .. } = bind_region(sheet, scan, spec, 0, u32::MAX);
    drop_repeated(bound, spec, &mut slots);
    let fields: Vec<usize> = (0..slots.len()).filter(|f| slots[*f].is_some()).collect();
    if labels.is_empty() || !goes_on(bound, spec, &fields, is_marked(sheet)) {
        return false;
    }
    for field in &fields {
        bound.slots[*field] = slots[*field].take();
    }
    // Their labels are not gone, they stand here.
    let (form, first) = (bound.form, Arc::clone(&bound.sheet));
    let label = |about: &str| fields.iter().any(|f| &*spec.fields[*f].label == about);
    bound.continued.push(Continuation { sheet: Arc::clone(&sheet.name), fields: fields.clone() });
    out.findings.retain(|f| {
        f.code != Code::LabelOverwritten.id() || f.form != Some(form) || f.sheet != first || !label(&f.about)
    });
    true
}

/// Whether rows under the title of a form are its second page: no label there names the enterprise or the project.
pub(super) fn is_second_page(scan: &Scan<'_>, spec: &FormSpec, (first, last): (u32, u32)) -> bool {
    let hits = scan.between(first, last).flat_map(|(_, words)| words.hits(spec));
    !hits.flat_map(|hit| &hit.fields).any(|field| spec.key.contains(field))
}

/// A page may say once more whose form it is, in the same words: that is no second answer.
fn drop_repeated(bound: &Bound, spec: &FormSpec, slots: &mut [Option<Slot>]) {
    let words = |slot: &Option<Slot>| match slot.as_ref().map(|slot| &slot.content) {
        Some(Content::Typed(value)) => text::key(&value.text()),
        _ => String::new(),
    };
    for key in &spec.key {
        let ours = words(&bound.slots[*key]);
        if !ours.is_empty() && ours == words(&slots[*key]) {
            slots[*key] = None;
        }
    }
}

/// Whether a return is a form whose last part stands on a sheet.
fn ends_on(bound: &Bound, sheet: &Sheet) -> bool {
    let last = bound.continued.last().map_or(&bound.sheet, |c| &c.sheet);
    !bound.tabular && *last == sheet.name
}

/// Whether fields are the next of a form: all of them missing so far, and behind all that are there. Without
/// the word 续表, the very next one must be among them, and another.
fn goes_on(bound: &Bound, spec: &FormSpec, fields: &[usize], marked: bool) -> bool {
    let is_there = |f: usize| bound.slots[f].is_some();
    // The date of filling in stands at the head of many forms.
    let mut there = (0..bound.slots.len()).filter(|f| is_there(*f) && &*spec.fields[*f].id != "dated");
    let (Some(last), Some(first)) = (there.next_back(), fields.first()) else { return false };
    let follows = if marked { *first > last } else { *first == last + 1 && fields.len() >= 2 };
    follows && !fields.iter().any(|f| is_there(*f))
}

/// Whether a sheet calls itself a continuation, in its name or its first rows.
pub(super) fn is_marked(sheet: &Sheet) -> bool {
    let head = sheet.rows.iter().take(3).flat_map(|r| &r.cells);
    let texts =
        head.filter_map(|(_, v)| if let Value::Text(words) = v { Some(words.as_str()) } else { None });
    texts.chain([&*sheet.name]).any(says_continued)
}

fn says_continued(words: &str) -> bool {
    if words.len() > 240 {
        return false;
    }
    let label = text::label(words);
    label.contains("续表") || label.contains("(续") || label == "续"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bind::testing::{book, judged, said};
    use crate::bind::{bind, testing::specs};
    use crate::workbook::Book;

    const FIRST: &[&[&str]] = &[
        &["中小企业质量提升服务满意度调查表"],
        &["质量提升服务项目名称", "拟禾标准化提升"],
        &["企业名称", "成都拟禾食品有限公司"],
        &["企业联系人及联系方式", "张拟涛 13800000001"],
        &["质量服务机构名称", "四川拟信咨询有限公司"],
        &["服务人员", "李拟"],
        &["服务专家", "何拟"],
        &["服务时间", "2025年1月13日—2025年2月4日"],
        &["主要的质量提升服务内容", "拟开展诊断"],
        &["取得的质量提升服务成效", "好"],
    ];
    const SECOND: &[&[&str]] = &[
        &["对服务人员的服务态度", "☑满意 □基本满意 □不满意"],
        &["对服务人员的专业能力", "□满意 ☑基本满意 □不满意"],
        &["对服务专家的服务态度", "☑满意 □基本满意 □不满意"],
        &["对服务专家的专业能力", "□满意 □基本满意 ☑不满意"],
    ];

    fn sheets(parts: &[(&str, &[&[&str]])]) -> Book {
        let sheet = |(name, rows): &(&str, &[&[&str]])| {
            let mut sheet = book(rows).sheets.remove(0);
            sheet.name = (*name).into();
            sheet
        };
        Book { sheets: parts.iter().map(sheet).collect(), ..Book::default() }
    }

    fn codes(out: &Bindings) -> Vec<(&str, &str)> {
        out.findings.iter().map(|f| (f.code.as_str(), &*f.sheet)).collect()
    }

    #[test]
    fn a_form_on_two_sheets_is_one_return_and_each_answer_keeps_its_sheet() {
        let out = bind(&sheets(&[("表F", FIRST), ("Sheet2", SECOND)]), specs());
        assert_eq!((out.returns.len(), codes(&out)), (1, vec![]));
        let ret = judged(&out.returns[0]);
        assert_eq!((said(&ret, "outcomes"), said(&ret, "expert_skill")), ("好".into(), "不满意".into()));
        assert_eq!(ret.place_of("outcomes").to_string(), "x.xlsx [表F] B10");
        assert_eq!(ret.place_of("expert_skill").to_string(), "x.xlsx [Sheet2] B4");
        assert!(ret.stands_at(&ret.place_of("expert_skill")) && ret.stands_at(&ret.place_of("outcomes")));
        let mut other = ret.place_of("outcomes");
        other.sheet = "Sheet2".into();
        assert!(!ret.stands_at(&other));
    }

    #[test]
    fn a_form_goes_on_over_three_sheets() {
        let parts = [("1", FIRST), ("2", &SECOND[..2]), ("3", &SECOND[2..])];
        let out = bind(&sheets(&parts), specs());
        assert_eq!((out.returns.len(), codes(&out)), (1, vec![]));
        assert_eq!(judged(&out.returns[0]).place_of("expert_skill").sheet.as_ref(), "3");
    }

    #[test]
    fn one_label_or_a_gap_needs_the_word() {
        let gap = &SECOND[2..];
        assert_eq!(
            codes(&bind(&sheets(&[("表F", FIRST), ("Sheet2", gap)]), specs())),
            [("sheet_unrecognised", "Sheet2")]
        );
        let mut marked: Vec<&[&str]> = vec![&["（续表）"]];
        marked.extend(gap);
        let out = bind(&sheets(&[("表F", FIRST), ("Sheet2", &marked)]), specs());
        assert_eq!(codes(&out), []);
        assert_eq!(said(&judged(&out.returns[0]), "expert_skill"), "不满意");
    }

    #[test]
    fn a_page_may_say_again_what_it_is_and_whose() {
        let title: &[&[&str]] = &[FIRST[0]];
        let whose: &[&[&str]] = &[FIRST[2], FIRST[1]];
        for head in [title.to_vec(), whose.to_vec(), [&[&["表F（续）"] as &[&str]], whose].concat()] {
            let second = [&head[..], SECOND].concat();
            let out = bind(&sheets(&[("表F", FIRST), ("Sheet2", &second)]), specs());
            assert_eq!((out.returns.len(), codes(&out)), (1, vec![]), "{head:?}");
            let ret = judged(&out.returns[0]);
            assert_eq!(said(&ret, "expert_skill"), "不满意");
            assert_eq!(ret.place_of("enterprise").to_string(), "x.xlsx [表F] B3");
        }
        let pages = [FIRST, title, SECOND].concat();
        let out = bind(&sheets(&[("表F", &pages)]), specs());
        assert_eq!((out.returns.len(), codes(&out)), (1, vec![]));
        assert_eq!(said(&judged(&out.returns[0]), "staff_skill"), "基本满意");
        let twice = [FIRST, SECOND, FIRST, SECOND].concat();
        assert_eq!(bind(&sheets(&[("表F", &twice)]), specs()).returns.len(), 2);
    }

    #[test]
    fn what_only_calls_itself_a_continuation_is_told() {
        let again: Vec<&[&str]> = [&[&["企业名称", "成都拟裕家具有限公司"] as &[&str]], SECOND].concat();
        let out = bind(&sheets(&[("表F", FIRST), ("续表", &again)]), specs());
        assert_eq!((out.returns.len(), codes(&out)), (1, vec![("sheet_continued", "续表")]));
        let alone = bind(&sheets(&[("表F（续）", SECOND)]), specs());
        assert_eq!((alone.returns.len(), codes(&alone)), (0, vec![("sheet_continued", "表F（续）")]));
    }

    #[test]
    fn the_next_form_and_a_list_are_no_continuation() {
        let e: &[&[&str]] = &[
            &["中小企业质量提升情况反馈表"],
            &["企业名称", "成都拟禾食品有限公司"],
            &["企业质量提升情况", "好"],
        ];
        assert_eq!(bind(&sheets(&[("F", FIRST), ("E", e)]), specs()).returns.len(), 2);
        let list: &[&[&str]] = &[&["满意"], &["基本满意"], &["不满意"]];
        let out = bind(&sheets(&[("F", FIRST), ("Sheet2", list)]), specs());
        assert_eq!(codes(&out), [("sheet_unrecognised", "Sheet2")]);
    }
}

//! Answers whose lines look like labels: an account of what was done that names people and times.
//!
//! What stands in the place of an answer in words is that answer, whatever its lines begin with. Only the next blocks
//! of the form are labels there.

use super::label::Hit;
use super::slots::Label;
use crate::cell::Cell;
use crate::spec::{FormSpec, Kind};
use crate::text;
use crate::workbook::Sheet;

/// Whether a cell of several lines is the answer of a label before it, not a label of its own.
pub(super) fn is_answer(
    sheet: &Sheet,
    spec: &FormSpec,
    before: &[Label],
    cell: Cell,
    words: &str,
    hits: &[Hit],
) -> bool {
    if is_chosen(sheet, spec, before, cell, (words, hits)) {
        return true;
    }
    // The label of a cell of one line is plain; nearly all are.
    if !words.trim().contains('\n') {
        return false;
    }
    if is_whole(words, hits) || opens_alone(spec, words, hits) || signs_off(spec, words, hits) {
        return false;
    }
    before.iter().rev().take(40).any(|label| asks(sheet, spec, label, cell) && !goes_on(spec, label, hits))
}

/// `质量提升需求类型 | 其他：管理咨询`: an option with its words beside its question, not the label that it is elsewhere.
fn is_chosen(
    sheet: &Sheet,
    spec: &FormSpec,
    before: &[Label],
    cell: Cell,
    (words, hits): (&str, &[Hit]),
) -> bool {
    let [Hit { tail, colon: true, .. }] = hits else { return false };
    let Some(label) = before.last().filter(|l| l.cell.row == cell.row && l.tail.is_empty()) else {
        return false;
    };
    let field = &spec.fields[label.field];
    let named = words.strip_suffix(tail.as_str()).map(text::label);
    !tail.is_empty()
        && label.extent.col + 1 == cell.col
        && super::slots::has_options(field)
        && sheet.get(label.cell).is_some()
        && named.is_some_and(|named| field.choices.iter().any(|choice| choice.spellings.contains(&named)))
}

/// Whether a label is all that a cell says, guidance in brackets aside.
fn is_whole(words: &str, hits: &[Hit]) -> bool {
    let [Hit { tail, colon, .. }] = hits else { return false };
    let is_guidance = !colon && tail.starts_with(['（', '(']);
    (tail.is_empty() || is_guidance) && text::label(words).chars().count() <= 60
}

/// Whether the first line is a label and nothing else: its answer stands in the lines below it. Lines of an account
/// go on behind their colon.
fn opens_alone(spec: &FormSpec, words: &str, hits: &[Hit]) -> bool {
    let line = text::label(words.trim().lines().next().unwrap_or_default());
    let is_its_label = |f: &usize| spec.fields[*f].labels.contains(&line);
    hits.first().is_some_and(|hit| hit.fields.iter().any(is_its_label))
}

/// Whether a cell holds the signatures and dates at the foot of a form, and nothing else.
fn signs_off(spec: &FormSpec, words: &str, hits: &[Hit]) -> bool {
    let is_foot = |f: &usize| match spec.fields[*f].kind {
        Kind::Date => spec.fields[*f].beside.is_some() || &*spec.fields[*f].id == "dated",
        Kind::Signature => words.contains(['签', '章']),
        _ => false,
    };
    hits.iter().flat_map(|hit| &hit.fields).all(is_foot)
}

/// Whether a label in words has its answer in a cell: the one beside it, or of a narrative the one below.
fn asks(sheet: &Sheet, spec: &FormSpec, label: &Label, cell: Cell) -> bool {
    let kind = spec.fields[label.field].kind;
    if !label.tail.is_empty() || !matches!(kind, Kind::Block | Kind::Text) {
        return false;
    }
    let rows = label.cell.row..=label.extent.row;
    let beside = rows.contains(&cell.row) && label.extent.col + 1 == cell.col;
    let right = Cell::new(label.cell.row, label.extent.col + 1);
    let below = kind == Kind::Block && label.extent.row + 1 == cell.row && label.cell.col == cell.col;
    beside || below && sheet.get(right).is_none()
}

/// Whether the first label of a cell is one of the next blocks of the form, or of its numbered ones: all of them may
/// be listed in the lead above.
fn goes_on(spec: &FormSpec, label: &Label, hits: &[Hit]) -> bool {
    let is_numbered = |f: usize| !spec.fields[f].number.is_empty() && f != label.field;
    let is_next = |f: &usize| is_numbered(*f) || spec.fields[*f].kind == Kind::Block && *f > label.field;
    hits.first().is_some_and(|hit| hit.fields.iter().any(is_next))
}

/// Whether a label says that it is signed (服务人员签字) where the one chosen before only names people (服务人员).
pub(super) fn is_plainer(sheet: &Sheet, spec: &FormSpec, label: &Label, chosen: &Label) -> bool {
    let signs = |l: &Label| {
        let words = text::label(&sheet.text(l.cell));
        words.split(':').next().is_some_and(|head| head.contains(['签', '章']))
    };
    spec.fields[label.field].kind == Kind::Signature && signs(label) && !signs(chosen)
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{book, judged, said, specs};

    const NARRATIVE: &str =
        "服务目标：校准率100%\n服务人员：甲某、乙某\n服务专家：丙某\n服务时间：2025年1月20日";

    #[test]
    fn an_option_beside_its_question_is_no_label() {
        let rows: [&[&str]; 6] = [
            &["中小企业质量提升服务需求调查记录表"],
            &["企业名称", "成都拟禾食品有限公司"],
            &["所属行业", "食品制造业"],
            &["其他", "暂未发现风险"],
            &["质量提升需求类型", "其他：管理咨询"],
            &["质量提升需求具体描述", "描述"],
        ];
        let bound = bind(&book(&rows), specs());
        let ret = judged(&bound.returns[0]);
        let ids = ["need_types", "need_other", "other_quality", "need_detail"];
        assert_eq!(ids.map(|id| said(&ret, id)), ["其他服务", "管理咨询", "暂未发现风险", "描述"]);
    }

    /// A form C with a process and the rows behind it; what it says for some fields.
    fn read(process: &[&[&str]], ids: &[&str]) -> Vec<String> {
        let head: [&[&str]; 4] = [
            &["中小企业质量提升服务实施记录表"],
            &["质量提升服务项目名称", "拟甲项目", "服务时间", "2025年1月13日—2025年2月4日"],
            &["企业名称", "成都拟禾食品有限公司", "企业联系人及联系方式", "李拟四 13800001234"],
            &["质量提升需求类型", "☑计量服务 □标准化服务"],
        ];
        let tail: [&[&str]; 3] = [
            &["服务人员签字：", "", "日期：", ""],
            &["服务专家签字：", "", "日期：", ""],
            &["企业签字/盖章：", "孙拟七", "日期：", "2025年2月7日"],
        ];
        let bound = bind(&book(&[&head[..], process, &tail].concat()), specs());
        assert_eq!(bound.returns.len(), 1, "{:?}", bound.findings);
        let ret = judged(&bound.returns[0]);
        ids.iter().map(|id| said(&ret, id)).collect()
    }

    #[test]
    fn names_in_an_account_sign_nothing() {
        let ids = ["process", "staff_signature", "expert_signature", "service_time", "enterprise_signed"];
        let want = [NARRATIVE, "", "", "2025-01-13~2025-02-04", "孙拟七"];
        let label = "质量提升服务实施过程及意见建议";
        assert_eq!(read(&[&[label, NARRATIVE]], &ids), want);
        assert_eq!(read(&[&[label], &[NARRATIVE]], &ids), want);
        let whole = format!("{label}：{NARRATIVE}");
        assert_eq!(read(&[&[&whole]], &ids), want);
        let rows: [&[&str]; 2] = [&[label, "诊断"], &["服务人员：甲某"]];
        assert_eq!(read(&rows, &ids)[1], "");
    }

    #[test]
    fn the_foot_of_a_form_under_an_empty_account_is_a_foot() {
        let ids = ["process", "staff_signature", "staff_signed_on"];
        let foot = "服务人员签字：赵拟五\n日期：2025年2月5日";
        assert_eq!(read(&[&["质量提升服务实施过程及意见建议"], &[foot]], &ids), ["", "赵拟五", "2025-02-05"]);
    }

    #[test]
    fn a_label_alone_on_its_line_is_a_label_below_an_empty_answer() {
        let rows: [&[&str]; 5] = [
            &["中小企业质量提升服务需求调查记录表"],
            &["企业名称：\n成都拟禾食品有限公司"],
            &["企业规模：\n□中型 ☑小型 □微型"],
            &["其他：\n"],
            &["质量提升需求类型：\n□标准化服务 ☑计量服务"],
        ];
        let bound = bind(&book(&rows), specs());
        let ret = judged(&bound.returns[0]);
        assert_eq!(
            (said(&ret, "need_types"), said(&ret, "other_quality")),
            ("计量服务".into(), String::new())
        );
    }

    #[test]
    fn a_label_is_never_an_answer() {
        assert_eq!(read(&[&["质量提升服务实施过程及意见建议"]], &["process"]), [""]);
    }

    #[test]
    fn a_date_in_the_head_is_no_signature_s() {
        let ids = ["staff_signed_on", "enterprise_signed_on"];
        let number: [&[&str]; 1] = [&["质量提升需求具体描述", "校准"]];
        assert_eq!(read(&number, &ids), ["", "2025-02-07"]);
        let head: [&[&str]; 3] = [
            &["编号：001", "", "日期：2025年2月10日"],
            &["服务人员签字：", "赵拟五", "日期：", "2025年2月5日"],
            &[],
        ];
        assert_eq!(read(&head, &ids), ["2025-02-05", "2025-02-07"]);
    }
}

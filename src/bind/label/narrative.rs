//! Lines of a narrative that look like labels: `服务人员：甲某` in an account of what was done is no signature.
//!
//! Behind the label of a narrative only the next blocks of the form are labels, and what closes the form at the end of
//! the cell: signatures, which say so, and dates.

use super::{Folded, Found, between};
use crate::spec::{FormSpec, Kind};

/// The labels of a cell without those inside a narrative.
pub(super) fn without(found: Vec<Found>, source: &str, folded: &Folded, spec: &FormSpec) -> Vec<Found> {
    if !found.iter().any(|label| block(spec, label).is_some()) {
        return found;
    }
    let closing = closing(&found, source, folded, spec);
    let mut inside: Option<usize> = None;
    let mut kept = Vec::with_capacity(found.len());
    for (i, label) in found.into_iter().enumerate() {
        if i < closing && inside.is_some_and(|block| !follows(spec, block, &label, folded)) {
            continue;
        }
        inside = block(spec, &label).or(inside.filter(|_| i < closing));
        kept.push(label);
    }
    kept
}

/// The narrative that a label opens.
fn block(spec: &FormSpec, label: &Found) -> Option<usize> {
    label.fields.first().copied().filter(|f| spec.fields[*f].kind == Kind::Block)
}

/// Whether a label is one of the next blocks of the form: numbered, or with the very words of the form.
fn follows(spec: &FormSpec, block: usize, label: &Found, folded: &Folded) -> bool {
    let is_next = |f: &usize| {
        let field = &spec.fields[*f];
        let whole = field.labels.first().is_some_and(|l| *l == words(label, folded));
        *f > block && (!field.number.is_empty() || field.kind == Kind::Block && whole)
    };
    label.fields.iter().any(is_next)
}

fn words(label: &Found, folded: &Folded) -> String {
    let (start, end) = label.word;
    folded.chars[start..end].iter().map(|c| c.0).collect()
}

/// Where the closing lines of a form begin: labels of one line each up to the end of the cell that are signatures
/// and their dates, or the date of the form.
fn closing(found: &[Found], source: &str, folded: &Folded, spec: &FormSpec) -> usize {
    let is_dated = |label: &Found| label.fields.iter().any(|f| &*spec.fields[*f].id == "dated");
    let signs = |label: &Found| {
        let is_signature = label.fields.iter().any(|f| spec.fields[*f].kind == Kind::Signature);
        is_signature && words(label, folded).contains(['签', '章'])
    };
    let is_beside = |label: &Found| label.fields.iter().any(|f| spec.fields[*f].beside.is_some());
    let is_line = |i: usize| {
        let next = found.get(i + 1).map(|label| label.at);
        !between(source, folded, found[i].end, next).contains('\n')
    };
    let closes =
        |i: &usize| is_line(*i) && (is_dated(&found[*i]) || signs(&found[*i]) || is_beside(&found[*i]));
    let start = (0..found.len()).rev().take_while(closes).last().unwrap_or(found.len());
    let opens = |i: &usize| signs(&found[*i]) || is_dated(&found[*i]);
    (start..found.len()).find(opens).unwrap_or(found.len())
}

#[cfg(test)]
mod tests {
    use crate::bind::testing::specs;
    use crate::bind::words::Words;
    use crate::spec::Form;

    fn ids(text: &str, form: Form) -> Vec<String> {
        let spec = specs().of(form);
        let words = Words::new(text);
        words.hits(spec).iter().map(|h| spec.fields[h.fields[0]].id.to_string()).collect()
    }

    #[test]
    fn lines_of_a_narrative_are_no_labels() {
        let content = "1. 主要的质量提升服务内容：计量培训\n服务时间：2025年1月20日\n服务人员：甲某";
        assert_eq!(ids(content, Form::F), ["service_content"]);
        let process = "质量提升服务实施过程及意见建议：诊断\n服务人员：甲某\n日期：2025年1月20日\n结束";
        assert_eq!(ids(process, Form::C), ["process"]);
    }

    #[test]
    fn the_next_blocks_and_the_end_of_the_form_are_labels() {
        let all = "1. 主要的质量提升服务内容：培训\n服务人员：甲某\n2. 取得的质量提升服务成效：好\n3. 对服务人员的服务态度：☑满意";
        assert_eq!(ids(all, Form::F), ["service_content", "outcomes", "staff_attitude"]);
        let c = "质量提升需求具体描述：校准\n质量提升服务实施过程及意见建议：诊断\n服务人员：甲某\n服务人员签字：赵拟  日期：2025年2月5日";
        assert_eq!(ids(c, Form::C), ["need_detail", "process", "staff_signature", "staff_signed_on"]);
        let e = "一、企业质量提升情况\n好。\n企业名称：甲\n二、下阶段质量提升需求\n无\n日期：2025年3月4日";
        assert_eq!(ids(e, Form::E), ["improvement", "next_needs", "dated"]);
    }
}

//! The words of a column's header: what remains of them without numbering, notes and units.
//!
//! Every reading is only a candidate: it counts where it equals a label of the form, so none can turn a
//! header into something it does not say.

use std::cell::OnceCell;
use std::rc::Rc;

use super::named::{Named, column_of};
use crate::spec::{BUILT_IN, FormSpec, Specs, rating};
use crate::text;

/// Readings of a header.
pub(super) struct Readings {
    pub plain: Vec<String>,
    /// Count only where no plain one does.
    pub shortened: Vec<String>,
    /// What it asks to rate: counts only for a question with options.
    pub asked: Vec<String>,
}

/// Words that name something in some form. What they may name is read only where the row may still be a header.
pub(super) struct Name {
    words: Rc<str>,
    /// Their normal form.
    whole: String,
    readings: OnceCell<Readings>,
    /// What it names in each form.
    columns: [OnceCell<Option<Named>>; BUILT_IN.len()],
}

impl Name {
    /// Words with their normal form; `None` where they name nothing in any form, as nearly all answers do.
    pub fn of(words: &Rc<str>, whole: &str, specs: &Specs) -> Option<Self> {
        if !specs.holds_a_name(whole) {
            return None;
        }
        let (words, whole) = (Rc::clone(words), whole.to_owned());
        let name = Self { words, whole, readings: OnceCell::new(), columns: Default::default() };
        name.says_something(specs).then_some(name)
    }

    fn says_something(&self, specs: &Specs) -> bool {
        let among = || {
            let Readings { plain, shortened, asked } = self.readings();
            plain.iter().any(|l| may_name(l, specs))
                || shortened.iter().chain(asked).any(|l| specs.names_something(l))
        };
        specs.names_something(&self.whole) || among()
    }

    /// The column of a form whose header it is.
    pub fn column(&self, spec: &FormSpec, cover: &FormSpec) -> Option<Named> {
        *self.columns[spec.at].get_or_init(|| column_of(self.readings(), spec, cover))
    }

    pub fn readings(&self) -> &Readings {
        self.readings.get_or_init(|| readings(&self.words, self.whole.clone()))
    }
}

/// Whether a label is known to some form: as it is, as the question before an option, or before its unit.
fn may_name(label: &str, specs: &Specs) -> bool {
    let question = |at: usize| specs.names_something(&text::label(&label[..at]));
    specs.names_something(label)
        || label.match_indices(OPTION_SIGNS).take(OPTION_CUTS).any(|(at, _)| question(at))
        || specs.units().any(|unit| {
            let bare = label.strip_suffix(unit).map(|l| l.trim_end_matches(UNIT_SIGNS));
            bare.is_some_and(|bare| specs.names_something(bare))
        })
}

/// Signs between a question and its option, and how many of them are tried.
pub(super) const OPTION_SIGNS: [char; 7] = [':', '(', '[', '-', '/', '—', '_'];
pub(super) const OPTION_CUTS: usize = 20;
/// Signs between a label and its unit.
pub(super) const UNIT_SIGNS: [char; 4] = ['/', '-', ':', '_'];

/// The normal forms under which a header may be known: as it is and without its numbering; and shortened by
/// the notes behind it (a bracket, a second line, a comma).
fn readings(words: &str, whole: String) -> Readings {
    let mut plain = vec![whole.clone()];
    plain.extend(without_lead(&whole));
    let mut shortened = Vec::new();
    for label in &plain {
        shortened.extend(without_question(label));
        shortened.extend(without_bracket(label));
    }
    for part in first_parts(words) {
        let label = text::label(part);
        shortened.extend(without_lead(&label));
        shortened.extend(without_bracket(&label));
        shortened.push(label);
    }
    let fresh = |all: &mut Vec<String>| {
        for at in (0..all.len()).rev() {
            if all[at].is_empty() || all[..at].contains(&all[at]) {
                all.remove(at);
            }
        }
    };
    fresh(&mut plain);
    fresh(&mut shortened);
    let bare = plain.iter().flat_map(|label| without_bracket(label));
    let asked = plain.iter().cloned().chain(bare).flat_map(|label| asked(&label)).collect();
    Readings { plain, shortened, asked }
}

/// `您的企业名称是？` without the words that ask.
pub(super) fn without_question(label: &str) -> Vec<String> {
    let Some(asked) = label.strip_suffix('?') else { return Vec::new() };
    let words = ["是什么", "有哪些", "是", "为"];
    let bare = words.iter().find_map(|word| asked.strip_suffix(word)).unwrap_or(asked);
    [vec![text::label(bare)], without_lead(bare)].concat()
}

/// What a header asks to rate: `您对服务人员的服务态度是否满意？`, `服务人员—服务态度`, `满意度评价：对服务人员的服务态度`.
pub(super) fn asked(label: &str) -> Vec<String> {
    const SIGNS: [char; 7] = [':', '-', '—', '(', ')', '_', '/'];
    const WORDS: [&str; 9] = rating::SUFFIXES;
    // `请说明原因（对服务人员的服务态度）` asks something else about what was rated.
    const OTHERS: [&str; 8] = ["原因", "理由", "建议", "说明", "意见", "备注", "其他", "其它"];
    if OTHERS.iter().any(|word| label.contains(word)) {
        return Vec::new();
    }
    let label = label.trim_end_matches('?');
    let has_signs = label.contains(SIGNS);
    if !has_signs && !WORDS.iter().any(|word| label.ends_with(word)) && !label.contains('您') {
        return Vec::new();
    }
    let mut all = vec![label.to_owned(), rating::bare(label).to_owned()];
    if has_signs {
        let last = label.trim_end_matches(SIGNS).rsplit(SIGNS).next().unwrap_or(label);
        all.extend([label.replace(SIGNS, ""), last.to_owned()]);
        all.extend(row_of_matrix(label, SIGNS, WORDS));
    }
    let mut out = Vec::new();
    for mut rest in all {
        if let Some(at) = rest.find('对').filter(|at| rest[..*at].chars().count() <= 4) {
            rest.drain(..at);
        }
        out.push(rest.clone());
        while let Some(shorter) = WORDS.iter().find_map(|word| rest.strip_suffix(word)) {
            rest = shorter.trim_end_matches(['的', '?']).to_owned();
            out.push(rest.clone());
        }
    }
    out
}

/// `您对服务人员的评价-1.服务态度`: what a matrix asks of one of its rows, the question without its words for rating.
fn row_of_matrix(label: &str, signs: [char; 7], words: [&str; 9]) -> Option<String> {
    let (question, row) = label.trim_end_matches(signs).rsplit_once(signs)?;
    let mut question = question.trim_end_matches(signs);
    while let Some(shorter) = words.iter().find_map(|word| question.strip_suffix(word)) {
        question = shorter.trim_end_matches('的');
    }
    let row = without_lead(row).pop().unwrap_or_else(|| row.to_owned());
    (!question.is_empty() && !row.is_empty()).then(|| format!("{question}{row}"))
}

/// `企业名称(全称)(盖章)` without one bracket after another.
fn without_bracket(label: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = label;
    while let Some(open) =
        rest.ends_with([')', ']']).then(|| rest.rfind(['(', '['])).flatten().filter(|at| *at > 0)
    {
        rest = &rest[..open];
        out.push(text::label(rest));
        out.extend(without_lead(&text::label(rest)));
    }
    out
}

/// The header up to its first line break, comma or blank.
fn first_parts(words: &str) -> impl Iterator<Item = &str> {
    let trimmed = words.trim();
    let line = trimmed.split(['\n', '\r']).next();
    let clause = trimmed.split(['，', ',', '。', '；', ';', '：', ':']).next();
    let word = trimmed.split_whitespace().next().filter(|w| w.chars().count() >= 4);
    [line, clause, word].into_iter().flatten().filter(move |part| part.len() < trimmed.len())
}

/// A label without `1.`, `(1)`, `1.1`, `一、`, `第3题`, `问题3:`, `Q3`, `请填写` in front of it.
pub(super) fn without_lead(label: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = label;
    for _ in 0..4 {
        let Some(shorter) = strip_lead(rest) else { break };
        rest = shorter;
        out.push(text::label(rest));
    }
    out
}

/// Signs that offices put in front of what must be filled in.
const BULLETS: [char; 8] = ['★', '☆', '●', '◆', '▲', '△', '※', '·'];

fn strip_lead(label: &str) -> Option<&str> {
    if label.starts_with(BULLETS) {
        return Some(label.trim_start_matches(BULLETS));
    }
    // `【企业名称】`
    let framed = label.strip_prefix(['(', '[']).and_then(|rest| rest.strip_suffix([')', ']']));
    if let Some(inner) = framed.filter(|inner| !inner.contains(['(', '[', ')', ']'])) {
        return Some(inner);
    }
    for lead in ["请填写", "请选择", "请输入", "请问", "贵单位的", "贵企业的", "贵公司的", "您的"]
    {
        if let Some(rest) = label.strip_prefix(lead) {
            return Some(rest);
        }
    }
    let bare = ["问题", "题目", "序号", "第", "题", "Q", "q"]
        .iter()
        .find_map(|lead| label.strip_prefix(lead))
        .unwrap_or(label);
    let open = bare.starts_with('(');
    let bare = bare.strip_prefix('(').unwrap_or(bare);
    let is_numeral = |c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c);
    let body = bare.trim_start_matches(is_numeral);
    let digits = bare[..bare.len() - body.len()].chars().count();
    if !(1..=3).contains(&digits) {
        return None;
    }
    let body = body.strip_prefix('题').or_else(|| body.strip_prefix('项')).unwrap_or(body);
    if open {
        return body.strip_prefix(')').map(|rest| rest.trim_start_matches(['、', '.', ':']));
    }
    Some(body.trim_start_matches(['、', '.', ':', ')', ',', '-', '_']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_label_under_its_decoration() {
        for words in [
            "企业名称",
            "企业名称：",
            "*企业名称",
            "（1）企业名称",
            "1.1 企业名称",
            "1.1.2、企业名称",
            "问题3：企业名称",
            "第3题 企业名称",
            "Q3.企业名称",
            "一、企业名称",
            "（二）企业名称",
            "①企业名称",
            "企业名称（全称）",
            "企业名称（与营业执照一致）（必填）",
            "企业名称\n（盖章）",
            "企业名称，请填全称",
            "企业名称：请填全称",
            "请填写企业名称",
            "３．企业名称［全称］",
            "企业名称 与执照一致",
            "企 业 名 称",
            "3：您的企业名称是？",
            "贵企业的企业名称为？",
            "★企业名称",
            "※ 企业名称",
            "【企业名称】",
            "[企业名称]",
            "★【企业名称】（必填）",
        ] {
            let Readings { plain, shortened, .. } = readings(words, text::label(words));
            assert!(
                plain.iter().chain(&shortened).any(|l| l == "企业名称"),
                "{words}: {plain:?} {shortened:?}"
            );
        }
    }

    #[test]
    fn finds_what_is_to_be_rated() {
        for words in [
            "您对服务人员的服务态度是否满意？",
            "3、请问您对服务人员的服务态度的满意程度如何",
            "对服务人员的服务态度满意度",
            "满意度评价—对服务人员的服务态度",
            "服务人员-服务态度",
            "服务人员（服务态度）",
            "对服务人员服务态度的评价",
            "您对服务人员的评价—服务态度",
            "服务人员—1.服务态度",
            "对服务人员的满意度－服务态度",
            "对服务人员的服务态度评价（满意/基本满意/不满意）",
            "对服务人员满意度-服务态度",
        ] {
            let found = readings(words, text::label(words)).asked;
            let known = ["对服务人员的服务态度", "服务人员服务态度", "对服务人员服务态度"];
            assert!(found.iter().any(|l| known.contains(&l.as_str())), "{words}: {found:?}");
        }
        for other in ["企业名称", "请说明原因（对服务人员的服务态度）", "不满意的原因：对服务人员的服务态度"]
        {
            assert!(readings(other, text::label(other)).asked.is_empty(), "{other}");
        }
    }
}

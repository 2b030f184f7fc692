//! Labels inside the text of a cell: where a label starts and ends, however it is decorated.

mod folded;
mod narrative;

pub(super) use self::folded::Folded;
use crate::spec::{FormSpec, Kind, rating};
use crate::text;

/// A label found in a cell's text.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Fields that carry this label (several: 日期 beside signatures).
    pub fields: Vec<usize>,
    /// What follows the label in the same cell, up to the next label.
    pub tail: String,
    /// Whether a colon stands between the two.
    pub colon: bool,
}

/// Whether the first character tells that no label stands in a text: one line that opens with a character with which
/// neither a label nor a number nor a bullet begins.
pub fn is_plain_answer(source: &str, spec: &FormSpec) -> bool {
    let first = text::first_shown(source).map(text::label_char);
    let opens = |c: char| {
        spec.rates && matches!(c, '您' | '请')
            || matches!(c, '(' | '"' | '「' | '『' | 'Q' | 'q')
            || c.is_ascii_digit()
            || NUMERALS.contains(&c)
            || BULLETS.contains(&c)
    };
    let is_other = |c: char| !opens(c) && spec.labels_from(c).is_empty();
    first.is_some_and(is_other) && !source.contains('\n')
}

/// A label in a folded text.
struct Found {
    fields: Vec<usize>,
    /// Where it begins, with its number and decoration.
    at: usize,
    /// Where its own words begin and end.
    word: (usize, usize),
    /// Where its decoration ends.
    end: usize,
    colon: bool,
}

/// The labels in a text: one at its start, and further ones that start a line or stand before a colon.
pub fn hits(source: &str, folded: &Folded, spec: &FormSpec) -> Vec<Hit> {
    let several_lines = source.contains('\n');
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < folded.chars.len() {
        match position(source, folded, at).and_then(|start| label_at(source, folded, (at, start), spec)) {
            Some(label) if at == 0 || is_clear(spec, &label, &found, source, folded) => {
                at = label.end.max(at + 1);
                found.push(label);
            }
            _ => at += 1,
        }
        // Only a cell of several lines may still hold labels when it does not start with one.
        if at > 0 && found.is_empty() && !several_lines {
            break;
        }
    }
    if found.len() > 1 {
        found = narrative::without(found, source, folded, spec);
    }
    cut(source, folded, found)
}

/// Further labels in a cell must be plain: at a line start with their number or a colon; behind a gap with a
/// colon; or with a question number of their own and a colon.
fn is_clear(spec: &FormSpec, label: &Found, before: &[Found], source: &str, folded: &Folded) -> bool {
    let Found { fields, at, colon, .. } = label;
    let numbered = fields.iter().any(|f| !spec.fields[*f].number.is_empty());
    let from = folded.chars[*at].1;
    let line_start = source[..from].trim_end_matches([' ', '\u{3000}', '\t']).ends_with(['\n', '\r']);
    let beside = fields.iter().any(|f| spec.fields[*f].beside.is_some() || &*spec.fields[*f].id == "dated");
    if line_start && (numbered || *colon) || *colon && beside {
        return true;
    }
    // Words behind an answer on its line: the second half of the same answer (联系电话) is none.
    let is_other = !before.iter().any(|b| b.fields.iter().any(|f| fields.contains(f)));
    let has_number = numbered && label.word.0 > *at;
    *colon && is_other && !before.is_empty() && (has_number || is_apart(&source[..from], label, folded))
}

/// Whether a gap stands before a label, as nobody types inside an answer. 其他 with a colon goes on with a list.
fn is_apart(before: &str, label: &Found, folded: &Folded) -> bool {
    let (start, end) = label.word;
    let is_long = end - start >= 4;
    let is_rest = folded.char(start) == Some('其');
    let wide = before.ends_with(['\t', '\u{3000}']) || before.ends_with("  ");
    wide && !is_rest || is_long && before.trim_end().ends_with(['；', ';', '|'])
}

/// Where a label may start at `at`: after `*`, numbering or bullets. `None` inside a word.
fn position(source: &str, folded: &Folded, at: usize) -> Option<usize> {
    if at > 0 {
        let (_, from, _) = folded.chars[at];
        let before = source[..from].chars().next_back()?;
        if !before.is_whitespace() && !matches!(before, '；' | ';' | '。' | '|') {
            return None;
        }
    }
    let mut start = at + usize::from(at == 0 && opens_frame(source));
    while folded.char(start).is_some_and(|c| BULLETS.contains(&c)) {
        start += 1;
    }
    // `1.1 企业名称`, `一、1.企业名称`: behind a number with its sign, a last one needs none.
    let first = skip_number(folded, start);
    if first > start {
        start = skip_number(folded, skip_number(folded, first));
        while folded.char(start).is_some_and(|c| c.is_ascii_digit()) {
            start += 1;
        }
    }
    Some(start)
}

/// `【企业名称】`: a label in a frame of signs.
fn opens_frame(source: &str) -> bool {
    source.trim_start().starts_with(['【', '「', '『', '“', '"'])
}

const BULLETS: [char; 9] = ['*', '★', '●', '◆', '·', '•', '▲', '△', '※'];
pub(super) const NUMERALS: [char; 10] = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];

/// Skips `1.`, `3、`, `一、`, `(1)`, `Q1.` in front of a label.
fn skip_number(folded: &Folded, start: usize) -> usize {
    let mut at = start;
    let bracket = folded.char(at) == Some('(');
    let asked = matches!(folded.char(at), Some('Q' | 'q'));
    at += usize::from(bracket || asked);
    let digits = at;
    while folded.char(at).is_some_and(|c| c.is_ascii_digit() || NUMERALS.contains(&c)) && at - digits < 3 {
        at += 1;
    }
    if at == digits {
        return start;
    }
    match folded.char(at) {
        Some(')') if bracket => at + 1,
        Some('.' | '、' | ':' | ')' | ',') if !bracket => at + 1,
        _ => start,
    }
}

/// The longest label whose words begin at `start`, its number and decoration at `at`; words of politeness may stand in
/// front of a question that rates.
fn label_at(source: &str, folded: &Folded, (at, start): (usize, usize), spec: &FormSpec) -> Option<Found> {
    if let Some(found) = label_from(source, folded, (at, start), spec) {
        return Some(found);
    }
    if !spec.rates || !matches!(folded.char(start), Some('您' | '请')) {
        return None;
    }
    let lead = rating::lead(&folded.words(start, start + LEAD)).div_ceil('您'.len_utf8());
    let found = label_from(source, folded, (at, start + lead), spec).filter(|_| lead > 0)?;
    found.fields.iter().all(|field| spec.fields[*field].rates).then_some(found)
}

/// Characters of the longest words of politeness.
const LEAD: usize = 6;
/// Characters of the longest words for rating that are looked for behind a label.
const SUFFIX: usize = 16;

fn label_from(source: &str, folded: &Folded, (at, start): (usize, usize), spec: &FormSpec) -> Option<Found> {
    let mut best: Option<(usize, Vec<usize>)> = None;
    for (label, index) in spec.labels_from(folded.char(start)?) {
        let Some(end) = folded.starts(start, label) else { continue };
        match &mut best {
            Some((longest, fields)) if *longest == end => {
                if !fields.contains(index) {
                    fields.push(*index);
                }
            }
            Some((longest, _)) if *longest > end => {}
            _ => best = Some((end, vec![*index])),
        }
    }
    let (word_end, fields) = best?;
    let heads = start > at && is_numbered_block(spec, &fields) && goes_on(source, folded, word_end);
    let (end, colon) = match folded.char(word_end) {
        // `（一）质量提升服务目标达成情况。全部达成`: behind a heading with its number, a full stop is a colon, and so is
        // the sign that ends it in the list of the form.
        Some('.' | ';') if heads => (word_end + 1, true),
        _ => decoration(source, folded, word_end, spec, &fields)?,
    };
    Some(Found { fields, at, word: (start, word_end), end, colon })
}

/// Whether words follow on the line behind a sign; a list of headings ends with one.
fn goes_on(source: &str, folded: &Folded, sign: usize) -> bool {
    let behind = folded.chars.get(sign).and_then(|(_, _, end)| source[*end..].chars().next());
    behind.is_some_and(|c| c != '\n' && c != '\r')
}

fn is_numbered_block(spec: &FormSpec, fields: &[usize]) -> bool {
    fields.iter().all(|f| spec.fields[*f].kind == Kind::Block && !spec.fields[*f].number.is_empty())
}

/// Passes over `（必填）`, `（个）`, `*`, `:` behind a label. `None` where the word goes on: no label then.
fn decoration(
    source: &str,
    folded: &Folded,
    end: usize,
    spec: &FormSpec,
    fields: &[usize],
) -> Option<(usize, bool)> {
    let mut at = asked(source, folded, end, spec, fields);
    loop {
        match folded.char(at) {
            Some('*' | '★' | '?') => at += 1,
            Some('是' | '为') if at == end && folded.char(at + 1) == Some('?') => at += 2,
            Some(')' | '"' | '」' | '』') if at == end && opens_frame(source) => at += 1,
            Some('(' | '[') => match bracket_note(folded, at, spec, fields) {
                Some(behind) => at = behind,
                None => break,
            },
            _ => break,
        }
    }
    if folded.char(at) == Some(':') {
        return Some((at + 1, true));
    }
    if at >= folded.chars.len() || at > end {
        return Some((at, false));
    }
    ends_a_word(source, folded, at).then_some((at, false))
}

/// Whether a word ends in front of a character: a blank or a line break in the source, or a sign that opens an answer.
fn ends_a_word(source: &str, folded: &Folded, at: usize) -> bool {
    let Some((c, from, _)) = folded.chars.get(at) else { return true };
    let to = at.checked_sub(1).map_or(0, |before| folded.chars[before].2);
    let gap = source.get(to..*from).is_some_and(|between| between.chars().any(char::is_whitespace));
    gap || matches!(c, '(' | '[') || MARKS.contains(*c)
}

/// Where the words for rating end that stand behind a question that rates: `是否满意`, `的满意程度`.
fn asked(source: &str, folded: &Folded, end: usize, spec: &FormSpec, fields: &[usize]) -> usize {
    if !spec.rates || !fields.iter().all(|field| spec.fields[*field].rates) {
        return end;
    }
    let words = folded.words(end, end + SUFFIX);
    let length = words.get(..rating::suffix(&words)).map_or(0, |suffix| suffix.chars().count());
    let behind = end + length;
    let ends =
        matches!(folded.char(behind), Some(':' | '?' | '*' | '★')) || ends_a_word(source, folded, behind);
    if length > 0 && ends { behind } else { end }
}

/// What brackets behind a label say that are no answer.
const NOTES: &[&str] = &[
    "必填",
    "必填项",
    "必选",
    "选填",
    "选填项",
    "自动",
    "盖章",
    "签字",
    "签章",
    "公章",
    "单选",
    "多选",
    "可多选",
    "可复选",
    "单选题",
    "多选题",
    "填空题",
    "人",
    "个",
    "项",
    "件",
    "家",
    "如有",
    "全称",
    "年月日",
    "请注明",
    "打√",
    "请打√",
    "划√",
    "可另附页",
    "可附页",
    "可加页",
];

/// End of a bracket that only decorates a label: a known note, or any words without figures at the end of
/// the label (`企业名称（与营业执照一致）：`). Options in brackets are an answer.
fn bracket_note(folded: &Folded, at: usize, spec: &FormSpec, fields: &[usize]) -> Option<usize> {
    let close = if folded.char(at)? == '(' { ')' } else { ']' };
    let length = folded.chars[at + 1..].iter().take(40).position(|(c, ..)| *c == close)?;
    let end = at + length + 2;
    let inside: String = folded.chars[at + 1..at + 1 + length].iter().map(|c| c.0).collect();
    let is_unit = fields.iter().any(|f| spec.fields[*f].unit == inside);
    if is_unit || NOTES.contains(&inside.as_str()) {
        return Some(end);
    }
    let takes_options = |f: &usize| matches!(spec.fields[*f].kind, Kind::One | Kind::Many | Kind::Signature);
    let at_end = matches!(folded.char(end), None | Some(':' | '*' | '★' | '(' | '['));
    let guides = ['填', '选', '勾', '打', '划'].iter().any(|c| inside.contains(*c));
    if at_end
        && guides
        && !fields.iter().any(|f| spec.fields[*f].options.iter().any(|o| inside.contains(&**o)))
    {
        return Some(end);
    }
    let is_words = length > 0 && !inside.chars().any(|c| c.is_ascii_digit() || MARKS.contains(c));
    (at_end && is_words && !fields.iter().any(takes_options)).then_some(end)
}

/// Signs that open an answer right behind a label.
const MARKS: &str = "_□☐☑√■✓○●";

fn cut(source: &str, folded: &Folded, found: Vec<Found>) -> Vec<Hit> {
    let starts: Vec<usize> = found.iter().map(|label| label.at).collect();
    let cut = |(i, label): (usize, Found)| {
        let tail = between(source, folded, label.end, starts.get(i + 1).copied());
        Hit { fields: label.fields, tail: tail.to_owned(), colon: label.colon }
    };
    found.into_iter().enumerate().map(cut).collect()
}

/// What stands behind a label that ends at `end`, up to the next one.
fn between<'a>(source: &'a str, folded: &Folded, end: usize, next: Option<usize>) -> &'a str {
    let from = if end == 0 { 0 } else { folded.chars[end - 1].2 };
    let to = next.map_or(source.len(), |start| folded.chars[start].1);
    let tail = source.get(from..to).unwrap_or("").trim_end_matches([' ', '\t', '\u{3000}']);
    // The sign that parts two answers on a line belongs to neither.
    let tail = if next.is_some() { tail.trim_end_matches(['；', ';', '|']) } else { tail };
    tail.trim()
}

/// What follows `prefix` in `source`, comparing letters and digits only; `None` where it does not start so.
pub fn after<'a>(source: &'a str, prefix: &str) -> Option<&'a str> {
    if !may_begin(source, prefix) {
        return None;
    }
    let solid =
        |folded: Folded| folded.chars.into_iter().filter(|(c, ..)| text::is_letter(*c)).collect::<Vec<_>>();
    let (ours, theirs) = (solid(Folded::new(source)), solid(Folded::new(prefix)));
    if theirs.is_empty() || ours.len() < theirs.len() || !ours.iter().zip(&theirs).all(|(a, b)| a.0 == b.0) {
        return None;
    }
    let end = ours[theirs.len() - 1].2;
    Some(source[end..].trim_start_matches(|c: char| !c.is_alphanumeric()))
}

/// Whether a text may begin with the letters of another, as far as a look at each character tells.
fn may_begin(source: &str, prefix: &str) -> bool {
    let (mut ours, mut theirs) = (letters(source), letters(prefix));
    loop {
        match (theirs.next(), ours.next()) {
            (Some(Some(theirs)), Some(Some(ours))) if theirs == ours => {}
            (Some(Some(_)), Some(Some(_)) | None) => return false,
            _ => return true,
        }
    }
}

/// The letters and digits of a text in normal form; `None` for each character that takes more than a look at it.
fn letters(text: &str) -> impl Iterator<Item = Option<char>> {
    let is_box = |c: &char| matches!(c, '□' | '☐'..='☒' | '√' | '○' | '●');
    let known = text.chars().filter(move |c| !is_box(c)).map(text::simple);
    known.filter(|c| c.is_none_or(text::is_letter))
}

/// Whether a label that names a form may be its title: continuations, references (见表B) and sentences are none.
pub fn may_be_title(label: &str) -> bool {
    let passing = label.contains("(续")
        || label.contains("续表")
        || label.contains("见表")
        || label.contains(['。', '.', ',']) && !label.contains("表");
    !passing && !label.contains("项目名称") && !label.contains(':')
}

/// Whether a label is a group heading or the title of one: neither label of a field nor answer.
pub fn is_heading(label: &str, spec: &FormSpec) -> bool {
    let heads =
        |h: &String| label.starts_with(h.as_str()) && (label.len() == h.len() || h.chars().count() >= 6);
    spec.headings.iter().any(heads) || label.ends_with("(续)")
}

/// Whether a label is a line of a page break: 续表, a title once more, a page number.
pub fn is_page_line(label: &str) -> bool {
    let short = label.chars().count() <= 40;
    short
        && (label.contains("续表")
            || label.contains("(续")
            || label == "续"
            || ["续表", "续上", "续前", "续页", "续:", "续附"].iter().any(|word| label.starts_with(word))
            || label.starts_with('第') && label.contains('页'))
}

/// Whether a label is a note under a form.
pub fn is_note(label: &str) -> bool {
    ["注:", "注1", "填表说明", "说明:", "感谢您", "备注:", "填报说明", "注意:"]
        .iter()
        .any(|w| label.starts_with(w))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bind::words::Words;
    use crate::spec::{Form, Specs};

    fn ids(text: &str, form: Form) -> Vec<(String, String)> {
        let specs = Specs::built_in().unwrap();
        let spec = specs.of(form);
        Words::new(text)
            .hits(spec)
            .iter()
            .map(|h| (spec.fields[h.fields[0]].id.to_string(), h.tail.clone()))
            .collect()
    }

    fn one(id: &str, tail: &str) -> Vec<(String, String)> {
        vec![(id.to_owned(), tail.to_owned())]
    }

    #[test]
    fn finds_decorated_labels() {
        for text in [
            "企业名称",
            "企业名称：",
            "*企业名称",
            "企业名称（必填）",
            "企 业 名 称：",
            "企业\n名称",
            "1.企业名称",
            "＊企业名称（全称）:",
            "①企业名称",
            "1.1 企业名称",
            "一、（1）企业名称：",
            "企业名称（与营业执照一致）",
            "企业名称（全称）（必填项）：",
        ] {
            assert_eq!(ids(text, Form::B), one("enterprise", ""), "{text}");
        }
        assert_eq!(ids("日期：2024/12/17", Form::B), one("dated", "2024/12/17"));
        assert_eq!(
            ids("3. 对服务人员的服务态度： ☑满意  ☐基本满意  ☐不满意", Form::F),
            one("staff_attitude", "☑满意  ☐基本满意  ☐不满意")
        );
        assert_eq!(ids("服务人员签字：张拟涛", Form::C), one("staff_signature", "张拟涛"));
        assert_eq!(ids("从业人员数量（人）", Form::B), one("employees", ""));
    }

    #[test]
    fn finds_several_in_one_cell() {
        let d = ids(
            "1. 质量提升服务目标达成情况：达成\n2. 主要的服务经验与做法：先易后难\n3. 产生的经济社会效益：\n4. 服务存在的不足及改进方向：少",
            Form::D,
        );
        assert_eq!(
            d,
            [("goals", "达成"), ("practices", "先易后难"), ("benefits", ""), ("shortcomings", "少")]
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        let e = ids("一、企业质量提升情况\n好。\n另一行：3项\n\n二、下阶段质量提升需求\n无", Form::E);
        assert_eq!(
            e,
            [("improvement", "好。\n另一行：3项"), ("next_needs", "无")]
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        let c = ids("服务专家签字：何拟玲      日期：2025/2/2", Form::C);
        assert_eq!(c[0], ("expert_signature".to_owned(), "何拟玲".to_owned()));
        assert_eq!(c[1].1, "2025/2/2");
    }

    #[test]
    fn labels_on_one_line_are_told_by_gaps_and_numbers() {
        let pairs = |all: &[(&str, &str)]| -> Vec<(String, String)> {
            all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
        };
        let both = pairs(&[("enterprise", "甲公司"), ("legal_representative", "张拟三")]);
        for gap in ["        ", "\t", "；", "\u{3000}"] {
            assert_eq!(ids(&format!("企业名称：甲公司{gap}法定代表人：张拟三"), Form::B), both, "{gap:?}");
        }
        assert_eq!(
            ids("3. 对服务人员的服务态度：☑满意 □不满意 4. 对服务人员的专业能力：□满意", Form::F),
            pairs(&[("staff_attitude", "☑满意 □不满意"), ("staff_skill", "□满意")])
        );
        for whole in [
            "企业名称：甲公司 法定代表人：张拟三",
            "联系人：李拟四  联系电话：13800000001",
            "获得认证认可情况：甲；其他：无",
        ] {
            assert_eq!(ids(whole, Form::B).len(), 1, "{whole}");
        }
    }

    #[test]
    fn a_full_stop_behind_a_numbered_heading_is_a_colon() {
        assert_eq!(ids("（一）质量提升服务目标达成情况。全部达成", Form::D), one("goals", "全部达成"));
        assert_eq!(ids("产生的经济社会效益。全部达成", Form::D), []);
        let list =
            "内容宜包括：\n3. 产生的经济社会效益；\n4. 服务存在的不足及改进方向。\n3. 产生的经济社会效益：好";
        assert_eq!(ids(list, Form::D), one("benefits", "好"));
    }

    #[test]
    fn answers_are_no_labels() {
        for text in [
            "成都拟翔信息技术有限公司",
            "☑标准化服务 □其他服务：______",
            "其他服务（√）",
            "日期待定",
            "地址变更中",
            "企业名称变更登记已完成",
        ] {
            assert_eq!(ids(text, Form::B), [], "{text}");
        }
    }

    #[test]
    fn what_stands_behind_a_label_is_found_whatever_signs_are_in_it() {
        for sign in ["", "□", "☑ ", "√", "●", "—", "　", "【", "\u{200b}"] {
            let typed = |label: &str| label.chars().map(|c| format!("{sign}{c}")).collect::<String>();
            for (label, less) in [("企业名称", "企业名"), ("ＡＢ型名称", "ＡＢ型"), ("3个（项）", "3个（")]
            {
                assert_eq!(after(&format!("{}：甲", typed(label)), label), Some("甲"), "{sign}{label}");
                assert_eq!(after(&typed(label), label), Some(""), "{sign}{label}");
                assert_eq!(after(&typed(less), label), None, "{sign}{label}");
            }
        }
    }

    proptest::proptest! {
        /// What a cell says around a label, cut and mixed in any way.
        #[test]
        fn never_panics(text in "(?s)[\\PC\n☑□（）()：:、.．*1-9企业名称所属行业联系人姓名及电话]{0,60}", cut in 0usize..20) {
            let specs = Specs::built_in().unwrap();
            let spec = specs.of(Form::B);
            let label: String = spec.fields[cut % spec.fields.len()].label.chars().skip(cut / 10).collect();
            for words in [text.clone(), format!("{label}{text}"), format!("{text}{label}：{text}")] {
                let _ = (hits(&words, &Folded::new(&words), spec), is_heading(&text::label(&words), spec), is_note(&text::label(&words)), after(&words, &label));
            }
        }
    }
}

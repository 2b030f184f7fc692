//! Questions that rate: `对X的Y` with one of the options for its answer, and the many ways in which they are asked.
//!
//! A label in the words of the form is enough: with or without 对 and 的, behind words of politeness and in front of
//! words for rating, it asks the same. What asks for a reason, a proposal or a remark asks something else.

/// Words in front of what is rated, the longer ones first.
const LEADS: [&str; 9] =
    ["请问您认为", "请问您觉得", "请问您", "请问", "请您", "您认为", "您觉得", "您", "请"];

/// Words for rating behind it. 满意 is none of them: it is an answer.
pub const SUFFIXES: [&str; 9] =
    ["是否满意", "满意吗", "满意程度", "满意度", "评价", "评分", "打分", "如何", "怎么样"];

/// What asks for more than a rating.
const OTHER: [&str; 9] = ["原因", "理由", "建议", "说明", "意见", "备注", "其他", "何处", "哪些"];

/// The ways to write `对X的Y` with and without 对 and 的, in normal form; none for other labels.
pub(super) fn cores(label: &str) -> Vec<String> {
    let parts = label.strip_prefix('对').and_then(|rest| rest.rsplit_once('的'));
    let Some((whom, what)) = parts.filter(|(whom, what)| !whom.is_empty() && !what.is_empty()) else {
        return Vec::new();
    };
    let with = |of: &str| ["对", ""].map(|to| format!("{to}{whom}{of}{what}"));
    [with("的"), with("")].concat()
}

/// The length in bytes of the words in front of what a text in normal form rates.
pub fn lead(label: &str) -> usize {
    LEADS.iter().find(|lead| label.starts_with(**lead)).map_or(0, |lead| lead.len())
}

/// The length in bytes of the words for rating with which a text in normal form begins: `的满意程度如何`.
pub fn suffix(text: &str) -> usize {
    let mut rest = text;
    loop {
        let bare = rest.strip_prefix('的').unwrap_or(rest);
        let Some(shorter) = SUFFIXES.iter().find_map(|word| bare.strip_prefix(word)) else {
            return text.len() - rest.len();
        };
        rest = shorter;
    }
}

/// A label in normal form without the words that ask to rate; as it is where it asks for something else.
pub fn bare(label: &str) -> &str {
    let asked = label.trim_end_matches('?');
    let asks = lead(asked) > 0 || SUFFIXES.iter().any(|word| asked.ends_with(word));
    // Nearly no label does.
    if !asks {
        return asked;
    }
    if OTHER.iter().any(|word| asked.contains(word)) {
        return label;
    }
    let mut rest = &asked[lead(asked)..];
    while let Some(shorter) = SUFFIXES.iter().find_map(|word| rest.strip_suffix(word)) {
        rest = shorter.strip_suffix('的').unwrap_or(shorter);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_the_same_with_or_without_its_small_words() {
        assert_eq!(
            cores("对服务人员的服务态度"),
            ["对服务人员的服务态度", "服务人员的服务态度", "对服务人员服务态度", "服务人员服务态度"]
        );
        for other in ["企业规模", "对服务人员", "对的态度", "执行的标准水平"] {
            assert!(cores(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn words_that_ask_to_rate_are_taken_off() {
        for (asked, core) in [
            ("您认为服务人员的专业能力如何?", "服务人员的专业能力"),
            ("请问您对服务人员的服务态度的满意程度如何", "对服务人员的服务态度"),
            ("对服务人员的服务态度满意度评价", "对服务人员的服务态度"),
            ("对服务人员的服务态度满意", "对服务人员的服务态度满意"),
            ("对服务人员的服务态度评价的原因", "对服务人员的服务态度评价的原因"),
        ] {
            assert_eq!(bare(asked), core);
        }
        assert_eq!(suffix("的满意程度如何?"), "的满意程度如何".len());
        assert_eq!((suffix("满意"), suffix("满意度高"), suffix("")), (0, "满意度".len(), 0));
    }
}

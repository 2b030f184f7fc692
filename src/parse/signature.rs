//! Signatures and seals as forms hold them: a name, or the form's own words that say where to sign.
//!
//! A place to sign is no signature: what is made up of printed words only, or says that nobody signed, is none. Any
//! other word makes it one, since names cannot be told from words.

use crate::text;

/// Whether nobody has signed or sealed: blank, a cross, the form's own words, or words that say so.
pub fn is_unsigned(raw: &str) -> bool {
    text::is_blank_mark(raw) || text::is_none_word(raw) || is_cross(raw) || is_printed(raw)
}

/// Whether words only say where and how to sign (`（此处加盖公章）`, `签字盖章`, `未盖章`, `年 月 日`).
pub fn is_printed(words: &str) -> bool {
    let label = text::label(words);
    let solid: String = label.chars().filter(|c| text::is_letter(*c)).collect();
    let mut rest = solid.as_str();
    while let Some(behind) = PRINTED.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = behind;
    }
    rest.is_empty() && !label.contains(['√', '✓', '✔', '☑', '■', '●'])
}

/// `×`: not signed.
fn is_cross(raw: &str) -> bool {
    matches!(raw.trim(), "×" | "✗" | "✘" | "✕" | "✖" | "❌" | "X" | "x" | "□" | "☐" | "否")
}

/// Words of which the printed ones are made, longer ones before those with which they begin.
const PRINTED: [&str; 42] = [
    "此处",
    "在此",
    "加盖",
    "盖章",
    "签字",
    "签名",
    "签章",
    "签署",
    "公章",
    "印章",
    "签",
    "盖",
    "处",
    "栏",
    "请",
    "由",
    "或",
    "和",
    "及",
    "并",
    "手写",
    "企业",
    "单位",
    "公司",
    "负责人",
    "法定代表人",
    "法人",
    "授权代表",
    "代表",
    "质量服务机构",
    "服务机构",
    "服务人员",
    "服务专家",
    "专家",
    "尚未",
    "暂未",
    "没有",
    "未",
    "待",
    "无",
    "日期",
    "年月日",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_that_nobody_signed_has_not_signed() {
        for raw in [
            "",
            "/",
            "——",
            "无",
            "未盖章",
            "（盖章）",
            "待签字",
            "尚未签章",
            "未签",
            "暂无",
            "×",
            "✗",
            "否",
            "未签字、盖章",
        ] {
            assert!(is_unsigned(raw), "{raw}");
        }
    }

    #[test]
    fn a_place_to_sign_is_no_signature() {
        for raw in [
            "（盖章处）",
            "此处盖章",
            "（此处加盖公章）",
            "（企业盖章处）",
            "（单位公章）",
            "签字盖章",
            "签字/盖章：",
            "（签字或盖章）",
            "企业负责人签字（盖章）：",
            "____（公章）",
            "请在此处加盖公章",
            "（盖章）\n    年  月  日",
        ] {
            assert!(is_unsigned(raw), "{raw}");
        }
    }

    #[test]
    fn any_other_word_is_a_signature() {
        for raw in [
            "张某",
            "成都拟禾有限公司（盖章）",
            "已盖章",
            "无双科技有限公司",
            "未来",
            "已签字",
            "章某（签字）",
            "和某",
            "√",
            "见扫描件",
        ] {
            assert!(!is_unsigned(raw), "{raw}");
        }
    }
}

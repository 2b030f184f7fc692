//! Names of enterprises, projects and agencies as people fill them into a form: between the lines to write on, behind
//! the label once more, beside the words for the seal.
//!
//! Only what the form itself says is taken off; the words of the name stay as they were typed. How two names are
//! compared is no matter of this file.

use crate::text;

/// A name without the form's own words around it; `None` where nothing else is there. `labels` are the labels of its
/// field in normal form.
pub fn name<'a>(raw: &'a str, labels: &[String]) -> Option<&'a str> {
    let mut bare = raw;
    loop {
        let less = without_code(without_seal(without_label(without_lines(bare), labels)));
        if less.len() == bare.len() {
            break;
        }
        bare = less;
    }
    (!text::is_blank_mark(bare) && !text::is_none_word(bare)).then_some(bare)
}

/// Without the lines to write on and closing signs: `__甲公司__。`.
fn without_lines(words: &str) -> &str {
    let is_line = |c: char| c.is_whitespace() || matches!(c, '_' | '＿');
    words.trim_start_matches(is_line).trim_end_matches(|c| is_line(c) || matches!(c, '。' | '；' | ';'))
}

/// Without the label of the field and its colon: `企业名称：甲公司`, `企业名称（盖章）：甲公司`.
fn without_label<'a>(words: &'a str, labels: &[String]) -> &'a str {
    let Some((head, rest)) = words.split_once([':', '：', '∶', '︰']) else { return words };
    // No label is longer, in bytes.
    if head.len() > 120 {
        return words;
    }
    let label = text::label(without_seal(head));
    if labels.contains(&label) { rest } else { words }
}

/// Without brackets at either end that only say where the seal goes: `甲公司（盖章）`, `（公章）甲公司`.
fn without_seal(words: &str) -> &str {
    let seals = |inside: &str| inside.contains(['章', '签']) && super::signature::is_printed(inside);
    if let Some(behind) = words.strip_prefix(['（', '(']) {
        let inside = behind.split_once(['）', ')']).filter(|(inside, _)| seals(inside));
        return inside.map_or(words, |(_, rest)| rest);
    }
    let before = words.strip_suffix(['）', ')']).and_then(|front| front.rsplit_once(['（', '(']));
    before.filter(|(_, inside)| seals(inside)).map_or(words, |(rest, _)| rest)
}

/// Without the unified social credit code (18 signs of GB 32100-2015) behind a name, in brackets or not.
fn without_code(words: &str) -> &str {
    let open = words.strip_suffix(['）', ')']).unwrap_or(words).trim_end();
    let Some(at) = open.len().checked_sub(CODE).filter(|at| open.is_char_boundary(*at)) else { return words };
    let (front, code) = open.split_at(at);
    if !is_code(code) || front.is_empty() || front.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return words;
    }
    let between = |c: char| c.is_whitespace() || "（(:：,，;；、/".contains(c);
    let front = front.trim_end_matches(between);
    let named = CODE_NAMES.iter().find_map(|name| front.strip_suffix(name)).unwrap_or(front);
    named.trim_end_matches(between)
}

const CODE: usize = 18;

const CODE_NAMES: [&str; 4] = ["统一社会信用代码", "社会信用代码", "信用代码", "税号"];

fn is_code(code: &str) -> bool {
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    digits >= 9 && code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Option<String> {
        let labels = ["企业名称", "单位名称"].map(str::to_owned);
        name(raw, &labels).map(str::to_owned)
    }

    #[test]
    fn what_the_form_says_around_a_name_is_no_part_of_it() {
        for raw in [
            "成都拟禾有限公司",
            "__成都拟禾有限公司__",
            "＿＿成都拟禾有限公司＿＿",
            "企业名称：成都拟禾有限公司",
            "单位名称（盖章）: 成都拟禾有限公司",
            "成都拟禾有限公司（盖章）",
            "成都拟禾有限公司（此处加盖公章）",
            "（公章）成都拟禾有限公司",
            "企业名称：__成都拟禾有限公司__（盖章）。",
            "成都拟禾有限公司。",
            "成都拟禾有限公司；",
            "成都拟禾有限公司 91510114MA6ABCDE7K",
            "成都拟禾有限公司（统一社会信用代码：91510114MA6ABCDE7K）",
            "成都拟禾有限公司，统一社会信用代码91510114MA6ABCDE7K",
        ] {
            assert_eq!(read(raw).as_deref(), Some("成都拟禾有限公司"), "{raw}");
        }
    }

    #[test]
    fn words_of_a_name_stay() {
        for raw in [
            "成都拟禾（集团）有限公司",
            "拟禾（成都）",
            "签章科技（成都）有限公司",
            "项目一：标准化",
            "ABC Co., Ltd.",
            "拟_禾",
            "91510114MA6ABCDE7K",
            "X91510114MA6ABCDE7K1",
        ] {
            assert_eq!(read(raw).as_deref(), Some(raw));
        }
        for raw in ["", "____", "（盖章）", "/", "企业名称：", "无", "没有", "暂无", "nan"] {
            assert_eq!(read(raw), None, "{raw}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(raw in "(?s)[\\PC（）()：:_。章盖签9A企业名称]{0,60}") {
            let _ = read(&raw);
        }
    }
}

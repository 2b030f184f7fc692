//! Words around options: pieces of a list some of which are no option, remarks behind options, printed guidance.
//!
//! Only words that say nothing are passed over; what might deny an option makes it no answer.

use super::{Choices, Token, ascending, is_tail, others, settle, settle_numbers, tokens, words_between};
use crate::text;

/// Reads the options of a question of several where some of what was typed is none of them: each piece between
/// separators by itself, and whether all pieces are options. `None` where none is, or words may deny them.
///
/// `计量检定服务、检验检测` is 检验检测服务 alone; 主要为, 其次为 and the like in front of an option say nothing.
pub fn pieces(raw: &str, choices: &Choices) -> Option<(Vec<usize>, bool)> {
    let mut tokens = tokens(raw, choices);
    settle::settle_signs(&mut tokens);
    settle_numbers(&mut tokens);
    let denies = |t: &Token| matches!(t, Token::Text(words) if denies(words));
    if tokens.iter().any(denies) {
        return None;
    }
    if tokens.iter().any(|t| matches!(t, Token::Mark(_))) {
        let read = super::with_others(raw, choices).ok().map(|(read, other)| (read.ticked, !other));
        return read.filter(|(ticked, is_whole)| !is_whole && !ticked.is_empty());
    }
    let says = |piece: &&[Token]| piece.iter().any(|t| *t != Token::Space);
    let read: Vec<Option<usize>> = tokens.split(is_end).filter(says).map(piece).collect();
    let is_whole = read.iter().all(Option::is_some);
    let ticked = ascending(read.into_iter().flatten().collect());
    (!ticked.is_empty()).then_some((ticked, is_whole))
}

fn is_end(token: &Token) -> bool {
    match token {
        Token::Separator(_) => true,
        Token::Text(words) => words == ".",
        _ => false,
    }
}

/// Words that may deny the options beside them or behind them: `不需要`, `除`, `暂无`.
pub(super) fn denies(words: &str) -> bool {
    let bare = words.trim_start_matches(|c: char| !text::is_letter(c));
    bare.starts_with(['不', '无', '未', '非', '没', '除', '暂', '否', '免', '勿'])
}

/// The option that a piece is, with nothing beside it that makes it another word.
fn piece(tokens: &[Token]) -> Option<usize> {
    let words: Vec<&Token> = tokens.iter().filter(|t| **t != Token::Space).collect();
    match words[..] {
        [Token::Option(at)] => Some(*at),
        [Token::Text(lead), Token::Option(at)] if leads(lead) => Some(*at),
        [Token::Option(at), Token::Text(tail)] if trails(tail) => Some(*at),
        [Token::Text(lead), Token::Option(at), Token::Text(tail)] if leads(lead) && trails(tail) => Some(*at),
        _ => None,
    }
}

/// Whether a text is made of some words only, signs aside.
fn is_made_of(text: &str, words: &[&str]) -> bool {
    let solid: String = text.chars().filter(|c| text::is_letter(*c)).collect();
    let mut rest = solid.as_str();
    while let Some(behind) = words.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = behind;
    }
    rest.is_empty()
}

pub(super) fn leads(text: &str) -> bool {
    const LEADS: [&str; 24] = [
        "主要", "其次", "首先", "再次", "最后", "同时", "另外", "还", "有", "以及", "包括", "涉及", "需要",
        "需求", "需", "重点", "为", "是", "以", "及", "和", "与", "兼", "并",
    ];
    super::is_lead(text) || is_made_of(text, &LEADS)
}

pub(super) fn trails(text: &str) -> bool {
    const TAILS: [&str; 12] =
        ["类型", "类", "等", "方面", "为主", "为辅", "相关", "需求", "服务", "工作", "领域", "的"];
    is_tail(text) || is_made_of(text, &TAILS)
}

/// The words besides options and marks, without the remarks behind an option other than the one at `open`: what was
/// typed for 其他服务.
pub fn words_of(open: usize, raw: &str, choices: &Choices) -> String {
    let mut tokens = without_remarks(tokens(without_guidance(raw), choices), open);
    settle::settle_signs(&mut tokens);
    settle_numbers(&mut tokens);
    others::settle(&mut tokens, choices);
    tokens.retain(|t| !matches!(t, Token::Other(_) | Token::Word(_)));
    // Where it is in the list, its words stand behind it.
    let is_text = |t: &Token| matches!(t, Token::Text(_));
    if let Some(at) = tokens.iter().rposition(|t| *t == Token::Option(open))
        && tokens[at..].iter().any(is_text)
    {
        tokens.drain(..at);
    }
    words_between(&tokens)
}

/// `计量服务（器具校准）`, `计量服务：器具校准`: what says more about another option goes.
fn without_remarks(tokens: Vec<Token>, open: usize) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut inside = false;
    for token in tokens {
        let behind = matches!(out.last(), Some(Token::Option(at)) if *at != open);
        match token {
            Token::Text(words) if inside || behind && words.starts_with('(') => {
                let rest = words.split_once(')').map(|(_, rest)| rest.trim_start_matches(':').to_owned());
                inside = rest.is_none();
                out.extend(rest.filter(|rest| !rest.is_empty()).map(Token::Text));
            }
            Token::Text(words) if behind && words.starts_with(':') => {}
            _ if inside => {}
            token => out.push(token),
        }
    }
    out
}

/// The words that were typed for 其他服务 where an option that is none is ticked beside it.
pub fn words_beside_others(open: usize, raw: &str, choices: &Choices) -> Option<String> {
    let (_, other) = super::with_others(raw, choices).ok()?;
    other.then(|| words_of(open, raw, choices))
}

/// Words without the marks, lines and blanks at their ends: `____□`, `碳足迹（√）`.
pub fn without_marks(words: &str) -> &str {
    let is_sign = |c: char| c.is_whitespace() || matches!(c, '_' | '＿') || super::mark_of(c).is_some();
    let boxes = |inside: &str| {
        let folded: Vec<char> = format!("({inside})").chars().collect();
        super::bracketed_mark(&folded).is_some_and(|(_, len)| len == folded.len())
    };
    let mut bare = words;
    loop {
        let trimmed = bare.trim_matches(is_sign);
        let last = trimmed.strip_suffix(CLOSE).and_then(|front| front.rsplit_once(OPEN));
        let less = last.filter(|(_, inside)| boxes(inside)).map_or(trimmed, |(front, _)| front);
        let first = less.strip_prefix(OPEN).and_then(|rest| rest.split_once(CLOSE));
        let less = first.filter(|(inside, _)| boxes(inside)).map_or(less, |(_, rest)| rest);
        if less.len() == bare.len() {
            return bare;
        }
        bare = less;
    }
}

/// Without the guidance printed in front of the boxes or behind them: `☑满意 □基本满意（请打√）`.
pub(super) fn without_guidance(raw: &str) -> &str {
    let words = raw.trim();
    let last = words.strip_suffix(CLOSE).and_then(|front| front.rsplit_once(OPEN));
    let first = words.strip_prefix(OPEN).and_then(|rest| rest.split_once(CLOSE));
    let behind = last.filter(|(_, inside)| guides(inside)).map(|(before, _)| before);
    let front = || first.filter(|(inside, _)| guides(inside)).map(|(_, rest)| rest);
    behind.or_else(front).unwrap_or(raw)
}

const OPEN: [char; 4] = ['（', '(', '【', '['];
const CLOSE: [char; 4] = ['）', ')', '】', ']'];

/// Whether words say how to tick; `选` and `勾` alone are ticks.
fn guides(inside: &str) -> bool {
    const TELLS: [&str; 8] = ["请", "打", "划", "画", "在", "单选", "多选", "勾选"];
    const GUIDANCE: [&str; 38] = [
        "请", "在", "相应", "对应", "所选", "选项", "选择", "的", "内", "中", "里", "方框", "框", "空格",
        "处", "打", "划", "画", "勾", "钩", "选", "单", "多", "可", "项", "前", "后", "上", "只", "限", "一",
        "其", "仅", "您", "任", "题", "对号", "填",
    ];
    TELLS.iter().any(|word| inside.contains(word))
        && inside.chars().all(|c| !c.is_ascii_digit())
        && is_made_of(&inside.chars().filter(|c| text::is_han(*c)).collect::<String>(), &GUIDANCE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::marks::{Choice, Unclear, ticks};

    const NEEDS: [&str; 4] = ["标准化", "计量", "检验检测", "其他"];

    fn needs() -> Choices {
        let one = |name: &&str| Choice { spellings: vec![format!("{name}服务"), (*name).to_owned()] };
        NEEDS.iter().map(one).collect()
    }

    fn ratings() -> Choices {
        ["满意", "基本满意", "不满意"].into_iter().map(|s| Choice { spellings: vec![s.into()] }).collect()
    }

    #[test]
    fn options_among_other_words_are_read() {
        let read = |raw| pieces(raw, &needs());
        assert_eq!(read("计量检定服务、检验检测"), Some((vec![2], false)));
        for whole in
            ["主要为计量服务，其次为检验检测服务", "计量/检验检测类", "以计量服务为主， 检验检测服务为辅。"]
        {
            assert_eq!(read(whole), Some((vec![1, 2], true)), "{whole}");
        }
        for raw in [
            "计量检定服务",
            "不需要计量服务、检验检测服务",
            "除计量服务外、检验检测服务",
            "计量服务、检验检测服务（暂不需要）",
            "☑计量检定服务 □检验检测",
        ] {
            assert_eq!(read(raw), None, "{raw}");
        }
    }

    #[test]
    fn remarks_behind_other_options_are_no_words_of_the_open_one() {
        let words = |raw| words_of(3, raw, &needs());
        for raw in [
            "计量服务（器具校准）",
            "☑计量服务（计量器具校准） □其他服务",
            "计量服务：器具校准；检验检测服务",
        ] {
            assert_eq!(words(raw), "", "{raw}");
        }
        assert_eq!(words("☑计量服务（器具校准） ☑其他服务（碳足迹）"), "(碳足迹)");
        assert_eq!(words("☑计量服务 ☑其他服务：碳足迹、双碳"), ":碳足迹、双碳");
        assert_eq!(words("√计量服务 体系认证服务 检验检测服务 其他服务：____"), ":____");
    }

    #[test]
    fn marks_at_the_ends_of_words_are_none() {
        for words in ["碳足迹（√）", "☑：碳足迹", "碳足迹☑", "（√）碳足迹__", " 碳足迹 [x]"]
        {
            assert!(without_marks(words).trim_start_matches('：') == "碳足迹", "{words}");
        }
        assert_eq!((without_marks("_____□"), without_marks("选型（含安装）")), ("", "选型（含安装）"));
    }

    #[test]
    fn printed_guidance_is_no_mark() {
        let read = |raw| ticks(raw, &ratings()).map(|t| t.ticked);
        for raw in [
            "☑满意 □基本满意 □不满意（请打√）",
            "☑满意 □基本满意 □不满意 (请在相应的□内打“√”)",
            "（请勾选）☑满意 □基本满意 □不满意",
            "☑满意 □基本满意 □不满意【单选】",
            "满意（请打√）",
            "答：满意",
        ] {
            assert_eq!(read(raw), Ok(vec![0]), "{raw}");
        }
        assert_eq!(read("□满意 □基本满意 □不满意（请打√）"), Ok(vec![]));
        assert_eq!(read("满意 基本满意（选） 不满意"), Ok(vec![1]));
        assert_eq!(read("不打算满意"), Err(Unclear::NoOption));
    }
}

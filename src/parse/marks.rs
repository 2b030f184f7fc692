//! Check boxes as people fill them: `☑满意 □基本满意`, `满意（√） 基本满意（ ）`, `满意√`, or the bare word.
//!
//! The text of one cell (or of the option cells of one question, joined) goes in
//! with the options of the question; out comes which are ticked, or why that
//! cannot be told. Nothing is guessed.

/// One option of a question: its normal label and other spellings.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Spellings in normal form ([`crate::text::label`]); the first is the label itself.
    pub spellings: Vec<String>,
}

/// What a cell with options says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticks {
    /// Indices of the ticked options, ascending.
    pub ticked: Vec<usize>,
    /// What stands in the cell besides options and marks, in normal form.
    pub rest: String,
    /// Whether the answer was told by marks (not by the bare word).
    pub marked: bool,
}

/// Why ticks cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// There is text, but none of the options.
    NoOption,
    /// A mark stands between two options and could belong to either.
    Ambiguous,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    On,
    Off,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Option(usize),
    Mark(Mark),
    Space,
    Separator,
    Text(String),
}

/// Reads the ticks of a cell. Blank cells and cells where every option is listed
/// and none is marked have no ticks.
///
/// # Errors
/// [`Unclear`] where there is an answer that cannot be told.
pub fn ticks(raw: &str, choices: &[Choice]) -> Result<Ticks, Unclear> {
    let tokens = tokens(raw, choices);
    let rest: String =
        tokens.iter().filter_map(|t| if let Token::Text(s) = t { Some(s.as_str()) } else { None }).collect();
    let listed: Vec<usize> =
        tokens.iter().filter_map(|t| if let Token::Option(i) = t { Some(*i) } else { None }).collect();
    let has_mark = tokens.iter().any(|t| matches!(t, Token::Mark(_)));
    if listed.is_empty() {
        let blank = rest.is_empty() || rest.chars().all(|c| matches!(c, '_' | '/' | '-' | '.'));
        return if blank {
            Ok(Ticks { ticked: vec![], rest: String::new(), marked: has_mark })
        } else {
            Err(Unclear::NoOption)
        };
    }
    let ticked = if has_mark { marked(&tokens)? } else { typed(&tokens, &listed, &rest, choices.len())? };
    Ok(Ticks { ticked: ascending(ticked), rest, marked: has_mark })
}

fn ascending(mut ticked: Vec<usize>) -> Vec<usize> {
    ticked.sort_unstable();
    ticked.dedup();
    ticked
}

/// Without marks: the words themselves are the answer, unless they are the untouched list.
fn typed(tokens: &[Token], listed: &[usize], rest: &str, choices: usize) -> Result<Vec<usize>, Unclear> {
    let separated = tokens.contains(&Token::Separator);
    if listed.len() > 1 && ascending(listed.to_vec()).len() == choices && !separated {
        return Ok(vec![]);
    }
    // A word glued to other words is another word: 较满意 is not 满意.
    let glued = tokens.windows(2).any(|pair| {
        matches!(pair, [Token::Text(t), Token::Option(_)] if !is_lead(t))
            || matches!(pair, [Token::Option(_), Token::Text(t)] if !is_tail(t))
    });
    if glued && !rest.is_empty() { Err(Unclear::NoOption) } else { Ok(listed.to_vec()) }
}

/// Text that may stand right before an option: numbering such as `A.` or `1)`.
fn is_lead(text: &str) -> bool {
    let body = text.trim_end_matches(['.', ')', ':', '、', '(']);
    body.is_empty() || (body.chars().count() <= 2 && body.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// Text that may stand right behind an option: a colon and a remark, a bracket, a count.
fn is_tail(text: &str) -> bool {
    text.starts_with([':', '(', '〖', '[', '_', '.', '!']) || text.chars().all(|c| c == '_')
}

/// With marks: each belongs to the option it touches.
fn marked(tokens: &[Token]) -> Result<Vec<usize>, Unclear> {
    let before = marks_stand_before(tokens)?;
    let mut ticked = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Option(index) = token else { continue };
        let mark =
            if before { neighbour(tokens[..at].iter().rev()) } else { neighbour(tokens[at + 1..].iter()) };
        if mark == Some(Mark::On) {
            ticked.push(*index);
        }
    }
    Ok(ticked)
}

/// The first mark on one side of an option, up to the next option or any words.
fn neighbour<'a>(side: impl Iterator<Item = &'a Token>) -> Option<Mark> {
    for token in side {
        match token {
            Token::Mark(mark) => return Some(*mark),
            Token::Space | Token::Separator => {}
            Token::Option(_) | Token::Text(_) => return None,
        }
    }
    None
}

/// Whether marks stand before their options (`☑满意`) or behind them (`满意（√）`).
fn marks_stand_before(tokens: &[Token]) -> Result<bool, Unclear> {
    let solid: Vec<&Token> =
        tokens.iter().filter(|t| matches!(t, Token::Mark(_) | Token::Option(_))).collect();
    let first_is_mark = matches!(solid.first(), Some(Token::Mark(_)));
    let last_is_mark = matches!(solid.last(), Some(Token::Mark(_)));
    if first_is_mark != last_is_mark {
        return Ok(first_is_mark);
    }
    if let Some(before) = touching(tokens) {
        return Ok(before);
    }
    if solid.iter().filter(|t| matches!(t, Token::Mark(Mark::On))).count() == 0 {
        return Ok(true);
    }
    Err(Unclear::Ambiguous)
}

/// Decides by which side the marks touch without a blank; `None` where both or neither do.
fn touching(tokens: &[Token]) -> Option<bool> {
    let (mut before, mut behind) = (0, 0);
    for pair in tokens.windows(2) {
        match pair {
            [Token::Mark(_), Token::Option(_)] => before += 1,
            [Token::Option(_), Token::Mark(_)] => behind += 1,
            _ => {}
        }
    }
    (before != behind).then_some(before > behind)
}

const ON: &str = "☑☒√✓✔✅■●◆▣◼⬛⚫✗✘★þ✕×";
const OFF: &str = "□☐○◇▢◻⬜⚪❏❑◯";

fn tokens(raw: &str, choices: &[Choice]) -> Vec<Token> {
    let chars: Vec<char> = crate::text::plain(&protect(raw)).chars().collect();
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (token, len) = next_token(&chars[at..], choices, tokens.last());
        match (&token, tokens.last_mut()) {
            (Token::Text(more), Some(Token::Text(text))) => text.push_str(more),
            _ => tokens.push(token),
        }
        at += len;
    }
    drop_words_in_brackets(&mut tokens);
    tokens
}

/// NFKC would turn some marks into letters; stand-ins keep them apart.
fn protect(raw: &str) -> String {
    raw.chars()
        .map(|c| match c {
            'Ｖ' | 'ｖ' => 'v',
            '\u{F0FE}' | '\u{F052}' | '\u{F0FC}' => '√',
            '\u{F0A8}' | '\u{F06F}' | '\u{F0A3}' => '□',
            c => c,
        })
        .collect()
}

fn next_token(chars: &[char], choices: &[Choice], last: Option<&Token>) -> (Token, usize) {
    let c = chars[0];
    if let Some((mark, len)) = bracketed_mark(chars) {
        return (Token::Mark(mark), len);
    }
    if ON.contains(c) {
        return (Token::Mark(Mark::On), 1);
    }
    if OFF.contains(c) {
        return (Token::Mark(Mark::Off), 1);
    }
    if let Some((index, len)) = option_at(chars, choices) {
        return (Token::Option(index), len);
    }
    if matches!(c, 'v' | 'V') && stands_alone(chars, last) {
        return (Token::Mark(Mark::On), 1);
    }
    match c {
        ' ' => (Token::Space, 1),
        ',' | ';' | '、' | '┋' | '|' | '/' | '+' | '→' => (Token::Separator, 1),
        c => (Token::Text(c.to_string()), 1),
    }
}

/// A letter V is a tick only where it is no part of a word.
fn stands_alone(chars: &[char], last: Option<&Token>) -> bool {
    let word_before = matches!(last, Some(Token::Text(t)) if t.ends_with(|c: char| c.is_alphanumeric()));
    let word_behind = chars.get(1).is_some_and(char::is_ascii_alphanumeric);
    !word_before && !word_behind
}

/// `(√)`, `[x]`, `( )`, `[]`: a box drawn with brackets.
fn bracketed_mark(chars: &[char]) -> Option<(Mark, usize)> {
    let close = match chars[0] {
        '(' => ')',
        '[' => ']',
        '【' => '】',
        '〔' => '〕',
        _ => return None,
    };
    let end = chars.iter().take(5).position(|c| *c == close)?;
    let inside: String = chars[1..end].iter().filter(|c| **c != ' ' && **c != '_').collect();
    match inside.as_str() {
        "" => Some((Mark::Off, end + 1)),
        "v" | "V" | "x" | "X" | "是" | "1" => Some((Mark::On, end + 1)),
        s if s.chars().all(|c| ON.contains(c)) => Some((Mark::On, end + 1)),
        s if s.chars().all(|c| OFF.contains(c)) => Some((Mark::Off, end + 1)),
        _ => None,
    }
}

/// The longest option that starts here; blanks inside the text are passed over.
fn option_at(chars: &[char], choices: &[Choice]) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize)> = None;
    for (index, choice) in choices.iter().enumerate() {
        for spelling in &choice.spellings {
            if let Some(len) = prefix_len(chars, spelling)
                && best.is_none_or(|(_, longest)| len > longest)
            {
                best = Some((index, len));
            }
        }
    }
    best
}

fn prefix_len(chars: &[char], spelling: &str) -> Option<usize> {
    let mut at = 0;
    for want in spelling.chars() {
        while at > 0 && chars.get(at) == Some(&' ') {
            at += 1;
        }
        if chars.get(at) != Some(&want) && !(same_sign(want, *chars.get(at)?)) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

fn same_sign(a: char, b: char) -> bool {
    matches!((a, b), ('、', ',' | '/') | (',', '、'))
}

/// `满意(非常)`: a bracketed remark behind an option belongs to the rest, not to marks.
fn drop_words_in_brackets(tokens: &mut Vec<Token>) {
    if let Some(Token::Space) = tokens.last() {
        tokens.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn choices(labels: &[&str]) -> Vec<Choice> {
        labels.iter().map(|l| Choice { spellings: vec![(*l).to_owned()] }).collect()
    }

    fn rating(text: &str) -> Result<Vec<usize>, Unclear> {
        ticks(text, &choices(&["满意", "基本满意", "不满意"])).map(|t| t.ticked)
    }

    #[test]
    fn reads_marks_before_and_behind() {
        for text in [
            "☐满意  ☑基本满意  ☐不满意",
            "满意（ ）  基本满意（√）  不满意（ ）",
            "□满意 √基本满意 □不满意",
            "○满意 ●基本满意 ○不满意",
            "满意 基本满意√ 不满意",
            "满意 √基本满意 不满意",
            "基本满意",
            "满意□ 基本满意■ 不满意□",
            "[ ]满意 [x]基本满意 [ ]不满意",
            "满意（）基本满意（V）不满意（）",
            "□ 满意  ☑ 基本满意  □ 不满意",
            "B.基本满意",
            "基 本 满 意",
            "□满意V基本满意□不满意",
        ] {
            assert_eq!(rating(text), Ok(vec![1]), "{text}");
        }
    }

    #[test]
    fn an_untouched_list_is_no_answer() {
        for text in [
            "",
            "□满意 □基本满意 □不满意",
            "满意（ ）基本满意（ ）不满意（ ）",
            "满意  基本满意  不满意",
            "——",
        ] {
            assert_eq!(rating(text), Ok(vec![]), "{text}");
        }
    }

    #[test]
    fn never_guesses() {
        assert_eq!(rating("较满意"), Err(Unclear::NoOption));
        assert_eq!(rating("非常满意"), Err(Unclear::NoOption));
        assert_eq!(rating("4"), Err(Unclear::NoOption));
        assert_eq!(rating("☑满意 ☑基本满意 □不满意"), Ok(vec![0, 1]));
    }

    #[test]
    fn reads_several_and_a_remark() {
        let needs = choices(&["标准化服务", "计量服务", "其他服务"]);
        let read = ticks("☑标准化服务  □计量服务 ☑其他服务：碳足迹核算", &needs).unwrap();
        assert_eq!(read.ticked, [0, 2]);
        assert_eq!(read.rest, ":碳足迹核算");
        assert_eq!(ticks("标准化服务、其他服务", &needs).unwrap().ticked, [0, 2]);
        assert_eq!(ticks("标准化服务┋计量服务┋其他服务", &needs).unwrap().ticked, [0, 1, 2]);
        assert_eq!(ticks("标准化服务;其他〖碳〗", &choices(&["标准化服务", "其他"])).unwrap().ticked, [0, 1]);
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,60}") {
            let _ = rating(&text);
        }

        #[test]
        fn finds_what_was_ticked(which in 0usize..3, style in 0usize..6, gap in " {0,3}") {
            let labels = ["满意", "基本满意", "不满意"];
            let text: Vec<String> = labels.iter().enumerate().map(|(i, l)| {
                let on = i == which;
                match style {
                    0 => format!("{}{l}", if on { '☑' } else { '□' }),
                    1 => format!("{l}（{}）", if on { "√" } else { " " }),
                    2 => format!("{} {l}", if on { '■' } else { '□' }),
                    3 => format!("{l}{}", if on { '✓' } else { '☐' }),
                    4 => format!("[{}]{l}", if on { "√" } else { "" }),
                    _ => format!("{l}{}", if on { "(V)" } else { "()" }),
                }
            }).collect();
            prop_assert_eq!(rating(&text.join(&format!(" {gap}"))), Ok(vec![which]));
        }
    }
}

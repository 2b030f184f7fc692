//! Check boxes as people fill them: `☑满意 □基本满意`, `满意（√） 基本满意（ ）`, `满意√`, or the bare word.
//!
//! The text of one cell (or of the option cells of one question, joined) goes in
//! with the options of the question; out comes which are ticked, or why that
//! cannot be told. Nothing is guessed.

mod answers;
mod choices;
mod numbers;
mod others;
mod pieces;
mod settle;
mod single;

use std::borrow::Cow;

pub use answers::is_yes_no;
pub use choices::{Choice, Choices};
pub use single::one;

pub use pieces::{pieces, without_marks, words_beside_others, words_of};

use crate::text;
use choices::Reading;
use numbers::{last_number, numeral, settle_numbers, ticked_number};

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
    /// × and its like: a tick, unless checks stand beside it.
    Cross,
    Off,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Option(usize),
    /// An option's words as a part of other ones (非常满意).
    Other(String),
    /// Words in the place of an option that are none of the list.
    Word(String),
    Mark(Mark),
    Space,
    Separator(char),
    /// `(2)`, `②`: the number of an option, with its text.
    Number(usize, String),
    Text(String),
}

/// Reads the ticks of a cell. Blank cells and cells where every option is listed
/// and none is marked have no ticks.
///
/// # Errors
/// [`Unclear`] where there is an answer that cannot be told.
pub fn ticks(raw: &str, choices: &Choices) -> Result<Ticks, Unclear> {
    match with_others(raw, choices)? {
        (read, false) => Ok(read),
        (_, true) => Err(Unclear::NoOption),
    }
}

/// The same where words that are no option may be ticked as well: whether any is.
fn with_others(raw: &str, choices: &Choices) -> Reading {
    choices::known(raw, choices, || read(raw, choices))
}

fn read(raw: &str, choices: &Choices) -> Reading {
    let mut tokens = tokens(pieces::without_guidance(raw), choices);
    settle::settle_signs(&mut tokens);
    let numbered = settle_numbers(&mut tokens);
    answers::settle(&mut tokens, choices)?;
    settle_crosses(&mut tokens)?;
    others::settle(&mut tokens, choices);
    let rest = words_between(&tokens);
    let listed: Vec<usize> =
        tokens.iter().filter_map(|t| if let Token::Option(i) = t { Some(*i) } else { None }).collect();
    let has_mark = tokens.iter().any(|t| matches!(t, Token::Mark(_)));
    if listed.is_empty() {
        let blank = rest.is_empty() || rest.chars().all(|c| matches!(c, '_' | '/' | '-' | '.'));
        let nothing = Ticks { ticked: vec![], rest: String::new(), marked: has_mark };
        return if blank { Ok((nothing, false)) } else { Err(Unclear::NoOption) };
    }
    let typed = if has_mark { None } else { Some(typed(&tokens, &listed, &rest, choices.len())?) };
    let mut ticked = match (typed, ticked_number(&tokens).filter(|_| numbered)) {
        (Some(typed), _) => typed,
        (None, Some(number)) => vec![number - 1],
        (None, None) => marked(&tokens, choices)?,
    };
    let other = ticked.contains(&OTHER);
    ticked.retain(|at| *at != OTHER);
    let whole_list = ascending(listed).len() == choices.len();
    let ticked = if whole_list && !other { with_typed(&tokens, ticked, numbered)? } else { ticked };
    if ticked.is_empty() && !other && tokens.contains(&Token::Mark(Mark::On)) {
        return Err(Unclear::Ambiguous);
    }
    Ok((Ticks { ticked: ascending(ticked), rest, marked: has_mark }, other))
}

/// Stands for a ticked word that is no option.
const OTHER: usize = usize::MAX;

/// Whether a cell names one of the options or holds a mark.
pub fn speaks_of(raw: &str, choices: &Choices) -> bool {
    tokens(raw, choices).iter().any(|t| matches!(t, Token::Option(_) | Token::Mark(_)))
}

/// Whether a cell holds a tick.
pub fn has_tick(raw: &str, choices: &Choices) -> bool {
    tokens(raw, choices).iter().any(|t| matches!(t, Token::Mark(Mark::On | Mark::Cross)))
}

/// The words besides options and marks; signs between two of them stay.
fn words_between(tokens: &[Token]) -> String {
    let mut out = String::new();
    let mut signs: Option<String> = None;
    for token in tokens {
        match token {
            Token::Text(words) | Token::Other(words) | Token::Word(words) => {
                out.push_str(&signs.take().unwrap_or_default());
                out.push_str(words);
                signs = Some(String::new());
            }
            Token::Space => signs.iter_mut().for_each(|s| s.push(' ')),
            Token::Separator(sign) => signs.iter_mut().for_each(|s| s.push(*sign)),
            _ => signs = None,
        }
    }
    out
}

/// `√满意 ×基本满意`: beside checks a cross says no; beside checks and empty boxes it cannot be told.
fn settle_crosses(tokens: &mut [Token]) -> Result<(), Unclear> {
    let has = |mark: Mark| tokens.contains(&Token::Mark(mark));
    let (checks, boxes) = (has(Mark::On), has(Mark::Off));
    if !has(Mark::Cross) {
        return Ok(());
    }
    if checks && boxes {
        return Err(Unclear::Ambiguous);
    }
    for token in tokens.iter_mut().filter(|t| **t == Token::Mark(Mark::Cross)) {
        *token = Token::Mark(if checks { Mark::Off } else { Mark::On });
    }
    Ok(())
}

/// Beside a whole list of options, an answer may be typed: once more as a word (in the next cell), as its
/// number, or by brackets around it. A lone letter there (P and R are ticks in Wingdings) cannot be told.
fn with_typed(tokens: &[Token], ticked: Vec<usize>, numbered: bool) -> Result<Vec<usize>, Unclear> {
    let words = repeated(tokens);
    if !words.is_empty() {
        let agrees = ticked.is_empty() || ascending(words.clone()) == ascending(ticked);
        return if agrees { Ok(words) } else { Err(Unclear::Ambiguous) };
    }
    if !ticked.is_empty() {
        return Ok(ticked);
    }
    let options = tokens.iter().filter(|t| matches!(t, Token::Option(_))).count();
    if let Some(number) = last_number(tokens).filter(|n| numbered && (1..=options).contains(n)) {
        return Ok(vec![number - 1]);
    }
    let bracketed = in_brackets(tokens);
    if !bracketed.is_empty() && bracketed.len() < options {
        return Ok(bracketed);
    }
    let edge = |t: Option<&Token>| t.is_none_or(|t| !matches!(t, Token::Text(_)));
    let lone = (0..tokens.len()).any(|at| {
        let is_sign = matches!(&tokens[at], Token::Text(t) if is_lone_sign(t));
        let behind = tokens.get(at + 1);
        is_sign && edge(at.checked_sub(1).and_then(|i| tokens.get(i))) && edge(behind)
    });
    if lone { Err(Unclear::Ambiguous) } else { Ok(ticked) }
}

fn is_lone_sign(text: &str) -> bool {
    let mut chars = text.chars();
    let is_sign = |c: char| !text::is_letter(c) && !":.,;!?-()[]~'\"\u{308}_".contains(c);
    let known = |c: char| c.is_ascii_alphanumeric() || "üþýûÖ勾".contains(c) || is_sign(c);
    matches!((chars.next(), chars.next()), (Some(c), None) if known(c))
}

/// Options that stand once more by themselves in front of the list or behind it, without a mark.
fn repeated(tokens: &[Token]) -> Vec<usize> {
    let apart = |t: Option<&Token>| t.is_none_or(|t| matches!(t, Token::Space | Token::Separator(_)));
    let at = |at: usize| match tokens.get(at) {
        Some(Token::Option(i)) => Some(*i),
        _ => None,
    };
    let twice = |i: usize| tokens.iter().filter(|t| **t == Token::Option(i)).count() == 2;
    let last = tokens.len().saturating_sub(1);
    let ends = [
        at(last).filter(|_| last > 0 && apart(tokens.get(last - 1))),
        at(0).filter(|_| apart(tokens.get(1))),
    ];
    ends.into_iter().flatten().find(|i| twice(*i)).into_iter().collect()
}

/// Options with a bracket around them: `满意 【基本满意】 不满意`.
fn in_brackets(tokens: &[Token]) -> Vec<usize> {
    let triples = tokens.windows(3).filter_map(|three| match three {
        [Token::Text(open), Token::Option(i), Token::Text(close)] => {
            let pair = (open.chars().next_back()?, close.chars().next()?);
            matches!(
                pair,
                ('(', ')')
                    | ('[', ']')
                    | ('【', '】')
                    | ('〔', '〕')
                    | ('{', '}')
                    | ('<', '>')
                    | ('《', '》')
            )
            .then_some(*i)
        }
        _ => None,
    });
    triples.collect()
}

fn ascending(mut ticked: Vec<usize>) -> Vec<usize> {
    ticked.sort_unstable();
    ticked.dedup();
    ticked
}

/// Without marks: the words themselves are the answer, unless they are the untouched list.
fn typed(tokens: &[Token], listed: &[usize], rest: &str, choices: usize) -> Result<Vec<usize>, Unclear> {
    let separated = tokens.iter().any(|t| matches!(t, Token::Separator(_)));
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

/// Text that may stand right before an option: numbering such as `A.` or `1)`, or `答：`.
fn is_lead(text: &str) -> bool {
    let body = text.trim_end_matches(['.', ')', ':', '、', '(']);
    body.is_empty()
        || is_signs(body)
        || matches!(body, "答" | "答案" | "回答" | "选" | "选择" | "填")
        || (body.chars().count() <= 2 && body.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// Quotes, brackets of a list and pictures, but no question mark: they say nothing.
fn is_signs(text: &str) -> bool {
    !text.chars().any(|c| c.is_alphanumeric() || c == '?')
}

/// Text that may stand right behind an option: a colon and a remark, a bracket, a count.
fn is_tail(text: &str) -> bool {
    is_signs(text)
        || text.starts_with('等') && text.chars().count() <= 4
        || text.starts_with([':', '(', '〖', '[', '_', '.', '!'])
        || (text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with(['个', '项', '份', '件']))
}

/// With marks: each belongs to the option it touches.
fn marked(tokens: &[Token], choices: &[Choice]) -> Result<Vec<usize>, Unclear> {
    if let Some(found) = settle::beside_boxes(tokens) {
        return found;
    }
    let before = marks_stand_before(tokens)?;
    let mut ticked = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(index) = option_of(token) else { continue };
        let mark = if before {
            neighbour(tokens[..at].iter().rev())
        } else {
            neighbour(tokens[at + 1..].iter()).or_else(|| behind_remark(tokens, at, choices))
        };
        if mark == Some(Mark::On) {
            ticked.push(if is_contested(tokens, at, before) { OTHER } else { index });
        }
    }
    Ok(ticked)
}

/// `满意 基本满意 不满意 √一般`: whether the mark beside an option touches a word of no list, and not the option.
fn is_contested(tokens: &[Token], option: usize, before: bool) -> bool {
    let is_word = |at: Option<usize>| at.is_some_and(|at| matches!(tokens.get(at), Some(Token::Word(_))));
    let is_mark = |t: &Token| matches!(t, Token::Mark(_));
    if before {
        tokens[..option]
            .iter()
            .rposition(is_mark)
            .is_some_and(|at| at + 1 < option && is_word(at.checked_sub(1)))
    } else {
        tokens[option..].iter().position(is_mark).is_some_and(|at| at > 1 && is_word(Some(option + at + 1)))
    }
}

/// The option that a token is; [`OTHER`] for one of no list.
fn option_of(token: &Token) -> Option<usize> {
    match token {
        Token::Option(index) => Some(*index),
        Token::Other(_) | Token::Word(_) => Some(OTHER),
        _ => None,
    }
}

/// `其他服务：碳足迹（√）`: the mark behind the words that an option asks for.
fn behind_remark(tokens: &[Token], option: usize, choices: &[Choice]) -> Option<Mark> {
    let at = option + 1 + tokens[option + 1..].iter().position(|t| matches!(t, Token::Mark(_)))?;
    let words = at - 1 - tokens[..at].iter().rev().position(|t| *t != Token::Space)?;
    let Token::Mark(mark) = tokens[at] else { return None };
    (others::remarked(tokens, words, choices)? == option).then_some(mark)
}

/// The first mark on one side of an option, up to the next option or any words.
fn neighbour<'a>(side: impl Iterator<Item = &'a Token>) -> Option<Mark> {
    for token in side {
        match token {
            Token::Mark(mark) => return Some(*mark),
            Token::Space | Token::Separator(_) => {}
            _ => return None,
        }
    }
    None
}

/// Whether marks stand before their options (`☑满意`) or behind them (`满意（√）`).
fn marks_stand_before(tokens: &[Token]) -> Result<bool, Unclear> {
    let solid: Vec<&Token> =
        tokens.iter().filter(|t| matches!(t, Token::Mark(_) | Token::Option(_) | Token::Other(_))).collect();
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
            [Token::Mark(_), Token::Option(_) | Token::Other(_)] => before += 1,
            [Token::Option(_) | Token::Other(_), Token::Mark(_)] => behind += 1,
            _ => {}
        }
    }
    (before != behind).then_some(before > behind)
}

/// What a sign says.
fn mark_of(c: char) -> Option<Mark> {
    match c {
        '☑' | '√' | '✓' | '✔' | '✅' | '■' | '●' | '◆' | '▣' | '◼' | '⬛' | '⚫' | '★' | 'þ' | '∨' | '⋁'
        | '🗸' | '🗹' | '▇' | '█' | '◉' | '⊙' | '🔘' | 'ˇ' => Some(Mark::On),
        '☒' | '⊠' | '❎' | '✗' | '✘' | '✕' | '×' | '✖' | '🗷' | '🗶' | '❌' => {
            Some(Mark::Cross)
        }
        '□' | '☐' | '○' | '◇' | '▢' | '◻' | '⬜' | '⚪' | '❏' | '❑' | '◯' => {
            Some(Mark::Off)
        }
        _ => None,
    }
}

fn tokens(raw: &str, choices: &Choices) -> Vec<Token> {
    let chars: Vec<char> = text::plain(&protect(raw)).chars().collect();
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let (words, len) = match next_token(rest, choices, tokens.last()) {
            // `其他服务：标准化服务体系咨询` names no option by its words.
            Some((Token::Option(_), len)) if others::is_in_words(&tokens, (rest, len), choices) => {
                (&rest[..len], len)
            }
            Some((token, len)) => {
                tokens.push(token);
                at += len;
                continue;
            }
            None => (&rest[..1], 1),
        };
        match tokens.last_mut() {
            Some(Token::Text(text)) => text.extend(words),
            _ => tokens.push(Token::Text(words.iter().collect())),
        }
        at += len;
    }
    drop_last_blank(&mut tokens);
    settle::settle_instructions(&mut tokens);
    tokens
}

/// NFKC would turn some marks into letters; stand-ins keep them apart. Letters struck through are gone.
fn protect(raw: &str) -> Cow<'_, str> {
    if raw.chars().all(|c| text::simple(c).is_some() && !matches!(c, 'Ｖ' | 'ｖ')) {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            'Ｖ' | 'ｖ' => out.push('v'),
            '\u{F0FE}' | '\u{F052}' | '\u{F0FC}' => out.push('√'),
            // £ and ¨ are the empty boxes of Wingdings without its font.
            '\u{F0A8}' | '\u{F06F}' | '\u{F0A3}' | '£' | '¨' => out.push('□'),
            '\u{0335}' | '\u{0336}' | '\u{0337}' | '\u{0338}' => {
                out.pop();
            }
            '①'..='⑨' => out.extend(['(', char::from(b'1' + (u32::from(c) - u32::from('①')) as u8), ')']),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The token with which a text begins; `None` where that is a character of other words.
fn next_token(chars: &[char], choices: &Choices, last: Option<&Token>) -> Option<(Token, usize)> {
    let c = chars[0];
    // Nearly all are Chinese characters, which are neither marks nor numbers.
    let is_word = matches!(c, '\u{4E00}'..='\u{9FFF}');
    if !is_word && let Some(token) = sign_at(chars, last) {
        return Some(token);
    }
    if let Some((index, len)) = choices.at(chars) {
        return Some((Token::Option(index), len));
    }
    if matches!(c, 'v' | 'V') && stands_alone(chars, last) {
        return Some((Token::Mark(Mark::On), 1));
    }
    match c {
        ' ' => Some((Token::Space, 1)),
        ',' | ';' | '、' | '┋' | '|' | '/' | '+' | '→' => Some((Token::Separator(c), 1)),
        _ => None,
    }
}

/// A mark, or the number of an option.
fn sign_at(chars: &[char], last: Option<&Token>) -> Option<(Token, usize)> {
    let mark = bracketed_mark(chars).or_else(|| Some((mark_of(chars[0])?, 1)));
    mark.map(|(mark, len)| (Token::Mark(mark), len)).or_else(|| number_at(chars, last))
}

/// `(2)`, and where no word stands before it `2.`, `2、`, `2` or `B.`.
fn number_at(chars: &[char], last: Option<&Token>) -> Option<(Token, usize)> {
    let number = |at: usize| chars.get(at).and_then(|c| numeral(c.encode_utf8(&mut [0; 4])));
    let token = |n: usize, len: usize| (Token::Number(n, chars[..len].iter().collect()), len);
    if chars[0] == '(' && chars.get(2) == Some(&')') && chars.get(1).is_some_and(char::is_ascii_digit) {
        return number(1).map(|n| token(n, 3));
    }
    if matches!(last, Some(Token::Text(_) | Token::Number(..))) {
        return None;
    }
    let n = number(0)?;
    match chars.get(1) {
        Some('.' | '、' | ')' | ':') => Some(token(n, 2)),
        Some(c) if chars[0].is_ascii_digit() && !c.is_ascii_alphanumeric() => Some(token(n, 1)),
        _ => None,
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
        "v" | "V" | "y" | "Y" | "是" | "选" | "勾" => Some((Mark::On, end + 1)),
        "n" | "N" | "否" | "未选" => Some((Mark::Off, end + 1)),
        "x" | "X" => Some((Mark::Cross, end + 1)),
        s => {
            let mark = s.chars().next().and_then(mark_of)?;
            s.chars().all(|c| mark_of(c) == Some(mark)).then_some((mark, end + 1))
        }
    }
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

/// A blank at the end belongs to nothing.
fn drop_last_blank(tokens: &mut Vec<Token>) {
    if let Some(Token::Space) = tokens.last() {
        tokens.pop();
    }
}

#[cfg(test)]
mod tests;

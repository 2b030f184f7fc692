//! Numbers of options: in front of them, where they say nothing, or typed behind the list as the answer.

use super::{Mark, Token};

/// Numbers in front of their own options (`①满意 ②基本满意`) say nothing and go; `(1)` among brackets is a
/// tick; every other number is text. Out comes whether all options were numbered.
pub(super) fn settle_numbers(tokens: &mut Vec<Token>) -> bool {
    // `1.☑标准化服务`: the box may stand between.
    let boxed = numbers_stand_at_boxes(tokens);
    let own = |at: usize, number: usize, tokens: &[Token]| {
        let passed = |t: &&Token| match t {
            Token::Space | Token::Separator(_) => true,
            Token::Mark(_) => boxed,
            _ => false,
        };
        let next = tokens[at + 1..].iter().find(|t| !passed(t));
        matches!(next, Some(Token::Option(i)) if *i + 1 == number)
    };
    let numbers: Vec<usize> = (0..tokens.len())
        .filter(|at| matches!(&tokens[*at], Token::Number(n, _) if own(*at, *n, tokens)))
        .collect();
    let leads =
        |at: usize, text: &str, tokens: &[Token]| match tokens[at + 1..].iter().find(|t| **t != Token::Space)
        {
            Some(Token::Option(_)) => !text.starts_with('('),
            Some(Token::Mark(_)) => boxed,
            _ => false,
        };
    // `1、检验检测服务 2、计量服务`: an answer in the form of a list.
    let leading: Vec<usize> = (0..tokens.len())
        .filter(|at| matches!(&tokens[*at], Token::Number(_, text) if leads(*at, text, tokens)))
        .collect();
    let boxes = tokens.iter().any(|t| matches!(t, Token::Mark(_)));
    let is_tick = |text: &str| numbers.len() < 2 && boxes && text == "(1)";
    let options = tokens.iter().filter(|t| matches!(t, Token::Option(_))).count();
    let settled: Vec<Token> = std::mem::take(tokens)
        .into_iter()
        .enumerate()
        .filter_map(|(at, token)| match token {
            Token::Number(_, text) if is_tick(&text) => Some(Token::Mark(Mark::On)),
            Token::Number(..) if numbers.contains(&at) || leading.contains(&at) => None,
            Token::Number(_, text) => Some(Token::Text(text)),
            token => Some(token),
        })
        .collect();
    join_texts(tokens, settled);
    numbers.len() >= 2 && numbers.len() >= options
}

fn join_texts(tokens: &mut Vec<Token>, settled: Vec<Token>) {
    for token in settled {
        match (&token, tokens.last_mut()) {
            (Token::Text(more), Some(Token::Text(text))) => text.push_str(more),
            _ => tokens.push(token),
        }
    }
}

/// Whether several numbers stand in front of boxes with their options.
fn numbers_stand_at_boxes(tokens: &[Token]) -> bool {
    let solid: Vec<&Token> = tokens.iter().filter(|t| **t != Token::Space).collect();
    let stands = |three: &&[&Token]| matches!(three, [Token::Number(..), Token::Mark(_), Token::Option(_)]);
    solid.windows(3).filter(stands).count() >= 2
}

/// `①满意 ②基本满意 ③不满意 √①`: a number typed behind the list, with the only tick.
pub(super) fn ticked_number(tokens: &[Token]) -> Option<usize> {
    let [.., _, a, b] = tokens else { return None };
    let text = match (a, b) {
        (Token::Mark(Mark::On), Token::Text(text)) | (Token::Text(text), Token::Mark(Mark::On)) => text,
        _ => return None,
    };
    let options = tokens.iter().filter(|t| matches!(t, Token::Option(_))).count();
    let marks = tokens.iter().filter(|t| matches!(t, Token::Mark(_))).count();
    numeral_of(text).filter(|number| marks == 1 && *number <= options)
}

/// `… ③不满意  选：②`: a number typed behind the list.
pub(super) fn last_number(tokens: &[Token]) -> Option<usize> {
    let Some(Token::Text(text)) = tokens.last() else { return None };
    numeral_of(text)
}

fn numeral_of(text: &str) -> Option<usize> {
    let bare = text.trim_matches(|c| matches!(c, '(' | ')' | ':' | '.' | '选' | '答' | '案' | '填'));
    numeral(bare)
}

/// 1 to 9 and A to H.
pub(super) fn numeral(text: &str) -> Option<usize> {
    let mut chars = text.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return None };
    match c.to_ascii_uppercase() {
        d @ '1'..='9' => Some(d as usize - '0' as usize),
        l @ 'A'..='H' => Some(l as usize - 'A' as usize + 1),
        _ => None,
    }
}

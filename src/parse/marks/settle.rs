//! What signs and words between options mean, told by what stands beside them.

use super::{Mark, OTHER, Token, Unclear, option_of};

/// Signs that are boxes or ticks only where an option stands right beside them.
pub(super) fn settle_signs(tokens: &mut Vec<Token>) {
    let is_box = |text: &str| matches!(text, "〇" | "口" | "囗" | "ロ" | "o" | "O");
    let boxed = replaced(tokens, is_box, |at, all| option_at(all, at + 1) || before(at, all, option_at));
    boxed.into_iter().for_each(|at| tokens[at] = Token::Mark(Mark::Off));
    // (0) is an empty box only where (1) is a tick.
    if tokens.contains(&Token::Number(1, "(1)".into())) {
        let empty = replaced(tokens, |text| text == "(0)", |at, all| before(at, all, option_at));
        empty.into_iter().for_each(|at| tokens[at] = Token::Mark(Mark::Off));
    }
    if tokens.contains(&Token::Mark(Mark::Off)) {
        // What a tick of Wingdings is without its font, in the place of a box: `R满意 □基本满意`.
        let ticked = replaced(
            tokens,
            |text| matches!(text, "R" | "P" | "ü"),
            |at, all| option_at(all, at + 1) && (at == 0 || edge(all, at - 1)),
        );
        ticked.into_iter().for_each(|at| tokens[at] = Token::Mark(Mark::On));
    }
    if tokens.contains(&Token::Mark(Mark::On)) {
        // A line to write on: `满意__√__ 基本满意____`.
        tokens.retain(|t| !matches!(t, Token::Text(text) if text.chars().all(|c| c == '_')));
    } else if !tokens.iter().any(|t| matches!(t, Token::Mark(_))) {
        let joins = |text: &str| matches!(text, "和" | "及" | "与" | "以及" | "并" | "&" | "·" | "•" | "#");
        let between = replaced(tokens, joins, |at, all| option_at(all, at + 1) && before(at, all, option_at));
        between.into_iter().for_each(|at| tokens[at] = Token::Separator('、'));
    }
}

/// `请在□内打√`: signs that an instruction names are no marks of an answer.
pub(super) fn settle_instructions(tokens: &mut [Token]) {
    let (mut named, mut after_option) = (Vec::new(), false);
    for at in 1..tokens.len() {
        after_option |= option_at(tokens, at - 1);
        let Token::Mark(mark) = tokens[at] else { continue };
        let front = tokens[..at].iter().rposition(|t| *t != Token::Space);
        let Some(Token::Text(front)) = front.map(|i| &tokens[i]) else { continue };
        let front = front.trim_end_matches(['"', '\'', '(', ':']);
        let behind = matches!(tokens.get(at + 1), Some(Token::Text(t)) if t.starts_with(['内', '中', '里']));
        let is_box = mark == Mark::Off && behind && front.ends_with(['在', '的', '应', '将']);
        // 满意 打√ is an answer.
        let asks = front.chars().nth(1).is_some() || !after_option;
        if is_box || mark != Mark::Off && asks && front.ends_with(['打', '划', '画']) {
            named.push(at);
        }
    }
    for at in named {
        tokens[at] = Token::Text(if tokens[at] == Token::Mark(Mark::Off) { "□" } else { "√" }.to_owned());
    }
}

/// Places of texts that are one of the words meant and stand where they may.
fn replaced(
    tokens: &[Token],
    is_meant: impl Fn(&str) -> bool,
    may: impl Fn(usize, &[Token]) -> bool,
) -> Vec<usize> {
    let at = |i: &usize| matches!(&tokens[*i], Token::Text(t) if is_meant(t)) && may(*i, tokens);
    (0..tokens.len()).filter(at).collect()
}

fn option_at(tokens: &[Token], at: usize) -> bool {
    matches!(tokens.get(at), Some(Token::Option(_)))
}

fn edge(tokens: &[Token], at: usize) -> bool {
    matches!(tokens.get(at), Some(Token::Space | Token::Separator(_)))
}

fn before(at: usize, tokens: &[Token], is: impl Fn(&[Token], usize) -> bool) -> bool {
    at.checked_sub(1).is_some_and(|at| is(tokens, at))
}

/// `□满意√ □基本满意`, `√□满意 □基本满意`: every option has kept its empty box, and ticks stand beside them.
/// `None` where the boxes are otherwise.
pub(super) fn beside_boxes(tokens: &[Token]) -> Option<Result<Vec<usize>, Unclear>> {
    let is_unit = |t: &&Token| matches!(t, Token::Mark(Mark::Off) | Token::Option(_) | Token::Other(_));
    let units: Vec<&Token> = tokens.iter().filter(is_unit).collect();
    let boxes_first = matches!(units.first()?, Token::Mark(_));
    let in_pairs = units.chunks(2).all(|pair| match pair {
        [a, b] => matches!(a, Token::Mark(_)) == boxes_first && matches!(b, Token::Mark(_)) != boxes_first,
        _ => false,
    });
    let ticks = (0..tokens.len()).filter(|at| tokens[*at] == Token::Mark(Mark::On));
    let found = in_pairs.then(|| ticks.map(|at| owner(tokens, at, boxes_first)).collect::<Vec<_>>())?;
    (!found.is_empty()).then(|| found.into_iter().collect())
}

/// The option of a tick: that in whose pair of box and option it stands, else that which it touches.
fn owner(tokens: &[Token], at: usize, boxes_first: bool) -> Result<usize, Unclear> {
    if touches_word(tokens, at) {
        return Ok(OTHER);
    }
    let is_unit = |t: &&Token| matches!(t, Token::Mark(Mark::Off) | Token::Option(_) | Token::Other(_));
    let (left, right) = (tokens[..at].iter().rev().find(is_unit), tokens[at + 1..].iter().find(is_unit));
    let inside = matches!(left, Some(Token::Mark(_))) == boxes_first && left.is_some() && right.is_some();
    let touches = |side: Option<&Token>| !matches!(side, None | Some(Token::Space | Token::Separator(_)));
    let touches_left = touches(at.checked_sub(1).and_then(|at| tokens.get(at)));
    let touches_right = touches(tokens.get(at + 1));
    let to_left = match (inside, left, right) {
        (_, None, _) => false,
        (_, _, None) => true,
        (true, ..) => !boxes_first,
        (false, ..) if touches_left != touches_right => touches_left,
        _ => return Err(Unclear::Ambiguous),
    };
    let option = if to_left {
        tokens[..at].iter().rev().find_map(option_of)
    } else {
        tokens[at + 1..].iter().find_map(option_of)
    };
    option.ok_or(Unclear::Ambiguous)
}

/// Whether a tick stands at a word of no list, and touches no option on its other side.
fn touches_word(tokens: &[Token], at: usize) -> bool {
    let is_word = |t: Option<&Token>| matches!(t, Some(Token::Word(_)));
    let (left, right) = (&tokens[..at], &tokens[at + 1..]);
    let is_solid = |t: &&Token| **t != Token::Space;
    let tied = |t: Option<&Token>| matches!(t, Some(Token::Option(_) | Token::Other(_)));
    let to_left = is_word(left.last()) || is_word(left.iter().rev().find(is_solid)) && !tied(right.first());
    let to_right = is_word(right.first()) || is_word(right.iter().find(is_solid)) && !tied(left.last());
    to_left || to_right
}

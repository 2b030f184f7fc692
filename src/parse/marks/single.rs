//! The answer to a question with one choice, where a word beside an option is another answer: 非常 满意 is not 满意.

use super::answers::{is_yes_no, words_before, words_behind};
use super::{
    Choices, Mark, Ticks, Token, Unclear, is_lead, is_tail, mark_of, protect, settle, settle_numbers,
};
use crate::text;

/// [`super::ticks`] of a question with one choice; a check or a cross alone answers one of 是 and 否.
///
/// # Errors
/// As there, and where a word set apart by a blank may change the option, or a mark stands without one.
pub fn one(raw: &str, choices: &Choices) -> Result<Ticks, Unclear> {
    let read = super::ticks(raw, choices)?;
    match &*read.ticked {
        [] if read.marked => {
            without_option(raw, choices).map(|yes| Ticks { ticked: yes.into_iter().collect(), ..read })
        }
        [_] if !read.marked && !read.rest.is_empty() && is_other_word(raw, choices) => Err(Unclear::NoOption),
        _ => Ok(read),
    }
}

/// Marks that tick no option: boxes left empty are no answer, checks may be 是.
fn without_option(raw: &str, choices: &Choices) -> Result<Option<usize>, Unclear> {
    let tokens = super::tokens(raw, choices);
    if !tokens.iter().any(|t| matches!(t, Token::Mark(Mark::On | Mark::Cross))) {
        // 满意（否） denies without saying what holds.
        let words = text::plain(raw);
        let denied =
            !is_yes_no(choices) && ["(否)", "(未选)", "(n)", "(N)"].iter().any(|no| words.contains(no));
        return if denied { Err(Unclear::Ambiguous) } else { Ok(None) };
    }
    let alone = is_yes_no(choices).then(|| sign(raw)).flatten();
    alone.map(|yes| Some(usize::from(!yes))).ok_or(Unclear::Ambiguous)
}

/// What a check or a cross alone in a cell says. A crossed box is a tick in some programs, so it says nothing.
fn sign(raw: &str) -> Option<bool> {
    let text = text::plain(&protect(raw));
    let mut chars = text.trim_matches(['(', ')']).trim().chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return None };
    match c {
        'v' | 'V' => Some(true),
        '×' | '✗' | '✘' | '✕' | '✖' | '❌' => Some(false),
        c if mark_of(c) == Some(Mark::On) && !"■●◆▣◼⬛⚫★▇█◉⊙🔘".contains(c) => {
            Some(true)
        }
        _ => None,
    }
}

/// Whether words stand before or behind the option, a blank or a line break between: `非常 满意`, `中型 以上`.
fn is_other_word(raw: &str, choices: &Choices) -> bool {
    let mut tokens = super::tokens(raw, choices);
    settle::settle_signs(&mut tokens);
    settle_numbers(&mut tokens);
    let may_follow = |text: &str| is_tail(text) || is_yes_no(choices);
    (0..tokens.len()).filter(|at| matches!(tokens[*at], Token::Option(_))).any(|at| {
        let (before, behind) = (words_before(&tokens, at), words_behind(&tokens, at));
        !is_lead(&before) && !before.ends_with(':') || !may_follow(&behind)
    })
}

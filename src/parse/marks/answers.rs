//! Options that are each answered by a word: `标准化服务：是；计量服务：否`, `标准化服务（有）计量服务（无）`.
//!
//! Listing an option chooses it, so what denies it behind its name must be seen, or be told where its meaning is open.

use super::{Choice, Token, Unclear};

/// What the words behind an option say of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Yes,
    No,
    /// Something like a denial, which may be a remark.
    Doubtful,
    Words,
}

const YES: [&str; 12] = ["是", "有", "需要", "需", "要", "选", "选中", "对", "1", "Y", "YES", "TRUE"];
const NO: [&str; 22] = [
    "否",
    "无",
    "没有",
    "不",
    "不需要",
    "不需",
    "不要",
    "不选",
    "未选",
    "无需",
    "无需求",
    "没有需求",
    "暂无",
    "暂不",
    "暂不需要",
    "不涉及",
    "不适用",
    "0",
    "N",
    "NO",
    "FALSE",
    "F",
];
/// What may stand around such a word.
const SIGNS: &str = ":()[]{}-_=\"'.!";
/// Words that begin a denial, which may be a remark.
const DENYING: [&str; 6] = ["不", "暂不", "无需", "没有需", "并不", "否"];
/// Words that make one wherever they stand.
const DENIED: [&str; 9] = ["不需", "无需", "不涉及", "没有需", "不考虑", "不必", "均无", "均不", "都不"];

/// Takes out the options that a word denies and the words of those that one affirms.
///
/// # Errors
/// [`Unclear`] where it cannot be told which option a word belongs to, or what it says.
pub(super) fn settle(tokens: &mut Vec<Token>, choices: &[Choice]) -> Result<(), Unclear> {
    let has_words = tokens.iter().any(|t| matches!(t, Token::Text(_)));
    let has_marks = tokens.iter().any(|t| matches!(t, Token::Mark(_)));
    if !has_words || has_marks || choices.len() < 2 || is_yes_no(choices) {
        return Ok(());
    }
    let is_option = |at: &usize| matches!(tokens[*at], Token::Option(_));
    let options: Vec<usize> = (0..tokens.len()).filter(is_option).collect();
    let Some(first) = options.first() else { return Ok(()) };
    if means(&words_before(tokens, *first)) == Said::No {
        return Err(Unclear::Ambiguous);
    }
    let said: Vec<Said> = options.iter().map(|at| behind(tokens, *at, choices)).collect();
    if said.contains(&Said::Doubtful) {
        return Err(Unclear::Ambiguous);
    }
    let all_affirmed = options.len() > 1 && said.iter().all(|said| *said == Said::Yes);
    if !said.contains(&Said::No) && !all_affirmed || is_untouched(tokens, &said, choices) {
        return Ok(());
    }
    if said.contains(&Said::Yes) && said.contains(&Said::Nothing)
        || said.last() == Some(&Said::Nothing) && options.iter().any(|at| is_between(tokens, *at))
    {
        return Err(Unclear::Ambiguous);
    }
    take_out(tokens, &options, &said);
    let left = tokens.iter().any(|t| matches!(t, Token::Option(_)));
    if left { Ok(()) } else { Err(Unclear::NoOption) }
}

/// Whether the options are 是 and 否, behind which a word or a number is a remark.
pub fn is_yes_no(choices: &[Choice]) -> bool {
    let is = |choice: &Choice, word: &str| choice.spellings.iter().any(|s| s == word);
    matches!(choices, [yes, no] if is(yes, "是") && is(no, "否"))
}

/// The words in front of an option, back to another option, sign or mark.
pub(super) fn words_before(tokens: &[Token], at: usize) -> String {
    let is_word = |t: &Token| matches!(t, Token::Text(_) | Token::Space);
    let from = tokens[..at].iter().rposition(|t| !is_word(t)).map_or(0, |last| last + 1);
    joined(&tokens[from..at])
}

/// The words behind an option, up to the next option, sign or mark.
pub(super) fn words_behind(tokens: &[Token], at: usize) -> String {
    joined(&tokens[at + 1..])
}

fn joined(tokens: &[Token]) -> String {
    let texts = tokens.iter().map_while(|token| match token {
        Token::Text(text) => Some(text.as_str()),
        Token::Space => Some(""),
        _ => None,
    });
    texts.collect()
}

fn behind(tokens: &[Token], at: usize, choices: &[Choice]) -> Said {
    let words = words_behind(tokens, at);
    let said = means(&words);
    let is_open = matches!(tokens[at], Token::Option(i) if takes_words(choices, i));
    // A bracket that goes on behind the next option speaks of that one too.
    let is_cut = words.starts_with('(') && !words.contains(')') && said != Said::Words;
    let said = if is_cut && tokens[at + 1..].iter().any(|t| matches!(t, Token::Option(_))) {
        Said::Doubtful
    } else {
        said
    };
    // Behind 其他服务 stand words of their own: 不锈钢焊接.
    if said == Said::Doubtful && is_open { Said::Words } else { said }
}

pub(super) fn takes_words(choices: &[Choice], option: usize) -> bool {
    choices.get(option).and_then(|c| c.spellings.first()).is_some_and(|label| label.starts_with("其他"))
}

fn means(words: &str) -> Said {
    let bare = words.trim_matches(|c: char| SIGNS.contains(c)).to_uppercase();
    let unit = bare.trim_end_matches(['项', '个', '次']);
    if words.is_empty() {
        Said::Nothing
    } else if YES.contains(&bare.as_str()) {
        Said::Yes
    } else if NO.contains(&bare.as_str()) || unit == "0" {
        Said::No
    } else if DENYING.iter().any(|word| bare.starts_with(word))
        || DENIED.iter().any(|word| bare.contains(word))
    {
        Said::Doubtful
    } else {
        Said::Words
    }
}

/// Whether a bare word stands between this option and the next, so that it could belong to either.
fn is_between(tokens: &[Token], at: usize) -> bool {
    let mut rest = tokens[at + 1..].iter().skip_while(|t| matches!(t, Token::Space | Token::Text(_)));
    let words = words_behind(tokens, at);
    let bare = !words.starts_with([':', '(', '[', '-', '=']);
    bare && means(&words) == Said::No && matches!(rest.next(), Some(Token::Option(_)))
}

/// The list of the form itself, in which nothing was answered but 其他服务：无.
fn is_untouched(tokens: &[Token], said: &[Said], choices: &[Choice]) -> bool {
    let listed = |i: usize| tokens.contains(&Token::Option(i));
    let separated = tokens.iter().any(|t| matches!(t, Token::Separator(_)));
    said.contains(&Said::Nothing) && !separated && (0..choices.len()).all(listed)
}

fn take_out(tokens: &mut Vec<Token>, options: &[usize], said: &[Said]) {
    let mut last = None;
    let mut kept = Vec::with_capacity(tokens.len());
    for (at, token) in std::mem::take(tokens).into_iter().enumerate() {
        match &token {
            Token::Option(_) => {
                last = options.iter().position(|o| *o == at).map(|i| said[i]);
                if last == Some(Said::No) {
                    continue;
                }
            }
            // An affirmed option stands apart from the next, as in a list that somebody typed.
            Token::Text(_) if last == Some(Said::Yes) => {
                kept.push(Token::Separator('、'));
                continue;
            }
            Token::Text(_) if last == Some(Said::No) => continue,
            Token::Text(_) | Token::Space => {}
            _ => last = None,
        }
        kept.push(token);
    }
    *tokens = kept;
}

//! Words that stand where an option would stand and are none of the list: `□满意 ☑一般 □不满意`,
//! `非常满意（√） 满意（ ）`.
//!
//! They take the marks that touch them as those of the options touch theirs, so that no option beside them is chosen by
//! such a mark. A remark behind an option stays its remark.

use super::answers::{is_yes_no, takes_words};
use super::pieces::{denies, leads, trails};
use super::{Choice, Choices, Mark, Token, is_lead, is_lone_sign, mark_of, marks_stand_before};
use crate::text;

/// Makes [`Token::Other`] and [`Token::Word`] of the words that are options of no list. Only the former, of which an
/// option's words are a part, tell on which side marks stand.
pub(super) fn settle(tokens: &mut Vec<Token>, choices: &[Choice]) {
    let has = |is: fn(&Token) -> bool| tokens.iter().any(is);
    if !has(|t| matches!(t, Token::Text(_)))
        || !has(|t| matches!(t, Token::Mark(_)))
        || !has(|t| matches!(t, Token::Option(_)))
    {
        return;
    }
    if !is_yes_no(choices) {
        join_heads(tokens);
        join_tails(tokens, choices);
    }
    let ground = Ground::of(tokens, choices);
    let others: Vec<usize> = (0..tokens.len()).filter(|at| ground.is_other(*at)).collect();
    for at in others {
        if let Token::Text(words) = &mut tokens[at] {
            tokens[at] = Token::Word(std::mem::take(words));
        }
    }
}

/// `非常满意`, `较满意`: letters right in front of an option make it another word.
fn join_heads(tokens: &mut Vec<Token>) {
    let is_head = |at: usize, tokens: &[Token]| {
        let Token::Text(words) = &tokens[at] else { return false };
        let letters = words
            .rfind(|c| !text::is_letter(c))
            .map_or(words.as_str(), |sign| words[sign..].trim_start_matches(|c| !text::is_letter(c)));
        let behind_option = at > 0 && matches!(tokens[at - 1], Token::Option(_));
        words.ends_with(text::is_letter) && !leads(letters) && !is_lone_sign(words) && !behind_option
    };
    for at in (1..tokens.len()).rev() {
        if matches!(tokens[at], Token::Option(_)) && is_head(at - 1, tokens) {
            tokens.remove(at);
            if let Token::Text(words) = &mut tokens[at - 1] {
                tokens[at - 1] = Token::Other(std::mem::take(words));
            }
        }
    }
}

/// `计量检定服务` is none of `计量服务`, which goes by 计量 as well.
fn join_tails(tokens: &mut Vec<Token>, choices: &[Choice]) {
    const SERVICE: &str = "服务";
    let is_service = |choice: &Choice| choice.spellings.first().is_some_and(|label| label.ends_with(SERVICE));
    let is_tail = |at: usize, tokens: &[Token]| {
        let (Token::Option(option), Token::Text(words)) = (&tokens[at - 1], &tokens[at]) else {
            return false;
        };
        words.ends_with(SERVICE)
            && words.chars().all(text::is_han)
            && !trails(words)
            && !takes_words(choices, *option)
            && choices.get(*option).is_some_and(is_service)
    };
    for at in (1..tokens.len()).rev() {
        if is_tail(at, tokens)
            && let Token::Text(words) = tokens.remove(at)
        {
            tokens[at - 1] = Token::Other(words);
        }
    }
}

/// A cell's tokens, with the side on which marks stand.
struct Ground<'a> {
    tokens: &'a [Token],
    choices: &'a [Choice],
    /// Options that a mark touches before them, and behind them.
    touched: (usize, usize),
    /// Whether marks stand before options from which a blank parts them; `None` where they touch, or cannot be told.
    loose_before: Option<bool>,
}

impl<'a> Ground<'a> {
    fn of(tokens: &'a [Token], choices: &'a [Choice]) -> Self {
        let is_option = |t: &Token| matches!(t, Token::Option(_) | Token::Other(_));
        let is_mark = |t: &Token| matches!(t, Token::Mark(_));
        let before = tokens.windows(2).filter(|two| is_mark(&two[0]) && is_option(&two[1])).count();
        let behind = tokens.windows(2).filter(|two| is_option(&two[0]) && is_mark(&two[1])).count();
        let loose_before = if before > behind {
            Some(true)
        } else if before == 0 && behind == 0 {
            side(tokens)
        } else {
            None
        };
        Self { tokens, choices, touched: (before, behind), loose_before }
    }

    fn is_mark(&self, at: Option<usize>) -> bool {
        at.and_then(|at| self.tokens.get(at)).is_some_and(|t| matches!(t, Token::Mark(_)))
    }

    fn is_apart(&self, at: Option<usize>) -> bool {
        let token = at.and_then(|at| self.tokens.get(at));
        matches!(token, None | Some(Token::Space | Token::Separator(_)))
    }

    /// Whether a text is a word of its own that a mark touches as the marks of the options touch theirs.
    fn is_other(&self, at: usize) -> bool {
        let Token::Text(words) = &self.tokens[at] else { return false };
        if !self.may_be_option(at, words) {
            return false;
        }
        let (front, back) = (at.checked_sub(1), Some(at + 1));
        let (before, behind) = self.touched;
        if self.is_mark(front) {
            return before >= behind;
        }
        if self.is_mark(back) {
            return behind >= before && !self.is_remark(at);
        }
        let blank = |at: Option<usize>| at.is_some_and(|at| self.tokens.get(at) == Some(&Token::Space));
        match self.loose_before {
            Some(true) if blank(front) => {
                let mark = at.checked_sub(2);
                // Behind an option that it touches it is that one's tick, and this a remark.
                self.is_mark(mark) && (before == 0 || self.is_apart(at.checked_sub(3)))
            }
            Some(false) if blank(back) => self.is_mark(Some(at + 2)) && !self.is_remark(at),
            _ => false,
        }
    }

    fn may_be_option(&self, at: usize, words: &str) -> bool {
        let bare = words.trim_start_matches(['"', '\'']);
        let beside_option = |at: Option<usize>| {
            at.and_then(|at| self.tokens.get(at)).is_some_and(|t| matches!(t, Token::Option(_)))
        };
        let counts = is_yes_no(self.choices) && bare.contains(|c: char| c.is_ascii_digit());
        bare.starts_with(text::is_letter)
            && !is_lead(bare)
            && !counts
            && !beside_option(at.checked_sub(1))
            && !beside_option(Some(at + 1))
            && !self.is_within_open(at)
    }

    /// Behind a ticked 其他服务 stand words of its own, with boxes of their own as well.
    fn is_within_open(&self, at: usize) -> bool {
        let is_open = |t: &Token| matches!(t, Token::Option(option) if takes_words(self.choices, *option));
        let Some(open) = self.tokens[..at].iter().position(is_open) else { return false };
        let solid = |t: &&Token| **t != Token::Space;
        let (front, back) = self.tokens.split_at(open);
        let ticks = |t: Option<&Token>| matches!(t, Some(Token::Mark(Mark::On | Mark::Cross)));
        ticks(front.iter().rev().find(solid)) || ticks(back[1..].iter().find(solid))
    }

    /// `其他服务：碳足迹（√）`: words that a sign ties to the option in front of them, or that an option asks for.
    fn is_remark(&self, at: usize) -> bool {
        remarked(self.tokens, at, self.choices).is_some()
    }
}

/// Whether marks stand before words and options; `None` where that cannot be told.
fn side(tokens: &[Token]) -> Option<bool> {
    let is_solid = |t: &&Token| match t {
        Token::Mark(_) | Token::Option(_) | Token::Other(_) => true,
        Token::Text(words) => words.starts_with(text::is_letter) && words.ends_with(text::is_letter),
        _ => false,
    };
    let is_mark = |t: Option<&Token>| matches!(t, Some(Token::Mark(_)));
    let ends = (is_mark(tokens.iter().find(is_solid)), is_mark(tokens.iter().rfind(is_solid)));
    if ends.0 != ends.1 { Some(ends.0) } else { marks_stand_before(tokens).ok() }
}

/// The option whose remark ends at a text.
pub(super) fn remarked(tokens: &[Token], at: usize, choices: &[Choice]) -> Option<usize> {
    let is_words = |t: &Token| matches!(t, Token::Text(_) | Token::Space | Token::Separator(_));
    let from = tokens[..=at].iter().rposition(|t| !is_words(t))?;
    let Token::Option(option) = tokens[from] else { return None };
    let tied =
        matches!(&tokens[from + 1], Token::Text(words) if words.starts_with([':', '(', '_', '[', '〖', '-']));
    (tied || takes_words(choices, option)).then_some(from)
}

/// Whether the words of an option, so many letters long, go on in what is typed for 其他服务: behind its colon, with
/// letters right before or behind them that make them other words.
pub(super) fn is_in_words(tokens: &[Token], (rest, len): (&[char], usize), choices: &Choices) -> bool {
    let Some(at) = tokens.len().checked_sub(1).filter(|at| matches!(tokens[*at], Token::Text(_))) else {
        return false;
    };
    let Some(option) = open_remark(tokens, at).filter(|option| takes_words(choices, *option)) else {
        return false;
    };
    let behind = &rest[len..];
    let next = behind.first().copied().unwrap_or(' ');
    let tail: String = behind.iter().take_while(|c| text::is_letter(**c)).take(20).collect();
    let goes_on = !tail.is_empty() && !trails(&tail) && choices.at(behind).is_none();
    let Token::Text(words) = &tokens[at] else { return false };
    let head = words.rsplit(|c: char| !text::is_letter(c)).next().unwrap_or_default();
    let is_marked = matches!(next, '(' | '[') || mark_of(next).is_some();
    let begun = !leads(head) && !denies(head) && !is_marked;
    option < choices.len() && (goes_on || begun)
}

/// The option whose remark, behind a colon or a bracket, goes on at a text; its mark may stand between.
fn open_remark(tokens: &[Token], at: usize) -> Option<usize> {
    let is_words = |t: &Token| matches!(t, Token::Text(_) | Token::Space);
    let from = tokens[..=at].iter().rposition(|t| !is_words(t))?;
    let is_tied = matches!(&tokens[from + 1], Token::Text(words) if words.starts_with([':', '(', '〖']));
    match (&tokens[from], from.checked_sub(1).map(|at| &tokens[at])) {
        (Token::Option(option), _) | (Token::Mark(_), Some(Token::Option(option))) if is_tied => {
            Some(*option)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::parse::marks::{Choice, Choices, Unclear, one, pieces, ticks, words_of};

    fn choices(labels: &[&str]) -> Choices {
        labels.iter().map(|l| Choice { spellings: vec![(*l).to_owned()] }).collect()
    }

    fn ratings() -> Choices {
        choices(&["满意", "基本满意", "不满意"])
    }

    fn needs() -> Choices {
        let both = |name: &str| Choice { spellings: vec![format!("{name}服务"), name.to_owned()] };
        ["标准化", "计量", "检验检测", "其他"].into_iter().map(both).collect()
    }

    /// One list in every style in which people tick.
    fn styles(options: &[&str], on: &str) -> Vec<String> {
        const STYLES: [(&str, &str, &str, &str); 12] = [
            ("☑", "", "□", ""),
            ("√", "", "□", ""),
            ("■", "", "□", ""),
            ("☒", "", "☐", ""),
            ("●", "", "○", ""),
            ("[x]", "", "[ ]", ""),
            ("(√)", "", "( )", ""),
            ("☑ ", "", "□ ", ""),
            ("", "√", "", "□"),
            ("", "（√）", "", "（ ）"),
            ("√", "", "", ""),
            ("", " ☑", "", " □"),
        ];
        let of = |(a, b, c, d): (&str, &str, &str, &str)| {
            let one = |o: &&str| if *o == on { format!("{a}{o}{b}") } else { format!("{c}{o}{d}") };
            [" ", "  ", "\n"].map(|gap| options.iter().map(one).collect::<Vec<_>>().join(gap))
        };
        STYLES.into_iter().flat_map(of).collect()
    }

    #[test]
    fn a_ticked_word_of_no_list_is_never_its_neighbour() {
        for (options, on) in [
            (["非常满意", "满意", "基本满意", "不满意"], "非常满意"),
            (["满意", "基本满意", "不满意", "非常不满意"], "非常不满意"),
            (["满意", "一般", "基本满意", "不满意"], "一般"),
            (["优秀", "满意", "基本满意", "不满意"], "优秀"),
            (["满意", "基本满意", "不满意", "未参与"], "未参与"),
            (["很好", "较好", "一般", "不满意"], "很好"),
        ] {
            for text in styles(&options, on) {
                assert!(one(&text, &ratings()).is_err(), "{text}");
            }
            for text in styles(&options, "不满意") {
                let read = one(&text, &ratings()).map(|t| t.ticked);
                // Where blanks part marks from their options, the side may be open.
                let is_loose = text.contains("☑ ") || text.contains("不满意 ☑");
                assert!(read == Ok(vec![2]) || is_loose && read.is_err(), "{text}");
            }
        }
        let yes_no = choices(&["是", "否"]);
        for text in styles(&["是", "否", "不适用"], "不适用") {
            assert!(one(&text, &yes_no).is_err(), "{text}");
        }
        let sizes = choices(&["中型", "小型", "微型"]);
        for text in ["☑大型□中型□小型□微型", "□中型□小型□微型☑大型", "大型√中型□小型□微型□"]
        {
            assert!(one(text, &sizes).is_err(), "{text}");
        }
    }

    #[test]
    fn of_several_the_options_count_and_the_other_is_told() {
        let text = "□标准化服务 ☑体系认证服务 ☑检验检测服务 □其他服务：____";
        assert_eq!(ticks(text, &needs()), Err(Unclear::NoOption));
        assert_eq!(pieces(text, &needs()), Some((vec![2], false)));
        for none in ["□标准化服务 ☑体系认证服务 □检验检测服务", "□标准化服务 ☑计量检定服务 □检验检测服务"]
        {
            assert!(ticks(none, &needs()).is_err(), "{none}");
            assert_eq!(pieces(none, &needs()), None, "{none}");
        }
        let text = "□标准化服务 □体系认证服务 ☑其他服务：碳足迹";
        assert_eq!(ticks(text, &needs()).map(|t| t.ticked), Ok(vec![3]));
        assert_eq!(words_of(3, text, &needs()), ":碳足迹");
    }

    #[test]
    fn an_option_named_in_the_words_to_another_is_not_chosen() {
        for (text, words) in [
            ("□标准化服务 ☑其他服务：检验检测服务以外的商标维权", ":检验检测服务以外的商标维权"),
            ("☑其他服务：标准化服务体系咨询", ":标准化服务体系咨询"),
            ("其他服务（√）：企业标准化服务", ":企业标准化服务"),
            ("其他服务：标准化服务体系咨询", ":标准化服务体系咨询"),
        ] {
            assert_eq!(ticks(text, &needs()).map(|t| t.ticked), Ok(vec![3]), "{text}");
            assert_eq!(words_of(3, text, &needs()), words, "{text}");
        }
        for (text, ticked) in [
            ("其他服务：标准化服务", vec![0, 3]),
            ("其他服务：碳足迹、标准化服务", vec![0, 3]),
            ("其他服务：____标准化服务（√）", vec![0]),
        ] {
            assert_eq!(ticks(text, &needs()).map(|t| t.ticked), Ok(ticked), "{text}");
        }
    }

    #[test]
    fn numbers_in_front_of_boxes_are_no_words() {
        for text in [
            "1.☑标准化服务 2.□计量服务 3.□检验检测服务 4.☑其他服务：碳足迹",
            "A. ☑标准化服务 B. □计量服务 C. □检验检测服务 D. ☑其他服务：碳足迹",
            "①☑标准化服务 ②□计量服务 ③□检验检测服务 ④☑其他服务：碳足迹",
            "（1）☑标准化服务（2）□计量服务（3）□检验检测服务（4）☑其他服务：碳足迹",
            "1、☑标准化服务 2、□计量服务 3、□体系认证服务 4、□检验检测服务 5、☑其他服务：碳足迹",
        ] {
            assert_eq!(ticks(text, &needs()).map(|t| t.ticked), Ok(vec![0, 3]), "{text}");
            assert_eq!(words_of(3, text, &needs()), ":碳足迹", "{text}");
        }
    }

    #[test]
    fn a_number_ticked_behind_the_list_is_its_option() {
        for text in
            ["①满意 ②基本满意 ③不满意 √①", "①满意 ②基本满意 ③不满意 ①√", "A.满意 B.基本满意 C.不满意 √A"]
        {
            assert_eq!(one(text, &ratings()).map(|t| t.ticked), Ok(vec![0]), "{text}");
        }
        for text in ["满意 基本满意 不满意 √一般", "一般√ 满意 基本满意 不满意"] {
            assert!(one(text, &ratings()).is_err(), "{text}");
        }
    }

    #[test]
    fn remarks_leave_the_tick_where_it_was() {
        for text in [
            "□满意 ☑基本满意（服务很好） □不满意",
            "□满意 ☑基本满意 服务很好 □不满意",
            "满意（ ） 基本满意（√） 不满意（ ） 服务很好",
            "□满意 □基本满意√ □不满意 谢谢",
            "服务态度：满意□ 基本满意☑ 不满意□",
            "1.□满意 2.☑基本满意 3.□不满意",
        ] {
            assert_eq!(one(text, &ratings()).map(|t| t.ticked), Ok(vec![1]), "{text}");
        }
        assert_eq!(one("□满意 □基本满意 □不满意 ☑", &ratings()).map(|t| t.ticked), Ok(vec![2]));
        for (text, ticked) in [
            ("标准化服务（ ） 计量服务（√） 其他服务：碳足迹（√）", vec![1, 3]),
            ("标准化服务（ ） 计量服务（ ） 其他服务：选型（含安装）（√）", vec![3]),
            ("标准化服务□ 计量服务☑ 其他服务：碳足迹☑", vec![1, 3]),
            ("□标准化服务 ☑计量服务 ☑其他服务 ☑碳足迹 □双碳", vec![1, 3]),
            ("□标准化服务 □计量服务 器具检定√ □其他服务", vec![1]),
        ] {
            assert_eq!(ticks(text, &needs()).map(|t| t.ticked), Ok(ticked), "{text}");
        }
    }

    #[test]
    fn a_tick_that_ticks_nothing_is_told() {
        assert_eq!(ticks("标准化服务 计量服务 检验检测服务 体系√", &needs()), Err(Unclear::NoOption));
        assert!(ticks("√主要需求：标准化服务", &needs()).is_err());
    }
}

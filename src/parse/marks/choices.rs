//! The options of a question, and what its last cells were read as: most cells of a form are ticked alike.

use std::cell::RefCell;
use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};

use rustc_hash::FxHashMap;

use super::{Ticks, Unclear, prefix_len, same_sign};
use crate::recent::Recent;

/// One option of a question: its normal label and other spellings.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Spellings in normal form ([`crate::text::label`]); the first is the label itself.
    pub spellings: Vec<String>,
}

/// The options of a question in the order of the form.
#[derive(Clone, Default)]
pub struct Choices {
    list: Vec<Choice>,
    /// First character of each spelling, the option's index and the spelling's.
    starts: Vec<(char, usize, usize)>,
    /// A bit for each first character: with nearly all others of a text, no option begins.
    firsts: u64,
    /// Tells the options of a question from all others; `None` where their readings are not kept.
    question: Option<u64>,
}

impl Choices {
    /// The options of a question of a form, whose cells are read very often.
    pub fn of_question(list: Vec<Choice>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { question: Some(NEXT.fetch_add(1, Ordering::Relaxed)), ..Self::new(list) }
    }

    /// Options that are asked for now and then.
    pub fn new(list: Vec<Choice>) -> Self {
        let start = |(at, choice): (usize, &Choice)| {
            let spelling = |(n, s): (usize, &String)| Some((s.chars().next()?, at, n));
            choice.spellings.iter().enumerate().filter_map(spelling).collect::<Vec<_>>()
        };
        let starts: Vec<_> = list.iter().enumerate().flat_map(start).collect();
        let firsts = starts.iter().fold(0, |firsts, (first, ..)| firsts | bit(*first));
        Self { list, starts, firsts, question: None }
    }

    /// The longest option with which a text begins, and its length; blanks inside it are passed over.
    pub(super) fn at(&self, chars: &[char]) -> Option<(usize, usize)> {
        let is_sign = matches!(chars[0], ',' | '/' | '、');
        if self.firsts & bit(chars[0]) == 0 && !is_sign {
            return None;
        }
        let mut best: Option<(usize, usize)> = None;
        for (first, index, spelling) in &self.starts {
            if (*first == chars[0] || is_sign && same_sign(*first, chars[0]))
                && let Some(len) = prefix_len(chars, &self.list[*index].spellings[*spelling])
                && best.is_none_or(|(_, longest)| len > longest)
            {
                best = Some((*index, len));
            }
        }
        best
    }
}

impl FromIterator<Choice> for Choices {
    fn from_iter<I: IntoIterator<Item = Choice>>(list: I) -> Self {
        Self::new(list.into_iter().collect())
    }
}

impl Deref for Choices {
    type Target = [Choice];

    fn deref(&self) -> &[Choice] {
        &self.list
    }
}

impl fmt::Debug for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.list.fmt(f)
    }
}

fn bit(c: char) -> u64 {
    1 << (u32::from(c) % u64::BITS)
}

/// What a cell says, and whether words that are no option are ticked as well.
pub(super) type Reading = Result<(Ticks, bool), Unclear>;

/// Longest cell whose reading is kept, in bytes: longer ones are hardly ever met again.
const LONGEST: usize = 400;
/// Cells of a question that are kept before those not met again are given up.
const KEPT: usize = 128;
/// Questions that are kept: those of the forms of a run, and no more where forms are loaded over and over.
const QUESTIONS: usize = 64;

thread_local! {
    static KNOWN: RefCell<FxHashMap<u64, Recent<Reading>>> = RefCell::default();
}

/// The reading of a cell, made by `read` where the cell was not met before.
pub(super) fn known(raw: &str, choices: &Choices, read: impl FnOnce() -> Reading) -> Reading {
    let Some(question) = choices.question.filter(|_| raw.len() <= LONGEST) else { return read() };
    let found = KNOWN.with_borrow_mut(|known| known.get_mut(&question)?.get(raw));
    found.unwrap_or_else(|| {
        let reading = read();
        KNOWN.with_borrow_mut(|known| {
            if known.len() >= QUESTIONS {
                known.clear();
            }
            known.entry(question).or_insert_with(|| Recent::new(KEPT)).put(raw.into(), reading.clone());
        });
        reading
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::marks::ticks;

    fn list(labels: &[&str]) -> Vec<Choice> {
        labels.iter().map(|label| Choice { spellings: vec![(*label).to_owned()] }).collect()
    }

    #[test]
    fn a_cell_met_again_reads_the_same() {
        let labels = ["满意", "基本满意", "不满意"];
        let (kept, fresh) = (Choices::of_question(list(&labels)), Choices::new(list(&labels)));
        let long = "　".repeat(LONGEST);
        for text in ["☑满意 □基本满意 □不满意", "□满意 ☑基本满意", "满意√ 一般", "好", "", &long]
        {
            let first = ticks(text, &fresh);
            for _ in 0..2 {
                assert_eq!(ticks(text, &kept), first, "{text}");
            }
        }
    }

    #[test]
    fn questions_do_not_answer_for_each_other() {
        let turned = Choices::of_question(list(&["不满意", "基本满意", "满意"]));
        let usual = Choices::of_question(list(&["满意", "基本满意", "不满意"]));
        for _ in 0..2 {
            assert_eq!(ticks("☑满意 □不满意", &usual).map(|t| t.ticked), Ok(vec![0]));
            assert_eq!(ticks("☑满意 □不满意", &turned).map(|t| t.ticked), Ok(vec![2]));
        }
        // Forms loaded over and over do not fill the memory.
        for n in 0..3 * QUESTIONS {
            let choices = Choices::of_question(list(&["是", "否"]));
            assert_eq!(ticks("√是", &choices).map(|t| t.ticked), Ok(vec![0]), "{n}");
            KNOWN.with_borrow(|known| assert!(known.len() <= QUESTIONS));
        }
    }
}

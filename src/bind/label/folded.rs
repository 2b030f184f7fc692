//! A text in the normal form of labels whose characters still know where they came from, so that what stands behind a
//! label is cut from the text as it was typed.

use unicode_normalization::UnicodeNormalization;

use crate::text;

/// A text in normal form, each character with the byte range it came from.
pub struct Folded {
    pub(super) chars: Vec<(char, usize, usize)>,
}

impl Folded {
    pub fn new(text: &str) -> Self {
        let mut chars = Vec::with_capacity(text.chars().count());
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            if text::is_han(c) {
                chars.push((c, at, end));
                continue;
            }
            if let Some(c) = text::simple(c) {
                if !c.is_whitespace() && !text::is_invisible(c) {
                    chars.push((text::label_char(c), at, end));
                }
                continue;
            }
            if let Some(number) = circled(c) {
                chars.extend(number.to_string().chars().chain(['.']).map(|n| (n, at, end)));
                continue;
            }
            for n in c.nfkc().filter(|n| !n.is_whitespace() && !text::is_invisible(*n)) {
                let folded = text::label_char(n);
                chars.push((folded, at, end));
            }
        }
        Self { chars }
    }

    pub(super) fn starts(&self, from: usize, word: &str) -> Option<usize> {
        let mut at = from;
        for want in word.chars() {
            if self.chars.get(at)?.0 != want {
                return None;
            }
            at += 1;
        }
        Some(at)
    }

    /// The characters from one place up to another or to the end.
    pub(super) fn words(&self, from: usize, to: usize) -> String {
        let to = to.min(self.chars.len());
        self.chars.get(from..to).unwrap_or_default().iter().map(|c| c.0).collect()
    }

    pub(super) fn char(&self, at: usize) -> Option<char> {
        self.chars.get(at).map(|c| c.0)
    }
}

/// The number in ①…⑳.
fn circled(c: char) -> Option<u32> {
    ('①'..='⑳').contains(&c).then(|| u32::from(c) - u32::from('①') + 1)
}

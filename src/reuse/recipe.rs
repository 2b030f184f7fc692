//! What a file is made from, as two digests: the look (page layouts, fonts, reference
//! documents) and the content. Two, so that it can be said why a file has to be made anew;
//! the program is the same for all files of an edition.

use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use crate::digest::{Half, Joint};
use crate::error::{Error, Result};

/// What a file is made from. A run keeps that of every file it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    look: Half,
    content: Half,
}

/// Why a file is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// There is none, or what stands there is not what was written.
    Missing,
    Program,
    Look,
    Content,
}

impl Why {
    /// The reason in Chinese.
    pub fn words(self) -> &'static str {
        ["尚无此文件或已被改动", "程序版本不同", "版式、模板或字体有变动", "数据有变动"][self as usize]
    }
}

impl Recipe {
    /// Of a look and a content.
    pub fn new(look: &Content, content: &Content) -> Self {
        Self { look: look.half(), content: content.half() }
    }

    /// What differs from an earlier recipe; `None` where nothing does.
    pub fn differs(&self, earlier: &Self) -> Option<Why> {
        match self {
            s if s.look != earlier.look => Some(Why::Look),
            s if s.content != earlier.content => Some(Why::Content),
            _ => None,
        }
    }
}

/// Gathers what a file is made from.
#[derive(Clone, Default)]
pub struct Content(Joint);

impl Content {
    /// Adds bytes.
    pub fn bytes(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.0.add(bytes.as_ref());
        self
    }

    /// Adds a value by what its `Debug` says: nothing that is not ordered (hash maps) may be in it.
    pub fn debug(mut self, value: &impl fmt::Debug) -> Self {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = write!(text, "{value:?}");
        self.0.add(text.as_bytes());
        self
    }

    /// Adds a value as it is serialised, in a fraction of the time: for documents, of which each run
    /// asks for thousands. Here too nothing may be in it that is not ordered.
    ///
    /// # Errors
    /// It cannot be serialised, which is a fault of its type.
    pub fn value(mut self, value: &impl Serialize) -> Result<Self> {
        let bytes = rmp_serde::to_vec(value).map_err(|e| Error::internal(format!("配方：{e}")))?;
        self.0.add(&bytes);
        Ok(self)
    }

    fn half(&self) -> Half {
        self.0.clone().half()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_differs() {
        let of = |look: &str, content: &str| {
            Recipe::new(&Content::default().bytes(look), &Content::default().bytes(content))
        };
        assert_eq!(of("a", "b").differs(&of("a", "b")), None);
        assert_eq!(of("a", "b").differs(&of("a", "c")), Some(Why::Content));
        assert_eq!(of("a", "b").differs(&of("c", "b")), Some(Why::Look));
        let parts = |a: &str, b: &str| Content::default().bytes(a).bytes(b).half();
        assert_ne!(parts("ab", "c"), parts("a", "bc"));
    }
}

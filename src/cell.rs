//! Where something stands: file, sheet and cell.
//!
//! This is the only place in the program that turns zero-based rows and columns
//! into A1 notation. Everything else carries a [`Cell`] or a [`Place`].

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A cell of a sheet, zero-based; prints as A1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    pub row: u32,
    pub col: u32,
}

impl Cell {
    pub const fn new(row: u32, col: u32) -> Self {
        Self { row, col }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = [0u8; 7];
        let mut at = letters.len();
        let mut rest = u64::from(self.col) + 1;
        while rest > 0 {
            at -= 1;
            letters[at] = b'A' + ((rest - 1) % 26) as u8;
            rest = (rest - 1) / 26;
        }
        let letters = std::str::from_utf8(&letters[at..]).unwrap_or("?");
        write!(f, "{letters}{}", u64::from(self.row) + 1)
    }
}

/// Error of [`Cell::from_str`]: the text is not an A1 address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnAddress;

impl FromStr for Cell {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let digits = text.find(|c: char| c.is_ascii_digit()).ok_or(NotAnAddress)?;
        let (letters, number) = text.split_at(digits);
        if letters.is_empty() || letters.len() > 4 || !letters.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(NotAnAddress);
        }
        let col = letters.bytes().fold(0u32, |sum, b| sum * 26 + u32::from(b - b'A') + 1);
        let row: u32 = number.parse().map_err(|_| NotAnAddress)?;
        if row == 0 {
            return Err(NotAnAddress);
        }
        Ok(Self::new(row - 1, col - 1))
    }
}

impl Serialize for Cell {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom(format!("`{text}` is not a cell address")))
    }
}

/// File, sheet and cell that something came from. A finding about a whole file
/// has neither sheet nor cell; in a CSV file the sheet is empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Path below `inputs/<period>`, with `/`.
    pub file: Arc<str>,
    pub sheet: Arc<str>,
    pub cell: Option<Cell>,
}

impl Place {
    /// The place of a finding about a whole file.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), sheet: "".into(), cell: None }
    }

    /// The same sheet, another cell.
    pub fn at(&self, cell: Cell) -> Self {
        Self { cell: Some(cell), ..self.clone() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if !self.sheet.is_empty() {
            write!(f, " [{}]", self.sheet)?;
        }
        if let Some(cell) = self.cell {
            write!(f, " {cell}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_a1() {
        for (row, col, text) in
            [(0, 0, "A1"), (9, 25, "Z10"), (0, 26, "AA1"), (1_048_575, 16_383, "XFD1048576")]
        {
            assert_eq!(Cell::new(row, col).to_string(), text);
            assert_eq!(text.parse(), Ok(Cell::new(row, col)));
        }
        assert_eq!(Cell::new(u32::MAX, u32::MAX).to_string(), "MWLQKWV4294967296");
    }

    #[test]
    fn refuses_what_is_no_address() {
        for text in ["", "A", "1", "a1", "A0", "A1B", "ABCDE1", "A99999999999"] {
            assert_eq!(text.parse::<Cell>(), Err(NotAnAddress), "{text}");
        }
    }
}

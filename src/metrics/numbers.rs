//! A column of whole numbers, kept as narrow as the largest of them allows: most are
//! 0 or 1, and there may be a million. Whoever computes with them takes them as `i64`.

use polars::prelude::Column;

/// Whole numbers in the order they were pushed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Numbers {
    /// 0 and 1.
    Flags(Vec<bool>),
    Small(Vec<i32>),
    Wide(Vec<i64>),
}

impl Default for Numbers {
    fn default() -> Self {
        Self::Flags(Vec::new())
    }
}

impl Numbers {
    pub fn push(&mut self, value: i64) {
        match (&mut *self, value, i32::try_from(value)) {
            (Self::Flags(all), 0 | 1, _) => all.push(value == 1),
            (Self::Small(all), _, Ok(small)) => all.push(small),
            (Self::Wide(all), ..) => all.push(value),
            _ => {
                *self = std::mem::take(self).wider();
                self.push(value);
            }
        }
    }

    fn wider(self) -> Self {
        match self {
            Self::Flags(all) => Self::Small(all.into_iter().map(i32::from).collect()),
            Self::Small(all) => Self::Wide(all.into_iter().map(i64::from).collect()),
            wide @ Self::Wide(_) => wide,
        }
    }

    /// Gives back what was held ready for more numbers.
    pub fn shrink_to_fit(&mut self) {
        match self {
            Self::Flags(all) => all.shrink_to_fit(),
            Self::Small(all) => all.shrink_to_fit(),
            Self::Wide(all) => all.shrink_to_fit(),
        }
    }

    /// The number of a row; `None` beyond the last.
    pub fn get(&self, row: usize) -> Option<i64> {
        match self {
            Self::Flags(all) => all.get(row).copied().map(i64::from),
            Self::Small(all) => all.get(row).copied().map(i64::from),
            Self::Wide(all) => all.get(row).copied(),
        }
    }

    /// The same as a column of a frame.
    pub fn column(&self, name: &str) -> Column {
        match self {
            Self::Flags(all) => Column::new(name.into(), all),
            Self::Small(all) => Column::new(name.into(), all),
            Self::Wide(all) => Column::new(name.into(), all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_size_come_back() {
        let wide = [0, 1, 1, 0, -1, 7, i64::from(i32::MAX), i64::from(i32::MIN) - 1, 0, i64::MAX, i64::MIN];
        for end in 0..=wide.len() {
            let mut numbers = Numbers::default();
            wide[..end].iter().for_each(|n| numbers.push(*n));
            let back: Vec<i64> = (0..end).filter_map(|row| numbers.get(row)).collect();
            assert_eq!((back.as_slice(), numbers.get(end)), (&wide[..end], None));
            assert_eq!(numbers.column("n").len(), end);
        }
    }
}

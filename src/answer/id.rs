//! The ids of returns. A run holds some hundred thousand, in returns and in facts: each takes eight bytes.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::cell::Place;
use crate::digest;
use crate::period::Period;
use crate::spec::Form;

/// Id of a return, stable within the inputs: its quarter, its form and ten digits of the digest of its place.
/// In order as its texts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id {
    /// [`Period::ordinal`]; that of the year 9999 is in it.
    quarter: u16,
    form: Form,
    digest: [u8; 5],
}

impl Id {
    /// Of the return at a place.
    pub fn of(period: Period, form: Form, place: &Place) -> Self {
        let whole =
            format!("{period}\u{1f}{form}\u{1f}{}\u{1f}{}\u{1f}{:?}", place.file, place.sheet, place.cell);
        let [a, b, c, d, e, ..] = digest::key(whole.as_bytes());
        let quarter = u16::try_from(period.ordinal()).unwrap_or_default();
        Self { quarter, form, digest: [a, b, c, d, e] }
    }
}

/// `2025Q1-B-0123456789`.
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let period = Period::from_ordinal(self.quarter.into());
        write!(f, "{period}-{}-{}", self.form, digest::hex(&self.digest))
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_small_and_in_the_order_of_their_texts() {
        assert_eq!(size_of::<Option<Id>>(), 8);
        let periods = ["1900Q1", "2024Q4", "2025Q1", "9999Q4"].map(|p| p.parse::<Period>().unwrap());
        let of = |period: Period| {
            let form = move |form| (0..9).map(move |n| Id::of(period, form, &Place::file(n.to_string())));
            Form::ALL.into_iter().flat_map(form)
        };
        let mut ids: Vec<Id> = periods.into_iter().flat_map(of).collect();
        ids.sort();
        assert!(ids.is_sorted_by_key(Id::to_string));
        assert!(ids[0].to_string().starts_with("1900Q1-B-") && ids[0].to_string().len() == 19);
        assert!(ids.last().is_some_and(|id| id.to_string().starts_with("9999Q4-S-")));
    }
}

//! Finished documents in the formats of an office. Every renderer walks the
//! same [`crate::document`]; none of them formats a number or words a sentence.

pub mod word;

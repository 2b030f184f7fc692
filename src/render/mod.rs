//! One file per output format. A renderer walks a finished document and draws
//! it; it never chooses words and never formats a number.

pub mod pdf;
//! Finished documents in the formats of an office. Every renderer walks the
//! same [`crate::document`]; none of them formats a number or words a sentence.

pub mod word;

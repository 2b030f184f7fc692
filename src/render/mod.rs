//! One file per output format. A renderer walks a finished document and draws
//! it; it never chooses words and never formats a number.

pub mod excel;
pub mod pdf;
pub mod word;

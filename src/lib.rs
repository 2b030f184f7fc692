//! `zhiti` (质提): from a quarter of Excel returns under DB5101/T 190-2024 to
//! located problems, defensible metrics and finished documents.

pub mod cell;
pub mod document;
pub mod error;
pub mod parse;
pub mod render;
pub mod sample;
pub mod spec;
pub mod text;

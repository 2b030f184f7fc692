//! `zhiti` (质提): from a quarter of Excel returns under DB5101/T 190-2024 to
//! located problems, defensible metrics and finished documents.

pub mod answer;
pub mod bind;
pub mod cell;
pub mod digest;
pub mod chart;
pub mod document;
pub mod error;
pub mod parse;
pub mod period;
pub mod problem;
pub mod reference;
pub mod spec;
pub mod stats;
pub mod text;
pub mod workbook;
pub mod fonts;
pub mod render;

//! `zhiti` (质提): from a quarter of Excel returns under DB5101/T 190-2024 to
//! located problems, defensible metrics and finished documents.

pub mod answer;
pub mod bind;
pub mod cell;
pub mod chart;
pub mod check;
pub mod digest;
pub mod document;
pub mod docx;
pub mod error;
pub mod fonts;
pub mod inputs;
pub mod link;
pub mod metrics;
pub mod parse;
pub mod period;
pub mod problem;
pub mod public;
pub mod read;
pub mod reference;
pub mod render;
pub mod settings;
pub mod spec;
pub mod stats;
pub mod templates;
pub mod text;
pub mod workbook;

//! Composes the documents: views of formatted strings, tables and charts by name,
//! the narrative of each report, and Annex D.
//!
//! Everything here is words and numbers already printed; no format is known.

mod change_table;
pub mod charts;
pub mod check;
pub mod databook;
pub mod edition;
mod fault;
pub mod narrative;
mod prose;
pub mod report;
pub mod scene;
pub mod summary;
pub mod tables;
pub mod view;

#[cfg(test)]
mod tests;

pub use check::release_check;
pub use edition::edition_report;
pub use fault::{MEND, TemplateFault};
pub use report::{agency_report, city_report, district_report};
pub use scene::Scene;
pub use summary::{Case, cases};

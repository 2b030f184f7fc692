//! The metrics (metrics.md): one definition each, computed lazily with Polars on
//! columns of facts, out as plain figures.
//!
//! This is one of two rooms that know Polars (the other writes `data/`). Counts
//! are the base: sums are whole numbers until the last division, so that the same
//! input gives the same digits on any machine and with any number of threads.

pub mod catalogue;
mod compute;
mod export;
mod facts;
mod fields;
mod figure;
mod frame;
mod numbers;
mod print;
mod units;

pub use catalogue::{CATALOGUE, Definition, Level, Method, Rule, Unit};
pub(crate) use compute::frame_at;
pub use compute::{Contribution, Measured, floor, measure};
pub use export::csv;
pub use facts::{Fact, Facts, Frame, gather};
pub(crate) use facts::{composite_of, sizes};
pub use fields::fields;
pub use figure::{Exact, Figure, Status, name};
pub use print::{NONE, fixed, float, percent, printed, printed_value};
pub use units::{UnitOf, agency_code, units};

/// Items of form F that rate somebody, in order.
pub const RATINGS: [&str; 4] = ["staff_attitude", "staff_skill", "expert_attitude", "expert_skill"];

/// The eight service categories, as printed.
pub const CATEGORIES: [&str; 8] = [
    "标准化服务",
    "计量服务",
    "认证认可服务",
    "检验检测服务",
    "质量管理服务",
    "品牌培育服务",
    "知识产权服务",
    "其他服务",
];

/// The six dimensions of the supplement, as printed.
pub const DIMENSIONS: [&str; 6] =
    ["质量战略与目标", "质量文化", "质量管理体系", "质量人才与培训", "质量成本管控", "质量考核评定"];

/// Size classes, as printed.
pub const SIZES: [&str; 3] = ["中型", "小型", "微型"];

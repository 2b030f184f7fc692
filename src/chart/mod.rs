//! Draws every chart of the reports as one self-contained SVG.
//!
//! A chart is a plain struct of labels that are already formatted, plus the
//! numbers that place the marks; nothing here computes a statistic. The same
//! drawing goes to PDF (typst), Word and the site, is read in black and white
//! (shape and shade before colour) and aloud ([`Chart::alt`]). A value that is
//! missing, suppressed or not finite has no mark, and never stops a report.

mod dimension_levels;
mod dot_rows;
mod dumbbell;
mod frame;
mod funnel;
mod interval_bars;
mod labels;
mod quadrant;
mod rows;
mod scale;
mod stacked_shares;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod trend;

pub use dimension_levels::{DimensionLevels, DimensionRow};
pub use dot_rows::DotRows;
pub use dumbbell::{Dumbbell, PairRow};
pub use funnel::{AgencyPoint, Band, Funnel, Limit};
pub use interval_bars::IntervalBars;
pub use quadrant::{Quadrant, QuadrantPoint};
pub use scale::{Axis, Span, Unit};
pub use stacked_shares::{ShareRow, StackedShares};
pub use trend::{Series, Trend, TrendPoint};

use crate::document::Figure;
use svg::Canvas;
use text::clean;

/// What a reader finds where a chart has nothing to show.
const NO_DATA: &str = "无可用数据";
/// Meaning of grey marks and figures.
const SMALL_N: &str = "灰色：样本量不足，仅供参考";
/// The same where lines between marks are dashed too.
const SMALL_N_DASHED: &str = "灰色、虚线：样本量不足，仅供参考";
/// Magnitudes beyond this are no figure of a report and have no mark.
const HUGE: f64 = 1e9;

/// Anything that can be drawn and described.
pub trait Chart {
    /// What the chart shows, in Chinese, built from the printed labels.
    fn alt(&self) -> String;

    /// Font and width of the drawing.
    fn look(&self) -> &Look;

    /// Draws the chart; `None` where it has no data.
    #[doc(hidden)]
    fn draw(&self) -> Option<Drawing>;

    /// Whether there is anything to draw.
    fn has_data(&self) -> bool {
        self.draw().is_some()
    }

    /// The drawing, a self-contained SVG document without ids.
    fn svg(&self) -> String {
        self.drawing().0.finish(&self.look().font, &self.alt())
    }

    /// Width over height of the drawing.
    fn aspect(&self) -> f32 {
        let canvas = self.drawing().0;
        (canvas.width / canvas.height()) as f32
    }

    /// The chart as a figure of a document, still without number, notes and data table.
    fn figure(&self, name: &str, title: &str) -> Figure {
        Figure {
            name: name.to_owned(),
            title: title.to_owned(),
            svg: self.svg(),
            alt: self.alt(),
            aspect: self.aspect(),
            ..Figure::default()
        }
    }

    #[doc(hidden)]
    fn drawing(&self) -> Drawing {
        self.draw().unwrap_or_else(|| empty(self.look()))
    }
}

/// A drawing in progress; opaque outside of this module.
#[doc(hidden)]
pub struct Drawing(Canvas);

/// What all charts of one report share.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Value of the `font-family` attribute.
    pub font: String,
    /// Width in pixels at 96 dpi; the text block of A4 (156 mm) is 590.
    /// Values outside 320 to 1200 are brought inside.
    pub width: f64,
}

impl Default for Look {
    fn default() -> Self {
        Self { font: "Noto Sans CJK SC, sans-serif".to_owned(), width: 590.0 }
    }
}

impl Look {
    fn canvas(&self) -> Canvas {
        let width = if self.width.is_finite() { self.width } else { 590.0 };
        Canvas::new(width.clamp(320.0, 1200.0))
    }
}

/// One number of a chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    /// Where the mark sits; `None` for missing or suppressed, then there is no mark.
    pub value: Option<f64>,
    /// The number as the report prints it, e.g. `86.3%`, `—` or `*`.
    pub printed: String,
    /// Id of the figure, becomes `data-figure` of the mark.
    pub figure: Option<String>,
}

impl Measure {
    pub fn new(value: f64, printed: impl Into<String>) -> Self {
        Self { value: Some(value), printed: printed.into(), figure: None }
    }

    /// A value that is not there, with what is printed instead.
    pub fn missing(printed: impl Into<String>) -> Self {
        Self { value: None, printed: printed.into(), figure: None }
    }

    /// The same, with the id of its figure.
    #[must_use]
    pub fn with_figure(mut self, id: impl Into<String>) -> Self {
        self.figure = Some(id.into());
        self
    }

    /// The value where it can be drawn.
    fn finite(&self) -> Option<f64> {
        self.value.and_then(finite)
    }
}

/// One row of [`IntervalBars`] or [`DotRows`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimate {
    /// Item, district or the like.
    pub name: String,
    pub measure: Measure,
    /// Lower and upper end of the interval, in the unit of the value.
    pub interval: Option<(f64, f64)>,
    /// Number of cases as printed, e.g. `n=120`; empty for none.
    pub n: String,
    /// Under the floor of its unit: grey, and hatched where it has an area.
    pub muted: bool,
}

/// A vertical line all rows are compared with, such as the city's value.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    pub value: f64,
    /// Label with the printed value, e.g. `全市 86.3%`.
    pub label: String,
    /// Id of the figure of the value.
    pub figure: Option<String>,
}

impl Reference {
    pub fn new(value: f64, label: impl Into<String>) -> Self {
        Self { value, label: label.into(), figure: None }
    }
}

/// A number that can be placed on an axis.
fn finite(value: f64) -> Option<f64> {
    (value.is_finite() && value.abs() <= HUGE).then_some(value)
}

/// An interval in order, where both ends are numbers.
fn interval(ends: Option<(f64, f64)>) -> Option<(f64, f64)> {
    let (a, b) = ends?;
    let (a, b) = (finite(a)?, finite(b)?);
    Some((a.min(b), a.max(b)))
}

/// The drawing of a chart without data.
fn empty(look: &Look) -> Drawing {
    let mut canvas = look.canvas();
    let (w, h) = (canvas.width, 96.0);
    let frame = svg::Rect { x: 0.5, y: 0.5, w: w - 1.0, h: h - 1.0 };
    canvas.rect(frame, svg::Paint::outlined(svg::WHITE, svg::GRID, 1.0));
    let style = svg::Style::body().colour(svg::GREY).anchor(svg::Anchor::Middle);
    canvas.text(w / 2.0, h / 2.0, NO_DATA, style);
    canvas.bottom = h - 4.0;
    Drawing(canvas)
}

/// A description: what is shown, then its parts.
fn sentence(what: &str, parts: Vec<String>) -> String {
    if parts.is_empty() {
        return format!("{what}：{NO_DATA}。");
    }
    clean(&format!("{what}。{}。", parts.join("；")))
}

/// Name and value as one phrase for tooltips and descriptions.
fn phrase(name: &str, printed: &str, n: &str, muted: bool) -> String {
    let mut remarks = Vec::new();
    if !n.is_empty() {
        remarks.push(n);
    }
    if muted {
        remarks.push("样本量不足");
    }
    let printed = if printed.is_empty() { "无数据" } else { printed };
    if remarks.is_empty() {
        format!("{name} {printed}")
    } else {
        format!("{name} {printed}（{}）", remarks.join("，"))
    }
}

//! The frame of charts with two axes: horizontal grid, tick labels, titles that
//! lie flat (turned text is hard to read and some readers drop it).

use super::Axis;
use super::scale::Scale;
use super::svg::{Anchor, Canvas, GREY, GRID, Paint, Rect, SMALL, Style};
use super::text::{ellipsis, width_of};

/// A laid-out plot area with its vertical scale.
pub(super) struct Frame {
    pub plot: Rect,
    pub y: Scale,
}

impl Frame {
    /// Draws the vertical axis below what is there: `height` pixels of plot,
    /// `margin` pixels kept free on the right for labels.
    pub(super) fn open(canvas: &mut Canvas, axis: &Axis, values: &[f64], height: f64, margin: f64) -> Self {
        Self::below(canvas, axis, values, height, (margin, 0.0))
    }

    /// The same with room kept free on the right and above the highest tick.
    pub(super) fn below(
        canvas: &mut Canvas,
        axis: &Axis,
        values: &[f64],
        height: f64,
        (margin, headroom): (f64, f64),
    ) -> Self {
        if !axis.title.is_empty() {
            let title = ellipsis(&axis.title, canvas.width - 8.0, SMALL);
            canvas.text(4.0, canvas.bottom + 9.0, &title, Style::small().colour(GREY));
            canvas.bottom += 19.0;
        }
        let top = canvas.bottom + 10.0;
        let y = Scale::new(axis, values, (top + height, top + headroom), 5.0);
        let left = 4.0 + y.label_width() + 8.0;
        let plot = Rect { x: left, y: top, w: canvas.width - left - margin, h: height };
        for (i, (at, label)) in y.ticks().iter().enumerate() {
            let paint = if i == 0 { Paint::line(GREY, 1.0) } else { Paint::line(GRID, 1.0) };
            canvas.line((plot.x, *at), (plot.x + plot.w, *at), paint);
            canvas.text(left - 7.0, *at, label, Style::small().colour(GREY).anchor(Anchor::End));
        }
        canvas.bottom = top + height + 4.0;
        Self { plot, y }
    }

    /// Draws the horizontal axis and returns its scale.
    pub(super) fn across(&self, canvas: &mut Canvas, axis: &Axis, values: &[f64]) -> Scale {
        let Rect { x, y, w, h } = self.plot;
        let ticks = (w / 70.0).clamp(2.0, 6.0);
        let scale = Scale::new(axis, values, (x + 8.0, x + w - 8.0), ticks);
        let mut free = f64::NEG_INFINITY;
        for (at, label) in scale.ticks() {
            canvas.line((at, y + h), (at, y + h + 4.0), Paint::line(GREY, 1.0));
            let half = width_of(&label, SMALL) / 2.0;
            if at - half > free + 4.0 && at + half < canvas.width {
                canvas.text(at, y + h + 14.0, &label, Style::small().colour(GREY).anchor(Anchor::Middle));
                free = at + half;
            }
        }
        canvas.bottom = y + h + 24.0;
        if !axis.title.is_empty() {
            let title = ellipsis(&axis.title, canvas.width - 8.0, SMALL);
            let style = Style::small().colour(GREY).anchor(Anchor::End);
            canvas.text((x + w).max(width_of(&title, SMALL) + 4.0), canvas.bottom + 8.0, &title, style);
            canvas.bottom += 18.0;
        }
        scale
    }
}

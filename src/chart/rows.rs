//! The frame of all charts that have one row per name: names on the left, the
//! plot in the middle, printed values in columns on the right.
//!
//! Values stand in columns, not at the marks, because columns never collide
//! and can be read down like a table.

use super::scale::Scale;
use super::svg::{ACCENT, Anchor, BLUE, BODY, Canvas, GREY, GRID, LINE, Mark, Paint, SMALL, Style, WHITE};
use super::text::{ellipsis, middle_ellipsis, widest, width_of, wrap};
use super::{Axis, Reference, finite};

/// More rows than this are set tighter, so that thirty still fit on a page.
const MANY: usize = 14;

/// One column of printed text right of the plot.
pub(super) struct Column {
    /// Mark and name above the column; the column is then its own key.
    pub head: Option<(Mark, &'static str, String)>,
    pub cells: Vec<String>,
    /// Counts and other second-rank text.
    pub quiet: bool,
}

impl Column {
    /// A column without a head.
    pub(super) fn plain(cells: Vec<String>, quiet: bool) -> Self {
        Self { head: None, cells, quiet }
    }

    fn width(&self, room: f64) -> f64 {
        let head = self.head.as_ref().map_or(0.0, |(_, _, name)| width_of(name, SMALL) + 17.0);
        widest(&self.cells, BODY).max(head).min(room)
    }
}

/// What a row chart is made of.
pub(super) struct Plan<'a> {
    pub names: Vec<&'a str>,
    /// Rows in grey.
    pub muted: Vec<bool>,
    pub columns: Vec<Column>,
    pub axis: &'a Axis,
    /// All numbers that must be on the axis.
    pub values: Vec<f64>,
    /// Shares the line above the plot with the heads of columns: a chart has one or the other.
    pub reference: Option<&'a Reference>,
}

/// A laid-out frame: where each row is, and where each value.
pub(super) struct Rows {
    pub scale: Scale,
    /// Middle of each row.
    pub middles: Vec<f64>,
    /// Height of a bar.
    pub thick: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Rows {
    /// Lays out the frame below what is drawn already; draws names, columns, grid and axis.
    pub(super) fn open(canvas: &mut Canvas, plan: &Plan) -> Self {
        let narrow = canvas.width < 440.0;
        let name_room = canvas.width * if narrow { 0.27 } else { 0.3 };
        let names: Vec<Vec<String>> =
            plan.names.iter().map(|name| name_lines(name, name_room, plan.names.len())).collect();
        let widest_name = names.iter().map(|lines| widest(lines, BODY)).fold(0.0, f64::max);
        let left = 4.0 + widest_name.max(24.0) + 12.0;
        let (widths, gap) = column_widths(canvas.width, &plan.columns);
        let right = canvas.width - 4.0 - widths.iter().map(|w| w + gap).sum::<f64>();
        let right = if widths.is_empty() { right - 16.0 } else { right };

        let top = canvas.bottom + head_height(plan);
        let (middles, bottom) = row_middles(&names, top + 4.0);
        let values: Vec<f64> =
            plan.values.iter().copied().chain(plan.reference.map(|r| r.value)).filter_map(finite).collect();
        let ticks = ((right - left) / 58.0).clamp(2.0, 5.0);
        let scale = Scale::new(plan.axis, &values, (left + 6.0, right - 6.0), ticks);
        let rows = Self { scale, middles, thick: 13.0, left, right, top, bottom };
        rows.draw_frame(canvas, &plan.axis.title);
        rows.draw_names(canvas, plan, &names);
        rows.draw_columns(canvas, plan, &widths, gap);
        rows
    }

    fn draw_frame(&self, canvas: &mut Canvas, title: &str) {
        let (top, bottom) = (self.top, self.bottom);
        let mut free = f64::NEG_INFINITY;
        for (i, (x, label)) in self.scale.ticks().iter().enumerate() {
            let paint = if i == 0 { Paint::line(GREY, 1.0) } else { Paint::line(GRID, 1.0) };
            canvas.line((*x, top), (*x, bottom), paint);
            let half = width_of(label, SMALL) / 2.0;
            if x - half > free + 4.0 {
                canvas.text(*x, bottom + 11.0, label, Style::small().colour(GREY).anchor(Anchor::Middle));
                free = x + half;
            }
        }
        canvas.bottom = bottom + 22.0;
        if !title.is_empty() {
            let room = canvas.width - self.left - 4.0;
            let words = ellipsis(title, room, SMALL);
            canvas.text(self.left + 6.0, canvas.bottom + 8.0, &words, Style::small().colour(GREY));
            canvas.bottom += 18.0;
        }
    }

    fn draw_names(&self, canvas: &mut Canvas, plan: &Plan, names: &[Vec<String>]) {
        for (i, lines) in names.iter().enumerate() {
            let muted = plan.muted.get(i).copied().unwrap_or(false);
            let style = Style::body().anchor(Anchor::End);
            let style = if muted { style.colour(GREY) } else { style };
            let full = plan.names[i];
            canvas.open(None, if lines.concat() == full { "" } else { full });
            canvas.lines(self.left - 6.0, self.middles[i], lines, style);
            canvas.close();
        }
    }

    fn draw_columns(&self, canvas: &mut Canvas, plan: &Plan, widths: &[f64], gap: f64) {
        let mut x = self.right;
        for (column, width) in plan.columns.iter().zip(widths) {
            x += gap + width;
            if let Some((mark, colour, name)) = &column.head {
                let name = ellipsis(name, width - 17.0, SMALL);
                canvas.text(x, self.top - 10.0, &name, Style::small().anchor(Anchor::End));
                canvas.mark(*mark, x - width_of(&name, SMALL) - 9.0, self.top - 10.0, 4.8, colour);
            }
            for (i, cell) in column.cells.iter().enumerate() {
                let muted = plan.muted.get(i).copied().unwrap_or(false);
                let style = Style::body().anchor(Anchor::End);
                let style = if column.quiet || muted { style.colour(GREY) } else { style };
                canvas.text(x, self.middles[i], &ellipsis(cell, *width, BODY), style);
            }
        }
    }

    /// Draws a faint line along each row, from the name to the values.
    pub(super) fn guides(&self, canvas: &mut Canvas) {
        for y in &self.middles {
            canvas.line((self.left, *y), (self.right, *y), Paint::line(GRID, 1.0).dashed("1 3"));
        }
    }

    /// Draws the line all rows are compared with, and its label above the plot.
    pub(super) fn reference(&self, canvas: &mut Canvas, reference: Option<&Reference>) {
        let Some(reference) = reference else { return };
        let Some(value) = finite(reference.value) else { return };
        let x = self.scale.at(value);
        let label = ellipsis(&reference.label, canvas.width - 8.0, SMALL);
        let half = width_of(&label, SMALL) / 2.0;
        let at = x.clamp(half + 4.0, canvas.width - half - 4.0);
        canvas.open(reference.figure.as_deref(), &reference.label);
        canvas.line((x, self.top), (x, self.bottom), Paint::line(WHITE, 3.0));
        canvas.line((x, self.top - 3.0), (x, self.bottom), Paint::line(ACCENT, 1.5).dashed("5 3"));
        canvas.text(at, self.top - 11.0, &label, Style::small().colour(ACCENT).anchor(Anchor::Middle));
        canvas.close();
    }
}

/// A name on two lines where there are few rows, on one where there are many.
fn name_lines(name: &str, room: f64, rows: usize) -> Vec<String> {
    if rows <= MANY { wrap(name, room, BODY, 2) } else { vec![middle_ellipsis(name, room, BODY)] }
}

/// The colours of a key, from whether each row that shows a mark is grey. Where all are, so is the key: nobody
/// should look for coloured ones.
pub(super) fn key_colour(mut muted: impl Iterator<Item = bool>) -> impl Fn(&'static str) -> &'static str {
    let is_grey = muted.all(|muted| muted);
    move |colour| if is_grey { GREY } else { colour }
}

/// The line between two marks of a row; dashed where the row rests on few cases.
pub(super) fn joint(muted: bool, width: f64) -> Paint {
    if muted { Paint::line(GREY, width * 0.6).dashed("3 3") } else { Paint::line(BLUE, width) }
}

/// Widths of the columns, and the gap before each.
fn column_widths(canvas: f64, columns: &[Column]) -> (Vec<f64>, f64) {
    let gap = if canvas < 440.0 { 6.0 } else { 12.0 };
    let room = canvas * if columns.len() > 2 { 0.5 } else { 0.4 } / columns.len().max(2) as f64;
    let used: Vec<f64> = columns.iter().map(|c| c.width(room)).filter(|w| *w > 0.0).collect();
    (used, gap)
}

/// Space above the plot for the heads of columns or the label of the reference line.
fn head_height(plan: &Plan) -> f64 {
    let heads = plan.columns.iter().any(|column| column.head.is_some());
    if heads || plan.reference.is_some() { 24.0 } else { 6.0 }
}

/// Middle of each row and the end of the last one, rows being as high as their names.
fn row_middles(names: &[Vec<String>], top: f64) -> (Vec<f64>, f64) {
    let least = if names.len() <= MANY { 28.0 } else { 22.0 };
    let mut y = top;
    let middles = names
        .iter()
        .map(|lines| {
            let height = (LINE * lines.len() as f64 + 7.0).max(least);
            y += height;
            y - height / 2.0
        })
        .collect();
    (middles, y + 4.0)
}

//! Bars with intervals: one number per item, such as satisfaction by item of 8.2.
//!
//! A bar's length is its value, so the axis always starts at zero and shows the
//! whole unit.

use super::rows::{Column, Plan, Rows};
use super::svg::{BLUE, Canvas, GREY, INK, Mark, NAVY, Paint, Rect, WHITE};
use super::{Axis, Chart, Drawing, Estimate, Look, Reference, SMALL_N, Span, interval, phrase, sentence};

/// Pixels of the outline of a hatched bar, inside it.
const OUTLINE: f64 = 0.8;

/// One bar per item with its interval, printed value and number of cases.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IntervalBars {
    /// What is shown, for the description, e.g. `各项满意率`.
    pub title: String,
    /// `span` is ignored: bars start at zero.
    pub axis: Axis,
    pub rows: Vec<Estimate>,
    /// The value all bars are compared with.
    pub reference: Option<Reference>,
    /// Meaning of the whiskers, e.g. `95%置信区间`; empty leaves it to a note of the figure.
    pub interval_name: String,
    pub look: Look,
}

impl Chart for IntervalBars {
    fn alt(&self) -> String {
        alt_of("条形图", &self.title, &self.rows, self.reference.as_ref())
    }

    fn look(&self) -> &Look {
        &self.look
    }

    fn draw(&self) -> Option<Drawing> {
        if !has_data(&self.rows) {
            return None;
        }
        let mut canvas = self.look.canvas();
        let span = if self.axis.span == Span::Fit { Span::Full } else { self.axis.span };
        let axis = Axis { span, ..self.axis.clone() };
        let rows = Rows::open(&mut canvas, &plan(&self.rows, &axis, self.reference.as_ref()));
        for (row, y) in self.rows.iter().zip(&rows.middles) {
            let Some(value) = row.measure.finite() else { continue };
            let (zero, end) = (rows.scale.at(0.0), rows.scale.at(value));
            let bar = Rect { x: zero, y: y - rows.thick / 2.0, w: end - zero, h: rows.thick };
            canvas.open(row.measure.figure.as_deref(), &spoken(row));
            if row.muted {
                canvas.hatched(bar);
            } else {
                canvas.rect(bar, Paint::fill(BLUE));
                canvas.line((end, bar.y), (end, bar.y + bar.h), Paint::line(NAVY, 2.0));
            }
            canvas.close();
        }
        rows.reference(&mut canvas, self.reference.as_ref());
        for (row, y) in self.rows.iter().zip(&rows.middles) {
            draw_whisker(&mut canvas, &rows, row, *y);
        }
        key(&mut canvas, &self.rows, &self.interval_name, Mark::Hatch);
        Some(Drawing(canvas))
    }
}

/// The interval of a bar, over everything else; on hatching it gets a white ground, within the bar and short
/// of its outline, which alone says where it ends.
fn draw_whisker(canvas: &mut Canvas, rows: &Rows, row: &Estimate, y: f64) {
    let (Some(value), Some((lo, hi))) = (row.measure.finite(), interval(row.interval)) else { return };
    let (lo, hi) = (rows.scale.at(lo), rows.scale.at(hi));
    let (from, to) = (lo.max(rows.scale.at(0.0) + OUTLINE), hi.min(rows.scale.at(value) - OUTLINE));
    if row.muted && to > from {
        canvas.rect(Rect { x: from, y: y - 2.0, w: to - from, h: 4.0 }, Paint::fill(WHITE));
    }
    canvas.whisker(lo, hi, y, INK);
}

/// Whether any row has a mark.
pub(super) fn has_data(rows: &[Estimate]) -> bool {
    rows.iter().any(|row| row.measure.finite().is_some())
}

/// The frame shared by bars and dots: printed value and number of cases on the right.
pub(super) fn plan<'a>(rows: &'a [Estimate], axis: &'a Axis, reference: Option<&'a Reference>) -> Plan<'a> {
    let ends = rows.iter().filter_map(|row| interval(row.interval)).flat_map(|(a, b)| [a, b]);
    let values = rows.iter().filter_map(|row| row.measure.finite()).chain(ends).collect();
    let printed = rows.iter().map(|row| row.measure.printed.clone()).collect();
    let cases = rows.iter().map(|row| row.n.clone()).collect();
    Plan {
        names: rows.iter().map(|row| row.name.as_str()).collect(),
        muted: rows.iter().map(|row| row.muted).collect(),
        columns: vec![Column::plain(printed, false), Column::plain(cases, true)],
        axis,
        values,
        reference,
    }
}

/// Says what whiskers and grey rows mean, where there are any.
pub(super) fn key(canvas: &mut Canvas, rows: &[Estimate], interval_name: &str, small: Mark) {
    let mut entries = Vec::new();
    if !interval_name.is_empty() && rows.iter().any(|row| interval(row.interval).is_some()) {
        entries.push((Mark::Whisker, INK, interval_name.to_owned()));
    }
    if rows.iter().any(|row| row.muted) {
        entries.push((small, GREY, SMALL_N.to_owned()));
    }
    canvas.key(&entries);
}

/// A row in words.
pub(super) fn spoken(row: &Estimate) -> String {
    phrase(&row.name, &row.measure.printed, &row.n, row.muted)
}

/// Description shared by bars and dots.
pub(super) fn alt_of(kind: &str, title: &str, rows: &[Estimate], reference: Option<&Reference>) -> String {
    let mut parts: Vec<String> = rows.iter().map(spoken).collect();
    if let (Some(reference), false) = (reference, parts.is_empty()) {
        parts.push(format!("参照线为{}", reference.label));
    }
    sentence(&format!("{kind}{}{title}，共{}项", colon(title), rows.len()), parts)
}

fn colon(title: &str) -> &'static str {
    if title.is_empty() { "" } else { "：" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Measure, Unit};

    #[test]
    fn bars_start_at_zero_even_where_a_fit_was_asked_for() {
        let row =
            Estimate { name: "甲".into(), measure: Measure::new(0.95, "95.0%"), ..Estimate::default() };
        let axis = Axis::new("", Unit::Rate, Span::Fit);
        let svg = IntervalBars { axis, rows: vec![row], ..IntervalBars::default() }.svg();
        assert!(svg.contains(">0%<") && svg.contains(">100%<"), "{svg}");
    }

    #[test]
    fn the_ground_of_an_interval_leaves_the_end_of_its_bar() {
        let row = Estimate {
            name: "甲".into(),
            measure: Measure::new(0.75, "75.0%"),
            interval: Some((0.3, 0.95)),
            muted: true,
            ..Estimate::default()
        };
        let svg = IntervalBars { rows: vec![row], ..IntervalBars::default() }.svg();
        let number = |rect: &str, name: &str| -> f64 {
            let (_, rest) = rect.split_once(&format!(" {name}=\"")).expect(name);
            rest.split('"').next().unwrap().parse().unwrap()
        };
        let rects: Vec<&str> = svg.split("<rect").skip(1).map(|r| r.split("/>").next().unwrap()).collect();
        let end = |r: &str| number(r, "x") + number(r, "width");
        let bar = rects.iter().find(|r| r.contains(GREY)).expect("a hatched bar");
        let ground = rects.iter().find(|r| number(r, "height") == 4.0).expect("a ground");
        assert!(end(ground) < end(bar) - 0.5, "{ground} {bar}");
        assert!(number(ground, "x") > number(bar, "x"));
    }

    #[test]
    fn a_small_n_is_hatched_and_explained() {
        let measure = Measure::new(0.5, "50.0%");
        let row =
            Estimate { name: "甲".into(), measure, n: "n=4".into(), muted: true, ..Estimate::default() };
        let chart = IntervalBars { rows: vec![row], ..IntervalBars::default() };
        assert!(chart.svg().contains(SMALL_N));
        assert!(!chart.svg().contains(BLUE));
        assert!(chart.alt().contains("甲 50.0%（n=4，样本量不足）"), "{}", chart.alt());
    }
}

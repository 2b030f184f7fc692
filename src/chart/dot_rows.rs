//! Dots with intervals on a common line: districts against the city, coverage
//! by district and the like.
//!
//! A dot marks a place, not a length, so the axis may show only the
//! neighbourhood of the values.

use super::interval_bars::{alt_of, has_data, key, plan, spoken};
use super::rows::Rows;
use super::svg::{GREY, INK, Mark, NAVY, Paint, WHITE};
use super::{Axis, Chart, Drawing, Estimate, Look, Reference, interval};

/// One dot per row with its interval, and a line at the value of the whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DotRows {
    /// What is shown, for the description, e.g. `各区(市)县回收率`.
    pub title: String,
    pub axis: Axis,
    pub rows: Vec<Estimate>,
    /// The value all rows are compared with, usually the city's.
    pub reference: Option<Reference>,
    /// Meaning of the whiskers, e.g. `95%置信区间`; empty leaves it to a note of the figure.
    pub interval_name: String,
    pub look: Look,
}

impl Chart for DotRows {
    fn alt(&self) -> String {
        alt_of("点图", &self.title, &self.rows, self.reference.as_ref())
    }

    fn look(&self) -> &Look {
        &self.look
    }

    fn draw(&self) -> Option<Drawing> {
        if !has_data(&self.rows) {
            return None;
        }
        let mut canvas = self.look.canvas();
        let rows = Rows::open(&mut canvas, &plan(&self.rows, &self.axis, self.reference.as_ref()));
        rows.guides(&mut canvas);
        rows.reference(&mut canvas, self.reference.as_ref());
        for (row, y) in self.rows.iter().zip(&rows.middles) {
            let Some(value) = row.measure.finite() else { continue };
            canvas.open(row.measure.figure.as_deref(), &spoken(row));
            if let Some((lo, hi)) = interval(row.interval) {
                let colour = if row.muted { GREY } else { INK };
                canvas.line((rows.scale.at(lo), *y), (rows.scale.at(hi), *y), Paint::line(WHITE, 4.0));
                canvas.whisker(rows.scale.at(lo), rows.scale.at(hi), *y, colour);
            }
            let (mark, colour) = if row.muted { (Mark::Ring, GREY) } else { (Mark::Disc, NAVY) };
            canvas.mark(mark, rows.scale.at(value), *y, 5.0, colour);
            canvas.close();
        }
        key(&mut canvas, &self.rows, &self.interval_name, Mark::Ring);
        Some(Drawing(canvas))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Measure;

    #[test]
    fn a_missing_value_keeps_its_row_without_a_mark() {
        let row = |name: &str, measure| Estimate { name: name.into(), measure, ..Estimate::default() };
        let rows = vec![row("锦江区", Measure::new(0.8, "80.0%")), row("青羊区", Measure::missing("*"))];
        let chart = DotRows { rows, ..DotRows::default() };
        assert_eq!(chart.svg().matches("<circle").count(), 1);
        assert!(chart.svg().contains(">青羊区<") && chart.svg().contains(">*<"));
        assert!(chart.alt().contains("青羊区 *"));
    }
}

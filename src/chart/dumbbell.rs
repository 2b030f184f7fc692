//! Demand against supply by category: two different marks on one line.
//!
//! The gap is what the reader looks for, so the line between the marks is
//! drawn strongly and the two values stand in columns beside it.

use super::rows::{Column, Plan, Rows, joint, key_colour};
use super::svg::{ACCENT, GREY, Mark, NAVY};
use super::{Axis, Chart, Drawing, Look, Measure, SMALL_N_DASHED, phrase, sentence};

/// Two shares per category, joined by a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Dumbbell {
    /// What is shown, for the description, e.g. `各类别需求与服务占比`.
    pub title: String,
    pub axis: Axis,
    /// Name of the filled circle, `需求` by default.
    pub demand_name: String,
    /// Name of the hollow square, `服务` by default.
    pub supply_name: String,
    pub rows: Vec<PairRow>,
    pub look: Look,
}

/// Demand and supply of one category.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairRow {
    pub name: String,
    pub demand: Measure,
    pub supply: Measure,
    /// Under the floor of its unit: grey.
    pub muted: bool,
}

impl Default for Dumbbell {
    fn default() -> Self {
        Self {
            title: String::new(),
            axis: Axis { span: super::Span::FromZero, ..Axis::default() },
            demand_name: "需求".to_owned(),
            supply_name: "服务".to_owned(),
            rows: Vec::new(),
            look: Look::default(),
        }
    }
}

impl Chart for Dumbbell {
    fn alt(&self) -> String {
        let title = if self.title.is_empty() { "对比" } else { &self.title };
        let parts = self.rows.iter().map(|row| self.spoken(row)).collect();
        sentence(&format!("哑铃图：{title}，共{}类", self.rows.len()), parts)
    }

    fn look(&self) -> &Look {
        &self.look
    }

    fn draw(&self) -> Option<Drawing> {
        let both = self.rows.iter().flat_map(|row| [&row.demand, &row.supply]);
        let values: Vec<f64> = both.filter_map(Measure::finite).collect();
        if values.is_empty() {
            return None;
        }
        let mut canvas = self.look.canvas();
        let demand = self.rows.iter().map(|row| row.demand.printed.clone()).collect();
        let supply = self.rows.iter().map(|row| row.supply.printed.clone()).collect();
        let told = |row: &&PairRow| row.demand.finite().or(row.supply.finite()).is_some();
        let key = key_colour(self.rows.iter().filter(told).map(|row| row.muted));
        let column = |mark, colour, name: &str, cells| Column {
            head: Some((mark, key(colour), name.to_owned())),
            cells,
            quiet: false,
        };
        let plan = Plan {
            names: self.rows.iter().map(|row| row.name.as_str()).collect(),
            muted: self.rows.iter().map(|row| row.muted).collect(),
            columns: vec![
                column(Mark::Disc, NAVY, &self.demand_name, demand),
                column(Mark::Square, ACCENT, &self.supply_name, supply),
            ],
            axis: &self.axis,
            values,
            reference: None,
        };
        let rows = Rows::open(&mut canvas, &plan);
        rows.guides(&mut canvas);
        for (row, y) in self.rows.iter().zip(&rows.middles) {
            self.draw_row(&mut canvas, &rows, row, *y);
        }
        if self.rows.iter().any(|row| row.muted) {
            canvas.notes(&format!("{SMALL_N_DASHED}。"));
        }
        Some(Drawing(canvas))
    }
}

impl Dumbbell {
    fn draw_row(&self, canvas: &mut super::svg::Canvas, rows: &Rows, row: &PairRow, y: f64) {
        let place = |measure: &Measure| measure.finite().map(|value| rows.scale.at(value));
        let (demand, supply) = (place(&row.demand), place(&row.supply));
        canvas.open(None, &self.spoken(row));
        if let (Some(a), Some(b)) = (demand, supply) {
            canvas.line((a, y), (b, y), joint(row.muted, 3.0));
        }
        let pick = |colour| if row.muted { GREY } else { colour };
        if let Some(x) = supply {
            canvas.open(row.supply.figure.as_deref(), "");
            canvas.mark(Mark::Square, x, y, 5.8, pick(ACCENT));
            canvas.close();
        }
        if let Some(x) = demand {
            canvas.open(row.demand.figure.as_deref(), "");
            canvas.mark(Mark::Disc, x, y, 5.0, pick(NAVY));
            canvas.close();
        }
        canvas.close();
    }

    fn spoken(&self, row: &PairRow) -> String {
        let (demand, supply) = (&row.demand.printed, &row.supply.printed);
        let values = format!("{}{demand}、{}{supply}", self.demand_name, self.supply_name);
        phrase(&row.name, &values, "", row.muted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_grey_where_every_mark_is() {
        let row = |muted| PairRow {
            name: "计量服务".into(),
            demand: Measure::new(0.3, "30.0%"),
            supply: Measure::new(0.2, "20.0%"),
            muted,
        };
        let drawn = |rows: &[bool]| {
            Dumbbell { rows: rows.iter().map(|muted| row(*muted)).collect(), ..Dumbbell::default() }.svg()
        };
        for (rows, coloured) in [(&[true][..], false), (&[true, false], true), (&[false], true)] {
            assert_eq!(drawn(rows).contains(NAVY), coloured, "{rows:?}");
            assert_eq!(drawn(rows).contains(ACCENT), coloured, "{rows:?}");
        }
    }

    #[test]
    fn one_side_missing_leaves_one_mark_and_no_line() {
        let row = PairRow {
            name: "检验检测服务".into(),
            demand: Measure::new(0.3, "30.0%").with_figure("2025Q1/city/demand_share/testing"),
            supply: Measure::missing("—"),
            muted: false,
        };
        let chart = Dumbbell { rows: vec![row], ..Dumbbell::default() };
        let svg = chart.svg();
        assert!(!svg.contains(r#"stroke-width="3.00""#));
        assert!(svg.contains(r#"<g data-figure="2025Q1/city/demand_share/testing"><circle"#), "{svg}");
        assert!(chart.alt().contains("检验检测服务 需求30.0%、服务—"));
    }
}

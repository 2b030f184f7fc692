//! The six dimensions of S: level before the service, target, level reached.
//!
//! Three marks that differ in shape on a scale of 1 to 5; where they coincide
//! the ring shows around the disc and the tick stands out above both.

use super::rows::{Column, Plan, Rows, joint, key_colour};
use super::svg::{ACCENT, Canvas, GREY, Mark, NAVY};
use super::{Axis, Chart, Drawing, Look, Measure, SMALL_N_DASHED, Span, Unit, phrase, sentence};

/// Before, target and after for each dimension, 1 to 5.
#[derive(Clone, Debug, PartialEq)]
pub struct DimensionLevels {
    /// What is shown, for the description, e.g. `六个维度质量水平`.
    pub title: String,
    /// Title of the axis, e.g. `评价等级（1～5级）`.
    pub axis_title: String,
    /// Names of the three marks; `服务前`, `目标`, `服务后` by default.
    pub names: [String; 3],
    pub rows: Vec<DimensionRow>,
    pub look: Look,
}

/// The levels of one dimension.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DimensionRow {
    pub name: String,
    pub before: Measure,
    pub target: Measure,
    pub after: Measure,
    /// Under the floor of its unit: grey.
    pub muted: bool,
}

impl DimensionRow {
    fn measures(&self) -> [&Measure; 3] {
        [&self.before, &self.target, &self.after]
    }
}

impl Default for DimensionLevels {
    fn default() -> Self {
        Self {
            title: String::new(),
            axis_title: String::new(),
            names: ["服务前", "目标", "服务后"].map(str::to_owned),
            rows: Vec::new(),
            look: Look::default(),
        }
    }
}

const MARKS: [(Mark, &str); 3] = [(Mark::Ring, NAVY), (Mark::Tick, ACCENT), (Mark::Disc, NAVY)];

impl Chart for DimensionLevels {
    fn alt(&self) -> String {
        let title = if self.title.is_empty() { "质量水平" } else { &self.title };
        let parts = self.rows.iter().map(|row| self.spoken(row)).collect();
        sentence(&format!("点图：{title}，共{}个维度", self.rows.len()), parts)
    }

    fn look(&self) -> &Look {
        &self.look
    }

    fn draw(&self) -> Option<Drawing> {
        let any = self.rows.iter().flat_map(DimensionRow::measures).any(|m| m.finite().is_some());
        if !any {
            return None;
        }
        let mut canvas = self.look.canvas();
        let told = |row: &&DimensionRow| row.measures().iter().any(|m| m.finite().is_some());
        let key = key_colour(self.rows.iter().filter(told).map(|row| row.muted));
        let column = |i: usize| Column {
            head: Some((MARKS[i].0, key(MARKS[i].1), self.names[i].clone())),
            cells: self.rows.iter().map(|row| row.measures()[i].printed.clone()).collect(),
            quiet: false,
        };
        let axis = Axis::new(self.axis_title.clone(), Unit::Level, Span::Full);
        let plan = Plan {
            names: self.rows.iter().map(|row| row.name.as_str()).collect(),
            muted: self.rows.iter().map(|row| row.muted).collect(),
            columns: vec![column(0), column(1), column(2)],
            axis: &axis,
            values: Vec::new(),
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

impl DimensionLevels {
    fn draw_row(&self, canvas: &mut Canvas, rows: &Rows, row: &DimensionRow, y: f64) {
        let places = row.measures().map(|m| m.finite().map(|value| rows.scale.at(value)));
        canvas.open(None, &self.spoken(row));
        if let [Some(before), _, Some(after)] = places {
            canvas.line((before, y), (after, y), joint(row.muted, 2.4));
        }
        for i in [0, 1, 2] {
            let (Some(x), measure, (mark, colour)) = (places[i], row.measures()[i], MARKS[i]) else {
                continue;
            };
            let colour = if row.muted { GREY } else { colour };
            canvas.open(measure.figure.as_deref(), "");
            canvas.mark(mark, x, y, [6.0, 5.4, 4.3][i], colour);
            canvas.close();
        }
        canvas.close();
    }

    fn spoken(&self, row: &DimensionRow) -> String {
        let measures = row.measures();
        let values = [0, 1, 2].map(|i| format!("{}{}", self.names[i], measures[i].printed));
        phrase(&row.name, &values.join("、"), "", row.muted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_grey_where_every_mark_is() {
        let level = || Measure::new(3.0, "3.00");
        let row = |muted| DimensionRow {
            name: "管理".into(),
            before: level(),
            target: level(),
            after: level(),
            muted,
        };
        let drawn = |rows: &[bool]| {
            let rows = rows.iter().map(|muted| row(*muted)).collect();
            DimensionLevels { rows, ..DimensionLevels::default() }.svg()
        };
        for (rows, coloured) in [(&[true][..], false), (&[true, false], true), (&[false], true)] {
            assert_eq!(drawn(rows).contains(NAVY), coloured, "{rows:?}");
            assert_eq!(drawn(rows).contains(ACCENT), coloured, "{rows:?}");
        }
    }

    #[test]
    fn equal_levels_keep_three_distinct_marks() {
        let same = || Measure::new(3.0, "3.00");
        let row =
            DimensionRow {
                name: "管理".into(), before: same(), target: same(), after: same(), muted: false
            };
        let chart = DimensionLevels { rows: vec![row], ..DimensionLevels::default() };
        let svg = chart.svg();
        assert!(svg.contains("r=\"5.60\" fill=\"#ffffff\""), "ring: {svg}");
        assert!(svg.contains(&format!(r#"r="4.30" fill="{NAVY}""#)), "disc");
        assert!(chart.alt().contains("管理 服务前3.00、目标3.00、服务后3.00"));
    }
}

//! Shares of ordered levels, one bar per row: 满意/基本满意/不满意, or the
//! levels of standards.
//!
//! Shades run from dark to light in the order of the levels and every segment
//! is outlined, so that the order survives a black and white printer.

use super::rows::{Column, Plan, Rows};
use super::svg::{Anchor, BODY, Canvas, GREY, INK, Mark, NAVY, Paint, Rect, SHADES, Style, WHITE};
use super::text::width_of;
use super::{Axis, Chart, Drawing, Look, Measure, SMALL_N, phrase, sentence};

/// One bar per row, divided into the shares of the levels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StackedShares {
    /// What is shown, for the description, e.g. `各项评价构成`.
    pub title: String,
    /// Title of the axis; the axis itself is 0 to 100%.
    pub axis_title: String,
    /// Names of the levels in order, e.g. `满意`, `基本满意`, `不满意`.
    pub levels: Vec<String>,
    pub rows: Vec<ShareRow>,
    pub look: Look,
}

/// The shares of one row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareRow {
    pub name: String,
    /// One share (0 to 1) per level; they should add up to 1, and are scaled down where they exceed it.
    pub shares: Vec<Measure>,
    /// Number of cases as printed, e.g. `n=120`; empty for none.
    pub n: String,
    /// Under the floor of its unit: name and labels in grey.
    pub muted: bool,
}

impl Chart for StackedShares {
    fn alt(&self) -> String {
        let title = if self.title.is_empty() { "构成" } else { &self.title };
        let parts = self.rows.iter().map(|row| self.spoken(row)).collect();
        sentence(&format!("堆积条形图：{title}，共{}项", self.rows.len()), parts)
    }

    fn look(&self) -> &Look {
        &self.look
    }

    fn draw(&self) -> Option<Drawing> {
        if !self.rows.iter().any(|row| row.total() > 0.0) {
            return None;
        }
        let mut canvas = self.look.canvas();
        // Where every bar is grey, so is the key: nobody should look for blue ones.
        let muted = self.rows.iter().filter(|row| row.total() > 0.0).all(|row| row.muted);
        let key = self.levels.iter().enumerate();
        let key = key.map(|(i, name)| (Mark::Swatch(fill(i, muted)), edge(muted), name.clone()));
        canvas.key(&key.collect::<Vec<_>>());
        let axis = Axis { title: self.axis_title.clone(), ..Axis::default() };
        let plan = Plan {
            names: self.rows.iter().map(|row| row.name.as_str()).collect(),
            muted: self.rows.iter().map(|row| row.muted).collect(),
            columns: vec![Column::plain(self.rows.iter().map(|row| row.n.clone()).collect(), true)],
            axis: &axis,
            values: Vec::new(),
            reference: None,
        };
        let rows = Rows::open(&mut canvas, &plan);
        for (row, y) in self.rows.iter().zip(&rows.middles) {
            self.draw_row(&mut canvas, &rows, row, *y);
        }
        if self.rows.iter().any(|row| row.muted) {
            canvas.notes(&format!("{SMALL_N}。"));
        }
        Some(Drawing(canvas))
    }
}

impl StackedShares {
    fn draw_row(&self, canvas: &mut Canvas, rows: &Rows, row: &ShareRow, y: f64) {
        let scale = row.total().max(1.0);
        let mut sum = 0.0;
        for (i, share) in row.shares.iter().enumerate() {
            let Some(value) = share.finite().filter(|v| *v > 0.0) else { continue };
            let (from, to) = (rows.scale.at(sum / scale), rows.scale.at((sum + value) / scale));
            sum += value;
            let level = self.levels.get(i).map_or("", String::as_str);
            canvas.open(
                share.figure.as_deref(),
                &phrase(&row.name, &format!("{level} {}", share.printed), "", row.muted),
            );
            let area = Rect { x: from, y: y - 9.0, w: to - from, h: 18.0 };
            canvas.rect(area, Paint::outlined(fill(i, row.muted), edge(row.muted), 0.8));
            if width_of(&share.printed, BODY) + 6.0 <= area.w {
                let style = Style::body().anchor(Anchor::Middle).colour(words_on(i, row.muted));
                canvas.text(area.x + area.w / 2.0, y, &share.printed, style);
            }
            canvas.close();
        }
    }

    fn spoken(&self, row: &ShareRow) -> String {
        let shares = row.shares.iter().enumerate();
        let shares: Vec<String> = shares
            .map(|(i, share)| format!("{}{}", self.levels.get(i).map_or("", String::as_str), share.printed))
            .collect();
        phrase(&row.name, &shares.join("、"), &row.n, row.muted)
    }
}

impl ShareRow {
    fn total(&self) -> f64 {
        self.shares.iter().filter_map(Measure::finite).filter(|v| *v > 0.0).sum()
    }
}

fn shade(level: usize) -> &'static str {
    SHADES[level.min(SHADES.len() - 1)]
}

/// Rows of few cases keep the order of shades, in lighter greys.
fn fill(level: usize, muted: bool) -> &'static str {
    const PALE: [&str; 4] = ["#b9bfc8", "#d6dae0", "#eceef1", WHITE];
    if muted { PALE[level.min(PALE.len() - 1)] } else { shade(level) }
}

fn edge(muted: bool) -> &'static str {
    if muted { GREY } else { NAVY }
}

fn words_on(level: usize, muted: bool) -> &'static str {
    if level < 2 && !muted { WHITE } else { INK }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(shares: &[(f64, &str)]) -> StackedShares {
        let shares = shares.iter().map(|(v, p)| Measure::new(*v, *p)).collect();
        let row = ShareRow { name: "服务态度".into(), shares, n: "n=40".into(), muted: false };
        let levels = ["满意", "基本满意", "不满意"].map(String::from).to_vec();
        StackedShares { levels, rows: vec![row], ..StackedShares::default() }
    }

    #[test]
    fn a_sliver_has_no_label_but_a_description() {
        let chart = chart(&[(0.9, "90.0%"), (0.09, "9.0%"), (0.01, "1.0%")]);
        assert!(chart.svg().contains(">90.0%</text>"));
        assert!(!chart.svg().contains(">1.0%</text>"));
        assert!(chart.alt().contains("满意90.0%、基本满意9.0%、不满意1.0%（n=40）"), "{}", chart.alt());
    }

    #[test]
    fn the_key_is_grey_where_every_bar_is() {
        let mut chart = chart(&[(0.9, "90.0%"), (0.1, "10.0%")]);
        assert!(chart.svg().contains(NAVY));
        chart.rows[0].muted = true;
        assert!(!chart.svg().contains(NAVY) && !chart.svg().contains(SHADES[1]), "{}", chart.svg());
    }

    #[test]
    fn no_shares_are_no_data() {
        assert!(chart(&[(f64::NAN, "—"), (0.0, "0.0%")]).svg().contains("无可用数据"));
    }
}

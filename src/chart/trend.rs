//! Series over quarters, named directly at their right end.
//!
//! A missing quarter is a gap, never a line through it; one quarter alone is no trend. One series shows its
//! interval as a band, several as whiskers, because bands would cover each
//! other.

use super::frame::Frame;
use super::labels::spread;
use super::svg::{ACCENT, Anchor, BLUE, Canvas, GREY, INK, LINE, Mark, NAVY, Paint, SMALL, Style, TINT};
use super::text::{ellipsis, widest, width_of, wrap};
use super::{Axis, Chart, Drawing, Look, Measure, SMALL_N, interval, phrase, sentence};

/// One or more series over periods.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trend {
    /// What is shown, for the description, e.g. `全市综合满意度`.
    pub title: String,
    pub axis: Axis,
    /// Periods in order, as printed, e.g. `2025年第一季度`.
    pub periods: Vec<String>,
    pub series: Vec<Series>,
    /// Meaning of the band or whiskers, e.g. `95%置信区间`; empty leaves it to a note of the figure.
    pub interval_name: String,
    pub look: Look,
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    pub name: String,
    /// One point per period.
    pub points: Vec<TrendPoint>,
}

/// One quarter of a series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrendPoint {
    pub measure: Measure,
    /// Lower and upper end of the interval.
    pub interval: Option<(f64, f64)>,
    /// Under the floor of its unit: grey.
    pub muted: bool,
}

/// From the middle of a point to the middle of its value.
const NEAR: f64 = 15.0;

/// Mark, colour and dash of the nth series.
const LOOKS: [(Mark, &str, &str); 5] = [
    (Mark::Disc, NAVY, ""),
    (Mark::Square, ACCENT, "6 3"),
    (Mark::Triangle, GREY, "2 2"),
    (Mark::Diamond, BLUE, "8 3 2 3"),
    (Mark::Ring, INK, "4 2"),
];

/// A point on the page: pixels and which period it belongs to.
type Spot = (usize, f64, f64);

impl Chart for Trend {
    fn alt(&self) -> String {
        let title = if self.title.is_empty() { "趋势" } else { &self.title };
        let parts = self.series.iter().map(|series| self.spoken(series)).collect();
        sentence(&format!("折线图：{title}，共{}期", self.periods.len()), parts)
    }

    fn look(&self) -> &Look {
        &self.look
    }

    fn draw(&self) -> Option<Drawing> {
        if !self.series.iter().any(|series| self.is_trend(series)) {
            return None;
        }
        let values = self.values();
        let mut canvas = self.look.canvas();
        canvas.key(&self.key());
        let room = canvas.width * if canvas.width < 440.0 { 0.26 } else { 0.24 };
        let labels: Vec<Vec<String>> = self.series.iter().map(|series| end_label(series, room)).collect();
        let margin = labels.iter().map(|lines| widest(lines, SMALL)).fold(0.0, f64::max) + 26.0;
        let needed: f64 = labels.iter().map(|lines| LINE * lines.len() as f64 + 2.0).sum();
        let height = (canvas.width * 0.4).clamp(180.0, 260.0).max(needed);
        let frame = Frame::open(&mut canvas, &self.axis, &values, height, margin);
        let xs = self.places(&frame);
        self.draw_periods(&mut canvas, &frame, &xs);
        for i in 0..self.series.len() {
            self.draw_series(&mut canvas, &frame, &xs, i);
        }
        self.draw_labels(&mut canvas, &frame, &xs, &labels);
        Some(Drawing(canvas))
    }
}

impl Trend {
    fn key(&self) -> Vec<(Mark, &'static str, String)> {
        let drawn = || self.series.iter().flat_map(|s| &s.points).filter(|p| p.measure.finite().is_some());
        let any = drawn().any(|p| interval(p.interval).is_some());
        let (mark, colour) =
            if self.series.len() == 1 { (Mark::Swatch(TINT), NAVY) } else { (Mark::Post, INK) };
        let named = any && !self.interval_name.is_empty();
        let few = drawn().any(|p| p.muted).then(|| (Mark::Ring, GREY, SMALL_N.to_owned()));
        named.then(|| (mark, colour, self.interval_name.clone())).into_iter().chain(few).collect()
    }

    /// Whether a series has two quarters to compare.
    fn is_trend(&self, series: &Series) -> bool {
        let points = series.points.iter().take(self.periods.len());
        points.filter(|p| p.measure.finite().is_some()).count() > 1
    }

    /// All numbers that must be on the axis.
    fn values(&self) -> Vec<f64> {
        let count = self.periods.len();
        let points = self.series.iter().flat_map(|series| series.points.iter().take(count));
        points
            .filter_map(|p| Some((p.measure.finite()?, interval(p.interval))))
            .flat_map(|(value, ends)| [Some(value), ends.map(|e| e.0), ends.map(|e| e.1)])
            .flatten()
            .collect()
    }

    /// Pixel of each period; a single one stands in the middle.
    fn places(&self, frame: &Frame) -> Vec<f64> {
        let (x, w, count) = (frame.plot.x, frame.plot.w, self.periods.len());
        let pad = (w / (2.0 * count as f64)).min(34.0);
        let step = if count > 1 { (w - 2.0 * pad) / (count as f64 - 1.0) } else { 0.0 };
        let first = if count > 1 { x + pad } else { x + w / 2.0 };
        (0..count).map(|i| first + step * i as f64).collect()
    }

    /// Names of the periods; where they are crowded every second, third … counted back from the latest.
    fn draw_periods(&self, canvas: &mut Canvas, frame: &Frame, xs: &[f64]) {
        let foot = frame.plot.y + frame.plot.h;
        let step = if xs.len() > 1 { xs[1] - xs[0] } else { frame.plot.w };
        let names: Vec<Vec<String>> = self.periods.iter().map(|p| period_lines(p)).collect();
        let wide = names.iter().map(|lines| widest(lines, SMALL)).fold(0.0, f64::max) + 8.0;
        let every = ((wide / step.max(1.0)).ceil() as usize).max(1);
        let mut depth = 1;
        for (i, (lines, x)) in names.iter().zip(xs).enumerate() {
            canvas.line((*x, foot), (*x, foot + 4.0), Paint::line(GREY, 1.0));
            if (xs.len() - 1 - i).is_multiple_of(every) {
                let y = foot + 15.0 + LINE * (lines.len().saturating_sub(1)) as f64 / 2.0;
                let half = widest(lines, SMALL) / 2.0;
                let at = x.max(half + 2.0).min(canvas.width - half - 2.0);
                canvas.lines(at, y, lines, Style::small().colour(GREY).anchor(Anchor::Middle));
                depth = depth.max(lines.len());
            }
        }
        canvas.bottom = foot + 8.0 + LINE * depth as f64;
    }

    fn spots(&self, frame: &Frame, xs: &[f64], series: usize) -> Vec<Spot> {
        let points = self.series[series].points.iter().zip(xs).enumerate();
        points.filter_map(|(i, (p, x))| Some((i, *x, frame.y.at(p.measure.finite()?)))).collect()
    }

    fn draw_series(&self, canvas: &mut Canvas, frame: &Frame, xs: &[f64], index: usize) {
        let series = &self.series[index];
        let (mark, colour, dash) = LOOKS[index % LOOKS.len()];
        let spots = self.spots(frame, xs, index);
        canvas.open(None, &self.spoken(series));
        for run in runs(&spots) {
            if self.series.len() == 1 {
                draw_band(canvas, frame, series, run);
            }
            // A stretch between two points is grey where one of them is.
            let few = |k: usize| series.points[run[k].0].muted || series.points[run[k + 1].0].muted;
            let stretches: Vec<usize> = (0..run.len() - 1).collect();
            for part in stretches.chunk_by(|a, b| few(*a) == few(*b)) {
                let ends = part[0]..=part[part.len() - 1] + 1;
                let line: Vec<(f64, f64)> = run[ends].iter().map(|(_, x, y)| (*x, *y)).collect();
                let colour = if few(part[0]) { GREY } else { colour };
                canvas.path(&line, false, Paint::line(colour, 2.0).dashed(dash));
            }
        }
        for (i, x, y) in &spots {
            let point = &series.points[*i];
            let alone = !runs(&spots).iter().any(|run| run.len() > 1 && run.iter().any(|spot| spot.0 == *i));
            let words = phrase(
                &format!("{} {}", series.name, self.periods[*i]),
                &point.measure.printed,
                "",
                point.muted,
            );
            let (mark, colour) = if point.muted { (Mark::Ring, GREY) } else { (mark, colour) };
            canvas.open(point.measure.figure.as_deref(), &words);
            if self.series.len() > 1 || alone {
                draw_whisker(canvas, frame, *x, point, colour);
            }
            canvas.mark(mark, *x, *y, 4.6, colour);
            canvas.close();
        }
        canvas.close();
        if self.series.len() == 1 {
            self.draw_values(canvas, frame, &spots);
        }
    }

    /// Printed values of a single series, beside their points on the side the line turns away from (a value
    /// farther off reads as one of the band), where there is room; the last stands at the right end.
    fn draw_values(&self, canvas: &mut Canvas, frame: &Frame, spots: &[Spot]) {
        let mut free = frame.plot.x;
        for k in 0..spots.len().saturating_sub(1) {
            let (i, x, y) = spots[k];
            let point = &self.series[0].points[i];
            let half = width_of(&point.measure.printed, SMALL) / 2.0;
            if x - half < free || x + half > frame.plot.x + frame.plot.w {
                continue;
            }
            let before = if k > 0 { spots[k - 1].2 } else { spots[k + 1].2 };
            let peak = y <= f64::midpoint(before, spots[k + 1].2);
            let at = if peak { y - NEAR } else { y + NEAR };
            let at = at.clamp(frame.plot.y - 2.0, frame.plot.y + frame.plot.h - 9.0);
            let style = Style::small().colour(if point.muted { GREY } else { INK });
            canvas.text(x, at, &point.measure.printed, style.anchor(Anchor::Middle));
            free = x + half + 6.0;
        }
    }

    /// Name and last value of each series at the right, joined to its last point.
    fn draw_labels(&self, canvas: &mut Canvas, frame: &Frame, xs: &[f64], labels: &[Vec<String>]) {
        let last: Vec<(usize, Spot)> =
            (0..self.series.len()).filter_map(|i| Some((i, *self.spots(frame, xs, i).last()?))).collect();
        let wanted: Vec<f64> = last.iter().map(|(_, spot)| spot.2).collect();
        let heights: Vec<f64> = last.iter().map(|(i, _)| LINE * labels[*i].len() as f64 + 2.0).collect();
        let centres = spread(&wanted, &heights, frame.plot.y - 6.0, frame.plot.y + frame.plot.h + 6.0);
        let x = frame.plot.x + frame.plot.w + 18.0;
        for ((i, spot), y) in last.iter().zip(centres) {
            let (_, colour, _) = LOOKS[i % LOOKS.len()];
            let few = self.series[*i].points[spot.0].muted;
            let colour = if few { GREY } else { colour };
            let lead = [(spot.1 + 7.0, spot.2), (x - 12.0, spot.2), (x - 3.0, y)];
            canvas.path(&lead, false, Paint::line(colour, 0.8));
            canvas.open(None, &self.series[*i].name);
            let words = Style::small();
            canvas.lines(x, y, &labels[*i], if few { words.colour(GREY) } else { words });
            canvas.close();
        }
    }

    fn spoken(&self, series: &Series) -> String {
        let points = self.periods.iter().zip(&series.points);
        let points: Vec<String> = points
            .map(|(period, p)| {
                let printed = &p.measure.printed;
                format!("{period}{}", if printed.is_empty() { "无数据" } else { printed })
            })
            .collect();
        format!("{} {}", series.name, points.join("、")).trim_start().to_owned()
    }
}

/// Name and latest printed value, on at most three lines.
fn end_label(series: &Series, room: f64) -> Vec<String> {
    let latest = series.points.iter().rev().find(|p| p.measure.finite().is_some());
    let mut lines = wrap(&series.name, room, SMALL, 2);
    let Some(latest) = latest else { return lines };
    let printed = ellipsis(&latest.measure.printed, room, SMALL);
    match lines.last_mut() {
        Some(last) if width_of(last, SMALL) + width_of(&printed, SMALL) + 6.0 <= room => {
            last.push(' ');
            last.push_str(&printed);
        }
        _ => lines.push(printed),
    }
    lines
}

/// The name of a period under its tick, the year on a line of its own.
fn period_lines(period: &str) -> Vec<String> {
    match period.split_once('年') {
        Some((year, rest)) if !rest.is_empty() => {
            [format!("{year}年"), rest.to_owned()].iter().map(|part| ellipsis(part, 66.0, SMALL)).collect()
        }
        _ => wrap(period, 66.0, SMALL, 2),
    }
}

/// Stretches of neighbouring periods.
fn runs(spots: &[Spot]) -> Vec<&[Spot]> {
    spots.chunk_by(|a, b| a.0 + 1 == b.0).collect()
}

/// The interval of one stretch as a tinted area with drawn edges; points without one are left out of it.
fn draw_band(canvas: &mut Canvas, frame: &Frame, series: &Series, run: &[Spot]) {
    let ends: Vec<(usize, f64, (f64, f64))> =
        run.iter().filter_map(|(i, x, _)| Some((*i, *x, interval(series.points[*i].interval)?))).collect();
    for part in ends.chunk_by(|a, b| a.0 + 1 == b.0).filter(|part| part.len() > 1) {
        let lower: Vec<(f64, f64)> = part.iter().map(|(_, x, (lo, _))| (*x, frame.y.at(*lo))).collect();
        let upper: Vec<(f64, f64)> = part.iter().map(|(_, x, (_, hi))| (*x, frame.y.at(*hi))).collect();
        let area: Vec<(f64, f64)> = upper.iter().chain(lower.iter().rev()).copied().collect();
        canvas.path(&area, true, Paint::fill(TINT));
        for edge in [lower, upper] {
            canvas.path(&edge, false, Paint::line(BLUE, 0.9).dashed("3 2"));
        }
    }
}

fn draw_whisker(canvas: &mut Canvas, frame: &Frame, x: f64, point: &TrendPoint, colour: &'static str) {
    let Some((lo, hi)) = interval(point.interval) else { return };
    canvas.post(x, frame.y.at(lo), frame.y.at(hi), colour);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[Option<f64>]) -> Trend {
        let points = values.iter().map(|v| {
            let measure = v.map_or_else(|| Measure::missing("—"), |v| Measure::new(v, format!("{v:.2}")));
            TrendPoint { measure, interval: Some((0.0, 1.0)), muted: false }
        });
        let series = vec![Series { name: "全市".into(), points: points.collect() }];
        let periods = (1..=values.len()).map(|q| format!("2025年第{q}季度")).collect();
        Trend { periods, series, ..Trend::default() }
    }

    #[test]
    fn a_missing_quarter_is_a_gap() {
        let whole = series(&[Some(0.8), Some(0.82), Some(0.84), Some(0.85)]).svg();
        let broken = series(&[Some(0.8), Some(0.82), None, Some(0.85)]).svg();
        let thick = |svg: &str| svg.matches(r#"stroke-width="2.00""#).count();
        assert_eq!((thick(&whole), thick(&broken)), (1, 1));
        assert_eq!(broken.matches("<circle").count(), 3);
        assert!(series(&[Some(0.8), Some(0.82), None, Some(0.85)]).alt().contains("2025年第3季度—"));
    }

    #[test]
    fn one_quarter_is_no_trend() {
        assert!(!series(&[Some(0.8)]).has_data() && !series(&[None, Some(0.8), None]).has_data());
        assert!(series(&[Some(0.8), None, Some(0.8)]).has_data());
    }

    #[test]
    fn a_value_stands_by_its_point_and_few_answers_are_grey() {
        let mut chart = series(&[Some(0.8), Some(0.5), Some(0.85)]);
        let place = |svg: &str, mark: &str, before: &str, attribute: &str| -> f64 {
            let at = svg.find(mark).unwrap_or_else(|| panic!("no {mark} in {svg}"));
            let at = svg[..at].rfind(before).unwrap()
                + svg[svg[..at].rfind(before).unwrap()..].find(attribute).unwrap();
            svg[at + attribute.len()..].split('"').next().unwrap().parse().unwrap()
        };
        let svg = chart.svg();
        let value = place(&svg, ">0.50</text>", "<text", " y=\"");
        let circles: Vec<f64> = svg
            .split("<circle")
            .skip(1)
            .map(|c| c.split(" cy=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
            .collect();
        assert!((value - circles[1]).abs() < 24.0, "{value} {circles:?}");
        assert!(!svg.contains(SMALL_N));
        chart.series[0].points[1].muted = true;
        let svg = chart.svg();
        assert!(svg.contains(SMALL_N) && chart.alt().contains("2025年第2季度0.50"));
        assert_eq!(svg.matches(r#"stroke-width="2.00""#).count(), 1);
    }

    #[test]
    fn more_points_than_periods_do_no_harm() {
        let mut chart = series(&[Some(0.8), Some(0.9), Some(0.7)]);
        chart.periods.pop();
        assert_eq!(chart.svg().matches("<circle").count(), 2);
    }
}

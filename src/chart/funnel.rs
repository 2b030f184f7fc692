//! Funnel plot (Spiegelhalter 2005): agencies by number of cases and rate,
//! against the city's rate and its control limits.
//!
//! It is not a ranking. Only what lies outside a limit is named, and whether it
//! does is the caller's exact judgement, not read off the curve.

use super::frame::Frame;
use super::labels::{Placer, leader, spread};
use super::scale::Scale;
use super::svg::{ACCENT, Canvas, GREY, INK, LINE, Mark, NAVY, Paint, Rect, SMALL, Style};
use super::text::{ellipsis, widest, width_of, wrap};
use super::{Axis, Chart, Drawing, Look, Measure, Reference, SMALL_N, Span, Unit, finite, phrase, sentence};

/// Agencies against the control limits of the city's rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Funnel {
    /// What is shown, for the description, e.g. `各机构满意率`.
    pub title: String,
    /// Number of cases, e.g. `有效评价数（份）`.
    pub n_axis: Axis,
    /// The rate, e.g. `满意率`.
    pub rate_axis: Axis,
    pub points: Vec<AgencyPoint>,
    /// The city's rate.
    pub city: Option<Reference>,
    /// Control limits, the inner first.
    pub limits: Vec<Limit>,
    pub look: Look,
}

/// One agency.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgencyPoint {
    pub name: String,
    /// Number of cases.
    pub n: f64,
    /// Its rate, with the printed label.
    pub rate: Measure,
    pub band: Band,
    /// Under the floor of its unit: grey, never named in the plot.
    pub muted: bool,
}

/// Where an agency lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Band {
    #[default]
    Within,
    /// Outside the 95 % limits, inside the 99.8 % ones.
    Beyond95,
    /// Outside the 99.8 % limits.
    Beyond998,
}

/// One pair of limits as curves of (n, rate).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limit {
    /// E.g. `95%控制限`.
    pub name: String,
    pub lower: Vec<(f64, f64)>,
    pub upper: Vec<(f64, f64)>,
}

impl Default for Funnel {
    fn default() -> Self {
        Self {
            title: String::new(),
            n_axis: Axis::new("", Unit::Count, Span::FromZero),
            rate_axis: Axis::new("", Unit::Rate, Span::Fit),
            points: Vec::new(),
            city: None,
            limits: Vec::new(),
            look: Look::default(),
        }
    }
}

impl Chart for Funnel {
    fn alt(&self) -> String {
        let title = if self.title.is_empty() { "机构比较" } else { &self.title };
        let mut parts: Vec<String> = self.city.iter().map(|city| city.label.clone()).collect();
        parts.extend(self.points.iter().map(spoken));
        if self.points.is_empty() {
            parts.clear();
        }
        sentence(&format!("漏斗图：{title}，共{}家机构，不作排名", self.points.len()), parts)
    }

    fn look(&self) -> &Look {
        &self.look
    }

    fn draw(&self) -> Option<Drawing> {
        let drawn: Vec<(&AgencyPoint, f64, f64)> =
            self.points.iter().filter_map(|p| Some((p, finite(p.n)?, p.rate.finite()?))).collect();
        if drawn.is_empty() {
            return None;
        }
        let mut canvas = self.look.canvas();
        canvas.key(&self.key(&drawn));
        let cases: Vec<f64> = drawn.iter().map(|(_, n, _)| *n).collect();
        let margin = self.margin(canvas.width);
        let height = (canvas.width * 0.5).clamp(240.0, 340.0);
        let frame = Frame::open(&mut canvas, &self.rate_axis, &self.rates(&drawn), height, margin);
        let across = frame.across(&mut canvas, &self.n_axis, &cases);
        let mut placer = Placer::new(frame.plot);
        self.draw_limits(&mut canvas, &frame, &across, margin, &mut placer);
        if let Some(value) = self.city.as_ref().and_then(|city| finite(city.value)) {
            let y = frame.y.at(value) - 1.0;
            placer.block(Rect { x: frame.plot.x, y, w: frame.plot.w, h: 2.0 });
        }
        draw_points(&mut canvas, &frame, &across, &mut placer, &drawn);
        Some(Drawing(canvas))
    }
}

impl Funnel {
    /// Rates the axis must show: points, the city, and the limits where points are.
    fn rates(&self, drawn: &[(&AgencyPoint, f64, f64)]) -> Vec<f64> {
        let least = drawn.iter().map(|(_, n, _)| *n).fold(f64::INFINITY, f64::min);
        let curves = self.limits.iter().flat_map(|limit| limit.lower.iter().chain(&limit.upper));
        let most = drawn.iter().map(|(_, n, _)| *n).fold(0.0, f64::max);
        let near = curves.filter(|(n, _)| *n >= least.max(most * 0.2)).filter_map(|(_, rate)| finite(*rate));
        let city = self.city.iter().filter_map(|city| finite(city.value));
        drawn.iter().map(|(_, _, rate)| *rate).chain(near).chain(city).collect()
    }

    fn key(&self, drawn: &[(&AgencyPoint, f64, f64)]) -> Vec<(Mark, &'static str, String)> {
        let used = |band, muted| drawn.iter().any(|(p, _, _)| p.band == band && p.muted == muted);
        let entry = |band, muted, words: &str| {
            let (mark, colour) = look_of(band, muted);
            used(band, muted).then(|| (mark, colour, words.to_owned()))
        };
        let mut entries = vec![
            entry(Band::Within, false, "控制限以内"),
            entry(Band::Beyond95, false, "超出95%控制限"),
            entry(Band::Beyond998, false, "超出99.8%控制限"),
        ];
        let muted = drawn.iter().any(|(p, _, _)| p.muted);
        entries.push(muted.then(|| (Mark::Disc, GREY, SMALL_N.to_owned())));
        entries.into_iter().flatten().collect()
    }

    /// Space on the right for the names of the lines.
    fn margin(&self, width: f64) -> f64 {
        let names: Vec<&str> = self
            .limits
            .iter()
            .map(|l| l.name.as_str())
            .chain(self.city.iter().map(|c| c.label.as_str()))
            .collect();
        if names.is_empty() { 12.0 } else { (widest(&names, SMALL) + 14.0).min(width * 0.26) }
    }

    fn draw_limits(
        &self,
        canvas: &mut Canvas,
        frame: &Frame,
        across: &Scale,
        margin: f64,
        placer: &mut Placer,
    ) {
        let dashes = ["5 3", "2 2"];
        let mut ends: Vec<(f64, &str, &'static str)> = Vec::new();
        for (i, limit) in self.limits.iter().enumerate() {
            let paint = Paint::line(NAVY, 1.2).dashed(dashes[i.min(1)]);
            canvas.open(None, &limit.name);
            for (curve, outward) in [(&limit.lower, 0.01), (&limit.upper, -0.01)] {
                let points: Vec<(f64, f64)> = curve
                    .iter()
                    .filter_map(|(n, rate)| {
                        Some((across.beyond(finite(*n)?), frame.y.beyond(finite(*rate)?)))
                    })
                    .collect();
                let parts = clipped(&points, across.pixels(), frame.y.pixels());
                for part in &parts {
                    canvas.path(part, false, paint);
                    placer.block_line(part);
                }
                if let Some((_, y)) = parts.last().and_then(|part| part.last()) {
                    ends.push((*y + outward * i as f64, &limit.name, NAVY));
                }
            }
            canvas.close();
        }
        if let Some((city, value)) = self.city.as_ref().and_then(|c| Some((c, finite(c.value)?))) {
            let y = frame.y.at(value);
            canvas.open(city.figure.as_deref(), &city.label);
            canvas.line((frame.plot.x, y), (frame.plot.x + frame.plot.w, y), Paint::line(ACCENT, 1.5));
            canvas.close();
            ends.push((y, &city.label, ACCENT));
        }
        name_lines(canvas, frame, &ends, margin);
    }
}

/// Writes the names of the lines at their right ends.
fn name_lines(canvas: &mut Canvas, frame: &Frame, ends: &[(f64, &str, &'static str)], margin: f64) {
    let wanted: Vec<f64> = ends.iter().map(|end| end.0).collect();
    let centres =
        spread(&wanted, &vec![LINE; ends.len()], frame.plot.y - 8.0, frame.plot.y + frame.plot.h + 8.0);
    for ((_, words, colour), y) in ends.iter().zip(centres) {
        let words = ellipsis(words, margin - 10.0, SMALL);
        canvas.text(frame.plot.x + frame.plot.w + 6.0, y, &words, Style::small().colour(colour));
    }
}

fn draw_points(
    canvas: &mut Canvas,
    frame: &Frame,
    across: &Scale,
    placer: &mut Placer,
    drawn: &[(&AgencyPoint, f64, f64)],
) {
    let places: Vec<(f64, f64)> =
        drawn.iter().map(|(_, n, rate)| (across.at(*n), frame.y.at(*rate))).collect();
    for (x, y) in &places {
        placer.block(Rect { x: x - 5.0, y: y - 5.0, w: 10.0, h: 10.0 });
    }
    for inside_first in [true, false] {
        for ((point, _, _), (x, y)) in drawn.iter().zip(&places) {
            let named = point.band != Band::Within && !point.muted;
            if named == inside_first {
                continue;
            }
            let (mark, colour) = look_of(point.band, point.muted);
            canvas.open(point.rate.figure.as_deref(), &spoken(point));
            canvas.mark(mark, *x, *y, if point.muted { 3.4 } else { 4.6 }, colour);
            if named {
                name_point(canvas, placer, (*x, *y), &point.name, &point.rate.printed);
            }
            canvas.close();
        }
    }
}

/// The parts of a curve inside the box of the two pixel ranges.
fn clipped(points: &[(f64, f64)], xs: (f64, f64), ys: (f64, f64)) -> Vec<Vec<(f64, f64)>> {
    let mut parts: Vec<Vec<(f64, f64)>> = Vec::new();
    for pair in points.windows(2) {
        let Some((a, b)) = clip(pair[0], pair[1], xs, ys) else { continue };
        match parts.last_mut() {
            Some(part) if part.last() == Some(&a) => part.push(b),
            _ => parts.push(vec![a, b]),
        }
    }
    parts
}

/// The stretch of a segment inside the box (Liang and Barsky 1984).
fn clip(a: (f64, f64), b: (f64, f64), xs: (f64, f64), ys: (f64, f64)) -> Option<((f64, f64), (f64, f64))> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut start, mut end) = (0.0f64, 1.0f64);
    for (p, q) in [(-dx, a.0 - xs.0), (dx, xs.1 - a.0), (-dy, a.1 - ys.0), (dy, ys.1 - a.1)] {
        if p == 0.0 && q < -0.01 {
            return None;
        }
        if p < 0.0 {
            start = start.max(q / p);
        }
        if p > 0.0 {
            end = end.min(q / p);
        }
    }
    let at = |t: f64| {
        if t == 0.0 {
            a
        } else if t == 1.0 {
            b
        } else {
            (a.0 + t * dx, a.1 + t * dy)
        }
    };
    (start < end).then(|| (at(start), at(end)))
}

/// Writes name and value beside a point, with a leader where they had to move away.
pub(super) fn name_point(
    canvas: &mut Canvas,
    placer: &mut Placer,
    at: (f64, f64),
    name: &str,
    printed: &str,
) {
    let mut lines = wrap(name, 10.0 * SMALL, SMALL, 2);
    match lines.last_mut() {
        Some(last)
            if width_of(last, SMALL) + width_of(printed, SMALL) < 9.5 * SMALL && !printed.is_empty() =>
        {
            last.push(' ');
            last.push_str(&ellipsis(printed, 10.0 * SMALL, SMALL));
        }
        _ if printed.is_empty() => {}
        _ => lines.push(ellipsis(printed, 10.0 * SMALL, SMALL)),
    }
    let size = (widest(&lines, SMALL), LINE * lines.len() as f64);
    let place = placer.place(at, size);
    if let Some(((cx, cy), away)) = leader(at, place) {
        let share = 6.5 / away;
        let start = (at.0 + (cx - at.0) * share, at.1 + (cy - at.1) * share);
        canvas.line(start, (cx, cy), Paint::line(GREY, 0.8));
    }
    canvas.lines(
        place.x,
        place.y + place.h / 2.0,
        &lines,
        Style { size: SMALL, ..Style::body().colour(INK) },
    );
}

fn look_of(band: Band, muted: bool) -> (Mark, &'static str) {
    match (band, muted) {
        (_, true) => (Mark::Disc, GREY),
        (Band::Within, false) => (Mark::Ring, NAVY),
        (Band::Beyond95, false) => (Mark::Diamond, NAVY),
        (Band::Beyond998, false) => (Mark::Triangle, ACCENT),
    }
}

fn spoken(point: &AgencyPoint) -> String {
    let remark = match point.band {
        Band::Within => "",
        Band::Beyond95 => "，超出95%控制限",
        Band::Beyond998 => "，超出99.8%控制限",
    };
    let n = finite(point.n).map_or(String::new(), |n| format!("n={n:.0}"));
    phrase(&point.name, &format!("{}{remark}", point.rate.printed), &n, point.muted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_end_at_the_frame() {
        let parts = clipped(&[(-10.0, 5.0), (5.0, 5.0), (20.0, 5.0)], (0.0, 10.0), (0.0, 10.0));
        assert_eq!(parts, [[(0.0, 5.0), (5.0, 5.0), (10.0, 5.0)]]);
        assert!(clipped(&[(0.0, 11.0), (10.0, 12.0)], (0.0, 10.0), (0.0, 10.0)).is_empty());
    }

    #[test]
    fn only_what_lies_outside_is_named() {
        let point = |name: &str, rate, band| AgencyPoint {
            name: name.into(),
            n: 40.0,
            rate: Measure::new(rate, "x"),
            band,
            muted: false,
        };
        let points = vec![point("甲机构", 0.9, Band::Within), point("乙机构", 0.5, Band::Beyond998)];
        let svg = Funnel { points, ..Funnel::default() }.svg();
        assert!(svg.contains(">乙机构 x</text>") && !svg.contains(">甲机构 x</text>"), "{svg}");
    }
}

//! Demand against satisfaction by category, cut by two lines into quadrants.
//!
//! The forms ask nobody how important an item is, so this is no
//! importance-performance analysis, and the drawing says so itself.

use super::frame::Frame;
use super::funnel::name_point;
use super::labels::Placer;
use super::scale::Scale;
use super::svg::{ACCENT, Anchor, Canvas, GREY, Mark, NAVY, Paint, Rect, SMALL, Style};
use super::text::{clean, ellipsis, widest, width_of, wrap};
use super::{Axis, Chart, Drawing, Look, Measure, Reference, SMALL_N, Span, Unit, finite, phrase, sentence};

/// Printed below every quadrant chart.
const NOT_IPA: &str = "注：本图不是重要性—绩效分析（IPA）。";

/// The most of the breadth that may lie left of the vertical line: the names on its right need room.
const WIDEST: f64 = 0.7;
/// Height of a line of a corner's name.
const LINE: f64 = 16.0;
/// Room above the highest value: a line of 100 points lies at the end of its axis, and names stand above it.
const HEADROOM: f64 = 28.0;

/// Categories by share of demand and satisfaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Quadrant {
    /// What is shown, for the description, e.g. `各类别需求与满意度`.
    pub title: String,
    /// Share of demand.
    pub demand_axis: Axis,
    /// Satisfaction.
    pub score_axis: Axis,
    pub points: Vec<QuadrantPoint>,
    /// Vertical line, e.g. `中位数 12.5%`.
    pub demand_line: Option<Reference>,
    /// Horizontal line, e.g. `中位数 86.25`.
    pub score_line: Option<Reference>,
    /// Names of the corners: low/high demand with high score, low/high demand with low score; empty for none.
    pub corners: [String; 4],
    pub look: Look,
}

/// One category.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuadrantPoint {
    pub name: String,
    pub demand: Measure,
    pub score: Measure,
    /// Under the floor of its unit: grey.
    pub muted: bool,
    /// Whether its interval leaves out the horizontal line, so that it may be called above or below.
    pub clear: bool,
}

impl Default for Quadrant {
    fn default() -> Self {
        Self {
            title: String::new(),
            demand_axis: Axis::new("", Unit::Rate, Span::FromZero),
            score_axis: Axis::new("", Unit::Score, Span::Fit),
            points: Vec::new(),
            demand_line: None,
            score_line: None,
            corners: Default::default(),
            look: Look::default(),
        }
    }
}

impl Chart for Quadrant {
    fn alt(&self) -> String {
        let title = if self.title.is_empty() { "需求与满意度" } else { &self.title };
        let mut parts: Vec<String> = self.points.iter().map(spoken).collect();
        if !parts.is_empty() {
            parts.extend(self.demand_line.iter().map(|line| format!("竖线为{}", line.label)));
            parts.extend(self.score_line.iter().map(|line| format!("横线为{}", line.label)));
            parts.push("本图不是重要性—绩效分析（IPA）".to_owned());
        }
        sentence(&format!("象限图：{title}，共{}类", self.points.len()), parts)
    }

    fn look(&self) -> &Look {
        &self.look
    }

    fn draw(&self) -> Option<Drawing> {
        let drawn: Vec<(&QuadrantPoint, f64, f64)> =
            self.points.iter().filter_map(|p| Some((p, p.demand.finite()?, p.score.finite()?))).collect();
        if drawn.is_empty() {
            return None;
        }
        let mut canvas = self.look.canvas();
        if drawn.iter().any(|(p, _, _)| p.muted) {
            canvas.key(&[(Mark::Ring, GREY, SMALL_N.to_owned())]);
        }
        let line = |reference: &Option<Reference>| reference.as_ref().and_then(|r| finite(r.value));
        let demands: Vec<f64> = drawn.iter().map(|d| d.1).chain(line(&self.demand_line)).collect();
        let scores: Vec<f64> = drawn.iter().map(|d| d.2).chain(line(&self.score_line)).collect();
        let height = (canvas.width * 0.58).clamp(280.0, 400.0);
        let frame = Frame::below(&mut canvas, &self.score_axis, &scores, height, (12.0, HEADROOM));
        let room = with_value(self.demand_line.as_ref()).map(|(_, mean)| (mean / WIDEST).min(1.0));
        let demands: Vec<f64> = demands.into_iter().chain(room).collect();
        let across = frame.across(&mut canvas, &self.demand_axis, &demands);
        let mut placer = Placer::new(frame.plot);
        self.block_cross(&frame, &across, &mut placer);
        for (_, x, y) in &drawn {
            let (x, y) = (across.at(*x), frame.y.at(*y));
            placer.block(Rect { x: x - 5.5, y: y - 5.5, w: 11.0, h: 11.0 });
        }
        if self.is_settled() {
            self.draw_corners(&mut canvas, &frame, &across, &mut placer);
        }
        self.draw_cross(&mut canvas, &frame, &across, &mut placer);
        draw_points(&mut canvas, &frame, &across, &mut placer, &drawn);
        canvas.notes(NOT_IPA);
        Some(Drawing(canvas))
    }
}

impl Quadrant {
    /// Whether every point that is drawn may be called by the name of its corner.
    pub fn is_settled(&self) -> bool {
        let drawn = |p: &&QuadrantPoint| p.demand.finite().is_some() && p.score.finite().is_some();
        self.points.iter().filter(drawn).all(|p| p.clear && !p.muted)
    }

    fn draw_cross(&self, canvas: &mut Canvas, frame: &Frame, across: &Scale, placer: &mut Placer) {
        let plot = frame.plot;
        let paint = Paint::line(ACCENT, 1.3).dashed("5 3");
        if let Some((line, value)) = with_value(self.demand_line.as_ref()) {
            let x = across.at(value);
            let label = ellipsis(&line.label, plot.w * 0.45, SMALL);
            let w = width_of(&label, SMALL);
            let foot = plot.y + plot.h;
            let places = [20.0, 38.0, plot.h - 3.0, plot.h - 22.0]
                .map(|up| [x + 5.0, x - 5.0 - w].map(|left| Rect { x: left, y: foot - up, w, h: 16.0 }));
            canvas.open(line.figure.as_deref(), &line.label);
            canvas.line((x, plot.y), (x, foot), paint);
            write_line(canvas, placer.choose(places.as_flattened()), &label);
            canvas.close();
        }
        if let Some((line, value)) = with_value(self.score_line.as_ref()) {
            let y = frame.y.at(value);
            let label = ellipsis(&line.label, plot.w * 0.45, SMALL);
            let w = width_of(&label, SMALL);
            let places = [plot.x + plot.w - w - 2.0, plot.x + 4.0]
                .map(|left| [y - 19.0, y + 3.0].map(|top| Rect { x: left, y: top, w, h: 16.0 }));
            canvas.open(line.figure.as_deref(), &line.label);
            canvas.line((plot.x, y), (plot.x + plot.w, y), paint);
            write_line(canvas, placer.choose(places.as_flattened()), &label);
            canvas.close();
        }
    }

    /// Keeps labels off the two lines.
    fn block_cross(&self, frame: &Frame, across: &Scale, placer: &mut Placer) {
        let plot = frame.plot;
        if let Some((_, value)) = with_value(self.demand_line.as_ref()) {
            placer.block(Rect { x: across.at(value) - 1.0, y: plot.y, w: 2.0, h: plot.h });
        }
        if let Some((_, value)) = with_value(self.score_line.as_ref()) {
            placer.block(Rect { x: plot.x, y: frame.y.at(value) - 1.0, w: plot.w, h: 2.0 });
        }
    }

    /// Names of the quadrants in their corners, away from points, on two lines where one has no room; none is cut.
    fn draw_corners(&self, canvas: &mut Canvas, frame: &Frame, across: &Scale, placer: &mut Placer) {
        let plot = frame.plot;
        let x = with_value(self.demand_line.as_ref()).map_or(plot.x + plot.w / 2.0, |(_, v)| across.at(v));
        let y = with_value(self.score_line.as_ref()).map_or(plot.y + plot.h / 2.0, |(_, v)| frame.y.at(v));
        for (i, name) in self.corners.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            let (right, low) = (i % 2 == 1, i >= 2);
            let wide = if right { plot.x + plot.w - x } else { x - plot.x } - 10.0;
            let high = if low { plot.y + plot.h - y } else { y - plot.y } - 8.0;
            let lines = wrap(name, wide, SMALL, 2);
            let (w, h) = (widest(&lines, SMALL), LINE * lines.len() as f64);
            if lines.concat() != clean(name) || w > wide || h > high {
                continue;
            }
            let (left, end) =
                if right { (x + 6.0, plot.x + plot.w - w - 4.0) } else { (plot.x + 4.0, x - w - 6.0) };
            let (top, foot) =
                if low { (y + 4.0, plot.y + plot.h - h - 4.0) } else { (plot.y + 3.0, y - h - 4.0) };
            let across = if right { [end, left] } else { [left, end] };
            let down = if low { [foot, top] } else { [top, foot] };
            let places = down.map(|y| across.map(|x| Rect { x, y, w, h }));
            let at = placer.choose(places.as_flattened());
            let style = Style::small().colour(GREY).anchor(Anchor::Start).bold();
            canvas.lines(at.x, at.y + h / 2.0, &lines, style);
        }
    }
}

fn write_line(canvas: &mut Canvas, at: Rect, label: &str) {
    canvas.text(at.x, at.y + 8.0, label, Style::small().colour(ACCENT));
}

fn draw_points(
    canvas: &mut Canvas,
    frame: &Frame,
    across: &Scale,
    placer: &mut Placer,
    drawn: &[(&QuadrantPoint, f64, f64)],
) {
    let places: Vec<(f64, f64)> = drawn.iter().map(|(_, x, y)| (across.at(*x), frame.y.at(*y))).collect();
    for ((point, _, _), at) in drawn.iter().zip(places) {
        let (mark, colour) = if point.muted { (Mark::Ring, GREY) } else { (Mark::Disc, NAVY) };
        canvas.open(point.score.figure.as_deref(), &spoken(point));
        canvas.mark(mark, at.0, at.1, 5.0, colour);
        name_point(canvas, placer, at, &point.name, "");
        canvas.close();
    }
}

fn with_value(line: Option<&Reference>) -> Option<(&Reference, f64)> {
    line.and_then(|line| Some((line, finite(line.value)?)))
}

fn spoken(point: &QuadrantPoint) -> String {
    let values = format!("需求{}、满意度{}", point.demand.printed, point.score.printed);
    phrase(&point.name, &values, "", point.muted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_corner_is_cut_where_the_mean_lies_at_the_right() {
        let corners =
            ["需求较少、满意较高", "需求较多、满意较高", "需求较少、满意较低", "需求较多、满意较低"];
        let point = |demand, score: f64| QuadrantPoint {
            name: "检验检测服务".into(),
            demand: Measure::new(demand, "14.4%"),
            score: Measure::new(score, "88.00"),
            clear: true,
            ..QuadrantPoint::default()
        };
        for mean in [0.125, 0.5, 0.9] {
            let chart = Quadrant {
                points: vec![point(mean * 1.1, 80.6), point(mean * 1.15, 94.0)],
                demand_line: Some(Reference::new(mean, "各类平均")),
                score_line: Some(Reference::new(86.09, "全市 86.09")),
                corners: corners.map(String::from),
                ..Quadrant::default()
            };
            let svg = chart.svg();
            assert!(!svg.contains('…'), "{mean}: {svg}");
            let whole = corners.iter().filter(|c| svg.contains(**c)).count();
            assert!(if mean < 0.6 { whole == 4 } else { whole >= 2 }, "{mean}: {svg}");
        }
    }

    #[test]
    fn no_corner_is_named_where_a_point_may_lie_on_either_side() {
        let corners = ["甲一", "甲二", "甲三", "甲四"].map(String::from);
        let point = |clear, muted| QuadrantPoint {
            name: "计量服务".into(),
            demand: Measure::new(0.1, "10.0%"),
            score: Measure::new(80.0, "80.00"),
            clear,
            muted,
        };
        let named = |points: Vec<QuadrantPoint>| {
            let line = Some(Reference::new(90.0, "全市 90.00"));
            let chart =
                Quadrant { points, score_line: line, corners: corners.clone(), ..Quadrant::default() };
            corners.iter().any(|c| chart.svg().contains(c.as_str()))
        };
        assert!(named(vec![point(true, false)]));
        assert!(!named(vec![point(true, false), point(false, false)]), "its interval crosses the line");
        assert!(!named(vec![point(true, false), point(true, true)]), "small");
    }

    #[test]
    fn a_line_at_the_end_of_the_axis_has_room_above_it() {
        let point = QuadrantPoint {
            name: "计量服务".into(),
            demand: Measure::new(0.1, "10.0%"),
            score: Measure::new(100.0, "100.00"),
            clear: true,
            ..QuadrantPoint::default()
        };
        let corners = ["甲一", "甲二", "甲三", "甲四"].map(String::from);
        let line = Some(Reference::new(100.0, "全市 100.00"));
        let chart = Quadrant {
            points: vec![point],
            score_line: line,
            corners: corners.clone(),
            ..Quadrant::default()
        };
        assert!(corners.iter().all(|c| chart.svg().contains(c.as_str())), "{}", chart.svg());
    }

    #[test]
    fn the_drawing_says_what_it_is_not() {
        let point = QuadrantPoint {
            name: "标准化服务".into(),
            demand: Measure::new(0.2, "20.0%"),
            score: Measure::new(88.0, "88.00"),
            ..QuadrantPoint::default()
        };
        let chart = Quadrant { points: vec![point], ..Quadrant::default() };
        assert!(chart.svg().contains("不是重要性—绩效分析（IPA）"));
        assert!(chart.alt().contains("不是重要性—绩效分析（IPA）"));
    }
}

//! Writes SVG by hand: numbers, escaping, colours, lines and marks.
//!
//! It knows nothing of charts. It uses no ids, clip paths, patterns or style
//! sheets, because several drawings share one web page and because Word and
//! typst each understand only the plain core of SVG. Every text passes
//! [`escape`], so that an answer of a return can never become markup.

use std::fmt::Write;

use super::text::{clean, width_of};

/// Near-black for text, axes and whiskers.
pub(super) const INK: &str = "#14202e";
/// Grey for second-rank text and for figures under the floor of their unit.
pub(super) const GREY: &str = "#5a6472";
/// Decorative grid lines; nothing depends on seeing them.
pub(super) const GRID: &str = "#dce1e8";
/// The house colour: filled marks and first series.
pub(super) const NAVY: &str = "#16386b";
/// Areas of bars, light enough for a dark whisker on top.
pub(super) const BLUE: &str = "#6485b9";
/// Tint of an interval band; its edges carry the contrast.
pub(super) const TINT: &str = "#e3eaf4";
/// The one accent: reference lines and what lies outside limits.
pub(super) const ACCENT: &str = "#b0441c";
pub(super) const WHITE: &str = "#ffffff";
/// Ordered shades for stacked segments, dark to light.
pub(super) const SHADES: [&str; 4] = [NAVY, "#5074aa", "#b3c4de", "#f1f4f9"];

/// Ordinary text.
pub(super) const BODY: f64 = 12.5;
/// Tick labels, keys and notes; nothing is smaller.
pub(super) const SMALL: f64 = 12.0;
/// Height of one line of text.
pub(super) const LINE: f64 = 16.0;

/// How a shape is filled and outlined.
#[derive(Clone, Copy)]
pub(super) struct Paint {
    pub fill: &'static str,
    pub stroke: &'static str,
    pub width: f64,
    pub dash: &'static str,
}

impl Paint {
    pub(super) const fn fill(fill: &'static str) -> Self {
        Self { fill, stroke: "none", width: 0.0, dash: "" }
    }

    pub(super) const fn line(stroke: &'static str, width: f64) -> Self {
        Self { fill: "none", stroke, width, dash: "" }
    }

    pub(super) const fn outlined(fill: &'static str, stroke: &'static str, width: f64) -> Self {
        Self { fill, stroke, width, dash: "" }
    }

    pub(super) const fn dashed(mut self, dash: &'static str) -> Self {
        self.dash = dash;
        self
    }
}

/// An upright rectangle in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rect {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

impl Rect {
    /// Area shared with `other`.
    pub(super) fn overlap(&self, other: &Rect) -> f64 {
        let w = (self.x + self.w).min(other.x + other.w) - self.x.max(other.x);
        let h = (self.y + self.h).min(other.y + other.h) - self.y.max(other.y);
        w.max(0.0) * h.max(0.0)
    }
}

/// Which point of a line of text sits at its x.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A mark that can be told apart without colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mark {
    Disc,
    Ring,
    Square,
    Diamond,
    Triangle,
    /// A vertical stroke, taller than the other marks.
    Tick,
    /// A small area, for keys.
    Swatch(&'static str),
    /// A hatched area, for keys.
    Hatch,
    /// A horizontal interval, for keys.
    Whisker,
    /// A vertical interval, for keys.
    Post,
}

/// A drawing in progress: elements so far, and how far down they reach.
pub(super) struct Canvas {
    body: String,
    pub width: f64,
    /// Where the next part begins; the height of the drawing in the end.
    pub bottom: f64,
}

impl Canvas {
    pub(super) fn new(width: f64) -> Self {
        Self { body: String::new(), width, bottom: 4.0 }
    }

    /// Opens a group that carries the id of the figure it draws and its full text as a tooltip.
    pub(super) fn open(&mut self, figure: Option<&str>, title: &str) {
        self.body.push_str("<g");
        if let Some(id) = figure {
            let _ = write!(self.body, " data-figure=\"{}\"", escape(id));
        }
        self.body.push('>');
        if !title.is_empty() {
            let _ = write!(self.body, "<title>{}</title>", escape(title));
        }
    }

    pub(super) fn close(&mut self) {
        self.body.push_str("</g>\n");
    }

    pub(super) fn rect(&mut self, r: Rect, paint: Paint) {
        let (x, y, w, h) = (num(r.x), num(r.y), num(r.w.max(0.0)), num(r.h.max(0.0)));
        let _ = write!(self.body, r#"<rect x="{x}" y="{y}" width="{w}" height="{h}"{}/>"#, attributes(paint));
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), paint: Paint) {
        self.path(&[from, to], false, paint);
    }

    /// A line through points, or a closed area.
    pub(super) fn path(&mut self, points: &[(f64, f64)], closed: bool, paint: Paint) {
        if points.len() < 2 {
            return;
        }
        let mut d = String::new();
        for (i, (x, y)) in points.iter().enumerate() {
            let _ = write!(d, "{}{} {}", if i == 0 { "M" } else { " L" }, num(*x), num(*y));
        }
        d.push_str(if closed { " Z" } else { "" });
        let _ = write!(self.body, r#"<path d="{d}"{}/>"#, attributes(paint));
    }

    pub(super) fn circle(&mut self, x: f64, y: f64, r: f64, paint: Paint) {
        let _ = write!(
            self.body,
            r#"<circle cx="{}" cy="{}" r="{}"{}/>"#,
            num(x),
            num(y),
            num(r),
            attributes(paint)
        );
    }

    /// One line of text whose middle is at height `y`.
    pub(super) fn text(&mut self, x: f64, y: f64, words: &str, style: Style) {
        let anchor = match style.anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let weight = if style.bold { r#" font-weight="bold""# } else { "" };
        let _ = writeln!(
            self.body,
            r#"<text x="{}" y="{}" font-size="{}" fill="{}"{anchor}{weight}>{}</text>"#,
            num(x),
            num(y + 0.36 * style.size),
            num(style.size),
            style.fill,
            escape(words)
        );
    }

    /// Several lines of text, the block centred on height `y`.
    pub(super) fn lines(&mut self, x: f64, y: f64, lines: &[String], style: Style) {
        let first = y - LINE * (lines.len() as f64 - 1.0) / 2.0;
        for (i, line) in lines.iter().enumerate() {
            self.text(x, first + LINE * i as f64, line, style);
        }
    }

    /// A rectangle with diagonal lines: an area that counts less than a filled one.
    pub(super) fn hatched(&mut self, r: Rect) {
        self.rect(r, Paint::outlined(WHITE, GREY, 1.0));
        let mut start = r.x - r.h + 5.0;
        while start < r.x + r.w {
            let a = (start.max(r.x), r.y + r.h - (start.max(r.x) - start));
            let end = (start + r.h).min(r.x + r.w);
            self.line(a, (end, r.y + r.h - (end - start)), Paint::line(GREY, 0.9));
            start += 5.0;
        }
    }

    /// A mark of about `2r` pixels; hollow marks are filled white to cover what lies below.
    pub(super) fn mark(&mut self, mark: Mark, x: f64, y: f64, r: f64, colour: &'static str) {
        let hollow = Paint::outlined(WHITE, colour, 1.8);
        let solid = Paint::outlined(colour, WHITE, 0.8);
        match mark {
            Mark::Disc => self.circle(x, y, r, solid),
            Mark::Ring => self.circle(x, y, r - 0.4, hollow),
            Mark::Square => {
                self.rect(
                    Rect { x: x - r + 0.7, y: y - r + 0.7, w: 2.0 * r - 1.4, h: 2.0 * r - 1.4 },
                    hollow,
                );
            }
            Mark::Diamond => {
                let s = r * 1.3;
                self.path(&[(x, y - s), (x + s, y), (x, y + s), (x - s, y)], true, solid);
            }
            Mark::Triangle => {
                let s = r * 1.25;
                self.path(&[(x, y - s), (x + s, y + 0.8 * s), (x - s, y + 0.8 * s)], true, solid);
            }
            Mark::Tick => self.line((x, y - 1.7 * r), (x, y + 1.7 * r), Paint::line(colour, 2.4)),
            Mark::Swatch(fill) => {
                let area = Rect { x: x - 1.3 * r, y: y - r, w: 2.6 * r, h: 2.0 * r };
                self.rect(area, Paint::outlined(fill, colour, 0.8));
            }
            Mark::Hatch => self.hatched(Rect { x: x - 1.3 * r, y: y - r, w: 2.6 * r, h: 2.0 * r }),
            Mark::Post => self.post(x, y - 1.4 * r, y + 1.4 * r, colour),
            Mark::Whisker => self.whisker(x - 1.6 * r, x + 1.6 * r, y, colour),
        }
    }

    /// A horizontal interval with end caps.
    pub(super) fn whisker(&mut self, from: f64, to: f64, y: f64, colour: &'static str) {
        let paint = Paint::line(colour, 1.3);
        self.line((from, y), (to, y), paint);
        self.line((from, y - 4.0), (from, y + 4.0), paint);
        self.line((to, y - 4.0), (to, y + 4.0), paint);
    }

    /// A vertical interval with end caps.
    pub(super) fn post(&mut self, x: f64, from: f64, to: f64, colour: &'static str) {
        let paint = Paint::line(colour, 1.0);
        self.line((x, from), (x, to), paint);
        self.line((x - 3.0, from), (x + 3.0, from), paint);
        self.line((x - 3.0, to), (x + 3.0, to), paint);
    }

    /// A row (or rows) of marks with their meaning, from the left edge.
    pub(super) fn key(&mut self, entries: &[(Mark, &'static str, String)]) {
        if entries.is_empty() {
            return;
        }
        let (mut x, mut y) = (4.0, self.bottom + 10.0);
        for (mark, colour, words) in entries {
            let room = self.width - 40.0;
            let words = super::text::ellipsis(words, room, SMALL);
            let wide = 26.0 + width_of(&words, SMALL);
            if x > 4.0 && x + wide > self.width - 4.0 {
                x = 4.0;
                y += 20.0;
            }
            self.mark(*mark, x + 10.0, y, 4.8, colour);
            self.text(x + 23.0, y, &words, Style::small());
            x += wide + 16.0;
        }
        self.bottom = y + 14.0;
    }

    /// Sentences below the drawing, wrapped to its width.
    pub(super) fn notes(&mut self, words: &str) {
        for line in super::text::wrap(words, self.width - 8.0, SMALL, 4) {
            self.text(4.0, self.bottom + 10.0, &line, Style::small().colour(GREY));
            self.bottom += 18.0;
        }
    }

    /// The finished, self-contained document.
    pub(super) fn finish(self, font: &str, alt: &str) -> String {
        let (w, h) = (num(self.width), num(self.height()));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
             role=\"img\" aria-label=\"{}\" font-family=\"{}\">\n\
             <rect x=\"0.00\" y=\"0.00\" width=\"{w}\" height=\"{h}\" fill=\"{WHITE}\"/>\n{}</svg>\n",
            escape(alt),
            escape(font),
            self.body
        )
    }

    pub(super) fn height(&self) -> f64 {
        (self.bottom + 4.0).ceil()
    }
}

/// The look of one piece of text.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub size: f64,
    pub fill: &'static str,
    pub anchor: Anchor,
    pub bold: bool,
}

impl Style {
    pub(super) const fn body() -> Self {
        Self { size: BODY, fill: INK, anchor: Anchor::Start, bold: false }
    }

    pub(super) const fn small() -> Self {
        Self { size: SMALL, fill: INK, anchor: Anchor::Start, bold: false }
    }

    pub(super) const fn colour(mut self, fill: &'static str) -> Self {
        self.fill = fill;
        self
    }

    pub(super) const fn anchor(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    pub(super) const fn bold(mut self) -> Self {
        self.bold = true;
        self
    }
}

fn attributes(paint: Paint) -> String {
    let mut out = format!(r#" fill="{}""#, paint.fill);
    if paint.width > 0.0 {
        let _ = write!(out, r#" stroke="{}" stroke-width="{}""#, paint.stroke, num(paint.width));
    }
    if !paint.dash.is_empty() {
        let _ = write!(out, r#" stroke-dasharray="{}""#, paint.dash);
    }
    out
}

/// A coordinate with two decimals; never `-0.00`, `NaN` or `inf`.
pub(super) fn num(value: f64) -> String {
    let text = format!("{:.2}", if value.is_finite() { value } else { 0.0 });
    if text == "-0.00" { "0.00".to_owned() } else { text }
}

/// Text for an element or an attribute: control characters dropped, markup disarmed.
pub(super) fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in clean(words).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance and contrast as WCAG 2.2 defines them.
    fn contrast(a: &str, b: &str) -> f64 {
        let luminance = |hex: &str| {
            let part = |i: usize| {
                let c = f64::from(u8::from_str_radix(&hex[i..i + 2], 16).unwrap()) / 255.0;
                if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
        };
        let (x, y) = (luminance(a) + 0.05, luminance(b) + 0.05);
        x.max(y) / x.min(y)
    }

    #[test]
    fn colours_meet_wcag() {
        for text in [INK, GREY, ACCENT, NAVY] {
            assert!(contrast(text, WHITE) >= 4.5, "{text}");
        }
        assert!(contrast(BLUE, WHITE) >= 3.0);
        assert!(contrast(INK, BLUE) >= 3.0, "whisker on its bar");
        for (shade, words) in SHADES.iter().zip([WHITE, WHITE, INK, INK]) {
            assert!(contrast(words, shade) >= 4.5, "{words} on {shade}");
        }
        assert!(contrast(INK, TINT) >= 4.5);
    }

    #[test]
    fn numbers_are_fixed() {
        assert_eq!(num(-0.001), "0.00");
        assert_eq!(num(1.0 / 3.0), "0.33");
        assert_eq!(num(f64::NAN), "0.00");
        assert_eq!(num(-2.5), "-2.50");
    }

    #[test]
    fn markup_is_disarmed() {
        assert_eq!(escape("<a b='\"'>&\u{0}\u{1b}"), "&lt;a b=&#39;&quot;&#39;&gt;&amp;");
    }
}

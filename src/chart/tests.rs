//! What holds for every chart: well-formed, inside its frame, disarmed,
//! described, the same every time.

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::svg::Rect;
use super::text::width_of;
use super::*;

/// One of each kind, over the given names and values (0 to 1), at the given width.
fn charts(names: &[String], values: &[f64], width: f64) -> Vec<Box<dyn Chart>> {
    let sample = Sample { names, values, look: Look { width, ..Look::default() } };
    vec![
        Box::new(sample.bars()),
        Box::new(sample.shares()),
        Box::new(sample.pairs()),
        Box::new(sample.funnel()),
        Box::new(trend(names, values, width)),
        Box::new(sample.dots()),
        Box::new(sample.levels()),
        Box::new(sample.quadrant()),
    ]
}

struct Sample<'a> {
    names: &'a [String],
    values: &'a [f64],
    look: Look,
}

impl Sample<'_> {
    fn value(&self, i: usize) -> f64 {
        self.values.get(i % self.values.len().max(1)).copied().unwrap_or(f64::NAN)
    }

    fn rate(&self, i: usize) -> Measure {
        Measure::new(self.value(i), percent(self.value(i))).with_figure(format!("q/{i}"))
    }

    fn level(&self, i: usize) -> Measure {
        let value = 1.0 + 4.0 * self.value(i);
        Measure::new(value, decimal(value))
    }

    fn each<T>(&self, row: impl Fn(usize, String) -> T) -> Vec<T> {
        self.names.iter().enumerate().map(|(i, name)| row(i, name.clone())).collect()
    }

    fn city(&self) -> Option<Reference> {
        Some(Reference { figure: Some("q/city".into()), ..Reference::new(self.value(0), "全市 86.3%") })
    }

    fn estimates(&self) -> Vec<Estimate> {
        self.each(|i, name| Estimate {
            name,
            measure: self.rate(i),
            interval: (i % 5 != 4).then(|| (self.value(i) - 0.08, self.value(i) + 0.05)),
            n: format!("n={}", 7 * i + 4),
            muted: i % 4 == 3,
        })
    }

    fn bars(&self) -> IntervalBars {
        IntervalBars {
            title: "各项满意率".into(),
            axis: Axis::new("满意率", Unit::Rate, Span::Full),
            rows: self.estimates(),
            reference: self.city(),
            interval_name: "95%置信区间".into(),
            look: self.look.clone(),
        }
    }

    fn dots(&self) -> DotRows {
        DotRows {
            title: "各区(市)县回收率".into(),
            axis: Axis::new("回收率", Unit::Rate, Span::Fit),
            rows: self.estimates(),
            reference: self.city(),
            interval_name: "95%置信区间".into(),
            look: self.look.clone(),
        }
    }

    fn shares(&self) -> StackedShares {
        let share = |v: f64| Measure::new(v, percent(v));
        StackedShares {
            title: "评价构成".into(),
            axis_title: "占有效评价的比例".into(),
            levels: ["满意", "基本满意", "不满意"].map(String::from).to_vec(),
            rows: self.each(|i, name| {
                let rest = 1.0 - self.value(i);
                let shares = vec![self.rate(i), share(rest * 0.7), share(rest * 0.3)];
                ShareRow { name, shares, n: format!("n={}", i * 9), muted: i % 4 == 3 }
            }),
            look: self.look.clone(),
        }
    }

    fn pairs(&self) -> Dumbbell {
        let muted = |i: usize| i % 4 == 3;
        Dumbbell {
            rows: self.each(|i, name| PairRow {
                name,
                demand: self.rate(i),
                supply: self.rate(i + 1),
                muted: muted(i),
            }),
            axis: Axis::new("占企业数的比例", Unit::Rate, Span::FromZero),
            look: self.look.clone(),
            ..Dumbbell::default()
        }
    }

    fn funnel(&self) -> Funnel {
        Funnel {
            n_axis: Axis::new("有效评价数（份）", Unit::Count, Span::FromZero),
            rate_axis: Axis::new("满意率", Unit::Rate, Span::Fit),
            points: self.each(|i, name| AgencyPoint {
                name,
                n: 12.0 + 9.0 * i as f64,
                rate: self.rate(i),
                band: [Band::Within, Band::Beyond95, Band::Within, Band::Beyond998][i % 4],
                muted: i % 5 == 4,
            }),
            city: self.city(),
            limits: limits(self.value(0)),
            look: self.look.clone(),
            ..Funnel::default()
        }
    }

    fn levels(&self) -> DimensionLevels {
        DimensionLevels {
            axis_title: "评价等级（1～5级）".into(),
            rows: self.each(|i, name| DimensionRow {
                name,
                before: self.level(i),
                target: self.level(i + 1),
                after: self.level(i + 2),
                muted: i % 4 == 3,
            }),
            look: self.look.clone(),
            ..DimensionLevels::default()
        }
    }

    fn quadrant(&self) -> Quadrant {
        let corners = ["需求少、满意度高", "需求多、满意度高", "需求少、满意度低", "需求多、满意度低"];
        Quadrant {
            demand_axis: Axis::new("需求占比", Unit::Rate, Span::FromZero),
            score_axis: Axis::new("综合满意度（分）", Unit::Score, Span::Fit),
            points: self.each(|i, name| QuadrantPoint {
                name,
                demand: Measure::new(0.05 + 0.04 * ((i * 7) % 8) as f64, "15.0%"),
                score: Measure::new(self.value(i) * 100.0, decimal(self.value(i) * 100.0)),
                muted: i % 4 == 3,
                clear: false,
            }),
            demand_line: Some(Reference::new(0.18, "中位数 18.0%")),
            score_line: Some(Reference::new(self.value(0) * 100.0, "全市 86.25")),
            corners: corners.map(String::from),
            look: self.look.clone(),
            ..Quadrant::default()
        }
    }
}

fn percent(v: f64) -> String {
    if v.is_finite() { format!("{:.1}%", v * 100.0) } else { "—".into() }
}

fn decimal(v: f64) -> String {
    if v.is_finite() { format!("{v:.2}") } else { "—".into() }
}

fn limits(theta: f64) -> Vec<Limit> {
    let curve = |z: f64| -> Vec<(f64, f64)> {
        let at = |n: f64| (theta + z * (theta * (1.0 - theta) / n).sqrt()).clamp(0.0, 1.0);
        (1..=60).map(|i| (f64::from(i) * 4.0, at(f64::from(i) * 4.0))).collect()
    };
    vec![
        Limit { name: "95%控制限".into(), lower: curve(-1.96), upper: curve(1.96) },
        Limit { name: "99.8%控制限".into(), lower: curve(-3.09), upper: curve(3.09) },
    ]
}

fn trend(names: &[String], values: &[f64], width: f64) -> Trend {
    let value = |i: usize| values.get(i % values.len().max(1)).copied().unwrap_or(f64::NAN);
    let point = |i: usize| TrendPoint {
        measure: Measure::new(value(i), percent(value(i))),
        interval: Some((value(i) - 0.03, value(i) + 0.02)),
        muted: i % 5 == 3,
    };
    Trend {
        title: "满意率".into(),
        axis: Axis::new("满意率", Unit::Rate, Span::Fit),
        periods: (0..6).map(|q| format!("{}年第{}季度", 2024 + q / 4, q % 4 + 1)).collect(),
        series: names
            .iter()
            .enumerate()
            .map(|(s, name)| {
                let points = (0..6)
                    .map(|q| if q == 2 && s % 3 == 0 { TrendPoint::default() } else { point(s * 2 + q) });
                Series { name: name.clone(), points: points.collect() }
            })
            .collect(),
        interval_name: "95%置信区间".into(),
        look: Look { width, ..Look::default() },
    }
}

const ITEMS: [&str; 8] = [
    "服务人员态度",
    "服务人员专业能力",
    "专家态度",
    "专家专业能力",
    "质量管理体系建设服务",
    "计量、检验检测服务",
    "标准化服务",
    "品牌培育与知识产权服务",
];
const VALUES: [f64; 8] = [0.863, 0.912, 0.744, 0.801, 0.885, 0.69, 0.95, 0.83];

fn samples() -> Vec<Box<dyn Chart>> {
    charts(&ITEMS.map(String::from), &VALUES, 590.0)
}

fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    let found = element.try_get_attribute(name).expect("attribute")?;
    Some(found.value.into_owned())
}

fn number(element: &BytesStart, name: &str) -> f64 {
    attribute(element, name).unwrap_or_else(|| panic!("no {name}")).parse().expect("number")
}

/// The box of every mark and every line of text, read back from the SVG.
struct Seen {
    frame: Rect,
    marks: Vec<Rect>,
    texts: Vec<(Rect, String)>,
}

fn read(svg: &str) -> Seen {
    let mut reader = Reader::from_str(svg);
    reader.config_mut().check_end_names = true;
    let mut seen = Seen { frame: Rect::default(), marks: Vec::new(), texts: Vec::new() };
    let mut open = 0;
    let mut text: Option<(BytesStart, String)> = None;
    loop {
        match reader.read_event().unwrap_or_else(|e| panic!("{e}: {svg}")) {
            Event::Start(e) => {
                open += 1;
                match e.name().as_ref() {
                    "svg" => seen.frame.w = number(&e, "width"),
                    "text" => text = Some((e.into_owned(), String::new())),
                    "g" | "title" => {}
                    other => panic!("unexpected <{other}>"),
                }
            }
            Event::Empty(e) => seen.marks.push(mark_box(&e)),
            Event::Text(t) => {
                if let Some((_, words)) = &mut text {
                    words.push_str(&t);
                }
            }
            Event::GeneralRef(r) => {
                if let Some((_, words)) = &mut text {
                    words.push(match r.as_ref() {
                        "lt" => '<',
                        "gt" => '>',
                        "amp" => '&',
                        "#39" => '\'',
                        _ => '"',
                    });
                }
            }
            Event::End(e) => {
                open -= 1;
                if e.name().as_ref() == "text" {
                    seen.texts.extend(text.take().map(|(e, words)| text_box(&e, words)));
                }
            }
            Event::Eof => break,
            other => panic!("unexpected {other:?}"),
        }
    }
    assert_eq!(open, 0, "{svg}");
    seen.frame = seen.marks.remove(0);
    seen
}

fn mark_box(e: &BytesStart) -> Rect {
    match e.name().as_ref() {
        "rect" => {
            let [x, y, w, h] = ["x", "y", "width", "height"].map(|name| number(e, name));
            Rect { x, y, w, h }
        }
        "circle" => {
            let [x, y, r] = ["cx", "cy", "r"].map(|name| number(e, name));
            Rect { x: x - r, y: y - r, w: 2.0 * r, h: 2.0 * r }
        }
        "path" => {
            let d = attribute(e, "d").expect("d").replace(['M', 'L', 'Z'], " ");
            let numbers: Vec<f64> = d.split_whitespace().map(|n| n.parse().expect("number")).collect();
            let side = |k: usize| numbers.iter().skip(k).step_by(2).copied();
            let (x, y) = (side(0).fold(f64::MAX, f64::min), side(1).fold(f64::MAX, f64::min));
            Rect { x, y, w: side(0).fold(f64::MIN, f64::max) - x, h: side(1).fold(f64::MIN, f64::max) - y }
        }
        other => panic!("unexpected <{other}/>"),
    }
}

fn text_box(e: &BytesStart, words: String) -> (Rect, String) {
    let (size, w) = (number(e, "font-size"), width_of(&words, number(e, "font-size")));
    let x = number(e, "x")
        - match attribute(e, "text-anchor").as_deref() {
            Some("middle") => w / 2.0,
            Some("end") => w,
            _ => 0.0,
        };
    (Rect { x, y: number(e, "y") - 0.86 * size, w, h: size }, words)
}

fn inside(frame: &Rect, r: &Rect) -> bool {
    let slack = 0.6;
    r.x >= -slack && r.y >= -slack && r.x + r.w <= frame.w + slack && r.y + r.h <= frame.h + slack
}

fn assert_sound(chart: &dyn Chart) {
    let svg = chart.svg();
    let seen = read(&svg);
    assert!(
        !svg.contains("\"NaN") && !svg.contains("\"inf") && !svg.contains(" NaN") && !svg.contains("-0.00\""),
        "{svg}"
    );
    for mark in &seen.marks {
        assert!(inside(&seen.frame, mark), "{mark:?} outside {:?}\n{svg}", seen.frame);
    }
    for (place, words) in &seen.texts {
        assert!(inside(&seen.frame, place), "{words} {place:?} outside {:?}\n{svg}", seen.frame);
    }
    let aspect = seen.frame.w / seen.frame.h;
    assert!((f64::from(chart.aspect()) - aspect).abs() < 1e-3);
}

#[test]
fn every_chart_is_sound_from_one_row_to_thirty() {
    for count in [1, 2, 8, 15, 30] {
        let names: Vec<String> = (0..count).map(|i| format!("{}{i}", ITEMS[i % 8])).collect();
        for width in [320.0, 590.0] {
            charts(&names, &VALUES, width).iter().for_each(|chart| assert_sound(chart.as_ref()));
        }
    }
}

#[test]
fn no_text_covers_another() {
    for count in [3, 8, 14, 24] {
        let names: Vec<String> = (0..count).map(|i| ITEMS[i % 8].to_owned()).collect();
        for chart in charts(&names, &VALUES, 590.0) {
            if count > 8 && chart.alt().starts_with("象限图") {
                continue; // 24 categories in one square inch of values: some must touch
            }
            let texts = read(&chart.svg()).texts;
            for (i, (a, one)) in texts.iter().enumerate() {
                for (b, other) in &texts[i + 1..] {
                    assert!(a.overlap(b) < 6.0, "{one} {a:?} over {other} {b:?} in {}", chart.alt());
                }
            }
        }
    }
}

#[test]
fn trend_labels_at_one_height_do_not_overlap() {
    let names: Vec<String> = (0..12).map(|i| format!("四川天府新区第{i}组质量服务站")).collect();
    let texts = read(&trend(&names, &[0.86], 590.0).svg()).texts;
    let labels: Vec<&Rect> = texts.iter().filter(|(r, _)| r.x > 420.0).map(|(r, _)| r).collect();
    assert!(labels.len() >= 12);
    for (i, a) in labels.iter().enumerate() {
        assert!(labels[i + 1..].iter().all(|b| a.overlap(b) < 0.01));
    }
}

#[test]
fn hostile_names_stay_text() {
    let names = [
        "<script>alert(1)</script>",
        "\"]]>&amp;' onload=\"x",
        "🏭👩‍🔬👍🏽工厂",
        "\u{202e}倒写\u{0}\u{b}\u{ffff}",
        "",
        "   ",
    ];
    let names: Vec<String> =
        names.iter().map(|n| (*n).to_owned()).chain(["成".repeat(60), "a".repeat(60)]).collect();
    for chart in charts(&names, &VALUES, 590.0) {
        assert_sound(chart.as_ref());
        let svg = chart.svg();
        assert!(!svg.contains("<script") && !svg.contains("onload=\"") && !svg.contains("]]>"), "{svg}");
        assert!(svg.contains(&"成".repeat(60)), "the full name is kept in a title");
    }
}

#[test]
fn descriptions_hold_every_printed_string() {
    for chart in samples() {
        let alt = chart.alt();
        for name in ITEMS {
            assert!(alt.contains(name), "{name} in {alt}");
        }
        assert!(chart.svg().contains("role=\"img\" aria-label="));
    }
    let alt = samples()[0].alt();
    assert!(alt.contains("服务人员态度 86.3%（n=4）") && alt.contains("参照线为全市 86.3%"), "{alt}");
}

#[test]
fn no_data_says_so() {
    let no_names: Vec<String> = Vec::new();
    let all_nan = charts(&ITEMS.map(String::from), &[f64::NAN, f64::INFINITY], 590.0);
    for chart in charts(&no_names, &[], 590.0).into_iter().chain(all_nan) {
        assert!(chart.svg().contains("无可用数据"), "{}", chart.svg());
        assert_sound(chart.as_ref());
    }
}

#[test]
fn same_input_same_bytes() {
    for (a, b) in samples().iter().zip(samples()) {
        assert_eq!(a.svg(), b.svg());
    }
}

#[test]
fn figure_ids_reach_the_marks() {
    for (chart, id) in samples().iter().zip(["q/0", "q/1", "q/2", "q/3"]).take(4) {
        assert!(chart.svg().contains(&format!("<g data-figure=\"{id}\">")));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn marks_and_texts_stay_inside(
        names in prop::collection::vec(".{0,30}", 0..31),
        values in prop::collection::vec(prop_oneof![
            8 => -0.2..1.3f64,
            1 => Just(f64::NAN),
            1 => Just(f64::NEG_INFINITY),
            1 => Just(1e300),
            1 => Just(-4e8),
        ], 1..12),
        width in prop_oneof![Just(590.0), 300.0..1300.0f64, Just(f64::NAN)],
    ) {
        for chart in charts(&names, &values, width) {
            assert_sound(chart.as_ref());
        }
    }
}

//! The metrics once more, row by row and in exact fractions, written from metrics.md alone: what
//! `measure` makes of random workspaces must be the same.
//!
//! A handful of seeds by default; `ZHITI_LONG=1` runs 200. Nothing of `zhiti::metrics` is used here but its result.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{is_alone, links_of};
use zhiti::answer::Val;
use zhiti::link::{Linked, Links, Status};
use zhiti::metrics::{Figure, Level, measure};
use zhiti::period::Period;
use zhiti::reference::district::DISTRICTS;
use zhiti::sample::{SampleOptions, generate};
use zhiti::settings;
use zhiti::spec::{Form, Specs};

const ITEMS: [&str; 4] = ["staff_attitude", "staff_skill", "expert_attitude", "expert_skill"];
const SIZES: [&str; 3] = ["中型", "小型", "微型"];
const KINDS: [&str; 8] = [
    "标准化服务",
    "计量服务",
    "认证认可服务",
    "检验检测服务",
    "质量管理服务",
    "品牌培育服务",
    "知识产权服务",
    "其他服务",
];
const SIDES: [&str; 6] =
    ["质量战略与目标", "质量文化", "质量管理体系", "质量人才与培训", "质量成本管控", "质量考核评定"];

/// An exact fraction, reduced, with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frac(i128, i128);

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a.abs().max(1) } else { gcd(b, a % b) }
}

impl Frac {
    fn new(a: i128, b: i128) -> Self {
        let g = gcd(a, b) * if b < 0 { -1 } else { 1 };
        Self(a / g, b / g)
    }

    fn whole(a: i64) -> Self {
        Self(i128::from(a), 1)
    }

    fn plus(self, o: Self) -> Self {
        Self::new(self.0 * o.1 + o.0 * self.1, self.1 * o.1)
    }

    fn over(self, o: Self) -> Self {
        Self::new(self.0 * o.1, self.1 * o.0)
    }

    fn minus(self, o: Self) -> Self {
        self.plus(Self(-o.0, o.1))
    }

    fn float(self) -> f64 {
        self.0 as f64 / self.1 as f64
    }
}

fn sum(all: &[Frac]) -> Frac {
    all.iter().fold(Frac(0, 1), |s, x| s.plus(*x))
}

fn mean(all: &[Frac]) -> Frac {
    sum(all).over(Frac(all.len() as i128, 1))
}

/// What a figure should be.
#[derive(Clone, Debug, Default)]
struct Expect {
    numerator: Option<Frac>,
    denominator: Option<i64>,
    value: Option<Frac>,
    bounds: Option<(f64, f64)>,
    /// What the floor is held against; `None` where nothing is there at all.
    floor_n: i64,
    /// 20 for the structure metrics, else that of the level.
    floor: Option<u64>,
}

const Z: f64 = 1.959963984540054;

fn wilson(x: f64, n: f64) -> (f64, f64) {
    let (p, z2) = (x / n, Z * Z);
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    (if x == 0.0 { 0.0 } else { centre - half }, if x == n { 1.0 } else { centre + half })
}

fn mover(a: f64, b: f64, c: f64, mid: f64) -> (f64, f64) {
    let n = a + b + c;
    let (p1, p2) = (a / n, (a + b) / n);
    let ((l1, u1), (l2, u2)) = (wilson(a, n), wilson(a + b, n));
    let (w1, w2) = (100.0 - mid, mid);
    let root = (p1 * (1.0 - p1) * p2 * (1.0 - p2)).sqrt();
    let r = if root == 0.0 { 1.0 } else { p1 * (1.0 - p2) / root };
    let score = w1 * p1 + w2 * p2;
    let reach = |a: f64, b: f64| (a * a + b * b + 2.0 * r * a * b).sqrt();
    (score - reach(w1 * (p1 - l1), w2 * (p2 - l2)), score + reach(w1 * (u1 - p1), w2 * (u2 - p2)))
}

/// Count over count, with Wilson's interval where the metric has one.
fn rate(x: usize, n: usize, interval: bool) -> Expect {
    let (x, n) = (x as i64, n as i64);
    Expect {
        numerator: Some(Frac::whole(x)),
        denominator: Some(n),
        value: (n > 0).then(|| Frac::new(x.into(), n.into())),
        bounds: (interval && n > 0).then(|| wilson(x as f64, n as f64)),
        floor_n: n,
        floor: None,
    }
}

type Out = BTreeMap<(String, String), Expect>;

fn put(out: &mut Out, metric: &str, item: &str, expect: Expect) {
    assert!(out.insert((metric.into(), item.into()), expect).is_none());
}

/// A workspace and the quarter looked at.
struct World<'a> {
    links: &'a Links,
    period: Period,
    mid: i64,
}

impl<'a> World<'a> {
    fn all(&self, form: Form) -> impl Iterator<Item = &'a Linked> {
        self.links.returns.iter().filter(move |l| l.ret.form == form && l.status == Status::Counted)
    }

    fn now(&self, form: Form) -> Vec<&'a Linked> {
        self.all(form).filter(|l| l.ret.period == self.period).collect()
    }

    fn partner(&self, form: Form, of: &Linked) -> Option<&'a Linked> {
        self.now(form).into_iter().find(|l| l.key == of.key)
    }

    fn size_of(&self, l: &Linked) -> Option<usize> {
        let past = self.all(Form::B).filter(|b| b.ret.period <= self.period);
        past.filter(|b| b.key.enterprise == l.key.enterprise).max_by_key(|b| b.ret.period)?.ret.one("size")
    }

    /// The four answers of an F, and whether the expert items apply.
    fn applies(l: &Linked, item: &str) -> bool {
        let named = matches!(l.ret.value("expert"), Some(Val::Text(t)) if !t.is_empty() && t != "无");
        item.starts_with("staff") || named
    }

    fn score(&self, level: usize) -> Frac {
        Frac::whole([100, self.mid, 0][level])
    }

    fn satisfaction(&self, forms: &[&Linked], out: &mut Out) {
        for item in ITEMS {
            let levels: Vec<usize> = forms.iter().filter_map(|l| l.ret.one(item)).collect();
            let [a, b, c] = [0, 1, 2].map(|k| levels.iter().filter(|l| **l == k).count());
            let n = a + b + c;
            let miss = forms.iter().filter(|l| l.ret.one(item).is_none() && Self::applies(l, item)).count();
            put(out, "satisfied_rate", item, rate(a, n, true));
            put(out, "acceptable_rate", item, rate(a + b, n, true));
            put(out, "unanswered_rate", item, rate(miss, n + miss, false));
            let points = Frac::whole(100 * a as i64 + self.mid * b as i64);
            let limits = (n > 0).then(|| mover(a as f64, b as f64, c as f64, self.mid as f64));
            put(
                out,
                "item_score",
                item,
                Expect {
                    numerator: Some(points),
                    value: (n > 0).then(|| points.over(Frac::whole(n as i64))),
                    bounds: limits,
                    ..rate(0, n, false)
                },
            );
        }
        let scores: Vec<Frac> = forms.iter().filter_map(|l| self.composite(l)).collect();
        let n = scores.len();
        let limits = (n > 0).then(|| wilson(sum(&scores).float() / 100.0, n as f64));
        put(
            out,
            "composite_score",
            "",
            Expect {
                numerator: Some(sum(&scores)),
                value: (n > 0).then(|| mean(&scores)),
                bounds: limits.map(|(l, u)| (l * 100.0, u * 100.0)),
                ..rate(0, n, false)
            },
        );
    }

    fn composite(&self, l: &Linked) -> Option<Frac> {
        let group = |items: &[&str]| -> Vec<Frac> {
            items.iter().filter_map(|i| l.ret.one(i)).map(|k| self.score(k)).collect()
        };
        let groups: Vec<Frac> = [group(&ITEMS[..2]), group(&ITEMS[2..])]
            .iter()
            .filter(|g| !g.is_empty())
            .map(|g| mean(g))
            .collect();
        (!groups.is_empty()).then(|| mean(&groups))
    }

    fn needs(&self, b: &[&Linked], out: &mut Out) {
        let levels: Vec<usize> = b.iter().filter_map(|l| l.ret.one("standard_level")).collect();
        let count = |k: usize| levels.iter().filter(|l| **l == k).count();
        put(out, "below_industry_share", "", rate(count(0), levels.len(), true));
        for (k, item) in ["below", "average", "above", "leading"].into_iter().enumerate() {
            put(out, "standard_level_share", item, rate(count(k), levels.len(), true));
        }
        let declared: Vec<usize> = b.iter().filter_map(|l| l.ret.one("self_declared")).collect();
        let yes = declared.iter().filter(|k| **k == 0).count();
        put(out, "quality_base_coverage", "self_declared", rate(yes, declared.len(), true));
        let five = ["intl", "national", "industry", "local", "group"].map(|k| format!("{k}_standards"));
        let known = |l: &&&Linked| five.iter().any(|f| l.ret.count(f).is_some());
        let any = |l: &&&Linked| five.iter().any(|f| l.ret.count(f).unwrap_or(0) > 0);
        let (x, n) = (b.iter().filter(any).count(), b.iter().filter(known).count());
        put(out, "quality_base_coverage", "standards", rate(x, n, true));
        let patents: Vec<i64> = b.iter().filter_map(|l| l.ret.count("invention_patents")).collect();
        let x = patents.iter().filter(|p| **p > 0).count();
        put(out, "quality_base_coverage", "patents", rate(x, patents.len(), true));
    }

    fn structure(&self, b: &[&Linked], c: &[&Linked], out: &mut Out) {
        let ticks =
            |all: &[&Linked], k: usize| all.iter().filter(|l| l.ret.many("need_types").contains(&k)).count();
        let any = |all: &[&Linked]| all.iter().filter(|l| !l.ret.many("need_types").is_empty()).count();
        let whole = |all: &[&Linked]| (0..8).map(|k| ticks(all, k)).sum::<usize>() as i64;
        let (wb, wc) = (whole(b), whole(c));
        let mut gaps = Vec::new();
        for (k, kind) in KINDS.into_iter().enumerate() {
            put(out, "demand_share", kind, rate(ticks(b, k), any(b), true));
            put(out, "service_share", kind, rate(ticks(c, k), any(c), true));
            let gap = (wb > 0 && wc > 0).then(|| {
                Frac::new(ticks(b, k) as i128, wb.into()).minus(Frac::new(ticks(c, k) as i128, wc.into()))
            });
            gaps.extend(gap);
            put(
                out,
                "structure_gap",
                kind,
                Expect { value: gap, floor_n: wb.min(wc), floor: Some(20), ..Expect::default() },
            );
        }
        let half: Vec<Frac> = gaps.iter().map(|g| Frac(g.0.abs(), g.1 * 2)).collect();
        let value = (!gaps.is_empty()).then(|| sum(&half));
        put(
            out,
            "structure_mismatch",
            "",
            Expect { value, floor_n: wb.min(wc), floor: Some(20), ..Expect::default() },
        );
    }

    fn responses(&self, b: &[&Linked], out: &mut Out) {
        let (mut days, mut pairs) = (Vec::new(), 0);
        for l in b {
            let Some(dated) = l.ret.date("dated") else { continue };
            for kind in l.ret.many("need_types").iter().filter(|k| **k < 7) {
                pairs += 1;
                let first = self
                    .all(Form::C)
                    .filter(|c| c.ret.period >= self.period && c.key.enterprise == l.key.enterprise)
                    .filter(|c| c.ret.many("need_types").contains(kind))
                    .filter_map(|c| Some((c.ret.range("service_time")?.0 - dated).whole_days()))
                    .filter(|d| (0..=180).contains(d))
                    .min();
                days.extend(first);
            }
        }
        put(out, "demand_response_rate", "", rate(days.len(), pairs, true));
        days.sort_unstable();
        let n = days.len();
        let value = (n > 0).then(|| mean(&[Frac::whole(days[(n - 1) / 2]), Frac::whole(days[n / 2])]));
        put(out, "median_response_days", "", Expect { value, numerator: None, ..rate(0, n, false) });
    }

    fn projects(&self, c: &[&Linked], out: &mut Out) {
        let survey = |l: &&&Linked| self.partner(Form::F, l).is_some();
        put(out, "response_rate", "", rate(c.iter().filter(survey).count(), c.len(), false));
        let closed = |l: &&&Linked| {
            let signed = |id: &str| l.ret.value(id).is_some();
            self.partner(Form::F, l).is_some_and(|f| {
                signed("staff_signature")
                    && signed("enterprise_signed")
                    && (!Self::applies(f, "expert_skill") || signed("expert_signature"))
            })
        };
        put(out, "closed_loop_rate", "", rate(c.iter().filter(closed).count(), c.len(), true));
    }

    fn feedback(&self, here: &dyn Fn(&Linked) -> bool, out: &mut Out) {
        let mut four = Vec::new();
        let mut period = self.period;
        for _ in 0..4 {
            period = period.previous();
            four.push(period);
        }
        let served: BTreeSet<&str> = self
            .all(Form::C)
            .filter(|c| four.contains(&c.ret.period) && here(c))
            .map(|c| &*c.key.enterprise)
            .collect();
        let answered = self.now(Form::E).iter().map(|e| &*e.key.enterprise).collect::<BTreeSet<&str>>();
        put(out, "feedback_rate", "", rate(served.intersection(&answered).count(), served.len(), false));
        let e: Vec<&Linked> = self.now(Form::E).into_iter().filter(|l| here(l)).collect();
        let wants = |l: &&&Linked| match l.ret.value("next_needs") {
            Some(Val::Text(t)) => {
                let bare: String = t.chars().filter(|c| !c.is_whitespace()).collect();
                let bare = bare.trim_end_matches(['。', '.', '！', '!', '；', ';', '，', ',']);
                !["", "无", "暂无", "没有", "无需求"].contains(&bare)
            }
            _ => false,
        };
        put(out, "next_need_rate", "", rate(e.iter().filter(wants).count(), e.len(), true));
    }

    fn changes(&self, b: &[&Linked], out: &mut Out) {
        let mut steps = Vec::new();
        for l in b {
            let (Some(now), Some(level)) = (l.ret.date("dated"), l.ret.one("standard_level")) else {
                continue;
            };
            let before = self
                .all(Form::B)
                .filter(|o| o.ret.period < self.period && o.key.enterprise == l.key.enterprise)
                .filter_map(|o| Some((o.ret.date("dated")?, o.ret.position, o.ret.one("standard_level")?)))
                .filter(|(then, ..)| (now - *then).whole_days() >= 180)
                .max();
            steps.extend(before.map(|(_, _, was)| level.cmp(&was)));
        }
        for (item, way) in [("improved", 1), ("same", 0), ("worse", -1)] {
            let x = steps.iter().filter(|s| **s as i8 == way).count();
            put(out, "level_change", item, rate(x, steps.len(), false));
        }
    }

    fn supplements(&self, s: &[&Linked], out: &mut Out) {
        let mut every = Vec::new();
        for (k, side) in SIDES.into_iter().enumerate() {
            let rows: Vec<[Option<i64>; 3]> = s
                .iter()
                .filter_map(|l| match l.ret.value("dimensions") {
                    Some(Val::Dimensions(d)) => d.get(k).copied(),
                    _ => None,
                })
                .collect();
            let gaps: Vec<Frac> =
                rows.iter().filter_map(|[b, g, _]| Some(Frac::whole((*g)? - (*b)?))).collect();
            put(
                out,
                "dimension_gap",
                side,
                Expect {
                    numerator: Some(sum(&gaps)),
                    value: (!gaps.is_empty()).then(|| mean(&gaps)),
                    ..rate(0, gaps.len(), false)
                },
            );
            let open: Vec<(i64, i64)> = rows
                .iter()
                .filter_map(|[b, g, a]| Some(((*a)? - (*b)?, (*g)? - (*b)?)))
                .filter(|(_, gap)| *gap > 0)
                .collect();
            put(out, "gap_closure", side, closure(&open));
            every.extend(open);
        }
        put(out, "gap_closure", "all", closure(&every));
        let shares: Vec<Frac> = s
            .iter()
            .flat_map(|l| match l.ret.value("indicators") {
                Some(Val::Indicators(all)) => all.to_vec(),
                _ => Vec::new(),
            })
            .filter_map(|i| attained(i.before?, i.goal?, i.after?))
            .collect();
        put(
            out,
            "goal_attainment",
            "",
            Expect {
                numerator: Some(sum(&shares)),
                value: (!shares.is_empty()).then(|| mean(&shares)),
                ..rate(0, shares.len(), false)
            },
        );
    }

    fn figures(&self, level: Level, here: &dyn Fn(&Linked) -> bool) -> Out {
        let mut out = Out::new();
        let of = |form: Form| self.now(form).into_iter().filter(|l| here(l)).collect::<Vec<_>>();
        self.satisfaction(&of(Form::F), &mut out);
        if matches!(level, Level::City | Level::District) {
            let (b, c) = (of(Form::B), of(Form::C));
            self.needs(&b, &mut out);
            self.structure(&b, &c, &mut out);
            self.responses(&b, &mut out);
            self.projects(&c, &mut out);
            self.feedback(here, &mut out);
            self.changes(&b, &mut out);
            self.supplements(&of(Form::S), &mut out);
        }
        out
    }

    /// All units with their figures.
    fn everything(&self) -> Vec<(Level, String, Out)> {
        let received = self.links.returns.iter().filter(|l| l.ret.period == self.period);
        let districts: BTreeSet<Option<usize>> = received.map(|l| l.district).collect();
        let agencies: BTreeSet<&str> = self.now(Form::F).iter().map(|l| &*l.agency).collect();
        let mut out = vec![(Level::City, "510100".into(), self.figures(Level::City, &|_| true))];
        for d in districts {
            let code = d.map_or("未归属", |i| DISTRICTS[i].code).to_owned();
            out.push((Level::District, code, self.figures(Level::District, &|l| l.district == d)));
        }
        for a in agencies {
            out.push((Level::Agency, a.into(), self.figures(Level::Agency, &|l| &*l.agency == a)));
        }
        for (k, kind) in KINDS.into_iter().enumerate() {
            let here =
                |l: &Linked| self.partner(Form::C, l).is_some_and(|c| c.ret.many("need_types").contains(&k));
            out.push((Level::Category, kind.into(), self.figures(Level::Category, &here)));
        }
        for (k, size) in SIZES.into_iter().enumerate() {
            let here = |l: &Linked| self.size_of(l) == Some(k);
            out.push((Level::Size, size.into(), self.figures(Level::Size, &here)));
        }
        out
    }
}

fn closure(open: &[(i64, i64)]) -> Expect {
    let (way, whole) = open.iter().fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
    Expect {
        numerator: Some(Frac::whole(way)),
        denominator: Some(whole),
        value: (whole > 0).then(|| Frac::new(way.into(), whole.into())),
        floor_n: open.len() as i64,
        ..Expect::default()
    }
}

fn attained(before: (i64, u32), goal: (i64, u32), after: (i64, u32)) -> Option<Frac> {
    let f = |(m, d): (i64, u32)| Frac::new(m.into(), 10i128.pow(d));
    let whole = f(goal).minus(f(before));
    if whole.0 == 0 {
        return None;
    }
    let share = f(after).minus(f(before)).over(whole);
    Some(if share.0 < 0 {
        Frac(0, 1)
    } else if share.0 > share.1 {
        Frac(1, 1)
    } else {
        share
    })
}

fn floor_of(level: Level, s: &settings::Metrics) -> u64 {
    [s.floor_city, s.floor_district, s.floor_agency, s.floor_category, s.floor_size][level as usize]
}

fn differences(figure: &Figure, want: &Expect, settings: &settings::Metrics) -> Vec<String> {
    let mut out = Vec::new();
    let mut check = |what: &str, same: bool| {
        if !same {
            out.push(format!("{} {what}: {figure:?} want {want:?}", figure.id()));
        }
    };
    // The parts of goal attainment are kept to twelve decimals.
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
    let exact =
        |a: Frac, b: Frac| a == b || (figure.metric == "goal_attainment" && near(a.float(), b.float()));
    let both = |a: Option<Frac>, b: Option<Frac>| match (a, b) {
        (Some(a), Some(b)) => exact(a, b),
        (a, b) => a.is_none() == b.is_none(),
    };
    check("denominator", figure.denominator == want.denominator);
    let numerator = figure.numerator.map(|n| Frac::new(n.mantissa.into(), n.scale.into()));
    check("numerator", both(numerator, want.numerator));
    check("value", both(figure.fraction.map(|(a, b)| Frac::new(a, b)), want.value));
    check("interval", figure.interval.is_some() == want.bounds.is_some());
    if let (Some(i), Some((l, u))) = (figure.interval, want.bounds) {
        check("bounds", near(i.lower, l) && near(i.upper, u));
    }
    let floor = want.floor.unwrap_or(floor_of(figure.level, settings));
    let status = match want.value {
        None => "no_data",
        Some(_) if (want.floor_n as u64) < floor => "small_n",
        Some(_) => "ok",
    };
    check("status", figure.status.id() == status);
    out
}

/// Compares one quarter; returns the number of figures that have a value.
fn compare(links: &Links, period: Period, settings: &settings::Metrics, name: &str) -> usize {
    let measured = measure(links, period, settings).expect("metrics");
    let world = World { links, period, mid: settings.middle_score as i64 };
    let everything = world.everything();
    let mut ours: BTreeMap<(Level, &str, &str, &str), &Figure> =
        measured.figures.iter().map(|f| ((f.level, &*f.unit_code, f.metric, f.item), f)).collect();
    assert_eq!(ours.len(), measured.figures.len(), "{name}: a figure twice");
    let (mut wrong, mut values) = (Vec::new(), 0);
    for (level, code, figures) in &everything {
        for ((metric, item), want) in figures {
            values += usize::from(want.value.is_some());
            match ours.remove(&(*level, code.as_str(), metric.as_str(), item.as_str())) {
                Some(figure) => wrong.extend(differences(figure, want, settings)),
                None => wrong.push(format!("{level:?} {code} {metric} {item}: missing")),
            }
        }
    }
    wrong.extend(ours.keys().map(|k| format!("{k:?}: not expected")));
    assert!(
        wrong.is_empty(),
        "{name} {period}: {} differences {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(5)]
    );
    values
}

/// Reads a synthetic workspace from its files.
fn workspace(seed: u64) -> Links {
    let specs = Specs::built_in().expect("forms");
    let folder = tempfile::tempdir().expect("folder");
    let periods =
        ["2024Q3", "2024Q4", "2025Q1"][(seed % 2) as usize..].iter().map(|p| (*p).to_owned()).collect();
    let options = SampleOptions {
        periods,
        projects: 3 + (seed % 7) as usize,
        seed,
        mess: [0.0, 0.1, 0.4][(seed % 3) as usize],
    };
    generate(&options, &specs).expect("sample").write(folder.path(), || {}).expect("files");
    links_of(folder.path())
}

#[test]
fn an_independent_reference_gives_the_same_metrics() {
    let seeds = if std::env::var_os("ZHITI_LONG").is_some() { 200 } else { 12 };
    let mut values = 0;
    for seed in 0..seeds {
        let links = workspace(seed);
        let middle_score = [60.0, 50.0, 80.0, 90.0, 0.0, 100.0, 73.0][(seed % 7) as usize];
        let settings =
            settings::Metrics { middle_score, floor_city: 5, floor_district: 2, ..Default::default() };
        for period in links.accounting.keys() {
            values += compare(&links, *period, &settings, &format!("seed {seed}"));
        }
    }
    println!("{values} figures with a value");
    assert!(values > 500 * seeds as usize);
}

#[test]
fn the_reference_agrees_on_the_fixtures() {
    if is_alone() {
        return;
    }
    let links = links_of(&common::shared("fixtures/inputs"));
    for period in links.accounting.keys() {
        assert!(compare(&links, *period, &settings::Metrics::default(), "fixtures") > 500);
    }
}

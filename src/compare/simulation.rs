//! Does 95 % mean 95 %? Coverage of the intervals and the rate of false words, by simulation.
//!
//! Own stream of numbers (SplitMix64, Steele, Lea and Flood 2014), so that the same draws come on every
//! machine; each case names the share it was drawn from.

use super::evidence::Evidence;
use super::{Against, Comparison, Reason, Verdict, settle};
use crate::metrics::{Level, Unit};
use crate::stats::{Interval, mover, wilson};

struct Draws(u64);

impl Draws {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn rate(&mut self, n: i64, p: f64) -> i64 {
        (0..n).filter(|_| self.unit() < p).count() as i64
    }

    /// 满意, 基本满意, 不满意 among n.
    fn levels(&mut self, n: i64, p: [f64; 2]) -> [i64; 3] {
        let mut out = [0; 3];
        for _ in 0..n {
            let u = self.unit();
            out[usize::from(u >= p[0]) + usize::from(u >= p[0] + p[1])] += 1;
        }
        out
    }

    /// Sum of n composites over 4: a return's four ratings lean on one mood, as real ones do.
    fn composites(&mut self, n: i64, p: [f64; 2]) -> i64 {
        let score = |u: f64| {
            if u < p[0] {
                100
            } else if u < p[0] + p[1] {
                60
            } else {
                0
            }
        };
        (0..n)
            .map(|_| {
                let mood = score(self.unit());
                (0..4).map(|_| if self.unit() < 0.5 { mood } else { score(self.unit()) }).sum::<i64>()
            })
            .sum()
    }
}

const ROUNDS: usize = 2_000;

/// Mean coverage close around a rate: counts are whole, so that coverage at a single rate jumps by its luck
/// on the lattice (Brown, Cai and DasGupta 2001); every round draws its own.
fn coverage_near(
    name: &str,
    draws: &mut Draws,
    mut draw: impl FnMut(&mut Draws, f64) -> (f64, Interval),
) -> f64 {
    let mut hit = || {
        let shift = 0.06 * (draws.unit() - 0.5);
        let (truth, interval) = draw(draws, shift);
        interval.contains(truth)
    };
    let share = (0..ROUNDS).filter(|_| hit()).count() as f64 / ROUNDS as f64;
    println!("{name}: {share:.4}");
    share
}

fn coverage(name: &str, truth: f64, mut draw: impl FnMut() -> Interval) -> f64 {
    let hits = (0..ROUNDS).filter(|_| draw().contains(truth)).count();
    let share = hits as f64 / ROUNDS as f64;
    println!("{name}: {share:.4}");
    share
}

#[test]
fn intervals_cover_what_they_promise() {
    let mut draws = Draws(190);
    let mut shares = Vec::new();
    for n in [30, 60, 150] {
        for p in [0.5, 0.7, 0.85, 0.93] {
            let name = format!("wilson {n} {p}");
            shares.push(coverage_near(&name, &mut draws, |draws, shift| {
                (p + shift, wilson(draws.rate(n, p + shift) as f64, n as f64))
            }));
        }
        for p in [[0.6, 0.3], [0.8, 0.15], [0.85, 0.1]] {
            let name = format!("mover {n} {p:?}");
            shares.push(coverage_near(&name, &mut draws, |draws, shift| {
                let p = [p[0] + shift, p[1]];
                let limits = mover(draws.levels(n, p).map(|k| k as u64), 60.0);
                (100.0 * p[0] + 60.0 * p[1], limits)
            }));
        }
    }
    assert!(shares.iter().all(|s| (0.93..=0.99).contains(s)), "{shares:?}");
}

/// The composite's interval uses the largest variance scores may have: it covers more than it promises.
#[test]
fn the_composite_is_cautious_and_covers() {
    let mut draws = Draws(191);
    for (n, p) in [(30, [0.6, 0.3]), (60, [0.8, 0.15]), (150, [0.85, 0.1])] {
        let truth = 100.0 * p[0] + 60.0 * p[1];
        let limits = || wilson(draws.composites(n, p) as f64 / 400.0, n as f64).scaled(100.0);
        assert!(coverage("composite", truth, limits) >= 0.95);
    }
    // Where all four ratings agree and nobody is in the middle it is Wilson itself.
    let limits = || wilson(draws.rate(60, 0.8) as f64, 60.0).scaled(100.0);
    assert!((0.93..=0.99).contains(&coverage("composite of two points", 80.0, limits)));
}

#[test]
fn intervals_of_differences_cover_too() {
    let mut draws = Draws(192);
    for (n1, n2, p) in [(30, 30, 0.8), (40, 120, 0.7), (25, 200, 0.9)] {
        let limits = || {
            let (x1, x2) = (draws.rate(n1, p), draws.rate(n2, p - 0.1));
            Evidence::rate(x1, n1).test(&Evidence::rate(x2, n2)).0
        };
        let share = coverage("newcombe", 0.1, limits);
        assert!((0.93..=0.99).contains(&share), "{share}");
        let limits = || {
            let (x1, x2) = (draws.levels(n1, [p - 0.1, 0.15]), draws.levels(n2, [p - 0.2, 0.25]));
            Evidence::score(x1, 60.0).test(&Evidence::score(x2, 60.0)).0
        };
        let share = coverage("mover difference", 4.0, limits);
        assert!((0.93..=0.99).contains(&share), "{share}");
    }
}

/// One comparison as [`super::compare`] would make it.
fn comparison(ours: Evidence, base: Evidence) -> Comparison {
    let (interval, p) = ours.test(&base);
    Comparison {
        id: String::new(),
        level: Level::District,
        against: Against::Quarter,
        base: None,
        difference: Some(ours.less(&base)),
        unit: Unit::Rate,
        interval: Some(interval),
        p: Some(p),
        adjusted: None,
        verdict: Verdict::NotComparable(Reason::NoTest),
        overlap: false,
        family: String::new(),
    }
}

/// Shares of false words, and of families with any, in `rounds` families of `size` under no change.
fn false_words(
    rounds: usize,
    size: usize,
    mut pair: impl FnMut(usize) -> (Evidence, Evidence),
) -> (f64, f64) {
    let (mut words, mut families) = (0, 0);
    for _ in 0..rounds {
        let mut family: Vec<Comparison> = (0..size)
            .map(|i| {
                let (ours, base) = pair(i);
                comparison(ours, base)
            })
            .collect();
        settle(&mut family);
        let wrong = family.iter().filter(|c| c.verdict.is_direction()).count();
        words += wrong;
        families += usize::from(wrong > 0);
    }
    (words as f64 / (rounds * size) as f64, families as f64 / rounds as f64)
}

#[test]
fn no_change_is_seldom_called_one() {
    let mut draws = Draws(193);
    let rounds = 1_500;
    let single = [
        false_words(rounds, 1, |_| {
            (Evidence::rate(draws.rate(60, 0.8), 60), Evidence::rate(draws.rate(75, 0.8), 75))
        }),
        false_words(rounds, 1, |_| {
            (Evidence::rate(draws.rate(30, 0.93), 30), Evidence::rate(draws.rate(34, 0.93), 34))
        }),
        false_words(rounds, 1, |_| {
            let side = |d: &mut Draws, n| Evidence::score(d.levels(n, [0.8, 0.15]), 60.0);
            (side(&mut draws, 45), side(&mut draws, 60))
        }),
        false_words(rounds, 1, |_| {
            let side = |d: &mut Draws, n| Evidence::mean(d.composites(n, [0.8, 0.15]), 4, n);
            (side(&mut draws, 40), side(&mut draws, 55))
        }),
    ];
    println!("{single:?}");
    assert!(single.iter().all(|(words, _)| *words <= 0.05), "{single:?}");
}

#[test]
fn twenty_three_districts_raise_no_more_false_words_than_one() {
    let mut draws = Draws(194);
    let (words, families) = false_words(250, 23, |i| {
        let n = 10 + 5 * (i as i64);
        (Evidence::rate(draws.rate(n, 0.85), n), Evidence::rate(draws.rate(n + 3, 0.85), n + 3))
    });
    println!("{words} {families}");
    assert!(words <= 0.01 && families <= 0.05, "{words} {families}");
}

#[test]
fn a_real_change_is_seen() {
    let mut draws = Draws(195);
    let (words, _) = false_words(300, 1, |_| {
        (Evidence::rate(draws.rate(120, 0.9), 120), Evidence::rate(draws.rate(120, 0.7), 120))
    });
    assert!(words > 0.9, "{words}");
}

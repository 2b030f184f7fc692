//! Keeps direct labels apart: along one edge ([`spread`]) or around points
//! ([`Placer`]).
//!
//! Both are plain and deterministic: the order of the input decides ties.

use super::svg::Rect;

/// Centres for labels of the given heights, as near to `wanted` as can be
/// without overlap, between `top` and `bottom` where they fit there.
pub(super) fn spread(wanted: &[f64], heights: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]).then(a.cmp(b)));
    let mut centres = wanted.to_vec();
    let mut free = top;
    for &i in &order {
        centres[i] = centres[i].max(free + heights[i] / 2.0);
        free = centres[i] + heights[i] / 2.0;
    }
    let mut free = bottom.max(top + heights.iter().sum::<f64>());
    for &i in order.iter().rev() {
        centres[i] = centres[i].min(free - heights[i] / 2.0);
        free = centres[i] - heights[i] / 2.0;
    }
    centres
}

/// Finds room for labels around points of a plot.
pub(super) struct Placer {
    bounds: Rect,
    taken: Vec<Rect>,
    /// Those of the places taken that hold words: no leader runs through them.
    words: Vec<Rect>,
}

/// A label so far from its point has a leader to it.
const LED: f64 = 12.0;

/// Where the leader of a label ends, and how far from its point.
pub(super) fn leader((x, y): (f64, f64), place: Rect) -> Option<((f64, f64), f64)> {
    let end = (x.clamp(place.x, place.x + place.w), y.clamp(place.y, place.y + place.h));
    let away = (end.0 - x).hypot(end.1 - y);
    (away > LED).then_some((end, away))
}

impl Placer {
    pub(super) fn new(bounds: Rect) -> Self {
        Self { bounds, taken: Vec::new(), words: Vec::new() }
    }

    /// Marks an area as used by something else.
    pub(super) fn block(&mut self, area: Rect) {
        self.taken.push(area);
    }

    /// Marks an area as used by words.
    pub(super) fn block_words(&mut self, area: Rect) {
        self.taken.push(area);
        self.words.push(area);
    }

    /// How much of a place is taken, and by how many words its leader runs.
    fn crowd(&self, point: (f64, f64), place: Rect) -> f64 {
        const STEPS: u32 = 24;
        let covered = self.taken.iter().map(|taken| taken.overlap(&place)).sum::<f64>();
        let Some((end, _)) = leader(point, place) else { return covered };
        let step = |i: u32| {
            let t = f64::from(i) / f64::from(STEPS);
            (point.0 + t * (end.0 - point.0), point.1 + t * (end.1 - point.1))
        };
        let inside = |w: &Rect, (x, y): (f64, f64)| x > w.x && x < w.x + w.w && y > w.y && y < w.y + w.h;
        let crossed = self.words.iter().filter(|w| (0..STEPS).any(|i| inside(w, step(i)))).count();
        covered + 100.0 * crossed as f64
    }

    /// The first free place for a label of `size` beside (`x`, `y`), from near
    /// to far; the least crowded one where none is free.
    pub(super) fn place(&mut self, (x, y): (f64, f64), size: (f64, f64)) -> Rect {
        let mut best: Option<(f64, Rect)> = None;
        for gap in [8.0, 14.0, 22.0, 32.0, 46.0, 64.0] {
            for place in around((x, y), size, gap) {
                let place = self.inside(place);
                let crowd = self.crowd((x, y), place);
                if best.as_ref().is_none_or(|(least, _)| crowd < *least - 0.01) {
                    best = Some((crowd, place));
                }
            }
            if best.as_ref().is_some_and(|(crowd, _)| *crowd <= 0.01) {
                break;
            }
        }
        let place = best.map_or_else(|| self.inside(Rect { x, y, w: size.0, h: size.1 }), |(_, r)| r);
        self.block_words(place);
        place
    }

    /// The least crowded of some places, the first where several are free.
    pub(super) fn choose(&mut self, places: &[Rect]) -> Rect {
        let crowd = |place: &Rect| self.taken.iter().map(|taken| taken.overlap(place)).sum::<f64>();
        let inside: Vec<Rect> = places.iter().map(|place| self.inside(*place)).collect();
        let best = inside.iter().copied().min_by(|a, b| crowd(a).total_cmp(&crowd(b))).unwrap_or_default();
        self.block_words(best);
        best
    }

    /// Marks a line as used, in small steps.
    pub(super) fn block_line(&mut self, points: &[(f64, f64)]) {
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let steps = ((b.0 - a.0).hypot(b.1 - a.1) / 4.0).ceil().clamp(1.0, 400.0);
            for i in 0..=(steps as usize) {
                let t = i as f64 / steps;
                let (x, y) = (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
                self.taken.push(Rect { x: x - 1.0, y: y - 1.0, w: 2.0, h: 2.0 });
            }
        }
    }

    fn inside(&self, mut r: Rect) -> Rect {
        let b = self.bounds;
        r.x = r.x.min(b.x + b.w - r.w).max(b.x);
        r.y = r.y.min(b.y + b.h - r.h).max(b.y);
        r
    }
}

/// Eight places around a point, best first.
fn around((x, y): (f64, f64), (w, h): (f64, f64), gap: f64) -> [Rect; 8] {
    let d = gap * 0.8;
    [
        (x + gap, y - h / 2.0),
        (x - gap - w, y - h / 2.0),
        (x - w / 2.0, y - gap - h),
        (x - w / 2.0, y + gap),
        (x + d, y - d - h),
        (x + d, y + d),
        (x - d - w, y - d - h),
        (x - d - w, y + d),
    ]
    .map(|(x, y)| Rect { x, y, w, h })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_labels_are_spread_in_order() {
        assert_eq!(spread(&[50.0, 50.0], &[10.0, 10.0], 0.0, 100.0), [50.0, 60.0]);
        assert_eq!(spread(&[98.0, 99.0], &[10.0, 10.0], 0.0, 100.0), [85.0, 95.0]);
    }

    #[test]
    fn too_many_labels_grow_past_the_bottom_rather_than_overlap() {
        let centres = spread(&[5.0; 5], &[10.0; 5], 0.0, 20.0);
        assert_eq!(centres, [5.0, 15.0, 25.0, 35.0, 45.0]);
    }

    #[test]
    fn no_leader_runs_through_words() {
        let mut placer = Placer::new(Rect { x: 0.0, y: 0.0, w: 200.0, h: 100.0 });
        // Only behind these words is there room; the name rather stands in the crowd.
        placer.block_words(Rect { x: 30.0, y: 40.0, w: 6.0, h: 20.0 });
        placer.block(Rect { x: 8.0, y: 0.0, w: 22.0, h: 100.0 });
        let free = placer.crowd((20.0, 50.0), Rect { x: 20.0, y: 66.0, w: 5.0, h: 16.0 });
        let behind = placer.crowd((20.0, 50.0), Rect { x: 52.0, y: 42.0, w: 30.0, h: 16.0 });
        assert!(behind >= 100.0 && free < 100.0, "{free} {behind}");
    }

    #[test]
    fn neighbours_do_not_cover_each_other() {
        let mut placer = Placer::new(Rect { x: 0.0, y: 0.0, w: 400.0, h: 300.0 });
        let places: Vec<Rect> = (0..6).map(|_| placer.place((200.0, 150.0), (60.0, 16.0))).collect();
        for (i, a) in places.iter().enumerate() {
            assert!(places[i + 1..].iter().all(|b| a.overlap(b) < 0.02), "{places:?}");
        }
    }
}

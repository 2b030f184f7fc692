//! Districts that sent less than half of what they sent the quarter before: likely returns are missing.

use std::collections::BTreeMap;

use super::{Found, Links, Status, district_name};
use crate::cell::Place;
use crate::period::Period;
use crate::problem::{Code, Problem};

/// Returns by district, superseded ones aside.
type Counts = BTreeMap<usize, usize>;

pub(super) fn find(links: &Links, found: &mut Found) {
    let mut sent: BTreeMap<Period, Counts> = BTreeMap::new();
    for linked in links.returns.iter().filter(|l| !matches!(l.status, Status::Superseded { .. })) {
        let counts = sent.entry(linked.ret.period).or_default();
        if let Some(district) = linked.district {
            *counts.entry(district).or_default() += 1;
        }
    }
    for (period, now) in &sent {
        let before = sent.get(&period.previous()).into_iter().flatten();
        for (district, before, now) in before.filter_map(|(d, before)| fallen(*d, *before, now)) {
            let name = district_name(Some(district));
            // The folder, not a file: what is amiss is not there.
            let problem = Problem::new(Code::CountFall, Place::file(format!("{name}/")));
            found.note(*period, problem.about(name).found(format!("上季度{before}份，本季度{now}份")));
        }
    }
}

fn fallen(district: usize, before: usize, now: &Counts) -> Option<(usize, usize, usize)> {
    let now = now.get(&district).copied().unwrap_or(0);
    (now * 2 < before).then_some((district, before, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_is_no_fall_and_nothing_at_all_is_one() {
        let now = Counts::from([(1, 2), (2, 1)]);
        assert_eq!(fallen(1, 4, &now), None);
        assert_eq!(fallen(1, 5, &now), Some((1, 5, 2)));
        assert_eq!(fallen(2, 3, &now), Some((2, 3, 1)));
        assert_eq!(fallen(3, 1, &now), Some((3, 1, 0)));
    }
}

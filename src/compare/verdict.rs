//! Verdicts and their words. A direction can be had only from a [`Verdict`], and a verdict of
//! direction only from [`Verdict::given`]: no template can print 上升 without a test.

use serde::Serialize;

use crate::metrics::Level;
use crate::stats::{self, Interval};

/// What a figure is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The quarter before.
    Quarter,
    /// The same quarter of the year before.
    Year,
    /// The city without the unit.
    Rest,
}

impl Against {
    pub fn id(self) -> &'static str {
        ["quarter", "year", "rest"][self as usize]
    }

    /// What a change of direction is called: `环比`, `同比`; against the rest the word stands by itself.
    pub fn change(self) -> &'static str {
        ["环比", "同比", ""][self as usize]
    }

    /// `上季度`, `上年同期`, `全市其他区（市）县`, `其他机构`.
    pub fn reference(self, level: Level) -> &'static str {
        match (self, level) {
            (Self::Quarter, _) => "上季度",
            (Self::Year, _) => "上年同期",
            (Self::Rest, Level::Agency) => "其他机构",
            (Self::Rest, _) => "全市其他区（市）县",
        }
    }
}

/// Outcome of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Up,
    Down,
    NoChange,
    NotComparable(Reason),
}

/// Why there is no comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The inputs do not hold the earlier period.
    NoEarlierPeriod,
    /// The unit had no figure then.
    NotInEarlierPeriod,
    /// The figure is under its floor, or has no data.
    FewNow,
    /// The earlier figure is.
    FewThen,
    /// The rest of the city is.
    FewElsewhere,
    /// Services may still answer needs of one of the two quarters: the later one would look worse than it is.
    StillOpen,
    /// The metric has no interval, hence no test.
    NoTest,
}

impl Verdict {
    /// The verdict of a tested difference: a direction only where the interval leaves out 0 and the adjusted p
    /// is under 0.05 (metrics.md 3).
    pub fn given(difference: Interval, adjusted_p: f64) -> Self {
        if !stats::significant(difference, adjusted_p) {
            Self::NoChange
        } else if difference.lower > 0.0 {
            Self::Up
        } else {
            Self::Down
        }
    }

    /// The words a report may use.
    pub fn word(self, against: Against, level: Level) -> &'static str {
        use Against::{Quarter, Rest, Year};
        match (self, against) {
            (Self::Up, Rest) => "高于",
            (Self::Down, Rest) => "低于",
            (Self::Up, _) => "上升",
            (Self::Down, _) => "下降",
            (Self::NoChange, Quarter) => "与上季度相比无显著变化",
            (Self::NoChange, Year) => "与上年同期相比无显著变化",
            (Self::NoChange, Rest) if level == Level::Agency => "与其他机构相比无显著差异",
            (Self::NoChange, Rest) => "与全市其他区（市）县相比无显著差异",
            (Self::NotComparable(reason), _) => reason.words(against, level),
        }
    }

    /// Whether it gives a direction.
    pub fn is_direction(self) -> bool {
        matches!(self, Self::Up | Self::Down)
    }
}

impl Reason {
    /// Why, in words for a report: what it is not compared with is named.
    pub fn words(self, against: Against, level: Level) -> &'static str {
        use Against::{Quarter, Rest, Year};
        match (self, against) {
            (Self::NoEarlierPeriod, Year) => "没有上年同期的材料，不作比较",
            (Self::NoEarlierPeriod, _) => "没有上季度的材料，不作比较",
            (Self::NotInEarlierPeriod, Year) => "上年同期无该项数据，不作比较",
            (Self::NotInEarlierPeriod, _) => "上季度无该项数据，不作比较",
            (Self::FewNow, Quarter) => "样本量不足，不与上季度比较",
            (Self::FewNow, Year) => "样本量不足，不与上年同期比较",
            (Self::FewNow, Rest) if level == Level::Agency => "样本量不足，不与其他机构比较",
            (Self::FewNow, Rest) => "样本量不足，不与全市其他区（市）县比较",
            (Self::FewThen, Year) => "上年同期样本量不足，不作比较",
            (Self::FewThen, _) => "上季度样本量不足，不作比较",
            (Self::FewElsewhere, _) => "其余样本量不足，不作比较",
            (Self::StillOpen, _) => "需求提出后180天的观察期未满，不作比较",
            (Self::NoTest, _) => "该项不作显著性检验，不作比较",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direction_needs_interval_and_p() {
        let of = |lower, upper, p| Verdict::given(Interval { lower, upper }, p);
        assert_eq!(of(0.01, 0.2, 0.01), Verdict::Up);
        assert_eq!(of(-0.2, -0.01, 0.01), Verdict::Down);
        assert_eq!(of(-0.2, 0.01, 0.01), Verdict::NoChange);
        assert_eq!(of(0.01, 0.2, 0.06), Verdict::NoChange);
        assert_eq!(of(f64::NAN, f64::NAN, f64::NAN), Verdict::NoChange);
    }

    #[test]
    fn only_directions_speak_of_direction() {
        let reasons = [
            Reason::NoEarlierPeriod,
            Reason::NotInEarlierPeriod,
            Reason::FewNow,
            Reason::FewThen,
            Reason::FewElsewhere,
            Reason::StillOpen,
            Reason::NoTest,
        ];
        let silent = reasons.map(Verdict::NotComparable).into_iter().chain([Verdict::NoChange]);
        for verdict in silent {
            for against in [Against::Quarter, Against::Year, Against::Rest] {
                for level in Level::ALL {
                    let word = verdict.word(against, level);
                    assert!(["上升", "下降", "高于", "低于"].iter().all(|w| !word.contains(w)), "{word}");
                    // Nor is anything called 环比 or 同比 that was not found to move.
                    assert!(["环比", "同比"].iter().all(|w| !word.contains(w)), "{word}");
                    assert!(!verdict.is_direction());
                }
            }
        }
        let few = Verdict::NotComparable(Reason::FewNow);
        assert_eq!(few.word(Against::Quarter, Level::City), "样本量不足，不与上季度比较");
        assert_eq!(few.word(Against::Year, Level::City), "样本量不足，不与上年同期比较");
        assert_eq!(Verdict::Down.word(Against::Rest, Level::District), "低于");
        assert_eq!(Verdict::Down.word(Against::Year, Level::District), "下降");
    }
}

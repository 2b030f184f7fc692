//! A quarter, written `2025Q1`.

use std::fmt;
use std::str::FromStr;

use time::Date;

use crate::parse::date;

/// A quarter of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period {
    pub year: i32,
    /// 1 to 4.
    pub quarter: u8,
}

impl Period {
    /// First day of the quarter.
    pub fn first_day(self) -> Date {
        date::ymd(self.year, self.quarter * 3 - 2, 1).unwrap_or(Date::MIN)
    }

    /// Last day of the quarter.
    pub fn last_day(self) -> Date {
        self.next().first_day().previous_day().unwrap_or(Date::MAX)
    }

    pub fn next(self) -> Self {
        if self.quarter == 4 {
            Self { year: self.year + 1, quarter: 1 }
        } else {
            Self { quarter: self.quarter + 1, ..self }
        }
    }

    pub fn previous(self) -> Self {
        if self.quarter == 1 {
            Self { year: self.year - 1, quarter: 4 }
        } else {
            Self { quarter: self.quarter - 1, ..self }
        }
    }

    /// The same quarter of the year before.
    pub fn year_before(self) -> Self {
        Self { year: self.year - 1, ..self }
    }

    /// Quarters counted from a fixed origin, for differences.
    pub fn ordinal(self) -> i32 {
        self.year * 4 + i32::from(self.quarter) - 1
    }

    /// The quarter of such a number.
    pub fn from_ordinal(ordinal: i32) -> Self {
        Self { year: ordinal.div_euclid(4), quarter: ordinal.rem_euclid(4) as u8 + 1 }
    }

    /// `2025年第一季度`.
    pub fn chinese(self) -> String {
        let numeral = ["一", "二", "三", "四"][usize::from(self.quarter - 1)];
        format!("{}年第{numeral}季度", self.year)
    }

    /// Whether a date lies in the quarter or up to `days` days before or after it.
    pub fn is_near(self, day: Date, days: i64) -> bool {
        date::days_between(self.first_day(), day) >= -days && date::days_between(self.last_day(), day) <= days
    }

    /// Reads what a cover says: `2025Q1`, `2025年第一季度`, `2025年度1季度`, `2025年1—3月`. A single month or day
    /// is none: it may be that of the report.
    pub fn from_words(words: &str) -> Option<Self> {
        let dash = |c: char| if matches!(c, '—' | '–' | '~' | '至' | '到') { '-' } else { c };
        let key: String = crate::text::key(words).to_uppercase().chars().map(dash).collect();
        if let Ok(period) = key.parse() {
            return Some(period);
        }
        let year: i32 = key.get(..4)?.parse().ok()?;
        let rest = key[4..]
            .trim_start_matches(['年', '度', '-', '/', '.'])
            .trim_start_matches('第')
            .trim_end_matches("季度")
            .trim_end_matches('季');
        let rest = rest.replace("--", "-").replace("月-", "-");
        let quarter = match rest.as_str() {
            "一" | "1" | "Q1" | "1-3月" | "01-03月" => 1,
            "二" | "2" | "Q2" | "4-6月" | "04-06月" => 2,
            "三" | "3" | "Q3" | "7-9月" | "07-09月" => 3,
            "四" | "4" | "Q4" | "10-12月" => 4,
            _ => return None,
        };
        Some(Self { year, quarter })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}Q{}", self.year, self.quarter)
    }
}

/// Error of [`Period::from_str`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAPeriod;

impl FromStr for Period {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Self, NotAPeriod> {
        let (year, quarter) = text.split_once('Q').ok_or(NotAPeriod)?;
        if year.len() != 4 || quarter.len() != 1 || !year.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAPeriod);
        }
        let year: i32 = year.parse().map_err(|_| NotAPeriod)?;
        let quarter: u8 = quarter.parse().map_err(|_| NotAPeriod)?;
        if (1..=4).contains(&quarter) && year >= 1900 { Ok(Self { year, quarter }) } else { Err(NotAPeriod) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_counts_quarters() {
        let q: Period = "2025Q1".parse().unwrap();
        assert_eq!(q.previous().to_string(), "2024Q4");
        assert_eq!(date::iso(q.last_day()), "2025-03-31");
        assert_eq!(q.chinese(), "2025年第一季度");
        for words in [
            "2025Q1",
            "2025 q1",
            "2025年第一季度",
            "2025年度第1季度",
            "2025年一季",
            "2025-Q1",
            "2025年1月至3月",
            "2025年1——3月",
            "2025.01-03月",
        ] {
            assert_eq!(Period::from_words(words), Some(q), "{words}");
        }
        for words in [
            "",
            "2025",
            "2025年",
            "第一季度",
            "2025年1月",
            "2025年2-4月",
            "2025年4月10日",
            "上季度",
            "年年年年第一季度",
        ] {
            assert_eq!(Period::from_words(words), None, "{words}");
        }
        assert!(["2025", "2025Q5", "25Q1", "2025q1", "x025Q1"].iter().all(|t| t.parse::<Period>().is_err()));
    }
}

//! Spellings of dates and ranges, each with what it must and must not say.

use super::*;
use proptest::prelude::*;

fn day(text: &str) -> String {
    iso(date(text).unwrap().unwrap().first)
}

fn both(text: &str) -> String {
    let (a, b) = range(text).unwrap().unwrap();
    format!("{}..{}", iso(a), iso(b))
}

#[test]
fn eight_bytes_before_zeros_need_not_be_digits() {
    for text in ["拟拟ab.0", "abcd月ef.00", "2025ab05.0"] {
        assert!(date(text).is_err(), "{text}");
    }
}

#[test]
fn reads_every_spelling_of_a_day() {
    for text in [
        "2025年3月5日",
        "2025年03月05日",
        "2025.3.5",
        "2025-03-05",
        "2025/3/5",
        "20250305",
        "二〇二五年三月五日",
        "２０２５年３月５日",
        "2025/3/5 14:03:22",
        "05-Mar-2025 14:03:22",
        "日期：2025年3月5日",
        "2025 年 3 月 5 日",
        "2025-03-05T00:00:00",
        "2025年3月5号",
        "2025年3月5日（星期三）",
        "2025年3月5日 周三",
        "2025年3月5日上午",
        "2025年3月5日14时30分",
        "2025/3/5 2:03 PM",
        "2025/3/5 下午2:03",
        "2025\\3\\5",
        "2025，3，5",
        "2025 3 5",
        "2025-3-5日",
        "2025年3.5",
        "公元2025年3月5日",
        "填表日期：2025年3月5日",
        "2025年3月5日（盖章）",
        "二○二五年三月五日",
        "二O二五年三月五日",
        "March 5, 2025",
        "Wednesday, March 5, 2025",
        "Wed Mar 05 2025",
        "45721",
        "45721.58",
        "20250305.0",
    ] {
        assert_eq!(day(text), "2025-03-05", "{text}");
    }
    let month = date("2025年2月").unwrap().unwrap();
    assert!(month.month_only());
    assert_eq!(iso(month.last), "2025-02-28");
}

#[test]
fn says_why_not() {
    assert_eq!(date("三月上旬"), Err(NotADate::Unreadable));
    assert_eq!(date("2025年2月30日"), Err(NotADate::NoSuchDay));
    assert_eq!(date("25.3.5"), Err(NotADate::ShortYear));
    assert_eq!(date("25年3月5日"), Err(NotADate::ShortYear));
    assert_eq!(date("   年  月  日"), Ok(None));
    assert_eq!(range("2025.3.5-2025.2.1"), Err(NotADate::Reversed));
    for open in ["2025年3月5日起", "自2025年3月5日起至今", "2025年3月5日、3月8日、3月10日", "三个月"]
    {
        assert_eq!(range(open), Err(NotADate::Unreadable), "{open}");
    }
    for months in ["2025.3-5", "2025年10-12", "2025/3-5", "2025年1 - 3"] {
        assert_eq!(range(months), Err(NotADate::Unreadable), "{months}");
    }
    assert_eq!(date("05/03/2025"), Err(NotADate::Unreadable));
}

#[test]
fn reads_every_spelling_of_a_range() {
    for (text, want) in [
        ("2025-01-25至2025-01-28", "2025-01-25..2025-01-28"),
        ("2025年2月20日—3月27日", "2025-02-20..2025-03-27"),
        ("2025.2.20—3.27", "2025-02-20..2025-03-27"),
        ("2025年1月-2月", "2025-01-01..2025-02-28"),
        ("2024.12.25-2025.02.19", "2024-12-25..2025-02-19"),
        ("2025年3月5日至8日", "2025-03-05..2025-03-08"),
        ("2025年3月5-8日", "2025-03-05..2025-03-08"),
        ("2025.3.5~2025.3.8", "2025-03-05..2025-03-08"),
        ("2025/3/5-2025/3/8", "2025-03-05..2025-03-08"),
        ("2025-03-05 - 2025-03-08", "2025-03-05..2025-03-08"),
        ("2025-03-05——2025-03-08", "2025-03-05..2025-03-08"),
        ("2025年3月5日", "2025-03-05..2025-03-05"),
        ("2025年3月", "2025-03-01..2025-03-31"),
        ("20250305-20250308", "2025-03-05..2025-03-08"),
        ("自2025年3月5日起至2025年3月8日止", "2025-03-05..2025-03-08"),
        ("从2025年3月5日到3月8日", "2025-03-05..2025-03-08"),
        ("2025年3月5日（周三）至3月8日（周六）", "2025-03-05..2025-03-08"),
        ("2025-03-05 09:00:00至2025-03-08 17:00:00", "2025-03-05..2025-03-08"),
        ("2025-03-05T00:00:00.000Z~2025-03-08T00:00:00.000Z", "2025-03-05..2025-03-08"),
        ("2025年3月5日9:00-11:00", "2025-03-05..2025-03-05"),
        ("2025年3月5日一3月8日", "2025-03-05..2025-03-08"),
        ("2025年3月5日─2025年3月8日", "2025-03-05..2025-03-08"),
        ("2025年3月5日至3月8日（共3次）", "2025-03-05..2025-03-08"),
        ("2025年3月5日至3月8日，共4天", "2025-03-05..2025-03-08"),
        ("2025-03-05,2025-03-08", "2025-03-05..2025-03-08"),
        ("2025年3月5日\n2025年3月8日", "2025-03-05..2025-03-08"),
        ("开始日期：2025-03-05；结束日期：2025-03-08", "2025-03-05..2025-03-08"),
        ("起：2025年3月5日 止：2025年3月8日", "2025-03-05..2025-03-08"),
        ("2025年1-3月", "2025-01-01..2025-03-31"),
        ("2025年第一季度", "2025-01-01..2025-03-31"),
        ("2025Q2", "2025-04-01..2025-06-30"),
        ("2025-03-05-08", "2025-03-05..2025-03-08"),
        ("2025/3/5/8", "2025-03-05..2025-03-08"),
        ("2025-1-3-5", "2025-01-03..2025-01-05"),
        ("2025-1-3-2-5", "2025-01-03..2025-02-05"),
        ("2025-03-05-2025-03-08", "2025-03-05..2025-03-08"),
    ] {
        assert_eq!(both(text), want, "{text}");
    }
}

#[test]
fn knows_the_serials() {
    let of = |s, e| iso(from_serial(s, e).unwrap());
    assert_eq!(of(45721.0, false), "2025-03-05");
    assert_eq!(of(45587.6, false), "2024-10-22");
    assert_eq!(of(45721.0 - 1462.0, true), "2025-03-05");
    assert_eq!(of(61.0, false), "1900-03-01");
    assert_eq!(of(1.0, false), "1900-01-01");
    assert_eq!(from_serial(-1e300, false), None);
}

proptest! {
    #[test]
    fn never_panics(text in "\\PC{0,40}") {
        let _ = date(&text);
        let _ = range(&text);
    }

    #[test]
    fn no_range_ends_before_it_starts(text in "[0-9年月日至到起止.~—/, -]{0,24}") {
        if let Ok(Some((start, end))) = range(&text) {
            prop_assert!(start <= end, "{}", text);
        }
        if let Ok(Some(day)) = date(&text) {
            prop_assert!(day.first <= day.last, "{}", text);
        }
    }

    /// One end is no range, and two days are no day.
    #[test]
    fn an_end_left_open_is_told(days in 2_450_000i32..2_470_000, later in 1i64..900,
            sign in prop::sample::select(vec!["至", "到", "~", "—", "～", " 至 "]), style in 0usize..4) {
        let first = Date::from_julian_day(days).unwrap();
        let printed = [first, first + time::Duration::days(later)].map(|d| match style {
            0 => chinese(d),
            1 => iso(d),
            2 => format!("{}.{}.{}", d.year(), u8::from(d.month()), d.day()),
            _ => format!("{}/{}/{}", d.year(), u8::from(d.month()), d.day()),
        });
        let [from, to] = &printed;
        for open in [format!("{from}至"), format!("至{to}"), format!("{from}至至今"), format!("自{from}起")] {
            prop_assert!(range(&open).is_err(), "{}", open);
        }
        for two in [format!("{from}{sign}{to}"), format!("{from}、{to}"), format!("{from} {to}"), format!("{from}\n{to}")] {
            prop_assert!(date(&two).is_err(), "{}", two);
        }
    }

    /// Words that say nothing of time leave the day as it is, or it is told.
    #[test]
    fn unknown_words_move_no_day(days in 2_450_000i32..2_470_000, word in "[甲乙东西南北约前后内]{1,3}", front in any::<bool>(), han in any::<bool>()) {
        let day = Date::from_julian_day(days).unwrap();
        let printed = if han { chinese(day) } else { iso(day) };
        let text = if front { format!("{word}{printed}") } else { format!("{printed}{word}") };
        prop_assert!(!matches!(date(&text), Ok(Some(read)) if read.first != day || read.last != day), "{}", text);
        prop_assert!(!matches!(range(&text), Ok(Some(both)) if both != (day, day)), "{}", text);
    }

    #[test]
    fn reads_back_every_day(days in 2_440_000i32..2_470_000, style in 0usize..5) {
        let d = Date::from_julian_day(days).unwrap();
        let (y, m, dd) = (d.year(), u8::from(d.month()), d.day());
        let text = match style {
            0 => chinese(d),
            1 => iso(d),
            2 => format!("{y}.{m}.{dd}"),
            3 => format!("{y}/{m}/{dd}"),
            _ => format!("{y:04}{m:02}{dd:02}"),
        };
        prop_assert_eq!(date(&text).unwrap().unwrap().first, d);
        let end = d + time::Duration::days(40);
        let text = format!("{}—{}", chinese(d), chinese(end));
        prop_assert_eq!(range(&text).unwrap().unwrap(), (d, end));
    }
}

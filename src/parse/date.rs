//! Dates and ranges of dates as offices write them (domain.md 1.4).
//!
//! `2025年3月5日`, `2025.3.5`, `20250305`, `二〇二五年三月五日`, `05-Mar-2025 14:03:22`;
//! ranges with any dash, whose right side may omit the year or the month; a month
//! alone stands for its first to its last day. Two-digit years are unreadable.

mod tidy;

use std::ops::RangeInclusive;

use time::{Date, Month};

use crate::text;

/// A date that could be read, and whether the day was written or only the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub first: Date,
    /// Same as `first` unless only a month was written.
    pub last: Date,
}

impl Day {
    /// Whether only a month was written.
    pub fn month_only(&self) -> bool {
        self.first != self.last
    }
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotADate {
    /// Not in any known spelling.
    Unreadable,
    /// Well written, but there is no such day (2月30日).
    NoSuchDay,
    /// The year has two digits.
    ShortYear,
    /// A range whose end is before its start.
    Reversed,
}

/// Year, month, day as they stand in a text; what is missing is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Parts {
    year: Option<i32>,
    month: Option<u8>,
    day: Option<u8>,
}

/// Reads one date. `None` means blank.
///
/// # Errors
/// [`NotADate`] says what is wrong.
pub fn date(raw: &str) -> Result<Option<Day>, NotADate> {
    let text = prepare(raw);
    if is_blank(&text) {
        return Ok(None);
    }
    one_day(&text).or_else(|why| tidied(&text).and_then(|text| one_day(&text).ok()).ok_or(why)).map(Some)
}

fn one_day(text: &str) -> Result<Day, NotADate> {
    let parts = parts(text)?;
    if parts.year.is_none() {
        return Err(NotADate::Unreadable);
    }
    day_of(parts)
}

/// The text without what stands around its dates; `None` where that leaves it as it is, or no number is in it.
fn tidied(text: &str) -> Option<String> {
    let has_number = text.chars().any(|c| c.is_ascii_digit() || tidy::NUMERALS.contains(c));
    has_number.then(|| tidy::tidied(text)).filter(|tidied| tidied != text)
}

/// Reads a range of dates; a single date is a range of one day. `None` means blank.
///
/// # Errors
/// [`NotADate`] says what is wrong; both ends are lost then.
pub fn range(raw: &str) -> Result<Option<(Date, Date)>, NotADate> {
    let text = prepare(raw);
    if is_blank(&text) {
        return Ok(None);
    }
    let both = both_days(&text);
    if both != Err(NotADate::Unreadable) {
        return both.map(Some);
    }
    let tidied = tidied(&text);
    let text = tidied.as_deref().unwrap_or(&text);
    let other = || quarter(text).or_else(|| two_days(text));
    both_days(text).or_else(|why| other().ok_or(why)).map(Some)
}

fn both_days(text: &str) -> Result<(Date, Date), NotADate> {
    if may_be_months(text) {
        return Err(NotADate::Unreadable);
    }
    if let Ok(parts) = parts(text)
        && parts.year.is_some()
    {
        return day_of(parts).map(|d| (d.first, d.last));
    }
    let mut fault = NotADate::Unreadable;
    for (left, right) in splits(text) {
        match two_sides(left, right) {
            Ok(both) => return Ok(both),
            Err(found) if fault == NotADate::Unreadable => fault = found,
            Err(_) => {}
        }
    }
    Err(fault)
}

/// `2025.3-5`, `2025年10-12`: a day for one, a period of months for another.
fn may_be_months(text: &str) -> bool {
    let Some((left, right)) = text.rsplit_once(['-', '~']) else { return false };
    let is_short = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let parts = left.split_once(['年', '.', '/']);
    parts.is_some_and(|(year, month)| year.len() == 4 && is_short(month.trim()) && is_short(right.trim()))
}

/// Years that a date may have.
const YEARS: RangeInclusive<i32> = 1800..=2200;

/// `2025年第一季度`, `2025年1季度`, `2025Q1`.
fn quarter(text: &str) -> Option<(Date, Date)> {
    let text = text.replace(' ', "");
    let (year, rest) = text.split_at_checked(4)?;
    let year: i32 = year.parse().ok().filter(|y| YEARS.contains(y))?;
    let rest = rest.trim_start_matches(['年', '度', '-', '第']);
    let number = rest.strip_prefix('Q').or_else(|| rest.strip_suffix("季度"))?;
    let quarter = ["1", "2", "3", "4"].iter().position(|n| *n == number);
    let quarter = quarter.or_else(|| ["一", "二", "三", "四"].iter().position(|n| *n == number))? as u8;
    let last = ymd(year, quarter * 3 + 3, 1)?;
    Some((ymd(year, quarter * 3 + 1, 1)?, last.replace_day(last.month().length(year)).ok()?))
}

/// Two whole dates one after the other, as two lines or two questions of a survey: `2025-01-10, 2025-03-20`.
fn two_days(text: &str) -> Option<(Date, Date)> {
    let mut cuts = text.match_indices([',', ';', '、', ' ']);
    cuts.find_map(|(at, sign)| {
        let (start, end) = (one_day(&text[..at]).ok()?, one_day(&text[at + sign.len()..]).ok()?);
        (start.first <= end.first).then_some((start.first, end.last))
    })
}

/// The date of an Excel serial number; 1900 and 1904 epochs, time of day dropped.
pub fn from_serial(serial: f64, epoch_1904: bool) -> Option<Date> {
    if !serial.is_finite() || !(1.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let days = serial.floor() as i32 + if epoch_1904 { 1462 } else { 0 };
    // Excel's calendar has a 29 February 1900, so serials before it are one day further on.
    let shift = i32::from(days < 60);
    Date::from_julian_day(2_415_019 + days + shift).ok()
}

/// `2025-03-05`.
pub fn iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

/// `2025年3月5日`, without leading zeros (GB/T 9704).
pub fn chinese(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), u8::from(date.month()), date.day())
}

/// Builds a date from numbers.
pub fn ymd(year: i32, month: u8, day: u8) -> Option<Date> {
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

/// Whole days from `from` to `to`.
pub fn days_between(from: Date, to: Date) -> i64 {
    i64::from(to.to_julian_day()) - i64::from(from.to_julian_day())
}

fn prepare(raw: &str) -> String {
    let text = text::plain(raw);
    let text = text.trim_start_matches("日期").trim_start_matches([':', ' ']);
    drop_time(text).trim_end_matches(['.', ',', ';']).to_owned()
}

fn is_blank(text: &str) -> bool {
    text::is_blank_mark(text)
        || text.chars().all(|c| matches!(c, '年' | '月' | '日' | '_' | ' ' | '-' | '/' | '至' | '.'))
        || text::is_none_word(text)
}

/// Cuts `14:03:22`, `T09:00:00Z` and the like off the end.
fn drop_time(text: &str) -> &str {
    let Some(colon) = text.find(':') else { return text };
    let head = &text[..colon];
    let cut = head
        .rfind([' ', 'T', '日'])
        .map(|at| if head[at..].starts_with('日') { at + '日'.len_utf8() } else { at });
    match cut {
        Some(at)
            if text[at..]
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, ':' | ' ' | '.' | 'T' | 'Z' | '+')) =>
        {
            text[..at].trim_end()
        }
        _ => text,
    }
}

/// Every way to cut a text into two sides at a separator, the clearest first; at a sign that stands in dates too, the
/// longest left side, which has a day rather than a month (`2025-3-5-8`).
fn splits(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for sign in ["--", "至", "到", "~", " - ", "-", "/"] {
        for (at, _) in text.rmatch_indices(sign) {
            found.push((text[..at].trim(), text[at + sign.len()..].trim_start_matches('-').trim()));
        }
    }
    found
}

fn two_sides(left: &str, right: &str) -> Result<(Date, Date), NotADate> {
    let (mut left, right) = (parts(left)?, parts(right)?);
    // 2025年1-3月
    if (left.month, right.year, right.day) == (None, None, None) && right.month.is_some() {
        left.month = left.day.take();
    }
    if left.year.is_none() || left.month.is_none() {
        return Err(NotADate::Unreadable);
    }
    let right = inherit(left, right)?;
    let (start, end) = (day_of(left)?, day_of(right)?);
    if end.last < start.first {
        return Err(NotADate::Reversed);
    }
    Ok((start.first, end.last))
}

/// Fills in what the right side of a range omits: its year, or year and month.
fn inherit(left: Parts, mut right: Parts) -> Result<Parts, NotADate> {
    if right.year.is_some() {
        return Ok(right);
    }
    right.year = left.year;
    match (right.month, right.day) {
        (Some(_), _) => Ok(right),
        // A lone number is a day where the left side has one, else a month.
        (None, Some(n)) if left.day.is_none() => Ok(Parts { month: Some(n), day: None, ..right }),
        (None, Some(_)) => Ok(Parts { month: left.month, ..right }),
        (None, None) => Err(NotADate::Unreadable),
    }
}

fn day_of(parts: Parts) -> Result<Day, NotADate> {
    let (Some(year), Some(month)) = (parts.year, parts.month) else { return Err(NotADate::Unreadable) };
    if !(1..=12).contains(&month) || !YEARS.contains(&year) {
        return Err(NotADate::NoSuchDay);
    }
    match parts.day {
        Some(day) => {
            let date = ymd(year, month, day).ok_or(NotADate::NoSuchDay)?;
            Ok(Day { first: date, last: date })
        }
        None => {
            let first = ymd(year, month, 1).ok_or(NotADate::NoSuchDay)?;
            let last = first.replace_day(first.month().length(year)).map_err(|_| NotADate::NoSuchDay)?;
            Ok(Day { first, last })
        }
    }
}

/// Reads year, month and day out of one side.
fn parts(text: &str) -> Result<Parts, NotADate> {
    if let Some(parts) = english_parts(text).or_else(|| spaced_parts(text)) {
        return Ok(parts);
    }
    let text = text.replace(' ', "");
    if text.is_empty() {
        return Err(NotADate::Unreadable);
    }
    if text.contains(['年', '月', '日', '号']) {
        return chinese_parts(&text).or_else(|why| mixed_parts(&text).ok_or(why));
    }
    if let Some(parts) = serial_parts(&text) {
        return Ok(parts);
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return compact_parts(&text);
    }
    separated_parts(&text)
}

/// `2025 3 5`
fn spaced_parts(text: &str) -> Option<Parts> {
    let pieces: Vec<&str> = text.split(' ').filter(|p| !p.is_empty()).collect();
    let [year, month, day] = pieces[..] else { return None };
    let plain = year.len() == 4 && month.len() <= 2 && day.len() <= 2;
    if !plain {
        return None;
    }
    separated_parts(&pieces.join("-")).ok()
}

/// `2025-3-5日`, `2025年3.5`
fn mixed_parts(text: &str) -> Option<Parts> {
    let joined = text.trim_end_matches(['日', '号']).replace(['年', '月', '/', '.', ','], "-");
    let parts = separated_parts(&joined.replace("--", "-")).ok()?;
    parts.day.is_some().then_some(parts)
}

/// `45721`, `45721.58`: a date that went through a text file as Excel's number; `20250305.0`.
fn serial_parts(text: &str) -> Option<Parts> {
    let whole = text.split_once('.').filter(|(_, rest)| rest.bytes().all(|b| b == b'0'));
    if let Some((whole, _)) = whole.filter(|(whole, _)| whole.len() == 8) {
        return compact_parts(whole).ok();
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = if digits == 5 { text.parse::<f64>().ok() } else { None };
    let day = from_serial(number.filter(|n| (20_000.0..80_000.0).contains(n))?, false)?;
    Some(Parts { year: Some(day.year()), month: Some(day.month().into()), day: Some(day.day()) })
}

fn number(text: &str) -> Option<i32> {
    if text.bytes().all(|b| b.is_ascii_digit()) && (1..=4).contains(&text.len()) {
        return text.parse().ok();
    }
    text::chinese_number(text).and_then(|n| i32::try_from(n).ok())
}

fn chinese_parts(text: &str) -> Result<Parts, NotADate> {
    let mut parts = Parts::default();
    let mut rest = text;
    if let Some((year, tail)) = rest.split_once('年') {
        if year.chars().count() == 2 {
            return Err(NotADate::ShortYear);
        }
        parts.year = Some(number(year).filter(|y| *y >= 1000).ok_or(NotADate::Unreadable)?);
        rest = tail;
    }
    if let Some((month, tail)) = rest.split_once('月') {
        parts.month = Some(small(month)?);
        rest = tail.trim_end_matches("份");
    }
    let day = rest.trim_end_matches(['日', '号']);
    if !day.is_empty() {
        parts.day = Some(small(day)?);
    }
    Ok(parts)
}

fn small(text: &str) -> Result<u8, NotADate> {
    number(text).and_then(|n| u8::try_from(n).ok()).ok_or(NotADate::Unreadable)
}

/// `05-Mar-2025`, `Mar-5-2025` are written by survey platforms and English Excels.
fn english_parts(text: &str) -> Option<Parts> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let short = |piece: &str| piece.get(..3).map(str::to_ascii_lowercase);
    let month_of = |piece: &str| MONTHS.iter().position(|m| Some(*m) == short(piece).as_deref());
    let is_weekday = |piece: &str| {
        piece.ends_with("day") || ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains(&piece)
    };
    if !text.bytes().any(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let pieces = text.split(['-', '/', '.', ',', ' ']).filter(|p| !p.is_empty() && !is_weekday(p));
    let pieces: Vec<&str> = pieces.collect();
    let [a, b, c] = pieces[..] else { return None };
    let (month, day, year) = match (month_of(a), month_of(b)) {
        (Some(month), _) => (month, b, c),
        (_, Some(month)) => (month, a, c),
        _ => return None,
    };
    Some(Parts {
        year: number(year).filter(|y| *y >= 1000),
        month: Some(month as u8 + 1),
        day: Some(number(day)?.try_into().ok()?),
    })
}

fn compact_parts(text: &str) -> Result<Parts, NotADate> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NotADate::Unreadable);
    }
    match text.len() {
        8 => Ok(Parts {
            year: number(&text[..4]),
            month: Some(small(&text[4..6])?),
            day: Some(small(&text[6..])?),
        }),
        6 if text.starts_with("20") || text.starts_with("19") => {
            Ok(Parts { year: number(&text[..4]), month: Some(small(&text[4..])?), day: None })
        }
        6 => Err(NotADate::ShortYear),
        1 | 2 => Ok(Parts { day: Some(small(text)?), ..Parts::default() }),
        _ => Err(NotADate::Unreadable),
    }
}

fn separated_parts(text: &str) -> Result<Parts, NotADate> {
    let pieces: Vec<&str> = text.split(['-', '/', '.', '、', ',']).collect();
    if pieces.iter().any(|p| p.is_empty() || !p.bytes().all(|b| b.is_ascii_digit())) {
        return Err(NotADate::Unreadable);
    }
    match pieces[..] {
        [year, month, day] if year.len() == 4 => {
            Ok(Parts { year: number(year), month: Some(small(month)?), day: Some(small(day)?) })
        }
        [a, b, c] if a.len() <= 2 && b.len() <= 2 && c.len() <= 2 => Err(NotADate::ShortYear),
        [year, month] if year.len() == 4 => {
            Ok(Parts { year: number(year), month: Some(small(month)?), day: None })
        }
        [month, day] if month.len() <= 2 && day.len() <= 2 => {
            Ok(Parts { year: None, month: Some(small(month)?), day: Some(small(day)?) })
        }
        _ => Err(NotADate::Unreadable),
    }
}

#[cfg(test)]
mod tests;

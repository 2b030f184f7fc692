//! A printed figure as a number with a format, so that Excel shows the same string.
//!
//! The printed string is the truth. A number is written only where what Excel
//! makes of it is that string, character by character; else the string itself.
//! Excel rounds the fifteen-digit decimal of a double half up; so do we here.

/// How a printed number looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// `+` before a positive number.
    plus: bool,
    /// Thousands set apart by commas.
    commas: bool,
    decimals: usize,
    percent: bool,
    /// Words after the number, such as `个百分点`.
    suffix: String,
}

/// A cell's number and the format that shows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    pub value: f64,
    pub format: String,
    /// Whether it is the number itself; else what was printed of it.
    pub exact: bool,
}

impl Shape {
    /// The shape of a printed number and its digits without sign and commas; `None` for other texts.
    fn parse(text: &str) -> Option<(Self, String)> {
        let (sign, rest) = match text.chars().next()? {
            '+' => ("+", &text[1..]),
            '-' => ("-", &text[1..]),
            _ => ("", text),
        };
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at(end);
        let (percent, suffix) = tail.strip_prefix('%').map_or((false, tail), |tail| (true, tail));
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let bare = whole.replace(',', "");
        let fits = !bare.is_empty()
            && !part.contains([',', '.'])
            && !number.ends_with('.')
            && bare.len() + part.len() <= 15
            && suffix.chars().count() <= 12
            && !suffix.contains(|c: char| c.is_ascii() || c.is_control() || c.is_numeric() || c == '～');
        let shape = Self {
            plus: sign == "+",
            commas: whole.contains(','),
            decimals: part.len(),
            percent,
            suffix: suffix.to_owned(),
        };
        let minus = if sign == "-" { "-" } else { "" };
        fits.then(|| (shape, format!("{minus}{bare}.{part}")))
    }

    /// The shape of a printed number.
    pub(super) fn of(text: &str) -> Option<Self> {
        Self::parse(text).map(|(shape, _)| shape)
    }

    /// Excel's number format for it.
    fn format(&self) -> String {
        let whole = if self.commas { "#,##0" } else { "0" };
        let part = if self.decimals > 0 { format!(".{}", "0".repeat(self.decimals)) } else { String::new() };
        let percent = if self.percent { "%" } else { "" };
        let suffix = if self.suffix.is_empty() { String::new() } else { format!("\"{}\"", self.suffix) };
        let one = format!("{whole}{part}{percent}{suffix}");
        if self.plus { format!("+{one};-{one};{one}") } else { one }
    }

    /// What a spreadsheet shows for a value in this shape.
    pub(super) fn show(&self, value: f64) -> Option<String> {
        let (rounded, _) = self.round(value)?;
        let digits = format!("{rounded:0>width$}", width = self.decimals + 1);
        let (whole, part) = digits.split_at(digits.len() - self.decimals);
        let whole = if self.commas { with_commas(whole) } else { whole.to_owned() };
        let sign = if value < 0.0 {
            "-"
        } else if self.plus && value > 0.0 {
            "+"
        } else {
            ""
        };
        let point = if self.decimals > 0 { "." } else { "" };
        let percent = if self.percent { "%" } else { "" };
        Some(format!("{sign}{whole}{point}{part}{percent}{}", self.suffix))
    }

    /// The digits of `|value|` at the last decimal, half up, and whether it was an exact half.
    fn round(&self, value: f64) -> Option<(u128, bool)> {
        if !value.is_finite() {
            return None;
        }
        let scientific = format!("{:.14e}", value.abs());
        let (mantissa, exponent) = scientific.split_once('e')?;
        let mantissa: u128 = mantissa.replace('.', "").parse().ok()?;
        let places = if self.percent { 2 } else { 0 } + self.decimals as i32;
        let shift = exponent.parse::<i32>().ok()? - 14 + places;
        if shift >= 0 {
            let factor = 10u128.checked_pow(u32::try_from(shift).ok()?)?;
            return Some((mantissa.checked_mul(factor)?, false));
        }
        let Some(divisor) = 10u128.checked_pow(shift.unsigned_abs()) else { return Some((0, false)) };
        let (whole, rest) = (mantissa / divisor, mantissa % divisor);
        Some((whole + u128::from(rest * 2 >= divisor), rest * 2 == divisor))
    }

    /// Whether any spreadsheet shows `value` as `text`: no exact half, no negative zero.
    fn surely_shows(&self, value: f64, text: &str) -> bool {
        let tie = self.round(value).is_none_or(|(rounded, tie)| tie || (rounded == 0 && value < 0.0));
        !tie && self.show(value).as_deref() == Some(text)
    }
}

/// The number to write for a printed text: the exact one where it shows as the
/// text, else the printed decimal; `None` where only the text itself will do.
pub(super) fn shown(text: &str, number: f64) -> Option<Shown> {
    let (shape, digits) = Shape::parse(text)?;
    let printed: f64 = if shape.percent { shift_two(&digits) } else { digits }.parse().ok()?;
    let hundredth = shape.percent.then_some((number / 100.0, true));
    let usable = [Some((number, true)), hundredth, Some((printed, false))];
    let (value, exact) = usable.into_iter().flatten().find(|(v, _)| shape.surely_shows(*v, text))?;
    // A negative zero would be written as `-0`.
    Some(Shown { value: if value == 0.0 { 0.0 } else { value }, format: shape.format(), exact })
}

/// The printed decimal of a text: for columns in which a number could not be written exactly.
pub(super) fn printed(text: &str) -> Option<Shown> {
    shown(text, f64::NAN)
}

/// `86.4` as `0.864`, on the digits, so that no multiplication blurs them.
fn shift_two(digits: &str) -> String {
    format!("{digits}e-2")
}

fn with_commas(whole: &str) -> String {
    let mut out = String::new();
    for (at, c) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shown_as_it_was_printed() {
        for (text, number, value, format) in [
            ("86.4%", 19.0 / 22.0, 19.0 / 22.0, "0.0%"),
            ("86.25", 86.25, 86.25, "0.00"),
            ("0", 0.0, 0.0, "0"),
            ("1,234", 1234.0, 1234.0, "#,##0"),
            ("-3.1", -3.125, -3.125, "0.0"),
            ("+1.2个百分点", 1.2, 1.2, "+0.0\"个百分点\";-0.0\"个百分点\";0.0\"个百分点\""),
            ("100.0%", 1.0, 1.0, "0.0%"),
            // Percent handed over as 0–100 becomes a fraction.
            ("86.4%", 86.363_636, 0.863_636_36, "0.0%"),
            // An exact half is written as printed: half-even programs must show the same.
            ("0.13", 0.125, 0.13, "0.00"),
            ("12.5%", 0.1245, 0.125, "0.0%"),
            // A rounded negative zero, and a number that contradicts its text.
            ("0.0%", -0.0004, 0.0, "0.0%"),
            ("7", 9.0, 7.0, "0"),
        ] {
            let shown = shown(text, number).unwrap();
            assert!((shown.value - value).abs() < 1e-12 && shown.format == format, "{text}: {shown:?}");
            assert_eq!(Shape::of(text).unwrap().show(shown.value).as_deref(), Some(text));
        }
    }

    #[test]
    fn every_printed_rate_and_score_survives() {
        // Half up on whole numbers, as the metrics print.
        let fixed = |n: u64, d: u64, scale: u64| (2 * n * scale + d) / (2 * d);
        for (n, d) in (1..=300u64).flat_map(|d| (0..=d).map(move |n| (n, d))) {
            let exact = n as f64 / d as f64;
            let (rate, score) = (fixed(n, d, 1000), fixed(n, d, 10_000));
            let rate = (format!("{}.{}%", rate / 10, rate % 10), exact);
            let score = (format!("{}.{:02}", score / 100, score % 100), exact * 100.0);
            for (text, value) in [rate, score] {
                let cell = shown(&text, value).unwrap();
                assert_eq!(Shape::of(&text).unwrap().show(cell.value), Some(text));
            }
        }
    }

    #[test]
    fn words_stay_words() {
        for text in
            ["—", "*", "", "…", "57.2%～95.3%", "2025Q1", "1.", "007", "1e5", "1.2.3", "－1", "-0.0", "5 家"]
        {
            assert_eq!(shown(text, 7.0), None, "{text}");
        }
        assert_eq!(shown("86.4%", f64::NAN).unwrap().value, 0.864);
    }

    #[test]
    fn a_changed_digit_shows() {
        let shape = Shape::of("86.4%").unwrap();
        assert_eq!(shape.show(0.874).as_deref(), Some("87.4%"));
        assert_eq!(shape.show(0.8645).as_deref(), Some("86.5%"));
    }
}

//! Figures of the open tables (`data/metrics.csv`, the public `figures.csv`): the value
//! of each row printed as the reports print it, and each row in itself.

use super::reading::{Reading, Readings};
use crate::metrics::{self, Unit};
use crate::text;

/// Figures of a table; hidden ones say nothing.
pub(super) fn csv(bytes: &[u8]) -> Readings {
    let mut out = Vec::new();
    each(bytes, |_, row| {
        out.extend(row.printed().map(|text| Reading::new(row.id(), &text)));
        out.extend(
            row.parts().into_iter().map(|(part, text)| Reading::new(format!("{}:{part}", row.id()), &text)),
        );
    })?;
    Ok(out)
}

/// Rows that are not whole in themselves: the value is not the numerator over the
/// denominator, or does not lie in its interval.
pub(super) fn faults(bytes: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    let told = |line: usize, row: &Row| {
        out.extend(row.fault().map(|what| format!("第{line}行：数值 {} {what}", row.id())));
    };
    // A table that cannot be read was told with its figures.
    let _ = each(bytes, told);
    out
}

/// Walks the rows of a table with their line numbers.
fn each(bytes: &[u8], mut look: impl FnMut(usize, &Row)) -> std::result::Result<(), String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    let header = reader.headers().map_err(|e| e.to_string())?.clone();
    for (at, record) in reader.records().enumerate() {
        let record = record.map_err(|e| format!("第{}行：{e}", at + 2))?;
        look(at + 2, &Row { header: &header, record: &record });
    }
    Ok(())
}

struct Row<'a> {
    header: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    fn get(&self, column: &str) -> &str {
        self.header.iter().position(|h| h == column).and_then(|at| self.record.get(at)).unwrap_or("")
    }

    fn number(&self, column: &str) -> Option<f64> {
        self.get(column).parse().ok()
    }

    fn id(&self) -> String {
        let given = self.get("figure");
        if !given.is_empty() {
            return given.to_owned();
        }
        let name = metrics::name(self.get("metric"), self.get("item"));
        let unit = text::formula_words(self.get("unit_code"));
        // An agency called like another unit is told apart in ids.
        let is_agency = self.get("level") == metrics::Level::Agency.id();
        let unit = if is_agency { metrics::agency_code(unit) } else { unit.to_owned() };
        format!("{}/{unit}/{name}", self.get("period"))
    }

    /// What the reports print beside a figure: its n, its numerator where that is a count, its interval. The
    /// public table tells of the figures alone.
    fn parts(&self) -> Vec<(&'static str, String)> {
        let is_public = !self.get("figure").is_empty();
        let (false, Some(unit)) = (is_public, Unit::of(self.get("unit"))) else { return Vec::new() };
        let whole = |part, column: &str| {
            let text = self.get(column);
            (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| (part, text.to_owned()))
        };
        let bound = |value| match unit {
            Unit::Rate => metrics::percent(value),
            _ => metrics::float(value, 2),
        };
        let bounds = self.number("lower").zip(self.number("upper"));
        let interval =
            bounds.map(|(lower, upper)| ("interval", format!("{}～{}", bound(lower), bound(upper))));
        let x = if unit == Unit::Rate { whole("x", "numerator") } else { None };
        [whole("n", "denominator"), x, interval].into_iter().flatten().collect()
    }

    /// The value as the reports print it; `None` where the row is hidden.
    fn printed(&self) -> Option<String> {
        // The catalogue knows which rates are differences, printed in percentage points.
        let known = metrics::Definition::of(self.get("metric")).map(|d| d.unit);
        match (self.number("value"), known.or_else(|| Unit::of(self.get("unit")))) {
            (Some(value), Some(unit)) => Some(metrics::printed_value(unit, value)),
            (Some(_), None) => Some(self.get("value").to_owned()),
            (None, _) if self.get("status") == "no_data" => Some(metrics::NONE.to_owned()),
            (None, _) if self.get("value").is_empty() => None,
            (None, _) => Some(self.get("value").to_owned()),
        }
    }

    fn fault(&self) -> Option<&'static str> {
        let value = self.number("value")?;
        // Public values are rounded to what is printed.
        let near = if self.get("figure").is_empty() { 1e-9 } else { 6e-3 };
        let (n, d) = (self.number("numerator"), self.number("denominator"));
        if let (Some(n), Some(d)) = (n, d)
            && (n / d - value).abs() > near * value.abs().max(1.0)
        {
            return Some("的值不等于分子除以分母");
        }
        let bounds = (self.number("lower"), self.number("upper"));
        if let (Some(lower), Some(upper)) = bounds
            && !(lower - near <= value && value <= upper + near)
        {
            return Some("的值不在区间之内");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "period,level,unit_code,unit_name,metric,item,numerator,denominator,value,lower,upper,unit,status\n";

    #[test]
    fn rows_read_as_printed() {
        let rows = "2025Q1,city,510100,成都市,satisfied_rate,staff_skill,19,22,0.8636363636363636,0.66,0.95,rate,ok\n\
                    2025Q1,city,510100,成都市,composite_score,,1725,20,86.25,,,score,ok\n\
                    2025Q1,city,510100,成都市,structure_gap,标准化服务,,,0.0217,,,rate,ok\n\
                    2025Q1,city,510100,成都市,composite_score,x,0,0,,,,score,no_data\n";
        let read = csv(format!("{HEAD}{rows}").as_bytes()).unwrap();
        let told: Vec<(&str, &str)> = read.iter().map(|r| (r.id.as_str(), r.text.as_str())).collect();
        assert_eq!(
            told,
            [
                ("2025Q1/510100/satisfied_rate.staff_skill", "86.4%"),
                ("2025Q1/510100/satisfied_rate.staff_skill:n", "22"),
                ("2025Q1/510100/satisfied_rate.staff_skill:x", "19"),
                ("2025Q1/510100/satisfied_rate.staff_skill:interval", "66.0%～95.0%"),
                ("2025Q1/510100/composite_score", "86.25"),
                ("2025Q1/510100/composite_score:n", "20"),
                ("2025Q1/510100/structure_gap.标准化服务", "2.2"),
                ("2025Q1/510100/composite_score.x", "—"),
                ("2025Q1/510100/composite_score.x:n", "0")
            ]
        );
    }

    #[test]
    fn a_row_that_contradicts_itself_is_named() {
        let row = |n: &str, lower: &str| {
            let row = format!("2025Q1,city,510100,成都市,a,,{n},22,0.5,{lower},0.9,rate,ok\n");
            faults(format!("{HEAD}{row}").as_bytes()).join("")
        };
        assert_eq!(row("11", "0.1"), "");
        assert_eq!(row("12", "0.1"), "第2行：数值 2025Q1/510100/a 的值不等于分子除以分母");
        assert!(row("11", "0.7").contains("不在区间之内"));
    }
}

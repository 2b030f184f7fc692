//! Paper: A4, margins, page numbers as `— 1 —`, what repeats on each page.

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::words::{clean, line, wrap};

/// Widths of columns that fit an upright A4 page at full size.
const UPRIGHT: f64 = 92.0;
/// Height in points of an upright and a lying A4 page without margins.
const PAGE: [f64; 2] = [720.0, 475.0];
/// The narrowest and widest of ordinary columns.
const NARROWEST: f64 = 9.0;

/// Room beside the words of a cell.
const PADDING: f64 = 3.5;

/// Lines that a text takes in a column of a width, at a size in points.
pub(super) fn lines_in(text: &str, width: f64, size: f64) -> usize {
    wrap(text, (width - PADDING).max(2.0) / (1.08 * size / 11.0)).len()
}

/// Width of a column for its widest text, between the narrowest and `cap`.
pub(super) fn column(widest: f64, cap: f64) -> f64 {
    (widest * 1.08 + PADDING).clamp(NARROWEST, cap).ceil()
}

/// Pages for a height in points: one where that leaves the letters legible, else as many as it takes.
pub(super) fn pages(height: f64, total: f64) -> u16 {
    let page = PAGE[usize::from(total > UPRIGHT)] * (total / UPRIGHT).clamp(1.0, 1.4);
    u16::from(height <= page * 1.5)
}

/// Sets up the page; `total` is the width of all printed columns.
pub(super) fn set_up(
    sheet: &mut Worksheet,
    total: f64,
    pages_high: u16,
    marks: &[String],
    fingerprint: &str,
) {
    sheet.set_paper_size(9);
    if total > UPRIGHT {
        sheet.set_landscape();
    }
    sheet.set_margins(0.7, 0.7, 0.8, 0.8, 0.4, 0.4);
    sheet.set_print_fit_to_pages(1, pages_high);
    sheet.set_print_center_horizontally(true);
    if !marks.is_empty() {
        sheet.set_header(format!("&R&\"黑体\"&9{}", literal(&marks.join("　"), 60)));
    }
    let data = if fingerprint.is_empty() {
        String::new()
    } else {
        format!("&R&8数据指纹 {}", literal(fingerprint, 40))
    };
    sheet.set_footer(format!("&C&\"宋体\"&10— &P —{data}"));
}

/// Words in a header: `&` is a sign there, and 255 characters are all there is.
fn literal(text: &str, limit: usize) -> String {
    // A blank keeps a leading digit from being read as a font size.
    let short: String = line(text).chars().take(limit).collect();
    format!(" {}", short.replace('&', "&&"))
}

/// Height in points of a wrapped text in a column.
pub(super) fn row_height(lines: usize, size: f64) -> f64 {
    (lines.max(1) as f64 * size * 1.36 + 4.0).min(400.0)
}

/// Writes lines under each other in column A from `row`; returns the row after them.
pub(super) fn lines(
    sheet: &mut Worksheet,
    mut row: u32,
    lines: &[String],
    format: &Format,
) -> Result<u32, XlsxError> {
    for text in lines {
        put(sheet, (row, 0), text, format)?;
        row += 1;
    }
    Ok(row)
}

/// The one way words get into a cell: cleaned, cut, and never as a formula.
pub(super) fn put(
    sheet: &mut Worksheet,
    (row, col): (u32, u16),
    text: impl AsRef<str>,
    format: &Format,
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(row, col, clean(text.as_ref()), format)?;
    Ok(())
}

//! One form drawn on one sheet: title, cells, lines, values, marks, print set-up.
//!
//! Every text of a return is written as a plain string, so that nothing a
//! person typed can become a formula, a link or markup.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    Color, Format, FormatAlign, FormatBorder, Note, ProtectionOptions, Worksheet, XlsxError,
};

use super::grid::{Content, Grid, Part, Placed};
use super::validate::{self, Lists};
use super::{Extras, Mark, Severity, SheetPlan, answers};
use crate::cell::Cell;
use crate::spec::{Kind, Open};
use crate::workbook::notes::{OWN_AUTHOR, OWN_BEGINNING};

pub const FONT: &str = "宋体";
const TITLE_HEIGHT: f64 = 36.0;
const LINE_HEIGHT: f64 = 14.0;
const MAX_HEIGHT: f64 = 405.0;
const GREY: Color = Color::RGB(0x80_80_80);

type Marks<'a> = BTreeMap<Cell, Vec<&'a Mark>>;

/// Draws `plan` on `sheet`.
///
/// # Errors
/// What the library refuses.
pub fn draw(
    sheet: &mut Worksheet,
    plan: &SheetPlan,
    lists: &mut Lists,
    extras: &Extras,
) -> Result<(), XlsxError> {
    let grid = Grid::holding(plan.spec, &plan.values);
    let marks = placed_marks(plan, &grid);
    set_up(sheet, &grid)?;
    keep_head(sheet, &grid)?;
    draw_title(sheet, plan, &grid)?;
    let mut heights = grid.heights.clone();
    for placed in &grid.cells {
        let text = draw_cell(sheet, plan, placed, marks.get(&placed.first))?;
        grow(&mut heights, &grid, placed, &text);
        if let Content::Answer { field, part, .. } = &placed.content
            && extras.guidance
        {
            validate::add(sheet, plan.spec, *field, *part, placed.first, lists)?;
        }
    }
    for (row, height) in (1u32..).zip(&heights) {
        sheet.set_row_height(row, *height)?;
    }
    draw_notes(sheet, &marks)?;
    if extras.protection {
        let mut allowed = ProtectionOptions::new();
        allowed.format_rows = true;
        allowed.format_columns = true;
        sheet.protect_with_options(&allowed);
    }
    Ok(())
}

/// The cell of each mark; a mark whose field has no cell stands at the title.
pub fn placed_marks<'a>(plan: &'a SheetPlan, grid: &Grid) -> Marks<'a> {
    let mut marks = Marks::new();
    for mark in &plan.marks {
        let cell = grid.find(plan.spec, &mark.field).unwrap_or(Cell::new(0, 0));
        marks.entry(cell).or_default().push(mark);
    }
    marks
}

fn set_up(sheet: &mut Worksheet, grid: &Grid) -> Result<(), XlsxError> {
    for (col, width) in (0u16..).zip(&grid.columns) {
        sheet.set_column_width(col, *width)?;
    }
    let wide = grid.columns.iter().sum::<f64>() > 120.0;
    sheet.set_paper_size(9);
    if wide {
        sheet.set_landscape();
    }
    sheet
        .set_print_fit_to_pages(1, 0)
        .set_print_center_horizontally(true)
        .set_margins(0.7, 0.7, 0.7, 0.6, 0.3, 0.3)
        .set_screen_gridlines(false);
    Ok(())
}

/// The head of a list stays in sight while it is filled in, and on every page that is printed.
fn keep_head(sheet: &mut Worksheet, grid: &Grid) -> Result<(), XlsxError> {
    let listed = |p: &&Placed| matches!(p.content, Content::Answer { part: Part::Listed, .. });
    let Some(first) = grid.cells.iter().filter(listed).map(|p| p.first.row).min() else { return Ok(()) };
    sheet.set_repeat_rows(0, first - 1)?.set_freeze_panes(first, 0)?;
    Ok(())
}

fn base() -> Format {
    Format::new()
        .set_font_name(FONT)
        .set_font_size(10.5)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap()
}

fn draw_title(sheet: &mut Worksheet, plan: &SheetPlan, grid: &Grid) -> Result<(), XlsxError> {
    let format = base()
        .set_bold()
        .set_font_size(16)
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter);
    let last = grid.columns.len().saturating_sub(1) as u16;
    merge(sheet, Cell::new(0, 0), Cell::new(0, u32::from(last)), &plan.spec.printed_title(), &format)?;
    sheet.set_row_height(0, TITLE_HEIGHT)?;
    Ok(())
}

/// Draws a cell and returns the text it shows.
fn draw_cell(
    sheet: &mut Worksheet,
    plan: &SheetPlan,
    placed: &Placed,
    marks: Option<&Vec<&Mark>>,
) -> Result<String, XlsxError> {
    let format = lines(base(), placed);
    let (first, last) = (placed.first, placed.last);
    match &placed.content {
        Content::Heading(text) => {
            let format = format.set_bold().set_align(FormatAlign::Center);
            merge(sheet, first, last, text, &format)?;
            Ok(text.clone())
        }
        Content::Words(text) => {
            merge(sheet, first, last, text, &left(format))?;
            Ok(text.clone())
        }
        Content::Label(text) => {
            let format =
                if placed.open.is_some() { left(format) } else { format.set_align(FormatAlign::Center) };
            merge(sheet, first, last, text, &format)?;
            Ok(text.clone())
        }
        Content::Answer { field, key, part, label } => {
            let format = mark_fill(format.set_unlocked(), marks);
            draw_answer(sheet, plan, placed, &format, (*field, key, *part, label))
        }
    }
}

fn draw_answer(
    sheet: &mut Worksheet,
    plan: &SheetPlan,
    placed: &Placed,
    format: &Format,
    (index, key, part, label): (usize, &str, Part, &str),
) -> Result<String, XlsxError> {
    let field = &plan.spec.fields[index];
    let given = plan.values.get(key).map(|v| clean(v)).unwrap_or_default();
    let format = aligned(format.clone(), field.kind, part);
    let number = number_of(&given, field.kind, part).filter(|_| label.is_empty());
    let format = match field.unit.as_str() {
        unit if field.kind == Kind::Count && !unit.is_empty() => {
            // What is to be mended is shown as it was typed: 56.5 must not look like 57.
            let digits = if number.is_some_and(|n| n.fract() != 0.0) { "General" } else { "0" };
            format.set_num_format(format!("{digits}\"{}\"", unit.replace('"', "")))
        }
        _ => format,
    };
    if !given.is_empty() {
        if let Some(number) = number {
            merge(sheet, placed.first, placed.last, "", &format)?;
            let (row, col) = at(placed.first);
            sheet.write_number_with_format(row, col, number, &format)?;
        } else {
            merge(sheet, placed.first, placed.last, &format!("{label}{given}"), &format)?;
        }
        return Ok(format!("{label}{given}"));
    }
    let empty = if part == Part::Whole { answers::empty_text(plan.spec, index) } else { String::new() };
    let is_guidance = !empty.is_empty() && empty == field.hint && label.is_empty();
    let format = if is_guidance { format.set_font_color(GREY) } else { format };
    merge(sheet, placed.first, placed.last, &format!("{label}{empty}"), &format)?;
    Ok(format!("{label}{empty}"))
}

fn aligned(format: Format, kind: Kind, part: Part) -> Format {
    match (kind, part) {
        (Kind::Block, Part::Whole) => left(format).set_align(FormatAlign::Top),
        (Kind::Count, Part::Whole) | (_, Part::Score | Part::Number | Part::Choice | Part::Word) => {
            format.set_align(FormatAlign::Center)
        }
        _ => left(format),
    }
}

/// Left-aligned, a little off the line.
fn left(format: Format) -> Format {
    format.set_align(FormatAlign::Left).set_indent(1)
}

/// A number is written as one only where its text would read the same.
fn number_of(text: &str, kind: Kind, part: Part) -> Option<f64> {
    let numeric = matches!((kind, part), (Kind::Count, Part::Whole | Part::Listed))
        || matches!(part, Part::Score | Part::Number);
    let number: f64 = if numeric { text.parse().ok()? } else { return None };
    (number.is_finite() && number.to_string() == text && text.len() <= 15).then_some(number)
}

/// Visible characters and line breaks only, cut to what a cell can hold.
pub fn clean(text: &str) -> String {
    const LIMIT: usize = 32_000;
    let text = crate::text::words(text);
    if text.len() <= LIMIT {
        return text;
    }
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= LIMIT
    };
    let kept: String = text.chars().take_while(fits).collect();
    if kept.len() < text.len() { format!("{kept}…（过长，已截断）") } else { kept }
}

fn mark_fill(format: Format, marks: Option<&Vec<&Mark>>) -> Format {
    match marks.and_then(|m| m.iter().map(|m| m.severity).min()) {
        Some(Severity::Error) => format.set_background_color(Color::RGB(0xFF_C7_CE)),
        Some(Severity::Warning) => format.set_background_color(Color::RGB(0xFF_EB_9C)),
        Some(Severity::Info) => format.set_background_color(Color::RGB(0xDD_EB_F7)),
        None => format,
    }
}

fn lines(format: Format, placed: &Placed) -> Format {
    let thin = |on: bool| if on { FormatBorder::Thin } else { FormatBorder::None };
    format
        .set_border_left(thin(!placed.joins_left))
        .set_border_top(thin(!placed.joins_above))
        .set_border_right(thin(placed.open != Some(Open::Right)))
        .set_border_bottom(thin(placed.open != Some(Open::Below)))
}

/// A note of many problems, or of a very long answer, as far as a note of a cell can hold it.
fn note_text(mut text: String) -> String {
    // Two units each at most, of the 32,767 that a note takes.
    const MOST: usize = 8_000;
    if let Some((end, _)) = text.char_indices().nth(MOST) {
        text.truncate(end);
        text.push_str("…\n（问题较多，其余见问题清单）");
    }
    text
}

fn draw_notes(sheet: &mut Worksheet, marks: &Marks) -> Result<(), XlsxError> {
    for (cell, marks) in marks {
        let text =
            marks.iter().map(|m| format!("{OWN_BEGINNING}{}\n怎么改：{}", clean(&m.note), clean(&m.hint)));
        let text = note_text(text.collect::<Vec<_>>().join("\n"));
        let rows = text.lines().map(|l| 1 + units(l) as u32 / 34).sum::<u32>();
        let note = Note::new(text)
            .add_author_prefix(false)
            .set_author(OWN_AUTHOR)
            .set_width(260)
            .set_height(24 + 19 * rows.min(20))
            .set_font_name(FONT)
            .set_font_size(10);
        let (row, col) = at(*cell);
        sheet.insert_note(row, col, &note)?;
    }
    Ok(())
}

/// Makes the row of a cell high enough for its text (merged cells do not grow by themselves).
fn grow(heights: &mut [f64], grid: &Grid, placed: &Placed, text: &str) {
    if placed.first.row != placed.last.row || placed.first.row == 0 {
        return;
    }
    let width = (grid.width(placed) - 2.5).max(4.0);
    let rows: f64 = text.lines().map(|line| (units(line) / width).ceil().max(1.0)).sum();
    if let Some(height) = heights.get_mut(placed.first.row as usize - 1) {
        *height = height.max((rows * LINE_HEIGHT + 6.0).min(MAX_HEIGHT));
    }
}

/// Width of a text in half-width characters.
pub fn units(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 1.0 } else { 2.0 }).sum()
}

/// Writes a text into a cell or a merged area.
pub fn merge(
    sheet: &mut Worksheet,
    first: Cell,
    last: Cell,
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    let ((row, col), (last_row, last_col)) = (at(first), at(last));
    if first != last {
        sheet.merge_range(row, col, last_row, last_col, text, format)?;
    } else if text.is_empty() {
        sheet.write_blank(row, col, format)?;
    } else {
        sheet.write_string_with_format(row, col, text, format)?;
    }
    Ok(())
}

/// The library's row and column of a cell.
pub fn at(cell: Cell) -> (u32, u16) {
    (cell.row, u16::try_from(cell.col).unwrap_or(u16::MAX))
}

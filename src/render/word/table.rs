//! Tables of a report: caption above, unit line and header repeated on every
//! page, notes below.
//!
//! The lines are those of a statistical table: heavy above and below, thin
//! inside, open at both sides. The unit line is the first repeated row, so that
//! a continued page says its unit too.

use super::body::{Body, Paragraph, Setting, caption, notes};
use super::styles::value;
use super::xml::Xml;
use crate::document::{Align, CellText, Row, Run, Table};

/// Weight of an outer line and of an inner one, in eighths of a point.
const HEAVY: &str = "12";
const THIN: &str = "4";

/// Place of a cell among the lines and rows around it.
#[derive(Clone, Copy, Default)]
struct Frame<'a> {
    /// Columns it covers.
    span: usize,
    /// `restart` or `continue` of a vertical merge.
    merge: Option<&'a str>,
    /// No lines at the sides (the unit line).
    bare: bool,
}

/// Writes caption, table and notes.
pub fn write(body: &mut Body, table: &Table) {
    if !(table.number.is_empty() && table.title.is_empty()) {
        caption(body, true, &table.number, &table.title);
    }
    let widths = widths(table, body.width);
    body.xml.open("w:tbl", &[]);
    properties(&mut body.xml, table, body.width);
    grid(&mut body.xml, &widths);
    let sizes = sizes(widths.len(), table.rows.len(), body.setting);
    unit_row(body, table, &widths);
    header_rows(body, table, &widths, sizes);
    for (at, row) in table.rows.iter().enumerate() {
        // A short table stays whole; of a long one no single row and no notes stand alone.
        let keep = table.whole || at + 2 >= table.rows.len();
        data_row(body, table, row, &widths, (sizes, keep));
    }
    body.xml.close("w:tbl");
    notes(body, &table.notes);
    if table.notes.is_empty() {
        body.line("Note", "");
    }
}

/// Widths of the columns in twips; their sum is exactly the width given.
fn widths(table: &Table, total: u32) -> Vec<u32> {
    let widest = table.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let count = table.columns.len().max(widest).max(1);
    let weight = |at: usize| {
        let weight = table.columns.get(at).map_or(1.0, |column| f64::from(column.weight));
        if weight.is_finite() && weight > 0.0 { weight.min(100.0) } else { 1.0 }
    };
    let sum: f64 = (0..count).map(weight).sum();
    let mut reached = 0.0;
    let mut last = 0;
    let mut widths = Vec::with_capacity(count);
    for at in 0..count {
        reached += weight(at);
        let edge = (reached / sum * f64::from(total)).round() as u32;
        widths.push(edge - last);
        last = edge;
    }
    widths
}

/// Styles of a table's text: 小四, 五号 or 小五 by the number of columns.
#[derive(Clone, Copy)]
struct Sizes {
    head: &'static str,
    text: &'static str,
}

fn sizes(columns: usize, rows: usize, setting: Setting) -> Sizes {
    match columns {
        0..=5 if setting == Setting::Report && rows <= 12 => Sizes { head: "TableHead", text: "TableText" },
        ..=9 => Sizes { head: "TableHead5", text: "TableText5" },
        _ => Sizes { head: "TableHead6", text: "TableText6" },
    }
}

fn properties(xml: &mut Xml, table: &Table, width: u32) {
    xml.within("w:tblPr", &[], |xml| {
        value(xml, "w:tblStyle", "ReportTable");
        xml.leaf("w:tblW", &[("w:w", &width.to_string()), ("w:type", "dxa")]);
        value(xml, "w:jc", "center");
        xml.within("w:tblBorders", &[], |xml| {
            line(xml, "w:bottom", HEAVY);
            line(xml, "w:insideH", THIN);
            line(xml, "w:insideV", THIN);
        });
        value(xml, "w:tblLayout", "fixed");
        xml.leaf(
            "w:tblLook",
            &[("w:val", "0020"), ("w:firstRow", "1"), ("w:noHBand", "1"), ("w:noVBand", "1")],
        );
        value(xml, "w:tblCaption", &format!("{} {}", table.number, table.title));
    });
}

/// A border line; its width is in eighths of a point.
pub fn line(xml: &mut Xml, side: &str, weight: &str) {
    xml.leaf(side, &[("w:val", "single"), ("w:sz", weight), ("w:space", "0"), ("w:color", "000000")]);
}

fn no_line(xml: &mut Xml, side: &str) {
    xml.leaf(side, &[("w:val", "nil")]);
}

/// The columns of a table in twips.
pub fn grid(xml: &mut Xml, widths: &[u32]) {
    xml.within("w:tblGrid", &[], |xml| {
        for width in widths {
            xml.leaf("w:gridCol", &[("w:w", &width.to_string())]);
        }
    });
}

fn open_row(xml: &mut Xml, header: bool) {
    xml.open("w:tr", &[]);
    xml.within("w:trPr", &[], |xml| {
        xml.leaf("w:cantSplit", &[]);
        if header {
            xml.leaf("w:tblHeader", &[]);
        }
    });
}

/// The line above the header: the unit, or nothing but the heavy rule.
fn unit_row(body: &mut Body, table: &Table, widths: &[u32]) {
    if table.unit.is_empty() {
        return;
    }
    open_row(&mut body.xml, true);
    let frame = Frame { span: widths.len(), bare: true, ..Frame::default() };
    open_cell(&mut body.xml, widths.iter().sum(), frame, false);
    body.line("UnitLine", &table.unit);
    body.xml.close("w:tc");
    body.xml.close("w:tr");
}

fn open_cell(xml: &mut Xml, width: u32, frame: Frame, top_rule: bool) {
    xml.open("w:tc", &[]);
    xml.within("w:tcPr", &[], |xml| {
        xml.leaf("w:tcW", &[("w:w", &width.to_string()), ("w:type", "dxa")]);
        if frame.span > 1 {
            value(xml, "w:gridSpan", &frame.span.to_string());
        }
        if let Some(merge) = frame.merge {
            value(xml, "w:vMerge", merge);
        }
        if frame.bare || top_rule {
            xml.within("w:tcBorders", &[], |xml| {
                if frame.bare {
                    no_line(xml, "w:top");
                    no_line(xml, "w:left");
                    line(xml, "w:bottom", HEAVY);
                    no_line(xml, "w:right");
                } else {
                    line(xml, "w:top", HEAVY);
                }
            });
        }
        value(xml, "w:vAlign", "center");
    });
}

fn header_rows(body: &mut Body, table: &Table, widths: &[u32], sizes: Sizes) {
    if table.columns.is_empty() {
        return;
    }
    let grouped = grouping(table, widths.len());
    if let Some(groups) = &grouped {
        group_row(body, table, widths, groups, sizes);
    }
    open_row(&mut body.xml, true);
    for (at, width) in widths.iter().enumerate() {
        let merged =
            grouped.as_ref().is_some_and(|groups| groups.iter().any(|g| g.0.is_empty() && g.1 == at));
        let frame = Frame { merge: merged.then_some("continue"), ..Frame::default() };
        let label = if merged { "" } else { column_label(table, at) };
        header_cell(body, *width, frame, grouped.is_none(), label, sizes);
    }
    body.xml.close("w:tr");
}

fn column_label(table: &Table, at: usize) -> &str {
    table.columns.get(at).map_or("", |column| column.label.as_str())
}

/// Group headings as (label, first column, columns), covering every column;
/// a column without a group stands alone and is merged with its own label.
fn grouping(table: &Table, columns: usize) -> Option<Vec<(&str, usize, usize)>> {
    if table.groups.is_empty() {
        return None;
    }
    let mut cover = Vec::new();
    let mut at = 0;
    for (label, count) in &table.groups {
        let count = (*count).min(columns - at);
        if label.is_empty() {
            cover.extend((at..at + count).map(|column| ("", column, 1)));
        } else if count > 0 {
            cover.push((label.as_str(), at, count));
        }
        at += count;
    }
    cover.extend((at..columns).map(|column| ("", column, 1)));
    Some(cover)
}

fn group_row(body: &mut Body, table: &Table, widths: &[u32], groups: &[(&str, usize, usize)], sizes: Sizes) {
    open_row(&mut body.xml, true);
    for &(label, at, count) in groups {
        let width = widths.iter().skip(at).take(count).sum();
        let alone = label.is_empty();
        let frame = Frame { span: count, merge: alone.then_some("restart"), bare: false };
        let label = if alone { column_label(table, at) } else { label };
        header_cell(body, width, frame, true, label, sizes);
    }
    body.xml.close("w:tr");
}

fn header_cell(body: &mut Body, width: u32, frame: Frame, top_rule: bool, label: &str, sizes: Sizes) {
    open_cell(&mut body.xml, width, frame, top_rule);
    let look = Paragraph { style: sizes.head, keep_next: true, ..Default::default() };
    body.paragraph(look, &[Run::plain(label)]);
    body.xml.close("w:tc");
}

fn data_row(body: &mut Body, table: &Table, row: &Row, widths: &[u32], (sizes, keep_next): (Sizes, bool)) {
    open_row(&mut body.xml, false);
    let empty = CellText::default();
    for (at, width) in widths.iter().enumerate() {
        let cell = row.cells.get(at).unwrap_or(&empty);
        let align = table.columns.get(at).map_or(Align::Left, |column| column.align);
        let run =
            Run { text: cell.text.clone(), bold: row.strong, muted: cell.muted, figure: cell.figure.clone() };
        open_cell(&mut body.xml, *width, Frame::default(), false);
        let align = Some(alignment(align));
        let look = Paragraph { style: sizes.text, align, keep_next, ..Default::default() };
        body.paragraph(look, &[run]);
        body.xml.close("w:tc");
    }
    body.xml.close("w:tr");
}

fn alignment(align: Align) -> &'static str {
    match align {
        Align::Left => "left",
        Align::Center => "center",
        Align::Right => "right",
    }
}

//! The form of Annex D (表D 中小企业质量提升服务总结) as one table, the way the
//! standard prints it.
//!
//! An agency completes it in Word and sends it in again: what may be written
//! sits in named content controls, and the digest of what we wrote is kept in
//! the file, so that a reader knows whether somebody changed it.

use super::body::{Body, Item, Paragraph, notes};
use super::section::FORM_HEIGHT;
use super::styles::{FormType, value};
use super::table::{grid, line};
use super::xml::{Xml, clean};
use crate::document::{Block, Column, Run, Summary, SummaryItem, Table};
use crate::docx::Field;
use crate::text;

/// Name of the form.
pub const TITLE: &str = "中小企业质量提升服务总结";
/// Columns of the form in twips on the page of GB/T 9704: 基本情况, labels, answers.
const COLUMNS: [u32; 3] = [1304, 2948, 4592];
/// What the cell of the four items keeps free at its sides, in twips.
const PADDING: u32 = 2 * 80 + 20;
/// The cell of the four items fills the page of a short form.
const CONTENT_HEIGHT: &str = "8000";
/// Types of the four items, largest first.
pub const TYPES: [FormType; 3] =
    [FormType { size: 24, line: 440 }, FormType { size: 22, line: 370 }, FormType { size: 21, line: 330 }];

/// Writes the form.
pub fn write(body: &mut Body, summary: &Summary) {
    body.line("Title", TITLE);
    body.line("Caption", &format!("表 D\u{3000}{TITLE}"));
    body.xml.open("w:tbl", &[]);
    let columns = columns(body.width);
    properties(&mut body.xml, body.width);
    grid(&mut body.xml, &columns);
    let head = [
        (Field::Project, &summary.project),
        (Field::Enterprise, &summary.enterprise),
        (Field::ServiceTime, &summary.service_time),
    ];
    for (at, (field, words)) in head.iter().enumerate() {
        head_row(body, *field, words, at == 0);
    }
    item_row(body, &summary.items);
    date_row(body, &summary.date);
    body.xml.close("w:tbl");
    notes(body, &summary.notes);
    if summary.notes.is_empty() {
        body.line("Note", "");
    }
}

/// The columns, in proportion, on a text of that width.
fn columns(width: u32) -> [u32; 3] {
    let whole: u32 = COLUMNS.iter().sum();
    let [first, second, _] = COLUMNS.map(|column| column * width / whole);
    [first, second, width - first - second]
}

fn properties(xml: &mut Xml, width: u32) {
    xml.within("w:tblPr", &[], |xml| {
        value(xml, "w:tblStyle", "ReportTable");
        xml.leaf("w:tblW", &[("w:w", &width.to_string()), ("w:type", "dxa")]);
        value(xml, "w:jc", "center");
        xml.within("w:tblBorders", &[], |xml| {
            for side in ["w:top", "w:left", "w:bottom", "w:right"] {
                line(xml, side, "8");
            }
            line(xml, "w:insideH", "4");
            line(xml, "w:insideV", "4");
        });
        value(xml, "w:tblLayout", "fixed");
        xml.leaf("w:tblLook", &[("w:val", "0600"), ("w:noHBand", "1"), ("w:noVBand", "1")]);
        value(xml, "w:tblCaption", TITLE);
    });
}

fn open_row(xml: &mut Xml, height: &str, whole: bool) {
    xml.open("w:tr", &[]);
    xml.within("w:trPr", &[], |xml| {
        if whole {
            xml.leaf("w:cantSplit", &[]);
        }
        xml.leaf("w:trHeight", &[("w:val", height), ("w:hRule", "atLeast")]);
    });
}

fn open_cell(xml: &mut Xml, width: u32, merge: Option<&str>, span: &str, align: &str) {
    xml.open("w:tc", &[]);
    xml.within("w:tcPr", &[], |xml| {
        xml.leaf("w:tcW", &[("w:w", &width.to_string()), ("w:type", "dxa")]);
        if span != "1" {
            value(xml, "w:gridSpan", span);
        }
        if let Some(merge) = merge {
            value(xml, "w:vMerge", merge);
        }
        value(xml, "w:vAlign", align);
    });
}

fn head_row(body: &mut Body, field: Field, words: &str, first: bool) {
    open_row(&mut body.xml, "624", true);
    let merge = if first { "restart" } else { "continue" };
    open_cell(&mut body.xml, columns(body.width)[0], Some(merge), "1", "center");
    body.line("TableHead", if first { "基本情况" } else { "" });
    body.xml.close("w:tc");
    open_cell(&mut body.xml, columns(body.width)[1], None, "1", "center");
    body.line("TableHead", field.label());
    body.xml.close("w:tc");
    open_cell(&mut body.xml, columns(body.width)[2], None, "1", "center");
    body.open_paragraph(Paragraph { style: "TableText", ..Default::default() });
    fill_in(body, field, words);
    body.xml.close("w:p");
    body.xml.close("w:tc");
    body.xml.close("w:tr");
}

/// A place to write in within a paragraph.
fn fill_in(body: &mut Body, field: Field, words: &str) {
    let empty = clean(words).trim().is_empty();
    body.control(&field.tag(), field.label(), empty, |body| {
        if empty {
            body.placeholder();
        } else {
            body.runs(&[Run::plain(words)]);
        }
    });
}

fn item_row(body: &mut Body, items: &[SummaryItem]) {
    open_row(&mut body.xml, CONTENT_HEIGHT, false);
    open_cell(&mut body.xml, body.width, None, "3", "top");
    let missing = SummaryItem::default();
    for (at, field) in Field::ITEMS.into_iter().enumerate() {
        let item = items.get(at).unwrap_or(&missing);
        let own = format!("{}. {}", at + 1, field.label());
        body.line("FormHeading", if item.heading.is_empty() { &own } else { &item.heading });
        item_blocks(body, field, item);
    }
    // Every block ends with a paragraph, as Word asks of a cell.
    body.xml.close("w:tc");
    body.xml.close("w:tr");
}

fn item_blocks(body: &mut Body, field: Field, item: &SummaryItem) {
    if shows_nothing(item) {
        body.open_paragraph(Paragraph { style: "FormText", ..Default::default() });
        fill_in(body, field, "");
        return body.xml.close("w:p");
    }
    let width = body.width;
    body.width = width.saturating_sub(PADDING);
    body.item = Some(Item { field, empty: !says_something(item) });
    body.blocks(&item.blocks);
    body.item = None;
    body.width = width;
}

fn date_row(body: &mut Body, date: &str) {
    open_row(&mut body.xml, "624", true);
    open_cell(&mut body.xml, body.width, None, "3", "center");
    body.open_paragraph(Paragraph { style: "TableText", align: Some("right"), ..Default::default() });
    body.runs(&[Run::plain("日期：")]);
    fill_in(body, Field::Dated, date);
    body.xml.close("w:p");
    body.xml.close("w:tc");
    body.xml.close("w:tr");
}

/// Whether an item says anything: grey remarks alone are no words of the agency.
fn says_something(item: &SummaryItem) -> bool {
    let speaks = |runs: &[Run]| runs.iter().any(|run| !run.muted && !blank(run));
    item.blocks.iter().any(|block| match block {
        Block::Paragraph { runs } | Block::Quote { runs } | Block::Heading { runs, .. } => speaks(runs),
        Block::List { items, .. } => items.iter().any(|runs| speaks(runs)),
        Block::Table(_) | Block::Figure(_) => true,
    })
}

/// Whether an item holds nothing to show, not even a remark.
fn shows_nothing(item: &SummaryItem) -> bool {
    !says_something(item)
        && item.blocks.iter().all(|block| match block {
            Block::Paragraph { runs } | Block::Quote { runs } | Block::Heading { runs, .. } => {
                runs.iter().all(blank)
            }
            Block::List { items, .. } => items.iter().flatten().all(blank),
            Block::Table(_) | Block::Figure(_) => false,
        })
}

fn blank(run: &Run) -> bool {
    clean(&run.text).trim().is_empty()
}

/// The largest type that keeps the form on one page by a careful estimate, as in its PDF; else the largest.
pub fn fitting(summary: &Summary, width: u32) -> FormType {
    let rest = FORM_HEIGHT.saturating_sub(around(summary, width));
    let fits = |form: &FormType| items_height(summary, width, *form).is_some_and(|height| height <= rest);
    TYPES.into_iter().find(fits).unwrap_or(TYPES[0])
}

/// Twips of everything but the four items: titles, head, date, notes, and a little for lines and rounding.
fn around(summary: &Summary, width: u32) -> u32 {
    let answer = columns(width)[2].saturating_sub(PADDING);
    let head = [&summary.project, &summary.enterprise, &summary.service_time];
    let head: u32 = head.into_iter().map(|words| (lines(words, answer, 24, 0) * 360 + 60).max(624)).sum();
    let notes: u32 = summary.notes.iter().map(|note| lines(note, width, 18, 5) * 280).sum();
    720 + 600 + head + 624 + notes.max(280) + 300
}

/// Twips of the four items; `None` where a drawing is in them.
fn items_height(summary: &Summary, width: u32, form: FormType) -> Option<u32> {
    let width = width.saturating_sub(PADDING);
    let paragraph = |runs: &[Run]| {
        let words: String = runs.iter().map(|run| run.text.as_str()).collect();
        lines(&words, width, form.size, 2) * form.line
    };
    let block = |block: &Block| {
        Some(match block {
            Block::Paragraph { runs } | Block::Quote { runs } | Block::Heading { runs, .. } => {
                paragraph(runs)
            }
            Block::List { items, .. } => items.iter().map(|runs| paragraph(runs)).sum(),
            Block::Table(table) => table_height(table, width),
            Block::Figure(_) => return None,
        })
    };
    let mut sum = 60;
    for item in &summary.items {
        // An item without words has a line to write on.
        let blocks = item.blocks.iter().map(block).sum::<Option<u32>>()?;
        sum += form.line + blocks.max(form.line);
    }
    Some(sum)
}

/// Twips of a table among the items, whose rows are in 五号, with its head, its notes and the line behind it.
fn table_height(table: &Table, width: u32) -> u32 {
    let weight: f32 = table.columns.iter().map(|column| column.weight.max(0.1)).sum();
    let lines_in = |(column, words): (&Column, &str)| {
        let share = column.weight.max(0.1) / weight.max(0.1);
        lines(words, ((width as f32 * share) as u32).saturating_sub(PADDING), 21, 0)
    };
    let row =
        |cells: &mut dyn Iterator<Item = (&Column, &str)>| cells.map(lines_in).max().unwrap_or(1) * 320 + 70;
    let head = row(&mut table.columns.iter().map(|column| (column, column.label.as_str())));
    let unit = if table.unit.is_empty() { 0 } else { 390 };
    let rows = table
        .rows
        .iter()
        .map(|r| row(&mut table.columns.iter().zip(r.cells.iter().map(|c| c.text.as_str()))));
    let notes: u32 = table.notes.iter().map(|note| lines(note, width, 18, 5) * 280).sum();
    head + unit + rows.sum::<u32>() + notes.max(280)
}

/// Lines of words of a size (half points) on a width (twips), the first one indented by some characters.
fn lines(words: &str, width: u32, size: u32, indent: u32) -> u32 {
    // A line may end half a character early.
    let room = f64::from(width) / f64::from(10 * size) - 0.5;
    let of = |line: &str| {
        ((f64::from(text::ems(line)) + f64::from(indent)) / room.max(1.0)).ceil().max(1.0) as u32
    };
    words.split('\n').map(of).sum()
}

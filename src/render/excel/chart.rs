//! Native charts under a table: they draw the table's own cells, so that an
//! office can restyle them and copy them into its papers.
//!
//! Rows set apart as totals at either end are left out. Where a column holds
//! words among its numbers (`—`, `*`), Excel would draw them as zero; such a
//! series draws a hidden copy that has gaps there.

use rust_xlsxwriter::{
    Chart, ChartAxisCrossing, ChartDataLabel, ChartDataLabelPosition, ChartFont, ChartFormat,
    ChartLegendPosition, ChartLine, ChartLineDashType, ChartMarker, ChartMarkerType, ChartRange, ChartSeries,
    ChartSolidFill, ChartType, ObjectMovement, Worksheet, XlsxError,
};
use serde::Serialize;

use super::look::{self, SERIES};
use super::number::Shown;
use super::page;
use super::sheet::{FIRST, HEADER, is_coarse, number};
use super::words::{cut, line};
use crate::document::Table;

/// Height of a row of the sheet in pixels, as Excel draws it without being told.
const ROW: u32 = 20;
/// The same in points, for the length of the page.
pub(super) const ROW_POINTS: f64 = 15.0;
/// Pixels of one unit of column width.
const UNIT: f64 = 7.0;

/// What a native chart looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum ChartKind {
    /// Horizontal bars, first row on top.
    #[default]
    Bar,
    /// Upright columns.
    Column,
    /// Lines with marks, for quarters.
    Line,
    /// Points; `categories` is then the column of the horizontal values.
    Scatter,
}

/// A chart of some columns of its sheet's table.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct NativeChart {
    pub kind: ChartKind,
    pub title: String,
    /// What the chart shows, in words, for those who cannot see it.
    pub alt: String,
    /// Column of the table with the names, zero-based.
    pub categories: usize,
    /// Columns of the table with the values, zero-based.
    pub series: Vec<usize>,
    /// Title of the value axis, e.g. `满意率`; empty for none.
    pub axis: String,
}

/// The rows of a table that are drawn, and where they stand.
struct Drawn<'a> {
    name: &'a str,
    table: &'a Table,
    labels: &'a [String],
    first: usize,
    last: usize,
}

impl Drawn<'_> {
    fn range(&self, col: u16) -> ChartRange {
        let row = |at: usize| FIRST + at as u32;
        ChartRange::new_from_range(self.name, row(self.first), col, row(self.last), col)
    }

    /// Number and format of each drawn cell of a column; `None` where words stand.
    fn values(&self, col: usize) -> Vec<Option<Shown>> {
        let coarse = is_coarse(self.table, col);
        let cell = |row: usize| self.table.rows[row].cells.get(col).and_then(|c| number(c, coarse));
        (self.first..=self.last).map(cell).collect()
    }
}

/// Inserts the chart at row `top`; returns the row after it and the first free column.
pub(super) fn insert(
    sheet: &mut Worksheet,
    name: &str,
    native: &NativeChart,
    table: &Table,
    labels: &[String],
    (top, total, helper): (u32, f64, u16),
) -> Result<(u32, u16), XlsxError> {
    let ordinary = |row: &crate::document::Row| !row.strong;
    let (Some(first), Some(last)) =
        (table.rows.iter().position(ordinary), table.rows.iter().rposition(ordinary))
    else {
        return Ok((top, helper));
    };
    let drawn = Drawn { name, table, labels, first, last };
    let mut chart = Chart::new(kind(native.kind));
    let mut free = helper;
    let alone = native.series.len() == 1;
    for (at, col) in native.series.iter().copied().enumerate().filter(|(_, col)| *col < labels.len()) {
        let (series, next) = series(sheet, &drawn, native, (at, col), (free, alone))?;
        free = next;
        // Pushed, a series would lose its marks.
        *chart.add_series() = series;
    }
    let height = height(native, last - first + 1);
    set_axes(&mut chart, native, &drawn);
    set_words(&mut chart, native, alone);
    chart.set_width((total * UNIT).clamp(420.0, 980.0) as u32).set_height(height);
    chart.show_hidden_data();
    sheet.insert_chart(top, 0, &chart)?;
    Ok((top + height.div_ceil(ROW) + 1, free))
}

fn kind(kind: ChartKind) -> ChartType {
    match kind {
        ChartKind::Bar => ChartType::Bar,
        ChartKind::Column => ChartType::Column,
        ChartKind::Line => ChartType::Line,
        ChartKind::Scatter => ChartType::Scatter,
    }
}

/// Bars need room each; the rest is as high as a good half of its width.
fn height(native: &NativeChart, rows: usize) -> u32 {
    match native.kind {
        ChartKind::Bar => (90 + rows * (14 + 9 * native.series.len().clamp(1, 4))).clamp(220, 1_200) as u32,
        _ => 340,
    }
}

/// One series, and the first free column after a copy it may have needed.
fn series(
    sheet: &mut Worksheet,
    drawn: &Drawn,
    native: &NativeChart,
    (at, col): (usize, usize),
    (free, alone): (u16, bool),
) -> Result<(ChartSeries, u16), XlsxError> {
    let values = drawn.values(col);
    let gaps = values.iter().any(Option::is_none);
    let source = if gaps { free } else { col as u16 };
    if gaps {
        write_copy(sheet, drawn, col, &values, free)?;
    }
    let mut series = ChartSeries::new();
    series.set_categories(&drawn.range(native.categories as u16)).set_values(&drawn.range(source));
    series.set_name(&ChartRange::new_from_range(drawn.name, HEADER, col as u16, HEADER, col as u16));
    paint(&mut series, native.kind, at);
    if alone && native.kind != ChartKind::Scatter {
        let format = values.iter().flatten().next().map_or("General", |s| s.format.as_str());
        let mut label = ChartDataLabel::new();
        label.show_value().set_num_format(format).set_font(&font(9));
        if native.kind == ChartKind::Line {
            label.set_position(ChartDataLabelPosition::Above);
        }
        series.set_data_label(&label);
    }
    Ok((series, free + u16::from(gaps)))
}

/// The numbers of a column alone, with gaps where words stand.
fn write_copy(
    sheet: &mut Worksheet,
    drawn: &Drawn,
    col: usize,
    values: &[Option<Shown>],
    to: u16,
) -> Result<(), XlsxError> {
    page::put(sheet, (HEADER, to), format!("chart:{}", drawn.labels[col]), &look::remark())?;
    for (at, value) in values.iter().enumerate() {
        if let Some(Shown { value, format, .. }) = value {
            let format = look::remark().set_num_format(format);
            sheet.write_number_with_format(FIRST + (drawn.first + at) as u32, to, *value, &format)?;
        }
    }
    Ok(())
}

/// Colour with a second sign: marks and dashes differ too.
fn paint(series: &mut ChartSeries, kind: ChartKind, at: usize) {
    const MARKS: [ChartMarkerType; 4] = [
        ChartMarkerType::Circle,
        ChartMarkerType::Square,
        ChartMarkerType::Triangle,
        ChartMarkerType::Diamond,
    ];
    const DASHES: [ChartLineDashType; 4] = [
        ChartLineDashType::Solid,
        ChartLineDashType::Dash,
        ChartLineDashType::RoundDot,
        ChartLineDashType::LongDashDot,
    ];
    let (color, at) = (SERIES[at % 4], at % 4);
    let mut fill = ChartFormat::new();
    fill.set_solid_fill(ChartSolidFill::new().set_color(color));
    let mut mark = ChartMarker::new();
    mark.set_type(MARKS[at]).set_size(7).set_format(&mut fill);
    match kind {
        ChartKind::Bar | ChartKind::Column => {
            series.set_format(&mut fill).set_gap(60);
        }
        ChartKind::Line => {
            let mut stroke = ChartLine::new();
            stroke.set_color(color).set_width(2.0).set_dash_type(DASHES[at]);
            series.set_format(ChartFormat::new().set_line(&stroke)).set_marker(&mark);
        }
        ChartKind::Scatter => {
            series.set_format(ChartFormat::new().set_no_line()).set_marker(&mark);
        }
    }
}

/// Value axis from zero, in percent where the figures are; first bar on top.
fn set_axes(chart: &mut Chart, native: &NativeChart, drawn: &Drawn) {
    let values: Vec<Shown> = native.series.iter().flat_map(|col| drawn.values(*col)).flatten().collect();
    let percent = values.first().is_some_and(|v| v.format.contains('%'));
    let inside = |top: f64| values.iter().all(|v| (0.0..=top).contains(&v.value));
    let bar = native.kind == ChartKind::Bar;
    // Of horizontal bars the library calls the axis of values x.
    let y = if bar { chart.x_axis() } else { chart.y_axis() };
    y.set_num_format(if percent { "0%" } else { "General" }).set_font(&font(9));
    let mut grid = ChartLine::new();
    grid.set_color(look::TINT).set_width(0.75);
    y.set_major_gridlines(true).set_major_gridlines_line(&grid);
    if percent && inside(1.0) {
        y.set_min(0.0).set_max(1.0).set_major_unit(0.2);
    } else if inside(100.0) && values.iter().any(|v| v.format == "0.00" && v.value > 50.0) {
        // Scores, of a hundred.
        y.set_min(0.0).set_max(100.0).set_major_unit(20.0);
    } else if inside(f64::INFINITY) && native.kind != ChartKind::Scatter {
        y.set_min(0.0);
    }
    if !native.axis.is_empty() {
        y.set_name(&plain(&native.axis)).set_name_font(&font(9));
    }
    let x = if bar { chart.y_axis() } else { chart.x_axis() };
    x.set_font(&font(9)).set_major_gridlines(false);
    if bar {
        // With the first bar on top, the axis of values would stand there too.
        x.set_reverse().set_crossing(ChartAxisCrossing::Max).set_label_interval(1);
    }
}

/// Title, key, and the words for those who cannot see the chart.
fn set_words(chart: &mut Chart, native: &NativeChart, alone: bool) {
    let mut heading = ChartFont::new();
    heading.set_name(look::HEI).set_size(12).set_color(look::INK).unset_bold();
    chart.title().set_name(&plain(&native.title)).set_font(&heading);
    if alone {
        chart.legend().set_hidden();
    } else {
        chart.legend().set_position(ChartLegendPosition::Bottom).set_font(&font(9));
    }
    let alt = if native.alt.is_empty() { &native.title } else { &native.alt };
    chart.set_alt_text(cut(line(alt), 255)).set_object_movement(ObjectMovement::MoveButDontSizeWithCells);
}

/// One line that the library cannot take for a reference to cells.
fn plain(text: &str) -> String {
    let text = line(text).replace('!', "！");
    text.strip_prefix('=').map(|rest| format!("＝{rest}")).unwrap_or(text)
}

fn font(size: u8) -> ChartFont {
    let mut font = ChartFont::new();
    font.set_name(look::SONG).set_size(size).set_color(look::INK);
    font
}

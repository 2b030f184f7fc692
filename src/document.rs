//! A finished report before it has a format: headings, paragraphs of runs,
//! lists, tables and figures.
//!
//! The narrative composes it once; every renderer (PDF, Word, Excel, site) only
//! walks it. It holds strings that are already formatted, and each printed
//! figure carries its id, so that no renderer ever formats a number.

use serde::{Deserialize, Serialize};

/// One report, ready to be rendered in any format.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Title of the report, e.g. `成都市中小企业质量提升服务情况报告`.
    pub title: String,
    /// Line under the title, e.g. `（2025年第一季度）`; may be empty.
    pub subtitle: String,
    /// Who issues it; printed on the cover, may be empty.
    pub issuer: String,
    /// Date printed on the cover as `2025年3月31日`, from the period, never from the clock.
    pub date: String,
    /// Same date as year, month, day: what a file's metadata carry.
    pub date_ymd: (i32, u8, u8),
    /// Marks such as `内部资料` or `示例数据`, printed top right of the first page.
    pub marks: Vec<String>,
    /// First digits of the SHA-256 of the data the document was made from.
    pub fingerprint: String,
    /// Stable identifier of the file (not of its content), e.g. `2025Q1/districts/510114`.
    pub ident: String,
    /// Whether the report has a cover and a table of contents.
    pub front_matter: bool,
    /// Whether it is a working paper, set small; reports have the type of official documents.
    #[serde(default)]
    pub compact: bool,
    /// The body, in order.
    pub blocks: Vec<Block>,
}

/// One block of a report's body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// A heading; `level` 1 is `一、`, 2 is `（一）`, 3 is `1.`. The text already carries its number.
    Heading { level: u8, runs: Vec<Run> },
    /// A paragraph, first line indented by two characters.
    Paragraph { runs: Vec<Run> },
    /// A quotation of somebody's words (free text of a return).
    Quote { runs: Vec<Run> },
    /// A list; each item is one paragraph.
    List { ordered: bool, items: Vec<Vec<Run>> },
    /// A table with number and title above, unit line and notes.
    Table(Table),
    /// A chart with its caption, and the data as a table for those who cannot see it.
    Figure(Figure),
}

/// A piece of text with one look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub text: String,
    /// Emphasis; renderers use a bold or Hei face.
    #[serde(default)]
    pub bold: bool,
    /// Grey: a figure under the floor of its unit (`small_n`), or a remark that something is missing.
    #[serde(default)]
    pub muted: bool,
    /// Id of the figure this text prints, e.g. `2025Q1/510114/composite_score`.
    #[serde(default)]
    pub figure: Option<String>,
}

impl Run {
    /// Plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// A table of strings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Name by which templates call it, e.g. `satisfaction_by_item` (ASCII).
    pub name: String,
    /// Number as printed, e.g. `表1`; set when the document is numbered.
    pub number: String,
    pub title: String,
    /// Unit line such as `单位：家`; empty for none.
    pub unit: String,
    pub columns: Vec<Column>,
    /// Group headings above the column labels, as (label, number of columns); empty for none.
    pub groups: Vec<(String, usize)>,
    pub rows: Vec<Row>,
    /// Notes below the table, each one sentence.
    pub notes: Vec<String>,
    /// Whether it needs a turned page; see [`Table::settle`].
    #[serde(default)]
    pub wide: bool,
    /// Whether it is kept on one page; see [`Table::settle`].
    #[serde(default)]
    pub whole: bool,
}

/// Columns, weighed, that an upright page holds without squeezing.
const WIDEST: f32 = 10.5;
/// Height in points of the rows of a table that is kept on one page: ten of one line each, six of two.
const WHOLE: f32 = 232.0;
/// Width in points of the text of an upright page.
const TEXT_WIDTH: f32 = 442.0;

impl Table {
    /// Decides, where the table is numbered, whether it gets a turned page, and whether it is kept on one:
    /// a table broken for its last row reads badly, a tall one that may not break leaves half a page empty.
    pub fn settle(&mut self) {
        self.wide = self.weight() > WIDEST;
        self.whole = self.height() <= WHOLE;
    }

    fn weight(&self) -> f32 {
        self.columns.iter().map(|column| column.weight).sum()
    }

    /// The rows in points, from the number of signs in their cells and the size that layouts set them in.
    fn height(&self) -> f32 {
        let size = match self.columns.len() {
            0..=5 if self.rows.len() <= 12 => 12.0,
            0..=7 => 10.5,
            8..=10 => 9.0,
            _ => 8.0,
        };
        let points = TEXT_WIDTH / self.weight().max(1.0);
        let lines = |row: &Row| {
            let cells = self.columns.iter().zip(&row.cells);
            let of = |(column, cell): (&Column, &CellText)| {
                (crate::text::ems(&cell.text) * size / (points * column.weight - 0.8 * size).max(size)).ceil()
            };
            cells.map(of).fold(1.0, f32::max)
        };
        self.rows.iter().map(|row| size * (1.35 * lines(row) + 0.65)).sum()
    }
}

/// One column of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub label: String,
    /// `left`, `center` or `right`.
    pub align: Align,
    /// Relative width; 1.0 is an ordinary number column.
    pub weight: f32,
}

/// Alignment of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    #[default]
    Left,
    Center,
    Right,
}

/// One row of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub cells: Vec<CellText>,
    /// A total or the city as a whole: set apart by weight.
    #[serde(default)]
    pub strong: bool,
}

/// One cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CellText {
    pub text: String,
    /// The number behind the text, where there is one (Excel writes it with the text's number format).
    #[serde(default)]
    pub number: Option<f64>,
    #[serde(default)]
    pub figure: Option<String>,
    #[serde(default)]
    pub muted: bool,
}

impl CellText {
    /// A cell of plain words.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A cell that holds a count.
    pub fn count(n: i64) -> Self {
        Self { text: n.to_string(), number: Some(n as f64), ..Self::default() }
    }
}

/// A chart in a document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Name by which templates call it (ASCII).
    pub name: String,
    /// Number as printed, e.g. `图1`; set when the document is numbered.
    pub number: String,
    pub title: String,
    /// The drawing, a self-contained SVG document.
    pub svg: String,
    /// What the chart shows, in words, for those who cannot see it.
    pub alt: String,
    /// Width over height of the drawing.
    pub aspect: f32,
    /// Notes below the figure.
    pub notes: Vec<String>,
    /// The same data as a table (the site prints it beside the chart).
    pub data: Option<Box<Table>>,
}

impl Document {
    /// All printed figures in reading order, as (figure id, printed text).
    pub fn figures(&self) -> Vec<(&str, &str)> {
        let mut found = Vec::new();
        for block in &self.blocks {
            block.collect_figures(&mut found);
        }
        found
    }
}

impl Block {
    fn collect_figures<'a>(&'a self, found: &mut Vec<(&'a str, &'a str)>) {
        let mut take = |runs: &'a [Run]| {
            let ids = runs.iter().filter_map(|r| Some((r.figure.as_deref()?, r.text.as_str())));
            found.extend(ids);
        };
        match self {
            Self::Heading { runs, .. } | Self::Paragraph { runs } | Self::Quote { runs } => take(runs),
            Self::List { items, .. } => items.iter().for_each(|runs| take(runs)),
            Self::Table(table) => {
                let cells = table.rows.iter().flat_map(|row| &row.cells);
                found.extend(cells.filter_map(|c| Some((c.figure.as_deref()?, c.text.as_str()))));
            }
            Self::Figure(_) => {}
        }
    }
}

/// One Annex D summary (表D 中小企业质量提升服务总结): a fixed form, not a report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Stable identifier of the file, e.g. `2025Q1/summaries/<key>`.
    pub ident: String,
    /// Rows of 基本情况.
    pub project: String,
    pub enterprise: String,
    pub service_time: String,
    /// Who served, where, and in which quarter (`2025年第二季度`): for an office's own form.
    #[serde(default)]
    pub agency: String,
    #[serde(default)]
    pub district: String,
    #[serde(default)]
    pub period: String,
    /// The four items of the form, each with its heading as the standard prints it
    /// (`1. 质量提升服务目标达成情况`).
    pub items: Vec<SummaryItem>,
    /// Date of the form as `2025年3月31日`; empty where no return gives one.
    pub date: String,
    /// Date for the file's metadata, from the period.
    pub date_ymd: (i32, u8, u8),
    pub marks: Vec<String>,
    /// Where the words came from and what is missing; printed small under the table.
    pub notes: Vec<String>,
    pub fingerprint: String,
}

/// One of the four items of Annex D.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SummaryItem {
    pub heading: String,
    pub blocks: Vec<Block>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(rows: usize, text: &str) -> Table {
        let column = |weight: f32| Column { weight, ..Column::default() };
        let row = || Row { cells: vec![CellText::words(text), CellText::words("24")], strong: false };
        let columns = vec![column(2.0), column(1.0), column(1.0), column(1.0), column(1.0), column(1.0)];
        let mut table = Table { columns, rows: (0..rows).map(|_| row()).collect(), ..Table::default() };
        table.settle();
        table
    }

    #[test]
    fn ten_low_rows_stay_on_one_page_and_six_tall_ones_may_break() {
        assert!(settled(10, "全市").whole && !settled(12, "全市").whole);
        let tall = "请使用“zhiti forms”生成的空白表填写；若不是报送材料，请移出文件夹。";
        assert!(settled(2, tall).whole && !settled(6, tall).whole);
    }
}

//! A form specification as written in TOML, and how it becomes a [`FormSpec`].

use std::collections::BTreeMap;

use memchr::memmem::Finder;
use serde::Deserialize;

use super::toml_words::toml_error;
use super::{Field, FormSpec, Kind, choices, index_labels, index_starts, rating};
use crate::error::{Error, Result};
use crate::text;

macro_rules! built_in {
    ($($name:literal),*) => {
        &[$(($name, include_str!(concat!("../../templates/forms/", $name)))),*]
    };
}

/// The built-in specification files, as (name, text).
pub const BUILT_IN: &[(&str, &str)] =
    built_in!["B.toml", "C.toml", "D.toml", "E.toml", "F.toml", "S.toml", "cover.toml", "roster.toml"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawForm {
    id: String,
    table: String,
    title: String,
    names: Vec<String>,
    caption: String,
    annex: String,
    clause: String,
    key: Vec<String>,
    headings: Vec<String>,
    field: Vec<RawField>,
    #[serde(default)]
    layout: Layout,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    id: String,
    label: String,
    kind: Kind,
    #[serde(default)]
    number: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    hint: String,
    #[serde(default)]
    other_hints: Vec<String>,
    #[serde(default)]
    options: Vec<String>,
    #[serde(default)]
    spellings: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    item_ids: Vec<String>,
    within: Option<String>,
    beside: Option<String>,
    limit: Option<i64>,
    #[serde(default)]
    quarter: bool,
    #[serde(default)]
    flag: bool,
}

/// How the blank workbook of a form is drawn: a grid, and what stands in it row by row.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Widths of the columns, in characters of half width.
    #[serde(default)]
    pub columns: Vec<f64>,
    /// Rows from top to bottom below the title; each is its cells from left to right.
    #[serde(default)]
    pub rows: Vec<LayoutRow>,
}

/// One row of a blank form: its cells, or a whole table of the supplement.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutRow {
    /// Height in points; a table gives it to each of its rows.
    pub height: f64,
    #[serde(default)]
    pub cells: Vec<LayoutCell>,
    /// Stands for the header and the rows of this field's table (kinds `dimensions` and `indicators`).
    pub table: Option<String>,
    /// How often the row is drawn (a list with one project per row).
    #[serde(default = "one_row")]
    pub repeat: u32,
}

/// On which side a cell has no line, so that it and its neighbour look like one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Open {
    Right,
    Below,
}

/// One (merged) cell of a blank form. Exactly one of `label`, `answer`, `both`, `heading` and `words` is given.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutCell {
    /// How many columns it spans.
    #[serde(default = "one")]
    pub span: u16,
    /// How many rows it spans (the rows below leave its columns out).
    #[serde(default = "one_row")]
    pub rows: u32,
    /// Prints the label of this field.
    pub label: Option<String>,
    /// Holds the answer of this field.
    pub answer: Option<String>,
    /// Label and answer of this field share the cell.
    pub both: Option<String>,
    /// A group heading.
    pub heading: Option<String>,
    /// Fixed words.
    pub words: Option<String>,
    /// Draws no line towards the answer beside or below.
    pub open: Option<Open>,
    /// Prints a colon behind the label.
    #[serde(default)]
    pub colon: bool,
}

fn one() -> u16 {
    1
}

fn one_row() -> u32 {
    1
}

/// Resolves one specification.
pub(super) fn resolve(path: &str, source: &str) -> Result<FormSpec> {
    let raw: RawForm = toml::from_str(source).map_err(|e| toml_error(path, source, &e))?;
    let index = |what: &str, id: &str| {
        raw.field.iter().position(|f| f.id == id).ok_or_else(|| {
            let message = format!("{what} 指向不存在的字段 `{id}`");
            Error::config(path, line_of(source, id), message, "请写本表已定义的字段 id")
        })
    };
    let key = raw.key.iter().map(|id| index("key", id)).collect::<Result<Vec<_>>>()?;
    check_ids(path, source, &raw.field)?;
    let mut fields = Vec::with_capacity(raw.field.len());
    for field in &raw.field {
        let within = field.within.as_deref().map(|id| index("within", id)).transpose()?;
        let beside = field.beside.as_deref().map(|id| index("beside", id)).transpose()?;
        check_field(path, source, field)?;
        fields.push(resolve_field(field, within, beside));
    }
    check_layout(path, source, &raw, &index)?;
    check_ratings(path, source, &fields)?;
    let names: Vec<String> = std::iter::once(&raw.title).chain(&raw.names).map(|n| text::label(n)).collect();
    Ok(FormSpec {
        id: raw.id,
        at: 0,
        table: raw.table,
        title: raw.title,
        finders: names.iter().map(|name| Finder::new(name).into_owned()).collect(),
        names,
        caption: raw.caption,
        annex: raw.annex,
        clause: raw.clause,
        key,
        headings: raw.headings.iter().map(|h| text::label(h)).collect(),
        rates: fields.iter().any(|field| field.rates),
        by_label: index_labels(&fields),
        by_start: index_starts(&fields),
        fields,
        layout: raw.layout,
    })
}

fn resolve_field(raw: &RawField, within: Option<usize>, beside: Option<usize>) -> Field {
    let mut labels: Vec<String> =
        std::iter::once(&raw.label).chain(&raw.aliases).map(|l| text::label(l)).collect();
    let cores: Vec<String> = match raw.kind {
        Kind::One => labels.iter().flat_map(|label| rating::cores(label)).collect(),
        _ => Vec::new(),
    };
    let rates = !cores.is_empty();
    let fresh: Vec<String> = cores.into_iter().filter(|core| !labels.contains(core)).collect();
    labels.extend(fresh);
    let spellings = |option: &str| raw.spellings.get(option).cloned().unwrap_or_default();
    Field {
        id: raw.id.as_str().into(),
        label: raw.label.as_str().into(),
        number: raw.number.clone(),
        labels,
        kind: raw.kind,
        required: raw.required,
        unit: raw.unit.clone(),
        hint: raw.hint.clone(),
        hints: std::iter::once(&raw.hint)
            .chain(&raw.other_hints)
            .filter(|h| !h.is_empty())
            .cloned()
            .collect(),
        choices: choices(&raw.options, spellings),
        item_ids: if raw.item_ids.is_empty() { raw.options.clone() } else { raw.item_ids.clone() },
        options: raw.options.clone(),
        within,
        beside,
        limit: raw.limit,
        quarter: raw.quarter,
        flag: raw.flag,
        rates,
    }
}

/// What is computed from a field of the standard rests on its kind and the order of its options:
/// a form of a workspace may word them otherwise, but has as many.
pub(super) fn check_kept(path: &str, source: &str, form: &FormSpec, built_in: &FormSpec) -> Result<()> {
    for (field, own) in built_in.fields.iter().filter_map(|f| form.field(&f.id).map(|own| (f, own))) {
        let wrong = |message: String| {
            let hint = "选项的文字可以改，个数、顺序和 kind 不能改：指标按它们计算";
            Err(Error::config(path, line_of_field(source, &own.id), message, hint))
        };
        if own.kind != field.kind {
            return wrong(format!("字段 `{}` 的 kind 与标准表式不同", own.id));
        }
        if own.options.len() != field.options.len() || own.item_ids.len() != field.item_ids.len() {
            let (has, wants) = (own.options.len(), field.options.len());
            return wrong(format!("字段 `{}` 有{has}个选项，标准表式有{wants}个", own.id));
        }
    }
    Ok(())
}

/// Two fields of one id would be two columns of one name.
fn check_ids(path: &str, source: &str, fields: &[RawField]) -> Result<()> {
    let twice = fields.iter().enumerate().find(|(at, f)| fields[..*at].iter().any(|b| b.id == f.id));
    let Some((_, field)) = twice else { return Ok(()) };
    let message = format!("字段 id `{}` 用了两次", field.id);
    Err(Error::config(path, line_of_field(source, &field.id), message, "每个字段写各自的 id"))
}

/// A question that rates and another field must not be called alike in any of the ways in which it may be asked.
fn check_ratings(path: &str, source: &str, fields: &[Field]) -> Result<()> {
    for (at, field) in fields.iter().enumerate().filter(|(_, field)| field.rates) {
        let others = fields.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
        let same = |other: &Field| other.labels.iter().find(|label| field.labels.contains(label)).cloned();
        if let Some((other, label)) = others.into_iter().find_map(|other| Some((other, same(other)?))) {
            let message = format!("字段 `{}` 与 `{}` 的栏目名称相同：{label}", field.id, other.id);
            let line = line_of_field(source, &field.id);
            return Err(Error::config(
                path,
                line,
                message,
                "“对X的Y”不论有无“对”“的”都算同一名称，请改用不同的名称",
            ));
        }
    }
    Ok(())
}

fn check_field(path: &str, source: &str, field: &RawField) -> Result<()> {
    let wrong =
        |message: String, hint: &str| Err(Error::config(path, line_of(source, &field.id), message, hint));
    let is_ascii = |id: &str| {
        !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    if !is_ascii(&field.id) {
        return wrong(format!("字段 id `{}` 只能用小写字母、数字和下划线", field.id), "字段 id 是数据列名");
    }
    let has_options = matches!(field.kind, Kind::One | Kind::Many | Kind::Dimensions | Kind::Indicators);
    if has_options && field.options.is_empty() {
        return wrong(format!("字段 `{}` 没有选项", field.id), "请写 options = [ … ]");
    }
    if !field.item_ids.is_empty() && field.item_ids.len() != field.options.len() {
        return wrong(
            format!("字段 `{}` 的 item_ids 与 options 个数不同", field.id),
            "每个选项对应一个 item_ids",
        );
    }
    if let Some(unknown) = field.spellings.keys().find(|k| !field.options.contains(k)) {
        return wrong(format!("spellings 中的「{unknown}」不是 `{}` 的选项", field.id), "请与 options 一致");
    }
    Ok(())
}

fn check_layout(
    path: &str,
    source: &str,
    raw: &RawForm,
    index: &impl Fn(&str, &str) -> Result<usize>,
) -> Result<()> {
    if let Some((needle, message)) = wrong_size(&raw.layout) {
        let hint = "请对照内置的表式定义（`zhiti init` 写出）修改";
        return Err(Error::config(path, line_of(source, needle), format!("layout 中{message}"), hint));
    }
    for id in raw.layout.rows.iter().filter_map(|r| r.table.as_ref()) {
        let field = &raw.field[index("layout", id)?];
        if !matches!(field.kind, Kind::Dimensions | Kind::Indicators) {
            let hint = "table 只用于 kind 为 dimensions 或 indicators 的字段";
            return Err(Error::config(
                path,
                line_of(source, "table ="),
                format!("`{id}` 不是表格字段"),
                hint,
            ));
        }
    }
    for cell in raw.layout.rows.iter().flat_map(|r| &r.cells) {
        for id in [&cell.label, &cell.answer, &cell.both].into_iter().flatten() {
            index("layout", id)?;
        }
        let given = [&cell.label, &cell.answer, &cell.both, &cell.heading, &cell.words];
        if given.into_iter().flatten().count() != 1 {
            let line = line_of(source, "[layout]");
            let hint = "label、answer、both、heading、words 恰写一个";
            return Err(Error::config(path, line, "layout 中有单元格的内容不明", hint));
        }
    }
    Ok(())
}

/// What no sheet can be drawn with, and a word of the line that says it.
fn wrong_size(layout: &Layout) -> Option<(&'static str, String)> {
    // Columns of a table of the supplement at least; widths, heights as a spreadsheet allows them.
    const TABLE: usize = 6;
    const MOST: usize = 100;
    let columns = layout.columns.len();
    let fits = |size: f64, most: f64| size > 0.0 && size <= most;
    let least = if layout.rows.iter().any(|r| r.table.is_some()) { TABLE } else { 1 };
    if (!layout.rows.is_empty() && columns < least) || columns > MOST {
        return Some(("columns", format!("有{columns}列，应为{least}至{MOST}列")));
    }
    if let Some(width) = layout.columns.iter().find(|w| !fits(**w, 255.0)) {
        return Some(("columns", format!("列宽 {width} 不可用，应在0与255之间")));
    }
    let is_right = |row: &LayoutRow| {
        fits(row.height, 409.0)
            && (1..=1000).contains(&row.repeat)
            && row.cells.iter().all(|c| (1..=columns).contains(&c.span.into()) && (1..=100).contains(&c.rows))
    };
    let wrong = layout.rows.iter().position(|row| !is_right(row))?;
    let message =
        "行的 height 应在0与409之间，repeat 在1与1000之间，单元格的 span 不多于列数，rows 不多于100";
    Some(("rows", format!("第{}行的大小不可用：{message}", wrong + 1)))
}

/// The last line that gives a field its id.
fn line_of_field(source: &str, id: &str) -> Option<usize> {
    let is_its = |line: &str| {
        let rest = line.trim_start().strip_prefix("id").map(str::trim_start);
        let value = rest.and_then(|r| r.strip_prefix('=')).map(str::trim_start);
        value.is_some_and(|v| {
            v.get(1..).and_then(|v| v.strip_prefix(id)).is_some_and(|v| v.starts_with(['"', '\'']))
        })
    };
    let lines: Vec<&str> = source.lines().collect();
    lines.iter().rposition(|line| is_its(line)).map(|at| at + 1)
}

/// First line that holds `needle`, counted from 1.
fn line_of(source: &str, needle: &str) -> Option<usize> {
    source.lines().position(|l| l.contains(needle)).map(|at| at + 1)
}

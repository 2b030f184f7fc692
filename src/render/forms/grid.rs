//! Where everything of a form stands: the layout of a specification, resolved
//! to rows and columns of a sheet.
//!
//! Drawing, marking and the tests of the reader all ask here, so that there is
//! one answer to "which cell holds this field". Row 0 is the title.

use std::collections::{BTreeMap, BTreeSet};

use crate::cell::Cell;
use crate::spec::{Field, FormSpec, Kind, LayoutCell, Open};

/// The times at which the supplement asks: id and heading.
pub const TIMES: [(&str, &str); 3] = [("before", "服务前"), ("goal", "目标"), ("after", "服务后")];
const INDICATOR_HEADINGS: [(&str, &str); 3] = [("name", "指标名称"), ("unit", "单位"), ("direction", "方向")];

/// What an answer cell takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The whole answer of the field.
    Whole,
    /// One line of a list, without boxes or guidance.
    Listed,
    /// A score from 1 to 5.
    Score,
    /// A free word in a table.
    Word,
    /// One of the field's options in a table.
    Choice,
    /// A number in a table.
    Number,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Label(String),
    Heading(String),
    Words(String),
    /// The answer `key` (a field id, with row and column in a table); `label` where it shares the cell.
    Answer {
        field: usize,
        key: String,
        part: Part,
        label: String,
    },
}

/// One (merged) cell of a form with the sides that carry no line.
#[derive(Clone, Debug)]
pub struct Placed {
    pub first: Cell,
    pub last: Cell,
    pub content: Content,
    pub open: Option<Open>,
    /// The neighbour on the left is open towards this cell.
    pub joins_left: bool,
    /// The neighbour above is open towards this cell.
    pub joins_above: bool,
}

/// A form laid out on a sheet.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Widths in half-width characters.
    pub columns: Vec<f64>,
    /// Heights in points of the rows below the title (index 0 is row 1).
    pub heights: Vec<f64>,
    pub cells: Vec<Placed>,
}

impl Grid {
    /// Lays out a blank form.
    pub fn of(spec: &FormSpec) -> Self {
        Self::holding(spec, &BTreeMap::new())
    }

    /// Lays out a form with as many indicators as the values (see [`super::SheetPlan`]) name, if these are more.
    pub fn holding(spec: &FormSpec, values: &BTreeMap<String, String>) -> Self {
        let mut grid = Self { columns: spec.layout.columns.clone(), heights: Vec::new(), cells: Vec::new() };
        let mut taken = BTreeSet::new();
        for row in &spec.layout.rows {
            if let Some(field) = row.table.as_deref().and_then(|id| spec.index(id)) {
                let field = (field, &spec.fields[field]);
                grid.table(field, &table_rows(field.1, values), row.height);
                continue;
            }
            for turn in 1..=row.repeat {
                let line = (row.repeat > 1).then_some(turn);
                grid.row(spec, &row.cells, row.height, line, &mut taken);
            }
        }
        grid.join();
        grid
    }

    /// The cell that holds an answer, by field id or key; a field inside another one's cell leads there.
    pub fn find(&self, spec: &FormSpec, key: &str) -> Option<Cell> {
        let direct = |key: &str| {
            self.cells.iter().find_map(|p| match &p.content {
                Content::Answer { key: k, .. } if k == key => Some(p.first),
                _ => None,
            })
        };
        let host = || {
            let within = spec.field(key)?.within?;
            direct(&spec.fields[within].id)
        };
        let table = || {
            self.cells.iter().find_map(|p| match &p.content {
                Content::Answer { key: k, .. } if k.starts_with(&format!("{key}.")) => Some(p.first),
                _ => None,
            })
        };
        direct(key).or_else(host).or_else(table)
    }

    /// Width of a placed cell in half-width characters.
    pub fn width(&self, placed: &Placed) -> f64 {
        self.columns[placed.first.col as usize..=placed.last.col as usize].iter().sum()
    }

    fn next_row(&self) -> u32 {
        self.heights.len() as u32 + 1
    }

    fn row(
        &mut self,
        spec: &FormSpec,
        cells: &[LayoutCell],
        height: f64,
        line: Option<u32>,
        taken: &mut BTreeSet<(u32, u32)>,
    ) {
        let row = self.next_row();
        let last_col = self.columns.len().saturating_sub(1) as u32;
        let mut col = 0;
        for cell in cells {
            while taken.contains(&(row, col)) {
                col += 1;
            }
            let first = Cell::new(row, col.min(last_col));
            let last =
                Cell::new(row + cell.rows.max(1) - 1, (col + u32::from(cell.span.max(1)) - 1).min(last_col));
            for below in row + 1..=last.row {
                taken.extend((first.col..=last.col).map(|c| (below, c)));
            }
            col = last.col + 1;
            self.place(first, last, content(spec, cell, line), cell.open);
        }
        self.heights.push(height);
    }

    fn place(&mut self, first: Cell, last: Cell, content: Content, open: Option<Open>) {
        self.cells.push(Placed { first, last, content, open, joins_left: false, joins_above: false });
    }

    /// The table of a field of the supplement: its header, then its rows.
    fn table(&mut self, (index, field): (usize, &Field), rows: &[String], height: f64) {
        let is_dimensions = field.kind == Kind::Dimensions;
        let lead: &[(&str, &str)] = if is_dimensions { &[("", &field.label)] } else { &INDICATOR_HEADINGS };
        let heads = lead.iter().chain(&TIMES).map(|(_, heading)| Content::Label((*heading).to_owned()));
        self.table_row(lead.len(), heads.collect(), height);
        let number = if is_dimensions { Part::Score } else { Part::Number };
        for name in rows {
            let key = |part: &str| format!("{}.{name}.{part}", field.id);
            let first = lead.iter().map(|(part, _)| match *part {
                "" => Content::Label(name.clone()),
                "direction" => answer(index, key(part), Part::Choice),
                _ => answer(index, key(part), Part::Word),
            });
            let rest = TIMES.iter().map(|(time, _)| answer(index, key(time), number));
            self.table_row(lead.len(), first.chain(rest).collect(), height);
        }
    }

    /// One row of a table: the last three columns hold the times, what leads shares the rest.
    fn table_row(&mut self, lead: usize, contents: Vec<Content>, height: f64) {
        let row = self.next_row();
        let lead_cols = (self.columns.len()).saturating_sub(TIMES.len()).max(1);
        let span = (lead_cols / lead.max(1)).max(1);
        for (i, content) in contents.into_iter().enumerate() {
            let (from, to) = match i {
                i if i >= lead => (lead_cols + i - lead, lead_cols + i - lead),
                i if i + 1 == lead => (i * span, lead_cols - 1),
                i => (i * span, (i + 1) * span - 1),
            };
            self.place(Cell::new(row, from as u32), Cell::new(row, to as u32), content, None);
        }
        self.heights.push(height);
    }

    /// Tells cells that their neighbour has no line towards them.
    fn join(&mut self) {
        let right: BTreeSet<(u32, u32)> = self
            .cells
            .iter()
            .filter(|p| p.open == Some(Open::Right))
            .map(|p| (p.first.row, p.last.col + 1))
            .collect();
        let below: BTreeSet<(u32, u32)> = self
            .cells
            .iter()
            .filter(|p| p.open == Some(Open::Below))
            .map(|p| (p.last.row + 1, p.first.col))
            .collect();
        for placed in &mut self.cells {
            let at = (placed.first.row, placed.first.col);
            placed.joins_left = right.contains(&at);
            placed.joins_above = below.contains(&at);
        }
    }
}

/// Names of the rows of a table of the supplement: the dimensions, or 1 to the limit or the last value's number.
fn table_rows(field: &Field, values: &BTreeMap<String, String>) -> Vec<String> {
    if field.kind == Kind::Dimensions {
        return field.options.clone();
    }
    let number =
        |key: &String| key.strip_prefix(&*field.id)?.strip_prefix('.')?.split('.').next()?.parse().ok();
    let filled = values.keys().filter_map(number).max().unwrap_or(0);
    (1..=field.limit.unwrap_or(10).clamp(1, 100).max(filled)).map(|n| n.to_string()).collect()
}

fn answer(field: usize, key: String, part: Part) -> Content {
    Content::Answer { field, key, part, label: String::new() }
}

fn content(spec: &FormSpec, cell: &LayoutCell, line: Option<u32>) -> Content {
    let index = |id: &str| spec.index(id).unwrap_or_default();
    if let Some(id) = &cell.label {
        return Content::Label(printed_label(&spec.fields[index(id)], cell.colon));
    }
    if let Some(id) = &cell.answer {
        return match line {
            Some(line) => answer(index(id), format!("{id}.{line}"), Part::Listed),
            None => answer(index(id), id.clone(), Part::Whole),
        };
    }
    if let Some(id) = &cell.both {
        let label = printed_label(&spec.fields[index(id)], true);
        return Content::Answer { field: index(id), key: id.clone(), part: Part::Whole, label };
    }
    match (&cell.heading, &cell.words) {
        (Some(heading), _) => Content::Heading(heading.clone()),
        (None, words) => Content::Words(words.clone().unwrap_or_default()),
    }
}

/// The label as printed: `3. 对服务人员的服务态度：`, `一、企业质量提升情况`.
fn printed_label(field: &Field, colon: bool) -> String {
    let gap = if field.number.ends_with('.') { " " } else { "" };
    let colon = if colon { "：" } else { "" };
    format!("{}{gap}{}{colon}", field.number, field.label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Form, Specs};

    #[test]
    fn every_field_of_every_form_has_its_cell() {
        let specs = Specs::built_in().unwrap();
        let all = specs.all().map(|(_, s)| s).chain([&specs.cover, &specs.roster]);
        for spec in all {
            let grid = Grid::of(spec);
            for field in &spec.fields {
                assert!(grid.find(spec, &field.id).is_some(), "{} {}", spec.id, field.id);
            }
        }
    }

    #[test]
    fn the_rows_of_every_form_fill_the_width_and_nothing_overlaps() {
        let specs = Specs::built_in().unwrap();
        for spec in specs.all().map(|(_, s)| s).chain([&specs.cover, &specs.roster]) {
            let grid = Grid::of(spec);
            let mut seen = BTreeSet::new();
            for placed in &grid.cells {
                for row in placed.first.row..=placed.last.row {
                    for col in placed.first.col..=placed.last.col {
                        assert!(seen.insert((row, col)), "{} row {row} column {col} twice", spec.id);
                    }
                }
            }
            assert_eq!(seen.len(), grid.heights.len() * grid.columns.len(), "{} has holes", spec.id);
        }
    }

    #[test]
    fn answers_stand_where_the_annex_has_them() {
        let specs = Specs::built_in().unwrap();
        let at = |form, key: &str| {
            let spec = specs.of(form);
            Grid::of(spec).find(spec, key).map(|c| c.to_string()).unwrap_or_default()
        };
        assert_eq!(at(Form::B, "enterprise"), "B3");
        assert_eq!(at(Form::B, "self_declared_count"), "B10");
        assert_eq!(at(Form::C, "expert_signed_on"), "D8");
        assert_eq!(at(Form::F, "staff_attitude"), "C13");
        assert_eq!(at(Form::S, "dimensions.质量文化.goal"), "E8");
        assert_eq!(at(Form::S, "indicators.2.direction"), "C16");
    }
}

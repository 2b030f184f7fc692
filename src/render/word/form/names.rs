//! The names an office may use in its form, and what they say of one summary.
//!
//! Each has the name of the program and the label of the standard, so that a form may say
//! `{{ enterprise }}` or `{{ 企业名称 }}`. Text is data: it never reaches the reader of fields.

use crate::document::{Block, Run, Summary, SummaryItem, Table};
use crate::docx::Field;

/// What a name stands for.
#[derive(Clone, Debug, Default)]
pub struct Value {
    /// What it prints; `None` for a list or a bare record.
    pub text: Option<String>,
    /// The item of the form that the words answer, when they come back changed.
    pub field: Option<Field>,
    pub members: Vec<(&'static str, &'static str, Value)>,
    /// Entries of a list.
    pub entries: Option<Vec<Value>>,
}

impl Value {
    fn words(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }

    fn of(field: Field, text: &str) -> Self {
        Self { field: Some(field), ..Self::words(text) }
    }

    fn list(entries: impl IntoIterator<Item = Self>) -> Self {
        Self { entries: Some(entries.into_iter().collect()), ..Self::default() }
    }

    /// Whether it says anything.
    pub fn speaks(&self) -> bool {
        match &self.entries {
            Some(entries) => !entries.is_empty(),
            None => self.text.as_deref().is_none_or(|text| !text.trim().is_empty()),
        }
    }

    /// A member by its name or label.
    pub fn member(&self, name: &str) -> Option<&Self> {
        self.members.iter().find(|(id, label, _)| *id == name || *label == name).map(|(_, _, value)| value)
    }

    /// Names of its members, for the fault that suggests one.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.members.iter().flat_map(|(id, label, _)| [*id, *label]).filter(|name| !name.is_empty())
    }
}

/// Names and labels with what they are, for the page that lists them.
pub const LISTED: &[(&str, &str, &str)] = &[
    ("project", "质量提升服务项目名称", "项目名称"),
    ("enterprise", "企业名称", "企业名称"),
    ("service_time", "服务时间", "服务时间"),
    ("agency", "质量服务机构", "机构名称；没有的为“未注明”"),
    ("district", "区县", "区（市）县"),
    ("period", "报送期", "如“2025年第二季度”"),
    ("goals", "质量提升服务目标达成情况", "第1项的文字；各段见 `goals.paragraphs`（`.各段`）"),
    ("practices", "主要的服务经验与做法", "第2项，同上"),
    ("benefits", "产生的经济社会效益", "第3项，同上"),
    ("shortcomings", "服务存在的不足及改进方向", "第4项，同上"),
    (
        "indicators",
        "指标",
        "补充表（S）的指标和方面，每项有 `name`（名称）、`unit`（单位）、`before`（服务前）、`goal`（目标）、`after`（服务后）、`reached`（达成）",
    ),
    ("date", "日期", "表D的日期；未填写的为“（请填写）”"),
    ("notes", "说明", "来源和缺项的说明，每条一项"),
    ("marks", "标记", "“内部资料”等标记，每个一项"),
    ("fingerprint", "数据指纹", "数据指纹"),
];

/// What the names say of a summary.
pub fn names(summary: &Summary) -> Value {
    let value = |name: &str| match name {
        "project" => Value::of(Field::Project, &summary.project),
        "enterprise" => Value::of(Field::Enterprise, &summary.enterprise),
        "service_time" => Value::of(Field::ServiceTime, &summary.service_time),
        "agency" => Value::words(&summary.agency),
        "district" => Value::words(&summary.district),
        "period" => Value::words(&summary.period),
        "goals" => item(summary, 0, Field::Goals),
        "practices" => item(summary, 1, Field::Practices),
        "benefits" => item(summary, 2, Field::Benefits),
        "shortcomings" => item(summary, 3, Field::Shortcomings),
        "indicators" => Value::list(indicators(summary)),
        "date" => Value::of(Field::Dated, &summary.date),
        "notes" => Value::list(summary.notes.iter().map(Value::words)),
        "marks" => Value::list(summary.marks.iter().map(Value::words)),
        _ => Value::words(&summary.fingerprint),
    };
    let members = LISTED.iter().map(|(name, label, _)| (*name, *label, value(name)));
    Value { members: members.collect(), ..Value::default() }
}

/// A summary in which every list has one entry: what a form is checked with.
pub fn specimen() -> Value {
    let row = crate::document::Row { cells: vec![Default::default(); 6], strong: false };
    let table = Table { rows: vec![row], ..Table::default() };
    let paragraph = Block::Paragraph { runs: vec![Run::plain("甲")] };
    let item = |blocks| SummaryItem { heading: String::new(), blocks };
    names(&Summary {
        items: vec![
            item(vec![paragraph.clone(), Block::Table(table)]),
            item(vec![paragraph.clone()]),
            item(vec![paragraph.clone()]),
            item(vec![paragraph]),
        ],
        notes: vec!["甲".into()],
        marks: vec!["甲".into()],
        ..Summary::default()
    })
}

fn item(summary: &Summary, at: usize, field: Field) -> Value {
    let blocks = summary.items.get(at).map(|item| item.blocks.as_slice()).unwrap_or_default();
    let lines: Vec<String> = blocks.iter().flat_map(lines).collect();
    let paragraphs = Value::list(lines.iter().map(|line| Value::of(field, line)));
    Value { members: vec![("paragraphs", "各段", paragraphs)], ..Value::of(field, &lines.join("\n")) }
}

/// A block as lines of words; a row of a table is one line.
fn lines(block: &Block) -> Vec<String> {
    let line = |runs: &Vec<Run>| runs.iter().map(|run| run.text.as_str()).collect::<String>();
    match block {
        Block::Heading { runs, .. } | Block::Paragraph { runs } | Block::Quote { runs } => vec![line(runs)],
        Block::List { items, .. } => items.iter().map(line).collect(),
        Block::Table(table) => table.rows.iter().map(|row| row_line(table, row)).collect(),
        Block::Figure(figure) => vec![figure.alt.clone()],
    }
}

/// `合格率：单位%，服务前92，目标95，服务后96，达成是。`
fn row_line(table: &Table, row: &crate::document::Row) -> String {
    let mut cells = row.cells.iter().zip(&table.columns);
    let first = cells.next().map(|(cell, _)| cell.text.as_str()).unwrap_or_default();
    let rest: Vec<String> = cells
        .filter(|(cell, _)| !cell.text.is_empty())
        .map(|(cell, column)| format!("{}{}", column.label, cell.text))
        .collect();
    format!("{first}：{}。", rest.join("，"))
}

fn indicators(summary: &Summary) -> Vec<Value> {
    const CELLS: [(&str, &str); 6] = [
        ("name", "名称"),
        ("unit", "单位"),
        ("before", "服务前"),
        ("goal", "目标"),
        ("after", "服务后"),
        ("reached", "达成"),
    ];
    let goals = summary.items.first().map(|item| item.blocks.as_slice()).unwrap_or_default();
    let tables = goals.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    let entry = |row: &crate::document::Row| {
        let cell = |at: usize| row.cells.get(at).map(|cell| cell.text.as_str()).unwrap_or("—");
        let members = CELLS.iter().enumerate().map(|(at, (id, label))| (*id, *label, Value::words(cell(at))));
        Value { members: members.collect(), ..Value::default() }
    };
    tables.flat_map(|table| table.rows.iter().map(entry)).collect()
}

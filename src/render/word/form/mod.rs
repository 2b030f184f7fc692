//! An office's own form 表D in Word, `templates/word/附录D.docx`, filled once per project.
//!
//! The form is the office's: whatever it does not say in fields stays as it is. What is filled in is
//! data; only the form itself is ever read for fields. It is checked whole before the first page is made.

mod fill;
pub mod names;
mod parts;
mod pieces;
pub(super) mod tag;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use self::fill::Filler;
use super::markup::{self, Node};
use super::package;
use crate::document::Summary;
use crate::docx::{self, Limits};
use crate::error::{Error, Result};

/// Where the form stands below `templates/`.
pub const PATH: &str = "word/附录D.docx";

/// Where `zhiti init` puts a form to begin with; under this name it is not used.
pub const SAMPLE_PATH: &str = "templates/word/附录D（示例）.docx";

/// What is wrong with a form: the paragraph (from 1, within its part) and why.
#[derive(Debug)]
pub struct Fault {
    paragraph: usize,
    message: String,
    hint: String,
}

/// A part with fields.
#[derive(Clone, Debug)]
struct Fielded {
    name: String,
    nodes: Vec<Node>,
}

/// A form that was read and checked.
#[derive(Clone, Debug)]
pub struct OfficeForm {
    path: PathBuf,
    main: String,
    /// Main part, headers and footers.
    fielded: Vec<Fielded>,
    /// All parts as they came, in their order.
    parts: Vec<(String, Vec<u8>)>,
}

impl OfficeForm {
    /// Reads and checks a form; `path` is named in messages.
    ///
    /// # Errors
    /// [`Error::Config`] with the paragraph, its words and the nearest known name.
    pub fn open(path: &Path, bytes: &[u8]) -> Result<Self> {
        let limits = Limits::default();
        let broken = |reason: &dyn ToString| {
            let message = format!("Word 表样无法读取：{}", reason.to_string());
            Error::config(path, None, message, "请用 Word 或 WPS 打开，另存为 .docx 文件后再放回")
        };
        let parts = docx::parts(bytes, &limits).map_err(|fault| broken(&fault))?;
        let main = docx::main_part_name(bytes, &limits).map_err(|fault| broken(&fault))?;
        let mut fielded = Vec::new();
        for (name, bytes) in parts.iter().filter(|(name, _)| *name == main || is_head_or_foot(name)) {
            let mut nodes = markup::parse(bytes, &limits).map_err(|reason| broken(&reason))?;
            check(&mut nodes).map_err(|(fault, words)| blame(path, *name == main, &fault, &words))?;
            fielded.push(Fielded { name: name.clone(), nodes });
        }
        if !fielded.iter().any(|part| part.name == main) {
            return Err(broken(&"没有正文"));
        }
        Ok(Self { path: path.to_owned(), main, fielded, parts })
    }

    /// The form with the answers of one summary, as the bytes of a `.docx`.
    ///
    /// # Errors
    /// A fault of the program only: the form was checked when it was opened.
    pub fn fill(&self, summary: &Summary) -> Result<Vec<u8>> {
        let root = names::names(summary);
        let mut parts = self.parts.clone();
        let mut custom = vec![
            (docx::IDENT.to_owned(), summary.ident.clone()),
            (docx::FINGERPRINT.to_owned(), summary.fingerprint.clone()),
        ];
        for part in &self.fielded {
            let is_main = part.name == self.main;
            let filled = Filler::new(&root, false, is_main).fill(&part.nodes);
            let filled = filled.map_err(|fault| blame(&self.path, is_main, &fault, ""))?;
            let bytes = markup::write(&filled);
            if is_main {
                // A form without the labels of the standard cannot be read back; it is still a form.
                custom.extend(docx::originals(&bytes).unwrap_or_default());
            }
            if let Some((_, old)) = parts.iter_mut().find(|(name, _)| *name == part.name) {
                *old = bytes;
            }
        }
        parts::set_title(&mut parts, &super::summary_title(summary))?;
        parts::add_properties(&mut parts, &custom)?;
        package::zip(&parts)
    }
}

/// Headers and footers by the names every program gives them.
fn is_head_or_foot(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    !name.contains("_rels/")
        && file.ends_with(".xml")
        && ["header", "footer"].iter().any(|kind| file.starts_with(kind))
}

/// Gathers the fields of a part and fills it with a specimen; a fault comes with its paragraph's words.
fn check(nodes: &mut [Node]) -> std::result::Result<(), (Fault, String)> {
    let mut texts = Vec::new();
    let gathered = pieces::gather(nodes, &mut texts);
    let specimen = names::specimen();
    let checked = gathered.and_then(|()| Filler::new(&specimen, true, true).fill(nodes).map(drop));
    checked.map_err(|fault| {
        let words =
            texts.iter().find(|(number, _)| *number == fault.paragraph).map(|(_, words)| words.clone());
        (fault, words.unwrap_or_default())
    })
}

fn blame(path: &Path, is_main: bool, fault: &Fault, words: &str) -> Error {
    let part = if is_main { "" } else { "页眉页脚" };
    let words = crate::problem::shorten(words.trim(), 40);
    let message = format!("{part}第{}段“{words}”：{}", fault.paragraph, fault.message);
    Error::config(path, None, message, fault.hint.clone())
}

/// A form to begin with: ours, with every field in it. `zhiti init` writes it out as an example.
///
/// # Errors
/// A fault of the program only.
pub fn sample() -> Result<Vec<u8>> {
    use crate::document::{Align, Block, CellText, Column, Row, Run, SummaryItem, Table};
    let line = |words: &str| Block::Paragraph { runs: vec![Run::plain(words)] };
    let item = |name: &str| {
        let each = format!("{{% for 段 in {name}.各段 %}}");
        SummaryItem {
            heading: String::new(),
            blocks: vec![line(&each), line("{{ 段 }}"), line("{% endfor %}")],
        }
    };
    let head = ["指标", "单位", "服务前", "目标", "服务后", "达成"];
    let cells = [
        "{% for 项 in 指标 %}{{ 项.名称 }}",
        "{{ 项.单位 }}",
        "{{ 项.服务前 }}",
        "{{ 项.目标 }}",
        "{{ 项.服务后 }}",
        "{{ 项.达成 }}{% endfor %}",
    ];
    let column = |label: &str| Column { label: label.to_owned(), align: Align::Center, weight: 1.0 };
    let table = Table {
        columns: head.map(column).into(),
        rows: vec![Row { cells: cells.map(CellText::words).into(), strong: false }],
        ..Table::default()
    };
    let mut goals = item("质量提升服务目标达成情况");
    let with_table = [line("{% if 指标 %}"), Block::Table(table), line("{% else %}")];
    goals.blocks.splice(0..0, with_table);
    goals.blocks.push(line("{% endif %}"));
    let summary = Summary {
        project: "{{ 质量提升服务项目名称 }}".into(),
        enterprise: "{{ 企业名称 }}".into(),
        service_time: "{{ 服务时间 }}".into(),
        items: vec![
            goals,
            item("主要的服务经验与做法"),
            item("产生的经济社会效益"),
            item("服务存在的不足及改进方向"),
        ],
        date: "{{ 日期 }}".into(),
        date_ymd: (2025, 1, 1),
        marks: vec!["{% for 标 in 标记 %}{{ 标 }}　{% endfor %}".into()],
        notes: vec!["{% for 条 in 说明 %}{{ 条 }}{% endfor %}".into()],
        fingerprint: "{{ 数据指纹 }}".into(),
        ..Summary::default()
    };
    super::summary(&summary, &super::WordLook::default())
}

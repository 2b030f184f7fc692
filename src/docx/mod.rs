//! Word files that come back: the form 表D an agency completed, and the figures
//! of a report of ours.
//!
//! What arrives is somebody else's file: sizes are checked before anything is
//! unpacked, nothing outside the file is ever opened, and a file we cannot read
//! is told as a [`WordFault`] in words its sender understands.

use std::fmt;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Result};

mod bound;
mod form;
mod package;
#[cfg(test)]
mod tests;
mod tree;

pub use bound::{SHEET, bound};

/// Beginning of the tag of a content control that holds a printed figure.
pub const FIGURE_TAG: &str = "fig:";
/// Word refuses longer tags (in UTF-16 units).
pub const LONGEST_TAG: usize = 64;
/// What stands where something is to be filled in; it is never an answer.
pub const PLACEHOLDER: &str = "（请填写）";
/// Custom property with the stable identifier of the file.
pub const IDENT: &str = "zhiti.ident";
/// Custom property with the fingerprint of the data.
pub const FINGERPRINT: &str = "zhiti.fingerprint";

/// A place of the form 表D that takes an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    Project,
    Enterprise,
    ServiceTime,
    Goals,
    Practices,
    Benefits,
    Shortcomings,
    Dated,
}

impl Field {
    /// All fields in the order of the form.
    pub const ALL: [Self; 8] = [
        Self::Project,
        Self::Enterprise,
        Self::ServiceTime,
        Self::Goals,
        Self::Practices,
        Self::Benefits,
        Self::Shortcomings,
        Self::Dated,
    ];
    /// The four items of the summary.
    pub const ITEMS: [Self; 4] = [Self::Goals, Self::Practices, Self::Benefits, Self::Shortcomings];

    /// Id of the field as everywhere else in the program, e.g. `service_time`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Enterprise => "enterprise",
            Self::ServiceTime => "service_time",
            Self::Goals => "goals",
            Self::Practices => "practices",
            Self::Benefits => "benefits",
            Self::Shortcomings => "shortcomings",
            Self::Dated => "dated",
        }
    }

    /// Label as the standard prints it (附录 D).
    pub const fn label(self) -> &'static str {
        match self {
            Self::Project => "质量提升服务项目名称",
            Self::Enterprise => "企业名称",
            Self::ServiceTime => "服务时间",
            Self::Goals => "质量提升服务目标达成情况",
            Self::Practices => "主要的服务经验与做法",
            Self::Benefits => "产生的经济社会效益",
            Self::Shortcomings => "服务存在的不足及改进方向",
            Self::Dated => "日期",
        }
    }

    /// Tag of its content control, e.g. `zhiti:goals`.
    pub fn tag(self) -> String {
        format!("zhiti:{}", self.id())
    }

    fn from_tag(tag: &str) -> Option<Self> {
        let id = tag.strip_prefix("zhiti:")?;
        Self::ALL.into_iter().find(|field| field.id() == id)
    }
}

/// How large a file may be before we refuse it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Files in the package.
    pub entries: usize,
    /// Bytes of one part, unpacked.
    pub part_bytes: u64,
    /// Bytes of all parts, unpacked, as the package declares them.
    pub total_bytes: u64,
    /// Elements within elements.
    pub depth: usize,
    /// Elements of a part.
    pub elements: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 2_000, part_bytes: 20 << 20, total_bytes: 300 << 20, depth: 200, elements: 1_000_000 }
    }
}

/// One answer of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The words, paragraphs separated by `\n`, without blank space around; may be empty.
    pub text: String,
    /// Where it stands, e.g. `表格1 第4行` or `第12段`.
    pub place: String,
    /// Whether it differs from what we wrote into the file; `None` for a file that is not ours.
    pub edited: Option<bool>,
}

/// What a completed form 表D says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SummaryAnswers {
    pub project: Option<Answer>,
    pub enterprise: Option<Answer>,
    pub service_time: Option<Answer>,
    pub goals: Option<Answer>,
    pub practices: Option<Answer>,
    pub benefits: Option<Answer>,
    pub shortcomings: Option<Answer>,
    pub dated: Option<Answer>,
    /// Words below the list of the four items that stand under none of them.
    pub unassigned: Option<Answer>,
    /// Identifier of the file we made, where it is one.
    pub ident: Option<String>,
}

impl SummaryAnswers {
    /// The answer of a field, if the form has its place.
    pub const fn get(&self, field: Field) -> Option<&Answer> {
        match field {
            Field::Project => self.project.as_ref(),
            Field::Enterprise => self.enterprise.as_ref(),
            Field::ServiceTime => self.service_time.as_ref(),
            Field::Goals => self.goals.as_ref(),
            Field::Practices => self.practices.as_ref(),
            Field::Benefits => self.benefits.as_ref(),
            Field::Shortcomings => self.shortcomings.as_ref(),
            Field::Dated => self.dated.as_ref(),
        }
    }

    const fn slot(&mut self, field: Field) -> &mut Option<Answer> {
        match field {
            Field::Project => &mut self.project,
            Field::Enterprise => &mut self.enterprise,
            Field::ServiceTime => &mut self.service_time,
            Field::Goals => &mut self.goals,
            Field::Practices => &mut self.practices,
            Field::Benefits => &mut self.benefits,
            Field::Shortcomings => &mut self.shortcomings,
            Field::Dated => &mut self.dated,
        }
    }
}

/// Why a Word file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WordFault {
    /// Not a .docx at all.
    NotWord,
    /// The old .doc format, or a file under a password.
    OldOrLocked,
    /// Larger than the limits allow; says what.
    TooLarge { what: &'static str },
    /// A part that does not hold together.
    Damaged { part: String, reason: String },
    /// A Word file, but no form 表D in it.
    NoSummary,
}

impl fmt::Display for WordFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWord => f.write_str("不是 Word 文档（.docx）"),
            Self::OldOrLocked => f.write_str("是旧版 .doc 文件或设有密码，请另存为不设密码的 .docx 文件"),
            Self::TooLarge { what } => write!(f, "文件过大（{what}），无法读取"),
            Self::Damaged { part, reason } => write!(f, "文件已损坏（{part}：{reason}），请重新保存后再报送"),
            Self::NoSummary => f.write_str("未找到“表D 中小企业质量提升服务总结”"),
        }
    }
}

impl std::error::Error for WordFault {}

/// Reads the form 表D from a Word file, by our content controls where they are
/// left, else by the labels of the standard.
///
/// # Errors
/// The file is no readable Word file, or has no form 表D in it.
pub fn read_summary(bytes: &[u8], limits: &Limits) -> std::result::Result<SummaryAnswers, WordFault> {
    let mut file = package::open(bytes, limits)?;
    let document = tree::parse(&file.main_part()?, "document.xml", limits)?;
    let properties = custom_properties(&mut file, limits)?;
    let mut answers = form::read(&document).ok_or(WordFault::NoSummary)?;
    answers.ident = find(&properties, IDENT).map(str::to_owned);
    for field in Field::ALL {
        let original = find(&properties, &original_property(field));
        if let (Some(answer), Some(original)) = (answers.slot(field), original) {
            let now = digest(&answer.text);
            answer.edited = Some(original.split(' ').all(|digest| digest != now));
        }
    }
    Ok(answers)
}

/// The figures of a report of ours in reading order, as (figure id, printed text).
///
/// # Errors
/// The file is no readable Word file.
pub fn read_figures(bytes: &[u8], limits: &Limits) -> std::result::Result<Vec<(String, String)>, WordFault> {
    let mut file = package::open(bytes, limits)?;
    let document = tree::parse(&file.main_part()?, "document.xml", limits)?;
    let properties = custom_properties(&mut file, limits)?;
    let figures = document.controls().into_iter().filter_map(|(tag, control)| {
        let id = tag.strip_prefix(FIGURE_TAG)?;
        let id = find(&properties, tag).unwrap_or(id);
        Some((id.to_owned(), control.text()))
    });
    Ok(figures.collect())
}

/// All parts of a Word file by name, in the order of the package: an office's own template.
///
/// # Errors
/// The file is no readable Word file.
pub fn parts(bytes: &[u8], limits: &Limits) -> std::result::Result<Vec<(String, Vec<u8>)>, WordFault> {
    let mut file = package::open(bytes, limits)?;
    let mut parts = Vec::new();
    for name in file.names() {
        if let Some(part) = file.part(&name)? {
            parts.push((name, part));
        }
    }
    Ok(parts)
}

/// Name of the part that holds the text, e.g. `word/document.xml`.
///
/// # Errors
/// The file is no readable Word file, or has no such part.
pub fn main_part_name(bytes: &[u8], limits: &Limits) -> std::result::Result<String, WordFault> {
    let mut file = package::open(bytes, limits)?;
    let name = file.main_name()?;
    file.part(&name)?.ok_or(WordFault::NotWord)?;
    Ok(name)
}

/// Custom properties that say what we wrote into the fields of a form, so that
/// [`read_summary`] can tell an edited answer. They are read from the main part
/// itself: what counts is what a reader would find, both in a program that
/// keeps our content controls and in one that leaves only their text.
///
/// # Errors
/// The part is not ours or not whole.
pub fn originals(main_part: &[u8]) -> Result<Vec<(String, String)>> {
    let limits = Limits { part_bytes: u64::MAX, elements: usize::MAX, ..Limits::default() };
    let document = tree::parse(main_part, "document.xml", &limits);
    let mut document = document.map_err(|fault| Error::internal(format!("表D 生成后无法读回（{fault}）")))?;
    let unread = || Error::internal("表D 生成后无法读回");
    let answers = form::read(&document).ok_or_else(unread)?;
    document.reveal_placeholders();
    let shown = form::read(&document).ok_or_else(unread)?;
    let both = |field| Some((field, answers.get(field)?, shown.get(field)?));
    let found = Field::ALL.into_iter().filter_map(both);
    let property = |(field, answer, shown): (_, &Answer, &Answer)| {
        (original_property(field), format!("{} {}", digest(&answer.text), digest(&shown.text)))
    };
    Ok(found.map(property).collect())
}

fn original_property(field: Field) -> String {
    format!("zhiti.original.{}", field.id())
}

/// First half of the SHA-256 of a text, in hexadecimal; blank space does not
/// count, since word processors change it.
fn digest(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    Sha256::digest(text.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn custom_properties(
    file: &mut package::Package,
    limits: &Limits,
) -> std::result::Result<Vec<(String, String)>, WordFault> {
    let Some(part) = file.part("docProps/custom.xml")? else { return Ok(Vec::new()) };
    let root = tree::parse(&part, "custom.xml", limits)?;
    let properties = root.elements().filter(|element| element.name == "property");
    Ok(properties.map(|p| (p.attribute("name").unwrap_or_default().to_owned(), p.all_words())).collect())
}

fn find<'a>(properties: &'a [(String, String)], name: &str) -> Option<&'a str> {
    properties.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// A character for comparing labels: compatibility forms unified, blank space dropped.
fn folded(c: char) -> impl Iterator<Item = char> {
    std::iter::once(c).nfkc().filter(|c| !c.is_whitespace())
}

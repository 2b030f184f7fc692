//! Any spreadsheet file becomes sheets of cells with absolute places.
//!
//! This is the only room that knows calamine. Containers are told by content,
//! never by name; cells are streamed, so a cell at XFD1048576 costs what one cell
//! costs. Nothing here knows a form.

mod blanks;
mod boxes;
mod container;
mod controls;
mod delimited;
mod head;
mod lead;
mod limits;
mod looks;
mod merges;
pub(crate) mod notes;
mod package;
mod part;
mod percents;
mod plain;
mod sheets;
mod spans;
mod store;
mod styles;
mod symbols;
mod tidy;
mod zipcheck;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use container::WORD;
use container::{Container, sniff};
pub use limits::Limits;
pub use looks::{Looks, SYNTHETIC};

use crate::cell::Cell;

/// A spreadsheet file, read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Book {
    pub sheets: Vec<Sheet>,
    /// Sheets that could not be read, as (name, reason in Chinese).
    pub unreadable: Vec<(String, String)>,
    /// What stands in the file but cannot be read by content (form controls, text boxes …), in Chinese.
    pub remarks: Vec<String>,
    /// Whether a sheet prints at its head or foot that its data are synthetic.
    pub prints_synthetic: bool,
}

/// One sheet: its cells in reading order, and its merged areas.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    pub name: Arc<str>,
    pub hidden: bool,
    /// Rows that hold anything, ascending; cells of a row ascending by column.
    pub rows: Vec<Row>,
    /// Merged areas by their top left cell, as the bottom right cell.
    pub merges: BTreeMap<u64, Corner>,
    /// What is hidden or struck out in it.
    pub looks: Looks,
}

/// Bottom right corner of a merged area (row, column).
pub type Corner = (u32, u32);

/// One row that holds anything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub at: u32,
    pub cells: Vec<(u32, Value)>,
}

/// What a cell holds; never empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    Text(String),
    Number(f64),
    Bool(bool),
    /// A date cell, as (serial, 1904 epoch).
    Serial(f64, bool),
    /// `#REF!` and its like.
    Error(String),
    /// A formula without a stored value.
    Uncalculated,
}

impl Value {
    /// The text a person sees, near enough to quote: numbers without a needless point.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(n) => number_text(*n),
            Self::Bool(true) => "TRUE".into(),
            Self::Bool(false) => "FALSE".into(),
            Self::Serial(serial, epoch) => match crate::parse::date::from_serial(*serial, *epoch) {
                Some(date) => crate::parse::date::iso(date),
                None => number_text(*serial),
            },
            Self::Error(text) => text.clone(),
            Self::Uncalculated => String::new(),
        }
    }
}

/// A number as people type it: 59, 2.5; fifteen digits at most.
fn number_text(n: f64) -> String {
    if n.fract() == 0.0 && n.abs() < 1e15 { format!("{n:.0}") } else { format!("{n}") }
}

/// Why a file, or everything in it, could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileFault {
    /// No bytes.
    Empty,
    /// A password stands before it.
    Encrypted,
    /// Some other kind of file; the words name it.
    Foreign(String),
    /// Recognised, but damaged; the words are the library's.
    Corrupt(String),
    /// Larger than the limits allow; the words say which.
    TooLarge(String),
    /// Reading took too long or too much memory and was stopped.
    Stopped(String),
    /// A library failed in a way it should not.
    Panicked(String),
    /// The operating system refused.
    Io(String),
}

impl Sheet {
    /// The value of a cell, `None` where it is empty.
    pub fn get(&self, cell: Cell) -> Option<&Value> {
        let row = self.rows.binary_search_by_key(&cell.row, |r| r.at).ok()?;
        let cells = &self.rows[row].cells;
        let at = cells.binary_search_by_key(&cell.col, |(col, _)| *col).ok()?;
        Some(&cells[at].1)
    }

    /// Text of a cell; empty where the cell is.
    pub fn text(&self, cell: Cell) -> String {
        self.get(cell).map(Value::text).unwrap_or_default()
    }

    /// All cells in reading order.
    pub fn cells(&self) -> impl Iterator<Item = (Cell, &Value)> {
        self.rows.iter().flat_map(|row| row.cells.iter().map(|(col, value)| (Cell::new(row.at, *col), value)))
    }

    /// Bottom right of the merged area that starts at `cell`; the cell itself where there is none.
    pub fn extent(&self, cell: Cell) -> Cell {
        match self.merges.get(&merge_key(cell.row, cell.col)) {
            Some((row, col)) => Cell::new(*row, *col),
            None => cell,
        }
    }

    /// Whether nothing stands in the sheet.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Builds a sheet from cells in any order; the last of two at one address wins.
    pub fn from_cells(name: &str, cells: impl IntoIterator<Item = (Cell, Value)>) -> Self {
        let mut sorted: BTreeMap<Cell, Value> = BTreeMap::new();
        sorted.extend(cells);
        let mut sheet = Self { name: name.into(), ..Self::default() };
        for (cell, value) in sorted {
            sheet.push(cell, value);
        }
        sheet
    }

    /// Adds a cell that comes after all others in reading order.
    fn push(&mut self, cell: Cell, value: Value) {
        match self.rows.last_mut() {
            Some(row) if row.at == cell.row => row.cells.push((cell.col, value)),
            _ => self.rows.push(Row { at: cell.row, cells: vec![(cell.col, value)] }),
        }
    }

    /// Puts a value in a cell, whatever stood there.
    fn put(&mut self, cell: Cell, value: Value) {
        let row = self.rows.binary_search_by_key(&cell.row, |r| r.at).unwrap_or_else(|at| {
            self.rows.insert(at, Row { at: cell.row, cells: Vec::new() });
            at
        });
        let cells = &mut self.rows[row].cells;
        match cells.binary_search_by_key(&cell.col, |(col, _)| *col) {
            Ok(at) => cells[at].1 = value,
            Err(at) => cells.insert(at, (cell.col, value)),
        }
    }

    /// Puts rows and cells that came out of order into reading order.
    fn settle(&mut self) {
        let ordered = self.rows.windows(2).all(|w| w[0].at < w[1].at)
            && self.rows.iter().all(|r| r.cells.windows(2).all(|w| w[0].0 < w[1].0));
        if !ordered {
            let cells: Vec<(Cell, Value)> = std::mem::take(&mut self.rows)
                .into_iter()
                .flat_map(|row| row.cells.into_iter().map(move |(col, v)| (Cell::new(row.at, col), v)))
                .collect();
            self.rows = Self::from_cells("", cells).rows;
        }
    }

    /// Drops what lies under merged areas beside their first cell: nobody sees it.
    fn uncover(&mut self) {
        for (key, (bottom, right)) in &self.merges {
            let (top, left) = ((key >> 32) as u32, *key as u32);
            let from = self.rows.partition_point(|r| r.at < top);
            for row in self.rows[from..].iter_mut().take_while(|r| r.at <= *bottom) {
                let covered = |col: u32| (left..=*right).contains(&col) && (row.at, col) != (top, left);
                if row.cells.iter().any(|(col, _)| covered(*col)) {
                    let at = row.at;
                    row.cells.retain(|(col, _)| !(left..=*right).contains(col) || (at, *col) == (top, left));
                }
            }
        }
        self.rows.retain(|r| !r.cells.is_empty());
    }

    pub(crate) fn merge(&mut self, start: (u32, u32), end: (u32, u32)) {
        if start != end && start.0 <= end.0 && start.1 <= end.1 {
            self.merges.insert(merge_key(start.0, start.1), end);
        }
    }
}

fn merge_key(row: u32, col: u32) -> u64 {
    (u64::from(row) << 32) | u64::from(col)
}

/// What a file's bytes turned out to be.
#[derive(Debug)]
pub enum Opened {
    Book(Book),
    /// A zip of files, to look into.
    Archive,
}

/// Reads a file's bytes into a book, or tells that they are an archive of files.
///
/// # Errors
/// [`FileFault`] where nothing in it can be read; a library's panic is one of them.
pub fn open(bytes: &[u8], limits: &Limits) -> Result<Opened, FileFault> {
    guarded(|| open_unguarded(bytes, limits))
}

/// Reads a file's bytes into a book; an archive is none.
///
/// # Errors
/// As [`open`].
pub fn read(bytes: impl AsRef<[u8]>, limits: &Limits) -> Result<Book, FileFault> {
    match open(bytes.as_ref(), limits)? {
        Opened::Book(book) => Ok(book),
        Opened::Archive => Err(FileFault::Foreign("压缩包".into())),
    }
}

/// Turns a panic of a library into a fault of the file.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, FileFault>) -> Result<T, FileFault> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    caught.unwrap_or_else(|payload| Err(FileFault::Panicked(panic_message(payload.as_ref()))))
}

fn panic_message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "原因不明".into())
}

fn open_unguarded(bytes: &[u8], limits: &Limits) -> Result<Opened, FileFault> {
    if bytes.len() as u64 > limits.file_bytes {
        return Err(FileFault::too_many_bytes(limits));
    }
    match sniff(bytes)? {
        Container::Archive => Ok(Opened::Archive),
        Container::Delimited => delimited::read(bytes, limits).map(Opened::Book),
        Container::Xls => filled(sheets::read_old(bytes, limits)?).map(Opened::Book),
        Container::Package(kind, mut package) => {
            let remarks = zipcheck::check(kind, &mut package, limits)?;
            let mut book = sheets::read(kind, &mut package, limits)?;
            book.remarks.extend(remarks);
            filled(book).map(Opened::Book)
        }
    }
}

/// A book, unless nothing at all came of it.
fn filled(book: Book) -> Result<Book, FileFault> {
    if book.sheets.is_empty() && book.unreadable.is_empty() {
        return Err(FileFault::Corrupt("文件中没有工作表".into()));
    }
    Ok(book)
}

impl FileFault {
    /// The file itself is larger than it may be.
    pub(crate) fn too_many_bytes(limits: &Limits) -> Self {
        Self::TooLarge(format!("文件大于{}MB", limits.file_bytes >> 20))
    }
}

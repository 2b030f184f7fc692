//! How much of a file is read at most; settings with defaults.

use serde::{Deserialize, Serialize};

/// Limits of reading one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes: u64,
    /// Entries of a zip container.
    pub zip_entries: usize,
    /// Sum of the sizes of a zip container's entries, inflated.
    pub inflated_bytes: u64,
    /// Inflated size of the shared strings.
    pub strings_bytes: u64,
    /// Inflated size of the styles.
    pub styles_bytes: u64,
    pub sheets: usize,
    /// Cells that hold anything, in one file.
    pub cells: usize,
    /// Merged areas looked at in one sheet.
    pub merges: usize,
    /// UTF-16 units of one cell's text.
    pub cell_chars: usize,
    /// Seconds for one file (worker processes only).
    pub seconds: u64,
    /// Bytes of memory for one worker process.
    pub memory_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 50 << 20,
            zip_entries: 2_000,
            inflated_bytes: 300 << 20,
            strings_bytes: 100 << 20,
            styles_bytes: 5 << 20,
            sheets: 256,
            cells: 5_000_000,
            merges: 20_000,
            cell_chars: 32_767,
            seconds: 10,
            memory_bytes: 512 << 20,
        }
    }
}

/// Seconds for one file at most: what takes longer is not read at all.
const MOST_SECONDS: u64 = 3600;

/// A worker process does not come up with less.
const LEAST_MEMORY: u64 = 64 << 20;

impl Limits {
    /// The first limit under which nothing could be read, as its name and what is wrong with it.
    pub fn out_of_range(&self) -> Option<(&'static str, String)> {
        let sizes = [
            ("file_bytes", self.file_bytes),
            ("zip_entries", self.zip_entries as u64),
            ("inflated_bytes", self.inflated_bytes),
            ("strings_bytes", self.strings_bytes),
            ("styles_bytes", self.styles_bytes),
            ("sheets", self.sheets as u64),
            ("cells", self.cells as u64),
            ("merges", self.merges as u64),
            ("cell_chars", self.cell_chars as u64),
        ];
        if let Some((name, _)) = sizes.iter().find(|(_, size)| *size == 0) {
            return Some((name, format!("{name} = 0 不可用，不能小于1")));
        }
        if !(1..=MOST_SECONDS).contains(&self.seconds) {
            return Some((
                "seconds",
                format!("seconds = {} 不可用，应为1至{MOST_SECONDS}（秒）", self.seconds),
            ));
        }
        (self.memory_bytes < LEAST_MEMORY).then(|| {
            let message = format!(
                "memory_bytes = {} 不可用，不能小于{LEAST_MEMORY}（{}MB）",
                self.memory_bytes,
                LEAST_MEMORY >> 20
            );
            ("memory_bytes", message)
        })
    }
}

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

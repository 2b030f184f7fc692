//! SHA-256, in the two lengths we print.

use sha2::{Digest, Sha256};

/// The whole digest in hexadecimal.
pub fn full(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The first `digits` hexadecimal digits.
pub fn short(bytes: &[u8], digits: usize) -> String {
    let mut text = full(bytes);
    text.truncate(digits);
    text
}

/// A digest over many parts, each kept apart by its length.
#[derive(Default)]
pub struct Joint(Sha256);

impl Joint {
    /// Adds one part.
    pub fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// The digest of all parts.
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn knows_the_empty_digest() {
        assert_eq!(super::short(b"", 12), "e3b0c44298fc");
    }
}

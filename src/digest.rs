//! SHA-256: in hexadecimal where people see it, as bytes where only we do.

use sha2::{Digest, Sha256};

/// Digits of a digest that a document prints of the data it was made from.
pub const FINGERPRINT_DIGITS: usize = 16;

/// A whole digest as bytes.
pub type Key = [u8; 32];

/// The first half of a digest: enough to tell apart what nobody forges.
pub type Half = [u8; 16];

/// The whole digest in hexadecimal.
pub fn full(bytes: &[u8]) -> String {
    hex(&key(bytes))
}

/// The whole digest as bytes.
pub fn key(bytes: &[u8]) -> Key {
    Sha256::digest(bytes).into()
}

/// The first `digits` hexadecimal digits.
pub fn short(bytes: &[u8], digits: usize) -> String {
    let mut text = hex(&key(bytes)[..digits.div_ceil(2).min(32)]);
    text.truncate(digits);
    text
}

/// A digest of bytes that come piece by piece.
#[derive(Clone, Default)]
pub struct Running(Sha256);

impl Running {
    /// Adds what comes next.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all of it.
    pub fn key(self) -> Key {
        self.0.finalize().into()
    }
}

/// A digest over many parts, each kept apart by its length.
#[derive(Clone, Default)]
pub struct Joint(Sha256);

impl Joint {
    /// Adds one part.
    pub fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// The digest of all parts in hexadecimal.
    pub fn finish(self) -> String {
        hex(&self.key())
    }

    /// The digest of all parts as bytes.
    pub fn key(self) -> Key {
        self.0.finalize().into()
    }

    /// The first half of that.
    pub fn half(self) -> Half {
        let key = self.key();
        std::array::from_fn(|at| key[at])
    }
}

/// A digest in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |b: u8| char::from(b"0123456789abcdef"[usize::from(b & 15)]);
    let mut text = String::with_capacity(2 * bytes.len());
    bytes.iter().for_each(|b| text.extend([digit(b >> 4), digit(*b)]));
    text
}

/// A whole digest out of its hexadecimal digits.
pub fn from_hex(text: &str) -> Option<Key> {
    let mut out = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, at) in out.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    #[test]
    fn knows_the_empty_digest() {
        assert_eq!(super::short(b"", 12), "e3b0c44298fc");
        assert_eq!(super::short(b"", 5), "e3b0c");
        assert_eq!(super::short(b"", 90), super::full(b""));
    }

    #[test]
    fn digits_come_back() {
        assert_eq!(super::from_hex(&super::full(b"x")), Some(super::key(b"x")));
        assert_eq!(super::from_hex("é"), None);
        assert_eq!(super::from_hex(&"g".repeat(64)), None);
    }
}

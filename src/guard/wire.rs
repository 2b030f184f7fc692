//! What parent and worker say to each other: length-prefixed MessagePack frames.

use std::ffi::OsString;
use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::FormText;
use crate::read::{Head, Outcome};
use crate::spec::SourceFile;
use crate::workbook::Limits;

/// What a worker is told at its start.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    pub limits: Limits,
    pub forms: Vec<FormText>,
    /// Mapping files of survey platforms; none: the built-in ones.
    pub sources: Vec<SourceFile>,
    pub measure: bool,
}

/// A file to read; its first `skip` parts are known already.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    pub path: OsString,
    pub skip: usize,
}

/// What a worker tells.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Report {
    /// The worker is up and stands under its limits.
    Ready,
    Begin(Head),
    End(Outcome),
    /// The file is done; what it cost, where that is measured.
    Done(Option<Cost>),
}

/// What a file cost its worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    pub micros: u64,
    /// Largest resident memory, in KiB; 0 where the system does not tell.
    pub peak_kib: u64,
}

/// A frame of `value`: its length in four bytes, then its bytes.
pub(super) fn frame<T: Serialize>(value: &T) -> io::Result<Vec<u8>> {
    let mut out = vec![0; 4];
    rmp_serde::encode::write(&mut out, value).map_err(io::Error::other)?;
    let length = u32::try_from(out.len() - 4).map_err(io::Error::other)?;
    out[..4].copy_from_slice(&length.to_le_bytes());
    Ok(out)
}

/// Sends a frame at once.
pub(super) fn send<T: Serialize>(to: &mut impl Write, value: &T) -> io::Result<()> {
    to.write_all(&frame(value)?)?;
    to.flush()
}

/// The next frame; an error of kind `UnexpectedEof` where the other side is gone.
pub(super) fn receive<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<T> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u64::from(u32::from_le_bytes(length));
    let mut bytes = Vec::new();
    // Grows as bytes arrive: a length alone reserves nothing.
    if from.take(length).read_to_end(&mut bytes)? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    rmp_serde::from_slice(&bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_and_cut_ones_are_told() {
        let head = Head { entry: Some("a/表B.xlsx".into()), bytes: 3, sha256: "00".into() };
        let bytes = [frame(&Report::Begin(head.clone())).unwrap(), frame(&Report::Ready).unwrap()].concat();
        let mut from = bytes.as_slice();
        assert!(matches!(receive::<Report>(&mut from), Ok(Report::Begin(h)) if h == head));
        assert!(matches!(receive::<Report>(&mut from), Ok(Report::Ready)));
        for cut in 0..bytes.len() {
            let mut from = &bytes[..cut];
            while let Ok(report) = receive::<Report>(&mut from) {
                assert!(matches!(report, Report::Begin(_)));
            }
        }
        assert!(receive::<Report>(&mut [255, 255, 255, 255, 0].as_slice()).is_err());
    }
}

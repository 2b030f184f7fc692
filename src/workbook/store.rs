//! A zip container in memory, written plainly: parts one behind another, each as it is given, then the directory.
//!
//! It is read once, by the library, in the same process. What a zip writer for files takes care of (times, modes, parts
//! of unknown length, large sizes) would take longer than reading a small form.

/// How the bytes of a part are packed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Method {
    Stored = 0,
    Deflated = 8,
}

/// A part as it stands in a container.
pub(super) struct Part<'a> {
    pub name: &'a str,
    pub method: Method,
    /// CRC-32 of the part when it is unpacked.
    pub sum: u32,
    pub size: usize,
    /// Packed as `method` says.
    pub bytes: &'a [u8],
}

/// Parts written so far.
pub(super) struct Store {
    out: Vec<u8>,
    directory: Vec<u8>,
    parts: u16,
}

impl Store {
    /// No parts yet, with room for so many bytes.
    pub fn with_room(room: usize) -> Self {
        Self { out: Vec::with_capacity(room), directory: Vec::with_capacity(1024), parts: 0 }
    }

    /// Adds a part; `None` where a name or a size is beyond a plain container.
    pub fn put(&mut self, part: &Part<'_>) -> Option<()> {
        let at = length(self.out.len())?;
        let name = u16::try_from(part.name.len()).ok().filter(|_| part.name.is_ascii())?;
        let mut head = [0; 26];
        head[0] = 20;
        head[4] = part.method as u8;
        head[8] = 0x21;
        head[10..14].copy_from_slice(&part.sum.to_le_bytes());
        head[14..18].copy_from_slice(&length(part.bytes.len())?.to_le_bytes());
        head[18..22].copy_from_slice(&length(part.size)?.to_le_bytes());
        head[22..24].copy_from_slice(&name.to_le_bytes());
        self.parts = self.parts.checked_add(1)?;
        for piece in [b"PK\x03\x04".as_slice(), &head, part.name.as_bytes(), part.bytes] {
            self.out.extend_from_slice(piece);
        }
        for piece in
            [b"PK\x01\x02\x14\0".as_slice(), &head, &[0; 10], &at.to_le_bytes(), part.name.as_bytes()]
        {
            self.directory.extend_from_slice(piece);
        }
        Some(())
    }

    /// The whole container.
    pub fn finish(mut self) -> Option<Vec<u8>> {
        let (at, size) = (length(self.out.len())?, length(self.directory.len())?);
        let count = self.parts.to_le_bytes();
        self.out.extend_from_slice(&self.directory);
        for piece in [
            b"PK\x05\x06\0\0\0\0".as_slice(),
            &count,
            &count,
            &size.to_le_bytes(),
            &at.to_le_bytes(),
            &[0; 2],
        ] {
            self.out.extend_from_slice(piece);
        }
        Some(self.out)
    }
}

fn length(bytes: usize) -> Option<u32> {
    u32::try_from(bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    #[test]
    fn what_is_put_is_read() {
        let mut store = Store::with_room(0);
        // The checksum of `abc`.
        let part = |name, bytes| Part { name, method: Method::Stored, sum: 0x3524_41C2, size: 3, bytes };
        store.put(&part("xl/a.xml", b"abc")).unwrap();
        store.put(&part("b", b"abd")).unwrap();
        assert!(store.put(&part("表", b"abc")).is_none());
        let bytes = store.finish().unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
        let mut read = |name| std::io::read_to_string(archive.by_name(name).unwrap().by_ref());
        assert_eq!(read("xl/a.xml").unwrap(), "abc");
        assert!(read("b").is_err(), "the checksum is another one's");
        assert_eq!(archive.len(), 2);
    }
}

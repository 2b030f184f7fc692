//! Office files changed part by part, as another program would.

use std::io::{Cursor, Read, Write};

/// Rewrites one part of an office file.
pub fn edited(bytes: &[u8], part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("zip");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).expect("part");
        let name = file.name().expect("name").into_owned();
        let mut body = Vec::new();
        file.read_to_end(&mut body).expect("part");
        if name == part {
            body = change(String::from_utf8(body).expect("utf-8")).into_bytes();
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).expect("part");
        out.write_all(&body).expect("part");
    }
    out.finish().expect("zip").into_inner()
}

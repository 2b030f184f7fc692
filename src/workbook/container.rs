//! Which kind of file the bytes are, whatever the name says.

use super::FileFault;
use super::package::Package;

/// A container this program reads.
pub(super) enum Container<'a> {
    /// A workbook in a zip container, which comes opened.
    Package(Kind, Package<'a>),
    Xls,
    /// Comma, semicolon or tab separated text.
    Delimited,
    /// A zip of files that is no workbook itself.
    Archive,
}

/// Workbooks in zip containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// .xlsx and .xlsm.
    Xlsx,
    Xlsb,
    Ods,
}

const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// How a Word document is named among the foreign files.
pub const WORD: &str = "Word 文档";

/// Tells the container by content.
///
/// # Errors
/// [`FileFault`] for empty, encrypted and foreign files.
pub(super) fn sniff(bytes: &[u8]) -> Result<Container<'_>, FileFault> {
    if bytes.is_empty() {
        return Err(FileFault::Empty);
    }
    if bytes.starts_with(b"PK") || has_zip_directory(bytes) {
        return sniff_zip(bytes);
    }
    if bytes.starts_with(OLE) {
        return sniff_ole(bytes);
    }
    if let Some(name) = foreign(bytes) {
        return Err(FileFault::Foreign(name.into()));
    }
    if looks_like_text(bytes) {
        Ok(Container::Delimited)
    } else {
        Err(FileFault::Foreign("无法识别的文件".into()))
    }
}

/// A zip with junk in front still has its directory at the end.
fn has_zip_directory(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(66_000)..];
    tail.windows(4).any(|w| w == b"PK\x05\x06") && bytes.windows(4).take(4096).any(|w| w == b"PK\x03\x04")
}

fn sniff_zip(bytes: &[u8]) -> Result<Container<'_>, FileFault> {
    let package = Package::open(bytes);
    let package = package.map_err(|_| FileFault::Corrupt("压缩结构损坏，可能传输中断".into()))?;
    let sign = |b: u8| if b == b'\\' { b'/' } else { b };
    let has = |wanted: &str| package.lower_names().any(|(_, name)| name.bytes().map(sign).eq(wanted.bytes()));
    let starts = |prefix: &str| package.names().any(|(_, name)| name.starts_with(prefix));
    if has("xl/workbook.bin") {
        return Ok(Container::Package(Kind::Xlsb, package));
    }
    if has("content.xml") {
        return Ok(Container::Package(Kind::Ods, package));
    }
    if has("word/document.xml") {
        return Err(FileFault::Foreign(WORD.into()));
    }
    if starts("ppt/") {
        return Err(FileFault::Foreign("演示文稿".into()));
    }
    if has("[content_types].xml") || starts("xl/") {
        return Ok(Container::Package(Kind::Xlsx, package));
    }
    Ok(Container::Archive)
}

/// A compound file: an old workbook, or an encrypted new one.
fn sniff_ole(bytes: &[u8]) -> Result<Container<'static>, FileFault> {
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(wide.len()).any(|w| w == wide)
    };
    if has("EncryptedPackage") {
        return Err(FileFault::Encrypted);
    }
    if has("Workbook") || has("Book") {
        return Ok(Container::Xls);
    }
    if has("WordDocument") {
        return Err(FileFault::Foreign("Word 97-2003 文档".into()));
    }
    if bytes.len() < 1536 {
        return Err(FileFault::Corrupt("文件不完整".into()));
    }
    Ok(Container::Xls)
}

fn foreign(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(1024)];
    let lower = String::from_utf8_lossy(head).to_lowercase();
    let text = lower.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']);
    if bytes.starts_with(b"%PDF") {
        return Some("PDF 文件");
    }
    if bytes.starts_with(b"\x89PNG")
        || bytes.starts_with(b"\xFF\xD8\xFF")
        || bytes.starts_with(b"GIF8")
        || bytes.starts_with(b"BM") && bytes.len() > 54 && bytes[6..10] == [0; 4]
    {
        return Some("图片");
    }
    if bytes.starts_with(b"Rar!") || bytes.starts_with(b"7z\xBC\xAF") {
        return Some("RAR 或 7z 压缩包");
    }
    if text.starts_with("<?xml") && text.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return Some("Excel 2003 XML 表格");
    }
    if text.starts_with("<html")
        || text.starts_with("<!doctype html")
        || text.starts_with("<table")
        || text.contains("<html")
    {
        return Some("网页（HTML）");
    }
    if text.starts_with("mime-version:") {
        return Some("网页存档（MHT）");
    }
    if text.starts_with("<?xml") {
        return Some("XML 文件");
    }
    if text.starts_with("{\\rtf") {
        return Some("RTF 文档");
    }
    None
}

/// Text has line breaks or separators and almost no control characters; UTF-16 comes with a mark.
fn looks_like_text(bytes: &[u8]) -> bool {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return true;
    }
    let head = &bytes[..bytes.len().min(4096)];
    let control = head.iter().filter(|b| **b < 0x20 && !matches!(b, b'\t' | b'\r' | b'\n')).count();
    control * 100 <= head.len() && head.iter().any(|b| matches!(b, b',' | b';' | b'\t' | b'\n' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(bytes: &[u8]) -> Option<FileFault> {
        sniff(bytes).err()
    }

    #[test]
    fn tells_by_content() {
        assert_eq!(fault(b""), Some(FileFault::Empty));
        assert!(matches!(sniff(b"a,b\n1,2\n"), Ok(Container::Delimited)));
        for foreign in [b"%PDF-1.7 ...".as_slice(), &[0, 1, 2, 3, 4, 5]] {
            assert!(matches!(fault(foreign), Some(FileFault::Foreign(_))));
        }
        assert!(matches!(fault(b"PK\x03\x04 cut off"), Some(FileFault::Corrupt(_))));
    }
}

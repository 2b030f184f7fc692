//! Delimited text: UTF-8 with and without mark, UTF-16, GBK/GB18030; comma, semicolon or tab.

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8};

use super::{Book, FileFault, Limits, Sheet, Value};
use crate::cell::Cell;

/// Reads delimited text as one sheet without a name; the row of a place is the record number.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Book, FileFault> {
    let (text, mut remarks) = decode(bytes);
    let separator = separator(&text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut sheet = Sheet::default();
    let (mut record, mut count, mut row) = (csv::StringRecord::new(), 0usize, 0u32);
    while reader.read_record(&mut record).map_err(|e| FileFault::Corrupt(e.to_string()))? {
        let start = record.position().map_or(0, csv::Position::byte);
        row = row.saturating_add(blank_lines(text.as_bytes(), usize::try_from(start).unwrap_or(0)));
        for (col, text) in record.iter().enumerate().filter(|(_, t)| !t.trim().is_empty()) {
            count += 1;
            if count > limits.cells || col >= 16_384 {
                return Err(FileFault::TooLarge(format!("多于{}个单元格", limits.cells)));
            }
            let text = clip(bare(text), limits.cell_chars, &mut remarks);
            sheet.push(Cell::new(row, col as u32), Value::Text(text));
        }
        row += 1;
    }
    Ok(Book { sheets: vec![sheet], remarks, ..Book::default() })
}

/// Blank lines in front of a record, which the reader of records passes over and no spreadsheet does.
fn blank_lines(text: &[u8], start: usize) -> u32 {
    let is_rest = start > 0 && text[start - 1] == b'\r' && text.get(start) == Some(&b'\n');
    let mut rest = text.get(start + usize::from(is_rest)..).unwrap_or_default();
    let mut lines = 0;
    while let Some(behind) = [&b"\r\n"[..], b"\n", b"\r"].iter().find_map(|end| rest.strip_prefix(*end)) {
        (rest, lines) = (behind, lines + 1);
    }
    lines
}

/// A text without what keeps a spreadsheet from taking it for a number: `="0281234"`, `'0281234`.
fn bare(text: &str) -> &str {
    if let Some(inside) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return inside;
    }
    text.strip_prefix('\'').filter(|rest| !rest.contains('\'')).unwrap_or(text)
}

fn clip(text: &str, limit: usize, remarks: &mut Vec<String>) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let clipped: String = text.chars().take(limit).collect();
    if clipped.len() < text.len() && remarks.is_empty() {
        remarks.push(format!("有单元格超过{limit}字，超出部分未读"));
    }
    clipped
}

fn decode(bytes: &[u8]) -> (String, Vec<String>) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return (encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned(), Vec::new());
    }
    if let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        return (text.into_owned(), Vec::new());
    }
    for encoding in [GB18030, BIG5] {
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            return (text.into_owned(), Vec::new());
        }
    }
    let remark = "文件混用了不同的文字编码，部分文字可能有误，请另存为 UTF-8 编码".to_owned();
    (line_by_line(bytes), vec![remark])
}

/// Files joined from several sources change encoding between lines.
fn line_by_line(bytes: &[u8]) -> String {
    let decode = |line: &[u8]| match UTF_8.decode_without_bom_handling_and_without_replacement(line) {
        Some(text) => text.into_owned(),
        None => GB18030.decode_without_bom_handling(line).0.into_owned(),
    };
    bytes.split_inclusive(|b| *b == b'\n').map(decode).collect()
}

/// The separator that occurs most often, outside quotes, in the first lines.
fn separator(text: &str) -> u8 {
    let head: String =
        text.split(['\n', '\r']).filter(|l| !l.trim().is_empty()).take(5).collect::<Vec<_>>().join("\n");
    let mut quoted = false;
    let mut counts = [0usize; 3];
    for c in head.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => counts[0] += 1,
            ';' if !quoted => counts[1] += 1,
            '\t' if !quoted => counts[2] += 1,
            _ => {}
        }
    }
    let best = (0..3).max_by_key(|i| (counts[*i], 3 - i)).unwrap_or(0);
    [b',', b';', b'\t'][best]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> Vec<(String, String)> {
        let book = read(bytes, &Limits::default()).unwrap();
        book.sheets[0].cells().map(|(c, v)| (c.to_string(), v.text())).collect()
    }

    #[test]
    fn reads_the_encodings_offices_use() {
        let want = vec![("A1".to_owned(), "企业".to_owned()), ("B2".to_owned(), "是".to_owned())];
        assert_eq!(cells("企业,\n,是\n".as_bytes()), want);
        assert_eq!(cells("\u{feff}企业\t\r\n\t是".as_bytes()), want);
        assert_eq!(cells(&GB18030.encode("企业;\n;是").0), want);
        let wide: Vec<u8> = "\u{feff}企业,\n,是\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(cells(&wide), want);
    }

    #[test]
    fn what_keeps_text_from_becoming_a_number_is_no_part_of_it() {
        let said = cells("'0281234,\"=\"\"0281234\"\"\",'满意',=1".as_bytes());
        let words: Vec<&str> = said.iter().map(|(_, words)| words.as_str()).collect();
        assert_eq!(words, ["0281234", "0281234", "'满意'", "=1"]);
    }

    #[test]
    fn blank_lines_are_rows_as_in_a_spreadsheet() {
        for text in
            ["\nx,1\n\n\ny,2\n", "\r\nx,1\r\n\r\n\r\ny,2", "\rx,1\r\r\ry,2\r", "\"\"\nx,1\n,\n\ny,2\n"]
        {
            let found: Vec<String> = cells(text.as_bytes()).into_iter().map(|(cell, _)| cell).collect();
            assert_eq!(found, ["A2", "B2", "A5", "B5"], "{text:?}");
        }
    }

    #[test]
    fn counts_records_not_lines() {
        assert_eq!(cells(b"\"a\nb\",1\nc,2\n")[2], ("A2".to_owned(), "c".to_owned()));
    }
}

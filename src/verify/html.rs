//! Figures of the public pages: the words of each element that carries an id.

use super::reading::{Reading, Readings};
use crate::public::leaks;

/// Figures of a page or a drawing. What is hidden (`*`) says nothing, and an element
/// without words of its own (a bar, a dot) neither.
pub(super) fn readings(bytes: &[u8]) -> Readings {
    let words = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
    let told = |printed: &str| !printed.trim().is_empty() && printed.trim() != "*";
    let marked = leaks::marked(words).filter(|m| told(m.printed));
    Ok(marked.map(|m| Reading::new(m.id, &leaks::unescape(m.printed))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_shown() {
        let page = r#"<td data-figure="2025Q1&#x2F;510100&#x2F;a.b">86.4%</td><td data-figure="x/y/z" title="n">*</td>
            <circle data-figure="x/y/z"/><text data-figure="x/y/w" x="1"> 1.00 </text>"#;
        let read = readings(page.as_bytes()).unwrap();
        assert_eq!(read, [Reading::new("2025Q1/510100/a.b", "86.4%"), Reading::new("x/y/w", "1.00")]);
    }
}

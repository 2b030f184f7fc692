//! Makes every string of a document fit to be set: no characters that no face
//! has (they would stop the archive export), no control or direction marks, and
//! places to break in words too long for a line or a cell. What an accessible
//! PDF must have (a title, no leap in heading levels, words for a drawing) is
//! supplied from what is there. It never changes what can be read.

use typst::foundations::Bytes;

use crate::document::{Block, Document, Figure, Run, Summary, Table};
use crate::fonts::Fonts;

use super::world::figure_name;

/// Longest run without a break, and how often to allow one beyond it: in a line of text.
const LINE: (usize, usize) = (20, 10);
/// The same in a table cell.
const CELL: (usize, usize) = (12, 6);
const BREAK: char = '\u{200B}';

/// The report as the layout gets it; each drawing's `svg` becomes the name of a virtual file.
pub(super) fn report(document: &Document, fonts: &Fonts) -> (Document, Vec<Bytes>) {
    let mut cleaner = Cleaner { fonts, figures: Vec::new(), level: 0 };
    let mut document = document.clone();
    if document.title.trim().is_empty() {
        document.title.clone_from(&document.ident);
    }
    for text in [
        &mut document.title,
        &mut document.subtitle,
        &mut document.issuer,
        &mut document.date,
        &mut document.fingerprint,
    ] {
        cleaner.text(text, LINE);
    }
    cleaner.texts(&mut document.marks, LINE);
    cleaner.blocks(&mut document.blocks);
    (document, cleaner.figures)
}

/// The Annex D summary as the layout gets it.
pub(super) fn summary(summary: &Summary, fonts: &Fonts) -> (Summary, Vec<Bytes>) {
    let mut cleaner = Cleaner { fonts, figures: Vec::new(), level: 0 };
    let mut summary = summary.clone();
    for text in [
        &mut summary.project,
        &mut summary.enterprise,
        &mut summary.service_time,
        &mut summary.date,
        &mut summary.fingerprint,
    ] {
        cleaner.text(text, LINE);
    }
    cleaner.texts(&mut summary.marks, LINE);
    cleaner.texts(&mut summary.notes, LINE);
    for item in &mut summary.items {
        cleaner.text(&mut item.heading, LINE);
        cleaner.blocks(&mut item.blocks);
    }
    (summary, cleaner.figures)
}

struct Cleaner<'a> {
    fonts: &'a Fonts,
    figures: Vec<Bytes>,
    /// Level of the last heading: PDF/UA lets the next go down by one only.
    level: u8,
}

impl Cleaner<'_> {
    fn blocks(&mut self, blocks: &mut Vec<Block>) {
        blocks.retain(|block| !is_empty_heading(block));
        for block in blocks {
            match block {
                Block::Heading { level, runs } => {
                    self.level = (*level).clamp(1, self.level + 1);
                    *level = self.level;
                    self.runs(runs);
                }
                Block::Paragraph { runs } | Block::Quote { runs } => self.runs(runs),
                Block::List { items, .. } => items.iter_mut().for_each(|runs| self.runs(runs)),
                Block::Table(table) => self.table(table),
                Block::Figure(figure) => self.figure(figure),
            }
        }
    }

    fn figure(&mut self, figure: &mut Figure) {
        if figure.alt.trim().is_empty() {
            figure.alt = format!("{} {}", figure.number, figure.title);
        }
        for text in [&mut figure.number, &mut figure.title, &mut figure.alt] {
            self.text(text, LINE);
        }
        self.texts(&mut figure.notes, LINE);
        figure.data = None;
        let name = figure_name(self.figures.len());
        let svg = std::mem::replace(&mut figure.svg, name);
        self.figures.push(Bytes::from_string(svg));
    }

    fn runs(&self, runs: &mut [Run]) {
        for (at, run) in runs.iter_mut().enumerate() {
            self.text(&mut run.text, LINE);
            clean_id(&mut run.figure);
            // No line breaks between a percent sign and a bracket, so that it would be stretched letter by letter.
            if at > 0 && run.text.starts_with('（') {
                run.text.insert(0, BREAK);
            }
        }
    }

    fn table(&self, table: &mut Table) {
        for text in [&mut table.number, &mut table.title, &mut table.unit] {
            self.text(text, LINE);
        }
        self.texts(&mut table.notes, LINE);
        for column in &mut table.columns {
            self.text(&mut column.label, CELL);
            let usable = column.weight.is_finite() && column.weight > 0.0;
            column.weight = if usable { column.weight.clamp(0.2, 20.0) } else { 1.0 };
        }
        table.groups.iter_mut().for_each(|(label, _)| self.text(label, CELL));
        for row in &mut table.rows {
            row.cells.resize_with(table.columns.len(), Default::default);
            for cell in &mut row.cells {
                self.text(&mut cell.text, CELL);
                clean_id(&mut cell.figure);
            }
        }
    }

    fn texts(&self, texts: &mut [String], limit: (usize, usize)) {
        texts.iter_mut().for_each(|text| self.text(text, limit));
    }

    fn text(&self, text: &mut String, limit: (usize, usize)) {
        if is_clean(text, limit.0) && text.chars().all(|c| self.fonts.covers(c)) {
            return;
        }
        let printable = strip(text);
        *text = with_breaks(&self.fonts.cover(&printable), limit);
    }
}

/// A heading without words would be an empty bookmark, which PDF/UA refuses.
fn is_empty_heading(block: &Block) -> bool {
    matches!(block, Block::Heading { runs, .. } if runs.iter().all(|run| run.text.trim().is_empty()))
}

/// Most texts need nothing; they are recognised without building a new one.
fn is_clean(text: &str, longest: usize) -> bool {
    let mut run = 0;
    text.chars().all(|c| {
        run = if breaks_anywhere(c) { 0 } else { run + 1 };
        run <= longest && c != '\r' && c != '\t' && !is_invisible(c)
    })
}

/// One kind of line end, blanks for tabs, nothing that cannot be seen.
fn strip(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let visible = text.chars().filter_map(|c| match c {
        '\r' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(' '),
        '\n' => Some(c),
        c if is_invisible(c) => None,
        c => Some(c),
    });
    visible.collect()
}

/// Controls, direction marks, joiners, variation selectors and tags.
fn is_invisible(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(u32::from(c),
            0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
            | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F
            | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

/// A line may break beside these without help: blanks and everything from the CJK blocks on.
fn breaks_anywhere(c: char) -> bool {
    c.is_whitespace() || u32::from(c) >= 0x2E80
}

/// Lets runs of more than `longest` letters break after every `step` of them.
fn with_breaks(text: &str, (longest, step): (usize, usize)) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut run = String::new();
    for c in text.chars() {
        if breaks_anywhere(c) {
            push_run(&mut out, &run, longest, step);
            run.clear();
            out.push(c);
        } else {
            run.push(c);
        }
    }
    push_run(&mut out, &run, longest, step);
    out
}

fn push_run(out: &mut String, run: &str, longest: usize, step: usize) {
    if run.chars().count() <= longest {
        out.push_str(run);
        return;
    }
    for (n, c) in run.chars().enumerate() {
        if n > 0 && n % step == 0 {
            out.push(BREAK);
        }
        out.push(c);
    }
}

/// A figure id becomes part of a link's address: what an address may not hold is written %XX.
fn clean_id(id: &mut Option<String>) {
    let Some(id) = id else { return };
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"/_-.:~".contains(&b);
    if id.bytes().all(fits) {
        return;
    }
    let coded = id.bytes().map(|b| if fits(b) { char::from(b).to_string() } else { format!("%{b:02X}") });
    *id = coded.collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_go_and_lines_stay() {
        assert_eq!(strip("甲\u{202E}乙\u{200B}\u{FE0F}\r\n丙\t丁\u{7}"), "甲乙\n丙 丁");
    }

    #[test]
    fn long_words_may_break_and_short_ones_are_left() {
        assert_eq!(with_breaks("中abcdefg", (6, 3)), "中abc\u{200B}def\u{200B}g");
        assert_eq!(with_breaks("abcdef ghi", (6, 3)), "abcdef ghi");
        assert!(is_clean("九州 abc", 6) && !is_clean("abcdefg", 6) && !is_clean("a\tb", 6));
    }

    #[test]
    fn ids_are_addresses() {
        let mut id = Some("2025Q1/新 x/p".to_owned());
        clean_id(&mut id);
        assert_eq!(id.as_deref(), Some("2025Q1/%E6%96%B0%20x/p"));
    }
}

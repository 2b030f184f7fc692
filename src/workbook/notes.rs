//! Notes on cells (批注): their words are in no cell, so they are no answers, and it is said what was written where.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::Sheet;
use super::boxes::{keep, on_one_line};
use super::lead::beside;
use super::package::Package;
use crate::cell::Cell;

/// Who writes the notes of our own correction workbooks, and how they begin where a program changed the writer.
pub const OWN_AUTHOR: &str = "质提";
pub const OWN_BEGINNING: &str = "问题：";

/// Notes in each sheet the notes on its cells.
pub(super) fn note(package: &mut Package<'_>, sheets: &mut [Sheet]) {
    if !package.lower_names().any(|(_, name)| name.contains("comments")) {
        return;
    }
    beside(package, sheets, "/comments", |sheet, xml| keep(&mut sheet.looks.notes, in_comments(xml)));
}

/// Cells with the words on each, in the order of the part; our own notes and those that explain the form are none.
fn in_comments(xml: &str) -> Vec<(Cell, String)> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let (mut out, mut authors, mut note, mut inside) =
        (Vec::new(), Vec::new(), Note::default(), String::new());
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) => {
                inside = tag.local_name().as_ref().to_owned();
                match inside.as_str() {
                    "author" => authors.push(String::new()),
                    "comment" => note = Note::of(&tag),
                    _ => {}
                }
            }
            Event::Text(words) => match (inside.as_str(), authors.last_mut()) {
                ("author", Some(author)) => author.push_str(words.as_ref()),
                ("t", _) => note.words.push_str(words.as_ref()),
                _ => {}
            },
            Event::GeneralRef(name) if inside == "t" => match name.resolve_char_ref() {
                Ok(Some(c)) => note.words.push(c),
                _ => note.words.push_str(resolve_predefined_entity(name.as_ref()).unwrap_or_default()),
            },
            Event::End(tag) => {
                inside.clear();
                if tag.local_name().as_ref() == "comment" {
                    out.extend(std::mem::take(&mut note).told(&authors));
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    out
}

/// A note while it is read.
#[derive(Default)]
struct Note {
    cell: Option<Cell>,
    author: Option<usize>,
    words: String,
}

impl Note {
    fn of(tag: &BytesStart<'_>) -> Self {
        let value = |name: &str| super::lead::attribute(tag, name);
        Self {
            cell: value("ref").and_then(|cell| cell.parse().ok()),
            author: value("authorId").and_then(|at| at.parse().ok()),
            words: String::new(),
        }
    }

    fn told(self, authors: &[String]) -> Option<(Cell, String)> {
        let author = self.author.and_then(|at| authors.get(at)).map(String::as_str).unwrap_or_default();
        // Excel writes the name of its user over each note.
        let signed = self.words.strip_prefix(author).and_then(|rest| rest.strip_prefix([':', '：']));
        let words = signed.filter(|_| !author.is_empty()).unwrap_or(&self.words);
        let is_own = author == OWN_AUTHOR || words.trim_start().starts_with(OWN_BEGINNING);
        let words = on_one_line(words).filter(|_| !is_own)?;
        Some((self.cell?, words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comments(notes: &[(&str, usize, &str)]) -> String {
        let one = |(cell, author, words): &(&str, usize, &str)| {
            format!(
                "<comment ref=\"{cell}\" authorId=\"{author}\"><text><r><rPr><sz val=\"9\"/></rPr><t>{words}</t></r></text></comment>"
            )
        };
        let list: String = notes.iter().map(one).collect();
        format!(
            "<comments><authors><author>张拟三</author><author>质提</author></authors><commentList>{list}</commentList></comments>"
        )
    }

    #[test]
    fn notes_are_told_without_the_name_of_their_writer() {
        let xml = comments(&[
            ("B5", 0, "张拟三:\n为上年&amp;今年合计"),
            ("C6", 1, "问题：未填写\n怎么改：请补填"),
            ("C7", 0, "问题：未填写"),
            ("D8", 0, "填表说明：按营业执照"),
            ("D9", 7, "估计数"),
            ("?", 0, "无处"),
        ]);
        let told: Vec<String> =
            in_comments(&xml).iter().map(|(cell, words)| format!("{cell} {words}")).collect();
        assert_eq!(told, ["B5 为上年&今年合计", "D9 估计数"]);
    }

    #[test]
    fn a_part_cut_short_tells_what_it_holds() {
        let whole = comments(&[("B5", 0, "甲"), ("B6", 0, "乙")]);
        for end in whole.char_indices().map(|(at, _)| at) {
            assert!(in_comments(&whole[..end]).len() <= 2);
        }
    }
}

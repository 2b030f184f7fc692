//! Text boxes drawn over a sheet: their words are in no cell, so they are not read as answers, and it is said where
//! they lie.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

use super::Sheet;
use super::lead::beside;
use super::package::Package;
use crate::cell::Cell;

/// With these, a box opens that an office put there to explain its form.
const GUIDANCE: [&str; 6] = ["填表说明", "填报说明", "填写说明", "说明", "注", "示例"];
/// Words kept of one box, and boxes kept of one sheet.
const LONGEST: usize = 60;
const MOST: usize = 50;

/// Notes in each sheet the text boxes over it.
pub(super) fn note(package: &mut Package<'_>, sheets: &mut [Sheet]) {
    if !package.lower_names().any(|(_, name)| name.contains("drawings/drawing")) {
        return;
    }
    beside(package, sheets, "/drawing", |sheet, xml| keep(&mut sheet.looks.boxes, in_drawing(xml)));
}

/// Adds what else lies over a sheet; the first in reading order are kept.
pub(super) fn keep(all: &mut Vec<(Cell, String)>, more: Vec<(Cell, String)>) {
    all.extend(more);
    all.sort();
    all.truncate(MOST);
}

/// The text boxes of a drawing: the cell under their upper left corner, and their words on one line.
fn in_drawing(xml: &str) -> Vec<(Cell, String)> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let (mut out, mut shape, mut inside) = (Vec::new(), Shape::default(), String::new());
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) => {
                inside = tag.local_name().as_ref().to_owned();
                match inside.as_str() {
                    "twoCellAnchor" | "oneCellAnchor" => shape = Shape::default(),
                    "to" => shape.placed = true,
                    _ => {}
                }
            }
            Event::Text(words) => shape.take(&inside, words.as_ref()),
            Event::GeneralRef(name) if inside == "t" => match name.resolve_char_ref() {
                Ok(Some(c)) => shape.words.push(c),
                _ => shape.words.push_str(resolve_predefined_entity(name.as_ref()).unwrap_or_default()),
            },
            Event::End(tag) => {
                inside.clear();
                match tag.local_name().as_ref() {
                    "p" => shape.words.push(' '),
                    "twoCellAnchor" | "oneCellAnchor" => out.extend(std::mem::take(&mut shape).told()),
                    _ => {}
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    out
}

/// A shape while it is read.
#[derive(Default)]
struct Shape {
    cell: Option<(u32, u32)>,
    /// Whether its upper left corner has been told.
    placed: bool,
    words: String,
}

impl Shape {
    fn take(&mut self, tag: &str, words: &str) {
        let number = || words.trim().parse().ok();
        let (row, col) = self.cell.unwrap_or_default();
        match tag {
            "row" if !self.placed => self.cell = number().map(|row| (row, col)),
            "col" if !self.placed => self.cell = number().map(|col| (row, col)),
            "t" => self.words.push_str(words),
            _ => {}
        }
    }

    /// `None` for a picture, an empty box and one that explains the form.
    fn told(self) -> Option<(Cell, String)> {
        let (row, col) = self.cell.filter(|(row, col)| *row < 1_048_576 && *col < 16_384)?;
        Some((Cell::new(row, col), on_one_line(&self.words)?))
    }
}

/// Words beside the cells of a sheet on one line; `None` where there are none, or where they explain the form.
pub(super) fn on_one_line(words: &str) -> Option<String> {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = !words.is_empty() && !GUIDANCE.iter().any(|word| words.starts_with(word));
    let cut = words.chars().take(LONGEST).collect::<String>();
    told.then(|| if cut.len() < words.len() { format!("{cut}…") } else { words })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor(row: u32, words: &[&str]) -> String {
        let lines: String = words.iter().map(|w| format!("<a:p><a:r><a:t>{w}</a:t></a:r></a:p>")).collect();
        format!(
            "<xdr:twoCellAnchor><xdr:from><xdr:col>1</xdr:col><xdr:colOff>7</xdr:colOff><xdr:row>{row}</xdr:row>\
             </xdr:from><xdr:to><xdr:col>3</xdr:col><xdr:row>15</xdr:row></xdr:to><xdr:sp><xdr:txBody>{lines}\
             </xdr:txBody></xdr:sp></xdr:twoCellAnchor>"
        )
    }

    #[test]
    fn words_of_text_boxes_are_told_where_they_lie() {
        let long = "长".repeat(LONGEST + 1);
        let boxes = [
            anchor(9, &["台账&amp;建立、", "计划&#65;编制"]),
            anchor(2, &[""]),
            anchor(3, &["填表说明：一式两份"]),
            anchor(4, &[&long]),
            anchor(4_000_000_000, &["远"]),
        ];
        let found = in_drawing(&format!("<xdr:wsDr>{}</xdr:wsDr>", boxes.concat()));
        let told: Vec<String> = found.iter().map(|(cell, words)| format!("{cell} {words}")).collect();
        assert_eq!(told, ["B10 台账&建立、 计划A编制".to_owned(), format!("B5 {}…", "长".repeat(LONGEST))]);
    }

    #[test]
    fn a_drawing_cut_short_tells_what_it_holds() {
        let whole = anchor(9, &["甲"]) + &anchor(10, &["乙"]);
        for end in whole.char_indices().map(|(at, _)| at) {
            assert!(in_drawing(&whole[..end]).len() <= 2);
        }
    }
}

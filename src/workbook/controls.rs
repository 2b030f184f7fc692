//! Check boxes drawn over cells (form controls): their state stands in a drawing, not in
//! any cell, so it is put as ☑ or □ in front of the text of the cell they lie on.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::lead::{attribute, drawings};
use super::package::Package;
use super::{Sheet, Value};
use crate::cell::Cell;

/// One check box or option button.
#[derive(Clone, Debug, Default, PartialEq)]
struct Control {
    /// Row, column and offset inside the column of the upper left corner.
    row: u32,
    col: u32,
    offset: i64,
    ticked: bool,
    caption: String,
}

/// Controls of a package by the name of their sheet.
#[derive(Debug, Default)]
pub(super) struct Controls(BTreeMap<String, Vec<Control>>);

impl Controls {
    /// Reads the controls of a package; none where there is no drawing of the old kind.
    pub(super) fn of(package: &mut Package<'_>) -> Self {
        Self(by_sheet(package).unwrap_or_default())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts the marks of a sheet's controls into its cells.
    pub(super) fn mark(&self, sheet: &mut Sheet) {
        let Some(controls) = self.0.get(&*sheet.name) else { return };
        let mut marks: BTreeMap<Cell, String> = BTreeMap::new();
        for control in controls {
            let mark = if control.ticked { '☑' } else { '□' };
            let words = marks.entry(Cell::new(control.row, control.col)).or_default();
            if !words.is_empty() {
                words.push(' ');
            }
            words.push(mark);
            words.push_str(&control.caption);
        }
        for (cell, words) in marks {
            match sheet.get(cell) {
                None => sheet.put(cell, Value::Text(words)),
                Some(Value::Text(text)) => sheet.put(cell, Value::Text(format!("{words}{text}"))),
                Some(_) => {}
            }
        }
    }
}

fn by_sheet(package: &mut Package<'_>) -> Option<BTreeMap<String, Vec<Control>>> {
    package.ending(".vml")?;
    let mut out: BTreeMap<String, Vec<Control>> = BTreeMap::new();
    for (sheet, drawing) in drawings(package, "vmlDrawing") {
        out.entry(sheet).or_default().extend(in_drawing(&drawing));
    }
    out.retain(|_, controls| !controls.is_empty());
    out.values_mut().for_each(|controls| controls.sort_by_key(|c| (c.row, c.col, c.offset)));
    Some(out)
}

/// The check boxes and option buttons of a drawing.
fn in_drawing(text: &str) -> Vec<Control> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let (mut out, mut shape, mut inside) = (Vec::new(), Shape::default(), String::new());
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) => {
                inside = tag.local_name().as_ref().to_owned();
                match inside.as_str() {
                    "shape" => shape = Shape::default(),
                    "ClientData" => shape.kind = attribute(&tag, "ObjectType").unwrap_or_default(),
                    "textbox" => shape.captioned = true,
                    _ => {}
                }
            }
            Event::Empty(tag) if tag.local_name().as_ref() == "Checked" => shape.control.ticked = true,
            Event::Text(words) => shape.take(&inside, words.as_ref().trim()),
            Event::End(tag) => {
                inside.clear();
                match tag.local_name().as_ref() {
                    "textbox" => shape.captioned = false,
                    "shape" => out.extend(std::mem::take(&mut shape).control()),
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
    kind: String,
    anchored: bool,
    captioned: bool,
    control: Control,
}

impl Shape {
    fn take(&mut self, tag: &str, words: &str) {
        match tag {
            "Anchor" => self.anchor(words),
            "Checked" => self.control.ticked = words == "1",
            _ if self.captioned => self.control.caption.push_str(words),
            _ => {}
        }
    }

    /// Left column, offset, top row, offset, right column, offset, bottom row, offset.
    fn anchor(&mut self, words: &str) {
        let numbers: Vec<i64> = words.split(',').filter_map(|n| n.trim().parse().ok()).collect();
        let &[left, dx, top, _, _, _, bottom, _] = numbers.as_slice() else { return };
        let (Ok(col), Ok(top), Ok(bottom)) = (u32::try_from(left), u32::try_from(top), u32::try_from(bottom))
        else {
            return;
        };
        if col < 16_384 && top <= bottom && bottom < 1_048_576 {
            // A box drawn a little too high still lies mostly on the row below.
            let row = if bottom > top + 1 { top + (bottom - top) / 2 } else { top };
            (self.control.row, self.control.col, self.control.offset, self.anchored) = (row, col, dx, true);
        }
    }

    fn control(self) -> Option<Control> {
        (self.anchored && matches!(self.kind.as_str(), "Checkbox" | "Radio")).then_some(self.control)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWING: &str = r#"<xml xmlns:v="v" xmlns:x="x">
      <v:shape id="a"><v:textbox><div><font>是</font></div></v:textbox>
        <x:ClientData ObjectType="Checkbox"><x:Anchor>1, 40, 2, 3, 1, 60, 3, 1</x:Anchor><x:Checked>1</x:Checked></x:ClientData></v:shape>
      <v:shape id="b"><v:textbox><div>否</div></v:textbox>
        <x:ClientData ObjectType="Checkbox"><x:Anchor>1, 90, 2, 3, 1, 99, 3, 1</x:Anchor></x:ClientData></v:shape>
      <v:shape id="c"><x:ClientData ObjectType="Note"><x:Anchor>0,0,0,0,0,0,0,0</x:Anchor></x:ClientData></v:shape></xml>"#;

    #[test]
    fn boxes_are_found_with_state_and_caption() {
        let controls = in_drawing(DRAWING);
        let seen: Vec<_> = controls.iter().map(|c| (c.row, c.col, c.ticked, c.caption.as_str())).collect();
        assert_eq!(seen, [(2, 1, true, "是"), (2, 1, false, "否")]);
    }

    #[test]
    fn marks_stand_before_the_text_of_the_cell() {
        let mut sheet = Sheet { name: "表".into(), ..Sheet::default() };
        sheet.put(Cell::new(5, 0), Value::Text("同意".into()));
        let control = Control { row: 5, ticked: true, ..Control::default() };
        Controls([("表".to_owned(), [in_drawing(DRAWING), vec![control]].concat())].into()).mark(&mut sheet);
        assert_eq!(sheet.text(Cell::new(2, 1)), "☑是 □否");
        assert_eq!(sheet.text(Cell::new(5, 0)), "☑同意");
    }
}

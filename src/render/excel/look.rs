//! Fonts, colours and cell formats of our workbooks: one look for all of them.
//!
//! Chinese office fonts by name (Excel, WPS and LibreOffice substitute what a
//! machine lacks), ink that prints in black and white, and no meaning in colour
//! alone.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatUnderline};

use crate::document::Align;

/// Font of cells.
pub(super) const SONG: &str = "宋体";
/// Font of titles and headers.
pub(super) const HEI: &str = "黑体";

pub(super) const INK: Color = Color::RGB(0x14_202E);
pub(super) const GREY: Color = Color::RGB(0x6B_7280);
pub(super) const RULE: Color = Color::RGB(0x9A_A3B0);
pub(super) const NAVY: Color = Color::RGB(0x16_386B);
pub(super) const TINT: Color = Color::RGB(0xE3_EAF4);
pub(super) const PALE: Color = Color::RGB(0xF4_F6FA);
/// Series of a chart, told apart in grey too.
pub(super) const SERIES: [Color; 4] =
    [Color::RGB(0x16_386B), Color::RGB(0x8F_A8CF), Color::RGB(0xB0_441C), Color::RGB(0x5A_6472)];

/// Plain words.
pub(super) fn words() -> Format {
    Format::new()
        .set_font_name(SONG)
        .set_font_size(11)
        .set_font_color(INK)
        .set_align(FormatAlign::VerticalCenter)
}

/// The title in A1.
pub(super) fn title(size: u8) -> Format {
    words().set_font_name(HEI).set_font_size(size)
}

/// Remarks: period, unit line, notes.
pub(super) fn remark() -> Format {
    words().set_font_size(10).set_font_color(GREY)
}

/// Notes below a table, one line a row.
pub(super) fn note() -> Format {
    words().set_font_size(10)
}

/// A column label.
pub(super) fn header() -> Format {
    boxed(words().set_font_name(HEI).set_background_color(TINT))
        .set_align(FormatAlign::Center)
        .set_text_wrap()
}

/// A link on the screen.
pub(super) fn link(format: Format) -> Format {
    format.set_font_color(NAVY).set_underline(FormatUnderline::Single)
}

/// Thin rules on all sides.
pub(super) fn boxed(format: Format) -> Format {
    format.set_border(FormatBorder::Thin).set_border_color(RULE)
}

/// How a cell of a table looks, but for its number format.
#[derive(Clone, Copy, Default)]
pub(super) struct CellLook {
    pub align: Align,
    /// A total, or the city as a whole.
    pub strong: bool,
    /// Under the floor of its unit, or missing.
    pub muted: bool,
}

impl CellLook {
    pub(super) fn format(self) -> Format {
        let mut format = boxed(words()).set_align(match self.align {
            Align::Left => FormatAlign::Left,
            Align::Center => FormatAlign::Center,
            Align::Right => FormatAlign::Right,
        });
        if self.align != Align::Center {
            format = format.set_indent(1);
        }
        if self.strong {
            format = format.set_font_name(HEI).set_background_color(PALE);
        }
        if self.muted {
            format = format.set_font_color(GREY).set_italic();
        }
        format
    }
}

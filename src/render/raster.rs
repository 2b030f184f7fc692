//! SVG to PNG, for programs that cannot draw SVG (the fallback picture in Word).

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::fonts::Fonts;

/// Draws SVG with the faces of the documents, which are read once, and no others of the machine.
#[derive(Clone)]
pub struct Rasterizer {
    fonts: Arc<fontdb::Database>,
}

impl Rasterizer {
    /// Takes the files of `fonts`; they are read here, for typst as well.
    pub fn new(fonts: &Fonts) -> Self {
        let mut database = fontdb::Database::new();
        for file in fonts.files() {
            database.load_font_source(fontdb::Source::Binary(Arc::new(file)));
        }
        if let Some(sans) = fonts.families().hei.first() {
            database.set_sans_serif_family(sans);
        }
        Self { fonts: Arc::new(database) }
    }

    /// The drawing as PNG, `width` pixels wide; `None` where it cannot be drawn.
    pub fn png(&self, svg: &str, width: f32) -> Option<Vec<u8>> {
        let options = Options { fontdb: Arc::clone(&self.fonts), ..Options::default() };
        let tree = Tree::from_str(svg, &options).ok()?;
        let scale = width / tree.size().width();
        let height = (tree.size().height() * scale).ceil();
        let mut pixels = Pixmap::new(width.ceil() as u32, height as u32)?;
        resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
        encode(&pixels).ok()
    }
}

/// As PNG on white. Drawings are even surfaces: without filters they are smaller, and packed in half the time.
fn encode(pixels: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    // What is missing of a premultiplied colour is white.
    let on_white = |p: &[u8]| [0, 1, 2].map(|channel| p[channel].saturating_add(255 - p[3]));
    let rgb: Vec<u8> = pixels.data().chunks_exact(4).flat_map(on_white).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_painted_is_white() {
        let mut pixels = Pixmap::new(2, 1).unwrap();
        pixels.data_mut().copy_from_slice(&[10, 20, 30, 255, 0, 0, 64, 64]);
        let bytes = encode(&pixels).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut rgb = [0; 6];
        reader.next_frame(&mut rgb).unwrap();
        assert_eq!(rgb, [10, 20, 30, 191, 191, 255]);
    }
}

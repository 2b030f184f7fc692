//! SVG to PNG, for programs that cannot draw SVG (the fallback picture in Word).

use std::collections::HashMap;
use std::collections::hash_map::Entry;
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

/// As PNG on white, with a palette where it has room. Drawings are even surfaces of few colours: so, and
/// without filters, they are less than half as large and packed in a third of the time.
fn encode(pixels: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let painted = pixels.data().as_chunks().0;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(png::Filter::NoFilter);
    let data = match indexed(painted) {
        Some((palette, indices)) => {
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_palette(palette.concat());
            indices
        }
        None => {
            encoder.set_color(png::ColorType::Rgb);
            painted.iter().flat_map(|pixel| on_white(*pixel)).collect()
        }
    };
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&data)?;
    writer.finish()?;
    Ok(bytes)
}

/// A premultiplied colour, with what is painted of it last.
type Pixel = [u8; 4];
type Colour = [u8; 3];

/// What is missing of a premultiplied colour is white.
fn on_white([red, green, blue, painted]: Pixel) -> Colour {
    [red, green, blue].map(|channel| channel.saturating_add(255 - painted))
}

/// The colours in the order they come in, and which of them each pixel has; `None` where there are
/// more than a palette holds.
fn indexed(pixels: &[Pixel]) -> Option<(Vec<Colour>, Vec<u8>)> {
    let (mut palette, mut known) = (Vec::new(), HashMap::new());
    let mut indices = Vec::with_capacity(pixels.len());
    // Most pixels are as their neighbour: looked up is each run of them.
    for run in pixels.chunk_by(Pixel::eq) {
        let index = match known.entry(on_white(run[0])) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let index = u8::try_from(palette.len()).ok()?;
                palette.push(*entry.key());
                *entry.insert(index)
            }
        };
        indices.resize(indices.len() + run.len(), index);
    }
    Some((palette, indices))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: Vec<u8>) -> (png::ColorType, Vec<u8>) {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut rgb).unwrap();
        (reader.info().color_type, rgb)
    }

    #[test]
    fn what_is_not_painted_is_white() {
        let mut pixels = Pixmap::new(2, 1).unwrap();
        pixels.data_mut().copy_from_slice(&[10, 20, 30, 255, 0, 0, 64, 64]);
        assert_eq!(
            read(encode(&pixels).unwrap()),
            (png::ColorType::Indexed, vec![10, 20, 30, 191, 191, 255])
        );
    }

    #[test]
    fn every_colour_is_kept_with_and_without_a_palette() {
        for (count, kind) in [(256u16, png::ColorType::Indexed), (257, png::ColorType::Rgb)] {
            let mut pixels = Pixmap::new(u32::from(count), 1).unwrap();
            let colours: Vec<[u8; 4]> = (0..count).map(|n| [n as u8, (n >> 8) as u8, 7, 255]).collect();
            pixels.data_mut().copy_from_slice(&colours.concat());
            let wanted: Vec<u8> = colours.iter().flat_map(|c| c[..3].to_vec()).collect();
            assert_eq!(read(encode(&pixels).unwrap()), (kind, wanted), "{count}");
        }
    }
}

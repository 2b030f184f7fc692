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
        pixels.encode_png().ok()
    }
}

//! SVG to PNG, for programs that cannot draw SVG (the fallback picture in Word).

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

/// Draws SVG with a set of fonts that is read once.
#[derive(Clone)]
pub struct Rasterizer {
    fonts: Arc<fontdb::Database>,
}

impl Rasterizer {
    /// Takes the fonts of the usual folders and of `extra` ones.
    pub fn new(extra: &[std::path::PathBuf]) -> Self {
        let mut fonts = fontdb::Database::new();
        for folder in crate::fonts::font_folders() {
            fonts.load_fonts_dir(folder);
        }
        for path in extra {
            if path.is_dir() {
                fonts.load_fonts_dir(path)
            } else {
                fonts.load_font_file(path).unwrap_or_default()
            }
        }
        Self { fonts: Arc::new(fonts) }
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

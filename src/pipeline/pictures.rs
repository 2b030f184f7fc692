//! The pictures that stand in for drawings in Word. Faces and memory are read at the first drawing:
//! a run that makes no report needs neither.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::digest::Key;
use crate::fonts::Fonts;
use crate::render::raster::Rasterizer;
use crate::reuse::Pictures;

/// Paints drawings, each once for all runs.
pub(super) struct Painter {
    fonts: Fonts,
    rasterizer: OnceLock<Rasterizer>,
    folder: PathBuf,
    ground: Key,
    pictures: OnceLock<Pictures>,
}

impl Painter {
    /// With a memory in `folder`; `ground` is what painting depends on besides the drawing.
    pub fn new(fonts: Fonts, folder: PathBuf, ground: Key) -> Self {
        Self { fonts, rasterizer: OnceLock::new(), folder, ground, pictures: OnceLock::new() }
    }

    /// The drawing as PNG, `width` pixels wide; `None` where it cannot be drawn.
    pub fn png(&self, svg: &str, width: f32) -> Option<Vec<u8>> {
        let pictures = self.pictures.get_or_init(|| Pictures::open(&self.folder, &self.ground));
        let paint = || self.rasterizer.get_or_init(|| Rasterizer::new(&self.fonts)).png(svg, width);
        pictures.of(svg, width, paint)
    }

    /// Forgets pictures of no use; nothing is remembered after it.
    pub fn tidy(&self) {
        self.pictures.get().into_iter().for_each(Pictures::tidy);
    }
}

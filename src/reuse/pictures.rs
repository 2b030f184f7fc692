//! Drawings as they were painted, by the digest of what was drawn.

use std::path::Path;

use super::store::Store;
use crate::digest::{Joint, Key};

/// Pictures of earlier runs, and those of this one.
#[derive(Debug)]
pub struct Pictures(Store);

impl Pictures {
    /// Opens the memory in a folder; `ground` is what painting depends on besides the drawing.
    pub fn open(folder: &Path, ground: &Key) -> Self {
        Self(Store::open(folder.join("pictures"), ground))
    }

    /// The picture of a drawing at a width, painted only if no earlier run has.
    pub fn of(&self, svg: &str, width: f32, paint: impl FnOnce() -> Option<Vec<u8>>) -> Option<Vec<u8>> {
        let key = key(svg, width);
        if let Some(picture) = self.0.get(&key) {
            return Some(picture);
        }
        let picture = paint()?;
        self.0.put(&key, &picture);
        Some(picture)
    }

    /// Forgets what this run had no use for.
    pub fn tidy(&self) {
        self.0.tidy();
    }
}

fn key(svg: &str, width: f32) -> Key {
    let mut joint = Joint::default();
    joint.add(svg.as_bytes());
    joint.add(&width.to_le_bytes());
    joint.key()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_drawing_is_painted_once_at_each_width() {
        let folder = tempfile::tempdir().unwrap();
        let painted = |ground: u8, svg: &str, width: f32| {
            let pictures = Pictures::open(folder.path(), &[ground; 32]);
            let mut painted = false;
            let paint = || {
                painted = true;
                Some(format!("{svg} {width} {ground}").into_bytes())
            };
            let picture = pictures.of(svg, width, paint).unwrap();
            assert_eq!(picture, format!("{svg} {width} {ground}").into_bytes());
            pictures.tidy();
            painted
        };
        assert!(painted(1, "a", 10.0) && painted(1, "b", 10.0) && painted(1, "a", 20.0));
        assert!(!painted(1, "a", 10.0) && !painted(1, "b", 10.0) && !painted(1, "a", 20.0));
        assert!(painted(2, "a", 10.0), "other fonts or another program");
        assert!(Pictures::open(folder.path(), &[2; 32]).of("none", 1.0, || None).is_none());
    }
}

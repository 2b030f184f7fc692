//! What was found for the last texts met, since most texts of returns come again.

use std::rc::Rc;

use rustc_hash::FxHashMap;

/// Findings by text. Those not asked for again are given up, so that there are never more than twice `most`.
#[derive(Debug)]
pub struct Recent<V> {
    most: usize,
    recent: FxHashMap<Rc<str>, V>,
    older: FxHashMap<Rc<str>, V>,
}

impl<V: Clone> Recent<V> {
    /// Keeps `most` texts before those not met again are given up.
    pub fn new(most: usize) -> Self {
        Self { most, recent: FxHashMap::default(), older: FxHashMap::default() }
    }

    /// What was found for a text.
    pub fn get(&mut self, text: &str) -> Option<V> {
        if let Some(found) = self.recent.get(text) {
            return Some(found.clone());
        }
        let (text, found) = self.older.remove_entry(text)?;
        self.put(text, found.clone());
        Some(found)
    }

    /// Texts that are kept.
    #[cfg(test)]
    pub fn kept(&self) -> usize {
        self.recent.len() + self.older.len()
    }

    /// Keeps what was found.
    pub fn put(&mut self, text: Rc<str>, found: V) {
        if self.recent.len() >= self.most {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(text, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_met_again_is_kept_and_the_rest_given_up() {
        let mut recent = Recent::new(10);
        recent.put("企业名称".into(), 0);
        for n in 1..100 {
            assert_eq!(recent.get(&n.to_string()), None);
            recent.put(n.to_string().into(), n);
            assert_eq!(recent.get("企业名称"), Some(0), "{n}");
        }
        assert!(recent.kept() <= 20);
        assert_eq!(recent.get("1"), None);
    }
}

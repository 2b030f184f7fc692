//! Which district answers for a problem: that of the return it stands in, else of the
//! file's returns where they all agree, else of the folder.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::Links;
use crate::period::Period;
use crate::problem::Problem;
use crate::reference::district;

/// A sheet of a file, and the row where the sheet is a table.
type Spot = (Arc<str>, Arc<str>, Option<u32>);

/// The districts that answer for the problems of a period.
#[derive(Clone, Debug, Default)]
pub struct Answerable {
    by_spot: HashMap<Spot, Option<usize>>,
    /// `None` where the returns of a file belong to several districts.
    by_file: HashMap<Arc<str>, Option<Option<usize>>>,
}

/// What was made once, by period; a copy of the returns starts anew, for they may be changed.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<BTreeMap<Period, Arc<Answerable>>>);

impl Known {
    pub fn get(&self, period: Period, make: impl FnOnce() -> Answerable) -> Arc<Answerable> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(period).or_insert_with(|| Arc::new(make())))
    }
}

impl Clone for Known {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Answerable {
    /// Takes the returns of a period.
    pub(super) fn new(links: &Links, period: Period) -> Self {
        let mut out = Self::default();
        for linked in links.returns.iter().filter(|l| l.ret.period == period) {
            let place = &linked.ret.place;
            let row = place.cell.filter(|_| linked.ret.tabular).map(|c| c.row);
            out.by_spot.insert((Arc::clone(&place.file), Arc::clone(&place.sheet), row), linked.district);
            let of_file = out.by_file.entry(Arc::clone(&place.file)).or_insert(Some(linked.district));
            if *of_file != Some(linked.district) {
                *of_file = None;
            }
        }
        out
    }

    /// Index of the district; `None` where nothing tells.
    pub fn of(&self, problem: &Problem) -> Option<usize> {
        let place = &problem.place;
        let spot = |row| self.by_spot.get(&(Arc::clone(&place.file), Arc::clone(&place.sheet), row)).copied();
        let of_return = place.cell.and_then(|c| spot(Some(c.row))).or_else(|| spot(None));
        let of_file = || self.by_file.get(&place.file).copied().flatten();
        let of_folder = || place.file.rsplit('/').skip(1).find_map(district::by_name);
        of_return.or_else(of_file).unwrap_or_else(of_folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Place;
    use crate::problem::Code;

    #[test]
    fn a_file_without_returns_belongs_to_its_folder() {
        let found =
            |file: &str| Answerable::default().of(&Problem::new(Code::FileCorrupt, Place::file(file)));
        assert_eq!(found("新都区/第一批/坏.xlsx"), district::by_name("新都区"));
        assert_eq!(found("企业直报/坏.xlsx"), None);
    }
}

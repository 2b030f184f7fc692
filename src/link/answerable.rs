//! Which district answers for a problem: that of the return it stands in, else of the
//! file's returns where they all agree, else of the folder.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Linked, Links};
use crate::period::Period;
use crate::problem::Problem;
use crate::reference::district;

/// A sheet of a file, and the row where the sheet is a table.
type Spot = (Arc<str>, Arc<str>, Option<u32>);

/// The districts that answer for the problems of a period: of each spot that of the last return there.
#[derive(Clone, Debug, Default)]
pub struct Answerable(Box<[(Spot, Option<usize>)]>);

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
        let of = |linked: &Linked| {
            let place = &linked.ret.place;
            let row = place.cell.filter(|_| linked.ret.tabular).map(|c| c.row);
            ((Arc::clone(&place.file), Arc::clone(&place.sheet), row), linked.district)
        };
        let mut all: Vec<_> = links.returns.iter().filter(|l| l.ret.period == period).map(of).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        Self(all.into())
    }

    fn of_spot(&self, spot: &Spot) -> Option<Option<usize>> {
        let after = self.0.partition_point(|(s, _)| s <= spot);
        let (found, district) = self.0.get(after.checked_sub(1)?)?;
        (found == spot).then_some(*district)
    }

    /// The district of a file's returns, where they all agree.
    fn of_file(&self, file: &Arc<str>) -> Option<Option<usize>> {
        let from = self.0.partition_point(|((name, ..), _)| name < file);
        let mut districts = self.0[from..].iter().take_while(|((name, ..), _)| name == file).map(|(_, d)| *d);
        let first = districts.next()?;
        districts.all(|d| d == first).then_some(first)
    }

    /// Index of the district; `None` where nothing tells.
    pub fn of(&self, problem: &Problem) -> Option<usize> {
        let place = &problem.place;
        let spot = |row| self.of_spot(&(Arc::clone(&place.file), Arc::clone(&place.sheet), row));
        let of_return = place.cell.and_then(|c| spot(Some(c.row))).or_else(|| spot(None));
        let of_folder = || place.file.rsplit('/').skip(1).find_map(district::by_name);
        of_return.or_else(|| self.of_file(&place.file)).unwrap_or_else(of_folder)
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

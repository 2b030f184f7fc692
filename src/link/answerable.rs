//! Which district answers for a problem: that of the return it stands in, else of the
//! file's returns where they all agree, else of the folder.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Linked, Links};
use crate::period::Period;
use crate::problem::Problem;
use crate::reference::district;

/// A sheet of a file, and the row where the sheet is a table.
type Spot<'a> = (&'a str, &'a str, Option<u32>);

fn spot(linked: &Linked) -> Spot<'_> {
    let place = &linked.ret.place;
    (&place.file, &place.sheet, place.cell.filter(|_| linked.ret.tabular).map(|cell| cell.row))
}

/// The districts that answer for the problems of a period: of each spot that of the last return there.
#[derive(Clone, Debug)]
pub struct Answerable<'a> {
    returns: &'a [Linked],
    order: Order,
}

/// Indices of the returns of a period by their spots.
type Order = Arc<[u32]>;

/// What was made once, by period; a copy of the returns starts anew, for they may be changed.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<BTreeMap<Period, Order>>);

impl Known {
    fn get(&self, period: Period, make: impl FnOnce() -> Order) -> Order {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(period).or_insert_with(make))
    }
}

impl Clone for Known {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<'a> Answerable<'a> {
    /// Takes the returns of a period.
    pub(super) fn new(links: &'a Links, period: Period) -> Self {
        let returns = links.returns.as_slice();
        let order = links.answerable.get(period, || {
            let of_period = |at: &u32| returns[*at as usize].ret.period == period;
            let mut all: Vec<u32> = (0..returns.len() as u32).filter(of_period).collect();
            all.sort_by_key(|at| spot(&returns[*at as usize]));
            all.into()
        });
        Self { returns, order }
    }

    fn at(&self, index: u32) -> &'a Linked {
        &self.returns[index as usize]
    }

    fn of_spot(&self, wanted: &Spot<'_>) -> Option<Option<usize>> {
        let after = self.order.partition_point(|at| spot(self.at(*at)) <= *wanted);
        let last = self.at(*self.order.get(after.checked_sub(1)?)?);
        (spot(last) == *wanted).then_some(last.district)
    }

    /// The district of a file's returns, where they all agree.
    fn of_file(&self, file: &str) -> Option<Option<usize>> {
        let name = |at: &u32| &*self.at(*at).ret.place.file;
        let from = self.order.partition_point(|at| name(at) < file);
        let own = self.order[from..].iter().take_while(|at| name(at) == file);
        let mut districts = own.map(|at| self.at(*at).district);
        let first = districts.next()?;
        districts.all(|d| d == first).then_some(first)
    }

    /// Index of the district; `None` where nothing tells.
    pub fn of(&self, problem: &Problem) -> Option<usize> {
        let place = &problem.place;
        let of_row = |row| self.of_spot(&(&*place.file, &*place.sheet, row));
        let of_return = place.cell.and_then(|c| of_row(Some(c.row))).or_else(|| of_row(None));
        let of_folder = || place.file.rsplit('/').skip(1).find_map(district::of_folder);
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
        let (links, period) = (Links::default(), "2025Q1".parse().unwrap());
        let found =
            |file: &str| links.answerable(period).of(&Problem::new(Code::FileCorrupt, Place::file(file)));
        assert_eq!(found("新都区/第一批/坏.xlsx"), district::by_name("新都区"));
        assert_eq!(found("企业直报/坏.xlsx"), None);
    }
}

//! Nothing is lost: received = counted + superseded + excluded, and with a roster
//! expected = counted + excluded-only + missing, for every form and district.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::roster::Roster;
use super::{Key, Linked, Links, Status};
use crate::period::Period;
use crate::spec::Form;

/// The account of one form in one district, or in the city.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    pub received: usize,
    pub counted: usize,
    /// Counted and of none of the roster's projects (see `outside` below).
    pub outside: usize,
    pub superseded: usize,
    pub excluded: usize,
    /// Projects (enterprises for B and E) the roster expects.
    pub expected: usize,
    pub expected_counted: usize,
    /// Expected, and received only with errors.
    pub excluded_only: usize,
    pub missing: usize,
}

impl Account {
    /// Whether both identities hold.
    pub fn balances(&self) -> bool {
        self.received == self.counted + self.superseded + self.excluded
            && self.expected == self.expected_counted + self.excluded_only + self.missing
    }

    fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.counted += other.counted;
        self.outside += other.outside;
        self.superseded += other.superseded;
        self.excluded += other.excluded;
        self.expected += other.expected;
        self.expected_counted += other.expected_counted;
        self.excluded_only += other.excluded_only;
        self.missing += other.missing;
    }
}

/// The accounts of a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounting {
    /// By form and district (`None` is 未归属).
    pub by_district: BTreeMap<(Form, Option<usize>), Account>,
    pub has_roster: bool,
    /// Expected keys that are missing, by form and district of the roster.
    pub missing: Vec<(Form, Option<usize>, Key)>,
}

impl Accounting {
    /// Account of a form over the city.
    pub fn city(&self, form: Form) -> Account {
        let mut sum = Account::default();
        self.by_district.iter().filter(|((f, _), _)| *f == form).for_each(|(_, a)| sum.add(a));
        sum
    }

    /// Account of a form in a district.
    pub fn of(&self, form: Form, district: Option<usize>) -> Account {
        self.by_district.get(&(form, district)).copied().unwrap_or_default()
    }

    /// Districts with anything received, 未归属 included.
    pub fn received_districts(&self) -> Vec<Option<usize>> {
        let mut out: Vec<Option<usize>> =
            self.by_district.iter().filter(|(_, a)| a.received > 0).map(|((_, d), _)| *d).collect();
        out.sort_by_key(|d| d.unwrap_or(usize::MAX));
        out.dedup();
        out
    }
}

pub(super) fn account(links: &mut Links) {
    let mut out: BTreeMap<Period, Accounting> = BTreeMap::new();
    for linked in &links.returns {
        let account = out.entry(linked.ret.period).or_default();
        let account = account.by_district.entry((linked.ret.form, linked.district)).or_default();
        account.received += 1;
        match linked.status {
            Status::Counted => account.counted += 1,
            Status::Superseded { .. } => account.superseded += 1,
            Status::Excluded => account.excluded += 1,
        }
    }
    for (period, roster) in &links.rosters {
        let accounting = out.entry(*period).or_default();
        accounting.has_roster = true;
        let is_outside = outside(roster);
        for linked in links.returns.iter().filter(|l| l.ret.period == *period && is_outside(l)) {
            let account = accounting.by_district.entry((linked.ret.form, linked.district)).or_default();
            account.outside += 1;
        }
        for form in Form::ALL {
            expect(accounting, form, &roster.keys(form), &received(&links.returns, *period, form));
        }
    }
    debug_assert!(out.values().flat_map(|a| a.by_district.values()).all(Account::balances));
    links.accounting = out;
}

/// Tells what is counted beside a roster: of a form that it lists, and of none of its projects.
pub(crate) fn outside(roster: &Roster) -> impl Fn(&Linked) -> bool + use<> {
    let listed: BTreeMap<Form, _> = Form::ALL.into_iter().map(|form| (form, roster.keys(form))).collect();
    move |linked| {
        let keys = listed.get(&linked.ret.form).filter(|keys| !keys.is_empty());
        linked.counted() && keys.is_some_and(|keys| !keys.contains_key(&linked.key))
    }
}

/// Keys received for a form, and whether any of them counts.
fn received(returns: &[Linked], period: Period, form: Form) -> HashMap<&Key, bool> {
    let mut out = HashMap::new();
    for linked in returns.iter().filter(|l| l.ret.period == period && l.ret.form == form) {
        *out.entry(&linked.key).or_insert(false) |= linked.counted();
    }
    out
}

fn expect(
    accounting: &mut Accounting,
    form: Form,
    expected: &BTreeMap<Key, Option<usize>>,
    received: &HashMap<&Key, bool>,
) {
    for (key, district) in expected {
        let account = accounting.by_district.entry((form, *district)).or_default();
        account.expected += 1;
        match received.get(key) {
            Some(true) => account.expected_counted += 1,
            Some(false) => account.excluded_only += 1,
            None => {
                account.missing += 1;
                accounting.missing.push((form, *district, key.clone()));
            }
        }
    }
}

//! The numbers themselves, each from the accounts, facts or returns that every report uses.

use std::collections::BTreeSet;

use super::kind::{Account, Kind, Reach, Side};
use super::{Desk, Whom, part, sources};
use crate::compare::funnel::{Trial, funnel};
use crate::compare::sensitivity::sensitivity;
use crate::link::{self, Accounting};
use crate::metrics::{Level, fixed};
use crate::reference::district::DISTRICTS;
use crate::spec::Form;

/// A number before it has an id.
pub(super) struct Found {
    pub printed: String,
    pub number: Option<f64>,
    pub muted: bool,
}

impl Found {
    pub fn count(n: usize) -> Self {
        Self { printed: n.to_string(), number: Some(n as f64), muted: false }
    }

    pub fn words(printed: String) -> Self {
        Self { printed, number: None, muted: false }
    }

    /// `—` where there is nothing to divide by.
    fn share(x: u64, n: u64, hundred: i128, decimals: u32, sign: &str) -> Self {
        if n == 0 {
            return Self::words("—".into());
        }
        let printed = format!("{}{sign}", fixed(i128::from(x) * hundred, i128::from(n), decimals));
        Self { printed, number: Some(x as f64 / n as f64), muted: false }
    }
}

/// The number of a kind; `None` where such a unit has none.
pub(super) fn number(desk: &Desk, whom: &Whom, kind: &Kind) -> Option<Found> {
    let wide = matches!(whom.level, Level::City | Level::District);
    let counts = |kind: &Kind| Found::count(sources::returns(desk, whom, kind).len());
    match kind {
        Kind::Account(what, form) => wide.then(|| account(desk, whom, *what, *form)).flatten(),
        Kind::Unreadable => wide.then(|| Found::count(sources::unreadable(desk, whom).count())),
        Kind::Reach(which) if wide => reach(desk, whom, *which),
        Kind::Severity(_) | Kind::Code(_) => Some(Found::count(sources::problems(desk, whom, kind).len())),
        Kind::Dissatisfied(_) => Some(counts(kind)),
        Kind::RatingShare(_, item) => {
            let n = desk.now()?.figure(&whom.code, &format!("satisfied_rate.{item}"))?.denominator?;
            Some(Found::share(
                sources::returns(desk, whom, kind).len() as u64,
                u64::try_from(n).ok()?,
                100,
                1,
                "%",
            ))
        }
        Kind::Sensitivity(middle) => {
            let found = sensitivity(desk.now()?, whom.level, &whom.code, &[*middle]).into_iter().next();
            Some(found.map_or_else(
                || Found::words("—".into()),
                |a| {
                    let number = a.fraction.0 as f64 / a.fraction.1 as f64;
                    Found { printed: a.printed, number: Some(number), muted: false }
                },
            ))
        }
        Kind::AllSatisfied => all_satisfied(desk, whom),
        Kind::Level(side, dimension) if wide => Some(level(desk, whom, *side, *dimension)),
        Kind::Part(name, which) => part::part(desk, whom, name, *which),
        Kind::Reach(_) | Kind::Level(..) => None,
    }
}

fn account(desk: &Desk, whom: &Whom, what: Account, form: Option<Form>) -> Option<Found> {
    let empty = Accounting::default();
    let all = desk.links.accounting.get(&desk.period).unwrap_or(&empty);
    // A roster that does not list a form says nothing of it.
    let is_listed = all.has_roster && form.is_none_or(|form| all.city(form).expected > 0);
    if matches!(what, Account::Expected | Account::Missing | Account::Outside) && !is_listed {
        return Some(Found::words("—".into()));
    }
    let one = |form: Form| {
        let account = whom.district.map_or_else(|| all.city(form), |d| all.of(form, d));
        part_of(&account, what)
    };
    Some(Found::count(form.map_or_else(|| Form::ALL.into_iter().map(one).sum(), one)))
}

fn part_of(account: &link::Account, what: Account) -> usize {
    match what {
        Account::Expected => account.expected,
        Account::Received => account.received,
        Account::Counted => account.counted,
        Account::Outside => account.outside,
        Account::Superseded => account.superseded,
        Account::Excluded => account.excluded,
        Account::Missing => account.missing,
    }
}

fn reach(desk: &Desk, whom: &Whom, which: Reach) -> Option<Found> {
    let counted = || sources::own(desk, whom).filter(|l| l.counted());
    let n = match which {
        Reach::Enterprises => distinct(counted().map(|l| &*l.key.enterprise)),
        Reach::Projects => {
            counted().filter(|l| !l.key.project.is_empty()).map(|l| &l.key).collect::<BTreeSet<_>>().len()
        }
        Reach::Agencies => distinct(counted().filter(|l| l.ret.form == Form::F).map(|l| &*l.agency)),
        _ if whom.level != Level::City => return None,
        Reach::Districts => {
            let all = desk.links.accounting.get(&desk.period).map(Accounting::received_districts);
            all.unwrap_or_default().into_iter().flatten().count()
        }
        Reach::AllDistricts => DISTRICTS.len(),
    };
    Some(Found::count(n))
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.filter(|n| !n.is_empty()).collect::<BTreeSet<_>>().len()
}

fn all_satisfied(desk: &Desk, whom: &Whom) -> Option<Found> {
    let level = if whom.level == Level::City { Level::Agency } else { whom.level };
    let found = funnel(desk.now()?, level, Trial::AllSatisfied, desk.settings)?;
    if whom.level == Level::City {
        return Some(Found { printed: found.printed, number: Some(found.theta), muted: false });
    }
    let point = found.points.into_iter().find(|p| p.code == whom.code)?;
    let number = Some(point.x as f64 / point.n.max(1) as f64);
    Some(Found { printed: point.printed, number, muted: point.signal.is_none() })
}

/// Mean of a column of the supplement over the counted ones that fill it.
fn level(desk: &Desk, whom: &Whom, side: Side, dimension: usize) -> Found {
    let all: Vec<i64> = sources::levels(desk, whom, side, dimension).map(|(_, level)| level).collect();
    let sum = u64::try_from(all.iter().sum::<i64>()).unwrap_or(0);
    Found::share(sum, all.len() as u64, 1, 2, "")
}

//! The public edition: what may be known by everybody, and nothing else.
//!
//! One plan decides which figures are hidden ([`suppress`]); pages and open data
//! are made from what it leaves ([`site`], [`data`]); a scanner then searches
//! every finished file for what must not be there ([`leaks`]). Nothing here
//! computes a statistic, and no page reads a figure past the plan.

pub mod account;
pub mod data;
pub mod leaks;
pub mod personal;
pub mod released;
pub mod site;
pub mod suppress;

use std::collections::BTreeMap;
use std::fmt;

use crate::compose::{Case, Scene};
use crate::document::Summary;
use crate::error::Error;
use crate::link::{Key, Links};
use crate::metrics::Measured;
use crate::period::Period;
use crate::settings::Settings;
use crate::templates::Templates;

pub use released::{Released, Said};
pub use site::{Press, edition, print};
pub use suppress::{Plan, Reason, Shown};

/// What a public edition is made from.
pub struct PublicInput<'a> {
    pub links: &'a Links,
    /// Every period to be published; those after `period` are passed over.
    pub measured: &'a BTreeMap<Period, Measured>,
    /// The period of the edition.
    pub period: Period,
    pub settings: &'a Settings,
    pub templates: &'a Templates,
    /// Annex D of the projects of the period; only those with consent are published. For a press
    /// that makes the whole of a summary, project and enterprise are enough.
    pub cases: &'a [PublicCase],
    /// What earlier editions said ([`released::Record`]); empty for none.
    pub earlier: &'a Said,
    /// Periods with a public edition in the outputs; those before `period` whose data are gone are linked.
    pub editions: &'a [Period],
    /// First digits of the digest of the data.
    pub fingerprint: &'a str,
}

/// What an edition says that has none before it.
static NOTHING_SAID: Said = Said::new();

impl<'a> PublicInput<'a> {
    /// What the reports are made from, with the cases that agreed; nothing was said before.
    pub fn of(scene: &'a Scene<'a>, templates: &'a Templates, cases: &'a [PublicCase]) -> Self {
        Self {
            links: scene.links,
            measured: scene.measured,
            period: scene.period,
            settings: scene.settings,
            templates,
            cases,
            earlier: &NOTHING_SAID,
            editions: &[],
            fingerprint: &scene.fingerprint,
        }
    }

    /// Whether the returns are made up (示例数据), which every page then says.
    pub fn is_synthetic(&self) -> bool {
        self.links.synthetic
    }
}

/// The summary of one project.
pub struct PublicCase {
    pub key: Key,
    /// Index of the district; `None` is 未归属.
    pub district: Option<usize>,
    pub summary: Summary,
}

impl PublicCase {
    /// What lists of cases say of a case; its summary is composed when its page is made.
    pub fn head(case: &Case) -> Self {
        let (project, enterprise) = (case.project.clone(), case.enterprise.clone());
        let summary = Summary { project, enterprise, ..Summary::default() };
        Self { key: case.key.clone(), district: case.district, summary }
    }
}

/// A finished public edition.
#[derive(Debug)]
pub struct Edition {
    /// Path below `site/` and content, sorted by path.
    pub files: Vec<(String, Vec<u8>)>,
    pub plan: Plan,
}

/// Why there is no public edition.
#[derive(Debug)]
pub enum Refusal {
    /// Something in the finished files must not be public.
    Leaks(Vec<leaks::Leak>),
    /// Hidden figures that cannot be shown to be safe, whatever else is hidden.
    Narrow(Vec<String>),
    /// The period has no data.
    NoData(Period),
    /// A template is wrong, or a fault of ours.
    Fault(Error),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaks(leaks) => {
                write!(f, "公开版未生成：成品中有{}处不应公开的内容", leaks.len())?;
                leaks.iter().take(20).try_for_each(|leak| write!(f, "\n  {leak}"))
            }
            Self::Narrow(cells) => {
                write!(f, "公开版未生成：有{}个不公开的数，隐去其他数后仍可能被推算", cells.len())?;
                cells.iter().take(20).try_for_each(|cell| write!(f, "\n  {cell}"))
            }
            Self::NoData(period) => write!(f, "公开版未生成：{}没有数据", period.chinese()),
            Self::Fault(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

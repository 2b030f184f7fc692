//! The units that have rows: the city, districts with a received return, agencies
//! with a counted F, all categories, all sizes.

use std::collections::BTreeSet;

use super::catalogue::Level;
use super::{CATEGORIES, SIZES};
use crate::link::{Links, district_code, district_name};
use crate::period::Period;
use crate::reference::district::CITY;
use crate::spec::Form;

/// A unit a metric is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitOf {
    pub level: Level,
    pub code: String,
    pub name: String,
    /// The group of the facts.
    pub group: String,
}

/// All units of a period, in the order they are printed.
pub fn units(links: &Links, period: Period) -> Vec<UnitOf> {
    let unit = |level, code: &str, name: &str, group: String| UnitOf {
        level,
        code: code.into(),
        name: name.into(),
        group,
    };
    let mut out = vec![unit(Level::City, CITY.0, CITY.1, String::new())];
    let districts = links.accounting.get(&period).map(|a| a.received_districts()).unwrap_or_default();
    for district in districts {
        let group = district.map_or("-1".to_owned(), |d| d.to_string());
        out.push(unit(Level::District, district_code(district), district_name(district), group));
    }
    let agencies: BTreeSet<&str> = links.counted(period, Form::F).map(|l| &*l.agency).collect();
    out.extend(agencies.into_iter().map(|a| unit(Level::Agency, a, a, a.to_owned())));
    out.extend(CATEGORIES.iter().enumerate().map(|(i, c)| unit(Level::Category, c, c, i.to_string())));
    out.extend(SIZES.iter().enumerate().map(|(i, s)| unit(Level::Size, s, s, i.to_string())));
    out
}

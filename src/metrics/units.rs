//! The units that have rows: the city, districts with a received return, agencies
//! with a counted F, all categories, all sizes.

use std::collections::BTreeSet;

use super::catalogue::Level;
use super::{CATEGORIES, SIZES};
use crate::link::{Links, district_code, district_name};
use crate::period::Period;
use crate::reference::district::{CITY, DISTRICTS, NOWHERE};
use crate::spec::Form;

/// A unit a metric is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitOf {
    pub level: Level,
    /// What its figures are found by and what stands in their ids: no two units have the same.
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
    out.extend(agencies.into_iter().map(|a| unit(Level::Agency, &agency_code(a), a, a.to_owned())));
    out.extend(CATEGORIES.iter().enumerate().map(|(i, c)| unit(Level::Category, c, c, i.to_string())));
    out.extend(SIZES.iter().enumerate().map(|(i, s)| unit(Level::Size, s, s, i.to_string())));
    out
}

/// Stands before the name of an agency that is called like another unit.
const AGENCY: &str = "agency:";

/// An agency's part in the ids of its figures: its name, told apart where a unit of another level has that code.
/// Which codes are taken does not depend on the returns, so that an id means the same in every quarter.
pub fn agency_code(name: &str) -> String {
    let taken = name == CITY.0
        || name == NOWHERE
        || name.starts_with(AGENCY)
        || DISTRICTS.iter().any(|d| d.code == name)
        || CATEGORIES.contains(&name)
        || SIZES.contains(&name);
    if taken { format!("{AGENCY}{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_agency_can_take_the_code_of_another_unit() {
        for name in ["510100", "510114", "未归属", "标准化服务", "小型", "agency:标准化服务"] {
            assert_eq!(agency_code(name), format!("agency:{name}"));
        }
        assert_eq!(agency_code("成都质量服务中心"), "成都质量服务中心");
    }
}

//! The facts of one project of one quarter, before anybody writes them into a form.

use std::collections::BTreeSet;

use time::{Date, Duration};

use super::rng::Rng;
use super::world::{self, AGENCIES, CHARACTERS, DISTRICTS, District, INDUSTRIES, Industry, SURNAMES, TOPICS};
use crate::period::Period;

/// An invented enterprise.
#[derive(Clone, Debug)]
pub struct Enterprise {
    pub name: String,
    pub district: usize,
    pub industry: usize,
    pub product: &'static str,
    pub representative: String,
    pub contact: String,
    pub phone: String,
    pub address: String,
    pub established: Date,
    /// 0 中型, 1 小型, 2 微型.
    pub size: usize,
    pub employees: i64,
    pub consents: bool,
}

impl Enterprise {
    pub fn district(&self) -> &'static District {
        &DISTRICTS[self.district]
    }

    pub fn industry(&self) -> &'static Industry {
        &INDUSTRIES[self.industry]
    }
}

/// A project with its enterprise and how it went.
#[derive(Clone, Debug)]
pub struct Project {
    /// Number within the quarter, from 0.
    pub number: usize,
    pub enterprise: Enterprise,
    pub name: String,
    pub agency: usize,
    pub staff: String,
    pub expert: Option<String>,
    /// Categories, ascending; the first given is the one served.
    pub needs: Vec<usize>,
    pub topic: usize,
    pub surveyed: Date,
    pub start: Date,
    pub end: Date,
    pub signed: Date,
    /// How well it went, about 0 to 1; satisfaction, scores and indicators follow it.
    pub success: f64,
}

/// All projects of a quarter. Six of ten enterprises of the quarter before come again, and things go a little better.
pub fn projects(
    seed: u64,
    turn: usize,
    quarter: Period,
    count: usize,
    before: &[Project],
    names: &mut BTreeSet<String>,
) -> Vec<Project> {
    let units = (count / 4).clamp(5, DISTRICTS.len());
    (0..count)
        .map(|number| {
            let mut rng = Rng::of(seed, &[turn as u64, number as u64]);
            let known = before.get(number).filter(|_| rng.chance(0.6));
            let enterprise = match known {
                Some(project) => project.enterprise.clone(),
                None => enterprise(&mut rng, number, units, names),
            };
            project(&mut rng, number, turn, quarter, enterprise)
        })
        .collect()
}

fn enterprise(rng: &mut Rng, number: usize, units: usize, names: &mut BTreeSet<String>) -> Enterprise {
    let weights: Vec<f64> = DISTRICTS[..units].iter().map(|d| d.weight).collect();
    // The first projects go round the units, so that none of a small sample is empty.
    let district = if number < units { number } else { rng.weighted(&weights) };
    let industry = rng.index(INDUSTRIES.len());
    let facts = &INDUSTRIES[industry];
    let size = rng.weighted(&[20.0, 55.0, 25.0]);
    let [small, medium, large] = facts.bounds;
    let employees = match size {
        0 => rng.between(medium, (medium * 2).min(large - 1)),
        1 => rng.between(small, (small * 8).min(medium - 1)),
        _ => rng.between(3, small - 1),
    };
    let place = DISTRICTS[district].address;
    // 7919 is prime, so the 10,000 enterprises of a block have numbers of their own.
    let at = names.len();
    let phone = format!("1380{:03}{:04}", at / 10_000 % 1_000, (at * 7919 + 24) % 10_000);
    Enterprise {
        name: enterprise_name(rng, DISTRICTS[district].brand, facts.word, names),
        district,
        industry,
        product: facts.products[rng.index(facts.products.len())],
        representative: person(rng),
        contact: person(rng),
        phone,
        address: format!("{place}拟{}路{}号", rng.pick(&CHARACTERS), rng.between(1, 399)),
        established: Date::from_ordinal_date(rng.between(1996, 2021) as i32, rng.between(1, 360) as u16)
            .unwrap_or(Date::MIN),
        size,
        employees,
        consents: rng.chance(0.85),
    }
}

fn enterprise_name(rng: &mut Rng, brand: &str, word: &str, names: &mut BTreeSet<String>) -> String {
    loop {
        let second = if names.len() > 400 || rng.chance(0.4) {
            rng.pick(&CHARACTERS).to_string()
        } else {
            String::new()
        };
        let brand = ["成都", "四川", brand][rng.weighted(&[60.0, 15.0, 25.0])];
        let kind = ["有限公司", "有限责任公司", "股份有限公司"][rng.weighted(&[75.0, 20.0, 5.0])];
        let name = format!("{brand}拟{}{second}{word}{kind}", rng.pick(&CHARACTERS));
        // 有限公司 and 有限责任公司 of the same brand would look like one enterprise.
        if names.insert(name.replace("有限责任公司", "有限公司").replace("股份", "")) {
            return name;
        }
        if names.len() > 200_000 {
            return format!("{name}{}", names.len());
        }
    }
}

/// An invented person; the 拟 shows it.
fn person(rng: &mut Rng) -> String {
    format!("{}拟{}", rng.pick(&SURNAMES), rng.pick(&CHARACTERS))
}

fn project(rng: &mut Rng, number: usize, turn: usize, quarter: Period, enterprise: Enterprise) -> Project {
    let topic = rng.weighted(&[16.0, 12.0, 18.0, 14.0, 20.0, 8.0, 10.0, 3.0]);
    let mut needs = BTreeSet::from([topic]);
    for other in 0..TOPICS.len() - 1 {
        if rng.chance(0.12) {
            needs.insert(other);
        }
    }
    let agency = (enterprise.district * 5 + rng.index(3)) % AGENCIES.len();
    let name = match rng.index(3) {
        0 => format!("{}{}服务", enterprise.product, TOPICS[topic].project),
        1 => format!("{}企业{}项目", enterprise.industry().word, TOPICS[topic].project),
        _ => format!("{}年{}服务", quarter.year, TOPICS[topic].project),
    };
    let surveyed = quarter.first_day() + Duration::days(rng.between(1, 14));
    let start = surveyed + Duration::days(rng.between(3, 12));
    let end = start + Duration::days(rng.between(25, 50));
    // Some agencies serve better than others: a constant shift of each.
    let habit = (agency as f64 * 0.37).fract() * 0.16 - 0.08;
    let spread = (rng.unit() + rng.unit() + rng.unit()) / 3.0 - 0.5;
    Project {
        number,
        name,
        agency,
        staff: person(rng),
        expert: rng.chance(0.85).then(|| person(rng)),
        needs: needs.into_iter().collect(),
        topic,
        surveyed,
        start,
        end,
        signed: end + Duration::days(rng.between(0, 4)),
        success: (0.62 + habit + spread * 0.9 + 0.05 * turn as f64).clamp(0.05, 0.98),
        enterprise,
    }
}

impl Project {
    pub fn agency_name(&self) -> &'static str {
        AGENCIES[self.agency]
    }

    pub fn topic(&self) -> &'static world::Topic {
        &TOPICS[self.topic]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_projects_is_plausible() {
        let quarter = "2025Q1".parse::<Period>().unwrap();
        let all = projects(7, 0, quarter, 400, &[], &mut BTreeSet::new());
        assert_eq!(all.iter().map(|p| p.enterprise.district).collect::<BTreeSet<_>>().len(), 23);
        for project in &all {
            let bounds = project.enterprise.industry().bounds;
            let class = bounds.iter().filter(|b| project.enterprise.employees >= **b).count();
            assert_eq!(class, 2 - project.enterprise.size, "{project:?}");
            assert!(project.enterprise.name.contains('拟'));
            assert!(project.surveyed < project.start && project.end <= project.signed);
            assert!((project.signed - quarter.first_day()).whole_days() <= 90, "inside the quarter");
            assert!(project.needs.contains(&project.topic));
        }
        let names: BTreeSet<_> = all.iter().map(|p| &p.enterprise.name).collect();
        assert_eq!(names.len(), all.len());
    }
}

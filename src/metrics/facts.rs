//! Facts: what each return, pair or project contributes to each metric, as whole
//! numbers in columns. Joins over returns happen here; sums do not.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::catalogue::{Level, RATIO_SCALE, SCORE_SCALE};
use super::numbers::Numbers;
use super::{CATEGORIES, DIMENSIONS, RATINGS};
use crate::answer::{Id, Return, Val};
use crate::check::names_expert;
use crate::link::{Key, Linked, Links};
use crate::parse::date::days_between;
use crate::period::Period;
use crate::spec::Form;
use crate::text;

/// One table of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Frame {
    /// One per counted F.
    Satisfaction,
    /// One per counted F and category ticked in the C of the same key.
    SatisfactionByCategory,
    /// One per counted B.
    Needs,
    /// One per counted C.
    Services,
    /// One per enterprise and category of B.
    Pairs,
    /// One per counted E.
    Feedback,
    /// One per enterprise and district of C in the four periods before.
    Served,
    /// One per enterprise with two comparable B.
    Changes,
    /// One per counted S.
    Supplements,
    /// One per indicator of S.
    Indicators,
}

/// One fact: who it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Id of the return it is of.
    pub of: Id,
    /// Id of the other return behind it, where there is one.
    pub with: Option<Id>,
    /// Index of the district, -1 for 未归属.
    pub district: i8,
    pub agency: Arc<str>,
    /// Index of the size class, -1 where unknown.
    pub size: i8,
    /// Index of the category, -1 where the frame has none.
    pub category: i8,
    /// Index of the indicator in its supplement, -1 where the frame has none.
    pub indicator: i16,
    /// Whether it counts for the city: an enterprise served in two districts counts there once.
    pub city: bool,
}

/// An index in the few bytes that it takes: a run holds very many facts.
fn small(index: usize) -> i8 {
    i8::try_from(index).unwrap_or(-1)
}

impl Fact {
    /// Ids of the returns behind it.
    pub fn returns(&self) -> impl Iterator<Item = Id> {
        std::iter::once(self.of).chain(self.with)
    }

    /// The group of a level it falls into, as in [`super::UnitOf::group`].
    pub fn group(&self, level: Level) -> String {
        match level {
            Level::City => String::new(),
            Level::District => self.district.to_string(),
            Level::Agency => self.agency.to_string(),
            Level::Category => self.category.to_string(),
            Level::Size => self.size.to_string(),
        }
    }

    /// Whether that is its group; many facts are asked, so that no text is made for each.
    pub fn falls_into(&self, level: Level, group: &str) -> bool {
        let is = |index: i8| group.parse() == Ok(index);
        match level {
            Level::City => group.is_empty(),
            Level::District => is(self.district),
            Level::Agency => *self.agency == *group,
            Level::Category => is(self.category),
            Level::Size => is(self.size),
        }
    }
}

/// A table of facts in listing order, with the whole numbers of each by column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    pub columns: Vec<String>,
    pub rows: Vec<Fact>,
    /// By column.
    numbers: Vec<Numbers>,
}

impl Facts {
    fn new(columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let columns: Vec<String> = columns.into_iter().map(Into::into).collect();
        Self { numbers: vec![Numbers::default(); columns.len()], columns, rows: Vec::new() }
    }

    /// Adds a fact and its numbers in the order of the columns.
    fn push(&mut self, fact: Fact, numbers: impl IntoIterator<Item = i64>) {
        self.rows.push(fact);
        self.numbers.iter_mut().zip(numbers).for_each(|(column, n)| column.push(n));
    }

    /// Gives back what was held ready for more facts.
    fn settled(mut self) -> Self {
        self.rows.shrink_to_fit();
        self.numbers.iter_mut().for_each(Numbers::shrink_to_fit);
        self
    }

    /// Position of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }

    /// A number of a row; `None` where there is no such row or column.
    pub fn number(&self, row: usize, column: usize) -> Option<i64> {
        self.numbers.get(column)?.get(row)
    }

    /// Every column with its name.
    pub(super) fn numbers(&self) -> impl Iterator<Item = (&str, &Numbers)> {
        self.columns.iter().map(String::as_str).zip(&self.numbers)
    }
}

/// Gathers the facts of a period.
pub fn gather(links: &Links, period: Period, middle_score: f64) -> BTreeMap<Frame, Facts> {
    let ground = Ground::new(links, period);
    let satisfaction = satisfaction(&ground, middle_score);
    let all = [
        (Frame::SatisfactionByCategory, by_category(&ground, &satisfaction)),
        (Frame::Satisfaction, satisfaction),
        (Frame::Needs, needs(&ground)),
        (Frame::Services, services(&ground)),
        (Frame::Pairs, pairs(&ground)),
        (Frame::Feedback, feedback(&ground)),
        (Frame::Served, served(&ground)),
        (Frame::Changes, changes(&ground)),
        (Frame::Supplements, supplements(&ground)),
        (Frame::Indicators, indicators(&ground)),
    ];
    all.into_iter().map(|(frame, facts)| (frame, facts.settled())).collect()
}

/// What the gatherers look things up in.
struct Ground<'a> {
    links: &'a Links,
    period: Period,
    sizes: HashMap<&'a Arc<str>, i8>,
}

impl<'a> Ground<'a> {
    fn new(links: &'a Links, period: Period) -> Self {
        let sizes = sizes(links, period);
        Self { links, period, sizes }
    }

    fn counted(&self, form: Form) -> impl Iterator<Item = &'a Linked> {
        self.links.counted(self.period, form)
    }

    fn fact(&self, linked: &Linked) -> Fact {
        Fact {
            of: linked.ret.id,
            with: None,
            district: linked.district.map_or(-1, small),
            agency: Arc::clone(&linked.agency),
            size: self.sizes.get(&linked.key.enterprise).copied().unwrap_or(-1),
            category: -1,
            indicator: -1,
            city: true,
        }
    }
}

/// Size class of every enterprise: that of its newest counted B of this or an earlier period, -1 where it names none.
pub(crate) fn sizes(links: &Links, period: Period) -> HashMap<&Arc<str>, i8> {
    let mut newest: HashMap<&Arc<str>, &Linked> = HashMap::new();
    let earlier = |l: &&Linked| l.counted() && l.ret.form == Form::B && l.ret.period <= period;
    for linked in links.returns.iter().filter(earlier) {
        newest.insert(&linked.key.enterprise, linked);
    }
    let size = |l: &Linked| l.ret.one("size").map_or(-1, small);
    newest.into_iter().map(|(name, l)| (name, size(l))).collect()
}

fn satisfaction(ground: &Ground, middle_score: f64) -> Facts {
    let mut names: Vec<String> = RATINGS
        .iter()
        .flat_map(|item| ["a", "b", "c", "miss"].map(|what| format!("{item}_{what}")))
        .collect();
    names.extend(["middle", "composite", "respondent"].map(String::from));
    let middle = (middle_score * SCORE_SCALE as f64).round() as i64;
    let mut out = Facts::new(names);
    ground.counted(Form::F).for_each(|l| out.push(ground.fact(l), rating_numbers(&l.ret, middle)));
    out
}

fn rating_numbers(ret: &Return, middle: i64) -> Vec<i64> {
    let expert = names_expert(ret);
    let mut numbers = Vec::with_capacity(19);
    for item in RATINGS {
        let answer = ret.one(item);
        // NA: no expert named and both expert items blank. Ratings of an unnamed expert were left out before.
        let applies = expert || item.starts_with("staff");
        numbers.extend([0, 1, 2].map(|level| i64::from(answer == Some(level))));
        numbers.push(i64::from(answer.is_none() && applies));
    }
    let composite = composite_of(RATINGS.map(|item| ret.one(item)), middle);
    numbers.extend([middle, composite.unwrap_or(0), i64::from(composite.is_some())]);
    numbers
}

/// Score of one return over [`super::catalogue::COMPOSITE_SCALE`] from the levels of its four ratings
/// (0 for 满意 to 2), `middle` being the score of 基本满意 over [`SCORE_SCALE`]; `None` where none is answered.
pub(crate) fn composite_of(levels: [Option<usize>; 4], middle: i64) -> Option<i64> {
    let [a, b, c, d] = levels.map(|level| level.map(|i| [100 * SCORE_SCALE, middle, 0][i.min(2)]));
    composite([[a, b], [c, d]])
}

/// Mean over the groups of the mean of each group's answered items, times four.
fn composite(groups: [[Option<i64>; 2]; 2]) -> Option<i64> {
    let means: Vec<i64> = groups
        .iter()
        .filter_map(|items| {
            let scores: Vec<i64> = items.iter().copied().flatten().collect();
            (!scores.is_empty()).then(|| 2 * scores.iter().sum::<i64>() / scores.len() as i64)
        })
        .collect();
    (!means.is_empty()).then(|| 2 * means.iter().sum::<i64>() / means.len() as i64)
}

fn by_category(ground: &Ground, satisfaction: &Facts) -> Facts {
    let ticks: HashMap<&Key, &Linked> = ground.counted(Form::C).map(|l| (&l.key, l)).collect();
    let mut out = Facts::new(&satisfaction.columns);
    for (row, (linked, fact)) in ground.counted(Form::F).zip(&satisfaction.rows).enumerate() {
        let Some(service) = ticks.get(&linked.key) else { continue };
        for category in service.ret.many("need_types") {
            let with = Some(service.ret.id);
            let numbers = satisfaction.numbers.iter().filter_map(|column| column.get(row));
            out.push(Fact { category: small(category), with, ..fact.clone() }, numbers);
        }
    }
    out
}

fn needs(ground: &Ground) -> Facts {
    let levels = ["level_below", "level_average", "level_above", "level_leading", "level_answered"];
    let bases = ["self_declared", "standards", "patents"]
        .iter()
        .flat_map(|b| [format!("{b}_yes"), format!("{b}_answered")]);
    let ticks = CATEGORIES.iter().chain(&["any"]).map(|c| format!("need_{c}"));
    let mut out = Facts::new(levels.map(String::from).into_iter().chain(bases).chain(ticks));
    ground.counted(Form::B).for_each(|l| out.push(ground.fact(l), need_numbers(&l.ret)));
    out
}

fn need_numbers(ret: &Return) -> Vec<i64> {
    let level = ret.one("standard_level");
    let mut numbers: Vec<i64> = (0..4).map(|i| i64::from(level == Some(i))).collect();
    numbers.push(i64::from(level.is_some()));
    let declared = ret.one("self_declared");
    numbers.extend([i64::from(declared == Some(0)), i64::from(declared.is_some())]);
    let standards =
        ["intl_standards", "national_standards", "industry_standards", "local_standards", "group_standards"];
    let counts: Vec<i64> = standards.iter().filter_map(|id| ret.count(id)).collect();
    numbers.extend([i64::from(counts.iter().any(|n| *n > 0)), i64::from(!counts.is_empty())]);
    let patents = ret.count("invention_patents");
    numbers.extend([i64::from(patents.is_some_and(|n| n > 0)), i64::from(patents.is_some())]);
    numbers.extend(tick_numbers(ret));
    numbers
}

/// The eight ticks, and whether there is any.
fn tick_numbers(ret: &Return) -> impl Iterator<Item = i64> + '_ {
    let ticks = ret.many("need_types");
    let any = i64::from(!ticks.is_empty());
    (0..CATEGORIES.len()).map(move |i| i64::from(ticks.contains(&i))).chain([any])
}

fn services(ground: &Ground) -> Facts {
    let surveys: HashMap<&Key, &Linked> = ground.counted(Form::F).map(|l| (&l.key, l)).collect();
    let ticks = CATEGORIES.iter().chain(&["any"]).map(|c| format!("service_{c}"));
    let mut out = Facts::new(["one", "surveyed", "closed"].map(String::from).into_iter().chain(ticks));
    for linked in ground.counted(Form::C) {
        let survey = surveys.get(&linked.key);
        let closed = survey.is_some_and(|f| is_closed(&linked.ret, &f.ret));
        let numbers = [1, i64::from(survey.is_some()), i64::from(closed)];
        let with = survey.map(|f| f.ret.id);
        out.push(Fact { with, ..ground.fact(linked) }, numbers.into_iter().chain(tick_numbers(&linked.ret)));
    }
    out
}

/// Staff and enterprise have signed, and the expert where F names one.
fn is_closed(service: &Return, survey: &Return) -> bool {
    let signed = |id: &str| service.value(id).is_some();
    signed("staff_signature")
        && signed("enterprise_signed")
        && (signed("expert_signature") || !names_expert(survey))
}

/// Days within which a service answers a need.
const RESPONSE_DAYS: i64 = 180;

fn pairs(ground: &Ground) -> Facts {
    let mut services: HashMap<&Arc<str>, Vec<&Linked>> = HashMap::new();
    let later = |l: &&Linked| l.counted() && l.ret.form == Form::C && l.ret.period >= ground.period;
    for linked in ground.links.returns.iter().filter(later) {
        services.entry(&linked.key.enterprise).or_default().push(linked);
    }
    let mut out = Facts::new(["one", "matched", "days"]);
    for linked in ground.counted(Form::B) {
        let Some(dated) = linked.ret.date("dated") else { continue };
        let served = services.get(&linked.key.enterprise).map(Vec::as_slice).unwrap_or_default();
        for category in linked.ret.many("need_types").iter().filter(|c| **c + 1 < CATEGORIES.len()) {
            let first = served
                .iter()
                .filter(|s| s.ret.many("need_types").contains(category))
                .filter_map(|s| Some((days_between(dated, s.ret.range("service_time")?.0), s)))
                .filter(|(days, _)| (0..=RESPONSE_DAYS).contains(days))
                .min_by_key(|(days, s)| (*days, s.ret.position));
            let numbers = [1, i64::from(first.is_some()), first.map_or(-1, |(days, _)| days)];
            let with = first.map(|(_, s)| s.ret.id);
            out.push(Fact { category: small(*category), with, ..ground.fact(linked) }, numbers);
        }
    }
    out
}

fn feedback(ground: &Ground) -> Facts {
    let needs = |ret: &Return| {
        let words = ret.words("next_needs");
        !words.is_empty() && !text::is_none_word(words) && !text::is_blank_mark(words)
    };
    let mut out = Facts::new(["one", "next_need"]);
    ground.counted(Form::E).for_each(|l| out.push(ground.fact(l), [1, i64::from(needs(&l.ret))]));
    out
}

fn served(ground: &Ground) -> Facts {
    let answers: HashMap<&Arc<str>, &Linked> =
        ground.counted(Form::E).map(|l| (&l.key.enterprise, l)).collect();
    let first = ground.period.ordinal() - 4;
    let before = |l: &&Linked| {
        l.counted()
            && l.ret.form == Form::C
            && (first..ground.period.ordinal()).contains(&l.ret.period.ordinal())
    };
    let (mut in_district, mut in_city) = (BTreeSet::new(), BTreeSet::new());
    let mut out = Facts::new(["one", "answered"]);
    for linked in ground.links.returns.iter().filter(before) {
        if !in_district.insert((&linked.key.enterprise, linked.district)) {
            continue;
        }
        let answer = answers.get(&linked.key.enterprise);
        let city = in_city.insert(&linked.key.enterprise);
        let with = answer.map(|e| e.ret.id);
        out.push(Fact { city, with, ..ground.fact(linked) }, [1, i64::from(answer.is_some())]);
    }
    out
}

/// Least number of days between two comparable needs surveys.
const CHANGE_DAYS: i64 = 180;

fn changes(ground: &Ground) -> Facts {
    let mut out = Facts::new(["one", "improved", "same", "worse"]);
    let mut earlier: HashMap<&Arc<str>, Vec<&Linked>> = HashMap::new();
    let before = |l: &&Linked| l.counted() && l.ret.form == Form::B && l.ret.period < ground.period;
    for linked in ground.links.returns.iter().filter(before) {
        earlier.entry(&linked.key.enterprise).or_default().push(linked);
    }
    for linked in ground.counted(Form::B) {
        let (Some(now), Some(level)) = (linked.ret.date("dated"), linked.ret.one("standard_level")) else {
            continue;
        };
        let older = earlier.get(&linked.key.enterprise).into_iter().flatten().filter_map(|old| {
            let (then, was) = (old.ret.date("dated")?, old.ret.one("standard_level")?);
            (days_between(then, now) >= CHANGE_DAYS).then_some((then, old.ret.position, was, old))
        });
        if let Some((_, _, was, old)) = older.max_by_key(|(then, position, ..)| (*then, *position)) {
            let numbers = [1, i64::from(level > was), i64::from(level == was), i64::from(level < was)];
            let with = Some(old.ret.id);
            out.push(Fact { with, ..ground.fact(linked) }, numbers);
        }
    }
    out
}

const DIMENSION_COLUMNS: [&str; 5] = ["gap", "both", "closed", "open", "pairs"];

fn supplements(ground: &Ground) -> Facts {
    let items = DIMENSIONS.iter().chain(&["all"]);
    let mut out = Facts::new(items.flat_map(|item| DIMENSION_COLUMNS.map(|what| format!("{item}_{what}"))));
    for linked in ground.counted(Form::S) {
        let Some(Val::Dimensions(levels)) = linked.ret.value("dimensions") else { continue };
        let mut numbers = Vec::with_capacity(35);
        let mut all = [0i64; 5];
        for level in levels.iter().take(DIMENSIONS.len()) {
            let own = dimension_numbers(*level);
            all.iter_mut().zip(own).for_each(|(sum, n)| *sum += n);
            numbers.extend(own);
        }
        numbers.extend(all);
        out.push(ground.fact(linked), numbers);
    }
    out
}

fn dimension_numbers([before, goal, after]: [Option<i64>; 3]) -> [i64; 5] {
    let gap = before.zip(goal).map(|(b, g)| g - b);
    let open = gap.filter(|g| *g > 0);
    let closed = open.and(after).zip(before).map(|(a, b)| a - b);
    [
        gap.unwrap_or(0),
        i64::from(gap.is_some()),
        closed.unwrap_or(0),
        if closed.is_some() { open.unwrap_or(0) } else { 0 },
        i64::from(closed.is_some()),
    ]
}

fn indicators(ground: &Ground) -> Facts {
    let mut out = Facts::new(["one", "attained"]);
    for linked in ground.counted(Form::S) {
        let Some(Val::Indicators(all)) = linked.ret.value("indicators") else { continue };
        for (at, indicator) in all.iter().enumerate() {
            let (Some(before), Some(goal), Some(after)) = (indicator.before, indicator.goal, indicator.after)
            else {
                continue;
            };
            if let Some(share) = attained(before, goal, after) {
                out.push(
                    Fact { indicator: i16::try_from(at).unwrap_or(-1), ..ground.fact(linked) },
                    [1, share],
                );
            }
        }
    }
    out
}

/// (after − before) / (goal − before) within 0 and 1, over [`RATIO_SCALE`]; the direction cancels out.
fn attained(before: (i64, u32), goal: (i64, u32), after: (i64, u32)) -> Option<i64> {
    let decimals = before.1.max(goal.1).max(after.1);
    let align = |(mantissa, d): (i64, u32)| i128::from(mantissa) * 10i128.pow(decimals - d);
    let (way, whole) = (align(after) - align(before), align(goal) - align(before));
    if whole == 0 {
        return None;
    }
    let (way, whole) = if whole < 0 { (-way, -whole) } else { (way, whole) };
    let scale = i128::from(RATIO_SCALE);
    let share = (2 * way.clamp(0, whole) * scale + whole) / (2 * whole);
    i64::try_from(share).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_composite_is_a_mean_of_group_means() {
        let s = SCORE_SCALE;
        let x = |groups| composite(groups).map(|n| n as f64 / (4 * s) as f64);
        assert_eq!(x([[Some(100 * s), Some(60 * s)], [None, None]]), Some(80.0));
        assert_eq!(x([[Some(100 * s), Some(60 * s)], [Some(0), None]]), Some(40.0));
        assert_eq!(x([[None, None], [None, None]]), None);
    }

    #[test]
    fn attainment_is_clipped_and_knows_both_directions() {
        let of = |b, g, a| attained(b, g, a).map(|n| n as f64 / RATIO_SCALE as f64);
        assert_eq!(of((739, 1), (100, 0), (1000, 1)), Some(1.0));
        assert_eq!(of((58, 1), (30, 1), (44, 1)), Some(0.5));
        assert_eq!(of((5, 0), (5, 0), (6, 0)), None);
        assert_eq!(of((5, 0), (6, 0), (4, 0)), Some(0.0));
    }
}

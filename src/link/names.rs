//! Names: the agency of each return, variants of one agency, near misses of an
//! enterprise, telephones that many share. Suggested, never joined.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::{Found, Key, Linked, Links, Names, Status, problem};
use crate::answer::{Answer, Val};
use crate::parse::contact::{Contact, contact};
use crate::period::Period;
use crate::problem::Code;
use crate::spec::Form;
use crate::text;

/// Agency of form F: its own, else the cover's, else the roster's; without any the return is in error.
pub(super) fn agencies(links: &mut Links, found: &mut Found) {
    let rosters = std::mem::take(&mut links.rosters);
    let mut names = Names::default();
    for linked in &mut links.returns {
        let own = linked.ret.words("agency");
        if !own.is_empty() {
            linked.agency = names.key(own);
            continue;
        }
        let cover = linked.ret.envelope().agency.as_ref().map(|s| Arc::clone(&s.text));
        let key = linked.ret.envelope().key.as_ref().map(|k| k.agency.as_str()).filter(|a| !a.is_empty());
        let roster = rosters.get(&linked.ret.period).and_then(|r| r.agency(&linked.key));
        let known = cover.map(|name| (name, "封面")).or(key.map(|name| (name.into(), "预填表")));
        let Some((name, source)) = known.or(roster.map(|name| (name.into(), "名册"))) else {
            missing_agency(linked, found);
            continue;
        };
        linked.agency = names.key(&name);
        if linked.ret.form == Form::F {
            let note =
                problem(linked, Code::AgencyFromCover, "agency").about(source).found(Arc::clone(&name));
            found.note(linked.ret.period, note);
            let cell = linked.ret.answer("agency").map_or(linked.ret.place.cell, |a| Some(a.cell));
            if let (Some(index), Some(cell)) = (linked.ret.spec.index("agency"), cell) {
                let told = Answer { cell, raw: "".into(), value: Some(Val::Text((*name).into())) };
                linked.ret.answers.set(index, Some(told));
            }
        }
    }
    links.rosters = rosters;
}

fn missing_agency(linked: &mut Linked, found: &mut Found) {
    let faulty = linked.ret.answer("agency").is_some_and(|a| !a.raw.is_empty());
    if linked.ret.form == Form::F && linked.status != Status::Excluded && !faulty {
        found.note(linked.ret.period, problem(linked, Code::RequiredMissing, "agency"));
        linked.status = Status::Excluded;
        linked.ret.excluded = true;
    }
}

/// Other forms take the agency of the F with the same key where neither they nor the roster name one.
pub(super) fn agency_of_services(links: &mut Links) {
    let others = links.returns.iter().filter(|l| l.ret.form != Form::F);
    let wanted: HashSet<(Period, Key)> = others.map(project).collect();
    let by_key: HashMap<(Period, Key), Arc<str>> = links
        .returns
        .iter()
        .filter(|l| l.ret.form == Form::F && l.counted())
        .map(|l| (project(l), Arc::clone(&l.agency)))
        .filter(|(project, _)| wanted.contains(project))
        .collect();
    for linked in links.returns.iter_mut().filter(|l| l.ret.form != Form::F) {
        if let Some(agency) = by_key.get(&project(linked)) {
            linked.agency = Arc::clone(agency);
        }
    }
}

/// Period and key of a return.
fn project(linked: &Linked) -> (Period, Key) {
    (linked.ret.period, linked.key.clone())
}

/// Consent to publication: the answer of cover or row, of the key sheet, else the roster's. A Word
/// document has nowhere to say it: its project's other returns do.
pub(super) fn consent(links: &mut Links) {
    let documents = links.returns.iter().filter(|l| l.ret.envelope().document);
    let wanted: HashSet<(Period, Key)> = documents.map(project).collect();
    let mut agreed: HashMap<(Period, Key), bool> = HashMap::new();
    for linked in &mut links.returns {
        let roster = links.rosters.get(&linked.ret.period).and_then(|r| r.consent(&linked.key));
        linked.consent = said_consent(linked).or(roster).unwrap_or(false);
        let told = linked.status != Status::Excluded && !linked.replaced && !linked.key.project.is_empty();
        if told && !linked.ret.envelope().document && wanted.contains(&project(linked)) {
            *agreed.entry(project(linked)).or_insert(true) &= linked.consent;
        }
    }
    for linked in links.returns.iter_mut().filter(|l| l.ret.envelope().document) {
        if let Some(all) = agreed.get(&project(linked)) {
            linked.consent = *all;
        }
    }
}

/// What the return itself says about publication.
pub fn said_consent(linked: &Linked) -> Option<bool> {
    let envelope = &linked.ret.envelope();
    let by_key = || envelope.key.as_ref().map(|k| k.consent.as_str()).filter(|c| !c.is_empty());
    envelope.consent.as_ref().map(|s| &*s.text).or_else(by_key).map(is_yes)
}

/// Words that agree, however they are ticked.
pub(super) fn is_yes(words: &str) -> bool {
    matches!(text::label(words).as_str(), "是" | "同意" | "同意公开" | "☑是" | "√")
}

/// Variants of one agency's name, and near misses of an enterprise's, in one period.
pub(super) fn variants(links: &Links, found: &mut Found) {
    let periods: BTreeSet<Period> = links.returns.iter().map(|l| l.ret.period).collect();
    for period in periods {
        let here = || told(links, period);
        note_near(&rated(links, period), Code::AgencyVariant, "agency", found);
        let enterprises = here().filter(|l| !l.key.enterprise.is_empty()).map(|l| (&*l.key.enterprise, l));
        note_near(&names(enterprises), Code::NearName, "enterprise", found);
    }
}

/// Returns of a period whose names count.
fn told(links: &Links, period: Period) -> impl Iterator<Item = &Linked> {
    let told = |l: &&Linked| l.status != Status::Excluded && !l.replaced;
    links.returns.iter().filter(move |l| l.ret.period == period).filter(told)
}

/// The agencies that forms F of a period name.
fn rated(links: &Links, period: Period) -> Vec<Name<'_>> {
    names(told(links, period).filter(|l| l.ret.form == Form::F).map(|l| (&*l.agency, l)))
}

/// Spellings that may be of one agency: the rarer, and the one that it is near.
pub fn agency_variants(links: &Links, period: Period) -> Vec<(&str, &str)> {
    let names = rated(links, period);
    near(&names).into_iter().map(|(rare, main)| (names[rare].name, names[main].name)).collect()
}

/// A name, the first return that has it, and how many have.
struct Name<'a> {
    name: &'a str,
    first: &'a Linked,
    count: usize,
}

/// Every name once, sorted.
fn names<'a>(all: impl Iterator<Item = (&'a str, &'a Linked)>) -> Vec<Name<'a>> {
    let mut all: Vec<(&str, &Linked)> = all.collect();
    all.sort_by_key(|(name, _)| *name);
    let same = all.chunk_by(|(a, _), (b, _)| a == b);
    same.map(|same| Name { name: same[0].0, first: same[0].1, count: same.len() }).collect()
}

/// Of two near names the one with fewer returns is told; it is told once.
fn note_near(names: &[Name], code: Code, field: &str, found: &mut Found) {
    for (rare, main) in near(names).into_iter().map(|(rare, main)| (&names[rare], &names[main])) {
        let both = || format!("{}／{}", rare.name, main.name);
        let about = if code == Code::NearName { main.name.to_owned() } else { both() };
        found.note(rare.first.ret.period, problem(rare.first, code, field).about(about));
    }
}

/// Near names as places in the list: the rarer, and of those it is near the one with most returns.
fn near(names: &[Name]) -> Vec<(usize, usize)> {
    let mut by_stem: Vec<(String, usize)> = names.iter().map(|n| stem(n.name)).zip(0..).collect();
    by_stem.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut out = Vec::new();
    for near in by_stem.chunk_by(|(a, _), (b, _)| a == b) {
        let many = |(_, at): &&(String, usize)| (names[*at].count, names[*at].name.chars().count());
        let Some((_, main)) = near.iter().max_by_key(many) else { continue };
        out.extend(near.iter().filter(|(_, at)| at != main).map(|(_, at)| (*at, *main)));
    }
    out
}

/// What is left of a company's name without its legal form, place and brackets.
fn stem(name: &str) -> String {
    let mut stem: String = name.replace(['(', ')'], "");
    for form in ["股份有限公司", "有限责任公司", "有限公司", "股份公司", "集团公司", "公司", "集团"]
    {
        if let Some(rest) = stem.strip_suffix(form) {
            stem = rest.to_owned();
            break;
        }
    }
    for place in ["四川省", "成都市"] {
        if let Some(rest) = stem.strip_prefix(place) {
            let short = place.trim_end_matches(['省', '市']);
            stem = format!("{short}{rest}");
        }
    }
    stem
}

/// The same telephone in the forms of three or more enterprises: worth knowing, no accusation.
pub(super) fn phones(links: &Links, found: &mut Found) {
    let mut all: Vec<(Period, String, &Linked)> = Vec::new();
    for linked in links.returns.iter().filter(|l| !l.key.enterprise.is_empty() && !l.replaced) {
        if let Contact::Phones(numbers) = contact(linked.ret.words("contact")) {
            all.extend(numbers.into_iter().map(|number| (linked.ret.period, number, linked)));
        }
    }
    all.sort_by(|(p, a, l), (q, b, m)| (p, a, &l.key.enterprise).cmp(&(q, b, &m.key.enterprise)));
    for same in all.chunk_by(|(p, a, _), (q, b, _)| (p, a) == (q, b)) {
        let mut who: Vec<&Linked> = same.iter().map(|(_, _, l)| *l).collect();
        who.dedup_by_key(|l| &l.key.enterprise);
        for linked in who.iter().filter(|_| who.len() >= 3) {
            found.note(linked.ret.period, problem(linked, Code::SamePhone, "contact"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn stems_join_legal_forms_only() {
        assert_eq!(stem("成都拟衡质量技术服务公司"), stem("成都拟衡质量技术服务有限公司"));
        assert_eq!(stem("成都市拟裕家具有限公司"), stem("成都拟裕家具有限责任公司"));
        assert_ne!(stem("成都拟柏食品有限公司"), stem("成都拟汐食品有限公司"));
    }
}

//! Names: the agency of each return, variants of one agency, near misses of an
//! enterprise, telephones that many share. Suggested, never joined.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::{Key, Linked, Links, Status, problem};
use crate::answer::{Answer, Val};
use crate::parse::contact::{Contact, contact};
use crate::period::Period;
use crate::problem::{Code, Problem};
use crate::spec::Form;
use crate::text;

/// Agency of form F: its own, else the cover's, else the roster's; without any the return is in error.
pub(super) fn agencies(links: &mut Links, found: &mut Vec<(Period, Problem)>) {
    let rosters = std::mem::take(&mut links.rosters);
    for linked in &mut links.returns {
        let own = linked.ret.words("agency").to_owned();
        if !own.is_empty() {
            linked.agency = agency_name(&own);
            continue;
        }
        let cover = linked.ret.envelope.agency.as_ref().map(|s| s.text.clone());
        let key = linked.ret.envelope.key.as_ref().map(|k| k.agency.clone()).filter(|a| !a.is_empty());
        let roster = rosters.get(&linked.ret.period).and_then(|r| r.agency(&linked.key));
        let known = cover.map(|name| (name, "封面")).or(key.map(|name| (name, "预填表")));
        let Some((name, source)) = known.or(roster.map(|name| (name, "名册"))) else {
            missing_agency(linked, found);
            continue;
        };
        linked.agency = agency_name(&name);
        if linked.ret.form == Form::F {
            let note = problem(linked, Code::AgencyFromCover, "agency").about(source).found(&name);
            found.push((linked.ret.period, note));
            let cell = linked.ret.answer("agency").map_or(linked.ret.place.cell, |a| Some(a.cell));
            if let (Some(index), Some(cell)) = (linked.ret.spec.index("agency"), cell) {
                linked.ret.answers[index] =
                    Some(Answer { cell, raw: "".into(), value: Some(Val::Text(name.into())) });
            }
        }
    }
    links.rosters = rosters;
}

fn missing_agency(linked: &mut Linked, found: &mut Vec<(Period, Problem)>) {
    let faulty = linked.ret.answer("agency").is_some_and(|a| !a.raw.is_empty());
    if linked.ret.form == Form::F && linked.status != Status::Excluded && !faulty {
        found.push((linked.ret.period, problem(linked, Code::RequiredMissing, "agency")));
        linked.status = Status::Excluded;
        linked.ret.excluded = true;
    }
}

/// Display form of an agency: as typed, without blanks.
fn agency_name(words: &str) -> Arc<str> {
    text::key(words).into()
}

/// Other forms take the agency of the F with the same key where neither they nor the roster name one.
pub(super) fn agency_of_services(links: &mut Links) {
    let by_key: HashMap<(Period, Key), Arc<str>> = links
        .returns
        .iter()
        .filter(|l| l.ret.form == Form::F && l.counted())
        .map(|l| ((l.ret.period, l.key.clone()), Arc::clone(&l.agency)))
        .collect();
    for linked in links.returns.iter_mut().filter(|l| l.ret.form != Form::F) {
        if let Some(agency) = by_key.get(&(linked.ret.period, linked.key.clone())) {
            linked.agency = Arc::clone(agency);
        }
    }
}

/// Consent to publication: the answer of cover or row, of the key sheet, else the roster's. A Word
/// document has nowhere to say it: its project's other returns do.
pub(super) fn consent(links: &mut Links) {
    let mut agreed: HashMap<(Period, Key), bool> = HashMap::new();
    for linked in &mut links.returns {
        let roster = links.rosters.get(&linked.ret.period).and_then(|r| r.consent(&linked.key));
        linked.consent = said_consent(linked).or(roster).unwrap_or(false);
        let told = linked.status != Status::Excluded && !linked.replaced && !linked.key.project.is_empty();
        if told && !linked.ret.envelope.document {
            *agreed.entry((linked.ret.period, linked.key.clone())).or_insert(true) &= linked.consent;
        }
    }
    for linked in links.returns.iter_mut().filter(|l| l.ret.envelope.document) {
        if let Some(all) = agreed.get(&(linked.ret.period, linked.key.clone())) {
            linked.consent = *all;
        }
    }
}

/// What the return itself says about publication.
pub fn said_consent(linked: &Linked) -> Option<bool> {
    let envelope = &linked.ret.envelope;
    let by_key = || envelope.key.as_ref().map(|k| k.consent.as_str()).filter(|c| !c.is_empty());
    envelope.consent.as_ref().map(|s| s.text.as_str()).or_else(by_key).map(is_yes)
}

fn is_yes(words: &str) -> bool {
    matches!(text::label(words).as_str(), "是" | "同意" | "同意公开" | "☑是" | "√")
}

/// Variants of one agency's name, and near misses of an enterprise's, in one period.
pub(super) fn variants(links: &Links, found: &mut Vec<(Period, Problem)>) {
    let periods: BTreeSet<Period> = links.returns.iter().map(|l| l.ret.period).collect();
    for period in periods {
        let told = |l: &&Linked| l.status != Status::Excluded && !l.replaced;
        let here = || links.returns.iter().filter(move |l| l.ret.period == period).filter(told);
        let mut agencies: BTreeMap<Arc<str>, Vec<&Linked>> = BTreeMap::new();
        for linked in here().filter(|l| l.ret.form == Form::F) {
            agencies.entry(Arc::clone(&linked.agency)).or_default().push(linked);
        }
        note_near(&agencies, Code::AgencyVariant, "agency", found);
        let mut enterprises: BTreeMap<Arc<str>, Vec<&Linked>> = BTreeMap::new();
        for linked in here().filter(|l| !l.key.enterprise.is_empty()) {
            enterprises.entry(Arc::clone(&linked.key.enterprise)).or_default().push(linked);
        }
        note_near(&enterprises, Code::NearName, "enterprise", found);
    }
}

/// Of two near names the one with fewer returns is told; it is told once.
fn note_near(
    names: &BTreeMap<Arc<str>, Vec<&Linked>>,
    code: Code,
    field: &str,
    found: &mut Vec<(Period, Problem)>,
) {
    let mut by_stem: BTreeMap<String, Vec<&Arc<str>>> = BTreeMap::new();
    for name in names.keys() {
        by_stem.entry(stem(name)).or_default().push(name);
    }
    for group in by_stem.values().filter(|g| g.len() > 1) {
        let Some(main) = group.iter().max_by_key(|n| (names[**n].len(), n.chars().count())) else { continue };
        for rare in group.iter().filter(|n| n != &main) {
            let Some(linked) = names[*rare].first() else { continue };
            let names = if code == Code::NearName { main.to_string() } else { format!("{rare}／{main}") };
            found.push((linked.ret.period, problem(linked, code, field).about(&names)));
        }
    }
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
pub(super) fn phones(links: &Links, found: &mut Vec<(Period, Problem)>) {
    let mut by_phone: BTreeMap<(Period, String), BTreeMap<&Arc<str>, &Linked>> = BTreeMap::new();
    for linked in links.returns.iter().filter(|l| !l.key.enterprise.is_empty() && !l.replaced) {
        if let Contact::Phones(numbers) = contact(linked.ret.words("contact")) {
            for number in numbers {
                let who = by_phone.entry((linked.ret.period, number)).or_default();
                who.entry(&linked.key.enterprise).or_insert(linked);
            }
        }
    }
    for ((period, _), who) in by_phone.into_iter().filter(|(_, who)| who.len() >= 3) {
        for linked in who.values() {
            found.push((period, problem(linked, Code::SamePhone, "contact")));
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

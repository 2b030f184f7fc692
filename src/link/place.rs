//! Which district a return belongs to: cover, column, the key sheet of our own workbook,
//! folder, the address of the enterprise's form B, else 未归属 (interface.md 2). A Word
//! document has no cover: without a folder it goes where its project goes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Found, Key, Linked, Links, Status, district_name, problem};
use crate::cell::Place;
use crate::period::Period;
use crate::problem::{Code, Problem};
use crate::reference::district;
use crate::spec::Form;

pub(super) fn districts(links: &mut Links, found: &mut Found) {
    let addresses = addresses(links);
    let beside = beside_documents(links);
    for linked in &mut links.returns {
        let mut told = Vec::new();
        let own = envelope(linked, &mut told).or_else(|| by_key(linked)).or(linked.stated);
        let by_address = addresses.get(&linked.key.enterprise).copied();
        linked.stated = own;
        linked.district = own.or_else(|| beside.get(&project_of(linked)?).copied()).or(by_address);
        if linked.district.is_none() {
            let field = if linked.ret.answer("enterprise").is_some() { "enterprise" } else { "" };
            let mut note = problem(linked, Code::Unattributed, field);
            note.field = "district".into();
            told.push(note);
        }
        told.extend(mismatch(linked, own));
        if !linked.replaced {
            told.into_iter().for_each(|note| found.note(linked.ret.period, note));
        }
    }
}

/// What the cover or the row says, if it names a district.
fn envelope(linked: &Linked, told: &mut Vec<Problem>) -> Option<usize> {
    let said = linked.ret.envelope().district.as_ref()?;
    let known = district::by_name(&said.text);
    if known.is_none() {
        let place = Place {
            file: Arc::clone(&linked.ret.place.file),
            sheet: Arc::clone(&said.sheet),
            cell: Some(said.cell),
        };
        let mut note = Problem::new(Code::DistrictUnknown, place)
            .about(Arc::clone(&said.text))
            .found(Arc::clone(&said.text));
        note.form = Some(linked.ret.form);
        note.field = "district".into();
        told.push(note.named(linked.ret.enterprise(), linked.ret.project()));
    }
    known
}

/// What the key sheet of our own workbook says: it stands for the cover that was sent with it.
fn by_key(linked: &Linked) -> Option<usize> {
    district::by_name(&linked.ret.envelope().key.as_ref()?.district)
}

type ProjectKey = (Period, Key);

/// The project of a Word document, which carries no district of its own.
fn project_of(linked: &Linked) -> Option<ProjectKey> {
    let is_one = linked.ret.envelope().document && !linked.key.project.is_empty();
    is_one.then(|| (linked.ret.period, linked.key.clone()))
}

/// District of the other returns of each project that has a Word document.
fn beside_documents(links: &Links) -> HashMap<ProjectKey, usize> {
    let wanted: HashSet<ProjectKey> = links.returns.iter().filter_map(project_of).collect();
    let mut out = HashMap::new();
    let of = |counted: bool| links.returns.iter().filter(move |l| l.counted() == counted);
    // What counts says it last; what the document itself stands for, before that.
    let others = of(false).chain(of(true)).filter(|l| l.status != Status::Excluded);
    for linked in others.filter(|l| !l.ret.envelope().document) {
        let key = (linked.ret.period, linked.key.clone());
        let said = linked.ret.envelope().district.as_ref().and_then(|s| district::by_name(&s.text));
        if let Some(at) = said.or_else(|| by_key(linked)).or(linked.stated).filter(|_| wanted.contains(&key))
        {
            out.insert(key, at);
        }
    }
    out
}

fn mismatch(linked: &Linked, own: Option<usize>) -> Option<Problem> {
    if linked.ret.form != Form::B {
        return None;
    }
    let there = district::by_address(linked.ret.words("address"))?;
    let own = own.filter(|own| *own != there)?;
    let name = |at| district_name(Some(at));
    let both = format!("报送为{}，企业地址在{}", name(own), name(there));
    Some(problem(linked, Code::DistrictMismatch, "address").about(both))
}

/// District of each enterprise by the address of its form B; the newest counted one decides.
fn addresses(links: &Links) -> HashMap<Arc<str>, usize> {
    let mut out = HashMap::new();
    let counted = |l: &&Linked| l.ret.form == Form::B && l.counted() && !l.key.enterprise.is_empty();
    for linked in links.returns.iter().filter(counted) {
        if let Some(at) = district::by_address(linked.ret.words("address")) {
            out.insert(Arc::clone(&linked.key.enterprise), at);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::forms::{Extras, SheetPlan, workbook};
    use crate::settings::Settings;
    use crate::spec::Specs;

    #[test]
    fn an_address_elsewhere_is_told_with_both_districts() {
        let specs = Specs::built_in().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let quarter = folder.path().join("2025Q1/锦江区");
        std::fs::create_dir_all(&quarter).unwrap();
        let answers = [("enterprise", "成都拟禾食品有限公司"), ("address", "成都市双流区拟江路1号")];
        let values = answers.map(|(id, words)| (id.to_owned(), words.to_owned())).into();
        let plan = SheetPlan { values, ..SheetPlan::blank(specs.of(Form::B)) };
        std::fs::write(quarter.join("表B.xlsx"), workbook(&[plan], Extras::PLAIN).unwrap()).unwrap();
        let listing = crate::inputs::list(folder.path()).unwrap();
        let settings = Settings::default();
        let links =
            crate::link::link(crate::read::read_all(&listing, &specs, &settings, &|| {}), &specs, &settings);
        let mut told = links.problems.values().flatten().filter(|p| p.code == Code::DistrictMismatch);
        let message = told.next().map(|p| p.message().into_owned());
        let want = "报送区（市）县与企业地址不一致（报送为锦江区，企业地址在双流区），以报送为准";
        assert_eq!(message.as_deref(), Some(want));
    }
}

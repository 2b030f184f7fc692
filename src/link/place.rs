//! Which district a return belongs to: cover, column, folder, the address of the
//! enterprise's form B, else 未归属 (interface.md 2).

use std::collections::HashMap;
use std::sync::Arc;

use super::{Linked, Links, problem};
use crate::cell::Place;
use crate::period::Period;
use crate::problem::{Code, Problem};
use crate::reference::district;
use crate::spec::Form;

pub(super) fn districts(links: &mut Links, found: &mut Vec<(Period, Problem)>) {
    let addresses = addresses(links);
    for linked in &mut links.returns {
        let own = envelope(linked, found).or(linked.folder);
        let by_address = addresses.get(&linked.key.enterprise).copied();
        linked.district = own.or(by_address);
        if linked.district.is_none() {
            let field = if linked.ret.answer("enterprise").is_some() { "enterprise" } else { "" };
            let mut note = problem(linked, Code::Unattributed, field);
            "district".clone_into(&mut note.field);
            found.push((linked.ret.period, note));
        }
        mismatch(linked, own, found);
    }
}

/// What the cover or the row says, if it names a district.
fn envelope(linked: &Linked, found: &mut Vec<(Period, Problem)>) -> Option<usize> {
    let said = linked.ret.envelope.district.as_ref()?;
    let known = district::by_name(&said.text);
    if known.is_none() {
        let place = Place {
            file: Arc::clone(&linked.ret.place.file),
            sheet: Arc::clone(&said.sheet),
            cell: Some(said.cell),
        };
        let mut note = Problem::new(Code::DistrictUnknown, place).about(&said.text).found(&said.text);
        note.form = Some(linked.ret.form);
        "district".clone_into(&mut note.field);
        found.push((linked.ret.period, note.named(linked.ret.enterprise(), linked.ret.project())));
    }
    known
}

fn mismatch(linked: &Linked, own: Option<usize>, found: &mut Vec<(Period, Problem)>) {
    if linked.ret.form != Form::B {
        return;
    }
    let by_address = district::by_address(linked.ret.words("address"));
    if let (Some(own), Some(there)) = (own, by_address)
        && own != there
    {
        found.push((linked.ret.period, problem(linked, Code::DistrictMismatch, "address")));
    }
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

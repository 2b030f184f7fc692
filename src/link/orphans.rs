//! Returns that stand alone: services without needs, satisfaction without services,
//! feedback without services; looked for in every received return of any period.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Found, Key, Links, Status, problem};
use crate::problem::Code;
use crate::spec::Form;

pub(super) fn find(links: &Links, found: &mut Found) {
    let of = |form: Form| links.returns.iter().filter(move |l| l.ret.form == form && !l.replaced);
    let needs: HashSet<&Arc<str>> = of(Form::B).map(|l| &l.key.enterprise).collect();
    let served: HashSet<&Arc<str>> = of(Form::C).map(|l| &l.key.enterprise).collect();
    let projects: HashSet<&Key> = of(Form::C).map(|l| &l.key).collect();
    for linked in links.returns.iter().filter(|l| l.status != Status::Excluded && !l.replaced) {
        let (lost, code, field) = match linked.ret.form {
            Form::C => (!needs.contains(&linked.key.enterprise), Code::ServicesWithoutNeeds, "enterprise"),
            Form::F => (!projects.contains(&linked.key), Code::SatisfactionOrphan, "project"),
            Form::E => {
                (!served.contains(&linked.key.enterprise), Code::FeedbackWithoutServices, "enterprise")
            }
            _ => continue,
        };
        if lost {
            found.note(linked.ret.period, problem(linked, code, field));
        }
    }
}

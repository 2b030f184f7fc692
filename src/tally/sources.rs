//! What is behind a number: the returns that were counted, the expected ones that are missing, the problems.

use super::kind::{Account, Kind, Reach, Side};
use super::{Desk, Line, Whom};
use crate::answer::{Id, Val};
use crate::link::{self, Linked, Status};
use crate::metrics::{Fact, Frame, Level, RATINGS};
use crate::problem::Problem;
use crate::spec::Form;

/// Returns of the period that belong to a unit.
pub(super) fn own<'a, 'w>(desk: &Desk<'a>, whom: &'w Whom) -> impl Iterator<Item = &'a Linked> + use<'a, 'w> {
    let period = desk.period;
    let inside = move |l: &&Linked| match (whom.level, whom.district) {
        (_, Some(district)) => l.district == district,
        (Level::City, None) => true,
        (Level::Agency, None) => *l.agency == *whom.name,
        _ => false,
    };
    desk.links.returns.iter().filter(move |l| l.ret.period == period).filter(inside)
}

/// Ids of the returns a number counts; empty for numbers that count something else.
pub(super) fn returns(desk: &Desk, whom: &Whom, kind: &Kind) -> Vec<Id> {
    let ids = |keep: &dyn Fn(&Linked) -> bool| {
        own(desk, whom).filter(|l| keep(l)).map(|l| l.ret.id).collect::<Vec<_>>()
    };
    match kind {
        Kind::Account(what, form) => {
            let is_form = |l: &Linked| form.is_none_or(|f| l.ret.form == f);
            if *what == Account::Outside {
                let roster = desk.links.rosters.get(&desk.period);
                return roster.map(link::outside).map_or_else(Vec::new, |is| ids(&|l| is_form(l) && is(l)));
            }
            ids(&|l| is_form(l) && is_of(&l.status, *what))
        }
        Kind::Reach(Reach::Districts) => ids(&|l| l.district.is_some()),
        Kind::Reach(Reach::AllDistricts) => Vec::new(),
        Kind::Reach(Reach::Agencies) => ids(&|l| l.counted() && l.ret.form == Form::F),
        Kind::Reach(Reach::Projects) => ids(&|l| l.counted() && !l.key.project.is_empty()),
        Kind::Reach(Reach::Enterprises) => ids(&|l| l.counted()),
        Kind::Dissatisfied(item) => rated(desk, whom, 2, item),
        Kind::RatingShare(level, item) => rated(desk, whom, *level, item),
        Kind::Sensitivity(_) | Kind::AllSatisfied => answered(desk, whom),
        Kind::Level(side, dimension) => levels(desk, whom, *side, *dimension).map(|(id, _)| id).collect(),
        Kind::Unreadable | Kind::Severity(_) | Kind::Code(_) | Kind::Part(..) => Vec::new(),
    }
}

fn is_of(status: &Status, what: Account) -> bool {
    match what {
        Account::Received => true,
        Account::Counted => *status == Status::Counted,
        Account::Superseded => matches!(status, Status::Superseded { .. }),
        Account::Excluded => *status == Status::Excluded,
        Account::Outside | Account::Expected | Account::Missing => false,
    }
}

/// Ids of the surveys of a unit that have 1 in any of the columns.
fn marked(desk: &Desk, whom: &Whom, columns: &[String]) -> Vec<Id> {
    let frame =
        if whom.level == Level::Category { Frame::SatisfactionByCategory } else { Frame::Satisfaction };
    let (Some(unit), Some(facts)) = (desk.unit(whom), desk.now().and_then(|m| m.facts.get(&frame))) else {
        return Vec::new();
    };
    let inside =
        |fact: &Fact| fact.falls_into(unit.level, &unit.group) && (unit.level != Level::City || fact.city);
    let columns: Vec<usize> = columns.iter().filter_map(|name| facts.column(name)).collect();
    let marked = |row: usize| columns.iter().any(|column| facts.number(row, *column) == Some(1));
    let rows = facts.rows.iter().enumerate();
    rows.filter(|(row, fact)| inside(fact) && marked(*row)).map(|(_, fact)| fact.of).collect()
}

/// Surveys that rate an item at a level (0 for 满意 to 2).
fn rated(desk: &Desk, whom: &Whom, level: usize, item: &str) -> Vec<Id> {
    marked(desk, whom, &[format!("{item}_{}", ["a", "b", "c"][level.min(2)])])
}

/// Surveys with any item answered.
fn answered(desk: &Desk, whom: &Whom) -> Vec<Id> {
    let any = RATINGS.iter().flat_map(|item| ["a", "b", "c"].map(|level| format!("{item}_{level}")));
    marked(desk, whom, &any.collect::<Vec<_>>())
}

/// Levels of a column of the counted supplements, with the id of the return.
pub(super) fn levels<'a>(
    desk: &Desk<'a>,
    whom: &Whom,
    side: Side,
    dimension: usize,
) -> impl Iterator<Item = (Id, i64)> + use<'a> {
    let sheets: Vec<&Linked> = own(desk, whom).filter(|l| l.counted() && l.ret.form == Form::S).collect();
    sheets.into_iter().filter_map(move |l| match l.ret.value("dimensions") {
        Some(Val::Dimensions(all)) => Some((l.ret.id, all.get(dimension)?[side as usize]?)),
        _ => None,
    })
}

/// Files of the period of which nothing could be read; of a district, those in its folder.
pub(super) fn unreadable<'a, 'w>(
    desk: &Desk<'a>,
    whom: &'w Whom,
) -> impl Iterator<Item = &'a str> + use<'a, 'w> {
    let all = desk.links.unreadable.get(&desk.period).map(Vec::as_slice).unwrap_or_default();
    all.iter().filter(|(_, folder)| whom.district.is_none_or(|d| d == *folder)).map(|(name, _)| &**name)
}

/// The files that could not be read, each with what is wrong with it.
fn unreadable_lines(desk: &Desk, whom: &Whom) -> Vec<Line> {
    let all = desk.links.problems.get(&desk.period).map(Vec::as_slice).unwrap_or_default();
    let why = |name: &str| all.iter().find(|p| &*p.place.file == name).map(|p| p.message().into_owned());
    let line = |name| Line { words: why(name).unwrap_or_else(|| "未读取".into()), place: name.to_owned() };
    unreadable(desk, whom).map(line).collect()
}

/// Problems a number counts.
pub(super) fn problems<'a>(desk: &Desk<'a>, whom: &Whom, kind: &Kind) -> Vec<&'a Problem> {
    let all = desk.links.problems.get(&desk.period).map(Vec::as_slice).unwrap_or_default();
    let wanted = |p: &&Problem| match kind {
        Kind::Severity(severity) => p.severity == *severity,
        Kind::Code(code) => p.code == *code,
        _ => false,
    };
    let wanted = all.iter().filter(wanted);
    match (whom.level, whom.district) {
        (_, Some(district)) => {
            let answerable = desk.links.answerable(desk.period);
            wanted.filter(|p| answerable.of(p) == district).collect()
        }
        (Level::City, None) => wanted.collect(),
        _ => wanted.filter(|p| own(desk, whom).any(|l| l.ret.place.file == p.place.file)).collect(),
    }
}

/// What a number counts that is no return.
pub(super) fn lines(desk: &Desk, whom: &Whom, kind: &Kind) -> Vec<Line> {
    match kind {
        Kind::Account(Account::Missing, form) => missing(desk, whom, *form),
        Kind::Account(Account::Expected, form) => expected(desk, whom, *form),
        Kind::Unreadable => unreadable_lines(desk, whom),
        Kind::Severity(_) | Kind::Code(_) => problems(desk, whom, kind)
            .into_iter()
            .map(|p| Line {
                words: format!("{}（{}）", p.message(), p.code.id()),
                place: p.place.to_string(),
            })
            .collect(),
        Kind::Reach(Reach::AllDistricts) => crate::reference::district::DISTRICTS
            .iter()
            .map(|d| Line { words: format!("{} {}", d.code, d.name), place: String::new() })
            .collect(),
        _ => Vec::new(),
    }
}

fn key_line(form: Form, enterprise: &str, project: &str) -> Line {
    let project = if project.is_empty() { String::new() } else { format!("　{project}") };
    Line { words: format!("表{form}　{enterprise}{project}"), place: String::new() }
}

fn missing(desk: &Desk, whom: &Whom, form: Option<Form>) -> Vec<Line> {
    let all = desk.links.accounting.get(&desk.period).map(|a| a.missing.as_slice()).unwrap_or_default();
    all.iter()
        .filter(|(f, district, _)| {
            form.is_none_or(|wanted| wanted == *f) && whom.district.is_none_or(|d| d == *district)
        })
        .map(|(form, _, key)| key_line(*form, &key.enterprise, &key.project))
        .collect()
}

fn expected(desk: &Desk, whom: &Whom, form: Option<Form>) -> Vec<Line> {
    let Some(roster) = desk.links.rosters.get(&desk.period) else { return Vec::new() };
    let forms = Form::ALL.into_iter().filter(|f| form.is_none_or(|wanted| wanted == *f));
    forms
        .flat_map(|form| {
            let keys = roster.keys(form).into_iter();
            let own = keys.filter(|(_, district)| whom.district.is_none_or(|d| d == *district));
            own.map(move |(key, _)| key_line(form, &key.enterprise, &key.project)).collect::<Vec<_>>()
        })
        .collect()
}

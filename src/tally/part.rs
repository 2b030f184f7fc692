//! Parts of a figure that are printed beside it: never computed anew, only taken out.

use super::kind::Part;
use super::number::Found;
use super::{Desk, Whom};
use crate::compare::{Against, Comparison, finite};
use crate::metrics::{Figure, Level, Status, Unit, float, percent};

/// The printed part of a figure; `None` where the figure has no such part.
pub(super) fn part(desk: &Desk, whom: &Whom, name: &str, which: Part) -> Option<Found> {
    let figure = desk.now()?.figure(&whom.code, name)?;
    let muted = figure.status == Status::SmallN;
    let found = match which {
        Part::N => whole(figure.denominator?),
        Part::X => {
            let exact = figure.numerator?;
            (exact.scale == 1).then(|| whole(exact.mantissa))?
        }
        Part::Interval => Found::words(figure.printed_interval()?),
        Part::Finite => Found::words(finite_words(desk, figure)?),
        Part::Change(against) => Found::words(change(desk, figure, against)?.told()?),
        Part::Others => Found::words(change(desk, figure, Against::Rest)?.base.as_ref()?.printed.clone()),
    };
    Some(Found { muted, ..found })
}

fn whole(n: i64) -> Found {
    Found { printed: n.to_string(), number: Some(n as f64), muted: false }
}

fn change<'a>(desk: &Desk<'a>, figure: &Figure, against: Against) -> Option<&'a Comparison> {
    desk.comparisons.of(&figure.id(), against)
}

/// Printed like the uncorrected interval; none under the floor and none for categories and sizes.
fn finite_words(desk: &Desk, figure: &Figure) -> Option<String> {
    if figure.status != Status::Ok || !matches!(figure.level, Level::City | Level::District | Level::Agency) {
        return None;
    }
    let now = desk.now()?;
    if !finite::is_sample_of_projects(now, figure) {
        return None;
    }
    let interval = finite::interval(now, figure)?;
    Some(match figure.unit {
        Unit::Rate => format!("{}～{}", percent(interval.lower), percent(interval.upper)),
        _ => format!("{}～{}", float(interval.lower, 2), float(interval.upper, 2)),
    })
}

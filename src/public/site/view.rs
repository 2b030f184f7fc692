//! What pages and open data may see: strings that are already formatted, past the plan.

use serde::Serialize;

use crate::chart::{Estimate, Measure};
use crate::metrics::catalogue::item_label;
use crate::metrics::{Definition, Figure, Level, Measured, Method, Status, Unit};
use crate::period::Period;
use crate::public::suppress::{COUNTED, Plan, counted_id};
use crate::public::{PublicInput, Shown};
use crate::reference::district::{CITY, DISTRICTS, NOWHERE};
use crate::spec::Form;

/// One printed figure.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cell {
    pub text: String,
    /// Figure id; empty for words.
    pub figure: String,
    /// `ok`, `small_n`, `no_data`, `suppressed`, `implied`; empty for words.
    pub status: &'static str,
    /// How many columns it stands over; 0 and 1 for one.
    pub span: usize,
}

/// What the signs of cells mean, for the notes of tables; only those that occur are explained.
pub fn legend(rows: &[Row], threshold: u64, rate_floor: u64) -> Vec<String> {
    let cells = || rows.iter().flat_map(|r| &r.cells);
    let has = |status: &str| cells().any(|c| c.status == status);
    let mut out = Vec::new();
    if cells().any(|c| c.text == "*") {
        out.push(format!(
            "* 为保护单个企业不公开：企业、项目数为1至{}的，比率和得分的有效回答不足{rate_floor}份的，以及公开后可据以推算出前两者的。",
            threshold.saturating_sub(1)
        ));
    }
    if has("implied") {
        out.push("— 不适用、没有数据，或全市为0或100%、各单位的数已由全市的数说明，不再单列。".to_owned());
    } else if cells().any(|c| c.text == "—") {
        out.push("— 不适用或没有数据。".to_owned());
    }
    if has("small_n") {
        out.push("△ 样本量不足，仅供参考（同时以灰色列出）。".to_owned());
    }
    out
}

impl Cell {
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// What stands for a hidden number.
    fn star() -> Self {
        Self { text: "*".into(), status: "suppressed", ..Self::default() }
    }

    /// Words over several columns.
    pub fn across(text: impl Into<String>, span: usize) -> Self {
        Self { text: text.into(), span, ..Self::default() }
    }
}

/// A table of a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Table {
    pub id: String,
    pub caption: String,
    pub unit: String,
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    pub notes: Vec<String>,
    /// Columns of words, not numbers.
    pub is_words: bool,
    /// The dictionary of a file: all of them get columns of one width.
    pub is_dictionary: bool,
}

/// One row: its head, and the cells.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Row {
    pub head: String,
    /// Link of the head; empty for none.
    pub href: String,
    pub cells: Vec<Cell>,
    pub strong: bool,
    /// Number of columns of a row that only names the rows under it; 0 for others.
    pub group: usize,
}

/// A chart with the same numbers as a table. Without a mark it is not drawn, and only named.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Drawing {
    pub id: String,
    pub title: String,
    /// For screens of ordinary width, and for phones.
    pub wide: String,
    pub narrow: String,
    pub table: Table,
    pub note: String,
}

/// A headline number.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Tile {
    pub label: String,
    pub value: Cell,
    pub unit: String,
    pub notes: Vec<String>,
}

/// A link of a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Link {
    pub href: String,
    pub label: String,
    pub note: String,
}

/// The figures of an edition, as the plan lets them be seen.
pub struct Book<'a> {
    pub input: &'a PublicInput<'a>,
    pub plan: &'a Plan,
}

impl<'a> Book<'a> {
    pub fn measured(&self, period: Period) -> Option<&'a Measured> {
        self.input.measured.get(&period)
    }

    /// Periods published, newest first.
    pub fn periods(&self) -> Vec<Period> {
        self.input.measured.keys().rev().copied().filter(|p| *p <= self.input.period).collect()
    }

    pub fn figure(&self, period: Period, unit: &str, name: &str) -> Option<&'a Figure> {
        self.measured(period)?.figure(unit, name)
    }

    /// A figure as printed; one that is not there prints a dash.
    pub fn cell(&self, period: Period, unit: &str, name: &str) -> Cell {
        self.figure(period, unit, name).map_or_else(|| Cell::words("—"), |f| self.printed(f))
    }

    pub fn printed(&self, figure: &Figure) -> Cell {
        let id = figure.id();
        match self.plan.of(&id) {
            Shown::Open => Cell { text: figure.printed(), figure: id, status: figure.status.id(), span: 1 },
            Shown::Hidden(_) => Cell { figure: id, ..Cell::star() },
            Shown::Implied => Cell { status: "implied", ..Cell::words("—") },
            Shown::Unpublished => Cell::words("—"),
        }
    }

    /// The denominator of a figure, where it may be told.
    pub fn base(&self, period: Period, unit: &str, name: &str) -> Cell {
        let Some(figure) = self.figure(period, unit, name) else { return Cell::words("—") };
        match figure.denominator {
            Some(n) if self.plan.tells_base(&figure.id()) => Cell::words(n.to_string()),
            Some(_) if self.plan.of(&figure.id()) == Shown::Implied => Cell::words("—"),
            Some(_) => Cell::star(),
            None => Cell::words("—"),
        }
    }

    /// The interval of a figure, where the figure is shown; hidden with it.
    pub fn interval(&self, period: Period, unit: &str, name: &str) -> Cell {
        let Some(figure) = self.figure(period, unit, name) else { return Cell::words("—") };
        let has_one = Definition::of(figure.metric).is_some_and(|d| d.method != Method::None);
        match self.plan.of(&figure.id()) {
            Shown::Hidden(_) if has_one => Cell::star(),
            Shown::Open => Cell::words(figure.printed_interval().unwrap_or_else(|| "—".into())),
            _ => Cell::words("—"),
        }
    }

    /// The number of counted returns of a form.
    pub fn counted(&self, period: Period, unit: &str, form: Form) -> Cell {
        let id = format!("{period}/{unit}/{}", counted_id(form));
        match (self.plan.of(&id), self.plan.count(period, unit, form)) {
            (Shown::Open, Some(n)) => Cell { text: n.to_string(), figure: id, status: "ok", span: 1 },
            (Shown::Hidden(_), _) => Cell { figure: id, ..Cell::star() },
            _ => Cell::words("—"),
        }
    }

    /// A figure as the measure of a chart: hidden ones have no mark.
    pub fn measure(&self, period: Period, unit: &str, name: &str) -> Measure {
        let cell = self.cell(period, unit, name);
        let value =
            self.figure(period, unit, name).filter(|f| self.plan.is_open(&f.id())).and_then(|f| f.value);
        match value {
            Some(value) => Measure::new(value, cell.text).with_figure(cell.figure),
            None => Measure::missing(cell.text),
        }
    }

    /// Whether a figure is shown and rests on few answers: its marks are grey.
    pub fn is_few(&self, period: Period, unit: &str, name: &str) -> bool {
        self.cell(period, unit, name).status == Status::SmallN.id()
    }

    /// The row of a chart.
    pub fn estimate(&self, period: Period, unit: &str, name: &str, label: &str) -> Estimate {
        let figure = self.figure(period, unit, name).filter(|f| self.plan.is_open(&f.id()));
        let base = self.base(period, unit, name);
        Estimate {
            name: label.to_owned(),
            measure: self.measure(period, unit, name),
            interval: figure.and_then(|f| f.interval).map(|i| (i.lower, i.upper)),
            n: if figure.is_some() { format!("n={}", base.text) } else { String::new() },
            muted: self.is_few(period, unit, name),
        }
    }

    /// Districts in official order with whether they have reported; 未归属 last where it has returns.
    pub fn districts(&self, period: Period) -> Vec<(&'static str, &'static str, bool)> {
        let reported = |code: &str| {
            self.measured(period).is_some_and(|m| m.units_at(Level::District).any(|u| u.code == code))
        };
        let mut out: Vec<_> = DISTRICTS.iter().map(|d| (d.code, d.name, reported(d.code))).collect();
        if reported(NOWHERE) {
            out.push((NOWHERE, NOWHERE, true));
        }
        out
    }
}

impl Plan {
    /// The number of counted returns of a form, where it may be told.
    pub fn count(&self, period: Period, unit: &str, form: Form) -> Option<i64> {
        let name = counted_id(form);
        let cell = self.models.get(&period)?.cells.iter().find(|c| c.unit == unit && c.name == name)?;
        cell.hidden.is_none().then_some(cell.value as i64)
    }
}

/// `区（市）县` names of forms counted.
pub fn counted_label(form: Form) -> &'static str {
    COUNTED.iter().find(|(f, _)| *f == form).map_or("", |(_, label)| label)
}

/// Name of a metric with its item.
pub fn label(metric: &str, item: &str) -> String {
    Definition::of(metric).map_or_else(|| metric.to_owned(), |d| d.name_of(item))
}

/// An item as printed.
pub fn item(item: &str) -> &str {
    item_label(item)
}

/// Code of the city.
pub const CITY_CODE: &str = CITY.0;

/// The decimal that a printed figure stands for: `86.3%` is `0.863`, `2.2` percentage points are `0.022`.
pub fn decimal(printed: &str, unit: Unit) -> String {
    if unit == Unit::PercentPoint {
        return printed.parse().map(|points: f64| format!("{:.3}", points / 100.0)).unwrap_or_default();
    }
    if unit != Unit::Rate {
        return if printed == "—" { String::new() } else { printed.to_owned() };
    }
    let percent: Option<f64> = printed.strip_suffix('%').and_then(|p| p.parse().ok());
    percent.map(|p| format!("{:.3}", p / 100.0)).unwrap_or_default()
}

//! Tables with one return per row, survey-platform exports among them, and rosters:
//! known by a header row whose cells are labels of one form.

use super::answers::{Table, bind_roster, content};
use super::candidate::{Candidate, best_header, candidates};
use super::columns;
use super::label::Scan;
use super::platform::{self, Export};
use super::spread;
use super::{Bindings, Content, Finding};
use crate::cell::Cell;
use crate::problem::Code;
use crate::spec::source::Source;
use crate::spec::{Field, Form, FormSpec, Kind, Specs};
use crate::text;
use crate::workbook::{Sheet, Value};

/// What a column of a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Field(usize),
    /// One option of a question, ticked or not.
    Option(usize, usize),
    District,
    Agency,
    Consent,
    Period,
    Seconds,
}

/// A header: where the data start and what the columns hold.
pub(super) struct Header<'a> {
    pub row: u32,
    pub data_from: u32,
    pub columns: Vec<(u32, Column)>,
    /// The mapping by which answers are read, where the table is a platform's export.
    pub source: Option<(&'a Source, Form)>,
}

impl Header<'_> {
    pub fn fields(&self) -> usize {
        let mut seen: Vec<usize> = self
            .columns
            .iter()
            .filter_map(|(_, c)| match c {
                Column::Field(f) | Column::Option(f, _) => Some(*f),
                _ => None,
            })
            .collect();
        seen.sort_unstable();
        seen.dedup();
        seen.len()
    }

    /// Columns that hold one option each.
    pub fn options(&self) -> usize {
        self.columns.iter().filter(|(_, c)| matches!(c, Column::Option(..))).count()
    }
}

/// Labels that make a header: of a roster, of a form.
pub(super) const ROSTER_LEAST: usize = 3;
pub(super) const FORM_LEAST: usize = 4;

/// Binds the tables of a sheet; `false` where there is none.
pub(super) fn bind(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs, out: &mut Bindings) -> bool {
    let candidates = candidates(sheet, scan, specs, ROSTER_LEAST);
    if let Some(header) = of_roster(&candidates, specs) {
        bind_roster(sheet, &header, &specs.roster, out);
        return true;
    }
    let export = platform::find(sheet, specs);
    if let Some(export) = &export
        && let Some((header, form)) = exported(export, specs)
    {
        bind_table(sheet, &header, form, specs.of(form), &export.rivals, out);
        return true;
    }
    let Some((mut header, form)) = of_form(&candidates, specs) else { return false };
    columns::complete(sheet, &mut header, specs.of(form));
    if is_part_of_a_form(scan, &header, specs.of(form)) {
        return false;
    }
    out.findings.extend(spread::settle(sheet, &mut header, (form, specs.of(form))));
    bind_table(sheet, &header, form, specs.of(form), &[], out);
    true
}

/// The header of a roster, which alone asks for the forms that are due.
pub(super) fn of_roster(candidates: &[Candidate<'_>], specs: &Specs) -> Option<Header<'static>> {
    let header = best_header(candidates, &specs.roster, &specs.cover, ROSTER_LEAST)?;
    let expected = Column::Field(specs.roster.index("expected")?);
    header.columns.iter().any(|(_, column)| *column == expected).then_some(header)
}

/// The header of a form and the form whose labels it shows most of; the smaller form where two tie.
pub(super) fn of_form(candidates: &[Candidate<'_>], specs: &Specs) -> Option<(Header<'static>, Form)> {
    let headers = Form::ALL.into_iter().filter_map(|form| {
        let header = best_header(candidates, specs.of(form), &specs.cover, FORM_LEAST)?;
        Some((header.fields(), header, form))
    });
    richest(headers, specs).map(|(_, header, form)| (header, form))
}

/// Whether a row of labels is only a part of a form: what a table of them would lack stands elsewhere, among others.
fn is_part_of_a_form(scan: &Scan<'_>, header: &Header<'_>, spec: &FormSpec) -> bool {
    let missing = missing(header, spec);
    if missing.is_empty() {
        return false;
    }
    let rows = header.row..header.data_from;
    let mut outside = vec![false; spec.fields.len()];
    let others = scan.cells().iter().filter(|(cell, _)| !rows.contains(&cell.row));
    others.flat_map(|(_, words)| words.hits(spec)).flat_map(|hit| hit.fields).for_each(|f| outside[f] = true);
    missing.iter().all(|field| outside[*field])
        && outside.iter().filter(|there| **there).count() >= FORM_LEAST
}

/// Required fields without a column.
pub(super) fn missing(header: &Header<'_>, spec: &FormSpec) -> Vec<usize> {
    let is = |index: usize, column: &Column| matches!(column, Column::Field(f) | Column::Option(f, _) if *f == index);
    let has = |index: usize| header.columns.iter().any(|(_, column)| is(index, column));
    // The agency may come from the cover or the roster; row by row it is told where neither names one.
    let needed = spec.fields.iter().enumerate().filter(|(_, f)| f.required && &*f.id != "agency");
    needed.map(|(index, _)| index).filter(|index| !has(*index)).collect()
}

fn richest<'a>(
    candidates: impl Iterator<Item = (usize, Header<'a>, Form)>,
    specs: &Specs,
) -> Option<(usize, Header<'a>, Form)> {
    candidates.max_by_key(|(fields, _, form)| (*fields, std::cmp::Reverse(specs.of(*form).fields.len())))
}

/// The header of a platform's export, for the form it asks most of.
fn exported<'a>(export: &Export<'a>, specs: &Specs) -> Option<(Header<'a>, Form)> {
    let candidates = Form::ALL.into_iter().filter_map(|form| {
        let columns = platform::columns(export, form, specs.of(form), &specs.cover);
        let row = export.row.at;
        let header = Header { row, data_from: row + 1, columns, source: Some((export.source, form)) };
        let fields = header.fields();
        (fields >= 4).then_some((fields, header, form))
    });
    richest(candidates, specs).map(|(_, header, form)| (header, form))
}

fn bind_table(
    sheet: &Sheet,
    header: &Header<'_>,
    form: Form,
    spec: &FormSpec,
    rivals: &[&str],
    out: &mut Bindings,
) {
    let refusal = refusal(sheet, header, spec)
        .or_else(|| (!rivals.is_empty()).then(|| (Code::TableByIndex, String::new())));
    let table = Table::of(sheet, header, spec);
    let mut told = Vec::new();
    let into = if refusal.is_none() { &mut out.returns } else { &mut out.refused };
    table.read(form, into, &mut told);
    // What is refused as a whole is not told cell by cell.
    out.findings.extend(told.into_iter().filter(|_| refusal.is_none()));
    if let Some((code, about)) = refusal {
        let found = if code == Code::TableByIndex && !rivals.is_empty() {
            format!("对照文件{}同样适用，不能判断用哪一个", rivals.join("、"))
        } else {
            String::new()
        };
        out.findings.push(Finding { form: Some(form), found, ..Finding::new(code, about) });
    }
}

/// Why a table is refused as a whole (metrics.md 1).
fn refusal(sheet: &Sheet, header: &Header<'_>, spec: &FormSpec) -> Option<(Code, String)> {
    for (index, field) in spec.fields.iter().enumerate() {
        let same: Vec<u32> =
            header.columns.iter().filter(|(_, c)| *c == Column::Field(index)).map(|(col, _)| *col).collect();
        if same.len() > 1 && !are_parts(sheet, header, &same, field) {
            let cells: Vec<String> = same.iter().map(|col| Cell::new(header.row, *col).to_string()).collect();
            return Some((Code::TableColumns, format!("“{}”出现在{}", field.label, cells.join("、"))));
        }
    }
    let missing: Vec<&str> = missing(header, spec).into_iter().map(|at| &*spec.fields[at].label).collect();
    if !missing.is_empty() {
        return Some((Code::TableRequired, missing.join("、")));
    }
    by_index(sheet, header, spec).then(|| (Code::TableByIndex, String::new()))
}

/// Whether two columns hold one answer in parts: name and number of a contact, start and end of a service.
fn are_parts(sheet: &Sheet, header: &Header<'_>, same: &[u32], field: &Field) -> bool {
    let words = |col: &u32| columns::words(sheet, header, *col);
    // Under a header merged over all of them ([`spread`]).
    let merged = same[1..].iter().all(|col| words(col).is_empty());
    match (same, field.kind) {
        (_, Kind::Many | Kind::Contact) if merged => true,
        ([_, _], Kind::Range) if merged => true,
        ([a, b], Kind::Contact) => words(a) != words(b),
        ([a, b], Kind::Range) => {
            let (a, b) = (words(a), words(b));
            columns::edge(&a) == Some(columns::Edge::Start) && columns::edge(&b) == Some(columns::Edge::End)
                || a.contains(['始', '起']) && b.contains(['结', '止'])
        }
        _ => false,
    }
}

/// A platform export by index: every answer to the questions with options is a bare number that no key explains.
fn by_index(sheet: &Sheet, header: &Header<'_>, spec: &FormSpec) -> bool {
    let (mut numbers, mut others) = (0, 0);
    for (col, column) in &header.columns {
        let Column::Field(field) = column else { continue };
        if !matches!(spec.fields[*field].kind, Kind::One | Kind::Many) {
            continue;
        }
        for row in sheet.rows.iter().filter(|r| r.at >= header.data_from) {
            match content(header, spec, *field, sheet.get(Cell::new(row.at, *col))) {
                Content::Typed(value) if is_index(&value) => numbers += 1,
                Content::Typed(_) => others += 1,
                _ => {}
            }
        }
    }
    numbers >= 1 && others == 0
}

/// `3`, `1┋4`: numbers of options.
fn is_index(value: &Value) -> bool {
    let is_small = |part: &str| part.parse::<i32>().is_ok_and(|n| n.abs() <= 20);
    match value {
        Value::Number(n) => n.fract() == 0.0 && n.abs() <= 20.0,
        Value::Text(words) => {
            text::plain(words).split(['┋', '→', ',', ';', ' ']).filter(|p| !p.is_empty()).all(is_small)
        }
        _ => false,
    }
}

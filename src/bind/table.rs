//! Tables with one return per row, survey-platform exports among them, and rosters:
//! known by a header row whose cells are labels of one form.

use super::answers::{Table, bind_roster, content};
use super::candidate::{Candidate, best_header, candidates};
use super::columns::{self, Edge};
use super::platform::{self, Export};
use super::words::Scan;
use super::{Bindings, Content, Finding, combined, doubles, lettered, over, small, strange, unread, wide};
use crate::cell::Cell;
use crate::problem::Code;
use crate::spec::source::Source;
use crate::spec::{Field, Form, FormSpec, Kind, Specs};
use crate::text;
use crate::workbook::{Row, Sheet, Value};

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

impl Column {
    /// The field that it belongs to.
    pub fn field(self) -> Option<usize> {
        match self {
            Self::Field(field) | Self::Option(field, _) => Some(field),
            _ => None,
        }
    }
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
        let mut seen: Vec<usize> = self.columns.iter().filter_map(|(_, column)| column.field()).collect();
        seen.sort_unstable();
        seen.dedup();
        seen.len()
    }

    /// What a column holds.
    pub fn column(&self, col: u32) -> Option<Column> {
        self.columns.iter().find(|(c, _)| *c == col).map(|(_, column)| *column)
    }

    /// The columns that hold a field as a whole.
    pub fn columns_of(&self, field: usize) -> impl Iterator<Item = u32> {
        self.columns.iter().filter(move |(_, c)| *c == Column::Field(field)).map(|(col, _)| *col)
    }

    /// Whether any column is of a field.
    pub fn reads(&self, field: usize) -> bool {
        self.columns.iter().any(|(_, column)| column.field() == Some(field))
    }

    /// The rows below it.
    pub fn rows<'s>(&self, sheet: &'s Sheet) -> &'s [Row] {
        &sheet.rows[sheet.rows.partition_point(|row| row.at < self.data_from)..]
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
    let candidates = candidates(sheet, specs, ROSTER_LEAST);
    if let Some((header, letters)) = lettered::roster(sheet, &candidates, specs) {
        bind_roster(sheet, &header, &letters, &specs.roster, out);
        return true;
    }
    let export = platform::find(sheet, specs);
    if let Some(export) = &export
        && let Some(mut table) = exported(export, specs)
    {
        doubles::order(sheet, &mut table.0, specs.of(table.1));
        let refused = out.refused.len();
        bind_table(sheet, &table.0, table.1, specs, &export.rivals, out);
        if out.refused.len() == refused {
            let spec = specs.of(table.1);
            out.findings.extend(unread::note(sheet, &[table], spec));
        }
        return true;
    }
    let mut headers = of_forms(&candidates, specs);
    let main = richest(&headers, specs).map(|at| headers.swap_remove(at));
    let Some((mut header, form)) =
        main.or_else(|| of_options(sheet, &candidates, specs)).or_else(|| small::ledger(sheet, scan, specs))
    else {
        return false;
    };
    columns::complete(sheet, &mut header, specs.of(form));
    if is_part_of_a_form(scan, &header, specs.of(form)) {
        return false;
    }
    bind_rows(sheet, (header, form), headers, specs, out);
    true
}

/// Binds the rows under a header for its first form and for every other one that they hold as well.
fn bind_rows(
    sheet: &Sheet,
    (mut header, form): (Header<'static>, Form),
    headers: Vec<(Header<'static>, Form)>,
    specs: &Specs,
    out: &mut Bindings,
) {
    let mut told = Vec::new();
    let mut tables = combined::others(sheet, headers, (&mut header, form), specs, &mut told);
    tables.insert(0, (header, form));
    for (header, form) in &mut tables {
        let spec = specs.of(*form);
        strange::set_aside(sheet, header);
        told.extend(wide::settle(sheet, header, (*form, spec)));
        told.extend(doubles::settle(sheet, header, (*form, spec)));
        doubles::order(sheet, header, spec);
    }
    told.extend(unread::note(sheet, &tables, specs.of(form)));
    let refused = out.refused.len();
    for (header, form) in &tables {
        bind_table(sheet, header, *form, specs, &[], out);
    }
    // What is refused as a whole is not told column by column.
    out.findings.extend(told.into_iter().filter(|_| out.refused.len() == refused));
}

/// The header of a roster, which alone asks for the forms that are due.
pub(super) fn of_roster(candidates: &[Candidate], specs: &Specs) -> Option<Header<'static>> {
    let header = best_header(candidates, &specs.roster, &specs.cover, ROSTER_LEAST)?;
    let expected = Column::Field(specs.roster.index("expected")?);
    header.columns.iter().any(|(_, column)| *column == expected).then_some(header)
}

/// The header of a form and the form whose labels it shows most of; the smaller form where two tie.
pub(super) fn of_form(candidates: &[Candidate], specs: &Specs) -> Option<(Header<'static>, Form)> {
    let mut headers = of_forms(candidates, specs);
    richest(&headers, specs).map(|at| headers.swap_remove(at))
}

/// The headers of all forms whose labels are there.
fn of_forms(candidates: &[Candidate], specs: &Specs) -> Vec<(Header<'static>, Form)> {
    let header = |form| best_header(candidates, specs.of(form), &specs.cover, FORM_LEAST).map(|h| (h, form));
    Form::ALL.into_iter().filter_map(header).collect()
}

/// A header of few labels and of options by their bare names, with all that its form requires.
fn of_options(sheet: &Sheet, candidates: &[Candidate], specs: &Specs) -> Option<(Header<'static>, Form)> {
    const LABELS: usize = 2;
    const OPTIONS: usize = 3;
    let asks = |form: &Form| specs.of(*form).fields.iter().any(|f| f.kind == Kind::Many);
    let header = |form| {
        let mut header = best_header(candidates, specs.of(form), &specs.cover, LABELS)?;
        columns::complete(sheet, &mut header, specs.of(form));
        let whole = header.options() >= OPTIONS && missing(&header, specs.of(form)).is_empty();
        whole.then_some((header, form))
    };
    let mut headers: Vec<_> = Form::ALL.into_iter().filter(asks).filter_map(header).collect();
    richest(&headers, specs).map(|at| headers.swap_remove(at))
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
    others
        .flat_map(|(_, words)| words.hits(spec))
        .flat_map(|hit| &hit.fields)
        .for_each(|f| outside[*f] = true);
    missing.iter().all(|field| outside[*field])
        && outside.iter().filter(|there| **there).count() >= FORM_LEAST
}

/// Required fields without a column.
pub(super) fn missing(header: &Header<'_>, spec: &FormSpec) -> Vec<usize> {
    // The agency may come from the cover or the roster; row by row it is told where neither names one.
    let needed = spec.fields.iter().enumerate().filter(|(_, f)| f.required && &*f.id != "agency");
    needed.map(|(index, _)| index).filter(|index| !header.reads(*index)).collect()
}

/// The header that names most fields; where two tie, that which lacks nothing, and that of the smaller form.
fn richest(headers: &[(Header<'_>, Form)], specs: &Specs) -> Option<usize> {
    let rank = |at: &usize| {
        let (header, form) = &headers[*at];
        let spec = specs.of(*form);
        (header.fields(), missing(header, spec).is_empty(), std::cmp::Reverse(spec.fields.len()))
    };
    (0..headers.len()).max_by_key(rank)
}

/// The header of a platform's export, for the form it asks most of.
fn exported<'a>(export: &Export<'a>, specs: &Specs) -> Option<(Header<'a>, Form)> {
    let headers = Form::ALL.into_iter().filter_map(|form| {
        let columns = platform::columns(export, form, specs.of(form), &specs.cover);
        let row = export.row.at;
        let header = Header { row, data_from: row + 1, columns, source: Some((export.source, form)) };
        (header.fields() >= FORM_LEAST).then_some((header, form))
    });
    let mut headers: Vec<_> = headers.collect();
    richest(&headers, specs).map(|at| headers.swap_remove(at))
}

fn bind_table(
    sheet: &Sheet,
    header: &Header<'_>,
    form: Form,
    specs: &Specs,
    rivals: &[&str],
    out: &mut Bindings,
) {
    let spec = specs.of(form);
    let at = Cell::new(header.row, header.columns.iter().map(|(col, _)| *col).min().unwrap_or(0));
    let refusal = refusal(sheet, header, spec)
        .or_else(|| (!rivals.is_empty()).then(|| (Code::TableByIndex, String::new(), None)));
    let table = Table::of(sheet, header, spec);
    let mut told = Vec::new();
    let into = if refusal.is_none() { &mut out.returns } else { &mut out.refused };
    let before = into.len();
    table.read(form, into, &mut told);
    if let Some(agency) = over::agency(sheet, header, &specs.cover) {
        for bound in &mut into[before..] {
            bound.envelope.agency.get_or_insert_with(|| Box::new(agency.clone()));
        }
    }
    // What is refused as a whole is not told cell by cell.
    out.findings.extend(told.into_iter().filter(|_| refusal.is_none()));
    if let Some((code, about, cell)) = refusal {
        let found = if code == Code::TableByIndex && !rivals.is_empty() {
            format!("对照文件{}同样适用，不能判断用哪一个", rivals.join("、"))
        } else {
            String::new()
        };
        let (sheet, cell) = (sheet.name.clone(), cell.or(Some(at)));
        out.findings.push(Finding { sheet, cell, form: Some(form), found, ..Finding::new(code, about) });
    }
}

/// Why a table is refused as a whole (metrics.md 1), and where, if at one cell of the header.
fn refusal(sheet: &Sheet, header: &Header<'_>, spec: &FormSpec) -> Option<(Code, String, Option<Cell>)> {
    for (index, field) in spec.fields.iter().enumerate() {
        let same: Vec<u32> = header.columns_of(index).collect();
        if same.len() > 1 && !are_parts(sheet, header, &same, field) {
            let cells: Vec<String> = same.iter().map(|col| Cell::new(header.row, *col).to_string()).collect();
            let about = format!("“{}”出现在{}", field.label, cells.join("、"));
            return Some((Code::TableColumns, about, Some(Cell::new(header.row, same[0]))));
        }
    }
    let missing: Vec<&str> = missing(header, spec).into_iter().map(|at| &*spec.fields[at].label).collect();
    if !missing.is_empty() {
        return Some((Code::TableRequired, missing.join("、"), None));
    }
    by_index(sheet, header, spec).then(|| (Code::TableByIndex, String::new(), None))
}

/// Whether two columns hold one answer in parts: name and number of a contact, start and end of a service.
pub(super) fn are_parts(sheet: &Sheet, header: &Header<'_>, same: &[u32], field: &Field) -> bool {
    let words = |col: &u32| columns::words(sheet, header, *col);
    // Under a header merged over all of them ([`wide`]).
    let merged = same[1..].iter().all(|col| words(col).is_empty());
    match (same, field.kind) {
        (_, Kind::Many | Kind::Contact) if merged => true,
        ([_, _], Kind::Range) if merged => true,
        (_, Kind::Contact) => {
            let words: Vec<String> = same.iter().map(words).collect();
            words.iter().enumerate().all(|(at, word)| !words[..at].contains(word))
        }
        ([a, b], Kind::Range) => {
            let (a, b) = (words(a), words(b));
            let ends = (columns::edge(&a), columns::edge(&b));
            let both = [(Some(Edge::Start), Some(Edge::End)), (Some(Edge::End), Some(Edge::Start))];
            both.contains(&ends) || a.contains(['始', '起']) && b.contains(['结', '止'])
        }
        _ => false,
    }
}

/// A platform export by index: every answer to the questions with options is a bare number that no key explains.
/// In a table of people 1 and 0 say 是 and 否 ([`super::answers`]).
fn by_index(sheet: &Sheet, header: &Header<'_>, spec: &FormSpec) -> bool {
    let (mut numbers, mut others) = (0, 0);
    for (col, column) in &header.columns {
        let Column::Field(field) = column else { continue };
        let asked = &spec.fields[*field];
        if !asked.kind.has_options() || header.source.is_none() && is_yes_no(asked) {
            continue;
        }
        for row in header.rows(sheet) {
            match content(header, spec, *field, sheet.get(Cell::new(row.at, *col))) {
                Content::Typed(value) if is_index(&value) => numbers += 1,
                Content::Typed(_) => others += 1,
                _ => {}
            }
        }
    }
    numbers >= 1 && others == 0
}

/// Whether a question is answered with 是 or 否.
pub(super) fn is_yes_no(field: &Field) -> bool {
    field.kind == Kind::One && matches!(&field.options[..], [yes, no] if yes == "是" && no == "否")
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

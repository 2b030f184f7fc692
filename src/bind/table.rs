//! Tables with one return per row, survey-platform exports among them, and rosters:
//! known by a header row whose cells are labels of one form.

use std::sync::Arc;

use super::above::{self, Cells};
use super::candidate::{Candidate, best_header, candidates};
use super::columns;
use super::header::{self, Readings};
use super::label::Scan;
use super::lettered::{self, Letters};
use super::platform::{self, Export};
use super::rows::data_rows;
use super::ticks;
use super::{Bindings, Bound, Content, Envelope, Finding, RosterRow, Said, Slot};
use crate::cell::Cell;
use crate::parse::date;
use crate::parse::marks::Choice;
use crate::problem::Code;
use crate::spec::source::Source;
use crate::spec::{ANSWER_TIME, Field, Form, FormSpec, Kind, Specs};
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
    if let Some((header, letters)) = lettered::roster(sheet, &candidates, specs) {
        bind_roster(sheet, &header, &letters, &specs.roster, out);
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

/// What a column is by the readings of its header.
pub(super) fn column_of(
    Readings { plain, shortened, asked }: &Readings,
    spec: &FormSpec,
    cover: &FormSpec,
    before: &[(u32, Column)],
) -> Option<Column> {
    let read = |label: &String| {
        let field = spec.by_label(label).map(|f| Column::Field(beside(spec, f, label, before)));
        field.or_else(|| envelope_column(label, cover))
    };
    plain
        .iter()
        .find_map(read)
        .or_else(|| option_column(plain, spec))
        .or_else(|| rated(asked, spec))
        .or_else(|| shortened.iter().find_map(read))
        .or_else(|| with_unit(plain, spec))
}

/// A question with options that one of the labels asks.
pub(super) fn rated(asked: &[String], spec: &FormSpec) -> Option<Column> {
    let with_options = |field: &usize| spec.fields[*field].kind == Kind::One;
    asked.iter().find_map(|label| spec.by_label(label).filter(with_options)).map(Column::Field)
}

/// `从业人员数量人`, `从业人员数量/人`: the label with its unit.
fn with_unit(plain: &[String], spec: &FormSpec) -> Option<Column> {
    plain.iter().find_map(|label| {
        let field = spec.fields.iter().position(|f| {
            let bare = || Some(label.strip_suffix(f.unit.as_str())?.trim_end_matches(header::UNIT_SIGNS));
            !f.unit.is_empty() && bare().is_some_and(|b| f.labels.iter().any(|l| l == b))
        })?;
        Some(Column::Field(field))
    })
}

/// 日期 alone belongs to the signature in the column before it.
pub(super) fn beside(spec: &FormSpec, field: usize, label: &str, before: &[(u32, Column)]) -> usize {
    let plain = spec.fields[field].beside.is_some() && spec.fields[field].labels[0] == label;
    if !plain {
        return field;
    }
    let last = before.iter().rev().find_map(|(_, c)| if let Column::Field(f) = c { Some(*f) } else { None });
    let owner = last.and_then(|l| spec.fields.iter().position(|f| f.beside == Some(l)));
    owner.unwrap_or(field)
}

pub(super) fn envelope_column(label: &str, cover: &FormSpec) -> Option<Column> {
    if ANSWER_TIME.contains(&label) {
        return Some(Column::Seconds);
    }
    match &*cover.fields[cover.by_label(label)?].id {
        "district" => Some(Column::District),
        "agency" => Some(Column::Agency),
        "consent" => Some(Column::Consent),
        "period" => Some(Column::Period),
        _ => None,
    }
}

/// `质量提升需求类型:标准化服务`, `4.质量提升需求类型(标准化服务)`: one column per option.
fn option_column(plain: &[String], spec: &FormSpec) -> Option<Column> {
    let known = |field: usize, option: &str| {
        let bare = option.split_once('(').map_or("", |(bare, _)| bare);
        [option, bare]
            .into_iter()
            .map(text::label)
            .find_map(|option| spec.fields[field].choices.iter().position(|c| c.spellings.contains(&option)))
    };
    plain.iter().find_map(|whole| {
        if let Some(column) = option_behind(whole, spec, known) {
            return Some(column);
        }
        let cuts = whole.match_indices(header::OPTION_SIGNS);
        cuts.take(header::OPTION_CUTS).find_map(|(at, sign)| {
            let question = &whole[..at];
            let option = whole[at + sign.len()..].trim_start_matches(header::OPTION_SIGNS);
            let field = spec.by_label(&text::label(question))?;
            let has_options = matches!(spec.fields[field].kind, Kind::Many | Kind::One);
            let index = has_options.then(|| known(field, option.trim_end_matches([')', ']']))).flatten()?;
            Some(Column::Option(field, index))
        })
    })
}

/// `质量提升需求类型 标准化服务`: only a blank or a line break between the question and its option.
fn option_behind(
    whole: &str,
    spec: &FormSpec,
    known: impl Fn(usize, &str) -> Option<usize>,
) -> Option<Column> {
    let asks = spec.fields.iter().enumerate().filter(|(_, f)| matches!(f.kind, Kind::Many | Kind::One));
    asks.flat_map(|(at, field)| field.labels.iter().map(move |label| (at, label))).find_map(|(at, label)| {
        let option = whole.strip_prefix(label.as_str()).filter(|option| !option.is_empty())?;
        known(at, option).map(|option| Column::Option(at, option))
    })
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
    let cells = Cells::of(sheet, header);
    for row in data_rows(sheet, header, spec) {
        let bound = bind_row((sheet, &cells), header, form, spec, row);
        match &refusal {
            None => out.returns.push(bound),
            Some(_) => out.refused.push(bound),
        }
    }
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
fn are_parts(sheet: &Sheet, header: &Header<'_>, columns: &[u32], field: &Field) -> bool {
    // In two rows, the parts stand in the lower one.
    let words = |col: &u32| {
        let rows = (header.row..header.data_from).rev();
        text::label(
            &rows.map(|row| sheet.text(Cell::new(row, *col))).find(|w| !w.is_empty()).unwrap_or_default(),
        )
    };
    match (columns, field.kind) {
        ([a, b], Kind::Contact) => words(a) != words(b),
        ([a, b], Kind::Range) => {
            let (a, b) = (words(a), words(b));
            columns::edge(&a) == Some(columns::Edge::Start) && columns::edge(&b) == Some(columns::Edge::End)
                || a.contains(['始', '起']) && b.contains(['结', '止'])
        }
        _ => false,
    }
}

/// The content of a field that an earlier column began.
fn with_part(field: &Field, before: Option<Slot>, cell: Cell, content: Content) -> Slot {
    let sign = match field.kind {
        Kind::Range => "至",
        Kind::Contact => " ",
        _ => return Slot { cell, content },
    };
    match (before, content) {
        (Some(Slot { cell, content: Content::Typed(first) }), Content::Typed(second)) => {
            let words = format!("{}{sign}{}", first.text(), second.text());
            Slot { cell, content: Content::Typed(Value::Text(words)) }
        }
        (Some(Slot { cell: _, content: Content::Blank }), Content::Typed(end))
            if field.kind == Kind::Range =>
        {
            Slot { cell, content: open_ended(end, |end| format!("{sign}{end}")) }
        }
        (Some(Slot { cell, content: Content::Typed(start) }), Content::Blank)
            if field.kind == Kind::Range =>
        {
            Slot { cell, content: open_ended(start, |start| format!("{start}{sign}")) }
        }
        (Some(slot), Content::Blank) => slot,
        (_, content) => Slot { cell, content },
    }
}

/// One end of a period whose other end was left out: the sign for a range stays, so that a day is not read as both.
fn open_ended(value: Value, with_sign: impl Fn(&str) -> String) -> Content {
    let words = value.text();
    let is_day = matches!(date::date(&words), Ok(Some(_)));
    Content::Typed(if is_day { Value::Text(with_sign(&words)) } else { value })
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

fn bind_row(
    (sheet, cells): (&Sheet, &Cells<'_>),
    header: &Header<'_>,
    form: Form,
    spec: &FormSpec,
    row: &Row,
) -> Bound {
    let first = row.cells.first().map_or(0, |(col, _)| *col);
    let mut bound = Bound {
        form,
        sheet: Arc::clone(&sheet.name),
        anchor: Cell::new(row.at, first),
        tabular: true,
        slots: slots((sheet, cells), header, spec, row),
        envelope: Envelope::default(),
        continued: Vec::new(),
    };
    for (col, column) in &header.columns {
        if matches!(column, Column::Field(_) | Column::Option(..)) {
            continue;
        }
        let (cell, value) = cells.get(Cell::new(row.at, *col));
        let mut words = text::words(&value.map(Value::text).unwrap_or_default());
        if words.is_empty() || is_missing(header, &words) {
            continue;
        }
        // 四川省-成都市-新都区
        if let (Column::District, Some(sign)) = (column, header.source.and_then(|(s, _)| s.cascade))
            && let Some((_, last)) = words.rsplit_once(sign)
        {
            words = text::words(last);
        }
        let said = Said { text: words.as_str().into(), sheet: Arc::clone(&sheet.name), cell };
        let said = Some(Box::new(said));
        match column {
            Column::District => bound.envelope.district = said,
            Column::Agency => bound.envelope.agency = said,
            Column::Consent => bound.envelope.consent = said,
            Column::Period => bound.envelope.period = said,
            Column::Seconds => bound.envelope.seconds = seconds(&words),
            Column::Field(_) | Column::Option(..) => {}
        }
    }
    bound
}

fn slots(
    (sheet, cells): (&Sheet, &Cells<'_>),
    header: &Header<'_>,
    spec: &FormSpec,
    row: &Row,
) -> Vec<Option<Slot>> {
    let mut slots: Vec<Option<Slot>> = vec![None; spec.fields.len()];
    for (col, column) in &header.columns {
        let (cell, value) = cells.get(Cell::new(row.at, *col));
        match column {
            Column::Field(field) => {
                // 同上 below nothing names nobody.
                let named = |v: &&Value| spec.fields[*field].kind != Kind::Name || !above::is_same(v);
                let said = content(header, spec, *field, value.filter(named));
                let before = slots[*field].take();
                slots[*field] = Some(with_part(&spec.fields[*field], before, cell, said));
            }
            Column::Option(field, option) => {
                let value = value.filter(|v| !is_missing(header, &v.text()));
                if let Some((inner, slot)) = platform::typed_beside(spec, *field, *option, cell, value) {
                    slots[inner] = Some(slot);
                }
                let on = value.is_some_and(|v| {
                    is_on(sheet, header, row, (*field, &spec.fields[*field].choices[*option]), v)
                });
                tick(&mut slots[*field], cell, *option, on);
            }
            _ => {}
        }
    }
    for (index, field) in spec.fields.iter().enumerate() {
        if let Some(container) = field.within
            && slots[index].is_none()
        {
            slots[index] = slots[container].as_ref().map(|s| Slot { cell: s.cell, content: Content::Blank });
        }
    }
    slots
}

/// The content of a cell, by the platform's mapping where there is one.
fn content(header: &Header<'_>, spec: &FormSpec, field: usize, value: Option<&Value>) -> Content {
    match header.source {
        Some((source, form)) => platform::content(source, form, spec, field, value),
        None => typed(value),
    }
}

fn is_missing(header: &Header<'_>, words: &str) -> bool {
    header.source.is_some_and(|(source, _)| source.is_missing(words)) || is_skip_mark(words)
}

fn typed(value: Option<&Value>) -> Content {
    match value {
        None => Content::Blank,
        Some(Value::Text(words)) if is_skip_mark(words) => Content::Blank,
        Some(value) => Content::Typed(value.clone()),
    }
}

/// `(跳过)` and `(空)` of 问卷星.
pub(super) fn is_skip_mark(words: &str) -> bool {
    matches!(text::key(words).as_str(), "(跳过)" | "(空)")
}

fn tick(slot: &mut Option<Slot>, cell: Cell, option: usize, on: bool) {
    let slot = slot.get_or_insert(Slot { cell, content: Content::Ticks(Vec::new()) });
    let Content::Ticks(ticks) = &mut slot.content else { return };
    if on {
        ticks.push(option);
        ticks.sort_unstable();
    }
}

/// Whether a cell in an option's column ticks the option.
fn is_on(
    sheet: &Sheet,
    header: &Header<'_>,
    row: &Row,
    (field, choice): (usize, &Choice),
    value: &Value,
) -> bool {
    let words = match value {
        Value::Bool(on) => return *on,
        Value::Uncalculated | Value::Error(_) => return false,
        other => text::key(&other.text()),
    };
    if ticks::is_cross(&words) {
        return ticks::crosses_tick(sheet, header, row, field);
    }
    // Any other words in an option's column are the option itself.
    choice.spellings.contains(&words) || ticks::is_tick(&words).unwrap_or(true)
}

/// `123秒`, `2分3秒`, `02:07`.
fn seconds(words: &str) -> Option<u32> {
    let text = text::key(words);
    if text.contains(':') {
        let mut parts = text.split(':').map(|part| part.parse::<u32>().ok());
        return parts.try_fold(0u32, |sum, part| sum.checked_mul(60)?.checked_add(part?));
    }
    let body = text.strip_suffix('秒').unwrap_or(&text);
    match body.split_once('分') {
        Some((m, s)) => {
            let minutes = m.parse::<u32>().ok()?.checked_mul(60)?;
            minutes.checked_add(s.trim_start_matches('钟').parse().unwrap_or(0))
        }
        None => body.parse().ok(),
    }
}

fn bind_roster(sheet: &Sheet, header: &Header<'_>, letters: &Letters, spec: &FormSpec, out: &mut Bindings) {
    let cells = Cells::of(sheet, header);
    for row in data_rows(sheet, header, spec) {
        let mut slots = slots((sheet, &cells), header, spec, row);
        // The roster shares its envelope columns' labels with the cover.
        for (col, column) in &header.columns {
            let id = match column {
                Column::District => "district",
                Column::Agency => "agency",
                Column::Consent => "consent",
                _ => continue,
            };
            let (cell, value) = cells.get(Cell::new(row.at, *col));
            if let Some(index) = spec.index(id) {
                slots[index] = Some(Slot { cell, content: typed(value) });
            }
        }
        if let Some(index) = spec.index("expected").filter(|_| !letters.is_empty()) {
            slots[index] = lettered::due(&cells, row, letters);
        }
        out.roster.push(RosterRow { sheet: Arc::clone(&sheet.name), row: row.at, slots });
    }
}

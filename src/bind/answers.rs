//! The answers of a table's rows, each with its place, as they were typed.
//!
//! What stands in the column of one option and says neither yes nor no is left out and told at its cell. Nothing here
//! judges an answer ([`crate::answer`] does).

use std::cell::OnceCell;
use std::sync::Arc;

use super::above::{self, Cells};
use super::lettered::{self, Letters};
use super::rows::{Rows, data_rows};
use super::slots::share_containers;
use super::strange::{self, Strange};
use super::table::{Column, Header, is_yes_no};
use super::{Bindings, Bound, Content, Envelope, Finding, RosterRow, Said, Slot, merged, platform, ticks};
use crate::cell::Cell;
use crate::parse::{date, marks};
use crate::problem::Code;
use crate::spec::{Field, Form, FormSpec, Kind};
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// A table being read.
pub(super) struct Table<'a> {
    pub sheet: &'a Sheet,
    pub header: &'a Header<'a>,
    pub spec: &'a FormSpec,
    cells: Cells<'a>,
    /// Its rows that are returns.
    rows: Vec<&'a Row>,
    /// The first row that is passed over though it names whose it is.
    passed_over: Option<Cell>,
    /// Whether anything checks in the columns of a question's options, by field.
    checked: Vec<OnceCell<bool>>,
    /// Questions for 是 or 否 that are answered with 1 and 0 throughout.
    coded: Vec<usize>,
    /// Columns of questions that have one column per option as well.
    both: Vec<(u32, usize)>,
    strange: Vec<Strange>,
}

/// Something that stands where an answer is asked for and is none.
struct Doubt {
    cell: Cell,
    code: Code,
    field: usize,
    found: String,
}

impl<'a> Table<'a> {
    pub fn of(sheet: &'a Sheet, header: &'a Header<'a>, spec: &'a FormSpec) -> Self {
        let mut cells = Cells::of(sheet, header);
        let Rows { returns: rows, passed_over } = data_rows(sheet, header, spec, &cells);
        cells.follow(&rows);
        let (checked, coded) = (vec![OnceCell::new(); spec.fields.len()], coded(sheet, header, spec));
        let (both, strange) = (both(header), strange::find(sheet, header, spec));
        Self { sheet, header, spec, cells, rows, passed_over, checked, coded, both, strange }
    }

    /// Adds its returns; what in them is no answer is told.
    pub fn read(&self, form: Form, out: &mut Vec<Bound>, told: &mut Vec<Finding>) {
        let (mut last, mut differing) = (None, Vec::new());
        for row in &self.rows {
            let mut doubts = Vec::new();
            let bound = self.bound(form, row, &mut doubts);
            let goes_on = |last| merged::goes_on(&self.cells, self.header, self.spec, (last, row.at));
            match out.last_mut().filter(|_| last.is_some_and(goes_on)) {
                Some(whole) => {
                    let known = differing.len();
                    merged::join(whole, bound, self.spec, &mut differing);
                    let differs = |(field, cell, found)| Doubt { cell, code: Code::RowsDiffer, field, found };
                    doubts.extend(differing[known..].iter().cloned().map(differs));
                }
                None => {
                    differing.clear();
                    out.push(bound);
                }
            }
            last = Some(row.at);
            let slots = out.last().map_or(&[][..], |bound| &bound.slots);
            told.extend(doubts.into_iter().map(|doubt| self.finding(Some(form), slots, doubt)));
        }
        told.extend(self.passed_over.map(|cell| Finding {
            sheet: Arc::clone(&self.sheet.name),
            cell: Some(cell),
            found: text::words(&self.sheet.text(cell)),
            ..Finding::new(Code::SheetUnrecognised, format!("{}（部分）", self.sheet.name))
        }));
    }

    /// The return of a row, and what in it is no answer.
    fn bound(&self, form: Form, row: &Row, doubts: &mut Vec<Doubt>) -> Bound {
        let slots = self.slots(row, doubts);
        let first = row.cells.first().map_or(0, |(col, _)| *col);
        Bound {
            form,
            sheet: Arc::clone(&self.sheet.name),
            anchor: Cell::new(row.at, first),
            tabular: true,
            slots,
            envelope: self.envelope(row),
            continued: Vec::new(),
        }
    }

    fn finding(&self, form: Option<Form>, slots: &[Option<Slot>], doubt: Doubt) -> Finding {
        let named = |id: &str| {
            let slot = self.spec.index(id).and_then(|at| slots[at].as_ref());
            slot.map_or_else(String::new, |slot| match &slot.content {
                Content::Typed(value) => text::words(&value.text()),
                _ => String::new(),
            })
        };
        let field = &self.spec.fields[doubt.field];
        Finding {
            sheet: Arc::clone(&self.sheet.name),
            cell: Some(doubt.cell),
            found: doubt.found,
            form,
            field: field.id.to_string(),
            enterprise: named("enterprise"),
            project: named("project"),
            ..Finding::new(doubt.code, &*field.label)
        }
    }

    /// What a row says about who sends it.
    fn envelope(&self, row: &Row) -> Envelope {
        let mut envelope = Envelope::default();
        for (col, column) in &self.header.columns {
            if column.field().is_some() {
                continue;
            }
            let (cell, value) = self.cells.get(Cell::new(row.at, *col));
            let mut words = text::words(&value.map(Value::text).unwrap_or_default());
            if words.is_empty() || is_missing(self.header, &words) {
                continue;
            }
            // 四川省-成都市-新都区
            if let (Column::District, Some(sign)) = (column, self.header.source.and_then(|(s, _)| s.cascade))
                && let Some((_, last)) = words.rsplit_once(sign)
            {
                words = text::words(last);
            }
            let said = Said { text: words.as_str().into(), sheet: Arc::clone(&self.sheet.name), cell };
            let said = Some(Box::new(said));
            match column {
                Column::District => envelope.district = said,
                Column::Agency => envelope.agency = said,
                Column::Consent => envelope.consent = said,
                Column::Period => envelope.period = said,
                Column::Seconds => envelope.seconds = seconds(&words),
                Column::Field(_) | Column::Option(..) => {}
            }
        }
        envelope
    }

    fn slots(&self, row: &Row, doubts: &mut Vec<Doubt>) -> Vec<Option<Slot>> {
        let mut slots: Vec<Option<Slot>> = vec![None; self.spec.fields.len()];
        for (col, column) in &self.header.columns {
            if self.both.iter().any(|(own, _)| own == col) {
                continue;
            }
            let (mut cell, mut value) = self.cells.get(Cell::new(row.at, *col));
            if value.is_none()
                && let Some(first) = self.cells.across(cell)
            {
                (cell, value) = self.shared(first, *column, doubts).unwrap_or((cell, value));
            }
            match column {
                Column::Field(field) => {
                    // 同上 below nothing names nobody.
                    let named =
                        |v: &&Value| self.spec.fields[*field].kind != Kind::Name || !above::is_same(v);
                    let said =
                        self.decoded(*field, content(self.header, self.spec, *field, value.filter(named)));
                    let before = slots[*field].take();
                    slots[*field] = Some(with_part(&self.spec.fields[*field], before, cell, said));
                }
                Column::Option(field, option) => {
                    let value = value.filter(|v| !is_missing(self.header, &v.text()));
                    let on = self.option((*field, *option), row, cell, value, &mut slots, doubts);
                    tick(&mut slots[*field], cell, *option, on);
                }
                _ => {}
            }
        }
        for (col, field) in &self.both {
            self.beside_options(Cell::new(row.at, *col), *field, &mut slots, doubts);
        }
        let ticked = strange::ticked(row, &self.strange).into_iter();
        doubts.extend(ticked.map(|(field, cell, found)| Doubt {
            cell,
            code: Code::OptionUnrecognised,
            field,
            found,
        }));
        share_containers(self.spec, &mut slots);
        slots
    }

    /// What the column of a question says beside one column per option: where both answer, they must agree.
    fn beside_options(&self, at: Cell, field: usize, slots: &mut [Option<Slot>], doubts: &mut Vec<Doubt>) {
        let (cell, value) = self.cells.get(at);
        let Content::Typed(value) = content(self.header, self.spec, field, value) else { return };
        let asked = &self.spec.fields[field];
        let words = value.text();
        let typed = marks::ticks(&words, &asked.choices);
        if text::is_blank_mark(&words) || typed.as_ref().is_ok_and(|typed| typed.ticked.is_empty()) {
            return;
        }
        let slot = match slots[field].take() {
            Some(Slot { content: Content::Ticks(ticks), .. }) if !ticks.is_empty() => {
                if typed.is_ok_and(|typed| typed.ticked == ticks) {
                    Slot { cell, content: Content::Typed(value) }
                } else {
                    doubts.push(Doubt {
                        cell,
                        code: Code::ColumnDoubtful,
                        field,
                        found: text::words(&words),
                    });
                    Slot { cell, content: Content::Blank }
                }
            }
            Some(before @ Slot { content: Content::Typed(_), .. }) => {
                with_part(asked, Some(before), cell, Content::Typed(value))
            }
            _ => Slot { cell, content: Content::Typed(value) },
        };
        slots[field] = Some(slot);
    }

    fn decoded(&self, field: usize, content: Content) -> Content {
        match &content {
            Content::Typed(value) if self.coded.contains(&field) => {
                let at = usize::from(text::key(&value.text()) != "1");
                Content::Typed(Value::Text(self.spec.fields[field].options[at].clone()))
            }
            _ => content,
        }
    }

    /// What a cell merged over several columns says in one behind its first: the same where both ask the same, nothing
    /// where that cannot be told.
    fn shared(
        &self,
        first: Cell,
        column: Column,
        doubts: &mut Vec<Doubt>,
    ) -> Option<(Cell, Option<&'a Value>)> {
        let value = self.cells.get(first).1?;
        let words = value.text();
        let ours = self.header.column(first.col);
        if ours == Some(column) || text::is_blank_mark(&words) {
            return None;
        }
        let fields = &self.spec.fields;
        let (is_shared, field) = match (ours, column) {
            (Some(Column::Field(a)), Column::Field(b)) => {
                let same = fields[a].kind == Kind::One && fields[a].options == fields[b].options;
                (same || text::is_none_word(&words) && fields[a].kind == fields[b].kind, b)
            }
            (Some(Column::Option(a, _)), Column::Option(b, _)) => (a == b, b),
            (_, Column::Field(b) | Column::Option(b, _)) => (false, b),
            _ => return None,
        };
        if is_shared {
            return Some((first, Some(value)));
        }
        let found = if fields[field].is_personal() { String::new() } else { text::words(&words) };
        doubts.push(Doubt { cell: first, code: Code::MergedAcross, field, found });
        None
    }

    /// Whether a cell in an option's column ticks the option.
    fn option(
        &self,
        (field, option): (usize, usize),
        row: &Row,
        cell: Cell,
        value: Option<&Value>,
        slots: &mut [Option<Slot>],
        doubts: &mut Vec<Doubt>,
    ) -> bool {
        let Some(value) = value else { return false };
        let mut doubt = |code: Code, found: String| {
            doubts.push(Doubt { cell, code, field, found });
            false
        };
        let words = match value {
            Value::Bool(on) => return *on,
            Value::Uncalculated => return doubt(Code::FormulaUncalculated, String::new()),
            Value::Error(text) => return doubt(Code::FormulaError, text.clone()),
            other => other.text(),
        };
        if let Some((inner, slot)) = platform::typed_beside(self.spec, field, option, cell, Some(value)) {
            let more = slot.content;
            slots[inner] = Some(with_part(&self.spec.fields[inner], slots[inner].take(), slot.cell, more));
            return true;
        }
        let key = text::key(&words);
        if ticks::is_cross(&key) || ticks::is_cross(ticks::front(&key)) {
            let checked = || ticks::is_checked(self.sheet, self.header, field);
            return ticks::crosses_tick(self.sheet, self.header, row, field)
                && !*self.checked[field].get_or_init(checked);
        }
        let says = ticks::says(&words, &self.spec.fields[field].choices, option);
        says.unwrap_or_else(|| doubt(Code::OptionUnrecognised, text::words(&words)))
    }
}

/// Columns of questions that have one column per option as well, as people draw them; an export repeats itself
/// ([`platform::columns`]).
fn both(header: &Header<'_>) -> Vec<(u32, usize)> {
    let is_split =
        |field: usize| header.columns.iter().any(|(_, c)| matches!(c, Column::Option(f, _) if *f == field));
    let whole = header.columns.iter().filter_map(|(col, column)| match column {
        Column::Field(field) if is_split(*field) => Some((*col, *field)),
        _ => None,
    });
    whole.collect()
}

/// Questions for 是 or 否 that people answered with 1 and 0: both must be there, since 1 alone may be a number.
fn coded(sheet: &Sheet, header: &Header<'_>, spec: &FormSpec) -> Vec<usize> {
    let is_coded = |(col, _): &(u32, usize)| {
        let mut both = [false; 2];
        header.rows(sheet).iter().filter_map(|row| sheet.get(Cell::new(row.at, *col))).all(|value| {
            let key = text::key(&value.text());
            let at = ["0", "1"].iter().position(|code| *code == key);
            at.iter().for_each(|at| both[*at] = true);
            at.is_some() || text::is_blank_mark(&key)
        }) && both == [true, true]
    };
    let asked = header.columns.iter().filter_map(|(col, column)| match column {
        Column::Field(field) if is_yes_no(&spec.fields[*field]) => Some((*col, *field)),
        _ => None,
    });
    asked.filter(|_| header.source.is_none()).filter(is_coded).map(|(_, field)| field).collect()
}

/// The content of a field that an earlier column began.
fn with_part(field: &Field, before: Option<Slot>, cell: Cell, content: Content) -> Slot {
    let sign = match field.kind {
        Kind::Range => "至",
        Kind::Contact => " ",
        Kind::Many => "、",
        _ => "；",
    };
    match (before, content) {
        (Some(Slot { cell, content: Content::Typed(first) }), Content::Typed(second))
            if text::is_blank_mark(&second.text())
                || text::key(&first.text()) == text::key(&second.text()) =>
        {
            Slot { cell, content: Content::Typed(first) }
        }
        (Some(Slot { cell, content: Content::Typed(first) }), Content::Typed(second)) => {
            let words = format!("{}{sign}{}", first.text(), second.text());
            Slot { cell, content: Content::Typed(Value::Text(words)) }
        }
        (Some(Slot { cell: _, content: Content::Blank }), Content::Typed(end))
            if field.kind == Kind::Range =>
        {
            Slot { cell, content: end_alone(end, sign) }
        }
        (Some(slot), Content::Blank) => slot,
        (_, content) => Slot { cell, content },
    }
}

/// An end of a period whose start was left out: the sign stays, so that a day is not read as both. A start alone
/// is a date like one in a column for both.
fn end_alone(value: Value, sign: &str) -> Content {
    let words = value.text();
    let is_day = matches!(date::date(&words), Ok(Some(_)));
    Content::Typed(if is_day { Value::Text(format!("{sign}{words}")) } else { value })
}

/// The content of a cell, by the platform's mapping where there is one.
pub(super) fn content(header: &Header<'_>, spec: &FormSpec, field: usize, value: Option<&Value>) -> Content {
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
    let Content::Ticks(ticks) = &mut slot.content else {
        debug_assert!(false, "a question's own column goes behind those of its options");
        return;
    };
    if on {
        ticks.push(option);
        ticks.sort_unstable();
    }
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

/// Binds the rows of a roster.
pub(super) fn bind_roster(
    sheet: &Sheet,
    header: &Header<'_>,
    letters: &Letters,
    spec: &FormSpec,
    out: &mut Bindings,
) {
    let table = Table::of(sheet, header, spec);
    for row in &table.rows {
        let mut doubts = Vec::new();
        let mut slots = table.slots(row, &mut doubts);
        // The roster shares its envelope columns' labels with the cover.
        for (col, column) in &header.columns {
            let id = match column {
                Column::District => "district",
                Column::Agency => "agency",
                Column::Consent => "consent",
                _ => continue,
            };
            let (cell, value) = table.cells.get(Cell::new(row.at, *col));
            if let Some(index) = spec.index(id) {
                slots[index] = Some(Slot { cell, content: typed(value) });
            }
        }
        if let Some(index) = spec.index("expected").filter(|_| !letters.is_empty()) {
            slots[index] = lettered::due(&table.cells, row, letters);
        }
        let told = doubts.into_iter().map(|doubt| table.finding(None, &slots, doubt));
        out.findings.extend(told);
        out.roster.push(RosterRow { sheet: Arc::clone(&sheet.name), row: row.at, slots });
    }
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{book, judged, merged_book, said, specs};

    #[test]
    fn words_that_neither_choose_nor_refuse_an_option_are_told_at_their_cell() {
        let head: &[&str] =
            &["企业名称", "所属行业", "从业人员数量", "企业规模", "标准化服务", "计量服务", "其他服务"];
        let row = |words| ["成都拟乙公司", "化工", "50", "小型", "√", words, ""];
        for (words, told) in [("错", false), ("F", false), ("不适用", false), ("待定", true), ("?", true)]
        {
            let bound = bind(&book(&[head, &row(words)]), specs());
            assert_eq!(said(&judged(&bound.returns[0]), "need_types"), "标准化服务", "{words}");
            let findings: Vec<String> = bound
                .findings
                .iter()
                .map(|f| format!("{} {} {} {}", f.code, f.cell.unwrap(), f.found, f.enterprise))
                .collect();
            let want = told.then(|| format!("option_unrecognised F2 {words} 成都拟乙公司"));
            assert_eq!(findings, Vec::from_iter(want), "{words}");
        }
    }

    const C: [&str; 3] = ["质量提升服务项目名称", "企业名称", "质量提升需求具体描述"];
    const C_SAID: [&str; 3] = ["拟甲项目", "成都拟乙公司", "描述"];

    #[test]
    fn a_question_as_a_column_and_as_columns_of_its_options_is_read_from_both() {
        let (own, options) =
            ("质量提升需求类型", ["质量提升需求类型：标准化服务", "质量提升需求类型：计量服务"]);
        for (typed, ticks, types, told) in [
            ("标准化服务", ["√", ""], "标准化服务", false),
            ("标准化服务", ["", ""], "标准化服务", false),
            ("", ["√", "√"], "标准化服务、计量服务", false),
            ("/", ["", "√"], "计量服务", false),
            ("标准化服务", ["", "√"], "", true),
        ] {
            for first in [true, false] {
                let (heads, said) = match first {
                    true => ([own, options[0], options[1]], [typed, ticks[0], ticks[1]]),
                    false => ([options[0], options[1], own], [ticks[0], ticks[1], typed]),
                };
                let rows = [[&C[..], &heads].concat(), [&C_SAID[..], &said].concat()];
                let bound = bind(&book(&[&rows[0], &rows[1]]), specs());
                assert_eq!(said_of(&bound, "need_types"), types, "{typed} {ticks:?}");
                let codes: Vec<&str> = bound.findings.iter().map(|f| f.code.as_str()).collect();
                assert_eq!(codes, Vec::from_iter(told.then_some("column_doubtful")), "{typed} {ticks:?}");
            }
        }
    }

    fn said_of(bound: &crate::bind::Bindings, id: &str) -> String {
        said(&judged(&bound.returns[0]), id)
    }

    #[test]
    fn words_for_other_services_stay_beside_an_empty_column_for_them() {
        for (heads, words, other) in [
            (
                ["标准化服务", "计量服务", "其他服务", "其他服务说明"],
                ["√", "", "碳足迹核算", ""],
                "碳足迹核算",
            ),
            (["标准化服务", "计量服务", "其他服务", "其他服务说明"], ["√", "", "√", "设备改造"], "设备改造"),
            (
                ["标准化服务", "计量服务", "其他服务说明", "其他服务"],
                ["√", "", "设备改造", "其他服务：碳足迹"],
                "设备改造；碳足迹",
            ),
        ] {
            let rows = [[&C[..], &heads].concat(), [&C_SAID[..], &words].concat()];
            let bound = bind(&book(&[&rows[0], &rows[1]]), specs());
            assert_eq!(said_of(&bound, "need_other"), other, "{heads:?} {words:?}");
            assert_eq!(said_of(&bound, "need_types"), "标准化服务、其他服务", "{heads:?} {words:?}");
        }
    }

    #[test]
    fn an_answer_merged_from_a_column_of_the_office_is_told() {
        let heads = [&C[..], &["质量提升需求类型", "备注", "服务时间"]].concat();
        let row = [&C_SAID[..], &["计量服务", "2025年3月5日", ""]].concat();
        let bound = bind(&merged_book(&[&heads, &row], &[((1, 4), (1, 5))]), specs());
        let told: Vec<String> =
            bound.findings.iter().map(|f| format!("{} {} {}", f.code, f.cell.unwrap(), f.field)).collect();
        assert_eq!(told, ["merged_across E2 service_time"]);
    }

    #[test]
    fn ones_and_noughts_are_yes_and_no_where_both_stand() {
        let head: &[&str] =
            &["企业名称", "所属行业", "从业人员数量", "是否进行企业标准自我声明公开", "质量提升需求类型"];
        let read = |codes: [&str; 2]| {
            let rows = codes.map(|code| ["成都拟乙公司", "化工", "50", code, "计量服务"]);
            let bound = bind(&book(&[head, &rows[0], &rows[1]]), specs());
            assert!(bound.refused.is_empty(), "{:?}", bound.findings);
            bound.returns.iter().map(|b| said(&judged(b), "self_declared")).collect::<Vec<_>>()
        };
        assert_eq!(read(["1", "0"]), ["是", "否"]);
        assert_eq!(read(["1", "1"]), ["", ""]);
        assert_eq!(read(["是", "0"]), ["是", ""]);
    }
}

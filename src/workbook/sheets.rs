//! calamine, and nothing else: sheets of cells out of xlsx, xlsb, xls and ods.

use std::io::Cursor;

use calamine::{
    Data, DataRef, Dimensions, Ods, OdsError, Range, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsb,
    XlsbError, Xlsx, XlsxError,
};

use super::container::Kind;
use super::controls::Controls;
use super::merges::Area;
use super::package::Package;
use super::{
    Book, FileFault, Limits, Sheet, Value, boxes, guarded, looks, notes, percents, spans, symbols, tidy,
};
use crate::cell::Cell;

/// The grid's last row and column; anything beyond is a lie.
const LAST: (u32, u32) = (1_048_575, 16_383);

type Bytes<'a> = Cursor<&'a [u8]>;

/// Cells still allowed in this file.
struct Budget {
    cells: usize,
    chars: usize,
}

/// Reads every worksheet of a workbook in a zip container.
pub(super) fn read(kind: Kind, package: &mut Package<'_>, limits: &Limits) -> Result<Book, FileFault> {
    let cursor = Cursor::new(package.bytes);
    match kind {
        Kind::Xlsx => read_package(package, limits),
        Kind::Xlsb => read_xlsb(Xlsb::new(cursor).map_err(xlsb_fault)?, limits),
        Kind::Ods => {
            let mut book = read_ods(Ods::new(cursor).map_err(ods_fault)?, limits)?;
            if let Some(xml) = package.text("content.xml") {
                spans::merge_ods(&xml, &mut book.sheets, limits);
                looks::note_hidden_ods(&xml, &mut book.sheets);
            }
            Ok(book)
        }
    }
}

/// Reads every worksheet of an old workbook.
pub(super) fn read_old(bytes: &[u8], limits: &Limits) -> Result<Book, FileFault> {
    read_xls(Xls::new(Cursor::new(bytes)).map_err(xls_fault)?, limits)
}

/// Reads an .xlsx as it is; where its sheets are in doubt, refused or struck out in parts, in plain form.
fn read_package(package: &mut Package<'_>, limits: &Limits) -> Result<Book, FileFault> {
    let look = tidy::look(package, limits);
    let struck = if look.struck { read_tidied(package, limits) } else { None };
    let mut book = match struck {
        Some(book) => book,
        None => as_it_is_or_tidied(package, limits, look.doubtful)?,
    };
    let controls = Controls::of(package);
    if !controls.is_empty() {
        book.sheets.iter_mut().for_each(|sheet| controls.mark(sheet));
    }
    if look.hidden {
        looks::note_hidden(package, &mut book.sheets);
    }
    if look.percents {
        percents::note(package, &mut book.sheets);
    }
    if look.symbols {
        symbols::show(package, &mut book.sheets);
    }
    book.prints_synthetic = look.prints_synthetic;
    boxes::note(package, &mut book.sheets);
    notes::note(package, &mut book.sheets);
    Ok(book)
}

fn as_it_is_or_tidied(package: &mut Package<'_>, limits: &Limits, doubtful: bool) -> Result<Book, FileFault> {
    let first = if doubtful {
        Err(FileFault::Corrupt("工作表的写法有误，无法可靠读取".into()))
    } else {
        guarded(|| read_as_it_is(package, limits))
    };
    match first {
        Ok(book) if book.unreadable.is_empty() => Ok(book),
        Err(fault @ (FileFault::TooLarge(_) | FileFault::Encrypted)) => Err(fault),
        first => read_tidied(package, limits).map_or(first, Ok),
    }
}

/// Reads a package by the copy of it that is read soonest, where there is one that the library understands alike.
fn read_as_it_is(package: &mut Package<'_>, limits: &Limits) -> Result<Book, FileFault> {
    if let Some(copy) = package.stored() {
        let book = open_xlsx(&copy.bytes)?;
        let names = copy.sheets.iter().map(|(name, _)| name);
        if book.sheets_metadata().iter().map(|sheet| &sheet.name).eq(names) {
            return read_xlsx(book, &copy.sheets, limits);
        }
    }
    read_xlsx(open_xlsx(package.bytes)?, &[], limits)
}

/// Reads a package in plain form; `None` where that helps nothing.
fn read_tidied(package: &mut Package<'_>, limits: &Limits) -> Option<Book> {
    let tidied = tidy::tidy(package)?;
    let mut book = guarded(|| read_xlsx(open_xlsx(&tidied.bytes)?, &[], limits)).ok()?;
    if tidied.dropped > 0 {
        book.remarks.push(format!("有{}个单元格的地址超出表格范围，未读取", tidied.dropped));
    }
    for sheet in &mut book.sheets {
        sheet.looks.struck = tidied.struck.get(&*sheet.name).cloned().unwrap_or_default();
    }
    Some(book)
}

/// Reads each sheet with `one`; a sheet that fails is listed, not lost.
fn each_sheet<'a, R: Reader<Bytes<'a>>>(
    mut book: R,
    limits: &Limits,
    mut one: impl FnMut(&mut R, &mut Sheet, &mut Budget) -> Result<(), FileFault>,
) -> Result<Book, FileFault> {
    let listed = book.sheets_metadata().to_vec();
    if listed.len() > limits.sheets {
        return Err(FileFault::TooLarge(format!("有{}张工作表", listed.len())));
    }
    let mut budget = Budget { cells: limits.cells, chars: limits.cell_chars };
    let mut out = Book::default();
    for meta in listed.iter().filter(|s| s.typ == SheetType::WorkSheet) {
        let hidden = meta.visible != SheetVisible::Visible;
        let mut sheet = Sheet { name: meta.name.as_str().into(), hidden, ..Sheet::default() };
        match one(&mut book, &mut sheet, &mut budget) {
            Ok(()) => {
                sheet.settle();
                sheet.uncover();
                out.sheets.push(sheet);
            }
            Err(FileFault::TooLarge(what)) => return Err(FileFault::TooLarge(what)),
            Err(fault) => out.unreadable.push((meta.name.clone(), reason(&fault))),
        }
    }
    if out.sheets.is_empty()
        && let Some((name, reason)) = out.unreadable.first()
    {
        return Err(FileFault::Corrupt(format!("工作表「{name}」：{reason}")));
    }
    Ok(out)
}

fn reason(fault: &FileFault) -> String {
    match fault {
        FileFault::Corrupt(text) | FileFault::Panicked(text) | FileFault::Io(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

fn open_xlsx(bytes: &[u8]) -> Result<Xlsx<Bytes<'_>>, FileFault> {
    Xlsx::new(Cursor::new(bytes)).map_err(xlsx_fault)
}

/// Reads a workbook; the merged areas of some of its sheets, by name, may be told beside it.
fn read_xlsx(
    book: Xlsx<Bytes<'_>>,
    told: &[(String, Option<Vec<Area>>)],
    limits: &Limits,
) -> Result<Book, FileFault> {
    let epoch = book.has_1904_epoch();
    each_sheet(book, limits, |book, sheet, budget| {
        let name = sheet.name.to_string();
        let mut cells = book.worksheet_cells_reader(&name).map_err(xlsx_fault)?;
        while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(xlsx_fault)? {
            let value = match from_ref(cell.value, epoch, budget) {
                None if cell.formula.is_some() => Some(Value::Uncalculated),
                value => value,
            };
            add(sheet, cell.pos, value, budget)?;
        }
        drop(cells);
        match told.iter().find(|(told, _)| *told == name) {
            Some((_, Some(areas))) => add_merges(sheet, areas.iter().copied(), limits),
            _ => add_merges(sheet, areas_of(book.merge_cells_by_sheet_name(&name)), limits),
        }
        Ok(())
    })
}

fn read_xlsb(book: Xlsb<Bytes<'_>>, limits: &Limits) -> Result<Book, FileFault> {
    let epoch = book.has_1904_epoch();
    each_sheet(book, limits, |book, sheet, budget| {
        let mut cells = book.worksheet_cells_reader(&sheet.name).map_err(xlsb_fault)?;
        while let Some(cell) = cells.next_cell().map_err(xlsb_fault)? {
            let value = from_ref(cell.get_value().clone(), epoch, budget);
            add(sheet, cell.get_position(), value, budget)?;
        }
        Ok(())
    })
}

fn read_xls(book: Xls<Bytes<'_>>, limits: &Limits) -> Result<Book, FileFault> {
    let epoch = book.has_1904_epoch();
    each_sheet(book, limits, |book, sheet, budget| {
        let name = sheet.name.to_string();
        let range = book.worksheet_range(&name).map_err(xls_fault)?;
        add_range(sheet, &range, epoch, budget)?;
        if let Ok(formulas) = book.worksheet_formula(&name) {
            add_uncalculated(sheet, &formulas, budget)?;
        }
        add_merges(sheet, areas_of(book.merge_cells_by_sheet_name(&name)), limits);
        Ok(())
    })
}

fn read_ods(book: Ods<Bytes<'_>>, limits: &Limits) -> Result<Book, FileFault> {
    each_sheet(book, limits, |book, sheet, budget| {
        let name = sheet.name.to_string();
        let range = book.worksheet_range(&name).map_err(ods_fault)?;
        add_range(sheet, &range, false, budget)?;
        name_errors(sheet);
        if let Ok(formulas) = book.worksheet_formula(&name) {
            add_uncalculated(sheet, &formulas, budget)?;
        }
        Ok(())
    })
}

/// Error values that a text cell may be: .ods has no other way to keep them, and the library gives the text.
const ERRORS: [&str; 7] = ["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"];

/// Texts of an .ods that are error values, as such.
fn name_errors(sheet: &mut Sheet) {
    for (_, value) in sheet.rows.iter_mut().flat_map(|row| &mut row.cells) {
        if let Value::Text(words) = value
            && (ERRORS.contains(&words.as_str()) || words.starts_with("Err:"))
        {
            *value = Value::Error(std::mem::take(words));
        }
    }
}

fn add_range(
    sheet: &mut Sheet,
    range: &Range<Data>,
    epoch: bool,
    budget: &mut Budget,
) -> Result<(), FileFault> {
    let Some((top, left)) = range.start() else { return Ok(()) };
    for (row, col, value) in range.used_cells() {
        let at = (top + row as u32, left + col as u32);
        add(sheet, at, from_data(value, epoch, budget), budget)?;
    }
    Ok(())
}

/// Formulas whose cell has no value.
fn add_uncalculated(
    sheet: &mut Sheet,
    formulas: &Range<String>,
    budget: &mut Budget,
) -> Result<(), FileFault> {
    let Some((top, left)) = formulas.start() else { return Ok(()) };
    for (row, col, formula) in formulas.used_cells() {
        let at = (top + row as u32, left + col as u32);
        if !formula.is_empty() && sheet.get(Cell::new(at.0, at.1)).is_none() {
            add(sheet, at, Some(Value::Uncalculated), budget)?;
            sheet.settle();
        }
    }
    Ok(())
}

fn add(
    sheet: &mut Sheet,
    at: (u32, u32),
    value: Option<Value>,
    budget: &mut Budget,
) -> Result<(), FileFault> {
    let Some(value) = value else { return Ok(()) };
    if at.0 > LAST.0 || at.1 > LAST.1 {
        return Err(FileFault::Corrupt("有单元格地址超出表格范围".into()));
    }
    budget.cells = budget.cells.checked_sub(1).ok_or_else(|| FileFault::TooLarge("单元格过多".into()))?;
    sheet.push(Cell::new(at.0, at.1), value);
    Ok(())
}

/// The merged areas of a sheet as the library tells them; none where it cannot.
fn areas_of<E>(told: Result<Vec<Dimensions>, E>) -> impl Iterator<Item = Area> {
    told.unwrap_or_default().into_iter().map(|area| (area.start, area.end))
}

fn add_merges(sheet: &mut Sheet, areas: impl Iterator<Item = Area>, limits: &Limits) {
    for (first, last) in areas.take(limits.merges) {
        sheet.merge(first, (last.0.min(LAST.0), last.1.min(LAST.1)));
    }
}

fn from_ref(value: DataRef<'_>, epoch: bool, budget: &Budget) -> Option<Value> {
    match value {
        DataRef::SharedString(text) => words(text, budget),
        DataRef::String(text) => words(&text, budget),
        other => from_data(&other.into(), epoch, budget),
    }
}

fn from_data(value: &Data, epoch: bool, budget: &Budget) -> Option<Value> {
    match value {
        Data::Empty => None,
        Data::String(text) => words(text, budget),
        Data::Int(n) => Some(Value::Number(*n as f64)),
        Data::Float(n) if n.is_finite() => Some(Value::Number(*n)),
        Data::Float(n) => Some(Value::Error(format!("{n}"))),
        Data::Bool(b) => Some(Value::Bool(*b)),
        Data::DateTime(t) if t.is_datetime() => Some(Value::Serial(t.as_f64(), epoch)),
        Data::DateTime(t) => Some(Value::Number(t.as_f64())),
        Data::DateTimeIso(text) | Data::DurationIso(text) => words(text, budget),
        Data::Error(error) => Some(Value::Error(error.to_string())),
    }
}

fn words(text: &str, budget: &Budget) -> Option<Value> {
    if text.chars().all(|c| c.is_whitespace() || crate::text::is_invisible(c)) {
        return None;
    }
    let kept =
        if text.len() > budget.chars { text.chars().take(budget.chars).collect() } else { text.to_owned() };
    Some(Value::Text(kept))
}

fn xlsx_fault(error: XlsxError) -> FileFault {
    match error {
        XlsxError::Password => FileFault::Encrypted,
        other => FileFault::Corrupt(other.to_string()),
    }
}

fn xlsb_fault(error: XlsbError) -> FileFault {
    match error {
        XlsbError::Password => FileFault::Encrypted,
        other => FileFault::Corrupt(other.to_string()),
    }
}

fn xls_fault(error: XlsError) -> FileFault {
    match error {
        XlsError::Password => FileFault::Encrypted,
        other => FileFault::Corrupt(other.to_string()),
    }
}

fn ods_fault(error: OdsError) -> FileFault {
    match error {
        OdsError::Password => FileFault::Encrypted,
        other => FileFault::Corrupt(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_that_is_read_soonest_says_what_the_package_says() {
        use crate::render::forms::{Extras, SheetPlan, workbook};
        for (_, spec) in crate::bind::testing::specs().all() {
            let values = spec.fields.iter().map(|f| (f.id.to_string(), "2025-01-13".to_owned())).collect();
            for plan in [SheetPlan::blank(spec), SheetPlan { values, ..SheetPlan::blank(spec) }] {
                let bytes = workbook(&[plan], Extras::FULL).unwrap();
                let mut package = Package::open(&bytes).unwrap();
                let copy = package.stored().unwrap();
                assert!(copy.sheets.iter().all(|(_, areas)| areas.is_some()));
                let limits = Limits::default();
                let copy = read_xlsx(open_xlsx(&copy.bytes).unwrap(), &copy.sheets, &limits).unwrap();
                let own = read_xlsx(open_xlsx(&bytes).unwrap(), &[], &limits).unwrap();
                assert!(own.sheets.iter().any(|sheet| sheet.cells().count() > 10));
                assert_eq!(copy, own, "{}", spec.id);
                assert_eq!(read_as_it_is(&mut package, &limits).unwrap(), own, "{}", spec.id);
            }
        }
    }

    #[test]
    fn error_values_of_an_ods_are_no_text() {
        let text = |row, words: &str| (Cell::new(row, 0), Value::Text(words.into()));
        let mut sheet = Sheet::from_cells("表", [text(0, "#REF!"), text(1, "Err:502"), text(2, "#1车间")]);
        name_errors(&mut sheet);
        let kinds: Vec<bool> = sheet.cells().map(|(_, v)| matches!(v, Value::Error(_))).collect();
        assert_eq!(kinds, [true, true, false]);
    }
}

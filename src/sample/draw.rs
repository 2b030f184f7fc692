//! Draws planned files: forms as the blank forms look, tables with one return
//! per row, the roster, and files that are no form at all.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatBorder, Workbook, Worksheet, XlsxError};

use super::defect::Defect;
use super::plan::{Body, FilePlan, SampleTruth};
use super::say::{Answers, Said, Value};
use crate::error::{Error, Result};
use crate::render::forms::{Extras, SheetPlan, grid::Grid, workbook_with};
use crate::spec::{Field, Form, FormSpec, Kind, Specs};

/// Printed at the head of every sheet.
const MARK: &str = "&R示例数据（虚构，不代表任何真实企业）";

/// The bytes of a planned file.
pub(super) fn draw(plan: &FilePlan, truths: &[SampleTruth], specs: &Specs) -> Result<Vec<u8>> {
    let failed = |e: XlsxError| Error::internal(format!("写示例工作簿失败：{e}"));
    match &plan.body {
        Body::Form { truth, cover } => form(&truths[*truth], cover.as_ref(), specs),
        Body::Table { form, returns } => {
            let returns: Vec<&SampleTruth> = returns.iter().map(|t| &truths[*t]).collect();
            table(*form, &returns, specs).map_err(failed)
        }
        Body::Roster { rows } => roster(rows, specs).map_err(failed),
        Body::SignIn => sign_in().map_err(failed),
    }
}

fn form(truth: &SampleTruth, cover: Option<&Answers>, specs: &Specs) -> Result<Vec<u8>> {
    let spec = specs.of(truth.form);
    let mut plans = Vec::new();
    if let Some(cover) = cover {
        plans.push(filled(&specs.cover, cover));
    }
    plans.push(filled(spec, &truth.answers));
    let last = plans.len() - 1;
    let mut bytes = workbook_with(&plans, Extras::PLAIN, |index, sheet| {
        sheet.set_header(MARK);
        if index == last
            && truth.defect == Some(Defect::FormulaError)
            && let Some(field) = truth.field
            && let Some(cell) = Grid::of(spec).find(spec, field)
        {
            let col = u16::try_from(cell.col).unwrap_or(0);
            sheet.write_formula(cell.row, col, rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A"))?;
        }
        Ok(())
    })?;
    if truth.defect == Some(Defect::Truncated) {
        bytes.truncate(bytes.len() * 3 / 5);
    }
    Ok(bytes)
}

fn filled<'a>(spec: &'a FormSpec, answers: &Answers) -> SheetPlan<'a> {
    SheetPlan {
        values: answers.iter().map(|(id, said)| (id.clone(), said.text.clone())).collect(),
        ..SheetPlan::blank(spec)
    }
}

fn new_book() -> std::result::Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_ymd(2025, 1, 22)?;
    book.set_properties(&DocProperties::new().set_comment("示例数据").set_creation_datetime(&created));
    Ok(book)
}

fn line() -> Format {
    Format::new().set_font_name("宋体").set_border(FormatBorder::Thin).set_text_wrap()
}

fn row(
    sheet: &mut Worksheet,
    at: u32,
    texts: &[String],
    format: &Format,
) -> std::result::Result<(), XlsxError> {
    for (col, text) in (0u16..).zip(texts) {
        sheet.write_string_with_format(at, col, text, format)?;
    }
    Ok(())
}

/// One return per row under a title and one row of headers.
fn table(form: Form, returns: &[&SampleTruth], specs: &Specs) -> std::result::Result<Vec<u8>, XlsxError> {
    let spec = specs.of(form);
    let mut book = new_book()?;
    let sheet = book.add_worksheet();
    sheet.set_name("汇总表")?.set_header(MARK);
    let title = format!("{}汇总（示例数据）", spec.title);
    sheet.write_string_with_format(0, 0, title, &Format::new().set_bold().set_font_size(14))?;
    let mut header = vec!["序号".to_owned(), "区(市)县".to_owned()];
    header.extend(spec.fields.iter().map(|f| f.label.to_string()));
    row(sheet, 1, &header, &line().set_bold())?;
    for (number, truth) in (1u32..).zip(returns) {
        let mut texts = vec![number.to_string(), truth.district.to_owned()];
        texts.extend(spec.fields.iter().map(|f| cell_text(f, truth.answers.get(&*f.id))));
        row(sheet, number + 1, &texts, &line())?;
    }
    for col in 0..header.len() as u16 {
        sheet.set_column_width(col, 18)?;
    }
    book.save_to_buffer()
}

/// How a table says an answer: options as words, the rest as in a form.
fn cell_text(field: &Field, said: Option<&Said>) -> String {
    let Some(said) = said else { return String::new() };
    match (&said.value, field.kind) {
        (Value::Ticks(chosen), Kind::One | Kind::Many) => {
            let words: Vec<_> = chosen.iter().filter_map(|i| field.options.get(*i)).cloned().collect();
            words.join("；")
        }
        (Value::Blank, _) => String::new(),
        _ => said.text.clone(),
    }
}

fn roster(rows: &[Vec<String>], specs: &Specs) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = new_book()?;
    let sheet = book.add_worksheet();
    sheet.set_name("名册")?.set_header(MARK);
    let spec = &specs.roster;
    let bold = Format::new().set_bold().set_font_size(14);
    sheet.write_string_with_format(0, 0, &spec.title, &bold)?;
    let header: Vec<String> = spec.fields.iter().map(|f| f.label.to_string()).collect();
    row(sheet, 1, &header, &line().set_bold())?;
    for (at, texts) in (2u32..).zip(rows) {
        row(sheet, at, texts, &line())?;
    }
    for (col, width) in (0u16..).zip(&spec.layout.columns) {
        sheet.set_column_width(col, *width)?;
    }
    book.save_to_buffer()
}

/// A workbook that holds no form: the attendance list of a meeting.
fn sign_in() -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = new_book()?;
    let sheet = book.add_worksheet();
    sheet.set_name("签到表")?.set_header(MARK);
    let texts = ["质量提升工作推进会签到表（示例数据）", "", ""];
    row(sheet, 0, &texts.map(str::to_owned), &Format::new())?;
    row(sheet, 1, &["序号", "姓名", "备注"].map(str::to_owned), &line())?;
    row(sheet, 2, &["1", "张拟安", "到会"].map(str::to_owned), &line())?;
    book.save_to_buffer()
}

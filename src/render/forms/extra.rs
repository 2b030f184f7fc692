//! The sheets beside the forms: the list of cells to mend, the guidance, and
//! the very hidden key that links a return to its project.

use rust_xlsxwriter::{
    Color, Format, FormatAlign, FormatBorder, FormatUnderline, Url, Workbook, Worksheet, XlsxError,
};

use super::grid::Grid;
use super::sheet::{FONT, clean, placed_marks, units};
use super::{FormKey, Mark, Severity, SheetPlan};
use crate::cell::Cell;
use crate::problem::shorten;
use crate::spec::{FormSpec, own_sheet};

fn base() -> Format {
    Format::new()
        .set_font_name(FONT)
        .set_font_size(10.5)
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
}

/// Lists all marks with a link to the cell; nothing where there are none.
pub(super) fn list_sheet(book: &mut Workbook, plans: &[SheetPlan]) -> Result<(), XlsxError> {
    if plans.iter().all(|p| p.marks.is_empty()) {
        return Ok(());
    }
    let sheet = book.add_worksheet();
    list_head(sheet)?;
    let mut row = 3;
    for plan in plans {
        for (cell, marks) in placed_marks(plan, &Grid::holding(plan.spec, &plan.values)) {
            for mark in marks {
                list_line(sheet, row, plan, cell, mark)?;
                row += 1;
            }
        }
    }
    Ok(())
}

fn list_head(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name(own_sheet::LIST)?.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0);
    for (col, width) in (0u16..).zip([14.0, 9.0, 24.0, 28.0, 40.0, 40.0]) {
        sheet.set_column_width(col, width)?;
    }
    let title = base().set_bold().set_font_size(16).set_align(FormatAlign::Center);
    sheet.merge_range(0, 0, 0, 5, own_sheet::LIST, &title)?;
    let words = "红色的单元格必须修改；黄色的请核对，确实无误的可以不改（答案不在选项之内或无法辨认的，不改则该项不计入统计）。改好后保存本文件，原样报回即可，不需要另写说明。";
    sheet.merge_range(1, 0, 1, 5, words, &base())?;
    sheet.set_row_height(0, 30)?.set_row_height(1, 40)?;
    let head = base().set_bold().set_border(FormatBorder::Thin).set_align(FormatAlign::Center);
    for (col, text) in (0u16..).zip(["单元格", "程度", "栏目", "填写内容", "问题", "怎么改"])
    {
        sheet.write_string_with_format(2, col, text, &head)?;
    }
    sheet.set_freeze_panes(3, 0)?;
    Ok(())
}

/// Characters of an answer that the list shows: the cell itself is a click away.
const LONGEST: usize = 60;

fn list_line(
    sheet: &mut Worksheet,
    row: u32,
    plan: &SheetPlan,
    cell: Cell,
    mark: &Mark,
) -> Result<(), XlsxError> {
    let line = base().set_border(FormatBorder::Thin);
    let link = line.clone().set_font_color(Color::RGB(0x05_63_C1)).set_underline(FormatUnderline::Single);
    let name = plan.name();
    let url = format!("internal:'{}'!{cell}", name.replace('\'', "''"));
    sheet.write_url_with_format(row, 0, Url::new(url).set_text(format!("{name} {cell}")), &link)?;
    let given = plan.values.get(&mark.field).map(|v| shorten(&clean(v), LONGEST)).unwrap_or_default();
    let texts = [
        degree(mark.severity).to_owned(),
        label_of(plan.spec, &mark.field),
        if given.is_empty() { "（空）".to_owned() } else { given },
        clean(&mark.note),
        clean(&mark.hint),
    ];
    for (col, text) in (1u16..).zip(&texts) {
        sheet.write_string_with_format(row, col, text, &line)?;
    }
    let rows = texts[1..].iter().zip([23.0, 27.0, 39.0, 39.0]).map(|(t, width)| (units(t) / width).ceil());
    let rows = rows.fold(1.0, f64::max);
    sheet.set_row_height(row, (rows * 14.0 + 8.0).min(400.0))?;
    Ok(())
}

fn degree(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "必须改",
        Severity::Warning => "请核对",
        Severity::Info => "供参考",
    }
}

/// The printed name of a field or of a cell of its table (`质量文化 服务前`).
fn label_of(spec: &FormSpec, key: &str) -> String {
    let (id, rest) = key.split_once('.').unwrap_or((key, ""));
    let label = spec.field(id).map_or(id, |f| &*f.label);
    if rest.is_empty() {
        return label.to_owned();
    }
    let word = |part: &str| match part {
        "before" => "服务前".to_owned(),
        "goal" => "目标".to_owned(),
        "after" => "服务后".to_owned(),
        "name" => "指标名称".to_owned(),
        "unit" => "单位".to_owned(),
        "direction" => "方向".to_owned(),
        part if part.parse::<u32>().is_ok() => format!("第{part}行"),
        part => part.to_owned(),
    };
    rest.split('.').map(word).collect::<Vec<_>>().join(" ")
}

const HOW_TO: [&str; 9] = [
    "1. 只在空白的单元格里填写，退回修改的在有颜色的单元格里改；栏目名称已锁定，请不要改动，也不要删除或插入行列。",
    "2. 打勾的项目从下拉列表中选，或把要选的□改成☑；可以多选的，把每一项前面的□分别改成☑。",
    "3. 选“其他服务”的，请在冒号后写明服务内容。",
    "4. 数量填整数，没有就填0；不清楚的留空，不要填“若干”。",
    "5. 日期写明年月日，如2025年3月5日；时间段写起止日期，如2025年1月8日—2025年3月20日。",
    "6. 联系人一栏写姓名和电话，如：张某，028-86660000。联系方式只用于核对，不进入统计和公开材料。",
    "7. 灰色的文字是提示，直接输入即可替换；没有相关情况的可以保留。",
    "8. 内容较多、单元格显示不完整时，可拖动行高；不要另附文档。",
    "9. 填好后按原文件名保存为 .xlsx 报送。一个企业参加多个项目的，实施记录表和满意度调查表一个项目填一份。",
];

/// How to fill the forms, in sentences.
pub(super) fn guidance_sheet(book: &mut Workbook, plans: &[SheetPlan]) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    sheet
        .set_name(own_sheet::GUIDANCE)?
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_screen_gridlines(false);
    sheet.set_column_width(0, 80)?;
    let title = base().set_bold().set_font_size(16).set_align(FormatAlign::Center);
    sheet.write_string_with_format(0, 0, own_sheet::GUIDANCE, &title)?;
    sheet.set_row_height(0, 36)?;
    let mut texts: Vec<String> = HOW_TO.iter().map(|t| (*t).to_owned()).collect();
    texts.extend(plans.iter().filter_map(|p| required_words(p.spec)));
    for (row, text) in (1u32..).zip(&texts) {
        sheet.write_string_with_format(row, 0, text, &base())?;
        sheet.set_row_height(row, (units(text) / 72.0).ceil() * 15.0 + 8.0)?;
    }
    Ok(())
}

/// `10. 填报表B时，以下项目必须填写：…`, or nothing.
fn required_words(spec: &FormSpec) -> Option<String> {
    let labels: Vec<_> =
        spec.fields.iter().filter(|f| f.required).map(|f| format!("“{}”", f.label)).collect();
    let name = super::sheet_name(spec);
    (!labels.is_empty()).then(|| format!("· 填报{name}时必须填写：{}。", labels.join("")))
}

/// Writes the key: mark and version, then name and value by row.
pub(super) fn key_sheet(book: &mut Workbook, key: &FormKey) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name(own_sheet::KEY)?.set_very_hidden(true);
    let rows = [
        (own_sheet::KEY_MARK, ""),
        ("form_version", &key.form_version),
        ("project_key", &key.project_key),
        ("enterprise_key", &key.enterprise_key),
        ("district", &key.district),
        ("agency", &key.agency),
        ("consent", &key.consent),
        ("supersedes", key.supersedes.as_deref().unwrap_or_default()),
    ];
    for (row, (name, value)) in (0u32..).zip(rows) {
        sheet.write_string(row, 0, name)?;
        if !value.is_empty() {
            sheet.write_string(row, 1, clean(value))?;
        }
    }
    Ok(())
}

//! Help while filling: drop-downs, hints beside the cell, whole numbers only
//! with a warning. Nothing here ever refuses what a person types; judging is
//! the checks' task.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, Formula, Workbook, Worksheet, XlsxError,
};

use super::answers;
use super::grid::Part;
use super::sheet::at;
use crate::cell::Cell;
use crate::spec::{FormSpec, Kind, own_sheet};

/// Option lists of a workbook, each once, in order of first use.
#[derive(Default)]
pub struct Lists {
    lists: Vec<Vec<String>>,
}

impl Lists {
    /// The range of a list on the hidden sheet.
    fn range(&mut self, list: Vec<String>) -> Formula {
        let rows = list.len();
        let col = self.lists.iter().position(|l| *l == list).unwrap_or_else(|| {
            self.lists.push(list);
            self.lists.len() - 1
        });
        let letters = Cell::new(0, col as u32).to_string();
        let letters = letters.trim_end_matches('1');
        let sheet = own_sheet::OPTIONS;
        Formula::new(format!("={sheet}!${letters}$1:${letters}${rows}"))
    }

    /// Writes the hidden sheet, if there is any list.
    ///
    /// # Errors
    /// What the library refuses.
    pub fn write(&self, book: &mut Workbook) -> Result<(), XlsxError> {
        if self.lists.is_empty() {
            return Ok(());
        }
        let sheet = book.add_worksheet();
        sheet.set_name(own_sheet::OPTIONS)?.set_hidden(true);
        for (col, list) in (0u16..).zip(&self.lists) {
            for (row, text) in (0u32..).zip(list) {
                sheet.write_string(row, col, text)?;
            }
        }
        Ok(())
    }
}

/// Adds what helps to fill the cell of field `index`.
///
/// # Errors
/// What the library refuses.
pub fn add(
    sheet: &mut Worksheet,
    spec: &FormSpec,
    index: usize,
    part: Part,
    cell: Cell,
    lists: &mut Lists,
) -> Result<(), XlsxError> {
    let field = &spec.fields[index];
    let rule = match (field.kind, part) {
        (Kind::One, Part::Whole) => Some(list(lists, answers::drop_down(spec, index))),
        (Kind::One, Part::Listed) | (_, Part::Choice) => Some(list(lists, field.options.clone())),
        (Kind::Count, _) => Some(whole(
            DataValidationRule::GreaterThanOrEqualTo(0),
            "这里通常填大于或等于0的整数，确定要这样填吗？",
        )?),
        (_, Part::Score) => {
            Some(whole(DataValidationRule::Between(1, 5), "这里填1到5的整数，确定要这样填吗？")?)
        }
        _ => None,
    };
    let message = message(field.kind, part);
    let Some(rule) = rule.or_else(|| message.map(|_| DataValidation::new().allow_any_value())) else {
        return Ok(());
    };
    let rule = match message {
        Some(text) => rule.set_input_title("怎样填")?.set_input_message(text)?,
        None => rule,
    };
    let (row, col) = at(cell);
    sheet.add_data_validation(row, col, row, col, &rule)?;
    Ok(())
}

/// A drop-down that also lets other texts pass (several offices tick by hand).
fn list(lists: &mut Lists, options: Vec<String>) -> DataValidation {
    DataValidation::new().allow_list_formula(lists.range(options)).show_error_message(false)
}

fn whole(rule: DataValidationRule<i32>, message: &str) -> Result<DataValidation, XlsxError> {
    DataValidation::new()
        .allow_whole_number(rule)
        .set_error_style(DataValidationErrorStyle::Warning)
        .set_error_title("请核对")?
        .set_error_message(message)
}

fn message(kind: Kind, part: Part) -> Option<&'static str> {
    match (kind, part) {
        (_, Part::Score) => Some("填1到5的整数，1为最低，5为最高。"),
        (_, Part::Choice | Part::Word | Part::Number | Part::Listed) => None,
        (Kind::Date, _) => Some("如：2025年3月5日"),
        (Kind::Range, _) => Some("如：2025年1月8日—2025年3月20日"),
        (Kind::Contact, _) => Some("姓名和电话，如：张某，028-86660000"),
        (Kind::One, _) => Some("从下拉列表中选一项，或把要选的□改成☑。"),
        (Kind::Many, _) => Some("把要选的□改成☑，可以多选；选“其他服务”的请写明内容。"),
        (Kind::Count, _) => Some("填整数，没有填0。"),
        _ => None,
    }
}

//! Dates of signatures that stand in a row of their own under the signature, without a label.

use super::{Content, Slot};
use crate::cell::Cell;
use crate::parse::date;
use crate::spec::FormSpec;
use crate::workbook::{Sheet, Value};

/// Fills the dates that have no label where a date stands alone under the signature or its label.
pub(super) fn dates_below(
    sheet: &Sheet,
    spec: &FormSpec,
    labels: &mut Vec<(usize, Cell)>,
    slots: &mut [Option<Slot>],
) {
    for (index, field) in spec.fields.iter().enumerate() {
        let Some(owner) = field.beside.filter(|_| slots[index].is_none()) else { continue };
        let Some((_, label)) = labels.iter().find(|(field, _)| *field == owner) else { continue };
        let signature = slots[owner].as_ref().map_or(*label, |slot| slot.cell);
        let below = |cell: Cell| Cell::new(sheet.extent(cell).row.saturating_add(1), cell.col);
        let is_taken = |cell: Cell| labels.iter().any(|(_, label)| *label == cell);
        let found = [below(*label), below(signature)]
            .into_iter()
            .find(|cell| !is_taken(*cell) && is_date(sheet, *cell));
        let Some((cell, value)) = found.and_then(|cell| Some((cell, sheet.get(cell)?))) else { continue };
        slots[index] = Some(Slot { cell, content: Content::Typed(value.clone()) });
        labels.push((index, cell));
    }
}

/// Whether the date of a signature stands in the signature's own cell, so that its label is no label that is gone.
pub(super) fn is_inside(spec: &FormSpec, index: usize, slots: &[Option<Slot>]) -> bool {
    let signature = spec.fields[index].beside.and_then(|owner| slots[owner].as_ref());
    let Some(Content::Typed(Value::Text(words))) = signature.map(|slot| &slot.content) else { return false };
    let at = words.find(char::is_numeric);
    at.is_some_and(|at| matches!(date::date(&words[at..]), Ok(Some(_))))
}

fn is_date(sheet: &Sheet, cell: Cell) -> bool {
    match sheet.get(cell) {
        Some(Value::Serial(..)) => true,
        Some(Value::Text(words)) => matches!(date::date(words), Ok(Some(_))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{book, judged, said, specs};

    #[test]
    fn dates_in_the_cell_of_a_signature_or_below_it_are_read() {
        let rows: [&[&str]; 8] = [
            &["中小企业质量提升服务实施记录表"],
            &["质量提升服务项目名称", "拟甲项目", "服务时间", "2025年1月13日—2025年2月4日"],
            &["企业名称", "成都拟禾食品有限公司", "企业联系人及联系方式", "李拟四 13800001234"],
            &["质量提升需求类型", "☑计量服务 □标准化服务"],
            &["服务人员签字：赵拟五 2025年2月5日"],
            &["服务专家签字", "钱拟六\n2025年2月6日"],
            &["企业签字/盖章：孙拟七"],
            &["2025年2月7日"],
        ];
        let bound = bind(&book(&rows), specs());
        assert_eq!(bound.findings, [], "the labels of the dates are not gone");
        let ret = judged(&bound.returns[0]);
        let pairs = [("staff", "赵拟五", "2025-02-05"), ("expert", "钱拟六", "2025-02-06")];
        for (who, name, day) in pairs {
            assert_eq!(said(&ret, &format!("{who}_signature")), name);
            assert_eq!(said(&ret, &format!("{who}_signed_on")), day);
        }
        assert_eq!(said(&ret, "enterprise_signed"), "孙拟七");
        assert_eq!(said(&ret, "enterprise_signed_on"), "2025-02-07");
    }
}

//! A column beside the answers that explains them (填写说明, 备注, 示例): what stands there answers nothing.
//!
//! Looked for only above the first label, where the heads of such columns stand.

use super::labels::Label;
use super::slots::rows_between;
use crate::text;
use crate::workbook::{Sheet, Value};

const HEADS: [&str; 16] = [
    "填写说明",
    "填报说明",
    "填表说明",
    "说明",
    "备注",
    "填写要求",
    "填报要求",
    "要求",
    "注意事项",
    "填写提示",
    "提示",
    "填写示例",
    "填报示例",
    "示例",
    "填写须知",
    "指标解释",
];

/// Rows above the first label in which the heads of columns may stand.
const ABOVE: u32 = 4;

/// Whether a label heads remarks.
pub(super) fn is_head(label: &str) -> bool {
    HEADS.contains(&label)
}

/// The column of remarks of a form whose labels these are, in reading order.
pub(super) fn column(sheet: &Sheet, labels: &[Label]) -> Option<u32> {
    let top = labels.first()?.cell;
    let last = top.row.checked_sub(1)?;
    let heads = |(col, value): &(u32, Value)| match value {
        Value::Text(words) => {
            *col > top.col + 1 && words.len() <= 40 && HEADS.contains(&text::label(words).as_str())
        }
        _ => false,
    };
    let mut rows = rows_between(sheet, top.row.saturating_sub(ABOVE), last).filter(|row| row.cells.len() > 1);
    rows.find_map(|row| row.cells.iter().find(|cell| heads(cell)).map(|(col, _)| *col))
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{book, judged, said, specs};

    #[test]
    fn what_stands_in_a_column_of_remarks_is_no_answer() {
        for head in ["填写说明", "备注", "示例"] {
            let rows: [&[&str]; 9] = [
                &["中小企业质量提升服务满意度调查表"],
                &["栏目", "填写内容", head],
                &["质量提升服务项目名称", "拟禾标准化提升", "与合同一致"],
                &["企业名称", "成都拟禾食品有限公司", "与营业执照一致"],
                &["质量服务机构名称", "四川拟信咨询有限公司", "全称"],
                &["服务专家", "", "没有的填无"],
                &["主要的质量提升服务内容", "", "200字以内"],
                &["对服务人员的服务态度", "满意", "满意/基本满意/不满意选一项"],
                &["对服务人员的专业能力", "", "满意"],
            ];
            let bound = bind(&book(&rows), specs());
            let ret = judged(&bound.returns[0]);
            let said =
                ["expert", "service_content", "staff_attitude", "staff_skill"].map(|id| said(&ret, id));
            assert_eq!(said, ["", "", "满意", ""], "{head}");
        }
    }

    #[test]
    fn one_option_is_an_answer_whatever_explains_it_beside() {
        let rows: [&[&str]; 5] = [
            &["中小企业质量提升服务满意度调查表"],
            &["质量提升服务项目名称", "拟禾标准化提升"],
            &["企业名称", "成都拟禾食品有限公司"],
            &["质量服务机构名称", "四川拟信咨询有限公司"],
            &["对服务人员的服务态度", "基本满意", "满意/基本满意/不满意选一项"],
        ];
        let bound = bind(&book(&rows), specs());
        assert_eq!(said(&judged(&bound.returns[0]), "staff_attitude"), "基本满意");
    }
}

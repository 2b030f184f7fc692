//! Questions with the same options drawn as a table of two headings: whom they rate down the side, what of them along
//! the top (or the other way round).
//!
//! Looked for only where labels of such questions are missing. A cell answers a question only where both headings
//! together are its label.

use super::labels::Label;
use super::slots::rows_between;
use crate::cell::Cell;
use crate::spec::{FormSpec, Kind, rating};
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// Bytes of the longest heading.
const LONGEST: usize = 60;

/// Rows below the heads in which questions may stand.
const ROWS: u32 = 8;

/// A table of questions.
pub(super) struct Cross {
    /// Questions and the cells of their answers.
    pub answers: Vec<(usize, Cell)>,
    /// First and last row, both included.
    pub rows: (u32, u32),
}

/// The table of the questions whose labels are missing; `None` where there is none.
pub(super) fn find(sheet: &Sheet, spec: &FormSpec, labels: &[Label], first: u32, last: u32) -> Option<Cross> {
    let is_missing = |field: &usize| {
        spec.fields[*field].kind == Kind::One && !labels.iter().any(|label| label.field == *field)
    };
    let missing: Vec<usize> = (0..spec.fields.len()).filter(is_missing).collect();
    let alike = |a: &usize, b: &usize| a != b && spec.fields[*a].options == spec.fields[*b].options;
    if !missing.iter().any(|a| missing.iter().any(|b| alike(a, b))) {
        return None;
    }
    rows_between(sheet, first, last).find_map(|row| below(sheet, spec, &missing, row, last))
}

/// The table under a row of heads.
fn below(sheet: &Sheet, spec: &FormSpec, missing: &[usize], heads: &Row, last: u32) -> Option<Cross> {
    let tops: Vec<(u32, String)> =
        heads.cells.iter().filter_map(|(col, v)| Some((*col, heading(v)?))).collect();
    let is_part = |words: &str| {
        let words = rating::bare(words);
        let mut labels = missing.iter().flat_map(|field| &spec.fields[*field].labels);
        labels.any(|label| label.len() > words.len() && (label.starts_with(words) || label.ends_with(words)))
    };
    let tops: Vec<(u32, String)> = tops.into_iter().filter(|(_, words)| is_part(words)).collect();
    let left = tops.first()?.0;
    if tops.len() < 2 {
        return None;
    }
    let mut out = Cross { answers: Vec::new(), rows: (heads.at, heads.at) };
    for row in rows_between(sheet, heads.at + 1, last.min(heads.at + ROWS)) {
        let side = row.cells.iter().take_while(|(col, _)| *col < left).find_map(|(_, v)| heading(v));
        let Some(side) = side else { break };
        let field = |top: &str| {
            let both = [format!("{side}{top}"), format!("{top}{side}")];
            both.iter().find_map(|label| spec.by_label(label)).filter(|field| missing.contains(field))
        };
        let found = tops.iter().filter_map(|(col, top)| Some((field(top)?, Cell::new(row.at, *col))));
        let before = out.answers.len();
        out.answers.extend(found);
        if out.answers.len() == before {
            break;
        }
        out.rows.1 = row.at;
    }
    (out.answers.len() >= 2).then_some(out)
}

fn heading(value: &Value) -> Option<String> {
    let Value::Text(words) = value else { return None };
    let label = (words.len() <= LONGEST).then(|| text::label(words))?;
    (label.chars().count() >= 4).then_some(label)
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{book, judged, said, specs};

    const IDS: [&str; 6] =
        ["staff_attitude", "staff_skill", "expert_attitude", "expert_skill", "staff", "expert"];

    fn read(rows: &[&[&str]]) -> [String; 6] {
        let head: [&[&str]; 7] = [
            &["中小企业质量提升服务满意度调查表"],
            &["质量提升服务项目名称", "拟禾标准化提升"],
            &["企业名称", "成都拟禾食品有限公司"],
            &["质量服务机构名称", "四川拟信咨询有限公司"],
            &["服务人员"],
            &["服务专家", "何拟"],
            &["取得的质量提升服务成效", "好"],
        ];
        let bound = bind(&book(&[&head[..], rows].concat()), specs());
        assert_eq!(bound.returns.len(), 1);
        IDS.map(|id| said(&judged(&bound.returns[0]), id))
    }

    #[test]
    fn whom_down_the_side_and_what_along_the_top() {
        let want = ["满意", "基本满意", "不满意", "", "", "何拟"];
        let rows: [&[&str]; 3] = [
            &["评价对象", "服务态度", "专业能力"],
            &["服务人员", "满意", "☑基本满意"],
            &["服务专家", "不满意"],
        ];
        assert_eq!(read(&rows), want);
        let turned: [&[&str]; 3] = [
            &["评价内容", "服务人员", "服务专家"],
            &["服务态度", "满意", "不满意"],
            &["专业能力", "基本满意"],
        ];
        assert_eq!(read(&turned), want);
    }

    #[test]
    fn options_down_the_side_and_questions_along_the_top() {
        let rows: [&[&str]; 4] = [
            &[
                "评价",
                "对服务人员的服务态度",
                "对服务人员的专业能力",
                "对服务专家的服务态度",
                "对服务专家的专业能力",
            ],
            &["满意", "√", "", "", ""],
            &["基本满意", "", "√", "", "√"],
            &["不满意", "", "", "√", "√"],
        ];
        assert_eq!(read(&rows), ["满意", "基本满意", "不满意", "", "", "何拟"]);
    }
}

//! Answers that begin as labels do: an account of what was done that names people and times, `其他：HACCP` beside the
//! certifications of an enterprise.
//!
//! What stands in the place of an answer in words is that answer, whatever its lines begin with. Only the next blocks
//! of the form are labels there. A cell of one line is an answer only where its label has its own answer elsewhere, or
//! where it stands in the cell of an answer and nothing else may.

use super::label::Hit;
use super::labels::Label;
use super::slots::rows_between;
use super::words::{Scan, Words};
use crate::cell::Cell;
use crate::parse::{date, marks};
use crate::spec::{FormSpec, Kind};
use crate::text;
use crate::workbook::{Row, Sheet};

/// The rows in which the labels of a form are looked for.
pub(super) struct Region<'a, 's> {
    pub sheet: &'a Sheet,
    pub scan: &'a Scan<'s>,
    pub spec: &'a FormSpec,
    pub rows: (u32, u32),
}

impl Region<'_, '_> {
    /// Whether a cell is the answer of a label before it, not a label of its own.
    pub fn is_answer(&self, before: &[Label], cell: Cell, words: &Words) -> bool {
        let (sheet, spec, hits) = (self.sheet, self.spec, words.hits(self.spec));
        if !words.source.trim().contains('\n') {
            return self.is_line_of_an_answer(before, cell, hits);
        }
        if is_whole(&words.source, hits)
            || opens_alone(spec, &words.source, hits)
            || signs_off(spec, &words.source, hits)
        {
            return false;
        }
        let mut near = before.iter().rev().take(40);
        near.any(|label| asks(sheet, spec, label, cell) && !goes_on(spec, label, hits))
    }

    /// The same of a cell of one line: a label with words behind it where an answer is due.
    fn is_line_of_an_answer(&self, before: &[Label], cell: Cell, hits: &[Hit]) -> bool {
        let Some(hit) = hits.first() else { return false };
        if !hit.colon || text::is_blank_mark(&hit.tail) {
            return false;
        }
        let near = || before.iter().rev().take(40).filter(|label| label.tail.is_empty());
        let is_other = |label: &Label| !hit.fields.contains(&label.field) && !goes_on(self.spec, label, hits);
        if !near().any(|label| is_other(label) && self.is_due(label, cell)) || self.signs(cell, hit) {
            return false;
        }
        // Several labels on a line are labels unless each of them is answered elsewhere.
        let answered = hits.iter().all(|hit| self.is_answered_elsewhere(cell, hit));
        if hits.len() > 1 && !answered {
            return false;
        }
        near().filter(|label| is_other(label)).any(|label| {
            let (kind, words) = (self.spec.fields[label.field].kind, self.sheet.text(cell));
            let choices = &self.spec.fields[label.field].choices;
            let says = match kind {
                Kind::One | Kind::Many => marks::ticks(&words, choices).is_ok_and(|t| !t.ticked.is_empty()),
                _ => true,
            };
            let is_beside = self.is_beside(label, cell);
            let is_below = || kind == Kind::Block && answered && self.is_below(label, cell, hit);
            says && (is_beside && (answered || !label.colon) || !is_beside && is_below())
        })
    }

    /// Whether a cell of one line may be in the place of an answer: a look that costs nothing.
    fn is_due(&self, label: &Label, cell: Cell) -> bool {
        match self.spec.fields[label.field].kind {
            Kind::Block if label.cell.col == cell.col && label.cell.row < cell.row => true,
            Kind::Block | Kind::Text | Kind::One | Kind::Many => self.is_beside(label, cell),
            _ => false,
        }
    }

    fn is_beside(&self, label: &Label, cell: Cell) -> bool {
        (label.cell.row..=label.extent.row).contains(&cell.row) && label.extent.col + 1 == cell.col
    }

    /// Whether a cell is one of the lines below the label of a narrative: nothing stands between the two but lines, and
    /// no other form begins with it.
    fn is_below(&self, label: &Label, cell: Cell, hit: &Hit) -> bool {
        let right = Cell::new(label.cell.row, label.extent.col + 1);
        let from = label.extent.row + 1;
        if label.cell.col != cell.col || self.sheet.get(right).is_some() || cell.row < from {
            return false;
        }
        let is_line = |row: &Row| matches!(row.cells[..], [(col, _)] if col == cell.col);
        let mut lines = rows_between(self.sheet, from, cell.row).zip(from..);
        if !lines.all(|(row, at)| row.at == at && is_line(row)) {
            return false;
        }
        let is_key = hit.fields.iter().any(|field| self.spec.key.contains(field));
        let mut below = self.scan.between(cell.row + 1, self.rows.1);
        let next = below.find_map(|(_, words)| words.hits(self.spec).first());
        !is_key || next.is_none_or(|next| next.fields.iter().any(|field| *field > label.field))
    }

    /// Whether a label with words is a date or a signature at the foot of a form.
    fn signs(&self, cell: Cell, hit: &Hit) -> bool {
        let words = self.sheet.text(cell);
        let is_day = |f: &usize| self.spec.fields[*f].kind == Kind::Date && date::date(&hit.tail).is_ok();
        let is_signature = |f: &usize| self.spec.fields[*f].kind == Kind::Signature;
        hit.fields.iter().any(is_day)
            || hit.fields.iter().any(is_signature)
                && text::label(&words).split(':').next().is_some_and(is_signed)
    }

    /// Whether the label of a cell stands elsewhere in the region with an answer, or there says that it is signed.
    fn is_answered_elsewhere(&self, cell: Cell, hit: &Hit) -> bool {
        let is_same = |other: &Hit| other.fields.iter().any(|field| hit.fields.contains(field));
        self.scan.between(self.rows.0, self.rows.1).filter(|(at, _)| *at != cell).any(|(at, words)| {
            let Some(other) = words.hits(self.spec).iter().find(|other| is_same(other)) else { return false };
            let end = self.sheet.extent(*at);
            let around = [Cell::new(at.row, end.col + 1), Cell::new(end.row + 1, at.col)];
            let is_filled = |cell: &Cell| match self.scan.at(*cell) {
                Some(words) => words.hits(self.spec).is_empty(),
                None => self.sheet.get(*cell).is_some(),
            };
            !text::is_blank_mark(&other.tail) || around.iter().any(is_filled) || is_signed(words.label())
        })
    }
}

fn is_signed(label: &str) -> bool {
    label.contains(['签', '章'])
}

/// Whether a label is all that a cell says, guidance in brackets aside.
fn is_whole(words: &str, hits: &[Hit]) -> bool {
    let [Hit { tail, colon, .. }] = hits else { return false };
    let is_guidance = !colon && tail.starts_with(['（', '(']);
    (tail.is_empty() || is_guidance) && text::label(words).chars().count() <= 60
}

/// Whether the first line is a label and nothing else: its answer stands in the lines below it. Lines of an account
/// go on behind their colon.
fn opens_alone(spec: &FormSpec, words: &str, hits: &[Hit]) -> bool {
    let line = text::label(words.trim().lines().next().unwrap_or_default());
    let is_its_label = |f: &usize| spec.fields[*f].labels.contains(&line);
    hits.first().is_some_and(|hit| hit.fields.iter().any(is_its_label))
}

/// Whether a cell holds the signatures and dates at the foot of a form, and nothing else.
fn signs_off(spec: &FormSpec, words: &str, hits: &[Hit]) -> bool {
    let is_foot = |f: &usize| match spec.fields[*f].kind {
        Kind::Date => spec.fields[*f].beside.is_some() || &*spec.fields[*f].id == "dated",
        Kind::Signature => words.contains(['签', '章']),
        _ => false,
    };
    hits.iter().flat_map(|hit| &hit.fields).all(is_foot)
}

/// Whether a label in words has its answer in a cell: the one beside it, or of a narrative the one below.
fn asks(sheet: &Sheet, spec: &FormSpec, label: &Label, cell: Cell) -> bool {
    let kind = spec.fields[label.field].kind;
    if !label.tail.is_empty() || !matches!(kind, Kind::Block | Kind::Text) {
        return false;
    }
    let rows = label.cell.row..=label.extent.row;
    let beside = rows.contains(&cell.row) && label.extent.col + 1 == cell.col;
    let right = Cell::new(label.cell.row, label.extent.col + 1);
    let below = kind == Kind::Block && label.extent.row + 1 == cell.row && label.cell.col == cell.col;
    beside || below && sheet.get(right).is_none()
}

/// Whether the first label of a cell is one of the next blocks of the form, or of its numbered ones: all of them may
/// be listed in the lead above.
fn goes_on(spec: &FormSpec, label: &Label, hits: &[Hit]) -> bool {
    let is_numbered = |f: usize| !spec.fields[f].number.is_empty() && f != label.field;
    let is_next = |f: &usize| is_numbered(*f) || spec.fields[*f].kind == Kind::Block && *f > label.field;
    hits.first().is_some_and(|hit| hit.fields.iter().any(is_next))
}

/// Whether a label says that it is signed (服务人员签字) where the one chosen before only names people (服务人员).
pub(super) fn is_plainer(sheet: &Sheet, spec: &FormSpec, label: &Label, chosen: &Label) -> bool {
    let signs = |l: &Label| {
        let words = text::label(&sheet.text(l.cell));
        words.split(':').next().is_some_and(|head| head.contains(['签', '章']))
    };
    spec.fields[label.field].kind == Kind::Signature && signs(label) && !signs(chosen)
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{book, judged, said, specs};

    const NARRATIVE: &str =
        "服务目标：校准率100%\n服务人员：甲某、乙某\n服务专家：丙某\n服务时间：2025年1月20日";

    #[test]
    fn an_option_beside_its_question_is_no_label() {
        let rows: [&[&str]; 6] = [
            &["中小企业质量提升服务需求调查记录表"],
            &["企业名称", "成都拟禾食品有限公司"],
            &["所属行业", "食品制造业"],
            &["其他", "暂未发现风险"],
            &["质量提升需求类型", "其他：管理咨询"],
            &["质量提升需求具体描述", "描述"],
        ];
        let bound = bind(&book(&rows), specs());
        let ret = judged(&bound.returns[0]);
        let ids = ["need_types", "need_other", "other_quality", "need_detail"];
        assert_eq!(ids.map(|id| said(&ret, id)), ["其他服务", "管理咨询", "暂未发现风险", "描述"]);
    }

    /// A form C with a process and the rows behind it; what it says for some fields.
    fn read(process: &[&[&str]], ids: &[&str]) -> Vec<String> {
        let head: [&[&str]; 4] = [
            &["中小企业质量提升服务实施记录表"],
            &["质量提升服务项目名称", "拟甲项目", "服务时间", "2025年1月13日—2025年2月4日"],
            &["企业名称", "成都拟禾食品有限公司", "企业联系人及联系方式", "李拟四 13800001234"],
            &["质量提升需求类型", "☑计量服务 □标准化服务"],
        ];
        let tail: [&[&str]; 3] = [
            &["服务人员签字：", "", "日期：", ""],
            &["服务专家签字：", "", "日期：", ""],
            &["企业签字/盖章：", "孙拟七", "日期：", "2025年2月7日"],
        ];
        let bound = bind(&book(&[&head[..], process, &tail].concat()), specs());
        assert_eq!(bound.returns.len(), 1, "{:?}", bound.findings);
        let ret = judged(&bound.returns[0]);
        ids.iter().map(|id| said(&ret, id)).collect()
    }

    #[test]
    fn names_in_an_account_sign_nothing() {
        let ids = ["process", "staff_signature", "expert_signature", "service_time", "enterprise_signed"];
        let want = [NARRATIVE, "", "", "2025-01-13~2025-02-04", "孙拟七"];
        let label = "质量提升服务实施过程及意见建议";
        assert_eq!(read(&[&[label, NARRATIVE]], &ids), want);
        assert_eq!(read(&[&[label], &[NARRATIVE]], &ids), want);
        let whole = format!("{label}：{NARRATIVE}");
        assert_eq!(read(&[&[&whole]], &ids), want);
        let rows: [&[&str]; 2] = [&[label, "诊断"], &["服务人员：甲某"]];
        assert_eq!(read(&rows, &ids)[1], "");
    }

    #[test]
    fn the_foot_of_a_form_under_an_empty_account_is_a_foot() {
        let ids = ["process", "staff_signature", "staff_signed_on"];
        let foot = "服务人员签字：赵拟五\n日期：2025年2月5日";
        assert_eq!(read(&[&["质量提升服务实施过程及意见建议"], &[foot]], &ids), ["", "赵拟五", "2025-02-05"]);
    }

    #[test]
    fn a_label_alone_on_its_line_is_a_label_below_an_empty_answer() {
        let rows: [&[&str]; 5] = [
            &["中小企业质量提升服务需求调查记录表"],
            &["企业名称：\n成都拟禾食品有限公司"],
            &["企业规模：\n□中型 ☑小型 □微型"],
            &["其他：\n"],
            &["质量提升需求类型：\n□标准化服务 ☑计量服务"],
        ];
        let bound = bind(&book(&rows), specs());
        let ret = judged(&bound.returns[0]);
        assert_eq!(
            (said(&ret, "need_types"), said(&ret, "other_quality")),
            ("计量服务".into(), String::new())
        );
    }

    #[test]
    fn a_label_is_never_an_answer() {
        assert_eq!(read(&[&["质量提升服务实施过程及意见建议"]], &["process"]), [""]);
    }

    #[test]
    fn words_that_begin_as_another_label_answer_their_own() {
        let ids = ["process", "service_time", "staff_signature", "project"];
        let label = "质量提升服务实施过程及意见建议";
        for words in [
            "服务时间：三天。",
            "服务人员：张拟涛，服务专家：何拟玲。",
            "项目名称：计量提升。目标：100%。",
            "服务时间：1月10日上午；服务人员：张拟涛；内容：诊断。",
        ] {
            let want = [words, "2025-01-13~2025-02-04", "", "拟甲项目"];
            assert_eq!(read(&[&[label, words]], &ids), want);
            assert_eq!(read(&[&[&format!("{label}：")], &[words]], &ids), want);
            let lines = read(&[&[label], &["诊断"], &[words], &["结束"]], &ids);
            assert_eq!(lines[0], format!("诊断\n{words}\n结束"));
            assert_eq!(lines[1..], want[1..]);
        }
    }

    #[test]
    fn what_begins_with_other_answers_the_label_beside() {
        let rows: [&[&str]; 8] = [
            &["中小企业质量提升服务需求调查记录表"],
            &["企业名称", "成都拟禾食品有限公司"],
            &["获得认证认可情况", "其他：HACCP"],
            &["获得主要奖项或荣誉", "其他：成都市名优产品"],
            &["其他", "暂未发现风险"],
            &["质量提升需求类型", "其他：管理咨询"],
            &["质量提升需求具体描述", "日期：3月前完成"],
            &["日期：2025年2月4日"],
        ];
        let ids = ["certifications", "awards", "other_quality", "need_types", "need_detail", "dated"];
        let want = [
            "其他：HACCP",
            "其他：成都市名优产品",
            "暂未发现风险",
            "其他服务",
            "日期：3月前完成",
            "2025-02-04",
        ];
        let bound = bind(&book(&rows), specs());
        let ret = judged(&bound.returns[0]);
        assert_eq!(ids.map(|id| said(&ret, id)), want);
    }

    #[test]
    fn labels_with_their_answers_in_one_cell_stay_labels() {
        let rows: [&[&str]; 5] = [
            &["中小企业质量提升服务需求调查记录表"],
            &["企业名称：成都拟禾食品有限公司", "所属行业：", "法定代表人：王拟"],
            &["获得认证认可情况：", "其他：暂未发现风险"],
            &["质量提升需求类型：☑计量服务"],
            &["质量提升需求具体描述：", "日期：2025年2月4日"],
        ];
        let bound = bind(&book(&rows), specs());
        let ret = judged(&bound.returns[0]);
        let ids = ["certifications", "other_quality", "need_detail", "dated"];
        assert_eq!(ids.map(|id| said(&ret, id)), ["", "暂未发现风险", "", "2025-02-04"]);
    }

    #[test]
    fn a_date_in_the_head_is_no_signature_s() {
        let ids = ["staff_signed_on", "enterprise_signed_on"];
        let number: [&[&str]; 1] = [&["质量提升需求具体描述", "校准"]];
        assert_eq!(read(&number, &ids), ["", "2025-02-07"]);
        let head: [&[&str]; 3] = [
            &["编号：001", "", "日期：2025年2月10日"],
            &["服务人员签字：", "赵拟五", "日期：", "2025年2月5日"],
            &[],
        ];
        assert_eq!(read(&head, &ids), ["2025-02-05", "2025-02-07"]);
    }
}

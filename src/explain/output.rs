//! An explanation as plain text for a terminal and as CSV.
//!
//! Both print what [`Explanation`] holds and decide nothing. A name typed as `=1+1` must not
//! become a formula where the CSV is opened in a spreadsheet.

use super::{Explanation, LeftOut, Source, Told};
use crate::error::{Error, Result};
use crate::metrics::Status;
use crate::problem::shorten;
use crate::text::{flat, no_formula};

/// Longest answer in the text; JSON and CSV have it whole.
const LONGEST: usize = 80;

impl Explanation {
    /// Plain Chinese for a terminal.
    pub fn to_text(&self) -> String {
        let mut out = format!("{}　{}　{}\n", self.name, self.unit_name, self.period);
        let value = if self.printed.ends_with('%') || self.status == Status::NoData {
            self.printed.clone()
        } else {
            format!("{}{}", self.printed, self.unit)
        };
        let interval = self.interval.as_deref().unwrap_or("—");
        let rows = [
            ("编号", self.id.clone()),
            ("数值", value),
            ("状态", self.status_words()),
            ("条款", self.clause.to_owned()),
            ("算法", self.formula.to_string()),
            ("分子", self.numerator.clone().unwrap_or_else(|| "—".into())),
            ("分母", self.denominator.map_or("—".into(), |d| d.to_string())),
            ("区间", format!("{interval}　{}", self.interval_why)),
            ("上季度", self.previous_words()),
            ("公开版", self.public.clone().unwrap_or_else(|| "无公开版".into())),
        ];
        for (label, words) in rows {
            out.push_str(&format!("  {}{words}\n", pad(label, 8)));
        }
        self.lines_text(&mut out);
        self.counted_text(&mut out);
        self.left_out_text(&mut out);
        out
    }

    fn status_words(&self) -> String {
        match self.status {
            Status::Ok => "可用".into(),
            Status::SmallN => format!("样本量不足（下限{}）：只列数值，不作比较", self.floor),
            Status::NoData => "没有数据".into(),
        }
    }

    fn previous_words(&self) -> String {
        let Some(previous) = &self.previous else { return "无".into() };
        let parts = match (&previous.numerator, previous.denominator) {
            (None, None) => String::new(),
            (numerator, denominator) => format!(
                "（分子{}，分母{}）",
                numerator.as_deref().unwrap_or("—"),
                denominator.map_or("—".into(), |d| d.to_string())
            ),
        };
        format!("{}{parts}　{}", previous.printed, previous.id)
    }

    fn lines_text(&self, out: &mut String) {
        if !self.lines.is_empty() {
            out.push_str(&format!("\n明细 {} 条\n", self.lines.len()));
        }
        for (at, line) in self.lines.iter().enumerate() {
            out.push_str(format!("{:>5}  {}　{}", at + 1, flat(&line.words), flat(&line.place)).trim_end());
            out.push('\n');
        }
    }

    fn counted_text(&self, out: &mut String) {
        let heading = if self.is_account() { "所列材料" } else { "计入" };
        out.push_str(&format!("\n{heading} {} 条\n", self.counted.len()));
        let widest = |of: &dyn Fn(&super::Entry) -> usize| self.counted.iter().map(of).max().unwrap_or(0);
        let (numerators, denominators) =
            (widest(&|e| e.numerator.len()), widest(&|e| e.denominator.to_string().len()));
        for (at, entry) in self.counted.iter().enumerate() {
            let line = format!(
                "{:>5}  分子 {:>numerators$}  分母 {:>denominators$}  {}",
                at + 1,
                entry.numerator,
                entry.denominator,
                flat(&entry.about),
            );
            out.push_str(line.trim_end());
            out.push('\n');
            entry.sources.iter().for_each(|source| source_text(out, source));
        }
    }

    /// Whether it lists what became of returns: what an account names need not count, and leaves nothing out.
    fn is_account(&self) -> bool {
        self.metric.starts_with("account.")
    }

    fn left_out_text(&self, out: &mut String) {
        if self.is_account() {
            return;
        }
        out.push_str(&format!("\n未计入 {} 条\n", self.left_out.len()));
        for (at, left) in self.left_out.iter().enumerate() {
            let about =
                if left.about.is_empty() { String::new() } else { format!("（{}）", flat(&left.about)) };
            out.push_str(&format!("{:>5}  {}{about}\n", at + 1, left.words));
            if let (Some(by), Some(place)) = (&left.by, &left.by_place) {
                out.push_str(&format!("       计入的是　{place}　{by}\n"));
            }
            for fault in &left.problems {
                let cell = fault.cell.map(|c| format!("{c}　")).unwrap_or_default();
                out.push_str(&format!("       {cell}{}（{}）\n", flat(&fault.message), fault.code));
            }
            source_text(out, &left.source);
        }
    }

    /// One row per answer: what went in first, then what did not. The parts stand in the first row of an
    /// entry only, so that the columns add up to the figure.
    ///
    /// # Errors
    /// Never in memory; kept for the writer's type.
    pub fn to_csv(&self) -> Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let fault = |e: csv::Error| Error::internal(format!("写出明细：{e}"));
        writer.write_record(HEADER).map_err(fault)?;
        for (at, entry) in self.counted.iter().enumerate() {
            let mut parts = [entry.numerator.clone(), entry.denominator.to_string()];
            for source in &entry.sources {
                for told in answers(source) {
                    let mut row = vec!["计入".to_owned(), (at + 1).to_string(), no_formula(&entry.about)];
                    row.extend(source_cells(source, told));
                    row.extend(std::mem::take(&mut parts));
                    row.extend(["", "", ""].map(String::from));
                    writer.write_record(&row).map_err(fault)?;
                }
            }
        }
        for (at, left) in self.left_out.iter().enumerate() {
            for told in answers(&left.source) {
                let mut row = vec!["未计入".to_owned(), (at + 1).to_string(), no_formula(&left.about)];
                row.extend(source_cells(&left.source, told));
                row.extend(["", ""].map(String::from));
                row.extend(rule_cells(left));
                writer.write_record(&row).map_err(fault)?;
            }
        }
        writer.into_inner().map_err(|e| Error::internal(format!("写出明细：{e}")))
    }
}

const HEADER: [&str; 19] = [
    "part",
    "line",
    "about",
    "return_id",
    "form",
    "period",
    "enterprise",
    "project",
    "district",
    "file",
    "sheet",
    "cell",
    "field",
    "answer",
    "numerator",
    "denominator",
    "rule",
    "rule_words",
    "by",
];

/// The answers of a source; one empty one where it has none, so that no source is lost.
fn answers(source: &Source) -> Vec<Option<&Told>> {
    if source.answers.is_empty() { vec![None] } else { source.answers.iter().map(Some).collect() }
}

fn source_cells(source: &Source, told: Option<&Told>) -> [String; 11] {
    let cell = told.and_then(|t| t.cell).or(source.cell);
    [
        source.return_id.clone(),
        source.form.to_string(),
        source.period.clone(),
        no_formula(&source.enterprise),
        no_formula(&source.project),
        source.district.to_owned(),
        no_formula(&source.file),
        no_formula(told.and_then(|t| t.sheet.as_ref()).unwrap_or(&source.sheet)),
        cell.map(|c| c.to_string()).unwrap_or_default(),
        told.map(|t| t.field.clone()).unwrap_or_default(),
        told.map(|t| no_formula(&t.answer)).unwrap_or_default(),
    ]
}

fn rule_cells(left: &LeftOut) -> [String; 3] {
    let codes: Vec<&str> = left.problems.iter().map(|p| p.code).collect();
    let rule = serde_json::to_value(left.rule).ok().and_then(|v| v.as_str().map(String::from));
    let by = left.by.clone().unwrap_or_else(|| codes.join("、"));
    [rule.unwrap_or_default(), left.words.to_owned(), by]
}

fn source_text(out: &mut String, source: &Source) {
    let project =
        if source.project.is_empty() { String::new() } else { format!("　{}", flat(&source.project)) };
    out.push_str(&format!(
        "       表{}　{}{project}　{}　{}\n",
        source.form,
        flat(&source.enterprise),
        source.district,
        source.return_id
    ));
    let sheet = if source.sheet.is_empty() { String::new() } else { format!(" [{}]", flat(&source.sheet)) };
    // Rows of one table differ by where they begin only; of a form the answers tell.
    let begins =
        source.cell.filter(|_| source.answers.is_empty()).map(|c| format!(" {c}")).unwrap_or_default();
    out.push_str(&format!("           {}/{}{sheet}{begins}\n", source.period, flat(&source.file)));
    for told in &source.answers {
        let sheet = told.sheet.as_ref().map(|s| format!("[{}] ", flat(s))).unwrap_or_default();
        let cell = sheet + &told.cell.map_or("—".to_owned(), |c| c.to_string());
        let answer =
            if told.answer.is_empty() { "（空白）".into() } else { shorten(&told.answer, LONGEST) };
        let unread = if told.unread { "（未作答或无法辨认，不采用）" } else { "" };
        out.push_str(&format!("           {} {}：{answer}{unread}\n", pad(&cell, 6), told.label));
    }
}

/// Filled with blanks to a width, Chinese characters counting as two.
fn pad(text: &str, width: usize) -> String {
    let taken: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(taken)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Form;

    #[test]
    fn an_answer_that_does_not_count_is_not_told_like_one_that_does() {
        let told = |answer: &str, unread| Told {
            field: "staff_skill".into(),
            label: "专业能力".into(),
            sheet: None,
            cell: None,
            answer: answer.into(),
            unread,
        };
        let source = Source {
            return_id: "2025Q1-F-1".into(),
            form: Form::F,
            period: "2025Q1".into(),
            enterprise: "甲公司".into(),
            project: "甲项目".into(),
            district: "新都区",
            file: "甲.xlsx".into(),
            sheet: String::new(),
            cell: None,
            answers: vec![told("满意", false), told("较满意", true), told("", false)],
        };
        let mut out = String::new();
        source_text(&mut out, &source);
        assert!(out.contains("专业能力：满意\n") && out.contains("专业能力：（空白）\n"), "{out}");
        assert!(out.contains("专业能力：较满意（未作答或无法辨认，不采用）\n"), "{out}");
    }
}

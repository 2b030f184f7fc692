//! What is done to the words of a report once they are blocks: numbers of tables, figures and headings, and the
//! brackets of small samples.

use crate::document::{Block, Run};

/// Without blank runs at the ends.
pub(super) fn trimmed(mut runs: Vec<Run>) -> Vec<Run> {
    while runs.first().is_some_and(|r| r.text.trim().is_empty()) {
        runs.remove(0);
    }
    while runs.last().is_some_and(|r| r.text.trim().is_empty()) {
        runs.pop();
    }
    runs
}

/// How the words of a small sample begin.
pub(super) const SAMPLE: &str = "样本";

/// `样本21份` of a run `（样本21份）`.
fn sample_of(run: &Run) -> Option<String> {
    let words = run.text.strip_prefix('（')?.strip_suffix('）')?;
    (run.figure.is_none() && words.starts_with(SAMPLE) && !words.contains(['（', '）']))
        .then(|| words.to_owned())
}

/// Puts the words of a small sample into the bracket they stand in, or before the words of the one that follows:
/// `（样本23份）（95%置信区间…）` and `（…（样本21份））` are no Chinese.
pub(super) fn one_bracket(mut runs: Vec<Run>) -> Vec<Run> {
    let mut depth = 0;
    for at in 0..runs.len() {
        if let Some(sample) = sample_of(&runs[at]) {
            let next = runs.get(at + 1).and_then(|run| run.text.strip_prefix('（')).map(str::to_owned);
            if depth > 0 {
                runs[at].text = format!("，{sample}");
            } else if let Some(rest) = next.filter(|_| runs[at + 1].figure.is_none()) {
                runs[at].text = format!("（{sample}；");
                runs[at + 1].text = rest;
            }
        }
        let count = |sign: char| runs[at].text.matches(sign).count();
        depth = (depth + count('（')).saturating_sub(count('）'));
    }
    runs
}

/// Numbers tables and figures in reading order, and headings as 一、（一）1.
pub(super) fn number(mut blocks: Vec<Block>) -> Vec<Block> {
    let (mut tables, mut figures) = (0, 0);
    let mut counts = [0usize; 3];
    for block in &mut blocks {
        match block {
            Block::Table(table) => {
                tables += 1;
                table.number = format!("表{tables}");
                table.settle();
            }
            Block::Figure(figure) => {
                figures += 1;
                figure.number = format!("图{figures}");
            }
            Block::Heading { level, runs } => {
                if is_plain_heading(runs) {
                    continue;
                }
                let at = usize::from(*level - 1);
                counts[at] += 1;
                counts[at + 1..].fill(0);
                let mark = match level {
                    1 => format!("{}、", numeral(counts[0])),
                    2 => format!("（{}）", numeral(counts[1])),
                    _ => format!("{}. ", counts[2]),
                };
                runs.insert(0, Run::plain(mark));
                join_heading(runs);
            }
            _ => {}
        }
    }
    blocks
}

/// `# 编制说明 {-}` carries no number; the sign is taken off.
fn is_plain_heading(runs: &mut Vec<Run>) -> bool {
    join_heading(runs);
    let Some(rest) =
        runs.last().and_then(|r| r.text.strip_suffix("{-}")).map(str::trim_end).map(str::to_owned)
    else {
        return false;
    };
    if let Some(last) = runs.last_mut() {
        last.text = rest;
    }
    true
}

/// A heading is one run, so that its bookmark reads as one text.
fn join_heading(runs: &mut Vec<Run>) {
    if runs.iter().all(|r| r.figure.is_none()) {
        let text: String = runs.iter().map(|r| r.text.as_str()).collect();
        *runs = vec![Run::plain(text)];
    }
}

/// Chinese numerals up to 99.
fn numeral(n: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    match n {
        0..=9 => DIGITS[n].to_owned(),
        10..=19 => format!("十{}", DIGITS[n - 10]),
        _ => format!("{}十{}", DIGITS[n / 10 % 10], DIGITS[n % 10]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_sample_stands_in_one_bracket() {
        let few = || Run::plain("（样本21份）");
        let said = |runs: Vec<Run>| one_bracket(runs).into_iter().map(|r| r.text).collect::<String>();
        let plain = |text: &str| Run::plain(text);
        assert_eq!(said(vec![plain("95.65分"), few(), plain("，环比")]), "95.65分（样本21份），环比");
        assert_eq!(
            said(vec![plain("95.65分"), few(), plain("（95%区间"), plain("分）。")]),
            "95.65分（样本21份；95%区间分）。"
        );
        let cited = vec![plain("（7.6.3，52.4%"), few(), plain("）。")];
        assert_eq!(said(cited), "（7.6.3，52.4%，样本21份）。");
        let both =
            vec![plain("87.50分"), few(), plain("（全市95.65分"), few(), plain("），回收率90%"), few()];
        assert_eq!(said(both), "87.50分（样本21份；全市95.65分，样本21份），回收率90%（样本21份）");
    }
}

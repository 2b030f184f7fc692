//! Which forms are due, as offices write it in a roster: `B、C、F`, `BCF`, `表B 表C`, `B～F`, `全部`.
//!
//! A letter counts only where it stands as the letter of a form: `PDF` names no form, and `E不报` does not ask
//! for E. Where any word is of another kind, nothing is taken at all, since it may take back what the rest says.

use crate::text;

/// The letters that a roster may name, in the order of the annexes.
const LETTERS: &str = "BCDEFS";
/// Those that 全部 and a range stand for; D and S are asked for by their letters only.
const USUAL: &str = "BCEF";

/// Words for all forms.
const ALL: [&str; 5] = ["全部", "所有", "全套", "全", "ALL"];
/// Words that alone say the same, and behind letters nothing more.
const EACH: [&str; 4] = ["均需报送", "均报送", "均报", "都报"];
/// Words behind letters that add nothing to them.
const PLAIN: [&str; 9] = ["均需报送", "均报送", "均报", "都报", "必报", "应报", "需报", "报送", "报"];
/// Signs and words between two forms.
const BETWEEN: &str = " ,、;/+|&.·和及与各表()";

/// The letters of the forms that are due, ascending; `None` where the words cannot be told.
pub fn letters(raw: &str) -> Option<Vec<char>> {
    let text = tidy(raw);
    if is_modified(&text) {
        return None;
    }
    let (mut due, mut all) = (Vec::new(), None);
    for piece in text.split(|c| BETWEEN.contains(c)).filter(|p| !p.is_empty()) {
        let bare = without_plain(piece);
        if EACH.contains(&piece) || ALL.contains(&bare) {
            all = all.max(Some(ALL.contains(&bare)));
        } else if !is_remark(piece, !due.is_empty()) {
            due.extend(named(piece)?);
        }
    }
    due.sort_unstable();
    due.dedup();
    match (all, due.is_empty()) {
        (None, true) => None,
        (Some(_), true) => Some(USUAL.chars().collect()),
        // 全部（B、C） says two things.
        (Some(true), false) => USUAL.chars().eq(due.iter().copied()).then_some(due),
        (_, false) => Some(due),
    }
}

/// Whether a bracket behind letters holds letters too, which may be due or not: `B（C）`.
fn is_modified(text: &str) -> bool {
    let names = |words: &str| words.contains(|c| LETTERS.contains(c));
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('(') {
        let (inside, behind) = tail.split_once(')').unwrap_or((tail, ""));
        if names(before) && names(inside) {
            return true;
        }
        rest = behind;
    }
    false
}

/// In capitals, brackets of one kind, a plain dash without blanks for a range.
fn tidy(raw: &str) -> String {
    let mut text: String = text::plain(raw).to_uppercase().chars().map(text::label_char).collect();
    for sign in ['~', '至', '到', '-'] {
        while let Some(at) = text.find(&format!(" {sign}")).or_else(|| text.find(&format!("{sign} "))) {
            text.replace_range(at..=at + sign.len_utf8(), &sign.to_string());
        }
        text = text.replace(sign, "-");
    }
    text.replace("--", "-")
        .replace("-表", "-")
        .replace("表-", "-")
        .replace("FORM", "表")
        .replace("表格", "表")
}

/// Copies, and behind a letter the name of its form: `2份`, `需求调查`.
fn is_remark(piece: &str, behind: bool) -> bool {
    let count = piece.trim_start_matches(['一', '式', '两', '二', '三', '四']);
    let copies = count.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(['份', '张']);
    let is_copies = copies.is_empty() && piece.ends_with(['份', '张']);
    is_copies || PLAIN.contains(&piece) || behind && piece.chars().all(|c| NAMES.contains(c))
}

fn without_plain(piece: &str) -> &str {
    PLAIN.iter().find_map(|word| piece.strip_suffix(word)).unwrap_or(piece)
}

/// The characters of the names of the forms; none of them denies anything.
const NAMES: &str = "中小企业质量提升服务需求调查记录实施总结情况反馈满意度补充";

/// The letters of one piece: a letter, some in order, or a range.
fn named(piece: &str) -> Option<Vec<char>> {
    let bare = ["附件", "附录"].iter().find_map(|word| piece.strip_prefix(word)).unwrap_or(piece);
    let bare = without_plain(bare).trim_end_matches(|c| NAMES.contains(c));
    let order = |c: char| LETTERS.find(c);
    let chars: Vec<char> = bare.chars().collect();
    if let [from, '-', to] = chars[..] {
        let (first, last) = (order(from)?, order(to)?);
        let inside = |c: &char| *c == from || *c == to || USUAL.contains(*c);
        return (first < last).then(|| LETTERS[first..=last].chars().filter(inside).collect());
    }
    let places = chars.iter().map(|c| order(*c)).collect::<Option<Vec<usize>>>()?;
    // Letters out of order are a word: FEED.
    (!places.is_empty() && places.is_sorted_by(|a, b| a < b)).then_some(chars)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(words: &str) -> String {
        letters(words).map_or_else(|| "?".to_owned(), |letters| letters.into_iter().collect())
    }

    #[test]
    fn reads_what_offices_write() {
        for (words, due) in [
            ("B、C、F", "BCF"),
            ("BCF", "BCF"),
            ("b c", "BC"),
            ("ＢＣＦ", "BCF"),
            ("F、B", "BF"),
            ("B/C/E/F", "BCEF"),
            ("B\nC\nF", "BCF"),
            ("表B、表C", "BC"),
            ("表B表C", "BC"),
            ("B表，C表和F表", "BCF"),
            ("附件B、附录C", "BC"),
            ("B C（2份）", "BC"),
            ("B、C各1份", "BC"),
            ("B-F", "BCEF"),
            ("B至F", "BCEF"),
            ("B～F", "BCEF"),
            ("表B—表F", "BCEF"),
            ("表B —— 表F", "BCEF"),
            ("B-C、F", "BCF"),
            ("C到D", "CD"),
            ("全部", "BCEF"),
            ("全部表格报送", "BCEF"),
            ("全部报送", "BCEF"),
            ("均报", "BCEF"),
            ("所有表", "BCEF"),
            ("全部（B、C、E、F）", "BCEF"),
            ("B、C均报", "BC"),
            ("B、C 均报", "BC"),
            ("Form B", "B"),
            ("表B（质量提升需求）", "B"),
            ("B需求调查表、F满意度调查表", "BF"),
            ("B+D", "BD"),
        ] {
            assert_eq!(read(words), due, "{words}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_not_told() {
        for words in [
            "",
            "、",
            "表",
            "BCF（E不报）",
            "除E外均报",
            "除E外，均报",
            "B、C（F免报）",
            "表B（PDF）",
            "Excel表B",
            "附件1（需求）",
            "需求调查记录表",
            "表A",
            "A-F",
            "F-B",
            "B-",
            "-B",
            "B-C-F",
            "BCX",
            "FEED",
            "BB",
            "√",
            "B等",
            "全部（B、C）",
            "不报",
            "无",
            "不用报",
            "B或C",
            "B1",
            "B~",
            "B（如有）",
            "报送",
            "B？",
            "B、C（E）",
            "B（C）",
            "B不报",
            "2份",
        ] {
            assert_eq!(read(words), "?", "{words}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_names_forms_only(words in "\\PC{0,30}") {
            let due = letters(&words).unwrap_or_default();
            prop_assert!(due.iter().all(|c| LETTERS.contains(*c)) && due.is_sorted_by(|a, b| a < b));
        }

        /// Whatever letters stand in words, only those that stand as letters of forms count.
        #[test]
        fn reads_back_every_choice(due in prop::sample::subsequence(vec!['B', 'C', 'D', 'E', 'F'], 1..=5),
                sign in prop::sample::select(vec!["、", "", "，", " ", "/", "表", "\n", " 和 "])) {
            let words: Vec<String> = due.iter().map(char::to_string).collect();
            prop_assert_eq!(letters(&words.join(sign)), Some(due));
        }

        /// A word that is not known takes all away, wherever it stands.
        #[test]
        fn an_unknown_word_leaves_nothing(due in "[BCEF]、[BCEF]", word in "[不免除外或非暂PDXG]{1,3}", front in any::<bool>(),
                sign in prop::sample::select(vec!["、", "", "（", " "])) {
            let words = if front { format!("{word}{sign}{due}") } else { format!("{due}{sign}{word}") };
            let known = word.chars().all(|c| LETTERS.contains(c));
            prop_assert!(known || letters(&words).is_none(), "{}", words);
        }
    }
}

//! A date without what people write around it: weekdays, times of day, words, remarks in brackets.
//!
//! Tried only where the text as it stands is no date, so that nothing here can change one that is.

/// Words that say no more than that a date follows or that one ends.
const WORDS: [&str; 15] = [
    "公元", "填表", "填报", "填写", "签字", "服务", "开始", "结束", "起始", "截止", "日期", "时间", "期间",
    "起:", "止",
];

pub(super) const NUMERALS: &str = "〇零一二三四五六七八九";

/// The text in the plainest spelling of the same dates.
pub(super) fn tidied(text: &str) -> String {
    let mut text = without_clocks(&without_brackets(text));
    for day in "一二三四五六日天".chars() {
        for week in ["星期", "周", "礼拜"] {
            text = text.replace(&format!("{week}{day}"), "");
        }
    }
    text = text.replace("起至", "至").replace("起到", "到").replace("起-", "-");
    let end = text.find(",共").unwrap_or(text.len());
    text.truncate(end);
    for word in WORDS {
        text = text.replace(word, "");
    }
    let text = text.trim_start_matches(['自', '从', '于', ' ', ':', '\'']);
    signs(text).trim_matches([' ', '-', ',', ';', '.', ':', '~']).to_owned()
}

/// Every sign that stands for a dash or a zero as one of its kind.
fn signs(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or(' ');
    let numeral = |c: char| NUMERALS.contains(c);
    let mut out = String::with_capacity(text.len());
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).map_or(' ', at);
        out.push(match c {
            '\\' => '/',
            '→' | '⟶' | '─' | '━' | '┈' => '-',
            // 一 for a dash: 3月5日一8日.
            '一' if (before.is_ascii_digit() || "日号月".contains(before)) && at(i + 1).is_ascii_digit() => {
                '-'
            }
            '○' | '◯' | 'O' | 'o' | '0' if numeral(before) || numeral(at(i + 1)) => '〇',
            ':' | '┋' => ' ',
            c => *c,
        });
    }
    out
}

/// Without brackets that hold no year.
fn without_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('(') {
        let Some((inside, behind)) = tail.split_once(')') else { break };
        out.push_str(before);
        if inside.chars().filter(char::is_ascii_digit).count() >= 4 {
            out.push_str(inside);
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Without times of day (`9:00`, `T00:00:00.000Z`, `下午2时30分`, `08:00 AM`).
fn without_clocks(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let begins = at == 0 || !chars[at - 1].is_ascii_digit();
        match begins.then(|| clock_end(&chars, at)).flatten() {
            Some(end) => {
                out.truncate(out.trim_end_matches(['T', ' ']).len());
                out.push(' ');
                at = end;
            }
            None => {
                out.push(chars[at]);
                at += 1;
            }
        }
    }
    for word in ["上午", "下午", "中午", "早上", "晚上", "AM", "PM", "am", "pm"] {
        out = out.replace(word, "");
    }
    out
}

/// Where a time of day that starts here ends.
fn clock_end(chars: &[char], start: usize) -> Option<usize> {
    let digits = |from: usize| chars[from..].iter().take(2).take_while(|c| c.is_ascii_digit()).count();
    let hours = digits(start);
    let sign = *chars.get(start + hours)?;
    if hours == 0 || !matches!(sign, ':' | '时' | '点') {
        return None;
    }
    let mut at = start + hours + 1;
    if sign == ':' && digits(at) == 0 {
        return None;
    }
    while at < chars.len()
        && (chars[at].is_ascii_digit() || matches!(chars[at], ':' | '分' | '秒' | '.' | 'Z'))
    {
        at += 1;
    }
    Some(at)
}

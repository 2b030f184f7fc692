//! Names of sheets as Excel allows them, and references to them.
//!
//! A name may be a district or whatever a settings file says: no sheet name may
//! stop a workbook from being saved, and no two may be the same without case.

use std::collections::BTreeSet;

use super::words::line;

/// UTF-16 units of a sheet name.
const LIMIT: usize = 31;

/// The names given so far in one workbook.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A name that Excel takes, near the one wished for.
    pub(super) fn give(&mut self, wish: &str) -> String {
        let base = allowed(wish);
        let mut name = shorten(&base, LIMIT);
        let mut count = 2;
        // Excel keeps `History` for itself.
        while name.eq_ignore_ascii_case("history") || !self.0.insert(name.to_lowercase()) {
            let mark = format!("（{count}）");
            name = shorten(&base, LIMIT - mark.encode_utf16().count()) + &mark;
            count += 1;
        }
        name
    }
}

/// Full-width signs for those Excel forbids.
fn allowed(wish: &str) -> String {
    let wide = |c: char| match c {
        '[' => '［',
        ']' => '］',
        ':' => '：',
        '*' => '＊',
        '?' => '？',
        '/' => '／',
        '\\' => '＼',
        c => c,
    };
    let name: String = line(wish).chars().map(wide).collect();
    let name = trim(&name);
    if name.is_empty() { "未命名".to_owned() } else { name.to_owned() }
}

fn trim(name: &str) -> &str {
    name.trim_matches(|c: char| c == '\'' || c.is_whitespace())
}

fn shorten(name: &str, limit: usize) -> String {
    let mut used = 0;
    let fits = |c: &char| {
        used += c.len_utf16();
        used <= limit
    };
    let short: String = name.chars().take_while(fits).collect();
    trim(&short).to_owned()
}

/// A cell of a sheet as links name it: `'甲''s'!A1`.
pub(super) fn reference(sheet: &str, cell: &str) -> String {
    format!("'{}'!{cell}", sheet.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_names_that_excel_takes() {
        let mut names = Names::default();
        let mut sheet = rust_xlsxwriter::Worksheet::new();
        let long = "很长的表名".repeat(9);
        for wish in [
            "[a]:*?/\\",
            "'引'",
            "",
            "''",
            "History",
            "新都区",
            "新都区",
            "ABC",
            "abc",
            &long,
            &long,
            "\u{0}",
        ] {
            let name = names.give(wish);
            assert!(sheet.set_name(&name).is_ok(), "{wish:?} → {name:?}");
        }
        assert_eq!(names.0.len(), 12);
        assert_eq!(reference("甲's", "A1"), "'甲''s'!A1");
    }
}

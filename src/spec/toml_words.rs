//! What is wrong with a TOML file, in Chinese. The libraries speak English; of what they say only
//! names are taken over: those the user wrote, and those that may be written instead.

use crate::error::Error;

/// A TOML error with file and line.
pub(crate) fn toml_error(path: &str, source: &str, error: &toml::de::Error) -> Error {
    let span = error.span().unwrap_or(0..0);
    let line = error.span().map(|span| source[..span.start.min(source.len())].matches('\n').count() + 1);
    let at = source.get(span).unwrap_or_default();
    let message = format!("写法有误：{}", words(error.message(), at));
    Error::config(path, line, message, "请对照注释或 `zhiti init` 写出的默认文件修改")
}

/// What a message of the library says; `at` is what stands at the place.
fn words(message: &str, at: &str) -> String {
    name(message, at).or_else(|| kind(message)).unwrap_or_else(|| syntax(message).to_owned())
}

/// A name that is unknown, missing or written twice.
fn name(message: &str, at: &str) -> Option<String> {
    let quoted = |rest: &str| rest.split("`, ").next().map(|name| name.trim_end_matches('`').to_owned());
    let known = |message: &str| {
        let expected = message.rsplit_once("`, expected ").map_or("", |(_, known)| known);
        expected.split('`').skip(1).step_by(2).collect::<Vec<_>>().join("、")
    };
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let known = known(message);
        let may = if known.is_empty() { String::new() } else { format!("，可用：{known}") };
        return Some(format!("没有名为“{}”的设置{may}", quoted(rest)?));
    }
    if let Some(rest) = message.strip_prefix("unknown variant `") {
        return Some(format!("“{}”不可用，应为{}", quoted(rest)?, known(message)));
    }
    if let Some(rest) = message.strip_prefix("missing field `") {
        return Some(format!("缺少“{}”", quoted(rest)?));
    }
    if message.starts_with("duplicate") {
        let twice = message.split('`').nth(1).unwrap_or(at).trim().trim_matches(['[', ']', '"', '\'']);
        let is_name = !twice.is_empty() && !twice.contains(['\n', '=']);
        return Some(if is_name { format!("“{twice}”重复") } else { "有重复的设置".to_owned() });
    }
    None
}

/// A value of another kind, or out of the range of its kind.
fn kind(message: &str) -> Option<String> {
    if message == "wanted string or table" {
        return Some("应为加引号的文字".to_owned());
    }
    let is_value = message.starts_with("invalid type: ")
        || message.starts_with("invalid value: ")
        || message.starts_with("invalid length ");
    let (_, expected) = message.rsplit_once(", expected ").filter(|_| is_value)?;
    if message.contains(" as i128, ") || message.contains(" as u128, ") {
        return Some("数过大".to_owned());
    }
    let words = match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" | "u128" => "应为不小于0的整数".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" | "i128" => "应为整数".to_owned(),
        "f32" | "f64" => "应为数".to_owned(),
        "a boolean" => "应为 true 或 false".to_owned(),
        "a sequence" => "应为方括号列表，如 [\"甲\", \"乙\"]".to_owned(),
        _ if expected.contains("string") => "应为加引号的文字".to_owned(),
        _ if expected.starts_with("a map") || expected.starts_with("struct ") => {
            "应为一组设置：先写一行方括号中的名称，其下逐行写设置".to_owned()
        }
        _ => match expected.strip_prefix("an array of length ") {
            Some(n) => format!("应为有{n}项的方括号列表"),
            None => "值不可用".to_owned(),
        },
    };
    Some(words)
}

/// A file that is no TOML.
fn syntax(message: &str) -> &'static str {
    const WORDS: &[(&str, &str)] = &[
        ("string values must be quoted", "缺少值或引号：文字应放在引号之内"),
        ("missing value", "缺少值"),
        ("missing assignment", "名称后面缺少“=”"),
        ("key with no value", "名称后面缺少“=”和值"),
        ("unclosed array table", "方括号没有写全"),
        ("unclosed table", "方括号没有写全"),
        ("unclosed array", "列表没有以“]”结束"),
        ("unclosed inline table", "花括号没有写全"),
        ("missing comma", "各项之间缺少逗号"),
        ("invalid basic string", "引号没有写全，或引号之内有不可用的字符"),
        ("invalid literal string", "引号没有写全，或引号之内有不可用的字符"),
        ("invalid multi-line", "引号没有写全，或引号之内有不可用的字符"),
        ("missing opening quote", "引号没有写全"),
        ("missing escaped value", "反斜杠的写法不可用；路径请用单引号或“/”"),
        ("too few unicode", "反斜杠的写法不可用；路径请用单引号或“/”"),
        ("invalid unquoted key", "名称中有不可用的字符；中文名称应加引号"),
        ("invalid key", "名称中有不可用的字符；中文名称应加引号"),
        ("unquoted keys", "缺少名称"),
        ("cannot extend", "与前面的设置冲突"),
        ("unexpected leading zero", "数不能以0开头"),
        ("integer number overflowed", "数过大"),
        ("floating-point number overflowed", "数过大"),
        ("u64 value was too large", "数过大"),
        ("cannot recurse", "层数过多"),
        ("unexpected key or value", "一行只写一个设置，其后有多余的内容"),
    ];
    WORDS
        .iter()
        .find(|(theirs, _)| message.starts_with(theirs))
        .map_or("此处不合 TOML 格式", |(_, ours)| ours)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use crate::problem::Wording;
    use crate::settings::{DEFAULT_TEXT, Settings};
    use crate::spec::Specs;
    use crate::templates::Templates;

    /// Words of ASCII letters.
    fn ascii_words(text: &str) -> BTreeSet<&str> {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        words.filter(|w| w.starts_with(|c: char| c.is_ascii_alphabetic())).collect()
    }

    /// What the message says after its file and line, before the hint; no English of a library is in it.
    fn checked(message: &str, source: &str, names: &str) -> String {
        let (_, told) = message.lines().next().unwrap_or_default().split_once("：").unwrap();
        let mut known = ascii_words(source);
        known.extend(ascii_words(names));
        known.extend(["TOML", "true", "false"]);
        let foreign: Vec<_> = ascii_words(told).difference(&known).copied().collect();
        assert!(foreign.is_empty(), "{foreign:?} in {message}\nof {source}");
        told.to_owned()
    }

    #[test]
    fn every_mistake_in_the_settings_is_told_in_chinese() {
        for (source, wanted) in [
            ("[metrics]\nmidle_score = 60\n", "没有名为“midle_score”的设置，可用：middle_score、floor_city"),
            ("[metrix]\n", "没有名为“metrix”的设置，可用：report、metrics"),
            ("中文 = 1\n", "名称中有不可用的字符；中文名称应加引号"),
            ("\"中文\" = 1\n", "没有名为“中文”的设置"),
            ("\"a`, expected `b\" = 1\n", "设置"),
            ("[severity]\ncount_text = \"warn\"\n", "“warn”不可用，应为error、warning、info"),
            ("[severity]\ncount_text = 3\n", "应为加引号的文字"),
            ("[severity]\ncount_text = [1]\n", "应为"),
            ("[read]\nseconds = \"10\"\n", "应为不小于0的整数"),
            ("[read]\nseconds = -1\n", "应为不小于0的整数"),
            ("[read]\nseconds = 1.5\n", "应为不小于0的整数"),
            ("[read]\nsheets = true\n", "应为不小于0的整数"),
            ("[read]\nseconds = 99999999999999999999\n", "数过大"),
            ("[read]\nseconds = 010\n", "数不能以0开头"),
            ("[metrics]\nmiddle_score = \"60\"\n", "应为数"),
            ("[metrics]\nmiddle_score = 六十\n", "缺少值或引号"),
            ("[report]\ncity = 5\n", "应为加引号的文字"),
            ("[report]\ncity = 成都市\n", "缺少值或引号"),
            ("[report]\ncity = Chengdu\n", "缺少值或引号"),
            ("[report]\ncity = \n", "缺少值"),
            ("[report]\ncity\n", "缺少“=”"),
            ("[report]\ncity \"成都市\"\n", "缺少“=”"),
            ("[report]\ncity = \"成都市\n", "引号没有写全"),
            ("[report]\ncity = “成都市”\n", "缺少值或引号"),
            ("[report]\ncity = \"a\\q\"\n", "反斜杠的写法不可用"),
            ("[report]\nmarks = \"内部资料\"\n", "应为方括号列表"),
            ("[report]\nmarks = [\"内部资料\"\ncity = 1\n", ""),
            ("[report]\nmarks = [1]\n", "应为加引号的文字"),
            ("[report]\nmarks = [\"a\" \"b\"]\n", "缺少逗号"),
            ("[report]\ncity = \"a\"\ncity = \"b\"\n", "“city”重复"),
            ("[report]\n[report]\n", "“report”重复"),
            ("[report\n", "方括号没有写全"),
            ("report = 5\n", "应为一组设置"),
            ("[fonts]\nfamilies = [\"宋体\"]\n", ""),
            ("[fonts]\nfamilies = 5\n", ""),
            ("[fonts]\npaths = [5]\n", "应为加引号的文字"),
            ("aliases = [\n", ""),
            ("[aliases]\n\"甲\" = { a = 1 }\n", "应为加引号的文字"),
            ("[aliases]\n\"甲\" = \"乙\" \"丙\"\n", ""),
            ("= 5\n", ""),
            ("]]\n", ""),
            ("[[report]]\n", ""),
            ("a.b.c = 2025-13-45\n", ""),
            ("metrics.middle_score = 1e999999\nx = { y = 1\n", ""),
            ("\u{1}\n", ""),
            ("report.city = \"a\"\n[report.city.x]\n", ""),
        ] {
            let message = Settings::parse(Path::new("zhiti.toml"), source).expect_err(source).to_string();
            let told = checked(&message, source, DEFAULT_TEXT);
            assert!(told.starts_with("写法有误：") && told.contains(wanted), "{source}\n{told}");
            assert!(message.contains("zhiti.toml 第"), "{message}");
        }
    }

    #[test]
    fn mistakes_in_forms_and_mappings_are_told_in_chinese() {
        let form = include_str!("../../templates/forms/F.toml");
        let form_with = |source: &str| {
            Specs::load(|name| {
                (name == "F.toml").then(|| ("templates/forms/F.toml".into(), source.to_owned()))
            })
            .map(drop)
        };
        let mapping = |source: &str| {
            let specs = Specs::built_in().unwrap();
            specs.with_sources(vec![("templates/sources/x.toml".into(), source.to_owned())]).map(drop)
        };
        let names = "name extends identify meta seconds missing suffixes joined_by other_text group cascade \
                     field_ids option_headers row_headers values question form field header number";
        for (error, source, wanted) in [
            (form_with("id = \"F\"\n"), "", "缺少“table”"),
            (form_with("id = 5\n"), "", "应为加引号的文字"),
            (form_with("id = \"F\"\ntables = 1\n"), "tables", "没有名为“tables”的设置，可用：id、table"),
            (form_with(&form.replacen("kind = \"name\"", "kind = \"txt\"", 1)), "txt", "“txt”不可用，应为"),
            (form_with(&form.replacen("required = true", "required = 1", 1)), "", "应为 true 或 false"),
            (form_with(&form.replacen("[[field]]", "[[field]", 1)), "", "方括号没有写全"),
            (mapping("colour = 1\n"), "colour", "没有名为“colour”的设置，可用：name、extends"),
            (mapping("other_text = [\"a\"]\n"), "", "应为有2项的方括号列表"),
            (mapping("[[question]]\nform = \"F\"\n"), "", "缺少“field”"),
            (mapping("[[question]]\nform = \"F\"\nfield = \"x\"\nnumber = -1\n"), "", "应为不小于0的整数"),
            (mapping("identify = \"x\"\n"), "", "应为方括号列表"),
            (mapping("[values]\nx = 1\n"), "", "应为加引号的文字"),
        ] {
            let message = error.expect_err(wanted).to_string();
            let told = checked(&message, source, &format!("{form} {names} {FORM_NAMES}"));
            assert!(told.starts_with("写法有误：") && told.contains(wanted), "{wanted}: {message}");
        }
    }

    /// Names of a form specification that F does not use.
    const FORM_NAMES: &str = "annex clause key headings layout signature person block many one text long_text date range phone \
        count money dimensions indicators names caption title table id field";

    #[test]
    fn mistakes_in_the_words_of_problems_are_told_in_chinese() {
        for (source, wanted) in [
            ("[count_text]\nhedline = \"x\"\n", "没有名为“hedline”的设置，可用：headline、mend"),
            ("[count_text]\nmend = 1\n", "应为加引号的文字"),
            ("count_text = 1\n", "应为一组设置"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir(folder.path().join("templates")).unwrap();
            std::fs::write(folder.path().join("templates/problems.toml"), source).unwrap();
            let templates = Templates::load(folder.path()).unwrap();
            let message = Wording::load(&templates).unwrap_err().to_string();
            let path = folder.path().display().to_string();
            let told = checked(&message.replace(&path, ""), source, "headline mend");
            assert!(told.contains(wanted), "{message}");
        }
    }
}

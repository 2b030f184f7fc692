//! Mapping files (`templates/sources/*.toml`): how the export of a survey platform is written.
//!
//! A platform is known by the columns it adds itself, never by a file name. A
//! mapping says what those columns are, how headers and answers are decorated,
//! and may hold the key of one survey (which code stands for which option).
//! Nothing here reads a sheet, and a code without a key stays a code.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Form, FormSpec, Kind, Specs, toml_error};
use crate::error::{Error, Result};
use crate::text;

macro_rules! built_in {
    ($($name:literal),*) => {
        &[$((concat!("templates/sources/", $name), include_str!(concat!("../../templates/sources/", $name)))),*]
    };
}

/// The built-in mapping files, as (path, text).
pub const BUILT_IN: &[(&str, &str)] =
    built_in!["kobo.toml", "tencent-docs.toml", "tencent.toml", "wjx.toml", "wps.toml"];

/// The mappings of a run, in order of their ids.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    all: Vec<Source>,
    files: Vec<SourceFile>,
}

/// A mapping file: where it stands and its text.
pub type SourceFile = (String, String);

/// One mapping: a platform, or one survey on a platform.
#[derive(Clone, Debug)]
pub struct Source {
    /// Name of the file without its ending.
    pub id: String,
    /// Name of the platform as people say it.
    pub name: String,
    /// Sets of column names; a header row that holds all of one set is of this platform.
    identify: Vec<Vec<String>>,
    meta: Vec<String>,
    seconds: Vec<String>,
    missing: Vec<String>,
    suffixes: Vec<String>,
    /// Signs that join the answers of one question in one cell.
    pub joined_by: Vec<char>,
    /// Signs around the words typed behind an option.
    pub other_text: Option<(char, char)>,
    /// Sign between the groups and the question of a header.
    pub group: Option<char>,
    /// Joins the steps of a cascade (`四川省-成都市-新都区`).
    pub cascade: Option<char>,
    ids: bool,
    option_headers: Vec<Template>,
    row_headers: Vec<Template>,
    values: BTreeMap<String, String>,
    /// The key of one survey.
    pub questions: Vec<Question>,
}

/// What a mapping says about one question.
#[derive(Clone, Debug)]
pub struct Question {
    pub form: Form,
    pub field: usize,
    headers: Vec<String>,
    number: Option<u32>,
    /// Index of the option by code.
    values: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSource {
    name: Option<String>,
    extends: Option<String>,
    identify: Option<Vec<Vec<String>>>,
    meta: Option<Vec<String>>,
    seconds: Option<Vec<String>>,
    missing: Option<Vec<String>>,
    suffixes: Option<Vec<String>>,
    joined_by: Option<Vec<String>>,
    other_text: Option<[String; 2]>,
    group: Option<String>,
    cascade: Option<String>,
    field_ids: Option<bool>,
    option_headers: Option<Vec<String>>,
    row_headers: Option<Vec<String>>,
    values: Option<BTreeMap<String, String>>,
    #[serde(default)]
    question: Vec<toml::Spanned<RawQuestion>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuestion {
    form: String,
    field: String,
    #[serde(default)]
    header: Vec<String>,
    number: Option<u32>,
    #[serde(default)]
    values: BTreeMap<String, String>,
}

impl Sources {
    /// Resolves mapping files against the forms.
    ///
    /// # Errors
    /// A mapping that cannot be right, with file and line.
    pub fn load(files: Vec<SourceFile>, forms: &[&FormSpec]) -> Result<Self> {
        let mut raws: BTreeMap<String, (usize, RawSource)> = BTreeMap::new();
        for (at, (path, source)) in files.iter().enumerate() {
            let raw = toml::from_str(source).map_err(|e| toml_error(path, source, &e))?;
            raws.insert(stem(path).to_owned(), (at, raw));
        }
        let mut all = Vec::with_capacity(raws.len());
        for (id, (at, raw)) in &raws {
            let at = Written { path: &files[*at].0, source: &files[*at].1 };
            let base = match &raw.extends {
                None => None,
                Some(base) => {
                    let (_, found) = raws.get(base).filter(|(_, r)| r.extends.is_none()).ok_or_else(|| {
                        let hint = "extends 写同一文件夹中另一个对照文件的文件名（不带 .toml），且它自己没有 extends";
                        at.wrong("extends", format!("没有可以沿用的对照文件「{base}」"), hint)
                    })?;
                    Some(found)
                }
            };
            all.push(resolve(id, &at, raw, base, forms)?);
        }
        Ok(Self { all, files })
    }

    /// All mappings, by id.
    pub fn all(&self) -> &[Source] {
        &self.all
    }

    /// The files the mappings came from, to hand them to another process.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }
}

/// File name without folder and ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(".toml").unwrap_or(name)
}

/// A file being resolved, for messages.
struct Written<'a> {
    path: &'a str,
    source: &'a str,
}

impl Written<'_> {
    fn wrong(&self, near: &str, message: String, hint: &str) -> Error {
        let line = self.source.lines().position(|l| l.contains(near)).map(|at| at + 1);
        Error::config(self.path, line, message, hint)
    }

    fn wrong_from(&self, start: usize, near: &str, message: String, hint: &str) -> Error {
        let start = start.min(self.source.len());
        let above = self.source.get(..start).unwrap_or_default().matches('\n').count();
        let rest = self.source.get(start..).unwrap_or_default();
        let below = rest.lines().position(|l| l.contains(near)).unwrap_or(0);
        Error::config(self.path, Some(above + below + 1), message, hint)
    }

    fn sign(&self, key: &str, text: &str) -> Result<char> {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(sign), None) => Ok(sign),
            _ => Err(self.wrong(
                key,
                format!("{key} 应是一个符号，而不是「{text}」"),
                "每个引号内只写一个符号",
            )),
        }
    }
}

/// What this file says, else what the one it extends says, else nothing.
macro_rules! said {
    ($raw:expr, $base:expr, $key:ident) => {
        $raw.$key.as_ref().or_else(|| $base.and_then(|b: &RawSource| b.$key.as_ref()))
    };
}

fn resolve(
    id: &str,
    at: &Written<'_>,
    raw: &RawSource,
    base: Option<&RawSource>,
    forms: &[&FormSpec],
) -> Result<Source> {
    let labels = |words: Option<&Vec<String>>| -> Vec<String> {
        words.into_iter().flatten().map(|w| text::key(w)).collect()
    };
    let templates = |key: &str, written: Option<&Vec<String>>| {
        let one = |text: &String| {
            Template::new(text).ok_or_else(|| {
                let hint = "可用 {question}、{option}、{row}，两个之间须有符号";
                at.wrong(key, format!("{key} 中的「{text}」无法使用"), hint)
            })
        };
        written.into_iter().flatten().map(one).collect::<Result<Vec<_>>>()
    };
    let identify: Vec<Vec<String>> =
        said!(raw, base, identify).into_iter().flatten().map(|set| labels(Some(set))).collect();
    if identify.is_empty() || identify.iter().any(|set| set.len() < 2) {
        let hint = "请写平台自己加的列，如 identify = [[\"提交答卷时间\", \"所用时间\"]]";
        return Err(at.wrong("identify", "identify 每组至少写两个列名".into(), hint));
    }
    let sign = |key: &str, text: Option<&String>| text.map(|t| at.sign(key, t)).transpose();
    let other_text = match said!(raw, base, other_text) {
        Some([open, close]) => Some((at.sign("other_text", open)?, at.sign("other_text", close)?)),
        None => None,
    };
    let joined_by = said!(raw, base, joined_by);
    let values = said!(raw, base, values).cloned().unwrap_or_default();
    Ok(Source {
        id: id.to_owned(),
        name: said!(raw, base, name).cloned().unwrap_or_else(|| id.to_owned()),
        identify,
        meta: labels(said!(raw, base, meta)),
        seconds: labels(said!(raw, base, seconds)),
        missing: labels(said!(raw, base, missing)),
        suffixes: labels(said!(raw, base, suffixes)),
        joined_by: joined_by.into_iter().flatten().map(|s| at.sign("joined_by", s)).collect::<Result<_>>()?,
        other_text,
        group: sign("group", said!(raw, base, group))?,
        cascade: sign("cascade", said!(raw, base, cascade))?,
        ids: said!(raw, base, field_ids).copied().unwrap_or(false),
        option_headers: templates("option_headers", said!(raw, base, option_headers))?,
        row_headers: templates("row_headers", said!(raw, base, row_headers))?,
        values: values.into_iter().map(|(code, label)| (text::key(&code), text::label(&label))).collect(),
        questions: raw.question.iter().map(|q| question(at, q, forms)).collect::<Result<_>>()?,
    })
}

fn question(at: &Written<'_>, raw: &toml::Spanned<RawQuestion>, forms: &[&FormSpec]) -> Result<Question> {
    let (start, raw) = (raw.span().start, raw.get_ref());
    let wrong = |near: &str, message: String, hint: &str| at.wrong_from(start, near, message, hint);
    let form = Form::from_letter(&raw.form)
        .ok_or_else(|| wrong("form", format!("没有表{}", raw.form), "form 写 B、C、D、E、F 或 S"))?;
    let spec = forms
        .iter()
        .find(|f| f.id == raw.form)
        .ok_or_else(|| Error::internal(format!("没有表{}的定义", raw.form)))?;
    let index = spec.index(&raw.field).ok_or_else(|| {
        wrong(
            "field",
            format!("表{form}没有字段 `{}`", raw.field),
            "field 写 templates/forms/ 中该表的字段 id",
        )
    })?;
    let field = &spec.fields[index];
    if !raw.values.is_empty() && !matches!(field.kind, Kind::One | Kind::Many) {
        return Err(wrong("values", format!("`{}` 不是选择题，不能写 values", raw.field), "请删去 values"));
    }
    // Without any words a pattern would fit every column.
    if let Some(all) = raw.header.iter().find(|h| h.contains('*') && pattern(h).chars().all(|c| c == '*')) {
        return Err(wrong(
            "header",
            format!("header 中的「{all}」没有文字"),
            "请写出题干中的文字，如 \"*人员*态度*\"",
        ));
    }
    let mut values = BTreeMap::new();
    for (code, label) in &raw.values {
        let wanted = text::label(label);
        let option = field.choices.iter().position(|c| c.spellings.contains(&wanted)).ok_or_else(|| {
            let hint = format!("该题的选项是：{}", field.options.join("、"));
            wrong(label, format!("「{label}」不是 `{}` 的选项", raw.field), &hint)
        })?;
        values.insert(text::key(code), option);
    }
    Ok(Question {
        form,
        field: index,
        headers: raw.header.iter().map(|h| pattern(h)).collect(),
        number: raw.number,
        values,
    })
}

impl Source {
    /// How many of the platform's own columns a header row holds, by their key forms; `None` where it is of another.
    pub fn recognises(&self, header: &[String]) -> Option<usize> {
        let holds = |name: &String| header.contains(name);
        let longest = self.identify.iter().filter(|set| set.iter().all(holds)).map(Vec::len).max()?;
        Some(longest * 100 + self.meta.iter().filter(|m| holds(m)).count())
    }

    /// Whether a column is the platform's own.
    pub fn is_own(&self, header: &str) -> bool {
        let key = text::key(header);
        let named = |names: &[String]| names.contains(&key);
        named(&self.meta) || named(&self.seconds) || self.identify.iter().any(|set| named(set))
    }

    /// Whether a column says how long the answer took.
    pub fn is_seconds(&self, header: &str) -> bool {
        self.seconds.contains(&text::key(header))
    }

    /// Whether a cell says that the question was not answered.
    pub fn is_missing(&self, words: &str) -> bool {
        self.missing.contains(&text::key(words))
    }

    /// A header in normal form without what the platform adds behind it, and its number in front.
    pub fn head(&self, header: &str) -> Head {
        let mut key = text::key(header);
        while let Some(suffix) = self.suffixes.iter().find(|s| !s.is_empty() && key.ends_with(s.as_str())) {
            key.truncate(key.len() - suffix.len());
        }
        let whole = text::label(&key);
        let (number, rest) = numbered(&whole);
        Head { number, rest: text::label(rest), whole }
    }

    /// The field a question means: by the key, by its label, or by its id.
    pub fn field(&self, form: Form, spec: &FormSpec, question: &str) -> Option<usize> {
        let last = self.group.and_then(|g| question.rsplit_once(g)).map(|(_, last)| last);
        [Some(question), last].into_iter().flatten().find_map(|words| {
            let by_key = |q: &&Question| q.form == form && q.headers.iter().any(|h| matches(h, words));
            let keyed = self.questions.iter().find(by_key).map(|q| q.field);
            keyed.or_else(|| spec.by_label(words)).or_else(|| self.ids.then(|| spec.index(words)).flatten())
        })
    }

    /// The field of a question number, where the key gives it.
    pub fn numbered(&self, form: Form, number: u32) -> Option<usize> {
        self.questions.iter().find(|q| q.form == form && q.number == Some(number)).map(|q| q.field)
    }

    /// How many questions of the key a header row holds, and whether it holds all of them, one by its words at least.
    ///
    /// A number alone says little: every survey has a third question. It counts where no words stand beside it, or an
    /// option of the question.
    pub fn keyed(&self, heads: &[Head], specs: &Specs) -> Keyed {
        let named = |q: &&Question| heads.iter().any(|h| q.is_named(h, specs.of(q.form)));
        let numbered = |q: &&Question| {
            let mut its_own = heads.iter().filter(|h| h.number.is_some() && h.number == q.number);
            its_own.any(|h| !h.has_words() || self.names_option(q, h, specs.of(q.form)))
        };
        let there =
            |q: &Question| named(&q) || heads.iter().any(|h| h.number.is_some() && h.number == q.number);
        let whole = self.questions.iter().all(there) && self.questions.iter().any(|q| named(&q));
        let questions = self.questions.iter().filter(|q| whole || named(q) || numbered(q)).count();
        Keyed { questions, whole }
    }

    /// Whether a header ends with an option of a question.
    fn names_option(&self, question: &Question, head: &Head, spec: &FormSpec) -> bool {
        let mut readings = self.option_readings(&head.rest);
        readings.any(|(_, option)| self.option(question.form, spec, question.field, option).is_some())
    }

    /// The option a code or its words stand for: by the key of the question, by the platform's values, by its spelling.
    pub fn option(&self, form: Form, spec: &FormSpec, field: usize, words: &str) -> Option<usize> {
        let key = text::key(words);
        let by_key = || {
            let mut questions = self.questions.iter().filter(|q| q.form == form && q.field == field);
            questions.find_map(|q| q.values.get(&key).copied())
        };
        let choice =
            |label: &String| spec.fields[field].choices.iter().position(|c| c.spellings.contains(label));
        by_key()
            .or_else(|| self.values.get(&key).and_then(choice))
            .or_else(|| choice(&text::label(words)))
            .or_else(|| {
                self.ids.then(|| spec.fields[field].item_ids.iter().position(|i| *i == key)).flatten()
            })
    }

    /// Readings of a header as (question, option): the question is empty where only its number stands there.
    pub fn option_readings<'a>(&'a self, head: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.option_headers.iter().flat_map(move |t| t.readings(head))
    }

    /// Readings of a header as (question, row of a matrix).
    pub fn row_readings<'a>(&'a self, head: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.row_headers.iter().flat_map(move |t| t.readings(head))
    }
}

impl Question {
    /// Whether the words of a header mean it: those of the key, or the label of its field.
    fn is_named(&self, head: &Head, spec: &FormSpec) -> bool {
        let fits = |p: &String| matches(p, &head.whole) || matches(p, &head.rest);
        self.headers.iter().any(fits) || spec.by_label(&head.rest) == Some(self.field)
    }
}

/// What of a mapping's key a header row holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyed {
    pub questions: usize,
    /// All of it, so that a question may go by its number alone.
    pub whole: bool,
}

/// A header of a platform, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub number: Option<u32>,
    /// Without the number.
    pub rest: String,
    pub whole: String,
}

impl Head {
    /// Whether a question stands in it, beside its number and an option in brackets.
    pub fn has_words(&self) -> bool {
        !self.rest.is_empty() && !self.rest.starts_with(['(', '['])
    }
}

/// `4、…`, `4. …`, `4(…`, `第4题…`: the number of a question and what follows.
fn numbered(label: &str) -> (Option<u32>, &str) {
    let (bare, counted) = label.strip_prefix('第').map_or((label, false), |rest| (rest, true));
    let digits = bare.len() - bare.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let Some(number) = (1..=3).contains(&digits).then(|| bare[..digits].parse().ok()).flatten() else {
        return (None, label);
    };
    let rest = &bare[digits..];
    let rest = match (counted, rest.strip_prefix('题')) {
        (true, Some(rest)) => rest,
        (false, _) => rest,
        (true, None) => return (None, label),
    };
    match rest.strip_prefix(['、', '.', ':', ')', ',']) {
        Some(rest) => (Some(number), rest),
        None if counted || rest.starts_with('(') || rest.is_empty() => (Some(number), rest),
        None => (None, label),
    }
}

/// A pattern in normal form: the words between its stars, which themselves are no decoration here.
fn pattern(written: &str) -> String {
    written.split('*').map(text::label).collect::<Vec<_>>().join("*")
}

/// Whether a pattern with `*` for any words fits.
fn matches(pattern: &str, words: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = words.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            let Some(at) = rest.find(middle) else { return false };
            rest = &rest[at + middle.len()..];
        }
    }
    last.map_or(rest.is_empty(), |end| rest.ends_with(end))
}

/// A header with places: `{question}({option})`, `({option})`, `{question}-{row}`.
#[derive(Clone, Debug)]
struct Template {
    /// Whether the question stands in front.
    question: bool,
    middle: String,
    end: String,
}

impl Template {
    fn new(text: &str) -> Option<Self> {
        let text = text::label(text);
        let (front, back) = text.split_once("{option}").or_else(|| text.split_once("{row}"))?;
        let middle = front.strip_prefix("{question}");
        let signs = |s: &str| s.chars().all(|c| !matches!(c, '{' | '}') && !c.is_alphanumeric());
        let (question, middle) = (middle.is_some(), middle.unwrap_or(front));
        let usable = signs(middle) && signs(back) && !(question && middle.is_empty());
        usable.then(|| Self { question, middle: middle.to_owned(), end: back.to_owned() })
    }

    /// Every way to read a header: its question may itself hold the sign.
    fn readings<'a>(&'a self, head: &'a str) -> Vec<(&'a str, &'a str)> {
        // The bracket at the end of a header is trimmed with other signs only where it is no bracket.
        let Some(body) = head.strip_suffix(self.end.as_str()) else { return Vec::new() };
        if !self.question {
            return body.strip_prefix(self.middle.as_str()).map(|o| ("", o)).into_iter().collect();
        }
        let cut = |(at, sign): (usize, &str)| (&body[..at], &body[at + sign.len()..]);
        body.match_indices(self.middle.as_str())
            .take(20)
            .map(cut)
            .filter(|(q, o)| !q.is_empty() && !o.is_empty())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Specs;

    fn wjx() -> Source {
        let specs = Specs::built_in().unwrap();
        specs.sources.all().iter().find(|s| s.id == "wjx").unwrap().clone()
    }

    fn wrong(text: &str) -> String {
        Specs::built_in()
            .unwrap()
            .with_sources(vec![("templates/sources/x.toml".into(), text.into())])
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn patterns_take_any_words_for_a_star() {
        for (pattern, words, fits) in [
            ("服务态度", "服务态度", true),
            ("*服务态度", "对服务人员的服务态度", true),
            ("对*服务态度", "对服务人员的服务态度", true),
            ("对*态度*", "对服务人员的服务态度如何", true),
            ("对*能力", "对服务人员的服务态度", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, words), fits, "{pattern} {words}");
        }
    }

    #[test]
    fn stars_at_the_ends_of_a_pattern_are_kept() {
        let question =
            "[[question]]\nform = \"F\"\nfield = \"staff_attitude\"\nheader = [\"*人员 *态度*\"]\n";
        let files = BUILT_IN.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned()));
        let mine = ("x.toml".to_owned(), format!("extends = \"wjx\"\n{question}"));
        let specs = Specs::built_in().unwrap().with_sources(files.chain([mine]).collect()).unwrap();
        let source = specs.sources.all().iter().find(|s| s.id == "x").unwrap();
        let field = |head: &str| source.field(Form::F, specs.of(Form::F), &source.head(head).rest);
        let wanted = specs.of(Form::F).index("staff_attitude");
        assert_eq!(field("5、您觉得服务人员的工作态度如何呢"), wanted);
        assert_eq!(field("6、您觉得服务人员的工作能力如何呢"), None);
    }

    #[test]
    fn headers_lose_number_and_suffix() {
        for (header, number, rest) in [
            ("3、企业名称", Some(3), "企业名称"),
            ("3．企业名称（必填）", Some(3), "企业名称"),
            ("12：企业名称", Some(12), "企业名称"),
            ("第4题(计量服务)", Some(4), "(计量服务)"),
            ("4 (计量服务)", Some(4), "(计量服务)"),
            ("2025年服务", None, "2025年服务"),
            ("企业名称", None, "企业名称"),
        ] {
            let head = wjx().head(header);
            assert_eq!((head.number, head.rest.as_str()), (number, rest), "{header}");
        }
    }

    #[test]
    fn a_wrong_mapping_names_file_and_line() {
        let head = "name = \"x\"\nidentify = [[\"甲\", \"乙\"]]\n";
        for (body, want) in [
            ("colour = 1\n", "x.toml 第3行"),
            ("extends = \"none\"\n", "x.toml 第3行：没有可以沿用的对照文件「none」"),
            ("[[question]]\nform = \"F\"\nfield = \"nix\"\n", "x.toml 第5行：表F没有字段 `nix`"),
            ("[[question]]\nform = \"X\"\nfield = \"nix\"\n", "x.toml 第4行：没有表X"),
            (
                "[[question]]\nform = \"F\"\nfield = \"staff_skill\"\nvalues = { 1 = \"好\" }\n",
                "x.toml 第6行：「好」不是 `staff_skill` 的选项",
            ),
            (
                "[[question]]\nform = \"F\"\nfield = \"staff_skill\"\nheader = [\"*\"]\n",
                "x.toml 第6行：header 中的「*」没有文字",
            ),
            ("joined_by = [\"ab\"]\n", "x.toml 第3行：joined_by 应是一个符号"),
            ("option_headers = [\"{question}{option}\"]\n", "x.toml 第3行：option_headers 中的"),
        ] {
            let message = wrong(&format!("{head}{body}"));
            assert!(message.contains(want), "{message}");
        }
        assert!(wrong("name = \"x\"\n").contains("identify 每组至少写两个列名"));
    }
}

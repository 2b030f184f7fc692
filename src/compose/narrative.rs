//! Words into blocks: Tera fills a Markdown template, pulldown-cmark reads it, and
//! figures, tables and charts called by name take their places.
//!
//! An answer can never become markup: everything a template prints is escaped for
//! Markdown. A printed figure is a link, `[86.4%](fig:satisfied_rate…)`; its text is
//! replaced by the figure's own string, so a template cannot print another number.

use std::io::Write;
use std::sync::Arc;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde::Serialize;
use tera::{Context, Kwargs, State, Tera};

use super::fault::{MEND, TemplateFault, quoted};
use super::prose::{number, one_bracket, trimmed};
use crate::document::{Block, Run, Table};
use crate::error::{Error, Result};
use crate::templates::Templates;

/// What a report's template may call by name.
pub trait Stage {
    /// A printed figure of the report's unit (or of `unit`).
    fn figure(&self, unit: &str, name: &str) -> Option<Printed>;
    /// The only words of change or rank, out of a test: against `quarter`, `year` or `rest`; each part with the
    /// id of the number it prints.
    fn change(&self, unit: &str, name: &str, against: &str) -> Option<Vec<(String, Option<String>)>>;
    /// A table by name.
    fn table(&self, name: &str) -> Option<Table>;
    /// A chart by name, or the sentence that says why there is none.
    fn chart(&self, name: &str) -> Option<Block>;
    /// Names of all figures, tables and charts, for the error that suggests one.
    fn names(&self) -> Vec<String>;
}

/// A figure as it appears in a sentence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Printed {
    pub id: String,
    pub text: String,
    /// Under the floor: greyed, with its sample.
    pub muted: bool,
    /// `样本9份`.
    pub sample: Option<String>,
}

/// The parsed templates of all reports.
pub struct Narrator {
    tera: Tera,
    templates: Arc<Templates>,
}

/// Folder of the report templates.
const FOLDER: &str = "text/";

/// The page that lists the names for people; it stands among the templates and is none.
const NAMES_PAGE: &str = "text/NAMES.md";

impl Narrator {
    /// Parses every template in `templates/text/`.
    ///
    /// # Errors
    /// A template error, with file, line and what to do.
    pub fn new(templates: Arc<Templates>) -> Result<Self> {
        let mut tera = Tera::default();
        tera.autoescape_on(vec![".md"]);
        tera.set_escape_fn(escape);
        tera.register_function("fig", Fig);
        tera.register_function("change", Change);
        tera.register_filter(
            "first_n",
            |words: &str, kwargs: Kwargs, _: &State| -> tera::TeraResult<String> {
                Ok(crate::problem::shorten(words, kwargs.must_get::<usize>("n")?))
            },
        );
        let is_template = |n: &&str| n.ends_with(".md") && *n != NAMES_PAGE;
        let names: Vec<&str> = templates.below(FOLDER).filter(is_template).collect();
        let sources = names.iter().map(|n| Ok((*n, templates.text(n)?))).collect::<Result<Vec<_>>>()?;
        tera.add_raw_templates(sources).map_err(|e| template_error(&templates, "text", &e, &[]))?;
        Ok(Self { tera, templates })
    }

    /// Renders one template to blocks; tables and charts are numbered in reading order.
    ///
    /// # Errors
    /// A template error, an unknown figure, table or chart: with file and line.
    pub fn tell(&self, template: &str, view: &impl Serialize, stage: &dyn Stage) -> Result<Vec<Block>> {
        let context =
            Context::from_serialize(view).map_err(|e| Error::internal(format!("{template}：{e}")))?;
        let known = || view_names(view);
        let markdown = self
            .tera
            .render(template, &context)
            .map_err(|e| template_error(&self.templates, template, &e, &known()))?;
        let mut reader = Reader::new(stage, template, &self.templates);
        reader.read(&markdown)?;
        Ok(number(reader.blocks))
    }
}

/// `fig(name="composite_score", unit="510100", after="分")`: a link the reader resolves. The unit of
/// measurement is given as `after`, so that a small sample stands behind it.
struct Fig;

impl tera::Function<tera::TeraResult<String>> for Fig {
    fn call(&self, kwargs: Kwargs, _: &State) -> tera::TeraResult<String> {
        let name: String = kwargs.must_get("name")?;
        let unit: String = kwargs.get("unit")?.unwrap_or_default();
        let after: String = kwargs.get("after")?.unwrap_or_default();
        // Whatever could mean something in Markdown, end a part or look encoded goes as digits.
        let safe = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':');
        let is_plain = |text: &str| text.chars().all(safe) && !text.starts_with("0x");
        let shown = |text: &str| if is_plain(text) { text.to_owned() } else { hex(text) };
        Ok(format!("[?](<fig:{}|{}|{}>)", shown(&unit), shown(&name), hex(&after)))
    }

    fn is_safe(&self) -> bool {
        true
    }
}

/// `change(name="composite_score", against="quarter")`: what the test allows to be said.
struct Change;

impl tera::Function<tera::TeraResult<String>> for Change {
    fn call(&self, kwargs: Kwargs, _: &State) -> tera::TeraResult<String> {
        let name: String = kwargs.must_get("name")?;
        let unit: String = kwargs.get("unit")?.unwrap_or_default();
        let against: String = kwargs.get("against")?.unwrap_or_else(|| "quarter".to_owned());
        Ok(format!("[?](<change:{}|{}|{}>)", hex(&unit), hex(&name), hex(&against)))
    }

    fn is_safe(&self) -> bool {
        true
    }
}

/// Names with brackets (agencies) travel in hexadecimal.
fn hex(text: &str) -> String {
    let digits: String = text.bytes().map(|b| format!("{b:02x}")).collect();
    format!("0x{digits}")
}

fn unhex(text: &str) -> String {
    let Some(digits) = text.strip_prefix("0x").filter(|d| d.is_ascii()) else { return text.to_owned() };
    let bytes: Vec<u8> = (0..digits.len() / 2)
        .filter_map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).ok())
        .collect();
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Escapes Markdown: every ASCII sign, and line breaks become hard ones.
fn escape(text: &str, out: &mut dyn Write) -> std::io::Result<()> {
    let mut breaks = 0;
    for c in text.chars() {
        if c == '\n' || c == '\r' {
            breaks += 1;
            continue;
        }
        if breaks > 0 {
            out.write_all(b"\\\n")?;
            breaks = 0;
        }
        if c.is_ascii_punctuation() {
            out.write_all(b"\\")?;
        }
        // Leading blanks of a line would make code of it.
        let shown = if c == '\t' { ' ' } else { c };
        let mut buffer = [0; 4];
        out.write_all(shown.encode_utf8(&mut buffer).as_bytes())?;
    }
    Ok(())
}

/// A Tera error as ours: file, line, message, and the nearest known name.
fn template_error(templates: &Templates, template: &str, error: &tera::Error, known: &[String]) -> Error {
    let fault = TemplateFault::of(error, template);
    let words = fault.words();
    let TemplateFault { template, line, message } = fault;
    let hint = match nearest(&message, known) {
        Some(near) => format!("是否应为 `{near}`？可用的名称见 templates/text/NAMES.md；{MEND}"),
        None => format!("{MEND}；可用的名称见 templates/text/NAMES.md"),
    };
    let unknown = quoted(&message).filter(|_| message.contains("not defined"));
    let words = unknown.map_or_else(|| format!("模板有误：{words}"), |n| format!("没有名为 `{n}` 的名称"));
    Error::config(templates.origin(&template), line, words, hint)
}

/// The known name that is most like the one quoted in a message.
fn nearest(message: &str, known: &[String]) -> Option<String> {
    let name = quoted(message)?;
    suggestion(name, known).or_else(|| {
        // A field is quoted without the name it belongs to.
        let lasts: Vec<String> =
            known.iter().filter_map(|k| Some(k.rsplit_once('.')?.1.to_owned())).collect();
        suggestion(name, &lasts)
    })
}

/// The known name most like `name`, where one is near enough.
pub fn suggestion(name: &str, known: &[String]) -> Option<String> {
    let score = |k: &String| (strsim::jaro_winkler(k, name) * 1e6) as i64;
    known
        .iter()
        .max_by_key(|k| (score(k), std::cmp::Reverse(k.as_str())))
        .filter(|k| score(k) > 800_000)
        .cloned()
}

/// Dotted names of everything in a view.
pub fn view_names(view: &impl Serialize) -> Vec<String> {
    fn walk(value: &serde_json::Value, path: &str, out: &mut Vec<String>) {
        if !path.is_empty() {
            out.push(path.to_owned());
        }
        match value {
            serde_json::Value::Object(map) => {
                for (key, inner) in map {
                    walk(inner, &if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, out);
                }
            }
            serde_json::Value::Array(all) => {
                if let Some(first) = all.first() {
                    walk(first, &format!("{path}[]"), out);
                }
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    if let Ok(value) = serde_json::to_value(view) {
        walk(&value, "", &mut out);
    }
    out
}

/// Markdown events into blocks.
struct Reader<'a> {
    stage: &'a dyn Stage,
    template: &'a str,
    templates: &'a Templates,
    blocks: Vec<Block>,
    runs: Vec<Run>,
    bold: bool,
    quote: bool,
    /// Open list: ordered, and its finished items.
    lists: Vec<(bool, Vec<Vec<Run>>)>,
    /// Inside a figure link its text is dropped; these runs take its place.
    link: Vec<Run>,
    suppress: bool,
}

impl<'a> Reader<'a> {
    fn new(stage: &'a dyn Stage, template: &'a str, templates: &'a Templates) -> Self {
        Self {
            stage,
            template,
            templates,
            blocks: Vec::new(),
            runs: Vec::new(),
            bold: false,
            quote: false,
            lists: Vec::new(),
            link: Vec::new(),
            suppress: false,
        }
    }

    fn read(&mut self, markdown: &str) -> Result<()> {
        for event in Parser::new_ext(markdown, Options::empty()) {
            match event {
                Event::Start(tag) => self.open(&tag)?,
                Event::End(tag) => self.close(tag),
                Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) | Event::Html(text) => {
                    self.text(&text)
                }
                Event::HardBreak => self.text("\n"),
                _ => {}
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if !self.suppress && !text.is_empty() {
            self.runs.push(Run { bold: self.bold, ..Run::plain(text) });
        }
    }

    fn open(&mut self, tag: &Tag) -> Result<()> {
        match tag {
            Tag::Strong | Tag::Emphasis => self.bold = true,
            Tag::BlockQuote(_) => self.quote = true,
            Tag::List(start) => {
                self.flush_item();
                self.lists.push((start.is_some(), Vec::new()));
            }
            Tag::Link { dest_url, .. } => self.figure(dest_url)?,
            Tag::Image { dest_url, .. } => self.image(dest_url)?,
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong | TagEnd::Emphasis => self.bold = false,
            TagEnd::BlockQuote(_) => self.quote = false,
            TagEnd::Link => {
                self.suppress = false;
                self.runs.append(&mut self.link);
            }
            TagEnd::Image => self.suppress = false,
            TagEnd::Heading(level) => {
                let runs = std::mem::take(&mut self.runs);
                self.blocks.push(Block::Heading { level: heading_level(level), runs });
            }
            TagEnd::Paragraph if self.lists.is_empty() => self.end_paragraph(),
            TagEnd::Item => self.flush_item(),
            TagEnd::List(_) => {
                if let Some((ordered, items)) = self.lists.pop() {
                    self.blocks.push(Block::List { ordered, items });
                }
            }
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let runs = one_bracket(trimmed(std::mem::take(&mut self.runs)));
        if runs.is_empty() {
            return;
        }
        self.blocks.push(if self.quote { Block::Quote { runs } } else { Block::Paragraph { runs } });
    }

    fn flush_item(&mut self) {
        let runs = one_bracket(trimmed(std::mem::take(&mut self.runs)));
        if let Some((_, items)) = self.lists.last_mut()
            && !runs.is_empty()
        {
            items.push(runs);
        }
    }

    fn figure(&mut self, url: &str) -> Result<()> {
        if let Some(rest) = url.strip_prefix("change:") {
            return self.change(rest);
        }
        let Some(rest) = url.strip_prefix("fig:") else { return Ok(()) };
        self.suppress = true;
        let mut parts = rest.splitn(3, '|').map(unhex);
        let (unit, name, after) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        let Some(printed) = self.stage.figure(&unit, &name) else { return self.unknown("指标", &name) };
        let plain = |text: String, muted: bool| Run { bold: self.bold, muted, ..Run::plain(text) };
        self.link = vec![Run { figure: Some(printed.id), ..plain(printed.text, printed.muted) }];
        if !after.is_empty() {
            self.link.push(plain(after, printed.muted));
        }
        if let Some(sample) = printed.sample.filter(|_| printed.muted) {
            // Black, so that its bracket and the sign after it are set as one.
            self.link.push(plain(format!("（{sample}）"), false));
        }
        Ok(())
    }

    fn change(&mut self, rest: &str) -> Result<()> {
        self.suppress = true;
        let mut parts = rest.splitn(3, '|').map(unhex);
        let (unit, name, against) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        let Some(words) = self.stage.change(&unit, &name, &against) else {
            return self.unknown("比较", &name);
        };
        let run = |(text, figure)| Run { bold: self.bold, figure, ..Run::plain(text) };
        self.link = words.into_iter().map(run).collect();
        Ok(())
    }

    fn image(&mut self, url: &str) -> Result<()> {
        self.suppress = true;
        let block = match url.split_once(':') {
            Some(("table", name)) => self.stage.table(name).map(Block::Table).ok_or(name),
            Some(("chart", name)) => self.stage.chart(name).ok_or(name),
            _ => Err(url),
        };
        match block {
            Ok(block) => {
                self.end_paragraph();
                self.blocks.push(block);
                Ok(())
            }
            Err(name) => self.unknown("表或图", name),
        }
    }

    fn unknown(&self, what: &str, name: &str) -> Result<()> {
        let source = self.templates.get(self.template).unwrap_or("");
        let line = source.lines().position(|l| l.contains(name)).map(|i| i + 1);
        let hint = match suggestion(name, &self.stage.names()) {
            Some(near) => format!("是否应为 `{near}`？全部名称见 templates/text/NAMES.md；{MEND}"),
            None => format!("{MEND}；全部名称见 templates/text/NAMES.md"),
        };
        Err(Error::config(
            self.templates.origin(self.template),
            line,
            format!("没有名为 `{name}` 的{what}"),
            hint,
        ))
    }
}

fn heading_level(level: HeadingLevel) -> u8 {
    (level as u8).clamp(1, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bare;

    impl Stage for Bare {
        fn figure(&self, unit: &str, name: &str) -> Option<Printed> {
            (name == "composite_score").then(|| Printed {
                id: format!("2025Q1/{unit}/{name}"),
                text: "82.62".into(),
                ..Printed::default()
            })
        }
        fn change(&self, _: &str, _: &str, _: &str) -> Option<Vec<(String, Option<String>)>> {
            None
        }
        fn table(&self, _: &str) -> Option<Table> {
            None
        }
        fn chart(&self, _: &str) -> Option<Block> {
            None
        }
        fn names(&self) -> Vec<String> {
            vec!["composite_score".into()]
        }
    }

    fn narrator(text: &str) -> Narrator {
        let mut tera = Tera::default();
        tera.autoescape_on(vec![".md"]);
        tera.set_escape_fn(escape);
        tera.register_function("fig", Fig);
        tera.add_raw_template("text/x.md", text).unwrap();
        Narrator { tera, templates: Arc::new(Templates::built_in()) }
    }

    #[derive(Serialize)]
    struct View {
        words: String,
    }

    fn tell(template: &str, words: &str) -> Result<Vec<Block>> {
        narrator(template).tell("text/x.md", &View { words: words.into() }, &Bare)
    }

    #[test]
    fn figures_carry_their_id() {
        let blocks =
            tell("## 满意度\n\n综合满意度为{{ fig(name=\"composite_score\", unit=\"510100\") }}分。", "")
                .unwrap();
        let Block::Paragraph { runs } = &blocks[1] else { panic!("{blocks:?}") };
        assert_eq!(runs[1].figure.as_deref(), Some("2025Q1/510100/composite_score"));
        assert_eq!(runs[1].text, "82.62");
    }

    #[test]
    fn answers_never_become_markup() {
        let hostile =
            "# 标题\n\n1. 一\n- 二\n**粗** [x](http://y) ![](table:z) <b>&amp; {{ 1 }} `c` | a_b_\n    code";
        let blocks = tell("{{ words }}", hostile).unwrap();
        let [Block::Paragraph { runs }] = blocks.as_slice() else { panic!("{blocks:?}") };
        let text: String = runs.iter().map(|r| r.text.as_str()).collect();
        for part in [
            "# 标题",
            "1. 一",
            "- 二",
            "**粗** [x](http://y) ![](table:z) <b>&amp; {{ 1 }} `c` | a_b_",
            "code",
        ] {
            assert!(text.contains(part), "{part} not in {text}");
        }
        assert!(runs.iter().all(|r| !r.bold && r.figure.is_none()));
    }

    #[test]
    fn an_unknown_name_suggests_the_nearest() {
        let message = tell("{{ fig(name=\"composit_score\") }}", "").unwrap_err().to_string();
        assert!(message.contains("composite_score"), "{message}");
        let message = tell("\n{{ word }}", "").unwrap_err().to_string();
        assert!(message.contains("第2行") && message.contains("words"), "{message}");
    }
}

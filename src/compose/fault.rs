//! Where a template is wrong: file, line and reason out of what Tera says.
//!
//! Most errors carry their place; those found when all templates are put together
//! (an unknown filter) carry it only in their text, as `--> file:line:column`.

use tera::ErrorKind;

/// A located template error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFault {
    /// Path below `templates/`.
    pub template: String,
    pub line: Option<usize>,
    pub message: String,
}

impl TemplateFault {
    /// Locates an error; `template` is what was asked for, where Tera names none.
    pub fn of(error: &tera::Error, template: &str) -> Self {
        let fault = |template: &str, line, message: String| {
            let template = template.to_owned();
            Self { template, line, message }
        };
        match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
                let name = if report.filename().is_empty() { template } else { report.filename() };
                fault(name, Some(report.span().start_line), report.message().to_owned())
            }
            ErrorKind::CircularExtend { tpl, .. }
            | ErrorKind::CircularInclude { tpl, .. }
            | ErrorKind::MissingParent { current: tpl, .. } => fault(tpl, None, error.to_string()),
            other => {
                let text = other.to_string();
                match place_in(&text) {
                    Some((name, line)) => fault(name, Some(line), headline(&text)),
                    None => fault(template, None, text),
                }
            }
        }
    }
}

/// What to do about a template that is wrong.
pub const MEND: &str = "请改正该行，或删去该文件以使用内置模板";

/// What Tera says, by its beginning or a part of it, and the same in Chinese. `{}` is the first name it quotes.
const WORDS: &[(&str, &str)] = &[
    ("Unknown filter", "没有名为“{}”的过滤器"),
    ("Filter `", "没有名为“{}”的过滤器"),
    ("Unknown function", "没有名为“{}”的函数"),
    ("Unknown test", "没有名为“{}”的判断"),
    ("Unknown template", "没有名为“{}”的模板"),
    ("Unknown component", "没有名为“{}”的组件"),
    ("Component '", "没有名为“{}”的组件"),
    (" is inheriting from ", "所沿用（extends）的模板不存在"),
    ("Circular ", "模板“{}”引用了自身，或与别的模板互相引用"),
    ("Template '", "没有名为“{}”的模板"),
    ("Missing keyword argument", "缺少参数“{}”"),
    ("Argument `", "缺少参数“{}”"),
    ("is defined more than once", "参数“{}”重复"),
    ("Closing tag", "“{}”与开始标记不符"),
    ("already contains a block", "“{}”这个 block 重复"),
    ("exists but its value is undefined", "“{}”没有值"),
    ("is a reserved keyword", "“{}”是保留的名称，不能使用"),
    (" is not defined", "没有名为“{}”的名称"),
    ("Unexpected end of input", "模板没有写完，可能缺少“}}”“%}”或结束标记（如“{% endif %}”“{% endfor %}”）"),
    ("String opened with", "引号没有写全"),
    ("Closing comment tag", "注释没有写全，缺少“#}”"),
    ("Unexpected character", "有不可用的字符"),
    ("Unknown tag", "没有这种标记"),
    ("Unknown ", "没有名为“{}”的名称"),
    ("Cannot divide by 0", "除数为0"),
    ("This content would be ignored", "沿用（extends）别的模板时，内容只能写在 block 之内"),
    ("Iteration not possible", "for 只能用于列表"),
    ("iteration is not possible", "for 只能用于列表"),
    ("iterable values", "for 只能用于列表"),
    ("Math operations", "只有数才能运算"),
    ("Only numbers", "只有数才能运算"),
    ("Unable to perform", "只有数才能运算"),
    ("to be numbers", "只有数才能运算"),
    (" requires ", "此处的值不能这样运算"),
    ("Cannot compare", "两者不能比较"),
    ("undefined", "用到了没有值的名称"),
    ("Invalid type for the value", "参数或值的类型不对"),
    ("out of range", "数过大"),
    ("overflow", "数过大"),
    ("nesting is too deep", "层数过多"),
    ("too complex", "层数过多"),
    ("recursion depth", "层数过多"),
    ("Found ", "此处的写法有误，可能多写或少写了括号、引号或符号"),
];

impl TemplateFault {
    /// The reason in Chinese; of the library's words only names are left.
    pub fn words(&self) -> String {
        let known = WORDS.iter().find(|(theirs, _)| self.message.contains(theirs));
        match known {
            Some((_, ours)) => ours.replace("{}", quoted(&self.message).unwrap_or_default()),
            // Our own functions speak Chinese.
            None if self.message.starts_with(|c: char| !c.is_ascii()) => self.message.clone(),
            None => "此处的写法有误".to_owned(),
        }
    }
}

/// The first name quoted in a message.
pub(super) fn quoted(message: &str) -> Option<&str> {
    message.split(['`', '\'', '"']).nth(1)
}

/// The first `--> file:line:column` of a report.
fn place_in(text: &str) -> Option<(&str, usize)> {
    let place = text.split("--> ").nth(1)?.lines().next()?;
    let mut parts = place.rsplitn(3, ':').skip(1);
    let line = parts.next()?.parse().ok()?;
    Some((parts.next()?, line))
}

/// The first line of a report.
fn headline(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_told_in_chinese() {
        let mut wrong = Vec::new();
        for (text, wanted) in [
            ("{{ x }", "可能多写或少写了括号"),
            ("{{ x", "模板没有写完"),
            ("{% if x %}", "模板没有写完"),
            ("{% for x in 5 %}{% endfor %}", "for 只能用于列表"),
            ("{% endfor %}", ""),
            ("{% fro x in y %}", "没有这种标记"),
            ("{{ 1 / 0 }}", "除数为0"),
            ("{{ nope }}", "没有名为“nope”的名称"),
            ("{{ map.nope }}", "没有名为“nope”的名称"),
            ("{{ map.nope.more }}", "没有"),
            ("{{ map | shuot }}", "没有名为“shuot”的过滤器"),
            ("{{ nof(a=1) }}", "没有名为“nof”的函数"),
            ("{{ map is nice }}", "没有名为“nice”的判断"),
            ("{% include \"no.md\" %}", "没有名为“no.md”的模板"),
            ("{% extends \"no.md\" %}", "的模板不存在"),
            ("{% extends \"a.md\" %}", "引用了自身"),
            ("{{ \"abc }}", "引号没有写全"),
            ("{# abc", "注释没有写全"),
            ("{{ “abc” }}", "有不可用的字符"),
            ("{{ map + 1 }}", "只有数才能运算"),
            ("{{ 1 | replace(from=\"a\") }}", ""),
            ("{{ \"a\" | replace(from=\"a\") }}", "缺少参数“to”"),
            ("{% block a %}{% endblock b %}", ""),
            ("{% block a %}{% endblock %}{% block a %}{% endblock %}", "“a”这个 block 重复"),
            ("{% if %}{% endif %}", ""),
            ("{{ -map }}", "只有数才能运算"),
            ("{{ map < 1 }}", ""),
        ] {
            let mut tera = tera::Tera::default();
            let mut context = tera::Context::new();
            context.insert("map", &std::collections::BTreeMap::from([("a", 1)]));
            let parsed = tera.add_raw_templates(vec![("a.md", text)]);
            let error = parsed.and_then(|()| tera.render("a.md", &context).map(drop)).expect_err(text);
            let fault = TemplateFault::of(&error, "a.md");
            let words = fault.words();
            if !words.contains(wanted) {
                wrong.push(format!("{text}: {words} ({})", fault.message));
            }
            let is_ascii = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let names =
                words.split(|c: char| !is_ascii(c)).filter(|w| w.starts_with(|c: char| c.is_alphabetic()));
            let ours = ["extends", "block", "for", "endif", "endfor", "to"];
            for name in names {
                if !text.contains(name) && !ours.contains(&name) {
                    wrong.push(format!("{name} in {words} of {text}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn an_error_of_all_templates_together_is_located() {
        let mut tera = tera::Tera::default();
        let wrong = vec![("text/a.md", "fine\n"), ("text/b.md", "one\n{{ x | shuot }}\n")];
        let error = tera.add_raw_templates(wrong).unwrap_err();
        let fault = TemplateFault::of(&error, "text");
        assert_eq!((&*fault.template, fault.line), ("text/b.md", Some(2)));
        assert_eq!(fault.message, "Unknown filter `shuot`");
        let error = tera.add_raw_templates(vec![("text/c.md", "{{ x")]).unwrap_err();
        assert_eq!(TemplateFault::of(&error, "text").template, "text/c.md");
        let error = tera.add_raw_templates(vec![("text/d.md", "{% extends \"no.md\" %}")]).unwrap_err();
        assert_eq!(TemplateFault::of(&error, "text").template, "text/d.md");
    }
}

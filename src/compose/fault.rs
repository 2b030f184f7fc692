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

//! The fields an office writes into its form: `{{ enterprise }}`, `{% for p in practices.paragraphs %}`,
//! `{% if indicators %}`, `{% else %}`, `{% endif %}`, `{% endfor %}`. No more than that: what a form may say
//! comes from the returns, so that nothing needs to be computed in it.

use std::fmt;
use std::ops::Range;

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Prints the words of a name.
    Print(Vec<String>),
    /// Repeats what stands up to its `endfor`, once per entry of a list.
    For {
        each: String,
        list: Vec<String>,
    },
    /// Keeps what stands up to its `endif`, where the name says anything (or, with `not`, nothing).
    If {
        name: Vec<String>,
        not: bool,
    },
    Else,
    EndFor,
    EndIf,
}

impl Tag {
    /// Whether it opens something that has to be closed.
    pub const fn opens(&self) -> bool {
        matches!(self, Self::For { .. } | Self::If { .. })
    }

    pub const fn closes(&self) -> bool {
        matches!(self, Self::EndFor | Self::EndIf)
    }

    /// Whether it steers what is printed and prints nothing itself.
    pub const fn steers(&self) -> bool {
        !matches!(self, Self::Print(_))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Print(name) => write!(f, "{{{{ {} }}}}", name.join(".")),
            Self::For { each, list } => write!(f, "{{% for {each} in {} %}}", list.join(".")),
            Self::If { name, not } => {
                write!(f, "{{% if {}{} %}}", if *not { "not " } else { "" }, name.join("."))
            }
            Self::Else => f.write_str("{% else %}"),
            Self::EndFor => f.write_str("{% endfor %}"),
            Self::EndIf => f.write_str("{% endif %}"),
        }
    }
}

/// Places of all fields in the words of a paragraph, as byte ranges.
///
/// # Errors
/// Says which field is not closed.
pub fn find(words: &str) -> Result<Vec<Range<usize>>, String> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = opening(words, at) {
        let close = if words[start..].starts_with("{{") { "}}" } else { "%}" };
        let inside = &words[start + 2..];
        let end = inside.find(close).filter(|end| opening(&inside[..*end], 0).is_none());
        let Some(end) = end else {
            return Err(format!("字段没有结束，缺少“{close}”"));
        };
        found.push(start..start + 2 + end + 2);
        at = start + 2 + end + 2;
    }
    Ok(found)
}

fn opening(words: &str, from: usize) -> Option<usize> {
    let rest = words.get(from..)?;
    let found = [rest.find("{{"), rest.find("{%")].into_iter().flatten().min();
    found.map(|at| from + at)
}

/// Reads one field with its braces.
///
/// # Errors
/// Says what is wrong with it.
pub fn read(field: &str) -> Result<Tag, String> {
    let inner = field.get(2..field.len().saturating_sub(2)).unwrap_or("").trim();
    if field.starts_with("{{") {
        return name(inner).map(Tag::Print).ok_or_else(|| format!("“{inner}”不是字段名称"));
    }
    let words: Vec<&str> = inner.trim_matches('-').split_whitespace().collect();
    let path = |text: &str| name(text).ok_or_else(|| format!("“{text}”不是字段名称"));
    match words.as_slice() {
        ["for", each, "in", list] if is_word(each) => {
            Ok(Tag::For { each: (*each).to_owned(), list: path(list)? })
        }
        ["if", "not", of] => Ok(Tag::If { name: path(of)?, not: true }),
        ["if", of] => Ok(Tag::If { name: path(of)?, not: false }),
        ["else"] => Ok(Tag::Else),
        ["endfor"] => Ok(Tag::EndFor),
        ["endif"] => Ok(Tag::EndIf),
        _ => Err(format!("看不懂“{inner}”，可用的有 for … in …、endfor、if …、if not …、else、endif")),
    }
}

fn name(text: &str) -> Option<Vec<String>> {
    let parts: Vec<String> = text.split('.').map(|part| part.trim().to_owned()).collect();
    parts.iter().all(|part| is_word(part)).then_some(parts)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '（' | '）'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(parts: &[&str]) -> Vec<String> {
        parts.iter().map(|p| (*p).to_owned()).collect()
    }

    #[test]
    fn fields_are_found_and_read() {
        let words = "甲{{ enterprise }}乙{% for p in practices.paragraphs %}{{p}}{%- endfor -%}";
        let found: Vec<Tag> = find(words).unwrap().into_iter().map(|r| read(&words[r]).unwrap()).collect();
        let list = Tag::For { each: "p".into(), list: path(&["practices", "paragraphs"]) };
        let wanted = [Tag::Print(path(&["enterprise"])), list, Tag::Print(path(&["p"])), Tag::EndFor];
        assert_eq!(found, wanted);
        assert_eq!(read("{% if not date %}"), Ok(Tag::If { name: path(&["date"]), not: true }));
        assert_eq!(read("{{ 企业名称 }}"), Ok(Tag::Print(path(&["企业名称"]))));
    }

    #[test]
    fn what_is_no_field_is_said() {
        for (words, said) in [("甲{{ enterprise", "}}"), ("{% for x in y", "%}"), ("{{ a {{ b }}", "}}")] {
            assert!(find(words).unwrap_err().contains(said), "{words}");
        }
        for wrong in ["{{ 1 + 1 }}", "{% include x %}", "{{ }}", "{% for in x %}", "{{ a..b }}"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(find("{a} 100%} }}").unwrap().is_empty());
    }
}

//! Other words for the problems: `templates/problems.toml` of a workspace may
//! change the sentence and the hint of any code, without a new release.
//!
//! `{}` stands for what the problem is about, as in the catalogue. An unknown
//! code or a misspelt key stops the program with file and line.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::{Code, Problem, Words};
use crate::error::{Error, Result};
use crate::templates::Templates;

/// Path below `templates/`.
pub const FILE: &str = "problems.toml";

/// The words of one code; what is not given stays as in the catalogue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    headline: Option<String>,
    mend: Option<String>,
}

impl Changed {
    fn words(self, code: Code) -> Words {
        let entry = code.entry();
        Words {
            headline: self.headline.unwrap_or_else(|| entry.headline.to_owned()),
            mend: self.mend.unwrap_or_else(|| entry.mend.to_owned()),
        }
    }
}

/// The changed words of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wording(BTreeMap<Code, Arc<Words>>);

impl Wording {
    /// Settles the words of a workspace; nothing is changed where it has no such file.
    ///
    /// # Errors
    /// Bad TOML, an unknown code or an empty sentence: with file and line.
    pub fn load(templates: &Templates) -> Result<Self> {
        let Some(text) = templates.get(FILE) else { return Ok(Self::default()) };
        Self::parse(&templates.origin(FILE).display().to_string(), text)
    }

    fn parse(path: &str, text: &str) -> Result<Self> {
        let raw: BTreeMap<String, Changed> =
            toml::from_str(text).map_err(|e| crate::spec::toml_error(path, text, &e))?;
        let line = |id: &str| {
            let is_head = |l: &str| l.trim_start().trim_start_matches(['[', '"', ' ']).starts_with(id);
            text.lines().position(is_head).map(|at| at + 1)
        };
        let mut out = BTreeMap::new();
        for (id, changed) in raw {
            let Some(code) = Code::from_id(&id) else {
                let message = format!("没有编码为「{id}」的问题");
                return Err(Error::config(path, line(&id), message, "运行 `zhiti codes` 查看全部编码"));
            };
            let given = changed.headline.iter().chain(&changed.mend);
            if given.into_iter().any(|w| w.trim().is_empty()) {
                let message = format!("「{id}」的 headline 和 mend 不能是空的");
                return Err(Error::config(path, line(&id), message, "不需要改的，请删去这一行"));
            }
            out.insert(code, Arc::new(changed.words(code)));
        }
        Ok(Self(out))
    }

    /// The sentence and the hint of a code, `{}` standing for what it is about.
    pub fn of(&self, code: Code) -> (&str, &str) {
        let entry = code.entry();
        self.0.get(&code).map_or((entry.headline, entry.mend), |w| (&w.headline, &w.mend))
    }

    /// Says a problem in these words.
    pub fn apply(&self, problem: &mut Problem) {
        if let Some(words) = self.0.get(&problem.code) {
            problem.word(words);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Place;

    #[test]
    fn a_code_is_told_in_the_words_of_the_workspace() {
        let text = "[count_text]\nheadline = \"{}要填数字\"\n\n[file_empty]\nmend = \"请重发「{}」\"\n";
        let wording = Wording::parse("templates/problems.toml", text).unwrap();
        let told = |code, about| {
            let mut problem = Problem::new(code, Place::file("a.xlsx")).about(about);
            wording.apply(&mut problem);
            (problem.message().into_owned(), problem.hint().into_owned())
        };
        let mend = Code::CountText.entry().mend;
        assert_eq!(told(Code::CountText, "人数"), ("人数要填数字".to_owned(), mend.to_owned()));
        let (message, hint) = told(Code::FileEmpty, "a.xlsx");
        assert_eq!((message.as_str(), hint.as_str()), ("文件「a.xlsx」是空文件", "请重发「a.xlsx」"));
        assert_eq!(told(Code::PhoneBad, "联系人").0, "“联系人”中的电话号码不正确");
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let error = |text| Wording::parse("templates/problems.toml", text).unwrap_err().to_string();
        let unknown = error("[count_text]\nmend = \"x\"\n[no_such]\nmend = \"x\"\n");
        assert!(unknown.contains("problems.toml 第3行") && unknown.contains("no_such"), "{unknown}");
        assert!(error("[count_text]\nhedline = \"x\"\n").contains("第2行"));
        assert!(error("\n[count_text]\nmend = \" \"\n").contains("第2行"));
    }
}

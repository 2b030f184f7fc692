//! The built-in templates and their replacements: a file below a workspace's
//! `templates/` stands in for the built-in file of the same path.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{AtPath, Error, Result};

macro_rules! built_in {
    ($($path:literal),* $(,)?) => {
        /// Every built-in template, as (path below `templates/`, text).
        pub const BUILT_IN: &[(&str, &str)] = &[$(($path, include_str!(concat!("../templates/", $path)))),*];
    };
}

built_in![
    "forms/B.toml",
    "forms/C.toml",
    "forms/D.toml",
    "forms/E.toml",
    "forms/F.toml",
    "forms/S.toml",
    "forms/cover.toml",
    "forms/roster.toml",
    "layout/common.typ",
    "layout/report.typ",
    "layout/summary.typ",
    "problems.toml",
    "text/NAMES.md",
    "sources/kobo.toml",
    "sources/tencent-docs.toml",
    "sources/tencent.toml",
    "sources/wjx.toml",
    "sources/wps.toml",
    "text/agency.md",
    "text/check.md",
    "text/city.md",
    "text/district.md",
    "text/edition.md",
    "site/agencies.html",
    "site/archive.html",
    "site/base.html",
    "site/case.html",
    "site/cases.html",
    "site/district.html",
    "site/downloads.html",
    "site/home.html",
    "site/method.html",
    "site/parts.html",
    "site/period.html",
    "site/style.css",
    "word/说明.md",
];

/// The Word files an office may bring.
const WORD: [&str; 2] = [crate::render::word::form::PATH, crate::render::word::reference::PATH];

/// The name of a file without its folders: templates beside each other are named by it.
fn file_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The built-in file of the same folder that a name is most like.
fn meant(path: &str) -> Option<&'static str> {
    let known = BUILT_IN.iter().map(|(known, _)| *known).chain(WORD);
    let near = known.map(|known| (strsim::levenshtein(path, known), known)).min();
    near.filter(|(slips, _)| *slips <= 3).map(|(_, known)| known)
}

/// The templates of a run.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    files: BTreeMap<String, (PathBuf, String)>,
    /// Word files of the office, by the same paths.
    word: BTreeMap<String, (PathBuf, Vec<u8>)>,
}

impl Templates {
    /// The built-in templates.
    pub fn built_in() -> Self {
        let entry = |(path, text): &(&str, &str)| {
            ((*path).to_owned(), (Path::new("templates").join(path), (*text).to_owned()))
        };
        Self { files: BUILT_IN.iter().map(entry).collect(), word: BTreeMap::new() }
    }

    /// The built-in templates with those of a workspace over them; files of other names are kept too
    /// (mapping files in `sources/`).
    ///
    /// # Errors
    /// A file that cannot be read, or is no UTF-8.
    pub fn load(workspace: &Path) -> Result<Self> {
        let mut out = Self::built_in();
        let root = workspace.join("templates");
        if root.is_dir() {
            out.take(&root, "", 0)?;
        }
        Ok(out)
    }

    fn take(&mut self, folder: &Path, below: &str, depth: usize) -> Result<()> {
        let mut entries = std::fs::read_dir(folder)
            .and_then(|entries| entries.collect::<std::io::Result<Vec<_>>>())
            .at("读取模板文件夹", folder)?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = entry.path();
            let below = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
            if name.starts_with(['.', '~']) || name.ends_with('~') {
                continue;
            }
            if path.is_dir() && depth < 8 {
                self.take(&path, &below, depth + 1)?;
            } else if path.is_file() {
                let bytes = std::fs::read(&path).at("读取模板", &path)?;
                if below.ends_with(".docx") {
                    self.word.insert(below, (path, bytes));
                    continue;
                }
                let Ok(text) = String::from_utf8(bytes) else {
                    let message = "模板不是 UTF-8 编码的文本";
                    return Err(Error::config(path, None, message, "请另存为 UTF-8 编码"));
                };
                self.files.insert(below, (path, text));
            }
        }
        Ok(())
    }

    /// Text of a template, by its path below `templates/`.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn text(&self, path: &str) -> Result<&str> {
        self.get(path).ok_or_else(|| Error::internal(format!("没有模板 {path}")))
    }

    /// Text of a template, `None` where there is none of that name.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(|(_, text)| text.as_str())
    }

    /// A Word file of the office by its path below `templates/`, with where it came from.
    pub fn word(&self, path: &str) -> Option<(&Path, &[u8])> {
        self.word.get(path).map(|(origin, bytes)| (origin.as_path(), bytes.as_slice()))
    }

    /// Where a template came from, for messages.
    pub fn origin(&self, path: &str) -> PathBuf {
        self.files.get(path).map_or_else(|| Path::new("templates").join(path), |(origin, _)| origin.clone())
    }

    /// Paths of the templates below a folder (`text/`), sorted.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.files.keys().map(String::as_str).filter(move |p| p.starts_with(folder))
    }

    /// Files of a workspace that stand in for nothing and that no template names: mostly a slip in the name.
    /// Each with the name it may be meant for.
    pub fn unused(&self) -> Vec<(PathBuf, Option<&'static str>)> {
        let is_built_in = |path: &str| BUILT_IN.iter().any(|(known, _)| *known == path);
        let is_mapping = |path: &str| path.starts_with("sources/") && path.ends_with(".toml");
        let is_named =
            |path: &str| self.files.iter().any(|(by, (_, text))| by != path && text.contains(path));
        let texts = self.files.iter().map(|(path, (origin, _))| (path.as_str(), origin));
        let texts =
            texts.filter(|(path, _)| !is_built_in(path) && !is_mapping(path) && !is_named(file_of(path)));
        let word = self.word.iter().map(|(path, (origin, _))| (path.as_str(), origin));
        let is_sample = |path: &str| crate::render::word::form::SAMPLE_PATH.ends_with(path);
        let word = word.filter(|(path, _)| !WORD.contains(path) && !is_sample(path));
        texts.chain(word).map(|(path, origin)| (origin.clone(), meant(path))).collect()
    }

    /// The mapping files of survey platforms, as (path for messages, text), sorted.
    pub fn sources(&self) -> Vec<(String, String)> {
        let mappings =
            self.files.iter().filter(|(path, _)| path.starts_with("sources/") && path.ends_with(".toml"));
        mappings.map(|(_, (origin, text))| (origin.display().to_string(), text.clone())).collect()
    }

    /// Digest of all templates, for the manifest.
    pub fn digest(&self) -> String {
        self.digest_of(&[""])
    }

    /// Digest of the templates below some folders.
    pub fn digest_of(&self, folders: &[&str]) -> String {
        let mut joint = crate::digest::Joint::default();
        let texts = self.files.iter().map(|(path, (_, text))| (path, text.as_bytes()));
        let files = self.word.iter().map(|(path, (_, bytes))| (path, bytes.as_slice()));
        let wanted = |path: &str| folders.iter().any(|folder| path.starts_with(folder));
        for (path, bytes) in texts.chain(files).filter(|(path, _)| wanted(path)) {
            joint.add(path.as_bytes());
            joint.add(bytes);
        }
        joint.finish()
    }
}

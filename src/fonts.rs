//! The fonts the documents are set in: found by family name, read once.
//!
//! An office has the official faces (小标宋, 仿宋, 楷体, 黑体), a bare machine
//! has `fonts-noto-cjk`; a stack of names serves both. Only the faces the stack
//! names are opened, never every font of the machine, so that a page does not
//! change because somebody installed a game. A character that no face has is
//! reported, never printed as a silent box.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use fontdb::{Database, Family, Query, Source, Weight};
use serde::{Deserialize, Serialize};
use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontInfo};
use typst::utils::LazyHash;

use crate::error::{Error, Result};

/// Family names for each role of type on a page, first choice first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FontStack {
    /// Title of a document (小标宋).
    pub title: Vec<String>,
    /// Body (仿宋, or 宋体).
    pub song: Vec<String>,
    /// Second heading level and quotations (楷体).
    pub kai: Vec<String>,
    /// First heading level, table headings, emphasis (黑体).
    pub hei: Vec<String>,
    /// Letters and digits in Song and Kai text; empty for those of the Chinese face.
    pub latin: Vec<String>,
}

impl Default for FontStack {
    fn default() -> Self {
        let names = |list: &[&str]| list.iter().map(|&n| n.to_owned()).collect();
        Self {
            title: names(&["方正小标宋简体", "方正小标宋_GBK", "Noto Serif CJK SC"]),
            song: names(&["仿宋_GB2312", "FangSong", "仿宋", "Noto Serif CJK SC"]),
            kai: names(&["楷体_GB2312", "KaiTi", "楷体", "Noto Serif CJK SC"]),
            hei: names(&["黑体", "SimHei", "Noto Sans CJK SC"]),
            latin: Vec::new(),
        }
    }
}

impl FontStack {
    /// The first role that needs a face and names none.
    pub fn empty_role(&self) -> Option<&'static str> {
        let roles = [("title", &self.title), ("song", &self.song), ("kai", &self.kai), ("hei", &self.hei)];
        roles.into_iter().find(|(_, names)| names.is_empty()).map(|(role, _)| role)
    }
}

/// The families of a stack that this machine has, by the names typst knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Families {
    pub title: Vec<String>,
    pub song: Vec<String>,
    pub kai: Vec<String>,
    pub hei: Vec<String>,
    pub latin: Vec<String>,
}

/// The faces of one stack. Cheap to clone; file contents are read at first use.
#[derive(Clone)]
pub struct Fonts(Arc<Inner>);

struct Inner {
    families: Families,
    book: LazyHash<FontBook>,
    faces: Vec<Face>,
    files: Vec<FontFile>,
    /// A bit for each character that some face has.
    covered: OnceLock<Vec<u64>>,
}

struct Face {
    file: usize,
    index: u32,
    font: OnceLock<Option<Font>>,
}

struct FontFile {
    path: PathBuf,
    data: OnceLock<Option<Bytes>>,
}

impl Fonts {
    /// Finds the faces of `stack` (regular and bold) in the font folders of the
    /// machine and in `extra_paths` (files or folders), which come first.
    ///
    /// # Errors
    /// When a role has no face at all or no Chinese face is found; the message
    /// names the families and says what to install.
    pub fn load(stack: &FontStack, extra_paths: &[PathBuf]) -> Result<Self> {
        let db = scan(extra_paths)?;
        let mut shelf = Shelf::new(&db);
        let families = Families {
            title: shelf.families(&stack.title),
            song: shelf.families(&stack.song),
            kai: shelf.families(&stack.kai),
            hei: shelf.families(&stack.hei),
            latin: shelf.families(&stack.latin),
        };
        require_chinese(stack, &families, &shelf)?;
        Ok(Self(Arc::new(shelf.close(families))))
    }

    /// The contents of the files, each read once.
    pub fn files(&self) -> impl Iterator<Item = Bytes> {
        self.0.files.iter().filter_map(FontFile::read)
    }

    /// The families found, for the page layouts.
    pub fn families(&self) -> &Families {
        &self.0.families
    }

    /// What tells these faces from others without reading them: families, and path, size and
    /// date of each file.
    pub fn identity(&self) -> String {
        let mut out = format!("{:?}", self.0.families);
        for file in &self.0.files {
            let meta = fs::metadata(&file.path).ok();
            let (size, date) = (meta.as_ref().map(fs::Metadata::len), meta.and_then(|m| m.modified().ok()));
            out.push_str(&format!("\n{} {size:?} {date:?}", file.path.display()));
        }
        out
    }

    /// What typst may choose from.
    pub fn book(&self) -> &LazyHash<FontBook> {
        &self.0.book
    }

    /// The face at `index` of the book; its file is read at the first call.
    pub fn face(&self, index: usize) -> Option<Font> {
        let face = self.0.faces.get(index)?;
        let read = || Font::new(self.0.files.get(face.file)?.read()?, face.index);
        face.font.get_or_init(read).clone()
    }

    /// Whether some face can print `c` in an archive PDF. Blanks and line ends count as printable.
    pub fn covers(&self, c: char) -> bool {
        if matches!(c, ' '..='~' | '\n' | '\u{3000}') {
            return true;
        }
        if is_unprintable(c) {
            return false;
        }
        let (word, bit) = bit_of(u32::from(c));
        self.covered().get(word).is_some_and(|bits| bits & bit != 0)
    }

    fn covered(&self) -> &[u64] {
        self.0.covered.get_or_init(|| {
            let mut bits = Vec::new();
            let infos = (0..self.0.faces.len()).filter_map(|i| self.0.book.info(i));
            for (word, bit) in infos.flat_map(|info| info.coverage.iter()).map(bit_of) {
                if bits.len() <= word {
                    bits.resize(word + 1, 0);
                }
                bits[word] |= bit;
            }
            bits
        })
    }

    /// `text` with each character that no face has replaced by one that says the same (`√` for
    /// `☑`) or written as `□(U+XXXX)`.
    pub fn cover<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if text.chars().all(|c| self.covers(c)) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len() + 16);
        for c in text.chars() {
            match Some(c).filter(|&c| self.covers(c)).or_else(|| self.stand_in(c)) {
                Some(c) => out.push(c),
                None => out.push_str(&format!("□(U+{:04X})", u32::from(c))),
            }
        }
        Cow::Owned(out)
    }

    /// The characters of `text` that cannot be printed, each once, in order of code point.
    pub fn uncovered(&self, text: &str) -> BTreeSet<char> {
        text.chars().filter(|&c| !self.covers(c) && self.stand_in(c).is_none()).collect()
    }

    /// A covered character that says the same: ticks and boxes that survey platforms write.
    fn stand_in(&self, c: char) -> Option<char> {
        let like = match c {
            '☑' | '✓' | '✔' | '🗹' | '✅' => '√',
            '☐' | '◻' | '▢' => '□',
            '☒' | '✗' | '✘' | '✕' => '×',
            '•' | '‣' | '▪' => '·',
            _ => return None,
        };
        self.covers(like).then_some(like)
    }
}

impl FontFile {
    fn read(&self) -> Option<Bytes> {
        self.data.get_or_init(|| fs::read(&self.path).ok().map(Bytes::new)).clone()
    }
}

/// Which bit of which word stands for a code point.
fn bit_of(code: u32) -> (usize, u64) {
    (code as usize / 64, 1 << (code % 64))
}

/// Private use, noncharacters, controls: no reader could know what they mean, and PDF/UA refuses them.
fn is_unprintable(c: char) -> bool {
    let code = u32::from(c);
    c.is_control()
        || matches!(code, 0xE000..=0xF8FF | 0xF0000..=0x10FFFF | 0xFDD0..=0xFDEF | 0xFFF0..=0xFFFF)
        || code & 0xFFFE == 0xFFFE
}

/// Faces taken from the database so far, each once.
struct Shelf<'a> {
    db: &'a Database,
    taken: Vec<fontdb::ID>,
    infos: Vec<FontInfo>,
    faces: Vec<Face>,
    files: Vec<FontFile>,
}

impl<'a> Shelf<'a> {
    fn new(db: &'a Database) -> Self {
        Self { db, taken: Vec::new(), infos: Vec::new(), faces: Vec::new(), files: Vec::new() }
    }

    /// Takes the regular and the bold face of every family found; returns the families' names in typst.
    fn families(&mut self, names: &[String]) -> Vec<String> {
        let mut found = Vec::new();
        for name in names {
            for weight in [Weight::NORMAL, Weight::BOLD] {
                let query = Query { families: &[Family::Name(name)], weight, ..Query::default() };
                let family = self.db.query(&query).and_then(|id| self.take(id));
                found.extend(family.filter(|f| !found.contains(f)));
            }
        }
        found
    }

    fn take(&mut self, id: fontdb::ID) -> Option<String> {
        if let Some(at) = self.taken.iter().position(|&t| t == id) {
            return Some(self.infos[at].family.clone());
        }
        let (Source::File(path), index) = self.db.face_source(id)? else { return None };
        let info = self.db.with_face_data(id, FontInfo::new)??;
        let family = info.family.clone();
        let file = self.file(&path);
        self.taken.push(id);
        self.infos.push(info);
        self.faces.push(Face { file, index, font: OnceLock::new() });
        Some(family)
    }

    fn file(&mut self, path: &Path) -> usize {
        self.files.iter().position(|f| f.path == path).unwrap_or_else(|| {
            self.files.push(FontFile { path: path.to_owned(), data: OnceLock::new() });
            self.files.len() - 1
        })
    }

    fn covers(&self, c: char) -> bool {
        self.infos.iter().any(|info| info.coverage.contains(u32::from(c)))
    }

    fn close(self, families: Families) -> Inner {
        let book = LazyHash::new(FontBook::from_infos(self.infos));
        Inner { families, book, faces: self.faces, files: self.files, covered: OnceLock::new() }
    }
}

/// Lists the faces of the extra paths, then of the machine's font folders (names only).
fn scan(extra_paths: &[PathBuf]) -> Result<Database> {
    let mut db = Database::new();
    for path in extra_paths {
        if path.is_dir() {
            db.load_fonts_dir(path);
        } else {
            db.load_font_file(path).map_err(|source| Error::Io {
                doing: "读取字体（--font-path 所指）",
                path: path.clone(),
                source,
            })?;
        }
    }
    for folder in font_folders() {
        db.load_fonts_dir(folder);
    }
    Ok(db)
}

/// Folders where a machine keeps its fonts.
fn font_folders() -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from("/usr/share/fonts"), PathBuf::from("/usr/local/share/fonts")];
    if let Some(home) = std::env::var_os("HOME").map(PathBuf::from) {
        folders.push(home.join(".fonts"));
        folders.push(home.join(".local/share/fonts"));
    }
    folders
}

/// Every role needs a face, and some face must have Chinese characters.
fn require_chinese(stack: &FontStack, found: &Families, shelf: &Shelf) -> Result<()> {
    let roles = [
        ("标题", &stack.title, &found.title),
        ("正文", &stack.song, &found.song),
        ("楷体", &stack.kai, &found.kai),
        ("黑体", &stack.hei, &found.hei),
    ];
    let missing: Vec<_> = roles
        .iter()
        .filter(|(_, _, found)| found.is_empty())
        .map(|(role, wanted, _)| format!("{role}（{}）", wanted.join("、")))
        .collect();
    let own = *stack != FontStack::default();
    let hint = if own {
        "请在 zhiti.toml 的 [fonts.families] 中加上本机有的字体（如 Noto Serif CJK SC），或用 --font-path 指出字体文件所在的文件夹。"
    } else {
        "请执行 apt-get install fonts-noto-cjk，或用 --font-path 指出字体文件所在的文件夹。"
    };
    if !missing.is_empty() {
        return Err(Error::usage(format!("找不到中文字体：{}", missing.join("；")), hint));
    }
    if !['质', '提', '区'].into_iter().all(|c| shelf.covers(c)) {
        let names = [&found.title[..], &found.song, &found.kai, &found.hei].concat();
        return Err(Error::usage(format!("所选字体没有汉字：{}", names.join("、")), hint));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fonts() -> Fonts {
        Fonts::load(&FontStack::default(), &[]).unwrap()
    }

    #[test]
    fn reads_only_the_faces_of_the_stack() {
        let fonts = fonts();
        assert!(fonts.0.faces.len() <= 16, "{} faces", fonts.0.faces.len());
        assert!(fonts.families().hei.iter().all(|f| !f.contains("JP")));
        assert!(fonts.0.files.iter().all(|f| f.data.get().is_none()), "a file was read before use");
        assert!(fonts.face(0).is_some());
        assert!(fonts.face(99).is_none());
    }

    #[test]
    fn rare_characters_are_covered_and_others_named() {
        let fonts = fonts();
        assert_eq!(fonts.cover("𬭩㛃龘成都（2025年）—～①√□"), "𬭩㛃龘成都（2025年）—～①√□");
        assert_eq!(fonts.cover("☑计量 ☐认证"), "√计量 □认证");
        assert!(fonts.uncovered("☑计量").is_empty());
        assert_eq!(fonts.cover("好😀\u{E000}的"), "好□(U+1F600)□(U+E000)的");
        let missing: Vec<_> = fonts.uncovered("a\u{E001}b😀\u{E001}\u{FFFE}").into_iter().collect();
        assert_eq!(missing, ['\u{E001}', '\u{FFFE}', '😀']);
    }

    #[test]
    fn a_machine_without_chinese_says_what_to_install() {
        let stack = FontStack { hei: vec!["没有这种字体".to_owned()], ..FontStack::default() };
        let message = Fonts::load(&stack, &[]).err().unwrap().to_string();
        assert!(message.contains("没有这种字体") && message.contains("[fonts.families]"), "{message}");
    }

    #[test]
    fn a_font_path_that_is_not_there_is_named() {
        let message = scan(&[PathBuf::from("没有这里")]).unwrap_err().to_string();
        assert!(message.contains("没有这里") && message.contains("--font-path"), "{message}");
    }
}

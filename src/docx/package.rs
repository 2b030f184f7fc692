//! The zip of a Word file from outside: what is in it, and how much, before
//! anything is unpacked.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::{Limits, WordFault, tree};

/// First bytes of the old binary format, which also wraps encrypted files.
const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// An opened package within the limits.
pub struct Package<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    limits: Limits,
}

/// Opens a package and checks number and declared sizes of its parts.
///
/// # Errors
/// It is no zip, or larger than the limits.
pub fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Package<'a>, WordFault> {
    if bytes.starts_with(OLE) {
        return Err(WordFault::OldOrLocked);
    }
    if !bytes.starts_with(b"PK") {
        return Err(WordFault::NotWord);
    }
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|fault| damaged("压缩包", fault))?;
    if zip.len() > limits.entries {
        return Err(WordFault::TooLarge { what: "内含文件过多" });
    }
    if declared_size(&mut zip)? > limits.total_bytes {
        return Err(WordFault::TooLarge { what: "解压后过大" });
    }
    Ok(Package { zip, limits: *limits })
}

/// Sum of the sizes the parts declare; the reader of a part stops where its
/// declared size is wrong.
fn declared_size(zip: &mut ZipArchive<Cursor<&[u8]>>) -> Result<u64, WordFault> {
    let mut sum = 0u64;
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).map_err(|fault| damaged("压缩包", fault))?;
        sum = sum.saturating_add(entry.size());
    }
    Ok(sum)
}

impl Package<'_> {
    /// The main part, by its relation; most files call it `word/document.xml`.
    ///
    /// # Errors
    /// There is none, or it cannot be unpacked.
    pub fn main_part(&mut self) -> Result<Vec<u8>, WordFault> {
        let target = self.main_name()?;
        self.part(&target)?.ok_or(WordFault::NotWord)
    }

    /// Name of the main part.
    ///
    /// # Errors
    /// The relations cannot be read.
    pub fn main_name(&mut self) -> Result<String, WordFault> {
        Ok(self.main_target()?.unwrap_or_else(|| "word/document.xml".to_owned()))
    }

    /// Names of all parts, in the order of the package.
    pub fn names(&self) -> Vec<String> {
        let names = self.zip.file_names().flatten().map(|name| name.into_owned());
        names.filter(|name| !name.ends_with('/')).collect()
    }

    fn main_target(&mut self) -> Result<Option<String>, WordFault> {
        let Some(relations) = self.part("_rels/.rels")? else { return Ok(None) };
        let relations = tree::parse(&relations, "_rels/.rels", &self.limits)?;
        let main = relations
            .elements()
            .find(|element| element.attribute("Type").is_some_and(|kind| kind.ends_with("/officeDocument")));
        let target = main.and_then(|element| element.attribute("Target"));
        Ok(target.map(|target| target.trim_start_matches('/').to_owned()))
    }

    /// The bytes of a part; `None` where the package has no such part.
    ///
    /// # Errors
    /// It is too large or cannot be unpacked.
    pub fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, WordFault> {
        let Some(index) = self.zip.index_for_name(name) else { return Ok(None) };
        let entry = self.zip.by_index(index).map_err(|fault| damaged(name, fault))?;
        let limit = self.limits.part_bytes;
        let mut bytes = Vec::new();
        let mut reader = entry.take(limit.saturating_add(1));
        reader.read_to_end(&mut bytes).map_err(|fault| damaged(name, fault))?;
        if bytes.len() as u64 > limit {
            return Err(WordFault::TooLarge { what: "正文过大" });
        }
        Ok(Some(bytes))
    }
}

fn damaged(part: &str, fault: impl ToString) -> WordFault {
    WordFault::Damaged { part: part.to_owned(), reason: fault.to_string() }
}

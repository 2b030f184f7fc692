//! What leads from a package to its sheets: relations, and the list of sheets in the workbook.

use std::collections::BTreeMap;

use memchr::memmem;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::Sheet;
use super::package::Package;
use super::plain;

/// One line of such a part.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Link {
    /// Id of a relation.
    pub id: String,
    /// Kind of a relation, or name of the sheet that it leads to.
    pub name: String,
    /// Target of a relation.
    pub target: String,
}

const PACKAGE: &str = "_rels/.rels";
const BOOK: &str = "xl/workbook.xml";
const RELATIONS: &str = "xl/_rels/workbook.xml.rels";

/// How the kinds of relations end that lead to the workbook, and to a sheet of any kind.
const DOCUMENT: &str = "/relationships/officeDocument";
const SHEET: &str = "sheet";

/// Sheets of a package, as (name, path of the part).
pub(super) fn sheet_paths(package: &mut Package<'_>) -> Vec<(String, String)> {
    let Some((book, relations)) = package.named(BOOK).zip(package.named(RELATIONS)) else {
        return Vec::new();
    };
    let path = |id: &str| Some(resolve("xl", &relations.links().iter().find(|link| link.id == id)?.target));
    book.links().iter().filter_map(|sheet| Some((sheet.name.clone(), path(&sheet.id)?))).collect()
}

/// The drawings over the sheets to which a kind of relation leads, as (name of the sheet, XML).
pub(super) fn drawings(package: &mut Package<'_>, kind: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (name, path) in sheet_paths(package) {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
        let Some(rels) = package.text(&format!("{folder}/_rels/{file}.rels")) else { continue };
        for link in relations(&rels).iter().filter(|link| link.name.ends_with(kind)) {
            out.extend(package.text(&resolve(folder, &link.target)).map(|xml| (name.clone(), xml)));
        }
    }
    out
}

/// Hands what a kind of relation leads to, such as a drawing, to the sheet that it belongs to.
pub(super) fn beside(
    package: &mut Package<'_>,
    sheets: &mut [Sheet],
    kind: &str,
    take: impl Fn(&mut Sheet, &str),
) {
    for (name, xml) in drawings(package, kind) {
        if let Some(sheet) = sheets.iter_mut().find(|sheet| *sheet.name == *name) {
            take(sheet, &xml);
        }
    }
}

/// All sheets of a package by name, each with its part; `None` where they are not listed so plainly that the library
/// must come to the same.
pub(super) fn plain_sheets(package: &mut Package<'_>) -> Option<Vec<(String, usize)>> {
    let (lead, book) = (package.named(PACKAGE)?, package.named(BOOK)?);
    let relations = package.named(RELATIONS)?;
    let is_document = |link: &&Link| link.name.ends_with(DOCUMENT);
    let document = lead.links().iter().rfind(is_document)?;
    let by_id: BTreeMap<&str, &Link> =
        relations.links().iter().map(|link| (link.id.as_str(), link)).collect();
    // References are more than one way to write a name, and of two relations with one id either may be meant.
    let has_references = [&lead, &book, &relations].iter().any(|part| memchr::memchr(b'&', part).is_some());
    if document.target.strip_prefix('/').unwrap_or(&document.target) != BOOK
        || has_references
        || by_id.len() < relations.links().len()
    {
        return None;
    }
    let part = |id: &str| {
        let Link { target, .. } = by_id.get(id).filter(|link| link.name.ends_with(SHEET))?;
        let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        package.index(&path)
    };
    book.links().iter().map(|sheet| Some((sheet.name.clone(), part(&sheet.id)?))).collect()
}

/// The XML of relations without its declaration and those that lead neither to the workbook nor to a sheet; `None` where
/// none can be left out without a doubt.
pub(super) fn leading(xml: &[u8]) -> Option<Vec<u8>> {
    let leads = |relation: &[u8]| {
        [SHEET, DOCUMENT].iter().any(|kind| memmem::find(relation, kind.as_bytes()).is_some())
    };
    let mut out = Vec::with_capacity(xml.len());
    let mut rest = plain::behind_declaration(xml).filter(|_| plain::is_tags_and_words(xml))?;
    while let Some(at) = memmem::find(rest, b"<Relationship ") {
        let end = at + plain::element(&rest[at..], &[])?;
        out.extend_from_slice(&rest[..if leads(&rest[at..end]) { end } else { at }]);
        rest = &rest[end..];
    }
    out.extend_from_slice(rest);
    (out.len() < xml.len()).then_some(out)
}

/// A target of a relation as the path of a part.
pub(super) fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').collect();
    for step in target.split('/') {
        match step {
            ".." => drop(path.pop()),
            "." => {}
            step => path.push(step),
        }
    }
    path.join("/")
}

/// The sheets of a workbook.
pub(super) fn sheets(book: &str) -> Vec<Link> {
    let sheets = tags(book).filter(|t| t.local_name().as_ref() == "sheet");
    let link = |t: BytesStart<'_>| Some((attribute(&t, "name")?, attribute(&t, "id")?));
    sheets.filter_map(link).map(|(name, id)| Link { id, name, target: String::new() }).collect()
}

/// The relations of a part.
pub(super) fn relations(rels: &str) -> Vec<Link> {
    let link = |t: BytesStart<'_>| {
        let (name, id) = (attribute(&t, "Type")?, attribute(&t, "Id")?);
        Some(Link { id, name, target: attribute(&t, "Target")? })
    };
    tags(rels).filter_map(link).collect()
}

/// The value of an attribute, whatever its prefix.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|a| a.key.local_name().as_ref() == name)?;
    Some(quick_xml::escape::unescape(&found.value).ok()?.into_owned())
}

/// Every tag of a text, until it ends or is damaged.
fn tags(text: &str) -> impl Iterator<Item = BytesStart<'_>> {
    let mut reader = Reader::from_str(text);
    std::iter::from_fn(move || {
        loop {
            match reader.read_event().ok()? {
                Event::Start(tag) | Event::Empty(tag) => return Some(tag),
                Event::Eof => return None,
                _ => {}
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET_1: &str =
        "<Relationship Id=\"rId1\" Type=\"http://x/worksheet\" Target=\"worksheets/sheet1.xml\"/>";
    const BOOK_1: &str =
        "<Relationship Target=\"xl/workbook.xml\" Type=\"http://x/relationships/officeDocument\" Id=\"a\"/>";
    const THEME: &str = "<Relationship Id=\"rId2\" Type=\"http://x/theme\" Target=\"theme/theme1.xml\"/>";

    fn left(relations: &str) -> Option<String> {
        let xml = leading(format!("<Relationships xmlns=\"x\">{relations}</Relationships>").as_bytes())?;
        let inner = String::from_utf8(xml).unwrap();
        Some(inner.replace("<Relationships xmlns=\"x\">", "").replace("</Relationships>", ""))
    }

    #[test]
    fn relations_that_lead_to_no_sheet_go() {
        assert_eq!(left(&format!("{THEME}{SHEET_1}{THEME}")), Some(SHEET_1.to_owned()));
        assert_eq!(left(&format!("{BOOK_1}\n{THEME}")), Some(format!("{BOOK_1}\n")));
        assert_eq!(left(&format!("{SHEET_1}{BOOK_1}")), None);
    }

    #[test]
    fn relations_in_doubt_stay() {
        for doubtful in ["<Relationship Id='a'/>", "<!-- -->", "<Relationship Id=\"a&amp;b\"/>"] {
            assert_eq!(left(&format!("{THEME}{doubtful}")), None, "{doubtful}");
        }
    }
}

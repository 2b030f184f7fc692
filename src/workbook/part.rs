//! Parts of packages, inflated, and what the library reads sooner in their stead.
//!
//! Returns come out of a few programs and a few forms, so that styles, relations and lists of sheets are the same bytes
//! again and again: the last of them are kept. A part is taken for one of those only where all of its packed bytes are
//! the same, so that what becomes of a file does not depend on the files before it.

use std::cell::{OnceCell, RefCell};
use std::ops::Deref;
use std::rc::Rc;

use flate2::Crc;

use super::lead::{self, Link};
use super::merges::{self, Area};
use super::{blanks, head, plain, styles};

/// Parts that are kept, and the longest of them in bytes.
const KEPT: usize = 32;
const LONGEST: usize = 64 << 10;

/// What a part says, as far as that changes how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Sheet,
    /// Shared strings: with the sheets, what differs from file to file.
    Strings,
    Styles,
    /// The list of the sheets.
    Book,
    /// What leads to it, and from it to the sheets.
    Relations,
    /// Nothing that the library reads.
    Unread,
}

impl Kind {
    /// By the name in small letters.
    pub fn of(name: &str) -> Self {
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        match name {
            _ if name.contains("worksheets/") && name.ends_with(".xml") => Self::Sheet,
            _ if ends(&["sharedstrings.xml"]) => Self::Strings,
            _ if ends(&["styles.xml"]) => Self::Styles,
            _ if ends(&["workbook.xml"]) => Self::Book,
            _ if ends(&["workbook.xml.rels", "_rels/.rels"]) => Self::Relations,
            _ => Self::Unread,
        }
    }
}

/// An inflated part.
#[derive(Debug)]
pub(super) struct Part {
    kind: Kind,
    bytes: Vec<u8>,
    /// CRC-32.
    sum: u32,
    quick: OnceCell<Quick>,
    links: OnceCell<Vec<Link>>,
}

/// What the library reads sooner.
#[derive(Debug, Default)]
struct Quick {
    /// The XML with its CRC-32; `None` where it is that of the part.
    xml: Option<(Vec<u8>, u32)>,
    /// Merged areas of a sheet, which are not in the XML.
    areas: Option<Vec<Area>>,
}

impl Part {
    pub fn new(kind: Kind, bytes: Vec<u8>, sum: u32) -> Self {
        Self { kind, bytes, sum, quick: OnceCell::new(), links: OnceCell::new() }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The part as it is, with its CRC-32.
    pub fn whole(&self) -> (&[u8], u32) {
        (&self.bytes, self.sum)
    }

    /// The same as the library reads it soonest and, but for the merged areas, alike.
    pub fn quickest(&self) -> (&[u8], u32) {
        self.quick().xml.as_ref().map_or(self.whole(), |(xml, sum)| (xml, *sum))
    }

    /// The merged areas that [`Self::quickest`] leaves out; `None` where they cannot be told without a doubt.
    pub fn areas(&self) -> Option<&[Area]> {
        self.quick().areas.as_deref()
    }

    /// What a part that leads to others lists.
    pub fn links(&self) -> &[Link] {
        self.links.get_or_init(|| match (self.kind, std::str::from_utf8(&self.bytes)) {
            (Kind::Book, Ok(xml)) => lead::sheets(xml),
            (Kind::Relations, Ok(xml)) => lead::relations(xml),
            _ => Vec::new(),
        })
    }

    fn quick(&self) -> &Quick {
        self.quick.get_or_init(|| {
            let (xml, areas) = match self.kind {
                Kind::Sheet => quick_sheet(&self.bytes),
                Kind::Styles => (quick_styles(&self.bytes), None),
                Kind::Book => (head::of_book(&self.bytes), None),
                Kind::Relations => (lead::leading(&self.bytes), None),
                Kind::Strings | Kind::Unread => (None, None),
            };
            let summed = |xml: Vec<u8>| {
                let sum = sum_of(&xml);
                (xml, sum)
            };
            Quick { xml: xml.map(summed), areas }
        })
    }
}

impl Deref for Part {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// A sheet without merged areas, blank cells and what stands before the cells, where it has any, and the areas.
fn quick_sheet(xml: &[u8]) -> (Option<Vec<u8>>, Option<Vec<Area>>) {
    let (areas, rest) = merges::taken_out(xml).unzip();
    let rest = rest.flatten();
    let rest = blanks::left_out(rest.as_deref().unwrap_or(xml)).or(rest);
    (head::of_sheet(rest.as_deref().unwrap_or(xml)).or(rest), areas)
}

/// Styles without looks and declaration.
fn quick_styles(xml: &[u8]) -> Option<Vec<u8>> {
    let rest = styles::without_looks(xml)?;
    Some(plain::behind_declaration(&rest).map(<[u8]>::to_vec).unwrap_or(rest))
}

/// The CRC-32 of a part.
pub(super) fn sum_of(part: &[u8]) -> u32 {
    let mut sum = Crc::new();
    sum.update(part);
    sum.sum()
}

thread_local! {
    /// Parts met last, the latest first.
    static FAMILIAR: RefCell<Vec<Familiar>> = const { RefCell::new(Vec::new()) };
}

/// A part that is kept, and its packed bytes.
struct Familiar {
    packed: Box<[u8]>,
    part: Rc<Part>,
}

/// A part of a kind, a CRC-32 and packed bytes, as it was met before or as `inflate` makes it.
pub(super) fn familiar(
    kind: Kind,
    sum: u32,
    packed: &[u8],
    inflate: impl FnOnce() -> Option<Vec<u8>>,
) -> Option<Rc<Part>> {
    let may_recur = matches!(kind, Kind::Styles | Kind::Book | Kind::Relations) && packed.len() <= LONGEST;
    if may_recur && let Some(known) = FAMILIAR.with_borrow_mut(|all| recall(all, kind, sum, packed)) {
        return Some(known);
    }
    let part = Rc::new(Part::new(kind, inflate()?, sum));
    if may_recur && part.len() <= LONGEST {
        FAMILIAR.with_borrow_mut(|all| {
            all.truncate(KEPT - 1);
            all.insert(0, Familiar { packed: packed.into(), part: Rc::clone(&part) });
        });
    }
    Some(part)
}

fn recall(all: &mut [Familiar], kind: Kind, sum: u32, packed: &[u8]) -> Option<Rc<Part>> {
    let is_it = |f: &Familiar| f.part.sum == sum && f.part.kind == kind && *f.packed == *packed;
    let at = all.iter().position(is_it)?;
    all[..=at].rotate_right(1);
    Some(Rc::clone(&all[0].part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(packed: u8) -> (Rc<Part>, bool) {
        let mut is_new = false;
        let inflate = || {
            is_new = true;
            Some(vec![packed, packed])
        };
        (familiar(Kind::Book, 7, &[packed], inflate).unwrap(), is_new)
    }

    #[test]
    fn a_part_met_lately_is_not_inflated_again_and_others_are() {
        assert!(of(0).1);
        for packed in 1..KEPT as u8 {
            assert!(of(packed).1 && !of(0).1);
        }
        assert!(of(100).1 && !of(0).1 && of(1).1 && !of(100).1);
        assert_eq!(**of(0).0, [0, 0]);
        assert!(familiar(Kind::Styles, 7, &[0], || None).is_none(), "of another kind");
        assert!(familiar(Kind::Book, 8, &[0], || None).is_none(), "of another sum");
    }

    #[test]
    fn what_differs_from_file_to_file_is_not_kept() {
        for kind in [Kind::Sheet, Kind::Strings, Kind::Unread] {
            assert!(familiar(kind, 9, &[1], || Some(vec![1])).is_some());
            assert!(familiar(kind, 9, &[1], || None).is_none());
        }
        let long = vec![1; LONGEST + 1];
        assert!(familiar(Kind::Book, 9, &long, || Some(vec![1])).is_some());
        assert!(familiar(Kind::Book, 9, &long, || None).is_none());
    }
}

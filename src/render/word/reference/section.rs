//! The page of a reference document: size, margins, header and footer of its last section.

use crate::render::word::markup::{Element, Node};

/// Page set-up in twips.
#[derive(Clone, Debug)]
pub struct Section {
    size: (u32, u32),
    /// Top, right, bottom, left.
    margins: [u32; 4],
    /// Distance of header and footer from the edge, and the gutter.
    edges: [u32; 3],
    pub headers: Vec<Element>,
    pub footers: Vec<Element>,
    title_page: bool,
    /// Character grid and page borders, as they are.
    grid: Option<Element>,
    borders: Option<Element>,
}

/// Twentieths of a point: no side of a page of Word is longer (22 inches).
const LARGEST: u32 = 31_680;

impl Section {
    /// The last section of a document; a page of A4 with our margins where it says nothing.
    pub fn of(document: &Element) -> Self {
        let body = document.child("body");
        let section = body.and_then(|body| body.elements().filter(|e| e.local() == "sectPr").last());
        let child = |name: &str| section.and_then(|s| s.child(name));
        let number = |element: Option<&Element>, name: &str, other: u32| {
            let value = element.and_then(|e| e.attribute(&format!("w:{name}")));
            value
                .and_then(|v| v.parse::<i64>().ok())
                .and_then(|n| u32::try_from(n.unsigned_abs()).ok())
                .filter(|n| *n <= LARGEST)
                .unwrap_or(other)
        };
        let (size, margins) = (child("pgSz"), child("pgMar"));
        let (width, height) = (number(size, "w", 11906), number(size, "h", 16838));
        let all = |kind: &str| -> Vec<Element> {
            let all = section.into_iter().flat_map(Element::elements);
            all.filter(|e| e.local() == kind).cloned().collect()
        };
        Self {
            size: (width.min(height), width.max(height)),
            margins: [("top", 2098), ("right", 1474), ("bottom", 1985), ("left", 1588)]
                .map(|(side, other)| number(margins, side, other)),
            edges: [("header", 1134), ("footer", 1145), ("gutter", 0)]
                .map(|(edge, other)| number(margins, edge, other)),
            headers: all("headerReference"),
            footers: all("footerReference"),
            title_page: child("titlePg").is_some(),
            grid: child("docGrid").cloned(),
            borders: child("pgBorders").cloned(),
        }
    }

    /// Width of the text on a portrait page.
    pub fn width(&self) -> u32 {
        let [_, right, _, left] = self.margins;
        self.size.0.saturating_sub(right + left + self.edges[2])
    }

    /// Height of the text on a portrait page.
    pub fn height(&self) -> u32 {
        let [top, _, bottom, _] = self.margins;
        self.size.1.saturating_sub(top + bottom)
    }

    /// A section of ours with the office's page.
    pub fn dress(&self, ours: &Element) -> Element {
        let turned = ours.child("pgSz").is_some_and(|size| size.attribute("w:orient") == Some("landscape"));
        let mut children = Vec::new();
        let mut own = |name: &str, theirs: &[Element]| {
            let mine: Vec<Element> = ours.elements().filter(|e| e.local() == name).cloned().collect();
            children.extend(if theirs.is_empty() { mine } else { theirs.to_vec() });
        };
        own("headerReference", &self.headers);
        own("footerReference", &self.footers);
        own("type", &[]);
        children.extend([self.page_size(turned), self.page_margins(turned)]);
        children.extend(self.borders.clone());
        let mut own = |name: &str| children.extend(ours.child(name).cloned());
        own("pgNumType");
        own("cols");
        if self.title_page || self.footers.is_empty() || self.headers.is_empty() {
            own("titlePg");
        }
        if self.title_page && !children.iter().any(|e| e.local() == "titlePg") && is_first(ours) {
            children.push(Element::new("w:titlePg".to_owned(), Vec::new()));
        }
        children.extend(self.grid.clone());
        ours.around(children.into_iter().map(Node::Element).collect())
    }

    fn page_size(&self, turned: bool) -> Element {
        let (width, height) = self.size;
        let attributes = if turned {
            format!(" w:w=\"{height}\" w:h=\"{width}\" w:orient=\"landscape\"")
        } else {
            format!(" w:w=\"{width}\" w:h=\"{height}\"")
        };
        Element { attributes, ..Element::new("w:pgSz".to_owned(), Vec::new()) }
    }

    fn page_margins(&self, turned: bool) -> Element {
        let [top, right, bottom, left] = self.margins;
        let [a, b, c, d] = if turned { [left, top, right, bottom] } else { [top, right, bottom, left] };
        let [header, footer, gutter] = self.edges;
        let attributes = format!(
            " w:top=\"{a}\" w:right=\"{b}\" w:bottom=\"{c}\" w:left=\"{d}\" w:header=\"{header}\" w:footer=\"{footer}\" w:gutter=\"{gutter}\""
        );
        Element { attributes, ..Element::new("w:pgMar".to_owned(), Vec::new()) }
    }
}

/// Whether a section begins the document.
fn is_first(section: &Element) -> bool {
    section.child("titlePg").is_some()
}

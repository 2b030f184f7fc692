//! Charts of a report: the drawing as SVG with a PNG for programs that cannot
//! draw SVG, number and title below, alternative text inside.

use super::body::{Body, Paragraph, caption, notes};
use super::package::Part;
use super::xml::Xml;
use crate::document::Figure;

const PICTURE: &str = "http://schemas.openxmlformats.org/drawingml/2006/picture";
const SVG: &str = "http://schemas.microsoft.com/office/drawing/2016/SVG/main";
const SVG_EXTENSION: &str = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}";
/// English Metric Units in a twip.
const EMU: f64 = 635.0;
/// No drawing is higher than 180 mm, so that its caption stays on the page.
const HIGHEST: f64 = 180.0 * 36000.0;
/// Pixels of the PNG for a drawing as wide as the page: 200 to the inch. Programs that draw SVG never show it.
const PIXELS: f32 = 1230.0;
const PNG_MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// One white pixel, for the case that nobody rasterises.
const BLANK_PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00,
    0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0x0f, 0x00, 0x01, 0x01, 0x01, 0x00,
    0xb1, 0x38, 0xf6, 0x14, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// Writes drawing, caption and notes.
pub fn write(body: &mut Body, figure: &Figure) {
    let (png, svg) = pictures(body, figure);
    let (width, height) = size(figure.aspect, body.width);
    let id = body.fresh_id();
    let drawing = Drawing { id: &id, png: &png, svg: &svg, width: &width, height: &height, figure };
    body.open_paragraph(Paragraph { style: "Figure", ..Default::default() });
    body.xml.within("w:r", &[], |xml| xml.within("w:drawing", &[], |xml| drawing.write(xml)));
    body.xml.close("w:p");
    caption(body, false, &figure.number, &figure.title);
    notes(body, &figure.notes);
}

/// Puts both pictures into the package; their relation ids.
fn pictures(body: &mut Body, figure: &Figure) -> (String, String) {
    let number = body.media.len() / 2 + 1;
    let raster = body.raster.and_then(|raster| raster(&figure.svg, PIXELS));
    let png = raster.filter(|png| png.starts_with(PNG_MAGIC)).unwrap_or_else(|| BLANK_PNG.to_vec());
    let ids = (format!("rIdPng{number}"), format!("rIdSvg{number}"));
    let picture = |id: &str, extension: &str, bytes| Part {
        name: format!("media/image{number}.{extension}"),
        kind: "image",
        id: id.to_owned(),
        bytes,
        content: None,
    };
    body.media.push(picture(&ids.0, "png", png));
    body.media.push(picture(&ids.1, "svg", figure.svg.clone().into_bytes()));
    ids
}

/// Width and height in EMU; a drawing without a usable aspect is 16:10.
fn size(aspect: f32, twips: u32) -> (String, String) {
    let aspect = if aspect.is_finite() && aspect > 0.05 { f64::from(aspect) } else { 1.6 };
    let full = f64::from(twips) * EMU;
    let width = full.min(HIGHEST * aspect);
    (format!("{:.0}", width), format!("{:.0}", width / aspect))
}

struct Drawing<'a> {
    id: &'a str,
    png: &'a str,
    svg: &'a str,
    width: &'a str,
    height: &'a str,
    figure: &'a Figure,
}

impl Drawing<'_> {
    fn write(&self, xml: &mut Xml) {
        let flush = [("distT", "0"), ("distB", "0"), ("distL", "0"), ("distR", "0")];
        let name = format!("{} {}", self.figure.number, self.figure.title);
        let about = [("id", self.id), ("name", name.as_str()), ("descr", self.figure.alt.as_str())];
        xml.within("wp:inline", &flush, |xml| {
            xml.leaf("wp:extent", &[("cx", self.width), ("cy", self.height)]);
            xml.leaf("wp:docPr", &about);
            xml.within("wp:cNvGraphicFramePr", &[], |xml| {
                xml.leaf("a:graphicFrameLocks", &[("noChangeAspect", "1")]);
            });
            xml.within("a:graphic", &[], |xml| {
                xml.within("a:graphicData", &[("uri", PICTURE)], |xml| self.picture(xml, &about));
            });
        });
    }

    fn picture(&self, xml: &mut Xml, about: &[(&str, &str)]) {
        xml.within("pic:pic", &[], |xml| {
            xml.within("pic:nvPicPr", &[], |xml| {
                xml.leaf("pic:cNvPr", about);
                xml.leaf("pic:cNvPicPr", &[]);
            });
            xml.within("pic:blipFill", &[], |xml| {
                xml.within("a:blip", &[("r:embed", self.png)], |xml| {
                    xml.within("a:extLst", &[], |xml| {
                        xml.within("a:ext", &[("uri", SVG_EXTENSION)], |xml| {
                            xml.leaf("asvg:svgBlip", &[("xmlns:asvg", SVG), ("r:embed", self.svg)]);
                        });
                    });
                });
                xml.within("a:stretch", &[], |xml| xml.leaf("a:fillRect", &[]));
            });
            xml.within("pic:spPr", &[], |xml| {
                xml.within("a:xfrm", &[], |xml| {
                    xml.leaf("a:off", &[("x", "0"), ("y", "0")]);
                    xml.leaf("a:ext", &[("cx", self.width), ("cy", self.height)]);
                });
                xml.within("a:prstGeom", &[("prst", "rect")], |xml| xml.leaf("a:avLst", &[]));
            });
        });
    }
}

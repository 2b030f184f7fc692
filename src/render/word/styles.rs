//! The styles of our Word documents: the page of GB/T 9704 in Word's terms.
//!
//! Every paragraph of the renderer carries one of these, so that an office can
//! change a look in one place. Sizes are in half points, lengths in twentieths
//! of a point (twips), as Word counts them.

use super::WordLook;
use super::xml::Xml;
use crate::error::Result;

/// Namespace of the Word markup.
pub const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
/// Line pitch of the body: 22 lines fill the 225 mm of GB/T 9704 (28.95 pt).
const BODY_LINE: u32 = 579;
/// Two characters of 3号 (16 pt).
const TWO_CHARS: u32 = 640;

#[derive(Clone, Copy)]
enum Face {
    Song,
    Hei,
    Kai,
    Title,
    /// 宋体, for page numbers.
    Page,
}

/// One paragraph style.
#[derive(Clone, Copy)]
struct Style {
    id: &'static str,
    name: &'static str,
    based: &'static str,
    next: &'static str,
    face: Face,
    size: u32,
    bold: bool,
    align: &'static str,
    /// Exact line pitch; 0 lets the line grow with its content.
    line: u32,
    before: u32,
    after: u32,
    /// First line indented by two characters.
    indent: bool,
    /// Set in by two characters on both sides.
    inset: bool,
    keep_next: bool,
    /// Level in the outline, 0 is the highest.
    outline: Option<u32>,
}

const PLAIN: Style = Style {
    id: "",
    name: "",
    based: "Normal",
    next: "BodyText",
    face: Face::Song,
    size: 32,
    bold: false,
    align: "both",
    line: BODY_LINE,
    before: 0,
    after: 0,
    indent: false,
    inset: false,
    keep_next: false,
    outline: None,
};

const fn heading(id: &'static str, name: &'static str, face: Face, level: u32) -> Style {
    Style { id, name, face, indent: true, keep_next: true, outline: Some(level), align: "left", ..PLAIN }
}

/// Words of others, set in as in the PDF.
const QUOTE: Style = Style {
    id: "Quote",
    name: "Quote",
    face: Face::Kai,
    indent: true,
    inset: true,
    before: 120,
    after: 120,
    ..PLAIN
};

const fn small(id: &'static str, name: &'static str, size: u32, line: u32, align: &'static str) -> Style {
    Style { id, name, size, line, align, next: id, ..PLAIN }
}

/// All paragraph styles; names of Word's own styles are in its own spelling.
const STYLES: &[Style] = &[
    Style { id: "BodyText", name: "Body Text", indent: true, ..PLAIN },
    heading("Heading1", "heading 1", Face::Hei, 0),
    heading("Heading2", "heading 2", Face::Kai, 1),
    Style { bold: true, ..heading("Heading3", "heading 3", Face::Song, 2) },
    Style { id: "Title", name: "Title", face: Face::Title, size: 44, align: "center", line: 720, ..PLAIN },
    Style { id: "Subtitle", name: "Subtitle", face: Face::Kai, align: "center", ..PLAIN },
    Style {
        id: "CoverTitle",
        name: "封面标题",
        based: "Title",
        face: Face::Title,
        size: 52,
        align: "center",
        line: 900,
        ..PLAIN
    },
    Style { id: "CoverLine", name: "封面落款", align: "center", ..PLAIN },
    Style { id: "TOCHeading", name: "TOC Heading", face: Face::Hei, align: "center", after: 290, ..PLAIN },
    Style { id: "TOC1", name: "toc 1", align: "left", line: 500, next: "TOC1", ..PLAIN },
    Style { id: "TOC2", name: "toc 2", align: "left", line: 500, next: "TOC2", indent: true, ..PLAIN },
    QUOTE,
    Style { id: "ListParagraph", name: "List Paragraph", indent: true, ..PLAIN },
    Style { face: Face::Hei, before: 140, after: 60, ..small("Caption", "caption", 24, 400, "center") },
    Style { keep_next: true, ..small("UnitLine", "表单位", 21, 320, "right") },
    Style { face: Face::Hei, ..small("TableHead", "表头", 24, 360, "center") },
    Style { face: Face::Hei, ..small("TableHead5", "表头五号", 21, 320, "center") },
    Style { face: Face::Hei, ..small("TableHead6", "表头小五", 18, 280, "center") },
    small("TableText", "表文", 24, 360, "left"),
    small("TableText5", "表文五号", 21, 320, "left"),
    small("TableText6", "表文小五", 18, 280, "left"),
    small("Note", "表注", 18, 280, "both"),
    Style { keep_next: true, before: 140, ..small("Figure", "图", 24, 0, "center") },
    // Not kept with its text: LibreOffice would then refuse to break the row.
    Style { face: Face::Hei, indent: true, ..small("FormHeading", "表D项目", 24, 440, "left") },
    Style { indent: true, ..small("FormText", "表D正文", 24, 440, "both") },
    Style { face: Face::Hei, ..small("Header", "header", 32, 0, "right") },
    Style { face: Face::Page, ..small("Footer", "footer", 28, 400, "left") },
    Style { face: Face::Page, ..small("Fingerprint", "数据指纹", 15, 240, "left") },
];

/// Type of the four items of 表D: size in half points, line pitch in twips.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FormType {
    pub size: u32,
    pub line: u32,
}

impl FormType {
    /// A style, in this type where it is one of the items.
    fn dress(self, style: &Style) -> Style {
        match style.id {
            "FormHeading" | "FormText" => Style { size: self.size, line: self.line, ..*style },
            _ => *style,
        }
    }
}

/// `word/styles.xml`.
pub fn styles(look: &WordLook, form: FormType) -> Result<Vec<u8>> {
    let mut xml = Xml::part();
    xml.within("w:styles", &[("xmlns:w", W)], |xml| {
        defaults(xml, look);
        normal(xml);
        for style in STYLES {
            paragraph_style(xml, &form.dress(style), look);
        }
        character_styles(xml);
        table_style(xml);
    });
    xml.finish()
}

fn defaults(xml: &mut Xml, look: &WordLook) {
    xml.within("w:docDefaults", &[], |xml| {
        xml.within("w:rPrDefault", &[], |xml| {
            xml.within("w:rPr", &[], |xml| {
                fonts(xml, Face::Song, look);
                value(xml, "w:kern", "0");
                value(xml, "w:sz", "32");
                value(xml, "w:szCs", "32");
                xml.leaf("w:lang", &[("w:val", "en-US"), ("w:eastAsia", "zh-CN"), ("w:bidi", "ar-SA")]);
            });
        });
        xml.within("w:pPrDefault", &[], |_| {});
    });
}

fn normal(xml: &mut Xml) {
    let attrs = [("w:type", "paragraph"), ("w:default", "1"), ("w:styleId", "Normal")];
    xml.within("w:style", &attrs, |xml| {
        value(xml, "w:name", "Normal");
        xml.leaf("w:qFormat", &[]);
        xml.within("w:pPr", &[], |xml| xml.leaf("w:widowControl", &[]));
    });
}

fn paragraph_style(xml: &mut Xml, style: &Style, look: &WordLook) {
    xml.within("w:style", &[("w:type", "paragraph"), ("w:styleId", style.id)], |xml| {
        value(xml, "w:name", style.name);
        value(xml, "w:basedOn", style.based);
        value(xml, "w:next", style.next);
        xml.leaf("w:qFormat", &[]);
        paragraph_look(xml, style);
        xml.within("w:rPr", &[], |xml| {
            fonts(xml, style.face, look);
            if style.bold {
                xml.leaf("w:b", &[]);
                xml.leaf("w:bCs", &[]);
            }
            if style.size == 32 && style.line == BODY_LINE {
                // 28 characters of 16 pt need 158 mm; the block has 156.
                value(xml, "w:spacing", "-5");
            }
            value(xml, "w:sz", &style.size.to_string());
            value(xml, "w:szCs", &style.size.to_string());
        });
    });
}

fn paragraph_look(xml: &mut Xml, style: &Style) {
    xml.within("w:pPr", &[], |xml| {
        if style.keep_next {
            xml.leaf("w:keepNext", &[]);
            xml.leaf("w:keepLines", &[]);
        }
        let (before, after, line) =
            (style.before.to_string(), style.after.to_string(), style.line.to_string());
        let mut spacing = vec![("w:before", before.as_str()), ("w:after", after.as_str())];
        if style.line > 0 {
            spacing.extend([("w:line", line.as_str()), ("w:lineRule", "exact")]);
        }
        xml.leaf("w:spacing", &spacing);
        if style.indent {
            let width = (TWO_CHARS * style.size / 32).to_string();
            let first = [("w:firstLineChars", "200"), ("w:firstLine", width.as_str())];
            let sides =
                [("w:leftChars", "200"), ("w:left", &*width), ("w:rightChars", "200"), ("w:right", &*width)];
            let sides = sides.into_iter().filter(|_| style.inset);
            xml.leaf("w:ind", &sides.chain(first).collect::<Vec<_>>());
        }
        value(xml, "w:jc", style.align);
        if let Some(level) = style.outline {
            value(xml, "w:outlineLvl", &level.to_string());
        }
    });
}

fn character_styles(xml: &mut Xml) {
    let mut style = |id: &str, name: &str, look: &dyn Fn(&mut Xml)| {
        xml.within("w:style", &[("w:type", "character"), ("w:styleId", id)], |xml| {
            value(xml, "w:name", name);
            xml.leaf("w:qFormat", &[]);
            xml.within("w:rPr", &[], look);
        });
    };
    style("Strong", "Strong", &|xml| {
        xml.leaf("w:b", &[]);
        xml.leaf("w:bCs", &[]);
    });
    // 5.7:1 on white: grey, and still readable in print.
    style("Muted", "淡显", &|xml| value(xml, "w:color", "666666"));
    style("PlaceholderText", "Placeholder Text", &|xml| value(xml, "w:color", "666666"));
}

fn table_style(xml: &mut Xml) {
    let attrs = [("w:type", "table"), ("w:default", "1"), ("w:styleId", "TableNormal")];
    xml.within("w:style", &attrs, |xml| {
        value(xml, "w:name", "Normal Table");
        xml.within("w:tblPr", &[], |xml| {
            xml.leaf("w:tblInd", &[("w:w", "0"), ("w:type", "dxa")]);
            margins(xml, "0", "108");
        });
    });
    xml.within("w:style", &[("w:type", "table"), ("w:styleId", "ReportTable")], |xml| {
        value(xml, "w:name", "报告表格");
        value(xml, "w:basedOn", "TableNormal");
        xml.leaf("w:qFormat", &[]);
        xml.within("w:tblPr", &[], |xml| margins(xml, "30", "80"));
    });
}

fn margins(xml: &mut Xml, vertical: &str, horizontal: &str) {
    xml.within("w:tblCellMar", &[], |xml| {
        for (side, width) in
            [("w:top", vertical), ("w:left", horizontal), ("w:bottom", vertical), ("w:right", horizontal)]
        {
            xml.leaf(side, &[("w:w", width), ("w:type", "dxa")]);
        }
    });
}

fn fonts(xml: &mut Xml, face: Face, look: &WordLook) {
    let (latin, east) = match face {
        Face::Song => (look.latin.as_str(), look.song.as_str()),
        Face::Hei => (look.latin.as_str(), look.hei.as_str()),
        Face::Kai => (look.latin.as_str(), look.kai.as_str()),
        Face::Title => (look.latin.as_str(), look.title.as_str()),
        Face::Page => ("宋体", "宋体"),
    };
    xml.leaf(
        "w:rFonts",
        &[("w:ascii", latin), ("w:hAnsi", latin), ("w:eastAsia", east), ("w:cs", look.latin.as_str())],
    );
}

/// An element with a `w:val`.
pub fn value(xml: &mut Xml, name: &str, value: &str) {
    xml.leaf(name, &[("w:val", value)]);
}

/// `word/fontTable.xml`: what to take where a machine has not the font.
pub fn font_table(look: &WordLook) -> Result<Vec<u8>> {
    let fonts = [
        (look.song.as_str(), "仿宋", "modern"),
        (look.hei.as_str(), "SimHei", "modern"),
        (look.kai.as_str(), "楷体", "modern"),
        (look.title.as_str(), "华文中宋", "roman"),
        ("宋体", "SimSun", "roman"),
    ];
    let mut written: Vec<&str> = Vec::new();
    let mut xml = Xml::part();
    xml.within("w:fonts", &[("xmlns:w", W)], |xml| {
        for (name, stand_in, family) in fonts {
            if written.contains(&name) {
                continue;
            }
            written.push(name);
            xml.within("w:font", &[("w:name", name)], |xml| {
                value(xml, "w:altName", stand_in);
                value(xml, "w:charset", "86");
                value(xml, "w:family", family);
                value(xml, "w:pitch", "default");
            });
        }
    });
    xml.finish()
}

/// `word/settings.xml`.
pub fn settings() -> Result<Vec<u8>> {
    let mut xml = Xml::part();
    xml.within("w:settings", &[("xmlns:w", W)], |xml| {
        xml.leaf("w:zoom", &[("w:percent", "100")]);
        value(xml, "w:defaultTabStop", "640");
        xml.leaf("w:evenAndOddHeaders", &[]);
        value(xml, "w:characterSpacingControl", "compressPunctuation");
        xml.within("w:compat", &[], |xml| {
            xml.leaf("w:useFELayout", &[]);
            let uri = "http://schemas.microsoft.com/office/word";
            let mode = [("w:name", "compatibilityMode"), ("w:uri", uri), ("w:val", "15")];
            xml.leaf("w:compatSetting", &mode);
        });
        xml.leaf("w:themeFontLang", &[("w:val", "en-US"), ("w:eastAsia", "zh-CN")]);
        value(xml, "w:decimalSymbol", ".");
        value(xml, "w:listSeparator", ",");
    });
    xml.finish()
}

/// `word/numbering.xml`: dashes for plain lists, （1） for ordered ones; each
/// ordered list of the document counts from one.
pub fn numbering(ordered_lists: u32) -> Result<Vec<u8>> {
    let mut xml = Xml::part();
    xml.within("w:numbering", &[("xmlns:w", W)], |xml| {
        abstract_list(xml, "0", "none", "——");
        abstract_list(xml, "1", "decimal", "（%1）");
        list(xml, 1, "0", false);
        for number in 0..ordered_lists {
            list(xml, number + 2, "1", true);
        }
    });
    xml.finish()
}

fn abstract_list(xml: &mut Xml, id: &str, format: &str, label: &str) {
    xml.within("w:abstractNum", &[("w:abstractNumId", id)], |xml| {
        value(xml, "w:multiLevelType", "singleLevel");
        xml.within("w:lvl", &[("w:ilvl", "0")], |xml| {
            value(xml, "w:start", "1");
            value(xml, "w:numFmt", format);
            value(xml, "w:suff", "nothing");
            value(xml, "w:lvlText", label);
            value(xml, "w:lvlJc", "left");
        });
    });
}

fn list(xml: &mut Xml, id: u32, kind: &str, restart: bool) {
    xml.within("w:num", &[("w:numId", &id.to_string())], |xml| {
        value(xml, "w:abstractNumId", kind);
        if restart {
            xml.within("w:lvlOverride", &[("w:ilvl", "0")], |xml| value(xml, "w:startOverride", "1"));
        }
    });
}

//! What an office would notice when its own look is used: our fonts in place of its, its text in our
//! report, a header without its picture, a file that says nothing about what is wrong.

use std::path::Path;
use std::sync::Arc;

use super::Reference;
use crate::document::{Align, Block, CellText, Column, Document, Row, Run, Summary, Table};
use crate::docx::{Limits, parts, read_figures, read_summary};
use crate::error::Error;
use crate::render::word::{WordLook, package, report, summary};

const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

/// A reference document as a Chinese Word writes it: styles under ids of its own, a header with a picture.
fn reference_file(section: &str) -> Vec<u8> {
    let relation = |id: &str, kind: &str, target: &str| {
        format!(
            "<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/>"
        )
    };
    let relations = |all: &[String]| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{}</Relationships>",
            all.concat()
        )
    };
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.";
    let over = |name: &str, kind: &str| {
        format!("<Override PartName=\"/word/{name}.xml\" ContentType=\"{word}{kind}+xml\"/>")
    };
    let types = format!(
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"jpeg\" ContentType=\"image/jpeg\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>{}{}{}{}{}</Types>",
        over("document", "document.main"),
        over("styles", "styles"),
        over("numbering", "numbering"),
        over("header1", "header"),
        over("settings", "settings")
    );
    let style = |kind: &str, id: &str, name: &str, more: &str| {
        format!(
            "<w:style w:type=\"{kind}\" w:styleId=\"{id}\"{more}><w:name w:val=\"{name}\"/><w:rPr><w:rFonts w:eastAsia=\"方正仿宋\"/></w:rPr></w:style>"
        )
    };
    let styles = [
        style("paragraph", "a", "Normal", " w:default=\"1\""),
        style("paragraph", "1", "heading 1", ""),
        style("paragraph", "a3", "Title", ""),
        style("paragraph", "Caption", "别的样式", ""),
    ];
    let part = |name: &str, text: String| (name.to_owned(), text.into_bytes());
    package::zip(&[
        part("[Content_Types].xml", types),
        part("_rels/.rels", relations(&[relation("rId1", "officeDocument", "word/document.xml")])),
        part(
            "word/document.xml",
            format!("<w:document {W}><w:body><w:p><w:r><w:t>秘密正文</w:t></w:r></w:p>{section}</w:body></w:document>"),
        ),
        part(
            "word/_rels/document.xml.rels",
            relations(&[
                relation("rId1", "styles", "styles.xml"),
                relation("rId2", "numbering", "numbering.xml"),
                relation("rId3", "header", "header1.xml"),
                relation("rId4", "settings", "/word/settings.xml"),
                relation("rId5", "image", "media/secret.jpeg"),
            ]),
        ),
        part("word/styles.xml", format!("<w:styles {W}>{}</w:styles>", styles.concat())),
        part(
            "word/numbering.xml",
            format!("<w:numbering {W}><w:abstractNum w:abstractNumId=\"0\"/><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>"),
        ),
        part("word/settings.xml", format!("<w:settings {W}><w:attachedTemplate r:id=\"rId1\"/><w:zoom w:percent=\"90\"/></w:settings>")),
        part("word/header1.xml", format!("<w:hdr {W}><w:p><w:r><w:t>某某局</w:t></w:r></w:p></w:hdr>")),
        part("word/_rels/header1.xml.rels", relations(&[relation("rId1", "image", "media/logo.jpeg")])),
        part("word/media/logo.jpeg", "logo".into()),
        part("word/media/secret.jpeg", "secret".into()),
    ])
    .unwrap()
}

const SECTION: &str = "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId3\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1000\" w:right=\"1100\" w:bottom=\"1200\" w:left=\"1300\" w:header=\"500\" w:footer=\"600\" w:gutter=\"0\"/><w:docGrid w:linePitch=\"312\"/></w:sectPr>";

fn look(section: &str) -> WordLook {
    let reference = Reference::open(Path::new("x.docx"), &reference_file(section)).unwrap();
    WordLook { reference: Some(Arc::new(reference)), ..WordLook::default() }
}

fn document() -> Document {
    let figure = Run { figure: Some("2025Q1/510100/composite_score".into()), ..Run::plain("86.25") };
    let column = Column { label: "甲".into(), align: Align::Left, weight: 1.0 };
    let row = Row { cells: vec![CellText::words("乙")], strong: false };
    Document {
        title: "成都市中小企业质量提升服务情况报告".into(),
        date_ymd: (2025, 3, 31),
        marks: vec!["内部资料".into()],
        fingerprint: "3f9a1c0d2b7e".into(),
        ident: "2025Q1/city".into(),
        blocks: vec![
            Block::Heading { level: 1, runs: vec![Run::plain("一、总体情况")] },
            Block::Paragraph { runs: vec![Run::plain("综合满意度"), figure] },
            Block::List { ordered: true, items: vec![vec![Run::plain("其一")]] },
            Block::Table(Table {
                number: "表1".into(),
                title: "甲乙".into(),
                columns: vec![column],
                rows: vec![row],
                ..Table::default()
            }),
        ],
        ..Document::default()
    }
}

/// The parts of a file as text, by name.
fn texts(bytes: &[u8]) -> std::collections::BTreeMap<String, String> {
    let all = parts(bytes, &Limits::default()).unwrap();
    all.into_iter().map(|(name, bytes)| (name, String::from_utf8_lossy(&bytes).into_owned())).collect()
}

#[test]
fn the_look_is_the_office_s_and_the_words_are_ours() {
    let bytes = report(&document(), &look(SECTION)).unwrap();
    let all = texts(&bytes);
    let main = &all["word/document.xml"];
    for wanted in [
        "<w:pStyle w:val=\"a3\"/>",
        "<w:pStyle w:val=\"1\"/>",
        "<w:pStyle w:val=\"ZhitiCaption\"/>",
        "<w:numId w:val=\"9002\"/>",
        "<w:headerReference w:type=\"default\" r:id=\"rId3\"/>",
        "w:top=\"1000\" w:right=\"1100\" w:bottom=\"1200\" w:left=\"1300\"",
        "<w:docGrid w:linePitch=\"312\"/>",
        "<w:tblW w:w=\"9506\" w:type=\"dxa\"/>",
        "内部资料",
    ] {
        assert!(main.contains(wanted), "{wanted} not in {main}");
    }
    // Its footer is ours, its text is gone, and with it what only its text used.
    assert!(main.contains("rIdOdd") && all.contains_key("word/footer1.xml"));
    assert!(all["word/header1.xml"].contains("某某局") && all.contains_key("word/media/logo.jpeg"));
    assert!(!all.values().any(|text| text.contains("秘密正文") || text == "secret"));
    assert!(!all["word/settings.xml"].contains("attachedTemplate"));
    assert!(all["[Content_Types].xml"].contains("image/jpeg"));
    let styles = &all["word/styles.xml"];
    assert!(styles.contains("方正仿宋") && styles.contains("表头") && !styles.contains("方正小标宋"));
    let figures = read_figures(&bytes, &Limits::default()).unwrap();
    assert_eq!(figures, [("2025Q1/510100/composite_score".to_owned(), "86.25".to_owned())]);
    assert_eq!(bytes, report(&document(), &look(SECTION)).unwrap());
}

#[test]
fn the_form_keeps_its_fields_in_the_office_s_look() {
    let form =
        Summary {
            enterprise: "成都甲乙有限公司".into(), date_ymd: (2025, 3, 31), ..Summary::default()
        };
    let bytes = summary(&form, &look("")).unwrap();
    let answers = read_summary(&bytes, &Limits::default()).unwrap();
    let enterprise = answers.enterprise.unwrap();
    assert_eq!((enterprise.text.as_str(), enterprise.edited), ("成都甲乙有限公司", Some(false)));
    // Without a section of its own, the page is ours.
    assert!(texts(&bytes)["word/document.xml"].contains("w:top=\"2098\""));
}

#[test]
fn a_broken_reference_is_named() {
    let narrow = SECTION.replace("1300", "5000").replace("1100", "4000");
    let lost = SECTION.replace("rId3", "rId77");
    let plain = package::zip(&[("word/document.xml".to_owned(), b"<a/>".to_vec())]).unwrap();
    for (bytes, wanted) in [
        (b"".to_vec(), "不是 Word 文档"),
        (b"PK\x03\x04 cut".to_vec(), "已损坏"),
        (plain, "没有样式"),
        (reference_file(&narrow), "版心宽度"),
        (reference_file(&lost), "rId77"),
    ] {
        let error = Reference::open(Path::new("templates/word/参考样式.docx"), &bytes).unwrap_err();
        assert!(matches!(error, Error::Config { .. }));
        let said = error.to_string();
        assert!(said.contains("参考样式.docx") && said.contains(wanted), "{said}");
    }
}

#[test]
fn our_own_report_may_serve_as_a_reference() {
    let ours = report(&document(), &WordLook::default()).unwrap();
    let reference = Reference::open(Path::new("x.docx"), &ours).unwrap();
    let look = WordLook { reference: Some(Arc::new(reference)), ..WordLook::default() };
    let again = texts(&report(&document(), &look).unwrap());
    assert!(again["word/document.xml"].contains("<w:pStyle w:val=\"Heading1\"/>"));
    assert_eq!(again["word/styles.xml"].matches("w:styleId=\"Heading1\"").count(), 1);
}

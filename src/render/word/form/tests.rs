//! What an office would notice in its own form: a field that stays, words that change the form,
//! an error that does not say where.

use std::path::Path;

use super::{OfficeForm, sample};
use crate::document::{Block, CellText, Row, Run, Summary, SummaryItem, Table};
use crate::docx::{Limits, parts, read_summary};
use crate::render::word::package;

const HOSTILE: &str =
    "<w:p>]]>&amp;{{ enterprise }}{% for x in y %}#{sys}=1+1\u{202E}反\u{0}\u{FFFE}😀𬭩㛃龘";

/// A Word file around a body.
fn docx(body: &str) -> Vec<u8> {
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";
    let relations = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>";
    let document = format!(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    );
    let part = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    package::zip(&[
        part("[Content_Types].xml", types),
        part("_rels/.rels", relations),
        part("word/document.xml", &document),
    ])
    .unwrap()
}

fn p(words: &str) -> String {
    format!("<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{words}</w:t></w:r></w:p>")
}

fn row(cells: &[&str]) -> String {
    let cells: String = cells.iter().map(|c| format!("<w:tc>{}</w:tc>", p(c))).collect();
    format!("<w:tr>{cells}</w:tr>")
}

fn open(body: &str) -> crate::error::Result<OfficeForm> {
    OfficeForm::open(Path::new("templates/word/附录D.docx"), &docx(body))
}

fn filled(body: &str, summary: &Summary) -> String {
    main_part(&open(body).unwrap().fill(summary).unwrap())
}

fn main_part(bytes: &[u8]) -> String {
    let all = parts(bytes, &Limits::default()).unwrap();
    let main = all.into_iter().find(|(name, _)| name == "word/document.xml").unwrap();
    String::from_utf8(main.1).unwrap()
}

/// The words of a part, paragraphs ended by `|`.
fn words(xml: &str) -> String {
    let xml = xml.replace("</w:p>", "|").replace("<w:br/>", "\n");
    let mut out = String::new();
    let mut inside = false;
    for c in xml.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out.trim().to_owned()
}

fn paragraph(words: &str) -> Block {
    Block::Paragraph { runs: vec![Run::plain(words)] }
}

fn summary() -> Summary {
    let item = |blocks| SummaryItem { heading: String::new(), blocks };
    let cells = ["合格率", "%", "92", "95", "96", "是"].map(CellText::words).to_vec();
    let table = Table { rows: vec![Row { cells, strong: false }; 2], ..Table::default() };
    Summary {
        ident: "2025Q1/summaries/x".into(),
        project: "检验检测能力提升".into(),
        enterprise: "成都甲乙有限公司".into(),
        service_time: "2025年1月6日—2025年3月7日".into(),
        items: vec![
            item(vec![Block::Table(table)]),
            item(vec![paragraph("第一段"), paragraph("第二段")]),
            item(vec![paragraph("效益")]),
            item(vec![]),
        ],
        notes: vec!["注甲".into(), "注乙".into()],
        ..Summary::default()
    }
}

#[test]
fn a_field_cut_into_runs_takes_the_look_of_its_first_run() {
    let cut = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>名称：{{ ent</w:t></w:r><w:proofErr/><w:r><w:t>erpri</w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t>se }}。</w:t></w:r></w:p>";
    let xml = filled(cut, &summary());
    assert_eq!(words(&xml), "名称：成都甲乙有限公司。|");
    let run = "<w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">成都甲乙有限公司</w:t></w:r>";
    assert!(xml.contains(run) && xml.contains("<w:i/></w:rPr><w:t xml:space=\"preserve\">。"), "{xml}");
    // The labels of the standard do as well as names.
    assert_eq!(
        words(&filled(&p("{{企业名称}}{{ 服务时间 }}"), &summary())),
        "成都甲乙有限公司2025年1月6日—2025年3月7日|"
    );
}

#[test]
fn loops_repeat_words_paragraphs_and_rows() {
    let inline = p("{% for n in notes %}{{ loop.index }}.{{ n }}；{% endfor %}");
    assert_eq!(words(&filled(&inline, &summary())), "1.注甲；2.注乙；|");
    let over = [p("{% for x in practices.各段 %}"), p("——{{ x }}"), p("{% endfor %}"), p("完")].concat();
    assert_eq!(words(&filled(&over, &summary())), "——第一段|——第二段|完|");
    let table = format!(
        "<w:tbl>{}{}</w:tbl>",
        row(&["指标", "服务后"]),
        row(&["{% for i in indicators %}{{ i.name }}", "{{ i.after }}{{ i.unit }}{% endfor %}"])
    );
    let xml = filled(&table, &summary());
    assert_eq!(words(&xml), "指标|服务后|合格率|96%|合格率|96%|");
    assert_eq!(xml.matches("<w:tr>").count(), 3);
    let rows = format!(
        "<w:tbl>{}{}{}</w:tbl>",
        row(&["{% for i in indicators %}", ""]),
        row(&["{{ i.名称 }}", "{{ i.达成 }}"]),
        row(&["{% endfor %}", ""])
    );
    assert_eq!(words(&filled(&rows, &summary())), "合格率|是|合格率|是|");
}

#[test]
fn conditions_keep_one_of_two() {
    let body = [p("{% if indicators %}"), p("有"), p("{% else %}"), p("无"), p("{% endif %}")].concat();
    assert_eq!(words(&filled(&body, &summary())), "有|");
    assert_eq!(words(&filled(&body, &Summary::default())), "无|");
    let inline = p("{% if not date %}未签{% else %}{{ date }}{% endif %}");
    assert_eq!(words(&filled(&inline, &summary())), "未签|");
}

#[test]
fn what_would_break_word_is_mended() {
    let cell = format!(
        "<w:tbl><w:tr><w:tc>{}{}{}</w:tc></w:tr></w:tbl>",
        p("{% for n in notes %}"),
        p("{{ n }}"),
        p("{% endfor %}")
    );
    assert!(filled(&cell, &Summary::default()).contains("<w:tc><w:p/></w:tc>"));
    let table =
        format!("<w:tbl>{}</w:tbl>{}", row(&["{% for i in indicators %}{{ i.name }}{% endfor %}"]), p("完"));
    // Within one cell the loop repeats words, and the row stays.
    assert!(filled(&table, &Summary::default()).contains("<w:tc><w:p/></w:tc>"));
    let table = format!(
        "<w:tbl>{}</w:tbl>{}",
        row(&["{% for i in indicators %}{{ i.name }}", "{% endfor %}"]),
        p("完")
    );
    assert!(!filled(&table, &Summary::default()).contains("w:tbl"));
}

#[test]
fn words_are_data_and_nothing_is_left_blank() {
    let mut hostile = summary();
    hostile.project = format!("{HOSTILE}\n第二行\t列");
    let body = [p("{{ project }}"), p("{{ date }}")].concat();
    let xml = filled(&body, &hostile);
    let shown = words(&xml).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let wanted = HOSTILE.replace(['\u{0}', '\u{FFFE}'], "");
    assert!(shown.starts_with(&format!("{wanted}\n第二行列|")), "{shown}");
    assert!(xml.contains("<w:br/>") && xml.contains("<w:tab/>"));
    assert!(shown.contains("（请填写）"), "{shown}");
    let long = "长".repeat(10_000);
    hostile.project = long.clone();
    assert!(filled(&p("{{ project }}"), &hostile).contains(&long));
    let form = open(&body).unwrap();
    assert_eq!(form.fill(&hostile).unwrap(), form.fill(&hostile).unwrap());
}

#[test]
fn a_fault_names_file_paragraph_and_the_nearest_name() {
    for (body, wanted) in [
        (
            p("企业：{{ enterprize }}"),
            vec!["附录D.docx：第2段“企业：{{ enterprize }}”", "enterprize", "是否应为 `enterprise`"],
        ),
        (p("{{ 企业名 }}"), vec!["第2段", "是否应为 `企业名称`"]),
        (p("{{ practices.paragrafs }}"), vec!["是否应为 `practices.paragraphs`"]),
        (p("{% for x in notes %}{{ x.name }}{% endfor %}"), vec!["第2段", "x.name"]),
        (p("姓名 {{ enterprise"), vec!["第2段“姓名 {{ enterprise”", "字段没有结束", "}}"]),
        ([p("{% for n in notes %}"), p("{{ n }}")].concat(), vec!["第2段", "没有结束", "{% endfor %}"]),
        ([p("甲{% for n in notes %}"), p("{{ n }}"), p("{% endfor %}")].concat(), vec!["第2段", "同一段内"]),
        (p("{% endif %}"), vec!["第2段", "没有对应的开头"]),
        (p("{% for x in practices %}{% endfor %}"), vec!["不是可以循环的列表", "`practices.paragraphs`"]),
        (p("{{ indicators }}"), vec!["是列表"]),
        (p("{{ 1 + 1 }}"), vec!["不是字段名称"]),
        (p("{% include a %}"), vec!["看不懂"]),
        (p("{% if x %}{% endfor %}"), vec!["第2段"]),
    ] {
        let fault = open(&format!("{}{body}", p("表D"))).unwrap_err();
        assert!(matches!(fault, crate::error::Error::Config { .. }));
        let said = fault.to_string();
        assert!(wanted.iter().all(|w| said.contains(w)), "{said}\n{wanted:?}");
    }
    let path = Path::new("templates/word/附录D.docx");
    for broken in [&b""[..], b"PK\x03\x04 cut", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old", b"<html>"] {
        let said = OfficeForm::open(path, broken).unwrap_err().to_string();
        assert!(said.contains("附录D.docx") && said.contains("无法读取"), "{said}");
    }
}

#[test]
fn the_sample_form_is_filled_and_reads_back() {
    let form = OfficeForm::open(Path::new("x.docx"), &sample().unwrap()).unwrap();
    let bytes = form.fill(&summary()).unwrap();
    let answers = read_summary(&bytes, &Limits::default()).unwrap();
    assert_eq!(answers.ident.as_deref(), Some("2025Q1/summaries/x"));
    let enterprise = answers.enterprise.unwrap();
    assert_eq!((enterprise.text.as_str(), enterprise.edited), ("成都甲乙有限公司", Some(false)));
    let practices = answers.practices.unwrap();
    assert_eq!((practices.text.as_str(), practices.edited), ("第一段\n第二段", Some(false)));
    assert!(answers.goals.unwrap().text.contains("合格率"));
    assert_eq!(answers.dated.unwrap().text, "");
    let shown = words(&main_part(&bytes));
    assert!(!shown.contains("{{") && !shown.contains("{%"), "{shown}");
    // Blank data, too, fill every field of it.
    let blank = main_part(&form.fill(&Summary::default()).unwrap());
    assert!(!blank.contains("{{") && !blank.contains("{%"), "{blank}");
}

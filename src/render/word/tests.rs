//! What an office would notice: parts that do not parse, figures that are not
//! found back, a file that changes by itself, text that becomes markup.

use std::io::{Cursor, Read};
use std::sync::Arc;

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;

use super::{WordLook, report, summary};
use crate::document::*;
use crate::docx::{Field, Limits, read_figures, read_summary};

const HOSTILE: &str = "甲<w:p>]]>&amp;<!--\u{0}\u{8}\u{FFFE}{{x}}\"'😀𬭩㛃龘";
const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 160 80\"><rect x=\"10\" y=\"20\" width=\"90\" height=\"14\" fill=\"#444\"/><rect x=\"10\" y=\"44\" width=\"130\" height=\"14\" fill=\"#999\"/></svg>";

fn runs(parts: &[(&str, Option<&str>)]) -> Vec<Run> {
    let run = |(text, id): &(&str, Option<&str>)| Run { figure: id.map(str::to_owned), ..Run::plain(*text) };
    parts.iter().map(run).collect()
}

fn column(label: &str, align: Align, weight: f32) -> Column {
    Column { label: label.into(), align, weight }
}

fn figure_cell(text: &str, id: &str) -> CellText {
    CellText { figure: Some(id.into()), ..CellText::words(text) }
}

fn table(rows: usize) -> Table {
    let row = |n: usize| Row {
        cells: vec![
            CellText::words(format!("第{n}区（市）县")),
            CellText::count(120),
            figure_cell("86.25", &format!("2025Q1/5101{n:02}/composite_score")),
            CellText { muted: true, ..figure_cell("93.3", &format!("2025Q1/5101{n:02}/rate")) },
        ],
        strong: n == 0,
    };
    Table {
        name: "by_district".into(),
        number: "表1".into(),
        title: "各区（市）县中小企业质量提升服务满意度".into(),
        unit: "单位：家、分、%".into(),
        columns: vec![
            column("区（市）县", Align::Left, 2.0),
            column("应报数", Align::Right, 1.0),
            column("综合得分", Align::Right, 1.0),
            column("回收率", Align::Right, 1.0),
        ],
        groups: vec![(String::new(), 1), ("报送情况与得分".into(), 3)],
        rows: (0..rows).map(row).collect(),
        notes: vec![
            "灰色数字为样本不足10家的结果，仅供参考。".into(),
            "由于四舍五入，分项合计可能不等于总计。".into(),
        ],
        wide: false,
        whole: rows <= 6,
    }
}

/// Numbered like the other formats', kept whole and together: no page has the last of them alone.
#[test]
fn notes_stay_together_and_are_numbered_as_in_print() {
    let parts = unzipped(&report(&document(false, 4), &WordLook::default()).unwrap());
    let xml = parts.into_iter().find(|p| p.0 == "word/document.xml").unwrap().1;
    let xml = String::from_utf8(xml).unwrap();
    let notes: Vec<&str> =
        xml.split("<w:p>").filter(|p| p.contains("w:val=\"Note\"") && p.contains("<w:t")).collect();
    let first = notes.iter().position(|p| p.contains("注：1. 灰色数字")).expect("first note");
    assert!(
        notes[first].contains("<w:keepNext/>") && notes[first].contains("<w:keepLines/>"),
        "{}",
        notes[first]
    );
    assert!(notes[first + 1].contains(">2. 由于四舍五入"), "{}", notes[first + 1]);
    assert!(!notes[first + 1].contains("<w:keepNext/>") && notes[first + 1].contains("<w:keepLines/>"));
}

fn chart() -> Figure {
    Figure {
        name: "by_item".into(),
        number: "图1".into(),
        title: "各项服务满意度".into(),
        svg: SVG.into(),
        alt: "条形图：服务成效 86.25，服务态度 93.30".into(),
        aspect: 2.0,
        notes: vec!["横线为95%置信区间。".into()],
        data: None,
    }
}

fn document(front_matter: bool, rows: usize) -> Document {
    let score = Some("2025Q1/510100/composite_score");
    let long = "2025Q1/成都市某某质量技术服务与标准化咨询有限责任公司第一分公司/satisfaction.service_content_and_more";
    let words = "本季度，全市质量服务机构面向中小企业开展质量提升服务，各区（市）县报送情况总体良好，服务内容涵盖标准化、计量、认证认可、检验检测、质量管理、品牌培育和知识产权等方面。综合得分为";
    let mut strong = runs(&[("总体判断：", None)]);
    strong[0].bold = true;
    strong.extend(runs(&[
        (words, None),
        ("86.25", score),
        ("分，较上季度上升", None),
        ("1.20", Some(long)),
        ("分。", None),
    ]));
    Document {
        title: "成都市中小企业质量提升服务情况报告".into(),
        subtitle: "（2025年第一季度）".into(),
        issuer: "成都市市场监督管理局".into(),
        date: "2025年3月31日".into(),
        date_ymd: (2025, 3, 31),
        marks: vec!["内部资料".into(), "示例数据".into()],
        fingerprint: "3f9a1c0d2b7e".into(),
        ident: "2025Q1/city".into(),
        front_matter,
        compact: false,
        blocks: vec![
            Block::Heading { level: 1, runs: runs(&[("一、总体情况", None)]) },
            Block::Paragraph { runs: strong },
            Block::Heading { level: 2, runs: runs(&[("（一）报送情况", None)]) },
            Block::Heading { level: 3, runs: runs(&[("1.报送数量", None)]) },
            Block::Paragraph { runs: runs(&[(words, None), (words, None)]) },
            Block::List {
                ordered: true, items: vec![runs(&[("报送及时。", None)]), runs(&[(words, None)])]
            },
            Block::List {
                ordered: false,
                items: vec![runs(&[("标准化服务；", None)]), runs(&[("计量服务。", None)])],
            },
            Block::List { ordered: true, items: vec![runs(&[("重新编号。", None)])] },
            Block::Quote { runs: runs(&[("希望增加现场指导。", None)]) },
            Block::Table(table(rows)),
            Block::Heading { level: 1, runs: runs(&[("二、服务满意度", None)]) },
            Block::Figure(chart()),
            Block::Paragraph { runs: runs(&[(words, None), (HOSTILE, None)]) },
        ],
    }
}

fn form(texts: &[String]) -> Summary {
    let at = |n: usize| texts.get(n).cloned().unwrap_or_default();
    let headings = [
        "1. 质量提升服务目标达成情况",
        "2. 主要的服务经验与做法",
        "3. 产生的经济社会效益",
        "4. 服务存在的不足及改进方向",
    ];
    let item = |(n, heading): (usize, &&str)| SummaryItem {
        heading: (*heading).to_owned(),
        blocks: vec![Block::Paragraph { runs: vec![Run::plain(at(n + 3))] }],
    };
    Summary {
        ident: "2025Q1/summaries/k1".into(),
        project: at(0),
        enterprise: at(1),
        service_time: at(2),
        items: headings.iter().enumerate().map(item).collect(),
        date: at(7),
        date_ymd: (2025, 3, 31),
        marks: vec!["示例数据".into()],
        notes: vec!["第1项由反馈表和满意度调查表数据生成。".into()],
        fingerprint: "3f9a1c0d2b7e".into(),
        ..Summary::default()
    }
}

fn filled_form() -> Summary {
    let words = "已完成企业标准体系梳理，制定企业标准3项，参与制定团体标准1项，产品一次交验合格率由96.1%提高到98.4%。";
    let texts = [
        "智能装备零部件质量提升服务项目",
        "成都某某精密机械有限公司",
        "2025年1月6日—2025年3月20日",
        words,
        words,
        words,
        words,
        "2025年3月31日",
    ];
    let mut form = form(&texts.map(str::to_owned));
    let figure = Some("2025Q1/k1/goal_score");
    form.items[0].blocks.push(Block::Paragraph {
        runs: runs(&[("目标达成率", None), ("92.5", figure), ("%。", None)]),
    });
    form.items[0].blocks.push(Block::List {
        ordered: true,
        items: vec![runs(&[("第一条", None)]), runs(&[("第二条", None)])],
    });
    form.items[0].blocks.push(Block::Table(Table { notes: Vec::new(), ..table(2) }));
    form
}

fn unzipped(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let read = |at: usize| {
        let mut entry = zip.by_index(at).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (entry.name().unwrap().to_string(), content)
    };
    (0..ZipArchive::new(Cursor::new(bytes)).unwrap().len()).map(read).collect()
}

fn assert_well_formed(name: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut reader = Reader::from_str(text);
    reader.config_mut().enable_all_checks(true);
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap_or_else(|fault| panic!("{name}: {fault}")) {
            Event::Start(start) => {
                depth += 1;
                start.attributes().for_each(|a| drop(a.unwrap()));
            }
            Event::Empty(start) => start.attributes().for_each(|a| drop(a.unwrap())),
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "{name}");
}

fn assert_whole(bytes: &[u8]) {
    let parts = unzipped(bytes);
    let text = |name: &str| {
        let part = parts.iter().find(|(known, _)| known == name);
        String::from_utf8(part.unwrap_or_else(|| panic!("no {name}")).1.clone()).unwrap()
    };
    let (types, relations) = (text("[Content_Types].xml"), text("word/_rels/document.xml.rels"));
    for (name, content) in &parts {
        if name.ends_with(".xml") || name.ends_with(".rels") || name.ends_with(".svg") {
            assert_well_formed(name, content);
        }
        let by_extension = [".rels", ".png", ".svg"].iter().any(|end| name.ends_with(end));
        let known = by_extension || types.contains(&format!("PartName=\"/{name}\"")) || name.starts_with('[');
        assert!(known, "{name} has no content type");
        if let Some(target) =
            name.strip_prefix("word/").filter(|t| *t != "document.xml" && !t.starts_with("_rels"))
        {
            assert!(relations.contains(&format!("Target=\"{target}\"")), "{name} has no relation");
        }
    }
    let document = text("word/document.xml");
    let starts = document.split("</w:tc>").count() - 1;
    assert_eq!(
        document.matches("</w:p></w:tc>").count(),
        starts,
        "Word wants a paragraph at the end of a cell"
    );
    for called in document.split("r:id=\"").chain(document.split("r:embed=\"")).skip(1) {
        let Some(id) = called.split('"').next().filter(|id| id.starts_with("rId")) else { continue };
        assert!(relations.contains(&format!("Id=\"{id}\"")), "{id} leads nowhere");
    }
}

#[test]
fn every_part_is_well_formed_and_known() {
    for front_matter in [false, true] {
        assert_whole(&report(&document(front_matter, 30), &WordLook::default()).unwrap());
    }
    assert_whole(&summary(&filled_form(), &WordLook::default()).unwrap());
    assert_whole(&report(&Document::default(), &WordLook::default()).unwrap());
    assert_whole(&summary(&Summary::default(), &WordLook::default()).unwrap());
}

#[test]
fn figures_are_found_back_in_their_order() {
    let document = document(true, 5);
    let bytes = report(&document, &WordLook::default()).unwrap();
    let read = read_figures(&bytes, &Limits::default()).unwrap();
    let read: Vec<(&str, &str)> = read.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    assert_eq!(read, document.figures());
    assert!(read.iter().any(|(id, _)| id.encode_utf16().count() > 64), "the long id is part of the test");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let document = document(true, 5);
    let look = WordLook::default();
    assert_eq!(report(&document, &look).unwrap(), report(&document, &look).unwrap());
    assert_eq!(summary(&filled_form(), &look).unwrap(), summary(&filled_form(), &look).unwrap());
}

#[test]
fn hostile_text_stays_text_everywhere() {
    let mut table = table(1);
    for text in [&mut table.number, &mut table.title, &mut table.unit, &mut table.rows[0].cells[0].text] {
        *text = HOSTILE.into();
    }
    table.columns[0].label = HOSTILE.into();
    table.notes = vec![HOSTILE.into()];
    let hostile = || HOSTILE.to_owned();
    let tagged = vec![Run { figure: Some(hostile()), ..Run::plain(HOSTILE) }];
    let figure = Figure { number: hostile(), title: hostile(), alt: hostile(), ..chart() };
    let document = Document {
        title: hostile(),
        subtitle: hostile(),
        issuer: hostile(),
        date: hostile(),
        marks: vec![hostile()],
        fingerprint: hostile(),
        ident: hostile(),
        front_matter: true,
        compact: false,
        date_ymd: (0, 0, 0),
        blocks: vec![
            Block::Heading { level: 0, runs: tagged.clone() },
            Block::Table(table),
            Block::Figure(figure),
        ],
    };
    let look = WordLook { song: hostile(), ..WordLook::default() };
    let bytes = report(&document, &look).unwrap();
    assert_whole(&bytes);
    let clean = super::xml::clean(HOSTILE).into_owned();
    let figures = read_figures(&bytes, &Limits::default()).unwrap();
    assert_eq!(figures[0], (clean.clone(), clean));
}

#[test]
fn tables_that_do_not_add_up_still_fit_the_page() {
    let mut table = table(2);
    table.groups = vec![("甲".into(), 9), ("乙".into(), 2)];
    table.rows[0].cells.push(CellText::words("多出一列"));
    table.rows[1].cells.truncate(1);
    table.columns[0].weight = f32::NAN;
    let document = Document { blocks: vec![Block::Table(table)], ..Document::default() };
    let bytes = report(&document, &WordLook::default()).unwrap();
    let parts = unzipped(&bytes);
    let text = String::from_utf8(parts.into_iter().find(|p| p.0 == "word/document.xml").unwrap().1).unwrap();
    let widths = text.split("<w:gridCol w:w=\"").skip(1);
    let sum: u32 = widths.map(|rest| rest.split('"').next().unwrap().parse::<u32>().unwrap()).sum();
    assert_eq!(sum, super::TEXT_WIDTH);
    assert!(text.contains("多出一列"));
}

#[test]
fn the_picture_for_others_comes_from_the_caller() {
    let drawn = Arc::new(|_: &str, _: f32| Some(b"\x89PNG\r\n\x1a\nmine".to_vec()));
    let look = WordLook { raster: Some(drawn), ..WordLook::default() };
    let parts = unzipped(&report(&document(false, 1), &look).unwrap());
    let picture = parts.iter().find(|(name, _)| name == "word/media/image1.png").unwrap();
    assert!(picture.1.ends_with(b"mine"));
    let no_png: Arc<super::Raster> = Arc::new(|_, _| Some(b"<html>".to_vec()));
    let parts = unzipped(&report(&document(false, 1), &WordLook { raster: Some(no_png), ..look }).unwrap());
    assert!(
        parts.iter().find(|(name, _)| name == "word/media/image1.png").unwrap().1.starts_with(b"\x89PNG")
    );
}

/// Line pitch of the items' text in a form's styles, in twips.
fn pitch_of(form: &Summary) -> String {
    let parts = unzipped(&summary(form, &WordLook::default()).unwrap());
    let (_, styles) = parts.iter().find(|(name, _)| name == "word/styles.xml").unwrap();
    let styles = std::str::from_utf8(styles).unwrap();
    let style = styles.split("w:styleId=").find(|style| style.starts_with("\"FormText\"")).unwrap();
    let pitch = style.split("w:line=\"").nth(1).and_then(|rest| rest.split('"').next());
    pitch.unwrap().to_owned()
}

#[test]
fn the_form_takes_the_largest_type_that_keeps_it_on_one_page() {
    let with = |lines: usize| {
        let blocks = vec![Block::Paragraph { runs: vec![Run::plain("开展计量检测服务。")] }; lines];
        let item = SummaryItem { heading: "1. 质量提升服务目标达成情况".into(), blocks };
        Summary { items: vec![item], ..form(&[]) }
    };
    // 9,153 twips are left for the items.
    let pitches: Vec<String> = [1, 18, 22, 26, 60].map(|lines| pitch_of(&with(lines))).to_vec();
    assert_eq!(pitches, ["440", "440", "370", "330", "440"]);
}

#[test]
fn remarks_of_ours_are_no_answers() {
    let mut form = filled_form();
    let remark = Run { muted: true, ..Run::plain("本季度未报送，请机构填写。") };
    form.items[1].blocks = vec![Block::Paragraph { runs: vec![remark] }];
    form.items[2].blocks.clear();
    let answers = read_summary(&summary(&form, &WordLook::default()).unwrap(), &Limits::default()).unwrap();
    assert_eq!(answers.practices.unwrap().text, "");
    assert_eq!(answers.benefits.unwrap().text, "");
    assert!(answers.goals.unwrap().text.starts_with("已完成"));
}

/// What a field reads as after one trip: as XML holds it, without blank space around.
fn read_as(text: &str) -> String {
    super::xml::clean(text).trim().to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_form_reads_back_as_it_was_written(texts in proptest::collection::vec("(?s).{0,40}", 8)) {
        let bytes = summary(&form(&texts), &WordLook::default()).unwrap();
        let answers = read_summary(&bytes, &Limits::default()).unwrap();
        for (field, text) in Field::ALL.into_iter().zip(&texts) {
            let answer = answers.get(field).unwrap();
            prop_assert_eq!(&answer.text, &read_as(text));
            prop_assert_eq!(answer.edited, Some(false));
        }
        prop_assert_eq!(answers.unassigned, None);
    }
}

#[test]
#[ignore = "writes files to look at into the folder ZHITI_SAMPLES"]
fn samples_to_look_at() {
    let folder = std::env::var("ZHITI_SAMPLES").unwrap();
    let serif = || "Noto Serif CJK SC".to_owned();
    let png = std::fs::read(format!("{folder}/chart.png")).ok();
    let raster: Arc<super::Raster> = Arc::new(move |_, _| png.clone());
    let look = WordLook { song: serif(), kai: serif(), raster: Some(raster), ..WordLook::default() };
    let save = |name: &str, bytes: Vec<u8>| std::fs::write(format!("{folder}/{name}.docx"), bytes).unwrap();
    std::fs::write(format!("{folder}/chart.svg"), SVG).unwrap();
    save("whole", report(&document(false, 12), &look).unwrap());
    save("front", report(&document(true, 70), &look).unwrap());
    save("form", summary(&filled_form(), &look).unwrap());
    let words = vec![filled_form().items[1].blocks[0].clone(); 8];
    let mut long = filled_form();
    long.items.iter_mut().for_each(|item| item.blocks = words.clone());
    save("long", summary(&long, &look).unwrap());
    save("empty", summary(&form(&[]), &WordLook::default()).unwrap());
}

#[test]
fn quotations_and_the_contents_look_as_in_the_pdf() {
    let parts = unzipped(&report(&document(true, 3), &WordLook::default()).unwrap());
    let part = |name: &str| {
        let (_, bytes) = parts.iter().find(|(n, _)| n == name).unwrap();
        String::from_utf8_lossy(bytes).into_owned()
    };
    let styles = part("word/styles.xml");
    let (_, quote) = styles.split_once("w:styleId=\"Quote\"").unwrap();
    let quote = quote.split("</w:style>").next().unwrap();
    assert!(quote.contains("w:leftChars=\"200\"") && quote.contains("w:rightChars=\"200\""), "{quote}");
    // The section of the contents is the second; its pages bear no number.
    let document = part("word/document.xml");
    let contents = document.split("<w:sectPr").nth(2).unwrap();
    let blank = |kind: &str| format!("w:type=\"{kind}\" r:id=\"rIdBlank\"");
    assert!(contents.contains(&blank("default")) && contents.contains(&blank("even")), "{contents}");
}

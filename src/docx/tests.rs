//! Files as agencies and others may send them: retyped forms, edited ones, and
//! files made to hurt.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

fn packed(document: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    zip.write_all(document.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

fn row(cells: &[&str]) -> String {
    let cell = |text: &&str| format!("<w:tc>{}</w:tc>", text.split('|').map(paragraph).collect::<String>());
    format!("<w:tr>{}</w:tr>", cells.iter().map(cell).collect::<String>())
}

fn document(body: &str) -> Vec<u8> {
    packed(&format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>"))
}

fn form(rows: &[&[&str]]) -> Vec<u8> {
    let rows: String = rows.iter().map(|cells| row(cells)).collect();
    document(&format!(
        "{}<w:tbl>{rows}</w:tbl>{}",
        paragraph("中小企业质量提升服务总结"),
        paragraph("注：表后文字")
    ))
}

fn read(bytes: &[u8]) -> std::result::Result<SummaryAnswers, WordFault> {
    read_summary(bytes, &Limits::default())
}

fn answer(answers: &SummaryAnswers, field: Field) -> (&str, &str) {
    answers.get(field).map_or(("", ""), |answer| (&answer.text, &answer.place))
}

#[test]
fn a_retyped_form_reads_by_its_labels() {
    let answers = read(&form(&[
        &["基本情况", "质量提升服务项目 名称", "阀门项目"],
        &["", "企业名称：", "甲公司"],
        &["", "服务时间", "2025年1月—3月"],
        &["1.质量提升服务目标达成情况：全部达成。|另有一段。|２．主要的服务经验与做法|现场指导|（三）产生的经济社会效益；|增收|4、服务存在的不足及改进方向|无", ],
        &["日期：2025年3月31日"],
    ]))
    .unwrap();
    assert_eq!(answer(&answers, Field::Project), ("阀门项目", "表格1 第1行"));
    assert_eq!(answer(&answers, Field::Enterprise), ("甲公司", "表格1 第2行"));
    assert_eq!(answer(&answers, Field::ServiceTime), ("2025年1月—3月", "表格1 第3行"));
    assert_eq!(answer(&answers, Field::Goals), ("全部达成。\n另有一段。", "表格1 第4行"));
    assert_eq!(answer(&answers, Field::Practices).0, "现场指导");
    assert_eq!(answer(&answers, Field::Benefits).0, "增收");
    assert_eq!(
        answer(&answers, Field::Shortcomings).0,
        "无",
        "words after the table are not part of the item"
    );
    assert_eq!(answer(&answers, Field::Dated), ("2025年3月31日", "表格1 第5行"));
    assert_eq!((answers.ident, answers.goals.unwrap().edited), (None, None));
}

#[test]
fn items_may_have_rows_of_their_own() {
    let answers = read(&form(&[
        &["质量提升服务项目名称", "阀门项目"],
        &["企业名称", "甲公司"],
        &["目标达成情况", "达成"],
        &["经济社会效益", "增收"],
        &["日期", "2025.3.31"],
    ]))
    .unwrap();
    assert_eq!(answer(&answers, Field::Goals), ("达成", "表格1 第3行"));
    assert_eq!(answer(&answers, Field::Benefits).0, "增收");
    assert_eq!(answer(&answers, Field::Dated).0, "2025.3.31");
}

#[test]
fn words_after_the_forms_own_list_belong_to_no_single_item() {
    let list = "服务完成后，质量服务机构应及时总结服务成效，内容宜包括：|1. 质量提升服务目标达成情况；|2. 主要的服务经验与做法；|3. 产生的经济社会效益；|4. 服务存在的不足及改进方向。";
    let head: [&[&str]; 2] = [&["质量提升服务项目名称", "阀门项目"], &["企业名称", "甲公司"]];
    let free = read(&form(&[head[0], head[1], &[&format!("{list}|本次服务成效明显。")]])).unwrap();
    assert_eq!(free.unassigned.as_ref().unwrap().text, "本次服务成效明显。");
    assert_eq!(answer(&free, Field::Shortcomings).0, "");
    let written = read(&form(&[
        head[0],
        head[1],
        &[&format!("{list}|1.质量提升服务目标达成情况|达成|4.服务存在的不足及改进方向|无")],
    ]))
    .unwrap();
    assert_eq!(answer(&written, Field::Goals).0, "达成");
    assert_eq!(answer(&written, Field::Shortcomings).0, "无");
    assert_eq!(written.unassigned, None);
}

#[test]
fn items_without_headings_are_told_by_their_numbers_and_other_words_are_kept() {
    let head: [&[&str]; 2] = [&["基本情况", "质量提升服务项目名称", "阀门项目"], &["", "企业名称", "甲公司"]];
    let items = |answers: &SummaryAnswers| Field::ITEMS.map(|field| answer(answers, field).0.to_owned());
    let want = ["全部达成。", "先易后难。", "增收。", "现场偏少。"];
    let date: &[&str] = &["日期：2025年3月31日"];
    let lines = "1. 全部达成。|2. 先易后难。|3. 增收。|4. 现场偏少。";
    let list = "服务完成后，质量服务机构应及时总结服务成效，内容宜包括：|1. 质量提升服务目标达成情况；|2. 主要的服务经验与做法；|3. 产生的经济社会效益；|4. 服务存在的不足及改进方向。";
    for body in [lines.to_owned(), lines.replace('|', ""), format!("{list}|{lines}")] {
        let read = read(&form(&[head[0], head[1], &[&body], date])).unwrap();
        assert_eq!(items(&read), want, "{body}");
        assert_eq!((read.unassigned.as_ref(), answer(&read, Field::Dated).0), (None, "2025年3月31日"));
    }
    let read = read(&form(&[head[0], head[1], &["本项目成效明显。|客户投诉下降。"], date])).unwrap();
    assert_eq!(read.unassigned.unwrap().text, "本项目成效明显。\n客户投诉下降。");
    let short = "1. 目标完成情况：全部达成。|2. 经验与做法：先易后难。|3. 经济社会效益：增收。|4. 不足及改进方向：现场偏少。";
    let read = super::read_summary(&form(&[head[0], head[1], &[short], date]), &Limits::default()).unwrap();
    assert_eq!(items(&read), want);
}

#[test]
fn other_forms_are_not_mistaken_for_it() {
    let rows =
        [row(&["质量提升服务项目名称", "阀门项目"]), row(&["企业名称", "甲公司"]), row(&["服务时间", "3月"])];
    let table = format!("<w:tbl>{}</w:tbl>", rows.concat());
    assert_eq!(read(&document(&table)), Err(WordFault::NoSummary));
    assert_eq!(read(&document("")), Err(WordFault::NoSummary));
}

#[test]
fn words_typed_beside_a_control_are_not_lost() {
    let control = |tag: &str, inner: &str, more: &str| {
        format!(
            "<w:sdt><w:sdtPr><w:tag w:val=\"zhiti:{tag}\"/>{more}</w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"
        )
    };
    let body = [
        format!("<w:p>{}</w:p>", control("goals", "<w:r><w:t>请在此填写</w:t></w:r>", "<w:showingPlcHdr/>")),
        paragraph("写在外面。"),
        control("practices", &paragraph("3. 产生的经济社会效益"), ""),
        "<w:p><w:del><w:r><w:delText>删去</w:delText><w:t>删去</w:t></w:r></w:del><w:ins><w:r><w:t>补充</w:t></w:r></w:ins></w:p>".to_owned(),
    ];
    let answers = read(&document(&body.concat())).unwrap();
    assert_eq!(answer(&answers, Field::Goals).0, "写在外面。");
    assert_eq!(answer(&answers, Field::Practices).0, "3. 产生的经济社会效益\n补充");
    assert_eq!(answer(&answers, Field::Benefits).0, "");
}

/// Word writes a text box twice, the second time for older programs.
#[test]
fn words_in_a_text_box_are_read_once() {
    let inside = format!("<w:txbxContent>{}</w:txbxContent>", paragraph("框内的话。"));
    let drawn = format!(
        "<w:p><w:r><w:AlternateContent><w:Choice><w:drawing><w:inline>{inside}</w:inline></w:drawing></w:Choice>\
         <w:Fallback><w:pict><w:textbox>{inside}</w:textbox></w:pict></w:Fallback></w:AlternateContent></w:r></w:p>"
    );
    let control = |words: &str| {
        format!(
            "<w:sdt><w:sdtPr><w:tag w:val=\"zhiti:goals\"/></w:sdtPr><w:sdtContent>{words}</w:sdtContent></w:sdt>"
        )
    };
    let answers = read(&document(&control(&(paragraph("达成。") + &drawn)))).unwrap();
    assert_eq!(answer(&answers, Field::Goals).0, "达成。\n框内的话。");
}

#[test]
fn files_that_are_no_word_files_are_told_apart() {
    assert_eq!(read(b""), Err(WordFault::NotWord));
    assert_eq!(read(b"%PDF-1.7"), Err(WordFault::NotWord));
    assert_eq!(read(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0]), Err(WordFault::OldOrLocked));
    assert!(matches!(read(b"PK\x03\x04broken"), Err(WordFault::Damaged { .. })));
    let mut cut = form(&[&["企业名称", "甲"]]);
    cut.truncate(cut.len() / 2);
    assert!(read(&cut).is_err());
}

#[test]
fn files_made_to_hurt_are_refused() {
    let damaged = |text: &str| matches!(read(&packed(text)), Err(WordFault::Damaged { .. }));
    assert!(damaged("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>"));
    assert!(damaged("<a>&x;</a>"));
    assert!(damaged("<a><b></a>"));
    assert!(damaged("<a>"));
    assert!(damaged(""));
    let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
    assert!(matches!(read(&packed(&deep)), Err(WordFault::TooLarge { .. })));
    let limits = Limits { part_bytes: 1000, total_bytes: 2000, ..Limits::default() };
    for size in [1500, 3000] {
        let bytes = packed(&format!("<a>{}</a>", " ".repeat(size)));
        assert!(matches!(read_summary(&bytes, &limits), Err(WordFault::TooLarge { .. })), "{size}");
    }
    let many = packed(&format!("<a>{}</a>", "<b/>".repeat(50)));
    assert!(matches!(
        read_summary(&many, &Limits { elements: 10, ..limits }),
        Err(WordFault::TooLarge { .. })
    ));
}

#[test]
#[ignore = "prints what the files in the folder ZHITI_SAMPLES say"]
fn samples_read_back() {
    let folder = std::env::var("ZHITI_SAMPLES").unwrap();
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "docx")) {
        let bytes = std::fs::read(file).unwrap();
        println!("{}\n{:#?}", file.display(), read(&bytes));
        println!("{:?}", read_figures(&bytes, &Limits::default()).map(|figures| figures.len()));
    }
}

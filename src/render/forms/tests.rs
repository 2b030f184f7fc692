//! What is drawn is read back with another library.

use std::io::Cursor;

use calamine::{Data, Reader, SheetVisible, Xlsx};

use super::grid::{Content, Grid};
use super::*;
use crate::cell::Cell;
use crate::spec::{Form, Specs, own_sheet};

fn open(bytes: &[u8]) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes.to_vec())).unwrap()
}

fn text(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str, cell: Cell) -> String {
    let range = book.worksheet_range(sheet).unwrap();
    range.get_value((cell.row, cell.col)).map(ToString::to_string).unwrap_or_default()
}

#[test]
fn every_label_and_blank_answer_stands_in_its_cell() {
    let specs = Specs::built_in().unwrap();
    for spec in specs.all().map(|(_, s)| s).chain([&specs.cover, &specs.roster]) {
        let mut book = open(&workbook(&[SheetPlan::blank(spec)], Extras::FULL).unwrap());
        let name = sheet_name(spec);
        assert_eq!(text(&mut book, &name, Cell::new(0, 0)), spec.printed_title());
        for placed in Grid::of(spec).cells {
            let shown = text(&mut book, &name, placed.first);
            match &placed.content {
                Content::Label(t) | Content::Heading(t) | Content::Words(t) => assert_eq!(&shown, t),
                Content::Answer { field, part: grid::Part::Whole, .. } => {
                    assert_eq!(shown, empty_text(spec, *field), "{} {}", spec.id, placed.first);
                }
                Content::Answer { .. } => assert_eq!(shown, ""),
            }
        }
    }
}

/// A long list keeps its head in sight and prints it on every page; a form of one page does not.
#[test]
fn the_head_of_the_roster_stays_and_is_printed_again() {
    let specs = Specs::built_in().unwrap();
    let parts = |spec: &FormSpec| {
        let bytes = workbook(&[SheetPlan::blank(spec)], Extras::FULL).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut read = |name: &str| std::io::read_to_string(archive.by_name(name).unwrap()).unwrap();
        (read("xl/workbook.xml"), read("xl/worksheets/sheet1.xml"))
    };
    let (book, sheet) = parts(&specs.roster);
    assert!(book.contains("_xlnm.Print_Titles") && book.contains("$1:$2"), "{book}");
    assert!(sheet.contains("state=\"frozen\"") && sheet.contains("topLeftCell=\"A3\""), "{sheet}");
    let (book, sheet) = parts(specs.of(Form::B));
    assert!(!book.contains("Print_Titles") && !sheet.contains("frozen"));
}

#[test]
fn merged_cells_are_those_of_the_grid() {
    let specs = Specs::built_in().unwrap();
    let spec = specs.of(Form::B);
    let mut book = open(&workbook(&[SheetPlan::blank(spec)], Extras::FULL).unwrap());
    let mut read: Vec<_> = book
        .merge_cells_by_sheet_name("表B")
        .unwrap()
        .iter()
        .map(|d| (Cell::new(d.start.0, d.start.1), Cell::new(d.end.0, d.end.1)))
        .collect();
    let mut drawn: Vec<_> =
        Grid::of(spec).cells.iter().filter(|p| p.first != p.last).map(|p| (p.first, p.last)).collect();
    drawn.push((Cell::new(0, 0), Cell::new(0, 5)));
    read.sort();
    drawn.sort();
    assert_eq!(read, drawn);
}

#[test]
fn a_filled_form_shows_what_was_filled_in() {
    let specs = Specs::built_in().unwrap();
    for (form, spec) in specs.all() {
        let mut plan = SheetPlan::blank(spec);
        let grid = Grid::of(spec);
        for (n, placed) in grid.cells.iter().enumerate() {
            if let Content::Answer { key, .. } = &placed.content {
                plan.values.insert(key.clone(), format!("=1+{n}<b>&\n第二行"));
            }
        }
        let mut book = open(&workbook(&[plan.clone()], Extras::PLAIN).unwrap());
        for (key, value) in &plan.values {
            let cell = grid.find(spec, key).unwrap();
            assert_eq!(&text(&mut book, &sheet_name(spec), cell), value, "{form} {key}");
        }
    }
}

#[test]
fn counts_are_numbers_only_where_nothing_is_lost() {
    let specs = Specs::built_in().unwrap();
    let spec = specs.of(Form::B);
    let mut plan = SheetPlan::blank(spec);
    for (key, value) in [("employees", "59"), ("intl_standards", "03"), ("local_standards", "约5个")] {
        plan.values.insert(key.to_owned(), value.to_owned());
    }
    let mut book = open(&workbook(&[plan], Extras::FULL).unwrap());
    let range = book.worksheet_range("表B").unwrap();
    let at = |key: &str| {
        let cell = Grid::of(spec).find(spec, key).unwrap();
        range.get_value((cell.row, cell.col)).cloned().unwrap()
    };
    assert_eq!(at("employees"), Data::Float(59.0));
    assert_eq!(at("intl_standards"), Data::String("03".into()));
    assert_eq!(at("local_standards"), Data::String("约5个".into()));
}

#[test]
fn a_project_set_carries_its_key_very_hidden() {
    let specs = Specs::built_in().unwrap();
    let project = Project {
        project: "计量能力提升 服务".into(),
        enterprise: "成都拟安（示例）有限公司".into(),
        district: "新都区".into(),
        ..Project::default()
    };
    let mut book = open(&project_set(&specs, &project, &[Form::C, Form::F]).unwrap());
    let sheets: Vec<_> = book.sheets_metadata().iter().map(|s| (s.name.clone(), s.visible)).collect();
    let visible = |name: &str| sheets.iter().find(|(n, _)| n == name).map(|(_, v)| *v);
    assert_eq!(visible(own_sheet::KEY), Some(SheetVisible::VeryHidden));
    assert_eq!(visible(own_sheet::OPTIONS), Some(SheetVisible::Hidden));
    assert_eq!(visible("表C"), Some(SheetVisible::Visible));
    assert_eq!(text(&mut book, own_sheet::KEY, Cell::new(0, 0)), own_sheet::KEY_MARK);
    assert_eq!(text(&mut book, own_sheet::KEY, Cell::new(2, 1)), "计量能力提升服务");
    assert_eq!(text(&mut book, own_sheet::KEY, Cell::new(3, 1)), "成都拟安(示例)有限公司");
    assert_eq!(text(&mut book, "表C", Cell::new(2, 1)), "成都拟安（示例）有限公司");
    assert_eq!(text(&mut book, "封面", Cell::new(2, 1)), "新都区");
}

/// The text of a part of the zip.
fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut zip.by_name(name).unwrap(), &mut text).unwrap();
    text
}

#[test]
fn a_correction_workbook_marks_cells_and_lists_them() {
    let specs = Specs::built_in().unwrap();
    let mark = |field: &str, severity, note: &str| Mark {
        field: field.into(),
        severity,
        note: note.into(),
        hint: "请改正".into(),
    };
    let plan = SheetPlan {
        marks: vec![
            mark("contact", Severity::Warning, "电话号码不对"),
            mark("need_other", Severity::Warning, "没有写明"),
            mark("need_types", Severity::Error, "没有勾选"),
        ],
        ..SheetPlan::blank(specs.of(Form::B))
    };
    let bytes = workbook(&[plan], Extras::FULL).unwrap();
    let mut book = open(&bytes);
    assert_eq!(book.sheet_names()[..2], ["表B", own_sheet::LIST]);
    assert_eq!(text(&mut book, own_sheet::LIST, Cell::new(3, 0)), "表B E6");
    let what_to_do = text(&mut book, own_sheet::LIST, Cell::new(1, 0));
    assert!(what_to_do.contains("不改则该项不计入统计"), "{what_to_do}");
    assert_eq!(text(&mut book, own_sheet::LIST, Cell::new(3, 2)), "联系人姓名及电话");
    assert_eq!(text(&mut book, own_sheet::LIST, Cell::new(5, 1)), "必须改");
    let comments = part(&bytes, "xl/comments1.xml");
    assert!(comments.contains(r#"ref="E6""#) && comments.contains(r#"ref="B20""#), "{comments}");
    assert_eq!(comments.matches("<comment ").count(), 2, "one note per cell");
    let styles = part(&bytes, "xl/styles.xml");
    assert!(styles.contains("FFFFC7CE") && styles.contains("FFFFEB9C"));
    assert!(part(&bytes, "xl/worksheets/sheet1.xml").contains("<sheetProtection "));
}

#[test]
fn the_same_plans_give_the_same_bytes() {
    let specs = Specs::built_in().unwrap();
    assert_eq!(blank_set(&specs).unwrap(), blank_set(&specs).unwrap());
    let names: Vec<_> = blank_set(&specs).unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), 9);
    assert_eq!(names[0], "表B 中小企业质量提升服务需求调查记录表.xlsx");
}

fn bindings(bytes: Vec<u8>, specs: &Specs) -> crate::bind::Bindings {
    let book = crate::workbook::read(bytes, &crate::workbook::Limits::default()).unwrap();
    crate::bind::bind(&book, specs)
}

#[test]
fn blank_workbooks_read_as_blank_forms_and_nothing_else() {
    let specs = Specs::built_in().unwrap();
    for (name, bytes) in blank_set(&specs).unwrap() {
        let read = bindings(bytes, &specs);
        assert!(read.returns.is_empty() && read.refused.is_empty(), "{name}: {:?}", read.returns);
        assert!(read.findings.is_empty(), "{name}: {:?}", read.findings);
        let forms = match name.as_str() {
            "封面.xlsx" | "名册.xlsx" => 0,
            "全套表格.xlsx" => Form::ALL.len(),
            _ => 1,
        };
        assert_eq!(read.blank_forms, forms, "{name}");
    }
}

#[test]
fn a_correction_workbook_reads_as_a_normal_return() {
    let specs = Specs::built_in().unwrap();
    for (form, spec) in specs.all() {
        let grid = Grid::of(spec);
        let mut plan = SheetPlan::blank(spec);
        for field in &spec.fields {
            let text = match field.kind {
                crate::spec::Kind::One => ticks_one(field, Some(1)),
                crate::spec::Kind::Many => ticks_many(field, &[1, 7], "碳足迹核算"),
                crate::spec::Kind::Count => "7".to_owned(),
                _ => "拟一处问题（待改）".to_owned(),
            };
            let (severity, note) = (Severity::Error, field.label.to_string());
            plan.marks.push(Mark {
                field: field.id.to_string(),
                severity,
                note,
                hint: field.label.to_string(),
            });
            plan.values.insert(field.id.to_string(), text);
        }
        let read = bindings(workbook(&[plan.clone()], Extras::FULL).unwrap(), &specs);
        assert!(read.findings.is_empty(), "{form}: {:?}", read.findings);
        assert_eq!(read.returns.len(), 1, "{form} {:?}", read.returns.last());
        for (slot, field) in read.returns[0].slots.iter().zip(&spec.fields) {
            let Some(crate::bind::Slot { cell, content: crate::bind::Content::Typed(value) }) = slot else {
                assert!(field.within.is_some() || form == Form::S, "{form} {}", field.id);
                continue;
            };
            if field.within.is_none() {
                assert_eq!(Some(*cell), grid.find(spec, &field.id), "{form} {}", field.id);
                assert_eq!(value.text(), plan.values[&*field.id], "{form} {}", field.id);
            }
        }
    }
}

/// Not a check: writes the workbooks to look at. `ZHITI_LOOK=/tmp/look cargo test look -- --ignored`.
#[test]
#[ignore = "writes files to look at"]
fn look() {
    let dir = std::path::PathBuf::from(std::env::var("ZHITI_LOOK").unwrap());
    let specs = Specs::built_in().unwrap();
    for (name, bytes) in blank_set(&specs).unwrap() {
        std::fs::write(dir.join(name), bytes).unwrap();
    }
    let mark = |field: &str, severity, note: &str, hint: &str| Mark {
        field: field.into(),
        severity,
        note: note.into(),
        hint: hint.into(),
    };
    let b = specs.of(Form::B);
    let text = "客户要求通过管理体系认证，目前体系文件不完整。".repeat(12);
    let values = [
        ("enterprise", "成都拟安（示例）食品有限公司"),
        ("contact", "张拟文 1380000123"),
        ("employees", "59"),
        ("established_on", "12年3月"),
        ("need_detail", &text),
    ];
    let plan = SheetPlan {
        values: values.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        marks: vec![
            mark("need_types", Severity::Error, "没有勾选任何需求类型", "把要选的□改成☑，可以多选"),
            mark("contact", Severity::Warning, "「1380000123」不是电话号码", "手机号码应为11位，请核对"),
            mark("established_on", Severity::Warning, "「12年3月」看不出是哪一年", "写成2012年3月5日的样子"),
        ],
        ..SheetPlan::blank(b)
    };
    std::fs::write(dir.join("退回.xlsx"), workbook(&[plan], Extras::FULL).unwrap()).unwrap();
}

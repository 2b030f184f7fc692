//! Returns of other programs, disturbed as offices disturb them: what is read must stay the same.
//!
//! Every sheet of the fixtures that holds a return is read once as it is; then its rows, columns, merged
//! areas, labels and neighbours are changed in ways that change no answer, and it is read again. Nothing
//! here knows the expected answers; `fixtures.rs` proves those. All sheets take a minute: without
//! `ZHITI_LONG=1`, each shape takes every sixth sheet, beginning with another one.

mod common;
#[path = "perturb/shapes.rs"]
mod shapes;

use common::{is_alone, shared};
use shapes::{FORMS, Shape, TABLES};
use std::sync::OnceLock;

use zhiti::bind;
use zhiti::spec::{Form, Specs};
use zhiti::workbook::{self, Book, Limits, Sheet};

/// What a sheet says: form and field of every answer, in order.
type Said = Vec<String>;

fn said(sheet: &Sheet, specs: &Specs) -> (Said, bool) {
    let book = Book { sheets: vec![sheet.clone()], ..Book::default() };
    let bindings = bind::bind(&book, specs);
    let period = "2025Q1".parse().expect("period");
    let mut out = Vec::new();
    let mut tabular = false;
    for (at, bound) in bindings.returns.into_iter().chain(bindings.refused).enumerate() {
        let spec = specs.of(bound.form);
        tabular |= bound.tabular;
        let (ret, _) = zhiti::answer::judge(bound, &"x.xlsx".into(), period, spec);
        for (field, answer) in ret.answered() {
            if let Some(value) = answer.value {
                out.push(format!("{at} {} {} {value:?}", ret.form, field.id));
            }
        }
    }
    (out, tabular)
}

/// A sheet of the fixtures that holds returns: its name, what it says, whether it is a table.
type Known = (String, Sheet, Said, bool);

fn sheets(specs: &Specs) -> &'static [Known] {
    static SHEETS: OnceLock<Vec<Known>> = OnceLock::new();
    SHEETS.get_or_init(|| read_sheets(specs))
}

fn read_sheets(specs: &Specs) -> Vec<Known> {
    let mut files: Vec<_> = walkdir(&shared("fixtures/inputs"));
    files.sort();
    let mut out = Vec::new();
    for path in files {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let Ok(book) = workbook::read(bytes, &Limits::default()) else { continue };
        for sheet in book.sheets {
            let (said, tabular) = said(&sheet, specs);
            if !said.is_empty() {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                out.push((format!("{name} {}", sheet.name), sheet, said, tabular));
            }
        }
    }
    out
}

fn walkdir(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(list) = std::fs::read_dir(folder) else { return Vec::new() };
    let entries = list.flatten().map(|e| e.path());
    entries.flat_map(|p| if p.is_dir() { walkdir(&p) } else { vec![p] }).collect()
}

fn misreads(shape: &Shape, name: &str, sheet: &Sheet, base: &Said, specs: &Specs) -> Vec<String> {
    let forms: Vec<Form> = Form::ALL.into_iter().filter(|f| base[0].contains(&format!(" {f} "))).collect();
    let spec = specs.of(forms[0]);
    let Some(changed) = (shape.make)(sheet, spec) else { return Vec::new() };
    let (now, _) = said(&changed, specs);
    let lost = base.iter().filter(|a| !now.contains(a)).map(|a| format!("{name}: lost {a}"));
    let gained = now.iter().filter(|a| !base.contains(a)).map(|a| format!("{name}: gained {a}"));
    lost.chain(gained).collect()
}

fn hold(shapes: &[Shape], tables: bool) {
    if is_alone() {
        return;
    }
    let specs = Specs::built_in().expect("built-in forms");
    let sheets = sheets(&specs);
    let mut wrong = 0;
    let step = if std::env::var_os("ZHITI_LONG").is_some() { 1 } else { 6 };
    for (turn, shape) in shapes.iter().enumerate() {
        let (mut tried, mut all) = (0, Vec::new());
        let ours = sheets.iter().filter(|(.., tabular)| *tabular == tables);
        for (name, sheet, base, _) in ours.skip(turn % step).step_by(step) {
            tried += base.len();
            all.extend(misreads(shape, name, sheet, base, &specs));
        }
        println!("{:<44} {:>5} answers, {:>4} misread", shape.name, tried, all.len());
        for line in all.iter().take(12) {
            println!("    {}", line.chars().take(220).collect::<String>());
        }
        wrong += all.len();
    }
    assert_eq!(wrong, 0, "answers misread in disturbed sheets");
}

#[test]
fn forms_read_the_same_however_they_are_drawn() {
    hold(FORMS, false);
}

#[test]
fn tables_read_the_same_however_they_are_drawn() {
    hold(TABLES, true);
}

/// A satisfaction form whose first rating has a struck run, the second a struck cell; row 3 and column C are hidden.
fn struck_and_hidden() -> Vec<u8> {
    use rust_xlsxwriter::{Format, Workbook};
    let mut book = Workbook::new();
    let (plain, struck) = (Format::new(), Format::new().set_font_strikethrough());
    let sheet = book.add_worksheet();
    let rows = [
        ["中小企业质量提升服务满意度调查表", "", "", ""],
        ["质量提升服务项目名称", "拟禾标准化提升", "", ""],
        ["企业名称", "成都拟禾食品有限公司", "", ""],
        ["质量服务机构名称", "四川拟信咨询有限公司", "", ""],
        ["对服务人员的服务态度", "", "", ""],
        ["对服务人员的专业能力", "满意", "基本满意", "不满意"],
    ];
    for (at, row) in rows.iter().enumerate() {
        for (col, words) in row.iter().enumerate().filter(|(_, w)| !w.is_empty()) {
            let format = if at == 5 && col != 2 && col > 0 { &struck } else { &plain };
            sheet.write_string_with_format(at as u32, col as u16, *words, format).expect("string");
        }
    }
    sheet
        .write_rich_string(4, 1, &[(&struck, "☑满意 "), (&plain, "☑基本满意 □不满意")])
        .expect("rich string");
    sheet.set_row_hidden(2).expect("row");
    sheet.set_column_hidden(2).expect("column");
    book.save_to_buffer().expect("workbook")
}

#[test]
fn what_is_struck_out_is_no_answer_and_what_is_hidden_is_told() {
    let specs = Specs::built_in().expect("built-in forms");
    let book = workbook::read(struck_and_hidden(), &Limits::default()).expect("book");
    let (said, _) = said(&book.sheets[0], &specs);
    for rating in ["0 F staff_attitude One(1)", "0 F staff_skill One(1)"] {
        assert!(said.iter().any(|s| s == rating), "{rating}: {said:#?}");
    }
    assert!(said.iter().any(|s| s.contains("成都拟禾食品有限公司")), "hidden rows are read");
    let findings = bind::bind(&book, &specs).findings;
    let told: Vec<_> = findings
        .iter()
        .map(|f| (f.code.as_str(), f.cell.map(|c| c.to_string()).unwrap_or_default()))
        .collect();
    assert_eq!(told, [("hidden_cells", "A3".to_owned()), ("struck_out", "B5".to_owned())]);
    assert_eq!((findings[0].about.as_str(), findings[1].about.as_str()), ("隐藏的1行、1列", "3"));
}

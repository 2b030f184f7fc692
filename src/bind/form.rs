//! Forms drawn as tables of labels and answers, and the cover sheet: which returns a sheet holds.

use super::region::has_labels;
use super::slots::{Slots, Unread, bind_region, is_empty_boxes};
use super::words::{self, Scan};
use super::{
    Bindings, Bound, Content, Envelope, Finding, Said, Slot, numbered, overwritten, several, signed,
    supplement,
};
use crate::cell::Cell;
use crate::parse::name;
use crate::problem::Code;
use crate::spec::{Field, Form, Kind, Specs};
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// Binds every form of a sheet.
pub(super) fn bind(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs, out: &mut Bindings) {
    for (region, found) in several::forms(sheet, scan, specs) {
        let left = several::left_over(&found).or(found.left);
        let Slots { mut slots, mut labels, unread, .. } = found;
        let spec = specs.of(region.form);
        signed::dates_below(sheet, spec, &mut labels, &mut slots);
        let free = numbered::fill(sheet, scan, spec, region.last, &mut labels, &mut slots);
        if slots.iter().zip(&spec.fields).all(|(s, f)| s.as_ref().is_none_or(|s| is_unanswered(s, f))) {
            out.blank_forms += 1;
            continue;
        }
        if let Some(free) = free {
            let missing = spec.fields.iter().find(|field| !field.number.is_empty());
            let about = missing.map_or("", |field| &*field.label);
            let (sheet_name, form, found) =
                (sheet.name.clone(), Some(region.form), text::words(&sheet.text(free)));
            let finding = Finding::new(Code::LabelOverwritten, about);
            out.findings.push(Finding { sheet: sheet_name, cell: Some(free), found, form, ..finding });
        } else if left.is_some_and(|cell| !slots.iter().flatten().any(|slot| slot.cell == cell)) {
            let finding = Finding::new(Code::SheetUnrecognised, format!("{}（部分）", sheet.name));
            out.findings.push(Finding { sheet: sheet.name.clone(), cell: left, ..finding });
        }
        for Unread { field, cell, found } in unread {
            let field = &spec.fields[field];
            let about = text::label(&sheet.text(cell)).split(':').next().unwrap_or_default().to_owned();
            let (sheet, cell, form) = (sheet.name.clone(), Some(cell), Some(region.form));
            let (field, found) =
                (field.id.to_string(), if field.is_personal() { String::new() } else { found });
            let finding = Finding::new(Code::AnswerUnread, about);
            out.findings.push(Finding { sheet, cell, found, form, field, ..finding });
        }
        for (field, cell, found) in overwritten::find(sheet, spec, &labels) {
            if signed::is_inside(spec, field, &slots) {
                continue;
            }
            let (sheet, form) = (sheet.name.clone(), Some(region.form));
            let finding = Finding::new(Code::LabelOverwritten, &*spec.fields[field].label);
            out.findings.push(Finding { sheet, cell: Some(cell), found, form, ..finding });
        }
        for (name, cell, found) in supplement::overwritten(sheet, spec, &labels, region.last) {
            let (sheet, form) = (sheet.name.clone(), Some(region.form));
            let finding = Finding::new(Code::LabelOverwritten, &*name);
            out.findings.push(Finding { sheet, cell: Some(cell), found, form, ..finding });
        }
        for (name, cell, found) in supplement::twice(sheet, spec, &labels, region.last) {
            let (sheet, form) = (sheet.name.clone(), Some(region.form));
            let finding = Finding::new(Code::RowsDiffer, &*name);
            out.findings.push(Finding { sheet, cell: Some(cell), found, form, ..finding });
        }
        out.returns.push(Bound {
            form: region.form,
            sheet: sheet.name.clone(),
            anchor: region.anchor,
            tabular: false,
            slots,
            envelope: Envelope::default(),
            continued: Vec::new(),
        });
    }
}

/// Whether a slot of an official form holds nothing a filer wrote: blank, or boxes without a tick.
fn is_unanswered(slot: &Slot, field: &Field) -> bool {
    match &slot.content {
        Content::Blank => true,
        Content::Ticks(ticks) => ticks.is_empty(),
        Content::Dimensions(rows) => rows.iter().flatten().all(Option::is_none),
        Content::Indicators(rows) => rows.is_empty(),
        Content::Typed(Value::Text(words)) => is_empty_boxes(field, words) || text::is_blank_mark(words),
        Content::Typed(_) | Content::Unpaired(_) => false,
    }
}

/// What a cover says, and the row from which forms stand below it in the same sheet.
pub(super) struct Cover {
    pub envelope: Envelope,
    pub below: Option<u32>,
}

/// Reads a cover sheet, or `None` where the sheet is none.
pub(super) fn cover(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs) -> Option<Cover> {
    let spec = &*specs.cover;
    let table = sheet.rows.iter().take(MOST_ROWS + 1).find(|row| is_header(row, specs)).map(|row| row.at);
    let above = sheet.rows.partition_point(|row| table.is_none_or(|table| row.at < table));
    if !(1..=MOST_ROWS).contains(&above) || sheet.rows[..above].iter().any(|r| r.cells.len() > 8) {
        return None;
    }
    let first = sheet.cells().take(12).last().map(|(cell, _)| cell)?;
    let mut head = scan.cells().iter().take_while(|(cell, _)| *cell <= first);
    let title = head.find(|(_, words)| words.is_title(spec)).map(|(cell, _)| *cell);
    let sheet_name = text::label(&sheet.name);
    let named = spec.names.iter().any(|n| sheet_name.contains(n.as_str()));
    let called = sheet_name == "封面";
    if !(title.is_some() || named || called) {
        return None;
    }
    // The title of a form ends the cover, whose labels may be those of the form as well.
    let top = title.map_or(sheet.rows.first()?.at, |cell| cell.row);
    let begins = |(cell, form): &&(Cell, Form)| {
        cell.row > top && has_labels(scan, specs.of(*form), (cell.row, u32::MAX), 2)
    };
    let form = scan.titles().iter().find(begins).map(|(cell, _)| cell.row);
    let form = form.into_iter().chain(table.filter(|row| *row > top)).min();
    let last = form.map_or(u32::MAX, |row| row.saturating_sub(1));
    let Slots { slots, labels, .. } = bind_region(sheet, scan, spec, 0, last);
    let bound = slots.iter().flatten().count();
    if !(title.is_some() && bound >= 1 || named && bound >= 3 || called && bound >= 2) {
        return None;
    }
    let said = |id: &str| {
        let index = spec.index(id)?;
        said(sheet, &spec.fields[index], slots[index].as_ref()?)
    };
    let envelope = Envelope {
        period: said("period"),
        district: said("district"),
        agency: said("agency"),
        consent: said("consent"),
        ..Envelope::default()
    };
    let behind = labels.iter().map(|(_, cell)| cell.row + 1).max();
    let below = form.or(behind).filter(|row| sheet.rows.last().is_some_and(|last| last.at > *row));
    Some(Cover { envelope, below })
}

/// Whether a row is the header of a table below a cover: labels side by side.
fn is_header(row: &Row, specs: &Specs) -> bool {
    let texts = row.cells.iter().filter_map(|(_, v)| if let Value::Text(t) = v { Some(t) } else { None });
    let is_name =
        |words: &&String| words.len() <= 120 && specs.holds_a_name(words::words(words, specs).label());
    let names = texts.take(4).filter(is_name);
    row.cells.len() >= 3 && names.count() >= 3
}

/// Rows of the longest cover, with a form below it.
const MOST_ROWS: usize = 60;

/// What the cover says in one field, without the lines to write on.
fn said(sheet: &Sheet, field: &Field, slot: &Slot) -> Option<Box<Said>> {
    let Content::Typed(value) = &slot.content else { return None };
    let words = text::words(&value.text());
    let bare = if field.kind == Kind::One { &words } else { name::name(&words, &field.labels)? };
    let said = || Said { text: bare.into(), sheet: sheet.name.clone(), cell: slot.cell };
    (!bare.is_empty()).then(|| Box::new(said()))
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{book, judged, said, specs};

    const COVER: [&[&str]; 5] = [
        &["中小企业质量提升服务资料报送封面"],
        &["报送期", "2025年第一季度"],
        &["区（市）县：____新都区____"],
        &["质量服务机构", "质量服务机构：四川拟信咨询有限公司（盖章）"],
        &["是否同意公开", "☑是 □否"],
    ];
    const C: [&[&str]; 6] = [
        &["表C 中小企业质量提升服务实施记录表"],
        &["质量提升服务项目名称", "拟甲项目", "服务时间", "2025年1月13日—2025年2月4日"],
        &["企业名称", "成都拟禾食品有限公司", "企业联系人及联系方式", "李拟四 13800001234"],
        &["质量提升需求类型", "☑计量服务 □标准化服务"],
        &["质量提升需求具体描述", "校准不及时"],
        &["企业签字/盖章：", "孙拟七", "日期：", "2025年2月7日"],
    ];

    #[test]
    fn a_cover_over_its_form_in_one_sheet_leaves_the_form() {
        for rows in [[&COVER[..], &[&[]], &C].concat(), [&COVER[..], &C[1..]].concat()] {
            let bound = bind(&book(&rows), specs());
            assert_eq!((bound.returns.len(), bound.findings.len()), (1, 0), "{:?}", bound.findings);
            let envelope = &bound.returns[0].envelope;
            let words = |said: &Option<Box<crate::bind::Said>>| said.as_ref().map(|s| s.text.to_string());
            assert_eq!(words(&envelope.district).as_deref(), Some("新都区"));
            assert_eq!(words(&envelope.agency).as_deref(), Some("四川拟信咨询有限公司"));
            assert_eq!(said(&judged(&bound.returns[0]), "enterprise"), "成都拟禾食品有限公司");
        }
    }

    #[test]
    fn a_table_or_a_roster_below_a_cover_is_read() {
        let head: &[&str] = &["质量提升服务项目名称", "企业名称", "质量提升需求类型", "服务时间"];
        let table: [&[&str]; 3] =
            [&[], head, &["拟甲项目", "成都拟禾食品有限公司", "计量服务", "2025年1月5日"]];
        let bound = bind(&book(&[&COVER[..], &table].concat()), specs());
        assert_eq!((bound.returns.len(), bound.findings.len()), (1, 0), "{:?}", bound.findings);
        let district = bound.returns[0].envelope.district.as_ref().map(|said| said.text.to_string());
        assert_eq!(district.as_deref(), Some("新都区"));
        let roster: [&[&str]; 2] =
            [&["项目名称", "企业名称", "应报表"], &["拟乙项目", "成都拟乙公司", "B、C"]];
        assert_eq!(bind(&book(&[&COVER[..], &roster].concat()), specs()).roster.len(), 1);
        let other: [&[&str]; 2] = [&["设备", "台数", "产地"], &["卡尺", "3", "成都"]];
        let bound = bind(&book(&[&COVER[..], &other].concat()), specs());
        let told: Vec<String> =
            bound.findings.iter().map(|f| format!("{} {}", f.code, f.cell.unwrap())).collect();
        assert_eq!(told, ["sheet_unrecognised A6"]);
    }

    #[test]
    fn a_cover_holds_up_to_the_next_one() {
        let other: Vec<&[&str]> = COVER
            .iter()
            .map(|row| if row[0].contains("区（市）县") { &["区（市）县：郫都区"][..] } else { *row })
            .collect();
        let parts: [&[&[&str]]; 5] = [&C, &COVER, &C, &other, &C];
        let mut all = book(&[]);
        all.sheets = parts.iter().map(|rows| book(rows).sheets.remove(0)).collect();
        all.sheets.iter_mut().enumerate().for_each(|(at, sheet)| sheet.name = at.to_string().into());
        let bound = bind(&all, specs());
        let district = |b: &crate::bind::Bound| b.envelope.district.as_ref().unwrap().text.to_string();
        let districts: Vec<String> = bound.returns.iter().map(district).collect();
        assert_eq!(districts, ["新都区", "新都区", "郫都区"]);
    }

    #[test]
    fn a_second_label_with_another_answer_is_told() {
        let rows: [&[&str]; 6] = [
            &["中小企业质量提升服务需求调查记录表"],
            &["企业名称", "成都拟禾食品有限公司"],
            &["职工人数（人）", "50"],
            &["从业人员数", "60"],
            &["联系人", "李拟"],
            &["质量提升需求类型", "☑计量服务"],
        ];
        let bound = bind(&book(&rows), specs());
        assert_eq!(said(&judged(&bound.returns[0]), "employees"), "50");
        let told: Vec<String> =
            bound.findings.iter().map(|f| format!("{} {} {}", f.code, f.cell.unwrap(), f.found)).collect();
        assert_eq!(told, ["answer_unread A4 60"]);
        let mut alike = rows;
        alike[3] = &["从业人员数", "50人"];
        assert_eq!(bind(&book(&alike), specs()).findings, []);
    }

    #[test]
    fn a_cover_that_lists_forms_is_a_cover() {
        let list: [&[&str]; 2] = [&["附：中小企业质量提升服务实施记录表"], &["填报人", "王拟"]];
        let bound = bind(&book(&[&COVER[..], &list].concat()), specs());
        assert_eq!((bound.returns.len(), bound.blank_forms, bound.findings.len()), (0, 0, 0));
    }
}

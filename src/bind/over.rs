//! What stands over a table and holds for each of its rows: the agency that did the services.
//!
//! Read only from the few lines above the header, and only behind the label of the agency.

use std::sync::Arc;

use super::Said;
use super::named::envelope_column;
use super::table::{Column, Header};
use crate::cell::Cell;
use crate::spec::FormSpec;
use crate::text;
use crate::workbook::{Sheet, Value};

/// Rows above the header, and cells of a row, that are looked at.
const ROWS: usize = 6;
const CELLS: usize = 8;

/// The agency named over a table.
pub(super) fn agency(sheet: &Sheet, header: &Header<'_>, cover: &FormSpec) -> Option<Said> {
    let end = sheet.rows.partition_point(|row| row.at < header.row);
    sheet.rows[..end].iter().rev().take(ROWS).find_map(|row| {
        row.cells.iter().take(CELLS).enumerate().find_map(|(at, (col, value))| {
            let Value::Text(words) = value else { return None };
            let (label, rest) = words.split_once([':', '：']).unwrap_or((words, ""));
            if label.len() > 60 || envelope_column(&text::label(label), cover) != Some(Column::Agency) {
                return None;
            }
            if let Some(name) = name(rest) {
                return Some(said(sheet, Cell::new(row.at, *col), name));
            }
            let (col, value) = row.cells.get(at + 1).filter(|_| rest.trim().is_empty())?;
            let Value::Text(words) = value else { return None };
            Some(said(sheet, Cell::new(row.at, *col), name_alone(words)?))
        })
    })
}

fn said(sheet: &Sheet, cell: Cell, name: &str) -> Said {
    Said { text: text::words(name).into(), sheet: Arc::clone(&sheet.name), cell }
}

/// A name up to the next entry of its line (`…公司  填报日期：…`).
fn name(rest: &str) -> Option<&str> {
    let rest = rest.trim();
    let end = rest
        .find([':', '：'])
        .map_or(rest.len(), |sign| rest[..sign].rfind(char::is_whitespace).unwrap_or(0));
    name_alone(&rest[..end])
}

fn name_alone(words: &str) -> Option<&str> {
    let words = words.trim();
    // `甲公司；乙公司` are two, and neither is that of every row.
    let is_name =
        !text::is_blank_mark(words) && !words.contains([':', '：', ';', '；']) && words.chars().count() >= 4;
    is_name.then_some(words)
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{book, specs};

    #[test]
    fn the_agency_over_a_table_is_that_of_its_rows() {
        let head: &[&str] = &["项目名称", "企业名称", "服务时间", "对服务人员的服务态度"];
        let row: &[&str] = &["拟甲项目", "成都拟乙公司", "2025.1.5", "满意"];
        let read = |over: &[&str]| {
            let bound = bind(&book(&[&["满意度调查汇总表"], over, head, row]), specs());
            assert_eq!(bound.returns.len(), 1, "{over:?}: {:?}", bound.findings);
            bound.returns[0].envelope.agency.as_ref().map(|said| format!("{} {}", said.text, said.cell))
        };
        let want = Some("成都拟和质量服务有限公司 A2".to_owned());
        assert_eq!(read(&["质量服务机构名称：成都拟和质量服务有限公司"]), want);
        assert_eq!(read(&["服务机构：成都拟和质量服务有限公司  填报日期：2025年3月31日"]), want);
        assert_eq!(
            read(&["质量服务机构名称：", "成都拟和质量服务有限公司"]),
            want.map(|w| w.replace("A2", "B2"))
        );
        assert_eq!(read(&["服务机构：成都拟和质量服务有限公司；成都拟信咨询有限公司"]), None);
        assert_eq!(read(&["质量服务机构名称："]), None);
        assert_eq!(read(&["报送单位：成都拟和质量服务有限公司"]), None);
    }
}

//! Headers merged over several columns: parts of one answer, or columns that nothing tells apart.
//!
//! Need types, the ends of a period and the parts of a contact are joined. Where anything else stands under such a
//! header, the answer is left out and told at the header; a name that decides whose return it is stays in doubt, for
//! the table to be refused. Looked for only where the header has merged cells.

use std::sync::Arc;

use super::Finding;
use super::table::{Column, Header};
use crate::cell::Cell;
use crate::problem::Code;
use crate::spec::{Form, FormSpec, Kind};
use crate::text;
use crate::workbook::Sheet;

/// A header merged over several columns.
struct Wide {
    at: Cell,
    column: Column,
    /// Columns under it, beside its first, that hold anything.
    others: Vec<u32>,
    /// Whether other words of the header stand under it.
    divided: bool,
}

/// Settles what the columns under such headers hold.
pub(super) fn settle(
    sheet: &Sheet,
    header: &mut Header<'_>,
    (form, spec): (Form, &FormSpec),
) -> Vec<Finding> {
    let mut told = Vec::new();
    for wide in wide(sheet, header) {
        match wide.column {
            // An option whose neighbour is none of the form's stays what it is ([`super::strange`]).
            Column::Option(..) if wide.divided => {}
            Column::Field(field) if is_joined(&wide, spec, field) || is_needed(spec, field) => {
                header.columns.extend(wide.others.iter().map(|col| (*col, wide.column)));
            }
            _ => {
                header.columns.retain(|(_, column)| *column != wide.column);
                told.push(doubtful(sheet, wide.at, wide.column, (form, spec)));
            }
        }
    }
    header.columns.sort_by_key(|(col, _)| *col);
    told
}

/// Whether the columns are parts of one answer.
fn is_joined(wide: &Wide, spec: &FormSpec, field: usize) -> bool {
    !wide.divided
        && match spec.fields[field].kind {
            Kind::Many | Kind::Contact => true,
            Kind::Range => wide.others.len() == 1,
            _ => false,
        }
}

fn is_needed(spec: &FormSpec, field: usize) -> bool {
    spec.fields[field].required || spec.key.contains(&field)
}

/// A header whose column is not read, since it stands over several.
pub(super) fn doubtful(sheet: &Sheet, at: Cell, column: Column, (form, spec): (Form, &FormSpec)) -> Finding {
    let field = match column {
        Column::Field(field) | Column::Option(field, _) => Some(&spec.fields[field]),
        _ => None,
    };
    let words = text::words(&sheet.text(at));
    let about = field.map_or(&*words, |field| &*field.label);
    Finding {
        sheet: Arc::clone(&sheet.name),
        cell: Some(at),
        found: words.clone(),
        form: Some(form),
        field: field.map_or_else(String::new, |field| field.id.to_string()),
        ..Finding::new(Code::ColumnDoubtful, about)
    }
}

/// Columns whose header is merged over further ones that hold answers and that nothing else claims.
fn wide(sheet: &Sheet, header: &Header<'_>) -> Vec<Wide> {
    if sheet.merges.is_empty() {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (col, column) in &header.columns {
        let cells = (header.row..header.data_from).map(|row| Cell::new(row, *col));
        let Some((at, right)) = cells
            .filter(|cell| sheet.get(*cell).is_some())
            .map(|cell| (cell, sheet.extent(cell).col))
            .find(|(_, right)| *right > *col)
        else {
            continue;
        };
        let free = (col + 1..=right).filter(|col| header.column(*col).is_none());
        let others: Vec<u32> = free.filter(|col| holds_answers(sheet, header, *col)).collect();
        let below =
            |col: u32| (at.row + 1..header.data_from).any(|row| sheet.get(Cell::new(row, col)).is_some());
        let divided = (*col..=right).any(below);
        if !others.is_empty() {
            out.push(Wide { at, column: *column, others, divided });
        }
    }
    out
}

fn holds_answers(sheet: &Sheet, header: &Header<'_>, col: u32) -> bool {
    let holds = |cells: &[(u32, _)]| cells.binary_search_by_key(&col, |(c, _)| *c).is_ok();
    header.rows(sheet).iter().any(|row| holds(&row.cells))
}

#[cfg(test)]
mod tests {
    use crate::bind::testing::{Merge, judged, merged_book, said, specs};
    use crate::bind::{Bindings, bind};

    fn read(rows: &[&[&str]], merges: &[Merge]) -> Bindings {
        bind(&merged_book(rows, merges), specs())
    }

    fn told(bound: &Bindings) -> Vec<String> {
        bound
            .findings
            .iter()
            .map(|f| format!("{} {}", f.code, f.cell.map_or_else(String::new, |c| c.to_string())))
            .collect()
    }

    #[test]
    fn types_and_ends_of_a_period_under_one_header_are_joined() {
        let bound = read(
            &[
                &["项目名称", "企业名称", "服务时间", "", "质量提升需求类型", "", "", "企业签字"],
                &["拟甲", "成都拟乙公司", "2025-01-05", "2025-02-03", "标准化服务", "计量服务", "", "张拟"],
            ],
            &[((0, 2), (0, 3)), ((0, 4), (0, 6))],
        );
        let ret = judged(&bound.returns[0]);
        assert_eq!(said(&ret, "service_time"), "2025-01-05~2025-02-03");
        assert_eq!(said(&ret, "need_types"), "标准化服务、计量服务");
        assert!(bound.findings.is_empty(), "{:?}", bound.findings);
    }

    #[test]
    fn other_answers_under_one_header_are_left_out_and_told() {
        let head: &[&str] = &["企业名称", "企业规模", "从业人员数量", "", "质量提升需求类型"];
        let years: &[&str] = &["", "", "2023年", "2024年", ""];
        let row: &[&str] = &["成都拟乙公司", "小型", "40", "50", "计量服务"];
        let mut merges = vec![((0, 2), (0, 3))];
        merges.extend([0, 1, 4].map(|col| ((0, col), (1, col))));
        let bound = read(&[head, years, row], &merges);
        assert_eq!(said(&judged(&bound.returns[0]), "employees"), "");
        assert_eq!(told(&bound), ["column_doubtful C1"]);
        // Nothing but the look of it: answers are merged as the header is.
        let bound = read(&[head, &["成都拟乙公司", "小型", "40", "", "计量服务"]], &merges[..1]);
        assert_eq!((said(&judged(&bound.returns[0]), "employees"), told(&bound).len()), ("40".into(), 0));
    }

    #[test]
    fn a_name_over_two_columns_is_refused() {
        let bound = read(
            &[
                &["企业名称", "", "企业规模", "从业人员数量", "质量提升需求类型"],
                &["成都拟乙公司", "成都拟丙公司", "小型", "40", "计量服务"],
            ],
            &[((0, 0), (0, 1))],
        );
        assert_eq!(
            (bound.returns.len(), bound.refused.len(), told(&bound)),
            (0, 1, vec!["table_columns A1".into()])
        );
    }
}

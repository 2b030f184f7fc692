//! Sheets that show how a form is filled in (填写示例, 样表, 模板): no return where another sheet of the book holds the
//! same form filled in. Told, so that a return under such a name is not lost unseen; alone, it is read as any other.

use super::words::Scan;
use super::{Bindings, Finding, bind_sheet};
use crate::problem::Code;
use crate::spec::Specs;
use crate::text;
use crate::workbook::Sheet;

/// Whether a sheet is named as an example.
pub(super) fn is_named(sheet: &Sheet) -> bool {
    const WHOLE: [&str; 12] = [
        "模板",
        "模版",
        "样表",
        "示范",
        "填写模板",
        "填报模板",
        "填写样表",
        "填写示范",
        "填报说明",
        "填写说明",
        "填表说明",
        "填报须知",
    ];
    let name = text::label(&sheet.name);
    ["示例", "样例", "范例"].iter().any(|word| name.contains(word)) || WHOLE.contains(&&*name)
}

/// Passes over a sheet of that name whose forms all stand filled in on other sheets; `false` where they do not.
pub(super) fn take(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs, out: &mut Bindings) -> bool {
    let mut aside = Bindings::default();
    bind_sheet(sheet, scan, specs, &mut aside);
    let forms: Vec<_> = aside.returns.iter().chain(&aside.refused).map(|bound| bound.form).collect();
    let is_beside = |form| out.returns.iter().chain(&out.refused).any(|bound| bound.form == form);
    let returns = !forms.is_empty() && forms.into_iter().all(is_beside);
    let roster = !aside.roster.is_empty() && !out.roster.is_empty();
    if !(returns || roster) {
        return false;
    }
    out.other_sheets += 1;
    let found = "名称为示例，同样的表已在其他工作表中填报，本表不计入".to_owned();
    let finding = Finding::new(Code::SheetUnrecognised, &*sheet.name);
    out.findings.push(Finding { sheet: sheet.name.clone(), found, ..finding });
    true
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{book, specs};
    use crate::workbook::Book;

    const F: &[&[&str]] = &[
        &["质量提升服务项目名称", "企业名称", "质量服务机构名称", "对服务人员的服务态度"],
        &["拟甲项目", "成都拟乙公司", "成都拟丙机构", "满意"],
    ];

    fn read(names: &[&str]) -> (Vec<String>, Vec<String>) {
        let sheet = |name: &&str| {
            let mut sheet = book(F).sheets.remove(0);
            sheet.name = (*name).into();
            sheet
        };
        let bound = bind(&Book { sheets: names.iter().map(sheet).collect(), ..Book::default() }, specs());
        let sheets = bound.returns.iter().map(|b| b.sheet.to_string()).collect();
        (sheets, bound.findings.iter().map(|f| format!("{} {}", f.code, f.sheet)).collect())
    }

    #[test]
    fn an_example_beside_a_return_is_told_and_not_counted() {
        for name in ["填写示例", "示例", "样例", "模板", "填报说明", "样表（示例）"] {
            let want = (vec!["满意度".to_owned()], vec![format!("sheet_unrecognised {name}")]);
            assert_eq!(read(&["满意度", name]), want);
            assert_eq!(read(&[name, "满意度"]), want);
        }
    }

    #[test]
    fn alone_or_under_another_name_it_is_a_return() {
        assert_eq!(read(&["示例"]), (vec!["示例".to_owned()], vec![]));
        assert_eq!(read(&["满意度", "模板项目"]).0.len(), 2);
    }
}

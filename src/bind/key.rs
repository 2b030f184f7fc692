//! The very hidden sheet of our own workbooks that says which project a return
//! belongs to, by which version of the forms it was made, and what it corrects.
//!
//! It is read by the names in its first column, so that a later version may add
//! rows. It says nothing about answers.

use super::ReadKey;
use crate::cell::Cell;
use crate::spec::own_sheet;
use crate::workbook::Sheet;

/// Rows that a key sheet may have; the rest is not ours.
const ROWS: u32 = 32;

/// Reads a key sheet, or `None` where the sheet is none.
pub(super) fn read(sheet: &Sheet) -> Option<ReadKey> {
    if sheet.text(Cell::new(0, 0)) != own_sheet::KEY_MARK {
        return None;
    }
    let mut key = ReadKey::default();
    for row in 1..ROWS {
        let value = crate::text::words(&sheet.text(Cell::new(row, 1)));
        match sheet.text(Cell::new(row, 0)).as_str() {
            "form_version" => key.form_version = value,
            "project_key" => key.project_key = value,
            "enterprise_key" => key.enterprise_key = value,
            "district" => key.district = value,
            "agency" => key.agency = value,
            "consent" => key.consent = value,
            "supersedes" => key.supersedes = Some(value).filter(|v| !v.is_empty()),
            _ => {}
        }
    }
    Some(key)
}

#[cfg(test)]
mod tests {

    use crate::render::forms::{Extras, FORM_VERSION, FormKey, SheetPlan, workbook};
    use crate::spec::{Form, Specs};

    #[test]
    fn what_was_written_is_read_back() {
        let specs = Specs::built_in().unwrap();
        let key = FormKey {
            project_key: "质量管理提升".into(),
            enterprise_key: "成都拟禾食品有限公司".into(),
            form_version: FORM_VERSION.into(),
            district: "新都区".into(),
            agency: String::new(),
            consent: "是".into(),
            supersedes: Some("2025Q1-B-0123456789-abcdef".into()),
        };
        let plan = SheetPlan {
            values: [("enterprise".to_owned(), "成都拟禾食品有限公司".to_owned())].into(),
            key: Some(key.clone()),
            ..SheetPlan::blank(specs.of(Form::B))
        };
        let bytes = workbook(&[plan], Extras::FULL).unwrap();
        let book = crate::workbook::read(bytes, &crate::workbook::Limits::default()).unwrap();
        let bound = crate::bind::bind(&book, &specs);
        assert!(bound.findings.is_empty(), "{:?}", bound.findings);
        let read = bound.returns[0].envelope.key.as_deref().unwrap();
        assert_eq!((&read.project_key, &read.enterprise_key), (&key.project_key, &key.enterprise_key));
        assert_eq!((&read.district, &read.agency, &read.consent), (&key.district, &key.agency, &key.consent));
        assert_eq!((&read.form_version, &read.supersedes), (&key.form_version, &key.supersedes));
    }
}

//! Which workbooks are handed out: the blank forms, and one pre-filled set per
//! project of the roster.

use std::collections::BTreeMap;

use super::{Extras, FORM_VERSION, FormKey, SheetPlan, workbook};
use crate::error::Result;
use crate::spec::{Form, FormSpec, Specs};
use crate::text;

/// A file to write: its name and its bytes.
pub type FileBytes = (String, Vec<u8>);

/// A project as the roster names it, as far as forms are pre-filled from it.
#[derive(Clone, Debug, Default)]
pub struct Project {
    pub project: String,
    pub enterprise: String,
    pub district: String,
    pub agency: String,
    /// As the cover prints it (`2025年第一季度`); may be empty.
    pub period: String,
}

/// The blank workbooks: one per form, cover and roster, and all of them in one.
///
/// # Errors
/// A layout that the library refuses.
pub fn blank_set(specs: &Specs) -> Result<Vec<FileBytes>> {
    let mut files = Vec::new();
    for (_, spec) in specs.all() {
        let name = format!("{} {}.xlsx", spec.caption, spec.title);
        files.push((name, workbook(&[SheetPlan::blank(spec)], Extras::FULL)?));
    }
    for spec in [&specs.cover, &specs.roster] {
        files.push((format!("{}.xlsx", spec.annex), workbook(&[SheetPlan::blank(spec)], Extras::FULL)?));
    }
    let mut all = vec![SheetPlan::blank(&specs.cover)];
    all.extend(specs.all().map(|(_, spec)| SheetPlan::blank(spec)));
    files.push(("全套表格.xlsx".to_owned(), workbook(&all, Extras::FULL)?));
    Ok(files)
}

/// One workbook for a project: cover and the given forms with the names filled in, and the key.
///
/// # Errors
/// A layout that the library refuses.
pub fn project_set(specs: &Specs, project: &Project, forms: &[Form]) -> Result<Vec<u8>> {
    let key = FormKey {
        project_key: text::key(&project.project),
        enterprise_key: text::key(&project.enterprise),
        form_version: FORM_VERSION.to_owned(),
        district: project.district.clone(),
        agency: project.agency.clone(),
        ..FormKey::default()
    };
    let specs = std::iter::once(&specs.cover).chain(forms.iter().map(|f| specs.of(*f)));
    let plans: Vec<SheetPlan> = specs
        .map(|spec| SheetPlan {
            values: known(spec, project),
            key: Some(key.clone()),
            ..SheetPlan::blank(spec)
        })
        .collect();
    workbook(&plans, Extras::FULL)
}

/// What the roster already says of the fields of a form.
fn known(spec: &FormSpec, project: &Project) -> BTreeMap<String, String> {
    [
        ("project", &project.project),
        ("enterprise", &project.enterprise),
        ("agency", &project.agency),
        ("district", &project.district),
        ("period", &project.period),
    ]
    .into_iter()
    .filter(|(id, value)| spec.index(id).is_some() && !value.is_empty())
    .map(|(id, value)| (id.to_owned(), value.clone()))
    .collect()
}

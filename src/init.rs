//! `zhiti init`: a new workspace with every setting, form and template written out;
//! and the pre-filled forms of a roster.

use std::fs;
use std::path::Path;

use crate::bind;
use crate::error::{AtPath, Error, Result};
use crate::link::Roster;
use crate::output;
use crate::pipeline::Ground;
use crate::problems::waivers;
use crate::reference::district::DISTRICTS;
use crate::render::forms::{self, Project};
use crate::render::word;
use crate::settings;
use crate::spec::Specs;
use crate::templates::BUILT_IN;
use crate::workbook;

/// Writes a workspace; files that are there stay as they are. Returns how many were written.
///
/// # Errors
/// The file system refuses.
pub fn workspace(dir: &Path) -> Result<usize> {
    let mut written = 0;
    let mut put = |path: &str, bytes: &[u8]| -> Result<()> {
        let full = dir.join(path);
        if full.exists() {
            return Ok(());
        }
        if let Some(folder) = full.parent() {
            fs::create_dir_all(folder).at("建立文件夹", folder)?;
        }
        fs::write(&full, bytes).at("写入文件", &full)?;
        written += 1;
        Ok(())
    };
    put(settings::FILE, settings::DEFAULT_TEXT.as_bytes())?;
    put(waivers::FILE, waivers::EMPTY.as_bytes())?;
    for (path, text) in BUILT_IN {
        put(&format!("templates/{path}"), text.as_bytes())?;
    }
    put(word::form::SAMPLE_PATH, &word::form::sample()?)?;
    for (name, bytes) in forms::blank_set(&Specs::built_in()?)? {
        put(&format!("forms/{name}"), &bytes)?;
    }
    for folder in ["inputs", "outputs"] {
        let path = dir.join(folder);
        fs::create_dir_all(&path).at("建立文件夹", &path)?;
    }
    Ok(written)
}

/// Whether every project says which forms it needs; a set without forms would be of no use to anybody.
fn forms_told(roster: &Roster) -> std::result::Result<(), String> {
    let unclear = roster.projects.iter().filter(|project| project.forms.is_empty());
    let names: Vec<&str> = unclear.map(|project| &*project.project).collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(format!("名册中有项目的“应报表”写法不明：{}", names.join("、")))
}

/// One pre-filled set per project of a roster, in folders by district.
///
/// # Errors
/// The roster cannot be read or names no project.
pub fn project_forms(roster: &Path, ground: &Ground) -> Result<Vec<(String, Vec<u8>)>> {
    let bytes = fs::read(roster).at("读取名册", roster)?;
    let book = workbook::read(bytes, &ground.settings.read).map_err(|_| {
        Error::config(roster, None, "名册无法读取，文件已损坏或不是表格", "请另存为 .xlsx 后再试")
    })?;
    let rows = bind::bind(&book, &ground.specs).roster;
    let (roster_read, faults) = Roster::from_rows(&rows, &ground.specs);
    if roster_read.projects.is_empty() {
        let message = faults
            .first()
            .map_or("名册中没有项目".to_owned(), |f| format!("名册中没有可用的项目（缺少{f}）"));
        return Err(Error::config(
            roster,
            None,
            message,
            "名册应有项目名称、企业名称、区(市)县、质量服务机构、应报表等列",
        ));
    }
    forms_told(&roster_read)
        .map_err(|message| Error::config(roster, None, message, "应报表应只写表的字母，如“B、C、F”"))?;
    let mut out = Vec::new();
    for (at, project) in roster_read.projects.iter().enumerate() {
        let district = project.district.map_or("未归属", |d| DISTRICTS[d].name);
        let name = format!("{:03} {}—{}", at + 1, project.enterprise, project.project);
        let filled = Project {
            project: project.project.to_string(),
            enterprise: project.enterprise.to_string(),
            district: district.to_owned(),
            agency: project.agency.to_string(),
            period: String::new(),
        };
        let wanted: Vec<_> = project.forms.to_vec();
        let bytes = forms::project_set(&ground.specs, &filled, &wanted)?;
        out.push((format!("{district}/{}.xlsx", output::file_name(&name)), bytes));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bind::testing::{book, specs};

    #[test]
    fn no_set_is_made_where_the_roster_does_not_say_which_forms() {
        let told = |due: &[&str]| {
            let head: &[&str] = &["项目名称", "企业名称", "区(市)县", "应报表"];
            let names: Vec<String> = (0..due.len()).map(|at| format!("拟项目{at}")).collect();
            let rows: Vec<[&str; 4]> = names
                .iter()
                .zip(due)
                .map(|(name, due)| [name.as_str(), "成都拟甲公司", "新都区", *due])
                .collect();
            let all: Vec<&[&str]> = std::iter::once(head).chain(rows.iter().map(|row| &row[..])).collect();
            forms_told(&Roster::from_rows(&bind::bind(&book(&all), specs()).roster, specs()).0)
        };
        assert_eq!(told(&["B、C", "全部"]), Ok(()));
        let unclear = "名册中有项目的“应报表”写法不明：拟项目1、拟项目2";
        assert_eq!(told(&["B", "除E外均报", "表B（PDF）"]), Err(unclear.to_owned()));
    }
}

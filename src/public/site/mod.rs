//! The static site: pages that need no server and no script, and ask nothing of any other place.
//!
//! Words and looks are templates below `templates/site/`; this module only hands
//! them formatted strings ([`view`]). Every page is rendered in memory, searched
//! for leaks, and only then given out.

pub mod cases;
mod charts;
mod pages;
pub mod view;

use std::collections::BTreeMap;

use tera::{Context, Tera};

use super::personal::Personal;
use super::suppress::{self, Ground, Quantities};
use super::{Edition, PublicInput, Refusal, data, leaks};
use crate::compose::TemplateFault;
use crate::error::Error;
use crate::templates::Templates;
use view::Book;

/// Path below `site/` and content.
type Files = BTreeMap<String, Vec<u8>>;

/// Makes the public edition, or says why it cannot be made.
///
/// # Errors
/// [`Refusal`]: a leak with its place, no data, a faulty template.
pub fn edition(input: &PublicInput) -> Result<Edition, Refusal> {
    if !input.measured.contains_key(&input.period) {
        return Err(Refusal::NoData(input.period));
    }
    let personal = Personal::of(input.links)?;
    let (cases, told) = cases::cases(input, &personal);
    let ground = Ground {
        links: input.links,
        measured: input.measured,
        until: input.period,
        settings: input.settings,
        cases: &cases::by_unit(input.period, &cases),
        earlier: input.earlier,
    };
    let plan = suppress::plan(&ground)?;
    if !plan.narrow.is_empty() {
        let quantities = Quantities::new(input.measured);
        let spoken = plan.narrow.iter().map(|(period, cell)| format!("{period} {}", quantities.spoken(cell)));
        return Err(Refusal::Narrow(spoken.collect()));
    }
    let book = Book { input, plan: &plan };
    let mut files = Files::new();
    let resources = data::resources(&book)?;
    write_data(&book, &resources, &mut files)?;
    let site = Site { tera: tera(input.templates)?, book: &book, cases: &cases, resources: &resources };
    pages::all(&site, &mut files)?;
    files.insert("style.css".into(), input.templates.text("site/style.css")?.as_bytes().to_vec());
    let sums = data::checksums(&files);
    files.insert("SHA256SUMS".into(), sums.into_bytes());
    let files: Vec<(String, Vec<u8>)> = files.into_iter().collect();
    let found = leaks::scan(&files, &personal, &plan);
    if found.is_empty() { Ok(Edition { files, plan, cases: told }) } else { Err(Refusal::Leaks(found)) }
}

/// What all pages are made from.
struct Site<'a> {
    tera: Tera,
    book: &'a Book<'a>,
    cases: &'a [cases::Case],
    resources: &'a [data::Resource],
}

impl Site<'_> {
    /// Renders a template of `templates/site/`.
    fn render(&self, name: &str, context: &Context) -> Result<Vec<u8>, Error> {
        let path = format!("site/{name}");
        let made = self.tera.render(&path, context).map(String::into_bytes);
        made.map_err(|e| located(self.book.input.templates, &path, &e))
    }
}

/// All templates of the site; names end in .html, so that every value is escaped.
fn tera(templates: &Templates) -> Result<Tera, Error> {
    let mut tera = Tera::default();
    let pages = templates.below("site/").filter(|p| p.ends_with(".html"));
    let pages: Vec<(&str, &str)> =
        pages.map(|p| Ok((p, templates.text(p)?))).collect::<Result<_, Error>>()?;
    tera.add_raw_templates(pages).map_err(|e| located(templates, "site", &e))?;
    Ok(tera)
}

/// A template error with its file, its line and its cause.
fn located(templates: &Templates, template: &str, error: &tera::Error) -> Error {
    let TemplateFault { template, line, mut message } = TemplateFault::of(error, template);
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        message.push_str(&format!("：{cause}"));
        source = cause.source();
    }
    let hint = "请对照内置模板检查，或删去该文件以使用内置模板";
    Error::config(templates.origin(&template), line, message, hint)
}

fn write_data(book: &Book, resources: &[data::Resource], files: &mut Files) -> Result<(), Error> {
    let json = |value: &serde_json::Value| {
        serde_json::to_vec_pretty(value).map_err(|e| Error::internal(format!("写开放数据说明：{e}")))
    };
    for r in resources {
        files.insert(format!("data/{}", r.name), r.bytes.clone());
        let mut with_bom = "\u{feff}".as_bytes().to_vec();
        with_bom.extend(&r.bytes);
        files.insert(format!("data/excel/{}", r.name), with_bom);
        files.insert(format!("data/{}-metadata.json", r.name), json(&data::csvw(r))?);
    }
    let package = data::datapackage(book, &pages::title(book), resources);
    files.insert("data/datapackage.json".into(), json(&package)?);
    Ok(())
}

//! The static site: pages that need no server and no script, and ask nothing of any other place.
//!
//! Words and looks are templates below `templates/site/`; this module only hands
//! them formatted strings ([`view`]). Every page is rendered in memory, searched
//! for leaks, and only then given out (`gate`).

pub mod cases;
mod charts;
mod gate;
mod pages;
pub mod view;

use tera::{Context, Tera};

use super::account::Account;
use super::personal::Personal;
use super::suppress::{self, Ground, Quantities};
use super::{Edition, PublicInput, Refusal, data, leaks};
use crate::compose::{MEND, TemplateFault};
use crate::error::Error;
use crate::templates::Templates;
use gate::{Gate, Memory};
use view::Book;

pub use gate::Press;

/// Makes the public edition in memory, or says why it cannot be made.
///
/// # Errors
/// [`Refusal`]: a leak with its place, no data, a faulty template.
pub fn edition(input: &PublicInput) -> Result<Edition, Refusal> {
    let memory = Memory::default();
    let account = print(input, &memory)?;
    Ok(Edition { files: memory.files(), plan: account.plan })
}

/// Makes the public edition and gives each file to the press as soon as it is made. Where it is
/// refused, nothing of what the press has taken may be published.
///
/// # Errors
/// As [`edition`], and what the press says.
pub fn print(input: &PublicInput, press: &dyn Press) -> Result<Account, Refusal> {
    if !input.measured.contains_key(&input.period) {
        return Err(Refusal::NoData(input.period));
    }
    let personal = Personal::of(input.links)?;
    let judged = cases::judged(input, &personal);
    let ground = Ground {
        links: input.links,
        measured: input.measured,
        until: input.period,
        settings: input.settings,
        cases: &cases::by_unit(input.period, &judged),
        earlier: input.earlier,
    };
    let plan = suppress::plan(&ground)?;
    if !plan.narrow.is_empty() {
        let quantities = Quantities::new(input.measured);
        let spoken = plan.narrow.iter().map(|(period, cell)| format!("{period} {}", quantities.spoken(cell)));
        return Err(Refusal::Narrow(spoken.collect()));
    }
    let book = Book { input, plan: &plan };
    let gate = Gate::new(leaks::Scanner::new(&personal, &plan), press);
    let resources = data::resources(&book)?;
    write_data(&book, &resources, &gate)?;
    let tera = tera(input.templates)?;
    let site =
        Site { tera, book: &book, personal: &personal, cases: &judged, resources: &resources, gate: &gate };
    let cases = pages::all(&site)?;
    gate.pass("style.css", input.templates.text("site/style.css")?.as_bytes().to_vec())?;
    gate.pass("SHA256SUMS", gate.checksums().into_bytes())?;
    let found = gate.leaks();
    if found.is_empty() { Ok(Account { plan, cases }) } else { Err(Refusal::Leaks(found)) }
}

/// What all pages are made from.
struct Site<'a> {
    tera: Tera,
    book: &'a Book<'a>,
    personal: &'a Personal,
    cases: &'a [cases::Judged<'a>],
    resources: &'a [data::Resource],
    gate: &'a Gate<'a>,
}

impl Site<'_> {
    /// Makes the page at `path` from a template of `templates/site/`.
    fn page(&self, path: impl Into<String>, name: &str, context: &Context) -> Result<(), Error> {
        let template = format!("site/{name}");
        let made = self.tera.render(&template, context);
        let made = made.map_err(|e| located(self.book.input.templates, &template, &e))?;
        self.gate.pass(path, made.into_bytes())
    }

    /// The cases that are published.
    fn listed(&self) -> impl Iterator<Item = &cases::Listed<'_>> {
        self.cases.iter().flatten()
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

/// A template error with its file and its line.
fn located(templates: &Templates, template: &str, error: &tera::Error) -> Error {
    let fault = TemplateFault::of(error, template);
    let message = format!("模板有误：{}", fault.words());
    Error::config(templates.origin(&fault.template), fault.line, message, MEND)
}

fn write_data(book: &Book, resources: &[data::Resource], gate: &Gate) -> Result<(), Error> {
    let json = |value: &serde_json::Value| {
        serde_json::to_vec_pretty(value).map_err(|e| Error::internal(format!("写开放数据说明：{e}")))
    };
    for r in resources {
        gate.pass(format!("data/{}", r.name), r.bytes.clone())?;
        let mut with_bom = "\u{feff}".as_bytes().to_vec();
        with_bom.extend(&r.bytes);
        gate.pass(format!("data/excel/{}", r.name), with_bom)?;
        gate.pass(format!("data/{}-metadata.json", r.name), json(&data::csvw(r))?)?;
    }
    let package = data::datapackage(book, &pages::title(book), resources);
    gate.pass("data/datapackage.json", json(&package)?)
}

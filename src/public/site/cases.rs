//! Published cases: Annex D of projects whose every return consents, with persons masked.
//!
//! Headings, project and enterprise are printed as they are; where one of them
//! holds a person's name the whole case is withheld, because a masked title helps nobody.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use serde::Serialize;

use super::view::{Cell, Row, Table};
use crate::document::{self, Block, Run, Summary};
use crate::link::{Key, Links, district_code, district_name};
use crate::period::Period;
use crate::public::account::CaseTold;
use crate::public::personal::Personal;
use crate::public::{PublicCase, PublicInput};

/// One case page.
#[derive(Clone, Debug, Serialize)]
pub struct Case {
    /// File name below `cases/`.
    pub file: String,
    pub project: String,
    pub enterprise: String,
    pub district: String,
    pub district_code: String,
    pub service_time: String,
    pub items: Vec<Item>,
    pub date: String,
    /// How many persons and numbers were masked.
    pub masked: usize,
}

/// One of the four items.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    pub heading: String,
    pub blocks: Vec<Part>,
}

/// A block as the template sees it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Part {
    /// `p`, `h`, `quote`, `ul`, `ol`, `table`, `figure`.
    pub kind: &'static str,
    pub text: String,
    pub items: Vec<String>,
    pub table: Table,
    pub svg: String,
}

/// A case that is published, before its page is made.
pub struct Listed<'a> {
    pub case: &'a PublicCase,
    /// File name below `cases/`.
    pub file: String,
}

/// Whether a case is published; what is told of it where it is not.
pub type Judged<'a> = Result<Listed<'a>, CaseTold>;

/// All cases that agreed, in the order of their lists.
pub fn judged<'a>(input: &PublicInput<'a>, personal: &Personal) -> Vec<Judged<'a>> {
    let mut sorted: Vec<&PublicCase> = input.cases.iter().collect();
    sorted.sort_by(|a, b| (order(a), &a.key).cmp(&(order(b), &b.key)));
    let agreed = agreed(input.links, input.period);
    let judge = |case: &'a PublicCase| {
        let s = &case.summary;
        if !agreed.get(&case.key).is_some_and(|all| *all) {
            return Err(CaseTold::withheld(&case.key, "该项目的报送材料未全部同意公开"));
        }
        if [&s.project, &s.enterprise].iter().any(|t| personal.is_in(t)) {
            return Err(CaseTold::withheld(&case.key, "项目或企业名称中含报送材料里的个人信息"));
        }
        Ok(Listed { case, file: file(&case.key, input.period) })
    };
    sorted.into_par_iter().map(judge).collect()
}

fn file(key: &Key, period: Period) -> String {
    let whole = format!("{}\u{1f}{}", key.enterprise, key.project);
    let short = crate::digest::short(whole.as_bytes(), 12);
    format!("{}-{short}.html", period.to_string().to_lowercase())
}

fn order(case: &PublicCase) -> usize {
    case.district.unwrap_or(usize::MAX)
}

/// Of each project of a period whether every return of it that was not superseded says yes.
fn agreed(links: &Links, period: Period) -> HashMap<&Key, bool> {
    let mut out = HashMap::new();
    let own = links.returns.iter().filter(|l| l.ret.period == period);
    for linked in own.filter(|l| !matches!(l.status, crate::link::Status::Superseded { .. })) {
        *out.entry(&linked.key).or_insert(true) &= linked.consent;
    }
    out
}

/// Number of published cases by unit, the city included.
pub fn by_unit(period: Period, judged: &[Judged]) -> BTreeMap<(Period, String), usize> {
    let mut out = BTreeMap::new();
    for listed in judged.iter().flatten() {
        for code in [district_code(listed.case.district), super::view::CITY_CODE] {
            *out.entry((period, code.to_owned())).or_insert(0) += 1;
        }
    }
    out
}

/// The page of a case, from its whole summary.
pub fn view(listed: &Listed, s: &Summary, personal: &Personal) -> Case {
    let district = listed.case.district;
    let mut mask = Mask { personal, masked: 0 };
    let items = s
        .items
        .iter()
        .map(|i| Item {
            heading: mask.words(&i.heading),
            blocks: i.blocks.iter().map(|b| mask.block(b)).collect(),
        })
        .collect();
    Case {
        file: listed.file.clone(),
        project: s.project.clone(),
        enterprise: s.enterprise.clone(),
        district: district_name(district).to_owned(),
        district_code: district_code(district).to_owned(),
        service_time: mask.words(&s.service_time),
        items,
        date: mask.words(&s.date),
        masked: mask.masked,
    }
}

/// A table without a title of its own compares what was before the service with what came after.
fn caption(title: String) -> String {
    if title.is_empty() { "指标对比".to_owned() } else { title }
}

/// Masks everything it hands on.
struct Mask<'a> {
    personal: &'a Personal,
    masked: usize,
}

impl Mask<'_> {
    fn words(&mut self, words: &str) -> String {
        let (out, n) = self.personal.mask(words);
        self.masked += n;
        out
    }

    /// Runs are joined before masking: a name may run over two of them.
    fn runs(&mut self, runs: &[Run]) -> String {
        let joined: String = runs.iter().map(|r| r.text.as_str()).collect();
        self.words(&joined)
    }

    fn block(&mut self, block: &Block) -> Part {
        let text = |kind, text| Part { kind, text, ..Part::default() };
        match block {
            Block::Heading { runs, .. } => text("h", self.runs(runs)),
            Block::Paragraph { runs } => text("p", self.runs(runs)),
            Block::Quote { runs } => text("quote", self.runs(runs)),
            Block::List { ordered, items } => {
                let items = items.iter().map(|i| self.runs(i)).collect();
                Part { kind: if *ordered { "ol" } else { "ul" }, items, ..Part::default() }
            }
            Block::Table(table) => Part { kind: "table", table: self.table(table), ..Part::default() },
            // A drawing cannot be masked; its numbers can.
            Block::Figure(figure) => match &figure.data {
                Some(table) => Part { kind: "table", table: self.table(table), ..Part::default() },
                None => text("p", self.words(&figure.alt)),
            },
        }
    }

    fn table(&mut self, table: &document::Table) -> Table {
        let rows = table.rows.iter().map(|row| {
            let mut cells = row.cells.iter().map(|c| Cell::words(self.words(&c.text)));
            let head = cells.next().map(|c| c.text).unwrap_or_default();
            Row { head, cells: cells.collect(), strong: row.strong, ..Row::default() }
        });
        Table {
            rows: rows.collect(),
            id: table.name.clone(),
            caption: caption(self.words(&table.title)),
            unit: table.unit.clone(),
            columns: table.columns.iter().map(|c| self.words(&c.label)).collect(),
            notes: table.notes.iter().map(|n| self.words(n)).collect(),
            ..Table::default()
        }
    }
}

//! The texts of a sheet with what they may say, which is kept from file to file.
//!
//! Returns come off a few forms, so that nearly all texts of theirs that are no answers were met before: what labels,
//! names and titles stand in a text depends on it and on the forms alone.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::header::Name;
use super::label::{self, Folded, Hit};
use super::region;
use crate::cell::Cell;
use crate::recent::Recent;
use crate::spec::{BUILT_IN, Form, FormSpec, Specs};
use crate::text;
use crate::workbook::{Sheet, Value};

/// What a text says in one form: the labels in it, and whether it is its title.
#[derive(Default)]
struct InForm {
    hits: OnceCell<Box<[Hit]>>,
    is_title: OnceCell<bool>,
}

/// A text with its normal forms and what it says in the forms of a run, each made when first asked for.
pub(super) struct Words {
    pub source: Rc<str>,
    folded: OnceCell<Folded>,
    label: OnceCell<String>,
    title: OnceCell<Option<Form>>,
    name: OnceCell<Option<Rc<Name>>>,
    forms: OnceCell<Box<[InForm; BUILT_IN.len()]>>,
}

impl Words {
    pub fn new(source: impl Into<Rc<str>>) -> Self {
        Self {
            source: source.into(),
            folded: OnceCell::new(),
            label: OnceCell::new(),
            title: OnceCell::new(),
            name: OnceCell::new(),
            forms: OnceCell::new(),
        }
    }

    /// The whole of it in the form in which labels are compared ([`text::label`]).
    pub fn label(&self) -> &str {
        self.label.get_or_init(|| text::label(&self.source))
    }

    /// The same where it is short enough for the title of a form.
    pub fn short_label(&self) -> Option<&str> {
        (self.source.len() <= LONGEST).then(|| self.label())
    }

    /// The labels in it: one at its start, and further ones that start a line or stand before a colon.
    pub fn hits(&self, spec: &FormSpec) -> &[Hit] {
        self.in_form(spec).hits.get_or_init(|| {
            if label::is_plain_answer(&self.source, spec) {
                return Box::default();
            }
            let folded = self.folded.get_or_init(|| Folded::new(&self.source));
            label::hits(&self.source, folded, spec).into()
        })
    }

    /// Whether it is the title of this form.
    pub fn is_title(&self, spec: &FormSpec) -> bool {
        *self.in_form(spec).is_title.get_or_init(|| region::is_title(self, spec))
    }

    fn in_form(&self, spec: &FormSpec) -> &InForm {
        &self.forms.get_or_init(Box::default)[spec.at]
    }

    /// The form whose title it is.
    pub fn title(&self, specs: &Specs) -> Option<Form> {
        *self.title.get_or_init(|| region::title(self, specs))
    }

    /// What it may name as the header of a column.
    pub fn name(&self, specs: &Specs) -> Option<Rc<Name>> {
        let is_short = self.source.len() <= LONGEST_NAME;
        let name = || is_short.then(|| Name::of(&self.source, self.label(), specs).map(Rc::new)).flatten();
        self.name.get_or_init(name).clone()
    }
}

/// Longest text that is kept and that may be a title, in bytes.
const LONGEST: usize = 240;
/// No header is longer, in bytes; an answer of a whole page need not be folded to know that.
const LONGEST_NAME: usize = 2000;
/// Texts kept before those not met again are given up.
const KEPT: usize = 1024;

/// Texts of the last files read on a thread, for the forms they were held against.
struct Known {
    specs: Option<Specs>,
    texts: Recent<Rc<Words>>,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

impl Default for Known {
    fn default() -> Self {
        Self { specs: None, texts: Recent::new(KEPT) }
    }
}

impl Known {
    fn of(&mut self, source: &str, specs: &Specs) -> Rc<Words> {
        if self.specs.as_ref().is_none_or(|known| !known.is_same(specs)) {
            *self = Self { specs: Some(specs.clone()), ..Self::default() };
        }
        self.texts.get(source).unwrap_or_else(|| {
            let words = Rc::new(Words::new(source));
            self.texts.put(Rc::clone(&words.source), Rc::clone(&words));
            words
        })
    }
}

/// A text with what it says in these forms.
pub(super) fn words(source: &str, specs: &Specs) -> Rc<Words> {
    if source.len() > LONGEST {
        return Rc::new(Words::new(source));
    }
    KNOWN.with_borrow_mut(|known| known.of(source, specs))
}

/// The texts of a sheet, taken up when first asked for: a sheet is held against every form.
pub(super) struct Scan<'a> {
    sheet: &'a Sheet,
    specs: &'a Specs,
    texts: OnceCell<Vec<(Cell, Rc<Words>)>>,
    titles: OnceCell<Vec<(Cell, Form)>>,
}

impl<'a> Scan<'a> {
    pub fn of(sheet: &'a Sheet, specs: &'a Specs) -> Self {
        Self { sheet, specs, texts: OnceCell::new(), titles: OnceCell::new() }
    }

    /// The forms against which it is held.
    pub fn specs(&self) -> &'a Specs {
        self.specs
    }

    /// All texts in reading order.
    pub fn cells(&self) -> &[(Cell, Rc<Words>)] {
        self.texts.get_or_init(|| {
            let mut texts = Vec::with_capacity(self.sheet.rows.iter().map(|row| row.cells.len()).sum());
            texts.extend(self.sheet.cells().filter_map(|(cell, value)| match value {
                Value::Text(source) => Some((cell, words(source, self.specs))),
                _ => None,
            }));
            texts
        })
    }

    /// Titles of forms in reading order.
    pub fn titles(&self) -> &[(Cell, Form)] {
        self.titles.get_or_init(|| {
            let titled = |(cell, words): &(Cell, Rc<Words>)| Some((*cell, words.title(self.specs)?));
            self.cells().iter().filter_map(titled).collect()
        })
    }

    /// The text of a cell; `None` where it holds none.
    pub fn at(&self, cell: Cell) -> Option<&Words> {
        let all = self.cells();
        let at = all.binary_search_by_key(&cell, |(cell, _)| *cell).ok()?;
        Some(&all[at].1)
    }

    /// The texts between two rows, both included.
    pub fn between(&self, first: u32, last: u32) -> impl Iterator<Item = &(Cell, Rc<Words>)> {
        let all = self.cells();
        let from = all.partition_point(|(cell, _)| cell.row < first);
        all[from..].iter().take_while(move |(cell, _)| cell.row <= last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bind::testing::specs;

    #[test]
    fn texts_met_again_are_kept_and_others_given_up() {
        let mut known = Known::default();
        let label = known.of("企业名称", specs());
        for n in 0..3 * KEPT {
            known.of(&format!("拟{n}公司"), specs());
            assert!(Rc::ptr_eq(&label, &known.of("企业名称", specs())), "{n}");
        }
        assert!(known.texts.kept() <= 2 * KEPT);
    }

    #[test]
    fn other_forms_have_texts_of_their_own() {
        let mut known = Known::default();
        let title = known.of("单位全名", specs());
        assert!(title.hits(specs().of(Form::B)).is_empty());
        let renamed = |name: &str| {
            let (_, text) = BUILT_IN.iter().find(|(file, _)| *file == "B.toml" && name == *file)?;
            Some((name.to_owned(), text.replacen("[\"单位名称\"", "[\"单位全名\", \"单位名称\"", 1)))
        };
        let other = Specs::load(renamed).unwrap();
        assert_eq!(known.of("单位全名", &other).hits(other.of(Form::B)).len(), 1);
    }
}

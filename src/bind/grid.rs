//! Options and their ticks over several rows: one option per row with its tick beside it, ticks in a row under the
//! options, boxes that go on in the next row.
//!
//! A tick belongs to the option that it stands at, on the side on which every tick stands at one. Where that is no
//! side, or more than one that say different things, nothing is guessed: the answer is left out, and told.

use super::boxes::{lone_tick, tick_text};
use super::ticks::is_undecided;
use super::{Content, Slot};
use crate::cell::Cell;
use crate::parse::marks;
use crate::spec::Field;
use crate::text;
use crate::workbook::{Sheet, Value};

/// Characters of the longest cell that is one option, with words to it (`其他服务：…`).
const LONGEST: usize = 60;

/// What one cell of the answer says.
enum Part {
    /// One option without a mark, with its words.
    Option(usize, String),
    /// A tick or an empty box alone.
    Tick(bool),
    /// Words that leave open whether the option before them is chosen (待定).
    Open(String),
    /// A tick with words that are no option (`☑一般`).
    Other,
    /// Several options, or options with their marks, in one cell: its words and which are chosen.
    Words { words: String, ticked: Vec<usize>, marked: bool },
}

/// Whether a cell says anything of the options of a question.
pub(super) fn speaks(sheet: &Sheet, field: &Field, cell: Cell) -> bool {
    part(sheet, field, cell).is_some()
}

fn part(sheet: &Sheet, field: &Field, cell: Cell) -> Option<Part> {
    if let Some(on) = lone_tick(sheet, cell) {
        return Some(Part::Tick(on));
    }
    let words = tick_text(sheet.get(cell)?);
    let told = marks::ticks(&words, &field.choices);
    let marked = told.as_ref().is_ok_and(|t| t.marked);
    if !marked && words.chars().count() <= LONGEST {
        let bare = without_number(&words);
        // A tick in front of it tells which option it begins with.
        let alone = marks::ticks(&format!("☑{bare}"), &field.choices);
        let several = told.as_ref().is_ok_and(|t| t.ticked.len() > 1);
        if let Some(at) =
            alone.ok().filter(|_| !several).and_then(|t| (t.ticked.len() == 1).then(|| t.ticked[0]))
            && begins_with(field, at, bare)
        {
            return Some(Part::Option(at, bare.to_owned()));
        }
    }
    match told {
        Ok(told) => Some(Part::Words { words, ticked: told.ticked, marked: told.marked }),
        Err(_) => {
            let is_other = words.chars().count() <= LONGEST && marks::has_tick(&words, &field.choices);
            is_other.then_some(Part::Other)
        }
    }
}

fn begins_with(field: &Field, at: usize, words: &str) -> bool {
    let label = text::label(words);
    field.choices[at].spellings.iter().any(|spelling| label.starts_with(spelling.as_str()))
}

/// Without `1.`, `A、`, `(1)` in front.
fn without_number(words: &str) -> &str {
    let trimmed = words.trim().trim_start_matches(['(', '（']);
    let rest = trimmed.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || ('①'..='⑨').contains(&c));
    let bare = rest.trim_start_matches(['.', '．', '、', ')', '）', ':', '：', ' ', '\u{3000}']);
    if rest.len() < trimmed.len() { bare } else { words.trim() }
}

/// The answer of cells in several rows, right of column `left` (or from the first column on); `None` where they are
/// in one row, or only one of them speaks of the options.
pub(super) fn answer(sheet: &Sheet, field: &Field, left: Option<u32>, cells: &[Cell]) -> Option<Slot> {
    let first = *cells.first()?;
    if cells.iter().all(|cell| cell.row == first.row) {
        return None;
    }
    let parts = parts(sheet, field, cells);
    let place = parts.first()?.0;
    if parts.iter().all(|(cell, _)| cell.row == place.row) {
        return None;
    }
    let block =
        Block { sheet, field, parts, corner: (first.row, left.map_or(0, |col| col.saturating_add(1))) };
    let content = match block.words() {
        Some(words) => Content::Typed(Value::Text(words)),
        None => unpaired(sheet, cells),
    };
    Some(Slot { cell: place, content })
}

/// The words of cells whose ticks belong to no option, as they stand there.
pub(super) fn unpaired(sheet: &Sheet, cells: &[Cell]) -> Content {
    let words = cells.iter().filter_map(|cell| sheet.get(*cell)).map(tick_text);
    Content::Unpaired(words.collect::<Vec<_>>().join(" "))
}

/// The cells that speak of the options; the words to 其他服务 may stand in the cell behind it.
fn parts(sheet: &Sheet, field: &Field, cells: &[Cell]) -> Vec<(Cell, Part)> {
    let mut out: Vec<(Cell, Part)> = Vec::new();
    for cell in cells {
        if let Some(part) = part(sheet, field, *cell) {
            out.push((*cell, part));
        } else if let Some((before, Part::Option(..))) = out.last()
            && (before.row, sheet.extent(*before).col + 1) == (cell.row, cell.col)
            && is_undecided(&text::key(&sheet.text(*cell)))
        {
            out.push((*cell, Part::Open(sheet.text(*cell))));
        } else if let Some((before, Part::Option(_, words))) = out.last_mut()
            && before.row == cell.row
            && words.starts_with("其他")
        {
            words.push_str(&format!("：{}", sheet.text(*cell)));
        }
    }
    out
}

struct Block<'a> {
    sheet: &'a Sheet,
    field: &'a Field,
    parts: Vec<(Cell, Part)>,
    /// First row and column in which ticks may stand.
    corner: (u32, u32),
}

/// Where the tick of an option stands.
#[derive(Clone, Copy)]
enum Side {
    Behind,
    Before,
    Below,
    Above,
}

impl Block<'_> {
    /// The whole answer in words in which each tick stands at its option; `None` where that cannot be told.
    fn words(&self) -> Option<String> {
        if self.parts.iter().any(|(_, part)| matches!(part, Part::Other)) {
            return None;
        }
        let told = self.told()?;
        // What leaves an option open stands as a ticked word that is none, so that it is told.
        let open = self.parts.iter().filter_map(|(_, part)| match part {
            Part::Open(words) => Some(format!("☑{words}")),
            _ => None,
        });
        Some(std::iter::once(told).chain(open).collect::<Vec<_>>().join(" "))
    }

    /// The same without the words that leave an option open.
    fn told(&self) -> Option<String> {
        if !self.parts.iter().any(|(_, part)| matches!(part, Part::Tick(_))) {
            return self.joined();
        }
        let options = self.options();
        let twice = |at: usize| options.iter().filter(|(_, other, _)| *other == at).count() > 1;
        let whole = self.parts.iter().all(|(_, part)| !matches!(part, Part::Words { .. }));
        if !whole || options.iter().any(|(_, at, _)| twice(*at)) {
            return None;
        }
        // Where every option has a free cell on a side, that side is meant; else the only one on which ticks stand.
        let ticked = self.paired(&options, true).or_else(|| self.paired(&options, false))?;
        let boxed = |(_, at, words): &(Cell, usize, &str)| {
            format!("{}{words}", if ticked.contains(at) { '☑' } else { '□' })
        };
        let words = options.iter().map(boxed).collect::<Vec<_>>().join(" ");
        self.says(&words, &ticked).then_some(words)
    }

    fn options(&self) -> Vec<(Cell, usize, &str)> {
        let mut out = Vec::new();
        for (cell, part) in &self.parts {
            if let Part::Option(at, words) = part {
                out.push((*cell, *at, words.as_str()));
            }
        }
        out
    }

    /// The ticked options, ascending; `None` where no side tells them, or two sides differ.
    fn paired(&self, options: &[(Cell, usize, &str)], free: bool) -> Option<Vec<usize>> {
        let sides = [Side::Behind, Side::Before, Side::Below, Side::Above];
        let mut told = sides.into_iter().filter_map(|side| self.ticked(side, options, free));
        let ticked = told.next()?;
        told.all(|other| other == ticked).then_some(ticked)
    }

    /// The ticked options, ascending, if every tick stands on this side of one; `None` where they cannot, or where
    /// the cell there is not `free` for each option.
    fn ticked(&self, side: Side, options: &[(Cell, usize, &str)], free: bool) -> Option<Vec<usize>> {
        let inside = |(cell, ..): &(Cell, usize, &str)| match side {
            Side::Before => cell.col > self.corner.1,
            Side::Above => cell.row > self.corner.0,
            Side::Behind | Side::Below => true,
        };
        let is_free = |(cell, ..): &(Cell, usize, &str)| {
            !options.iter().any(|(other, ..)| self.stands(side, *other, *cell))
        };
        if free && !options.iter().all(|option| inside(option) && is_free(option)) {
            return None;
        }
        let mut ticked = Vec::new();
        for (cell, part) in &self.parts {
            let Part::Tick(on) = part else { continue };
            let (_, at, _) = options.iter().find(|(option, ..)| self.stands(side, *cell, *option))?;
            ticked.extend(on.then_some(*at));
        }
        ticked.sort_unstable();
        Some(ticked)
    }

    /// Whether a cell stands on this side of an option.
    fn stands(&self, side: Side, cell: Cell, option: Cell) -> bool {
        let (end, last) = (self.sheet.extent(option), self.sheet.extent(cell));
        let (rows, columns) = (option.row..=end.row, option.col..=end.col);
        match side {
            Side::Behind => rows.contains(&cell.row) && cell.col == end.col.saturating_add(1),
            Side::Before => rows.contains(&cell.row) && last.col.saturating_add(1) == option.col,
            Side::Below => columns.contains(&cell.col) && cell.row == end.row.saturating_add(1),
            Side::Above => columns.contains(&cell.col) && last.row.saturating_add(1) == option.row,
        }
    }

    /// Cells with boxes and options of their own, one after the other; each still says what it says alone.
    fn joined(&self) -> Option<String> {
        let (mut ticked, mut any) = (Vec::new(), false);
        for (_, part) in &self.parts {
            if let Part::Words { ticked: own, marked, .. } = part {
                ticked.extend(own);
                any |= marked;
            }
        }
        ticked.sort_unstable();
        ticked.dedup();
        let with = |sign: &str| {
            let one = |(_, part): &(Cell, Part)| match part {
                Part::Option(_, words) => format!("{sign}{words}"),
                Part::Words { words, .. } => words.clone(),
                Part::Tick(_) | Part::Open(_) | Part::Other => String::new(),
            };
            let solid = self.parts.iter().filter(|(_, part)| !matches!(part, Part::Open(_)));
            solid.map(one).collect::<Vec<_>>().join(" ")
        };
        let bare = with("");
        // Without any mark, the options that stand there are the answer.
        if !any || self.says(&bare, &ticked) {
            return Some(bare);
        }
        Some(with("□")).filter(|boxed| self.says(boxed, &ticked))
    }

    fn says(&self, words: &str, ticked: &[usize]) -> bool {
        marks::ticks(words, &self.field.choices).is_ok_and(|told| told.ticked == ticked)
    }
}

#[cfg(test)]
mod tests {
    use crate::bind::bind;
    use crate::bind::testing::{SURVEY_HEAD, book, judged, said, said_in, specs};

    const SKILL: &str = "对服务人员的专业能力";
    const NEEDS: [&[&str]; 4] = [
        &["中小企业质量提升服务需求调查记录表"],
        &["企业名称", "成都拟禾食品有限公司"],
        &["所属行业", "食品制造业"],
        &["企业规模", "小型"],
    ];

    fn rated(rows: &[&[&str]]) -> Vec<String> {
        said_in(&book(&[&SURVEY_HEAD[..], rows].concat()), &["staff_attitude", "staff_skill"])
    }

    fn needs(rows: &[&[&str]]) -> Vec<String> {
        said_in(&book(&[&NEEDS[..], rows].concat()), &["need_types", "need_other", "need_detail"])
    }

    #[test]
    fn an_option_per_row_with_its_tick_beside_it() {
        let behind: [&[&str]; 6] = [
            &["对服务人员的服务态度", "满意"],
            &["", "基本满意", "√"],
            &["", "不满意"],
            &[SKILL, "1.满意"],
            &["", "2.基本满意"],
            &["", "3.不满意", "√"],
        ];
        assert_eq!(rated(&behind), ["基本满意", "不满意"]);
        let before: [&[&str]; 4] = [
            &["对服务人员的服务态度", "", "满意"],
            &["", "√", "基本满意"],
            &["", "", "不满意"],
            &[SKILL, "满意"],
        ];
        assert_eq!(rated(&before), ["基本满意", "满意"]);
        let boxes: [&[&str]; 4] =
            [&["对服务人员的服务态度", "□满意"], &["", "□基本满意"], &["", "☑不满意"], &[SKILL, "满意"]];
        assert_eq!(rated(&boxes), ["不满意", "满意"]);
    }

    #[test]
    fn ticks_in_a_row_under_the_options() {
        let rows: [&[&str]; 4] = [
            &["对服务人员的服务态度", "满意", "基本满意", "不满意"],
            &["", "", "√"],
            &[SKILL, "满意", "基本满意", "不满意"],
            &["", "□", "□", "☑"],
        ];
        assert_eq!(rated(&rows), ["基本满意", "不满意"]);
        let mut merged = book(&[&SURVEY_HEAD[..], &rows].concat());
        merged.sheets[0].merge((4, 0), (5, 0));
        assert_eq!(said_in(&merged, &["staff_attitude", "staff_skill"]), ["基本满意", "不满意"]);
    }

    #[test]
    fn what_does_not_pair_is_left_out_and_told() {
        let rows: [&[&str]; 4] = [
            &["对服务人员的服务态度", "满意", "基本满意"],
            &["", "不满意"],
            &["", "", "", "√"],
            &[SKILL, "满意"],
        ];
        let bound = bind(&book(&[&SURVEY_HEAD[..], &rows].concat()), specs());
        let ret = judged(&bound.returns[0]);
        assert_eq!([said(&ret, "staff_attitude"), said(&ret, "staff_skill")], ["", "满意"]);
        let at = ret.spec.index("staff_attitude").unwrap();
        assert!(matches!(&bound.returns[0].slots[at], Some(slot) if slot.cell.to_string() == "B5"));
        let answer = ret.answer("staff_attitude").unwrap();
        assert_eq!(answer.raw, "满意 基本满意 不满意 √");
    }

    #[test]
    fn a_ticked_word_that_is_no_option_is_told_with_the_words_that_stand_there() {
        let boxes: [&[&str]; 4] =
            [&["对服务人员的服务态度", "□满意"], &["", "☑一般"], &["", "□不满意"], &[SKILL, "满意"]];
        let pairs: [&[&str]; 4] = [
            &["对服务人员的服务态度", "满意", ""],
            &["", "一般", "√"],
            &["", "不满意", ""],
            &[SKILL, "满意"],
        ];
        let row: [&[&str]; 2] = [
            &["对服务人员的服务态度", "满意", "", "基本满意", "", "不满意", "", "不清楚", "√"],
            &[SKILL, "满意"],
        ];
        let cells: [&[&str]; 2] =
            [&["对服务人员的服务态度", "□满意", "□基本满意", "□不满意", "未参与", "√"], &[SKILL, "满意"]];
        for (rows, raw) in [
            (&boxes[..], "□满意 ☑一般 □不满意"),
            (&pairs[..], "满意 一般 √ 不满意"),
            (&row[..], "满意 基本满意 不满意 不清楚 √"),
            (&cells[..], "□满意 □基本满意 □不满意 未参与 √"),
        ] {
            let bound = bind(&book(&[&SURVEY_HEAD[..], rows].concat()), specs());
            let (ret, problems) = told(&bound.returns[0]);
            assert_eq!([said(&ret, "staff_attitude"), said(&ret, "staff_skill")], ["", "满意"]);
            assert_eq!(ret.answer("staff_attitude").unwrap().raw, raw);
            assert_eq!(problems, ["option_unrecognised staff_attitude"], "{raw}");
        }
    }

    #[test]
    fn words_that_leave_an_option_open_are_told() {
        let rows: [&[&str]; 5] = [
            &["质量提升需求类型", "标准化服务", "√"],
            &["", "计量服务", ""],
            &["", "认证认可服务", "待定"],
            &["", "检验检测服务", "√"],
            &["质量提升需求具体描述", "描述"],
        ];
        let bound = bind(&book(&[&NEEDS[..], &rows].concat()), specs());
        let (ret, problems) = told(&bound.returns[0]);
        assert_eq!(said(&ret, "need_types"), "标准化服务、检验检测服务");
        assert_eq!(problems, ["option_unrecognised need_types"]);
    }

    /// A return judged, and what is told of it.
    fn told(bound: &crate::bind::Bound) -> (crate::answer::Return, Vec<String>) {
        let spec = specs().of(bound.form);
        let (ret, problems) =
            crate::answer::judge(bound.clone(), &"a.xlsx".into(), "2025Q1".parse().unwrap(), spec);
        let told = problems.iter().map(|p| format!("{} {}", p.code.entry().id, p.field));
        (ret, told.filter(|told| told.starts_with("option")).collect())
    }

    #[test]
    fn needs_over_several_rows_are_one_answer() {
        let detail: &[&str] = &["质量提升需求具体描述", "描述"];
        let list: [&[&str]; 5] = [
            &["质量提升需求类型", "标准化服务"],
            &["", "计量服务", "√"],
            &["", "检验检测服务", "√"],
            &["", "其他服务：碳足迹", "√"],
            detail,
        ];
        assert_eq!(needs(&list), ["计量服务、检验检测服务、其他服务", "碳足迹", "描述"]);
        let boxes: [&[&str]; 3] = [
            &["质量提升需求类型", "□标准化服务 ☑计量服务 □认证认可服务 □检验检测服务"],
            &["", "□质量管理服务 ☑品牌培育服务 □知识产权服务 □其他服务：____"],
            detail,
        ];
        assert_eq!(needs(&boxes), ["计量服务、品牌培育服务", "", "描述"]);
        let under: [&[&str]; 4] = [
            &["质量提升需求类型："],
            &["□标准化服务", "☑计量服务", "□认证认可服务"],
            &["☑品牌培育服务", "□知识产权服务"],
            detail,
        ];
        assert_eq!(needs(&under), ["计量服务、品牌培育服务", "", "描述"]);
        let remarks: [&[&str]; 4] = [
            &["质量提升需求类型", "标准化服务", "", "备注"],
            &["", "计量服务", "√", "尽快"],
            &["", "检验检测服务", "√", "下半年"],
            detail,
        ];
        assert_eq!(needs(&remarks), ["计量服务、检验检测服务", "", "描述"]);
    }
}

//! Random valid answers in random layouts, drawn straight into sheets: what is read must be what was said.

use proptest::prelude::*;

use super::testing::{judged, said, specs};
use super::{Bindings, bind};
use crate::cell::Cell;
use crate::parse::marks;
use crate::spec::{Field, Form, FormSpec, Kind};
use crate::workbook::{Book, Sheet, Value};

/// A small generator, so that a failing case is one number.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n.max(1)
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in (1..all.len()).rev() {
            all.swap(i, self.below(i + 1));
        }
    }
}

/// A return as said: field id and words.
type Truth = Vec<(String, String)>;

/// An answer in one of its spellings, and what it means in words.
fn answer(field: &Field, dice: &mut Dice, boxes: bool) -> (Value, String) {
    let text = |words: String, meaning: &str| (Value::Text(words), meaning.to_owned());
    let n = 1 + dice.below(60);
    match field.kind {
        Kind::Name => text(format!("成都拟{n}精密机械有限公司"), &format!("成都拟{n}精密机械有限公司")),
        Kind::Person | Kind::Signature => text(format!("张拟{n}"), &format!("张拟{n}")),
        Kind::Contact => text(format!("张拟涛 138000000{:02}", n), &format!("张拟涛 138000000{n:02}")),
        Kind::Text => text(format!("第{n}号荣誉，拟好"), &format!("第{n}号荣誉，拟好")),
        Kind::Block => {
            let words = format!("诊断{n}次：先易后难。\n(2)完成培训{n}场");
            text(words.clone(), &words)
        }
        Kind::Count if dice.chance(50) => (Value::Number(n as f64), n.to_string()),
        Kind::Count => text(n.to_string(), &n.to_string()),
        Kind::Date => {
            let day = 1 + n % 28;
            let words = match dice.below(3) {
                0 => format!("2025年2月{day}日"),
                1 => format!("2025/2/{day}"),
                _ => format!("2025-02-{day:02}"),
            };
            text(words, &format!("2025-02-{day:02}"))
        }
        Kind::Range => text("2025年1月13日—2025年2月4日".into(), "2025-01-13~2025-02-04"),
        Kind::One => {
            let at = dice.below(field.options.len());
            (Value::Text(ticked(field, &[at], dice, boxes)), field.options[at].clone())
        }
        Kind::Many => {
            // All of them in one untouched list would say nothing.
            let all: Vec<usize> = (0..field.options.len() - 1).filter(|_| dice.chance(40)).collect();
            let all = if all.is_empty() { vec![0] } else { all };
            let meaning = all.iter().map(|i| field.options[*i].as_str()).collect::<Vec<_>>().join("、");
            (Value::Text(ticked(field, &all, dice, boxes)), meaning)
        }
        Kind::Dimensions | Kind::Indicators => text(String::new(), ""),
    }
}

fn ticked(field: &Field, chosen: &[usize], dice: &mut Dice, boxes: bool) -> String {
    if !boxes || dice.chance(30) {
        return chosen.iter().map(|i| field.options[*i].as_str()).collect::<Vec<_>>().join("、");
    }
    let style = dice.below(5);
    let one = |(i, option): (usize, &String)| {
        let on = chosen.contains(&i);
        match style {
            0 => format!("{}{option}", if on { '☑' } else { '□' }),
            1 => format!("{option}（{}）", if on { "√" } else { "  " }),
            2 => format!("{option}{}", if on { '■' } else { '□' }),
            3 => format!("{}.{option}{}", i + 1, if on { '√' } else { '□' }),
            _ => format!("{}{option}", if on { '●' } else { '○' }),
        }
    };
    field.options.iter().enumerate().map(one).collect::<Vec<_>>().join("  ")
}

fn decorated(label: &str, at: usize, dice: &mut Dice) -> String {
    let spaced: String = label.chars().flat_map(|c| [c, ' ']).collect();
    match dice.below(10) {
        0 => format!("{label}："),
        1 => format!("*{label}"),
        2 => format!("{label}（必填）"),
        3 => format!("{}.{label}", at + 1),
        4 => format!("{}、{label}", at + 1),
        5 if label.chars().count() < 8 => spaced,
        6 => format!("＊{label}:"),
        7 => format!("（{}）{label}", at + 1),
        _ => label.to_owned(),
    }
}

fn cell(row: usize, col: usize) -> Cell {
    Cell::new(row as u32, col as u32)
}

fn words(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn compare(seed: u64, bindings: &Bindings, truths: &[(Form, Truth)]) {
    let found: Vec<Form> = bindings.returns.iter().map(|b| b.form).collect();
    let wanted: Vec<Form> = truths.iter().map(|(f, _)| *f).collect();
    assert_eq!(found, wanted, "seed {seed}: {:?}", bindings.findings);
    for (bound, (form, truth)) in bindings.returns.iter().zip(truths) {
        let ret = judged(bound);
        for (id, want) in truth {
            assert_eq!(
                &said(&ret, id),
                want,
                "seed {seed}, form {form}, field {id}, at {:?}",
                ret.answer(id)
            );
        }
    }
}

/// Fields that a table has a column for.
fn columns(spec: &FormSpec) -> Vec<&Field> {
    let plain = |f: &&Field| f.within.is_none() && !matches!(f.kind, Kind::Dimensions | Kind::Indicators);
    spec.fields.iter().filter(plain).collect()
}

fn header(field: &Field, at: usize, dice: &mut Dice) -> String {
    // 日期 alone belongs to the column before it, and columns are shuffled.
    let label = if field.beside.is_some() { &*field.labels[1] } else { &*field.label };
    match dice.below(14) {
        0 => format!("{label}\n（请如实填写）"),
        1 => format!("问题{}：{label}", at + 1),
        2 => format!("1.{} {label}", at + 1),
        3 => format!("请填写{label}"),
        4 if !field.unit.is_empty() => format!("{label}（{}）", field.unit),
        5 if !field.unit.is_empty() => format!("{label}/{}", field.unit),
        6 => format!("{label}（以执照为准）"),
        _ => decorated(label, at, dice),
    }
}

fn table(seed: u64) -> (Form, Sheet, Vec<(Form, Truth)>) {
    let dice = &mut Dice(seed);
    let specs = specs();
    let form = [Form::B, Form::C, Form::D, Form::E, Form::F][dice.below(5)];
    let spec = specs.of(form);
    let mut heads: Vec<Option<&Field>> = columns(spec).into_iter().map(Some).collect();
    heads.extend((0..dice.below(4)).map(|_| None));
    dice.shuffle(&mut heads);
    let mut cells: Vec<(Cell, Value)> = Vec::new();
    let (mut row, left) = (0, dice.below(3));
    for title in ["2025年第一季度汇总表", "填报单位：拟和局", "单位：家、个"] {
        if dice.chance(50) {
            cells.push((cell(row, left), words(title)));
            row += 1 + dice.below(2);
        }
    }
    let junk = ["备注", "附件", "序号", "电子邮箱"];
    let titles: Vec<String> = heads
        .iter()
        .enumerate()
        .map(|(i, f)| f.map_or_else(|| junk[i % 4].to_owned(), |f| header(f, i, dice)))
        .collect();
    let put_header = |row: usize, cells: &mut Vec<(Cell, Value)>| {
        cells.extend(titles.iter().enumerate().map(|(i, t)| (cell(row, left + i), words(t.clone()))));
    };
    put_header(row, &mut cells);
    row += 1;
    let mut truths = Vec::new();
    for _ in 0..1 + dice.below(4) {
        match dice.below(8) {
            0 => row += 1,
            1 => {
                put_header(row, &mut cells);
                row += 1;
            }
            2 => {
                cells.push((cell(row, left), words(dice.pick(&["小计", "本页合计", "合 计"]))));
                cells.push((cell(row, left + 2), Value::Number(3.0)));
                row += 1;
            }
            _ => {}
        }
        let mut truth = Truth::new();
        for (i, field) in heads.iter().enumerate() {
            let Some(field) = field else {
                cells.push((cell(row, left + i), words("拟附")));
                continue;
            };
            if !field.required && dice.chance(20) {
                truth.push((field.id.to_string(), String::new()));
                continue;
            }
            let (mut value, mut meaning) = answer(field, dice, true);
            if let Some(last) = field.options.last().filter(|o| *o == "其他服务")
                && dice.chance(30)
            {
                value = words(format!("{}、{last}：碳足迹、绿电", field.options[1]));
                meaning = format!("{}、{last}", field.options[1]);
                truth.push(("need_other".into(), "碳足迹、绿电".into()));
            }
            cells.push((cell(row, left + i), value));
            truth.push((field.id.to_string(), meaning));
        }
        truths.push((form, truth));
        row += 1;
    }
    if dice.chance(50) {
        cells.push((cell(row, left), words("合计")));
        cells.push((cell(row, left + 1), Value::Number(3.0)));
        cells.push((cell(row + 2, left), words("填表人：张拟涛")));
    }
    (form, Sheet::from_cells("汇总", cells), truths)
}

/// Draws one form from `row` on; out comes the row below it.
struct Drawing<'a> {
    cells: Vec<(Cell, Value)>,
    merges: Vec<(Cell, Cell)>,
    dice: &'a mut Dice,
    row: usize,
    left: usize,
    /// Columns that a label and an answer take, where merged.
    wide: usize,
}

impl Drawing<'_> {
    fn put(&mut self, col: usize, value: Value, width: usize) -> usize {
        let at = cell(self.row, self.left + col);
        if value.text().is_empty() {
            return col + width;
        }
        self.cells.push((at, value));
        if width > 1 {
            self.merges.push((at, cell(self.row, self.left + col + width - 1)));
        }
        col + width
    }

    fn form(&mut self, spec: &FormSpec) -> Truth {
        let mut truth = Truth::new();
        let title = match self.dice.below(3) {
            0 => spec.printed_title(),
            1 => spec.title.clone(),
            _ => format!("{}{}", spec.caption, spec.title),
        };
        self.put(0, words(title), 4);
        self.row += 1 + self.dice.below(2);
        let mut at = 0;
        while at < spec.fields.len() {
            let field = &spec.fields[at];
            at += 1;
            if field.within.is_some() {
                continue;
            }
            if self.stack(spec, at - 1, &mut truth) {
                at += 1;
                continue;
            }
            match field.kind {
                Kind::Dimensions => truth.push((field.id.to_string(), self.dimensions(field))),
                Kind::Indicators => truth.push((field.id.to_string(), self.indicators())),
                _ => {
                    let beside = spec.fields.iter().position(|f| f.beside == Some(at - 1));
                    self.field(field, beside.map(|b| &spec.fields[b]), at, &mut truth);
                    // The date beside a signature is drawn with it.
                    at = beside.map_or(at, |b| b + 1);
                }
            }
            match self.dice.below(12) {
                0 => self.row += 1,
                1 if at > 3 && at + 2 < spec.fields.len() => {
                    self.put(0, words(format!("{}（续）", spec.printed_title())), 4);
                    self.row += 1;
                }
                _ => {}
            }
        }
        self.put(0, words("注：本表一式两份。"), 4);
        self.row += 1;
        truth
    }

    fn field(&mut self, field: &Field, beside: Option<&Field>, at: usize, truth: &mut Truth) {
        let label = if beside.is_some() || field.beside.is_some() {
            field.label.to_string()
        } else {
            decorated(&field.label, at, self.dice)
        };
        let blank = !field.required && self.dice.chance(15);
        let (value, meaning) =
            if blank { (words(""), String::new()) } else { answer(field, self.dice, true) };
        let said = value.text();
        truth.push((field.id.to_string(), meaning));
        let wide = self.wide;
        let style = self.dice.below(5);
        let has_options = matches!(field.kind, Kind::One | Kind::Many);
        if field.kind == Kind::Block && style == 0 && beside.is_none() {
            self.put(0, words(label), 4);
            self.row += 1;
            if !blank {
                self.put(0, value, 4);
            }
        } else if style == 1 && beside.is_none() && !blank {
            let colon = if label.ends_with(['：', ':']) { "" } else { "：" };
            self.put(0, words(format!("{label}{colon}{said}")), 4);
        } else if style == 2 && field.kind == Kind::One && !blank {
            let mut col = self.put(0, words(label), 1);
            for option in &field.options {
                let on = marks::ticks(&said, &field.choices)
                    .unwrap()
                    .ticked
                    .contains(&field.options.iter().position(|o| o == option).unwrap());
                col = self.put(col, words(format!("{}{option}", if on { '☑' } else { '□' })), 1);
            }
        } else if style == 3 && has_options && !blank {
            self.put(0, words(label), 1);
            self.grid(field, &said);
        } else {
            let mut col = self.put(0, words(label), if has_options { 1 } else { wide });
            if !blank {
                self.put(col, value, wide);
            }
            col += wide;
            if let Some(date) = beside {
                let (value, meaning) = answer(date, self.dice, true);
                col = self.put(col, words("日期："), 1);
                self.put(col, value, 1);
                truth.push((date.id.to_string(), meaning));
            }
        }
        self.row += 1;
    }

    /// Two labels side by side with their answers below them.
    fn stack(&mut self, spec: &FormSpec, at: usize, truth: &mut Truth) -> bool {
        let short = |f: &Field| {
            f.within.is_none()
                && f.beside.is_none()
                && matches!(
                    f.kind,
                    Kind::Name | Kind::Text | Kind::Contact | Kind::Count | Kind::Range | Kind::Person
                )
        };
        let Some(pair) = spec.fields.get(at..at + 2) else { return false };
        if !pair.iter().all(short) || !self.dice.chance(15) {
            return false;
        }
        let wide = self.wide;
        let below: Vec<Value> = pair
            .iter()
            .enumerate()
            .map(|(i, field)| {
                let label = decorated(&field.label, at + i, self.dice);
                self.put(i * wide, words(label), wide);
                let (value, meaning) = answer(field, self.dice, true);
                truth.push((field.id.to_string(), meaning));
                value
            })
            .collect();
        self.row += 1;
        for (i, value) in below.into_iter().enumerate() {
            self.put(i * wide, value, wide);
        }
        self.row += 1;
        true
    }

    /// Options with a cell for the box of each, behind it or before it.
    fn grid(&mut self, field: &Field, said: &str) {
        let chosen = marks::ticks(said, &field.choices).unwrap().ticked;
        let (behind, style) = (self.dice.chance(50), self.dice.below(3));
        for (i, option) in field.options.iter().enumerate() {
            let sign = match (style, chosen.contains(&i)) {
                (0, on) => Value::Bool(on),
                (1, true) => words("√"),
                (1, false) => words(""),
                (_, true) => words("☑"),
                (_, false) => words("☐"),
            };
            let (first, second) =
                if behind { (words(option.clone()), sign) } else { (sign, words(option.clone())) };
            self.put(1 + 2 * i, first, 1);
            self.put(2 + 2 * i, second, 1);
        }
    }

    fn dimensions(&mut self, field: &Field) -> String {
        for (i, head) in ["方面", "服务前", "目标", "服务后"].into_iter().enumerate() {
            self.put(i, words(head), 1);
        }
        self.row += 1;
        let mut levels: Vec<[Option<i64>; 3]> = Vec::new();
        for option in &field.options {
            self.put(0, words(option.clone()), 1);
            let row = [0, 1, 2].map(|i| {
                let level = 1 + self.dice.below(5) as i64;
                self.put(i + 1, Value::Number(level as f64), 1);
                Some(level)
            });
            levels.push(row);
            self.row += 1;
        }
        format!("{:?}", crate::answer::Val::Dimensions(levels.into()))
    }

    fn indicators(&mut self) -> String {
        for (i, head) in ["指标名称", "单位", "方向", "服务前", "目标", "服务后"].into_iter().enumerate()
        {
            self.put(i, words(head), 1);
        }
        self.row += 1;
        let mut all = Vec::new();
        for n in 0..1 + self.dice.below(4) {
            for (i, w) in [format!("拟指标{n}"), "%".into(), "越高越好".into()].into_iter().enumerate()
            {
                self.put(i, words(w), 1);
            }
            let [before, goal, after] = [0, 1, 2].map(|i| {
                let number = self.dice.below(90) as i64;
                self.put(3 + i, Value::Number(number as f64), 1);
                Some((number, 0))
            });
            let (name, unit) = (format!("拟指标{n}"), "%".to_owned());
            all.push(crate::answer::Indicator {
                name,
                unit,
                more_is_better: Some(true),
                before,
                goal,
                after,
            });
            self.row += 1;
        }
        format!("{:?}", crate::answer::Val::Indicators(all.into()))
    }
}

fn forms(seed: u64) -> (Sheet, Vec<(Form, Truth)>) {
    let mut dice = Dice(seed);
    let specs = specs();
    let count = 1 + usize::from(dice.chance(30));
    let (left, row, wide) = (dice.below(3), dice.below(4), 1 + dice.below(2));
    let mut order = Form::ALL;
    dice.shuffle(&mut order);
    let mut drawing = Drawing { cells: Vec::new(), merges: Vec::new(), dice: &mut dice, row, left, wide };
    let mut truths = Vec::new();
    for form in order.into_iter().take(count) {
        truths.push((form, drawing.form(specs.of(form))));
        drawing.row += 1 + drawing.dice.below(3);
    }
    let merged = drawing.dice.chance(70);
    let mut sheet = Sheet::from_cells("Sheet1", drawing.cells);
    if merged {
        for (start, end) in drawing.merges {
            sheet.merge((start.row, start.col), (end.row, end.col));
        }
    }
    (sheet, truths)
}

fn read(sheet: Sheet) -> Bindings {
    bind(&Book { sheets: vec![sheet], ..Book::default() }, specs())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn a_table_reads_the_same_in_any_order_and_dress(seed in any::<u64>()) {
        let (_, sheet, truths) = table(seed);
        compare(seed, &read(sheet), &truths);
    }

    #[test]
    fn a_form_reads_the_same_in_any_layout(seed in any::<u64>()) {
        let (sheet, truths) = forms(seed);
        compare(seed, &read(sheet), &truths);
    }
}

//! Exports of survey platforms: the header row is found by the platform's own columns, and headers and
//! answers are read as its mapping file says ([`crate::spec::source`]).
//!
//! A code that no mapping explains is left as it is, for the table to be refused.

use super::named::{beside, envelope_column, rated};
use super::table::Column;
use super::{Content, Slot, header};
use crate::cell::Cell;
use crate::spec::source::{Head, Source};
use crate::spec::{Field, Form, FormSpec, Kind, Specs};
use crate::text;
use crate::workbook::{Row, Sheet, Value};

/// The platform of a sheet.
pub(super) struct Export<'a> {
    pub source: &'a Source,
    pub row: &'a Row,
    /// Whether it holds the whole key of the mapping.
    whole: bool,
    /// Mappings that fit equally well and give different keys.
    pub rivals: Vec<&'a str>,
}

/// The mapping that fits a sheet best: most questions of its key, then most of the platform's columns.
pub(super) fn find<'a>(sheet: &'a Sheet, specs: &'a Specs) -> Option<Export<'a>> {
    sheet.rows.iter().take(10).filter(|r| r.cells.len() >= 5).find_map(|row| {
        let headers: Vec<String> = words_of(row).map(text::key).collect();
        let mut fits: Vec<((usize, usize), bool, &Source)> = Vec::new();
        for source in specs.sources.all() {
            if let Some(own) = source.recognises(&headers) {
                let heads: Vec<Head> = words_of(row).map(|w| source.head(w)).collect();
                let keyed = source.keyed(&heads, specs);
                fits.push(((keyed.questions, own), keyed.whole, source));
            }
        }
        let best = fits.iter().map(|(rank, ..)| *rank).max()?;
        let equal: Vec<&Source> = fits.iter().filter(|(rank, ..)| *rank == best).map(|(.., s)| *s).collect();
        let whole = fits.iter().find(|(rank, ..)| *rank == best).is_some_and(|(_, whole, _)| *whole);
        let rivals = if best.0 > 0 && equal.len() > 1 {
            equal.iter().map(|s| s.id.as_str()).collect()
        } else {
            vec![]
        };
        Some(Export { source: equal.first()?, row, whole, rivals })
    })
}

fn words_of(row: &Row) -> impl Iterator<Item = &str> {
    row.cells.iter().filter_map(|(_, v)| if let Value::Text(words) = v { Some(words.as_str()) } else { None })
}

/// What the columns of an export hold.
pub(super) fn columns(
    export: &Export<'_>,
    form: Form,
    spec: &FormSpec,
    cover: &FormSpec,
) -> Vec<(u32, Column)> {
    let (source, whole) = (export.source, export.whole);
    let mut reader = Reader { source, whole, form, spec, cover, numbers: Vec::new(), columns: Vec::new() };
    for (col, value) in &export.row.cells {
        let Value::Text(words) = value else { continue };
        if reader.source.is_seconds(words) {
            reader.columns.push((*col, Column::Seconds));
        } else if !reader.source.is_own(words)
            && let Some(column) = reader.column(words)
        {
            reader.columns.push((*col, column));
        }
    }
    // The same question as one column and as one per option: the latter is plainer.
    let columns = reader.columns;
    let split = |field: usize| columns.iter().any(|(_, c)| matches!(c, Column::Option(f, _) if *f == field));
    columns.iter().filter(|(_, c)| !matches!(c, Column::Field(f) if split(*f))).copied().collect()
}

struct Reader<'a> {
    source: &'a Source,
    /// Whether a question may go by its number alone, whatever words stand beside it.
    whole: bool,
    form: Form,
    spec: &'a FormSpec,
    cover: &'a FormSpec,
    /// Questions met so far, by their number.
    numbers: Vec<(u32, usize)>,
    columns: Vec<(u32, Column)>,
}

impl Reader<'_> {
    fn column(&mut self, words: &str) -> Option<Column> {
        let head = self.source.head(words);
        // need/质量提升需求类型/其他服务: an option of the question in front of it, though its name is a label as well.
        let grouped = self.source.group.is_some_and(|sign| head.rest.contains(sign));
        let option = || self.option(&head);
        let first = if grouped { option() } else { None };
        let column = first.or_else(|| self.plain(&head)).or_else(option).or_else(|| self.row(&head));
        let column = column.or_else(|| {
            if let Some(column) = rated(&header::asked(&head.rest), self.spec) {
                return Some(column);
            }
            // 企业名称(全称)
            let bare = head.rest.strip_suffix(')')?.rsplit_once('(')?.0;
            self.field(bare).map(Column::Field)
        });
        let may_be = self.whole || !head.has_words();
        let by_number =
            || self.source.numbered(self.form, head.number.filter(|_| may_be)?).map(Column::Field);
        let column = column.or_else(by_number).or_else(|| self.asked(&head.rest))?;
        if let (Some(number), Column::Field(field) | Column::Option(field, _)) = (head.number, column) {
            self.numbers.push((number, field));
        }
        Some(column)
    }

    /// `请填写企业名称`, `您的企业名称是？`
    fn asked(&self, question: &str) -> Option<Column> {
        let plain = [header::without_lead(question), header::without_question(question)].concat();
        plain.iter().find_map(|label| self.field(label)).map(Column::Field)
    }

    fn field(&self, question: &str) -> Option<usize> {
        let field = self.source.field(self.form, self.spec, question)?;
        Some(beside(self.spec, field, question, &self.columns))
    }

    fn plain(&self, head: &Head) -> Option<Column> {
        [&head.rest, &head.whole].into_iter().find_map(|words| {
            self.field(words).map(Column::Field).or_else(|| envelope_column(words, self.cover))
        })
    }

    fn option(&self, head: &Head) -> Option<Column> {
        let readings =
            self.source.option_readings(&head.rest).chain(self.source.option_readings(&head.whole));
        readings.into_iter().find_map(|(question, option)| {
            let field = if question.is_empty() {
                self.of_number(head.number?)?
            } else {
                self.field(&text::label(question)).or_else(|| self.of_number(head.number?))?
            };
            let has_options = self.spec.fields[field].kind.has_options();
            let index =
                has_options.then(|| self.source.option(self.form, self.spec, field, option)).flatten()?;
            Some(Column::Option(field, index))
        })
    }

    fn of_number(&self, number: u32) -> Option<usize> {
        let keyed = self.source.numbered(self.form, number);
        keyed.or_else(|| self.numbers.iter().find(|(n, _)| *n == number).map(|(_, field)| *field))
    }

    /// A row of a matrix, or a blank of a question with several.
    fn row(&self, head: &Head) -> Option<Column> {
        let readings = self.source.row_readings(&head.rest).chain(self.source.row_readings(&head.whole));
        readings.into_iter().find_map(|(_, row)| {
            let row = text::label(row);
            self.field(&row).map(Column::Field).or_else(|| envelope_column(&row, self.cover))
        })
    }
}

/// An answer as the mapping says it: missing codes are blank, codes become the words of their options.
pub(super) fn content(
    source: &Source,
    form: Form,
    spec: &FormSpec,
    index: usize,
    value: Option<&Value>,
) -> Content {
    let Some(value) = value else { return Content::Blank };
    let words = value.text();
    if source.is_missing(&words) {
        return Content::Blank;
    }
    let field = &spec.fields[index];
    let option = |code: &str| source.option(form, spec, index, code);
    match field.kind {
        Kind::One | Kind::Many if text::label(&words).is_empty() => Content::Typed(value.clone()),
        Kind::One => option(&words)
            .map_or_else(|| Content::Typed(value.clone()), |at| said(field, &[(at, String::new())])),
        Kind::Many => {
            let parts = several(source, &words, option);
            parts.map_or_else(|| Content::Typed(value.clone()), |parts| said(field, &parts))
        }
        _ => Content::Typed(value.clone()),
    }
}

/// Options by their words, with what was typed behind them.
fn said(field: &Field, parts: &[(usize, String)]) -> Content {
    let words = parts.iter().map(|(at, more)| format!("{}{more}", field.options[*at]));
    Content::Typed(Value::Text(words.collect::<Vec<_>>().join("┋")))
}

/// The options of a cell with several, if each part of it is one.
fn several(
    source: &Source,
    words: &str,
    option: impl Fn(&str) -> Option<usize>,
) -> Option<Vec<(usize, String)>> {
    let one = |part: &str| {
        let (code, more) = match source.other_text.and_then(|(open, _)| part.find(open)) {
            Some(at) => part.split_at(at),
            None => (part, ""),
        };
        Some((option(code)?, more.to_owned()))
    };
    let parts = split(source, words);
    parts.into_iter().filter(|p| !p.trim().is_empty()).map(one).collect()
}

/// Cuts at the joining signs, but not inside the brackets of typed words.
fn split<'a>(source: &Source, words: &'a str) -> Vec<&'a str> {
    let mut inside = false;
    words
        .split(|c| {
            if let Some((open, close)) = source.other_text {
                inside = (inside || c == open) && c != close;
            }
            !inside && source.joined_by.contains(&c)
        })
        .collect()
}

/// Words typed for an option in the option's own column: they belong to the answer inside that question
/// (其他服务：碳足迹).
pub(super) fn typed_beside(
    spec: &FormSpec,
    field: usize,
    option: usize,
    cell: Cell,
    value: Option<&Value>,
) -> Option<(usize, Slot)> {
    let Some(Value::Text(words)) = value else { return None };
    let choice = &spec.fields[field].choices[option];
    let inner = spec.fields.iter().position(|f| {
        f.within == Some(field) && f.kind == Kind::Text && choice.spellings.contains(&f.labels[0])
    })?;
    let typed = super::ticks::typed_words(words, choice)?;
    Some((inner, Slot { cell, content: Content::Typed(Value::Text(typed.to_owned())) }))
}

#[cfg(test)]
mod tests {
    use super::super::{Bindings, bind};
    use crate::bind::testing::{self, book, judged};
    use crate::problem::Code;
    use crate::spec::Specs;

    const RATINGS: [&str; 4] = ["staff_attitude", "staff_skill", "expert_attitude", "expert_skill"];

    fn read(rows: &[&[&str]]) -> Bindings {
        bind(&book(rows), &Specs::built_in().unwrap())
    }

    fn with(mappings: &[(&str, &str)]) -> Specs {
        let built_in = crate::spec::source::BUILT_IN.iter();
        let files = built_in.chain(mappings).map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect();
        Specs::built_in().unwrap().with_sources(files).unwrap()
    }

    fn values(bindings: &Bindings, fields: &[&str]) -> Vec<String> {
        assert!(bindings.refused.is_empty(), "{:?}", bindings.findings);
        let ret = judged(&bindings.returns[0]);
        fields.iter().map(|f| testing::said(&ret, f)).collect()
    }

    const WJX: [&str; 6] = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"];
    const META: [&str; 6] =
        ["1", "2025/6/19 09:42:13", "123秒", "手机提交", "直接访问", "10.0.0.2(四川-成都)"];
    const NAMES: [&str; 3] = ["1、项目名称", "2、企业名称", "3、质量服务机构名称"];
    const SAID: [&str; 3] = ["拟甲项目", "成都拟乙公司", "成都拟丙机构"];

    fn wjx(headers: &[&str], answers: &[&str]) -> Vec<Vec<String>> {
        let row = |parts: [&[&str]; 3]| parts.concat().iter().map(|s| (*s).to_owned()).collect();
        vec![row([&WJX, &NAMES, headers]), row([&META, &SAID, answers])]
    }

    fn of(rows: &[Vec<String>], specs: &Specs) -> Bindings {
        let rows: Vec<Vec<&str>> = rows.iter().map(|r| r.iter().map(String::as_str).collect()).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        bind(&book(&rows), specs)
    }

    #[test]
    fn wenjuanxing_by_text_with_a_matrix_and_skipped_questions() {
        let rows = wjx(
            &[
                "4、请评价—对服务人员的服务态度",
                "4、对服务人员的专业能力",
                "4、对服务专家的服务态度",
                "4、对服务专家的专业能力",
            ],
            &["满意", "基本满意", "(跳过)", "（空）"],
        );
        let bindings = of(&rows, &Specs::built_in().unwrap());
        assert_eq!(values(&bindings, &RATINGS), ["满意", "基本满意", "", ""]);
        assert_eq!(bindings.returns[0].envelope.seconds, Some(123));
    }

    const INDEX: [&str; 4] = [
        "4、对服务人员的服务态度",
        "5、对服务人员的专业能力",
        "6、对服务专家的服务态度",
        "7、对服务专家的专业能力",
    ];

    const KEY: &str = r#"
extends = "wjx"
[[question]]
form = "F"
field = "staff_attitude"
header = ["对服务人员的服务态度"]
values = { 1 = "满意", 2 = "基本满意", 3 = "不满意" }
[[question]]
form = "F"
field = "staff_skill"
number = 5
values = { 1 = "不满意", 2 = "基本满意", 3 = "满意" }
[[question]]
form = "F"
field = "expert_attitude"
header = ["*专家*态度"]
values = { 1 = "满意", 2 = "基本满意", 3 = "不满意" }
[[question]]
form = "F"
field = "expert_skill"
number = 7
values = { 1 = "满意", 2 = "基本满意", 3 = "不满意" }
"#;

    #[test]
    fn an_index_export_needs_a_key() {
        let rows = wjx(&INDEX, &["1", "3", "2", "-3"]);
        let refused = of(&rows, &Specs::built_in().unwrap());
        assert_eq!((refused.returns.len(), refused.refused.len()), (0, 1));
        assert_eq!(refused.findings[0].code, Code::TableByIndex.id());
        let keyed = of(&rows, &with(&[("templates/sources/满意度.toml", KEY)]));
        assert_eq!(values(&keyed, &RATINGS), ["满意", "满意", "基本满意", ""]);
    }

    #[test]
    fn two_keys_that_fit_alike_are_no_key() {
        let rows = wjx(&INDEX, &["1", "3", "2", "-3"]);
        let bindings = of(&rows, &with(&[("a.toml", KEY), ("b.toml", KEY)]));
        assert_eq!(bindings.refused.len(), 1);
        assert_eq!(bindings.findings[0].found, "对照文件a、b同样适用，不能判断用哪一个");
    }

    #[test]
    fn options_in_columns_of_their_own() {
        for headers in [
            ["4. 质量提升需求类型(标准化服务)", "4 (计量服务)", "4(其他服务)"],
            [
                "4、质量提升需求类型（标准化服务）",
                "4、质量提升需求类型（计量服务）",
                "4、质量提升需求类型（其他服务）",
            ],
            ["4.质量提升需求类型:标准化服务", "4.质量提升需求类型:计量服务", "4.质量提升需求类型:其他服务"],
        ] {
            let mut all = headers.to_vec();
            all.extend(["5、质量提升需求具体描述", "6、质量提升服务实施过程及意见建议"]);
            let bindings = of(&wjx(&all, &["1", "0", "1", "描述", "过程"]), &Specs::built_in().unwrap());
            assert_eq!(values(&bindings, &["need_types"]), ["标准化服务、其他服务"], "{headers:?}");
        }
    }

    #[test]
    fn a_column_for_an_option_that_the_form_lacks_is_told() {
        let headers = [
            "4. 质量提升需求类型(标准化服务)",
            "4. 质量提升需求类型(体系认证服务)",
            "4. 质量提升需求类型(其他认证)",
            "5、质量提升需求具体描述",
        ];
        let bindings = of(&wjx(&headers, &["1", "1", "0", "描述"]), &Specs::built_in().unwrap());
        assert_eq!(values(&bindings, &["need_types"]), ["标准化服务"]);
        let told: Vec<String> =
            bindings.findings.iter().map(|f| format!("{} {}", f.code, f.cell.unwrap())).collect();
        assert_eq!(told, ["column_unread K1"]);
    }

    #[test]
    fn an_old_header_without_the_question_needs_its_number_in_the_key() {
        let key = "extends = \"wjx\"\n[[question]]\nform = \"C\"\nfield = \"need_types\"\nnumber = 4\n";
        let headers = ["第4题(标准化服务)", "第4题(计量服务)", "5、质量提升需求具体描述", "6、实施过程"];
        let rows = wjx(&headers, &["0", "1", "描述", "过程"]);
        assert_eq!(values(&of(&rows, &with(&[("k.toml", key)])), &["need_types"]), ["计量服务"]);
        let without = of(&rows, &Specs::built_in().unwrap());
        assert_eq!(without.findings[0].code, Code::TableRequired.id());
    }

    #[test]
    fn an_option_behind_other_words_goes_by_the_number_in_the_key() {
        let key = "extends = \"wjx\"\n[[question]]\nform = \"C\"\nfield = \"need_types\"\nnumber = 4\n";
        let headers =
            ["4、需要哪些服务(标准化服务)", "4、(计量服务)", "5、质量提升需求具体描述", "6、实施过程"];
        let rows = wjx(&headers, &["1", "1", "描述", "过程"]);
        assert_eq!(values(&of(&rows, &with(&[("k.toml", key)])), &["need_types"]), ["标准化服务、计量服务"]);
    }

    #[test]
    fn a_number_alone_takes_no_question_of_another_survey() {
        let key = "extends = \"wjx\"\n[[question]]\nform = \"F\"\nfield = \"staff_attitude\"\nnumber = 4\n";
        let other = "[[question]]\nform = \"F\"\nfield = \"staff_skill\"\nheader = [\"*能力*\"]\n";
        let read = |headers: &[&str], answers: &[&str], key: &str| {
            values(&of(&wjx(headers, answers), &with(&[("k.toml", key)])), &RATINGS[..2])
        };
        let (heads, said) =
            (["4、您对本次会务怎么看", "5、人员能力怎么看", "6、服务专家"], ["不满意", "满意", "王拟"]);
        assert_eq!(read(&heads, &said, key), ["", ""]);
        assert_eq!(read(&heads, &said, &format!("{key}{other}")), ["不满意", "满意"]);
    }

    #[test]
    fn several_answers_in_one_cell_with_typed_words() {
        let rows = wjx(
            &["4、质量提升需求类型", "5、质量提升需求具体描述", "6、服务时间"],
            &["标准化服务┋其他〖碳┋足迹〗", "描述", "2025年3月"],
        );
        let bindings = of(&rows, &Specs::built_in().unwrap());
        assert_eq!(values(&bindings, &["need_types", "need_other"]), ["标准化服务、其他服务", "碳┋足迹"]);
    }

    #[test]
    fn tencent_with_blank_for_not_chosen_and_words_for_other() {
        let bindings = read(&[
            &[
                "编号",
                "开始答题时间",
                "结束答题时间",
                "答题时长",
                "IP",
                "1.项目名称",
                "2.企业名称",
                "3.质量提升需求类型:计量服务",
                "3.质量提升需求类型:品牌培育服务",
                "3.质量提升需求类型:其他服务",
                "4.质量提升需求具体描述",
                "5.服务时间",
            ],
            &[
                "1",
                "02-Feb-2021 20:26:58",
                "02-Feb-2021 20:29:05",
                "02:07",
                "10.0.0.1",
                "拟甲项目",
                "成都拟乙公司",
                "计量服务",
                "",
                "其他服务：碳足迹",
                "描述",
                "2025年3月",
                "",
            ],
        ]);
        assert_eq!(values(&bindings, &["need_types", "need_other"]), ["计量服务、其他服务", "碳足迹"]);
        assert_eq!(bindings.returns[0].envelope.seconds, Some(127));
    }

    #[test]
    fn tencent_docs_and_wps_with_suffixes_and_a_cascade() {
        for own in [["提交时间（自动）", "提交者（自动）"], ["提交时间", "提交人"]] {
            let bindings = read(&[
                &[
                    own[0],
                    own[1],
                    "企业名称（必填）",
                    "项目名称（必填）",
                    "区(市)县（必填）",
                    "质量服务机构名称（必填）",
                    "对服务人员的服务态度（必填）",
                ],
                &[
                    "2025/6/1 10:00",
                    "拟丁",
                    "成都拟乙公司",
                    "拟甲项目",
                    "四川省-成都市-新都区",
                    "成都拟丙机构",
                    "不满意",
                ],
            ]);
            assert_eq!(values(&bindings, &["staff_attitude"]), ["不满意"], "{own:?}");
            let district = bindings.returns[0].envelope.district.as_ref().map(|s| &*s.text);
            assert_eq!(district, Some("新都区"));
        }
    }

    #[test]
    fn kobo_by_names_in_groups_and_by_labels() {
        let specs = with(&[(
            "templates/sources/k.toml",
            "extends = \"kobo\"\n[values]\nsatisfied = \"满意\"\n[[question]]\nform = \"F\"\nfield = \"staff_attitude\"\nheader = [\"q_attitude\"]\nvalues = { ok = \"基本满意\" }\n",
        )]);
        let rows: [&[&str]; 2] = [
            &[
                "base/project",
                "base/enterprise",
                "base/agency",
                "rate/q_attitude",
                "rate/staff_skill",
                "_id",
                "_uuid",
                "_submission_time",
            ],
            &["拟甲项目", "成都拟乙公司", "成都拟丙机构", "ok", "satisfied", "1", "u", "2025-06-19T09:42:13"],
        ];
        assert_eq!(
            values(&bind(&book(&rows), &specs), &["staff_attitude", "staff_skill"]),
            ["基本满意", "满意"]
        );
        let many = read(&[
            &[
                "项目名称",
                "企业名称",
                "质量提升需求类型",
                "质量提升需求类型/标准化服务",
                "质量提升需求类型/计量服务",
                "质量提升需求具体描述",
                "服务时间",
                "_id",
                "_uuid",
                "_index",
            ],
            &[
                "拟甲项目",
                "成都拟乙公司",
                "标准化服务 计量服务",
                "1",
                "1",
                "描述",
                "2025年3月",
                "1",
                "u",
                "1",
            ],
        ]);
        assert_eq!(values(&many, &["need_types"]), ["标准化服务、计量服务"]);
    }

    #[test]
    fn kobo_with_all_options_in_one_column_or_in_columns_beside_it() {
        let both = read(&[
            &[
                "项目名称",
                "企业名称",
                "need/质量提升需求类型",
                "need/质量提升需求类型/标准化服务",
                "need/质量提升需求类型/其他服务",
                "need_other",
                "服务时间",
                "_id",
                "_uuid",
                "_index",
            ],
            &["拟甲项目", "成都拟乙公司", "其他服务", "0", "1", "碳足迹", "2025年3月", "1", "u", "1"],
        ]);
        assert_eq!(values(&both, &["need_types", "need_other"]), ["其他服务", "碳足迹"]);
        let summary = read(&[
            &[
                "项目名称",
                "企业名称",
                "质量提升需求类型",
                "质量提升需求具体描述",
                "服务时间",
                "_id",
                "_uuid",
                "_index",
            ],
            &[
                "拟甲项目",
                "成都拟乙公司",
                "标准化服务 计量服务 认证认可服务 检验检测服务 质量管理服务 品牌培育服务 知识产权服务 其他服务",
                "描述",
                "2025年3月",
                "1",
                "u",
                "1",
            ],
        ]);
        assert_eq!(values(&summary, &["need_types"])[0].split('、').count(), 8);
    }

    #[test]
    fn the_same_question_twice_is_refused() {
        let rows = wjx(&["4、对服务人员的服务态度", "5、服务人员的服务态度"], &["满意", "不满意"]);
        let bindings = of(&rows, &Specs::built_in().unwrap());
        assert_eq!(bindings.findings[0].code, Code::TableColumns.id());
    }
}

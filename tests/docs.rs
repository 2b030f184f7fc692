//! Pages that are generated from what the program knows: the data dictionary, the
//! problem codes, and the names a report's template may use.
//!
//! Each is made anew and compared with the committed file, so that no page can tell
//! of a column, code or name that is not there. `ZHITI_ACCEPT=1` (`make accept`)
//! writes the pages instead.

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use polars::prelude::{DataType, ParquetReader, SchemaNamesAndDtypes, SerReader};
use zhiti::compare::Comparisons;
use zhiti::compose::narrative::view_names;
use zhiti::compose::report::city;
use zhiti::compose::{Scene, charts, tables, view};
use zhiti::data::{self, DIMENSION_IDS};
use zhiti::link::Links;
use zhiti::metrics::{self, CATALOGUE, DIMENSIONS, Measured};
use zhiti::period::Period;
use zhiti::problem::{CATALOGUE as CODES, Severity};
use zhiti::sample::{self, SampleOptions};
use zhiti::settings::Settings;
use zhiti::spec::{Field, Form, FormSpec, Kind, Specs};
use zhiti::tally::Kind as Number;

const MADE: &str = "<!-- 本页由程序生成，请勿手工修改：make accept -->\n\n";

/// Compares a page with the committed file, or writes it where that is asked for.
fn page(path: &str, text: &str) {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("ZHITI_ACCEPT").is_some_and(|v| v == "1") {
        std::fs::write(&full, text).expect("page is writable");
        return;
    }
    let committed = std::fs::read_to_string(&full).unwrap_or_default();
    let line = committed.lines().zip(text.lines()).position(|(a, b)| a != b);
    let at = line.unwrap_or_else(|| committed.lines().count().min(text.lines().count()));
    assert!(
        committed == text,
        "{path} is out of date from line {}; run `make accept` and read the difference\n- {}\n+ {}",
        at + 1,
        committed.lines().nth(at).unwrap_or(""),
        text.lines().nth(at).unwrap_or(""),
    );
}

/// The example of the repository, read, linked and measured once.
struct Example {
    specs: Specs,
    settings: Settings,
    links: Links,
    measured: BTreeMap<Period, Measured>,
    comparisons: Comparisons,
    period: Period,
}

impl Example {
    fn read() -> Self {
        let (specs, settings) = (Specs::built_in().expect("forms"), Settings::default());
        let folder = tempfile::tempdir().expect("folder");
        let sample = sample::generate(&SampleOptions::example(), &specs).expect("sample");
        sample.write(folder.path(), || {}).expect("written");
        let links = common::links_of(folder.path());
        let period: Period = "2025Q2".parse().expect("period");
        let measure = |p| (p, metrics::measure(&links, p, &settings.metrics).expect("metrics"));
        let measured = BTreeMap::from([measure(period.previous()), measure(period)]);
        Self { specs, settings, links, measured, comparisons: Comparisons::default(), period }
    }

    fn scene() -> Scene<'static> {
        static EXAMPLE: OnceLock<Example> = OnceLock::new();
        let example = EXAMPLE.get_or_init(Self::read);
        Scene {
            links: &example.links,
            measured: &example.measured,
            comparisons: &example.comparisons,
            period: example.period,
            settings: &example.settings,
            specs: &example.specs,
            fingerprint: String::new(),
            synthetic: true,
        }
    }
}

/// A cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn row(out: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|c| cell(c)).collect();
    out.push_str(&format!("| {} |\n", cells.join(" | ")));
}

fn head(out: &mut String, labels: &[&str]) {
    row(out, labels);
    out.push_str(&format!("|{}\n", "---|".repeat(labels.len())));
}

#[test]
fn the_page_of_problem_codes_is_the_catalogue() {
    let mut out = format!("# 问题编码\n\n{MADE}");
    out.push_str("错误：该份（或该文件）未计入统计，须修改后补报。警告：该项答案未采用或疑似有误，该份照常统计。提示：供了解，不需要修改。\n\n");
    out.push_str(
        "同样的内容可用 `zhiti codes` 或 `zhiti codes --format json` 列出；某个编码的程度可在 `zhiti.toml` 的 `[severity]` 中改变。`{}` 处为具体的栏目、文件或名称。\n",
    );
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        out.push_str(&format!("\n## {}\n\n", severity.label()));
        head(&mut out, &["编码", "问题", "原因", "办法", "条款"]);
        for (_, e) in CODES.iter().filter(|(_, e)| e.severity == severity) {
            let clause = if e.clause.is_empty() { "—" } else { e.clause };
            row(&mut out, &[&format!("`{}`", e.id), e.headline, e.why, e.mend, clause]);
        }
    }
    page("docs/problem-codes.md", &out);
}

/// Columns of `data/*.parquet` that no form carries, with what they say.
const OWN_COLUMNS: &[(&str, &str)] = &[
    ("return_id", "该份表的标识，同一份表在各次运行中不变"),
    ("file", "来源文件，`inputs/<季度>/` 以下的路径"),
    ("sheet", "来源工作表；文本表格为空"),
    ("period", "季度，如 2025Q1"),
    ("district", "所属区（市）县；无法确定的为“未归属”"),
    ("agency", "质量服务机构；没有的为“未注明”"),
    ("enterprise", "企业名称"),
    ("project", "质量提升服务项目名称"),
    ("has_c", "是否有计入统计的表C"),
    ("has_d", "是否有计入统计的表D"),
    ("has_f", "是否有计入统计的表F"),
    ("has_s", "是否有计入统计的表S"),
    ("consent", "是否同意公开"),
    ("level", "层次：city、district、agency、category、size"),
    ("unit_code", "单位代码：全市、区（市）县为 GB/T 2260 或本项目自设代码，其余为名称"),
    ("unit_name", "单位名称"),
    ("metric", "指标，见下表"),
    ("item", "分项，没有分项的为空"),
    ("numerator", "分子"),
    ("denominator", "分母，即样本量"),
    ("value", "数值：比率为0–1，得分为0–100；无数据的为空"),
    ("lower", "95%区间下限；不给出区间的为空"),
    ("upper", "95%区间上限；不给出区间的为空"),
    ("unit", "计量单位：rate 比率、score 得分、day 天、point 分（1–5）"),
    ("status", "ok 正常、small_n 样本量低于下限、no_data 没有数据"),
    ("printed", "文件中印出的写法"),
];

fn own_column(name: &str) -> String {
    let found = OWN_COLUMNS.iter().find(|(n, _)| *n == name);
    found
        .unwrap_or_else(|| panic!("say in OWN_COLUMNS of tests/docs.rs what column `{name}` is"))
        .1
        .to_owned()
}

/// What a column of a form's table says.
fn column_words(spec: &FormSpec, name: &str) -> String {
    if let Some(field) = spec.field(name) {
        let around = field.beside.or(field.within).map(|at| format!("{}：", spec.fields[at].label));
        return around.unwrap_or_default() + &field_words(field);
    }
    for (at, stem) in DIMENSION_IDS.iter().enumerate() {
        for (suffix, side) in [("before", "服务前"), ("goal", "目标"), ("after", "服务后")] {
            if name == format!("{stem}_{suffix}") {
                return format!("{}：{side}（1–5分）", DIMENSIONS[at]);
            }
        }
    }
    for (suffix, side) in [("_start", "开始"), ("_end", "结束")] {
        let range = name.strip_suffix(suffix).and_then(|stem| {
            spec.fields.iter().find(|f| f.kind == Kind::Range && f.id.trim_end_matches("_time") == stem)
        });
        if let Some(field) = range {
            return format!("{}：{side}日期", field.label);
        }
    }
    own_column(name)
}

fn field_words(field: &Field) -> String {
    let mut out = field.label.to_string();
    if field.flag {
        out.push_str("：是否已签字或盖章（文字是姓名，不进入数据）");
        return out;
    }
    if !field.unit.is_empty() {
        out.push_str(&format!("（{}）", field.unit));
    }
    match field.kind {
        Kind::One => out.push_str(&format!("：{}之一", quoted(field))),
        Kind::Many => out.push_str(&format!("：{}，可多项，以“、”分隔", quoted(field))),
        Kind::Indicators => out.push_str("等：JSON 数组，每项有 name、unit、direction、before、goal、after"),
        _ => {}
    }
    if field.required {
        out.push_str("（必填）");
    }
    out
}

/// Options in quotes: some hold the sign that separates them.
fn quoted(field: &Field) -> String {
    field.options.iter().map(|o| format!("“{o}”")).collect()
}

fn type_words(dtype: &DataType) -> &'static str {
    match dtype {
        DataType::String => "文字",
        DataType::Int64 | DataType::UInt64 => "整数",
        DataType::Float64 => "小数",
        DataType::Boolean => "真/假",
        DataType::Date => "日期",
        other => panic!("name the type {other} in tests/docs.rs"),
    }
}

/// The heading of a table of `data/`, and its form where it has one.
fn table_heading(specs: &Specs, table: &str) -> (String, Option<Form>) {
    if let Some((form, spec)) = specs.all().find(|(_, s)| s.table == table) {
        return (format!("{table}（{}）", spec.printed_title()), Some(form));
    }
    let words = match table {
        "projects" => "每个企业的每个项目一行",
        "metrics" => "每个数值一行，另有 data/metrics.csv（没有 printed 列）",
        other => panic!("say in tests/docs.rs what the table `{other}` is"),
    };
    (format!("{table}（{words}）"), None)
}

#[test]
fn the_data_dictionary_tells_of_every_column_that_is_written() {
    let scene = &Example::scene();
    let figures = &scene.now().expect("measured").figures;
    let files = data::parquet_files(scene.links, scene.period, scene.specs, figures).expect("parquet");
    let mut out = format!("# 数据字典\n\n{MADE}");
    out.push_str("`outputs/<季度>/data/` 以下每个 Parquet 文件的列。各表只含计入统计的份数，一份一行；空答案为空值。法定代表人、联系人、服务人员、服务专家、签字人等个人信息不写入。\n");
    for (path, bytes) in files {
        let table = path.trim_start_matches("data/").trim_end_matches(".parquet");
        let (heading, form) = table_heading(scene.specs, table);
        out.push_str(&format!("\n## {heading}\n\n"));
        head(&mut out, &["列", "类型", "含义"]);
        let frame = ParquetReader::new(std::io::Cursor::new(bytes)).finish().expect("readable");
        for (name, dtype) in frame.schema().iter_names_and_dtypes() {
            let words = match form {
                Some(form) => column_words(scene.specs.of(form), name),
                None => own_column(name),
            };
            row(&mut out, &[&format!("`{name}`"), type_words(dtype), &words]);
        }
    }
    out.push_str("\n## 指标\n\n数值的标识为 `<季度>/<单位代码>/<指标>[.<分项>]`；机构与其他单位的代码同名时，标识中的单位代码写作 `agency:<名称>`，数据中的 `unit_code` 仍为名称。\n\n`data/changes.csv` 一行一个与上一版不同的数值（figure、name、level、unit_code、unit_name、old、new、old_n、new_n、returns、return_ids），`data/changed_returns.csv` 一行一份有变动的材料（return_id、change、words、form、period、file、sheet、cell、enterprise、project、district）；首版只有表头。\n\n");
    head(&mut out, &["指标", "名称", "条款", "公式", "分项", "单位", "区间", "层次"]);
    for d in CATALOGUE {
        let items: Vec<&str> = d.items.iter().copied().filter(|i| !i.is_empty()).collect();
        let levels: Vec<&str> = d.levels().iter().map(|l| l.label()).collect();
        let id = format!("`{}`", d.id);
        let (items, levels) = (items.join("、"), levels.join("、"));
        row(&mut out, &[&id, d.name, d.clause, d.formula, &items, d.unit.id(), d.method.label(), &levels]);
    }
    page("docs/data-dictionary.md", &out);
}

/// What each name of a report's view says.
const VIEW_WORDS: &[(&str, &str)] = &[
    ("period.id", "季度，如 2025Q1"),
    ("period.words", "季度，如“2025年第一季度”"),
    ("period.previous", "上季度"),
    ("period.year_before", "上年同季度"),
    ("period.has_previous", "是否有上季度的材料"),
    ("period.has_year_before", "是否有上年同季度的材料"),
    ("period.earlier", "前四个季度；材料不足四个季度的，为所含季度的名称，如“2025年第一季度”"),
    ("period.last_day", "季度最后一天"),
    ("unit.code", "报告所述单位的代码"),
    ("unit.name", "报告所述单位的名称"),
    ("unit.level", "层次：city、district、agency"),
    ("city.code", "全市的代码，用于 fig(unit=city.code)"),
    ("city.name", "城市名称"),
    ("city.level", "固定为 city"),
    ("total.received", "收到份数"),
    ("total.counted", "计入统计份数"),
    ("total.superseded", "被更新的一份替代的份数"),
    ("total.excluded", "因错误未计入的份数"),
    ("total.expected", "名册应报份数"),
    ("total.missing", "名册内缺报份数"),
    ("total.unreadable", "无法读取的文件数"),
    ("total.has_roster", "是否有名册"),
    ("total.enterprises", "企业数"),
    ("total.projects", "服务项目数"),
    ("total.agencies", "质量服务机构数"),
    (
        "total.agency_variants",
        "名称与另一家相近、疑似同一机构的机构数，印出用 fig(name=\"problems.agency_variant\")",
    ),
    ("forms", "各表，按B至S的顺序"),
    ("forms[].letter", "表的字母"),
    ("forms[].caption", "表B、表C等"),
    ("forms[].title", "表的名称"),
    ("forms[].received", "收到份数"),
    ("forms[].counted", "计入统计份数"),
    ("forms[].excluded", "因错误未计入的份数"),
    ("forms[].missing", "名册内缺报份数"),
    ("districts.reporting", "有报送的区（市）县数"),
    ("districts.all", "区（市）县总数"),
    ("districts.silent", "没有报送的区（市）县"),
    ("districts.unattributed", "未归属的份数"),
    ("demand", "有需求的服务类别，按需求由多到少"),
    ("demand[].name", "类别"),
    ("demand[].solid", "样本量是否达到下限"),
    ("demand[].gap", "供需结构差"),
    (
        "undersupplied",
        "需求比重高于服务比重、差异通过检验且达到界限 limits.structure_gap 的类别，按差距由大到小；样本量不足的和其他服务没有",
    ),
    ("undersupplied[].name", "类别"),
    ("undersupplied[].solid", "样本量是否达到下限"),
    ("undersupplied[].gap", "供需结构差"),
    ("supply_compared", "是否有样本量达到下限、可以检验供需差异的类别"),
    (
        "orphans.satisfaction",
        "没有服务实施记录的满意度调查表份数，印出用 fig(name=\"problems.satisfaction_orphan\")",
    ),
    (
        "orphans.feedback",
        "没有服务实施记录的情况反馈表份数，印出用 fig(name=\"problems.feedback_without_services\")",
    ),
    ("orphans.many", "两者在这两种表中所占比重是否达到界限 limits.orphan_share"),
    ("variants", "机构评价单：疑似同一机构的其他写法"),
    ("limits.response_rate", "列为问题的界限（zhiti.toml 的 [judgement]）：满意度调查回收率低于"),
    ("limits.closed_loop_rate", "同上：服务闭环率低于"),
    ("limits.demand_response_rate", "同上：需求响应率低于"),
    ("limits.feedback_rate", "同上：情况反馈率低于"),
    ("limits.below_industry_share", "同上：标准水平落后占比达到"),
    ("limits.structure_gap", "同上：需求比重高于服务比重，百分点"),
    ("limits.orphan_share", "同上：没有服务实施记录的满意度调查表和情况反馈表所占比重达到"),
    ("small_figures", "本单位样本量低于下限的指标数值个数"),
    ("small_units", "满意度样本量低于下限的区（市）县和机构数"),
    ("problems.errors", "错误处数"),
    ("problems.warnings", "警告处数"),
    ("problems.infos", "提示处数"),
    ("problems.returned", "有退回修改表的份数"),
    ("next_needs", "表E“下阶段质量提升需求”的原话，至多12条"),
    ("next_needs[].words", "原话"),
    ("next_needs[].enterprise", "企业名称"),
    ("next_needs[].place", "文件和单元格"),
    ("dissatisfied", "有“不满意”评价的项目"),
    ("dissatisfied[].item", "项目的标识，用于 fig(name=\"dissatisfied.\" ~ i.item)"),
    ("dissatisfied[].name", "项目"),
    ("dissatisfied[].count", "“不满意”的份数"),
    ("sensitivity", "“基本满意”取其他分值时的综合满意度"),
    ("sensitivity[].middle", "“基本满意”的分值"),
    ("sensitivity[].printed", "综合满意度的写法"),
    ("choices.middle_score", "“基本满意”的分值"),
    ("choices.privacy_threshold", "不足这一数值的评价不向被评价者列出结果"),
    ("choices.floor_city", "样本量下限：全市"),
    ("choices.floor_district", "样本量下限：区（市）县"),
    ("choices.floor_agency", "样本量下限：质量服务机构"),
    ("choices.floor_category", "样本量下限：服务类别"),
    ("choices.floor_size", "样本量下限：企业规模"),
    ("not_in_forms", "标准提到而表中没有栏目的内容"),
    ("synthetic", "材料是否为示例数据"),
];

const FIGURE_WORDS: &[(&str, &str)] = &[
    ("printed", "印出的写法"),
    ("interval", "区间的写法；不给出区间的为空"),
    ("finite", "按有限总体修正的区间的写法；不给出的为空"),
    ("n", "分母"),
    ("status", "ok、small_n、no_data"),
    ("solid", "样本量是否达到下限、观察期是否已满，即是否可以据以判断"),
    ("open", "观察期未满的说明；已满的和没有观察期的为空"),
    ("beyond", "是否越过列为问题的界限；观察期未满的和没有界限的为否"),
    ("value", "数值：比率为0–1，得分为0–100"),
];

/// Numbers that are no metric: the pattern of the name, and one that it fits.
const OTHER_NUMBERS: &[(&str, &str)] = &[
    ("account.expected[.表]", "account.expected"),
    ("account.received[.表]", "account.received.B"),
    ("account.counted[.表]", "account.counted"),
    ("account.superseded[.表]", "account.superseded"),
    ("account.excluded[.表]", "account.excluded"),
    ("account.missing[.表]", "account.missing"),
    ("files.unreadable", "files.unreadable"),
    ("reach.enterprises", "reach.enterprises"),
    ("reach.projects", "reach.projects"),
    ("reach.agencies", "reach.agencies"),
    ("reach.districts", "reach.districts"),
    ("reach.all_districts", "reach.all_districts"),
    ("problems.error、warning、info", "problems.error"),
    ("problems.<编码>", "problems.phone_bad"),
    ("dissatisfied.<分项>", "dissatisfied.staff_skill"),
    ("rating_share.basic、poor.<分项>", "rating_share.basic.staff_skill"),
    ("sensitivity.<分值>", "sensitivity.80"),
    ("all_satisfied_rate", "all_satisfied_rate"),
    ("dimension_level.before、goal、after.<方面>", "dimension_level.before.质量文化"),
    ("<指标>:n", "composite_score:n"),
    ("<指标>:x", "satisfied_rate.staff_skill:x"),
    ("<指标>:interval", "composite_score:interval"),
    ("<指标>:finite", "composite_score:finite"),
    ("<指标>:quarter", "composite_score:quarter"),
    ("<指标>:year", "composite_score:year"),
    ("<指标>:rest", "composite_score:rest"),
    ("<指标>:others", "composite_score:others"),
];

/// Names of a view that say something by themselves: no groups, no elements of plain lists.
fn told_names(scene: &Scene) -> Vec<String> {
    let all = view_names(&view::view(scene, &city(scene)));
    let is_group = |name: &str| all.iter().any(|n| n.starts_with(&format!("{name}.")));
    let mut out: Vec<String> = all
        .iter()
        .filter(|n| !n.starts_with("figures") && !n.ends_with("[]") && !is_group(n))
        .cloned()
        .collect();
    out.dedup();
    out
}

const HOW: &str = r#"报告的文字在 `templates/text/` 的 `city.md`（全市）、`district.md`（区、市、县）、`agency.md`（机构）中，另有 `edition.md`（版本说明）和 `check.md`（发布前核对），用 Tera 模板语言写成 Markdown。改动工作目录中的文件即可，不需要重新安装程序；写错的名称会在运行时报出文件、行号和相近的名称。

- 写一个数值：`{{ fig(name="composite_score") }}`；另一单位的：`{{ fig(name="composite_score", unit=city.code) }}`。数值只能这样写，印出的位数和灰色由程序决定。
- 按数值取舍：`{% if figures.response_rate.solid and figures.response_rate.beyond %}…{% endif %}`；列为问题的界限在 `zhiti.toml` 的 `[judgement]` 中，`beyond` 即越过界限。分项的点在这里写成两条下划线：`figures.satisfied_rate__staff_attitude`。
- 单位跟在数值后面：`{{ fig(name="composite_score", after="分") }}`，样本量低于下限时，“样本9份”写在单位之后。
- 份数、处数等不是指标的数值，同样用 `fig`：`{{ fig(name="account.received") }}`；指标旁的分母、区间写作 `{{ fig(name="composite_score:n") }}`、`{{ fig(name="composite_score:interval") }}`。印出的每个数值都有编号，可用 `zhiti explain` 查询。
- 写升降和高低：`{{ change(name="composite_score") }}` 与上季度比，`against="year"` 与上年同季度比，`against="rest"` 与其余单位比。用词由统计检验决定，只在有升降时写“环比上升”“同比下降”，否则写“与上季度相比无显著变化”等；括号内自动列出所比的数值，模板不能自行写升降。
- 放一张表：`![](table:satisfaction_by_item)`；放一张图：`![](chart:supply_demand)`。编号自动生成。
- 标题：`# 一级`、`## 二级`、`### 三级`，编号自动生成；不编号的在末尾加 `{-}`。引用原话用 `> `。
- 企业填写的文字一律按普通文字印出，不会成为格式或代码。
"#;

#[test]
fn the_page_of_names_tells_of_everything_a_template_may_use() {
    let scene = &Example::scene();
    let about = city(scene);
    let mut out = format!("# 模板中可用的名称\n\n{MADE}{HOW}\n## 数值\n\n");
    head(&mut out, &["名称", "含义"]);
    for d in CATALOGUE {
        for item in d.items {
            let name = if item.is_empty() { d.id.to_owned() } else { format!("{}.{item}", d.id) };
            row(&mut out, &[&format!("`{name}`"), &d.name_of(item)]);
        }
    }
    out.push_str("\n不是指标的数值：\n\n");
    head(&mut out, &["名称", "含义"]);
    for (name, example) in OTHER_NUMBERS {
        let kind = Number::parse(example).unwrap_or_else(|| panic!("{example} is no number"));
        row(&mut out, &[&format!("`{name}`"), &format!("{}。{}", kind.title(), kind.rule())]);
    }
    out.push_str("\n`figures.<名称>` 的各项：\n\n");
    head(&mut out, &["名称", "含义"]);
    for (name, words) in FIGURE_WORDS {
        row(&mut out, &[&format!("`{name}`"), words]);
    }
    out.push_str("\n## 其他名称\n\n名称带 `[]` 的是清单中一项的内容，用 `{% for x in … %}` 逐项取用。\n\n");
    head(&mut out, &["名称", "含义"]);
    for name in told_names(scene) {
        let words = VIEW_WORDS.iter().find(|(n, _)| *n == name);
        let words = words.unwrap_or_else(|| panic!("say in VIEW_WORDS of tests/docs.rs what `{name}` is"));
        row(&mut out, &[&format!("`{name}`"), words.1]);
    }
    out.push_str("\n## 表\n\n");
    head(&mut out, &["名称", "标题（以全市报告为例）"]);
    for name in tables::NAMES {
        let table = tables::table(scene, &about, name).expect("a table of every name");
        row(&mut out, &[&format!("`table:{name}`"), &table.title]);
    }
    out.push_str("\n## 图\n\n");
    head(&mut out, &["名称", "标题（以全市报告为例）"]);
    for name in charts::NAMES {
        let title = charts::title(&about, name).expect("a chart of every name");
        row(&mut out, &[&format!("`chart:{name}`"), &title]);
    }
    page("templates/text/NAMES.md", &out);
}

#[test]
fn every_figure_has_the_parts_that_are_told() {
    let scene = &Example::scene();
    let all = view_names(&view::view(scene, &city(scene)));
    let mut parts: Vec<&str> =
        all.iter().filter_map(|n| n.strip_prefix("figures.composite_score.")).collect();
    parts.sort_unstable();
    let mut told: Vec<&str> = FIGURE_WORDS.iter().map(|(n, _)| *n).collect();
    told.sort_unstable();
    assert_eq!(parts, told);
}

#[test]
fn the_page_on_word_files_tells_of_every_field_of_the_form() {
    let mut out = format!("# 本单位的 Word 文件\n\n{MADE}");
    out.push_str(include_str!("word-files.md"));
    head(&mut out, &["名称", "也可写作", "内容"]);
    for (name, label, words) in zhiti::render::word::form::names::LISTED {
        row(&mut out, &[&format!("`{name}`"), &format!("`{label}`"), words]);
    }
    page("templates/word/说明.md", &out);
}

//! Open data: one long table with its dictionary, described for three kinds of readers
//! (Frictionless v2, CSV on the Web, schema.org).
//!
//! Values are those printed, no digit more. A hidden figure has a row with
//! status `suppressed` and nothing else, so that its absence cannot be mistaken
//! for a zero.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::site::view::{Book, counted_label, decimal, item};
use super::suppress::{COUNTED, counted_id, is_count, published_levels};
use super::{Released, Said, Shown};
use crate::error::{Error, Result};
use crate::metrics::{CATALOGUE, Figure, Level, Unit};
use crate::parse::date;
use crate::period::Period;
use crate::reference::district::{CITY, DISTRICTS, NOWHERE};
use crate::text::no_formula;

/// One file of the open data.
pub struct Resource {
    /// File name, ASCII.
    pub name: &'static str,
    pub title: &'static str,
    pub fields: &'static [(&'static str, &'static str, &'static str)],
    pub key: &'static [&'static str],
    pub bytes: Vec<u8>,
}

/// Columns of `figures.csv`: name, type, meaning.
const FIGURES: &[(&str, &str, &str)] = &[
    ("figure", "string", "数的编号：季度/单位/指标.项目；与网页中的编号一致"),
    ("period", "string", "季度，如2025Q1"),
    (
        "level",
        "string",
        "层级：city 全市，district 区（市）县，agency 质量服务机构，category 服务类别，size 企业规模",
    ),
    ("unit_code", "string", "单位代码：GB/T 2260；510171—510173及机构、类别、规模为本数据集自定"),
    ("unit_name", "string", "单位名称"),
    ("metric", "string", "指标代码，见 indicators.csv"),
    ("item", "string", "项目代码，没有则空"),
    ("indicator", "string", "指标及项目名称"),
    ("numerator", "number", "分子；只对企业数、项目数给出"),
    ("denominator", "integer", "分母"),
    ("value", "number", "数值：率为0—1的小数，得分为0—100，数量为整数"),
    ("lower", "number", "95%置信区间下限"),
    ("upper", "number", "95%置信区间上限"),
    ("unit", "string", "单位：rate 率，score 分，day 天，point 分（差值），count 个"),
    (
        "status",
        "string",
        "ok 可用，small_n 样本量不足、仅供参考，no_data 无数据，suppressed 为保护单个企业不公开，implied 不单列、由全市的0或100%可知",
    ),
];

const INDICATORS: &[(&str, &str, &str)] = &[
    ("metric", "string", "指标代码"),
    ("item", "string", "项目代码，没有则空"),
    ("name", "string", "名称"),
    ("unit", "string", "单位，代码与 figures.csv 的 unit 相同"),
    ("formula", "string", "计算公式"),
    ("interval", "string", "区间方法"),
    ("clause", "string", "DB5101/T 190—2024 条款"),
];

const UNITS: &[(&str, &str, &str)] =
    &[("unit_code", "string", "代码"), ("unit_name", "string", "名称"), ("source", "string", "代码来源")];

/// All resources of an edition.
///
/// # Errors
/// An internal fault only.
pub fn resources(book: &Book) -> Result<Vec<Resource>> {
    let resource = |name, title, fields: &'static [(&str, &str, &str)], key, rows: Vec<Vec<String>>| {
        Ok::<_, Error>(Resource { name, title, fields, key, bytes: table(fields, &rows)? })
    };
    Ok(vec![
        resource("figures.csv", "全部公开指标", FIGURES, &["figure"], figures(book))?,
        resource("indicators.csv", "指标目录", INDICATORS, &["metric", "item"], indicators())?,
        resource("districts.csv", "区（市）县代码", UNITS, &["unit_code"], units())?,
    ])
}

fn table(fields: &[(&str, &str, &str)], rows: &[Vec<String>]) -> Result<Vec<u8>> {
    let fault = |e: csv::Error| Error::internal(format!("写开放数据：{e}"));
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(fields.iter().map(|f| f.0)).map_err(fault)?;
    for row in rows {
        writer.write_record(row).map_err(fault)?;
    }
    writer.into_inner().map_err(|e| Error::internal(format!("写开放数据：{e}")))
}

fn figures(book: &Book) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for period in book.periods() {
        let Some(measured) = book.measured(period) else { continue };
        let units = measured.units.iter().filter(|u| matches!(u.level, Level::City | Level::District));
        for unit in units {
            let rows = COUNTED
                .iter()
                .map(|(form, _)| counted(book, period, unit.level, &unit.code, &unit.name, *form));
            out.extend(rows.flatten());
        }
        let published = measured.figures.iter().filter(|f| published_levels(f.metric).contains(&f.level));
        let published = published.filter(|f| book.plan.of(&f.id()) != Shown::Unpublished);
        out.extend(published.map(|f| row(book, f)));
    }
    out
}

/// The row of a number of returns; `None` where the plan does not know it (a quarter nobody reported for).
fn counted(
    book: &Book,
    period: Period,
    level: Level,
    code: &str,
    name: &str,
    form: crate::spec::Form,
) -> Option<Vec<String>> {
    let id = format!("{period}/{code}/{}", counted_id(form));
    if book.plan.of(&id) == Shown::Unpublished {
        return None;
    }
    let cell = book.counted(period, code, form);
    let value = if cell.status == "ok" { cell.text } else { String::new() };
    let empty = String::new;
    Some(vec![
        id,
        period.to_string(),
        level.id().into(),
        no_formula(code),
        no_formula(name),
        "counted".into(),
        form.letter().into(),
        counted_label(form).into(),
        empty(),
        empty(),
        value,
        empty(),
        empty(),
        "count".into(),
        cell.status.into(),
    ])
}

fn row(book: &Book, f: &Figure) -> Vec<String> {
    let cell = book.printed(f);
    let open = book.plan.is_open(&f.id());
    let when = |yes: bool, text: String| if yes { text } else { String::new() };
    let (lower, upper) = f
        .printed_interval()
        .filter(|_| open)
        .and_then(|i| i.split_once('～').map(|(l, u)| (decimal(l, f.unit), decimal(u, f.unit))))
        .unwrap_or_default();
    let numerator = f.numerator.filter(|_| open && is_count(f.metric)).map(|n| format!("{}", n.as_f64()));
    let base = f.denominator.filter(|_| book.plan.tells_base(&f.id())).map(|n| n.to_string());
    vec![
        f.id(),
        f.period.to_string(),
        f.level.id().into(),
        no_formula(&f.unit_code),
        no_formula(&f.unit_name),
        f.metric.into(),
        f.item.into(),
        super::site::view::label(f.metric, f.item),
        numerator.unwrap_or_default(),
        base.unwrap_or_default(),
        when(open, decimal(&cell.text, f.unit)),
        lower,
        upper,
        f.unit.id().into(),
        cell.status.into(),
    ]
}

fn indicators() -> Vec<Vec<String>> {
    let mut out: Vec<Vec<String>> = COUNTED
        .iter()
        .map(|(form, label)| {
            let formula = format!("计入统计的表{form}份数");
            ["counted", form.letter(), label, "count", &formula, "不给出区间", ""].map(String::from).to_vec()
        })
        .collect();
    for d in CATALOGUE {
        for i in d.items {
            let name = if i.is_empty() { d.name.to_owned() } else { format!("{}（{}）", d.name, item(i)) };
            out.push(
                [d.id, i, &name, d.unit.id(), d.formula, d.method.label(), d.clause]
                    .map(String::from)
                    .to_vec(),
            );
        }
    }
    out
}

fn units() -> Vec<Vec<String>> {
    let mut out = vec![vec![CITY.0.to_owned(), CITY.1.to_owned(), "GB/T 2260".to_owned()]];
    for d in DISTRICTS {
        let own = ["510171", "510172", "510173"].contains(&d.code);
        let source = if own { "自定" } else { "GB/T 2260" };
        out.push([d.code, d.name, source].map(String::from).to_vec());
    }
    out.push([NOWHERE, NOWHERE, "自定"].map(String::from).to_vec());
    out
}

/// `datapackage.json`, Frictionless v2.
pub fn datapackage(book: &Book, title: &str, resources: &[Resource]) -> Json {
    let one = |r: &Resource| {
        let fields: Vec<Json> = r
            .fields
            .iter()
            .map(|(name, kind, about)| {
                let mut field = json!({"name": name, "type": kind, "description": about});
                if is_never_missing(r, name, kind) {
                    field["missingValues"] = json!([]);
                }
                field
            })
            .collect();
        let mut schema = json!({
            "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
            "fields": fields,
            "missingValues": [""],
            "primaryKey": r.key,
        });
        if r.name == "figures.csv" {
            schema["foreignKeys"] = json!([{
                "fields": ["metric", "item"],
                "reference": {"resource": "indicators", "fields": ["metric", "item"]},
            }]);
        }
        json!({
            "$schema": "https://datapackage.org/profiles/2.0/dataresource.json",
            "name": r.name.trim_end_matches(".csv"),
            "title": r.title,
            "path": r.name,
            "type": "table",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": r.bytes.len(),
            "hash": format!("sha256:{}", crate::digest::full(&r.bytes)),
            "schema": schema,
        })
    };
    let mut package = json!({
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": format!("zhiti-{}", book.input.period.to_string().to_lowercase()),
        "title": title,
        "version": version(book),
        "resources": resources.iter().map(one).collect::<Vec<_>>(),
    });
    if book.input.is_synthetic() {
        package["description"] = sample_mark(book).into();
    }
    let public = &book.input.settings.public;
    if !public.licence.is_empty() {
        let mut licence = json!({"name": public.licence});
        if let Some(url) = public.licence_url() {
            licence["path"] = url.into();
        }
        package["licenses"] = json!([licence]);
    }
    package
}

/// Said first of a data set that is made up; empty for others.
pub fn sample_mark(book: &Book) -> &'static str {
    if book.input.is_synthetic() { "示例数据（虚构），不反映任何真实情况。" } else { "" }
}

/// Words of a key: where a metric has no items, the empty word is a value of its own, not a gap.
fn is_never_missing(resource: &Resource, name: &str, kind: &str) -> bool {
    kind == "string" && (resource.key.contains(&name) || name == "item")
}

/// The version of the data: its period and what it was made from.
fn version(book: &Book) -> String {
    format!("{}+{}", book.input.period, book.input.fingerprint)
}

/// CSV on the Web metadata of one resource.
pub fn csvw(resource: &Resource) -> Json {
    let column = |(name, kind, about): &(&str, &str, &str)| {
        json!({
            "name": name,
            "titles": [name],
            "datatype": if *kind == "number" { "decimal" } else { *kind },
            "dc:description": {"@value": about, "@language": "zh-CN"},
            "null": if is_never_missing(resource, name, kind) { json!([]) } else { json!([""]) },
        })
    };
    json!({
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh-CN"}],
        "url": resource.name,
        "dc:title": resource.title,
        "dialect": {"encoding": "utf-8", "header": true, "delimiter": ","},
        "tableSchema": {
            "columns": resource.fields.iter().map(column).collect::<Vec<_>>(),
            "primaryKey": resource.key,
        },
    })
}

/// schema.org description of the data set, ready to stand in a script element: no `<` is left in it.
pub fn linked_data(book: &Book, title: &str, about: &str, resources: &[Resource]) -> String {
    let (first, last) = span(book);
    let metrics: Vec<Json> = CATALOGUE
        .iter()
        .map(|d| {
            json!({"@type": "PropertyValue", "name": d.name, "propertyID": d.id, "unitText": unit_text(d.unit),
                   "measurementTechnique": d.formula})
        })
        .collect();
    let download = |r: &Resource| {
        json!({"@type": "DataDownload", "name": r.title, "encodingFormat": "text/csv",
               "contentUrl": format!("data/{}", r.name), "sha256": crate::digest::full(&r.bytes)})
    };
    let mut set = json!({
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": title,
        "description": about,
        "inLanguage": "zh-CN",
        "version": version(book),
        "creator": {"@type": "GovernmentOrganization", "name": book.input.settings.report.issuer},
        "temporalCoverage": format!("{first}/{last}"),
        "spatialCoverage": {"@type": "Place", "name": book.input.settings.report.city},
        "variableMeasured": metrics,
        "distribution": resources.iter().map(download).collect::<Vec<_>>(),
    });
    let public = &book.input.settings.public;
    if let Some(licence) = public.licence_url().or(Some(public.licence.clone()).filter(|l| !l.is_empty())) {
        set["license"] = licence.into();
    }
    set.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// The unit of a value as it stands in the data.
fn unit_text(unit: Unit) -> &'static str {
    if unit.id() == Unit::Rate.id() { "比率（0—1）" } else { unit.label() }
}

fn span(book: &Book) -> (String, String) {
    let periods = book.periods();
    let first = periods.last().copied().unwrap_or(book.input.period);
    (date::iso(first.first_day()), date::iso(book.input.period.last_day()))
}

/// SHA-256 of every file, in the form that `sha256sum -c` reads.
pub fn checksums<'a>(digests: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    digests.map(|(path, sha256)| format!("{sha256}  {path}\n")).collect()
}

/// What an earlier edition said, from its `figures.csv`.
///
/// # Errors
/// The text is no such table.
pub fn released(text: &str) -> Result<Said> {
    let fault = |e: csv::Error| Error::internal(format!("读上一版公开数据：{e}"));
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().map_err(fault)?.clone();
    let column = |name: &str| header.iter().position(|h| h == name);
    let (Some(id), Some(status)) = (column("figure"), column("status")) else {
        return Err(Error::internal("上一版公开数据缺少 figure 或 status 列"));
    };
    let (metric, base, value) = (column("metric"), column("denominator"), column("value"));
    let mut out = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(fault)?;
        let get = |at: Option<usize>| at.and_then(|i| record.get(i)).unwrap_or("");
        let n = if get(metric) == "counted" { get(value) } else { get(base) };
        let n: Option<i64> = n.parse().ok();
        let hidden = get(Some(status)) == "suppressed";
        let told = n.filter(|_| !hidden).map(|n| (n, get(value).to_owned())).into_iter().collect();
        let released =
            Released { hidden, told, bases: n.into_iter().collect(), base_hidden: n.is_none() && hidden };
        out.insert(get(Some(id)).to_owned(), released);
    }
    Ok(out)
}

//! `data/*.parquet`: counted returns, one row each, without personal data; the
//! projects and the metrics beside them.
//!
//! The other room that knows Polars. Columns come from the form specifications.

use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame, DataType, IntoColumn, NamedFrom, PolarsResult, Series};
use polars_io::parquet::write::{ParquetCompression, ParquetWriter};
use time::Date;

use crate::answer::Val;
use crate::error::{Error, Result};
use crate::link::{Linked, Links, district_name};
use crate::metrics::Figure;
use crate::period::Period;
use crate::spec::{Field, Form, FormSpec, Kind, Specs};

/// Column stems of the six dimensions, in the order of the form.
pub const DIMENSION_IDS: [&str; 6] = ["strategy", "culture", "system", "talent", "cost", "assessment"];

/// All Parquet files of a period, as (name below the edition, bytes).
///
/// # Errors
/// An internal fault of the writer.
pub fn parquet_files(
    links: &Links,
    period: Period,
    specs: &Specs,
    figures: &[Figure],
) -> Result<Vec<(String, Vec<u8>)>> {
    let mut out = Vec::new();
    for (form, spec) in specs.all() {
        let rows: Vec<&Linked> = links.counted(period, form).collect();
        out.push((format!("data/{}.parquet", spec.table), written(form_frame(spec, &rows))?));
    }
    out.push(("data/projects.parquet".into(), written(project_frame(links, period))?));
    out.push(("data/metrics.parquet".into(), written(metric_frame(figures))?));
    Ok(out)
}

fn written(frame: PolarsResult<DataFrame>) -> Result<Vec<u8>> {
    let write = |mut frame: DataFrame| {
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).with_compression(ParquetCompression::Snappy).finish(&mut frame)?;
        Ok(bytes)
    };
    frame.and_then(write).map_err(|e| Error::internal(format!("写 Parquet：{e}")))
}

fn text_column(name: &str, values: Vec<Option<String>>) -> Column {
    Series::new(name.into(), values).into_column()
}

fn form_frame(spec: &FormSpec, rows: &[&Linked]) -> PolarsResult<DataFrame> {
    let text = |name: &str, value: &dyn Fn(&Linked) -> String| {
        text_column(name, rows.iter().map(|l| Some(value(l))).collect())
    };
    let mut columns = vec![
        text("return_id", &|l| l.ret.id.to_string()),
        text("file", &|l| l.ret.place.file.to_string()),
        text("sheet", &|l| l.ret.place.sheet.to_string()),
        text("period", &|l| l.ret.period.to_string()),
        text("district", &|l| l.district_name().to_owned()),
    ];
    if spec.field("agency").is_none() {
        columns.push(text("agency", &|l| l.agency.to_string()));
    }
    for (index, field) in spec.fields.iter().enumerate().filter(|(_, f)| !f.is_personal() || f.flag) {
        columns.extend(field_columns(index, field, rows)?);
    }
    DataFrame::new(rows.len(), columns)
}

/// The columns of one field.
fn field_columns(index: usize, field: &Field, rows: &[&Linked]) -> PolarsResult<Vec<Column>> {
    let values: Vec<Option<Val>> = rows.iter().map(|l| l.ret.answers.value(index)).collect();
    let id = &*field.id;
    if field.flag {
        let flags: Vec<bool> = values.iter().map(Option::is_some).collect();
        return Ok(vec![Series::new(id.into(), flags).into_column()]);
    }
    Ok(match field.kind {
        Kind::Count => {
            let counts: Vec<Option<i64>> =
                values.iter().map(|v| if let Some(Val::Count(n)) = v { Some(*n) } else { None }).collect();
            vec![Series::new(id.into(), counts).into_column()]
        }
        Kind::Date => vec![date_column(
            id,
            values.iter().map(|v| if let Some(Val::Date(d)) = v { Some(*d) } else { None }),
        )?],
        Kind::Range => range_columns(id, &values)?,
        Kind::Many => vec![list_column(id, field, &values)],
        Kind::One => {
            let label = |v: &Option<Val>| {
                if let Some(Val::One(i)) = v { field.options.get(*i).cloned() } else { None }
            };
            vec![text_column(id, values.iter().map(label).collect())]
        }
        Kind::Dimensions => dimension_columns(&values),
        Kind::Indicators => vec![text_column(id, values.iter().map(|v| indicators(v.as_ref())).collect())],
        Kind::Name | Kind::Text | Kind::Block | Kind::Person | Kind::Contact | Kind::Signature => {
            let words = |v: &Option<Val>| if let Some(Val::Text(t)) = v { Some(t.to_string()) } else { None };
            vec![text_column(id, values.iter().map(words).collect())]
        }
    })
}

fn date_column(name: &str, dates: impl Iterator<Item = Option<Date>>) -> PolarsResult<Column> {
    // Days since 1970-01-01.
    let days: Vec<Option<i32>> = dates.map(|d| d.map(|d| d.to_julian_day() - 2_440_588)).collect();
    Ok(Series::new(name.into(), days).cast(&DataType::Date)?.into_column())
}

/// `service_time` becomes `service_start` and `service_end`.
fn range_columns(id: &str, values: &[Option<Val>]) -> PolarsResult<Vec<Column>> {
    let stem = id.strip_suffix("_time").unwrap_or(id);
    let side = |v: &Option<Val>, end: bool| {
        if let Some(Val::Range(a, b)) = v { Some(if end { *b } else { *a }) } else { None }
    };
    Ok(vec![
        date_column(&format!("{stem}_start"), values.iter().map(|v| side(v, false)))?,
        date_column(&format!("{stem}_end"), values.iter().map(|v| side(v, true)))?,
    ])
}

fn list_column(id: &str, field: &Field, values: &[Option<Val>]) -> Column {
    let labels = |v: &Option<Val>| match v {
        Some(Val::Many(all)) => {
            all.iter().filter_map(|i| field.options.get(*i).cloned()).collect::<Vec<String>>().join("、")
        }
        _ => String::new(),
    };
    let texts: Vec<Option<String>> =
        values.iter().map(|v| Some(labels(v)).filter(|t| !t.is_empty())).collect();
    text_column(id, texts)
}

fn dimension_columns(values: &[Option<Val>]) -> Vec<Column> {
    let mut out = Vec::new();
    for (at, stem) in DIMENSION_IDS.iter().enumerate() {
        for (side, suffix) in ["before", "goal", "after"].iter().enumerate() {
            let level = |v: &Option<Val>| {
                if let Some(Val::Dimensions(rows)) = v { rows.get(at).and_then(|r| r[side]) } else { None }
            };
            let levels: Vec<Option<i64>> = values.iter().map(level).collect();
            out.push(Series::new(format!("{stem}_{suffix}").into(), levels).into_column());
        }
    }
    out
}

/// Indicators as a JSON array of objects.
fn indicators(value: Option<&Val>) -> Option<String> {
    let Some(Val::Indicators(all)) = value else { return None };
    let number =
        |n: Option<(i64, u32)>| n.map(|(m, d)| crate::metrics::fixed(i128::from(m), 10i128.pow(d), d));
    let rows: Vec<serde_json::Value> = all
        .iter()
        .map(|i| {
            let direction = i.more_is_better.map(|more| if more { "越高越好" } else { "越低越好" });
            serde_json::json!({
                "name": i.name, "unit": i.unit, "direction": direction,
                "before": number(i.before), "goal": number(i.goal), "after": number(i.after),
            })
        })
        .collect();
    serde_json::to_string(&rows).ok()
}

/// One row per project and enterprise of the period: what there is of it.
fn project_frame(links: &Links, period: Period) -> PolarsResult<DataFrame> {
    let mut projects: BTreeMap<_, Vec<&Linked>> = BTreeMap::new();
    let own = |l: &&Linked| l.counted() && l.ret.period == period && !l.key.project.is_empty();
    for linked in links.returns.iter().filter(own) {
        projects.entry(&linked.key).or_default().push(linked);
    }
    let rows: Vec<&Vec<&Linked>> = projects.values().collect();
    let lead = |all: &[&Linked]| all.iter().position(|l| l.ret.form == Form::C).unwrap_or(0);
    let text = |name: &str, value: &dyn Fn(&Linked) -> String| {
        text_column(name, rows.iter().map(|all| Some(value(all[lead(all)]))).collect())
    };
    let mut columns = vec![
        text("period", &|l| l.ret.period.to_string()),
        text("enterprise", &|l| crate::text::words(l.ret.enterprise())),
        text("project", &|l| crate::text::words(l.ret.project())),
        text("district", &|l| district_name(l.district).to_owned()),
        text("agency", &|l| l.agency.to_string()),
    ];
    for form in [Form::C, Form::D, Form::F, Form::S] {
        let has: Vec<bool> = rows.iter().map(|all| all.iter().any(|l| l.ret.form == form)).collect();
        columns.push(Series::new(format!("has_{}", form.letter().to_lowercase()).into(), has).into_column());
    }
    let consent: Vec<bool> = rows.iter().map(|all| all.iter().all(|l| l.consent)).collect();
    columns.push(Series::new("consent".into(), consent).into_column());
    DataFrame::new(rows.len(), columns)
}

fn metric_frame(figures: &[Figure]) -> PolarsResult<DataFrame> {
    let text = |name: &str, value: &dyn Fn(&Figure) -> String| {
        text_column(name, figures.iter().map(|f| Some(value(f))).collect())
    };
    let float = |name: &str, value: &dyn Fn(&Figure) -> Option<f64>| {
        Series::new(name.into(), figures.iter().map(value).collect::<Vec<_>>()).into_column()
    };
    let columns = vec![
        text("period", &|f| f.period.to_string()),
        text("level", &|f| f.level.id().to_owned()),
        text("unit_code", &|f| f.data_code().to_owned()),
        text("unit_name", &|f| f.unit_name.clone()),
        text("metric", &|f| f.metric.to_owned()),
        text("item", &|f| f.item.to_owned()),
        float("numerator", &|f| f.numerator.map(crate::metrics::Exact::as_f64)),
        Series::new("denominator".into(), figures.iter().map(|f| f.denominator).collect::<Vec<_>>())
            .into_column(),
        float("value", &|f| f.value),
        float("lower", &|f| f.interval.map(|i| i.lower)),
        float("upper", &|f| f.interval.map(|i| i.upper)),
        text("unit", &|f| f.unit.id().to_owned()),
        text("status", &|f| f.status.id().to_owned()),
        text("printed", &Figure::printed),
    ];
    DataFrame::new(figures.len(), columns)
}

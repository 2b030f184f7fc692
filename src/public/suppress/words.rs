//! The quantities behind the figures by names that people know.

use std::collections::BTreeMap;

use super::{COUNTED, Reason, counted_id};
use crate::metrics::Measured;
use crate::metrics::catalogue::item_label;
use crate::period::Period;

/// Names of the units, by code.
pub struct Quantities(BTreeMap<String, String>);

impl Quantities {
    pub fn new(measured: &BTreeMap<Period, Measured>) -> Self {
        let units = measured.values().flat_map(|m| &m.units);
        Self(units.map(|unit| (unit.code.clone(), unit.name.clone())).collect())
    }

    /// The name of a cell by its label ([`super::Model::label`]): `武侯区：服务项目数`.
    pub fn spoken(&self, label: &str) -> String {
        let Some((unit, name)) = label.rsplit_once('/') else { return label.to_owned() };
        let unit = self.0.get(unit).map_or(unit, String::as_str);
        format!("{unit}：{}", quantity(name))
    }
}

fn quantity(name: &str) -> String {
    if let Some((_, words)) = COUNTED.iter().find(|(form, _)| counted_id(*form) == name) {
        return (*words).to_owned();
    }
    let (stem, item) = name.split_once('.').unwrap_or((name, ""));
    let item = item_label(item);
    match stem {
        "answered" => format!("对“{item}”作答的份数"),
        "satisfied" => format!("对“{item}”回答“满意”的份数"),
        "respondents" => "满意度有效份数".into(),
        "composite" => "综合满意度得分".into(),
        "surveyed" => "收到满意度调查表的项目数".into(),
        "closed" => "服务闭环的项目数".into(),
        "pairs" => "提出的需求项数".into(),
        "matched" => "得到响应的需求项数".into(),
        "served" => "接受服务的企业数".into(),
        "fed_back" => "已反馈的企业数".into(),
        "next_need" => "提出下阶段需求的企业数".into(),
        "level_answered" => "填报标准水平的企业数".into(),
        "level" => format!("标准水平为“{item}”的企业数"),
        "base_answered" => format!("填报“{item}”的企业数"),
        "base" => format!("“{item}”的企业数"),
        "need_any" => "提出需求的企业数".into(),
        "need" => format!("需求为“{item}”的企业数"),
        "service_any" => "填报服务类型的项目数".into(),
        "service" => format!("服务为“{item}”的项目数"),
        "comparable" => "前后两次均填报标准水平的企业数".into(),
        "change" => format!("标准水平“{item}”的企业数"),
        _ => name.to_owned(),
    }
}

impl Reason {
    /// The reason in Chinese, with the quantity it protects by name.
    pub fn words(&self, quantities: &Quantities) -> String {
        let of = |label: &str| quantities.spoken(label);
        match self {
            Self::Small => "数值低于公开的下限，可能识别出单个企业".into(),
            Self::FewAnswers => "有效回答份数低于公布比率的下限".into(),
            Self::Denominator => "其分母不公开".into(),
            Self::Margin { of: label } => format!("如果公开，可由合计推算出「{}」", of(label)),
            Self::Audit { of: label } => format!("如果公开，「{}」的可能取值范围过窄", of(label)),
            Self::EarlierEdition => "本期较早的版本未公开，前后一致".into(),
            Self::Revision => "与本期较早版本之差过小，公开将泄露增减的企业".into(),
            Self::EarlierPeriod => "上一季度因数值过小未公开，且本季度变化过小".into(),
            Self::EarlierCount { of: label } => {
                let (period, label) = label.split_once('/').unwrap_or(("", label));
                let period = period.parse::<Period>().map(Period::chinese).unwrap_or_default();
                format!("如果公开，可推算出{period}未公开的「{}」", of(label))
            }
            Self::Part { of: label } => format!("其组成部分「{}」不公开", of(label)),
        }
    }
}

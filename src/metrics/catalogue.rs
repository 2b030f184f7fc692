//! Every metric, defined once: from this come the computation, `zhiti metrics`, the
//! 编制说明 of each report, the data dictionary and `explain`.

use polars::prelude::{Expr, lit};

use super::facts::Frame;
use super::frame::whole;
use super::{CATEGORIES, DIMENSIONS, RATINGS};

/// What a unit of measurement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Rate,
    Score,
    Day,
    Point,
    /// A difference of two rates: a fraction in data like them, percentage points in print.
    PercentPoint,
}

impl Unit {
    pub fn id(self) -> &'static str {
        ["rate", "score", "day", "point", "rate"][self as usize]
    }

    /// The unit of an id, as values are told in data: a difference of rates is a rate there.
    pub fn of(id: &str) -> Option<Self> {
        [Self::Rate, Self::Score, Self::Day, Self::Point].into_iter().find(|unit| unit.id() == id)
    }

    /// `%`, `分`, `天`, `分`, `个百分点` for tables.
    pub fn label(self) -> &'static str {
        ["%", "分", "天", "分", "个百分点"][self as usize]
    }
}

/// What a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    City,
    District,
    Agency,
    Category,
    Size,
}

impl Level {
    pub const ALL: [Self; 5] = [Self::City, Self::District, Self::Agency, Self::Category, Self::Size];

    pub fn id(self) -> &'static str {
        ["city", "district", "agency", "category", "size"][self as usize]
    }

    /// `全市`, `区（市）县` …
    pub fn label(self) -> &'static str {
        ["全市", "区（市）县", "质量服务机构", "服务类别", "企业规模"][self as usize]
    }
}

/// How an interval is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    None,
    Wilson,
    /// Three-level score from its two cumulative shares.
    Mover,
    /// Wilson on the mean over 100.
    WilsonOnMean,
}

impl Method {
    pub fn label(self) -> &'static str {
        ["不给出区间", "Wilson 区间", "MOVER 区间", "均值/100 的 Wilson 区间"][self as usize]
    }
}

/// How a value comes from the facts.
#[derive(Clone, Copy)]
pub enum Rule {
    /// Sum of numerators over sum of denominators, both divided by `scale`; the floor counts the
    /// denominators unless `floor` says otherwise.
    Ratio { frame: Frame, terms: fn(&str) -> Terms, scale: i64 },
    /// Median of the days of matched pairs.
    MedianDays,
    /// Share of demand less share of service, per category.
    StructureGap,
    /// Half the sum of the absolute gaps.
    StructureMismatch,
}

/// What is summed for one item: per fact, its part in numerator, denominator and floor.
pub struct Terms {
    pub numerator: Expr,
    pub denominator: Expr,
    pub floor: Option<Expr>,
}

/// One metric.
pub struct Definition {
    pub id: &'static str,
    pub name: &'static str,
    /// Clauses of DB5101/T 190—2024 it serves.
    pub clause: &'static str,
    /// Numerator, denominator and value in words.
    pub formula: &'static str,
    pub items: &'static [&'static str],
    pub unit: Unit,
    pub method: Method,
    pub rule: Rule,
    /// Whether it is computed for agencies, categories and sizes as well.
    pub all_levels: bool,
}

impl Definition {
    /// The definition of an id.
    pub fn of(id: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|d| d.id == id)
    }

    /// Levels it is computed for.
    pub fn levels(&self) -> &'static [Level] {
        if self.all_levels { &Level::ALL } else { &Level::ALL[..2] }
    }

    /// What its denominator counts: `份`, `个` (projects), `家` (enterprises) …; `None` where that is no count.
    pub fn counter(&self) -> Option<&'static str> {
        let Rule::Ratio { frame, .. } = self.rule else {
            return matches!(self.rule, Rule::MedianDays).then_some("对");
        };
        Some(match frame {
            Frame::Satisfaction | Frame::SatisfactionByCategory | Frame::Feedback => "份",
            // A closure is out of a sum of points.
            Frame::Supplements => return (self.id != "gap_closure").then_some("份"),
            Frame::Needs | Frame::Served | Frame::Changes => "家",
            Frame::Services => "个",
            Frame::Pairs => "对",
            Frame::Indicators => "项",
        })
    }

    /// `满意率（对服务人员的服务态度）`.
    pub fn name_of(&self, item: &str) -> String {
        if item.is_empty() {
            self.name.to_owned()
        } else {
            format!("{}（{}）", self.name, item_label(item))
        }
    }
}

/// An item as printed.
pub fn item_label(item: &str) -> &str {
    match item {
        "staff_attitude" => "服务人员的服务态度",
        "staff_skill" => "服务人员的专业能力",
        "expert_attitude" => "服务专家的服务态度",
        "expert_skill" => "服务专家的专业能力",
        "below" => "低于行业平均水平",
        "average" => "行业平均水平",
        "above" => "高于行业平均水平",
        "leading" => "行业领先、国际先进",
        "self_declared" => "企业标准自我声明公开",
        "standards" => "参与制定标准",
        "patents" => "拥有有效发明专利",
        "improved" => "提升",
        "same" => "持平",
        "worse" => "下降",
        "all" => "合计",
        other => other,
    }
}

const NO_ITEM: &[&str] = &[""];
const LEVELS: &[&str] = &["below", "average", "above", "leading"];
const BASES: &[&str] = &["self_declared", "standards", "patents"];
const CHANGES: &[&str] = &["improved", "same", "worse"];
const CLOSURES: &[&str] =
    &["质量战略与目标", "质量文化", "质量管理体系", "质量人才与培训", "质量成本管控", "质量考核评定", "all"];

/// Scale of scores: 基本满意 may have four decimals.
pub const SCORE_SCALE: i64 = 10_000;
/// Scale of the composite: a mean of at most two groups of at most two items.
pub const COMPOSITE_SCALE: i64 = 4 * SCORE_SCALE;
/// Scale of goal attainment, a sum of ratios.
pub const RATIO_SCALE: i64 = 1_000_000_000_000;

fn sum_of(numerator: &str, denominator: &str) -> Terms {
    Terms { numerator: whole(numerator), denominator: whole(denominator), floor: None }
}

fn item(item: &str, what: &str) -> Expr {
    whole(format!("{item}_{what}"))
}

fn answered(i: &str) -> Expr {
    item(i, "a") + item(i, "b") + item(i, "c")
}

fn satisfied(i: &str) -> Terms {
    Terms { numerator: item(i, "a"), denominator: answered(i), floor: None }
}

fn acceptable(i: &str) -> Terms {
    Terms { numerator: item(i, "a") + item(i, "b"), denominator: answered(i), floor: None }
}

fn item_score(i: &str) -> Terms {
    let numerator = item(i, "a") * lit(100 * SCORE_SCALE) + item(i, "b") * whole("middle");
    Terms { numerator, denominator: answered(i), floor: None }
}

fn unanswered(i: &str) -> Terms {
    Terms { numerator: item(i, "miss"), denominator: answered(i) + item(i, "miss"), floor: None }
}

fn share_of(prefix: &str, i: &str, denominator: &str) -> Terms {
    Terms { numerator: whole(format!("{prefix}_{i}")), denominator: whole(denominator), floor: None }
}

fn closure(i: &str) -> Terms {
    Terms { numerator: item(i, "closed"), denominator: item(i, "open"), floor: Some(item(i, "pairs")) }
}

const fn ratio(frame: Frame, terms: fn(&str) -> Terms) -> Rule {
    Rule::Ratio { frame, terms, scale: 1 }
}

/// All metrics, in the order they are printed.
pub const CATALOGUE: &[Definition] = &[
    Definition {
        id: "satisfied_rate",
        name: "满意率",
        clause: "8.2",
        formula: "回答“满意”的份数÷有效回答份数",
        items: &RATINGS,
        unit: Unit::Rate,
        method: Method::Wilson,
        rule: ratio(Frame::Satisfaction, satisfied),
        all_levels: true,
    },
    Definition {
        id: "acceptable_rate",
        name: "基本满意及以上率",
        clause: "8.2",
        formula: "回答“满意”或“基本满意”的份数÷有效回答份数",
        items: &RATINGS,
        unit: Unit::Rate,
        method: Method::Wilson,
        rule: ratio(Frame::Satisfaction, acceptable),
        all_levels: true,
    },
    Definition {
        id: "item_score",
        name: "满意度得分",
        clause: "8.2",
        formula: "（100×满意份数＋“基本满意”分值×基本满意份数）÷有效回答份数",
        items: &RATINGS,
        unit: Unit::Score,
        method: Method::Mover,
        rule: Rule::Ratio { frame: Frame::Satisfaction, terms: item_score, scale: SCORE_SCALE },
        all_levels: true,
    },
    Definition {
        id: "composite_score",
        name: "综合满意度",
        clause: "8.1、8.2",
        formula: "各份问卷综合得分的平均；每份先分别求服务人员、服务专家两组已答项目的平均，再求两组平均，整组未答的不计",
        items: NO_ITEM,
        unit: Unit::Score,
        method: Method::WilsonOnMean,
        rule: Rule::Ratio {
            frame: Frame::Satisfaction,
            terms: |_| sum_of("composite", "respondent"),
            scale: COMPOSITE_SCALE,
        },
        all_levels: true,
    },
    Definition {
        id: "unanswered_rate",
        name: "未作答率",
        clause: "8.2",
        formula: "应答而未答（含无法辨认）的份数÷应答份数；无服务专家且未评价的不在应答之列",
        items: &RATINGS,
        unit: Unit::Rate,
        method: Method::None,
        rule: ratio(Frame::Satisfaction, unanswered),
        all_levels: true,
    },
    Definition {
        id: "response_rate",
        name: "满意度调查回收率",
        clause: "8.2",
        formula: "有满意度调查表的服务项目数÷有服务实施记录的项目数",
        items: NO_ITEM,
        unit: Unit::Rate,
        method: Method::None,
        rule: ratio(Frame::Services, |_| sum_of("surveyed", "one")),
        all_levels: false,
    },
    Definition {
        id: "below_industry_share",
        name: "标准水平落后占比",
        clause: "7.2.2",
        formula: "执行标准低于行业平均水平的企业数÷已答企业数",
        items: NO_ITEM,
        unit: Unit::Rate,
        method: Method::Wilson,
        rule: ratio(Frame::Needs, |_| sum_of("level_below", "level_answered")),
        all_levels: false,
    },
    Definition {
        id: "standard_level_share",
        name: "标准水平分布",
        clause: "7.2.2",
        formula: "各档企业数÷已答企业数",
        items: LEVELS,
        unit: Unit::Rate,
        method: Method::Wilson,
        rule: ratio(Frame::Needs, |i| share_of("level", i, "level_answered")),
        all_levels: false,
    },
    Definition {
        id: "quality_base_coverage",
        name: "质量基础覆盖率",
        clause: "7.1、7.2.2",
        formula: "具备该项质量基础的企业数÷已答企业数；参与制定标准指五类标准任一项大于0",
        items: BASES,
        unit: Unit::Rate,
        method: Method::Wilson,
        rule: ratio(Frame::Needs, |i| Terms {
            numerator: item(i, "yes"),
            denominator: item(i, "answered"),
            floor: None,
        }),
        all_levels: false,
    },
    Definition {
        id: "demand_share",
        name: "需求占比",
        clause: "4.1、7.1",
        formula: "勾选该类需求的企业数÷至少勾选一类需求的企业数",
        items: &CATEGORIES,
        unit: Unit::Rate,
        method: Method::Wilson,
        rule: ratio(Frame::Needs, |i| share_of("need", i, "need_any")),
        all_levels: false,
    },
    Definition {
        id: "service_share",
        name: "服务占比",
        clause: "6、7.4.5",
        formula: "勾选该类的服务实施记录数÷至少勾选一类的服务实施记录数（表C的栏目名为“质量提升需求类型”，以此近似反映服务供给）",
        items: &CATEGORIES,
        unit: Unit::Rate,
        method: Method::Wilson,
        rule: ratio(Frame::Services, |i| share_of("service", i, "service_any")),
        all_levels: false,
    },
    Definition {
        id: "structure_gap",
        name: "供需结构差",
        clause: "4.2",
        formula: "该类占全部需求勾选数的比重－该类占全部服务勾选数的比重",
        items: &CATEGORIES,
        unit: Unit::PercentPoint,
        method: Method::None,
        rule: Rule::StructureGap,
        all_levels: false,
    },
    Definition {
        id: "structure_mismatch",
        name: "供需结构偏离度",
        clause: "4.2",
        formula: "各类供需结构差绝对值之和的一半；需求、服务勾选数均不少于20",
        items: NO_ITEM,
        unit: Unit::Rate,
        method: Method::None,
        rule: Rule::StructureMismatch,
        all_levels: false,
    },
    Definition {
        id: "demand_response_rate",
        name: "需求响应率",
        clause: "4.2、7.4",
        formula: "填表后180天内由服务实施记录响应的（企业、需求类别）对数÷全部对数；其他服务及未填日期的不计",
        items: NO_ITEM,
        unit: Unit::Rate,
        method: Method::Wilson,
        rule: ratio(Frame::Pairs, |_| sum_of("matched", "one")),
        all_levels: false,
    },
    Definition {
        id: "median_response_days",
        name: "响应时长中位数",
        clause: "4.2、5.3",
        formula: "已响应各对由填表到首次服务开始的天数的中位数",
        items: NO_ITEM,
        unit: Unit::Day,
        method: Method::None,
        rule: Rule::MedianDays,
        all_levels: false,
    },
    Definition {
        id: "closed_loop_rate",
        name: "服务闭环率",
        clause: "7.4.5、8.2",
        formula: "有满意度调查表且服务人员、企业（有服务专家的，含专家）均已签字的项目数÷有服务实施记录的项目数",
        items: NO_ITEM,
        unit: Unit::Rate,
        method: Method::Wilson,
        rule: ratio(Frame::Services, |_| sum_of("closed", "one")),
        all_levels: false,
    },
    Definition {
        id: "feedback_rate",
        name: "情况反馈率",
        clause: "7.6.3",
        formula: "前四个季度接受过服务且本季度报送情况反馈表的企业数÷前四个季度接受过服务的企业数",
        items: NO_ITEM,
        unit: Unit::Rate,
        method: Method::None,
        rule: ratio(Frame::Served, |_| sum_of("answered", "one")),
        all_levels: false,
    },
    Definition {
        id: "next_need_rate",
        name: "下阶段需求提出率",
        clause: "7.6.3、8.4",
        formula: "写明下阶段需求的情况反馈表数÷情况反馈表数",
        items: NO_ITEM,
        unit: Unit::Rate,
        method: Method::Wilson,
        rule: ratio(Frame::Feedback, |_| sum_of("next_need", "one")),
        all_levels: false,
    },
    Definition {
        id: "level_change",
        name: "标准水平前后变化",
        clause: "7.5.1",
        formula: "与至少180天前的需求调查相比，执行标准水平提升（持平、下降）的企业数÷可比企业数",
        items: CHANGES,
        unit: Unit::Rate,
        method: Method::None,
        rule: ratio(Frame::Changes, |i| Terms {
            numerator: whole(i),
            denominator: whole("one"),
            floor: None,
        }),
        all_levels: false,
    },
    Definition {
        id: "dimension_gap",
        name: "质量差距",
        clause: "7.2.1、7.2.2",
        formula: "补充表中（目标－服务前）的平均",
        items: &DIMENSIONS,
        unit: Unit::Point,
        method: Method::None,
        rule: ratio(Frame::Supplements, |i| Terms {
            numerator: item(i, "gap"),
            denominator: item(i, "both"),
            floor: None,
        }),
        all_levels: false,
    },
    Definition {
        id: "gap_closure",
        name: "差距弥合率",
        clause: "7.5.1",
        formula: "Σ（服务后－服务前）÷Σ（目标－服务前），只计目标高于服务前的",
        items: CLOSURES,
        unit: Unit::Rate,
        method: Method::None,
        rule: ratio(Frame::Supplements, closure),
        all_levels: false,
    },
    Definition {
        id: "goal_attainment",
        name: "目标达成率",
        clause: "7.3、附录D第1项",
        formula: "各项指标（服务后－服务前）÷（目标－服务前）的平均，每项限于0至1；目标等于服务前的不计",
        items: NO_ITEM,
        unit: Unit::Rate,
        method: Method::None,
        rule: Rule::Ratio {
            frame: Frame::Indicators,
            terms: |_| sum_of("attained", "one"),
            scale: RATIO_SCALE,
        },
        all_levels: false,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_found() {
        for d in CATALOGUE {
            assert_eq!(Definition::of(d.id).map(|x| x.name), Some(d.name));
        }
        assert_eq!(CATALOGUE.len(), 22);
    }
}

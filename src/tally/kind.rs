//! The names of the numbers: what each counts, in words, and how its name is read.

use crate::compare::Against;
use crate::metrics::catalogue::item_label;
use crate::metrics::{DIMENSIONS, RATINGS};
use crate::problem::{Code, Severity};
use crate::spec::Form;

/// What a number counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `account.received[.B]`: returns by what became of them.
    Account(Account, Option<Form>),
    /// `files.unreadable`: files of which nothing could be read.
    Unreadable,
    /// `reach.enterprises`: units that the counted returns are about.
    Reach(Reach),
    /// `problems.error`: findings of a severity.
    Severity(Severity),
    /// `problems.phone_bad`: findings of a code.
    Code(Code),
    /// `dissatisfied.staff_skill`: answers 不满意.
    Dissatisfied(&'static str),
    /// `rating_share.basic.staff_skill`: share of 基本满意 (1) or 不满意 (2) among the answers.
    RatingShare(usize, &'static str),
    /// `sensitivity.80`: the composite with another score of 基本满意.
    Sensitivity(f64),
    /// `all_satisfied_rate`: questionnaires whose every answered item is 满意.
    AllSatisfied,
    /// `dimension_level.before.质量文化`: mean level of a dimension of the supplement.
    Level(Side, usize),
    /// `composite_score:n`: a part of a figure.
    Part(String, Part),
}

/// What became of returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    Expected,
    Received,
    Counted,
    /// Counted, of a form that the roster lists and of none of its projects.
    Outside,
    Superseded,
    Excluded,
    Missing,
}

/// Units that counted returns are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Enterprises,
    Projects,
    Agencies,
    /// Districts that sent anything.
    Districts,
    /// All districts of the city.
    AllDistricts,
}

/// Side of a dimension in the supplement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Before,
    Goal,
    After,
}

/// A printed part of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its denominator.
    N,
    /// Its numerator, where that is a count.
    X,
    Interval,
    /// The interval with the correction for the finite number of projects.
    Finite,
    /// The size of its change, without a sign.
    Change(Against),
    /// The value of the other units together.
    Others,
}

impl Account {
    pub const ALL: [Self; 7] = [
        Self::Expected,
        Self::Received,
        Self::Counted,
        Self::Outside,
        Self::Superseded,
        Self::Excluded,
        Self::Missing,
    ];

    pub fn id(self) -> &'static str {
        ["expected", "received", "counted", "outside", "superseded", "excluded", "missing"][self as usize]
    }

    /// As the tables head it.
    pub fn label(self) -> &'static str {
        ["应报", "收到", "计入", "名册外", "被替代", "未计入", "缺报"][self as usize]
    }

    fn rule(self) -> &'static str {
        [
            "名册中应报的份数：表B、表E按企业，其余按项目",
            "读到的份数：收到＝计入＋被替代＋未计入",
            "计入统计的份数",
            "计入统计而名册中没有其企业、项目的份数",
            "同一企业、同一项目有更新的一份，因而不计的份数",
            "因有错误而不计的份数",
            "名册中应报而没有收到，或收到的文件无法辨认的份数",
        ][self as usize]
    }

    /// The names of its numbers: over all forms, and of each form.
    pub fn names(self) -> impl Iterator<Item = String> {
        let of_form = Form::ALL.into_iter().map(move |form| format!("account.{}.{form}", self.id()));
        std::iter::once(format!("account.{}", self.id())).chain(of_form)
    }
}

impl Side {
    pub const ALL: [Self; 3] = [Self::Before, Self::Goal, Self::After];

    pub fn id(self) -> &'static str {
        ["before", "goal", "after"][self as usize]
    }

    pub fn label(self) -> &'static str {
        ["服务前", "目标", "服务后"][self as usize]
    }
}

const REACH: [(Reach, &str, &str, &str); 5] = [
    (Reach::Enterprises, "enterprises", "企业数", "计入统计的材料涉及的企业家数"),
    (Reach::Projects, "projects", "服务项目数", "计入统计的材料涉及的（企业、项目）个数"),
    (Reach::Agencies, "agencies", "质量服务机构数", "计入统计的满意度调查表（表F）涉及的机构家数"),
    (Reach::Districts, "districts", "有报送的区（市）县数", "收到任何一份材料的区（市）县个数，不含未归属"),
    (Reach::AllDistricts, "all_districts", "区（市）县总数", "全市区（市）县和功能区的个数"),
];

const SEVERITIES: [(&str, Severity); 3] =
    [("error", Severity::Error), ("warning", Severity::Warning), ("info", Severity::Info)];

const PARTS: [(&str, Part); 8] = [
    ("n", Part::N),
    ("x", Part::X),
    ("interval", Part::Interval),
    ("finite", Part::Finite),
    ("quarter", Part::Change(Against::Quarter)),
    ("year", Part::Change(Against::Year)),
    ("rest", Part::Change(Against::Rest)),
    ("others", Part::Others),
];

impl Part {
    fn label(self) -> &'static str {
        match self {
            Self::N => "分母",
            Self::X => "分子",
            Self::Interval => "95%置信区间",
            Self::Finite => "按有限总体修正的95%区间",
            Self::Change(Against::Quarter) => "与上季度之差",
            Self::Change(Against::Year) => "与上年同期之差",
            Self::Change(Against::Rest) => "与其余单位之差",
            Self::Others => "其余单位合计",
        }
    }

    pub(super) fn rule(self) -> &'static str {
        match self {
            Self::N => "该指标的分母，即有效份数",
            Self::X => "该指标的分子",
            Self::Interval => "该指标的95%置信区间",
            Self::Finite => {
                "只就本季度的服务项目而言：Wilson 区间，n 换成 n(N－1)/(N－n)，N 为计入的服务实施记录数"
            }
            Self::Change(_) => "两个数值之差；上升、下降、高于、低于须差的95%区间不含0，且校正后p小于0.05",
            Self::Others => "全市减去本单位后的数值",
        }
    }
}

impl Kind {
    /// Reads a name; `None` where it is none.
    pub fn parse(name: &str) -> Option<Self> {
        if let Some((figure, part)) = name.rsplit_once(':') {
            let (_, part) = PARTS.iter().find(|(id, _)| *id == part)?;
            return Some(Self::Part(figure.to_owned(), *part));
        }
        let (head, rest) = name.split_once('.').unwrap_or((name, ""));
        match head {
            "account" => account(rest),
            // The public edition's name of the same count.
            "counted" => Form::from_letter(rest).map(|f| Self::Account(Account::Counted, Some(f))),
            "files" if rest == "unreadable" => Some(Self::Unreadable),
            "reach" => REACH.iter().find(|r| r.1 == rest).map(|r| Self::Reach(r.0)),
            "problems" => SEVERITIES
                .iter()
                .find(|(id, _)| *id == rest)
                .map(|(_, s)| Self::Severity(*s))
                .or_else(|| Code::from_id(rest).map(Self::Code)),
            "dissatisfied" => rating(rest).map(Self::Dissatisfied),
            "rating_share" => {
                let (level, item) = rest.split_once('.')?;
                let level = ["basic", "poor"].iter().position(|l| *l == level)?;
                Some(Self::RatingShare(level + 1, rating(item)?))
            }
            "sensitivity" => {
                let middle: f64 = rest.parse().ok()?;
                (0.0..=100.0).contains(&middle).then_some(Self::Sensitivity(middle))
            }
            "all_satisfied_rate" if rest.is_empty() => Some(Self::AllSatisfied),
            "dimension_level" => {
                let (side, dimension) = rest.split_once('.')?;
                let side = Side::ALL.into_iter().find(|s| s.id() == side)?;
                Some(Self::Level(side, DIMENSIONS.iter().position(|d| *d == dimension)?))
            }
            _ => None,
        }
    }

    /// What it is, in words.
    pub fn title(&self) -> String {
        match self {
            Self::Account(account, None) => format!("{}份数（各表合计）", account.label()),
            Self::Account(account, Some(form)) => format!("{}份数（表{form}）", account.label()),
            Self::Unreadable => "无法读取的文件数".into(),
            Self::Reach(which) => REACH[*which as usize].2.to_owned(),
            Self::Severity(severity) => format!("{}处数", severity.label()),
            Self::Code(code) => format!("问题处数（{}）", code.id()),
            Self::Dissatisfied(item) => format!("“不满意”的份数（{}）", item_label(item)),
            Self::RatingShare(level, item) => {
                format!("“{}”占比（{}）", ["满意", "基本满意", "不满意"][*level], item_label(item))
            }
            Self::Sensitivity(middle) => format!("综合满意度（“基本满意”按{middle}分计）"),
            Self::AllSatisfied => "各项均满意的问卷所占比重".into(),
            Self::Level(side, dimension) => format!("{}平均得分（{}）", side.label(), DIMENSIONS[*dimension]),
            Self::Part(name, part) => format!("{}：{}", figure_title(name), part.label()),
        }
    }

    /// How it is counted, in words.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Account(account, _) => account.rule(),
            Self::Unreadable => {
                "损坏、加密、不是电子表格或没有可识别的表格，因而没有读到任何内容的文件个数；区（市）县按文件夹"
            }
            Self::Reach(which) => REACH[*which as usize].3,
            Self::Severity(_) | Self::Code(_) => "问题清单中的处数",
            Self::Dissatisfied(_) => "计入统计的满意度调查表中回答“不满意”的份数",
            Self::RatingShare(..) => "回答该档的份数÷有效回答份数",
            Self::Sensitivity(_) => "与综合满意度相同，只改“基本满意”的分值",
            Self::AllSatisfied => "已答各项均为“满意”的问卷数÷有任何一项回答的问卷数",
            Self::Level(..) => "计入统计的补充表中该方面该栏得分的平均",
            Self::Part(_, part) => part.rule(),
        }
    }
}

/// `满意率（服务人员的服务态度）` of `satisfied_rate.staff_attitude`.
pub(crate) fn figure_title(name: &str) -> String {
    let (metric, item) = name.split_once('.').unwrap_or((name, ""));
    crate::metrics::Definition::of(metric).map_or_else(|| name.to_owned(), |d| d.name_of(item))
}

fn account(rest: &str) -> Option<Kind> {
    let (what, form) = rest.split_once('.').map_or((rest, None), |(what, form)| (what, Some(form)));
    let what = Account::ALL.into_iter().find(|a| a.id() == what)?;
    match form {
        None => Some(Kind::Account(what, None)),
        Some(letter) => Form::from_letter(letter).map(|form| Kind::Account(what, Some(form))),
    }
}

fn rating(item: &str) -> Option<&'static str> {
    RATINGS.into_iter().find(|r| *r == item)
}

//! What a report's template may see: strings already formatted, labels, dates,
//! figure names. Templates never see domain types.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::compare::{self, Verdict, window};
use crate::link::{Status as ReturnStatus, agency_variants, district_name};
use crate::metrics::{CATEGORIES, Figure, Level, Measured, Status, float};
use crate::parse::date;
use crate::period::Period;
use crate::problem::{Code, Problem, Severity};
use crate::reference::district::{CITY, DISTRICTS};
use crate::spec::Form;

use super::scene::{Scene, is_muted};
use super::tables::About;

/// Everything a report's template may use.
#[derive(Clone, Debug, Serialize)]
pub struct ReportView {
    /// The quarter: `id` 2025Q1, `words` 2025年第一季度, `previous` and `year_before` likewise, `has_previous`.
    pub period: PeriodView,
    /// The unit: `code`, `name`, `level`.
    pub unit: NameView,
    /// The city: `code`, `name`.
    pub city: NameView,
    /// Sums over all forms.
    pub total: TotalView,
    /// Per form, in the order B to S.
    pub forms: Vec<FormView>,
    /// Figures of the unit by name, dots replaced by `__` (`figures.item_score__staff_skill`).
    pub figures: BTreeMap<String, FigureView>,
    /// Number of districts that sent anything, and of all.
    pub districts: DistrictsView,
    /// Categories by falling demand, those without any left out.
    pub demand: Vec<CategoryView>,
    /// Categories that weigh more among needs than among services, by a test and by the limit of the settings; by
    /// falling gap.
    pub undersupplied: Vec<CategoryView>,
    /// Whether any category could be tested for it.
    pub supply_compared: bool,
    /// Satisfaction and feedback forms without a service record.
    pub orphans: OrphansView,
    /// Other spellings in the returns that may be of the same agency.
    pub variants: Vec<String>,
    /// From where on something is a problem, as printed.
    pub limits: BTreeMap<&'static str, String>,
    /// Districts and agencies whose satisfaction rests on fewer answers than their floor.
    pub small_units: usize,
    /// Figures of the unit that rest on fewer answers than their floor.
    pub small_figures: usize,
    /// Problems of the unit by severity.
    pub problems: ProblemsView,
    /// What enterprises wrote of the next stage (form E), quoted with its place.
    pub next_needs: Vec<QuoteView>,
    /// What is dissatisfied: items rated 不满意 at least once, with counts.
    pub dissatisfied: Vec<ItemView>,
    /// Choices of this run, for the 编制说明.
    pub choices: ChoicesView,
    /// The unit's composite under other scores of 基本满意.
    pub sensitivity: Vec<SensitivityView>,
    /// What the forms cannot say.
    pub not_in_forms: Vec<&'static str>,
    /// Whether the inputs are synthetic.
    pub synthetic: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct PeriodView {
    pub id: String,
    pub words: String,
    pub previous: String,
    pub year_before: String,
    pub has_previous: bool,
    pub has_year_before: bool,
    /// The four quarters before as far as the inputs hold them: `前四个季度`, `2025年第一季度`.
    pub earlier: String,
    pub last_day: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct NameView {
    pub code: String,
    pub name: String,
    pub level: String,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct TotalView {
    pub received: usize,
    pub counted: usize,
    pub superseded: usize,
    pub excluded: usize,
    pub expected: usize,
    pub missing: usize,
    pub has_roster: bool,
    /// Files of which nothing could be read.
    pub unreadable: usize,
    /// Enterprises and projects with at least one counted return.
    pub enterprises: usize,
    pub projects: usize,
    pub agencies: usize,
    /// Spellings that may be of an agency that is counted under another.
    pub agency_variants: usize,
}

#[derive(Clone, Debug, Serialize)]
pub struct FormView {
    pub letter: &'static str,
    pub caption: String,
    pub title: String,
    pub received: usize,
    pub counted: usize,
    pub excluded: usize,
    pub missing: usize,
}

#[derive(Clone, Debug, Serialize)]
pub struct FigureView {
    pub printed: String,
    pub interval: String,
    /// The interval for this quarter's projects as they are; empty where there is none.
    pub finite: String,
    pub n: i64,
    /// `ok`, `small_n` or `no_data`.
    pub status: &'static str,
    /// Whether it may be judged: neither small nor missing, nor still open.
    pub solid: bool,
    /// What is said of a figure whose window of observation is still open; empty for others.
    pub open: &'static str,
    /// Whether the value is past the limit from which it is a problem; never while it is open.
    pub beyond: bool,
    /// The number itself, for rules of thresholds (rates 0–1, scores 0–100).
    pub value: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct DistrictsView {
    pub reporting: usize,
    pub all: usize,
    pub silent: Vec<&'static str>,
    pub unattributed: usize,
}

#[derive(Clone, Debug, Serialize)]
pub struct CategoryView {
    pub name: &'static str,
    pub solid: bool,
    pub gap: f64,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct ProblemsView {
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
    /// Returns that are handed back with a correction workbook.
    pub returned: usize,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct OrphansView {
    pub satisfaction: usize,
    pub feedback: usize,
    /// Whether their share is past the limit.
    pub many: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct QuoteView {
    pub words: String,
    pub enterprise: String,
    pub place: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct ItemView {
    /// Id of the item, for `fig(name="dissatisfied." ~ i.item)`.
    pub item: &'static str,
    pub name: &'static str,
    pub count: i64,
}

#[derive(Clone, Debug, Serialize)]
pub struct SensitivityView {
    pub middle: String,
    pub printed: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct ChoicesView {
    pub middle_score: String,
    pub floor_city: u64,
    pub floor_district: u64,
    pub floor_agency: u64,
    pub floor_category: u64,
    pub floor_size: u64,
    /// From how many answers on results may be told to those they are about.
    pub privacy_threshold: u64,
}

/// Content the standard asks about and no form carries (metrics.md 2).
const NOT_IN_FORMS: &[&str] = &[
    "顾客期望与重要程度（不能计算期望差距或重要性—绩效分析）",
    "投诉的受理与处理情况（7.5.2）",
    "服务人员和服务专家的资质（5.2）",
    "质量提升产生的经济效益金额（附录D第3项、附录E仅有文字）",
    "企业营业收入和资产总额（企业规模只能按从业人员核对上限）",
];

/// The view of a report's unit.
pub fn view(scene: &Scene, about: &About) -> ReportView {
    let forms: Vec<FormView> = scene
        .specs
        .all()
        .map(|(form, spec)| form_view(scene, about, form, &spec.caption, &spec.title))
        .collect();
    ReportView {
        period: period(scene),
        unit: NameView {
            code: about.unit.code.clone(),
            name: about.unit.name.clone(),
            level: about.unit.level.id().into(),
        },
        city: NameView {
            code: CITY.0.into(),
            name: scene.settings.report.city.clone(),
            level: Level::City.id().into(),
        },
        total: total(scene, about, &forms),
        figures: figures(scene, about),
        districts: districts(scene),
        demand: demand(scene, about),
        undersupplied: undersupplied(scene, about),
        supply_compared: weighed(scene, about).iter().any(|(_, v)| !matches!(v, Verdict::NotComparable(_))),
        orphans: orphans(scene, about),
        variants: variants(scene, about),
        limits: limits(scene),
        small_units: small_units(scene),
        small_figures: own_figures(scene, about).filter(|f| is_muted(f)).count(),
        problems: problems(scene, about),
        next_needs: next_needs(scene, about),
        dissatisfied: dissatisfied(scene, about),
        choices: choices(scene),
        sensitivity: sensitivity(scene, about),
        not_in_forms: NOT_IN_FORMS.to_vec(),
        synthetic: scene.synthetic,
        forms,
    }
}

pub(super) fn period(scene: &Scene) -> PeriodView {
    let p = scene.period;
    PeriodView {
        id: p.to_string(),
        words: p.chinese(),
        previous: p.previous().chinese(),
        year_before: p.year_before().chinese(),
        has_previous: scene.measured.contains_key(&p.previous()),
        has_year_before: scene.measured.contains_key(&p.year_before()),
        earlier: earlier(scene.measured, p),
        last_day: date::chinese(p.last_day()),
    }
}

/// The four quarters before a period, by name where the inputs do not hold all of them.
pub fn earlier(measured: &BTreeMap<Period, Measured>, period: Period) -> String {
    let before = std::iter::successors(Some(period.previous()), |p| Some(p.previous())).take(4);
    let mut held: Vec<String> = before.filter(|p| measured.contains_key(p)).map(|p| p.chinese()).collect();
    held.reverse();
    match held.as_slice() {
        [] | [_, _, _, _] => "前四个季度".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{}和{last}", first.join("、")),
    }
}

fn form_view(scene: &Scene, about: &About, form: Form, caption: &str, title: &str) -> FormView {
    let account = scene.account(form, about.district);
    FormView {
        letter: form.letter(),
        caption: caption.to_owned(),
        title: title.to_owned(),
        received: account.received,
        counted: account.counted,
        excluded: account.excluded,
        missing: account.missing,
    }
}

/// Whether a return belongs to the unit.
pub fn is_own(about: &About, linked: &crate::link::Linked) -> bool {
    match (about.unit.level, about.district) {
        (_, Some(district)) => linked.district == district,
        (Level::Agency, None) => *linked.agency == *about.unit.name,
        _ => true,
    }
}

fn total(scene: &Scene, about: &About, forms: &[FormView]) -> TotalView {
    let own = || scene.returns().filter(|l| is_own(about, l));
    let counted = || own().filter(|l| l.status == ReturnStatus::Counted);
    let distinct = |keys: Vec<&str>| {
        keys.into_iter().filter(|k| !k.is_empty()).collect::<std::collections::BTreeSet<_>>().len()
    };
    let accounts: Vec<_> = scene.specs.all().map(|(form, _)| scene.account(form, about.district)).collect();
    TotalView {
        received: forms.iter().map(|f| f.received).sum(),
        counted: forms.iter().map(|f| f.counted).sum(),
        superseded: accounts.iter().map(|a| a.superseded).sum(),
        excluded: forms.iter().map(|f| f.excluded).sum(),
        expected: accounts.iter().map(|a| a.expected).sum(),
        missing: forms.iter().map(|f| f.missing).sum(),
        has_roster: scene.accounting().is_some_and(|a| a.has_roster),
        unreadable: unreadable(scene, about),
        enterprises: distinct(counted().map(|l| &*l.key.enterprise).collect()),
        projects: counted()
            .filter(|l| !l.key.project.is_empty())
            .map(|l| &l.key)
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        agencies: distinct(counted().filter(|l| l.ret.form == Form::F).map(|l| &*l.agency).collect()),
        agency_variants: with_code(scene, about, Code::AgencyVariant),
    }
}

fn unreadable(scene: &Scene, about: &About) -> usize {
    let all = scene.links.unreadable.get(&scene.period).map(Vec::as_slice).unwrap_or_default();
    let whole = about.unit.level == Level::City;
    all.iter().filter(|(_, folder)| whole || about.district.is_some_and(|d| d == *folder)).count()
}

fn figure_view(scene: &Scene, figure: &Figure) -> FigureView {
    let finite = scene.tally(&figure.unit_code, &format!("{}:finite", figure.name()));
    let open = figure.status != Status::NoData && scene.is_open(figure.metric);
    FigureView {
        finite: finite.map(|t| t.printed).unwrap_or_default(),
        printed: figure.printed(),
        interval: figure.printed_interval().unwrap_or_default(),
        n: figure.denominator.unwrap_or(0),
        status: figure.status.id(),
        solid: figure.status == Status::Ok && !open,
        open: if open { window::SO_FAR } else { "" },
        beyond: !open && figure.value.is_some_and(|v| scene.settings.judgement.is_beyond(figure.metric, v)),
        value: figure.value.unwrap_or(0.0),
    }
}

fn own_figures<'a>(scene: &Scene<'a>, about: &'a About) -> impl Iterator<Item = &'a Figure> {
    let all = scene.now().map(|m| m.figures.as_slice()).unwrap_or_default();
    all.iter().filter(|f| f.level == about.unit.level && f.unit_code == about.unit.code)
}

fn figures(scene: &Scene, about: &About) -> BTreeMap<String, FigureView> {
    own_figures(scene, about).map(|f| (f.name().replace('.', "__"), figure_view(scene, f))).collect()
}

fn districts(scene: &Scene) -> DistrictsView {
    let received = scene.accounting().map(|a| a.received_districts()).unwrap_or_default();
    DistrictsView {
        reporting: received.iter().flatten().count(),
        all: DISTRICTS.len(),
        silent: (0..DISTRICTS.len())
            .filter(|i| !received.contains(&Some(*i)))
            .map(|i| district_name(Some(i)))
            .collect(),
        unattributed: scene.returns().filter(|l| l.district.is_none()).count(),
    }
}

fn category(scene: &Scene, about: &About, name: &'static str) -> Option<(f64, CategoryView)> {
    let demand = scene.figure(&about.unit.code, &format!("demand_share.{name}"))?;
    let gap = scene.figure(&about.unit.code, &format!("structure_gap.{name}")).and_then(|f| f.value);
    let view = CategoryView { name, solid: demand.status == Status::Ok, gap: gap.unwrap_or(0.0) };
    Some((demand.value.unwrap_or(0.0), view))
}

fn demand(scene: &Scene, about: &About) -> Vec<CategoryView> {
    let mut all: Vec<(f64, CategoryView)> =
        CATEGORIES.iter().filter_map(|c| category(scene, about, c)).filter(|(d, _)| *d > 0.0).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    all.into_iter().map(|(_, v)| v).collect()
}

/// The tested categories of the unit.
fn weighed(scene: &Scene, about: &About) -> Vec<compare::supply::Weighed> {
    scene.now().map(|m| compare::supply::weigh(m, &about.unit.code)).unwrap_or_default()
}

fn undersupplied(scene: &Scene, about: &About) -> Vec<CategoryView> {
    let heavier = weighed(scene, about).into_iter().filter(|(_, verdict)| *verdict == Verdict::Up);
    let heavier: Vec<&str> = heavier.map(|(category, _)| category).collect();
    let limit = scene.settings.judgement.structure_gap;
    let gaping = |c: &CategoryView| heavier.contains(&c.name) && c.gap >= limit;
    let mut all: Vec<CategoryView> = demand(scene, about).into_iter().filter(gaping).collect();
    all.sort_by(|a, b| b.gap.total_cmp(&a.gap));
    all
}

/// Findings of a code that a unit answers for.
fn with_code(scene: &Scene, about: &About, code: Code) -> usize {
    let answerable = scene.links.answerable(scene.period);
    let own = |p: &&Problem| about.district.is_none_or(|d| answerable.of(p) == d);
    scene.problems().iter().filter(|p| p.code == code).filter(own).count()
}

/// Each such finding is of one return that is not excluded.
fn orphans(scene: &Scene, about: &About) -> OrphansView {
    let readable = |form| {
        let account = scene.account(form, about.district);
        account.received - account.excluded
    };
    let satisfaction = with_code(scene, about, Code::SatisfactionOrphan);
    let feedback = with_code(scene, about, Code::FeedbackWithoutServices);
    let (lost, all) = (satisfaction + feedback, readable(Form::F) + readable(Form::E));
    let many = lost > 0 && lost as f64 >= scene.settings.judgement.orphan_share * all as f64;
    OrphansView { satisfaction, feedback, many }
}

fn variants(scene: &Scene, about: &About) -> Vec<String> {
    if about.unit.level != Level::Agency {
        return Vec::new();
    }
    let own = about.unit.name.as_str();
    let pairs = agency_variants(scene.links, scene.period).into_iter();
    let other = pairs.filter_map(|(rare, main)| match (rare == own, main == own) {
        (true, _) => Some(main),
        (_, true) => Some(rare),
        _ => None,
    });
    other.map(str::to_owned).collect()
}

/// Shares in percent, the gap of supply in percentage points.
fn limits(scene: &Scene) -> BTreeMap<&'static str, String> {
    let percent = |limit: f64| {
        let text = float(limit * 100.0, 2);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let limits = scene.settings.judgement.limits().into_iter();
    let sign = |key: &str| if key == "structure_gap" { "" } else { "%" };
    limits.map(|(key, limit)| (key, format!("{}{}", percent(limit), sign(key)))).collect()
}

fn small_units(scene: &Scene) -> usize {
    let figures = scene.now().map(|m| m.figures.as_slice()).unwrap_or_default();
    let composites = figures.iter().filter(|f| f.metric == "composite_score");
    composites.filter(|f| matches!(f.level, Level::District | Level::Agency) && is_muted(f)).count()
}

fn problems(scene: &Scene, about: &About) -> ProblemsView {
    let files: std::collections::HashSet<&str> =
        scene.returns().filter(|l| is_own(about, l)).map(|l| &*l.ret.place.file).collect();
    let answerable = scene.links.answerable(scene.period);
    let count = |severity: Severity| {
        let all = scene.problems().iter().filter(|p| p.severity == severity);
        match (about.unit.level, about.district) {
            (_, Some(district)) => all.filter(|p| answerable.of(p) == district).count(),
            (Level::City, None) => all.count(),
            _ => all.filter(|p| files.contains(&*p.place.file)).count(),
        }
    };
    ProblemsView {
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        infos: count(Severity::Info),
        returned: returned(scene, about),
    }
}

fn returned(scene: &Scene, about: &About) -> usize {
    crate::problems::by_return(scene, |linked| is_own(about, linked)).len()
}

fn next_needs(scene: &Scene, about: &About) -> Vec<QuoteView> {
    let own = scene.returns().filter(|l| l.counted() && l.ret.form == Form::E && is_own(about, l));
    own.filter_map(|l| {
        let words = l.ret.words("next_needs");
        if words.is_empty() || crate::text::is_none_word(words) {
            return None;
        }
        let place = format!(
            "{} {}",
            l.ret.place.file,
            l.ret.answer("next_needs").map(|a| a.cell.to_string()).unwrap_or_default()
        );
        Some(QuoteView { words: words.to_owned(), enterprise: l.ret.enterprise().to_owned(), place })
    })
    .take(12)
    .collect()
}

fn dissatisfied(scene: &Scene, about: &About) -> Vec<ItemView> {
    let own: Vec<_> =
        scene.returns().filter(|l| l.counted() && l.ret.form == Form::F && is_own(about, l)).collect();
    let count = |item: &str| own.iter().filter(|l| l.ret.one(item) == Some(2)).count() as i64;
    crate::metrics::RATINGS
        .iter()
        .map(|item| ItemView { item, name: crate::metrics::catalogue::item_label(item), count: count(item) })
        .filter(|i| i.count > 0 && super::tables::is_told(scene, about, i.item))
        .collect()
}

fn sensitivity(scene: &Scene, about: &About) -> Vec<SensitivityView> {
    let all = scene.now().map(|m| {
        compare::sensitivity::sensitivity(
            m,
            about.unit.level,
            &about.unit.code,
            &compare::sensitivity::ALTERNATIVES,
        )
    });
    let one = |a: compare::sensitivity::Alternative| SensitivityView {
        middle: format!("{}", a.middle),
        printed: a.printed,
    };
    all.unwrap_or_default().into_iter().map(one).collect()
}

fn choices(scene: &Scene) -> ChoicesView {
    let m = &scene.settings.metrics;
    ChoicesView {
        middle_score: format!("{}", m.middle_score),
        floor_city: m.floor_city,
        floor_district: m.floor_district,
        floor_agency: m.floor_agency,
        floor_category: m.floor_category,
        floor_size: m.floor_size,
        privacy_threshold: scene.settings.privacy.threshold,
    }
}

//! Annex D (表D 中小企业质量提升服务总结): one per project and enterprise, its four items
//! filled from D, C, F, E and S. The agency's own words win; where nothing was sent,
//! the item says what is missing. Nothing is made up.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::answer::{Indicator, Val};
use crate::digest::{FINGERPRINT_DIGITS, Joint};
use crate::document::{Align, Block, CellText, Row, Run, Summary, SummaryItem, Table};
use crate::link::{self, Key, Linked, Status, district_name};
use crate::metrics::{CATEGORIES, DIMENSIONS};
use crate::parse::date;
use crate::spec::Form;

use super::scene::Scene;
use super::tables::column;

/// One project of one enterprise, with the counted returns about it.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    pub key: Key,
    pub district: Option<usize>,
    pub enterprise: String,
    pub project: String,
    pub agency: Arc<str>,
    /// Whether its publication was agreed to in every return that says.
    pub consent: bool,
    pub services: Option<&'a Linked>,
    pub summary: Option<&'a Linked>,
    /// Where that is a Word document: the ones it stands for, newest first; what it left as it was
    /// is still theirs.
    pub earlier: Vec<&'a Linked>,
    pub satisfaction: Option<&'a Linked>,
    pub supplement: Option<&'a Linked>,
    /// Form E of the enterprise, this period.
    pub feedback: Option<&'a Linked>,
    pub needs: Option<&'a Linked>,
    /// For everybody: what is missing is not told.
    pub released: bool,
}

impl Case<'_> {
    pub fn district_name(&self) -> &'static str {
        district_name(self.district)
    }

    /// Whether a form of it counts.
    fn has(&self, form: Form) -> bool {
        let linked = match form {
            Form::B => self.needs,
            Form::C => self.services,
            Form::D => self.summary,
            Form::E => self.feedback,
            Form::F => self.satisfaction,
            Form::S => self.supplement,
        };
        linked.is_some()
    }

    /// What of it may be published. Forms B and E are of the enterprise and not of the project: the consent
    /// of the project's returns is not theirs.
    pub fn released(&self) -> Self {
        Self {
            feedback: self.feedback.filter(|l| l.consent),
            needs: self.needs.filter(|l| l.consent),
            released: true,
            ..self.clone()
        }
    }
}

/// The projects of the period that have a counted C, D, F or S, by district and listing order.
pub fn cases<'a>(scene: &Scene<'a>) -> Vec<Case<'a>> {
    let mut by_key: BTreeMap<Key, Vec<&'a Linked>> = BTreeMap::new();
    let mut by_enterprise: BTreeMap<Arc<str>, Vec<&'a Linked>> = BTreeMap::new();
    for linked in scene.returns().filter(|l| l.status == Status::Counted) {
        match linked.ret.form {
            Form::B | Form::E => {
                by_enterprise.entry(Arc::clone(&linked.key.enterprise)).or_default().push(linked)
            }
            _ => by_key.entry(linked.key.clone()).or_default().push(linked),
        }
    }
    let mut out: Vec<Case<'a>> = by_key
        .into_iter()
        .filter(|(key, _)| !key.project.is_empty() && !key.enterprise.is_empty())
        .map(|(key, own)| case(key, &own, &by_enterprise))
        .collect();
    add_earlier(scene, &mut out);
    out.sort_by(|a, b| {
        (a.district.unwrap_or(usize::MAX), &a.key).cmp(&(b.district.unwrap_or(usize::MAX), &b.key))
    });
    out
}

/// Adds the forms D that a Word document of the same project stands for, newest first.
fn add_earlier<'a>(scene: &Scene<'a>, cases: &mut [Case<'a>]) {
    let is_document = |case: &&mut Case| case.summary.is_some_and(|d| d.ret.envelope().document);
    let of_documents: Vec<&mut Case<'a>> = cases.iter_mut().filter(is_document).collect();
    if of_documents.is_empty() {
        return;
    }
    let mut stood_for: BTreeMap<&Key, Vec<&'a Linked>> = BTreeMap::new();
    for linked in scene.returns().filter(|l| l.ret.form == Form::D && !l.replaced) {
        if matches!(linked.status, Status::Superseded { .. }) {
            stood_for.entry(&linked.key).or_default().push(linked);
        }
    }
    for case in of_documents {
        case.earlier = stood_for.get(&case.key).cloned().unwrap_or_default();
        case.earlier.sort_by_key(|l| std::cmp::Reverse(link::age(l)));
    }
}

/// The form D that answers a field: of a Word document only what was changed in it.
fn answering<'a>(case: &Case<'a>, id: &str) -> Option<&'a Linked> {
    let answers = |l: &&Linked| !l.ret.envelope().document || l.ret.answer(id).is_some();
    case.summary.into_iter().chain(case.earlier.iter().copied()).find(answers)
}

fn case<'a>(key: Key, own: &[&'a Linked], by_enterprise: &BTreeMap<Arc<str>, Vec<&'a Linked>>) -> Case<'a> {
    let of = |form: Form| own.iter().copied().find(|l| l.ret.form == form);
    let beside = by_enterprise.get(&key.enterprise).map(Vec::as_slice).unwrap_or_default();
    let of_enterprise = |form: Form| beside.iter().copied().find(|l| l.ret.form == form);
    let lead = of(Form::C).or(of(Form::F)).or(of(Form::D)).or(of(Form::S)).unwrap_or(own[0]);
    Case {
        district: lead.district,
        enterprise: crate::text::words(lead.ret.enterprise()),
        project: crate::text::words(lead.ret.project()),
        agency: Arc::clone(&of(Form::F).unwrap_or(lead).agency),
        consent: own.iter().all(|l| l.consent),
        services: of(Form::C),
        summary: of(Form::D),
        earlier: Vec::new(),
        satisfaction: of(Form::F),
        supplement: of(Form::S),
        feedback: of_enterprise(Form::E),
        needs: of_enterprise(Form::B),
        released: false,
        key,
    }
}

/// Fills the form for one case.
pub fn summary(scene: &Scene, case: &Case) -> Summary {
    let spec = scene.specs.of(Form::D);
    let mut sources: Vec<Form> = Vec::new();
    let items = ["goals", "practices", "benefits", "shortcomings"].map(|id| {
        let field = spec.field(id);
        let heading = field.map(|f| format!("{} {}", f.number, f.label)).unwrap_or_default();
        let own = answering(case, id).map(|d| d.ret.words(id)).filter(|w| !w.is_empty());
        let blocks = match own {
            Some(words) => paragraphs(words),
            None => derived(case, id, &mut sources),
        };
        SummaryItem { heading, blocks }
    });
    let day = scene.date();
    Summary {
        ident: format!(
            "{}/summaries/{}",
            scene.period,
            crate::digest::short(format!("{}\u{1f}{}", case.key.enterprise, case.key.project).as_bytes(), 16)
        ),
        project: case.project.clone(),
        enterprise: case.enterprise.clone(),
        service_time: service_time(case),
        agency: case.agency.to_string(),
        district: case.district_name().to_owned(),
        period: scene.period.chinese(),
        items: items.into(),
        date: answering(case, "dated")
            .and_then(|d| d.ret.date("dated"))
            .map(date::chinese)
            .unwrap_or_default(),
        date_ymd: (day.year(), u8::from(day.month()), day.day()),
        marks: scene.marks(),
        notes: notes(case, &sources),
        fingerprint: fingerprint(case),
    }
}

/// First digits of the digest over the rows of `data/` that the summary was made from: id of each
/// return, and its answers that are not personal. A change elsewhere does not touch it.
fn fingerprint(case: &Case) -> String {
    let single = [case.services, case.summary, case.satisfaction, case.supplement, case.feedback, case.needs];
    let mut joint = Joint::default();
    for linked in single.into_iter().flatten().chain(case.earlier.iter().copied()) {
        joint.add(linked.ret.id.to_string().as_bytes());
        for (field, answer) in linked.ret.answered().filter(|(field, _)| !field.is_personal()) {
            joint.add(field.id.as_bytes());
            joint.add(answer.raw.as_bytes());
        }
    }
    let mut text = joint.finish();
    text.truncate(FINGERPRINT_DIGITS);
    text
}

fn service_time(case: &Case) -> String {
    let with_time = [case.services, case.summary, case.satisfaction].into_iter().flatten();
    let range = with_time.clone().find_map(|l| l.ret.range("service_time"));
    match range {
        Some((a, b)) if a == b => date::chinese(a),
        Some((a, b)) => format!("{}—{}", date::chinese(a), date::chinese(b)),
        None => with_time
            .filter_map(|l| l.ret.answer("service_time"))
            .map(|a| a.raw.to_string())
            .find(|r| !r.is_empty())
            .unwrap_or_default(),
    }
}

fn paragraphs(words: &str) -> Vec<Block> {
    let lines = words.split('\n').map(str::trim).filter(|l| !l.is_empty());
    lines.map(|l| Block::Paragraph { runs: vec![Run::plain(l)] }).collect()
}

fn paragraph(words: impl Into<String>) -> Block {
    Block::Paragraph { runs: vec![Run::plain(words)] }
}

fn absent(words: &str) -> Block {
    Block::Paragraph { runs: vec![Run { muted: true, ..Run::plain(words) }] }
}

/// A block, and the form it is from.
type Told = (Form, Block);

/// What the other forms say about an item; without any, what is missing.
fn derived(case: &Case, id: &str, sources: &mut Vec<Form>) -> Vec<Block> {
    let (told, asked, lacking): (Vec<Told>, &[Form], &str) = match id {
        "goals" => (goals(case), &[Form::S], "可以说明目标达成情况的内容"),
        "practices" => (practices(case), &[Form::C, Form::F], "实施过程"),
        "benefits" => (benefits(case), &[Form::F, Form::E], "成效"),
        _ => (shortcomings(case), &[Form::E], "关于不足和改进方向的内容"),
    };
    if told.is_empty() {
        let missing = missing(case, asked, lacking);
        return vec![absent(if case.released { "没有可以公开的内容。" } else { &missing })];
    }
    for (form, _) in &told {
        if !sources.contains(form) {
            sources.push(*form);
        }
    }
    told.into_iter().map(|(_, block)| block).collect()
}

/// Why there is nothing: which forms say nothing of it, and which are not there.
fn missing(case: &Case, asked: &[Form], lacking: &str) -> String {
    let own = match case.summary {
        Some(_) => "服务总结（表D）中没有该项",
        None => "未报送服务总结（表D）",
    };
    let (silent, absent): (Vec<Form>, Vec<Form>) = asked.iter().partition(|form| case.has(**form));
    let names = |forms: Vec<Form>| forms.into_iter().map(source).collect::<Vec<_>>().join("、");
    let mut text = own.to_owned();
    if !absent.is_empty() {
        text += &format!("，没有计入统计的{}", names(absent));
    }
    if !silent.is_empty() {
        text += &format!("，{}中也没有{lacking}", names(silent));
    }
    text + "。"
}

/// A form by its name and letter.
fn source(form: Form) -> &'static str {
    match form {
        Form::B => "需求调查表（表B）",
        Form::C => "服务实施记录（表C）",
        Form::D => "服务总结（表D）",
        Form::E => "情况反馈表（表E）",
        Form::F => "满意度调查表（表F）",
        Form::S => "补充表（S）",
    }
}

/// Annex D item 1 from the supplement: dimensions and indicators, before, goal, after.
fn goals(case: &Case) -> Vec<Told> {
    let Some(sheet) = case.supplement else { return Vec::new() };
    let mut rows: Vec<Row> = match sheet.ret.value("indicators") {
        Some(Val::Indicators(all)) => all.iter().map(indicator_row).collect(),
        _ => Vec::new(),
    };
    let (name, title) = if rows.is_empty() { ("dimensions", "方面") } else { ("indicators", "指标") };
    if let Some(Val::Dimensions(levels)) = sheet.ret.value("dimensions") {
        let scored = DIMENSIONS.iter().zip(levels).filter(|(_, l)| l.iter().any(Option::is_some));
        rows.extend(scored.map(|(name, levels)| dimension_row(name, levels)));
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let columns = vec![
        column(title, Align::Left, 2.2),
        column("单位", Align::Center, 0.8),
        column("服务前", Align::Right, 1.0),
        column("目标", Align::Right, 1.0),
        column("服务后", Align::Right, 1.0),
        column("达成", Align::Center, 1.0),
    ];
    vec![(Form::S, Block::Table(Table { name: name.into(), columns, rows, ..Table::default() }))]
}

/// Levels of 1 to 5 before, as goal and after.
fn dimension_row(name: &str, levels: [Option<i64>; 3]) -> Row {
    let text = |n: Option<i64>| n.map_or("—".to_owned(), |n| n.to_string());
    let closed = match levels {
        [_, Some(goal), Some(after)] if levels[0].is_some() => {
            if after >= goal {
                "是"
            } else {
                "否"
            }
        }
        _ => "—",
    };
    let [before, goal, after] = levels.map(text);
    let cells = [name.to_owned(), "分".into(), before, goal, after, closed.into()];
    Row { cells: cells.into_iter().map(CellText::words).collect(), strong: false }
}

fn indicator_row(i: &Indicator) -> Row {
    let text = |n: Option<(i64, u32)>| n.map_or("—".to_owned(), decimal);
    let value = |n: (i64, u32)| n.0 as f64 / 10f64.powi(n.1 as i32);
    let reached = match (i.goal, i.after, i.more_is_better) {
        (Some(goal), Some(after), Some(more)) => {
            let ok = if more { value(after) >= value(goal) } else { value(after) <= value(goal) };
            if ok { "是" } else { "否" }
        }
        _ => "—",
    };
    let cells = [i.name.clone(), i.unit.clone(), text(i.before), text(i.goal), text(i.after), reached.into()];
    Row { cells: cells.into_iter().map(CellText::words).collect(), strong: false }
}

fn decimal((mantissa, decimals): (i64, u32)) -> String {
    crate::metrics::fixed(i128::from(mantissa), 10i128.pow(decimals), decimals)
}

/// Paragraphs of one form.
fn of(form: Form, blocks: Vec<Block>) -> impl Iterator<Item = Told> {
    blocks.into_iter().map(move |block| (form, block))
}

fn practices(case: &Case) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    if let Some(service) = case.services {
        let kinds: Vec<&str> =
            service.ret.many("need_types").iter().filter_map(|i| CATEGORIES.get(*i)).copied().collect();
        let other = service.ret.words("need_other");
        if !kinds.is_empty() {
            let other = if other.is_empty() { String::new() } else { format!("（{other}）") };
            told.push((Form::C, paragraph(format!("服务类别：{}{other}。", kinds.join("、")))));
        }
        told.extend(of(Form::C, paragraphs(service.ret.words("process"))));
    }
    if told.len() < 2
        && let Some(survey) = case.satisfaction
    {
        let words = survey.ret.words("service_content");
        if !words.is_empty() {
            told.push((Form::F, paragraph(format!("企业反映的主要服务内容：{words}"))));
        }
    }
    told
}

fn benefits(case: &Case) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    let words = case.satisfaction.map(|l| l.ret.words("outcomes")).unwrap_or_default();
    if !words.is_empty() {
        told.push((Form::F, paragraph(format!("企业在满意度调查中反映的成效：{words}"))));
    }
    let words = case.feedback.map(|l| l.ret.words("improvement")).unwrap_or_default();
    if !words.is_empty() {
        told.push((Form::E, paragraph("企业在情况反馈中反映的质量提升情况：")));
        told.extend(of(Form::E, paragraphs(words)));
    }
    told
}

/// Never from the ratings: the summary goes to the agency, and a project has few persons who could be meant.
fn shortcomings(case: &Case) -> Vec<Told> {
    let words = case.feedback.map(|l| l.ret.words("next_needs")).unwrap_or_default();
    if words.is_empty() || crate::text::is_none_word(words) {
        return Vec::new();
    }
    vec![(Form::E, paragraph(format!("企业提出的下阶段质量提升需求：{words}")))]
}

fn notes(case: &Case, sources: &[Form]) -> Vec<String> {
    let mut notes = Vec::new();
    if case.summary.is_some_and(|d| d.ret.envelope().document) {
        notes.push("以质量服务机构修改后报回的文档为准，未修改的项目由其他各表汇总。".into());
    } else if case.summary.is_some() {
        notes.push("以质量服务机构报送的服务总结（表D）为准，空缺的项目由其他各表补充。".into());
    } else {
        notes.push("质量服务机构未报送服务总结（表D），以上内容由其他各表汇总，请机构补充完善。".into());
    }
    if !sources.is_empty() {
        let names: Vec<&str> = sources.iter().copied().map(source).collect();
        notes.push(format!("汇总来源：{}。", names.join("、")));
    }
    notes
}

//! What each form of a project says: the facts of [`Project`] written as a
//! district office writes them, each answer with the value it stands for.

use std::collections::BTreeMap;

use serde::Serialize;
use time::Date;

use super::project::Project;
use super::rng::Rng;
use super::world::{OTHER, TOPICS};
use crate::render::forms::boxes;
use crate::spec::{Form, FormSpec, Kind, Specs};

/// The value behind an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Nothing was answered.
    Blank,
    /// Something stands there that is no valid answer.
    Faulty,
    Text(String),
    Count(i64),
    Number(f64),
    /// ISO dates.
    Date(String),
    Range(String, String),
    /// Indices of the ticked options.
    Ticks(Vec<usize>),
}

/// One answer: the text as typed and the value it stands for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Said {
    pub text: String,
    pub value: Value,
}

/// Answers of a return by field id (or key in a table of the supplement).
pub type Answers = BTreeMap<String, Said>;

/// How an office writes dates.
#[derive(Clone, Copy, Debug)]
pub struct Style(pub usize);

impl Style {
    /// One date.
    pub fn date(self, d: Date) -> String {
        let (y, m, day) = (d.year(), u8::from(d.month()), d.day());
        match self.0 % 4 {
            0 => format!("{y}年{m}月{day}日"),
            1 => format!("{y}-{m:02}-{day:02}"),
            2 => format!("{y}.{m}.{day}"),
            _ => format!("{y}/{m}/{day}"),
        }
    }

    /// First and last day.
    pub fn range(self, from: Date, to: Date) -> String {
        let dash = ["—", " 至 ", "-", "～"][self.0 % 4];
        match self.0 % 4 {
            2 => format!("{}—{}", self.date(from), self.date(to)),
            _ => format!("{}{dash}{}", self.date(from), self.date(to)),
        }
    }
}

/// Collects answers of one form.
pub struct Writer<'a> {
    pub spec: &'a FormSpec,
    pub style: Style,
    pub answers: Answers,
}

impl Writer<'_> {
    pub fn put(&mut self, id: &str, text: impl Into<String>, value: Value) {
        self.answers.insert(id.to_owned(), Said { text: text.into(), value });
    }

    pub fn text(&mut self, id: &str, text: impl Into<String>) {
        let text = text.into();
        let value = if text.is_empty() { Value::Blank } else { Value::Text(text.clone()) };
        self.put(id, text, value);
    }

    pub fn count(&mut self, id: &str, count: i64) {
        self.put(id, count.to_string(), Value::Count(count));
    }

    pub fn date(&mut self, id: &str, date: Date) {
        self.put(id, self.style.date(date), Value::Date(date.to_string()));
    }

    pub fn range(&mut self, id: &str, from: Date, to: Date) {
        self.put(id, self.style.range(from, to), Value::Range(from.to_string(), to.to_string()));
    }

    /// Ticks options; `inside` is the text or number within.
    pub fn tick(&mut self, id: &str, chosen: &[usize], inside: &str) {
        if let Some(index) = self.spec.index(id) {
            let value = if chosen.is_empty() { Value::Blank } else { Value::Ticks(chosen.to_vec()) };
            self.put(id, boxes(self.spec, index, chosen, inside), value);
        }
    }
}

/// What form `form` of a project says.
pub fn say(specs: &Specs, form: Form, project: &Project, rng: &mut Rng, style: Style) -> Answers {
    let mut writer = Writer { spec: specs.of(form), style, answers: Answers::new() };
    match form {
        Form::B => needs(&mut writer, project, rng),
        Form::C => service(&mut writer, project),
        Form::D => summary(&mut writer, project),
        Form::E => feedback(&mut writer, project, rng),
        Form::F => satisfaction(&mut writer, project, rng),
        Form::S => supplement(&mut writer, project, rng),
    }
    writer.answers
}

fn names(w: &mut Writer, project: &Project) {
    w.text("project", &project.name);
    w.text("enterprise", &project.enterprise.name);
}

fn contact(project: &Project, style: Style) -> String {
    let e = &project.enterprise;
    match style.0 % 3 {
        0 => format!("{} {}", e.contact, e.phone),
        1 => format!("{}，{}", e.contact, e.phone),
        _ => format!("{}（{}-{}-{}）", e.contact, &e.phone[..3], &e.phone[3..7], &e.phone[7..]),
    }
}

fn ticked_needs(w: &mut Writer, project: &Project) {
    let other = if project.needs.contains(&(TOPICS.len() - 1)) { OTHER } else { "" };
    w.tick("need_types", &project.needs, other);
    w.text("need_other", other);
    w.text("need_detail", project.topic().need);
}

fn needs(w: &mut Writer, p: &Project, rng: &mut Rng) {
    let e = &p.enterprise;
    w.text("enterprise", &e.name);
    w.text("legal_representative", &e.representative);
    w.text("industry", e.industry().name);
    w.text("main_products", e.product);
    w.text("address", &e.address);
    w.date("established_on", e.established);
    w.text("contact", contact(p, w.style));
    w.count("employees", e.employees);
    w.tick("size", &[e.size], "");
    standards_and_rights(w, e.size, rng);
    w.text("certifications", *rng.pick(&["质量管理体系认证", "质量管理体系、环境管理体系认证", "", "无"]));
    w.text("brand_value", "");
    w.text("awards", *rng.pick(&["", "", "区长质量奖提名", "市级专精特新中小企业"]));
    w.text("customer_satisfaction", *rng.pick(&["自行调查，顾客满意度92分", "", "第三方调查，结果良好"]));
    w.text("other_quality", "");
    ticked_needs(w, p);
    w.text("need_analysis", p.topic().analysis);
    w.date("dated", p.surveyed);
}

/// Standard level, standards, trademarks and patents; larger enterprises have more.
fn standards_and_rights(w: &mut Writer, size: usize, rng: &mut Rng) {
    let level = rng.weighted(&[8.0, 47.0, 35.0, 10.0]);
    w.tick("standard_level", &[level], "");
    let declared = if rng.chance(0.2 + 0.15 * level as f64) { rng.between(1, 6) } else { 0 };
    if declared > 0 {
        w.tick("self_declared", &[0], &declared.to_string());
        w.count("self_declared_count", declared);
    } else {
        w.tick("self_declared", &[1], "");
    }
    let scale = 3 - size as i64;
    for (id, odds, most) in [
        ("intl_standards", 0.02, 1),
        ("national_standards", 0.12, 2),
        ("industry_standards", 0.2, 3),
        ("local_standards", 0.15, 2),
        ("group_standards", 0.35, 3),
        ("intl_trademarks", 0.1, 2),
        ("domestic_trademarks", 0.8, 8),
    ] {
        let count = if rng.chance(odds) { rng.between(1, most * scale) } else { 0 };
        w.count(id, count);
    }
    let patents = if rng.chance(0.6) { rng.between(1, 6 * scale) } else { 0 };
    w.count("invention_patents", patents);
    w.count("overseas_patents", if rng.chance(0.1) { rng.between(0, patents) } else { 0 });
}

fn service(w: &mut Writer, p: &Project) {
    names(w, p);
    w.range("service_time", p.start, p.end);
    w.text("contact", contact(p, w.style));
    ticked_needs(w, p);
    w.text("process", of(p, p.topic().measures));
    w.text("staff_signature", &p.staff);
    w.date("staff_signed_on", p.signed);
    if let Some(expert) = &p.expert {
        w.text("expert_signature", expert);
        w.date("expert_signed_on", p.signed);
    }
    w.text("enterprise_signed", &p.enterprise.contact);
    w.date("enterprise_signed_on", p.signed);
}

/// A paragraph that says whose it is: two returns of different enterprises are never word for word the same.
fn of(p: &Project, words: &str) -> String {
    format!("{words}服务对象为{}。", p.enterprise.name)
}

fn summary(w: &mut Writer, p: &Project) {
    names(w, p);
    w.range("service_time", p.start, p.end);
    let goals = if p.success > 0.6 {
        "服务目标全部达成。"
    } else {
        "主要目标达成，个别任务顺延到下一季度。"
    };
    w.text("goals", format!("{goals}{}", p.topic().result));
    w.text("practices", format!("采用“诊断、培训、整改、复查”四步法。{}", of(p, p.topic().measures)));
    w.text("benefits", p.topic().result);
    let weak = if p.success > 0.6 {
        "数据基础薄弱，后续完善统计台账。"
    } else {
        "现场指导次数偏少，下一步增加驻厂时间。"
    };
    w.text("shortcomings", weak);
    w.date("dated", p.signed);
}

fn feedback(w: &mut Writer, p: &Project, rng: &mut Rng) {
    let e = &p.enterprise;
    w.text("enterprise", &e.name);
    w.text("past_project", format!("{}，{}年{}月", p.name, p.start.year(), u8::from(p.start.month())));
    w.text("contact", contact(p, w.style));
    w.text("main_products", e.product);
    let brand: String = e.name.chars().skip_while(|c| *c != '拟').take(2).collect();
    w.text("main_brands", format!("{brand}牌"));
    w.text(
        "key_customers",
        *rng.pick(&["整车厂配套", "连锁商超", "政府采购单位", "外贸客户", "本地中小企业"]),
    );
    w.text("certifications", *rng.pick(&["质量管理体系认证", "", "食品安全管理体系认证"]));
    w.text("brand_awards", *rng.pick(&["", "", "四川名牌（往年）"]));
    w.text("improvement", of(p, p.topic().result));
    w.text("next_needs", if rng.chance(0.8) { p.topic().next } else { "无" });
    w.date("dated", p.signed);
}

fn satisfaction(w: &mut Writer, p: &Project, rng: &mut Rng) {
    names(w, p);
    w.text("contact", contact(p, w.style));
    w.text("agency", p.agency_name());
    w.text("staff", &p.staff);
    w.text("expert", p.expert.clone().unwrap_or_default());
    w.range("service_time", p.start, p.end);
    w.text("service_content", of(p, p.topic().measures));
    w.text("outcomes", p.topic().result);
    for id in ["staff_attitude", "staff_skill", "expert_attitude", "expert_skill"] {
        let asked = p.expert.is_some() || !id.starts_with("expert");
        let chosen = if asked && !rng.chance(0.02) { vec![rating(p.success, rng)] } else { vec![] };
        w.tick(id, &chosen, "");
    }
}

/// 0 满意, 1 基本满意, 2 不满意: about 80, 15 and 5 of 100 over all projects, more where it went well.
fn rating(success: f64, rng: &mut Rng) -> usize {
    let satisfied = (0.45 + success * 0.58).min(0.98);
    let rest = 1.0 - satisfied;
    rng.weighted(&[satisfied, rest * 0.75, rest * 0.25])
}

fn supplement(w: &mut Writer, p: &Project, rng: &mut Rng) {
    names(w, p);
    let dimensions = w.spec.fields.iter().find(|f| f.kind == Kind::Dimensions).map(|f| f.options.clone());
    for name in dimensions.unwrap_or_default() {
        let before = rng.between(2, 4);
        let target = (before + rng.between(1, 2)).min(5);
        let reached = ((target - before) as f64 * (p.success * 1.3)).round() as i64;
        let after = (before + reached).clamp(1, 5);
        for (time, score) in [("before", before), ("goal", target), ("after", after)] {
            w.count(&format!("dimensions.{name}.{time}"), score);
        }
    }
    for (row, topic) in (1..).zip(p.needs.iter().take(3)) {
        let (name, unit, rises, usual) = TOPICS[*topic].indicator;
        let whole = if unit == "%" { 100 } else { i64::MAX };
        let before = (usual + rng.between(0, (usual / 8).max(1))).min(whole - 4);
        let step = (usual as f64 * 0.1).max(1.0).round() as i64;
        let target = if rises { before + step } else { (before - step).max(0) };
        let target = target.min(whole);
        let done = ((target - before) as f64 * (p.success * 1.35)).round() as i64;
        let key = |part: &str| format!("indicators.{row}.{part}");
        w.text(&key("name"), name);
        w.text(&key("unit"), unit);
        w.put(
            &key("direction"),
            if rises { "越高越好" } else { "越低越好" },
            Value::Ticks(vec![usize::from(!rises)]),
        );
        for (time, number) in [("before", before), ("goal", target), ("after", (before + done).min(whole))] {
            w.put(&key(time), number.to_string(), Value::Number(number as f64));
        }
    }
}

/// The boxes of a question with its first two options ticked.
pub(super) fn ticked_twice(spec: &FormSpec, id: &str) -> String {
    spec.index(id).map(|i| boxes(spec, i, &[0, 1], "")).map_or_else(String::new, |text| {
        // `boxes` ticks one option of a question that takes one; the second tick is put by hand.
        text.replacen('□', "☑", 1)
    })
}

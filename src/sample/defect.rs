//! The defects that are sown into samples, each one that offices really send,
//! with the field it sits in and what the checks should make of it.

use serde::Serialize;
use time::Duration;

use super::project::Project;
use super::say::{Value, Writer};
use crate::spec::Form;

/// A defect of one return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    MissingEnterprise,
    BadPhone,
    TwoTicks,
    CountText,
    Duplicate,
    NoNeedType,
    UnreadableDate,
    UnknownRating,
    MissingSignature,
    OverseasAboveValid,
    MissingProject,
    ReversedTime,
    SizeAboveClass,
    OrphanSatisfaction,
    NegativeCount,
    Truncated,
    SignatureBeforeStart,
    UndeclaredCount,
    AgencyVariant,
    FormulaError,
    NoForm,
    FractionCount,
    OtherWithoutText,
    MissingAgency,
    HugeCount,
    NotSent,
}

/// What a defect does to the return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The return (or file) is left out.
    Error,
    /// It counts, an answer is left out or looks wrong.
    Warning,
    /// It is worth knowing.
    Info,
    /// Nothing was sent.
    Missing,
}

impl Defect {
    /// All, in the order in which they are sown.
    pub const ALL: [Self; 26] = [
        Self::MissingEnterprise,
        Self::BadPhone,
        Self::TwoTicks,
        Self::CountText,
        Self::Duplicate,
        Self::NoNeedType,
        Self::UnreadableDate,
        Self::UnknownRating,
        Self::MissingSignature,
        Self::OverseasAboveValid,
        Self::MissingProject,
        Self::ReversedTime,
        Self::SizeAboveClass,
        Self::OrphanSatisfaction,
        Self::NegativeCount,
        Self::Truncated,
        Self::SignatureBeforeStart,
        Self::UndeclaredCount,
        Self::AgencyVariant,
        Self::FormulaError,
        Self::NoForm,
        Self::FractionCount,
        Self::OtherWithoutText,
        Self::MissingAgency,
        Self::HugeCount,
        Self::NotSent,
    ];

    /// What it does to the return.
    pub fn effect(self) -> Effect {
        match self {
            Self::MissingEnterprise
            | Self::NoNeedType
            | Self::MissingProject
            | Self::Truncated
            | Self::NoForm => Effect::Error,
            // The roster names the agency, so it is filled in from there.
            Self::Duplicate | Self::MissingAgency => Effect::Info,
            Self::NotSent => Effect::Missing,
            _ => Effect::Warning,
        }
    }

    /// Whether the defect is one of the whole file, so that no row of a table can have it.
    pub fn of_file(self) -> bool {
        matches!(self, Self::Truncated | Self::NoForm | Self::NotSent | Self::Duplicate | Self::FormulaError)
    }

    /// Whether a return of this form and project can have it.
    pub fn fits(self, form: Form, project: &Project) -> bool {
        match self {
            Self::MissingEnterprise => matches!(form, Form::B | Form::C | Form::E | Form::F),
            Self::MissingProject | Self::ReversedTime => matches!(form, Form::C | Form::F),
            Self::NoNeedType | Self::OtherWithoutText => matches!(form, Form::B | Form::C),
            Self::BadPhone => matches!(form, Form::B | Form::C | Form::E | Form::F),
            Self::UnreadableDate => matches!(form, Form::B | Form::D | Form::E),
            Self::TwoTicks => matches!(form, Form::B | Form::F),
            Self::UnknownRating | Self::OrphanSatisfaction | Self::AgencyVariant | Self::MissingAgency => {
                form == Form::F
            }
            Self::SignatureBeforeStart | Self::MissingSignature => form == Form::C,
            Self::SizeAboveClass => form == Form::B && project.enterprise.size > 0,
            Self::CountText
            | Self::OverseasAboveValid
            | Self::NegativeCount
            | Self::FractionCount
            | Self::UndeclaredCount
            | Self::FormulaError
            | Self::HugeCount => form == Form::B,
            Self::Duplicate | Self::Truncated | Self::NoForm | Self::NotSent => {
                matches!(form, Form::B | Form::C | Form::E | Form::F)
            }
        }
    }

    /// Puts the defect into the answers and says in which field; `None` for defects of the file.
    pub(super) fn apply(self, form: Form, w: &mut Writer, project: &Project) -> Option<&'static str> {
        let faulty = |w: &mut Writer, id: &'static str, text: &str| {
            w.put(id, text, Value::Faulty);
            Some(id)
        };
        match self {
            Self::MissingEnterprise => faulty(w, "enterprise", ""),
            Self::MissingProject => faulty(w, "project", ""),
            Self::MissingAgency => faulty(w, "agency", ""),
            Self::BadPhone => faulty(w, "contact", &format!("{} 1380000{}", project.enterprise.contact, 123)),
            Self::UnreadableDate => faulty(w, "dated", "25年3月上旬"),
            Self::CountText => faulty(w, "employees", "若干"),
            Self::NegativeCount => faulty(w, "national_standards", "-2"),
            Self::FractionCount => faulty(w, "employees", "56.5"),
            Self::HugeCount => {
                w.count("domestic_trademarks", 20_250);
                Some("domestic_trademarks")
            }
            Self::UnknownRating => faulty(w, "staff_skill", "较满意"),
            Self::FormulaError => faulty(w, "industry", "#N/A"),
            Self::OrphanSatisfaction => {
                w.text("project", format!("{}（二期）", project.name));
                Some("project")
            }
            Self::AgencyVariant => {
                let short = project.agency_name().replace("有限公司", "公司").replace("研究院", "研究所");
                w.text("agency", short);
                Some("agency")
            }
            _ => self.apply_relation(form, w, project),
        }
    }

    /// Defects that are wrong only together with another answer.
    fn apply_relation(self, form: Form, w: &mut Writer, project: &Project) -> Option<&'static str> {
        match self {
            Self::NoNeedType => {
                w.tick("need_types", &[], "");
                w.text("need_other", "");
                w.put("need_types", w.answers["need_types"].text.clone(), Value::Faulty);
                Some("need_types")
            }
            Self::OtherWithoutText => {
                w.tick("need_types", &[project.topic.min(6), 7], "");
                w.text("need_other", "");
                Some("need_other")
            }
            Self::TwoTicks => {
                let id = if form == Form::B { "size" } else { "staff_attitude" };
                let text = super::say::ticked_twice(w.spec, id);
                w.put(id, text, Value::Faulty);
                Some(id)
            }
            Self::ReversedTime => {
                let text = w.style.range(project.end, project.start);
                w.put("service_time", text, Value::Faulty);
                Some("service_time")
            }
            Self::SignatureBeforeStart => {
                w.date("staff_signed_on", project.start - Duration::days(6));
                Some("staff_signed_on")
            }
            Self::MissingSignature => {
                w.text("enterprise_signed", "");
                Some("enterprise_signed")
            }
            Self::OverseasAboveValid => {
                w.count("invention_patents", 2);
                w.count("overseas_patents", 5);
                Some("overseas_patents")
            }
            Self::SizeAboveClass => {
                w.tick("size", &[0], "");
                Some("size")
            }
            Self::UndeclaredCount => {
                w.tick("self_declared", &[0], "");
                w.put("self_declared_count", "", Value::Blank);
                Some("self_declared_count")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lists_every_defect_once() {
        let mut all = Defect::ALL.to_vec();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), Defect::ALL.len());
        assert_eq!(*all.last().unwrap() as usize + 1, all.len());
    }
}

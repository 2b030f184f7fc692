//! Which answers of which forms a metric looks at: what `explain` shows of each return.
//!
//! Kept beside the catalogue, which it follows metric by metric; a test holds every field named
//! here against the forms as specified.

use super::catalogue::Level;
use crate::spec::Form;

type Fields = Vec<(Form, &'static [&'static str])>;

const STANDARDS: &[&str] =
    &["intl_standards", "national_standards", "industry_standards", "local_standards", "group_standards"];

/// Forms and their fields behind a metric's item, the form that the denominator counts first.
pub fn fields(metric: &str, item: &str, level: Level) -> Fields {
    use Form::{B, C, E, F, S};
    let mut out: Fields = match metric {
        "satisfied_rate" | "acceptable_rate" | "item_score" | "unanswered_rate" => vec![(F, rating(item))],
        "composite_score" => {
            vec![(F, &["staff_attitude", "staff_skill", "expert", "expert_attitude", "expert_skill"])]
        }
        "response_rate" => vec![(C, &["project"]), (F, &["project"])],
        "closed_loop_rate" => {
            vec![(C, &["staff_signature", "expert_signature", "enterprise_signed"]), (F, &["expert"])]
        }
        "below_industry_share" | "standard_level_share" => vec![(B, &["standard_level"])],
        "quality_base_coverage" => vec![(B, base(item))],
        "demand_share" => vec![(B, &["need_types"])],
        "service_share" => vec![(C, &["need_types"])],
        "structure_gap" | "structure_mismatch" => vec![(B, &["need_types"]), (C, &["need_types"])],
        "demand_response_rate" | "median_response_days" => {
            vec![(B, &["need_types", "dated"]), (C, &["need_types", "service_time"])]
        }
        "feedback_rate" => vec![(C, &["enterprise"]), (E, &["enterprise"])],
        "next_need_rate" => vec![(E, &["next_needs"])],
        "level_change" => vec![(B, &["standard_level", "dated"])],
        "dimension_gap" | "gap_closure" => vec![(S, &["dimensions"])],
        "goal_attainment" => vec![(S, &["indicators"])],
        _ => Vec::new(),
    };
    if level == Level::Category {
        out.push((C, &["need_types"]));
    }
    out
}

fn rating(item: &str) -> &'static [&'static str] {
    match item {
        "staff_attitude" => &["staff_attitude"],
        "staff_skill" => &["staff_skill"],
        "expert_attitude" => &["expert", "expert_attitude"],
        _ => &["expert", "expert_skill"],
    }
}

fn base(item: &str) -> &'static [&'static str] {
    match item {
        "self_declared" => &["self_declared"],
        "patents" => &["invention_patents"],
        _ => STANDARDS,
    }
}

#[cfg(test)]
mod tests {
    use super::super::CATALOGUE;
    use super::*;
    use crate::spec::Specs;

    #[test]
    fn every_metric_names_fields_that_the_forms_have() {
        let specs = Specs::built_in().unwrap();
        for definition in CATALOGUE {
            for item in definition.items {
                let all = fields(definition.id, item, Level::Category);
                assert!(all.len() >= 2, "{}", definition.id);
                for (form, names) in all {
                    for name in names {
                        assert!(specs.of(form).field(name).is_some(), "{} {form}.{name}", definition.id);
                    }
                }
            }
        }
    }
}

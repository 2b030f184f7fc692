//! Forms of different enterprises that say the same in every answer: worth knowing, no accusation.
//!
//! Names, persons, telephones and dates differ anyway and are left out. Ticks alone prove nothing (satisfied
//! customers look alike), so free text must be among the answers and weighs most.

use rayon::prelude::*;

use super::{Found, Linked, Links, Status, problem};
use crate::answer::Val;
use crate::digest::{self, Key};
use crate::problem::Code;
use crate::spec::Kind;
use crate::text;

/// Least weight of the common answers: two long paragraphs, or two paragraphs and a count, say.
const LEAST: usize = 7;
/// Shortest text that two people hardly write alike.
const PARAGRAPH: usize = 10;
/// Shortest text of which two say enough (forms E and F ask for no more than two).
const LONG: usize = 30;

/// Tells returns whose answers are those of another enterprise.
pub(super) fn find(links: &Links, found: &mut Found) {
    let told = |l: &&Linked| l.status == Status::Counted && !l.key.enterprise.is_empty();
    let said = |l| Some((digest::key(answers(l)?.as_bytes()), l));
    let mut all: Vec<(Key, &Linked)> = links.returns.par_iter().filter(told).filter_map(said).collect();
    let group = |(said, l): &(Key, &Linked)| (l.ret.period, l.ret.form, *said);
    all.sort_by_key(group);
    for alike in all.chunk_by(|a, b| group(a) == group(b)) {
        for (_, linked) in alike {
            let other = alike.iter().find(|(_, o)| o.key.enterprise != linked.key.enterprise);
            if let Some((_, other)) = other {
                let note = problem(linked, Code::AnswersAlike, "").about(other.ret.enterprise());
                found.note(linked.ret.period, note);
            }
        }
    }
}

/// The answers in normal form, where they weigh enough to be compared.
fn answers(linked: &Linked) -> Option<String> {
    let (mut out, mut weight, mut paragraphs) = (String::new(), 0, 0);
    let compared = |kind| {
        use Kind::*;
        matches!(kind, Text | Block | Count | Many | One | Dimensions | Indicators)
    };
    let ret = &linked.ret;
    for (at, field) in ret.spec.fields.iter().enumerate().filter(|(_, field)| compared(field.kind)) {
        let Some(value) = ret.answers.value(at) else { continue };
        let said = match (field.kind, &value) {
            (Kind::Text | Kind::Block, Val::Text(words)) => {
                let key = text::key(words);
                let length = key.chars().count();
                paragraphs += usize::from(length >= PARAGRAPH);
                weight += match length {
                    LONG.. => 4,
                    PARAGRAPH.. => 3,
                    _ => 1,
                };
                key
            }
            (Kind::Count | Kind::Many, value) => {
                weight += usize::from(*value != Val::Count(0));
                format!("{value:?}")
            }
            (Kind::One, value) => format!("{value:?}"),
            (Kind::Dimensions | Kind::Indicators, value) => {
                weight += 3;
                format!("{value:?}")
            }
            _ => continue,
        };
        out.push_str(&field.id);
        out.push('\u{1f}');
        out.push_str(&said);
        out.push('\u{1e}');
    }
    (weight >= LEAST && paragraphs >= 1).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::forms::{Extras, SheetPlan, workbook};
    use crate::settings::Settings;
    use crate::spec::Form;
    use crate::spec::Specs;

    const PARAGRAPHS: [(&str, &str); 4] = [
        ("service_content", "拟开展现场诊断两次，梳理来料检验流程，编制作业指导书七份，并完成内审员培训"),
        ("outcomes", "出厂检验一次合格率由九成提高到九成七，客户投诉减半，返工工时减少约两成"),
        ("staff_attitude", "☑满意"),
        ("staff_skill", "☑基本满意"),
    ];

    /// Which enterprises are told of which other, for satisfaction forms of these names and answers.
    fn told(returns: &[(&str, &[(&str, &str)])]) -> Vec<(String, String)> {
        let specs = Specs::built_in().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let quarter = folder.path().join("2025Q1/新都区");
        std::fs::create_dir_all(&quarter).unwrap();
        for (at, (enterprise, answers)) in returns.iter().enumerate() {
            let project = format!("拟项目{at}");
            let contact = format!("张拟涛 1380000{at:04}");
            let day = format!("2025年3月{}日", at + 1);
            let names = [
                ("project", project.as_str()),
                ("enterprise", enterprise),
                ("agency", "成都拟衡质量技术服务有限公司"),
                ("contact", &contact),
                ("dated", &day),
            ];
            let all = names.iter().chain(*answers).map(|(id, words)| ((*id).to_owned(), (*words).to_owned()));
            let plan = SheetPlan { values: all.collect(), ..SheetPlan::blank(specs.of(Form::F)) };
            std::fs::write(quarter.join(format!("{at}.xlsx")), workbook(&[plan], Extras::PLAIN).unwrap())
                .unwrap();
        }
        let listing = crate::inputs::list(folder.path()).unwrap();
        let settings = Settings::default();
        let links =
            crate::link::link(crate::read::read_all(&listing, &specs, &settings, &|| {}), &specs, &settings);
        assert_eq!(links.returns.len(), returns.len());
        let all = links.problems.values().flatten().filter(|p| p.code == Code::AnswersAlike);
        all.map(|p| (p.enterprise.to_string(), p.message().into_owned())).collect()
    }

    #[test]
    fn the_same_words_of_two_enterprises_are_told_at_both() {
        let found = told(&[("成都拟禾食品有限公司", &PARAGRAPHS), ("成都拟裕家具有限公司", &PARAGRAPHS)]);
        let who: Vec<&str> = found.iter().map(|(enterprise, _)| enterprise.as_str()).collect();
        assert_eq!(who, ["成都拟禾食品有限公司", "成都拟裕家具有限公司"]);
        assert!(found[0].1.contains("「成都拟裕家具有限公司」"), "{found:?}");
        assert!(found[1].1.contains("「成都拟禾食品有限公司」"), "{found:?}");
    }

    #[test]
    fn ticks_alone_one_other_tick_or_the_same_enterprise_tell_nothing() {
        let (a, b) = ("成都拟禾食品有限公司", "成都拟裕家具有限公司");
        assert_eq!(told(&[(a, &PARAGRAPHS[2..]), (b, &PARAGRAPHS[2..])]), []);
        let mut other = PARAGRAPHS;
        other[3].1 = "☑满意";
        assert_eq!(told(&[(a, &PARAGRAPHS), (b, &other)]), []);
        assert_eq!(told(&[(a, &PARAGRAPHS), (a, &PARAGRAPHS)]), [], "two projects of one enterprise");
    }
}

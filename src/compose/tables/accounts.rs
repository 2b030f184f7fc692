//! What was sent, what is missing and what is wrong with it, as tables.

use std::collections::BTreeSet;

use crate::document::{Align, CellText, Row, Table};
use crate::link::{district_code, district_name};
use crate::problem::{CATALOGUE as CODES, Problem};
use crate::reference::district::{CITY, DISTRICTS};
use crate::spec::Form;
use crate::tally::Account;

use super::{About, column, named, number, row, tallied, words};
use crate::compose::scene::Scene;

/// What is said of districts that are not in a table: only where there are any.
fn unlisted(listed: usize, words: &str) -> Option<String> {
    (listed < DISTRICTS.len()).then(|| format!("未列出的区（市）县{words}。"))
}

pub(super) fn accounts(scene: &Scene, about: &About) -> Table {
    let roster = scene.accounting().is_some_and(|a| a.has_roster);
    let rows = scene.specs.all().map(|(form, spec)| {
        let cell = |a: &Account| tallied(scene, &about.unit.code, &format!("account.{}.{form}", a.id()));
        let label = format!("{} {}", spec.caption, short_title(&spec.title));
        row(named(&label, Account::ALL.iter().map(cell).collect()))
    });
    let mut notes = vec![
        "收到＝计入＋被替代＋未计入；被替代指同一企业同一项目有更新的一份，未计入指因错误不计入统计的。"
            .to_owned(),
    ];
    if roster {
        notes.extend([
            "应报按名册计算：表B、表E按企业，其余按项目；名册未列的表不计应报。全市应报＝计入（不含名册外）＋名册内只收到未计入材料的＋缺报。".to_owned(),
            "缺报指名册内没有收到，或收到的文件无法辨认、材料未填名称因而对不上名册的；后两种按问题清单改正即可，不必另报。".to_owned(),
        ]);
    } else {
        notes.push("本季度未报送名册，不计算应报和缺报。".into());
    }
    Table {
        title: format!("{}各表报送情况", about.unit.name),
        unit: "单位：份".into(),
        columns: std::iter::once(words("表", 3.2)).chain(Account::ALL.map(|a| number(a.label()))).collect(),
        rows: rows.collect(),
        notes,
        ..Table::default()
    }
}

fn short_title(title: &str) -> &str {
    title.strip_prefix("中小企业质量提升").or_else(|| title.strip_prefix("质量提升")).unwrap_or(title)
}

pub(super) fn district_accounts(scene: &Scene) -> Table {
    let forms = [Form::B, Form::C, Form::D, Form::E, Form::F, Form::S];
    let of = |code: &str| -> Vec<CellText> {
        let counted = forms.iter().map(|form| format!("account.counted.{form}"));
        let names = counted.chain(["account.excluded", "account.missing"].map(String::from));
        names.map(|name| tallied(scene, code, &name)).collect()
    };
    let mut rows = vec![Row { cells: named("全市", of(CITY.0)), strong: true }];
    let districts = scene.accounting().map(|a| a.received_districts()).unwrap_or_default();
    let listed = districts.iter().flatten().count();
    rows.extend(districts.into_iter().map(|d| row(named(district_name(d), of(district_code(d))))));
    let mut columns = vec![words("区（市）县", 1.6)];
    columns.extend(forms.iter().map(|f| number(&scene.specs.of(*f).caption)));
    columns.extend([number("未计入"), number("缺报")]);
    Table {
        title: "各区（市）县计入统计的份数".into(),
        unit: "单位：份".into(),
        columns,
        rows,
        notes: unlisted(listed, "本季度未报送").into_iter().collect(),
        ..Table::default()
    }
}

pub(super) fn problems_by_code(scene: &Scene, about: &About) -> Table {
    let answerable = scene.links.answerable(scene.period);
    let place = format!("{}/{}", scene.period, about.unit.code);
    let concerns = |p: &Problem| about.district.is_none_or(|d| answerable.of(p) == d);
    let mut rows = Vec::new();
    for (code, entry) in CODES {
        let own = scene.problems().iter().filter(|p| p.code == *code && concerns(p));
        let count = own.count();
        if count > 0 {
            rows.push(row(vec![
                CellText::words(code.in_general()),
                CellText::words(entry.severity.label()),
                CellText {
                    figure: Some(format!("{place}/problems.{}", entry.id)),
                    ..CellText::count(count as i64)
                },
                CellText::words(entry.mend),
            ]));
        }
    }
    if rows.is_empty() {
        rows.push(row(vec![
            CellText::words("未发现问题"),
            CellText::words("—"),
            CellText::count(0),
            CellText::words("—"),
        ]));
    }
    Table {
        title: format!("{}报送材料中的问题", about.unit.name),
        unit: "单位：处".into(),
        columns: vec![words("问题", 3.0), column("程度", Align::Center, 0.7), column("数量", Align::Right, 0.7), words("处理办法", 3.0)],
        rows,
        notes: vec!["错误：该份（该文件）未计入统计；警告：该项答案未采用或需核实；提示：供了解。逐条清单见problems/问题清单.xlsx。".into()],
        ..Table::default()
    }
}

pub(super) fn missing(scene: &Scene, about: &About) -> Table {
    let all = scene.accounting().map(|a| a.missing.as_slice()).unwrap_or_default();
    let own = all.iter().filter(|(_, district, _)| about.district.is_none_or(|d| d == *district));
    let mut own: Vec<_> = own.collect();
    // Stable: within a district by form and name, as they are counted.
    own.sort_by_key(|(_, district, _)| (district.is_none(), *district));
    let mut rows: Vec<Row> = own
        .into_iter()
        .map(|(form, district, key)| {
            let project = if key.project.is_empty() { "—" } else { &*key.project };
            row(vec![
                CellText::words(district_name(*district)),
                CellText::words(&*key.enterprise),
                CellText::words(project),
                CellText::words(scene.specs.of(*form).caption.clone()),
            ])
        })
        .collect();
    if rows.is_empty() {
        rows.push(row(vec![
            CellText::words("无"),
            CellText::words("—"),
            CellText::words("—"),
            CellText::words("—"),
        ]));
    }
    Table {
        title: "名册内缺报的材料".into(),
        columns: vec![
            words("区（市）县", 1.0),
            words("企业名称", 2.4),
            words("项目名称", 2.4),
            column("表", Align::Center, 0.6),
        ],
        rows,
        ..Table::default()
    }
}

/// What is missing by district and form: for a city in which the list itself would fill pages.
pub(super) fn missing_by_district(scene: &Scene) -> Table {
    let all = scene.accounting().map(|a| a.missing.as_slice()).unwrap_or_default();
    let forms: BTreeSet<Form> = all.iter().map(|(form, ..)| *form).collect();
    let own: BTreeSet<_> = all.iter().map(|(_, district, _)| (district.is_none(), *district)).collect();
    let of = |code: &str| -> Vec<CellText> {
        let names = forms.iter().map(|form| format!("account.missing.{form}"));
        names.chain(["account.missing".into()]).map(|name| tallied(scene, code, &name)).collect()
    };
    let mut rows = vec![Row { cells: named("全市", of(CITY.0)), strong: true }];
    let listed = own.iter().filter(|(is_nowhere, _)| !is_nowhere).count();
    rows.extend(own.into_iter().map(|(_, d)| row(named(district_name(d), of(district_code(d))))));
    let mut notes: Vec<String> = unlisted(listed, "没有缺报").into_iter().collect();
    notes.push("逐份名单见各区（市）县报告和数据表中的“缺报”工作表。".into());
    let labels = forms.iter().map(|form| number(&scene.specs.of(*form).caption));
    Table {
        title: "各区（市）县名册内缺报的份数".into(),
        unit: "单位：份".into(),
        columns: std::iter::once(words("区（市）县", 1.6)).chain(labels).chain([number("合计")]).collect(),
        rows,
        notes,
        ..Table::default()
    }
}

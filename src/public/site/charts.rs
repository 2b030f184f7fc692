//! The charts of the pages, each in two widths and with its numbers as a table.

use super::view::{Book, CITY_CODE, Cell, Drawing, Row, Table, item, label};
use crate::chart::{
    Axis, Chart, DotRows, Dumbbell, IntervalBars, Look, PairRow, Reference, Series, ShareRow, Span,
    StackedShares, Trend, TrendPoint, Unit,
};
use crate::metrics::{CATEGORIES, RATINGS};
use crate::period::Period;

/// Fonts of the pages; the first one present is used.
const FONT: &str = "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif";
const INTERVAL: &str = "95%置信区间";

fn look(width: f64) -> Look {
    Look { font: FONT.to_owned(), width }
}

/// Draws the same chart for screens and for phones; a chart of which too little is shown is left empty.
fn drawing<C: Chart>(
    (id, unit): (&str, &str),
    title: &str,
    make: impl Fn(Look) -> C,
    table: Table,
    note: &str,
) -> Drawing {
    // The city beside a district, which is no reason to draw the district.
    let beside = format!("/{CITY_CODE}/");
    let is_own = |c: &&Cell| unit == CITY_CODE || !c.figure.contains(&beside);
    let wide = make(look(720.0));
    let own: Vec<&Cell> = table.rows.iter().flat_map(|r| &r.cells).filter(is_own).collect();
    if !is_enough(&own) || !wide.has_data() {
        return Drawing { title: title.to_owned(), ..Drawing::default() };
    }
    Drawing {
        id: id.to_owned(),
        title: title.to_owned(),
        wide: wide.svg(),
        narrow: make(look(340.0)).svg(),
        table,
        note: note.to_owned(),
    }
}

fn table(id: &str, caption: &str, columns: &[&str], rows: Vec<Row>) -> Table {
    Table {
        id: format!("{id}-data"),
        caption: format!("{caption}（数据）"),
        columns: columns.iter().map(|c| (*c).to_owned()).collect(),
        rows,
        ..Table::default()
    }
}

/// Whether the cells of a chart show something: a number, and where others are hidden, two that are not 0.
fn is_enough(cells: &[&Cell]) -> bool {
    let is_mark = |cell: &&&Cell| cell.text.contains(|c: char| matches!(c, '1'..='9'));
    let numbers = || cells.iter().filter(|c| is_number(c));
    let gaps = cells.iter().any(|c| c.status == "suppressed");
    numbers().count() > 0 && (!gaps || numbers().filter(is_mark).count() > 1)
}

/// Whether a cell says a number.
fn is_number(cell: &Cell) -> bool {
    matches!(cell.status, "ok" | "small_n")
}

fn row(head: &str, cells: Vec<Cell>) -> Row {
    Row { head: head.to_owned(), cells, ..Row::default() }
}

/// Satisfaction by item; in a district with the city beside it.
pub fn satisfaction(book: &Book, period: Period, unit: &str) -> Drawing {
    let title = "各项满意率";
    let name = |i: &str| format!("satisfied_rate.{i}");
    let make = |look: Look| IntervalBars {
        title: title.into(),
        axis: Axis::new("满意率", Unit::Rate, Span::Full),
        rows: RATINGS.iter().map(|i| book.estimate(period, unit, &name(i), item(i))).collect(),
        interval_name: INTERVAL.into(),
        look,
        ..IntervalBars::default()
    };
    let city = unit != CITY_CODE;
    let rows = RATINGS.iter().map(|i| {
        let n = name(i);
        let mut cells =
            vec![book.cell(period, unit, &n), book.interval(period, unit, &n), book.base(period, unit, &n)];
        if city {
            cells.push(book.cell(period, CITY_CODE, &n));
        }
        row(item(i), cells)
    });
    let mut columns = vec!["项目", "满意率", "95%置信区间", "有效回答（份）"];
    if city {
        columns.push("全市满意率");
    }
    let table = table("satisfaction", title, &columns, rows.collect());
    drawing(("satisfaction", unit), title, make, table, "满意率＝回答“满意”的份数÷有效回答份数。")
}

/// Demand against service by category.
pub fn structure(book: &Book, period: Period, unit: &str) -> Drawing {
    let title = "各类需求与服务占比";
    let (need, service) = (|c: &str| format!("demand_share.{c}"), |c: &str| format!("service_share.{c}"));
    let make = |look: Look| Dumbbell {
        title: title.into(),
        rows: CATEGORIES
            .iter()
            .map(|c| PairRow {
                name: (*c).into(),
                demand: book.measure(period, unit, &need(c)),
                supply: book.measure(period, unit, &service(c)),
                muted: book.is_few(period, unit, &need(c)) || book.is_few(period, unit, &service(c)),
            })
            .collect(),
        look,
        ..Dumbbell::default()
    };
    let rows = CATEGORIES
        .iter()
        .map(|c| row(c, vec![book.cell(period, unit, &need(c)), book.cell(period, unit, &service(c))]));
    let table = table("structure", title, &["服务类别", "需求占比", "服务占比"], rows.collect());
    drawing(("structure", unit), title, make, table, "一家企业、一个项目可选多类，各类占比之和可能大于100%。")
}

/// Levels of the standards that enterprises work to.
pub fn levels(book: &Book, period: Period, units: &[(&str, &str)]) -> Drawing {
    const LEVELS: [&str; 4] = ["below", "average", "above", "leading"];
    let title = "企业执行标准的水平";
    let name = |l: &str| format!("standard_level_share.{l}");
    let make = |look: Look| StackedShares {
        title: title.into(),
        axis_title: "企业占比".into(),
        levels: LEVELS.iter().map(|l| item(l).to_owned()).collect(),
        rows: units
            .iter()
            .map(|(code, label)| ShareRow {
                name: (*label).into(),
                shares: LEVELS.iter().map(|l| book.measure(period, code, &name(l))).collect(),
                n: String::new(),
                muted: LEVELS.iter().any(|l| book.is_few(period, code, &name(l))),
            })
            .collect(),
        look,
    };
    let mut columns = vec!["单位"];
    columns.extend(LEVELS.iter().map(|l| item(l)));
    let rows = units
        .iter()
        .map(|(code, label)| row(label, LEVELS.iter().map(|l| book.cell(period, code, &name(l))).collect()));
    let table = table("levels", title, &columns, rows.collect());
    let gaps = table.rows.iter().any(|r| r.cells.iter().any(|c| c.status == "suppressed"));
    let own = "企业在需求调查表中自报，占已答企业的比重。";
    let note = if gaps {
        format!("{own}不公开的水平未画出，其余各段依次相接，整条不足100%。")
    } else {
        own.to_owned()
    };
    drawing(("levels", units.first().map_or("", |u| u.0)), title, make, table, &note)
}

/// The composite score of all districts against the city; official order, no ranking.
/// None where no district may be shown.
pub fn districts(book: &Book, period: Period) -> Option<Drawing> {
    let title = "各区（市）县综合满意度";
    const NAME: &str = "composite_score";
    let units: Vec<(&str, &str)> =
        book.districts(period).into_iter().filter(|d| d.2).map(|d| (d.0, d.1)).collect();
    if !units.iter().any(|(code, _)| book.measure(period, code, NAME).value.is_some()) {
        return None;
    }
    let city = book.measure(period, CITY_CODE, NAME);
    let make = |look: Look| DotRows {
        title: title.into(),
        axis: Axis::new("综合满意度（分）", Unit::Score, Span::Fit),
        rows: units.iter().map(|(code, name)| book.estimate(period, code, NAME, name)).collect(),
        reference: city.value.map(|v| Reference {
            figure: city.figure.clone(),
            ..Reference::new(v, format!("全市 {}", city.printed))
        }),
        interval_name: INTERVAL.into(),
        look,
    };
    let rows = units.iter().map(|(code, name)| {
        let cells = vec![
            book.cell(period, code, NAME),
            book.interval(period, code, NAME),
            book.base(period, code, NAME),
        ];
        row(name, cells)
    });
    let columns = ["区（市）县", "综合满意度（分）", "95%置信区间", "问卷（份）"];
    let table = table("composite", title, &columns, rows.collect());
    let note = "按全市公文排列顺序，不作排名；区间相互重叠的，不能认为有高低之分。";
    Some(drawing(("composite", CITY_CODE), title, make, table, note)).filter(|d| !d.id.is_empty())
}

/// The composite score of a unit over the periods.
pub fn trend(book: &Book, unit: &str) -> Option<Drawing> {
    let periods: Vec<Period> = book.periods().into_iter().rev().collect();
    if periods.len() < 2 {
        return None;
    }
    const NAME: &str = "composite_score";
    let title = "综合满意度逐季变化";
    let point = |p: &Period| {
        let estimate = book.estimate(*p, unit, NAME, "");
        TrendPoint { measure: estimate.measure, interval: estimate.interval, muted: estimate.muted }
    };
    let make = |look: Look| Trend {
        title: title.into(),
        axis: Axis::new("分", Unit::Score, Span::Fit),
        periods: periods.iter().map(ToString::to_string).collect(),
        series: vec![Series { name: label(NAME, ""), points: periods.iter().map(point).collect() }],
        interval_name: INTERVAL.into(),
        look,
    };
    let rows = periods.iter().map(|p| {
        row(
            &p.chinese(),
            vec![book.cell(*p, unit, NAME), book.interval(*p, unit, NAME), book.base(*p, unit, NAME)],
        )
    });
    let table =
        table("trend", title, &["季度", "综合满意度（分）", "95%置信区间", "问卷（份）"], rows.collect());
    let few = table.rows.iter().any(|r| r.cells.iter().any(|c| c.status == "small_n"));
    let own = "各季度的企业不尽相同；区间重叠的，不能认为有升降。";
    let note =
        if few { format!("{own}有的季度样本量不足，仅供参考。") } else { own.to_owned() };
    Some(drawing(("trend", unit), title, make, table, &note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_with_gaps_needs_two_numbers_to_show() {
        let cell = |text: &str, status| Cell { text: text.into(), status, ..Cell::default() };
        let (star, zero) = (cell("*", "suppressed"), cell("0.0%", "ok"));
        let (half, other) = (cell("50.0%", "ok"), cell("7.1%", "small_n"));
        let whole = cell("100.0%", "ok");
        assert!(!is_enough(&[&star, &star, &zero]));
        assert!(!is_enough(&[&star, &half, &zero]));
        assert!(is_enough(&[&star, &half, &other]));
        assert!(is_enough(&[&whole, &zero, &zero]), "nothing is hidden");
        assert!(!is_enough(&[]));
    }
}

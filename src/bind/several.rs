//! Which forms the stretches of a sheet hold: one, or several under or beside each other beneath one title or none;
//! and which form it is where the labels tell another one than the title.
//!
//! Asked only where something is unusual: where a label of the key comes again, or where few labels of the titled
//! form are there. Every other sheet is bound once, as its title says.

use super::region::{Region, best, columns, regions};
use super::slots::{Again, Name, Slots, bind_region};
use super::spread::is_numbered;
use super::words::Scan;
use crate::cell::Cell;
use crate::spec::{FormSpec, Specs};
use crate::text;
use crate::workbook::Sheet;

/// Share of a form's labels, in percent, below which its title is doubted, and by how much another form must be
/// better to win.
const DOUBTFUL: usize = 60;
const CLEARLY: usize = 25;

/// Other labels between two names for the second to be that of another form, and labels that both then have.
const BETWEEN: usize = 2;
const REPEATED: usize = 4;

/// Rows above the second name in which its form may begin.
const ABOVE: u32 = 3;

/// Every form of a sheet with what it holds.
pub(super) fn forms(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs) -> Vec<(Region, Slots)> {
    let mut out = Vec::new();
    let mut open: Vec<Region> = regions(sheet, scan, specs);
    open.reverse();
    while let Some(region) = open.pop() {
        let (region, found) = told(sheet, scan, specs, region);
        let Some(parts) = under(sheet, scan, specs, &region, &found) else {
            push(sheet, specs, (region, found), &mut out);
            continue;
        };
        // Those of its own form were cut by its own labels; another form has labels of its own to be cut by. Each cut
        // leaves fewer rows.
        let own = parts.iter().take_while(|part| part.form == region.form).count();
        let mut parts = parts.into_iter();
        for part in parts.by_ref().take(own) {
            let part = told(sheet, scan, specs, part);
            push(sheet, specs, part, &mut out);
        }
        open.extend(parts.rev());
    }
    out
}

/// Adds a form, or the two that stand beside each other in its rows.
fn push(sheet: &Sheet, specs: &Specs, (region, found): (Region, Slots), out: &mut Vec<(Region, Slots)>) {
    match beside(sheet, specs, &region, &found) {
        Some(bands) => out.extend(bands.iter().flat_map(|band| forms(band, &Scan::of(band, specs), specs))),
        None => out.push((region, found)),
    }
}

/// What a stretch holds, as the form of its title or, where hardly any of its labels are there, as another one.
fn told(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs, mut region: Region) -> (Region, Slots) {
    let bound = |region: &Region| bind_region(sheet, scan, specs.of(region.form), region.first, region.last);
    let found = bound(&region);
    let spec = specs.of(region.form);
    let labelled = spec.fields.iter().enumerate().filter(|(f, _)| found.labels.iter().any(|(l, _)| l == f));
    let share = labelled.count() * 100 / spec.fields.len().max(1);
    if !region.titled || share >= DOUBTFUL {
        return (region, found);
    }
    match best(scan, specs, (region.first, region.last)) {
        Some(other) if other.form != region.form && other.share >= share + CLEARLY => {
            region.form = other.form;
            let found = bound(&region);
            (region, found)
        }
        _ => (region, found),
    }
}

/// A stretch cut wherever the form of another return begins below; `None` where it holds one.
fn under(
    sheet: &Sheet,
    scan: &Scan<'_>,
    specs: &Specs,
    region: &Region,
    found: &Slots,
) -> Option<Vec<Region>> {
    let mut out: Vec<Region> = Vec::new();
    // The names of the form that is open.
    let mut from = 0;
    for (at, name) in found.names.iter().enumerate() {
        let same = |first: &&Name| first.field == name.field && first.cell.row < name.cell.row;
        let Some(first) = found.names[from..at].iter().find(same) else { continue };
        let top = out.last().map_or(region.first, |part| part.first);
        // Up to where the name stands once more, else to the end.
        let next = found.names[at + 1..].iter().find(|next| next.field == name.field);
        let ends = [next.map_or(region.last, |next| next.cell.row - 1), region.last];
        let Some(part) =
            ends.iter().find_map(|end| begins(sheet, scan, specs, found, (first, name), (region, top, *end)))
        else {
            continue;
        };
        from = found.names[..=at].iter().rposition(|name| name.cell.row < part.first).map_or(at, |at| at + 1);
        out.push(part);
    }
    let first = Region { last: out.first()?.first.checked_sub(1)?, ..*region };
    out.insert(0, first);
    for at in 0..out.len() {
        out[at].last = out.get(at + 1).map_or(region.last, |next| next.first.saturating_sub(1));
    }
    if !region.titled
        && let Some(told) = best(scan, specs, (out[0].first, out[0].last))
    {
        out[0].form = told.form;
    }
    Some(out)
}

/// The form of another return that begins where a name comes again in a stretch whose open form begins at row `top`;
/// what stands below is looked at down to row `end`.
fn begins(
    sheet: &Sheet,
    scan: &Scan<'_>,
    specs: &Specs,
    found: &Slots,
    (first, name): (&Name, &Name),
    (region, top, end): (&Region, u32, u32),
) -> Option<Region> {
    let spec = specs.of(region.form);
    let is_between = |cell: Cell| first.cell < cell && cell < name.cell;
    let between = fields(found, (top, end), |field, cell| is_between(cell) && !spec.key.contains(&field));
    if between.len() < BETWEEN {
        return None;
    }
    let start = start(sheet, scan, specs, found, name.cell);
    let other = best(scan, specs, (start, end))?;
    let below = fields(found, (top, end), |_, cell| cell.row >= start);
    let repeated = fields(found, (top, end), |field, cell| cell.row < start && below.contains(&field)).len();
    if !(first.differs(name) || other.form != region.form || repeated >= REPEATED) {
        return None;
    }
    let row = sheet.rows.binary_search_by_key(&start, |row| row.at).ok()?;
    let anchor = Cell::new(start, sheet.rows[row].cells.first()?.0);
    Some(Region { form: other.form, first: start, last: region.last, anchor, titled: false })
}

/// The name of another return below a form that is not read: too few labels stand with it for a form of its own.
pub(super) fn left_over(found: &Slots) -> Option<Cell> {
    let is_left = |again: &&Again| {
        let all = (0, u32::MAX);
        let below = fields(found, all, |_, cell| cell.row >= again.cell.row);
        let repeated = fields(found, all, |field, cell| cell.row < again.cell.row && below.contains(&field));
        again.differs && again.cell.row > again.first.row && repeated.len() >= BETWEEN
    };
    found.again.iter().find(is_left).map(|again| again.cell)
}

/// Fields of which a label between two rows is among those that come again, ascending.
fn fields(found: &Slots, (top, end): (u32, u32), is_one: impl Fn(usize, Cell) -> bool) -> Vec<usize> {
    let from = found.every.partition_point(|(_, cell)| cell.row < top);
    let every = found.every[from..].iter().take_while(|(_, cell)| cell.row <= end);
    let mut out: Vec<usize> =
        every.filter(|(field, cell)| is_one(*field, *cell)).map(|(field, _)| *field).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// The first row of the form that a second name belongs to: other names, and a numbered heading, may stand above it.
fn start(sheet: &Sheet, scan: &Scan<'_>, specs: &Specs, found: &Slots, name: Cell) -> u32 {
    let is_ours = |row: u32| found.every.binary_search_by_key(&row, |(_, cell)| cell.row).is_ok();
    let names = |spec: &FormSpec, row: u32| {
        let mut hits = scan.between(row, row).flat_map(|(_, words)| words.hits(spec));
        hits.any(|hit| hit.fields.iter().any(|field| spec.key.contains(field)))
    };
    let above = (name.row.saturating_sub(ABOVE)..name.row).rev().take_while(|row| !is_ours(*row));
    let is_name = |row: &u32| specs.all().any(|(_, spec)| names(spec, *row));
    let start = above.filter(is_name).last().unwrap_or(name.row);
    let heads = |row: u32| {
        let mut cells = scan.between(row, row);
        let (first, others) = (cells.next(), cells.next());
        let label = first.filter(|_| others.is_none()).and_then(|(_, words)| words.short_label());
        label.is_some_and(|label| label.chars().count() <= 20 && is_numbered(label))
    };
    match start.checked_sub(1) {
        Some(row)
            if !is_ours(row) && heads(row) && sheet.rows.binary_search_by_key(&row, |r| r.at).is_ok() =>
        {
            row
        }
        _ => start,
    }
}

/// The columns of two forms side by side beneath one title; `None` where there are no two.
fn beside(sheet: &Sheet, specs: &Specs, region: &Region, found: &Slots) -> Option<Vec<Sheet>> {
    let is_beside = |again: &&Again| again.differs && again.cell.row == again.first.row;
    let second = found.again.iter().find(is_beside)?.cell;
    let spec = specs.of(region.form);
    let heads = |col: u32| {
        let mut cells = sheet.rows.iter().map(|row| Cell::new(row.at, col));
        cells.any(|cell| spec.headings.contains(&text::label(&sheet.text(cell))))
    };
    let cut = second.col.checked_sub(1).filter(|col| heads(*col)).unwrap_or(second.col);
    let bands = [(0, cut), (cut, u32::MAX)].map(|(from, to)| {
        let mut band = columns(sheet, from, to);
        band.rows.retain(|row| (region.first..=region.last).contains(&row.at));
        band
    });
    let is_form = |band: &Sheet| best(&Scan::of(band, specs), specs, (0, u32::MAX)).is_some();
    bands.iter().all(is_form).then(|| bands.into())
}

#[cfg(test)]
mod tests {
    use crate::bind::testing::{book, judged, said, specs};
    use crate::bind::{Bindings, bind};
    use crate::spec::Form;

    const F_TITLE: &[&str] = &["中小企业质量提升服务满意度调查表"];

    fn f(project: &'static str, rating: &'static str) -> Vec<Vec<&'static str>> {
        vec![
            vec!["质量提升服务项目名称", project],
            vec!["企业名称", "成都拟禾食品有限公司"],
            vec!["企业联系人及联系方式", "张拟涛 13800000001"],
            vec!["质量服务机构名称", "四川拟信咨询有限公司"],
            vec!["服务人员", "李拟"],
            vec!["服务时间", "2025年1月13日—2025年2月4日"],
            vec!["主要的质量提升服务内容", "拟开展诊断"],
            vec!["取得的质量提升服务成效", "好"],
            vec!["对服务人员的服务态度", rating],
        ]
    }

    fn c(project: &'static str) -> Vec<Vec<&'static str>> {
        vec![
            vec!["质量提升服务项目名称", project, "服务时间", "2025年1月13日—2025年2月4日"],
            vec!["企业名称", "成都拟禾食品有限公司", "企业联系人及联系方式", "张拟涛 13800000001"],
            vec!["质量提升需求类型", "计量服务"],
            vec!["质量提升需求具体描述", "描述"],
            vec!["质量提升服务实施过程及意见建议", "过程"],
            vec!["服务人员签字：", "赵拟五", "日期：", "2025年2月5日"],
            vec!["企业签字/盖章：", "孙拟七", "日期：", "2025年2月7日"],
        ]
    }

    fn b() -> Vec<Vec<&'static str>> {
        let labels = specs().of(Form::B).fields.iter().filter(|f| f.within.is_none());
        let answered = labels.map(|f| match &*f.id {
            "enterprise" => vec![&*f.label, "成都拟禾食品有限公司"],
            "need_types" => vec![&*f.label, "计量服务"],
            _ => vec![&*f.label],
        });
        [vec![vec!["中小企业质量提升服务需求调查记录表"]], answered.collect()].concat()
    }

    fn read(parts: &[Vec<Vec<&str>>]) -> Bindings {
        let rows: Vec<Vec<&str>> = parts.concat();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        bind(&book(&rows), specs())
    }

    fn found(out: &Bindings) -> Vec<(Form, String)> {
        let one = |b| {
            let ret = judged(b);
            let id = if b.form == Form::B { "need_types" } else { "project" };
            (b.form, said(&ret, id))
        };
        out.returns.iter().map(one).collect()
    }

    #[test]
    fn two_forms_under_one_title_or_none_are_two_returns() {
        let title = vec![F_TITLE.to_vec()];
        let out = read(&[title, f("拟甲项目", "满意"), vec![vec![]], f("拟乙项目", "不满意")]);
        assert_eq!(found(&out), [(Form::F, "拟甲项目".into()), (Form::F, "拟乙项目".into())]);
        assert_eq!(said(&judged(&out.returns[0]), "staff_attitude"), "满意");
        assert_eq!(said(&judged(&out.returns[1]), "staff_attitude"), "不满意");
        assert_eq!(out.returns[1].anchor.to_string(), "A12");
        let out = read(&[c("拟甲项目"), f("拟甲项目", "满意")]);
        assert_eq!(found(&out), [(Form::C, "拟甲项目".into()), (Form::F, "拟甲项目".into())]);
    }

    #[test]
    fn a_form_behind_another_one_begins_at_its_first_label() {
        let out = read(&[b(), vec![vec!["二、服务实施情况"]], c("拟甲项目")]);
        assert_eq!(found(&out), [(Form::B, "计量服务".into()), (Form::C, "拟甲项目".into())]);
    }

    #[test]
    fn two_forms_beside_each_other_under_one_title_are_two_returns() {
        let side = f("拟甲项目", "满意").into_iter().zip(f("拟乙项目", "不满意"));
        let rows = side.map(|(left, right)| [left, right].concat()).collect();
        let out = read(&[vec![F_TITLE.to_vec()], rows]);
        assert_eq!(found(&out), [(Form::F, "拟甲项目".into()), (Form::F, "拟乙项目".into())]);
        assert_eq!(said(&judged(&out.returns[1]), "staff_attitude"), "不满意");
    }

    #[test]
    fn another_name_with_too_few_labels_for_a_form_is_told() {
        let title = vec![F_TITLE.to_vec()];
        let rest = vec![
            vec!["项目名称", "拟乙项目"],
            vec!["企业名称", "成都拟裕家具有限公司"],
            vec!["服务内容", "培训"],
        ];
        let out = read(&[title, f("拟甲项目", "满意"), rest]);
        assert_eq!(found(&out), [(Form::F, "拟甲项目".into())]);
        let told = out.findings.iter().filter(|f| f.code == "sheet_unrecognised");
        let told: Vec<String> = told.map(|f| f.cell.unwrap().to_string()).collect();
        assert_eq!(told, ["A11"]);
    }

    #[test]
    fn a_name_once_more_is_no_other_form() {
        let (first, second) =
            (f("拟甲项目", "满意"), vec![vec!["企业名称（盖章）：成都拟禾食品有限公司分公司"]]);
        let out = read(&[vec![F_TITLE.to_vec()], first.clone(), second]);
        assert_eq!(found(&out), [(Form::F, "拟甲项目".into())]);
        let out =
            read(&[vec![F_TITLE.to_vec()], first[..8].to_vec(), first[..2].to_vec(), first[8..].to_vec()]);
        assert_eq!(found(&out), [(Form::F, "拟甲项目".into())]);
        assert_eq!(said(&judged(&out.returns[0]), "staff_attitude"), "满意");
    }
}

//! Layouts of offices and survey platforms, each in its smallest form, with what must be read from it.

use super::bind;
use super::testing::{book, judged, said, specs};
use crate::workbook::Book;

/// What the returns of a book say to some fields.
fn read_book(book: &Book, fields: &[&str]) -> Vec<Vec<String>> {
    let bindings = bind(book, specs());
    assert!(bindings.findings.iter().all(|f| f.code != "file_unrecognised"), "{:?}", bindings.findings);
    let says = |ret| fields.iter().map(|id| said(&judged(ret), id)).collect();
    bindings.returns.iter().map(says).collect()
}

fn read(rows: &[&[&str]], fields: &[&str]) -> Vec<Vec<String>> {
    read_book(&book(rows), fields)
}

const C: [&str; 4] = ["质量提升服务项目名称", "企业名称", "质量提升需求具体描述", "服务过程及意见建议"];
const C_SAID: [&str; 4] = ["拟甲项目", "成都拟乙公司", "描述", "过程"];

fn table<'a>(first: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [first, more].concat()
}

#[test]
fn options_in_columns_under_their_question() {
    let top = table(&C, &["质量提升需求类型", "", ""]);
    let sub = ["", "", "", "", "标准化服务", "计量服务", "其他服务"];
    let said = table(&C_SAID, &["", "√", ""]);
    assert_eq!(read(&[&top, &sub, &said], &["project", "need_types"]), [["拟甲项目", "计量服务"]]);
}

#[test]
fn options_in_columns_behind_a_blank_a_break_or_a_dash() {
    for sign in [" ", "\n", "——", "[", "【"] {
        let options = ["标准化服务", "计量服务"].map(|o| format!("质量提升需求类型{sign}{o}"));
        let top = table(&C, &[&options[0], &options[1]]);
        let said = table(&C_SAID, &["", "√"]);
        assert_eq!(read(&[&top, &said], &["need_types"]), [["计量服务"]], "{sign:?}");
    }
}

#[test]
fn an_answer_in_two_columns() {
    let top = table(&C, &["质量提升需求类型", "联系人", "联系电话", "服务开始时间", "服务结束时间"]);
    let answers = ["计量服务", "李拟华", "13800001234", "2025-03-05", "2025-03-08"];
    let said = table(&C_SAID, &answers);
    let want = [["李拟华 13800001234", "2025-03-05~2025-03-08"]];
    assert_eq!(read(&[&top, &said], &["contact", "service_time"]), want);
    let open = table(&C_SAID, &["计量服务", "李拟华", "", "2025-03-05", ""]);
    assert_eq!(read(&[&top, &open], &["contact"]), [["李拟华"]]);
}

#[test]
fn the_same_column_twice_stays_refused() {
    let top = table(&C, &["质量提升需求类型", "联系人", "联系人"]);
    let said = table(&C_SAID, &["计量服务", "李拟华", "王拟强"]);
    let bindings = bind(&book(&[&top, &said]), specs());
    assert_eq!((bindings.returns.len(), bindings.findings[0].code.as_str()), (0, "table_columns"));
}

#[test]
fn questions_that_ask_for_a_rating() {
    for own in [&["序号"][..], &["序号", "提交答卷时间", "所用时间"]] {
        let top = [
            own,
            &[
                "企业名称",
                "项目名称",
                "质量服务机构名称",
                "您的服务时间是？",
                "您对服务人员的服务态度是否满意？",
                "服务专家（专业能力）",
            ],
        ]
        .concat();
        let mut row = vec!["1"; own.len()];
        row.extend(["成都拟乙公司", "拟甲项目", "成都拟丙机构", "2025年3月", "基本满意", "满意"]);
        let fields = ["staff_attitude", "expert_skill", "expert", "service_time"];
        assert_eq!(
            read(&[&top, &row], &fields),
            [["基本满意", "满意", "", "2025-03-01~2025-03-31"]],
            "{own:?}"
        );
    }
}

//! Layouts of offices and survey platforms, each in its smallest form, with what must be read from it.

use super::bind;
use super::testing::{book, judged, merged_book, said, specs};
use crate::workbook::Book;

/// What the returns of a book say to some fields.
fn read_book(book: &Book, fields: &[&str]) -> Vec<Vec<String>> {
    let bindings = bind(book, specs());
    let is_refusal = |code: &str| ["sheet_unrecognised", "table_columns", "table_required"].contains(&code);
    assert!(!bindings.findings.iter().any(|f| is_refusal(&f.code)), "{:?}", bindings.findings);
    assert!(bindings.refused.is_empty(), "{:?}", bindings.refused);
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
fn a_header_in_three_rows() {
    let rows: [&[&str]; 5] = [
        &["序号", "企业名称", "质量基础信息", "", "", "", "", "质量提升需求类型", "填表日期"],
        &["", "", "标准", "", "", "专利"],
        &["", "", "国家标准", "行业标准", "团体标准", "有效发明专利", "海外发明专利"],
        &["1", "成都拟乙公司", "4", "1", "0", "17", "0", "标准化服务", "2025年1月24日"],
        &["2", "成都拟丙公司", "3", "2", "0", "14", "1", "计量服务", "2025年2月18日"],
    ];
    let mut merges = vec![((0, 2), (0, 6)), ((1, 2), (1, 4)), ((1, 5), (1, 6))];
    merges.extend([0, 1, 7, 8].map(|col| ((0, col), (2, col))));
    let said =
        read_book(&merged_book(&rows, &merges), &["enterprise", "national_standards", "overseas_patents"]);
    assert_eq!(said, [["成都拟乙公司", "4", "0"], ["成都拟丙公司", "3", "1"]]);
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

const F_HEAD: [&[&str]; 4] = [
    &["中小企业质量提升服务满意度调查表"],
    &["质量提升服务项目名称", "拟甲项目"],
    &["企业名称", "成都拟乙公司"],
    &["质量服务机构名称", "成都拟丙机构"],
];
const RATINGS: [&str; 4] = ["staff_attitude", "staff_skill", "expert_attitude", "expert_skill"];

#[test]
fn ratings_as_ticks_under_their_options() {
    for tick in ["√", "☑", "○", "1", "TRUE"] {
        let rows: [&[&str]; 5] = [
            &["评价项目", "满意", "基本满意", "不满意"],
            &["3.对服务人员的服务态度", tick],
            &["4.对服务人员的专业能力", "", tick],
            &["5.对服务专家的服务态度", "", "", tick],
            &["6.对服务专家的专业能力"],
        ];
        let said = read(&[&F_HEAD[..], &rows].concat(), &RATINGS);
        assert_eq!(said, [["满意", "基本满意", "不满意", ""]], "{tick}");
    }
    let other: [&[&str]; 4] = [
        &["评价项目", "满意", "一般", "不满意"],
        &["3.对服务人员的服务态度", "√"],
        &["4.对服务人员的专业能力", "", "√"],
        &["5.对服务专家的服务态度", "", "", "√"],
    ];
    assert_eq!(read(&[&F_HEAD[..], &other].concat(), &RATINGS), [["满意", "", "不满意", ""]]);
    let two: [&[&str]; 2] = [&["", "满意", "基本满意", "不满意"], &["对服务人员的服务态度", "√", "√"]];
    assert_eq!(read(&[&F_HEAD[..], &two].concat(), &RATINGS[..1]), [[""]]);
}

#[test]
fn questions_cut_in_two() {
    let rows: [&[&str]; 2] =
        [&["对服务人员", "服务态度", "☑满意 □基本满意 □不满意"], &["服务专家", "专业能力", "基本满意"]];
    let said = read(&[&F_HEAD[..], &rows].concat(), &["staff_attitude", "expert_skill"]);
    assert_eq!(said, [["满意", "基本满意"]]);
}

#[test]
fn counts_under_their_labels_are_no_table() {
    let rows: [&[&str]; 7] = [
        &["中小企业质量提升服务需求调查记录表"],
        &["企业名称", "成都拟乙公司", "法定代表人", "王拟强"],
        &["是否进行企业标准自我声明公开", "☑是 □否", "公开数量", "3个"],
        &["国际标准", "国家标准", "行业标准", "地方标准", "团体标准"],
        &["0", "2", "1", "4", "5"],
        &["质量提升需求类型", "☑计量服务"],
        &["联系人", "李拟华", "联系电话", "13800001234"],
    ];
    let fields = [
        "enterprise",
        "self_declared_count",
        "national_standards",
        "group_standards",
        "need_types",
        "contact",
    ];
    let want = [["成都拟乙公司", "3", "2", "5", "计量服务", "李拟华 13800001234"]];
    assert_eq!(read(&rows, &fields), want);
}

#[test]
fn dates_under_or_beside_signatures() {
    let head: [&[&str]; 3] = [
        &["中小企业质量提升服务实施记录表"],
        &["质量提升服务项目名称", "拟甲项目", "服务开始时间", "2025-03-05", "服务结束时间", "2025-03-08"],
        &["企业名称", "成都拟乙公司", "质量提升需求类型", "☑计量服务"],
    ];
    let under: [&[&str]; 3] = [
        &["服务人员签字", "服务专家签字", "企业签字/盖章"],
        &["张拟明", "陈拟东", "李拟华"],
        &["日期：2025年3月6日", "日期：2025年3月7日", "日期：2025年3月8日"],
    ];
    let beside: [&[&str]; 3] = [
        &["服务人员（签字）：张拟明", "2025年3月6日"],
        &["服务专家（签字）：陈拟东", "2025年3月7日"],
        &["企业（签字/盖章）：李拟华", "2025年3月8日"],
    ];
    let fields =
        ["service_time", "expert_signature", "staff_signed_on", "expert_signed_on", "enterprise_signed_on"];
    let want = [["2025-03-05~2025-03-08", "陈拟东", "2025-03-06", "2025-03-07", "2025-03-08"]];
    for below in [under, beside] {
        let rows = [&head[..], &below].concat();
        assert_eq!(read(&rows, &fields), want);
        assert!(bind(&book(&rows), specs()).findings.is_empty());
    }
}

#[test]
fn a_table_on_its_side() {
    let rows: [&[&str]; 7] = [
        &["满意度汇总", "第一家", "第二家"],
        &["质量提升服务项目名称", "拟甲项目", "拟丁项目"],
        &["企业名称", "成都拟乙公司", "成都拟戊公司"],
        &["质量服务机构名称", "成都拟丙机构", "成都拟丙机构"],
        &["服务时间", "2025年3月", "2025年2月"],
        &["1. 对服务人员的服务态度", "满意", "基本满意"],
        &["2. 对服务人员的专业能力", "不满意", ""],
    ];
    let said = read(&rows, &["enterprise", "staff_attitude", "staff_skill"]);
    assert_eq!(said, [["成都拟乙公司", "满意", "不满意"], ["成都拟戊公司", "基本满意", ""]]);
    let places: Vec<String> = bind(&book(&rows), specs())
        .returns
        .iter()
        .map(|ret| {
            let field = specs().of(ret.form).index("staff_attitude").unwrap();
            ret.slots[field].as_ref().unwrap().cell.to_string()
        })
        .collect();
    assert_eq!(places, ["B6", "C6"]);
}

#[test]
fn a_column_of_remarks_is_no_return() {
    let rows: [&[&str]; 7] = [
        &["中小企业质量提升服务满意度调查表"],
        &["栏目", "内容", "填写说明"],
        &["质量提升服务项目名称", "拟甲项目", "与合同一致"],
        &["企业名称", "成都拟乙公司", "与营业执照一致"],
        &["质量服务机构名称", "成都拟丙机构", "填全称"],
        &["服务时间", "2025年3月", "如2025年3月5日"],
        &["对服务人员的服务态度", "满意", "选择一项"],
    ];
    assert_eq!(read(&rows, &["enterprise", "staff_attitude"]), [["成都拟乙公司", "满意"]]);
}

#[test]
fn labels_in_frames_and_with_guidance() {
    let rows: [&[&str]; 5] = [
        &["中小企业质量提升服务满意度调查表"],
        &["【质量提升服务项目名称】", "拟甲项目"],
        &["「企业名称」", "成都拟乙公司"],
        &["▲质量服务机构名称", "成都拟丙机构"],
        &["※对服务人员的服务态度（请如实填写）", "基本满意"],
    ];
    let said = read(&rows, &["project", "enterprise", "agency", "staff_attitude"]);
    assert_eq!(said, [["拟甲项目", "成都拟乙公司", "成都拟丙机构", "基本满意"]]);
}

#[test]
fn guidance_is_no_return() {
    let rows: [&[&str]; 6] = [
        &["填报须知"],
        &["1.企业名称：填写全称"],
        &["2.日期：填写填表日期"],
        &["3.质量提升服务项目名称：与合同一致"],
        &["4.服务时间：起止日期"],
        &["5.质量服务机构名称：填写全称"],
    ];
    assert!(bind(&book(&rows), specs()).returns.is_empty());
}

#[test]
fn the_telephone_of_the_office_is_not_that_of_the_enterprise() {
    let office: &[&str] = &["填报单位：拟和县市场监督管理局", "联系电话：028-85551234"];
    let form: [&[&str]; 5] = [
        &["中小企业质量提升服务满意度调查表"],
        &["质量提升服务项目名称", "拟甲项目"],
        &["企业名称", "成都拟乙公司"],
        &["企业联系人及联系方式", "李拟华 13800001234"],
        &["质量服务机构名称", "成都拟丙机构"],
    ];
    for rows in [[&[office][..], &form].concat(), [&form[..], &[office]].concat()] {
        assert_eq!(read(&rows, &["contact"]), [["李拟华 13800001234"]]);
    }
}

/// Spellings of the questions that rate, as they were listed before they were told by rule.
const ASKED: [&str; 32] = [
    "服务人员的服务态度",
    "服务人员服务态度",
    "对服务人员服务态度",
    "对服务人员的服务态度是否满意",
    "对服务人员的服务态度是否满意？",
    "对服务人员的服务态度满意吗",
    "对服务人员的服务态度满意吗？",
    "对服务人员的服务态度的评价",
    "对服务人员的服务态度评价",
    "对服务人员的服务态度满意度",
    "对服务人员的服务态度的满意度",
    "您对服务人员的服务态度是否满意",
    "您对服务人员的服务态度是否满意？",
    "您对服务人员的服务态度满意吗",
    "您对服务人员的服务态度满意吗？",
    "您对服务人员的服务态度的评价",
    "您对服务人员的服务态度评价",
    "您对服务人员的服务态度满意度",
    "您对服务人员的服务态度的满意度",
    "您对服务人员的服务态度",
    "服务人员的服务态度满意度",
    "服务人员服务态度满意度",
    "服务人员的服务态度评价",
    "服务人员服务态度评价",
    "对服务人员服务态度的评价",
    "服务人员的服务态度的评价",
    "服务人员态度",
    "服务人员的态度",
    "对服务人员态度",
    "对服务人员的态度",
    "人员服务态度",
    "人员的服务态度",
];

/// The spellings of one of the four questions.
fn asked(whom: &str, what: &str) -> Vec<String> {
    let short = what.trim_start_matches("服务").trim_start_matches("专业");
    let one = |words: &&str| words.replace("人员", whom).replace("服务态度", what).replace("态度", short);
    ASKED.iter().chain(&["对服务人员的服务态度"]).map(one).collect()
}

#[test]
fn every_listed_spelling_of_a_rating_is_read_in_forms_and_in_tables() {
    let questions = [("人员", "服务态度"), ("人员", "专业能力"), ("专家", "服务态度"), ("专家", "专业能力")];
    for (id, (whom, what)) in RATINGS.iter().zip(questions) {
        for label in asked(whom, what) {
            assert!(
                specs().of(crate::spec::Form::F).by_label(&crate::text::label(&label)).is_some(),
                "{label}"
            );
            for tail in ["", "：", "？"] {
                let words = format!("{label}{tail}");
                let said = read(&[&F_HEAD[..], &[&["1", &words, "基本满意"]]].concat(), &[id]);
                assert_eq!(said, [["基本满意"]], "form: {words}");
                let one = format!("{label}：基本满意");
                assert_eq!(read(&[&F_HEAD[..], &[&[&one]]].concat(), &[id]), [["基本满意"]], "form: {one}");
            }
            let head = ["企业名称", "项目名称", "质量服务机构名称", "服务时间", &label];
            let row = ["成都拟乙公司", "拟甲项目", "成都拟丙机构", "2025年3月", "基本满意"];
            assert_eq!(read(&[&head, &row], &[id]), [["基本满意"]], "table: {label}");
            let option = format!("{label}（基本满意）");
            let head = ["企业名称", "项目名称", "质量服务机构名称", "服务时间", &option];
            let row = ["成都拟乙公司", "拟甲项目", "成都拟丙机构", "2025年3月", "√"];
            assert_eq!(read(&[&head, &row], &[id]), [["基本满意"]], "option: {label}");
        }
    }
}

#[test]
fn ratings_in_usual_words_are_read_in_forms_and_in_tables() {
    let asked = [
        "您对服务人员的服务态度满意吗？",
        "您认为服务人员的专业能力如何？",
        "3. 您对服务专家的服务态度满意程度",
        "对服务专家专业能力的满意程度（单选）？",
    ];
    let said = ["满意", "基本满意", "满意", "不满意"];
    let rows: Vec<Vec<&str>> = asked.iter().zip(said).map(|(label, words)| vec![*label, words]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    assert_eq!(read(&[&F_HEAD[..], &rows].concat(), &RATINGS), [said]);
    let head = [&["企业名称", "项目名称", "质量服务机构名称"][..], &asked].concat();
    let row = [&["成都拟乙公司", "拟甲项目", "成都拟丙机构"][..], &said].concat();
    assert_eq!(read(&[&head, &row], &RATINGS), [said]);
}

#[test]
fn a_word_for_rating_in_a_cell_of_its_own_asks_nothing_else() {
    let rows: [&[&str]; 3] = [
        &["对服务人员的服务态度", "满意度", "满意"],
        &["对服务人员的专业能力", "评价", "基本满意"],
        &["服务时间是？", "2025年1月5日"],
    ];
    let said = read(&[&F_HEAD[..], &rows].concat(), &["staff_attitude", "staff_skill", "service_time"]);
    assert_eq!(said, [["满意", "基本满意", "2025-01-05~2025-01-05"]]);
}

#[test]
fn an_answer_behind_a_question_is_no_part_of_it() {
    for (words, want) in [
        ("对服务人员的服务态度 满意", "满意"),
        ("对服务人员的服务态度：满意", "满意"),
        ("对服务人员的服务态度满意度：不满意", "不满意"),
        ("对服务人员的服务态度☑满意 □基本满意 □不满意", "满意"),
        ("对服务人员的服务态度满意度高", ""),
        ("对服务人员的服务态度不满意的原因：没有", ""),
    ] {
        assert_eq!(read(&[&F_HEAD[..], &[&[words]]].concat(), &RATINGS[..1]), [[want]], "{words}");
    }
}

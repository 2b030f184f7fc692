//! Spellings of ticked options, each with what it must and must not say.

use super::*;
use proptest::prelude::*;

fn choices(labels: &[&str]) -> Choices {
    labels.iter().map(|l| Choice { spellings: vec![(*l).to_owned()] }).collect()
}

fn rating(text: &str) -> Result<Vec<usize>, Unclear> {
    ticks(text, &choices(&["满意", "基本满意", "不满意"])).map(|t| t.ticked)
}

#[test]
fn reads_marks_before_and_behind() {
    for text in [
        "☐满意  ☑基本满意  ☐不满意",
        "满意（ ）  基本满意（√）  不满意（ ）",
        "□满意 √基本满意 □不满意",
        "○满意 ●基本满意 ○不满意",
        "满意 基本满意√ 不满意",
        "满意 √基本满意 不满意",
        "基本满意",
        "满意□ 基本满意■ 不满意□",
        "[ ]满意 [x]基本满意 [ ]不满意",
        "满意（）基本满意（V）不满意（）",
        "□ 满意  ☑ 基本满意  □ 不满意",
        "B.基本满意",
        "基 本 满 意",
        "□满意V基本满意□不满意",
    ] {
        assert_eq!(rating(text), Ok(vec![1]), "{text}");
    }
}

#[test]
fn an_untouched_list_is_no_answer() {
    for text in
        ["", "□满意 □基本满意 □不满意", "满意（ ）基本满意（ ）不满意（ ）", "满意  基本满意  不满意", "——"]
    {
        assert_eq!(rating(text), Ok(vec![]), "{text}");
    }
}

#[test]
fn never_guesses() {
    assert_eq!(rating("较满意"), Err(Unclear::NoOption));
    assert_eq!(rating("非常满意"), Err(Unclear::NoOption));
    assert_eq!(rating("4"), Err(Unclear::NoOption));
    assert_eq!(rating("☑满意 ☑基本满意 □不满意"), Ok(vec![0, 1]));
}

#[test]
fn reads_several_and_a_remark() {
    let needs = choices(&["标准化服务", "计量服务", "其他服务"]);
    let read = ticks("☑标准化服务  □计量服务 ☑其他服务：碳足迹核算", &needs).unwrap();
    assert_eq!(read.ticked, [0, 2]);
    assert_eq!(read.rest, ":碳足迹核算");
    assert_eq!(ticks("标准化服务、其他服务", &needs).unwrap().ticked, [0, 2]);
    assert_eq!(ticks("标准化服务┋计量服务┋其他服务", &needs).unwrap().ticked, [0, 1, 2]);
    assert_eq!(ticks("标准化服务;其他〖碳〗", &choices(&["标准化服务", "其他"])).unwrap().ticked, [0, 1]);
}

#[test]
fn reads_hostile_spellings() {
    for text in [
        "①满意 ②基本满意√ ③不满意",
        "①满意 √②基本满意 ③不满意",
        "（1）满意 （2）√基本满意 （3）不满意",
        "1.满意□ 2.基本满意√ 3.不满意□",
        "1、满意 2、基本满意（√） 3、不满意",
        "A.满意 B.基本满意 ✔ C.不满意 □",
        "①满意 ②基本满意 ③不满意  ②",
        "①满意 ②基本满意 ③不满意  选：2",
        "A满意□ B基本满意■ C不满意□",
        "☐满意 ☐基本满意 ☐不满意 基本满意",
        "满意 基本满意 不满意  基本满意",
        "基本满意 □满意 □基本满意 □不满意",
        "☐满意 ☑基本满意 ☐不满意 基本满意",
        "满意 【基本满意】 不满意",
        "满意（基本满意）不满意",
        "×满意 √基本满意 ×不满意",
        "☐满意 ☒基本满意 ☐不满意",
        "[ ]满意 [X]基本满意 [ ]不满意",
        "满\u{336}意\u{336} 基本满意 不\u{336}满\u{336}意\u{336}",
        "□满意 ｖ基本满意 □不满意",
        "□满意 ∨基本满意 □不满意",
        "满意( )基本满意(1)不满意( )",
        "②基本满意",
        "(2)基本满意",
    ] {
        assert_eq!(rating(text), Ok(vec![1]), "{text}");
    }
}

#[test]
fn a_tick_beside_a_box_that_stayed_empty() {
    for text in [
        "□满意 □基本满意√ □不满意",
        "□满意 □基本满意（√） □不满意",
        "□满意  √□基本满意  □不满意",
        "□满意 □√基本满意 □不满意",
        "满意□ 基本满意□√ 不满意□",
        "满意□ 基本满意√□ 不满意□",
        "满意□ √基本满意□ 不满意□",
    ] {
        assert_eq!(rating(text), Ok(vec![1]), "{text}");
    }
    assert_eq!(rating("√□满意 □基本满意 □不满意"), Ok(vec![0]));
    assert_eq!(rating("□满意 □基本满意 □不满意√"), Ok(vec![2]));
    for text in ["□满意√□基本满意□不满意", "□满意 √ □基本满意 □不满意"] {
        assert_eq!(rating(text), Err(Unclear::Ambiguous), "{text}");
    }
    let yes = ticks("□是，公开数量：3个√ □否", &choices(&["是", "否"])).unwrap();
    assert_eq!((yes.ticked, yes.rest.as_str()), (vec![0], "公开数量:3个"));
    let needs = choices(&["标准化服务", "计量服务", "其他服务"]);
    assert_eq!(ticks("□标准化服务√ □计量服务 □其他服务√", &needs).unwrap().ticked, [0, 2]);
}

#[test]
fn boxes_and_ticks_of_other_make() {
    for text in [
        "R基本满意 □满意 □不满意",
        "£满意 R基本满意 £不满意",
        "¨满意 ü基本满意 ¨不满意",
        "口满意 √基本满意 口不满意",
        "〇满意 ●基本满意 〇不满意",
        "o满意 þ基本满意 o不满意",
        "满意（0）基本满意（1）不满意（0）",
        "满意（否）基本满意（是）不满意（否）",
        "满意（ ）基本满意（选）不满意（ ）",
        "○满意 ⊙基本满意 ○不满意",
        "○满意 ◉基本满意 ○不满意",
        "□满意 █基本满意 □不满意",
        "□满意 ˇ基本满意 □不满意",
        "满意____ 基本满意__√__ 不满意____",
        "“基本满意”",
        "😐基本满意",
    ] {
        assert_eq!(
            ticks(text, &choices(&["满意", "基本满意", "不满意"])).map(|t| t.ticked),
            Ok(vec![1]),
            "{text}"
        );
    }
    let rest = ticks("口满意 √基本满意 口不满意", &choices(&["满意", "基本满意", "不满意"])).unwrap().rest;
    assert_eq!(rest, "");
    for text in ["◎满意 ○基本满意 ○不满意", "勾满意 □基本满意 □不满意"] {
        assert_eq!(rating(text), Err(Unclear::Ambiguous), "{text}");
    }
    assert_eq!(rating("满意？"), Err(Unclear::NoOption));
}

#[test]
fn several_options_in_a_sentence() {
    let needs = choices(&["标准化服务", "计量服务", "其他服务"]);
    for text in [
        "标准化服务和计量服务",
        "标准化服务以及计量服务。",
        "标准化服务、计量服务等",
        "标准化服务·计量服务",
        "[\"标准化服务\",\"计量服务\"]",
    ] {
        assert_eq!(ticks(text, &needs).map(|t| t.ticked), Ok(vec![0, 1]), "{text}");
    }
    assert_eq!(ticks("标准化服务或计量服务", &needs), Err(Unclear::NoOption));
}

#[test]
fn numbers_alone_tick_nothing() {
    for text in [
        "①满意 ②基本满意 ③不满意",
        "（1）满意 （2）基本满意 （3）不满意",
        "1.满意 2.基本满意 3.不满意",
        "A.满意 B.基本满意 C.不满意",
    ] {
        assert_eq!(rating(text), Ok(vec![]), "{text}");
    }
}

#[test]
fn what_cannot_be_told_is_not_told() {
    for text in [
        "满意 P 基本满意 不满意",
        "满意 □ 基本满意 R 不满意 □",
        "满意 x 基本满意 不满意",
        "满意 √ 基本满意 不满意",
        "☑满意 ☐基本满意 ☐不满意 不满意",
        "☑满意 ☒基本满意 ☐不满意",
    ] {
        assert_eq!(rating(text), Err(Unclear::Ambiguous), "{text}");
    }
}

#[test]
fn a_count_behind_yes_is_no_tick() {
    for (text, rest) in [
        ("是（3个）", "(3个)"),
        ("是(1)", "(1)"),
        ("是3个", "3个"),
        ("是：3", ":3"),
        ("☑是（公开数量：3个） □否", "(公开数量:3个)"),
    ] {
        let read = ticks(text, &choices(&["是", "否"])).unwrap();
        assert_eq!((read.ticked, read.rest.as_str()), (vec![0], rest), "{text}");
    }
    assert_eq!(ticks("否（0个）", &choices(&["是", "否"])).unwrap().ticked, [1]);
    assert_eq!(ticks("否（0）", &choices(&["是", "否"])).unwrap().ticked, [1]);
}

#[test]
fn a_word_set_apart_by_a_blank_is_another_answer() {
    let rated = choices(&["满意", "基本满意", "不满意"]);
    let read = |text: &str| one(text, &rated).map(|t| t.ticked);
    for text in [
        "非常 满意",
        "较 满意",
        "不太\n满意",
        "很\n满意",
        "满意 度低",
        "1. 非常 满意",
        "√ 非常 满意",
        "不算　满意",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    for text in [
        "满意",
        " 满意 ",
        "满意 。",
        "A 满意",
        "1 满意",
        "😐 满意",
        "评价： 满意",
        "满意 √",
        "√ 满意",
        "满意 （3次）",
    ] {
        assert_eq!(read(text), Ok(vec![0]), "{text}");
    }
    for text in ["", "/", "满意 基本满意 不满意", "□ 满意 □ 基本满意 □ 不满意", "□"]
    {
        assert_eq!(read(text), Ok(vec![]), "{text}");
    }
    assert_eq!(read("不 满意"), Ok(vec![2]));
    let sizes = choices(&["中型", "小型", "微型"]);
    for text in ["中型 以上", "非 小型"] {
        assert_eq!(one(text, &sizes), Err(Unclear::NoOption), "{text}");
    }
}

#[test]
fn a_mark_without_an_option_answers_yes_or_no_only() {
    let (yes_no, rated) = (choices(&["是", "否"]), choices(&["满意", "基本满意", "不满意"]));
    for (text, at) in
        [("√", 0), ("（√）", 0), ("V", 0), ("☑", 0), ("×", 1), ("✘", 1), ("是 3个", 0), ("是 公开数量3个", 0)]
    {
        assert_eq!(one(text, &yes_no).map(|t| t.ticked), Ok(vec![at]), "{text}");
    }
    for text in ["☒", "[x]", "■", "√×", "√ 3个", "不 是"] {
        assert!(one(text, &yes_no).is_err(), "{text}");
    }
    assert_eq!(one("□", &yes_no).map(|t| t.ticked), Ok(vec![]));
    for text in ["√", "×", "（√）", "☑", "满意（否）", "满意：否"] {
        assert!(one(text, &rated).is_err(), "{text}");
    }
}

#[test]
fn a_sign_that_an_instruction_names_ticks_nothing() {
    for text in [
        "请打√：□满意 □基本满意 □不满意",
        "（请在□内打√）□满意 □基本满意 □不满意",
        "请在相应的□中打“√” □满意 □基本满意 □不满意",
        "满意 基本满意 不满意（请打√）",
        "（在相应选项打“√”）满意 基本满意 不满意",
        "打√：□满意 □基本满意 □不满意",
        "满意（ ）基本满意（ ）不满意（ ） 请打√",
    ] {
        assert_eq!(rating(text), Ok(vec![]), "{text}");
        assert_eq!(
            one(text, &choices(&["满意", "基本满意", "不满意"])).map(|t| t.ticked),
            Ok(vec![]),
            "{text}"
        );
    }
    for text in [
        "请打√：□满意 ☑基本满意 □不满意",
        "（请在□内打√）□满意 □基本满意√ □不满意",
        "请在□内打√：满意□ 基本满意■ 不满意□",
        "（请打√）满意（ ）基本满意（√）不满意（ ）",
    ] {
        assert_eq!(rating(text), Ok(vec![1]), "{text}");
    }
}

#[test]
fn options_answered_each_by_a_word() {
    let needs = choices(&["标准化服务", "计量服务", "其他服务"]);
    let read = |text: &str| ticks(text, &needs).map(|t| t.ticked);
    for (text, ticked) in [
        ("标准化服务：是；计量服务：否", vec![0]),
        ("标准化服务:1,计量服务:0", vec![0]),
        ("标准化服务: 否, 计量服务: 是", vec![1]),
        ("标准化服务（有）计量服务（无）", vec![0]),
        ("标准化服务（不需要）、计量服务", vec![1]),
        ("标准化服务 否 计量服务 是", vec![1]),
        ("标准化服务 是\n计量服务 否", vec![0]),
        ("{\"标准化服务\":true,\"计量服务\":false}", vec![0]),
        ("1.标准化服务：是 2.计量服务：否 3.其他服务：否", vec![0]),
        ("标准化服务：是；计量服务：否；其他服务：碳足迹", vec![0, 2]),
        ("标准化服务、计量服务、其他服务：无", vec![0, 1]),
        ("标准化服务 计量服务 其他服务：无", vec![]),
        ("标准化服务1项、计量服务0项", vec![0]),
        ("标准化服务、其他服务：不锈钢焊接", vec![0, 2]),
        ("标准化服务（已立项）、计量服务", vec![0, 1]),
    ] {
        assert_eq!(read(text), Ok(ticked), "{text}");
    }
    for text in [
        "标准化服务：否；计量服务：否",
        "标准化服务：是；计量服务：否；其他服务",
        "标准化服务（不急）、计量服务",
        "标准化服务 不需要 计量服务",
        "不需要 标准化服务、计量服务",
        "标准化服务（0）",
        "标准化服务、计量服务（不需要标准化服务）",
        "标准化服务、计量服务：以上均无",
        "标准化服务：需要，计量服务：暂时不需要",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    let read = ticks("标准化服务：是；其他服务：无", &needs).unwrap();
    assert_eq!((read.ticked, read.rest.as_str()), (vec![0], ""));
}

#[test]
fn a_word_behind_what_cannot_be_told_tells_nothing() {
    let rated = choices(&["满意", "基本满意", "不满意"]);
    for text in ["√ 满意满意 ×", "√ 满意满意 ×乙"] {
        assert!(!one(text, &rated).is_ok_and(|read| read.ticked.len() == 1), "{text}");
    }
}

proptest! {
    #[test]
    fn never_panics(text in "\\PC{0,60}") {
        let _ = rating(&text);
    }

    #[test]
    fn finds_what_was_ticked(which in 0usize..3, style in 0usize..6, gap in " {0,3}") {
        let labels = ["满意", "基本满意", "不满意"];
        let text: Vec<String> = labels.iter().enumerate().map(|(i, l)| {
            let on = i == which;
            match style {
                0 => format!("{}{l}", if on { '☑' } else { '□' }),
                1 => format!("{l}（{}）", if on { "√" } else { " " }),
                2 => format!("{} {l}", if on { '■' } else { '□' }),
                3 => format!("{l}{}", if on { '✓' } else { '☐' }),
                4 => format!("[{}]{l}", if on { "√" } else { "" }),
                _ => format!("{l}{}", if on { "(V)" } else { "()" }),
            }
        }).collect();
        prop_assert_eq!(rating(&text.join(&format!(" {gap}"))), Ok(vec![which]));
    }

    /// A word that is no option takes the option with it, however far apart it stands.
    #[test]
    fn an_unknown_word_leaves_no_option(which in 0usize..3, word in "[非常较很太略欠比般]{1,3}",
            gap in "[ \u{3000}\n\u{A0}]{0,3}", behind in any::<bool>()) {
        let label = ["满意", "基本满意", "不满意"][which];
        let text = if behind { format!("{label}{gap}{word}") } else { format!("{word}{gap}{label}") };
        prop_assert!(one(&text, &choices(&["满意", "基本满意", "不满意"])).is_err(), "{}", text);
    }

    /// What was refused stays refused when words are added: they explain nothing.
    #[test]
    fn unknown_words_turn_no_refusal_into_an_answer(
        parts in prop::collection::vec(prop::sample::select(vec![
            "满意", "基本满意", "不满意", "√", "×", "□", "☑", " ", "、", "，", "(", ")", "：", "非常", "否",
        ]), 1..7), word in "[甲乙东南]{1,2}", front in any::<bool>()) {
        let rated = choices(&["满意", "基本满意", "不满意"]);
        let text = parts.concat();
        let more = if front { format!("{word}{text}") } else { format!("{text}{word}") };
        let answered = one(&more, &rated).is_ok_and(|read| read.ticked.len() == 1);
        prop_assert!(one(&text, &rated).is_ok() || !answered, "{} {}", text, more);
    }

    #[test]
    fn what_is_ticked_is_an_option(text in "[标准化计量其他服务√×□☑是否无不需要:：、;（） 01]{0,24}") {
        let needs = choices(&["标准化服务", "计量服务", "其他服务"]);
        if let Ok(read) = ticks(&text, &needs) {
            prop_assert!(read.ticked.iter().all(|at| *at < 3) && read.ticked.is_sorted_by(|a, b| a < b), "{}", text);
        }
    }

    /// Each option with yes or no behind it: those with yes are chosen, never all.
    #[test]
    fn every_option_is_answered_by_its_word(on in prop::collection::vec(any::<bool>(), 3),
            pair in prop::sample::select(vec![("是", "否"), ("有", "无"), ("1", "0"), ("需要", "不需要"), ("Y", "N")]),
            frame in prop::sample::select(vec![("：", ""), ("（", "）"), (": ", ""), ("-", "")]),
            sign in prop::sample::select(vec!["；", "、", "\n", "，"])) {
        let needs = ["标准化服务", "计量服务", "其他服务"];
        let said = |at: usize| format!("{}{}{}{}", needs[at], frame.0, if on[at] { pair.0 } else { pair.1 }, frame.1);
        let text = (0..3).map(said).collect::<Vec<_>>().join(sign);
        let want: Vec<usize> = (0..3).filter(|at| on[*at]).collect();
        let read = ticks(&text, &choices(&needs)).map(|t| t.ticked).unwrap_or_default();
        // `标准化服务: 1、计量服务` may be a list with numbers; then nothing is taken.
        let listed = frame.0 == ": " && pair.0 == "1" && read.is_empty();
        prop_assert!(read == want || listed, "{} {:?}", text, read);
    }
}

//! What Typst says of a layout, in Chinese; of its words only names are left.

/// What it says, by its beginning, and the same in Chinese. `{}` is the name it tells.
const WORDS: &[(&str, &str)] = &[
    ("unknown variable: ", "没有名为“{}”的变量"),
    ("unknown font family: ", "没有名为“{}”的字体"),
    ("unexpected argument: ", "参数“{}”是多余的"),
    ("unexpected argument", "有多余的参数"),
    ("missing argument: ", "缺少参数“{}”"),
    ("duplicate argument: ", "参数“{}”重复"),
    ("dictionary does not contain key ", "没有名为“{}”的项"),
    ("file not found", "找不到所引用的文件"),
    ("failed to load file", "所引用的文件无法读取"),
    ("unclosed delimiter", "括号没有写全"),
    ("unexpected closing delimiter", "多了一个右括号"),
    ("unclosed string", "引号没有写全"),
    ("unclosed label", "标签没有写全"),
    ("unclosed raw text", "反引号没有写全"),
    ("cannot divide by zero", "除数为0"),
    ("maximum ", "层数过多，可能循环引用"),
    ("cannot ", "两者不能这样运算"),
    ("unknown ", "用到了没有的名称"),
    ("array index out of bounds", "列表中没有这一项"),
];

/// The words for a message.
pub(super) fn of(message: &str) -> String {
    let known = WORDS.iter().find_map(|(theirs, ours)| Some((message.strip_prefix(theirs)?, ours)));
    match known {
        Some((name, ours)) => ours.replace("{}", name.trim_matches(['"', '`', ' '])),
        None if message.starts_with(|c: char| !c.is_ascii()) => message.to_owned(),
        None if message.contains(", found ") => "此处的值不可用".to_owned(),
        None => "此处的写法有误".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_left_of_what_the_library_says() {
        for (message, words) in [
            ("unknown variable: nope", "没有名为“nope”的变量"),
            ("unclosed delimiter", "括号没有写全"),
            ("unexpected argument: colour", "参数“colour”是多余的"),
            ("dictionary does not contain key \"titel\"", "没有名为“titel”的项"),
            ("expected length, found string", "此处的值不可用"),
            ("expected expression", "此处的写法有误"),
            ("unexpected end of block comment", "此处的写法有误"),
        ] {
            assert_eq!(of(message), words);
        }
    }
}

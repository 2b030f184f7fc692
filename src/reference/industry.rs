//! Industries (GB/T 4754—2017) and what the number of employees says about the size
//! class (国统字〔2017〕213号): an upper bound, since form B asks for nothing else.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::classification::{DIVISIONS, SECTIONS};
use crate::text;

/// A group of the size classification that has a bound on employees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeRule {
    /// Lower bounds of employees for 大型, 中型, 小型.
    bounds: [i64; 3],
}

/// Size classes from 微型 up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SizeClass {
    Micro,
    Small,
    Medium,
    Large,
}

impl SizeRule {
    /// The highest class that this number of employees allows.
    pub fn highest(self, employees: i64) -> SizeClass {
        match self.bounds {
            [large, ..] if employees >= large => SizeClass::Large,
            [_, medium, _] if employees >= medium => SizeClass::Medium,
            [.., small] if employees >= small => SizeClass::Small,
            _ => SizeClass::Micro,
        }
    }
}

/// What an industry, as typed, says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Industry {
    /// Employees bound the class.
    Bounded(SizeRule),
    /// In the classification, but employees say nothing (or it lies outside the table).
    Unbounded,
}

const RULES: &[([i64; 3], &[&str])] = &[
    ([200, 20, 5], &["批发"]),
    ([300, 50, 10], &["零售"]),
    ([1000, 300, 20], &["邮政业", "快递"]),
    ([200, 100, 20], &["仓储业", "装卸搬运", "冷链物流", "冷链", "仓储服务"]),
    (
        [1000, 300, 20],
        &[
            "道路运输",
            "水上运输",
            "航空运输",
            "管道运输",
            "多式联运",
            "交通运输业",
            "运输代理",
            "货运",
            "客运",
        ],
    ),
    ([300, 100, 10], &["住宿", "餐饮"]),
    ([300, 100, 10], &["软件和信息技术服务", "软件", "信息系统集成", "信息技术服务"]),
    ([2000, 100, 10], &["电信", "广播电视和卫星传输", "互联网", "信息传输"]),
    ([1000, 300, 100], &["物业管理"]),
    ([300, 100, 10], &["租赁", "商务服务"]),
    (
        [300, 100, 10],
        &[
            "科学研究",
            "技术服务",
            "专业技术",
            "检测服务",
            "检验检测",
            "质检",
            "技术推广",
            "科技推广",
            "研究和试验",
            "工程设计",
            "水利",
            "环境",
            "公共设施",
            "生态保护",
            "环境治理",
            "居民服务",
            "修理",
            "其他服务业",
            "社会工作",
            "文化",
            "体育",
            "娱乐",
            "新闻",
            "出版",
            "广播影视",
            "物业服务",
        ],
    ),
    (
        [1000, 300, 20],
        &[
            "采矿",
            "煤炭",
            "石油",
            "矿采选",
            "制造",
            "加工业",
            "纺织",
            "印刷",
            "电力",
            "热力",
            "燃气",
            "水生产",
            "供应业",
            "工业",
            "金属制品",
            "食品生产",
            "化工",
            "医药",
            "机械",
            "电子",
            "家具",
            "建材",
            "装备",
        ],
    ),
];

const UNBOUNDED: &[&str] = &[
    "农",
    "林业",
    "林、牧",
    "牧",
    "渔",
    "种植",
    "养殖",
    "建筑",
    "土木工程",
    "装饰装修",
    "房地产",
    "金融",
    "银行",
    "保险",
    "教育",
    "培训",
    "卫生",
    "医疗",
    "公共管理",
    "社会保障",
    "社会组织",
    "国际组织",
    "铁路运输",
];

/// Name of a section, its divisions by words of the product, and the laxest bounds.
type Mixed = (&'static str, &'static [(&'static [&'static str], [i64; 3])], [i64; 3]);

/// Sections whose divisions have different bounds: the product tells the division where it
/// can, else the laxest bound decides, so that nobody is warned wrongly.
const MIXED: &[Mixed] = &[
    ("批发和零售业", &[(&["批发"], [200, 20, 5]), (&["零售"], [300, 50, 10])], [300, 20, 5]),
    (
        "交通运输、仓储和邮政业",
        &[(&["仓储"], [200, 100, 20]), (&["运输", "快递", "配送"], [1000, 300, 20])],
        [1000, 100, 20],
    ),
    (
        "信息传输、软件和信息技术服务业",
        &[(&["软件", "系统", "平台", "信息技术", "数据"], [300, 100, 10])],
        [2000, 100, 10],
    ),
];

/// Maps an industry as typed, with the main products beside it; `None` where it is not recognised (未归类).
pub fn industry(words: &str, products: &str) -> Option<Industry> {
    let key = text::key(words);
    if key.is_empty() {
        return None;
    }
    if let Some(by_code) = by_code(&key) {
        return Some(by_code);
    }
    if let Some((_, divisions, laxest)) = MIXED.iter().find(|(name, ..)| text::key(name) == key) {
        let told = divisions.iter().find(|(words, _)| words.iter().any(|w| products.contains(w)));
        return Some(bounded(told.map_or(*laxest, |(_, bounds)| *bounds)));
    }
    if let Some(by_name) = by_name(&name_key(&key)) {
        return Some(by_name);
    }
    let names = |names: &[&str]| names.iter().any(|n| key.contains(n));
    if let Some((bounds, _)) = RULES.iter().find(|(_, n)| names(n)) {
        return Some(Industry::Bounded(SizeRule { bounds: *bounds }));
    }
    names(UNBOUNDED).then_some(Industry::Unbounded)
}

/// Numbers of the divisions by name.
static BY_NAME: LazyLock<HashMap<String, u32>> =
    LazyLock::new(|| (1..).zip(DIVISIONS).map(|(number, name)| (name_key(name), number)).collect());

/// A division or a section of the classification by its printed name.
fn by_name(name: &str) -> Option<Industry> {
    let letter = || ('A'..='T').zip(SECTIONS).find(|(_, section)| name_key(section) == name);
    match BY_NAME.get(name) {
        Some(number) => division(*number),
        None => letter().and_then(|(letter, _)| section(letter)),
    }
}

/// A name without what people leave out or write otherwise.
fn name_key(name: &str) -> String {
    text::key(name).chars().filter(|c| !matches!(c, '、' | ',' | ' ')).collect()
}

/// `C34`, `34`, `C`: section letter or division number in front.
fn by_code(key: &str) -> Option<Industry> {
    let mut chars = key.chars();
    let first = chars.next()?;
    let digits: String =
        key.chars().skip(usize::from(first.is_ascii_uppercase())).take_while(char::is_ascii_digit).collect();
    let rest_is_name = key.chars().nth(1).is_none_or(|c| !c.is_ascii_alphabetic());
    if digits.len() >= 2 {
        return division(digits[..2].parse().ok()?);
    }
    if first.is_ascii_uppercase() && rest_is_name && key.chars().count() == 1 {
        return section(first);
    }
    None
}

/// A section; the laxest bound of its divisions where they differ.
fn section(letter: char) -> Option<Industry> {
    match letter {
        'B' | 'C' | 'D' => division(13),
        'F' => Some(bounded([300, 20, 5])),
        'G' => Some(bounded([1000, 100, 20])),
        'H' => division(61),
        'I' => Some(bounded([2000, 100, 10])),
        'L' => division(71),
        'M' | 'N' | 'O' | 'R' => division(73),
        'A'..='T' => Some(Industry::Unbounded),
        _ => None,
    }
}

fn bounded(bounds: [i64; 3]) -> Industry {
    Industry::Bounded(SizeRule { bounds })
}

fn division(number: u32) -> Option<Industry> {
    Some(match number {
        6..=46 => bounded([1000, 300, 20]),
        51 => bounded([200, 20, 5]),
        52 => bounded([300, 50, 10]),
        54..=58 | 60 => bounded([1000, 300, 20]),
        59 => bounded([200, 100, 20]),
        61 | 62 | 65 => bounded([300, 100, 10]),
        63 | 64 => bounded([2000, 100, 10]),
        71..=82 | 85..=90 => bounded([300, 100, 10]),
        1..=5 | 47..=50 | 53 | 66..=70 | 83 | 84 | 91..=97 => Industry::Unbounded,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn highest(words: &str, employees: i64) -> SizeClass {
        match industry(words, "") {
            Some(Industry::Bounded(rule)) => rule.highest(employees),
            other => panic!("{words}: {other:?}"),
        }
    }

    #[test]
    fn every_division_by_its_name_has_the_class_of_its_number() {
        for (number, name) in (1..).zip(DIVISIONS) {
            let by_number = industry(&format!("{number:02}"), "");
            assert!(by_number.is_some(), "{number} {name}");
            assert_eq!(industry(name, ""), by_number, "{number} {name}");
            assert_eq!(industry(&name.replace('、', ","), ""), by_number, "{number} {name}");
        }
        assert_eq!(BY_NAME.len(), DIVISIONS.len(), "no name twice");
        // 国统字〔2017〕213号: the bounds on employees by branch.
        for (name, bounds) in [
            ("造纸和纸制品业", [1000, 300, 20]),
            ("金属制品、机械和设备修理业", [1000, 300, 20]),
            ("开采专业及辅助性活动", [1000, 300, 20]),
            ("机动车、电子产品和日用产品修理业", [300, 100, 10]),
            ("装卸搬运和仓储业", [200, 100, 20]),
            ("电信、广播电视和卫星传输服务", [2000, 100, 10]),
            ("土地管理业", [300, 100, 10]),
        ] {
            assert_eq!(industry(name, ""), Some(bounded(bounds)), "{name}");
        }
        for name in ["资本市场服务", "国家机构", "铁路运输业", "卫生", "农、林、牧、渔专业及辅助性活动"]
        {
            assert_eq!(industry(name, ""), Some(Industry::Unbounded), "{name}");
        }
    }

    #[test]
    fn every_section_by_its_name_has_the_class_of_its_letter() {
        for (letter, name) in ('A'..='T').zip(SECTIONS) {
            let by_letter = industry(&letter.to_string(), "");
            assert!(by_letter.is_some(), "{letter} {name}");
            assert_eq!(industry(name, ""), by_letter, "{letter} {name}");
        }
    }

    #[test]
    fn employees_bound_the_class() {
        assert_eq!(highest("专用设备制造业", 150), SizeClass::Small);
        assert_eq!(highest("专用设备制造业", 300), SizeClass::Medium);
        assert_eq!(highest("C35", 1000), SizeClass::Large);
        assert_eq!(highest("餐饮业", 9), SizeClass::Micro);
        assert_eq!(highest("批发和零售业", 12), SizeClass::Small);
        assert_eq!(highest("专业技术服务业", 300), SizeClass::Large);
        assert_eq!(industry("农、林、牧、渔业", ""), Some(Industry::Unbounded));
        assert_eq!(industry("新质生产力", ""), None);
        let software = industry("信息传输、软件和信息技术服务业", "质量追溯软件");
        assert_eq!(software, Some(bounded([300, 100, 10])));
    }
}

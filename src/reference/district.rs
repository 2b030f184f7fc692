//! The 23 units of Chengdu: 20 districts, cities and counties of GB/T 2260 and three
//! functional zones, in the order of the city's documents (domain.md 1.3).

use crate::text;

/// One unit of the city.
#[derive(Debug)]
pub struct District {
    /// GB/T 2260; 510171–510173 are this project's own codes.
    pub code: &'static str,
    pub name: &'static str,
    /// Other names, in normal form.
    pub aliases: &'static [&'static str],
    /// Sub-districts whose postal address names another district.
    pub places: &'static [&'static str],
}

/// The city itself.
pub const CITY: (&str, &str) = ("510100", "成都市");
/// The unit of returns whose district nothing tells.
pub const NOWHERE: &str = "未归属";

macro_rules! districts {
    ($($code:literal $name:literal [$($alias:literal)*] [$($place:literal)*];)*) => {
        /// All 23, in official order.
        pub const DISTRICTS: &[District] = &[$(District {
            code: $code, name: $name, aliases: &[$($alias),*], places: &[$($place),*],
        }),*];
    };
}

districts! {
    "510172" "四川天府新区" ["天府新区" "天府新区成都直管区" "四川天府新区成都直管区" "成都天府新区"] ["华阳" "万安" "兴隆" "正兴" "新兴" "煎茶" "永兴" "籍田" "太平"];
    "510173" "东部新区" ["成都东部新区"] ["三岔" "石盘" "养马" "丹景" "福田" "玉成" "草池" "石板凳" "高明" "武庙" "壮溪" "海螺" "董家埂" "芦葭"];
    "510171" "高新区" ["成都高新区" "高新" "成都高新" "成都高新技术产业开发区" "高新技术产业开发区"] ["肖家河" "芳草街" "石羊" "桂溪" "中和" "西园" "合作"];
    "510104" "锦江区" ["锦江"] [];
    "510105" "青羊区" ["青羊"] [];
    "510106" "金牛区" ["金牛"] [];
    "510107" "武侯区" ["武侯"] [];
    "510108" "成华区" ["成华"] [];
    "510112" "龙泉驿区" ["龙泉驿" "龙泉"] [];
    "510113" "青白江区" ["青白江"] [];
    "510114" "新都区" ["新都"] [];
    "510115" "温江区" ["温江"] [];
    "510116" "双流区" ["双流" "双流县" "510122"] [];
    "510117" "郫都区" ["郫都" "郫县" "510124"] [];
    "510118" "新津区" ["新津" "新津县" "510132"] [];
    "510185" "简阳市" ["简阳" "512081"] [];
    "510181" "都江堰市" ["都江堰"] [];
    "510182" "彭州市" ["彭州"] [];
    "510183" "邛崃市" ["邛崃"] [];
    "510184" "崇州市" ["崇州"] [];
    "510121" "金堂县" ["金堂"] [];
    "510129" "大邑县" ["大邑"] [];
    "510131" "蒲江县" ["蒲江"] [];
}

/// Index of a district by name, short name or code.
pub fn by_name(words: &str) -> Option<usize> {
    let key = text::key(words);
    let tries = [
        key.as_str(),
        key.trim_start_matches("四川省"),
        key.trim_start_matches("四川省").trim_start_matches("成都市"),
    ];
    let suffixes = ["市场监督管理局", "市场监管局", "市场局"];
    let is = |d: &District, name: &str| d.name == name || d.code == name || d.aliases.contains(&name);
    for name in tries {
        let bare = suffixes.iter().find_map(|s| name.strip_suffix(s)).unwrap_or(name);
        if let Some(at) = DISTRICTS.iter().position(|d| is(d, bare)) {
            return Some(at);
        }
    }
    None
}

/// Index of the district that a folder is named after, with what a clerk adds to the name: `03彭州市`,
/// `青白江区（第一批）`, `锦江区2025Q1`, `蒲江县-报送材料`.
pub fn of_folder(words: &str) -> Option<usize> {
    by_name(words).or_else(|| {
        let key = text::key(words);
        let named = |d: &District| {
            let names = d.aliases.iter().copied().filter(|a| a.chars().count() >= 3).chain([d.name]);
            names.filter(|name| key.contains(name)).max_by_key(|name| name.len())
        };
        let mut found = DISTRICTS.iter().enumerate().filter_map(|(at, d)| Some((at, named(d)?)));
        let (at, name) = found.next()?;
        // Two names are no district's folder, nor is the name of an office or a company.
        (found.next().is_none() && is_added(&key.replacen(name, "", 1))).then_some(at)
    })
}

/// Whether words only say which batch or copy of a district's returns a folder holds.
fn is_added(words: &str) -> bool {
    const ADDED: [&str; 34] = [
        "四川省",
        "成都市",
        "市场监督管理局",
        "市场监管局",
        "市场局",
        "季度",
        "报送",
        "上报",
        "填报",
        "提交",
        "材料",
        "资料",
        "数据",
        "汇总",
        "回收",
        "收集",
        "表格",
        "调查",
        "文件",
        "全部",
        "修改",
        "更正",
        "补充",
        "最终",
        "终稿",
        "新版",
        "第",
        "批",
        "次",
        "年",
        "月",
        "日",
        "报",
        "版",
    ];
    let mut rest = words.to_owned();
    for word in ADDED {
        rest = rest.replace(word, "");
    }
    let is_numeral = |c: char| c.is_ascii_digit() || "一二三四五六七八九十Qq".contains(c);
    rest.chars().all(|c| !c.is_alphanumeric() || is_numeral(c))
}

/// Index of the district an address lies in; sub-districts of the functional zones come first.
pub fn by_address(address: &str) -> Option<usize> {
    let key = text::key(address);
    let named = |d: &District| {
        key.contains(d.name) || d.aliases.iter().any(|a| a.chars().count() >= 3 && key.contains(a))
    };
    if let Some(zone) = DISTRICTS[..3].iter().position(named) {
        return Some(zone);
    }
    let outer = DISTRICTS.iter().enumerate().skip(3).filter(|(_, d)| named(d));
    // The name that stands first in the address is its district.
    let first = outer.min_by_key(|(_, d)| {
        std::iter::once(&d.name).chain(d.aliases).filter_map(|n| key.find(*n)).min().unwrap_or(usize::MAX)
    });
    let hosts: &[&[&str]] = &[&["双流区"], &["简阳市"], &["武侯区", "双流区", "郫都区"]];
    if let Some((_, district)) = first {
        let in_zone = |zone: &usize| {
            hosts[*zone].contains(&district.name)
                && DISTRICTS[*zone].places.iter().any(|p| has_place(&key, p))
        };
        return (0..3).find(in_zone).or(first.map(|(at, _)| at));
    }
    None
}

/// A sub-district is named with 街道, 镇 or 街 behind it.
fn has_place(address: &str, place: &str) -> bool {
    address.match_indices(place).any(|(at, _)| {
        let rest = &address[at + place.len()..];
        ["街道", "镇", "乡", "街"].iter().any(|s| rest.starts_with(s))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(at: Option<usize>) -> &'static str {
        at.map_or("", |i| DISTRICTS[i].name)
    }

    #[test]
    fn knows_short_old_and_long_names() {
        for (words, want) in [
            ("新都", "新都区"),
            ("高新", "高新区"),
            ("成都高新区", "高新区"),
            ("郫县", "郫都区"),
            ("成都市新都区", "新都区"),
            ("天府新区", "四川天府新区"),
            ("510185", "简阳市"),
            ("新 都 区", "新都区"),
            ("新都区市场监督管理局", "新都区"),
        ] {
            assert_eq!(name(by_name(words)), want, "{words}");
        }
        assert_eq!(by_name("企业直报"), None);
        assert_eq!(DISTRICTS.len(), 23);
    }

    #[test]
    fn folders_are_named_with_batches_and_dates() {
        for (words, want) in [
            ("03彭州市", "彭州市"),
            ("青白江区（第一批）", "青白江区"),
            ("锦江区2025Q1", "锦江区"),
            ("蒲江县-报送材料", "蒲江县"),
            ("成都高新区 2025年第一季度汇总", "高新区"),
            ("四川天府新区_补充2", "四川天府新区"),
            ("新都", "新都区"),
            ("新都区和彭州市", ""),
            ("成都新都区拟禾质量服务公司", ""),
            ("企业直报", ""),
            ("2025年3月", ""),
        ] {
            assert_eq!(name(of_folder(words)), want, "{words}");
        }
    }

    #[test]
    fn places_addresses() {
        for (address, want) in [
            ("成都市新都区石板滩街道拟兴路139号", "新都区"),
            ("成都市武侯区肖家河街道拟锦路144号", "高新区"),
            ("成都高新区石羊街道拟康大道264号A区", "高新区"),
            ("四川省成都市双流区华阳街道", "四川天府新区"),
            ("成都市双流区东升街道新都路3号", "双流区"),
            ("成都市郫都区合作街道", "高新区"),
            ("简阳市三岔街道", "东部新区"),
            ("绵阳市涪城区", ""),
        ] {
            assert_eq!(name(by_address(address)), want, "{address}");
        }
    }
}

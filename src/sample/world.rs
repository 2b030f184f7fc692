//! The invented world of the samples: Chengdu's 23 reporting units are real,
//! every enterprise, person, agency and road is not and carries the character 拟.

/// A reporting unit: name of its folder, start of a name of an enterprise, start of an address, share of projects.
pub struct District {
    pub name: &'static str,
    pub brand: &'static str,
    pub address: &'static str,
    pub weight: f64,
}

const fn district(name: &'static str, brand: &'static str, address: &'static str, weight: f64) -> District {
    District { name, brand, address, weight }
}

/// The 23 units; the first ones are those of a small sample.
pub const DISTRICTS: [District; 23] = [
    district("新都区", "新都", "成都市新都区", 8.0),
    district("高新区", "成都", "成都市武侯区石羊街道", 9.0),
    district("龙泉驿区", "龙泉驿", "成都市龙泉驿区", 8.0),
    district("都江堰市", "都江堰", "都江堰市", 5.0),
    district("金堂县", "金堂", "成都市金堂县", 5.0),
    district("双流区", "双流", "成都市双流区", 7.0),
    district("四川天府新区", "成都", "成都市双流区华阳街道", 6.0),
    district("东部新区", "成都", "简阳市养马街道", 3.0),
    district("锦江区", "锦江", "成都市锦江区", 3.0),
    district("青羊区", "青羊", "成都市青羊区", 4.0),
    district("金牛区", "金牛", "成都市金牛区", 4.0),
    district("武侯区", "武侯", "成都市武侯区", 4.0),
    district("成华区", "成华", "成都市成华区", 4.0),
    district("青白江区", "青白江", "成都市青白江区", 4.0),
    district("温江区", "温江", "成都市温江区", 5.0),
    district("郫都区", "郫都", "成都市郫都区", 6.0),
    district("新津区", "新津", "成都市新津区", 4.0),
    district("简阳市", "简阳", "简阳市", 3.0),
    district("彭州市", "彭州", "彭州市", 4.0),
    district("邛崃市", "邛崃", "邛崃市", 3.0),
    district("崇州市", "崇州", "崇州市", 4.0),
    district("大邑县", "大邑", "成都市大邑县", 2.0),
    district("蒲江县", "蒲江", "成都市蒲江县", 2.0),
];

/// An industry: its name as filled in, the word in an enterprise's name, products, and the
/// smallest number of employees of a small, a medium and a large enterprise (国统字〔2017〕213号).
pub struct Industry {
    pub name: &'static str,
    pub word: &'static str,
    pub products: &'static [&'static str],
    pub bounds: [i64; 3],
}

const fn industry(
    name: &'static str,
    word: &'static str,
    products: &'static [&'static str],
    bounds: [i64; 3],
) -> Industry {
    Industry { name, word, products, bounds }
}

const FACTORY: [i64; 3] = [20, 300, 1000];

pub const INDUSTRIES: [Industry; 9] = [
    industry("食品制造业", "食品", &["郫县豆瓣类调味品", "休闲肉制品", "烘焙糕点", "复合调味料"], FACTORY),
    industry(
        "医疗仪器设备及器械制造",
        "医疗器械",
        &["康复理疗设备", "体外诊断试剂", "一次性医用耗材"],
        FACTORY,
    ),
    industry("汽车零部件及配件制造", "汽车零部件", &["制动系统零件", "座椅骨架", "汽车线束"], FACTORY),
    industry("家具制造业", "家具", &["板式定制家具", "实木办公家具", "软体沙发"], FACTORY),
    industry(
        "计算机、通信和其他电子设备制造业",
        "电子",
        &["印制电路板组件", "光通信模块", "传感器"],
        FACTORY,
    ),
    industry("通用设备制造业", "机械", &["工业泵阀", "精密减速机", "自动化输送设备"], FACTORY),
    industry(
        "软件和信息技术服务业",
        "信息技术",
        &["工业互联网平台", "质量追溯软件", "系统集成服务"],
        [10, 100, 300],
    ),
    industry("餐饮业", "餐饮管理", &["火锅餐饮服务", "团体供餐服务"], [10, 100, 300]),
    industry("专业技术服务业", "检测技术", &["环境检测服务", "建材检测服务"], [10, 100, 300]),
];

pub const AGENCIES: [&str; 12] = [
    "成都拟衡质量技术服务有限公司",
    "四川拟信标准化咨询有限公司",
    "成都拟准计量检测技术有限公司",
    "成都拟诚认证咨询有限公司",
    "四川拟源检验检测有限公司",
    "成都拟创品牌管理咨询有限公司",
    "四川拟知知识产权服务有限公司",
    "成都拟精质量管理咨询有限公司",
    "四川拟蓉质量研究院",
    "成都拟桥企业服务有限公司",
    "成都拟标技术服务有限公司",
    "四川拟翼科技服务有限公司",
];

/// Second and third characters of invented brands; single ones also name persons.
pub const CHARACTERS: [char; 40] = [
    '安', '博', '川', '达', '鼎', '丰', '冠', '海', '恒', '华', '嘉', '建', '锦', '聚', '康', '朗', '联',
    '凌', '明', '诺', '鹏', '启', '瑞', '晟', '盛', '舒', '泰', '腾', '维', '祥', '鑫', '兴', '旭', '宇',
    '远', '云', '泽', '正', '智', '卓',
];

pub const SURNAMES: [char; 16] =
    ['李', '王', '张', '刘', '陈', '杨', '赵', '周', '吴', '徐', '孙', '胡', '朱', '何', '罗', '郭'];

/// What is served in a category: project topic, need, analysis, measures, result, indicator.
pub struct Topic {
    pub project: &'static str,
    pub need: &'static str,
    pub analysis: &'static str,
    pub measures: &'static str,
    pub result: &'static str,
    pub next: &'static str,
    /// Name, unit, whether higher is better, usual value before.
    pub indicator: (&'static str, &'static str, bool, i64),
}

/// One topic per category of the standard, in its order.
pub const TOPICS: [Topic; 8] = [
    Topic {
        project: "企业标准体系构建",
        need: "现行企业标准与行业先进水平有差距，希望完善标准体系并参加标准“领跑者”评估。",
        analysis: "标准覆盖了主要产品，但关键指标低于同行，缺少与国际标准的比对。",
        measures: "开展标准比对2次，修订企业标准3项，指导自我声明公开。",
        result: "企业标准体系基本建立，关键指标达到行业先进水平。",
        next: "计划申报标准“领跑者”，需要继续提供标准比对。",
        indicator: ("标准自我声明公开数", "项", true, 1),
    },
    Topic {
        project: "计量能力提升",
        need: "计量器具管理不规范，检定周期不清，希望建立测量管理体系。",
        analysis: "计量台账不完整，部分工序测量能力不足。",
        measures: "梳理计量器具台账，开展测量过程识别，培训计量人员6人。",
        result: "建立了计量台账，在用计量器具检定率达到100%。",
        next: "希望对关键工序开展测量不确定度分析。",
        indicator: ("计量器具检定率", "%", true, 86),
    },
    Topic {
        project: "产品认证辅导",
        need: "客户要求通过管理体系认证，目前体系文件不完整。",
        analysis: "质量手册与实际流程脱节，内审能力不足。",
        measures: "开展差距诊断，编制体系文件，组织内审员培训和模拟审核各1次。",
        result: "通过管理体系认证审核，新增客户3家。",
        next: "拟申请产品认证，需要认证实施规则辅导。",
        indicator: ("内审不符合项数", "项", false, 14),
    },
    Topic {
        project: "检验检测能力提升",
        need: "出厂检验项目不全，委托检测周期长，希望提升自检能力。",
        analysis: "检测设备与标准要求不匹配，人员操作差异较大。",
        measures: "制定检验规程4份，开展实验室比对1次，现场指导3次。",
        result: "自检项目由5项增加到9项，检测周期缩短4天。",
        next: "希望实验室按认可准则运行。",
        indicator: ("出厂检验覆盖率", "%", true, 78),
    },
    Topic {
        project: "质量管理体系建设与改进",
        need: "产品一致性波动较大，返工率偏高，需要查找原因。",
        analysis: "问题集中在过程控制环节，建议导入统计过程控制方法。",
        measures: "现场诊断3次，成立质量改进小组2个，导入过程控制图。",
        result: "一次交检合格率提高2.3个百分点，返工成本明显下降。",
        next: "计划开展全员质量改进活动，需要方法培训。",
        indicator: ("一次交检合格率", "%", true, 93),
    },
    Topic {
        project: "品牌价值评价与培育",
        need: "品牌知名度不高，希望系统开展品牌培育。",
        analysis: "品牌定位不清，缺少品牌管理制度和传播计划。",
        measures: "开展品牌诊断，编制品牌培育方案，指导品牌价值评价申报。",
        result: "形成品牌培育方案，线上咨询量增长约两成。",
        next: "希望参加品牌价值评价。",
        indicator: ("顾客投诉率", "%", false, 4),
    },
    Topic {
        project: "知识产权贯标",
        need: "研发成果保护不足，希望建立知识产权管理制度。",
        analysis: "专利布局分散，核心技术缺少发明专利保护。",
        measures: "开展专利检索分析1次，挖掘专利点7个，编制管理制度。",
        result: "新申请发明专利2件，建立知识产权管理制度。",
        next: "希望得到海外知识产权风险预警。",
        indicator: ("新申请专利数", "件", true, 2),
    },
    Topic {
        project: "碳足迹核算与质量提升",
        need: "客户要求提供产品碳足迹数据，企业缺少核算能力。",
        analysis: "能源数据未按产品归集，核算边界不明确。",
        measures: "确定核算边界，收集数据并建立台账，完成核算报告1份。",
        result: "完成主导产品碳足迹核算报告。",
        next: "希望持续更新碳足迹数据。",
        indicator: ("单位产品能耗", "千瓦时", false, 35),
    },
];

/// What stands behind 其他服务.
pub const OTHER: &str = "碳足迹核算";

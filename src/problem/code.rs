//! The catalogue of problem codes: one entry per code drives messages, hints,
//! `zhiti codes`, the settings that change a severity, and the guide for filers.

use super::Severity::{self, Error, Info, Warning};

/// One entry of the catalogue.
#[derive(Debug)]
pub struct Entry {
    /// Stable ASCII id, used in files and settings.
    pub id: &'static str,
    pub severity: Severity,
    /// One sentence; `{}` is the label, file or name it is about.
    pub headline: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// How to mend it.
    pub mend: &'static str,
    /// Clause of DB5101/T 190—2024, or the rule's source.
    pub clause: &'static str,
}

macro_rules! catalogue {
    ($($name:ident, $id:literal, $severity:ident, $headline:literal, $why:literal, $mend:literal, $clause:literal;)*) => {
        /// A code of the catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $headline] $name),* }

        /// Every code, in the order it is printed.
        pub const CATALOGUE: &[(Code, Entry)] = &[$((Code::$name, Entry {
            id: $id, severity: $severity, headline: $headline, why: $why, mend: $mend, clause: $clause,
        })),*];
    };
}

catalogue! {
    FileEmpty, "file_empty", Error, "文件「{}」是空文件", "没有任何内容可读", "请重新保存或重新发送该文件", "";
    FileCorrupt, "file_corrupt", Error, "文件「{}」已损坏，无法打开", "多为传输中断或保存未完成", "请用 Excel 或 WPS 打开原文件，另存为 .xlsx 后重新报送", "";
    FileEncrypted, "file_encrypted", Error, "文件「{}」设有打开密码", "加密的文件无法读取", "请取消密码后重新保存报送", "";
    FileForeign, "file_foreign", Error, "文件「{}」不是电子表格", "只能从电子表格中读取答案", "请改用电子表格（.xlsx）填报；扫描件、图片请按表式重新录入", "";
    FileTooLarge, "file_too_large", Error, "文件「{}」超出读取限制", "内容异常庞大，多为格式误设或文件有问题", "请删除多余的工作表和格式后重新保存", "";
    FileStopped, "file_stopped", Error, "读取文件「{}」时间或内存超限，已停止", "文件结构异常", "请用 Excel 或 WPS 打开后另存为 .xlsx 再报送", "";
    FileInternal, "file_internal", Error, "读取文件「{}」时程序内部出错", "这是程序的问题，不是填报人的问题", "请另存为 .xlsx 再试，并将该文件反馈给开发者", "";
    FileOutsideQuarter, "file_outside_quarter", Warning, "「{}」不在季度文件夹内，未读取", "报送文件夹中，只读取以季度命名的文件夹（如2025Q1、2025年第一季度）里的材料", "请移入所属季度的文件夹；不是报送材料的，请移到报送文件夹之外", "";
    FileNotRegular, "file_not_regular", Warning, "「{}」未读取", "只读取普通文件，不跟随快捷方式（链接），也不打开设备", "请放入文件本身", "";
    FileUnrecognised, "file_unrecognised", Error, "文件「{}」中没有可识别的表格", "没有找到附录B—附录F或补充表的标题和栏目", "请使用下发的空白表填写；不是报送材料的，请移出文件夹", "附录B—附录F";
    FileRemark, "file_remark", Warning, "文件「{}」含有无法按内容读取的部分", "这些部分不在单元格里", "请把答案填写在单元格内", "";
    SheetUnreadable, "sheet_unreadable", Error, "工作表「{}」无法读取", "文件的这一部分已损坏", "请用 Excel 或 WPS 打开后另存为 .xlsx 再报送", "";
    SheetUnrecognised, "sheet_unrecognised", Info, "工作表「{}」不是可识别的表格，未读取", "不含附录B—附录F或补充表的栏目", "其中有应报内容的，请改用规定的表式填写", "";
    SheetContinued, "sheet_continued", Warning, "工作表「{}」标为续表，但接不上前一张工作表，未读取", "续表应紧接在所续的表之后，从下一个栏目开始，栏目不重复", "请把续表的内容与所续的表放在同一张工作表中", "";
    HiddenRead, "hidden_read", Info, "隐藏的工作表「{}」中有填报内容，已读取", "隐藏的内容容易被遗忘", "请确认该内容应当报送", "";
    HiddenCells, "hidden_cells", Info, "{}中有填写内容，已照常读取", "隐藏的行、列容易被遗忘", "请取消隐藏，确认这些内容应当报送", "";
    StruckOut, "struck_out", Warning, "有{}个单元格的文字带删除线，按已删去处理，未读取", "划去的文字不是答案", "请删去带删除线的文字；确要保留的，请取消删除线", "";
    TableColumns, "table_columns", Error, "表格的列无法区分：{}", "同一栏目出现在多列，不能判断取哪一列", "请保证每个栏目只占一列，表头与表式一致", "";
    TableRequired, "table_required", Error, "表格缺少必需的列：{}", "没有该列就无法确定每一行属于谁", "请补上该列后重新报送", "";
    TableByIndex, "table_by_index", Error, "问卷平台导出的是选项序号，不是选项文字", "序号与选项的对应关系取决于问卷设置，不能猜测", "请在平台选择“按选项文本”导出，或在 templates/sources/ 提供对照文件", "";
    ColumnUnread, "column_unread", Warning, "表头为“{}”的一列未读取", "表头不是表式中的栏目名称，而该列写的可能是应报的内容", "请把表头改为表式中的栏目名称；不是应报内容的，不需要修改", "";
    ColumnOtherForm, "column_other_form", Info, "“{}”是另一种表的栏目，未读取", "一行可以兼报几种表，但各表的必填栏目都要有", "应报那一种表的，请补上它的必填栏目，或另表报送", "";
    ColumnDoubtful, "column_doubtful", Warning, "“{}”占了多列，不能判断取哪一列，未采用", "表头横跨多列，或几列的表头是同一栏目的不同写法", "请保证每个栏目只占一列，表头与表式一致", "";
    MergedAcross, "merged_across", Warning, "“{}”与左边的栏目合并为一格，未采用", "一个单元格横跨几栏，不能判断回答属于哪一栏，只按第一栏读取", "请取消合并，各栏分别填写", "";
    RowsDiffer, "rows_differ", Warning, "“{}”在合并为一份的几行中写得不同，未采用", "名称合并为一格的几行按一份表读取", "请在每一行写明项目名称和企业名称，或各行写法一致", "";
    RequiredMissing, "required_missing", Error, "未填写“{}”", "该项为必填，缺少它就无法统计这份表", "请补填", "附录B—附录F";
    RequiredUnreadable, "required_unreadable", Error, "“{}”无法辨认", "该项为必填，内容无法辨认时这份表不能统计", "请按表式重新填写", "附录B—附录F";
    OptionUnrecognised, "option_unrecognised", Warning, "“{}”的回答不在选项之内", "只统计表中列出的选项", "请在给出的选项中选择一项打“√”", "附录B—附录F";
    OptionSeveral, "option_several", Warning, "“{}”只能选一项，却选了多项", "不能判断以哪一项为准", "请只保留一项", "附录B—附录F";
    CountNegative, "count_negative", Warning, "“{}”不能是负数", "数量从0起算", "请填写0或正整数", "附录B";
    CountFraction, "count_fraction", Warning, "“{}”应为整数", "数量以个（人）计", "请填写整数", "附录B";
    CountText, "count_text", Warning, "“{}”应填写数字", "文字无法统计", "请填写整数，没有的填0", "附录B";
    CountLarge, "count_large", Warning, "“{}”数值偏大，请核实", "明显超出一般企业的数量", "请核实，确实无误可不改", "附录B";
    CountApproximate, "count_approximate", Warning, "“{}”填的是约数，按所写数字统计", "统计需要确切的数", "请填写确切的整数", "附录B";
    DateUnreadable, "date_unreadable", Warning, "“{}”的日期无法辨认", "日期用于确定先后和所属季度", "请写成2025年3月5日或2025-03-05的形式", "";
    DateImpossible, "date_impossible", Warning, "“{}”的日期不存在", "日历上没有这一天", "请核对后改正", "";
    DateShortYear, "date_short_year", Warning, "“{}”的年份只有两位", "两位年份无法确定世纪", "请写全年月日，如2025年3月5日", "";
    DateOutsideQuarter, "date_outside_quarter", Warning, "“{}”不在本季度前后30天之内", "可能报错了季度或写错了年份", "请核对日期和报送季度", "";
    RangeReversed, "range_reversed", Warning, "“{}”的结束早于开始", "起止颠倒时两个日期都不采用", "请核对起止日期", "附录C";
    PhoneBad, "phone_bad", Warning, "“{}”中的电话号码不正确", "号码位数或号段不对，可能无法联系", "请填写11位手机号或带区号的固定电话", "附录B—附录F";
    FormulaError, "formula_error", Warning, "“{}”的公式出错", "单元格显示的是错误值", "请改为直接填写内容", "";
    FormulaUncalculated, "formula_uncalculated", Warning, "“{}”是公式，但文件中没有保存计算结果", "无法得知公式的值", "请用 Excel 或 WPS 打开、重新计算并保存，或直接填写内容", "";
    OtherWithoutText, "other_without_text", Warning, "勾选了“其他服务”，但未写明内容", "不知道是哪一种服务", "请在“其他服务：”后写明内容", "附录B、附录C";
    OtherWithoutTick, "other_without_tick", Warning, "写明了其他服务的内容，但未勾选“其他服务”", "不计入“其他服务”", "请勾选“其他服务”，或删去文字", "附录B、附录C";
    SizeAboveClass, "size_above_class", Warning, "“企业规模”高于按从业人员所能达到的类型", "按国统字〔2017〕213号，各项指标须同时达到下限", "请核对从业人员数量和企业规模", "3.1";
    SizeLarge, "size_large", Warning, "从业人员已达大型企业标准，可能不属中小企业", "本标准的服务对象是中小企业", "请核对从业人员数量、所属行业和企业规模", "3.1";
    EstablishedFuture, "established_future", Warning, "“成立日期”晚于填表日期或季度末", "企业不会在填表之后成立", "请核对成立日期", "附录B";
    EstablishedEarly, "established_early", Warning, "“成立日期”早于1949年", "可能是日期写错", "请核对，确实无误可不改", "附录B";
    DeclaredWithoutCount, "declared_without_count", Warning, "已自我声明公开企业标准，但未写公开数量或写为0", "回答前后不一致", "请填写公开数量，或改选“否”", "附录B";
    CountWithoutDeclared, "count_without_declared", Warning, "选择未自我声明公开，却写了公开数量", "回答前后不一致", "请改选“是”，或删去数量", "附录B";
    OverseasAboveInvention, "overseas_above_invention", Warning, "海外发明专利多于有效发明专利", "一般情况下前者包含在后者之内（表中未定义二者关系）", "请核对有效发明专利和海外发明专利两项数量", "附录B";
    SignedBeforeStart, "signed_before_start", Warning, "“{}”早于服务开始日期", "签字应在服务实施之后", "请核对签字日期和服务时间", "附录C";
    SignatureMissing, "signature_missing", Warning, "企业未签字或盖章", "没有企业签字的服务不计为闭环", "请企业签字或盖章后补报", "附录C";
    ExpertWithoutName, "expert_without_name", Warning, "未填服务专家，却评价了服务专家", "不知道评价的是谁，两项专家评价不采用", "请补填服务专家，或删去对专家的评价", "附录F";
    AllSatisfiedNoText, "all_satisfied_no_text", Info, "四项均为“满意”，且未写服务内容和成效", "照常统计；满意的企业往往如此", "如有可能，请补写服务内容和成效", "附录F";
    IndustryUnclassified, "industry_unclassified", Info, "“所属行业”未能归入国民经济行业分类", "不能按行业核对企业规模", "可写GB/T 4754的门类或大类名称", "附录B";
    ServicesWithoutNeeds, "services_without_needs", Warning, "企业有服务实施记录，却没有需求调查记录", "不能比较需求与服务", "请补报该企业的表B，或核对企业名称", "7.1";
    SatisfactionOrphan, "satisfaction_orphan", Warning, "满意度调查对应的项目没有服务实施记录", "无法确认服务是否实施", "请补报表C，或核对项目名称和企业名称", "7.4.5";
    FeedbackWithoutServices, "feedback_without_services", Warning, "情况反馈的企业没有服务实施记录", "无法确认曾参加过服务", "请补报表C，或核对企业名称", "7.6.3";
    Superseded, "superseded", Info, "同一企业、同一项目有更新的一份，本份不再统计", "只统计最新的一份", "若以本份为准，请撤回另一份", "";
    Identical, "identical", Info, "与另一份内容完全相同，只统计一份", "可能重复报送", "不需要修改", "";
    AgencyVariant, "agency_variant", Warning, "质量服务机构名称疑似有不同写法：{}", "不同写法会被当作不同机构统计", "请统一为机构全称", "附录F";
    AgencyFromCover, "agency_from_cover", Info, "未填质量服务机构，已按{}补填", "封面或名册已写明", "请补填质量服务机构名称", "附录F";
    DistrictUnknown, "district_unknown", Warning, "无法识别的区（市）县：{}", "不是成都市23个区（市）县（含功能区）之一", "请填写规范名称，如“新都区”“高新区”", "";
    DistrictMismatch, "district_mismatch", Warning, "报送区（市）县与企业地址不一致（{}），以报送为准", "地址所在地为另一区（市）县", "请核对地址；地址无误的，请告知报送的区（市）县", "";
    Unattributed, "unattributed", Warning, "无法确定所属区（市）县，列为“未归属”", "封面、文件夹、表B地址均未给出", "请补填封面，或放入区（市）县文件夹", "";
    NearName, "near_name", Warning, "名称与另一名称「{}」相近，疑似同一家", "写法不同会被当作两家", "请核对；确属同一家的，可在 zhiti.toml 的别名表中登记", "";
    PeriodMismatch, "period_mismatch", Warning, "填写的报送期与所在季度文件夹不一致，以文件夹为准", "可能放错了季度", "请核对报送期", "";
    SamePhone, "same_phone", Warning, "同一电话出现在3家以上企业的表中", "仅作提示，可能由同一人代填", "请确认由企业本人填报", "";
    FastAnswer, "fast_answer", Warning, "答卷用时不足10秒", "仅作提示，可能未认真填写", "请与企业确认", "";
    AnswersAlike, "answers_alike", Info, "除名称、联系人和日期外，各项回答与另一家企业「{}」的表完全相同", "仅作提示，可能由同一人代填或复制了另一份", "请确认由企业本人填报；确属相同的不需要修改", "";
    AnswerUnread, "answer_unread", Warning, "“{}”后填写的内容未读取", "该处的文字不是表式中的栏目名称，或同一栏目在表中出现两处而内容不一致", "请把内容填在表式的栏目中，同一栏目只填一处；不是应报内容的，不需要修改", "";
    LabelOverwritten, "label_overwritten", Info, "栏目“{}”的名称被改写或删除，该栏未读取", "表式的栏目名称说明了问的是什么", "请恢复栏目名称，在其旁的格中填写", "";
    OldFormVersion, "old_form_version", Info, "使用的是旧版表式", "旧版栏目可能不全", "请改用最新的空白表", "";
    ForeignKey, "foreign_key", Warning, "预填表中的项目标识与填写的名称不一致", "可能套用了别的项目的表", "请使用本项目的预填表", "";
    CountFall, "count_fall", Warning, "{}本季度的表数比上季度减少一半以上", "可能有漏报", "请与该区（市）县核对", "";
    RosterUnreadable, "roster_unreadable", Warning, "名册中有一行无法使用：{}", "缺少项目名称、企业名称或应报表", "请补全后重新运行", "";
    RosterDoubtful, "roster_doubtful", Warning, "名册中有一处未采用：{}", "写法不明，或与前面的行不一致", "请核对并改正名册后重新运行", "";
    GlyphMissing, "glyph_missing", Warning, "有字库中没有的字符：{}", "打印时以“□(U+编码)”代替", "请改用通用规范字，或用 --font-path 指定含该字的字体", "";
    DocumentUnreadable, "document_unreadable", Warning, "文档「{}」不是可识别的表D", "未找到服务总结的栏目", "请使用系统生成的表D文档修改", "附录D";
}

impl Code {
    /// The catalogue entry.
    pub fn entry(self) -> &'static Entry {
        &CATALOGUE[self as usize].1
    }

    /// The sentence without the label, file or name of one finding: what a table of all of a code says.
    pub fn in_general(self) -> String {
        let what = match self {
            Self::AgencyFromCover => "封面或名册",
            Self::CountFall => "某区（市）县",
            Self::HiddenCells => "隐藏的行或列",
            _ => "",
        };
        let named = self
            .entry()
            .headline
            .replace("“{}”", "某栏目")
            .replace("「{}」未读取", "某文件未读取")
            .replace("{}个", "");
        ["「{}」", "：{}", "（{}）"]
            .iter()
            .fold(named, |text, about| text.replace(about, ""))
            .replace("{}", what)
    }

    /// Stable ASCII id.
    pub fn id(self) -> &'static str {
        self.entry().id
    }

    /// The code of an id.
    pub fn from_id(id: &str) -> Option<Self> {
        CATALOGUE.iter().find(|(_, e)| e.id == id).map(|(code, _)| *code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_name_no_command_and_lead_to_what_can_be_read() {
        for (_, entry) in CATALOGUE {
            assert!(!entry.mend.contains("“zhiti") && !entry.mend.contains('`'), "{}", entry.id);
        }
        for code in [Code::DateShortYear, Code::DateUnreadable] {
            let example = code.entry().mend.split(['如', '成']).nth(1).unwrap_or_default();
            let example: String = example.chars().take_while(|c| *c != '或').collect();
            assert!(matches!(crate::parse::date::date(&example), Ok(Some(_))), "{example}");
        }
    }

    #[test]
    fn every_code_can_be_said_in_general() {
        let said = |code: Code| code.in_general();
        assert_eq!(said(Code::AgencyFromCover), "未填质量服务机构，已按封面或名册补填");
        assert_eq!(said(Code::DistrictMismatch), "报送区（市）县与企业地址不一致，以报送为准");
        assert_eq!(said(Code::PhoneBad), "某栏目中的电话号码不正确");
        assert_eq!(said(Code::StruckOut), "有单元格的文字带删除线，按已删去处理，未读取");
        assert_eq!(said(Code::FileNotRegular), "某文件未读取");
        for (code, entry) in CATALOGUE {
            let said = code.in_general();
            let left = ["{", "}", "“”", "「", "…", "（）", "：，"];
            assert!(!left.iter().any(|sign| said.contains(sign)), "{}: {said}", entry.id);
            let whole = !said.starts_with(['中', '本', '，']) && said.chars().count() >= 5;
            assert!(whole, "{}: {said}", entry.id);
        }
    }

    #[test]
    fn every_code_finds_its_own_entry() {
        for (at, (code, entry)) in CATALOGUE.iter().enumerate() {
            assert_eq!(*code as usize, at);
            assert_eq!(Code::from_id(entry.id), Some(*code));
            assert!(!entry.mend.is_empty() && !entry.why.is_empty());
        }
    }
}

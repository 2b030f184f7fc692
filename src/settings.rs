//! `zhiti.toml`: every setting has a default; `zhiti init` writes them all out.
//!
//! Settled before any work begins. An unknown key or a wrong value stops the
//! program with file and line.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{AtPath, Error, Result};
use crate::fonts::FontStack;
use crate::problem::{Code, Severity};
use crate::text;
use crate::workbook::Limits;

/// Name of the settings file in a workspace.
pub const FILE: &str = "zhiti.toml";

/// Every setting with its default and a comment: what `zhiti init` writes.
pub const DEFAULT_TEXT: &str = include_str!("default.toml");

/// All settings, with their defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub report: Report,
    pub metrics: Metrics,
    pub judgement: Judgement,
    pub privacy: Privacy,
    pub public: Public,
    pub fonts: Fonts,
    pub read: Limits,
    /// Severity of a code, where it differs from the catalogue: `count_approximate = "info"`.
    pub severity: BTreeMap<String, Severity>,
    /// Names that are one and the same: the name as typed, and the name it stands for.
    pub aliases: BTreeMap<String, String>,
}

/// What the reports say of themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    /// Name of the city in titles.
    pub city: String,
    /// Who issues the city report.
    pub issuer: String,
    /// Marks printed top right of internal documents.
    pub marks: Vec<String>,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            city: "成都市".into(), issuer: "成都市市场监督管理局".into(), marks: vec!["内部资料".into()]
        }
    }
}

/// Choices of the metrics; every report prints the ones it used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// Score of 基本满意, 0–100.
    pub middle_score: f64,
    /// Floors of the denominator under which a figure is `small_n`.
    pub floor_city: u64,
    pub floor_district: u64,
    pub floor_agency: u64,
    pub floor_category: u64,
    pub floor_size: u64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            middle_score: 60.0,
            floor_city: 30,
            floor_district: 10,
            floor_agency: 10,
            floor_category: 10,
            floor_size: 10,
        }
    }
}

/// From where on a report calls something a problem and advises on it, shares 0–1; the reports print the ones they used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Judgement {
    /// Under these.
    pub response_rate: f64,
    pub closed_loop_rate: f64,
    pub demand_response_rate: f64,
    pub feedback_rate: f64,
    /// From these on.
    pub below_industry_share: f64,
    /// By how much a category weighs more among demand than among services.
    pub structure_gap: f64,
    /// Share of satisfaction and feedback forms that have no service record.
    pub orphan_share: f64,
}

impl Default for Judgement {
    fn default() -> Self {
        Self {
            response_rate: 0.9,
            closed_loop_rate: 0.8,
            demand_response_rate: 0.6,
            feedback_rate: 0.7,
            below_industry_share: 0.15,
            structure_gap: 0.02,
            orphan_share: 0.1,
        }
    }
}

impl Judgement {
    /// Whether a value of a metric is a problem; a metric without a limit never is.
    pub fn is_beyond(&self, metric: &str, value: f64) -> bool {
        match metric {
            "response_rate" => value < self.response_rate,
            "closed_loop_rate" => value < self.closed_loop_rate,
            "demand_response_rate" => value < self.demand_response_rate,
            "feedback_rate" => value < self.feedback_rate,
            "below_industry_share" => value >= self.below_industry_share,
            _ => false,
        }
    }

    /// Every limit by its key.
    pub fn limits(&self) -> [(&'static str, f64); 7] {
        [
            ("response_rate", self.response_rate),
            ("closed_loop_rate", self.closed_loop_rate),
            ("demand_response_rate", self.demand_response_rate),
            ("feedback_rate", self.feedback_rate),
            ("below_industry_share", self.below_industry_share),
            ("structure_gap", self.structure_gap),
            ("orphan_share", self.orphan_share),
        ]
    }
}

/// Choices of the public edition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Privacy {
    /// Counts of enterprises from 1 to this less one are hidden.
    pub threshold: u64,
    /// Rates are published only from this many answers up.
    pub rate_floor: u64,
}

impl Default for Privacy {
    fn default() -> Self {
        Self { threshold: 5, rate_floor: 10 }
    }
}

/// Beyond this nothing of a district would be left to publish, and proofs would take hours.
const MOST_PRIVATE: u64 = 100;

impl Privacy {
    /// The first choice that cannot be kept: its key, what is wrong and what to do.
    fn out_of_range(&self) -> Option<(&'static str, String, &'static str)> {
        if !(2..=MOST_PRIVATE).contains(&self.threshold) {
            let message = format!("threshold = {} 不可用，应为2至{MOST_PRIVATE}", self.threshold);
            return Some(("threshold", message, "默认5：1至4家企业的数不公开"));
        }
        // A rate of fewer answers than there are enterprises in a hidden count would tell that count.
        let range = self.threshold..=MOST_PRIVATE;
        (!range.contains(&self.rate_floor)).then(|| {
            let message = format!(
                "rate_floor = {} 不可用，应为{}（threshold）至{MOST_PRIVATE}",
                self.rate_floor, self.threshold
            );
            ("rate_floor", message, "默认10：有效回答不足10份的比率不公开")
        })
    }
}

/// What the public edition says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Public {
    /// Licence of the open data by its SPDX name; empty for none.
    pub licence: String,
}

impl Default for Public {
    fn default() -> Self {
        Self { licence: "CC-BY-4.0".into() }
    }
}

impl Public {
    /// Where the licence can be read, for the licences of Creative Commons.
    pub fn licence_url(&self) -> Option<String> {
        let own = self.licence.strip_prefix("CC-")?.to_lowercase();
        let (kind, version) = own.rsplit_once('-')?;
        Some(format!("https://creativecommons.org/licenses/{kind}/{version}/"))
    }
}

/// Fonts of the documents, in order of preference.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fonts {
    pub families: FontStack,
    /// Further folders or files with fonts.
    pub paths: Vec<PathBuf>,
}

impl Fonts {
    /// Refuses a path that is not there, by file and line of the settings.
    fn find_paths(&self, file: &Path, text: &str) -> Result<()> {
        let Some(lost) = self.paths.iter().find(|path| !path.exists()) else { return Ok(()) };
        let lost = lost.display().to_string();
        let lines = || text.lines().map(str::trim_start).enumerate().filter(|(_, l)| !l.starts_with('#'));
        let named = lines().find(|(_, l)| l.contains(&lost));
        let line = named.or_else(|| lines().find(|(_, l)| l.starts_with("paths"))).map(|(at, _)| at + 1);
        let hint = "请改正 [fonts] paths 中的路径，或者删去；相对路径从运行命令的文件夹算起";
        Err(Error::config(file, line, format!("没有字体文件或文件夹“{lost}”"), hint))
    }
}

/// The first alias that says nothing or leads on to another: the name as typed, and what is wrong.
fn unusable_alias(aliases: &BTreeMap<String, String>) -> Option<(&str, String)> {
    let froms: HashMap<String, &str> = aliases.keys().map(|from| (text::key(from), from.as_str())).collect();
    aliases.iter().find_map(|(from, to)| {
        let wrong = match (text::key(from), text::key(to)) {
            (left, _) if left.is_empty() => "等号左边的名称不能为空".to_owned(),
            (_, right) if right.is_empty() => format!("“{from}”的右边不能为空"),
            (left, right) if left == right => format!("“{from}”两边是同一个名称"),
            (_, right) => {
                let on = froms.get(&right)?;
                format!("“{from}”所指的“{on}”本身又是别名，请直接写最终的名称")
            }
        };
        Some((from.as_str(), wrong))
    })
}

impl Settings {
    /// Reads the settings of a workspace; defaults where there is no file.
    ///
    /// # Errors
    /// An unreadable file, an unknown key, a value out of range: with file and line.
    pub fn load(workspace: &Path) -> Result<Self> {
        let path = workspace.join(FILE);
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(&path).at("读取设置", &path)?;
        let text = text.trim_start_matches('\u{feff}');
        let settings = Self::parse(&path, text)?;
        settings.fonts.find_paths(&path, text)?;
        Ok(settings)
    }

    /// Settles the text of a settings file.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn parse(path: &Path, text: &str) -> Result<Self> {
        let settings: Self = toml::from_str(text)
            .map_err(|e| crate::spec::toml_error(&path.display().to_string(), text, &e))?;
        settings.validate(path, text)?;
        Ok(settings)
    }

    fn validate(&self, path: &Path, written: &str) -> Result<()> {
        let line = |key: &str| written.lines().position(|l| l.trim_start().starts_with(key)).map(|i| i + 1);
        let wrong =
            |key: &str, message: String, hint: &str| Err(Error::config(path, line(key), message, hint));
        if !(0.0..=100.0).contains(&self.metrics.middle_score) {
            return wrong(
                "middle_score",
                format!("middle_score = {} 超出0–100", self.metrics.middle_score),
                "“基本满意”的分值应在0与100之间，默认60",
            );
        }
        if let Some((key, limit)) = self.judgement.limits().iter().find(|(_, l)| !(0.0..=1.0).contains(l)) {
            let message = format!("{key} = {limit} 超出0–1");
            return wrong(key, message, "界限以占比表示，0.9即90%；不确定时请删去这一行");
        }
        if let Some((key, message, hint)) = self.privacy.out_of_range() {
            return wrong(key, message, hint);
        }
        if let Some((key, message)) = self.read.out_of_range() {
            return wrong(key, message, "不确定时请删去这一行，使用默认值");
        }
        if let Some(id) = self.severity.keys().find(|id| Code::from_id(id).is_none()) {
            return wrong(id, format!("没有编码为「{id}」的问题"), "运行 `zhiti codes` 查看全部编码");
        }
        if let Some((from, message)) = unusable_alias(&self.aliases) {
            let line = written.lines().position(|l| l.contains('=') && l.contains(from)).map(|i| i + 1);
            let hint = "别名写作 \"报送的名称\" = \"统一的名称\"，不用的请删去这一行";
            return Err(Error::config(path, line, format!("[aliases] 中{message}"), hint));
        }
        if let Some(role) = self.fonts.families.empty_role() {
            return wrong(
                role,
                format!("字体 {role} 没有列出任何名称"),
                "请列出至少一种字体，或删去这一行，使用默认值",
            );
        }
        Ok(())
    }

    /// Severity of a code under these settings.
    pub fn severity_of(&self, code: Code, given: Severity) -> Severity {
        self.severity.get(code.id()).copied().unwrap_or(given)
    }

    /// Digest of all settings, for the manifest.
    pub fn digest(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        crate::digest::full(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Settings::parse(Path::new("zhiti.toml"), text).unwrap_err().to_string()
    }

    #[test]
    fn errors_name_file_and_line() {
        assert!(error("[metrics]\nmidle_score = 60\n").contains("zhiti.toml 第2行"));
        assert!(error("[metrics]\nmiddle_score = 160\n").contains("第2行"));
        let told = error("[judgement]\nfeedback_rate = 70\n");
        assert!(told.contains("zhiti.toml 第2行：feedback_rate = 70 超出0–1"), "{told}");
        assert!(error("[severity]\nno_such = \"info\"\n").contains("no_such"));
        assert!(error("[metrics\n").contains("第1行"));
    }

    #[test]
    fn an_alias_leads_to_a_last_name() {
        let told = |lines: &str| error(&format!("[aliases]\n{lines}\n"));
        assert!(told("\"甲公司\" = \"\"").contains("zhiti.toml 第2行：[aliases] 中“甲公司”的右边不能为空"));
        assert!(told("\"甲公司\" = \"甲 公司\"").contains("两边是同一个名称"));
        let chain = told("\"乙公司\" = \"丙公司\"\n\"甲公司\" = \"乙公司\"");
        assert!(chain.contains("第3行") && chain.contains("“甲公司”所指的“乙公司”本身又是别名"), "{chain}");
        let parsed =
            Settings::parse(Path::new("zhiti.toml"), "[aliases]\n\"甲\" = \"乙\"\n\"丙\" = \"乙\"\n");
        assert_eq!(parsed.unwrap().aliases.len(), 2);
    }

    #[test]
    fn a_rate_is_hidden_at_least_as_long_as_a_count() {
        assert!(
            error("[privacy]\nrate_floor = 4\n")
                .contains("第2行：rate_floor = 4 不可用，应为5（threshold）至100")
        );
        assert!(Settings::parse(Path::new("zhiti.toml"), "[privacy]\nrate_floor = 5\n").is_ok());
    }

    #[test]
    fn a_role_without_a_font_is_refused_where_it_stands() {
        let told = error("[fonts.families]\nsong = []\n");
        assert!(told.contains("第2行：字体 song 没有列出任何名称"), "{told}");
        assert!(Settings::parse(Path::new("zhiti.toml"), "[fonts.families]\nlatin = []\n").is_ok());
    }

    #[test]
    fn every_limit_of_reading_has_its_range() {
        let read = serde_json::to_value(Limits::default()).unwrap();
        let keys: Vec<String> = read.as_object().unwrap().keys().cloned().collect();
        assert!(keys.len() > 10);
        for key in keys {
            let told = error(&format!("[read]\n{key} = 0\n"));
            assert!(told.contains("zhiti.toml 第2行") && told.contains(&format!("{key} = 0")), "{told}");
        }
        assert!(error("[read]\n\nseconds = 9223372036854775807\n").contains("1至3600"));
        assert!(error("[read]\nmemory_bytes = 1000\n").contains("不能小于"));
    }

    #[test]
    fn settings_are_utf8_with_or_without_a_mark_in_front() {
        let folder = tempfile::tempdir().unwrap();
        let load = |bytes: &[u8]| {
            std::fs::write(folder.path().join(FILE), bytes).unwrap();
            Settings::load(folder.path()).map_err(|e| e.to_string())
        };
        let text = "[report]\ncity = \"成都市\"\n";
        assert_eq!(load(format!("\u{feff}{text}").as_bytes()), Ok(Settings::default()));
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [encoding_rs::GB18030.encode(text).0.into_owned(), [&[0xff, 0xfe], &*utf16].concat()] {
            let told = load(&bytes).unwrap_err();
            assert!(told.contains("不是 UTF-8 编码") && told.contains("另存为"), "{told}");
            assert!(!told.contains("stream"), "{told}");
        }
    }

    #[test]
    fn a_font_path_that_is_not_there_is_named_with_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let load = |paths: &str| {
            let text = format!("# 没有这里\n[fonts]\npaths = {paths}\n");
            std::fs::write(folder.path().join(FILE), text).unwrap();
            Settings::load(folder.path()).map_err(|e| e.to_string())
        };
        let told = load("[\n  \"/\",\n  \"没有这里\",\n]").unwrap_err();
        assert!(told.contains("zhiti.toml 第5行：没有字体文件或文件夹“没有这里”"), "{told}");
        // Written with an escape, it is still found by its key.
        let told = load("[\"\\u6CA1有这里\"]").unwrap_err();
        assert!(told.contains("第3行") && told.contains("[fonts] paths"), "{told}");
        assert_eq!(load("[\"/\"]").unwrap().fonts.paths, [PathBuf::from("/")]);
    }

    #[test]
    fn the_text_that_init_writes_says_the_defaults() {
        assert_eq!(Settings::parse(Path::new("zhiti.toml"), DEFAULT_TEXT).unwrap(), Settings::default());
    }

    #[test]
    fn nothing_written_means_the_defaults() {
        assert_eq!(Settings::parse(Path::new("zhiti.toml"), "").unwrap(), Settings::default());
    }
}

//! The words of the command line: commands, their arguments and what each may be.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::period::Period;
use crate::pipeline::Options;

/// 中小企业质量提升服务（DB5101/T 190—2024）材料的汇总、核对与成文。
#[derive(Debug, Parser)]
#[command(name = "zhiti", version, disable_help_subcommand = true, arg_required_else_help = true)]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// 不显示进度和结果说明
    #[arg(long, global = true)]
    pub quiet: bool,
    /// 显示用法
    #[arg(short, long, global = true, action = ArgAction::HelpShort)]
    pub help: Option<bool>,
    /// 显示版本
    #[arg(short = 'V', long, action = ArgAction::Version)]
    pub version: Option<bool>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// 建立工作目录：写出设置、空白表和可修改的模板
    Init {
        /// 目录，默认当前目录
        #[arg(default_value = ".", value_name = "文件夹")]
        dir: PathBuf,
    },
    /// 生成附录B—F、补充表、封面和名册的空白表
    Forms {
        /// 写到哪个文件夹
        #[arg(long, default_value = "forms", value_name = "文件夹")]
        out: PathBuf,
        /// 名册；给出时为每个项目生成一套预填表
        #[arg(long, value_name = "文件")]
        roster: Option<PathBuf>,
    },
    /// 生成示例数据（虚构，带标记）
    Sample(SampleArgs),
    /// 只读取和核对，列出问题并写出 problems/
    Check(RunArgs),
    /// 完成全部工作：读取、核对、统计、成文
    Run(RunAllArgs),
    /// 只生成公开版；有不应公开的内容时说明理由，不予生成
    Publish(RunArgs),
    /// 在本机预览公开版
    Serve(ServeArgs),
    /// 说明一个数值的来源：公式、计数、每一份计入和未计入的表
    Explain(ExplainArgs),
    /// 核对已成文的结果：文件未被改动，同一数值各处一致
    Verify(VerifyArgs),
    /// 列出问题编码
    Codes(FormatArgs),
    /// 列出指标及其公式
    Metrics(FormatArgs),
    /// 写出命令补全脚本
    #[command(hide = true)]
    Completions {
        /// 用于哪一种命令行环境
        #[arg(value_name = "命令行环境")]
        shell: Shell,
    },
    /// 写出手册页
    #[command(hide = true)]
    Man {
        /// 哪个命令的手册页，默认为总的一页
        #[arg(value_name = "命令")]
        command: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct SampleArgs {
    /// 写到哪个文件夹
    #[arg(long, default_value = "inputs", value_name = "文件夹")]
    pub out: PathBuf,
    /// 季度，如 2025Q1；可多次给出
    #[arg(long = "period", value_parser = period, value_name = "季度")]
    pub periods: Vec<Period>,
    /// 每季度的项目数
    #[arg(long, default_value_t = 24, value_parser = projects, value_name = "个数")]
    pub projects: usize,
    /// 随机种子；种子相同，数据相同
    #[arg(long, default_value_t = 190, value_name = "整数")]
    pub seed: u64,
    /// 有缺陷的表所占比例，0到1
    #[arg(long, default_value_t = 0.06, value_parser = share, value_name = "比例")]
    pub mess: f64,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// 报送材料所在文件夹
    #[arg(long, default_value = "inputs", value_name = "文件夹")]
    pub inputs: PathBuf,
    /// 输出文件夹
    #[arg(long, default_value = "outputs", value_name = "文件夹")]
    pub outputs: PathBuf,
    /// 季度，如 2025Q1；默认为材料中最新的季度
    #[arg(long, value_parser = period, value_name = "季度")]
    pub period: Option<Period>,
    /// 并行数，默认为全部处理器
    #[arg(long, value_parser = jobs, value_name = "个数")]
    pub jobs: Option<usize>,
    /// 设置和模板所在的工作目录
    #[arg(long, default_value = ".", value_name = "文件夹")]
    pub workspace: PathBuf,
    /// 另外的字体文件或文件夹，可多次给出
    #[arg(long = "font-path", value_name = "路径")]
    pub font_paths: Vec<PathBuf>,
    /// 把各阶段的进展逐行写成 JSON；“-”为标准错误
    #[arg(long, value_name = "文件")]
    pub log: Option<PathBuf>,
    #[command(flatten)]
    pub format: FormatArgs,
}

#[derive(Debug, Args)]
pub(super) struct RunAllArgs {
    /// 只说明将重新读取哪些文件、重新生成哪些文件及原因，不写出结果
    #[arg(long)]
    pub plan: bool,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// 数值编号，如 2025Q2/510114/composite_score
    #[arg(value_name = "编号")]
    pub figure: String,
    /// 另把明细写成 CSV 文件
    #[arg(long, value_name = "文件")]
    pub csv: Option<PathBuf>,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// 输出文件夹
    #[arg(long, default_value = "outputs", value_name = "文件夹")]
    pub outputs: PathBuf,
    /// 季度，如 2025Q1；默认为最新的季度
    #[arg(long, value_parser = period, value_name = "季度")]
    pub period: Option<Period>,
    /// 端口；0为任意空闲端口
    #[arg(long, default_value_t = 8190, value_parser = port, value_name = "端口")]
    pub port: u16,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// 输出文件夹
    #[arg(long, default_value = "outputs", value_name = "文件夹")]
    pub outputs: PathBuf,
    /// 季度，如 2025Q1；默认为最新的季度
    #[arg(long, value_parser = period, value_name = "季度")]
    pub period: Option<Period>,
    #[command(flatten)]
    pub format: FormatArgs,
}

#[derive(Debug, Args)]
pub(super) struct FormatArgs {
    /// 结果的格式
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "格式")]
    pub format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// 文字
    Text,
    /// JSON
    Json,
}

fn period(text: &str) -> std::result::Result<Period, String> {
    text.parse().map_err(|_| "季度应写成 2025Q1 的形式".to_owned())
}

fn share(text: &str) -> std::result::Result<f64, String> {
    text.parse().ok().filter(|x| (0.0..=1.0).contains(x)).ok_or_else(|| "应为0到1之间的数".to_owned())
}

fn port(text: &str) -> std::result::Result<u16, String> {
    text.parse().map_err(|_| "应为0到65535之间的整数".to_owned())
}

fn projects(text: &str) -> std::result::Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "应为不小于1的整数".to_owned())
}

fn jobs(text: &str) -> std::result::Result<usize, String> {
    text.parse().ok().filter(|n| (1..=512).contains(n)).ok_or_else(|| "应为1到512之间的整数".to_owned())
}

impl RunArgs {
    pub fn options(&self) -> Options {
        Options {
            workspace: self.workspace.clone(),
            inputs: self.inputs.clone(),
            outputs: self.outputs.clone(),
            period: self.period,
            jobs: self.jobs,
            font_paths: self.font_paths.clone(),
            guarded: true,
        }
    }
}

//! The command line in Chinese: the frame of the help, and why a command line cannot be.
//!
//! What clap says by itself is English. Only the words are ours; what is refused,
//! and that it ends with exit code 2, stays with clap.

use std::error::Error as _;

use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, Command};

/// Puts a command and those below it into Chinese.
pub(super) fn in_chinese(command: Command) -> Command {
    let heading = |arg: Arg| {
        let heading = if arg.is_positional() { "参数" } else { "选项" };
        arg.help_heading(heading)
    };
    command
        .help_template("{before-help}{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .mut_args(heading)
        .mut_subcommands(in_chinese)
}

/// Why a command line is refused, and what to do; `None` where clap was asked for help.
pub(super) fn words(error: &clap::Error) -> Option<String> {
    let told = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let arg = told(ContextKind::InvalidArg);
    let message = match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return None,
        ErrorKind::InvalidSubcommand => {
            let name = told(ContextKind::InvalidSubcommand);
            format!("没有“{name}”这个命令{}", meant(&told(ContextKind::SuggestedSubcommand)))
        }
        ErrorKind::UnknownArgument => {
            format!("不认识参数“{arg}”{}", meant(&told(ContextKind::SuggestedArg)))
        }
        ErrorKind::MissingRequiredArgument => format!("缺少参数 {arg}"),
        ErrorKind::MissingSubcommand => "没有写明要做什么（命令）".to_owned(),
        ErrorKind::ArgumentConflict => format!("参数 {arg} 重复，或与别的参数不能同时使用"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => value(error, &arg),
        ErrorKind::InvalidUtf8 => "参数中有无法识别的字符".to_owned(),
        _ => format!("参数 {arg} 的写法不对"),
    };
    Some(format!("{message}\n  用 `zhiti --help` 或 `zhiti 命令 --help` 查看用法"))
}

fn meant(suggestion: &str) -> String {
    if suggestion.is_empty() { String::new() } else { format!("，是否想写“{suggestion}”") }
}

fn value(error: &clap::Error, arg: &str) -> String {
    let told = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let (given, known) = (told(ContextKind::InvalidValue), told(ContextKind::ValidValue));
    // Ours are Chinese; a number that is none is told by Rust, in English.
    let why = error.source().map(ToString::to_string).filter(|why| !why.is_ascii());
    match (given.is_empty(), why) {
        (true, _) => format!("参数 {arg} 后面没有写值"),
        (_, Some(why)) => format!("参数 {arg} 的值“{given}”不对：{why}"),
        (_, None) if !known.is_empty() => format!("参数 {arg} 的值“{given}”不对，可用：{known}"),
        (_, None) => format!("参数 {arg} 的值“{given}”不对：应为整数"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cli, command};

    fn refused(line: &str) -> String {
        let args = std::iter::once("zhiti").chain(line.split_whitespace());
        super::words(&command().try_get_matches_from(args).expect_err(line)).unwrap_or_default()
    }

    #[test]
    fn a_wrong_command_line_is_told_in_chinese() {
        let _: Cli; // The command under test.
        for (line, wanted) in [
            ("rum", "没有“rum”这个命令，是否想写“run”"),
            ("run --input x", "不认识参数“--input”，是否想写“--inputs”"),
            ("explain", "缺少参数 <FIGURE>"),
            ("run --period 2025", "“2025”不对：季度应写成 2025Q1 的形式"),
            ("run --jobs 0", "应为1到512之间的整数"),
            ("run --period", "参数 --period <PERIOD> 后面没有写值"),
            ("run --format xml", "“xml”不对，可用：text, json"),
            ("serve --port 99999", "“99999”不对：应为整数"),
            ("run --jobs 1 --jobs 2", "--jobs"),
        ] {
            let told = refused(line);
            assert!(told.contains(wanted) && told.contains("--help"), "{line}: {told}");
        }
        assert_eq!(refused("--help"), "", "help is no refusal");
    }

    #[test]
    fn the_help_has_chinese_headings_throughout() {
        for line in [["zhiti", "--help"], ["run", "--help"], ["explain", "--help"]] {
            let args = if line[0] == "zhiti" { line.to_vec() } else { vec!["zhiti", line[0], line[1]] };
            let help = command().try_get_matches_from(args).expect_err("help").to_string();
            assert!(help.contains("用法：") && help.contains("选项"), "{help}");
            assert!(!help.contains("Usage") && !help.contains("Print help"), "{help}");
        }
    }
}

//! The command line in Chinese: the frame of the help, and why a command line cannot be.
//!
//! What clap says by itself is English. Only the words are ours; what is refused,
//! and that it ends with exit code 2, stays with clap.

use std::error::Error as _;

use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, Command};

/// Puts a command and those below it into Chinese.
pub(super) fn in_chinese(command: Command) -> Command {
    let path = command.get_name().to_owned();
    below(command, &path)
}

/// The same of the command that is called by these words.
fn below(command: Command, path: &str) -> Command {
    let (usage, template) = (usage(&command, path), template(&command));
    command
        .help_template(template)
        .override_usage(usage)
        .subcommand_value_name("命令")
        .mut_args(argument)
        .mut_subcommands(|inner| {
            let path = format!("{path} {}", inner.get_name());
            below(inner, &path)
        })
}

/// The page of help. Its headings are ours: clap puts a half-width colon behind those it writes.
fn template(command: &Command) -> String {
    let mut template = "{about-with-newline}\n用法：{usage}\n".to_owned();
    if command.has_subcommands() {
        template.push_str("\n命令：\n{subcommands}\n");
    }
    if command.get_positionals().next().is_some() {
        template.push_str("\n参数：\n{positionals}\n");
    }
    template + "\n选项：\n{options}"
}

/// How a command is called.
fn usage(command: &Command, path: &str) -> String {
    let mut usage = format!("{path} [选项]");
    for arg in command.get_positionals() {
        let name = arg.get_value_names().map(|names| names.join(" ")).unwrap_or_default();
        usage.push_str(&if arg.is_required_set() { format!(" <{name}>") } else { format!(" [{name}]") });
    }
    if command.has_subcommands() {
        usage.push_str(" <命令>");
    }
    usage
}

/// An argument: its heading, and behind its help what it may be and is without being given.
fn argument(arg: Arg) -> Arg {
    let heading = if arg.is_positional() { "参数" } else { "选项" };
    let arg = arg.help_heading(heading);
    if !arg.get_action().takes_values() {
        return arg;
    }
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let possible = arg.get_possible_values();
    let possible: Vec<&str> = possible.iter().map(clap::builder::PossibleValue::get_name).collect();
    let default: Vec<_> = arg.get_default_values().iter().map(|v| v.to_string_lossy()).collect();
    let mut more = Vec::new();
    if !possible.is_empty() {
        more.push(format!("可用 {}", possible.join("、")));
    }
    // The words of some say their default already.
    if !default.is_empty() && !help.contains("默认") {
        more.push(format!("默认 {}", default.join("、")));
    }
    let more = if more.is_empty() { String::new() } else { format!("［{}］", more.join("；")) };
    arg.hide_default_value(true).hide_possible_values(true).help(format!("{help}{more}"))
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
        (_, None) if !known.is_empty() => {
            format!("参数 {arg} 的值“{given}”不对，可用 {}", known.replace(", ", "、"))
        }
        (_, None) => format!("参数 {arg} 的值“{given}”不对：应为不小于0的整数"),
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
            ("explain", "缺少参数 <编号>"),
            ("run --period 2025", "“2025”不对：季度应写成 2025Q1 的形式"),
            ("run --jobs 0", "应为1到512之间的整数"),
            ("run --period", "参数 --period <季度> 后面没有写值"),
            ("run --format xml", "“xml”不对，可用 text、json"),
            ("serve --port 99999", "“99999”不对：应为0到65535之间的整数"),
            ("sample --projects x", "“x”不对：应为不小于1的整数"),
            ("run --jobs 1 --jobs 2", "--jobs"),
        ] {
            let told = refused(line);
            assert!(told.contains(wanted) && told.contains("--help"), "{line}: {told}");
        }
        assert_eq!(refused("--help"), "", "help is no refusal");
    }

    #[test]
    fn the_help_is_chinese_throughout() {
        let names: Vec<String> = command().get_subcommands().map(|c| c.get_name().to_owned()).collect();
        let mut pages = vec![vec!["zhiti".to_owned(), "--help".into()]];
        pages.extend(names.into_iter().map(|name| vec!["zhiti".into(), name, "--help".into()]));
        assert!(pages.len() > 10);
        for args in pages {
            let help = command().try_get_matches_from(&args).expect_err("help").to_string();
            assert!(help.contains(&format!("用法：{} [选项]", args[..args.len() - 1].join(" "))), "{help}");
            for english in ["Usage", "Print help", "OPTIONS", "default", "possible values", "COMMAND"] {
                assert!(!help.contains(english), "{english} in {help}");
            }
            let value = help
                .split(['<', '['])
                .skip(1)
                .find(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
            assert_eq!(value, None, "{help}");
            assert!(help.contains("\n选项：\n") && !help.contains(":\n"), "{help}");
            let unsaid = help.lines().find(|l| l.trim_end().ends_with(['>', ']']) && !l.contains("用法"));
            assert_eq!(unsaid, None, "a value without a word on it: {help}");
        }
        let help =
            |name| command().try_get_matches_from(["zhiti", name, "--help"]).expect_err("help").to_string();
        assert!(help("run").contains("报送材料所在文件夹［默认 inputs］"), "{}", help("run"));
        assert!(help("run").contains("结果的格式［可用 text、json；默认 text］"), "{}", help("run"));
        assert!(help("explain").contains("zhiti explain [选项] <编号>"), "{}", help("explain"));
        assert!(help("init").contains("zhiti init [选项] [文件夹]"), "{}", help("init"));
        let whole = command().try_get_matches_from(["zhiti", "--help"]).expect_err("help").to_string();
        assert!(whole.contains("用法：zhiti [选项] <命令>"), "{whole}");
    }
}

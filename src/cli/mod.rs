//! The command line: raw words become settled options; each command is one small function.
//!
//! Exit codes (interface.md 3): 0 done, nothing to mend; 1 done, and the input has
//! errors, waived ones too (their returns are still left out); 2 could not do the job.

use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::error::{AtPath, Result};
use crate::metrics;
use crate::pipeline::{self, Ground};
use crate::problem::{CATALOGUE, Problem, Severity, Standing};
use crate::progress::{Progress, Step};
use crate::render::forms;
use crate::runlog::{Lines, RunLog};
use crate::sample::{self, SampleOptions};
use crate::spec::Specs;
use crate::text::flat;
use crate::{init, problems, serve, verify};

mod args;
mod refusal;
mod release;

use args::{Cli, Command, ExplainArgs, Format, RunAllArgs, RunArgs, SampleArgs, ServeArgs, VerifyArgs};

/// The command line as clap knows it, in Chinese.
fn command() -> clap::Command {
    refusal::in_chinese(Cli::command())
}

/// Runs the program on its command line.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let matches = command().try_get_matches_from(asked(args));
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            match refusal::words(&error) {
                Some(words) => tell(&format!("错误：{words}")),
                None => drop(error.print()),
            }
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match dispatch(&cli) {
        Ok(code) => code,
        Err(error) => {
            tell(&format!("错误：{error}"));
            ExitCode::from(2)
        }
    }
}

/// `zhiti help run` asks for what `zhiti run --help` tells.
fn asked(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    if args.get(1).is_some_and(|first| first == "help") {
        args.remove(1);
        args.push("--help".into());
    }
    args
}

/// A line to people, on standard error; nobody listening is no fault.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn dispatch(cli: &Cli) -> Result<ExitCode> {
    let say = Say { quiet: cli.quiet };
    match &cli.command {
        Command::Init { dir } => init(dir, say),
        Command::Forms { out, roster } => blank_forms(out, roster.as_deref(), say),
        Command::Sample(args) => sample_inputs(args, say),
        Command::Check(args) => check(args, say),
        Command::Run(args) => run(args, say),
        Command::Publish(args) => publish(args, say),
        Command::Serve(args) => serve(args, say),
        Command::Explain(args) => explain(args, say),
        Command::Verify(args) => verify_edition(args),
        Command::Codes(args) => print(&codes(args.format)?),
        Command::Metrics(args) => print(&metric_list(args.format)?),
        Command::Completions { shell } => print(&release::completions(command(), *shell)),
        Command::Man { command: name } => print(&release::manual(command(), name.as_deref())?),
    }
}

/// What goes to people: standard error, unless quiet.
#[derive(Clone, Copy)]
struct Say {
    quiet: bool,
}

impl Say {
    fn line(self, text: &str) {
        if !self.quiet {
            tell(text);
        }
    }

    fn progress(self) -> Progress {
        Progress::new(self.quiet)
    }
}

/// Results go to standard output; a reader that has gone is no fault, a full disk is.
fn print(text: &str) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).at("写出结果", Path::new("标准输出"))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Does a piece of work with its stages told to `--log`, from the first to how it ended.
fn logged(args: &RunArgs, say: Say, work: impl FnOnce(&Progress) -> Result<ExitCode>) -> Result<ExitCode> {
    let lines = args.log.as_deref().map(log_lines).transpose()?;
    let progress = say.progress().logged(RunLog::new(lines));
    let done = work(&progress);
    let code = match &done {
        Ok(code) => u8::from(*code != ExitCode::SUCCESS),
        Err(_) => 2,
    };
    progress.log().close(code, done.as_ref().err());
    done
}

fn log_lines(path: &Path) -> Result<Lines> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stderr()));
    }
    Ok(Box::new(std::fs::File::create(path).at("写入运行记录", path)?))
}

fn init(dir: &Path, say: Say) -> Result<ExitCode> {
    let written = init::workspace(dir)?;
    say.line(&format!("已建立工作目录 {}（新写入{}个文件，已有的文件保持不变）。", dir.display(), written));
    say.line("本单位自有的 Word 表样和公文样式放在 templates/word/，办法见其中的 说明.md。");
    say.line("下一步：把各季度的材料放入 inputs/2025Q1/ 这样的文件夹，然后运行 `zhiti run`。");
    Ok(ExitCode::SUCCESS)
}

fn blank_forms(out: &Path, roster: Option<&Path>, say: Say) -> Result<ExitCode> {
    let ground = Ground::settle(Path::new("."))?;
    let files = match roster {
        None => forms::blank_set(&ground.specs)?,
        Some(path) => init::project_forms(path, &ground)?,
    };
    std::fs::create_dir_all(out).at("建立文件夹", out)?;
    for (name, bytes) in &files {
        let path = out.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).at("建立文件夹", folder)?;
        }
        std::fs::write(&path, bytes).at("写入文件", &path)?;
    }
    say.line(&format!("已写出{}个文件到 {}。", files.len(), out.display()));
    Ok(ExitCode::SUCCESS)
}

fn sample_inputs(args: &SampleArgs, say: Say) -> Result<ExitCode> {
    let specs = Specs::built_in()?;
    let example = SampleOptions::example();
    let periods = if args.periods.is_empty() {
        example.periods
    } else {
        args.periods.iter().map(ToString::to_string).collect()
    };
    let options = SampleOptions { periods, projects: args.projects, seed: args.seed, mess: args.mess };
    let sample = sample::generate(&options, &specs)?;
    let bar = say.progress().stage(Step::Sample, sample.len());
    sample.write(&args.out, || bar.tick())?;
    bar.finish();
    say.line(&format!("已写出{}个示例文件到 {}（虚构数据）。", sample.len(), args.out.display()));
    Ok(ExitCode::SUCCESS)
}

fn check(args: &RunArgs, say: Say) -> Result<ExitCode> {
    logged(args, say, |progress| {
        let outcome = pipeline::check(&args.options(), progress)?;
        without_effect(args, &outcome, say)?;
        report(&outcome, args.format.format, say)
    })
}

fn run(args: &RunAllArgs, say: Say) -> Result<ExitCode> {
    let RunAllArgs { plan, run } = args;
    if *plan {
        return logged(run, say, |progress| {
            let plan = pipeline::plan(&run.options(), progress)?;
            match run.format.format {
                Format::Json => print(&format!("{:#}\n", serde_json::json!(plan))),
                Format::Text => print(&plan_text(&plan)),
            }
        });
    }
    logged(run, say, |progress| {
        let outcome = pipeline::run(&run.options(), progress)?;
        without_effect(run, &outcome, say)?;
        report(&outcome, run.format.format, say)
    })
}

/// Tells what the workspace holds in vain.
fn without_effect(args: &RunArgs, outcome: &pipeline::Outcome, say: Say) -> Result<()> {
    pipeline::without_effect(&args.options(), outcome)?.iter().for_each(|line| say.line(line));
    Ok(())
}

/// What a run would do, file by file.
fn plan_text(plan: &pipeline::Plan) -> String {
    let period = &plan.period;
    if plan.nothing_to_do {
        return format!("{period}：报送材料、设置、模板和程序均无变动，现有结果完整，无须重新生成。\n");
    }
    let mut out = format!("{period}：报送文件{}个，其中需重新读取{}个\n", plan.files, plan.read.len());
    for file in &plan.read {
        out.push_str(&format!("  读取 {}\n", flat(file)));
    }
    out.push_str(&format!(
        "需重新生成{}个，沿用{}个，另有数据和网页{}个每次都写出\n",
        plan.make.len(),
        plan.keep,
        plan.always
    ));
    for (file, why) in &plan.make {
        out.push_str(&format!("  生成 {}（{}）\n", flat(file), why.words()));
    }
    out
}

fn explain(args: &ExplainArgs, say: Say) -> Result<ExitCode> {
    logged(&args.run, say, |progress| {
        let explanation = pipeline::explain(&args.run.options(), &args.figure, progress)?;
        if let Some(path) = &args.csv {
            std::fs::write(path, explanation.to_csv()?).at("写入文件", path)?;
        }
        match args.run.format.format {
            Format::Text => print(&explanation.to_text()),
            Format::Json => print(&format!("{:#}\n", serde_json::json!(explanation))),
        }
    })
}

fn publish(args: &RunArgs, say: Say) -> Result<ExitCode> {
    logged(args, say, |progress| {
        let outcome = pipeline::publish(&args.options(), progress)?;
        let site = outcome.refused.is_none().then(|| outcome.edition.display().to_string());
        if args.format.format == Format::Json {
            let told = serde_json::json!({
                "period": outcome.period.to_string(), "site": site, "refused": outcome.refused,
            });
            print(&format!("{told:#}\n"))?;
        }
        match (&outcome.refused, site) {
            (Some(reasons), _) => tell(reasons),
            (None, site) => say.line(&format!("公开版在 {}。", site.unwrap_or_default())),
        }
        Ok(ExitCode::from(u8::from(outcome.refused.is_some())))
    })
}

fn serve(args: &ServeArgs, say: Say) -> Result<ExitCode> {
    let period = match args.period {
        Some(period) => period.to_string(),
        None => verify::newest_public(&args.outputs)?,
    };
    let server = serve::Server::open(&args.outputs.join(&period).join("site"), args.port)?;
    say.line(&format!("公开版预览：http://{}/ （按 Ctrl+C 结束）", server.address()));
    server.run();
    Ok(ExitCode::SUCCESS)
}

fn verify_edition(args: &VerifyArgs) -> Result<ExitCode> {
    let period = match args.period {
        Some(period) => period.to_string(),
        None => verify::newest(&args.outputs)?,
    };
    let verdict = verify::verify(&args.outputs, &period)?;
    match args.format.format {
        Format::Json => print(&format!("{:#}\n", serde_json::json!(verdict)))?,
        Format::Text => {
            let differences: String = verdict.differences.iter().map(|d| format!("{d}\n")).collect();
            let end = if verdict.differences.is_empty() {
                "全部一致".to_owned()
            } else {
                format!("有{}处不一致", verdict.differences.len())
            };
            print(&format!(
                "{differences}{period}：核对文件{}个、数值{}处，{end}。\n",
                verdict.files, verdict.figures
            ))?
        }
    };
    Ok(if verdict.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Prints the outcome: problems and counts.
fn report(outcome: &pipeline::Outcome, format: Format, say: Say) -> Result<ExitCode> {
    match format {
        Format::Json => {
            let records: Vec<problems::Record> =
                outcome.problems.iter().map(problems::Record::from).collect();
            let value = serde_json::json!({
                "period": outcome.period.to_string(),
                "edition": outcome.edition,
                "counts": outcome.counts,
                "refused": outcome.refused,
                "problems": records,
            });
            print(&format!("{value:#}\n"))?;
        }
        Format::Text => {
            if !say.quiet {
                print(&problem_text(&outcome.problems))?;
            }
            say.line(&counts_text(outcome));
            if let Some(reasons) = &outcome.refused {
                tell(reasons);
            }
        }
    }
    Ok(if outcome.has_errors() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Errors and warnings that are not waived in full, infos as a count.
fn problem_text(problems: &[Problem]) -> String {
    let mut out = String::new();
    let mut file = "";
    let told = |p: &&Problem| p.severity != Severity::Info && p.standing != Some(Standing::Waived);
    for p in problems.iter().filter(told) {
        if &*p.place.file != file {
            file = &p.place.file;
            out.push_str(&format!("{}\n", flat(file)));
        }
        let cell = p.place.cell.map(|c| c.to_string()).unwrap_or_default();
        let place = match (p.place.sheet.is_empty(), cell.is_empty()) {
            (true, true) => String::new(),
            (false, true) => format!("［{}］ ", p.place.sheet),
            (true, false) => format!("{cell} "),
            (false, false) => format!("［{}］{cell} ", p.place.sheet),
        };
        // What is said of a whole file or sheet, nobody filled in.
        let found = match (p.found.is_empty(), cell.is_empty()) {
            (true, _) => String::new(),
            (false, true) => format!("（{}）", p.found),
            (false, false) => format!("（填写为“{}”）", p.found),
        };
        let line = format!(
            "  {} {place}{}{found}。{}。[{}]",
            p.severity.label(),
            p.message(),
            p.hint(),
            p.code.id()
        );
        out.push_str(&flat(&line));
        out.push('\n');
    }
    out
}

fn counts_text(outcome: &pipeline::Outcome) -> String {
    let n = |key: &str| outcome.counts.get(key).copied().unwrap_or(0);
    let waived = outcome.problems.iter().filter(|p| p.standing == Some(Standing::Waived)).count();
    let waived = if waived > 0 { format!("（其中已豁免{waived}处）") } else { String::new() };
    format!(
        "{}：文件{}个，读取{}个，未能读取{}个；收到{}份＝计入{}份＋被替代{}份＋未计入{}份；错误{}处，警告{}处，提示{}处{waived}。\n结果在 {}",
        outcome.period,
        n("files_found"),
        n("files_read"),
        n("files_rejected"),
        n("returns_received"),
        n("returns_counted"),
        n("returns_superseded"),
        n("returns_excluded"),
        n("problems_error"),
        n("problems_warning"),
        n("problems_info"),
        outcome.edition.display(),
    )
}

/// The catalogue in the words and with the severities of the workspace it is run in.
fn codes(format: Format) -> Result<String> {
    let ground = Ground::settle(Path::new("."))?;
    let entries = CATALOGUE.iter().map(|(code, entry)| {
        let severity = ground.settings.severity_of(*code, entry.severity);
        (entry, severity, ground.wording.of(*code))
    });
    if format == Format::Json {
        let all: Vec<_> = entries
            .map(|(e, severity, (headline, mend))| {
                serde_json::json!({"id": e.id, "severity": severity, "headline": headline, "why": e.why, "mend": mend, "clause": e.clause})
            })
            .collect();
        return Ok(format!("{:#}\n", serde_json::Value::from(all)));
    }
    let mut out = String::new();
    for (e, severity, (headline, mend)) in entries {
        out.push_str(&format!(
            "{}  {}\n    {headline}\n    原因：{}。\n    办法：{mend}。\n",
            e.id,
            severity.label(),
            e.why
        ));
    }
    Ok(out)
}

fn metric_list(format: Format) -> Result<String> {
    if format == Format::Json {
        let all: Vec<_> = metrics::CATALOGUE
            .iter()
            .map(|d| {
                let levels: Vec<&str> = d.levels().iter().map(|l| l.id()).collect();
                serde_json::json!({"id": d.id, "name": d.name, "clause": d.clause, "formula": d.formula, "items": d.items, "unit": d.unit.id(), "interval": d.method.label(), "levels": levels})
            })
            .collect();
        return Ok(format!("{:#}\n", serde_json::Value::from(all)));
    }
    let mut out = String::new();
    for d in metrics::CATALOGUE {
        let items: Vec<&str> = d.items.iter().copied().filter(|i| !i.is_empty()).collect();
        let levels: Vec<&str> = d.levels().iter().map(|l| l.label()).collect();
        out.push_str(&format!(
            "{}  {}（{}）\n    公式：{}\n    区间：{}；层次：{}\n",
            d.id,
            d.name,
            d.clause,
            d.formula,
            d.method.label(),
            levels.join("、")
        ));
        if !items.is_empty() {
            out.push_str(&format!("    分项：{}\n", items.join("、")));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_told_as_a_command_too() {
        let asked = |line: &str| {
            let args = super::asked(line.split(' ').map(OsString::from));
            command().try_get_matches_from(args).expect_err("help")
        };
        let same = |line: &str| {
            let args = line.split(' ').map(OsString::from);
            command().try_get_matches_from(args).expect_err("help").to_string()
        };
        assert_eq!(asked("zhiti help run").to_string(), same("zhiti run --help"));
        assert_eq!(asked("zhiti help").to_string(), same("zhiti --help"));
        assert!(asked("zhiti sample --projects 0").to_string().contains("--projects"));
    }
}

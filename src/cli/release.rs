//! What a release brings besides the program, written by the program itself, so that it
//! cannot fall behind the command line: completions for the shells and manual pages.

use clap::Command;
use clap_complete::Shell;

use crate::error::{Error, Result};

/// The completion script of a shell.
pub(super) fn completions(mut command: Command, shell: Shell) -> String {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut command, "zhiti", &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// The manual page (roff) of the program, or of one of its commands.
///
/// # Errors
/// There is no such command.
pub(super) fn manual(mut command: Command, name: Option<&str>) -> Result<String> {
    command.build();
    let page = match name {
        None => command,
        Some(name) => {
            let found = command.find_subcommand(name).filter(|c| !c.is_hide_set());
            let found = found.ok_or_else(|| {
                Error::usage(format!("没有“{name}”这个命令"), "用 `zhiti --help` 查看全部命令")
            })?;
            found.clone().display_name(format!("zhiti-{name}"))
        }
    };
    let mut out = Vec::new();
    let drawn = clap_mangen::Man::new(page).render(&mut out);
    drawn.map_err(|e| Error::internal(format!("手册页：{e}")))?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::command;
    use super::*;

    #[test]
    fn every_shell_and_every_command_is_served() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let script = completions(command(), shell);
            assert!(script.contains("explain") && script.contains("period"), "{shell}");
        }
        for visible in command().get_subcommands().filter(|c| !c.is_hide_set()) {
            let page = manual(command(), Some(visible.get_name())).unwrap();
            assert!(page.contains(".TH") && page.contains(visible.get_name()), "{page}");
        }
        assert!(manual(command(), None).unwrap().contains("verify"));
        assert!(manual(command(), Some("frobnicate")).is_err());
    }
}

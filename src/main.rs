//! The `zhiti` program: hands the command line to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    zhiti::cli::main(std::env::args_os())
}

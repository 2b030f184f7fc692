//! The `zhiti` program: hands the command line to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|a| a == zhiti::guard::ARGUMENT) {
        return zhiti::guard::worker_main();
    }
    zhiti::cli::main(std::env::args_os())
}

//! The `zhiti` program: hands the command line to the library.

use std::process::ExitCode;

/// Setting documents allocates millions of small pieces on several threads at once.
#[cfg(all(unix, not(target_os = "openbsd")))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|a| a == zhiti::guard::ARGUMENT) {
        return zhiti::guard::worker_main();
    }
    zhiti::cli::main(std::env::args_os())
}

//! The `zhiti` program: hands the command line to the library.

use std::process::ExitCode;

/// Setting documents allocates millions of small pieces on several threads at once.
#[cfg(all(unix, not(target_os = "openbsd")))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Memory that was let go is given back after half a second, not ten: what one stage needed for a
/// moment (100 MiB at 10,000 projects) would else lie beside what the next stages need. And one arena
/// for each core, not four: threads of later stages fill the gaps that those of earlier ones left.
#[cfg(all(unix, not(target_os = "openbsd")))]
#[unsafe(export_name = "_rjem_malloc_conf")]
static ALLOCATOR_SETTINGS: &[u8; 54] = b"narenas_ratio:1,dirty_decay_ms:500,muzzy_decay_ms:500\0";

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|a| a == zhiti::guard::ARGUMENT) {
        return zhiti::guard::worker_main();
    }
    zhiti::cli::main(std::env::args_os())
}

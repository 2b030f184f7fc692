//! The limits a worker puts on itself, as far as the system has them.

use crate::workbook::Limits;

/// Puts the process under the limits: memory, no core files, and death with its parent.
/// What the program has mapped but not touched at its start does not count; a sixteenth
/// is kept back for the part of it that is touched later.
#[cfg(target_os = "linux")]
pub(super) fn confine(limits: &Limits) {
    use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};
    let untouched = status_kib("VmSize:").saturating_sub(status_kib("VmRSS:")) << 10;
    let bytes = limits.memory_bytes - limits.memory_bytes / 16;
    let only = |n: u64| Rlimit { current: Some(n), maximum: Some(n) };
    // A system that refuses leaves the parent's clock, which still stops the file.
    let _ = setrlimit(Resource::As, only(bytes.saturating_add(untouched)));
    let _ = setrlimit(Resource::Core, only(0));
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
}

/// Other systems: the process stands apart, its memory is not limited.
#[cfg(not(target_os = "linux"))]
pub(super) fn confine(_: &Limits) {}

/// Forgets the largest resident memory seen so far.
pub(super) fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Largest resident memory of this process since, in KiB; 0 where the system does not tell.
pub(crate) fn peak_kib() -> u64 {
    status_kib("VmHWM:")
}

/// A line of what the system says of this process, in KiB.
fn status_kib(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix(name));
    line.and_then(|l| l.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

//! How much memory there is, and how much was used: as far as Linux says it.

use std::fs;
use std::path::Path;

/// The largest resident set that this process has had.
pub(super) fn peak() -> Option<u64> {
    // proc_pid_status(5): "VmHWM", in kibibytes.
    kibibytes(&fs::read_to_string("/proc/self/status").ok()?, "VmHWM:")
}

/// Bytes that a buffer may take before it has to be filled more than once: half of what is
/// available, and a gibibyte where nobody says how much that is.
pub(super) fn buffer() -> u64 {
    available().map_or(1 << 30, |bytes| bytes / 2)
}

/// What the machine has left, or a container is allowed to have in all.
fn available() -> Option<u64> {
    // proc_meminfo(5): "MemAvailable", in kibibytes.
    let machine = kibibytes(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")?;
    // The limit of the control group as it is seen from inside: version 2, version 1.
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let limit = limits.iter().filter_map(|path| number(Path::new(path))).min();
    Some(limit.map_or(machine, |limit| limit.min(machine)))
}

/// The number in a file; `max` is none.
fn number(path: &Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// The bytes that a line `KEY   123 kB` speaks of.
fn kibibytes(text: &str, key: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(key))?;
    let kibibytes: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel_are_read() {
        let text = "VmPeak:\t 30 kB\nVmHWM:\t  1024 kB\nThreads:\t1\n";
        assert_eq!(kibibytes(text, "VmHWM:"), Some(1 << 20));
        assert_eq!(kibibytes(text, "VmRSS:"), None);
        assert_eq!(kibibytes(text, "Threads:"), None);
    }

    #[test]
    fn there_is_room_for_a_buffer() {
        assert!(buffer() > 0);
    }
}

//! What the system says of the process.

/// Memory that is resident, in bytes; `None` where the system does not say.
pub(super) fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// Time on processors since the start, in seconds.
pub(super) fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    std::time::Duration::new(time.tv_sec.unsigned_abs(), nanos).as_secs_f64()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_process_has_memory_and_has_run() {
        assert!(super::resident_bytes().unwrap() > 100_000);
        assert!(super::cpu_seconds() > 0.0);
    }
}

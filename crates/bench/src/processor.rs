//! Processor time of this process: what is left of a figure when others use the machine as well.

use std::fs;

/// The thread that commits.
const WRITER: &str = "store-writer";

/// Processor time used so far by the threads that live, in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Processor {
    all: u64,
    writer: u64,
}

impl Processor {
    /// As the kernel counts it for its scheduler (`/proc/<pid>/task/<tid>/schedstat`); a thread that cannot be read counts nothing.
    pub(crate) fn now() -> Self {
        let mut used = Self { all: 0, writer: 0 };
        let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
        for thread in threads.map(|entry| entry.path()) {
            let counted = fs::read_to_string(thread.join("schedstat")).unwrap_or_default();
            let time = counted
                .split(' ')
                .next()
                .and_then(|time| time.parse().ok())
                .unwrap_or(0);
            used.all += time;
            let name = fs::read_to_string(thread.join("comm")).unwrap_or_default();
            if name.trim_end() == WRITER {
                used.writer += time;
            }
        }
        used
    }

    /// Since an earlier look, for each of so many operations, in microseconds: all threads, and the one that commits.
    pub(crate) fn since(self, earlier: Self, operations: u64) -> [(&'static str, f64); 2] {
        #[allow(clippy::cast_precision_loss, reason = "a measurement takes seconds")]
        let each = |now: u64, before: u64| {
            let time = now.saturating_sub(before) as f64 / operations.max(1) as f64;
            (time / 10.0).round() / 100.0
        };
        [
            ("cpu_us_each", each(self.all, earlier.all)),
            ("writer_cpu_us_each", each(self.writer, earlier.writer)),
        ]
    }
}

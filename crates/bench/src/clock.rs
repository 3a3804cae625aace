//! A stopwatch: the one place of this crate that looks at the time.

use std::time::{Duration, Instant};

/// Runs from its start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[allow(clippy::disallowed_methods, reason = "measuring is what this crate is for")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.elapsed().as_secs_f64()
    }
}

/// Waits; for what only another process can bring about.
#[allow(clippy::disallowed_methods, reason = "another process is waited for")]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}

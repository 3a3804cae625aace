//! The one place of this crate that looks at a clock or lets time pass.

use std::io;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::event::{PollFd, Timespec};
use rustix::io::Errno;

/// A moment on the monotonic clock; `None` means never.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    pub(crate) fn after(limit: Duration) -> Deadline {
        Deadline(now().checked_add(limit))
    }

    pub(crate) fn passed(self) -> bool {
        self.0.is_some_and(|at| now() >= at)
    }

    /// Time left; zero when it has passed.
    pub(crate) fn remaining(self) -> Duration {
        self.0
            .map_or(Duration::MAX, |at| at.saturating_duration_since(now()))
    }
}

/// A moment on the monotonic clock, which stands still while the machine sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(Instant);

impl Moment {
    pub(crate) fn now() -> Moment {
        Moment(now())
    }

    /// How long ago it was; zero when it lies in the future.
    pub(crate) fn age(self, now: Moment) -> Duration {
        now.0.saturating_duration_since(self.0)
    }

    /// How long it is until then; zero when it has come.
    pub(crate) fn until(self, now: Moment) -> Duration {
        self.0.saturating_duration_since(now.0)
    }

    /// So much later; at most a day, which is later than anybody looks.
    pub(crate) fn after(self, wait: Duration) -> Moment {
        Moment(self.0 + wait.min(DAY))
    }
}

const DAY: Duration = Duration::from_secs(86_400);

#[allow(
    clippy::disallowed_methods,
    reason = "limits of real processes are measured here and nowhere else"
)]
fn now() -> Instant {
    Instant::now()
}

/// Milliseconds since 1970, for records that people and other processes read.
#[allow(
    clippy::disallowed_methods,
    reason = "time stamps of runs are taken here and nowhere else"
)]
pub fn unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Waits until one of the descriptors is ready, `limit` has passed or a signal came; the caller looks again
/// in each case.
pub(crate) fn poll(fds: &mut [PollFd<'_>], limit: Duration) -> io::Result<()> {
    let limit = Timespec::try_from(limit).ok();
    match rustix::event::poll(fds, limit.as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Lets `limit` pass, or less when a signal comes. Only for retries against the kernel.
pub(crate) fn pause(limit: Duration) {
    // With no descriptor poll can only fail by a signal, and then the caller tries again a little earlier.
    let _ = poll(&mut [], limit);
}

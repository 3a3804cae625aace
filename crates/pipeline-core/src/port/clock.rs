//! Time.

use std::time::Duration;

use async_trait::async_trait;

use crate::time::Timestamp;

/// The clock. Everything that waits for time waits here, so that tests can move it.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now, by the wall clock.
    fn now(&self) -> Timestamp;

    /// Returns when `now() >= until`. Somebody who sets the clock back makes this longer; see [`Clock::sleep`].
    async fn sleep_until(&self, until: Timestamp);

    /// Returns when so much time has passed, whatever happens to the wall clock meanwhile. A clock that can be set must say how; the
    /// provided one is for clocks that only go forward.
    async fn sleep(&self, time: Duration) {
        self.sleep_until(self.now().plus(time)).await;
    }
}

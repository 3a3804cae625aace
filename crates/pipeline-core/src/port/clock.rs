//! Time.

use async_trait::async_trait;

use crate::time::Timestamp;

/// The clock. Everything that waits for time waits here, so that tests can move it.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now, by the wall clock.
    fn now(&self) -> Timestamp;

    /// Returns when `now() >= until`.
    async fn sleep_until(&self, until: Timestamp);
}

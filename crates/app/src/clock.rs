//! The real clock: the one place where the program learns what time it is.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use pipeline_core::port::clock::Clock;
use pipeline_core::time::Timestamp;

/// A jump of the wall clock is noticed within this.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the named place")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    #[allow(clippy::disallowed_methods, reason = "this is the named place")]
    async fn sleep_until(&self, until: Timestamp) {
        loop {
            let wait = until.since(self.now());
            if wait.is_zero() {
                return;
            }
            tokio::time::sleep(wait.min(LONGEST_SLEEP)).await;
        }
    }

    #[allow(clippy::disallowed_methods, reason = "this is the named place")]
    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

//! Whether anything was written, and when something falls due: what a daemon with nothing to do asks instead of looking everywhere.

use async_trait::async_trait;

use crate::port::store::StoreError;
use crate::time::Timestamp;

/// The watch over what is kept.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait WatchStore: Send + Sync {
    /// Returns when somebody may have written since it last returned, in this process or another; at most a second late. Only a wake-up: it may come for
    /// nothing. For one who waits.
    async fn written(&self);

    /// A number that is another one when somebody has committed since, in this process or another; at most a second late. Costs nothing.
    fn version(&self) -> u64;

    /// The earliest moment at which something that is kept wants to be done: a queued job, an effect that is not over, a timer. It may be past. None:
    /// nothing waits for its time. Deliveries do not count.
    async fn due(&self) -> Result<Option<Timestamp>, StoreError>;
}

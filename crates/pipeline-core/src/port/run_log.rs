//! The output of runs, for people.

use async_trait::async_trait;

use crate::id::RunId;
use crate::port::PortError;

/// The logs of runs.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait RunLog: Send + Sync {
    /// The last `max_bytes` of what the run wrote, control characters taken out. Empty when it wrote nothing; `NotFound` when there is no such run
    /// (any more).
    async fn tail(&self, run: &RunId, max_bytes: usize) -> Result<String, PortError>;

    /// Where an operator finds the log.
    fn place(&self, run: &RunId) -> String;
}

//! The output of runs, and how they stand while they live, for people.

use async_trait::async_trait;

use crate::id::RunId;
use crate::port::PortError;
use crate::progress::{Activity, RunProgress};

/// The logs of runs.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait RunLog: Send + Sync {
    /// The last `max_bytes` of what the run wrote, control characters taken out. Empty when it wrote nothing; `NotFound` when there is no such run
    /// (any more).
    async fn tail(&self, run: &RunId, max_bytes: usize) -> Result<String, PortError>;

    /// How the run stood when it was last looked at; it may have ended since. None when nobody has looked yet, and when there is no such run (any
    /// more).
    async fn progress(&self, run: &RunId) -> Result<Option<RunProgress>, PortError>;

    /// What the agent of the run is doing, also after its end. None for a command, for a program that tells nothing while it runs, and when nothing is
    /// known of the run. Reads the whole log: for whoever looks, not for a loop.
    async fn activity(&self, run: &RunId) -> Result<Option<Activity>, PortError>;

    /// Where an operator finds the log.
    fn place(&self, run: &RunId) -> String;
}

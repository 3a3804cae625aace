//! Rows whose time is over, and what the daemon says of its tidying.

use async_trait::async_trait;

use crate::port::store::StoreError;
use crate::retention::{FinishedTask, RetentionReport};
use crate::run::RunRow;
use crate::time::Timestamp;

/// What the daemon said of its last round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldRetention {
    /// When.
    pub at: Timestamp,
    /// What.
    pub report: RetentionReport,
}

/// Old rows. Tasks, their event log, jobs, runs, orders and holds are kept for good.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait RetentionStore: Send + Sync {
    /// Tasks that were done or cancelled before this, oldest first.
    async fn finished_tasks(&self, before: Timestamp) -> Result<Vec<FinishedTask>, StoreError>;

    /// Rows of runs without an end whose attempt is not leased any more, at most `limit`.
    async fn open_runs(&self, limit: usize) -> Result<Vec<RunRow>, StoreError>;

    /// Removes delivered effects of tasks that were finished before this, at most `limit`; answers how many.
    async fn forget_effects(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError>;

    /// Removes handled news that came before this, looking at the `limit` oldest; answers how many.
    async fn forget_deliveries(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError>;

    /// The daemon says what it did; replaces what it said before.
    async fn tell_retention(&self, report: &RetentionReport, at: Timestamp) -> Result<(), StoreError>;

    /// What the daemon last said.
    async fn retention(&self) -> Result<Option<ToldRetention>, StoreError>;
}

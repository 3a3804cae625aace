//! News as it arrived, and what is remembered of each issue.

use async_trait::async_trait;

use crate::id::{DeliveryId, IssueId, ProjectId};
use crate::orders::ItemMark;
use crate::port::source::NewDelivery;
use crate::port::store::StoreError;
use crate::time::Timestamp;

/// A stored delivery that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, in order of arrival.
    pub id: DeliveryId,
    /// Where it came from.
    pub source: String,
    /// Its kind.
    pub kind: String,
    /// Its payload.
    pub body: Vec<u8>,
    /// How often it was tried.
    pub attempts: u32,
}

/// What came of storing deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// New ones.
    pub stored: usize,
    /// Known before (kept 30 days).
    pub duplicates: usize,
}

/// What becomes of deliveries outside a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// Nothing for us.
    Ignored(String),
    /// Covered without any change.
    Done,
    /// Could not be handled; again at this time.
    Retry {
        /// What happened.
        error: String,
        /// Not before.
        at: Timestamp,
    },
    /// Set aside; a human is told.
    Dead(String),
}

/// Deliveries, feed cursors and issue marks.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait DeliveryStore: Send + Sync {
    /// Stores news and the feed's cursor in one transaction; durable when it returns.
    async fn record(
        &self,
        source: &str,
        news: Vec<NewDelivery>,
        cursor: Option<String>,
        at: Timestamp,
    ) -> Result<Recorded, StoreError>;

    /// The cursor of a source's feed.
    async fn cursor(&self, source: &str) -> Result<Option<String>, StoreError>;

    /// Deliveries that wait and are due, oldest first.
    async fn waiting(&self, now: Timestamp, limit: usize) -> Result<Vec<Delivery>, StoreError>;

    /// Settles deliveries outside a step.
    async fn settle(&self, deliveries: &[DeliveryId], settlement: Settlement) -> Result<(), StoreError>;

    /// What is remembered of an issue.
    async fn mark(&self, project: &ProjectId, issue: &IssueId) -> Result<Option<ItemMark>, StoreError>;

    /// When the project was first seen by this store; `now` is recorded on the first call. Orders older than this do not count.
    async fn connected_at(&self, project: &ProjectId, now: Timestamp) -> Result<Timestamp, StoreError>;
}

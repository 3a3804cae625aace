//! Effects on their way out.

use async_trait::async_trait;

use crate::effect::NewEffect;
use crate::id::{EffectKey, InstanceId, TaskId};
use crate::port::store::StoreError;
use crate::time::Timestamp;

/// How an outbox row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectStatus {
    /// Waits for its turn.
    Pending,
    /// Being sent.
    InFlight,
    /// The daemon died while it was being sent: it may have arrived.
    Ambiguous,
    /// Arrived.
    Done,
    /// Will not arrive.
    Dead,
}

impl EffectStatus {
    /// The word in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InFlight => "in_flight",
            Self::Ambiguous => "ambiguous",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}

/// A row that was claimed for sending, or is shown to people.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxRow {
    /// What to send.
    pub effect: NewEffect,
    /// Grows when a Desired row is replaced.
    pub generation: u32,
    /// How it stands (before the claim: `Ambiguous` tells the sender to look first).
    pub status: EffectStatus,
    /// Tries begun before this one.
    pub attempts: u32,
    /// When the row was written.
    pub created_at: Timestamp,
    /// What the system said last.
    pub error: Option<String>,
}

/// Which rows are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxFilter {
    /// Of one task, oldest first.
    OfTask(TaskId),
    /// Not done.
    Open,
}

/// The outbox.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait OutboxStore: Send + Sync {
    /// Takes due rows, at most one per lane (its oldest that is not done or dead) and none of a lane with a row in flight, and marks them in flight.
    async fn claim_effects(
        &self,
        owner: &InstanceId,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError>;

    /// Puts a claimed row back, to be tried again; `ambiguous` when it may have arrived.
    async fn postpone(
        &self,
        key: &EffectKey,
        at: Timestamp,
        error: &str,
        ambiguous: bool,
    ) -> Result<(), StoreError>;

    /// At start: rows that another owner left in flight become ambiguous. Answers how many.
    async fn reclaim(&self, owner: &InstanceId) -> Result<usize, StoreError>;

    /// When the next row becomes due, when one does.
    async fn next_effect(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Rows for people.
    async fn effects(&self, filter: OutboxFilter) -> Result<Vec<OutboxRow>, StoreError>;
}

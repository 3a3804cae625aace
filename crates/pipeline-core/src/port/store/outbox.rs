//! Effects on their way out.
//!
//! A row that is being sent has an owner, a lease and a fence, as a job has: whoever holds the newest fence may settle it, anybody else's
//! answer is dropped. A lease that ran out means that its owner is gone; the row may have arrived.

use async_trait::async_trait;

use crate::effect::{Lane, NewEffect, System};
use crate::id::{EffectKey, InstanceId, ProjectId, TaskId};
use crate::port::store::StoreError;
use crate::time::Timestamp;

/// How an outbox row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectStatus {
    /// Waits for its turn.
    Pending,
    /// Being sent.
    InFlight,
    /// The daemon died while it was being sent, or its answer was lost: it may have arrived.
    Ambiguous,
    /// Arrived.
    Done,
    /// Will not arrive; people were told.
    Dead,
    /// Taken out by an operator; the order says by whom and why.
    Dropped,
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
            Self::Dropped => "dropped",
        }
    }

    /// It is still to be sent.
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::InFlight | Self::Ambiguous => true,
            Self::Done | Self::Dead | Self::Dropped => false,
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
    /// How it stands (before the claim: `Ambiguous` tells the sender that it may have arrived).
    pub status: EffectStatus,
    /// Tries begun before this one.
    pub attempts: u32,
    /// The newest claim; grows with each.
    pub fence: u32,
    /// Who sends it, while it is in flight.
    pub owner: Option<InstanceId>,
    /// When it is tried at the earliest.
    pub available_at: Timestamp,
    /// When the row was written.
    pub created_at: Timestamp,
    /// What the system said last.
    pub error: Option<String>,
}

/// One outside system of one project: what hangs or refuses there says nothing about another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel {
    /// Whose adapters.
    pub project: ProjectId,
    /// Which of them.
    pub system: System,
}

impl Channel {
    /// The system that carries the effect out.
    #[must_use]
    pub fn of(effect: &NewEffect) -> Self {
        Self {
            project: effect.project.clone(),
            system: effect.kind.system(),
        }
    }
}

/// What a sender wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectClaim {
    /// Who sends.
    pub owner: InstanceId,
    /// Rows due then.
    pub now: Timestamp,
    /// Until when they are the owner's, unless renewed.
    pub lease_until: Timestamp,
    /// How many rows at most of each channel; of others none.
    pub rooms: Vec<(Channel, usize)>,
}

/// A row that goes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postponement {
    /// Which.
    pub key: EffectKey,
    /// The claim that ends; a stale one changes nothing.
    pub fence: u32,
    /// When it is tried again.
    pub at: Timestamp,
    /// What the system said.
    pub error: String,
    /// It may have arrived.
    pub ambiguous: bool,
    /// It was tried; else the claim is not counted among its tries.
    pub costs_a_try: bool,
}

/// Which rows are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxFilter {
    /// Of one task, oldest first.
    OfTask(TaskId),
    /// Neither done nor dropped, oldest first.
    Open,
    /// Those of a lane that are to be sent, are being sent or may have arrived, oldest first.
    Underway(Lane),
    /// The one of this key.
    One(EffectKey),
}

/// The outbox.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait OutboxStore: Send + Sync {
    /// Takes due rows, oldest first, at most one per lane (its oldest that is open) and none of a lane with a row in flight, and marks
    /// them in flight under the next fence. Before that, rows whose lease ran out become ambiguous.
    async fn claim_effects(&self, claim: EffectClaim) -> Result<Vec<OutboxRow>, StoreError>;

    /// Prolongs the leases of these claims of the owner; those that are not its own any more are left alone.
    async fn renew_effects(
        &self,
        owner: &InstanceId,
        claims: Vec<(EffectKey, u32)>,
        until: Timestamp,
    ) -> Result<(), StoreError>;

    /// Puts a claimed row back, to be tried again. A Desired row that surely did not arrive gives way to a newer one of its target.
    async fn postpone(&self, row: Postponement) -> Result<(), StoreError>;

    /// At the start of the only daemon: rows that others left in flight become ambiguous at once. Answers how many. Where several daemons
    /// live, their leases say so instead.
    async fn reclaim(&self, owner: &InstanceId) -> Result<usize, StoreError>;

    /// When the next row becomes due, when one does.
    async fn next_effect(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Rows for people.
    async fn effects(&self, filter: OutboxFilter) -> Result<Vec<OutboxRow>, StoreError>;
}

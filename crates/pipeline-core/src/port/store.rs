//! Our own state. Nine small traits over one database; [`Store`] is all of them.
//!
//! The contract allows several daemons on one database: ownership is by leases and fences, nothing is kept in the process.

pub mod tasks;
pub mod deliveries;
pub mod jobs;
pub mod outbox;
pub mod orders;
pub mod admission;
pub mod retention;
pub mod accounts;
pub mod watch;

use crate::port::store::accounts::AccountStore;
use crate::port::store::admission::AdmissionStore;
use crate::port::store::deliveries::DeliveryStore;
use crate::port::store::jobs::JobStore;
use crate::port::store::orders::OrderStore;
use crate::port::store::outbox::OutboxStore;
use crate::port::store::retention::RetentionStore;
use crate::port::store::tasks::TaskStore;
use crate::port::store::watch::WatchStore;

/// Why a call to the store failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Busy, full or unreachable for the moment: nothing was written; try again later.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// Damaged, or of another schema: a human has to look; nothing is written any more.
    #[error("the store cannot be used: {0}")]
    Broken(String),
    /// A rule of the store itself was broken (a bug of ours).
    #[error("the store refused: {0}")]
    Refused(String),
}

/// Everything that is kept.
pub trait Store:
    TaskStore
    + DeliveryStore
    + JobStore
    + OutboxStore
    + OrderStore
    + AdmissionStore
    + RetentionStore
    + AccountStore
    + WatchStore
{
}

impl<
    T: TaskStore
        + DeliveryStore
        + JobStore
        + OutboxStore
        + OrderStore
        + AdmissionStore
        + RetentionStore
        + AccountStore
        + WatchStore,
> Store for T
{
}

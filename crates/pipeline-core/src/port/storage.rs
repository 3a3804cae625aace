//! What one project keeps on our disk when the work is over.

use std::collections::BTreeSet;

use async_trait::async_trait;

use crate::id::{BranchName, TaskId};
use crate::port::PortError;
use crate::retention::Kept;

/// What came of letting pins go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unpinned {
    /// Pins that were removed.
    pub removed: usize,
    /// Pins that stay, because their commit is nowhere else.
    pub kept: Vec<Kept>,
}

/// A project's leftovers on our disk. Checkouts are given back with [`Workspace::release`](crate::port::workspace::Workspace::release).
///
/// Guarantee: work that is not in the forge stays, and is named.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Storage: Send + Sync {
    /// Those of these branches that still have a checkout.
    async fn checkouts(&self, of: Vec<BranchName>) -> Result<Vec<BranchName>, PortError>;

    /// Lets the pinned commits of these tasks' runs go, as far as the forge has them.
    async fn unpin(&self, tasks: BTreeSet<TaskId>) -> Result<Unpinned, PortError>;

    /// Work that was set aside because no run delivered it.
    async fn set_aside(&self) -> Result<Vec<Kept>, PortError>;
}

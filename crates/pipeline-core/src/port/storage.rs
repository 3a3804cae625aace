//! What one project keeps on our disk when the work is over.

use std::collections::BTreeSet;

use async_trait::async_trait;

use crate::id::{BranchName, CommitSha, TaskId};
use crate::port::PortError;
use crate::retention::Kept;
use crate::time::Timestamp;

/// What came of letting pins go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unpinned {
    /// Pins that were removed.
    pub removed: usize,
    /// Pins that stay, because their commit is nowhere else.
    pub kept: Vec<Kept>,
}

/// What is still needed of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtWork {
    /// Nothing that was made since is given up.
    pub since: Timestamp,
    /// Nor are the branch heads of tasks that are not over.
    pub heads: BTreeSet<CommitSha>,
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

    /// Lets the pins that are no run's (first commits of branches, merges that we made) go, as far as they are older than everything that is at work
    /// and what they hold is in the forge or pinned otherwise.
    async fn unpin_rest(&self, at_work: AtWork) -> Result<Unpinned, PortError>;

    /// Packs what is stored when there is much of it, and answers whether it did. What nothing names any more and was written before `before` is
    /// removed then: never anything that a checkout was made from, and nothing at all while work is set aside.
    async fn pack(&self, before: Timestamp) -> Result<bool, PortError>;

    /// Work that was set aside because no run delivered it.
    async fn set_aside(&self) -> Result<Vec<Kept>, PortError>;
}

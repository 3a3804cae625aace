//! The home of branches, pull requests and statuses.

use async_trait::async_trait;

use crate::effect::{CommitStatus, MergeStyle};
use crate::id::{BranchName, CommitSha};
use crate::observation::{HeadObservation, PullRequest};
use crate::port::PortError;

/// A merge to be made by the forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeRequest {
    /// The pull request.
    pub pull_request: u64,
    /// Exactly this head; a moved one is refused with `Conflict`.
    pub head: CommitSha,
    /// How.
    pub style: MergeStyle,
    /// Commit message with trailers.
    pub message: String,
}

/// The repository of one project in its forge.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Forge: Send + Sync {
    /// Reads a branch with its statuses and pull request, and the default branch. `ours` is what we last pushed: the observation says
    /// whether the head descends from it. A missing branch is an observation without head.
    async fn observe(
        &self,
        branch: &BranchName,
        ours: Option<CommitSha>,
    ) -> Result<HeadObservation, PortError>;

    /// Opens a pull request from `branch` to the default branch. Guarantee: an open one with this head branch is returned, not doubled.
    async fn open_pull_request(
        &self,
        branch: &BranchName,
        title: &str,
        body: &str,
    ) -> Result<PullRequest, PortError>;

    /// Merges exactly the named head and answers with the commit on the default branch. Guarantee: a pull request that was merged with
    /// this head earlier gives that commit again. `Conflict` when the head moved, it cannot be merged cleanly, it is closed, or approvals
    /// are missing (the next observation says how many); `Retry` while the forge still computes.
    async fn merge(&self, request: &MergeRequest) -> Result<CommitSha, PortError>;

    /// Sets a status; the newest of a context wins.
    async fn set_status(&self, commit: &CommitSha, status: &CommitStatus) -> Result<(), PortError>;

    /// The forge answers, and the repository has a default branch with a commit.
    async fn check(&self) -> Result<(), PortError>;
}

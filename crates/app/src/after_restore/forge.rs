//! A pull request that was merged with everything that its branch holds was opened. At the first look a branch that went on without this
//! state is nobody's that it knows: a human decides, instead of a role that does its work a second time on top.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use pipeline_core::effect::CommitStatus;
use pipeline_core::id::{BranchName, CommitSha};
use pipeline_core::observation::{HeadObservation, PullRequest, PullRequestState};
use pipeline_core::port::PortError;
use pipeline_core::port::forge::{Forge, MergeRequest};

/// A forge whose pull requests may have been opened, and merged, before the state was restored.
pub(super) struct LookingForge {
    /// As it is.
    pub(super) forge: Arc<dyn Forge>,
    /// The first look is going on.
    pub(super) looking: Arc<AtomicBool>,
}

#[async_trait]
impl Forge for LookingForge {
    async fn observe(
        &self,
        branch: &BranchName,
        ours: Option<CommitSha>,
    ) -> Result<HeadObservation, PortError> {
        let mut seen = self.forge.observe(branch, ours.clone()).await?;
        if self.looking.load(Ordering::Relaxed) && ours.is_some() && seen.head != ours {
            seen.descends = false;
        }
        Ok(seen)
    }

    async fn open_pull_request(
        &self,
        branch: &BranchName,
        title: &str,
        body: &str,
    ) -> Result<PullRequest, PortError> {
        let seen = self.forge.observe(branch, None).await?;
        if let (Some(head), Some(pull)) = (seen.head, seen.pull_request)
            && matches!(&pull.state, PullRequestState::Merged { head: merged, .. } if *merged == head)
        {
            tracing::info!(branch = %branch, pull_request = pull.number, "merged before the state was restored");
            return Ok(pull);
        }
        self.forge.open_pull_request(branch, title, body).await
    }

    async fn merge(&self, request: &MergeRequest) -> Result<CommitSha, PortError> {
        self.forge.merge(request).await
    }

    async fn set_status(&self, commit: &CommitSha, status: &CommitStatus) -> Result<(), PortError> {
        self.forge.set_status(commit, status).await
    }

    async fn check(&self) -> Result<(), PortError> {
        self.forge.check().await
    }
}

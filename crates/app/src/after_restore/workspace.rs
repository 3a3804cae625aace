//! A commit that the branch in the forge holds already, if further back, was pushed.

use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::effect::{Push, StartBranch};
use pipeline_core::evidence::{Evidence, EvidenceRequest};
use pipeline_core::id::{BranchName, CommitSha, TreeSha, WorkItemId};
use pipeline_core::port::PortError;
use pipeline_core::port::forge::Forge;
use pipeline_core::port::workspace::{BaseMerge, Checkout, CheckoutSpec, HarvestSpec, Workspace};
use pipeline_core::run::Harvest;

/// A workspace whose pushes may have been made before the state was restored.
pub(super) struct LookingWorkspace {
    /// As it is.
    pub(super) workspace: Arc<dyn Workspace>,
    /// Where branches are looked at.
    pub(super) forge: Arc<dyn Forge>,
}

#[async_trait]
impl Workspace for LookingWorkspace {
    async fn start_branch(&self, branch: &StartBranch) -> Result<CommitSha, PortError> {
        self.workspace.start_branch(branch).await
    }

    async fn checkout(&self, spec: &CheckoutSpec) -> Result<Checkout, PortError> {
        self.workspace.checkout(spec).await
    }

    async fn harvest(&self, spec: &HarvestSpec) -> Result<Harvest, PortError> {
        self.workspace.harvest(spec).await
    }

    async fn push(&self, push: &Push) -> Result<(), PortError> {
        let why = match self.workspace.push(push).await {
            Err(PortError::Conflict(why)) => why,
            pushed => return pushed,
        };
        let seen = self
            .forge
            .observe(&push.branch, Some(push.commit.clone()))
            .await?;
        if seen.head.is_some() && seen.descends {
            tracing::info!(branch = %push.branch, commit = %push.commit, "pushed before the state was restored");
            return Ok(());
        }
        Err(PortError::Conflict(why))
    }

    async fn merge_base(&self, head: &CommitSha, work_item: &WorkItemId) -> Result<BaseMerge, PortError> {
        self.workspace.merge_base(head, work_item).await
    }

    async fn own_merge(
        &self,
        head: &CommitSha,
        theirs: &CommitSha,
        work_item: &WorkItemId,
    ) -> Result<Option<TreeSha>, PortError> {
        self.workspace.own_merge(head, theirs, work_item).await
    }

    async fn read(&self, request: &EvidenceRequest, work_item: &WorkItemId) -> Result<Evidence, PortError> {
        self.workspace.read(request, work_item).await
    }

    async fn release(&self, branch: &BranchName) -> Result<(), PortError> {
        self.workspace.release(branch).await
    }
}

//! A merge in the project's slot: the last look, the default branch merged into ours if it moved, then the guarded merge.

use pipeline_core::effect::{Merge, MergeOutcome, Push};
use pipeline_core::id::TaskId;
use pipeline_core::observation::PullRequestState;
use pipeline_core::port::PortError;
use pipeline_core::port::forge::MergeRequest;
use pipeline_core::port::store::tasks::TaskKey;
use pipeline_core::port::workspace::BaseMerge;

use crate::context::{Context, ProjectPorts};

pub(super) async fn merge(
    context: &Context,
    ports: &ProjectPorts,
    task: Option<TaskId>,
    merge: &Merge,
) -> Result<MergeOutcome, PortError> {
    if let Some(over) = already_over(ports, merge).await? {
        return Ok(over);
    }
    let work_item = work_item(context, task).await?;
    match ports.workspace.merge_base(&merge.head, &work_item).await? {
        BaseMerge::UpToDate => {}
        BaseMerge::Conflict { base, files } => return Ok(MergeOutcome::Conflict { base, files }),
        BaseMerge::Merged { head, code_tree } => {
            let push = Push {
                branch: merge.branch.clone(),
                commit: head.clone(),
                expected: Some(merge.head.clone()),
            };
            return match ports.workspace.push(&push).await {
                Ok(()) => Ok(MergeOutcome::BaseMerged { head, code_tree }),
                Err(PortError::Conflict(_)) => Ok(MergeOutcome::HeadMoved { head: None }),
                Err(error) => Err(error),
            };
        }
    }
    let request = MergeRequest {
        pull_request: merge.pull_request,
        head: merge.head.clone(),
        style: merge.style,
        message: merge.message.clone(),
    };
    match ports.forge.merge(&request).await {
        Ok(commit) => Ok(MergeOutcome::Merged { commit }),
        // Refused: somebody was faster. The next try looks again.
        Err(PortError::Conflict(why)) => match already_over(ports, merge).await? {
            Some(over) => Ok(over),
            None => Err(PortError::retry(why)),
        },
        Err(error) => Err(error),
    }
}

/// The pull request is merged or closed, or its head is not ours any more.
async fn already_over(ports: &ProjectPorts, merge: &Merge) -> Result<Option<MergeOutcome>, PortError> {
    let seen = ports
        .forge
        .observe(&merge.branch, Some(merge.head.clone()))
        .await?;
    let pull = seen.pull_request.filter(|pull| pull.number == merge.pull_request);
    match pull.map(|pull| pull.state) {
        Some(PullRequestState::Merged { head, commit, .. }) if head == merge.head => {
            Ok(Some(MergeOutcome::Merged { commit }))
        }
        Some(PullRequestState::Closed) => Ok(Some(MergeOutcome::Closed)),
        Some(PullRequestState::Merged { .. } | PullRequestState::Open) | None
            if seen.head != Some(merge.head.clone()) =>
        {
            Ok(Some(MergeOutcome::HeadMoved { head: seen.head }))
        }
        Some(PullRequestState::Merged { .. } | PullRequestState::Open) | None => Ok(None),
    }
}

async fn work_item(
    context: &Context,
    task: Option<TaskId>,
) -> Result<pipeline_core::id::WorkItemId, PortError> {
    let id = task.ok_or_else(|| PortError::Permanent("a merge belongs to a task".to_owned()))?;
    let task = context
        .store
        .task(&TaskKey::Id(id))
        .await
        .map_err(|error| PortError::retry(error.to_string()))?;
    task.map(|task| task.work_item)
        .ok_or_else(|| PortError::Permanent(format!("there is no task {id}")))
}

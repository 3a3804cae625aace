//! A merge in the project's slot: the last look, the default branch merged into ours if it moved, then the guarded merge.

use pipeline_core::effect::{Merge, MergeOutcome, Push};
use pipeline_core::id::{CommitSha, TaskId, WorkItemId};
use pipeline_core::observation::PullRequestState;
use pipeline_core::port::PortError;
use pipeline_core::port::forge::MergeRequest;
use pipeline_core::port::store::tasks::TaskKey;
use pipeline_core::port::workspace::BaseMerge;
use pipeline_core::retry::back_off;

use crate::context::{Context, ProjectPorts};

/// Tries of a push whose commit nobody else knows.
const PATIENCE: u32 = 5;

pub(super) async fn merge(
    context: &Context,
    ports: &ProjectPorts,
    task: Option<TaskId>,
    merge: &Merge,
) -> Result<MergeOutcome, PortError> {
    let work_item = work_item(context, task).await?;
    let missing = match look(ports, merge, &work_item).await? {
        Look::Over(outcome) => return Ok(outcome),
        Look::Open { approvals_missing } => approvals_missing,
    };
    match ports.workspace.merge_base(&merge.head, &work_item).await? {
        // The default branch comes first: a new head would take approvals away again.
        BaseMerge::UpToDate if missing > 0 => return Ok(MergeOutcome::ApprovalMissing(missing)),
        BaseMerge::UpToDate => {}
        BaseMerge::Conflict { base, files } => return Ok(MergeOutcome::Conflict { base, files }),
        BaseMerge::Merged { head, code_tree } => {
            let push = Push {
                branch: merge.branch.clone(),
                commit: head.clone(),
                expected: Some(merge.head.clone()),
            };
            return match push_for_certain(context, ports, &push).await {
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
        Err(PortError::Conflict(why)) => match look(ports, merge, &work_item).await? {
            Look::Over(outcome) => Ok(outcome),
            Look::Open { approvals_missing: 0 } => Err(PortError::retry(why)),
            Look::Open {
                approvals_missing: missing,
            } => Ok(MergeOutcome::ApprovalMissing(missing)),
        },
        Err(error) => Err(error),
    }
}

/// The default branch may have moved again by the next try of the effect: a push whose answer was lost is repeated with the same commit first.
async fn push_for_certain(context: &Context, ports: &ProjectPorts, push: &Push) -> Result<(), PortError> {
    let mut tries = 1;
    loop {
        match ports.workspace.push(push).await {
            Err(error @ (PortError::Retry { .. } | PortError::Ambiguous(_))) if tries < PATIENCE => {
                tracing::warn!(branch = %push.branch, %error, tries, "the merge of the default branch is pushed again");
                let wait = back_off(push.commit.to_string(), tries, None);
                context.clock.sleep(wait).await;
                tries += 1;
            }
            answer => return answer,
        }
    }
}

/// What the forge says before a merge.
enum Look {
    /// The pull request is merged or closed, or its head is not ours any more.
    Over(MergeOutcome),
    /// It can be merged, given these approvals.
    Open { approvals_missing: u32 },
}

async fn look(ports: &ProjectPorts, merge: &Merge, work_item: &WorkItemId) -> Result<Look, PortError> {
    let seen = ports
        .forge
        .observe(&merge.branch, Some(merge.head.clone()))
        .await?;
    let pull = seen.pull_request.filter(|pull| pull.number == merge.pull_request);
    let approvals_missing = pull.as_ref().map_or(0, |pull| pull.approvals_missing);
    Ok(match pull.map(|pull| pull.state) {
        Some(PullRequestState::Merged { head, commit, .. }) if head == merge.head => {
            Look::Over(MergeOutcome::Merged { commit })
        }
        Some(PullRequestState::Closed) => Look::Over(MergeOutcome::Closed),
        Some(PullRequestState::Merged { .. } | PullRequestState::Open) | None
            if seen.head != Some(merge.head.clone()) =>
        {
            Look::Over(moved(ports, merge, seen.head, work_item).await?)
        }
        Some(PullRequestState::Merged { .. } | PullRequestState::Open) | None => {
            Look::Open { approvals_missing }
        }
    })
}

/// Another head than the one that was judged: the default branch that an earlier try of this effect merged into it, or somebody else's work.
async fn moved(
    ports: &ProjectPorts,
    merge: &Merge,
    head: Option<CommitSha>,
    work_item: &WorkItemId,
) -> Result<MergeOutcome, PortError> {
    if let Some(head) = &head
        && let Some(code_tree) = ports.workspace.own_merge(&merge.head, head, work_item).await?
    {
        let head = head.clone();
        return Ok(MergeOutcome::BaseMerged { head, code_tree });
    }
    Ok(MergeOutcome::HeadMoved { head })
}

async fn work_item(context: &Context, task: Option<TaskId>) -> Result<WorkItemId, PortError> {
    let id = task.ok_or_else(|| PortError::Permanent("a merge belongs to a task".to_owned()))?;
    let task = context
        .store
        .task(&TaskKey::Id(id))
        .await
        .map_err(|error| PortError::retry(error.to_string()))?;
    task.map(|task| task.work_item)
        .ok_or_else(|| PortError::Permanent(format!("there is no task {id}")))
}

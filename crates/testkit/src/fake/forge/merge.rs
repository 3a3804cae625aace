//! Merges, guarded by the head.

use pipeline_core::effect::MergeStyle;
use pipeline_core::id::CommitSha;
use pipeline_core::observation::PullRequestState;
use pipeline_core::port::PortError;
use pipeline_core::port::forge::MergeRequest;

use crate::fake::forge::FakeForge;
use crate::fake::repo::Merged;

impl FakeForge {
    pub(super) fn merge_by_somebody(&self, number: u64) -> Result<CommitSha, PortError> {
        let branch = self.with(|state| state.pull_request(number).map(|found| found.branch.clone()));
        let head = branch.and_then(|branch| self.repo.head(&branch));
        let head = head.ok_or_else(|| PortError::NotFound(format!("a head of pull request {number}")))?;
        self.merge_guarded(&MergeRequest {
            pull_request: number,
            head,
            style: MergeStyle::Merge,
            message: format!("merge pull request {number}"),
        })
    }

    pub(super) fn merge_guarded(&self, request: &MergeRequest) -> Result<CommitSha, PortError> {
        let number = request.pull_request;
        let found = self
            .with(|state| state.pull_request(number).cloned())
            .ok_or_else(|| PortError::NotFound(format!("pull request {number}")))?;
        match found.state {
            PullRequestState::Open => {}
            PullRequestState::Merged { head, commit, .. } if head == request.head => return Ok(commit),
            PullRequestState::Merged { head, .. } => {
                return Err(PortError::Conflict(format!(
                    "pull request {number} was merged at {head}"
                )));
            }
            PullRequestState::Closed => {
                return Err(PortError::Conflict(format!("pull request {number} is closed")));
            }
        }
        let present = self.repo.head(&found.branch);
        if present.as_ref() != Some(&request.head) {
            return Err(PortError::Conflict(format!(
                "the head of {} is not {}",
                found.branch, request.head
            )));
        }
        let missing = self.with(|state| state.missing(&found, Some(&request.head)));
        if missing > 0 {
            return Err(PortError::Conflict(format!(
                "pull request {number} needs {missing} more approvals"
            )));
        }
        let commit = self.join(request)?;
        let default_branch = self.repo.default_branch().clone();
        self.repo.set_branch(&default_branch, commit.clone());
        let merged = PullRequestState::Merged {
            head: request.head.clone(),
            commit: commit.clone(),
            at: self.clock.now(),
        };
        self.with(|state| {
            if let Some(found) = state.pull_request(number) {
                found.state = merged;
            }
        });
        self.repo.note(&found.branch);
        Ok(commit)
    }

    /// The commit on the default branch. Commits that are moved are joined into one, unless nothing has to move.
    fn join(&self, request: &MergeRequest) -> Result<CommitSha, PortError> {
        let base = self.repo.default_head();
        let head = &request.head;
        self.repo.objects(|objects| {
            let files = match objects.merge(&base, head) {
                Merged::Clean(files) => files,
                Merged::Conflict(files) => {
                    let files = files.join(", ");
                    return Err(PortError::Conflict(format!("cannot be merged cleanly: {files}")));
                }
            };
            let is_ahead = objects.descends(head, &base);
            Ok(match request.style {
                MergeStyle::Merge => objects.commit(&[base, head.clone()], files, &request.message),
                MergeStyle::Rebase if is_ahead => head.clone(),
                MergeStyle::Squash | MergeStyle::Rebase => objects.commit(&[base], files, &request.message),
            })
        })
    }
}

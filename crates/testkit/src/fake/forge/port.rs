//! The forge as the pipeline sees it.

use async_trait::async_trait;
use pipeline_core::effect::{CommitStatus, StatusState};
use pipeline_core::id::{BranchName, CommitSha};
use pipeline_core::observation::{HeadObservation, PullRequest, PullRequestState};
use pipeline_core::port::PortError;
use pipeline_core::port::forge::{Forge, MergeRequest};

use crate::fake::forge::{FakeForge, FakePullRequest, State};

#[async_trait]
impl Forge for FakeForge {
    async fn observe(
        &self,
        branch: &BranchName,
        ours: Option<CommitSha>,
    ) -> Result<HeadObservation, PortError> {
        let seen = self
            .faults
            .port("observe", || Ok(self.observation(branch, ours.as_ref())));
        self.faults.arrive("observe").await;
        seen
    }

    async fn open_pull_request(
        &self,
        branch: &BranchName,
        title: &str,
        body: &str,
    ) -> Result<PullRequest, PortError> {
        self.faults.port("open_pull_request", || {
            if self.repo.head(branch).is_none() {
                return Err(PortError::NotFound(format!("branch {branch}")));
            }
            let head = self.repo.head(branch);
            let opened = self.with(|state| {
                let open = |found: &&FakePullRequest| {
                    found.branch == *branch && found.state == PullRequestState::Open
                };
                if let Some(open) = state.pull_requests.iter().find(open) {
                    return shown(state, open, head.as_ref());
                }
                let new = FakePullRequest {
                    number: state.pull_requests.len() as u64 + 1,
                    branch: branch.clone(),
                    title: title.to_owned(),
                    body: body.to_owned(),
                    state: PullRequestState::Open,
                    reviews: Vec::new(),
                };
                let answer = shown(state, &new, head.as_ref());
                state.pull_requests.push(new);
                answer
            });
            self.repo.note(branch);
            Ok(opened)
        })
    }

    async fn merge(&self, request: &MergeRequest) -> Result<CommitSha, PortError> {
        self.faults.port("merge", || self.merge_guarded(request))
    }

    async fn set_status(&self, commit: &CommitSha, status: &CommitStatus) -> Result<(), PortError> {
        self.faults.port("set_status", || {
            if !self.repo.objects(|objects| objects.has(commit)) {
                return Err(PortError::NotFound(format!("commit {commit}")));
            }
            self.put_status(commit, status.clone());
            Ok(())
        })
    }

    async fn check(&self) -> Result<(), PortError> {
        self.faults.port("check", || Ok(()))
    }
}

impl FakeForge {
    fn observation(&self, branch: &BranchName, ours: Option<&CommitSha>) -> HeadObservation {
        let head = self.repo.head(branch);
        let default_head = self.repo.default_head();
        HeadObservation {
            branch: branch.clone(),
            descends: head.as_ref().is_some_and(|head| {
                ours.is_none_or(|ours| self.repo.objects(|objects| objects.descends(head, ours)))
            }),
            statuses: head
                .as_ref()
                .map(|head| self.outside_statuses(head))
                .unwrap_or_default(),
            head,
            pull_request: self.pull_request_of(branch),
            default_branch: self.repo.default_branch().clone(),
            red_on_default: self.red(&default_head),
            default_head,
        }
    }

    fn outside_statuses(&self, commit: &CommitSha) -> Vec<CommitStatus> {
        let mut all = self.statuses(commit);
        all.retain(|status| !status.context.starts_with("orchd/"));
        all
    }

    fn red(&self, commit: &CommitSha) -> Vec<String> {
        let all = self.outside_statuses(commit).into_iter();
        let red = all.filter(|status| matches!(status.state, StatusState::Failure | StatusState::Error));
        red.map(|status| status.context).collect()
    }

    /// The open one, else the newest.
    fn pull_request_of(&self, branch: &BranchName) -> Option<PullRequest> {
        let head = self.repo.head(branch);
        self.with(|state| {
            let of_branch = || state.pull_requests.iter().filter(|found| found.branch == *branch);
            of_branch()
                .find(|found| found.state == PullRequestState::Open)
                .or_else(|| of_branch().next_back())
                .map(|found| shown(state, found, head.as_ref()))
        })
    }
}

fn shown(state: &State, found: &FakePullRequest, head: Option<&CommitSha>) -> PullRequest {
    let is_open = found.state == PullRequestState::Open;
    PullRequest {
        number: found.number,
        url: None,
        state: found.state.clone(),
        reviews: found.reviews.clone(),
        approvals_missing: if is_open { state.missing(found, head) } else { 0 },
    }
}

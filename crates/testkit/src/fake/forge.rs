//! A forge over a [`FakeRepo`]: pull requests, statuses, guarded merges, and a feed.

mod port;
mod merge;
mod feed;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use pipeline_core::effect::{CommitStatus, StatusState};
use pipeline_core::id::{BranchName, CommitSha, ProjectId};
use pipeline_core::observation::{PullRequestState, PullReview, ReviewState};
use pipeline_core::port::clock::Clock;

use crate::fake::faults::Faults;
use crate::fake::repo::FakeRepo;

/// The name of its feed as a source of news.
pub const SOURCE: &str = "fake-forge";

/// A pull request as a test sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakePullRequest {
    /// Its number.
    pub number: u64,
    /// Head branch.
    pub branch: BranchName,
    /// Title.
    pub title: String,
    /// Body.
    pub body: String,
    /// How it stands.
    pub state: PullRequestState,
    /// What people said of it, oldest first.
    pub reviews: Vec<PullReview>,
}

/// A forge with one repository.
pub struct FakeForge {
    /// Which calls fail; people and the feed are not disturbed.
    pub faults: Faults,
    /// Which reads of the feed fail.
    pub feed_faults: Faults,
    project: ProjectId,
    repo: Arc<FakeRepo>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    pull_requests: Vec<FakePullRequest>,
    /// How many approvals of its head a pull request needs.
    approvals: u32,
    /// The latest per context.
    statuses: BTreeMap<CommitSha, BTreeMap<String, CommitStatus>>,
}

impl FakeForge {
    /// A forge that holds this repository.
    #[must_use]
    pub fn new(project: ProjectId, repo: Arc<FakeRepo>, clock: Arc<dyn Clock>) -> Self {
        Self {
            faults: Faults::default(),
            feed_faults: Faults::default(),
            project,
            repo,
            clock,
            state: Mutex::default(),
        }
    }

    /// Its repository.
    #[must_use]
    pub fn repo(&self) -> &Arc<FakeRepo> {
        &self.repo
    }

    /// Somebody commits these files to the default branch.
    pub fn push_to_default(&self, files: &[(&str, &str)]) -> CommitSha {
        let branch = self.repo.default_branch().clone();
        self.repo.commit_to(&branch, files, "somebody's work")
    }

    /// Somebody commits these files on top of a branch.
    pub fn push(&self, branch: &BranchName, files: &[(&str, &str)]) -> CommitSha {
        self.repo.commit_to(branch, files, "somebody's work")
    }

    /// Somebody replaces a branch by one commit on the default branch.
    pub fn force_push(&self, branch: &BranchName, files: &[(&str, &str)]) -> CommitSha {
        self.repo.set_branch(branch, self.repo.default_head());
        self.repo.commit_to(branch, files, "somebody's other work")
    }

    /// CI reports on a commit.
    pub fn set_ci(&self, commit: &CommitSha, context: &str, state: StatusState, log_tail: Option<&str>) {
        self.put_status(
            commit,
            CommitStatus {
                context: context.to_owned(),
                state,
                description: format!("{context} reported"),
                url: None,
                log_tail: log_tail.map(str::to_owned),
            },
        );
    }

    /// CI reports on the head of a branch.
    pub fn set_branch_ci(&self, branch: &BranchName, context: &str, state: StatusState) -> CommitSha {
        let head = self.repo.head(branch).expect("the branch is there");
        self.set_ci(&head, context, state, None);
        head
    }

    /// Somebody closes a pull request without merging it.
    pub fn close_pull_request(&self, number: u64) {
        let branch = self.with(|state| {
            let found = state.pull_request(number).expect("the pull request is there");
            found.state = PullRequestState::Closed;
            found.branch.clone()
        });
        self.repo.note(&branch);
    }

    /// Somebody reviews a pull request at its branch's present head.
    pub fn review(&self, number: u64, author: &str, state: ReviewState, text: &str) {
        let branch = self.with(|inner| {
            let found = inner.pull_request(number).expect("the pull request is there");
            found.branch.clone()
        });
        let commit = self.repo.head(&branch).expect("the branch is there");
        let review = PullReview {
            author: author.to_owned(),
            state,
            commit,
            at: self.clock.now(),
            text: text.to_owned(),
        };
        self.with(|inner| {
            let found = inner.pull_request(number).expect("the pull request is there");
            found.reviews.push(review);
        });
        self.repo.note(&branch);
    }

    /// From now on a pull request needs so many approvals of its head before it is merged.
    pub fn require_approvals(&self, approvals: u32) {
        self.with(|state| state.approvals = approvals);
    }

    /// Somebody merges a pull request at its present head. Answers with the commit on the default branch.
    pub fn merge_outside(&self, number: u64) -> CommitSha {
        self.merge_by_somebody(number)
            .expect("the pull request can be merged")
    }

    /// Pull requests, oldest first.
    #[must_use]
    pub fn pull_requests(&self) -> Vec<FakePullRequest> {
        self.with(|state| state.pull_requests.clone())
    }

    /// The latest status per context of a commit, our own contexts too.
    #[must_use]
    pub fn statuses(&self, commit: &CommitSha) -> Vec<CommitStatus> {
        self.with(|state| {
            let found = state.statuses.get(commit);
            found
                .map(|all| all.values().cloned().collect())
                .unwrap_or_default()
        })
    }

    fn put_status(&self, commit: &CommitSha, status: CommitStatus) {
        self.with(|state| {
            let all = state.statuses.entry(commit.clone()).or_default();
            all.insert(status.context.clone(), status);
        });
        self.repo.note_commit(commit);
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    /// How many approvals of this head are missing.
    fn missing(&self, found: &FakePullRequest, head: Option<&CommitSha>) -> u32 {
        let approving: BTreeSet<&str> = found
            .reviews
            .iter()
            .filter(|review| review.state == ReviewState::Approved && Some(&review.commit) == head)
            .map(|review| review.author.as_str())
            .collect();
        self.approvals
            .saturating_sub(u32::try_from(approving.len()).unwrap_or(u32::MAX))
    }

    fn pull_request(&mut self, number: u64) -> Option<&mut FakePullRequest> {
        self.pull_requests.iter_mut().find(|found| found.number == number)
    }
}

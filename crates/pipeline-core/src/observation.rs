//! Observations: what an outside object looked like when it was read, outside any transaction.

use serde::{Deserialize, Serialize};

use crate::effect::CommitStatus;
use crate::id::{ActivityId, BranchName, CommentId, CommitSha, IssueId};
use crate::stage::Column;
use crate::time::Timestamp;

/// An issue as read from its tracker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemObservation {
    /// Which.
    pub issue: IssueId,
    /// Its number in the project, for the work-item id.
    pub sequence: u64,
    /// Title as written.
    pub title: String,
    /// Description as plain text.
    pub description: String,
    /// Its column; none when the board has a state that we do not know.
    pub column: Option<Column>,
    /// The issue is gone.
    pub deleted: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// The column it was created in.
    pub created_in: Option<Column>,
    /// State changes, oldest first.
    pub activities: Vec<StateActivity>,
    /// Comments, oldest first.
    pub comments: Vec<ItemComment>,
    /// Issues that must be finished first.
    pub blocked_by: Vec<Blocker>,
    /// Its page, for links.
    pub url: Option<String>,
}

/// An entry of the tracker's feed: somebody moved the issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateActivity {
    /// Idempotency key of the order it may be.
    pub id: ActivityId,
    /// When, by the tracker's clock.
    pub at: Timestamp,
    /// Who, as the tracker names them.
    pub actor: String,
    /// By the account that orchd itself uses.
    pub own: bool,
    /// Where to; none when the column is not one of ours.
    pub to: Option<Column>,
}

/// A comment on an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemComment {
    /// Which.
    pub id: CommentId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub author: String,
    /// Written by orchd.
    pub own: bool,
    /// As plain text.
    pub text: String,
}

/// An issue that another waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    /// Which.
    pub issue: IssueId,
    /// Its name to people.
    pub label: String,
    /// Completed, cancelled or gone.
    pub finished: bool,
    /// It waits for the observed issue again, itself or over others: the names on the way back, the observed issue last. Trackers leave it
    /// empty; whoever reads an issue that has to wait fills it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads_back: Option<Vec<String>>,
}

impl ItemObservation {
    /// Names of the issues that must be finished first and are not.
    #[must_use]
    pub fn waits_for(&self) -> Vec<String> {
        let unfinished = self.blocked_by.iter().filter(|blocker| !blocker.finished);
        unfinished.map(|blocker| blocker.label.clone()).collect()
    }

    /// `ET-001 → ET-002 → ET-001`, when the issue waits for itself.
    #[must_use]
    pub fn cycle(&self) -> Option<String> {
        let unfinished = self.blocked_by.iter().filter(|blocker| !blocker.finished);
        unfinished.into_iter().find_map(|blocker| {
            let way: Vec<&str> = std::iter::once(&blocker.label)
                .chain(blocker.leads_back.as_ref()?)
                .map(String::as_str)
                .collect();
            Some(format!("{} → {}", way.last()?, way.join(" → ")))
        })
    }
}

/// A task's branch as read from its forge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadObservation {
    /// Which branch.
    pub branch: BranchName,
    /// Its head; none when the branch is not there.
    pub head: Option<CommitSha>,
    /// The head descends from (or is) the commit that we last pushed; meaningless without a head.
    pub descends: bool,
    /// Statuses of the head: the latest per context, without our own `orchd/*`.
    pub statuses: Vec<CommitStatus>,
    /// The pull request of this branch: the open one, else the newest.
    pub pull_request: Option<PullRequest>,
    /// The default branch.
    pub default_branch: BranchName,
    /// Its head.
    pub default_head: CommitSha,
    /// Contexts that are red on the default branch's head.
    pub red_on_default: Vec<String>,
}

/// A pull request as read from its forge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// Its page.
    pub url: Option<String>,
    /// How it stands.
    pub state: PullRequestState,
    /// What people said of it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<PullReview>,
    /// How many approvals the forge still wants before it merges this head; 0 in a forge that wants none.
    #[serde(default)]
    pub approvals_missing: u32,
}

/// A review of a pull request, given in the forge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullReview {
    /// Who, as the forge names them.
    pub author: String,
    /// What they say.
    pub state: ReviewState,
    /// The head that they saw.
    pub commit: CommitSha,
    /// When, by the forge's clock.
    pub at: Timestamp,
    /// Their words, as plain text.
    #[serde(default)]
    pub text: String,
}

/// What a review of a pull request says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// Yes.
    Approved,
    /// No.
    ChangesRequested,
    /// Neither; an earlier yes or no of the same person stands.
    Commented,
}

/// How a pull request stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullRequestState {
    /// Open.
    Open,
    /// Merged.
    Merged {
        /// The head that was merged.
        head: CommitSha,
        /// The commit on the default branch.
        commit: CommitSha,
        /// When, by the forge's clock.
        at: Timestamp,
    },
    /// Closed without a merge.
    Closed,
}

/// What a webhook or a feed entry is reduced to: look at this object now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// An issue changed.
    Item(IssueId),
    /// A branch, its statuses or its pull request changed.
    Branch(BranchName),
}

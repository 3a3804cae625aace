//! Effects: what must be done outside. A row in the outbox first, an idempotent call later; the result comes back as an event.

mod lane;

pub use lane::Lane;

use serde::{Deserialize, Serialize};

use crate::id::{BranchName, CommitSha, EffectKey, IssueId, ProjectId, TaskId, TreeSha};
use crate::message::text::within_chat;
use crate::observation::HeadObservation;
use crate::role::Role;
use crate::stage::Column;

/// The outside system an effect goes to; effects of one task to one system keep their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// Issues, states and comments.
    Tracker,
    /// Branches, pull requests, statuses, merges.
    Forge,
    /// Messages.
    Chat,
}

impl System {
    /// The word in lanes and messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tracker => "tracker",
            Self::Forge => "forge",
            Self::Chat => "chat",
        }
    }
}

/// How rows of the same kind relate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Each row is sent, in order.
    Append,
    /// Only the newest state of this target matters; an unsent older row is replaced.
    Desired {
        /// What the state belongs to, such as `7:column`.
        target: String,
    },
}

/// Whether the task depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Holds the task until done and blocks it when dead.
    Required,
    /// Tells people; a dead one alerts and stops nothing.
    Tell,
}

/// A row to be written to the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEffect {
    /// Idempotency key; the receiver is asked for it before a second try.
    pub key: EffectKey,
    /// The task it belongs to, when there is one.
    pub task: Option<TaskId>,
    /// The project whose adapters carry it out.
    pub project: ProjectId,
    /// Order.
    pub lane: Lane,
    /// Append or Desired.
    pub mode: Mode,
    /// Required or Tell.
    pub need: Need,
    /// What to do.
    pub kind: EffectKind,
}

/// What to do outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum EffectKind {
    /// Write a comment on an issue.
    Comment {
        /// Where.
        issue: IssueId,
        /// In whose voice.
        author: Role,
        /// The text as HTML, already escaped.
        html: String,
    },
    /// Move an issue; conditional: somebody else's move meanwhile is not overwritten.
    SetColumn {
        /// Which.
        issue: IssueId,
        /// Where to.
        column: Column,
    },
    /// Create the task's branch from the default branch with its first commit.
    StartBranch(StartBranch),
    /// Push a pinned commit to the task's branch.
    Push(Push),
    /// Open the pull request, once.
    OpenPullRequest(OpenPullRequest),
    /// Bring the branch up to date or merge it; runs in the project's merge slot.
    Merge(Merge),
    /// A commit status of ours (local CI).
    ReportStatus(ReportStatus),
    /// The task's one live message.
    TrackerMessage {
        /// Its whole text.
        text: String,
    },
    /// A message that rings.
    Alert {
        /// Its text.
        text: String,
    },
    /// Give the task's checkout back; unpushed work is kept.
    ReleaseCheckout {
        /// Whose.
        branch: BranchName,
    },
}

impl EffectKind {
    /// A message that rings, cut to what a chat takes.
    #[must_use]
    pub fn alert(text: String) -> Self {
        Self::Alert {
            text: within_chat(text),
        }
    }

    /// A short name for logs, tables and alerts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Comment { .. } => "comment",
            Self::SetColumn { .. } => "set_column",
            Self::StartBranch(_) => "start_branch",
            Self::Push(_) => "push",
            Self::OpenPullRequest(_) => "open_pull_request",
            Self::Merge(_) => "merge",
            Self::ReportStatus(_) => "report_status",
            Self::TrackerMessage { .. } => "tracker_message",
            Self::Alert { .. } => "alert",
            Self::ReleaseCheckout { .. } => "release_checkout",
        }
    }

    /// The push, if it is one.
    #[must_use]
    pub fn as_push(&self) -> Option<&Push> {
        if let Self::Push(push) = self {
            Some(push)
        } else {
            None
        }
    }

    /// The system that carries it out.
    #[must_use]
    pub fn system(&self) -> System {
        match self {
            Self::Comment { .. } | Self::SetColumn { .. } => System::Tracker,
            Self::StartBranch(_)
            | Self::Push(_)
            | Self::OpenPullRequest(_)
            | Self::Merge(_)
            | Self::ReportStatus(_)
            | Self::ReleaseCheckout { .. } => System::Forge,
            Self::TrackerMessage { .. } | Self::Alert { .. } => System::Chat,
        }
    }
}

/// See [`EffectKind::StartBranch`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartBranch {
    /// The new branch.
    pub branch: BranchName,
    /// Path and content of the files of the first commit.
    pub files: Vec<(String, String)>,
    /// Commit message; its last line is a trailer with the effect's key, by which a branch made earlier is known as ours.
    pub message: String,
}

/// See [`EffectKind::Push`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// The branch in the forge.
    pub branch: BranchName,
    /// What it shall point to.
    pub commit: CommitSha,
    /// What it points to now as far as we know; anything else is refused. None: it must not exist.
    pub expected: Option<CommitSha>,
}

/// See [`EffectKind::OpenPullRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPullRequest {
    /// Head branch.
    pub branch: BranchName,
    /// Title.
    pub title: String,
    /// Body, Markdown.
    pub body: String,
}

/// How the forge joins a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeStyle {
    /// A merge commit.
    #[default]
    Merge,
    /// One commit.
    Squash,
    /// The commits, moved.
    Rebase,
}

/// See [`EffectKind::Merge`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// Head branch.
    pub branch: BranchName,
    /// Its pull request.
    pub pull_request: u64,
    /// Exactly this head is merged, nothing newer.
    pub head: CommitSha,
    /// How.
    pub style: MergeStyle,
    /// Commit message with trailers.
    pub message: String,
}

/// The state of one status context on a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusState {
    /// Not known yet.
    Pending,
    /// Green.
    Success,
    /// Red.
    Failure,
    /// Could not run; counts as red.
    Error,
    /// Does not count.
    Skipped,
}

/// A status of one context on one commit, as written and as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitStatus {
    /// Which check.
    pub context: String,
    /// How it stands.
    pub state: StatusState,
    /// One line.
    pub description: String,
    /// Where to read more, when the system has a page.
    pub url: Option<String>,
    /// The last lines of its log, when the forge gives them.
    pub log_tail: Option<String>,
}

/// See [`EffectKind::ReportStatus`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportStatus {
    /// On which commit.
    pub commit: CommitSha,
    /// What.
    pub status: CommitStatus,
}

/// What came of an effect that went well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectResult {
    /// Done; there is nothing to remember.
    Done,
    /// The branch exists with this head.
    BranchStarted {
        /// Its head.
        head: CommitSha,
    },
    /// The pull request is open.
    PullRequest {
        /// Its number.
        number: u64,
        /// Its page.
        url: Option<String>,
    },
    /// What came of a merge.
    Merge(MergeOutcome),
    /// The branch was not where it was expected; what it holds.
    PushRefused {
        /// As read after the refusal.
        head: Box<HeadObservation>,
    },
}

/// What came of a merge in the slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeOutcome {
    /// The head is in the default branch.
    Merged {
        /// The commit on the default branch.
        commit: CommitSha,
    },
    /// The default branch had moved; it was merged into ours, cleanly, and pushed. CI has to look again.
    BaseMerged {
        /// The new head.
        head: CommitSha,
        /// Its tree without the work item's documents.
        code_tree: TreeSha,
    },
    /// The default branch cannot be merged cleanly.
    Conflict {
        /// The default branch's head.
        base: CommitSha,
        /// The files in conflict.
        files: Vec<String>,
    },
    /// The head in the forge is not the one named.
    HeadMoved {
        /// What it is.
        head: Option<CommitSha>,
    },
    /// The pull request was closed unmerged.
    Closed,
    /// The forge wants so many more approvals of this head first.
    ApprovalMissing(u32),
}

/// Why an effect will not be tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadEffect {
    /// What the system said, without secrets.
    pub error: String,
}

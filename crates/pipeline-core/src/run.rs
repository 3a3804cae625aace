//! Runs: what came of one attempt at a job.

mod cause;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, CommitSha, RunId, TreeSha};
use crate::role::Role;
use crate::stage::StageName;
use crate::time::Timestamp;
use crate::usage::Usage;

pub use cause::FailureCause;

/// What a run reported, or what we know of it when it reported nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RunRecord {
    /// Exit code; none when it was killed or never started.
    pub exit_code: Option<i32>,
    /// Tokens and cost.
    pub usage: Usage,
    /// The model, when known.
    pub model: Option<String>,
    /// The session that a later run may resume.
    pub session: Option<String>,
    /// Start to end, in milliseconds.
    pub duration_ms: u64,
    /// The agent's closing words, cut.
    pub summary: String,
    /// The cost is ours, from tokens and a price list; the provider named none.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cost_is_estimated: bool,
    /// What the whole session had used at the end of this run, where the provider counts by session: the next run that
    /// resumes it subtracts this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_totals: Option<Usage>,
    /// Whose provider was to run it, or ran it; none for commands, for runs that got no further than their checkout, and in
    /// events of versions that knew no accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<AccountId>,
    /// Its program was never started: it provably did nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub never_began: bool,
    /// Why it failed, by name; none when it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<FailureCause>,
}

/// Why a run failed; decides what follows (behaviour §8.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// Rate limit, overload, network, the runner was lost: again later, nothing counted.
    Transient,
    /// Not logged in, bad flag, missing program: a human has to mend it.
    Permanent,
    /// The agent failed, timed out, or ended without a result record: counts as an attempt.
    Agent,
    /// The job killed the daemon three times.
    Poison,
}

/// A failed run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFailure {
    /// What follows.
    pub class: FailureClass,
    /// Why, by name; unknown in events of versions that had no causes.
    #[serde(default)]
    pub cause: FailureCause,
    /// What happened, and what to do, in a sentence without secrets.
    pub message: String,
    /// The provider's own wish when to try again.
    pub retry_after: Option<Duration>,
    /// When a usage limit ends, if the provider says so as data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resets_at: Option<Timestamp>,
}

impl RunFailure {
    /// A failure with the class of its cause, and without a wish when to try again.
    #[must_use]
    pub fn new(cause: FailureCause, message: impl Into<String>) -> Self {
        Self {
            cause,
            ..Self::of_class(cause.class(), message)
        }
    }

    /// A failure whose cause nobody named.
    #[must_use]
    pub fn of_class(class: FailureClass, message: impl Into<String>) -> Self {
        Self {
            class,
            cause: FailureCause::Unknown,
            message: message.into(),
            retry_after: None,
            resets_at: None,
        }
    }

    /// The same with the provider's wish when to try again.
    #[must_use]
    pub fn after(self, retry_after: Option<Duration>) -> Self {
        Self { retry_after, ..self }
    }
}

/// What an agent run left behind, read through our own git directory and pinned in the mirror.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Harvest {
    /// The commit the run started from.
    pub start: CommitSha,
    /// The result commit; the start commit when nothing changed.
    pub head: CommitSha,
    /// Its tree without the work item's documents.
    pub code_tree: TreeSha,
    /// The tree of the work item's documents, when there are any.
    pub docs_tree: Option<TreeSha>,
    /// Every path that differs between start and head. Where the run merged the default branch in, what it took over from there
    /// unchanged is left out, and what it dropped of it is named.
    pub changed: Vec<ChangedPath>,
}

/// A path that a run changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedPath {
    /// Path in the repository.
    pub path: String,
    /// How.
    pub change: Change,
    /// It is a symbolic link or a submodule now.
    pub special: bool,
}

/// How a path changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Added,
    /// Its content or mode differs.
    Modified,
    /// It is gone.
    Deleted,
}

/// What came of an attempt at an agent job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentOutcome {
    /// It ended well and its work is pinned.
    Finished {
        /// What it left.
        harvest: Harvest,
        /// What it reported.
        record: RunRecord,
    },
    /// It did not.
    Failed {
        /// Why.
        failure: RunFailure,
        /// What is known of it.
        record: RunRecord,
    },
}

/// What came of an attempt at a command job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandOutcome {
    /// It ran to its end (or to its time limit).
    Ran {
        /// Exit code; none when it was killed.
        exit_code: Option<i32>,
        /// It was stopped at its time limit.
        timed_out: bool,
        /// It was stopped because it did nothing any more.
        #[serde(default)]
        stalled: bool,
        /// The last lines it wrote.
        log_tail: String,
        /// In milliseconds.
        duration_ms: u64,
    },
    /// It could not be run at all, for the moment or for good: that says nothing about the code.
    NotRun(RunFailure),
    /// The same in logs of earlier versions, which took it for a red result. It is not written any more.
    Failed(RunFailure),
}

/// A row of the runs table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    /// Which.
    pub run: RunId,
    /// The stage it worked in.
    pub stage: StageName,
    /// Who worked.
    pub role: Role,
    /// When its job was claimed.
    pub started_at: Timestamp,
    /// When its result was taken; none while it runs.
    pub finished_at: Option<Timestamp>,
    /// `running`, `finished`, `failed: …`, `cancelled`, `lost`.
    pub outcome: String,
    /// What it reported.
    pub record: RunRecord,
}

//! The small records that a task carries: its counters, what its runs came to, what it watches and remembers.
//! It knows nothing of states or transitions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{BranchName, CommitSha, JobId, RunId, TreeSha};
use crate::stage::{Cause, StageName};
use crate::time::Timestamp;
use crate::usage::Usage;

/// Loops taken; every one has a limit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counters {
    /// Bounces by cause.
    pub bounces: BTreeMap<Cause, u32>,
    /// Rounds of questions.
    pub question_rounds: u32,
    /// Rounds of objections.
    pub conflict_rounds: u32,
    /// Repair runs since the stage was entered.
    pub repairs: u32,
    /// Merges of the default branch into ours.
    pub base_merges: u32,
    /// Failed attempts at the present job.
    pub attempts: u32,
    /// Transient failures in a row.
    pub transient: u32,
    /// Failed tries to gather evidence in a row.
    pub unavailable: u32,
    /// Looks at CI since the head was pushed.
    pub ci_polls: u32,
    /// Pushes of a branch that had vanished, since the stage was entered.
    pub repushes: u32,
}

/// A bounce that happened: what the next brief must say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    /// From which stage.
    pub from: StageName,
    /// Counted as.
    pub cause: Cause,
    /// The gate's reason.
    pub reason: String,
    /// What to mend.
    pub findings: Vec<String>,
    /// Normalised findings; the same twice in a row escalates. None when there is nothing to compare.
    pub fingerprint: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What the runs of one stage came to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StageTotals {
    /// Runs begun.
    pub runs: u32,
    /// Of all its runs.
    pub usage: Usage,
    /// Duration of the latest finished run, in milliseconds.
    pub last_duration_ms: u64,
    /// Usage of the latest finished run.
    pub last_usage: Usage,
    /// Its model.
    pub model: Option<String>,
    /// A run has finished well.
    pub finished: bool,
    /// Durations of all its runs, in milliseconds.
    pub duration_ms: u64,
}

/// Continuous integration of one head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CiWatch {
    /// The head that is watched.
    pub head: CommitSha,
    /// Since when.
    pub since: Timestamp,
    /// People were told that it is slow.
    pub alerted: bool,
}

/// The latest result commit of a run at this task: what documents are read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultCommit {
    /// The run that made it.
    pub run: RunId,
    /// The commit; a head that was adopted takes its place.
    pub commit: CommitSha,
    /// The stage whose role wrote it; none as soon as a role is to work again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageName>,
    /// The code that the run left, which is what its report is about; with the default branch where that was merged since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_tree: Option<TreeSha>,
    /// The commit is somebody else's, and so may be what stands in the run's report.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adopted: bool,
    /// Documents that the run changed or added, paths in the repository.
    pub written: Vec<String>,
    /// The commit the run started from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<CommitSha>,
    /// A repair run: earlier reports were kept for it, so that only what it wrote is fresh.
    #[serde(default)]
    pub repair: bool,
}

impl ResultCommit {
    /// The document at this path is the run's own work, given that it exists: others were removed before the run.
    #[must_use]
    pub fn is_fresh(&self, path: &str) -> bool {
        !self.repair || self.written.iter().any(|written| written == path)
    }
}

/// What a head that is not ours got in the way of, until people or the role have dealt with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interrupted {
    /// A run, or work that people were still asked about: the role works again whatever becomes of that head.
    Run,
    /// A push: the work is on the branch if our head is restored, and done again if theirs is adopted.
    Push,
}

/// The project's tests, run by us in a clean checkout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalTests {
    /// The code that they test.
    pub code_tree: TreeSha,
    /// How they stand.
    pub stand: TestsStand,
}

/// See [`LocalTests`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestsStand {
    /// This job runs them.
    Running(JobId),
    /// Exit code 0.
    Passed,
    /// Anything else.
    Failed {
        /// `exit code 1`, or that they were stopped: at their time limit, or as stalled.
        what: String,
        /// The last lines they wrote.
        log_tail: String,
    },
}

/// What a task's state serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The work and the gates of its stage.
    #[default]
    Stage,
    /// Bringing the branch into the default branch.
    Merge,
    /// Bringing documents that were written after the merge into the default branch.
    Documents,
}

/// Something outside does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Since when.
    pub since: Timestamp,
    /// People were told.
    pub alerted: bool,
}

/// A human's Rejected that has to wait for the outcome of a merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingRejection {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Next numbers of what the task names itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Numbers {
    /// Jobs named so far.
    pub jobs: u32,
    /// Effects named so far.
    pub effects: u32,
    /// Timers armed so far.
    pub timers: u32,
}

/// Documents written after an early merge; they reach the default branch by a pull request of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateDocuments {
    /// Their branch.
    pub branch: BranchName,
    /// Its head.
    pub head: CommitSha,
    /// Its pull request, once open.
    pub pull_request: Option<u64>,
}

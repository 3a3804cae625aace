//! The task: our durable record of a work item. States carry their data (behaviour §3).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::effect::EffectKind;
use crate::evidence::Approval;
use crate::id::{
    BranchName, CommitSha, EffectKey, IssueId, JobId, PipelineDigest, ProjectId, RunId, TaskId, TreeSha,
    WorkItemId,
};
use crate::stage::{Cause, StageName};
use crate::time::Timestamp;
use crate::timer::TimerKind;
use crate::usage::Usage;

/// Where a task stands within its stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum TaskState {
    /// Its branch and first commit are being made.
    Starting,
    /// A role works.
    Working {
        /// The agent's job.
        job: JobId,
    },
    /// The work of a run is being pushed.
    Publishing {
        /// The run whose work it is.
        run: RunId,
    },
    /// Evidence for the gates is being gathered.
    Gathering {
        /// The gathering job.
        job: JobId,
    },
    /// Waits for something that will come by itself or from a human.
    Waiting(Wait),
    /// The forge is merging exactly this head.
    Merging {
        /// What is merged.
        head: CommitSha,
    },
    /// Stopped; a human has to say how to go on.
    Blocked {
        /// What happened.
        reason: String,
        /// What a restart does.
        resume: Resume,
    },
    /// The change is merged and deployed.
    Done,
    /// Given up.
    Cancelled,
}

/// What a task waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// A human's decision.
    Human(Ask),
    /// Answers to a role's questions.
    Answers,
    /// Continuous integration.
    Ci,
    /// Other work items.
    Dependency,
    /// Money; reserved for budgets.
    Budget,
}

/// What a human is asked to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Are these documents right?
    Documents {
        /// The documents that were shown.
        docs_tree: Option<TreeSha>,
    },
    /// May these protected files change?
    ProtectedPaths {
        /// The pinned commit that changes them.
        head: CommitSha,
        /// The run that made it.
        run: RunId,
        /// Which files.
        paths: Vec<String>,
    },
    /// Is this commit, which is not ours and does not descend from ours, wanted?
    ForeignHead {
        /// What the branch holds.
        head: CommitSha,
    },
}

/// What a restart of a blocked task does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resume {
    /// The role of the task's stage runs.
    Role,
    /// The gates look again.
    Gates,
    /// A dead effect is sent again.
    Effect {
        /// What it was.
        effect: Box<EffectKind>,
        /// The state that waited for it.
        state: Box<TaskState>,
    },
    /// The merge is tried again.
    Merge,
}

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
    /// The commit.
    pub commit: CommitSha,
    /// Documents that the run changed or added, paths in the repository.
    pub written: Vec<String>,
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

/// Our durable record of a work item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Its project.
    pub project: ProjectId,
    /// Its issue in the tracker.
    pub issue: IssueId,
    /// Its name to people.
    pub work_item: WorkItemId,
    /// The issue's title when it started.
    pub title: String,
    /// The issue's description when it started, as text.
    pub description: String,
    /// Its branch.
    pub branch: BranchName,
    /// The pipeline it started with.
    pub pipeline: PipelineDigest,
    /// Grows by one with every step.
    pub revision: u64,
    /// Its stage.
    pub stage: StageName,
    /// Its state within the stage.
    pub state: TaskState,
    /// Since when it is in this stage and state.
    pub since: Timestamp,
    /// When it was started.
    pub created_at: Timestamp,
    /// When its present stage was entered.
    pub stage_since: Timestamp,
    /// Next numbers.
    pub numbers: Numbers,
    /// Loops taken.
    pub counters: Counters,
    /// The head of its branch as we pushed it.
    pub head: Option<CommitSha>,
    /// The latest result commit.
    pub result: Option<ResultCommit>,
    /// Tree of the code at the latest result.
    pub code_tree: Option<TreeSha>,
    /// Tree of its documents at the latest result.
    pub docs_tree: Option<TreeSha>,
    /// The code tree that CI found green.
    pub ci_green: Option<TreeSha>,
    /// The code tree that the reviewer approved.
    pub reviewed: Option<TreeSha>,
    /// The code tree that the tests passed on.
    pub tested: Option<TreeSha>,
    /// A human's approval of the documents.
    pub approval: Option<Approval>,
    /// Its pull request.
    pub pull_request: Option<u64>,
    /// The commit on the default branch, once merged.
    pub merged: Option<CommitSha>,
    /// The branch for documents written after the merge, its head and its pull request.
    pub late_documents: Option<LateDocuments>,
    /// Merges made before this moment do not count any more (rolled back).
    pub rolled_back_at: Option<Timestamp>,
    /// Required effects that are not finished.
    pub open_effects: BTreeSet<EffectKey>,
    /// Armed timers and their generations.
    pub timers: BTreeMap<TimerKind, u32>,
    /// The CI command that runs, where CI is ours.
    pub ci_job: Option<JobId>,
    /// The head whose CI is watched.
    pub ci: Option<CiWatch>,
    /// Runs fail transiently, or evidence is unavailable.
    pub outage: Option<Outage>,
    /// What the present state serves.
    pub phase: Phase,
    /// The gates look again on somebody's wish: a failure is told, never a bounce; the state to return to then.
    pub recheck: Option<Box<TaskState>>,
    /// The run whose status comment was written.
    pub told: Option<RunId>,
    /// Bounces, oldest first.
    pub bounces: Vec<Bounce>,
    /// A rejection that waits for a merge's outcome.
    pub pending_rejection: Option<PendingRejection>,
    /// Runs by stage.
    pub totals: BTreeMap<StageName, StageTotals>,
    /// When the first approve request went out, and when the advance came.
    pub review_clock: (Option<Timestamp>, Option<Timestamp>),
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

impl Task {
    /// Done or Cancelled: nothing revives it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, TaskState::Done | TaskState::Cancelled)
    }

    /// `docs/work-items/ET-012/{name}`.
    #[must_use]
    pub fn document(&self, name: &str) -> String {
        format!("docs/work-items/{}/{name}", self.work_item)
    }

    /// The job that the present state waits for.
    #[must_use]
    pub fn current_job(&self) -> Option<JobId> {
        match &self.state {
            TaskState::Working { job } | TaskState::Gathering { job } => Some(*job),
            TaskState::Starting
            | TaskState::Publishing { .. }
            | TaskState::Waiting(_)
            | TaskState::Merging { .. }
            | TaskState::Blocked { .. }
            | TaskState::Done
            | TaskState::Cancelled => None,
        }
    }

    /// Everything that runs cost so far.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let mut sum = Usage::default();
        for totals in self.totals.values() {
            sum += totals.usage;
        }
        sum
    }
}

impl TaskState {
    /// One word (or two) for tables and the database.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Working { .. } => "working",
            Self::Publishing { .. } => "publishing",
            Self::Gathering { .. } => "gathering",
            Self::Waiting(Wait::Human(_)) => "waiting-human",
            Self::Waiting(Wait::Answers) => "waiting-answers",
            Self::Waiting(Wait::Ci) => "waiting-ci",
            Self::Waiting(Wait::Dependency) => "waiting-dependency",
            Self::Waiting(Wait::Budget) => "waiting-budget",
            Self::Merging { .. } => "merging",
            Self::Blocked { .. } => "blocked",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

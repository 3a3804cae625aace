//! The task: our durable record of a work item. States carry their data (behaviour §3).

mod record;

pub use record::{
    Bounce, CiWatch, Counters, Interrupted, LateDocuments, LocalTests, Numbers, Outage, PendingRejection,
    Phase, ResultCommit, StageTotals, TestsStand,
};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::effect::{EffectKind, Push};
use crate::evidence::Approval;
use crate::id::{
    BranchName, CommitSha, EffectKey, IssueId, JobId, PipelineDigest, ProjectId, RunId, TaskId, TreeSha,
    WorkItemId,
};
use crate::stage::StageName;
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
    /// Is the pull request right? Answered in the forge.
    ForgeReview,
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
    /// The start is tried again: what blocks it is looked at first.
    Start,
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
    /// The pipeline it started with, or was moved to since.
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
    /// The push of that head, when it was refused and the task went on all the same: the branch is where the push expected it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpushed: Option<Push>,
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
    /// The code tree that was approved in the forge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forge_reviewed: Option<TreeSha>,
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
    /// It holds the project's merge slot: the default branch was merged into its branch, and what CI says of that head is awaited.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub holds_slot: bool,
    /// Required effects that are not finished.
    pub open_effects: BTreeSet<EffectKey>,
    /// Armed timers and their generations.
    pub timers: BTreeMap<TimerKind, u32>,
    /// The CI command that runs, where CI is ours.
    pub ci_job: Option<JobId>,
    /// The report of its result, while that is under way and CI of that head is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci_report: Option<EffectKey>,
    /// It could not be run on the present head; nothing runs until it is queued again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ci_not_run: bool,
    /// The project's tests as we run them, where a gate wants them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_tests: Option<LocalTests>,
    /// The head whose CI is watched.
    pub ci: Option<CiWatch>,
    /// Something decisive about the head was seen after the gathering of evidence began: what that brings may be older.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub head_decided: bool,
    /// Runs fail transiently, or evidence is unavailable.
    pub outage: Option<Outage>,
    /// A command of ours cannot be run for a passing reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_outage: Option<Outage>,
    /// What somebody else's head got in the way of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<Interrupted>,
    /// The latest run that was launched repairs a report.
    #[serde(default)]
    pub repairing: bool,
    /// What the present state serves.
    pub phase: Phase,
    /// The gates look again on somebody's wish: a failure is told, never a bounce; the state to return to then.
    pub recheck: Option<Box<TaskState>>,
    /// The run whose status comment was written.
    pub told: Option<RunId>,
    /// Names of the issues that it waited for when it was last looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blockers: Vec<String>,
    /// Bounces, oldest first.
    pub bounces: Vec<Bounce>,
    /// A rejection that waits for a merge's outcome.
    pub pending_rejection: Option<PendingRejection>,
    /// Runs by stage.
    pub totals: BTreeMap<StageName, StageTotals>,
    /// When the first approve request went out, and when the advance came.
    pub review_clock: (Option<Timestamp>, Option<Timestamp>),
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

    /// The push that never brought our head to the branch: it was refused.
    #[must_use]
    pub fn refused_push(&self) -> Option<&Push> {
        let stopped = match &self.state {
            TaskState::Blocked {
                resume: Resume::Effect { effect, .. },
                ..
            } => effect.as_push(),
            TaskState::Starting
            | TaskState::Working { .. }
            | TaskState::Publishing { .. }
            | TaskState::Gathering { .. }
            | TaskState::Waiting(_)
            | TaskState::Merging { .. }
            | TaskState::Blocked { .. }
            | TaskState::Done
            | TaskState::Cancelled => None,
        };
        let refused = stopped.or(self.unpushed.as_ref());
        refused.filter(|push| push.branch == self.branch && Some(&push.commit) == self.head.as_ref())
    }

    /// The job that runs the project's tests.
    #[must_use]
    pub fn tests_job(&self) -> Option<JobId> {
        match self.local_tests.as_ref().map(|tests| &tests.stand) {
            Some(TestsStand::Running(job)) => Some(*job),
            Some(TestsStand::Passed | TestsStand::Failed { .. }) | None => None,
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

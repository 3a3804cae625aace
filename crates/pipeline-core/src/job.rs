//! Jobs: durable work with a lease. A job is attempted by runs; every write of a run carries its fence.

use serde::{Deserialize, Serialize};

use crate::evidence::EvidenceRequest;
use crate::id::{BranchName, CommitSha, JobId, ProjectId, RunId, WorkItemId};
use crate::role::Role;
use crate::stage::StageName;
use crate::time::Timestamp;

/// A job to be queued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewJob {
    /// Its id, numbered by the task.
    pub id: JobId,
    /// For limits and fairness.
    pub project: ProjectId,
    /// Not to be claimed earlier.
    pub available_at: Timestamp,
    /// The work.
    pub kind: JobKind,
}

/// The work of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum JobKind {
    /// Run an agent.
    Agent(AgentJob),
    /// Gather evidence for the gates of a stage.
    Gather(GatherJob),
    /// Run a command of the project in a clean checkout.
    Command(CommandJob),
}

impl JobKind {
    /// The name people see in the queue: the role, `gather` or the command's purpose.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Agent(job) => job.role.as_str(),
            Self::Gather(_) => "gather",
            Self::Command(job) => job.context.as_str(),
        }
    }
}

/// Where a run starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartPoint {
    /// The task's branch at this head.
    Branch {
        /// The pinned head.
        head: CommitSha,
    },
    /// The default branch's present head, with this commit merged into it when given (documents after an early merge,
    /// or the branch that goes on after a rollback).
    DefaultBranch {
        /// To be merged in.
        with: Option<CommitSha>,
    },
}

/// Run an agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgentJob {
    /// The stage it works in.
    pub stage: StageName,
    /// Who.
    pub role: Role,
    /// For names of paths.
    pub work_item: WorkItemId,
    /// The branch whose checkout is used.
    pub branch: BranchName,
    /// Where it starts from.
    pub start: StartPoint,
    /// What it is told besides the role's prompt.
    pub brief: String,
    /// Documents removed from the checkout first, so that only fresh ones are there. Paths in the repository.
    pub remove: Vec<String>,
    /// The run whose session is resumed, if the provider can.
    pub resume: Option<RunId>,
    /// Its prompt at the project's default branch, where it is not the role's own. A path in the repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
}

/// Gather evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GatherJob {
    /// The stage whose gates want it.
    pub stage: StageName,
    /// What they want.
    pub wants: EvidenceRequest,
}

/// Run a command of the project, such as its tests as CI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandJob {
    /// The status context it reports as, such as `ci/test`.
    pub context: String,
    /// The shell command, from the project's settings.
    pub command: String,
    /// In a clean checkout of exactly this commit.
    pub commit: CommitSha,
    /// For names of paths.
    pub branch: BranchName,
}

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Waits to be claimed.
    Queued,
    /// Leased.
    Running,
    /// Over, its result was taken.
    Done,
    /// Over, given up.
    Failed,
    /// Over, called off.
    Cancelled,
}

impl JobStatus {
    /// The word in the table and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

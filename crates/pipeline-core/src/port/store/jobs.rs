//! The queue, its leases, and the runs.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use crate::id::{InstanceId, JobId, ProjectId, TaskId};
use crate::job::{JobKind, JobStatus};
use crate::port::store::StoreError;
use crate::run::RunRow;
use crate::time::Timestamp;

/// A wish to claim a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRequest {
    /// Who.
    pub owner: InstanceId,
    /// Now.
    pub now: Timestamp,
    /// The lease ends then.
    pub lease_until: Timestamp,
    /// Agent and command jobs leased at once, overall. Gathering does not count and is always claimed first.
    pub limit: usize,
    /// The same for projects with a limit of their own; 0 holds a project back.
    pub project_limits: BTreeMap<ProjectId, usize>,
    /// Projects whose new tasks do not begin: their first job is left queued until it was claimed once.
    pub no_new_tasks: BTreeSet<ProjectId>,
    /// Jobs that are taken by this claim, in one transaction; at least one is looked for. Fewer are taken only when no other may be taken now.
    pub at_most: usize,
}

/// What came of a claim.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// These jobs are ours until their leases end: at least one, in the order of their turns.
    Taken(Vec<LeasedJob>),
    /// Nothing can be claimed now; the next queued job becomes available then, when one does.
    Empty {
        /// When to look again.
        next: Option<Timestamp>,
    },
}

impl Claim {
    /// The jobs that were taken.
    #[must_use]
    pub fn taken(self) -> Vec<LeasedJob> {
        match self {
            Self::Taken(jobs) => jobs,
            Self::Empty { .. } => Vec::new(),
        }
    }
}

/// A leased job.
#[derive(Debug, Clone, PartialEq)]
pub struct LeasedJob {
    /// Which.
    pub id: JobId,
    /// Its project.
    pub project: ProjectId,
    /// The work.
    pub kind: JobKind,
    /// The attempt.
    pub fence: u32,
    /// When it began to wait for this attempt: when it could first have been claimed.
    pub available_at: Timestamp,
    /// Whose.
    pub owner: InstanceId,
    /// Until when.
    pub lease_until: Timestamp,
    /// It was called off; its owner stops it.
    pub cancel_requested: bool,
    /// Daemons that died while it ran.
    pub deaths: u32,
}

/// What came of renewing a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// Ours.
    Held,
    /// Ours, but called off.
    CancelRequested,
    /// Not ours any more: its result would be dropped.
    Lost,
}

/// A job as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRow {
    /// Which.
    pub id: JobId,
    /// Its project.
    pub project: ProjectId,
    /// How it stands.
    pub status: JobStatus,
    /// The work.
    pub kind: JobKind,
    /// Attempts begun.
    pub fence: u32,
    /// Not to be claimed earlier.
    pub available_at: Timestamp,
    /// When it was queued.
    pub created_at: Timestamp,
}

/// Which jobs are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobFilter {
    /// The newest ones.
    Newest(usize),
    /// Of one task, oldest first.
    OfTask(TaskId),
    /// One.
    One(JobId),
}

/// Jobs by status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobCounts {
    /// Waiting.
    pub queued: u64,
    /// Leased.
    pub running: u64,
    /// Over.
    pub done: u64,
    /// Given up.
    pub failed: u64,
    /// Called off.
    pub cancelled: u64,
}

/// The queue.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait JobStore: Send + Sync {
    /// Takes the next jobs, atomically, as if each were claimed by itself after the one before; the fence grows by one. Gathering comes first.
    /// Between projects: the one with the fewest agents and commands leased, then the one whose latest claim of such a job is longest ago;
    /// within a project the earliest available.
    async fn claim(&self, request: ClaimRequest) -> Result<Claim, StoreError>;

    /// Renews the lease of this attempt, and takes it over when `owner` differs (adoption after a restart).
    async fn renew(
        &self,
        job: JobId,
        fence: u32,
        owner: &InstanceId,
        until: Timestamp,
    ) -> Result<Renewal, StoreError>;

    /// How the lease of this attempt stands: what [`JobStore::renew`] would answer. Renews nothing and looks at this job alone, so that each run
    /// may ask often.
    async fn lease(&self, job: JobId, fence: u32) -> Result<Renewal, StoreError>;

    /// Every leased job: what a start has to adopt, and what the sweep watches.
    async fn leased(&self) -> Result<Vec<LeasedJob>, StoreError>;

    /// Queues a lost attempt again and answers how many daemons have died over the job; `None` when the fence is not the job's any more. `died`
    /// says whether this loss counts as such a death.
    async fn give_back(
        &self,
        job: JobId,
        fence: u32,
        available_at: Timestamp,
        died: bool,
    ) -> Result<Option<u32>, StoreError>;

    /// Jobs for people.
    async fn jobs(&self, filter: JobFilter) -> Result<Vec<JobRow>, StoreError>;

    /// How many of each status.
    async fn counts(&self) -> Result<JobCounts, StoreError>;

    /// The runs of a task, oldest first. Rows are written by commits.
    async fn runs(&self, task: TaskId) -> Result<Vec<RunRow>, StoreError>;
}

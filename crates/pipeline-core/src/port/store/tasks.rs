//! Tasks, their event log, and the one transaction of a step.

use async_trait::async_trait;

use crate::decision::Requeue;
use crate::effect::NewEffect;
use crate::event::LogEntry;
use crate::id::{
    BranchName, DeliveryId, EffectKey, IssueId, JobId, OrderId, PipelineDigest, ProjectDigest, ProjectId,
    TaskId, WorkItemId,
};
use crate::job::{JobStatus, NewJob};
use crate::order::OrderAnswer;
use crate::orders::ItemMark;
use crate::pipeline::Pipeline;
use crate::port::store::StoreError;
use crate::port::store::outbox::EffectStatus;
use crate::project::Project;
use crate::resilience::AccountHealth;
use crate::run::RunRow;
use crate::task::Task;
use crate::time::Timestamp;
use crate::timer::{TimerChange, TimerKind};

/// Everything one step writes, in one transaction or not at all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Commit {
    /// When.
    pub at: Timestamp,
    /// The task, when it is new or changes.
    pub task: Option<TaskWrite>,
    /// The definition that the task is pinned to from now on, when `task` moves it there; stored unless it is there. A new task brings
    /// its own in [`TaskWrite::Insert`].
    pub repin: Option<Box<Pipeline>>,
    /// The event as logged, when it changed the task.
    pub log: Option<Logged>,
    /// Rows for the outbox. A Desired row replaces the unsent row of its target; a key that is there already is left alone.
    pub effects: Vec<NewEffect>,
    /// Jobs to queue; an id that is there already is left alone.
    pub jobs: Vec<NewJob>,
    /// Jobs queued again.
    pub requeue: Vec<Requeue>,
    /// Jobs called off: queued ones are cancelled, leased ones are marked so that their owner stops them.
    pub cancel: Vec<JobId>,
    /// Timers of the task, in this order.
    pub timers: Vec<(TaskId, TimerChange)>,
    /// The job whose result this is: it ends with this status, if the fence still holds. Ignored when the same job is in `requeue`, except for the fence.
    pub job_end: Option<JobEnd>,
    /// The run's row, inserted or replaced.
    pub run: Option<RunRow>,
    /// The outbox row whose result this is. A stale fence → [`Committed::Fenced`].
    pub effect_end: Option<EffectEnd>,
    /// An outbox row that an operator changes. Not as it was read → [`Committed::Fenced`].
    pub effect_change: Option<EffectChange>,
    /// Deliveries that this step covers.
    pub acknowledge: Vec<DeliveryId>,
    /// What is remembered of an issue; its revision is the one that was read. Changed meanwhile → [`Committed::Stale`].
    pub mark: Option<ItemMark>,
    /// How an account of a provider fares; its revision is the one that was read. Changed meanwhile → [`Committed::Stale`].
    pub account: Option<AccountHealth>,
    /// The operator's order that this step answers.
    pub answer: Option<(OrderId, OrderAnswer)>,
}

/// An entry of the event log with the project that its digest names: stored once per digest, so that a replay goes by the same settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// The entry.
    pub entry: LogEntry,
    /// The project as the rules saw it.
    pub project: Box<Project>,
}

/// How a task is written.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskWrite {
    /// It is new; its pipeline is stored with it. Another task of the same issue or work item → [`Committed::Stale`].
    Insert(Box<Task>, Box<Pipeline>),
    /// It was read with this revision; `task.revision` is the next one.
    Update {
        /// As it is from now on.
        task: Box<Task>,
        /// As it was read.
        read_revision: u64,
    },
}

/// The end of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobEnd {
    /// Which.
    pub job: JobId,
    /// Whose write this is.
    pub fence: u32,
    /// Done, Failed or Cancelled.
    pub status: JobStatus,
}

/// The end of an outbox row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectEnd {
    /// Which.
    pub key: EffectKey,
    /// The generation that was claimed; a newer Desired row stays pending.
    pub generation: u32,
    /// The claim whose result this is; when somebody has claimed the row since, or it is over, the result is dropped.
    pub fence: u32,
    /// None: done. Else it is dead, with what the system said.
    pub dead: Option<String>,
}

/// An operator's change to an outbox row that is not being sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectChange {
    /// Which.
    pub key: EffectKey,
    /// Its status as read: pending, ambiguous or dead.
    pub status: EffectStatus,
    /// Its fence as read.
    pub fence: u32,
    /// What becomes of it.
    pub change: RowChange,
}

/// What an operator makes of an outbox row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowChange {
    /// It is due at once, with all its tries before it; a dead one lives again.
    Due,
    /// It is taken out and will not be sent; the sentence says by whom and why.
    Drop(String),
}

/// What came of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// All of it is durable.
    Yes,
    /// The task, the issue's mark or the account changed meanwhile (or exists already): read again, decide again. Nothing was written.
    Stale,
    /// The fence is not the job's or the outbox row's any more: the result is dropped. Nothing was written.
    Fenced,
}

/// How a task is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskKey {
    /// By id.
    Id(TaskId),
    /// By work item.
    WorkItem(WorkItemId),
    /// By issue.
    Issue(ProjectId, IssueId),
    /// By branch.
    Branch(ProjectId, BranchName),
}

/// Which tasks are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskFilter {
    /// Not Done, not Cancelled.
    Open,
    /// So many of those that are Done or Cancelled, of all projects, the last to end first.
    NewestFinished(usize),
    /// All.
    All,
}

/// A timer that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueTimer {
    /// Whose.
    pub task: TaskId,
    /// Which.
    pub kind: TimerKind,
    /// As armed.
    pub generation: u32,
}

/// Tasks, timers, and the step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait TaskStore: Send + Sync {
    /// The next task id; one that is not used stays a gap.
    async fn allot_task(&self) -> Result<TaskId, StoreError>;

    /// The task, as of now.
    async fn task(&self, key: &TaskKey) -> Result<Option<Task>, StoreError>;

    /// Tasks, oldest first.
    async fn tasks(&self, filter: TaskFilter) -> Result<Vec<Task>, StoreError>;

    /// The open tasks of a project that hold its merge slot, oldest first: one at most, unless something went wrong.
    async fn slot_holders(&self, project: &ProjectId) -> Result<Vec<Task>, StoreError>;

    /// The pipeline that a task is pinned to.
    async fn pipeline(&self, digest: &PipelineDigest) -> Result<Option<Pipeline>, StoreError>;

    /// A project as it was when an event of the log was decided.
    async fn project(&self, digest: &ProjectDigest) -> Result<Option<Project>, StoreError>;

    /// One step: all or nothing, durable when it returns `Yes`.
    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError>;

    /// The event log of a task, oldest first.
    async fn log(&self, task: TaskId) -> Result<Vec<LogEntry>, StoreError>;

    /// Timers due at `now`, at most `limit`, earliest first. They stay armed until a commit disarms or re-arms them.
    async fn due_timers(&self, now: Timestamp, limit: usize) -> Result<Vec<DueTimer>, StoreError>;
}

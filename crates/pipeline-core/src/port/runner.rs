//! Runs of agents and project commands. A run outlives the daemon: it is started, followed, and taken up again after a restart.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;

use crate::id::{AccountId, ProjectId, RunId, WorkItemId};
use crate::port::PortError;
use crate::resilience::PreflightReport;
use crate::role::Role;
use crate::run::{RunFailure, RunRecord};
use crate::stage::{StageName, WriteScope};
use crate::time::Timestamp;

/// A run to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSpec {
    /// Its id; also the name of its directory.
    pub run: RunId,
    /// Chooses provider, model and environment.
    pub project: ProjectId,
    /// The checkout it works in.
    pub directory: PathBuf,
    /// It is stopped after this.
    pub timeout: Duration,
    /// How it came about; kept in the run's record, changes nothing.
    pub occasion: RunOccasion,
    /// What runs.
    pub work: RunWork,
}

/// How a run came about: its time in the queue, and what is left when it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunOccasion {
    /// When its job began to wait for this attempt.
    pub queued_at: Timestamp,
    /// When the job was claimed.
    pub claimed_at: Timestamp,
    /// Which of its attempts the stage is at; none for a command, and when that could not be told.
    pub tries: Option<Tries>,
}

/// How often a failing agent is tried in a stage. Losses of a runner or a daemon do not count here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// This one, from 1.
    pub attempt: u32,
    /// All of them: a failure of the last one blocks the task.
    pub allowed: u32,
}

/// What runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunWork {
    /// An agent.
    Agent {
        /// Who.
        role: Role,
        /// In which stage.
        stage: StageName,
        /// Whose provider runs it; one of those that the project's agents may have.
        provider: AccountId,
        /// For names of paths.
        work_item: WorkItemId,
        /// The role's prompt.
        prompt: String,
        /// What it is told.
        brief: String,
        /// What the role may write, for providers that can be told; none: anything in the checkout. The harvested diff is
        /// checked in any case.
        scope: Option<WriteScope>,
        /// The session to resume, if the provider can.
        resume: Option<String>,
        /// The version of its program, as the last preflight found it: which flags it knows.
        version: Option<String>,
    },
    /// A command of the project, run by `sh -c`.
    Command {
        /// The command line, from the project's settings.
        command: String,
    },
}

/// How a run stands.
#[derive(Debug, Clone, PartialEq)]
pub enum RunStatus {
    /// It runs.
    Running,
    /// It ended.
    Ended(Box<RunEnd>),
    /// Its program never began: nothing of it was done.
    NeverBegan,
    /// Its program may have begun, it is not alive, and it left no completion marker.
    Lost,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct RunEnd {
    /// What it reported, and what we know of it.
    pub record: RunRecord,
    /// The last lines of its output, control characters taken out.
    pub log_tail: String,
    /// It was stopped at its time limit.
    pub timed_out: bool,
    /// It was stopped because for too long it printed nothing, used no processor time and changed no file.
    pub stalled: bool,
    /// It was called off.
    pub cancelled: bool,
    /// None: it went well. For a command an exit code other than 0 is not a failure.
    pub failure: Option<RunFailure>,
}

/// Starts and follows runs.
///
/// Guarantees: a run that was started is found again by its id after the daemon was killed; the end of a run is reported only when none of its
/// processes is alive; a second `start` of the same id does not start it twice.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Runner: Send + Sync {
    /// Starts it; returns when it runs. `Permanent`: a program is missing or the settings are wrong.
    async fn start(&self, spec: &RunSpec) -> Result<(), PortError>;

    /// How it stands now; `NeverBegan` also for a run that nobody started.
    async fn status(&self, run: &RunId) -> Result<RunStatus, PortError>;

    /// Returns as soon as it is not `Running` any more.
    async fn wait(&self, run: &RunId) -> Result<RunStatus, PortError>;

    /// Asks it to stop: TERM, grace, KILL of the whole tree. Returns at once; no error when it is over.
    async fn cancel(&self, run: &RunId) -> Result<(), PortError>;

    /// Providers can be started; costs no tokens.
    async fn check(&self) -> Result<(), PortError>;

    /// Whether a run of this project on this account could begin: its program is there, knows our command line and is logged in, as far as
    /// can be told without spending tokens. What is wrong stands in the report; an error says only that it could not be found out.
    async fn preflight(&self, project: &ProjectId, account: &AccountId)
    -> Result<PreflightReport, PortError>;
}

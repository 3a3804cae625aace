//! Why a run ended, in one word of a closed list.

use pipeline_core::run::{FailureClass, RunFailure};
use process::{EndReason, ExitRecord};
use serde::{Deserialize, Serialize};

use crate::result_record::ResultRecord;

/// Why a run ended. The list is part of the contract of `run.json`: a word never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExitReason {
    /// It did what it was asked for, as far as it says; a command ended with exit code 0.
    Success,
    /// An agent that had reported success did not exit and was stopped.
    SuccessAfterGrace,
    /// The agent says that it failed, by its result record or its exit code.
    AgentError,
    /// The agent says that it went well, and names permissions that it was denied.
    PermissionDenied,
    /// The agent ended with exit code 0 and left no result record.
    NoRecord,
    /// A command of the project ended with an exit code other than 0.
    CommandFailed,
    /// A signal that was not ours ended it.
    Killed,
    /// The provider asks for another try later.
    Transient,
    /// The provider cannot work as it is set up.
    Misconfigured,
    /// Its time limit passed.
    Timeout,
    /// It did nothing for too long.
    Stalled,
    /// It was called off.
    Cancelled,
    /// Its runner was asked to end, as when the machine stops.
    Interrupted,
    /// Its runner was killed before it had said everything.
    Lost,
    /// Its program was never started: the runner did not get that far.
    NeverBegan,
    /// Its program could not be started.
    SpawnFailed,
}

impl ExitReason {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 16] = [
        Self::Success,
        Self::SuccessAfterGrace,
        Self::AgentError,
        Self::PermissionDenied,
        Self::NoRecord,
        Self::CommandFailed,
        Self::Killed,
        Self::Transient,
        Self::Misconfigured,
        Self::Timeout,
        Self::Stalled,
        Self::Cancelled,
        Self::Interrupted,
        Self::Lost,
        Self::NeverBegan,
        Self::SpawnFailed,
    ];

    /// The word in `run.json`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::SuccessAfterGrace => "success_after_grace",
            Self::AgentError => "agent_error",
            Self::PermissionDenied => "permission_denied",
            Self::NoRecord => "no_record",
            Self::CommandFailed => "command_failed",
            Self::Killed => "killed",
            Self::Transient => "transient",
            Self::Misconfigured => "misconfigured",
            Self::Timeout => "timeout",
            Self::Stalled => "stalled",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
            Self::Lost => "lost",
            Self::NeverBegan => "never_began",
            Self::SpawnFailed => "spawn_failed",
        }
    }

    /// It did what it was asked for.
    #[must_use]
    pub fn is_success(self) -> bool {
        matches!(self, Self::Success | Self::SuccessAfterGrace)
    }
}

/// What an agent said of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Report {
    /// It left no result record.
    Missing,
    /// It left one.
    Made,
    /// It left one that tells of no error, and of permissions that were denied.
    MadeWithDenials,
}

impl Report {
    pub(super) fn of(record: Option<&ResultRecord>) -> Self {
        match record {
            None => Self::Missing,
            Some(record) if !record.is_error && !record.denied.is_empty() => Self::MadeWithDenials,
            Some(_) => Self::Made,
        }
    }
}

/// Why a run ended whose result was taken: by its marker (none when that is missing), by what its failure was judged to
/// be, and by what an agent had reported.
pub(super) fn of_end(exit: Option<&ExitRecord>, failure: Option<&RunFailure>, report: Report) -> ExitReason {
    match exit.map_or(EndReason::Exited, |exit| exit.reason) {
        EndReason::Cancelled => ExitReason::Cancelled,
        EndReason::Interrupted => ExitReason::Interrupted,
        EndReason::SpawnFailed => ExitReason::SpawnFailed,
        EndReason::Timeout => ExitReason::Timeout,
        EndReason::Stalled => ExitReason::Stalled,
        EndReason::Lingered if failure.is_none() => ExitReason::SuccessAfterGrace,
        EndReason::Lingered | EndReason::Exited => by_itself(exit, failure, report),
    }
}

fn by_itself(exit: Option<&ExitRecord>, failure: Option<&RunFailure>, report: Report) -> ExitReason {
    let code = exit.and_then(|exit| exit.exit_code);
    // One that lingered was ended by ours.
    let by_itself = |exit: &ExitRecord| exit.reason == EndReason::Exited && exit.signal.is_some();
    if exit.is_some_and(by_itself) {
        return ExitReason::Killed;
    }
    match failure.map(|failure| failure.class) {
        // Without a failure the code of an agent is 0; that of a command may be any.
        None if code.is_some_and(|code| code != 0) => ExitReason::CommandFailed,
        None => ExitReason::Success,
        Some(FailureClass::Transient) => ExitReason::Transient,
        Some(FailureClass::Permanent) => ExitReason::Misconfigured,
        Some(FailureClass::Agent | FailureClass::Poison) => match (report, code) {
            (Report::Missing, Some(0)) => ExitReason::NoRecord,
            // Without a marker the code is not known; the report is all there is to judge by.
            (Report::MadeWithDenials, Some(0) | None) => ExitReason::PermissionDenied,
            (Report::Missing | Report::Made | Report::MadeWithDenials, _) => ExitReason::AgentError,
        },
    }
}

//! How a scripted run ends.

use std::time::Duration;

use pipeline_core::port::runner::{RunEnd, RunStatus};
use pipeline_core::run::{FailureClass, RunFailure, RunRecord};
use pipeline_core::usage::Usage;

/// How a scripted run ends.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptedEnd(RunStatus);

impl ScriptedEnd {
    /// It did its work; small numbers of tokens, a session `session-1`.
    #[must_use]
    pub fn finished() -> Self {
        Self::ended(well("done\n"))
    }

    /// It did its work and reports this.
    #[must_use]
    pub fn finished_with(record: RunRecord) -> Self {
        Self::ended(RunEnd {
            record,
            ..well("done\n")
        })
    }

    /// A command ended with this code after writing this.
    #[must_use]
    pub fn exited(code: i32, log: &str) -> Self {
        let record = RunRecord {
            exit_code: Some(code),
            duration_ms: 1_000,
            ..RunRecord::default()
        };
        Self::ended(RunEnd { record, ..well(log) })
    }

    /// The agent failed by itself: counts as an attempt.
    #[must_use]
    pub fn agent_error(message: &str) -> Self {
        Self::failed(FailureClass::Agent, message, None)
    }

    /// Rate limit, overload: again later, not before the provider's wish.
    #[must_use]
    pub fn transient(message: &str, retry_after: Option<Duration>) -> Self {
        Self::failed(FailureClass::Transient, message, retry_after)
    }

    /// A human has to mend it.
    #[must_use]
    pub fn permanent(message: &str) -> Self {
        Self::failed(FailureClass::Permanent, message, None)
    }

    /// It failed for exactly this reason.
    #[must_use]
    pub fn failing(failure: RunFailure) -> Self {
        let message = failure.message.clone();
        let record = RunRecord {
            exit_code: Some(1),
            duration_ms: 1_000,
            ..RunRecord::default()
        };
        Self::ended(RunEnd {
            record,
            failure: Some(failure),
            ..well(&message)
        })
    }

    /// It was stopped at its time limit.
    #[must_use]
    pub fn timed_out() -> Self {
        let Self(status) = Self::agent_error("timed out");
        Self(match status {
            RunStatus::Ended(end) => RunStatus::Ended(Box::new(RunEnd {
                timed_out: true,
                ..*end
            })),
            RunStatus::Running | RunStatus::NeverBegan | RunStatus::Lost => status,
        })
    }

    /// It was stopped because it did nothing any more.
    #[must_use]
    pub fn stalled() -> Self {
        Self::ended(RunEnd {
            stalled: true,
            record: RunRecord::default(),
            ..well("no sign of life\n")
        })
    }

    /// It goes on until somebody calls it off, loses or finishes it.
    #[must_use]
    pub fn hangs() -> Self {
        Self(RunStatus::Running)
    }

    /// It vanished without a trace.
    #[must_use]
    pub fn lost() -> Self {
        Self(RunStatus::Lost)
    }

    /// Exactly this.
    #[must_use]
    pub fn ended(end: RunEnd) -> Self {
        Self(RunStatus::Ended(Box::new(end)))
    }

    pub(super) fn into_status(self) -> RunStatus {
        self.0
    }

    fn failed(class: FailureClass, message: &str, retry_after: Option<Duration>) -> Self {
        Self::failing(RunFailure::of_class(class, message).after(retry_after))
    }
}

/// The end of a run that went well.
pub(super) fn well(log: &str) -> RunEnd {
    RunEnd {
        record: RunRecord {
            exit_code: Some(0),
            usage: Usage {
                input_tokens: 1_000,
                output_tokens: 200,
                cost_usd: 0.05,
                ..Usage::default()
            },
            model: Some("scripted".to_owned()),
            session: Some("session-1".to_owned()),
            duration_ms: 60_000,
            summary: "did what was asked".to_owned(),
            ..RunRecord::default()
        },
        log_tail: log.to_owned(),
        timed_out: false,
        stalled: false,
        cancelled: false,
        failure: None,
    }
}

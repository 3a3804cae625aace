//! Why a run failed, by name: what people, alerts and rules can tell apart.

use serde::{Deserialize, Serialize};

use super::FailureClass;

/// Why a run failed. A word never changes its meaning; it stands in events and in `run.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCause {
    /// Too many requests for now.
    RateLimit,
    /// The provider is overloaded.
    Overload,
    /// The provider failed by itself.
    ServerError,
    /// The provider cannot be reached.
    Network,
    /// The account's allowance is used up until a reset.
    UsageLimit,
    /// The runner was killed, or nobody knows any more what ran.
    RunnerLost,
    /// The run was stopped from outside, as when the machine stops.
    Interrupted,
    /// We called the run off.
    CalledOff,
    /// What the run needs from us or from outside did not answer.
    Unavailable,
    /// The agent asked to be run again later.
    AskedToWait,
    /// No login, an expired one, or a key that is not taken.
    NotLoggedIn,
    /// The account has to be paid for.
    Billing,
    /// The model does not exist, or the account may not use it.
    ModelUnavailable,
    /// The program is missing or cannot be started.
    MissingProgram,
    /// The program refuses its command line.
    BadFlag,
    /// The program says that it is set up wrongly.
    BadConfiguration,
    /// It was denied a tool that it wanted.
    PermissionDenied,
    /// Prompt and conversation do not fit into the model's context.
    ContextTooLong,
    /// One answer of the model was longer than it may be.
    OutputTooLong,
    /// It used up its turns.
    TurnCap,
    /// It used up its money.
    MoneyCap,
    /// The model would not do it.
    Refusal,
    /// The session to resume is not there, or is in use.
    SessionUnusable,
    /// It ended and had printed nothing.
    NoOutput,
    /// It ended without saying how it went.
    NoRecord,
    /// It reported success, and its document is not there.
    DocumentMissing,
    /// What it left cannot be taken over.
    ResultUnusable,
    /// It says itself that it failed, and nothing more exact.
    AgentError,
    /// It ended by an exit code that says nothing more exact.
    Crash,
    /// A signal that was not ours ended it.
    Killed,
    /// Its time limit passed.
    TimedOut,
    /// It did nothing for too long.
    Stalled,
    /// It killed the daemon, again and again.
    Poison,
    /// Nobody said: an event of a version that knew no causes, or one that this version does not know.
    #[default]
    #[serde(other)]
    Unknown,
}

impl FailureCause {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 34] = [
        Self::RateLimit,
        Self::Overload,
        Self::ServerError,
        Self::Network,
        Self::UsageLimit,
        Self::RunnerLost,
        Self::Interrupted,
        Self::CalledOff,
        Self::Unavailable,
        Self::AskedToWait,
        Self::NotLoggedIn,
        Self::Billing,
        Self::ModelUnavailable,
        Self::MissingProgram,
        Self::BadFlag,
        Self::BadConfiguration,
        Self::PermissionDenied,
        Self::ContextTooLong,
        Self::OutputTooLong,
        Self::TurnCap,
        Self::MoneyCap,
        Self::Refusal,
        Self::SessionUnusable,
        Self::NoOutput,
        Self::NoRecord,
        Self::DocumentMissing,
        Self::ResultUnusable,
        Self::AgentError,
        Self::Crash,
        Self::Killed,
        Self::TimedOut,
        Self::Stalled,
        Self::Poison,
        Self::Unknown,
    ];

    /// The word in events and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::RateLimit => "rate_limit",
            Self::Overload => "overload",
            Self::ServerError => "server_error",
            Self::Network => "network",
            Self::UsageLimit => "usage_limit",
            Self::RunnerLost => "runner_lost",
            Self::Interrupted => "interrupted",
            Self::CalledOff => "called_off",
            Self::Unavailable => "unavailable",
            Self::AskedToWait => "asked_to_wait",
            Self::NotLoggedIn => "not_logged_in",
            Self::Billing => "billing",
            Self::ModelUnavailable => "model_unavailable",
            Self::MissingProgram => "missing_program",
            Self::BadFlag => "bad_flag",
            Self::BadConfiguration => "bad_configuration",
            Self::PermissionDenied => "permission_denied",
            Self::ContextTooLong => "context_too_long",
            Self::OutputTooLong => "output_too_long",
            Self::TurnCap => "turn_cap",
            Self::MoneyCap => "money_cap",
            Self::Refusal => "refusal",
            Self::SessionUnusable => "session_unusable",
            Self::NoOutput => "no_output",
            Self::NoRecord => "no_record",
            Self::DocumentMissing => "document_missing",
            Self::ResultUnusable => "result_unusable",
            Self::AgentError => "agent_error",
            Self::Crash => "crash",
            Self::Killed => "killed",
            Self::TimedOut => "timed_out",
            Self::Stalled => "stalled",
            Self::Poison => "poison",
        }
    }

    /// What follows (behaviour §8.8). A usage limit is a passing failure: it comes with the time of its reset.
    #[must_use]
    pub fn class(self) -> FailureClass {
        match self {
            Self::RateLimit
            | Self::Overload
            | Self::ServerError
            | Self::Network
            | Self::UsageLimit
            | Self::RunnerLost
            | Self::Interrupted
            | Self::CalledOff
            | Self::Unavailable
            | Self::AskedToWait => FailureClass::Transient,
            Self::NotLoggedIn
            | Self::Billing
            | Self::ModelUnavailable
            | Self::MissingProgram
            | Self::BadFlag
            | Self::BadConfiguration => FailureClass::Permanent,
            Self::PermissionDenied
            | Self::ContextTooLong
            | Self::OutputTooLong
            | Self::TurnCap
            | Self::MoneyCap
            | Self::Refusal
            | Self::SessionUnusable
            | Self::NoOutput
            | Self::NoRecord
            | Self::DocumentMissing
            | Self::ResultUnusable
            | Self::AgentError
            | Self::Crash
            | Self::Killed
            | Self::TimedOut
            | Self::Stalled
            | Self::Unknown => FailureClass::Agent,
            Self::Poison => FailureClass::Poison,
        }
    }

    /// What to do, in a sentence.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::RateLimit => "Nothing to do: it is tried again; if it goes on, run fewer agents at once.",
            Self::Overload | Self::ServerError => {
                "Nothing to do: it is tried again; if it goes on, look at the provider's status page."
            }
            Self::Network => {
                "Check the network, the proxy and the provider's address from this machine; it is tried again."
            }
            Self::UsageLimit => "Wait for the reset, raise the plan, or give the role another provider.",
            Self::RunnerLost => {
                "Nothing to do: it is tried again; look for a lack of memory or a stop of the machine."
            }
            Self::Interrupted | Self::CalledOff | Self::AskedToWait => "Nothing to do: it is run again.",
            Self::Unavailable => "Look at what did not answer; it is tried again.",
            Self::NotLoggedIn => {
                "Log the provider's program in as the user that runs the daemon, or set its key variable."
            }
            Self::Billing => "Pay for the account or raise its limit, or give the role another provider.",
            Self::ModelUnavailable => "Set a model that exists and that the account may use.",
            Self::MissingProgram => "Install the program or correct its path.",
            Self::BadFlag => "Install a version of the program that knows the flag, or change its settings.",
            Self::BadConfiguration => "Mend the program's settings as it says.",
            Self::PermissionDenied => {
                "Allow what was denied in the role's rules, or tell the role in its prompt to do without."
            }
            Self::ContextTooLong => {
                "Make the task or its documents smaller, or choose a model with more context."
            }
            Self::OutputTooLong => "Ask for smaller documents, or raise the model's limit of output.",
            Self::TurnCap => "Raise the number of turns, or make the task smaller.",
            Self::MoneyCap => "Raise the money for a run, or make the task smaller.",
            Self::Refusal => "Reword the task, or give the role another model.",
            Self::SessionUnusable => "Restart the stage: it begins a session of its own.",
            Self::NoOutput | Self::NoRecord | Self::Crash | Self::Killed => "Read the run's log.",
            Self::DocumentMissing => {
                "Read the run's log: the agent said that it was done without its document."
            }
            Self::ResultUnusable => "Look at what the run left in its checkout.",
            Self::AgentError => "Read what the agent says.",
            Self::TimedOut => "Raise the role's time limit, or make the task smaller.",
            Self::Stalled => "Read the run's log: a command that waits for input, or a provider that hangs.",
            Self::Poison => "Find out why the daemon dies with this run before it is restarted.",
            Self::Unknown => "Read the message and the run's log.",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::RunFailure;
    use super::*;

    #[test]
    fn every_cause_has_its_word_and_a_sentence_of_advice() {
        let mut words = BTreeSet::new();
        for cause in FailureCause::ALL {
            assert!(words.insert(cause.as_str()), "{cause:?}");
            let json = serde_json::to_value(cause).unwrap();
            assert_eq!(json, cause.as_str());
            assert_eq!(serde_json::from_value::<FailureCause>(json).unwrap(), cause);
            assert!(cause.advice().ends_with('.'), "{cause:?}");
        }
    }

    #[test]
    fn a_failure_of_an_old_log_or_of_a_later_version_is_read() {
        let old = r#"{"class":"transient","message":"m","retry_after":null}"#;
        let old: RunFailure = serde_json::from_str(old).unwrap();
        assert_eq!((old.cause, old.resets_at), (FailureCause::Unknown, None));
        let later = r#"{"class":"agent","cause":"of_next_year","message":"m","retry_after":null}"#;
        let later: RunFailure = serde_json::from_str(later).unwrap();
        assert_eq!(later.cause, FailureCause::Unknown);
    }

    #[test]
    fn a_failure_has_the_class_of_its_cause() {
        let failure = RunFailure::new(FailureCause::Billing, "m");
        assert_eq!(failure.class, FailureClass::Permanent);
        assert_eq!(
            RunFailure::of_class(FailureClass::Agent, "m").cause,
            FailureCause::Unknown
        );
    }
}

//! What can stop the scripted agent, and the exit code that says so to the daemon.

use std::io;

use process::SpawnError;

use crate::scenario::UnknownScenario;

const EXIT_FAILED: u8 = 1;
/// `EX_TEMPFAIL` of sysexits.h.
const EXIT_TRANSIENT: u8 = 75;
/// `EX_CONFIG` of sysexits.h.
const EXIT_CONFIGURATION: u8 = 78;

/// Why an assignment was not done.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The environment is not that of an agent run.
    #[error("{name} {problem}; the demo agent is started by orchd as a provider of kind `command`")]
    Environment {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The scenario does not exist.
    #[error(transparent)]
    Scenario(#[from] UnknownScenario),
    /// The demo agent does not play this role.
    #[error(
        "the demo agent does not play the role '{0}'; it knows analyst, architect, developer, reviewer, tester, deployer"
    )]
    UnknownRole(String),
    /// The deployer works in two stages only.
    #[error("the demo's deployer does not know the stage '{0}'; it works in deploy-staging and deploy")]
    UnknownStage(String),
    /// The checkout does not hold the request.
    #[error("{0} does not exist in the checkout; it is written when the task starts")]
    NoRequest(String),
    /// A file could not be read or written.
    #[error("could not {what} {path}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: String,
        /// The refusal.
        source: io::Error,
    },
    /// A command of the project could not be run.
    #[error(transparent)]
    Command(#[from] SpawnError),
    /// The scenario wants this run to die.
    #[error("scripted crash: the first run of the developer dies (scenario agent-crash)")]
    Crash,
}

impl AgentError {
    pub(crate) fn io(what: &'static str, path: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { what, path, source }
    }

    /// What the process ends with.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Environment { .. } | Self::Scenario(_) | Self::UnknownRole(_) | Self::UnknownStage(_) => {
                EXIT_CONFIGURATION
            }
            Self::Io { source, .. } if is_passing(source) => EXIT_TRANSIENT,
            Self::Io { .. } | Self::NoRequest(_) | Self::Command(_) | Self::Crash => EXIT_FAILED,
        }
    }
}

/// Room on the disk and busy files come back by themselves.
fn is_passing(error: &io::Error) -> bool {
    [
        io::ErrorKind::StorageFull,
        io::ErrorKind::QuotaExceeded,
        io::ErrorKind::ResourceBusy,
        io::ErrorKind::Interrupted,
        io::ErrorKind::TimedOut,
    ]
    .contains(&error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_tell_who_has_to_act() {
        let io = |kind: io::ErrorKind| AgentError::io("write", "a.md")(kind.into());
        for (error, code) in [
            (AgentError::UnknownRole("poet".to_owned()), 78),
            (AgentError::Scenario(UnknownScenario("sunny".to_owned())), 78),
            (io(io::ErrorKind::StorageFull), 75),
            (io(io::ErrorKind::PermissionDenied), 1),
            (AgentError::Crash, 1),
        ] {
            assert_eq!(error.exit_code(), code, "{error}");
        }
    }
}

//! Why a command could not do its work, said to the operator: what, where, what was expected, what to do.

use std::io;
use std::path::PathBuf;

use app::settings::load::SettingsError;
use app::wire::StartError;
use pipeline_core::id::{JobId, RunId};
use pipeline_core::port::store::StoreError;
use store_sqlite::backup::BackupError;
use store_sqlite::open::OpenError;
use store_sqlite::restore::RestoreError;

use crate::exit;

/// Why a command ended without its result. An order that was placed never ends here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// No task is called that.
    #[error("there is no task '{wanted}'; {known}. 'orchctl status --all' lists finished ones too")]
    NoTask {
        /// As given.
        wanted: String,
        /// The open ones, in a half sentence.
        known: String,
    },
    /// No job has this id.
    #[error("there is no job {0}; 'orchctl queue' and 'orchctl task show TASK' list jobs")]
    NoJob(JobId),
    /// The daemon has no project of this name.
    #[error("there is no project '{wanted}'; the daemon has {known}")]
    NoProject {
        /// As given.
        wanted: String,
        /// Those it has.
        known: String,
    },
    /// No account of a provider is called that.
    #[error("there is no provider '{wanted}'; 'orchctl providers' lists {known}")]
    NoProvider {
        /// As given.
        wanted: String,
        /// Those there are.
        known: String,
    },
    /// No outbox row has this key.
    #[error("there is no effect '{0}'; 'orchctl outbox list' and 'orchctl task show TASK' list effects")]
    NoEffect(String),
    /// No run has this id.
    #[error("there is no run '{wanted}'; 'orchctl runs list' lists the newest ones, such as 7-3-1")]
    NoRun {
        /// As given.
        wanted: String,
    },
    /// The run has no such log.
    #[error(
        "run {run} has no {name} (any more); a directory of a run is kept for a time, 'orchctl runs show {run}' says what is left"
    )]
    NoLog {
        /// Which.
        run: RunId,
        /// Of the file.
        name: &'static str,
    },
    /// The directories of runs cannot be read.
    #[error("{} cannot be read ({error}): run orchctl as the account of orchd", path.display())]
    Runs {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// There is no database where one was looked for.
    #[error(
        "there is no database at {}: start orchd once, or name its data directory with --home or ORCH_HOME",
        .0.display()
    )]
    NoDatabase(PathBuf),
    /// The database cannot be opened.
    #[error("{0}")]
    Open(OpenError),
    /// The store was opened and failed later.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The daemon's lock cannot be tried.
    #[error(
        "the daemon's lock {} cannot be read ({error}): run orchctl as the account of orchd",
        path.display()
    )]
    Lock {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// The backup was not made.
    #[error("{0}")]
    Backup(#[from] BackupError),
    /// Nothing was restored.
    #[error("{0}")]
    Restore(#[from] RestoreError),
    /// The daemon's place is taken, or cannot be taken.
    #[error("{0}")]
    Place(#[from] StartError),
    /// The settings cannot be used.
    #[error("the daemon is not running, and {0}; name its settings file with --config")]
    Settings(#[from] SettingsError),
    /// Standard output is closed or full.
    #[error("the result cannot be written to standard output: {0}")]
    Output(io::Error),
}

impl Failure {
    /// The code that the program ends with.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::NoTask { .. }
            | Self::NoJob(_)
            | Self::NoEffect(_)
            | Self::NoProvider { .. }
            | Self::NoProject { .. }
            | Self::NoRun { .. }
            | Self::NoLog { .. } => exit::NOT_FOUND,
            Self::NoDatabase(_)
            | Self::Open(_)
            | Self::Store(_)
            | Self::Lock { .. }
            | Self::Runs { .. }
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::Place(_) => exit::STORE,
            Self::Settings(_) => exit::NO_SETTINGS,
            Self::Output(_) => exit::OUTPUT,
        }
    }
}

impl From<OpenError> for Failure {
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "every other error speaks for itself"
    )]
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Missing(path) => Self::NoDatabase(path),
            other => Self::Open(other),
        }
    }
}

//! Why a database cannot be opened, said to the operator: what, where, and what to do.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::condition::{Cause, Condition};
use crate::migrations::MigrationError;
use crate::pragmas::PragmaError;

/// Why a database cannot be opened. The file is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The library has a bug that corrupts databases.
    #[error("SQLite {0} is too old, expected 3.51.3 or newer: build with the bundled library")]
    OldLibrary(&'static str),
    /// Where the folder should be there is a file.
    #[error("the data directory {0} is a file: move it away, or set another data directory")]
    DirectoryIsFile(PathBuf),
    /// Where the file should be there is a folder.
    #[error("the database {0} is a directory: move it away, or set another data directory")]
    FileIsDirectory(PathBuf),
    /// The operating system does not let us.
    #[error(
        "no permission for {path} ({error}): give the account of orchd read and write access to it and to its directory"
    )]
    NoPermission {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        error: String,
    },
    /// There is no database to attach to.
    #[error("there is no database at {0}: start orchd once, or name the data directory that it uses")]
    Missing(PathBuf),
    /// A file, but not a database of orchd.
    #[error(
        "{0} is not a database of orchd; it was left untouched: move it away, restore a backup, or set another data directory"
    )]
    NotOurs(PathBuf),
    /// Pages or structures are damaged.
    #[error(
        "the database {path} is damaged ({detail}); it was left untouched: keep a copy of it and of {}-wal, then restore the newest backup",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found.
        detail: String,
    },
    /// The log is lost, and what is left cannot be read.
    #[error(
        "the write-ahead log {}-wal is gone, and the database {path} holds nothing without it; it was left untouched: put the -wal file back, or run 'orchctl restore BACKUP'",
        path.display()
    )]
    LogMissing {
        /// The file.
        path: PathBuf,
    },
    /// Written by a newer program.
    #[error(
        "the database {path} has schema {found}, this version knows {known} at most: start the newer version again, or restore the copy made before the upgrade"
    )]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest known.
        known: i64,
    },
    /// Another schema than that of the daemon's version.
    #[error(
        "the database {path} has schema {found}, expected {expected}: use the orchctl of the same version as orchd; after an upgrade start orchd first"
    )]
    OtherSchema {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The only one accepted.
        expected: i64,
    },
    /// Another process holds the file.
    #[error("the database {path} is held by another program ({error}): end it and try again")]
    Busy {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        error: String,
    },
    /// A setting did not take.
    #[error("the database {path} cannot be set up: {error}")]
    Setting {
        /// The file.
        path: PathBuf,
        /// Which setting.
        error: PragmaError,
    },
    /// The schema could not be brought up to date.
    #[error("the database {path} cannot be upgraded, it is as it was: {error}")]
    Migration {
        /// The file.
        path: PathBuf,
        /// Why.
        error: MigrationError,
    },
    /// The operating system or SQLite failed otherwise.
    #[error("the database {path} cannot be opened: {error}")]
    Failed {
        /// The file or folder.
        path: PathBuf,
        /// What was said.
        error: String,
    },
    /// No reading connection.
    #[error("no reading connection to the database: {0}")]
    Readers(String),
    /// No thread.
    #[error("a thread for the database cannot be started: {0}")]
    Thread(io::Error),
}

impl OpenError {
    /// What SQLite's answer means for this file.
    pub(crate) fn of(path: &Path, error: &rusqlite::Error) -> Self {
        let text = error.to_string();
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotOurs(path),
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, detail: text },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path, error: text },
            Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                Self::NoPermission { path, error: text }
            }
            Some(_) | None => Self::Failed { path, error: text },
        }
    }

    /// For a database that is degraded already: that is why it is empty.
    pub(crate) fn or_of(self, condition: &Condition) -> Self {
        match (self, condition.degraded()) {
            (Self::Missing(path), Some(degraded)) if degraded.cause == Cause::LogMissing => {
                Self::LogMissing { path }
            }
            (error, _) => error,
        }
    }

    /// A setting that failed: when SQLite failed, what that means for the file.
    pub(crate) fn setting(path: &Path, error: PragmaError) -> Self {
        match error {
            PragmaError::Sqlite(error) => Self::of(path, &error),
            PragmaError::Differs { .. } => Self::Setting {
                path: path.to_owned(),
                error,
            },
        }
    }

    /// What the operating system's answer means.
    pub(crate) fn io(path: &Path, error: &io::Error) -> Self {
        let text = error.to_string();
        let path = path.to_owned();
        if matches!(
            error.kind(),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
        ) {
            return Self::NoPermission { path, error: text };
        }
        Self::Failed { path, error: text }
    }
}

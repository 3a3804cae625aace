//! Why a database is not written, in words: what happened, and what to do.

use std::fmt;
use std::path::PathBuf;

use pipeline_core::port::store::StoreError;

/// Why a database is not written. Ordered: a later one is graver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// No room on the disk.
    DiskFull,
    /// The file system or the file takes no writes.
    ReadOnly,
    /// The disk failed to read or write.
    InputOutput,
    /// The disk could not promise to keep what was written. The kernel may have dropped it, so this process trusts it no more.
    SyncFailed,
    /// The thread that writes met what its code did not foresee. What this process believes of the file may be wrong.
    WriterFailed,
    /// The write-ahead log was gone although the last daemon had not closed the database: what it held is lost.
    LogMissing,
    /// Pages of the file are damaged.
    Damaged,
}

/// What ends the degraded mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Writing is tried again, and goes on when that works.
    ByItself,
    /// A restart of the daemon.
    Restart,
    /// An operator has to decide.
    Operator,
}

impl Cause {
    /// What ends it.
    #[must_use]
    pub fn ending(self) -> Ending {
        match self {
            Self::DiskFull | Self::ReadOnly | Self::InputOutput => Ending::ByItself,
            Self::SyncFailed | Self::WriterFailed => Ending::Restart,
            Self::LogMissing | Self::Damaged => Ending::Operator,
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::DiskFull => "the disk is full",
            Self::ReadOnly => "the file or its file system takes no writes",
            Self::InputOutput => "the disk failed",
            Self::SyncFailed => "the disk could not promise to keep what was written",
            Self::WriterFailed => "a defect of orchd stopped the writing",
            Self::LogMissing => "its write-ahead log is missing, what it held is lost",
            Self::Damaged => "it is damaged",
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::DiskFull => "make room; orchd goes on by itself within a minute",
            Self::ReadOnly => {
                "mount the file system for writing, or give the account of orchd write access; orchd goes on by itself within a minute"
            }
            Self::InputOutput => {
                "look at the disk (dmesg) and at its room; orchd goes on by itself when writing works again"
            }
            Self::SyncFailed => {
                "look at the disk (dmesg), then restart orchd: only a new process may write again"
            }
            Self::WriterFailed => {
                "keep the log, restart orchd and report what it says: only a new process may write again"
            }
            Self::LogMissing => {
                "stop orchd; put the -wal file back if you have it, else run 'orchctl restore BACKUP' or 'orchctl restore --as-is'"
            }
            Self::Damaged => {
                "stop orchd, keep a copy of the file and of its -wal, then run 'orchctl restore BACKUP'; the file was not changed"
            }
        }
    }
}

/// A database that is read but not written, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Degraded {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub cause: Cause,
    /// What SQLite said, or what was found.
    pub detail: String,
}

impl Degraded {
    /// What to do, without what happened.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        self.cause.advice()
    }

    /// What happened, without what to do.
    #[must_use]
    pub fn what(&self) -> String {
        format!(
            "the database {} is read-only: {} ({})",
            self.path.display(),
            self.cause.what(),
            self.detail
        )
    }

    /// The answer to a write.
    pub(crate) fn to_store_error(&self) -> StoreError {
        match self.cause.ending() {
            Ending::ByItself => StoreError::Unavailable(self.to_string()),
            Ending::Restart | Ending::Operator => StoreError::Broken(self.to_string()),
        }
    }
}

impl fmt::Display for Degraded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}; {}", self.what(), self.advice())
    }
}

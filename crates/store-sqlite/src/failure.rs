//! What can go wrong in a statement, and what the caller of the port is told. The one place where SQLite's codes are judged.

use std::fmt;

use pipeline_core::port::store::StoreError;
use rusqlite::{Error, ErrorCode, ffi};

use crate::condition::Cause;

/// Why a piece of work did not happen.
#[derive(Debug)]
pub(crate) enum Failure {
    /// SQLite, or a value on its way to or from it.
    Sqlite(Error),
    /// A rule of the store was broken.
    Refused(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Failure {
    /// Only this command is at fault: its savepoint is undone, the transaction goes on.
    pub(crate) fn is_of_one_command(&self) -> bool {
        match self {
            Self::Refused(_) => true,
            Self::Sqlite(Error::SqliteFailure(error, _)) => {
                matches!(
                    error.code,
                    ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch
                )
            }
            Self::Sqlite(error) => is_of_a_row(error) || matches!(error, Error::ToSqlConversionFailure(_)),
        }
    }

    /// Why nothing may be written after this; none when the file is not at fault.
    pub(crate) fn cause(&self) -> Option<Cause> {
        match self {
            Self::Sqlite(Error::SqliteFailure(error, _)) => cause(*error),
            Self::Refused(_) | Self::Sqlite(_) => None,
        }
    }

    /// In the port's words.
    pub(crate) fn to_store_error(&self) -> StoreError {
        match self {
            Self::Refused(why) => StoreError::Refused(why.clone()),
            Self::Sqlite(error) => store_error(error),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(error) => error.fmt(formatter),
            Self::Refused(why) => formatter.write_str(why),
        }
    }
}

#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "every other code is about a statement, not the file"
)]
fn cause(error: ffi::Error) -> Option<Cause> {
    // After a failed fsync Linux may have dropped the pages and report success next time.
    if matches!(
        error.extended_code,
        ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC
    ) {
        return Some(Cause::SyncFailed);
    }
    match error.code {
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Some(Cause::Damaged),
        ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => Some(Cause::InputOutput),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Some(Cause::ReadOnly),
        ErrorCode::DiskFull => Some(Cause::DiskFull),
        _ => None,
    }
}

fn store_error(error: &Error) -> StoreError {
    let text = error.to_string();
    if is_damage(error) {
        StoreError::Broken(text)
    } else if error.sqlite_error_code().is_some_and(is_passing) {
        StoreError::Unavailable(text)
    } else if is_of_a_row(error) {
        StoreError::Broken(format!("a stored row cannot be read: {text}"))
    } else {
        StoreError::Refused(text)
    }
}

/// What the file says cannot be trusted.
pub(crate) fn is_damage(error: &Error) -> bool {
    let Error::SqliteFailure(failure, _) = error else {
        return false;
    };
    matches!(cause(*failure), Some(Cause::Damaged | Cause::SyncFailed))
}

fn is_passing(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::OutOfMemory
            | ErrorCode::OperationInterrupted
            | ErrorCode::OperationAborted
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::SchemaChanged
    )
}

fn is_of_a_row(error: &Error) -> bool {
    matches!(
        error,
        Error::FromSqlConversionFailure(_, _, _)
            | Error::IntegralValueOutOfRange(_, _)
            | Error::InvalidColumnType(_, _, _)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(extended_code: i32, expected: fn(String) -> StoreError) {
        let failure = Failure::from(Error::SqliteFailure(ffi::Error::new(extended_code), None));
        let text = failure.to_string();
        assert_eq!(failure.to_store_error(), expected(text), "{extended_code}");
    }

    #[test]
    fn what_passes_by_itself_is_unavailable() {
        check(ffi::SQLITE_FULL, StoreError::Unavailable);
        check(ffi::SQLITE_BUSY, StoreError::Unavailable);
        check(ffi::SQLITE_BUSY_SNAPSHOT, StoreError::Unavailable);
        check(ffi::SQLITE_IOERR_WRITE, StoreError::Unavailable);
        check(ffi::SQLITE_READONLY, StoreError::Unavailable);
    }

    #[test]
    fn damage_is_broken() {
        check(ffi::SQLITE_CORRUPT, StoreError::Broken);
        check(ffi::SQLITE_CORRUPT_INDEX, StoreError::Broken);
        check(ffi::SQLITE_NOTADB, StoreError::Broken);
        check(ffi::SQLITE_IOERR_FSYNC, StoreError::Broken);
    }

    #[test]
    fn a_broken_rule_is_refused_and_harms_one_command_alone() {
        check(ffi::SQLITE_CONSTRAINT_CHECK, StoreError::Refused);
        check(ffi::SQLITE_TOOBIG, StoreError::Refused);
        for (code, alone) in [
            (ffi::SQLITE_CONSTRAINT_UNIQUE, true),
            (ffi::SQLITE_CONSTRAINT_FOREIGNKEY, true),
            (ffi::SQLITE_FULL, false),
            (ffi::SQLITE_IOERR_WRITE, false),
            (ffi::SQLITE_CORRUPT, false),
        ] {
            let failure = Failure::from(Error::SqliteFailure(ffi::Error::new(code), None));
            assert_eq!(failure.is_of_one_command(), alone, "{code}");
        }
    }
}

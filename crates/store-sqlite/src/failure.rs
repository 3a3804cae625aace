//! What can go wrong in a statement, and what the caller of the port is told. The one place where SQLite's codes are judged.

use pipeline_core::port::store::StoreError;
use rusqlite::{Error, ErrorCode, ffi};

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

    /// What the file says cannot be trusted any more: nothing may be written after this.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::Sqlite(error) => is_damage(error),
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

fn is_damage(error: &Error) -> bool {
    let Error::SqliteFailure(failure, _) = error else {
        return false;
    };
    // After a failed fsync Linux may have dropped the pages and report success next time.
    matches!(failure.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        || matches!(
            failure.extended_code,
            ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC
        )
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
        let text = match &failure {
            Failure::Sqlite(error) => error.to_string(),
            Failure::Refused(why) => why.clone(),
        };
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

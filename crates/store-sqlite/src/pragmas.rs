//! The settings of every connection, made in one place and read back, because SQLite ignores in silence what it does not take.

use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::Value;

/// Bytes that the write-ahead log's file is cut back to.
const WAL_FILE_LIMIT: i64 = 64 * 1024 * 1024;

/// A setting that did not take.
#[derive(Debug, thiserror::Error)]
pub enum PragmaError {
    /// SQLite answered something else than was set.
    #[error("the setting {name} is {found}, expected {expected}")]
    Differs {
        /// Which.
        name: &'static str,
        /// What was set.
        expected: String,
        /// What was read back.
        found: String,
    },
    /// SQLite failed.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Changes the database, or its log.
    Write,
    /// Only reads.
    Read,
}

/// Makes the settings of a connection and reads them back. Writes nothing to the file.
pub(crate) fn apply(
    connection: &Connection,
    purpose: Purpose,
    busy_timeout: Duration,
) -> Result<(), PragmaError> {
    let patience = i64::try_from(busy_timeout.as_millis()).unwrap_or(i64::from(i32::MAX));
    for (name, value) in [
        ("busy_timeout", patience),
        // FULL: webhooks are answered and other systems are called after a commit, so it has to survive a power cut.
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("mmap_size", 0),
        // MEMORY: what a savepoint may have to restore went through files in /var/tmp, made and removed several times in a group of commits.
        ("temp_store", 2),
        ("journal_size_limit", WAL_FILE_LIMIT),
        // Checkpoints have a connection of their own; a commit shall not wait for one.
        ("wal_autocheckpoint", 0),
        ("query_only", i64::from(purpose == Purpose::Read)),
    ] {
        set(connection, name, value)?;
    }
    hold_plans(connection)
}

/// A statement keeps the plan that it was prepared with. Without this SQLite prepares it anew whenever a value is bound that might make another plan
/// better: a fifth of the writer's time went there (docs/PERFORMANCE.md), and plans that are asserted in tests could be others in production.
pub(crate) fn hold_plans(connection: &Connection) -> Result<(), PragmaError> {
    if connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)? {
        return Ok(());
    }
    Err(PragmaError::Differs {
        name: "query planner stability guarantee",
        expected: "on".to_owned(),
        found: "off".to_owned(),
    })
}

/// Turns the write-ahead log on; it stays on in the file.
pub(crate) fn turn_wal_on(connection: &Connection) -> Result<(), PragmaError> {
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    expect_wal(mode)
}

/// The write-ahead log is on already.
pub(crate) fn check_wal(connection: &Connection) -> Result<(), PragmaError> {
    expect_wal(connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?)
}

fn expect_wal(mode: String) -> Result<(), PragmaError> {
    if mode == "wal" {
        return Ok(());
    }
    Err(PragmaError::Differs {
        name: "journal_mode",
        expected: "wal".to_owned(),
        found: mode,
    })
}

/// What decides how durable a commit is and when it is moved, as the connection has it now.
pub(crate) fn in_force(connection: &Connection) -> rusqlite::Result<Vec<(&'static str, String)>> {
    let names = [
        "journal_mode",
        "synchronous",
        "foreign_keys",
        "wal_autocheckpoint",
        "mmap_size",
        "cache_size",
    ];
    let read = |name: &'static str| {
        let value: Value = connection.pragma_query_value(None, name, |row| row.get(0))?;
        let text = match value {
            Value::Integer(number) => number.to_string(),
            Value::Text(text) => text,
            Value::Null | Value::Real(_) | Value::Blob(_) => String::new(),
        };
        Ok((name, text))
    };
    names.into_iter().map(read).collect()
}

fn set(connection: &Connection, name: &'static str, value: i64) -> Result<(), PragmaError> {
    connection.pragma_update(None, name, value)?;
    let found: i64 = connection.pragma_query_value(None, name, |row| row.get(0))?;
    if found == value {
        return Ok(());
    }
    Err(PragmaError::Differs {
        name,
        expected: value.to_string(),
        found: found.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(connection: &Connection, name: &str) -> i64 {
        connection
            .pragma_query_value(None, name, |row| row.get(0))
            .unwrap()
    }

    #[test]
    fn every_setting_is_in_force_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("state.db")).unwrap();
        apply(&connection, Purpose::Write, Duration::from_millis(1_234)).unwrap();
        turn_wal_on(&connection).unwrap();
        for (name, value) in [
            ("busy_timeout", 1_234),
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("trusted_schema", 0),
            ("cell_size_check", 1),
            ("mmap_size", 0),
            ("temp_store", 2),
            ("journal_size_limit", 64 * 1024 * 1024),
            ("wal_autocheckpoint", 0),
            ("query_only", 0),
        ] {
            assert_eq!(number(&connection, name), value, "{name}");
        }
        check_wal(&connection).unwrap();
        assert!(
            connection
                .db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG)
                .unwrap()
        );
    }

    #[test]
    fn what_is_in_force_can_be_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("state.db")).unwrap();
        apply(&connection, Purpose::Write, Duration::from_secs(1)).unwrap();
        turn_wal_on(&connection).unwrap();
        let found = in_force(&connection).unwrap();
        for (name, value) in [
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("wal_autocheckpoint", "0"),
        ] {
            assert!(found.contains(&(name, value.to_owned())), "{name}");
        }
    }

    #[test]
    fn a_setting_that_does_not_take_is_told() {
        let connection = Connection::open_in_memory().unwrap();
        let error = turn_wal_on(&connection).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the setting journal_mode is memory, expected wal"
        );
    }

    #[test]
    fn a_reading_connection_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("state.db")).unwrap();
        apply(&connection, Purpose::Read, Duration::from_secs(1)).unwrap();
        assert!(connection.execute_batch("CREATE TABLE t (a)").is_err());
    }
}

//! The schema by `user_version`: each migration and its number in one transaction, a copy of the file before an upgrade, a newer schema
//! refused.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::durable;

/// In order; the first makes schema 1. A released migration is never changed.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_initial.sql"),
    include_str!("../migrations/0002_project_versions.sql"),
    include_str!("../migrations/0003_holds.sql"),
    include_str!("../migrations/0004_effect_leases.sql"),
    include_str!("../migrations/0005_identity.sql"),
    include_str!("../migrations/0006_delivered_alerts.sql"),
    include_str!("../migrations/0007_providers.sql"),
    include_str!("../migrations/0008_job_counts.sql"),
];

/// Marks the file as ours (`orch` in ASCII).
const APPLICATION: i64 = 0x6F72_6368;

/// The schema that this program knows.
pub(crate) const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// What a file is, by its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing is in it yet.
    Empty,
    /// Ours, with this schema.
    Schema(i64),
    /// A database of another program.
    Foreign,
}

/// Why the schema could not be brought up to date. The database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The copy before an upgrade failed.
    #[error("the copy {path} could not be made: {error}; make room, or remove an old copy there")]
    Copy {
        /// Where to.
        path: PathBuf,
        /// What happened.
        error: String,
    },
    /// A migration failed.
    #[error("migration {number} failed: {error}")]
    Failed {
        /// Which.
        number: i64,
        /// What happened.
        error: rusqlite::Error,
    },
}

/// Looks without writing.
pub(crate) fn look(connection: &Connection) -> rusqlite::Result<Found> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (number("application_id")?, number("user_version")?) {
        (APPLICATION, schema) if schema > 0 => Found::Schema(schema),
        (0, 0) if objects == 0 => Found::Empty,
        _ => Found::Foreign,
    })
}

/// Runs what is missing of `migrations`, from schema `from` on.
pub(crate) fn run(
    connection: &mut Connection,
    path: &Path,
    from: i64,
    migrations: &[&str],
) -> Result<(), MigrationError> {
    let missing: Vec<(i64, &str)> = (1..)
        .zip(migrations.iter().copied())
        .filter(|(number, _)| *number > from)
        .collect();
    if from > 0 && !missing.is_empty() {
        let to = copy_path(path, from);
        durable::copy(connection, &to).map_err(|error| MigrationError::Copy {
            path: to,
            error: error.to_string(),
        })?;
    }
    for (number, sql) in missing {
        migrate(connection, number, sql).map_err(|error| MigrationError::Failed { number, error })?;
    }
    Ok(())
}

/// The same for a file that is a copy itself: without another one beside it.
pub(crate) fn run_missing(connection: &mut Connection, from: i64) -> rusqlite::Result<()> {
    for (number, sql) in (1..).zip(MIGRATIONS).filter(|(number, _)| *number > from) {
        migrate(connection, number, sql)?;
    }
    Ok(())
}

fn migrate(connection: &mut Connection, number: i64, sql: &str) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(sql)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", number)?;
    transaction.commit()
}

/// `orchd.db.schema-1`, next to the database.
fn copy_path(path: &Path, schema: i64) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".schema-{schema}"));
    PathBuf::from(name)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod kills;

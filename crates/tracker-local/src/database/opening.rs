//! Opening the board's file: settings that are set and read back, the schema's version, refusal of what is not a sound board.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

/// Each script brings the schema from its index to the next version.
const MIGRATIONS: [&str; NEWEST_SCHEMA as usize] =
    [include_str!("schema-1.sql"), include_str!("schema-2.sql")];

const NEWEST_SCHEMA: u32 = 2;

/// Marks the file as a board ("orcb"), so that no other database is taken for one.
const APPLICATION_ID: i64 = 0x6f72_6362;

/// SQLite before this can corrupt a WAL database (<https://sqlite.org/wal.html#walresetbug>).
const OLDEST_SQLITE: i32 = 3_051_003;

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a board's file was not opened. The file is left as it was found.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer orchd wrote it.
    #[error(
        "the board {path} has schema {found}, this program knows up to {known}; run the newer version or restore a backup"
    )]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// It is damaged, or no SQLite database at all.
    #[error("the board {path} is damaged ({detail}); it is kept as it is: restore a backup in its place")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        detail: String,
    },
    /// A database of something else.
    #[error("{path} is a database, but not a board; choose another file for the board")]
    NotABoard {
        /// The file.
        path: PathBuf,
    },
    /// A setting did not hold.
    #[error("the board {path} cannot use {setting}: it is {found}, expected {expected}")]
    Setting {
        /// The file.
        path: PathBuf,
        /// Which.
        setting: &'static str,
        /// What SQLite answers.
        found: String,
        /// What is needed.
        expected: String,
    },
    /// The file cannot be opened, read or written.
    #[error("cannot open the board {path}: {source}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

/// Opens the file, or creates it, with the newest schema.
pub(super) fn open(path: &Path) -> Result<Connection, OpenError> {
    let opening = Opening { path };
    opening.check_library()?;
    let mut connection = Connection::open(path).map_err(|error| opening.failed(error))?;
    // First only reads: a file that is refused must not have been changed.
    opening.check_identity(&connection)?;
    opening.check_soundness(&connection)?;
    opening.configure(&connection)?;
    migrate(&mut connection).map_err(|error| opening.failed(error))?;
    Ok(connection)
}

struct Opening<'a> {
    path: &'a Path,
}

impl Opening<'_> {
    fn check_library(&self) -> Result<(), OpenError> {
        let found = rusqlite::version_number();
        if found >= OLDEST_SQLITE {
            return Ok(());
        }
        Err(self.setting("SQLite's version", &found, &format!("at least {OLDEST_SQLITE}")))
    }

    fn check_identity(&self, connection: &Connection) -> Result<(), OpenError> {
        let known = i64::from(NEWEST_SCHEMA);
        let found = self.read(connection, "PRAGMA user_version")?;
        let application = self.read(connection, "PRAGMA application_id")?;
        let objects = self.read(connection, "SELECT count(*) FROM sqlite_schema")?;
        let path = self.path.to_owned();
        match (found, application) {
            (0, 0) if objects == 0 => Ok(()),
            (_, APPLICATION_ID) if found <= known => Ok(()),
            (_, APPLICATION_ID) => Err(OpenError::NewerSchema { path, found, known }),
            _ => Err(OpenError::NotABoard { path }),
        }
    }

    fn check_soundness(&self, connection: &Connection) -> Result<(), OpenError> {
        let detail: String = connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(|error| self.failed(error))?;
        if detail == "ok" {
            return Ok(());
        }
        Err(OpenError::Corrupt {
            path: self.path.to_owned(),
            detail,
        })
    }

    fn configure(&self, connection: &Connection) -> Result<(), OpenError> {
        connection
            .busy_timeout(BUSY_TIMEOUT)
            .map_err(|error| self.failed(error))?;
        let journal: String = connection
            .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
            .map_err(|error| self.failed(error))?;
        if journal != "wal" {
            return Err(self.setting("journal_mode", &journal, &"wal"));
        }
        // 2 is FULL: what was answered survives a power cut.
        for (name, value) in [
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("trusted_schema", 0),
            ("cell_size_check", 1),
            ("mmap_size", 0),
            ("journal_size_limit", 64 << 20),
        ] {
            self.set(connection, name, value)?;
        }
        Ok(())
    }

    fn set(&self, connection: &Connection, name: &'static str, value: i64) -> Result<(), OpenError> {
        connection
            .pragma_update(None, name, value)
            .map_err(|error| self.failed(error))?;
        let found = self.read(connection, &format!("PRAGMA {name}"))?;
        if found == value {
            return Ok(());
        }
        Err(self.setting(name, &found, &value))
    }

    fn read(&self, connection: &Connection, sql: &str) -> Result<i64, OpenError> {
        connection
            .query_row(sql, [], |row| row.get(0))
            .map_err(|error| self.failed(error))
    }

    fn setting(&self, setting: &'static str, found: &dyn Display, expected: &dyn Display) -> OpenError {
        OpenError::Setting {
            path: self.path.to_owned(),
            setting,
            found: found.to_string(),
            expected: expected.to_string(),
        }
    }

    fn failed(&self, source: rusqlite::Error) -> OpenError {
        let path = self.path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => OpenError::Corrupt {
                path,
                detail: source.to_string(),
            },
            Some(_) | None => OpenError::Sqlite { path, source },
        }
    }
}

/// Schema and version change in one transaction; the version is read inside it, so that two openers do not both migrate.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from: u32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for script in MIGRATIONS.iter().skip(from as usize) {
        transaction.execute_batch(script)?;
    }
    if from < NEWEST_SCHEMA {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", NEWEST_SCHEMA)?;
    }
    transaction.commit()
}

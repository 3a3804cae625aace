//! Opening a database: for the daemon, which creates and upgrades it, and for `orchctl`, which does neither. A file that cannot be used
//! is left as it is; one that can only be read is opened for reading.

mod error;
mod file;
pub(crate) mod in_use;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use pipeline_core::port::clock::Clock;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::SqliteStore;
use crate::checkpoints::{self, Checkpoints, Log};
use crate::condition::{Cause, Condition};
use crate::identity;
use crate::migrations::{self, Found, MIGRATIONS, SCHEMA};
use crate::open::in_use::Last;
use crate::orders::OrderWatch;
use crate::pragmas::{self, Purpose};
use crate::readers::{CACHED_STATEMENTS, Readers};
use crate::recent::Recent;
use crate::reserve::Reserve;
use crate::watch::Lookout;
use crate::writer::Writer;

pub use crate::migrations::MigrationError;
pub use crate::open::error::OpenError;
pub use crate::pragmas::PragmaError;

/// SQLite 3.51.3: all before can corrupt a database in WAL mode when two connections write and checkpoint at the same instant
/// (sqlite.org/wal.html, "the WAL-reset bug").
const OLDEST_LIBRARY: i32 = 3_051_003;

/// A checkpoint gives way soon: it may hold the lock that the writer wants.
const CHECKPOINT_PATIENCE: Duration = Duration::from_millis(50);

/// How a database is opened.
#[derive(Clone)]
pub struct OpenOptions {
    /// Reading connections at most.
    pub readers: u32,
    /// How long to wait for another process's write, such as an order's.
    pub busy_timeout: Duration,
    /// The file's size at most, in pages of 4 KiB; beyond it writes fail as on a full disk. None: the disk is the bound.
    pub max_pages: Option<u32>,
    /// Bytes that are kept free for a full disk, in a file beside the database; 0: none.
    pub reserve: u64,
    /// By which a write is tried again after a fault that passes by itself. None: at every call.
    pub clock: Option<Arc<dyn Clock>>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            readers: 4,
            busy_timeout: Duration::from_secs(5),
            max_pages: None,
            reserve: 0,
            clock: None,
        }
    }
}

impl SqliteStore {
    /// Opens the daemon's database: creates file and folder, checks it, brings its schema up to date, starts writer and checkpoints. Blocks.
    ///
    /// A database that is damaged, or whose write-ahead log is missing, is opened all the same, to be read: it is degraded from the start, and
    /// its file is not changed. So is one on a full disk, until there is room.
    ///
    /// # Errors
    /// Says what is wrong with the file and what to do; the file is then as it was.
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        check_library()?;
        file::create(path)?;
        let reserve = Reserve::new(path, options.reserve);
        let condition = Condition::new(path, options.clock.clone());
        check_log(path, &condition)?;
        let mut writer = connect(path, options.busy_timeout)?;
        check_pages(&writer, path, &condition)?;
        if condition.is_final() {
            check_schema(&writer, path).map_err(|error| error.or_of(&condition))?;
            return Self::assemble(path, options, (writer, None), condition)?.of_a_daemon();
        }
        upgrade(&mut writer, path)?;
        // What an earlier daemon left in the log is in the file from now on, and the schema of a new database too.
        if let Err(error) = checkpoints::move_all(&writer) {
            condition.notice_final(&error.into());
        }
        if let Some(pages) = options.max_pages {
            writer
                .pragma_update(None, "max_page_count", pages)
                .map_err(|error| OpenError::of(path, &error))?;
        }
        if let Err(failure) = identity::probe(&writer) {
            condition.notice(&failure);
        } else if let Err(error) = in_use::begin(path) {
            tracing::warn!(%error, "the note beside the database could not be written; a lost write-ahead log would not be noticed");
        }
        let log = Log {
            connection: connect(path, CHECKPOINT_PATIENCE)?,
            path: path.to_owned(),
            condition: condition.clone(),
            reserve,
        };
        Self::assemble(path, options, (writer, Some(log)), condition)?.of_a_daemon()
    }

    /// Attaches to the database of a daemon that may be running: never creates, never upgrades, refuses any other schema. Blocks.
    ///
    /// # Errors
    /// There is no database, it is not ours, or its schema is another one.
    pub fn attach(path: &Path) -> Result<Self, OpenError> {
        check_library()?;
        file::find(path)?;
        let options = OpenOptions {
            readers: 1,
            ..OpenOptions::default()
        };
        let condition = Condition::new(path, None);
        check_log(path, &condition)?;
        let writer = connect(path, options.busy_timeout)?;
        check_schema(&writer, path).map_err(|error| error.or_of(&condition))?;
        if !condition.is_final() {
            pragmas::check_wal(&writer).map_err(|error| OpenError::setting(path, error))?;
        }
        Self::assemble(path, &options, (writer, None), condition)
    }

    fn assemble(
        path: &Path,
        options: &OpenOptions,
        (writer, log): (Connection, Option<Log>),
        condition: Condition,
    ) -> Result<Self, OpenError> {
        let opened_as = identity::find(&writer).ok();
        let (checkpoints, nudge) = log
            .map(Checkpoints::start)
            .transpose()
            .map_err(OpenError::Thread)?
            .unzip();
        let writer = Writer::start(writer, nudge, condition.clone()).map_err(OpenError::Thread)?;
        let (readers, patience) = (options.readers, options.busy_timeout);
        let readers = Readers::new(path.to_owned(), readers, patience, condition.clone())
            .map_err(|error| OpenError::Readers(error.to_string()))?;
        let watch =
            OrderWatch::open(path, options.busy_timeout).map_err(|error| OpenError::setting(path, error))?;
        Ok(Self {
            lookout: None,
            writer,
            readers,
            recent: Recent::of_a_guest(),
            watch,
            condition,
            opened_as,
            _checkpoints: checkpoints,
        })
    }

    /// For a daemon, which waits for what others write and need not read what it wrote itself.
    fn of_a_daemon(mut self) -> Result<Self, OpenError> {
        let lookout = Lookout::start(self.watch.clone()).map_err(OpenError::Thread)?;
        self.lookout = Some(lookout);
        self.recent = Recent::of_the_writer();
        Ok(self)
    }
}

fn check_library() -> Result<(), OpenError> {
    if rusqlite::version_number() >= OLDEST_LIBRARY {
        return Ok(());
    }
    Err(OpenError::OldLibrary(rusqlite::version()))
}

/// A connection that leaves the log alone when it is closed, even as the last one: whoever looks into a database changes nothing in it.
pub(crate) fn connect(path: &Path, busy_timeout: Duration) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| OpenError::of(path, &error))?;
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .map_err(|error| OpenError::of(path, &error))?;
    pragmas::apply(&connection, Purpose::Write, busy_timeout)
        .map_err(|error| OpenError::setting(path, error))?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    Ok(connection)
}

/// A connection for a copy: it reads alone, but may write another file.
pub(crate) fn connect_still(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| OpenError::of(path, &error))?;
    pragmas::apply(&connection, Purpose::Write, OpenOptions::default().busy_timeout)
        .map_err(|error| OpenError::setting(path, error))?;
    Ok(connection)
}

/// Before any connection is made.
fn check_log(path: &Path, condition: &Condition) -> Result<(), OpenError> {
    match in_use::look(path).map_err(|error| OpenError::io(path, &error))? {
        Last::Closed | Last::Died => {}
        Last::LogMissing => {
            let missing = in_use::beside(path, "-wal");
            condition.degrade(Cause::LogMissing, format!("{} is gone", missing.display()));
        }
    }
    Ok(())
}

/// Before anything is written to the file.
fn check_pages(connection: &Connection, path: &Path, condition: &Condition) -> Result<(), OpenError> {
    let complaints: rusqlite::Result<Vec<String>> = connection
        .prepare("PRAGMA quick_check(5)")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect());
    match complaints {
        Ok(complaints) if complaints == ["ok"] => {}
        Ok(complaints) => {
            condition.degrade(Cause::Damaged, complaints.join("; "));
        }
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
            condition.degrade(Cause::Damaged, error.to_string());
        }
        Err(error) => return Err(OpenError::of(path, &error)),
    }
    Ok(())
}

/// For those who do not upgrade.
fn check_schema(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    match migrations::look(connection).map_err(|error| OpenError::of(path, &error))? {
        Found::Schema(SCHEMA) => Ok(()),
        Found::Schema(found) => Err(OpenError::OtherSchema {
            path: path.to_owned(),
            found,
            expected: SCHEMA,
        }),
        Found::Empty => Err(OpenError::Missing(path.to_owned())),
        Found::Foreign => Err(OpenError::NotOurs(path.to_owned())),
    }
}

fn upgrade(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let from = match migrations::look(connection).map_err(|error| OpenError::of(path, &error))? {
        Found::Empty => 0,
        Found::Schema(found) if found <= SCHEMA => found,
        Found::Schema(found) => {
            return Err(OpenError::NewerSchema {
                path: path.to_owned(),
                found,
                known: SCHEMA,
            });
        }
        Found::Foreign => return Err(OpenError::NotOurs(path.to_owned())),
    };
    pragmas::turn_wal_on(connection).map_err(|error| OpenError::setting(path, error))?;
    migrations::run(connection, path, from, MIGRATIONS).map_err(|error| OpenError::Migration {
        path: path.to_owned(),
        error,
    })
}

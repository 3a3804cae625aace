//! Opening a database: for the daemon, which creates and upgrades it, and for `orchctl`, which does neither. A file that cannot be used
//! is left as it is.

mod error;
mod file;

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::SqliteStore;
use crate::checkpoints::Checkpoints;
use crate::migrations::{self, Found, MIGRATIONS, SCHEMA};
use crate::orders::OrderWatch;
use crate::pragmas::{self, Purpose};
use crate::readers::{CACHED_STATEMENTS, Readers};
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
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Reading connections at most.
    pub readers: u32,
    /// How long to wait for another process's write, such as an order's.
    pub busy_timeout: Duration,
    /// The file's size at most, in pages of 4 KiB; beyond it writes fail as on a full disk. None: the disk is the bound.
    pub max_pages: Option<u32>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            readers: 4,
            busy_timeout: Duration::from_secs(5),
            max_pages: None,
        }
    }
}

impl SqliteStore {
    /// Opens the daemon's database: creates file and folder, checks it, brings its schema up to date, starts writer and checkpoints. Blocks.
    ///
    /// # Errors
    /// Says what is wrong with the file and what to do; the file is then as it was.
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        check_library()?;
        file::create(path)?;
        let mut writer = connect(path, options.busy_timeout)?;
        check_pages(&writer, path)?;
        upgrade(&mut writer, path)?;
        if let Some(pages) = options.max_pages {
            writer
                .pragma_update(None, "max_page_count", pages)
                .map_err(|error| OpenError::of(path, &error))?;
        }
        let background = connect(path, CHECKPOINT_PATIENCE)?;
        let (checkpoints, nudge) = Checkpoints::start(background).map_err(OpenError::Thread)?;
        let writer = Writer::start(writer, Some(nudge)).map_err(OpenError::Thread)?;
        Self::assemble(path, options, writer, Some(checkpoints))
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
        let writer = connect(path, options.busy_timeout)?;
        match migrations::look(&writer).map_err(|error| OpenError::of(path, &error))? {
            Found::Schema(SCHEMA) => {}
            Found::Schema(found) => {
                return Err(OpenError::OtherSchema {
                    path: path.to_owned(),
                    found,
                    expected: SCHEMA,
                });
            }
            Found::Empty => return Err(OpenError::Missing(path.to_owned())),
            Found::Foreign => return Err(OpenError::NotOurs(path.to_owned())),
        }
        pragmas::check_wal(&writer).map_err(|error| OpenError::setting(path, error))?;
        let writer = Writer::start(writer, None).map_err(OpenError::Thread)?;
        Self::assemble(path, &options, writer, None)
    }

    fn assemble(
        path: &Path,
        options: &OpenOptions,
        writer: Writer,
        checkpoints: Option<Checkpoints>,
    ) -> Result<Self, OpenError> {
        let readers = Readers::new(path.to_owned(), options.readers, options.busy_timeout)
            .map_err(|error| OpenError::Readers(error.to_string()))?;
        let watch =
            OrderWatch::open(path, options.busy_timeout).map_err(|error| OpenError::setting(path, error))?;
        Ok(Self {
            writer,
            readers,
            watch,
            _checkpoints: checkpoints,
        })
    }
}

fn check_library() -> Result<(), OpenError> {
    if rusqlite::version_number() >= OLDEST_LIBRARY {
        return Ok(());
    }
    Err(OpenError::OldLibrary(rusqlite::version()))
}

fn connect(path: &Path, busy_timeout: Duration) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| OpenError::of(path, &error))?;
    pragmas::apply(&connection, Purpose::Write, busy_timeout)
        .map_err(|error| OpenError::setting(path, error))?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    Ok(connection)
}

/// Before anything is written to the file.
fn check_pages(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let complaints: Vec<String> = connection
        .prepare("PRAGMA quick_check(5)")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .map_err(|error| OpenError::of(path, &error))?;
    if complaints == ["ok"] {
        return Ok(());
    }
    Err(OpenError::Damaged {
        path: path.to_owned(),
        detail: complaints.join("; "),
    })
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

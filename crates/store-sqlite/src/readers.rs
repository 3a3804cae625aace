//! A pool of reading connections. They block, so they are used on blocking threads and never across an await.

use std::path::{Path, PathBuf};
use std::time::Duration;

use pipeline_core::port::store::StoreError;
use r2d2::{ManageConnection, NopErrorHandler, Pool};
use rusqlite::{Connection, OpenFlags};

use crate::condition::Condition;
use crate::failure::Failure;
use crate::pragmas::{self, PragmaError, Purpose};

/// How long a reader waits for a connection that others use.
const PATIENCE: Duration = Duration::from_secs(5);

/// Statements kept prepared per connection: more than there are.
pub(crate) const CACHED_STATEMENTS: usize = 128;

/// The pool. Clones share it.
#[derive(Clone)]
pub(crate) struct Readers {
    pool: Pool<Manager>,
    condition: Condition,
}

impl Readers {
    /// A pool of at most `size` connections to an existing database.
    pub(crate) fn new(
        path: PathBuf,
        size: u32,
        busy_timeout: Duration,
        condition: Condition,
    ) -> Result<Self, r2d2::Error> {
        let pool = Pool::builder()
            .max_size(size.max(1))
            .min_idle(Some(1))
            .connection_timeout(PATIENCE)
            // A local file does not go away like a server: no query before each use.
            .test_on_check_out(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .error_handler(Box::new(NopErrorHandler))
            .build(Manager { path, busy_timeout })?;
        Ok(Self { pool, condition })
    }

    /// Runs a read on a blocking thread.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let Self { pool, condition } = self.clone();
        blocking(move || {
            let connection = pool
                .get()
                .map_err(|error| StoreError::Unavailable(format!("no reading connection: {error}")))?;
            work(&connection).map_err(|failure| condition.notice_read(&failure))
        })
        .await
    }
}

/// Runs blocking work away from the runtime's own threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(StoreError::Unavailable(format!("a read was broken off: {error}"))))
}

/// Opens one reading connection.
pub(crate) fn connect(path: &Path, busy_timeout: Duration) -> Result<Connection, PragmaError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    pragmas::apply(&connection, Purpose::Read, busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    Ok(connection)
}

/// Opens one reading connection to a file that nobody else uses; nothing is made beside it, not for a moment.
pub(crate) fn connect_unshared(path: &Path) -> Result<Connection, PragmaError> {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut uri = "file://".to_owned();
    for byte in whole.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte) {
            uri.push(char::from(*byte));
        } else {
            uri.push_str(&format!("%{byte:02x}"));
        }
    }
    uri.push_str("?immutable=1");
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(uri, flags)?;
    pragmas::apply(&connection, Purpose::Read, Duration::ZERO)?;
    Ok(connection)
}

struct Manager {
    path: PathBuf,
    busy_timeout: Duration,
}

impl ManageConnection for Manager {
    type Connection = Connection;
    type Error = PragmaError;

    fn connect(&self) -> Result<Connection, PragmaError> {
        connect(&self.path, self.busy_timeout)
    }

    fn is_valid(&self, _: &mut Connection) -> Result<(), PragmaError> {
        Ok(())
    }

    fn has_broken(&self, _: &mut Connection) -> bool {
        false
    }
}

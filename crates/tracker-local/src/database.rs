//! The board's connection: reads, and writes of one transaction each, on the blocking pool. Must not know what is read or written.

pub(crate) mod opening;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use pipeline_core::port::PortError;
use pipeline_core::port::clock::Clock;
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use tokio::sync::Notify;

use opening::OpenError;

/// Why work on the database came to nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// SQLite refused.
    Sqlite(rusqlite::Error),
    /// The request is at fault.
    Refused(PortError),
}

/// One connection for the whole process; calls queue for it.
pub(crate) struct Database {
    connection: Mutex<Connection>,
    clock: Arc<dyn Clock>,
    written: Notify,
}

impl Database {
    pub(crate) fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Arc<Self>, OpenError> {
        Ok(Arc::new(Self {
            connection: Mutex::new(opening::open(path)?),
            clock,
            written: Notify::new(),
        }))
    }

    /// Runs `work` on the connection. It must not write.
    pub(crate) async fn read<T, W>(self: &Arc<Self>, work: W) -> Result<T, PortError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        self.on_blocking_pool(move |connection, _| work(connection)).await
    }

    /// Runs `work` in one transaction and commits it when it ends well; tells waiters of the feed.
    pub(crate) async fn write<T, W>(self: &Arc<Self>, work: W) -> Result<T, PortError>
    where
        T: Send + 'static,
        W: FnOnce(&Transaction<'_>, Timestamp) -> Result<T, Failure> + Send + 'static,
    {
        let value = self
            .on_blocking_pool(move |connection, now| {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let value = work(&transaction, now)?;
                transaction.commit()?;
                Ok(value)
            })
            .await?;
        self.written.notify_one();
        Ok(value)
    }

    /// Returns after a write since the last return.
    pub(crate) async fn written(&self) {
        self.written.notified().await;
    }

    async fn on_blocking_pool<T, W>(self: &Arc<Self>, work: W) -> Result<T, PortError>
    where
        T: Send + 'static,
        W: FnOnce(&mut Connection, Timestamp) -> Result<T, Failure> + Send + 'static,
    {
        let database = Arc::clone(self);
        let ended = tokio::task::spawn_blocking(move || {
            // A panic of an earlier call has rolled its transaction back; the connection is sound.
            let mut connection = database.connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection, database.clock.now())
        })
        .await;
        match ended {
            Ok(result) => result.map_err(PortError::from),
            Err(_) => Err(PortError::Ambiguous("the board's worker stopped".to_owned())),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        Self::Refused(error)
    }
}

impl From<Failure> for PortError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => error,
            Failure::Sqlite(error) if passes(&error) => Self::retry(format!("the board's database: {error}")),
            Failure::Sqlite(error) => Self::Permanent(format!("the board's database: {error}")),
        }
    }
}

/// Rolled back, and may work later: somebody else writes, the disk is full or fails for the moment.
fn passes(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::OutOfMemory
        )
    )
}

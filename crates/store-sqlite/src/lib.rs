//! The state of the pipeline in SQLite: one transaction per step, group commit, durable when a call returns.
//!
//! Knows the store port and SQL, nothing of engines, trackers or processes. One thread writes (`writer`), a pool reads (`readers`),
//! a third connection moves the write-ahead log into the file (`checkpoints`), and a fourth one looks whether anybody has committed (`watch`).
//! What was committed a moment ago is kept beside the file (`recent`).

pub mod open;
pub mod condition;
pub mod integrity;
pub mod backup;
pub mod restore;
mod pragmas;
mod durable;
mod migrations;
mod identity;
mod writer;
mod checkpoints;
mod reserve;
mod readers;
mod recent;
mod failure;
mod columns;
mod step;
mod tasks;
mod pipelines;
mod project_versions;
mod event_log;
mod jobs;
mod runs;
mod timers;
mod outbox;
mod deliveries;
mod cursors;
mod items;
mod projects;
mod orders;
mod holds;
mod retention;
mod accounts;
mod watch;
#[cfg(test)]
mod query_plans;

use pipeline_core::port::store::StoreError;

use crate::checkpoints::Checkpoints;
use crate::condition::Condition;
use crate::orders::OrderWatch;
use crate::readers::Readers;
use crate::recent::Recent;
use crate::watch::Lookout;
use crate::writer::{Writer, Written};

pub use crate::identity::Identity;
pub use crate::writer::Commits;

/// Everything that is kept, in one database file. Implements the nine traits of the store port.
///
/// Dropping it ends its threads after the commands that were handed in.
pub struct SqliteStore {
    // Dropped in this order: the checkpoints' thread ends when the writer has ended, and then nobody may read.
    lookout: Option<Lookout>,
    writer: Writer,
    readers: Readers,
    recent: Recent,
    watch: OrderWatch,
    condition: Condition,
    opened_as: Option<Identity>,
    _checkpoints: Option<Checkpoints>,
}

impl SqliteStore {
    /// Whether it is written, and why not.
    #[must_use]
    pub fn condition(&self) -> &Condition {
        &self.condition
    }

    /// How much it has committed since it was opened.
    #[must_use]
    pub fn commits(&self) -> Commits {
        self.writer.commits()
    }

    /// The settings that the writing connection has now, read back from it: `journal_mode`, `synchronous` and the like.
    ///
    /// # Errors
    /// As every write of the store.
    pub async fn settings(&self) -> Result<Vec<(&'static str, String)>, StoreError> {
        self.writer
            .write(|connection| {
                pragmas::in_force(connection)
                    .map(Written::Keep)
                    .map_err(Into::into)
            })
            .await
    }

    /// Which copy of the state this was when it was opened; none when that cannot be read.
    #[must_use]
    pub fn opened_as(&self) -> Option<&Identity> {
        self.opened_as.as_ref()
    }

    /// Which copy of the state this is, and whether it was restored and not looked at yet.
    ///
    /// # Errors
    /// As every read of the store.
    pub async fn identity(&self) -> Result<Identity, StoreError> {
        self.readers.read(identity::find).await
    }

    /// Everything open was looked at: from now on a start is one as any other.
    ///
    /// # Errors
    /// As every write of the store.
    pub async fn looked(&self) -> Result<(), StoreError> {
        self.writer
            .write(|connection| identity::looked(connection).map(Written::Keep))
            .await
    }
}

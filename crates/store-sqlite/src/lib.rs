//! The state of the pipeline in SQLite: one transaction per step, group commit, durable when a call returns.
//!
//! Knows the store port and SQL, nothing of engines, trackers or processes. One thread writes (`writer`), a pool reads (`readers`),
//! and a third connection moves the write-ahead log into the file (`checkpoints`).

pub mod open;
mod pragmas;
mod migrations;
mod writer;
mod checkpoints;
mod readers;
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
#[cfg(test)]
mod query_plans;

use crate::checkpoints::Checkpoints;
use crate::orders::OrderWatch;
use crate::readers::Readers;
use crate::writer::Writer;

/// Everything that is kept, in one database file. Implements the seven traits of the store port.
///
/// Dropping it ends its threads after the commands that were handed in.
pub struct SqliteStore {
    // Dropped in this order: the checkpoints' thread ends when the writer has ended.
    writer: Writer,
    readers: Readers,
    watch: OrderWatch,
    _checkpoints: Option<Checkpoints>,
}

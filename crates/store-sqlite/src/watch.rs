//! Whether somebody has committed, told by a thread that asks SQLite, and what falls due next.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use async_trait::async_trait;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::watch::WatchStore;
use pipeline_core::time::Timestamp;
use rusqlite::Connection;
use tokio::sync::Notify;

use crate::SqliteStore;
use crate::columns::first;
use crate::failure::Failure;
use crate::orders::OrderWatch;

/// Between two looks: as late as an operator's order may be noticed. One takes some microseconds.
const LOOK: Duration = Duration::from_millis(250);

#[async_trait]
impl WatchStore for SqliteStore {
    async fn written(&self) {
        self.watch.tidings().written.notified().await;
    }

    fn version(&self) -> u64 {
        let tidings = self.watch.tidings();
        if self.lookout.is_none() {
            // Nobody looks: who asks has to.
            tidings.tell();
        }
        tidings.version.load(Ordering::Acquire)
    }

    async fn due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.readers.read(due).await
    }
}

/// What the looks have found.
#[derive(Debug, Default)]
pub(crate) struct Tidings {
    version: AtomicU64,
    written: Notify,
}

impl Tidings {
    /// Somebody has committed, or it cannot be known.
    pub(crate) fn tell(&self) {
        self.version.fetch_add(1, Ordering::Release);
        self.written.notify_one();
    }
}

/// The thread that looks; it ends with this.
pub(crate) struct Lookout {
    ends: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Lookout {
    pub(crate) fn start(watch: OrderWatch) -> io::Result<Self> {
        let (ends, ended) = sync_channel(0);
        let thread = thread::Builder::new()
            .name("store-watch".to_owned())
            .spawn(move || look_until(&ended, &watch))?;
        Ok(Self {
            ends: Some(ends),
            thread: Some(thread),
        })
    }
}

impl Drop for Lookout {
    fn drop(&mut self) {
        self.ends = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn look_until(ended: &Receiver<()>, watch: &OrderWatch) {
    while ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        if watch.look().is_err() {
            // Whoever wakes for it meets the error himself, and tells it.
            watch.tidings().tell();
        }
    }
}

pub(crate) const NEXT_JOB: &str =
    "SELECT min(available_at) FROM jobs INDEXED BY jobs_available WHERE status = 'queued'";
pub(crate) const NEXT_EFFECT: &str =
    "SELECT min(available_at) FROM outbox INDEXED BY outbox_due WHERE status IN ('pending', 'ambiguous')";
/// It was due when it was claimed.
pub(crate) const SENDING: &str =
    "SELECT available_at FROM outbox INDEXED BY outbox_in_flight WHERE status = 'in_flight' LIMIT 1";
pub(crate) const NEXT_TIMER: &str = "SELECT min(due) FROM timers";

fn due(connection: &Connection) -> Result<Option<Timestamp>, Failure> {
    let mut earliest: Option<Timestamp> = None;
    for sql in [NEXT_JOB, NEXT_EFFECT, SENDING, NEXT_TIMER] {
        let next: Option<Option<i64>> = first(connection, sql, [], |row| row.get(0))?;
        let next = next.flatten().map(Timestamp);
        earliest = [earliest, next].into_iter().flatten().min();
    }
    Ok(earliest)
}

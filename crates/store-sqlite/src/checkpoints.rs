//! Moves the write-ahead log into the database file, on a thread and connection of its own, so that no commit waits for it.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;

/// Pages in the log that are not in the file yet, from which on it is worth moving them (4 MiB).
const PAGES: i64 = 1_024;

/// Pages in the log from which on it has to begin anew (32 MiB): under steady writing it would only grow, moved into the file or not.
const LONG: i64 = 8_192;

/// After so long without a nudge the log's file is cut.
const QUIET: Duration = Duration::from_secs(60);

/// Tells the thread that something was committed. The thread ends when every nudge is dropped.
#[derive(Clone)]
pub(crate) struct Nudge(SyncSender<()>);

impl Nudge {
    /// Never waits: one nudge that has not been seen is as good as many.
    pub(crate) fn committed(&self) {
        let _ = self.0.try_send(());
    }
}

/// The thread; dropping waits for its end, so its nudges have to be dropped before.
pub(crate) struct Checkpoints {
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Starts the thread on a connection whose busy timeout is short: it must never hold up the writer for long.
    pub(crate) fn start(connection: Connection) -> io::Result<(Self, Nudge)> {
        let (sender, nudges) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || run(&connection, &nudges))?;
        let checkpoints = Self { thread: Some(thread) };
        Ok((checkpoints, Nudge(sender)))
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(connection: &Connection, nudges: &Receiver<()>) {
    let mut written = false;
    loop {
        match nudges.recv_timeout(QUIET) {
            Ok(()) => {
                written = true;
                move_when_grown(connection);
            }
            Err(RecvTimeoutError::Timeout) if written => {
                written = checkpoint(connection, "TRUNCATE").is_none();
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    checkpoint(connection, "TRUNCATE");
}

fn move_when_grown(connection: &Connection) {
    // NOOP only counts.
    let Some((log, moved)) = checkpoint(connection, "NOOP") else {
        return;
    };
    if log - moved >= PAGES {
        // Waits for nobody and moves what no reader needs any more.
        checkpoint(connection, "PASSIVE");
    }
    if log >= LONG {
        // Holds the writer up for what was written since, no more. The file stays: writing over it is cheaper than growing it again.
        checkpoint(connection, "RESTART");
    }
}

/// Pages in the log and how many of them are in the file; none when it could not be done now.
fn checkpoint(connection: &Connection, mode: &str) -> Option<(i64, i64)> {
    let counts = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?))
    });
    match counts {
        Ok((0, log, moved)) => Some((log, moved)),
        // Somebody reads or writes: the next nudge or pause tries again.
        Ok(_) => None,
        Err(error) => {
            tracing::warn!(%error, mode, "the write-ahead log was not moved into the database; trying again later");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pages: usize) -> (tempfile::TempDir, Connection, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let writer = Connection::open(&path).unwrap();
        crate::pragmas::apply(&writer, crate::pragmas::Purpose::Write, QUIET).unwrap();
        crate::pragmas::turn_wal_on(&writer).unwrap();
        writer.execute_batch("CREATE TABLE t (a BLOB)").unwrap();
        writer.execute_batch("BEGIN").unwrap();
        for _ in 0..pages {
            writer
                .execute("INSERT INTO t VALUES (zeroblob(4000))", [])
                .unwrap();
        }
        writer.execute_batch("COMMIT").unwrap();
        let other = Connection::open(&path).unwrap();
        (folder, writer, other)
    }

    #[test]
    fn a_small_log_is_left_alone() {
        let (_folder, _writer, other) = written(3);
        move_when_grown(&other);
        let (log, moved) = checkpoint(&other, "NOOP").unwrap();
        assert!(log > 0);
        assert_eq!(moved, 0);
    }

    #[test]
    fn a_grown_log_is_moved_into_the_file() {
        let (_folder, _writer, other) = written(1_100);
        move_when_grown(&other);
        let (log, moved) = checkpoint(&other, "NOOP").unwrap();
        assert_eq!(log, moved);
    }

    #[test]
    fn a_long_log_begins_anew() {
        let (_folder, writer, other) = written(8_300);
        move_when_grown(&other);
        writer
            .execute("INSERT INTO t VALUES (zeroblob(4000))", [])
            .unwrap();
        let (log, _) = checkpoint(&other, "NOOP").unwrap();
        assert!(log < 10, "{log}");
    }

    #[test]
    fn the_thread_ends_with_its_last_nudge_and_leaves_an_empty_log() {
        let (folder, _writer, other) = written(3);
        let (checkpoints, nudge) = Checkpoints::start(other).unwrap();
        nudge.committed();
        drop(nudge);
        drop(checkpoints);
        let log = std::fs::metadata(folder.path().join("state.db-wal")).unwrap();
        assert_eq!(log.len(), 0);
    }
}

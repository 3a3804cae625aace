//! Moves the write-ahead log into the database file, on a thread and connection of its own, so that no commit waits for it.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::condition::Condition;
use crate::failure::Failure;
use crate::open::in_use;
use crate::reserve::Reserve;

/// Pages in the log that are not in the file yet, from which on it is worth moving them (16 MiB). Each move forces the log and the file to
/// the disk while commits wait for the same disk: many small moves are what the slowest commits wait for (docs/PERFORMANCE.md).
const PAGES: i64 = 4_096;

/// Pages in the log from which on it has to begin anew (64 MiB, as its file is cut to): under steady writing it would only grow, moved into the file or not.
const LONG: i64 = 16_384;

/// Pages in the log from which on people are told (128 MiB): somebody reads for very long.
const TOO_LONG: i64 = 32_768;

/// After so long without a nudge the log's file is cut.
const QUIET: Duration = Duration::from_secs(60);

/// Tells the thread that something was committed, or could not be. The thread ends when every nudge is dropped.
#[derive(Clone)]
pub(crate) struct Nudge(SyncSender<()>);

impl Nudge {
    /// Never waits: one nudge that has not been seen is as good as many.
    pub(crate) fn ended(&self) {
        let _ = self.0.try_send(());
    }
}

/// The thread; dropping waits for its end, so its nudges have to be dropped before.
pub(crate) struct Checkpoints {
    thread: Option<JoinHandle<()>>,
}

/// Moves everything into the file, when nobody reads; a log that is held back is left.
pub(crate) fn move_all(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// What the thread works on.
pub(crate) struct Log {
    /// Its own connection, whose busy timeout is short: it must never hold up the writer for long.
    pub(crate) connection: Connection,
    /// The database.
    pub(crate) path: PathBuf,
    /// Nothing is moved any more after damage.
    pub(crate) condition: Condition,
    /// Tended here, where no commit waits for it.
    pub(crate) reserve: Reserve,
}

impl Checkpoints {
    /// Starts the thread. At its end the log is empty, and the note beside the database is gone, unless something is wrong.
    pub(crate) fn start(log: Log) -> io::Result<(Self, Nudge)> {
        let (sender, nudges) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || log.follow(&nudges))?;
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

impl Log {
    fn follow(mut self, nudges: &Receiver<()>) {
        let (mut written, mut told) = (false, false);
        loop {
            self.reserve.tend(&self.condition);
            match nudges.recv_timeout(QUIET) {
                Ok(()) => {
                    written = true;
                    let log = self.move_when_grown();
                    told = tell_when_too_long(log, told);
                }
                Err(RecvTimeoutError::Timeout) if written => {
                    written = self.checkpoint("TRUNCATE").is_none();
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if self.checkpoint("TRUNCATE") == Some((0, 0)) {
            self.close();
        }
    }

    /// Answers the pages in the log.
    fn move_when_grown(&self) -> i64 {
        // NOOP only counts.
        let Some((log, moved)) = self.checkpoint("NOOP") else {
            return 0;
        };
        if log - moved >= PAGES {
            // Waits for nobody and moves what no reader needs any more.
            self.checkpoint("PASSIVE");
        }
        if log >= LONG {
            // Holds the writer up for what was written since, no more. The file stays: writing over it is cheaper than growing it again.
            self.checkpoint("RESTART");
        }
        log
    }

    /// Pages in the log and how many of them are in the file; none when it could not be done now.
    fn checkpoint(&self, mode: &str) -> Option<(i64, i64)> {
        if self.condition.is_final() {
            return None;
        }
        let counts = self
            .connection
            .query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?))
            });
        match counts {
            Ok((0, log, moved)) => Some((log, moved)),
            // Somebody reads or writes: the next nudge or pause tries again.
            Ok(_) => None,
            Err(error) => {
                let error = self.condition.notice_final(&Failure::from(error));
                tracing::warn!(%error, mode, "the write-ahead log was not moved into the database; trying again later");
                None
            }
        }
    }

    /// Nothing is in the log: the file may go with the last connection, and the note before it.
    fn close(&self) {
        let closed = in_use::end(&self.path).is_ok()
            && self
                .connection
                .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)
                .is_ok();
        if !closed {
            tracing::warn!(path = %self.path.display(), "the note beside the database could not be taken away");
        }
    }
}

fn tell_when_too_long(log: i64, told: bool) -> bool {
    let too_long = log >= TOO_LONG;
    if too_long && !told {
        let mib = log / 256;
        tracing::warn!(
            mib,
            "the write-ahead log grows: something reads the database for very long"
        );
    }
    too_long
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log with a few pages more.
    fn written(pages: i64) -> (tempfile::TempDir, Connection, Log) {
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
        let log = Log {
            connection: Connection::open(&path).unwrap(),
            condition: Condition::new(&path, None),
            reserve: Reserve::new(&path, 0),
            path,
        };
        (folder, writer, log)
    }

    #[test]
    fn a_small_log_is_left_alone() {
        let (_folder, _writer, log) = written(3);
        log.move_when_grown();
        let (pages, moved) = log.checkpoint("NOOP").unwrap();
        assert!(pages > 0);
        assert_eq!(moved, 0);
    }

    #[test]
    fn a_grown_log_is_moved_into_the_file() {
        let (_folder, _writer, log) = written(PAGES);
        log.move_when_grown();
        let (pages, moved) = log.checkpoint("NOOP").unwrap();
        assert_eq!(pages, moved);
    }

    #[test]
    fn a_long_log_begins_anew() {
        let (_folder, writer, log) = written(LONG);
        log.move_when_grown();
        writer
            .execute("INSERT INTO t VALUES (zeroblob(4000))", [])
            .unwrap();
        let (pages, _) = log.checkpoint("NOOP").unwrap();
        assert!(pages < 10, "{pages}");
    }

    #[test]
    fn the_thread_ends_with_its_last_nudge_and_leaves_an_empty_log() {
        let (folder, _writer, log) = written(3);
        let (checkpoints, nudge) = Checkpoints::start(log).unwrap();
        nudge.ended();
        drop(nudge);
        drop(checkpoints);
        let log = std::fs::metadata(folder.path().join("state.db-wal")).unwrap();
        assert_eq!(log.len(), 0);
    }

    #[test]
    fn a_long_reader_holds_the_log_back_and_no_longer() {
        let (_folder, writer, log) = written(LONG);
        let reader = Connection::open(&log.path).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM t").unwrap();
        writer
            .execute("INSERT INTO t VALUES (zeroblob(4000))", [])
            .unwrap();
        assert!(log.move_when_grown() > LONG);
        assert!(log.checkpoint("NOOP").unwrap().0 > LONG, "the reader needs it");
        reader.execute_batch("COMMIT").unwrap();
        log.move_when_grown();
        assert_eq!(log.checkpoint("TRUNCATE"), Some((0, 0)));
    }

    #[test]
    fn a_log_that_grows_on_is_told_once() {
        let mut told = false;
        let mut tellings = 0;
        for pages in [10, TOO_LONG - 1, TOO_LONG, TOO_LONG * 2, 10, TOO_LONG] {
            let before = told;
            told = tell_when_too_long(pages, told);
            tellings += usize::from(told && !before);
        }
        assert_eq!(tellings, 2);
    }

    #[test]
    fn after_damage_nothing_is_moved() {
        let (_folder, _writer, log) = written(PAGES);
        log.condition
            .degrade(crate::condition::Cause::Damaged, "found".to_owned());
        assert_eq!(log.checkpoint("TRUNCATE"), None);
    }
}

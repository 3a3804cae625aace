use std::sync::mpsc::{Receiver, Sender};

use rusqlite::{Error, ffi};

use super::*;
use crate::columns::change;

/// A writer whose thread stands at a gate, so that what is handed in meanwhile becomes one batch.
struct Gated {
    writer: Writer,
    gate: Option<Sender<()>>,
    _folder: tempfile::TempDir,
    reader: Connection,
}

impl Gated {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER PRIMARY KEY);
                 CREATE TABLE identity (probe BLOB); INSERT INTO identity VALUES (NULL)",
            )
            .unwrap();
        Self {
            writer: Writer::start(connection, None, Condition::new(&path, None)).unwrap(),
            gate: None,
            _folder: folder,
            reader: Connection::open(&path).unwrap(),
        }
    }

    /// The writer's thread now waits for `open`.
    fn close(&mut self) {
        let (entered, inside) = channel();
        let (gate, opened): (_, Receiver<()>) = channel();
        let work = move |_: &Connection| {
            let _ = entered.send(());
            let _ = opened.recv();
            Ok(Written::Keep(()))
        };
        self.hand_in(work);
        inside.recv().unwrap();
        self.gate = Some(gate);
    }

    fn open(&mut self) {
        self.gate = None;
    }

    fn hand_in<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> Result<Written<T>, Failure> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, StoreError>> {
        let (reply, answer) = oneshot::channel();
        let ticket = Ticket {
            work,
            outcome: None,
            then: |_: Result<&T, &StoreError>| {},
            reply,
        };
        let sent = self.writer.commands.as_ref().unwrap().send(Box::new(ticket));
        assert!(sent.is_ok());
        answer
    }

    fn stored(&self) -> Vec<i64> {
        crate::columns::rows(&self.reader, "SELECT a FROM t ORDER BY a", [], |row| row.get(0)).unwrap()
    }
}

fn insert(connection: &Connection, number: i64) -> Result<(), Failure> {
    change(connection, "INSERT INTO t VALUES (?1)", [number])?;
    Ok(())
}

fn keep(number: i64) -> impl FnMut(&Connection) -> Result<Written<i64>, Failure> + Send + 'static {
    move |connection| insert(connection, number).map(|()| Written::Keep(number))
}

/// Inserts, then fails as SQLite does with this code.
fn fail(number: i64, code: i32) -> impl FnMut(&Connection) -> Result<Written<i64>, Failure> + Send + 'static {
    move |connection| {
        insert(connection, number)?;
        Err(Error::SqliteFailure(ffi::Error::new(code), None).into())
    }
}

#[test]
fn a_broken_constraint_undoes_its_own_command_alone() {
    let mut gated = Gated::new();
    gated.close();
    let before = gated.hand_in(keep(1));
    let twice = gated.hand_in(|connection| {
        insert(connection, 2)?;
        insert(connection, 2).map(Written::Keep)
    });
    let after = gated.hand_in(keep(3));
    gated.open();
    assert_eq!(before.blocking_recv().unwrap(), Ok(1));
    assert!(matches!(
        twice.blocking_recv().unwrap(),
        Err(StoreError::Refused(_))
    ));
    assert_eq!(after.blocking_recv().unwrap(), Ok(3));
    assert_eq!(gated.stored(), [1, 3]);
}

#[test]
fn what_is_taken_back_is_answered_and_not_written() {
    let gated = Gated::new();
    let answer = gated.hand_in(|connection| insert(connection, 1).map(|()| Written::Undo("stale")));
    assert_eq!(answer.blocking_recv().unwrap(), Ok("stale"));
    assert_eq!(gated.stored(), [0_i64; 0]);
}

#[test]
fn any_other_error_rolls_the_batch_back_and_each_runs_again_alone() {
    let mut gated = Gated::new();
    gated.close();
    let before = gated.hand_in(keep(1));
    let full = gated.hand_in(fail(2, ffi::SQLITE_FULL));
    let after = gated.hand_in(keep(3));
    gated.open();
    assert_eq!(before.blocking_recv().unwrap(), Ok(1));
    assert!(matches!(
        full.blocking_recv().unwrap(),
        Err(StoreError::Unavailable(_))
    ));
    assert_eq!(after.blocking_recv().unwrap(), Ok(3));
    assert_eq!(gated.stored(), [1, 3]);
}

#[test]
fn a_transaction_that_sqlite_ended_itself_commits_nothing_more() {
    let mut gated = Gated::new();
    gated.close();
    let before = gated.hand_in(keep(1));
    // What SQLite does by itself on a full disk, and a command that does not notice.
    let ended = gated.hand_in(|connection| {
        connection.execute_batch("ROLLBACK")?;
        insert(connection, 2).map(Written::Keep)
    });
    gated.open();
    assert_eq!(before.blocking_recv().unwrap(), Ok(1));
    assert!(ended.blocking_recv().unwrap().is_err());
    let later = gated.hand_in(keep(4));
    assert_eq!(later.blocking_recv().unwrap(), Ok(4));
    assert!(gated.stored().contains(&1) && gated.stored().contains(&4));
}

#[test]
fn after_damage_nothing_is_written_any_more() {
    let gated = Gated::new();
    let damaged = gated.hand_in(fail(1, ffi::SQLITE_CORRUPT));
    assert!(matches!(
        damaged.blocking_recv().unwrap(),
        Err(StoreError::Broken(_))
    ));
    let later = gated.hand_in(keep(2));
    assert!(matches!(
        later.blocking_recv().unwrap(),
        Err(StoreError::Broken(_))
    ));
    assert_eq!(gated.stored(), [0_i64; 0]);
}

#[test]
fn whoever_waits_for_a_writer_that_ends_is_answered() {
    let mut gated = Gated::new();
    gated.close();
    let last = gated.hand_in(keep(1));
    gated.open();
    let Gated { writer, reader, .. } = &mut gated;
    writer.commands = None;
    writer.thread.take().unwrap().join().unwrap();
    assert_eq!(last.blocking_recv().unwrap(), Ok(1));
    let stored: i64 = reader
        .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
        .unwrap();
    assert_eq!(stored, 1);
}

#[tokio::test]
async fn an_ended_writer_is_unavailable() {
    let mut gated = Gated::new();
    gated.writer.commands = None;
    let answer = gated.writer.write(keep(1)).await;
    assert!(matches!(answer, Err(StoreError::Unavailable(_))));
}

#[test]
fn on_a_full_disk_nothing_more_of_the_command_is_written() {
    let mut gated = Gated::new();
    gated.close();
    let before = gated.hand_in(keep(1));
    // It does not look at the error; SQLite has ended the transaction by then, and the second insert would stand alone.
    let careless = gated.hand_in(|connection| {
        connection.execute_batch("CREATE TABLE big (a BLOB)")?;
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        connection.pragma_update(None, "max_page_count", pages + 20)?;
        let full = change(connection, "INSERT INTO big VALUES (zeroblob(1000000))", []);
        assert_eq!(
            full.unwrap_err().sqlite_error_code(),
            Some(rusqlite::ErrorCode::DiskFull)
        );
        assert!(connection.is_autocommit(), "SQLite ended the transaction itself");
        insert(connection, 2).map(Written::Keep)
    });
    let after = gated.hand_in(keep(3));
    gated.open();
    assert_eq!(before.blocking_recv().unwrap(), Ok(1));
    assert!(matches!(
        careless.blocking_recv().unwrap(),
        Err(StoreError::Unavailable(_))
    ));
    assert_eq!(after.blocking_recv().unwrap(), Ok(3));
    assert_eq!(gated.stored(), [1, 3]);
}

#[test]
fn after_a_failed_sync_only_a_new_process_writes() {
    let gated = Gated::new();
    let failed = gated.hand_in(fail(1, ffi::SQLITE_IOERR_FSYNC));
    assert!(failed.blocking_recv().unwrap().is_err());
    let later = gated.hand_in(keep(2)).blocking_recv().unwrap();
    let Err(StoreError::Broken(text)) = later else {
        panic!("{later:?}");
    };
    assert!(text.contains("restart orchd"), "{text}");
    assert_eq!(gated.stored(), [0_i64; 0]);
}

#[test]
fn a_disk_that_fails_once_is_tried_again() {
    for code in [
        ffi::SQLITE_IOERR_WRITE,
        ffi::SQLITE_READONLY,
        ffi::SQLITE_CANTOPEN,
    ] {
        let gated = Gated::new();
        let failed = gated.hand_in(fail(1, code));
        assert!(matches!(
            failed.blocking_recv().unwrap(),
            Err(StoreError::Unavailable(_))
        ));
        let later = gated.hand_in(keep(2));
        assert_eq!(later.blocking_recv().unwrap(), Ok(2), "{code}");
    }
}

#[tokio::test]
async fn after_a_panic_nothing_is_written_any_more_and_everybody_is_told() {
    let mut gated = Gated::new();
    gated.close();
    let before = gated.hand_in(keep(1));
    let panics =
        gated.hand_in(|_: &Connection| -> Result<Written<()>, Failure> { panic!("seven is no state") });
    gated.open();
    assert!(
        before.await.is_err() && panics.await.is_err(),
        "nobody knows what became of these"
    );
    let later = gated.hand_in(keep(2)).await.unwrap();
    let said = later.unwrap_err().to_string();
    assert!(
        said.contains("a defect of orchd stopped the writing (seven is no state)"),
        "{said}"
    );
    assert_eq!(gated.stored(), Vec::<i64>::new());
}

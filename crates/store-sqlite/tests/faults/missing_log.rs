use std::fs;

use pipeline_core::id::TaskId;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::{TaskFilter, TaskStore};
use store_sqlite::condition::Cause;
use store_sqlite::integrity::Problem;
use store_sqlite::{SqliteStore, restore};

use crate::rig::{Rig, cause, deliver};

#[tokio::test]
async fn after_a_kill_the_log_is_taken_up() {
    let rig = Rig::new();
    let store = rig.open();
    rig.fill(&store).await;
    let dead = rig.as_after_a_kill();
    let store = dead.open();
    assert_eq!(cause(&store), None);
    assert_eq!(store.tasks(TaskFilter::All).await.unwrap().len(), 60);
}

#[tokio::test]
async fn after_a_close_no_log_is_missed() {
    let rig = Rig::filled().await;
    // The pool's connections are closed by threads of their own, so the log may still be there for a moment.
    assert!(!rig.beside(".in-use").exists());
    assert_eq!(cause(&rig.open()), None);
}

#[tokio::test]
async fn a_log_that_was_taken_away_is_missed_until_an_operator_decides() {
    let rig = Rig::filled().await;
    let store = rig.open();
    deliver(&store, "in the log alone", 10).await.unwrap();
    let dead = rig.as_after_a_kill();
    fs::remove_file(dead.beside("-wal")).unwrap();

    let attached = SqliteStore::attach(&dead.path()).unwrap();
    assert_eq!(attached.tasks(TaskFilter::All).await.unwrap().len(), 60);
    assert!(matches!(attached.allot_task().await, Err(StoreError::Broken(_))));
    drop(attached);

    for _ in 0..2 {
        let store = dead.open();
        assert_eq!(cause(&store), Some(Cause::LogMissing));
        assert_eq!(store.tasks(TaskFilter::All).await.unwrap().len(), 60);
        let refused = deliver(&store, "any", 10).await;
        let Err(StoreError::Broken(text)) = refused else {
            panic!("{refused:?}");
        };
        assert!(text.contains("its write-ahead log is missing"), "{text}");
        assert!(text.contains("orchctl restore --as-is"), "{text}");
    }

    let before = dead.open().identity().await.unwrap().epoch;
    let taken = restore::take_as_it_is(&dead.path()).unwrap();
    assert!(!taken.integrity.problems.iter().any(Problem::is_of_the_file));
    let store = dead.open();
    assert_eq!(cause(&store), None);
    let identity = store.identity().await.unwrap();
    assert!(identity.look_first);
    assert_ne!(identity.epoch, before);
    assert_eq!(store.allot_task().await.unwrap(), TaskId(61));
    store.looked().await.unwrap();
    assert!(!store.identity().await.unwrap().look_first);
}

#[tokio::test]
async fn whoever_only_looks_leaves_the_log() {
    let rig = Rig::filled().await;
    let store = rig.open();
    deliver(&store, "in the log alone", 10).await.unwrap();
    let dead = rig.as_after_a_kill();
    drop(SqliteStore::attach(&dead.path()).unwrap());
    assert!(fs::metadata(dead.beside("-wal")).unwrap().len() > 0);
    assert_eq!(cause(&dead.open()), None);
}

#[tokio::test]
async fn a_database_whose_schema_was_in_the_lost_log_is_refused_with_that_reason() {
    let rig = Rig::new();
    // As a daemon that died while it made its database leaves it.
    let maker = rusqlite::Connection::open(rig.path()).unwrap();
    maker
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (a)")
        .unwrap();
    fs::write(rig.beside(".in-use"), "in use\n").unwrap();
    let dead = rig.as_after_a_kill();
    fs::remove_file(dead.beside("-wal")).unwrap();
    let error = dead.try_open().err().unwrap().to_string();
    assert!(error.contains("holds nothing without it"), "{error}");
    assert!(error.contains("put the -wal file back"), "{error}");
}

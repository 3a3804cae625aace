//! What another process writes is noticed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use pipeline_core::id::TaskId;
use pipeline_core::order::OperatorOrderKind;
use pipeline_core::port::store::orders::{NewOrder, OrderStore};
use pipeline_core::port::store::watch::WatchStore;
use store_sqlite::SqliteStore;
use store_sqlite::open::OpenOptions;
use testkit::sample;

fn order() -> NewOrder {
    NewOrder {
        task: TaskId(1),
        by: "root".to_owned(),
        reason: "because".to_owned(),
        at: sample::at(5),
        what: OperatorOrderKind::Cancel,
    }
}

#[tokio::test]
async fn an_order_of_another_process_wakes_the_daemon() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let daemon = SqliteStore::open(&path, &OpenOptions::default()).unwrap();
    let operator = SqliteStore::attach(&path).unwrap();
    for orders in 1..=3 {
        assert_eq!(daemon.unanswered().await.unwrap().len(), orders - 1);
        let before = daemon.version();
        operator.place(order()).await.unwrap();
        while daemon.version() == before {
            daemon.written().await;
        }
        assert_eq!(daemon.unanswered().await.unwrap().len(), orders);
    }
}

/// Nobody looks for it: it must not believe that nothing is ever written.
#[tokio::test]
async fn one_that_is_attached_never_says_that_nothing_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    drop(SqliteStore::open(&path, &OpenOptions::default()).unwrap());
    let operator = SqliteStore::attach(&path).unwrap();
    assert_ne!(operator.version(), operator.version());
}

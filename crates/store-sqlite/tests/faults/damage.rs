use std::fs;

use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::{TaskFilter, TaskKey, TaskStore};
use rusqlite::Connection;
use store_sqlite::condition::Cause;
use testkit::sample;

use crate::rig::{Rig, cause, deliver, spoil};

/// Opens for reading; the file has the same bytes afterwards, closed or not.
async fn is_kept(rig: &Rig) {
    let before = fs::read(rig.path()).unwrap();
    let store = rig.open();
    assert_eq!(cause(&store), Some(Cause::Damaged));
    let refused = deliver(&store, "any", 10).await;
    let Err(StoreError::Broken(text)) = refused else {
        panic!("{refused:?}");
    };
    assert!(text.contains("is read-only: it is damaged"), "{text}");
    assert!(text.contains("orchctl restore BACKUP"), "{text}");
    drop(store);
    assert_eq!(fs::read(rig.path()).unwrap(), before);
}

#[tokio::test]
async fn a_database_with_spoilt_pages_is_opened_for_reading_and_not_touched() {
    let rig = Rig::filled().await;
    spoil(&rig.path());
    is_kept(&rig).await;
    is_kept(&rig).await;
}

/// SQLite reads nothing of a file that is shorter than its header says.
#[tokio::test]
async fn a_database_cut_short_is_refused_and_not_touched() {
    let rig = Rig::filled().await;
    let mut bytes = fs::read(rig.path()).unwrap();
    bytes.truncate(bytes.len() / 4096 / 2 * 4096);
    fs::write(rig.path(), &bytes).unwrap();
    let error = rig.try_open().err().unwrap().to_string();
    assert!(error.contains("is damaged"), "{error}");
    assert!(error.contains("restore the newest backup"), "{error}");
    assert_eq!(fs::read(rig.path()).unwrap(), bytes);
}

#[tokio::test]
async fn one_spoilt_page_leaves_the_others_readable() {
    let rig = Rig::filled().await;
    let root: i64 = Connection::open(rig.path())
        .unwrap()
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'deliveries'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let mut bytes = fs::read(rig.path()).unwrap();
    let page = usize::try_from(root - 1).unwrap() * 4096;
    bytes[page..page + 4096].fill(0xA5);
    fs::write(rig.path(), bytes).unwrap();
    let store = rig.open();
    assert_eq!(cause(&store), Some(Cause::Damaged));
    let task = store.task(&TaskKey::Id(sample::task(7).id)).await.unwrap();
    assert_eq!(task, Some(sample::task(7)));
}

#[tokio::test]
async fn damage_that_a_reader_finds_stops_the_writer() {
    let rig = Rig::filled().await;
    let store = rig.open();
    assert_eq!(cause(&store), None);
    spoil(&rig.path());
    let read = store.tasks(TaskFilter::All).await;
    assert!(matches!(read, Err(StoreError::Broken(_))), "{read:?}");
    assert_eq!(cause(&store), Some(Cause::Damaged));
    assert!(matches!(
        deliver(&store, "any", 10).await,
        Err(StoreError::Broken(_))
    ));
}

#[tokio::test]
async fn a_lost_header_is_refused_and_not_touched() {
    let rig = Rig::filled().await;
    let mut bytes = fs::read(rig.path()).unwrap();
    bytes[..4096].fill(0);
    fs::write(rig.path(), &bytes).unwrap();
    let error = rig.try_open().err().unwrap().to_string();
    assert!(error.contains("is not a database of orchd"), "{error}");
    assert_eq!(fs::read(rig.path()).unwrap(), bytes);
}

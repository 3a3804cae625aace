use std::time::Duration;

use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::deliveries::DeliveryStore;
use pipeline_core::port::store::jobs::JobStore;
use pipeline_core::port::store::tasks::{TaskFilter, TaskStore};
use store_sqlite::condition::Cause;
use testkit::sample::{self, at};

use crate::rig::{Rig, cause, deliver};

const BIG: usize = 4 * 1024 * 1024;

#[tokio::test]
async fn a_full_disk_refuses_writes_at_once_and_goes_on_by_itself() {
    let mut rig = Rig::new();
    rig.max_pages = Some(400);
    let store = rig.open();
    rig.fill(&store).await;

    let full = deliver(&store, "big", BIG).await;
    let Err(StoreError::Unavailable(text)) = full else {
        panic!("{full:?}");
    };
    assert!(text.contains("is read-only: the disk is full"), "{text}");
    assert!(
        text.contains("make room; orchd goes on by itself within a minute"),
        "{text}"
    );

    // There is room for this one, but nothing is tried before the pause is over.
    assert!(matches!(
        deliver(&store, "small", 10).await,
        Err(StoreError::Unavailable(_))
    ));
    assert!(matches!(
        store.claim(sample::claim("a", at(0))).await,
        Err(StoreError::Unavailable(_))
    ));
    assert_eq!(cause(&store), Some(Cause::DiskFull));
    assert_eq!(store.tasks(TaskFilter::All).await.unwrap().len(), 60);
    assert_eq!(store.cursor("forge").await.unwrap(), None, "read again later");

    rig.clock.advance(Duration::from_secs(1));
    assert_eq!(deliver(&store, "small", 10).await.unwrap().stored, 1);
    assert_eq!(cause(&store), None);
    assert_eq!(store.cursor("forge").await.unwrap(), Some("small".to_owned()));
}

#[tokio::test]
async fn a_disk_that_stays_full_is_tried_ever_more_rarely() {
    let mut rig = Rig::new();
    let store = rig.open();
    drop(store);
    // The probe itself finds no room.
    let pages = std::fs::metadata(rig.path()).unwrap().len() / 4096;
    rig.max_pages = Some(u32::try_from(pages).unwrap());
    let store = rig.open();
    assert_eq!(deliver(&store, "one", 100).await.unwrap().stored, 1);
    for (key, seconds) in [("two", 1), ("three", 2), ("four", 4)] {
        assert!(deliver(&store, key, 200_000).await.is_err());
        assert_eq!(cause(&store), Some(Cause::DiskFull));
        rig.clock.advance(Duration::from_secs(seconds));
    }
    assert_eq!(store.tasks(TaskFilter::All).await.unwrap(), []);
}

#[tokio::test]
async fn a_daemon_that_starts_on_a_full_disk_waits_for_room() {
    let mut rig = Rig::new();
    drop(rig.open());
    let pages = std::fs::metadata(rig.path()).unwrap().len() / 4096;
    // As after a clean-up that gave every free page back.
    rusqlite::Connection::open(rig.path())
        .unwrap()
        .execute_batch("VACUUM")
        .unwrap();
    let left = std::fs::metadata(rig.path()).unwrap().len() / 4096;
    assert!(left < pages);
    rig.max_pages = Some(u32::try_from(left).unwrap());
    let store = rig.open();
    assert_eq!(cause(&store), Some(Cause::DiskFull));
    assert_eq!(store.tasks(TaskFilter::All).await.unwrap(), []);
}

#[tokio::test]
async fn whoever_waits_for_the_condition_is_told_of_each_change_once() {
    let mut rig = Rig::new();
    rig.max_pages = Some(400);
    let store = rig.open();
    let mut told = store.condition().watch();
    for _ in 0..3 {
        assert!(deliver(&store, "big", BIG).await.is_err());
    }
    told.changed().await.unwrap();
    let degraded = told.borrow_and_update().clone().unwrap();
    assert_eq!(degraded.cause, Cause::DiskFull);
    assert!(!told.has_changed().unwrap());
    rig.clock.advance(Duration::from_secs(60));
    assert!(deliver(&store, "small", 10).await.is_ok());
    told.changed().await.unwrap();
    assert_eq!(*told.borrow_and_update(), None);
}

#[tokio::test]
async fn a_full_disk_costs_the_reserve_and_room_brings_it_back() {
    let mut rig = Rig::new();
    (rig.max_pages, rig.reserve) = (Some(400), 1 << 20);
    let store = rig.open();
    rig.comes(true).await;
    assert!(deliver(&store, "big", BIG).await.is_err());
    assert_eq!(cause(&store), Some(Cause::DiskFull));
    rig.comes(false).await;
    rig.clock.advance(Duration::from_secs(1));
    assert!(deliver(&store, "small", 10).await.is_ok());
    rig.comes(true).await;
}

impl Rig {
    /// Until the reserve is there or gone; it is tended by a thread of its own.
    async fn comes(&self, there: bool) {
        let file = self.beside(".reserve");
        for _ in 0..2_000_000 {
            if file.exists() == there {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("the reserve is there: {}", !there);
    }
}

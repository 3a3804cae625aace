//! The store in memory keeps the store's promises, and fails on order.

use std::sync::Arc;

use pipeline_core::port::store::tasks::{Committed, TaskFilter, TaskStore};
use pipeline_core::port::store::{Store, StoreError};
use testkit::conformance;
use testkit::fake::faults::Fault;
use testkit::fake::store::FakeStore;
use testkit::sample;

#[tokio::test]
async fn the_fake_store_conforms() {
    conformance::store::all(|| async { Arc::new(FakeStore::new()) as Arc<dyn Store> }).await;
}

#[tokio::test]
async fn a_call_fails_before_or_after_it_took_effect() {
    for (fault, tasks) in [(Fault::Before, 0), (Fault::After, 1)] {
        let store = FakeStore::new();
        store.fail_nth(2, fault);
        store.allot_task().await.unwrap();
        let failed = store.commit(sample::insert(sample::task(1))).await;
        assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
        assert_eq!(store.tasks(TaskFilter::All).await.unwrap().len(), tasks);
    }
}

#[tokio::test]
async fn a_named_method_fails_as_often_as_told() {
    let store = FakeStore::new();
    store.faults.fail_next("commit", 2, &Fault::Before);
    store.allot_task().await.unwrap();
    for _ in 0..2 {
        assert!(store.commit(sample::insert(sample::task(1))).await.is_err());
    }
    let taken = store.commit(sample::insert(sample::task(1))).await;
    assert_eq!(taken, Ok(Committed::Yes));
    assert_eq!(store.faults.calls(), 4);
}

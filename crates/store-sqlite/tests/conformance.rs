//! The store port's suite on a real database.
#![allow(clippy::unwrap_used, clippy::panic, reason = "test support")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use pipeline_core::port::store::Store;
use store_sqlite::SqliteStore;
use store_sqlite::open::OpenOptions;

#[tokio::test]
async fn the_store_keeps_its_contract() {
    let folder = tempfile::tempdir().unwrap();
    let cases = AtomicU32::new(0);
    testkit::conformance::store::all(|| async {
        let case = cases.fetch_add(1, Ordering::Relaxed);
        let path = folder.path().join(format!("case-{case}.db"));
        let store = SqliteStore::open(&path, &OpenOptions::default()).unwrap();
        Arc::new(store) as Arc<dyn Store>
    })
    .await;
}

//! What every storage of runs has to do.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::id::RunId;
use pipeline_core::port::PortError;
use pipeline_core::port::run_storage::RunStorage;

use crate::sample::run_id;

use self as directories;

/// A storage without runs, and runs that come to be in it.
#[async_trait]
pub trait RunStorageHarness: Send + Sync {
    /// The storage.
    fn storage(&self) -> Arc<dyn RunStorage>;

    /// This run has ended.
    async fn ended(&self, run: RunId);

    /// This run lives, for as long as the harness.
    async fn living(&self, run: RunId);
}

suite! {
    Arc<dyn RunStorageHarness>:
    directories {
        runs_are_listed_with_their_ends,
        a_run_that_ended_is_removed_for_good,
        a_run_that_lives_is_not_removed,
    }
}

async fn listed(harness: &Arc<dyn RunStorageHarness>) -> BTreeMap<RunId, bool> {
    let stored = harness.storage().stored().await.unwrap();
    let ended = stored
        .iter()
        .map(|stored| (stored.run, stored.ended_at.is_some()));
    ended.collect()
}

/// One that lives has none.
pub async fn runs_are_listed_with_their_ends(harness: Arc<dyn RunStorageHarness>) {
    assert_eq!(listed(&harness).await, BTreeMap::new());
    harness.ended(run_id(7, 1, 1)).await;
    harness.living(run_id(7, 2, 1)).await;
    let expected = BTreeMap::from([(run_id(7, 1, 1), true), (run_id(7, 2, 1), false)]);
    assert_eq!(listed(&harness).await, expected);
}

/// And may be removed again.
pub async fn a_run_that_ended_is_removed_for_good(harness: Arc<dyn RunStorageHarness>) {
    harness.ended(run_id(7, 1, 1)).await;
    harness.ended(run_id(7, 1, 2)).await;
    for _ in 0..2 {
        harness.storage().remove(&run_id(7, 1, 1)).await.unwrap();
    }
    assert_eq!(listed(&harness).await, BTreeMap::from([(run_id(7, 1, 2), true)]));
}

/// Whoever asks.
pub async fn a_run_that_lives_is_not_removed(harness: Arc<dyn RunStorageHarness>) {
    harness.living(run_id(7, 2, 1)).await;
    let refused = harness.storage().remove(&run_id(7, 2, 1)).await;
    assert!(matches!(refused, Err(PortError::Conflict(_))), "{refused:?}");
    assert_eq!(listed(&harness).await.len(), 1);
}

//! What every project's storage has to do.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::id::{BranchName, TaskId};
use pipeline_core::port::storage::{Storage, Unpinned};

use self as leftovers;

/// A storage in which nothing is left yet.
#[async_trait]
pub trait StorageHarness: Send + Sync {
    /// The storage.
    fn storage(&self) -> Arc<dyn Storage>;

    /// The branch gets a checkout.
    async fn check_out(&self, branch: &BranchName, task: TaskId);

    /// A run of the task leaves a pinned commit, which the forge gets or not. Once per task.
    async fn pin(&self, task: TaskId, in_the_forge: bool);
}

suite! {
    Arc<dyn StorageHarness>:
    leftovers {
        only_checkouts_that_are_there_are_told,
        a_commit_that_the_forge_has_is_let_go,
        a_commit_that_is_nowhere_else_stays_and_is_named,
        pins_of_other_tasks_are_left_alone,
        nothing_is_set_aside_at_first,
    }
}

async fn unpin(harness: &Arc<dyn StorageHarness>, task: i64) -> Unpinned {
    let tasks = BTreeSet::from([TaskId(task)]);
    harness.storage().unpin(tasks).await.unwrap()
}

/// Of those that were asked for.
pub async fn only_checkouts_that_are_there_are_told(harness: Arc<dyn StorageHarness>) {
    let branch = |name: &str| BranchName::new(name);
    harness.check_out(&branch("feature/ET-001-work"), TaskId(1)).await;
    let asked = vec![branch("feature/other"), branch("feature/ET-001-work")];
    let there = harness.storage().checkouts(asked).await.unwrap();
    assert_eq!(there, [branch("feature/ET-001-work")]);
    let there = harness.storage().checkouts(vec![branch("feature/other")]).await;
    assert_eq!(there.unwrap(), []);
}

/// Once.
pub async fn a_commit_that_the_forge_has_is_let_go(harness: Arc<dyn StorageHarness>) {
    harness.pin(TaskId(1), true).await;
    let unpinned = unpin(&harness, 1).await;
    assert!(unpinned.removed > 0 && unpinned.kept.is_empty(), "{unpinned:?}");
    assert_eq!(unpin(&harness, 1).await, Unpinned::default());
}

/// As often as it is asked.
pub async fn a_commit_that_is_nowhere_else_stays_and_is_named(harness: Arc<dyn StorageHarness>) {
    harness.pin(TaskId(1), false).await;
    for _ in 0..2 {
        let kept = unpin(&harness, 1).await.kept;
        assert_eq!(kept.len(), 1, "{kept:?}");
        assert!(!kept[0].what.is_empty() && !kept[0].place.is_empty() && !kept[0].why.is_empty());
    }
}

/// Whatever the forge has.
pub async fn pins_of_other_tasks_are_left_alone(harness: Arc<dyn StorageHarness>) {
    harness.pin(TaskId(1), true).await;
    assert_eq!(unpin(&harness, 2).await, Unpinned::default());
    assert!(unpin(&harness, 1).await.removed > 0);
}

/// And that is no error.
pub async fn nothing_is_set_aside_at_first(harness: Arc<dyn StorageHarness>) {
    assert_eq!(harness.storage().set_aside().await.unwrap(), []);
}
